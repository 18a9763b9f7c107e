//! Recurrence patterns of Graph (<https://learn.microsoft.com/graph/api/resources/recurrencepattern>) and rules of RFC 5545 section 3.3.10,
//! each as the other. What either has and the other does not, is refused.
//!
//! A day that a month does not have is the last day of that month in Exchange (\[MS-OXOCAL\] section 2.2.1.44.1.4), and is left out by
//! RFC 5545. So the 31st of every month is "the last day" in a rule, and a rule that means the 31st alone cannot be held.

use super::super::wire::{Recurrence, RecurrencePattern, RecurrenceRange};
use super::Unfit;
use super::time::{Span, UTC, named};
use chrono::{Month, NaiveDate, Weekday};
use kalends_ical::value::Moment;
use rrule::{Frequency, NWeekday, RRule, Unvalidated};

/// A recurrence begins on the day on which the master is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRecurrence {
    pub pattern: Pattern,
    pub end: RecurrenceEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecurrenceEnd {
    Never,
    /// The last day on which an instance may be, in the zone of the series.
    On(NaiveDate),
    /// So many instances, those included that were taken out.
    After(u32),
}

/// How often, and on which days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    Daily {
        interval: u16,
    },
    /// `week_start` counts where a week is left out.
    Weekly {
        interval: u16,
        days: Vec<Weekday>,
        week_start: Weekday,
    },
    /// On that day of the month, or on its last day where it has fewer.
    AbsoluteMonthly {
        interval: u16,
        day: u8,
    },
    RelativeMonthly {
        interval: u16,
        days: Vec<Weekday>,
        index: Index,
    },
    AbsoluteYearly {
        interval: u16,
        month: u8,
        day: u8,
    },
    RelativeYearly {
        interval: u16,
        month: u8,
        days: Vec<Weekday>,
        index: Index,
    },
}

/// Which of the named days of a month it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    First,
    Second,
    Third,
    Fourth,
    Last,
}

const INDICES: [(Index, &str, i16); 5] = [
    (Index::First, "first", 1),
    (Index::Second, "second", 2),
    (Index::Third, "third", 3),
    (Index::Fourth, "fourth", 4),
    (Index::Last, "last", -1),
];

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "monday"),
    (Weekday::Tue, "tuesday"),
    (Weekday::Wed, "wednesday"),
    (Weekday::Thu, "thursday"),
    (Weekday::Fri, "friday"),
    (Weekday::Sat, "saturday"),
    (Weekday::Sun, "sunday"),
];

impl Index {
    fn named(name: &str) -> Option<Self> {
        // The default of Graph.
        let name = if name.is_empty() { "first" } else { name };
        INDICES.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(name)).map(|(index, ..)| *index)
    }

    fn name(self) -> &'static str {
        INDICES.iter().find(|(index, ..)| *index == self).map_or("first", |(_, name, _)| *name)
    }

    fn of_number(number: i32) -> Option<Self> {
        INDICES.iter().find(|(.., known)| i32::from(*known) == number).map(|(index, ..)| *index)
    }

    fn number(self) -> i16 {
        INDICES.iter().find(|(index, ..)| *index == self).map_or(1, |(.., number)| *number)
    }
}

fn day_named(name: &str) -> Result<Weekday, Unfit> {
    DAYS.iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(name))
        .map(|(day, _)| *day)
        .ok_or_else(|| Unfit::new(format!("the day of the week {name:?}")))
}

fn day_name(day: Weekday) -> String {
    DAYS.iter().find(|(known, _)| *known == day).map_or_else(String::new, |(_, name)| (*name).to_owned())
}

fn ordered(mut days: Vec<Weekday>) -> Vec<Weekday> {
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    days
}

