//! That a service tells of changes in a calendar, instead of being asked again and again: what is agreed upon with it, kept up by a
//! durable job for each account (`notices` has what becomes of what it tells). Where it does not tell, or nobody can reach this
//! installation, the link's interval is all that there is.

use super::accounts::own_account;
use super::provider::{Notifications, Provider, ProviderError, RemoteSubscription};
use super::schedule;
use crate::accounts::secrets::{hash, random_token};
use crate::jobs::{Ended, JobKind, Lease};
use crate::model::job::NewJob;
use crate::model::principal::Caller;
use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
use crate::model::sync_link::SyncLink;
use crate::retry::retry;
use crate::store::{NewSubscription, SyncSubscription, Transaction};
use crate::{Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::Duration;

/// So long before its end a subscription is renewed; one that does not live twice as long, after half of its life.
const MARGIN: TimeDelta = TimeDelta::hours(24);
/// When a service is asked again that has said no, or has not answered.
const AFTER_NO: TimeDelta = TimeDelta::hours(6);
const AFTER_FAULT: TimeDelta = TimeDelta::minutes(10);
/// How long an account that is removed waits for its service to hear of it.
const MAX_FAREWELL: Duration = Duration::from_secs(5);

/// Where services can tell this installation something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NotificationHook {
    /// This process is not the one that would hear it: what is agreed upon is left alone.
    #[default]
    Unknown,
    /// The installation has no public address.
    Nowhere,
    At(Arc<str>),
}

