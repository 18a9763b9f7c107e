//! Calendar files as programs write them: every one is accepted and kept byte for byte, or refused with a reason.
//!
//! `tests/files` is the project's own. Where a folder `shared/data/ics` lies beside the workspace, the files in it are read
//! as well: those with which other projects test themselves, many of them broken on purpose.

#![allow(clippy::unwrap_used)]

use chrono::{DateTime, Utc};
use kalends_ical::alarms::{has_alarms, split_alarms, with_alarms};
use kalends_ical::edit::{self, Scope};
use kalends_ical::instances::{Window, instances};
use kalends_ical::redact::redacted;
use kalends_ical::split::split;
use kalends_ical::syntax::{Component, Property};
use kalends_ical::time::Zone;
use kalends_ical::{CalendarObject, ComponentKind};
use kalends_ical::{Error, Limits};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The .ics files below a folder, in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ics") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn own(folder: &str) -> Vec<PathBuf> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(folder))
}

/// The files of other projects, when they are there.
fn foreign() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ics");
    if folder.is_dir() {
        return files(&folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    Vec::new()
}

fn read(path: &Path) -> Result<(String, CalendarObject), Error> {
    let Ok(text) = String::from_utf8(fs::read(path).unwrap()) else {
        return Err(Error::InvalidCalendarData(kalends_ical::syntax::SyntaxError::new(1, "not UTF-8")));
    };
    CalendarObject::parse(&text, &Limits::default()).map(|object| (text, object))
}

fn reason(error: &Error) -> &'static str {
    match error {
        Error::BadInput { .. } => "not UTF-8",
        Error::InvalidCalendarData(_) => "valid-calendar-data",
        Error::InvalidCalendarObject(_) => "valid-calendar-object-resource",
        Error::UnsupportedComponent(_) => "supported-calendar-component",
        other => panic!("{other:?}"),
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

/// What any program may do with an accepted object.
fn check(path: &Path, text: &str, object: &CalendarObject) {
    let name = path.display();
    let window = Window {
        start: Some("1990-01-01T00:00:00Z".parse().unwrap()),
        end: Some("2030-01-01T00:00:00Z".parse().unwrap()),
    };
    let found = instances(object, window, &Zone::UTC, 100_000);
    let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
    let read = |text: &str| {
        CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"))
    };
    let (bare, alarms) = split_alarms(object, text);
    assert!(!bare.contains("BEGIN:VALARM") && alarms.is_empty() != has_alarms(object), "{name}");
    assert_eq!(with_alarms(&read(&bare), &bare, &alarms), text, "{name}");
    let classified = text.replace("\nUID", "\nCLASS:PRIVATE\nUID");
    for text in [text, &classified] {
        let object = read(text);
        let shown = redacted(&object, text, "Busy");
        assert!(shown == text || object.is_guarded(), "{name}");
        let shown = read(&shown);
        let mut entries = object.entries().zip(shown.entries());
        assert!(entries.all(|(before, after)| !before.is_guarded() || is_bare(shown.component(after))), "{name}");
        // A to-do without dates is in every window when it does not say when it was completed.
        if object.kind != ComponentKind::Todo {
            assert_eq!(instances(&shown, window, &Zone::UTC, 100_000).unwrap(), found, "{name}");
        }
    }
    if object.kind != ComponentKind::Event {
        return;
    }
    let ids = found.iter().filter_map(|instance| instance.recurrence_id.clone()).take(5);
    let scopes: Vec<Scope> = [Scope::All { opened_at: None }]
        .into_iter()
        .chain(ids.flat_map(|id| {
            [Scope::This(id.clone()), Scope::ThisAndFollowing(id.clone()), Scope::All { opened_at: Some(id) }]
        }))
        .collect();
    for scope in &scopes {
        let opened = match scope {
            Scope::This(id) | Scope::ThisAndFollowing(id) => Some(id),
            Scope::All { opened_at } => opened_at.as_ref(),
        };
        let mut draft = edit::draft_of(object, opened).unwrap_or_else(|error| panic!("{name} {scope:?}: {error}"));
        let same = edit::update(object, text, scope, &draft, now()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(same.text.as_deref(), Some(text), "{name} {scope:?}");
        draft.summary.push_str(" (changed)");
        let changed = edit::update(object, text, scope, &draft, now());
        let changed = match changed {
            Err(Error::BadInput { field: "scope", .. }) => continue,
            changed => changed.unwrap_or_else(|error| panic!("{name} {scope:?}: {error}")),
        };
        for text in changed.text.iter().chain(changed.split.as_ref().map(|split| &split.text)) {
            CalendarObject::parse(text, &Limits::default())
                .unwrap_or_else(|error| panic!("{name} {scope:?}: {error}\n{text}"));
        }
        if let Scope::All { .. } = scope {
            assert_kept(text, changed.text.as_deref().unwrap(), &format!("{name} {scope:?}"));
        }
        edit::remove(object, text, scope, now()).unwrap_or_else(|error| panic!("{name} {scope:?}: {error}"));
    }
}

/// Whether the component says nothing of what it is about.
fn is_bare(component: &Component) -> bool {
    let says = |property: &Property| match property.name.as_str() {
        "SUMMARY" => property.value != "Busy",
        name => name.starts_with("X-") || ["DESCRIPTION", "LOCATION", "ATTENDEE", "ORGANIZER"].contains(&name),
    };
    component.components.is_empty() && !component.properties.iter().any(says)
}

/// Every physical line is still there, byte for byte and in its order, except for those that an edit of the title changes.
fn assert_kept(before: &str, after: &str, context: &str) {
    let mut left = after.split_inclusive('\n');
    let mut in_changed = false;
    for line in before.split_inclusive('\n') {
        // A line may be folded directly after its name.
        let name = line.trim_end().split([':', ';']).next().unwrap_or_default().to_ascii_uppercase();
        let folded = line.starts_with([' ', '\t']);
        in_changed = (folded && in_changed) || matches!(name.as_str(), "SUMMARY" | "DTSTAMP" | "LAST-MODIFIED");
        assert!(in_changed || left.any(|other| other == line), "{context}: {line:?} is gone\n{after}");
    }
}

#[test]
fn own_files_are_accepted() {
    let paths = own("accepted");
    assert!(paths.len() >= 8);
    for path in paths {
        let (text, object) = read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        check(&path, &text, &object);
    }
}

#[test]
fn own_broken_files_are_refused_for_what_is_wrong() {
    let expected = [
        ("availability.ics", "supported-calendar-component"),
        ("bad-rule.ics", "valid-calendar-data"),
        ("end-before-start.ics", "valid-calendar-data"),
        ("event-beside-todo.ics", "valid-calendar-object-resource"),
        ("method.ics", "valid-calendar-object-resource"),
        ("no-uid.ics", "valid-calendar-data"),
        ("same-instance-twice.ics", "valid-calendar-object-resource"),
        ("two-uids.ics", "valid-calendar-object-resource"),
        ("unclosed.ics", "valid-calendar-data"),
        ("unknown-zone.ics", "valid-calendar-data"),
    ];
    let found: Vec<_> = own("refused")
        .iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), reason(&read(path).unwrap_err())))
        .collect();
    assert_eq!(found.iter().map(|(name, why)| (name.as_str(), *why)).collect::<Vec<_>>(), expected);
}

#[test]
fn files_of_other_projects_are_accepted_or_refused_for_a_reason() {
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    let paths = foreign();
    for path in &paths {
        let verdict = match read(path) {
            Ok((text, object)) => {
                check(path, &text, &object);
                "accepted"
            }
            Err(error) => reason(&error),
        };
        *verdicts.entry(verdict).or_default() += 1;
    }
    eprintln!("{verdicts:?}");
    assert_eq!(verdicts.values().sum::<usize>(), paths.len());
    assert!(paths.is_empty() || verdicts.contains_key("accepted"));
}

/// An import takes files apart that are no single object, and reports the rest.
#[test]
fn files_of_other_projects_import_in_parts() {
    let (mut accepted, mut refused) = (0, 0);
    let paths = foreign();
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let Ok(parts) = split(text, Limits::default().nesting) else { continue };
        for part in parts {
            match CalendarObject::parse(&part.text, &Limits::default()) {
                Ok(object) if part.fault.is_none() => {
                    check(path, &part.text, &object);
                    accepted += 1;
                }
                _ => refused += 1,
            }
        }
    }
    eprintln!("{accepted} accepted, {refused} refused");
    assert!(paths.is_empty() || accepted > 0);
}
