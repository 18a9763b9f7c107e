//! A calendar object resource (RFC 4791 section 4.1): one UID, one type of component, its overrides.

use super::entry::{self, Class, ComponentKind, Entry};
use super::syntax::{self, Component, SyntaxError};
use super::value::Moment;
use crate::time::{Zone, Zones};
use crate::{Error, Limits, Result};
use std::collections::HashMap;

/// A parsed and checked calendar object resource. The text it was read from stays the truth.
#[derive(Clone, Debug)]
pub struct CalendarObject {
    /// The VCALENDAR, VTIMEZONE and unknown components included.
    pub calendar: Component,
    pub uid: String,
    pub kind: ComponentKind,
    /// The component without RECURRENCE-ID; absent when the resource holds only overrides (RFC 4791 section 4.1).
    pub master: Option<Entry>,
    /// Components with RECURRENCE-ID, in the order of the text.
    pub overrides: Vec<Entry>,
    /// Resolves every TZID that the object uses.
    pub zones: Zones,
}

impl CalendarObject {
    /// Reads and checks `text` as one calendar object resource.
    ///
    /// Refused is what would be lost or misplaced: a second master, two overrides of one instance, an end before the
    /// start, a rule or a time that cannot be read. Accepted is what clients send although RFC 5545 asks for more:
    /// no PRODID, VERSION or DTSTAMP, unknown properties and components, an all-day event that ends on the day
    /// it starts (one day), a DTEND, EXDATE, RDATE or RECURRENCE-ID without TZID beside a DTSTART with one (its zone).
    ///
    /// # Errors
    /// `TooLarge`, `InvalidCalendarData` (with the line) and `InvalidCalendarObject`.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        if text.len() > limits.object_octets {
            return Err(Error::TooLarge { limit: limits.object_octets });
        }
        let calendar = only_calendar(syntax::parse(text, limits.nesting).map_err(invalid)?)?;
        check_calendar_properties(&calendar)?;
        let (kind, parts) = parts(&calendar)?;
        let uid = common_uid(&calendar, &parts)?;
        let zones = Zones::of(&calendar).map_err(invalid)?;

        let mut master: Option<Entry> = None;
        let mut overrides = Vec::new();
        for index in parts {
            let component = &calendar.components[index];
            let entry = entry::read(component, index, kind, &zones).map_err(invalid)?;
            if entry.recurrence_id.is_some() {
                overrides.push(entry);
            } else if let Some(first) = &master {
                return Err(unfit(
                    component.line,
                    format!(
                        "a second {} without RECURRENCE-ID beside the one of line {}",
                        kind.name(),
                        calendar.components[first.component].line
                    ),
                ));
            } else {
                master = Some(entry);
            }
        }
        let mut object = CalendarObject { calendar, uid, kind, master, overrides, zones };
        object.settle_overrides()?;
        object.settle_classes();
        Ok(object)
    }

    /// Brings RECURRENCE-IDs to the kind of the master's DTSTART and refuses two overrides of one instance.
    fn settle_overrides(&mut self) -> Result<()> {
        let start = self.master.as_ref().and_then(|master| master.start.as_ref());
        let mut seen = HashMap::new();
        for entry in &mut self.overrides {
            let component = &self.calendar.components[entry.component];
            let line = component.property("RECURRENCE-ID").map_or(component.line, |property| property.line);
            let Some(id) = &mut entry.recurrence_id else { continue };
            if let Some(start) = start {
                id.moment = entry::aligned(&id.moment, start)
                    .filter(|moment| moment.is_date() == start.is_date())
                    .ok_or_else(|| invalid(SyntaxError::new(line, "RECURRENCE-ID is not of the kind of DTSTART")))?;
            }
            let floating = matches!(id.moment, Moment::Floating(_) | Moment::Date(_));
            let instant = self.zones.instant(&id.moment, &Zone::UTC);
            if let Some(first) = seen.insert((id.moment.is_date(), floating, instant), line) {
                return Err(unfit(line, format!("the RECURRENCE-ID of line {first} again")));
            }
        }
        Ok(())
    }

    /// Gives overrides without CLASS the strictest class of what they would be otherwise: the master, and the overrides with
    /// THISANDFUTURE that come before.
    fn settle_classes(&mut self) {
        let instant = |entry: &Entry| entry.recurrence_id.as_ref().map(|id| self.zones.instant(&id.moment, &Zone::UTC));
        let of_later = |class: Class| {
            let reaches = |entry: &&Entry| entry.recurrence_id.as_ref().is_some_and(|id| id.this_and_future);
            self.overrides.iter().filter(reaches).filter(|entry| entry.class == class).filter_map(instant).min()
        };
        let of_master = self.master.as_ref().map_or(Class::Public, |master| master.class);
        let later = [Class::Private, Class::Confidential].map(|class| (class, of_later(class)));
        let inherited = |entry: &Entry| {
            let covering = later.iter().filter(|(_, from)| from.is_some() && *from <= instant(entry));
            covering.map(|(class, _)| *class).fold(of_master, Class::max)
        };
        let is_silent = |entry: &Entry| Class::of(&self.calendar.components[entry.component]).is_none();
        let classes: Vec<_> =
            self.overrides.iter().map(|entry| if is_silent(entry) { inherited(entry) } else { entry.class }).collect();
        for (entry, class) in self.overrides.iter_mut().zip(classes) {
            entry.class = class;
        }
    }

    /// The master and the overrides.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.master.iter().chain(&self.overrides)
    }

    /// Whether people who may read the calendar may not know all of it: a component is private or confidential. Which ones,
    /// [`Entry::is_guarded`] says; what such people may know, [`super::redact::redacted`].
    pub fn is_guarded(&self) -> bool {
        self.entries().any(Entry::is_guarded)
    }

    /// Whether it has, or once had, more than one instance.
    pub fn recurs(&self) -> bool {
        let repeats = |master: &Entry| !master.rules.is_empty() || !master.dates.is_empty();
        !self.overrides.is_empty() || self.master.as_ref().is_some_and(repeats)
    }

    /// The component that `entry` was read from.
    pub fn component(&self, entry: &Entry) -> &Component {
        &self.calendar.components[entry.component]
    }
}

