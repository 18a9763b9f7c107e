//! What a drag means: from where the pointer is to when the event is. Knows nothing of pages.

use super::days::plus;
use super::layout::{DAY, first_day};
use crate::wire::{EventInstance, When};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

/// Times that are dragged go in steps of so many minutes.
pub const STEP: i64 = 15;

/// A place under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A day as a whole.
    Day(NaiveDate),
    /// A minute of a day, not rounded.
    Minute(NaiveDateTime),
}

impl Spot {
    pub fn date(self) -> NaiveDate {
        match self {
            Spot::Day(date) => date,
            Spot::Minute(time) => time.date(),
        }
    }
}

/// What the drag does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    Create,
    Move(EventInstance),
    /// Moves the end.
    Resize(EventInstance),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drag {
    pub deed: Deed,
    /// Where the pointer went down.
    pub from: Spot,
    /// When the event would be if it were dropped now.
    pub to: When,
    /// Whether the pointer went far enough for it not to be a click.
    pub moved: bool,
}

impl Drag {
    pub fn new(deed: Deed, from: Spot) -> Self {
        let to = outcome(&deed, from, from);
        Drag { deed, from, to, moved: false }
    }

    /// With the pointer at `at`.
    pub fn over(&self, at: Spot) -> Self {
        Drag { to: outcome(&self.deed, self.from, at), moved: true, ..self.clone() }
    }
}

fn outcome(deed: &Deed, from: Spot, at: Spot) -> When {
    match deed {
        Deed::Create => created(from, at),
        Deed::Move(event) => moved(event.when, from, at),
        Deed::Resize(event) => resized(event.when, at),
    }
}

fn created(from: Spot, at: Spot) -> When {
    match (from, at) {
        (Spot::Minute(from), Spot::Minute(at)) => {
            let (a, b) = (from.min(at), from.max(at));
            let start = floor(a);
            // The step under the pointer belongs to it.
            let end = (floor(b) + TimeDelta::minutes(STEP)).max(start + TimeDelta::minutes(STEP));
            When::Times { start, end }
        }
        _ => {
            let (a, b) = (from.date(), at.date());
            When::Days { first: a.min(b), last: a.max(b) }
        }
    }
}

fn moved(when: When, from: Spot, at: Spot) -> When {
    match (when, from, at) {
        // Within the hours: the part that was taken stays under the pointer.
        (When::Times { start, end }, Spot::Minute(from), Spot::Minute(at)) => {
            let to = round(start + (at - from));
            When::Times { start: to, end: to + (end - start) }
        }
        (When::Times { start, end }, Spot::Day(from), Spot::Day(at)) => {
            let days = at - from;
            When::Times { start: start + days, end: end + days }
        }
        (When::Days { first, last }, _, Spot::Day(at)) => {
            let days = (at - from.date()).num_days();
            When::Days { first: plus(first, days), last: plus(last, days) }
        }
        // Out of the hours and into the lane of whole days, and back.
        (When::Times { .. }, Spot::Minute(_), Spot::Day(at)) => When::Days { first: at, last: at },
        (When::Days { .. } | When::Times { .. }, _, Spot::Minute(at)) => {
            let start = floor(at);
            When::Times { start, end: start + TimeDelta::hours(1) }
        }
    }
}

fn resized(when: When, at: Spot) -> When {
    match (when, at) {
        (When::Times { start, .. }, Spot::Minute(at)) => {
            When::Times { start, end: round(at).max(start + TimeDelta::minutes(STEP)) }
        }
        (When::Times { start, .. }, Spot::Day(at)) => {
            let end = plus(at, 1).and_time(NaiveTime::MIN);
            When::Times { start, end: end.max(start + TimeDelta::minutes(STEP)) }
        }
        (When::Days { first, .. }, at) => When::Days { first, last: at.date().max(first) },
    }
}

fn floor(time: NaiveDateTime) -> NaiveDateTime {
    step(time, 0)
}

fn round(time: NaiveDateTime) -> NaiveDateTime {
    step(time, STEP * 60 / 2)
}

fn step(time: NaiveDateTime, more_seconds: i64) -> NaiveDateTime {
    let midnight = time.date().and_time(NaiveTime::MIN);
    let seconds = (time - midnight).num_seconds() + more_seconds;
    midnight + TimeDelta::seconds(seconds - seconds.rem_euclid(STEP * 60))
}

