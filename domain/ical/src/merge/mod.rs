//! Two versions of an object that have changed apart, brought together by what both had last in common.
//!
//! A property, an element of a set and an instance that only one side has changed is as that side has it; what both have changed in
//! the same way is no question. What both have changed in different ways is a [`Collision`], which somebody decides ([`resolve`]).
//! What "changed" means says [`crate::meaning`].
//!
//! - Of sets (EXDATE, RDATE, CATEGORIES, RESOURCES, ATTENDEE, ATTACH, COMMENT, VALARM and whatever else stands several times) each
//!   element is judged by itself; of an attendee, each parameter.
//! - Properties that say one thing together are judged as one: [`crate::meaning::Group`].
//! - An instance is judged by whether it has an override, is as the series has it, or is not there. One that is edited on one side and
//!   left out on the other, by EXDATE or by another rule, collides. Where both have an override, these are merged like any component.
//! - An override that only one side has gets what the other side has changed of the series, as it would have if it had been made after
//!   that; what it says itself counts more.
//! - Where one side has moved a series, the other side's exceptions move along. Where that cannot be, or where both have changed when the
//!   series is, one side decides about all of [`Group::Series`](crate::meaning::Group).
//! - What programs note of their own writing never collides: the larger SEQUENCE, and where something was taken over the later DTSTAMP,
//!   LAST-MODIFIED and X-MOZ-GENERATION and the earlier CREATED. When an alarm was acknowledged or put off is the later time.
//! - Our text is changed; every octet that no change of theirs concerns stays. PRODID and the other lines of VCALENDAR that say nothing
//!   of the object stay ours. VTIMEZONEs come and go with what needs them.

mod collision;
mod instances;
mod notes;
mod objects;
mod parts;
mod patch;
mod series;
mod sides;
mod zones;

pub use collision::{Collision, Winner};

use crate::meaning::{self, Part, Place};
use crate::{Limits, Result};
use collision::Choose;
use sides::Version;

/// The texts of an object; `None` where there is none: not yet, or not any more.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// What both sides had when they were last the same.
    pub base: Option<&'a str>,
    /// The text that is changed where both sides have something new.
    pub ours: Option<&'a str>,
    pub theirs: Option<&'a str>,
}

/// What two versions come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both mean the same, whether nothing has changed or both have come to the same. Each side can keep what it has.
    Unchanged,
    /// Only ours has something new (it may be that it is gone).
    TakeOurs,
    /// Only theirs has something new (it may be that it is gone).
    TakeTheirs,
    /// Both have something new, and this has all of it.
    Merged { text: String },
    /// Somebody has to decide: [`resolve`].
    Conflict { collisions: Vec<Collision> },
}

/// Brings two versions together.
///
/// # Errors
/// Those of [`CalendarObject::parse`] for a text that cannot be read; `TooLarge` when what was merged is.
pub fn merge(versions: &Versions<'_>, limits: &Limits) -> Result<Outcome> {
    let mut collisions = Vec::new();
    let result = run(versions, limits, &mut |collision| {
        collisions.push(collision.clone());
        Winner::Ours
    })?;
    if !collisions.is_empty() {
        return Ok(Outcome::Conflict { collisions });
    }
    Ok(match result {
        Step::Same => Outcome::Unchanged,
        Step::Side(Winner::Ours) => Outcome::TakeOurs,
        Step::Side(Winner::Theirs) => Outcome::TakeTheirs,
        Step::Text(text) => Outcome::Merged { text },
    })
}

/// The text that two versions come to when `choose` decides every [`Collision`]; `None`: the object is deleted. What does not collide is
/// taken from both sides.
///
/// # Errors
/// Those of [`merge`].
pub fn resolve(
    versions: &Versions<'_>,
    limits: &Limits,
    choose: &mut dyn FnMut(&Collision) -> Winner,
) -> Result<Option<String>> {
    let side = |winner| match winner {
        Winner::Ours => versions.ours,
        Winner::Theirs => versions.theirs,
    };
    Ok(match run(versions, limits, choose)? {
        Step::Same => versions.ours.map(str::to_owned),
        Step::Side(winner) => side(winner).map(str::to_owned),
        Step::Text(text) => Some(text),
    })
}

/// What was found, collisions decided.
enum Step {
    Same,
    Side(Winner),
    Text(String),
}

fn run(versions: &Versions<'_>, limits: &Limits, choose: Choose<'_>) -> Result<Step> {
    let read = |text: Option<&str>| text.map(|text| Version::read(text, limits)).transpose();
    if versions.ours == versions.theirs {
        return Ok(Step::Same);
    }
    let (base, ours, theirs) = (read(versions.base)?, read(versions.ours)?, read(versions.theirs)?);
    let is_same = |one: &Option<Version>, other: &Option<Version>| match (one, other) {
        (Some(one), Some(other)) => meaning::is_same(&one.object, &other.object),
        (one, other) => one.is_none() && other.is_none(),
    };
    if is_same(&ours, &theirs) {
        return Ok(Step::Same);
    }
    if is_same(&base, &ours) {
        return Ok(Step::Side(Winner::Theirs));
    }
    let (Some(mine), Some(other)) = (&ours, &theirs) else {
        let unchanged = is_same(&base, &theirs);
        return Ok(Step::Side(if unchanged { Winner::Ours } else { decide_whole([&base, &ours, &theirs], choose) }));
    };
    match objects::merge(base.as_ref(), mine, other, limits, &mut *choose)? {
        Some(text) if text == mine.text => Ok(Step::Side(Winner::Ours)),
        Some(text) => Ok(Step::Text(text)),
        None => Ok(Step::Side(decide_whole([&base, &ours, &theirs], choose))),
    }
}

/// Has somebody decide between the objects as a whole.
fn decide_whole([base, ours, theirs]: [&Option<Version>; 3], choose: Choose<'_>) -> Winner {
    let value = |version: &Option<Version>| version.as_ref().and_then(objects::whole_object);
    let (base, ours, theirs) = (value(base), value(ours), value(theirs));
    choose(&Collision { place: Place::Object, part: Part::Whole, base, ours, theirs })
}

#[cfg(test)]
mod tests;
