//! Time zones found by what people call them: cities, with or without their diacritics, and abbreviations.

use crate::event::data::ZoneInfo;
use chrono::{DateTime, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How many zones are offered; whoever needs another one types more.
const MAX_FOUND: usize = 20;

/// The zones of the most people, in the order in which they come before others that fit as well.
const MAJOR: [&str; 44] = [
    "Europe/London",
    "America/New_York",
    "Europe/Paris",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "America/Chicago",
    "Europe/Zurich",
    "Europe/Madrid",
    "Europe/Rome",
    "America/Toronto",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Asia/Dubai",
    "Asia/Singapore",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Europe/Amsterdam",
    "Europe/Brussels",
    "Europe/Vienna",
    "Europe/Lisbon",
    "Europe/Dublin",
    "Europe/Stockholm",
    "Europe/Warsaw",
    "Europe/Prague",
    "Europe/Athens",
    "Europe/Kyiv",
    "America/Denver",
    "America/Mexico_City",
    "America/Bogota",
    "America/Argentina/Buenos_Aires",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "Asia/Jerusalem",
    "Asia/Hong_Kong",
    "Asia/Seoul",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Manila",
    "Pacific/Auckland",
];

/// What people look for and no zone is called: big cities and their own spellings, and abbreviations. One that means several
/// zones has a line for each, the likeliest first.
const ALSO: [(&str, &str); 105] = [
    ("UTC", "UTC"),
    ("GMT", "UTC"),
    ("WET", "Europe/Lisbon"),
    ("BST", "Europe/London"),
    ("CET", "Europe/Berlin"),
    ("CET", "Europe/Paris"),
    ("CEST", "Europe/Berlin"),
    ("CEST", "Europe/Paris"),
    ("MEZ", "Europe/Berlin"),
    ("EET", "Europe/Athens"),
    ("EEST", "Europe/Athens"),
    ("MSK", "Europe/Moscow"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("ET", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CST", "Asia/Shanghai"),
    ("CDT", "America/Chicago"),
    ("CT", "America/Chicago"),
    ("MST", "America/Denver"),
    ("MST", "America/Phoenix"),
    ("MDT", "America/Denver"),
    ("MT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("AKST", "America/Anchorage"),
    ("HST", "Pacific/Honolulu"),
    ("AST", "America/Halifax"),
    ("NST", "America/St_Johns"),
    ("BRT", "America/Sao_Paulo"),
    ("ART", "America/Argentina/Buenos_Aires"),
    ("IST", "Asia/Kolkata"),
    ("IST", "Asia/Jerusalem"),
    ("IST", "Europe/Dublin"),
    ("PKT", "Asia/Karachi"),
    ("GST", "Asia/Dubai"),
    ("SGT", "Asia/Singapore"),
    ("HKT", "Asia/Hong_Kong"),
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("WIB", "Asia/Jakarta"),
    ("AWST", "Australia/Perth"),
    ("ACST", "Australia/Adelaide"),
    ("AEST", "Australia/Sydney"),
    ("AEDT", "Australia/Sydney"),
    ("NZST", "Pacific/Auckland"),
    ("NZDT", "Pacific/Auckland"),
    ("SAST", "Africa/Johannesburg"),
    ("WAT", "Africa/Lagos"),
    ("EAT", "Africa/Nairobi"),
    ("Bern", "Europe/Zurich"),
    ("Basel", "Europe/Zurich"),
    ("Geneva", "Europe/Zurich"),
    ("Genève", "Europe/Zurich"),
    ("Genf", "Europe/Zurich"),
    ("Munich", "Europe/Berlin"),
    ("München", "Europe/Berlin"),
    ("Hamburg", "Europe/Berlin"),
    ("Frankfurt", "Europe/Berlin"),
    ("Cologne", "Europe/Berlin"),
    ("Köln", "Europe/Berlin"),
    ("Wien", "Europe/Vienna"),
    ("Lyon", "Europe/Paris"),
    ("Marseille", "Europe/Paris"),
    ("Barcelona", "Europe/Madrid"),
    ("Milan", "Europe/Rome"),
    ("Milano", "Europe/Rome"),
    ("Roma", "Europe/Rome"),
    ("Lisboa", "Europe/Lisbon"),
    ("Porto", "Europe/Lisbon"),
    ("Bruxelles", "Europe/Brussels"),
    ("Kopenhagen", "Europe/Copenhagen"),
    ("København", "Europe/Copenhagen"),
    ("Warszawa", "Europe/Warsaw"),
    ("Kraków", "Europe/Warsaw"),
    ("Praha", "Europe/Prague"),
    ("Edinburgh", "Europe/London"),
    ("Manchester", "Europe/London"),
    ("Saint Petersburg", "Europe/Moscow"),
    ("Kiev", "Europe/Kyiv"),
    ("Mumbai", "Asia/Kolkata"),
    ("Bombay", "Asia/Kolkata"),
    ("Delhi", "Asia/Kolkata"),
    ("New Delhi", "Asia/Kolkata"),
    ("Bangalore", "Asia/Kolkata"),
    ("Bengaluru", "Asia/Kolkata"),
    ("Chennai", "Asia/Kolkata"),
    ("Hyderabad", "Asia/Kolkata"),
    ("Beijing", "Asia/Shanghai"),
    ("Peking", "Asia/Shanghai"),
    ("Shenzhen", "Asia/Shanghai"),
    ("Osaka", "Asia/Tokyo"),
    ("Kyoto", "Asia/Tokyo"),
    ("Tel Aviv", "Asia/Jerusalem"),
    ("Abu Dhabi", "Asia/Dubai"),
    ("San Francisco", "America/Los_Angeles"),
    ("Seattle", "America/Los_Angeles"),
    ("Boston", "America/New_York"),
    ("Washington", "America/New_York"),
    ("Atlanta", "America/New_York"),
    ("Dallas", "America/Chicago"),
    ("Houston", "America/Chicago"),
    ("Montréal", "America/Toronto"),
    ("Rio de Janeiro", "America/Sao_Paulo"),
];

/// How well a zone fits, the better the smaller: by its name, then by how many people are there.
type Fit = (Match, usize, bool);

/// How what was typed occurs in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Whole,
    /// The city begins with it.
    Start,
    /// A word of the city begins with it, or each of its words begins one of the whole name.
    Word,
    Within,
}

/// The zones that `query` may mean, the likeliest first; for an empty one those of [`MAJOR`], after `own`.
pub fn find(query: &str, own: Tz, now: DateTime<Utc>) -> Vec<ZoneInfo> {
    let query = plain(query);
    if query.is_empty() {
        let major = MAJOR.iter().filter_map(|name| name.parse().ok()).filter(|tz| *tz != own);
        return std::iter::once(own).chain(major).take(MAX_FOUND).map(|tz| info(tz, None, now)).collect();
    }
    let area = |tz: Tz| tz.name().split('/').next().unwrap_or_default();
    let fit = |matched, tz: Tz| {
        let major = MAJOR.iter().position(|name| *name == tz.name()).unwrap_or(MAJOR.len());
        (matched, major, area(tz) != area(own))
    };
    let mut found: BTreeMap<&str, (Fit, Tz, Option<&str>)> = BTreeMap::new();
    let mut add = |fit: Fit, tz: Tz, by: Option<&'static str>| {
        let best = found.entry(tz.name()).or_insert((fit, tz, by));
        if fit < best.0 {
            *best = (fit, tz, by);
        }
    };
    for tz in places() {
        let matched = in_city(city(tz.name()), &query).or_else(|| in_name(tz, &query, now));
        if let Some(matched) = matched {
            add(fit(matched, tz), tz, None);
        }
    }
    for (order, (name, zone)) in ALSO.iter().enumerate() {
        if let (Some(matched), Ok(tz)) = (in_city(name, &query), zone.parse()) {
            // The order of the table is the likelihood of an abbreviation that means several zones.
            let fit = if matched == Match::Whole { (matched, order, false) } else { fit(matched, tz) };
            add(fit, tz, Some(name));
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by_key(|(fit, tz, _)| (*fit, Reverse(*tz == own), tz.name()));
    found.into_iter().take(MAX_FOUND).map(|(_, tz, by)| info(tz, by, now)).collect()
}

/// The zone that a text names without doubt: by a city's whole name, or an abbreviation.
pub fn named(text: &str) -> Option<Tz> {
    let query = plain(text);
    let also = || ALSO.iter().find(|(name, _)| plain(name) == query).and_then(|(_, zone)| zone.parse().ok());
    let mut places = places().filter(|tz| plain(tz.name()) == query || plain(city(tz.name())) == query);
    places.next().filter(|_| places.next().is_none()).or_else(also)
}

/// When a day begins: where the clocks go forward over midnight, after that. `None` at the end of all time.
pub fn beginning_of_day(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN);
    let begins = |hours| zone.from_local_datetime(&midnight.checked_add_signed(TimeDelta::hours(hours))?).earliest();
    (0..24).find_map(begins).map(|begins| begins.to_utc())
}

/// The names of all zones that are on offer.
pub fn names() -> impl Iterator<Item = &'static str> {
    std::iter::once("UTC").chain(places().map(Tz::name))
}

/// The zones that are places. Left out are names that people do not look for: offsets, and countries' own names for what has a
/// better one.
fn places() -> impl Iterator<Item = Tz> {
    const ODD: [&str; 6] = ["Etc/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/"];
    let known = |tz: &Tz| tz.name().contains('/') && !ODD.iter().any(|prefix| tz.name().starts_with(prefix));
    TZ_VARIANTS.iter().copied().filter(known)
}

fn city(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// `query` is plain, as for [`in_name`].
fn in_city(city: &str, query: &str) -> Option<Match> {
    let city = plain(city);
    if city == query {
        Some(Match::Whole)
    } else if city.starts_with(query) {
        Some(Match::Start)
    } else {
        city.match_indices(' ').any(|(at, _)| city[at + 1..].starts_with(query)).then_some(Match::Word)
    }
}

fn in_name(tz: Tz, query: &str, now: DateTime<Utc>) -> Option<Match> {
    let name = plain(tz.name());
    let begun = |word: &str| name.split(' ').any(|part| part.starts_with(word));
    let from_utc = query.strip_prefix("utc").or(query.strip_prefix("gmt")).unwrap_or(query);
    if query.split(' ').all(begun) || (!from_utc.is_empty() && offset(tz, now)[3..] == from_utc.replace('-', "−")) {
        Some(Match::Word)
    } else {
        name.contains(query).then_some(Match::Within)
    }
}

/// Without diacritics, in lower case, with one space between words.
fn plain(text: &str) -> String {
    let letters = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let letters: String = letters
        .map(|c| match c {
            'ø' => 'o',
            'ł' => 'l',
            'ı' => 'i',
            '_' | '/' | ',' => ' ',
            other => other,
        })
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn info(tz: Tz, found_by: Option<&str>, now: DateTime<Utc>) -> ZoneInfo {
    let place = tz.name().replace('_', " ");
    let label = match found_by {
        Some(by) if by != place => format!("{by}, {place}"),
        _ => place,
    };
    ZoneInfo { name: tz.name().to_owned(), label, offset: offset(tz, now) }
}

/// `GMT+5:30`
fn offset(tz: Tz, now: DateTime<Utc>) -> String {
    let minutes = now.with_timezone(&tz).offset().fix().local_minus_utc() / 60;
    let (sign, size) = (if minutes < 0 { '−' } else { '+' }, minutes.abs());
    match (size / 60, size % 60) {
        (0, 0) => "GMT".into(),
        (hours, 0) => format!("GMT{sign}{hours}"),
        (hours, minutes) => format!("GMT{sign}{hours}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn found(query: &str) -> Vec<String> {
        let now = "2026-11-26T12:00:00Z".parse().unwrap();
        find(query, Tz::Europe__Zurich, now).into_iter().map(|zone| zone.name).collect()
    }

    #[test]
    fn the_city_that_begins_so_comes_first() {
        for (query, zone) in [
            ("tok", "Asia/Tokyo"),
            ("lon", "Europe/London"),
            ("ber", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("new_y", "America/New_York"),
            ("america/new_york", "America/New_York"),
            ("york", "America/New_York"),
            ("syd", "Australia/Sydney"),
            ("aires", "America/Argentina/Buenos_Aires"),
            ("zur", "Europe/Zurich"),
            ("Zürich", "Europe/Zurich"),
            ("ZÜR", "Europe/Zurich"),
            ("Mumbai", "Asia/Kolkata"),
            ("delhi", "Asia/Kolkata"),
            ("beij", "Asia/Shanghai"),
            ("São Paulo", "America/Sao_Paulo"),
            ("kobenhavn", "Europe/Copenhagen"),
            ("København", "Europe/Copenhagen"),
            ("CET", "Europe/Berlin"),
            ("pst", "America/Los_Angeles"),
            ("cst", "America/Chicago"),
            ("IST", "Asia/Kolkata"),
            ("utc", "UTC"),
            ("gmt+5:30", "Asia/Kolkata"),
            ("+5:45", "Asia/Kathmandu"),
            ("utc-3:30", "America/St_Johns"),
        ] {
            assert_eq!(found(query).first().map(String::as_str), Some(zone), "{query}");
        }
        assert!(found("tok").contains(&"Antarctica/Vostok".to_owned()));
        assert_eq!(found("ist")[..3], ["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"]);
        assert!(found("atlantis").is_empty());
    }

    #[test]
    fn without_a_word_the_own_zone_comes_first() {
        assert_eq!(found(" ")[..2], ["Europe/Zurich", "Europe/London"]);
        assert_eq!(found("").len(), MAX_FOUND);
    }

    #[test]
    fn a_zone_says_what_it_was_found_by() {
        let now = "2026-11-26T12:00:00Z".parse().unwrap();
        let first = |query| find(query, Tz::UTC, now).into_iter().next().unwrap();
        assert_eq!((first("mumb").label.as_str(), first("mumb").offset.as_str()), ("Mumbai, Asia/Kolkata", "GMT+5:30"));
        assert_eq!(first("new yo").label, "America/New York");
    }

    #[test]
    fn a_day_begins_where_its_clock_does() {
        let begins = |day: &str, zone| beginning_of_day(day.parse().unwrap(), zone).unwrap().to_rfc3339();
        assert_eq!(begins("2026-11-27", Tz::Europe__Zurich), "2026-11-26T23:00:00+00:00");
        // In Beirut the clocks go forward from midnight to one.
        assert_eq!(begins("2026-03-29", Tz::Asia__Beirut), "2026-03-28T22:00:00+00:00");
        assert_eq!(begins("-262143-01-01", Tz::UTC), "-262143-01-01T00:00:00+00:00");
    }

    #[test]
    fn every_name_of_the_tables_is_a_zone() {
        for name in MAJOR.iter().chain(ALSO.iter().map(|(_, zone)| zone)) {
            assert!(name.parse::<Tz>().is_ok(), "{name}");
        }
    }

    #[test]
    fn a_whole_name_needs_no_list() {
        for (text, zone) in
            [("Zürich", "Europe/Zurich"), ("new york", "America/New_York"), ("PST", "America/Los_Angeles")]
        {
            assert_eq!(named(text).map(|tz| tz.name()), Some(zone), "{text}");
        }
        assert_eq!([named("tok"), named(""), named("nowhere")], [None; 3]);
    }
}
