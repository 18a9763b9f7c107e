//! From events to what stands where: rows of a month, the all-day lane and the columns of a week.

mod columns;
mod lanes;
mod order;
mod room;

pub use columns::Place;
pub use room::{MonthHeight, month_room};

use super::days::{Span, first_of_month, plus};
use crate::wire::{EventInstance, When};
use chrono::{NaiveDate, NaiveDateTime, Timelike};
use lanes::Bar;

/// Minutes of a day on the wall clock. Days on which the clocks change are drawn with 24 hours like all others.
pub const DAY: u32 = 24 * 60;

/// Lanes of a month's row that are drawn at the most; a higher row shows no more.
pub const MONTH_LANES: usize = 10;

/// Lanes of the all-day part that are drawn at the most.
pub const ALL_DAY_LANES: usize = 5;

/// The shortest time for which a block in the hour grid is still legible, in minutes.
pub const SHORTEST: u32 = 25;

/// `n` of `of` equal parts, as CSS computes it.
pub fn share(n: i64, of: i64) -> String {
    format!("calc(100%*{n}/{of})")
}

/// A bar or a line in a row of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Index of the event.
    pub event: usize,
    pub lane: usize,
    /// How many lanes there must be room for so that it shows.
    pub room: usize,
    /// Days that it covers in this row.
    pub days: usize,
    pub from_before: bool,
    pub goes_on: bool,
    /// Drawn as a filled bar; otherwise as a line with a dot and its time.
    pub bar: bool,
}

/// A day's part of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDay {
    pub date: NaiveDate,
    /// What begins on this day, or goes on from the row before when this is its first day.
    pub segments: Vec<Segment>,
    /// Everything on this day, in the order of the lanes, by index of the event.
    pub events: Vec<usize>,
    /// `hidden[n]`: how many are left out where there is room for `n` lanes.
    pub hidden: Vec<usize>,
}

/// Days beside each other with bars over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub days: Vec<RowDay>,
    /// Lanes in use.
    pub lanes: usize,
}

/// A block in a day's column. Minutes count from midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub event: usize,
    pub top: u32,
    /// At least [`SHORTEST`] after `top`.
    pub bottom: u32,
    pub place: Place,
    pub from_before: bool,
    pub goes_on: bool,
}

/// A week's or a day's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    pub all_day: Row,
    /// For each day.
    pub blocks: Vec<Vec<Block>>,
}

/// The last day that `when` is on. An end at midnight does not reach into its day.
pub fn last_day(when: When) -> NaiveDate {
    match when {
        When::Days { last, .. } => last,
        When::Times { start, end } if end <= start => start.date(),
        When::Times { end, .. } if end.time() == chrono::NaiveTime::MIN => plus(end.date(), -1),
        When::Times { end, .. } => end.date(),
    }
}

pub fn first_day(when: When) -> NaiveDate {
    match when {
        When::Days { first, .. } => first,
        When::Times { start, .. } => start.date(),
    }
}

/// Whether it is drawn over days rather than in hours: whole days, and times that last a day or longer.
pub fn spans_days(when: When) -> bool {
    match when {
        When::Days { .. } => true,
        When::Times { start, end } => end - start >= chrono::TimeDelta::days(1),
    }
}

/// Where it begins, for sorting: whole days before times.
fn begin(when: When) -> (NaiveDate, bool, NaiveDateTime) {
    match when {
        When::Days { first, .. } => (first, true, first.and_time(chrono::NaiveTime::MIN)),
        When::Times { start, .. } => (start.date(), false, start),
    }
}

/// The rows of a month view, one for each week of `span`.
pub fn month(events: &[EventInstance], span: Span) -> Vec<Row> {
    let weeks = span.count() / 7;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); weeks];
    for (index, event) in events.iter().enumerate() {
        let (first, last) = month_days(event.when);
        if last < span.from || first >= span.to {
            continue;
        }
        let from = week_index(span, first.max(span.from));
        let to = week_index(span, last.min(plus(span.to, -1)));
        for week in members.iter_mut().take(to + 1).skip(from) {
            week.push(index);
        }
    }
    members
        .into_iter()
        .zip(0i64..)
        .map(|(members, week)| {
            let from = plus(span.from, 7 * week);
            row(events, members, Span { from, to: plus(from, 7) }, month_days, MONTH_LANES)
        })
        .collect()
}

/// A night shift stands on the day it begins; only what lasts a day or longer is drawn over its days.
fn month_days(when: When) -> (NaiveDate, NaiveDate) {
    if spans_days(when) { (first_day(when), last_day(when)) } else { (first_day(when), first_day(when)) }
}

fn week_index(span: Span, date: NaiveDate) -> usize {
    usize::try_from((date - span.from).num_days() / 7).unwrap_or(0)
}

