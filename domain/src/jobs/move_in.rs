//! Moving in: the calendars of an account elsewhere, one after the other.

use super::lease::{Ended, Lease};
use super::{Job, JobId, JobKind, JobState};
use crate::access::{self, Caller, PrincipalId};
use crate::model::job::NewJob;
use crate::model::remote_account::ProviderKind;
use crate::moving::{KeepsMoved, MoveError, Moved};
use crate::retry::retry;
use crate::store::JobProgress;
use crate::sync::connector::{FindError, Found};
use crate::sync::credentials::Credentials;
use crate::sync::provider::{ProviderError, RemoteCalendarId};
use crate::{Error, Kalends, Missing, Problem, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

/// How long somebody may take to choose among the calendars that were found.
const CHOOSING: TimeDelta = TimeDelta::hours(1);
/// Most calendars that move in at once.
const MAX_CALENDARS: usize = 100;

/// An account that was found, on its way through a form and into the queue: sealed all the way.
#[derive(Serialize, Deserialize)]
struct Ticket {
    provider: String,
    preset: Option<String>,
    settings: String,
    credentials: Credentials,
    at: DateTime<Utc>,
}

/// What there is to do, and how far it has come.
#[derive(Clone, Serialize, Deserialize)]
struct Payload {
    /// A [`Ticket`]; `None` once it is not needed any more.
    ticket: Option<String>,
    calendars: Vec<MovedCalendar>,
}

/// A calendar that moves in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedCalendar {
    pub moved: Moved,
    /// Why it does not come, or not to its end.
    pub refused: Option<String>,
}

impl MovedCalendar {
    fn is_open(&self) -> bool {
        self.refused.is_none() && !self.moved.is_done()
    }
}

/// How far a move has come, as the person sees it who began it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveProgress {
    pub calendars: Vec<MovedCalendar>,
    pub is_done: bool,
    /// Why nothing goes on.
    pub refused: Option<String>,
    /// Why it waits to be tried again.
    pub waits: Option<String>,
}

impl Payload {
    fn read(job: &Job) -> Result<Self> {
        serde_json::from_str(&job.payload).map_err(|error| Error::Internal(error.into()))
    }

    fn written(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Internal(error.into()))
    }

    /// How many objects were handled, of how many that are known of.
    fn steps(&self) -> (u64, Option<u64>) {
        let sum = |counts: &mut dyn Iterator<Item = usize>| counts.sum::<usize>() as u64;
        let handled = sum(&mut self.calendars.iter().map(|calendar| calendar.moved.handled));
        (handled, Some(sum(&mut self.calendars.iter().filter_map(|calendar| calendar.moved.of))))
    }
}

/// For whom a ticket is.
fn purpose(owner: PrincipalId) -> Vec<u8> {
    format!("moving in, principal {}", owner.0).into_bytes()
}

impl Kalends {
    /// An account that was found, sealed for the caller, so that a form may bring it back.
    ///
    /// # Errors
    /// `Internal`, where there is no key to seal it with.
    pub fn move_ticket(&self, caller: Caller, found: &Found) -> Result<String> {
        let ticket = Ticket {
            provider: found.provider.name().to_owned(),
            preset: found.preset.clone(),
            settings: found.settings.clone(),
            credentials: found.credentials.clone(),
            at: Utc::now(),
        };
        Ok(URL_SAFE_NO_PAD.encode(self.vault.seal_for(&purpose(caller.principal), &ticket)?))
    }

    fn opened(&self, owner: PrincipalId, ticket: &str) -> Option<(Found, DateTime<Utc>)> {
        let sealed = URL_SAFE_NO_PAD.decode(ticket).ok()?;
        let Ticket { provider, preset, settings, credentials, at } = self.vault.open_for(&purpose(owner), &sealed)?;
        let provider = ProviderKind::from_name(&provider)?;
        Some((Found { provider, preset, settings, credentials }, at))
    }

