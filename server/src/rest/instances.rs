//! `GET …/events`: what happens in a window.

use super::input::{Parameters, calendar_id};
use super::output::{not_modified, tagged, weak_etag};
use super::problem::Problem;
use super::times::{Time, boundary};
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_domain::access::Held;
use kalends_domain::calendars::CalendarId;
use kalends_domain::instances::{InstanceCursor, InstanceQuery, SeenEvent, SeenInstance};
use kalends_ical::instance_key;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// How many instances there are in an answer when it is not said, and at most.
const USUAL: usize = 100;
pub const MAX_PAGE: usize = 1000;
/// Longest window.
pub const MAX_DAYS: i64 = 1100;
/// Most calendars that are asked for at once.
pub const MAX_CALENDARS: usize = 100;

/// An event, or one instance of one. What was not asked for is left out, and of what is only a busy time what is not known is `null`.
#[derive(Serialize, ToSchema)]
pub struct Event {
    #[schema(required = false)]
    calendar: i64,
    /// Of its object, in addresses.
    name: Option<String>,
    uid: Option<String>,
    /// Of its object: for If-Match.
    etag: Option<String>,
    /// Which instance of a series it is, for the parameter `instance`: `20261121`, `20261121T090000`, `20261121T080000Z` or
    /// `20261121T090000@Europe/Zurich`.
    instance: Option<String>,
    recurring: Option<bool>,
    /// How the series repeats (RFC 5545 section 3.3.10).
    rrule: Option<String>,
    title: Option<String>,
    description: Option<String>,
    location: Option<String>,
    url: Option<String>,
    /// `CONFIRMED`, `TENTATIVE` or `CANCELLED`.
    status: Option<String>,
    /// Whether one is free all the same.
    transparent: Option<bool>,
    /// `PUBLIC`, `PRIVATE` or `CONFIDENTIAL`.
    class: Option<String>,
    categories: Option<Vec<String>>,
    #[schema(required = false)]
    start: Time,
    /// Exclusive.
    #[schema(required = false)]
    end: Time,
    /// Whether one learns when it is and nothing else.
    #[schema(required = false)]
    busy: bool,
    /// Whether one may change it.
    #[schema(required = false)]
    editable: bool,
}

const FIELDS: [&str; 19] = [
    "calendar",
    "name",
    "uid",
    "etag",
    "instance",
    "recurring",
    "rrule",
    "title",
    "description",
    "location",
    "url",
    "status",
    "transparent",
    "class",
    "categories",
    "start",
    "end",
    "busy",
    "editable",
];

impl Event {
    pub(super) fn of(calendar: CalendarId, event: Option<&SeenEvent>, start: Time, end: Time) -> Self {
        let texts = event.map(|event| &event.texts);
        Event {
            calendar: calendar.0,
            name: event.map(|event| event.name.clone()),
            uid: event.map(|event| event.uid.clone()),
            etag: event.map(|event| event.etag.clone()),
            instance: event.and_then(|event| event.recurrence_id.as_ref()).map(instance_key::encode),
            recurring: event.map(|event| event.recurring),
            rrule: event.and_then(|event| event.rule.clone()),
            title: texts.map(|texts| texts.summary.clone().unwrap_or_default()),
            description: texts.and_then(|texts| texts.description.clone()),
            location: texts.and_then(|texts| texts.location.clone()),
            url: texts.and_then(|texts| texts.url.clone()),
            status: texts.and_then(|texts| texts.status.clone()),
            transparent: texts.map(|texts| texts.transparent),
            class: texts.map(|texts| texts.class.name().to_owned()),
            categories: texts.map(|texts| texts.categories.clone()),
            start,
            end,
            busy: event.is_none(),
            editable: event.is_some_and(|event| event.editable),
        }
    }
}

fn instance(seen: &SeenInstance) -> Event {
    let (start, end) = (Time::of(&seen.start, seen.start_utc), Time::of(&seen.end, seen.end_utc));
    Event::of(seen.calendar, seen.event.as_ref(), start, end)
}

/// Instances in the order of their starts.
#[derive(Serialize, ToSchema)]
pub struct EventList {
    #[schema(value_type = Vec<Event>)]
    events: Vec<Value>,
    /// For the parameter `cursor` of the next request; `null`: that was all.
    next: Option<String>,
    /// Objects with more instances in the window than can be listed; there are none of these above.
    omitted: Vec<Omitted>,
}

/// An object with too many instances.
#[derive(Serialize, ToSchema)]
pub struct Omitted {
    calendar: i64,
    name: String,
}

/// Which instances.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Window {
    /// A day such as `2026-11-21`, or a time such as `2026-11-21T09:00:00Z`.
    from: String,
    /// Exclusive; at most 1100 days after `from`.
    to: String,
    /// The time zone that days, and times without a zone, are read in; left out: one's own.
    #[serde(default)]
    zone: Option<String>,
    /// Names of fields with commas between them; left out: all.
    #[serde(default)]
    fields: Option<String>,
    /// How many instances at most: 1 to 1000.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Where the answer before left off.
    #[serde(default)]
    cursor: Option<String>,
    /// Ids with commas between them, where several calendars are asked for; left out: those of one's list that are visible.
    #[serde(default)]
    calendars: Option<String>,
}

/// What happens in a calendar between two times: the instances of series one by one.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/events", tag = "events", params(("id" = i64, Path), Window),
    responses((status = 200, body = EventList, headers(("ETag" = String))), (status = 304)))]
