//! The Host header: every HTTP/1.1 request names the one host that it is for (RFC 9112 section 3.2).

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Answers a request with 400 that has no Host, several or one that is none: two programs on its way could each understand another
/// one. HTTP/1.0 has no need of a Host, and HTTP/2 names the host in the request's target.
pub async fn require(request: Request, next: Next) -> Response {
    match check(request.version(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(message) => (StatusCode::BAD_REQUEST, message).into_response(),
    }
}

fn check(version: Version, headers: &HeaderMap) -> Result<(), &'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if version == Version::HTTP_11 => Err("The Host header is missing.\n"),
        (None, _) => Ok(()),
        (Some(host), None) if is_host(host) => Ok(()),
        (Some(_), None) => Err("The Host header is not a host with an optional port.\n"),
        (Some(_), Some(_)) => Err("There is more than one Host header.\n"),
    }
}

/// `host` or `host:port`.
fn is_host(value: &HeaderValue) -> bool {
    let Some(authority) = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok()) else { return false };
    let Some(port) = authority.as_str().strip_prefix(authority.host()) else { return false };
    // An empty port is allowed (RFC 3986 section 3.2.3); a sign, which the parser of numbers would take, is not.
    let is_port =
        |port: &str| port.is_empty() || port.bytes().all(|octet| octet.is_ascii_digit()) && port.parse::<u16>().is_ok();
    !authority.host().is_empty() && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_good(version: Version, hosts: &[&'static str]) -> bool {
        let headers = hosts.iter().map(|host| (header::HOST, HeaderValue::from_static(host))).collect();
        check(version, &headers).is_ok()
    }

    #[test]
    fn hosts_are_hosts() {
        for good in ["cal.example.org", "localhost:3000", "127.0.0.1:3000", "[::1]", "[::1]:3000", "my_calendar", "a:"]
        {
            assert!(is_good(Version::HTTP_11, &[good]), "{good}");
        }
        for bad in ["", " ", "a b/c", "a/b", "http://a", "ada@a", "a:b", "a:70000", "a:+1", "[::1", "a:1:2"] {
            assert!(!is_good(Version::HTTP_11, &[bad]), "{bad}");
            assert!(!is_good(Version::HTTP_10, &[bad]), "{bad}");
        }
    }

    #[test]
    fn there_is_one_from_http_1_1_on() {
        assert!(!is_good(Version::HTTP_11, &[]) && !is_good(Version::HTTP_11, &["a", "a"]));
        assert!(is_good(Version::HTTP_10, &[]) && !is_good(Version::HTTP_10, &["a", "b"]));
        assert!(is_good(Version::HTTP_2, &[]));
    }
}
