//! Sharing: with a person, a group, a mission or everyone, and what those say to it.

use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::calendars::{CalendarId, CalendarView};
pub use crate::model::share::{AccessList, Answer, Party, PartyKind, Share};
use crate::store::Transaction;
use crate::write::Write;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::{DateTime, Utc};

/// Most that a calendar is shared with: each is a row that every look at the calendar may touch.
const MAX_SHARES: usize = 1000;
const TOO_MANY: Error = Error::QuotaExceeded { limit: MAX_SHARES as u64, unit: "shares" };
/// Most people and teams that are found at once.
pub const MAX_FOUND: usize = 10;
/// Shortest text that is searched for, in characters: nobody lists all people by their first letters.
const MIN_SEARCHED: usize = 2;
/// Nobody is called more than this: databases refuse patterns without end.
const MAX_SEARCHED: usize = 254;

impl Kalends {
    /// With whom a calendar is shared.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for those who do not administer it.
    pub async fn shares(&self, caller: Caller, calendar: CalendarId) -> Result<Vec<Share>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Administer).await?;
        tx.shares(calendar).await
    }

    /// Gives `with` this access until `ends_at`, in the place of what they had. A person who had none is asked whether they want it.
    ///
    /// # Errors
    /// `NotFound` (the calendar, the person); `Forbidden`; `BadInput` (access, with, end); `QuotaExceeded` for more than a calendar is
    /// shared with.
    pub async fn share(
        &self,
        caller: Caller,
        calendar: CalendarId,
        with: PrincipalId,
        access: Access,
        ends_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        self.share_if(caller, calendar, with, (access, ends_at), |_| Ok(())).await
    }

    /// [`Kalends::share`], where `check` takes what they had, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::share`] and of `check`.
    pub async fn share_if(
        &self,
        caller: Caller,
        calendar: CalendarId,
        with: PrincipalId,
        (access, ends_at): (Access, Option<DateTime<Utc>>),
        check: impl Fn(Option<&Share>) -> Result<()>,
    ) -> Result<()> {
        access::require_own(caller)?;
        access::check_grantable(access)?;
        if ends_at.is_some_and(|end| end <= Utc::now()) {
            return Err(Error::bad_input("end", Problem::Past));
        }
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Administer).await?;
            let shares = write.tx.shares(calendar).await?;
            let before = shares.iter().find(|share| share.with.id == with);
            check(before)?;
            if before.is_none() && shares.len() >= MAX_SHARES {
                return Err(TOO_MANY);
            }
            let name = &held.details.display_name;
            write.grant(&held, NewShare { with, access, ends_at, name }, before).await?;
            write.calendar_changed(calendar).await?;
            write.commit(()).await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Who has access to a calendar, and by what.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for those who do not administer it.
    pub async fn access_list(&self, caller: Caller, calendar: CalendarId) -> Result<AccessList> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Administer).await?;
        let owner = held.owner().clone();
        let members = match owner.kind {
            PartyKind::Group | PartyKind::Mission => tx.members_with_access(owner.id).await?,
            PartyKind::Person | PartyKind::Everyone => Vec::new(),
        };
        let mut delegated: Vec<Access> =
            tx.delegates(owner.id).await?.into_iter().map(|delegation| delegation.access).collect();
        delegated.sort_unstable();
        delegated.dedup();
        Ok(AccessList { owner, members, delegated, shares: tx.shares(calendar).await? })
    }

    /// Shares a calendar with those in `wanted` and with nobody else, all at once. Who has this access already keeps it as it is, and so
    /// does the end of a share whose access changes; the caller's own share stays.
    ///
    /// # Errors
    /// Those of [`Kalends::share`].
    pub async fn share_with_these(
        &self,
        caller: Caller,
        calendar: CalendarId,
        wanted: &[(PrincipalId, Access)],
    ) -> Result<()> {
        access::require_own(caller)?;
        if wanted.len() > MAX_SHARES {
            return Err(TOO_MANY);
        }
        for (_, access) in wanted {
            access::check_grantable(*access)?;
        }
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Administer).await?;
            let shares = write.tx.shares(calendar).await?;
            let is_wanted = |with| wanted.iter().any(|(wanted, _)| *wanted == with);
            for share in shares.iter().filter(|share| share.with.id != caller.principal && !is_wanted(share.with.id)) {
                write.end_share(calendar, share.with.id).await?;
            }
            let name = &held.details.display_name;
            for (with, access) in wanted {
                write.regrant(&held, &shares, *with, *access, name).await?;
            }
            write.calendar_changed(calendar).await?;
            write.commit(()).await
        })
        .await
    }

    /// Shares a calendar with those in `change.set`, and no longer with those in `change.end`; all at once. Who administers it goes on to
    /// when they are to write, as those who set that know nothing higher; the end of a share stays. To end what was not shared is no error.
    ///
    /// # Errors
    /// Those of [`Kalends::share`].
    pub async fn change_shares(&self, caller: Caller, calendar: CalendarId, change: &ShareChange) -> Result<()> {
        access::require_own(caller)?;
        for wanted in &change.set {
            access::check_grantable(wanted.access)?;
        }
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Administer).await?;
            let shares = write.tx.shares(calendar).await?;
            let standing = |with: PrincipalId| shares.iter().find(|share| share.with.id == with);
            let set = |with: &PrincipalId| change.set.iter().any(|wanted| wanted.with == *with);
            let ended: Vec<PrincipalId> =
                change.end.iter().copied().filter(|with| standing(*with).is_some() && !set(with)).collect();
            let new = change.set.iter().filter(|wanted| standing(wanted.with).is_none()).count();
            if shares.len() - ended.len() + new > MAX_SHARES {
                return Err(TOO_MANY);
            }
            for with in ended {
                write.end_share(calendar, with).await?;
            }
            for WantedShare { with, access, name } in &change.set {
                let access = access::granted_by_client(standing(*with).map(|share| share.access), *access);
                let name = name.as_ref().unwrap_or(&held.details.display_name);
                write.regrant(&held, &shares, *with, access, name).await?;
            }
            write.calendar_changed(calendar).await?;
            write.commit(()).await
        })
        .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Takes back what was shared with somebody.
    ///
    /// # Errors
    /// `NotFound` (the calendar, or nothing was shared with them); `Forbidden`.
    pub async fn unshare(&self, caller: Caller, calendar: CalendarId, with: PrincipalId) -> Result<()> {
        self.unshare_if(caller, calendar, with, |_| Ok(())).await
    }

    /// [`Kalends::unshare`], where `check` takes what they had, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::unshare`] and of `check`.
    pub async fn unshare_if(
        &self,
        caller: Caller,
        calendar: CalendarId,
        with: PrincipalId,
        check: impl Fn(Option<&Share>) -> Result<()>,
    ) -> Result<()> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            write.calendar(calendar, Access::Administer).await?;
            check(write.tx.shares(calendar).await?.iter().find(|share| share.with.id == with))?;
            write.end_share(calendar, with).await?;
            write.commit(()).await
        })
        .await
    }

    /// Ends the shares whose time is over: the lists of those that had them say so.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(crate) async fn end_shares(&self) -> Result<u64> {
        let ended = self.db.read().await?.ended_shares().await?;
        let mut count = 0;
        for (calendar, with) in ended {
            // For whoever runs the server: nobody asked for it now.
            let caller = Caller::command(with);
            let done = self.write(caller, async |mut write: Write| {
                write.tx.lock_calendar(calendar).await?;
                write.end_share(calendar, with).await?;
                write.commit(()).await
            });
            match done.await {
                Ok(()) => count += 1,
                // Somebody took it back, or gave it anew, meanwhile.
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    /// What was shared with the caller and does not stand in their list: what they were not asked about yet, and what they declined.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn offers(&self, caller: Caller) -> Result<Vec<Held>> {
        access::unlisted_calendars(&mut self.db.once().await?, caller).await
    }

    /// The calendars of the caller's list, and those that were shared with them and are not in it, each in display order.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn calendars_and_offers(&self, caller: Caller) -> Result<(Vec<Held>, Vec<Held>)> {
        let seen = access::seen_calendars(&mut self.db.once().await?, caller).await?;
        Ok(seen.into_iter().partition(Held::is_listed))
    }

    /// The caller wants a calendar that was shared with them in their list, or no longer.
    ///
    /// # Errors
    /// `NotFound`; `BadInput` (answer) for their own.
    pub async fn answer_share(&self, caller: Caller, calendar: CalendarId, answer: Answer) -> Result<()> {
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            let held = access::calendar(&mut write.tx, caller, calendar, Access::FreeBusy).await?;
            if held.owner().id == caller.principal {
                return Err(Error::bad_input("answer", Problem::Oneself));
            }
            let view = CalendarView { answer: Some(answer), is_default: false, ..held.view().clone() };
            write.tx.set_view(caller.principal, calendar, &view).await?;
            write.tell_of_answer(&held, answer).await?;
            write.list_changed().await?;
            write.commit(()).await
        })
        .await
    }

    /// People, and teams of the caller, that a name or address begins with or has a word that does: whom something can be shared with.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn find_parties(&self, caller: Caller, wanted: &str) -> Result<Vec<Party>> {
        let wanted = wanted.trim().to_lowercase();
        if !(MIN_SEARCHED..=MAX_SEARCHED).contains(&wanted.chars().count()) {
            return Ok(Vec::new());
        }
        self.db.once().await?.parties_like(caller.principal, &wanted, MAX_FOUND).await
    }

    /// Somebody by their name in URLs, or a person by an e-mail address that is theirs alone; `everyone`: all who have an account.
    ///
    /// # Errors
    /// `NotFound`, also for a team that the caller does not belong to.
    pub async fn party(&self, caller: Caller, name: &str) -> Result<Party> {
        const UNKNOWN: Error = Error::NotFound(Missing::Person);
        let mut tx = self.db.read().await?;
        let name = name.trim().to_lowercase();
        if name == EVERYONE {
            return tx.party(PrincipalId::EVERYONE).await?.ok_or(UNKNOWN);
        }
        let found = match tx.party_by_slug(&name).await? {
            Some(found) => found,
            None => tx.person_by_email(&name).await?.ok_or(UNKNOWN)?,
        };
        if is_known(&mut tx, caller, &found).await? { Ok(found) } else { Err(UNKNOWN) }
    }

    /// Somebody by their name in URLs, with whom a calendar may be shared.
    ///
    /// # Errors
    /// `NotFound`, also for a team that the caller does not belong to, and for a credential that is for one calendar.
    pub async fn party_named(&self, caller: Caller, slug: &str) -> Result<Party> {
        let unknown = Error::NotFound(Missing::Person);
        access::require_all_calendars(caller, Error::NotFound(Missing::Person))?;
        let mut tx = self.db.read().await?;
        match tx.party_by_slug(slug).await? {
            Some(found) if is_known(&mut tx, caller, &found).await? => Ok(found),
            _ => Err(unknown),
        }
    }
}

