#![allow(clippy::unwrap_used)]

use super::*;
use crate::edit::properties::samples;
use crate::syntax::{self, Component};
use crate::write;
use insta::assert_snapshot;
use kalends_test_support::texts;
use proptest::prelude::*;

/// The text as another program might write the same: other lines first, other folds, every parameter quoted, names in lower case, a
/// stamp of its own.
pub(crate) fn rewritten(text: &str) -> String {
    let mut out = String::new();
    for component in syntax::parse(text, 9).unwrap() {
        push(&mut out, &component);
    }
    out
}

fn push(out: &mut String, component: &Component) {
    let name = component.name.to_lowercase();
    out.push_str(&format!("begin:{name}\n"));
    for property in component.properties.iter().rev() {
        let params: String = property
            .params
            .iter()
            .rev()
            .map(|param| {
                let values: Vec<_> = param.values.iter().map(|value| format!("\"{value}\"")).collect();
                format!(";{}={}", param.name.to_lowercase(), values.join(","))
            })
            .collect();
        let value = match property.name.as_str() {
            "DTSTAMP" => "20300101T000000Z",
            "PRODID" => "-//Another//EN",
            _ => &property.value,
        };
        let line = format!("{}{params}:{value}", property.name.to_lowercase());
        for (index, piece) in line.chars().collect::<Vec<_>>().chunks(20).enumerate() {
            out.push_str(if index == 0 { "" } else { "\n\t" });
            out.extend(piece);
        }
        out.push('\n');
    }
    if component.name == "VEVENT" {
        out.push_str("LAST-MODIFIED:20300101T000000Z\nSEQUENCE:7\nTRANSP:OPAQUE\nPRIORITY:0\n");
    }
    for inner in component.components.iter().rev() {
        push(out, inner);
    }
    out.push_str(&format!("end:{name}\n"));
}

fn event(lines: &str) -> String {
    texts::calendar(&texts::component("VEVENT", "1", lines))
}

fn same(one: &str, other: &str) -> bool {
    let read = |lines: &str| {
        let lines =
            if lines.contains("DTSTART") { lines.to_owned() } else { format!("DTSTART:20260105T090000Z\n{lines}") };
        event(&lines)
    };
    let limits = Limits::default();
    let is = same_meaning(&read(one), &read(other), &limits).unwrap();
    assert_eq!(same_meaning(&read(other), &read(one), &limits).unwrap(), is);
    is
}

#[test]
fn how_a_line_is_written_says_nothing() {
    for (one, other) in [
        ("SUMMARY:a\\, b", "summary;VALUE=TEXT:a\n  , b".replace("\n  ", "\\").as_str()),
        (
            "ATTENDEE;CN=Ann;RSVP=TRUE:mailto:ann@example.org",
            "ATTENDEE;rsvp=true;CN=\"Ann\";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;SCHEDULE-STATUS=1.2:MAILTO:Ann@Example.org",
        ),
        ("STATUS:CONFIRMED\nCLASS:PUBLIC", "STATUS:confirmed"),
        ("TRANSP:OPAQUE\nPRIORITY:0\nDESCRIPTION:\nLOCATION:", ""),
        ("CATEGORIES:A,B", "CATEGORIES:B\nCATEGORIES:A,"),
        ("GEO:47.50;8.0", "GEO:47.5;8"),
        ("X-A:a\\;b", "X-A;VALUE=TEXT:a;b"),
        ("COMMENT:a\nCOMMENT:b", "COMMENT:b\nCOMMENT:a"),
        ("URL:https://example.org", "URL;VALUE=URI:https://example.org"),
        ("SEQUENCE:1\nX-MOZ-GENERATION:2\nCREATED:20260101T000000Z\nX-LIC-ERROR:x", "LAST-MODIFIED:20260101T000000Z"),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,WE", "RRULE:byday=we,mo;FREQ=WEEKLY;INTERVAL=1;WKST=MO"),
        (
            "RRULE:FREQ=DAILY\nEXDATE:20260106T090000Z,20260107T090000Z",
            "RRULE:FREQ=DAILY\nEXDATE;TZID=Europe/Berlin:20260107T100000\nEXDATE:20260106T090000Z",
        ),
        (
            "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT60M\nEND:VALARM",
            "BEGIN:VALARM\nUID:x\nTRIGGER;RELATED=START;VALUE=DURATION:-PT1H\nACTION:display\nX-LIC-ERROR:x\nEND:VALARM",
        ),
    ] {
        assert!(same(one, other), "{one}\n{other}");
    }
}

