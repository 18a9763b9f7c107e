//! Events of Graph as texts and back, for whatever they say.

use kalends_ical::meaning::same_meaning;
use kalends_ical::{CalendarObject, Limits};
use kalends_providers::graph::{as_held, event_of_text, restored, text_of_event};
use proptest::prelude::*;
use serde_json::{Value, json};

fn time(day: u32, hour: u32) -> Value {
    json!({ "dateTime": format!("2026-03-{day:02}T{hour:02}:00:00.0000000"), "timeZone": "UTC" })
}

prop_compose! {
    fn patterns()(kind in 0..6_usize, interval in 1..5_u32, day in 1..=31_u32, index in 0..5_usize, two: bool) -> Value {
        let index = ["first", "second", "third", "fourth", "last"][index];
        let days = if two { json!(["tuesday", "thursday"]) } else { json!(["tuesday"]) };
        match kind {
            0 => json!({ "type": "daily", "interval": interval }),
            1 => json!({ "type": "weekly", "interval": interval, "daysOfWeek": days, "firstDayOfWeek": "sunday" }),
            2 => json!({ "type": "absoluteMonthly", "interval": interval, "dayOfMonth": day }),
            3 => json!({ "type": "relativeMonthly", "interval": interval, "daysOfWeek": days, "index": index }),
            4 => json!({ "type": "absoluteYearly", "interval": interval, "dayOfMonth": day, "month": 3 }),
            _ => json!({ "type": "relativeYearly", "interval": interval, "daysOfWeek": days, "index": index, "month": 3 }),
        }
    }
}

prop_compose! {
    fn events()(
        subject in "[ -~äé—]{0,40}",
        content in "[a-z <>&\"'\\n-]{0,60}",
        is_rich: bool,
        day in 1..20_u32,
        hour in 0..20_u32,
        zone in prop::sample::select(vec!["UTC", "W. Europe Standard Time", "Pacific Standard Time", "Tokyo Standard Time", "tzone://Microsoft/Custom"]),
        is_all_day: bool,
        marks in (0..4_usize, 0..6_usize, 0..3_usize),
        categories in prop::collection::vec("[a-z,; ]{1,8}", 0..3),
        location in "[a-z,; ]{0,20}",
        reminder in prop::option::of(0..3_000_u32),
        people in prop::collection::vec(("[a-z]{1,5}@contoso\\.example", "[A-Za-z \"^,]{0,10}", 0..3_usize, 0..4_usize), 0..4),
        pattern in prop::option::of(patterns()),
    ) -> Value {
        let escaped = content.replace('&', "&amp;").replace('<', "&lt;").replace('\n', "<br>");
        let content = if is_rich { format!("<p><b>{escaped}</b></p>") } else { format!("<div>{escaped}</div>") };
        let (start, end) = if is_all_day { (time(day, 0), time(day + 2, 0)) } else { (time(day, hour), time(day, hour + 2)) };
        let attendees: Vec<Value> = people.iter().map(|(address, name, kind, response)| json!({
            "emailAddress": { "address": address, "name": name }, "type": (["required", "optional", "resource"][*kind]),
            "status": { "response": (["none", "accepted", "declined", "tentativelyAccepted"][*response]) },
        })).collect();
        let recurrence = pattern.map(|pattern| json!({ "pattern": pattern, "range": { "type": "noEnd", "startDate": format!("2026-03-{day:02}") } }));
        json!({
            "id": "AAA=", "@odata.etag": "W/\"1\"", "iCalUId": "0400", "type": "singleInstance",
            "subject": subject, "body": { "contentType": "html", "content": content }, "start": start, "end": end, "isAllDay": is_all_day,
            "originalStartTimeZone": zone, "originalEndTimeZone": zone, "recurrence": recurrence, "attendees": attendees,
            "sensitivity": (["normal", "personal", "private", "confidential"][marks.0]),
            "showAs": (["free", "tentative", "busy", "oof", "workingElsewhere", "unknown"][marks.1]),
            "importance": (["low", "normal", "high"][marks.2]), "categories": categories, "location": { "displayName": location },
            "isReminderOn": reminder.is_some(), "reminderMinutesBeforeStart": reminder.unwrap_or(15), "responseRequested": marks.0 < 2,
            "organizer": { "emailAddress": { "address": "ada@contoso.example", "name": "Ada" } },
            "createdDateTime": "2026-01-01T00:00:00Z", "lastModifiedDateTime": "2026-01-02T00:00:00.1234567Z",
        })
    }
}

