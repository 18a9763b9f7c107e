//! SKIP (RFC 7529 section 4.1): what becomes of months and days that a year or a month does not have.
//!
//! It moves what BYMONTH, BYMONTHDAY and BYYEARDAY (or DTSTART in their stead) name in a series of years or months; where such
//! parts only choose among days that there are, nothing is missing. A month is moved first, then a day in the month that it
//! was moved to; BYDAY chooses among the days as they were moved. A missing day is moved to the day before or after the place
//! where it would be, so that two may fall on one.

use super::days::DayFilter;
use super::scale::{Month, MonthOfYear};
use super::{Frequency, RuleError};
use chrono::{Days, NaiveDate};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// The value of SKIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    Omit,
    Backward,
    Forward,
}

const NAMES: [(&str, Skip); 3] = [("OMIT", Skip::Omit), ("BACKWARD", Skip::Backward), ("FORWARD", Skip::Forward)];

impl FromStr for Skip {
    type Err = RuleError;

    fn from_str(value: &str) -> Result<Self, RuleError> {
        let known = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
        known.map(|(_, skip)| *skip).ok_or_else(|| {
            let value = crate::syntax::excerpt(value);
            RuleError(format!("SKIP: \"{value}\" is none of {}", NAMES.map(|(name, _)| name).join(", ")))
        })
    }
}

impl Display for Skip {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(_, skip)| skip == self).map_or("", |(name, _)| name))
    }
}

impl Skip {
    /// Of the day before a gap and the day after it, the one that a day in the gap is moved to.
    fn choose(self, before: Option<NaiveDate>, after: Option<NaiveDate>) -> Option<NaiveDate> {
        match self {
            Skip::Omit => None,
            Skip::Backward => before,
            Skip::Forward => after,
        }
    }
}

impl DayFilter {
    /// The days, in no order, that `skip` puts in the place of those which the period from `first` to `last` does not have. Some
    /// may lie outside of the period.
    pub(super) fn moved(&self, skip: Skip, frequency: Frequency, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
        let mut days = Vec::new();
        let mut months = self.allowed_months(first, last);
        // Weeks of a year may begin in the year before.
        let middle = self.scale.month_of(first + Days::new(3));
        let stand_ins = match frequency {
            Frequency::Yearly => self.stand_ins(skip, middle),
            // The year before can have moved a leap month to this one.
            _ if self.may_stand_in(skip, middle.month) => {
                let years = [middle.year_first().and_then(|first| first.pred_opt()), Some(first)];
                let months = years.into_iter().flatten().flat_map(|day| self.stand_ins(skip, self.scale.month_of(day)));
                months.filter(|month| month.first == middle.first).take(1).collect()
            }
            _ => Vec::new(),
        };
        for month in &stand_ins {
            let (from, to) = if self.by_weeks() { (first, last) } else { (NaiveDate::MIN, NaiveDate::MAX) };
            self.add_days_of(month, from, to, &mut days);
        }
        months.extend(stand_ins);
        let mut moved = Vec::new();
        for month in &months {
            self.add_missing_month_days(skip, month, &mut moved);
        }
        if frequency == Frequency::Yearly {
            self.add_missing_year_days(skip, &middle, &mut moved);
        }
        days.extend(moved.into_iter().filter(|day| self.allows_weekday(&self.scale.month_of(*day), *day)));
        days
    }

    fn has_leap_months(&self) -> bool {
        self.months >> 16 != 0
    }

    /// Whether there is a leap month that this one can stand for.
    fn may_stand_in(&self, skip: Skip, month: Month) -> bool {
        let number = match (skip, month.number) {
            (Skip::Forward, 1) => 12,
            (Skip::Forward, number) => number - 1,
            (_, number) => number,
        };
        !month.is_leap && self.months & Month { number, is_leap: true }.bit() != 0
    }

    fn allowed_months(&self, first: NaiveDate, last: NaiveDate) -> Vec<MonthOfYear> {
        let months = self.months_from(first).take_while(|month| month.first <= last);
        months.filter(|month| self.allows_month(month)).collect()
    }

    fn months_from(&self, first: NaiveDate) -> impl Iterator<Item = MonthOfYear> {
        let month = |day| self.scale.month_of(day);
        std::iter::successors(Some(month(first)), move |last| last.end().map(month))
    }

    /// The months that stand for the leap months which the year of `of_year` does not have. Other months every year has.
    fn stand_ins(&self, skip: Skip, of_year: MonthOfYear) -> Vec<MonthOfYear> {
        let Some(first) = of_year.year_first().filter(|_| self.has_leap_months()) else { return Vec::new() };
        // The month after the last one is the first of the next year.
        let months: Vec<_> = self.months_from(first).take(14).collect();
        let in_year =
            |wanted: Month| months.iter().position(|month| month.month == wanted && month.year == of_year.year);
        let missing = (1..=12)
            .map(|number| Month { number, is_leap: true })
            .filter(|month| self.months & month.bit() != 0 && in_year(*month).is_none());
        missing
            .filter_map(|month| {
                let before = in_year(Month { is_leap: false, ..month })?;
                months.get(if skip == Skip::Backward { before } else { before + 1 }).copied()
            })
            .collect()
    }

    /// A day that does not exist has no number in the year or among its weeks: beside BYYEARDAY and BYWEEKNO it stays away.
    fn add_missing_month_days(&self, skip: Skip, month: &MonthOfYear, days: &mut Vec<NaiveDate>) {
        if !self.year_days.is_empty() || self.by_weeks() {
            return;
        }
        let beyond = |set: u32| u64::from(set) >> (month.length + 1) != 0;
        let end = month.end();
        if beyond(self.month_days) {
            days.extend(skip.choose(end.and_then(|end| end.pred_opt()), end));
        }
        if beyond(self.month_days_from_end) {
            days.extend(skip.choose(month.first.pred_opt(), Some(month.first)));
        }
    }

    fn add_missing_year_days(&self, skip: Skip, of_year: &MonthOfYear, days: &mut Vec<NaiveDate>) {
        let is_alone = self.months == 0 && self.month_days | self.month_days_from_end == 0 && !self.by_weeks();
        let is_missing = |day: &&i16| u32::from(day.unsigned_abs()) > of_year.year_length;
        for day in self.year_days.iter().filter(is_missing).filter(|_| is_alone) {
            let edge = if *day > 0 { of_year.year_end() } else { of_year.year_first() };
            days.extend(skip.choose(edge.and_then(|edge| edge.pred_opt()), edge));
        }
    }
}
