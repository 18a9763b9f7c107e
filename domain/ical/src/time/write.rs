//! Writing an IANA zone as VTIMEZONE (RFC 5545 section 3.6.5).

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Weekday};
use chrono_tz::{OffsetComponents, Tz};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The last year whose changes chrono-tz knows one by one; the rules of zones that have some go on after it.
const LAST_YEAR: i32 = 2099;
/// Before it no zone has changed its clocks.
const FIRST_YEAR: i32 = 1800;
/// As many years as it takes until a date has fallen on every day of the week.
const WEEKDAY_CYCLE: i32 = 12;

/// The VTIMEZONE of `tz`, each line with its CRLF, right for every time from the start of `from`'s year on.
///
/// What changes every year by one rule is written as RRULE, from the first year on in which the rule holds; changes before
/// that are written one by one as RDATE. A zone that has no rule (Morocco, whose clocks follow the moon) has all the
/// changes that are known.
pub fn vtimezone(tz: Tz, from: NaiveDate) -> String {
    let first_year = from.year().clamp(FIRST_YEAR, LAST_YEAR);
    // One year more: in January what holds is often the change of the autumn before.
    let changes = changes(tz, first_year - 1);
    let rules = Rules::of(&changes, first_year - 1);

    let mut observances = Vec::new();
    if rules.since >= first_year {
        let single: Vec<&Change> =
            changes.iter().filter(|change| (first_year..rules.since).contains(&change.local.year())).collect();
        let begin = new_year(first_year);
        let next = changes.iter().find(|change| change.local >= begin);
        if next.is_none_or(|next| next.local > begin) {
            let phase = next.map_or_else(|| Phase::at(tz, begin, begin), |next| next.before.clone());
            observances.push(Observance {
                start: begin,
                before: phase.offset,
                after: phase,
                when: When::On(Vec::new()),
            });
        }
        let mut alike: BTreeMap<(i32, &Phase), Vec<NaiveDateTime>> = BTreeMap::new();
        for change in single {
            alike.entry((change.before.offset, &change.after)).or_default().push(change.local);
        }
        observances.extend(alike.into_iter().map(|((before, after), mut dates)| Observance {
            start: dates.remove(0),
            before,
            after: after.clone(),
            when: When::On(dates),
        }));
    }
    observances.extend(rules.observances);
    observances.sort_by_key(|observance| observance.start);

    let mut out = format!("BEGIN:VTIMEZONE\r\nTZID:{}\r\n", tz.name());
    for observance in &observances {
        // Writing to a String cannot fail.
        let _ = observance.write(&mut out);
    }
    out.push_str("END:VTIMEZONE\r\n");
    out
}

/// Seconds east of UTC.
fn offset_at(tz: Tz, utc: NaiveDateTime) -> i32 {
    tz.offset_from_utc_datetime(&utc).fix().local_minus_utc()
}

/// What holds between two changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Phase {
    /// Seconds east of UTC.
    offset: i32,
    daylight: bool,
    name: String,
}

impl Phase {
    /// What holds at `utc`; `beside` is an instant before or after, on the other side of a change.
    fn at(tz: Tz, utc: NaiveDateTime, beside: NaiveDateTime) -> Phase {
        let found = tz.offset_from_utc_datetime(&utc);
        let summer = found.dst_offset();
        // Ireland has by its law a winter time, an hour less than its standard time.
        let beside_winter = || tz.offset_from_utc_datetime(&beside).dst_offset() < TimeDelta::zero();
        let daylight = summer > TimeDelta::zero() || summer == TimeDelta::zero() && beside_winter();
        Phase { offset: found.fix().local_minus_utc(), daylight, name: found.to_string() }
    }
}

/// One change of the clocks.
#[derive(Debug)]
struct Change {
    /// By the clocks before the change.
    local: NaiveDateTime,
    before: Phase,
    after: Phase,
}

