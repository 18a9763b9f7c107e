//! Components and instances, for what is compared and put together here.

use super::Version;
use crate::edit::document::{Tree, moment_params};
use crate::edit::with_overrides;
use crate::entry::Entry;
use crate::object::CalendarObject;
use crate::time::{Zone, Zones};
use crate::value::Moment;
use crate::{Limits, Result};
use chrono::{DateTime, Utc};

/// Reads what was made of something that was accepted: whoever stores it applies the limits.
///
/// # Errors
/// Those of [`CalendarObject::parse`].
pub(super) fn parse(text: &str) -> Result<CalendarObject> {
    CalendarObject::parse(text, &Limits { object_octets: usize::MAX, nesting: usize::MAX })
}

/// An instance by its RECURRENCE-ID, apart from how that is written; `None`: the master.
pub(super) type Key = Option<(bool, DateTime<Utc>)>;

pub(super) fn key_of_moment(zones: &Zones, moment: &Moment) -> Key {
    Some((moment.is_date(), zones.instant(moment, &Zone::UTC)))
}

pub(super) fn key(object: &CalendarObject, entry: &Entry) -> Key {
    entry.recurrence_id.as_ref().and_then(|id| key_of_moment(&object.zones, &id.moment))
}

/// The entry of this key.
pub(super) fn entry_of(object: &CalendarObject, wanted: Key) -> Option<&Entry> {
    object.entries().find(|entry| key(object, entry) == wanted)
}

/// Whether a property is each person's own: no message changes it in the object of an attendee.
pub(super) fn is_personal(name: &str) -> bool {
    matches!(name, "TRANSP" | "CATEGORIES" | "COLOR" | "CLASS" | "COMPLETED" | "PERCENT-COMPLETE" | "X-ALARM-ACK")
        || name.starts_with("X-MOZ-")
        || name.starts_with("X-KALENDS-")
}

/// Takes instances out of a series.
pub(super) fn exclude(master: &mut Tree, ids: &[Moment]) {
    for id in ids {
        master.add("EXDATE", &moment_params(&[], id), &id.value(), &["EXDATE", "RRULE", "RDATE", "DTSTART"]);
    }
}

/// The components of an object as trees of its document, with their keys, in the order of [`CalendarObject::entries`].
pub(super) fn trees(object: &CalendarObject, text: &str) -> Vec<(Key, Tree)> {
    object.entries().map(|entry| (key(object, entry), Tree::of(object.component(entry), text))).collect()
}

/// The object with a component of its own for each of these instances: what is said of one is said in that.
pub(super) fn with_each(version: Version<'_>, ids: &[Moment]) -> Option<(CalendarObject, String)> {
    let zones = &version.object.zones;
    let has_none = |id: &&Moment| entry_of(version.object, key_of_moment(zones, id)).is_none();
    let missing: Vec<Moment> = ids.iter().filter(has_none).cloned().collect();
    let text = with_overrides(version.object, version.text, &missing).ok()?;
    Some((parse(&text).ok()?, text))
}
