//! The bin, and what is taken away after a time.

use crate::jobs::worker;
use chrono::TimeDelta;
use kalends_domain::access::Access;
use kalends_domain::bin::Bin;
use kalends_domain::calendars::{CalendarDetails, Revision};
use kalends_domain::history::Change;
use kalends_domain::jobs::JobKind;
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_domain::{Error, Limits};
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::event_titled as event;

async fn bin(home: &Home) -> Bin {
    home.kalends.bin(home.anna, 0).await.unwrap()
}

async fn clean(home: &Home) {
    home.kalends.begin_job(JobKind::Clean).await.unwrap();
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 1);
    let counts = home.kalends.jobs().await.unwrap();
    assert!(counts.iter().all(|job| job.error.is_none()), "{counts:?}");
}

async fn history(home: &Home) -> Vec<Change> {
    home.kalends.calendar_history(home.anna, home.calendar, Revision(0), 1000).await.unwrap()
}

#[tokio::test]
async fn a_deleted_event_comes_back_as_it_was() {
    let home = Home::new().await;
    let written = home.put("a.ics", &event("a", "Lunch")).await.unwrap();
    home.put("b.ics", &event("b", "Stays")).await.unwrap();
    let token = home.since(None, None).await.token;
    home.delete("a.ics").await;
    assert_eq!(home.since(Some(&token), None).await.removed, ["a.ics"]);

    let resting = bin(&home).await;
    let [deleted] = resting.objects.as_slice() else { panic!("{resting:?}") };
    assert_eq!((deleted.summary.as_deref(), deleted.name.as_str()), (Some("Lunch"), "a.ics"));
    assert_eq!(deleted.cause.as_ref().map(|cause| cause.principal_name.as_str()), Some("anna"));
    let returned = home.kalends.restore_object(home.anna, home.calendar, deleted.object).await.unwrap();
    assert_eq!((returned.name.as_str(), returned.is_copy), ("a.ics", false));
    assert_eq!(home.text("a.ics").await, event("a", "Lunch"));
    let changes = home.since(Some(&token), None).await;
    assert_eq!((changes.names(), changes.changed[0].etag.as_str()), (vec!["a.ics"], written.etag.as_str()));
    assert_eq!(bin(&home).await, Bin::default());
    let again = home.kalends.restore_object(home.anna, home.calendar, deleted.object).await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
}

#[tokio::test]
async fn what_took_its_place_meanwhile_stays() {
    let home = Home::new().await;
    home.put("a.ics", &event("a", "First")).await.unwrap();
    home.delete("a.ics").await;
    let first = bin(&home).await.objects.remove(0).object;
    // A client that has the event again: it needs no way back, and the bin does not show it.
    home.put("a.ics", &event("a", "Second")).await.unwrap();
    assert_eq!(bin(&home).await.objects, []);
    let returned = home.kalends.restore_object(home.anna, home.calendar, first).await.unwrap();
    assert!(returned.is_copy && returned.name != "a.ics", "{returned:?}");
    assert_eq!(home.text("a.ics").await, event("a", "Second"));
    assert!(home.text(&returned.name).await.contains("First"));

    // Its name alone is another's.
    home.put("c.ics", &event("c", "Third")).await.unwrap();
    home.delete("c.ics").await;
    home.put("c.ics", &event("other", "Fourth")).await.unwrap();
    let third = bin(&home).await.objects.remove(0).object;
    let returned = home.kalends.restore_object(home.anna, home.calendar, third).await.unwrap();
    assert!(!returned.is_copy && returned.name != "c.ics", "{returned:?}");
    assert_eq!(home.text(&returned.name).await, event("c", "Third"));

    // Of one event that was deleted twice the last rests there.
    for title in ["Old", "New"] {
        home.put("d.ics", &event("d", title)).await.unwrap();
        home.delete("d.ics").await;
    }
    let titles: Vec<_> = bin(&home).await.objects.into_iter().map(|object| object.summary).collect();
    assert_eq!(titles, [Some("New".to_owned())]);
}

#[tokio::test]
async fn what_was_moved_is_not_deleted() {
    let home = Home::new().await;
    let other = home.kalends.create_named_calendar(home.anna, "Other").await.unwrap();
    home.put("a.ics", &event("a", "Moves")).await.unwrap();
    let moved = CopyMove {
        from: (home.calendar, "a.ics".into()),
        to: (other.id, "a.ics".into()),
        overwrite: false,
        precondition: Precondition::None,
    };
    home.kalends.move_object(home.anna, moved).await.unwrap();
    assert_eq!(bin(&home).await, Bin::default());
}

