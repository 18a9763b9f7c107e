//! The one reminder that Graph has, among the alarms of a text.

use super::held::{HeldEvent, HeldObject};
use super::read_text::{alarm_minutes, of_text};
use super::time::stamp;
use chrono::NaiveDate;
use kalends_ical::syntax::Component;
use kalends_ical::time::Zone;
use kalends_ical::value::Moment;
use kalends_ical::{CalendarObject, Limits};
use std::ops::Range;

/// `base` without each alarm in whose place `fetched`, a text of Graph, has another reminder, or none. Every other octet stays.
pub fn without_other_reminders(base: &str, fetched: &str) -> String {
    let (Ok(before), Ok(after)) = (of_text(base), of_text(fetched)) else { return base.to_owned() };
    let Ok(object) = CalendarObject::parse(base, &Limits::default()) else { return base.to_owned() };
    let mut taken: Vec<Range<usize>> = Vec::new();
    for entry in object.entries() {
        let date = match &entry.recurrence_id {
            None => None,
            Some(id) => match date(&object, &before, &id.moment) {
                None => continue,
                date => date,
            },
        };
        if reminder(&before, date) != reminder(&after, date) {
            taken.extend(alarm(object.component(entry)).map(|alarm| alarm.span.clone()));
        }
    }
    taken.sort_by_key(|range| std::cmp::Reverse(range.start));
    let mut text = base.to_owned();
    for range in taken {
        text.replace_range(range, "");
    }
    text
}

/// Of the master, or of an instance.
fn reminder(object: &HeldObject, date: Option<NaiveDate>) -> Option<u32> {
    let instance = |date: NaiveDate| -> &HeldEvent { object.exceptions.get(&date).unwrap_or(&object.master) };
    date.map_or(&object.master, instance).reminder
}

fn date(object: &CalendarObject, held: &HeldObject, id: &Moment) -> Option<NaiveDate> {
    match (held.master.span.zone(), id) {
        (Some(zone), Moment::Utc(_) | Moment::Zoned { .. }) => {
            let at = stamp(id, &object.zones, false).ok()?;
            Some(Zone::Iana(zone).to_local(at.instant()).date())
        }
        _ => Some(id.local().date()),
    }
}

fn alarm(component: &Component) -> Option<&Component> {
    component.components.iter().filter(|inner| inner.name == "VALARM").find(|alarm| alarm_minutes(alarm).is_some())
}
