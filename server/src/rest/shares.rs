//! With whom calendars are shared, and what those say to it.

use super::calendars::Calendar;
use super::input::{Body, Parameters, calendar_id, if_match, write_precondition};
use super::output::{etag_of, found, tagged};
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::access::{Access, Held, PrincipalId};
use kalends_domain::calendars::CalendarId;
use kalends_domain::objects::Precondition;
use kalends_domain::sharing::{Answer, Party as OfDomain, Share};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Somebody something can be shared with.
#[derive(Clone, Serialize, ToSchema)]
pub struct Party {
    /// In addresses; `everyone` stands for all who have an account.
    pub(super) name: String,
    /// `person`, `group`, `mission` or `everyone`.
    pub(super) kind: String,
    pub(super) display_name: String,
}

impl Party {
    pub(super) fn of(party: &OfDomain) -> Self {
        let (name, display_name) = (party.slug.clone(), party.display_name.clone());
        Party { name, kind: party.kind.name().to_owned(), display_name }
    }
}

/// In the order of their names.
#[derive(Serialize, ToSchema)]
pub struct PartyList {
    pub(super) parties: Vec<Party>,
}

/// That somebody was given access.
#[derive(Serialize, ToSchema)]
pub struct ShareInfo {
    name: String,
    kind: String,
    display_name: String,
    access: String,
    ends: Option<String>,
    /// `accepted` or `declined`; `null` while a person is asked, and for those who are not.
    answer: Option<String>,
    since: String,
}

/// With whom a calendar is shared.
#[derive(Serialize, ToSchema)]
pub struct ShareList {
    shares: Vec<ShareInfo>,
}

/// A calendar that does not stand in one's list.
#[derive(Serialize, ToSchema)]
pub struct Offer {
    #[serde(flatten)]
    calendar: Calendar,
    /// `null`: one was not asked yet; or `declined`.
    answer: Option<String>,
}

/// What was shared with one and does not stand in one's list.
#[derive(Serialize, ToSchema)]
pub struct OfferList {
    calendars: Vec<Offer>,
}

/// What a share is to be.
#[derive(Deserialize, ToSchema)]
#[schema(as = ShareToMake)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// `free-busy`, `read`, `write` or `administer`.
    access: String,
    /// It holds until then; none: until it is taken back.
    #[serde(default)]
    ends: Option<DateTime<Utc>>,
}

/// What one says to a share.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// `accepted` or `declined`.
    answer: String,
}

/// Whom one looks for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Two characters at least.
    q: String,
}

/// With whom a calendar is shared.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/shares", tag = "sharing", params(("id" = i64, Path)),
    responses((status = 200, body = ShareList, headers(("ETag" = String))), (status = 304)))]
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let shares = rest.kalends.shares(known.caller, calendar_id(&calendar)?).await?;
    found(&headers, ShareList { shares: shares.iter().map(share).collect() })
}

/// What somebody has, `NotFound` where that is nothing.
async fn share_of(rest: &Rest, known: &Known, calendar: CalendarId, with: PrincipalId) -> Result<ShareInfo, Problem> {
    let shares = rest.kalends.shares(known.caller, calendar).await?;
    let found = shares.iter().find(|share| share.with.id == with);
    found.map(share).ok_or_else(|| Error::NotFound(Missing::Share).into())
}

/// What was shared with somebody.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/shares/{who}", tag = "sharing",
    params(("id" = i64, Path), ("who" = String, Path)),
    responses((status = 200, body = ShareInfo, headers(("ETag" = String))), (status = 304)))]
pub async fn get(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, who)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&calendar)?;
    // Who may not look is refused before it shows who there is.
    rest.kalends.shares(known.caller, calendar).await?;
    let party = rest.kalends.party(known.caller, &who).await?;
    found(&headers, share_of(&rest, &known, calendar, party.id).await?)
}

/// What a request says that somebody has, by If-Match or If-None-Match; without either nothing.
fn precondition(headers: &HeaderMap) -> Result<Precondition, Problem> {
    match headers.contains_key(header::IF_NONE_MATCH) || if_match(headers)?.is_some() {
        true => write_precondition(headers),
        false => Ok(Precondition::None),
    }
}

