//! Dates and times as a person reads them.

use super::days::View;
use crate::wire::{Viewer, When};
use crate::words::{month as month_name, weekday as weekday_name, weekday_short as short_weekday};
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

/// How this person writes dates and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub hour12: bool,
    /// `November 21` rather than `21 November`.
    pub month_first: bool,
}

impl Format {
    pub fn of(viewer: &Viewer) -> Self {
        let month_first = viewer.locale.ends_with("-US") || viewer.locale == "en";
        Format { hour12: viewer.hour12, month_first }
    }

    /// `09:30`, or `9:30am` and `9am`.
    pub fn time(self, time: NaiveDateTime) -> String {
        self.minutes(time.hour() * 60 + time.minute())
    }

    /// Minutes since midnight; the end of the day is midnight.
    pub fn minutes(self, minutes: u32) -> String {
        let (hour, minute) = (minutes / 60 % 24, minutes % 60);
        if !self.hour12 {
            return format!("{hour:02}:{minute:02}");
        }
        let half = if hour < 12 { "am" } else { "pm" };
        let hour = (hour + 11) % 12 + 1;
        if minute == 0 { format!("{hour}{half}") } else { format!("{hour}:{minute:02}{half}") }
    }

    /// `09:30 – 10:00`.
    pub fn times(self, start: NaiveDateTime, end: NaiveDateTime) -> String {
        format!("{} – {}", self.time(start), self.time(end))
    }

    /// `21 November`
    pub fn day_month(self, date: NaiveDate) -> String {
        if self.month_first {
            format!("{} {}", month_name(date), date.day())
        } else {
            format!("{} {}", date.day(), month_name(date))
        }
    }

    /// `Saturday, 21 November 2026`
    pub fn full_date(self, date: NaiveDate) -> String {
        let separator = if self.month_first { ", " } else { " " };
        format!("{}, {}{separator}{}", weekday_name(date.weekday()), self.day_month(date), date.year())
    }

    /// `Saturday, 21 November`
    pub fn weekday_date(self, date: NaiveDate) -> String {
        format!("{}, {}", weekday_name(date.weekday()), self.day_month(date))
    }

    /// What a screen reader says of an event's time.
    pub fn spoken(self, when: When) -> String {
        match when {
            When::Days { first, last } if first == last => format!("all day, {}", self.weekday_date(first)),
            When::Days { first, last } => format!("{} to {}", self.weekday_date(first), self.weekday_date(last)),
            When::Times { start, end } if start.date() == end.date() || start >= end => {
                format!("{} to {}, {}", self.time(start), self.time(end), self.weekday_date(start.date()))
            }
            When::Times { start, end } => format!(
                "{}, {} to {}, {}",
                self.weekday_date(start.date()),
                self.time(start),
                self.weekday_date(end.date()),
                self.time(end)
            ),
        }
    }

    /// What stands above a view, the month and year set apart.
    pub fn title(self, view: View, from: NaiveDate, last: NaiveDate, date: NaiveDate) -> String {
        match view {
            View::Month => format!("{} {}", month_name(date), date.year()),
            View::Day => {
                let short = short_weekday(date.weekday());
                let separator = if self.month_first { ", " } else { " " };
                format!("{short}, {}{separator}{}", self.day_month(date), date.year())
            }
            View::Week => {
                let (a, b) = (&month_name(from)[..3], &month_name(last)[..3]);
                let (x, y) = (from.day(), last.day());
                let year = last.year();
                match (from.year() == year, from.month() == last.month(), self.month_first) {
                    (true, true, false) => format!("{x} – {y} {} {year}", month_name(last)),
                    (true, true, true) => format!("{} {x} – {y}, {year}", month_name(last)),
                    (true, false, false) => format!("{x} {a} – {y} {b} {year}"),
                    (true, false, true) => format!("{a} {x} – {b} {y}, {year}"),
                    (false, _, false) => format!("{x} {a} {} – {y} {b} {year}", from.year()),
                    (false, _, true) => format!("{a} {x}, {} – {b} {y}, {year}", from.year()),
                }
            }
        }
    }
}

/// The title of an event that may have none.
pub fn title_or_none(title: &str) -> &str {
    if title.trim().is_empty() { "(No title)" } else { title }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const BRITISH: Format = Format { hour12: false, month_first: false };
    const AMERICAN: Format = Format { hour12: true, month_first: true };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn clocks_have_12_or_24_hours() {
        let written: Vec<_> = [0, 30, 540, 570, 720, 765, 1439, 1440].map(|m| AMERICAN.minutes(m)).into();
        assert_eq!(written, ["12am", "12:30am", "9am", "9:30am", "12pm", "12:45pm", "11:59pm", "12am"]);
        let written: Vec<_> = [0, 570, 765, 1440].map(|m| BRITISH.minutes(m)).into();
        assert_eq!(written, ["00:00", "09:30", "12:45", "00:00"]);
    }

    #[test]
    fn titles_name_each_month_and_year_once() {
        let title = |format: Format, from: &str, last: &str| format.title(View::Week, day(from), day(last), day(from));
        assert_eq!(title(BRITISH, "2026-11-16", "2026-11-22"), "16 – 22 November 2026");
        assert_eq!(title(AMERICAN, "2026-11-16", "2026-11-22"), "November 16 – 22, 2026");
        assert_eq!(title(BRITISH, "2026-11-30", "2026-12-06"), "30 Nov – 6 Dec 2026");
        assert_eq!(title(BRITISH, "2026-12-28", "2027-01-03"), "28 Dec 2026 – 3 Jan 2027");
        assert_eq!(
            AMERICAN.title(View::Day, day("2026-11-21"), day("2026-11-21"), day("2026-11-21")),
            "Sat, November 21, 2026"
        );
        assert_eq!(
            BRITISH.title(View::Month, day("2026-10-26"), day("2026-12-06"), day("2026-11-21")),
            "November 2026"
        );
    }
}
