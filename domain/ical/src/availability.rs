//! VAVAILABILITY (RFC 7953): when somebody can be invited.

use crate::busy::{Busy, BusyKind};
use crate::instances::{Window, instances};
use crate::object::CalendarObject;
use crate::syntax::{self, Component, SyntaxError};
use crate::time::{Zone, Zones};
use crate::value;
use crate::{Error, Limits, Result};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// What a calendar with VAVAILABILITY components says.
#[derive(Clone, Debug)]
pub struct Availability {
    /// Those that count less come first.
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    /// 1 counts most, 9 least, and 0 less than that (RFC 7953 section 3.1).
    priority: u8,
    start: Option<value::Moment>,
    end: Option<value::Moment>,
    length: Option<value::Duration>,
    zones: Zones,
    kind: BusyKind,
    available: Vec<CalendarObject>,
}

fn invalid(line: usize, message: impl Into<String>) -> Error {
    Error::InvalidCalendarData(SyntaxError::new(line, message))
}

impl Availability {
    /// Reads a VCALENDAR.
    ///
    /// # Errors
    /// `InvalidCalendarData` where it has no VAVAILABILITY, or one that cannot be read.
    pub fn read(text: &str) -> Result<Self> {
        let calendars = syntax::parse(text, Limits::default().nesting).map_err(Error::InvalidCalendarData)?;
        let [calendar] = &calendars[..] else { return Err(invalid(1, "it is not one VCALENDAR")) };
        if calendar.name != "VCALENDAR" {
            return Err(invalid(calendar.line, "it is no VCALENDAR"));
        }
        let zones = Zones::of(calendar).map_err(Error::InvalidCalendarData)?;
        let zone_texts: String = calendar
            .components
            .iter()
            .filter(|component| component.name == "VTIMEZONE")
            .map(|zone| &text[zone.span.clone()])
            .collect();
        let found = calendar.components.iter().filter(|component| component.name == "VAVAILABILITY");
        let mut parts =
            found.map(|component| part(component, text, &zones, &zone_texts)).collect::<Result<Vec<_>>>()?;
        if parts.is_empty() {
            return Err(invalid(calendar.line, "it has no VAVAILABILITY"));
        }
        parts.sort_by_key(|part| std::cmp::Reverse(if part.priority == 0 { 10 } else { part.priority }));
        Ok(Availability { parts })
    }

    /// The times between `start` and `end` at which they cannot be invited. `floating` is the zone that floating times and days are read in;
    /// of more than `limit` instances of one AVAILABLE none counts.
    pub fn unavailable(
        &self,
        (start, end): (DateTime<Utc>, DateTime<Utc>),
        floating: &Zone,
        limit: usize,
    ) -> Vec<Busy> {
        let mut painted = Painted::new(start, end);
        let window = Window { start: Some(start), end: Some(end) };
        for part in &self.parts {
            let at =
                |moment: &Option<value::Moment>| moment.as_ref().map(|moment| part.zones.instant(moment, floating));
            let from = at(&part.start).unwrap_or(start);
            let lasts = part.start.as_ref().zip(part.length);
            let until =
                at(&part.end).or(lasts.map(|(start, length)| part.zones.after(start, length, floating))).unwrap_or(end);
            painted.paint(from, until, Some(part.kind));
            for available in &part.available {
                for instance in instances(available, window, floating, limit).unwrap_or_default() {
                    // What goes beyond the part is none of it.
                    painted.paint(instance.start_utc.max(from), instance.end_utc.min(until), None);
                }
            }
        }
        painted.busy()
    }
}

fn part(component: &Component, text: &str, zones: &Zones, zone_texts: &str) -> Result<Part> {
    let moment =
        |name: &str| component.property(name).map(value::moment).transpose().map_err(Error::InvalidCalendarData);
    let length = component.property("DURATION").map(value::duration).transpose().map_err(Error::InvalidCalendarData)?;
    let priority = component.property("PRIORITY").and_then(|property| property.value.trim().parse().ok()).unwrap_or(0);
    let kind = match component.property("BUSYTYPE").map(|kind| kind.value.trim().to_uppercase()).as_deref() {
        Some("BUSY") => BusyKind::Busy,
        Some("BUSY-TENTATIVE") => BusyKind::Tentative,
        _ => BusyKind::Unavailable,
    };
    // An AVAILABLE recurs and is overridden as an event is.
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    for (number, available) in component.components.iter().filter(|inner| inner.name == "AVAILABLE").enumerate() {
        let uid = available.property("UID").map(|uid| uid.value.clone());
        let lines: String = available.properties.iter().map(|line| &text[line.span.clone()]).collect();
        let own = match &uid {
            Some(_) => String::new(),
            None => format!("UID:{number}\r\n"),
        };
        let event = format!("BEGIN:VEVENT\r\n{own}{lines}END:VEVENT\r\n");
        groups.entry(uid.unwrap_or_else(|| number.to_string())).or_default().push_str(&event);
    }
    let read = |events: &String| {
        let text = format!("BEGIN:VCALENDAR\r\n{zone_texts}{events}END:VCALENDAR\r\n");
        CalendarObject::parse(&text, &Limits::default())
            .map_err(|error| invalid(component.line, format!("an AVAILABLE cannot be read: {error}")))
    };
    let available = groups.values().map(read).collect::<Result<_>>()?;
    Ok(Part {
        priority,
        start: moment("DTSTART")?,
        end: moment("DTEND")?,
        length,
        zones: zones.clone(),
        kind,
        available,
    })
}

