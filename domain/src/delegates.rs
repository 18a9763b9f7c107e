//! Delegates: people who act for another, with all calendars that belong to that person, those of later included. They see what is
//! private as well, and what they change says for whom they did.

use crate::access::{self, Access, Caller, Held, PrincipalId};
pub use crate::model::delegate::Delegation;
use crate::sharing::{Party, PartyKind};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::Utc;

/// Most delegates of one person: every change to one of their calendars tells them all.
pub const MAX_DELEGATES: usize = 100;
const LEVELS: [Access; 2] = [Access::Read, Access::Write];

/// Whom one may not know is not there.
const UNKNOWN: Error = Error::NotFound(Missing::Person);

impl Kalends {
    /// Those who act for the caller, by name; somebody who was given both reading and writing stands there twice. Nobody by a credential
    /// that is for one calendar.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn delegates(&self, caller: Caller) -> Result<Vec<Delegation>> {
        match caller.is_for_one_calendar() {
            true => Ok(Vec::new()),
            false => self.db.once().await?.delegates(caller.principal).await,
        }
    }

    /// Those for whom the caller acts; as [`Kalends::delegates`].
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn delegating(&self, caller: Caller) -> Result<Vec<Delegation>> {
        match caller.is_for_one_calendar() {
            true => Ok(Vec::new()),
            false => self.db.once().await?.delegating(caller.principal).await,
        }
    }

    /// Somebody for whom the caller acts, by their name in URLs, and their calendars in display order.
    ///
    /// # Errors
    /// `NotFound` for everybody else.
    pub async fn home_acted_for(&self, caller: Caller, slug: &str) -> Result<(Party, Vec<Held>)> {
        access::require_all_calendars(caller, UNKNOWN)?;
        let mut tx = self.db.read().await?;
        let party = tx.party_by_slug(slug).await?.ok_or(UNKNOWN)?;
        if !tx.delegating(caller.principal).await?.iter().any(|delegation| delegation.with.id == party.id) {
            return Err(UNKNOWN);
        }
        let calendars = access::calendars_of(&mut tx, caller, party.id).await?;
        Ok((party, calendars))
    }

    /// Has `delegate` act for the caller with this access, in the place of what they had.
    ///
    /// # Errors
    /// `NotFound` (the person); `BadInput` (access; with, for the caller and what is no person); `QuotaExceeded` for more than a person has;
    /// `Forbidden` for a credential that may not do all that the caller may.
    pub async fn set_delegate(&self, caller: Caller, delegate: PrincipalId, access: Access) -> Result<()> {
        self.set_delegate_if(caller, delegate, access, |_, _| Ok(())).await
    }

    /// [`Kalends::set_delegate`], where `check` takes who acts for the caller and for whom they act, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::set_delegate`] and of `check`.
    pub async fn set_delegate_if(
        &self,
        caller: Caller,
        delegate: PrincipalId,
        access: Access,
        check: impl Fn(&[Delegation], &[Delegation]) -> Result<()>,
    ) -> Result<()> {
        access::require_own(caller)?;
        access::check_delegable(access)?;
        self.write(caller, async |mut write: Write| {
            write.check_delegates(&[delegate]).await?;
            write.check_delegations(&check).await?;
            write.change_delegate(caller.principal, delegate, |level| Some(level == access)).await?;
            write.commit(()).await
        })
        .await
    }

    /// Has `delegates` act for the caller with this access, and nobody else with this one; what somebody has of the other stays.
    ///
    /// # Errors
    /// Those of [`Kalends::set_delegate`].
    pub async fn set_delegates(&self, caller: Caller, access: Access, delegates: &[PrincipalId]) -> Result<()> {
        access::require_own(caller)?;
        access::check_delegable(access)?;
        self.write(caller, async |mut write: Write| {
            write.check_delegates(delegates).await?;
            let before = write.tx.delegates(caller.principal).await?.into_iter();
            let mut all: Vec<PrincipalId> =
                before.map(|delegation| delegation.with.id).chain(delegates.iter().copied()).collect();
            all.sort_unstable();
            all.dedup();
            for delegate in all {
                let is_one = delegates.contains(&delegate);
                write.change_delegate(caller.principal, delegate, |level| (level == access).then_some(is_one)).await?;
            }
            write.commit(()).await
        })
        .await
    }

    /// Has `delegate` act for the caller no longer.
    ///
    /// # Errors
    /// `NotFound` when they do not; `Forbidden` for a credential that may not do all that the caller may.
    pub async fn remove_delegate(&self, caller: Caller, delegate: PrincipalId) -> Result<()> {
        self.remove_delegate_if(caller, delegate, |_, _| Ok(())).await
    }

    /// [`Kalends::remove_delegate`]; `check` as of [`Kalends::set_delegate_if`].
    ///
    /// # Errors
    /// Those of [`Kalends::remove_delegate`] and of `check`.
    pub async fn remove_delegate_if(
        &self,
        caller: Caller,
        delegate: PrincipalId,
        check: impl Fn(&[Delegation], &[Delegation]) -> Result<()>,
    ) -> Result<()> {
        self.end_delegation(caller, caller.principal, delegate, check).await
    }

    /// The caller acts for `owner` no longer.
    ///
    /// # Errors
    /// Those of [`Kalends::remove_delegate`].
    pub async fn stop_acting(&self, caller: Caller, owner: PrincipalId) -> Result<()> {
        self.stop_acting_if(caller, owner, |_, _| Ok(())).await
    }

    /// [`Kalends::stop_acting`]; `check` as of [`Kalends::set_delegate_if`].
    ///
    /// # Errors
    /// Those of [`Kalends::stop_acting`] and of `check`.
    pub async fn stop_acting_if(
        &self,
        caller: Caller,
        owner: PrincipalId,
        check: impl Fn(&[Delegation], &[Delegation]) -> Result<()>,
    ) -> Result<()> {
        self.end_delegation(caller, owner, caller.principal, check).await
    }

    async fn end_delegation(
        &self,
        caller: Caller,
        owner: PrincipalId,
        delegate: PrincipalId,
        check: impl Fn(&[Delegation], &[Delegation]) -> Result<()>,
    ) -> Result<()> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            // In one order, so that two who end what is between them do not wait for each other.
            write.tx.lock_home(owner.min(delegate)).await?;
            write.tx.lock_home(owner.max(delegate)).await?;
            write.check_delegations(&check).await?;
            if !write.change_delegate(owner, delegate, |_| Some(false)).await? {
                return Err(Error::NotFound(Missing::Delegate));
            }
            // Their open page of delegates says so.
            if owner != caller.principal {
                write.list_of_changed(owner).await?;
            }
            write.commit(()).await
        })
        .await
    }
}