/// What Graph says of a series.
///
/// # Errors
/// For a pattern or range that is not one of those documented.
pub fn of_graph(recurrence: &Recurrence) -> Result<HeldRecurrence, Unfit> {
    let RecurrencePattern { kind, interval, month, day_of_month, days_of_week, first_day_of_week, index } =
        &recurrence.pattern;
    let unfit = || Unfit::new(format!("the recurrence pattern {kind:?}"));
    let interval = u16::try_from((*interval).max(1)).map_err(|_| unfit())?;
    let days = || -> Result<Vec<Weekday>, Unfit> {
        let days: Result<Vec<Weekday>, Unfit> = days_of_week.iter().map(|name| day_named(name)).collect();
        Some(ordered(days?)).filter(|days| !days.is_empty()).ok_or_else(unfit)
    };
    let day = || u8::try_from(*day_of_month).ok().filter(|day| (1..=31).contains(day)).ok_or_else(unfit);
    let month = || u8::try_from(*month).ok().filter(|month| (1..=12).contains(month)).ok_or_else(unfit);
    let index = || Index::named(index).ok_or_else(unfit);
    let pattern = match kind.to_ascii_lowercase().as_str() {
        "daily" => Pattern::Daily { interval },
        "weekly" => Pattern::Weekly {
            interval,
            days: days()?,
            // The default of Graph.
            week_start: if first_day_of_week.is_empty() { Weekday::Sun } else { day_named(first_day_of_week)? },
        },
        "absolutemonthly" => Pattern::AbsoluteMonthly { interval, day: day()? },
        "relativemonthly" => Pattern::RelativeMonthly { interval, days: days()?, index: index()? },
        "absoluteyearly" => Pattern::AbsoluteYearly { interval, month: month()?, day: day()? },
        "relativeyearly" => Pattern::RelativeYearly { interval, month: month()?, days: days()?, index: index()? },
        _ => return Err(unfit()),
    };
    let range = &recurrence.range;
    let end = match range.kind.to_ascii_lowercase().as_str() {
        "noend" => RecurrenceEnd::Never,
        "enddate" => RecurrenceEnd::On(
            range.end_date.parse().map_err(|_| Unfit::new(format!("the end {:?} of a series", range.end_date)))?,
        ),
        "numbered" if range.number_of_occurrences > 0 => RecurrenceEnd::After(range.number_of_occurrences),
        other => return Err(Unfit::new(format!("the recurrence range {other:?}"))),
    };
    Ok(HeldRecurrence { pattern, end })
}

/// The zone of a series whose events name none.
pub fn zone_of_graph(recurrence: &Recurrence) -> Option<chrono_tz::Tz> {
    named(&recurrence.range.recurrence_time_zone)
}

impl HeldRecurrence {
    /// For Graph, of a series whose master is at `span`.
    pub fn json(&self, span: &Span) -> Recurrence {
        let names = |days: &[Weekday]| days.iter().copied().map(day_name).collect();
        let kind = |kind: &str, interval: u16| RecurrencePattern {
            kind: kind.to_owned(),
            interval: interval.into(),
            ..RecurrencePattern::default()
        };
        let pattern = match &self.pattern {
            Pattern::Daily { interval } => kind("daily", *interval),
            Pattern::Weekly { interval, days, week_start } => RecurrencePattern {
                days_of_week: names(days),
                first_day_of_week: day_name(*week_start),
                ..kind("weekly", *interval)
            },
            Pattern::AbsoluteMonthly { interval, day } => {
                RecurrencePattern { day_of_month: (*day).into(), ..kind("absoluteMonthly", *interval) }
            }
            Pattern::RelativeMonthly { interval, days, index } => RecurrencePattern {
                days_of_week: names(days),
                index: index.name().to_owned(),
                ..kind("relativeMonthly", *interval)
            },
            Pattern::AbsoluteYearly { interval, month, day } => RecurrencePattern {
                month: (*month).into(),
                day_of_month: (*day).into(),
                ..kind("absoluteYearly", *interval)
            },
            Pattern::RelativeYearly { interval, month, days, index } => RecurrencePattern {
                month: (*month).into(),
                days_of_week: names(days),
                index: index.name().to_owned(),
                ..kind("relativeYearly", *interval)
            },
        };
        let mut range = RecurrenceRange {
            start_date: span.date().to_string(),
            recurrence_time_zone: match span {
                Span::Days { .. } => UTC.to_owned(),
                Span::Times { start, .. } => start.json().time_zone,
            },
            ..RecurrenceRange::default()
        };
        match self.end {
            RecurrenceEnd::Never => range.kind = "noEnd".to_owned(),
            RecurrenceEnd::On(date) => {
                range.kind = "endDate".to_owned();
                range.end_date = date.to_string();
            }
            RecurrenceEnd::After(count) => {
                range.kind = "numbered".to_owned();
                range.number_of_occurrences = count;
            }
        }
        Recurrence { pattern, range }
    }

