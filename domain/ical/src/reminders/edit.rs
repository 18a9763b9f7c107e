//! What somebody does about a reminder, written into the alarms, so that their other programs hear of it (RFC 9074 sections 6 and 7).

use super::alarm::{self, is_mozilla_snooze};
use crate::CalendarObject;
use crate::entry::Entry;
use crate::escape::escape_text;
use crate::syntax::Component;
use crate::time::Zone;
use crate::value::Moment;
use chrono::{DateTime, Utc};
use std::ops::Range;

/// Parts of the text with what comes into their place.
struct Splices(Vec<(Range<usize>, String)>);

impl Splices {
    fn applied(mut self, text: &str) -> String {
        self.0.sort_by_key(|(span, _)| span.start);
        let mut written = text.to_owned();
        for (span, with) in self.0.into_iter().rev() {
            written.replace_range(span, &with);
        }
        written
    }

    /// Puts lines at the end of a component.
    fn append(&mut self, text: &str, component: &Component, lines: String) {
        let at = component.elements().last().map_or_else(|| component.body_start(text), |last| last.span().end);
        self.0.push((at..at, lines));
    }

    fn set(&mut self, text: &str, component: &Component, name: &str, line: String) {
        match component.property(name) {
            Some(property) => self.0.push((property.span.clone(), line)),
            None => self.append(text, component, line),
        }
    }
}

fn utc(at: DateTime<Utc>) -> String {
    Moment::Utc(at.naive_utc()).value()
}

/// The component that has the alarms of an instance: its override, or the master.
fn part<'o>(object: &'o CalendarObject, recurrence_id: Option<&Moment>, floating: &Zone) -> Option<&'o Component> {
    let instant = |moment: &Moment| object.zones.instant(moment, floating);
    let is_it = |entry: &&Entry| match (&entry.recurrence_id, recurrence_id) {
        (Some(own), Some(wanted)) => instant(&own.moment) == instant(wanted),
        _ => false,
    };
    let entry = object.overrides.iter().find(is_it).or(object.master.as_ref())?;
    Some(object.component(entry))
}

/// The text in which what `key` names has gone off until `at` and is done with; a reminder that was put off is gone, and the one that it
/// put off is done with as well. `None`: there is nothing in the text that could say so.
pub fn acknowledge(
    object: &CalendarObject,
    text: &str,
    (recurrence_id, key): (Option<&Moment>, &str),
    floating: &Zone,
    at: DateTime<Utc>,
) -> Option<String> {
    let component = part(object, recurrence_id, floating)?;
    let mut splices = Splices(Vec::new());
    done_with(&mut splices, text, component, key, at)?;
    Some(splices.applied(text))
}

/// Yields the UID of the alarm that was there first, if it has one. `None`: nothing has that name.
fn done_with(
    splices: &mut Splices,
    text: &str,
    component: &Component,
    key: &str,
    at: DateTime<Utc>,
) -> Option<Option<String>> {
    let line = || format!("ACKNOWLEDGED:{}\r\n", utc(at));
    if let Some(property) =
        component.properties.iter().find(|property| property.name == key && is_mozilla_snooze(property))
    {
        splices.0.push((property.span.clone(), String::new()));
        splices.set(text, component, "X-MOZ-LASTACK", format!("X-MOZ-LASTACK:{}\r\n", utc(at)));
        return Some(None);
    }
    let (_, alarm) = alarm::written(component).find(|(own, _)| own == key)?;
    let Some(first) = alarm::puts_off(alarm) else {
        splices.set(text, alarm, "ACKNOWLEDGED", line());
        return Some(alarm::uid(alarm));
    };
    splices.0.push((alarm.span.clone(), String::new()));
    if let Some((_, original)) = alarm::written(component).find(|(own, _)| *own == first) {
        splices.set(text, original, "ACKNOWLEDGED", line());
    }
    Some(Some(first))
}

/// The text in which what `key` names comes again at `until`, as an alarm with the UID `uid`. `key` may be of a reminder that stands in
/// no text. `None`: there is no component that could have it.
pub fn snooze(
    object: &CalendarObject,
    text: &str,
    (recurrence_id, key): (Option<&Moment>, &str),
    floating: &Zone,
    (at, until): (DateTime<Utc>, DateTime<Utc>),
    uid: &str,
) -> Option<String> {
    let component = part(object, recurrence_id, floating)?;
    let mut splices = Splices(Vec::new());
    let original = match done_with(&mut splices, text, component, key, at) {
        Some(Some(original)) => Some(original),
        // One without a name gets one, by which it is put off.
        Some(None) => alarm::written(component).find(|(own, _)| own == key).map(|(_, alarm)| {
            let named = format!("{uid}-first");
            splices.append(text, alarm, format!("UID:{named}\r\n"));
            named
        }),
        None => None,
    };
    let related =
        original.map(|uid| format!("RELATED-TO;RELTYPE=SNOOZE:{}\r\n", escape_text(&uid))).unwrap_or_default();
    let lines = format!(
        "BEGIN:VALARM\r\nUID:{uid}\r\nACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\nTRIGGER;VALUE=DATE-TIME:{}\r\n{related}END:VALARM\r\n",
        utc(until)
    );
    splices.append(text, component, lines);
    Some(splices.applied(text))
}