#[test]
fn what_is_said_says_something() {
    for (one, other) in [
        ("SUMMARY:a", "SUMMARY:b"),
        ("SUMMARY:a", "SUMMARY;LANGUAGE=de:a"),
        ("ATTENDEE:mailto:a@example.org", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@example.org"),
        ("TRANSP:TRANSPARENT", ""),
        ("STATUS:CONFIRMED", ""),
        ("X-A:1", "X-A;X-P=1:1"),
        ("X-A:1", "X-A:1\nX-A:2"),
        ("ATTACH;VALUE=BINARY;ENCODING=BASE64:AAAA", "ATTACH:AAAA"),
        ("BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM", "BEGIN:VALARM\nTRIGGER;RELATED=END:-PT5M\nEND:VALARM"),
        (
            "BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM",
            "BEGIN:VALARM\nTRIGGER:-PT5M\nACKNOWLEDGED:20260101T000000Z\nEND:VALARM",
        ),
        ("RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY;COUNT=2"),
        ("RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY\nRDATE:20260105T120000Z"),
        (
            "RRULE:FREQ=DAILY\nRDATE;VALUE=PERIOD:20260105T120000Z/PT1H",
            "RRULE:FREQ=DAILY\nRDATE;VALUE=PERIOD:20260105T120000Z/PT2H",
        ),
    ] {
        assert!(!same(one, other), "{one}\n{other}");
    }
}

#[test]
fn an_end_and_a_duration_can_say_the_same() {
    let zoned = "DTSTART;TZID=Europe/Berlin:20260328T120000";
    for (one, other, expected) in [
        ("DTSTART:20260105T090000Z\nDTEND:20260105T103000Z", "DTSTART:20260105T090000Z\nDURATION:PT1H30M", true),
        ("DTSTART:20260105T090000Z\nDTEND:20260105T090000Z", "DTSTART:20260105T090000Z", true),
        ("DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260106", "DTSTART;VALUE=DATE:20260105", true),
        ("DTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260107", "DTSTART;VALUE=DATE:20260105\nDURATION:P2D", true),
        ("DTSTART:20260105T090000Z", "DTSTART;TZID=UTC:20260105T090000", true),
        ("DTSTART:20260105T090000Z", "DTSTART:20260105T090000", false),
        ("DTSTART:20260105T090000Z", "DTSTART;TZID=Europe/Berlin:20260105T100000", false),
        (
            "DTSTART:20260105T090000Z\nDTEND:20260105T100000Z",
            "DTSTART:20260105T090000Z\nDTEND;TZID=Europe/Berlin:20260105T110000",
            false,
        ),
        ("DTSTART:20260105T000000", "DTSTART;VALUE=DATE:20260105", false),
        // The clocks change in between: a day is 23 hours once, and by the calendar each time.
        (&format!("{zoned}\nDURATION:P1D"), &format!("{zoned}\nDTEND;TZID=Europe/Berlin:20260329T120000"), true),
        (&format!("{zoned}\nDURATION:P1D"), &format!("{zoned}\nDURATION:PT24H"), false),
        (
            &format!("{zoned}\nDURATION:P1D\nRRULE:FREQ=DAILY"),
            &format!("{zoned}\nDTEND;TZID=Europe/Berlin:20260329T120000\nRRULE:FREQ=DAILY"),
            false,
        ),
    ] {
        assert_eq!(same(one, other), expected, "{one}\n{other}");
    }
}

#[test]
fn a_zone_is_what_its_clock_shows() {
    let zone = |tzid: &str, to: &str, more: &str| {
        format!(
            "BEGIN:VTIMEZONE\nTZID:{tzid}\n{more}BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{to}\nTZOFFSETTO:{to}\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
    };
    let text = |tzid: &str, zone: &str| {
        let lines = format!("DTSTART;TZID={tzid}:20260105T090000\nDURATION:PT1H");
        texts::calendar(&format!("{zone}{}", texts::component("VEVENT", "1", &lines)))
    };
    let same = |one: &str, other: &str| same_meaning(one, other, &Limits::default()).unwrap();
    let mine = text("Mine", &zone("Mine", "+0130", ""));
    assert!(same(&mine, &text("Yours", &zone("Yours", "+0130", "TZNAME:X\nLAST-MODIFIED:20260101T000000Z\n"))));
    assert!(!same(&mine, &text("Mine", &zone("Mine", "+0200", ""))));
    let berlin = text("Europe/Berlin", "");
    assert!(same(&berlin, &text("W. Europe Standard Time", &zone("W. Europe Standard Time", "+0100", ""))));
    assert!(!same(&berlin, &text("Europe/Paris", "")));
}

#[test]
fn differences_are_a_list() {
    let series = "DTSTART:20260105T090000Z\nDTEND:20260105T100000Z\nRRULE:FREQ=WEEKLY";
    let own = "END:VEVENT\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260112T090000Z\nDTSTART:20260113T090000Z\nSUMMARY:Own";
    let before = event(&format!("{series}\nSUMMARY:a\nCATEGORIES:A,B\n{own}"));
    let after = event(&format!(
        "{}\nSUMMARY:b\\, c\nCATEGORIES:B\nEXDATE:20260112T090000Z\nATTENDEE:mailto:a@example.org",
        series.replace("T10", "T11")
    ));
    let read = |text: &str| CalendarObject::parse(text, &Limits::default()).unwrap();
    let found = differences(&read(&before), &read(&after));
    let shown: Vec<_> = found.iter().map(|found| format!("{found:?}")).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    Difference { place: Master, part: Property("SUMMARY"), before: Some(Text("a")), after: Some(Text("b, c")) }
    Difference { place: Master, part: Group(Time), before: Some(Schedule { start: Some(Utc(2026-01-05T09:00:00)), end: Some(Utc(2026-01-05T10:00:00)), rules: ["FREQ=WEEKLY"] }), after: Some(Schedule { start: Some(Utc(2026-01-05T09:00:00)), end: Some(Utc(2026-01-05T11:00:00)), rules: ["FREQ=WEEKLY"] }) }
    Difference { place: Master, part: Element { name: "ATTENDEE", key: "mailto:a@example.org" }, before: None, after: Some(Text("mailto:a@example.org")) }
    Difference { place: Master, part: Element { name: "CATEGORIES", key: "A" }, before: Some(Text("A")), after: None }
    Difference { place: Master, part: Element { name: "EXDATE", key: "20260112T090000Z" }, before: None, after: Some(Text("20260112T090000Z")) }
    Difference { place: Instance(Utc(2026-01-12T09:00:00)), part: Whole, before: Some(Component { summary: Some("Own"), start: Some(Utc(2026-01-13T09:00:00)), end: None }), after: None }
    "#);
    assert_eq!(differences(&read(&before), &read(&rewritten(&before))), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_text_that_is_only_rewritten_means_the_same(sample in samples(0..7)) {
        let other = rewritten(&sample.text);
        prop_assert!(same_meaning(&sample.text, &other, &Limits::default()).unwrap(), "{other}");
    }

    #[test]
    fn every_line_that_goes_is_a_difference(sample in samples(0..7), which in any::<prop::sample::Index>()) {
        let lines: Vec<&str> = sample.text.split_inclusive("\r\n").collect();
        let kept = ["X-KEEP", "SUMMARY", "EXDATE", "TRIGGER", "X-ALARM", "DURATION:P", "DTEND", "RRULE"];
        let candidates: Vec<_> = (0..lines.len()).filter(|at| kept.iter().any(|name| lines[*at].starts_with(name))).collect();
        let gone = candidates[which.index(candidates.len())];
        let less: String = lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| *line).collect();
        // Without its rule a series may be one that cannot be read, and the default end says what an end of a day or an hour said.
        let Ok(same) = same_meaning(&sample.text, &less, &Limits::default()) else { return Ok(()) };
        let implied = lines[gone].starts_with("DTEND;VALUE=DATE") || lines[gone].starts_with("DURATION:P1D");
        prop_assert!(!same || implied, "{}", lines[gone]);
    }
}

#[test]
fn lines_are_folded_in_the_rewritten_text() {
    let mut line = String::new();
    write::fold(&mut line, &format!("X-LONG:{}", "a".repeat(100)), write::CRLF);
    assert!(same(line.trim_end(), &format!("X-LONG:{}", "a".repeat(100))));
}
