//! A calendar as it was, what changed in it, and the way back.

use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::access::{Access, Caller, Way};
use kalends_domain::as_of::{AsOfPage, Became, CalendarAsOf, Differences};
use kalends_domain::calendars::Revision;
use kalends_domain::history::{ChangeFilter, ChangeWay, RunKind};
use kalends_domain::objects::Precondition;
use kalends_domain::{Error, Missing};
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::event_titled;

/// A time that lies between what was done before and what is done after.
async fn between() -> DateTime<Utc> {
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    let at = Utc::now();
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    at
}

async fn different(home: &Home, at: DateTime<Utc>) -> CalendarAsOf {
    let page = AsOfPage::Different { before: None };
    home.kalends.calendar_as_of(home.anna, home.calendar, at, &page, 100).await.unwrap()
}

async fn everything(home: &Home, at: DateTime<Utc>, limit: usize) -> Vec<(String, Became, Option<String>)> {
    let mut page = AsOfPage::Everything { after: String::new() };
    let mut all = Vec::new();
    loop {
        let part = home.kalends.calendar_as_of(home.anna, home.calendar, at, &page, limit).await.unwrap();
        assert!(part.objects.len() <= limit);
        all.extend(part.objects.into_iter().map(|shown| (shown.object.name, shown.object.became, shown.title)));
        match part.next {
            Some(next) => page = next,
            None => return all,
        }
    }
}

async fn put(home: &Home, uid: &str, title: &str) {
    home.put(&format!("{uid}.ics"), &event_titled(uid, title)).await.unwrap();
}

/// A calendar in which one event stayed, one changed, one went and one came; with the time before that.
async fn changed() -> (Home, DateTime<Utc>) {
    let home = Home::new().await;
    for uid in ["changes", "goes", "stays"] {
        put(&home, uid, &format!("{uid} first")).await;
    }
    let at = between().await;
    put(&home, "changes", "changed").await;
    home.delete("goes.ics").await;
    put(&home, "comes", "came").await;
    put(&home, "short", "came and went").await;
    home.delete("short.ics").await;
    put(&home, "stays", "for a moment").await;
    put(&home, "stays", "stays first").await;
    (home, at)
}

#[tokio::test]
async fn what_a_calendar_was_stands_beside_what_became_of_it() {
    let (home, at) = changed().await;
    let then = different(&home, at).await;
    assert_eq!((then.then, then.now), (Revision(3), Revision(10)));
    assert_eq!(then.differences, Differences { same: 1, changed: 1, deleted: 1, added: 1 });
    let said: Vec<_> = then
        .objects
        .iter()
        .map(|shown| (shown.object.name.as_str(), shown.object.became, shown.title.as_deref()))
        .collect();
    assert_eq!(
        said,
        [
            ("comes.ics", Became::Added, Some("came")),
            ("goes.ics", Became::Deleted, Some("goes first")),
            ("changes.ics", Became::Changed, Some("changes first")),
        ]
    );
    let changes = &then.objects[2];
    assert_eq!(changes.then.as_ref().unwrap().draft.summary, "changes first");
    assert_eq!(changes.now.as_ref().unwrap().draft.summary, "changed");
    let whole = [
        ("changes.ics".to_owned(), Became::Changed, Some("changes first".to_owned())),
        ("goes.ics".to_owned(), Became::Deleted, Some("goes first".to_owned())),
        ("stays.ics".to_owned(), Became::Same, Some("stays first".to_owned())),
    ];
    assert_eq!(everything(&home, at, 100).await, whole);
    assert_eq!(everything(&home, at, 1).await, whole);
    let text = async |name| home.kalends.text_as_of(home.anna, home.calendar, at, name).await;
    assert_eq!(text("goes.ics").await.unwrap(), event_titled("goes", "goes first"));
    assert_eq!(text("stays.ics").await.unwrap(), event_titled("stays", "stays first"));
    assert!(matches!(text("comes.ics").await, Err(Error::NotFound(Missing::Object))));
    // Before its first event it was empty, and in times to come it is as it is.
    assert_eq!(everything(&home, at - TimeDelta::days(365), 10).await, []);
    assert!(different(&home, Utc::now() + TimeDelta::days(365)).await.differences.is_none());
}

