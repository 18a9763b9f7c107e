#![allow(clippy::unwrap_used)]

use super::*;
use crate::Limits;
use chrono_tz::Tz;
use kalends_test_support::texts;

fn object(body: &str) -> CalendarObject {
    CalendarObject::parse(&texts::calendar(body), &Limits::default()).unwrap()
}

/// One component with UID 1 and these lines.
fn component(name: &str, lines: &str) -> String {
    texts::component(name, "1", lines)
}

fn event(lines: &str) -> CalendarObject {
    object(&component("VEVENT", lines))
}

fn utc(text: &str) -> DateTime<Utc> {
    let text = if text.len() == 8 { format!("{text}T000000") } else { text.to_owned() };
    NaiveDateTime::parse_from_str(&text, "%Y%m%dT%H%M%S").unwrap().and_utc()
}

fn window(from: &str, to: &str) -> Window {
    let end = |text: &str| (!text.is_empty()).then(|| utc(text));
    Window { start: end(from), end: end(to) }
}

const BERLIN: Zone = Zone::Iana(Tz::Europe__Berlin);

fn in_berlin(object: &CalendarObject, from: &str, to: &str) -> Vec<Instance> {
    instances(object, window(from, to), &BERLIN, 1000).unwrap()
}

/// Starts and ends as written, and the override if it is one.
fn spans(object: &CalendarObject, from: &str, to: &str) -> Vec<String> {
    let text = |instance: Instance| {
        let mark = instance.override_index.map(|index| format!(" #{index}")).unwrap_or_default();
        format!("{}/{}{mark}", instance.start.value(), instance.end.value())
    };
    in_berlin(object, from, to).into_iter().map(text).collect()
}

#[test]
fn a_single_event_has_one_instance_without_recurrence_id() {
    let object = event("DTSTART;TZID=Europe/Berlin:20260102T100000\nDTEND;TZID=Europe/Berlin:20260102T110000");
    let found = in_berlin(&object, "20260101", "20260201");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].override_index, &found[0].recurrence_id), (None, &None));
    assert_eq!((found[0].start_utc, found[0].end_utc), (utc("20260102T090000"), utc("20260102T100000")));
    assert!(in_berlin(&object, "20260102T100000", "20260201").is_empty());
    assert!(in_berlin(&object, "20260101", "20260102T090000").is_empty());
    assert_eq!(in_berlin(&object, "20260102T095959", "20260102T100000").len(), 1);
}

#[test]
fn a_series_keeps_its_wall_clock_time_across_the_change_of_clocks() {
    let object = event("DTSTART;TZID=Europe/Berlin:20260328T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY");
    let found = in_berlin(&object, "20260328", "20260330");
    let starts: Vec<_> = found.iter().map(|instance| instance.start_utc).collect();
    assert_eq!(starts, [utc("20260328T090000"), utc("20260329T080000")]);
    assert_eq!(found[1].recurrence_id, Some(found[1].start.clone()));
    assert_eq!(found[1].start.value(), "20260329T100000");
}

#[test]
fn a_skipped_hour_takes_the_offset_before_it() {
    let object = event("DTSTART;TZID=Europe/Berlin:20260327T023000\nDURATION:PT30M\nRRULE:FREQ=DAILY");
    let found = in_berlin(&object, "20260329", "20260330");
    assert_eq!(found.iter().map(|i| i.start_utc).collect::<Vec<_>>(), [utc("20260329T013000")]);
    // 02:30 and 03:30 are the same instant on that day.
    let object = event("DTSTART;TZID=Europe/Berlin:20260328T000000\nRRULE:FREQ=MINUTELY;INTERVAL=30");
    let found = in_berlin(&object, "20260329T000000", "20260329T030000");
    let expected = [
        "20260329T000000",
        "20260329T003000",
        "20260329T010000",
        "20260329T013000",
        "20260329T020000",
        "20260329T023000",
    ];
    assert_eq!(found.iter().map(|i| i.start_utc).collect::<Vec<_>>(), expected.map(utc));
}

#[test]
fn dtend_is_exact_and_duration_nominal() {
    // The night in which the clocks go forward has an hour less.
    let exact =
        event("DTSTART;TZID=Europe/Berlin:20260327T220000\nDTEND;TZID=Europe/Berlin:20260328T220000\nRRULE:FREQ=DAILY");
    assert_eq!(spans(&exact, "20260328T223000", "20260329T100000")[0], "20260328T220000/20260329T230000");
    let nominal = event("DTSTART;TZID=Europe/Berlin:20260327T220000\nDURATION:P1D\nRRULE:FREQ=DAILY");
    assert_eq!(spans(&nominal, "20260328T223000", "20260329T100000")[0], "20260328T220000/20260329T220000");
    let hours = event("DTSTART;TZID=Europe/Berlin:20260327T220000\nDURATION:PT24H\nRRULE:FREQ=DAILY");
    assert_eq!(spans(&hours, "20260328T223000", "20260329T100000")[0], "20260328T220000/20260329T230000");
}

