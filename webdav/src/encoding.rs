//! The characters of an XML body: which encoding it is in (RFC 7303 section 3, XML 1.0 appendix F), and what it says.

use crate::error::XmlError;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Where an XML declaration has to have ended.
const MAX_DECLARATION: usize = 1024;

/// The text of `body`. Its encoding is told by a byte order mark, else by `charset` (that of the Content-Type), else by its XML
/// declaration; otherwise it is UTF-8.
///
/// # Errors
/// An encoding that is not known, octets that are not in it, characters that XML does not have.
pub fn decode(body: &[u8], charset: Option<&str>) -> Result<String, XmlError> {
    let (encoding, octets) = match Encoding::for_bom(body) {
        Some((encoding, length)) => (encoding, &body[length..]),
        None => match charset.map(str::to_owned).or_else(|| declared(body)) {
            Some(label) => (named(&label)?, body),
            None => (UTF_8, body),
        },
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(octets)
        .ok_or_else(|| XmlError::Encoding(encoding.name().to_owned()))?;
    match text.chars().find(|&c| !is_xml_char(c)) {
        Some(c) => Err(XmlError::Malformed(format!("U+{:04X} is not allowed", c as u32))),
        None => Ok(text.into_owned()),
    }
}

fn named(label: &str) -> Result<&'static Encoding, XmlError> {
    // Here the label means a superset with other letters above ASCII.
    if label.eq_ignore_ascii_case("us-ascii") || label.eq_ignore_ascii_case("ascii") {
        return Ok(UTF_8);
    }
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())
        .ok_or_else(|| XmlError::UnknownEncoding(label.chars().take(40).collect()))?;
    // Without a byte order mark it is not UTF-16: programs that write into strings of UTF-16 declare that, and send UTF-8.
    Ok(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// The encoding in the XML declaration, which is in ASCII whatever follows it.
fn declared(body: &[u8]) -> Option<String> {
    if !body.starts_with(b"<?xml") {
        return None;
    }
    let length = body.windows(2).take(MAX_DECLARATION).position(|octets| octets == b"?>")? + 2;
    match Reader::from_str(std::str::from_utf8(&body[..length]).ok()?).read_event() {
        Ok(Event::Decl(declaration)) => Some(declaration.encoding()?.ok()?.into_owned()),
        _ => None,
    }
}

/// XML 1.0 section 2.2, production `Char`.
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn body(declared: &str, content: &[u8]) -> Vec<u8> {
        [format!("<?xml version=\"1.0\" encoding={declared}?><a>").as_bytes(), content, b"</a>"].concat()
    }

    fn content(body: &[u8], charset: Option<&str>) -> Result<String, XmlError> {
        let text = decode(body, charset)?;
        let inner = &text[text.find("<a>").unwrap() + 3..];
        Ok(inner.strip_suffix("</a>").unwrap().to_owned())
    }

    #[test]
    fn the_encoding_is_what_is_said_first() {
        let latin = body("'ISO-8859-1'", b"caf\xe9");
        assert_eq!(content(&latin, None).unwrap(), "café");
        assert_eq!(content(&body("\"windows-1252\"", b"\x80"), None).unwrap(), "€");
        assert_eq!(content(&body("\"Shift_JIS\"", b"\x93\xfa"), None).unwrap(), "日");
        // The header counts more than the declaration, and a byte order mark more than both.
        assert_eq!(content(&body("'utf-8'", b"caf\xe9"), Some("iso-8859-1")).unwrap(), "café");
        assert_eq!(content(&latin, Some("utf-8")).unwrap_err(), XmlError::Encoding("UTF-8".into()));
        let marked = [b"\xef\xbb\xbf", body("'iso-8859-1'", "é".as_bytes()).as_slice()].concat();
        assert_eq!(content(&marked, Some("iso-8859-1")).unwrap(), "é");
        let mut wide = vec![0xFF, 0xFE];
        wide.extend("<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(content(&wide, None).unwrap(), "é");
    }

    #[test]
    fn utf_8_goes_by_several_names() {
        for label in ["'utf-8'", "'UTF8'", "'us-ascii'", "'ASCII'", "'utf-16'"] {
            assert_eq!(content(&body(label, "é".as_bytes()), None).unwrap(), "é", "{label}");
        }
        assert_eq!(content("<a>é</a>".as_bytes(), None).unwrap(), "é");
        assert_eq!(content(b"<a>\xe9</a>", None).unwrap_err(), XmlError::Encoding("UTF-8".into()));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for label in ["utf-7", "hz-gb-2312", "klingon", ""] {
            let refusal = content(&body(&format!("'{label}'"), b"x"), None).unwrap_err();
            assert_eq!(refusal, XmlError::UnknownEncoding(label.into()));
        }
        assert!(matches!(content(b"<a>\x01</a>", None), Err(XmlError::Malformed(_))));
    }
}
