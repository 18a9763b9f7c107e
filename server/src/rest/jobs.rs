//! What goes on for somebody after the request that asked for it: imports, runs that bring calendars into step, and taking those back.

use super::problem::Problem;
use super::transfer::Report;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use kalends_domain::jobs::{ImportState, Job as OfDomain, JobId, JobKind, JobState};
use kalends_domain::{Error, Missing, access};
use serde::Serialize;
use utoipa::ToSchema;

/// What goes on, and how far it has come.
#[derive(Serialize, ToSchema)]
pub struct Job {
    id: i64,
    /// `import`, `sync` (a calendar and one elsewhere are brought into step) or `take-back` (what that did is taken back).
    kind: String,
    calendar: i64,
    /// Of an import.
    file_name: Option<String>,
    /// `waiting` (to begin, or to be tried again), `under-way`, `done` or `refused`.
    state: String,
    /// How many objects were handled, of how many; `null` until that is known.
    handled: u64,
    of: Option<u64>,
    /// Why it does not go on, or is tried again.
    error: Option<String>,
    /// Of an import.
    report: Option<Report>,
    created: DateTime<Utc>,
    ended: Option<DateTime<Utc>>,
}

/// What was begun.
#[derive(Serialize, ToSchema)]
pub struct BegunJob {
    job: i64,
    /// Where it says how far it has come.
    href: String,
}

/// Where a job says how far it has come.
pub(super) fn job_path(JobId(job): JobId) -> String {
    format!("/api/v1.0/jobs/{job}")
}

/// 202 with where to look.
pub(super) fn accepted(location: &str, body: impl Serialize) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    response.headers_mut().extend(HeaderValue::from_str(location).ok().map(|location| (header::LOCATION, location)));
    response
}

/// [`accepted`], of a job.
pub(super) fn begun(job: JobId) -> Response {
    let href = job_path(job);
    accepted(&href.clone(), BegunJob { job: job.0, href })
}

/// The newest first.
#[derive(Serialize, ToSchema)]
pub struct JobList {
    jobs: Vec<Job>,
}

/// `None` where it is of a calendar that the credential is not for, or of a kind that is not shown.
async fn shown(rest: &Rest, caller: access::Caller, job: &OfDomain) -> Result<Option<Job>, Problem> {
    match JobKind::from_name(&job.kind) {
        Some(JobKind::Import) => import(rest, caller, job).await,
        Some(JobKind::Sync | JobKind::TakeBack) => of_link(rest, caller, job).await,
        _ => Ok(None),
    }
}

async fn of_link(rest: &Rest, caller: access::Caller, job: &OfDomain) -> Result<Option<Job>, Problem> {
    let link = match rest.kalends.link_of_job(caller, job).await {
        Err(Error::NotFound(_)) => return Ok(None),
        link => link?,
    };
    let mut error = job.error.clone();
    let mut state = match job.state {
        JobState::Waiting => "waiting",
        JobState::Running => "under-way",
        JobState::Done => "done",
        JobState::Dead => "refused",
    };
    if job.kind == JobKind::TakeBack.name()
        && let Some((_, progress)) = rest.kalends.taking_back_of(caller, link.id).await?
        && progress.job == job.id
        && let Some(why) = progress.outcome.refused
    {
        (state, error) = ("refused", Some(why));
    }
    Ok(Some(Job {
        id: job.id.0,
        kind: job.kind.clone(),
        calendar: link.calendar.0,
        file_name: None,
        state: state.to_owned(),
        handled: job.steps_done,
        of: job.steps,
        error,
        report: None,
        created: job.created_at,
        ended: job.ended_at,
    }))
}

async fn import(rest: &Rest, caller: access::Caller, job: &OfDomain) -> Result<Option<Job>, Problem> {
    let progress = match rest.kalends.seen_import(caller, job.id).await {
        Err(Error::NotFound(_)) => return Ok(None),
        progress => progress?,
    };
    let (state, error) = match progress.state {
        ImportState::UnderWay => ("under-way", None),
        ImportState::Done => ("done", None),
        ImportState::Refused(why) => ("refused", Some(why)),
    };
    Ok(Some(Job {
        id: job.id.0,
        kind: job.kind.clone(),
        calendar: progress.calendar.0,
        file_name: Some(progress.file_name),
        state: state.to_owned(),
        handled: progress.handled,
        of: progress.of,
        error,
        report: Some(progress.report.into()),
        created: job.created_at,
        ended: job.ended_at,
    }))
}

/// What one began in the last days, and what goes on for one's calendars.
#[utoipa::path(get, path = "/api/v1.0/jobs", tag = "transfer", responses((status = 200, body = JobList)))]
pub async fn list(State(rest): State<Rest>, known: Known) -> Result<Json<JobList>, Problem> {
    let mut jobs = Vec::new();
    for job in rest.kalends.own_jobs(known.caller).await? {
        jobs.extend(shown(&rest, known.caller, &job).await?);
    }
    Ok(Json(JobList { jobs }))
}

/// One of them.
#[utoipa::path(get, path = "/api/v1.0/jobs/{id}", tag = "transfer", params(("id" = i64, Path)),
    responses((status = 200, body = Job)))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Job>, Problem> {
    let missing = Error::NotFound(Missing::Job);
    let Ok(id) = id.parse().map(JobId) else { return Err(missing.into()) };
    let job = rest.kalends.own_job(known.caller, id).await?;
    Ok(Json(shown(&rest, known.caller, &job).await?.ok_or(missing)?))
}
