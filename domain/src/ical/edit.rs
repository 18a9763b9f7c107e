//! Changes to a stored object's text that leave every octet they do not concern as it was.

use super::object::CalendarObject;
use super::value::Moment;
use crate::Result;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};
use chrono_tz::Tz;

/// What a person says about an event in a form. Optional texts: `None` and the empty text both mean none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDraft {
    pub summary: String,
    pub description: Option<String>,
    pub location: Option<String>,
    pub timing: Timing,
    pub repeat: Repeat,
}

/// When an event is, as wall-clock time in a named zone or as days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Whole days, `last` included.
    AllDay { first: NaiveDate, last: NaiveDate },
    /// `end` is exclusive and not before `start`. A zone of `None` is floating time.
    Timed { start: NaiveDateTime, end: NaiveDateTime, zone: Option<Tz> },
}

/// The recurrence that the form can express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    Never,
    Every {
        interval: u32,
        pattern: Pattern,
        until: RepeatEnd,
    },
    /// A rule beyond the form (or with RDATE); an edit keeps it. Holds the RRULE value, for show.
    Custom(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    Daily,
    /// Never empty; in the order of the week from Monday.
    Weekly(Vec<Weekday>),
    /// On the start's day of the month.
    MonthlyByDate,
    /// On the start's weekday of the month: `nth` is 1 to 5, or -1 for the last.
    MonthlyByWeekday {
        nth: i8,
        weekday: Weekday,
    },
    /// On the start's month and day.
    Yearly,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatEnd {
    Never,
    /// The last day on which an instance may start, in the event's own zone.
    On(NaiveDate),
    After(u32),
}

/// Which instances of a recurring event a change is for; the moment is the instance's RECURRENCE-ID in the form of DTSTART.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    This(Moment),
    ThisAndFollowing(Moment),
    All,
}

/// What an edit leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The new text of the object; `None` when nothing of it remains.
    pub text: Option<String>,
    /// The text and UID of the object that "this and following" split off.
    pub split: Option<NewObject>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObject {
    pub uid: String,
    pub text: String,
}

/// The text of a new calendar object resource with one VEVENT (and the VTIMEZONE that it needs).
pub fn new_event(draft: &EventDraft, now: DateTime<Utc>) -> Result<NewObject> {
    let _ = (draft, now);
    todo!()
}

/// What the form shows for the master (`instance` is `None`) or for one instance, its override considered.
pub fn draft_of(object: &CalendarObject, instance: Option<&Moment>) -> Result<EventDraft> {
    let _ = (object, instance);
    todo!()
}

/// Makes the object say what `draft` says for `scope`; properties in which the draft agrees with the object stay untouched.
/// `text` is the text that `object` was parsed from.
pub fn update(
    object: &CalendarObject,
    text: &str,
    scope: &Scope,
    draft: &EventDraft,
    now: DateTime<Utc>,
) -> Result<Edited> {
    let _ = (object, text, scope, draft, now);
    todo!()
}

/// Takes the instances of `scope` away.
pub fn remove(object: &CalendarObject, text: &str, scope: &Scope, now: DateTime<Utc>) -> Result<Edited> {
    let _ = (object, text, scope, now);
    todo!()
}
