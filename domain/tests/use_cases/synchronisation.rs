//! Collection synchronisation: what a reader of the change log is told, and when.

use chrono::{TimeDelta, Utc};
use kalends_domain::Error;
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_test_support::home::{AllChanges, Home};
use kalends_test_support::texts::event_titled;

/// How many changes are read at once.
const PAGE: usize = 1000;

async fn put(home: &Home, uid: &str, summary: &str) {
    home.put(uid, &event_titled(uid, summary)).await.unwrap();
}

/// Names changed and removed, each sorted, and the token.
async fn since(home: &Home, token: Option<&str>) -> (Vec<String>, Vec<String>, String) {
    let changes = home.since(token, None).await;
    assert!(!changes.truncated);
    let mut changed: Vec<String> = changes.changed.into_iter().map(|head| head.name).collect();
    let mut removed = changes.removed;
    changed.sort();
    removed.sort();
    (changed, removed, changes.token)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn changes_are_reported_once_and_as_they_are_now() {
    let home = Home::new().await;
    put(&home, "a", "first").await;
    put(&home, "b", "first").await;
    let (changed, removed, token) = since(&home, None).await;
    assert_eq!((changed, removed), (names(&["a", "b"]), names(&[])));
    assert_eq!(since(&home, Some(&token)).await, (names(&[]), names(&[]), token.clone()));

    put(&home, "a", "second").await;
    put(&home, "a", "third").await;
    home.delete("b").await;
    put(&home, "c", "first").await;
    let (changed, removed, next) = since(&home, Some(&token)).await;
    assert_eq!((changed, removed), (names(&["a", "c"]), names(&["b"])));
    assert_eq!(since(&home, Some(&next)).await, (names(&[]), names(&[]), next));
    // An old token goes on to be good.
    assert_eq!(since(&home, Some(&token)).await.0, names(&["a", "c"]));
}

#[tokio::test]
async fn the_same_octets_again_are_no_change() {
    let home = Home::new().await;
    put(&home, "a", "first").await;
    let (.., token) = since(&home, None).await;
    put(&home, "a", "first").await;
    assert_eq!(since(&home, Some(&token)).await, (names(&[]), names(&[]), token));
}

#[tokio::test]
async fn what_was_deleted_and_made_again_is_changed() {
    let home = Home::new().await;
    put(&home, "a", "first").await;
    let (.., token) = since(&home, None).await;
    home.delete("a").await;
    let (.., between) = since(&home, Some(&token)).await;
    // Even the same octets: whoever heard of the deletion has to hear of the return.
    put(&home, "a", "first").await;
    assert_eq!(since(&home, Some(&token)).await.0, names(&["a"]));
    assert_eq!(since(&home, Some(&between)).await.0, names(&["a"]));
    home.delete("a").await;
    assert_eq!(since(&home, Some(&between)).await.1, names(&["a"]));
    // A first synchronisation has nothing to remove.
    assert_eq!(since(&home, None).await.1, names(&[]));
}

#[tokio::test]
async fn pages_together_are_the_whole() {
    let home = Home::new().await;
    for name in ["a", "b", "c", "d", "e", "f"] {
        put(&home, name, "first").await;
    }
    let (.., token) = since(&home, None).await;
    for name in ["a", "c", "e"] {
        home.delete(name).await;
        put(&home, &format!("{name}2"), "first").await;
    }
    put(&home, "b", "second").await;
    for (start, most) in [(None, 1), (None, 2), (None, 100), (Some(&token), 1), (Some(&token), 3), (Some(&token), 7)] {
        let whole = since(&home, start.map(String::as_str)).await;
        let (mut changed, mut removed, mut token) = (Vec::new(), Vec::new(), start.cloned());
        loop {
            let page = home.since(token.as_deref(), Some(most)).await;
            assert!(page.changed.len() + page.removed.len() <= most);
            assert!(!page.truncated || page.changed.len() + page.removed.len() == most);
            changed.extend(page.changed.into_iter().map(|head| head.name));
            removed.extend(page.removed);
            token = Some(page.token);
            if !page.truncated {
                break;
            }
        }
        changed.sort();
        // The pages after the first of a first synchronisation know of deletions that the client never had to hear of.
        if start.is_some() {
            removed.sort();
            assert_eq!(removed, whole.1, "{most}");
        }
        assert_eq!((changed, token.unwrap()), (whole.0, whole.2), "{most}");
    }
}

#[tokio::test]
async fn a_write_between_two_pages_is_not_lost() {
    let home = Home::new().await;
    for name in ["a", "b", "c"] {
        put(&home, name, "first").await;
    }
    let first = home.since(None, Some(2)).await;
    assert!(first.truncated);
    // One that was delivered changes, one that was not disappears.
    put(&home, "a", "second").await;
    home.delete("c").await;
    let (changed, removed, _) = since(&home, Some(&first.token)).await;
    assert_eq!((changed, removed), (names(&["a"]), names(&["c"])));
}

#[tokio::test]
async fn what_happens_while_the_pages_are_read_comes_with_the_next_token() {
    let home = Home::new().await;
    for n in 0..PAGE + 10 {
        put(&home, &format!("{n:05}"), "first").await;
    }
    let (.., token) = since(&home, None).await;
    home.delete("00003").await;
    let mut reader = home.kalends.changes(home.anna, home.calendar, None, None).await.unwrap();
    let first = reader.next().await.unwrap().unwrap();
    assert_eq!(first.changed.len(), PAGE);
    // One that was delivered, one that is still to come, and one that is new.
    put(&home, "00001", "second").await;
    home.delete("01009").await;
    put(&home, "new", "first").await;
    let rest = reader.next().await.unwrap().unwrap();
    assert_eq!(rest.changed.len(), 8);
    assert_eq!(reader.next().await.unwrap(), None);
    assert!(!reader.truncated);
    let (changed, removed, _) = since(&home, Some(&reader.token)).await;
    assert_eq!((changed, removed), (names(&["00001", "new"]), names(&["01009"])));
    assert_eq!(since(&home, Some(&token)).await.1, names(&["00003", "01009"]));
}

#[tokio::test]
async fn a_limit_of_nothing_makes_no_progress_and_loses_nothing() {
    let home = Home::new().await;
    put(&home, "a", "first").await;
    let nothing = home.since(None, Some(0)).await;
    assert!(nothing.truncated && nothing.changed.is_empty());
    assert_eq!(since(&home, Some(&nothing.token)).await.0, names(&["a"]));
}

#[tokio::test]
async fn tokens_that_this_calendar_never_gave_out_are_refused() {
    let home = Home::new().await;
    put(&home, "a", "first").await;
    let (.., token) = since(&home, None).await;
    let other = home.kalends.create_named_calendar(home.anna, "Other").await.unwrap();
    let of_other = home.kalends.changes(home.anna, other.id, None, None).await.unwrap().token;
    let prefix = format!("urn:kalends:sync:{}", home.calendar.0);
    let soon = (Utc::now() + TimeDelta::seconds(1)).timestamp_millis();
    for token in [
        String::new(),
        of_other,
        format!("{prefix}:2:{soon}"),
        format!("{prefix}:1:{soon}"),
        format!("{prefix}:0:{soon}"),
        format!("{prefix}:-1:{soon}"),
        token.replacen(":1:", ":+1:", 1),
        token.replacen(":1:", ":01:", 1),
        format!("{prefix}:1"),
        format!("{prefix}:"),
        prefix.clone(),
        format!("{token} "),
        token.to_uppercase(),
        "http://example.com/sync/1".into(),
    ] {
        let refused = home.kalends.changes(home.anna, home.calendar, Some(&token), None).await;
        assert!(matches!(refused, Err(Error::InvalidSyncToken)), "{token}");
    }
}

#[tokio::test]
async fn a_moved_object_leaves_one_calendar_and_comes_into_the_other() {
    let home = Home::new().await;
    let other = home.kalends.create_named_calendar(home.anna, "Other").await.unwrap();
    put(&home, "a", "first").await;
    let (.., token) = since(&home, None).await;
    let there = home.kalends.changes(home.anna, other.id, None, None).await.unwrap().token;
    let transfer = CopyMove {
        from: (home.calendar, "a".into()),
        to: (other.id, "b".into()),
        overwrite: false,
        precondition: Precondition::None,
    };
    home.kalends.move_object(home.anna, transfer).await.unwrap();
    assert_eq!(since(&home, Some(&token)).await.1, names(&["a"]));
    let arrived = home.kalends.changes(home.anna, other.id, Some(&there), None).await.unwrap();
    assert_eq!(AllChanges::read(arrived).await.names(), ["b"]);
}
