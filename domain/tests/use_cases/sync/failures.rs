//! What goes wrong: nothing is lost and nothing comes twice, and the link says what the matter is.

use super::{Pair, settings, titled};
use chrono::{TimeDelta, Utc};
use kalends_domain::sync::plan::{Brake, Direction, Policy};
use kalends_domain::sync::provider::ProviderError;
use kalends_domain::sync::{AccountState, AsideCode, LinkSettings, LinkState, RunOutcome, Side, SyncOutcome, Trouble};
use kalends_test_support::remote::{Call, Fault, RemoteService, busy, transient};

const POLICY: Policy = Policy::MergeThenNewest;

/// Both sides have changed everything that can change.
async fn changed(service: RemoteService) -> Pair {
    let pair = Pair::tied(service, settings(Direction::Both, POLICY)).await;
    for n in 0..8 {
        pair.put(&titled(&format!("h{n}"), "Here")).await;
        pair.remote.put(&titled(&format!("t{n}"), "There"));
    }
    pair.run_due().await;
    pair.assert_same().await;
    for n in 0..3 {
        pair.put(&titled(&format!("h{n}"), "Edited here")).await;
        pair.remote.put(&titled(&format!("t{n}"), "Edited there"));
        pair.put(&titled(&format!("new-h{n}"), "New here")).await;
        pair.remote.put(&titled(&format!("new-t{n}"), "New there"));
    }
    pair.put(&titled("h5", "Both here")).await;
    pair.remote.put(&titled("h5", "Before").replace("SUMMARY:Before", "SUMMARY:Here\r\nLOCATION:There"));
    pair.delete("h3").await;
    pair.remote.delete("t3");
    pair
}

async fn assert_done(pair: &Pair, what: &str) {
    pair.assert_same().await;
    let uids = pair.uids().await;
    assert_eq!(uids.len(), 20, "{what}: {uids:?}");
    assert!(!uids.contains(&"h3".to_owned()) && !uids.contains(&"t3".to_owned()), "{what}");
    let both = pair.text("h5").await.unwrap();
    assert!(both.contains("Both here") && both.contains("LOCATION:There"), "{what}: {both}");
}

/// Every third, or every one when tests are to take their time.
fn step() -> usize {
    if std::env::var_os("KALENDS_TEST_SEEDS").is_some() { 1 } else { 3 }
}

#[tokio::test]
async fn a_run_that_ends_after_any_call_is_finished_by_the_next() {
    for loses in [false, true] {
        for call in (usize::from(loses)..).step_by(step()) {
            let pair = changed(RemoteService::new()).await;
            let mut calls = 0;
            pair.remote.fails(move |_, _| {
                calls += 1;
                let fault = if loses && calls == call + 1 { Fault::Lost } else { Fault::Refused(transient()) };
                (calls > call).then_some(fault)
            });
            pair.sync().await;
            let is_through = pair.remote.calls().len() <= call;
            pair.remote.works();
            let link = pair.sync().await;
            assert_eq!(link.state, LinkState::InStep, "{call} {loses} {:?}", link.why);
            assert_done(&pair, &format!("after {call} calls, the last lost: {loses}")).await;
            if is_through {
                break;
            }
        }
    }
}

#[tokio::test]
async fn each_answer_that_is_lost_is_lived_with() {
    for call in (2..40).step_by(step()) {
        let pair = changed(RemoteService::new()).await;
        let mut calls = 0;
        pair.remote.fails(move |_, _| {
            calls += 1;
            (calls == call + 1).then_some(Fault::Lost)
        });
        pair.sync().await;
        pair.remote.works();
        pair.sync().await;
        assert_done(&pair, &format!("call {call} lost")).await;
        if pair.remote.calls().len() < call {
            break;
        }
    }
}

