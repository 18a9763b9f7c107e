//! The names of months and weekdays, and numbers in a row.

use crate::words;
use chrono::{Datelike, NaiveDate, Weekday};

/// `November`
pub fn month(date: NaiveDate) -> &'static str {
    month_named(date.month())
}

/// The month of that number, from 1.
pub fn month_named(number: u32) -> &'static str {
    words::date_month(number as usize)
}

/// `Nov`
pub fn month_short(date: NaiveDate) -> &'static str {
    words::date_month_short(date.month() as usize)
}

/// `Saturday`
pub fn weekday(day: Weekday) -> &'static str {
    words::date_weekday(day.number_from_monday() as usize)
}

/// `Sat`
pub fn weekday_short(day: Weekday) -> &'static str {
    words::date_weekday_short(day.number_from_monday() as usize)
}

/// `Sa`
pub fn weekday_two(day: Weekday) -> &'static str {
    words::date_weekday_two(day.number_from_monday() as usize)
}

/// `S`
pub fn weekday_letter(day: Weekday) -> &'static str {
    words::date_weekday_letter(day.number_from_monday() as usize)
}

/// `1st`, `22nd`, `13th`
pub fn ordinal(n: u32) -> String {
    let number = n as usize;
    match (n % 10, n % 100) {
        (_, 11..=13) => words::date_ordinal_th(number),
        (1, _) => words::date_ordinal_st(number),
        (2, _) => words::date_ordinal_nd(number),
        (3, _) => words::date_ordinal_rd(number),
        _ => words::date_ordinal_th(number),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ordinals_end_as_english_wants() {
        let said: Vec<_> = [1, 2, 3, 4, 11, 12, 13, 21, 22, 31, 111].into_iter().map(ordinal).collect();
        assert_eq!(said, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "31st", "111th"]);
    }
}
