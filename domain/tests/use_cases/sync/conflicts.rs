//! Both sides change the same object: what comes together, and who wins.

use super::{Pair, settings, titled};
use kalends_domain::history::{Change, RunKind};
use kalends_domain::objects::Precondition;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::{LinkState, Resolution, Side, SyncOutcome};
use kalends_ical::merge::Winner;
use kalends_test_support::remote::RemoteService;
use kalends_test_support::texts::{calendar, component, event};

const POLICIES: [Policy; 4] = [Policy::MergeThenNewest, Policy::Remote, Policy::Local, Policy::Ask];

/// A weekly series with overrides, by the day of January.
fn series(title: &str, overrides: &[(u32, &str)]) -> String {
    let lines = format!("DTSTART:20260105T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nSUMMARY:{title}");
    let mut text = component("VEVENT", "s", &lines);
    for (day, title) in overrides {
        let lines = format!(
            "RECURRENCE-ID:202601{day:02}T090000Z\nDTSTART:202601{day:02}T090000Z\nDURATION:PT1H\nSUMMARY:{title}"
        );
        text += &component("VEVENT", "s", &lines);
    }
    calendar(&text)
}

async fn in_step(policy: Policy, text: &str) -> Pair {
    let pair = Pair::new(policy).await;
    pair.put(text).await;
    pair.run_due().await;
    pair.assert_same().await;
    pair
}

#[tokio::test]
async fn different_properties_come_together_whatever_the_policy() {
    for policy in POLICIES {
        let pair = in_step(policy, &event("a", "20260305T090000Z", "LOCATION:Here")).await;
        let text = pair.text("a").await.unwrap();
        pair.put(&text.replace("Event a", "Renamed here")).await;
        pair.remote.put(&text.replace("LOCATION:Here", "LOCATION:There"));
        assert_eq!(pair.sync().await.state, LinkState::InStep);
        pair.assert_same().await;
        let now = pair.text("a").await.unwrap();
        assert!(now.contains("Renamed here") && now.contains("LOCATION:There"), "{policy:?} {now}");
        let receipt = pair.receipt().await;
        let expected =
            [(Side::Here, SyncOutcome::Merged, "a".to_owned()), (Side::There, SyncOutcome::Changed, "a".to_owned())];
        assert_eq!(receipt, expected, "{policy:?}");
    }
}

#[tokio::test]
async fn different_instances_come_together_whatever_the_policy() {
    for policy in POLICIES {
        let pair = in_step(policy, &series("Weekly", &[])).await;
        pair.put(&series("Weekly", &[(12, "Here")])).await;
        pair.remote.put(&series("Weekly", &[(19, "There")]));
        pair.sync().await;
        pair.assert_same().await;
        let now = pair.text("s").await.unwrap();
        assert!(now.contains("SUMMARY:Here") && now.contains("SUMMARY:There"), "{policy:?} {now}");
    }
}

#[tokio::test]
async fn the_same_property_and_the_same_instance_are_as_the_policy_says() {
    let cases: [(String, String, String, &str); 2] = [
        (titled("s", "Before"), titled("s", "Title here"), titled("s", "Title there"), "Title "),
        (series("w", &[]), series("w", &[(12, "Title here")]), series("w", &[(12, "Title there")]), "Title "),
    ];
    for (before, ours, theirs, _) in cases {
        for policy in POLICIES {
            let pair = in_step(policy, &before).await;
            pair.put(&ours).await;
            pair.remote.put(&theirs);
            let link = pair.sync().await;
            assert_eq!(link.state, LinkState::InStep);
            let (here, there) = (pair.text("s").await.unwrap(), pair.remote.text("s").unwrap());
            match policy {
                Policy::Ask => {
                    assert!(here.contains("Title here") && there.contains("Title there"));
                    let conflicts = pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap();
                    let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
                    assert_eq!(
                        (conflict.ours.as_deref(), conflict.theirs.as_deref()),
                        (Some(here.as_str()), Some(there.as_str()))
                    );
                    assert_eq!((conflict.base.as_deref(), conflict.collisions.len()), (Some(before.as_str()), 1));
                }
                // Nothing there says when it was changed: what is new there counts as the newest.
                Policy::MergeThenNewest | Policy::Remote => assert!(here.contains("Title there"), "{policy:?} {here}"),
                Policy::Local => assert!(there.contains("Title here"), "{there}"),
            }
            if policy != Policy::Ask {
                pair.assert_same().await;
                let loser = if policy == Policy::Local { "Title there" } else { "Title here" };
                let (change, lost) =
                    lost(&pair, "s.ics", loser).await.expect("the version that lost is in the history");
                let by = change.cause.as_ref().and_then(|cause| cause.run);
                assert_eq!(by.map(|(_, kind)| kind) == Some(RunKind::Sync), policy == Policy::Local, "{change:?}");
                // It can be had back, and what is kept is whole.
                assert!(pair.home.damages().await.is_empty());
                let back =
                    pair.kalends.restore_version(pair.anna(), pair.calendar, change.revision, Precondition::None);
                back.await.unwrap();
                assert_eq!(pair.text("s").await.unwrap(), lost);
                assert!(pair.home.damages().await.is_empty());
            }
        }
    }
}