fn row(
    events: &[EventInstance],
    mut members: Vec<usize>,
    span: Span,
    days_of: fn(When) -> (NaiveDate, NaiveDate),
    most_lanes: usize,
) -> Row {
    let clipped = |index: usize| {
        let (first, last) = days_of(events[index].when);
        (first.max(span.from), last.min(plus(span.to, -1)))
    };
    order::sort(&mut members, |&a, &b| {
        let (ca, cb) = (clipped(a), clipped(b));
        let (wa, wb) = (events[a].when, events[b].when);
        (ca.0, std::cmp::Reverse(ca.1), !spans_days(wa), begin(wa).2)
            .cmp(&(cb.0, std::cmp::Reverse(cb.1), !spans_days(wb), begin(wb).2))
            .then_with(|| events[a].title.cmp(&events[b].title))
            .then(a.cmp(&b))
    });
    let offset = |date: NaiveDate| usize::try_from((date - span.from).num_days()).unwrap_or(0);
    let bars: Vec<Bar> = members
        .iter()
        .map(|&index| {
            let (first, last) = clipped(index);
            Bar { first: offset(first), last: offset(last) }
        })
        .collect();
    let lanes = lanes::stack(&bars);
    let mut days: Vec<RowDay> =
        span.days().map(|date| RowDay { date, segments: Vec::new(), events: Vec::new(), hidden: Vec::new() }).collect();
    let mut on_day: Vec<Vec<usize>> = vec![Vec::new(); days.len()];
    for (i, bar) in bars.iter().enumerate() {
        for day in bar.days() {
            on_day[day].push(i);
        }
        let (first, last) = days_of(events[members[i]].when);
        if lanes.room[i] <= most_lanes {
            days[bar.first].segments.push(Segment {
                event: members[i],
                lane: lanes.lane[i],
                room: lanes.room[i],
                days: bar.last - bar.first + 1,
                from_before: first < span.from,
                goes_on: last >= span.to,
                bar: spans_days(events[members[i]].when),
            });
        }
    }
    for (day, mut here) in days.iter_mut().zip(on_day) {
        order::sort(&mut here, |&a, &b| lanes.lane[a].cmp(&lanes.lane[b]));
        order::sort(&mut day.segments, |a, b| a.lane.cmp(&b.lane));
        day.hidden = (0..=most_lanes).map(|room| here.iter().filter(|&&i| lanes.room[i] > room).count()).collect();
        day.events = here.into_iter().map(|i| members[i]).collect();
    }
    Row { days, lanes: lanes.count }
}

/// The all-day lane and the columns of `span`.
pub fn grid(events: &[EventInstance], span: Span) -> Grid {
    let days = span.count();
    let mut over_days = Vec::new();
    let mut pieces: Vec<Vec<Piece>> = vec![Vec::new(); days];
    for (index, event) in events.iter().enumerate() {
        let (first, last) = (first_day(event.when), last_day(event.when));
        if last < span.from || first >= span.to {
            continue;
        }
        let When::Times { start, end } = event.when else {
            over_days.push(index);
            continue;
        };
        if spans_days(event.when) {
            over_days.push(index);
            continue;
        }
        for (day, date) in span.days().enumerate() {
            if first <= date && date <= last {
                let top = if date == first { minute(start) } else { 0 };
                let bottom = if date == last && end.date() == date { minute(end) } else { DAY };
                let bottom = if date == first && end <= start { top } else { bottom };
                pieces[day].push(Piece { event: index, top, bottom, from_before: date > first, goes_on: date < last });
            }
        }
    }
    let blocks = pieces.into_iter().map(blocks_of_day).collect();
    let days_of = |when| (first_day(when), last_day(when));
    Grid { all_day: row(events, over_days, span, days_of, ALL_DAY_LANES), blocks }
}

#[derive(Clone, Copy)]
struct Piece {
    event: usize,
    top: u32,
    bottom: u32,
    from_before: bool,
    goes_on: bool,
}

fn blocks_of_day(pieces: Vec<Piece>) -> Vec<Block> {
    // What is drawn must not overlap, so the drawn lengths are packed.
    let drawn: Vec<(u32, u32)> = pieces
        .iter()
        .map(|piece| {
            let top = piece.top.min(DAY - SHORTEST);
            (top, piece.bottom.max(top + SHORTEST))
        })
        .collect();
    let places = columns::pack(&drawn);
    let mut blocks: Vec<Block> = pieces
        .iter()
        .zip(drawn)
        .zip(places)
        .map(|((piece, (top, bottom)), place)| Block {
            event: piece.event,
            top,
            bottom,
            place,
            from_before: piece.from_before,
            goes_on: piece.goes_on,
        })
        .collect();
    // Reading order, which is also the order of the Tab key.
    order::sort(&mut blocks, |a, b| (a.top, a.place.column).cmp(&(b.top, b.place.column)));
    blocks
}

fn minute(time: NaiveDateTime) -> u32 {
    time.hour() * 60 + time.minute()
}

