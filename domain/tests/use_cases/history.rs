//! What the log says of an object, and the texts that it had.

use kalends_domain::access::{Access, Caller};
use kalends_domain::calendars::{CalendarDetails, CalendarPatch, NewCalendar, Revision};
use kalends_domain::history::{Change, Digest};
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_domain::{Announcement, Error, Missing};
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::event_titled;

async fn history(home: &Home, name: &str) -> Vec<Change> {
    home.kalends.object_history(home.anna, home.calendar, name).await.unwrap()
}

async fn texts(home: &Home, name: &str) -> Vec<Option<String>> {
    let mut texts = Vec::new();
    for change in history(home, name).await {
        texts.push(match home.kalends.version_after(home.anna, home.calendar, &change).await {
            Ok(text) => Some(text),
            Err(Error::NotFound(Missing::Version)) => None,
            Err(error) => panic!("{error}"),
        });
    }
    texts
}

#[tokio::test]
async fn every_text_that_an_object_had_can_be_read() {
    let home = Home::new().await;
    let versions: Vec<String> = (0..5).map(|number| event_titled("a", &format!("Version {number}"))).collect();
    for text in &versions {
        home.put("a.ics", text).await.unwrap();
    }
    let newest_first = |versions: &[String]| versions.iter().rev().cloned().map(Some).collect::<Vec<_>>();
    assert_eq!(texts(&home, "a.ics").await, newest_first(&versions));
    // One that it had before, more than once: no version depends on itself.
    let again: Vec<String> = [0, 4, 2, 0, 2, 1, 4, 0].into_iter().map(|index: usize| versions[index].clone()).collect();
    for text in &again {
        home.put("a.ics", text).await.unwrap();
    }
    let all = [versions, again].concat();
    assert_eq!(texts(&home, "a.ics").await, newest_first(&all));
    // What is removed is there still, and what comes in its place has a history of its own.
    home.kalends.delete_object(home.anna, home.calendar, "a.ics", Precondition::None).await.unwrap();
    let mut removed = newest_first(&all);
    removed.insert(0, None);
    assert_eq!(texts(&home, "a.ics").await, removed);
    home.put("a.ics", &all[0]).await.unwrap();
    assert_eq!(texts(&home, "a.ics").await, [Some(all[0].clone())]);
}

#[tokio::test]
async fn a_row_says_by_whom_and_by_which_way() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "Page")).await.unwrap();
    let (app_password, secret) =
        home.kalends.create_app_password(home.anna.principal, "DAVx5 on the phone").await.unwrap();
    let (_, phone) = home.kalends.authenticate_client("anna", &secret.0).await.unwrap();
    for (caller, summary) in
        [(phone, "Phone"), (Caller::command(home.anna.principal), "Command"), (phone, "Phone again")]
    {
        let text = event_titled("a", summary);
        home.kalends.put_object(caller, home.calendar, "a.ics", &text, Precondition::None).await.unwrap();
    }
    let file = event_titled("a", "File");
    home.kalends.import(home.anna, home.calendar, "team.ics", file).await.unwrap();
    home.kalends.revoke_app_password(home.anna.principal, app_password.id).await.unwrap();

    let changes = history(&home, "a.ics").await;
    let causes: Vec<_> = changes.iter().map(|change| change.cause.clone().unwrap()).collect();
    let ways: Vec<_> = causes.iter().map(|cause| (cause.way.as_str(), cause.label.as_str())).collect();
    let phone = ("app-password", "DAVx5 on the phone");
    assert_eq!(ways, [("page", "team.ics"), phone, ("command", ""), phone, ("page", "")]);
    assert!(causes.iter().all(|cause| cause.principal_name == "anna"));
    assert_eq!(causes.iter().filter(|cause| cause.run.is_some()).count(), 1);
    assert!(causes[0].run.is_some());
    // Each row leads to the one before about the same object.
    let chain: Vec<_> = changes.iter().map(|change| change.previous).collect();
    assert_eq!(chain, [Some(Revision(4)), Some(Revision(3)), Some(Revision(2)), Some(Revision(1)), None]);
    assert_eq!(changes[0].after, Some(Digest::of(&event_titled("a", "File"))));
}

#[tokio::test]
async fn others_read_no_history() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    let change = history(&home, "a.ics").await.remove(0);
    let ben = user(&home.kalends, "ben").await;
    let refused = home.kalends.object_history(ben, home.calendar, "a.ics").await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Calendar))));
    let refused = home.kalends.version_after(ben, home.calendar, &change).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Calendar))));
    let unknown = home.kalends.object_history(home.anna, home.calendar, "b.ics").await;
    assert!(matches!(unknown, Err(Error::NotFound(Missing::Object))));
}

