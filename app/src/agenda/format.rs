//! What stands above a view, and what is said of an event's time.

use super::days::View;
use crate::date_names::{month as month_name, month_short, weekday_short as short_weekday};
use crate::wire::When;
use crate::words;
use chrono::{Datelike, NaiveDate, NaiveDateTime};

pub use crate::notation::Format;

impl Format {
    /// What is said of an event's time: `09:30 – 10:00, Saturday, 21 November`.
    pub fn spoken(self, when: When) -> String {
        match self.spoken_parts(when) {
            (times, days) if times.is_empty() => days,
            (times, days) => format!("{times}, {days}"),
        }
    }

    /// The same as times and day. What is on several days has its times among them.
    pub fn spoken_parts(self, when: When) -> (String, String) {
        let day = |date| self.weekday_date(date);
        match when {
            When::Days { first, last } if first == last => (words::agenda_all_day().into(), day(first)),
            When::Days { first, last } => (String::new(), words::agenda_from_to(&day(first), &day(last))),
            When::Times { start, end } if start.date() == end.date() || start >= end => {
                (self.times(start, end), day(start.date()))
            }
            When::Times { start, end } => {
                let moment = |time: NaiveDateTime| format!("{}, {}", day(time.date()), self.time(time));
                (String::new(), words::agenda_from_to(&moment(start), &moment(end)))
            }
        }
    }

    /// What stands above a view, the month and year set apart.
    pub fn title(self, view: View, from: NaiveDate, last: NaiveDate, date: NaiveDate) -> String {
        match view {
            View::Month => format!("{} {}", month_name(date), date.year()),
            View::Day => {
                let short = short_weekday(date.weekday());
                format!("{short}, {}{}{}", self.day_month(date), self.before_year(), date.year())
            }
            View::Week => {
                let (a, b) = (month_short(from), month_short(last));
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
    if title.trim().is_empty() { words::common_no_title() } else { title }
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
