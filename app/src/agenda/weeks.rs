//! The events that are there already, week by week, so that a view whose weeks are known shows at once.

use super::days::{Span, plus};
use super::layout::{first_day, last_day};
use crate::wire::EventInstance;
use chrono::NaiveDate;

/// Events by the first day of each week that they touch.
#[derive(Clone, Debug, Default)]
pub struct Weeks {
    /// In order. They are few, and a tree of them would be many times the code to download.
    weeks: Vec<(NaiveDate, Week)>,
}

#[derive(Clone, Debug, Default)]
struct Week {
    events: Vec<EventInstance>,
    /// Something changed since it was fetched.
    stale: bool,
}

/// Weeks to keep; the ones furthest from what is shown go first.
const MAX_WEEKS: usize = 80;

impl Weeks {
    /// Takes in what the server says of `span`, which is of whole weeks.
    pub fn put(&mut self, span: Span, events: Vec<EventInstance>) {
        for from in span.days().step_by(7) {
            match self.place(from) {
                Ok(place) => self.weeks[place].1 = Week::default(),
                Err(place) => self.weeks.insert(place, (from, Week::default())),
            }
        }
        for event in events {
            self.add(event, Some(span));
        }
        while self.weeks.len() > MAX_WEEKS {
            let (Some((first, _)), Some((last, _))) = (self.weeks.first(), self.weeks.last()) else { break };
            let far = if span.from - *first > *last - span.from { 0 } else { self.weeks.len() - 1 };
            self.weeks.remove(far);
        }
    }

    /// The part of `span` (whole weeks) that must be fetched: from its first to its last missing or outdated week.
    pub fn missing(&self, span: Span) -> Option<Span> {
        let mut missing =
            span.days().step_by(7).filter(|from| self.place(*from).ok().is_none_or(|place| self.weeks[place].1.stale));
        let first = missing.next()?;
        Some(Span { from: first, to: plus(missing.last().unwrap_or(first), 7) })
    }

    /// Whether something can be shown for all of `span`, be it outdated.
    pub fn known(&self, span: Span) -> bool {
        span.days().step_by(7).all(|from| self.place(from).is_ok())
    }

    /// What touches the weeks of `span`, each instance once, in the order of the starts.
    pub fn events(&self, span: Span, shown: impl Fn(&EventInstance) -> bool) -> Vec<EventInstance> {
        let mut seen = Vec::new();
        let mut events = Vec::new();
        for (from, week) in self.weeks.iter().filter(|(from, _)| span.contains(*from)) {
            for event in &week.events {
                // Only what reaches beyond its week can stand in two.
                let long = first_day(event.when) < *from || last_day(event.when) >= plus(*from, 7);
                let which = (event.calendar, &event.name, &event.instance);
                if !shown(event) || long && seen.contains(&which) {
                    continue;
                }
                if long {
                    seen.push(which);
                }
                events.push(event.clone());
            }
        }
        events
    }

    /// All of it must be fetched again before it counts as known to be true.
    pub fn outdate(&mut self) {
        self.weeks.iter_mut().for_each(|(_, week)| week.stale = true);
    }

    /// Takes the instance that `is` finds out of every week and puts `to` in its place.
    pub fn replace(&mut self, is: impl Fn(&EventInstance) -> bool, to: Option<EventInstance>) {
        for (_, week) in &mut self.weeks {
            week.events.retain(|event| !is(event));
        }
        if let Some(to) = to {
            self.add(to, None);
        }
    }

    /// Where the week from `from` stands, or else where it belongs.
    fn place(&self, from: NaiveDate) -> Result<usize, usize> {
        self.weeks.binary_search_by_key(&from, |(from, _)| *from)
    }

    fn add(&mut self, event: EventInstance, within: Option<Span>) {
        let (first, last) = (first_day(event.when), last_day(event.when));
        for (from, week) in &mut self.weeks {
            let inside = within.is_none_or(|span| span.contains(*from));
            if inside && *from <= last && first < plus(*from, 7) {
                week.events.push(event.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::{Status, When};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span { from: day(from), to: day(to) }
    }

    fn event(name: &str, first: &str, last: &str) -> EventInstance {
        EventInstance {
            calendar: 1,
            name: name.into(),
            etag: String::new(),
            instance: None,
            title: name.into(),
            location: None,
            when: When::Days { first: day(first), last: day(last) },
            editable: true,
            transparent: false,
            status: Status::Confirmed,
        }
    }

    fn names(weeks: &Weeks, of: Span) -> Vec<String> {
        weeks.events(of, |_| true).into_iter().map(|event| event.name).collect()
    }

    #[test]
    fn a_long_event_shows_once_and_in_each_of_its_weeks() {
        let mut weeks = Weeks::default();
        let both = span("2026-11-09", "2026-11-23");
        weeks.put(both, vec![event("long", "2026-11-13", "2026-11-17"), event("short", "2026-11-18", "2026-11-18")]);
        assert_eq!(names(&weeks, both), ["long", "short"]);
        assert_eq!(names(&weeks, span("2026-11-16", "2026-11-23")), ["long", "short"]);
        assert_eq!(names(&weeks, span("2026-11-09", "2026-11-16")), ["long"]);
    }

    #[test]
    fn only_missing_and_outdated_weeks_are_fetched() {
        let mut weeks = Weeks::default();
        let month = span("2026-10-26", "2026-12-07");
        assert_eq!(weeks.missing(month), Some(month));
        weeks.put(span("2026-11-09", "2026-11-16"), vec![]);
        weeks.put(span("2026-10-26", "2026-11-02"), vec![]);
        assert_eq!(weeks.missing(month), Some(span("2026-11-02", "2026-12-07")));
        weeks.put(month, vec![]);
        assert_eq!(weeks.missing(month), None);
        weeks.outdate();
        assert!(weeks.known(month));
        assert_eq!(weeks.missing(month), Some(month));
    }

    #[test]
    fn a_moved_event_is_where_it_went() {
        let mut weeks = Weeks::default();
        let both = span("2026-11-09", "2026-11-23");
        weeks.put(both, vec![event("a", "2026-11-10", "2026-11-10")]);
        weeks.replace(|event| event.name == "a", Some(event("a", "2026-11-20", "2026-11-20")));
        assert_eq!(names(&weeks, span("2026-11-09", "2026-11-16")), [""; 0]);
        assert_eq!(names(&weeks, span("2026-11-16", "2026-11-23")), ["a"]);
    }

    #[test]
    fn memory_is_bounded_and_what_was_fetched_last_stays() {
        let mut weeks = Weeks::default();
        for week in 0..200 {
            let from = plus(day("2026-01-05"), 7 * week);
            weeks.put(Span { from, to: plus(from, 7) }, vec![]);
            assert!(weeks.known(Span { from, to: plus(from, 7) }));
        }
        assert_eq!(weeks.weeks.len(), MAX_WEEKS);
    }
}
