//! The calendar in a message (RFC 6047 section 2.4), whatever program wrote it.

use kalends_ical::itip::Method;
use kalends_ical::unfold;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

/// Largest text that is read, in octets.
pub(super) const MAX_TEXT: usize = 1024 * 1024;

/// Why a calendar is no message about a meeting that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    TooLarge,
    /// The mail says another METHOD than the calendar (RFC 6047 section 2.4).
    TwoMethods,
}

/// What a message has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Text(String),
    Unfit(Unfit),
}

/// The calendar with a METHOD in a message: of several parts the one that says so best. What is within a message that is attached is none of
/// this one's. `None`: there is none.
pub(super) fn calendar_of(message: &Message<'_>) -> Option<Found> {
    let ranked = message.parts.iter().filter_map(|part| Some((rank(part)?, part)));
    // Of two that say the same the first.
    let (_, part) = ranked.min_by_key(|(rank, _)| *rank)?;
    if part.len() > MAX_TEXT * 2 {
        return Some(Found::Unfit(Unfit::TooLarge));
    }
    let text = text_of(message, part);
    let said = method_in(&text)?;
    if text.len() > MAX_TEXT {
        return Some(Found::Unfit(Unfit::TooLarge));
    }
    let named = part.content_type().and_then(|kind| kind.attribute("method")).and_then(Method::from_name);
    let is_other = Method::from_name(&said).zip(named).is_some_and(|(said, named)| said != named);
    Some(if is_other { Found::Unfit(Unfit::TwoMethods) } else { Found::Text(text) })
}

/// How well a part says that it is one; the smaller the better.
fn rank(part: &MessagePart<'_>) -> Option<u8> {
    if matches!(part.body, PartType::Multipart(_) | PartType::Message(_)) {
        return None;
    }
    let is_file = part.attachment_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".ics"));
    let kind = part.content_type();
    let is = |one: &str, other: &str| part.is_content_type(one, other);
    match kind {
        Some(kind) if is("text", "calendar") && kind.has_attribute("method") => Some(0),
        Some(_) if is("text", "calendar") => Some(1),
        Some(_) if is("application", "ics") => Some(2),
        Some(kind) if is_file && matches!(kind.ctype().to_ascii_lowercase().as_str(), "text" | "application") => {
            Some(3)
        }
        _ => None,
    }
}

/// iCalendar is UTF-8 (RFC 5545 section 3.1.4), whatever the mail says of it; only what is not is read as the mail says.
fn text_of(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    let raw = message.raw_message().get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let octets = match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::Base64 => base64_decode(raw),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
    };
    let text = match octets.as_deref().map(unfold::text) {
        Some(Ok(text)) => text.into_owned(),
        _ => match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.to_string(),
            _ => String::from_utf8_lossy(part.contents()).into_owned(),
        },
    };
    // What is stored has no such character (PostgreSQL).
    text.trim_start_matches('\u{feff}').replace('\0', "")
}

/// METHOD of the calendar itself, before its first component.
fn method_in(text: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| !line.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR")).skip(1);
    let head =
        lines.by_ref().take_while(|line| !line.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:")));
    let of_head = head.filter_map(method_of_line).next();
    // Some write it behind everything else.
    of_head.or_else(|| text.lines().rev().take(3).find_map(method_of_line))
}

fn method_of_line(line: &str) -> Option<String> {
    let (name, value) = line.split_once(':')?;
    let name = name.split(';').next()?;
    name.trim().eq_ignore_ascii_case("METHOD").then(|| value.trim().to_owned())
}
