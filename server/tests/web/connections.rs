//! Clients that are slow, that stay, that are too many, and requests that take too long.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use kalends_domain::objects::Precondition;
use kalends_server::connections::{self, ConnectionLimits};
use kalends_server::web::failed::answer_panic;
use kalends_test_support::browser::Connection;
use kalends_test_support::server::{Server, listen};
use kalends_test_support::texts::event;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};
use tower_http::catch_panic::CatchPanicLayer;

/// Longer than any limit of these tests, shorter than the defaults.
const PATIENCE: Duration = Duration::from_secs(15);

fn short() -> ConnectionLimits {
    ConnectionLimits {
        connections: 64,
        header: Duration::from_millis(600),
        idle: Duration::from_millis(1500),
        grace: Duration::from_secs(1),
        least_rate: 1000,
        request: Duration::from_secs(4),
    }
}

async fn echo(body: Bytes) -> Bytes {
    body
}

fn app() -> Router {
    let never = || async {
        sleep(Duration::from_secs(3600)).await;
        "late"
    };
    let drip = || async { Body::from_stream(dripping()) };
    let events = || async { ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(dripping())) };
    let large = || async { Body::from(vec![b'x'; 30_000_000]) };
    Router::new()
        .route("/", get(|| async { "here" }))
        .route("/echo", post(echo))
        .route("/never", get(never))
        .route("/drip", get(drip))
        .route("/events", get(events))
        .route("/large", get(large))
        .route("/panic", get(|| async { if true { panic!("on purpose") } else { "never".into_response() } }))
        .layer(CatchPanicLayer::custom(answer_panic))
}

/// A piece each half second, for ever.
fn dripping() -> impl futures::Stream<Item = Result<Bytes, Infallible>> {
    futures::stream::unfold((), |()| async {
        sleep(Duration::from_millis(500)).await;
        Some((Ok(Bytes::from_static(b"drop\n\n")), ()))
    })
}

/// All that comes until the server closes, and how long that took. A connection that is reset counts as closed.
async fn until_closed(stream: &mut TcpStream) -> (Vec<u8>, Duration) {
    let start = Instant::now();
    let mut all = Vec::new();
    let mut buffer = [0; 65_536];
    let reading = async {
        while let Ok(count) = stream.read(&mut buffer).await {
            if count == 0 {
                break;
            }
            all.extend_from_slice(&buffer[..count]);
        }
    };
    timeout(PATIENCE, reading).await.expect("the server closes the connection");
    (all, start.elapsed())
}

