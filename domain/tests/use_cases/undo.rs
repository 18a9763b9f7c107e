//! Edits that are taken back and done again.

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Europe::Zurich;
use kalends_domain::access::{Access, Caller};
use kalends_domain::bin::Bin;
use kalends_domain::calendars::{CalendarDetails, CalendarId, Revision};
use kalends_domain::events::EventChange;
use kalends_domain::objects::Precondition;
use kalends_domain::undo::{Undo, Undone};
use kalends_domain::{Error, Limits, Missing};
use kalends_ical::edit::{EventDraft, Marks, Pattern, Repeat, RepeatEnd, Scope, Timing};
use kalends_ical::placement::When;
use kalends_ical::value::Moment;
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::event_titled;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;

const WHOLE: Scope = Scope::All { opened_at: None };

fn daily(summary: &str) -> EventDraft {
    let start: NaiveDateTime = "2026-03-02T09:00:00".parse().unwrap();
    EventDraft {
        summary: summary.into(),
        description: None,
        location: None,
        timing: Timing::Timed { start, end: start + TimeDelta::hours(1), zone: Some(Zurich) },
        repeat: Repeat::Every { interval: 1, pattern: Pattern::Daily, until: RepeatEnd::After(5) },
        marks: Marks::default(),
    }
}

fn third() -> Moment {
    Moment::Zoned { local: "2026-03-04T09:00:00".parse().unwrap(), tzid: "Europe/Zurich".into() }
}

async fn second_calendar(home: &Home) -> CalendarId {
    let details = CalendarDetails::named("Second", 1);
    home.kalends.create_calendar(home.anna, Some("second"), details, vec![]).await.unwrap().id
}

/// Every object of these calendars.
async fn contents(home: &Home, calendars: &[CalendarId]) -> BTreeMap<(i64, String), String> {
    let mut contents = BTreeMap::new();
    for calendar in calendars {
        for head in home.kalends.object_heads(home.anna, *calendar, "").await.unwrap() {
            let text = home.kalends.object(home.anna, *calendar, &head.name).await.unwrap().text;
            contents.insert((calendar.0, head.name), text);
        }
    }
    contents
}

async fn take_back(home: &Home, undo: &Undo) -> Undo {
    match home.kalends.undo(home.anna, undo, None).await.unwrap() {
        Undone::Done(again) => again,
        Undone::Changed(now) => panic!("{now:?}"),
    }
}

async fn changed(home: &Home, undo: &Undo, over: Option<&[Option<String>]>) -> Vec<(Option<String>, Option<String>)> {
    match home.kalends.undo(home.anna, undo, over).await.unwrap() {
        Undone::Done(_) => panic!("it was taken back"),
        Undone::Changed(now) => now.into_iter().map(|now| (now.etag, now.title)).collect(),
    }
}

/// One edit of the only object in Anna's calendar.
async fn edit(home: &Home, what: &str, second: CalendarId) -> Undo {
    let kalends = &home.kalends;
    let name = home.names().await.pop().unwrap_or_default();
    let stored = kalends.object(home.anna, home.calendar, &name).await;
    let etag = stored.map(|object| object.head.etag).unwrap_or_default();
    let change = |scope| EventChange { calendar: home.calendar, name: &name, etag: &etag, scope };
    let instance = kalends.event(home.anna, home.calendar, &name, Some(&third())).await.ok();
    let renamed = instance.map(|details| EventDraft { summary: format!("{what} renamed"), ..details.draft });
    let to = When::Times { start: "2026-03-04T11:00:00".parse().unwrap(), end: "2026-03-04T12:30:00".parse().unwrap() };
    match what {
        "create" => kalends.create_event(home.anna, home.calendar, &daily("Stand-up")).await.unwrap().1,
        "move one" => kalends.move_event(home.anna, change(Scope::This(third())), to, Zurich).await.unwrap().undo,
        "move following" => {
            kalends.move_event(home.anna, change(Scope::ThisAndFollowing(third())), to, Zurich).await.unwrap().undo
        }
        "change following" => {
            let scope = Scope::ThisAndFollowing(third());
            kalends.update_event(home.anna, change(scope), &renamed.unwrap(), home.calendar).await.unwrap()
        }
        "change all" => {
            let scope = Scope::All { opened_at: Some(third()) };
            kalends.update_event(home.anna, change(scope), &renamed.unwrap(), home.calendar).await.unwrap()
        }
        "other calendar" => {
            let draft = kalends.event(home.anna, home.calendar, &name, None).await.unwrap().draft;
            kalends.update_event(home.anna, change(WHOLE), &draft, second).await.unwrap()
        }
        "delete one" => kalends.delete_event(home.anna, change(Scope::This(third()))).await.unwrap(),
        "delete following" => kalends.delete_event(home.anna, change(Scope::ThisAndFollowing(third()))).await.unwrap(),
        _ => kalends.delete_event(home.anna, change(WHOLE)).await.unwrap(),
    }
}