proptest! {
    #[test]
    fn an_event_that_comes_back_unchanged_is_unchanged(event in events()) {
        let text = text_of_event(event).unwrap();
        prop_assert!(CalendarObject::parse(&text, &Limits::default()).is_ok(), "{}", text);
        prop_assert!(event_of_text(&text).is_ok(), "{}", text);
        // As Graph could hold it, it is what it is.
        let held = as_held(&text);
        prop_assert_eq!(&held, &text);
        // And the text that was made of it is what the text is that was.
        prop_assert_eq!(restored(&text, &as_held(&text), &text), text);
    }

    #[test]
    fn what_graph_is_told_of_an_event_is_what_it_said(event in events()) {
        let text = text_of_event(event.clone()).unwrap();
        let told = event_of_text(&text).unwrap();
        for name in ["sensitivity", "importance", "isAllDay", "isReminderOn"] {
            prop_assert_eq!(&told[name], &event[name], "{}", name);
        }
        if event["showAs"] != "unknown" {
            prop_assert_eq!(&told["showAs"], &event["showAs"]);
        }
    }

    #[test]
    fn what_graph_does_not_know_is_not_lost(event in events(), subject in "[a-z]{1,10}") {
        let base = text_of_event(event.clone()).unwrap();
        let own = "X-OWN:1\r\nURL:https://example.org/\r\nCOMMENT:mine\r\nEND:VEVENT";
        let base = base.replacen("END:VEVENT", own, 1);
        let mut changed = event;
        changed["subject"] = json!(subject);
        let fetched = text_of_event(changed).unwrap();
        let restored = restored(&base, &as_held(&base), &fetched);
        prop_assert!(restored.contains(own), "{}", restored);
        let line = format!("SUMMARY:{subject}\r\n");
        prop_assert!(restored.contains(&line), "{}", restored);
    }

    #[test]
    fn whatever_a_text_says_it_is_held_or_refused(lines in prop::collection::vec("(SUMMARY|CLASS|GEO|RRULE|EXDATE|PRIORITY|ATTENDEE|X-ALT-DESC;FMTTYPE=text/html|CONFERENCE;X-MICROSOFT-PROVIDER=x)(:FREQ=(DAILY|WEEKLY);UNTIL=|:mailto:|:)[ -~]{0,20}", 0..5)) {
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260301T000000Z\r\nDTSTART:20260310T090000Z\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n");
        let held = as_held(&text);
        // What was held once is held as it is.
        if event_of_text(&text).is_ok() {
            prop_assert_eq!(as_held(&held), held);
        }
    }
}

fn event(more: Value) -> Value {
    let mut event = json!({
        "id": "AAA=", "iCalUId": "0400", "type": "seriesMaster", "subject": "Daily", "start": time(10, 8), "end": time(10, 9),
        "originalStartTimeZone": "W. Europe Standard Time", "originalEndTimeZone": "W. Europe Standard Time",
        "recurrence": { "pattern": { "type": "daily", "interval": 1 }, "range": { "type": "noEnd", "startDate": "2026-03-10" } },
    });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

#[test]
fn exceptions_and_cancelled_occurrences_are_overrides_and_exdates_also_across_a_change_of_the_clock() {
    // Summer time begins on the 29th: nine o'clock is another instant.
    let exception = json!({
        "id": "E=", "type": "exception", "subject": "Late", "start": time(31, 15), "end": time(31, 16), "originalStart": "2026-03-31T07:00:00Z",
        "originalStartTimeZone": "W. Europe Standard Time", "originalEndTimeZone": "W. Europe Standard Time",
    });
    let master = event(json!({ "exceptionOccurrences": [exception], "cancelledOccurrences": ["OID.AAA=.2026-03-30"] }));
    let text = text_of_event(master).unwrap();
    for line in [
        "DTSTART;TZID=Europe/Berlin:20260310T090000",
        "RRULE:FREQ=DAILY",
        "EXDATE;TZID=Europe/Berlin:20260330T090000",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260331T090000",
        "DTSTART;TZID=Europe/Berlin:20260331T170000",
        "SUMMARY:Late",
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "{line}\n{text}");
    }
    assert_eq!(as_held(&text), text);
}

#[test]
fn an_exception_that_says_nothing_else_is_none() {
    let exception = json!({
        "id": "E=", "type": "exception", "subject": "Daily", "start": time(11, 8), "end": time(11, 9), "originalStart": "2026-03-11T08:00:00Z",
        "originalStartTimeZone": "W. Europe Standard Time", "originalEndTimeZone": "W. Europe Standard Time",
    });
    let text = text_of_event(event(json!({ "exceptionOccurrences": [exception] }))).unwrap();
    assert_eq!(text, text_of_event(event(json!({}))).unwrap());
}

#[test]
fn what_is_not_as_documented_is_said() {
    for (more, why) in [
        (json!({ "start": null }), "without a start"),
        (json!({ "start": { "dateTime": "soon", "timeZone": "UTC" } }), "soon"),
        (json!({ "start": { "dateTime": "2026-03-10T08:00:00", "timeZone": "Nowhere" } }), "Nowhere"),
        (json!({ "cancelledOccurrences": ["OID.AAA="] }), "OID.AAA="),
        (
            json!({ "recurrence": { "pattern": { "type": "lunar", "interval": 1 }, "range": { "type": "noEnd" } } }),
            "lunar",
        ),
    ] {
        let said = text_of_event(event(more)).unwrap_err();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_text_in_a_zone_of_which_windows_has_another_name_is_in_that_zone() {
    let base = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260301T000000Z\r\n\
        DTSTART;TZID=Europe/Vaduz:20260310T090000\r\nDURATION:PT1H\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let held = as_held(base);
    assert!(held.contains("DTSTART;TZID=Europe/Berlin:20260310T090000"), "{held}");
    assert_eq!(restored(base, &held, &held), base);
    // At another time it is in the zone that came.
    let moved = restored(base, &held, &held.replace("20260310T090000", "20260310T080000"));
    assert!(moved.contains("DTSTART;TZID=Europe/Berlin:20260310T080000"), "{moved}");
    assert!(same_meaning(&moved, &moved, &Limits::default()).unwrap());
}
