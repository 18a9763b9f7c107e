//! Being told of arrivals: one node waits for each account (IDLE, RFC 2177), and has it be looked at when something comes. Servers that
//! tell nothing are asked every few minutes all the same.

use super::accounts::look_soon;
use super::mailbox::Mailbox;
use super::standing::back_off;
use crate::model::mail_account::{MailAccount, MailAccountId};
use crate::model::mail_folder::FolderRole;
use crate::sync::provider::ProviderError;
use crate::{Kalends, Result};
use chrono::TimeDelta;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Most accounts for which one node waits; the others are looked at every few minutes.
const MAX_WATCHED: usize = 500;
/// How often it is looked which accounts there are.
const LOOK: Duration = Duration::from_secs(15);
/// How long a node has an account without saying that it still waits.
const LEASE: TimeDelta = TimeDelta::seconds(90);
/// How long it waits at a time.
const WAIT: Duration = Duration::from_secs(30);
/// After how long a server that tells nothing is tried again.
const NO_IDLE: Duration = Duration::from_secs(3_600);

/// Waits for arrivals until it is told to stop.
pub struct MailWatcher {
    kalends: Kalends,
    stop: CancellationToken,
}

/// How waiting for an account ended.
struct Over {
    account: MailAccountId,
    rest: Option<Duration>,
    /// The server was waited for: what was in the way before is not any more.
    has_waited: bool,
}

/// The accounts that are left alone for a while: until when, and how often in a row waiting for each came to nothing.
#[derive(Default)]
struct Resting(HashMap<MailAccountId, (Instant, u32)>);

impl Resting {
    fn has(&self, id: MailAccountId, now: Instant) -> bool {
        self.0.get(&id).is_some_and(|(until, _)| *until > now)
    }

    /// For longer each time that a server was not to be waited for.
    fn begin(&mut self, over: &Over, now: Instant) {
        let before = self.0.get(&over.account).map_or(0, |(_, failures)| *failures);
        let failures = if over.has_waited { 1 } else { before.saturating_add(1) };
        let wait = back_off(failures, None).to_std().unwrap_or(LOOK);
        self.0.insert(over.account, (now + over.rest.unwrap_or(wait), failures));
    }
}

impl MailWatcher {
    pub fn new(kalends: Kalends, stop: CancellationToken) -> Self {
        MailWatcher { kalends, stop }
    }