/// The change in the history of an object by which it came to have what `says` says, with its text.
async fn lost(pair: &Pair, name: &str, says: &str) -> Option<(Change, String)> {
    for change in pair.kalends.object_history(pair.anna(), pair.calendar, name).await.unwrap() {
        let text = pair.kalends.version_after(pair.anna(), pair.calendar, &change).await.unwrap_or_default();
        if text.contains(says) {
            return Some((change, text));
        }
    }
    None
}

#[tokio::test]
async fn what_loses_there_is_in_the_history_whoever_decided() {
    // The newest is here.
    let there = titled("a", "There").replace("SUMMARY", "LAST-MODIFIED:20200101T000000Z\r\nSUMMARY");
    let pair = in_step(Policy::MergeThenNewest, &titled("a", "Before")).await;
    pair.put(&titled("a", "Here")).await;
    pair.remote.put(&there);
    pair.sync().await;
    assert!(lost(&pair, "a.ics", "SUMMARY:There").await.is_some());
    let history = pair.kalends.object_history(pair.anna(), pair.calendar, "a.ics").await.unwrap();
    assert_eq!(history.len(), 4, "{history:?}");
    pair.sync().await;
    pair.assert_same().await;
    assert_eq!(pair.kalends.object_history(pair.anna(), pair.calendar, "a.ics").await.unwrap(), history);
    // A person decides.
    for (resolution, kept) in [(Resolution::Ours, true), (Resolution::Theirs, true)] {
        let pair = in_step(Policy::Ask, &titled("a", "Before")).await;
        pair.put(&titled("a", "Here")).await;
        pair.remote.put(&titled("a", "There"));
        pair.sync().await;
        let conflict = pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap().remove(0);
        pair.kalends.resolve_sync_conflict(pair.anna(), pair.link, conflict.id, &resolution).await.unwrap();
        for says in ["SUMMARY:Here", "SUMMARY:There"] {
            assert_eq!(lost(&pair, "a.ics", says).await.is_some(), kept, "{resolution:?} {says}");
        }
        let (change, _) = lost(&pair, "a.ics", "SUMMARY:There").await.unwrap();
        let came_by_run = change.cause.unwrap().run.is_some();
        assert_eq!(came_by_run, resolution == Resolution::Ours);
        assert!(pair.home.damages().await.is_empty());
        pair.run_due().await;
        pair.assert_same().await;
    }
    // Some of both: the version there had more than what came of it.
    let base = event("a", "20260305T090000Z", "LOCATION:Room");
    let pair = in_step(Policy::Local, &base).await;
    pair.put(&base.replace("Event a", "Here")).await;
    pair.remote.put(&base.replace("Event a", "There").replace("LOCATION:Room", "LOCATION:There"));
    pair.sync().await;
    pair.assert_same().await;
    let now = pair.text("a").await.unwrap();
    assert!(now.contains("SUMMARY:Here") && now.contains("LOCATION:There"), "{now}");
    assert!(lost(&pair, "a.ics", "SUMMARY:There").await.is_some());
    assert!(pair.home.damages().await.is_empty());
}

#[tokio::test]
async fn an_edit_there_that_a_deletion_here_wins_over_is_in_the_history() {
    for decided in [false, true] {
        let pair = in_step(if decided { Policy::Ask } else { Policy::Local }, &titled("a", "Before")).await;
        pair.delete("a").await;
        pair.remote.put(&titled("a", "Edited there"));
        pair.sync().await;
        if decided {
            let conflict = pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap().remove(0);
            pair.kalends.resolve_sync_conflict(pair.anna(), pair.link, conflict.id, &Resolution::Ours).await.unwrap();
            pair.run_due().await;
        }
        assert_eq!((pair.uids().await.len(), pair.uids_there().len()), (0, 0));
        let (change, text) = lost(&pair, "a.ics", "Edited there").await.expect("it is in the history");
        assert!(pair.home.damages().await.is_empty());
        let bin = pair.kalends.bin(pair.anna(), 0).await.unwrap();
        assert_eq!(bin.objects.len(), 1);
        let back = pair.kalends.restore_version(pair.anna(), pair.calendar, change.revision, Precondition::None);
        back.await.unwrap();
        assert_eq!(pair.text("a").await.unwrap(), text);
    }
}