#[tokio::test]
async fn what_was_sent_and_changed_before_anybody_knew_is_no_conflict() {
    let pair = Pair::new(Policy::Remote).await;
    pair.put(&titled("a", "First")).await;
    pair.run_due().await;
    pair.remote.fails(|call, _| (call == Call::Update).then_some(Fault::Lost));
    pair.put(&titled("a", "Second")).await;
    pair.sync().await;
    assert!(pair.remote.text("a").unwrap().contains("Second"));
    pair.remote.works();
    pair.put(&titled("a", "Third")).await;
    pair.sync().await;
    pair.assert_same().await;
    assert!(pair.text("a").await.unwrap().contains("Third"));
}

#[tokio::test]
async fn a_node_that_goes_away_leaves_its_run_to_another() {
    let pair = changed(RemoteService::new()).await;
    pair.kalends.sync_now(pair.anna(), pair.link).await.unwrap();
    for round in 0..30u64 {
        let worker = kalends_domain::jobs::Worker::new(pair.kalends.clone(), Default::default());
        let _ = tokio::time::timeout(std::time::Duration::from_millis(5 + round * 10), worker.run_due()).await;
        pair.home.end_leases().await;
        pair.home
            .run("UPDATE jobs SET attempts = 0, due_at = 0 WHERE kind = 'sync' AND state IN ('waiting', 'running')")
            .await;
    }
    pair.sync().await;
    assert_done(&pair, "killed again and again").await;
    // What was broken off does not look as if it went on.
    let runs = pair.kalends.sync_runs(pair.anna(), pair.link, None, 99).await.unwrap();
    assert!(runs.iter().all(|run| run.ended_at.is_some()), "{runs:?}");
}

#[tokio::test]
async fn a_fault_is_waited_for_longer_each_time_and_no_shorter_than_is_asked_for() {
    let pair = Pair::new(POLICY).await;
    pair.remote.fails(|_, _| Some(Fault::Refused(transient())));
    let mut waits = Vec::new();
    for failures in 1..=3 {
        let link = pair.sync().await;
        assert_eq!(
            (link.state, link.trouble, link.failures),
            (LinkState::Waiting, Some(Trouble::Unreachable), failures)
        );
        assert_eq!(link.why.as_deref(), Some("the connection was reset"));
        waits.push(link.next_run_at.unwrap() - Utc::now());
    }
    assert!(waits[0] <= TimeDelta::seconds(30) && waits[2] >= TimeDelta::seconds(50), "{waits:?}");
    pair.remote.fails(|_, _| Some(Fault::Refused(busy(TimeDelta::hours(3)))));
    let link = pair.sync().await;
    assert!(link.next_run_at.unwrap() - Utc::now() > TimeDelta::minutes(179));
    pair.remote.works();
    let link = pair.sync().await;
    assert_eq!((link.state, link.trouble, link.failures), (LinkState::InStep, None, 0));
}

#[tokio::test]
async fn what_changes_here_is_no_reason_to_ask_a_service_sooner_than_it_says() {
    let pair = Pair::new(POLICY).await;
    pair.run_due().await;
    pair.remote.fails(|_, _| Some(Fault::Refused(busy(TimeDelta::hours(3)))));
    let link = pair.sync().await;
    let waits = async |link: &kalends_domain::sync::SyncLink| {
        let soon = Utc::now() + TimeDelta::hours(2);
        let settled = pair.kalends.settled_link(pair.link, soon).await.unwrap();
        assert!(settled.is_some(), "a run would begin within two hours");
        assert!(link.next_run_at.unwrap() - Utc::now() > TimeDelta::minutes(170));
    };
    waits(&link).await;
    pair.put(&titled("a", "Here")).await;
    let edited = pair.state().await;
    assert_eq!((edited.state, edited.next_run_at), (LinkState::Waiting, link.next_run_at));
    waits(&edited).await;
    // Nor is an edit that came while the run went on.
    pair.home.run("UPDATE sync_links SET hinted_at = 9999999999999").await;
    waits(&pair.sync().await).await;
    // Whoever says so is heard.
    pair.remote.works();
    assert_eq!(pair.sync().await.state, LinkState::InStep);
    pair.assert_same().await;
    // Where all is well it goes soon, and so it does where single objects alone fail.
    for state in
        ["UPDATE sync_links SET hinted_at = 0", "UPDATE sync_links SET state = 'waiting', code = 'some-failed'"]
    {
        pair.home.run(state).await;
        pair.put(&titled("a", state)).await;
        let settled = pair.kalends.settled_link(pair.link, Utc::now() + TimeDelta::seconds(10)).await.unwrap();
        assert!(settled.is_none(), "{state}");
        pair.sync().await;
    }
}

