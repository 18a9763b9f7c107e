//! Substring matches (RFC 4791 section 9.7.5) under the collations of RFC 4790 and RFC 5051.

use super::{Collation, TextMatch};
use unicode_normalization::UnicodeNormalization;

impl TextMatch {
    /// Whether `value` has the text in it; with `negate`, whether it has not.
    pub(super) fn matches(&self, value: &str) -> bool {
        let found = match self.collation {
            Collation::Octet => value.contains(&self.text),
            Collation::AsciiCasemap => contains_ascii_casemap(value, &self.text),
            Collation::UnicodeCasemap => unicode_casemap(value).contains(&unicode_casemap(&self.text)),
        };
        found != self.negate
    }
}

fn contains_ascii_casemap(value: &str, text: &str) -> bool {
    // Only the letters A to Z are equal in either case, so octets can be compared.
    text.is_empty() || value.as_bytes().windows(text.len()).any(|octets| octets.eq_ignore_ascii_case(text.as_bytes()))
}

/// Title case and full decomposition (RFC 5051 section 2). Upper case differs from title case only in letters that decompose,
/// and its longer mappings let "strasse" find "Straße".
fn unicode_casemap(text: &str) -> String {
    text.nfkd().flat_map(char::to_uppercase).nfkd().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(collation: Collation, text: &str, value: &str) -> bool {
        TextMatch { text: text.to_owned(), collation, negate: false }.matches(value)
    }

    #[test]
    fn collations_tell_case_apart_as_they_should() {
        use Collation::{AsciiCasemap, Octet, UnicodeCasemap};
        for (text, value, ascii, octet, unicode) in [
            ("team", "Weekly team meeting", true, true, true),
            ("TEAM", "Weekly team meeting", true, false, true),
            ("", "", true, true, true),
            ("longer", "long", false, false, false),
            ("élan", "ÉLAN vital", false, false, true),
            ("É", "ÉLAN vital", true, true, true),
            ("e\u{301}lan", "Élan", false, false, true),
            ("STRASSE", "Hauptstraße 1", false, false, true),
            ("ǆ", "ǅ", false, false, true),
            ("\u{212b}", "å", false, false, true),
            ("ｆｕｌｌ", "Full width", false, false, true),
        ] {
            assert_eq!(found(AsciiCasemap, text, value), ascii, "{text} in {value}");
            assert_eq!(found(Octet, text, value), octet, "{text} in {value}");
            assert_eq!(found(UnicodeCasemap, text, value), unicode, "{text} in {value}");
        }
    }

    #[test]
    fn negation_turns_it_round() {
        let absent = TextMatch { text: "a".into(), collation: Collation::Octet, negate: true };
        assert!(!absent.matches("abc"));
        assert!(absent.matches("xyz"));
    }
}
