//! What pages read and change of calendars.

use crate::calendars::{CalendarFields, CalendarPageData, StoredCalendar};
use crate::json::Json;
use crate::wire::{ApiError, CalendarId, CalendarInfo};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::{
    calendars::server,
    cookies::{HIDDEN_COOKIE, hidden_value},
    server_context::{set_cookie, signed_in},
};

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
    let id = server::save(&kalends, &user, id, &fields).await?;
    server::keep_default(id, &fields);
    Ok(())
}

/// Removes the calendar with everything in it.
#[server(prefix = "/fn", endpoint = "calendar-delete", input = Json, output = Json)]
pub async fn delete_calendar(id: CalendarId) -> Result<(), ApiError> {
    let (kalends, user) = signed_in()?;
    server::delete(&kalends, &user, id).await
}

/// Remembers in this browser which calendars the agenda leaves out.
#[server(prefix = "/fn", endpoint = "calendars-hide", input = Json, output = Json)]
pub async fn hide_calendars(hidden: Vec<CalendarId>) -> Result<(), ApiError> {
    signed_in()?;
    set_cookie(HIDDEN_COOKIE, &hidden_value(&hidden), server::COOKIE_SECONDS);
    Ok(())
}
