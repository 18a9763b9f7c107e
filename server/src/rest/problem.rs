//! Refusals as JSON (RFC 9457).

use crate::request_id;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kalends_domain::sync::connector::FindError;
use kalends_domain::sync::provider::ProviderError;
use kalends_domain::{Error, SchedulingProblem};
use serde::Serialize;
use std::any::Any;
use utoipa::ToSchema;

const MEDIA_TYPE: &str = "application/problem+json";

/// Why there is no other answer (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `about:blank`, or `/api/v1.0/problems#…` where programs can do something about it of their own.
    r#type: String,
    /// What the status means.
    title: String,
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// The field of the body, the parameter or the header that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// By which the server's log calls the request; it is `X-Request-ID` of the answer as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// Why there is no other answer.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    /// Of [`KINDS`]; `None`: the status says it all.
    kind: Option<&'static str>,
    detail: String,
    field: Option<String>,
    retry_after: Option<u64>,
    /// Where what the refusal is about can be found.
    location: Option<String>,
}

/// What programs can tell apart beyond the status: the fragment of the type, and what it means.
pub const KINDS: [(&str, &str); 11] = [
    ("bad-value", "A value is one that cannot be; `field` names it."),
    ("precondition-required", "The request has to say by If-Match or If-None-Match what it saw."),
    ("precondition-failed", "What is there is not what the request saw; read it again."),
    ("uid-conflict", "Another object of the calendar has this UID."),
    ("already-exists", "Something of that name is there."),
    (
        "made-before",
        "An earlier request with this Idempotency-Key made it; its secret was told then, and is told no more.",
    ),
    ("calendar-data", "The text is no iCalendar, or none that one object can be."),
    ("quota-exceeded", "The account holds as much as it may."),
    ("other-host", "The password would go to another host than was named; name that one to have it go there."),
    ("remote-failed", "A service elsewhere did not answer, or not as it should."),
    ("throttled", "Too many requests; Retry-After says when to come back."),
];

