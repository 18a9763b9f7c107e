//! What is known of calendars elsewhere: how they look, which there are, what of them lies in a window; and what runs tell of themselves.

use super::{Pair, account, settings, titled};
use chrono::{TimeDelta, Utc};
use kalends_domain::Announcement;
use kalends_domain::calendars::CalendarPatch;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_domain::sync::{
    LinkSettings, LinkState, LinkTarget, NewLink, ProviderKind, RunProgress, Side, SyncCount, SyncOutcome,
};
use kalends_test_support::remote::{Call, Fault, REMOTE, RemoteService, transient};
use kalends_test_support::texts::event;
use std::sync::{Arc, Mutex};

const POLICY: Policy = Policy::MergeThenNewest;

/// Anna's pair, of which the calendar here was made for the one there.
async fn followed() -> Pair {
    let remote = RemoteService::new();
    let (home, kalends, account) = account(&remote).await;
    let (id, target) = (RemoteCalendarId(REMOTE.into()), LinkTarget::New { name: None });
    let new = NewLink { account, remote: id, target, settings: settings(Direction::Both, POLICY) };
    let link = kalends.make_sync_link(home.anna, &new).await.unwrap();
    let pair = Pair { home, kalends, remote, account, calendar: link.calendar, link: link.id };
    pair.run_due().await;
    pair
}

/// A run of the next day.
async fn tomorrow(pair: &Pair) {
    pair.home.run("UPDATE sync_links SET last_run_at = last_run_at - 90000000").await;
    pair.sync().await;
}

async fn looks(pair: &Pair) -> (String, String) {
    let details = pair.kalends.calendar_by_id(pair.anna(), pair.calendar).await.unwrap().details.clone();
    (details.display_name, details.color)
}

#[tokio::test]
async fn a_calendar_that_is_called_and_coloured_otherwise_there_is_so_here_unless_somebody_chose_here() {
    let pair = followed().await;
    let is = |name: &str, color: &str| (name.to_owned(), color.to_owned());
    assert_eq!(looks(&pair).await, is("work", "#112233"));
    let mut news = pair.kalends.announcements();
    pair.remote.looks("Work of all", "#445566FF");
    tomorrow(&pair).await;
    assert_eq!(looks(&pair).await, is("Work of all", "#445566"));
    let mut said = Vec::new();
    while let Ok(one) = news.try_recv() {
        said.push(one);
    }
    assert!(said.iter().any(|one| matches!(one, Announcement::Home { .. })), "pages hear of it: {said:?}");
    // What somebody has chosen here stays.
    let patch = CalendarPatch { display_name: Some("Mine".into()), ..CalendarPatch::default() };
    pair.kalends.update_calendar(pair.anna(), pair.calendar, patch).await.unwrap();
    pair.remote.looks("Again", "#778899");
    tomorrow(&pair).await;
    assert_eq!(looks(&pair).await, is("Mine", "#778899"));
    let patch = CalendarPatch { color: Some("#000000".into()), ..CalendarPatch::default() };
    pair.kalends.update_calendar(pair.anna(), pair.calendar, patch).await.unwrap();
    pair.remote.looks("Once more", "#ABCDEF");
    tomorrow(&pair).await;
    assert_eq!(looks(&pair).await, is("Mine", "#000000"));
    // A calendar that was there before it was tied has a name of its own.
    let pair = Pair::new(POLICY).await;
    pair.run_due().await;
    let before = looks(&pair).await;
    pair.remote.looks("Other", "#ABCDEF");
    tomorrow(&pair).await;
    assert_eq!(looks(&pair).await, before);
}

