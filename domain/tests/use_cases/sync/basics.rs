//! What goes from one side to the other, and what stays.

use super::{Pair, account, settings, titled};
use chrono::{TimeDelta, Utc};
use kalends_domain::access::Access;
use kalends_domain::history::RunKind;
use kalends_domain::objects::Precondition;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_domain::sync::{
    AsideCode, LinkRemoval, LinkSettings, LinkState, LinkTarget, NewLink, RunOutcome, Side, SyncOutcome, Trouble,
};
use kalends_domain::{Error, Missing};
use kalends_test_support::home::user;
use kalends_test_support::remote::{Call, REMOTE, RemoteService};
use kalends_test_support::texts::{event, todo};

const POLICY: Policy = Policy::MergeThenNewest;

#[tokio::test]
async fn both_sides_get_what_the_other_has_and_keep_it_as_it_was_written() {
    let pair = Pair::new(POLICY).await;
    let (ours, theirs) = (titled("ours", "Here"), titled("theirs", "There"));
    pair.put(&ours).await;
    pair.remote.put(&theirs);
    let link = pair.run_due().await;
    assert_eq!((link.state, link.trouble), (LinkState::InStep, None));
    pair.assert_same().await;
    assert_eq!(pair.text("theirs").await.unwrap(), theirs);
    assert_eq!(pair.remote.text("ours").unwrap(), ours);
    let expected = [
        (Side::Here, SyncOutcome::Created, "theirs".to_owned()),
        (Side::There, SyncOutcome::Created, "ours".to_owned()),
    ];
    assert_eq!(pair.receipt().await, expected);
    // What both have is asked for once and no more.
    pair.remote.calls();
    pair.sync().await;
    pair.sync().await;
    assert_eq!(pair.remote.calls(), [(Call::Changes, 0), (Call::Changes, 0)]);
}

#[tokio::test]
async fn an_event_that_is_renamed_and_moved_stays_one_and_two_alike_stay_two() {
    let pair = Pair::new(POLICY).await;
    for uid in ["a", "b"] {
        pair.put(&titled(uid, "Twins")).await;
    }
    pair.run_due().await;
    assert_eq!(pair.uids_there(), ["a", "b"]);
    pair.remote.put(&titled("a", "Renamed").replace("T090000Z", "T091000Z"));
    pair.sync().await;
    assert_eq!(pair.uids().await, ["a", "b"]);
    assert!(pair.text("a").await.unwrap().contains("T091000Z"));
    pair.put(&titled("b", "Renamed here").replace("T090000Z", "T091000Z")).await;
    pair.sync().await;
    pair.assert_same().await;
    assert!(pair.remote.text("b").unwrap().contains("Renamed here"));
}

#[tokio::test]
async fn what_is_deleted_on_one_side_is_gone_on_the_other_and_in_the_bin_here() {
    let pair = Pair::new(POLICY).await;
    for uid in ["a", "b", "c"] {
        pair.put(&titled(uid, uid)).await;
    }
    pair.run_due().await;
    pair.remote.delete("a");
    pair.delete("b").await;
    pair.sync().await;
    assert_eq!((pair.uids().await, pair.uids_there()), (vec!["c".to_owned()], vec!["c".to_owned()]));
    let bin = pair.kalends.bin(pair.anna(), 0).await.unwrap();
    assert_eq!(bin.objects.len(), 2, "both can be brought back");
    let expected =
        [(Side::Here, SyncOutcome::Deleted, "a".to_owned()), (Side::There, SyncOutcome::Deleted, "b".to_owned())];
    assert_eq!(pair.receipt().await, expected);
}