#[tokio::test]
async fn every_edit_is_taken_back_and_done_again_octet_for_octet() {
    let home = Home::new().await;
    let second = second_calendar(&home).await;
    let calendars = [home.calendar, second];
    edit(&home, "create", second).await;
    for what in [
        "move one",
        "move following",
        "change following",
        "change all",
        "other calendar",
        "delete one",
        "delete following",
        "delete all",
    ] {
        let before = contents(&home, &calendars).await;
        let mut undo = edit(&home, what, second).await;
        let after = contents(&home, &calendars).await;
        assert_ne!(before, after, "{what}");
        for round in ["first", "second"] {
            undo = take_back(&home, &undo).await;
            assert_eq!(contents(&home, &calendars).await, before, "{what}, {round}");
            undo = take_back(&home, &undo).await;
            assert_eq!(contents(&home, &calendars).await, after, "{what}, {round}");
        }
        take_back(&home, &undo).await;
    }
}

#[tokio::test]
async fn edits_are_taken_back_to_nothing_in_turn_and_done_again() {
    let home = Home::new().await;
    let second = second_calendar(&home).await;
    let calendars = [home.calendar, second];
    let mut states = vec![contents(&home, &calendars).await];
    let mut edits = Vec::new();
    for what in ["create", "move one", "change all", "delete one", "other calendar"] {
        edits.push(edit(&home, what, second).await);
        states.push(contents(&home, &calendars).await);
    }
    let mut again = Vec::new();
    for (undo, state) in edits.iter().zip(&states).rev() {
        again.push(take_back(&home, undo).await);
        assert_eq!(contents(&home, &calendars).await, *state);
    }
    assert!(contents(&home, &calendars).await.is_empty());
    for (redo, state) in again.iter().rev().zip(&states[1..]) {
        take_back(&home, redo).await;
        assert_eq!(contents(&home, &calendars).await, *state);
    }
}

#[tokio::test]
async fn what_has_changed_since_is_named_and_kept_unless_it_is_meant() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "Lunch")).await.unwrap();
    let opened = home.kalends.event(home.anna, home.calendar, "a.ics", None).await.unwrap();
    let change = EventChange { calendar: home.calendar, name: "a.ics", etag: &opened.etag, scope: WHOLE };
    let renamed = EventDraft { summary: "Long lunch".into(), ..opened.draft };
    let before = home.text("a.ics").await;
    let undo = home.kalends.update_event(home.anna, change, &renamed, home.calendar).await.unwrap();

    let (others, newer) = (event_titled("a", "Theirs"), event_titled("a", "Theirs, newer"));
    let etag = home.put("a.ics", &others).await.unwrap().etag;
    let said = changed(&home, &undo, None).await;
    assert_eq!(said, [(Some(etag.clone()), Some("Theirs".to_owned()))]);
    assert_eq!(home.text("a.ics").await, others);
    // It has changed once more while the person thought about it.
    home.put("a.ics", &newer).await.unwrap();
    let said = changed(&home, &undo, Some(&[Some(etag)])).await;
    assert_eq!(said[0].1.as_deref(), Some("Theirs, newer"));
    assert_eq!(home.text("a.ics").await, newer);
    let Undone::Done(again) = home.kalends.undo(home.anna, &undo, Some(&[said[0].0.clone()])).await.unwrap() else {
        panic!("it was not taken back")
    };
    assert_eq!(home.text("a.ics").await, before);
    take_back(&home, &again).await;
    assert_eq!(home.text("a.ics").await, newer);
    // What somebody else has put back already needs nothing.
    home.put("a.ics", &before).await.unwrap();
    assert_eq!(take_back(&home, &undo).await, Undo::default());
    // What somebody else deleted comes back if it is meant.
    home.delete("a.ics").await;
    assert_eq!(changed(&home, &undo, None).await, [(None, Some("Lunch".to_owned()))]);
    home.kalends.undo(home.anna, &undo, Some(&[None])).await.unwrap();
    assert_eq!(home.text("a.ics").await, before);
}

