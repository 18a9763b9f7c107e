//! An edit of one instance, carried over to its whole series.

use crate::ical::edit::{EventDraft, Timing};
use chrono::{NaiveDate, TimeDelta};

/// What the series' own draft becomes when a person looked at one instance (`seen`), made it `wanted` and meant all of them: what
/// they changed changes, what they left alone stays as the series has it, and the series moves by as much as the instance did.
pub fn carried_over(series: &EventDraft, seen: &EventDraft, wanted: &EventDraft) -> EventDraft {
    fn pick<T: PartialEq + Clone>(series: &T, seen: &T, wanted: &T) -> T {
        if seen == wanted { series.clone() } else { wanted.clone() }
    }
    EventDraft {
        summary: pick(&series.summary, &seen.summary, &wanted.summary),
        description: pick(&series.description, &seen.description, &wanted.description),
        location: pick(&series.location, &seen.location, &wanted.location),
        timing: timing(series.timing, seen.timing, wanted.timing),
        repeat: pick(&series.repeat, &seen.repeat, &wanted.repeat),
    }
}

fn timing(series: Timing, seen: Timing, wanted: Timing) -> Timing {
    if seen == wanted {
        return series;
    }
    match (series, seen, wanted) {
        (
            Timing::Timed { start, end, .. },
            Timing::Timed { start: seen_start, end: seen_end, .. },
            Timing::Timed { start: wanted_start, end: wanted_end, zone },
        ) => {
            let own_length = end - start;
            let start = start + (wanted_start - seen_start);
            let length = wanted_end - wanted_start;
            let length = if length == seen_end - seen_start { own_length } else { length };
            Timing::Timed { start, end: start + length, zone }
        }
        (
            Timing::AllDay { first, last },
            Timing::AllDay { first: seen_first, last: seen_last },
            Timing::AllDay { first: wanted_first, last: wanted_last },
        ) => {
            let length = if wanted_last - wanted_first == seen_last - seen_first {
                last - first
            } else {
                wanted_last - wanted_first
            };
            let first = first + (wanted_first - seen_first);
            Timing::AllDay { first, last: first + length }
        }
        // Times that become days and the other way round: the day moves with the instance, the rest is as wanted.
        (series, seen, Timing::AllDay { first, last }) => {
            let moved = day(series) + (first - day(seen));
            Timing::AllDay { first: moved, last: moved + (last - first) }
        }
        (series, seen, Timing::Timed { start, end, zone }) => {
            let moved: TimeDelta = day(series) - day(seen);
            Timing::Timed { start: start + moved, end: end + moved, zone }
        }
    }
}

fn day(timing: Timing) -> NaiveDate {
    match timing {
        Timing::AllDay { first, .. } => first,
        Timing::Timed { start, .. } => start.date(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ical::edit::{Pattern, Repeat, RepeatEnd};
    use chrono::{Days, NaiveDateTime, Weekday};
    use chrono_tz::Tz;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn timed(start: &str, minutes: i64) -> EventDraft {
        let timing = Timing::Timed {
            start: at(start),
            end: at(start) + TimeDelta::minutes(minutes),
            zone: Some(Tz::Europe__Zurich),
        };
        let repeat =
            Repeat::Every { interval: 1, pattern: Pattern::Weekly(vec![Weekday::Mon]), until: RepeatEnd::Never };
        EventDraft { summary: "Choir".into(), description: None, location: None, timing, repeat }
    }

    #[test]
    fn the_series_moves_as_its_instance_did() {
        let (series, seen) = (timed("2026-01-05T10:00:00", 60), timed("2026-11-23T10:00:00", 60));
        let moved = carried_over(&series, &seen, &timed("2026-11-23T11:30:00", 60));
        assert_eq!(moved.timing, timed("2026-01-05T11:30:00", 60).timing);
        let longer = carried_over(&series, &seen, &timed("2026-11-23T10:00:00", 90));
        assert_eq!(longer.timing, timed("2026-01-05T10:00:00", 90).timing);
        let next_day = carried_over(&series, &seen, &timed("2026-11-24T10:00:00", 60));
        assert_eq!(next_day.timing, timed("2026-01-06T10:00:00", 60).timing);
    }

    #[test]
    fn an_instance_of_its_own_does_not_speak_for_the_series_where_it_was_left_alone() {
        let series = timed("2026-01-05T10:00:00", 60);
        let mut seen = timed("2026-11-23T15:00:00", 30);
        seen.summary = "Choir, in the church".into();
        let mut wanted = seen.clone();
        wanted.location = Some("Parish hall".into());
        let all = carried_over(&series, &seen, &wanted);
        assert_eq!((all.timing, all.summary.as_str()), (series.timing, "Choir"));
        assert_eq!(all.location.as_deref(), Some("Parish hall"));
    }

    #[test]
    fn times_become_days_on_the_series_own_day() {
        let (series, seen) = (timed("2026-01-05T10:00:00", 60), timed("2026-11-23T10:00:00", 60));
        let day = |text: &str| at(text).date();
        let mut wanted = seen.clone();
        wanted.timing = Timing::AllDay { first: day("2026-11-23T00:00:00"), last: day("2026-11-24T00:00:00") };
        let days = carried_over(&series, &seen, &wanted);
        let first = day("2026-01-05T00:00:00");
        assert_eq!(days.timing, Timing::AllDay { first, last: first + Days::new(1) });
        let back = carried_over(&days, &wanted, &seen);
        assert_eq!(back.timing, series.timing);
    }
}
