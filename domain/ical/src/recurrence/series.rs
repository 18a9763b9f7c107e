//! The instances of a rule in wall-clock time, from any point of the series on.
//!
//! A rule cuts time into periods (years, months, weeks or days; below a day the days stand for them), numbered from the one that
//! DTSTART is in. Which period a point of time is in is arithmetic; what is in a period does not depend on the others. A COUNT
//! does: what came before has to be counted. Where every period holds equally many instances that is a multiplication,
//! elsewhere the periods since DTSTART are counted without building their instances.

use super::days::{DayFilter, start_of_week};
use super::period::Period;
use super::times::{SECONDS_OF_DAY, Times, select};
use super::{Frequency, Rule, Scale, Skip, System, Until};
use crate::value::Moment;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

/// iCalendar has no years of five digits.
const LAST_YEAR: i32 = 9999;

/// How many periods [`Series::nth`] counts one by one before it gives up.
const MAX_PERIODS: usize = 100_000;

/// A rule with its DTSTART.
///
/// DTSTART is its first instance, even where the rule does not lead to it (RFC 5545 section 3.8.5.3), unless UNTIL lies before.
/// Wall-clock times count: a time that a zone skips is in the series like any other.
#[derive(Clone, Debug)]
pub struct Series {
    start: NaiveDateTime,
    count: Option<u64>,
    end: End,
    frequency: Frequency,
    interval: i64,
    week_start: chrono::Weekday,
    days: DayFilter,
    /// The number of the year or month that DTSTART is in, where those are the periods.
    origin: i64,
    /// What to do for days that a period does not have, where some may not have all.
    skip: Skip,
    times: Times,
    /// BYSETPOS within a period of a day or more.
    positions: Vec<i16>,
    never: bool,
    /// Whether DTSTART belongs to it although the rule does not lead there.
    extra_start: bool,
    /// How many times the first period holds before DTSTART.
    before_start: usize,
}

/// The clock of a time zone, as far as a rule looks at it: its UNTIL is an instant. (`time` defines zones by rules, so rules know
/// no more of zones than this.)
pub trait WallClock: Debug + Send + Sync {
    fn to_local(&self, instant: DateTime<Utc>) -> NaiveDateTime;
    fn to_utc(&self, local: NaiveDateTime) -> DateTime<Utc>;
}

/// What UNTIL says.
#[derive(Clone, Debug)]
struct End {
    /// No instance is later in wall-clock time.
    local: NaiveDateTime,
    /// No instance is later than this instant; to be checked where the wall clock is within a day of it.
    instant: Option<(DateTime<Utc>, Arc<dyn WallClock>)>,
}

