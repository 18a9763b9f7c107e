//! Names of time zones as programs write them, and the IANA zones that they stand for.

use chrono_tz::{TZ_VARIANTS, Tz};
use std::collections::HashMap;
use std::sync::LazyLock;
use windows_timezones::WindowsTimezone;

/// The IANA zone that `name` stands for: an IANA name (deprecated ones and any case included), a Windows name or its
/// display name (CLDR, territory 001), or one of these behind a prefix that a program puts before it.
pub(super) fn iana(name: &str) -> Option<Tz> {
    if let Ok(tz) = name.parse() {
        return Some(tz);
    }
    let name = name.trim().trim_matches('"').trim();
    let name = strip_scheme(name);
    exact(name).or_else(|| windows(name)).or_else(|| suffix(name)).or_else(|| display_name(name))
}

/// What Windows calls a zone (CLDR); `None`: it has no name for it. Several IANA zones have one name there, of which [`iana`] knows the
/// most important one.
pub(super) fn windows_name(tz: Tz) -> Option<&'static str> {
    WindowsTimezone::try_from(tz).ok().map(|zone| zone.name())
}

/// Whether `name` is an IANA name of one word, such as `EST` or `CET`. Other places use the same abbreviations for zones of their
/// own, so that a VTIMEZONE knows better. What UTC is, is the same everywhere.
pub(super) fn is_abbreviation(name: &str) -> bool {
    let name = name.trim().trim_matches('"').trim();
    let is_utc = |tz| matches!(tz, Tz::UTC | Tz::UCT | Tz::Universal | Tz::Zulu);
    !name.contains('/') && exact(name).is_some_and(|tz| !is_utc(tz))
}

/// An IANA name in any case; spaces stand for underscores.
fn exact(name: &str) -> Option<Tz> {
    static BY_NAME: LazyLock<HashMap<String, Tz>> =
        LazyLock::new(|| TZ_VARIANTS.iter().map(|tz| (tz.name().to_ascii_lowercase(), *tz)).collect());
    // Longer than any name: not worth a copy.
    if name.len() > 64 {
        return None;
    }
    let key = name.to_ascii_lowercase().replace(' ', "_");
    match key.as_str() {
        "z" => Some(Tz::UTC),
        key => BY_NAME.get(key).copied(),
    }
}

/// `tzone://Microsoft/Utc`, as Exchange writes the zone of UTC appointments.
fn strip_scheme(name: &str) -> &str {
    const SCHEME: &str = "tzone://microsoft/";
    match name.get(..SCHEME.len()) {
        Some(head) if head.eq_ignore_ascii_case(SCHEME) => &name[SCHEME.len()..],
        _ => name,
    }
}

/// The IANA name at the end of a path: `/freeassociation.sourceforge.net/Europe/Berlin`, `/mozilla.org/20050126_1/Europe/Berlin`,
/// `posix/Europe/Berlin`. The longest one counts, so that `America/Indiana/Knox` is not taken for something shorter. A name of one
/// part (`UTC`) counts only in a globally unique TZID (RFC 5545 section 3.8.3.1); elsewhere it may be somebody's own word.
fn suffix(name: &str) -> Option<Tz> {
    let fewest = if name.starts_with('/') { 1 } else { 2 };
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    (fewest..=parts.len().min(3)).rev().find_map(|count| exact(&parts[parts.len() - count..].join("/")))
}

/// Windows names and words of display names, in lower case.
struct Windows {
    names: HashMap<String, Tz>,
    places: HashMap<String, Tz>,
}

