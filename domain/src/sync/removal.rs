//! Ending a link, and removing an account: what becomes of each of its calendars, here and there, and what that will be.

use super::accounts::own_account;
use crate::access::{Access, Caller, Held, PrincipalId};
use crate::calendars::CalendarId;
use crate::model::remote_account::{AccountState, RemoteAccount, RemoteAccountId};
use crate::model::sync_link::{SyncLink, SyncLinkId};
use crate::write::Write;
use crate::{Error, Kalends, Problem, Result};
use chrono::Utc;
use std::collections::BTreeSet;

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

/// What becomes of the calendars of an account that is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRemoval {
    /// Of those that are not named.
    pub otherwise: LinkRemoval,
    pub of: Vec<(CalendarId, LinkRemoval)>,
}

impl AccountRemoval {
    /// The same for all.
    pub fn all(removal: LinkRemoval) -> Self {
        AccountRemoval { otherwise: removal, of: Vec::new() }
    }

    fn of(&self, calendar: CalendarId) -> LinkRemoval {
        let named = self.of.iter().find(|(named, _)| *named == calendar);
        named.map_or(self.otherwise, |(_, removal)| *removal)
    }
}

/// What will become of one calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovalPreview {
    pub calendar: CalendarId,
    pub name: String,
    /// What it is called there.
    pub remote_name: String,
    pub removal: LinkRemoval,
    /// Whether what is there can be deleted at all.
    pub is_writable_there: bool,
    /// How many objects there are here, and how many are in step, which would be deleted there.
    pub here: u64,
    pub there: u64,
}

impl Kalends {
    /// What removing an account would do to each of its calendars.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` (calendars) for one that is none of its, or where nothing can be deleted.
    pub async fn removal_preview(
        &self,
        caller: Caller,
        id: RemoteAccountId,
        removal: &AccountRemoval,
    ) -> Result<Vec<RemovalPreview>> {
        let held = self.calendars(caller).await?;
        let mut tx = self.db.read().await?;
        own_account(&mut tx, caller, id).await?;
        let links = tx.sync_links_of_account(id).await?;
        check(&links, removal)?;
        let mut previews = Vec::new();
        for link in links {
            // One that was given away, or is in the bin already, stays where it is.
            let Some(held) = held.iter().find(|held| held.id == link.calendar && held.is_own()) else { continue };
            let (there, _) = tx.count_based_sync_objects(link.id).await?;
            previews.push(RemovalPreview {
                calendar: link.calendar,
                name: held.details.display_name.clone(),
                remote_name: link.remote_name,
                removal: removal.of(link.calendar),
                is_writable_there: link.remote_writable,
                here: tx.object_counts(link.calendar).await?.iter().map(|(_, count)| count).sum(),
                there,
            });
        }
        Ok(previews)
    }

    /// Removes an account, with the credentials. Where something is to be deleted there, it goes when that is done: runs do it, and until
    /// then it is there. Yields whether it has gone already.
    ///
    /// # Errors
    /// `NotFound`, those of `check`; `BadInput` (calendars) as [`Kalends::removal_preview`].
    pub async fn remove_account_and(
        &self,
        caller: Caller,
        id: RemoteAccountId,
        removal: &AccountRemoval,
        is_seen: impl Fn(&RemoteAccount) -> Result<()>,
    ) -> Result<bool> {
        let account = self.remote_account(caller, id).await?;
        is_seen(&account)?;
        check(&self.db.read().await?.sync_links_of_account(id).await?, removal)?;
        self.end_notifications(&account).await?;
        let removed = self.write(caller, async |mut write: Write| {
            let account = own_account(&mut write.tx, caller, id).await?;
            is_seen(&account)?;
            let links = write.tx.sync_links_of_account(id).await?;
            check(&links, removal)?;
            let mut is_gone = true;
            for link in &links {
                is_gone &= self.end_link(&mut write, link, removal.of(link.calendar)).await?;
            }
            if is_gone {
                write.tx.delete_remote_account(id).await?;
            } else {
                write.tx.set_remote_account_removing(id).await?;
                if account.state == AccountState::Paused {
                    write.tx.set_remote_account_state(id, AccountState::Active, None, Utc::now()).await?;
                }
            }
            write.list_changed().await?;
            write.commit(is_gone).await
        });
        let is_gone = removed.await?;
        self.wake.notify_one();
        Ok(is_gone)
    }

    /// Ends a link.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` where the credential does not suffice.
    pub async fn remove_sync_link(&self, caller: Caller, id: SyncLinkId, removal: LinkRemoval) -> Result<()> {
        self.remove_sync_link_if(caller, id, removal, |_| Ok(())).await
    }

