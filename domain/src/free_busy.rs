//! When a calendar says that its owner is busy (RFC 4791 section 7.10), without saying why.

use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::calendars::CalendarId;
use crate::parsed::Candidates;
use crate::sharing::PartyKind;
use crate::thread::on_a_thread;
use crate::{Error, Kalends, Missing, Result};
use chrono::{DateTime, Utc};
use kalends_ical::CalendarObject;
use kalends_ical::busy::{self, Busy};
use kalends_ical::instances::Window;
use kalends_ical::itip::{Addresses, organizer_of};
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;

/// A meeting that keeps nobody busy where another time is looked for it.
#[derive(Clone, Debug)]
pub(crate) struct LeftOut {
    pub uid: String,
    /// RECURRENCE-ID of the one that is meant; `None`: all of it.
    pub instance: Option<Moment>,
    /// Of whom the calendar is that it was chosen in.
    pub organizer: Addresses,
}

impl LeftOut {
    /// Whether that is it: what the caller sees anyway, or has sent there. Of anything else the difference would tell that it is there.
    fn is_in(&self, held: &Held, object: &CalendarObject) -> bool {
        let is_seen = held.may_read() && (held.sees_private() || !object.is_guarded());
        let is_theirs =
            || matches!(organizer_of(object), Ok(Some(organizer)) if self.organizer.contains(&organizer.value));
        object.uid == self.uid && (is_seen || is_theirs())
    }
}

impl Kalends {
    /// The busy times between `start` and `end`, in the order of their starts. `floating` is the zone that floating times and
    /// days are read in, where the calendar itself has none.
    ///
    /// A series of more instances than can be listed is taken as busy from its first to its last.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn free_busy(
        &self,
        caller: Caller,
        calendar: CalendarId,
        span: (DateTime<Utc>, DateTime<Utc>),
        floating: &Zone,
    ) -> Result<Vec<Busy>> {
        self.free_busy_without(caller, calendar, span, floating, None).await
    }

    /// [`Kalends::free_busy`] without one meeting.
    ///
    /// # Errors
    /// `NotFound`
    pub(crate) async fn free_busy_without(
        &self,
        caller: Caller,
        calendar: CalendarId,
        (start, end): (DateTime<Utc>, DateTime<Utc>),
        floating: &Zone,
        without: Option<&LeftOut>,
    ) -> Result<Vec<Busy>> {
        let window = Window { start: Some(start), end: Some(end) };
        let mut candidates = Candidates::new(calendar, window, None);
        let mut all = Vec::new();
        loop {
            let mut tx = self.db.read().await?;
            let held = access::calendar(&mut tx, caller, calendar, Access::FreeBusy).await?;
            let Some(objects) = candidates.next_parsed(self, &mut tx).await? else { return Ok(all) };
            // There are few connections that read.
            drop(tx);
            let (floating, limit, without) = (floating.clone(), self.limits.instances, without.cloned());
            all = on_a_thread(move || {
                for (_, object) in objects {
                    let without = without.as_ref().filter(|without| without.is_in(&held, &object));
                    let instance = without.and_then(|without| without.instance.as_ref());
                    if without.is_some() && instance.is_none() {
                        continue;
                    }
                    busy::add_busy_without(&object, window, &floating, limit, instance, &mut all);
                }
                Ok(busy::merged(all, start, end))
            })
            .await?;
        }
    }

    /// The times at which any of `calendars` is busy, put together: [`Kalends::free_busy`].
    ///
    /// # Errors
    /// `NotFound`
    pub async fn free_busy_of(
        &self,
        caller: Caller,
        calendars: &[CalendarId],
        (start, end): (DateTime<Utc>, DateTime<Utc>),
        floating: &Zone,
    ) -> Result<Vec<Busy>> {
        let mut all = Vec::new();
        for calendar in calendars {
            all.extend(self.free_busy(caller, *calendar, (start, end), floating).await?);
        }
        Ok(busy::merged(all, start, end))
    }

    /// The calendars by which the caller is busy, in their list or not.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(crate) async fn own_busy_calendars(&self, caller: Caller) -> Result<Vec<Held>> {
        let seen = access::seen_calendars(&mut self.db.read().await?, caller).await?;
        Ok(seen.into_iter().filter(|held| !held.keeps_free()).collect())
    }

    /// The calendars of a person of which the caller learns when they are busy, in the caller's list or not, without those that the person
    /// says do not count for that.
    ///
    /// # Errors
    /// `NotFound` where there is none: as for a person who is not there.
    pub async fn calendars_of(&self, caller: Caller, person: PrincipalId) -> Result<Vec<Held>> {
        let mut tx = self.db.read().await?;
        let is_theirs = |held: &Held| held.owner().id == person && held.owner().kind == PartyKind::Person;
        let found: Vec<Held> = access::seen_calendars(&mut tx, caller).await?.into_iter().filter(is_theirs).collect();
        if found.is_empty() {
            return Err(Error::NotFound(Missing::Person));
        }
        let free = tx.calendars_kept_free(person).await?;
        Ok(found.into_iter().filter(|held| !free.contains(&held.id)).collect())
    }
}
