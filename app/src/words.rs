//! Dates and times in words.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub fn month(date: NaiveDate) -> &'static str {
    // month0 is 0 to 11
    MONTHS.get(date.month0() as usize).copied().unwrap_or_default()
}

pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// `Sat`
pub fn weekday_short(day: Weekday) -> &'static str {
    &weekday(day)[..3]
}

/// `21 Nov 2026`
pub fn date(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), &month(date)[..3], date.year())
}

/// `Saturday, 21 November`
pub fn day_of_year(date: NaiveDate) -> String {
    format!("{}, {} {}", weekday(date.weekday()), date.day(), month(date))
}

/// `14:05`, or `2:05 PM`
pub fn time(time: NaiveTime, hour12: bool) -> String {
    if hour12 {
        let (pm, hour) = time.hour12();
        format!("{hour}:{:02} {}", time.minute(), if pm { "PM" } else { "AM" })
    } else {
        format!("{:02}:{:02}", time.hour(), time.minute())
    }
}

/// `21 Nov 2026, 14:05`
pub fn date_time(moment: NaiveDateTime, hour12: bool) -> String {
    format!("{}, {}", date(moment.date()), time(moment.time(), hour12))
}

/// `1st`, `22nd`, `13th`
pub fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn clocks_of_twelve_and_of_twenty_four_hours() {
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        assert_eq!(
            [time(at(0, 5), true), time(at(12, 0), true), time(at(23, 59), true)],
            ["12:05 AM", "12:00 PM", "11:59 PM"]
        );
        assert_eq!([time(at(0, 5), false), time(at(23, 59), false)], ["00:05", "23:59"]);
    }

    #[test]
    fn ordinals_end_as_english_wants() {
        let words: Vec<_> = [1, 2, 3, 4, 11, 12, 13, 21, 22, 31, 111].into_iter().map(ordinal).collect();
        assert_eq!(words, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "31st", "111th"]);
    }
}
