#![allow(clippy::unwrap_used)]

mod following_instances;
mod marks;
mod new_events;
mod one_instance;
mod other_calendars;
mod single_events;
mod whole_series;
mod without_a_master;

use super::*;
use crate::Limits;
use crate::instances::{Window, instances};
use crate::time::Zone;
use chrono::TimeDelta;
use insta::assert_snapshot;
use kalends_test_support::texts;

pub(super) fn parse(text: &str) -> CalendarObject {
    CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

pub(super) fn date(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y%m%d").unwrap()
}

pub(super) fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap()
}

const BERLIN: &str = "Europe/Berlin";

fn berlin(text: &str) -> Moment {
    Moment::Zoned { local: local(text), tzid: BERLIN.into() }
}

/// A calendar with these lines of components.
fn calendar(lines: &str) -> String {
    texts::calendar(&lines.lines().map(str::trim_start).collect::<Vec<_>>().join("\n"))
}

/// One VEVENT with these lines.
pub(super) fn event(lines: &str) -> String {
    calendar(&texts::component("VEVENT", "1", lines))
}

fn zoned_series() -> String {
    event(
        "SEQUENCE:3
        DTSTART;TZID=Europe/Berlin:20260105T090000
        DTEND;TZID=Europe/Berlin:20260105T100000
        RRULE:FREQ=WEEKLY;BYDAY=MO
        EXDATE;TZID=Europe/Berlin:20260119T090000
        SUMMARY;LANGUAGE=de;X-P=\"a:b\":Besprechung
        X-UNKNOWN;X-Q=1:kept as it is
        BEGIN:VALARM
        ACTION:DISPLAY
        TRIGGER:-PT15M
        X-IN-ALARM:1
        END:VALARM
        END:VEVENT
        BEGIN:VEVENT
        UID:1
        RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000
        DTSTART;TZID=Europe/Berlin:20260127T140000
        DTEND;TZID=Europe/Berlin:20260127T150000
        SUMMARY:Moved
        X-OVERRIDE:1",
    )
}

/// RECURRENCE-ID (or start), start, end and summary of each instance until the end of 2027.
pub(super) fn shown(text: &str) -> Vec<(String, String, String, String)> {
    let object = parse(text);
    let window = Window { start: None, end: Some("2028-01-01T00:00:00Z".parse().unwrap()) };
    let found = instances(&object, window, &Zone::UTC, 10_000).unwrap();
    let line = |instance: crate::instances::Instance| {
        let entry = instance.override_index.map_or(object.master.as_ref().unwrap(), |index| &object.overrides[index]);
        let id = instance.recurrence_id.as_ref().unwrap_or(&instance.start);
        (id.value(), instance.start.value(), instance.end.value(), entry.summary.clone().unwrap_or_default())
    };
    found.into_iter().map(line).collect()
}

/// The starts, of at most the first `count` instances.
fn starts(text: &str, count: usize) -> Vec<String> {
    shown(text).into_iter().take(count).map(|(_, start, ..)| start).collect()
}

pub(super) fn opened(scope: &Scope) -> Option<&Moment> {
    match scope {
        Scope::This(id) | Scope::ThisAndFollowing(id) => Some(id),
        Scope::All { opened_at } => opened_at.as_ref(),
    }
}

pub(super) fn edit(text: &str, scope: &Scope, change: impl FnOnce(&mut EventDraft)) -> Edited {
    let object = parse(text);
    let mut draft = draft_of(&object, opened(scope)).unwrap();
    change(&mut draft);
    let edited = update(&object, text, scope, &draft, now()).unwrap();
    for text in edited.text.iter().chain(edited.split.as_ref().map(|split| &split.text)) {
        parse(text);
        assert!(text.replace("\r\n", "").find(['\r', '\n']).is_none(), "{text}");
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    }
    edited
}

pub(super) fn edited(text: &str, scope: &Scope, change: impl FnOnce(&mut EventDraft)) -> String {
    let edited = edit(text, scope, change);
    assert_eq!(edited.split, None);
    edited.text.unwrap()
}

pub(super) fn all(opened_at: Option<Moment>) -> Scope {
    Scope::All { opened_at }
}

pub(super) fn move_by(delta: TimeDelta) -> impl FnOnce(&mut EventDraft) {
    move |draft| match &mut draft.timing {
        Timing::AllDay { first, last } => {
            *first += delta;
            *last += delta;
        }
        Timing::Timed { start, end, .. } => {
            *start += delta;
            *end += delta;
        }
    }
}

/// The lines that are in one text and not in the other: `-` gone, `+` new; stamps left out.
fn difference(before: &str, after: &str) -> String {
    let mut gone: Vec<&str> = before.lines().collect();
    let mut new = Vec::new();
    for line in after.lines() {
        match gone.iter().position(|other| *other == line) {
            Some(at) => drop(gone.remove(at)),
            None => new.push(line),
        }
    }
    let is_stamp = |line: &&str| line.starts_with("DTSTAMP:") || line.starts_with("LAST-MODIFIED:");
    let gone = gone.into_iter().filter(|line| !is_stamp(line)).map(|line| format!("-{line}"));
    let new = new.into_iter().filter(|line| !is_stamp(line)).map(|line| format!("+{line}"));
    gone.chain(new).collect::<Vec<_>>().join("\n")
}

fn timed(start: &str, end: &str) -> EventDraft {
    EventDraft {
        summary: "Lunch".into(),
        description: Some("One, two; three\nfour".into()),
        location: Some(String::new()),
        timing: Timing::Timed { start: local(start), end: local(end), zone: Some(Tz::Europe__Berlin) },
        repeat: Repeat::Never,
        marks: Marks::default(),
    }
}

fn weekly(days: &[Weekday], until: RepeatEnd) -> Repeat {
    Repeat::Every { interval: 1, pattern: Pattern::Weekly(days.to_vec()), until }
}
