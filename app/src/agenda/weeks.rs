//! The events that are there already, week by week, so that a view whose weeks are known shows at once.

use super::days::{Span, plus};
use super::layout::{first_day, last_day};
use crate::wire::{CalendarId, EventInstance};
use chrono::NaiveDate;

/// Events by the first day of each week that they touch.
#[derive(Clone, Debug, Default)]
pub struct Weeks {
    /// In order. They are few, and a tree of them would be many times the code to download.
    weeks: Vec<(NaiveDate, Week)>,
    /// The newest revision of each calendar that was heard of.
    newest: Revisions,
}

/// Revisions of calendars.
pub type Revisions = Vec<(CalendarId, i64)>;

#[derive(Clone, Debug, Default)]
struct Week {
    events: Vec<EventInstance>,
    /// Of which revisions the events are, at least.
    revisions: Revisions,
}

/// What has to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub span: Span,
    /// Nothing else is missing in it; empty: everything is.
    pub calendars: Vec<CalendarId>,
    /// What is known of now: an answer to a question that is asked from now on is as new at least.
    pub revisions: Revisions,
}

/// Weeks to keep; the ones furthest from what is shown go first.
const MAX_WEEKS: usize = 80;

impl Weeks {
    /// Takes in what the server says of what was missing.
    pub fn put(&mut self, missing: &Missing, events: Vec<EventInstance>) {
        let Missing { span, calendars, revisions } = missing;
        // An answer may be overtaken by the next one.
        let is_newer = |(id, has): &(CalendarId, i64)| revision(revisions, *id).is_some_and(|asked| asked < *has);
        let mut weeks = span.days().step_by(7).filter_map(|from| self.place(from).ok());
        if weeks.any(|place| self.weeks[place].1.revisions.iter().any(is_newer)) {
            return;
        }
        for from in span.days().step_by(7) {
            let place = match self.place(from) {
                Ok(place) => place,
                Err(place) => {
                    self.weeks.insert(place, (from, Week::default()));
                    place
                }
            };
            let week = &mut self.weeks[place].1;
            week.events.retain(|event| !calendars.is_empty() && !calendars.contains(&event.calendar));
            week.revisions.clone_from(revisions);
        }
        let span = *span;
        for event in events {
            self.add(event, Some(span));
        }
        while self.weeks.len() > MAX_WEEKS {
            let (Some((first, _)), Some((last, _))) = (self.weeks.first(), self.weeks.last()) else { break };
            let far = if span.from - *first > *last - span.from { 0 } else { self.weeks.len() - 1 };
            self.weeks.remove(far);
        }
    }

    /// What of `span` (whole weeks) must be fetched: from its first to its last missing or outdated week, and of which calendars.
    pub fn missing(&self, span: Span) -> Option<Missing> {
        let (mut first, mut last, mut calendars, mut all) = (None, span.from, Vec::new(), false);
        for from in span.days().step_by(7) {
            let week = self.place(from).ok().map(|place| &self.weeks[place].1);
            let old = |(id, newest): &&(CalendarId, i64)| {
                week.is_none_or(|week| revision(&week.revisions, *id).is_none_or(|of| of < *newest))
            };
            let mut is_missing = week.is_none();
            all |= is_missing;
            for (id, _) in self.newest.iter().filter(old) {
                is_missing = true;
                if !calendars.contains(id) {
                    calendars.push(*id);
                }
            }
            if is_missing {
                first = first.or(Some(from));
                last = from;
            }
        }
        if all {
            calendars.clear();
        }
        Some(Missing { span: Span { from: first?, to: plus(last, 7) }, calendars, revisions: self.newest.clone() })
    }

    /// Takes note that a calendar has come to a revision. Yields whether that is news.
    pub fn hear(&mut self, calendar: CalendarId, revision: i64) -> bool {
        match self.newest.iter_mut().find(|(id, _)| *id == calendar) {
            Some((_, newest)) if *newest >= revision => return false,
            Some((_, newest)) => *newest = revision,
            None => self.newest.push((calendar, revision)),
        }
        true
    }

