//! Scheduling by text fixtures. In `itip/inbound/…`: what a message does to what is there (`before.ics`, `message.ics`, `after.ics`), on its
//! first line in the message as `X-EXPECT` why. In `itip/outgoing/…`: what a change asks for (`before.ics`, `change.ics`; `stored.ics` where
//! another text is stored, `messages.ics`). Cyrus organizes; Bernard is whose object it is where a message is for an attendee.
//! `KALENDS_WRITE_FIXTURES=1` writes anew what is expected, to be looked at.

#![allow(clippy::unwrap_used)]

use chrono::{DateTime, TimeZone, Utc};
use kalends_ical::itip::{self, Addresses, Incoming, Method, Outgoing, Refusal, Role, Version};
use kalends_ical::{CalendarObject, Limits};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

const ORGANIZER: &str = "mailto:cyrus@example.org";
const ATTENDEE: &str = "mailto:bernard@example.org";

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
}

fn parse(text: &str) -> CalendarObject {
    CalendarObject::parse(text, &Limits::default()).unwrap()
}

fn folder(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/itip").join(name);
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 5, "the fixtures of {name} are missing");
    cases
}

fn read(case: &Path, name: &str) -> Option<String> {
    Some(fs::read_to_string(case.join(name)).ok()?.replace("\r\n", "\n").replace('\n', "\r\n"))
}

fn expect(case: &Path, name: &str, found: Option<&str>) {
    if std::env::var_os("KALENDS_WRITE_FIXTURES").is_some() {
        match found {
            Some(found) => fs::write(case.join(name), found.replace("\r\n", "\n")).unwrap(),
            None => drop(fs::remove_file(case.join(name))),
        }
        return;
    }
    assert_eq!(read(case, name).as_deref(), found, "{}/{name}", case.display());
}

#[test]
fn messages_do_to_objects_what_the_fixtures_say() {
    for case in folder("inbound") {
        let before = read(&case, "before.ics");
        let message = read(&case, "message.ics").unwrap();
        let incoming = Incoming::read(&message, &Limits::default()).unwrap();
        let me = Addresses::new([if incoming.method.is_for_organizer() { ORGANIZER } else { ATTENDEE }]);
        let object = before.as_deref().map(parse);
        let current = object.as_ref().zip(before.as_deref()).map(|(object, text)| Version { object, text });
        let outcome = itip::apply(current, &incoming, &me, now()).unwrap();
        if let Some(after) = &outcome.text {
            parse(after);
        }
        expect(&case, "after.ics", outcome.text.as_deref());
        let said = format!("{} {}\r\n", outcome.why.name(), outcome.request_to.join(" "));
        expect(&case, "outcome.txt", Some(&said));
    }
}

fn changed(before: Option<&str>, after: Option<&str>) -> Result<Outgoing, Refusal> {
    let (old, new) = (before.map(parse), after.map(parse));
    let old = old.as_ref().zip(before).map(|(object, text)| Version { object, text });
    let new = new.as_ref().zip(after).map(|(object, text)| Version { object, text });
    let organizer = Addresses::new([ORGANIZER]);
    let attendee = Addresses::new([ATTENDEE]);
    let of_organizer =
        [old, new].iter().flatten().any(|version| itip::role_of(version.object, &organizer) == Ok(Role::Organizer));
    let is_attendees = before.or(after).unwrap().contains("X-OF:BERNARD");
    if of_organizer && !is_attendees {
        itip::changed_by_organizer(old, new, &organizer, false, now())
    } else {
        itip::changed_by_attendee(old, new, &attendee, None, now())
    }
}

#[test]
fn changes_ask_for_the_messages_that_the_fixtures_say() {
    for case in folder("outgoing") {
        let (before, after) = (read(&case, "before.ics"), read(&case, "change.ics"));
        let (stored, messages) = match changed(before.as_deref(), after.as_deref()) {
            Err(refusal) => (None, format!("refused: {refusal}\r\n")),
            Ok(Outgoing { text, messages }) => {
                let all = messages.iter().map(|message| {
                    if message.method != Method::Reply {
                        Incoming::read(&message.text, &Limits::default()).unwrap();
                    }
                    format!("{} to {}\r\n{}", message.sender, message.recipients.join(", "), message.text)
                });
                (text, all.collect())
            }
        };
        expect(&case, "stored.ics", stored.as_deref());
        expect(&case, "messages.txt", Some(&messages));
    }
}

