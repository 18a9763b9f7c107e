//! What calendars elsewhere wish, accounts that are removed, requests that come twice, and what whoever runs the server asks for.

use super::{Pair, account, settings, titled};
use chrono::{TimeDelta, Utc};
use kalends_domain::idempotency::Once;
use kalends_domain::jobs::{JobKind, Worker};
use kalends_domain::sync::connector::Found;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::feed::FeedSource;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::provider::{ProviderError, RemoteCalendarId};
use kalends_domain::sync::{
    AccountRemoval, LinkRemoval, LinkState, LinkTarget, NewLink, ProviderKind, RemoteAccountId, SyncLink,
};
use kalends_domain::{Error, Kalends};
use kalends_test_support::home::Home;
use kalends_test_support::remote::{Fault, REMOTE, RemoteService};

const POLICY: Policy = Policy::MergeThenNewest;

async fn run_due(kalends: &Kalends) {
    Worker::new(kalends.clone(), Default::default()).run_due().await.unwrap();
}

async fn link(kalends: &Kalends, home: &Home, account: RemoteAccountId, remote: &str) -> SyncLink {
    let new = NewLink {
        account,
        remote: RemoteCalendarId(remote.into()),
        target: LinkTarget::New { name: None },
        settings: settings(Direction::Both, POLICY),
    };
    kalends.make_sync_link(home.anna, &new).await.unwrap()
}

#[tokio::test]
async fn a_feed_is_asked_as_often_as_it_wishes_whenever_it_wishes_otherwise() {
    let remote = RemoteService::new();
    let (home, kalends, _) = account(&remote).await;
    let settings_of = FeedSource::Address { host: "example.org".into() }.written();
    let credentials = Credentials::Address { address: "https://example.org/x.ics".into() };
    let found = Found { provider: ProviderKind::Ics, preset: None, settings: settings_of, credentials };
    let feed = kalends.store_remote_account(home.anna, "Feed", &found, None).await.unwrap();
    let id = link(&kalends, &home, feed, REMOTE).await.id;
    let interval = async || kalends.sync_link(home.anna, id).await.unwrap().settings.interval;
    for (wished, taken) in [
        (Some(TimeDelta::hours(6)), TimeDelta::hours(6)),
        (Some(TimeDelta::minutes(30)), TimeDelta::minutes(30)),
        // As it said nothing any more.
        (None, TimeDelta::hours(1)),
        // Never slower than a day.
        (Some(TimeDelta::days(9)), TimeDelta::days(1)),
    ] {
        remote.wishes(wished);
        kalends.sync_now(home.anna, id).await.unwrap();
        run_due(&kalends).await;
        assert_eq!(interval().await, Some(taken));
        let link = kalends.sync_link(home.anna, id).await.unwrap();
        let wait = link.next_run_at.unwrap() - link.last_run_at.unwrap();
        assert!(wait <= taken && wait >= taken / 3, "{wait} of {taken}");
    }
    // A run that fails says nothing of it.
    remote.wishes(Some(TimeDelta::hours(2)));
    remote.fails(|_, _| Some(Fault::Refused(ProviderError::Unreadable("x".into()))));
    kalends.sync_now(home.anna, id).await.unwrap();
    run_due(&kalends).await;
    assert_eq!(interval().await, Some(TimeDelta::days(1)));
    remote.works();
    // What somebody chooses counts until they say otherwise.
    let chosen = kalends.sync_link(home.anna, id).await.unwrap().settings;
    let chosen = kalends_domain::sync::LinkSettings { interval: Some(TimeDelta::minutes(7)), ..chosen };
    kalends.change_sync_link(home.anna, id, &chosen).await.unwrap();
    run_due(&kalends).await;
    assert_eq!(interval().await, Some(TimeDelta::minutes(7)));
    kalends.follow_wished_interval(home.anna, id).await.unwrap();
    run_due(&kalends).await;
    assert_eq!(interval().await, Some(TimeDelta::hours(2)));
}

#[tokio::test]
async fn a_calendar_that_wishes_nothing_is_asked_as_chosen() {
    let remote = RemoteService::new();
    let pair = Pair::tied(remote, settings(Direction::Both, POLICY)).await;
    pair.remote.wishes(Some(TimeDelta::hours(6)));
    assert_eq!(pair.run_due().await.settings.interval, Some(TimeDelta::minutes(15)));
    let refused = pair.kalends.follow_wished_interval(pair.anna(), pair.link).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "interval", .. })), "{refused:?}");
}