/// The changes of `tz` from the start of `year` on, in the order of time. A change of the name alone is none.
fn changes(tz: Tz, year: i32) -> Vec<Change> {
    // Morocco and Palestine change their clocks back and forth within a week.
    const STEP: TimeDelta = TimeDelta::days(3);
    let second = TimeDelta::seconds(1);
    // The local year may begin up to a day before the one of UTC.
    let mut at = new_year(year) - TimeDelta::days(1);
    let end = new_year(LAST_YEAR + 1);
    let mut found = Vec::new();
    let mut offset = offset_at(tz, at);
    while at < end {
        let next = at + STEP;
        if offset_at(tz, next) == offset {
            at = next;
            continue;
        }
        let (mut low, mut high) = (at, next);
        while high - low > second {
            let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
            if offset_at(tz, middle) == offset { low = middle } else { high = middle }
        }
        found.push(Change {
            local: high + TimeDelta::seconds(offset.into()),
            before: Phase::at(tz, low, high),
            after: Phase::at(tz, high, low),
        });
        (at, offset) = (high, offset_at(tz, high));
    }
    found.retain(|change| (year..=LAST_YEAR).contains(&change.local.year()));
    found
}

/// The changes that come every year.
struct Rules {
    /// The first year of them; past the last one when there are none.
    since: i32,
    observances: Vec<Observance>,
}

impl Rules {
    /// The rules behind `changes`, which begin with `first_year`.
    fn of(changes: &[Change], first_year: i32) -> Rules {
        let none = Rules { since: LAST_YEAR + 1, observances: Vec::new() };
        let of_year = |year: i32| {
            let start = changes.partition_point(|change| change.local.year() < year);
            let end = changes.partition_point(|change| change.local.year() <= year);
            &changes[start..end]
        };
        let cycle: Vec<&[Change]> = (LAST_YEAR + 1 - WEEKDAY_CYCLE..=LAST_YEAR).map(of_year).collect();
        let count = cycle[0].len();
        if count == 0 || cycle.iter().any(|year| year.len() != count) {
            return none;
        }
        let mut yearly = Vec::with_capacity(count);
        for place in 0..count {
            let Some(rule) = Yearly::of(cycle.iter().map(|year| &year[place])) else { return none };
            yearly.push(rule);
        }
        let holds = |year: i32| {
            let found = of_year(year);
            found.len() == count && found.iter().zip(&yearly).all(|(change, rule)| rule.fits(change))
        };
        let since = (first_year..=LAST_YEAR).rev().take_while(|year| holds(*year)).last().unwrap_or(LAST_YEAR + 1);
        let observances = yearly
            .iter()
            .flat_map(|rule| {
                let own: Vec<&Change> =
                    changes.iter().filter(|change| change.local.year() >= since && rule.fits(change)).collect();
                rule.observances(&own)
            })
            .collect();
        Rules { since, observances }
    }
}

/// One change that comes every year: on a day of the week within seven days, or on a fixed day.
struct Yearly {
    time: NaiveTime,
    before: i32,
    after: Phase,
    weekday: Option<Weekday>,
    /// Days of a year that is no leap year, counted from 1.
    first_day: u32,
    last_day: u32,
}

impl Yearly {
    /// What the changes of the years in a row have in common; `None` when it is no rule.
    fn of<'a>(mut changes: impl Iterator<Item = &'a Change> + Clone) -> Option<Yearly> {
        let days = changes.clone().map(|change| day_of_year(change.local.date())).collect::<Option<Vec<u32>>>()?;
        let (first_day, last_day) = (*days.iter().min()?, *days.iter().max()?);
        let first = changes.next()?;
        let weekday = match last_day - first_day {
            0 => None,
            6 => Some(first.local.weekday()),
            _ => return None,
        };
        let rule = Yearly {
            time: first.local.time(),
            before: first.before.offset,
            after: first.after.clone(),
            weekday,
            first_day,
            last_day,
        };
        changes.all(|change| rule.fits(change)).then_some(rule)
    }

    fn fits(&self, change: &Change) -> bool {
        change.local.time() == self.time
            && change.before.offset == self.before
            && change.after == self.after
            && self.weekday.is_none_or(|weekday| change.local.weekday() == weekday)
            && day_of_year(change.local.date()).is_some_and(|day| (self.first_day..=self.last_day).contains(&day))
    }

    /// One for each month that the days are in (Egypt: the day after the last Thursday of October may be the first of November).
    fn observances(&self, changes: &[&Change]) -> Vec<Observance> {
        let mut months: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for date in (self.first_day..=self.last_day).filter_map(|day| NaiveDate::from_yo_opt(COMMON_YEAR, day)) {
            months.entry(date.month()).or_default().push(date.day());
        }
        let part = |(month, days): (u32, Vec<u32>)| {
            let start = changes.iter().find(|change| change.local.month() == month)?.local;
            let when = When::EveryYear { month, days, weekday: self.weekday };
            Some(Observance { start, before: self.before, after: self.after.clone(), when })
        };
        months.into_iter().filter_map(part).collect()
    }
}

