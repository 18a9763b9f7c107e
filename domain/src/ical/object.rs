//! A calendar object resource (RFC 4791 section 4.1): one UID, one type of component, its overrides.

use super::syntax::Component;
use super::value::{Duration, Moment};
use crate::recurrence::Rule;
use crate::time::Zones;
use crate::{Limits, Result};

/// The component types that a calendar object resource can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ComponentKind {
    Event,
    Todo,
    Journal,
    FreeBusy,
}

impl ComponentKind {
    /// The component's name in iCalendar.
    pub fn name(self) -> &'static str {
        match self {
            ComponentKind::Event => "VEVENT",
            ComponentKind::Todo => "VTODO",
            ComponentKind::Journal => "VJOURNAL",
            ComponentKind::FreeBusy => "VFREEBUSY",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "VEVENT" => Some(ComponentKind::Event),
            "VTODO" => Some(ComponentKind::Todo),
            "VJOURNAL" => Some(ComponentKind::Journal),
            "VFREEBUSY" => Some(ComponentKind::FreeBusy),
            _ => None,
        }
    }
}

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

/// One VEVENT, VTODO, VJOURNAL or VFREEBUSY of the object with what recurrence and display need.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The index of its component in `calendar.components`.
    pub component: usize,
    /// DTSTART; a VTODO or VJOURNAL may have none.
    pub start: Option<Moment>,
    pub end: End,
    pub recurrence_id: Option<RecurrenceId>,
    pub rules: Vec<Rule>,
    /// EXRULE (RFC 2445), which old data still carries.
    pub exclusion_rules: Vec<Rule>,
    pub dates: Vec<RecurrenceDate>,
    pub exclusion_dates: Vec<Moment>,
    pub summary: Option<String>,
    /// STATUS, upper case.
    pub status: Option<String>,
    /// TRANSP:TRANSPARENT.
    pub transparent: bool,
}

/// How an entry ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Neither DTEND nor DURATION: the day for a date, the instant for a time (RFC 5545 section 3.6.1).
    Implied,
    /// DTEND of an event, DUE of a to-do; exclusive.
    At(Moment),
    For(Duration),
}

/// RECURRENCE-ID (RFC 5545 section 3.8.4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurrenceId {
    pub moment: Moment,
    /// RANGE=THISANDFUTURE.
    pub this_and_future: bool,
}

/// One value of an RDATE (RFC 5545 section 3.8.5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurrenceDate {
    pub start: Moment,
    /// Set when the value is a PERIOD.
    pub end: Option<End>,
}

impl CalendarObject {
    /// Reads and checks `text` as one calendar object resource.
    ///
    /// # Errors
    /// `TooLarge`, `InvalidCalendarData` (with the line) and `InvalidCalendarObject`.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        let _ = (text, limits);
        todo!()
    }

    /// The component that `entry` was read from.
    pub fn component(&self, entry: &Entry) -> &Component {
        &self.calendar.components[entry.component]
    }
}
