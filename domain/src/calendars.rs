//! Calendar collections: the calendar home of a principal, their making, properties and removal (RFC 4791 section 4.2).

use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::idempotency::Once;
pub use crate::model::calendar::{Calendar, CalendarDetails, CalendarId, CalendarView, DeadProperty, Revision};
use crate::store::Transaction;
use crate::write::Write;
use crate::{Error, Existing, Kalends, Limits, Missing, Problem, Result};
use chrono::Utc;
use kalends_ical::time::Zone;
use std::collections::HashSet;

/// The segment of what somebody is told of shares, in their home; no calendar is called so.
pub const NOTIFICATIONS: &str = "notifications";
/// And those of the collections of messages about meetings (RFC 6638).
pub const INBOX: &str = "inbox";
pub const OUTBOX: &str = "outbox";

/// Longest display name, in characters.
const MAX_NAME: usize = 250;

/// A calendar to make.
#[derive(Clone, Debug)]
pub struct NewCalendar<'a> {
    /// Its segment in addresses; `None`: one is chosen.
    pub slug: Option<&'a str>,
    pub details: CalendarDetails,
    pub dead: Vec<DeadProperty>,
    /// Whether new events of who makes it go there from now on.
    pub make_default: bool,
}

/// A change to a calendar's properties, applied whole or not at all. `None` leaves a value as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarPatch {
    pub display_name: Option<String>,
    pub description: Option<Option<String>>,
    pub color: Option<String>,
    pub order: Option<i64>,
    pub timezone: Option<Option<String>>,
    /// Whether what is in it does not count where it is asked when the caller is busy.
    pub keeps_free: Option<bool>,
    /// Whether the caller's agenda leaves it out.
    pub hidden: Option<bool>,
    /// New events of the caller go there; needs the access to write.
    pub make_default: bool,
    pub set_dead: Vec<DeadProperty>,
    /// (namespace, name)
    pub remove_dead: Vec<(String, String)>,
}

impl CalendarPatch {
    /// Whether it changes what everybody sees.
    fn is_for_all(&self) -> bool {
        self.timezone.is_some() || !self.set_dead.is_empty() || !self.remove_dead.is_empty()
    }

    /// Everybody may give what they see a name, a description and a colour of their own.
    fn needed_access(&self) -> Access {
        match (self.is_for_all(), self.make_default) {
            (true, _) => Access::Administer,
            (false, true) => Access::Write,
            (false, false) => Access::FreeBusy,
        }
    }

    /// Whether it changes anything but how the caller sees it.
    fn is_of_calendar(&self) -> bool {
        let texts = self.display_name.is_some() || self.description.is_some();
        self.is_for_all() || texts || self.color.is_some() || self.order.is_some()
    }
}

impl CalendarDetails {
    fn check(&self) -> Result<()> {
        let name = self.display_name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Error::bad_input("name", Problem::Name { least: 1, most: MAX_NAME }));
        }
        if !is_color(&self.color) {
            return Err(Error::bad_input("color", Problem::Color));
        }
        if self.components.is_empty() {
            return Err(Error::bad_input("components", Problem::NoComponents));
        }
        Ok(())
    }
}

/// Checks new values of CALDAV:calendar-description and CALDAV:calendar-timezone. Those that are stored already may be of a time when
/// more was accepted.
///
/// # Errors
/// `BadInput` (description, time zone) for one that is too large, `InvalidCalendarData` for a time zone that is none.
fn check_texts(description: Option<&str>, timezone: Option<&str>, limits: &Limits) -> Result<()> {
    let texts = [("description", description, limits.property_octets), ("time zone", timezone, limits.timezone_octets)];
    for (field, text, limit) in texts {
        if text.is_some_and(|text| text.len() > limit) {
            return Err(Error::bad_input(field, Problem::Octets { limit }));
        }
    }
    let zone = timezone.map(|text| Zone::read(text, limits.text.nesting)).transpose();
    zone.map(drop).map_err(Error::InvalidCalendarData)
}

/// Checks the dead properties that are to be set beside the `stored` ones, of which `removed` go.
///
/// # Errors
/// `PropertyTooLarge`; `TooManyProperties` for more than there were before, if that is more than the limit.
fn check_dead(
    new: &[DeadProperty],
    stored: &[DeadProperty],
    removed: &[(String, String)],
    limits: &Limits,
) -> Result<()> {
    if let Some(DeadProperty { namespace, name, .. }) =
        new.iter().find(|property| property.xml.len() > limits.property_octets)
    {
        let (namespace, name, limit) = (namespace.clone(), name.clone(), limits.property_octets);
        return Err(Error::PropertyTooLarge { namespace, name, limit });
    }
    let key = |property: &DeadProperty| (property.namespace.clone(), property.name.clone());
    let mut left: HashSet<(String, String)> = stored.iter().chain(new).map(key).collect();
    left.retain(|key| !removed.contains(key));
    if left.len() > limits.dead_properties.max(stored.len()) {
        return Err(Error::TooManyProperties { limit: limits.dead_properties });
    }
    Ok(())
}

