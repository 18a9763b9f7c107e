//! Sessions of the browser: the cookie, and the refusal of requests that another site sent.

use super::failed;
use crate::trusted_header::ProxiedName;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kalends_app::session::{CurrentUser, SESSION_COOKIE, SessionSecret, Site};
use kalends_app::words::{self, Spoken};
use kalends_domain::{Error, Kalends};

/// The value of the session cookie.
pub fn secret(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, value)| value.to_owned())
}

/// Answers in the language that the browser asks for, until it is known who asks.
pub async fn accept_language(request: Request, next: Next) -> Response {
    words::speak(words::choose(None, accepted_language(&request)), next.run(request)).await
}

fn accepted_language(request: &Request) -> Option<&str> {
    request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

/// Whom a trusted proxy names who has no account that can be used.
#[derive(Clone)]
pub struct UnknownToProxy(pub String);

/// Looks the session up once for a request and leaves [`CurrentUser`], [`SessionSecret`] and the language that the person reads in its
/// extensions.
pub async fn attach(State(kalends): State<Kalends>, mut request: Request, next: Next) -> Response {
    let proxied = request.extensions().get::<ProxiedName>().cloned();
    // Whoever the proxy says that it is, it is nobody else.
    let secret = if proxied.is_some() { None } else { secret(request.headers()) };
    let found = match (&proxied, &secret) {
        (Some(proxied), _) => proxied.user(&kalends).await,
        (None, Some(secret)) => kalends.session_user(secret).await,
        (None, None) => Err(Error::BadCredentials),
    };
    let user = match found {
        Ok(user) => Some(user),
        Err(Error::BadCredentials) => None,
        Err(error) => return failed::answer_error(&error, "looking up a session"),
    };
    if let (Some(proxied), None) = (proxied, &user) {
        request.extensions_mut().insert(UnknownToProxy(proxied.name));
    }
    let chosen = user.as_ref().and_then(|user| user.preferences.locale.as_deref());
    let language = words::choose(chosen, accepted_language(&request));
    request.extensions_mut().insert(Spoken(language));
    request.extensions_mut().insert(CurrentUser(user));
    request.extensions_mut().insert(SessionSecret(secret));
    words::speak(language, next.run(request)).await
}

/// Refuses state-changing requests that a browser sent on behalf of another site (cross-site request forgery).
///
/// Browsers say where a request comes from: `Sec-Fetch-Site`, or `Origin` where that is missing. A request with
/// neither is not from a browser page and carries no ambient cookie.
pub async fn same_site(State(site): State<Site>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        || is_same_site(request.headers(), &site)
    {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, words::server_other_site()).into_response()
}

/// [`same_site`] for what programs ask for as well: they send no cookies by themselves, and say who they are in every request.
pub async fn same_site_without_credentials(site: State<Site>, request: Request, next: Next) -> Response {
    // A page of another site could not send them.
    if request.headers().contains_key(header::AUTHORIZATION) && request.extensions().get::<ProxiedName>().is_none() {
        return next.run(request).await;
    }
    // These change nothing.
    if matches!(request.method().as_str(), "PROPFIND" | "REPORT") {
        return next.run(request).await;
    }
    same_site(site, request, next).await
}

fn is_same_site(headers: &HeaderMap, site: &Site) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(fetch_site) = text("sec-fetch-site") {
        return matches!(fetch_site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return true };
    // A proxy may hand on the outer name in Host while the configuration is silent about it; either will do.
    origin == site.public_url
        || text("host").is_some_and(|host| {
            origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).is_some_and(|name| name == host)
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_own_pages_may_change_things() {
        let site = Site { public_url: "https://cal.example.org".into() };
        let allowed = |pairs: &[(&'static str, &str)]| is_same_site(&headers(pairs), &site);
        assert!(allowed(&[("sec-fetch-site", "same-origin"), ("origin", "https://cal.example.org")]));
        assert!(allowed(&[("origin", "https://cal.example.org")]));
        assert!(allowed(&[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")]));
        assert!(allowed(&[]));
        assert!(!allowed(&[("sec-fetch-site", "cross-site")]));
        assert!(!allowed(&[("sec-fetch-site", "same-site")]));
        assert!(!allowed(&[("origin", "https://evil.example"), ("host", "cal.example.org")]));
        assert!(!allowed(&[("origin", "null"), ("host", "cal.example.org")]));
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        assert_eq!(secret(&headers(&[("cookie", "a=b; kalends_session=xyz; c=d")])).as_deref(), Some("xyz"));
        assert_eq!(secret(&headers(&[("cookie", "a=b")])), None);
    }
}