#[tokio::test]
async fn calendars_that_are_made_there_later_are_news_until_their_owner_has_seen_them() {
    let pair = followed().await;
    let new = async || pair.kalends.remote_account(pair.anna(), pair.account).await.unwrap().new_calendars;
    assert_eq!(new().await, 0);
    pair.remote.add_calendar("private", true);
    pair.remote.add_calendar("team", false);
    pair.remote.calls();
    pair.sync().await;
    assert_eq!(new().await, 0, "it is not looked each time");
    assert!(!pair.remote.calls().contains(&(Call::Calendars, 0)));
    pair.home.run("UPDATE remote_accounts SET listed_at = listed_at - 3600001").await;
    pair.sync().await;
    assert_eq!(new().await, 2);
    let offered = pair.kalends.offered_calendars(pair.anna(), pair.account).await.unwrap();
    assert_eq!((offered.len(), new().await), (3, 0));
    pair.home.run("UPDATE remote_accounts SET listed_at = listed_at - 3600001").await;
    pair.sync().await;
    assert_eq!(new().await, 0, "those were seen");
    // One that is put into step without being looked at is no news either.
    pair.remote.add_calendar("more", true);
    pair.home.run("UPDATE remote_accounts SET listed_at = listed_at - 3600001").await;
    let (remote, target) = (RemoteCalendarId("more".into()), LinkTarget::New { name: None });
    let wanted = NewLink { account: pair.account, remote, target, settings: settings(Direction::Both, POLICY) };
    pair.kalends.make_sync_link(pair.anna(), &wanted).await.unwrap();
    pair.sync().await;
    assert_eq!(new().await, 0);
}

#[tokio::test]
async fn a_window_says_nothing_of_what_lies_outside_it() {
    let at = |days: i64| (Utc::now() + TimeDelta::days(days)).format("%Y%m%dT%H%M%SZ").to_string();
    let remote = RemoteService::new();
    remote.is_windowed();
    for n in 0..20 {
        remote.put(&event(&format!("e{n}"), &at(n + 1), ""));
    }
    remote.put(&event("old", &at(-300), ""));
    let pair = Pair::tied(remote, settings(Direction::Both, POLICY)).await;
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    assert_eq!(pair.uids().await.len(), 21);
    let narrow = LinkSettings { window_days: Some(30), ..settings(Direction::Both, POLICY) };
    pair.kalends.change_sync_link(pair.anna(), pair.link, &narrow).await.unwrap();
    pair.run_due().await;
    assert_eq!(pair.uids().await.len(), 21, "what is in step stays so");
    pair.remote.delete("e3");
    let dry = pair.kalends.dry_run(pair.anna(), pair.link).await.unwrap();
    let would: Vec<_> = dry.entries.iter().map(|line| (line.side, line.deed, line.uid.as_str())).collect();
    assert_eq!(would, [(Side::Here, SyncOutcome::Deleted, "e3")]);
    pair.sync().await;
    assert_eq!(pair.receipt().await, [(Side::Here, SyncOutcome::Deleted, "e3".to_owned())]);
    pair.assert_same().await;
    assert!(pair.uids().await.contains(&"old".to_owned()));
}

#[tokio::test]
async fn what_is_moved_out_of_a_window_there_is_moved_here_and_not_deleted() {
    let at = |days: i64| (Utc::now() + TimeDelta::days(days)).format("%Y%m%dT%H%M%SZ").to_string();
    let remote = RemoteService::new();
    remote.is_windowed();
    for uid in ["a", "b", "c", "d"] {
        remote.put(&event(uid, &at(5), ""));
    }
    let narrow = LinkSettings { window_days: Some(30), ..settings(Direction::Both, POLICY) };
    let pair = Pair::tied(remote, narrow).await;
    assert_eq!(pair.run_due().await.state, LinkState::InStep);
    pair.put(&event("d", &at(-200), "")).await;
    pair.sync().await;
    // The window names neither what was moved out of it over there nor what is gone, nor yet what has come into it here alone.
    let moved = event("a", &at(-100), "");
    pair.remote.put(&moved);
    pair.remote.delete("b");
    pair.put(&event("d", &at(7), "")).await;
    let dry = pair.kalends.dry_run(pair.anna(), pair.link).await.unwrap();
    let mut would: Vec<_> = dry.entries.iter().map(|line| (line.side, line.deed, line.uid.as_str())).collect();
    would.sort_by_key(|(.., uid)| uid.to_owned());
    let expected = [
        (Side::Here, SyncOutcome::Changed, "a"),
        (Side::Here, SyncOutcome::Deleted, "b"),
        (Side::There, SyncOutcome::Changed, "d"),
    ];
    assert_eq!(would, expected);
    assert_eq!(pair.sync().await.state, LinkState::InStep);
    let mut did = pair.receipt().await;
    did.sort_by_key(|(.., uid)| uid.clone());
    assert_eq!(did, expected.map(|(side, deed, uid)| (side, deed, uid.to_owned())));
    pair.assert_same().await;
    assert_eq!(pair.text("a").await.unwrap(), moved);
    // What lies outside by now is asked for no more.
    pair.remote.calls();
    pair.sync().await;
    assert!(pair.remote.calls().iter().all(|(call, _)| *call == Call::Changes));
}