#[tokio::test]
async fn an_account_goes_once_what_was_to_be_deleted_there_has_been() {
    let remote = RemoteService::new();
    for id in ["keep", "bin"] {
        remote.add_calendar(id, true);
    }
    remote.add_calendar("read", false);
    let (home, kalends, account) = account(&remote).await;
    for n in 0..3 {
        remote.put(&titled(&format!("e{n}"), "Event"));
    }
    let emptied = link(&kalends, &home, account, REMOTE).await;
    let kept = link(&kalends, &home, account, "keep").await;
    let binned = link(&kalends, &home, account, "bin").await;
    run_due(&kalends).await;
    remote.put(&titled("unseen", "Nobody here has seen it"));

    let of = vec![(emptied.calendar, LinkRemoval::DeleteThere), (binned.calendar, LinkRemoval::BinHere)];
    let removal = AccountRemoval { otherwise: LinkRemoval::KeepBoth, of };
    let previews = kalends.removal_preview(home.anna, account, &removal).await.unwrap();
    let said: Vec<_> =
        previews.iter().map(|one| (one.remote_name.as_str(), one.removal, one.here, one.there)).collect();
    assert_eq!(
        said,
        [
            (REMOTE, LinkRemoval::DeleteThere, 3, 3),
            ("keep", LinkRemoval::KeepBoth, 0, 0),
            ("bin", LinkRemoval::BinHere, 0, 0)
        ]
    );
    let another = AccountRemoval { otherwise: LinkRemoval::KeepBoth, of: vec![(home.calendar, LinkRemoval::BinHere)] };
    let refused = kalends.remove_account_and(home.anna, account, &another, |_| Ok(())).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "calendars", .. })), "{refused:?}");

    // The service is away: everything waits, and the account with it.
    remote.fails(|_, _| Some(Fault::Refused(kalends_test_support::remote::transient())));
    assert!(!kalends.remove_account_and(home.anna, account, &removal, |_| Ok(())).await.unwrap());
    run_due(&kalends).await;
    let left = kalends.removal_progress(home.anna, account).await.unwrap().unwrap();
    assert_eq!(left.iter().map(|link| (link.id, link.state)).collect::<Vec<_>>(), [(emptied.id, LinkState::Waiting)]);
    let is_there = async |id| kalends.calendar_by_id(home.anna, id).await.is_ok();
    assert!(is_there(kept.calendar).await && !is_there(binned.calendar).await && !is_there(emptied.calendar).await);
}

#[tokio::test]
async fn what_is_deleted_there_with_an_account_is_what_was_in_step() {
    let remote = RemoteService::new();
    let (home, kalends, account) = account(&remote).await;
    for n in 0..30 {
        remote.put(&titled(&format!("e{n}"), "Event"));
    }
    link(&kalends, &home, account, REMOTE).await;
    run_due(&kalends).await;
    remote.put(&titled("unseen", "Nobody here has seen it"));
    let removal = AccountRemoval::all(LinkRemoval::DeleteThere);
    assert!(!kalends.remove_account_and(home.anna, account, &removal, |_| Ok(())).await.unwrap());
    // Nothing new is tied to it.
    let new = NewLink {
        account,
        remote: RemoteCalendarId(REMOTE.into()),
        target: LinkTarget::New { name: None },
        settings: settings(Direction::Both, POLICY),
    };
    assert!(kalends.make_sync_link(home.anna, &new).await.is_err());
    run_due(&kalends).await;
    assert_eq!(remote.texts().len(), 1, "{:?}", remote.texts().keys());
    assert!(remote.text("unseen").is_some());
    assert!(matches!(kalends.remote_account(home.anna, account).await, Err(Error::NotFound(_))));
    assert_eq!((home.count("sync_links").await, home.count("remote_accounts").await), (0, 0));
}

#[tokio::test]
async fn an_account_that_cannot_be_emptied_there_is_removed_all_the_same_when_somebody_says_so() {
    let remote = RemoteService::new();
    remote.add_calendar("read", false);
    let (home, kalends, account) = account(&remote).await;
    remote.put(&titled("a", "Event"));
    link(&kalends, &home, account, REMOTE).await;
    run_due(&kalends).await;
    remote.fails(|_, _| Some(Fault::Refused(ProviderError::Unauthenticated("no".into()))));
    let removal = AccountRemoval::all(LinkRemoval::DeleteThere);
    kalends.remove_account_and(home.anna, account, &removal, |_| Ok(())).await.unwrap();
    run_due(&kalends).await;
    assert_eq!(kalends.removal_progress(home.anna, account).await.unwrap().unwrap().len(), 1);
    let keep = AccountRemoval::all(LinkRemoval::KeepBoth);
    assert!(kalends.remove_account_and(home.anna, account, &keep, |_| Ok(())).await.unwrap());
    assert_eq!((home.count("sync_links").await, home.count("remote_accounts").await), (0, 0));
    assert_eq!(remote.texts().len(), 1);
}

