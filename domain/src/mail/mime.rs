//! Reading messages (RFC 5322, RFC 2045 and following): what is indexed of their headers, how their texts begin, and their parts.

use crate::model::mail_message::MailAddress;
use chrono::{DateTime, Utc};
use mail_parser::decoders::html::html_to_text;
use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders, PartType};
use std::borrow::Cow;

/// Longest subject and name that are indexed, in characters.
const MAX_SUBJECT: usize = 500;
const MAX_NAME: usize = 200;
/// Longest address and Message-ID, in octets.
const MAX_ADDRESS: usize = 320;
const MAX_ID: usize = 500;
/// How many of the recipients are indexed.
const MAX_INDEXED: usize = 20;
/// How many characters of the text are shown in lists.
const PREVIEW: usize = 200;

/// What is indexed of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub message_id: Option<String>,
    /// References and In-Reply-To, the oldest first.
    pub references: Vec<String>,
    pub subject: String,
    pub from: MailAddress,
    pub to: Vec<MailAddress>,
    pub sent_at: Option<DateTime<Utc>>,
    pub has_attachments: bool,
}

/// At most so many characters of a text, on one line.
fn line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty())
    {
        if count > 0 {
            line.push(' ');
            count += 1;
        }
        for letter in word.chars() {
            if count >= most {
                return line;
            }
            // What is stored has no such character (PostgreSQL), and nobody sees it.
            if letter != '\0' {
                line.push(letter);
                count += 1;
            }
        }
    }
    line
}

/// The people of a header, those of groups among them.
pub(super) fn people(address: Option<&Address<'_>>) -> Vec<MailAddress> {
    let Some(address) = address else { return Vec::new() };
    let people = address.iter().map(|who| MailAddress {
        name: line(who.name.as_deref().unwrap_or_default(), MAX_NAME),
        address: line(who.address.as_deref().unwrap_or_default(), MAX_ADDRESS),
    });
    people.filter(|who| !who.address.is_empty() || !who.name.is_empty()).collect()
}

pub(super) fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let texts: Vec<&str> = match value {
        HeaderValue::Text(text) => vec![text],
        HeaderValue::TextList(texts) => texts.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    let ids = texts.into_iter().flat_map(|text| text.split_whitespace());
    ids.map(|id| id.trim_matches(['<', '>']).replace('\0', ""))
        .filter(|id| !id.is_empty() && id.len() <= MAX_ID)
        .collect()
}

/// When a message was sent, as it says itself.
pub(super) fn sent_at(message: &Message<'_>) -> Option<DateTime<Utc>> {
    message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0))
}

/// The Message-IDs that a message names, the oldest first.
pub(super) fn references(message: &Message<'_>) -> Vec<String> {
    let mut references = ids(message.references());
    for answered in ids(message.in_reply_to()) {
        if !references.contains(&answered) {
            references.push(answered);
        }
    }
    references
}

/// What is indexed of a message, from its header alone.
pub(super) fn head(header: &[u8]) -> Head {
    let Some(message) = MessageParser::default().parse_headers(header) else { return Head::default() };
    let from = people(message.from()).into_iter().next();
    let mut to = people(message.to());
    to.extend(people(message.cc()));
    to.truncate(MAX_INDEXED);
    let has_attachments = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("mixed"))
    });
    Head {
        message_id: message
            .message_id()
            .map(|id| id.replace('\0', ""))
            .filter(|id| !id.is_empty() && id.len() <= MAX_ID),
        references: references(&message),
        subject: line(message.subject().unwrap_or_default(), MAX_SUBJECT),
        from: from.or_else(|| people(message.sender()).into_iter().next()).unwrap_or_default(),
        to,
        sent_at: sent_at(&message),
        has_attachments,
    }
}

/// How the text of a message begins, of which the first octets are there, and whether something is attached, where that can be seen.
pub(super) fn preview(beginning: &[u8], is_whole: bool) -> (String, Option<bool>) {
    let Some(message) = MessageParser::default().parse(beginning) else { return (String::new(), None) };
    let text = message.body_text(0).map(Cow::into_owned).filter(|text| !text.trim().is_empty());
    let text = text.or_else(|| broken_off(&message)).unwrap_or_default();
    // What others wrote before says nothing of this one.
    let own: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('>')).collect();
    // Where the first octets end a text breaks off, which is nothing attached.
    let is_there = |part: &mail_parser::MessagePart<'_>| is_whole || !part.is_encoding_problem;
    let attached = message.attachments().any(|part| !is_inline(part) && is_there(part));
    (line(&own.join("\n"), PREVIEW), (attached || is_whole).then_some(attached))
}

/// The text of a part that breaks off, which counts as none of the message's texts: of a mail that was cut, or of its first octets.
pub(super) fn broken_off(message: &Message<'_>) -> Option<String> {
    let cut = message.parts.iter().filter(|part| part.is_encoding_problem);
    let read = |part: &mail_parser::MessagePart<'_>| match &part.body {
        // What is cut counts as plain, whatever it says.
        PartType::Text(text) if part.is_content_type("text", "html") => Some(html_to_text(text)),
        PartType::Text(text) => Some(text.to_string()),
        PartType::Html(html) => Some(html_to_text(html)),
        _ => None,
    };
    cut.filter_map(read).find(|text| !text.trim().is_empty())
}