#[test]
fn days_are_days_of_the_reader() {
    let object = event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=WEEKLY");
    let found = in_berlin(&object, "20260107T230000", "20260108T230000");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].start_utc, found[0].end_utc), (utc("20260107T230000"), utc("20260108T230000")));
    assert_eq!(found[0].end, Moment::Date(utc("20260109").date_naive()));
    assert!(in_berlin(&object, "20260108T230000", "20260114T230000").is_empty());
    let floating = event("DTSTART:20260701T090000\nDTEND:20260701T100000");
    assert_eq!(in_berlin(&floating, "20260701", "20260702")[0].start_utc, utc("20260701T070000"));
}

#[test]
fn dates_are_added_and_taken_away() {
    let object = event(
        "DTSTART;TZID=Europe/Berlin:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4\n\
         EXDATE;TZID=Europe/Berlin:20260112T090000\nEXDATE:20260119T080000Z\n\
         RDATE;TZID=Europe/Berlin:20260107T120000,20260126T090000\n\
         RDATE;VALUE=PERIOD:20260108T080000Z/PT3H\nRDATE:20260110T080000Z",
    );
    assert_eq!(
        spans(&object, "20260101", "20260301"),
        [
            "20260105T090000/20260105T100000",
            "20260107T120000/20260107T130000",
            "20260108T090000/20260108T120000",
            "20260110T090000/20260110T100000",
            "20260126T090000/20260126T100000"
        ]
    );
    let days = event("DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;VALUE=DATE:20260106,20260108");
    assert_eq!(spans(&days, "20260101", "20260301"), ["20260105/20260106", "20260107/20260108"]);
    // Clients that exclude a day from a series of times mean that day's instance.
    let by_day = event("DTSTART:20260105T090000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260106");
    assert_eq!(spans(&by_day, "20260101", "20260301").len(), 2);
    let by_rule = event("DTSTART:20260105T090000\nRRULE:FREQ=DAILY;COUNT=7\nEXRULE:FREQ=WEEKLY;BYDAY=SA,SU");
    assert_eq!(spans(&by_rule, "20260101", "20260301").len(), 5);
}

#[test]
fn an_override_stands_where_it_was_moved() {
    let master = component("VEVENT", "DTSTART;TZID=Europe/Berlin:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY");
    let moved = component(
        "VEVENT",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000\nDTSTART;TZID=Europe/Berlin:20260220T150000\nDTEND;TZID=Europe/Berlin:20260220T153000",
    );
    let object = object(&format!("{master}\n{moved}"));
    assert_eq!(
        spans(&object, "20260101", "20260120"),
        ["20260105T090000/20260105T100000", "20260119T090000/20260119T100000"]
    );
    assert_eq!(spans(&object, "20260220", "20260222"), ["20260220T150000/20260220T153000 #0"]);
    let id = in_berlin(&object, "20260220", "20260222")[0].recurrence_id.clone().unwrap();
    assert_eq!(id.value(), "20260112T090000");
}

#[test]
fn an_override_may_name_its_instance_in_utc() {
    let master =
        component("VEVENT", "DTSTART;TZID=Europe/Berlin:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2");
    let moved = component("VEVENT", "RECURRENCE-ID:20260112T080000Z\nDTSTART:20260113T080000Z\nDURATION:PT2H");
    let object = object(&format!("{master}\n{moved}"));
    let found = in_berlin(&object, "20260101", "20260301");
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].recurrence_id, Some(found[0].start.at(utc("20260112T090000").naive_utc())));
}

#[test]
fn this_and_future_moves_what_follows() {
    let master =
        component("VEVENT", "DTSTART;TZID=Europe/Berlin:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=5");
    let later = component(
        "VEVENT",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260119T090000\nDTSTART;TZID=Europe/Berlin:20260120T100000\nDURATION:PT2H",
    );
    let once = component(
        "VEVENT",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000\nDTSTART;TZID=Europe/Berlin:20260126T070000\nDURATION:PT5M",
    );
    let object = object(&format!("{master}\n{later}\n{once}"));
    assert_eq!(
        spans(&object, "20260101", "20260301"),
        [
            "20260105T090000/20260105T100000",
            "20260112T090000/20260112T100000",
            "20260120T100000/20260120T120000 #0",
            "20260126T070000/20260126T070500 #1",
            "20260203T100000/20260203T120000 #0"
        ]
    );
    // Only the shift brings it into this window.
    assert_eq!(spans(&object, "20260203T090000", "20260203T091500"), ["20260203T100000/20260203T120000 #0"]);
}

#[test]
fn overrides_without_master_stand_for_themselves() {
    let object = event("RECURRENCE-ID:20260112T080000Z\nDTSTART:20260113T080000Z\nDURATION:PT2H");
    let found = in_berlin(&object, "20260101", "20260301");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].override_index, found[0].recurrence_id.clone().unwrap().value()),
        (Some(0), "20260112T080000Z".to_owned())
    );
}