#[tokio::test]
async fn all_versions_say_together_what_each_said() {
    let home = Home::new().await;
    let titles = ["A", "B", "C", "A", "D", "B"];
    for title in titles {
        home.put("a.ics", &event_titled("a", title)).await.unwrap();
    }
    home.delete("a.ics").await;
    let versions = home.kalends.object_versions(home.anna, home.calendar, "a.ics").await.unwrap();
    let said: Vec<_> =
        versions.iter().map(|version| version.event.as_ref().map(|event| event.draft.summary.as_str())).collect();
    let newest_first: Vec<_> = [None].into_iter().chain(titles.into_iter().rev().map(Some)).collect();
    assert_eq!(said, newest_first);
    assert!(versions[1..].iter().all(|version| version.is_kept));
    // What comes back under the name has what was before it behind it.
    home.kalends.restore_version(home.anna, home.calendar, Revision(6), Precondition::Absent).await.unwrap();
    let again = home.kalends.object_versions(home.anna, home.calendar, "a.ics").await.unwrap();
    assert_eq!(again[0].event, versions[1].event);
    assert_eq!(again[1..], versions);
}

#[tokio::test]
async fn what_happened_in_a_calendar_is_listed_from_any_point_on() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    home.put("b.ics", &event_titled("b", "B")).await.unwrap();
    home.put("a.ics", &event_titled("a", "C")).await.unwrap();
    home.delete("b.ics").await;
    let listed = async |since, limit| {
        let changes = home.kalends.calendar_history(home.anna, home.calendar, Revision(since), limit).await.unwrap();
        changes.into_iter().map(|change| (change.revision.0, change.name, change.removed)).collect::<Vec<_>>()
    };
    let row = |revision, name: &str, removed| (revision, name.to_owned(), removed);
    let all = [row(1, "a.ics", false), row(2, "b.ics", false), row(3, "a.ics", false), row(4, "b.ics", true)];
    assert_eq!(listed(0, 10).await, all);
    assert_eq!(listed(1, 2).await, all[1..3]);
    assert_eq!(listed(4, 10).await, []);
    let ben = user(&home.kalends, "ben").await;
    let refused = home.kalends.calendar_history(ben, home.calendar, Revision(0), 10).await;
    assert!(matches!(refused, Err(Error::NotFound(Missing::Calendar))));
}

#[tokio::test]
async fn any_version_comes_back_as_one_more_write_unless_the_object_changed_meanwhile() {
    let home = Home::new().await;
    let [a, b] = ["A", "B"].map(|title| event_titled("a", title));
    let etag = home.put("a.ics", &a).await.unwrap().etag;
    home.put("a.ics", &b).await.unwrap();
    let restore = async |revision, precondition| {
        home.kalends.restore_version(home.anna, home.calendar, Revision(revision), precondition).await
    };
    let stale = restore(1, Precondition::Matches(vec![etag.clone()])).await;
    assert!(matches!(stale, Err(Error::PreconditionFailed)));
    assert_eq!(home.text("a.ics").await, b);
    let restored = restore(1, Precondition::Matches(vec![Digest::of(&b).etag()])).await.unwrap();
    assert_eq!(
        (restored.name.as_str(), restored.written.revision, restored.written.etag),
        ("a.ics", Revision(3), etag)
    );
    assert_eq!(home.text("a.ics").await, a);
    // What was deleted comes back under its name, as what it was.
    home.delete("a.ics").await;
    restore(4, Precondition::Absent).await.unwrap();
    assert_eq!(home.text("a.ics").await, a);
    let nothing = restore(99, Precondition::None).await;
    assert!(matches!(nothing, Err(Error::NotFound(Missing::Change))));
}

#[tokio::test]
async fn where_the_uid_is_taken_the_version_comes_back_beside() {
    let home = Home::new().await;
    let a = event_titled("a", "A");
    home.put("a.ics", &a).await.unwrap();
    home.delete("a.ics").await;
    home.put("other.ics", &event_titled("a", "Taken")).await.unwrap();
    let restored =
        home.kalends.restore_version(home.anna, home.calendar, Revision(1), Precondition::Absent).await.unwrap();
    assert_ne!(restored.name, "a.ics");
    let text = home.text(&restored.name).await;
    assert!(text.contains("SUMMARY:A") && !text.contains("UID:a\r"), "{text}");
    assert_eq!(home.text("other.ics").await, event_titled("a", "Taken"));
}

