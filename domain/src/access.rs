//! Who may do what: the one door that every use case goes through. No other module compares levels of access.

use crate::calendars::{Calendar, CalendarId, CalendarView};
use crate::model::calendar::{Linked, SeenCalendar};
use crate::model::share::{Answer, Party, Role};
use crate::store::{FoundObject, Transaction};
use crate::{Error, Missing, Result};
use std::borrow::Cow;
use std::ops::Deref;

mod grants;

pub use crate::model::principal::{Access, Caller, Principal, PrincipalId, Way};
pub(crate) use grants::{check_delegable, check_grantable, granted_by_client, is_for_links};

/// A calendar that a caller has access to. Only this module makes one. Its name, colour and place are those that the caller gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    calendar: Calendar,
    owner: Party,
    access: Access,
    /// It is the caller's, whatever their credential may do with it.
    is_theirs: bool,
    /// The caller has it only because they act for its owner.
    is_acting: bool,
    /// What acting for its owner adds up to.
    delegated: Access,
    sight: Sight,
    in_person: bool,
    is_shared: bool,
    linked: Linked,
    /// What is in it is another calendar's, which the caller does not change here.
    is_frozen: bool,
    view: CalendarView,
}

/// What of an object somebody who may read it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// All of it: for its owner, and those who belong to the team that owns it.
    Whole,
    /// All of it with alarms of their own: for those who administer it for its owner, or act for them.
    OwnAlarms,
    /// When somebody is busy, of what is private or confidential; all of the rest, with alarms of their own.
    Guarded,
    /// The same without alarms, attachments and those who take part: for whoever has the address of a link.
    Public,
}

impl Held {
    fn new(seen: SeenCalendar, caller: Caller) -> Self {
        let SeenCalendar {
            mut calendar,
            mut granted,
            mut as_member,
            mut delegated,
            owner,
            in_person,
            is_shared,
            linked,
            mut view,
        } = seen;
        let is_by_link = matches!(caller.way, Way::Link(_));
        if is_by_link {
            // Only who administers it hands it on; what they call it is their own affair.
            if granted.max(as_member) < Access::Administer {
                (granted, as_member) = (Access::None, Access::None);
            }
            delegated = Access::None;
            view = CalendarView::default();
        }
        let sight = match (granted, as_member) {
            _ if is_by_link => Sight::Public,
            (Access::Owner, _) => Sight::Whole,
            (_, member) if member > Access::None => Sight::Whole,
            (granted, _) if granted >= Access::Administer || delegated > Access::None => Sight::OwnAlarms,
            _ => Sight::Guarded,
        };
        let own = granted.max(as_member);
        let access = own.max(delegated).min(caller.ceiling_in(calendar.id));
        let is_theirs = own == Access::Owner;
        let is_acting = own == Access::None && delegated > Access::None;
        let details = &mut calendar.details;
        details.display_name = view.name.clone().unwrap_or_else(|| std::mem::take(&mut details.display_name));
        details.color = view.color.clone().unwrap_or_else(|| std::mem::take(&mut details.color));
        details.order = view.order.unwrap_or(details.order);
        if let Some(description) = &view.description {
            details.description = Some(description.clone()).filter(|description| !description.is_empty());
        }
        let is_frozen = linked == Linked::Frozen && !matches!(caller.way, Way::Sync(_));
        Held {
            calendar,
            owner,
            access,
            is_theirs,
            is_acting,
            delegated,
            sight,
            in_person,
            is_shared,
            linked,
            is_frozen,
            view,
        }
    }

    /// How the caller sees it.
    pub fn view(&self) -> &CalendarView {
        &self.view
    }

