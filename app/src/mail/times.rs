//! Times of messages, as short as they say enough.

use crate::notation::Format;
use chrono::{Datelike, NaiveDateTime};

/// `09:30` of today, `21 Nov` of this year, else `21 Nov 2025`.
pub fn short(at: NaiveDateTime, now: NaiveDateTime, format: Format) -> String {
    if at.date() == now.date() {
        return format.time(at);
    }
    let date = format.date(at.date());
    let year = format!("{}{}", format.before_year(), at.year());
    match date.strip_suffix(&year) {
        Some(day) if at.year() == now.year() => day.to_owned(),
        _ => date,
    }
}

/// `Sat, 21 Nov 2026, 09:30`
pub fn long(at: NaiveDateTime, format: Format) -> String {
    format!("{}, {}", format.date_text(at.date()), format.time(at))
}

/// `12 KB`, as people say it: in thousands.
pub fn size(octets: usize) -> String {
    match octets {
        0..1000 => format!("{octets} B"),
        1000..1_000_000 => format!("{} KB", octets.div_ceil(1000)),
        _ => format!("{}.{} MB", octets / 1_000_000, octets % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_time_is_as_short_as_it_says_enough() {
        let british = Format { hour12: false, month_first: false };
        let american = Format { hour12: true, month_first: true };
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let now = at("2026-11-28T12:00:00");
        assert_eq!(short(at("2026-11-28T09:30:00"), now, british), "09:30");
        assert_eq!(short(at("2026-11-21T09:30:00"), now, british), "21 Nov");
        assert_eq!(short(at("2026-11-21T09:30:00"), now, american), "Nov 21");
        assert_eq!(short(at("2025-11-21T09:30:00"), now, british), "21 Nov 2025");
    }

    #[test]
    fn sizes_are_rounded_as_people_do() {
        assert_eq!([size(12), size(1001), size(2_350_000)], ["12 B", "2 KB", "2.3 MB"]);
    }
}
