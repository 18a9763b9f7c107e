//! One event: making, reading, changing and deleting it, by the same operations as the agenda's.

use super::input::{Body, Parameters, calendar_id, nullable, once, required_if_match};
use super::instances::Event;
use super::output::{created, not_modified, tagged};
use super::problem::Problem;
use super::times::{Time, changed, timing};
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kalends_domain::Error;
use kalends_domain::calendars::CalendarId;
use kalends_domain::events::EventChange;
use kalends_domain::instances::OpenedEvent;
use kalends_ical::edit::{EventDraft, Marks, Repeat, Scope, Status};
use kalends_ical::entry::Class;
use kalends_ical::instance_key;
use kalends_ical::value::Moment;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What stands as it is in a segment of an address.
pub(super) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'@');

/// How many categories an event gets, and how long each is in characters.
const MAX_CATEGORIES: usize = 100;
const MAX_CATEGORY: usize = 255;

/// An event to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventToMake {
    title: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    location: Option<String>,
    start: Time,
    /// Exclusive, of the same type as the start; left out: one day, or no time at all.
    #[serde(default)]
    end: Option<Time>,
    /// How it repeats (RFC 5545 section 3.3.10), such as `FREQ=WEEKLY;COUNT=10`.
    #[serde(default)]
    rrule: Option<String>,
    #[serde(default)]
    status: Option<StatusName>,
    /// Whether one is free all the same.
    #[serde(default)]
    transparent: bool,
    /// Left out: `PUBLIC`. What is not public is for those who administer the calendar.
    #[serde(default)]
    class: Option<ClassName>,
    #[serde(default)]
    #[schema(max_items = 100)]
    categories: Vec<String>,
}

/// RFC 5545 section 3.8.1.11.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum StatusName {
    Tentative,
    Confirmed,
    Cancelled,
}

/// RFC 5545 section 3.8.1.3.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ClassName {
    Public,
    Private,
    Confidential,
}

impl From<StatusName> for Status {
    fn from(name: StatusName) -> Self {
        match name {
            StatusName::Tentative => Status::Tentative,
            StatusName::Confirmed => Status::Confirmed,
            StatusName::Cancelled => Status::Cancelled,
        }
    }
}

impl From<ClassName> for Class {
    fn from(name: ClassName) -> Self {
        match name {
            ClassName::Public => Class::Public,
            ClassName::Private => Class::Private,
            ClassName::Confidential => Class::Confidential,
        }
    }
}

/// What changes of an event.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventToChange {
    #[serde(default)]
    title: Option<String>,
    /// `null`: none.
    #[serde(default, deserialize_with = "nullable")]
    description: Option<Option<String>>,
    /// `null`: none.
    #[serde(default, deserialize_with = "nullable")]
    location: Option<Option<String>>,
    /// Without an end it lasts as long as before.
    #[serde(default)]
    start: Option<Time>,
    /// Exclusive.
    #[serde(default)]
    end: Option<Time>,
    /// Of the series; `null`: it does not repeat.
    #[serde(default, deserialize_with = "nullable")]
    rrule: Option<Option<String>>,
    /// `null`: none.
    #[serde(default, deserialize_with = "nullable")]
    status: Option<Option<StatusName>>,
    #[serde(default)]
    transparent: Option<bool>,
    /// What is not public is for those who administer the calendar.
    #[serde(default)]
    class: Option<ClassName>,
    /// All of them; `[]`: none.
    #[serde(default)]
    #[schema(max_items = 100)]
    categories: Option<Vec<String>>,
    /// The calendar that the whole of it moves to.
    #[serde(default)]
    calendar: Option<i64>,
}

/// How many instances of a series are meant.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScopeName {
    This,
    ThisAndFollowing,
    All,
}

/// Which instances of a series.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// As `instance` of what `events` lists; left out: the series itself.
    #[serde(default)]
    instance: Option<String>,
    /// Left out: this instance where one is named, else all.
    #[serde(default)]
    #[param(inline)]
    scope: Option<ScopeName>,
}

/// Which instance of a series.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichOne {
    /// As `instance` of what `events` lists; left out: the series itself.
    #[serde(default)]
    instance: Option<String>,
}