/// `#RRGGBB`, or Apple's `#RRGGBBAA`.
fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| matches!(hex.len(), 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A slug that can stand as one segment of a URL path.
fn check_slug(slug: &str) -> Result<()> {
    if slug.is_empty()
        || slug.len() > 255
        || slug == "."
        || slug == ".."
        || slug.chars().any(|c| c == '/' || c.is_control())
    {
        return Err(Error::bad_input("slug", Problem::Segment));
    }
    if access::shared_id(slug).is_some() || [NOTIFICATIONS, INBOX, OUTBOX].contains(&slug) {
        return Err(Error::bad_input("slug", Problem::Reserved(slug.to_owned())));
    }
    Ok(())
}

/// The revision of the caller's list of calendars.
pub(crate) async fn list_revision(tx: &mut Transaction, caller: Caller) -> Result<Revision> {
    tx.home_revision(caller.principal).await?.ok_or(Error::NotFound(Missing::Account))
}

impl Kalends {
    /// The calendars that stand in the caller's list, in display order: their own, those of their teams, and what was shared with them.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn calendars(&self, caller: Caller) -> Result<Vec<Held>> {
        access::listed_calendars(&mut self.db.once().await?, caller).await
    }

    /// [`Kalends::calendars`], with the revision of the list.
    ///
    /// # Errors
    /// `NotFound` for an account that is gone.
    pub async fn calendar_list(&self, caller: Caller) -> Result<(Revision, Vec<Held>)> {
        let mut tx = self.db.read().await?;
        let list = list_revision(&mut tx, caller).await?;
        Ok((list, access::listed_calendars(&mut tx, caller).await?))
    }

    /// The revision of the caller's list of calendars, which every change to it raises.
    ///
    /// # Errors
    /// `NotFound` for an account that is gone.
    pub async fn list_revision(&self, caller: Caller) -> Result<Revision> {
        list_revision(&mut self.db.once().await?, caller).await
    }

    /// The calendar at `/{owner}/{slug}/`. Without any access to it it is not found.
    pub async fn calendar(&self, caller: Caller, owner: &str, slug: &str) -> Result<Held> {
        access::calendar_at(&mut self.db.once().await?, caller, owner, slug, Access::FreeBusy).await
    }

    /// The calendar with this id. Without any access to it it is not found.
    pub async fn calendar_by_id(&self, caller: Caller, id: CalendarId) -> Result<Held> {
        access::calendar(&mut self.db.once().await?, caller, id, Access::FreeBusy).await
    }

    /// Makes a calendar in the home of the caller. Without a slug one is chosen.
    ///
    /// # Errors
    /// Those of [`Kalends::create_calendar_for`].
    pub async fn create_calendar(
        &self,
        caller: Caller,
        slug: Option<&str>,
        details: CalendarDetails,
        dead: Vec<DeadProperty>,
    ) -> Result<Calendar> {
        self.create_calendar_for(caller, caller.principal, slug, details, dead).await
    }

    /// Makes a calendar that belongs to `owner`: the caller, or a team that they manage. Without a slug one is chosen.
    ///
    /// # Errors
    /// `NotFound` (the team), `Forbidden`, `AlreadyExists`, `BadInput` (name, color, components, description, time zone, slug), `InvalidCalendarData` (time zone),
    /// `PropertyTooLarge`, `TooManyProperties`, `QuotaExceeded`.
    pub async fn create_calendar_for(
        &self,
        caller: Caller,
        owner: PrincipalId,
        slug: Option<&str>,
        details: CalendarDetails,
        dead: Vec<DeadProperty>,
    ) -> Result<Calendar> {
        let made = self
            .create_calendar_once(caller, owner, NewCalendar { slug, details, dead, make_default: false }, None)
            .await?;
        Ok(made.into_calendar())
    }

    /// [`Kalends::create_calendar_for`], of which a request that is repeated with the same key makes one calendar.
    ///
    /// # Errors
    /// Those of [`Kalends::create_calendar_for`]; `BadInput` (Idempotency-Key) for the key of another request; `NotFound` where what the key made is there no
    /// more.
    pub async fn create_calendar_once(
        &self,
        caller: Caller,
        owner: PrincipalId,
        new: NewCalendar<'_>,
        once: Option<&Once>,
    ) -> Result<Held> {
        let NewCalendar { slug, details, dead, make_default } = new;
        access::require_own(caller)?;
        details.check()?;
        check_texts(details.description.as_deref(), details.timezone.as_deref(), &self.limits)?;
        check_dead(&dead, &[], &[], &self.limits)?;
        let slug = slug.map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
        check_slug(&slug)?;
        self.write(caller, async |mut write: Write| {
            let tx = &mut write.tx;
            tx.lock_home(owner).await?;
            let home = access::home_to_fill(tx, caller, owner).await?;
            if let Some(made) = write.take_key(once, &slug).await? {
                let owner = write.tx.party(home).await?.ok_or(Error::NotFound(Missing::Calendar))?;
                return access::calendar_at(&mut write.tx, caller, &owner.slug, &made, Access::Owner).await;
            }
            let tx = &mut write.tx;
            if tx.count_calendars(home).await? >= self.limits.account_calendars as u64 {
                return Err(Error::QuotaExceeded { limit: self.limits.account_calendars as u64, unit: "calendars" });
            }
            let id = tx
                .insert_calendar(home, &slug, &details, Utc::now())
                .await?
                .ok_or(Error::AlreadyExists(Existing::Calendar))?;
            for property in &dead {
                tx.set_dead_property(id, property).await?;
            }
            if make_default {
                tx.clear_default(caller.principal).await?;
                tx.set_view(caller.principal, id, &CalendarView { is_default: true, ..CalendarView::default() })
                    .await?;
            }
            let calendar = access::calendar(tx, caller, id, Access::Owner).await?;
            write.calendar_changed(id).await?;
            write.commit(calendar).await
        })
        .await
    }

    /// Makes a calendar called `display_name` at the end of the list, in a colour of its own.
    pub async fn create_named_calendar(&self, caller: Caller, display_name: &str) -> Result<Calendar> {
        let taken = self.calendars(caller).await?.len();
        self.create_calendar(caller, None, CalendarDetails::named(display_name, taken), Vec::new()).await
    }

    /// Changes properties; all of `patch` or nothing. Its name, description, colour and place are what everybody sees where the calendar is the caller's
    /// own, and else what they alone see.
    ///
    /// # Errors
    /// Those of [`Kalends::create_calendar`] for the values of `patch`; `NotFound`, `Forbidden`.
    pub async fn update_calendar(&self, caller: Caller, id: CalendarId, patch: CalendarPatch) -> Result<Calendar> {
        self.update_calendar_if(caller, id, patch, |_| Ok(())).await
    }

    /// [`Kalends::update_calendar`], of a calendar that `check` takes as the caller sees it, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::update_calendar`] and of `check`.
    pub async fn update_calendar_if(
        &self,
        caller: Caller,
        id: CalendarId,
        patch: CalendarPatch,
        check: impl Fn(&Held) -> Result<()>,
    ) -> Result<Calendar> {
        let text = |text: &Option<Option<String>>| text.clone().flatten();
        check_texts(text(&patch.description).as_deref(), text(&patch.timezone).as_deref(), &self.limits)?;
        self.write(caller, async |mut write: Write| {
            let held = write.calendar(id, patch.needed_access()).await?;
            check(&held)?;
            let (is_own, mut view) = (held.is_own(), held.view().clone());
            let mut calendar = held.into_calendar();
            let tx = &mut write.tx;
            if !patch.set_dead.is_empty() {
                check_dead(&patch.set_dead, &tx.dead_properties(id).await?, &patch.remove_dead, &self.limits)?;
            }
            let details = &mut calendar.details;
            details.display_name = patch.display_name.clone().unwrap_or_else(|| details.display_name.clone());
            details.description = patch.description.clone().unwrap_or_else(|| details.description.clone());
            details.color = patch.color.clone().unwrap_or_else(|| details.color.clone());
            details.order = patch.order.unwrap_or(details.order);
            details.timezone = patch.timezone.clone().unwrap_or_else(|| details.timezone.clone());
            details.check()?;
            let seen = view.clone();
            if is_own {
                if patch.is_of_calendar() {
                    tx.update_calendar(id, details).await?;
                }
            } else {
                if patch.is_for_all() {
                    tx.update_calendar_texts(id, details).await?;
                }
                view.name = patch.display_name.clone().or(view.name);
                view.color = patch.color.clone().or(view.color);
                view.order = patch.order.or(view.order);
                view.description = patch.description.clone().map(Option::unwrap_or_default).or(view.description);
            }
            view.keeps_free = patch.keeps_free.or(view.keeps_free);
            view.hidden = patch.hidden.unwrap_or(view.hidden);
            if patch.make_default && !view.is_default {
                tx.clear_default(caller.principal).await?;
                view.is_default = true;
            }
            if view != seen {
                tx.set_view(caller.principal, id, &view).await?;
            }
            for property in &patch.set_dead {
                tx.set_dead_property(id, property).await?;
            }
            for (namespace, name) in &patch.remove_dead {
                tx.remove_dead_property(id, namespace, name).await?;
            }
            let is_of_calendar = patch.is_for_all() || is_own && patch.is_of_calendar();
            if is_of_calendar {
                write.calendar_changed(id).await?;
            }
            // Those who see the calendar hear of it by the change itself.
            if view != seen || !is_of_calendar {
                write.list_changed().await?;
            }
            write.commit(calendar).await
        })
        .await
    }

    /// Removes the calendar with every object in it; it rests in the bin from then on.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn delete_calendar(&self, caller: Caller, id: CalendarId) -> Result<()> {
        self.delete_calendar_if(caller, id, |_| Ok(())).await
    }

    /// [`Kalends::delete_calendar`], of a calendar that `check` takes as the caller sees it, with nobody coming between.
    ///
    /// # Errors
    /// Those of [`Kalends::delete_calendar`] and of `check`.
    pub async fn delete_calendar_if(
        &self,
        caller: Caller,
        id: CalendarId,
        check: impl Fn(&Held) -> Result<()>,
    ) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let calendar = write.calendar(id, Access::Owner).await?;
            check(&calendar)?;
            write.remove_calendar(&calendar).await?;
            write.commit(()).await
        })
        .await
    }

    /// Removes a calendar that was made for something that came to nothing; it does not rest in the bin.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn discard_calendar(&self, caller: Caller, id: CalendarId) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let calendar = write.calendar(id, Access::Owner).await?;
            write.remove_calendar(&calendar).await?;
            write.tx.expire_binned_calendar(id).await?;
            write.commit(()).await
        })
        .await
    }

    /// Has the calendars of the caller's list stand in the order of `ids`, those that it does not name after them as they were: for everybody
    /// where they are the caller's own, and else for the caller alone.
    ///
    /// # Errors
    /// `NotFound` for one that does not stand in the list; `BadInput` (calendars) for one that is named twice.
    pub async fn order_calendars(&self, caller: Caller, ids: &[CalendarId]) -> Result<()> {
        if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
            return Err(Error::bad_input("calendars", Problem::Request("each calendar once")));
        }
        self.write(caller, async |mut write: Write| {
            let listed = access::listed_calendars(&mut write.tx, caller).await?;
            if ids.iter().any(|id| !listed.iter().any(|held| held.id == *id)) {
                return Err(Error::NotFound(Missing::Calendar));
            }
            let unnamed = listed.iter().map(|held| held.id).filter(|id| !ids.contains(id));
            let places = ids.iter().copied().chain(unnamed).zip(0..);
            let mut places: Vec<(CalendarId, i64)> = places.collect();
            // Locked in the order of their ids, as everywhere.
            places.sort_unstable();
            let mut changed = false;
            for (id, order) in places {
                let held = write.calendar(id, Access::FreeBusy).await?;
                if held.details.order == order {
                    continue;
                }
                changed = true;
                if held.is_own() && held.view().order.is_none() {
                    let mut details = held.into_calendar().details;
                    details.order = order;
                    write.tx.update_calendar(id, &details).await?;
                    write.calendar_changed(id).await?;
                } else {
                    let view = CalendarView { order: Some(order), ..held.view().clone() };
                    write.tx.set_view(caller.principal, id, &view).await?;
                }
            }
            if changed {
                write.list_changed().await?;
            }
            write.commit(()).await
        })
        .await
    }

    /// The caller's agenda leaves out `hidden` and shows the others of their list.
    pub async fn hide_calendars(&self, caller: Caller, hidden: &[CalendarId]) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let calendars = access::listed_calendars(&mut write.tx, caller).await?;
            let mut changed = false;
            for held in calendars {
                let view = CalendarView { hidden: hidden.contains(&held.id), ..held.view().clone() };
                if view != *held.view() {
                    write.tx.set_view(caller.principal, held.id, &view).await?;
                    changed = true;
                }
            }
            if changed {
                write.list_changed().await?;
            }
            write.commit(()).await
        })
        .await
    }

    /// New events of the caller go to this calendar.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn set_default_calendar(&self, caller: Caller, id: CalendarId) -> Result<()> {
        self.write(caller, async |mut write: Write| {
            let held = access::calendar(&mut write.tx, caller, id, Access::Write).await?;
            if held.view().is_default {
                return Ok(());
            }
            write.tx.clear_default(caller.principal).await?;
            let view = CalendarView { is_default: true, ..held.view().clone() };
            write.tx.set_view(caller.principal, id, &view).await?;
            write.list_changed().await?;
            write.commit(()).await
        })
        .await
    }

    pub async fn dead_properties(&self, caller: Caller, id: CalendarId) -> Result<Vec<DeadProperty>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, id, Access::Read).await?;
        tx.dead_properties(id).await
    }
}