#[tokio::test]
async fn differences_come_in_parts() {
    let home = Home::new().await;
    let at = between().await;
    for number in 0..7 {
        put(&home, &number.to_string(), "New").await;
    }
    let mut page = Some(AsOfPage::Different { before: None });
    let mut names = Vec::new();
    while let Some(asked) = page {
        let part = home.kalends.calendar_as_of(home.anna, home.calendar, at, &asked, 3).await.unwrap();
        names.extend(part.objects.into_iter().map(|shown| shown.object.name));
        page = part.next;
    }
    let newest_first: Vec<String> = (0..7).rev().map(|number| format!("{number}.ics")).collect();
    assert_eq!(names, newest_first);
}

#[tokio::test]
async fn a_whole_calendar_comes_back_in_one_write_and_that_can_be_taken_back() {
    let (home, at) = changed().await;
    let before = between().await;
    let bring_back =
        async |at, seen| home.kalends.bring_back_calendar(home.anna, home.calendar, at, Revision(seen)).await;
    assert!(matches!(bring_back(at, 9).await, Err(Error::PreconditionFailed)));
    let done = bring_back(at, 10).await.unwrap();
    assert_eq!((done.restored, done.removed, done.left.len()), (2, 1, 0));
    assert_eq!(home.names().await, ["changes.ics", "goes.ics", "stays.ics"]);
    assert_eq!(home.text("changes.ics").await, event_titled("changes", "changes first"));
    assert_eq!(home.text("goes.ics").await, event_titled("goes", "goes first"));
    assert!(different(&home, at).await.differences.is_none());
    let history = home.kalends.calendar_history(home.anna, home.calendar, Revision(10), 10).await.unwrap();
    let runs: Vec<_> = history.iter().map(|change| change.cause.as_ref().unwrap().run.unwrap()).collect();
    assert_eq!(runs.len(), 3);
    assert!(runs.iter().all(|run| *run == runs[0] && run.1 == RunKind::Restore));
    let cause = history[0].cause.as_ref().unwrap();
    let label: DateTime<Utc> = cause.label.parse().unwrap();
    assert_eq!((cause.way.as_str(), label.timestamp_millis()), ("page", at.timestamp_millis()));

    bring_back(before, 13).await.unwrap();
    assert_eq!(home.names().await, ["changes.ics", "comes.ics", "stays.ics"]);
    assert_eq!(home.text("changes.ics").await, event_titled("changes", "changed"));
    // Nothing to do is no write.
    assert_eq!(bring_back(before, 16).await.unwrap(), Default::default());
}

#[tokio::test]
async fn names_and_uids_that_were_given_anew_are_no_obstacle() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("one", "One")).await.unwrap();
    home.put("b.ics", &event_titled("two", "Two")).await.unwrap();
    let at = between().await;
    home.delete("a.ics").await;
    home.delete("b.ics").await;
    home.put("a.ics", &event_titled("two", "Two in a")).await.unwrap();
    home.put("b.ics", &event_titled("one", "One in b")).await.unwrap();
    let done = home.kalends.bring_back_calendar(home.anna, home.calendar, at, Revision(6)).await.unwrap();
    assert_eq!((done.restored, done.left.len()), (2, 0));
    assert_eq!(home.text("a.ics").await, event_titled("one", "One"));
    assert_eq!(home.text("b.ics").await, event_titled("two", "Two"));
}

#[tokio::test]
async fn one_event_comes_back_where_nothing_has_happened_to_it_since_it_was_seen() {
    let (home, at) = changed().await;
    let bring_back =
        async |name, seen| home.kalends.bring_back_object(home.anna, home.calendar, at, name, Revision(seen)).await;
    bring_back("goes.ics", 10).await.unwrap();
    assert_eq!(home.text("goes.ics").await, event_titled("goes", "goes first"));
    assert!(matches!(bring_back("goes.ics", 10).await, Err(Error::PreconditionFailed)));
    // What happens to others is no obstacle.
    bring_back("changes.ics", 10).await.unwrap();
    assert_eq!(home.text("changes.ics").await, event_titled("changes", "changes first"));
    assert!(matches!(bring_back("comes.ics", 12).await, Err(Error::NotFound(Missing::Object))));
    assert!(matches!(bring_back("nobody.ics", 12).await, Err(Error::NotFound(Missing::Object))));
}

