//! Calendar collections: the calendar home of a principal, their making, properties and removal (RFC 4791 section 4.2).

use crate::access::{Access, PrincipalId};
use crate::ical::ComponentKind;
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CalendarId(pub i64);

/// Counts the writes to one calendar; each write raises it by one. Sync-token, CTag and cache keys come from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub i64);

/// A calendar collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub id: CalendarId,
    pub owner: PrincipalId,
    /// Slug of the owner, the parent segment of the collection's URL.
    pub owner_slug: String,
    /// The collection's own URL segment (decoded).
    pub slug: String,
    pub details: CalendarDetails,
    pub revision: Revision,
    pub created_at: DateTime<Utc>,
}

/// What an owner sets on a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarDetails {
    /// DAV:displayname.
    pub display_name: String,
    /// CALDAV:calendar-description.
    pub description: Option<String>,
    /// Apple's calendar-color, `#RRGGBB`.
    pub color: String,
    /// Apple's calendar-order.
    pub order: i64,
    /// CALDAV:calendar-timezone, the VCALENDAR text as it was given.
    pub timezone: Option<String>,
    /// CALDAV:supported-calendar-component-set; fixed once made.
    pub components: Vec<ComponentKind>,
}

/// A property that Kalends keeps without knowing its meaning (a "dead" property, RFC 4918 section 4.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadProperty {
    pub namespace: String,
    pub name: String,
    /// The whole element, namespaces declared in it.
    pub xml: String,
}

/// A change to a calendar's properties, applied whole or not at all. `None` leaves a value as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarPatch {
    pub display_name: Option<String>,
    pub description: Option<Option<String>>,
    pub color: Option<String>,
    pub order: Option<i64>,
    pub timezone: Option<Option<String>>,
    pub set_dead: Vec<DeadProperty>,
    /// (namespace, name)
    pub remove_dead: Vec<(String, String)>,
}

impl Kalends {
    /// The calendars in the home of `home` that `who` may see, in display order.
    pub async fn calendars(&self, who: PrincipalId, home: PrincipalId) -> Result<Vec<Calendar>> {
        let _ = (who, home);
        todo!()
    }

    /// The calendar at `/{owner}/{slug}/` and what `who` may do with it. Without at least read access it is not found.
    pub async fn calendar(&self, who: PrincipalId, owner: &str, slug: &str) -> Result<(Calendar, Access)> {
        let _ = (who, owner, slug);
        todo!()
    }

    pub async fn calendar_by_id(&self, who: PrincipalId, id: CalendarId) -> Result<(Calendar, Access)> {
        let _ = (who, id);
        todo!()
    }

    /// Makes a calendar in the home of `who`. Without a slug one is chosen.
    ///
    /// # Errors
    /// `AlreadyExists`, `BadInput` (colour, name, time zone).
    pub async fn create_calendar(
        &self,
        who: PrincipalId,
        slug: Option<&str>,
        details: CalendarDetails,
        dead: Vec<DeadProperty>,
    ) -> Result<Calendar> {
        let _ = (who, slug, details, dead);
        todo!()
    }

    pub async fn update_calendar(&self, who: PrincipalId, id: CalendarId, patch: CalendarPatch) -> Result<Calendar> {
        let _ = (who, id, patch);
        todo!()
    }

    /// Removes the calendar and every object in it.
    pub async fn delete_calendar(&self, who: PrincipalId, id: CalendarId) -> Result<()> {
        let _ = (who, id);
        todo!()
    }

    pub async fn dead_properties(&self, who: PrincipalId, id: CalendarId) -> Result<Vec<DeadProperty>> {
        let _ = (who, id);
        todo!()
    }
}