/// A weekly meeting of an hour; `title` and `hour` are of the series, the others of its second instance.
fn meeting(title: u8, hour: u32, second: Option<u8>, without_third: bool) -> String {
    let zone = "TZID=Europe/Zurich";
    let parties = "ORGANIZER:mailto:cyrus@example.org\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bernard@example.org\r\n";
    let excluded = if without_third { format!("EXDATE;{zone}:20260316T{hour:02}0000\r\n") } else { String::new() };
    let mut text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;{zone}:20260302T{hour:02}0000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=6\r\n{excluded}SUMMARY:Title {title}\r\n{parties}END:VEVENT\r\n"
    );
    if let Some(second) = second {
        text += &format!(
            "BEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID;{zone}:20260309T{hour:02}0000\r\nDTSTART;{zone}:20260309T180000\r\nDURATION:PT1H\r\nSUMMARY:Second {second}\r\n{parties}END:VEVENT\r\n"
        );
    }
    text + "END:VCALENDAR\r\n"
}

/// The messages of a history of such a meeting, in their order, and what it is at last. Each is sent a minute after the one before.
fn history(steps: &[(u8, u32, Option<u8>, bool)]) -> (Vec<String>, String) {
    let me = Addresses::new([ORGANIZER]);
    let mut messages = Vec::new();
    let mut stands: Option<String> = None;
    for (minute, (title, hour, second, without)) in steps.iter().enumerate() {
        let next = meeting(*title, *hour, *second, *without);
        let (old, new) = (stands.as_deref().map(parse), parse(&next));
        let before = old.as_ref().zip(stands.as_deref()).map(|(object, text)| Version { object, text });
        let at = now() + chrono::TimeDelta::minutes(i64::try_from(minute).unwrap());
        let outgoing =
            itip::changed_by_organizer(before, Some(Version { object: &new, text: &next }), &me, false, at).unwrap();
        messages.extend(outgoing.messages.into_iter().map(|message| message.text));
        stands = Some(outgoing.text.unwrap_or(next));
    }
    (messages, stands.unwrap())
}

fn received(messages: &[String]) -> String {
    let me = Addresses::new([ATTENDEE]);
    let mut stands: Option<String> = None;
    for message in messages {
        let incoming = Incoming::read(message, &Limits::default()).unwrap();
        let object = stands.as_deref().map(parse);
        let current = object.as_ref().zip(stands.as_deref()).map(|(object, text)| Version { object, text });
        if let Some(text) = itip::apply(current, &incoming, &me, now()).unwrap().text {
            stands = Some(text);
        }
    }
    stands.unwrap()
}

