//! What changes is told as it happens, once, to those who may read it.

use kalends_domain::Kalends;
use kalends_domain::access::{Access, Caller};
use kalends_domain::calendars::{CalendarDetails, CalendarId, Revision};
use kalends_domain::jobs::{ImportState, JobId, JobState, Worker};
use kalends_domain::live::{Follower, News, Told};
use kalends_domain::objects::Precondition;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::{calendar, component, event_titled};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

async fn next(follower: &mut Follower) -> News {
    timeout(Duration::from_secs(5), follower.next()).await.expect("nothing was told").unwrap()
}

async fn nothing_more(follower: &mut Follower) -> bool {
    timeout(Duration::from_millis(150), follower.next()).await.is_err()
}

/// A follower who has been told of everything that is there.
async fn up_to_date(kalends: &Kalends, caller: Caller) -> Follower {
    let mut follower = kalends.follow(caller, Told::default()).await.unwrap();
    while !follower.is_up_to_date() {
        next(&mut follower).await;
    }
    follower
}

fn came_to(calendar: CalendarId, revision: i64) -> News {
    News::Calendar { calendar, revision: Revision(revision) }
}

#[tokio::test]
async fn who_follows_is_told_of_all_that_is_there_and_then_of_what_changes() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    let mut follower = home.kalends.follow(home.anna, Told::default()).await.unwrap();
    assert_eq!(next(&mut follower).await, came_to(home.calendar, 1));
    assert!(follower.is_up_to_date());
    home.put("b.ics", &event_titled("b", "B")).await.unwrap();
    assert_eq!(next(&mut follower).await, came_to(home.calendar, 2));
    home.delete("a.ics").await;
    assert_eq!(next(&mut follower).await, came_to(home.calendar, 3));
    let details = CalendarDetails::named("Work", 1);
    let work = home.kalends.create_calendar(home.anna, None, details, Vec::new()).await.unwrap();
    assert_eq!(next(&mut follower).await, News::List { revision: Revision(1) });
    assert_eq!(next(&mut follower).await, came_to(work.id, 0));
    home.kalends.delete_calendar(home.anna, work.id).await.unwrap();
    assert_eq!(next(&mut follower).await, News::Gone { calendar: work.id });
    assert_eq!(next(&mut follower).await, News::List { revision: Revision(2) });
    assert!(nothing_more(&mut follower).await);
}

#[tokio::test]
async fn a_cursor_goes_on_without_gaps_or_doubles() {
    let home = Home::new().await;
    let mut follower = up_to_date(&home.kalends, home.anna).await;
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    next(&mut follower).await;
    let cursor = follower.told().to_string();
    drop(follower);
    let mut again = home.kalends.follow(home.anna, cursor.parse().unwrap()).await.unwrap();
    assert!(again.is_up_to_date() && nothing_more(&mut again).await);
    drop(again);
    home.put("b.ics", &event_titled("b", "B")).await.unwrap();
    home.put("c.ics", &event_titled("c", "C")).await.unwrap();
    let mut again = home.kalends.follow(home.anna, cursor.parse().unwrap()).await.unwrap();
    assert_eq!(next(&mut again).await, came_to(home.calendar, 3));
    assert!(nothing_more(&mut again).await);
    // Also after a restart, and where the database went back to an older copy.
    let restarted = home.reopened().await;
    let mut again = restarted.follow(home.anna, cursor.parse().unwrap()).await.unwrap();
    assert_eq!(next(&mut again).await, came_to(home.calendar, 3));
    let ahead = format!("0,{}:99", home.calendar.0);
    let mut again = restarted.follow(home.anna, ahead.parse().unwrap()).await.unwrap();
    assert_eq!(next(&mut again).await, came_to(home.calendar, 3));
}

#[tokio::test]
async fn whoever_reads_slowly_is_told_of_each_calendar_once() {
    let home = Home::new().await;
    let mut follower = up_to_date(&home.kalends, home.anna).await;
    // More than wait for a reader.
    for n in 0..1_100 {
        home.put("a.ics", &event_titled("a", &n.to_string())).await.unwrap();
    }
    assert_eq!(next(&mut follower).await, came_to(home.calendar, 1_100));
    assert!(nothing_more(&mut follower).await);
}

#[tokio::test]
async fn what_was_committed_is_told_although_whoever_wrote_it_went_away() {
    let home = Home::new().await;
    let mut follower = up_to_date(&home.kalends, home.anna).await;
    let (mut reached, mut microseconds) = (0, 0);
    // However slow the machine is, some of them get that far.
    while microseconds < 6_000 || reached == 0 {
        microseconds += 20;
        assert!(microseconds < 200_000, "none was committed");
        let text = event_titled("a", &microseconds.to_string());
        let write = home.put("a.ics", &text);
        let _ = timeout(Duration::from_micros(microseconds), write).await;
        let stored = async || {
            let changes = home.kalends.calendar_history(home.anna, home.calendar, Revision(reached), 10).await.unwrap();
            changes.last().map(|change| change.revision.0)
        };
        // What goes on in the background comes to its end.
        tokio::time::sleep(Duration::from_millis(3)).await;
        let Some(revision) = stored().await else { continue };
        // One that takes longer may come to its end at any time.
        while reached < revision {
            let News::Calendar { calendar, revision } = next(&mut follower).await else {
                panic!("after {microseconds} µs")
            };
            assert!(calendar == home.calendar && revision.0 > reached, "{revision:?} after {microseconds} µs");
            reached = revision.0;
        }
    }
}

