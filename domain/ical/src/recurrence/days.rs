//! Which days a rule allows: the parts BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY, in the calendar system of RSCALE.

use super::scale::{Month, MonthOfYear, Scale};
use super::{Frequency, Rule};
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The days that belong to a rule. A part that is empty allows every day; what a rule leaves open is taken from DTSTART.
#[derive(Clone, Debug)]
pub(super) struct DayFilter {
    pub(super) scale: Scale,
    /// A set of [`Month::bit`]; 0 when all are allowed.
    pub(super) months: u32,
    /// Bit n for day n of the month; both 0 when all are allowed.
    pub(super) month_days: u32,
    /// Bit n for day -n of the month.
    pub(super) month_days_from_end: u32,
    pub(super) year_days: Vec<i16>,
    pub(super) week_numbers: Vec<i8>,
    /// Bit n for the weekday n days after Monday; 0 with an empty `nth` when all are allowed.
    weekdays: u8,
    nth: Vec<(i8, Weekday)>,
    /// Whether `nth` counts in the month; else in the year.
    nth_in_month: bool,
    week_start: Weekday,
}

/// A year by its weeks: from the first one with at least four days in it (RFC 5545 section 3.3.10, BYWEEKNO).
struct WeekYear {
    year: i32,
    first: NaiveDate,
    /// The first day of the next one.
    end: NaiveDate,
}

impl DayFilter {
    /// `start` is the day of DTSTART. The months of `rule` are months of `scale`.
    pub(super) fn new(rule: &Rule, scale: Scale, start: NaiveDate) -> Self {
        let mut filter = DayFilter {
            scale,
            months: rule.by_month.iter().fold(0, |months, month| months | month.bit()),
            month_days: 0,
            month_days_from_end: 0,
            year_days: rule.by_year_day.clone(),
            week_numbers: rule.by_week_number.clone(),
            weekdays: 0,
            nth: Vec::new(),
            nth_in_month: rule.frequency == Frequency::Monthly || !rule.by_month.is_empty(),
            week_start: rule.week_start,
        };
        for &day in &rule.by_month_day {
            let bit = 1 << day.unsigned_abs();
            if day > 0 { filter.month_days |= bit } else { filter.month_days_from_end |= bit }
        }
        for day in &rule.by_day {
            match day.ordinal {
                Some(ordinal) => filter.nth.push((ordinal, day.weekday)),
                None => filter.weekdays |= weekday_bit(day.weekday),
            }
        }
        if rule.by_day.is_empty() && rule.by_month_day.is_empty() && rule.by_year_day.is_empty() {
            match rule.frequency {
                Frequency::Yearly if !rule.by_week_number.is_empty() => filter.weekdays = weekday_bit(start.weekday()),
                Frequency::Yearly => {
                    let month = scale.month_of(start);
                    filter.month_days = 1 << month.day(start);
                    if filter.months == 0 {
                        filter.months = month.month.bit();
                    }
                }
                Frequency::Monthly => filter.month_days = 1 << scale.month_of(start).day(start),
                Frequency::Weekly => filter.weekdays = weekday_bit(start.weekday()),
                _ => {}
            }
        }
        filter
    }

    /// Whether every day is allowed.
    fn allows_all(&self) -> bool {
        self.months == 0 && self.allows_all_of_a_month() && self.year_days.is_empty() && self.week_numbers.is_empty()
    }

    fn allows_all_of_a_month(&self) -> bool {
        self.month_days == 0 && self.month_days_from_end == 0 && self.weekdays == 0 && self.nth.is_empty()
    }

    /// Whether years are counted by their weeks (BYWEEKNO): a week belongs to the year in which most of it lies.
    pub(super) fn by_weeks(&self) -> bool {
        !self.week_numbers.is_empty()
    }