/// What there is to come to: title, start and whether it is cancelled, of each instance.
fn shown(text: &str) -> Vec<String> {
    use kalends_ical::instances::{Window, instances};
    let object = parse(text);
    let found = instances(&object, Window { start: None, end: None }, &kalends_ical::time::Zone::UTC, 100).unwrap();
    let mut all: Vec<String> = found
        .iter()
        .map(|instance| {
            let entry = match instance.override_index {
                Some(index) => &object.overrides[index],
                None => object.master.as_ref().unwrap(),
            };
            (entry, instance)
        })
        .filter(|(entry, _)| entry.status.as_deref() != Some("CANCELLED"))
        .map(|(entry, instance)| format!("{} {}", instance.start_utc, entry.summary.as_deref().unwrap_or_default()))
        .collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn messages_in_any_order_and_several_times_come_to_the_same(
        steps in proptest::collection::vec((0_u8..3, 8_u32..10, proptest::option::of(0_u8..3), any::<bool>()), 1..6),
        order in proptest::collection::vec(any::<proptest::sample::Index>(), 0..24),
    ) {
        let (messages, at_last) = history(&steps);
        // The first makes the object; after it, some come again and before others, and in the end each has come.
        let mut arriving = vec![messages[0].clone()];
        arriving.extend(order.iter().map(|index| index.get(&messages).clone()));
        let mut rest = messages.clone();
        let offset = order.len() % rest.len();
        rest.rotate_left(offset);
        arriving.extend(rest);
        prop_assert_eq!(shown(&received(&arriving)), shown(&at_last));
        prop_assert_eq!(received(&arriving), received(&[arriving.clone(), arriving.clone()].concat()));
    }

    #[test]
    fn answers_in_any_order_and_several_times_come_to_the_last(
        answers in proptest::collection::vec((0_usize..3, 0_u8..4), 1..8),
        order in proptest::collection::vec(any::<proptest::sample::Index>(), 0..24),
    ) {
        let text = meeting(0, 9, None, false);
        let ids = ["20260302T090000", "20260309T090000", "20260316T090000"];
        // 3 answers for all of the series.
        let replies: Vec<String> = answers.iter().enumerate().map(|(minute, (answer, instance))| {
            let partstat = ["ACCEPTED", "TENTATIVE", "DECLINED"][*answer];
            let id = ids.get(usize::from(*instance)).map(|id| format!("RECURRENCE-ID;TZID=Europe/Zurich:{id}\r\n")).unwrap_or_default();
            format!("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\n{id}DTSTAMP:20260301T12{minute:02}00Z\r\nORGANIZER:{ORGANIZER}\r\nATTENDEE;PARTSTAT={partstat}:{ATTENDEE}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
        }).collect();
        let me = Addresses::new([ORGANIZER]);
        let apply = |messages: &[&String]| {
            let mut stands = text.clone();
            for message in messages {
                let object = parse(&stands);
                let incoming = Incoming::read(message, &Limits::default()).unwrap();
                let outcome = itip::apply(Some(Version { object: &object, text: &stands }), &incoming, &me, now()).unwrap();
                stands = outcome.text.unwrap_or(stands);
            }
            stands
        };
        let answered = |text: &str| {
            let object = parse(text);
            ids.map(|id| {
                let of = |entry: &&kalends_ical::entry::Entry| entry.recurrence_id.as_ref().is_some_and(|own| own.moment.value() == id);
                let entry = object.overrides.iter().find(of).or(object.master.as_ref()).unwrap();
                object.component(entry).property("ATTENDEE").unwrap().param("PARTSTAT").unwrap().to_owned()
            })
        };
        let in_order: Vec<&String> = replies.iter().collect();
        let mut arriving: Vec<&String> = order.iter().map(|index| index.get(&replies)).collect();
        arriving.extend(replies.iter().rev());
        prop_assert_eq!(answered(&apply(&arriving)), answered(&apply(&in_order)));
    }
}

#[test]
fn one_attendee_sends_a_few_people_in_their_place_and_not_many() {
    let series = meeting(1, 9, None, false);
    let answer = |number: u32| {
        let id = format!("RECURRENCE-ID;TZID=Europe/Zurich:202603{:02}T090000\r\n", 2 + 7 * (number % 4));
        format!(
            "BEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260201T0000{number:02}Z\r\n{id}ORGANIZER:mailto:cyrus@example.org\r\n\
             ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:d{number}@example.org\":mailto:bernard@example.org\r\nEND:VEVENT\r\n"
        )
    };
    let mut text = series;
    let mut invited = Vec::new();
    for number in 0..20 {
        let message = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REPLY\r\n{}END:VCALENDAR\r\n",
            answer(number)
        );
        let message = Incoming::read(&message, &Limits::default()).unwrap();
        let object = parse(&text);
        let me = Addresses::new([ORGANIZER]);
        let outcome = itip::apply(Some(Version { object: &object, text: &text }), &message, &me, now()).unwrap();
        invited.extend(outcome.request_to);
        text = outcome.text.unwrap_or(text);
    }
    let few: Vec<String> = (0..5).map(|number| format!("mailto:d{number}@example.org")).collect();
    assert_eq!(invited, few);
}

