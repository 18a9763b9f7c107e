//! Which days a rule allows: the parts BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY.

use super::{Frequency, Rule};
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The days that belong to a rule. A part that is empty allows every day; what a rule leaves open is taken from DTSTART.
#[derive(Clone, Debug)]
pub(super) struct DayFilter {
    /// Bit n for month n; 0 when all are allowed.
    months: u16,
    /// Bit n for day n of the month; both 0 when all are allowed.
    month_days: u32,
    /// Bit n for day -n of the month.
    month_days_from_end: u32,
    year_days: Vec<i16>,
    week_numbers: Vec<i8>,
    /// Bit n for the weekday n days after Monday; 0 with an empty `nth` when all are allowed.
    weekdays: u8,
    nth: Vec<(i8, Weekday)>,
    /// Whether `nth` counts in the month; else in the year.
    nth_in_month: bool,
    week_start: Weekday,
}

impl DayFilter {
    pub(super) fn new(rule: &Rule, start: NaiveDate) -> Self {
        let mut filter = DayFilter {
            months: rule.by_month.iter().fold(0, |months, month| months | 1 << month),
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
                    filter.month_days = 1 << start.day();
                    if filter.months == 0 {
                        filter.months = 1 << start.month();
                    }
                }
                Frequency::Monthly => filter.month_days = 1 << start.day(),
                Frequency::Weekly => filter.weekdays = weekday_bit(start.weekday()),
                _ => {}
            }
        }
        filter
    }

    /// Whether every day is allowed.
    pub(super) fn allows_all(&self) -> bool {
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
        let fits = |month: u32| {
            let length = LENGTHS[month as usize - 1];
            let within = (1_u64 << (length + 1)) - 1;
            u64::from(self.month_days | self.month_days_from_end) & within != 0
        };
        self.months != 0
            && self.month_days | self.month_days_from_end != 0
            && !(1..=12).any(|month| self.months & 1 << month != 0 && fits(month))
    }

    /// Whether every period of `frequency` has the same number of such days.
    pub(super) fn is_even(&self, frequency: Frequency) -> bool {
        // Ordinals from one side alone: from both, two may or may not name the same day. Not beyond the shortest month or year.
        let same_side = |ordinals: &mut dyn Iterator<Item = i16>, most: i16| {
            let ordinals: Vec<i16> = ordinals.collect();
            ordinals.iter().all(|n| (1..=most).contains(n)) || ordinals.iter().all(|n| (-most..=-1).contains(n))
        };
        let no_month_days = self.month_days == 0 && self.month_days_from_end == 0;
        let short_month_days = (self.month_days == 0 || self.month_days_from_end == 0)
            && (self.month_days | self.month_days_from_end) >> 29 == 0;
        let nth = |most| {
            self.weekdays == 0
                && no_month_days
                && !self.nth.is_empty()
                && same_side(&mut self.nth.iter().map(|(n, _)| i16::from(*n)), most)
        };
        let of_month = nth(4) && self.nth_in_month
            || short_month_days && !no_month_days && self.weekdays == 0 && self.nth.is_empty();
        match frequency {
            Frequency::Monthly => self.months == 0 && of_month,
            Frequency::Yearly if self.by_weeks() => false,
            Frequency::Yearly if !self.year_days.is_empty() => {
                self.months == 0 && self.allows_all_of_a_month() && same_side(&mut self.year_days.iter().copied(), 365)
            }
            Frequency::Yearly => of_month || nth(52) && !self.nth_in_month,
            // Every week has every weekday, and with day filters no two days are alike.
            Frequency::Weekly => self.months == 0,
            _ => self.allows_all(),
        }
    }

    /// The first day from `day` on whose month is allowed; `None` when no month will be.
    pub(super) fn next_in_month(&self, day: NaiveDate) -> Option<NaiveDate> {
        if self.months == 0 || self.months & 1 << day.month() != 0 {
            return Some(day);
        }
        let mut first = day.with_day(1)?;
        for _ in 0..12 {
            first = first.checked_add_months(chrono::Months::new(1))?;
            if self.months & 1 << first.month() != 0 {
                return Some(first);
            }
        }
        None
    }

    pub(super) fn allows(&self, day: NaiveDate) -> bool {
        (self.months == 0 || self.months & 1 << day.month() != 0)
            && self.allows_month_day(day)
            && self.allows_weekday(day)
            && self.allows_year_day(day)
            && self.allows_week(day)
    }

    fn allows_month_day(&self, day: NaiveDate) -> bool {
        if self.month_days == 0 && self.month_days_from_end == 0 {
            return true;
        }
        self.month_days & 1 << day.day() != 0
            || self.month_days_from_end != 0
                && self.month_days_from_end & 1 << (u32::from(day.num_days_in_month()) + 1 - day.day()) != 0
    }

    fn allows_weekday(&self, day: NaiveDate) -> bool {
        if self.weekdays == 0 && self.nth.is_empty() {
            return true;
        }
        let weekday = day.weekday();
        self.weekdays & weekday_bit(weekday) != 0
            || self.nth.iter().any(|(n, wanted)| {
                let (position, length) = if self.nth_in_month {
                    (day.day(), u32::from(day.num_days_in_month()))
                } else {
                    (day.ordinal(), days_in_year(day))
                };
                let before = if *n > 0 { position - 1 } else { length - position };
                *wanted == weekday && before / 7 + 1 == u32::from(n.unsigned_abs())
            })
    }

    fn allows_year_day(&self, day: NaiveDate) -> bool {
        let (ordinal, length) = (day.ordinal() as i16, days_in_year(day) as i16);
        self.year_days.is_empty() || self.year_days.iter().any(|n| *n == ordinal || *n == ordinal - length - 1)
    }

    fn allows_week(&self, day: NaiveDate) -> bool {
        if self.week_numbers.is_empty() {
            return true;
        }
        let year = week_year(day, self.week_start);
        let (Some(first), Some(next)) = (first_week(year, self.week_start), first_week(year + 1, self.week_start))
        else {
            return false;
        };
        let (week, weeks) = ((day - first).num_days() / 7 + 1, (next - first).num_days() / 7);
        self.week_numbers.iter().any(|n| {
            let n = i64::from(*n);
            n == week || n == week - weeks - 1
        })
    }
}

fn weekday_bit(weekday: Weekday) -> u8 {
    1 << weekday.num_days_from_monday()
}

fn days_in_year(day: NaiveDate) -> u32 {
    if day.leap_year() { 366 } else { 365 }
}

/// The first day of the week that `day` is in.
pub(super) fn start_of_week(day: NaiveDate, week_start: Weekday) -> Option<NaiveDate> {
    day.checked_sub_days(Days::new(day.weekday().days_since(week_start).into()))
}

/// The first day of the first week of `year`: the one with at least four days in it (RFC 5545 section 3.3.10, BYWEEKNO).
pub(super) fn first_week(year: i32, week_start: Weekday) -> Option<NaiveDate> {
    start_of_week(NaiveDate::from_ymd_opt(year, 1, 4)?, week_start)
}

/// The year that the week of `day` is counted in.
pub(super) fn week_year(day: NaiveDate, week_start: Weekday) -> i32 {
    let year = day.year();
    if first_week(year, week_start).is_some_and(|first| day < first) {
        year - 1
    } else if first_week(year + 1, week_start).is_some_and(|first| day >= first) {
        year + 1
    } else {
        year
    }
}
