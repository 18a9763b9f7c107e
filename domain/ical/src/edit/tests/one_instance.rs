use super::*;

#[test]
fn a_new_override_leaves_the_rest_alone() {
    let text = zoned_series();
    let scope = Scope::This(berlin("20260112T090000"));
    let changed = edited(&text, &scope, |draft| {
        move_by(TimeDelta::minutes(30))(draft);
        draft.summary = "Later".into();
    });
    let at = changed.find("BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260112T090000\r\n").unwrap();
    let end = changed[at..].find("END:VEVENT\r\n").unwrap() + at + "END:VEVENT\r\n".len();
    assert_eq!(format!("{}{}", &changed[..at], &changed[end..]), text);
    assert_snapshot!(&changed[at..end], @r#"
    BEGIN:VEVENT
    UID:1
    RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000
    DTSTAMP:20261121T080000Z
    LAST-MODIFIED:20261121T080000Z
    SEQUENCE:4
    DTSTART;TZID=Europe/Berlin:20260112T093000
    DTEND;TZID=Europe/Berlin:20260112T103000
    SUMMARY;LANGUAGE=de;X-P="a:b":Later
    X-UNKNOWN;X-Q=1:kept as it is
    BEGIN:VALARM
    ACTION:DISPLAY
    TRIGGER:-PT15M
    X-IN-ALARM:1
    END:VALARM
    END:VEVENT
    "#);
}

#[test]
fn an_override_changes_in_place() {
    let text = zoned_series();
    let scope = Scope::This(berlin("20260126T090000"));
    let changed = edited(&text, &scope, |draft| draft.location = Some("Hall".into()));
    assert_snapshot!(difference(&text, &changed), @"+LOCATION:Hall");
}

#[test]
fn one_of_a_series_of_days_gets_a_time() {
    let text = event("DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;COUNT=3");
    let timing = Timing::Timed {
        start: local("20260106T090000"),
        end: local("20260106T100000"),
        zone: Some(Tz::Europe__Berlin),
    };
    let changed = edited(&text, &Scope::This(Moment::Date(date("20260106"))), |draft| draft.timing = timing);
    assert!(changed.contains("RECURRENCE-ID;VALUE=DATE:20260106\r\n"), "{changed}");
    assert!(changed.contains("TZID:Europe/Berlin\r\n"));
    assert_eq!(starts(&changed, 9), ["20260105", "20260106T090000", "20260107"]);
}

#[test]
fn an_instance_that_is_not_there_is_not_found() {
    let object = parse(&zoned_series());
    for id in [berlin("20260119T090000"), berlin("20260113T090000"), Moment::Date(date("20260112"))] {
        assert!(matches!(draft_of(&object, Some(&id)), Err(crate::Error::NotFound(_))), "{id:?}");
        assert!(super::super::remove(&object, &zoned_series(), &Scope::This(id), now()).is_err());
    }
}

#[test]
fn removing_excludes_it_and_drops_its_override() {
    let text = zoned_series();
    let object = parse(&text);
    let scope = Scope::This(berlin("20260126T090000"));
    let left = super::super::remove(&object, &text, &scope, now()).unwrap().text.unwrap();
    assert_snapshot!(difference(&text, &left), @"
    -SEQUENCE:3
    -BEGIN:VEVENT
    -UID:1
    -RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000
    -DTSTART;TZID=Europe/Berlin:20260127T140000
    -DTEND;TZID=Europe/Berlin:20260127T150000
    -SUMMARY:Moved
    -X-OVERRIDE:1
    -END:VEVENT
    +SEQUENCE:4
    +EXDATE;TZID=Europe/Berlin:20260126T090000
    ");
    assert_eq!(starts(&left, 3), ["20260105T090000", "20260112T090000", "20260202T090000"]);
}

#[test]
fn the_last_one_takes_the_object_with_it() {
    let text = event("DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;VALUE=DATE:20260105");
    let scope = Scope::This(Moment::Date(date("20260106")));
    assert_eq!(super::super::remove(&parse(&text), &text, &scope, now()).unwrap().text, None);
}

#[test]
fn what_holds_for_later_ones_goes_on_holding() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:1\nDTSTART:20260105T090000Z\nDTEND:20260105T100000Z\nRRULE:FREQ=DAILY;COUNT=5\nSUMMARY:A\nEND:VEVENT
         BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260107T090000Z\nDTSTART:20260107T120000Z\nDTEND:20260107T130000Z\nSUMMARY:B\nEND:VEVENT",
    );
    let before = shown(&text);
    assert_eq!(before[3].1, "20260108T120000Z");
    let id = Moment::Utc(local("20260107T090000"));
    let one = edited(&text, &Scope::This(id.clone()), |draft| draft.summary = "C".into());
    let mut expected = before.clone();
    expected[2].3 = "C".into();
    assert_eq!(shown(&one), expected);
    let later = edited(&text, &Scope::This(Moment::Utc(local("20260108T090000"))), |draft| {
        draft.summary = "D".into();
    });
    let mut expected = before.clone();
    expected[3].3 = "D".into();
    assert_eq!(shown(&later), expected);
    let left = super::super::remove(&parse(&text), &text, &Scope::This(id), now()).unwrap().text.unwrap();
    let mut expected = before.clone();
    expected.remove(2);
    assert_eq!(shown(&left), expected);
    let following = edit(&text, &Scope::ThisAndFollowing(Moment::Utc(local("20260108T090000"))), |draft| {
        draft.location = Some("Hall".into());
    });
    assert_eq!(shown(&following.text.unwrap()), before[..3]);
    assert_eq!(shown(&following.split.unwrap().text), before[3..]);
}
