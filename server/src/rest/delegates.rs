//! Who acts for one, and for whom one acts.

use super::input::Body;
use super::problem::Problem;
use super::shares::Party;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::SecondsFormat;
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
#[utoipa::path(get, path = "/api/v1.0/delegates", tag = "sharing", responses((status = 200, body = DelegationList)))]
pub async fn list(State(rest): State<Rest>, known: Known) -> Result<Json<DelegationList>, Problem> {
    let delegates = rest.kalends.delegates(known.caller).await?;
    let delegating = rest.kalends.delegating(known.caller).await?;
    let list = |of: Vec<OfDomain>| highest(of).iter().map(delegation).collect();
    Ok(Json(DelegationList { delegates: list(delegates), delegating: list(delegating) }))
}

/// Has somebody act for one with this access, in the place of what they had.
#[utoipa::path(put, path = "/api/v1.0/delegates/{who}", tag = "sharing", request_body = Wanted,
    params(("who" = String, Path)), responses((status = 204)))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(who): Path<String>,
    Body(Wanted { access }, _): Body<Wanted>,
) -> Result<StatusCode, Problem> {
    let access = Access::from_name(&access).unwrap_or(Access::None);
    let party = rest.kalends.party(known.caller, &who).await?;
    rest.kalends.set_delegate(known.caller, party.id, access).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has somebody act for one no longer.
#[utoipa::path(delete, path = "/api/v1.0/delegates/{who}", tag = "sharing",
    params(("who" = String, Path)), responses((status = 204)))]
pub async fn delete(State(rest): State<Rest>, known: Known, Path(who): Path<String>) -> Result<StatusCode, Problem> {
    let party = rest.kalends.party(known.caller, &who).await?;
    rest.kalends.remove_delegate(known.caller, party.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Acts for somebody no longer.
#[utoipa::path(delete, path = "/api/v1.0/delegating/{who}", tag = "sharing",
    params(("who" = String, Path)), responses((status = 204)))]
pub async fn stop(State(rest): State<Rest>, known: Known, Path(who): Path<String>) -> Result<StatusCode, Problem> {
    let party = rest.kalends.party(known.caller, &who).await?;
    rest.kalends.stop_acting(known.caller, party.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn delegation(of: &OfDomain) -> Delegation {
    Delegation {
        party: Party::of(&of.with),
        access: of.access.to_string(),
        since: of.since.to_rfc3339_opts(SecondsFormat::Millis, true),
    }
}
