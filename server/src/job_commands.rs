//! `kalends jobs`.

use crate::Outcome;
use chrono::SecondsFormat;
use clap::{Subcommand, ValueEnum};
use kalends_domain::Kalends;
use kalends_domain::jobs::{Job, JobId, JobKind, JobState};
use std::io::Write;

#[derive(Subcommand)]
pub enum JobsCommand {
    /// Those that have not ended or have failed for good first, then the newest. Times are UTC.
    List,
    /// Have a job that waits, or has failed for good, done now, as if it had never been tried.
    Retry { id: i64 },
    /// Remove a job that is not being done.
    Remove { id: i64 },
    /// Have a server do something now.
    Begin { kind: Begun },
}

/// What can be begun by hand.
#[derive(Clone, Copy, ValueEnum)]
pub enum Begun {
    /// Take away what is kept for a time only.
    Clean,
    /// Derive anew everything that is derived from the stored objects.
    Reindex,
    /// Write a backup into the folder for them.
    Backup,
}

impl From<Begun> for JobKind {
    fn from(kind: Begun) -> Self {
        match kind {
            Begun::Clean => JobKind::Clean,
            Begun::Reindex => JobKind::Reindex,
            Begun::Backup => JobKind::Backup,
        }
    }
}

pub async fn run(kalends: &Kalends, command: JobsCommand) -> Outcome {
    match command {
        JobsCommand::List => {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{:>6}  {:8}  {:8}  {:20}  what became of it", "id", "kind", "state", "due or ended")?;
            for job in kalends.jobs().await? {
                writeln!(out, "{}", line(&job))?;
            }
        }
        JobsCommand::Retry { id } => {
            kalends.retry_job(JobId(id)).await?;
            println!("A server takes job {id} within seconds.");
        }
        JobsCommand::Remove { id } => {
            kalends.remove_job(JobId(id)).await?;
            println!("Job {id} is removed.");
        }
        JobsCommand::Begin { kind } => {
            let JobId(id) = kalends.begin_job(kind.into()).await?;
            println!("A server takes job {id} within seconds; `kalends jobs list` says what becomes of it.");
        }
    }
    Ok(())
}

fn line(job: &Job) -> String {
    let JobId(id) = job.id;
    let at = job.ended_at.unwrap_or(job.due_at).to_rfc3339_opts(SecondsFormat::Secs, true);
    let became = match (job.state, &job.error, &job.result) {
        (JobState::Done, _, Some(result)) => result.clone(),
        (JobState::Running, ..) => progress(job),
        (_, Some(error), _) => format!("failed {} times: {error}", job.attempts),
        _ => String::new(),
    };
    format!("{id:>6}  {:8}  {:8}  {at:20}  {became}", job.kind, job.state.name())
}

fn progress(job: &Job) -> String {
    match job.steps {
        Some(steps) => format!("{} of {steps}", job.steps_done),
        None => String::new(),
    }
}
