//! The steps that every edit is made of.

use super::EventDraft;
use super::document::{Document, Tree, moment_params, param};
use super::draft::TEXTS;
use super::marks::{MARKS, written};
use super::shift::Form;
use super::timing::{self, EndForm, Length, Placed};
use crate::entry;
use crate::entry::{Class, End, Entry};
use crate::escape::escape_text;
use crate::object::CalendarObject;
use crate::syntax::{Parameter, Property};
use crate::time::{Zone, Zones, vtimezone};
use crate::value::{self, Moment};
use crate::{Limits, Result};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use std::collections::HashSet;

/// The lines whose change is significant to others (RFC 5546 section 2.1.4).
const SIGNIFICANT: [&str; 9] =
    ["DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "STATUS", "RECURRENCE-ID"];

/// An edit of one object under way.
pub(super) struct Editor<'a> {
    pub(super) object: &'a CalendarObject,
    text: &'a str,
    pub(super) document: Document,
    now: DateTime<Utc>,
}

impl<'a> Editor<'a> {
    /// `text` is what `object` was read from.
    pub(super) fn new(object: &'a CalendarObject, text: &'a str, now: DateTime<Utc>) -> Self {
        Editor { object, text, document: Document::of(object, text), now }
    }

    /// The component of `entry`.
    pub(super) fn tree(&mut self, entry: &Entry) -> &mut Tree {
        self.document.calendar.component(entry.component)
    }

    pub(super) fn drop(&mut self, entry: &Entry) {
        self.document.calendar.take(entry.component);
    }

    /// The lines of `entry` as they were.
    pub(super) fn original(&self, entry: &Entry) -> Tree {
        Tree::of(self.object.component(entry), self.text)
    }

    /// The text after the edit: changed components stamped, time zones as needed.
    pub(super) fn finish(mut self) -> String {
        for entry in self.object.master.iter().chain(&self.object.overrides) {
            let original = self.original(entry);
            let now = self.now;
            let tree = self.tree(entry);
            if !tree.is_gone() && tree.text() != original.text() {
                stamp(tree, now, said(&original) != said(tree));
            }
        }
        self.settle_zones();
        self.document.text()
    }

    /// The text after a step that completes an edit, whose stamps stand already.
    pub(super) fn finish_quietly(mut self) -> String {
        self.settle_zones();
        self.document.text()
    }

    /// The text of an object of its own, split off from this one.
    pub(super) fn finish_as(mut self, uid: &str) -> String {
        for entry in self.object.master.iter().chain(&self.object.overrides) {
            let now = self.now;
            let tree = self.tree(entry);
            if !tree.is_gone() {
                renamed(tree, uid);
                stamp(tree, now, false);
            }
        }
        self.settle_zones();
        self.document.text()
    }

    pub(super) fn stamp(&self, tree: &mut Tree, significant: bool) {
        stamp(tree, self.now, significant);
    }

    /// Makes a component one of the object that [`Editor::finish_as`] yields.
    pub(super) fn adopt(&self, tree: &mut Tree, uid: &str) {
        renamed(tree, uid);
        stamp(tree, self.now, false);
    }

    /// Adds the VTIMEZONEs that the edit made necessary and removes those that it left without use.
    fn settle_zones(&mut self) {
        let before = used_zones(&Document::of(self.object, self.text).calendar);
        let calendar = &mut self.document.calendar;
        let after = used_zones(calendar);
        let is_orphan = |tzid: &str| before.contains(tzid) && !after.contains(tzid);
        calendar.retain_components(|tree| defined_zone(tree).is_none_or(|tzid| !is_orphan(&tzid)));
        let first = first_day(calendar);
        let defined: HashSet<String> = calendar.components().filter_map(defined_zone).collect();
        let mut missing: Vec<&String> = after.difference(&before).filter(|tzid| !defined.contains(*tzid)).collect();
        missing.sort();
        for tz in missing.iter().filter_map(|tzid| tzid.parse::<Tz>().ok()) {
            calendar.prepend(&vtimezone(tz, first));
        }
    }
}

/// Reads back what an edit wrote.
pub(super) fn read(text: &str) -> Result<CalendarObject> {
    // What was accepted once is not refused for the room that an edit takes; whoever stores it applies the limits.
    CalendarObject::parse(text, &Limits { object_octets: usize::MAX, nesting: usize::MAX })
}

