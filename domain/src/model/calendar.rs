//! Calendar collections as they are stored.

pub use super::calendar_id::CalendarId;
use super::principal::{Access, PrincipalId};
use super::share::{Answer, Party};
use chrono::{DateTime, Utc};
use kalends_ical::ComponentKind;

/// Colours that new calendars take in turn: far apart, readable in light and dark.
const COLORS: [&str; 8] = ["#2F6FDE", "#0F9D74", "#D9582B", "#8E56C7", "#C2185B", "#B7791F", "#0E8FA8", "#6B7280"];

/// Counts the writes to one calendar; each write raises it by one. Sync-token, CTag and cache keys come from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// The log has every change after this; of those up to it, only what the rest needs.
    pub log_whole_after: Revision,
    /// How many objects are in it.
    pub objects: u64,
    /// When it came to that revision.
    pub changed_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// How a person sees a calendar, theirs or another's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarView {
    /// The agenda leaves it out.
    pub hidden: bool,
    /// New events go there, unless somebody says otherwise.
    pub is_default: bool,
    /// What they said when it was shared with them.
    pub answer: Option<Answer>,
    /// What they call it; `None`: as its owner does.
    pub name: Option<String>,
    /// The colour they gave it, `#RRGGBB`.
    pub color: Option<String>,
    /// Its place in their list.
    pub order: Option<i64>,
}

/// Whether a calendar is kept in step with one elsewhere, and what follows from it here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Linked {
    #[default]
    No,
    /// What is changed there comes here.
    Pulls,
    /// What is changed here goes there.
    Pushes,
    /// It is as it is there, where nobody here may change it; or was so until that was gone. Nobody changes what is in it.
    Frozen,
}

/// A calendar, what a principal may do with it, and how they see it.
#[derive(Clone, Debug)]
pub struct SeenCalendar {
    pub calendar: Calendar,
    /// What was granted to the principal: as the owner, in person, through a team, or with everyone.
    pub granted: Access,
    /// What comes from belonging to the team that owns it.
    pub as_member: Access,
    /// What comes from acting for the person who owns it.
    pub delegated: Access,
    pub owner: Party,
    /// Whether it was shared with the principal in person, so that they are asked.
    pub in_person: bool,
    /// Whether it is shared with people or teams, so that they read it at least.
    pub is_shared: bool,
    pub linked: Linked,
    pub view: CalendarView,
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

impl CalendarDetails {
    /// A calendar for events and to-dos with the colour that comes after `taken` others.
    pub fn named(display_name: impl Into<String>, taken: usize) -> Self {
        CalendarDetails {
            display_name: display_name.into(),
            description: None,
            color: COLORS[taken % COLORS.len()].to_owned(),
            order: taken as i64,
            timezone: None,
            components: vec![ComponentKind::Event, ComponentKind::Todo, ComponentKind::Journal],
        }
    }
}
