//! RECURRENCE-IDs as text in addresses.

use crate::value::Moment;
use chrono::{NaiveDate, NaiveDateTime};

const TIME: &str = "%Y%m%dT%H%M%S";
const DATE: &str = "%Y%m%d";

/// `20261121`, `20261121T090000`, `20261121T080000Z` or `20261121T090000@Europe/Zurich`.
pub fn encode(moment: &Moment) -> String {
    match moment {
        Moment::Zoned { tzid, .. } => format!("{}@{tzid}", moment.value()),
        other => other.value(),
    }
}

/// Reads what [`encode`] wrote.
pub fn decode(key: &str) -> Option<Moment> {
    let time = |text: &str| NaiveDateTime::parse_from_str(text, TIME).ok();
    if let Some((local, tzid)) = key.split_once('@') {
        return Some(Moment::Zoned { local: time(local)?, tzid: tzid.to_owned() });
    }
    if let Some(instant) = key.strip_suffix('Z') {
        return Some(Moment::Utc(time(instant)?));
    }
    if key.contains('T') {
        time(key).map(Moment::Floating)
    } else {
        NaiveDate::parse_from_str(key, DATE).ok().map(Moment::Date)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_kind_of_moment_comes_back() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let local = date.and_hms_opt(9, 0, 0).unwrap();
        for moment in [
            Moment::Date(date),
            Moment::Floating(local),
            Moment::Utc(local),
            Moment::Zoned { local, tzid: "Europe/Zurich".into() },
            Moment::Zoned { local, tzid: "a@b Z".into() },
        ] {
            assert_eq!(decode(&encode(&moment)), Some(moment));
        }
        assert_eq!(decode("nonsense"), None);
        assert_eq!(decode(""), None);
    }
}
