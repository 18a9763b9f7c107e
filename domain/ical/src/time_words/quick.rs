//! A line of words as an event.

use super::days::later;
use super::lexicon::{Language, Links, Meaning};
use super::moments::{Said, When};
use super::reader::{Reader, Reference};
use super::repetition::Repetition;
use crate::edit::Repeat;
use chrono::NaiveDate;
use std::ops::Range;

/// What a part of a line was understood as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A date, a time of day, a length of time.
    Time,
    Repetition,
    Place,
    Calendar,
    Attendee,
}

/// A part of a line that was understood, in octets of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood {
    pub span: Range<usize>,
    pub part: Part,
}

/// What a line of words says of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuickAdd {
    /// What is left when all that was understood is taken away; it may be empty.
    pub title: String,
    /// `None` where no time is named.
    pub when: Option<When>,
    pub repeat: Repeat,
    pub place: Option<String>,
    /// The name after `/`, as it was written.
    pub calendar: Option<String>,
    /// Addresses of e-mail.
    pub attendees: Vec<String>,
    /// In the order of the line, none of which overlap.
    pub understood: Vec<Understood>,
    /// In which it was read.
    pub language: Language,
}

impl QuickAdd {
    /// How much of the line says when it is.
    pub(super) fn octets_of_times(&self) -> usize {
        let times = self.understood.iter().filter(|part| matches!(part.part, Part::Time | Part::Repetition));
        times.map(|part| part.span.len()).sum()
    }
}

/// What was found of a line so far.
#[derive(Default)]
struct Gathered {
    said: Said,
    repetition: Option<Repetition>,
    calendar: Option<String>,
    attendees: Vec<String>,
    understood: Vec<Understood>,
    /// By item, whether it was understood.
    is_taken: Vec<bool>,
}

pub(super) fn quick_add(text: &str, language: Language, reference: &Reference) -> QuickAdd {
    let reader = Reader::new(text, language, reference, false);
    let mut gathered = Gathered { is_taken: vec![false; reader.items.len()], ..Gathered::default() };
    let mut at = 0;
    while at < reader.items.len() {
        let end = reader.take(&mut gathered, at);
        at = end.unwrap_or(at + 1);
    }
    let (when, repeat) = reader.settled(&mut gathered);
    let place = reader.take_place(&mut gathered);
    let title = reader.title(&gathered);
    gathered.understood.sort_by_key(|part| part.span.start);
    let Gathered { calendar, attendees, understood, .. } = gathered;
    QuickAdd { title, when, repeat, place, calendar, attendees, understood, language }
}

