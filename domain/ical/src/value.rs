//! Typed property values (RFC 5545 section 3.3).

use super::syntax::{Property, SyntaxError, excerpt};
use chrono::{NaiveDate, NaiveDateTime};

/// A DATE or DATE-TIME as written: the four kinds are different things everywhere (RFC 5545 section 3.3.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A calendar day, the same in every zone.
    Date(NaiveDate),
    /// A wall-clock time in whatever zone the reader is in.
    Floating(NaiveDateTime),
    /// An instant.
    Utc(NaiveDateTime),
    /// A wall-clock time in the zone that `tzid` names, kept as written.
    Zoned { local: NaiveDateTime, tzid: String },
}

/// A DURATION (RFC 5545 section 3.3.6): days and weeks are nominal, the time part is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    /// Nominal days (weeks counted as 7), signed.
    pub days: i64,
    /// Exact seconds, signed as `days` is.
    pub seconds: i64,
}

/// A PERIOD (RFC 5545 section 3.3.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    pub start: Moment,
    pub end: PeriodEnd,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeriodEnd {
    /// Of the same kind as the start.
    At(Moment),
    For(Duration),
}

impl Moment {
    /// The date and time as written, midnight for a date.
    pub fn local(&self) -> NaiveDateTime {
        match self {
            Moment::Date(date) => date.and_time(chrono::NaiveTime::MIN),
            Moment::Floating(local) | Moment::Utc(local) | Moment::Zoned { local, .. } => *local,
        }
    }

    pub fn is_date(&self) -> bool {
        matches!(self, Moment::Date(_))
    }

    /// The same kind of moment, in the same zone, at another time; a date takes the day of `local`.
    pub fn at(&self, local: NaiveDateTime) -> Moment {
        match self {
            Moment::Date(_) => Moment::Date(local.date()),
            Moment::Floating(_) => Moment::Floating(local),
            Moment::Utc(_) => Moment::Utc(local),
            Moment::Zoned { tzid, .. } => Moment::Zoned { local, tzid: tzid.clone() },
        }
    }

    /// The value as it is written after the colon, such as `20260131` or `20260131T090000Z`.
    pub fn value(&self) -> String {
        match self {
            Moment::Date(date) => date.format("%Y%m%d").to_string(),
            Moment::Floating(local) | Moment::Zoned { local, .. } => local.format("%Y%m%dT%H%M%S").to_string(),
            Moment::Utc(local) => local.format("%Y%m%dT%H%M%SZ").to_string(),
        }
    }
}

/// The DATE or DATE-TIME of a property such as DTSTART, by its VALUE and TZID parameters.
///
/// A date without VALUE=DATE is taken for what it is. A time that ends in Z is UTC whatever TZID says, as most
/// programs read it; a TZID on a date means nothing.
pub fn moment(property: &Property) -> Result<Moment, SyntaxError> {
    parse_moment(&property.value, &Declared::of(property)).map_err(|message| error(property, &message))
}

/// The DATE or DATE-TIME values of a property such as EXDATE, which may have several.
pub fn moments(property: &Property) -> Result<Vec<Moment>, SyntaxError> {
    let declared = Declared::of(property);
    list(&property.value)
        .map(|value| parse_moment(value, &declared))
        .collect::<Result<_, _>>()
        .map_err(|message| error(property, &message))
}

/// The PERIOD values of a property such as FREEBUSY or an RDATE with VALUE=PERIOD.
pub fn periods(property: &Property) -> Result<Vec<Period>, SyntaxError> {
    let declared = Declared { value: None, ..Declared::of(property) };
    list(&property.value)
        .map(|value| parse_period(value, &declared))
        .collect::<Result<_, _>>()
        .map_err(|message| error(property, &message))
}

/// The DURATION of a property.
pub fn duration(property: &Property) -> Result<Duration, SyntaxError> {
    parse_duration(&property.value).map_err(|message| error(property, &message))
}

/// Whether the property declares VALUE=`name` (given in upper case).
pub fn is_declared(property: &Property, name: &str) -> bool {
    Declared::of(property).is(name)
}

fn error(property: &Property, message: &str) -> SyntaxError {
    SyntaxError::new(property.line, format!("{}: {message}", property.name))
}

