//! When a calendar says that its owner is busy (RFC 4791 section 7.10), and the VFREEBUSY (RFC 5545 section 3.6.4) that says so.

use super::write::{CRLF, PRODID, fold, line};
use crate::entry::Entry;
use crate::instances::{Window, any_instance, extent};
use crate::syntax::Parameter;
use crate::time::Zone;
use crate::value::{self, Moment, PeriodEnd};
use crate::{CalendarObject, ComponentKind};
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::ControlFlow;

/// FBTYPE (RFC 5545 section 3.2.9) of a time that is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BusyKind {
    Busy,
    Unavailable,
    Tentative,
}

/// A time that is not free; those of one kind neither overlap nor touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Busy {
    pub start: DateTime<Utc>,
    /// Exclusive, after `start`.
    pub end: DateTime<Utc>,
    pub kind: BusyKind,
}

/// Adds the times that `object` takes in `window` to `all`. `floating` is the zone that floating times and days are read in. A series
/// of more than `limit` instances is taken as busy from its first to its last.
pub fn add_busy(object: &CalendarObject, window: Window, floating: &Zone, limit: usize, all: &mut Vec<Busy>) {
    add_busy_without(object, window, floating, limit, None, all);
}

/// [`add_busy`] without the instance that has this RECURRENCE-ID.
pub fn add_busy_without(
    object: &CalendarObject,
    window: Window,
    floating: &Zone,
    limit: usize,
    without: Option<&Moment>,
    all: &mut Vec<Busy>,
) {
    match object.kind {
        ComponentKind::Event => of_event(object, window, floating, limit, without, all),
        ComponentKind::FreeBusy => of_free_busy(object, floating, all),
        ComponentKind::Todo | ComponentKind::Journal => {}
    }
}

fn of_event(
    object: &CalendarObject,
    window: Window,
    floating: &Zone,
    limit: usize,
    without: Option<&Moment>,
    all: &mut Vec<Busy>,
) {
    let mut own = Vec::new();
    let is_cut = any_instance(object, window, floating, &mut |instance| {
        if without.is_some() && instance.recurrence_id.as_ref() == without {
            return ControlFlow::Continue(());
        }
        let entry = instance.override_index.map(|index| &object.overrides[index]).or(object.master.as_ref());
        if let Some(kind) = entry.and_then(kind) {
            join(&mut own, Busy { start: instance.start_utc, end: instance.end_utc, kind });
        }
        if own.len() > limit { ControlFlow::Break(true) } else { ControlFlow::Continue(()) }
    });
    // One object must not keep the times of all the others back.
    if is_cut.unwrap_or(true) {
        own.extend(of_whole_series(object));
    }
    all.append(&mut own);
}

/// The time from the first instance to the last.
fn of_whole_series(object: &CalendarObject) -> Option<Busy> {
    let reaches = |entry: &&Entry| entry.recurrence_id.as_ref().is_some_and(|id| id.this_and_future);
    let kind = object.master.iter().chain(object.overrides.iter().filter(reaches)).filter_map(kind).min()?;
    let extent = extent(object);
    let at = |seconds: Option<i64>| seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Some(Busy {
        start: at(extent.first_start).unwrap_or(DateTime::<Utc>::MIN_UTC),
        end: at(extent.last_end).unwrap_or(DateTime::<Utc>::MAX_UTC),
        kind,
    })
}

/// How an event takes its time; `None`: it does not.
fn kind(entry: &Entry) -> Option<BusyKind> {
    match entry.status.as_deref() {
        _ if entry.transparent => None,
        Some("CANCELLED") => None,
        Some("TENTATIVE") => Some(BusyKind::Tentative),
        _ => Some(BusyKind::Busy),
    }
}

fn of_free_busy(object: &CalendarObject, floating: &Zone, all: &mut Vec<Busy>) {
    let Some(entry) = &object.master else { return };
    for property in object.component(entry).properties("FREEBUSY") {
        let kind = match property.param("FBTYPE").map(str::to_ascii_uppercase).as_deref() {
            Some("FREE") => continue,
            Some("BUSY-TENTATIVE") => BusyKind::Tentative,
            Some("BUSY-UNAVAILABLE") => BusyKind::Unavailable,
            _ => BusyKind::Busy,
        };
        // What was stored has been checked; a value that cannot be read all the same takes no time.
        for period in value::periods(property).unwrap_or_default() {
            let start = object.zones.instant(&period.start, floating);
            let end = match period.end {
                PeriodEnd::At(end) => object.zones.instant(&end, floating),
                // A period of UTC times: its days have 24 hours.
                PeriodEnd::For(duration) => {
                    let length = TimeDelta::try_days(duration.days).zip(TimeDelta::try_seconds(duration.seconds));
                    length.and_then(|(days, rest)| start.checked_add_signed(days + rest)).unwrap_or(start)
                }
            };
            all.push(Busy { start, end, kind });
        }
    }
}

