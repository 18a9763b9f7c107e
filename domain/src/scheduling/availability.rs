//! When somebody does not work: by what they gave to CalDAV (RFC 7953), else by the working hours of their profile.

use crate::model::profile::WorkingHours;
use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc};
use kalends_ical::availability::Availability;
use kalends_ical::busy::{Busy, BusyKind};
use kalends_ical::time::Zone;

/// Most instances of one time that is repeated.
const MAX_INSTANCES: usize = 1_000;

/// The times between `start` and `end` at which they do not work. Nothing where neither says when they do.
pub(super) fn unavailable(
    given: Option<&str>,
    hours: Option<&WorkingHours>,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    zone: &Zone,
) -> Vec<Busy> {
    match (given.and_then(|text| Availability::read(text).ok()), hours) {
        (Some(availability), _) => availability.unavailable((start, end), zone, MAX_INSTANCES),
        (None, Some(hours)) => outside(hours, (start, end), zone),
        (None, None) => Vec::new(),
    }
}

pub(super) fn outside(hours: &WorkingHours, (start, end): (DateTime<Utc>, DateTime<Utc>), zone: &Zone) -> Vec<Busy> {
    let mut found = Vec::new();
    let mut free_from = start;
    let mut day = zone.to_local(start).date();
    let last = zone.to_local(end).date();
    while day <= last {
        let time = hours.days()[day.weekday().num_days_from_monday() as usize];
        if let Some(time) = time {
            let at = |minutes: u16| zone.to_utc(day.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minutes)));
            let (begins, ends) = (at(time.start), at(time.end));
            if free_from < begins {
                found.push(Busy { start: free_from, end: begins.min(end), kind: BusyKind::Unavailable });
            }
            free_from = free_from.max(ends);
        }
        let Some(next) = day.checked_add_days(Days::new(1)) else { break };
        day = next;
    }
    if free_from < end {
        found.push(Busy { start: free_from, end, kind: BusyKind::Unavailable });
    }
    found.retain(|busy| busy.start < busy.end);
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use chrono::TimeZone;
    use chrono_tz::Europe::Zurich;

    #[test]
    fn outside_of_working_hours_somebody_is_unavailable() {
        let hours = WorkingHours::from_text("540-1020,540-1020,,,,,").unwrap();
        let at = |day, hour| Utc.with_ymd_and_hms(2026, 3, day, hour, 0, 0).unwrap();
        let found = unavailable(None, Some(&hours), (at(2, 0), at(4, 12)), &Zone::Iana(Zurich));
        let spans: Vec<_> = found.iter().map(|busy| (busy.start, busy.end)).collect();
        assert_eq!(spans, [(at(2, 0), at(2, 8)), (at(2, 16), at(3, 8)), (at(3, 16), at(4, 12))]);
        assert!(unavailable(None, None, (at(2, 0), at(4, 0)), &Zone::UTC).is_empty());
    }
}
