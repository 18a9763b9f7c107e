//! When a calendar says that its owner is busy (RFC 4791 section 7.10), without saying why.

use crate::access::{self, Access, Caller};
use crate::calendars::CalendarId;
use crate::parsed::Candidates;
use crate::thread::on_a_thread;
use crate::{Kalends, Result};
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
}
