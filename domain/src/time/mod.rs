//! Time zones: what a TZID means, and the instants that wall-clock times stand for.

use crate::ical::syntax::{Component, SyntaxError};
use crate::ical::value::Moment;
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;
use std::sync::Arc;

/// A time zone that wall-clock times can be resolved in.
#[derive(Clone, Debug)]
pub enum Zone {
    Iana(Tz),
    /// Defined only by a VTIMEZONE of the object.
    Custom(Arc<CustomZone>),
}

/// A VTIMEZONE with a TZID that names no known zone, evaluated by its own STANDARD and DAYLIGHT rules.
#[derive(Clone, Debug)]
pub struct CustomZone {}

impl Zone {
    pub const UTC: Zone = Zone::Iana(Tz::UTC);

    /// The instant of a wall-clock time. In a gap the offset before the gap applies, in a fold the first
    /// of the two instants (RFC 5545 section 3.3.5).
    pub fn to_utc(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let _ = local;
        todo!()
    }

    /// The wall-clock time of an instant.
    pub fn to_local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        let _ = instant;
        todo!()
    }
}

/// The zones that the TZIDs of one VCALENDAR stand for.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    by_tzid: HashMap<String, Zone>,
}

impl Zones {
    /// Resolves every TZID used in `calendar` (a VCALENDAR): IANA names, Windows names, names with a known prefix,
    /// then the embedded VTIMEZONE.
    ///
    /// # Errors
    /// A TZID that none of these gives meaning to, with the line that uses it.
    pub fn of(calendar: &Component) -> Result<Self, SyntaxError> {
        let _ = calendar;
        todo!()
    }

    pub fn get(&self, tzid: &str) -> Option<&Zone> {
        self.by_tzid.get(tzid)
    }

    /// The instant of `moment`; `floating` gives the zone of floating times and of the midnights of dates.
    pub fn instant(&self, moment: &Moment, floating: &Zone) -> DateTime<Utc> {
        let _ = (moment, floating);
        todo!()
    }
}
