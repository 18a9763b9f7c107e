//! Whatever octets arrive: an answer, and in time that grows with them and no faster.

#![allow(clippy::unwrap_used)]

use kalends_ical::alarms::{Alarms, split_alarms, with_alarms};
use kalends_ical::edit::{Scope, draft_of, remove, update};
use kalends_ical::entry::Entry;
use kalends_ical::instances::{Window, extent, instances};
use kalends_ical::join::Joined;
use kalends_ical::meaning::{differences, is_same};
use kalends_ical::merge::{Outcome, Versions, Winner, merge, resolve};
use kalends_ical::redact::redacted;
use kalends_ical::split::split;
use kalends_ical::time::Zone;
use kalends_ical::{CalendarObject, ComponentKind};
use kalends_ical::{Error, Limits};
use proptest::prelude::*;
use proptest::sample::Index;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// The accepted files of the project.
static FILES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/accepted");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
});

/// What others may have of an object is an object with the same components, and alarms that are taken away come back.
fn show_to_others(object: &CalendarObject, text: &str) {
    let read =
        |text: &str| CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let (bare, alarms) = split_alarms(object, text);
    assert_eq!(with_alarms(&read(&bare), &bare, &alarms), text);
    assert_eq!(Alarms::from_text(&alarms.to_text()), Some(alarms));
    let left = read(&redacted(object, text, "Busy"));
    let all = |object: &CalendarObject| {
        let entry = |entry: &Entry| {
            let Entry { start, end, recurrence_id, rules, exclusion_rules, dates, exclusion_dates, .. } = entry;
            let rest = (&entry.status, entry.transparent, entry.class);
            format!(
                "{start:?} {end:?} {recurrence_id:?} {rules:?} {exclusion_rules:?} {dates:?} {exclusion_dates:?} {rest:?}"
            )
        };
        object.entries().map(entry).collect::<Vec<_>>()
    };
    assert_eq!(all(&left), all(object));
}

/// Does with a text what the surfaces do with one.
fn use_all_of(text: &str) {
    if let Ok(parts) = split(text, 8) {
        for part in parts.take(20) {
            let _ = CalendarObject::parse(&part.text, &Limits::default());
        }
    }
    let Ok(object) = CalendarObject::parse(text, &Limits::default()) else { return };
    assert!(!Joined::default().add(text).unwrap().is_empty());
    let _ = extent(&object);
    show_to_others(&object, text);
    let window = Window {
        start: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        end: Some("2026-03-01T00:00:00Z".parse().unwrap()),
    };
    let found = instances(&object, window, &Zone::UTC, 1_000);
    if object.kind != ComponentKind::Event {
        return;
    }
    let now = "2026-11-21T08:00:00Z".parse().unwrap();
    let id = found.unwrap_or_default().into_iter().find_map(|instance| instance.recurrence_id);
    let scopes = [Scope::All { opened_at: id.clone() }]
        .into_iter()
        .chain(id.into_iter().flat_map(|id| [Scope::This(id.clone()), Scope::ThisAndFollowing(id)]));
    let mut versions = Vec::new();
    for scope in scopes {
        let opened = match &scope {
            Scope::This(id) | Scope::ThisAndFollowing(id) => Some(id),
            Scope::All { opened_at } => opened_at.as_ref(),
        };
        let Ok(mut draft) = draft_of(&object, opened) else { continue };
        draft.summary.push('!');
        if let Ok(edited) = update(&object, text, &scope, &draft, now) {
            for text in edited.text.iter().chain(edited.split.as_ref().map(|split| &split.text)) {
                CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
            }
            versions.extend(edited.text);
        }
        versions.extend(remove(&object, text, &scope, now).ok().and_then(|edited| edited.text));
    }
    bring_together(text, &versions);
}

/// Whoever wins, what two edits come to is an object.
fn bring_together(base: &str, versions: &[String]) {
    let limits = Limits::default();
    for pair in versions.windows(2) {
        let both = Versions { base: Some(base), ours: Some(&pair[0]), theirs: Some(&pair[1]) };
        merge(&both, &limits).unwrap();
        for winner in [Winner::Ours, Winner::Theirs] {
            let text = resolve(&both, &limits, &mut |_| winner).unwrap().unwrap();
            CalendarObject::parse(&text, &limits).unwrap_or_else(|error| panic!("{error}\n{text}"));
        }
    }
}

proptest! {
    #[test]
    fn any_octets(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        use_all_of(&String::from_utf8_lossy(&octets));
    }

    #[test]
    fn any_lines(lines in prop::collection::vec("(BEGIN|END|UID|DTSTART|RRULE|EXDATE|X)?[;:=,\"^\\\\ \t]?(VEVENT|VCALENDAR|TZID=|20260101T000000Z?|\\PC{0,12})", 0..30)) {
        use_all_of(&format!("BEGIN:VCALENDAR\n{}\nEND:VCALENDAR\n", lines.join("\n")));
    }

    /// Files with something cut out, doubled or put in.
    #[test]
    fn files_that_came_apart(
        file in any::<Index>(),
        cuts in prop::collection::vec((any::<Index>(), 0..30_usize, prop::sample::select(vec!["", "0", "9", "T", "Z", ";", ":", ",", "=", "\"", "\n", "\r", " ", "\\", "-", "é", "\u{0}", "99999999", "BEGIN:VEVENT\n", "RRULE:FREQ=SECONDLY\n", "CLASS:PRIVATE\n", "BEGIN:VALARM\nEND:VALARM\n", "X-MOZ-LASTACK:1\n", "EXDATE:20260107T193000\n"])), 1..6),
        by_lines in any::<bool>(),
    ) {
        let mut text = file.get(&FILES).clone();
        for (at, length, put) in cuts {
            if by_lines {
                let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
                if lines.is_empty() {
                    continue;
                }
                let count = lines.len();
                let at = at.index(count);
                match length % 3 {
                    0 => drop(lines.remove(at)),
                    1 => lines.insert(at, lines[at]),
                    _ => lines.swap(at, length % count),
                }
                text = lines.concat();
            } else {
                let start = text.floor_char_boundary(at.index(text.len() + 1));
                let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
                text.replace_range(start..end, put);
            }
        }
        use_all_of(&text);
    }
}

