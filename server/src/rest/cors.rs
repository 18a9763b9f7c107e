//! Pages of other sites that may ask, by configuration: with an app password or a token, never with the cookie of whoever is signed in.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long browsers remember what they may.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// The origins of pages that may ask (RFC 6454). As text: with commas between them, `https://intranet.example.org,https://app.example.org`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsOrigins(Arc<[HeaderValue]>);

impl FromStr for CorsOrigins {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let origin = |part: &str| {
            let wrong = || format!("{part:?} is no origin such as https://app.example.org");
            let (scheme, rest) = part.split_once("://").ok_or_else(wrong)?;
            let is_origin = matches!(scheme, "http" | "https")
                && !rest.is_empty()
                && !rest.contains(['/', '?', '#', '@', '*', ' '])
                && *part == part.to_ascii_lowercase();
            if !is_origin {
                return Err(wrong());
            }
            HeaderValue::from_str(part).map_err(|_| wrong())
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Ok(CorsOrigins(parts.map(origin).collect::<Result<_, _>>()?))
    }
}

impl CorsOrigins {
    /// Answers what browsers ask before, and tells them what scripts may read.
    pub fn layer(&self) -> CorsLayer {
        let exposed = ["etag", "location", "link", "retry-after", "ratelimit", "ratelimit-policy", "x-request-id"];
        let asked = ["idempotency-key", "last-event-id"];
        let taken = [header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_MATCH, header::IF_NONE_MATCH];
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(self.0.iter().cloned()))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers(taken.into_iter().chain(asked.map(HeaderName::from_static)).collect::<Vec<_>>())
            .expose_headers(exposed.map(HeaderName::from_static))
            .max_age(REMEMBERED)
    }
}

/// What a page of another site that may ask sends comes without the cookie, so that nothing is done with the rights of whoever looks at it:
/// then it is no forgery either.
pub async fn without_cookie(State(origins): State<CorsOrigins>, mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    if headers.get(header::ORIGIN).is_some_and(|origin| origins.0.contains(origin)) {
        for name in [header::COOKIE, header::ORIGIN, HeaderName::from_static("sec-fetch-site")] {
            headers.remove(name);
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_no_origin_is_named() {
        assert_eq!("".parse::<CorsOrigins>().unwrap(), CorsOrigins::default());
        assert_eq!("https://a.example, http://localhost:5173".parse::<CorsOrigins>().unwrap().0.len(), 2);
        for wrong in
            ["*", "a.example", "https://a.example/", "https://*.example", "null", "ftp://a", "https://A.example"]
        {
            assert!(wrong.parse::<CorsOrigins>().unwrap_err().contains(wrong), "{wrong}");
        }
    }
}