/// An event as it is after a change.
#[derive(Serialize, ToSchema)]
pub struct ChangedEvent {
    event: Event,
    /// The name of the object that the later part of the series is now, where a change was for this and the following.
    split: Option<String>,
}

pub(super) fn moment(key: Option<&str>) -> Result<Option<Moment>, Problem> {
    let read =
        |key| instance_key::decode(key).ok_or_else(|| Problem::bad_parameter("instance", "It is none of an event."));
    key.map(read).transpose()
}

impl Which {
    fn scope(&self) -> Result<Scope, Problem> {
        Ok(match (moment(self.instance.as_deref())?, self.scope) {
            (None, None | Some(ScopeName::All)) => Scope::All { opened_at: None },
            (None, Some(_)) => return Err(Problem::bad_parameter("instance", "Say which instance the scope is of.")),
            (Some(instance), None | Some(ScopeName::This)) => Scope::This(instance),
            (Some(instance), Some(ScopeName::ThisAndFollowing)) => Scope::ThisAndFollowing(instance),
            (opened_at, Some(ScopeName::All)) => Scope::All { opened_at },
        })
    }
}

/// Where an event is.
pub(super) fn address(calendar: CalendarId, name: &str) -> String {
    format!("/api/v1.0/calendars/{}/events/{}", calendar.0, utf8_percent_encode(name, SEGMENT))
}

pub(super) fn shown(opened: &OpenedEvent) -> Event {
    let (start, end) = (Time::of(&opened.start, opened.start_utc), Time::of(&opened.end, opened.end_utc));
    Event::of(opened.calendar, Some(&opened.event), start, end)
}

/// Of text that people wrote: without what no client could show.
fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn repeat(rrule: Option<String>) -> Repeat {
    rrule.filter(|rule| !rule.trim().is_empty()).map_or(Repeat::Never, |rule| Repeat::Custom(rule.trim().to_owned()))
}

/// # Errors
/// 422 for too many, and for one that is empty or too long.
fn categories(names: Vec<String>) -> Result<Vec<String>, Problem> {
    if names.len() > MAX_CATEGORIES {
        return Err(Problem::bad_value("categories", format!("At most {MAX_CATEGORIES}.")));
    }
    let is_bad = |name: &String| name.trim().is_empty() || name.chars().count() > MAX_CATEGORY;
    match names.iter().position(is_bad) {
        Some(at) => Err(Problem::bad_value(format!("categories[{at}]"), format!("1 to {MAX_CATEGORY} characters."))),
        None => Ok(names),
    }
}

/// An error of the domain in the words of the interface.
fn refused(error: Error) -> Problem {
    match error {
        Error::BadInput { field: "repeat", problem } => Problem::bad_value("rrule", problem.to_string()),
        other => other.into(),
    }
}

/// Makes an event.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/events", tag = "events", request_body = EventToMake,
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Event, headers(("Location" = String, description = "Where it is."), ("ETag" = String)))))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted, octets): Body<EventToMake>,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&id)?;
    let once = once(&headers, &format!("/calendars/{}/events", calendar.0), &octets)?;
    let draft = EventDraft {
        summary: wanted.title,
        description: text(wanted.description),
        location: text(wanted.location),
        timing: timing(&wanted.start, wanted.end.as_ref())?,
        repeat: repeat(wanted.rrule),
        marks: Marks {
            status: wanted.status.map(Status::from),
            transparent: wanted.transparent,
            class: wanted.class.map(Class::from).unwrap_or_default(),
            categories: categories(wanted.categories)?,
        },
    };
    let made = rest.kalends.create_event_once(known.caller, calendar, &draft, once.as_ref()).await.map_err(refused)?;
    let opened = match rest.kalends.opened_event(known.caller, calendar, &made.name, None).await {
        Err(Error::NotFound(_)) if made.repeated => {
            let detail = "The event that an earlier request with this Idempotency-Key made was deleted.";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        opened => opened?,
    };
    Ok(created(&address(calendar, &made.name), tagged(&opened.event.etag, Json(shown(&opened)))))
}

/// An event, or one instance of a series.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/events/{name}", tag = "events",
    params(("id" = i64, Path), ("name" = String, Path), WhichOne),
    responses((status = 200, body = Event, headers(("ETag" = String))), (status = 304)))]