/// A span of time, of which each instant is free or not.
struct Painted {
    end: DateTime<Utc>,
    /// From when on it is what.
    changes: BTreeMap<DateTime<Utc>, Option<BusyKind>>,
}

impl Painted {
    fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        Painted { end, changes: BTreeMap::from([(start, None)]) }
    }

    fn at(&self, instant: DateTime<Utc>) -> Option<BusyKind> {
        self.changes.range(..=instant).next_back().and_then(|(_, kind)| *kind)
    }

    fn paint(&mut self, from: DateTime<Utc>, until: DateTime<Utc>, kind: Option<BusyKind>) {
        let Some(first) = self.changes.keys().next().copied() else { return };
        let (from, until) = (from.max(first), until.min(self.end));
        if from >= until {
            return;
        }
        let after = self.at(until);
        let inside: Vec<DateTime<Utc>> = self.changes.range(from..until).map(|(at, _)| *at).collect();
        for at in inside {
            self.changes.remove(&at);
        }
        self.changes.insert(from, kind);
        self.changes.insert(until, after);
    }

    fn busy(&self) -> Vec<Busy> {
        let ends = self.changes.keys().skip(1).copied().chain([self.end]);
        let spans = self.changes.iter().zip(ends);
        let busy = spans.filter_map(|((start, kind), end)| Some(Busy { start: *start, end, kind: (*kind)? }));
        busy.filter(|busy| busy.start < busy.end).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(day: u32, hour: u32) -> DateTime<Utc> {
        chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_utc()
    }

    fn found(text: &str, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<String> {
        let all = Availability::read(text).unwrap().unavailable((start, end), &Zone::UTC, 1000);
        all.iter()
            .map(|busy| format!("{}-{} {:?}", busy.start.format("%d.%H"), busy.end.format("%d.%H"), busy.kind))
            .collect()
    }

    const WEEK: &str = "BEGIN:AVAILABLE\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Zurich:20260105T090000\r\nDTEND;TZID=Europe/Zurich:20260105T170000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU\r\nEND:AVAILABLE\r\n";

    #[test]
    fn what_is_not_available_is_unavailable() {
        let text =
            format!("BEGIN:VCALENDAR\r\nBEGIN:VAVAILABILITY\r\nUID:a\r\n{WEEK}END:VAVAILABILITY\r\nEND:VCALENDAR\r\n");
        assert_eq!(
            found(&text, at(2, 0), at(4, 0)),
            ["02.00-02.08 Unavailable", "02.16-03.08 Unavailable", "03.16-04.00 Unavailable"]
        );
    }

    #[test]
    fn the_higher_priority_counts_within_its_time() {
        let away = "BEGIN:VAVAILABILITY\r\nUID:b\r\nPRIORITY:1\r\nBUSYTYPE:BUSY\r\nDTSTART:20260302T100000Z\r\nDURATION:PT3H\r\nEND:VAVAILABILITY\r\n";
        let text = format!(
            "BEGIN:VCALENDAR\r\n{away}BEGIN:VAVAILABILITY\r\nUID:a\r\n{WEEK}END:VAVAILABILITY\r\nEND:VCALENDAR\r\n"
        );
        assert_eq!(
            found(&text, at(2, 0), at(3, 0)),
            ["02.00-02.08 Unavailable", "02.10-02.13 Busy", "02.16-03.00 Unavailable"]
        );
    }

    #[test]
    fn what_is_no_availability_is_refused() {
        for text in [
            "",
            "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
            "BEGIN:VEVENT\r\nEND:VEVENT\r\n",
            "BEGIN:VCALENDAR\r\nBEGIN:VAVAILABILITY\r\nBEGIN:AVAILABLE\r\nUID:1\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n",
        ] {
            assert!(Availability::read(text).is_err(), "{text}");
        }
    }
}
