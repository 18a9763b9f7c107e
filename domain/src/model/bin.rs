//! What rests in the bin.

use super::calendar::{CalendarId, Revision};
use super::object::ObjectId;
use super::version::Cause;
use chrono::{DateTime, Utc};
use kalends_ical::ComponentKind;

/// An object that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinnedObject {
    pub calendar: CalendarId,
    pub calendar_name: String,
    /// The calendar's.
    pub color: String,
    pub object: ObjectId,
    /// Of the change that deleted it.
    pub revision: Revision,
    pub name: String,
    pub uid: String,
    pub kind: ComponentKind,
    pub summary: Option<String>,
    pub deleted_at: DateTime<Utc>,
    pub cause: Option<Cause>,
}

/// A calendar that was deleted, with everything in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinnedCalendar {
    pub id: CalendarId,
    pub display_name: String,
    pub color: String,
    /// The one that it had.
    pub slug: String,
    pub objects: u64,
    /// Of the objects' texts.
    pub octets: u64,
    pub deleted_at: DateTime<Utc>,
    pub cause: Option<Cause>,
}
