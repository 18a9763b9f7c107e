//! Whether changes of when a series is go together.
//!
//! Overrides and EXDATEs name the instances that DTSTART and the rule yield. Where one side has given the series another start and the
//! other has not touched that, its start is given to the other side as well, by the edit that moves a whole series: what the other
//! side says of single instances moves along, as it would have if both edits had been made one after the other.

use super::collision::Winner;
use super::sides::{Sides, Version};
use crate::edit::{self, Scope, Timing};
use crate::meaning::{Context, Group, ObjectReading, Part, Reading, Times};
use crate::value;
use crate::{ComponentKind, Limits};
use chrono::{DateTime, Utc};

/// How the changes of both sides go together.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Part by part, instance by instance.
    Apart,
    /// One side decides when the series is.
    Collide(Group),
    /// Who has moved the series. The other side follows; `touched`: it has changed exceptions, so that it must be able to.
    Follow { mover: Winner, touched: bool },
}

/// What instances follow from.
#[derive(PartialEq, Eq)]
struct Shape {
    start: Option<String>,
    rules: Option<String>,
}

impl Shape {
    fn of(master: &Reading<'_>) -> Self {
        let start = master.entry.and_then(|entry| entry.start.as_ref());
        let times = Times::of(&master.object.zones);
        let rules = master.meaning(&Part::Group(Group::Recurrence));
        Shape { start: start.map(|start| times.moment(start)), rules: rules.map(str::to_owned) }
    }
}

pub(super) fn judge(sides: &Sides<'_>) -> Judgement {
    let recurs = sides.all().any(|side| side.reading.object.recurs());
    let (Some(ours), Some(theirs)) = (&sides.ours.reading.master, &sides.theirs.reading.master) else {
        return Judgement::Apart;
    };
    let (of_ours, of_theirs) = (Shape::of(ours), Shape::of(theirs));
    if !recurs || of_ours == of_theirs {
        return Judgement::Apart;
    }
    let Some(base) = sides.base.as_ref().and_then(|base| base.reading.master.as_ref()) else {
        return Judgement::Collide(Group::Series);
    };
    let of_base = Shape::of(base);
    let (mover, mover_shape, other) = match (of_ours == of_base, of_theirs == of_base) {
        (false, false) if of_ours.start == of_base.start && of_theirs.start == of_base.start => {
            return Judgement::Collide(Group::Recurrence);
        }
        (false, false) => return Judgement::Collide(Group::Series),
        (false, true) => (Winner::Ours, of_ours, &sides.theirs.reading),
        (true, _) => (Winner::Theirs, of_theirs, &sides.ours.reading),
    };
    if mover_shape.start == of_base.start {
        return Judgement::Apart;
    }
    let time = Part::Group(Group::Time);
    let other_master = if mover == Winner::Ours { theirs } else { ours };
    if other_master.meaning(&time) != base.meaning(&time) {
        return Judgement::Collide(Group::Series);
    }
    let Some(base) = &sides.base else { return Judgement::Apart };
    Judgement::Follow { mover, touched: !same_exceptions(&base.reading, other) }
}

/// Whether two versions say the same of single instances.
fn same_exceptions(one: &ObjectReading<'_>, other: &ObjectReading<'_>) -> bool {
    one.says_of_instances(other) && dates(one) == dates(other)
}

/// EXDATE and RDATE.
fn dates<'m>(reading: &'m ObjectReading<'_>) -> Vec<&'m Part> {
    let parts = reading.master.iter().flat_map(|master| master.parts.keys());
    parts.filter(|part| matches!(part, Part::Element { name, .. } if name == "EXDATE" || name == "RDATE")).collect()
}

/// `base` and `other`, moved to where `mover` has the series. `None` where the edit does not lead there, or loses an exception.
pub(super) fn follow(base: &Version, mover: &Version, other: &Version, limits: &Limits) -> Option<(Version, Version)> {
    if mover.object.kind != ComponentKind::Event {
        return None;
    }
    let context = Context::of(&[&base.object, &mover.object, &other.object]);
    let when = |version: &Version| {
        let reading = ObjectReading::of(&version.object, &context);
        let said = [Group::Time, Group::Recurrence].map(Part::Group);
        reading.master.map(|master| said.map(|part| master.meaning(&part).map(str::to_owned)))
    };
    let wanted = when(mover);
    let mut ways = [(false, false), (true, false), (false, true), (true, true)].into_iter();
    ways.find_map(|(with_length, with_rule)| {
        let follow = |version| moved_to(version, mover, (with_length, with_rule), limits);
        let moved = |version| follow(version).filter(|moved| when(moved) == wanted);
        Some((moved(base)?, moved(other)?))
    })
}

/// A version with the start of `mover`. What the draft of that says of its length may be by a clock that changes in between, and what it
/// says of its rule may follow from the other start: they are taken over only `with_length` and `with_rule`.
fn moved_to(
    version: &Version,
    mover: &Version,
    (with_length, with_rule): (bool, bool),
    limits: &Limits,
) -> Option<Version> {
    let wanted = edit::draft_of(&mover.object, None).ok()?;
    let mut draft = edit::draft_of(&version.object, None).ok()?;
    draft.timing = if with_length { wanted.timing } else { with_own_length(draft.timing, wanted.timing)? };
    if with_rule {
        draft.repeat = wanted.repeat;
    }
    let scope = Scope::All { opened_at: None };
    let edited = edit::update(&version.object, &version.text, &scope, &draft, stamp(mover)).ok()?;
    let moved = Version::read(&edited.text.filter(|_| edited.split.is_none())?, limits).ok()?;
    let count = |version: &Version| {
        let master = version.object.master.as_ref();
        let dates = master.map(|master| (master.exclusion_dates.len(), master.dates.len()));
        (version.object.overrides.len(), dates)
    };
    (count(&moved) == count(version)).then_some(moved)
}

/// The start of another timing, and the length of this one.
fn with_own_length(own: Timing, other: Timing) -> Option<Timing> {
    match (own, other) {
        (Timing::AllDay { first, last }, Timing::AllDay { first: start, .. }) => {
            Some(Timing::AllDay { first: start, last: start.checked_add_signed(last - first)? })
        }
        (Timing::Timed { start, end, .. }, Timing::Timed { start: other, zone, .. }) => {
            Some(Timing::Timed { start: other, end: other.checked_add_signed(end - start)?, zone })
        }
        _ => None,
    }
}

/// When the master was changed last, by its own account: the move is the mover's, and so is its time.
fn stamp(version: &Version) -> DateTime<Utc> {
    let component = version.object.master.as_ref().map(|master| version.object.component(master));
    let time = |name: &str| {
        let moment = component.and_then(|component| component.property(name)).map(value::moment)?.ok()?;
        Some(moment.local().and_utc())
    };
    time("LAST-MODIFIED").max(time("DTSTAMP")).unwrap_or_default()
}
