//! What browsers are told of pages that everybody can open.

use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

const NOINDEX: (HeaderName, &str) = (HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What a page may load, but for who may have it in a frame: everything is of this site. Places of events are given in attributes.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'";

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// Every answer: nothing of the address goes on to anybody else.
pub async fn all(mut response: Response) -> Response {
    let headers = response.headers_mut();
    set(headers, NOINDEX.0, NOINDEX.1);
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::CACHE_CONTROL, "no-store");
    let nothing =
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()";
    set(headers, HeaderName::from_static("permissions-policy"), nothing);
    response
}

/// A page that stands alone.
pub async fn page(response: Response) -> Response {
    let mut response = with_policy(response, "'none'");
    let headers = response.headers_mut();
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(headers, RESOURCE_POLICY, "same-origin");
    response
}

/// A page that other sites may have in frames: `frames` says which. Its parts they read by scripts, without any credentials.
pub async fn framed(response: Response, frames: String) -> Response {
    open(with_policy(response, &frames)).await
}

/// A page that pages of this site have in a frame, and nobody else; it is of one person.
pub fn of_own_pages(response: Response) -> Response {
    let mut response = with_policy(response, "'self'");
    let headers = response.headers_mut();
    set(headers, header::X_FRAME_OPTIONS, "SAMEORIGIN");
    set(headers, header::CACHE_CONTROL, "no-store");
    response
}

/// What every site may read.
pub async fn open(mut response: Response) -> Response {
    let headers = response.headers_mut();
    set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(headers, RESOURCE_POLICY, "cross-origin");
    set(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    response
}

fn with_policy(mut response: Response, frames: &str) -> Response {
    if let Ok(policy) = HeaderValue::from_str(&format!("{POLICY}; frame-ancestors {frames}")) {
        response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    let vary = HeaderValue::from_static("accept-language");
    response.headers_mut().entry(header::VARY).or_insert(vary);
    response
}
