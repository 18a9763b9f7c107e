//! What became of events and calendars, and the way back.
//!
//! `/event/{calendar}/{name}/history`: what became of an event, by whom and by which way. `/calendars/{id}/changes`: what happened in a
//! calendar. `/calendars/{id}/as-of`: what it was at a time.

mod api;
mod as_of_page;
pub mod as_of_server;
mod changes_page;
mod changes_server;
mod page;
pub mod server;
pub mod words_of;

pub use as_of_page::AsOfPage;
pub use changes_page::ChangesPage;
pub use page::HistoryPage;

use crate::wire::{ApiError, CalendarId};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

/// Everything on the page of an event's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectHistory {
    pub calendar: CalendarId,
    pub calendar_name: String,
    /// Name of the calendar object resource.
    pub name: String,
    /// What the event is called, or was called last.
    pub title: String,
    /// The entity tag of what stands there now; `None`: it is deleted.
    pub etag: Option<String>,
    pub editable: bool,
    /// Up to where what changes is in it.
    pub cursor: String,
    /// The newest first.
    pub versions: Vec<Version>,
    /// There are more, which are not shown.
    pub more: bool,
    /// The version whose text is asked for, with the text.
    pub text: Option<(i64, String)>,
    /// What became of the wish to bring one back.
    pub outcome: Option<ApiError>,
    /// Why it is here, where its calendar is in step with one elsewhere.
    pub origin: Option<String>,
}

/// One change, and what it led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub revision: i64,
    /// On the viewer's wall clock.
    pub at: NaiveDateTime,
    pub what: What,
    /// By whom and by which way, in words.
    pub by: String,
    pub differences: Vec<Difference>,
    /// It is what stands there now.
    pub is_current: bool,
    /// Whether its text is there; of a removal, that of what it took away.
    pub is_kept: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    Made,
    Changed,
    Deleted,
    /// It has a text again that it had.
    BroughtBack,
}

/// What a change did to one field, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub field: String,
    /// Empty: there was nothing.
    pub before: String,
    pub after: String,
}

/// Everything on the page of a calendar's changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarHistory {
    pub calendar: CalendarId,
    pub name: String,
    pub color: String,
    pub cursor: String,
    /// Those who ever changed something: the values of the choice, and their names.
    pub people: Vec<(String, String)>,
    pub ways: Vec<(String, String)>,
    /// The newest first.
    pub changes: Vec<CalendarChange>,
    /// Before which revision the next ones are.
    pub next: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarChange {
    pub at: NaiveDateTime,
    /// Of the object.
    pub name: String,
    pub title: String,
    pub what: What,
    /// By whom and by which way, in words.
    pub by: String,
    /// Of what was done at once, such as the import of a file.
    pub run: Option<String>,
    /// The time before it, for the page of the calendar as it was.
    pub before: String,
}

/// Everything on the page of a calendar as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarThen {
    pub calendar: CalendarId,
    pub name: String,
    pub color: String,
    pub editable: bool,
    /// On the viewer's wall clock.
    pub at: NaiveDateTime,
    /// The same to the millisecond (RFC 3339).
    pub instant: String,
    /// The revision that the calendar has now.
    pub seen: i64,
    /// The calendar was made after that.
    pub is_before_it: bool,
    pub same: u64,
    pub changed: u64,
    pub deleted: u64,
    pub added: u64,
    pub events: Vec<EventThen>,
    /// The rest of the address of the next ones.
    pub next: Option<String>,
    /// Why nothing was brought back.
    pub outcome: Option<ApiError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventThen {
    pub name: String,
    pub title: String,
    /// When it was, in words.
    pub when: String,
    pub became: BecameWhat,
    /// What is otherwise now.
    pub differences: Vec<Difference>,
    /// Whether its version is there.
    pub is_kept: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BecameWhat {
    Same,
    Changed,
    Deleted,
    Added,
}

/// Why a version was not brought back, which the server leaves as a Leptos context for the page that it answers with.
#[derive(Clone, Debug)]
pub struct RestoreRefused(pub ApiError);
