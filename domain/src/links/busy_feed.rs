//! When somebody is busy, as a feed. Programs that follow feeds show no VFREEBUSY, so that each time is an event without a word of
//! what it is.

use super::state::hexadecimal;
use crate::access::Caller;
use crate::calendars::CalendarId;
use crate::store::SecretHash;
use crate::{Kalends, Result};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_ical::busy::{Busy, BusyKind, merged};
use kalends_ical::join::{FEED_SECONDS, Joined, busy_event};
use kalends_ical::time::Zone;
use sha2::{Digest, Sha256};

/// How many days before today and from it on the feed has.
const DAYS_BEFORE: i64 = 31;
const DAYS_AFTER: i64 = 366;

/// A feed of busy times that is to be written.
pub(super) struct BusyFeed<'a> {
    pub kalends: &'a Kalends,
    pub name: &'a str,
    pub color: &'a str,
    /// DTSTAMP of every time.
    pub stamp: DateTime<Utc>,
    /// Of the link.
    pub secret: &'a SecretHash,
    /// In which days and floating times are read.
    pub zone: Tz,
    pub calendars: Vec<(Caller, CalendarId)>,
}

impl BusyFeed<'_> {
    /// The whole of it.
    ///
    /// # Errors
    /// `NotFound` when a calendar has gone meanwhile.
    pub async fn write(self, now: DateTime<Utc>) -> Result<String> {
        let today = now.date_naive().and_time(NaiveTime::MIN).and_utc();
        let (start, end) = (today - TimeDelta::days(DAYS_BEFORE), today + TimeDelta::days(DAYS_AFTER));
        let zone = Zone::Iana(self.zone);
        let mut all = Vec::new();
        for (caller, calendar) in &self.calendars {
            all.extend(self.kalends.free_busy(*caller, *calendar, (start, end), &zone).await?);
        }
        let mut text = Joined::begin_feed(self.name, self.color, FEED_SECONDS);
        for Busy { start, end, kind } in merged(all, start, end) {
            // Of this link alone, so that nobody tells by it whose time it is elsewhere; the same as long as the time begins then.
            let seed = [&self.secret[..], start.timestamp().to_string().as_bytes()].concat();
            let uid = format!("{}@busy", hexadecimal(&Sha256::digest(seed)[..16]));
            let is_tentative = kind == BusyKind::Tentative;
            text.push_str(&busy_event(&uid, self.stamp, (start, end), crate::sight::BUSY, is_tentative));
        }
        text.push_str(Joined::END);
        Ok(text)
    }
}
