//! The recurrence set (RFC 5545 section 3.8.5.3).

use super::{Expansion, Length};
use crate::entry::Entry;
use crate::recurrence::Occurrences;
use crate::value::Moment;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use std::collections::HashSet;
use std::iter::Peekable;

/// DTSTART, RRULE and RDATE merged, in the wall-clock time of DTSTART.
pub(super) struct Set<'s> {
    pub(super) rules: Vec<Peekable<Occurrences<'s>>>,
    pub(super) exclusion_rules: Vec<Peekable<Occurrences<'s>>>,
    /// From the last to the first.
    pub(super) dates: Vec<(NaiveDateTime, Option<Length>)>,
    /// The series is one of days: times below a day fall together.
    pub(super) of_days: bool,
}

pub(super) struct Member {
    pub(super) local: NaiveDateTime,
    /// That of an RDATE which is a period.
    pub(super) length: Option<Length>,
    /// By an EXRULE.
    pub(super) excluded: bool,
}

impl Set<'_> {
    fn key(&self, local: NaiveDateTime) -> NaiveDateTime {
        if self.of_days { local.date().and_time(NaiveTime::MIN) } else { local }
    }
}

impl Iterator for Set<'_> {
    type Item = Member;

    fn next(&mut self) -> Option<Member> {
        let of_rules = self.rules.iter_mut().filter_map(|rule| rule.peek().copied()).min();
        let next = self.dates.last().map(|(local, _)| *local).into_iter().chain(of_rules).min()?;
        let local = self.key(next);
        let mut length = None;
        while let Some((_, own)) = self.dates.pop_if(|(date, _)| *date <= local) {
            length = length.or(own);
        }
        let of_days = self.of_days;
        let is_same = |at: &NaiveDateTime| *at == local || of_days && at.date() == local.date();
        for rule in &mut self.rules {
            while rule.next_if(is_same).is_some() {}
        }
        let mut excluded = false;
        for rule in &mut self.exclusion_rules {
            while rule.next_if(|at| *at < local).is_some() {}
            while rule.next_if(is_same).is_some() {
                excluded = true;
            }
        }
        Some(Member { local, length, excluded })
    }
}

/// EXDATE.
pub(super) struct Exclusions {
    instants: HashSet<DateTime<Utc>>,
    days: HashSet<NaiveDate>,
}

impl Exclusions {
    pub(super) fn of(expansion: &Expansion<'_>, entry: &Entry) -> Self {
        let (mut instants, mut days) = (HashSet::new(), HashSet::new());
        for moment in &entry.exclusion_dates {
            match moment {
                Moment::Date(day) => days.insert(*day),
                moment => instants.insert(expansion.instant(moment)),
            };
        }
        Exclusions { instants, days }
    }

    /// `id` is in the form of DTSTART, so that a date among the exclusions means the day in its zone.
    pub(super) fn excludes(&self, id: &Moment, instant: DateTime<Utc>) -> bool {
        self.instants.contains(&instant) || self.days.contains(&id.local().date())
    }
}
