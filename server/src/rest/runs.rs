//! What was done to bring calendars into step, and taking it back.

use super::accounts::moment;
use super::input::Parameters;
use super::jobs::{BegunJob, begun};
use super::problem::Problem;
use super::sync::link_of;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use kalends_domain::calendars::CalendarId;
use kalends_domain::sync::{DeedCount, RunEntry, SyncRun, SyncRunId};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which runs.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OfCalendar {
    calendar: i64,
    /// Those before this one.
    #[serde(default)]
    before: Option<i64>,
}

/// Which lines of a receipt.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Those after the line with this id.
    #[serde(default)]
    after: i64,
}

/// What was done to bring two calendars into step.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncRun)]
pub struct RunInfo {
    id: i64,
    began: String,
    ended: Option<String>,
    /// `done`, `partly`, `failed` or `asks`; `null`: it goes on.
    outcome: Option<String>,
    trouble: Option<String>,
    why: Option<String>,
    takes_back: bool,
    taken_back: bool,
}

/// Runs, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncRunList)]
pub struct RunList {
    runs: Vec<RunInfo>,
}

/// How many objects something was done with.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncCount)]
pub struct Count {
    /// `here` or `there`.
    side: String,
    what: String,
    count: u64,
}

/// What was done with one object.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncLine)]
pub struct Line {
    id: i64,
    /// `here` or `there`.
    side: String,
    /// `created`, `changed`, `deleted`, `merged`, `conflict`, `aside`, `held` or `left`.
    what: String,
    uid: String,
    title: Option<String>,
    /// The name of the object here.
    name: Option<String>,
    why: Option<String>,
}

/// What a run did.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncReceipt)]
pub struct Receipt {
    run: RunInfo,
    counts: Vec<Count>,
    /// 500 at most; those after the last of them are had with `after`.
    lines: Vec<Line>,
}

fn run_info(run: &SyncRun) -> RunInfo {
    RunInfo {
        id: run.id.0,
        began: moment(run.began_at),
        ended: run.ended_at.map(moment),
        outcome: run.outcome.map(|outcome| outcome.name().to_owned()),
        trouble: run.trouble.map(|trouble| trouble.name().to_owned()),
        why: run.why.clone(),
        takes_back: run.takes_back,
        taken_back: run.taken_back,
    }
}

pub(super) fn count(count: &DeedCount) -> Count {
    Count { side: count.side.name().to_owned(), what: count.deed.name().to_owned(), count: count.count }
}

pub(super) fn line(entry: RunEntry) -> Line {
    let RunEntry { id, side, deed, uid, title, name, why, .. } = entry;
    Line { id, side: side.name().to_owned(), what: deed.name().to_owned(), uid, title, name, why }
}

/// What was done for a calendar that is in step, the newest first, fifty runs at a time.
#[utoipa::path(get, path = "/api/v1.0/runs", tag = "accounts", params(OfCalendar), responses((status = 200, body = RunList)))]
pub async fn runs(
    State(rest): State<Rest>,
    known: Known,
    Parameters(of): Parameters<OfCalendar>,
) -> Result<Json<RunList>, Problem> {
    let link = link_of(&rest, &known, CalendarId(of.calendar)).await?;
    let runs = rest.kalends.sync_runs(known.caller, link.id, of.before.map(SyncRunId), 50).await?;
    Ok(Json(RunList { runs: runs.iter().map(run_info).collect() }))
}

fn run_id(text: &str) -> Result<SyncRunId, Problem> {
    text.parse().map(SyncRunId).map_err(|_| Error::NotFound(Missing::Run).into())
}

/// What a run did.
#[utoipa::path(get, path = "/api/v1.0/runs/{id}", tag = "accounts", params(("id" = i64, Path), After),
    responses((status = 200, body = Receipt)))]
pub async fn receipt(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(After { after }): Parameters<After>,
) -> Result<Json<Receipt>, Problem> {
    let id = run_id(&id)?;
    let (run, counts) = rest.kalends.sync_run(known.caller, id).await?;
    let lines = rest.kalends.sync_run_entries(known.caller, id, after, 500).await?;
    let counts = counts.iter().map(count).collect();
    Ok(Json(Receipt { run: run_info(&run), counts, lines: lines.into_iter().map(line).collect() }))
}

/// Has what a run did taken back on both sides, but for what has changed since. That is a job; asked for again while it goes on, it is the
/// same one.
#[utoipa::path(post, path = "/api/v1.0/runs/{id}/take-back", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 202, body = BegunJob, headers(("Location" = String, description = "Where it says how far it has come.")))))]
pub async fn take_back(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = rest.kalends.begin_taking_back(known.caller, run_id(&id)?).await?;
    Ok(begun(job))
}