#[tokio::test]
async fn what_a_person_has_to_mend_is_said_and_not_tried_again_and_again() {
    let unauthenticated = ProviderError::Unauthenticated("the password is wrong".into());
    let cases = [
        (unauthenticated, Trouble::Unauthenticated),
        (ProviderError::Forbidden("not for you".into()), Trouble::Forbidden),
        (ProviderError::Refused("a private address".into()), Trouble::Refused),
        (ProviderError::Unreadable("no XML".into()), Trouble::Unreadable),
    ];
    for (error, trouble) in cases {
        let pair = Pair::new(POLICY).await;
        let said = error.clone();
        pair.remote.fails(move |_, _| Some(Fault::Refused(error.clone())));
        let link = pair.run_due().await;
        assert_eq!((link.state, link.trouble, link.why), (LinkState::Attention, Some(trouble), Some(said.to_string())));
        assert_eq!(link.next_run_at.is_none(), trouble == Trouble::Unauthenticated);
        let account = pair.kalends.remote_account(pair.anna(), pair.account).await.unwrap();
        assert_eq!(account.state == AccountState::Unauthenticated, trouble == Trouble::Unauthenticated);
    }
}

#[tokio::test]
async fn one_object_that_cannot_be_read_stands_in_nobodys_way() {
    let pair = Pair::new(POLICY).await;
    for n in 0..30 {
        pair.remote.put(&titled(&format!("t{n}"), "There"));
    }
    let poison = pair.remote.texts().keys().nth(7).unwrap().clone();
    let bad = poison.clone();
    pair.remote.fails(move |call, about| {
        (call == Call::Fetch && about.contains(&bad.as_str())).then_some(Fault::Refused(transient()))
    });
    let link = pair.run_due().await;
    assert_eq!((link.state, link.trouble), (LinkState::Waiting, Some(Trouble::SomeFailed)));
    assert_eq!(pair.uids().await.len(), 29);
    for _ in 0..4 {
        pair.sync().await;
    }
    assert_eq!(pair.state().await.state, LinkState::InStep);
    let aside = pair.kalends.set_aside_objects(pair.anna(), pair.link).await.unwrap();
    assert_eq!((aside.len(), aside[0].aside.code), (1, AsideCode::Failing));
    pair.remote.works();
    pair.sync().await;
    pair.assert_same().await;
}

#[tokio::test]
async fn what_a_server_failed_at_is_tried_again_each_day_though_nothing_changes_there() {
    let pair = Pair::new(POLICY).await;
    pair.remote.put(&titled("a", "There"));
    pair.remote.put(&titled("b", "There"));
    // Whoever asks for a run has everything tried again: these come by themselves.
    let by_itself = async |sets: &str| {
        pair.home.run(sets).await;
        pair.home.run("UPDATE jobs SET due_at = 0 WHERE kind = 'sync' AND state = 'waiting'").await;
        pair.run_due().await
    };
    let poison = pair.remote.texts().keys().next().unwrap().clone();
    pair.remote.fails(move |call, about| {
        (call == Call::Fetch && about.contains(&poison.as_str())).then_some(Fault::Refused(transient()))
    });
    pair.run_due().await;
    for _ in 0..4 {
        by_itself("UPDATE sync_links SET failures = 0").await;
    }
    assert_eq!(pair.state().await.state, LinkState::InStep);
    assert_eq!(pair.kalends.set_aside_objects(pair.anna(), pair.link).await.unwrap().len(), 1);
    pair.remote.works();
    by_itself("UPDATE sync_links SET failures = 0").await;
    assert_eq!(pair.uids().await.len(), 1, "it is left alone for today");
    by_itself("UPDATE sync_links SET last_run_at = last_run_at - 90000000").await;
    pair.assert_same().await;
}

