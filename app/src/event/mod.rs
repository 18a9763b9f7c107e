//! The event form: as a dialog over the agenda, and as a page of its own.

pub mod scope;

use leptos::prelude::*;

/// The dialog that [`crate::state::OpenEvent`] opens.
#[component]
pub fn EventDialog() -> impl IntoView {}

/// `/event/{calendar}/{name}?instance=…&back=…` and `/event/new?start=…&end=…&calendar=…&back=…`
/// (`start` and `end` as `2026-11-21` for days, the last included, or `2026-11-21T09:30`).
#[component]
pub fn EventPage() -> impl IntoView {
    view! { <main></main> }
}
