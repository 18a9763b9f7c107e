//! `/feeds/{token}.ics`: all that a link shows, for programs that follow it (RFC 7986).

use super::{Public, address, in_language};
use crate::caldav;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use kalends_domain::links::{Feed, OpenLink, Validators};

/// Whoever has it asks each time whether it is the one of now; nobody else may keep it.
const CACHING: &str = "private, no-cache";

pub async fn feed(State(public): State<Public>, Path(file): Path<String>, request: Request) -> Response {
    let from = address(&request);
    let headers = request.headers().clone();
    let answer = async {
        // An address without its ending is none.
        let token = file.strip_suffix(".ics").unwrap_or_default();
        match public.open(token, from, true).await {
            Ok(open) => answer(&open, &headers).await,
            Err(response) => response,
        }
    };
    in_language(&[], &headers, answer).await
}

async fn answer(open: &OpenLink, headers: &HeaderMap) -> Response {
    let now = Utc::now();
    // Before the text is read: what changes meanwhile has another one.
    let validators = match open.validators(now).await {
        Ok(validators) => validators,
        Err(error) => return crate::web::failed::answer_error(&error, "looking at a feed"),
    };
    let is_known = caldav::not_modified(headers, &validators.etag, validators.last_modified);
    if is_known {
        return with(StatusCode::NOT_MODIFIED.into_response(), &validators);
    }
    let mut response = match open.feed(now).await {
        Ok(Feed::Events(export)) => caldav::file(*export),
        Ok(Feed::Busy(text)) => {
            ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], Body::from(text)).into_response()
        }
        Err(error) => return crate::web::failed::answer_error(&error, "writing a feed"),
    };
    let name = "inline; filename=\"calendar.ics\"";
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    with(response, &validators)
}

fn with(mut response: Response, validators: &Validators) -> Response {
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::ETAG, &validators.etag);
    set(header::LAST_MODIFIED, &validators.last_modified.format(caldav::HTTP_DATE).to_string());
    set(header::CACHE_CONTROL, CACHING);
    response
}
