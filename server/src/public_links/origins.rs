//! Which sites may have the events of public links in frames.

use axum::http::Uri;
use std::str::FromStr;

/// Origins such as `https://www.example.org`, with commas between them, or `*` for all. This site always may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmbedOrigins(Vec<String>);

impl FromStr for EmbedOrigins {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Ok(EmbedOrigins(parts.map(origin).collect::<Result<_, _>>()?))
    }
}

/// Scheme and authority and nothing else, so that it says nothing more in a policy.
fn origin(part: &str) -> Result<String, String> {
    if part == "*" {
        return Ok(part.to_owned());
    }
    let wrong = || format!("{part:?} is no origin such as https://www.example.org");
    let uri: Uri = part.parse().map_err(|_| wrong())?;
    let (scheme, authority) = (uri.scheme_str().ok_or_else(wrong)?, uri.authority().ok_or_else(wrong)?);
    let is_plain = authority.as_str().bytes().all(|octet| octet.is_ascii_alphanumeric() || b".-:[]".contains(&octet));
    let has_more = uri.path() != "/" && !uri.path().is_empty() || uri.query().is_some();
    if !matches!(scheme, "http" | "https") || !is_plain || has_more {
        return Err(wrong());
    }
    Ok(format!("{scheme}://{}", authority.as_str().to_ascii_lowercase()))
}

impl EmbedOrigins {
    /// As the value of frame-ancestors (Content Security Policy level 3).
    pub fn policy(&self) -> String {
        std::iter::once("'self'").chain(self.0.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn origins_are_origins_and_nothing_else() {
        let policy = |text: &str| text.parse::<EmbedOrigins>().map(|origins| origins.policy());
        assert_eq!(policy("").unwrap(), "'self'");
        assert_eq!(
            policy("https://WWW.example.org/, http://localhost:8080").unwrap(),
            "'self' https://www.example.org http://localhost:8080"
        );
        assert_eq!(policy("*").unwrap(), "'self' *");
        for wrong in [
            "www.example.org",
            "https://a/b",
            "https://a?b",
            "ftp://a",
            "https://a;script-src *",
            "https://u@a",
            "'none'",
        ] {
            assert!(policy(wrong).is_err(), "{wrong}");
        }
    }
}