#[tokio::test]
async fn a_text_that_is_none_is_set_aside_until_it_is_another() {
    let pair = Pair::new(POLICY).await;
    pair.remote.put(&titled("a", "There"));
    pair.remote.put(&titled("b", "There"));
    pair.run_due().await;
    // The service has what RFC 5545 forbids.
    pair.remote.put(&titled("a", "Edited").replace("DURATION:PT1H", "DTEND:20200101T000000Z"));
    assert_eq!(pair.sync().await.state, LinkState::InStep);
    assert!(pair.text("a").await.unwrap().contains("SUMMARY:There"));
    let aside = pair.kalends.set_aside_objects(pair.anna(), pair.link).await.unwrap();
    assert_eq!((aside.len(), aside[0].aside.code), (1, AsideCode::Unstorable));
    assert_eq!(pair.receipt().await, [(Side::Here, SyncOutcome::SetAside, "a".to_owned())]);
    pair.remote.calls();
    pair.sync().await;
    assert_eq!(pair.remote.calls(), [(Call::Changes, 0)], "it is not read again");
    pair.remote.put(&titled("a", "Mended"));
    pair.sync().await;
    pair.assert_same().await;
}

#[tokio::test]
async fn a_run_that_would_delete_much_asks_and_does_the_rest() {
    for is_here in [true, false] {
        let pair = Pair::new(POLICY).await;
        for n in 0..30 {
            pair.put(&titled(&format!("e{n}"), "Event")).await;
        }
        pair.run_due().await;
        for n in 0..15 {
            if is_here {
                pair.delete(&format!("e{n}")).await;
            } else {
                pair.remote.delete(&format!("e{n}"));
            }
        }
        pair.put(&titled("new-here", "x")).await;
        pair.remote.put(&titled("new-there", "x"));
        let link = pair.sync().await;
        assert_eq!((link.state, link.trouble), (LinkState::Asks, Some(Trouble::TooManyDeletions)));
        let (deleted, kept) =
            if is_here { (pair.uids().await, pair.uids_there()) } else { (pair.uids_there(), pair.uids().await) };
        assert_eq!((deleted.len(), kept.len()), (17, 32));
        let held = pair.receipt().await.iter().filter(|(_, deed, _)| *deed == SyncOutcome::Held).count();
        assert_eq!(held, 15);
        let held = pair.kalends.held_deletions(pair.anna(), pair.link, 100).await.unwrap();
        let counts = if is_here { held.there } else { held.here };
        assert_eq!((held.count(), counts.0, held.named.len()), (15, 15, 15), "{held:?}");
        assert!(held.named.iter().all(|object| object.title.is_some() && (object.side == Side::There) == is_here));
        // No more than whoever says yes was shown.
        pair.kalends.approve_shown_deletions(pair.anna(), pair.link, (3, 3)).await.unwrap();
        assert_eq!(pair.run_due().await.state, LinkState::Asks);
        assert_eq!(pair.sync().await.state, LinkState::Asks, "it goes on asking");
        pair.kalends.approve_deletions(pair.anna(), pair.link).await.unwrap();
        assert_eq!(pair.run_due().await.state, LinkState::InStep);
        pair.assert_same().await;
        assert_eq!(pair.uids().await.len(), 17);
        // What was approved is used up.
        for n in 15..30 {
            pair.remote.delete(&format!("e{n}"));
        }
        assert_eq!(pair.sync().await.state, LinkState::Asks);
        pair.kalends.refuse_deletions(pair.anna(), pair.link).await.unwrap();
        assert_eq!(pair.run_due().await.state, LinkState::InStep);
        pair.assert_same().await;
        assert_eq!(pair.uids_there().len(), 17, "they are there again");
    }
}

