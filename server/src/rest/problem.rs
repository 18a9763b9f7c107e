//! Refusals as JSON (RFC 9457).

use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends_domain::Error;
use serde_json::json;

/// Why there is no other answer.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    retry_after: Option<u64>,
}

impl Problem {
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Problem { status: StatusCode::BAD_REQUEST, detail: detail.into(), retry_after: None }
    }

    /// A request that must say what it saw (RFC 6585 section 3).
    pub fn required(detail: impl Into<String>) -> Self {
        Problem { status: StatusCode::PRECONDITION_REQUIRED, detail: detail.into(), retry_after: None }
    }

    pub fn unavailable(detail: impl Into<String>, seconds: u64) -> Self {
        Problem { status: StatusCode::SERVICE_UNAVAILABLE, detail: detail.into(), retry_after: Some(seconds) }
    }

    pub fn too_many(detail: impl Into<String>, seconds: u64) -> Self {
        Problem { status: StatusCode::TOO_MANY_REQUESTS, detail: detail.into(), retry_after: Some(seconds) }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Problem::bad_request(rejection.body_text())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let retry_after = error.retry_after();
        let status = match &error {
            Error::BadCredentials => StatusCode::UNAUTHORIZED,
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Forbidden { .. } => StatusCode::FORBIDDEN,
            Error::BadInput { .. } => StatusCode::BAD_REQUEST,
            Error::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Error::UidConflict { .. } | Error::AlreadyExists(_) | Error::UnsupportedComponent(_) => {
                StatusCode::CONFLICT
            }
            Error::InvalidCalendarData(_) | Error::InvalidCalendarObject(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Error::QuotaExceeded { .. } => StatusCode::INSUFFICIENT_STORAGE,
            Error::TooManyTries { .. } | Error::TooManyImports { .. } => StatusCode::TOO_MANY_REQUESTS,
            _ if retry_after.is_some() => StatusCode::SERVICE_UNAVAILABLE,
            _ => {
                tracing::error!(?error, "a request failed");
                let detail = "The server failed; its log says why.".to_owned();
                return Problem { status: StatusCode::INTERNAL_SERVER_ERROR, detail, retry_after };
            }
        };
        Problem { status, detail: error.to_string(), retry_after }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason();
        let body = json!({ "status": self.status.as_u16(), "title": title, "detail": self.detail }).to_string();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // Not for pages, where browsers would ask for a password by themselves: those have a session or none.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Session realm=\"Kalends\""));
        }
        response
    }
}
