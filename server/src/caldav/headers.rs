//! Request headers of WebDAV, decoded.

use super::error::Failure;
use super::resource::Address;
use axum::http::{HeaderMap, StatusCode, Uri, header};

/// `Depth` (RFC 4918 section 10.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    Zero,
    One,
    Infinity,
}

impl Depth {
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Failure> {
        match text(headers, "depth")? {
            None => Ok(None),
            Some("0") => Ok(Some(Depth::Zero)),
            Some("1") => Ok(Some(Depth::One)),
            Some(other) if other.eq_ignore_ascii_case("infinity") => Ok(Some(Depth::Infinity)),
            Some(_) => Err(Failure::bad_request("Depth is 0, 1 or infinity.")),
        }
    }
}

/// `Prefer` (RFC 7240) as far as WebDAV uses it (RFC 8144), and its forerunner `Brief`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// `return=minimal`
    pub minimal: bool,
    /// `return=representation`
    pub representation: bool,
    /// `depth-noroot`
    pub no_root: bool,
}

impl Preferences {
    pub fn of(headers: &HeaderMap) -> Self {
        let mut preferences = Preferences::default();
        for value in headers.get_all("prefer") {
            for preference in value.to_str().unwrap_or_default().split(',') {
                // Parameters of a preference follow a ';'.
                let preference = preference.split(';').next().unwrap_or_default();
                let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
                match (name.trim().to_ascii_lowercase().as_str(), value.trim().trim_matches('"')) {
                    // The first of contradicting preferences counts (RFC 7240 section 2).
                    ("return", "minimal") => preferences.minimal = !preferences.representation,
                    ("return", "representation") => preferences.representation = !preferences.minimal,
                    ("depth-noroot", _) => preferences.no_root = true,
                    _ => {}
                }
            }
        }
        if headers.get("brief").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"t")) {
            preferences.minimal |= !preferences.representation;
        }
        preferences
    }
}

/// `Overwrite` (RFC 4918 section 10.6); absent means yes.
pub fn overwrite(headers: &HeaderMap) -> Result<bool, Failure> {
    match text(headers, "overwrite")? {
        None | Some("T" | "t") => Ok(true),
        Some("F" | "f") => Ok(false),
        Some(_) => Err(Failure::bad_request("Overwrite is T or F.")),
    }
}

/// `Destination` (RFC 4918 section 10.3): an absolute URL of this server, or a path.
///
/// # Errors
/// 502 for another server, as RFC 4918 section 9.8.5 says.
pub fn destination(headers: &HeaderMap) -> Result<Address, Failure> {
    let value =
        text(headers, "destination")?.ok_or_else(|| Failure::bad_request("The Destination header is missing."))?;
    local_path(value, headers)?
        .ok_or_else(|| Failure::new(StatusCode::BAD_GATEWAY, "The Destination is on another server."))
        .and_then(|path| Address::parse(path).map_err(|error| Failure::bad_request(error.to_string())))
}

/// The path of an href or URL, or `None` when it is on another server. Queries and fragments name nothing here.
pub fn local_path<'a>(url: &'a str, headers: &HeaderMap) -> Result<Option<&'a str>, Failure> {
    let malformed = || Failure::bad_request("A URL in the request is malformed.");
    let path = if url.starts_with('/') && !url.starts_with("//") {
        url
    } else {
        let (scheme, rest) = url.split_once("://").ok_or_else(malformed)?;
        if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
            return Ok(None);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if !is_here(authority, headers) {
            return Ok(None);
        }
        if path.is_empty() { "/" } else { path }
    };
    Ok(Some(path.split(['?', '#']).next().unwrap_or(path)))
}

/// Whether `authority` is the host that the request was sent to. The scheme does not count: a proxy may have ended TLS.
fn is_here(authority: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let plain = |authority: &str| {
        let lower = authority.to_ascii_lowercase();
        lower.strip_suffix(":80").or_else(|| lower.strip_suffix(":443")).unwrap_or(&lower).to_owned()
    };
    host.is_some_and(|host| plain(host) == plain(authority))
}

/// HTTP/2 carries the host in the request's target; the rest of the code finds it in `Host`.
pub fn add_host(headers: &mut HeaderMap, uri: &Uri) {
    if !headers.contains_key(header::HOST)
        && let Some(host) = uri.authority().and_then(|authority| authority.as_str().parse().ok())
    {
        headers.insert(header::HOST, host);
    }
}

/// The value of a header that may stand once.
pub fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Failure> {
    headers
        .get(name)
        .map(|value| value.to_str().map(str::trim).map_err(|_| Failure::bad_request(format!("{name} is not ASCII."))))
        .transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::resource::{Resource, Tree};
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn destinations_are_here_or_elsewhere() {
        let parse = |value: &str| destination(&headers(&[("host", "cal.example:80"), ("destination", value)]));
        let resource = Resource::Object { owner: "a".into(), calendar: "b".into(), name: "c d".into() };
        let there = Address { resource, tree: Tree::Calendars };
        assert_eq!(parse("/api/v1.0/caldav/calendars/a/b/c%20d").unwrap(), there);
        assert_eq!(parse("https://CAL.example/api/v1.0/caldav/calendars/a/b/c%20d?x#y").unwrap(), there);
        let short = Address { tree: Tree::Short, ..there };
        assert_eq!(parse("/api/v1.0/caldav/a/b/c%20d").unwrap(), short);
        for elsewhere in ["http://other.example/api/v1.0/caldav/", "http://cal.example:8080/x", "mailto://x"] {
            assert_eq!(parse(elsewhere).unwrap_err().status, StatusCode::BAD_GATEWAY, "{elsewhere}");
        }
        for broken in ["relative", "/api/v1.0/caldav/calendars/a/b/%c"] {
            assert_eq!(parse(broken).unwrap_err().status, StatusCode::BAD_REQUEST, "{broken}");
        }
        assert_eq!(destination(&headers(&[])).unwrap_err().status, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn preferences_are_read() {
        let of = |value: &str| Preferences::of(&headers(&[("prefer", value)]));
        assert!(of("return=minimal, depth-noroot").minimal && of("depth-noroot").no_root);
        assert!(of("respond-async; x=y, return=\"representation\"").representation);
        assert!(!of("return=minimal, return=representation").representation);
        assert!(Preferences::of(&headers(&[("brief", "t")])).minimal);
        assert_eq!(of("unknown"), Preferences::default());
    }
}
