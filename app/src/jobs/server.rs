//! The server's side of the page of jobs.

use super::{JobInfo, State, Wish};
use crate::history::words_of::Reader;
use crate::wire::ApiError;
use crate::words;
use kalends_domain::Kalends;
use kalends_domain::accounts::User;
use kalends_domain::jobs::{Job, JobId, JobKind, JobState};

/// Whoever is no administrator does not learn that there is anything.
fn administrator(user: &User) -> Result<(), ApiError> {
    if user.is_admin { Ok(()) } else { Err(ApiError::NotFound(words::errors_page_not_found().into())) }
}

pub async fn list(kalends: &Kalends, user: &User) -> Result<Vec<JobInfo>, ApiError> {
    administrator(user)?;
    let reader = Reader::of(user);
    Ok(kalends.jobs().await?.iter().map(|job| info(&reader, job)).collect())
}

fn info(reader: &Reader, job: &Job) -> JobInfo {
    let state = match job.state {
        JobState::Waiting if job.error.is_some() => State::Failing,
        JobState::Waiting => State::Waiting,
        JobState::Running => State::Running,
        JobState::Done => State::Done,
        JobState::Dead => State::Dead,
    };
    let kind = match JobKind::from_name(&job.kind) {
        Some(JobKind::Clean) => words::server_jobs_clean().to_owned(),
        Some(JobKind::Reindex) => words::server_jobs_reindex().to_owned(),
        Some(JobKind::Import) => words::server_jobs_import().to_owned(),
        Some(JobKind::Backup) => words::server_jobs_backup().to_owned(),
        Some(JobKind::MoveIn) => words::server_jobs_move_in().to_owned(),
        Some(JobKind::EndShares) => words::server_jobs_end_shares().to_owned(),
        Some(JobKind::Sync) => words::server_jobs_sync().to_owned(),
        Some(JobKind::Subscribe) => words::server_jobs_subscribe().to_owned(),
        Some(JobKind::TakeBack) => words::server_jobs_take_back().to_owned(),
        Some(JobKind::Invitations) => words::server_jobs_invitations().to_owned(),
        Some(JobKind::InvitationMail) => words::server_imip_job().to_owned(),
        Some(JobKind::Remind) => words::server_reminders_job_plan().to_owned(),
        Some(JobKind::Deliver) => words::server_reminders_job_send().to_owned(),
        Some(JobKind::Mail) => words::server_letters_job().to_owned(),
        Some(JobKind::MailLook) => words::server_jobs_mail_look().to_owned(),
        Some(JobKind::MailPush) => words::server_jobs_mail_push().to_owned(),
        Some(JobKind::MailSave) => words::server_jobs_mail_save().to_owned(),
        Some(JobKind::MailInvitations) => words::server_mail_invitation_job().to_owned(),
        Some(JobKind::MailSend) => words::server_jobs_mail_send().to_owned(),
        None => job.kind.clone(),
    };
    let became = match (state, &job.error) {
        (State::Failing | State::Dead, Some(error)) => {
            words::server_jobs_failed(usize::try_from(job.attempts).unwrap_or(0), error)
        }
        _ => String::new(),
    };
    JobInfo {
        id: job.id.0,
        kind,
        state,
        when: reader.moment(reader.local(job.ended_at.unwrap_or(job.due_at))),
        became,
        progress: job.steps.filter(|_| state == State::Running).map(|steps| (job.steps_done, steps)),
        can_be_retried: matches!(job.state, JobState::Waiting | JobState::Dead),
        can_be_removed: job.state != JobState::Running,
    }
}

/// Does what a form asked for.
pub async fn fulfil(kalends: &Kalends, user: &User, wish: Wish) -> Result<(), ApiError> {
    administrator(user)?;
    match wish {
        Wish::Retry(id) => kalends.retry_job(JobId(id)).await?,
        Wish::Remove(id) => kalends.remove_job(JobId(id)).await?,
        Wish::Clean => drop(kalends.begin_job(JobKind::Clean).await?),
        Wish::Reindex => drop(kalends.begin_job(JobKind::Reindex).await?),
    }
    Ok(())
}
