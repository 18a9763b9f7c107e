//! Time zones: what a TZID means, and the instants that wall-clock times stand for.

mod custom;
mod names;
mod write;

pub use custom::CustomZone;
pub use write::vtimezone;

use crate::escape::unescape_text;
use crate::recurrence::WallClock;
use crate::syntax::{self, Component, Property, SyntaxError};
use crate::value::{Duration, Moment};
use chrono::{DateTime, Days, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};
use std::collections::HashMap;
use std::sync::Arc;

/// A time zone that wall-clock times can be resolved in.
#[derive(Clone, Debug)]
pub enum Zone {
    Iana(Tz),
    /// Defined only by a VTIMEZONE of the object, or by an offset that is its name.
    Custom(Arc<CustomZone>),
}

impl Zone {
    pub const UTC: Zone = Zone::Iana(Tz::UTC);

    /// The zone that a name alone stands for: an IANA name (deprecated ones and any case included), a Windows name (CLDR) or its
    /// display name, one of these behind the prefix of a known program, or a fixed offset such as `GMT+0100`.
    pub fn named(name: &str) -> Option<Zone> {
        names::iana(name).map(Zone::Iana).or_else(|| names::named_offset(name).map(Zone::fixed))
    }

    /// What Windows calls it, as [`Zone::named`] understands; `None`: it has no name there.
    pub fn windows_name(&self) -> Option<&'static str> {
        match self {
            Zone::Iana(tz) => names::windows_name(*tz),
            Zone::Custom(_) => None,
        }
    }

    fn fixed(offset: i32) -> Zone {
        if offset == 0 { Zone::UTC } else { Zone::Custom(Arc::new(CustomZone::fixed(offset))) }
    }

    /// Reads a CALDAV:calendar-timezone or CALDAV:timezone (RFC 4791 sections 5.2.2 and 9.8): a valid iCalendar object with one
    /// VTIMEZONE and nothing beside it.
    ///
    /// # Errors
    /// What is missing, or there and should not be, with its line in `text`.
    pub fn read(text: &str, nesting: usize) -> Result<Zone, SyntaxError> {
        let stream = syntax::parse(text, nesting)?;
        let refuse = |line, message: &str| Err(SyntaxError::new(line, message));
        let calendar = match stream.as_slice() {
            [calendar] if calendar.name == "VCALENDAR" => calendar,
            [] => return refuse(1, "it is empty"),
            [other] => return refuse(other.line, "it is not a VCALENDAR"),
            [_, second, ..] => return refuse(second.line, "it is more than one VCALENDAR"),
        };
        for name in ["VERSION", "PRODID"] {
            match calendar.properties(name).nth(1) {
                Some(second) => return refuse(second.line, &format!("a second {name}")),
                None if calendar.property(name).is_none() => {
                    return refuse(calendar.line, &format!("it has no {name}"));
                }
                None => {}
            }
        }
        let zone = match calendar.components.as_slice() {
            [zone] if zone.name == "VTIMEZONE" => zone,
            [] => return refuse(calendar.line, "it has no VTIMEZONE"),
            [other] | [_, other, ..] => return refuse(other.line, "there is more in it than one VTIMEZONE"),
        };
        let Some(tzid) = zone.property("TZID") else { return refuse(zone.line, "the VTIMEZONE has no TZID") };
        // Also where the name says it all: a VTIMEZONE without rules is none (RFC 5545 section 3.6.5).
        let own = CustomZone::read(zone)?;
        let known = resolve(&tzid.text(), &Definitions::of(calendar))?;
        Ok(known.unwrap_or_else(|| Zone::Custom(Arc::new(own))))
    }

    /// The zone of a CALDAV:calendar-timezone as it is stored, perhaps by a version that asked for less than [`Zone::read`].
    /// `None` where no zone can be made out.
    pub fn in_calendar(text: &str, nesting: usize) -> Option<Zone> {
        let stream = syntax::parse(text, nesting).ok()?;
        let [calendar] = stream.as_slice() else { return None };
        let mut zones = calendar.components.iter().filter(|component| component.name == "VTIMEZONE");
        let (Some(zone), None) = (zones.next(), zones.next()) else { return None };
        resolve(&zone.property("TZID")?.text(), &Definitions::of(calendar)).ok().flatten()
    }

    /// The instant of a wall-clock time. In a gap the offset before the gap applies, in a fold the first
    /// of the two instants (RFC 5545 section 3.3.5).
    pub fn to_utc(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let offset = match self {
            Zone::Iana(Tz::UTC) => 0,
            Zone::Iana(tz) => match tz.offset_from_local_datetime(&local) {
                LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => offset.fix().local_minus_utc(),
                LocalResult::None => GapInfo::new(&local, tz)
                    .and_then(|gap| gap.begin)
                    .map_or(0, |(_, before)| before.fix().local_minus_utc()),
            },
            Zone::Custom(zone) => zone.offset_of_local(local),
        };
        // At the ends of what chrono can hold there is no time to move to; the nearest is close enough.
        local.checked_sub_signed(TimeDelta::seconds(offset.into())).unwrap_or(local).and_utc()
    }

    /// The wall-clock time of an instant.
    pub fn to_local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        let utc = instant.naive_utc();
        utc.checked_add_signed(TimeDelta::seconds(self.offset_at(instant).into())).unwrap_or(utc)
    }

    /// Seconds east of UTC at an instant.
    pub fn offset_at(&self, instant: DateTime<Utc>) -> i32 {
        let utc = instant.naive_utc();
        match self {
            Zone::Iana(Tz::UTC) => 0,
            Zone::Iana(tz) => tz.offset_from_utc_datetime(&utc).fix().local_minus_utc(),
            Zone::Custom(zone) => zone.offset_at(utc),
        }
    }
}