#[test]
fn those_who_are_sent_do_not_send_many_more() {
    let (master, me) = (meeting(1, 9, None, false), Addresses::new([ORGANIZER]));
    let (mut text, mut invited) = (master, Vec::new());
    let answer = |who: &str, delegate: &str, minute: usize| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260201T00{minute:02}00Z\r\n\
             ORGANIZER:{ORGANIZER}\r\nATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"{delegate}\":{who}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let mut send = |who: &str, delegate: &str, minute: usize| {
        let message = Incoming::read(&answer(who, delegate, minute), &Limits::default()).unwrap();
        let object = parse(&text);
        let outcome = itip::apply(Some(Version { object: &object, text: &text }), &message, &me, now()).unwrap();
        invited.extend(outcome.request_to);
        text = outcome.text.unwrap_or_else(|| text.clone());
    };
    // Each sends two others and the next of the chain, who does the same; the last comes back to the first.
    let mut who = ATTENDEE.to_owned();
    for link in 0..10 {
        for (place, delegate) in ["one", "two", "next"].iter().enumerate() {
            send(&who, &format!("mailto:{delegate}{link}@example.org"), 3 * link + place);
        }
        who = format!("mailto:next{link}@example.org");
    }
    send("mailto:next0@example.org", ATTENDEE, 40);
    send(ATTENDEE, "mailto:late@example.org", 41);
    let few = ["one0", "two0", "next0", "one1", "two1"].map(|name| format!("mailto:{name}@example.org"));
    assert_eq!(invited, few);
}

#[test]
fn what_is_split_off_and_takes_place_when_it_did_keeps_its_answers() {
    let series = meeting(1, 9, None, false).replace("NEEDS-ACTION", "ACCEPTED");
    let later =
        |start: &str| series.replace("20260302T090000", start).replace("COUNT=6", "COUNT=4").replace("UID:m", "UID:n");
    let same = later("20260316T090000");
    assert_eq!(itip::split_off(&parse(&series), same.clone()), same);
    for start in ["20260316T100000", "20260317T090000"] {
        let moved = itip::split_off(&parse(&series), later(start));
        assert!(moved.contains("PARTSTAT=NEEDS-ACTION") && moved.contains("RSVP=TRUE"), "{moved}");
    }
}

/// What is split off from `series` at `start`, which is `later`, and whether it has the answers.
fn keeps_answers(series: &str, later: &str) -> bool {
    let split = itip::split_off(&parse(series), later.to_owned());
    assert!(split == later || split.contains("PARTSTAT=NEEDS-ACTION") && !split.contains("ACCEPTED"), "{split}");
    split == later
}

#[test]
fn an_earlier_instance_behind_the_cut_is_no_other_time() {
    // The second was moved to Wednesday 18 March; from the third on the title is another.
    let series = meeting(1, 9, Some(1), false).replace("20260309T180000", "20260318T180000");
    let series = series.replace("NEEDS-ACTION", "ACCEPTED");
    let later = meeting(2, 9, None, false).replace("20260302T09", "20260316T09").replace("COUNT=6", "COUNT=4");
    let later = later.replace("NEEDS-ACTION", "ACCEPTED");
    assert!(keeps_answers(&series, &later));
    assert!(!keeps_answers(&series, &later.replace("T09", "T10")));
    // One of those behind the cut is moved, before and after: that is no other time, and to move it is one.
    let own = |text: &str, day: u32| {
        text.replace("RECURRENCE-ID;TZID=Europe/Zurich:20260309", "RECURRENCE-ID;TZID=Europe/Zurich:20260323")
            .replace("DTSTART;TZID=Europe/Zurich:20260309", &format!("DTSTART;TZID=Europe/Zurich:202603{day}"))
    };
    let with_own = |day| {
        let later = meeting(2, 9, Some(1), false).replace("20260302T09", "20260316T09").replace("COUNT=6", "COUNT=4");
        own(&later.replace("NEEDS-ACTION", "ACCEPTED"), day)
    };
    let series = own(&meeting(1, 9, Some(1), false).replace("NEEDS-ACTION", "ACCEPTED"), 25);
    assert!(keeps_answers(&series, &with_own(25)));
    assert!(!keeps_answers(&series, &with_own(26)));
}

