//! A zone that only a VTIMEZONE defines (RFC 5545 section 3.6.5).

use crate::recurrence::{Rule, Series};
use crate::syntax::{Component, Property, SyntaxError, excerpt};
use crate::time::Zone;
use crate::value::{self, Moment};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// A VTIMEZONE with a TZID that names no known zone, evaluated by its own STANDARD and DAYLIGHT rules.
///
/// Nothing is expanded until a time is asked for, and then only the year around it, which is kept.
#[derive(Debug)]
pub struct CustomZone {
    /// Seconds east of UTC before the first onset.
    first_offset: i32,
    observances: Vec<Observance>,
    years: RwLock<HashMap<i32, Arc<Year>>>,
}

/// A STANDARD or DAYLIGHT.
#[derive(Debug)]
struct Observance {
    standard: bool,
    /// DTSTART, in wall-clock time with the offset `from`, as all its onsets are.
    start: NaiveDateTime,
    /// Seconds east of UTC before and after an onset.
    from: i32,
    to: i32,
    /// RRULE.
    series: Vec<Series>,
    /// RDATE, in UTC, sorted.
    dates: Vec<NaiveDateTime>,
}

/// The onsets in one year of UTC.
#[derive(Debug)]
struct Year {
    /// Seconds east of UTC when the year begins.
    first_offset: i32,
    /// When, in UTC, and seconds east of UTC from then on; in the order of time.
    onsets: Vec<(NaiveDateTime, i32)>,
}

/// How many years of one zone are kept; more than any calendar shows.
const KEPT_YEARS: usize = 1_000;

/// How many onsets of one rule are looked at at once: no clock changes more than once a day, so a rule that says so only
/// takes time.
const MAX_ONSETS: usize = 366;

impl CustomZone {
    /// A zone that is always `offset` seconds east of UTC.
    pub(super) fn fixed(offset: i32) -> Self {
        CustomZone { first_offset: offset, observances: Vec::new(), years: RwLock::default() }
    }

    /// Reads a VTIMEZONE.
    ///
    /// # Errors
    /// A VTIMEZONE without STANDARD and DAYLIGHT; one of these without what it needs, or with a value that cannot be read.
    pub(super) fn read(component: &Component) -> Result<Self, SyntaxError> {
        let observances: Vec<Observance> = component
            .components
            .iter()
            .filter(|inner| matches!(inner.name.as_str(), "STANDARD" | "DAYLIGHT"))
            .map(Observance::read)
            .collect::<Result<_, _>>()?;
        let first_offset = observances
            .iter()
            .min_by_key(|observance| (observance.first_onset(), !observance.standard))
            .map(|first| first.from)
            .ok_or_else(|| SyntaxError::new(component.line, "VTIMEZONE has neither STANDARD nor DAYLIGHT"))?;
        Ok(CustomZone { first_offset, observances, years: RwLock::default() })
    }

    /// Seconds east of UTC at an instant (given as its time in UTC).
    pub(super) fn offset_at(&self, utc: NaiveDateTime) -> i32 {
        self.year(utc.year()).offset_at(utc)
    }

    /// Seconds east of UTC that a wall-clock time is read with: before a gap, and the first of a fold (RFC 5545 section 3.3.5).
    pub(super) fn offset_of_local(&self, local: NaiveDateTime) -> i32 {
        if self.observances.is_empty() {
            return self.first_offset;
        }
        // Offsets are smaller than a day, so the instant is somewhere in between.
        let day = TimeDelta::days(1);
        let earliest = local.checked_sub_signed(day).unwrap_or(NaiveDateTime::MIN);
        let latest = local.checked_add_signed(day).unwrap_or(NaiveDateTime::MAX);
        let mut offset = self.offset_at(earliest);
        for year in earliest.year()..=latest.year() {
            for (onset, next) in &self.year(year).onsets {
                if *onset <= earliest {
                    continue;
                }
                // With the offset of either side the time lies before the onset: it is before it, or in the gap that it makes.
                if minus(local, offset) < *onset || minus(local, *next) < *onset {
                    return offset;
                }
                offset = *next;
            }
        }
        offset
    }