    /// Whether no year has such a day, like the 30th of February or the sixth Monday of a month. (Not every such rule is found
    /// out here; the others end with the window, or with the last year.)
    pub(super) fn is_impossible(&self) -> bool {
        if self.weekdays == 0
            && self.nth_in_month
            && !self.nth.is_empty()
            && self.nth.iter().all(|(n, _)| n.unsigned_abs() > 5)
        {
            return true;
        }
        const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let fits = |number: u8| {
            let length = LENGTHS[usize::from(number) - 1];
            let within = (1_u64 << (length + 1)) - 1;
            u64::from(self.month_days | self.month_days_from_end) & within != 0
        };
        self.scale.is_gregorian()
            && self.months != 0
            && self.month_days | self.month_days_from_end != 0
            && !(1..=12).any(|number| self.months & Month { number, is_leap: false }.bit() != 0 && fits(number))
    }

    /// Whether every period of `frequency` has the same number of such days, and none is missing in any.
    pub(super) fn is_even(&self, frequency: Frequency) -> bool {
        let (shortest_month, shortest_year) = (self.scale.shortest_month(self.months), self.scale.shortest_year());
        // Ordinals from one side alone: from both, two may or may not name the same day. Not beyond the shortest month or year.
        let same_side = |ordinals: &mut dyn Iterator<Item = i16>, most: i16| {
            let ordinals: Vec<i16> = ordinals.collect();
            ordinals.iter().all(|n| (1..=most).contains(n)) || ordinals.iter().all(|n| (-most..=-1).contains(n))
        };
        let no_month_days = self.month_days == 0 && self.month_days_from_end == 0;
        let short_month_days = (self.month_days == 0 || self.month_days_from_end == 0)
            && (self.month_days | self.month_days_from_end) >> (shortest_month + 1) == 0;
        let nth = |most| {
            self.weekdays == 0
                && no_month_days
                && !self.nth.is_empty()
                && same_side(&mut self.nth.iter().map(|(n, _)| i16::from(*n)), most)
        };
        let of_month = nth(shortest_month as i16 / 7) && self.nth_in_month
            || short_month_days && !no_month_days && self.weekdays == 0 && self.nth.is_empty();
        let regular_months = !self.scale.has_leap_months() || self.months != 0 && self.months >> 16 == 0;
        match frequency {
            Frequency::Monthly => self.months == 0 && of_month,
            Frequency::Yearly if self.by_weeks() => false,
            Frequency::Yearly if !self.year_days.is_empty() => {
                let year_days = &mut self.year_days.iter().copied();
                self.months == 0 && self.allows_all_of_a_month() && same_side(year_days, shortest_year)
            }
            Frequency::Yearly => of_month && regular_months || nth(shortest_year / 7) && !self.nth_in_month,
            // Every week has every weekday, and with day filters no two days are alike.
            Frequency::Weekly => self.months == 0,
            _ => self.allows_all(),
        }
    }

    /// The first day from `day` on whose month is allowed; `None` when no month will be before the year `last_year` ends.
    pub(super) fn next_in_month(&self, day: NaiveDate, last_year: i32) -> Option<NaiveDate> {
        if self.months == 0 {
            return Some(day);
        }
        let mut month = self.scale.month_of(day);
        if self.allows_month(&month) {
            return Some(day);
        }
        while month.first.year() <= last_year {
            month = self.scale.month_of(month.end()?);
            if self.allows_month(&month) {
                return Some(month.first);
            }
        }
        None
    }

    /// The days from `first` to `last` that are allowed, in order.
    pub(super) fn between(&self, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
        if self.allows_all() {
            return first.iter_days().take_while(|day| *day <= last).collect();
        }
        let mut days = Vec::new();
        let mut next = Some(first);
        while let Some(day) = next.filter(|day| *day <= last) {
            let month = self.scale.month_of(day);
            next = month.end();
            if self.allows_month(&month) {
                self.add_days_of(&month, first, last, &mut days);
            }
        }
        days
    }

    /// Adds the days of a month that are allowed as soon as the month is, as far as they lie between `first` and `last`.
    pub(super) fn add_days_of(
        &self,
        month: &MonthOfYear,
        first: NaiveDate,
        last: NaiveDate,
        days: &mut Vec<NaiveDate>,
    ) {
        let last = month.end().and_then(|end| end.pred_opt()).map_or(last, |of_month| of_month.min(last));
        let within = month.first.max(first).iter_days().take_while(|day| *day <= last);
        days.extend(within.filter(|day| self.allows_day(month, *day)));
    }

