//! The VTIMEZONEs of a merged object.

use super::patch::{Edit, apply};
use crate::meaning::Times;
use crate::object::CalendarObject;
use crate::split::tzids;
use crate::syntax::{self, Component};
use std::borrow::Cow;
use std::collections::HashSet;

/// The VCALENDAR of a text.
fn calendar(text: &str) -> Option<Component> {
    syntax::parse(text, usize::MAX).ok()?.into_iter().find(|component| component.name == "VCALENDAR")
}

/// The TZIDs that what is not a VTIMEZONE names.
fn used(calendar: &Component) -> HashSet<&str> {
    let components = calendar.components.iter().filter(|component| component.name != "VTIMEZONE");
    components.flat_map(tzids).map(|(tzid, _)| tzid).collect()
}

/// The VTIMEZONEs with their TZIDs.
fn defined(calendar: &Component) -> impl Iterator<Item = (String, &Component)> {
    let zones = calendar.components.iter().filter(|component| component.name == "VTIMEZONE");
    zones.filter_map(|zone| Some((zone.property("TZID")?.text(), zone)))
}

/// The merged text with the VTIMEZONEs that came to be needed, as `theirs` has them, and without those that `ours` had a use for and the
/// merged text has none.
pub(super) fn settle<'t>(merged: &'t str, ours: &str, theirs: &str) -> Cow<'t, str> {
    let (Some(now), Some(before), Some(other)) = (calendar(merged), calendar(ours), calendar(theirs)) else {
        return Cow::Borrowed(merged);
    };
    let (needed, used_before) = (used(&now), used(&before));
    let mut edits: Vec<Edit> = defined(&now)
        .filter(|(tzid, _)| used_before.contains(tzid.as_str()) && !needed.contains(tzid.as_str()))
        .map(|(_, zone)| Edit::remove(zone.span.clone()))
        .collect();
    let there: HashSet<String> = defined(&now).map(|(tzid, _)| tzid).collect();
    let first = now.components.iter().map(|component| component.span.start).min();
    for (tzid, zone) in defined(&other) {
        if needed.contains(tzid.as_str())
            && !there.contains(&tzid)
            && let Some(first) = first
        {
            edits.push(Edit::insert(first, &theirs[zone.span.clone()]));
        }
    }
    if edits.is_empty() { Cow::Borrowed(merged) } else { Cow::Owned(apply(merged, 0..merged.len(), edits)) }
}

/// Whether every TZID means in the merged object what it means in those that it was made of.
pub(super) fn agree(merged: &CalendarObject, ours: &CalendarObject, theirs: &CalendarObject) -> bool {
    let times = [merged, ours, theirs].map(|object| Times::of(&object.zones));
    used(&merged.calendar).into_iter().all(|tzid| {
        [(ours, &times[1]), (theirs, &times[2])]
            .into_iter()
            .all(|(object, own)| object.zones.get(tzid).is_none() || own.zone(tzid) == times[0].zone(tzid))
    })
}