/// The minute of a day at `part` (0 to 1) of its column's height.
pub fn minute_at(date: NaiveDate, part: f64) -> NaiveDateTime {
    let minute = (part * f64::from(DAY)).clamp(0.0, f64::from(DAY - 1));
    date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute as i64)
}

/// Pieces of `when` in the days of a grid: day, and minutes from and to.
pub fn pieces(when: When, days: impl Iterator<Item = NaiveDate>) -> Vec<(usize, u32, u32)> {
    let When::Times { start, end } = when else { return Vec::new() };
    let minute = |time: NaiveDateTime| time.hour() * 60 + time.minute();
    days.enumerate()
        .filter_map(|(index, date)| {
            let from = if date == start.date() { minute(start) } else { 0 };
            let to = if date == end.date() { minute(end) } else { DAY };
            let here = first_day(when) <= date && date <= end.date() && from < to;
            here.then_some((index, from, to))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::Status;

    fn at(text: &str) -> NaiveDateTime {
        format!("2026-11-{text}:00").parse().unwrap()
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    fn times(start: &str, end: &str) -> When {
        When::Times { start: at(start), end: at(end) }
    }

    fn days(first: u32, last: u32) -> When {
        When::Days { first: day(first), last: day(last) }
    }

    fn event(when: When) -> EventInstance {
        EventInstance {
            calendar: 1,
            name: "a.ics".into(),
            etag: String::new(),
            instance: None,
            title: "Event".into(),
            location: None,
            when,
            editable: true,
            transparent: false,
            status: Status::Confirmed,
        }
    }

    fn drag(deed: Deed, from: Spot, to: Spot) -> When {
        Drag::new(deed, from).over(to).to
    }

    #[test]
    fn a_drag_over_hours_makes_an_event_of_whole_steps() {
        let create = |from: &str, to: &str| drag(Deed::Create, Spot::Minute(at(from)), Spot::Minute(at(to)));
        assert_eq!(create("16T09:07", "16T10:20"), times("16T09:00", "16T10:30"));
        assert_eq!(create("16T10:20", "16T09:07"), times("16T09:00", "16T10:30"), "upwards as well");
        assert_eq!(create("16T09:07", "16T09:08"), times("16T09:00", "16T09:15"));
        assert_eq!(create("16T23:50", "17T00:40"), times("16T23:45", "17T00:45"), "over midnight");
        assert_eq!(drag(Deed::Create, Spot::Day(day(18)), Spot::Day(day(16))), days(16, 18));
    }

    #[test]
    fn an_event_goes_with_the_pointer_and_keeps_its_length() {
        let lunch = || Deed::Move(event(times("16T12:00", "16T13:10")));
        let to = drag(lunch(), Spot::Minute(at("16T12:40")), Spot::Minute(at("18T15:02")));
        assert_eq!(to, times("18T14:15", "18T15:25"));
        assert_eq!(drag(lunch(), Spot::Day(day(16)), Spot::Day(day(14))), times("14T12:00", "14T13:10"));
        assert_eq!(drag(lunch(), Spot::Minute(at("16T12:40")), Spot::Day(day(17))), days(17, 17));
        let fair = Deed::Move(event(days(16, 19)));
        assert_eq!(drag(fair, Spot::Day(day(18)), Spot::Day(day(25))), days(23, 26), "taken in the middle");
        let party = Deed::Move(event(days(16, 16)));
        assert_eq!(drag(party, Spot::Day(day(16)), Spot::Minute(at("17T09:20"))), times("17T09:15", "17T10:15"));
    }

    #[test]
    fn an_end_never_passes_its_start() {
        let resize = |to: &str| {
            drag(Deed::Resize(event(times("16T09:00", "16T10:00"))), Spot::Minute(at("16T10:00")), Spot::Minute(at(to)))
        };
        assert_eq!(resize("16T11:20"), times("16T09:00", "16T11:15"));
        assert_eq!(resize("16T08:00"), times("16T09:00", "16T09:15"));
        assert_eq!(resize("17T01:00"), times("16T09:00", "17T01:00"));
    }

    #[test]
    fn a_ghost_over_midnight_stands_in_two_columns() {
        let week = (16..23).map(day);
        assert_eq!(pieces(times("16T22:00", "17T06:00"), week.clone()), [(0, 1320, 1440), (1, 0, 360)]);
        assert_eq!(pieces(times("16T22:00", "17T00:00"), week), [(0, 1320, 1440)]);
    }
}