/// How a calendar is to be shared.
#[derive(Clone, Debug, Default)]
pub struct ShareChange {
    pub set: Vec<WantedShare>,
    /// With whom it is not to be shared any more.
    pub end: Vec<PrincipalId>,
}

/// A share that somebody is to have.
#[derive(Clone, Debug)]
pub struct WantedShare {
    pub with: PrincipalId,
    pub access: Access,
    /// What it is called when they are told of it; `None`: as the calendar is.
    pub name: Option<String>,
}

/// A share that somebody is given.
struct NewShare<'a> {
    with: PrincipalId,
    access: Access,
    ends_at: Option<DateTime<Utc>>,
    /// What the calendar is called when they are told of it.
    name: &'a str,
}

/// People know each other; a team is known to those who belong to it.
async fn is_known(tx: &mut Transaction, caller: Caller, party: &Party) -> Result<bool> {
    Ok(match party.kind {
        PartyKind::Person => true,
        PartyKind::Everyone => false,
        PartyKind::Group | PartyKind::Mission => tx.membership(party.id, caller.principal).await?.is_some(),
    })
}

/// What stands for all who have an account where somebody is named.
pub const EVERYONE: &str = "everyone";

impl Write {
    /// Gives `with` this access, unless one of `shares` is that already; an end of theirs stays.
    ///
    /// # Errors
    /// Those of [`Write::grant`].
    async fn regrant(
        &mut self,
        held: &Held,
        shares: &[Share],
        with: PrincipalId,
        access: Access,
        name: &str,
    ) -> Result<()> {
        let before = shares.iter().find(|share| share.with.id == with);
        if before.is_some_and(|before| before.access == access) {
            return Ok(());
        }
        let ends_at = before.and_then(|before| before.ends_at);
        self.grant(held, NewShare { with, access, ends_at, name }, before).await
    }

