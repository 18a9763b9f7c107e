//! `/bin`: what was deleted and can be brought back.

pub mod api;
mod page;
pub mod server;

pub use page::BinPage;

use crate::wire::{ApiError, CalendarId};
use serde::{Deserialize, Serialize};

/// Everything on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinContents {
    /// How long what was deleted rests there, in days.
    pub days: i64,
    pub calendars: Vec<BinnedCalendar>,
    /// The last that was deleted first.
    pub events: Vec<BinnedEvent>,
    /// Which piece of the events this is, from 0.
    pub piece: usize,
    pub more: bool,
    /// Why what was asked for was not done.
    pub refused: Option<ApiError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinnedCalendar {
    pub id: CalendarId,
    pub name: String,
    pub color: String,
    /// How many events and the like it holds.
    pub objects: u64,
    pub deleted: Deletion,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinnedEvent {
    pub calendar: CalendarId,
    pub object: i64,
    pub title: String,
    /// When it was, in words; empty: it is not known or has no time.
    pub when: String,
    pub calendar_name: String,
    pub color: String,
    pub deleted: Deletion,
}

/// In words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    pub when: String,
    pub by: String,
    pub left: String,
}

/// What a form of the page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    RestoreEvent { calendar: CalendarId, object: i64 },
    PurgeEvent { calendar: CalendarId, object: i64 },
    RestoreCalendar(CalendarId),
    PurgeCalendar(CalendarId),
    Empty,
}

impl Wish {
    /// Reads the fields of a form: `do` with what it is about in `calendar` and `object`.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name: &str| value(name).and_then(|text| text.parse::<i64>().ok());
        let event = || Some((number("calendar")?, number("object")?));
        match value("do")?.as_str() {
            "restore" => event().map(|(calendar, object)| Wish::RestoreEvent { calendar, object }),
            "purge" => event().map(|(calendar, object)| Wish::PurgeEvent { calendar, object }),
            "restore-calendar" => number("calendar").map(Wish::RestoreCalendar),
            "purge-calendar" => number("calendar").map(Wish::PurgeCalendar),
            "empty" => Some(Wish::Empty),
            _ => None,
        }
    }
}

/// Why a wish was not done, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug)]
pub struct WishRefused(pub ApiError);