static WINDOWS: LazyLock<Windows> = LazyLock::new(|| {
    let mut windows = Windows { names: HashMap::new(), places: HashMap::new() };
    // The table can only be walked from its IANA side; every Windows zone's own IANA name leads to it.
    for zone in TZ_VARIANTS.iter().filter_map(|tz| WindowsTimezone::try_from(*tz).ok()) {
        let Ok(tz) = zone.tzdb_id().parse() else { continue };
        windows.names.insert(zone.name().to_ascii_lowercase(), tz);
        let (_, description) = split_display_name(zone.description());
        windows.places.insert(description.to_ascii_lowercase(), tz);
        windows.places.extend(places(description).map(|place| (place, tz)));
    }
    // Names that Windows has dropped or renamed and CLDR no longer lists; old calendars keep them.
    for (name, tz) in [
        ("mid-atlantic standard time", Tz::Etc__GMTPlus2),
        ("kamchatka standard time", Tz::Asia__Kamchatka),
        ("armenian standard time", Tz::Asia__Yerevan),
        ("mexico standard time", Tz::America__Mexico_City),
        ("mexico standard time 2", Tz::America__Chihuahua),
        ("malay peninsula standard time", Tz::Asia__Singapore),
    ] {
        windows.names.entry(name.to_owned()).or_insert(tz);
    }
    windows
});

fn windows(name: &str) -> Option<Tz> {
    if name.len() > 64 {
        return None;
    }
    let mut key = name.to_ascii_lowercase();
    // Outlook names a zone after the half of the year it looks at.
    if let Some(summer) = key.strip_suffix(" daylight time").or_else(|| key.strip_suffix(" summer time")) {
        key = format!("{summer} standard time");
    }
    WINDOWS.names.get(&key).copied()
}

/// `(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna` and its forms through the years: `(GMT+01:00)`, `(GMT+01.00)`,
/// slashes for commas, fewer or other places. The first place that Windows knows under that offset decides.
fn display_name(name: &str) -> Option<Tz> {
    let (Some(offset), description) = split_display_name(name) else { return None };
    let known = |key: &str| WINDOWS.places.get(key).copied().filter(|tz| standard_offset(*tz) == offset);
    known(&description.to_ascii_lowercase()).or_else(|| places(description).find_map(|place| known(&place)))
}

/// The offset in seconds and what follows it.
fn split_display_name(name: &str) -> (Option<i32>, &str) {
    let Some((offset, description)) = name.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return (None, name);
    };
    (named_offset(offset), description.trim())
}

fn places(description: &str) -> impl Iterator<Item = String> {
    description
        .split([',', '/', ';'])
        .map(|place| place.trim().to_ascii_lowercase())
        .filter(|place| !place.is_empty() && !place.starts_with("coordinated universal time"))
}

/// What a zone is ahead of UTC in winter, as the display names of Windows say it; of now, the offset without summer time.
fn standard_offset(tz: Tz) -> i32 {
    use chrono::{NaiveDate, Offset, TimeZone};
    let of_month = |month| {
        let noon = NaiveDate::from_ymd_opt(2025, month, 15).unwrap_or_default().and_time(chrono::NaiveTime::MIN);
        tz.offset_from_utc_datetime(&noon).fix().local_minus_utc()
    };
    of_month(1).min(of_month(7))
}

