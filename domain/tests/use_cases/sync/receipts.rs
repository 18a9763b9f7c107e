//! Dry runs and receipts, and taking a run back.

use super::{Pair, account, settings, titled};
use kalends_domain::Error;
use kalends_domain::sync::plan::{Direction, Policy, Stop};
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_domain::sync::{Deed, DeedCount, LinkState, LinkTarget, NewLink, Side};
use kalends_test_support::remote::{Call, REMOTE, RemoteService};

const POLICY: Policy = Policy::MergeThenNewest;

fn count(counts: &[DeedCount], side: Side, deed: Deed) -> u64 {
    counts.iter().find(|count| (count.side, count.deed) == (side, deed)).map_or(0, |count| count.count)
}

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
    pair.put(&titled("e1", "Edited here")).await;
    pair.remote.put(&titled("e2", "Edited there"));
    pair.delete("e3").await;
    pair.remote.delete("e4");
    pair.put(&titled("new-here", "x")).await;
    pair.remote.put(&titled("new-there", "x"));
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
    pair.put(&titled("e1", "Edited here")).await;
    pair.remote.put(&titled("e2", "Edited there"));
    pair.delete("e3").await;
    pair.remote.delete("e4");
    pair.put(&titled("new-here", "x")).await;
    pair.remote.put(&titled("new-there", "x"));
    pair.remote.put(&titled("e5", "Edited there"));
    pair.sync().await;
    pair.assert_same().await;
    // This one is changed by somebody after the run, and so left.
    pair.put(&titled("e5", "Edited after")).await;
    let run = pair.kalends.sync_runs(pair.anna(), pair.link, None, 1).await.unwrap()[0].clone();
    let back = pair.kalends.take_back_sync_run(pair.anna(), run.id).await.unwrap();
    assert_eq!((back.here, back.there, back.left), (3, 3, vec!["Edited there".to_owned()]));
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
    assert!(receipt.contains(&(Side::Here, Deed::Left, "e5".into())));
    let again = pair.kalends.take_back_sync_run(pair.anna(), run.id).await;
    assert!(matches!(again, Err(Error::NotFound("the run"))), "{again:?}");
    // When it goes on, what was deleted is on both sides again, and nothing else is lost.
    pair.kalends.resume_sync_link(pair.anna(), pair.link).await.unwrap();
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    pair.assert_same().await;
    assert_eq!(pair.uids().await.len(), 11, "{:?}", pair.uids().await);
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
