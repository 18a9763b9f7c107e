//! The queue of jobs: each is done once, whatever happens to whoever does it.

use kalends_domain::Error;
use kalends_domain::calendars::Revision;
use kalends_domain::jobs::{ImportState, Job, JobId, JobKind, JobState, Worker};
use kalends_test_support::home::{Home, first_calendar, user};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub fn worker(kalends: &kalends_domain::Kalends) -> Worker {
    Worker::new(kalends.clone(), CancellationToken::new())
}

async fn job(home: &Home, id: JobId) -> Job {
    home.kalends.jobs().await.unwrap().into_iter().find(|job| job.id == id).unwrap()
}

fn file(events: usize) -> String {
    let mut file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n".to_owned();
    for n in 0..events {
        file += &format!(
            "BEGIN:VEVENT\r\nUID:{n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T100000Z\r\nSUMMARY:Event {n}\r\nEND:VEVENT\r\n"
        );
    }
    file + "END:VCALENDAR\r\n"
}

#[tokio::test]
async fn a_large_import_goes_on_where_it_was_interrupted_and_counts_once() {
    const EVENTS: usize = 1500;
    let home = Home::new().await;
    let text = file(EVENTS);
    let id = home.kalends.begin_import(home.anna, (home.calendar, false), "large.ics", text.as_bytes()).await.unwrap();
    let mut rounds = 0;
    loop {
        // A node that goes away in the middle: nothing of it is there any more but the lease, which runs out.
        let node = home.cold();
        let _ = timeout(Duration::from_millis(50 + 100 * rounds), worker(&node).run_due()).await;
        home.end_leases().await;
        rounds += 1;
        // Its last commit may be under way.
        let (progress, stored) = loop {
            let progress = home.kalends.import_progress(home.anna, id).await.unwrap();
            let stored = home.count("objects").await as u64;
            if home.kalends.import_progress(home.anna, id).await.unwrap() == progress {
                break (progress, stored);
            }
        };
        assert_eq!(progress.handled, stored, "what is said and what is there are of one transaction");
        if progress.state == ImportState::Done {
            assert_eq!((progress.of, progress.report.added.count), (Some(EVENTS as u64), EVENTS));
            break;
        }
        assert!(rounds < 60, "{progress:?}");
    }
    assert_eq!(home.count("objects").await, EVENTS as i64);
    let held = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap();
    assert_eq!(held.revision, Revision(EVENTS as i64), "each was stored once");
    let runs: Vec<_> = home.kalends.calendar_history(home.anna, home.calendar, Revision(0), 2000).await.unwrap();
    let runs: std::collections::HashSet<_> = runs.into_iter().filter_map(|change| Some(change.cause?.run?.0)).collect();
    assert_eq!(runs.len(), 1, "they are one run");
}

#[tokio::test]
async fn an_import_that_comes_to_nothing_says_why_and_is_not_tried_again() {
    let home = Home::new().await;
    let id = home.kalends.begin_import(home.anna, (home.calendar, false), "letter.txt", b"Dear Anna").await.unwrap();
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 1);
    let progress = home.kalends.import_progress(home.anna, id).await.unwrap();
    assert!(matches!(&progress.state, ImportState::Refused(why) if why.contains("iCalendar")), "{progress:?}");
    assert_eq!(job(&home, id).await.attempts, 1);
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 0);

    let ben = user(&home.kalends, "ben").await;
    assert!(matches!(home.kalends.import_progress(ben, id).await, Err(Error::NotFound(_))));
    let refused = home.kalends.begin_import(ben, (home.calendar, false), "x.ics", file(1).as_bytes()).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
    assert_eq!(home.kalends.jobs().await.unwrap().len(), 1, "what is refused is not in the queue");
    let own = first_calendar(&home.kalends, ben).await;
    let id = home.kalends.begin_import(ben, (own, true), "letter.txt", b"Dear Ben").await.unwrap();
    worker(&home.kalends).run_due().await.unwrap();
    assert!(matches!(home.kalends.import_progress(ben, id).await.unwrap().state, ImportState::Refused(_)));
    assert!(matches!(home.kalends.calendar_by_id(ben, own).await, Err(Error::NotFound(_))), "it was made for it");
}