/// Whether `date` belongs to the month that the view of `of` is about.
pub fn in_month(date: NaiveDate, of: NaiveDate) -> bool {
    first_of_month(date) == first_of_month(of)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::days::{View, parse_date, shown};
    use super::*;
    use crate::wire::Status;
    use chrono::Weekday;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
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

    fn days(first: &str, last: &str) -> EventInstance {
        event(When::Days { first: day(first), last: day(last) })
    }

    fn times(start: &str, end: &str) -> EventInstance {
        event(When::Times { start: start.parse().unwrap(), end: end.parse().unwrap() })
    }

    fn november() -> Span {
        shown(View::Month, day("2026-11-21"), Weekday::Mon)
    }

    fn week() -> Span {
        shown(View::Week, day("2026-11-18"), Weekday::Mon)
    }

    #[test]
    fn a_long_event_continues_in_the_next_row() {
        let rows = month(&[days("2026-11-13", "2026-11-17")], november());
        let segments: Vec<_> =
            rows.iter().flat_map(|row| &row.days).flat_map(|d| d.segments.iter().map(|s| (d.date, *s))).collect();
        assert_eq!(segments.len(), 2);
        let (date, first) = segments[0];
        assert_eq!((date, first.days, first.from_before, first.goes_on), (day("2026-11-13"), 3, false, true));
        let (date, second) = segments[1];
        assert_eq!((date, second.days, second.from_before, second.goes_on), (day("2026-11-16"), 2, true, false));
    }

    #[test]
    fn what_is_outside_is_left_out() {
        let rows = month(&[days("2026-10-01", "2026-10-25"), days("2026-12-07", "2026-12-09")], november());
        assert!(rows.iter().flat_map(|row| &row.days).all(|day| day.events.is_empty()));
    }

    #[test]
    fn a_night_shift_stands_on_its_first_day_in_a_month_and_on_both_in_a_week() {
        let events = [times("2026-11-17T22:00:00", "2026-11-18T06:00:00")];
        let rows = month(&events, november());
        let dates: Vec<_> =
            rows.iter().flat_map(|row| &row.days).filter(|d| !d.events.is_empty()).map(|d| d.date).collect();
        assert_eq!(dates, [day("2026-11-17")]);
        let grid = grid(&events, week());
        let blocks: Vec<_> = grid.blocks.iter().enumerate().flat_map(|(d, b)| b.iter().map(move |b| (d, *b))).collect();
        assert_eq!(blocks.len(), 2);
        assert_eq!((blocks[0].0, blocks[0].1.top, blocks[0].1.bottom, blocks[0].1.goes_on), (1, 22 * 60, DAY, true));
        assert_eq!((blocks[1].0, blocks[1].1.top, blocks[1].1.bottom, blocks[1].1.from_before), (2, 0, 6 * 60, true));
    }

    #[test]
    fn midnight_ends_the_day_before() {
        let grid = grid(&[times("2026-11-17T22:00:00", "2026-11-18T00:00:00")], week());
        assert_eq!(grid.blocks[1].len(), 1);
        assert!(!grid.blocks[1][0].goes_on);
        assert!(grid.blocks[2].is_empty());
    }

    #[test]
    fn times_of_a_day_or_longer_are_bars() {
        let events = [times("2026-11-17T10:00:00", "2026-11-19T09:00:00")];
        let grid = grid(&events, week());
        assert!(grid.blocks.iter().all(Vec::is_empty));
        assert_eq!(grid.all_day.days[1].segments[0].days, 3);
        assert!(month(&events, november())[3].days[1].segments[0].bar);
    }

    #[test]
    fn short_and_empty_events_stay_legible_and_inside_the_day() {
        let grid = grid(
            &[
                times("2026-11-17T09:00:00", "2026-11-17T09:00:00"),
                times("2026-11-17T09:10:00", "2026-11-17T09:15:00"),
                times("2026-11-17T23:55:00", "2026-11-17T23:59:00"),
                // Over the hour that comes twice in autumn, the wall clock can run backwards.
                times("2026-11-17T02:30:00", "2026-11-17T02:15:00"),
            ],
            week(),
        );
        let blocks = &grid.blocks[1];
        assert_eq!(blocks.len(), 4);
        assert!(blocks.iter().all(|b| b.bottom - b.top >= SHORTEST && b.bottom <= DAY));
        let at_nine: Vec<_> = blocks.iter().filter(|b| b.top / 60 == 9).collect();
        assert_eq!((at_nine[0].place.columns, at_nine[1].place.columns), (2, 2));
    }

    #[test]
    fn a_crowded_day_counts_what_it_leaves_out() {
        let events: Vec<_> = (0..30).map(|_| times("2026-11-18T09:00:00", "2026-11-18T10:00:00")).collect();
        let rows = month(&events, november());
        let crowded = &rows[3].days[2];
        assert_eq!(crowded.events.len(), 30);
        assert_eq!(crowded.hidden[4], 27);
        assert_eq!(crowded.hidden[MONTH_LANES], 21);
        assert_eq!(crowded.segments.len(), MONTH_LANES - 1);
    }

    #[test]
    fn bars_come_before_times_and_longer_bars_first() {
        let events = [
            times("2026-11-16T08:00:00", "2026-11-16T09:00:00"),
            days("2026-11-16", "2026-11-16"),
            days("2026-11-16", "2026-11-18"),
        ];
        assert_eq!(month(&events, november())[3].days[0].events, [2, 1, 0]);
    }
}
