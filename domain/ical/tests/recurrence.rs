//! What holds for every rule, whatever it says; see dateutil.rs for what they say.

#![allow(clippy::unwrap_used)]

mod generated;
mod windows;

use chrono::{NaiveDateTime, TimeDelta};
use generated::{Avoid, Chance, FREQUENCIES, Generated, series};
use kalends_ical::CalendarObject;
use kalends_ical::Limits;
use kalends_ical::instances::{Instance, Window, any_instance, extent, instances};
use kalends_ical::recurrence::Rule;
use kalends_ical::time::Zone;
use proptest::prelude::*;
use std::ops::ControlFlow;
use windows::MAX_INSTANCES;

/// The calendar repeats itself after 400 years, weekdays included.
const CYCLE: TimeDelta = TimeDelta::days(146_097);

/// A span in which a rule of this frequency has some instances.
fn reach(frequency: &str) -> TimeDelta {
    match frequency {
        "YEARLY" => TimeDelta::days(40 * 366),
        "MONTHLY" => TimeDelta::days(8 * 366),
        "WEEKLY" => TimeDelta::days(3 * 366),
        "DAILY" => TimeDelta::days(366),
        "HOURLY" => TimeDelta::days(30),
        "MINUTELY" => TimeDelta::days(2),
        _ => TimeDelta::hours(2),
    }
}

/// An interval that goes into the 400 years evenly, so that a series is where it was after them.
fn even_interval(chance: &mut Chance, frequency: &str) -> i64 {
    let intervals: &[i64] = match frequency {
        "YEARLY" => &[1, 2, 4, 5, 25],
        "MONTHLY" => &[1, 2, 3, 8, 15, 64],
        "WEEKLY" => &[1, 3, 9, 27],
        "DAILY" => &[1, 3, 7, 9, 21],
        "HOURLY" => &[1, 2, 7, 9, 24, 56],
        "MINUTELY" => &[1, 7, 15, 90, 96],
        _ => &[1, 7, 30, 45, 640],
    };
    intervals[chance.between(0, intervals.len() as i64 - 1) as usize]
}

fn generated(seed: u64) -> (Chance, Generated) {
    let mut chance = Chance::new(seed);
    let frequency = FREQUENCIES[(seed % 7) as usize];
    let interval = if chance.one_in(2) { chance.between(1, 40) } else { even_interval(&mut chance, frequency) };
    let made = generated::rule(&mut chance, frequency, interval, Avoid::default());
    (chance, made)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_window_holds_what_the_whole_holds_there(seed: u64, limited: bool) {
        let (mut chance, mut made) = generated(seed);
        if limited {
            made.rule += &format!(";COUNT={}", chance.between(1, 400));
        }
        let series = series(&made.rule, made.start);
        windows::hold_what_the_whole_holds(&mut chance, &series, made.start, made.start + reach(made.frequency))?;
    }

    #[test]
    fn after_four_centuries_everything_is_as_it_was(seed: u64) {
        let mut chance = Chance::new(seed);
        let frequency = FREQUENCIES[(seed % 7) as usize];
        let interval = even_interval(&mut chance, frequency);
        let made = generated::rule(&mut chance, frequency, interval, Avoid::default());
        let reach = reach(frequency);
        let from = made.start + TimeDelta::seconds(chance.between(1, reach.num_seconds()));
        let near = series(&made.rule, made.start);
        let expected: Vec<_> = near.between(from, from + reach).take(MAX_INSTANCES).map(|at| at + CYCLE).collect();
        let far: Vec<_> = near.between(from + CYCLE, from + reach + CYCLE).take(MAX_INSTANCES).collect();
        prop_assert_eq!(&far, &expected, "{:?} from {}", made, from);
        let moved = series(&made.rule, made.start + CYCLE);
        let moved: Vec<_> = moved.between(from + CYCLE, from + reach + CYCLE).take(MAX_INSTANCES).collect();
        prop_assert_eq!(&moved, &expected, "{:?} from {}", made, from);
    }

    #[test]
    fn counts_and_last_starts_agree_with_the_series(seed: u64, count in 1..400_u32) {
        let (_, made) = generated(seed);
        let endless = series(&made.rule, made.start);
        let far = made.start + reach(made.frequency);
        let found: Vec<_> = endless.between(NaiveDateTime::MIN, far).take(count as usize).collect();
        let limited = series(&format!("{};COUNT={}", made.rule, found.len()), made.start);
        prop_assert_eq!(limited.between(NaiveDateTime::MIN, NaiveDateTime::MAX).collect::<Vec<_>>(), found.clone());
        prop_assert_eq!(limited.last_start(), found.last().copied(), "{:?}", made);
    }

    #[test]
    fn a_rule_that_is_written_reads_the_same(seed: u64, count in 0..3_u32) {
        let (_, made) = generated(seed);
        let end = match count {
            0 => String::new(),
            1 => ";COUNT=7".to_owned(),
            _ => ";UNTIL=20300101T000000Z".to_owned(),
        };
        let rule = Rule::parse(&format!("{}{end}", made.rule)).unwrap();
        prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
    }

    #[test]
    fn any_text_is_a_rule_or_is_refused(text in "(FREQ=(DAILY|YEARLY|HOURLY);)?((BY[A-Z]{3,8}|COUNT|UNTIL|INTERVAL)=[-+0-9A-Z,]{0,12};?){0,3}|\\PC{0,40}") {
        let _ = Rule::parse(&text);
    }
}