    pub(super) fn allows_month(&self, month: &MonthOfYear) -> bool {
        self.months == 0 || self.months & month.month.bit() != 0
    }

    fn allows_day(&self, month: &MonthOfYear, day: NaiveDate) -> bool {
        self.allows_month_day(month, day)
            && self.allows_weekday(month, day)
            && self.allows_year_day(month, day)
            && self.allows_week(month, day)
    }

    fn allows_month_day(&self, month: &MonthOfYear, day: NaiveDate) -> bool {
        if self.month_days == 0 && self.month_days_from_end == 0 {
            return true;
        }
        let day = month.day(day);
        self.month_days & 1 << day != 0 || self.month_days_from_end & 1 << (month.length + 1 - day) != 0
    }

    pub(super) fn allows_weekday(&self, month: &MonthOfYear, day: NaiveDate) -> bool {
        if self.weekdays == 0 && self.nth.is_empty() {
            return true;
        }
        let weekday = day.weekday();
        self.weekdays & weekday_bit(weekday) != 0
            || self.nth.iter().any(|(n, wanted)| {
                let (position, length) = if self.nth_in_month {
                    (month.day(day), month.length)
                } else {
                    (month.days_before + month.day(day), month.year_length)
                };
                let before = if *n > 0 { position - 1 } else { length - position };
                *wanted == weekday && before / 7 + 1 == u32::from(n.unsigned_abs())
            })
    }

    fn allows_year_day(&self, month: &MonthOfYear, day: NaiveDate) -> bool {
        let (ordinal, length) = ((month.days_before + month.day(day)) as i16, month.year_length as i16);
        self.year_days.is_empty() || self.year_days.iter().any(|n| *n == ordinal || *n == ordinal - length - 1)
    }

    fn allows_week(&self, month: &MonthOfYear, day: NaiveDate) -> bool {
        if self.week_numbers.is_empty() {
            return true;
        }
        let Some(year) = self.week_year(month, day) else { return false };
        let (week, weeks) = ((day - year.first).num_days() / 7 + 1, (year.end - year.first).num_days() / 7);
        self.week_numbers.iter().any(|n| {
            let n = i64::from(*n);
            n == week || n == week - weeks - 1
        })
    }

    /// The year that the week of `day` is counted in.
    pub(super) fn week_year_of(&self, day: NaiveDate) -> i32 {
        let month = self.scale.month_of(day);
        self.week_year(&month, day).map_or(month.year, |year| year.year)
    }

    /// The first and the last day of a year by its weeks.
    pub(super) fn weeks_of(&self, year: i32) -> Option<(NaiveDate, NaiveDate)> {
        let first = self.first_week(self.scale.year_first(year)?)?;
        let end = self.first_week(self.scale.year_first(year.checked_add(1)?)?)?;
        Some((first, end.pred_opt()?))
    }

    /// The first day of the first week of the year that begins on `year_first`.
    fn first_week(&self, year_first: NaiveDate) -> Option<NaiveDate> {
        start_of_week(year_first.checked_add_days(Days::new(3))?, self.week_start)
    }

    fn week_year(&self, month: &MonthOfYear, day: NaiveDate) -> Option<WeekYear> {
        let (first, end) = (self.first_week(month.year_first()?)?, self.first_week(month.year_end()?)?);
        if day < first {
            let before = self.scale.month_of(month.year_first()?.pred_opt()?);
            Some(WeekYear { year: month.year - 1, first: self.first_week(before.year_first()?)?, end: first })
        } else if day >= end {
            let after = self.scale.month_of(month.year_end()?);
            Some(WeekYear { year: month.year + 1, first: end, end: self.first_week(after.year_end()?)? })
        } else {
            Some(WeekYear { year: month.year, first, end })
        }
    }
}

fn weekday_bit(weekday: Weekday) -> u8 {
    1 << weekday.num_days_from_monday()
}

/// The first day of the week that `day` is in.
pub(super) fn start_of_week(day: NaiveDate, week_start: Weekday) -> Option<NaiveDate> {
    day.checked_sub_days(Days::new(day.weekday().days_since(week_start).into()))
}
