//! Times, apart from how they are written.

use crate::ComponentKind;
use crate::entry::{End, Entry};
use crate::object::CalendarObject;
use crate::time::{Zone, Zones};
use crate::value::{self, Moment};
use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;

/// The times of one object.
pub(crate) struct Times<'v> {
    zones: &'v Zones,
    /// What the zones are that only a VTIMEZONE defines, by TZID.
    custom: RefCell<HashMap<String, String>>,
}

impl<'v> Times<'v> {
    pub(crate) fn of(zones: &'v Zones) -> Self {
        Times { zones, custom: RefCell::default() }
    }

    /// When it is, whatever the zone is called: a day, a floating time or an instant.
    pub(crate) fn key(&self, moment: &Moment) -> String {
        match moment {
            Moment::Date(_) | Moment::Floating(_) => moment.value(),
            Moment::Utc(_) | Moment::Zoned { .. } => {
                Moment::Utc(self.zones.instant(moment, &Zone::UTC).naive_utc()).value()
            }
        }
    }

    /// When it is, and in which zone.
    pub(crate) fn moment(&self, moment: &Moment) -> String {
        match moment {
            Moment::Zoned { tzid, .. } => match self.zone(tzid).as_str() {
                "UTC" => self.key(moment),
                zone => format!("{}@{zone}", moment.value()),
            },
            moment => moment.value(),
        }
    }

    /// What zone a TZID stands for: by its name where the world knows it, else by what its clock shows.
    pub(crate) fn zone(&self, tzid: &str) -> String {
        match self.zones.get(tzid) {
            None => format!("? {tzid}"),
            Some(Zone::Iana(Tz::UTC | Tz::Etc__UTC | Tz::UCT | Tz::Etc__UCT | Tz::Zulu | Tz::Universal)) => {
                "UTC".to_owned()
            }
            Some(Zone::Iana(tz)) => tz.name().to_owned(),
            Some(zone) => self.custom.borrow_mut().entry(tzid.to_owned()).or_insert_with(|| clock(zone)).clone(),
        }
    }

    fn zone_of(&self, moment: &Moment) -> Option<String> {
        match moment {
            Moment::Date(_) | Moment::Floating(_) => None,
            Moment::Utc(_) => Some("UTC".to_owned()),
            Moment::Zoned { tzid, .. } => Some(self.zone(tzid)),
        }
    }
}

/// The offsets of a zone, week by week: rules that never differ between 1990 and 2040 are the same to people.
fn clock(zone: &Zone) -> String {
    const FIRST: i64 = 631_152_000;
    const WEEKS: i64 = 50 * 366 / 7;
    let mut digest = Sha256::new();
    for week in 0..WEEKS {
        let at = DateTime::from_timestamp(FIRST + week * 7 * 86_400, 0).unwrap_or_default();
        digest.update(zone.offset_at(at).to_le_bytes());
    }
    digest.finalize().iter().take(12).fold("clock ".to_owned(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// When an entry is: DTSTART, and how long it lasts, whether that is written as an end or as a duration.
pub(super) fn span(object: &CalendarObject, entry: &Entry, times: &Times<'_>) -> Option<String> {
    let component = object.component(entry);
    // A to-do may have a DTSTART that does not count.
    let written = component.property("DTSTART").and_then(|property| value::moment(property).ok());
    let mut said = written.map(|start| times.moment(&start)).unwrap_or_default();
    match (&entry.start, &entry.end) {
        (Some(start), end) => {
            let _ = write!(said, " {} {}", times.moment(start), length(object, start, end, times));
        }
        (None, End::At(due)) => {
            let _ = write!(said, " due {}", times.moment(due));
        }
        (None, _) => {
            if let Some(duration) = component.property("DURATION").and_then(|property| value::duration(property).ok()) {
                let _ = write!(said, " for {} {}", duration.days, duration.seconds);
            }
        }
    }
    Some(said.trim_start().to_owned()).filter(|said| !said.is_empty())
}

/// How long what starts at `start` lasts, and in which zone it ends if that is another.
pub(super) fn length(object: &CalendarObject, start: &Moment, end: &End, times: &Times<'_>) -> String {
    let instant = |moment| object.zones.instant(moment, &Zone::UTC);
    let has_implied_end = object.kind == ComponentKind::Event;
    match end {
        End::Implied if !has_implied_end => "open".to_owned(),
        End::Implied if start.is_date() => "1 d".to_owned(),
        End::Implied => "0 s".to_owned(),
        End::At(end) if start.is_date() => format!("{} d", (end.local() - start.local()).num_days()),
        End::For(duration) if start.is_date() => format!("{} d", duration.days),
        End::At(end) => {
            let zone =
                times.zone_of(end).filter(|zone| times.zone_of(start).as_ref() != Some(zone)).unwrap_or_default();
            format!("{} s {zone}", (instant(end) - instant(start)).num_seconds()).trim_end().to_owned()
        }
        // Days of a duration are days of the calendar, each time anew (RFC 5545 section 3.8.5.3).
        End::For(duration) if duration.days != 0 && object.recurs() => {
            format!("{} d {} s", duration.days, duration.seconds)
        }
        End::For(duration) => {
            format!("{} s", (object.zones.after(start, *duration, &Zone::UTC) - instant(start)).num_seconds())
        }
    }
}

/// The end of an entry, exclusive, as a moment; `None` where it says none.
pub(crate) fn end_of(object: &CalendarObject, entry: &Entry) -> Option<Moment> {
    match (&entry.end, &entry.start) {
        (End::At(end), _) => Some(end.clone()),
        (End::For(duration), Some(start @ Moment::Date(_))) => {
            Some(start.at(start.local().checked_add_signed(TimeDelta::days(duration.days))?))
        }
        (End::For(duration), Some(start)) => {
            let instant = object.zones.after(start, *duration, &Zone::UTC);
            Some(start.at(object.zones.zone(start, &Zone::UTC).to_local(instant)))
        }
        _ => None,
    }
}
