//! How something repeats: “every two weeks until June”, « chaque dernier vendredi », „jeden zweiten Dienstag“.

use super::days::{day_from, end_of_month, later, nth_weekday_from, weekday_from};
use super::lexicon::{DayPart, Language, Links, Meaning, Unit};
use super::moments::Length;
use super::reader::Reader;
use crate::edit::{Pattern, Repeat, RepeatEnd};
use chrono::{NaiveDate, Weekday};

const WORK_DAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// A repetition as it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repetition {
    pub(super) interval: u32,
    pub(super) on: On,
    /// “every morning”
    pub(super) part: Option<DayPart>,
    pub(super) end: Option<SeriesEnd>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// On the day, weekday or date of the beginning.
    Unit(Unit),
    Weekdays(Vec<Weekday>),
    Nth {
        nth: i8,
        weekday: Weekday,
    },
    DayOfMonth(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SeriesEnd {
    On(NaiveDate),
    Times(u32),
    /// So many days from the beginning on.
    Days(u32),
}

type Found<T> = Option<(T, usize)>;

impl Repetition {
    fn new(interval: u32, on: On) -> Repetition {
        Repetition { interval, on, part: None, end: None }
    }

    /// The first day from `from` on that it names.
    pub(super) fn first_day(&self, from: NaiveDate) -> NaiveDate {
        match &self.on {
            On::Unit(_) => from,
            On::Weekdays(days) => days.iter().map(|day| weekday_from(from, *day)).min().unwrap_or(from),
            On::Nth { nth, weekday } => nth_weekday_from(from, *nth, *weekday).unwrap_or(from),
            On::DayOfMonth(day) => day_from(from, *day, None).unwrap_or(from),
        }
    }

    /// As the form has it, for what begins on `start`.
    pub(super) fn repeat(&self, start: NaiveDate) -> Repeat {
        use chrono::Datelike;
        let pattern = match &self.on {
            On::Unit(Unit::Week) => Pattern::Weekly(vec![start.weekday()]),
            On::Unit(Unit::Month) | On::DayOfMonth(_) => Pattern::MonthlyByDate,
            On::Unit(Unit::Year) => Pattern::Yearly,
            On::Unit(_) => Pattern::Daily,
            On::Weekdays(days) => Pattern::Weekly(days.clone()),
            On::Nth { nth, weekday } => Pattern::MonthlyByWeekday { nth: *nth, weekday: *weekday },
        };
        let until = match self.end {
            None => RepeatEnd::Never,
            Some(SeriesEnd::On(day)) => RepeatEnd::On(day.max(start)),
            Some(SeriesEnd::Times(times)) => RepeatEnd::After(times),
            Some(SeriesEnd::Days(days)) => RepeatEnd::On(later(start, i64::from(days) - 1)),
        };
        Repeat::Every { interval: self.interval, pattern, until }
    }
}

impl Reader<'_> {
    /// A repetition, and where it ends.
    pub(super) fn repetition(&self, from: usize) -> Found<Repetition> {
        let lead = self.lead(from, Links::ON.and(Links::THE).and(Links::IN));
        let (mut found, mut end) = self.repeats(lead.end)?;
        if let Meaning::Part(part) = self.meaning(end) {
            (found.part, end) = (Some(part), end + 1);
        }
        if let Some((last, last_end)) = self.series_end(end) {
            (found.end, end) = (Some(last), last_end);
        }
        Some((found, end))
    }

    fn repeats(&self, at: usize) -> Found<Repetition> {
        match self.meaning(at) {
            Meaning::Frequency(Unit::WorkDay, _) => {
                Some((Repetition::new(1, On::Weekdays(WORK_DAYS.to_vec())), at + 1))
            }
            Meaning::Frequency(unit, interval) => Some((Repetition::new(interval, On::Unit(unit)), at + 1)),
            Meaning::Days(_) => self.weekdays(at).map(|(days, end)| (Repetition::new(1, On::Weekdays(days)), end)),
            Meaning::Every => self.every(at + 1),
            Meaning::Article => self.one_in_two(at + 1),
            Meaning::Ordinal(nth) => self.nth_of_month(at, nth, true),
            Meaning::Digits { value, digits: 1 | 2 } if (1..=31).contains(&value) => {
                let end = at + 1 + self.ordinal_ending(at + 1);
                let end = self.of_each_month(end)?;
                Some((Repetition::new(1, On::DayOfMonth(value)), end))
            }
            _ => None,
        }
    }

    /// What follows “every”.
    fn every(&self, at: usize) -> Found<Repetition> {
        match self.meaning(at) {
            Meaning::Alternate => self.counted(at + 1, 2),
            Meaning::Ordinal(nth) => self.nth(at, nth),
            Meaning::Digits { value, .. } if self.ordinal_ending(at + 1) == 1 && (1..=31).contains(&value) => {
                match self.meaning(at + 2) {
                    Meaning::Day(_) => self.nth(at + 1, i8::try_from(value).ok()?),
                    Meaning::Unit(_) => self.counted(at + 2, value),
                    _ => Some((Repetition::new(1, On::DayOfMonth(value)), self.of_month(at + 2).unwrap_or(at + 2))),
                }
            }
            Meaning::Digits { value: interval @ 1..=999, .. } | Meaning::Number(interval) => {
                self.counted(at + 1, interval)
            }
            Meaning::Day(_) | Meaning::Days(_) => self.one_in_two(at).or_else(|| {
                let (days, end) = self.weekdays(at)?;
                Some((Repetition::new(1, On::Weekdays(days)), end))
            }),
            // „jeden Morgen“
            Meaning::Relative(1) if self.language == Language::German => {
                Some((Repetition { part: Some(DayPart::Morning), ..Repetition::new(1, On::Unit(Unit::Day)) }, at + 1))
            }
            Meaning::Part(part) => {
                Some((Repetition { part: Some(part), ..Repetition::new(1, On::Unit(Unit::Day)) }, at + 1))
            }
            _ => self.counted(at, 1),
        }
    }

    /// What is counted: “weeks”, “Tuesdays”.
    fn counted(&self, at: usize, interval: u32) -> Found<Repetition> {
        let on = match self.meaning(at) {
            Meaning::Unit(Unit::WorkDay) => On::Weekdays(WORK_DAYS.to_vec()),
            Meaning::Unit(Unit::Weekend) => On::Weekdays(vec![Weekday::Sat, Weekday::Sun]),
            Meaning::Unit(unit @ (Unit::Day | Unit::Week | Unit::Month | Unit::Year)) => On::Unit(unit),
            Meaning::Day(day) | Meaning::Days(day) if interval > 1 => On::Weekdays(vec![day]),
            _ => return None,
        };
        Some((Repetition::new(interval, on), at + 1))
    }

    /// Days parted by commas and “and”.
    fn weekdays(&self, from: usize) -> Found<Vec<Weekday>> {
        let mut days = Vec::new();
        let (mut at, mut end) = (from, from);
        while let Meaning::Day(day) | Meaning::Days(day) = self.meaning(at) {
            if !days.contains(&day) {
                days.push(day);
            }
            end = at + 1;
            let joint = usize::from(self.is_sign(end, ','));
            let joint = joint + usize::from(self.is_link(end + joint, Links::AND));
            if joint == 0 {
                break;
            }
            at = end + joint + usize::from(self.meaning(end + joint) == Meaning::Every);
            at += usize::from(self.is_link(at, Links::ON));
        }
        days.sort_by_key(Weekday::num_days_from_monday);
        (!days.is_empty()).then_some((days, end))
    }

    /// « un mardi sur deux », « toutes les deux semaines » without the number.
    fn one_in_two(&self, at: usize) -> Found<Repetition> {
        if self.meaning(at + 1) != Meaning::OneInTwo {
            return None;
        }
        let on = match self.meaning(at) {
            Meaning::Day(day) | Meaning::Days(day) => On::Weekdays(vec![day]),
            Meaning::Unit(unit @ (Unit::Day | Unit::Week | Unit::Month | Unit::Year)) => On::Unit(unit),
            _ => return None,
        };
        Some((Repetition::new(2, on), at + 2))
    }

    /// “every second Tuesday”: every other one, unless it is of the month; “every last Friday”: of the month anyway.
    fn nth(&self, at: usize, nth: i8) -> Found<Repetition> {
        if let Meaning::Unit(_) = self.meaning(at + 1) {
            return self.counted(at + 1, u32::try_from(nth).ok()?);
        }
        let found = self.nth_of_month(at, nth, false)?;
        let Meaning::Day(weekday) = self.meaning(at + 1) else { return None };
        match self.of_month(at + 2) {
            None if nth == 2 => Some((Repetition::new(2, On::Weekdays(vec![weekday])), at + 2)),
            _ => Some(found),
        }
    }

    /// “first Monday of every month”. `must_say`: it must be said that it is of each month.
    fn nth_of_month(&self, at: usize, nth: i8, must_say: bool) -> Found<Repetition> {
        let Meaning::Day(weekday) = self.meaning(at + 1) else { return None };
        if !matches!(nth, -1 | 1..=5) {
            return None;
        }
        let end = match must_say {
            true => self.of_each_month(at + 2)?,
            false => self.of_month(at + 2).unwrap_or(at + 2),
        };
        Some((Repetition::new(1, On::Nth { nth, weekday }), end))
    }

    /// “of the month”, « du mois », „im Monat“, „des Monats“.
    fn of_month(&self, at: usize) -> Option<usize> {
        let lead = self.lead(at, Links::OF.and(Links::THE).and(Links::IN));
        let end = lead.end + usize::from(self.meaning(lead.end) == Meaning::Every);
        (end > at && self.meaning(end) == Meaning::Unit(Unit::Month)).then_some(end + 1)
    }

    /// “of every month”, « de chaque mois », „jedes Monats“, „im Monat“.
    fn of_each_month(&self, at: usize) -> Option<usize> {
        let lead = self.lead(at, Links::OF.and(Links::THE).and(Links::IN));
        let says_each = self.meaning(lead.end) == Meaning::Every;
        let end = lead.end + usize::from(says_each);
        let is_said = says_each || self.language == Language::German && lead.links.has(Links::IN);
        (is_said && self.meaning(end) == Meaning::Unit(Unit::Month)).then_some(end + 1)
    }

    /// When a series ends: “until June”, “until 3 May”, “10 times”, “for 6 weeks”.
    pub(super) fn series_end(&self, from: usize) -> Found<SeriesEnd> {
        let at = from + usize::from(self.is_sign(from, ','));
        if self.is_link(at, Links::UNTIL) {
            let lead = self.lead(at + 1, Links::THE.and(Links::OF).and(Links::ON));
            return self.last_day(lead.end).map(|(day, end)| (SeriesEnd::On(day), end));
        }
        let is_for = self.is_link(at, Links::FOR);
        let at = at + usize::from(is_for);
        match (self.count(at), self.meaning(at + 1), self.length(at)) {
            (Some(times @ 1..=1000), Meaning::Times, _) => Some((SeriesEnd::Times(times), at + 2)),
            (_, _, Some((Length::Days(days @ 1..), end))) if is_for => Some((SeriesEnd::Days(days), end)),
            _ => None,
        }
    }

    /// A day, the last one of a month or the last one of a year.
    fn last_day(&self, at: usize) -> Found<NaiveDate> {
        if self.clock(at, false).is_some() {
            return None;
        }
        if let Some((dates, end)) = self.dates(at, Links::ON.and(Links::UNTIL)) {
            return Some((dates.last, end));
        }
        use chrono::Datelike;
        match (self.meaning(at), self.meaning(at + 1)) {
            (Meaning::Month(month), Meaning::Digits { value, digits: 4 }) => {
                let first = NaiveDate::from_ymd_opt(i32::try_from(value).ok()?, month, 1)?;
                Some((end_of_month(first), at + 2))
            }
            (Meaning::Month(month), _) => {
                let today = self.reference.today();
                let year = today.year() + i32::from(month < today.month());
                Some((end_of_month(NaiveDate::from_ymd_opt(year, month, 1)?), at + 1))
            }
            (Meaning::Digits { value, digits: 4 }, _) if (1900..=2200).contains(&value) => {
                Some((NaiveDate::from_ymd_opt(i32::try_from(value).ok()?, 12, 31)?, at + 1))
            }
            _ => None,
        }
    }
}
