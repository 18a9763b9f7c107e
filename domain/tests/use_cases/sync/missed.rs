//! Changes that a server never names: they are found when everything is compared.

use super::{Pair, titled};
use kalends_domain::sync::plan::Policy;
use kalends_domain::sync::{LinkState, Side, SyncOutcome};
use kalends_test_support::remote::Call;

const POLICY: Policy = Policy::MergeThenNewest;

#[tokio::test]
async fn what_a_server_never_names_is_found_when_everything_is_compared() {
    let pair = Pair::new(POLICY).await;
    pair.remote.put(&titled("a", "There"));
    pair.run_due().await;
    pair.remote.put(&titled("b", "Missed"));
    pair.remote.miss_last_change();
    pair.sync().await;
    assert_eq!(pair.uids().await, ["a"]);
    pair.kalends.begin_comparing(pair.anna(), pair.link).await.unwrap();
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    assert_eq!(pair.uids().await, ["a", "b"]);
    // And without anybody's asking once a day: what was found then is not looked at any more.
    pair.remote.put(&titled("c", "Missed"));
    pair.remote.miss_last_change();
    pair.sync().await;
    assert_eq!(pair.uids().await, ["a", "b"]);
    pair.home.run("UPDATE sync_links SET listed_at = listed_at - 90000000").await;
    pair.sync().await;
    assert_eq!(pair.uids().await, ["a", "b", "c"]);
    pair.remote.calls();
    pair.sync().await;
    let calls = pair.remote.calls();
    assert!(calls.iter().all(|(call, _)| *call == Call::Changes), "{calls:?}");
}

#[tokio::test]
async fn an_object_that_was_put_elsewhere_is_the_same_however_late_it_is_known_that_it_left() {
    let pair = Pair::new(POLICY).await;
    // Whoever asks for a run has everything that was set aside tried again: these come by themselves.
    let run = async |sets: &str| {
        pair.home.run(sets).await;
        pair.home.run("UPDATE jobs SET due_at = 0 WHERE kind = 'sync' AND state = 'waiting'").await;
        pair.run_due().await
    };
    let (soon, comparing) =
        ("UPDATE sync_links SET failures = 0", "UPDATE sync_links SET listed_at = listed_at - 90000000");
    pair.remote.put(&titled("a", "There"));
    pair.run_due().await;
    let revision = pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.unwrap().revision;
    pair.remote.delete("a");
    pair.remote.miss_last_change();
    pair.remote.put(&titled("a", "There"));
    run(soon).await;
    assert!(pair.receipt().await.iter().any(|(_, deed, _)| *deed == SyncOutcome::SetAside), "two seem to have one UID");
    pair.remote.put(&titled("b", "There"));
    run(soon).await;
    assert_eq!(pair.receipt().await, [(Side::Here, SyncOutcome::Created, "b".to_owned())], "that is said once");
    assert_eq!(run(comparing).await.state, LinkState::InStep);
    pair.assert_same().await;
    let revision_then = pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.unwrap().revision;
    assert_eq!(revision_then.0, revision.0 + 1, "it was never away here");
    pair.remote.put(&titled("a", "Edited there"));
    run(soon).await;
    pair.assert_same().await;
    assert!(pair.text("a").await.unwrap().contains("Edited there"));
}
