use super::*;

#[test]
fn an_hour_later() {
    let text = zoned_series();
    let moved = edited(&text, &all(Some(berlin("20260706T090000"))), move_by(TimeDelta::hours(1)));
    assert_snapshot!(difference(&text, &moved), @"
    -SEQUENCE:3
    -DTSTART;TZID=Europe/Berlin:20260105T090000
    -DTEND;TZID=Europe/Berlin:20260105T100000
    -EXDATE;TZID=Europe/Berlin:20260119T090000
    -RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000
    -DTSTART;TZID=Europe/Berlin:20260127T140000
    -DTEND;TZID=Europe/Berlin:20260127T150000
    +SEQUENCE:4
    +DTSTART;TZID=Europe/Berlin:20260105T100000
    +DTEND;TZID=Europe/Berlin:20260105T110000
    +EXDATE;TZID=Europe/Berlin:20260119T100000
    +SEQUENCE:1
    +RECURRENCE-ID;TZID=Europe/Berlin:20260126T100000
    +DTSTART;TZID=Europe/Berlin:20260127T150000
    +DTEND;TZID=Europe/Berlin:20260127T160000
    ");
}

#[test]
fn the_next_day() {
    let text = zoned_series();
    let moved = edited(&text, &all(Some(berlin("20260706T090000"))), move_by(TimeDelta::days(1)));
    assert!(moved.contains("RRULE:FREQ=WEEKLY;BYDAY=TU\r\n"), "{moved}");
    assert_eq!(starts(&moved, 4), ["20260106T090000", "20260113T090000", "20260128T140000", "20260203T090000"]);
}

#[test]
fn another_zone_keeps_the_time_of_the_day() {
    let text = zoned_series().replace("BYDAY=MO", "BYDAY=MO;UNTIL=20260202T080000Z");
    let moved = edited(&text, &all(Some(berlin("20260112T090000"))), |draft| {
        if let Timing::Timed { zone, .. } = &mut draft.timing {
            *zone = Some(Tz::America__New_York);
        }
    });
    assert_eq!(starts(&moved, 9), ["20260105T090000", "20260112T090000", "20260127T140000", "20260202T090000"]);
    assert!(!moved.contains("Berlin") && moved.contains("UNTIL=20260202T140000Z"), "{moved}");
    assert!(moved.contains("TZID:America/New_York\r\n"));
}

#[test]
fn all_day_and_back() {
    let text = zoned_series();
    let days = edited(&text, &all(Some(berlin("20260112T090000"))), |draft| {
        draft.timing = Timing::AllDay { first: date("20260112"), last: date("20260112") };
    });
    assert_eq!(starts(&days, 4), ["20260105", "20260112", "20260127", "20260202"]);
    assert!(!days.contains("Berlin"), "{days}");
    let timing = Timing::Timed {
        start: local("20260112T090000"),
        end: local("20260112T100000"),
        zone: Some(Tz::Europe__Berlin),
    };
    let times = edited(&days, &all(Some(Moment::Date(date("20260112")))), |draft| draft.timing = timing);
    assert_eq!(starts(&times, 4), ["20260105T090000", "20260112T090000", "20260127T090000", "20260202T090000"]);
}

#[test]
fn texts_reach_the_overrides_that_have_none_of_their_own() {
    let text = zoned_series();
    let changed = edited(&text, &all(None), |draft| {
        draft.summary = "New".into();
        draft.location = Some("Hall".into());
    });
    let found = shown(&changed);
    assert_eq!((found[1].3.as_str(), found[2].3.as_str()), ("New", "Moved"));
    assert_eq!(changed.matches("LOCATION:Hall").count(), 2);
    assert!(changed.contains("SEQUENCE:3\r\n"));
}

#[test]
fn another_rule_keeps_the_exceptions_it_still_has() {
    let text = zoned_series();
    let changed = edited(&text, &all(None), |draft| {
        draft.repeat = weekly(&[Weekday::Mon, Weekday::Wed], RepeatEnd::On(date("20260128")));
    });
    assert_eq!(
        starts(&changed, 9),
        [
            "20260105T090000",
            "20260107T090000",
            "20260112T090000",
            "20260114T090000",
            "20260121T090000",
            "20260127T140000",
            "20260128T090000",
        ]
    );
    let ended = edited(&text, &all(None), |draft| {
        draft.repeat = weekly(&[Weekday::Mon], RepeatEnd::On(date("20260112")));
    });
    assert!(!ended.contains("RECURRENCE-ID") && !ended.contains("EXDATE"), "{ended}");
}

#[test]
fn a_rule_by_weekday_of_the_month_moves_with_the_one_that_was_opened() {
    let text = event("DTSTART:20260112T090000\nRRULE:FREQ=MONTHLY;BYDAY=2MO;COUNT=4\nEXDATE:20260209T090000");
    let id = Moment::Floating(local("20260413T090000"));
    let moved = edited(&text, &all(Some(id)), move_by(TimeDelta::days(2)));
    assert!(moved.contains("BYDAY=3WE"), "{moved}");
    assert_eq!(starts(&moved, 9), ["20260121T090000", "20260318T090000", "20260415T090000"]);
}

#[test]
fn days_go_along_when_the_end_or_the_interval_changes_as_well() {
    let forever = |days: i64, every: u32| {
        move |draft: &mut EventDraft| {
            move_by(TimeDelta::days(days))(draft);
            if let Repeat::Every { interval, until, .. } = &mut draft.repeat {
                (*interval, *until) = (every, RepeatEnd::Never);
            }
        }
    };
    let weekly = event("DTSTART:20271004T100000\nRRULE:FREQ=WEEKLY;COUNT=10");
    let second = Moment::Floating(local("20271011T100000"));
    let moved = edited(&weekly, &all(Some(second.clone())), forever(1, 1));
    assert_eq!(starts(&moved, 3), ["20271005T100000", "20271012T100000", "20271019T100000"], "{moved}");
    let moved = edited(&weekly, &all(Some(second.clone())), forever(1, 2));
    assert_eq!(starts(&moved, 2), ["20271005T100000", "20271019T100000"], "{moved}");

    let divided = edit(&weekly, &Scope::ThisAndFollowing(second), forever(1, 1));
    assert_eq!(starts(&divided.text.unwrap(), 9), ["20271004T100000"]);
    let later = divided.split.unwrap().text;
    assert_eq!(starts(&later, 2), ["20271012T100000", "20271019T100000"], "{later}");

    let monthly = event("DTSTART:20271006T100000\nRRULE:FREQ=MONTHLY;BYDAY=1WE;COUNT=3");
    let second = Moment::Floating(local("20271103T100000"));
    let moved = edited(&monthly, &all(Some(second)), forever(1, 1));
    assert_eq!(starts(&moved, 3), ["20271007T100000", "20271104T100000", "20271202T100000"], "{moved}");
}

#[test]
fn a_rule_by_date_moves_over_the_end_of_the_month() {
    let text = event("DTSTART;VALUE=DATE:20251231\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31;COUNT=2");
    let moved = edited(&text, &all(Some(Moment::Date(date("20251231")))), move_by(TimeDelta::days(1)));
    assert_eq!(starts(&moved, 9), ["20260101", "20270101"]);
    let monthly = event("DTSTART:20260130T090000\nRRULE:FREQ=MONTHLY;COUNT=3");
    let id = Moment::Floating(local("20260330T090000"));
    let moved = edited(&monthly, &all(Some(id)), move_by(TimeDelta::days(3)));
    assert_eq!(starts(&moved, 9), ["20260202T090000", "20260302T090000", "20260402T090000"]);
}

#[test]
fn a_rule_that_cannot_follow_says_so() {
    let text = event("DTSTART:20260101T090000\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1");
    let object = parse(&text);
    let mut draft = draft_of(&object, None).unwrap();
    assert!(matches!(draft.repeat, Repeat::Custom(_)));
    move_by(TimeDelta::days(1))(&mut draft);
    let refused = update(&object, &text, &all(None), &draft, now());
    assert!(matches!(refused, Err(crate::Error::BadInput { field: "timing", .. })), "{refused:?}");
    draft.repeat = Repeat::Every { interval: 1, pattern: Pattern::MonthlyByDate, until: RepeatEnd::Never };
    let text = update(&object, &text, &all(None), &draft, now()).unwrap().text.unwrap();
    assert_eq!(starts(&text, 2), ["20260102T090000", "20260202T090000"]);
}

#[test]
fn weeks_that_belong_together_stay_together() {
    let text = event("DTSTART:20260109T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,SU;COUNT=4");
    let moved = edited(&text, &all(None), move_by(TimeDelta::days(2)));
    assert_eq!(
        starts(&moved, 9),
        ["20260111T090000", "20260113T090000", "20260125T090000", "20260127T090000"],
        "{moved}"
    );
}
