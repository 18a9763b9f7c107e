//! How an event repeats, in words.

use super::fields::place;
use crate::date_names::{month_named, ordinal, weekday as weekday_name};
use crate::notation::Format;
use crate::word_lists::list_in_words;
use crate::words;
use chrono::{NaiveDate, Weekday};
use kalends_ical::edit::{Pattern, Repeat, RepeatEnd};
use kalends_ical::recurrence::Scale;

/// `Every 2 weeks on Tuesday, 12 times`; `None` for what does not repeat.
pub fn rule_in_words(repeat: &Repeat, format: Format) -> Option<String> {
    match repeat {
        Repeat::Never => None,
        Repeat::Custom(rule) => Some(custom_rule(rule, format)),
        Repeat::Every { interval, pattern, until } => {
            let every = match pattern {
                Pattern::Daily => words::server_rule_every_day,
                Pattern::Weekly(_) => words::server_rule_every_week,
                Pattern::MonthlyByDate | Pattern::MonthlyByWeekday { .. } => words::server_rule_every_month,
                Pattern::Yearly => words::server_rule_every_year,
            };
            let rule = every(*interval as usize);
            let rule = match pattern {
                Pattern::Weekly(days) => words::server_rule_on(&rule, &weekdays(days)),
                Pattern::MonthlyByWeekday { nth, weekday } => {
                    words::server_rule_on(&rule, &words::server_rule_nth_day(place(*nth), weekday_name(*weekday)))
                }
                _ => rule,
            };
            Some(match until {
                RepeatEnd::Never => rule,
                RepeatEnd::On(day) => words::server_rule_until(&rule, &format.date(*day)),
                RepeatEnd::After(count) => words::server_rule_times(*count as usize, &rule),
            })
        }
    }
}

fn weekdays(days: &[Weekday]) -> String {
    const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    if days == WORKDAYS {
        return words::server_rule_weekdays().into();
    }
    list(days.iter().map(|day| weekday_name(*day).to_owned()).collect())
}

fn list(items: Vec<String>) -> String {
    list_in_words(items).unwrap_or_default()
}

/// The parts of an RRULE value.
struct Parts<'a>(&'a str);

impl Parts<'_> {
    /// In capitals.
    fn value(&self, name: &str) -> Option<String> {
        let mut parts = self.0.split(';').filter_map(|part| part.split_once('='));
        parts.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_ascii_uppercase())
    }

    fn items(&self, name: &str) -> Option<Vec<String>> {
        self.value(name).map(|list| list.split(',').map(|item| item.trim().to_owned()).collect())
    }

    /// What [`custom_rule`] has no words for.
    fn odd(&self) -> Vec<&str> {
        const TOLD: [&str; 10] =
            ["FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST", "COUNT", "UNTIL", "RSCALE", "SKIP"];
        let is_odd = |part: &&str| {
            let name = part.split('=').next().unwrap_or_default().to_ascii_uppercase();
            let is_told = TOLD.contains(&name.as_str()) || (name == "BYSETPOS" && self.value("BYDAY").is_some());
            !is_told
        };
        self.0.split(';').filter(is_odd).collect()
    }
}

/// Describes an RRULE value that the form cannot express. Parts without good words stand in parentheses as they are.
fn custom_rule(rule: &str, format: Format) -> String {
    let parts = Parts(rule);
    let scale = match parts.value("RSCALE").map(|name| Scale::named(&name).ok_or(name)) {
        None => Scale::Gregorian,
        Some(Ok(scale)) => scale,
        Some(Err(name)) => return words::server_rule_unknown_calendar(&name),
    };
    let every = match parts.value("FREQ").as_deref() {
        Some("SECONDLY") => words::server_rule_every_second,
        Some("MINUTELY") => words::server_rule_every_minute,
        Some("HOURLY") => words::server_rule_every_hour,
        Some("DAILY") => words::server_rule_every_day,
        Some("WEEKLY") => words::server_rule_every_week,
        Some("MONTHLY") => words::server_rule_every_month,
        Some("YEARLY") => words::server_rule_every_year,
        // Dates of its own (RDATE), or nothing that is known here.
        _ => return words::server_rule_own_dates().into(),
    };
    let mut text = every(parts.value("INTERVAL").and_then(|interval| interval.parse().ok()).unwrap_or(1));
    if let Some(months) = parts.items("BYMONTH") {
        text = words::server_rule_in_months(&text, &list(months.iter().map(|name| month_words(name, scale)).collect()));
    }
    let dates = parts.items("BYMONTHDAY");
    if let Some(dates) = &dates {
        text = words::server_rule_on(&text, &list(dates.iter().map(|day| month_day(day)).collect()));
    }
    if let Some(days) = days(&parts) {
        text = if dates.is_some() {
            words::server_rule_if_it_is(&text, &days)
        } else {
            words::server_rule_on(&text, &days)
        };
    }
    let odd = parts.odd();
    if !odd.is_empty() {
        text = words::server_rule_odd(&text, &odd.join("; "));
    }
    if let Some(name) = scale_words(scale) {
        text = words::server_rule_in_calendar(&text, name);
    }
    match parts.value("SKIP").as_deref() {
        Some("BACKWARD") => text = words::server_rule_skip_backward(&text),
        Some("FORWARD") => text = words::server_rule_skip_forward(&text),
        _ => {}
    }
    if let Some(count) = parts.value("COUNT").and_then(|count| count.parse().ok()) {
        text = words::server_rule_times(count, &text);
    }
    let until = parts.value("UNTIL").and_then(|until| NaiveDate::parse_from_str(until.get(..8)?, "%Y%m%d").ok());
    if let Some(until) = until {
        text = words::server_rule_until(&text, &format.date(until));
    }
    text
}

