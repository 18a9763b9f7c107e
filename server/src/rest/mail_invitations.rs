//! What messages of one's mail accounts say about meetings, and answering.

use super::input::{Body, Parameters};
use super::instances::viewer;
use super::invitations::Participant;
use super::mail_messages::{Who, message_id};
use super::problem::Problem;
use super::times::{Time, of_timing};
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono_tz::Tz;
use kalends_domain::agenda::AgendaInstance;
use kalends_domain::calendars::CalendarId;
use kalends_domain::mail::{AuthenticationResults, InvitationAction, MailInvitation};
use kalends_domain::{Error, Missing};
use kalends_ical::edit::Timing;
use kalends_ical::instance_key;
use kalends_ical::placement::When;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What the server of a mail account has found out about who a message is from (RFC 8601), each such as `pass`, `fail` or `none`.
#[derive(Serialize, ToSchema)]
#[schema(as = MailAuthentication)]
pub struct Authentication {
    /// Who says so.
    server: String,
    dmarc: Option<String>,
    dkim: Option<String>,
    spf: Option<String>,
}

/// The event that it is about, as it is in one of the calendars here.
#[derive(Serialize, ToSchema)]
#[schema(as = MailInvitationEvent)]
pub struct Standing {
    calendar: i64,
    /// As in `…/calendars/{id}/events/{name}`.
    name: String,
    cancelled: bool,
}

/// What a message says about a meeting (RFC 6047).
#[derive(Serialize, ToSchema)]
#[schema(as = MailInvitation)]
pub struct Info {
    /// `REQUEST`, `REPLY`, `CANCEL`, `COUNTER` and so on (RFC 5546).
    method: &'static str,
    uid: String,
    title: String,
    start: Option<Time>,
    /// Exclusive.
    end: Option<Time>,
    location: Option<String>,
    /// The instance of a series that it is about, where it is about one alone.
    instance: Option<String>,
    organizer: Option<Participant>,
    /// Those who are invited, or who answer.
    attendees: Vec<Participant>,
    comment: Option<String>,
    sender: Who,
    /// `null`: the account's server does not say.
    authentication: Option<Authentication>,
    /// `fit`, or why it does not count by itself: `not-sender`, `failed-authentication`, `not-invited`, `not-organizer`, `own`, `published`.
    verdict: &'static str,
    /// Whether it was taken up,
    taken: bool,
    /// and what that did, such as `created`, `updated`, `answered`, `cancelled`, `outdated`.
    outcome: Option<&'static str>,
    /// What was in its way.
    problem: Option<String>,
    /// What taking it up would do now, in the same words.
    would: &'static str,
    event: Option<Standing>,
    /// What one has answered (PARTSTAT).
    answer: Option<String>,
    /// What can be done: `accept`, `maybe`, `decline`, `put`, `apply`, `remove`, `take-proposal`, `decline-proposal`.
    actions: Vec<&'static str>,
}

/// What is to be done with what a message says about a meeting.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailInvitationAction)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// One of its `actions`.
    action: String,
    /// One of one's own calendars, for what is in none; left out: where invitations go.
    #[serde(default)]
    calendar: Option<i64>,
    /// A word to whoever invites, or has proposed.
    #[serde(default)]
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

fn info(found: MailInvitation) -> Info {
    let draft = found.event.draft.as_ref();
    let (start, end) = draft.map(|draft| of_timing(draft.timing)).unzip();
    let authentication = |results: AuthenticationResults| {
        let AuthenticationResults { server, dmarc, dkim, spf, .. } = results;
        Authentication { server, dmarc, dkim, spf }
    };
    Info {
        method: found.method.name(),
        uid: found.uid,
        start,
        end,
        location: draft.and_then(|draft| draft.location.clone()),
        instance: found.event.instance.as_ref().map(instance_key::encode),
        title: found.event.title,
        organizer: found.organizer.map(Participant::of),
        attendees: found.attendees.into_iter().map(Participant::of).collect(),
        comment: found.comment,
        sender: Who::of(&found.sender),
        authentication: found.results.map(authentication),
        verdict: found.verdict.name(),
        taken: found.is_taken,
        outcome: found.outcome.map(|outcome| outcome.name()),
        problem: found.problem,
        would: found.would.name(),
        event: found.stands.map(|stands| Standing {
            calendar: stands.calendar.0,
            name: stands.name,
            cancelled: stands.is_cancelled,
        }),
        answer: found.answer,
        actions: found.deeds.into_iter().map(InvitationAction::name).collect(),
    }
}