#[tokio::test]
async fn how_much_is_deleted_without_asking_is_chosen() {
    for (percent, objects, deleted, asks) in
        [(20, 10, 5, false), (20, 4, 5, true), (50, 4, 5, false), (40, 4, 5, true), (0, 0, 1, true), (100, 0, 9, false)]
    {
        let brake = Brake { percent, objects };
        let pair = Pair::tied(RemoteService::new(), LinkSettings { brake, ..settings(Direction::Both, POLICY) }).await;
        for n in 0..10 {
            pair.remote.put(&titled(&format!("e{n}"), "Event"));
        }
        pair.run_due().await;
        for n in 0..deleted {
            pair.remote.delete(&format!("e{n}"));
        }
        let dry = pair.kalends.dry_run(pair.anna(), pair.link).await.unwrap();
        assert_eq!(dry.stops[0].is_some(), asks, "{brake:?}");
        let link = pair.sync().await;
        assert_eq!((link.state == LinkState::Asks, link.settings.brake), (asks, brake), "{deleted} of 10");
        // Whoever lets more pass lets these.
        let brake = Brake { percent: 100, objects: 10 };
        let settings = LinkSettings { brake, ..link.settings };
        pair.kalends.change_sync_link(pair.anna(), pair.link, &settings).await.unwrap();
        assert_eq!(pair.run_due().await.state, LinkState::InStep);
        pair.assert_same().await;
        for brake in [Brake { percent: 101, objects: 0 }, Brake { percent: 0, objects: 100_001 }] {
            let refused = LinkSettings { brake, ..settings };
            let refused = pair.kalends.change_sync_link(pair.anna(), pair.link, &refused).await;
            assert!(matches!(refused, Err(kalends_domain::Error::BadInput { .. })), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn a_calendar_that_names_the_deletion_of_all_it_had_is_asked_about() {
    let pair = Pair::new(POLICY).await;
    for n in 0..3 {
        pair.remote.put(&titled(&format!("e{n}"), "Event"));
    }
    pair.run_due().await;
    for n in 0..3 {
        pair.remote.delete(&format!("e{n}"));
    }
    let link = pair.sync().await;
    assert_eq!((link.state, link.trouble), (LinkState::Asks, Some(Trouble::EmptySource)));
    assert_eq!(pair.uids().await.len(), 3);
    pair.kalends.approve_deletions(pair.anna(), pair.link).await.unwrap();
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    assert!(pair.uids().await.is_empty());
    // The only one that there is goes as any other.
    pair.remote.put(&titled("a", "Event"));
    pair.sync().await;
    pair.remote.delete("a");
    assert_eq!(pair.sync().await.state, LinkState::InStep);
    assert!(pair.uids().await.is_empty());
}

#[tokio::test]
async fn a_source_that_comes_back_empty_empties_nothing() {
    let remote = RemoteService::new();
    remote.lists();
    let pair = Pair::tied(remote, settings(Direction::Both, POLICY)).await;
    for n in 0..3 {
        pair.remote.put(&titled(&format!("e{n}"), "Event"));
    }
    pair.run_due().await;
    let texts = pair.remote.texts();
    for n in 0..3 {
        pair.remote.delete(&format!("e{n}"));
    }
    let link = pair.sync().await;
    assert_eq!((link.state, link.trouble), (LinkState::Asks, Some(Trouble::EmptySource)));
    assert_eq!(pair.uids().await.len(), 3);
    let runs = pair.kalends.sync_runs(pair.anna(), pair.link, None, 1).await.unwrap();
    assert_eq!(runs[0].outcome, Some(RunOutcome::Asks));
    // It was a fault over there.
    texts.values().for_each(|text| pair.remote.put(text));
    assert_eq!(pair.sync().await.state, LinkState::InStep);
    pair.assert_same().await;
    assert_eq!(pair.uids().await.len(), 3);
}