impl NotificationHook {
    fn address(&self) -> Option<&str> {
        match self {
            NotificationHook::At(address) => Some(address),
            NotificationHook::Unknown | NotificationHook::Nowhere => None,
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        *self != NotificationHook::Unknown
    }
}

/// Whether a service is to tell of changes in the calendar of a link.
pub(super) fn is_told(link: &SyncLink) -> bool {
    let settings = &link.settings;
    settings.interval.is_some()
        && settings.direction != super::plan::Direction::Push
        && !link.state.rests()
        && !link.removing
}

/// When a subscription is renewed.
fn renewal(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    expires_at - MARGIN.min((expires_at - now) / 2).max(TimeDelta::zero())
}

/// When a service is asked again that has answered with `error`.
fn again(error: &ProviderError, now: DateTime<Utc>) -> DateTime<Utc> {
    let wait = match error {
        ProviderError::Transient { retry_after, .. } => {
            AFTER_FAULT.max(retry_after.unwrap_or_default().min(schedule::MAX_INTERVAL))
        }
        _ => AFTER_NO,
    };
    now + schedule::jittered(wait)
}

fn job(account: &RemoteAccount, due_at: DateTime<Utc>) -> NewJob {
    let key = account.id.0.to_string();
    NewJob { kind: JobKind::Subscribe, payload: key.clone(), key, owner: Some(account.owner), due_at }
}

/// Does the job of an account: what its service tells becomes what it is to tell.
pub(crate) async fn settle(lease: &Lease) -> Result<Ended> {
    let kalends = &lease.kalends;
    let id = lease.job.payload.parse().map(RemoteAccountId).unwrap_or(RemoteAccountId(0));
    let account = kalends.db.read().await?.remote_account(id).await?;
    if let Some(account) = &account
        && matches!(account.state, AccountState::Active | AccountState::Paused)
    {
        settle_account(kalends, account).await?;
    }
    let mut tx = kalends.db.write().await?;
    tx.delete_ended_jobs(JobKind::Subscribe, &lease.job.payload).await?;
    let ended = lease.end(&mut tx, None).await?;
    let next = tx.subscriptions_of_account(id).await?.into_iter().map(|row| row.next_at).min();
    if let (Some(account), Some(next)) = (&account, next) {
        tx.enqueue_job(&job(account, next)).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

async fn settle_account(kalends: &Kalends, account: &RemoteAccount) -> Result<()> {
    let mut tx = kalends.db.read().await?;
    let mut links = tx.sync_links_of_account(account.id).await?;
    let rows = tx.subscriptions_of_account(account.id).await?;
    drop(tx);
    let hook = kalends.notification_hook.address().filter(|_| account.state == AccountState::Active);
    links.retain(is_told);
    let now = Utc::now();
    let row_of = |link: &SyncLink| rows.iter().find(|row| row.link == Some(link.id));
    let is_good = |row: &SyncSubscription| Some(row.hook.as_str()) == hook && row.next_at > now;
    let to_settle: Vec<&SyncLink> =
        links.iter().filter(|link| hook.is_some() && !row_of(link).is_some_and(is_good)).collect();
    let is_wanted = |row: &&SyncSubscription| hook.is_some() && links.iter().any(|link| row.link == Some(link.id));
    let to_end: Vec<&SyncSubscription> = rows.iter().filter(|row| !is_wanted(row)).collect();
    if to_settle.is_empty() && to_end.is_empty() {
        return Ok(());
    }
    let provider = kalends.remote_provider(account).await?;
    let mut answered = Ok(());
    for row in to_end {
        end(kalends, &provider, row).await?;
    }
    for link in to_settle {
        let hook = hook.unwrap_or_default();
        let settled = Settling { kalends, account, link, hook }.settle(&provider, row_of(link)).await?;
        if let Err(error @ ProviderError::Unauthenticated(_)) = settled {
            answered = Err(error);
            break;
        }
    }
    if let Err(error) = &answered {
        kalends.note_remote_answer(account, Some(error)).await?;
    }
    Ok(())
}

type Connected = std::result::Result<Arc<dyn Provider>, ProviderError>;

/// `Ok(None)`: the service tells nothing to anybody.
fn teller(provider: &Connected) -> std::result::Result<Option<&dyn Notifications>, ProviderError> {
    provider.as_ref().map(|provider| provider.notifications()).map_err(Clone::clone)
}

async fn end(kalends: &Kalends, provider: &Connected, row: &SyncSubscription) -> Result<()> {
    let now = Utc::now();
    let is_over = row.expires_at.is_none_or(|at| at <= now);
    let ended = match (&row.remote, teller(provider)) {
        (Some(remote), Ok(Some(teller))) if !is_over => teller.unsubscribe(remote).await,
        (Some(_), Err(error)) if !is_over => Err(error),
        _ => Ok(()),
    };
    let mut tx = kalends.db.write().await?;
    match ended {
        Ok(()) => tx.delete_subscription(row.id).await?,
        // At its end there is nothing to be ended any more.
        Err(error) => tx.part_subscription(row.id, again(&error, now).min(row.expires_at.unwrap_or(now))).await?,
    }
    tx.commit().await
}

/// A link whose service is to tell.
struct Settling<'s> {
    kalends: &'s Kalends,
    account: &'s RemoteAccount,
    link: &'s SyncLink,
    hook: &'s str,
}

impl Settling<'_> {
    async fn settle(
        &self,
        provider: &Connected,
        row: Option<&SyncSubscription>,
    ) -> Result<std::result::Result<(), ProviderError>> {
        let teller = match teller(provider) {
            Ok(Some(teller)) => teller,
            Ok(None) => return self.keep(Err("the service tells nobody"), Utc::now() + AFTER_NO).await.map(Ok),
            Err(error) => return self.failed(row, error).await,
        };
        let told = row.and_then(|row| Some((row, row.remote.as_deref()?)));
        if let Some((row, remote)) = told {
            if row.hook != self.hook {
                end(self.kalends, provider, row).await?;
            } else {
                match teller.renew(remote).await {
                    Ok(renewed) => {
                        let mut tx = self.kalends.db.write().await?;
                        let next_at = renewal(renewed.expires_at, Utc::now());
                        tx.renew_subscription(row.id, renewed.expires_at, next_at).await?;
                        return tx.commit().await.map(Ok);
                    }
                    // It is made anew.
                    Err(ProviderError::Missing(_) | ProviderError::Rejected(_) | ProviderError::CursorRejected) => {}
                    Err(error) => return self.failed(Some(row), error).await,
                }
            }
        }
        let secret = random_token();
        match teller.subscribe(&self.link.remote, self.hook, &secret.0).await {
            Ok(made) => {
                let next_at = renewal(made.expires_at, Utc::now());
                self.keep(Ok((&made, &hash(&secret.0)[..])), next_at).await?;
                Ok(Ok(()))
            }
            Err(error) => self.failed(None, error).await,
        }
    }

    /// It is tried again later. What was agreed upon holds until its end.
    async fn failed(
        &self,
        row: Option<&SyncSubscription>,
        error: ProviderError,
    ) -> Result<std::result::Result<(), ProviderError>> {
        let now = Utc::now();
        let why = error.to_string();
        tracing::info!(link = self.link.id.0, why, "a service does not tell of changes; it is asked for them");
        match row.filter(|row| row.remote.is_some() && row.expires_at.is_some_and(|at| at > now)) {
            Some(row) => {
                let mut tx = self.kalends.db.write().await?;
                tx.put_subscription_off(row.id, again(&error, now), Some(&why)).await?;
                tx.commit().await?;
            }
            None => self.keep(Err(&why), again(&error, now)).await?,
        }
        Ok(Err(error))
    }

    async fn keep(
        &self,
        came: std::result::Result<(&RemoteSubscription, &[u8]), &str>,
        next_at: DateTime<Utc>,
    ) -> Result<()> {
        let made = came.ok();
        retry(async || {
            let mut tx = self.kalends.db.write().await?;
            let link = tx.sync_link(self.link.id).await?;
            let is_there = link.as_ref().is_some_and(is_told);
            if !is_there && made.is_none() {
                return tx.commit().await;
            }
            tx.put_subscription(NewSubscription {
                account: self.account.id,
                // It has ended meanwhile: so does this, at the next look.
                link: is_there.then_some(self.link.id),
                remote: made.map(|(made, _)| made.id.as_str()),
                secret: made.map_or(&[], |(_, secret)| secret),
                hook: self.hook,
                expires_at: made.map(|(made, _)| made.expires_at),
                next_at: if is_there { next_at } else { Utc::now() },
                why: came.err(),
            })
            .await?;
            if let (Some(link), Some(_)) = (&link, made)
                && is_there
                && link.last_run_at.is_some()
            {
                // What has happened since nothing was told is looked for.
                self.kalends.want_run(&mut tx, link, Utc::now()).await?;
            }
            tx.commit().await
        })
        .await?;
        self.kalends.wake.notify_one();
        Ok(())
    }
}

impl Kalends {
    /// The same, which services can tell something at `hook`.
    #[must_use]
    pub fn with_notification_hook(self, hook: NotificationHook) -> Self {
        Kalends { notification_hook: hook, ..self }
    }

