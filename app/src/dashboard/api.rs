//! What the dashboard shows.

use crate::calendars;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::{ApiError, CalendarInfo, EventInstance};
use chrono::NaiveDateTime;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// How many events the widget of the next events has.
pub const UPCOMING: usize = 7;

/// The next events of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upcoming {
    /// Wall-clock time in the viewer's zone when the server answered.
    pub now: NaiveDateTime,
    /// In the order of their starts; what is on now is among them.
    pub events: Vec<EventInstance>,
    pub calendars: Vec<CalendarInfo>,
    /// Up to where what changes is in it: the page's script asks for another once more has changed.
    pub cursor: String,
}

/// The next [`UPCOMING`] events in the calendars that the viewer wants to see.
#[server(prefix = "/fn", endpoint = "upcoming", input = GetUrl, output = Json)]
pub async fn upcoming_events() -> Result<Upcoming, ApiError> {
    let (kalends, user) = signed_in()?;
    let cursor = kalends.told(user.on_a_page()).await?.to_string();
    let calendars = calendars::server::list(&kalends, &user).await?;
    let shown: Vec<_> = calendars
        .iter()
        .filter(|calendar| calendar.visible)
        .map(|calendar| kalends_domain::calendars::CalendarId(calendar.id))
        .collect();
    let zone = user.preferences.time_zone.unwrap_or(chrono_tz::UTC);
    let now = chrono::Utc::now();
    let events = kalends.upcoming(user.on_a_page(), &shown, now, zone, UPCOMING).await?;
    Ok(Upcoming {
        now: now.with_timezone(&zone).naive_local(),
        events: events.into_iter().map(EventInstance::from).collect(),
        calendars,
        cursor,
    })
}
