//! Deletions that wait for a yes: what they are, and what somebody says to them.

use crate::access::Caller;
use crate::model::sync_link::{LinkState, SyncLinkId};
use crate::model::sync_run::Side;
use crate::retry::retry;
use crate::{Kalends, Result};
use chrono::Utc;

/// Most objects that are named.
pub const MAX_NAMED: usize = 500;

/// What a run is to delete once somebody has said yes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldDeletions {
    /// How many would go here, of how many that are in step.
    pub here: (u64, u64),
    /// How many would go there, of how many that are there.
    pub there: (u64, u64),
    /// The first of both, those that are here first.
    pub named: Vec<HeldDeletion>,
}

/// An object that would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldDeletion {
    /// On which side it would go: it is gone on the other.
    pub side: Side,
    pub uid: Option<String>,
    pub title: Option<String>,
}

impl HeldDeletions {
    pub fn count(&self) -> u64 {
        self.here.0 + self.there.0
    }
}

impl Kalends {
    /// What is to be deleted once somebody has said yes; at most `limit` are named, and [`MAX_NAMED`] in any case.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn held_deletions(&self, caller: Caller, id: SyncLinkId, limit: usize) -> Result<HeldDeletions> {
        let mut tx = self.db.read().await?;
        let link = self.held_link(&mut tx, caller, id).await?;
        let (based, _) = tx.count_based_sync_objects(id).await?;
        let is_there = tx.count_remote_sync_objects(id).await?;
        let (mut counts, mut named) = ([0, 0], Vec::new());
        for (count, side) in counts.iter_mut().zip([Side::Here, Side::There]) {
            if side == Side::There && !link.settings.direction.pushes() {
                break;
            }
            *count = tx.count_held_deletions(id, link.calendar, side).await?;
            let left = limit.min(MAX_NAMED).saturating_sub(named.len());
            let rows = tx.held_deletions(id, link.calendar, side, left).await?;
            named.extend(rows.into_iter().map(|(uid, title)| HeldDeletion { side, uid, title }));
        }
        Ok(HeldDeletions { here: (counts[0], based), there: (counts[1], is_there), named })
    }

    /// Says yes to the deletions that a link asks about, as many as there are now and no more.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn approve_deletions(&self, caller: Caller, id: SyncLinkId) -> Result<()> {
        self.approve_shown_deletions(caller, id, (u64::MAX, u64::MAX)).await
    }

    /// [`Kalends::approve_deletions`], of no more than whoever says yes was shown here and there.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn approve_shown_deletions(&self, caller: Caller, id: SyncLinkId, shown: (u64, u64)) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let link = self.held_link(&mut tx, caller, id).await?;
            let here = tx.count_held_deletions(id, link.calendar, Side::Here).await?;
            let there = tx.count_held_deletions(id, link.calendar, Side::There).await?;
            tx.set_sync_approved(id, Some(here.min(shown.0)), Some(there.min(shown.1))).await?;
            self.want_run(&mut tx, &link, Utc::now()).await?;
            tx.commit().await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Says no: what is gone on one side goes back there from the other, as far as the link's direction allows.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn refuse_deletions(&self, caller: Caller, id: SyncLinkId) -> Result<()> {
        retry(async || {
            let mut tx = self.db.write().await?;
            let link = self.held_link(&mut tx, caller, id).await?;
            if link.state == LinkState::Asks {
                tx.forget_sync_deletions(id, link.calendar).await?;
                self.want_run(&mut tx, &link, Utc::now()).await?;
            }
            tx.commit().await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }
}