impl End {
    fn of(until: Option<Until>, start: &Moment, zone: &(impl WallClock + Clone + 'static)) -> Self {
        let last = |local| End { local, instant: None };
        match (until, start) {
            (None, _) => last(NaiveDateTime::MAX),
            (Some(Until::Date(day)), _) => {
                last(day.and_time(NaiveTime::MIN) + TimeDelta::seconds(i64::from(SECONDS_OF_DAY) - 1))
            }
            (Some(Until::Floating(local)), _) => last(local),
            (Some(Until::Utc(instant)), Moment::Zoned { .. }) => {
                // Wide enough for any jump of the clock: the instant decides.
                let local = zone.to_local(instant).checked_add_signed(TimeDelta::days(2)).unwrap_or(NaiveDateTime::MAX);
                End { local, instant: Some((instant, Arc::new(zone.clone()))) }
            }
            (Some(Until::Utc(instant)), _) => last(instant.naive_utc()),
        }
    }
}

impl Series {
    /// `start` is DTSTART, `zone` the zone that its wall-clock time is in (UTC for UTC; for dates and floating times any will do).
    pub fn new(rule: &Rule, start: &Moment, zone: &(impl WallClock + Clone + 'static)) -> Self {
        let mut series = Series::of_rule(rule, start, zone);
        let first = series.period(0);
        series.before_start = first.partition_point(|local| local < series.start);
        let leads_there = series.before_start < first.len() && first.at(series.before_start) == series.start;
        series.extra_start = !leads_there && series.is_within_end(series.start);
        series
    }

    /// As [`Series::new`], but DTSTART belongs to it only if the rule leads there: what an EXRULE takes away.
    pub fn without_start(rule: &Rule, start: &Moment, zone: &(impl WallClock + Clone + 'static)) -> Self {
        Series { extra_start: false, ..Series::new(rule, start, zone) }
    }

    fn of_rule(rule: &Rule, start: &Moment, zone: &(impl WallClock + Clone + 'static)) -> Self {
        // Of a system that is not known nothing can be told but DTSTART.
        let bare = Rule { until: rule.until, ..Rule::new(Frequency::Daily) };
        let (rule, scale, known) = match rule.system {
            System::Known(scale) => (rule, scale, true),
            System::Unknown(_) => (&bare, Scale::Gregorian, false),
        };
        let local = start.local();
        let days = DayFilter::new(rule, scale, local.date());
        let has_missing_days = rule.frequency > Frequency::Weekly && !days.is_even(rule.frequency);
        let skip = if has_missing_days { rule.skip } else { Skip::Omit };
        let times = Times::of(rule, start);
        let positions = if rule.frequency < Frequency::Daily { Vec::new() } else { rule.by_set_position.clone() };
        let never = !known
            || skip == Skip::Omit && days.is_impossible()
            || times.is_empty()
            || rule.frequency == Frequency::Daily
                && !positions.is_empty()
                && select(&positions, times.fixed()).is_empty();
        Series {
            start: local,
            count: rule.count.map(u64::from),
            end: End::of(rule.until, start, zone),
            frequency: rule.frequency,
            interval: rule.interval.into(),
            week_start: rule.week_start,
            origin: origin(rule.frequency, &days, local.date()),
            days,
            skip,
            times,
            positions,
            never,
            extra_start: false,
            before_start: 0,
        }
    }

    /// The instances that start at `from` or later and before `to`, in order.
    pub fn between(&self, from: NaiveDateTime, to: NaiveDateTime) -> Occurrences<'_> {
        let mut occurrences = Occurrences {
            series: self,
            to,
            index: 0,
            period: Period::default(),
            next: 0,
            remaining: self.count,
            extra: self.extra_start.then_some(self.start),
            done: false,
        };
        occurrences.seek(from.max(self.start));
        occurrences
    }

    /// A wall-clock time that no instance starts after; `None` when there is none, or when finding it is not worth its cost.
    pub fn last_start(&self) -> Option<NaiveDateTime> {
        if self.never {
            return Some(self.start);
        }
        let by_until = (self.end.local < NaiveDateTime::MAX).then_some(self.end.local);
        let by_count = self.count.and_then(|count| self.nth(count - 1));
        match (by_until, by_count) {
            (Some(until), Some(last)) => Some(until.min(last)),
            (until, last) => until.or(last),
        }
    }

    /// The start of the instance with this number (0: the first), or one that is not earlier; `None` when it is not found within
    /// [`MAX_PERIODS`].
    fn nth(&self, number: u64) -> Option<NaiveDateTime> {
        let extra = u64::from(self.extra_start);
        if number < extra || self.never {
            return Some(self.start);
        }
        let mut left = number - extra + self.before_start as u64;
        let mut index = 0;
        let mut skipped = false;
        for _ in 0..MAX_PERIODS {
            let period = self.period(index);
            if (period.len() as u64) > left {
                return Some(period.at(left as usize));
            }
            left -= period.len() as u64;
            if !skipped && index > 0 && !period.is_empty() && self.is_even() {
                let length = period.len() as u64;
                index = index.saturating_add(i64::try_from(left / length).unwrap_or(i64::MAX));
                left %= length;
                skipped = true;
            }
            match self.following(index) {
                Some(following) => index = following,
                None => return NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).and_then(|day| day.and_hms_opt(23, 59, 59)),
            }
        }
        None
    }

    fn is_within_end(&self, local: NaiveDateTime) -> bool {
        local <= self.end.local
            && self
                .end
                .instant
                .as_ref()
                .is_none_or(|(until, zone)| self.end.local - local > TimeDelta::days(4) || zone.to_utc(local) <= *until)
    }

    /// The number of the period that `local` is in, or of the one before where it is in none.
    fn index_of(&self, local: NaiveDateTime) -> i64 {
        let (day, start) = (local.date().max(self.start.date()), self.start.date());
        let passed = match self.frequency {
            Frequency::Yearly | Frequency::Monthly => origin(self.frequency, &self.days, day) - self.origin,
            Frequency::Weekly => match start_of_week(start, self.week_start) {
                Some(first) => (day - first).num_days() / 7,
                None => 0,
            },
            _ => (day - start).num_days(),
        };
        if self.frequency < Frequency::Daily { passed } else { passed / self.interval }
    }

    /// The first and the last day of a period; `None` after the end of time.
    fn bounds(&self, index: i64) -> Option<(NaiveDate, NaiveDate)> {
        let start = self.start.date();
        let units = if self.frequency < Frequency::Daily { index } else { index.checked_mul(self.interval)? };
        let days_after = |day: NaiveDate, days: i64| day.checked_add_days(Days::new(u64::try_from(days).ok()?));
        let bounds = match self.frequency {
            Frequency::Yearly => {
                let year = i32::try_from(self.origin.checked_add(units)?).ok()?;
                if self.days.by_weeks() {
                    self.days.weeks_of(year)?
                } else {
                    let scale = self.days.scale;
                    (scale.year_first(year)?, scale.year_first(year.checked_add(1)?)?.pred_opt()?)
                }
            }
            Frequency::Monthly => self.days.scale.numbered_month(self.origin.checked_add(units)?)?,
            Frequency::Weekly => {
                let first = days_after(start_of_week(start, self.week_start)?, units.checked_mul(7)?)?;
                (first, days_after(first, 6)?)
            }
            _ => {
                let day = days_after(start, units)?;
                (day, day)
            }
        };
        (bounds.0.year() <= LAST_YEAR).then_some(bounds)
    }

    /// What a period holds.
    fn period(&self, index: i64) -> Period {
        match self.bounds(index) {
            Some((first, last)) if self.skip != Skip::Omit && self.interval == 1 => {
                let other = if self.skip == Skip::Forward { index - 1 } else { index + 1 };
                Period::joined(&[index, other].map(|index| self.led_to(index)), first, last)
            }
            _ => self.led_to(index),
        }
    }

    /// What the rule leads to from a period. With SKIP it may lie just outside; where the next period follows at once, it counts
    /// as that one's.
    fn led_to(&self, index: i64) -> Period {
        let Some((first, last)) = self.bounds(index).filter(|_| !self.never) else { return Period::default() };
        let days = self.days_from(first, last);
        if days.is_empty() {
            return Period::default();
        }
        let times = match &self.times {
            Times::Fixed(times) => times.clone(),
            Times::Drifting(drift) => {
                let mut times = Vec::new();
                drift.each(drift.first(first), |unit| {
                    times.extend(drift.offsets.iter().map(|offset| unit * drift.unit + offset));
                });
                times.into()
            }
        };
        let positions = self.selected(days.len() * times.len());
        Period { days, times, positions }
    }

    fn days_from(&self, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
        let mut days = self.days.between(first, last);
        if self.skip != Skip::Omit {
            days.extend(self.days.moved(self.skip, self.frequency, first, last));
            days.sort_unstable();
            days.dedup();
        }
        days
    }

    /// No instance of a period is on an earlier day; `None` after the end of time.
    fn begin(&self, index: i64) -> Option<NaiveDate> {
        let (first, _) = self.bounds(index)?;
        if self.skip == Skip::Backward { first.pred_opt() } else { Some(first) }
    }

    /// The indices that BYSETPOS picks among `length` times; `None`: all of them.
    fn selected(&self, length: usize) -> Option<Vec<usize>> {
        (!self.positions.is_empty()).then(|| select(&self.positions, length))
    }

    /// The number of the next period after `index` in which something may be.
    fn following(&self, index: i64) -> Option<i64> {
        let mut index = index.checked_add(1)?;
        if self.never {
            return None;
        }
        if self.frequency > Frequency::Daily {
            return self.bounds(index).map(|_| index);
        }
        // Days come one by one: months that are not meant and days that a long interval leaps over would be many.
        loop {
            let (day, _) = self.bounds(index)?;
            let mut next = self.days.next_in_month(day, LAST_YEAR)?;
            if let Times::Drifting(drift) = &self.times {
                let days = drift.first(next) / drift.units_of_day();
                next = next.checked_add_days(Days::new(u64::try_from(days).ok()?))?;
            }
            if next == day {
                return Some(index);
            }
            let days = (next - self.start.date()).num_days();
            let step = if self.frequency == Frequency::Daily { self.interval } else { 1 };
            index = (days + step - 1) / step;
        }
    }

    fn is_even(&self) -> bool {
        matches!(self.times, Times::Fixed(_)) && self.days.is_even(self.frequency)
    }

    /// How many times a period holds, without building them.
    fn size(&self, index: i64, drifts: &mut HashMap<i64, usize>) -> usize {
        if self.skip != Skip::Omit {
            return self.period(index).len();
        }
        let Some((first, last)) = self.bounds(index).filter(|_| !self.never) else { return 0 };
        let days = self.days.between(first, last).len();
        if days == 0 {
            return 0;
        }
        let times = match &self.times {
            Times::Fixed(times) => times.len(),
            // Few intervals leave few remainders; long ones leave few units to look at.
            Times::Drifting(drift) => {
                let first = drift.first(first);
                *drifts.entry(first).or_insert_with(|| drift.count(first))
            }
        };
        self.selected(days * times).map_or(days * times, |positions| positions.len())
    }

    /// How many instances the periods before `index` hold; where that is more than `most`, anything above it.
    fn count_through(&self, index: i64, most: u64) -> u64 {
        if index == 0 {
            return 0;
        }
        let mut drifts = HashMap::new();
        let first = self.size(0, &mut drifts) - self.before_start;
        let mut count = first as u64 + u64::from(self.extra_start);
        if self.is_even() {
            let each = self.size(1, &mut drifts) as u64;
            return count.saturating_add(each.saturating_mul((index - 1).unsigned_abs()));
        }
        let mut at = 0;
        while count < most
            && let Some(next) = self.following(at).filter(|next| *next < index)
        {
            count += self.size(next, &mut drifts) as u64;
            at = next;
        }
        count
    }
}

/// Starts of instances in wall-clock time, in order.
#[derive(Clone, Debug)]
pub struct Occurrences<'a> {
    series: &'a Series,
    to: NaiveDateTime,
    index: i64,
    period: Period,
    next: usize,
    /// What is left of COUNT.
    remaining: Option<u64>,
    /// DTSTART, when the rule does not lead there.
    extra: Option<NaiveDateTime>,
    done: bool,
}

impl Occurrences<'_> {
    fn seek(&mut self, from: NaiveDateTime) {
        let series = self.series;
        if from >= self.to || from > series.end.local {
            self.done = true;
            return;
        }
        self.index = series.index_of(from);
        let mut passed = match series.count {
            Some(count) => series.count_through(self.index, count),
            None => 0,
        };
        self.period = series.period(self.index);
        self.next = self.period.partition_point(|local| local < from);
        passed += self.next as u64;
        if self.index == 0 {
            passed -= series.before_start as u64;
        }
        if from > series.start {
            if self.index == 0 && self.extra.is_some() {
                passed += 1;
            }
            self.extra = None;
        }
        self.remaining = self.remaining.map(|remaining| remaining.saturating_sub(passed));
    }
}

