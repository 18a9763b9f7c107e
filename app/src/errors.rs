//! Errors of the domain as answers to a page: what is said of them, and the HTTP status.

use crate::wire::ApiError;
use axum::http::{StatusCode, header};
use kalends_domain::Error;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => ApiError::NotFound(sentence(&error.to_string())),
            Error::Forbidden { .. } => ApiError::Forbidden("You may not change this calendar.".into()),
            Error::PreconditionFailed => ApiError::Conflict,
            Error::BadInput { field, message } => ApiError::BadInput { field: field.into(), message },
            Error::BadCredentials => {
                ApiError::BadInput { field: "password".into(), message: sentence(&error.to_string()) }
            }
            Error::TooManyTries { seconds } => {
                come_again(seconds);
                ApiError::TooMany(sentence(&error.to_string()))
            }
            Error::Busy { .. } | Error::Unavailable { .. } | Error::Contended => {
                come_again(error.retry_after().and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or(60));
                ApiError::Busy(sentence(&error.to_string()))
            }
            Error::Internal(cause) => {
                tracing::error!(error = ?cause, "a server function failed");
                ApiError::Failed
            }
            other => ApiError::BadInput { field: String::new(), message: sentence(&other.to_string()) },
        }
    }
}

/// Says when what was refused may be tried again.
fn come_again(seconds: i64) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::RETRY_AFTER, seconds.into());
    }
}

impl ApiError {
    /// The HTTP status that says the same.
    pub fn status(&self) -> StatusCode {
        match self {
            ApiError::SignedOut => StatusCode::UNAUTHORIZED,
            ApiError::NotFound(_) => StatusCode::NOT_FOUND,
            ApiError::Forbidden(_) => StatusCode::FORBIDDEN,
            ApiError::Conflict => StatusCode::CONFLICT,
            ApiError::BadInput { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            ApiError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            // On the server: what came with the request cannot be read.
            ApiError::Unreachable(_) => StatusCode::BAD_REQUEST,
            ApiError::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// `text` as a sentence: a capital at its start, a full stop at its end unless it has one.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let rest = chars.as_str();
    let stop = if rest.ends_with('.') { "" } else { "." };
    format!("{first}{rest}{stop}")
}
