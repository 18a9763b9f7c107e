//! Edits of a whole series, and of events that do not recur.

use super::document::Tree;
use super::draft::{draft_of, entry_timing, text_of};
use super::editor::{Editor, change_moments, placed, read, set_texts, set_time, zone_of};
use super::marks::{MARKS, written};
use super::rule::{Anchor, RuleText, first_match, immovable, moved_by_month};
use super::series::Series;
use super::shift::{Form, Shift};
use super::timing::{self, Length};
use super::{EventDraft, Repeat, RepeatEnd, Timing};
use crate::entry::Entry;
use crate::object::CalendarObject;
use crate::value::Moment;
use crate::{Error, Missing, Problem, Result};
use chrono::{DateTime, TimeDelta, Utc};

/// The lines that make a component recur.
pub(super) const RECURRENCE: [&str; 4] = ["RRULE", "RDATE", "EXDATE", "EXRULE"];

/// How far from its old place an instance is looked for that belongs to an override, when a series by months moves.
const REACH: TimeDelta = TimeDelta::days(10);

/// Makes the series say what `draft` says of the instance `opened` (of the series itself where that is `None`).
pub(super) fn update(
    object: &CalendarObject,
    text: &str,
    opened: Option<&Moment>,
    draft: &EventDraft,
    now: DateTime<Utc>,
) -> Result<String> {
    let before = draft_of(object, opened)?;
    if *draft == before {
        return Ok(text.to_owned());
    }
    let mut editor = Editor::new(object, text, now);
    let Some(master) = &object.master else {
        let entry = object.overrides.first().ok_or(Error::NotFound(Missing::Event))?;
        retime(&mut editor, entry, &before, draft)?;
        set_texts(editor.tree(entry), &before, draft, |_, _| false);
        return Ok(editor.finish());
    };
    if draft.repeat == Repeat::Never && before.repeat != Repeat::Never {
        single(&mut editor, master, draft)?;
        return Ok(editor.finish());
    }
    let own = |name: &str, current: &str| {
        // An override with a text of its own keeps it, unless it is the one that was changed.
        let of_series = object.component(master);
        if MARKS.contains(&name) {
            return current != written(name, of_series.properties.iter()) && current != before.marks.value(name);
        }
        current != text_of(of_series, name) && current != before.text(name)
    };
    set_texts(editor.tree(master), &before, draft, |_, _| false);
    for entry in &object.overrides {
        set_texts(editor.tree(entry), &before, draft, own);
    }
    if before.timing == draft.timing && before.repeat == draft.repeat {
        return Ok(editor.finish());
    }
    let instances = reschedule(&mut editor, master, opened, &before, draft)?;
    let text = editor.finish();
    match instances {
        Instances::Moved => Ok(text),
        Instances::MovedByMonth => reattach(&text, Some(REACH), now),
        Instances::Others => reattach(&text, None, now),
    }
}

/// Changes the time of a component by itself.
pub(super) fn retime(editor: &mut Editor<'_>, entry: &Entry, before: &EventDraft, draft: &EventDraft) -> Result<()> {
    if before.timing == draft.timing {
        return Ok(());
    }
    let old = placed(entry).ok_or(Error::NotFound(Missing::Event))?;
    let form = Form::after(editor.object, &old.start, &before.timing, &draft.timing);
    let start = form.like.at(draft.timing.start());
    let zones = &editor.object.zones;
    set_time(
        editor.document.calendar.component(entry.component),
        zones,
        &old,
        (start, &form.zone),
        draft.timing.length(),
        before.timing.length(),
    );
    Ok(())
}

/// One event, at the time of the draft, whatever there was.
fn single(editor: &mut Editor<'_>, master: &Entry, draft: &EventDraft) -> Result<()> {
    let before = draft_of(editor.object, None)?;
    retime(editor, master, &before, draft)?;
    let tree = editor.tree(master);
    set_texts(tree, &before, draft, |_, _| false);
    for name in RECURRENCE {
        tree.remove(name);
    }
    for entry in &editor.object.overrides {
        editor.drop(entry);
    }
    Ok(())
}

/// What became of the instances that overrides and exceptions belong to.
enum Instances {
    /// They moved, all alike.
    Moved,
    /// They moved, some further than others.
    MovedByMonth,
    /// Some may be gone.
    Others,
}

