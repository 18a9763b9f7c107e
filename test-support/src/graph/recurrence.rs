//! Patterns and ranges (<https://learn.microsoft.com/graph/api/resources/recurrencepattern>,
//! <https://learn.microsoft.com/graph/api/resources/recurrencerange>), gone through day by day.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::Value;

/// So many days are looked at, at most.
const MAX_DAYS: u64 = 366 * 12;

/// What is wrong with a recurrence, if anything: "Any property that you include that does not have a supported value would result in an
/// error", and what a type requires.
pub fn check(recurrence: &Value) -> Result<(), String> {
    let (pattern, range) = (&recurrence["pattern"], &recurrence["range"]);
    let required: &[&str] = match pattern["type"].as_str().unwrap_or_default() {
        "daily" => &["interval"],
        "weekly" => &["interval", "daysOfWeek", "firstDayOfWeek"],
        "absoluteMonthly" => &["interval", "dayOfMonth"],
        "relativeMonthly" => &["interval", "daysOfWeek"],
        "absoluteYearly" => &["interval", "dayOfMonth", "month"],
        "relativeYearly" => &["interval", "daysOfWeek", "month"],
        other => return Err(format!("pattern {other}")),
    };
    if let Some(missing) = required.iter().find(|name| pattern[**name].is_null()) {
        return Err(format!("{missing} is missing"));
    }
    let range_needs = match range["type"].as_str().unwrap_or_default() {
        "noEnd" => "startDate",
        "endDate" => "endDate",
        "numbered" => "numberOfOccurrences",
        other => return Err(format!("range {other}")),
    };
    if range[range_needs].is_null() || date(&range["startDate"]).is_none() {
        return Err(format!("{range_needs} is missing"));
    }
    Ok(())
}

fn date(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.parse().ok()
}

fn number(value: &Value) -> u32 {
    value.as_u64().unwrap_or_default() as u32
}

/// The days of a series, those included that were taken out, up to and with `until`.
pub fn days(recurrence: &Value, until: NaiveDate) -> Vec<NaiveDate> {
    let (pattern, range) = (&recurrence["pattern"], &recurrence["range"]);
    let start = date(&range["startDate"]).unwrap();
    let last = date(&range["endDate"]).filter(|_| range["type"] == "endDate").map_or(until, |end| end.min(until));
    let count = if range["type"] == "numbered" { number(&range["numberOfOccurrences"]) as usize } else { usize::MAX };
    let all = (0..MAX_DAYS).map_while(|days| start.checked_add_days(Days::new(days)).filter(|day| *day <= last));
    all.filter(|day| falls(pattern, start, *day)).take(count).collect()
}

fn falls(pattern: &Value, start: NaiveDate, day: NaiveDate) -> bool {
    let interval = number(&pattern["interval"]).max(1) as i64;
    let months = i64::from(day.year() - start.year()) * 12 + i64::from(day.month0()) - i64::from(start.month0());
    let years = i64::from(day.year() - start.year());
    let last_day = (28..=31).rev().find(|last| day.with_day(*last).is_some()).unwrap();
    // "[MS-OXOCAL] 2.2.1.44.1.4": a month without the day has it on its last one.
    let is_day_of_month = || day.day() == number(&pattern["dayOfMonth"]).min(last_day);
    let is_month = || day.month() == number(&pattern["month"]);
    match pattern["type"].as_str().unwrap_or_default() {
        "daily" => (day - start).num_days() % interval == 0,
        "weekly" => {
            let first = weekday(&pattern["firstDayOfWeek"]).unwrap_or(6);
            let week = |day: NaiveDate| (i64::from(day.num_days_from_ce()) - 1 - i64::from(first)).div_euclid(7);
            is_named(pattern, day) && (week(day) - week(start)) % interval == 0
        }
        "absoluteMonthly" => months % interval == 0 && is_day_of_month(),
        "relativeMonthly" => months % interval == 0 && is_relative(pattern, day, last_day),
        "absoluteYearly" => years % interval == 0 && is_month() && is_day_of_month(),
        "relativeYearly" => years % interval == 0 && is_month() && is_relative(pattern, day, last_day),
        _ => false,
    }
}

/// Days since Monday.
fn weekday(name: &Value) -> Option<u32> {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    names.iter().position(|known| Some(*known) == name.as_str()).map(|at| at as u32)
}

fn is_named(pattern: &Value, day: NaiveDate) -> bool {
    let named = pattern["daysOfWeek"].as_array();
    named.is_some_and(|names| names.iter().any(|name| weekday(name) == Some(day.weekday().num_days_from_monday())))
}

/// "If daysOfWeek specifies more than one day, the event falls on the first day that satisfies the pattern."
fn is_relative(pattern: &Value, day: NaiveDate, last_day: u32) -> bool {
    let named: Vec<u32> =
        (1..=last_day).filter(|number| day.with_day(*number).is_some_and(|day| is_named(pattern, day))).collect();
    let wanted = match pattern["index"].as_str().unwrap_or("first") {
        "second" => named.get(1),
        "third" => named.get(2),
        "fourth" => named.get(3),
        "last" => named.last(),
        _ => named.first(),
    };
    wanted == Some(&day.day())
}
