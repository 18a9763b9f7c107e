#![allow(clippy::unwrap_used)]

use super::*;
use crate::Limits;
use crate::instances::{Window, instances};
use crate::time::Zone;
use chrono::TimeDelta;

pub(super) fn parse(text: &str) -> CalendarObject {
    CalendarObject::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

pub(super) fn date(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y%m%d").unwrap()
}

pub(super) fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap()
}

const BERLIN: &str = "Europe/Berlin";

fn berlin(text: &str) -> Moment {
    Moment::Zoned { local: local(text), tzid: BERLIN.into() }
}

/// A calendar with these lines of components.
fn calendar(lines: &str) -> String {
    let lines: Vec<_> = lines.lines().map(str::trim_start).filter(|line| !line.is_empty()).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//X//Y//EN\r\n{}\r\nEND:VCALENDAR\r\n", lines.join("\r\n"))
}

/// One VEVENT with these lines.
pub(super) fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT"))
}

fn zoned_series() -> String {
    event(
        "SEQUENCE:3
        DTSTART;TZID=Europe/Berlin:20260105T090000
        DTEND;TZID=Europe/Berlin:20260105T100000
        RRULE:FREQ=WEEKLY;BYDAY=MO
        EXDATE;TZID=Europe/Berlin:20260119T090000
        SUMMARY;LANGUAGE=de;X-P=\"a:b\":Besprechung
        X-UNKNOWN;X-Q=1:kept as it is
        BEGIN:VALARM
        ACTION:DISPLAY
        TRIGGER:-PT15M
        X-IN-ALARM:1
        END:VALARM
        END:VEVENT
        BEGIN:VEVENT
        UID:1
        RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000
        DTSTART;TZID=Europe/Berlin:20260127T140000
        DTEND;TZID=Europe/Berlin:20260127T150000
        SUMMARY:Moved
        X-OVERRIDE:1",
    )
}

/// RECURRENCE-ID (or start), start, end and summary of each instance until the end of 2027.
pub(super) fn shown(text: &str) -> Vec<(String, String, String, String)> {
    let object = parse(text);
    let window = Window { start: None, end: Some("2028-01-01T00:00:00Z".parse().unwrap()) };
    let found = instances(&object, window, &Zone::UTC, 10_000).unwrap();
    let line = |instance: crate::instances::Instance| {
        let entry = instance.override_index.map_or(object.master.as_ref().unwrap(), |index| &object.overrides[index]);
        let id = instance.recurrence_id.as_ref().unwrap_or(&instance.start);
        (id.value(), instance.start.value(), instance.end.value(), entry.summary.clone().unwrap_or_default())
    };
    found.into_iter().map(line).collect()
}

/// The starts, of at most the first `count` instances.
fn starts(text: &str, count: usize) -> Vec<String> {
    shown(text).into_iter().take(count).map(|(_, start, ..)| start).collect()
}

pub(super) fn opened(scope: &Scope) -> Option<&Moment> {
    match scope {
        Scope::This(id) | Scope::ThisAndFollowing(id) => Some(id),
        Scope::All { opened_at } => opened_at.as_ref(),
    }
}

pub(super) fn edit(text: &str, scope: &Scope, change: impl FnOnce(&mut EventDraft)) -> Edited {
    let object = parse(text);
    let mut draft = draft_of(&object, opened(scope)).unwrap();
    change(&mut draft);
    let edited = update(&object, text, scope, &draft, now()).unwrap();
    for text in edited.text.iter().chain(edited.split.as_ref().map(|split| &split.text)) {
        parse(text);
        assert!(text.replace("\r\n", "").find(['\r', '\n']).is_none(), "{text}");
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    }
    edited
}

pub(super) fn edited(text: &str, scope: &Scope, change: impl FnOnce(&mut EventDraft)) -> String {
    let edited = edit(text, scope, change);
    assert_eq!(edited.split, None);
    edited.text.unwrap()
}

pub(super) fn all(opened_at: Option<Moment>) -> Scope {
    Scope::All { opened_at }
}

pub(super) fn move_by(delta: TimeDelta) -> impl FnOnce(&mut EventDraft) {
    move |draft| match &mut draft.timing {
        Timing::AllDay { first, last } => {
            *first += delta;
            *last += delta;
        }
        Timing::Timed { start, end, .. } => {
            *start += delta;
            *end += delta;
        }
    }
}

