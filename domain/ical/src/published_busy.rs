//! When somebody is busy, as they publish it at an address: a VFREEBUSY (RFC 5545 section 3.6.4), or a calendar with events.

use crate::busy::{Busy, add_busy, merged};
use crate::instances::Window;
use crate::meeting_times::KnownTimes;
use crate::time::Zone;
use crate::{CalendarObject, ComponentKind, Limits, split, value};
use chrono::{DateTime, Utc};

/// Most objects of a file that are read.
const MAX_OBJECTS: usize = 20_000;

/// Most times within what is asked about. Of a file with more nothing is known: it was made to keep somebody busy who reads it.
const MAX_TIMES: usize = 100_000;

/// A file that says when somebody is busy.
#[derive(Clone, Debug, Default)]
pub struct PublishedBusy {
    objects: Vec<CalendarObject>,
}

impl PublishedBusy {
    /// `None` for what is no calendar, and for one of which nothing can be read. A single part that cannot is passed over; what is beyond
    /// the first 20,000 UIDs is as well.
    pub fn read(text: &str, limits: &Limits) -> Option<Self> {
        let parts = split::split(text, limits.nesting).ok()?;
        let (mut objects, mut is_broken) = (Vec::new(), false);
        for part in parts.take(MAX_OBJECTS) {
            // What is no event or the like has no UID, and takes no time.
            if part.fault.is_none() && part.uid.is_none() {
                continue;
            }
            match CalendarObject::parse(&part.text, limits) {
                Ok(object) if part.fault.is_none() => objects.push(object),
                _ => is_broken = true,
            }
        }
        (!objects.is_empty() || !is_broken).then_some(PublishedBusy { objects })
    }

    /// What it says of the time between `start` and `end`. `floating` is the zone that floating times and days are read in; a series of more
    /// than `limit` instances is taken as busy from its first to its last.
    ///
    /// A VFREEBUSY speaks of the time from its DTSTART to its DTEND alone, a calendar with events of all time.
    pub fn between(&self, (start, end): (DateTime<Utc>, DateTime<Utc>), floating: &Zone, limit: usize) -> KnownTimes {
        let window = Window { start: Some(start), end: Some(end) };
        let mut all: Vec<Busy> = Vec::new();
        let mut spans = Vec::new();
        for object in &self.objects {
            add_busy(object, window, floating, limit, &mut all);
            if all.len() > MAX_TIMES {
                return KnownTimes { busy: Vec::new(), span: (start, start) };
            }
            spans.extend(told(object, floating));
        }
        let has_events = self.objects.iter().any(|object| object.kind != ComponentKind::FreeBusy);
        let span = match has_events || spans.is_empty() {
            true => (start, end),
            false => joined(spans, start, end),
        };
        KnownTimes { busy: merged(all, start, end), span }
    }
}

/// Of which time a VFREEBUSY speaks, as far as it says so.
fn told(object: &CalendarObject, floating: &Zone) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let entry = object.master.as_ref().filter(|_| object.kind == ComponentKind::FreeBusy)?;
    let component = object.component(entry);
    let at = |name| {
        let moment = value::moment(component.property(name)?).ok()?;
        Some(object.zones.instant(&moment, floating))
    };
    let (from, until) = (at("DTSTART"), at("DTEND"));
    Some((from.unwrap_or(DateTime::<Utc>::MIN_UTC), until.unwrap_or(DateTime::<Utc>::MAX_UTC)))
}

/// The first time without a gap of which something of the time between `start` and `end` is told; no time, where nothing is.
fn joined(
    mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> (DateTime<Utc>, DateTime<Utc>) {
    spans.retain(|(from, until)| from < until && *until > start && *from < end);
    spans.sort_unstable();
    let mut spans = spans.into_iter();
    let Some((from, mut until)) = spans.next() else { return (start, start) };
    for (next, its_end) in spans {
        if next > until {
            break;
        }
        until = until.max(its_end);
    }
    (from.max(start), until.min(end))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::busy::BusyKind;
    use chrono::TimeZone;

    fn at(day: u32, hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, day, hour, 0, 0).unwrap()
    }

    fn read(lines: &str) -> Option<PublishedBusy> {
        PublishedBusy::read(&lines.replace('\n', "\r\n"), &Limits::default())
    }

    fn calendar(lines: &str) -> PublishedBusy {
        read(&format!("BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:PUBLISH\n{lines}\nEND:VCALENDAR\n")).unwrap()
    }

    #[test]
    fn a_free_busy_file_speaks_of_its_own_time_alone() {
        let file = calendar(
            "BEGIN:VFREEBUSY\nORGANIZER:mailto:x@example.org\nDTSTART:20260302T000000Z\nDTEND:20260305T000000Z\n\
             FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260303T100000Z/PT1H\nFREEBUSY:20260304T100000Z/20260304T110000Z\n\
             FREEBUSY;FBTYPE=FREE:20260304T120000Z/PT1H\nEND:VFREEBUSY",
        );
        let known = file.between((at(1, 0), at(10, 0)), &Zone::UTC, 100);
        assert_eq!(known.span, (at(2, 0), at(5, 0)));
        assert_eq!(
            known.busy,
            [
                Busy { start: at(3, 10), end: at(3, 11), kind: BusyKind::Tentative },
                Busy { start: at(4, 10), end: at(4, 11), kind: BusyKind::Busy },
            ]
        );
        // Of a time that it does not speak of nothing is known.
        assert_eq!(file.between((at(7, 0), at(8, 0)), &Zone::UTC, 100).span, (at(7, 0), at(7, 0)));
    }

    #[test]
    fn a_calendar_with_events_speaks_of_all_time() {
        let file = calendar(
            "BEGIN:VEVENT\nUID:a\nDTSTART:20260302T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:b\nDTSTART:nonsense\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:c\nDTSTART:20260302T150000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT\nEND:VEVENT",
        );
        let known = file.between((at(2, 0), at(4, 0)), &Zone::named("Asia/Kolkata").unwrap(), 100);
        assert_eq!(known.span, (at(2, 0), at(4, 0)));
        assert_eq!(known.busy.len(), 2);
        assert_eq!(known.busy[0].start, Utc.with_ymd_and_hms(2026, 3, 2, 3, 30, 0).unwrap());
    }

    #[test]
    fn a_file_of_too_many_times_is_one_of_which_nothing_is_known() {
        let series = |uid: u32| {
            format!(
                "BEGIN:VEVENT\nUID:{uid}\nDTSTART:20260302T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY;INTERVAL=7\nEND:VEVENT\n"
            )
        };
        let file = calendar(&(0..60).map(series).collect::<String>());
        let known = file.between((at(2, 0), at(9, 0)), &Zone::UTC, 2_000);
        assert_eq!((known.busy.len(), known.span), (0, (at(2, 0), at(2, 0))));
    }

    #[test]
    fn what_is_no_calendar_is_told_apart_from_an_empty_one() {
        assert!(read("<!doctype html>\n<html></html>").is_none());
        assert!(read("").is_none());
        assert!(read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:nonsense\nEND:VEVENT\nEND:VCALENDAR\n").is_none());
        let empty = calendar("X-WR-CALNAME:Nothing");
        assert!(empty.between((at(1, 0), at(2, 0)), &Zone::UTC, 10).busy.is_empty());
    }
}
