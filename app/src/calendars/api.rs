//! What pages read and change of calendars.

use crate::calendars::{CalendarFields, CalendarPageData, StoredCalendar};
use crate::json::Json;
use crate::wire::{ApiError, CalendarId, CalendarInfo};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::{calendars::server, server_context::signed_in};

/// The calendars of the viewer, in display order.
#[server(prefix = "/fn", endpoint = "calendars", input = GetUrl, output = Json)]
pub async fn list_calendars() -> Result<Vec<CalendarInfo>, ApiError> {
    let (kalends, user) = signed_in()?;
    server::list(&kalends, &user).await
}

/// A calendar and what is in it.
#[server(prefix = "/fn", endpoint = "calendar", input = GetUrl, output = Json)]
pub async fn inspect_calendar(id: CalendarId) -> Result<StoredCalendar, ApiError> {
    let (kalends, user) = signed_in()?;
    server::contents(&kalends, &user, id).await
}

/// What the page of the calendar shows; `None` for that of a new one.
#[server(prefix = "/fn", endpoint = "calendar-page", input = GetUrl, output = Json)]
pub async fn calendar_page(id: Option<CalendarId>) -> Result<CalendarPageData, ApiError> {
    let (kalends, user) = signed_in()?;
    server::page(&kalends, &user, id).await
}

/// Makes a calendar, or changes the one with this id.
#[server(prefix = "/fn", endpoint = "calendar-save", input = Json, output = Json)]
pub async fn save_calendar(id: Option<CalendarId>, fields: CalendarFields) -> Result<(), ApiError> {
    let (kalends, user) = signed_in()?;
    server::save(&kalends, &user, id, &fields).await
}

/// Removes the calendar with everything in it.
#[server(prefix = "/fn", endpoint = "calendar-delete", input = Json, output = Json)]
pub async fn delete_calendar(id: CalendarId) -> Result<(), ApiError> {
    let (kalends, user) = signed_in()?;
    server::delete(&kalends, &user, id).await
}

/// The agenda leaves these calendars out from now on, wherever the person looks at it.
#[server(prefix = "/fn", endpoint = "calendars-hide", input = Json, output = Json)]
pub async fn hide_calendars(hidden: Vec<CalendarId>) -> Result<(), ApiError> {
    let (kalends, user) = signed_in()?;
    server::hide(&kalends, &user, &hidden).await
}
