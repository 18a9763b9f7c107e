//! The answer to a request in which the program failed.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use std::any::Any;

/// Without scripts, styles from elsewhere or anything else that could fail as well.
const PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Something went wrong · Kalends</title></head>\
<body><main><h1>Something went wrong</h1><p>This is a fault of Kalends, not of yours. Its log says more.</p>\
<p><a href=\"\">Try again</a> or <a href=\"/agenda\">open the agenda</a>.</p></main></body></html>";

/// Logs what a request panicked with and answers 500. The panic itself, with its place, was logged where it happened.
pub fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = message.unwrap_or("of another type"), "a request panicked");
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, Html(PAGE)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
