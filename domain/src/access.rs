//! Who may do what: the one door that every use case goes through. No other module compares levels of access.

use crate::calendars::{Calendar, CalendarId, CalendarView, Revision};
use crate::model::calendar::SeenCalendar;
use crate::store::{FoundObject, Transaction};
use crate::{Error, Result};
use std::ops::Deref;

pub use crate::model::principal::{Access, Caller, Principal, PrincipalId, Way};

/// A calendar that a caller has access to. Only this module makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    calendar: Calendar,
    access: Access,
    view: CalendarView,
}

impl Held {
    fn new(seen: SeenCalendar, caller: Caller) -> Self {
        let SeenCalendar { calendar, access, view } = seen;
        let is_hidden = caller.only.is_some_and(|only| only != calendar.id);
        let access = if is_hidden { Access::None } else { access.min(caller.ceiling) };
        Held { calendar, access, view }
    }

    /// How the caller sees it.
    pub fn view(&self) -> CalendarView {
        self.view
    }

    /// What the caller may do with it.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Whether the caller may change what is in it.
    pub fn may_write(&self) -> bool {
        self.access >= Access::Write
    }

    /// Whether the caller may change its name, its colour and the like.
    pub fn may_administer(&self) -> bool {
        self.access >= Access::Administer
    }

    /// What may not be seen at all does not exist for the caller.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` when the access does not suffice.
    pub(crate) fn require(&self, needed: Access) -> Result<()> {
        match self.access {
            Access::None => Err(Error::NotFound("the calendar")),
            held if held < needed => Err(Error::Forbidden { needed }),
            _ => Ok(()),
        }
    }

    fn with(self, needed: Access) -> Result<Self> {
        self.require(needed).map(|()| self)
    }

    pub fn into_calendar(self) -> Calendar {
        self.calendar
    }
}

impl Deref for Held {
    type Target = Calendar;

    fn deref(&self) -> &Calendar {
        &self.calendar
    }
}

/// The calendar with this id.
///
/// # Errors
/// `NotFound`; `Forbidden` when the caller sees it but lacks the access.
pub(crate) async fn calendar(tx: &mut Transaction, caller: Caller, id: CalendarId, needed: Access) -> Result<Held> {
    let found = tx.calendar(id, caller.principal).await?.ok_or(Error::NotFound("the calendar"))?;
    Held::new(found, caller).with(needed)
}

/// The calendar at `/{owner}/{slug}/`.
///
/// # Errors
/// `NotFound`; `Forbidden` when the caller sees it but lacks the access.
pub(crate) async fn calendar_at(
    tx: &mut Transaction,
    caller: Caller,
    owner: &str,
    slug: &str,
    needed: Access,
) -> Result<Held> {
    let found = tx.calendar_at(owner, slug, caller.principal).await?.ok_or(Error::NotFound("the calendar"))?;
    Held::new(found, caller).with(needed)
}

/// The calendar at `/{owner}/{slug}/` and the object in it that has `name`, where the caller may read it.
///
/// # Errors
/// `NotFound`
pub(crate) async fn place(
    tx: &mut Transaction,
    caller: Caller,
    address: (&str, &str, &str),
    with_text: bool,
) -> Result<(Held, Option<FoundObject>)> {
    let found = tx.place(address, caller.principal, with_text).await?.ok_or(Error::NotFound("the calendar"))?;
    let held = Held::new(found.0, caller).with(Access::FreeBusy)?;
    let object = found.1.filter(|_| held.access >= Access::Read);
    Ok((held, object))
}

/// [`calendar`], for a transaction that changes it: others that do so wait until it ends.
///
/// # Errors
/// Those of [`calendar`].
pub(crate) async fn calendar_to_change(
    tx: &mut Transaction,
    caller: Caller,
    id: CalendarId,
    needed: Access,
) -> Result<Held> {
    tx.lock_calendar(id).await?;
    calendar(tx, caller, id, needed).await
}

/// Whether the caller's credential is for making calendars.
pub fn may_make_calendars(caller: Caller) -> bool {
    caller.ceiling >= Access::Owner && caller.only.is_none()
}

/// The caller's own home, to make calendars in.
///
/// # Errors
/// `Forbidden` when the credential is not for that.
pub(crate) fn own_home(caller: Caller) -> Result<PrincipalId> {
    if may_make_calendars(caller) { Ok(caller.principal) } else { Err(Error::Forbidden { needed: Access::Owner }) }
}

/// The calendars in the home of `home` that the caller may read, in display order.
pub(crate) async fn calendars_of(tx: &mut Transaction, caller: Caller, home: PrincipalId) -> Result<Vec<Held>> {
    let found = tx.calendars(home, caller.principal).await?;
    let held = found.into_iter().map(|found| Held::new(found, caller));
    Ok(held.filter(|held| held.access >= Access::Read).collect())
}

/// The calendars anywhere that the caller may read, with the revision of their list.
pub(crate) async fn readable_calendars(tx: &mut Transaction, caller: Caller) -> Result<(Revision, Vec<Held>)> {
    let list = tx.home_revision(caller.principal).await?.ok_or(Error::NotFound("the account"))?;
    let found = tx.calendars_reached(caller.principal).await?;
    let held = found.into_iter().map(|found| Held::new(found, caller));
    Ok((list, held.filter(|held| held.access >= Access::Read).collect()))
}

/// The calendar with this id, `None` where the caller may not read it.
pub(crate) async fn readable(tx: &mut Transaction, caller: Caller, id: CalendarId) -> Result<Option<Held>> {
    match calendar(tx, caller, id, Access::Read).await {
        Ok(held) => Ok(Some(held)),
        Err(Error::NotFound(_) | Error::Forbidden { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
