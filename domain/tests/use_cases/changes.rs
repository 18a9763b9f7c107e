use kalends_domain::Error;
use kalends_test_support::home::Home;
use kalends_test_support::texts::event_titled;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_client_learns_of_each_change_once() {
    let home = Home::new().await;
    for uid in ["a", "b", "c"] {
        home.put(&format!("{uid}.ics"), &event_titled(uid, "First")).await.unwrap();
    }
    let first = home.since(None, None).await;
    assert_eq!((first.names(), first.truncated), (vec!["a.ics", "b.ics", "c.ics"], false));
    let nothing = home.since(Some(&first.token), None).await;
    assert_eq!((nothing.changed.len(), nothing.removed.len(), &nothing.token), (0, 0, &first.token));

    home.put("a.ics", &event_titled("a", "Second")).await.unwrap();
    home.delete("b.ics").await;
    home.delete("c.ics").await;
    home.put("c.ics", &event_titled("c", "Back")).await.unwrap();
    home.put("d.ics", &event_titled("d", "Short-lived")).await.unwrap();
    home.delete("d.ics").await;
    let next = home.since(Some(&first.token), None).await;
    assert_eq!(next.names(), ["a.ics", "c.ics"]);
    // The client never heard of d; that it is told of its end does no harm and needs no memory of who saw what.
    assert_eq!(next.removed, ["b.ics", "d.ics"]);
}

#[tokio::test]
async fn pages_lead_to_the_same_state_as_one_answer() {
    let home = Home::new().await;
    let mut token = home.since(None, None).await.token;
    for number in 0..25 {
        home.put(&format!("{number}.ics"), &event_titled(&number.to_string(), "First")).await.unwrap();
    }
    for number in (0..25).step_by(3) {
        home.delete(&format!("{number}.ics")).await;
    }
    let whole = home.since(Some(&token), None).await;
    let (mut changed, mut removed) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let page = home.since(Some(&token), Some(4)).await;
        assert!(page.changed.len() + page.removed.len() <= 4);
        changed.extend(page.changed.into_iter().map(|head| head.name));
        removed.extend(page.removed);
        token = page.token;
        if !page.truncated {
            break;
        }
    }
    assert_eq!(changed, whole.changed.into_iter().map(|head| head.name).collect());
    assert_eq!(removed, whole.removed.into_iter().collect());
    assert_eq!(token, whole.token);
}

#[tokio::test]
async fn tokens_that_were_never_given_out_are_refused() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "First")).await.unwrap();
    let token = home.since(None, None).await.token;
    let other = home.kalends.create_named_calendar(home.anna, "Other").await.unwrap().id;
    let others = home.kalends.changes(home.anna, other, None, None).await.unwrap().token;
    let future = token.replace(":1", ":99");
    for bad in ["", "urn:kalends:sync:", "http://example.org/ns/sync/1", &others, &future, &format!("{token}0")] {
        let outcome = home.kalends.changes(home.anna, home.calendar, Some(bad), None).await;
        assert!(matches!(outcome, Err(Error::InvalidSyncToken)), "{bad}: {outcome:?}");
    }
}

#[tokio::test]
async fn tokens_of_a_time_that_was_lost_are_refused_for_good() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "First")).await.unwrap();
    let before = home.since(None, None).await.token;
    let restored = home.backup().await;
    home.put("lost.ics", &event_titled("lost", "After the backup")).await.unwrap();
    let lost = home.since(None, None).await.token;

    restored.put("new.ics", &event_titled("new", "After the restore")).await.unwrap();
    restored.put("newer.ics", &event_titled("newer", "After the restore")).await.unwrap();
    let outcome = restored.kalends.changes(restored.anna, restored.calendar, Some(&lost), None).await;
    assert!(matches!(outcome, Err(Error::InvalidSyncToken)), "{outcome:?}");
    let names: Vec<_> = restored.since(Some(&before), None).await.changed.into_iter().map(|head| head.name).collect();
    assert_eq!(names, ["new.ics", "newer.ics"]);
}
