//! Which days a view shows, and how one gets from one to the next.

use crate::words;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    Month,
    Week,
    Day,
}

impl View {
    pub const ALL: [View; 3] = [View::Month, View::Week, View::Day];

    /// The segment in addresses.
    pub fn slug(self) -> &'static str {
        match self {
            View::Month => "month",
            View::Week => "week",
            View::Day => "day",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        View::ALL.into_iter().find(|view| view.slug() == slug)
    }

    pub fn label(self) -> &'static str {
        match self {
            View::Month => words::agenda_month(),
            View::Week => words::agenda_week(),
            View::Day => words::agenda_day(),
        }
    }
}

/// Days from `from` to `to`, which is not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Span {
    pub fn count(self) -> usize {
        usize::try_from((self.to - self.from).num_days()).unwrap_or(0)
    }

    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take(self.count())
    }

    pub fn contains(self, date: NaiveDate) -> bool {
        self.from <= date && date < self.to
    }

    pub fn covers(self, other: Span) -> bool {
        self.from <= other.from && other.to <= self.to
    }
}

/// A day that the agenda can open; the address of another leads nowhere.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let date = text.parse::<NaiveDate>().ok()?;
    (1000..=9000).contains(&date.year()).then_some(date)
}

/// `date` and `days` more, which may be negative; stays where it is at the end of the calendar.
pub fn plus(date: NaiveDate, days: i64) -> NaiveDate {
    let moved = if days < 0 {
        date.checked_sub_days(Days::new(days.unsigned_abs()))
    } else {
        date.checked_add_days(Days::new(days.unsigned_abs()))
    };
    moved.unwrap_or(date)
}

/// The first day of the week that `date` is in.
pub fn week_of(date: NaiveDate, week_start: Weekday) -> NaiveDate {
    plus(date, -i64::from(date.weekday().days_since(week_start)))
}

/// The days that a view of `date` shows: for a month as many whole weeks as it touches.
pub fn shown(view: View, date: NaiveDate, week_start: Weekday) -> Span {
    match view {
        View::Day => Span { from: date, to: plus(date, 1) },
        View::Week => {
            let from = week_of(date, week_start);
            Span { from, to: plus(from, 7) }
        }
        View::Month => {
            let first = first_of_month(date);
            let last = plus(months_on(first, 1), -1);
            Span { from: week_of(first, week_start), to: plus(week_of(last, week_start), 7) }
        }
    }
}

/// The days whose events are fetched for a view: a day comes with its week, so that the days beside it are there already.
pub fn fetched(view: View, date: NaiveDate, week_start: Weekday) -> Span {
    match view {
        View::Day => shown(View::Week, date, week_start),
        _ => shown(view, date, week_start),
    }
}

/// The date that the view goes to `steps` forward (or back, when negative). A month keeps the day of the month where it can.
pub fn step(view: View, date: NaiveDate, steps: i32) -> NaiveDate {
    match view {
        View::Day => plus(date, i64::from(steps)),
        View::Week => plus(date, 7 * i64::from(steps)),
        View::Month => months_on(date, steps),
    }
}

pub fn months_on(date: NaiveDate, months: i32) -> NaiveDate {
    let count = Months::new(months.unsigned_abs());
    let moved = if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) };
    moved.unwrap_or(date)
}

pub fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn a_month_shows_the_weeks_it_touches() {
        let november = shown(View::Month, day("2026-11-21"), Weekday::Mon);
        assert_eq!((november.from, november.to), (day("2026-10-26"), day("2026-12-07")));
        let february = shown(View::Month, day("2027-02-10"), Weekday::Mon);
        assert_eq!(february.count(), 28, "a February that fills its weeks needs four rows");
        let sunday_first = shown(View::Month, day("2026-11-21"), Weekday::Sun);
        assert_eq!((sunday_first.from, sunday_first.to), (day("2026-11-01"), day("2026-12-06")));
    }

    #[test]
    fn a_week_begins_where_the_person_begins_it() {
        assert_eq!(week_of(day("2026-11-22"), Weekday::Mon), day("2026-11-16"));
        assert_eq!(week_of(day("2026-11-22"), Weekday::Sun), day("2026-11-22"));
        assert_eq!(week_of(day("2026-11-22"), Weekday::Sat), day("2026-11-21"));
    }

    #[test]
    fn months_keep_the_day_where_they_can() {
        assert_eq!(step(View::Month, day("2027-01-31"), 1), day("2027-02-28"));
        assert_eq!(step(View::Month, day("2027-03-31"), -1), day("2027-02-28"));
    }

    #[test]
    fn nonsense_is_no_date() {
        for text in ["", "today", "2026-02-30", "99999-01-01", "2026-1", "-0001-01-01", "0001-01-01"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_view_shows_its_date(offset in 0i64..80_000, start in 0u8..7, view in 0usize..3) {
            let date = plus(day("1900-01-01"), offset);
            let week_start = Weekday::try_from(start).unwrap();
            let view = View::ALL[view];
            let span = shown(view, date, week_start);
            prop_assert!(span.contains(date));
            prop_assert!(fetched(view, date, week_start).covers(span));
            if view != View::Day {
                prop_assert_eq!(span.from.weekday(), week_start);
                prop_assert_eq!(span.count() % 7, 0);
            }
            // Forward and back shows the date again; a month may lose the day, never the month.
            prop_assert!(shown(view, step(view, step(view, date, 1), -1), week_start).contains(date));
        }
    }
}