#[tokio::test]
async fn versions_that_were_cleaned_away_are_said_to_be_missing() {
    let (home, at) = changed().await;
    home.forget_versions().await;
    let then = different(&home, at).await;
    let said: Vec<_> = then.objects.iter().map(|shown| (shown.object.name.as_str(), shown.is_kept)).collect();
    assert_eq!(said, [("comes.ics", true), ("goes.ics", false), ("changes.ics", false)]);
    assert_eq!(everything(&home, at, 10).await.len(), 3);
    let one = home.kalends.bring_back_object(home.anna, home.calendar, at, "goes.ics", Revision(10)).await;
    assert!(matches!(one, Err(Error::NotFound(Missing::Version))));
    let text = home.kalends.text_as_of(home.anna, home.calendar, at, "goes.ics").await;
    assert!(matches!(text, Err(Error::NotFound(Missing::Version))));
    let done = home.kalends.bring_back_calendar(home.anna, home.calendar, at, Revision(10)).await.unwrap();
    assert_eq!((done.restored, done.removed), (0, 1));
    assert_eq!(done.left, ["goes.ics", "changes.ics"]);
    assert_eq!(home.text("changes.ics").await, event_titled("changes", "changed"));
    let versions = home.kalends.object_versions(home.anna, home.calendar, "changes.ics").await.unwrap();
    assert_eq!(versions.iter().map(|version| version.is_kept).collect::<Vec<_>>(), [true, false]);
    let listed = home.kalends.calendar_changes(home.anna, home.calendar, &ChangeFilter::default(), None, 100).await;
    assert!(listed.unwrap().changes.iter().any(|listed| listed.title.is_none()));
}

#[tokio::test]
async fn a_log_that_was_cut_off_says_that_it_does_not_reach_back() {
    let (home, at) = changed().await;
    home.forget_changes_up_to(Revision(3)).await;
    let page = AsOfPage::Different { before: None };
    let then = home.kalends.calendar_as_of(home.anna, home.calendar, at, &page, 10).await;
    assert!(matches!(then, Err(Error::NotFound(Missing::Time))), "{then:?}");
    // What was there before is known to have been there.
    let later = home.kalends.calendar_history(home.anna, home.calendar, Revision(0), 10).await.unwrap()[0].at;
    let then = different(&home, later).await;
    assert!(then.objects.iter().any(|shown| shown.object.name == "goes.ics" && !shown.is_kept));
}

