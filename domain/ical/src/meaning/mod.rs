//! What an object says, apart from how it is written: two texts of which a server made one of the other mean the same, and what has
//! changed between two versions is a list.
//!
//! A component is read as [`Part`]s, each with a meaning. No part, so that no change, are UID and the notes that programs keep of
//! their own writing (DTSTAMP, LAST-MODIFIED, CREATED, SEQUENCE, PRODID, METHOD, X-MOZ-GENERATION, X-LIC-…, SCHEDULE-STATUS). The
//! order of properties, folding, quoting, the case of names, parameters and values that are the default, and the text of a VTIMEZONE
//! say nothing either; what a time zone does, says all of it.

mod line;
mod reading;
mod shown;
mod time;

pub(crate) use line::{is_note, param_meaning, without_acknowledgement};
pub(crate) use reading::{Context, ObjectReading, Reading, Source, keys, values};
pub(crate) use time::Times;

pub use shown::Value;

use crate::object::CalendarObject;
use crate::value::Moment;
use crate::{Limits, Result};

/// A part of a component that is judged as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The property of this name (upper case).
    Property(String),
    Group(Group),
    /// One of a set: an attendee by address, an EXDATE by its instant, a category by its text, a comment by what it says. Every
    /// property that stands several times in a component is a set.
    Element {
        /// Of the property, upper case.
        name: String,
        key: String,
    },
    /// A component inside, such as a VALARM: by its UID where several versions have that, else by what it says.
    Component {
        name: String,
        key: String,
    },
    /// All of an instance, of a component or of the object.
    Whole,
}

/// Properties that say one thing together. One of them from here and another from there would say what nobody meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// DTSTART, DTEND, DUE and DURATION: a start from one side and an end from the other is a length that neither has.
    Time,
    /// RRULE and EXRULE: each takes away or adds to what the others say.
    Recurrence,
    /// Time, recurrence, RDATE, EXDATE and overrides: a rule goes by the day and time of DTSTART, and exceptions are named by the
    /// instances that both yield.
    Series,
    /// STATUS, COMPLETED and PERCENT-COMPLETE of a to-do: completed is all of them or none.
    Completion,
    /// LOCATION, GEO and X-APPLE-STRUCTURED-LOCATION: the coordinates are those of the place.
    Location,
    /// DESCRIPTION, X-ALT-DESC and STYLED-DESCRIPTION: one text in several forms.
    Description,
}

impl Group {
    /// The first of its properties.
    pub fn property(self) -> &'static str {
        match self {
            Group::Time => "DTSTART",
            Group::Recurrence | Group::Series => "RRULE",
            Group::Completion => "STATUS",
            Group::Location => "LOCATION",
            Group::Description => "DESCRIPTION",
        }
    }
}

/// Where in an object something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// All of it.
    Object,
    /// The properties of VCALENDAR, and components in it that are not known.
    Calendar,
    Master,
    /// The instance with this RECURRENCE-ID, in the form of DTSTART where there is one.
    Instance(Moment),
}

/// Something that is otherwise in a later version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub place: Place,
    pub part: Part,
    /// `None`: it was not there.
    pub before: Option<Value>,
    /// `None`: it is not there any more.
    pub after: Option<Value>,
}

/// Whether two texts mean the same.
///
/// # Errors
/// Those of [`CalendarObject::parse`].
pub fn same_meaning(one: &str, other: &str, limits: &Limits) -> Result<bool> {
    if one == other {
        return Ok(true);
    }
    Ok(is_same(&CalendarObject::parse(one, limits)?, &CalendarObject::parse(other, limits)?))
}

/// Whether two objects mean the same.
pub fn is_same(one: &CalendarObject, other: &CalendarObject) -> bool {
    let context = Context::of(&[one, other]);
    one.kind == other.kind
        && one.uid == other.uid
        && ObjectReading::of(one, &context).says(&ObjectReading::of(other, &context))
}

/// What has changed from one version of an object to a later one; nothing where they mean the same. First what concerns the calendar
/// and the master, then the instances in their order.
pub fn differences(before: &CalendarObject, after: &CalendarObject) -> Vec<Difference> {
    let context = Context::of(&[before, after]);
    let (old, new) = (ObjectReading::of(before, &context), ObjectReading::of(after, &context));
    let mut found = Vec::new();
    compare(Place::Calendar, Some(&old.calendar), Some(&new.calendar), &mut found);
    compare(Place::Master, old.master.as_ref(), new.master.as_ref(), &mut found);
    for id in keys([&old.overrides, &new.overrides]) {
        let (one, other) = (old.overrides.get(id), new.overrides.get(id));
        if let Some(place) = one.or(other).and_then(Reading::instance) {
            compare(place, one, other, &mut found);
        }
    }
    found
}

fn compare(place: Place, old: Option<&Reading<'_>>, new: Option<&Reading<'_>>, found: &mut Vec<Difference>) {
    let mut push = |part: Part, before: Option<Value>, after: Option<Value>| {
        found.push(Difference { place: place.clone(), part, before, after });
    };
    match (old, new) {
        (Some(old), Some(new)) => {
            for part in keys([&old.parts, &new.parts]) {
                if old.meaning(part) != new.meaning(part) {
                    push(part.clone(), old.value(part), new.value(part));
                }
            }
        }
        (None, None) => {}
        (old, new) => push(Part::Whole, old.map(Reading::whole), new.map(Reading::whole)),
    }
}

#[cfg(test)]
pub(crate) mod tests;