    /// The value of RRULE for a series whose master is at `span`.
    pub fn rule(&self, span: &Span) -> String {
        let every = |days: &[Weekday]| days.iter().map(|day| NWeekday::Every(*day)).collect::<Vec<_>>();
        // The last day of a month, or the named one: the later of those that there are.
        let of_month = |rule: RRule<Unvalidated>, day: u8, longest: u8| match i8::try_from(day).unwrap_or(31) {
            day if day >= 29 && u8::try_from(day).unwrap_or(31) >= longest => rule.by_month_day(vec![-1]),
            day if day >= 29 && longest == 31 => rule.by_month_day((28..=day).collect()).by_set_pos(vec![-1]),
            day => rule.by_month_day(vec![day]),
        };
        let relative = |rule: RRule<Unvalidated>, days: &[Weekday], index: Index| match days {
            // The crate writes `1TU` as `TU`, which is every Tuesday.
            [day] if index != Index::First => rule.by_weekday(vec![NWeekday::Nth(index.number(), *day)]),
            days => rule.by_weekday(every(days)).by_set_pos(vec![index.number().into()]),
        };
        let in_month = |month: u8| Month::try_from(month).unwrap_or(Month::January);
        let rule = match &self.pattern {
            Pattern::Daily { interval } => RRule::new(Frequency::Daily).interval(*interval),
            Pattern::Weekly { interval, days, week_start } => {
                RRule::new(Frequency::Weekly).interval(*interval).by_weekday(every(days)).week_start(*week_start)
            }
            Pattern::AbsoluteMonthly { interval, day } => {
                of_month(RRule::new(Frequency::Monthly).interval(*interval), *day, 31)
            }
            Pattern::RelativeMonthly { interval, days, index } => {
                relative(RRule::new(Frequency::Monthly).interval(*interval), days, *index)
            }
            Pattern::AbsoluteYearly { interval, month, day } => {
                let rule = RRule::new(Frequency::Yearly).interval(*interval).by_month(&[in_month(*month)]);
                // A month that always has the day needs no other word for it.
                let longest = longest(*month);
                if longest == 29 || *day > longest {
                    of_month(rule, *day, longest)
                } else {
                    rule.by_month_day(vec![i8::try_from(*day).unwrap_or(1)])
                }
            }
            Pattern::RelativeYearly { interval, month, days, index } => {
                let rule = RRule::new(Frequency::Yearly).interval(*interval).by_month(&[in_month(*month)]);
                relative(rule, days, *index)
            }
        };
        match (self.end, span) {
            (RecurrenceEnd::Never, _) => rule.to_string(),
            (RecurrenceEnd::After(count), _) => rule.count(count).to_string(),
            (RecurrenceEnd::On(date), Span::Days { .. }) => format!("{rule};UNTIL={}", Moment::Date(date).value()),
            (RecurrenceEnd::On(date), Span::Times { start, .. }) => {
                let mut last = start.clone();
                last.local = date.and_time(start.local.time());
                format!("{rule};UNTIL={}", Moment::Utc(last.instant().naive_utc()).value())
            }
        }
    }
}

