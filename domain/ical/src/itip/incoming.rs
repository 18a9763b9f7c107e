//! A message as it came.

use super::Method;
use super::address::Addresses;
use super::component::{Key, key_of_moment};
use super::parties::{Party, parties_of};
use super::revision::Revision;
use crate::edit::document::{Document, Tree};
use crate::entry::ComponentKind;
use crate::object::CalendarObject;
use crate::syntax::{self, Component, Property, SyntaxError};
use crate::time::{Zone, Zones};
use crate::value::{self, Moment};
use crate::{Error, Limits, Result};

/// A message of RFC 5546, read.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub method: Method,
    pub uid: String,
    pub kind: ComponentKind,
    text: String,
    calendar: Component,
    zones: Zones,
    /// Indices of the components that it is about.
    parts: Vec<usize>,
    limits: Limits,
}

impl Incoming {
    /// # Errors
    /// `TooLarge`; `InvalidCalendarData`; `InvalidCalendarObject` for what is no message: no METHOD, several UIDs, no component that
    /// people are invited to.
    pub fn read(text: &str, limits: &Limits) -> Result<Self> {
        if text.len() > limits.object_octets {
            return Err(Error::TooLarge { limit: limits.object_octets });
        }
        let mut calendars = syntax::parse(text, limits.nesting).map_err(Error::InvalidCalendarData)?.into_iter();
        let unfit = |line: usize, message: &str| Error::InvalidCalendarObject(SyntaxError::new(line, message));
        let calendar = calendars.next().filter(|calendar| calendar.name == "VCALENDAR");
        let calendar = calendar.ok_or_else(|| unfit(1, "it is no VCALENDAR"))?;
        if let Some(second) = calendars.next() {
            return Err(unfit(second.line, "more than one VCALENDAR"));
        }
        let method = calendar.property("METHOD").ok_or_else(|| unfit(calendar.line, "it has no METHOD"))?;
        let known = Method::from_name(&method.value).ok_or_else(|| unfit(method.line, "a METHOD that is not known"))?;
        let mut parts = Vec::new();
        let mut found: Option<(ComponentKind, String)> = None;
        for (index, component) in calendar.components.iter().enumerate() {
            let Some(kind) = ComponentKind::from_name(&component.name) else { continue };
            let uid = component.property("UID").map(|uid| uid.text().trim().to_owned()).filter(|uid| !uid.is_empty());
            let uid = uid.ok_or_else(|| unfit(component.line, "a component without UID"))?;
            match &found {
                None => found = Some((kind, uid)),
                Some(first) if *first == (kind, uid) => {}
                Some(_) => return Err(unfit(component.line, "components that do not belong together")),
            }
            parts.push(index);
        }
        let (kind, uid) = found.ok_or_else(|| unfit(calendar.line, "it has no component"))?;
        let zones = Zones::of(&calendar).map_err(Error::InvalidCalendarData)?;
        Ok(Incoming { method: known, uid, kind, text: text.to_owned(), calendar, zones, parts, limits: *limits })
    }

