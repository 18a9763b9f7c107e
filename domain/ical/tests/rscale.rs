//! Rules with RSCALE and SKIP by chance, against a plain evaluation: every day of some decades is looked up in the calendar system,
//! and the steps of RFC 7529 section 4.1 are taken one after the other.

#![allow(clippy::unwrap_used)]

mod generated;
mod windows;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use generated::{Avoid, Chance, FREQUENCIES, series};
use icu_calendar::types::{Month, RataDie};
use icu_calendar::{AnyCalendar, Date, Ref, cal};
use kalends_ical::recurrence::Rule;
use proptest::prelude::*;
use std::collections::BTreeSet;

const SYSTEMS: [(&str, AnyCalendar); 8] = [
    ("GREGORIAN", AnyCalendar::Gregorian(cal::Gregorian)),
    ("CHINESE", AnyCalendar::Chinese(cal::ChineseTraditional::new())),
    ("DANGI", AnyCalendar::Dangi(cal::KoreanTraditional::new())),
    ("HEBREW", AnyCalendar::Hebrew(cal::Hebrew)),
    ("ETHIOPIC", AnyCalendar::Ethiopian(cal::Ethiopian::new())),
    ("INDIAN", AnyCalendar::Indian(cal::Indian)),
    ("PERSIAN", AnyCalendar::Persian(cal::Persian)),
    ("ISLAMIC-UMALQURA", AnyCalendar::HijriUmmAlQura(cal::Hijri::new_umm_al_qura())),
];

/// One month of a table that holds them without a gap.
struct MonthOf {
    year: i32,
    month: Month,
    first: NaiveDate,
    length: i64,
}

fn months(calendar: &AnyCalendar, first: i32, last: i32) -> Vec<MonthOf> {
    let mut months: Vec<MonthOf> = Vec::new();
    let from = NaiveDate::from_ymd_opt(first, 1, 1).unwrap();
    for day in from.iter_days().take_while(|day| day.year() <= last) {
        let date = Date::from_rata_die(RataDie::new(day.num_days_from_ce().into()), Ref(calendar));
        if date.day_of_month().0 == 1 {
            let (year, month) = (date.year().extended_year(), date.month().to_input());
            months.push(MonthOf { year, month, first: day, length: 1 });
        } else if let Some(month) = months.last_mut() {
            month.length += 1;
        }
    }
    months.pop();
    months
}

struct Asked {
    system: usize,
    yearly: bool,
    months: Vec<Month>,
    days: Vec<i64>,
    skip: &'static str,
}

fn asked(chance: &mut Chance) -> Asked {
    let system = chance.between(0, SYSTEMS.len() as i64 - 1) as usize;
    let leaps: &[u8] = match SYSTEMS[system].0 {
        "CHINESE" | "DANGI" => &[2, 3, 4, 5, 6, 7, 8, 9, 10],
        "HEBREW" => &[5],
        _ => &[],
    };
    let most = if SYSTEMS[system].0 == "ETHIOPIC" { 13 } else { 12 };
    let mut months = Vec::new();
    for _ in 0..chance.between(1, 3) {
        let month = if !leaps.is_empty() && chance.one_in(2) {
            Month::leap(leaps[chance.between(0, leaps.len() as i64 - 1) as usize])
        } else {
            Month::new(chance.between(1, most) as u8)
        };
        months.push(month);
    }
    if chance.one_in(4) {
        months.clear();
    }
    let days = (0..chance.between(1, 3)).map(|_| {
        let day = if chance.one_in(2) { chance.between(28, 31) } else { chance.between(1, 31) };
        if chance.one_in(3) { -day } else { day }
    });
    let days = days.collect();
    let skip = ["OMIT", "BACKWARD", "FORWARD"][chance.between(0, 2) as usize];
    Asked { system, yearly: chance.one_in(2), months, days, skip }
}

impl Asked {
    fn rule(&self) -> String {
        let list = |values: Vec<String>| values.join(",");
        let months = self.months.iter().map(|m| format!("{}{}", m.number(), if m.is_leap() { "L" } else { "" }));
        let mut rule = format!(
            "RSCALE={};FREQ={};BYMONTHDAY={};SKIP={}",
            SYSTEMS[self.system].0,
            if self.yearly { "YEARLY" } else { "MONTHLY" },
            list(self.days.iter().map(i64::to_string).collect()),
            self.skip
        );
        if !self.months.is_empty() {
            rule += &format!(";BYMONTH={}", list(months.collect()));
        }
        rule
    }

