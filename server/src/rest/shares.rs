//! With whom calendars are shared, and what those say to it.

use super::calendars::{calendar, kind_name};
use super::problem::Problem;
use super::{Known, Rest, calendar_id};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::Error;
use kalends_domain::access::{Access, Held};
use kalends_domain::sharing::{Answer, Party, Share};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a share is to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    access: String,
    /// It holds until then; none: until it is taken back.
    #[serde(default)]
    ends: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    answer: String,
}

#[derive(Deserialize)]
pub struct Search {
    q: String,
}

/// `GET /calendars/{id}/shares`
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
) -> Result<Json<Value>, Problem> {
    let shares = rest.kalends.shares(known.caller, calendar_id(&calendar)?).await?;
    Ok(Json(json!({ "shares": shares.iter().map(share).collect::<Vec<_>>() })))
}

/// `PUT /calendars/{id}/shares/{who}`: gives them this access in the place of what they had.
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, who)): Path<(String, String)>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(Wanted { access, ends }) = wanted?;
    let calendar = calendar_id(&calendar)?;
    let access = Access::from_name(&access).unwrap_or(Access::None);
    let party = rest.kalends.party(known.caller, &who).await?;
    rest.kalends.share(known.caller, calendar, party.id, access, ends).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /calendars/{id}/shares/{who}`
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, who)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let calendar = calendar_id(&calendar)?;
    let party = rest.kalends.party(known.caller, &who).await?;
    rest.kalends.unshare(known.caller, calendar, party.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /offers`: what was shared with the caller and does not stand in their list.
pub async fn offers(State(rest): State<Rest>, known: Known) -> Result<Json<Value>, Problem> {
    let offers = rest.kalends.offers(known.caller).await?;
    let offer = |held: &Held| {
        let mut shown = calendar(held);
        shown["answer"] = json!(held.view().answer.map(Answer::name));
        shown
    };
    Ok(Json(json!({ "calendars": offers.iter().map(offer).collect::<Vec<_>>() })))
}

/// `PUT /calendars/{id}/answer`: whether the caller wants in their list what was shared with them.
pub async fn answer(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    answered: Result<Json<Answered>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(Answered { answer }) = answered?;
    let answer =
        Answer::from_name(&answer).ok_or_else(|| Problem::bad_request("`answer` is \"accepted\" or \"declined\"."))?;
    rest.kalends.answer_share(known.caller, calendar_id(&calendar)?, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /parties?q=`: people and the caller's teams, whom something can be shared with.
pub async fn parties(
    State(rest): State<Rest>,
    known: Known,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(Search { q }) = search?;
    let found = rest.kalends.find_parties(known.caller, &q).await?;
    Ok(Json(json!({ "parties": found.iter().map(party).collect::<Vec<_>>() })))
}

pub(super) fn party(party: &Party) -> Value {
    json!({ "name": party.slug, "kind": kind_name(party.kind), "display_name": party.display_name })
}

fn share(share: &Share) -> Value {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut shown = party(&share.with);
    shown["access"] = json!(share.access.to_string());
    shown["ends"] = json!(share.ends_at.map(moment));
    shown["answer"] = json!(share.answer.map(Answer::name));
    shown["since"] = json!(moment(share.granted_at));
    shown
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::BytesRejection(_) => Error::TooLarge { limit: MAX_BODY }.into(),
            other => Problem::bad_request(other.body_text()),
        }
    }
}

/// Largest body of a request, in octets.
pub(super) const MAX_BODY: usize = 64 * 1024;