const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"];

fn object(seed: u64) -> (Chance, CalendarObject) {
    let (mut chance, made) = generated(seed);
    let form = chance.between(0, 3);
    let zone = ZONES[chance.between(0, ZONES.len() as i64 - 1) as usize];
    let at = |name: &str, local: NaiveDateTime| match form {
        0 => format!("{name};VALUE=DATE:{}", local.format("%Y%m%d")),
        1 => format!("{name}:{}", local.format("%Y%m%dT%H%M%S")),
        2 => format!("{name}:{}Z", local.format("%Y%m%dT%H%M%S")),
        _ => format!("{name};TZID={zone}:{}", local.format("%Y%m%dT%H%M%S")),
    };
    let series = series(&made.rule, made.start);
    let early: Vec<_> = series.between(NaiveDateTime::MIN, made.start + reach(made.frequency)).take(12).collect();
    let length = match chance.between(0, 3) {
        0 => String::new(),
        1 => format!("DURATION:P{}D\n", chance.between(1, 40)),
        2 if form > 0 => format!("DURATION:P{}DT{}M\n", chance.between(0, 2), chance.between(1, 3_000)),
        _ => at("DTEND", made.start + TimeDelta::minutes(chance.between(1_440, 9_000))) + "\n",
    };
    let end = match chance.between(0, 2) {
        0 => String::new(),
        1 => format!(";COUNT={}", chance.between(1, 60)),
        _ => format!(";UNTIL={}", (early[early.len() - 1]).format("%Y%m%dT%H%M%S")),
    };
    let start = at("DTSTART", made.start);
    let mut text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{start}\n{length}RRULE:{}{end}\n", made.rule);
    for local in &early {
        if chance.one_in(5) {
            text += &(at("EXDATE", *local) + "\n");
        } else if chance.one_in(5) {
            text += &(at("RDATE", *local + TimeDelta::minutes(chance.between(-5_000, 5_000))) + "\n");
        }
    }
    text += "END:VEVENT\n";
    let mut last = None;
    for local in &early {
        let day = if form == 0 { local.date().and_time(chrono::NaiveTime::MIN) } else { *local };
        if chance.one_in(6) && last != Some(day) {
            last = Some(day);
            let range = if chance.one_in(3) { ";RANGE=THISANDFUTURE" } else { "" };
            let moved = *local + TimeDelta::minutes(chance.between(-20_000, 20_000));
            let id = at("RECURRENCE-ID", *local).replacen("RECURRENCE-ID", &format!("RECURRENCE-ID{range}"), 1);
            text += &format!(
                "BEGIN:VEVENT\nUID:1\n{id}\n{}\nDURATION:P{}D\nEND:VEVENT\n",
                at("DTSTART", moved),
                chance.between(1, 9)
            );
        }
    }
    text += "END:VCALENDAR\n";
    (chance, CalendarObject::parse(&text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}")))
}

fn overlaps(instance: &Instance, window: Window) -> bool {
    let starts_before_end = window.end.is_none_or(|end| instance.start_utc < end);
    let ends_after_start = window.start.is_none_or(|start| {
        if instance.start_utc == instance.end_utc { start <= instance.start_utc } else { start < instance.end_utc }
    });
    starts_before_end && ends_after_start
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_window_holds_the_instances_of_an_object_that_overlap_it(seed: u64, floating in 0..ZONES.len()) {
        let (mut chance, object) = object(seed);
        let floating = Zone::named(ZONES[floating]).unwrap();
        let first = chrono::DateTime::from_timestamp(extent(&object).first_start.unwrap(), 0).unwrap();
        let span = TimeDelta::days(chance.between(1, 200));
        let Ok(whole) = instances(&object, Window { start: None, end: Some(first + span) }, &floating, 20_000) else { return Ok(()) };
        for _ in 0..4 {
            let start = first + TimeDelta::seconds(chance.between(-100_000, span.num_seconds()));
            let end = start + TimeDelta::seconds(chance.between(1, (first + span - start).num_seconds().max(1)));
            let window = Window { start: Some(start), end: Some(end.min(first + span)) };
            let expected: Vec<_> = whole.iter().filter(|instance| overlaps(instance, window)).cloned().collect();
            let found = instances(&object, window, &floating, 20_000).unwrap();
            prop_assert_eq!(any_instance(&object, window, &floating, &mut |_| ControlFlow::Break(true)).unwrap(), !found.is_empty());
            prop_assert_eq!(found, expected, "{:?}", window);
        }
    }

    #[test]
    fn the_extent_holds_every_instance(seed: u64, floating in 0..ZONES.len()) {
        let (_, object) = object(seed);
        let floating = Zone::named(ZONES[floating]).unwrap();
        let extent = extent(&object);
        let first = chrono::DateTime::from_timestamp(extent.first_start.unwrap(), 0).unwrap();
        let window = Window { start: None, end: Some(first + TimeDelta::days(800)) };
        let Ok(found) = instances(&object, window, &floating, 20_000) else { return Ok(()) };
        for instance in found {
            prop_assert!(instance.start_utc.timestamp() >= extent.first_start.unwrap(), "{:?}", instance);
            prop_assert!(extent.last_end.is_none_or(|last| instance.end_utc.timestamp() <= last), "{:?}", instance);
        }
    }
}
