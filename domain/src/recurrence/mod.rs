//! RRULE (RFC 5545 section 3.3.10): reading a rule and expanding it lazily in a window of wall-clock time.
//!
//! The expansion is our own. The crate `rrule` walks every series from its DTSTART, so that a window in the 26th year of a
//! daily series costs 26 years; it gives up after a fixed number of steps, and it expands BYWEEKNO without BYDAY to whole
//! weeks where RFC 5545 takes the weekday from DTSTART. [`Series`] computes instead in which period of the rule a
//! window begins. The crate stays as a second opinion in the tests.

mod days;
mod parse;
mod series;

pub use series::{Occurrences, Series};

use crate::ical::value::Moment;
use crate::time::Zone;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

/// A parsed and checked RRULE value. [`std::fmt::Display`] writes it as the value of an RRULE property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
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
    by_month: Vec<u8>,
    by_set_position: Vec<i16>,
}

/// FREQ, from the shortest period to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
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
pub struct ByDay {
    /// The n-th such day of the month or year, from its end when negative; never 0. `None`: every one.
    pub ordinal: Option<i8>,
    pub weekday: Weekday,
}

/// The form in which UNTIL was written decides what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
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
    /// `FREQ=frequency` alone: once in every period, for ever.
    pub fn new(frequency: Frequency) -> Self {
        Rule {
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

    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// INTERVAL, at least 1.
    pub fn interval(&self) -> u32 {
        self.interval
    }

    /// COUNT, at least 1; DTSTART counts as the first.
    pub fn count(&self) -> Option<u32> {
        self.count
    }

    pub fn until(&self) -> Option<Until> {
        self.until
    }

    /// WKST.
    pub fn week_start(&self) -> Weekday {
        self.week_start
    }

    /// BYDAY, as written.
    pub fn by_day(&self) -> &[ByDay] {
        &self.by_day
    }

    /// BYMONTHDAY: 1 to 31, or -31 to -1 from the month's end.
    pub fn by_month_day(&self) -> &[i8] {
        &self.by_month_day
    }

    /// BYMONTH: 1 to 12.
    pub fn by_month(&self) -> &[u8] {
        &self.by_month
    }

    /// BYSETPOS.
    pub fn by_set_position(&self) -> &[i16] {
        &self.by_set_position
    }

    /// Whether it has BYSECOND, BYMINUTE, BYHOUR, BYYEARDAY or BYWEEKNO, which no form of ours can show.
    pub fn has_rare_parts(&self) -> bool {
        let times = [&self.by_second, &self.by_minute, &self.by_hour];
        times.iter().any(|part| !part.is_empty()) || !self.by_year_day.is_empty() || !self.by_week_number.is_empty()
    }

    /// The same rule every `interval` periods; 0 is taken for 1.
    pub fn with_interval(mut self, interval: u32) -> Self {
        self.interval = interval.max(1);
        self
    }

    /// The same rule with this many instances, DTSTART among them (0 is taken for 1), and no UNTIL.
    pub fn with_count(mut self, count: u32) -> Self {
        (self.count, self.until) = (Some(count.max(1)), None);
        self
    }

    /// The same rule up to and including `until`, and no COUNT.
    pub fn with_until(mut self, until: Until) -> Self {
        (self.count, self.until) = (None, Some(until));
        self
    }

    /// The same rule without COUNT and UNTIL.
    pub fn without_end(mut self) -> Self {
        (self.count, self.until) = (None, None);
        self
    }

    pub fn with_week_start(mut self, weekday: Weekday) -> Self {
        self.week_start = weekday;
        self
    }

    /// The same rule with this BYDAY; an empty one takes it away. Ordinals are for MONTHLY and YEARLY only.
    pub fn with_by_day(mut self, days: Vec<ByDay>) -> Self {
        self.by_day = days;
        self
    }

    /// The same rule with this BYMONTHDAY; an empty one takes it away.
    pub fn with_by_month_day(mut self, days: Vec<i8>) -> Self {
        self.by_month_day = days;
        self
    }

    /// The same rule with this BYMONTH; an empty one takes it away.
    pub fn with_by_month(mut self, months: Vec<u8>) -> Self {
        self.by_month = months;
        self
    }

    /// The rule in two, for "this and following": what comes before the instance at `at`, and what begins with it.
    /// `start` is the series' DTSTART, `at` the start of one of its instances in the same form, `zone` their zone.
    ///
    /// The first ends with an UNTIL in the form that RFC 5545 asks for beside such a DTSTART; a COUNT goes on in the second with
    /// what is left of it. Neither part is `None`, even where nothing comes before: that is for the caller to see.
    pub fn split(&self, start: &Moment, at: &Moment, zone: &Zone) -> (Rule, Rule) {
        let before_second = |local: NaiveDateTime| local.checked_sub_signed(TimeDelta::seconds(1)).unwrap_or(local);
        let until = match at {
            Moment::Date(date) => Until::Date(date.pred_opt().unwrap_or(*date)),
            Moment::Floating(local) => Until::Floating(before_second(*local)),
            Moment::Utc(local) => Until::Utc(before_second(*local).and_utc()),
            Moment::Zoned { local, .. } => Until::Utc(before_second(zone.to_utc(*local).naive_utc()).and_utc()),
        };
        let second = match self.count {
            Some(count) => {
                let passed = Series::new(self, start, zone).count_before(at.local());
                let left = u64::from(count).saturating_sub(passed).max(1);
                Rule { count: Some(u32::try_from(left).unwrap_or(u32::MAX)), ..self.clone() }
            }
            None => self.clone(),
        };
        (self.clone().with_until(until), second)
    }
}

#[cfg(test)]
mod tests;