    /// As it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its components.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.parts.iter().map(|index| &self.calendar.components[*index])
    }

    pub(super) fn zones(&self) -> &Zones {
        &self.zones
    }

    /// The components as they are written.
    pub(super) fn trees(&self) -> impl Iterator<Item = (&Component, Tree)> {
        self.components().map(|component| (component, Tree::of(component, &self.text)))
    }

    /// The VTIMEZONEs, with their TZIDs, as they are written.
    pub(super) fn zone_texts(&self) -> impl Iterator<Item = (String, &str)> {
        let zones = self.calendar.components.iter().filter(|component| component.name == "VTIMEZONE");
        zones.filter_map(|zone| Some((zone.property("TZID")?.text(), &self.text[zone.span.clone()])))
    }

    pub(super) fn organizer(&self) -> Option<&Property> {
        self.components().find_map(|component| component.property("ORGANIZER"))
    }

    /// Who organizes what it is about.
    pub fn organizer_address(&self) -> Option<&str> {
        self.organizer().map(|property| property.value.trim())
    }

    /// Who answers in it, of a message to an organizer.
    pub fn attendee_address(&self) -> Option<&str> {
        self.components().find_map(|component| component.property("ATTENDEE")).map(|property| property.value.trim())
    }

    /// Of each of its components, whom it would have to be from: its organizer; of an answer who answers in it, of a proposal one of those
    /// who are in it (RFC 5546 sections 3.2.2 to 3.2.8).
    pub fn authors(&self) -> Vec<Vec<Party>> {
        let of = |component: &Component| -> Vec<Party> {
            let (organizer, attendees) = parties_of(component);
            match self.method {
                Method::Reply | Method::Refresh => attendees.into_iter().take(1).collect(),
                Method::Counter => attendees,
                _ => organizer.into_iter().collect(),
            }
        };
        self.components().map(of).collect()
    }

    /// Whether one of `me` is among those who are invited by it.
    pub fn invites(&self, me: &Addresses) -> bool {
        self.attendee_addresses().any(|address| me.contains(address))
    }

    /// The addresses of all attendees in it.
    pub(super) fn attendee_addresses(&self) -> impl Iterator<Item = &str> {
        self.components().flat_map(|component| component.properties("ATTENDEE")).map(|property| property.value.trim())
    }

    /// Those who are invited by it, as its first component has them.
    pub fn attendees(&self) -> Vec<Party> {
        self.components()
            .next()
            .into_iter()
            .flat_map(|component| component.properties("ATTENDEE").map(Party::of))
            .collect()
    }

    /// A word that came with it. Of an answer of Google's it stands at the name of whoever answers.
    pub fn comment(&self) -> Option<String> {
        let comment = self.components().find_map(|component| component.property("COMMENT")).map(Property::text);
        let at_name = || {
            let attendee = self.components().find_map(|component| component.property("ATTENDEE"));
            attendee.filter(|_| self.method.is_for_organizer())?.param("X-RESPONSE-COMMENT").map(str::to_owned)
        };
        let is_said = |text: &String| !text.trim().is_empty();
        comment.filter(is_said).or_else(at_name).filter(is_said)
    }

    /// SUMMARY of what it is about.
    pub fn summary(&self) -> Option<String> {
        self.components().find_map(|component| component.property("SUMMARY")).map(Property::text)
    }

    /// PARTSTAT of who answers in it.
    pub fn partstat(&self) -> Option<String> {
        let attendee = self.components().find_map(|component| component.property("ATTENDEE"))?;
        attendee.param("PARTSTAT").map(str::to_uppercase)
    }

    /// Which instance it is about, where it is about one.
    pub fn recurrence_id(&self) -> Option<Moment> {
        let mut ids = self.components().map(recurrence_id);
        ids.next().flatten().filter(|_| ids.next().is_none())
    }

    /// [`Incoming::recurrence_id`] as `object`, which it is about, can read it: programs name zones by other names than its own.
    pub fn recurrence_id_in(&self, object: &CalendarObject) -> Option<Moment> {
        self.recurrence_id().map(|id| self.known_in(object, id))
    }

    /// RECURRENCE-ID of one of its components, as `object` can read it.
    pub(super) fn id_in(&self, object: &CalendarObject, component: &Component) -> Option<Moment> {
        recurrence_id(component).map(|id| self.known_in(object, id))
    }

    /// A time of this message; in a zone that `object` does not know it is in that of the series.
    fn known_in(&self, object: &CalendarObject, id: Moment) -> Moment {
        match &id {
            Moment::Zoned { tzid, .. } if object.zones.get(tzid).is_none() => {}
            _ => return id,
        }
        let instant = self.zones.instant(&id, &Zone::UTC);
        match object.master.as_ref().and_then(|master| master.start.as_ref()) {
            Some(start @ Moment::Zoned { .. }) => start.at(object.zones.zone(start, &Zone::UTC).to_local(instant)),
            _ => Moment::Utc(instant.naive_utc()),
        }
    }

    /// Whether whoever has these addresses may send it: the organizer, or who acts for them; of messages to an organizer, who answers.
    pub fn is_from(&self, sender: &Addresses) -> bool {
        let may = |property: &Property| {
            sender.is(property) || property.param("SENT-BY").is_some_and(|by| sender.contains(by))
        };
        match self.method.is_for_organizer() {
            true => self.components().all(|component| component.properties("ATTENDEE").any(may)),
            false => self.organizer().is_some_and(may),
        }
    }

    /// What it has of an object, as a text to be stored, and that read.
    ///
    /// # Errors
    /// Those of [`CalendarObject::parse`].
    pub fn object(&self) -> Result<(CalendarObject, String)> {
        let mut document = Document::of_calendar(&self.calendar, &self.text);
        document.calendar.remove("METHOD");
        let text = document.text();
        Ok((CalendarObject::parse(&text, &self.limits)?, text))
    }

    pub(super) fn key(&self, component: &Component) -> Key {
        recurrence_id(component).and_then(|id| key_of_moment(&self.zones, &id))
    }
}

pub(super) fn recurrence_id(component: &Component) -> Option<Moment> {
    value::moment(component.property("RECURRENCE-ID")?).ok()
}

/// Whether a component is about an instance and all that follow it.
pub(super) fn is_for_later(component: &Component) -> bool {
    let range = component.property("RECURRENCE-ID").and_then(|id| id.param("RANGE"));
    range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"))
}

/// SEQUENCE and DTSTAMP of a component.
pub(super) fn revision(component: &Component) -> Revision {
    Revision::of(component)
}