#[tokio::test]
async fn of_an_edit_and_a_deletion_the_newer_wins_where_both_times_are_known() {
    for (stamp, left) in [("20200101T000000Z", 0), ("20990101T000000Z", 1)] {
        let pair = in_step(Policy::MergeThenNewest, &titled("a", "Before")).await;
        pair.delete("a").await;
        pair.remote.put(&titled("a", "There").replace("SUMMARY", &format!("LAST-MODIFIED:{stamp}\r\nSUMMARY")));
        pair.sync().await;
        assert_eq!((pair.uids().await.len(), pair.uids_there().len()), (left, left), "{stamp}");
    }
}

#[tokio::test]
async fn the_side_that_was_changed_last_wins_where_both_say_when() {
    for (stamp, wins) in [("20200101T000000Z", "Here"), ("20990101T000000Z", "There")] {
        let pair = in_step(Policy::MergeThenNewest, &titled("a", "Before")).await;
        pair.put(&titled("a", "Here")).await;
        pair.remote.put(&titled("a", "There").replace("SUMMARY", &format!("LAST-MODIFIED:{stamp}\r\nSUMMARY")));
        pair.sync().await;
        pair.assert_same().await;
        assert!(pair.text("a").await.unwrap().contains(wins), "{stamp}");
    }
}

#[tokio::test]
async fn an_edit_and_a_deletion_are_as_the_policy_says() {
    for policy in POLICIES {
        // Edited here, deleted there.
        let pair = in_step(policy, &titled("a", "Before")).await;
        pair.put(&titled("a", "Edited")).await;
        pair.remote.delete("a");
        pair.sync().await;
        let sides = (pair.uids().await.len(), pair.uids_there().len());
        let expected = match policy {
            // Nobody knows when it was deleted: the edit stays.
            Policy::MergeThenNewest | Policy::Local => (1, 1),
            Policy::Remote => (0, 0),
            Policy::Ask => (1, 0),
        };
        assert_eq!(sides, expected, "{policy:?}");
        if policy == Policy::Ask {
            let conflict = pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap().remove(0);
            assert!(conflict.ours.is_some() && conflict.theirs.is_none());
            pair.sync().await;
            assert_eq!(pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap().len(), 1);
        }
        // Deleted here, edited there.
        let pair = in_step(policy, &titled("a", "Before")).await;
        pair.delete("a").await;
        pair.remote.put(&titled("a", "Edited"));
        pair.sync().await;
        let sides = (pair.uids().await.len(), pair.uids_there().len());
        let expected = match policy {
            Policy::MergeThenNewest | Policy::Remote => (1, 1),
            Policy::Local => (0, 0),
            Policy::Ask => (0, 1),
        };
        assert_eq!(sides, expected, "{policy:?}");
    }
}

#[tokio::test]
async fn what_both_sides_made_under_one_uid_is_one_object() {
    for policy in POLICIES {
        let pair = Pair::new(policy).await;
        pair.put(&titled("a", "Same")).await;
        pair.remote.put(&titled("a", "Same"));
        pair.put(&titled("b", "Here")).await;
        pair.remote.put(&titled("b", "There"));
        pair.run_due().await;
        assert_eq!(
            (pair.uids().await, pair.uids_there()),
            (vec!["a".into(), "b".into()], vec!["a".into(), "b".to_owned()])
        );
        let (here, there) = (pair.text("b").await.unwrap(), pair.remote.text("b").unwrap());
        match policy {
            Policy::Ask => assert!(here.contains("Here") && there.contains("There")),
            Policy::Local => assert!(here.contains("Here") && there.contains("Here")),
            Policy::Remote | Policy::MergeThenNewest => assert!(here.contains("There") && there.contains("There")),
        }
    }
}

