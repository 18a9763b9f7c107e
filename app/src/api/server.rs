//! What every server function needs on the server.

use crate::session::CurrentUser;
use crate::wire::ApiError;
use kalends_domain::accounts::User;
use kalends_domain::{Error, Kalends};
use leptos::prelude::use_context;

/// The use cases, and the person whose session came with the request.
pub fn signed_in() -> Result<(Kalends, User), ApiError> {
    let kalends = kalends()?;
    let Some(CurrentUser(Some(user))) = use_context::<CurrentUser>() else { return Err(ApiError::SignedOut) };
    Ok((kalends, user))
}

pub fn kalends() -> Result<Kalends, ApiError> {
    use_context::<Kalends>().ok_or(ApiError::Failed)
}

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
            Error::Store(cause) => {
                tracing::error!(error = ?cause, "a server function failed");
                ApiError::Failed
            }
            other => ApiError::BadInput { field: String::new(), message: sentence(&other.to_string()) },
        }
    }
}

/// `text` as a sentence: a capital at its start, a full stop at its end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}
