#![allow(clippy::unwrap_used)]

use super::*;
use BusyKind::{Busy as Taken, Tentative, Unavailable};
use chrono::{NaiveDate, Timelike};
use proptest::prelude::*;

/// Zones of whole and of half hours, whose clocks go forward within the week of [`begin`], or back, or leave out half an hour.
const ZONES: [Tz; 6] = [
    Tz::Europe__Zurich,
    Tz::Asia__Kolkata,
    Tz::Australia__Lord_Howe,
    Tz::America__St_Johns,
    Tz::Asia__Kathmandu,
    Tz::UTC,
];

/// The week of 29 March 2026, or that of 5 April, when clocks go back in the south.
fn begin(week: u32) -> DateTime<Utc> {
    let day = NaiveDate::from_ymd_opt(2026, 3, 27).unwrap() + Days::new(7 * u64::from(week));
    day.and_hms_opt(0, 0, 0).unwrap().and_utc()
}

fn attendee() -> impl Strategy<Value = Attendee> {
    let kinds = prop_oneof![Just(Taken), Just(Tentative), Just(Unavailable)];
    let busy = proptest::collection::vec((0..7 * 1440i64, 1..600i64, kinds), 0..12);
    (any::<bool>(), proptest::option::weighted(0.8, (busy, 0..3 * 1440i64, 4 * 1440..8 * 1440i64))).prop_map(
        |(is_required, known)| Attendee {
            is_required,
            known: known.map(|(busy, from, until)| KnownTimes {
                // From the first week; moved by whoever uses it.
                busy: busy
                    .into_iter()
                    .map(|(start, length, kind)| Busy {
                        start: begin(0) + TimeDelta::minutes(start),
                        end: begin(0) + TimeDelta::minutes(start + length),
                        kind,
                    })
                    .collect(),
                span: (begin(0) + TimeDelta::minutes(from), begin(0) + TimeDelta::minutes(until)),
            }),
        },
    )
}

fn wanted() -> impl Strategy<Value = WantedTime> {
    let zone = proptest::sample::select(&ZONES[..]);
    let step = proptest::sample::select(&[15u32, 30, 60][..]);
    (zone, step, 1..40i64, 1..5i64, 1..8usize).prop_map(|(zone, step_minutes, quarters, days, count)| WantedTime {
        window: (begin(0) + TimeDelta::hours(7), begin(0) + TimeDelta::hours(7) + TimeDelta::days(days)),
        duration: TimeDelta::minutes(15 * quarters),
        step_minutes,
        zone,
        count,
    })
}

fn overlaps(busy: &Busy, start: DateTime<Utc>, end: DateTime<Utc>) -> bool {
    busy.start < end && start < busy.end
}