    fn year(&self, year: i32) -> Arc<Year> {
        let known = self.years.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&year).cloned();
        if let Some(known) = known {
            return known;
        }
        let expanded = Arc::new(self.expand(year));
        let mut years = self.years.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if years.len() >= KEPT_YEARS {
            years.clear();
        }
        years.insert(year, expanded.clone());
        expanded
    }

    fn expand(&self, year: i32) -> Year {
        let (begin, end) = (new_year(year), new_year(year.saturating_add(1)));
        let first_offset = self
            .observances
            .iter()
            .filter_map(|observance| Some((observance.last_onset_before(begin)?, observance.standard, observance.to)))
            .max()
            .map_or(self.first_offset, |(.., to)| to);
        let mut onsets: Vec<(NaiveDateTime, bool, i32)> = Vec::new();
        for observance in &self.observances {
            onsets.extend(observance.onsets(begin, end).into_iter().map(|at| (at, observance.standard, observance.to)));
        }
        onsets.sort_unstable();
        // Where two begin at once, STANDARD stays.
        let mut sorted: Vec<(NaiveDateTime, i32)> = Vec::with_capacity(onsets.len());
        for (at, _, to) in onsets {
            match sorted.last_mut() {
                Some(last) if last.0 == at => last.1 = to,
                _ => sorted.push((at, to)),
            }
        }
        Year { first_offset, onsets: sorted }
    }
}

impl Year {
    fn offset_at(&self, utc: NaiveDateTime) -> i32 {
        let passed = self.onsets.partition_point(|(onset, _)| *onset <= utc);
        passed.checked_sub(1).map_or(self.first_offset, |last| self.onsets[last].1)
    }
}

impl Observance {
    fn read(component: &Component) -> Result<Self, SyntaxError> {
        let needed = |name: &str| {
            component
                .property(name)
                .ok_or_else(|| SyntaxError::new(component.line, format!("{} has no {name}", component.name)))
        };
        let start = local(needed("DTSTART")?)?;
        let to = offset(needed("TZOFFSETTO")?)?;
        let from = component.property("TZOFFSETFROM").map_or(Ok(to), offset)?;
        let series = component
            .properties("RRULE")
            .filter(|property| !property.value.trim().is_empty())
            .map(|property| {
                let rule = Rule::parse(property.value.trim())
                    .map_err(|error| SyntaxError::new(property.line, format!("RRULE: {error}")))?;
                // By the clocks before an onset, since UNTIL is in UTC.
                let start = Moment::Zoned { local: start, tzid: String::new() };
                Ok(Series::new(&rule, &start, &Zone::fixed(from)))
            })
            .collect::<Result<_, _>>()?;
        let mut dates = Vec::new();
        for property in component.properties("RDATE") {
            let moments = if value::is_declared(property, "PERIOD") {
                value::periods(property)?.into_iter().map(|period| period.start).collect()
            } else {
                value::moments(property)?
            };
            dates.extend(moments.iter().map(|moment| match moment {
                Moment::Utc(utc) => *utc,
                other => minus(other.local(), from),
            }));
        }
        dates.sort_unstable();
        Ok(Observance { standard: component.name == "STANDARD", start, from, to, series, dates })
    }

    fn first_onset(&self) -> NaiveDateTime {
        let start = minus(self.start, self.from);
        self.dates.first().map_or(start, |date| start.min(*date))
    }

    /// The onsets from `begin` to before `end`, all in UTC; in no order.
    fn onsets(&self, begin: NaiveDateTime, end: NaiveDateTime) -> Vec<NaiveDateTime> {
        let mut onsets: Vec<NaiveDateTime> = self.dates.clone();
        onsets.push(minus(self.start, self.from));
        onsets.retain(|onset| (begin..end).contains(onset));
        for series in &self.series {
            onsets.extend(self.onsets_of_series(series, begin, end));
        }
        onsets
    }

    fn onsets_of_series(&self, series: &Series, begin: NaiveDateTime, end: NaiveDateTime) -> Vec<NaiveDateTime> {
        let found = series.between(plus(begin, self.from), plus(end, self.from));
        found.take(MAX_ONSETS).map(|onset| minus(onset, self.from)).collect()
    }