    /// Takes out what is of a calendar that is gone.
    pub fn forget(&mut self, calendar: CalendarId) {
        self.newest.retain(|(id, _)| *id != calendar);
        for (_, week) in &mut self.weeks {
            week.events.retain(|event| event.calendar != calendar);
            // It may come back, with the same revision and other events.
            week.revisions.retain(|(id, _)| *id != calendar);
        }
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
        self.weeks.iter_mut().for_each(|(_, week)| week.revisions.clear());
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

fn revision(revisions: &[(CalendarId, i64)], calendar: CalendarId) -> Option<i64> {
    revisions.iter().find(|(id, _)| *id == calendar).map(|(_, revision)| *revision)
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

    fn put(weeks: &mut Weeks, span: Span, events: Vec<EventInstance>) {
        weeks.put(&Missing { span, calendars: Vec::new(), revisions: weeks.newest.clone() }, events);
    }

    fn missing(weeks: &Weeks, span: Span) -> Option<Span> {
        weeks.missing(span).map(|missing| missing.span)
    }

    fn names(weeks: &Weeks, of: Span) -> Vec<String> {
        weeks.events(of, |_| true).into_iter().map(|event| event.name).collect()
    }

    #[test]
    fn a_long_event_shows_once_and_in_each_of_its_weeks() {
        let mut weeks = Weeks::default();
        let both = span("2026-11-09", "2026-11-23");
        put(
            &mut weeks,
            both,
            vec![event("long", "2026-11-13", "2026-11-17"), event("short", "2026-11-18", "2026-11-18")],
        );
        assert_eq!(names(&weeks, both), ["long", "short"]);
        assert_eq!(names(&weeks, span("2026-11-16", "2026-11-23")), ["long", "short"]);
        assert_eq!(names(&weeks, span("2026-11-09", "2026-11-16")), ["long"]);
    }

    #[test]
    fn only_missing_and_outdated_weeks_are_fetched() {
        let mut weeks = Weeks::default();
        let month = span("2026-10-26", "2026-12-07");
        weeks.hear(1, 5);
        assert_eq!(missing(&weeks, month), Some(month));
        put(&mut weeks, span("2026-11-09", "2026-11-16"), vec![]);
        put(&mut weeks, span("2026-10-26", "2026-11-02"), vec![]);
        assert_eq!(missing(&weeks, month), Some(span("2026-11-02", "2026-12-07")));
        put(&mut weeks, month, vec![]);
        assert_eq!(missing(&weeks, month), None);
        weeks.outdate();
        assert!(weeks.known(month));
        assert_eq!(missing(&weeks, month), Some(month));
    }

    #[test]
    fn only_calendars_that_changed_are_fetched_again() {
        let mut weeks = Weeks::default();
        let (first, both) = (span("2026-11-09", "2026-11-16"), span("2026-11-09", "2026-11-23"));
        assert!(weeks.hear(1, 5) && weeks.hear(2, 7));
        assert!(weeks.missing(both).unwrap().calendars.is_empty());
        let of = |calendar, name| EventInstance { calendar, ..event(name, "2026-11-13", "2026-11-17") };
        put(&mut weeks, both, vec![of(1, "a"), of(2, "b")]);
        assert!(!weeks.hear(1, 5) && !weeks.hear(2, 6));
        assert_eq!(weeks.missing(both), None);
        assert!(weeks.hear(2, 8));
        let missing = weeks.missing(first).unwrap();
        assert_eq!((missing.span, &missing.calendars[..]), (first, &[2][..]));
        // What happens while the answer is on its way is asked for next.
        weeks.hear(2, 9);
        weeks.put(&missing, vec![of(2, "c")]);
        assert_eq!(names(&weeks, first), ["a", "c"]);
        assert_eq!(weeks.missing(first).unwrap().calendars, [2]);
        weeks.put(&weeks.missing(first).unwrap(), vec![]);
        assert_eq!(weeks.missing(first), None);
        assert_eq!(weeks.missing(both).unwrap().span, span("2026-11-16", "2026-11-23"));
        weeks.forget(1);
        assert_eq!(names(&weeks, first), [""; 0]);
        assert!(weeks.hear(1, 5));
        assert_eq!(weeks.missing(first).unwrap().calendars, [1]);
        weeks.forget(1);
        // An answer that is overtaken by a newer one does not count.
        weeks.hear(2, 10);
        let slow = weeks.missing(first).unwrap();
        weeks.hear(2, 11);
        weeks.put(&weeks.missing(first).unwrap(), vec![of(2, "new")]);
        weeks.put(&slow, vec![of(2, "old")]);
        assert_eq!(names(&weeks, first), ["new"]);
    }

    #[test]
    fn a_moved_event_is_where_it_went() {
        let mut weeks = Weeks::default();
        let both = span("2026-11-09", "2026-11-23");
        put(&mut weeks, both, vec![event("a", "2026-11-10", "2026-11-10")]);
        weeks.replace(|event| event.name == "a", Some(event("a", "2026-11-20", "2026-11-20")));
        assert_eq!(names(&weeks, span("2026-11-09", "2026-11-16")), [""; 0]);
        assert_eq!(names(&weeks, span("2026-11-16", "2026-11-23")), ["a"]);
    }

    #[test]
    fn memory_is_bounded_and_what_was_fetched_last_stays() {
        let mut weeks = Weeks::default();
        for week in 0..200 {
            let from = plus(day("2026-01-05"), 7 * week);
            put(&mut weeks, Span { from, to: plus(from, 7) }, vec![]);
            assert!(weeks.known(Span { from, to: plus(from, 7) }));
        }
        assert_eq!(weeks.weeks.len(), MAX_WEEKS);
    }
}