#[tokio::test]
async fn changes_are_listed_by_person_way_and_day() {
    let home = Home::new().await;
    let (_, secret) = home.kalends.create_app_password(home.anna.principal, "DAVx5 on the phone").await.unwrap();
    let (_, phone) = home.kalends.authenticate_client("anna", &secret.0).await.unwrap();
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Administer).await;
    put(&home, "a", "By page").await;
    let put_by = async |who: Caller, uid: &str, title: &str| {
        let (name, text) = (format!("{uid}.ics"), event_titled(uid, title));
        home.kalends.put_object(who, home.calendar, &name, &text, Precondition::None).await.unwrap();
    };
    put_by(phone, "a", "By phone").await;
    put_by(ben, "b", "By Ben").await;
    home.kalends.import(home.anna, home.calendar, "team.ics", event_titled("c", "In the file")).await.unwrap();
    home.kalends.delete_object(phone, home.calendar, "b.ics", Precondition::None).await.unwrap();
    let at = between().await;
    put_by(Caller::command(home.anna.principal), "c", "By command").await;
    home.kalends.bring_back_calendar(ben, home.calendar, at, Revision(6)).await.unwrap();

    let listed = async |filter: ChangeFilter| {
        let found = home.kalends.calendar_changes(home.anna, home.calendar, &filter, None, 100).await.unwrap();
        found.changes.into_iter().map(|listed| (listed.change.revision.0, listed.title.unwrap())).collect::<Vec<_>>()
    };
    let row = |revision, title: &str| (revision, title.to_owned());
    let all = ChangeFilter::default();
    let whole = [
        row(7, "In the file"),
        row(6, "In the file"),
        row(5, "By Ben"),
        row(4, "In the file"),
        row(3, "By Ben"),
        row(2, "By phone"),
        row(1, "By phone"),
    ];
    assert_eq!(listed(all).await, whole);
    let Way::AppPassword(id) = phone.way else { panic!("{phone:?}") };
    let phones = ChangeWay::AppPassword(id);
    for (way, revisions) in [
        (ChangeWay::Page, vec![3, 1]),
        (phones, vec![5, 2]),
        (ChangeWay::Import, vec![4]),
        (ChangeWay::Command, vec![6]),
        (ChangeWay::Restore, vec![7]),
        (ChangeWay::AppPassword(99), vec![]),
    ] {
        let found = listed(ChangeFilter { way: Some(way), ..all }).await;
        assert_eq!(found.into_iter().map(|(revision, _)| revision).collect::<Vec<_>>(), revisions, "{way:?}");
    }
    let bens = listed(ChangeFilter { person: Some(ben.principal), ..all }).await;
    assert_eq!(bens, [row(7, "In the file"), row(3, "By Ben")]);
    assert_eq!(listed(ChangeFilter { person: Some(ben.principal), way: Some(ChangeWay::Page), ..all }).await.len(), 1);
    assert_eq!(listed(ChangeFilter { until: Some(at), ..all }).await, whole[2..]);
    assert_eq!(listed(ChangeFilter { from: Some(at), ..all }).await, whole[..2]);

    let part = home.kalends.calendar_changes(home.anna, home.calendar, &all, None, 3).await.unwrap();
    assert_eq!((part.changes.len(), part.next), (3, Some(Revision(5))));
    let rest = home.kalends.calendar_changes(home.anna, home.calendar, &all, part.next, 4).await.unwrap();
    assert_eq!((rest.changes.len(), rest.next), (4, None));
    let makers: Vec<_> =
        rest.makers.iter().map(|maker| (maker.name.as_str(), maker.way, maker.label.as_str())).collect();
    assert_eq!(
        makers,
        [
            ("anna", ChangeWay::Page, ""),
            ("anna", phones, "DAVx5 on the phone"),
            ("anna", ChangeWay::Import, ""),
            ("anna", ChangeWay::Command, ""),
            ("ben", ChangeWay::Page, ""),
            ("ben", ChangeWay::Restore, ""),
        ]
    );
}

#[tokio::test]
async fn others_neither_look_back_nor_bring_back_what_they_may_not() {
    let (home, at) = changed().await;
    let ben = user(&home.kalends, "ben").await;
    let calendar = home.calendar;
    let page = AsOfPage::Different { before: None };
    let look = async || home.kalends.calendar_as_of(ben, calendar, at, &page, 10).await.map(|_| ());
    let text = async || home.kalends.text_as_of(ben, calendar, at, "stays.ics").await.map(|_| ());
    let changes =
        async || home.kalends.calendar_changes(ben, calendar, &ChangeFilter::default(), None, 10).await.map(|_| ());
    let one = async || home.kalends.bring_back_object(ben, calendar, at, "goes.ics", Revision(10)).await.map(|_| ());
    let whole = async || home.kalends.bring_back_calendar(ben, calendar, at, Revision(10)).await.map(|_| ());
    for refused in [look().await, text().await, changes().await, one().await, whole().await] {
        assert!(matches!(refused, Err(Error::NotFound(Missing::Calendar))), "{refused:?}");
    }
    // What was private once would be in it.
    for access in [Access::FreeBusy, Access::Read, Access::Write] {
        home.share(ben, access).await;
        for refused in [look().await, text().await, changes().await, one().await, whole().await] {
            assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");
        }
    }
    home.share(ben, Access::Administer).await;
    look().await.unwrap();
    text().await.unwrap();
    changes().await.unwrap();
    whole().await.unwrap();
}
