//! Random changes on both sides, with runs and faults in between: at the end both sides are the same, nothing is there twice, and nothing
//! that nobody deleted is lost.

use super::{Pair, settings};
use kalends_domain::sync::LinkState;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_test_support::random_changes::{Numbers, edited, made};
use kalends_test_support::remote::{Fault, RemoteService, transient};
use std::collections::{BTreeMap, BTreeSet};

struct Expected {
    /// What nobody deleted, with the marks of all edits.
    marks: BTreeMap<String, BTreeSet<String>>,
    deleted: BTreeSet<String>,
}

async fn run(seed: u64, operations: usize, service: RemoteService, policy: Policy) {
    let mut numbers = Numbers(seed);
    let pair = Pair::tied(service, settings(Direction::Both, policy)).await;
    pair.run_due().await;
    let mut expected = Expected { marks: BTreeMap::new(), deleted: BTreeSet::new() };
    for number in 0..operations {
        let mark = format!("m{number}");
        let is_here = numbers.is(50);
        let side = if is_here { pair.uids().await } else { pair.uids_there() };
        match numbers.below(10) {
            0..3 => {
                let uid = format!("u{number}");
                let text = made(&uid, &mut numbers, &mark);
                if is_here {
                    pair.put(&text).await
                } else {
                    pair.remote.put(&text)
                }
                expected.marks.entry(uid).or_default().insert(mark);
            }
            3 if !side.is_empty() => {
                let uid = side[numbers.below(side.len())].clone();
                if is_here {
                    pair.delete(&uid).await
                } else {
                    pair.remote.delete(&uid)
                }
                expected.deleted.insert(uid);
            }
            _ if !side.is_empty() => {
                let uid = side[numbers.below(side.len())].clone();
                let text = if is_here { pair.text(&uid).await } else { pair.remote.text(&uid) };
                let text = edited(&text.unwrap(), &mut numbers, &mark);
                if is_here {
                    pair.put(&text).await
                } else {
                    pair.remote.put(&text)
                }
                expected.marks.entry(uid).or_default().insert(mark);
            }
            _ => {}
        }
        if numbers.is(2) {
            pair.remote.forgets_cursors();
        }
        if numbers.is(12) {
            // Some calls of some runs go wrong, before or after they were done.
            let mut faults = Numbers(numbers.draw());
            let percent = if numbers.is(50) { 25 } else { 0 };
            pair.remote.fails(move |_, _| match faults.is(percent) {
                true if faults.is(50) => Some(Fault::Lost),
                true => Some(Fault::Refused(transient())),
                false => None,
            });
            pair.sync().await;
            pair.remote.works();
        }
    }
    for _ in 0..6 {
        let link = pair.sync().await;
        if link.state == LinkState::Asks {
            pair.kalends.approve_deletions(pair.anna(), pair.link).await.unwrap();
        }
    }
    let link = pair.sync().await;
    assert_eq!(link.state, LinkState::InStep, "seed {seed}: {:?}", link.why);
    assert_eq!(pair.kalends.set_aside_objects(pair.anna(), pair.link).await.unwrap(), [], "seed {seed}");
    pair.assert_same().await;
    for (uid, marks) in &expected.marks {
        let text = pair.text(uid).await;
        if expected.deleted.contains(uid) {
            continue;
        }
        let text = text.unwrap_or_else(|| panic!("seed {seed}: {uid} is lost"));
        for mark in marks {
            assert!(text.contains(&format!("COMMENT:{mark}\r\n")), "seed {seed}: {uid} has lost {mark}:\n{text}");
        }
    }
    let uids: BTreeSet<String> = pair.uids().await.into_iter().collect();
    assert!(uids.iter().all(|uid| expected.marks.contains_key(uid)), "seed {seed}");
    assert_eq!(pair.remote.texts().len(), uids.len(), "seed {seed}: nothing is there twice");
}

/// How many seeds; more by `KALENDS_TEST_SEEDS`.
fn seeds(few: u64) -> std::ops::Range<u64> {
    0..std::env::var("KALENDS_TEST_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(few)
}

#[tokio::test]
async fn random_changes_with_a_service_that_names_changes_end_the_same_on_both_sides() {
    for seed in seeds(2) {
        run(seed, 150, RemoteService::new(), Policy::MergeThenNewest).await;
    }
}

#[tokio::test]
async fn random_changes_with_a_service_that_lists_and_writes_its_own_way_end_the_same_on_both_sides() {
    for seed in seeds(2) {
        let service = RemoteService::new();
        service.lists();
        service.rewrites(|text| text.replace("PRODID:-//Example//EN", "PRODID:-//Server//EN"));
        run(1000 + seed, 120, service, Policy::Local).await;
    }
}

#[tokio::test]
async fn random_changes_with_a_service_that_tells_tags_and_sends_texts_end_the_same_on_both_sides() {
    for seed in seeds(2) {
        let service = RemoteService::new();
        service.tells_tags();
        service.sends_texts();
        run(2000 + seed, 120, service, Policy::Remote).await;
    }
}
