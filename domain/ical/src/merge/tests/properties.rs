//! What holds for every series and every edit.

use super::*;
use crate::edit::properties::samples;
use crate::edit::{self, EventDraft, Scope, Timing};
use crate::instances::{Window, instances};
use crate::meaning::tests::rewritten;
use crate::object::CalendarObject;
use crate::time::Zone;
use crate::value::Moment;
use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Clone, Debug)]
enum Edit {
    Summary,
    Description,
    Location,
    /// Of the whole series: days for days, quarters of an hour for times.
    Move(i64),
    /// Of one instance.
    One(Index, One),
}

#[derive(Clone, Debug)]
enum One {
    Rename(String),
    Move(i64),
    Describe,
    Remove,
}

fn one() -> impl Strategy<Value = One> {
    prop_oneof![
        "[a-z]{3}".prop_map(One::Rename),
        (1..200_i64).prop_map(One::Move),
        Just(One::Describe),
        Just(One::Remove),
    ]
}

fn of_texts() -> impl Strategy<Value = Edit> {
    prop_oneof![Just(Edit::Summary), Just(Edit::Description), Just(Edit::Location)]
}

fn any_edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        of_texts(),
        (-300..300_i64).prop_map(Edit::Move),
        (any::<Index>(), one()).prop_map(|(index, one)| Edit::One(index, one)),
    ]
}

