//! Typed property values (RFC 5545 section 3.3).

use super::syntax::{Property, SyntaxError};
use chrono::{NaiveDate, NaiveDateTime};

/// A DATE or DATE-TIME as written: the four kinds are different things everywhere (RFC 5545 section 3.3.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A calendar day, the same in every zone.
    Date(NaiveDate),
    /// A wall-clock time in whatever zone the reader is in.
    Floating(NaiveDateTime),
    /// An instant.
    Utc(NaiveDateTime),
    /// A wall-clock time in the zone that `tzid` names, kept as written.
    Zoned { local: NaiveDateTime, tzid: String },
}

/// A DURATION (RFC 5545 section 3.3.6): days and weeks are nominal, the time part is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    /// Nominal days (weeks counted as 7), signed.
    pub days: i64,
    /// Exact seconds, signed as `days` is.
    pub seconds: i64,
}

impl Moment {
    /// The date and time as written, midnight for a date.
    pub fn local(&self) -> NaiveDateTime {
        match self {
            Moment::Date(date) => date.and_time(chrono::NaiveTime::MIN),
            Moment::Floating(local) | Moment::Utc(local) | Moment::Zoned { local, .. } => *local,
        }
    }

    pub fn is_date(&self) -> bool {
        matches!(self, Moment::Date(_))
    }
}

/// The DATE or DATE-TIME of a property such as DTSTART, by its VALUE and TZID parameters.
pub fn moment(property: &Property) -> Result<Moment, SyntaxError> {
    let _ = property;
    todo!()
}
