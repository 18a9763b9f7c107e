//! What the agenda shows and does: instances in a span of days, and edits as operations on stored objects.

use crate::access::PrincipalId;
use crate::calendars::CalendarId;
use crate::ical::edit::{EventDraft, Scope};
use crate::ical::value::Moment;
use crate::objects::Written;
use crate::{Kalends, Result};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

/// One instance as a person in one time zone sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgendaInstance {
    pub calendar: CalendarId,
    /// Name of the object.
    pub name: String,
    pub etag: String,
    /// Set for an instance of a recurring event.
    pub recurrence_id: Option<Moment>,
    pub summary: String,
    pub location: Option<String>,
    pub when: When,
    /// TRANSP:TRANSPARENT.
    pub transparent: bool,
    /// STATUS:CANCELLED or TENTATIVE and so on, upper case.
    pub status: Option<String>,
    /// Whether the caller may change it.
    pub editable: bool,
}

/// Where an instance stands on the viewer's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Days, `last` included.
    Days { first: NaiveDate, last: NaiveDate },
    /// Wall-clock times in the viewer's zone; `end` is exclusive.
    Times { start: NaiveDateTime, end: NaiveDateTime },
}

/// An event opened in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventDetails {
    pub calendar: CalendarId,
    pub name: String,
    pub etag: String,
    pub recurrence_id: Option<Moment>,
    pub recurring: bool,
    pub draft: EventDraft,
    pub editable: bool,
}

/// One change from the agenda.
#[derive(Clone, Debug)]
pub struct EventChange<'a> {
    pub calendar: CalendarId,
    pub name: &'a str,
    /// The version that the person saw; another version is `PreconditionFailed`.
    pub etag: &'a str,
    pub scope: Scope,
}

impl Kalends {
    /// The instances of events in `calendars` that touch the days `from` to `to` (exclusive) in `viewer`'s zone, in the order of their starts
    /// (all-day before timed).
    pub async fn agenda(
        &self,
        who: PrincipalId,
        calendars: &[CalendarId],
        from: NaiveDate,
        to: NaiveDate,
        viewer: Tz,
    ) -> Result<Vec<AgendaInstance>> {
        let _ = (who, calendars, from, to, viewer);
        todo!()
    }

    /// The next `limit` instances: one that is on at `now` counts, an all-day one counts through its last day in `viewer`'s zone.
    pub async fn upcoming(
        &self,
        who: PrincipalId,
        calendars: &[CalendarId],
        now: DateTime<Utc>,
        viewer: Tz,
        limit: usize,
    ) -> Result<Vec<AgendaInstance>> {
        let _ = (who, calendars, now, viewer, limit);
        todo!()
    }

    /// The event, or one instance of it, as the form shows it.
    pub async fn event(
        &self,
        who: PrincipalId,
        calendar: CalendarId,
        name: &str,
        instance: Option<&Moment>,
    ) -> Result<EventDetails> {
        let _ = (who, calendar, name, instance);
        todo!()
    }

    pub async fn create_event(
        &self,
        who: PrincipalId,
        calendar: CalendarId,
        draft: &EventDraft,
    ) -> Result<(String, Written)> {
        let _ = (who, calendar, draft);
        todo!()
    }

    /// Applies `draft` to the instances of `change.scope`, and moves the whole object when `to` is another calendar.
    pub async fn update_event(
        &self,
        who: PrincipalId,
        change: EventChange<'_>,
        draft: &EventDraft,
        to: CalendarId,
    ) -> Result<()> {
        let _ = (who, change, draft, to);
        todo!()
    }

    pub async fn delete_event(&self, who: PrincipalId, change: EventChange<'_>) -> Result<()> {
        let _ = (who, change);
        todo!()
    }
}
