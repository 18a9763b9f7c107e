//! What programs ask for: instances in pieces, requests that come twice, calendars in order.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::Zurich;
use kalends_domain::Error;
use kalends_domain::calendars::{CalendarDetails, CalendarId, CalendarPatch, NewCalendar};
use kalends_domain::idempotency::Once;
use kalends_domain::instances::{InstanceQuery, SeenInstance};
use kalends_ical::edit::{EventDraft, Marks, Repeat, Timing};
use kalends_ical::value::Moment;
use kalends_test_support::home::Home;
use kalends_test_support::texts::{calendar, component};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn march(limit: usize) -> InstanceQuery {
    let (from, to) = (at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z"));
    InstanceQuery { from, to, viewer: Zurich, after: None, limit }
}

fn entry(uid: &str, lines: &str) -> String {
    calendar(&component("VEVENT", uid, lines))
}

fn draft(title: &str) -> EventDraft {
    let first = at("2026-03-02T00:00:00Z").date_naive();
    EventDraft {
        summary: title.into(),
        description: None,
        location: None,
        timing: Timing::AllDay { first, last: first },
        repeat: Repeat::Never,
        marks: Marks::default(),
    }
}

#[tokio::test]
async fn instances_have_the_times_that_are_written_and_come_in_pieces() {
    let home = Home::new().await;
    home.put("z.ics", &entry("z", "DTSTART;TZID=Asia/Tokyo:20260310T090000\nDURATION:PT1H\nSUMMARY:Tokyo"))
        .await
        .unwrap();
    home.put("f.ics", &entry("f", "DTSTART:20260310T090000\nDTEND:20260310T100000\nSUMMARY:Floating")).await.unwrap();
    home.put("d.ics", &entry("d", "DTSTART;VALUE=DATE:20260310\nSUMMARY:Day\nRRULE:FREQ=WEEKLY;COUNT=3"))
        .await
        .unwrap();
    let whole = home.kalends.instances(home.anna, &[home.calendar], &march(100)).await.unwrap();
    let title = |seen: &SeenInstance| seen.event.as_ref().unwrap().texts.summary.clone().unwrap();
    let titles: Vec<String> = whole.instances.iter().map(title).collect();
    assert_eq!(titles, ["Day", "Tokyo", "Floating", "Day", "Day"]);
    assert!(matches!(&whole.instances[1].start, Moment::Zoned { tzid, .. } if tzid == "Asia/Tokyo"));
    assert_eq!(whole.instances[1].start_utc, at("2026-03-10T00:00:00Z"));
    assert!(matches!(whole.instances[2].start, Moment::Floating(_)));
    // Nine in the viewer's zone.
    assert_eq!(whole.instances[2].start_utc, at("2026-03-10T08:00:00Z"));
    for limit in 1..=5 {
        let (mut query, mut read) = (march(limit), Vec::new());
        loop {
            let page = home.kalends.instances(home.anna, &[home.calendar], &query).await.unwrap();
            read.extend(page.instances);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(read, whole.instances, "in pieces of {limit}");
    }
    let missing = home.kalends.instances(home.anna, &[CalendarId(99_999)], &march(1)).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

#[tokio::test]
async fn an_opened_event_keeps_a_zone_that_only_its_object_defines() {
    let home = Home::new().await;
    let zone = "BEGIN:VTIMEZONE\nTZID:Office\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n";
    let lines = "DTSTART;TZID=Office:20260310T090000\nDTEND;TZID=Asia/Tokyo:20260310T190000\nRRULE:FREQ=DAILY;COUNT=2";
    home.put("o.ics", &calendar(&(zone.to_owned() + &component("VEVENT", "o", lines)))).await.unwrap();
    let opened = home.kalends.opened_event(home.anna, home.calendar, "o.ics", None).await.unwrap();
    assert!(matches!(&opened.start, Moment::Zoned { tzid, .. } if tzid == "Office"));
    assert!(matches!(&opened.end, Moment::Zoned { tzid, .. } if tzid == "Asia/Tokyo"));
    assert_eq!(opened.start_utc, at("2026-03-10T08:00:00Z"));
    assert_eq!(opened.end_utc, at("2026-03-10T10:00:00Z"));
    let second = Moment::Zoned { local: at("2026-03-11T09:00:00Z").naive_utc(), tzid: "Office".into() };
    let opened = home.kalends.opened_event(home.anna, home.calendar, "o.ics", Some(&second)).await.unwrap();
    assert_eq!(
        (opened.start_utc, opened.end_utc - opened.start_utc),
        (at("2026-03-11T08:00:00Z"), TimeDelta::hours(2))
    );
    let third = Moment::Zoned { local: at("2026-03-12T09:00:00Z").naive_utc(), tzid: "Office".into() };
    let none = home.kalends.opened_event(home.anna, home.calendar, "o.ics", Some(&third)).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "{none:?}");
}

#[tokio::test]
async fn of_requests_with_one_key_at_the_same_moment_one_makes_something() {
    let home = Home::new().await;
    let once = Once::new("key", &[b"path", b"body"]).unwrap();
    let draft = draft("Once");
    let all = (0..8).map(|_| home.kalends.create_event_once(home.anna, home.calendar, &draft, Some(&once)));
    let made: Vec<_> = futures::future::join_all(all).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(made.iter().filter(|made| !made.repeated).count(), 1);
    assert!(made.iter().all(|other| other.name == made[0].name));
    assert_eq!(home.names().await.len(), 1);
    // What is the same when it is put together is not the same request.
    let other = Once::new("key", &[b"pathb", b"ody"]).unwrap();
    let refused = home.kalends.create_event_once(home.anna, home.calendar, &draft, Some(&other)).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "Idempotency-Key", .. })), "{refused:?}");
    let details = CalendarDetails::named("Work", 1);
    let new = || NewCalendar { slug: None, details: details.clone(), dead: Vec::new(), make_default: false };
    let key = Once::new("calendar", &[]).unwrap();
    let first = home.kalends.create_calendar_once(home.anna, home.anna.principal, new(), Some(&key)).await.unwrap();
    let again = home.kalends.create_calendar_once(home.anna, home.anna.principal, new(), Some(&key)).await.unwrap();
    assert_eq!(first.id, again.id);
}

#[tokio::test]
async fn a_calendar_is_changed_only_as_it_was_seen() {
    let home = Home::new().await;
    let rename = |name: &str| CalendarPatch { display_name: Some(name.into()), ..CalendarPatch::default() };
    let change = async |seen: &str, name: &str| {
        let check = |held: &kalends_domain::access::Held| match held.details.display_name == seen {
            true => Ok(()),
            false => Err(Error::PreconditionFailed),
        };
        home.kalends.update_calendar_if(home.anna, home.calendar, rename(name), check).await
    };
    let (one, other) = futures::future::join(change("Personal", "One"), change("Personal", "Other")).await;
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let before = home.kalends.list_revision(home.anna).await.unwrap();
    let hide = CalendarPatch { hidden: Some(true), ..CalendarPatch::default() };
    home.kalends.update_calendar(home.anna, home.calendar, hide).await.unwrap();
    let held = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap();
    assert!(held.view().hidden && home.kalends.list_revision(home.anna).await.unwrap() > before);
}
