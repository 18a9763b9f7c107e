//! Recurrence rules made by chance, the same ones for the same seed.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta};
use kalends_ical::recurrence::{Rule, Series};
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;

pub const FREQUENCIES: [&str; 7] = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"];
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// SplitMix64: small, and the same on every machine and in every year.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    pub fn one_in(&mut self, n: i64) -> bool {
        self.between(1, n) == 1
    }

    fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.between(0, values.len() as i64 - 1) as usize]
    }

    /// One to `most` values, without repetition.
    fn list<T: PartialEq>(&mut self, most: i64, mut value: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut values = Vec::new();
        for _ in 0..self.between(1, most) {
            let value = value(self);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    fn ordinals(&mut self, most: i64, highest: i64) -> Vec<i64> {
        self.list(most, |chance| chance.between(1, highest) * if chance.one_in(3) { -1 } else { 1 })
    }
}

#[derive(Clone, Debug)]
pub struct Generated {
    pub frequency: &'static str,
    /// The rule without COUNT and UNTIL.
    pub rule: String,
    pub start: NaiveDateTime,
}

/// What a rule may not be made of, beyond what RFC 5545 forbids.
#[derive(Clone, Copy, Default)]
pub struct Avoid {
    /// What dateutil reads in another way than RFC 5545; see the places where it counts.
    pub departures_of_dateutil: bool,
}

fn join<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

/// A rule with a FREQ and an INTERVAL, and a DTSTART for it.
pub fn rule(chance: &mut Chance, frequency: &'static str, interval: i64, avoid: Avoid) -> Generated {
    let (yearly, monthly) = (frequency == "YEARLY", frequency == "MONTHLY");
    let below_day = matches!(frequency, "HOURLY" | "MINUTELY" | "SECONDLY");
    let mut start = NaiveDate::from_ymd_opt(1997, 1, 1)
        .and_then(|day| day.checked_add_days(Days::new(chance.between(0, 9_000) as u64)))
        .and_then(|day| day.and_hms_opt(chance.between(0, 23) as u32, chance.between(0, 59) as u32, 0))
        .expect("a day of the calendar");
    if frequency == "SECONDLY" {
        start += TimeDelta::seconds(chance.between(0, 59));
    }

    let mut parts = vec![format!("FREQ={frequency}")];
    if interval > 1 {
        parts.push(format!("INTERVAL={interval}"));
    }
    let week_start = chance.between(0, 6);
    let has_week_start = chance.one_in(3);
    if has_week_start {
        parts.push(format!("WKST={}", WEEKDAYS[week_start as usize]));
    }
    let mut by = 0;
    let mut add = |parts: &mut Vec<String>, name: &str, values: String| {
        parts.push(format!("{name}={values}"));
        by += 1;
    };

    if chance.one_in(3) {
        add(&mut parts, "BYMONTH", join(&chance.list(4, |chance| chance.between(1, 12))));
    }
    // dateutil looks for weeks in calendar years, where RFC 5545 (and ISO 8601) counts the first days of January to the last
    // week of the year before: with an interval that skips years it finds other days, and it does not find the weeks -52 and -53
    // across the new year. The number of that last week it gets wrong (2022-01-01 is in week 52 of 2021, which it takes
    // for the 53rd), unless it is asked for as -1. Without a BYDAY or a day of month or year it takes every day of the week.
    let by_week = yearly && chance.one_in(4) && (interval == 1 || !avoid.departures_of_dateutil);
    if by_week {
        let mut weeks = chance.ordinals(4, 53);
        weeks.extend(chance.one_in(2).then(|| chance.pick(&[1, 51, -1])));
        if avoid.departures_of_dateutil {
            let has_last = weeks.contains(&-1);
            weeks.retain(|week| *week > -52 && (*week < 52 || has_last));
        }
        if weeks.is_empty() {
            weeks.push(1);
        }
        add(&mut parts, "BYWEEKNO", join(&weeks));
    }
    let mut has_days = false;
    if (yearly || below_day) && chance.one_in(5) {
        has_days = true;
        add(&mut parts, "BYYEARDAY", join(&chance.ordinals(6, 366)));
    }
    if frequency != "WEEKLY" && chance.one_in(4) {
        has_days = true;
        add(&mut parts, "BYMONTHDAY", join(&chance.ordinals(5, 31)));
    }
    let needs_day = by_week && !has_days && avoid.departures_of_dateutil;
    if chance.one_in(2) || needs_day {
        let ordinals = (yearly || monthly) && !by_week && chance.one_in(2);
        let most = if monthly || parts.iter().any(|part| part.starts_with("BYMONTH=")) { 5 } else { 53 };
        let mut days = chance.list(4, |chance| {
            let sign = if chance.one_in(2) { -1 } else { 1 };
            let ordinal = if ordinals { (chance.between(1, most) * sign).to_string() } else { String::new() };
            format!("{ordinal}{}", chance.pick(&WEEKDAYS))
        });
        // dateutil wants a day to fit both where some weekdays have a number and some have none.
        if ordinals && !avoid.departures_of_dateutil && chance.one_in(4) {
            days.push(chance.pick(&WEEKDAYS).to_owned());
        }
        add(&mut parts, "BYDAY", join(&days));
    }
    if chance.one_in(5) {
        add(&mut parts, "BYHOUR", join(&chance.list(4, |chance| chance.between(0, 23))));
    }
    if chance.one_in(5) {
        add(&mut parts, "BYMINUTE", join(&chance.list(4, |chance| chance.between(0, 59))));
    }
    if chance.one_in(6) {
        add(&mut parts, "BYSECOND", join(&chance.list(4, |chance| chance.between(0, 59))));
    }
    if by > 0 && chance.one_in(4) && !(by_week && avoid.departures_of_dateutil) {
        // A day and less hold few times: positions beyond them make rules that nothing matches.
        let times =
            parts.iter().any(|part| ["BYHOUR", "BYMINUTE", "BYSECOND"].iter().any(|name| part.starts_with(name)));
        let highest = match frequency {
            "YEARLY" | "MONTHLY" => 4,
            "WEEKLY" => 3,
            _ if times => 2,
            _ => 1,
        };
        let positions = chance.ordinals(2, highest);
        parts.push(format!("BYSETPOS={}", join(&positions)));
        // dateutil counts the positions of the first week from DTSTART on, not from the week's start.
        if frequency == "WEEKLY" && avoid.departures_of_dateutil {
            let first = if has_week_start { week_start } else { 0 };
            let weekday = i64::from(start.weekday().num_days_from_monday());
            start -= TimeDelta::days((weekday - first).rem_euclid(7));
        }
    }
    Generated { frequency, rule: parts.join(";"), start }
}

pub fn series(rule: &str, start: NaiveDateTime) -> Series {
    let parsed = Rule::parse(rule).unwrap_or_else(|error| panic!("{rule}: {error}"));
    Series::new(&parsed, &Moment::Floating(start), &Zone::UTC)
}
