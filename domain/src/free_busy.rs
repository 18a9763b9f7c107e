//! When a calendar says that its owner is busy (RFC 4791 section 7.10), without saying why.

use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::calendars::CalendarId;
use crate::parsed::Candidates;
use crate::sharing::PartyKind;
use crate::thread::on_a_thread;
use crate::{Error, Kalends, Result};
use chrono::{DateTime, Utc};
use kalends_ical::busy::{self, Busy};
use kalends_ical::instances::Window;
use kalends_ical::time::Zone;

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
        (start, end): (DateTime<Utc>, DateTime<Utc>),
        floating: &Zone,
    ) -> Result<Vec<Busy>> {
        let window = Window { start: Some(start), end: Some(end) };
        let mut candidates = Candidates::new(calendar, window, None);
        let mut all = Vec::new();
        loop {
            let mut tx = self.db.read().await?;
            access::calendar(&mut tx, caller, calendar, Access::FreeBusy).await?;
            let Some(objects) = candidates.next_parsed(self, &mut tx).await? else { return Ok(all) };
            // There are few connections that read.
            drop(tx);
            let (floating, limit) = (floating.clone(), self.limits.instances);
            all = on_a_thread(move || {
                for (_, object) in objects {
                    busy::add_busy(&object, window, &floating, limit, &mut all);
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
            return Err(Error::NotFound("the person"));
        }
        let free = tx.calendars_kept_free(person).await?;
        Ok(found.into_iter().filter(|held| !free.contains(&held.id)).collect())
    }
}