impl Reader<'_> {
    /// Takes what begins at the item, and yields where it ends.
    fn take(&self, gathered: &mut Gathered, at: usize) -> Option<usize> {
        if self.meaning(at) == Meaning::Address {
            let address = self.text.get(self.items.get(at)?.span.clone())?;
            if !gathered.attendees.iter().any(|known| known.eq_ignore_ascii_case(address)) {
                gathered.attendees.push(address.to_owned());
            }
            let is_bracketed = at > 0 && self.is_sign(at - 1, '<') && self.is_glued_sign(at + 1, '>');
            let (from, end) = if is_bracketed { (at - 1, at + 2) } else { (at, at + 1) };
            return Some(self.taken(gathered, from, end, Part::Attendee));
        }
        if let Some((name, end)) = self.calendar(at).filter(|_| gathered.calendar.is_none()) {
            gathered.calendar = Some(name);
            return Some(self.taken(gathered, at, end, Part::Calendar));
        }
        if gathered.repetition.is_none()
            && let Some((repetition, end)) = self.repetition(at)
        {
            gathered.said.part = gathered.said.part.or(repetition.part);
            gathered.repetition = Some(repetition);
            return Some(self.taken(gathered, at, end, Part::Repetition));
        }
        if let Some(repetition) = gathered.repetition.as_mut().filter(|repetition| repetition.end.is_none())
            && let Some((last, end)) = self.series_end(at)
        {
            repetition.end = Some(last);
            return Some(self.taken(gathered, at, end, Part::Repetition));
        }
        let (said, end) = self.said(at)?;
        gathered.said = merged(&gathered.said, &said)?;
        Some(self.taken(gathered, at, end, Part::Time))
    }

    fn taken(&self, gathered: &mut Gathered, from: usize, end: usize, part: Part) -> usize {
        let end = end.min(self.items.len());
        gathered.is_taken[from..end].fill(true);
        if let (Some(first), Some(last)) = (self.items.get(from), self.items.get(end.wrapping_sub(1))) {
            gathered.understood.push(Understood { span: first.span.start..last.span.end, part });
        }
        end
    }

    /// `/team`: up to the next white space.
    fn calendar(&self, at: usize) -> Option<(String, usize)> {
        let is_begun = self.is_sign(at, '/') && self.items.get(at).is_some_and(|item| item.is_spaced);
        let mut end = at + 1;
        while self.is_glued(end)
            && (matches!(self.items[end].meaning, Meaning::Sign('-' | '_' | '.'))
                || !matches!(self.items[end].meaning, Meaning::Sign(_)))
        {
            end += 1;
        }
        let span =
            self.items.get(at + 1).filter(|_| is_begun && end > at + 1)?.span.start..self.items.get(end - 1)?.span.end;
        let name = self.text.get(span)?;
        name.starts_with(char::is_alphabetic).then(|| (name.to_owned(), end))
    }

    /// When it is and how it repeats. What is no time by itself is given back.
    fn settled(&self, gathered: &mut Gathered) -> (Option<When>, Repeat) {
        let said = &mut gathered.said;
        if let (Some(repetition), Some(dates)) = (&mut gathered.repetition, &mut said.dates)
            && repetition.end.is_none()
            && dates.last > later(dates.first, 6)
        {
            // “from 3 March until 30 June every week”
            repetition.end = Some(super::repetition::SeriesEnd::On(dates.last));
            dates.last = dates.first;
        }
        let Some(repetition) = &gathered.repetition else {
            let when = self.when(said, None);
            if when.is_none() {
                self.give_back(gathered);
            }
            return (when, Repeat::Never);
        };
        let when = match said.dates {
            Some(_) => self.when(said, None),
            None => self.first_time(said, repetition),
        };
        let repeat = when.map_or(Repeat::Never, |when| repetition.repeat(when.first_day()));
        (when, repeat)
    }

    /// The first time of a series whose first day was not said.
    fn first_time(&self, said: &Said, repetition: &Repetition) -> Option<When> {
        let today = self.reference.today();
        let on = |day: NaiveDate| match self.when(said, Some(day)) {
            None => When::Days { first: day, last: day },
            Some(when) => when,
        };
        let first = on(repetition.first_day(today));
        match first {
            When::Times { start, zone: None, .. } if start <= self.reference.now => {
                Some(on(repetition.first_day(later(today, 1))))
            }
            first => Some(first),
        }
    }

    /// A length of time alone says nothing: it stays in the title.
    fn give_back(&self, gathered: &mut Gathered) {
        let (times, others) =
            std::mem::take(&mut gathered.understood).into_iter().partition(|part| part.part == Part::Time);
        gathered.understood = others;
        let times: Vec<Understood> = times;
        for (item, is_taken) in self.items.iter().zip(&mut gathered.is_taken) {
            if times.iter().any(|time| time.span.start <= item.span.start && item.span.end <= time.span.end) {
                *is_taken = false;
            }
        }
    }

    /// A place, where one is named for certain.
    fn take_place(&self, gathered: &mut Gathered) -> Option<String> {
        for at in 0..self.items.len() {
            if gathered.is_taken[at] {
                continue;
            }
            let mut end = at + 1;
            while end < self.items.len() && !gathered.is_taken[end] && !self.is_sign(end, ',') {
                end += 1;
            }
            let Some(first) = self.place(at, end) else { continue };
            // Something must be left to call it by.
            let is_named = (0..at)
                .chain(end..self.items.len())
                .any(|at| !gathered.is_taken[at] && !matches!(self.meaning(at), Meaning::Sign(_) | Meaning::Link(_)));
            if !is_named {
                continue;
            }
            let span = self.items[first].span.start..self.items[end - 1].span.end;
            let place = self.text.get(span)?.trim_end_matches(['.', ';', '-', ' ']).to_owned();
            self.taken(gathered, at, end, Part::Place);
            return Some(place);
        }
        None
    }

    /// What is left of the line.
    fn title(&self, gathered: &Gathered) -> String {
        let mut kept = gathered.is_taken.clone();
        // What led to something that was understood and says nothing alone: “with anna@example.org”.
        for at in (0..self.items.len()).rev() {
            let leads = self.is_link(at, Links::WITH.and(Links::ON).and(Links::AT).and(Links::FOR).and(Links::AND));
            let is_before_taken = at + 1 < self.items.len() && kept[at + 1]
                || at + 1 == self.items.len() && at > 0 && gathered.is_taken[at - 1];
            if !kept[at] && leads && is_before_taken && gathered.is_taken.iter().any(|taken| *taken) {
                kept[at] = true;
            }
        }
        let mut title = String::new();
        let mut is_gap = false;
        for (item, is_taken) in self.items.iter().zip(&kept) {
            if *is_taken {
                is_gap = true;
                continue;
            }
            let is_sign = matches!(item.meaning, Meaning::Sign(',' | ';' | ')' | '.' | ':'));
            if !title.is_empty() && (item.is_spaced || is_gap) && !(is_gap && is_sign) {
                title.push(' ');
            }
            title.push_str(self.text.get(item.span.clone()).unwrap_or_default());
            is_gap = false;
        }
        let trims = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '|' | '·' | '@');
        title.replace("()", "").trim_matches(trims).to_owned()
    }
}

/// Both together; `None` where they say two things of one.
fn merged(known: &Said, more: &Said) -> Option<Said> {
    fn one<T: Copy>(known: Option<T>, more: Option<T>) -> Option<Option<T>> {
        match (known, more) {
            (Some(_), Some(_)) => None,
            (known, more) => Some(known.or(more)),
        }
    }
    Some(Said {
        dates: one(known.dates, more.dates)?,
        hours: one(known.hours, more.hours)?,
        until: one(known.until, more.until)?,
        last: one(known.last, more.last)?,
        part: one(known.part, more.part)?,
        zone: one(known.zone, more.zone)?,
        length: one(known.length, more.length)?,
        from_now: one(known.from_now, more.from_now)?,
    })
}