    /// The last onset before `end`, both in UTC.
    fn last_onset_before(&self, end: NaiveDateTime) -> Option<NaiveDateTime> {
        let start = minus(self.start, self.from);
        let dates = &self.dates[..self.dates.partition_point(|date| *date < end)];
        let mut last = dates.last().copied().max((start < end).then_some(start));
        for series in &self.series {
            let after_last = series.last_start().map(|last| minus(last, self.from) + TimeDelta::seconds(1));
            // Backwards in ever longer steps: the last onset of most rules is less than a year away.
            let mut end = after_last.map_or(end, |after_last| end.min(after_last));
            let mut step = TimeDelta::days(366);
            while end > start && last.is_none_or(|last| last < end) {
                let begin = end.checked_sub_signed(step).unwrap_or(start).max(start);
                if let Some(found) = self.onsets_of_series(series, begin, end).into_iter().max() {
                    last = last.max(Some(found));
                    break;
                }
                (end, step) = (begin, step * 2);
            }
        }
        last
    }
}

fn new_year(year: i32) -> NaiveDateTime {
    let bound = if year < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
    NaiveDate::from_ymd_opt(year, 1, 1).map_or(bound, |day| day.and_time(NaiveTime::MIN))
}

fn minus(at: NaiveDateTime, seconds: i32) -> NaiveDateTime {
    at.checked_sub_signed(TimeDelta::seconds(seconds.into())).unwrap_or(at)
}

fn plus(at: NaiveDateTime, seconds: i32) -> NaiveDateTime {
    at.checked_add_signed(TimeDelta::seconds(seconds.into())).unwrap_or(at)
}

/// A DTSTART, which in here is wall-clock time whatever it looks like.
fn local(property: &Property) -> Result<NaiveDateTime, SyntaxError> {
    value::moment(property).map(|moment| moment.local())
}