impl Write {
    /// Whether these may be added to the caller's delegates. Nobody else changes those until this write ends.
    ///
    /// # Errors
    /// `NotFound`, `BadInput` (with), `QuotaExceeded`
    async fn check_delegates(&mut self, new: &[PrincipalId]) -> Result<()> {
        let owner = self.caller().principal;
        self.tx.lock_home(owner).await?;
        let mut others = self.tx.delegates(owner).await?;
        others.retain(|delegation| !new.contains(&delegation.with.id));
        others.dedup_by_key(|delegation| delegation.with.id);
        if others.len() + new.len() > MAX_DELEGATES {
            return Err(Error::QuotaExceeded { limit: MAX_DELEGATES as u64, unit: "delegates" });
        }
        for delegate in new {
            let party = self.tx.party(*delegate).await?.ok_or(UNKNOWN)?;
            if party.id == owner {
                return Err(Error::bad_input("with", Problem::Oneself));
            }
            if party.kind != PartyKind::Person {
                return Err(Error::bad_input("with", Problem::Request("a person")));
            }
        }
        Ok(())
    }

    /// # Errors
    /// Those of `check`.
    async fn check_delegations(&mut self, check: impl Fn(&[Delegation], &[Delegation]) -> Result<()>) -> Result<()> {
        let caller = self.caller().principal;
        check(&self.tx.delegates(caller).await?, &self.tx.delegating(caller).await?)
    }

    /// Adds or removes each access of a delegate as `wants` says of it; `None`: as it is. Yields whether anything was changed, which the
    /// delegate learns.
    async fn change_delegate(
        &mut self,
        owner: PrincipalId,
        delegate: PrincipalId,
        wants: impl Fn(Access) -> Option<bool>,
    ) -> Result<bool> {
        let before = self.tx.delegates(owner).await?;
        let mut changed = false;
        for level in LEVELS {
            let has = before.iter().any(|known| known.with.id == delegate && known.access == level);
            match wants(level) {
                Some(true) if !has => self.tx.add_delegate(owner, delegate, level, Utc::now()).await?,
                Some(false) if has => drop(self.tx.remove_delegate(owner, delegate, level).await?),
                _ => continue,
            }
            changed = true;
        }
        if !changed {
            return Ok(false);
        }
        // What they thought of a calendar that they see no more is forgotten; what they see still, by a share, stays as it is.
        for calendar in self.tx.viewed_calendars_of(owner, delegate).await? {
            let is_gone = self.tx.calendar(calendar, delegate).await?.is_some()
                && access::seen(&mut self.tx, Caller::page(delegate), calendar).await?.is_none();
            if is_gone {
                self.tx.forget_view(calendar, delegate).await?;
            }
        }
        self.list_of_changed(delegate).await?;
        Ok(true)
    }
}

/// Each once, with the higher of what they were given. `delegations` are in the order in which they are found.
pub fn highest(mut delegations: Vec<Delegation>) -> Vec<Delegation> {
    delegations.reverse();
    delegations.dedup_by_key(|delegation| delegation.with.id);
    delegations.reverse();
    delegations
}
