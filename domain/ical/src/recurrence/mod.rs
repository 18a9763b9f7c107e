//! RRULE (RFC 5545 section 3.3.10, with the calendar systems of RFC 7529): reading a rule and expanding it lazily in a window of
//! wall-clock time.
//!
//! The expansion is our own. The crate `rrule` walks every series from its DTSTART, so that a window in the 26th year of a
//! daily series costs 26 years, and it expands BYWEEKNO without BYDAY to whole weeks where RFC 5545 takes the weekday
//! from DTSTART. [`Series`] computes instead in which period of the rule a window begins. The crate is a second opinion in the tests.

mod days;
mod parse;
mod period;
mod scale;
mod series;
mod skip;
mod times;

pub use scale::Scale;
pub use series::{Occurrences, Series, WallClock};

use scale::Month;
use skip::Skip;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};

/// A parsed and checked RRULE value. [`std::fmt::Display`] writes it as the value of an RRULE property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    system: System,
    skip: Skip,
    frequency: Frequency,
    interval: u32,
    count: Option<u32>,
    until: Option<Until>,
    week_start: Weekday,
    by_second: Vec<u8>,
    by_minute: Vec<u8>,
    by_hour: Vec<u8>,
    by_day: Vec<ByDay>,
    by_month_day: Vec<i8>,
    by_year_day: Vec<i16>,
    by_week_number: Vec<i8>,
    by_month: Vec<Month>,
    by_set_position: Vec<i16>,
}

/// What RSCALE says; without it the system is the Gregorian.
#[derive(Clone, Debug, PartialEq, Eq)]
enum System {
    Known(Scale),
    /// One of which nothing is known but its name, in upper case.
    Unknown(String),
}

/// FREQ, from the shortest period to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Frequency {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// One value of BYDAY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ByDay {
    /// The n-th such day of the month or year, from its end when negative; never 0. `None`: every one.
    ordinal: Option<i8>,
    weekday: Weekday,
}

/// The form in which UNTIL was written decides what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// The last day, whole: an instance at any time of it belongs to the series.
    Date(NaiveDate),
    /// The last start, in the wall-clock time of DTSTART.
    Floating(NaiveDateTime),
    /// The last start, an instant. Beside a DTSTART that is a date its day counts, beside a floating one its digits.
    Utc(DateTime<Utc>),
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RuleError(pub String);

impl Rule {
    /// The parts that say what a rule with SKIP leaves to `start`, the day of its DTSTART; none where SKIP moves nothing.
    pub fn days_of_start(&self, start: NaiveDate) -> Vec<(&'static str, String)> {
        let System::Known(scale) = self.system else { return Vec::new() };
        let names_days = !self.by_day.is_empty()
            || !self.by_month_day.is_empty()
            || !self.by_year_day.is_empty()
            || !self.by_week_number.is_empty();
        if self.skip == Skip::Omit || self.frequency < Frequency::Monthly || names_days {
            return Vec::new();
        }
        let month = scale.month_of(start);
        let mut parts = vec![("BYMONTHDAY", month.day(start).to_string())];
        if self.frequency == Frequency::Yearly && self.by_month.is_empty() {
            parts.push(("BYMONTH", month.month.to_string()));
        }
        parts
    }

    /// `FREQ=frequency` alone: once in every period, for ever.
    fn new(frequency: Frequency) -> Self {
        Rule {
            system: System::Known(Scale::Gregorian),
            skip: Skip::Omit,
            frequency,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Mon,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_number: Vec::new(),
            by_month: Vec::new(),
            by_set_position: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