impl WallClock for Zone {
    fn to_local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        Zone::to_local(self, instant)
    }

    fn to_utc(&self, local: NaiveDateTime) -> DateTime<Utc> {
        Zone::to_utc(self, local)
    }
}

/// The zones that the TZIDs of one VCALENDAR stand for.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    by_tzid: HashMap<String, Zone>,
}

/// The properties that recurrence and display rest on; a TZID without meaning in any other one does no harm.
const NEEDED: [&str; 6] = ["DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "RDATE", "EXDATE"];

impl Zones {
    /// Resolves every TZID used in `calendar` (a VCALENDAR), in this order:
    ///
    /// 1. an IANA name, a Windows name, or one of these in the dress of a known program: what the world knows about the zone
    ///    today counts more than what a program wrote into the VTIMEZONE beside it. An IANA name of one word other than UTC
    ///    (`EST`, `CET`) means something else elsewhere: it comes after the VTIMEZONE, where there is one that can be read;
    /// 2. the X-LIC-LOCATION of the VTIMEZONE with that TZID, when it is such a name;
    /// 3. that VTIMEZONE, by its own rules;
    /// 4. an offset that is the name itself, such as `GMT+0100`.
    ///
    /// # Errors
    /// A TZID that none of these gives meaning to, with the line that uses it; a VTIMEZONE that is needed but cannot be read,
    /// with its line.
    pub fn of(calendar: &Component) -> Result<Self, SyntaxError> {
        let mut zones = Zones::default();
        let definitions = Definitions::of(calendar);
        let mut pending: Vec<&Component> = calendar.components.iter().collect();
        while let Some(component) = pending.pop() {
            // Times in a VTIMEZONE are wall-clock times of the zone that it defines.
            if component.name == "VTIMEZONE" {
                continue;
            }
            pending.extend(&component.components);
            for property in &component.properties {
                zones.add(property, &definitions)?;
            }
        }
        Ok(zones)
    }

    fn add(&mut self, property: &Property, definitions: &Definitions<'_>) -> Result<(), SyntaxError> {
        let Some(tzid) = property.param("TZID").filter(|tzid| !tzid.is_empty()) else { return Ok(()) };
        if self.by_tzid.contains_key(tzid) || !has_local_time(&property.value) {
            return Ok(());
        }
        let zone = match resolve(tzid, definitions) {
            Ok(Some(zone)) => zone,
            Ok(None) if NEEDED.contains(&property.name.as_str()) => {
                let message =
                    format!("{}: the time zone {tzid:?} is not known, and no VTIMEZONE defines it", property.name);
                return Err(SyntaxError::new(property.line, message));
            }
            Err(error) if NEEDED.contains(&property.name.as_str()) => return Err(error),
            Ok(None) | Err(_) => return Ok(()),
        };
        self.by_tzid.insert(tzid.to_owned(), zone);
        Ok(())
    }

    pub fn get(&self, tzid: &str) -> Option<&Zone> {
        self.by_tzid.get(tzid)
    }

    /// The instant of `moment`; `floating` gives the zone of floating times and of the midnights of dates.
    pub fn instant(&self, moment: &Moment, floating: &Zone) -> DateTime<Utc> {
        self.zone(moment, floating).to_utc(moment.local())
    }

    /// The instant `duration` after `moment`: days by the calendar of its zone, the rest by the clock (RFC 5545 section 3.3.6).
    pub fn after(&self, moment: &Moment, duration: Duration, floating: &Zone) -> DateTime<Utc> {
        let local = moment.local();
        let days = Days::new(duration.days.unsigned_abs());
        let day = if duration.days < 0 { local.checked_sub_days(days) } else { local.checked_add_days(days) };
        let instant = self.zone(moment, floating).to_utc(day.unwrap_or(local));
        instant.checked_add_signed(TimeDelta::seconds(duration.seconds)).unwrap_or(instant)
    }

    /// The zone that the wall-clock time of `moment` is in; `floating` for floating times and dates.
    pub fn zone<'a>(&'a self, moment: &Moment, floating: &'a Zone) -> &'a Zone {
        match moment {
            Moment::Utc(_) => &Zone::UTC,
            Moment::Date(_) | Moment::Floating(_) => floating,
            // [`Zones::of`] has refused a TZID without meaning wherever it matters.
            Moment::Zoned { tzid, .. } => self.get(tzid).unwrap_or(floating),
        }
    }
}

/// Whether any of the values needs a zone: a TZID on a date or on a UTC time means nothing.
fn has_local_time(value: &str) -> bool {
    value.split([',', '/']).map(str::trim).any(|value| {
        value.contains(['T', 't']) && !value.ends_with(['Z', 'z']) && !value.starts_with(['P', 'p', '+', '-'])
    })
}

/// The VTIMEZONEs of a calendar by what their TZID may be written as: some programs escape or quote the property or the
/// parameter. Looked up and not searched, so that many zones beside many times cost no more than their number.
struct Definitions<'a> {
    by_name: HashMap<String, &'a Component>,
}