    /// Gives somebody this access in the place of what they had before. That lists have changed is for the one who calls this to say.
    ///
    /// # Errors
    /// `NotFound` (the person); `BadInput` (with) for the owner and the caller.
    async fn grant(&mut self, held: &Held, new: NewShare<'_>, before: Option<&Share>) -> Result<()> {
        let (calendar, NewShare { with, access, ends_at, name }) = (held.id, new);
        let party = self.tx.party(with).await?.ok_or(Error::NotFound(Missing::Person))?;
        if with == held.owner().id || with == self.caller.principal {
            return Err(Error::bad_input("with", Problem::Oneself));
        }
        // What they see already, through a team or with everyone, must not go from their list until they have answered.
        let is_person = party.kind == PartyKind::Person;
        let seen = match is_person && before.is_none() {
            true => access::seen(&mut self.tx, Caller::page(with), calendar).await?,
            false => None,
        };
        self.tx.set_grant(calendar, with, access, ends_at, Utc::now()).await?;
        let mut answer = before.and_then(|share| share.answer);
        if let Some(held) = seen.filter(Held::is_listed) {
            answer = Some(Answer::Accepted);
            let view = CalendarView { answer, ..held.view().clone() };
            self.tx.set_view(with, calendar, &view).await?;
        }
        if is_person && before.is_none_or(|before| before.access != access) {
            self.tell_of_share(calendar, with, access, answer, name).await?;
        }
        if let Some(end) = ends_at {
            self.tx.enqueue_job(&crate::jobs::end_of_share(end)).await?;
        }
        Ok(())
    }

    /// # Errors
    /// `NotFound` when nothing was shared with them.
    async fn end_share(&mut self, calendar: CalendarId, with: PrincipalId) -> Result<()> {
        // Those in whose list it stands learn that it goes.
        self.calendar_changed(calendar).await?;
        self.tell_of_end(calendar, with).await?;
        if !self.tx.delete_grant(calendar, with).await? {
            return Err(Error::NotFound(Missing::Share));
        }
        // What they see still, through a team or with everyone, stays as it is.
        let still = access::seen(&mut self.tx, Caller::page(with), calendar).await?;
        if still.is_none() {
            self.tx.forget_view(calendar, with).await?;
        }
        Ok(())
    }
}
