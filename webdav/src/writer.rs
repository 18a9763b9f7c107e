//! Writes XML into a buffer that is sent piece by piece.

use crate::names::{APPLE_ICAL, CALDAV, CALENDAR_SERVER, DAV, Name};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

/// Elements with the prefixes `D`, `C`, `CS` and `IC`, which [`XmlWriter::open_root`] declares.
pub struct XmlWriter {
    out: Writer<Vec<u8>>,
}

impl Default for XmlWriter {
    fn default() -> Self {
        Self::new()
    }
}

/// What the answer about a home takes, so that it is written without making room time and again.
const USUAL_OCTETS: usize = 8 * 1024;

impl XmlWriter {
    pub fn new() -> Self {
        XmlWriter { out: Writer::new(Vec::with_capacity(USUAL_OCTETS)) }
    }

    fn event(&mut self, event: Event<'_>) {
        // Writing to a Vec cannot fail.
        let _ = self.out.write_event(event);
    }

    /// Begins the document.
    pub fn open_root(&mut self, tag: &str) {
        self.event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
        let namespaces =
            [("xmlns:D", DAV), ("xmlns:C", CALDAV), ("xmlns:CS", CALENDAR_SERVER), ("xmlns:IC", APPLE_ICAL)];
        self.event(Event::Start(BytesStart::new(tag).with_attributes(namespaces)));
    }

    pub fn open(&mut self, tag: &str) {
        self.event(Event::Start(BytesStart::new(tag)));
    }

    pub fn open_with(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Start(BytesStart::new(tag).with_attributes(attributes.iter().copied())));
    }

    pub fn close(&mut self, tag: &str) {
        self.event(Event::End(BytesEnd::new(tag)));
    }

    pub fn empty(&mut self, tag: &str) {
        self.event(Event::Empty(BytesStart::new(tag)));
    }

    pub fn empty_with(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Empty(BytesStart::new(tag).with_attributes(attributes.iter().copied())));
    }

    /// `<tag>text</tag>`
    pub fn leaf(&mut self, tag: &str, text: &str) {
        self.open(tag);
        self.text(text);
        self.close(tag);
    }

    /// `<tag><D:href>path</D:href></tag>`
    pub fn hrefs<'a>(&mut self, tag: &str, paths: impl IntoIterator<Item = &'a str>) {
        self.open(tag);
        for path in paths {
            self.leaf("D:href", path);
        }
        self.close(tag);
    }

    pub fn text(&mut self, text: &str) {
        escape_into(self.out.get_mut(), text);
    }

    /// XML that is written already.
    pub fn raw(&mut self, xml: &[u8]) {
        self.out.get_mut().extend_from_slice(xml);
    }

    /// How many octets wait to be taken.
    pub fn length(&self) -> usize {
        self.out.get_ref().len()
    }

    /// Takes back what was written after [`XmlWriter::length`] was `length`.
    pub fn truncate(&mut self, length: usize) {
        self.out.get_mut().truncate(length);
    }

    /// What was written since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.out.get_mut())
    }
}

/// An element of any name without content, with its namespace declared unless the root declares it.
pub fn empty_element(name: &Name) -> Vec<u8> {
    let mut out = Vec::new();
    match name.namespace.prefix() {
        Some(prefix) => out.extend_from_slice(format!("<{prefix}:{}/>", name.local).as_bytes()),
        None if name.namespace.uri().is_empty() => out.extend_from_slice(format!("<{}/>", name.local).as_bytes()),
        None => {
            out.extend_from_slice(format!("<X:{} xmlns:X=\"", name.local).as_bytes());
            escape_into(&mut out, name.namespace.uri());
            out.extend_from_slice(b"\"/>");
        }
    }
    out
}

/// Escapes character data and attribute values. A carriage return is written as a reference, because a reader turns a plain
/// one into a line feed (XML 1.0 section 2.11); what XML 1.0 cannot carry at all becomes U+FFFD.
pub fn escape_into(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let (replacement, width): (&[u8], usize) = match byte {
            b'&' => (b"&amp;", 1),
            b'<' => (b"&lt;", 1),
            b'>' => (b"&gt;", 1),
            b'"' => (b"&quot;", 1),
            b'\r' => (b"&#13;", 1),
            b'\t' | b'\n' => continue,
            0..0x20 => ("\u{FFFD}".as_bytes(), 1),
            // U+FFFE and U+FFFF
            0xEF if matches!(bytes[at..], [_, 0xBF, 0xBE | 0xBF, ..]) => ("\u{FFFD}".as_bytes(), 3),
            _ => continue,
        };
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(replacement);
        done = at + width;
    }
    out.extend_from_slice(&bytes[done..]);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::names::Namespace;

    fn escaped(text: &str) -> String {
        let mut out = Vec::new();
        escape_into(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_survives_a_reader() {
        assert_eq!(escaped("a<b> & \"c\"\r\n\tü"), "a&lt;b&gt; &amp; &quot;c&quot;&#13;\n\tü");
        assert_eq!(escaped("\u{0}\u{B}x\u{FFFE}y\u{FFFF}\u{FFFD}"), "\u{FFFD}\u{FFFD}x\u{FFFD}y\u{FFFD}\u{FFFD}");
    }

    #[test]
    fn names_of_any_namespace_can_be_written() {
        let name = |uri: &str| Name::new(Namespace::from_uri(uri), "a");
        assert_eq!(empty_element(&name("DAV:")), b"<D:a/>");
        assert_eq!(empty_element(&name("")), b"<a/>");
        assert_eq!(empty_element(&name("u\"&")), b"<X:a xmlns:X=\"u&quot;&amp;\"/>");
    }
}