/// Whether `kind` stands between `start` and `end`, looked up one by one.
fn has(attendee: &Attendee, kind: BusyKind, start: DateTime<Utc>, end: DateTime<Utc>) -> bool {
    let known = attendee.known.iter().flat_map(|known| &known.busy);
    known.into_iter().any(|busy| busy.kind == kind && overlaps(busy, start, end))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_suggestion_overlaps_what_keeps_somebody_busy_who_is_required(
        attendees in proptest::collection::vec(attendee(), 0..5), wanted in wanted()
    ) {
        let found = suggestions(&attendees, &wanted);
        prop_assert!(found.len() <= wanted.count);
        for (at, suggestion) in found.iter().enumerate() {
            let Suggestion { start, end, presences } = suggestion;
            prop_assert_eq!(*end - *start, wanted.duration);
            prop_assert!(*start >= wanted.window.0 && *end <= wanted.window.1);
            let local = start.with_timezone(&wanted.zone);
            prop_assert_eq!((local.hour() * 60 + local.minute()) % wanted.step_minutes, 0);
            prop_assert_eq!(presences.len(), attendees.len());
            for (attendee, presence) in attendees.iter().zip(presences) {
                let [taken, tentative, outside] =
                    [Taken, Tentative, Unavailable].map(|kind| has(attendee, kind, *start, *end));
                prop_assert!(!(attendee.is_required && taken));
                let told = attendee.known.as_ref().is_some_and(|known| known.span.0 <= *start && *end <= known.span.1);
                let expected = match (taken, tentative, outside) {
                    (true, ..) => Presence::Busy,
                    (_, true, _) => Presence::Tentative,
                    (.., true) => Presence::OutsideHours,
                    _ if told => Presence::Free,
                    _ => Presence::Unknown,
                };
                prop_assert_eq!(*presence, expected);
            }
            for other in &found[..at] {
                prop_assert!(other.end <= *start || *end <= other.start);
                let rank = |suggestion: &Suggestion| (suggestion.objections(&attendees), suggestion.start);
                prop_assert!(rank(other) < rank(suggestion));
            }
        }
    }

    /// Looked up minute by minute, whatever the clocks do.
    #[test]
    fn nothing_better_is_passed_over(
        attendees in proptest::collection::vec(attendee(), 0..4), wanted in wanted()
    ) {
        let minutes = (wanted.window.1 - wanted.window.0 - wanted.duration).num_minutes();
        let round = |start: &DateTime<Utc>| {
            let local = start.with_timezone(&wanted.zone);
            (local.hour() * 60 + local.minute()).is_multiple_of(wanted.step_minutes)
        };
        let possible = (0..=minutes).map(|minute| wanted.window.0 + TimeDelta::minutes(minute)).filter(round);
        let fits = |start: &DateTime<Utc>| {
            attendees.iter().all(|attendee| {
                !attendee.is_required || !has(attendee, Taken, *start, *start + wanted.duration)
            })
        };
        let objections = |start: &DateTime<Utc>| {
            let end = *start + wanted.duration;
            let of = |attendee: &Attendee, kind| has(attendee, kind, *start, end);
            let is_outside = |a: &Attendee| of(a, Unavailable) && !of(a, Taken) && !of(a, Tentative);
            let (required, others): (Vec<_>, Vec<_>) = attendees.iter().partition(|attendee| attendee.is_required);
            (
                required.iter().filter(|a| of(a, Tentative) || is_outside(a)).count(),
                others.iter().filter(|a| of(a, Taken) || is_outside(a)).count(),
                attendees.iter().filter(|a| is_outside(a)).count(),
                others.iter().filter(|a| of(a, Tentative) && !of(a, Taken)).count(),
                *start,
            )
        };
        let best = possible.filter(fits).map(|start| objections(&start)).min();
        let first = suggestions(&attendees, &wanted).first().map(|suggestion| objections(&suggestion.start));
        prop_assert_eq!(first, best);
    }

    #[test]
    fn where_nobody_is_known_it_is_the_earliest_times(required in proptest::collection::vec(any::<bool>(), 0..4), wanted in wanted()) {
        let attendees: Vec<_> =
            required.into_iter().map(|is_required| Attendee { is_required, known: None }).collect();
        let found = suggestions(&attendees, &wanted);
        prop_assert_eq!(found.first().map(|suggestion| suggestion.start), starts(&wanted).first().copied());
        prop_assert!(found.iter().all(|found| found.presences.iter().all(|presence| *presence == Presence::Unknown)));
        prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}

/// Nine to five on every day, on the clock of the zone: what is outside of it.
fn working(zone: Tz, first: NaiveDate, days: u64) -> Vec<Busy> {
    let at = |day: u64, hour| {
        zone.from_local_datetime(&(first + Days::new(day)).and_hms_opt(hour, 0, 0).unwrap()).unwrap().to_utc()
    };
    (0..days).map(|day| Busy { start: at(day, 17), end: at(day + 1, 9), kind: Unavailable }).collect()
}

#[test]
fn everybody_works_at_the_first_suggestion_on_days_on_which_clocks_change() {
    let first = NaiveDate::from_ymd_opt(2026, 3, 27).unwrap();
    let known = |zone: Tz| KnownTimes { busy: working(zone, first, 9), span: (begin(0), begin(2)) };
    let attendees =
        [Tz::Europe__Zurich, Tz::Asia__Kolkata].map(|zone| Attendee { is_required: true, known: Some(known(zone)) });
    let window = |day: u32| {
        let day = NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
        (day, day + TimeDelta::days(1))
    };
    let wanted = |day| WantedTime {
        window: window(day),
        duration: TimeDelta::hours(1),
        step_minutes: 30,
        zone: Tz::Europe__Zurich,
        count: 1,
    };
    // Both work from nine in Zurich to half past twelve there; a day later, when its clocks have gone forward, to half past one.
    for (day, meetings) in [(28, 3), (29, 4)] {
        let found = suggestions(&attendees, &wanted(day));
        let start = found[0].start.with_timezone(&Tz::Europe__Zurich);
        assert_eq!((start.hour(), start.minute()), (9, 0), "{day}");
        assert_eq!(found[0].presences, [Presence::Free; 2]);
        let all = suggestions(&attendees, &WantedTime { count: 100, step_minutes: 60, ..wanted(day) });
        let fit = all.iter().filter(|found| found.presences == [Presence::Free; 2]).count();
        assert_eq!(fit, meetings, "{day}");
    }
    // In Kolkata a meeting begins at round times of its own clock, which are none in Zurich.
    let in_kolkata = WantedTime { zone: Tz::Asia__Kolkata, step_minutes: 60, ..wanted(28) };
    let start = suggestions(&attendees, &in_kolkata)[0].start;
    assert_eq!(start.with_timezone(&Tz::Asia__Kolkata).minute(), 0);
    assert_eq!(start.with_timezone(&Tz::Europe__Zurich).minute(), 30);
}

#[test]
fn a_time_that_the_clock_leaps_over_is_none_and_one_that_it_shows_twice_is_two() {
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap();
    let of_day = |date: chrono::NaiveDateTime| {
        let at = |local| Tz::Europe__Zurich.from_local_datetime(&local).unwrap().to_utc();
        let wanted = WantedTime {
            window: (at(date), at(date + Days::new(1))),
            duration: TimeDelta::minutes(30),
            step_minutes: 30,
            zone: Tz::Europe__Zurich,
            count: 100,
        };
        suggestions(&[], &wanted).len()
    };
    assert_eq!((of_day(day(3, 28)), of_day(day(3, 29)), of_day(day(10, 25))), (48, 46, 50));
}

#[test]
fn what_cannot_be_has_no_suggestions() {
    let wanted = WantedTime {
        window: (begin(0), begin(0) + TimeDelta::hours(1)),
        duration: TimeDelta::hours(2),
        step_minutes: 30,
        zone: Tz::UTC,
        count: 5,
    };
    assert!(suggestions(&[], &wanted).is_empty());
    assert!(suggestions(&[], &WantedTime { duration: TimeDelta::zero(), ..wanted }).is_empty());
    assert!(suggestions(&[], &WantedTime { duration: -TimeDelta::hours(1), ..wanted }).is_empty());
    let swapped = WantedTime { window: (wanted.window.1, wanted.window.0), duration: TimeDelta::minutes(5), ..wanted };
    assert!(suggestions(&[], &swapped).is_empty());
    // A step of nothing is one of a few minutes.
    let tiny = WantedTime { step_minutes: 0, duration: TimeDelta::minutes(5), ..wanted };
    assert_eq!(suggestions(&[], &tiny).len(), 5);
}

#[test]
fn who_is_not_required_may_be_missing_where_there_is_no_better_time() {
    let at = |hour: i64| begin(0) + TimeDelta::hours(hour);
    let busy = |spans: &[(i64, i64, BusyKind)]| {
        let busy = spans.iter().map(|(start, end, kind)| Busy { start: at(*start), end: at(*end), kind: *kind });
        Some(KnownTimes { busy: busy.collect(), span: (at(0), at(24)) })
    };
    let attendees = [
        Attendee { is_required: true, known: busy(&[(9, 10, Taken), (10, 11, Tentative)]) },
        Attendee { is_required: false, known: busy(&[(11, 12, Taken), (12, 13, Unavailable)]) },
    ];
    let wanted = WantedTime {
        window: (at(9), at(14)),
        duration: TimeDelta::hours(1),
        step_minutes: 60,
        zone: Tz::UTC,
        count: 9,
    };
    let found: Vec<_> = suggestions(&attendees, &wanted).into_iter().map(|found| found.start).collect();
    assert_eq!(found, [at(13), at(11), at(12), at(10)]);
}
