use super::*;

#[test]
fn only_the_line_that_changes_changes() {
    let text = "BEGIN:VCALENDAR\nPRODID:x\nBEGIN:VEVENT\nX-FOLDED:abc\n  def\nUID:1\n\nDTSTART:20260101T100000\nSUMMARY;X-P=1:Old\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR";
    let object = parse(text);
    let mut draft = draft_of(&object, None).unwrap();
    assert_eq!(update(&object, text, &all(None), &draft, now()).unwrap().text.unwrap(), text);
    draft.summary = "ä".repeat(60);
    let changed = update(&object, text, &all(None), &draft, now()).unwrap().text.unwrap();
    let (head, tail) = (
        "BEGIN:VCALENDAR\nPRODID:x\nBEGIN:VEVENT\nX-FOLDED:abc\n  def\nUID:1\n",
        "DURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR",
    );
    let stamps = "DTSTAMP:20261121T080000Z\r\nLAST-MODIFIED:20261121T080000Z\r\n";
    let folded = format!("SUMMARY;X-P=1:{}\r\n {}\r\n", "ä".repeat(30), "ä".repeat(30));
    assert_eq!(changed, format!("{head}{stamps}\nDTSTART:20260101T100000\n{folded}{tail}"));
}

#[test]
fn line_breaks_of_a_form_are_no_change() {
    let text = event("DTSTART:20260101T100000Z\nDESCRIPTION;ALTREP=\"cid:1\":a\\nb");
    assert_eq!(edited(&text, &all(None), |draft| draft.description = Some("a\r\nb".into())), text);
    let changed = edited(&text, &all(None), |draft| draft.description = Some("c".into()));
    assert_snapshot!(difference(&text, &changed), @r#"
    -DESCRIPTION;ALTREP="cid:1":a\nb
    +DESCRIPTION:c
    "#);
    let gone = edited(&text, &all(None), |draft| draft.description = Some(String::new()));
    assert_snapshot!(difference(&text, &gone), @r#"-DESCRIPTION;ALTREP="cid:1":a\nb"#);
}

#[test]
fn a_duration_stays_one() {
    let text = event("DTSTART;TZID=Europe/Berlin:20260101T100000\nDURATION:PT1H");
    let moved = edited(&text, &all(None), move_by(TimeDelta::hours(2)));
    assert_snapshot!(difference(&text, &moved), @"
    -DTSTART;TZID=Europe/Berlin:20260101T100000
    +SEQUENCE:1
    +DTSTART;TZID=Europe/Berlin:20260101T120000
    ");
    let longer = edited(&text, &all(None), |draft| {
        if let Timing::Timed { end, .. } = &mut draft.timing {
            *end += TimeDelta::minutes(30);
        }
    });
    assert_snapshot!(difference(&text, &longer), @"
    -DURATION:PT1H
    +SEQUENCE:1
    +DURATION:PT1H30M
    ");
    let days = edited(&text, &all(None), |draft| {
        draft.timing = Timing::AllDay { first: date("20260101"), last: date("20260102") };
    });
    assert_snapshot!(difference(&text, &days), @"
    -DTSTART;TZID=Europe/Berlin:20260101T100000
    -DURATION:PT1H
    +SEQUENCE:1
    +DTSTART;VALUE=DATE:20260101
    +DURATION:P2D
    ");
}

#[test]
fn an_end_in_another_zone_stays_there() {
    let text =
        event("DTSTART;TZID=Europe/Lisbon:20260701T120000\nDTEND;TZID=Europe/Zurich:20260701T160000\nSUMMARY:Flight");
    let draft = draft_of(&parse(&text), None).unwrap();
    assert_eq!(
        draft.timing,
        Timing::Timed {
            start: local("20260701T120000"),
            end: local("20260701T150000"),
            zone: Some(Tz::Europe__Lisbon)
        }
    );
    let moved = edited(&text, &all(None), move_by(TimeDelta::hours(1)));
    assert_snapshot!(difference(&text, &moved), @"
    -DTSTART;TZID=Europe/Lisbon:20260701T120000
    -DTEND;TZID=Europe/Zurich:20260701T160000
    +SEQUENCE:1
    +DTSTART;TZID=Europe/Lisbon:20260701T130000
    +DTEND;TZID=Europe/Zurich:20260701T170000
    ");
}

#[test]
fn all_day_and_back() {
    let text = event("DTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260701\nX-A:1");
    assert_eq!(
        draft_of(&parse(&text), None).unwrap().timing,
        Timing::AllDay { first: date("20260701"), last: date("20260701") }
    );
    let timing = Timing::Timed { start: local("20260701T090000"), end: local("20260701T100000"), zone: Some(Tz::UTC) };
    let times = edited(&text, &all(None), |draft| draft.timing = timing);
    assert_snapshot!(difference(&text, &times), @"
    -DTSTART;VALUE=DATE:20260701
    -DTEND;VALUE=DATE:20260701
    +SEQUENCE:1
    +DTSTART:20260701T090000Z
    +DTEND:20260701T100000Z
    ");
    let days = edited(&times, &all(None), |draft| {
        draft.timing = Timing::AllDay { first: date("20260701"), last: date("20260703") };
    });
    assert_snapshot!(difference(&times, &days), @"
    -SEQUENCE:1
    -DTSTART:20260701T090000Z
    -DTEND:20260701T100000Z
    +SEQUENCE:2
    +DTSTART;VALUE=DATE:20260701
    +DTEND;VALUE=DATE:20260704
    ");
}

#[test]
fn time_zones_come_and_go_with_their_use() {
    let new = new_event(&timed("20260701T120000", "20260701T130000"), now()).unwrap();
    let moved = edited(&new.text, &all(None), |draft| {
        if let Timing::Timed { zone, .. } = &mut draft.timing {
            *zone = Some(Tz::Asia__Tokyo);
        }
    });
    assert_snapshot!(difference(&new.text, &moved), @"
    -TZID:Europe/Berlin
    -BEGIN:DAYLIGHT
    -DTSTART:20250330T020000
    -TZOFFSETFROM:+0100
    -TZOFFSETTO:+0200
    -TZNAME:CEST
    -RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
    -END:DAYLIGHT
    -DTSTART:20251026T030000
    -TZOFFSETFROM:+0200
    -TZOFFSETTO:+0100
    -TZNAME:CET
    -RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
    -DTSTART;TZID=Europe/Berlin:20260701T120000
    -DTEND;TZID=Europe/Berlin:20260701T130000
    +TZID:Asia/Tokyo
    +DTSTART:20260101T000000
    +TZOFFSETFROM:+0900
    +TZOFFSETTO:+0900
    +TZNAME:JST
    +SEQUENCE:1
    +DTSTART;TZID=Asia/Tokyo:20260701T120000
    +DTEND;TZID=Asia/Tokyo:20260701T130000
    ");
    let unused = new.text.replace("TZID:Europe/Berlin", "TZID:Nobody");
    assert!(edited(&unused, &all(None), |draft| draft.summary = "x".into()).contains("TZID:Nobody"));
}

#[test]
fn a_made_up_zone_stays() {
    let zone = "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0130\nTZOFFSETTO:+0130\nEND:STANDARD\nEND:VTIMEZONE\n";
    let text = calendar(&format!(
        "{zone}BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Mine:20260701T120000\nDTEND;TZID=Mine:20260701T130000\nEND:VEVENT"
    ));
    let moved = edited(&text, &all(None), move_by(TimeDelta::hours(1)));
    assert_snapshot!(difference(&text, &moved), @"
    -DTSTART;TZID=Mine:20260701T120000
    -DTEND;TZID=Mine:20260701T130000
    +SEQUENCE:1
    +DTSTART;TZID=Mine:20260701T130000
    +DTEND;TZID=Mine:20260701T140000
    ");
}

#[test]
fn a_series_and_back() {
    let text = event("DTSTART;TZID=Europe/Berlin:20260105T090000\nDTEND;TZID=Europe/Berlin:20260105T100000\nX-A:1");
    let series = edited(&text, &all(None), |draft| draft.repeat = weekly(&[Weekday::Mon], RepeatEnd::After(3)));
    assert_snapshot!(difference(&text, &series), @"
    +SEQUENCE:1
    +RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3
    ");
    let single = edited(&series, &all(Some(berlin("20260112T090000"))), |draft| draft.repeat = Repeat::Never);
    // The one that was opened is the one that is left.
    assert_eq!(starts(&single, 9), ["20260112T090000"]);
    let back = edited(&zoned_series(), &all(None), |draft| draft.repeat = Repeat::Never);
    assert_eq!(shown(&back).len(), 1);
    assert_snapshot!(difference(&zoned_series(), &back), @"
    -SEQUENCE:3
    -RRULE:FREQ=WEEKLY;BYDAY=MO
    -EXDATE;TZID=Europe/Berlin:20260119T090000
    -BEGIN:VEVENT
    -UID:1
    -RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000
    -DTSTART;TZID=Europe/Berlin:20260127T140000
    -DTEND;TZID=Europe/Berlin:20260127T150000
    -SUMMARY:Moved
    -X-OVERRIDE:1
    -END:VEVENT
    +SEQUENCE:4
    ");
}