/// The offset, in seconds east of UTC, of a name that is nothing but one: `GMT+0100`, `UTC+1`, `UTC+05:30`, `(GMT +01:00)`,
/// `GMT+01.00`, `+0100`.
pub(super) fn named_offset(name: &str) -> Option<i32> {
    let name = name.trim().trim_matches('"').trim();
    let name = name.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(name);
    let head = name.get(..3).filter(|head| head.eq_ignore_ascii_case("GMT") || head.eq_ignore_ascii_case("UTC"));
    let rest = if head.is_some() { name[3..].trim() } else { name.trim() };
    if rest.is_empty() {
        return head.map(|_| 0);
    }
    let (sign, digits) = match rest.as_bytes() {
        [b'+', ..] => (1, &rest[1..]),
        [b'-', ..] => (-1, &rest[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once([':', '.']) {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let number = |digits: &str| {
        let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<i32>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|_| minutes.len() == 2)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn iana_names_in_any_case_and_deprecated_ones() {
        for (name, tz) in [
            ("Europe/Berlin", Tz::Europe__Berlin),
            ("europe/berlin", Tz::Europe__Berlin),
            ("America/New York", Tz::America__New_York),
            ("US/Eastern", Tz::US__Eastern),
            ("Asia/Calcutta", Tz::Asia__Calcutta),
            ("Etc/GMT+5", Tz::Etc__GMTPlus5),
            ("GMT", Tz::GMT),
            ("utc", Tz::UTC),
            ("Z", Tz::UTC),
        ] {
            assert_eq!(iana(name), Some(tz), "{name}");
        }
    }

    #[test]
    fn windows_names_and_their_display_names() {
        for (name, tz) in [
            ("W. Europe Standard Time", Tz::Europe__Berlin),
            ("w. europe daylight time", Tz::Europe__Berlin),
            ("Pacific Standard Time", Tz::America__Los_Angeles),
            ("Tokyo Standard Time", Tz::Asia__Tokyo),
            ("UTC-11", Tz::Etc__GMTPlus11),
            ("India Standard Time", Tz::Asia__Calcutta),
            ("tzone://Microsoft/Utc", Tz::UTC),
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", Tz::Europe__Berlin),
            ("(GMT+01.00) Amsterdam / Berlin / Bern / Rome / Stockholm / Vienna", Tz::Europe__Berlin),
            ("(UTC-05:00) Eastern Time (US & Canada)", Tz::America__New_York),
            ("\"(GMT-08:00) Pacific Time (US & Canada)\"", Tz::America__Los_Angeles),
            ("(GMT+02:00) Helsinki, Kiev, Riga, Sofia, Tallinn, Vilnius", Tz::Europe__Kiev),
            ("(UTC) Coordinated Universal Time", Tz::Etc__UTC),
            ("(UTC+10:00) Canberra, Melbourne, Sydney", Tz::Australia__Sydney),
        ] {
            assert_eq!(iana(name), Some(tz), "{name}");
        }
        assert!(WINDOWS.names.len() >= 139, "{}", WINDOWS.names.len());
    }

    #[test]
    fn prefixes_of_other_programs() {
        for (name, tz) in [
            ("/freeassociation.sourceforge.net/Europe/Berlin", Tz::Europe__Berlin),
            (
                "/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires",
                Tz::America__Argentina__Buenos_Aires,
            ),
            ("/mozilla.org/20050126_1/Europe/Berlin", Tz::Europe__Berlin),
            ("/citadel.org/20100101_1/America/New_York", Tz::America__New_York),
            ("/softwarestudio.org/Olson_20011030_5/Etc/UTC", Tz::Etc__UTC),
            ("posix/Europe/Vaduz", Tz::Europe__Vaduz),
            ("/Europe/Stockholm", Tz::Europe__Stockholm),
            ("/example.com/UTC", Tz::UTC),
        ] {
            assert_eq!(iana(name), Some(tz), "{name}");
        }
    }

    #[test]
    fn unknown_names_stay_unknown() {
        for name in [
            "",
            "Nowhere/Middle",
            "custom_America/New_York",
            "/Europe/CUSTOM",
            "Western/Central Europe",
            "Customized Time Zone",
            "tzone://Microsoft/Custom",
            "(UTC+07:00) Berlin",
            "(UTC+01:00) Home",
            "mine/UTC",
        ] {
            assert_eq!(iana(name), None, "{name}");
        }
    }

    #[test]
    fn offsets_as_names() {
        for (name, seconds) in [
            ("GMT+0100", 3600),
            ("UTC+11", 39_600),
            ("(GMT +01:00)", 3600),
            ("UTC-03:30", -12_600),
            ("GMT+01.00", 3600),
            ("+0530", 19_800),
            ("UTC", 0),
        ] {
            assert_eq!(named_offset(name), Some(seconds), "{name}");
        }
        for name in
            ["", "+", "GMT+", "GMT+1:5", "GMT+100", "UTC+99", "GMT +0100 (Standard) / GMT +0200 (Daylight)", "+1é"]
        {
            assert_eq!(named_offset(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_known_or_unknown(name in "\\PC{0,80}|[/(]?(GMT|UTC|Europe|tzone://)?[-+]?\\PC{0,10}\\)?") {
            let _ = (iana(&name), named_offset(&name));
        }
    }
}
