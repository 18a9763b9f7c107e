//! The event form: as a dialog over the agenda, and as a page of its own.

pub mod data;
pub mod fields;
#[cfg(feature = "ssr")]
mod rule_words;
pub mod scope;
#[cfg(feature = "ssr")]
pub mod server;

use crate::wire::{CalendarId, CalendarInfo};
use leptos::prelude::*;

/// The calendar that a new event goes to unless the person says otherwise.
pub fn default_calendar(calendars: &[CalendarInfo]) -> Option<CalendarId> {
    let mut editable = calendars.iter().filter(|calendar| calendar.editable);
    let first = editable.clone().find(|calendar| calendar.visible).or_else(|| editable.clone().next());
    editable.find(|calendar| calendar.is_default).or(first).map(|calendar| calendar.id)
}

/// The dialog that [`crate::state::OpenEvent`] opens.
#[component]
pub fn EventDialog() -> impl IntoView {}

/// `/event/{calendar}/{name}?instance=…&back=…` and `/event/new?start=…&end=…&calendar=…&back=…`
/// (`start` and `end` as `2026-11-21` for days, the last included, or `2026-11-21T09:30`).
#[component]
pub fn EventPage() -> impl IntoView {
    view! { <main></main> }
}