#[tokio::test]
async fn others_neither_see_nor_restore_versions_that_they_may_not() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    let ben = user(&home.kalends, "ben").await;
    let version = async || home.kalends.version_at(ben, home.calendar, Revision(1)).await;
    let restored = async || home.kalends.restore_version(ben, home.calendar, Revision(1), Precondition::None).await;
    assert!(matches!(version().await, Err(Error::NotFound(Missing::Calendar))));
    assert!(matches!(restored().await, Err(Error::NotFound(Missing::Calendar))));
    // What was private once would be among them.
    for access in [Access::Read, Access::Write] {
        home.share(ben, access).await;
        assert!(matches!(version().await, Err(Error::Forbidden { .. })));
        assert!(matches!(restored().await, Err(Error::Forbidden { .. })));
    }
    home.share(ben, Access::Administer).await;
    assert!(version().await.is_ok());
    home.put("a.ics", &event_titled("a", "B")).await.unwrap();
    restored().await.unwrap();
}

/// What is announced, but for that other nodes were not heard at the beginning.
struct Heard(tokio::sync::broadcast::Receiver<Announcement>);

impl Heard {
    fn try_recv(&mut self) -> Result<Announcement, tokio::sync::broadcast::error::TryRecvError> {
        loop {
            match self.0.try_recv() {
                Ok(Announcement::Missed) => {}
                heard => return heard,
            }
        }
    }
}

#[tokio::test]
async fn what_has_changed_is_said_after_the_commit_and_what_was_refused_is_not() {
    let home = Home::new().await;
    let mut heard = Heard(home.kalends.announcements());
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    let calendar = home.calendar;
    assert_eq!(heard.try_recv().unwrap(), Announcement::Calendar { calendar, revision: Revision(1) });
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    home.put_if("a.ics", &event_titled("a", "B"), Precondition::Absent).await.unwrap_err();
    home.put("b.ics", &event_titled("a", "C")).await.unwrap_err();
    assert!(heard.try_recv().is_err());

    let details = CalendarDetails::named("Work", 1);
    let work = home.kalends.create_calendar(home.anna, None, details, Vec::new()).await.unwrap();
    let principal = home.anna.principal;
    let home_revision = |revision| Announcement::Home { principal, revision: Revision(revision) };
    assert_eq!(heard.try_recv().unwrap(), home_revision(1));
    let patch = CalendarPatch { display_name: Some("Home".into()), ..CalendarPatch::default() };
    home.kalends.update_calendar(home.anna, work.id, patch).await.unwrap();
    assert_eq!(heard.try_recv().unwrap(), home_revision(2));
    let copy = CopyMove {
        from: (calendar, "a.ics".into()),
        to: (work.id, "a.ics".into()),
        overwrite: false,
        precondition: Precondition::None,
    };
    home.kalends.move_object(home.anna, copy).await.unwrap();
    assert_eq!(heard.try_recv().unwrap(), Announcement::Calendar { calendar, revision: Revision(2) });
    let revision = Revision(1);
    assert_eq!(heard.try_recv().unwrap(), Announcement::Calendar { calendar: work.id, revision });
    home.kalends.hide_calendars(home.anna, &[work.id]).await.unwrap();
    assert_eq!(heard.try_recv().unwrap(), home_revision(3));
    home.kalends.hide_calendars(home.anna, &[work.id]).await.unwrap();
    home.kalends.delete_calendar(home.anna, work.id).await.unwrap();
    assert_eq!(heard.try_recv().unwrap(), home_revision(4));
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn a_person_sees_calendars_in_their_own_way_everywhere() {
    let home = Home::new().await;
    let work = home.kalends.create_named_calendar(home.anna, "Work").await.unwrap();
    home.kalends.hide_calendars(home.anna, &[home.calendar]).await.unwrap();
    home.kalends.set_default_calendar(home.anna, home.calendar).await.unwrap();
    home.kalends.set_default_calendar(home.anna, work.id).await.unwrap();
    let again = home.reopened().await;
    let seen = again.calendars(home.anna).await.unwrap();
    let views: Vec<_> = seen.iter().map(|held| (held.id, held.view().hidden, held.view().is_default)).collect();
    assert_eq!(views, [(home.calendar, true, false), (work.id, false, true)]);
    // One that is made for it is it from the first moment in which anybody sees it.
    let mut heard = home.kalends.announcements();
    let details = CalendarDetails::named("Choir", 2);
    let new = NewCalendar { slug: None, details, dead: Vec::new(), make_default: true };
    let made = home.kalends.create_calendar_once(home.anna, home.anna.principal, new, None).await.unwrap();
    assert!(made.view().is_default && heard.try_recv().is_ok() && heard.try_recv().is_err());
    let seen = again.calendars(home.anna).await.unwrap();
    let defaults: Vec<_> = seen.iter().filter(|held| held.view().is_default).map(|held| held.id).collect();
    assert_eq!(defaults, [made.id]);
    let ben = user(&home.kalends, "ben").await;
    assert!(matches!(home.kalends.set_default_calendar(ben, work.id).await, Err(Error::NotFound(_))));
    home.kalends.hide_calendars(ben, &[work.id]).await.unwrap();
    assert!(!again.calendar_by_id(home.anna, work.id).await.unwrap().view().hidden);
}
