//! How an event repeats, in words.

use super::fields::place;
use crate::date_names::{MONTHS, ordinal, weekday as weekday_name};
use crate::notation::Format;
use chrono::{NaiveDate, Weekday};
use kalends_ical::edit::{Pattern, Repeat, RepeatEnd};
use kalends_ical::recurrence::Scale;

/// `Every 2 weeks on Tuesday, 12 times`; `None` for what does not repeat.
pub fn words(repeat: &Repeat, format: Format) -> Option<String> {
    match repeat {
        Repeat::Never => None,
        Repeat::Custom(rule) => Some(rule_words(rule, format)),
        Repeat::Every { interval, pattern, until } => {
            let unit = match pattern {
                Pattern::Daily => "day",
                Pattern::Weekly(_) => "week",
                Pattern::MonthlyByDate | Pattern::MonthlyByWeekday { .. } => "month",
                Pattern::Yearly => "year",
            };
            let mut text = every(*interval, unit);
            match pattern {
                Pattern::Weekly(days) => text += &format!(" on {}", weekdays(days)),
                Pattern::MonthlyByWeekday { nth, weekday } => {
                    text += &format!(" on the {} {}", place(*nth), weekday_name(*weekday));
                }
                _ => {}
            }
            match until {
                RepeatEnd::Never => {}
                RepeatEnd::On(day) => text += &format!(", until {}", format.date(*day)),
                RepeatEnd::After(count) => text += &format!(", {}", times(*count)),
            }
            Some(text)
        }
    }
}

fn every(interval: u32, unit: &str) -> String {
    if interval == 1 { format!("Every {unit}") } else { format!("Every {interval} {unit}s") }
}

fn times(count: u32) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}

fn weekdays(days: &[Weekday]) -> String {
    const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    if days == WORKDAYS {
        return "weekdays".into();
    }
    list(days.iter().map(|day| weekday_name(*day).to_owned()).collect())
}

fn list(mut items: Vec<String>) -> String {
    match items.pop() {
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} and {last}", items.join(", ")),
        None => String::new(),
    }
}

fn month(number: u32) -> &'static str {
    MONTHS.get(number.wrapping_sub(1) as usize).copied().unwrap_or_default()
}

