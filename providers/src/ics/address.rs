//! Addresses of feeds, as people have them.

use url::Url;

/// Longest address that is taken, in octets.
const MAX_ADDRESS: usize = 2048;

/// Where a feed is, as somebody wrote it. It may be a secret, so that it is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedAddress {
    /// To be tried in this order, without a name and a password.
    pub urls: Vec<Url>,
    /// The name and the password in it.
    pub basic: Option<(String, String)>,
}

/// What is no address of a feed; the text is fit to show to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("an address of a calendar begins with https://, http:// or webcal://")]
    Unreadable,
    #[error("an address has at most {MAX_ADDRESS} octets")]
    TooLong,
}

impl FeedAddress {
    /// Reads `https:`, `http:`, `webcal:` and `webcals:`; an address without any of them is one of https.
    ///
    /// What is at `webcal:` is looked for over TLS, and where the server has none without it, unless a password were to be sent.
    ///
    /// # Errors
    /// For what is no address, or too long.
    pub fn read(written: &str) -> Result<Self, AddressError> {
        let written = written.trim();
        if written.len() > MAX_ADDRESS {
            return Err(AddressError::TooLong);
        }
        let (schemes, rest): (&[&str], &str) = match written.split_once("://") {
            Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
                "webcal" => (&["https", "http"], rest),
                "https" | "webcals" => (&["https"], rest),
                "http" => (&["http"], rest),
                _ => return Err(AddressError::Unreadable),
            },
            // `mailto:a@b` would be read as a name and a password.
            None if written.split('/').next().is_some_and(|host| host.contains('@')) => {
                return Err(AddressError::Unreadable);
            }
            None => (&["https"], written),
        };
        let mut basic = None;
        let mut urls = Vec::new();
        for scheme in schemes {
            let mut url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| AddressError::Unreadable)?;
            // A name alone has no dot: what was written is a word.
            if !url.has_host() || url.host_str().is_none_or(|host| !host.contains(['.', ':']) && host != "localhost") {
                return Err(AddressError::Unreadable);
            }
            let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
            if !url.username().is_empty() || url.password().is_some() {
                basic = Some((decoded(url.username()), decoded(url.password().unwrap_or_default())));
            }
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.set_fragment(None);
            urls.push(url);
        }
        if basic.is_some() {
            urls.truncate(1);
        }
        Ok(FeedAddress { urls, basic })
    }
}

impl std::fmt::Debug for FeedAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.urls.first().and_then(Url::host_str).unwrap_or_default();
        write!(f, "FeedAddress({host:?}, …)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_are_read_as_people_have_them() {
        let read = |written: &str| FeedAddress::read(written).unwrap();
        let urls = |written: &str| read(written).urls.iter().map(Url::to_string).collect::<Vec<_>>();
        assert_eq!(urls(" webcal://a.example/x.ics "), ["https://a.example/x.ics", "http://a.example/x.ics"]);
        assert_eq!(urls("WEBCALS://a.example/x"), ["https://a.example/x"]);
        assert_eq!(urls("a.example/x.ics?token=1#top"), ["https://a.example/x.ics?token=1"]);
        assert_eq!(urls("http://a.example:8080/"), ["http://a.example:8080/"]);
        let secret = read("webcal://ada:p%40ss@a.example/x");
        assert_eq!(secret.basic, Some(("ada".into(), "p@ss".into())));
        assert_eq!(secret.urls, ["https://a.example/x".parse().unwrap()]);
        assert_eq!(format!("{secret:?}"), "FeedAddress(\"a.example\", …)");
        for other in
            ["", "x", "mailto:a@b.example", "ftp://a.example/x", "file:///etc/passwd", "https://", "javascript:1"]
        {
            assert_eq!(FeedAddress::read(other), Err(AddressError::Unreadable), "{other}");
        }
        assert_eq!(FeedAddress::read(&"x".repeat(3000)), Err(AddressError::TooLong));
    }
}
