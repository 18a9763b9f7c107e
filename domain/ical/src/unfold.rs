//! From octets to text: iCalendar is UTF-8 (RFC 5545 section 3.1.4), but a program that folds lines by counting octets cuts
//! characters in two, which section 3.1 asks readers to put together again.

use super::syntax::SyntaxError;
use std::borrow::Cow;

/// The text of `octets`. A fold inside of a character is moved before it, or left out where that would leave nothing on the line
/// before; every other octet stays. Borrowed: there was nothing to move.
///
/// # Errors
/// Octets that are not UTF-8, folded or not, with the number of their line.
pub fn text(octets: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    let mut rest = octets;
    let mut mended = String::new();
    loop {
        let error = match std::str::from_utf8(rest) {
            Ok(text) if mended.is_empty() => return Ok(Cow::Borrowed(text)),
            Ok(text) => return Ok(Cow::Owned(mended + text)),
            Err(error) => error,
        };
        let (whole, broken) = rest.split_at(error.valid_up_to());
        let refuse = || {
            let before = &octets[..octets.len() - broken.len()];
            let line = before.iter().filter(|octet| **octet == b'\n').count() + 1;
            SyntaxError::new(line, "it is not UTF-8 text")
        };
        let cut = CutCharacter::read(broken).ok_or_else(refuse)?;
        mended.reserve(octets.len() - mended.len());
        mended.push_str(std::str::from_utf8(whole).map_err(|_| refuse())?);
        if !begins_line(&mended) {
            mended.push_str(cut.fold);
        }
        mended.push(cut.character);
        rest = &broken[cut.length..];
    }
}

/// A character with folds between its octets.
struct CutCharacter<'a> {
    character: char,
    /// The first of the folds, its white space included.
    fold: &'a str,
    /// Octets from the first to the last one of the character.
    length: usize,
}

impl<'a> CutCharacter<'a> {
    /// Reads the character that `octets` begin with.
    fn read(octets: &'a [u8]) -> Option<Self> {
        let first = *octets.first()?;
        let width = match first {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return None,
        };
        let mut character = vec![first];
        let mut fold = "";
        let mut length = 1;
        while character.len() < width {
            let found = fold_at(&octets[length..]);
            if fold.is_empty() {
                fold = found;
            }
            length += found.len();
            character.push(*octets.get(length).filter(|octet| matches!(octet, 0x80..=0xBF))?);
            length += 1;
        }
        // What is cut in no place is not text for another reason.
        let character = std::str::from_utf8(&character).ok()?.chars().next().filter(|_| !fold.is_empty())?;
        Some(CutCharacter { character, fold, length })
    }
}

/// The fold that `octets` begin with: a line break and one white space; empty when it is none. Some programs write more than one
/// carriage return, or nothing else.
fn fold_at(octets: &[u8]) -> &str {
    let returns = octets.iter().take_while(|octet| **octet == b'\r').count();
    let line_break = returns + usize::from(octets.get(returns) == Some(&b'\n'));
    match octets.get(line_break) {
        Some(b' ' | b'\t') if line_break > 0 => std::str::from_utf8(&octets[..=line_break]).unwrap_or_default(),
        _ => "",
    }
}