#[test]
fn a_dense_series_is_split_with_its_answers() {
    for rule in ["FREQ=DAILY;BYHOUR=9,15", "FREQ=HOURLY", "FREQ=MINUTELY;INTERVAL=2"] {
        let series = meeting(1, 9, None, false).replace("FREQ=WEEKLY;COUNT=6", rule).replace("PT1H", "PT1M");
        let series = series.replace("NEEDS-ACTION", "ACCEPTED");
        let later = series.replace("20260302T09", "20260316T09").replace("Title 1", "Title 2");
        assert!(keeps_answers(&series, &later), "{rule}");
        assert!(!keeps_answers(&series, &later.replace("T090000", "T090030")), "{rule}");
    }
}

#[test]
fn an_instance_that_goes_on_at_the_cut_is_no_other_time() {
    let series = meeting(1, 9, None, false).replace("PT1H", "P8D").replace("NEEDS-ACTION", "ACCEPTED");
    let later = series.replace("20260302T09", "20260316T09").replace("COUNT=6", "COUNT=4");
    assert!(keeps_answers(&series, &later.replace("Title 1", "Title 2")));
    assert!(!keeps_answers(&series, &later.replace("P8D", "P7D")));
}

#[test]
fn an_instance_is_known_in_whatever_zone_an_answer_names_it() {
    let series = meeting(1, 9, None, false);
    for (zone, id) in [("W. Europe Standard Time", "20260309T090000"), ("America/New_York", "20260309T040000")] {
        for (method, says) in [("REPLY", "PARTSTAT=DECLINED"), ("CANCEL", "STATUS:CANCELLED")] {
            let message = format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260201T000000Z\r\n\
                 RECURRENCE-ID;TZID={zone}:{id}\r\nORGANIZER:{ORGANIZER}\r\nATTENDEE;PARTSTAT=DECLINED:{ATTENDEE}\r\n\
                 END:VEVENT\r\nEND:VCALENDAR\r\n"
            );
            let message = Incoming::read(&message, &Limits::default()).unwrap();
            let object = parse(&series);
            let me = Addresses::new([if method == "REPLY" { ORGANIZER } else { ATTENDEE }]);
            let outcome = itip::apply(Some(Version { object: &object, text: &series }), &message, &me, now()).unwrap();
            let text = outcome.text.unwrap_or_else(|| panic!("{zone} {method} {:?}", outcome.why));
            assert!(text.contains("RECURRENCE-ID;TZID=Europe/Zurich:20260309T090000") && text.contains(says), "{text}");
            assert_eq!(parse(&text).overrides.len(), 1);
        }
    }
}

#[test]
fn what_others_have_answered_is_told_from_everything_else() {
    let me = Addresses::new([ATTENDEE]);
    let other = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:dora@example.org\r\n";
    let text = meeting(1, 9, None, false).replace("ORGANIZER:", &format!("{other}ORGANIZER:"));
    let differ = |changed: &str| {
        let (one, two) = (parse(&text), parse(changed));
        itip::differ_in_answers_alone(
            Version { object: &one, text: &text },
            Version { object: &two, text: changed },
            &me,
        )
    };
    let answered = text.replace("NEEDS-ACTION:mailto:dora", "ACCEPTED:mailto:dora");
    assert!(differ(&answered) && differ(&answered.replace("DTSTAMP:2026", "DTSTAMP:2027")));
    for (from, to) in
        [("NEEDS-ACTION:mailto:bernard", "ACCEPTED:mailto:bernard"), ("Title", "Name"), ("T09", "T10"), (other, "")]
    {
        assert!(!differ(&text.replace(from, to)), "{from}");
    }
}