#[tokio::test]
async fn a_job_that_fails_waits_longer_each_time_and_is_dead_at_last() {
    let home = Home::new().await;
    let id = home.kalends.begin_import(home.anna, (home.calendar, false), "a.ics", file(1).as_bytes()).await.unwrap();
    home.run("UPDATE jobs SET payload = 'nothing that can be read'").await;
    for attempt in 1..=10 {
        assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 1, "attempt {attempt}");
        let job = job(&home, id).await;
        assert_eq!((job.attempts, job.error.is_some()), (attempt, true));
        assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 0, "it waits");
        assert_eq!(job.state, if attempt < 10 { JobState::Waiting } else { JobState::Dead });
        home.run("UPDATE jobs SET due_at = 0").await;
    }
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 0);
    assert_eq!(home.kalends.job_counts().await.unwrap(), [(JobState::Dead, 1)]);
    home.kalends.retry_job(id).await.unwrap();
    assert_eq!(job(&home, id).await.state, JobState::Waiting);
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 1);
    home.kalends.remove_job(id).await.unwrap();
    assert!(matches!(home.kalends.remove_job(id).await, Err(Error::NotFound(_))));
    assert!(matches!(home.kalends.retry_job(id).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn what_is_always_to_be_done_waits_once_and_comes_again() {
    let home = Home::new().await;
    let id = home.kalends.begin_job(JobKind::Clean).await.unwrap();
    assert_eq!(home.kalends.begin_job(JobKind::Clean).await.unwrap(), id, "one is enough");
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 1);
    let jobs = home.kalends.jobs().await.unwrap();
    let [next, done] = jobs.as_slice() else { panic!("{jobs:?}") };
    assert_eq!((done.id, done.state, next.state), (id, JobState::Done, JobState::Waiting));
    let wait = next.due_at - done.ended_at.unwrap();
    assert!((wait.num_minutes() - 60).abs() <= 1, "{wait}");
    let now = home.kalends.begin_job(JobKind::Clean).await.unwrap();
    assert_eq!(now, next.id, "the one that waits for its hour is done now");
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 1);
}

#[tokio::test]
async fn indexing_anew_as_a_job_says_how_far_it_has_come() {
    let home = Home::new().await;
    home.kalends.import(home.anna, home.calendar, "a.ics", file(700)).await.unwrap();
    home.run("UPDATE objects SET summary = 'wrong'").await;
    let id = home.kalends.begin_job(JobKind::Reindex).await.unwrap();
    worker(&home.kalends).run_due().await.unwrap();
    let job = job(&home, id).await;
    assert_eq!((job.state, job.steps_done, job.steps), (JobState::Done, 700, Some(700)));
    assert_eq!(job.result.as_deref(), Some("{\"objects\":700}"));
}

#[tokio::test]
async fn two_nodes_do_each_job_once() {
    let home = Home::new().await;
    let mut ids = Vec::new();
    for n in 0..12 {
        let name = format!("{n}.ics");
        let text = file(3).replace("UID:", &format!("UID:{n}-"));
        ids.push(home.kalends.begin_import(home.anna, (home.calendar, false), &name, text.as_bytes()).await.unwrap());
    }
    let (one, other) = (home.cold(), home.reopened().await);
    let (one, other) = (worker(&one), worker(&other));
    let (by_one, by_other) = tokio::join!(one.run_due(), other.run_due());
    assert_eq!(by_one.unwrap() + by_other.unwrap(), 12);
    for id in ids {
        let job = job(&home, id).await;
        assert_eq!((job.state, job.attempts), (JobState::Done, 1));
    }
    let held = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap();
    assert_eq!((held.revision, held.objects), (Revision(36), 36));
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_hands_its_job_back() {
    let home = Home::new().await;
    let id =
        home.kalends.begin_import(home.anna, (home.calendar, false), "a.ics", file(3000).as_bytes()).await.unwrap();
    let stop = CancellationToken::new();
    let working = tokio::spawn(Worker::new(home.cold(), stop.clone()).run());
    while job(&home, id).await.steps_done == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.cancel();
    timeout(Duration::from_secs(10), working).await.unwrap().unwrap();
    let job = job(&home, id).await;
    assert!(matches!(job.state, JobState::Waiting | JobState::Done), "{job:?}");
    assert!(job.state == JobState::Done || job.attempts == 0, "it does not count as a failure: {job:?}");
    // Another may take it at once.
    worker(&home.kalends).run_due().await.unwrap();
    assert_eq!(home.count("objects").await, 3000);
}