    /// Waits for the accounts of everybody, as long as they are active.
    pub async fn run(self) {
        let mut watching: JoinSet<Over> = JoinSet::new();
        let mut watched: Vec<MailAccountId> = Vec::new();
        let mut resting = Resting::default();
        while !self.stop.is_cancelled() {
            match self.kalends.accounts_to_watch().await {
                Ok(accounts) => {
                    resting.0.retain(|id, _| accounts.iter().any(|account| account.id == *id));
                    let now = Instant::now();
                    for account in accounts.into_iter().filter(|account| !resting.has(account.id, now)) {
                        if watched.len() < MAX_WATCHED && !watched.contains(&account.id) {
                            watched.push(account.id);
                            watching.spawn(watch(self.kalends.clone(), account.id, self.stop.clone()));
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "the mail accounts cannot be read"),
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = sleep(LOOK) => {}
                () = self.kalends.mailboxes.account_added.notified() => {}
                Some(Ok(over)) = watching.join_next() => {
                    watched.retain(|id| *id != over.account);
                    resting.begin(&over, Instant::now());
                }
            }
        }
        while watching.join_next().await.is_some() {}
    }
}

impl Kalends {
    async fn accounts_to_watch(&self) -> Result<Vec<MailAccount>> {
        self.db.once().await?.active_mail_accounts().await
    }

    /// Has this node wait for an account. Yields the account, where no other node does.
    async fn take_watch(&self, id: MailAccountId) -> Result<Option<MailAccount>> {
        let mut tx = self.db.write().await?;
        let is_own = tx.watch_mail(id, self.node, LEASE).await?;
        let account = if is_own { tx.mail_account(id).await? } else { None };
        tx.commit().await?;
        Ok(account)
    }

    async fn end_watch(&self, id: MailAccountId) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.stop_watching_mail(id, self.node).await?;
        tx.commit().await
    }

    async fn arrived(&self, account: &MailAccount) -> Result<()> {
        let mut tx = self.db.write().await?;
        look_soon(&mut tx, account).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }
}

async fn watch(kalends: Kalends, id: MailAccountId, stop: CancellationToken) -> Over {
    let mut has_waited = false;
    let waited = tokio::select! {
        waited = wait(&kalends, id, &mut has_waited) => waited,
        () = stop.cancelled() => Ok(None),
    };
    if let Err(error) = kalends.end_watch(id).await {
        tracing::debug!(%error, "another node waits once the lease is over");
    }
    match waited {
        Ok(rest) => Over { account: id, rest, has_waited },
        Err(error) => {
            tracing::debug!(%error, account = id.0, "a mail server is not waited for");
            Over { account: id, rest: None, has_waited }
        }
    }
}

/// Waits as long as the account is this node's. Yields for how long it is to be left alone then; `None`: as after a failure.
async fn wait(kalends: &Kalends, id: MailAccountId, has_waited: &mut bool) -> Result<Option<Duration>> {
    let Some(account) = kalends.take_watch(id).await? else { return Ok(Some(LEASE.to_std().unwrap_or(LOOK))) };
    let credentials = match kalends.fresh_mail_credentials(&account).await? {
        Ok(credentials) => credentials,
        Err(_) => return Ok(None),
    };
    // A connection of its own: waiting takes it for as long as it lasts.
    let mailbox = kalends.mailboxes.connector.mailbox(&account.settings.imap, &credentials).await;
    let mailbox: Arc<dyn Mailbox> = match mailbox {
        Ok(mailbox) => mailbox,
        Err(error) => {
            kalends.note_mail_answer(&account, Some(&error)).await?;
            return Ok(None);
        }
    };
    if !mailbox.capabilities().idle {
        let _ = mailbox.close().await;
        return Ok(Some(NO_IDLE));
    }
    let folders = kalends.db.read().await?.mail_folders(id).await?;
    let inbox = folders.into_iter().find(|folder| folder.role == Some(FolderRole::Inbox));
    let inbox = inbox.map_or("INBOX".to_owned(), |folder| folder.path);
    // The server tells of what comes once the folder is open: what came since the last look and before is to be looked for.
    let mut time = Duration::ZERO;
    loop {
        let is_open = !time.is_zero();
        match mailbox.wait(&inbox, std::mem::replace(&mut time, WAIT)).await {
            Ok(has_changed) => {
                *has_waited |= is_open;
                if has_changed || !is_open {
                    kalends.arrived(&account).await?;
                }
            }
            Err(ProviderError::Transient { .. }) => return Ok(None),
            Err(_) => return Ok(Some(NO_IDLE)),
        }
        if kalends.take_watch(id).await?.is_none() {
            let _ = mailbox.close().await;
            return Ok(Some(LOOK));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: MailAccountId = MailAccountId(1);

    /// Between how many seconds the account rests.
    fn rests(resting: &Resting, now: Instant, least: u64, most: u64) -> bool {
        let after = |seconds| now + Duration::from_secs(seconds);
        resting.has(ACCOUNT, after(least) - Duration::from_millis(1)) && !resting.has(ACCOUNT, after(most))
    }

    #[test]
    fn a_server_that_cannot_be_waited_for_is_left_alone_for_longer_each_time() {
        let (mut resting, now) = (Resting::default(), Instant::now());
        let failed = Over { account: ACCOUNT, rest: None, has_waited: false };
        assert!(!resting.has(ACCOUNT, now));
        for (least, most) in [(15, 30), (30, 60), (60, 120), (120, 240)] {
            resting.begin(&failed, now);
            assert!(rests(&resting, now, least, most), "{least} to {most} seconds");
        }
        for _ in 0..100 {
            resting.begin(&failed, now);
        }
        assert!(rests(&resting, now, 1_800, 3_600), "an hour at most");
        // It was waited for: what ends then is the first failure again.
        resting.begin(&Over { has_waited: true, ..failed }, now);
        assert!(rests(&resting, now, 15, 30));
        resting.begin(&Over { account: ACCOUNT, rest: Some(NO_IDLE), has_waited: false }, now);
        assert!(rests(&resting, now, 3_600, 3_600));
        assert!(!resting.has(MailAccountId(2), now));
    }
}
