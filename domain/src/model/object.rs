//! Calendar object resources as they are stored.

use super::calendar::{CalendarId, Revision};
use chrono::{DateTime, Utc};
use kalends_ical::ComponentKind;

/// Identifies an object in the store for as long as it lives under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub i64);

/// A stored object without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHead {
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
}

/// A stored object: the text is byte for byte what was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub head: ObjectHead,
    pub text: String,
}