/// Moves the series, its overrides and exceptions, and changes how it repeats.
fn reschedule(
    editor: &mut Editor<'_>,
    master: &Entry,
    opened: Option<&Moment>,
    before: &EventDraft,
    draft: &EventDraft,
) -> Result<Instances> {
    let object = editor.object;
    let old = placed(master).ok_or(Error::NotFound(Missing::Event))?;
    let own_timing = entry_timing(object, master)?;
    let shift = Shift::new(object, &old.start, opened.unwrap_or(&old.start), &before.timing, &draft.timing);
    let form = shift.form();
    let new_rule = (before.repeat != draft.repeat).then_some(&draft.repeat);

    let mut start = shift.moved(&old.start);
    let rrule = object.component(master).property("RRULE").map(|rule| rule.value.trim().to_owned());
    let mut by_month = false;
    let mut rule = None;
    match new_rule {
        Some(Repeat::Every { interval, pattern, until }) => {
            let same_pattern = matches!(&before.repeat, Repeat::Every { pattern: old, .. } if old == pattern);
            let moves = shift.shown().days() != 0 || shift.changes_kind();
            let mut text = match &rrule {
                // Whoever moved the series left its days as they were named: they go along.
                Some(value) if same_pattern && moves => follow(value, &shift, &mut start)?,
                _ => {
                    let day = first_match(pattern, draft.timing.first_day(), start.local().date());
                    start = start.at(day.and_time(start.local().time()));
                    let mut text = rrule.as_deref().map(RuleText::read).unwrap_or_default();
                    if !same_pattern || moves {
                        text.set_pattern(pattern);
                    }
                    text
                }
            };
            text.set_interval(*interval);
            let same_end = matches!(&before.repeat, Repeat::Every { until: old, .. } if old == until);
            if !same_end || before.timing != draft.timing {
                text.set_end(*until, &form.anchor(&start));
            }
            if let RepeatEnd::On(last) = until
                && *last < start.local().date()
            {
                return Err(Error::bad_input("repeat", Problem::EndsBeforeItBegins));
            }
            rule = Some(text);
        }
        Some(Repeat::Custom(value)) => rule = Some(RuleText::read(value)),
        Some(Repeat::Never) => {}
        None => {
            if let Some(value) = &rrule {
                let moved = follow(value, &shift, &mut start)?;
                by_month = moved.is_by_month() && shift.shown().days() != 0;
                rule = Some(moved);
            }
        }
    }

    // The master itself.
    let length =
        if draft.timing.length() == before.timing.length() { own_timing.length() } else { draft.timing.length() };
    let zones = &object.zones;
    let tree = editor.document.calendar.component(master.component);
    set_time(tree, zones, &old, (start.clone(), zone_of(zones, &start, form)), length, own_timing.length());
    write_rules(tree, &shift, rrule.as_deref(), rule, new_rule, &start)?;
    for name in ["EXDATE", "RDATE"] {
        change_moments(tree, name, &old.start, |moment| Some(shift.moved(moment)));
    }

    // What is said of single instances.
    for entry in &object.overrides {
        let Some(id) = &entry.recurrence_id else { continue };
        let tree = editor.document.calendar.component(entry.component);
        let moved_id = shift.moved_id(&id.moment);
        if moved_id != id.moment {
            timing::set_moment(tree, "RECURRENCE-ID", &moved_id, &["UID"]);
        }
        let Some(placed) = placed(entry) else { continue };
        let own = entry_timing(object, entry)?;
        let length = override_length(&own, &own_timing, before, draft);
        let moved = shift.moved(&placed.start);
        if moved != placed.start || length != own.length() {
            let zone = zone_of(zones, &moved, form);
            set_time(tree, zones, &placed, (moved.clone(), zone), length, own.length());
        }
    }
    Ok(match new_rule {
        Some(_) => Instances::Others,
        None if by_month => Instances::MovedByMonth,
        None => Instances::Moved,
    })
}

/// The rule as it is after the move. A series by months does not start on the day that as many days later is; `start` is
/// corrected then.
fn follow(value: &str, shift: &Shift<'_>, start: &mut Moment) -> Result<RuleText> {
    let rule = shift.rule(value, start)?;
    if shift.shown().days() == 0 {
        return Ok(rule);
    }
    if rule.has_scale() {
        // As many days later can be another day of the month, or none that the month has.
        if !rule.leads_to(shift.shown().new, &shift.form().anchor(start)) {
            return Err(immovable());
        }
    } else if rule.is_by_month() {
        let (old, new) = (shift.shown().old.date(), shift.shown().new.date());
        let day = moved_by_month(&rule, old_day(shift, start), old, new);
        *start = start.at(day.and_time(start.local().time()));
    }
    Ok(rule)
}

/// The day on which the series started, before it moved by days to `moved`.
fn old_day(shift: &Shift<'_>, moved: &Moment) -> chrono::NaiveDate {
    moved.local().date() - TimeDelta::days(shift.shown().days())
}

