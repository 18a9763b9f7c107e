//! New events.

use super::all::new_rule;
use super::document::Tree;
use super::editor::fill;
use super::shift::Form;
use super::{EventDraft, Timing};
use crate::Result;
use crate::time::{Zones, vtimezone};
use crate::value::Moment;
use crate::write::PRODID;
use chrono::{DateTime, Utc};

/// One VEVENT with all that it needs.
pub(super) fn event(draft: &EventDraft, uid: &str, now: DateTime<Utc>) -> Result<String> {
    let form = Form::of(None, &draft.timing);
    let mut start = form.like.at(draft.timing.start());
    let rule = new_rule(draft, &form, &mut start)?;

    let mut event = Tree::empty("VEVENT");
    let at = Moment::Utc(now.naive_utc()).value();
    for (name, value) in [("UID", uid), ("DTSTAMP", &at), ("CREATED", &at), ("LAST-MODIFIED", &at)] {
        event.set(name, &[], value, &[]);
    }
    fill(&mut event, draft, &start, &form.zone, &Zones::default());
    if let Some(rule) = rule {
        event.set("RRULE", &[], &rule.value(), &["DTSTART", "DTEND"]);
    }

    let mut calendar = Tree::empty("VCALENDAR");
    calendar.set("VERSION", &[], "2.0", &[]);
    calendar.set("PRODID", &[], PRODID, &[]);
    calendar.append(event);
    if let (Timing::Timed { zone: Some(tz), .. }, Moment::Zoned { .. }) = (&draft.timing, &start) {
        calendar.prepend(&vtimezone(*tz, start.local().date()));
    }
    Ok(calendar.text())
}