/// Describes an RRULE value that the form cannot express. Parts without good words stand in parentheses as they are.
fn rule_words(rule: &str, format: Format) -> String {
    let part = |name: &str| {
        rule.split(';').filter_map(|part| part.split_once('=')).find(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    let value = |name: &str| part(name).map(|(_, value)| value.trim().to_ascii_uppercase());
    let scale = match value("RSCALE").map(|name| Scale::named(&name).ok_or(name)) {
        None => Scale::Gregorian,
        Some(Ok(scale)) => scale,
        Some(Err(name)) => {
            return format!(
                "Repeats in a calendar system that Kalends does not know: {name}; only its first date is shown"
            );
        }
    };
    let unit = match value("FREQ").as_deref() {
        Some("SECONDLY") => "second",
        Some("MINUTELY") => "minute",
        Some("HOURLY") => "hour",
        Some("DAILY") => "day",
        Some("WEEKLY") => "week",
        Some("MONTHLY") => "month",
        Some("YEARLY") => "year",
        // Dates of its own (RDATE), or nothing that is known here.
        _ => return "On dates of its own".into(),
    };
    let interval = value("INTERVAL").and_then(|interval| interval.parse().ok()).unwrap_or(1);
    let mut text = every(interval, unit);
    let items = |list: &str| list.split(',').map(str::trim).map(str::to_owned).collect::<Vec<_>>();
    if let Some(months) = value("BYMONTH") {
        let names = items(&months).iter().map(|name| month_words(name, scale)).collect();
        text += &format!(" in {}", list(names));
    }
    if let Some(days) = value("BYMONTHDAY") {
        let names = items(&days).iter().map(|day| month_day(day)).collect();
        text += &format!(" on {}", list(names));
    }
    if let Some(days) = value("BYDAY") {
        let names: Vec<_> = items(&days).iter().map(|day| by_day(day)).collect();
        let on = match value("BYSETPOS").map(|places| items(&places)) {
            Some(places) => {
                let places = list(places.iter().map(|nth| nth_words(nth)).collect());
                let among = match days.as_str() {
                    "MO,TU,WE,TH,FR" => "weekday".into(),
                    "SA,SU" => "weekend day".into(),
                    _ => names.join(" or "),
                };
                format!("the {places} {among}")
            }
            None if days == "MO,TU,WE,TH,FR" => "weekdays".into(),
            None => list(names),
        };
        let joint = if value("BYMONTHDAY").is_some() { " if it is" } else { " on" };
        text += &format!("{joint} {on}");
    }
    let odd: Vec<_> = rule
        .split(';')
        .filter(|part| {
            let name = part.split('=').next().unwrap_or_default().to_ascii_uppercase();
            let told = matches!(
                name.as_str(),
                "FREQ"
                    | "INTERVAL"
                    | "BYMONTH"
                    | "BYMONTHDAY"
                    | "BYDAY"
                    | "WKST"
                    | "COUNT"
                    | "UNTIL"
                    | "RSCALE"
                    | "SKIP"
            );
            let told = told || (name == "BYSETPOS" && value("BYDAY").is_some());
            !told
        })
        .collect();
    if !odd.is_empty() {
        text += &format!(" ({})", odd.join("; "));
    }
    if let Some(name) = scale_words(scale) {
        text += &format!(" in the {name} calendar");
    }
    match value("SKIP").as_deref() {
        Some("BACKWARD") => text += ", or the last day before where there is no such day",
        Some("FORWARD") => text += ", or the next day where there is no such day",
        _ => {}
    }
    if let Some(count) = value("COUNT").and_then(|count| count.parse().ok()) {
        text += &format!(", {}", times(count));
    }
    if let Some(until) = value("UNTIL").and_then(|until| NaiveDate::parse_from_str(until.get(..8)?, "%Y%m%d").ok()) {
        text += &format!(", until {}", format.date(until));
    }
    text
}

/// The name of a calendar system; `None` for the one that goes without saying.
fn scale_words(scale: Scale) -> Option<&'static str> {
    Some(match scale {
        Scale::Gregorian => return None,
        Scale::Buddhist => "Buddhist",
        Scale::Japanese => "Japanese",
        Scale::Roc => "Minguo",
        Scale::Chinese => "Chinese",
        Scale::Dangi => "Korean",
        Scale::Hebrew => "Hebrew",
        Scale::Coptic => "Coptic",
        Scale::Ethiopic => "Ethiopian",
        Scale::EthiopicAmeteAlem => "Ethiopian (Amete Alem)",
        Scale::Indian => "Indian",
        Scale::Persian => "Persian",
        Scale::IslamicCivil | Scale::IslamicTbla => "Islamic (tabular)",
        Scale::IslamicUmalqura => "Islamic (Umm al-Qura)",
    })
}

/// `June`; `the 4th month`, `the leap 4th month` of a system whose months have other names.
fn month_words(name: &str, scale: Scale) -> String {
    let (number, leap) = match name.strip_suffix('L') {
        Some(number) => (number, "leap "),
        None => (name, ""),
    };
    match number.parse() {
        Ok(number) if scale.is_gregorian() => month(number).to_owned(),
        Ok(number) => format!("the {leap}{} month", ordinal(number)),
        Err(_) => name.to_owned(),
    }
}

/// `the 3rd`, `the last day`, `the 2nd to last day`
fn month_day(day: &str) -> String {
    match day.parse::<i32>() {
        Ok(-1) => "the last day".into(),
        Ok(day) if day < 0 => format!("the {} to last day", ordinal(day.unsigned_abs())),
        Ok(day) => format!("the {}", ordinal(day.unsigned_abs())),
        Err(_) => day.to_owned(),
    }
}

/// `Monday`, `the second Monday`
fn by_day(day: &str) -> String {
    let Some((nth, code)) = day.len().checked_sub(2).and_then(|at| day.split_at_checked(at)) else {
        return day.to_owned();
    };
    let Some((_, weekday)) = super::fields::WEEKDAYS.iter().find(|(known, _)| *known == code) else {
        return day.to_owned();
    };
    if nth.is_empty() {
        weekday_name(*weekday).to_owned()
    } else {
        format!("the {} {}", nth_words(nth), weekday_name(*weekday))
    }
}

fn nth_words(nth: &str) -> String {
    match nth.trim_start_matches('+').parse::<i32>() {
        Ok(-1) => "last".into(),
        Ok(nth @ 1..=5) => place(nth as i8).into(),
        Ok(nth) if nth < 0 => format!("{} to last", ordinal(nth.unsigned_abs())),
        Ok(nth) => ordinal(nth.unsigned_abs()),
        Err(_) => nth.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FORMAT: Format = Format { hour12: false, month_first: false };

    #[test]
    fn rules_of_the_form() {
        let every = |interval, pattern, until| words(&Repeat::Every { interval, pattern, until }, FORMAT).unwrap();
        assert_eq!(every(1, Pattern::Daily, RepeatEnd::Never), "Every day");
        assert_eq!(
            every(2, Pattern::Weekly(vec![Weekday::Tue, Weekday::Thu]), RepeatEnd::After(12)),
            "Every 2 weeks on Tuesday and Thursday, 12 times"
        );
        let until = NaiveDate::from_ymd_opt(2027, 1, 3).unwrap();
        assert_eq!(
            every(1, Pattern::MonthlyByWeekday { nth: -1, weekday: Weekday::Fri }, RepeatEnd::On(until)),
            "Every month on the last Friday, until 3 Jan 2027"
        );
        assert_eq!(words(&Repeat::Never, FORMAT), None);
    }

    #[test]
    fn rules_beyond_the_form() {
        for (rule, expected) in [
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "Every month on the last weekday"),
            ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "Every month on the 1st, the 15th and the last day"),
            ("FREQ=YEARLY;BYMONTH=6,7;BYDAY=-1SU", "Every year in June and July on the last Sunday"),
            ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "Every month on the 13th if it is Friday"),
            ("FREQ=HOURLY;INTERVAL=3;COUNT=5", "Every 3 hours, 5 times"),
            ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "Every year on Monday (BYWEEKNO=20)"),
            ("FREQ=DAILY;UNTIL=20261224T000000Z;BYMONTH=1", "Every day in January, until 24 Dec 2026"),
            ("", "On dates of its own"),
            ("RSCALE=CHINESE;FREQ=YEARLY", "Every year in the Chinese calendar"),
            (
                "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD;COUNT=5",
                "Every year in the leap 5th month on the 8th in the Hebrew calendar, or the next day where there is no such day, 5 times",
            ),
            (
                "rscale=gregorian;freq=monthly;bymonthday=31;skip=backward",
                "Every month on the 31st, or the last day before where there is no such day",
            ),
            ("RSCALE=JAPANESE;FREQ=YEARLY;BYMONTH=5", "Every year in May in the Japanese calendar"),
            (
                "RSCALE=DISCORDIAN;FREQ=YEARLY;BYMONTH=7",
                "Repeats in a calendar system that Kalends does not know: DISCORDIAN; only its first date is shown",
            ),
        ] {
            assert_eq!(rule_words(rule, FORMAT), expected, "{rule}");
        }
    }
}
