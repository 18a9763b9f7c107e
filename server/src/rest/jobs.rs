//! What goes on for somebody after the request that asked for it: imports.

use super::problem::Problem;
use super::transfer::Report;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use kalends_domain::jobs::{ImportState, Job as OfDomain, JobId, JobKind};
use kalends_domain::{Error, access};
use serde::Serialize;
use utoipa::ToSchema;

/// An import, and how far it has come.
#[derive(Serialize, ToSchema)]
pub struct Job {
    id: i64,
    /// `import`.
    kind: String,
    calendar: i64,
    file_name: String,
    /// `under-way`, `done` or `refused`.
    state: String,
    /// How many objects were handled, of how many; `null` until that is known.
    handled: u64,
    of: Option<u64>,
    /// Why it does not go on.
    error: Option<String>,
    report: Report,
    created: DateTime<Utc>,
    ended: Option<DateTime<Utc>>,
}

/// The newest first.
#[derive(Serialize, ToSchema)]
pub struct JobList {
    jobs: Vec<Job>,
}

/// `None` where it is of a calendar that the credential is not for.
async fn shown(rest: &Rest, caller: access::Caller, job: &OfDomain) -> Result<Option<Job>, Problem> {
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
        file_name: progress.file_name,
        state: state.to_owned(),
        handled: progress.handled,
        of: progress.of,
        error,
        report: progress.report.into(),
        created: job.created_at,
        ended: job.ended_at,
    }))
}

/// The imports that one began in the last days.
#[utoipa::path(get, path = "/api/v1.0/jobs", tag = "transfer", responses((status = 200, body = JobList)))]
pub async fn list(State(rest): State<Rest>, known: Known) -> Result<Json<JobList>, Problem> {
    let mut jobs = Vec::new();
    for job in rest.kalends.own_jobs(known.caller).await? {
        if job.kind == JobKind::Import.name() {
            jobs.extend(shown(&rest, known.caller, &job).await?);
        }
    }
    Ok(Json(JobList { jobs }))
}

/// An import.
#[utoipa::path(get, path = "/api/v1.0/jobs/{id}", tag = "transfer", params(("id" = i64, Path)),
    responses((status = 200, body = Job)))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Json<Job>, Problem> {
    let missing = Error::NotFound("the job");
    let Ok(id) = id.parse().map(JobId) else { return Err(missing.into()) };
    let job = rest.kalends.own_job(known.caller, id).await?;
    if job.kind != JobKind::Import.name() {
        return Err(missing.into());
    }
    Ok(Json(shown(&rest, known.caller, &job).await?.ok_or(missing)?))
}
