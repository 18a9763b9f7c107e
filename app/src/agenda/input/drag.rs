//! What a drag means: from where the pointer is to when the event is. Knows nothing of pages.

use crate::agenda::days::plus;
use crate::agenda::layout::{DAY, first_day};
use crate::wire::{EventInstance, When};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

/// Times that are dragged go in steps of so many minutes.
pub const STEP: i64 = 15;

/// A place under the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridPosition {
    /// A day as a whole.
    Day(NaiveDate),
    /// A minute of a day, not rounded.
    Minute(NaiveDateTime),
}

impl GridPosition {
    pub fn date(self) -> NaiveDate {
        match self {
            GridPosition::Day(date) => date,
            GridPosition::Minute(time) => time.date(),
        }
    }
}

/// What is taken of an event that becomes longer or shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    Start,
    End,
}

/// What the drag does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DragAction {
    Create,
    Move(EventInstance),
    Resize(EventInstance, Edge),
}

/// What is drawn beside the events: where something is dragged to, or a new event.
#[derive(Clone, Debug, PartialEq)]
pub struct Ghost {
    pub when: When,
    /// What is dragged; `None` for a new event.
    pub event: Option<EventInstance>,
    /// The lane that it was taken from.
    pub lane: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drag {
    pub action: DragAction,
    /// Where the pointer went down.
    pub from: GridPosition,
    /// When the event would be if it were dropped now; `None` where a drop changes nothing.
    pub to: Option<When>,
    /// The lane that the event was taken from, where it stood in one.
    pub lane: u32,
    /// Whether the pointer went far enough for it not to be a click.
    pub moved: bool,
}

impl Drag {
    pub fn new(action: DragAction, from: GridPosition, lane: u32) -> Self {
        let to = Some(outcome(&action, from, from));
        Drag { action, from, to, lane, moved: false }
    }

    /// With the pointer at `at`; `None` outside of the view.
    pub fn over(&self, at: Option<GridPosition>) -> Self {
        Drag { to: at.map(|at| outcome(&self.action, self.from, at)), moved: true, ..self.clone() }
    }

    /// With the pointer at a date outside of the view: an event that is moved begins on it, at its time.
    pub fn onto(&self, date: NaiveDate) -> Self {
        let to = match &self.action {
            DragAction::Move(event) => {
                Some(moved(event.when, GridPosition::Day(first_day(event.when)), GridPosition::Day(date)))
            }
            _ => None,
        };
        Drag { to, moved: true, ..self.clone() }
    }