impl Iterator for Occurrences<'_> {
    type Item = NaiveDateTime;

    fn next(&mut self) -> Option<NaiveDateTime> {
        while !self.done && self.remaining != Some(0) {
            let local = if let Some(start) = self.extra.take() {
                start
            } else if self.next < self.period.len() {
                self.next += 1;
                self.period.at(self.next - 1)
            } else {
                let following = self.series.following(self.index);
                let begun = |index| {
                    self.series
                        .begin(index)
                        .is_some_and(|first| first <= self.to.date().min(self.series.end.local.date()))
                };
                match following.filter(|index| begun(*index)) {
                    Some(index) => {
                        (self.index, self.period, self.next) = (index, self.series.period(index), 0);
                        continue;
                    }
                    None => break,
                }
            };
            if local >= self.to || local > self.series.end.local {
                break;
            }
            self.remaining = self.remaining.map(|remaining| remaining - 1);
            // Where the clock jumps, a later wall-clock time can be an earlier instant: go on to the end.
            if self.series.is_within_end(local) {
                return Some(local);
            }
        }
        self.done = true;
        None
    }
}

/// The number of the year or month that `day` is in; 0 where the periods are neither.
fn origin(frequency: Frequency, days: &DayFilter, day: NaiveDate) -> i64 {
    match frequency {
        Frequency::Yearly if days.by_weeks() => days.week_year_of(day).into(),
        Frequency::Yearly => days.scale.year_of(day).into(),
        Frequency::Monthly => days.scale.month_number(day),
        _ => 0,
    }
}
