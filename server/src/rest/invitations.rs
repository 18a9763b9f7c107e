//! Who takes part in an event: inviting, answering, and what was sent to whom.

use super::events::moment;
use super::input::{Body, Parameters, calendar_id, if_match, required_if_match};
use super::output::tagged;
use super::problem::Problem;
use super::times::{Time, changed, of_timing};
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kalends_domain::scheduling::{self, DeliveryId, NewAttendee, Proposal, Wanted};
use kalends_domain::{Error, Missing};
use kalends_ical::instance_key;
use kalends_ical::itip::{Answer, PartStat, Party, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which instance of a series.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfInstance {
    /// As `instance` of what `events` lists; left out: all of the series.
    #[serde(default)]
    instance: Option<String>,
}

/// Somebody who takes part.
#[derive(Serialize, ToSchema)]
pub struct Participant {
    /// A URI, such as `mailto:ada@example.org`.
    address: String,
    name: Option<String>,
    /// What they have answered (PARTSTAT): `NEEDS-ACTION`, `ACCEPTED`, `TENTATIVE`, `DECLINED`, `DELEGATED` or another.
    answer: String,
    /// ROLE, such as `REQ-PARTICIPANT` or `OPT-PARTICIPANT`.
    role: String,
    /// What became of the last message to them (RFC 6638 section 3.2.9), such as `1.2`, delivered.
    status: Option<String>,
}

impl Participant {
    pub(super) fn of(party: Party) -> Self {
        let Party { address, name, partstat, role, status, .. } = party;
        Participant { address, name, answer: partstat, role, status }
    }
}

/// A message that was sent to somebody.
#[derive(Serialize, ToSchema)]
pub struct SentMessage {
    recipient: String,
    /// `REQUEST`, `CANCEL`, `REPLY` and so on (RFC 5546).
    method: String,
    at: chrono::DateTime<chrono::Utc>,
    /// `here`: to somebody of this installation; `mail`: by mail of the installation; `none`: nothing reaches them.
    way: String,
    status: String,
    /// Whether it was not taken up yet, or not taken by a server of mail.
    waiting: bool,
    /// What it did to what they have, such as `created`, `updated`, `answered`, `outdated`.
    outcome: Option<String>,
    problem: Option<String>,
    /// When a server of mail took it, or it was given up.
    done_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// Who takes part in an event.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    /// What the owner of the calendar is: `organizer`, `attendee` or `none`.
    role: &'static str,
    organizer: Option<Participant>,
    attendees: Vec<Participant>,
    /// What the owner of the calendar has answered, where they are invited.
    answer: Option<String>,
    can_answer: bool,
    can_invite: bool,
    /// What attendees would have it be, of what the owner of the calendar organizes; for those who may write to the calendar.
    proposals: Vec<TimeProposed>,
    /// The last first; for those who may write to the calendar.
    sent: Vec<SentMessage>,
}

/// Another time or place that an attendee has proposed.
#[derive(Serialize, ToSchema)]
pub struct TimeProposed {
    id: i64,
    /// Of who proposes it, such as `mailto:ada@example.org`.
    address: String,
    at: chrono::DateTime<chrono::Utc>,
    /// The instance that it is about; `null`: all of it.
    instance: Option<String>,
    start: Time,
    /// Exclusive.
    end: Time,
    /// Another place; `null`: the one that it has.
    location: Option<String>,
    comment: Option<String>,
}

impl TimeProposed {
    fn of(proposal: Proposal) -> Self {
        let (start, end) = of_timing(proposal.timing);
        TimeProposed {
            id: proposal.id.0,
            address: proposal.address,
            at: proposal.at,
            instance: proposal.instance.as_ref().map(instance_key::encode),
            start,
            end,
            location: proposal.location,
            comment: proposal.comment,
        }
    }
}

/// Another time or place to propose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeToPropose {
    /// Left out: as it is.
    #[serde(default)]
    start: Option<Time>,
    /// Exclusive, of the same type as the start; left out: it lasts as long as before.
    #[serde(default)]
    end: Option<Time>,
    /// Left out: the place that it has.
    #[serde(default)]
    #[schema(max_length = 1000)]
    location: Option<String>,
    /// A word to whoever invites.
    #[serde(default)]
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

/// What becomes of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum DecisionName {
    /// The event is so from now on, and everybody is asked anew.
    Accept,
    /// It stays as it is, and who proposed it is told.
    Decline,
}