/// The lines that are in one text and not in the other: `-` gone, `+` new; stamps left out.
fn difference(before: &str, after: &str) -> Vec<String> {
    let mut gone: Vec<&str> = before.lines().collect();
    let mut new = Vec::new();
    for line in after.lines() {
        match gone.iter().position(|other| *other == line) {
            Some(at) => drop(gone.remove(at)),
            None => new.push(line),
        }
    }
    let is_stamp = |line: &&str| line.starts_with("DTSTAMP:") || line.starts_with("LAST-MODIFIED:");
    let gone = gone.into_iter().filter(|line| !is_stamp(line)).map(|line| format!("-{line}"));
    gone.chain(new.into_iter().filter(|line| !is_stamp(line)).map(|line| format!("+{line}"))).collect()
}

fn timed(start: &str, end: &str) -> EventDraft {
    EventDraft {
        summary: "Lunch".into(),
        description: Some("One, two; three\nfour".into()),
        location: Some(String::new()),
        timing: Timing::Timed { start: local(start), end: local(end), zone: Some(Tz::Europe__Berlin) },
        repeat: Repeat::Never,
    }
}

fn weekly(days: &[Weekday], until: RepeatEnd) -> Repeat {
    Repeat::Every { interval: 1, pattern: Pattern::Weekly(days.to_vec()), until }
}

mod new_events {
    use super::*;

    #[test]
    fn a_draft_comes_back() {
        let draft = timed("20260701T120000", "20260701T130000");
        let new = new_event(&draft, now()).unwrap();
        let object = parse(&new.text);
        assert_eq!(object.uid, new.uid);
        assert_eq!(draft_of(&object, None).unwrap(), EventDraft { location: None, ..draft });
        assert!(new.text.contains("\r\nDTSTART;TZID=Europe/Berlin:20260701T120000\r\n"));
        assert!(new.text.contains("\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n"));
        assert!(!new.text.contains("LOCATION"));
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
        assert_eq!(
            refused(EventDraft { repeat: weekly(&[Weekday::Mon], RepeatEnd::After(0)), ..base.clone() }),
            "repeat"
        );
        let past = weekly(&[Weekday::Wed], RepeatEnd::On(date("20260630")));
        assert_eq!(refused(EventDraft { repeat: past, ..base.clone() }), "repeat");
        assert_eq!(refused(EventDraft { repeat: Repeat::Custom("FREQ=NEVER".into()), ..base }), "repeat");
    }
}

