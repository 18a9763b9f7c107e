//! Accepting connections and bounding what each may take: time, and how many there are.

mod body;
mod exchange;
mod stream;

use crate::client_address::Peer;
use crate::metrics::Open;
use crate::request_id;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use body::{AnswerBody, RequestBody};
use exchange::{Exchange, Phase};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use stream::ClientStream;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout};
use tower::ServiceExt;

/// What a connection may take. `docs/configuration.md` says what each limit does to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// How many connections there may be at once. More wait until one ends.
    pub connections: usize,
    /// From a request's first octet to the end of its header.
    pub header: Duration,
    /// From an answer's end, or the connection's opening, to the end of the next request's header.
    pub idle: Duration,
    /// How long a body may keep the server waiting in all, beyond what [`Self::least_rate`] allows for its length.
    pub grace: Duration,
    /// Least rate at which a body has to come and an answer has to be taken, in octets a second.
    pub least_rate: u32,
    /// From a request's header to the end of its answer, whatever else holds. Streams of events are exempt.
    pub request: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        ConnectionLimits {
            connections: 4096,
            header: Duration::from_secs(20),
            idle: Duration::from_secs(60),
            grace: Duration::from_secs(30),
            least_rate: 1024,
            request: Duration::from_secs(900),
        }
    }
}

/// How long requests under way may take once the server is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(30);
/// How long connections may be idle once the server is to stop. A request that a proxy sends on one just then would be lost if it was
/// closed at once, and not every proxy sends it again.
const LAST_REQUESTS: Duration = Duration::from_secs(1);
/// After an error of `accept` that is the machine's, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// What connections are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notice {
    /// There is room.
    Stay,
    /// Connections wait for room: those that are idle make some.
    Crowded,
    /// The next answer on a connection is its last.
    Leave,
    Stop,
}

/// Lets the process have as many open files as it may: each connection is one, and systems begin with few.
pub fn allow_many_files() {
    if let Err(error) = rlimit::increase_nofile_limit(rlimit::INFINITY) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// Serves `app` until `stop` is ready; requests under way are then finished.
pub async fn serve(listener: TcpListener, app: Router, limits: ConnectionLimits, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let (notices, notice) = watch::channel(Notice::Stay);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let stream = accept(&listener).await;
            let place = match places.clone().try_acquire_owned() {
                Ok(place) => place,
                Err(_) => {
                    notices.send_replace(Notice::Crowded);
                    let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
                    notices.send_replace(Notice::Stay);
                    place
                }
            };
            (place, stream)
        };
        tokio::select! {
            (place, stream) = accepted => begin(place, connection(stream, app.clone(), limits, notice.clone())),
            () = &mut stop => break,
        }
    }
    notices.send_replace(Notice::Leave);
    // Who has connected already may have sent a request.
    while let Ok(place) = places.clone().try_acquire_owned()
        && let Ok(Ok((stream, _))) = timeout(Duration::ZERO, listener.accept()).await
    {
        begin(place, connection(stream, app.clone(), limits, notice.clone()));
    }
    drop(listener);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if timeout(LAST_REQUESTS, places.acquire_many(all)).await.is_ok() {
        return;
    }
    notices.send_replace(Notice::Stop);
    if timeout(LAST_ANSWERS, places.acquire_many(all)).await.is_err() {
        tracing::warn!("requests that did not end were broken off");
    }
}

/// Serves a connection, which has its place until it ends.
fn begin(place: OwnedSemaphorePermit, connection: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(async move {
        let _open = Open::connection();
        connection.await;
        drop(place);
    });
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, app: Router, limits: ConnectionLimits, mut notice: watch::Receiver<Notice>) {
    // Answers are written in few pieces; the last one should not wait until the client has acknowledged those before it.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY cannot be set");
    }
    let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
    let exchange = Arc::new(Exchange::default());
    let told = notice.clone();
    let service = service_fn(|mut request: hyper::Request<hyper::body::Incoming>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        let answered = answer(app.clone(), request, exchange.clone(), limits);
        let is_last = || matches!(*told.borrow(), Notice::Leave | Notice::Stop);
        async move {
            let mut response = answered.await?;
            if is_last() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let stream = TokioIo::new(ClientStream::new(stream, exchange.clone(), limits));
    let mut http = http1::Builder::new();
    // The time to read a header begins with the waiting for it.
    http.timer(TokioTimer::new()).header_read_timeout(limits.idle);
    let mut connection = std::pin::pin!(http.serve_connection(stream, service));
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                }
                return;
            }
            changed = notice.changed() => {
                // An idle connection closes at once, another one after its answer.
                if changed.is_err() || matches!(*notice.borrow_and_update(), Notice::Crowded | Notice::Stop) {
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

async fn answer(
    app: Router,
    request: hyper::Request<hyper::body::Incoming>,
    exchange: Arc<Exchange>,
    limits: ConnectionLimits,
) -> Result<Response<AnswerBody>, Infallible> {
    exchange.enter(Phase::Serving);
    let deadline = Instant::now() + limits.request;
    let (parts, incoming) = request.into_parts();
    let (body, slow) = RequestBody::watch(Body::new(incoming), limits);
    let request = Request::from_parts(parts, body);
    let in_time = async |request| {
        let response = match tokio::time::timeout_at(deadline, app.oneshot(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => {
                tracing::warn!("a request took longer than it may");
                closing(StatusCode::SERVICE_UNAVAILABLE, "This took longer than it may. Try again later.\n")
            }
        };
        if slow.happened() {
            closing(StatusCode::REQUEST_TIMEOUT, "The request's body came too slowly.\n")
        } else {
            response
        }
    };
    let (parts, body) = request_id::identify(request, in_time).await.into_parts();
    let body = AnswerBody::new(body, &parts.headers, exchange, deadline);
    Ok(Response::from_parts(parts, body))
}

fn closing(status: StatusCode, message: &'static str) -> Response {
    let mut response = (status, message).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