fn defined_zone(tree: &Tree) -> Option<String> {
    (tree.name == "VTIMEZONE").then(|| tree.property("TZID").map(Property::text)).flatten()
}

fn used_zones(calendar: &Tree) -> HashSet<String> {
    calendar.components().filter(|tree| tree.name != "VTIMEZONE").flat_map(Tree::tzids).collect()
}

/// The first day that a component of the calendar starts on.
fn first_day(calendar: &Tree) -> NaiveDate {
    calendar
        .components()
        .filter(|tree| tree.name != "VTIMEZONE")
        .flat_map(Tree::properties)
        .filter(|property| matches!(property.name.as_str(), "DTSTART" | "RDATE" | "RECURRENCE-ID"))
        .filter_map(|property| property.value.get(..8))
        .filter_map(|date| NaiveDate::parse_from_str(date, "%Y%m%d").ok())
        .min()
        .unwrap_or_default()
}

/// What a component says of when it is.
fn said(tree: &Tree) -> Vec<(&str, &[Parameter], &str)> {
    tree.properties()
        .filter(|property| SIGNIFICANT.contains(&property.name.as_str()))
        .map(|property| (property.name.as_str(), property.params.as_slice(), property.value.as_str()))
        .collect()
}

fn stamp(tree: &mut Tree, now: DateTime<Utc>, significant: bool) {
    let at = Moment::Utc(now.naive_utc()).value();
    tree.set("DTSTAMP", &[], &at, &["UID"]);
    tree.set("LAST-MODIFIED", &[], &at, &["DTSTAMP"]);
    if significant {
        let sequence = tree.property("SEQUENCE").and_then(|property| property.value.trim().parse::<u32>().ok());
        tree.set("SEQUENCE", &[], &sequence.unwrap_or(0).saturating_add(1).to_string(), &["LAST-MODIFIED"]);
    }
}

/// Gives the component the UID of another object, whose revisions are counted anew.
fn renamed(tree: &mut Tree, uid: &str) {
    tree.set("UID", &[], uid, &[]);
    if tree.property("SEQUENCE").is_some() {
        tree.set("SEQUENCE", &[], "0", &[]);
    }
}

/// Writes the texts and marks in which `after` differs from `before`, unless `keeps` one of the component's own.
pub(super) fn set_texts(tree: &mut Tree, before: &EventDraft, after: &EventDraft, keeps: impl Fn(&str, &str) -> bool) {
    for name in TEXTS {
        let current = tree.property(name).map(Property::text).unwrap_or_default();
        let wanted = after.text(name);
        if before.text(name) == wanted || current == wanted || keeps(name, &current) {
            continue;
        }
        set_text(tree, name, wanted);
    }
    for name in MARKS {
        let (current, wanted) = (written(name, tree.properties()), after.marks.value(name));
        if before.marks.value(name) == wanted || current == wanted || keeps(name, &current) {
            continue;
        }
        set_mark(tree, name, &wanted);
    }
}

/// Writes what is no text of the form, or takes its line away when it is empty.
fn set_mark(tree: &mut Tree, name: &str, value: &str) {
    if value.is_empty() {
        return tree.remove(name);
    }
    let params = tree.property(name).map(|property| property.params.clone()).unwrap_or_default();
    tree.set(name, &params, value, &["LOCATION", "DESCRIPTION", "SUMMARY", "RECURRENCE-ID", "DTSTART"]);
}

/// Writes one text, or takes its line away when it is empty.
pub(super) fn set_text(tree: &mut Tree, name: &str, text: &str) {
    if text.is_empty() {
        return tree.remove(name);
    }
    let mut params = tree.property(name).map(|property| property.params.clone()).unwrap_or_default();
    // It names another form of the text that is being replaced; programs that know it prefer it.
    params.retain(|parameter| parameter.name != "ALTREP");
    tree.set(name, &params, &escape_text(text), &["SUMMARY", "RECURRENCE-ID", "DTSTART"]);
}

