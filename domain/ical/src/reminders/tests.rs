#![allow(clippy::unwrap_used)]

use super::*;
use crate::Limits;
use kalends_test_support::texts::{calendar, component};

fn parse(text: &str) -> CalendarObject {
    CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn event(lines: &str) -> String {
    calendar(&component("VEVENT", "1", lines))
}

fn at(text: &str) -> DateTime<Utc> {
    chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap().and_utc()
}

fn alarm(lines: &str) -> String {
    format!("\nBEGIN:VALARM\nACTION:DISPLAY\n{lines}\nEND:VALARM")
}

fn zurich() -> Zone {
    Zone::Iana(chrono_tz::Europe::Zurich)
}

/// The times at which it goes off between two, for somebody in Zürich with the address ada@example.org.
fn times(text: &str, after: &str, until: &str) -> Vec<String> {
    let (zone, addresses) = (zurich(), ["ada@example.org".to_owned()]);
    let person = Reminded { zone: &zone, addresses: &addresses, default_minutes: None, shares_alarms: false };
    let due = due_between(&parse(text), at(after), at(until), &person).unwrap();
    due.iter().map(|due| due.at.format("%Y%m%dT%H%M%SZ").to_string()).collect()
}

fn all(text: &str) -> Vec<String> {
    times(text, "20260101T000000Z", "20270101T000000Z")
}

#[test]
fn a_trigger_counts_from_the_start_or_the_end_or_is_a_time() {
    let at_nine = "DTSTART;TZID=Europe/Zurich:20260301T090000\nDURATION:PT1H";
    for (trigger, expected) in [
        ("TRIGGER:-PT15M", "20260301T074500Z"),
        ("TRIGGER;RELATED=START:PT0S", "20260301T080000Z"),
        ("TRIGGER;RELATED=END:-PT5M", "20260301T085500Z"),
        ("TRIGGER;VALUE=DATE-TIME:20260228T120000Z", "20260228T120000Z"),
        ("TRIGGER:-P1W", "20260222T080000Z"),
    ] {
        assert_eq!(all(&event(&format!("{at_nine}{}", alarm(trigger)))), [expected], "{trigger}");
    }
    let repeated = alarm("TRIGGER:-PT15M\nREPEAT:2\nDURATION:PT5M");
    assert_eq!(
        all(&event(&format!("{at_nine}{repeated}"))),
        ["20260301T074500Z", "20260301T075000Z", "20260301T075500Z"]
    );
    for silent in ["TRIGGER:-PT5M\nPROXIMITY:ARRIVE", "TRIGGER:soon", "DESCRIPTION:x"] {
        assert!(all(&event(&format!("{at_nine}{}", alarm(silent)))).is_empty(), "{silent}");
    }
    let none = format!("{at_nine}\nBEGIN:VALARM\nACTION:NONE\nTRIGGER:-PT5M\nEND:VALARM");
    assert!(all(&event(&none)).is_empty());
}

#[test]
fn the_clock_that_is_moved_moves_no_day() {
    // The night to 29 March is an hour short in Zürich.
    let day = format!("DTSTART;VALUE=DATE:20260329{}{}", alarm("TRIGGER:PT9H"), alarm("TRIGGER:-PT15H"));
    assert_eq!(all(&event(&day)), ["20260328T080000Z", "20260329T070000Z"]);
    let floating = format!("DTSTART:20260329T120000{}", alarm("TRIGGER:-P1D"));
    assert_eq!(all(&event(&floating)), ["20260328T110000Z"]);
    // A day before is the same time of the day, 24 hours before are not.
    let exact = format!("DTSTART;TZID=Europe/Zurich:20260329T120000{}", alarm("TRIGGER:-PT24H"));
    assert_eq!(all(&event(&exact)), ["20260328T100000Z"]);
}

#[test]
fn a_series_is_asked_for_a_window_and_its_overrides_have_their_own() {
    let series = event(&format!(
        "DTSTART;TZID=Europe/Zurich:20000101T090000\nRRULE:FREQ=DAILY\nEXDATE;TZID=Europe/Zurich:20260302T090000{}\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Zurich:20260303T090000\nDTSTART;TZID=Europe/Zurich:20260303T150000{}\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;TZID=Europe/Zurich:20260304T090000\nDTSTART;TZID=Europe/Zurich:20260304T090000\nSTATUS:CANCELLED{}",
        alarm("TRIGGER:-PT10M"),
        alarm("TRIGGER:-PT1H"),
        alarm("TRIGGER:-PT10M"),
    ));
    let found = times(&series, "20260301T000000Z", "20260306T000000Z");
    assert_eq!(found, ["20260301T075000Z", "20260303T130000Z", "20260305T075000Z"]);
}

#[test]
fn nobody_is_reminded_of_what_is_cancelled_done_or_declined() {
    let with = |lines: &str| format!("DTSTART:20260301T090000Z\n{lines}{}", alarm("TRIGGER:-PT5M"));
    assert_eq!(all(&event(&with("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.org"))).len(), 1);
    assert_eq!(all(&event(&with("ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.org"))).len(), 1);
    assert!(all(&event(&with("ATTENDEE;PARTSTAT=DECLINED:MAILTO:Ada@Example.org"))).is_empty());
    assert!(all(&event(&with("STATUS:CANCELLED"))).is_empty());
    let todo = |lines: &str| calendar(&component("VTODO", "1", lines));
    let due = format!("DUE:20260301T090000Z{}", alarm("TRIGGER:-PT5M"));
    assert_eq!(all(&todo(&due)), ["20260301T085500Z"]);
    let both = format!("DTSTART:20260301T080000Z\nDUE:20260301T090000Z{}", alarm("TRIGGER;RELATED=END:-PT5M"));
    assert_eq!(all(&todo(&both)), ["20260301T085500Z"]);
    assert!(all(&todo(&format!("COMPLETED:20260201T090000Z\n{due}"))).is_empty());
    assert!(all(&todo(&format!("SUMMARY:some day{}", alarm("TRIGGER:-PT5M")))).is_empty());
    let at_a_time = format!("SUMMARY:some day{}", alarm("TRIGGER;VALUE=DATE-TIME:20260301T090000Z"));
    assert_eq!(all(&todo(&at_a_time)), ["20260301T090000Z"]);
}

#[test]
fn what_was_acknowledged_does_not_come_again() {
    let daily = |lines: &str| event(&format!("DTSTART:20260301T090000Z\nRRULE:FREQ=DAILY;COUNT=3{lines}"));
    let alarm = alarm("TRIGGER:-PT5M\nACKNOWLEDGED:20260302T085500Z");
    assert_eq!(all(&daily(&alarm)), ["20260303T085500Z"]);
    let mozilla = format!(
        "\nX-MOZ-LASTACK:20260301T090000Z\nX-MOZ-SNOOZE-TIME-1772355600000000:20260301T100000Z{}",
        super::tests::alarm("TRIGGER:-PT5M")
    );
    assert_eq!(all(&daily(&mozilla)), ["20260301T100000Z", "20260302T085500Z", "20260303T085500Z"]);
}

#[test]
fn the_default_is_for_events_with_a_time_and_without_alarms() {
    let zone = zurich();
    let person = Reminded { zone: &zone, addresses: &[], default_minutes: Some(10), shares_alarms: false };
    let count =
        |text: &str| due_between(&parse(text), at("20260101T000000Z"), at("20270101T000000Z"), &person).unwrap().len();
    assert_eq!(count(&event("DTSTART:20260301T090000Z")), 1);
    assert_eq!(count(&event("DTSTART;VALUE=DATE:20260301")), 0);
    assert_eq!(count(&event(&format!("DTSTART:20260301T090000Z{}", alarm("TRIGGER:-PT5M")))), 1);
    let none = "DTSTART:20260301T090000Z\nBEGIN:VALARM\nACTION:NONE\nTRIGGER:-PT5M\nEND:VALARM";
    assert_eq!(count(&event(none)), 0);
}

#[test]
fn the_next_one_is_found_however_far_it_is() {
    let zone = Zone::UTC;
    let person = Reminded { zone: &zone, addresses: &[], default_minutes: None, shares_alarms: false };
    let next = |text: &str| next_after(&parse(text), at("20260101T000000Z"), &person).unwrap();
    let with = |lines: &str| event(&format!("{lines}{}", alarm("TRIGGER:-PT5M")));
    assert_eq!(next(&with("DTSTART:20360301T090000Z")), Next::At(at("20360301T085500Z")));
    assert_eq!(next(&with("DTSTART:20000301T090000Z\nRRULE:FREQ=YEARLY")), Next::At(at("20260301T085500Z")));
    let leap = with("DTSTART:20000229T090000Z\nRRULE:FREQ=YEARLY");
    assert!(matches!(next(&leap), Next::NotBefore(then) if then > at("20270101T000000Z")));
    assert_eq!(next(&with("DTSTART:20000301T090000Z\nRRULE:FREQ=YEARLY;COUNT=3")), Next::Never);
    assert_eq!(next(&with("DTSTART:20250301T090000Z")), Next::Never);
    assert_eq!(next(&event("DTSTART:20360301T090000Z")), Next::Never);
}

#[test]
fn what_is_put_off_comes_later_and_what_is_dismissed_does_not() {
    let zone = Zone::UTC;
    let text = event(&format!("DTSTART:20260301T090000Z\nSUMMARY:Tea{}", alarm("TRIGGER:-PT10M")));
    let key = "0/-PT10M";
    let now = at("20260301T085030Z");
    let later = snooze(&parse(&text), &text, (None, key), &zone, (now, at("20260301T085530Z")), "s1").unwrap();
    assert_eq!(all(&later), ["20260301T085530Z"]);
    assert!(later.contains("ACKNOWLEDGED:20260301T085030Z\r\nUID:s1-first\r\n"), "{later}");
    assert!(later.contains("RELATED-TO;RELTYPE=SNOOZE:s1-first\r\n"), "{later}");
    // Once more, and then done with.
    let again =
        snooze(&parse(&later), &later, (None, "s1"), &zone, (at("20260301T085600Z"), at("20260301T091500Z")), "s2");
    let again = again.unwrap();
    assert_eq!((all(&again), again.matches("BEGIN:VALARM").count()), (vec!["20260301T091500Z".to_owned()], 2));
    let done = acknowledge(&parse(&again), &again, (None, "s2"), &zone, at("20260301T091600Z")).unwrap();
    assert_eq!((all(&done).len(), done.matches("BEGIN:VALARM").count()), (0, 1));
    assert!(done.contains("ACKNOWLEDGED:20260301T091600Z"));
    assert_eq!(done.matches("ACKNOWLEDGED").count(), 1);
    // All the rest is as it was.
    assert!(done.contains("SUMMARY:Tea\r\n"));
    assert_eq!(acknowledge(&parse(&text), &text, (None, BY_DEFAULT), &zone, now), None);
    let bare = event("DTSTART:20260301T090000Z");
    let put_off = snooze(&parse(&bare), &bare, (None, BY_DEFAULT), &zone, (now, at("20260301T085530Z")), "s3").unwrap();
    assert_eq!(all(&put_off), ["20260301T085530Z"]);
}

#[test]
fn what_somebody_was_reminded_of_stands_until_it_is_moved_cancelled_or_declined() {
    let (zone, addresses) = (zurich(), ["ada@example.org".to_owned()]);
    let person = Reminded { zone: &zone, addresses: &addresses, default_minutes: None, shares_alarms: false };
    let one = "DTSTART;TZID=Europe/Zurich:20260301T090000";
    let is_so = |lines: &str, key: &str, start: &str| stands(&parse(&event(lines)), key, at(start), &person).unwrap();
    assert!(is_so(one, "", "20260301T080000Z"));
    assert!(!is_so(one, "", "20260301T090000Z"));
    assert!(!is_so(&format!("{one}\nSTATUS:CANCELLED"), "", "20260301T080000Z"));
    assert!(!is_so(&format!("{one}\nATTENDEE;PARTSTAT=DECLINED:mailto:Ada@example.org"), "", "20260301T080000Z"));
    let series = format!("{one}\nRRULE:FREQ=DAILY\nEXDATE;TZID=Europe/Zurich:20260303T090000");
    assert!(is_so(&series, "20260302T090000@Europe/Zurich", "20260302T080000Z"));
    assert!(!is_so(&series, "20260303T090000@Europe/Zurich", "20260303T080000Z"));
    assert!(!is_so(&series, "", "20260302T080000Z"));
    let task = calendar(&component("VTODO", "1", "DUE:20260301T090000Z\nSUMMARY:Taxes"));
    assert!(stands(&parse(&task), "", at("20260301T090000Z"), &person).unwrap());
    assert!(
        !stands(&parse(&task.replace("SUMMARY", "STATUS:COMPLETED\nSUMMARY")), "", at("20260301T090000Z"), &person)
            .unwrap()
    );
}
