//! A window of a series against the whole series.

use crate::generated::Chance;
use chrono::{NaiveDateTime, TimeDelta};
use kalends_ical::recurrence::Series;
use proptest::prelude::*;

/// Instances looked at of an endless series.
pub const MAX_INSTANCES: usize = 300;

/// Windows by chance hold of a series that begins at `start` what the whole of it, until `end`, holds there; yields the whole.
pub fn hold_what_the_whole_holds(
    chance: &mut Chance,
    series: &Series,
    start: NaiveDateTime,
    end: NaiveDateTime,
) -> Result<Vec<NaiveDateTime>, TestCaseError> {
    let whole: Vec<_> = series.between(NaiveDateTime::MIN, end).take(MAX_INSTANCES).collect();
    prop_assert!(whole.is_sorted_by(|a, b| a < b), "{series:?}");
    prop_assert_eq!(whole.first(), Some(&start), "{:?}", series);
    let end = if whole.len() == MAX_INSTANCES { whole[MAX_INSTANCES - 1] } else { end };
    for _ in 0..6 {
        let from = start + TimeDelta::seconds(chance.between(-100_000, (end - start).num_seconds()));
        let to = from + TimeDelta::seconds(chance.between(0, (end - from).num_seconds()));
        let expected: Vec<_> = whole.iter().copied().filter(|at| (from..to).contains(at)).collect();
        prop_assert_eq!(series.between(from, to).collect::<Vec<_>>(), expected, "{:?} {} {}", series, from, to);
    }
    Ok(whole)
}
