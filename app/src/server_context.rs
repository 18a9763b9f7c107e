//! What server functions take from their request and give along with the answer: the use cases, who asks, cookies.

use crate::locale;
use crate::session::{ClientAddress, CurrentUser, DEVICE_COOKIE, SESSION_COOKIE, SessionSecret, Site};
use crate::wire::{ApiError, Viewer};
use crate::words::{self, Language};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri, header};
use chrono::TimeDelta;
use kalends_domain::Kalends;
use kalends_domain::accounts::{Origin, SignedIn, User};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// The use cases, and the person whose session came with the request.
pub fn signed_in() -> Result<(Kalends, User), ApiError> {
    let kalends = kalends()?;
    let Some(CurrentUser(Some(user))) = use_context::<CurrentUser>() else { return Err(ApiError::SignedOut) };
    Ok((kalends, user))
}

pub fn kalends() -> Result<Kalends, ApiError> {
    use_context::<Kalends>().ok_or(ApiError::Failed)
}

/// How the person wants dates and times, as far as the request says.
pub fn viewer(user: &User) -> Viewer {
    let request = use_context::<Parts>();
    locale::viewer(user, request.as_ref().map(|parts| &parts.headers))
}

/// The language of somebody who chose `locale`, or leaves it to the browser that the request is from.
pub fn language(locale: Option<&str>) -> &'static Language {
    let request = use_context::<Parts>();
    let accepted = request.as_ref().and_then(|parts| parts.headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok());
    words::choose(locale, accepted)
}

/// Sets a cookie that scripts cannot read.
pub fn set_cookie(name: &str, value: &str, seconds: u32) {
    let secure = use_context::<Site>().is_some_and(|site| site.secure());
    if let (Some(response), Some(cookie)) =
        (use_context::<ResponseOptions>(), cookie_header(name, value, seconds, secure))
    {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// The value of Set-Cookie for it; `secure`: for https alone.
pub fn cookie_header(name: &str, value: &str, seconds: u32, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// Path and query of the page that the request was made from, of this site or another.
pub fn referrer() -> Option<String> {
    let request = use_context::<Parts>()?;
    let referrer: Uri = request.headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    referrer.path_and_query().map(ToString::to_string)
}

/// Where the request signs in from.
pub fn origin() -> Origin {
    let request = use_context::<Parts>();
    let headers = request.as_ref().map(|parts| &parts.headers);
    let user_agent = headers.and_then(|headers| headers.get(header::USER_AGENT)?.to_str().ok());
    Origin {
        address: use_context::<ClientAddress>().and_then(|address| address.0),
        user_agent: user_agent.map(str::to_owned),
        device: headers.and_then(|headers| locale::cookie(headers, DEVICE_COOKIE)).map(str::to_owned),
    }
}

/// Hands a session to the browser, for as long as it can last, and what tells the browser later.
pub fn keep_session(signed_in: &SignedIn) {
    let Some(kalends) = use_context::<Kalends>() else { return };
    let seconds = |life: TimeDelta| u32::try_from(life.num_seconds()).unwrap_or(u32::MAX);
    set_cookie(SESSION_COOKIE, &signed_in.session.0, seconds(kalends.limits().session_life));
    set_cookie(DEVICE_COOKIE, &signed_in.device.0, seconds(kalends.device_life()));
}

/// The secret of the session that the request came with.
pub fn session_secret() -> Result<String, ApiError> {
    match use_context::<SessionSecret>() {
        Some(SessionSecret(Some(secret))) => Ok(secret),
        _ => Err(ApiError::SignedOut),
    }
}
