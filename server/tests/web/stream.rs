//! `GET /api/v1.0/stream`: what changes reaches whoever is signed in, once, from where they were told last.

use hyper::StatusCode;
use kalends_domain::jobs::Worker;
use kalends_domain::objects::Precondition;
use kalends_test_support::browser::Person;
use kalends_test_support::events::{Event, Events};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const STREAM: &str = "/api/v1.0/stream";

async fn open(server: &Server, person: &Person) -> Events {
    let mut events = Events::open(server.address, STREAM, &[("cookie", &person.cookie)]).await;
    assert_eq!(events.status, StatusCode::OK);
    events.until("ready").await;
    events
}

async fn put(server: &Server, person: &Person, title: &str) {
    let text = event_titled("a", title);
    server.kalends.put_object(person.caller, person.calendar, "a.ics", &text, Precondition::None).await.unwrap();
}

fn came_to(person: &Person, revision: i64) -> String {
    format!("{{\"calendar\":{},\"revision\":{revision}}}", person.calendar.0)
}

#[tokio::test]
async fn every_calendar_is_told_first_and_then_what_changes_within_a_second() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    put(&server, &ada, "One").await;
    let mut events = Events::open(server.address, STREAM, &[("cookie", &ada.cookie)]).await;
    assert_eq!(events.headers["content-type"], "text/event-stream");
    assert_eq!(events.headers["cache-control"], "no-store");
    let first = events.until("ready").await;
    assert_eq!(first[0].data, came_to(&ada, 1));
    let begun = Instant::now();
    put(&server, &ada, "Two").await;
    let Event { kind, id, data } = events.next().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!((kind.as_str(), data), ("calendar", came_to(&ada, 2)));
    drop(events);

    put(&server, &ada, "Three").await;
    for (path, headers) in [
        (STREAM.to_owned(), vec![("cookie", ada.cookie.as_str()), ("last-event-id", &id)]),
        (format!("{STREAM}?since={id}"), vec![("cookie", ada.cookie.as_str())]),
    ] {
        let mut again = Events::open(server.address, &path, &headers).await;
        let missed = again.until("ready").await;
        assert_eq!(missed.len(), 2, "{missed:?}");
        assert_eq!(missed[0].data, came_to(&ada, 3));
    }
}

#[tokio::test]
async fn an_app_password_is_enough_and_nothing_is_not() {
    let server = Server::with_pages().await;
    let client = server.account("ada").await;
    let events =
        Events::open(server.address, STREAM, &[("authorization", client.authorization.as_deref().unwrap())]).await;
    assert_eq!(events.status, StatusCode::OK);
    for (headers, status) in [
        (vec![], StatusCode::UNAUTHORIZED),
        (vec![("cookie", "kalends_session=none")], StatusCode::UNAUTHORIZED),
        (vec![("authorization", "Basic YWRhOm5vbmU=")], StatusCode::UNAUTHORIZED),
    ] {
        let refused = Events::open(server.address, STREAM, &headers).await;
        assert_eq!(refused.status, status, "{headers:?}");
        assert_eq!(refused.headers["content-type"], "application/problem+json");
        assert!(refused.text().await.contains("\"status\":401"));
    }
    let ben = server.person("ben").await;
    let headers = [("cookie", ben.cookie.as_str()), ("last-event-id", "yesterday")];
    let refused = Events::open(server.address, STREAM, &headers).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().await.contains("Last-Event-ID"));
}

#[tokio::test]
async fn streams_of_one_person_are_bounded_and_those_that_end_make_room() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let mut held = Vec::new();
    let refused = loop {
        let events = Events::open(server.address, STREAM, &[("cookie", &ada.cookie)]).await;
        if events.status != StatusCode::OK {
            break events;
        }
        held.push(events);
        assert!(held.len() < 100);
    };
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["retry-after"], "60");
    open(&server, &ben).await;
    // All that are held hear of a write, and one whose reader goes away makes room as soon as that shows.
    put(&server, &ada, "One").await;
    for events in &mut held {
        events.until("ready").await;
        assert_eq!(events.next().await.unwrap().data, came_to(&ada, 1));
    }
    held.pop();
    let begun = Instant::now();
    while Events::open(server.address, STREAM, &[("cookie", &ada.cookie)]).await.status != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(5), "there is no room");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams_and_says_so() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let mut events = open(&server, &ada).await;
    server.closing.cancel();
    assert_eq!(events.next().await.unwrap().kind, "end");
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn whoever_began_a_job_hears_that_it_has_ended_and_what_came_of_it_is_there_then() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let (mut events, mut others) = (open(&server, &ada).await, open(&server, &ben).await);
    // It is refused: nothing in the calendar changes.
    let import = (ada.calendar, false);
    let job = server.kalends.begin_import(ada.caller, import, "letter.txt", b"Dear Ada").await.unwrap();
    Worker::new(server.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    let Event { kind, data, .. } = events.next().await.unwrap();
    assert_eq!((kind.as_str(), data), ("job", format!("{{\"job\":{}}}", job.0)));
    let answer = server.connect().await.get(&format!("/api/v1.0/jobs/{}", job.0), &ada.cookie).await;
    assert!(answer.text.contains("\"state\":\"refused\""), "{}", answer.text);
    put(&server, &ben, "One").await;
    assert_eq!(others.next().await.unwrap().data, came_to(&ben, 1), "it is not his");
}
