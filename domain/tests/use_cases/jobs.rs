//! The queue of jobs: each is done once, whatever happens to whoever does it.

use chrono::{TimeDelta, Utc};
use kalends_domain::calendars::Revision;
use kalends_domain::jobs::{ImportState, Job, JobId, JobKind, JobState, Worker};
use kalends_domain::{Error, Limits};
use kalends_test_support::home::{Home, first_calendar, user};
use kalends_test_support::texts::event_titled;
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
        let _ = timeout(Duration::from_millis(50 + 300 * rounds), worker(&node).run_due()).await;
        home.end_leases().await;
        // However slow the machine is: what counts is that nothing is done twice.
        home.run("UPDATE jobs SET attempts = 0").await;
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
async fn indexing_anew_as_a_job_removes_extents_without_objects() {
    let home = Home::new().await;
    home.put("a.ics", &event_titled("a", "Lunch")).await.unwrap();
    home.orphan_extent().await;
    assert_eq!(home.count("object_extents").await, 2);
    let id = home.kalends.begin_job(JobKind::Reindex).await.unwrap();
    worker(&home.kalends).run_due().await.unwrap();
    assert_eq!((job(&home, id).await.state, home.count("object_extents").await), (JobState::Done, 1));
}

#[tokio::test]
async fn an_account_has_a_few_imports_under_way_and_no_more() {
    let home = Home::new().await;
    let begin = async |who, calendar, name: &str| {
        home.kalends.begin_import(who, (calendar, false), name, file(1).as_bytes()).await
    };
    for n in 0..3 {
        begin(home.anna, home.calendar, &format!("{n}.ics")).await.unwrap();
    }
    let refused = begin(home.anna, home.calendar, "one too many.ics").await;
    assert!(matches!(refused, Err(Error::TooManyImports { limit: 3 })), "{refused:?}");
    assert_eq!((home.count("jobs").await, home.count("job_files").await), (3, 3), "what is refused is not kept");
    let ben = user(&home.kalends, "ben").await;
    begin(ben, first_calendar(&home.kalends, ben).await, "of somebody else.ics").await.unwrap();
    assert_eq!(worker(&home.kalends).run_due().await.unwrap(), 4);
    begin(home.anna, home.calendar, "next.ics").await.unwrap();
}

#[tokio::test]
async fn of_those_who_begin_imports_at_the_same_moment_not_all_may() {
    let home = Home::new().await;
    let text = file(1);
    let begin = || home.kalends.begin_import(home.anna, (home.calendar, false), "a.ics", text.as_bytes());
    let begun = tokio::join!(begin(), begin(), begin(), begin(), begin(), begin());
    let begun = [begun.0, begun.1, begun.2, begun.3, begun.4, begun.5];
    assert_eq!(begun.iter().filter(|begun| begun.is_ok()).count(), 3, "{begun:?}");
}

#[tokio::test]
async fn imports_leave_room_for_other_jobs() {
    let home = Home::new().await;
    let large = |who: &str| file(3000).replace("UID:", &format!("UID:{who}-"));
    let mut imports = Vec::new();
    for name in ["one", "two"] {
        let text = large(name);
        imports
            .push(home.kalends.begin_import(home.anna, (home.calendar, false), name, text.as_bytes()).await.unwrap());
    }
    let stop = CancellationToken::new();
    let working = tokio::spawn(Worker::new(home.cold(), stop.clone()).run());
    while job(&home, imports[0]).await.steps_done == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let cleaning = home.kalends.begin_job(JobKind::Clean).await.unwrap();
    let is_done = async |id| job(&home, id).await.state == JobState::Done;
    loop {
        let mut running = 0;
        for import in &imports {
            running += usize::from(job(&home, *import).await.state == JobState::Running);
        }
        assert!(running <= 1, "both places are taken by imports");
        if is_done(cleaning).await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    while !is_done(imports[1]).await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.cancel();
    timeout(Duration::from_secs(10), working).await.unwrap().unwrap();
    let ended = async |id| job(&home, id).await.ended_at.unwrap();
    assert!(ended(cleaning).await < ended(imports[1]).await);
    assert_eq!(home.count("objects").await, 6000);
}

#[tokio::test]
async fn the_file_of_a_dead_import_goes_when_what_was_deleted_then_goes() {
    let home = Home::new().await;
    let mut dead = Vec::new();
    for days in [29, 31] {
        let text = file(1);
        let id = home.kalends.begin_import(home.anna, (home.calendar, false), "a.ics", text.as_bytes()).await.unwrap();
        let ended_at = (Utc::now() - TimeDelta::days(days)).timestamp_millis();
        home.run(&format!("UPDATE jobs SET state = 'dead', ended_at = {ended_at} WHERE id = {}", id.0)).await;
        dead.push(id);
    }
    home.run("INSERT INTO jobs (kind, unique_key, payload, state, due_at, created_at, ended_at) VALUES ('reindex', '', '{}', 'dead', 1, 1, 1)").await;
    home.kalends.begin_job(JobKind::Clean).await.unwrap();
    worker(&home.kalends).run_due().await.unwrap();
    assert_eq!(home.count("job_files").await, 1);
    let jobs = home.kalends.jobs().await.unwrap();
    let dead_now: Vec<_> = jobs.into_iter().filter(|job| job.state == JobState::Dead).collect();
    assert_eq!(dead_now.len(), 2, "what died of the server's own work is for whoever runs it to see: {dead_now:?}");
    assert!(dead_now.iter().any(|job| job.id == dead[0]));
}

#[tokio::test]
async fn two_nodes_do_each_job_once() {
    let home = Home::with_limits(Limits { open_imports: 12, ..Limits::default() }).await;
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
    for _ in 0..5 {
        worker(&home.kalends).run_due().await.unwrap();
        // Where the machine has no time for it, an attempt fails, and the next is due later.
        home.run("UPDATE jobs SET due_at = 1").await;
    }
    let then = home.kalends.jobs().await.unwrap();
    assert_eq!(home.count("objects").await, 3000, "{then:?}");
}