/// Puts a component that stood as `old` to `start`, for as long as `length` says, in the form in which it said its end.
pub(super) fn set_time(
    tree: &mut Tree,
    zones: &Zones,
    old: &Placed,
    (start, zone): (Moment, &Zone),
    length: Length,
    old_length: Length,
) {
    let form = EndForm::of(tree, &old.start, &old.end);
    let mut new = form.place(start, length, zone, zones);
    if length == old_length && matches!(form, EndForm::For) {
        new.end = old.end.clone();
    }
    timing::write(tree, old, &new);
}

/// The lines of a VEVENT that a draft makes.
pub(super) fn fill(tree: &mut Tree, draft: &EventDraft, start: &Moment, zone: &Zone, zones: &Zones) {
    let new = EndForm::Implied.place(start.clone(), draft.timing.length(), zone, zones);
    timing::set_moment(tree, "DTSTART", &new.start, &[]);
    if let End::At(end) = &new.end {
        timing::set_moment(tree, "DTEND", end, &[]);
    }
    for name in TEXTS {
        set_text(tree, name, draft.text(name));
    }
    for name in MARKS {
        let value = draft.marks.value(name);
        // What nobody says otherwise is public.
        if !value.is_empty() && value != Class::Public.name() {
            set_mark(tree, name, &value);
        }
    }
}

/// Puts what `change` makes of each moment in the lines called `name` (EXDATE, RDATE) in its place; a line that keeps all of its
/// moments stays as it is.
pub(super) fn change_moments(
    tree: &mut Tree,
    name: &str,
    start: &Moment,
    mut change: impl FnMut(&Moment) -> Option<Moment>,
) {
    tree.rewrite(name, |property| {
        if value::is_declared(property, "PERIOD") {
            return change_periods(property, start, &mut change);
        }
        let before: Vec<Moment> = value::moments(property).ok()?;
        let after: Vec<Moment> = before.iter().filter_map(|moment| change(&aligned(moment, start))).collect();
        if after == before
            || (after.len() == before.len() && after.iter().zip(&before).all(|(a, b)| *a == aligned(b, start)))
        {
            return None;
        }
        let mut lines: Vec<(Vec<Parameter>, String)> = Vec::new();
        for moment in after {
            let params = moment_params(&property.params, &moment);
            match lines.iter_mut().find(|(other, _)| *other == params) {
                Some((_, values)) => {
                    values.push(',');
                    values.push_str(&moment.value());
                }
                None => lines.push((params, moment.value())),
            }
        }
        Some(lines)
    });
}

fn change_periods(
    property: &Property,
    start: &Moment,
    change: &mut impl FnMut(&Moment) -> Option<Moment>,
) -> Option<Vec<(Vec<Parameter>, String)>> {
    let periods = value::periods(property).ok()?;
    let mut lines = Vec::new();
    let mut same = true;
    for period in &periods {
        let from = aligned(&period.start, start);
        let Some(moved) = change(&from) else {
            same = false;
            continue;
        };
        same &= moved == from;
        if moved.is_date() {
            lines.push((moment_params(&property.params, &moved), moved.value()));
            continue;
        }
        let end = match &period.end {
            value::PeriodEnd::At(end) => moved.at(moved.local() + (end.local() - period.start.local())).value(),
            value::PeriodEnd::For(duration) => timing::duration_value(*duration),
        };
        let mut params = moment_params(&property.params, &moved);
        params.insert(0, param("VALUE", "PERIOD"));
        lines.push((params, format!("{}/{end}", moved.value())));
    }
    (!same).then_some(lines)
}

/// A time without a zone beside a start with one is in that zone.
fn aligned(moment: &Moment, start: &Moment) -> Moment {
    entry::aligned(moment, start).unwrap_or_else(|| moment.clone())
}

/// The start and end of an entry as its lines say them.
pub(super) fn placed(entry: &Entry) -> Option<Placed> {
    Some(Placed { start: entry.start.clone()?, end: entry.end.clone() })
}

/// The zone of the wall-clock time of a moment that may be of the form of a series after a change.
pub(super) fn zone_of<'z>(zones: &'z Zones, moment: &Moment, form: &'z Form) -> &'z Zone {
    match moment {
        moment if timing::is_of_form(moment, &form.like) => &form.zone,
        moment => zones.zone(moment, &Zone::UTC),
    }
}