async fn connect(address: SocketAddr, first: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(first.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_header_that_does_not_end_is_given_up() {
    let address = listen(app(), short()).await;
    let mut slow = connect(address, "GET / HTTP/1.1\r\nHost: a\r\n").await;
    let (mut reading, mut writing) = slow.split();
    let drip = async {
        for _ in 0..100 {
            sleep(Duration::from_millis(100)).await;
            if writing.write_all(b"X").await.is_err() {
                return;
            }
        }
    };
    let mut nothing = Vec::new();
    let closed = timeout(Duration::from_secs(5), reading.read_to_end(&mut nothing));
    tokio::select! {
        closed = closed => drop(closed.expect("closed")),
        () = drip => {}
    }
    // The second request of a connection has its own time.
    let mut second = connect(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    sleep(Duration::from_millis(300)).await;
    second.write_all(b"GET / HTTP/1.1\r\nHost").await.unwrap();
    let (answers, took) = until_closed(&mut second).await;
    assert_eq!(String::from_utf8_lossy(&answers).matches("here").count(), 1);
    assert!(took >= Duration::from_millis(400), "{took:?}");
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed_after_a_while() {
    let address = listen(app(), short()).await;
    let (answers, took) = until_closed(&mut connect(address, "").await).await;
    assert!(answers.is_empty() && took >= Duration::from_millis(1200), "{took:?}");
    let (answers, took) = until_closed(&mut connect(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await).await;
    assert!(answers.ends_with(b"here") && took >= Duration::from_millis(1200), "{took:?}");
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_answered_408() {
    let address = listen(app(), short()).await;
    let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nbegin";
    let (answer, took) = until_closed(&mut connect(address, request).await).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.starts_with("HTTP/1.1 408 ")
            && answer.contains("connection: close")
            && answer.contains("x-request-id: "),
        "{answer}"
    );
    assert!(took >= Duration::from_millis(800), "{took:?}");
}

#[tokio::test]
async fn a_body_may_take_its_time_as_long_as_it_comes() {
    let address = listen(app(), short()).await;
    let mut stream =
        connect(address, "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6000\r\n\r\n").await;
    for _ in 0..12 {
        sleep(Duration::from_millis(150)).await;
        stream.write_all(&[b'x'; 500]).await.unwrap();
    }
    let (answer, _) = until_closed(&mut stream).await;
    assert!(answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(&[b'x'; 6000]));
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_broken_off() {
    let address = listen(app(), short()).await;
    let mut stream = connect(address, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await;
    sleep(Duration::from_secs(4)).await;
    let (answer, _) = until_closed(&mut stream).await;
    assert!(answer.starts_with(b"HTTP/1.1 200 ") && answer.len() < 30_000_000, "{}", answer.len());
    // Whoever reads gets it whole.
    let (answer, _) =
        until_closed(&mut connect(address, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await).await;
    assert!(answer.len() > 30_000_000);
}

#[tokio::test]
async fn a_request_takes_no_longer_than_it_may() {
    let address = listen(app(), short()).await;
    let (answer, took) = until_closed(&mut connect(address, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n").await).await;
    assert!(answer.starts_with(b"HTTP/1.1 503 "), "{}", String::from_utf8_lossy(&answer));
    assert!(took >= Duration::from_millis(3500), "{took:?}");
    let (answer, took) = until_closed(&mut connect(address, "GET /drip HTTP/1.1\r\nHost: a\r\n\r\n").await).await;
    assert!(answer.starts_with(b"HTTP/1.1 200 ") && !answer.ends_with(b"0\r\n\r\n"));
    assert!(took >= Duration::from_millis(3500), "{took:?}");
    // A stream of events lasts.
    let mut events = connect(address, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let open = timeout(Duration::from_secs(6), async {
        let mut buffer = [0; 1024];
        while events.read(&mut buffer).await.unwrap() > 0 {}
    });
    assert!(open.await.is_err(), "the stream ended");
}

#[tokio::test]
async fn idle_connections_make_room_and_busy_ones_do_not() {
    let limits = ConnectionLimits { connections: 3, idle: Duration::from_secs(60), ..ConnectionLimits::default() };
    let address = listen(app(), limits).await;
    let busy = tokio::spawn(async move {
        let mut busy = Connection::open(address).await;
        busy.send(hyper::Method::GET, "/drip", "", "", "").await
    });
    let mut idle = Vec::new();
    for _ in 0..2 {
        let mut connection = Connection::open(address).await;
        assert_eq!(connection.get("/", "").await.text, "here");
        idle.push(connection);
    }
    let mut next = Connection::open(address).await;
    let answer = timeout(Duration::from_secs(5), next.get("/", "")).await.expect("an idle connection made room");
    assert_eq!(answer.text, "here");
    assert!(!busy.is_finished());
    busy.abort();
}

#[tokio::test]
async fn requests_under_way_end_when_the_server_stops() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let slow = Router::new().route(
        "/",
        get(|| async {
            sleep(Duration::from_millis(800)).await;
            "finished"
        }),
    );
    let server = tokio::spawn(connections::serve(listener, slow, ConnectionLimits::default(), async {
        let _ = stopped.await;
    }));
    let mut idle = connect(address, "").await;
    let request = tokio::spawn(async move { Connection::open(address).await.get("/", "").await.text });
    sleep(Duration::from_millis(300)).await;
    stop.send(()).unwrap();
    assert_eq!(request.await.unwrap(), "finished");
    assert!(until_closed(&mut idle).await.0.is_empty());
    timeout(Duration::from_secs(5), server).await.expect("the server ends").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_panic_is_answered_with_a_page() {
    let address = listen(app(), short()).await;
    let mut connection = Connection::open(address).await;
    for _ in 0..2 {
        let answer = connection.get("/panic", "").await;
        assert_eq!(answer.status, 500);
        assert!(answer.text.contains("<h1>Something went wrong</h1>"), "{}", answer.text);
        assert_eq!(connection.get("/", "").await.text, "here");
    }
}

#[tokio::test]
async fn a_target_with_a_fragment_is_refused_and_nothing_is_done() {
    let program = Server::with_pages().await;
    let person = program.person("ada").await;
    let text = event("one", "20260305T090000Z", "");
    program.kalends.put_object(person.caller, person.calendar, "one.ics", &text, Precondition::None).await.unwrap();
    let (_, secret) = program.kalends.create_app_password(person.caller.principal, "test").await.unwrap();
    let credentials = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("ada:{}", secret.0));
    for target in ["/api/v1.0/caldav/calendars/ada/personal/#x", "/api/v1.0/caldav/calendars/ada/personal/one.ics#"] {
        let head = format!("HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {credentials}\r\n\r\n");
        // As the first request of a connection, and as a later one.
        for before in ["", "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n"] {
            let mut stream = connect(program.address, before).await;
            sleep(Duration::from_millis(100)).await;
            stream.write_all(format!("DELETE {target} {head}").as_bytes()).await.unwrap();
            let (answer, _) = until_closed(&mut stream).await;
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.contains("HTTP/1.1 400 "), "{answer}");
        }
    }
    assert!(program.kalends.object(person.caller, person.calendar, "one.ics").await.is_ok());
}
