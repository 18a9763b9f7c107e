use super::*;
use crate::entry::Class;

fn marks_of(text: &str, instance: Option<&Moment>) -> Marks {
    draft_of(&parse(text), instance).unwrap().marks
}

fn guarded_series() -> String {
    event(
        "SEQUENCE:3
        DTSTART;TZID=Europe/Berlin:20260105T090000
        RRULE:FREQ=WEEKLY
        SUMMARY:Check-up
        CATEGORIES;LANGUAGE=en:Health, Health
        CATEGORIES:With\\, comma
        CLASS:private
        STATUS:x-own
        TRANSP:OPAQUE
        X-UNKNOWN;X-Q=1:kept as it is
        END:VEVENT
        BEGIN:VEVENT
        UID:1
        RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000
        DTSTART;TZID=Europe/Berlin:20260112T100000
        SUMMARY:Check-up",
    )
}

#[test]
fn marks_are_read_as_they_count() {
    let text = guarded_series();
    let expected = Marks {
        status: None,
        transparent: false,
        class: Class::Private,
        categories: vec!["Health".into(), "With, comma".into()],
    };
    assert_eq!(marks_of(&text, None), expected);
    let of_override = Marks { categories: Vec::new(), ..expected };
    assert_eq!(marks_of(&text, Some(&berlin("20260112T090000"))), of_override);
}

#[test]
fn a_mark_that_changes_is_the_one_line_that_does() {
    let text = guarded_series();
    let same = edited(&text, &all(None), |draft| draft.summary = "Doctor".into());
    assert_snapshot!(difference(&text, &same), @r"
    -SUMMARY:Check-up
    -SUMMARY:Check-up
    +SUMMARY:Doctor
    +SUMMARY:Doctor
    ");
    let changed = edited(&text, &all(None), |draft| {
        draft.marks.transparent = true;
        draft.marks.categories.push("New; one".into());
    });
    assert_snapshot!(difference(&text, &changed), @r"
    -CATEGORIES;LANGUAGE=en:Health, Health
    -CATEGORIES:With\, comma
    -TRANSP:OPAQUE
    +CATEGORIES;LANGUAGE=en:Health,With\, comma,New\; one
    +TRANSP:TRANSPARENT
    +TRANSP:TRANSPARENT
    ");
    let open = edited(&text, &all(None), |draft| draft.marks.class = Class::Public);
    assert_snapshot!(difference(&text, &open), @r"
    -CLASS:private
    +CLASS:PUBLIC
    ");
    let cancelled = edited(&text, &all(None), |draft| draft.marks.status = Some(Status::Cancelled));
    assert_snapshot!(difference(&text, &cancelled), @r"
    -SEQUENCE:3
    -STATUS:x-own
    +SEQUENCE:4
    +STATUS:CANCELLED
    +SEQUENCE:1
    +STATUS:CANCELLED
    ");
}

#[test]
fn one_instance_has_marks_of_its_own() {
    let text = guarded_series();
    let id = berlin("20260119T090000");
    let one = edited(&text, &Scope::This(id.clone()), |draft| {
        draft.marks = Marks { class: Class::Public, status: Some(Status::Tentative), ..Marks::default() };
    });
    let own = marks_of(&one, Some(&id));
    assert_eq!((own.class, own.status, own.categories.len()), (Class::Public, Some(Status::Tentative), 0));
    assert_eq!(marks_of(&one, None), marks_of(&text, None));
    // What the instance says of itself stays when the series changes.
    let later = edited(&one, &all(None), |draft| draft.marks.class = Class::Confidential);
    assert_eq!(marks_of(&later, Some(&id)).class, Class::Public);
    assert_eq!(marks_of(&later, Some(&berlin("20260112T090000"))).class, Class::Confidential);
    let id = berlin("20260126T090000");
    let divided = edit(&text, &Scope::ThisAndFollowing(id), |draft| draft.marks.categories = vec!["Later".into()]);
    assert_eq!(marks_of(&divided.text.unwrap(), None), marks_of(&text, None));
    assert_eq!(marks_of(&divided.split.unwrap().text, None).categories, ["Later"]);
}

#[test]
fn a_new_event_says_its_marks() {
    let marks = Marks {
        status: Some(Status::Confirmed),
        transparent: true,
        class: Class::Confidential,
        categories: vec![" a,b ".into(), String::new(), "a,b".into()],
    };
    let new = new_event(&EventDraft { marks, ..timed("20260105T090000", "20260105T100000") }, now()).unwrap();
    let said: Vec<&str> = new
        .text
        .lines()
        .filter(|line| ["STATUS", "TRANSP", "CLASS", "CATEG"].iter().any(|name| line.starts_with(name)))
        .collect();
    assert_eq!(said, ["CATEGORIES:a\\,b", "CLASS:CONFIDENTIAL", "TRANSP:TRANSPARENT", "STATUS:CONFIRMED"]);
}
