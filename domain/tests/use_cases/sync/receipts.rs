//! Dry runs and receipts, and taking a run back.

use super::{Pair, account, settings, titled};
use kalends_domain::sync::plan::{Direction, Policy, Stop};
use kalends_domain::sync::provider::{ProviderError, RemoteCalendarId};
use kalends_domain::sync::{LinkRemoval, LinkState, LinkTarget, NewLink, Side, SyncOutcome, SyncRunId};
use kalends_domain::{Error, Missing};
use kalends_test_support::remote::{Call, Fault, REMOTE, RemoteService, transient};

const POLICY: Policy = Policy::MergeThenNewest;

#[tokio::test]
async fn a_dry_run_of_a_new_link_is_the_receipt_of_its_first_run_and_does_nothing() {
    for target in [true, false] {
        let remote = RemoteService::new();
        let (home, kalends, account) = account(&remote).await;
        for n in 0..4 {
            remote.put(&titled(&format!("t{n}"), "There"));
        }
        for n in 0..3 {
            home.put(&format!("h{n}.ics"), &titled(&format!("h{n}"), "Here")).await.unwrap();
        }
        home.put("t1.ics", &titled("t1", "There")).await.unwrap();
        home.put("t2.ics", &titled("t2", "Other here").replace("SUMMARY", "LOCATION:Here\r\nSUMMARY")).await.unwrap();
        let target = if target { LinkTarget::Existing(home.calendar) } else { LinkTarget::New { name: None } };
        let settings = settings(Direction::Both, POLICY);
        let new = NewLink { account, remote: RemoteCalendarId(REMOTE.into()), target, settings };
        let before = (home.names().await, remote.texts());
        let dry = kalends.dry_run_of_new_link(home.anna, &new).await.unwrap();
        assert_eq!((home.names().await, remote.texts()), before);
        assert_eq!((home.count("sync_links").await, home.count("sync_objects").await), (0, 0));
        assert!(remote.calls().iter().all(|(call, _)| matches!(call, Call::Calendars | Call::Changes | Call::Fetch)));
        let link = kalends.make_sync_link(home.anna, &new).await.unwrap();
        kalends_domain::jobs::Worker::new(kalends.clone(), Default::default()).run_due().await.unwrap();
        let run = kalends.sync_runs(home.anna, link.id, None, 1).await.unwrap()[0].clone();
        let (_, receipt) = kalends.sync_run(home.anna, run.id).await.unwrap();
        assert_eq!(dry.counts, receipt);
        assert_eq!(dry.stops, [None, None]);
        let named: u64 = dry.counts.iter().map(|count| count.count).sum();
        assert_eq!(dry.entries.len() as u64, named);
    }
}

#[tokio::test]
async fn a_dry_run_of_a_link_is_the_receipt_of_its_next_run() {
    let pair = Pair::new(POLICY).await;
    for n in 0..40 {
        pair.put(&titled(&format!("e{n}"), "Event")).await;
    }
    pair.run_due().await;
    do_everything_on_both_sides(&pair).await;
    pair.put(&titled("e5", "Here")).await;
    pair.remote.put(&titled("e5", "Event").replace("SUMMARY", "LOCATION:There\r\nSUMMARY"));
    let dry = pair.kalends.dry_run(pair.anna(), pair.link).await.unwrap();
    assert_eq!(pair.uids().await.len(), 40);
    pair.sync().await;
    let run = pair.kalends.sync_runs(pair.anna(), pair.link, None, 1).await.unwrap()[0].clone();
    let (_, receipt) = pair.kalends.sync_run(pair.anna(), run.id).await.unwrap();
    assert_eq!(dry.counts, receipt);
    for n in 10..40 {
        pair.remote.delete(&format!("e{n}"));
    }
    let dry = pair.kalends.dry_run(pair.anna(), pair.link).await.unwrap();
    assert!(matches!(dry.stops, [Some(Stop::TooMany { deletions: 30, .. }), None]), "{:?}", dry.stops);
}

