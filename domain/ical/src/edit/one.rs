//! Edits of one instance of a series.

use super::all::{RECURRENCE, retime};
use super::document::Tree;
use super::draft::draft_of;
use super::editor::{Editor, placed, set_texts, set_time};
use super::series::{Found, Series, find, find_in_series, is_empty, is_same, override_of};
use super::shift::Form;
use super::timing::{self, EndForm, Placed, local_in};
use super::{EventDraft, editor};
use crate::entry::{End, Entry};
use crate::object::CalendarObject;
use crate::value::Moment;
use crate::{Error, Missing, Result};
use chrono::{DateTime, Utc};

/// Makes the instance `id` say what `draft` says; how the series repeats is not looked at.
pub(super) fn update(
    object: &CalendarObject,
    text: &str,
    id: &Moment,
    draft: &EventDraft,
    now: DateTime<Utc>,
) -> Result<String> {
    let before = draft_of(object, Some(id))?;
    let draft = &EventDraft { repeat: before.repeat.clone(), ..draft.clone() };
    if *draft == before {
        return Ok(text.to_owned());
    }
    let mut editor = Editor::new(object, text, now);
    let found = find(object, id)?.ok_or(Error::NotFound(Missing::Instance))?;
    if is_own(object, found.entry, id) && !covers_later(found.entry) {
        retime(&mut editor, found.entry, &before, draft)?;
        set_texts(editor.tree(found.entry), &before, draft, |_, _| false);
        return Ok(editor.finish());
    }
    let mut tree = new_override(&editor, &found, id);
    set_texts(&mut tree, &before, draft, |_, _| false);
    let moves = before.timing != draft.timing;
    if moves {
        let form = Form::after(object, &found.start, &before.timing, &draft.timing);
        let old = Placed { start: found.start.clone(), end: found.end.clone() };
        let start = form.like.at(draft.timing.start());
        let lengths = (draft.timing.length(), before.timing.length());
        set_time(&mut tree, &object.zones, &old, (start, &form.zone), lengths.0, lengths.1);
    }
    editor.stamp(&mut tree, moves);
    if is_own(object, found.entry, id) {
        hand_on(&mut editor, found.entry, id)?;
    }
    editor.document.calendar.append(tree);
    Ok(editor.finish())
}

/// Takes the instance `id` away.
pub(super) fn remove(object: &CalendarObject, text: &str, id: &Moment, now: DateTime<Utc>) -> Result<Option<String>> {
    let mut editor = Editor::new(object, text, now);
    let own = override_of(object, id);
    if find(object, id)?.is_none() {
        return Err(Error::NotFound(Missing::Instance));
    }
    if let Some(entry) = own {
        if covers_later(entry) {
            hand_on(&mut editor, entry, id)?;
        } else {
            editor.drop(entry);
        }
    }
    match &object.master {
        Some(master) => {
            let start = master.start.as_ref().ok_or(Error::NotFound(Missing::Event))?;
            let excluded = start.at(local_in(&object.zones, id, start));
            let params = super::document::moment_params(&[], &excluded);
            editor.tree(master).add("EXDATE", &params, &excluded.value(), &["EXDATE", "RRULE", "RDATE", "DTSTART"]);
        }
        None if object.overrides.iter().all(|entry| own.is_some_and(|own| own.component == entry.component)) => {
            return Ok(None);
        }
        None => {}
    }
    let text = editor.finish();
    Ok(if is_empty(&editor::read(&text)?)? { None } else { Some(text) })
}

/// See [`super::with_overrides`].
pub(super) fn with_overrides(
    object: &CalendarObject,
    text: &str,
    ids: &[Moment],
    now: DateTime<Utc>,
) -> Result<String> {
    /// Most exceptions that are looked through, again for each instance: seconds.
    const MAX_STEPS: usize = 50_000_000;
    let exceptions = object.master.as_ref().map_or(0, |master| master.exclusion_dates.len() + master.dates.len());
    if ids.len().saturating_mul(exceptions + object.overrides.len()) > MAX_STEPS {
        return Err(Error::TooManyInstances { limit: MAX_STEPS });
    }
    let mut editor = Editor::new(object, text, now);
    let series = Series::of(object);
    for id in ids {
        if let Some(found) = find_in_series(object, &series, id)? {
            let tree = new_override(&editor, &found, id);
            editor.document.calendar.append(tree);
        }
    }
    Ok(editor.finish_quietly())
}

/// Whether `entry` is the override of `id` itself.
fn is_own(object: &CalendarObject, entry: &Entry, id: &Moment) -> bool {
    entry.recurrence_id.as_ref().is_some_and(|own| is_same(object, &own.moment, id))
}

fn covers_later(entry: &Entry) -> bool {
    entry.recurrence_id.as_ref().is_some_and(|id| id.this_and_future)
}

/// A component for the instance `id` that says what is said of it now.
fn new_override(editor: &Editor<'_>, found: &Found<'_>, id: &Moment) -> Tree {
    let object = editor.object;
    let mut tree = editor.original(found.entry);
    for name in RECURRENCE {
        tree.remove(name);
    }
    tree.remove("RECURRENCE-ID");
    let start = object.master.as_ref().and_then(|master| master.start.as_ref()).unwrap_or(id);
    let id = start.at(local_in(&object.zones, id, start));
    timing::set_moment(&mut tree, "RECURRENCE-ID", &id, &["UID"]);
    if let Some(old) = placed(found.entry) {
        let mut new = Placed { start: found.start.clone(), end: found.end.clone() };
        if matches!(EndForm::of(&tree, &old.start, &old.end), EndForm::Implied) && is_implied(&new) {
            new.end = End::Implied;
        }
        timing::write(&mut tree, &old, &new);
    }
    tree
}

fn is_implied(placed: &Placed) -> bool {
    matches!(placed.end, End::Implied) || matches!(&placed.end, End::At(end) if *end == placed.start)
}

/// Makes an override with RANGE=THISANDFUTURE begin with the instance after `id`; without one it goes away.
pub(super) fn hand_on(editor: &mut Editor<'_>, entry: &Entry, id: &Moment) -> Result<()> {
    let object = editor.object;
    let after = id.at(id.local() + chrono::TimeDelta::seconds(if id.is_date() { 86_400 } else { 1 }));
    let mut next = Series::of(object).next(&after)?;
    while let Some(moment) = &next
        && override_of(object, moment).is_some()
    {
        let after = moment.at(moment.local() + chrono::TimeDelta::seconds(if moment.is_date() { 86_400 } else { 1 }));
        next = Series::of(object).next(&after)?;
    }
    let (Some(next), Some(old)) = (next, placed(entry)) else {
        editor.drop(entry);
        return Ok(());
    };
    let delta = next.local() - id.local();
    let new = old.recurred(old.start.at(old.start.local() + delta), &object.zones);
    let tree = editor.tree(entry);
    timing::set_moment(tree, "RECURRENCE-ID", &next, &["UID"]);
    timing::write(tree, &old, &new);
    Ok(())
}
