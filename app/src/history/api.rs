//! What the pages read.

use super::{CalendarHistory, CalendarThen, ObjectHistory, RestoreRefused, as_of_server, changes_server, server};
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::{ApiError, CalendarId};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What became of an event; with the text of the version `text` leads to.
#[server(prefix = "/fn", endpoint = "event-history", input = GetUrl, output = Json)]
pub async fn load_history(calendar: CalendarId, name: String, text: Option<i64>) -> Result<ObjectHistory, ApiError> {
    let (kalends, user) = signed_in()?;
    let history = server::history(&kalends, &user, calendar, &name, text).await?;
    Ok(ObjectHistory { outcome: refused(), ..history })
}

/// What happened in a calendar; what is empty does not matter.
#[server(prefix = "/fn", endpoint = "calendar-history", input = GetUrl, output = Json)]
pub async fn load_changes(
    calendar: CalendarId,
    person: String,
    way: String,
    day: String,
    before: Option<i64>,
) -> Result<CalendarHistory, ApiError> {
    let (kalends, user) = signed_in()?;
    changes_server::changes(&kalends, &user, calendar, &changes_server::Asked { person, way, day, before }).await
}

/// What a calendar was; `at` empty: a day ago.
#[server(prefix = "/fn", endpoint = "calendar-as-of", input = GetUrl, output = Json)]
pub async fn load_as_of(
    calendar: CalendarId,
    at: String,
    everything: bool,
    from: Option<String>,
) -> Result<CalendarThen, ApiError> {
    let (kalends, user) = signed_in()?;
    let then = as_of_server::as_of(&kalends, &user, calendar, &at, everything, from).await?;
    Ok(CalendarThen { outcome: refused(), ..then })
}

fn refused() -> Option<ApiError> {
    use_context::<RestoreRefused>().map(|RestoreRefused(error)| error)
}
