//! What the form shows of an object.

use super::rule::{Anchor, RuleText};
use super::series::find;
use super::timing::timing;
use super::{EventDraft, Marks, Pattern, Repeat, RepeatEnd, Shown, Timing};
use crate::entry::{End, Entry};
use crate::object::CalendarObject;
use crate::recurrence::Rule;
use crate::syntax::{Component, Property};
use crate::time::Zone;
use crate::value::Moment;
use crate::{Error, Missing, Problem, Result};
use chrono::{Datelike, NaiveDate};

/// The texts of the form and the properties that hold them.
pub(super) const TEXTS: [&str; 3] = ["SUMMARY", "DESCRIPTION", "LOCATION"];

impl EventDraft {
    /// The text for a property of [`TEXTS`]; the empty text for none.
    pub(super) fn text(&self, name: &str) -> &str {
        match name {
            "SUMMARY" => &self.summary,
            "DESCRIPTION" => self.description.as_deref().unwrap_or_default(),
            "LOCATION" => self.location.as_deref().unwrap_or_default(),
            _ => "",
        }
    }

    /// The same with one way to say none and one kind of line break.
    pub(super) fn tidy(&self) -> EventDraft {
        let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        let text = |text: &Option<String>| text.as_deref().map(lines).filter(|text| !text.is_empty());
        let mut repeat = self.repeat.clone();
        if let Repeat::Every { pattern: Pattern::Weekly(days), .. } = &mut repeat {
            days.sort_by_key(chrono::Weekday::num_days_from_monday);
            days.dedup();
        }
        EventDraft {
            summary: lines(&self.summary),
            description: text(&self.description),
            location: text(&self.location),
            timing: self.timing,
            repeat,
            marks: self.marks.tidy(),
        }
    }

    /// # Errors
    /// `BadInput` for a draft that no event can be.
    pub(super) fn check(&self) -> Result<()> {
        let refuse = |field, problem| Err(Error::bad_input(field, problem));
        let (first, last, in_order) = match self.timing {
            Timing::AllDay { first, last } => (first, last, first <= last),
            Timing::Timed { start, end, .. } => (start.date(), end.date(), start <= end),
        };
        let is_writable = |date: NaiveDate| (1..=9998).contains(&date.year());
        if !in_order {
            return refuse("end", Problem::EndBeforeStart);
        }
        if !is_writable(first) || !is_writable(last) {
            return refuse("start", Problem::Year);
        }
        match &self.repeat {
            Repeat::Never => Ok(()),
            Repeat::Custom(rule) if rule.is_empty() => Ok(()),
            Repeat::Custom(rule) => match Rule::parse(rule) {
                Ok(_) => Ok(()),
                Err(error) => Err(Error::bad_input("repeat", Problem::NoRule(error.to_string()))),
            },
            Repeat::Every { interval, pattern, until } => {
                let is_pattern = match pattern {
                    Pattern::Weekly(days) => !days.is_empty(),
                    Pattern::MonthlyByWeekday { nth, .. } => matches!(nth, -1 | 1..=5),
                    Pattern::Daily | Pattern::MonthlyByDate | Pattern::Yearly => true,
                };
                match until {
                    _ if *interval == 0 => refuse("repeat", Problem::NoInterval),
                    _ if !is_pattern => refuse("repeat", Problem::NoDay),
                    RepeatEnd::After(0) => refuse("repeat", Problem::NoEvent),
                    RepeatEnd::On(day) if !is_writable(*day) => refuse("repeat", Problem::Year),
                    _ => Ok(()),
                }
            }
        }
    }
}

/// See [`super::draft_of`].
pub(super) fn draft_of(object: &CalendarObject, instance: Option<&Moment>) -> Result<EventDraft> {
    let repeat = repeat_of(object);
    let (entry, timing) = match instance.filter(|_| object.recurs()) {
        Some(id) => {
            let found = find(object, id)?.ok_or(Error::NotFound(Missing::Instance))?;
            (found.entry, timing(&object.zones, &found.start, &found.end))
        }
        None => {
            let entry = object.master.as_ref().or(object.overrides.first()).ok_or(Error::NotFound(Missing::Event))?;
            (entry, entry_timing(object, entry)?)
        }
    };
    let component = object.component(entry);
    let text = |name| Some(text_of(component, name)).filter(|text| !text.is_empty());
    Ok(EventDraft {
        summary: text_of(component, "SUMMARY"),
        description: text("DESCRIPTION"),
        location: text("LOCATION"),
        timing,
        repeat,
        marks: Marks::of(component, entry),
    })
}

/// See [`super::shown_of`].
pub(super) fn shown_of<'a>(object: &'a CalendarObject, instance: Option<&Moment>) -> Result<Shown<'a>> {
    let (entry, start, end) = match instance.filter(|_| object.recurs()) {
        Some(id) => {
            let found = find(object, id)?.ok_or(Error::NotFound(Missing::Instance))?;
            (found.entry, found.start, found.end)
        }
        None => {
            let entry = object.master.as_ref().or(object.overrides.first()).ok_or(Error::NotFound(Missing::Event))?;
            (entry, entry.start.clone().ok_or(Error::NotFound(Missing::Event))?, entry.end.clone())
        }
    };
    let end = match (&end, timing(&object.zones, &start, &end)) {
        (_, Timing::AllDay { last, .. }) => Moment::Date(last.succ_opt().unwrap_or(last)),
        // In a zone of its own, if it has one.
        (End::At(end), Timing::Timed { .. }) => end.clone(),
        (_, Timing::Timed { end, .. }) => start.at(end),
    };
    Ok(Shown { entry, start, end })
}

pub(super) fn entry_timing(object: &CalendarObject, entry: &Entry) -> Result<Timing> {
    let start = entry.start.as_ref().ok_or(Error::NotFound(Missing::Event))?;
    Ok(timing(&object.zones, start, &entry.end))
}

pub(super) fn text_of(component: &Component, name: &str) -> String {
    component.property(name).map(Property::text).unwrap_or_default()
}

fn repeat_of(object: &CalendarObject) -> Repeat {
    let Some(master) = &object.master else { return Repeat::Never };
    let Some(start) = &master.start else { return Repeat::Never };
    if master.rules.is_empty() && master.dates.is_empty() {
        return Repeat::Never;
    }
    let rule = object.component(master).property("RRULE").map(|rule| rule.value.trim());
    let in_form = master.rules.len() == 1 && master.dates.is_empty() && master.exclusion_rules.is_empty();
    let anchor = Anchor { start, zone: object.zones.zone(start, &Zone::UTC) };
    rule.filter(|_| in_form)
        .and_then(|rule| RuleText::read(rule).repeat(&anchor))
        .unwrap_or_else(|| Repeat::Custom(rule.unwrap_or_default().to_owned()))
}