#[tokio::test]
async fn the_log_says_which_link_and_run_changed_something() {
    let pair = Pair::new(POLICY).await;
    pair.remote.put(&titled("a", "There"));
    pair.run_due().await;
    let history =
        pair.kalends.object_history(pair.anna(), pair.calendar, &pair.name("a").await.unwrap()).await.unwrap();
    let cause = history[0].cause.clone().unwrap();
    let run = pair.kalends.sync_runs(pair.anna(), pair.link, None, 1).await.unwrap()[0].clone();
    assert_eq!(cause.run, Some((run.run, RunKind::Sync)));
    assert_eq!((cause.way.as_str(), cause.label.as_str()), ("sync", "work (anna@example.org)"));
    assert_eq!(run.outcome, Some(RunOutcome::Done));
    let why =
        pair.kalends.provenance(pair.anna(), pair.calendar, &pair.name("a").await.unwrap()).await.unwrap().unwrap();
    assert_eq!((why.account_name.as_deref(), why.remote_name.as_str()), (Some("anna@example.org"), "work"));
    assert!(why.is_there && why.crossed.is_some_and(|(_, outwards)| !outwards));
}

#[tokio::test]
async fn a_server_that_writes_texts_its_own_way_leaves_ours_as_they_are() {
    for lists in [false, true] {
        let remote = RemoteService::new();
        remote.rewrites(|text| {
            text.replace("PRODID:-//Example//EN", "PRODID:-//Server//EN")
                .replace("\r\nSUMMARY", "\r\nSEQUENCE:0\r\nSUMMARY")
        });
        if lists {
            remote.lists();
        }
        let pair = Pair::tied(remote, settings(Direction::Both, POLICY)).await;
        let text = titled("a", "Ours");
        pair.put(&text).await;
        pair.run_due().await;
        pair.sync().await;
        assert_eq!(pair.text("a").await.unwrap(), text, "octet for octet");
        assert_ne!(pair.remote.text("a").unwrap(), text);
        let edited = titled("a", "Ours again");
        pair.put(&edited).await;
        pair.sync().await;
        assert_eq!(pair.text("a").await.unwrap(), edited);
        assert!(pair.remote.text("a").unwrap().contains("Ours again"));
        let revision = pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.unwrap().revision;
        pair.sync().await;
        assert_eq!(pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.unwrap().revision, revision);
    }
}

#[tokio::test]
async fn what_a_server_makes_of_a_text_counts_as_its_edit() {
    let remote = RemoteService::new();
    remote.rewrites(|text| text.replace("\r\nX-OWN:1", ""));
    let pair = Pair::tied(remote, settings(Direction::Both, POLICY)).await;
    pair.put(&event("a", "20260305T090000Z", "X-OWN:1")).await;
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    pair.assert_same().await;
    assert!(!pair.text("a").await.unwrap().contains("X-OWN"));
}

#[tokio::test]
async fn what_a_service_cannot_hold_is_kept_here_while_its_edits_come() {
    let remote = RemoteService::new();
    remote.rewrites(|text| text.replace("\r\nX-OWN:1", ""));
    remote.is_lossy();
    let pair = Pair::tied(remote, settings(Direction::Both, POLICY)).await;
    let text = event("a", "20260305T090000Z", "X-OWN:1\nLOCATION:Here");
    pair.put(&text).await;
    pair.run_due().await;
    pair.sync().await;
    assert_eq!(pair.text("a").await.unwrap(), text);
    // An edit there, and then one on both sides.
    let there = pair.remote.text("a").unwrap();
    pair.remote.put(&there.replace("Event a", "Edited there"));
    pair.sync().await;
    let now = pair.text("a").await.unwrap();
    assert!(now.contains("X-OWN:1") && now.contains("Edited there"), "{now}");
    pair.put(&now.replace("LOCATION:Here", "LOCATION:Elsewhere")).await;
    let there = pair.remote.text("a").unwrap();
    pair.remote.put(&there.replace("Edited there", "Edited again"));
    pair.sync().await;
    pair.sync().await;
    let now = pair.text("a").await.unwrap();
    assert!(now.contains("X-OWN:1") && now.contains("Edited again") && now.contains("Elsewhere"), "{now}");
    let there = pair.remote.text("a").unwrap();
    assert!(there.contains("Edited again") && there.contains("Elsewhere"), "{there}");
}

