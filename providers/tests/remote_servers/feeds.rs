//! Files of iCalendar at addresses, from servers that mean well and others.

use crate::listener::Listener;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response};
use chrono::TimeDelta;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderValue;
use kalends_domain::sync::provider::{
    ChangePage, Coverage, Cursor, FetchOutcome, MAX_FETCHED, Provider, ProviderError, RemoteCalendarId, RemoteObjectId,
};
use kalends_ical::instances::Window;
use kalends_providers::ics::Ics;
use kalends_providers::outbound::Outbound;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use url::Url;

const ALWAYS: Window = Window { start: None, end: None };

/// What a server gives, and what it was asked.
#[derive(Default)]
struct Given {
    file: String,
    headers: Vec<(&'static str, String)>,
    /// It answers 304 to who has this ETag.
    etag: Option<String>,
    asked: Vec<HeaderMap>,
}

#[derive(Clone)]
struct FeedServer {
    address: SocketAddr,
    given: Arc<Mutex<Given>>,
}

impl FeedServer {
    async fn new(file: &str) -> Self {
        let given = Arc::new(Mutex::new(Given { file: file.to_owned(), ..Given::default() }));
        let shared = given.clone();
        let app = Router::new().fallback(move |request: Request<Body>| {
            let mut given = shared.lock().unwrap();
            given.asked.push(request.headers().clone());
            let mut response = Response::builder();
            for (name, value) in &given.headers {
                response = response.header(*name, value);
            }
            let mut body = given.file.clone();
            if let Some(etag) = &given.etag {
                response = response.header("etag", etag);
                let known = request.headers().get("if-none-match").and_then(|known| known.to_str().ok());
                if known == Some(etag) {
                    response = response.status(304);
                    body = String::new();
                }
            }
            let response = response.body(Body::from(body)).unwrap();
            async move { response }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        FeedServer { address, given }
    }

    fn give(&self, change: impl FnOnce(&mut Given)) {
        change(&mut self.given.lock().unwrap());
    }

    fn url(&self) -> Url {
        format!("http://{}/private-secret/basic.ics", self.address).parse().unwrap()
    }

    fn provider(&self) -> Ics {
        follow(self.url())
    }
}

fn follow(url: Url) -> Ics {
    Ics::new(Outbound::new(["127.0.0.1".to_owned()]), url, None)
}

fn event(uid: &str, summary: &str, stamp: u32) -> String {
    let uid = if uid.is_empty() { String::new() } else { format!("UID:{uid}\r\n") };
    format!(
        "BEGIN:VEVENT\r\n{uid}DTSTAMP:202603{stamp:02}T080000Z\r\nDTSTART:20260310T100000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\n"
    )
}

fn calendar(inside: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\n{inside}END:VCALENDAR\r\n")
}

async fn changes(provider: &Ics, since: Option<&Cursor>) -> ChangePage {
    provider.changes(&Ics::calendar(), since, ALWAYS).await.unwrap()
}

/// What a page names, with its tags.
fn tags(page: &ChangePage) -> BTreeMap<String, String> {
    page.present.iter().map(|head| (head.id.0.clone(), head.tag.clone().unwrap().0)).collect()
}

async fn outcome(provider: &Ics, id: &str) -> FetchOutcome {
    let fetched = provider.fetch(&Ics::calendar(), &[RemoteObjectId(id.into())]).await.unwrap();
    fetched.into_iter().next().unwrap().outcome
}

async fn text(provider: &Ics, id: &str) -> String {
    match outcome(provider, id).await {
        FetchOutcome::Text { text, .. } => text,
        other => panic!("{id}: {other:?}"),
    }
}

#[tokio::test]
async fn only_what_says_something_else_has_changed() {
    let file = |stamp: u32, summary: &str| calendar(&(event("1", summary, stamp) + &event("2", "Two", stamp)));
    let server = FeedServer::new(&file(1, "One")).await;
    server.give(|given| given.etag = Some("\"a\"".into()));
    let provider = server.provider();
    let first = changes(&provider, None).await;
    assert_eq!(first.coverage, Coverage::Everything);
    assert_eq!(tags(&first).keys().collect::<Vec<_>>(), ["VEVENT 1", "VEVENT 2"]);
    assert!(text(&provider, "VEVENT 2").await.contains("SUMMARY:Two\r\n"));

    // The server says so itself, to a program that was started anew as well.
    let same = changes(&server.provider(), Some(&first.next)).await;
    assert_eq!((same.coverage, same.present.len(), same.removed.len()), (Coverage::Changes, 0, 0));
    assert_eq!(server.given.lock().unwrap().asked.len(), 2);

    // Made anew each time, it says the same.
    server.give(|given| (given.file, given.etag) = (file(2, "One"), Some("\"b\"".into())));
    let stamped = changes(&provider, Some(&same.next)).await;
    assert_eq!((stamped.coverage, stamped.present.len()), (Coverage::Changes, 0));
    assert!(stamped.next.0.contains("\\\"b\\\""), "{:?}", stamped.next);

    server.give(|given| (given.file, given.etag) = (file(3, "Uno"), None));
    let edited = changes(&provider, Some(&stamped.next)).await;
    assert_eq!(edited.coverage, Coverage::Everything);
    let (before, after) = (tags(&first), tags(&edited));
    assert_ne!(before["VEVENT 1"], after["VEVENT 1"]);
    assert_eq!(before["VEVENT 2"], after["VEVENT 2"]);
    // The run before this one ended in between.
    assert!(text(&server.provider(), "VEVENT 1").await.contains("SUMMARY:Uno\r\n"));
    assert_eq!(outcome(&provider, "VEVENT 3").await, FetchOutcome::Gone);

    let emptied = calendar("");
    server.give(|given| given.file = emptied);
    let emptied = changes(&provider, Some(&edited.next)).await;
    assert_eq!((emptied.coverage, emptied.present.len()), (Coverage::Everything, 0));
    assert_eq!(
        provider.changes(&Ics::calendar(), Some(&Cursor("{}".into())), ALWAYS).await,
        Err(ProviderError::CursorRejected)
    );
}

#[tokio::test]
async fn what_was_last_modified_then_is_not_sent_again() {
    let server = FeedServer::new(&calendar(&event("1", "One", 1))).await;
    let at = "Tue, 10 Mar 2026 10:00:00 GMT";
    server.give(|given| given.headers.push(("last-modified", at.into())));
    let provider = server.provider();
    let first = changes(&provider, None).await;
    changes(&provider, Some(&first.next)).await;
    let asked = std::mem::take(&mut server.given.lock().unwrap().asked);
    assert!(!asked[0].contains_key("if-modified-since") && asked[0]["accept-encoding"] == "gzip");
    assert_eq!(asked[1]["if-modified-since"], at);
    // Another address is another file.
    let other = FeedServer::new(&calendar(&event("1", "One", 1))).await;
    let moved = changes(&other.provider(), Some(&first.next)).await;
    assert_eq!((moved.coverage, moved.present.len()), (Coverage::Everything, 1));
    assert!(!other.given.lock().unwrap().asked[0].contains_key("if-modified-since"));
}

#[tokio::test]
async fn objects_are_made_of_what_belongs_together_and_what_is_broken_is_left_alone() {
    let zone = |tzid: &str| {
        format!(
            "BEGIN:VTIMEZONE\r\nTZID:{tzid}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\n\
             TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        )
    };
    let master =
        "BEGIN:VEVENT\r\nUID:series\r\nDTSTART;TZID=A:20260310T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEND:VEVENT\r\n";
    let moved = "BEGIN:VEVENT\r\nUID:series\r\nRECURRENCE-ID;TZID=A:20260311T100000\r\nDTSTART;TZID=A:20260311T120000\r\nEND:VEVENT\r\n";
    let broken = "BEGIN:VEVENT\r\nUID:broken\r\nthis is no line\r\nEND:VEVENT\r\n";
    let open = "BEGIN:VEVENT\r\nUID:open\r\n";
    let todo = "BEGIN:VTODO\r\nUID:series\r\nSUMMARY:To do\r\nEND:VTODO\r\n";
    let file = |stamp: u32| {
        let first = [zone("A"), zone("B"), master.into(), event("", "Nameless", stamp), broken.into(), todo.into()];
        let second = format!("{open}{}{}", event("last", "Caf\u{e9}", stamp), event("", "Nameless", stamp));
        calendar(&(first.concat() + moved)) + &calendar(&second)
    };
    let server = FeedServer::new(&file(1)).await;
    let provider = server.provider();
    let page = changes(&provider, None).await;
    let named = tags(&page);
    let nameless: Vec<&String> = named.keys().filter(|id| id.ends_with("@kalends")).collect();
    assert_eq!((named.len(), nameless.len()), (6, 1), "{named:?}");

    let series = text(&provider, "VEVENT series").await;
    assert_eq!(series.matches("BEGIN:VEVENT").count(), 2);
    assert!(series.contains("TZID:A\r\n") && !series.contains("TZID:B") && !series.contains("VTODO"), "{series}");
    assert!(text(&provider, "VTODO series").await.contains("SUMMARY:To do"));
    assert!(text(&provider, "VEVENT last").await.contains("SUMMARY:Café\r\n"));
    let name = nameless[0].strip_prefix("VEVENT ").unwrap();
    assert!(text(&provider, nameless[0]).await.contains(&format!("UID:{name}\r\n")));
    for id in ["VEVENT broken", "VEVENT open"] {
        assert!(matches!(outcome(&provider, id).await, FetchOutcome::Unreadable { .. }), "{id}");
    }
    // The same the next time, whatever was stamped: nothing doubles.
    server.give(|given| given.file = file(2));
    assert_eq!(tags(&changes(&server.provider(), None).await), named);
    server.give(|given| given.file = file(2).replace("TZOFFSETTO:+0100", "TZOFFSETTO:+0200"));
    let shifted = tags(&changes(&provider, None).await);
    assert_ne!(shifted["VEVENT series"], named["VEVENT series"]);
    assert_eq!(shifted["VEVENT last"], named["VEVENT last"]);
}

#[tokio::test]
async fn a_feed_says_what_it_is_and_how_often_it_wants_to_be_asked() {
    let says = "X-WR-CALNAME:Bins\r\nX-WR-CALDESC:When\r\nX-WR-TIMEZONE:Europe/Zurich\r\nCOLOR:tomato\r\nX-PUBLISHED-TTL:PT2H\r\n";
    let server = FeedServer::new(&calendar(&(says.to_owned() + &event("1", "One", 1)))).await;
    let provider = server.provider();
    let calendars = provider.calendars().await.unwrap();
    let [found] = &calendars[..] else { panic!("{calendars:?}") };
    assert_eq!((found.name.as_str(), found.color.as_deref()), ("Bins", Some("#FF6347")));
    assert_eq!((found.description.as_deref(), found.time_zone.as_deref()), (Some("When"), Some("Europe/Zurich")));
    assert_eq!((found.id.clone(), found.is_writable), (Ics::calendar(), false));
    assert_eq!(provider.wished_interval(), Some(TimeDelta::hours(2)));
    let first = changes(&provider, None).await;
    assert_eq!(provider.wished_interval(), Some(TimeDelta::hours(2)));
    server.give(|given| given.etag = Some("\"a\"".into()));
    let known = changes(&provider, Some(&first.next)).await;
    let later = server.provider();
    changes(&later, Some(&known.next)).await;
    assert_eq!(later.wished_interval(), Some(TimeDelta::hours(2)));
    for (line, header, wished) in [
        ("REFRESH-INTERVAL;VALUE=DURATION:P1W\r\nX-PUBLISHED-TTL:PT2H\r\n", "", Some(TimeDelta::days(1))),
        ("X-PUBLISHED-TTL:PT1M\r\n", "max-age=9999", Some(TimeDelta::minutes(5))),
        ("", "private, max-age=7200", Some(TimeDelta::hours(2))),
        ("X-PUBLISHED-TTL:often\r\n", "no-cache, max-age=0", None),
    ] {
        server.give(|given| {
            *given =
                Given { file: calendar(line), headers: vec![("cache-control", header.into())], ..Given::default() };
        });
        changes(&provider, None).await;
        assert_eq!(provider.wished_interval(), wished, "{line:?} {header}");
    }
    // Without a name it is called by its host.
    assert_eq!(provider.calendars().await.unwrap()[0].name, "127.0.0.1");
}

#[tokio::test]
async fn a_feed_with_a_password_is_asked_with_it_and_others_are_not() {
    let server = FeedServer::new(&calendar("")).await;
    let basic = HeaderValue::from_static("Basic YWRhOnNlY3JldA==");
    let with_password = |url: Url| Ics::new(Outbound::new(["127.0.0.1".to_owned()]), url, Some(basic.clone()));
    with_password(server.url()).changes(&Ics::calendar(), None, ALWAYS).await.unwrap();
    assert_eq!(server.given.lock().unwrap().asked[0]["authorization"], basic);
    let elsewhere = Listener::sending_on_to(server.url().as_str()).await;
    with_password(elsewhere.url("/x.ics")).changes(&Ics::calendar(), None, ALWAYS).await.unwrap();
    assert!(!server.given.lock().unwrap().asked[1].contains_key("authorization"));
    for (status, expected) in [
        ("401 Unauthorized", "127.0.0.1 wants a name and a password for this calendar"),
        ("403 Forbidden", "127.0.0.1 does not give this calendar"),
        ("404 Not Found", "127.0.0.1 has no calendar at this address (any more)"),
        ("410 Gone", "127.0.0.1 has no calendar at this address (any more)"),
        ("302 Found", "127.0.0.1 answered 302 Found, which is no calendar"),
    ] {
        let server = Listener::saying(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")).await;
        let failure = follow(server.url("/secret/x.ics")).changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err();
        assert_eq!((failure.to_string().as_str(), failure.is_transient()), (expected, false));
    }
    let busy = Listener::saying("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n").await;
    let failure = follow(busy.url("/x.ics")).changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err();
    let ProviderError::Transient { retry_after: Some(wait), .. } = failure else { panic!("{failure:?}") };
    assert_eq!(wait.num_seconds(), 120);
}

#[tokio::test]
async fn a_feed_is_never_written_to() {
    let server = FeedServer::new(&calendar(&event("1", "One", 1))).await;
    let (provider, calendar) = (server.provider(), Ics::calendar());
    let id = RemoteObjectId("VEVENT 1".into());
    assert!(!provider.capabilities().writes);
    assert!(matches!(provider.create(&calendar, "2", "x").await, Err(ProviderError::Forbidden(_))));
    assert!(matches!(provider.update(&calendar, &id, None, "x").await, Err(ProviderError::Forbidden(_))));
    assert!(matches!(provider.delete(&calendar, &id, None).await, Err(ProviderError::Forbidden(_))));
    let other = RemoteCalendarId("other".into());
    assert!(matches!(provider.changes(&other, None, ALWAYS).await, Err(ProviderError::Missing(_))));
    assert!(matches!(provider.fetch(&other, &[id]).await, Err(ProviderError::Missing(_))));
    assert!(server.given.lock().unwrap().asked.is_empty());
}

#[tokio::test]
async fn what_is_no_calendar_empties_none() {
    let whole = calendar(&event("1", "One", 1));
    let with = |body: &str| format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}");
    for (said, is_transient, expected) in [
        (with("<!DOCTYPE html><title>Sign in</title>"), false, "127.0.0.1 gives a page and no calendar"),
        (with(""), false, "127.0.0.1 gives an empty file"),
        (with("{\"error\": 1}"), false, "what 127.0.0.1 gives is no calendar"),
        (with(&whole[..whole.len() - 20]), true, "the calendar of 127.0.0.1 broke off before its end"),
        (with(&whole[..60]), true, "the calendar of 127.0.0.1 broke off before its end"),
    ] {
        let provider = follow(Listener::saying(said.clone()).await.url("/x.ics"));
        let failure = provider.changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err();
        assert_eq!((failure.to_string().as_str(), failure.is_transient()), (expected, is_transient), "{said}");
    }
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{whole}");
    let provider = follow(Listener::saying(cut).await.url("/x.ics"));
    assert!(provider.changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn what_does_not_end_and_what_swells_is_refused() {
    let endless = |piece: &'static str| {
        Listener::new(move |mut stream| async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n").await;
            let piece = piece.repeat(1000);
            while stream.write_all(piece.as_bytes()).await.is_ok() {}
        })
    };
    let began = Instant::now();
    for piece in ["X", "X-A:1\r\n", "BEGIN:VEVENT\r\n", "BEGIN:VEVENT\r\nDESCRIPTION:x\r\n x\r\n x\r\n x\r\n"] {
        let provider = follow(endless(piece).await.url("/x.ics"));
        let refusal = provider.changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err();
        assert!(matches!(refusal, ProviderError::Refused(_)), "{piece:?}: {refusal:?}");
    }
    // Also one that is no calendar from the first octet on, at once.
    let nothing = Listener::new(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 9999]).await.is_ok() {}
    });
    let refusal = follow(nothing.await.url("/")).changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err();
    assert!(matches!(refusal, ProviderError::Unreadable(_)), "{refusal:?}");

    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:").unwrap();
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..100 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bomb.len());
    let bomb = Listener::saying([head.as_bytes(), &bomb].concat()).await;
    let refusal = follow(bomb.url("/x.ics")).changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err();
    assert!(matches!(&refusal, ProviderError::Refused(why) if why.contains("longer than")), "{refusal:?}");
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_feed_that_sends_into_a_private_network_is_refused_and_its_secret_is_told_to_nobody() {
    let inside = Listener::saying("HTTP/1.1 200 OK\r\n\r\n").await;
    let to = format!("http://localhost:{}/", inside.address.port());
    let server = Listener::sending_on_to(&to).await;
    let refusal = follow(server.url("/secret.ics")).changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err();
    assert!(matches!(&refusal, ProviderError::Refused(why) if why.contains("private network")), "{refusal:?}");
    assert_eq!(inside.connections(), 0);
    let to_file = Listener::sending_on_to("file:///secret").await;
    let refusal = follow(to_file.url("/secret.ics")).changes(&Ics::calendar(), None, ALWAYS).await.unwrap_err();
    assert!(matches!(&refusal, ProviderError::Refused(why) if !why.contains("secret")), "{refusal:?}");
    let gone = Listener::saying("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
    let refusal = follow(gone.url("/secret.ics")).calendars().await.unwrap_err();
    assert!(!refusal.to_string().contains("secret"), "{refusal}");
}

#[tokio::test]
async fn a_large_feed_is_read_to_its_end() {
    let filler = "x".repeat(600);
    let events: String = (0..20_000).map(|n| event(&format!("e{n:05}"), &filler, 1)).collect();
    let zipped = {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(calendar(&events).as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", zipped.len());
    let server = Listener::saying([head.as_bytes(), &zipped].concat()).await;
    let provider = follow(server.url("/x.ics"));
    let page = changes(&provider, None).await;
    assert_eq!(page.present.len(), 20_000);
    let wanted: Vec<RemoteObjectId> = page.present.iter().rev().take(MAX_FETCHED).map(|head| head.id.clone()).collect();
    let fetched = provider.fetch(&Ics::calendar(), &wanted).await.unwrap();
    assert_eq!(fetched.len(), MAX_FETCHED);
    assert!(fetched.iter().zip(&wanted).all(|(fetched, wanted)| {
        matches!(&fetched.outcome, FetchOutcome::Text { text, .. } if text.contains(&wanted.0.replace("VEVENT ", "UID:")))
    }));
    assert_eq!(server.connections(), 1);
}
