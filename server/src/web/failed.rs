//! The answer to a request in which the program failed.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use kalends_domain::Error;
use std::any::Any;

/// Without scripts, styles from elsewhere or anything else that could fail as well.
const PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Something went wrong · Kalends</title></head>\
<body><main><h1>Something went wrong</h1><p>This is a fault of Kalends, not of yours. Its log says more.</p>\
<p><a href=\"\">Try again</a> or <a href=\"/agenda\">open the agenda</a>.</p></main></body></html>";

const BUSY_PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Not now · Kalends</title></head>\
<body><main><h1>Kalends cannot answer just now</h1><p>Nothing was lost or changed. It tries its database again at each request.</p>\
<p><a href=\"\">Try again</a></p></main></body></html>";

/// The answer where a use case failed before there was a page to say so: 503 with Retry-After for what may succeed later, else 500,
/// which the log explains. `what`: what was being done.
pub fn answer_error(error: &Error, what: &'static str) -> Response {
    tracing::error!(?error, what, "a request failed");
    let mut response = match error.retry_after() {
        Some(seconds) => {
            let mut response = (StatusCode::SERVICE_UNAVAILABLE, Html(BUSY_PAGE)).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            response
        }
        None => (StatusCode::INTERNAL_SERVER_ERROR, Html(PAGE)).into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Logs what a request panicked with and answers 500. The panic itself, with its place, was logged where it happened.
pub fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = message.unwrap_or("of another type"), "a request panicked");
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, Html(PAGE)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
