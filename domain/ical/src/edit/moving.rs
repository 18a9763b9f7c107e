//! Events that are put elsewhere on a calendar's grid, or made longer or shorter there.

use super::{EventDraft, Pattern, Repeat, Timing};
use crate::placement::When;
use crate::time::Zone;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use chrono_tz::Tz;

impl EventDraft {
    /// The event at `to`, which is on the wall clock of `viewer`. It keeps its own zone, and floating time, which is the same on every
    /// wall clock, stays so; what had no times is in the viewer's zone from then on.
    ///
    /// With `series`, what the rule said of the old day (its weekday, its place in the month) it says of the new one.
    pub fn moved(&self, to: When, viewer: Tz, series: bool) -> EventDraft {
        let timing = match (to, self.timing) {
            (When::Days { first, last }, _) => Timing::AllDay { first, last },
            (When::Times { start, end }, Timing::AllDay { .. }) => Timing::Timed { start, end, zone: Some(viewer) },
            (When::Times { start, end }, Timing::Timed { zone, .. }) => {
                let own = Zone::Iana(zone.unwrap_or(viewer));
                let there = |local: NaiveDateTime| own.to_local(Zone::Iana(viewer).to_utc(local));
                Timing::Timed { start: there(start), end: there(end), zone }
            }
        };
        let mut moved = EventDraft { timing, ..self.clone() };
        if series && let Repeat::Every { pattern, .. } = &mut moved.repeat {
            pattern.follow(first_day(self.timing), first_day(timing));
        }
        moved
    }
}

fn first_day(timing: Timing) -> NaiveDate {
    match timing {
        Timing::AllDay { first, .. } => first,
        Timing::Timed { start, .. } => start.date(),
    }
}

impl Pattern {
    /// What it said of the day `from`, which the event was on, it says of `to`: the weekday, the place in the month.
    pub fn follow(&mut self, from: NaiveDate, to: NaiveDate) {
        match self {
            Pattern::Weekly(days) if !days.contains(&to.weekday()) => {
                for day in days.iter_mut().filter(|day| **day == from.weekday()) {
                    *day = to.weekday();
                }
            }
            Pattern::MonthlyByWeekday { nth, weekday } if from != to => (*nth, *weekday) = place_in_month(to, *nth < 0),
            _ => {}
        }
    }
}

/// Which weekday of its month a day is, from the front or as the last. A fifth one is missing in most months: whoever means it means
/// the last.
fn place_in_month(day: NaiveDate, wants_last: bool) -> (i8, Weekday) {
    let nth = day.day0() / 7 + 1;
    let is_last = day.checked_add_days(Days::new(7)).is_none_or(|next| next.month() != day.month());
    if is_last && wants_last || nth == 5 { (-1, day.weekday()) } else { (nth as i8, day.weekday()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Marks;
    use super::super::RepeatEnd;
    use super::*;
    use chrono_tz::America::New_York;
    use chrono_tz::Europe::Zurich;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn draft(timing: Timing, repeat: Repeat) -> EventDraft {
        EventDraft {
            summary: String::new(),
            description: None,
            location: None,
            timing,
            repeat,
            marks: Marks::default(),
        }
    }

    const EVENING: fn() -> When = || When::Times { start: at("2026-11-24T18:00:00"), end: at("2026-11-24T19:30:00") };

    #[test]
    fn an_event_keeps_its_own_zone() {
        let timing = |zone| Timing::Timed { start: at("2026-11-23T10:00:00"), end: at("2026-11-23T11:00:00"), zone };
        let (start, end) = (at("2026-11-24T12:00:00"), at("2026-11-24T13:30:00"));
        let moved = |zone| draft(timing(zone), Repeat::Never).moved(EVENING(), Zurich, true).timing;
        assert_eq!(moved(Some(New_York)), Timing::Timed { start, end, zone: Some(New_York) });
        let (start, end) = (at("2026-11-24T18:00:00"), at("2026-11-24T19:30:00"));
        assert_eq!(moved(None), Timing::Timed { start, end, zone: None });
    }

    #[test]
    fn a_day_gets_times_in_the_viewers_zone_and_times_become_days() {
        let day = at("2026-11-23T00:00:00").date();
        let days = Timing::AllDay { first: day, last: day };
        let When::Times { start, end } = EVENING() else { unreachable!() };
        let timed = Timing::Timed { start, end, zone: Some(Zurich) };
        assert_eq!(draft(days, Repeat::Never).moved(EVENING(), Zurich, true).timing, timed);
        let to = When::Days { first: day, last: day };
        assert_eq!(draft(timed, Repeat::Never).moved(to, Zurich, true).timing, days);
    }

    #[test]
    fn a_series_follows_the_day() {
        let every = |pattern| Repeat::Every { interval: 1, pattern, until: RepeatEnd::Never };
        let moved = |pattern: Pattern, from: &str, to: &str, series| {
            let day = |text: &str| text.parse::<NaiveDate>().unwrap();
            let before = draft(Timing::AllDay { first: day(from), last: day(from) }, every(pattern));
            let repeat = before.moved(When::Days { first: day(to), last: day(to) }, Zurich, series).repeat;
            let Repeat::Every { pattern, .. } = repeat else { panic!("{repeat:?}") };
            pattern
        };
        let weekly = |days: &[Weekday]| Pattern::Weekly(days.to_vec());
        use Weekday::{Fri, Mon, Thu, Tue};
        assert_eq!(moved(weekly(&[Mon, Fri]), "2026-11-23", "2026-11-24", true), weekly(&[Tue, Fri]));
        assert_eq!(moved(weekly(&[Mon, Fri]), "2026-11-23", "2026-11-27", true), weekly(&[Mon, Fri]));
        assert_eq!(moved(weekly(&[Mon]), "2026-11-23", "2026-11-24", false), weekly(&[Mon]));
        let monthly = |nth, weekday| Pattern::MonthlyByWeekday { nth, weekday };
        assert_eq!(moved(monthly(4, Mon), "2026-11-23", "2026-11-19", true), monthly(3, Thu));
        assert_eq!(moved(monthly(-1, Mon), "2026-11-30", "2026-11-27", true), monthly(-1, Fri));
        assert_eq!(moved(monthly(4, Mon), "2026-11-23", "2026-11-30", true), monthly(-1, Mon));
        assert_eq!(moved(monthly(-1, Mon), "2026-11-30", "2026-11-19", true), monthly(3, Thu));
        // What was only made longer keeps its rule, however it was written.
        assert_eq!(moved(monthly(4, Mon), "2026-11-23", "2026-11-23", true), monthly(4, Mon));
    }
}