/// How many days a month has at most.
fn longest(month: u8) -> u8 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The pattern of an RRULE whose DTSTART is on `start`; `value` is without UNTIL.
///
/// # Errors
/// For what no pattern says.
pub fn of_rule(value: &str, start: NaiveDate) -> Result<(Pattern, Option<u32>), Unfit> {
    use chrono::Datelike;
    let unfit = || Unfit::new(format!("the recurrence {value:?}: it has no such pattern"));
    let upper = value.to_ascii_uppercase();
    // The crate leaves out what it does not know.
    if upper.contains("RSCALE") || upper.contains("SKIP=") {
        return Err(unfit());
    }
    let rule: RRule<Unvalidated> = upper.parse().map_err(|_| unfit())?;
    let is_by_time =
        !(rule.get_by_hour().is_empty() && rule.get_by_minute().is_empty() && rule.get_by_second().is_empty());
    if is_by_time || !rule.get_by_year_day().is_empty() || !rule.get_by_week_no().is_empty() {
        return Err(unfit());
    }
    let interval = rule.get_interval().max(1);
    let (month_days, positions, months) = (rule.get_by_month_day(), rule.get_by_set_pos(), rule.get_by_month());
    let named = rule.get_by_weekday();
    let every: Option<Vec<Weekday>> = named
        .iter()
        .map(|day| match day {
            NWeekday::Every(day) => Some(*day),
            NWeekday::Nth(..) => None,
        })
        .collect();
    // `2TU`, or `TU` and the second of them.
    let relative = || -> Option<(Vec<Weekday>, Index)> {
        match (named, positions, &every) {
            ([NWeekday::Nth(number, day)], [], _) => Some((vec![*day], Index::of_number((*number).into())?)),
            (_, [position], Some(days)) => Some((ordered(days.clone()), Index::of_number(*position)?)),
            _ => None,
        }
    };
    let start_day = u8::try_from(start.day()).unwrap_or(1);
    // The day of the month, where the month has at most so many.
    let absolute = |longest: u8| -> Option<u8> {
        let day = match (month_days, positions) {
            ([], []) => start_day,
            ([-1], []) => return Some(longest),
            ([day], []) => u8::try_from(*day).ok().filter(|day| *day >= 1)?,
            (days, [-1])
                if longest == 31 && (29..=30).contains(days.last()?) && days.iter().copied().eq(28..=*days.last()?) =>
            {
                return u8::try_from(*days.last()?).ok();
            }
            _ => return None,
        };
        let always_there = match longest {
            29 => 28,
            31 if months.is_empty() => 28,
            longest => longest,
        };
        (day <= always_there).then_some(day)
    };
    let no_days = named.is_empty() && month_days.is_empty() && positions.is_empty();
    let pattern = match (rule.get_freq(), months) {
        (Frequency::Daily, []) if no_days => Some(Pattern::Daily { interval }),
        // Every working day, as some programs write it.
        (Frequency::Daily, []) if interval == 1 && month_days.is_empty() && positions.is_empty() => {
            every.map(|days| Pattern::Weekly { interval, days: ordered(days), week_start: rule.get_week_start() })
        }
        (Frequency::Weekly, []) if month_days.is_empty() && positions.is_empty() => every.map(|days| {
            let days = if days.is_empty() { vec![start.weekday()] } else { ordered(days) };
            Pattern::Weekly { interval, days, week_start: rule.get_week_start() }
        }),
        (Frequency::Monthly, []) if named.is_empty() => {
            absolute(31).map(|day| Pattern::AbsoluteMonthly { interval, day })
        }
        (Frequency::Monthly, []) if month_days.is_empty() => {
            relative().map(|(days, index)| Pattern::RelativeMonthly { interval, days, index })
        }
        (Frequency::Yearly, []) if no_days => {
            let month = u8::try_from(start.month()).unwrap_or(1);
            let always_there = if longest(month) == 29 { 28 } else { longest(month) };
            (start_day <= always_there).then_some(Pattern::AbsoluteYearly { interval, month, day: start_day })
        }
        (Frequency::Yearly, [month]) if named.is_empty() => {
            absolute(longest(*month)).map(|day| Pattern::AbsoluteYearly { interval, month: *month, day })
        }
        (Frequency::Yearly, [month]) if month_days.is_empty() => {
            relative().map(|(days, index)| Pattern::RelativeYearly { interval, month: *month, days, index })
        }
        _ => None,
    };
    Ok((pattern.ok_or_else(unfit)?, rule.get_count()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::time::Stamp;
    use super::*;
    use chrono_tz::Tz;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(start: &str) -> Span {
        let stamp = |hour| Stamp { local: date(start).and_hms_opt(hour, 0, 0).unwrap(), zone: Tz::Europe__Berlin };
        Span::Times { start: stamp(9), end: stamp(10) }
    }

    /// The rule that is held of a rule.
    fn held(rule: &str, start: &str) -> Option<String> {
        let (pattern, count) = of_rule(rule, date(start)).ok()?;
        let end = count.map_or(RecurrenceEnd::Never, RecurrenceEnd::After);
        let recurrence = HeldRecurrence { pattern, end };
        // And through Graph's own words.
        assert_eq!(of_graph(&recurrence.json(&span(start))).unwrap(), recurrence);
        Some(recurrence.rule(&span(start)))
    }

    #[test]
    fn every_pattern_is_a_rule_and_back() {
        for (rule, start, back) in [
            ("FREQ=DAILY", "2026-03-10", "FREQ=DAILY"),
            ("FREQ=DAILY;INTERVAL=3;COUNT=5", "2026-03-10", "FREQ=DAILY;COUNT=5;INTERVAL=3"),
            ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "2026-03-10", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            ("FREQ=WEEKLY", "2026-03-10", "FREQ=WEEKLY;BYDAY=TU"),
            ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,TU", "2026-03-10", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU"),
            ("FREQ=MONTHLY", "2026-03-10", "FREQ=MONTHLY;BYMONTHDAY=10"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-03-31", "FREQ=MONTHLY;BYMONTHDAY=-1"),
            (
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
                "2026-03-30",
                "FREQ=MONTHLY;BYSETPOS=-1;BYMONTHDAY=28,29,30",
            ),
            ("FREQ=MONTHLY;BYDAY=2TU", "2026-03-10", "FREQ=MONTHLY;BYDAY=2TU"),
            ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "2026-03-10", "FREQ=MONTHLY;BYDAY=2TU"),
            ("FREQ=MONTHLY;BYDAY=1TU", "2026-03-03", "FREQ=MONTHLY;BYSETPOS=1;BYDAY=TU"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "2026-03-27", "FREQ=MONTHLY;BYDAY=-1FR"),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "2026-03-31",
                "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR",
            ),
            ("FREQ=YEARLY", "2026-03-31", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31"),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "2026-02-28", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
            (
                "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;INTERVAL=2",
                "2026-11-26",
                "FREQ=YEARLY;INTERVAL=2;BYMONTH=11;BYDAY=4TH",
            ),
        ] {
            assert_eq!(held(rule, start).as_deref(), Some(back), "{rule}");
            // It says the same the second time.
            assert_eq!(held(back, start).as_deref(), Some(back), "{back}");
        }
    }

    #[test]
    fn what_no_pattern_says_is_refused() {
        for rule in [
            "FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=9,17",
            "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYMONTHDAY=-2",
            "FREQ=MONTHLY;BYDAY=5TU",
            "FREQ=MONTHLY;BYDAY=2TU,4TU",
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "FREQ=MONTHLY;BYMONTH=3",
            "FREQ=YEARLY;BYMONTH=3,9",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=YEARLY;BYDAY=20MO",
            "FREQ=YEARLY;BYWEEKNO=20",
            "FREQ=YEARLY;BYYEARDAY=100",
            "RSCALE=CHINESE;FREQ=YEARLY",
            "nonsense",
        ] {
            assert_eq!(held(rule, "2026-03-10"), None, "{rule}");
        }
        assert_eq!(held("FREQ=MONTHLY", "2026-03-31"), None);
        assert_eq!(held("FREQ=YEARLY", "2028-02-29"), None);
    }

    #[test]
    fn a_series_ends_on_a_day_after_a_number_or_never() {
        let ending = |end| HeldRecurrence { pattern: Pattern::Daily { interval: 1 }, end }.rule(&span("2026-03-10"));
        assert_eq!(ending(RecurrenceEnd::On(date("2026-04-01"))), "FREQ=DAILY;UNTIL=20260401T070000Z");
        assert_eq!(ending(RecurrenceEnd::After(3)), "FREQ=DAILY;COUNT=3");
        let recurrence = HeldRecurrence { pattern: Pattern::Daily { interval: 1 }, end: RecurrenceEnd::Never };
        let mut json = recurrence.json(&span("2026-03-10"));
        json.range.kind = "sometimes".into();
        assert!(of_graph(&json).is_err());
        json.range.kind = "NoEnd".into();
        json.pattern.kind = "hourly".into();
        assert!(of_graph(&json).is_err());
    }
}
