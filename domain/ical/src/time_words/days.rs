//! Which day is meant by a name, a number or a distance.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// So many days later; the same day where there is no such day.
pub(super) fn later(date: NaiveDate, days: i64) -> NaiveDate {
    match days {
        0.. => date.checked_add_days(Days::new(days.unsigned_abs())),
        _ => date.checked_sub_days(Days::new(days.unsigned_abs())),
    }
    .unwrap_or(date)
}

pub(super) fn months_later(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_add_months(Months::new(months)).unwrap_or(date)
}

/// The first such weekday from the day on.
pub(super) fn weekday_from(date: NaiveDate, weekday: Weekday) -> NaiveDate {
    later(date, i64::from(weekday.days_since(date.weekday())))
}

/// The Monday of the week of the day.
pub(super) fn monday_of(date: NaiveDate) -> NaiveDate {
    later(date, -i64::from(date.weekday().num_days_from_monday()))
}

/// The weekday in the week of the day.
pub(super) fn weekday_in_week(date: NaiveDate, weekday: Weekday) -> NaiveDate {
    later(monday_of(date), i64::from(weekday.num_days_from_monday()))
}

/// The last day of the month of the day.
pub(super) fn end_of_month(date: NaiveDate) -> NaiveDate {
    let next = date.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.pred_opt()).unwrap_or(date)
}

/// The first such day of a year from the day on; the 29th of February may be four years away, or eight.
pub(super) fn yearly_from(date: NaiveDate, month: u32, day: u32) -> Option<NaiveDate> {
    (0..=8).filter_map(|years| NaiveDate::from_ymd_opt(date.year() + years, month, day)).find(|found| *found >= date)
}

/// The last such day of a year before the day.
pub(super) fn yearly_before(date: NaiveDate, month: u32, day: u32) -> Option<NaiveDate> {
    (0..=8).filter_map(|years| NaiveDate::from_ymd_opt(date.year() - years, month, day)).find(|found| *found < date)
}

/// The first such day of a month from the day on that is also that weekday, if one is named: within a year.
pub(super) fn day_from(date: NaiveDate, day: u32, weekday: Option<Weekday>) -> Option<NaiveDate> {
    let first = date.with_day(1)?;
    (0..=12)
        .filter_map(|months| months_later(first, months).with_day(day))
        .find(|found| *found >= date && weekday.is_none_or(|weekday| found.weekday() == weekday))
}

/// The nth such weekday of a month from the day on; -1: the last.
pub(super) fn nth_weekday_from(date: NaiveDate, nth: i8, weekday: Weekday) -> Option<NaiveDate> {
    let first = date.with_day(1)?;
    (0..=24).map(|months| months_later(first, months)).find_map(|month| {
        let found = match u8::try_from(nth) {
            Ok(nth) => NaiveDate::from_weekday_of_month_opt(month.year(), month.month(), weekday, nth)?,
            Err(_) => later(end_of_month(month), -i64::from(end_of_month(month).weekday().days_since(weekday))),
        };
        (found >= date).then_some(found)
    })
}