fn read(text: &str) -> CalendarObject {
    CalendarObject::parse(text, &limits()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// RECURRENCE-ID, start, end, and the texts of each instance until the end of 2027.
fn shown(text: &str) -> Vec<(Moment, Moment, Moment, String)> {
    let object = read(text);
    let window = Window { start: None, end: Some("2028-01-01T00:00:00Z".parse().unwrap()) };
    let found = instances(&object, window, &Zone::UTC, 10_000).unwrap();
    let line = |instance: crate::instances::Instance| {
        let entry = instance.override_index.map_or(object.master.as_ref().unwrap(), |index| &object.overrides[index]);
        let texts = ["SUMMARY", "DESCRIPTION", "LOCATION"]
            .map(|name| object.component(entry).property(name).map(|line| line.text()));
        (instance.recurrence_id.unwrap_or(instance.start.clone()), instance.start, instance.end, format!("{texts:?}"))
    };
    let mut found: Vec<_> = found.into_iter().map(line).collect();
    found.sort_by_key(|(id, start, ..)| (start.local(), id.local()));
    found
}

/// The ids of the first instances.
fn ids(text: &str) -> Vec<Moment> {
    let mut ids: Vec<_> = shown(text).into_iter().map(|(id, ..)| id).collect();
    ids.sort_by_key(Moment::local);
    ids.truncate(20);
    ids
}

fn shift(draft: &mut EventDraft, by: i64) {
    match &mut draft.timing {
        Timing::AllDay { first, last } => {
            *first += TimeDelta::days(by % 9);
            *last += TimeDelta::days(by % 9);
        }
        Timing::Timed { start, end, .. } => {
            *start += TimeDelta::minutes(by * 15);
            *end += TimeDelta::minutes(by * 15);
        }
    }
}

/// The text after the edit, made as the agenda makes it; `None` where nothing would be left.
fn apply(edit: &Edit, text: &str, ids: &[Moment]) -> Option<String> {
    let object = read(text);
    let now = "2026-11-21T08:00:00Z".parse().unwrap();
    let all = Scope::All { opened_at: None };
    let (scope, opened) = match edit {
        // None may be near.
        Edit::One(..) if ids.is_empty() => return None,
        Edit::One(index, _) => {
            let id = index.get(ids);
            (Scope::This(id.clone()), Some(id))
        }
        _ => (all, None),
    };
    if let Edit::One(_, One::Remove) = edit {
        return edit::remove(&object, text, &scope, now).unwrap().text;
    }
    let mut draft = edit::draft_of(&object, opened).unwrap();
    match edit {
        Edit::Summary => draft.summary = "Renamed".into(),
        Edit::Description => draft.description = Some("Described".into()),
        Edit::Location => draft.location = Some("Elsewhere".into()),
        Edit::Move(by) | Edit::One(_, One::Move(by)) => shift(&mut draft, *by),
        Edit::One(_, One::Rename(name)) => draft.summary.clone_from(name),
        Edit::One(_, One::Describe) => draft.description = Some("Own".into()),
        Edit::One(_, One::Remove) => {}
    }
    edit::update(&object, text, &scope, &draft, now).unwrap().text
}

/// What both edits come to, and what they come to one after the other: first `one`, then `other`.
fn compare(text: &str, one: &Edit, other: &Edit) -> Result<(), TestCaseError> {
    let ids = ids(text);
    let (Some(ours), Some(theirs)) = (apply(one, text, &ids), apply(other, text, &ids)) else { return Ok(()) };
    let Some(both) = apply(other, &ours, &ids) else { return Ok(()) };
    for (ours, theirs) in [(&ours, &theirs), (&theirs, &ours)] {
        let outcome = merge(&all(text, ours, theirs), &limits()).unwrap();
        let merged = match &outcome {
            Outcome::Merged { text } => text,
            Outcome::TakeOurs | Outcome::Unchanged => ours,
            Outcome::TakeTheirs => theirs,
            Outcome::Conflict { .. } => return Err(TestCaseError::fail(format!("{outcome:?}"))),
        };
        prop_assert_eq!(shown(merged), shown(&both), "{}\n{}", merged, both);
        prop_assert!(same_meaning(merged, &both, &limits()).unwrap(), "{}\n{}", merged, both);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_one_side_has_changed_is_taken_as_it_is(sample in samples(0..7), edits in prop::collection::vec(any_edit(), 1..3)) {
        let base = &sample.text;
        let mut new = base.clone();
        for edit in &edits {
            // A series by months may not be able to follow a move.
            let Edit::Move(_) = edit else { new = apply(edit, &new, &ids(&new)).unwrap_or(new); continue };
        }
        let none = |_: &Collision| -> Winner { panic!("a collision") };
        for (ours, theirs) in [(&new, base), (base, &new), (&new, &new)] {
            let text = resolve(&all(base, ours, theirs), &limits(), &mut { none }).unwrap();
            prop_assert_eq!(text.as_ref(), Some(&new));
        }
        // What only has been rewritten is no change.
        let noise = rewritten(base);
        let text = resolve(&all(base, &new, &noise), &limits(), &mut { none }).unwrap().unwrap();
        prop_assert!(same_meaning(&text, &new, &limits()).unwrap());
        prop_assert_eq!(difference(&new, &text).lines().filter(|line| !line.contains("SEQUENCE:")).count(), 0);
        let text = resolve(&all(base, &noise, &new), &limits(), &mut { none }).unwrap();
        let nothing_new = same_meaning(base, &new, &limits()).unwrap();
        prop_assert_eq!(text.as_ref(), Some(if nothing_new { &noise } else { &new }));
    }

    #[test]
    fn texts_of_the_series_and_anything_of_an_instance(sample in samples(0..7), index in any::<Index>(), one in one(), of_all in of_texts()) {
        compare(&sample.text, &Edit::One(index, one), &of_all)?;
    }

    #[test]
    fn different_texts_of_the_series(sample in samples(0..7)) {
        compare(&sample.text, &Edit::Summary, &Edit::Location)?;
        compare(&sample.text, &Edit::Location, &Edit::Description)?;
    }

    #[test]
    fn different_instances(sample in samples(0..7), indices in any::<[Index; 2]>(), ones in (one(), one())) {
        let ids = ids(&sample.text);
        prop_assume!(indices[0].get(&ids) != indices[1].get(&ids));
        compare(&sample.text, &Edit::One(indices[0], ones.0), &Edit::One(indices[1], ones.1))?;
    }

    #[test]
    fn a_move_of_the_series_and_texts(sample in samples(0..3), by in -300..300_i64, of_all in of_texts()) {
        compare(&sample.text, &of_all, &Edit::Move(by))?;
    }

    #[test]
    fn a_move_of_the_series_and_an_instance(sample in samples(0..3), by in -300..300_i64, index in any::<Index>(), one in one()) {
        compare(&sample.text, &Edit::One(index, one), &Edit::Move(by))?;
    }

    /// Whoever decides gets a calendar object, and all of one side where that side decides all of what collides.
    #[test]
    fn any_two_edits_lead_to_an_object(sample in samples(0..3), edits in (any_edit(), any_edit())) {
        let base = &sample.text;
        let ids = ids(base);
        let (Some(ours), Some(theirs)) = (apply(&edits.0, base, &ids), apply(&edits.1, base, &ids)) else { return Ok(()) };
        let outcome = merge(&all(base, &ours, &theirs), &limits()).unwrap();
        let swapped = merge(&all(base, &theirs, &ours), &limits()).unwrap();
        let count = |outcome: &Outcome| match outcome {
            Outcome::Conflict { collisions } => collisions.len(),
            _ => 0,
        };
        prop_assert_eq!(count(&outcome), count(&swapped));
        for winner in [Winner::Ours, Winner::Theirs] {
            let mut asked = 0;
            let text = resolve(&all(base, &ours, &theirs), &limits(), &mut |_| { asked += 1; winner }).unwrap().unwrap();
            read(&text);
            prop_assert_eq!(asked, count(&outcome));
            let other = if winner == Winner::Ours { Winner::Theirs } else { Winner::Ours };
            let from_there = resolve(&all(base, &theirs, &ours), &limits(), &mut |_| other).unwrap().unwrap();
            prop_assert!(same_meaning(&text, &from_there, &limits()).unwrap(), "{}\n{}", text, from_there);
        }
    }
}