#[tokio::test]
async fn a_request_that_comes_twice_makes_one_link() {
    let remote = RemoteService::new();
    remote.add_calendar("second", true);
    let (home, kalends, account) = account(&remote).await;
    let new = |remote: &str| NewLink {
        account,
        remote: RemoteCalendarId(remote.into()),
        target: LinkTarget::New { name: None },
        settings: settings(Direction::Both, POLICY),
    };
    let once = Once::new("key", &[b"body"]).unwrap();
    let calendars = kalends.calendars(home.anna).await.unwrap().len();
    let made = kalends.make_sync_link_once(home.anna, &new(REMOTE), Some(&once)).await.unwrap();
    let again = kalends.make_sync_link_once(home.anna, &new(REMOTE), Some(&once)).await.unwrap();
    assert_eq!(made.id, again.id);
    let other = Once::new("key", &[b"other"]).unwrap();
    let refused = kalends.make_sync_link_once(home.anna, &new("second"), Some(&other)).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "Idempotency-Key", .. })), "{refused:?}");
    // Both at once.
    let once = Once::new("both", &[b"body"]).unwrap();
    let second = new("second");
    let (one, two) = tokio::join!(
        kalends.make_sync_link_once(home.anna, &second, Some(&once)),
        kalends.make_sync_link_once(home.anna, &second, Some(&once))
    );
    let made: Vec<_> = [one, two].into_iter().filter_map(Result::ok).map(|link| link.id).collect();
    assert!(!made.is_empty() && made.iter().all(|id| *id == made[0]), "{made:?}");
    assert_eq!(home.count("sync_links").await, 2);
    assert_eq!(kalends.calendars(home.anna).await.unwrap().len(), calendars + 2, "none was left over");
}

#[tokio::test]
async fn whoever_runs_the_server_learns_what_came_into_step() {
    let pair = Pair::tied(RemoteService::new(), settings(Direction::Both, POLICY)).await;
    pair.put(&titled("a", "a")).await;
    pair.run_due().await;
    let all = pair.kalends.links_of_installation(None, None).await.unwrap();
    assert_eq!(all.len(), 1);
    let (owner, calendar) = (all[0].owner.clone(), all[0].calendar.clone());
    let of = async |owner: Option<&str>, calendar: Option<&str>| {
        pair.kalends.links_of_installation(owner, calendar).await.map(|links| links.len())
    };
    assert_eq!(of(Some(&owner), Some(&calendar)).await.unwrap(), 1);
    assert_eq!(of(Some("nobody"), None).await.unwrap(), 0);
    assert!(matches!(of(None, Some("nothing")).await, Err(Error::NotFound(_))));
    let since = Utc::now();
    pair.kalends.run_links_now(&all).await.unwrap();
    assert_eq!(pair.kalends.settled_link(pair.link, Utc::now()).await.unwrap(), None, "it is due");
    let worker = Worker::new(pair.kalends.clone(), Default::default());
    assert_eq!(worker.run_due_of(&[JobKind::Sync]).await.unwrap(), 1);
    let settled = pair.kalends.settled_link(pair.link, Utc::now()).await.unwrap().unwrap().unwrap();
    assert!(settled.state == LinkState::InStep && settled.last_run_at.unwrap() >= since);
    let of_caldav = |counts: [_; 3]| counts.into_iter().find(|(kind, _)| *kind == ProviderKind::CalDav).unwrap();
    let (_, count): (_, kalends_domain::sync::SyncCount) = of_caldav(pair.kalends.sync_counter().get());
    assert!(count.runs == 2 && count.requests >= 3, "{count:?}");
    let lags = pair.kalends.sync_lags().await.unwrap();
    assert!(lags.len() == 1 && lags[0].0 == ProviderKind::CalDav && lags[0].1 < TimeDelta::minutes(5), "{lags:?}");
    // What rests is not begun.
    pair.kalends.pause_sync_link(pair.anna(), pair.link).await.unwrap();
    assert_eq!(pair.kalends.begin_sync(pair.anna(), pair.link).await.unwrap(), None);
}