/// Real files hold empty lists (`EXDATE:`) and trailing commas; neither names a value.
fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').filter(|value| !value.trim().is_empty())
}

/// What the parameters say about how to read a value.
struct Declared<'a> {
    value: Option<&'a str>,
    tzid: Option<&'a str>,
}

impl<'a> Declared<'a> {
    fn of(property: &'a Property) -> Self {
        Declared {
            value: property.param("VALUE").filter(|value| !value.is_empty()),
            tzid: property.param("TZID").filter(|tzid| !tzid.is_empty()),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.value.is_some_and(|value| value.eq_ignore_ascii_case(name))
    }
}

fn parse_moment(value: &str, declared: &Declared<'_>) -> Result<Moment, String> {
    let value = value.trim();
    let refuse = |what: &str| Err(format!("\"{}\" {what}", excerpt(value)));
    if let Some(kind) = declared.value
        && !declared.is("DATE")
        && !declared.is("DATE-TIME")
    {
        return refuse(&format!("cannot be of the type {}", excerpt(kind)));
    }
    let bytes = value.as_bytes();
    let (date, time, utc) = match bytes {
        [date @ .., b'T' | b't', _, _, _, _, _, _] if date.len() == 8 => (date, Some(&bytes[9..]), false),
        [date @ .., b'T' | b't', _, _, _, _, _, _, b'Z' | b'z'] if date.len() == 8 => (date, Some(&bytes[9..15]), true),
        _ if bytes.len() == 8 => (bytes, None, false),
        _ => return refuse("is neither a date (YYYYMMDD) nor a date and time (YYYYMMDDThhmmss)"),
    };
    let Some(date) = parse_date(date) else { return refuse("is not a day of the calendar") };
    let Some(time) = time else {
        return if declared.is("DATE-TIME") { refuse("has no time") } else { Ok(Moment::Date(date)) };
    };
    let Some(local) = parse_time(date, time) else { return refuse("is not a time of the day") };
    if declared.is("DATE") {
        // Midnight says no more than the day does; any other time would be lost.
        return if !utc && local.time() == chrono::NaiveTime::MIN {
            Ok(Moment::Date(date))
        } else {
            refuse("has a time although it is declared a date")
        };
    }
    Ok(match declared.tzid {
        _ if utc => Moment::Utc(local),
        Some(tzid) => Moment::Zoned { local, tzid: tzid.to_owned() },
        None => Moment::Floating(local),
    })
}

/// A number from ASCII digits alone.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        digit.is_ascii_digit().then(|| number.checked_mul(10)?.checked_add(u32::from(digit - b'0'))).flatten()
    })
}

fn parse_date(digits: &[u8]) -> Option<NaiveDate> {
    let year = i32::try_from(number(&digits[..4])?).ok()?;
    // There is no year 0 (ISO 8601 as RFC 5545 section 3.3.4 uses it begins with the common era).
    if year == 0 {
        return None;
    }
    NaiveDate::from_ymd_opt(year, number(&digits[4..6])?, number(&digits[6..])?)
}

fn parse_time(date: NaiveDate, digits: &[u8]) -> Option<NaiveDateTime> {
    let (hour, minute, second) = (number(&digits[..2])?, number(&digits[2..4])?, number(&digits[4..])?);
    // A leap second is read as the second before it (RFC 5545 section 3.3.12).
    date.and_hms_opt(hour, minute, if second == 60 { 59 } else { second })
}

fn parse_period(value: &str, declared: &Declared<'_>) -> Result<Period, String> {
    let Some((start, end)) = value.split_once('/') else {
        return Err(format!("\"{}\" is not a period (start/end or start/duration)", excerpt(value)));
    };
    let start = parse_moment(start, declared)?;
    let end = if end.trim_start().starts_with(['P', 'p', '+', '-']) {
        let duration = parse_duration(end)?;
        if duration.days < 0 || duration.seconds < 0 {
            return Err(format!("\"{}\" ends before it starts", excerpt(value)));
        }
        PeriodEnd::For(duration)
    } else {
        PeriodEnd::At(parse_moment(end, declared)?)
    };
    if let PeriodEnd::At(end) = &end {
        if start.is_date() || std::mem::discriminant(&start) != std::mem::discriminant(end) {
            return Err(format!("\"{}\" does not start and end in the same kind of time", excerpt(value)));
        }
        if end.local() < start.local() {
            return Err(format!("\"{}\" ends before it starts", excerpt(value)));
        }
    } else if start.is_date() {
        return Err(format!("\"{}\" starts with a date instead of a time", excerpt(value)));
    }
    Ok(Period { start, end })
}

