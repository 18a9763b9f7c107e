//! An account that goes: what becomes of its calendars, and its way back.

use super::{Administrator, NOT_THERE, keep_an_administrator, keep_out};
use crate::access::PrincipalId;
use crate::accounts::AccountState;
use crate::store::{OwnedCalendar, Usage};
use crate::write::Write;
use crate::{Error, Kalends, Problem, Result};
use chrono::{DateTime, SubsecRound, Utc};

/// What becomes of the calendars of an account that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inheritance {
    /// They are this person's from then on, with everything in them and their history.
    HandOver(PrincipalId),
    /// They rest in the bin with the account, and come back with it.
    Bin,
}

/// Calendars that have another owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandedOver {
    pub calendars: usize,
    /// Those of them that have another address than their owner's name makes of it, as one with the same stood there.
    pub renamed: usize,
    /// The new owner holds more than an account may: nothing can be added until there is less.
    pub is_over_quota: bool,
}

impl Kalends {
    /// Deletes an account: nobody can sign in with it, what is open ends, and it rests in the bin for as long as calendars do. Its name
    /// stays taken until it is removed for good. What rested in its own bin goes with it.
    ///
    /// # Errors
    /// `NotFound` for one that is not there or rests already; `BadInput` for the last administrator, and for an heir who is none: nobody,
    /// the account itself, or one that nobody can sign in with; `BadInput` (manager) for one that manages a team which nobody else does.
    pub async fn delete_person(
        &self,
        by: Administrator,
        id: PrincipalId,
        calendars: Inheritance,
    ) -> Result<HandedOver> {
        self.delete_person_with_teams(by, id, calendars, None).await
    }

    /// [`Kalends::delete_person`]; of the groups and missions that nobody else manages, `manager` does from then on, or whoever gets the
    /// calendars.
    ///
    /// # Errors
    /// Those of [`Kalends::delete_person`]; `BadInput` (manager) where somebody has to be named.
    pub async fn delete_person_with_teams(
        &self,
        by: Administrator,
        id: PrincipalId,
        calendars: Inheritance,
        manager: Option<PrincipalId>,
    ) -> Result<HandedOver> {
        let heir = match calendars {
            Inheritance::HandOver(to) => Some(to),
            Inheritance::Bin => None,
        };
        let manager = manager.or(heir).filter(|manager| *manager != id);
        let handed_over = self
            .write(by.caller(id), async |mut write: Write| {
                by.check(&mut write.tx).await?;
                keep_an_administrator(&mut write.tx, id).await?;
                let user = write.tx.user(id).await?.ok_or(NOT_THERE)?;
                if matches!(user.state, AccountState::Deleted(_)) {
                    return Err(NOT_THERE);
                }
                // As the database has it: by this moment the calendars are known that come back with the account.
                let at = Utc::now().trunc_subsecs(3);
                let handed_over = match calendars {
                    Inheritance::HandOver(to) => self.hand_over(&mut write, id, to).await?,
                    Inheritance::Bin => {
                        write.tx.lock_home(id).await?;
                        for OwnedCalendar { id, .. } in write.tx.owned_calendars(id).await? {
                            write.tx.lock_calendar(id).await?;
                            write.remove_calendar_with_account(id, at).await?;
                        }
                        HandedOver::default()
                    }
                };
                write.hand_teams_over(id, manager).await?;
                for account in write.end_links_of_others(id).await? {
                    self.want_notifications(&mut write.tx, account).await?;
                }
                write.tx.set_deleted(id, Some(at)).await?;
                // Nothing else shows how they look; it does not rest.
                write.tx.delete_picture(id).await?;
                keep_out(&mut write.tx, id).await?;
                write.commit(handed_over).await
            })
            .await?;
        self.verified.forget_all();
        Ok(handed_over)
    }

    async fn hand_over(&self, write: &mut Write, from: PrincipalId, to: PrincipalId) -> Result<HandedOver> {
        let heir = write.tx.user(to).await?.filter(|heir| heir.state == AccountState::Active && to != from);
        heir.ok_or(Error::bad_input("heir", Problem::NotActive))?;
        write.tx.lock_home(from.min(to)).await?;
        write.tx.lock_home(from.max(to)).await?;
        let mut done = HandedOver::default();
        for OwnedCalendar { id, mut slug } in write.tx.owned_calendars(from).await? {
            write.tx.lock_calendar(id).await?;
            if write.tx.has_calendar(to, &slug).await? {
                slug = uuid::Uuid::new_v4().to_string();
                done.renamed += 1;
            }
            // The lists in which it stood, and those in which it stands.
            write.calendar_changed(id).await?;
            write.tx.set_owner(id, from, to, &slug).await?;
            write.calendar_changed(id).await?;
            done.calendars += 1;
        }
        let Usage { objects, octets } = write.tx.usage(to).await?;
        done.is_over_quota = objects > self.limits.account_objects
            || octets > self.limits.account_octets
            || write.tx.count_calendars(to).await? > self.limits.account_calendars as u64;
        Ok(done)
    }

    /// Brings a deleted account back, with the calendars that went into the bin with it. Yields how many those are.
    ///
    /// # Errors
    /// `NotFound` for one that does not rest in the bin.
    pub async fn restore_person(&self, by: Administrator, id: PrincipalId) -> Result<usize> {
        self.write(by.caller(id), async |mut write: Write| {
            by.check(&mut write.tx).await?;
            write.tx.lock_home(id).await?;
            let user = write.tx.user(id).await?.ok_or(NOT_THERE)?;
            let since: DateTime<Utc> = Utc::now() - self.limits.bin_age;
            let AccountState::Deleted(at) = user.state else { return Err(NOT_THERE) };
            if at <= since {
                return Err(NOT_THERE);
            }
            write.tx.set_deleted(id, None).await?;
            let mut returned = 0;
            let resting = write.tx.binned_calendars(id, since).await?;
            for calendar in resting.into_iter().filter(|calendar| calendar.deleted_at == at) {
                write.tx.lock_calendar(calendar.id).await?;
                // Nobody made another under its name meanwhile: nobody could sign in.
                if !write.tx.take_calendar_from_bin(calendar.id, &calendar.slug).await? {
                    write.tx.take_calendar_from_bin(calendar.id, &uuid::Uuid::new_v4().to_string()).await?;
                }
                write.calendar_changed(calendar.id).await?;
                returned += 1;
            }
            write.commit(returned).await
        })
        .await
    }
}
