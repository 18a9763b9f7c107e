//! A text from nothing, line by line: for what others say in another form.
//!
//! The crate `icalendar` builds texts as well; it looks for the place of each fold from the beginning of the line, so that a long
//! description takes the square of its length, and a parameter with a quote in it comes out as another.

use super::escape::escape_text;
use super::syntax::Parameter;
use super::value::Moment;
use super::write::{self, CRLF, PRODID};

/// A VCALENDAR that is being written.
#[derive(Clone, Debug)]
pub struct Builder {
    text: String,
    /// The components that are open.
    open: Vec<&'static str>,
}

impl Default for Builder {
    fn default() -> Self {
        Builder::new()
    }
}

impl Builder {
    pub fn new() -> Self {
        let mut builder = Builder { text: String::new(), open: Vec::new() };
        builder.begin("VCALENDAR").raw("VERSION", &[], "2.0").raw("PRODID", &[], PRODID);
        builder
    }

    pub fn begin(&mut self, component: &'static str) -> &mut Self {
        self.open.push(component);
        self.raw("BEGIN", &[], component)
    }

    /// Ends the component that was begun last.
    pub fn end(&mut self) -> &mut Self {
        match self.open.pop() {
            Some(component) => self.raw("END", &[], component),
            None => self,
        }
    }

    /// Whole lines that are iCalendar already, such as those of a VTIMEZONE.
    pub fn lines(&mut self, lines: &str) -> &mut Self {
        self.text.push_str(lines);
        self
    }

    /// A property of type TEXT (RFC 5545 section 3.3.11).
    pub fn text(&mut self, name: &str, params: &[(&str, &str)], text: &str) -> &mut Self {
        self.raw(name, params, &escape_text(text))
    }

    /// A list of TEXT, such as CATEGORIES.
    pub fn texts<'t>(&mut self, name: &str, texts: impl IntoIterator<Item = &'t str>) -> &mut Self {
        let values: Vec<String> = texts.into_iter().map(escape_text).collect();
        self.raw(name, &[], &values.join(","))
    }

    pub fn moment(&mut self, name: &str, moment: &Moment) -> &mut Self {
        match moment {
            Moment::Date(_) => self.raw(name, &[("VALUE", "DATE")], &moment.value()),
            Moment::Zoned { tzid, .. } => self.raw(name, &[("TZID", tzid)], &moment.value()),
            Moment::Floating(_) | Moment::Utc(_) => self.raw(name, &[], &moment.value()),
        }
    }

    /// A property whose value is written as it is. Characters that a line cannot have are left out.
    pub fn raw(&mut self, name: &str, params: &[(&str, &str)], value: &str) -> &mut Self {
        let parameter = |(name, value): &(&str, &str)| Parameter {
            name: (*name).to_owned(),
            values: vec![value.chars().filter(|character| *character == '\n' || !character.is_control()).collect()],
        };
        let params: Vec<Parameter> = params.iter().map(parameter).collect();
        let value: String = value.chars().filter(|character| !character.is_control()).collect();
        write::fold(&mut self.text, &write::line(name, &params, &value), CRLF);
        self
    }

    /// The text, every component ended.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{CalendarObject, Limits};
    use chrono::NaiveDate;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_folded_and_ended() {
        let mut builder = Builder::new();
        builder.begin("VEVENT").text("SUMMARY", &[], &"ä,".repeat(40)).begin("VALARM").raw("TRIGGER", &[], "-PT5M");
        let text = builder.finish();
        assert!(text.ends_with("TRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_read_as_it_was_said(text in "\\PC{0,200}", name in "\\PC{0,40}") {
            let mut builder = Builder::new();
            builder.begin("VEVENT").raw("UID", &[], "a");
            builder.moment("DTSTART", &Moment::Date(NaiveDate::from_ymd_opt(2026, 3, 10).unwrap()));
            builder.text("SUMMARY", &[], &text).raw("ATTENDEE", &[("CN", &name)], "mailto:a@b.c");
            let object = CalendarObject::parse(&builder.finish(), &Limits::default()).unwrap();
            let event = &object.calendar.components[0];
            prop_assert_eq!(event.property("SUMMARY").unwrap().text(), text);
            prop_assert_eq!(event.property("ATTENDEE").unwrap().param("CN").unwrap(), name);
        }
    }
}