#[tokio::test]
async fn a_deleted_event_whose_uid_is_taken_comes_back_beside_if_it_is_meant() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "Lunch")).await.unwrap();
    let etag = home.kalends.object(home.anna, home.calendar, "a.ics").await.unwrap().head.etag;
    let change = EventChange { calendar: home.calendar, name: "a.ics", etag: &etag, scope: WHOLE };
    let undo = home.kalends.delete_event(home.anna, change).await.unwrap();
    home.put("other.ics", &event_titled("a", "Taken")).await.unwrap();
    assert_eq!(changed(&home, &undo, None).await, [(None, Some("Lunch".to_owned()))]);
    assert_eq!(home.names().await, ["other.ics"]);
    let Undone::Done(again) = home.kalends.undo(home.anna, &undo, Some(&[None])).await.unwrap() else {
        panic!("it was not taken back")
    };
    assert_eq!(home.names().await.len(), 2);
    assert_eq!(home.text("other.ics").await, event_titled("a", "Taken"));
    take_back(&home, &again).await;
    assert_eq!(home.names().await, ["other.ics"]);
}

#[tokio::test]
async fn only_who_may_write_takes_back() {
    let home = Home::new().await;
    let (_, undo) = home.kalends.create_event(home.anna, home.calendar, &daily("Stand-up")).await.unwrap();
    let ben = user(&home.kalends, "ben").await;
    let refused = home.kalends.undo(ben, &undo, None).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Calendar))), "{refused:?}");
    home.share(ben, Access::Read).await;
    let refused = home.kalends.undo(ben, &undo, None).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");
    let nothing = home.kalends.undo(home.anna, &Undo(vec![(home.calendar, Revision(99))]), None).await;
    assert!(matches!(nothing, Err(Error::NotFound(Missing::Change))), "{nothing:?}");
    assert_eq!(home.names().await.len(), 1);
}

#[tokio::test]
async fn an_import_is_taken_back_but_for_what_has_changed_since() {
    let home = Home::new().await;
    let there = event_titled("there", "There before");
    home.put("there.ics", &there).await.unwrap();
    // More than one batch.
    let mut file: String = (0..450).map(|n| event_titled(&format!("e{n}"), &format!("Event {n}"))).collect();
    file.push_str(&event_titled("there", "From the file"));
    let report = home.kalends.import(home.anna, home.calendar, "team.ics", file).await.unwrap();
    assert_eq!((report.added.count, report.replaced.count), (450, 1));
    let imported = contents(&home, &[home.calendar]).await;
    home.put("e7.ics", &event_titled("e7", "Mine by now")).await.unwrap();
    home.kalends.delete_object(home.anna, home.calendar, "e8.ics", Precondition::None).await.unwrap();

    let undone = home.kalends.undo_run(home.anna, home.calendar, report.run).await.unwrap();
    // What is deleted already is as it was before.
    assert_eq!((undone.removed, undone.restored, undone.left), (449, 1, vec!["Mine by now".to_owned()]));
    assert_eq!(home.names().await, ["e7.ics", "there.ics"]);
    assert_eq!(home.text("there.ics").await, there);
    let history = home.kalends.object_history(home.anna, home.calendar, "there.ics").await.unwrap();
    let labels: Vec<_> = history.iter().map(|change| change.cause.as_ref().unwrap().label.as_str()).collect();
    assert_eq!(labels, ["team.ics", "team.ics", ""]);

    let again = home.kalends.undo_run(home.anna, home.calendar, undone.run).await.unwrap();
    assert_eq!((again.removed, again.restored, again.left), (0, 449, vec![]));
    let mut now = contents(&home, &[home.calendar]).await;
    assert!(!now.contains_key(&(home.calendar.0, "e8.ics".to_owned())));
    for name in ["e7.ics", "e8.ics"] {
        let key = (home.calendar.0, name.to_owned());
        now.insert(key.clone(), imported[&key].clone());
    }
    assert_eq!(now, imported);
    let ben = user(&home.kalends, "ben").await;
    let refused = home.kalends.undo_run(ben, home.calendar, report.run).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Calendar))), "{refused:?}");
}

