//! What is derived from an object's text for the store.

use crate::model::version::Digest;
use crate::store::Index;
use crate::{Error, Limits, Result};
use kalends_ical::alarms::has_alarms;
use kalends_ical::syntax::{Property, SyntaxError};
use kalends_ical::{CalendarObject, instances, itip};

/// What the store keeps beside `text`.
///
/// # Errors
/// Those of [`CalendarObject::parse`], and `InvalidCalendarData` for too many rules.
pub(crate) fn index(text: &str, limits: &Limits) -> Result<Index> {
    let object = CalendarObject::parse(text, &limits.text)?;
    check_rules(&object, limits.rules)?;
    Ok(index_of(object, text))
}

/// What the store keeps beside `text`, which `object` was read from.
pub(crate) fn index_of(object: CalendarObject, text: &str) -> Index {
    let shown = object.master.as_ref().or(object.overrides.first());
    Index {
        extent: instances::extent(&object),
        guarded: object.is_guarded(),
        alarmed: has_alarms(&object),
        scheduled: itip::is_scheduled(&object),
        summary: shown.and_then(|entry| entry.summary.clone()),
        uid: object.uid,
        kind: object.kind,
        digest: Digest::of(text),
    }
}

/// Here and not where texts are read, so that an object which was stored before the limit held is still shown.
///
/// # Errors
/// `InvalidCalendarData` with the line of the first RRULE or EXRULE past `most` in one component.
fn check_rules(object: &CalendarObject, most: usize) -> Result<()> {
    for component in &object.calendar.components {
        let is_rule = |property: &&Property| matches!(property.name.as_str(), "RRULE" | "EXRULE");
        if let Some(excess) = component.properties.iter().filter(is_rule).nth(most) {
            let message = format!("more than {most} lines of RRULE and EXRULE in one {}", component.name);
            return Err(Error::InvalidCalendarData(SyntaxError::new(excess.line, message)));
        }
    }
    Ok(())
}
