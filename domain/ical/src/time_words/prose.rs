//! All times that a text names.

use super::dates::Sort;
use super::lexicon::{Language, Meaning};
use super::moments::{Said, When};
use super::reader::{Reader, Reference};
use chrono::NaiveDate;
use std::collections::HashSet;
use std::ops::Range;

/// A time that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTime {
    pub when: When,
    /// In octets of the text.
    pub span: Range<usize>,
    /// The higher, the more it is a time for certain, and one that something begins at. It means something beside others alone.
    pub score: u8,
}

/// How far a time of day may stand from the day that it is of, in octets.
const MAX_APART_OCTETS: usize = 300;

pub(super) fn times(text: &str, languages: &[Language], reference: &Reference) -> Vec<FoundTime> {
    let mut readings: Vec<(usize, Vec<FoundTime>)> = languages
        .iter()
        .map(|language| {
            let reader = Reader::new(text, *language, reference, true);
            (reader.known(), reader.all_times())
        })
        .collect();
    // The language of which most words are known is the one that it is written in; the others add what it has no times for.
    readings.sort_by_key(|(known, _)| std::cmp::Reverse(*known));
    let mut found: Vec<FoundTime> = Vec::new();
    for (place, (_, times)) in readings.into_iter().enumerate() {
        let doubt = if place == 0 { 0 } else { 30 };
        found = joined(
            found,
            times.into_iter().map(|time| FoundTime { score: time.score.saturating_sub(doubt), ..time }).collect(),
        );
    }
    found.sort_by_key(|time| (std::cmp::Reverse(time.score), time.span.start));
    let mut seen = HashSet::new();
    found.retain(|time| time.score > 0 && seen.insert(time.when));
    found
}

/// Both in the order of the text, without those of `more` that overlap one of `known`.
fn joined(known: Vec<FoundTime>, more: Vec<FoundTime>) -> Vec<FoundTime> {
    let mut both = Vec::with_capacity(known.len() + more.len());
    let mut known = known.into_iter().peekable();
    for time in more {
        while let Some(before) = known.next_if(|known| known.span.start < time.span.end) {
            both.push(before);
        }
        let overlaps = both.last().is_some_and(|before: &FoundTime| before.span.end > time.span.start);
        if !overlaps {
            both.push(time);
        }
    }
    both.extend(known);
    both
}

impl Reader<'_> {
    /// How many words of the language there are.
    fn known(&self) -> usize {
        let is_word = |meaning: Meaning| {
            !matches!(
                meaning,
                Meaning::Other | Meaning::Opaque | Meaning::Address | Meaning::Sign(_) | Meaning::Digits { .. }
            )
        };
        self.items.iter().filter(|item| is_word(item.meaning)).count()
    }

    fn all_times(&self) -> Vec<FoundTime> {
        let mut found = Vec::new();
        let mut near: Option<(NaiveDate, usize)> = None;
        let mut at = 0;
        while let Some(item) = self.items.get(at) {
            if item.begins_line && self.is_sign(at, '>') {
                // What somebody else wrote before.
                at = (at + 1..self.items.len()).find(|at| self.items[*at].begins_line).unwrap_or(self.items.len());
                continue;
            }
            let Some((said, end)) = self.said(at) else {
                at += 1;
                continue;
            };
            let Some(span) = self.items.get(end.saturating_sub(1)).map(|last| item.span.start..last.span.end) else {
                break;
            };
            let day =
                near.filter(|(_, until)| span.start.saturating_sub(*until) <= MAX_APART_OCTETS).map(|(day, _)| day);
            at = end;
            let borrowed = if said.dates.is_none() { day } else { None };
            let Some(when) = self.when(&said, borrowed).filter(|_| is_time(&said)) else { continue };
            if said.dates.is_some() {
                near = Some((when.first_day(), span.end));
            }
            let score = self.score(&said, &when, borrowed.is_some());
            found.push(FoundTime { when, span, score });
        }
        found
    }

    fn score(&self, said: &Said, when: &When, is_borrowed: bool) -> u8 {
        let mut score: i32 = match said.dates {
            Some(dates) => match (dates.sort, dates.has_year) {
                (Sort::Written, true) => 45,
                (Sort::Written, false) => 40,
                (Sort::Relative, _) => 35,
                (Sort::Weekday, _) => 32,
                (Sort::DayOnly, _) => 20,
                (Sort::Week, _) => 8,
            },
            None if said.from_now.is_some() => 25,
            None if is_borrowed => 25,
            None => 5,
        };
        if let Some(hours) = said.hours {
            score += if hours.start.is_marked { 35 } else { 25 };
            score += if hours.end.is_some() { 10 } else { 0 };
        }
        score += if said.part.is_some() && said.hours.is_none() { 8 } else { 0 };
        score += if said.zone.is_some() { 5 } else { 0 };
        score += if said.length.is_some() || said.last.is_some() || said.until.is_some() { 5 } else { 0 };
        let is_over = match when {
            When::Days { last, .. } => *last < self.reference.today(),
            When::Times { start, .. } => start.date() < self.reference.today(),
        };
        score -= if is_over { 40 } else { 0 };
        u8::try_from(score.clamp(1, 255)).unwrap_or(u8::MAX)
    }
}

/// A length of time, a part of the day or an end alone is no time.
fn is_time(said: &Said) -> bool {
    said.dates.is_some()
        || said.from_now.is_some()
        || said.hours.is_some_and(|hours| hours.start.is_marked || hours.end.is_some())
}
