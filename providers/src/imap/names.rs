//! Names of folders as they are sent: modified UTF-7 (RFC 3501 section 5.1.3), in quotes.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// A name of a folder in Unicode.
pub(super) fn decoded(name: &str) -> String {
    let mut text = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let Some((code, after)) = after.split_once('-') else {
            // It is none: as it is.
            text.push('&');
            rest = after;
            continue;
        };
        match code {
            "" => text.push('&'),
            code => match unit_text(code) {
                Some(unicode) => text.push_str(&unicode),
                None => text.push_str(&format!("&{code}-")),
            },
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

fn unit_text(code: &str) -> Option<String> {
    let octets = BASE64.decode(code).ok()?;
    let units: Vec<u16> = octets.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}

/// A name in Unicode as it is sent.
pub(super) fn encoded(name: &str) -> String {
    let mut text = String::new();
    let mut waiting: Vec<u16> = Vec::new();
    let flush = |waiting: &mut Vec<u16>, text: &mut String| {
        if !waiting.is_empty() {
            let octets: Vec<u8> = waiting.drain(..).flat_map(u16::to_be_bytes).collect();
            text.push_str(&format!("&{}-", BASE64.encode(octets)));
        }
    };
    for letter in name.chars() {
        if (' '..='~').contains(&letter) {
            flush(&mut waiting, &mut text);
            text.push(letter);
            if letter == '&' {
                text.push('-');
            }
        } else {
            waiting.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut waiting, &mut text);
    text
}

/// A text of ASCII in quotes. `None`: it has what cannot be quoted.
pub(super) fn quoted(text: &str) -> Option<String> {
    let is_fit = text.chars().all(|letter| letter.is_ascii() && !letter.is_ascii_control());
    is_fit.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_on_their_way_there_and_back() {
        for (unicode, sent) in [
            ("INBOX", "INBOX"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("A & B", "A &- B"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("🙂", "&2D3eQg-"),
        ] {
            assert_eq!(encoded(unicode), sent);
            assert_eq!(decoded(sent), unicode);
        }
        for odd in ["&", "a&b", "&!!!-x", "&AA-"] {
            assert!(!decoded(odd).contains('\u{fffd}'), "{odd}");
        }
        assert_eq!(quoted("a\"b\\c"), Some("\"a\\\"b\\\\c\"".to_owned()));
        assert_eq!((quoted("a\r\nb"), quoted("ä")), (None, None));
    }
}
