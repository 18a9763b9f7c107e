//! OPTIONS, and the answer to methods that a resource does not have.

use super::error::Failure;
use super::resource::Resource;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What Kalends complies with: WebDAV without locks (RFC 4918 section 18), access control (RFC 3744), CalDAV (RFC 4791), scheduling (RFC 6638), extended
/// MKCOL (RFC 5689), delegates (caldav-proxy section 5.1), sharing (caldav-sharing section 5.1).
pub const DAV: &str = "1, 3, access-control, calendar-access, calendar-auto-schedule, extended-mkcol, calendar-proxy, calendarserver-sharing";

pub fn answer(resource: &Resource) -> Response {
    (StatusCode::OK, [(header::ALLOW, allow(resource)), (header::CONTENT_LENGTH, "0")]).into_response()
}

fn allow(resource: &Resource) -> &'static str {
    match resource {
        Resource::Object { .. } => "OPTIONS, GET, HEAD, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, REPORT",
        Resource::Calendar { .. } => {
            "OPTIONS, GET, HEAD, POST, DELETE, PROPFIND, PROPPATCH, REPORT, ACL, MKCALENDAR, MKCOL"
        }
        Resource::Home { .. } => "OPTIONS, GET, HEAD, POST, PROPFIND, PROPPATCH, REPORT",
        Resource::Outbox { .. } => "OPTIONS, GET, HEAD, POST, PROPFIND, PROPPATCH, REPORT",
        Resource::Notification { .. } | Resource::InboxItem { .. } => {
            "OPTIONS, GET, HEAD, DELETE, PROPFIND, PROPPATCH, REPORT"
        }
        _ => "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT",
    }
}

pub fn not_allowed(resource: &Resource) -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "This method cannot be used here.").allowing(resource)
}

impl Failure {
    /// Says which methods would do, as 405 has to (RFC 9110 section 15.5.6).
    pub fn allowing(self, resource: &Resource) -> Self {
        self.with_header(header::ALLOW, HeaderValue::from_static(allow(resource)))
    }
}