/// Whether nothing but the white space of a fold stands on the last line of `text`.
fn begins_line(text: &str) -> bool {
    let line = text.rsplit(['\n', '\r']).next().unwrap_or_default();
    line.is_empty() || (line.len() < text.len() && matches!(line, " " | "\t"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::syntax;
    use proptest::prelude::*;

    fn owned(octets: &[u8]) -> String {
        match text(octets).unwrap() {
            Cow::Owned(text) => text,
            Cow::Borrowed(text) => panic!("{text:?} was not mended"),
        }
    }

    #[test]
    fn a_fold_moves_before_the_character_that_it_cuts() {
        assert_eq!(owned(b"X:caf\xc3\r\n \xa9 au lait\r\n"), "X:caf\r\n é au lait\r\n");
        assert_eq!(owned(b"X:1\xe2\x82\n\t\xac,\r\n "), "X:1\n\t€,\r\n ");
        assert_eq!(owned(b"X:1\xf0\r\n \x9f\r\n \x8e\r\n \x84!"), "X:1\r\n 🎄!");
        // There is a fold already, or no line that could be folded.
        assert_eq!(owned(b"X:1\r\n \xc3\r\n \xa9"), "X:1\r\n é");
        assert_eq!(owned(b"\xc3\r\n \xa9"), "é");
        // The next character is cut as well.
        assert_eq!(owned(b"X:1\xc3\r\n \xa9\xc3\r\n \xa9"), "X:1\r\n é\r\n é");
        assert_eq!(owned(b"X:1\xc3\r\r\n \xa9\xc3\r \xa9"), "X:1\r\r\n é\r é");
    }

    #[test]
    fn what_is_whole_stays_and_what_is_no_text_is_refused() {
        for whole in ["", "X:é\r\n é", "\u{feff}X:\r\n 🎄"] {
            assert!(matches!(text(whole.as_bytes()), Ok(Cow::Borrowed(text)) if text == whole));
        }
        for (octets, line) in [
            (&b"X:caf\xe9"[..], 1),
            (b"X:1\r\nX:caf\xc3\r\n", 2),
            (b"X:1\r\n 2\r\nX:caf\xc3\r\nX:\xa9", 3),
            (b"X:\xa9", 1),
            (b"X:\xc3\r\n  \xa9", 1),
            (b"X:\xc3 \xa9", 1),
            (b"X:\xe2\r\n \xa9", 1),
            // A surrogate, and more octets than are needed.
            (b"X:\xed\r\n \xa0\x80", 1),
            (b"X:\xe0\r\n \x80\xaf", 1),
            (b"X:\xc3\r\n \xa9\r\nX:\xff", 3),
        ] {
            assert_eq!(text(octets).unwrap_err().line, line, "{octets:?}");
        }
    }

    #[test]
    fn long_input_takes_linear_time() {
        let cuts = [b"X:".as_slice(), &b"a\xc3\r\n \xa9".repeat(500_000)].concat();
        assert_eq!(owned(&cuts).matches('é').count(), 500_000);
    }

    /// A VCALENDAR with `value` as a description, folded after the octets at `cuts`.
    fn folded(value: &str, cuts: &[usize], fold: &str) -> Vec<u8> {
        let line = format!("DESCRIPTION:{value}");
        let mut octets = b"BEGIN:VCALENDAR\r\n".to_vec();
        for (at, octet) in line.bytes().enumerate() {
            if at > 0 && cuts.contains(&at) {
                octets.extend(fold.as_bytes());
            }
            octets.push(octet);
        }
        octets.extend(b"\r\nEND:VCALENDAR\r\n");
        octets
    }

    proptest! {
        #[test]
        fn lines_folded_anywhere_say_the_same(
            value in "[a-zé€🎄]{0,40}",
            cuts in prop::collection::vec(0usize..140, 0..40),
            fold in prop::sample::select(vec!["\r\n ", "\n ", "\r\n\t"]),
        ) {
            let octets = folded(&value, &cuts, fold);
            let text = text(&octets).unwrap();
            prop_assert_eq!(matches!(text, Cow::Borrowed(_)), std::str::from_utf8(&octets).is_ok());
            let calendar = syntax::parse(&text, 0).unwrap();
            prop_assert_eq!(&calendar[0].properties[0].value, &value);
            // Nothing but folds has gone or come.
            let bare = |text: &str| text.replace(fold, "");
            prop_assert_eq!(bare(&text), bare(std::str::from_utf8(&folded(&value, &[], "")).unwrap()));
            prop_assert!(text.len() <= octets.len());
        }

        #[test]
        fn any_octets_are_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(read) = text(&octets) {
                prop_assert!(read.len() <= octets.len());
            }
        }
    }
}