/// A year without 29 February.
const COMMON_YEAR: i32 = 2001;

/// The number of the day in a year that is no leap year; `None` for 29 February.
fn day_of_year(date: NaiveDate) -> Option<u32> {
    date.with_year(COMMON_YEAR).map(|date| date.ordinal())
}

fn new_year(year: i32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN).and_time(NaiveTime::MIN)
}

/// A STANDARD or DAYLIGHT.
struct Observance {
    /// The first onset, by the clocks before it.
    start: NaiveDateTime,
    /// Seconds east of UTC before the onsets.
    before: i32,
    after: Phase,
    when: When,
}

/// The onsets after the first.
enum When {
    On(Vec<NaiveDateTime>),
    EveryYear {
        month: u32,
        /// All days on which the onset may be.
        days: Vec<u32>,
        weekday: Option<Weekday>,
    },
}

impl Observance {
    fn write(&self, out: &mut String) -> std::fmt::Result {
        const LOCAL: &str = "%Y%m%dT%H%M%S";
        let name = if self.after.daylight { "DAYLIGHT" } else { "STANDARD" };
        write!(out, "BEGIN:{name}\r\nDTSTART:{}\r\n", self.start.format(LOCAL))?;
        write!(out, "TZOFFSETFROM:{}\r\n", utc_offset(self.before))?;
        write!(out, "TZOFFSETTO:{}\r\nTZNAME:{}\r\n", utc_offset(self.after.offset), self.after.name)?;
        match &self.when {
            // Four are as many as fit into a line that needs no fold.
            When::On(dates) => dates.chunks(4).try_for_each(|dates| {
                let dates: Vec<String> = dates.iter().map(|date| date.format(LOCAL).to_string()).collect();
                write!(out, "RDATE:{}\r\n", dates.join(","))
            })?,
            When::EveryYear { month, days, weekday } => {
                write!(out, "RRULE:FREQ=YEARLY;BYMONTH={month};{}\r\n", days_of_month(*month, days, *weekday))?;
            }
        }
        write!(out, "END:{name}\r\n")
    }
}

fn days_of_month(month: u32, days: &[u32], weekday: Option<Weekday>) -> String {
    let list = || days.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let Some(weekday) = weekday else { return format!("BYMONTHDAY={}", list()) };
    let weekday = match weekday {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    };
    let length = NaiveDate::from_ymd_opt(COMMON_YEAR, month, 1).map_or(31, |first| first.num_days_in_month().into());
    match (days.len(), days[0]) {
        // The last week of a February is not always the same days.
        (7, first) if first + 6 == length && month != 2 => format!("BYDAY=-1{weekday}"),
        (7, first) if first % 7 == 1 => format!("BYDAY={}{weekday}", first / 7 + 1),
        _ => format!("BYMONTHDAY={};BYDAY={weekday}", list()),
    }
}