    /// Has calendars elsewhere move in, also when nobody waits for it and after a restart. `ticket`: of [`Kalends::move_ticket`].
    ///
    /// # Errors
    /// `BadInput` (ticket) for one that is none, too old or another's, (calendars) for none or too many; `Remote` with what the service
    /// said; `TooManyImports`; those of [`Kalends::calendar_for`].
    pub async fn begin_move(&self, caller: Caller, ticket: &str, chosen: &[RemoteCalendarId]) -> Result<JobId> {
        access::require_own(caller)?;
        let opened = self.opened(caller.principal, ticket).filter(|(_, at)| Utc::now() - *at < CHOOSING);
        let (found, _) = opened.ok_or_else(|| Error::bad_input("ticket", Problem::TookTooLong))?;
        self.check_open_moves(caller).await?;
        let provider = self.provider_of(caller, &found).await.map_err(FindError::from)?;
        let mut wanted = provider.calendars().await.map_err(FindError::from)?;
        wanted.retain(|calendar| chosen.contains(&calendar.id));
        if wanted.is_empty() || wanted.len() > MAX_CALENDARS {
            return Err(Error::bad_input("calendars", Problem::Calendars { most: MAX_CALENDARS }));
        }
        let mut calendars = Vec::new();
        for remote in &wanted {
            let here = self.calendar_to_move_into(caller, remote).await?;
            calendars.push(MovedCalendar { moved: Moved::new(remote, here.id, Utc::now()), refused: None });
        }
        let payload = Payload { ticket: Some(ticket.to_owned()), calendars }.written()?;
        let (kind, owner) = (JobKind::MoveIn, Some(caller.principal));
        // One at a time: several would fetch the same at once.
        let key = format!("move-in {}", caller.principal.0);
        let new = NewJob { kind, key, owner, payload, due_at: Utc::now() };
        let id = retry(async || {
            let mut tx = self.db.write().await?;
            let id = tx.enqueue_job(&new).await?;
            tx.commit().await?;
            Ok(id)
        })
        .await?;
        self.wake.notify_one();
        Ok(id)
    }

    async fn check_open_moves(&self, caller: Caller) -> Result<()> {
        let open = self.db.once().await?.open_jobs(JobKind::MoveIn, caller.principal).await?;
        if open > 0 { Err(Error::TooManyImports { limit: 1 }) } else { Ok(()) }
    }

    /// # Errors
    /// `NotFound` for what is no move of the caller's.
    pub async fn move_progress(&self, caller: Caller, id: JobId) -> Result<MoveProgress> {
        let job = self.own_job(caller, id).await?;
        if job.kind != JobKind::MoveIn.name() {
            return Err(Error::NotFound(Missing::Move));
        }
        let calendars = Payload::read(&job)?.calendars;
        let error = job.error.clone();
        Ok(MoveProgress {
            calendars,
            is_done: job.state == JobState::Done,
            refused: error.clone().filter(|_| job.state == JobState::Dead),
            waits: error.filter(|_| job.state == JobState::Waiting),
        })
    }
}

/// Keeps in the job how far a calendar has come.
struct Keeps<'a> {
    lease: &'a Lease,
    payload: &'a Mutex<Payload>,
    at: usize,
}

impl KeepsMoved for Keeps<'_> {
    async fn keep(&self, moved: &Moved) -> Result<()> {
        let mut payload = self.payload.lock().await;
        payload.calendars[self.at].moved = moved.clone();
        keep(self.lease, &payload).await
    }
}

async fn keep(lease: &Lease, payload: &Payload) -> Result<()> {
    let (written, (done, of)) = (payload.written()?, payload.steps());
    let mut tx = lease.kalends.db.write().await?;
    lease.progress(&mut tx, JobProgress { done, of, payload: Some(&written) }).await?;
    lease.kalends.commit_with_news(tx, lease.news(false)).await
}

pub(super) async fn move_in(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let payload = Payload::read(&lease.job)?;
    let owner = lease.job.owner.ok_or(Error::NotFound(Missing::Account))?;
    let caller = Caller::page(owner);
    let opened = payload.ticket.as_ref().and_then(|ticket| kalends.opened(owner, ticket));
    let payload = Mutex::new(payload);
    let provider = match opened {
        Some((found, _)) => kalends.provider_of(caller, &found).await,
        None => Err(ProviderError::Unauthenticated("the password cannot be read any more: begin anew".into())),
    };
    let count = payload.lock().await.calendars.len();
    for at in 0..count {
        let calendar = payload.lock().await.calendars[at].clone();
        if !calendar.is_open() {
            continue;
        }
        let mut moved = calendar.moved;
        let outcome = match &provider {
            Ok(provider) => {
                kalends
                    .move_calendar(caller, provider.as_ref(), &mut moved, &Keeps { lease, payload: &payload, at })
                    .await
            }
            Err(error) => Err(MoveError::There(error.clone())),
        };
        match outcome {
            Ok(()) => {}
            Err(MoveError::Here(error)) if error.is_of_the_store() || matches!(error, Error::LeaseLost) => {
                return Err(error);
            }
            // It may be otherwise the next time.
            Err(MoveError::There(error)) if error.is_transient() => return Err(Error::Remote(error.into())),
            Err(error) => {
                let mut payload = payload.lock().await;
                payload.calendars[at].refused = Some(error.to_string());
                keep(lease, &payload).await?;
            }
        }
    }
    let mut payload = payload.into_inner();
    payload.ticket = None;
    let (written, (done, of)) = (payload.written()?, payload.steps());
    let mut tx = kalends.db.write().await?;
    lease.progress(&mut tx, JobProgress { done, of, payload: Some(&written) }).await?;
    let ended = lease.end(&mut tx, None).await?;
    kalends.commit_with_news(tx, lease.news(true)).await?;
    Ok(ended)
}