#[tokio::test]
async fn others_are_told_of_what_they_may_read_and_of_its_end() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let own = home.kalends.calendars(ben).await.unwrap()[0].id;
    let mut follower = up_to_date(&home.kalends, ben).await;
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    assert!(nothing_more(&mut follower).await, "it is not his");
    home.share(ben, Access::Read).await;
    // He is asked, and says yes.
    let mut heard = vec![next(&mut follower).await, next(&mut follower).await];
    if heard[1] != came_to(home.calendar, 1) {
        heard.push(next(&mut follower).await);
    }
    assert_eq!(heard.pop(), Some(came_to(home.calendar, 1)));
    assert_eq!(heard.pop(), Some(News::List { revision: Revision(2) }));
    home.put("b.ics", &event_titled("b", "B")).await.unwrap();
    assert_eq!(next(&mut follower).await, came_to(home.calendar, 2));
    // What he sees from now on is less: it comes anew.
    home.kalends.share(home.anna, home.calendar, ben.principal, Access::FreeBusy, None).await.unwrap();
    assert_eq!(next(&mut follower).await, News::Gone { calendar: home.calendar });
    assert_eq!(next(&mut follower).await, News::List { revision: Revision(3) });
    assert_eq!(next(&mut follower).await, came_to(home.calendar, 2));
    home.kalends.unshare(home.anna, home.calendar, ben.principal).await.unwrap();
    assert_eq!(next(&mut follower).await, News::Gone { calendar: home.calendar });
    assert_eq!(next(&mut follower).await, News::List { revision: Revision(4) });
    home.put("c.ics", &event_titled("c", "C")).await.unwrap();
    assert!(nothing_more(&mut follower).await);
    home.kalends.put_object(ben, own, "d.ics", &event_titled("d", "D"), Precondition::None).await.unwrap();
    assert_eq!(next(&mut follower).await, came_to(own, 1));
}

#[tokio::test]
async fn what_one_node_changes_the_others_tell() {
    let home = Home::new().await;
    // SQLite has one node.
    if !TestDatabase::is_postgres() {
        return;
    }
    let other = home.reopened().await;
    // So that it hears by now.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (mut here, mut there) = (up_to_date(&home.kalends, home.anna).await, up_to_date(&other, home.anna).await);
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    for follower in [&mut here, &mut there] {
        assert_eq!(next(follower).await, came_to(home.calendar, 1));
    }
    home.kalends.hide_calendars(home.anna, &[home.calendar]).await.unwrap();
    for follower in [&mut here, &mut there] {
        assert_eq!(next(follower).await, News::List { revision: Revision(1) });
        assert!(nothing_more(follower).await, "it was told twice");
    }
}

/// Until the job has ended as `caller` sees it: how often they were told of it.
async fn until_it_ends(kalends: &Kalends, caller: Caller, follower: &mut Follower, job: JobId) -> usize {
    let mut told = 0;
    loop {
        if next(follower).await != (News::Job { job }) {
            continue;
        }
        told += 1;
        if kalends.import_progress(caller, job).await.unwrap().state != ImportState::UnderWay {
            return told;
        }
    }
}

#[tokio::test]
async fn whoever_began_a_job_is_told_how_it_gets_on_and_nobody_else() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let other = if TestDatabase::is_postgres() { home.reopened().await } else { home.kalends.clone() };
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut of_ben = up_to_date(&home.kalends, ben).await;
    // Who follows on another node hears of it as well.
    let (mut here, mut there) = (up_to_date(&home.kalends, home.anna).await, up_to_date(&other, home.anna).await);
    let only = home.anna.narrowed(Access::Owner, Some(home.calendar));
    let elsewhere = home.kalends.create_calendar(home.anna, None, CalendarDetails::named("Work", 1), Vec::new()).await;
    let elsewhere = home.anna.narrowed(Access::Owner, Some(elsewhere.unwrap().id));
    let mut of_one = up_to_date(&home.kalends, only).await;
    let mut of_another = up_to_date(&home.kalends, elsewhere).await;

    let text = (0..900).map(|n| component("VEVENT", &n.to_string(), "DTSTART:20260101T100000Z")).collect::<String>();
    let (file, calendar) = (calendar(&text), (home.calendar, false));
    let job = home.kalends.begin_import(home.anna, calendar, "large.ics", file.as_bytes()).await.unwrap();
    Worker::new(home.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    for follower in [&mut here, &mut there, &mut of_one] {
        let told = until_it_ends(&home.kalends, home.anna, follower, job).await;
        assert!((1..40).contains(&told), "{told} times");
    }
    assert!(nothing_more(&mut of_ben).await);
    while let Ok(news) = timeout(Duration::from_millis(150), of_another.next()).await {
        assert!(!matches!(news.unwrap(), News::Job { .. }), "the credential is for another calendar");
    }
    // Who comes back learns what has ended meanwhile.
    let cursor = here.told().to_string();
    let mut again = home.kalends.follow(home.anna, cursor.parse().unwrap()).await.unwrap();
    assert_eq!(next(&mut again).await, News::Job { job });
    assert!(nothing_more(&mut again).await);

    // A failure is told, and that there are no more attempts.
    let job = home.kalends.begin_import(home.anna, calendar, "b.ics", file.as_bytes()).await.unwrap();
    home.run(&format!("UPDATE jobs SET payload = 'nothing that can be read', attempts = 9 WHERE id = {}", job.0)).await;
    Worker::new(home.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    for follower in [&mut again, &mut there] {
        while next(follower).await != (News::Job { job }) {}
    }
    assert!(matches!(home.kalends.own_job(home.anna, job).await.unwrap().state, JobState::Dead));
}
