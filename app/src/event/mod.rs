//! The event form: as a dialog over the agenda, and as a page of its own.

pub mod api;
mod controls;
pub mod data;
pub mod details;
mod dialog;
pub mod fields;
mod form;
mod form_controls;
#[cfg(feature = "ssr")]
pub mod guests;
#[cfg(feature = "ssr")]
mod more;
mod page;
mod picker;
#[cfg(feature = "ssr")]
pub mod rule_words;
pub mod scope;
mod sections;
#[cfg(feature = "ssr")]
pub mod seen;
#[cfg(feature = "ssr")]
pub mod server;
mod zone_field;

pub use dialog::EventDialog;
pub use page::EventPage;

use crate::wire::{CalendarId, CalendarInfo};

/// The calendar that a new event goes to unless the person says otherwise.
pub fn default_calendar(calendars: &[CalendarInfo]) -> Option<CalendarId> {
    let mut editable = calendars.iter().filter(|calendar| calendar.editable);
    let first = editable.clone().find(|calendar| calendar.visible).or_else(|| editable.clone().next());
    editable.find(|calendar| calendar.is_default).or(first).map(|calendar| calendar.id)
}