/// What one says to a proposal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionToMake {
    decision: DecisionName,
    /// A word to who proposed it, where it is declined.
    #[serde(default)]
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

/// What one says to an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerToGive {
    answer: AnswerName,
    /// Who comes in one's place, of `DELEGATED`: an address of e-mail. Whoever invites asks them.
    #[serde(default)]
    #[schema(max_length = 254)]
    delegate: Option<String>,
    /// A word to whoever invites.
    #[serde(default)]
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

/// RFC 5545 section 3.2.12.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum AnswerName {
    Accepted,
    Tentative,
    Declined,
    /// Somebody else comes.
    Delegated,
}

/// # Errors
/// 422 where somebody is sent and not named, or named and not sent.
fn answer_of(name: AnswerName, delegate: Option<String>) -> Result<Answer, Problem> {
    let partstat = match name {
        AnswerName::Tentative => PartStat::Tentative,
        AnswerName::Declined => PartStat::Declined,
        // Whoever sends somebody is not asked any more.
        AnswerName::Accepted | AnswerName::Delegated => PartStat::Accepted,
    };
    match matches!(name, AnswerName::Delegated) == delegate.is_some() {
        true => Ok(Answer { partstat, delegate }),
        false => Err(Problem::bad_value("delegate", "It goes with DELEGATED, and that with it.")),
    }
}

/// Somebody to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitee {
    /// Of e-mail.
    email: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    optional: bool,
}

fn shown(found: scheduling::Invitation) -> Response {
    let role = match found.role {
        Role::Organizer => "organizer",
        Role::Attendee => "attendee",
        Role::Neither => "none",
    };
    let sent = found.sent.into_iter().map(|sent| {
        let scheduling::Sent { recipient, method, at, way, status, waiting, outcome, problem, done_at } = sent;
        SentMessage { recipient, method, at, way, status, waiting, outcome, problem, done_at }
    });
    let body = Invitation {
        role,
        organizer: found.organizer.map(Participant::of),
        attendees: found.attendees.into_iter().map(Participant::of).collect(),
        answer: found.answer,
        can_answer: found.can_answer,
        can_invite: found.can_invite,
        proposals: found.proposals.into_iter().map(TimeProposed::of).collect(),
        sent: sent.collect(),
    };
    tagged(&found.etag, Json(body))
}

/// Who takes part in an event, what they have answered, and what was sent to whom.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/events/{name}/invitation", tag = "events",
    params(("id" = i64, Path), ("name" = String, Path), OfInstance),
    responses((status = 200, body = Invitation, headers(("ETag" = String)))))]
pub async fn get(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    Parameters(of): Parameters<OfInstance>,
) -> Result<Response, Problem> {
    let instance = moment(of.instance.as_deref())?;
    let found = rest.kalends.invitation(known.caller, calendar_id(&id)?, &name, instance.as_ref()).await?;
    Ok(shown(found))
}

/// The entity tag that the caller saw, which has to be the one of now.
fn seen(tags: &Tags, etag: &str) -> Result<String, Problem> {
    if tags.match_strongly(Some(etag)) { Ok(etag.to_owned()) } else { Err(Error::PreconditionFailed.into()) }
}