#[tokio::test]
async fn a_cursor_that_is_rejected_leads_to_one_comparison_and_to_nothing_twice() {
    for lists in [false, true] {
        let remote = RemoteService::new();
        if lists {
            remote.lists();
        }
        let pair = Pair::tied(remote, settings(Direction::Both, POLICY)).await;
        for n in 0..90 {
            pair.remote.put(&titled(&format!("t{n}"), "There"));
        }
        pair.run_due().await;
        pair.assert_same().await;
        pair.remote.delete("t1");
        pair.remote.put(&titled("t2", "Edited"));
        pair.put(&titled("here", "Here")).await;
        pair.remote.forgets_cursors();
        pair.remote.calls();
        assert_eq!(pair.sync().await.state, LinkState::InStep);
        pair.assert_same().await;
        assert_eq!(pair.uids().await.len(), 90);
        let fetched: usize = pair.remote.calls().iter().filter(|(call, _)| *call == Call::Fetch).map(|(_, n)| n).sum();
        assert_eq!(fetched, 2, "the one that was edited, and what was put");
    }
}

#[tokio::test]
async fn objects_that_are_at_other_places_are_the_same_objects() {
    let pair = Pair::new(POLICY).await;
    for n in 0..30 {
        pair.remote.put(&titled(&format!("t{n}"), "There"));
    }
    pair.run_due().await;
    let revision = pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.unwrap().revision;
    pair.remote.moves_everything();
    assert_eq!(pair.sync().await.state, LinkState::InStep, "nobody is asked");
    pair.assert_same().await;
    assert_eq!(pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.unwrap().revision, revision);
    pair.put(&titled("t1", "Edited here")).await;
    pair.sync().await;
    assert!(pair.remote.text("t1").unwrap().contains("Edited here"));
    pair.assert_same().await;
}

#[tokio::test]
async fn texts_that_come_along_are_not_asked_for() {
    let remote = RemoteService::new();
    remote.sends_texts();
    let pair = Pair::tied(remote, settings(Direction::Both, POLICY)).await;
    pair.remote.put(&titled("a", "There"));
    pair.run_due().await;
    pair.assert_same().await;
    assert!(pair.remote.calls().iter().all(|(call, _)| *call != Call::Fetch));
}

#[tokio::test]
async fn one_way_leaves_the_other_side_its_own() {
    let pair = Pair::tied(RemoteService::new(), settings(Direction::Pull, POLICY)).await;
    pair.put(&titled("ours", "Here")).await;
    pair.remote.put(&titled("theirs", "There"));
    pair.run_due().await;
    assert_eq!(
        (pair.uids().await, pair.uids_there()),
        (vec!["ours".into(), "theirs".into()], vec!["theirs".to_owned()])
    );
    pair.put(&titled("theirs", "Changed here")).await;
    pair.sync().await;
    assert!(pair.text("theirs").await.unwrap().contains("Changed here") && pair.uids_there() == ["theirs"]);
    pair.remote.put(&titled("theirs", "Changed there"));
    pair.sync().await;
    assert!(pair.text("theirs").await.unwrap().contains("Changed there"));
    // Both ways from now on: what was only here goes there.
    pair.kalends.change_sync_link(pair.anna(), pair.link, &settings(Direction::Both, POLICY)).await.unwrap();
    pair.sync().await;
    pair.assert_same().await;
    assert_eq!(pair.uids_there(), ["ours", "theirs"]);

    let pair = Pair::tied(RemoteService::new(), settings(Direction::Push, POLICY)).await;
    pair.put(&titled("ours", "Here")).await;
    pair.remote.put(&titled("theirs", "There"));
    pair.run_due().await;
    assert_eq!((pair.uids().await, pair.uids_there()), (vec!["ours".to_owned()], vec!["ours".into(), "theirs".into()]));
    pair.remote.put(&titled("ours", "Changed there"));
    pair.sync().await;
    assert!(pair.remote.text("ours").unwrap().contains("Changed there"));
    pair.put(&titled("ours", "Changed here")).await;
    pair.sync().await;
    assert!(pair.remote.text("ours").unwrap().contains("Changed here"));
    pair.kalends.change_sync_link(pair.anna(), pair.link, &settings(Direction::Both, POLICY)).await.unwrap();
    pair.sync().await;
    pair.assert_same().await;
    assert_eq!(pair.uids().await, ["ours", "theirs"]);
}

