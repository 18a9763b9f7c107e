//! The agenda: month, week and day.
//!
//! [`days`], [`layout`], [`links`] and [`format`] compute and know nothing of pages; `model` is what one page knows, `view` draws it,
//! `input` hears pointer and keys, and `actions` change events.

mod actions;
pub mod api;
pub mod days;
pub mod early;
pub mod format;
mod input;
pub mod layout;
pub mod links;
mod model;
mod page;
mod pending_moves;
#[cfg(feature = "ssr")]
mod server;
mod view;
mod weeks;

pub use page::{AgendaPage, AgendaStart};

use crate::wire::{CalendarInfo, EventInstance};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What the agenda needs for its first view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaOpening {
    pub calendars: Vec<CalendarInfo>,
    /// The revision of the list of calendars.
    pub list: i64,
    /// The days from `from` to `to` (exclusive) to which `events` belong: whole weeks.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub events: Vec<EventInstance>,
}

/// Whether the address `/agenda/{view}/{date}` is of no place in the agenda.
#[cfg(feature = "ssr")]
pub fn leads_nowhere(view: &str, date: &str) -> bool {
    model::Place::read(view, date).is_none()
}