/// Answers an invitation, for all of it or for one instance. Whoever invites is told.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/events/{name}/answer", tag = "events", request_body = AnswerToGive,
    params(("id" = i64, Path), ("name" = String, Path), OfInstance, ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn answer(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    Parameters(of): Parameters<OfInstance>,
    headers: HeaderMap,
    Body(wanted, _): Body<AnswerToGive>,
) -> Result<Response, Problem> {
    let (caller, calendar, instance) = (known.caller, calendar_id(&id)?, moment(of.instance.as_deref())?);
    let etag = match if_match(&headers)? {
        Some(tags) => Some(seen(&tags, &rest.kalends.invitation(caller, calendar, &name, None).await?.etag)?),
        None => None,
    };
    let answer = answer_of(wanted.answer, wanted.delegate)?;
    let (place, comment) = ((calendar, name.as_str()), wanted.comment.as_deref());
    rest.kalends.answer_invitation(caller, place, etag.as_deref(), instance.as_ref(), answer, comment).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Says who is invited to an event, in all of its instances. Who was and is not named is told that it is cancelled for them.
#[utoipa::path(put, path = "/api/v1.0/calendars/{id}/events/{name}/attendees", tag = "events", request_body = Vec<Invitee>,
    params(("id" = i64, Path), ("name" = String, Path), ("If-Match" = String, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = Invitation, headers(("ETag" = String)))))]
pub async fn put_attendees(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
    Body(wanted, _): Body<Vec<Invitee>>,
) -> Result<Response, Problem> {
    let (caller, calendar) = (known.caller, calendar_id(&id)?);
    let tags = required_if_match(&headers)?;
    let etag = seen(&tags, &rest.kalends.invitation(caller, calendar, &name, None).await?.etag)?;
    let invitee = |Invitee { email, name, optional }| NewAttendee { email, name, is_optional: optional };
    let attendees = wanted.into_iter().map(invitee).collect();
    rest.kalends.set_attendees(caller, (calendar, &name), Some(&etag), attendees).await?;
    Ok(shown(rest.kalends.invitation(caller, calendar, &name, None).await?))
}

/// Proposes another time or place to whoever invites, for all of an event or for one instance. It stays as it is until they decide.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/events/{name}/proposals", tag = "events", request_body = TimeToPropose,
    params(("id" = i64, Path), ("name" = String, Path), OfInstance, ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn propose(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    Parameters(of): Parameters<OfInstance>,
    headers: HeaderMap,
    Body(wanted, _): Body<TimeToPropose>,
) -> Result<Response, Problem> {
    let (caller, calendar, instance) = (known.caller, calendar_id(&id)?, moment(of.instance.as_deref())?);
    let stands = rest.kalends.event(caller, calendar, &name, instance.as_ref()).await?;
    let etag = if_match(&headers)?.map(|tags| seen(&tags, &stands.etag)).transpose()?;
    let timing = changed(stands.draft.timing, wanted.start.as_ref(), wanted.end.as_ref())?;
    let proposed = Wanted { timing, location: wanted.location };
    let (place, comment) = ((calendar, name.as_str()), wanted.comment.as_deref());
    rest.kalends.propose_time(caller, place, etag.as_deref(), instance.as_ref(), proposed, comment).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Decides about what an attendee has proposed.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/events/{name}/proposals/{proposal}", tag = "events", request_body = DecisionToMake,
    params(("id" = i64, Path), ("name" = String, Path), ("proposal" = i64, Path)),
    responses((status = 204)))]
pub async fn decide(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name, proposal)): Path<(String, String, String)>,
    Body(wanted, _): Body<DecisionToMake>,
) -> Result<Response, Problem> {
    let place = (calendar_id(&id)?, name.as_str());
    let proposal = proposal.parse().map(DeliveryId).map_err(|_| Error::NotFound(Missing::Proposal))?;
    match wanted.decision {
        DecisionName::Accept => drop(rest.kalends.accept_proposal(known.caller, place, proposal).await?),
        DecisionName::Decline => {
            rest.kalends.decline_proposal(known.caller, place, proposal, wanted.comment.as_deref()).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Asks whoever invites for what there is now; it comes as any invitation does.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/events/{name}/refresh", tag = "events",
    params(("id" = i64, Path), ("name" = String, Path)), responses((status = 204)))]
pub async fn refresh(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    rest.kalends.refresh_invitation(known.caller, calendar_id(&id)?, &name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