/// How long an override lasts: as long as before, unless it lasted as long as what was changed and that lasts otherwise now.
fn override_length(own: &Timing, master: &Timing, before: &EventDraft, draft: &EventDraft) -> Length {
    let (old, new) = (before.timing.length(), draft.timing.length());
    let follows = own.length() == old || own.length() == master.length();
    let changes_kind = own.is_all_day() == before.timing.is_all_day() && own.is_all_day() != draft.timing.is_all_day();
    if changes_kind || (follows && old != new && own.is_all_day() == draft.timing.is_all_day()) {
        new
    } else {
        own.length()
    }
}

/// Writes RRULE where it changes, and moves what else makes the series recur.
fn write_rules(
    tree: &mut Tree,
    shift: &Shift<'_>,
    old: Option<&str>,
    rule: Option<RuleText>,
    new: Option<&Repeat>,
    start: &Moment,
) -> Result<()> {
    if matches!(new, Some(Repeat::Every { .. })) {
        // The form says all of it.
        tree.remove("RDATE");
        tree.remove("EXRULE");
    }
    let is_same = |value: &str, rule: &RuleText| RuleText::read(value) == *rule;
    match rule {
        Some(rule) if rule.value().is_empty() => tree.remove("RRULE"),
        Some(rule) if new.is_some() => {
            if old.is_none_or(|old| !is_same(old, &rule)) {
                tree.set("RRULE", &[], &rule.value(), &["DTSTART", "DTEND", "DURATION"]);
            }
        }
        _ => {
            let mut failed = None;
            for name in ["RRULE", "EXRULE"] {
                tree.rewrite(name, |property| match shift.rule(&property.value, start) {
                    Ok(rule) if is_same(&property.value, &rule) => None,
                    Ok(rule) => Some(vec![(property.params.clone(), rule.value())]),
                    Err(error) => {
                        failed = Some(error);
                        None
                    }
                });
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Takes overrides and exceptions away that belong to no instance any more; within `reach`, they go to the nearest one
/// that has none.
fn reattach(text: &str, reach: Option<TimeDelta>, now: DateTime<Utc>) -> Result<String> {
    let object = read(text)?;
    let Some(master) = &object.master else { return Ok(text.to_owned()) };
    let Some(start) = &master.start else { return Ok(text.to_owned()) };
    let whole = Series::of_rule_and_dates(&object);
    let mut editor = Editor::new(&object, text, now);
    let mut taken: Vec<Moment> = Vec::new();
    let place = |id: &Moment, taken: &[Moment]| -> Result<Option<Moment>> {
        if whole.at(id)?.is_some() {
            return Ok(Some(id.clone()));
        }
        let Some(reach) = reach else { return Ok(None) };
        Ok(whole.nearest(id, reach)?.filter(|found| !taken.contains(found)))
    };
    for entry in &object.overrides {
        let Some(id) = &entry.recurrence_id else { continue };
        match place(&id.moment, &taken)? {
            Some(found) => {
                if found != id.moment {
                    let delta = found.local() - id.moment.local();
                    let tree = editor.document.calendar.component(entry.component);
                    timing::set_moment(tree, "RECURRENCE-ID", &found, &["UID"]);
                    if let Some(old) = placed(entry) {
                        let length = entry_timing(&object, entry)?.length();
                        let moved = old.start.at(old.start.local() + delta);
                        let zone = object.zones.zone(&moved, &crate::time::Zone::UTC);
                        set_time(tree, &object.zones, &old, (moved.clone(), zone), length, length);
                    }
                }
                taken.push(found);
            }
            None => editor.drop(entry),
        }
    }
    let mut failed = None;
    let tree = editor.document.calendar.component(master.component);
    change_moments(tree, "EXDATE", start, |moment| {
        if moment.is_date() != start.is_date() {
            return Some(moment.clone());
        }
        place(moment, &taken).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            None
        })
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(editor.finish_quietly()),
    }
}

/// The rule and the form of a new series.
pub(super) fn new_rule(draft: &EventDraft, form: &Form, start: &mut Moment) -> Result<Option<RuleText>> {
    let Repeat::Every { interval, pattern, until } = &draft.repeat else {
        return Ok(match &draft.repeat {
            Repeat::Custom(value) if !value.is_empty() => Some(RuleText::read(value)),
            _ => None,
        });
    };
    let day = first_match(pattern, draft.timing.first_day(), start.local().date());
    *start = start.at(day.and_time(start.local().time()));
    if let RepeatEnd::On(last) = until
        && *last < day
    {
        return Err(Error::bad_input("repeat", Problem::EndsBeforeItBegins));
    }
    let mut rule = RuleText::default();
    rule.set_pattern(pattern);
    rule.set_interval(*interval);
    rule.set_end(*until, &Anchor { start, zone: &form.zone });
    Ok(Some(rule))
}
