//! A series in two: what comes before an instance, and that instance with what follows it.

use super::editor::{Editor, change_moments, placed};
use super::rule::{Anchor, RuleText};
use super::series::{Series, instant, is_same, override_of, range_over};
use super::timing::{self, local_in};
use crate::entry::Entry;
use crate::object::CalendarObject;
use crate::time::Zone;
use crate::value::Moment;
use crate::{Error, Missing, Problem, Result};
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Ordering;

/// Where a series is cut.
struct Cut<'a> {
    object: &'a CalendarObject,
    master: &'a Entry,
    start: &'a Moment,
    /// The first instance of the later part, in the form of DTSTART.
    at: Moment,
    /// How many instances of the rule come before.
    before: usize,
}

impl<'a> Cut<'a> {
    fn new(object: &'a CalendarObject, id: &Moment) -> Result<Self> {
        let master = object.master.as_ref().ok_or(Error::NotFound(Missing::Event))?;
        let start = master.start.as_ref().ok_or(Error::NotFound(Missing::Event))?;
        if master.rules.len() > 1 {
            return Err(Error::bad_input("scope", Problem::SeveralRules));
        }
        let at = start.at(local_in(&object.zones, id, start));
        let counts = object
            .component(master)
            .property("RRULE")
            .is_some_and(|rule| RuleText::read(&rule.value).count().is_some());
        let before = if counts { Series::of_rule(object).count_before(&at)? } else { 0 };
        Ok(Cut { object, master, start, at, before })
    }

    /// Whether a moment of the series lies before the cut. A day in a series of times lies on both sides of a cut within it.
    fn side(&self, moment: &Moment) -> Ordering {
        if moment.is_date() == self.at.is_date() {
            instant(self.object, moment).cmp(&instant(self.object, &self.at))
        } else {
            moment.local().date().cmp(&self.at.local().date())
        }
    }

    fn anchor(&self) -> Anchor<'a> {
        Anchor { start: self.start, zone: self.object.zones.zone(self.start, &Zone::UTC) }
    }
}

/// The part of the series before `id`.
pub(super) fn earlier(object: &CalendarObject, text: &str, id: &Moment, now: DateTime<Utc>) -> Result<String> {
    let cut = Cut::new(object, id)?;
    let mut editor = Editor::new(object, text, now);
    let tree = editor.tree(cut.master);
    let before = cut.before;
    let mut emptied = false;
    tree.rewrite("RRULE", |property| {
        let mut rule = RuleText::read(&property.value);
        if rule.count().is_some() {
            emptied = before == 0;
            rule.set("COUNT", Some(before.to_string()));
        } else {
            let last = cut.at.local() - if cut.at.is_date() { TimeDelta::days(1) } else { TimeDelta::seconds(1) };
            // A rule that has ended by then ends where it did.
            if rule.until(&cut.anchor()).is_some_and(|(until, _)| until <= last) {
                return None;
            }
            rule.set_until(last, &cut.anchor());
        }
        Some(vec![(property.params.clone(), rule.value())])
    });
    if emptied {
        tree.remove("RRULE");
    }
    for name in ["EXDATE", "RDATE"] {
        let is_earlier = |moment: &Moment| match cut.side(moment) {
            Ordering::Less => true,
            Ordering::Equal => moment.is_date() != cut.at.is_date(),
            Ordering::Greater => false,
        };
        change_moments(tree, name, cut.start, |moment| is_earlier(moment).then(|| moment.clone()));
    }
    for entry in &object.overrides {
        if entry.recurrence_id.as_ref().is_some_and(|id| cut.side(&id.moment) != Ordering::Less) {
            editor.drop(entry);
        }
    }
    Ok(editor.finish())
}

/// The series from `id` on, as an object of its own with `uid`.
pub(super) fn later(object: &CalendarObject, text: &str, id: &Moment, uid: &str, now: DateTime<Utc>) -> Result<String> {
    let cut = Cut::new(object, id)?;
    let by_rule = Series::of_rule(object);
    // An RDATE between two instances of the rule is no start to count weeks or months from.
    let first = match by_rule.at(&cut.at)? {
        Some(_) => Some(cut.at.clone()),
        None if cut.master.rules.is_empty() => None,
        None => by_rule.next(&cut.at)?,
    };
    let start = first.clone().unwrap_or_else(|| cut.at.clone());
    let mut editor = Editor::new(object, text, now);
    let tree = editor.document.calendar.component(cut.master.component);
    match (&first, cut.before) {
        (None, _) => tree.remove("RRULE"),
        (Some(_), before) => tree.rewrite("RRULE", |property| {
            let old = RuleText::read(&property.value);
            let mut rule = old.clone();
            rule.say_days_of(cut.start.local().date());
            if before > 0 {
                let before = u32::try_from(before).unwrap_or(u32::MAX);
                let left = rule.count().map(|count| count.saturating_sub(before).max(1));
                rule.set("COUNT", left.map(|left| left.to_string()));
            }
            (rule != old).then(|| vec![(property.params.clone(), rule.value())])
        }),
    }
    for name in ["EXDATE", "RDATE"] {
        let is_start = |moment: &Moment| name == "RDATE" && is_same(object, moment, &start);
        change_moments(tree, name, cut.start, |moment| {
            (cut.side(moment) != Ordering::Less && !is_start(moment)).then(|| moment.clone())
        });
    }
    if let Some(old) = placed(cut.master) {
        timing::write(tree, &old, &old.recurred(start.clone(), &object.zones));
    }
    for entry in &object.overrides {
        if entry.recurrence_id.as_ref().is_some_and(|id| cut.side(&id.moment) == Ordering::Less) {
            editor.drop(entry);
        }
    }
    // What an earlier override says of all that follows must be said again.
    if let Some((range, from)) = range_over(object, &cut.at)
        && cut.side(from) == Ordering::Less
        && let Some(old) = placed(range)
    {
        let mut free = Some(cut.at.clone());
        let whole = Series::of(object);
        while let Some(moment) = &free
            && override_of(object, moment).is_some()
        {
            let step = if moment.is_date() { TimeDelta::days(1) } else { TimeDelta::seconds(1) };
            free = whole.next(&moment.at(moment.local() + step))?;
        }
        if let Some(id) = free {
            let mut tree = editor.original(range);
            let delta = id.local() - local_in(&object.zones, from, &id);
            let moved = old.start.at(old.start.local() + delta);
            timing::set_moment(&mut tree, "RECURRENCE-ID", &id, &["UID"]);
            timing::write(&mut tree, &old, &old.recurred(moved, &object.zones));
            editor.adopt(&mut tree, uid);
            editor.document.calendar.append(tree);
        }
    }
    Ok(editor.finish_as(uid))
}