#[test]
fn to_dos_overlap_by_their_own_table() {
    let todo = |lines: &str| object(&component("VTODO", lines));
    let hits = |object: &CalendarObject, from: &str, to: &str| !in_berlin(object, from, to).is_empty();
    let due = todo("DUE:20260110T120000Z");
    assert!(hits(&due, "20260110", "20260110T120000") && !hits(&due, "20260110T120000", "20260111"));
    let both = todo("DTSTART:20260110T100000Z\nDUE:20260110T120000Z");
    assert!(hits(&both, "20260110T110000", "20260110T113000") && !hits(&both, "20260110T120000", "20260111"));
    let lasting = todo("DTSTART:20260110T100000Z\nDURATION:PT2H");
    assert!(hits(&lasting, "20260110T120000", "20260111"));
    let started = todo("DTSTART:20260110T100000Z");
    assert!(hits(&started, "20260110T100000", "20260111") && !hits(&started, "20260110T100001", "20260111"));
    let created = todo("CREATED:20260110T100000Z");
    assert!(hits(&created, "20270101", "20270102") && !hits(&created, "20260101", "20260110"));
    let completed = todo("COMPLETED:20260110T100000Z");
    assert!(hits(&completed, "20260110", "20260111") && !hits(&completed, "20260111", "20260112"));
    assert!(hits(&todo("SUMMARY:Some day"), "20260101", "20260102"));
    let weekly = todo("DUE:20260105T120000Z\nRRULE:FREQ=WEEKLY");
    assert!(hits(&weekly, "20260112T000000", "20260113") && !hits(&weekly, "20260113", "20260114"));
}

#[test]
fn journals_and_free_busy() {
    let journal = object(&component("VJOURNAL", "DTSTART;VALUE=DATE:20260110"));
    assert_eq!(spans(&journal, "20260110", "20260111").len(), 1);
    assert!(spans(&journal, "20260111", "20260112").is_empty());
    assert!(spans(&object(&component("VJOURNAL", "SUMMARY:x")), "", "").is_empty());
    let busy = object(&component("VFREEBUSY", "FREEBUSY:20260110T080000Z/PT1H,20260111T080000Z/20260111T090000Z"));
    assert_eq!(spans(&busy, "20260111", "20260112"), ["20260111T080000Z/20260111T090000Z"]);
    let twice = object(&component("VFREEBUSY", "FREEBUSY:20260110T080000Z/PT1H,20260110T080000Z/PT2H"));
    assert_eq!(spans(&twice, "", "").len(), 2);
}

#[test]
fn too_many_instances_are_an_error_and_a_question_is_not() {
    let object = event("DTSTART:20000101T000000Z\nRRULE:FREQ=DAILY");
    let open = window("20260101", "");
    assert!(matches!(instances(&object, open, &BERLIN, 100), Err(Error::TooManyInstances { limit: 100 })));
    let any = |object: &CalendarObject| any_instance(object, open, &BERLIN, &mut |_| ControlFlow::Break(true));
    assert!(any(&object).unwrap());
    assert_eq!(instances(&object, window("20260101", "20260201"), &BERLIN, 31).unwrap().len(), 31);
    let emptied = event("DTSTART:20000101T000000Z\nRRULE:FREQ=SECONDLY\nEXRULE:FREQ=SECONDLY");
    assert!(matches!(any(&emptied), Err(Error::TooManyInstances { .. })));
    let never = event("DTSTART:20000101T000000Z\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30");
    assert!(!any(&never).unwrap());
}

#[test]
fn the_extent_holds_every_reading() {
    let hours = |object: &CalendarObject, from: &str| {
        let extent = extent(object);
        let base = utc(from).timestamp();
        ((extent.first_start.unwrap() - base) as f64 / 3600.0, extent.last_end.map(|end| (end - base) as f64 / 3600.0))
    };
    let (first, last) = hours(&event("DTSTART:20260110T080000Z\nDURATION:PT1H"), "20260110T080000");
    assert!((-0.01..0.0).contains(&first) && (1.0..1.01).contains(&last.unwrap()));
    let (first, last) = hours(&event("DTSTART;VALUE=DATE:20260110"), "20260110");
    assert!((-14.01..=-14.0).contains(&first) && (36.0..36.01).contains(&last.unwrap()));
    assert_eq!(hours(&event("DTSTART:20260110T080000Z\nRRULE:FREQ=DAILY"), "20260110").1, None);
    let (_, last) =
        hours(&event("DTSTART:20260110T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1001"), "20260110T080000");
    assert!((24_001.0..24_030.0).contains(&last.unwrap()));
    let (_, last) = hours(&event("DTSTART:20260110T080000Z\nRRULE:FREQ=SECONDLY;COUNT=4000000000"), "20260110T080000");
    assert!(last.unwrap() > 4e9 / 3600.0);
    let undated = extent(&object(&component("VTODO", "SUMMARY:x")));
    assert_eq!((undated.first_start, undated.last_end), (None, None));
}
