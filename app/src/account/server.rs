//! What starts a session.

use crate::server_context::{kalends, keep_session};
use crate::wire::ApiError;
use crate::words;
use kalends_domain::Kalends;
use kalends_domain::accounts::{Preferences, ProfilePatch, SignedIn, User};

/// Refuses a new password that was not repeated as it is.
pub fn same(password: &str, repeated: &str) -> Result<(), ApiError> {
    if password == repeated {
        return Ok(());
    }
    Err(ApiError::BadInput { field: "repeated".into(), message: words::server_account_passwords_differ().into() })
}

/// Keeps the browser's zone for a person who has none.
pub async fn adopt(kalends: &Kalends, user: User, time_zone: &str) -> Result<(), ApiError> {
    if user.preferences.time_zone.is_none()
        && let Ok(zone) = time_zone.parse()
    {
        let adopt = |user: &User| {
            let chosen = user.preferences.time_zone.or(Some(zone));
            let preferences = Preferences { time_zone: chosen, ..user.preferences.clone() };
            Ok(ProfilePatch { preferences: Some(preferences), ..ProfilePatch::default() })
        };
        kalends.change_profile(user.on_a_page(), adopt).await?;
    }
    Ok(())
}

/// Hands the session to the browser, and keeps its zone for someone who has none.
pub async fn welcome_in(signed_in: &SignedIn, time_zone: &str) -> Result<(), ApiError> {
    keep_session(signed_in);
    let kalends = kalends()?;
    let user = kalends.session_user(&signed_in.session.0).await?;
    adopt(&kalends, user, time_zone).await
}