pub async fn of_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(window): Parameters<Window>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if window.calendars.is_some() {
        return Err(Problem::bad_parameter("calendars", "The address names the calendar."));
    }
    let held = rest.kalends.held_calendars(known.caller, &[calendar_id(&id)?]).await?;
    answer(&rest, known, &held, window, &headers).await
}

/// What happens in several calendars between two times.
#[utoipa::path(get, path = "/api/v1.0/events", tag = "events", params(Window),
    responses((status = 200, body = EventList, headers(("ETag" = String))), (status = 304)))]
pub async fn of_calendars(
    State(rest): State<Rest>,
    known: Known,
    Parameters(window): Parameters<Window>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = match &window.calendars {
        Some(ids) => {
            let ids: BTreeSet<CalendarId> = ids.split(',').map(calendar_id).collect::<Result<_, _>>()?;
            if ids.len() > MAX_CALENDARS {
                let detail = format!("At most {MAX_CALENDARS} calendars at once.");
                return Err(Problem::bad_parameter("calendars", detail));
            }
            rest.kalends.held_calendars(known.caller, &ids.into_iter().collect::<Vec<_>>()).await?
        }
        None => {
            let listed = rest.kalends.calendars(known.caller).await?.into_iter();
            listed.filter(|held| !held.view().hidden).collect()
        }
    };
    answer(&rest, known, &held, window, &headers).await
}

async fn answer(
    rest: &Rest,
    known: Known,
    calendars: &[Held],
    window: Window,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let viewer = viewer(rest, &known, window.zone.as_deref()).await?;
    let fields = window.fields.as_deref().map(wanted).transpose()?;
    let query = query(&window, viewer)?;
    // All that the answer is made of, so that who has it costs next to nothing.
    let mut made_of =
        format!("{viewer} {} {} {} ", query.from.timestamp_millis(), query.to.timestamp_millis(), query.limit);
    made_of += &format!("{:?} {:?} {} ", window.fields, window.cursor, known.caller.principal.0);
    made_of.extend(calendars.iter().map(|held| held.stamp() + " "));
    let etag = weak_etag(made_of.as_bytes());
    if let Some(response) = not_modified(headers, &etag)? {
        return Ok(response);
    }
    let ids: Vec<CalendarId> = calendars.iter().map(|held| held.id).collect();
    let page = rest.kalends.instances(known.caller, &ids, &query).await?;
    let shown = |seen: &SeenInstance| {
        let mut event = serde_json::to_value(instance(seen)).unwrap_or_default();
        if let (Some(fields), Value::Object(event)) = (&fields, &mut event) {
            event.retain(|name, _| fields.contains(name.as_str()));
        }
        event
    };
    let body = EventList {
        events: page.instances.iter().map(shown).collect(),
        next: page.next.map(written),
        omitted: page.omitted.into_iter().map(|(CalendarId(calendar), name)| Omitted { calendar, name }).collect(),
    };
    Ok(tagged(&etag, Json(body)))
}

/// The zone that somebody reads days in: the one of the request, else their own.
pub(super) async fn viewer(rest: &Rest, known: &Known, zone: Option<&str>) -> Result<Tz, Problem> {
    match zone {
        Some(name) => {
            name.parse().map_err(|_| Problem::bad_parameter("zone", format!("There is no time zone {name:?}.")))
        }
        None => {
            let user = rest.kalends.user(known.caller.principal).await?;
            Ok(user.preferences.time_zone.unwrap_or(Tz::UTC))
        }
    }
}

/// A window of at most [`MAX_DAYS`].
pub(super) fn span(from: &str, to: &str, viewer: Tz) -> Result<(DateTime<Utc>, DateTime<Utc>), Problem> {
    let (from, to) = (boundary("from", from, viewer)?, boundary("to", to, viewer)?);
    if to <= from {
        return Err(Problem::bad_parameter("to", "It is after `from`."));
    }
    if to - from > TimeDelta::days(MAX_DAYS) {
        return Err(Problem::bad_parameter("to", format!("At most {MAX_DAYS} days after `from`.")));
    }
    Ok((from, to))
}

fn query(window: &Window, viewer: Tz) -> Result<InstanceQuery, Problem> {
    let (from, to) = span(&window.from, &window.to, viewer)?;
    let limit = window.limit.unwrap_or(USUAL);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Problem::bad_parameter("limit", format!("1 to {MAX_PAGE}.")));
    }
    let after = window.cursor.as_deref().map(|text| {
        read(text).ok_or_else(|| Problem::bad_parameter("cursor", "It is none that this server gave out."))
    });
    Ok(InstanceQuery { from, to, viewer, after: after.transpose()?, limit })
}

fn wanted(fields: &str) -> Result<BTreeSet<&'static str>, Problem> {
    let known = |name: &str| {
        let found = FIELDS.iter().copied().find(|field| *field == name.trim());
        found.ok_or_else(|| Problem::bad_parameter("fields", format!("{name:?} is none of {}.", FIELDS.join(", "))))
    };
    fields.split(',').map(known).collect()
}

fn written(cursor: InstanceCursor) -> String {
    let InstanceCursor { start, end, calendar, skip } = cursor;
    let text = format!("{} {} {} {skip}", start.timestamp(), end.timestamp(), calendar.0);
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

fn read(text: &str) -> Option<InstanceCursor> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let numbers: Vec<i64> = text.split(' ').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [start, end, calendar, skip] = numbers[..] else { return None };
    let at = |seconds| DateTime::from_timestamp(seconds, 0);
    let skip = usize::try_from(skip).ok().filter(|skip| *skip <= MAX_PAGE * 1000)?;
    Some(InstanceCursor { start: at(start)?, end: at(end)?, calendar: CalendarId(calendar), skip })
}