/// Reads the value of a DURATION. Longer ones than the calendar has years are refused, so that no arithmetic overflows.
pub fn parse_duration(value: &str) -> Result<Duration, String> {
    const MAX_DAYS: i64 = 3_660_000;
    let trimmed = value.trim();
    let refuse = || format!("\"{}\" is not a duration", excerpt(trimmed));
    let (sign, rest) = match trimmed.as_bytes() {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let [b'P' | b'p', rest @ ..] = rest else { return Err(refuse()) };
    // Each unit once, in this order. Weeks beside days and hours beside seconds go beyond the grammar, but say what they mean.
    let units = [(b'W', 7 * 86_400), (b'D', 86_400), (b'T', 0), (b'H', 3_600), (b'M', 60), (b'S', 1)];
    let (mut days, mut seconds, mut next_unit, mut in_time, mut amounts) = (0_i64, 0_i64, 0, false, 0);
    let mut digits = 0_usize;
    for (at, byte) in rest.iter().enumerate() {
        if byte.is_ascii_digit() {
            digits += 1;
            continue;
        }
        let upper = byte.to_ascii_uppercase();
        let position = units[next_unit..].iter().position(|(unit, _)| *unit == upper).ok_or_else(refuse)? + next_unit;
        next_unit = position + 1;
        if upper == b'T' {
            if digits > 0 {
                return Err(refuse());
            }
            (in_time, amounts) = (true, 0);
            continue;
        }
        if (position > 2) != in_time || digits == 0 || digits > 12 {
            return Err(refuse());
        }
        let amount = rest[at - digits..at].iter().fold(0_i64, |amount, digit| amount * 10 + i64::from(digit - b'0'));
        let length = amount.saturating_mul(units[position].1);
        if in_time {
            seconds = seconds.saturating_add(length);
        } else {
            days = days.saturating_add(length / 86_400);
        }
        (digits, amounts) = (0, amounts + 1);
    }
    if digits > 0 || amounts == 0 {
        return Err(refuse());
    }
    if days > MAX_DAYS || seconds > MAX_DAYS * 86_400 {
        return Err(format!("\"{}\" is too long", excerpt(trimmed)));
    }
    Ok(Duration { days: sign * days, seconds: sign * seconds })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::syntax;
    use proptest::prelude::*;

    fn property(line: &str) -> Property {
        syntax::parse(&format!("BEGIN:X\n{line}\nEND:X\n"), 1).unwrap()[0].properties[0].clone()
    }

    fn read(line: &str) -> Result<Moment, String> {
        moment(&property(line)).map_err(|error| error.message)
    }

    fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(hour, minute, second).unwrap()
    }

    #[test]
    fn the_four_kinds_of_moment() {
        let nine = at(2026, 1, 31, 9, 0, 0);
        assert_eq!(read("DTSTART;VALUE=DATE:20260131"), Ok(Moment::Date(nine.date())));
        assert_eq!(read("DTSTART:20260131"), Ok(Moment::Date(nine.date())));
        assert_eq!(read("DTSTART;value=date;TZID=Europe/Paris:20260131T000000"), Ok(Moment::Date(nine.date())));
        assert_eq!(read("DTSTART:20260131T090000"), Ok(Moment::Floating(nine)));
        assert_eq!(read("DTSTART;VALUE=DATE-TIME: 20260131T090000Z "), Ok(Moment::Utc(nine)));
        assert_eq!(read("DTSTART;TZID=Europe/Paris:20260131T090000Z"), Ok(Moment::Utc(nine)));
        assert_eq!(
            read("DTSTART;TZID=\"Mine: here\":20260131t090000"),
            Ok(Moment::Zoned { local: nine, tzid: "Mine: here".into() })
        );
        assert_eq!(read("DTSTART:20161231T235960Z"), Ok(Moment::Utc(at(2016, 12, 31, 23, 59, 59))));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for value in [
            "",
            "2026",
            "00000101",
            "20260230",
            "20261301",
            "20260131T240000",
            "20260131T236000",
            "20260131T235961",
            "2026-01-31",
            "20260131T0900",
            "20260131T090000+0100",
            "20260131T090000ZZ",
            "+2260131",
            "２0260131",
            "20260131,20260201",
            "20260131T09000é",
            "2026013é",
        ] {
            assert!(read(&format!("DTSTART:{value}")).is_err(), "{value}");
        }
        assert!(read("DTSTART;VALUE=DATE:20260131T090000").is_err());
        assert!(read("DTSTART;VALUE=DATE-TIME:20260131").is_err());
        assert!(read("DTSTART;VALUE=PERIOD:20260131T090000/PT1H").is_err());
        assert_eq!(read("DTSTART:20260230").unwrap_err(), "DTSTART: \"20260230\" is not a day of the calendar");
    }

    #[test]
    fn lists_of_moments_and_periods() {
        let dates = moments(&property("EXDATE;VALUE=DATE:20260101, 20260102,")).unwrap();
        assert_eq!(dates.iter().map(Moment::value).collect::<Vec<_>>(), ["20260101", "20260102"]);
        assert_eq!(moments(&property("EXDATE:")), Ok(vec![]));
        assert!(moments(&property("EXDATE:20260101,x")).is_err());
        let found = periods(&property(
            "RDATE;VALUE=PERIOD;TZID=Asia/Tokyo:20260101T100000/20260101T110000,20260102T100000/P1DT30M",
        ))
        .unwrap();
        assert_eq!(found[0].end, PeriodEnd::At(found[0].start.at(at(2026, 1, 1, 11, 0, 0))));
        assert_eq!(found[1].end, PeriodEnd::For(Duration { days: 1, seconds: 1800 }));
        for value in [
            "20260101T100000",
            "20260101T100000/20260101T090000",
            "20260101/P1D",
            "20260101T100000/-PT1H",
            "20260101T100000Z/20260101T110000",
        ] {
            assert!(periods(&property(&format!("RDATE;VALUE=PERIOD:{value}"))).is_err(), "{value}");
        }
    }

    #[test]
    fn durations() {
        let is = |value: &str, days: i64, seconds: i64| {
            assert_eq!(parse_duration(value), Ok(Duration { days, seconds }), "{value}");
        };
        is("P1W", 7, 0);
        is("-P15DT5H0M20S", -15, -18_020);
        is("+PT1H30S", 0, 3_630);
        is("P0D", 0, 0);
        is("p1dt0s", 1, 0);
        for value in [
            "",
            "P",
            "PT",
            "P1DT",
            "1D",
            "P1",
            "PT1D",
            "P1H",
            "P-1D",
            "PT1M1H",
            "P1D1D",
            "PT1.5H",
            "PTT1H",
            "P1TT1H",
            "P9999999999D",
            "P99999999999999999999D",
            "--P1D",
            "PT1H ",
        ] {
            assert_eq!(parse_duration(value).is_ok(), value == "PT1H ", "{value}");
        }
    }

    proptest! {
        #[test]
        fn moments_come_back(seconds in -62_000_000_000_i64..253_000_000_000, kind in 0..4) {
            let local = chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            let (head, expected) = match kind {
                0 => ("DTSTART;VALUE=DATE", Moment::Date(local.date())),
                1 => ("DTSTART", Moment::Floating(local)),
                2 => ("DTSTART", Moment::Utc(local)),
                _ => ("DTSTART;TZID=Europe/Paris", Moment::Zoned { local, tzid: "Europe/Paris".into() }),
            };
            prop_assert_eq!(read(&format!("{head}:{}", expected.value())), Ok(expected));
        }

        #[test]
        fn any_value_is_read_or_refused(value in "[0-9TtZzPpWDHMS+/,-]{0,20}|\\PC{0,20}") {
            let _ = moments(&property(&format!("X:{value}")));
            let _ = periods(&property(&format!("X:{value}")));
            let _ = parse_duration(&value);
        }
    }
}