    /// Has what the service of an account tells become what it is to tell, soon.
    pub(crate) async fn want_notifications(&self, tx: &mut Transaction, account: RemoteAccountId) -> Result<()> {
        if !self.notification_hook.is_known() {
            return Ok(());
        }
        let Some(account) = tx.remote_account(account).await? else { return Ok(()) };
        if account.provider != ProviderKind::Graph {
            return Ok(());
        }
        let now = Utc::now();
        tx.enqueue_job(&job(&account, now)).await?;
        tx.hasten_job(JobKind::Subscribe, &account.id.0.to_string(), now).await
    }

    /// Has the jobs wait that are to: also those of links that were made when nobody could be told anything.
    pub(crate) async fn begin_notifications(&self) -> Result<()> {
        if !self.notification_hook.is_known() {
            return Ok(());
        }
        let hook = self.notification_hook.address();
        let accounts = self.db.read().await?.accounts_to_subscribe(hook, Utc::now()).await?;
        if accounts.is_empty() {
            return Ok(());
        }
        retry(async || {
            let mut tx = self.db.write().await?;
            for account in &accounts {
                self.want_notifications(&mut tx, *account).await?;
            }
            tx.commit().await
        })
        .await
    }

    /// What the services of the caller's account tell, one for each calendar, as far as they were asked to.
    ///
    /// # Errors
    /// `NotFound` for somebody else's account.
    pub async fn sync_subscriptions(&self, caller: Caller, account: RemoteAccountId) -> Result<Vec<SyncSubscription>> {
        let mut tx = self.db.read().await?;
        own_account(&mut tx, caller, account).await?;
        tx.subscriptions_of_account(account).await
    }

    /// Has the service of an account that is removed tell nothing any more, as far as it can be reached: else what it tells ends by
    /// itself in some days, and nobody hears it.
    pub(super) async fn end_notifications(&self, account: &RemoteAccount) -> Result<()> {
        let rows = self.db.read().await?.subscriptions_of_account(account.id).await?;
        if rows.iter().all(|row| row.remote.is_none()) {
            return Ok(());
        }
        let farewell = async {
            let provider = self.remote_provider(account).await?;
            for row in &rows {
                end(self, &provider, row).await?;
            }
            Ok(())
        };
        tokio::time::timeout(MAX_FAREWELL, farewell).await.unwrap_or(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_is_renewed_a_day_before_its_end_or_after_half_of_a_short_life() {
        let now = Utc::now();
        assert_eq!(renewal(now + TimeDelta::hours(70), now), now + TimeDelta::hours(46));
        assert_eq!(renewal(now + TimeDelta::hours(2), now), now + TimeDelta::hours(1));
        assert_eq!(renewal(now - TimeDelta::hours(2), now), now - TimeDelta::hours(2));
    }
}
