//! New events.

use super::all::new_rule;
use super::document::{Tree, param};
use super::editor::{fill, set_text};
use super::shift::Form;
use super::timing::set_moment;
use super::{Due, EventDraft, Extras, TaskDraft, Timing};
use crate::escape::escape_text;
use crate::time::{Zones, vtimezone};
use crate::value::Moment;
use crate::write::PRODID;
use crate::{Error, Problem, Result};
use chrono::{DateTime, Datelike, NaiveTime, Utc};

/// One VEVENT with all that it needs.
pub(super) fn event(draft: &EventDraft, uid: &str, extras: &Extras, now: DateTime<Utc>) -> Result<String> {
    let form = Form::of(None, &draft.timing);
    let mut start = form.like.at(draft.timing.start());
    let rule = new_rule(draft, &form, &mut start)?;

    let mut event = begun("VEVENT", uid, now);
    fill(&mut event, draft, &start, &form.zone, &Zones::default());
    if let Some(rule) = rule {
        event.set("RRULE", &[], &rule.value(), &["DTSTART", "DTEND"]);
    }
    set_addresses(&mut event, extras);

    if let (Some(minutes), Timing::Timed { .. }) = (extras.reminder_minutes, &draft.timing) {
        event.append(reminder(&draft.summary, minutes));
    }
    Ok(calendar_of(event, &draft.timing, &start))
}

/// One VTODO with all that it needs.
pub(super) fn task(draft: &TaskDraft, uid: &str, extras: &Extras, now: DateTime<Utc>) -> Result<String> {
    let mut task = begun("VTODO", uid, now);
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    let timing = draft.due.map(|due| match due {
        Due::On(day) => Timing::AllDay { first: day, last: day },
        Due::At { local, zone } => Timing::Timed { start: local, end: local, zone },
    });
    let due = timing.map(|timing| (timing, Form::of(None, &timing).like));
    if let Some((_, due)) = &due {
        if !(1..=9998).contains(&due.local().year()) {
            return Err(Error::bad_input("due", Problem::Year));
        }
        set_moment(&mut task, "DUE", due, &[]);
    }
    set_text(&mut task, "SUMMARY", &lines(&draft.summary));
    set_text(&mut task, "DESCRIPTION", &lines(draft.description.as_deref().unwrap_or_default()));
    task.set("STATUS", &[], "NEEDS-ACTION", &[]);
    set_addresses(&mut task, extras);
    let (timing, due) = due.unwrap_or_else(|| {
        let start = now.date_naive().and_time(NaiveTime::MIN);
        (Timing::Timed { start, end: start, zone: None }, Moment::Floating(start))
    });
    Ok(calendar_of(task, &timing, &due))
}

/// A component with what says which one it is.
fn begun(name: &str, uid: &str, now: DateTime<Utc>) -> Tree {
    let mut tree = Tree::empty(name);
    let at = Moment::Utc(now.naive_utc()).value();
    for (name, value) in [("UID", uid), ("DTSTAMP", &at), ("CREATED", &at), ("LAST-MODIFIED", &at)] {
        tree.set(name, &[], value, &[]);
    }
    tree
}

/// URL and CONFERENCE.
fn set_addresses(tree: &mut Tree, extras: &Extras) {
    if let Some(url) = extras.url.as_deref().filter(|url| is_url(url)) {
        tree.set("URL", &[], url, &[]);
    }
    if let Some(url) = extras.conference.as_deref().filter(|url| is_url(url)) {
        tree.set("CONFERENCE", &[param("VALUE", "URI"), param("FEATURE", "VIDEO")], url, &[]);
    }
}

/// Whether it has a scheme (RFC 3986 section 3.1), and nothing in it that would end the line.
fn is_url(text: &str) -> bool {
    let has_scheme = text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && !rest.is_empty()
    });
    has_scheme && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// The calendar of one component that is at a time of `timing`, as `moment` writes it.
fn calendar_of(component: Tree, timing: &Timing, moment: &Moment) -> String {
    let mut calendar = Tree::empty("VCALENDAR");
    calendar.set("VERSION", &[], "2.0", &[]);
    calendar.set("PRODID", &[], PRODID, &[]);
    calendar.append(component);
    if let (Timing::Timed { zone: Some(tz), .. }, Moment::Zoned { .. }) = (timing, moment) {
        calendar.prepend(&vtimezone(*tz, moment.local().date()));
    }
    calendar.text()
}

/// An alarm that shows the title (RFC 5545 section 3.6.6).
fn reminder(title: &str, minutes: u32) -> Tree {
    let mut alarm = Tree::empty("VALARM");
    alarm.set("ACTION", &[], "DISPLAY", &[]);
    alarm.set("DESCRIPTION", &[], &escape_text(title), &[]);
    alarm.set("TRIGGER", &[], &format!("-PT{minutes}M"), &[]);
    alarm
}