fn invalid(error: SyntaxError) -> Error {
    Error::InvalidCalendarData(error)
}

fn unfit(line: usize, message: impl Into<String>) -> Error {
    Error::InvalidCalendarObject(SyntaxError::new(line, message))
}

/// The one VCALENDAR of a resource.
fn only_calendar(components: Vec<Component>) -> Result<Component> {
    let mut components = components.into_iter();
    let calendar = components.next().ok_or_else(|| invalid(SyntaxError::new(1, "it is empty")))?;
    if calendar.name != "VCALENDAR" {
        let message = format!("{} where VCALENDAR should be", syntax::excerpt(&calendar.name));
        return Err(invalid(SyntaxError::new(calendar.line, message)));
    }
    match components.next() {
        Some(second) => Err(unfit(second.line, "more than one VCALENDAR")),
        None => Ok(calendar),
    }
}

fn check_calendar_properties(calendar: &Component) -> Result<()> {
    for property in &calendar.properties {
        let refuse = |message: String| Err(invalid(SyntaxError::new(property.line, message)));
        match property.name.as_str() {
            // RFC 4791 section 4.1: a METHOD makes it a message, not something to keep.
            "METHOD" => return Err(unfit(property.line, "METHOD is for messages, not for stored objects")),
            // vCalendar 1.0 encodes texts and rules in other ways.
            "VERSION" if property.value.trim() == "1.0" => {
                return refuse("this is vCalendar 1.0, not iCalendar".to_owned());
            }
            "CALSCALE" if !property.value.trim().eq_ignore_ascii_case("GREGORIAN") => {
                return refuse(format!("the calendar scale {} is not known", syntax::excerpt(&property.value)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The type of the object and the indices of its components of that type. VTIMEZONE and unknown components stand aside.
fn parts(calendar: &Component) -> Result<(ComponentKind, Vec<usize>)> {
    let mut found: Option<(ComponentKind, Vec<usize>)> = None;
    let mut unknown = None;
    for (index, component) in calendar.components.iter().enumerate() {
        match (ComponentKind::from_name(&component.name), &mut found) {
            (Some(kind), None) => found = Some((kind, vec![index])),
            (Some(kind), Some((first, parts))) if kind == *first => parts.push(index),
            (Some(kind), Some((first, _))) => {
                return Err(unfit(component.line, format!("{} beside {}", kind.name(), first.name())));
            }
            (None, _) if component.name != "VTIMEZONE" => unknown = unknown.or(Some(&component.name)),
            (None, _) => {}
        }
    }
    found.ok_or_else(|| match unknown {
        Some(name) => Error::UnsupportedComponent(syntax::excerpt(name).into_owned()),
        None => unfit(calendar.line, "it has no VEVENT, VTODO, VJOURNAL or VFREEBUSY"),
    })
}

/// The UID that all components of the object have.
fn common_uid(calendar: &Component, parts: &[usize]) -> Result<String> {
    let mut common: Option<String> = None;
    for &index in parts {
        let component = &calendar.components[index];
        let missing = || invalid(SyntaxError::new(component.line, format!("{} has no UID", component.name)));
        let mut uids = component.properties("UID").peekable();
        uids.peek().ok_or_else(missing)?;
        for property in uids {
            let uid = property.text().trim().to_owned();
            match &common {
                _ if uid.is_empty() => return Err(missing()),
                None => common = Some(uid),
                Some(first) if *first == uid => {}
                Some(_) => return Err(unfit(property.line, "more than one UID")),
            }
        }
    }
    common.ok_or_else(|| unfit(calendar.line, "it has no UID"))
}
