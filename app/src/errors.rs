//! Errors of the domain as answers to a page: what is said of them, and the HTTP status.

use crate::wire::ApiError;
use crate::words;
use axum::http::{StatusCode, header};
use kalends_domain::Error;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        if let Some(seconds) = error.retry_after() {
            come_again(seconds);
        }
        match error {
            Error::NotFound(what) => ApiError::NotFound(not_found(what).into()),
            Error::Forbidden { .. } => ApiError::Forbidden(words::errors_forbidden().into()),
            Error::PreconditionFailed => ApiError::Conflict,
            Error::BadInput { field, message } => ApiError::BadInput { field: field.into(), message },
            Error::BadCredentials => bad_input("password", words::errors_bad_credentials()),
            Error::TooManyTries { seconds } => {
                let seconds = u64::try_from(seconds).unwrap_or_default();
                come_again(seconds);
                ApiError::TooMany(words::errors_too_many_tries(count(seconds)))
            }
            Error::Busy { seconds } => ApiError::Busy(words::errors_busy(count(seconds))),
            Error::Unavailable { seconds } => ApiError::Busy(words::errors_unavailable(count(seconds))),
            Error::Contended => ApiError::Busy(words::errors_contended().into()),
            Error::Internal(cause) => {
                tracing::error!(error = ?cause, "a server function failed");
                ApiError::Failed
            }
            Error::InvalidCalendarData(why) => bad_input("", words::errors_invalid_data(&why.to_string())),
            Error::InvalidCalendarObject(why) => bad_input("", words::errors_invalid_object(&why.to_string())),
            Error::UnsupportedComponent(kind) => bad_input("", words::errors_unsupported_component(&kind)),
            Error::UidConflict { name } => bad_input("", words::errors_uid_conflict(&name)),
            Error::TooLarge { limit } => bad_input("", words::errors_too_large(limit)),
            Error::PropertyTooLarge { name, limit, .. } => {
                bad_input("", words::errors_property_too_large(&name, limit))
            }
            Error::TooManyProperties { limit } => bad_input("", words::errors_too_many_properties(limit)),
            Error::TooManyInstances { limit } => bad_input("", words::errors_too_many_instances(limit)),
            Error::AlreadyExists(what) => bad_input("", already_exists(what)),
            Error::InvalidSyncToken => bad_input("", words::errors_sync_token()),
            Error::QuotaExceeded { limit, unit } => bad_input("", quota(count(limit), unit)),
        }
    }
}

fn bad_input(field: &str, message: impl Into<String>) -> ApiError {
    ApiError::BadInput { field: field.into(), message: message.into() }
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// `what` as the domain calls it.
fn not_found(what: &str) -> &'static str {
    match what {
        "the account" => words::errors_account_not_found(),
        "the app password" => words::errors_app_password_not_found(),
        "the calendar" => words::errors_calendar_not_found(),
        "the event" => words::errors_event_not_found(),
        "the instance" => words::errors_instance_not_found(),
        "the link" => words::errors_link_not_found(),
        "the object" => words::errors_object_not_found(),
        _ => words::errors_not_found(),
    }
}

fn already_exists(what: &str) -> &'static str {
    match what {
        "the calendar" => words::errors_calendar_exists(),
        "the user name" => words::errors_user_name_exists(),
        _ => words::errors_already_exists(),
    }
}

fn quota(limit: usize, unit: &str) -> String {
    match unit {
        "objects" => words::errors_quota_objects(limit),
        "calendars" => words::errors_quota_calendars(limit),
        _ => words::errors_quota_octets(limit),
    }
}

/// Says when what was refused may be tried again.
fn come_again(seconds: u64) {
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
