//! Two objects, merged part by part.

use super::collision::{Choose, Collision, Winner};
use super::instances::{Instances, end_of_entries};
use super::parts::{Decided, Judge, Parts, Spot};
use super::patch::{self, Edit};
use super::series::{self, Judgement};
use super::sides::{PlainVersions, Side, Sides, Version};
use super::zones;
use crate::meaning::{Context, Group, ObjectReading, Part, Place, Reading, Value};
use crate::object::CalendarObject;
use crate::{Error, Limits, Result};

/// Our text with what theirs has new. `None` where the two do not go together: they are of different kinds or have different UIDs, one
/// TZID means different things in them, or what comes of it is no calendar object.
///
/// # Errors
/// `TooLarge`
pub(super) fn merge(
    base: Option<&Version>,
    ours: &Version,
    theirs: &Version,
    limits: &Limits,
    choose: Choose<'_>,
) -> Result<Option<String>> {
    if ours.object.uid != theirs.object.uid || ours.object.kind != theirs.object.kind {
        return Ok(None);
    }
    let base = base.filter(|base| base.object.kind == ours.object.kind);
    let versions: Vec<_> = base.into_iter().chain([ours, theirs]).map(|version| &version.object).collect();
    let context = Context::of(&versions);
    let sides = Sides::of(base, ours, theirs, &context);
    let mut moved = None;
    let collision = match (series::judge(&sides), base) {
        (Judgement::Collide(group), _) => Some(group),
        (Judgement::Follow { mover, touched }, Some(base)) => {
            let (to, from) = if mover == Winner::Ours { (ours, theirs) } else { (theirs, ours) };
            moved = series::follow(base, to, from, limits).map(|(base, from)| (mover, base, from));
            (moved.is_none() && touched).then_some(Group::Series)
        }
        _ => None,
    };
    let schedule = collision.map(|group| decide_schedule(&sides, group, &mut *choose));
    let (base, ours, theirs) = match &moved {
        None => (base, ours, theirs),
        Some((Winner::Ours, base, theirs)) => (Some(base), ours, theirs),
        Some((Winner::Theirs, base, ours)) => (Some(base), ours, theirs),
    };
    let text = match together(base, ours, theirs, &context, schedule, choose) {
        Ok(text) => zones::settle(&text, &ours.text, &theirs.text).into_owned(),
        Err(Error::TooManyInstances { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    match CalendarObject::parse(&text, limits) {
        Ok(merged) => Ok(zones::agree(&merged, &ours.object, &theirs.object).then_some(text)),
        Err(error @ Error::TooLarge { .. }) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Has somebody decide when the series is.
fn decide_schedule(sides: &Sides<'_>, group: Group, choose: Choose<'_>) -> Winner {
    let value = |side: &Side<'_>| side.reading.master.as_ref().map(Value::schedule);
    choose(&Collision {
        place: Place::Master,
        part: Part::Group(group),
        base: sides.base.as_ref().and_then(value),
        ours: value(&sides.ours),
        theirs: value(&sides.theirs),
    })
}

/// Our text with the edits that everything in it comes to.
fn together(
    base: Option<&Version>,
    ours: &Version,
    theirs: &Version,
    context: &Context,
    schedule: Option<Winner>,
    choose: Choose<'_>,
) -> Result<String> {
    let sides = Sides::of(base, ours, theirs, context);
    let plain = PlainVersions::of(base, ours, theirs, &sides)?;
    let sides = sides.with_plain(&plain, context);
    let parts = match masters(&sides) {
        [base, Some(home), Some(other)] => Some(Parts { base, home, other, home_is: Winner::Ours, general: None }),
        _ => None,
    };
    let mut decided = Decided { schedule, ..Decided::default() };
    if let Some(parts) = &parts {
        decided.parts = parts.decide_collisions(&decided, &Place::Master, &mut *choose);
    }
    let (mut edits, decided) = Instances::merge(&sides, decided, &mut *choose);
    edits.extend(match parts {
        Some(parts) => parts.merge_with_notes(&decided, &mut Judge::Home),
        None => lone_master(&sides, &mut *choose),
    });
    let calendar = Parts {
        base: sides.base.as_ref().map(|base| spot(base, &base.reading.calendar)),
        home: spot(&sides.ours, &sides.ours.reading.calendar),
        other: spot(&sides.theirs, &sides.theirs.reading.calendar),
        home_is: Winner::Ours,
        general: None,
    };
    edits.extend(calendar.merge(&Decided::default(), &mut Judge::Asked(Place::Calendar, choose)));
    Ok(patch::apply(&ours.text, 0..ours.text.len(), edits))
}

fn spot<'m, 'v>(side: &Side<'v>, reading: &'m Reading<'v>) -> Spot<'m, 'v> {
    Spot { text: side.text, reading }
}

/// The masters of the base, ours and theirs.
fn masters<'m, 'v>(sides: &'m Sides<'v>) -> [Option<Spot<'m, 'v>>; 3] {
    [sides.base.as_ref(), Some(&sides.ours), Some(&sides.theirs)].map(|side| {
        let side = side?;
        side.reading.master.as_ref().map(|reading| spot(side, reading))
    })
}

/// The edits where at most one side has a master.
fn lone_master(sides: &Sides<'_>, choose: Choose<'_>) -> Vec<Edit> {
    let [base, ours, theirs] = masters(sides);
    let is_unchanged = |side: Spot<'_, '_>| base.is_some_and(|base| side.reading.says(base.reading));
    match (ours, theirs) {
        (Some(ours), None) => {
            let goes =
                base.is_some() && (is_unchanged(ours) || choose(&whole(base, Some(ours), None)) == Winner::Theirs);
            if goes { vec![Edit::remove(ours.reading.component.span.clone())] } else { Vec::new() }
        }
        (None, Some(theirs)) => {
            let comes =
                base.is_none() || !is_unchanged(theirs) && choose(&whole(base, None, Some(theirs))) == Winner::Theirs;
            let text = &theirs.text[theirs.reading.component.span.clone()];
            let at = end_of_entries(sides.ours.reading.object, sides.ours.text);
            if comes { vec![Edit::insert(at, text)] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// That one side has changed the master, and the other has taken it away.
fn whole(base: Option<Spot<'_, '_>>, ours: Option<Spot<'_, '_>>, theirs: Option<Spot<'_, '_>>) -> Collision {
    let value = |spot: Option<Spot<'_, '_>>| spot.map(|spot| spot.reading.whole());
    let (base, ours, theirs) = (value(base), value(ours), value(theirs));
    Collision { place: Place::Master, part: Part::Whole, base, ours, theirs }
}

/// What there is of an object, for who has to decide between the versions as a whole.
pub(super) fn whole_object(version: &Version) -> Option<Value> {
    let reading = ObjectReading::of(&version.object, &Context::of(&[&version.object]));
    reading.master.as_ref().or(reading.overrides.values().next()).map(Reading::whole)
}
