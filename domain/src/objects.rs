//! Calendar object resources: the one write path, and reading.

use crate::access::PrincipalId;
use crate::calendars::{CalendarId, Revision};
use crate::ical::ComponentKind;
use crate::query::Filter;
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};

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
    pub revision: Revision,
}

/// What a COPY or MOVE takes and where it puts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub from: (CalendarId, String),
    pub to: (CalendarId, String),
    /// `Overwrite: T`
    pub overwrite: bool,
    /// Holds for the source.
    pub precondition: Precondition,
}

impl Kalends {
    /// The heads of all objects in a calendar, in the order of their names.
    pub async fn object_heads(&self, who: PrincipalId, calendar: CalendarId) -> Result<Vec<ObjectHead>> {
        let _ = (who, calendar);
        todo!()
    }

    pub async fn object(&self, who: PrincipalId, calendar: CalendarId, name: &str) -> Result<Object> {
        let _ = (who, calendar, name);
        todo!()
    }

    /// The objects that exist among `names`, in the order of `names`.
    pub async fn objects_named(&self, who: PrincipalId, calendar: CalendarId, names: &[String]) -> Result<Vec<Object>> {
        let _ = (who, calendar, names);
        todo!()
    }

    /// The objects that match a calendar-query filter (RFC 4791 section 7.8).
    pub async fn query(&self, who: PrincipalId, calendar: CalendarId, filter: &Filter) -> Result<Vec<Object>> {
        let _ = (who, calendar, filter);
        todo!()
    }

    /// Stores `text` under `name`: checks access, precondition and content, stores, indexes, logs, in one transaction.
    pub async fn put_object(
        &self,
        who: PrincipalId,
        calendar: CalendarId,
        name: &str,
        text: &str,
        precondition: Precondition,
    ) -> Result<Written> {
        let _ = (who, calendar, name, text, precondition);
        todo!()
    }

    pub async fn delete_object(
        &self,
        who: PrincipalId,
        calendar: CalendarId,
        name: &str,
        precondition: Precondition,
    ) -> Result<()> {
        let _ = (who, calendar, name, precondition);
        todo!()
    }

    pub async fn copy_object(&self, who: PrincipalId, transfer: Transfer) -> Result<Written> {
        let _ = (who, transfer);
        todo!()
    }

    pub async fn move_object(&self, who: PrincipalId, transfer: Transfer) -> Result<Written> {
        let _ = (who, transfer);
        todo!()
    }
}