#[tokio::test]
async fn a_run_is_taken_back_on_both_sides() {
    let pair = Pair::new(POLICY).await;
    for n in 0..9 {
        pair.put(&titled(&format!("e{n}"), "Event")).await;
    }
    pair.run_due().await;
    do_everything_on_both_sides(&pair).await;
    pair.remote.put(&titled("e5", "Edited there"));
    pair.sync().await;
    pair.assert_same().await;
    // This one is changed by somebody after the run, and so left.
    pair.put(&titled("e5", "Edited after")).await;
    let run = pair.kalends.sync_runs(pair.anna(), pair.link, None, 1).await.unwrap()[0].clone();
    let job = pair.kalends.begin_taking_back(pair.anna(), run.id).await.unwrap();
    assert_eq!(pair.kalends.begin_taking_back(pair.anna(), run.id).await.unwrap(), job, "it is the same job");
    let resumed = pair.kalends.resume_sync_link(pair.anna(), pair.link).await;
    assert!(matches!(resumed, Err(Error::Busy { .. })), "{resumed:?}");
    pair.run_due().await;
    let back = pair.kalends.taking_back(pair.anna(), run.id).await.unwrap().unwrap();
    assert_eq!((back.job, back.is_done, back.done, back.of), (job, true, 7, Some(7)));
    let outcome = back.outcome;
    assert_eq!((outcome.here, outcome.there, outcome.left.first), (3, 3, vec!["Edited there".to_owned()]));
    assert_eq!(pair.state().await.state, LinkState::Paused);
    // Here, without what had come.
    let here: Vec<String> = pair.uids().await;
    assert!(here.contains(&"e4".into()) && here.contains(&"new-here".into()) && !here.contains(&"new-there".into()));
    assert!(!here.contains(&"e3".into()), "it was deleted by hand");
    assert!(pair.text("e2").await.unwrap().contains("SUMMARY:Event"));
    assert!(pair.text("e5").await.unwrap().contains("Edited after"));
    // There, without what had gone.
    let there = pair.uids_there();
    assert!(there.contains(&"e3".into()) && there.contains(&"new-there".into()) && !there.contains(&"new-here".into()));
    assert!(pair.remote.text("e1").unwrap().contains("SUMMARY:Event"));
    let receipt = pair.receipt().await;
    assert_eq!(receipt.len(), 7, "{receipt:?}");
    assert!(receipt.contains(&(Side::Here, SyncOutcome::Left, "e5".into())));
    let again = pair.kalends.begin_taking_back(pair.anna(), run.id).await;
    assert!(matches!(again, Err(Error::NotFound(Missing::Run))), "{again:?}");
    // When it goes on, what was deleted is on both sides again, and nothing else is lost.
    pair.kalends.resume_sync_link(pair.anna(), pair.link).await.unwrap();
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    pair.assert_same().await;
    assert_eq!(pair.uids().await.len(), 11, "{:?}", pair.uids().await);
}

/// Edits, deletes and makes something here and there.
async fn do_everything_on_both_sides(pair: &Pair) {
    pair.put(&titled("e1", "Edited here")).await;
    pair.remote.put(&titled("e2", "Edited there"));
    pair.delete("e3").await;
    pair.remote.delete("e4");
    pair.put(&titled("new-here", "x")).await;
    pair.remote.put(&titled("new-there", "x"));
}

/// A pair whose last run did something of everything on both sides, with that run.
async fn ran() -> (Pair, SyncRunId) {
    let pair = Pair::new(POLICY).await;
    for n in 0..9 {
        pair.put(&titled(&format!("e{n}"), "Event")).await;
    }
    pair.run_due().await;
    do_everything_on_both_sides(&pair).await;
    pair.sync().await;
    let run = pair.kalends.sync_runs(pair.anna(), pair.link, None, 1).await.unwrap()[0].id;
    (pair, run)
}

