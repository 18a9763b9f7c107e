//! What it means for a calendar when a server is not reached, or answers with a status that says no.

use crate::outbound::{Answer, OutboundError, retry_after};
use chrono::Utc;
use http::StatusCode;
use kalends_domain::sync::provider::ProviderError;

impl From<OutboundError> for ProviderError {
    fn from(error: OutboundError) -> Self {
        let why = error.to_string();
        if error.is_transient() {
            ProviderError::Transient { why, retry_after: None }
        } else {
            ProviderError::Refused(why)
        }
    }
}

/// The failure that the status of `answer` stands for, whatever was asked.
pub(crate) fn of_status(answer: &Answer) -> ProviderError {
    let host = answer.url.host_str().unwrap_or_default();
    let status = answer.status;
    match status.as_u16() {
        401 => ProviderError::Unauthenticated(format!("{host} does not accept the name and the password")),
        403 | 405 => ProviderError::Forbidden(format!("{host} does not allow this with these credentials")),
        404 | 410 => ProviderError::Missing(format!("{host} has nothing at {} (any more)", answer.url.path())),
        408 | 421 | 423 | 425 | 429 | 500 | 502..=504 | 507..=599 => ProviderError::Transient {
            why: match status {
                StatusCode::TOO_MANY_REQUESTS => format!("{host} has had too many requests"),
                StatusCode::INSUFFICIENT_STORAGE => format!("{host} has no room left"),
                _ => format!("{host} has a fault: {status}"),
            },
            retry_after: retry_after(&answer.headers, Utc::now()),
        },
        _ => ProviderError::Unreadable(format!("{host} answered {status}, which says nothing here")),
    }
}
