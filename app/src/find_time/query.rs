//! What stands in the address of the page.

use super::PATH;
use crate::agenda::links::escape;
use crate::wire::{CalendarId, InstanceKey};
use std::fmt::Write;

/// Longest list of people that is read, in octets.
const MAX_PEOPLE_TEXT: usize = 16 * 1024;

/// What is looked for, as the form says it; what is not said is taken to be what is usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeQuery {
    /// `None`: those who are invited to the meeting that is to be at another time.
    pub who: Option<String>,
    pub optional: Option<String>,
    pub minutes: Option<String>,
    /// `2026-11-21`
    pub from: Option<String>,
    pub days: Option<String>,
    /// IANA name.
    pub zone: Option<String>,
    /// The meeting that is to be at another time.
    pub meeting: Option<(CalendarId, String)>,
    pub instance: Option<InstanceKey>,
}

impl TimeQuery {
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let people = |name: &str| value(name).map(|text| text.chars().take(MAX_PEOPLE_TEXT).collect());
        let filled = |name: &str| value(name).filter(|text| !text.trim().is_empty());
        let calendar = value("calendar").and_then(|id| id.parse().ok());
        TimeQuery {
            who: people("who"),
            optional: people("optional"),
            minutes: filled("minutes"),
            from: filled("from"),
            days: filled("days"),
            zone: filled("zone"),
            meeting: calendar.zip(filled("name")),
            instance: filled("instance"),
        }
    }

    /// The page about a meeting, or one instance of it.
    pub fn of_meeting(calendar: CalendarId, name: &str, instance: Option<&str>) -> String {
        let instance = instance.map(|key| ("instance", key.to_owned()));
        let pairs = [("calendar", calendar.to_string()), ("name", name.to_owned())].into_iter().chain(instance);
        address(PATH, pairs)
    }

    /// The controls that say which meeting it is about.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let Some((calendar, name)) = &self.meeting else { return Vec::new() };
        let instance = self.instance.iter().map(|key| ("instance".to_owned(), key.clone()));
        let meeting = [("calendar".to_owned(), calendar.to_string()), ("name".to_owned(), name.clone())];
        meeting.into_iter().chain(instance).collect()
    }
}

/// A path with these parameters.
pub fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut all = path.to_owned();
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(all, "{}{name}=", if at == 0 { '?' } else { '&' });
        escape(&mut all, &value);
    }
    all
}

/// The people of a list: one on each line, or with commas between them. Of `Ben Miller <ben@example.org>` the address.
pub fn people(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r', ',', ';'])
        .map(|one| {
            let one = one.trim();
            match one.split_once('<') {
                Some((_, rest)) => rest.split('>').next().unwrap_or(rest).trim(),
                None => one,
            }
        })
        .filter(|one| !one.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_as_they_are_written() {
        let read: Vec<_> = people("a@example.org, Ben Miller <ben@example.org>\r\n\n  choir ;").collect();
        assert_eq!(read, ["a@example.org", "ben@example.org", "choir"]);
    }

    #[test]
    fn a_meeting_is_named_in_the_address() {
        let path = TimeQuery::of_meeting(3, "a b.ics", Some("20261121T090000@Europe/Zurich"));
        assert!(path.starts_with("/find-a-time?calendar=3&name=a%20b.ics&instance=20261121T090000"), "{path}");
    }
}