async fn found(rest: &Rest, known: &Known, id: &str) -> Result<Json<Info>, Problem> {
    let found = rest.kalends.mail_invitation(known.caller, message_id(id)?).await?;
    Ok(Json(info(found.ok_or(Error::NotFound(Missing::Invitation))?)))
}

/// What a message says about a meeting.
#[utoipa::path(get, path = "/api/v1.0/mail/messages/{id}/invitation", tag = "mail", params(("id" = i64, Path)),
    responses((status = 200, body = Info),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Info>, Problem> {
    found(&rest, &known, &id).await
}

/// Answers an invitation that came by mail, puts it into a calendar, or has it count. Whoever invites is told.
#[utoipa::path(post, path = "/api/v1.0/mail/messages/{id}/invitation", tag = "mail", request_body = Action,
    params(("id" = i64, Path)),
    responses((status = 200, body = Info),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn act(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Body(wanted, _): Body<Action>,
) -> Result<(StatusCode, Json<Info>), Problem> {
    let deed = InvitationAction::from_name(&wanted.action).ok_or_else(|| {
        let names = InvitationAction::ALL.map(InvitationAction::name).join(", ");
        Problem::bad_value("action", format!("One of {names}."))
    })?;
    let (message, calendar) = (message_id(&id)?, wanted.calendar.map(CalendarId));
    let comment = wanted.comment.as_deref();
    rest.kalends.answer_mail_invitation(known.caller, message, deed, calendar, comment).await?;
    Ok((StatusCode::OK, found(&rest, &known, &id).await?))
}

/// In which zone days begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InZone {
    /// A name of the IANA database; left out: one's own.
    #[serde(default)]
    zone: Option<String>,
}

/// Something else that keeps one busy.
#[derive(Serialize, ToSchema)]
#[schema(as = MailInvitationOther)]
pub struct Other {
    calendar: i64,
    /// As in `…/calendars/{id}/events/{name}`; `null`: one learns when it is and nothing else.
    name: Option<String>,
    title: String,
    start: Time,
    /// Exclusive.
    end: Time,
    /// Whether it is at the same time.
    same_time: bool,
}

/// A date of a series at which there is something else.
#[derive(Serialize, ToSchema)]
#[schema(as = MailInvitationDate)]
pub struct TakenDate {
    start: Time,
    /// Exclusive.
    end: Time,
    others: Vec<Other>,
}

/// What else there is when an invitation is. Times are on the clock of the zone that was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = MailInvitationConflicts)]
pub struct WhatElse {
    /// On the days of the invitation, of a series of its first date: what is at the same time comes first. Null where it takes so long that
    /// this was not looked at.
    that_day: Option<Vec<Other>>,
    /// Of a series, how many dates within a year were looked at,
    dates: usize,
    /// at how many of them there is something else,
    conflicting: usize,
    /// and the first of these.
    first: Vec<TakenDate>,
}

/// What else there is when an invitation is: that day, and of a series at its dates within a year.
#[utoipa::path(get, path = "/api/v1.0/mail/messages/{id}/invitation/conflicts", tag = "mail",
    params(("id" = i64, Path), InZone),
    responses((status = 200, body = WhatElse),
        (status = 502, description = "The server did not answer, or not as it should.")))]
pub async fn conflicts(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(wanted): Parameters<InZone>,
) -> Result<Json<WhatElse>, Problem> {
    let zone = viewer(&rest, &known, wanted.zone.as_deref()).await?;
    let found = rest.kalends.mail_invitation(known.caller, message_id(&id)?).await?;
    let found = found.ok_or(Error::NotFound(Missing::Invitation))?;
    let all = rest.kalends.conflicts_of_invitation(known.caller, &found, zone).await?;
    let other = |event: AgendaInstance, same_time: bool| {
        let (start, end) = of_when(event.when, zone);
        let name = Some(event.name).filter(|name| !name.is_empty());
        Other { calendar: event.calendar.0, name, title: event.summary, start, end, same_time }
    };
    let first = all.dates.into_iter().map(|(date, others)| {
        let (start, end) = of_when(date, zone);
        TakenDate { start, end, others: others.into_iter().map(|event| other(event, true)).collect() }
    });
    Ok(Json(WhatElse {
        first: first.collect(),
        that_day: all.that_day.map(|day| day.into_iter().map(|(event, same_time)| other(event, same_time)).collect()),
        dates: all.looked_at,
        conflicting: all.conflicting,
    }))
}

/// A time on the clock of a zone.
fn of_when(when: When, zone: Tz) -> (Time, Time) {
    of_timing(match when {
        When::Days { first, last } => Timing::AllDay { first, last },
        When::Times { start, end } => Timing::Timed { start, end, zone: Some(zone) },
    })
}
