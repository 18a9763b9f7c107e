//! What the event form reads and changes.

use crate::event::data::{EventPageData, EventRef, Moved, OpenedEvent, ZoneInfo};
use crate::event::fields::EventFields;
use crate::event::scope::ScopeChoice;
use crate::json::Json;
use crate::wire::{ApiError, CalendarId, InstanceKey, UndoKey, When};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use super::server;
#[cfg(feature = "ssr")]
use crate::{
    server_context::{referrer, signed_in},
    zones,
};

/// An event, or one instance of it.
#[server(prefix = "/fn", endpoint = "event", input = GetUrl, output = Json)]
pub async fn open_event(
    calendar: CalendarId,
    name: String,
    instance: Option<InstanceKey>,
) -> Result<OpenedEvent, ApiError> {
    let (kalends, user) = signed_in()?;
    let back = referrer().unwrap_or_default();
    server::open(&kalends, &user, (calendar, &name), instance, &back).await
}

/// What the page at `path` with `query` (without `?`) shows.
#[server(prefix = "/fn", endpoint = "event-page", input = GetUrl, output = Json)]
pub async fn event_page(path: String, query: String) -> Result<EventPageData, ApiError> {
    let (kalends, user) = signed_in()?;
    server::page(&kalends, &user, &path, &query).await
}

/// Stores a new event. As the others it yields what takes it back.
#[server(prefix = "/fn", endpoint = "event-create", input = Json, output = Json)]
pub async fn create_event(fields: EventFields) -> Result<UndoKey, ApiError> {
    let (kalends, user) = signed_in()?;
    server::create(&kalends, &user, &fields).await
}

/// Changes the instances of `scope` to what `fields` say.
#[server(prefix = "/fn", endpoint = "event-update", input = Json, output = Json)]
pub async fn update_event(event: EventRef, scope: ScopeChoice, fields: EventFields) -> Result<UndoKey, ApiError> {
    let (kalends, user) = signed_in()?;
    server::update(&kalends, &user, &event, scope, &fields).await
}

/// Moves the instances of `scope` as the one that was dragged to `to`, on the viewer's wall clock.
#[server(prefix = "/fn", endpoint = "event-move", input = Json, output = Json)]
pub async fn move_event(event: EventRef, scope: ScopeChoice, to: When) -> Result<Moved, ApiError> {
    let (kalends, user) = signed_in()?;
    server::relocate(&kalends, &user, &event, scope, to).await
}

/// Removes the instances of `scope`.
#[server(prefix = "/fn", endpoint = "event-delete", input = Json, output = Json)]
pub async fn delete_event(event: EventRef, scope: ScopeChoice) -> Result<UndoKey, ApiError> {
    let (kalends, user) = signed_in()?;
    server::delete(&kalends, &user, &event, scope).await
}

/// The time zones that `query` may mean, the likeliest first; for an empty one those that most people are in, the viewer's
/// own first.
#[server(prefix = "/fn", endpoint = "time-zones", input = GetUrl, output = Json)]
pub async fn find_zones(query: String) -> Result<Vec<ZoneInfo>, ApiError> {
    let (_, user) = signed_in()?;
    Ok(zones::find(&query, user.preferences.time_zone.unwrap_or(chrono_tz::UTC), chrono::Utc::now()))
}
