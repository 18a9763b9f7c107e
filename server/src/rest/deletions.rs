//! Deletions that wait for a yes, of calendars that are in step with others elsewhere.

use super::input::{Body, calendar_id};
use super::problem::Problem;
use super::sync::link_of;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An object that is to be deleted once one has said yes.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncHeldDeletion)]
pub struct HeldDeletion {
    /// On which side it would go: `here` or `there`.
    side: String,
    uid: Option<String>,
    title: Option<String>,
}

/// Deletions that wait for a yes.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncHeldDeletions)]
pub struct HeldDeletions {
    /// How many would go here and there.
    here: u64,
    there: u64,
    /// Of how many.
    of_here: u64,
    of_there: u64,
    /// 500 at most.
    objects: Vec<HeldDeletion>,
}

/// What one says to them.
#[derive(Deserialize, ToSchema)]
#[schema(as = SyncDeletionsAnswer)]
#[serde(deny_unknown_fields)]
pub struct DeletionsAnswer {
    /// `false`: what is gone on one side comes back there from the other.
    delete: bool,
    /// As many as one was told, and no more; left out: as many as there are now.
    #[serde(default)]
    here: Option<u64>,
    #[serde(default)]
    there: Option<u64>,
}

/// What would be deleted, on which side, once one has said yes.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/sync/deletions", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 200, body = HeldDeletions)))]
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
) -> Result<Json<HeldDeletions>, Problem> {
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    let held = rest.kalends.held_deletions(known.caller, link.id, 500).await?;
    let object = |held: kalends_domain::sync::HeldDeletion| HeldDeletion {
        side: held.side.name().to_owned(),
        uid: held.uid,
        title: held.title,
    };
    let ((here, of_here), (there, of_there)) = (held.here, held.there);
    let objects = held.named.into_iter().map(object).collect();
    Ok(Json(HeldDeletions { here, there, of_here, of_there, objects }))
}

/// Says yes to the deletions, or no.
#[utoipa::path(put, path = "/api/v1.0/calendars/{id}/sync/deletions", tag = "accounts", request_body = DeletionsAnswer,
    params(("id" = i64, Path)), responses((status = 202)))]
pub async fn answer(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Body(answer, _): Body<DeletionsAnswer>,
) -> Result<StatusCode, Problem> {
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    if answer.delete {
        let shown = (answer.here.unwrap_or(u64::MAX), answer.there.unwrap_or(u64::MAX));
        rest.kalends.approve_shown_deletions(known.caller, link.id, shown).await?;
    } else {
        rest.kalends.refuse_deletions(known.caller, link.id).await?;
    }
    Ok(StatusCode::ACCEPTED)
}
