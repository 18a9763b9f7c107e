//! Links that end: because their owner says so, or because the account goes by which they were made.

use crate::access::{Access, Caller, PrincipalId};
use crate::model::sync_link::{SyncLink, SyncLinkId};
use crate::write::Write;
use crate::{Kalends, Result};
use chrono::Utc;

/// What becomes of the calendars when a link ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRemoval {
    /// Both stay as they are.
    KeepBoth,
    /// The one here goes into the bin, the one there stays.
    BinHere,
    /// The one here goes into the bin, and everything in the one there that was in step is deleted.
    DeleteThere,
}

impl Kalends {
    /// Ends a link.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` where the credential does not suffice.
    pub async fn remove_sync_link(&self, caller: Caller, id: SyncLinkId, removal: LinkRemoval) -> Result<()> {
        self.remove_sync_link_if(caller, id, removal, |_| Ok(())).await
    }

    /// [`Kalends::remove_sync_link`], of a link that `check` takes, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::remove_sync_link`] and of `check`.
    pub async fn remove_sync_link_if(
        &self,
        caller: Caller,
        id: SyncLinkId,
        removal: LinkRemoval,
        check: impl Fn(&SyncLink) -> Result<()>,
    ) -> Result<()> {
        let removed = self.write(caller, async |mut write: Write| {
            write.tx.lock_home(caller.principal).await?;
            let link = self.held_link(&mut write.tx, caller, id).await?;
            check(&link)?;
            let calendar = write.calendar(link.calendar, Access::Owner).await?;
            match removal {
                LinkRemoval::KeepBoth | LinkRemoval::BinHere => write.tx.delete_sync_link(id).await?,
                LinkRemoval::DeleteThere => {
                    write.tx.set_sync_removing(id).await?;
                    self.want_run(&mut write.tx, &link, Utc::now()).await?;
                }
            }
            self.want_notifications(&mut write.tx, link.account).await?;
            if removal == LinkRemoval::KeepBoth {
                write.calendar_changed(link.calendar).await?;
            } else {
                write.remove_calendar(&calendar).await?;
            }
            write.commit(()).await
        });
        removed.await?;
        self.wake.notify_one();
        Ok(())
    }
}

impl Write {
    /// Ends the links of a person's accounts whose calendars are not, or are no longer, theirs; both sides stay as they are. Nobody else is
    /// to be let in elsewhere by what they were trusted with.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `Contended`
    pub(crate) async fn end_links_of_others(&mut self, person: PrincipalId) -> Result<()> {
        for link in self.tx.sync_links_of_person(person).await? {
            self.tx.delete_sync_link(link.id).await?;
            self.calendar_changed(link.calendar).await?;
        }
        Ok(())
    }
}
