//! When an event is: Graph has a wall-clock time beside the name of a zone, Windows' name above all
//! (<https://learn.microsoft.com/graph/api/resources/datetimetimezone>).

use super::super::wire::{DateTimeTimeZone, Event};
use super::Unfit;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use kalends_ical::time::{Zone, Zones};
use kalends_ical::value::Moment;

/// How Graph writes a time.
const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.f";
pub(super) const UTC: &str = "UTC";

/// From when to when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Whole days; `end` is the day after the last.
    Days {
        start: NaiveDate,
        end: NaiveDate,
    },
    Times {
        start: Stamp,
        end: Stamp,
    },
}

/// A time in a zone that Graph has a name for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub local: NaiveDateTime,
    pub zone: Tz,
}

impl Stamp {
    fn at(instant: DateTime<Utc>, zone: Tz) -> Self {
        Stamp { local: Zone::Iana(zone).to_local(instant), zone }
    }

    pub fn instant(&self) -> DateTime<Utc> {
        Zone::Iana(self.zone).to_utc(self.local)
    }

    pub fn moment(&self) -> Moment {
        if is_utc(self.zone) {
            Moment::Utc(self.local)
        } else {
            Moment::Zoned { local: self.local, tzid: self.zone.name().to_owned() }
        }
    }

    pub fn json(&self) -> DateTimeTimeZone {
        DateTimeTimeZone {
            date_time: self.local.format("%Y-%m-%dT%H:%M:%S").to_string(),
            time_zone: Zone::Iana(self.zone).windows_name().unwrap_or(UTC).to_owned(),
        }
    }
}

pub(super) fn is_utc(zone: Tz) -> bool {
    matches!(zone, Tz::UTC | Tz::Etc__UTC | Tz::UCT | Tz::Etc__UCT | Tz::Zulu | Tz::Universal)
}

impl Span {
    /// The day on which it starts, in its zone.
    pub fn date(&self) -> NaiveDate {
        match self {
            Span::Days { start, .. } => *start,
            Span::Times { start, .. } => start.local.date(),
        }
    }

    pub fn start(&self) -> Moment {
        match self {
            Span::Days { start, .. } => Moment::Date(*start),
            Span::Times { start, .. } => start.moment(),
        }
    }

    pub fn end(&self) -> Moment {
        match self {
            Span::Days { end, .. } => Moment::Date(*end),
            Span::Times { end, .. } => end.moment(),
        }
    }

    /// The zone of its start; `None`: it is of whole days.
    pub fn zone(&self) -> Option<Tz> {
        match self {
            Span::Days { .. } => None,
            Span::Times { start, .. } => Some(start.zone),
        }
    }

    /// The same on another day: by the wall clock, as series go.
    pub fn on(&self, date: NaiveDate) -> Span {
        let days = date - self.date();
        let moved = |stamp: &Stamp| Stamp {
            local: stamp.local.checked_add_signed(days).unwrap_or(stamp.local),
            zone: stamp.zone,
        };
        match self {
            Span::Days { end, .. } => Span::Days { start: date, end: end.checked_add_signed(days).unwrap_or(*end) },
            Span::Times { start, end } => Span::Times { start: moved(start), end: moved(end) },
        }
    }

    /// `start`, `end` and `isAllDay`. Of whole days both are midnight in the same zone (<https://learn.microsoft.com/graph/api/resources/event>,
    /// isAllDay).
    pub fn json(&self) -> (DateTimeTimeZone, DateTimeTimeZone, bool) {
        let midnight = |date: &NaiveDate| DateTimeTimeZone {
            date_time: date.and_time(NaiveTime::MIN).format("%Y-%m-%dT%H:%M:%S").to_string(),
            time_zone: UTC.to_owned(),
        };
        match self {
            Span::Days { start, end } => (midnight(start), midnight(end), true),
            Span::Times { start, end } => (start.json(), end.json(), false),
        }
    }
}

/// The zone that Graph names. `None`: it has no name but a definition of its own (`tzone://Microsoft/Custom`), or an unknown one.
pub(super) fn named(name: &str) -> Option<Tz> {
    match Zone::named(name)? {
        Zone::Iana(tz) if is_utc(tz) => Some(Tz::UTC),
        Zone::Iana(tz) => Some(tz),
        Zone::Custom(_) => None,
    }
}

/// The zone as Graph has it: the one that Windows' name for it leads back to. `None`: Windows has none.
pub(super) fn of_windows(zone: &Zone) -> Option<Tz> {
    match zone {
        Zone::Iana(tz) if is_utc(*tz) => Some(Tz::UTC),
        zone => named(zone.windows_name()?),
    }
}

/// A time of Graph as an instant.
///
/// # Errors
/// For what is no time, or in a zone that is not known.
pub(super) fn instant(time: &DateTimeTimeZone) -> Result<DateTime<Utc>, Unfit> {
    let unfit = || Unfit::new(format!("the time {:?} in {:?}", time.date_time, time.time_zone));
    let written = time.date_time.trim_end_matches('Z');
    let local = NaiveDateTime::parse_from_str(written, FORMAT).map_err(|_| unfit())?;
    let name = if time.time_zone.is_empty() { UTC } else { time.time_zone.as_str() };
    Ok(Zone::named(name).ok_or_else(unfit)?.to_utc(local))
}

