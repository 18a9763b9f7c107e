//! Times as Graph has them (<https://learn.microsoft.com/graph/api/resources/datetimetimezone>), in the few zones that the stand-in knows.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// Windows' names, which Graph takes and gives, and the zones that have them.
const ZONES: [(&str, Tz); 9] = [
    ("UTC", Tz::UTC),
    ("W. Europe Standard Time", Tz::Europe__Berlin),
    ("Romance Standard Time", Tz::Europe__Paris),
    ("GMT Standard Time", Tz::Europe__London),
    ("Eastern Standard Time", Tz::America__New_York),
    ("Pacific Standard Time", Tz::America__Los_Angeles),
    ("Tokyo Standard Time", Tz::Asia__Tokyo),
    ("India Standard Time", Tz::Asia__Kolkata),
    ("tzone://Microsoft/Utc", Tz::UTC),
];

pub fn zone(name: &str) -> Option<Tz> {
    ZONES.iter().find(|(known, _)| *known == name).map(|(_, zone)| *zone)
}

/// `None`: it is no time, or in a zone that nobody has.
pub fn instant(time: &Value) -> Option<DateTime<Utc>> {
    let local = local(time)?;
    zone(time["timeZone"].as_str()?)?.from_local_datetime(&local).earliest().map(|time| time.to_utc())
}

pub fn local(time: &Value) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(time["dateTime"].as_str()?.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S%.f").ok()
}

/// As it is given: in UTC, whatever it was written in (<https://learn.microsoft.com/graph/api/event-get>, "Support various time zones").
pub fn in_utc(time: &Value, is_all_day: bool) -> Value {
    // A day is the same day everywhere.
    let at = if is_all_day { local(time) } else { instant(time).map(|at| at.naive_utc()) };
    json!({ "dateTime": at.map(|at| at.format("%Y-%m-%dT%H:%M:%S.0000000").to_string()), "timeZone": "UTC" })
}

pub fn timestamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