    /// The segment of its address in the home of `who`, its owner or somebody it was shared with.
    pub fn slug_in(&self, who: &Principal) -> Cow<'_, str> {
        if self.owner.id == who.id {
            Cow::Borrowed(&self.calendar.slug)
        } else {
            Cow::Owned(format!("{SHARED}{}", self.calendar.id.0))
        }
    }

    /// Whose it is: a person's, a group's or a mission's.
    pub fn owner(&self) -> &Party {
        &self.owner
    }

    /// Whether it stands among the caller's calendars: one that was shared with them in person does once they have said so, one of a
    /// team or for everyone, or of somebody for whom they act, until they say otherwise.
    pub fn is_listed(&self) -> bool {
        match self.view.answer {
            Some(answer) => answer == Answer::Accepted,
            None => !self.in_person || self.delegated > Access::None,
        }
    }

    /// Whether it stands in the caller's calendar home. What they have only because they act for somebody is in that person's home, which
    /// is open to them.
    pub fn is_in_home(&self) -> bool {
        self.is_listed() && !self.is_acting
    }

    /// What decides which of its objects, and whose alarms, the caller is shown: where it is the same, so are their reminders.
    pub(crate) fn outlook(&self) -> String {
        let (is_listed, sight) = (self.is_listed(), self.sight);
        format!("{} {sight:?} {is_listed} {}", self.access, self.is_acting)
    }

    /// Whether the caller has it only because they act for its owner.
    pub fn is_acting(&self) -> bool {
        self.is_acting
    }

    /// The person for whom the caller changes what is in it.
    pub(crate) fn acts_for(&self) -> Option<PrincipalId> {
        (self.delegated >= Access::Write).then_some(self.owner.id)
    }

    /// Whether it is shared with people or teams, so that they read it at least.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// What the caller has of it was given to them by its owner, who is somebody else.
    pub fn is_shared_with_caller(&self) -> bool {
        !self.is_acting && !self.is_theirs
    }

    /// Whether it was shared with the caller, who has said nothing to it.
    pub fn is_offered(&self) -> bool {
        self.in_person && self.view.answer.is_none()
    }

    /// Whether its name, colour and place are the caller's to set for everybody; others give it their own.
    pub fn is_own(&self) -> bool {
        self.access == Access::Owner
    }

    /// Whether what is in it does not count where it is asked when the caller is busy. As long as they say nothing, that is so of what
    /// belongs to somebody else.
    pub fn keeps_free(&self) -> bool {
        self.view.keeps_free.unwrap_or(!self.is_theirs)
    }

    /// Whether what is private or confidential is shown to the caller as anything else is.
    pub fn sees_private(&self) -> bool {
        !matches!(self.sight, Sight::Guarded | Sight::Public)
    }

    /// Whether the alarms in the objects, and whether they keep somebody busy, are not the caller's to say for all: they have their own.
    pub(crate) fn has_personal_data(&self) -> bool {
        self.sight != Sight::Whole
    }

    /// Whether it is shown to everybody who has an address.
    pub(crate) fn is_published(&self) -> bool {
        self.sight == Sight::Public
    }

    /// Whether the caller learns what is in it, not only when somebody is busy.
    pub fn may_read(&self) -> bool {
        self.access >= Access::Read
    }

    /// What the caller sees of it and may do with it, as one letter that is another when that is.
    pub(crate) fn mark(&self) -> char {
        match (self.access, self.sight) {
            (Access::None | Access::FreeBusy, _) => 'f',
            (Access::Read, Sight::Public) => 'p',
            (Access::Read, Sight::Guarded) => 'r',
            (Access::Read, _) => 'g',
            (Access::Write, Sight::Guarded | Sight::Public) => 'w',
            (Access::Write, _) => 'm',
            (Access::Administer, _) => 'a',
            (Access::Owner, _) => 'o',
        }
    }

    /// Another text whenever what the caller sees of the calendar's objects is another.
    pub fn stamp(&self) -> String {
        format!("{}{}{}", self.calendar.id.0, self.mark(), self.calendar.revision.0)
    }

    /// What the caller may do with it.
    pub fn access(&self) -> Access {
        if self.is_frozen && self.access == Access::Write { Access::Read } else { self.access }
    }

    /// Whether the caller may change what is in it.
    pub fn may_write(&self) -> bool {
        self.access >= Access::Write && !self.is_frozen
    }

    /// Whether nobody changes what is in it here: it is kept as a calendar elsewhere is, or was.
    pub fn is_frozen(&self) -> bool {
        self.linked == Linked::Frozen
    }

    /// Whether it is kept in step with a calendar elsewhere.
    pub fn is_linked(&self) -> bool {
        self.linked != Linked::No
    }

    /// Whether what is changed in it goes elsewhere.
    pub(crate) fn is_pushed(&self) -> bool {
        self.linked == Linked::Pushes
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
            Access::None => Err(Error::NotFound(Missing::Calendar)),
            held if held < needed => Err(Error::Forbidden { needed }),
            // To change what is in it asks for this alone; name, shares and the like are still its owner's.
            _ if self.is_frozen && needed == Access::Write => Err(Error::Forbidden { needed }),
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
    let found = tx.calendar(id, caller.principal).await?.ok_or(Error::NotFound(Missing::Calendar))?;
    Held::new(found, caller).with(needed)
}

