//! What a rule leads to in one of its periods.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::sync::Arc;

/// One period's instances: every time of every day, or those that BYSETPOS picks.
#[derive(Clone, Debug, Default)]
pub(super) struct Period {
    pub(super) days: Vec<NaiveDate>,
    pub(super) times: Arc<[u32]>,
    pub(super) positions: Option<Vec<usize>>,
}

impl Period {
    /// What of some periods of the same series lies on the days from `first` to `last`.
    pub(super) fn joined(periods: &[Period], first: NaiveDate, last: NaiveDate) -> Self {
        let is_within = |day: &NaiveDate| (first..=last).contains(day);
        let mut days: Vec<_> = periods.iter().flat_map(|period| &period.days).copied().filter(is_within).collect();
        days.sort_unstable();
        days.dedup();
        let Some(times) = periods.iter().find(|period| !period.is_empty()).map(|period| period.times.clone()) else {
            return Period::default();
        };
        let selects = periods.iter().any(|period| period.positions.is_some());
        let positions = selects.then(|| {
            let mut positions: Vec<_> = periods.iter().flat_map(|period| period.positions_in(&days)).collect();
            positions.sort_unstable();
            positions.dedup();
            positions
        });
        Period { days, times, positions }
    }

    /// The positions that it has selected, as they are where its days are among `days`.
    fn positions_in(&self, days: &[NaiveDate]) -> impl Iterator<Item = usize> {
        self.positions.iter().flatten().filter_map(|position| {
            let (day, time) = (self.days[position / self.times.len()], position % self.times.len());
            days.binary_search(&day).ok().map(|day| day * self.times.len() + time)
        })
    }

    pub(super) fn len(&self) -> usize {
        self.positions.as_ref().map_or(self.days.len() * self.times.len(), Vec::len)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn at(&self, index: usize) -> NaiveDateTime {
        let index = self.positions.as_ref().map_or(index, |positions| positions[index]);
        let time = NaiveTime::from_num_seconds_from_midnight_opt(self.times[index % self.times.len()], 0);
        self.days[index / self.times.len()].and_time(time.unwrap_or_default())
    }

    /// How many come first for which `is_before` holds.
    pub(super) fn partition_point(&self, is_before: impl Fn(NaiveDateTime) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if is_before(self.at(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }
}
