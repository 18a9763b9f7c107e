//! Who acts for one, and for whom one acts.

use super::input::{Body, if_match};
use super::output::{etag_of, found};
use super::problem::Problem;
use super::shares::Party;
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::SecondsFormat;
use kalends_domain::Error;
use kalends_domain::access::Access;
use kalends_domain::delegates::{Delegation as OfDomain, highest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// That somebody acts for another.
#[derive(Serialize, ToSchema)]
pub struct Delegation {
    #[serde(flatten)]
    party: Party,
    /// `read` or `write`: all calendars that belong to the one for whom somebody acts, private events included.
    access: String,
    since: String,
}

/// By name.
#[derive(Serialize, ToSchema)]
pub struct DelegationList {
    /// Who acts for one.
    delegates: Vec<Delegation>,
    /// For whom one acts.
    delegating: Vec<Delegation>,
}

/// What a delegate is to do.
#[derive(Deserialize, ToSchema)]
#[schema(as = DelegateToBe)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// `read` or `write`.
    access: String,
}

/// Who acts for one, and for whom one acts.
#[utoipa::path(get, path = "/api/v1.0/delegates", tag = "sharing",
    responses((status = 200, body = DelegationList, headers(("ETag" = String))), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let delegates = rest.kalends.delegates(known.caller).await?;
    let delegating = rest.kalends.delegating(known.caller).await?;
    found(&headers, shown(&delegates, &delegating))
}

fn shown(delegates: &[OfDomain], delegating: &[OfDomain]) -> DelegationList {
    let list = |of: &[OfDomain]| highest(of.to_vec()).iter().map(delegation).collect();
    DelegationList { delegates: list(delegates), delegating: list(delegating) }
}

/// The list that a request saw, if it says which.
struct Seen(Option<Tags>);

impl Seen {
    /// # Errors
    /// 400 for an If-Match that cannot be read.
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        if_match(headers).map(Seen)
    }

    /// # Errors
    /// `PreconditionFailed` where the list is another by now.
    fn check(&self, delegates: &[OfDomain], delegating: &[OfDomain]) -> Result<(), Error> {
        let is_seen = |tags: &Tags| tags.match_strongly(Some(&etag_of(&shown(delegates, delegating))));
        if self.0.as_ref().is_none_or(is_seen) { Ok(()) } else { Err(Error::PreconditionFailed) }
    }
}

/// Has somebody act for one with this access, in the place of what they had.
#[utoipa::path(put, path = "/api/v1.0/delegates/{who}", tag = "sharing", request_body = Wanted,
    params(("who" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the list that one saw.")),
    responses((status = 204)))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(who): Path<String>,
    headers: HeaderMap,
    Body(Wanted { access }, _): Body<Wanted>,
) -> Result<StatusCode, Problem> {
    let access = Access::from_name(&access).unwrap_or(Access::None);
    let seen = Seen::of(&headers)?;
    let party = rest.kalends.party(known.caller, &who).await?;
    rest.kalends.set_delegate_if(known.caller, party.id, access, |one, other| seen.check(one, other)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has somebody act for one no longer.
#[utoipa::path(delete, path = "/api/v1.0/delegates/{who}", tag = "sharing",
    params(("who" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the list that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(who): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let seen = Seen::of(&headers)?;
    let party = rest.kalends.party(known.caller, &who).await?;
    rest.kalends.remove_delegate_if(known.caller, party.id, |one, other| seen.check(one, other)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Acts for somebody no longer.
#[utoipa::path(delete, path = "/api/v1.0/delegating/{who}", tag = "sharing",
    params(("who" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the list that one saw.")),
    responses((status = 204)))]
pub async fn stop(
    State(rest): State<Rest>,
    known: Known,
    Path(who): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let seen = Seen::of(&headers)?;
    let party = rest.kalends.party(known.caller, &who).await?;
    rest.kalends.stop_acting_if(known.caller, party.id, |one, other| seen.check(one, other)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn delegation(of: &OfDomain) -> Delegation {
    Delegation {
        party: Party::of(&of.with),
        access: of.access.to_string(),
        since: of.since.to_rfc3339_opts(SecondsFormat::Millis, true),
    }
}