/// A UTC-OFFSET (RFC 5545 section 3.3.14); a missing sign and a colon are understood.
fn offset(property: &Property) -> Result<i32, SyntaxError> {
    let value = property.value.trim();
    let read = || {
        let (sign, digits) = match value.as_bytes().first()? {
            b'-' => (-1, &value[1..]),
            b'+' => (1, &value[1..]),
            _ => (1, value),
        };
        let digits = digits.replace(':', "");
        if !matches!(digits.len(), 2 | 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
        let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
        (hours < 24 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3600 + minutes * 60 + seconds))
    };
    read().ok_or_else(|| {
        let message = format!("{}: \"{}\" is not an offset from UTC such as +0100", property.name, excerpt(value));
        SyntaxError::new(property.line, message)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::syntax;

    fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(hour, minute, 0).unwrap()
    }

    fn read(lines: &str) -> Result<CustomZone, SyntaxError> {
        let text = format!("BEGIN:VTIMEZONE\nTZID:Made up\n{}\nEND:VTIMEZONE\n", lines.replace(' ', "\n"));
        CustomZone::read(&syntax::parse(&text, 2).unwrap()[0])
    }

    /// As Outlook writes it: rules that hold since the beginning of its calendar.
    const OUTLOOK: &str = "BEGIN:STANDARD DTSTART:16010101T030000 TZOFFSETFROM:+0200 TZOFFSETTO:+0100 \
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10 END:STANDARD \
        BEGIN:DAYLIGHT DTSTART:16010101T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0200 \
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3 END:DAYLIGHT";

    #[test]
    fn yearly_rules() {
        let zone = read(OUTLOOK).unwrap();
        for (utc, hours) in [
            (at(2026, 1, 1, 0, 0), 1),
            (at(2026, 3, 29, 0, 59), 1),
            (at(2026, 3, 29, 1, 0), 2),
            (at(2026, 10, 25, 0, 59), 2),
            (at(2026, 10, 25, 1, 0), 1),
            (at(2500, 7, 1, 0, 0), 2),
        ] {
            assert_eq!(zone.offset_at(utc), hours * 3600, "{utc}");
        }
    }

    #[test]
    fn gaps_and_folds() {
        let zone = read(OUTLOOK).unwrap();
        for (local, hours) in [
            (at(2026, 3, 29, 1, 59), 1),
            // In the gap: with the offset before it.
            (at(2026, 3, 29, 2, 30), 1),
            (at(2026, 3, 29, 3, 0), 2),
            (at(2026, 10, 25, 1, 59), 2),
            // In the fold: the first of the two.
            (at(2026, 10, 25, 2, 30), 2),
            (at(2026, 10, 25, 3, 0), 1),
        ] {
            assert_eq!(zone.offset_of_local(local), hours * 3600, "{local}");
        }
    }

    #[test]
    fn rules_end_and_single_dates_count() {
        let zone = read(
            "BEGIN:DAYLIGHT DTSTART:19870405T020000 TZOFFSETFROM:-0500 TZOFFSETTO:-0400 \
             RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=19890402T070000Z END:DAYLIGHT \
             BEGIN:STANDARD DTSTART:19871025T020000 TZOFFSETFROM:-0400 TZOFFSETTO:-0500 \
             RDATE:19881030T020000,19891029T020000 RDATE;VALUE=PERIOD:19951029T020000/PT1H END:STANDARD",
        )
        .unwrap();
        for (utc, hours) in [
            // Before everything.
            (at(1980, 7, 1, 0, 0), -5),
            (at(1987, 7, 1, 0, 0), -4),
            (at(1987, 12, 1, 0, 0), -5),
            (at(1988, 7, 1, 0, 0), -4),
            (at(1989, 4, 2, 6, 59), -5),
            // UNTIL is the last onset itself.
            (at(1989, 4, 2, 7, 0), -4),
            (at(1989, 12, 1, 0, 0), -5),
            (at(1990, 7, 1, 0, 0), -5),
            (at(2026, 7, 1, 0, 0), -5),
        ] {
            assert_eq!(zone.offset_at(utc), hours * 3600, "{utc}");
        }
    }

    #[test]
    fn until_in_wall_clock_time_and_as_a_day_are_understood() {
        for until in ["20200329T020000", "20200329", "20200329T010000Z"] {
            let zone = read(&OUTLOOK.replace("BYMONTH=3", &format!("BYMONTH=3;UNTIL={until}"))).unwrap();
            assert_eq!(zone.offset_at(at(2020, 7, 1, 0, 0)), 7200, "{until}");
            assert_eq!(zone.offset_at(at(2021, 7, 1, 0, 0)), 3600, "{until}");
        }
    }

    #[test]
    fn rare_rules_are_found_years_back() {
        let zone = read(
            "BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+0000 END:STANDARD \
             BEGIN:DAYLIGHT DTSTART:20000229T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+013015 \
             RRULE:FREQ=YEARLY;INTERVAL=8;BYMONTH=2;BYMONTHDAY=29;COUNT=2 END:DAYLIGHT \
             BEGIN:STANDARD DTSTART:20000301T000000 TZOFFSETFROM:+013015 TZOFFSETTO:+0000 END:STANDARD",
        )
        .unwrap();
        assert_eq!(zone.offset_at(at(2007, 1, 1, 0, 0)), 0);
        assert_eq!(zone.offset_at(at(2030, 1, 1, 0, 0)), 5415);
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for (lines, what) in [
            ("X-NOTHING:1", "neither STANDARD nor DAYLIGHT"),
            ("BEGIN:STANDARD TZOFFSETTO:+0100 END:STANDARD", "no DTSTART"),
            ("BEGIN:STANDARD DTSTART:19700101T000000 END:STANDARD", "no TZOFFSETTO"),
            ("BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETTO:+2500 END:STANDARD", "+2500"),
            ("BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETTO:+01é0 END:STANDARD", "TZOFFSETTO"),
            ("BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETTO:+0100 RRULE:FREQ=NEVER END:STANDARD", "RRULE"),
        ] {
            let error = read(lines).unwrap_err();
            assert!(error.message.contains(what), "{lines}: {error}");
        }
    }

    #[test]
    fn a_rule_of_every_second_takes_no_time() {
        let zone = read(
            "BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100 RRULE:FREQ=SECONDLY END:STANDARD",
        )
        .unwrap();
        for year in [1971, 2026, 9999] {
            assert_eq!(zone.offset_at(at(year, 7, 1, 0, 0)), 3600);
        }
    }

    #[test]
    fn the_ends_of_time_do_no_harm() {
        let zone = read(OUTLOOK).unwrap();
        for local in [NaiveDateTime::MIN, NaiveDateTime::MAX, at(1, 1, 1, 0, 0), at(9999, 12, 31, 23, 59)] {
            zone.offset_at(local);
            zone.offset_of_local(local);
        }
    }
}
