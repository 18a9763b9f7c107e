//! Which instances of a series are otherwise than they were: what is not to be seen of the series itself.

use chrono::{NaiveDateTime, NaiveTime};
use kalends_ical::CalendarObject;
use kalends_ical::edit::{self, EventDraft, Status, Timing};
use kalends_ical::value::Moment;

/// Most instances that are named.
const MAX_NAMED: usize = 20;

/// Most instances that are looked at, each of which costs as much as the whole series is long.
const MAX_LOOKED_AT: usize = 200;

/// An instance of which something is otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceChange {
    pub was: EventDraft,
    /// `None`: it does not take place.
    pub is: Option<EventDraft>,
}

/// The instances that are at another time or place than they were, or do not take place any more; those of a series that is itself
/// another are not among them. Of series with very many such instances none are named.
pub(super) fn instance_changes(before: &CalendarObject, now: &CalendarObject) -> Vec<InstanceChange> {
    let mut instances: Vec<&Moment> = Vec::new();
    for object in [before, now] {
        for entry in object.entries() {
            let own = entry.recurrence_id.as_ref().filter(|id| !id.this_and_future).map(|id| &id.moment);
            for moment in own.into_iter().chain(&entry.exclusion_dates) {
                if !instances.contains(&moment) {
                    instances.push(moment);
                }
                if instances.len() > MAX_LOOKED_AT {
                    return Vec::new();
                }
            }
        }
    }
    let takes_place = |object: &CalendarObject, instance: &Moment| {
        let draft = edit::draft_of(object, Some(instance)).ok();
        draft.filter(|draft| draft.marks.status != Some(Status::Cancelled))
    };
    let mut changes: Vec<InstanceChange> = Vec::new();
    for instance in instances {
        let Some(was) = takes_place(before, instance) else { continue };
        let is = takes_place(now, instance);
        let is_same = is.as_ref().is_some_and(|is| is.timing == was.timing && is.location == was.location);
        if !is_same {
            changes.push(InstanceChange { was, is });
        }
    }
    // A series at another time has other instances altogether: the series says it.
    let master = |object: &CalendarObject| edit::draft_of(object, None).ok().map(|draft| (draft.timing, draft.repeat));
    if master(before) != master(now) {
        changes.retain(|change| change.is.is_some());
    }
    changes.sort_by_key(|change| starts(&change.was));
    changes.truncate(MAX_NAMED);
    changes
}

/// When it starts, on the clock where it takes place.
fn starts(draft: &EventDraft) -> NaiveDateTime {
    match draft.timing {
        Timing::Timed { start, .. } => start,
        Timing::AllDay { first, .. } => first.and_time(NaiveTime::MIN),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use kalends_ical::Limits;

    fn series(more: &str, overrides: &str) -> CalendarObject {
        let text = format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:s\nDTSTAMP:20300101T000000Z\nDTSTART:20300304T100000Z\n\
             DTEND:20300304T110000Z\nRRULE:FREQ=WEEKLY;COUNT=5\nSUMMARY:Plan\n{more}END:VEVENT\n{overrides}END:VCALENDAR\n"
        );
        CalendarObject::parse(&text.replace('\n', "\r\n"), &Limits::default()).unwrap()
    }

    fn moved(hour: u32) -> String {
        format!(
            "BEGIN:VEVENT\nUID:s\nDTSTAMP:20300101T000000Z\nRECURRENCE-ID:20300311T100000Z\nDTSTART:20300312T{hour}0000Z\n\
             DTEND:20300312T{}0000Z\nSUMMARY:Plan\nEND:VEVENT\n",
            hour + 1
        )
    }

    #[test]
    fn what_was_moved_or_does_not_take_place_is_named_and_nothing_else() {
        let plain = series("", "");
        assert_eq!(instance_changes(&plain, &plain), []);
        let changes = instance_changes(&plain, &series("EXDATE:20300318T100000Z\n", &moved(14)));
        let days: Vec<(String, Option<String>)> = changes
            .iter()
            .map(|change| {
                let at = |draft: &EventDraft| starts(draft).to_string();
                (at(&change.was), change.is.as_ref().map(at))
            })
            .collect();
        assert_eq!(
            days,
            [
                ("2030-03-11 10:00:00".to_owned(), Some("2030-03-12 14:00:00".to_owned())),
                ("2030-03-18 10:00:00".to_owned(), None)
            ]
        );
        // What was moved before is named when it moves again, and when it is as all the others again.
        assert_eq!(instance_changes(&series("", &moved(14)), &series("", &moved(14))), []);
        for now in [series("", &moved(15)), plain] {
            assert_eq!(instance_changes(&series("", &moved(14)), &now).len(), 1);
        }
    }
}
