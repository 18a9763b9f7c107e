//! Short names of time zones, as people write them after a time.

use super::lexicon::Language;
use chrono_tz::Tz;

/// The zone of a short name in capitals. Summer and winter of a zone are one zone: who writes “10:00 CET” in July means the clock there.
pub(super) fn zone_of(name: &str, language: Language) -> Option<Tz> {
    let zone = match name {
        "UTC" | "GMT" => Tz::UTC,
        "CET" | "CEST" | "MEZ" | "MESZ" | "HNEC" | "HAEC" => Tz::Europe__Berlin,
        "WET" | "WEST" => Tz::Europe__Lisbon,
        "EET" | "EEST" | "OEZ" | "OESZ" => Tz::Europe__Helsinki,
        "BST" => Tz::Europe__London,
        "EST" | "EDT" => Tz::America__New_York,
        "CST" | "CDT" => Tz::America__Chicago,
        "MST" | "MDT" => Tz::America__Denver,
        "PST" | "PDT" => Tz::America__Los_Angeles,
        "JST" => Tz::Asia__Tokyo,
        "AEST" | "AEDT" => Tz::Australia__Sydney,
        "ET" if language == Language::English => Tz::America__New_York,
        "PT" if language == Language::English => Tz::America__Los_Angeles,
        _ => return None,
    };
    Some(zone)
}

/// The zone that is always so many hours ahead of UTC.
pub(super) fn zone_at(hours: i32) -> Option<Tz> {
    match hours {
        0 => Some(Tz::UTC),
        // In these names the sign is the other way round.
        -12..=14 => format!("Etc/GMT{:+}", -hours).parse().ok(),
        _ => None,
    }
}