#[tokio::test]
async fn a_calendar_that_is_for_reading_there_is_for_reading_here() {
    let remote = RemoteService::new();
    remote.add_calendar("holidays", false);
    let (home, kalends, account) = account(&remote).await;
    let new = NewLink {
        account,
        remote: RemoteCalendarId("holidays".into()),
        target: LinkTarget::New { name: None },
        settings: settings(Direction::Both, POLICY),
    };
    let refused = kalends.make_sync_link(home.anna, &new).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "direction", .. })), "{refused:?}");
    let new = NewLink { settings: settings(Direction::Pull, POLICY), ..new };
    let link = kalends.make_sync_link(home.anna, &new).await.unwrap();
    let held = kalends.calendar_by_id(home.anna, link.calendar).await.unwrap();
    assert!(held.is_frozen() && !held.may_write() && held.may_administer());
    assert_eq!((held.details.display_name.as_str(), held.details.color.as_str()), ("holidays", "#112233"));
    let put = kalends.put_object(home.anna, link.calendar, "x.ics", &titled("x", "x"), Precondition::None).await;
    assert!(matches!(put, Err(Error::Forbidden { needed: Access::Write })), "{put:?}");
    let again = kalends.make_sync_link(home.anna, &new).await;
    assert!(matches!(again, Err(Error::AlreadyExists(_))), "{again:?}");
    let offered = kalends.offered_calendars(home.anna, account).await.unwrap();
    let linked: Vec<bool> = offered.iter().map(|offered| offered.link.is_some()).collect();
    assert_eq!((offered.len(), linked), (2, vec![true, false]));
}

#[tokio::test]
async fn a_link_is_its_calendars_owners_alone() {
    let pair = Pair::new(POLICY).await;
    let ben = user(&pair.kalends, "ben").await;
    pair.home.share(ben, Access::Administer).await;
    let kalends = &pair.kalends;
    assert!(matches!(kalends.sync_link(ben, pair.link).await, Err(Error::NotFound(Missing::Link))));
    assert!(matches!(kalends.sync_now(ben, pair.link).await, Err(Error::NotFound(Missing::Link))));
    assert!(matches!(kalends.pause_sync_link(ben, pair.link).await, Err(Error::NotFound(Missing::Link))));
    assert!(matches!(kalends.sync_conflicts(ben, pair.link).await, Err(Error::NotFound(Missing::Link))));
    assert!(matches!(kalends.sync_runs(ben, pair.link, None, 9).await, Err(Error::NotFound(Missing::Link))));
    let removed = kalends.remove_sync_link(ben, pair.link, LinkRemoval::BinHere).await;
    assert!(matches!(removed, Err(Error::NotFound(Missing::Link))), "{removed:?}");
    assert!(matches!(kalends.offered_calendars(ben, pair.account).await, Err(Error::NotFound(_))));
    assert_eq!(kalends.sync_links(ben).await.unwrap(), []);
    assert_eq!(kalends.sync_links(pair.anna()).await.unwrap().len(), 1);
    // Whoever may write does, and it goes there.
    kalends.put_object(ben, pair.calendar, "b.ics", &titled("b", "Of Ben"), Precondition::None).await.unwrap();
    pair.run_due().await;
    assert_eq!(pair.uids_there(), ["b"]);
}