#[tokio::test]
async fn a_conflict_ends_with_one_choice() {
    let base = event("a", "20260305T090000Z", "LOCATION:Room\nDESCRIPTION:Text");
    let edited = |title: &str, location: &str| {
        base.replace("Event a", title).replace("LOCATION:Room", &format!("LOCATION:{location}"))
    };
    let each = Resolution::Each(vec![Winner::Theirs, Winner::Ours]);
    for resolution in [Resolution::Ours, Resolution::Theirs, each] {
        let pair = in_step(Policy::Ask, &base).await;
        pair.put(&edited("Here", "Here")).await;
        pair.remote.put(&edited("There", "There"));
        pair.sync().await;
        let conflict = pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap().remove(0);
        assert_eq!(conflict.collisions.len(), 2);
        pair.kalends.resolve_sync_conflict(pair.anna(), pair.link, conflict.id, &resolution).await.unwrap();
        assert_eq!(pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap(), []);
        pair.run_due().await;
        pair.assert_same().await;
        let now = pair.remote.text("a").unwrap();
        let titles = (now.contains("SUMMARY:Here"), now.contains("LOCATION:Here"));
        match resolution {
            Resolution::Ours => assert_eq!(titles, (true, true)),
            Resolution::Theirs => assert_eq!(titles, (false, false)),
            Resolution::Each(_) => assert!(titles.0 != titles.1, "{now}"),
        }
        let again = pair.kalends.resolve_sync_conflict(pair.anna(), pair.link, conflict.id, &Resolution::Ours).await;
        assert!(again.is_err(), "it is decided");
    }
}

#[tokio::test]
async fn a_conflict_of_an_edit_and_a_deletion_ends_with_one_choice() {
    for (is_deleted_here, resolution, left) in [
        (true, Resolution::Ours, 0),
        (true, Resolution::Theirs, 1),
        (false, Resolution::Ours, 1),
        (false, Resolution::Theirs, 0),
    ] {
        let pair = in_step(Policy::Ask, &titled("a", "Before")).await;
        if is_deleted_here {
            pair.delete("a").await;
            pair.remote.put(&titled("a", "Edited"));
        } else {
            pair.put(&titled("a", "Edited")).await;
            pair.remote.delete("a");
        }
        pair.sync().await;
        let conflict = pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap().remove(0);
        pair.kalends.resolve_sync_conflict(pair.anna(), pair.link, conflict.id, &resolution).await.unwrap();
        pair.run_due().await;
        pair.sync().await;
        pair.assert_same().await;
        assert_eq!(pair.uids_there().len(), left, "{is_deleted_here} {resolution:?}");
    }
}

#[tokio::test]
async fn a_conflict_is_looked_at_again_when_a_side_changes() {
    let pair = in_step(Policy::Ask, &titled("a", "Before")).await;
    pair.put(&titled("a", "Here")).await;
    pair.remote.put(&titled("a", "There"));
    pair.sync().await;
    assert_eq!(pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap().len(), 1);
    // Somebody sees it and writes the same on both sides.
    pair.put(&titled("a", "There")).await;
    pair.sync().await;
    assert_eq!(pair.kalends.sync_conflicts(pair.anna(), pair.link).await.unwrap(), []);
    pair.assert_same().await;
}

#[tokio::test]
async fn conflicts_are_resolved_also_where_the_history_was_cleaned() {
    let pair = in_step(Policy::Ask, &event("a", "20260305T090000Z", "LOCATION:Room")).await;
    let text = pair.text("a").await.unwrap();
    pair.put(&text.replace("Event a", "Renamed")).await;
    pair.home.forget_versions().await;
    pair.remote.put(&text.replace("LOCATION:Room", "LOCATION:Other"));
    pair.sync().await;
    pair.assert_same().await;
    let now = pair.text("a").await.unwrap();
    assert!(now.contains("Renamed") && now.contains("LOCATION:Other"), "{now}");
}

#[tokio::test]
async fn an_object_whose_uid_the_service_changes_stays_one() {
    let remote = RemoteService::new();
    remote.rewrites(|text| text.replace("UID:a\r\n", "UID:040000008200E00074C5B7101A82E008\r\n"));
    let pair = Pair::tied(remote, settings(Direction::Both, Policy::MergeThenNewest)).await;
    pair.put(&titled("a", "Ours")).await;
    pair.run_due().await;
    pair.sync().await;
    assert_eq!((pair.uids().await, pair.uids_there().len()), (vec!["a".to_owned()], 1));
    pair.put(&titled("a", "Edited here")).await;
    pair.sync().await;
    let there = pair.remote.texts().into_values().next().unwrap();
    assert!(there.contains("Edited here") && pair.uids_there().len() == 1);
    pair.remote.put(&there.replace("Edited here", "Edited there"));
    pair.sync().await;
    assert_eq!(pair.uids().await, ["a"]);
    assert!(pair.text("a").await.unwrap().contains("Edited there"));
}