    /// [`Kalends::remove_sync_link`], of a link that is as whoever ends it saw it.
    ///
    /// # Errors
    /// Those of `check`; as there.
    pub async fn remove_sync_link_if(
        &self,
        caller: Caller,
        id: SyncLinkId,
        removal: LinkRemoval,
        check: impl Fn(&SyncLink) -> Result<()>,
    ) -> Result<()> {
        let removed = self.write(caller, async |mut write: Write| {
            let link = self.held_link(&mut write.tx, caller, id).await?;
            // Whoever changes it at the same time waits here.
            let calendar = write.calendar(link.calendar, Access::Owner).await?;
            let link = self.held_link(&mut write.tx, caller, link.id).await?;
            check(&link)?;
            self.end_held(&mut write, &link, &calendar, removal).await?;
            write.commit(()).await
        });
        removed.await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Yields whether nothing is left to be done.
    async fn end_link(&self, write: &mut Write, link: &SyncLink, removal: LinkRemoval) -> Result<bool> {
        let calendar = match write.calendar(link.calendar, Access::Owner).await {
            Ok(calendar) => calendar,
            // One that was given away, or is in the bin already, stays where it is.
            Err(Error::NotFound(_) | Error::Forbidden { .. }) => {
                write.tx.delete_sync_link(link.id).await?;
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        self.end_held(write, link, &calendar, removal).await?;
        Ok(removal != LinkRemoval::DeleteThere)
    }

    async fn end_held(&self, write: &mut Write, link: &SyncLink, calendar: &Held, removal: LinkRemoval) -> Result<()> {
        if removal == LinkRemoval::DeleteThere {
            write.tx.set_sync_removing(link.id).await?;
            self.want_run(&mut write.tx, link, Utc::now()).await?;
        } else {
            write.tx.delete_sync_link(link.id).await?;
        }
        self.want_notifications(&mut write.tx, link.account).await?;
        if removal == LinkRemoval::KeepBoth {
            write.calendar_changed(link.calendar).await
        } else {
            write.remove_calendar(calendar).await
        }
    }

    /// [`Kalends::remove_account_and`], of which nothing is deleted there.
    ///
    /// # Errors
    /// As there.
    pub async fn remove_remote_account(
        &self,
        caller: Caller,
        id: RemoteAccountId,
        bins_calendars: bool,
        check: impl Fn(&RemoteAccount) -> Result<()>,
    ) -> Result<()> {
        let removal = if bins_calendars { LinkRemoval::BinHere } else { LinkRemoval::KeepBoth };
        self.remove_account_and(caller, id, &AccountRemoval::all(removal), check).await.map(drop)
    }

    /// The links of an account that is being removed whose calendars there are not emptied yet; `None`: it is not being removed.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn removal_progress(&self, caller: Caller, id: RemoteAccountId) -> Result<Option<Vec<SyncLink>>> {
        let mut tx = self.db.read().await?;
        own_account(&mut tx, caller, id).await?;
        if !tx.is_remote_account_removing(id).await? {
            return Ok(None);
        }
        Ok(Some(tx.sync_links_of_account(id).await?))
    }
}

impl Write {
    /// Ends the links of a person's accounts whose calendars are not, or are no longer, theirs; both sides stay as they are. Nobody else is
    /// to be let in elsewhere by what they were trusted with. Yields the accounts.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `Contended`
    pub(crate) async fn end_links_of_others(&mut self, person: PrincipalId) -> Result<BTreeSet<RemoteAccountId>> {
        let links = self.tx.sync_links_of_person(person).await?;
        for link in &links {
            self.tx.delete_sync_link(link.id).await?;
            self.calendar_changed(link.calendar).await?;
        }
        Ok(links.iter().map(|link| link.account).collect())
    }
}

fn check(links: &[SyncLink], removal: &AccountRemoval) -> Result<()> {
    let of = |calendar: CalendarId| links.iter().find(|link| link.calendar == calendar);
    if removal.of.iter().any(|(calendar, _)| of(*calendar).is_none()) {
        return Err(Error::bad_input(
            "calendars",
            Problem::Request("one of them is in step with none of this account"),
        ));
    }
    let deletes = |link: &&SyncLink| removal.of(link.calendar) == LinkRemoval::DeleteThere;
    if links.iter().filter(deletes).any(|link| !link.remote_writable) {
        return Err(Error::bad_input("calendars", Problem::Request("one of them cannot be changed there")));
    }
    Ok(())
}
