use super::*;

#[test]
fn the_series_is_divided() {
    let text = zoned_series();
    let before = shown(&text);
    let edited = edit(&text, &Scope::ThisAndFollowing(berlin("20260126T090000")), |draft| {
        draft.location = Some("Hall".into());
    });
    let (earlier, later) = (edited.text.unwrap(), edited.split.unwrap());
    assert_snapshot!(earlier, @r#"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Example//EN
    BEGIN:VEVENT
    UID:1
    DTSTAMP:20261121T080000Z
    LAST-MODIFIED:20261121T080000Z
    SEQUENCE:4
    DTSTART;TZID=Europe/Berlin:20260105T090000
    DTEND;TZID=Europe/Berlin:20260105T100000
    RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260126T075959Z
    EXDATE;TZID=Europe/Berlin:20260119T090000
    SUMMARY;LANGUAGE=de;X-P="a:b":Besprechung
    X-UNKNOWN;X-Q=1:kept as it is
    BEGIN:VALARM
    ACTION:DISPLAY
    TRIGGER:-PT15M
    X-IN-ALARM:1
    END:VALARM
    END:VEVENT
    END:VCALENDAR
    "#);
    assert_snapshot!(later.text.replace(&later.uid, "[the new UID]"), @r#"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Example//EN
    BEGIN:VEVENT
    UID:[the new UID]
    DTSTAMP:20261121T080000Z
    LAST-MODIFIED:20261121T080000Z
    SEQUENCE:0
    DTSTART;TZID=Europe/Berlin:20260126T090000
    DTEND;TZID=Europe/Berlin:20260126T100000
    RRULE:FREQ=WEEKLY;BYDAY=MO
    SUMMARY;LANGUAGE=de;X-P="a:b":Besprechung
    LOCATION:Hall
    X-UNKNOWN;X-Q=1:kept as it is
    BEGIN:VALARM
    ACTION:DISPLAY
    TRIGGER:-PT15M
    X-IN-ALARM:1
    END:VALARM
    END:VEVENT
    BEGIN:VEVENT
    UID:[the new UID]
    DTSTAMP:20261121T080000Z
    LAST-MODIFIED:20261121T080000Z
    RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000
    DTSTART;TZID=Europe/Berlin:20260127T140000
    DTEND;TZID=Europe/Berlin:20260127T150000
    SUMMARY:Moved
    LOCATION:Hall
    X-OVERRIDE:1
    END:VEVENT
    END:VCALENDAR
    "#);
    assert_eq!(shown(&earlier), before[..2]);
    assert_eq!(shown(&later.text), before[2..]);
}

#[test]
fn a_count_is_shared() {
    let text = event("DTSTART:20260105T090000\nRRULE:FREQ=DAILY;COUNT=10\nEXDATE:20260106T090000");
    let id = Moment::Floating(local("20260108T090000"));
    let edited = edit(&text, &Scope::ThisAndFollowing(id.clone()), |draft| draft.summary = "Later".into());
    assert!(edited.text.as_ref().unwrap().contains("COUNT=3\r\n"), "{edited:?}");
    assert!(edited.split.as_ref().unwrap().text.contains("COUNT=7\r\n"), "{edited:?}");
    let weekly = edit(&text, &Scope::ThisAndFollowing(id), |draft| {
        if let Repeat::Every { interval, .. } = &mut draft.repeat {
            *interval = 2;
        }
    });
    assert!(weekly.split.unwrap().text.contains("INTERVAL=2"));
}

#[test]
fn every_form_of_until() {
    for (lines, id, until) in [
        ("DTSTART;VALUE=DATE:20260105", Moment::Date(date("20260108")), "UNTIL=20260107"),
        ("DTSTART:20260105T090000", Moment::Floating(local("20260108T090000")), "UNTIL=20260108T085959"),
        ("DTSTART:20260105T090000Z", Moment::Utc(local("20260108T090000")), "UNTIL=20260108T085959Z"),
    ] {
        let text = event(&format!("{lines}\nRRULE:FREQ=DAILY"));
        let scope = Scope::ThisAndFollowing(id);
        let edited = edit(&text, &scope, |draft| draft.summary = "Later".into());
        let earlier = edited.text.unwrap();
        assert!(earlier.contains(&format!("{until}\r\n")), "{earlier}");
        assert_eq!(starts(&earlier, 9).len(), 3);
        let left = super::super::remove(&parse(&text), &text, &scope, now()).unwrap();
        assert_eq!((shown(&left.text.unwrap()), left.split), (shown(&earlier), None));
    }
}

#[test]
fn from_the_first_on_is_all() {
    let text = zoned_series();
    let scope = Scope::ThisAndFollowing(berlin("20260105T090000"));
    let changed = edited(&text, &scope, |draft| draft.summary = "New".into());
    assert_eq!(parse(&changed).uid, "1");
    assert_eq!(super::super::remove(&parse(&text), &text, &scope, now()).unwrap().text, None);
}

#[test]
fn the_later_part_becomes_one_event() {
    let text = zoned_series();
    let edited = edit(&text, &Scope::ThisAndFollowing(berlin("20260202T090000")), |draft| {
        draft.repeat = Repeat::Never;
    });
    assert_eq!(starts(&edited.split.unwrap().text, 9), ["20260202T090000"]);
    assert_eq!(starts(&edited.text.unwrap(), 9).len(), 3);
}

#[test]
fn a_date_of_its_own_is_no_start_to_count_from() {
    let text =
        event("DTSTART:20260105T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4\nRDATE:20260107T090000,20260121T090000");
    let before = shown(&text);
    let edited = edit(&text, &Scope::ThisAndFollowing(Moment::Floating(local("20260107T090000"))), |draft| {
        draft.location = Some("Hall".into());
    });
    assert_eq!(shown(&edited.text.unwrap()), before[..1]);
    assert_eq!(shown(&edited.split.unwrap().text), before[1..]);
}
