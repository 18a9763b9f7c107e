use super::*;
use crate::edit::{self, Scope, Timing};
use crate::object::CalendarObject;
use chrono::TimeDelta;

fn rule(text: &str, rule: &str) -> String {
    with(text, "RRULE", &format!("RRULE:{rule}"))
}

/// Moved by hours, as the agenda does it.
fn moved(text: &str, hours: i64) -> String {
    let object = CalendarObject::parse(text, &limits()).unwrap();
    let mut draft = edit::draft_of(&object, None).unwrap();
    if let Timing::Timed { start, end, .. } = &mut draft.timing {
        *start += TimeDelta::hours(hours);
        *end += TimeDelta::hours(hours);
    }
    let now = "2026-11-21T08:00:00Z".parse().unwrap();
    edit::update(&object, text, &Scope::All { opened_at: None }, &draft, now).unwrap().text.unwrap()
}

fn on(id: &str, summary: &str) -> String {
    format!("RECURRENCE-ID;TZID=Europe/Berlin:{id}\nDTSTART;TZID=Europe/Berlin:{id}\nDURATION:PT1H\nSUMMARY:{summary}")
}

#[test]
fn another_rule_and_another_start_collide() {
    let base = event(SERIES);
    let (ours, theirs) = (rule(&base, "FREQ=WEEKLY;BYDAY=MO,WE"), moved(&base, 1));
    let found = collisions(&base, &ours, &theirs);
    let [collision] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&collision.place, &collision.part), (&Place::Master, &Part::Group(Group::Series)));
    let Some(Value::Schedule { rules, .. }) = &collision.ours else { panic!("{collision:?}") };
    assert_eq!(rules, &["FREQ=WEEKLY;BYDAY=MO,WE"]);
    let text = resolved(&base, &with(&ours, "SUMMARY", "SUMMARY:Ours"), &theirs, Winner::Theirs);
    assert!(same_meaning(&text, &with(&theirs, "SUMMARY", "SUMMARY:Ours"), &limits()).unwrap(), "{text}");
}

#[test]
fn two_rules_collide_and_whoever_wins_brings_the_exceptions() {
    let base = event(SERIES);
    let ours = and_event(&rule(&base, "FREQ=WEEKLY;BYDAY=MO;COUNT=3"), &on("20260112T090000", "Ours"));
    let theirs = and_event(&rule(&base, "FREQ=WEEKLY;BYDAY=MO;COUNT=9"), &on("20260119T090000", "Theirs"));
    assert_eq!(collisions(&base, &ours, &theirs)[0].part, Part::Group(Group::Recurrence));
    assert_eq!(resolved(&base, &ours, &theirs, Winner::Ours), ours);
    assert_eq!(resolved(&base, &ours, &theirs, Winner::Theirs), theirs);
    assert_eq!(
        merge(
            &all(&base, &rule(&base, "FREQ=WEEKLY;BYDAY=WE,MO"), &rule(&base, "byday=mo,we;interval=1;freq=weekly")),
            &limits()
        )
        .unwrap(),
        Outcome::Unchanged
    );
}

#[test]
fn an_exception_to_an_instance_that_the_other_rule_does_not_have_collides() {
    let base = event(SERIES);
    let ours = rule(&base, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260113T000000Z");
    let theirs = and_event(&base, &on("20260119T090000", "Theirs"));
    let found = collisions(&base, &ours, &theirs);
    assert!(matches!(&found[0].place, Place::Instance(id) if id.value() == "20260119T090000"));
    assert_eq!((&found[0].part, &found[0].ours), (&Part::Whole, &None));
    assert_eq!(resolved(&base, &ours, &theirs, Winner::Ours), ours);
    // What it does have comes together.
    let theirs = and_event(&base, &on("20260112T090000", "Theirs"));
    assert_eq!(merged(&base, &ours, &theirs), and_event(&ours, &on("20260112T090000", "Theirs")));
}

#[test]
fn exceptions_move_with_the_series() {
    let base = and_event(&event(SERIES), &on("20260126T090000", "Base"));
    let ours = moved(&base, 2);
    let theirs = and_event(&with(&base, "SUMMARY:Base", "SUMMARY:Changed"), &on("20260112T090000", "New"));
    let theirs = plus(&theirs, "X-OWN:1");
    let theirs = with(&theirs, "RRULE", "RRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;TZID=Europe/Berlin:20260119T090000");
    let text = merged(&base, &ours, &theirs);
    assert!(same_meaning(&text, &moved(&theirs, 2), &limits()).unwrap(), "{text}");
    // Theirs is kept where ours is what is moved.
    let text = merged(&base, &theirs, &ours);
    assert!(same_meaning(&text, &moved(&theirs, 2), &limits()).unwrap(), "{text}");
}

#[test]
fn exceptions_that_cannot_move_with_the_series_collide_with_the_move() {
    let base = event(SERIES).replace("VEVENT", "VTODO").replace("DTEND", "DUE");
    let ours = with(
        &with(&base, "DTSTART", "DTSTART;TZID=Europe/Berlin:20260105T080000"),
        "DUE",
        "DUE;TZID=Europe/Berlin:20260105T090000",
    );
    let theirs = with(&base, "RRULE", "RRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;TZID=Europe/Berlin:20260119T090000");
    assert_eq!(collisions(&base, &ours, &theirs)[0].part, Part::Group(Group::Series));
    let renamed = with(&base, "SUMMARY", "SUMMARY:Renamed");
    assert_eq!(merged(&base, &ours, &renamed), with(&ours, "SUMMARY", "SUMMARY:Renamed"));
}

#[test]
fn a_move_and_another_length_collide() {
    let base = event(SERIES);
    let longer = with(&base, "DTEND", "DTEND;TZID=Europe/Berlin:20260105T110000");
    assert_eq!(collisions(&base, &moved(&base, 1), &longer)[0].part, Part::Group(Group::Series));
    // Another rule says nothing of the length.
    let daily = rule(&base, "FREQ=DAILY");
    assert_eq!(merged(&base, &daily, &longer), with(&longer, "RRULE", "RRULE:FREQ=DAILY"));
}

#[test]
fn the_agenda_renames_what_another_program_moves() {
    let base = and_event(&event(SERIES), &on("20260126T090000", "Meeting"));
    let ours = base.replace("SUMMARY:Meeting", "SUMMARY:Renamed");
    let theirs = moved(&base, 2);
    let text = merged(&base, &ours, &theirs);
    assert!(same_meaning(&text, &moved(&ours, 2), &limits()).unwrap(), "{text}");
}