/// The weekdays of a rule: `the last weekday`, `Monday and Friday`.
fn days(parts: &Parts) -> Option<String> {
    let days = parts.items("BYDAY")?;
    let code = days.join(",");
    let names: Vec<_> = days.iter().map(|day| by_day(day)).collect();
    let Some(places) = parts.items("BYSETPOS") else {
        return Some(if code == "MO,TU,WE,TH,FR" { words::server_rule_weekdays().into() } else { list(names) });
    };
    let among = match code.as_str() {
        "MO,TU,WE,TH,FR" => words::server_rule_a_weekday().into(),
        "SA,SU" => words::server_rule_a_weekend_day().into(),
        _ => names.into_iter().reduce(|first, last| words::common_list_or(&first, &last)).unwrap_or_default(),
    };
    Some(words::server_rule_nth_day(&list(places.iter().map(|nth| nth_words(nth)).collect()), &among))
}

/// The name of a calendar system; `None` for the one that goes without saying.
fn scale_words(scale: Scale) -> Option<&'static str> {
    Some(match scale {
        Scale::Gregorian => return None,
        Scale::Buddhist => words::server_rule_buddhist(),
        Scale::Japanese => words::server_rule_japanese(),
        Scale::Roc => words::server_rule_minguo(),
        Scale::Chinese => words::server_rule_chinese(),
        Scale::Dangi => words::server_rule_korean(),
        Scale::Hebrew => words::server_rule_hebrew(),
        Scale::Coptic => words::server_rule_coptic(),
        Scale::Ethiopic => words::server_rule_ethiopian(),
        Scale::EthiopicAmeteAlem => words::server_rule_ethiopian_amete_alem(),
        Scale::Indian => words::server_rule_indian(),
        Scale::Persian => words::server_rule_persian(),
        Scale::IslamicCivil | Scale::IslamicTbla => words::server_rule_islamic_tabular(),
        Scale::IslamicUmalqura => words::server_rule_islamic_umm_al_qura(),
    })
}

/// `June`; `the 4th month`, `the leap 4th month` of a system whose months have other names.
fn month_words(name: &str, scale: Scale) -> String {
    let (number, is_leap) = match name.strip_suffix('L') {
        Some(number) => (number, true),
        None => (name, false),
    };
    match number.parse() {
        Ok(number) if scale.is_gregorian() => month_named(number).to_owned(),
        Ok(number) if is_leap => words::server_rule_leap_month(&ordinal(number)),
        Ok(number) => words::server_rule_nth_month(&ordinal(number)),
        Err(_) => name.to_owned(),
    }
}

/// `the 3rd`, `the last day`, `the 2nd to last day`
fn month_day(day: &str) -> String {
    match day.parse::<i32>() {
        Ok(-1) => words::server_rule_last_day().into(),
        Ok(day) if day < 0 => words::server_rule_nth_to_last_day(&ordinal(day.unsigned_abs())),
        Ok(day) => words::server_rule_nth(&ordinal(day.unsigned_abs())),
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
        words::server_rule_nth_day(&nth_words(nth), weekday_name(*weekday))
    }
}

fn nth_words(nth: &str) -> String {
    match nth.trim_start_matches('+').parse::<i32>() {
        Ok(-1) => words::date_last().into(),
        Ok(nth @ 1..=5) => place(nth as i8).into(),
        Ok(nth) if nth < 0 => words::server_rule_nth_to_last(&ordinal(nth.unsigned_abs())),
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
        let every =
            |interval, pattern, until| rule_in_words(&Repeat::Every { interval, pattern, until }, FORMAT).unwrap();
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
        assert_eq!(rule_in_words(&Repeat::Never, FORMAT), None);
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
            assert_eq!(custom_rule(rule, FORMAT), expected, "{rule}");
        }
    }
}