    /// The event that is moved or resized.
    pub fn event(&self) -> Option<&EventInstance> {
        match &self.action {
            DragAction::Create => None,
            DragAction::Move(event) | DragAction::Resize(event, _) => Some(event),
        }
    }
}

fn outcome(action: &DragAction, from: GridPosition, at: GridPosition) -> When {
    match action {
        DragAction::Create => created(from, at),
        DragAction::Move(event) => moved(event.when, from, at),
        DragAction::Resize(event, edge) => resized(event.when, *edge, from, at),
    }
}

fn created(from: GridPosition, at: GridPosition) -> When {
    match (from, at) {
        (GridPosition::Minute(from), GridPosition::Minute(at)) => {
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

fn moved(when: When, from: GridPosition, at: GridPosition) -> When {
    match (when, from, at) {
        // Within the hours: the part that was taken stays under the pointer, and a start at 10:05 keeps its minutes.
        (When::Times { start, end }, GridPosition::Minute(from), GridPosition::Minute(at)) => {
            let way = snap(at - from);
            When::Times { start: start + way, end: end + way }
        }
        (When::Times { start, end }, GridPosition::Day(from), GridPosition::Day(at)) => {
            let days = at - from;
            When::Times { start: start + days, end: end + days }
        }
        (When::Days { first, last }, _, GridPosition::Day(at)) => {
            let days = (at - from.date()).num_days();
            When::Days { first: plus(first, days), last: plus(last, days) }
        }
        // Out of the hours and into the lane of whole days, and back.
        (When::Times { .. }, GridPosition::Minute(_), GridPosition::Day(at)) => When::Days { first: at, last: at },
        (When::Times { start, end }, GridPosition::Day(_), GridPosition::Minute(at)) => {
            let to = floor(at);
            When::Times { start: to, end: to + (end - start) }
        }
        (When::Days { .. }, _, GridPosition::Minute(at)) => {
            let start = floor(at);
            When::Times { start, end: start + TimeDelta::hours(1) }
        }
    }
}

/// Start and end never pass each other, and what is not taken stays where it is.
fn resized(when: When, edge: Edge, from: GridPosition, at: GridPosition) -> When {
    match when {
        When::Days { first, last } => {
            let days = (at.date() - from.date()).num_days();
            match edge {
                Edge::Start => When::Days { first: plus(first, days).min(last), last },
                Edge::End => When::Days { first, last: plus(last, days).max(first) },
            }
        }
        When::Times { start, end } => {
            let taken = if edge == Edge::Start { start } else { end };
            let way = match at {
                GridPosition::Minute(at) => snap(at - taken),
                GridPosition::Day(at) => at - from.date(),
            };
            let shortest = TimeDelta::minutes(STEP).min((end - start).max(TimeDelta::zero()));
            match edge {
                Edge::Start => When::Times { start: (start + way).min(end - shortest), end },
                Edge::End => When::Times { start, end: (end + way).max(start + shortest) },
            }
        }
    }
}

/// The way that an event goes: whole steps, the nearest to what the pointer went.
fn snap(way: TimeDelta) -> TimeDelta {
    let seconds = way.num_seconds() + STEP * 60 / 2;
    TimeDelta::seconds(seconds - seconds.rem_euclid(STEP * 60))
}

fn floor(time: NaiveDateTime) -> NaiveDateTime {
    let midnight = time.date().and_time(NaiveTime::MIN);
    let seconds = (time - midnight).num_seconds();
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

    fn drag(action: DragAction, from: GridPosition, to: GridPosition) -> When {
        Drag::new(action, from, 0).over(Some(to)).to.unwrap()
    }

    #[test]
    fn a_drag_over_hours_makes_an_event_of_whole_steps() {
        let create = |from: &str, to: &str| {
            drag(DragAction::Create, GridPosition::Minute(at(from)), GridPosition::Minute(at(to)))
        };
        assert_eq!(create("16T09:07", "16T10:20"), times("16T09:00", "16T10:30"));
        assert_eq!(create("16T10:20", "16T09:07"), times("16T09:00", "16T10:30"), "upwards as well");
        assert_eq!(create("16T09:07", "16T09:08"), times("16T09:00", "16T09:15"));
        assert_eq!(create("16T23:50", "17T00:40"), times("16T23:45", "17T00:45"), "over midnight");
        assert_eq!(drag(DragAction::Create, GridPosition::Day(day(18)), GridPosition::Day(day(16))), days(16, 18));
    }

    #[test]
    fn an_event_goes_with_the_pointer_and_keeps_its_length() {
        let lunch = || DragAction::Move(event(times("16T12:00", "16T13:10")));
        let to = drag(lunch(), GridPosition::Minute(at("16T12:40")), GridPosition::Minute(at("18T15:02")));
        assert_eq!(to, times("18T14:15", "18T15:25"));
        assert_eq!(
            drag(lunch(), GridPosition::Day(day(16)), GridPosition::Day(day(14))),
            times("14T12:00", "14T13:10")
        );
        assert_eq!(drag(lunch(), GridPosition::Minute(at("16T12:40")), GridPosition::Day(day(17))), days(17, 17));
        let fair = DragAction::Move(event(days(16, 19)));
        assert_eq!(
            drag(fair, GridPosition::Day(day(18)), GridPosition::Day(day(25))),
            days(23, 26),
            "taken in the middle"
        );
        let party = DragAction::Move(event(days(16, 16)));
        assert_eq!(
            drag(party, GridPosition::Day(day(16)), GridPosition::Minute(at("17T09:20"))),
            times("17T09:15", "17T10:15")
        );
    }

    #[test]
    fn minutes_off_the_steps_are_kept() {
        let odd = |edge: Option<Edge>, from: &str, to: &str| {
            let event = event(times("16T10:05", "16T11:20"));
            let action =
                edge.map_or_else(|| DragAction::Move(event.clone()), |edge| DragAction::Resize(event.clone(), edge));
            drag(action, GridPosition::Minute(at(from)), GridPosition::Minute(at(to)))
        };
        assert_eq!(odd(None, "16T10:31", "17T10:31"), times("17T10:05", "17T11:20"), "one column to the right");
        assert_eq!(odd(None, "16T10:31", "16T11:10"), times("16T10:50", "16T12:05"));
        assert_eq!(odd(None, "16T10:31", "16T10:25"), times("16T10:05", "16T11:20"));
        assert_eq!(odd(Some(Edge::End), "16T11:18", "16T12:06"), times("16T10:05", "16T12:05"));
        assert_eq!(odd(Some(Edge::Start), "16T10:06", "16T09:22"), times("16T09:20", "16T11:20"));
    }

    #[test]
    fn a_drop_elsewhere_changes_nothing_but_on_a_date() {
        let lunch =
            Drag::new(DragAction::Move(event(times("16T12:00", "16T13:10"))), GridPosition::Minute(at("16T12:40")), 0);
        assert_eq!(lunch.over(None).to, None);
        assert_eq!(lunch.onto(day(27)).to, Some(times("27T12:00", "27T13:10")));
        let fair = Drag::new(DragAction::Move(event(days(16, 19))), GridPosition::Day(day(18)), 0);
        assert_eq!(fair.onto(day(2)).to, Some(days(2, 5)));
        let longer = Drag::new(DragAction::Resize(event(days(16, 19)), Edge::End), GridPosition::Day(day(19)), 0);
        assert_eq!(longer.onto(day(2)).to, None);
    }

    #[test]
    fn start_and_end_never_pass_each_other() {
        let resize = |edge: Edge, to: &str| {
            let grip = if edge == Edge::Start { "16T09:00" } else { "16T10:00" };
            let event = event(times("16T09:00", "16T10:00"));
            drag(DragAction::Resize(event, edge), GridPosition::Minute(at(grip)), GridPosition::Minute(at(to)))
        };
        assert_eq!(resize(Edge::End, "16T11:20"), times("16T09:00", "16T11:15"));
        assert_eq!(resize(Edge::End, "16T08:00"), times("16T09:00", "16T09:15"));
        assert_eq!(resize(Edge::End, "17T01:00"), times("16T09:00", "17T01:00"));
        assert_eq!(resize(Edge::Start, "16T08:20"), times("16T08:15", "16T10:00"));
        assert_eq!(resize(Edge::Start, "16T12:00"), times("16T09:45", "16T10:00"));
        let short = DragAction::Resize(event(times("16T09:00", "16T09:10")), Edge::End);
        let back = drag(short, GridPosition::Minute(at("16T09:10")), GridPosition::Minute(at("16T09:11")));
        assert_eq!(back, times("16T09:00", "16T09:10"), "shorter than a step, and let go where it was");
    }

    #[test]
    fn bars_grow_and_shrink_by_days_at_both_ends() {
        let bar = |when: When, edge: Edge, from: u32, to: u32| {
            drag(DragAction::Resize(event(when), edge), GridPosition::Day(day(from)), GridPosition::Day(day(to)))
        };
        assert_eq!(bar(days(16, 18), Edge::End, 18, 21), days(16, 21));
        assert_eq!(bar(days(16, 18), Edge::End, 18, 10), days(16, 16));
        assert_eq!(bar(days(16, 18), Edge::Start, 16, 14), days(14, 18));
        assert_eq!(bar(days(16, 18), Edge::Start, 16, 20), days(18, 18));
        let trip = times("16T10:05", "18T09:20");
        assert_eq!(bar(trip, Edge::End, 18, 20), times("16T10:05", "20T09:20"), "times are kept");
        assert_eq!(bar(trip, Edge::Start, 16, 17), times("17T10:05", "18T09:20"));
    }

    #[test]
    fn a_ghost_over_midnight_stands_in_two_columns() {
        let week = (16..23).map(day);
        assert_eq!(pieces(times("16T22:00", "17T06:00"), week.clone()), [(0, 1320, 1440), (1, 0, 360)]);
        assert_eq!(pieces(times("16T22:00", "17T00:00"), week), [(0, 1320, 1440)]);
    }
}