#[tokio::test]
async fn the_bin_of_others_is_not_seen() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.put("a.ics", &event("a", "Secret")).await.unwrap();
    home.delete("a.ics").await;
    let object = bin(&home).await.objects.remove(0).object;
    let doomed = home.kalends.create_named_calendar(home.anna, "Doomed").await.unwrap();
    home.kalends.delete_calendar(home.anna, doomed.id).await.unwrap();
    // Whoever may only read cannot bring anything back, nor whoever is not shown what is private.
    for access in [None, Some(Access::Read), Some(Access::Write)] {
        if let Some(access) = access {
            home.share(ben, access).await;
        }
        assert_eq!(home.kalends.bin(ben, 0).await.unwrap(), Bin::default());
        for refused in [
            home.kalends.restore_object(ben, home.calendar, object).await.map(drop),
            home.kalends.purge_object(ben, home.calendar, object).await,
            home.kalends.restore_calendar(ben, doomed.id).await.map(drop),
            home.kalends.purge_calendar(ben, doomed.id).await,
        ] {
            assert!(matches!(refused, Err(Error::NotFound(_) | Error::Forbidden { .. })), "{refused:?}");
        }
        home.kalends.empty_bin(ben).await.unwrap();
    }
    assert_eq!((bin(&home).await.objects.len(), bin(&home).await.calendars.len()), (1, 1));
    home.share(ben, Access::Administer).await;
    assert_eq!(home.kalends.bin(ben, 0).await.unwrap().objects.len(), 1);
    home.kalends.restore_object(ben, home.calendar, object).await.unwrap();
}

#[tokio::test]
async fn a_deleted_calendar_comes_back_with_all_that_was_in_it() {
    let home = Home::new().await;
    home.put("a.ics", &event("a", "Kept")).await.unwrap();
    let before = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap().into_calendar();
    let token = home.since(None, None).await.token;
    home.kalends.delete_calendar(home.anna, home.calendar).await.unwrap();
    assert!(home.kalends.calendars(home.anna).await.unwrap().is_empty());
    let gone = [
        home.put("b.ics", &event("b", "Late")).await.map(drop),
        home.kalends.object(home.anna, home.calendar, "a.ics").await.map(drop),
        home.kalends.calendar(home.anna, "anna", &before.slug).await.map(drop),
        home.kalends.delete_calendar(home.anna, home.calendar).await,
    ];
    assert!(gone.iter().all(|gone| matches!(gone, Err(Error::NotFound(_)))), "{gone:?}");
    let resting = bin(&home).await;
    let [calendar] = resting.calendars.as_slice() else { panic!("{resting:?}") };
    assert_eq!((calendar.objects, calendar.slug.as_str()), (1, before.slug.as_str()));

    assert_eq!(home.kalends.restore_calendar(home.anna, home.calendar).await.unwrap(), before.slug);
    let after = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap().into_calendar();
    assert_eq!(after, before);
    assert_eq!(home.text("a.ics").await, event("a", "Kept"));
    assert_eq!(home.since(Some(&token), None).await.names(), Vec::<&str>::new());

    // Another calendar has its address meanwhile.
    home.kalends.delete_calendar(home.anna, home.calendar).await.unwrap();
    let details = CalendarDetails::named("Another", 0);
    home.kalends.create_calendar(home.anna, Some(&before.slug), details, Vec::new()).await.unwrap();
    let slug = home.kalends.restore_calendar(home.anna, home.calendar).await.unwrap();
    assert_ne!(slug, before.slug);
    assert_eq!(home.kalends.calendar(home.anna, "anna", &slug).await.unwrap().id, home.calendar);
    assert_eq!(home.text("a.ics").await, event("a", "Kept"));
}

#[tokio::test]
async fn a_calendar_comes_back_only_where_there_is_room_and_the_bin_is_bounded() {
    let home = Home::with_limits(Limits { account_objects: 2, ..Limits::default() }).await;
    let mut deleted = Vec::new();
    for round in 0..3 {
        let name = format!("Calendar {round}");
        let calendar = home.kalends.create_named_calendar(home.anna, &name).await.unwrap().id;
        for n in 0..2 {
            let text = event(&format!("{round}-{n}"), "Fills it");
            home.kalends.put_object(home.anna, calendar, &format!("{n}.ics"), &text, Precondition::None).await.unwrap();
        }
        home.kalends.delete_calendar(home.anna, calendar).await.unwrap();
        deleted.push(calendar);
    }
    let resting: Vec<_> = bin(&home).await.calendars.into_iter().map(|calendar| calendar.id).collect();
    assert_eq!(resting, deleted[2..], "as much rests there as an account may hold");
    home.put("a.ics", &event("a", "In its place")).await.unwrap();
    let refused = home.kalends.restore_calendar(home.anna, deleted[2]).await;
    assert!(matches!(refused, Err(Error::QuotaExceeded { .. })), "{refused:?}");
    home.delete("a.ics").await;
    home.kalends.restore_calendar(home.anna, deleted[2]).await.unwrap();

    home.kalends.delete_calendar(home.anna, deleted[2]).await.unwrap();
    home.kalends.empty_bin(home.anna).await.unwrap();
    assert_eq!(bin(&home).await, Bin::default());
    clean(&home).await;
    assert_eq!((home.count("calendars").await, home.count("objects").await), (1, 0));
    assert_eq!((home.count("object_extents").await, home.count("versions").await), (0, 0));
}

