//! CalDAV under `/api/v1.0/caldav/` (RFC 4791, RFC 4918, RFC 6578).

use axum::Router;
use kalends_domain::Kalends;

/// Where the CalDAV tree begins.
pub const ROOT: &str = "/api/v1.0/caldav/";

/// Everything under [`ROOT`], and the `/.well-known/caldav` redirect (RFC 6764).
pub fn router(kalends: Kalends) -> Router {
    let _ = kalends;
    Router::new()
}