#[tokio::test]
async fn taking_a_run_back_that_ends_after_any_call_is_finished_by_the_next_attempt() {
    for loses in [false, true] {
        for call in 0.. {
            let (pair, run) = ran().await;
            let mut calls = 0;
            pair.remote.fails(move |_, _| {
                calls += 1;
                let fault = if loses { Fault::Lost } else { Fault::Refused(transient()) };
                (calls == call + 1).then_some(fault)
            });
            pair.remote.calls();
            let job = pair.kalends.begin_taking_back(pair.anna(), run).await.unwrap();
            pair.run_due().await;
            let back = pair.kalends.taking_back(pair.anna(), run).await.unwrap().unwrap();
            if back.is_done && pair.remote.calls().len() <= call {
                assert!(call >= 3, "each object there is a call");
                break;
            }
            if !back.is_done {
                assert!(back.waits.is_some() && back.outcome.refused.is_none(), "{back:?}");
                assert_eq!(pair.kalends.begin_taking_back(pair.anna(), run).await.unwrap(), job);
                pair.kalends.retry_job(job).await.unwrap();
                pair.run_due().await;
            }
            let back = pair.kalends.taking_back(pair.anna(), run).await.unwrap().unwrap();
            let what = format!("call {call}, lost {loses}: {back:?}");
            assert!(back.is_done && back.outcome.left.count == 0, "{what}");
            assert_eq!((back.outcome.here, back.outcome.there, back.done, back.of), (3, 3, 6, Some(6)), "{what}");
            let here = pair.uids().await;
            assert!(here.contains(&"e4".into()) && !here.contains(&"new-there".into()), "{what}: {here:?}");
            let there = pair.uids_there();
            assert!(there.contains(&"e3".into()) && !there.contains(&"new-here".into()), "{what}: {there:?}");
            assert_eq!(there.iter().filter(|uid| *uid == "e3").count(), 1, "{what}");
            assert!(pair.remote.text("e1").unwrap().contains("SUMMARY:Event"), "{what}");
            assert!(pair.text("e2").await.unwrap().contains("SUMMARY:Event"), "{what}");
        }
    }
}

#[tokio::test]
async fn what_the_service_refuses_for_good_is_said_and_can_be_asked_for_again() {
    let (pair, run) = ran().await;
    pair.remote.fails(|_, _| Some(Fault::Refused(ProviderError::Unauthenticated("no".into()))));
    pair.kalends.begin_taking_back(pair.anna(), run).await.unwrap();
    pair.run_due().await;
    let back = pair.kalends.taking_back(pair.anna(), run).await.unwrap().unwrap();
    assert_eq!((back.outcome.refused.as_deref(), back.outcome.here), (Some("no"), 3), "{back:?}");
    pair.remote.works();
    pair.kalends.begin_taking_back(pair.anna(), run).await.unwrap();
    pair.run_due().await;
    let back = pair.kalends.taking_back(pair.anna(), run).await.unwrap().unwrap();
    assert_eq!((back.outcome.refused, back.outcome.here, back.outcome.there), (None, 3, 3));
    assert!(pair.kalends.sync_run(pair.anna(), run).await.unwrap().0.taken_back);
}

#[tokio::test]
async fn a_link_that_ends_while_a_run_is_taken_back_leaves_no_job() {
    let (pair, run) = ran().await;
    let job = pair.kalends.begin_taking_back(pair.anna(), run).await.unwrap();
    pair.kalends.remove_sync_link(pair.anna(), pair.link, LinkRemoval::KeepBoth).await.unwrap();
    let worker = kalends_domain::jobs::Worker::new(pair.kalends.clone(), Default::default());
    worker.run_due().await.unwrap();
    let job = pair.kalends.own_job(pair.anna(), job).await.unwrap();
    assert_eq!(job.state, kalends_domain::jobs::JobState::Done);
}

#[tokio::test]
async fn receipts_are_kept_for_a_time() {
    let pair = Pair::new(POLICY).await;
    pair.put(&titled("a", "a")).await;
    pair.run_due().await;
    assert_eq!((pair.home.count("sync_runs").await, pair.home.count("sync_run_entries").await), (1, 1));
    pair.home.run("UPDATE sync_runs SET began_at = 0").await;
    pair.kalends.begin_job(kalends_domain::jobs::JobKind::Clean).await.unwrap();
    pair.run_due().await;
    assert_eq!((pair.home.count("sync_runs").await, pair.home.count("sync_run_entries").await), (0, 0));
}