    /// The places in `table` of the months that this is about.
    fn months(&self, table: &[MonthOf]) -> Vec<usize> {
        if self.months.is_empty() {
            return (0..table.len()).collect();
        }
        let years: BTreeSet<i32> = table.iter().map(|month| month.year).collect();
        let find = |year, month| table.iter().position(|of| of.year == year && of.month == month);
        let found = years.iter().flat_map(|year| {
            self.months.iter().filter_map(move |month| {
                let regular = find(*year, Month::new(month.number()));
                find(*year, *month).or(match self.skip {
                    "BACKWARD" => regular,
                    "FORWARD" => regular.map(|place| place + 1),
                    _ => None,
                })
            })
        });
        found.filter(|place| *place < table.len()).collect()
    }

    fn expected(&self, table: &[MonthOf]) -> BTreeSet<NaiveDate> {
        let mut days = BTreeSet::new();
        for month in self.months(table).into_iter().map(|place| &table[place]) {
            let day = |number: i64| month.first + TimeDelta::days(number - 1);
            for &number in &self.days {
                // Days that are missing lie in the gap behind the last one, or in that before the first one.
                let gap = if number > 0 { month.length } else { 0 };
                let found = match self.skip {
                    _ if number.abs() <= month.length => {
                        Some(if number > 0 { number } else { month.length + 1 + number })
                    }
                    "BACKWARD" => Some(gap),
                    "FORWARD" => Some(gap + 1),
                    _ => None,
                };
                days.extend(found.map(day));
            }
        }
        days
    }
}

fn at(day: NaiveDate) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn days_are_those_that_the_steps_lead_to(seed: u64) {
        let asked = asked(&mut Chance::new(seed));
        let table = months(&SYSTEMS[asked.system].1, 1989, 2034);
        let start = NaiveDate::from_ymd_opt(1995, 6, 15).unwrap() + TimeDelta::days((seed % 400) as i64);
        let end = NaiveDate::from_ymd_opt(2030, 1, 1).unwrap();
        let mut expected = asked.expected(&table);
        expected.retain(|day| (start..end).contains(day));
        expected.insert(start);
        let found: Vec<_> = series(&asked.rule(), at(start)).between(NaiveDateTime::MIN, at(end)).collect();
        let expected: Vec<_> = expected.into_iter().map(at).collect();
        prop_assert_eq!(found, expected, "{} from {}", asked.rule(), start);
    }

    /// As in recurrence.rs, with every part that a rule can have.
    #[test]
    fn a_window_holds_what_the_whole_holds_there(seed: u64, limited: bool) {
        let mut chance = Chance::new(seed);
        let system = SYSTEMS[chance.between(0, SYSTEMS.len() as i64 - 1) as usize].0;
        let skip = ["", ";SKIP=BACKWARD", ";SKIP=FORWARD"][chance.between(0, 2) as usize];
        // Longer ones are where it matters; the others are checked by the day.
        let frequency = FREQUENCIES[[0, 0, 1, 1, 2, 3, 4][chance.between(0, 6) as usize]];
        let interval = if chance.one_in(2) { 1 } else { chance.between(2, 7) };
        let made = generated::rule(&mut chance, frequency, interval, Avoid::default());
        let mut rule = format!("RSCALE={system};{}{skip}", made.rule);
        if system == "HEBREW" && chance.one_in(2) {
            rule = rule.replace("BYMONTH=", "BYMONTH=5L,");
        }
        if limited {
            rule += &format!(";COUNT={}", chance.between(1, 200));
        }
        let series = series(&rule, made.start);
        let years = if made.frequency == "HOURLY" { 1 } else { 30 };
        let end = made.start + TimeDelta::days(years * 366);
        let whole = windows::hold_what_the_whole_holds(&mut chance, &series, made.start, end)?;
        let last = series.last_start();
        prop_assert!(last.is_none_or(|last| whole.iter().all(|at| *at <= last)), "{}: {:?}", rule, last);
        prop_assert_eq!(Rule::parse(&Rule::parse(&rule).unwrap().to_string()), Rule::parse(&rule));
    }

    #[test]
    fn systems_with_gregorian_months_are_gregorian(seed: u64) {
        let mut chance = Chance::new(seed);
        let frequency = FREQUENCIES[(seed % 7) as usize];
        let interval = chance.between(1, 12);
        let made = generated::rule(&mut chance, frequency, interval, Avoid::default());
        let far = made.start + TimeDelta::days(if seed % 7 > 3 { 20 } else { 3_000 });
        let of = |rule: &str| series(rule, made.start).between(made.start, far).take(windows::MAX_INSTANCES).collect::<Vec<_>>();
        for system in ["GREGORIAN", "BUDDHIST", "ROC", "JAPANESE"] {
            prop_assert_eq!(of(&format!("{};RSCALE={}", made.rule, system)), of(&made.rule), "{:?}", made);
        }
    }
}
