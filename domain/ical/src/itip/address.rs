//! Addresses of calendar users (RFC 5545 section 3.3.3), in the one form in which they are compared.

use crate::syntax::Property;
use std::collections::BTreeSet;

/// `mailto:` and an address of e-mail in small letters; another URI as it is written. An address without `mailto:` before it, as some
/// programs write it, is read as if it had it.
pub fn canonical(written: &str) -> String {
    const MAILTO: &str = "mailto:";
    let written = written.trim();
    match written.get(..MAILTO.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(MAILTO) => {
            format!("{MAILTO}{}", written[MAILTO.len()..].trim().to_lowercase())
        }
        _ if written.contains('@') && !written.contains([':', '/']) => format!("{MAILTO}{}", written.to_lowercase()),
        _ => written.to_owned(),
    }
}

/// The e-mail address of a `mailto:`, in small letters.
pub fn email(written: &str) -> Option<String> {
    canonical(written).strip_prefix("mailto:").map(str::to_owned)
}

/// The addresses that one calendar user is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(BTreeSet<String>);

impl Addresses {
    /// `written`: in whatever form.
    pub fn new<'a>(written: impl IntoIterator<Item = &'a str>) -> Self {
        Addresses(written.into_iter().map(canonical).collect())
    }

    pub fn contains(&self, written: &str) -> bool {
        self.0.contains(&canonical(written))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether an ORGANIZER or ATTENDEE is this calendar user.
    pub fn is(&self, property: &Property) -> bool {
        self.contains(&property.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let ada = Addresses::new(["mailto:Ada@Example.org", "/principals/ada/"]);
        for written in ["MAILTO:ada@example.ORG", " mailto: ada@example.org", "ada@example.org", "/principals/ada/"] {
            assert!(ada.contains(written), "{written}");
        }
        for written in ["mailto:ben@example.org", "/principals/Ada/", "https://x/ada@example.org", ""] {
            assert!(!ada.contains(written), "{written}");
        }
        assert_eq!(email("MAILTO:A@b"), Some("a@b".to_owned()));
        assert_eq!(email("/principals/ada/"), None);
    }
}
