//! What a person means by what they type for a date or a time.
//!
//! The browser reads a field by this code while it is typed in, and the server reads a form by it that was posted without
//! WebAssembly. Whatever [`Format`] writes is read back as what it was.

use crate::browser;
use crate::date_names;
use crate::notation::Format;
use crate::wire::Viewer;
use crate::words;
use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta};

/// A date without a year is the next one, unless it was within this time.
const PAST: TimeDelta = TimeDelta::days(31);

/// Reads for a person, on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    pub format: Format,
    pub today: NaiveDate,
}

impl Reader {
    pub fn of(viewer: &Viewer) -> Self {
        // A page may stand open for days.
        let now = browser::now_in(&viewer.time_zone).unwrap_or(viewer.now);
        Reader { format: Format::of(viewer), today: now.date() }
    }

    /// Reads a date: `2 Mar 2027`, `march 2nd`, `2/3/27` (`3/2/27` where months come first), `2.3.`, `2027-03-02`, `2`,
    /// `today`, `tomorrow`, `fri`, `+2`, `+1w`.
    ///
    /// What is left out is as in `near`, from which weekdays and `+2` count too.
    pub fn date(self, text: &str, near: NaiveDate) -> Option<NaiveDate> {
        self.any_date(text, near).filter(usual)
    }

    fn any_date(self, text: &str, near: NaiveDate) -> Option<NaiveDate> {
        let text = text.trim();
        let rest = text.strip_prefix(['+', '-', '−']);
        let (numbers, typed) = pieces(rest.unwrap_or(text));
        if rest.is_some() {
            let [(count, _)] = numbers[..] else { return None };
            let unit = typed.concat();
            let days = if unit.is_empty() || is_one_of(words::date_typed_days(), &unit) {
                1
            } else if is_one_of(words::date_typed_weeks(), &unit) {
                7
            } else {
                return None;
            };
            let days = Days::new(u64::from(count) * days);
            let later = text.starts_with('+');
            return if later { near.checked_add_days(days) } else { near.checked_sub_days(days) };
        }
        if let ([], [word]) = (&numbers[..], &typed[..]) {
            return self.named(word, near);
        }
        let mut month = None;
        for word in &typed {
            let named = (1..=12).find(|number| begins(date_names::month_named(*number), word, 3));
            if named.is_some() && month.is_none() {
                month = named;
            } else if named.is_some()
                || !(weekday(word, near).is_some() || is_one_of(words::date_typed_ordinals(), word))
            {
                return None;
            }
        }
        match (month, &numbers[..]) {
            (Some(month), &[(day, 1 | 2)]) => dated(None, month, day, near),
            (Some(month), &[(day, 1 | 2), year] | &[year @ (_, 4), (day, 1 | 2)]) => {
                dated(Some(year), month, day, near)
            }
            (None, &[(day, 1 | 2)]) => near.with_day(day),
            (None, &[(all, 8)]) => dated(Some((all / 10_000, 4)), all / 100 % 100, all % 100, near),
            (None, &[year @ (_, 4), (month, 1 | 2), (day, 1 | 2)]) => dated(Some(year), month, day, near),
            (None, &[(one, 1 | 2), (two, 1 | 2), ref year @ ..]) if year.len() < 2 => {
                let year = year.first().copied();
                let (day, month) = if self.format.month_first { (two, one) } else { (one, two) };
                // A 25th month can only be meant as a day.
                dated(year, month, day, near).or_else(|| dated(year, day, month, near))
            }
            _ => None,
        }
    }

    fn named(self, word: &str, near: NaiveDate) -> Option<NaiveDate> {
        let from_today = |days: i64| self.today.checked_add_signed(TimeDelta::days(days));
        for (name, days) in [(words::date_today(), 0), (words::date_tomorrow(), 1), (words::date_yesterday(), -1)] {
            if begins(name, word, 3) {
                return from_today(days);
            }
        }
        weekday(word, near)
    }
}