/// Cuts to the span from `start` to `end` and joins what overlaps or touches.
pub fn merged(mut all: Vec<Busy>, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<Busy> {
    all.sort_unstable_by_key(|busy| (busy.kind, busy.start));
    let mut joined: Vec<Busy> = Vec::new();
    for busy in all {
        let busy = Busy { start: busy.start.max(start), end: busy.end.min(end), ..busy };
        if busy.start >= busy.end {
            continue;
        }
        join(&mut joined, busy);
    }
    joined.sort_unstable();
    joined
}

/// Adds `busy`, to the last one where it goes on from there.
fn join(all: &mut Vec<Busy>, busy: Busy) {
    match all.last_mut() {
        Some(last) if last.kind == busy.kind && (last.start..=last.end).contains(&busy.start) => {
            last.end = last.end.max(busy.end);
        }
        _ => all.push(busy),
    }
}

/// A VCALENDAR with one VFREEBUSY about the time from `start` to `end`, written at `now`.
pub fn write(busy: &[Busy], (start, end): (DateTime<Utc>, DateTime<Utc>), now: DateTime<Utc>) -> String {
    let mut out = String::new();
    let mut put = |name: &str, params: &[Parameter], value: &str| fold(&mut out, &line(name, params, value), CRLF);
    put("BEGIN", &[], "VCALENDAR");
    put("VERSION", &[], "2.0");
    put("PRODID", &[], PRODID);
    put("BEGIN", &[], "VFREEBUSY");
    put("DTSTAMP", &[], &utc(now));
    put("DTSTART", &[], &utc(start));
    put("DTEND", &[], &utc(end));
    for kind in [BusyKind::Busy, BusyKind::Unavailable, BusyKind::Tentative] {
        let periods: Vec<String> = busy
            .iter()
            .filter(|busy| busy.kind == kind)
            .map(|busy| format!("{}/{}", utc(busy.start), utc(busy.end)))
            .collect();
        if !periods.is_empty() {
            let kind = Parameter { name: "FBTYPE".to_owned(), values: vec![name(kind).to_owned()] };
            put("FREEBUSY", &[kind], &periods.join(","));
        }
    }
    put("END", &[], "VFREEBUSY");
    put("END", &[], "VCALENDAR");
    out
}

fn name(kind: BusyKind) -> &'static str {
    match kind {
        BusyKind::Busy => "BUSY",
        BusyKind::Unavailable => "BUSY-UNAVAILABLE",
        BusyKind::Tentative => "BUSY-TENTATIVE",
    }
}

fn utc(instant: DateTime<Utc>) -> String {
    instant.format("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use BusyKind::{Busy as Taken, Tentative};
    use chrono::TimeZone;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minutes * 60, 0).unwrap()
    }

    fn joined(spans: &[(i64, i64, BusyKind)]) -> Vec<(i64, i64, BusyKind)> {
        let all =
            spans.iter().map(|(start, end, kind)| Busy { start: at(*start), end: at(*end), kind: *kind }).collect();
        let minutes = |instant: DateTime<Utc>| instant.timestamp() / 60;
        merged(all, at(0), at(100))
            .into_iter()
            .map(|busy| (minutes(busy.start), minutes(busy.end), busy.kind))
            .collect()
    }

    #[test]
    fn times_that_overlap_or_touch_are_one() {
        assert_eq!(
            joined(&[(30, 40, Taken), (10, 20, Taken), (20, 25, Taken), (12, 14, Taken)]),
            [(10, 25, Taken), (30, 40, Taken)]
        );
    }

    #[test]
    fn each_kind_stands_for_itself() {
        assert_eq!(joined(&[(10, 30, Taken), (5, 20, Tentative)]), [(5, 20, Tentative), (10, 30, Taken)]);
    }

    #[test]
    fn nothing_reaches_out_of_the_span() {
        assert_eq!(
            joined(&[(-10, 10, Taken), (90, 110, Taken), (100, 120, Taken), (50, 50, Taken)]),
            [(0, 10, Taken), (90, 100, Taken)]
        );
    }

    #[test]
    fn one_line_for_each_kind() {
        let at = |hour| Utc.with_ymd_and_hms(2026, 3, 10, hour, 0, 0).unwrap();
        let busy = [
            Busy { start: at(8), end: at(9), kind: BusyKind::Busy },
            Busy { start: at(10), end: at(11), kind: BusyKind::Tentative },
            Busy { start: at(12), end: at(13), kind: BusyKind::Busy },
        ];
        let text = write(&busy, (at(0), at(23)), at(7));
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(
            "DTSTAMP:20260310T070000Z\r\nDTSTART:20260310T000000Z\r\nDTEND:20260310T230000Z\r\n\
             FREEBUSY;FBTYPE=BUSY:20260310T080000Z/20260310T090000Z,20260310T120000Z/20260310T130000Z\r\n\
             FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260310T100000Z/20260310T110000Z\r\nEND:VFREEBUSY\r\n"
        ));
    }
}
