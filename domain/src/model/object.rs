//! Calendar object resources as they are stored.

use super::calendar::{CalendarId, Revision};
use crate::{Error, Problem, Result};
use chrono::{DateTime, Utc};
use kalends_ical::ComponentKind;

/// Identifies an object in the store for as long as it lives under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub i64);

/// A stored object without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHead {
    pub id: ObjectId,
    pub calendar: CalendarId,
    /// The object's own URL segment (decoded), such as `abc.ics`.
    pub name: String,
    pub uid: String,
    pub kind: ComponentKind,
    /// Strong entity tag, quotes included, from the stored octets.
    pub etag: String,
    /// Octets of the text.
    pub size: usize,
    /// The calendar's revision of the last write to the object.
    pub revision: Revision,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
    /// Whether a component of it is private or confidential (CLASS, RFC 5545 section 3.8.1.3).
    pub guarded: bool,
    /// Whether it has alarms, or what acknowledges them.
    pub alarmed: bool,
    /// Schedule-Tag (RFC 6638 section 3.2.10) of what people are invited to, without its quotes; `None`: of everything else.
    pub schedule_tag: Option<String>,
    /// Whether it is shown otherwise than it is stored: `size` is not that of what is shown.
    pub altered: bool,
}

/// A stored object: the text is byte for byte what was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub head: ObjectHead,
    pub text: String,
}

/// What must hold for a write to happen (RFC 9110 section 13.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    #[default]
    None,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match: *`
    Present,
    /// `If-Match: "a", "b"`: one of these, quotes included.
    Matches(Vec<String>),
    /// `If-None-Match: "a", "b"`: none of these.
    MatchesNone(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub created: bool,
    pub etag: String,
    /// Whether the caller is shown other octets than were written: `etag` is not that of what they wrote.
    pub altered: bool,
    pub revision: Revision,
    /// That it has now; see [`ObjectHead::schedule_tag`].
    pub schedule_tag: Option<String>,
}

impl Precondition {
    /// # Errors
    /// `PreconditionFailed` unless it holds for a resource that has `etag`, or does not exist.
    pub fn check(&self, etag: Option<&str>) -> Result<()> {
        let holds = match self {
            Precondition::None => true,
            Precondition::Absent => etag.is_none(),
            Precondition::Present => etag.is_some(),
            Precondition::Matches(wanted) => etag.is_some_and(|etag| wanted.iter().any(|w| w == etag)),
            Precondition::MatchesNone(unwanted) => etag.is_none_or(|etag| unwanted.iter().all(|u| u != etag)),
        };
        if holds { Ok(()) } else { Err(Error::PreconditionFailed) }
    }
}

/// The name of an object: one segment of a URL path.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.is_empty()
        || name.len() > 255
        || name == "."
        || name == ".."
        || name.chars().any(|c| c == '/' || c.is_control())
    {
        return Err(Error::bad_input("name", Problem::Segment));
    }
    Ok(())
}
