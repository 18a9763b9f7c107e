//! Addresses of the agenda's views and of the event form.

use super::days::View;
use crate::event::fields::time_value;
use crate::wire::{CalendarId, EventInstance, When};
use chrono::{NaiveDate, NaiveDateTime};
use std::fmt::Write;

/// `/agenda/week/2026-11-21`
pub fn view(view: View, date: NaiveDate) -> String {
    format!("/agenda/{}/{date}", view.slug())
}

/// The page of an event, which leads back to `back`; a busy time has none.
pub fn event(event: &EventInstance, back: &str) -> Option<String> {
    if event.is_busy_time() {
        return None;
    }
    let mut path = format!("/event/{}/", event.calendar);
    escape(&mut path, &event.name);
    path.push('?');
    if let Some(instance) = &event.instance {
        path.push_str("instance=");
        escape(&mut path, instance);
        path.push('&');
    }
    path.push_str("back=");
    escape(&mut path, back);
    Some(path)
}

/// The page of an event that is known by its calendar and its name alone.
#[cfg(feature = "ssr")]
pub fn event_of(calendar: CalendarId, name: &str) -> String {
    let mut path = format!("/event/{calendar}/");
    escape(&mut path, name);
    path
}

/// Where that page says why the event is here.
pub const WHY: &str = "why";

/// The page of an event's history, which leads back to `back`.
pub fn history(calendar: CalendarId, name: &str, back: &str) -> String {
    let mut path = format!("/event/{calendar}/");
    escape(&mut path, name);
    path.push_str("/history?back=");
    escape(&mut path, back);
    path
}

/// The page of who takes part in an event.
#[cfg(feature = "ssr")]
pub fn invitation(calendar: CalendarId, name: &str) -> String {
    let mut path = format!("/event/{calendar}/");
    escape(&mut path, name);
    path.push_str("/invitation");
    path
}

/// The form for a new event.
pub fn new_event(when: When, calendar: Option<CalendarId>, back: &str) -> String {
    let (start, end) = match when {
        When::Days { first, last } => (first.to_string(), last.to_string()),
        When::Times { start, end } => {
            let value = |time: NaiveDateTime| format!("{}T{}", time.date(), time_value(time.time()));
            (value(start), value(end))
        }
    };
    let mut path = format!("/event/new?start={start}&end={end}&");
    if let Some(calendar) = calendar {
        let _ = write!(path, "calendar={calendar}&");
    }
    path.push_str("back=");
    escape(&mut path, back);
    path
}

/// Appends `text` as one component of an address (RFC 3986, 2.1).
pub fn escape(path: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let mut path = String::new();
        escape(&mut path, "a b&c?é%.ics");
        assert_eq!(path, "a%20b%26c%3F%C3%A9%25.ics");
    }
}
