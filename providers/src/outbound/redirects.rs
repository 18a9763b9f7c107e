//! Where an answer sends on to.

use super::error::OutboundError;
use http::header::LOCATION;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

/// What becomes of an answer that sends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redirects {
    /// It is an answer like any other.
    #[default]
    Answered,
    /// It is gone to, from https to https alone, and [`super::error::MAX_REDIRECTS`] times at most. What is asked for stays the same, with its
    /// body, except after 303 (RFC 9110 section 15.4.4). Credentials stay with the origin that they are for.
    Followed,
}

/// Where an answer to a request for `url` sends on to; `None`: it is the answer itself.
///
/// # Errors
/// `Redirect` when it sends to something else than http and https, or from https to http.
pub(super) fn next(url: &Url, status: StatusCode, headers: &HeaderMap) -> Result<Option<Url>, OutboundError> {
    use StatusCode as S;
    let sends_on = [S::MOVED_PERMANENTLY, S::FOUND, S::SEE_OTHER, S::TEMPORARY_REDIRECT, S::PERMANENT_REDIRECT];
    let Some(location) = headers.get(LOCATION).filter(|_| sends_on.contains(&status)) else { return Ok(None) };
    let location = String::from_utf8_lossy(location.as_bytes());
    let host = url.host_str().unwrap_or_default().to_owned();
    let Ok(mut next) = url.join(&location) else {
        return Err(OutboundError::Redirect(host, location.chars().take(200).collect()));
    };
    let is_gone_to = matches!((url.scheme(), next.scheme()), (_, "https") | ("http", "http"));
    if !is_gone_to {
        return Err(OutboundError::Redirect(host, next.to_string()));
    }
    // Nobody else says as whom to ask.
    let _ = next.set_username("");
    let _ = next.set_password(None);
    next.set_fragment(None);
    Ok(Some(next))
}

/// What is asked for where an answer with `status` sent on to.
pub(super) fn method(before: Method, status: StatusCode) -> Method {
    if status == StatusCode::SEE_OTHER && before != Method::HEAD { Method::GET } else { before }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_redirect_never_leads_out_of_tls_or_http() {
        let from = |from: &str, to: &str| {
            let headers = HeaderMap::from_iter([(LOCATION, to.parse().unwrap())]);
            next(&from.parse().unwrap(), StatusCode::MOVED_PERMANENTLY, &headers).map(|next| next.unwrap().to_string())
        };
        assert_eq!(from("https://a.example/x/y", "z").unwrap(), "https://a.example/x/z");
        assert_eq!(from("http://a.example/", "https://u:p@b.example/#f").unwrap(), "https://b.example/");
        assert_eq!(from("http://a.example/", "//b.example:81/").unwrap(), "http://b.example:81/");
        for (before, to) in [
            ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "ftp://a.example/"),
            ("http://a.example/", "file:///etc/passwd"),
            ("http://a.example/", "https://"),
        ] {
            assert!(matches!(from(before, to), Err(OutboundError::Redirect(..))), "{to}");
        }
        assert_eq!(next(&"http://a/".parse().unwrap(), StatusCode::FOUND, &HeaderMap::new()), Ok(None));
    }
}