#[tokio::test]
async fn what_is_deleted_there_goes_with_the_next_run_that_comes_by_itself_and_open_pages_hear_of_it() {
    let pair = Pair::new(POLICY).await;
    for uid in ["a", "b"] {
        pair.put(&titled(uid, uid)).await;
    }
    let link = pair.run_due().await;
    assert!(link.next_run_at.unwrap() - Utc::now() <= TimeDelta::minutes(15), "within its interval");
    pair.remote.delete("a");
    let mut news = pair.kalends.announcements();
    // Its time has come.
    pair.home.run("UPDATE jobs SET due_at = 0 WHERE kind = 'sync' AND state = 'waiting'").await;
    pair.run_due().await;
    assert_eq!(pair.uids().await, ["b"]);
    assert_eq!(pair.kalends.bin(pair.anna(), 0).await.unwrap().objects.len(), 1);
    let mut said = Vec::new();
    while let Ok(one) = news.try_recv() {
        said.push(one);
    }
    let is_it =
        |one: &Announcement| matches!(one, Announcement::Calendar { calendar, .. } if *calendar == pair.calendar);
    assert!(said.iter().any(is_it), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_says_how_far_it_has_come() {
    let pair = Pair::new(POLICY).await;
    for n in 0..250 {
        pair.remote.put(&titled(&format!("e{n}"), "Event"));
    }
    type Seen = Vec<(LinkState, Option<RunProgress>)>;
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let (kalends, anna, link, noted) = (pair.kalends.clone(), pair.anna(), pair.link, seen.clone());
    pair.remote.fails(move |call, _| {
        if call == Call::Fetch {
            // As a page that is loaded anew in the middle sees it.
            let state = tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(kalends.sync_link(anna, link)).unwrap()
            });
            noted.lock().unwrap().push((state.state, state.progress));
        }
        None
    });
    pair.run_due().await;
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 3, "{seen:?}");
    let at = |done| (LinkState::Syncing, Some(RunProgress { done, of: Some(250) }));
    assert_eq!(seen[1..], [at(100), at(200)], "{seen:?}");
    assert_eq!(pair.state().await.progress, None);
}

#[tokio::test]
async fn runs_are_counted_with_what_they_asked_and_changed() {
    let pair = Pair::new(POLICY).await;
    let counted = || {
        let counts = pair.kalends.sync_counter().get();
        counts.into_iter().find(|(kind, _)| *kind == ProviderKind::CalDav).unwrap().1
    };
    // The list of calendars was asked for, and nothing has run.
    assert_eq!(SyncCount { requests: 0, ..counted() }, SyncCount::default());
    pair.remote.put(&titled("a", "There"));
    pair.put(&titled("b", "Here")).await;
    pair.run_due().await;
    let calls = pair.remote.calls().len() as u64;
    let count = counted();
    assert_eq!((count.runs, count.failures, count.changes, count.requests), (1, 0, 2, calls));
    assert!(!count.duration.is_zero());
    pair.remote.fails(|_, _| Some(Fault::Refused(transient())));
    pair.sync().await;
    let count = counted();
    assert_eq!((count.runs, count.failures, count.changes), (2, 1, 2));
    let lags = pair.kalends.sync_lags().await.unwrap();
    assert!(lags.iter().any(|(kind, lag)| *kind == ProviderKind::CalDav && *lag >= TimeDelta::zero()), "{lags:?}");
}