/// What the segment of a calendar's address begins with in the home of somebody it was shared with; its id follows.
const SHARED: &str = "shared-";

/// The id of the calendar that this segment names in the home of somebody it was shared with. No calendar is called so by its owner.
pub(crate) fn shared_id(slug: &str) -> Option<CalendarId> {
    let id = slug.strip_prefix(SHARED)?;
    // One calendar has one name.
    id.parse().ok().filter(|number: &i64| number.to_string() == id).map(CalendarId)
}

/// Where the calendar is that the caller finds at `/{owner}/{slug}/`: among what was shared with them, if that is their own home and no
/// calendar of theirs is called so.
async fn shared_at(tx: &mut Transaction, caller: Caller, owner: &str, slug: &str) -> Result<Option<Held>> {
    let Some(id) = shared_id(slug) else { return Ok(None) };
    let Some(party) = tx.party_by_slug(owner).await?.filter(|party| party.id == caller.principal) else {
        return Ok(None);
    };
    let held = seen(tx, caller, id).await?;
    Ok(held.filter(|held| held.owner.id != party.id))
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
    let held = match tx.calendar_at(owner, slug, caller.principal).await? {
        Some(found) => Held::new(found, caller),
        None => shared_at(tx, caller, owner, slug).await?.ok_or(Error::NotFound(Missing::Calendar))?,
    };
    held.with(needed)
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
    let (owner, slug, name) = address;
    let found = match tx.place(address, caller.principal, with_text).await? {
        Some(found) => found,
        None => {
            let held = shared_at(tx, caller, owner, slug).await?.ok_or(Error::NotFound(Missing::Calendar))?;
            let own = (held.owner_slug.as_str(), held.slug.as_str(), name);
            tx.place(own, caller.principal, with_text).await?.ok_or(Error::NotFound(Missing::Calendar))?
        }
    };
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

/// [`calendar`], for what shows objects as they are or were, private ones among them.
///
/// # Errors
/// Those of [`calendar`]; `Forbidden` for those who are not shown what is private.
pub(crate) async fn calendar_in_full(
    tx: &mut Transaction,
    caller: Caller,
    id: CalendarId,
    needed: Access,
) -> Result<Held> {
    let held = calendar(tx, caller, id, needed).await?;
    if held.sees_private() { Ok(held) } else { Err(Error::Forbidden { needed: Access::Administer }) }
}

/// Whether the caller's credential is for making calendars.
pub fn may_make_calendars(caller: Caller) -> bool {
    caller.ceiling() >= Access::Owner && !caller.is_for_one_calendar()
}

/// A home that the caller may make calendars in: their own, or that of a team that they manage.
///
/// # Errors
/// `Forbidden` when the credential or their role is not for that; `NotFound` for what they do not belong to.
pub(crate) async fn home_to_fill(tx: &mut Transaction, caller: Caller, home: PrincipalId) -> Result<PrincipalId> {
    require_own(caller)?;
    if home == caller.principal {
        return Ok(home);
    }
    match tx.membership(home, caller.principal).await? {
        Some(Role::Manager) => Ok(home),
        Some(_) => Err(Error::Forbidden { needed: Access::Owner }),
        None => Err(Error::NotFound(Missing::Group)),
    }
}

/// The homes whose calendars are the caller's to remove and bring back: their own, and those of the teams that they manage, in the order
/// of their ids.
pub(crate) async fn homes(tx: &mut Transaction, caller: Caller) -> Result<Vec<PrincipalId>> {
    if require_own(caller).is_err() {
        return Ok(Vec::new());
    }
    let teams = tx.teams_of(caller.principal).await?.into_iter();
    let managed = teams.filter(|team| team.role == Some(Role::Manager)).map(|team| team.party.id);
    let mut homes: Vec<PrincipalId> = managed.chain([caller.principal]).collect();
    homes.sort_unstable();
    Ok(homes)
}

/// # Errors
/// `Forbidden` when the credential may not do all that its principal may.
pub(crate) fn require_own(caller: Caller) -> Result<()> {
    if may_make_calendars(caller) { Ok(()) } else { Err(Error::Forbidden { needed: Access::Owner }) }
}

/// What programs could make for themselves would outlive them.
///
/// # Errors
/// `Forbidden` for whoever is neither somebody at a page nor a command.
pub(crate) fn require_in_person(caller: Caller) -> Result<()> {
    if caller.way == Way::Command { Ok(()) } else { require_at_a_page(caller) }
}

/// # Errors
/// `Forbidden` for whoever is not somebody at a page, who may do all that they may.
pub(crate) fn require_at_a_page(caller: Caller) -> Result<()> {
    require_own(caller)?;
    if caller.way == Way::Page { Ok(()) } else { Err(Error::Forbidden { needed: Access::Owner }) }
}

/// # Errors
/// `missing` for a credential that is for one calendar: what is beside that is not there for it.
pub(crate) fn require_all_calendars(caller: Caller, missing: Error) -> Result<()> {
    if caller.is_for_one_calendar() { Err(missing) } else { Ok(()) }
}

/// # Errors
/// `Forbidden` when the credential only reads.
pub(crate) fn require_writing(caller: Caller) -> Result<()> {
    if caller.ceiling() >= Access::Write { Ok(()) } else { Err(Error::Forbidden { needed: Access::Write }) }
}

/// Whether whoever has this access learns what is in a calendar, not only when somebody is busy.
pub fn shows_events(access: Access) -> bool {
    access >= Access::Read
}

/// The calendars that belong to `owner` which the caller has as one who acts for them, in display order.
pub(crate) async fn calendars_of(tx: &mut Transaction, caller: Caller, owner: PrincipalId) -> Result<Vec<Held>> {
    let held = reached(tx, caller).await?;
    Ok(held.filter(|held| held.owner.id == owner && held.delegated > Access::None).collect())
}

/// Every calendar that the caller has access to, in display order.
async fn reached(tx: &mut Transaction, caller: Caller) -> Result<impl Iterator<Item = Held>> {
    let found = tx.calendars_reached(caller.principal).await?;
    let mut held: Vec<Held> = found.into_iter().map(|found| Held::new(found, caller)).collect();
    // Their own order may be another than the owner's.
    held.sort_by_key(|held| (held.details.order, held.id));
    Ok(held.into_iter().filter(|held| held.access > Access::None))
}

/// The calendars that stand in the caller's list, in display order. A single statement.
pub(crate) async fn listed_calendars(tx: &mut Transaction, caller: Caller) -> Result<Vec<Held>> {
    Ok(reached(tx, caller).await?.filter(Held::is_listed).collect())
}

/// Every calendar that the caller has access to, in their list or not. A single statement.
pub(crate) async fn seen_calendars(tx: &mut Transaction, caller: Caller) -> Result<Vec<Held>> {
    Ok(reached(tx, caller).await?.collect())
}

/// The calendars of others that the caller has access to and does not have in their list. A single statement.
pub(crate) async fn unlisted_calendars(tx: &mut Transaction, caller: Caller) -> Result<Vec<Held>> {
    Ok(reached(tx, caller).await?.filter(|held| !held.is_listed()).collect())
}

/// The calendar with this id, `None` where the caller has no access to it.
pub(crate) async fn seen(tx: &mut Transaction, caller: Caller, id: CalendarId) -> Result<Option<Held>> {
    match calendar(tx, caller, id, Access::FreeBusy).await {
        Ok(held) => Ok(Some(held)),
        Err(Error::NotFound(_) | Error::Forbidden { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
