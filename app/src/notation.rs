//! How a person writes dates and times: one notation for the grid, the details, the messages and the form.

use crate::date_names::{month as month_name, month_short, weekday as weekday_name, weekday_short};
use crate::wire::Viewer;
use crate::words;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// How this person writes dates and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub hour12: bool,
    /// `November 21` rather than `21 November`, and `11/21` rather than `21/11`.
    pub month_first: bool,
}

impl Format {
    pub fn of(viewer: &Viewer) -> Self {
        Format { hour12: viewer.hour12, month_first: viewer.month_first }
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
        let half = if hour < 12 { words::date_am() } else { words::date_pm() };
        let hour = (hour + 11) % 12 + 1;
        if minute == 0 { format!("{hour}{half}") } else { format!("{hour}:{minute:02}{half}") }
    }

    /// What a field shows for a time: as [`Self::minutes`], with seconds where there are some.
    pub fn time_text(self, time: NaiveTime) -> String {
        let (minute, second) = (time.minute(), time.second());
        if second == 0 {
            self.minutes(time.hour() * 60 + minute)
        } else if self.hour12 {
            let (pm, hour) = time.hour12();
            format!("{hour}:{minute:02}:{second:02}{}", if pm { words::date_pm() } else { words::date_am() })
        } else {
            format!("{:02}:{minute:02}:{second:02}", time.hour())
        }
    }

    /// `09:30 – 10:00`.
    pub fn times(self, start: NaiveDateTime, end: NaiveDateTime) -> String {
        format!("{} – {}", self.time(start), self.time(end))
    }

    /// `21 November`
    pub fn day_month(self, date: NaiveDate) -> String {
        self.ordered(date, month_name(date))
    }

    /// `Saturday, 21 November 2026`
    pub fn full_date(self, date: NaiveDate) -> String {
        format!("{}{}{}", self.weekday_date(date), self.before_year(), date.year())
    }

    /// `Saturday, 21 November`
    pub fn weekday_date(self, date: NaiveDate) -> String {
        format!("{}, {}", weekday_name(date.weekday()), self.day_month(date))
    }

    /// What a field shows for a date: `Sat, 21 Nov 2026`. Months are words, so that nobody takes the one for the other.
    pub fn date_text(self, date: NaiveDate) -> String {
        format!("{}, {}", weekday_short(date.weekday()), self.date(date))
    }

    /// `21 Nov 2026`
    pub fn date(self, date: NaiveDate) -> String {
        format!("{}{}{}", self.ordered(date, month_short(date)), self.before_year(), date.year())
    }

    /// What stands between a day with its month and the year.
    pub fn before_year(self) -> &'static str {
        if self.month_first { ", " } else { " " }
    }

    fn ordered(self, date: NaiveDate, month: &str) -> String {
        let day = date.day();
        if self.month_first { format!("{month} {day}") } else { format!("{day} {month}") }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    pub const BRITISH: Format = Format { hour12: false, month_first: false };
    pub const AMERICAN: Format = Format { hour12: true, month_first: true };

    #[test]
    fn clocks_have_12_or_24_hours() {
        let written: Vec<_> = [0, 30, 540, 570, 720, 765, 1439, 1440].map(|m| AMERICAN.minutes(m)).into();
        assert_eq!(written, ["12am", "12:30am", "9am", "9:30am", "12pm", "12:45pm", "11:59pm", "12am"]);
        let written: Vec<_> = [0, 570, 765, 1440].map(|m| BRITISH.minutes(m)).into();
        assert_eq!(written, ["00:00", "09:30", "12:45", "00:00"]);
    }

    #[test]
    fn dates_stand_in_the_order_of_the_region() {
        let day = "2027-03-02".parse().unwrap();
        assert_eq!([BRITISH.date_text(day), BRITISH.date(day)], ["Tue, 2 Mar 2027", "2 Mar 2027"]);
        assert_eq!([AMERICAN.date_text(day), AMERICAN.date(day)], ["Tue, Mar 2, 2027", "Mar 2, 2027"]);
        assert_eq!(BRITISH.full_date(day), "Tuesday, 2 March 2027");
        assert_eq!(AMERICAN.full_date(day), "Tuesday, March 2, 2027");
    }
}