mod single_events {
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
        assert_eq!(difference(&text, &changed), ["-DESCRIPTION;ALTREP=\"cid:1\":a\\nb", "+DESCRIPTION:c"]);
        let gone = edited(&text, &all(None), |draft| draft.description = Some(String::new()));
        assert_eq!(difference(&text, &gone), ["-DESCRIPTION;ALTREP=\"cid:1\":a\\nb"]);
    }

    #[test]
    fn a_duration_stays_one() {
        let text = event("DTSTART;TZID=Europe/Berlin:20260101T100000\nDURATION:PT1H");
        let moved = edited(&text, &all(None), move_by(TimeDelta::hours(2)));
        assert_eq!(
            difference(&text, &moved),
            [
                "-DTSTART;TZID=Europe/Berlin:20260101T100000",
                "+SEQUENCE:1",
                "+DTSTART;TZID=Europe/Berlin:20260101T120000",
            ]
        );
        let longer = edited(&text, &all(None), |draft| {
            if let Timing::Timed { end, .. } = &mut draft.timing {
                *end += TimeDelta::minutes(30);
            }
        });
        assert_eq!(difference(&text, &longer), ["-DURATION:PT1H", "+SEQUENCE:1", "+DURATION:PT1H30M"]);
        let days = edited(&text, &all(None), |draft| {
            draft.timing = Timing::AllDay { first: date("20260101"), last: date("20260102") };
        });
        assert!(days.contains("DTSTART;VALUE=DATE:20260101\r\n") && days.contains("DURATION:P2D\r\n"), "{days}");
    }

    #[test]
    fn an_end_in_another_zone_stays_there() {
        let text = event(
            "DTSTART;TZID=Europe/Lisbon:20260701T120000\nDTEND;TZID=Europe/Zurich:20260701T160000\nSUMMARY:Flight",
        );
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
        assert!(moved.contains("DTEND;TZID=Europe/Zurich:20260701T170000\r\n"), "{moved}");
    }

    #[test]
    fn all_day_and_back() {
        let text = event("DTSTART;VALUE=DATE:20260701\nDTEND;VALUE=DATE:20260701\nX-A:1");
        assert_eq!(
            draft_of(&parse(&text), None).unwrap().timing,
            Timing::AllDay { first: date("20260701"), last: date("20260701") }
        );
        let timing =
            Timing::Timed { start: local("20260701T090000"), end: local("20260701T100000"), zone: Some(Tz::UTC) };
        let times = edited(&text, &all(None), |draft| draft.timing = timing);
        assert!(times.contains("DTSTART:20260701T090000Z\r\nDTEND:20260701T100000Z\r\n"), "{times}");
        let days = edited(&times, &all(None), |draft| {
            draft.timing = Timing::AllDay { first: date("20260701"), last: date("20260703") };
        });
        assert!(days.contains("DTSTART;VALUE=DATE:20260701\r\nDTEND;VALUE=DATE:20260704\r\n"), "{days}");
        assert!(days.contains("SEQUENCE:2\r\n"));
    }

    #[test]
    fn time_zones_come_and_go_with_their_use() {
        let new = new_event(&timed("20260701T120000", "20260701T130000"), now()).unwrap();
        let moved = edited(&new.text, &all(None), |draft| {
            if let Timing::Timed { zone, .. } = &mut draft.timing {
                *zone = Some(Tz::Asia__Tokyo);
            }
        });
        assert!(moved.contains("TZID:Asia/Tokyo") && !moved.contains("Berlin"), "{moved}");
        assert!(moved.contains("DTSTART;TZID=Asia/Tokyo:20260701T120000\r\n"));
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
        assert!(moved.contains("DTSTART;TZID=Mine:20260701T130000\r\nDTEND;TZID=Mine:20260701T140000\r\n"), "{moved}");
        assert!(moved.contains(&zone.replace('\n', "\r\n")));
    }

    #[test]
    fn a_series_and_back() {
        let text = event("DTSTART;TZID=Europe/Berlin:20260105T090000\nDTEND;TZID=Europe/Berlin:20260105T100000\nX-A:1");
        let series = edited(&text, &all(None), |draft| draft.repeat = weekly(&[Weekday::Mon], RepeatEnd::After(3)));
        assert_eq!(difference(&text, &series), ["+SEQUENCE:1", "+RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3"]);
        let single = edited(&series, &all(Some(berlin("20260112T090000"))), |draft| draft.repeat = Repeat::Never);
        // The one that was opened is the one that is left.
        assert_eq!(starts(&single, 9), ["20260112T090000"]);
        let back = edited(&zoned_series(), &all(None), |draft| draft.repeat = Repeat::Never);
        assert_eq!(shown(&back).len(), 1);
        assert!(!back.contains("EXDATE") && !back.contains("RECURRENCE-ID") && back.contains("X-IN-ALARM:1"));
    }
}

mod one_instance {
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
        let own = &changed[at..end];
        for line in [
            "DTSTART;TZID=Europe/Berlin:20260112T093000",
            "DTEND;TZID=Europe/Berlin:20260112T103000",
            "SUMMARY;LANGUAGE=de;X-P=\"a:b\":Later",
            "X-UNKNOWN;X-Q=1:kept as it is",
            "X-IN-ALARM:1",
            "SEQUENCE:4",
        ] {
            assert!(own.contains(&format!("\r\n{line}\r\n")), "{line}\n{own}");
        }
        assert!(!own.contains("RRULE") && !own.contains("EXDATE"));
    }

    #[test]
    fn an_override_changes_in_place() {
        let text = zoned_series();
        let scope = Scope::This(berlin("20260126T090000"));
        let changed = edited(&text, &scope, |draft| draft.location = Some("Hall".into()));
        assert_eq!(difference(&text, &changed), ["+LOCATION:Hall"]);
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
        assert!(
            left.contains("EXDATE;TZID=Europe/Berlin:20260119T090000\r\nEXDATE;TZID=Europe/Berlin:20260126T090000\r\n")
        );
        assert!(!left.contains("X-OVERRIDE"));
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
}