impl<'a> Definitions<'a> {
    fn of(calendar: &'a Component) -> Self {
        let mut by_name = HashMap::new();
        for component in calendar.components.iter().filter(|component| component.name == "VTIMEZONE") {
            let Some(property) = component.property("TZID") else { continue };
            for name in spellings(&property.value) {
                by_name.entry(name).or_insert(component);
            }
        }
        Definitions { by_name }
    }

    fn get(&self, tzid: &str) -> Option<&'a Component> {
        spellings(tzid).iter().find_map(|name| self.by_name.get(name).copied())
    }
}

/// A TZID as it is written, without quotes, and without escapes.
fn spellings(tzid: &str) -> [String; 3] {
    let bare = |text: &str| text.trim().trim_matches('"').trim().to_owned();
    [tzid.to_owned(), bare(tzid), bare(&unescape_text(tzid))]
}

fn resolve(tzid: &str, definitions: &Definitions<'_>) -> Result<Option<Zone>, SyntaxError> {
    let named = names::iana(tzid);
    let definition = definitions.get(tzid).filter(|_| named.is_none() || names::is_abbreviation(tzid));
    let Some(timezone) = definition else {
        return Ok(named.map(Zone::Iana).or_else(|| names::named_offset(tzid).map(Zone::fixed)));
    };
    let location = timezone.property("X-LIC-LOCATION").map(|location| location.value.as_str());
    let located = location.and_then(names::iana);
    if let Some(tz) = located.filter(|_| !location.is_some_and(names::is_abbreviation)) {
        return Ok(Some(Zone::Iana(tz)));
    }
    match (CustomZone::read(timezone), named.or(located)) {
        (Ok(zone), _) => Ok(Some(Zone::Custom(Arc::new(zone)))),
        // A VTIMEZONE without use beside a name that has one.
        (Err(_), Some(tz)) => Ok(Some(Zone::Iana(tz))),
        (Err(error), None) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use chrono::NaiveDate;
    use proptest::prelude::*;

    fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(hour, minute, 0).unwrap()
    }

    fn zones(text: &str) -> Result<Zones, SyntaxError> {
        Zones::of(&syntax::parse(text, 8).unwrap()[0])
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
    }

    #[test]
    fn a_gap_takes_the_offset_before_it() {
        let zone = Zone::Iana(Tz::America__New_York);
        assert_eq!(zone.to_utc(at(2026, 3, 8, 2, 30)).naive_utc(), at(2026, 3, 8, 7, 30));
        assert_eq!(zone.to_utc(at(2026, 3, 8, 3, 0)).naive_utc(), at(2026, 3, 8, 7, 0));
        // A whole day that never was.
        let apia = Zone::Iana(Tz::Pacific__Apia);
        assert_eq!(apia.to_local(apia.to_utc(at(2011, 12, 30, 12, 0))), at(2011, 12, 31, 12, 0));
    }

    #[test]
    fn a_fold_takes_the_first_instant() {
        let zone = Zone::Iana(Tz::Europe__Berlin);
        assert_eq!(zone.to_utc(at(2026, 10, 25, 2, 30)).naive_utc(), at(2026, 10, 25, 0, 30));
        assert_eq!(zone.to_local(at(2026, 10, 25, 1, 30).and_utc()), at(2026, 10, 25, 2, 30));
    }

    #[test]
    fn the_ends_of_time_do_no_harm() {
        for name in ["Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "UTC+0530", "UTC-12"] {
            let zone = Zone::named(name).unwrap();
            for local in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
                zone.to_utc(local);
                zone.to_local(local.and_utc());
            }
        }
    }

    #[test]
    fn a_tzid_without_meaning_is_refused_where_it_matters() {
        let error = zones(&event("UID:1\nDTSTART;TZID=Nowhere/Middle:20260101T000000")).unwrap_err();
        assert_eq!(error.line, 4);
        assert!(error.message.contains("DTSTART") && error.message.contains("Nowhere/Middle"), "{error}");
        for line in [
            "DTSTART;TZID=Nowhere:20260101T000000Z",
            "DTSTART;VALUE=DATE;TZID=Nowhere:20260101",
            "X-SEEN;TZID=Nowhere:20260101T000000",
            "DTSTART;TZID=:20260101T000000",
        ] {
            assert!(zones(&event(line)).unwrap().by_tzid.is_empty(), "{line}");
        }
    }

    #[test]
    fn a_nested_component_counts() {
        let text = event("BEGIN:VALARM\nX-AT;TZID=Tokyo Standard Time:20260101T000000\nEND:VALARM");
        let zones = zones(&text).unwrap();
        assert!(matches!(zones.get("Tokyo Standard Time"), Some(Zone::Iana(Tz::Asia__Tokyo))));
    }

    #[test]
    fn x_lic_location_names_the_zone() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Home\\, sweet home\nX-LIC-LOCATION:Europe/Vienna\nEND:VTIMEZONE\n\
                    BEGIN:VEVENT\nDTSTART;TZID=\"Home, sweet home\":20260701T120000\nEND:VEVENT\nEND:VCALENDAR\n";
        let zones = zones(text).unwrap();
        assert!(matches!(zones.get("Home, sweet home"), Some(Zone::Iana(Tz::Europe__Vienna))));
    }

    #[test]
    fn a_vtimezone_defines_an_abbreviation() {
        let timezone = |tzid: &str, lines: &str| format!("BEGIN:VTIMEZONE\nTZID:{tzid}\n{lines}END:VTIMEZONE\n");
        let ten = "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+1000\nTZOFFSETTO:+1000\nEND:STANDARD\n";
        let calendar = |timezone: &str| format!("BEGIN:VCALENDAR\n{timezone}END:VCALENDAR\n");
        let hours = |tzid: &str, timezone: &str| {
            let event = format!("BEGIN:VEVENT\nDTSTART;TZID={tzid}:20260101T000000\nEND:VEVENT\n");
            let zones = zones(&calendar(&format!("{timezone}{event}"))).unwrap();
            zones.get(tzid).unwrap().offset_at(at(2026, 1, 1, 0, 0).and_utc()) / 3600
        };
        // As Outlook in Australia writes it.
        for name in ["EST", "est", "MST", "CET", "EST5EDT", "Japan"] {
            assert_eq!(hours(name, &timezone(name, ten)), 10, "{name}");
            let text = calendar(&timezone(name, ten));
            assert_eq!(Zone::in_calendar(&text, 8).unwrap().offset_at(DateTime::UNIX_EPOCH), 36_000, "{name}");
        }
        assert_eq!((hours("EST", ""), hours("CET", "")), (-5, 1));
        assert_eq!(hours("EST", &timezone("EST", "")), -5);
        assert_eq!(hours("EST", &timezone("EST", "X-LIC-LOCATION:Australia/Brisbane\n")), 10);
        assert_eq!(hours("EST", &timezone("EST", &format!("X-LIC-LOCATION:EST\n{ten}"))), 10);
        // Names that mean one zone only.
        for (name, offset) in
            [("UTC", 0), ("Zulu", 0), ("Asia/Tokyo", 9), ("Tokyo Standard Time", 9), ("Etc/GMT+5", -5)]
        {
            assert_eq!(hours(name, &timezone(name, ten)), offset, "{name}");
        }
    }

    #[test]
    fn a_calendar_timezone_is_read() {
        let zone = |inner: &str| Zone::in_calendar(&format!("BEGIN:VCALENDAR\n{inner}END:VCALENDAR\n"), 8);
        let timezone = "BEGIN:VTIMEZONE\nTZID:Europe/Vienna\nEND:VTIMEZONE\n";
        assert!(matches!(zone(timezone), Some(Zone::Iana(Tz::Europe__Vienna))));
        assert!(zone("").is_none() && zone(&timezone.repeat(2)).is_none());
        assert!(Zone::in_calendar("Europe/Vienna", 8).is_none());
    }

    #[test]
    fn moments_are_read_in_their_zone() {
        let zones = zones(&event("DTSTART;TZID=Asia/Tokyo:20260101T000000")).unwrap();
        let floating = Zone::Iana(Tz::Europe__Paris);
        let instant = |moment: Moment| zones.instant(&moment, &floating).naive_utc();
        let noon = at(2026, 7, 1, 12, 0);
        assert_eq!(instant(Moment::Utc(noon)), noon);
        assert_eq!(instant(Moment::Floating(noon)), at(2026, 7, 1, 10, 0));
        assert_eq!(instant(Moment::Date(noon.date())), at(2026, 6, 30, 22, 0));
        assert_eq!(instant(Moment::Zoned { local: noon, tzid: "Asia/Tokyo".into() }), at(2026, 7, 1, 3, 0));
    }

    #[test]
    fn days_go_by_the_calendar_and_hours_by_the_clock() {
        let zones = zones(&event("DTSTART;TZID=Europe/Paris:20260328T120000")).unwrap();
        let noon = Moment::Zoned { local: at(2026, 3, 28, 12, 0), tzid: "Europe/Paris".into() };
        let after = |days, seconds| zones.after(&noon, Duration { days, seconds }, &Zone::UTC).naive_utc();
        assert_eq!(after(1, 0), at(2026, 3, 29, 10, 0));
        assert_eq!(after(0, 86_400), at(2026, 3, 29, 11, 0));
        assert_eq!(after(-1, -3600), at(2026, 3, 27, 10, 0));
    }

    proptest! {
        #[test]
        fn an_instant_comes_back_unless_it_is_the_second_of_a_fold(index in 0..chrono_tz::TZ_VARIANTS.len(), seconds in -2_000_000_000_i64..4_000_000_000) {
            let zone = Zone::Iana(chrono_tz::TZ_VARIANTS[index]);
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let local = zone.to_local(instant);
            let back = zone.to_utc(local);
            prop_assert!(back <= instant);
            prop_assert_eq!(zone.to_local(back), local);
        }
    }
}
