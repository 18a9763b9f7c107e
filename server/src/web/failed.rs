//! The answer to a request in which the program failed.

use crate::request_id;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use kalends_app::words;
use kalends_domain::Error;
use std::any::Any;

/// A page without scripts, styles from elsewhere or anything else that could fail as well.
fn page(title: &str, heading: &str, content: &str) -> Html<String> {
    let (language, title) = (words::language(), words::common_page_title(title));
    // Of characters that mean nothing in HTML.
    let id = request_id::current();
    let id = id.map(|id| format!("<p>{}</p>", words::server_page_request_id(&id))).unwrap_or_default();
    Html(format!(
        "<!DOCTYPE html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title></head>\
         <body><main><h1>{heading}</h1>{content}{id}</main></body></html>"
    ))
}

fn failed_page() -> Html<String> {
    let title = words::server_page_failed_title();
    let (why, again, or, agenda) = (
        words::server_page_failed(),
        words::server_page_try_again(),
        words::server_page_failed_or(),
        words::server_page_open_agenda(),
    );
    page(title, title, &format!("<p>{why}</p><p><a href=\"\">{again}</a> {or} <a href=\"/agenda\">{agenda}</a>.</p>"))
}

fn busy_page() -> Html<String> {
    let (why, again) = (words::server_page_busy(), words::server_page_try_again());
    let content = format!("<p>{why}</p><p><a href=\"\">{again}</a></p>");
    page(words::server_page_busy_title(), words::server_page_busy_heading(), &content)
}

/// The answer where a use case failed before there was a page to say so: 503 with Retry-After for what may succeed later, else 500,
/// which the log explains. `what`: what was being done.
pub fn answer_error(error: &Error, what: &'static str) -> Response {
    tracing::error!(?error, what, "a request failed");
    let mut response = match error.retry_after() {
        Some(seconds) => {
            let mut response = (StatusCode::SERVICE_UNAVAILABLE, busy_page()).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            response
        }
        None => (StatusCode::INTERNAL_SERVER_ERROR, failed_page()).into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Logs what a request panicked with and answers 500. The panic itself, with its place, was logged where it happened.
pub fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = message.unwrap_or("of another type"), "a request panicked");
    let mut response = (StatusCode::INTERNAL_SERVER_ERROR, failed_page()).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