/// Whether a part is shown within the text.
fn is_inline(part: &mail_parser::MessagePart<'_>) -> bool {
    part.content_id().is_some() && part.content_disposition().is_none_or(|disposition| !disposition.is_attachment())
}

/// A part that is no text of the message's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Among all parts of the message.
    pub number: usize,
    pub name: Option<String>,
    /// Lower case.
    pub media_type: String,
    pub size: usize,
    /// `Content-ID`, without the angle brackets.
    pub content_id: Option<String>,
    pub is_inline: bool,
}

fn media_type(part: &mail_parser::MessagePart<'_>) -> String {
    let is_token =
        |text: &str| text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&octet));
    let known = part.content_type().and_then(|kind| Some((kind.ctype(), kind.subtype()?)));
    match known {
        Some((one, other)) if is_token(one) && is_token(other) => format!("{one}/{other}").to_ascii_lowercase(),
        _ if part.is_message() => "message/rfc822".to_owned(),
        _ => "application/octet-stream".to_owned(),
    }
}

/// The octets of a part, after its transfer encoding.
pub(super) fn octets<'m>(part: &'m mail_parser::MessagePart<'_>) -> &'m [u8] {
    match &part.body {
        PartType::Message(message) => message.raw_message(),
        _ => part.contents(),
    }
}

/// What is attached to a message, or shown within its text.
pub(super) fn parts(message: &Message<'_>) -> Vec<Part> {
    let numbers = message.attachments.iter().filter_map(|number| usize::try_from(*number).ok());
    let read = |number: usize| {
        let part = message.parts.get(number)?;
        let nested = match &part.body {
            PartType::Message(nested) => nested.subject().map(|subject| format!("{subject}.eml")),
            _ => None,
        };
        Some(Part {
            number,
            name: part.attachment_name().map(str::to_owned).or(nested),
            media_type: media_type(part),
            size: octets(part).len(),
            content_id: part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned()),
            is_inline: is_inline(part),
        })
    };
    numbers.filter_map(read).collect()
}

/// The fields of a header as they are, decoded, in their order.
pub(super) fn fields(message: &Message<'_>) -> Vec<(String, String)> {
    let fields = message.headers().iter().map(|header| {
        let raw = message.raw_message();
        let (from, to) = (header.offset_start() as usize, header.offset_end() as usize);
        let raw = raw.get(from..to).map(|raw| String::from_utf8_lossy(raw).trim().to_owned()).unwrap_or_default();
        let value = match (header.name.clone(), header.value()) {
            (HeaderName::Subject | HeaderName::Comments, HeaderValue::Text(text)) => text.to_string(),
            _ => raw,
        };
        (header.name().to_owned(), value)
    });
    fields.collect()
}

/// By what a new mail from this address will be known, without the angle brackets.
pub(super) fn new_message_id(address: &str) -> String {
    format!("{}@{}", uuid::Uuid::new_v4(), address.rsplit('@').next().unwrap_or("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_whatever_it_is() {
        let read = head(
            b"From: =?utf-8?q?Zo=C3=A9?= <zoe@example.org>\r\nTo: Team: a@x, \"B, b\" <b@x>;, c@x\r\n\
            Subject: =?iso-8859-1?q?d=E9j=E0?=\r\n vu\r\nMessage-ID: <1@x>\r\nReferences: <a@x>\r\n <b@x>\r\nIn-Reply-To: <b@x>\r\n\
            Date: Mon, 2 Nov 2026 10:00:00 +0100\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n",
        );
        assert_eq!((read.from.name.as_str(), read.from.address.as_str()), ("Zoé", "zoe@example.org"));
        assert_eq!(read.subject, "déjà vu");
        assert_eq!(read.to.iter().map(|who| who.address.as_str()).collect::<Vec<_>>(), ["a@x", "b@x", "c@x"]);
        assert_eq!(
            (read.message_id.as_deref(), &read.references[..]),
            (Some("1@x"), &["a@x".to_owned(), "b@x".into()][..])
        );
        assert!(read.has_attachments);
        assert_eq!(read.sent_at.map(|at| at.timestamp()), Some(1_793_610_000));
        for odd in [&b""[..], b"\r\n", b"no header", b"From:\r\nDate: soon\r\nSubject: \0\xff\r\n\r\n", &[0xff; 100]] {
            let read = head(odd);
            assert!(!read.subject.contains('\0'), "{read:?}");
        }
    }

    #[test]
    fn thousands_of_recipients_are_indexed_in_part() {
        let all: Vec<String> = (0..10_000).map(|number| format!("a{number}@example.org")).collect();
        let read = head(format!("To: {}\r\n\r\n", all.join(",\r\n ")).as_bytes());
        assert_eq!(read.to.len(), MAX_INDEXED);
    }

    #[test]
    fn a_preview_is_of_the_text_and_not_of_what_is_quoted() {
        let (text, attached) = preview(b"Subject: x\r\n\r\n> old\r\nNew   words\r\n\r\nmore", true);
        assert_eq!((text.as_str(), attached), ("New words more", Some(false)));
        let cut =
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you";
        assert_eq!(preview(cut, false), ("Hello you".to_owned(), None));
        let html = b"Content-Type: text/html\r\n\r\n<html><style>p{}</style><p>Hello <b>you</b></p><img src='cid:x'>";
        assert_eq!(preview(html, false), ("Hello you".to_owned(), None));
    }
}
