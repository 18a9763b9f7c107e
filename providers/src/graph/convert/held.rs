//! What both Graph and a calendar object resource can say.

use super::super::wire;
use super::people::{Attendee, Person};
use super::recurrence::HeldRecurrence;
use super::time::Span;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// A series with its exceptions, or a single event, as Graph has it.
#[derive(Clone, Debug)]
pub struct RemoteSeries {
    /// The single event, or the series master.
    pub master: wire::Event,
    pub exceptions: Vec<wire::Event>,
}

/// An object. An instance of a series is named by the day on which it is by the rule, in the zone of the series: no pattern of Graph
/// has two on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldObject {
    pub uid: String,
    pub master: HeldEvent,
    /// `None`: it happens once.
    pub recurrence: Option<HeldRecurrence>,
    /// Instances that are otherwise than the series has them.
    pub exceptions: BTreeMap<NaiveDate, HeldEvent>,
    /// Instances that were taken out.
    pub cancelled: BTreeSet<NaiveDate>,
}

/// What is said of one event, or of one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldEvent {
    pub subject: String,
    pub body: HeldBody,
    pub span: Span,
    pub location: String,
    /// Latitude and longitude.
    pub position: Option<(f64, f64)>,
    /// Without the organizer.
    pub attendees: Vec<Attendee>,
    /// Only beside attendees.
    pub organizer: Option<Person>,
    /// Attendees are asked to answer; without any, it says nothing and is true.
    pub asks_for_response: bool,
    /// Minutes before the start.
    pub reminder: Option<u32>,
    pub sensitivity: Sensitivity,
    pub show_as: ShowAs,
    pub importance: Importance,
    pub categories: BTreeSet<String>,
    pub is_cancelled: bool,
    /// The address at which one joins, and who provides it.
    pub meeting: Option<(String, String)>,
    pub stamps: Stamps,
}

/// When it was made and changed: notes, which no comparison looks at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stamps {
    pub created: Option<DateTime<Utc>>,
    pub modified: Option<DateTime<Utc>>,
    /// DTSTAMP, where it is another.
    pub stamped: Option<DateTime<Utc>>,
}

impl PartialEq for Stamps {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A text, and how it is set where that says more than the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldBody {
    /// Lines without blanks at their ends, joined by LF.
    pub text: String,
    /// Sanitised.
    pub html: Option<String>,
}

/// `sensitivity`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sensitivity {
    #[default]
    Normal,
    Personal,
    Private,
    Confidential,
}

/// `showAs`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShowAs {
    Free,
    Tentative,
    #[default]
    Busy,
    OutOfOffice,
    WorkingElsewhere,
}

/// `importance`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Importance {
    Low,
    #[default]
    Normal,
    High,
}

/// A text that stands in one line.
pub fn in_one_line(text: &str) -> String {
    text.replace(|character: char| character.is_control(), " ").trim().to_owned()
}

impl HeldObject {
    /// What the instance of `date` is if nothing is said of it: the master on another day.
    pub fn occurrence(&self, date: NaiveDate) -> HeldEvent {
        HeldEvent { span: self.master.span.on(date), ..self.master.clone() }
    }

    /// Forgets exceptions that say nothing else than the series, and those of instances that were taken out.
    pub fn settle(&mut self) {
        let plain: Vec<NaiveDate> = self
            .exceptions
            .iter()
            .filter(|(date, event)| self.cancelled.contains(date) || **event == self.occurrence(**date))
            .map(|(date, _)| *date)
            .collect();
        for date in plain {
            self.exceptions.remove(&date);
        }
    }
}
