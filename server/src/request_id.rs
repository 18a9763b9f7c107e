//! What each request is called: in the log, in its answer's header and on the page that says that something went wrong.

use crate::metrics;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tracing::{Instrument, Span, field};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longest name that is taken over, in octets.
const MAX_LENGTH: usize = 128;
/// The route of what no route is for: the front-end's files, and addresses that lead nowhere.
const OTHER_ROUTE: &str = "other";
const METHODS: [&str; 14] = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "COPY",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "MKCALENDAR",
    "REPORT",
];

tokio::task_local! {
    static CURRENT: String;
}

/// What the request that is being answered is called. Of letters, digits and `.`, `_`, `-` alone.
pub fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// The route that a request's path leads to, once the router has looked.
#[derive(Clone, Default)]
struct FoundRoute(Arc<OnceLock<MatchedPath>>);

/// Names a request, has it answered within a span of that name, and counts it. Neither the log nor the metrics get the path: there
/// are names and secrets in it.
pub async fn identify(mut request: Request, answer: impl AsyncFnOnce(Request) -> Response) -> Response {
    let began = Instant::now();
    let id = given(request.headers()).unwrap_or_else(made);
    let method = known(request.method());
    let found = FoundRoute::default();
    request.extensions_mut().insert(found.clone());
    // Of the highest level, so that it is there however little is logged.
    let span = tracing::error_span!("request", id, method, route = field::Empty);
    let value = HeaderValue::from_str(&id);
    let answered = async {
        let response = answer(request).await;
        let (status, took) = (response.status().as_u16(), began.elapsed());
        tracing::debug!(status, microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), "answered");
        metrics::count_request(method, found.0.get().map_or(OTHER_ROUTE, MatchedPath::as_str), status, took);
        response
    };
    let mut response = CURRENT.scope(id, answered).instrument(span).await;
    if let Ok(value) = value {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// For a layer of the router: tells [`identify`] what the path leads to.
pub async fn find_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    if let (Some(found), Some(route)) = (extensions.get::<FoundRoute>(), extensions.get::<MatchedPath>()) {
        Span::current().record("route", route.as_str());
        // A request is routed once.
        let _ = found.0.set(route.clone());
    }
    next.run(request).await
}

/// The name that a proxy has given it, if it is one that can stand anywhere.
fn given(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(HEADER)?.to_str().ok()?;
    let is_sane = (1..=MAX_LENGTH).contains(&id.len())
        && id.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'_' | b'-'));
    is_sane.then(|| id.to_owned())
}

fn made() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// A client can make up as many methods as it likes.
fn known(method: &Method) -> &'static str {
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("OTHER")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(value: &[u8]) -> Option<String> {
        given(&HeaderMap::from_iter([(HEADER, HeaderValue::from_bytes(value).unwrap())]))
    }

    #[test]
    fn names_are_taken_over_that_can_stand_anywhere() {
        for good in ["a", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "1.2_3-Z", &"x".repeat(MAX_LENGTH)] {
            assert_eq!(of(good.as_bytes()).as_deref(), Some(good));
        }
        for bad in [&b""[..], b"a b", b"<script>", b"a\"", b"\xff", b"a\tb", "x".repeat(MAX_LENGTH + 1).as_bytes()] {
            assert_eq!(of(bad), None);
        }
        assert!(of(made().as_bytes()).is_some_and(|id| id.len() == 32));
        assert_ne!(made(), made());
    }
}