#[tokio::test]
async fn whatever_happened_by_whichever_way_is_taken_back_step_by_step_to_nothing() {
    let home = Home::new().await;
    let callers = [home.anna, Caller::command(home.anna.principal)];
    let mut random = StdRng::seed_from_u64(7);
    let mut states = vec![contents(&home, &[home.calendar]).await];
    while states.len() <= 300 {
        let (caller, n) = (callers[random.random_range(0..2)], random.random_range(0..6));
        let name = format!("{n}.ics");
        let stored = home.kalends.object(caller, home.calendar, &name).await;
        if stored.is_ok() && random.random_ratio(1, 4) {
            home.kalends.delete_object(caller, home.calendar, &name, Precondition::None).await.unwrap();
        } else {
            // Texts that it had before come again, and the same text is no change.
            let text = event_titled(&n.to_string(), &format!("Version {}", random.random_range(0..4)));
            let written =
                home.kalends.put_object(caller, home.calendar, &name, &text, Precondition::None).await.unwrap();
            if usize::try_from(written.revision.0).unwrap() < states.len() {
                continue;
            }
        }
        states.push(contents(&home, &[home.calendar]).await);
    }
    for revision in (1..states.len()).rev() {
        let undo = Undo(vec![(home.calendar, Revision(i64::try_from(revision).unwrap()))]);
        take_back(&home, &undo).await;
        assert_eq!(contents(&home, &[home.calendar]).await, states[revision - 1], "before {revision}");
    }
    assert!(home.names().await.is_empty());
}

#[tokio::test]
async fn a_move_that_is_taken_back_or_done_again_leaves_nothing_in_the_bin() {
    let home = Home::new().await;
    let second = second_calendar(&home).await;
    edit(&home, "create", second).await;
    let mut undo = edit(&home, "other calendar", second).await;
    for round in ["taken back", "done again", "taken back again"] {
        undo = take_back(&home, &undo).await;
        assert_eq!(home.kalends.bin(home.anna, 0).await.unwrap(), Bin::default(), "{round}");
    }
    // What is taken back otherwise rests there, as whatever else goes.
    let (_, created) = home.kalends.create_event(home.anna, home.calendar, &daily("Choir")).await.unwrap();
    take_back(&home, &created).await;
    assert_eq!(home.kalends.bin(home.anna, 0).await.unwrap().objects.len(), 1);
}

#[tokio::test]
async fn a_deleted_calendar_is_taken_back_as_it_was_or_not_at_all() {
    let limits = Limits { account_calendars: 2, account_objects: 1, ..Limits::default() };
    let home = Home::with_limits(limits).await;
    let (kalends, anna) = (&home.kalends, home.anna);
    let second = second_calendar(&home).await;
    home.put("a.ics", &event_titled("a", "Lunch")).await.unwrap();
    let before = kalends.calendar_by_id(anna, home.calendar).await.unwrap();
    let text = home.text("a.ics").await;

    kalends.delete_calendar(anna, home.calendar).await.unwrap();
    kalends.undo_calendar_deletion(anna, home.calendar).await.unwrap();
    let back = kalends.calendar_by_id(anna, home.calendar).await.unwrap();
    assert_eq!((&back.slug, back.revision, &back.details), (&before.slug, before.revision, &before.details));
    assert_eq!(home.text("a.ics").await, text);
    let again = kalends.undo_calendar_deletion(anna, home.calendar).await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");

    kalends.delete_calendar(anna, home.calendar).await.unwrap();
    let refused = async |expected: &str| {
        let refused = kalends.undo_calendar_deletion(anna, home.calendar).await.unwrap_err();
        assert_eq!(refused.to_string(), expected);
        assert_eq!(kalends.bin(anna, 0).await.unwrap().calendars.len(), 1, "it rests where it was");
    };
    // Others cannot know that it is there.
    let ben = user(kalends, "ben").await;
    let not_his = kalends.undo_calendar_deletion(ben, home.calendar).await;
    assert!(matches!(not_his, Err(Error::NotFound(_))), "{not_his:?}");
    // Another calendar has its slug, and there is no room for one more.
    let details = CalendarDetails::named("Other", 1);
    let other = kalends.create_calendar(anna, Some(&before.slug), details, vec![]).await.unwrap().id;
    refused("the account may hold 2 calendars and no more").await;
    kalends.delete_calendar(anna, second).await.unwrap();
    assert_eq!(
        kalends.undo_calendar_deletion(anna, home.calendar).await.unwrap_err().to_string(),
        "the slug already exists"
    );
    kalends.delete_calendar(anna, other).await.unwrap();
    // What it holds has no room.
    let full = kalends.create_named_calendar(anna, "Full").await.unwrap().id;
    kalends.put_object(anna, full, "b.ics", &event_titled("b", "Choir"), Precondition::None).await.unwrap();
    let no_room = kalends.undo_calendar_deletion(anna, home.calendar).await.unwrap_err();
    assert_eq!(no_room.to_string(), "the account may hold 1 objects and no more");
    kalends.delete_object(anna, full, "b.ics", Precondition::None).await.unwrap();
    kalends.delete_calendar(anna, full).await.unwrap();
    kalends.undo_calendar_deletion(anna, home.calendar).await.unwrap();
    assert_eq!(home.text("a.ics").await, text);
}