#[tokio::test]
async fn what_is_older_than_the_window_stays_where_it_is() {
    let day = |days: i64| (Utc::now() - TimeDelta::days(days)).format("%Y%m%dT100000Z").to_string();
    let narrow = LinkSettings { window_days: Some(30), ..settings(Direction::Both, POLICY) };
    let pair = Pair::tied(RemoteService::new(), narrow).await;
    pair.remote.put(&event("old-there", &day(100), ""));
    pair.remote.put(&event("new-there", &day(1), ""));
    pair.remote.put(&event("series", &day(300), "RRULE:FREQ=WEEKLY"));
    pair.put(&event("old-here", &day(100), "")).await;
    pair.put(&event("new-here", &day(1), "")).await;
    let link = pair.run_due().await;
    assert_eq!(link.state, LinkState::InStep);
    assert_eq!(pair.uids().await, ["new-here", "new-there", "old-here", "series"]);
    assert_eq!(pair.uids_there(), ["new-here", "new-there", "old-there", "series"]);
    assert_eq!(pair.kalends.set_aside_objects(pair.anna(), pair.link).await.unwrap(), [], "that is as it should be");
    let wide = LinkSettings { window_days: None, ..narrow };
    pair.kalends.change_sync_link(pair.anna(), pair.link, &wide).await.unwrap();
    pair.sync().await;
    pair.assert_same().await;
    assert_eq!(pair.uids().await.len(), 5);
}

#[tokio::test]
async fn a_change_here_goes_there_soon_and_a_run_that_was_asked_for_follows() {
    let pair = Pair::new(POLICY).await;
    let link = pair.run_due().await;
    let wait = link.next_run_at.unwrap() - Utc::now();
    assert!(wait > TimeDelta::minutes(6) && wait <= TimeDelta::minutes(15), "{wait}");
    pair.put(&titled("a", "a")).await;
    let jobs = pair.kalends.jobs().await.unwrap();
    let waiting = jobs.iter().find(|job| job.kind == "sync" && job.ended_at.is_none()).unwrap();
    assert!(waiting.due_at - Utc::now() <= TimeDelta::seconds(3), "{waiting:?}");
    pair.sync().await;
    assert_eq!(pair.uids_there(), ["a"]);
    let own = pair.kalends.own_jobs(pair.anna()).await.unwrap();
    assert!(own.iter().filter(|job| job.kind == "sync").count() <= 2, "those that are over are not kept: {own:?}");
}

#[tokio::test]
async fn a_paused_link_rests_and_goes_on_from_where_it_was() {
    let pair = Pair::new(POLICY).await;
    pair.run_due().await;
    pair.kalends.pause_sync_link(pair.anna(), pair.link).await.unwrap();
    pair.put(&titled("a", "a")).await;
    pair.remote.put(&titled("b", "b"));
    assert_eq!(pair.sync().await.state, LinkState::Paused);
    assert_eq!((pair.uids().await, pair.uids_there()), (vec!["a".to_owned()], vec!["b".to_owned()]));
    pair.kalends.resume_sync_link(pair.anna(), pair.link).await.unwrap();
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    pair.assert_same().await;
}

#[tokio::test]
async fn a_link_ends_in_each_way() {
    for removal in [LinkRemoval::KeepBoth, LinkRemoval::BinHere, LinkRemoval::DeleteThere] {
        let pair = Pair::new(POLICY).await;
        pair.put(&titled("a", "a")).await;
        pair.run_due().await;
        pair.remote.put(&titled("new", "nobody here has seen it"));
        pair.kalends.remove_sync_link(pair.anna(), pair.link, removal).await.unwrap();
        kalends_domain::jobs::Worker::new(pair.kalends.clone(), Default::default()).run_due().await.unwrap();
        assert!(matches!(pair.kalends.sync_link(pair.anna(), pair.link).await, Err(Error::NotFound(_))));
        let here = pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.is_ok();
        assert_eq!(here, removal == LinkRemoval::KeepBoth, "{removal:?}");
        let there = if removal == LinkRemoval::DeleteThere { vec!["new"] } else { vec!["a", "new"] };
        assert_eq!(pair.uids_there(), there, "{removal:?}");
        for table in ["sync_links", "sync_objects", "sync_runs"] {
            assert_eq!(pair.home.count(table).await, 0, "{removal:?} {table}");
        }
    }
}

