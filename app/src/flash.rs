//! What became of a plain form, for the page that is shown next.
//!
//! Without WebAssembly a form is answered with a redirect. What the next page has to say, and what was typed, travels
//! in a cookie that lives for a minute, is out of reach of scripts, and ends when it is read.

use crate::wire::ApiError;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Which form it was.
    pub form: String,
    /// What to say, or what was made (an app password).
    pub outcome: Result<String, ApiError>,
    /// Typed values to show again; never a password of a person.
    pub kept: Vec<(String, String)>,
}

impl Flash {
    /// What was typed into a field.
    pub fn kept(&self, field: &str) -> Option<String> {
        self.kept.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
    }
}

/// The form that makes an app password; its outcome is the secret.
pub const APP_PASSWORD: &str = "app_password";

/// Said of that form after the secret was shown.
pub const APP_PASSWORD_SHOWN: &str = "app_password_shown";

/// Id of the field that shows the secret, and of what is said of it later.
pub const APP_PASSWORD_FIELD: &str = "app-password";

/// The outcome that `flash` has for `form`.
pub fn outcome_of(flash: Option<&Flash>, form: &str) -> Option<Result<String, ApiError>> {
    flash.filter(|flash| flash.form == form).map(|flash| flash.outcome.clone())
}

#[cfg(feature = "ssr")]
pub use server::{answer, header, leave, said, take, take_of, take_of_and_leave};

#[cfg(feature = "ssr")]
mod server {
    use super::{APP_PASSWORD, APP_PASSWORD_FIELD, APP_PASSWORD_SHOWN, Flash};
    use crate::locale::cookie;
    use crate::return_path::sign_in_path;
    use crate::server_context::{cookie_header, set_cookie};
    use crate::ui::OUTCOME;
    use crate::wire::ApiError;
    use axum::http::HeaderValue;
    use axum::http::request::Parts;
    use leptos::prelude::use_context;
    use leptos_router::location::Url;

    const COOKIE: &str = "kalends_flash";
    /// Browsers take about 4096 octets with name and attributes.
    const MAX_OCTETS: usize = 3600;
    /// How long it waits for the page.
    const SECONDS: u32 = 60;

    /// Answers a form with the page at `back`, at the place there that says what became of it. It shows what was `kept` of a
    /// refused form.
    pub fn answer(form: &str, back: &str, outcome: Result<String, ApiError>, kept: Vec<(String, String)>) {
        if outcome == Err(ApiError::SignedOut) {
            return leptos_axum::redirect(&sign_in_path(back));
        }
        let kept = if outcome.is_ok() { Vec::new() } else { kept };
        let place = if form == APP_PASSWORD && outcome.is_ok() { APP_PASSWORD_FIELD } else { OUTCOME };
        leave(Flash { form: form.to_owned(), outcome, kept });
        leptos_axum::redirect(&format!("{back}#{place}"));
    }

    /// Leaves `flash` for the next page.
    pub fn leave(flash: Flash) {
        set_cookie(COOKIE, &value(flash), SECONDS);
    }

    /// The same as the value of Set-Cookie, where it is no server function that answers.
    pub fn header(flash: Flash, secure: bool) -> Option<HeaderValue> {
        cookie_header(COOKIE, &value(flash), SECONDS, secure)
    }

    fn value(mut flash: Flash) -> String {
        let value = encode(&flash);
        if value.len() <= MAX_OCTETS {
            return value;
        }
        flash.kept.clear();
        encode(&flash)
    }

    /// Takes what an earlier request left of this form; what it left of others stays.
    pub fn take_of(form: &str) -> Option<Flash> {
        found().filter(|flash| flash.form == form).inspect(|_| set_cookie(COOKIE, "", 0))
    }

    /// [`take_of`], and leaves in the same cookie what is to be said the next time.
    pub fn take_of_and_leave(form: &str, next: impl FnOnce(&Flash) -> Option<Flash>) -> Option<Flash> {
        let flash = found().filter(|flash| flash.form == form)?;
        match next(&flash) {
            Some(next) => leave(next),
            None => set_cookie(COOKIE, "", 0),
        }
        Some(flash)
    }

    /// Takes what an earlier request left to be said of a form that did its work.
    pub fn said(form: &str) -> Option<String> {
        take_of(form)?.outcome.ok()
    }

    fn found() -> Option<Flash> {
        let parts = use_context::<Parts>()?;
        serde_json::from_str(&Url::unescape(cookie(&parts.headers, COOKIE)?)).ok()
    }

    /// Takes what an earlier request left.
    pub fn take() -> Option<Flash> {
        let flash = found();
        match &flash {
            // Whoever loads the page again shall hear where the secret went.
            Some(Flash { form, outcome: Ok(_), .. }) if form == APP_PASSWORD => {
                leave(Flash { form: APP_PASSWORD_SHOWN.into(), outcome: Ok(String::new()), kept: Vec::new() });
            }
            _ => set_cookie(COOKIE, "", 0),
        }
        flash
    }

    fn encode(flash: &Flash) -> String {
        // Strings and lists always serialize.
        Url::escape(&serde_json::to_string(flash).unwrap_or_default())
    }
}
