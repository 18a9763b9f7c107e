//! The list of calendars beside the agenda.

use leptos::prelude::*;

/// Shows and changes what [`crate::state::Calendars`] holds.
#[component]
pub fn CalendarSidebar() -> impl IntoView {}