#[tokio::test]
async fn what_the_other_side_takes_no_objects_of_is_set_aside() {
    let pair = Pair::new(POLICY).await;
    pair.run_due().await;
    pair.remote.fails(|call, about| {
        let rejected = call == Call::Create && about == ["task"];
        rejected.then(|| {
            kalends_test_support::remote::Fault::Refused(kalends_domain::sync::provider::ProviderError::Rejected(
                "no to-dos here".into(),
            ))
        })
    });
    pair.put(&todo("task", "")).await;
    pair.put(&titled("a", "a")).await;
    assert_eq!(pair.sync().await.state, LinkState::InStep);
    assert_eq!(pair.uids_there(), ["a"]);
    let aside = pair.kalends.set_aside_objects(pair.anna(), pair.link).await.unwrap();
    assert_eq!((aside.len(), aside[0].aside.code), (1, AsideCode::Rejected));
    assert_eq!(aside[0].aside.why, "no to-dos here");
    // It is tried again when it is another.
    pair.remote.works();
    pair.sync().await;
    assert_eq!(pair.uids_there(), ["a"]);
    pair.put(&todo("task", "PRIORITY:1")).await;
    pair.sync().await;
    pair.assert_same().await;
    assert_eq!(pair.kalends.set_aside_objects(pair.anna(), pair.link).await.unwrap(), []);
}

#[tokio::test]
async fn a_calendar_that_is_gone_there_is_kept_here_and_nobody_changes_it() {
    let pair = Pair::new(POLICY).await;
    pair.put(&titled("a", "a")).await;
    pair.run_due().await;
    pair.remote.remove_calendar(REMOTE);
    let link = pair.sync().await;
    assert_eq!((link.state, link.trouble, link.next_run_at), (LinkState::Gone, Some(Trouble::Missing), None));
    assert_eq!(pair.uids().await, ["a"]);
    let held = pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.unwrap();
    assert!(held.is_frozen() && !held.may_write());
    pair.kalends.remove_sync_link(pair.anna(), pair.link, LinkRemoval::KeepBoth).await.unwrap();
    pair.put(&titled("b", "it is Anna's alone again")).await;
}

#[tokio::test]
async fn a_paused_account_that_is_wanted_again_catches_up_at_once() {
    let pair = Pair::new(POLICY).await;
    pair.run_due().await;
    let any = |_: &kalends_domain::sync::RemoteAccount| Ok(());
    pair.kalends.change_remote_account(pair.anna(), pair.account, None, Some(true), any).await.unwrap();
    pair.remote.put(&titled("a", "Meanwhile"));
    assert_ne!(pair.sync().await.state, LinkState::InStep);
    assert_eq!(pair.uids().await, Vec::<String>::new());
    pair.kalends.change_remote_account(pair.anna(), pair.account, None, Some(false), any).await.unwrap();
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    assert_eq!(pair.uids().await, ["a"]);
}

#[tokio::test]
async fn an_account_goes_with_its_calendars_or_leaves_them() {
    for bins in [false, true] {
        let pair = Pair::new(POLICY).await;
        pair.remote.put(&titled("a", "There"));
        pair.run_due().await;
        let any = |_: &kalends_domain::sync::RemoteAccount| Ok(());
        pair.kalends.remove_remote_account(pair.anna(), pair.account, bins, any).await.unwrap();
        let left = pair.kalends.calendars(pair.anna()).await.unwrap();
        assert_eq!(left.iter().any(|held| held.id == pair.calendar), !bins);
        assert_eq!(pair.kalends.bin(pair.anna(), 10).await.unwrap().calendars.len(), usize::from(bins));
        assert!(pair.kalends.sync_link_of(pair.anna(), pair.calendar).await.map_or(true, |link| link.is_none()));
        assert_eq!(pair.uids_there(), ["a"]);
    }
}
