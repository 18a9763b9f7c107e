//! The times of a day that a rule leads to.

use super::{Frequency, Rule};
use crate::value::Moment;
use chrono::{Datelike, NaiveDate, Timelike};
use std::sync::Arc;

pub(super) const SECONDS_OF_DAY: u32 = 86_400;

/// The times of a day, in seconds since midnight.
#[derive(Clone, Debug)]
pub(super) enum Times {
    /// The same on every day.
    Fixed(Arc<[u32]>),
    /// Every so many hours, minutes or seconds, where that does not go into a day evenly.
    Drifting(Drift),
}

#[derive(Clone, Debug)]
pub(super) struct Drift {
    /// Seconds of a unit: an hour, a minute or a second.
    pub(super) unit: u32,
    /// Units between two periods, and the remainder that marks them when units are counted from the first day of the common era.
    interval: i64,
    remainder: i64,
    /// The units of a day that BYHOUR, BYMINUTE and BYSECOND allow, and the same as a set.
    units: Vec<u32>,
    allowed: Vec<bool>,
    /// Seconds after the start of a unit.
    pub(super) offsets: Vec<u32>,
}

impl Drift {
    pub(super) fn units_of_day(&self) -> i64 {
        i64::from(SECONDS_OF_DAY / self.unit)
    }

    /// The first unit of `day` that a period begins with if there were no end to the day.
    pub(super) fn first(&self, day: NaiveDate) -> i64 {
        (self.remainder - i64::from(day.num_days_from_ce()) * self.units_of_day()).rem_euclid(self.interval)
    }

    /// The units of a day whose first is `first`, in order.
    pub(super) fn each(&self, first: i64, mut visit: impl FnMut(u32)) {
        let on_one_day = self.units_of_day();
        if on_one_day / self.interval < self.units.len() as i64 {
            let mut unit = first;
            while unit < on_one_day {
                if self.allowed[unit as usize] {
                    visit(unit as u32);
                }
                unit += self.interval;
            }
        } else {
            for &unit in &self.units {
                if i64::from(unit) % self.interval == first {
                    visit(unit);
                }
            }
        }
    }

    pub(super) fn count(&self, first: i64) -> usize {
        let on_one_day = self.units_of_day();
        if self.units.len() as i64 == on_one_day {
            let units = if first < on_one_day { (on_one_day - 1 - first) / self.interval + 1 } else { 0 };
            return units as usize * self.offsets.len();
        }
        let mut count = 0;
        self.each(first, |_| count += 1);
        count * self.offsets.len()
    }
}

impl Times {
    /// How many there are on a day where that is always the same; else 0.
    pub(super) fn fixed(&self) -> usize {
        match self {
            Times::Fixed(times) => times.len(),
            Times::Drifting(_) => 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Times::Fixed(times) => times.is_empty(),
            Times::Drifting(drift) => drift.units.is_empty() || drift.offsets.is_empty(),
        }
    }

    pub(super) fn of(rule: &Rule, start: &Moment) -> Self {
        let by_time =
            |values: &[u8]| if start.is_date() { Vec::new() } else { values.iter().copied().map(u32::from).collect() };
        let (hours, minutes, seconds) = (by_time(&rule.by_hour), by_time(&rule.by_minute), by_time(&rule.by_second));
        let local = start.local();
        let or_start = |values: &[u32], from_start: u32| {
            let mut values = if values.is_empty() { vec![from_start] } else { values.to_vec() };
            values.sort_unstable();
            values
        };
        let seconds_of_minute = || or_start(&seconds, local.second());
        let seconds_of_hour = || combine(&or_start(&minutes, local.minute()), 60, &seconds_of_minute());
        let (unit, offsets) = match rule.frequency {
            Frequency::Secondly => (1, vec![0]),
            Frequency::Minutely => (60, seconds_of_minute()),
            Frequency::Hourly => (3_600, seconds_of_hour()),
            _ => return Times::Fixed(combine(&or_start(&hours, local.hour()), 3_600, &seconds_of_hour()).into()),
        };
        // A set of an hour or less is the same every time: what BYSETPOS picks of it is, too.
        let offsets = if rule.by_set_position.is_empty() {
            offsets
        } else {
            select(&rule.by_set_position, offsets.len()).into_iter().map(|index| offsets[index]).collect()
        };

        let on_one_day = i64::from(SECONDS_OF_DAY / unit);
        let interval = i64::from(rule.interval);
        let first = i64::from(local.date().num_days_from_ce()) * on_one_day
            + i64::from(local.num_seconds_from_midnight() / unit);
        // A unit of a day can only be met when it agrees with DTSTART in what day and interval have in common.
        let common = common_divisor(interval, on_one_day);
        let is_in = |values: &[u32], value: u32| values.is_empty() || values.contains(&value);
        let allowed: Vec<bool> = (0..SECONDS_OF_DAY / unit)
            .map(|index| {
                let second = index * unit;
                (i64::from(index) - first).rem_euclid(common) == 0
                    && is_in(&hours, second / 3_600)
                    && (unit > 60 || is_in(&minutes, second / 60 % 60))
                    && (unit > 1 || is_in(&seconds, second % 60))
            })
            .collect();
        let units: Vec<u32> = (0..).zip(&allowed).filter(|(_, allowed)| **allowed).map(|(index, _)| index).collect();
        if common == interval {
            Times::Fixed(combine(&units, unit, &offsets).into())
        } else {
            Times::Drifting(Drift { unit, interval, remainder: first.rem_euclid(interval), units, allowed, offsets })
        }
    }
}

/// The indices that BYSETPOS picks from a set of `length`, in order.
pub(super) fn select(positions: &[i16], length: usize) -> Vec<usize> {
    let mut indices: Vec<usize> = positions
        .iter()
        .filter_map(|position| {
            let distance = usize::from(position.unsigned_abs());
            if *position > 0 { Some(distance - 1) } else { length.checked_sub(distance) }
        })
        .filter(|index| *index < length)
        .collect();
    indices.sort_unstable();
    indices.dedup();
    indices
}

/// Every sum of a multiple of `unit` and an offset below it, in order.
fn combine(multiples: &[u32], unit: u32, offsets: &[u32]) -> Vec<u32> {
    multiples.iter().flat_map(|multiple| offsets.iter().map(move |offset| multiple * unit + offset)).collect()
}

fn common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