/// A UTC-OFFSET (RFC 5545 section 3.3.14).
fn utc_offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (minutes, rest) = (seconds.abs() / 60, seconds.abs() % 60);
    let mut offset = format!("{sign}{:02}{:02}", minutes / 60, minutes % 60);
    if rest != 0 {
        let _ = write!(offset, "{rest:02}");
    }
    offset
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::syntax;
    use crate::time::{CustomZone, Zone};
    use chrono_tz::TZ_VARIANTS;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn day(year: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, 6, 15).unwrap()
    }

    fn read(text: &str) -> Zone {
        Zone::Custom(Arc::new(CustomZone::read(&syntax::parse(text, 2).unwrap()[0]).unwrap()))
    }

    /// The offsets of the written zone are those of chrono-tz, at even distances and close to every change.
    fn agrees(tz: Tz, from: i32, step: TimeDelta) {
        let text = vtimezone(tz, day(from));
        let written = read(&text);
        let known = Zone::Iana(tz);
        let mut instants: Vec<chrono::DateTime<chrono::Utc>> = Vec::new();
        let mut at = known.to_utc(new_year(from));
        while at < new_year(LAST_YEAR + 1).and_utc() - TimeDelta::days(1) {
            instants.push(at);
            at += step;
        }
        for change in changes(tz, from) {
            let onset = change.local.and_utc() - TimeDelta::seconds(change.before.offset.into());
            instants.extend([-1, 0, 1].map(|seconds| onset + TimeDelta::seconds(seconds)));
            for minutes in (-180..=180).step_by(15) {
                let local = change.local + TimeDelta::minutes(minutes);
                assert_eq!(written.to_utc(local), known.to_utc(local), "{tz} from {from} at local {local}\n{text}");
            }
        }
        for instant in instants {
            assert_eq!(written.offset_at(instant), known.offset_at(instant), "{tz} from {from} at {instant}\n{text}");
        }
    }

    #[test]
    fn zones_of_every_sort_come_back() {
        for (tz, years) in [
            (Tz::Europe__Zurich, [1940, 1970, 1981, 2026].as_slice()),
            (Tz::America__New_York, &[1918, 1974, 2006, 2007, 2026]),
            (Tz::Australia__Lord_Howe, &[1981, 2008, 2026]),
            (Tz::Asia__Kolkata, &[1941, 2026]),
            (Tz::America__Sao_Paulo, &[1985, 2018, 2026]),
            (Tz::Africa__Casablanca, &[2007, 2018, 2026, 2088]),
            (Tz::Asia__Tehran, &[1977, 2022, 2026]),
            (Tz::Pacific__Apia, &[2010, 2011, 2012, 2026]),
            (Tz::UTC, &[1970, 2026]),
            (Tz::Africa__Cairo, &[2010, 2022, 2026]),
            (Tz::Asia__Gaza, &[2026]),
            (Tz::Europe__Dublin, &[1968, 2026]),
            (Tz::America__Nuuk, &[2022, 2026]),
        ] {
            for from in years {
                agrees(tz, *from, TimeDelta::hours(257));
            }
        }
    }

    #[test]
    fn every_zone_comes_back() {
        for tz in TZ_VARIANTS {
            agrees(tz, 2026, TimeDelta::days(97));
        }
    }

    #[test]
    fn a_zone_with_rules_is_short() {
        let text = vtimezone(Tz::Europe__Zurich, day(2026));
        let expected = "BEGIN:VTIMEZONE\r\nTZID:Europe/Zurich\r\n\
            BEGIN:DAYLIGHT\r\nDTSTART:20250330T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n\
            RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n\
            BEGIN:STANDARD\r\nDTSTART:20251026T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n\
            RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
        assert_eq!(text, expected);
        let text = vtimezone(Tz::Asia__Kolkata, day(2026));
        let expected = "BEGIN:VTIMEZONE\r\nTZID:Asia/Kolkata\r\nBEGIN:STANDARD\r\nDTSTART:20260101T000000\r\n\
            TZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nTZNAME:IST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_rule_over_the_end_of_a_month_has_a_part_for_each() {
        let text = vtimezone(Tz::Africa__Cairo, day(2026));
        for rule in [
            "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1FR",
            "RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=26,27,28,29,30,31;BYDAY=FR",
            "RRULE:FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1;BYDAY=FR",
        ] {
            assert!(text.contains(rule), "{text}");
        }
    }

    #[test]
    fn lines_need_no_fold() {
        for tz in TZ_VARIANTS {
            let text = vtimezone(tz, day(1990));
            assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_zone_from_any_year_comes_back(index in 0..TZ_VARIANTS.len(), from in 1800_i32..2120) {
            agrees(TZ_VARIANTS[index], from.min(LAST_YEAR), TimeDelta::days(1_999));
        }
    }
}
