//! What a run reads in the texts of objects.

use crate::Limits;
use chrono::{DateTime, Utc};
use kalends_ical::CalendarObject;
use kalends_ical::value::{self, Moment};

/// When whoever wrote a text says that it was changed last: the latest LAST-MODIFIED of its components.
pub(super) fn stamp(text: &str, limits: &Limits) -> Option<DateTime<Utc>> {
    let object = CalendarObject::parse(text, &limits.text).ok()?;
    let said = object.entries().filter_map(|entry| object.component(entry).property("LAST-MODIFIED"));
    let moments = said.filter_map(|property| match value::moment(property) {
        Ok(Moment::Utc(at)) => Some(at.and_utc()),
        _ => None,
    });
    moments.max()
}
