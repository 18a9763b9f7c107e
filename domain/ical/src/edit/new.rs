//! New events.

use super::all::new_rule;
use super::document::Tree;
use super::editor::fill;
use super::shift::Form;
use super::{EventDraft, Timing};
use crate::Result;
use crate::escape::escape_text;
use crate::time::{Zones, vtimezone};
use crate::value::Moment;
use crate::write::PRODID;
use chrono::{DateTime, Utc};

/// One VEVENT with all that it needs.
pub(super) fn event(
    draft: &EventDraft,
    uid: &str,
    reminder_minutes: Option<u32>,
    now: DateTime<Utc>,
) -> Result<String> {
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

    if let (Some(minutes), Timing::Timed { .. }) = (reminder_minutes, &draft.timing) {
        event.append(reminder(&draft.summary, minutes));
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

/// An alarm that shows the title (RFC 5545 section 3.6.6).
fn reminder(title: &str, minutes: u32) -> Tree {
    let mut alarm = Tree::empty("VALARM");
    alarm.set("ACTION", &[], "DISPLAY", &[]);
    alarm.set("DESCRIPTION", &[], &escape_text(title), &[]);
    alarm.set("TRIGGER", &[], &format!("-PT{minutes}M"), &[]);
    alarm
}
