//! Answers with an entity tag, which whoever asks again need not be sent.

use super::input::is_known;
use super::problem::Problem;
use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Whoever keeps it asks each time whether it is still so.
const REVALIDATED: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The strong entity tag of what is answered: the same octets always have the same one.
pub fn etag_of(body: &impl Serialize) -> String {
    quoted(&serde_json::to_vec(body).unwrap_or_default(), "")
}

/// An entity tag of what an answer was made of.
pub fn weak_etag(of: &[u8]) -> String {
    quoted(of, "W/")
}

fn quoted(octets: &[u8], weak: &str) -> String {
    let mut etag = format!("{weak}\"");
    for octet in Sha256::digest(octets).iter().take(16) {
        // Writing to a String cannot fail.
        let _ = write!(etag, "{octet:02x}");
    }
    etag + "\""
}

/// With its entity tag.
pub fn tagged(etag: &str, response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, value);
    }
    headers.insert(header::CACHE_CONTROL, REVALIDATED);
    response
}

/// 304 for whoever has what is of this tag.
pub fn not_modified(headers: &HeaderMap, etag: &str) -> Result<Option<Response>, Problem> {
    Ok(is_known(headers, etag)?.then(|| tagged(etag, StatusCode::NOT_MODIFIED)))
}

/// What a GET answers.
pub fn found(headers: &HeaderMap, body: impl Serialize) -> Result<Response, Problem> {
    let etag = etag_of(&body);
    Ok(not_modified(headers, &etag)?.unwrap_or_else(|| tagged(&etag, Json(body))))
}

/// What was made, and where it is.
pub fn created(location: &str, response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}
