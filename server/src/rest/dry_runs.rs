//! What bringing calendars into step would do, before it is done.

use super::input::{Body, calendar_id};
use super::problem::Problem;
use super::runs::{Count, Line, count, line};
use super::sync::{ToMake, link_of};
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use kalends_domain::sync::{DryRun, LinkTarget};
use serde::Serialize;
use utoipa::ToSchema;

/// What a run would do.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncDryRun)]
pub struct Planned {
    counts: Vec<Count>,
    /// 500 at most.
    lines: Vec<Line>,
    /// Why a run would ask before it deletes anything here; `null`: it would not.
    asks_here: Option<String>,
    /// The same there.
    asks_there: Option<String>,
}

fn shown(planned: DryRun) -> Json<Planned> {
    let [here, there] = planned.stops.map(|stop| stop.map(|stop| stop.to_string()));
    Json(Planned {
        counts: planned.counts.iter().map(count).collect(),
        lines: planned.entries.into_iter().map(line).collect(),
        asks_here: here,
        asks_there: there,
    })
}

/// What the next run of a calendar would do that is in step with one elsewhere.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/sync/dry-run", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 200, body = Planned), (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn next(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Planned>, Problem> {
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    Ok(shown(rest.kalends.dry_run(known.caller, link.id).await?))
}

/// What making a calendar would do that is in step with one elsewhere. Nothing is made.
#[utoipa::path(post, path = "/api/v1.0/calendars/sync/dry-run", tag = "accounts", request_body = ToMake,
    responses((status = 200, body = Planned), (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn of_new(
    State(rest): State<Rest>,
    known: Known,
    Body(wanted, _): Body<ToMake>,
) -> Result<Json<Planned>, Problem> {
    let new = wanted.read(LinkTarget::New { name: wanted.name() })?;
    Ok(shown(rest.kalends.dry_run_of_new_link(known.caller, &new).await?))
}

/// What tying a calendar of one's own to one elsewhere would do. Nothing is tied.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/sync/dry-run", tag = "accounts", request_body = ToMake,
    params(("id" = i64, Path)),
    responses((status = 200, body = Planned), (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn of_tying(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Body(wanted, _): Body<ToMake>,
) -> Result<Json<Planned>, Problem> {
    let new = wanted.read(LinkTarget::Existing(calendar_id(&id)?))?;
    Ok(shown(rest.kalends.dry_run_of_new_link(known.caller, &new).await?))
}
