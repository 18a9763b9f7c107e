//! What the agenda reads and changes.

use crate::json::Json;
use crate::wire::{ApiError, CalendarInfo, EventInstance, Viewer};
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::{
    agenda::days::{View, fetched},
    api::server::signed_in,
    cookies::{DEFAULT_COOKIE, HIDDEN_COOKIE},
    locale,
    session::CurrentUser,
    wire,
};

/// The person who is signed in; `None` when nobody is.
#[server(prefix = "/fn", endpoint = "viewer", input = GetUrl, output = Json)]
pub async fn current_viewer() -> Result<Option<Viewer>, ApiError> {
    let Some(CurrentUser(Some(user))) = use_context::<CurrentUser>() else { return Ok(None) };
    let request = use_context::<axum::http::request::Parts>();
    Ok(Some(locale::viewer(&user, request.as_ref().map(|parts| &parts.headers))))
}

/// The calendars of the viewer, in display order.
#[server(prefix = "/fn", endpoint = "calendars", input = GetUrl, output = Json)]
pub async fn list_calendars() -> Result<Vec<CalendarInfo>, ApiError> {
    let (kalends, user) = signed_in()?;
    let caller = user.on_a_page();
    let hidden = cookie_ids(HIDDEN_COOKIE);
    let default = cookie_ids(DEFAULT_COOKIE).first().copied();
    let calendars = kalends.calendars(caller, caller.principal).await?;
    Ok(calendars
        .into_iter()
        .map(|calendar| CalendarInfo {
            id: calendar.id.0,
            visible: !hidden.contains(&calendar.id.0),
            editable: calendar.may_write(),
            owned: calendar.may_administer(),
            is_default: default == Some(calendar.id.0),
            name: calendar.details.display_name.clone(),
            color: calendar.details.color.clone(),
            order: calendar.details.order,
            revision: calendar.revision.0,
        })
        .collect())
}

/// What the agenda needs for its first view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaOpening {
    pub calendars: Vec<CalendarInfo>,
    /// The days from `from` to `to` (exclusive) to which `events` belong: whole weeks.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub events: Vec<EventInstance>,
}

/// Everything on the page `/agenda/{view}/{date}`.
#[server(prefix = "/fn", endpoint = "agenda-page", input = GetUrl, output = Json)]
pub async fn open_agenda(view: String, date: NaiveDate) -> Result<AgendaOpening, ApiError> {
    let (_, user) = signed_in()?;
    let request = use_context::<axum::http::request::Parts>();
    let viewer = locale::viewer(&user, request.as_ref().map(|parts| &parts.headers));
    let Some(shown) = View::from_slug(&view) else {
        return Err(ApiError::BadInput { field: "view".into(), message: "There is no such view.".into() });
    };
    let span = fetched(shown, date, viewer.week_start);
    let events = events_between(span.from, span.to).await?;
    Ok(AgendaOpening { calendars: list_calendars().await?, from: span.from, to: span.to, events })
}

/// The instances that touch the days `from` to `to` (exclusive), in all of the viewer's calendars.
#[server(prefix = "/fn", endpoint = "agenda", input = GetUrl, output = Json)]
pub async fn events_between(from: NaiveDate, to: NaiveDate) -> Result<Vec<EventInstance>, ApiError> {
    let (kalends, user) = signed_in()?;
    if to <= from || (to - from).num_days() > MAX_DAYS {
        return Err(ApiError::BadInput { field: "to".into(), message: "That span of days cannot be shown.".into() });
    }
    let caller = user.on_a_page();
    let calendars: Vec<_> =
        kalends.calendars(caller, caller.principal).await?.into_iter().map(|calendar| calendar.id).collect();
    let zone = user.preferences.time_zone.unwrap_or(chrono_tz::UTC);
    let instances = kalends.agenda(caller, &calendars, from, to, zone).await?;
    Ok(instances.into_iter().map(wire::EventInstance::from).collect())
}

/// The longest span that one page asks for.
#[cfg(feature = "ssr")]
const MAX_DAYS: i64 = 100;

#[cfg(feature = "ssr")]
fn cookie_ids(name: &str) -> Vec<i64> {
    let cookie = use_context::<axum::http::request::Parts>()
        .and_then(|parts| locale::cookie(&parts.headers, name).map(str::to_owned));
    cookie.iter().flat_map(|ids| ids.split('.')).filter_map(|id| id.parse().ok()).collect()
}

#[cfg(feature = "ssr")]
impl From<kalends_domain::agenda::AgendaInstance> for EventInstance {
    fn from(instance: kalends_domain::agenda::AgendaInstance) -> Self {
        EventInstance {
            calendar: instance.calendar.0,
            name: instance.name,
            etag: instance.etag,
            instance: instance.recurrence_id.as_ref().map(crate::api::instance::encode),
            title: instance.summary,
            location: instance.location,
            when: match instance.when {
                kalends_domain::agenda::When::Days { first, last } => wire::When::Days { first, last },
                kalends_domain::agenda::When::Times { start, end } => wire::When::Times { start, end },
            },
            editable: instance.editable,
            transparent: instance.transparent,
            status: match instance.status.as_deref() {
                Some("CANCELLED") => wire::Status::Cancelled,
                Some("TENTATIVE") => wire::Status::Tentative,
                _ => wire::Status::Confirmed,
            },
        }
    }
}
