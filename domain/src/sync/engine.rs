//! A run under way: what it works on, and how it stops.

use super::decide::Rules;
use super::provider::{Provider, ProviderError};
use crate::access::Caller;
use crate::jobs::Lease;
use crate::model::sync_link::{RunProgress, SyncLink, Trouble};
use crate::model::sync_run::{EntryUndo, RunEntry, Side, SyncOutcome, SyncRunId};
use crate::model::version::Run;
use crate::retry::retry;
use crate::store::{JobProgress, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Result};
use std::sync::Arc;

/// Why a run does not go on.
#[derive(Debug)]
pub(super) enum Halt {
    /// Of the store here: the job is tried again.
    Store(Error),
    Remote(ProviderError),
    /// Something here that a person has to look at.
    Here(Trouble, String),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        match error {
            error if error.is_of_the_store() => Halt::Store(error),
            error @ Error::QuotaExceeded { .. } => Halt::Here(Trouble::Quota, error.to_string()),
            error => Halt::Here(Trouble::NoAccess, error.to_string()),
        }
    }
}

impl From<ProviderError> for Halt {
    fn from(error: ProviderError) -> Self {
        Halt::Remote(error)
    }
}

/// What a part of a run yields.
pub(super) type Done<T> = std::result::Result<T, Halt>;

/// What a run has come to so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub done: u64,
    pub of: Option<u64>,
    /// How many objects were changed on one side.
    pub changes: u64,
    /// How many are to be tried again.
    pub failed: u64,
    /// Something has moved under it: it is looked at once more.
    pub again: bool,
    /// Requests have been answered.
    pub is_answered: bool,
    /// Objects are not there any more, whose UIDs others may have.
    pub frees_uids: bool,
}

/// A run of a link.
pub(super) struct Engine<'a> {
    pub kalends: &'a Kalends,
    pub lease: &'a Lease,
    pub link: SyncLink,
    pub caller: Caller,
    pub provider: Arc<dyn Provider>,
    pub rules: Arc<Rules>,
    /// In the log.
    pub run: Run,
    pub id: SyncRunId,
    pub tally: Tally,
    /// Everything there is listed, whatever has changed.
    pub relists: bool,
    /// The listing of this run named everything that is there, or in the window.
    pub listed_everything: bool,
}

impl Engine<'_> {
    /// Says in `tx` how far the run has come, and that it is still this node's.
    ///
    /// # Errors
    /// `LeaseLost`
    pub async fn hold(&self, tx: &mut Transaction) -> Result<()> {
        let Tally { done, of, .. } = self.tally;
        // The link before its job, as whoever wants a run has them.
        tx.set_sync_progress(self.link.id, RunProgress { done, of }).await?;
        self.lease.progress(tx, JobProgress { done, of, payload: None }).await
    }

    /// [`Engine::hold`] in a write, which tells whoever looks on.
    ///
    /// # Errors
    /// `LeaseLost`
    pub async fn hold_write(&self, write: &mut Write) -> Result<()> {
        self.hold(&mut write.tx).await?;
        if let Some(news) = self.lease.news(false) {
            write.announce(news);
        }
        Ok(())
    }

    /// A transaction of the run that changes no calendar.
    ///
    /// # Errors
    /// `LeaseLost`, `Unavailable`, `Internal`
    pub async fn begin(&self) -> Result<Transaction> {
        retry(async || {
            let mut tx = self.kalends.db.write().await?;
            self.hold(&mut tx).await?;
            Ok(tx)
        })
        .await
    }
}

/// A line of a receipt about an object.
pub(super) fn entry(side: Side, deed: SyncOutcome, uid: Option<&str>, title: Option<&str>) -> RunEntry {
    RunEntry {
        id: 0,
        side,
        deed,
        uid: uid.unwrap_or_default().to_owned(),
        title: title.map(|title| title.chars().take(MAX_TITLE).collect()),
        name: None,
        why: None,
        undo: EntryUndo::default(),
    }
}

/// Longest title in a receipt, in characters.
const MAX_TITLE: usize = 200;
