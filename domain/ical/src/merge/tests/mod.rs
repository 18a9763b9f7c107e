#![allow(clippy::unwrap_used)]

mod instances;
mod parts;
mod properties;
mod series;
mod slots;
mod whole;

use super::*;
use crate::Limits;
use crate::meaning::{Group, Value, same_meaning};
use insta::assert_snapshot;
use kalends_test_support::texts;

fn limits() -> Limits {
    Limits::default()
}

fn calendar(lines: &str) -> String {
    texts::calendar(&lines.lines().map(str::trim_start).collect::<Vec<_>>().join("\n"))
}

/// One VEVENT with these lines.
fn event(lines: &str) -> String {
    calendar(&texts::component("VEVENT", "1", lines))
}

const SINGLE: &str = "DTSTART;TZID=Europe/Berlin:20260105T090000
DTEND;TZID=Europe/Berlin:20260105T100000
SUMMARY:Meeting
LOCATION:Here
X-OWN;X-Q=\"a,b\":kept";

const SERIES: &str = "DTSTART;TZID=Europe/Berlin:20260105T090000
DTEND;TZID=Europe/Berlin:20260105T100000
RRULE:FREQ=WEEKLY;BYDAY=MO
SUMMARY:Meeting";

/// The text with the line that begins so replaced by others; nothing in its place takes it away.
fn with(text: &str, begin: &str, lines: &str) -> String {
    assert!(text.lines().any(|line| line.starts_with(begin)), "{begin} in {text}");
    let mut done = false;
    let mut out = String::new();
    for line in text.split_inclusive("\r\n") {
        if line.starts_with(begin) && !done {
            done = true;
            out.extend(lines.lines().map(|line| format!("{}\r\n", line.trim_start())));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The text with lines added before the end of its last entry.
fn plus(text: &str, lines: &str) -> String {
    let at = text.rfind("END:VEVENT").or_else(|| text.rfind("END:VTODO")).unwrap();
    let lines: String = lines.lines().map(|line| format!("{}\r\n", line.trim_start())).collect();
    format!("{}{lines}{}", &text[..at], &text[at..])
}

/// The text with one more VEVENT.
fn and_event(text: &str, lines: &str) -> String {
    let event = texts::component("VEVENT", "1", &lines.lines().map(str::trim_start).collect::<Vec<_>>().join("\n"));
    text.replace("END:VCALENDAR", &format!("{}END:VCALENDAR", event.replace('\n', "\r\n")))
}

fn all<'a>(base: &'a str, ours: &'a str, theirs: &'a str) -> Versions<'a> {
    Versions { base: Some(base), ours: Some(ours), theirs: Some(theirs) }
}

/// What is merged without anybody's word; it is the same from the other side.
fn merged(base: &str, ours: &str, theirs: &str) -> String {
    let of = |versions: Versions<'_>| match merge(&versions, &limits()).unwrap() {
        Outcome::Merged { text } => text,
        // Where theirs says the same in other words.
        Outcome::TakeOurs => versions.ours.unwrap().to_owned(),
        outcome => panic!("{outcome:?}\n{ours}\n{theirs}"),
    };
    let text = of(all(base, ours, theirs));
    let from_there = of(all(base, theirs, ours));
    assert!(same_meaning(&text, &from_there, &limits()).unwrap(), "{text}\n{from_there}");
    text
}

/// What collides, which is the same from the other side.
fn collisions(base: &str, ours: &str, theirs: &str) -> Vec<Collision> {
    let of = |versions| match merge(&versions, &limits()).unwrap() {
        Outcome::Conflict { collisions } => collisions,
        outcome => panic!("{outcome:?}\n{ours}\n{theirs}"),
    };
    let found = of(all(base, ours, theirs));
    let from_there = of(all(base, theirs, ours));
    let swapped = |collision: &Collision| {
        let Collision { place, part, base, ours, theirs } = collision.clone();
        Collision { place, part, base, ours: theirs, theirs: ours }
    };
    assert_eq!(from_there.iter().map(swapped).collect::<Vec<_>>(), found);
    found
}

fn resolved(base: &str, ours: &str, theirs: &str, winner: Winner) -> String {
    resolve(&all(base, ours, theirs), &limits(), &mut |_| winner).unwrap().unwrap()
}

/// The lines that are in one text and not in the other: `-` gone, `+` new.
fn difference(before: &str, after: &str) -> String {
    let mut gone: Vec<&str> = before.lines().collect();
    let mut new = Vec::new();
    for line in after.lines() {
        match gone.iter().position(|other| *other == line) {
            Some(at) => drop(gone.remove(at)),
            None => new.push(line),
        }
    }
    let gone = gone.into_iter().map(|line| format!("-{line}"));
    gone.chain(new.into_iter().map(|line| format!("+{line}"))).collect::<Vec<_>>().join("\n")
}