/// Reads a time: `9`, `9:30`, `9.30`, `930`, `1330`, `9h30`, `7:30pm`, `7 p.m.`, `noon`.
pub fn time(text: &str) -> Option<NaiveTime> {
    let (numbers, typed) = pieces(text);
    let word = typed.concat();
    let (hour, minute, second) = match (&numbers[..], word.as_str()) {
        ([], word) if is_one_of(words::date_noon(), word) => return NaiveTime::from_hms_opt(12, 0, 0),
        ([], word) if is_one_of(words::date_midnight(), word) => return Some(NaiveTime::MIN),
        (&[(all, 3 | 4)], _) => (all / 100, all % 100, 0),
        (&[(hour, 1 | 2)], _) => (hour, 0, 0),
        (&[(hour, 1 | 2), (minute, 1 | 2)], _) => (hour, minute, 0),
        (&[(hour, 1 | 2), (minute, 1 | 2), (second, 1 | 2)], _) => (hour, minute, second),
        _ => return None,
    };
    let (am, pm) = (begins(words::date_am(), &word, 1), begins(words::date_pm(), &word, 1));
    let hour = match word.as_str() {
        "" | "h" => hour,
        _ if (am || pm) && (1..=12).contains(&hour) => hour % 12 + if pm { 12 } else { 0 },
        _ => return None,
    };
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// The numbers of a text with the count of their digits, and its words in lower case. Whatever else is there separates them.
fn pieces(text: &str) -> (Vec<(u32, usize)>, Vec<String>) {
    let (mut numbers, mut words) = (Vec::<(u32, usize)>::new(), Vec::<String>::new());
    let mut before = ' ';
    for c in text.chars() {
        let c = western(c).to_ascii_lowercase();
        if let Some(digit) = c.to_digit(10) {
            match numbers.last_mut().filter(|_| before.is_ascii_digit()) {
                Some((number, digits)) => {
                    *number = number.saturating_mul(10).saturating_add(digit);
                    *digits += 1;
                }
                None => numbers.push((digit, 1)),
            }
        } else if in_word(c) {
            match words.last_mut().filter(|_| in_word(before)) {
                Some(word) => word.push(c),
                None => words.push(c.into()),
            }
        }
        before = c;
    }
    (numbers, words)
}

fn in_word(c: char) -> bool {
    c.is_ascii_lowercase() || !(c.is_ascii() || c.is_whitespace())
}

/// What keyboards of Arabic, Persian and East Asian scripts mean by their digits and wide letters.
fn western(c: char) -> char {
    let offset = match c {
        '٠'..='٩' => '٠' as u32 - '0' as u32,
        '۰'..='۹' => '۰' as u32 - '0' as u32,
        '！'..='～' => '！' as u32 - '!' as u32,
        _ => 0,
    };
    char::from_u32(c as u32 - offset).unwrap_or(c)
}

/// The first day of that name from `near` on.
fn weekday(name: &str, near: NaiveDate) -> Option<NaiveDate> {
    near.iter_days().take(7).find(|day| begins(date_names::weekday(day.weekday()), name, 2))
}

/// Whether `name` begins with `word`, which has at least so many letters.
fn begins(name: &str, word: &str, letters: usize) -> bool {
    word.len() >= letters && name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Whether `word` is one of the words of a message.
fn is_one_of(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known.eq_ignore_ascii_case(word))
}

/// The date in the year that is given with the count of its digits, or in the one that makes it nearest after `near`.
fn dated(year: Option<(u32, usize)>, month: u32, day: u32, near: NaiveDate) -> Option<NaiveDate> {
    let date = |year| NaiveDate::from_ymd_opt(year, month, day);
    match year {
        Some((year, 4)) => date(year as i32),
        Some((year, 2)) => date(2000 + year as i32),
        Some(_) => None,
        // A leap day may be eight years away.
        None => (-1..=8).filter_map(|years| date(near.year() + years)).find(|date| near - *date <= PAST),
    }
}

/// A year that is still being typed is one of the first thousand.
fn usual(date: &NaiveDate) -> bool {
    (1000..=9999).contains(&date.year())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const FORMATS: [Format; 4] = [
        Format { hour12: false, month_first: false },
        Format { hour12: false, month_first: true },
        Format { hour12: true, month_first: false },
        Format { hour12: true, month_first: true },
    ];

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Read on 26 November 2026, in a field that shows Wednesday, 10 March 2027.
    fn read(text: &str, month_first: bool) -> Option<String> {
        let format = Format { hour12: false, month_first };
        let reader = Reader { format, today: day("2026-11-26") };
        reader.date(text, day("2027-03-10")).map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_as_they_are_typed() {
        for (text, date) in [
            ("3/10", "2027-10-03"),
            ("3.10.", "2027-10-03"),
            ("3-10-27", "2027-10-03"),
            ("25/12", "2027-12-25"),
            ("12/25", "2027-12-25"),
            ("2027-10-03", "2027-10-03"),
            ("20271003", "2027-10-03"),
            ("2 mar", "2027-03-02"),
            ("March 2nd", "2027-03-02"),
            ("2 Sept 28", "2028-09-02"),
            ("Fri, 2 march 2029", "2029-03-02"),
            ("2029 Mar 2", "2029-03-02"),
            ("15", "2027-03-15"),
            ("1 Dec", "2027-12-01"),
            ("20 Feb", "2027-02-20"),
            ("2 Feb", "2028-02-02"),
            ("29 feb", "2028-02-29"),
            ("today", "2026-11-26"),
            ("Tomorrow", "2026-11-27"),
            ("tom", "2026-11-27"),
            ("yesterday", "2026-11-25"),
            ("wed", "2027-03-10"),
            ("fr", "2027-03-12"),
            ("Tuesday", "2027-03-16"),
            ("+2", "2027-03-12"),
            ("-1", "2027-03-09"),
            ("−1", "2027-03-09"),
            ("+1w", "2027-03-17"),
            ("+ 2 days", "2027-03-12"),
            ("٣/١٠", "2027-10-03"),
        ] {
            assert_eq!(read(text, false).as_deref(), Some(date), "{text}");
        }
        for (text, date) in [("3/10", "2027-03-10"), ("3/10/28", "2028-03-10"), ("25/12", "2027-12-25")] {
            assert_eq!(read(text, true).as_deref(), Some(date), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_guessed() {
        for text in [
            "",
            "?",
            "soon",
            "m",
            "ma",
            "33",
            "0",
            "13/13",
            "31/2",
            "30 feb",
            "3/10/202",
            "0999-01-01",
            "2027",
            "2027-03",
            "1/2/3/4",
            "march",
            "2 mar apr",
            "2 marchy",
            "+",
            "+x",
            "+2y",
            "99999999999",
            "9:30pm",
            "日",
        ] {
            assert_eq!(read(text, false), None, "{text}");
        }
        assert_eq!(read("+99999999999", false), None);
    }

    #[test]
    fn times_are_read_as_they_are_typed() {
        for (text, expected) in [
            ("9", "09:00:00"),
            ("09", "09:00:00"),
            ("930", "09:30:00"),
            ("1330", "13:30:00"),
            ("9.30", "09:30:00"),
            ("9:30", "09:30:00"),
            ("9h30", "09:30:00"),
            ("14 h", "14:00:00"),
            ("7:30pm", "19:30:00"),
            ("7:30\u{202f}PM", "19:30:00"),
            ("7 p.m.", "19:00:00"),
            ("7p", "19:00:00"),
            ("12am", "00:00:00"),
            ("12 pm", "12:00:00"),
            ("0:05", "00:05:00"),
            ("09:30:15", "09:30:15"),
            ("noon", "12:00:00"),
            ("Midnight", "00:00:00"),
            ("９：３０", "09:30:00"),
        ] {
            assert_eq!(time(text).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "x", "25", "24:00", "9:60", "13pm", "0am", "9:30:61", "12345", "1:2:3:4", "9 noon", "9x", "pm"]
        {
            assert_eq!(time(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_date_that_was_written_is_read_as_what_it_was(
            year in 1000i32..=9999, day in 1u32..=366, near in 0i64..3_000_000, today in 0i64..3_000_000,
        ) {
            let of = |days| NaiveDate::from_ymd_opt(1500, 1, 1).unwrap() + TimeDelta::days(days);
            let Some(date) = NaiveDate::from_yo_opt(year, day) else { return Ok(()) };
            for format in FORMATS {
                let reader = Reader { format, today: of(today) };
                prop_assert_eq!(reader.date(&format.date_text(date), of(near)), Some(date));
                prop_assert_eq!(reader.date(&format.date(date), of(near)), Some(date));
                prop_assert_eq!(reader.date(&format.full_date(date), of(near)), Some(date));
                prop_assert_eq!(reader.date(&date.to_string(), of(near)), Some(date));
            }
        }

        #[test]
        fn a_time_that_was_written_is_read_as_what_it_was(seconds in 0u32..86_400) {
            let wanted = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap();
            for format in FORMATS {
                prop_assert_eq!(time(&format.time_text(wanted)), Some(wanted));
            }
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(text in "\\PC{0,12}|[-+/.: 0-9a-z]{0,14}", near in -200_000i64..3_000_000) {
            let near = NaiveDate::from_ymd_opt(1500, 1, 1).unwrap() + TimeDelta::days(near);
            for format in FORMATS {
                let reader = Reader { format, today: near };
                if let Some(date) = reader.date(&text, near) {
                    // What a field shows after it was left says the same when it is left again.
                    prop_assert_eq!(reader.date(&format.date_text(date), near), Some(date));
                }
            }
            let _ = time(&text);
        }
    }
}