mod following_instances {
    use super::*;

    #[test]
    fn the_series_is_divided() {
        let text = zoned_series();
        let before = shown(&text);
        let edited = edit(&text, &Scope::ThisAndFollowing(berlin("20260126T090000")), |draft| {
            draft.location = Some("Hall".into());
        });
        let (earlier, later) = (edited.text.unwrap(), edited.split.unwrap());
        assert!(earlier.contains("RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260126T075959Z\r\n"), "{earlier}");
        assert!(earlier.contains("EXDATE") && !earlier.contains("X-OVERRIDE") && !earlier.contains("LOCATION"));
        assert!(later.text.contains("\r\nDTSTART;TZID=Europe/Berlin:20260126T090000\r\n"), "{}", later.text);
        assert!(later.text.contains("X-OVERRIDE") && !later.text.contains("EXDATE"));
        assert_eq!(later.text.matches("LOCATION:Hall").count(), 2);
        assert_eq!(later.text.matches(&format!("UID:{}", later.uid)).count(), 2);
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
        let text = event(
            "DTSTART:20260105T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4\nRDATE:20260107T090000,20260121T090000",
        );
        let before = shown(&text);
        let edited = edit(&text, &Scope::ThisAndFollowing(Moment::Floating(local("20260107T090000"))), |draft| {
            draft.location = Some("Hall".into());
        });
        assert_eq!(shown(&edited.text.unwrap()), before[..1]);
        assert_eq!(shown(&edited.split.unwrap().text), before[1..]);
    }
}

mod whole_series {
    use super::*;

    #[test]
    fn an_hour_later() {
        let text = zoned_series();
        let moved = edited(&text, &all(Some(berlin("20260706T090000"))), move_by(TimeDelta::hours(1)));
        assert_eq!(
            difference(&text, &moved),
            [
                "-SEQUENCE:3",
                "-DTSTART;TZID=Europe/Berlin:20260105T090000",
                "-DTEND;TZID=Europe/Berlin:20260105T100000",
                "-EXDATE;TZID=Europe/Berlin:20260119T090000",
                "-RECURRENCE-ID;TZID=Europe/Berlin:20260126T090000",
                "-DTSTART;TZID=Europe/Berlin:20260127T140000",
                "-DTEND;TZID=Europe/Berlin:20260127T150000",
                "+SEQUENCE:4",
                "+DTSTART;TZID=Europe/Berlin:20260105T100000",
                "+DTEND;TZID=Europe/Berlin:20260105T110000",
                "+EXDATE;TZID=Europe/Berlin:20260119T100000",
                "+SEQUENCE:1",
                "+RECURRENCE-ID;TZID=Europe/Berlin:20260126T100000",
                "+DTSTART;TZID=Europe/Berlin:20260127T150000",
                "+DTEND;TZID=Europe/Berlin:20260127T160000",
            ]
        );
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
}

/// Series that count in another calendar system (RFC 7529).
mod other_calendars {
    use super::*;

    fn new_year(more: &str) -> String {
        event(&format!("DTSTART;VALUE=DATE:20130210\nRRULE:RSCALE=CHINESE;FREQ=YEARLY{more}"))
    }

    fn day(text: &str) -> Moment {
        Moment::Date(date(text))
    }

    #[test]
    fn a_rule_that_is_not_changed_stays_as_it_is() {
        let text = new_year("").replace("RRULE:RSCALE=CHINESE;FREQ=YEARLY", "RRULE:FREQ=YEARLY;rscale=Chinese;X-A=b");
        let draft = draft_of(&parse(&text), None).unwrap();
        assert_eq!(draft.repeat, Repeat::Custom("FREQ=YEARLY;rscale=Chinese;X-A=b".into()));
        for scope in [all(None), Scope::This(day("20150219"))] {
            let changed = edited(&text, &scope, |draft| draft.summary = "New year".into());
            assert!(changed.contains("\r\nRRULE:FREQ=YEARLY;rscale=Chinese;X-A=b\r\n"), "{changed}");
        }
        let gregorian = Repeat::Every { interval: 1, pattern: Pattern::Yearly, until: RepeatEnd::Never };
        let changed = edited(&text, &all(None), |draft| draft.repeat = gregorian);
        assert_eq!(starts(&changed, 3), ["20130210", "20140210", "20150210"], "{changed}");
    }

