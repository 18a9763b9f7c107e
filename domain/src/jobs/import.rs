//! The import of a large file.

use super::lease::{Ended, Lease};
use super::{Job, JobId, JobKind};
use crate::access::{self, Access, Caller};
use crate::calendars::CalendarId;
use crate::model::job::NewJob;
use crate::model::version::{Run, RunKind};
use crate::retry::retry;
use crate::store::JobProgress;
use crate::transfer::{Import, ImportReport, SaysHowFar, import_run};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Result};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};

/// What there is to do, and how far it has come.
#[derive(Clone, Serialize, Deserialize)]
struct Payload {
    calendar: i64,
    /// The calendar goes again when nothing comes in.
    made_for_it: bool,
    run: uuid::Uuid,
    file_name: String,
    handled: usize,
    report: ImportReport,
}

/// What came of it: the report, or why there is none.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Report(ImportReport),
    Refused(String),
}

/// How far an import has come, as the person sees it who began it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    pub calendar: CalendarId,
    pub file_name: String,
    /// How many of how many objects were handled; `None` until that is known.
    pub handled: u64,
    pub of: Option<u64>,
    /// What became of them so far.
    pub report: ImportReport,
    pub state: ImportState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// It waits or goes on.
    UnderWay,
    Done,
    /// It does not go on, and why.
    Refused(String),
}

impl Payload {
    fn read(job: &Job) -> Result<Self> {
        serde_json::from_str(&job.payload).map_err(|error| Error::Internal(error.into()))
    }

    fn write(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Internal(error.into()))
    }
}

impl Kalends {
    /// Takes a file to be imported as [`Kalends::import`] does it, also when nobody waits for it and after a restart. Into a calendar that
    /// was `made_for_it`: that goes again when nothing comes in.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `TooLarge`; `TooManyImports`.
    pub async fn begin_import(
        &self,
        caller: Caller,
        (calendar, made_for_it): (CalendarId, bool),
        file_name: &str,
        file: &[u8],
    ) -> Result<JobId> {
        if file.len() > self.limits.import_octets {
            return Err(Error::TooLarge { limit: self.limits.import_octets });
        }
        let Run { id: run, label: file_name, .. } = import_run(file_name);
        let report = ImportReport { run, ..ImportReport::default() };
        let payload = Payload { calendar: calendar.0, made_for_it, run, file_name, handled: 0, report }.write()?;
        let (kind, owner) = (JobKind::Import, Some(caller.principal));
        let new = NewJob { kind, key: run.to_string(), owner, payload, due_at: Utc::now() };
        let id = retry(async || {
            let mut tx = self.db.write().await?;
            access::calendar(&mut tx, caller, calendar, Access::Write).await?;
            // Of two who begin one at the same moment the second counts the first.
            tx.lock_home(caller.principal).await?;
            let limit = self.limits.open_imports;
            if tx.open_jobs(kind, caller.principal).await? >= limit as u64 {
                return Err(Error::TooManyImports { limit });
            }
            let id = tx.enqueue_job(&new).await?;
            tx.attach_job_file(id, file).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await?;
        self.wake.notify_one();
        Ok(id)
    }

    /// [`Kalends::import_progress`], of an import that the caller's credential may know of: one for a calendar knows of that alone.
    ///
    /// # Errors
    /// Those of [`Kalends::import_progress`].
    pub async fn seen_import(&self, caller: Caller, id: JobId) -> Result<ImportProgress> {
        let progress = self.import_progress(caller, id).await?;
        if access::may_make_calendars(caller) {
            return Ok(progress);
        }
        match self.calendar_by_id(caller, progress.calendar).await {
            Err(Error::NotFound(_)) => Err(Error::NotFound(Missing::Job)),
            seen => seen.map(|_| progress),
        }
    }

    /// # Errors
    /// `NotFound` for what is no import of the caller's.
    pub async fn import_progress(&self, caller: Caller, id: JobId) -> Result<ImportProgress> {
        let job = self.own_job(caller, id).await?;
        if job.kind != JobKind::Import.name() {
            return Err(Error::NotFound(Missing::Import));
        }
        let Payload { calendar, file_name, report, .. } = Payload::read(&job)?;
        let outcome = job.result.as_deref().map(serde_json::from_str::<Outcome>).transpose();
        let (state, report) = match (outcome.map_err(|error| Error::Internal(error.into()))?, job.state) {
            (Some(Outcome::Report(report)), _) => (ImportState::Done, report),
            (Some(Outcome::Refused(why)), _) => (ImportState::Refused(why), report),
            (None, super::JobState::Dead) => (ImportState::Refused(job.error.unwrap_or_default()), report),
            (None, _) => (ImportState::UnderWay, report),
        };
        let (calendar, handled, of) = (CalendarId(calendar), job.steps_done, job.steps);
        Ok(ImportProgress { calendar, file_name, handled, of, report, state })
    }
}

/// The job says how far it has come in the transaction of each batch, and in that of the last that it is done.
struct Says {
    lease: Lease,
    payload: Payload,
    ended: Mutex<Option<Ended>>,
}

impl SaysHowFar for Says {
    async fn say(&self, write: &mut Write, handled: usize, of: usize, report: &ImportReport) -> Result<()> {
        let payload = Payload { handled, report: report.clone(), ..self.payload.clone() }.write()?;
        let progress = JobProgress { done: handled as u64, of: Some(of as u64), payload: Some(&payload) };
        self.lease.progress(&mut write.tx, progress).await?;
        let is_end = handled >= of;
        if let Some(news) = self.lease.news(is_end) {
            write.announce(news);
        }
        if is_end {
            let ended = self.lease.end(&mut write.tx, Some(&result(&Outcome::Report(report.clone()))?)).await?;
            *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        }
        Ok(())
    }
}

fn result(outcome: &Outcome) -> Result<String> {
    serde_json::to_string(outcome).map_err(|error| Error::Internal(error.into()))
}

pub(super) async fn import(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let payload = Payload::read(&lease.job)?;
    let owner = lease.job.owner.ok_or(Error::NotFound(Missing::Account))?;
    let file = kalends.db.once().await?.job_file(lease.held.id).await?;
    let run = Run { id: payload.run, kind: RunKind::Import, label: payload.file_name.clone() };
    let (caller, calendar) = (Caller::page(owner), CalendarId(payload.calendar));
    let Payload { made_for_it, handled, .. } = payload;
    let import = Import { calendar, run, handled, report: payload.report.clone() };
    let says = Says { lease: lease.clone(), payload, ended: Mutex::new(None) };
    let imported = match file {
        Some(file) => kalends.import_from(caller, import, file, &says).await,
        None => Err(Error::NotFound(Missing::File)),
    };
    let outcome = match imported {
        Ok(report) => match says.ended.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(ended) => return Ok(ended),
            // A file without any object has no batch.
            None => Outcome::Report(report),
        },
        Err(error) if error.is_of_the_store() => return Err(error),
        // Trying again would come to the same.
        Err(error) => {
            if made_for_it && handled == 0 {
                match kalends.discard_calendar(caller, calendar).await {
                    // Somebody has deleted it.
                    Ok(()) | Err(Error::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Outcome::Refused(error.to_string())
        }
    };
    let mut tx = kalends.db.write().await?;
    let ended = lease.end(&mut tx, Some(&result(&outcome)?)).await?;
    kalends.commit_with_news(tx, lease.news(true)).await?;
    Ok(ended)
}
