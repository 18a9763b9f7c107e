//! Events and tasks that are made of messages of one's mail accounts.

use super::events::{address, shown};
use super::input::{Body, calendar_id, nullable, once};
use super::instances::Event;
use super::mail_messages::message_id;
use super::output::{created, tagged};
use super::problem::Problem;
use super::times::{Time, changed, of_timing, timing};
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kalends_app::locale;
use kalends_domain::Error;
use kalends_domain::calendars::CalendarId;
use kalends_domain::mail::{MailMatter, MailMessageId};
use kalends_ical::edit::{Due, EventDraft, Marks, Repeat, TaskDraft, Timing};
use percent_encoding::utf8_percent_encode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A time that a message names.
#[derive(Serialize, ToSchema)]
#[schema(as = MailTime)]
pub struct TimeInMail {
    start: Time,
    /// Exclusive; an hour after the start where none is named.
    end: Time,
    /// The passage that it stands in.
    quote: String,
}

/// What a message says of an event or a task that could be made of it.
#[derive(Serialize, ToSchema)]
#[schema(as = MailMatter)]
pub struct Matter {
    /// The subject without the marks of answers.
    title: String,
    /// How the text begins.
    description: Option<String>,
    location: Option<String>,
    /// Where people meet by video.
    conference: Option<String>,
    /// In English, French or German, as of when the message was written, in one's own time zone; the most certain first.
    times: Vec<TimeInMail>,
}

/// An event to make of a message. What is left out is as the message says, `null` is none.
#[derive(Deserialize, ToSchema)]
#[schema(as = EventOfMail)]
#[serde(deny_unknown_fields)]
pub struct EventOfMail {
    calendar: i64,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    location: Option<Option<String>>,
    /// Where people meet by video.
    #[serde(default, deserialize_with = "nullable")]
    conference: Option<Option<String>>,
    /// Left out: the first of the `times` of the message.
    #[serde(default)]
    start: Option<Time>,
    /// Exclusive.
    #[serde(default)]
    end: Option<Time>,
}

/// A task to make of a message. What is left out is as the message says, `null` is none.
#[derive(Deserialize, ToSchema)]
#[schema(as = TaskOfMail)]
#[serde(deny_unknown_fields)]
pub struct TaskOfMail {
    calendar: i64,
    #[serde(default)]
    title: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    description: Option<Option<String>>,
    /// By when it is to be done; left out: at the start of the first of the `times` of the message, if there are any.
    #[serde(default, deserialize_with = "nullable")]
    due: Option<Option<Time>>,
}

/// A task that was made.
#[derive(Serialize, ToSchema)]
pub struct MadeTask {
    calendar: i64,
    /// As in `…/calendars/{id}/objects/{name}`.
    name: String,
}

async fn matter(rest: &Rest, known: &Known, id: MailMessageId) -> Result<MailMatter, Problem> {
    let user = rest.kalends.user(known.caller.principal).await?;
    let is_month_first = locale::viewer(&user, None).month_first;
    Ok(rest.kalends.matter_of_mail(known.caller, id, is_month_first).await?)
}

/// The times, the place and so on that a message names.
#[utoipa::path(get, path = "/api/v1.0/mail/messages/{id}/times", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Matter),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn times(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Matter>, Problem> {
    let found = matter(&rest, &known, message_id(&id)?).await?;
    let times = found.times.into_iter().map(|time| {
        let (start, end) = of_timing(time.timing);
        TimeInMail { start, end, quote: time.quote }
    });
    Ok(Json(Matter {
        title: found.title,
        description: found.description,
        location: found.place,
        conference: found.conference,
        times: times.collect(),
    }))
}

/// When the event is that the request wants.
fn wanted_timing(found: &MailMatter, start: Option<&Time>, end: Option<&Time>) -> Result<Timing, Problem> {
    match (start, found.times.first()) {
        (Some(start), _) => timing(start, end),
        (None, Some(time)) => changed(time.timing, None, end),
        (None, None) => Err(Problem::bad_value("start", "No time was found in the message.")),
    }
}

fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Makes an event of a message, with a link to it (URL, as `mid:`, RFC 2392).
#[utoipa::path(post, path = "/api/v1.0/mail/messages/{id}/event", tag = "mail", request_body = EventOfMail,
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Event, headers(("Location" = String, description = "Where it is."), ("ETag" = String))),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn event(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted, octets): Body<EventOfMail>,
) -> Result<Response, Problem> {
    let (message, calendar) = (message_id(&id)?, calendar_id(&wanted.calendar.to_string())?);
    let once = once(&headers, &format!("/mail/messages/{}/event", message.0), &octets)?;
    if let Some(name) = rest.kalends.made_of_mail(known.caller, calendar, once.as_ref()).await? {
        return made_event(&rest, &known, calendar, &name, true).await;
    }
    let found = matter(&rest, &known, message).await?;
    let timing = wanted_timing(&found, wanted.start.as_ref(), wanted.end.as_ref())?;
    let draft = EventDraft {
        summary: wanted.title.unwrap_or(found.title),
        description: said(wanted.description.unwrap_or(found.description)),
        location: said(wanted.location.unwrap_or(found.place)),
        timing,
        repeat: Repeat::Never,
        marks: Marks::default(),
    };
    let conference = said(wanted.conference.unwrap_or(found.conference));
    let kalends = &rest.kalends;
    let made =
        kalends.create_event_of_mail(known.caller, message, calendar, &draft, conference.as_deref(), once.as_ref());
    let made = made.await?;
    made_event(&rest, &known, calendar, &made.name, made.repeated).await
}

/// What is answered of an event that was made by this request, or by an earlier one with its key.
async fn made_event(
    rest: &Rest,
    known: &Known,
    calendar: CalendarId,
    name: &str,
    is_repeated: bool,
) -> Result<Response, Problem> {
    let opened = match rest.kalends.opened_event(known.caller, calendar, name, None).await {
        Err(Error::NotFound(_)) if is_repeated => return Err(gone("event")),
        opened => opened?,
    };
    Ok(created(&address(calendar, name), tagged(&opened.event.etag, Json(shown(&opened)))))
}

fn gone(what: &str) -> Problem {
    let detail = format!("The {what} that an earlier request with this Idempotency-Key made was deleted.");
    Problem::new(StatusCode::CONFLICT, detail)
}

/// By when a task is to be done that is due at this time.
fn due(time: &Time) -> Result<Due, Problem> {
    Ok(due_of(timing(time, None).map_err(|_| Problem::bad_value("due", "No time, or a zone that is not known here."))?))
}

fn due_of(timing: Timing) -> Due {
    match timing {
        Timing::AllDay { first, .. } => Due::On(first),
        Timing::Timed { start, zone, .. } => Due::At { local: start, zone },
    }
}

/// Makes a task of a message, with a link to it (URL, as `mid:`, RFC 2392).
#[utoipa::path(post, path = "/api/v1.0/mail/messages/{id}/task", tag = "mail", request_body = TaskOfMail,
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = MadeTask, headers(("Location" = String, description = "Where its text is."))),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn task(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted, octets): Body<TaskOfMail>,
) -> Result<Response, Problem> {
    let (message, calendar) = (message_id(&id)?, calendar_id(&wanted.calendar.to_string())?);
    let once = once(&headers, &format!("/mail/messages/{}/task", message.0), &octets)?;
    if let Some(name) = rest.kalends.made_of_mail(known.caller, calendar, once.as_ref()).await? {
        return made_task(&rest, &known, calendar, name, true).await;
    }
    let found = matter(&rest, &known, message).await?;
    let due = match &wanted.due {
        Some(wanted) => wanted.as_ref().map(due).transpose()?,
        None => found.times.first().map(|time| due_of(time.timing)),
    };
    let draft = TaskDraft {
        summary: wanted.title.unwrap_or(found.title),
        description: said(wanted.description.unwrap_or(found.description)),
        due,
    };
    let made = rest.kalends.create_task_of_mail(known.caller, message, calendar, &draft, once.as_ref()).await?;
    made_task(&rest, &known, calendar, made.name, made.repeated).await
}

async fn made_task(
    rest: &Rest,
    known: &Known,
    calendar: CalendarId,
    name: String,
    is_repeated: bool,
) -> Result<Response, Problem> {
    if is_repeated && matches!(rest.kalends.object(known.caller, calendar, &name).await, Err(Error::NotFound(_))) {
        return Err(gone("task"));
    }
    Ok(created(&object_address(calendar, &name), Json(MadeTask { calendar: calendar.0, name })))
}

fn object_address(calendar: CalendarId, name: &str) -> String {
    format!("/api/v1.0/calendars/{}/objects/{}", calendar.0, utf8_percent_encode(name, super::events::SEGMENT))
}