#[tokio::test]
async fn what_is_removed_for_good_leaves_no_text_behind() {
    let home = Home::new().await;
    for title in ["First secret", "Second secret"] {
        home.put("a.ics", &event("a", title)).await.unwrap();
    }
    home.delete("a.ics").await;
    let object = bin(&home).await.objects.remove(0).object;
    home.kalends.purge_object(home.anna, home.calendar, object).await.unwrap();
    assert_eq!(bin(&home).await, Bin::default());
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 1);
    assert_eq!((home.count("versions").await, home.count("bin").await), (0, 0));
    assert_eq!(history(&home).await.len(), 3, "the log still says that it was");
    let refused = home.kalends.restore_object(home.anna, home.calendar, object).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn what_has_rested_long_enough_goes() {
    let home = Home::with_limits(Limits { bin_age: TimeDelta::zero(), ..Limits::default() }).await;
    let doomed = home.kalends.create_named_calendar(home.anna, "Doomed").await.unwrap();
    let text = event("x", "X");
    home.kalends.put_object(home.anna, doomed.id, "x.ics", &text, Precondition::None).await.unwrap();
    home.kalends.delete_calendar(home.anna, doomed.id).await.unwrap();
    home.put("a.ics", &event("a", "A")).await.unwrap();
    home.delete("a.ics").await;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(bin(&home).await, Bin::default());
    clean(&home).await;
    assert_eq!((home.count("calendars").await, home.count("objects").await, home.count("bin").await), (1, 0, 0));
    // The history goes back further than the bin.
    let removal = history(&home).await.pop().unwrap();
    let (_, text) = home.kalends.version_at(home.anna, home.calendar, removal.revision).await.unwrap();
    assert_eq!(text, event("a", "A"));
}

#[tokio::test]
async fn old_versions_go_by_age_and_the_log_with_them() {
    let home =
        Home::with_limits(Limits { history_age: TimeDelta::zero(), bin_age: TimeDelta::zero(), ..Limits::default() })
            .await;
    home.put("stays.ics", &event("stays", "Never changed")).await.unwrap();
    let old = home.since(None, None).await.token;
    for n in 0..5 {
        home.put("a.ics", &event("a", &format!("Version {n}"))).await.unwrap();
    }
    home.put("gone.ics", &event("gone", "Gone")).await.unwrap();
    home.delete("gone.ics").await;
    let recent = home.since(None, None).await.token;
    home.put("b.ics", &event("b", "Newest")).await.unwrap();
    let newest = home.since(None, None).await.token;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    clean(&home).await;

    assert_eq!(home.count("versions").await, 0);
    assert_eq!(home.names().await, ["a.ics", "b.ics", "stays.ics"]);
    // What says since when each object stands as it does is there.
    let left: Vec<_> = history(&home).await.into_iter().map(|change| change.name).collect();
    assert_eq!(left, ["stays.ics", "a.ics", "b.ics"]);
    let changes = home.kalends.object_history(home.anna, home.calendar, "a.ics").await.unwrap();
    assert_eq!(changes.len(), 1);
    // Tokens that are too old are refused; the others go on.
    for token in [&old, &recent] {
        let refused = home.kalends.changes(home.anna, home.calendar, Some(token), None).await;
        assert!(matches!(refused, Err(Error::InvalidSyncToken)), "{refused:?}");
    }
    assert_eq!(home.since(Some(&newest), None).await.changed.len(), 0);
    home.put("b.ics", &event("b", "Newer")).await.unwrap();
    assert_eq!(home.since(Some(&newest), None).await.names(), ["b.ics"]);
}

#[tokio::test]
async fn the_oldest_versions_go_when_they_take_too_much() {
    let home = Home::with_limits(Limits { history_octets: 600, ..Limits::default() }).await;
    for n in 0..60 {
        home.put("a.ics", &event("a", &format!("Version {n}"))).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let before = home.count("versions").await;
    clean(&home).await;
    let after = home.count("versions").await;
    assert!(after > 3 && after < before, "{after} of {before}");
    // The newest are those that are left, and can be read.
    for change in history(&home).await.into_iter().rev().take(4) {
        home.kalends.version_at(home.anna, home.calendar, change.revision).await.unwrap();
    }
    let oldest = home.kalends.version_at(home.anna, home.calendar, Revision(1)).await;
    assert!(matches!(oldest, Err(Error::NotFound(_))), "{oldest:?}");
}
