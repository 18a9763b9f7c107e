use super::*;

#[test]
fn a_draft_comes_back() {
    let draft = timed("20260701T120000", "20260701T130000");
    let new = new_event(&draft, now()).unwrap();
    let object = parse(&new.text);
    assert_eq!(object.uid, new.uid);
    assert_eq!(draft_of(&object, None).unwrap(), EventDraft { location: None, ..draft });
    let steady = new.text.replace(&new.uid, "[the new UID]").replace(crate::write::PRODID, "[Kalends]");
    assert_snapshot!(steady, @r"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:[Kalends]
    BEGIN:VTIMEZONE
    TZID:Europe/Berlin
    BEGIN:DAYLIGHT
    DTSTART:20250330T020000
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    TZNAME:CEST
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
    END:DAYLIGHT
    BEGIN:STANDARD
    DTSTART:20251026T030000
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    TZNAME:CET
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
    END:STANDARD
    END:VTIMEZONE
    BEGIN:VEVENT
    UID:[the new UID]
    DTSTAMP:20261121T080000Z
    CREATED:20261121T080000Z
    LAST-MODIFIED:20261121T080000Z
    DTSTART;TZID=Europe/Berlin:20260701T120000
    SUMMARY:Lunch
    DESCRIPTION:One\, two\; three\nfour
    DTEND;TZID=Europe/Berlin:20260701T130000
    END:VEVENT
    END:VCALENDAR
    ");
}

#[test]
fn days_utc_and_floating_times_need_no_time_zone() {
    for (timing, line) in [
        (Timing::AllDay { first: date("20260701"), last: date("20260701") }, "DTSTART;VALUE=DATE:20260701"),
        (
            Timing::Timed { start: local("20260701T090000"), end: local("20260701T090000"), zone: None },
            "DTSTART:20260701T090000",
        ),
        (
            Timing::Timed { start: local("20260701T090000"), end: local("20260701T093000"), zone: Some(Tz::UTC) },
            "DTSTART:20260701T090000Z",
        ),
    ] {
        let draft = EventDraft { timing, ..timed("20260101T000000", "20260101T000000") };
        let new = new_event(&draft, now()).unwrap();
        assert!(new.text.contains(&format!("\r\n{line}\r\n")), "{}", new.text);
        assert!(!new.text.contains("VTIMEZONE"));
        assert_eq!(draft_of(&parse(&new.text), None).unwrap().timing, timing);
    }
}

#[test]
fn every_pattern_of_the_form_comes_back() {
    let ends = [RepeatEnd::Never, RepeatEnd::After(7), RepeatEnd::On(date("20270210"))];
    let patterns = [
        Pattern::Daily,
        Pattern::Weekly(vec![Weekday::Wed, Weekday::Fri]),
        Pattern::MonthlyByDate,
        Pattern::MonthlyByWeekday { nth: 1, weekday: Weekday::Wed },
        Pattern::Yearly,
    ];
    for pattern in patterns {
        for until in ends {
            for interval in [1, 3] {
                let repeat = Repeat::Every { interval, pattern: pattern.clone(), until };
                let draft = EventDraft { repeat, ..timed("20260701T233000", "20260702T003000") };
                let new = new_event(&draft, now()).unwrap();
                assert_eq!(draft_of(&parse(&new.text), None).unwrap().repeat, draft.repeat, "{}", new.text);
            }
        }
    }
}

#[test]
fn a_series_begins_on_a_day_of_its_pattern() {
    let repeat = weekly(&[Weekday::Tue], RepeatEnd::After(2));
    let new = new_event(&EventDraft { repeat, ..timed("20260701T120000", "20260701T130000") }, now()).unwrap();
    assert_eq!(starts(&new.text, 9), ["20260707T120000", "20260714T120000"]);
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |draft: EventDraft| match new_event(&draft, now()) {
        Err(crate::Error::BadInput { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let base = timed("20260701T120000", "20260701T130000");
    assert_eq!(refused(timed("20260701T120000", "20260701T110000")), "end");
    assert_eq!(refused(EventDraft { repeat: weekly(&[], RepeatEnd::Never), ..base.clone() }), "repeat");
    assert_eq!(refused(EventDraft { repeat: weekly(&[Weekday::Mon], RepeatEnd::After(0)), ..base.clone() }), "repeat");
    let past = weekly(&[Weekday::Wed], RepeatEnd::On(date("20260630")));
    assert_eq!(refused(EventDraft { repeat: past, ..base.clone() }), "repeat");
    assert_eq!(refused(EventDraft { repeat: Repeat::Custom("FREQ=NEVER".into()), ..base }), "repeat");
}
