//! Jobs of the program: its commands, and what becomes of jobs when a node is killed.

use crate::KALENDS;
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::calendars::{CalendarId, Revision};
use kalends_domain::jobs::{ImportState, JobId};
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::database::open;
use kalends_test_support::events::Events;
use kalends_test_support::program::{Program, command, errors, printed};
use kalends_test_support::texts::event_titled;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a node is killed; `KALENDS_TEST_ROUNDS=20` takes two minutes.
const ROUNDS: usize = 5;
/// Events of the file that each round imports.
const EVENTS: usize = 1200;
const WRITERS: usize = 3;
const MAX_WAIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn jobs_are_listed_begun_tried_again_and_removed_by_command() {
    let database = TestDatabase::with_tables().await;
    let jobs = |arguments: &[&str]| printed(command(KALENDS, &database), &[&["jobs"][..], arguments].concat());
    assert_eq!(jobs(&["list"]).lines().count(), 1, "its heading alone");
    let begun = jobs(&["begin", "reindex"]);
    assert!(begun.contains("job 1"), "{begun}");
    assert!(jobs(&["list"]).contains("reindex   waiting"), "{}", jobs(&["list"]));
    jobs(&["retry", "1"]);

    let _program = Program::start(command(KALENDS, &database));
    let waited = Instant::now();
    while !jobs(&["list"]).contains("{\"objects\":0}") {
        assert!(waited.elapsed() < MAX_WAIT, "{}", jobs(&["list"]));
    }
    assert!(jobs(&["list"]).contains("clean     waiting"), "what is always to be done waits: {}", jobs(&["list"]));
    jobs(&["remove", "1"]);
    let refused = command(KALENDS, &database).args(["jobs", "remove", "1"]).output().unwrap();
    assert!(!refused.status.success() && errors(&refused).contains("was not found"), "{}", errors(&refused));
}

fn file(round: usize) -> String {
    let mut file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n".to_owned();
    for n in 0..EVENTS {
        file += &format!(
            "BEGIN:VEVENT\r\nUID:import-{round}-{n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T100000Z\r\nSUMMARY:Event {n}\r\nEND:VEVENT\r\n"
        );
    }
    file + "END:VCALENDAR\r\n"
}

/// Writes to both nodes in turn until it is told to stop; whatever node does not answer, another does. Yields what was acknowledged, and
/// of what that was not.
async fn write(writer: usize, clients: Vec<Client>, stop: Arc<AtomicBool>) -> HashMap<String, Vec<String>> {
    let mut possible: HashMap<String, Vec<String>> = HashMap::new();
    let mut number = 0;
    while !stop.load(Ordering::SeqCst) {
        let uid = format!("{writer}-{}", number % 7);
        let (name, text) = (format!("{uid}.ics"), event_titled(&uid, &number.to_string()));
        let client = &clients[number % clients.len()];
        number += 1;
        match client.request("PUT", &client.at(&name)).body(text.as_str()).try_send().await {
            // Nothing else can be there from now on.
            Ok(answer) if matches!(answer.status, 201 | 204) => drop(possible.insert(name, vec![text])),
            Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
            // It may have come through all the same.
            Err(_) => {
                possible.entry(name).or_default().push(text);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    possible
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < MAX_WAIT, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Reads a stream until it has told of this revision.
async fn told(events: &mut Events, calendar: CalendarId, revision: Revision) {
    let wanted = format!("{{\"calendar\":{},\"revision\":{}}}", calendar.0, revision.0);
    let reading = async { while events.next().await.is_some_and(|event| event.data != wanted) {} };
    tokio::time::timeout(MAX_WAIT, reading).await.expect("the other node's readers hear of everything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_are_killed_over_and_over_lose_nothing_and_do_nothing_twice() {
    if !TestDatabase::is_postgres() {
        return;
    }
    let database = TestDatabase::with_tables().await;
    printed(command(KALENDS, &database), &["user", "add", "ada"]);
    let password = printed(command(KALENDS, &database), &["user", "app-password", "ada", "test"]);
    let kalends = Kalends::new(open(&database.url).await, Default::default());
    let ada = Caller::page(kalends.user_by_slug("ada").await.unwrap().principal.id);
    let calendar = kalends.calendar(ada, "ada", "personal").await.unwrap().id;

    let mut nodes = [Program::start(command(KALENDS, &database)), Program::start(command(KALENDS, &database))];
    let mut possible: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rounds = std::env::var("KALENDS_TEST_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    for round in 0..rounds {
        let (killed, other) = (round % 2, (round + 1) % 2);
        let clients: Vec<Client> = nodes.iter().map(|node| Client::new(node.address, "ada", &password)).collect();
        let authorization = clients[other].authorization.clone().unwrap();
        let headers = [("authorization", authorization.as_str())];
        let mut reader = Events::open(nodes[other].address, "/api/v1.0/stream", &headers).await;
        reader.until("ready").await;
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> =
            (0..WRITERS).map(|writer| tokio::spawn(write(writer, clients.clone(), stop.clone()))).collect();

        let job = kalends.begin_import(ada, (calendar, false), "large.ics", file(round).as_bytes()).await.unwrap();
        let handled = async || kalends.import_progress(ada, job).await.unwrap().handled;
        until("the job does not begin", async || handled().await > 0).await;
        nodes[killed].kill();
        // A minute later the lease of whoever was killed is over.
        database.run("UPDATE jobs SET leased_until = 0".to_owned()).await;
        let ended = async || kalends.import_progress(ada, job).await.unwrap().state == ImportState::Done;
        until("the job does not end", ended).await;
        stop.store(true, Ordering::SeqCst);
        for writer in writers {
            possible.extend(writer.await.unwrap());
        }
        nodes[killed] = Program::start(command(KALENDS, &database));
        once(&kalends, ada, calendar, (round, job)).await;
        let revision = kalends.calendar_by_id(ada, calendar).await.unwrap().revision;
        told(&mut reader, calendar, revision).await;
    }
    for (name, texts) in possible {
        match kalends.object(ada, calendar, &name).await {
            Ok(stored) => assert!(texts.contains(&stored.text), "{name} has a text that nobody wrote last"),
            Err(error) => panic!("{name} was acknowledged: {error}"),
        }
    }
}

/// Each event of the round's file is there, by one change.
async fn once(kalends: &Kalends, ada: Caller, calendar: CalendarId, (round, job): (usize, JobId)) {
    let report = kalends.import_progress(ada, job).await.unwrap().report;
    assert_eq!((report.added.count, report.refused.count), (EVENTS, 0), "round {round}");
    let mut changes: HashMap<String, usize> = HashMap::new();
    let mut since = Revision(0);
    loop {
        let page = kalends.calendar_history(ada, calendar, since, 1000).await.unwrap();
        let Some(last) = page.last() else { break };
        since = last.revision;
        for change in page.into_iter().filter(|change| change.name.starts_with(&format!("import-{round}-"))) {
            *changes.entry(change.name).or_default() += 1;
        }
    }
    assert_eq!((changes.len(), changes.values().sum()), (EVENTS, EVENTS), "round {round}");
}