pub async fn get(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    Parameters(which): Parameters<WhichOne>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let instance = moment(which.instance.as_deref())?;
    let opened = rest.kalends.opened_event(known.caller, calendar_id(&id)?, &name, instance.as_ref()).await?;
    let etag = &opened.event.etag;
    Ok(not_modified(&headers, etag)?.unwrap_or_else(|| tagged(etag, Json(shown(&opened)))))
}

/// The entity tag that the caller saw, which has to be the one of the object now: what changes it looks once more.
fn seen(tags: &Tags, etag: &str) -> Result<String, Problem> {
    if tags.match_strongly(Some(etag)) { Ok(etag.to_owned()) } else { Err(Error::PreconditionFailed.into()) }
}

/// Changes an event: this instance, this and the following, or all of the series; or moves it to another calendar.
#[utoipa::path(patch, path = "/api/v1.0/calendars/{id}/events/{name}", tag = "events", request_body = EventToChange,
    params(("id" = i64, Path), ("name" = String, Path), Which, ("If-Match" = String, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = ChangedEvent, headers(("ETag" = String)))))]
pub async fn patch(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    Parameters(which): Parameters<Which>,
    headers: HeaderMap,
    Body(wanted, _): Body<EventToChange>,
) -> Result<Response, Problem> {
    let (caller, calendar) = (known.caller, calendar_id(&id)?);
    let tags = required_if_match(&headers)?;
    let (scope, instance) = (which.scope()?, moment(which.instance.as_deref())?);
    let stored = rest.kalends.event(caller, calendar, &name, instance.as_ref()).await?;
    let etag = seen(&tags, &stored.etag)?;
    let is_of_series = wanted.rrule.is_some() || wanted.calendar.is_some();
    if is_of_series && stored.recurring && matches!(scope, Scope::This(_)) {
        let field = if wanted.rrule.is_some() { "rrule" } else { "calendar" };
        return Err(Problem::bad_value(field, "It is of the whole series and not of one instance."));
    }
    let mut draft = stored.draft;
    draft.timing = changed(draft.timing, wanted.start.as_ref(), wanted.end.as_ref())?;
    draft.summary = wanted.title.unwrap_or(draft.summary);
    draft.description = wanted.description.map_or(draft.description, text);
    draft.location = wanted.location.map_or(draft.location, text);
    draft.repeat = wanted.rrule.map_or(draft.repeat, repeat);
    let marks = &mut draft.marks;
    marks.status = wanted.status.map_or(marks.status, |status| status.map(Status::from));
    marks.transparent = wanted.transparent.unwrap_or(marks.transparent);
    marks.class = wanted.class.map_or(marks.class, Class::from);
    if let Some(wanted) = wanted.categories {
        marks.categories = categories(wanted)?;
    }
    let to = wanted.calendar.map_or(calendar, CalendarId);
    let change = EventChange { calendar, name: &name, etag: &etag, scope };
    let done = rest.kalends.change_event(caller, change, &draft, to).await.map_err(refused)?;
    // The instance that was opened may be elsewhere now, or a part of another object.
    let opened = match rest.kalends.opened_event(caller, done.calendar, &done.name, instance.as_ref()).await {
        Err(Error::NotFound(_)) => rest.kalends.opened_event(caller, done.calendar, &done.name, None).await?,
        opened => opened?,
    };
    let body = ChangedEvent { event: shown(&opened), split: done.split };
    Ok(tagged(&opened.event.etag, Json(body)))
}

/// Deletes an event, or instances of a series.
#[utoipa::path(delete, path = "/api/v1.0/calendars/{id}/events/{name}", tag = "events",
    params(("id" = i64, Path), ("name" = String, Path), Which, ("If-Match" = String, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    Parameters(which): Parameters<Which>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (caller, calendar) = (known.caller, calendar_id(&id)?);
    let tags = required_if_match(&headers)?;
    let scope = which.scope()?;
    let stored = rest.kalends.event(caller, calendar, &name, None).await?;
    let etag = seen(&tags, &stored.etag)?;
    let change = EventChange { calendar, name: &name, etag: &etag, scope };
    rest.kalends.delete_event(caller, change).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