impl Problem {
    /// What is wrong, in words.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Problem { status, kind: None, detail: detail.into(), field: None, retry_after: None, location: None }
    }

    fn of(kind: &'static str, status: StatusCode, detail: impl Into<String>) -> Self {
        Problem { kind: Some(kind), ..Problem::new(status, detail) }
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    /// A parameter or header that cannot be read.
    pub fn bad_parameter(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let field = Some(field.into());
        Problem { field, ..Problem::of("bad-value", StatusCode::BAD_REQUEST, detail) }
    }

    /// A value of a body that cannot be.
    pub fn bad_value(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let field = Some(field.into());
        Problem { field, ..Problem::of("bad-value", StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// A request that must say what it saw (RFC 6585 section 3).
    pub fn required(detail: impl Into<String>) -> Self {
        Problem::of("precondition-required", StatusCode::PRECONDITION_REQUIRED, detail)
    }

    /// What was made before has a secret, which only the answer to that request had.
    pub fn made_before(location: String, detail: impl Into<String>) -> Self {
        Problem { location: Some(location), ..Problem::of("made-before", StatusCode::CONFLICT, detail) }
    }

    pub fn unavailable(detail: impl Into<String>, seconds: u64) -> Self {
        Problem { retry_after: Some(seconds), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    pub fn too_many(detail: impl Into<String>, seconds: u64) -> Self {
        Problem { retry_after: Some(seconds), ..Problem::of("throttled", StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    pub fn too_large(octets: usize) -> Self {
        Error::TooLarge { limit: octets }.into()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if let Error::Remote(error) = error {
            return remote(&error);
        }
        let retry_after = error.retry_after();
        let (kind, status) = match &error {
            Error::BadCredentials => (None, StatusCode::UNAUTHORIZED),
            Error::NotFound(_) => (None, StatusCode::NOT_FOUND),
            Error::Forbidden { .. } => (None, StatusCode::FORBIDDEN),
            Error::BadInput { .. } => (Some("bad-value"), StatusCode::UNPROCESSABLE_ENTITY),
            Error::PreconditionFailed => (Some("precondition-failed"), StatusCode::PRECONDITION_FAILED),
            Error::UidConflict { .. } => (Some("uid-conflict"), StatusCode::CONFLICT),
            Error::AlreadyExists(_) => (Some("already-exists"), StatusCode::CONFLICT),
            Error::UnsupportedComponent(_) => (None, StatusCode::CONFLICT),
            Error::InvalidCalendarData(_) | Error::InvalidCalendarObject(_) => {
                (Some("calendar-data"), StatusCode::UNPROCESSABLE_ENTITY)
            }
            Error::Scheduling(SchedulingProblem::OtherTag) => {
                (Some("precondition-failed"), StatusCode::PRECONDITION_FAILED)
            }
            Error::Scheduling(SchedulingProblem::NotUnique { .. }) => (Some("uid-conflict"), StatusCode::CONFLICT),
            Error::Scheduling(SchedulingProblem::Refused(_)) => (None, StatusCode::FORBIDDEN),
            Error::Scheduling(SchedulingProblem::TooMany { .. } | SchedulingProblem::NoAddress) => {
                (Some("bad-value"), StatusCode::UNPROCESSABLE_ENTITY)
            }
            Error::TooManyInstances { .. } => (None, StatusCode::UNPROCESSABLE_ENTITY),
            Error::TooLarge { .. } => (None, StatusCode::PAYLOAD_TOO_LARGE),
            Error::QuotaExceeded { .. } => (Some("quota-exceeded"), StatusCode::INSUFFICIENT_STORAGE),
            Error::TooManyTries { .. } | Error::TooManyImports { .. } => {
                (Some("throttled"), StatusCode::TOO_MANY_REQUESTS)
            }
            Error::Mail(_) => (None, StatusCode::BAD_GATEWAY),
            _ if retry_after.is_some() => (None, StatusCode::SERVICE_UNAVAILABLE),
            _ => {
                tracing::error!(?error, "a request failed");
                return failed();
            }
        };
        let retry_after = match &error {
            Error::TooManyTries { seconds } => u64::try_from(*seconds).ok(),
            // Imports take about so long.
            Error::TooManyImports { .. } => Some(30),
            _ => retry_after,
        };
        let field = match &error {
            Error::BadInput { field, .. } => Some((*field).replace(' ', "_")),
            _ => None,
        };
        Problem { status, kind, detail: error.to_string(), field, retry_after, location: None }
    }
}

/// What a service elsewhere did not do.
fn remote(error: &FindError) -> Problem {
    let why = error.to_string();
    let provider = match error {
        FindError::Service(_) => return Problem::bad_value("service", why),
        FindError::Address(_) | FindError::NoService { .. } | FindError::NoMail { .. } | FindError::Nothing { .. } => {
            return Problem::bad_value("address", why);
        }
        FindError::OtherHost { .. } => return Problem::of("other-host", StatusCode::CONFLICT, why),
        FindError::Provider(error) => error,
    };
    match provider {
        ProviderError::Unauthenticated(_) | ProviderError::Forbidden(_) => Problem::bad_value("password", why),
        ProviderError::Missing(_) | ProviderError::Refused(_) => Problem::bad_value("address", why),
        ProviderError::Transient { retry_after, .. } => {
            let retry_after = retry_after.and_then(|wait| u64::try_from(wait.num_seconds()).ok());
            Problem { retry_after, ..Problem::of("remote-failed", StatusCode::BAD_GATEWAY, why) }
        }
        ProviderError::CursorRejected
        | ProviderError::Changed
        | ProviderError::UidTaken { .. }
        | ProviderError::Rejected(_)
        | ProviderError::Unreadable(_) => Problem::of("remote-failed", StatusCode::BAD_GATEWAY, why),
    }
}

fn failed() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The server failed; its log says why.")
}

/// The answer to a request whose handler panicked.
pub fn answer_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = message.unwrap_or("of another type"), "a request panicked");
    failed().into_response()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            r#type: self.kind.map_or_else(|| "about:blank".to_owned(), |kind| format!("/api/v1.0/problems#{kind}")),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            field: self.field,
            request_id: request_id::current(),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(location) = self.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            headers.insert(header::LOCATION, location);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // Not for pages, where browsers would ask for a password by themselves: those have a session or none.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Session realm=\"Kalends\""));
        }
        response
    }
}

/// Has every refusal be of the one shape, also those that the router and what stands before the handlers make.
pub async fn shape(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let (status, headers) = (response.status(), response.headers());
    let is_refusal = status.is_client_error() || status.is_server_error();
    if !is_refusal || headers.get(header::CONTENT_TYPE).is_some_and(|value| value == MEDIA_TYPE) {
        return response;
    }
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => "There is no such method here; Allow names those that there are.".to_owned(),
        StatusCode::FORBIDDEN => "Changes come from Kalends' own pages, or with an app password or a token.".to_owned(),
        status => status.canonical_reason().unwrap_or("Error").to_owned(),
    };
    let (parts, _) = response.into_parts();
    let mut shaped = Problem::new(status, detail).into_response();
    for name in [header::ALLOW, header::RETRY_AFTER, header::VARY] {
        if let Some(value) = parts.headers.get(&name) {
            shaped.headers_mut().insert(name, value.clone());
        }
    }
    shaped
}