fn check(precondition: &Precondition, found: Option<&Share>) -> Result<(), Error> {
    precondition.check(found.map(|found| etag_of(&share(found))).as_deref())
}

/// Gives somebody this access in the place of what they had.
#[utoipa::path(put, path = "/api/v1.0/calendars/{id}/shares/{who}", tag = "sharing", request_body = Wanted,
    params(("id" = i64, Path), ("who" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw."),
        ("If-None-Match" = Option<String>, Header, description = "`*`: where they have nothing.")),
    responses((status = 204, headers(("ETag" = String)))))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, who)): Path<(String, String)>,
    headers: HeaderMap,
    Body(Wanted { access, ends }, _): Body<Wanted>,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&calendar)?;
    let access = Access::from_name(&access).unwrap_or(Access::None);
    let precondition = precondition(&headers)?;
    let party = rest.kalends.party(known.caller, &who).await?;
    let check = |found: Option<&Share>| check(&precondition, found);
    rest.kalends.share_if(known.caller, calendar, party.id, (access, ends), check).await?;
    Ok(match share_of(&rest, &known, calendar, party.id).await {
        Ok(now) => tagged(&etag_of(&now), StatusCode::NO_CONTENT),
        // Somebody was faster.
        Err(_) => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Takes back what was shared with somebody.
#[utoipa::path(delete, path = "/api/v1.0/calendars/{id}/shares/{who}", tag = "sharing",
    params(("id" = i64, Path), ("who" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, who)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let calendar = calendar_id(&calendar)?;
    let precondition = precondition(&headers)?;
    let party = rest.kalends.party(known.caller, &who).await?;
    let check = |found: Option<&Share>| check(&precondition, found);
    rest.kalends.unshare_if(known.caller, calendar, party.id, check).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was shared with one and does not stand in one's list.
#[utoipa::path(get, path = "/api/v1.0/offers", tag = "sharing", responses((status = 200, body = OfferList)))]
pub async fn offers(State(rest): State<Rest>, known: Known) -> Result<Json<OfferList>, Problem> {
    let offers = rest.kalends.offers(known.caller).await?;
    let offer = |held: &Held| {
        let answer = held.view().answer.map(|answer| answer.name().to_owned());
        Offer { calendar: Calendar::of(held), answer }
    };
    Ok(Json(OfferList { calendars: offers.iter().map(offer).collect() }))
}

/// Says whether one wants in one's list what was shared with one.
#[utoipa::path(put, path = "/api/v1.0/calendars/{id}/answer", tag = "sharing", request_body = Answered,
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn answer(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    Body(Answered { answer }, _): Body<Answered>,
) -> Result<StatusCode, Problem> {
    let answer = Answer::from_name(&answer).ok_or_else(|| Problem::bad_value("answer", "accepted or declined"))?;
    rest.kalends.answer_share(known.caller, calendar_id(&calendar)?, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// People and one's groups and missions, whom something can be shared with: ten at most.
#[utoipa::path(get, path = "/api/v1.0/parties", tag = "sharing", params(Search),
    responses((status = 200, body = PartyList, headers(("RateLimit" = String, description = "What is left."), ("RateLimit-Policy" = String)))))]
pub async fn parties(
    State(rest): State<Rest>,
    known: Known,
    Parameters(Search { q }): Parameters<Search>,
) -> Result<Response, Problem> {
    let left = match rest.searches.take(known.caller.principal) {
        Ok(left) => left,
        Err(left) => return Ok(left.refused()),
    };
    let found = rest.kalends.find_parties(known.caller, &q).await?;
    Ok(left.told(Json(PartyList { parties: found.iter().map(Party::of).collect() }).into_response()))
}

fn share(share: &Share) -> ShareInfo {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let Party { name, kind, display_name } = Party::of(&share.with);
    ShareInfo {
        name,
        kind,
        display_name,
        access: share.access.to_string(),
        ends: share.ends_at.map(moment),
        answer: share.answer.map(|answer| answer.name().to_owned()),
        since: moment(share.granted_at),
    }
}
