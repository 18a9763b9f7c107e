use super::*;

fn exception(id: &str, lines: &str) -> String {
    format!("RECURRENCE-ID;TZID=Europe/Berlin:{id}\n{lines}")
}

fn on(id: &str, summary: &str) -> String {
    exception(id, &format!("DTSTART;TZID=Europe/Berlin:{id}\nDURATION:PT1H\nSUMMARY:{summary}"))
}

const SECOND: &str = "20260112T090000";
const THIRD: &str = "20260119T090000";

fn exdate(id: &str) -> String {
    format!("EXDATE;TZID=Europe/Berlin:{id}")
}

/// The text with an EXDATE in its master.
fn without(text: &str, id: &str) -> String {
    with(text, "RRULE", &format!("RRULE:FREQ=WEEKLY;BYDAY=MO\n{}", exdate(id)))
}

#[test]
fn edits_of_different_instances_come_together() {
    let base = event(SERIES);
    let ours = and_event(&base, &on(SECOND, "Ours"));
    let theirs = and_event(&base, &on(THIRD, "Theirs"));
    assert_eq!(merged(&base, &ours, &theirs), and_event(&ours, &on(THIRD, "Theirs")));
    let theirs = without(&base, THIRD);
    assert_eq!(merged(&base, &ours, &theirs), and_event(&theirs, &on(SECOND, "Ours")));
    let ours = without(&base, SECOND);
    assert_snapshot!(difference(&ours, &merged(&base, &ours, &theirs)), @"+EXDATE;TZID=Europe/Berlin:20260119T090000");
}

#[test]
fn an_instance_that_is_edited_here_and_left_out_there_collides() {
    let base = event(SERIES);
    for base in [base.clone(), and_event(&base, &on(SECOND, "Base"))] {
        let ours = and_event(&event(SERIES), &on(SECOND, "Ours"));
        let theirs = without(&event(SERIES), SECOND);
        let found = collisions(&base, &ours, &theirs);
        let [collision] = found.as_slice() else { panic!("{found:?}") };
        assert!(matches!(&collision.place, Place::Instance(id) if id.value() == SECOND));
        assert_eq!((&collision.part, &collision.theirs), (&Part::Whole, &None));
        assert!(collision.base.is_some());
        assert_eq!(resolved(&base, &ours, &theirs, Winner::Ours), ours);
        assert!(same_meaning(&resolved(&base, &ours, &theirs, Winner::Theirs), &theirs, &limits()).unwrap());
        assert!(same_meaning(&resolved(&base, &theirs, &ours, Winner::Theirs), &ours, &limits()).unwrap());
    }
}

#[test]
fn one_instance_is_merged_by_properties() {
    let base = event(SERIES);
    let second = |start: &str, end: &str, summary: &str| {
        exception(
            SECOND,
            &format!("DTSTART;TZID=Europe/Berlin:{start}\nDTEND;TZID=Europe/Berlin:{end}\nSUMMARY:{summary}"),
        )
    };
    let ours = and_event(&base, &second("20260113T140000", "20260113T150000", "Meeting"));
    let theirs = and_event(&base, &second(SECOND, "20260112T100000", "Lunch"));
    // Without an override in the base, what the series says of the instance is what both had.
    assert_eq!(merged(&base, &ours, &theirs), and_event(&base, &second("20260113T140000", "20260113T150000", "Lunch")));
    let other = and_event(&base, &second(SECOND, "20260112T100000", "Dinner"));
    let found = collisions(&base, &theirs, &other);
    assert_eq!(found.len(), 1);
    assert!(matches!(&found[0].place, Place::Instance(id) if id.value() == SECOND));
    assert_eq!(found[0].base, Some(Value::Text("Meeting".into())));
}

#[test]
fn a_new_exception_gets_what_the_series_has_changed() {
    let base = event(&format!("{SERIES}\nLOCATION:Here"));
    let ours = with(&with(&base, "LOCATION", "LOCATION:There"), "SUMMARY", "SUMMARY:Renamed");
    let theirs = and_event(&base, &format!("{}\nLOCATION:Here", on(SECOND, "Own")));
    assert_eq!(merged(&base, &ours, &theirs), and_event(&ours, &format!("{}\nLOCATION:There", on(SECOND, "Own"))));
}

#[test]
fn an_exception_that_goes_collides_with_one_that_changes() {
    let base = and_event(&event(SERIES), &on(SECOND, "Base"));
    let ours = with(&base, "SUMMARY:Base", "SUMMARY:Ours");
    let theirs = event(SERIES);
    let found = collisions(&base, &ours, &theirs);
    assert_eq!(found[0].part, Part::Whole);
    assert_eq!(resolved(&base, &ours, &theirs, Winner::Theirs), theirs);
    // One that nobody else has changed goes.
    let renamed = with(&base, "SUMMARY:Meeting", "SUMMARY:Renamed");
    assert_eq!(merged(&base, &renamed, &theirs), with(&theirs, "SUMMARY", "SUMMARY:Renamed"));
}

#[test]
fn dates_are_sets_however_they_are_written() {
    let base = with(&event(SERIES), "RRULE", &format!("RRULE:FREQ=WEEKLY;BYDAY=MO\n{},{THIRD}", exdate(SECOND)));
    // Written in UTC and one line each, and one is back.
    let theirs = with(&base, "EXDATE", "EXDATE:20260119T080000Z\nEXDATE:20260126T080000Z");
    let ours = plus(&base, "RDATE;TZID=Europe/Berlin:20260114T090000");
    assert_snapshot!(difference(&ours, &merged(&base, &ours, &theirs)), @"
    -EXDATE;TZID=Europe/Berlin:20260112T090000,20260119T090000
    +EXDATE;TZID=Europe/Berlin:20260119T090000
    +EXDATE:20260126T080000Z
    ");
}

#[test]
fn without_a_master_each_instance_is_by_itself() {
    let base = calendar(&texts::component("VEVENT", "1", &on(SECOND, "A")));
    let ours = and_event(&base, &on(THIRD, "B"));
    let theirs = with(&base, "SUMMARY", "SUMMARY:C");
    assert_eq!(merged(&base, &ours, &theirs), with(&ours, "SUMMARY:A", "SUMMARY:C"));
    let theirs = with(&calendar(&texts::component("VEVENT", "1", SERIES)), "END:VCALENDAR", "")
        + &base[base.find("BEGIN:VEVENT").unwrap()..];
    let text = merged(&base, &ours, &theirs);
    assert!(same_meaning(&text, &and_event(&theirs, &on(THIRD, "B")), &limits()).unwrap(), "{text}");
}