    #[test]
    fn a_series_is_divided() {
        for (more, last) in [(";COUNT=5", Some("20170128")), (";UNTIL=20170301", Some("20170128")), ("", None)] {
            let scope = Scope::ThisAndFollowing(day("20150219"));
            let edited = edit(&new_year(more), &scope, |draft| draft.summary = "Spring".into());
            let (text, later) = (edited.text.unwrap(), edited.split.unwrap().text);
            assert_eq!(starts(&text, 9), ["20130210", "20140131"], "{text}");
            assert_eq!(starts(&later, 3), ["20150219", "20160208", "20170128"], "{later}");
            if let Some(last) = last {
                assert_eq!(starts(&later, 9).last().map(String::as_str), Some(last), "{later}");
            }
        }
    }

    /// From the 1st of March, to which the 29th of February was moved.
    #[test]
    fn a_series_is_divided_where_skip_moved_an_instance() {
        let text = event("DTSTART;VALUE=DATE:20120229\nRRULE:RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;COUNT=6");
        let edited = edit(&text, &Scope::ThisAndFollowing(day("20140301")), |draft| draft.summary = "Leap".into());
        assert_eq!(starts(&edited.text.unwrap(), 9), ["20120229", "20130301"]);
        let later = edited.split.unwrap().text;
        assert_eq!(starts(&later, 9), ["20140301", "20150301", "20160229", "20170301"], "{later}");
    }

    #[test]
    fn a_series_moves_where_its_days_can() {
        // The first days of months have a day after them in all.
        let moved = edited(&new_year(";COUNT=3"), &all(Some(day("20140131"))), move_by(TimeDelta::days(1)));
        assert_eq!(starts(&moved, 9), ["20130211", "20140201", "20150220"], "{moved}");
        // The month before has 29 days or 30.
        let refused = |text: &str, id: &str, days: i64| {
            let object = parse(text);
            let mut draft = draft_of(&object, Some(&day(id))).unwrap();
            move_by(TimeDelta::days(days))(&mut draft);
            let refused = update(&object, text, &all(Some(day(id))), &draft, now());
            assert!(matches!(refused, Err(crate::Error::BadInput { field: "timing", .. })), "{refused:?}");
        };
        refused(&new_year(""), "20140131", -1);
        refused(&new_year(";BYMONTH=1;BYMONTHDAY=1"), "20140131", 1);
        let hours = new_year("").replace(";VALUE=DATE:20130210", ":20130210T090000");
        let moved = edited(&hours, &all(None), move_by(TimeDelta::hours(2)));
        assert_eq!(starts(&moved, 2), ["20130210T110000", "20140131T110000"], "{moved}");
    }

    #[test]
    fn an_unknown_system_is_left_alone() {
        let text = new_year("").replace("CHINESE", "DISCORDIAN");
        for scope in [all(None), Scope::This(day("20130210")), Scope::ThisAndFollowing(day("20130210"))] {
            let changed = edited(&text, &scope, |draft| draft.summary = "Chaoflux".into());
            assert!(changed.contains("RSCALE=DISCORDIAN;FREQ=YEARLY"), "{changed}");
            assert_eq!(starts(&changed, 9), ["20130210"], "{changed}");
            let changed = edited(&text, &scope, move_by(TimeDelta::days(1)));
            assert_eq!(starts(&changed, 9), ["20130211"], "{changed}");
        }
    }
}

mod without_a_master {
    use super::*;

    #[test]
    fn an_invitation_to_one_instance() {
        let text = event("RECURRENCE-ID:20260107T090000Z\nDTSTART:20260107T100000Z\nX-A:1");
        let id = Moment::Utc(local("20260107T090000"));
        for scope in [Scope::This(id.clone()), Scope::ThisAndFollowing(id.clone()), all(Some(id.clone())), all(None)] {
            let changed = edited(&text, &scope, move_by(TimeDelta::hours(1)));
            assert!(changed.contains("DTSTART:20260107T110000Z\r\n") && changed.contains("X-A:1"), "{changed}");
            assert!(changed.contains("RECURRENCE-ID:20260107T090000Z\r\n"));
            assert_eq!(super::super::remove(&parse(&text), &text, &scope, now()).unwrap().text, None);
        }
    }
}
