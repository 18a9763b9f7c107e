//! Connections to mail servers that are kept for a moment, so that reading one message after another signs in once.

use super::mailbox::Mailbox;
use crate::model::mail_account::{MailAccount, MailAccountId};
use crate::sync::provider::ProviderError;
use crate::{Kalends, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Most connections of this node at once, beside those that wait for arrivals.
const MAX_CONNECTIONS: usize = 64;
/// How long one waits to be used again. Servers end theirs after half an hour.
const MAX_IDLE_TIME: Duration = Duration::from_secs(60);

/// Those that wait to be used again, one for each account.
pub(crate) struct Connections {
    idle: Mutex<HashMap<MailAccountId, (Kept, Instant)>>,
    room: Arc<Semaphore>,
}

struct Kept {
    mailbox: Arc<dyn Mailbox>,
    _room: OwnedSemaphorePermit,
}

/// A connection in use.
pub(super) struct Connected {
    kept: Kept,
}

impl Connected {
    pub fn mailbox(&self) -> Arc<dyn Mailbox> {
        self.kept.mailbox.clone()
    }
}

impl Default for Connections {
    fn default() -> Self {
        Connections { idle: Mutex::default(), room: Arc::new(Semaphore::new(MAX_CONNECTIONS)) }
    }
}

impl Connections {
    fn take(&self, id: MailAccountId) -> Option<Kept> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|_, (_, since)| since.elapsed() < MAX_IDLE_TIME);
        idle.remove(&id).map(|(kept, _)| kept)
    }

    /// Keeps a connection that is of use still.
    pub(super) fn give_back(&self, id: MailAccountId, connected: Connected) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.insert(id, (connected.kept, Instant::now()));
    }

    /// An account has other settings, or is gone.
    pub(super) fn forget(&self, id: MailAccountId) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Ends what waits, to make room.
    fn make_room(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What comes of asking a server: of the store, or of the server.
pub(super) type Asked<T> = Result<std::result::Result<T, ProviderError>>;

impl Kalends {
    /// A connection to the server of an account. What is given back is used again.
    pub(super) async fn connect_mail(&self, account: &MailAccount) -> Asked<Connected> {
        if let Some(kept) = self.mailboxes.connections.take(account.id) {
            return Ok(Ok(Connected { kept }));
        }
        self.connect_mail_anew(account).await
    }

    /// A connection that nobody has used.
    pub(super) async fn connect_mail_anew(&self, account: &MailAccount) -> Asked<Connected> {
        let room = match self.mailboxes.connections.room.clone().try_acquire_owned() {
            Ok(room) => room,
            Err(_) => {
                self.mailboxes.connections.make_room();
                self.mailboxes.connections.room.clone().acquire_owned().await.expect("the semaphore is never closed")
            }
        };
        let credentials = match self.fresh_mail_credentials(account).await? {
            Ok(credentials) => credentials,
            Err(error) => return Ok(Err(error)),
        };
        let mailbox = self.mailboxes.connector.mailbox(&account.settings.imap, &credentials).await;
        Ok(mailbox.map(|mailbox| Connected { kept: Kept { mailbox, _room: room } }))
    }

    /// Asks the server of an account, once more over another connection where one that was kept turns out to be dead.
    pub(super) async fn ask_mail<T, F: Future<Output = std::result::Result<T, ProviderError>> + Send>(
        &self,
        account: &MailAccount,
        asked: impl Fn(Arc<dyn Mailbox>) -> F,
    ) -> Asked<T> {
        let mut was_kept = false;
        let mut connected = match self.mailboxes.connections.take(account.id) {
            Some(kept) => {
                was_kept = true;
                Connected { kept }
            }
            None => match self.connect_mail_anew(account).await? {
                Ok(connected) => connected,
                Err(error) => return Ok(Err(error)),
            },
        };
        let mut answer = asked(connected.mailbox()).await;
        if was_kept && answer.as_ref().is_err_and(ProviderError::is_transient) {
            drop(connected);
            connected = match self.connect_mail_anew(account).await? {
                Ok(connected) => connected,
                Err(error) => return Ok(Err(error)),
            };
            answer = asked(connected.mailbox()).await;
        }
        if !answer.as_ref().is_err_and(ProviderError::is_transient) {
            self.mailboxes.connections.give_back(account.id, connected);
        }
        Ok(answer)
    }
}