/// A timestamp such as `createdDateTime`.
pub(super) fn timestamp(text: Option<&str>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text?).ok().map(|time| time.to_utc())
}

/// When an event is.
///
/// # Errors
/// For what Graph does not say, or not so that it can be understood.
pub(super) fn of_event(event: &Event, series_zone: Option<Tz>) -> Result<Span, Unfit> {
    let (Some(start), Some(end)) = (&event.start, &event.end) else {
        return Err(Unfit::new("an event without a start and an end"));
    };
    let (start, end) = (instant(start)?, instant(end)?);
    let zone = |name: &Option<String>| name.as_deref().and_then(named);
    let start_zone = zone(&event.original_start_time_zone).or(series_zone).unwrap_or(Tz::UTC);
    let end_zone = zone(&event.original_end_time_zone).unwrap_or(start_zone);
    if event.is_all_day {
        let start = day(start, start_zone);
        let end = day(end, start_zone).max(start.succ_opt().unwrap_or(start));
        return Ok(Span::Days { start, end });
    }
    let end = end.max(start);
    Ok(Span::Times { start: Stamp::at(whole_seconds(start), start_zone), end: Stamp::at(whole_seconds(end), end_zone) })
}

fn whole_seconds(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(instant.timestamp(), 0).unwrap_or(instant)
}

/// The day of a midnight: that of the zone that was asked for (UTC), or of the one that the event was made in.
pub(super) fn day(midnight: DateTime<Utc>, zone: Tz) -> NaiveDate {
    if midnight.time() == NaiveTime::MIN {
        return midnight.date_naive();
    }
    // Half a day later is the same day, also where a clock jumps at midnight.
    let local = Zone::Iana(zone).to_local(midnight);
    let rounded = if local.time() == NaiveTime::MIN { local } else { local + TimeDelta::hours(12) };
    rounded.date()
}

/// A moment of a text as a time that Graph can hold.
///
/// # Errors
/// For a time without a zone; in a series, also for one whose zone Windows does not know. What happens once can be said in UTC.
pub(super) fn stamp(moment: &Moment, zones: &Zones, recurs: bool) -> Result<Stamp, Unfit> {
    let Moment::Zoned { tzid, .. } = moment else {
        return match moment {
            Moment::Utc(local) => Ok(Stamp { local: *local, zone: Tz::UTC }),
            _ => Err(Unfit::new("a time without a time zone")),
        };
    };
    let instant = zones.instant(moment, &Zone::UTC);
    match of_windows(zones.zone(moment, &Zone::UTC)) {
        Some(zone) => Ok(Stamp::at(instant, zone)),
        None if recurs => Err(Unfit::new(format!("a series in the time zone {tzid:?}, which Windows has no name for"))),
        None => Ok(Stamp::at(instant, Tz::UTC)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_midnight_of_any_zone_is_its_day() {
        let at = |text: &str| timestamp(Some(text)).unwrap();
        let day = |text: &str, zone| day(at(text), zone).to_string();
        assert_eq!(day("2026-03-10T00:00:00Z", Tz::America__New_York), "2026-03-10");
        assert_eq!(day("2026-03-09T23:00:00Z", Tz::Europe__Berlin), "2026-03-10");
        assert_eq!(day("2026-03-10T05:00:00Z", Tz::America__New_York), "2026-03-10");
        assert_eq!(day("2026-03-09T13:00:00Z", Tz::Pacific__Auckland), "2026-03-10");
    }

    #[test]
    fn windows_names_lead_to_a_zone_with_the_same_clock_and_back() {
        for (name, zone) in [
            ("W. Europe Standard Time", Tz::Europe__Berlin),
            ("Pacific Standard Time", Tz::America__Los_Angeles),
            ("tzone://Microsoft/Utc", Tz::UTC),
            ("UTC", Tz::UTC),
            ("Europe/Zurich", Tz::Europe__Zurich),
        ] {
            assert_eq!(named(name), Some(zone), "{name}");
        }
        assert_eq!(named("tzone://Microsoft/Custom"), None);
        assert_eq!(of_windows(&Zone::Iana(Tz::Europe__Zurich)), Some(Tz::Europe__Berlin));
        assert_eq!(of_windows(&Zone::Iana(Tz::Etc__UTC)), Some(Tz::UTC));
    }

    proptest! {
        #[test]
        fn a_time_that_was_written_is_read_as_the_same_instant(index in 0..chrono_tz::TZ_VARIANTS.len(), seconds in 0_i64..4_000_000_000) {
            let Some(zone) = of_windows(&Zone::Iana(chrono_tz::TZ_VARIANTS[index])) else { return Ok(()) };
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let stamp = Stamp::at(at, zone);
            prop_assert_eq!(instant(&stamp.json()).unwrap(), stamp.instant());
            prop_assert_eq!(of_windows(&Zone::Iana(zone)), Some(zone));
        }
    }
}