/// Shapes that would take minutes if any step looked at all of the others again; a `part`-th of the largest that are accepted.
fn large_shapes(part: usize) -> Vec<(&'static str, String)> {
    let calendar = |body: String| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n");
    let event = |lines: String| {
        calendar(format!(
            "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101T000000Z\r\nRRULE:FREQ=DAILY\r\n{lines}END:VEVENT\r\n"
        ))
    };
    let day = |n: usize| chrono::NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(n as u64);
    let dates = |count| (0..count).map(|n| day(n).format("%Y%m%dT000000Z").to_string()).collect::<Vec<_>>().join(",");
    vec![
        ("one long line", event(format!("X-A:{}\r\n", "a".repeat(9_000_000 / part)))),
        ("many folds", event(format!("X-A:a\r\n{}", " b\r\n".repeat(2_000_000 / part)))),
        ("many blank lines", event("\r\n".repeat(4_000_000 / part))),
        ("many properties", event("X-A:a\r\n".repeat(1_000_000 / part))),
        ("many parameters", event(format!("X-A{}:a\r\n", ";P=1".repeat(1_500_000 / part)))),
        ("many values of a parameter", event(format!("X-A;P=1{}:a\r\n", ",2".repeat(3_000_000 / part)))),
        ("many quotes", event(format!("X-A;P=\"\"{}:a\r\n", ",\"\"".repeat(2_000_000 / part)))),
        ("many escapes", event(format!("SUMMARY:{}\r\n", "\\n".repeat(4_000_000 / part)))),
        ("many components", event("BEGIN:VALARM\r\nEND:VALARM\r\n".repeat(300_000 / part))),
        ("many exceptions", event(format!("EXDATE:{}\r\n", dates(300_000 / part)))),
        ("many dates", event(format!("RDATE:{}\r\n", dates(300_000 / part)))),
        ("many rules", event("RRULE:FREQ=DAILY;COUNT=1\r\n".repeat(100_000 / part))),
        (
            "many overrides",
            calendar(
                (0..80_000 / part)
                    .map(|n| {
                        let at = day(n).format("%Y%m%dT000000Z");
                        format!("BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:{at}\r\nDTSTART:{at}\r\nEND:VEVENT\r\n")
                    })
                    .collect(),
            ),
        ),
        (
            "many time zones",
            calendar(format!(
                "{}BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101T000000Z\r\n{}END:VEVENT\r\n",
                (0..30_000 / part)
                    .map(|n| format!("BEGIN:VTIMEZONE\r\nTZID:Z{n}\r\nEND:VTIMEZONE\r\n"))
                    .collect::<String>(),
                (0..30_000 / part).map(|n| format!("X-A;TZID=Z{n}:20260101T000000\r\n")).collect::<String>(),
            )),
        ),
    ]
}

#[test]
fn large_objects_take_linear_time() {
    for (shape, text) in large_shapes(1) {
        assert!(text.len() <= Limits::default().object_octets, "{shape}: {}", text.len());
        let begin = Instant::now();
        match CalendarObject::parse(&text, &Limits::default()) {
            Ok(object) => {
                let (bare, alarms) = split_alarms(&object, &text);
                assert!(Alarms::from_text(&alarms.to_text()).is_some(), "{shape}");
                assert_eq!(with_alarms(&object, &text, &alarms), text, "{shape}");
                assert!(bare.len() <= text.len() && redacted(&object, &text, "Busy") == text, "{shape}");
            }
            Err(Error::InvalidCalendarData(_) | Error::InvalidCalendarObject(_)) => {}
            Err(error) => panic!("{shape}: {error}"),
        }
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(20), "{shape}: {took:?}");
        eprintln!("{shape}: {took:?}");
    }
}

#[test]
fn large_objects_are_compared_and_merged_in_linear_time() {
    for (shape, text) in large_shapes(10) {
        let Ok(object) = CalendarObject::parse(&text, &Limits::default()) else { continue };
        let begin = Instant::now();
        assert!(is_same(&object, &object) && differences(&object, &object).is_empty(), "{shape}");
        let with = |line: &str| text.replacen("\r\nUID:1", &format!("\r\n{line}\r\nUID:1"), 1);
        let (ours, theirs) = (with("COMMENT:o"), with("URL:t"));
        let both = Versions { base: Some(&text), ours: Some(&ours), theirs: Some(&theirs) };
        let Outcome::Merged { text } = merge(&both, &Limits::default()).unwrap() else { panic!("{shape}") };
        assert!(text.contains("\r\nCOMMENT:o\r\n") && text.contains("\r\nURL:t\r\n"), "{shape}");
        let both = Versions { base: None, ours: Some(&ours), theirs: Some(&theirs) };
        assert!(matches!(merge(&both, &Limits::default()), Ok(Outcome::Merged { .. })), "{shape}");
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(20), "{shape}: {took:?}");
        eprintln!("{shape}: {took:?}");
    }
}
