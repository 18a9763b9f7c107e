//! What the agenda reads.

use super::AgendaOpening;
use crate::json::Json;
use crate::wire::{ApiError, EventInstance};
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::server_context::signed_in;

/// Everything on the page `/agenda/{view}/{date}`.
#[server(prefix = "/fn", endpoint = "agenda-page", input = GetUrl, output = Json)]
pub async fn open_agenda(view: String, date: NaiveDate) -> Result<AgendaOpening, ApiError> {
    let (kalends, user) = signed_in()?;
    super::server::open(&kalends, &user, &view, date).await
}

/// The instances that touch the days `from` to `to` (exclusive), in the `calendars` of the viewer; empty: in all.
#[server(prefix = "/fn", endpoint = "agenda", input = GetUrl, output = Json)]
pub async fn events_between(
    from: NaiveDate,
    to: NaiveDate,
    // Their numbers with commas between.
    calendars: String,
) -> Result<Vec<EventInstance>, ApiError> {
    let (kalends, user) = signed_in()?;
    super::server::events_between(&kalends, &user, from, to, &calendars).await
}
