//! The UID of an object.

use crate::object::CalendarObject;
use crate::{Limits, Result, escape, write};

/// The same object with another UID. Every other octet stays.
///
/// # Errors
/// Those of [`CalendarObject::parse`].
pub fn with_uid(text: &str, uid: &str, limits: &Limits) -> Result<String> {
    let object = CalendarObject::parse(text, limits)?;
    let properties = object.entries().filter_map(|entry| object.component(entry).property("UID"));
    let mut spans: Vec<_> = properties.map(|property| property.span.clone()).collect();
    spans.sort_by_key(|span| span.start);
    let mut written = text.to_owned();
    for span in spans.into_iter().rev() {
        let mut line = String::new();
        write::fold(
            &mut line,
            &write::line("UID", &[], &escape::escape_text(uid)),
            write::line_break(&text[span.clone()]),
        );
        written.replace_range(span, &line);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_component_of_the_object_gets_the_uid_and_nothing_else_changes() {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID;X-A=b:one\r\nDTSTART:20260101T100000Z\r\nRRULE:FREQ=DAILY\r\nBEGIN:VALARM\r\nUID:alarm\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nRECURRENCE-ID:20260102T100000Z\r\nDTSTART:20260102T110000Z\r\nUID:one\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let long = "x".repeat(100);
        let renamed = with_uid(&text.replace("UID;X-A=b:one", "UID:one"), &long, &Limits::default()).unwrap();
        assert_eq!(CalendarObject::parse(&renamed, &Limits::default()).unwrap().uid, long);
        assert_eq!(renamed.replace("\r\n ", "").replace(&long, "one"), text.replace("UID;X-A=b:one", "UID:one"));
    }
}
