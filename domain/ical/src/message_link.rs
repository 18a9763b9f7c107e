//! The message that an event or a task was made of, as a `mid:` URL (RFC 2392).
//!
//! It is written as URL (RFC 5545 section 3.8.4.6): that is where Thunderbird puts it and looks for it, and what other clients keep and
//! show. What is read may stand in LINK (RFC 9253) or ATTACH as well.

use crate::syntax::Component;
use std::fmt::Write;

/// The longest Message-ID that is linked to, in octets: a line of a message has at most 998 (RFC 5322 section 2.1.1).
pub const MAX_MESSAGE_ID_OCTETS: usize = 998;

/// The URL of the message with this Message-ID, which is without its angle brackets. `None` for one that is empty or too long.
pub fn url_of(message_id: &str) -> Option<String> {
    let message_id = message_id.trim();
    if message_id.is_empty() || message_id.len() > MAX_MESSAGE_ID_OCTETS {
        return None;
    }
    let mut url = String::from("mid:");
    for byte in message_id.bytes() {
        // What may stand in a path (RFC 3986 section 3.3), but for what programs trip over in text. A slash leads to a part of the message.
        if byte.is_ascii_alphanumeric() || b"-._~@!$&*+=".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    Some(url)
}

/// The Message-ID that a `mid:` URL names, without angle brackets; `None` for what is none.
pub fn message_id_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mid") {
        return None;
    }
    // After the slash comes the Content-ID of a part.
    let encoded = rest.split('/').next().unwrap_or(rest).as_bytes();
    let mut octets = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(byte) = encoded.get(at) {
        let digit = |at: usize| encoded.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                octets.extend(u8::try_from(high * 16 + low));
                at += 3;
            }
            _ => {
                octets.push(*byte);
                at += 1;
            }
        }
    }
    let message_id = String::from_utf8(octets).ok()?;
    let message_id = message_id.trim();
    let message_id = message_id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(message_id);
    (!message_id.is_empty() && message_id.len() <= MAX_MESSAGE_ID_OCTETS).then(|| message_id.to_owned())
}

/// The Message-ID of the message that a component is linked to.
pub fn linked_message(component: &Component) -> Option<String> {
    ["URL", "LINK", "ATTACH"]
        .into_iter()
        .find_map(|name| component.properties(name).find_map(|property| message_id_of(&property.value)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_has_the_url_that_other_programs_write() {
        let url = url_of("960830.1639@XIson.com").unwrap();
        assert_eq!(url, "mid:960830.1639@XIson.com");
        assert_eq!(url_of("a/b<c>%\r\nX:y, é@x").unwrap(), "mid:a%2Fb%3Cc%3E%25%0D%0AX%3Ay%2C%20%C3%A9@x");
        assert_eq!((url_of(" "), url_of(&"a".repeat(999))), (None, None));
    }

    #[test]
    fn what_is_no_message_is_none() {
        for url in ["https://example.org/", "mid:", "cid:a@b", "mid", "mid:%FF", "mid:/a@b", ""] {
            assert_eq!(message_id_of(url), None, "{url}");
        }
        for (url, id) in
            [("MID:a@b/part@b", "a@b"), ("mid:%3Ca@b%3E", "a@b"), ("mid:a%2Fb@c", "a/b@c"), ("mid:a%zb@c", "a%zb@c")]
        {
            assert_eq!(message_id_of(url).as_deref(), Some(id), "{url}");
        }
    }

    proptest! {
        #[test]
        fn every_message_id_comes_back(id in "[^<>\\s]{1,80}@[a-z.]{1,20}") {
            let url = url_of(&id).unwrap();
            prop_assert!(url.is_ascii() && !url.contains(char::is_whitespace));
            prop_assert_eq!(message_id_of(&url), Some(id));
        }
    }
}
