//! The instances that are otherwise on some side, or left out.
//!
//! Of each there is a state: it has an override, it is as the series has it, or it is not there. An instance that is as the series has
//! it is looked at as an override that says so, so that an override which only one side has gets what the other side has changed
//! of the series.

use super::collision::{Choose, Collision, Winner};
use super::parts::{Decided, General, Judge, Parts, Spot, follows};
use super::patch::{Edit, apply};
use super::sides::{Side, Sides};
use crate::meaning::{Part, Place, Reading, Value, keys};
use crate::object::CalendarObject;

/// What a side says of an instance.
#[derive(Clone, Copy)]
enum State<'m, 'v> {
    Override(Spot<'m, 'v>),
    /// As the series has it, written as an override.
    Plain(Spot<'m, 'v>),
    Absent,
}

impl<'m, 'v> State<'m, 'v> {
    fn of(side: &'m Side<'v>, id: &str) -> Self {
        if let Some(reading) = side.reading.overrides.get(id) {
            return State::Override(Spot { text: side.text, reading });
        }
        let plain = side.plain.as_ref().and_then(|(text, plain)| Some((text, plain.overrides.get(id)?)));
        plain.map_or(State::Absent, |(text, reading)| State::Plain(Spot { text, reading }))
    }

    fn spot(self) -> Option<Spot<'m, 'v>> {
        match self {
            State::Override(spot) | State::Plain(spot) => Some(spot),
            State::Absent => None,
        }
    }

    fn is_same(self, other: State<'_, '_>) -> bool {
        match (self, other) {
            (State::Override(one), State::Override(other)) => one.reading.says(other.reading),
            (State::Plain(_), State::Plain(_)) | (State::Absent, State::Absent) => true,
            _ => false,
        }
    }

    fn value(self) -> Option<Value> {
        self.spot().map(|spot| spot.reading.whole())
    }
}

/// What becomes of the overrides in our text.
pub(super) struct Instances<'m, 'v, 'c> {
    sides: &'m Sides<'v>,
    choose: Choose<'c>,
    decided: Decided,
    edits: Vec<Edit>,
}

impl<'m, 'v, 'c> Instances<'m, 'v, 'c> {
    /// The edits of our text, and what is decided of the master by them.
    pub(super) fn merge(sides: &'m Sides<'v>, decided: Decided, choose: Choose<'c>) -> (Vec<Edit>, Decided) {
        let schedule = decided.schedule;
        let mut instances = Instances { sides, choose, decided, edits: Vec::new() };
        for id in sides.ids() {
            let [ours, theirs] = [&sides.ours, &sides.theirs].map(|side| State::of(side, &id));
            match schedule {
                Some(Winner::Ours) => {}
                Some(Winner::Theirs) => instances.take_theirs(ours, theirs),
                None => {
                    let base = sides.base.as_ref().map(|base| State::of(base, &id));
                    instances.decide(&id, base, ours, theirs);
                }
            }
        }
        (instances.edits, instances.decided)
    }

    fn decide(&mut self, id: &str, base: Option<State<'m, 'v>>, ours: State<'m, 'v>, theirs: State<'m, 'v>) {
        // A side that has nothing of its own has changed nothing: it may be that the instance came with a change of the series.
        let base = match (base, ours, theirs) {
            (Some(State::Override(_) | State::Plain(_)), ..) => base,
            (_, State::Plain(_), _) => Some(ours),
            (_, _, State::Plain(_)) => Some(theirs),
            _ => base,
        };
        let unchanged =
            |side, state| base.is_some_and(|base| base.is_same(state) || self.follows_series(base, side, state));
        let (unchanged_here, unchanged_there) =
            (unchanged(&self.sides.ours, ours), unchanged(&self.sides.theirs, theirs));
        match (ours, theirs) {
            (State::Override(home), State::Override(other)) => {
                self.both(base, home, other);
            }
            _ if ours.is_same(theirs) => {}
            (State::Override(home), _) if unchanged_there => {
                self.edits.extend(general(base, home, theirs, Winner::Ours));
            }
            (_, State::Override(home)) if unchanged_here => {
                let edits = general(base, home, ours, Winner::Theirs);
                self.insert(home, edits);
            }
            _ if unchanged_there => {}
            _ if unchanged_here => self.take_theirs(ours, theirs),
            _ => self.ask(id, base, ours, theirs),
        }
    }

    fn both(&mut self, base: Option<State<'m, 'v>>, home: Spot<'m, 'v>, other: Spot<'m, 'v>) {
        let was_override = matches!(base, Some(State::Override(_)));
        let general =
            match (self.sides.base.as_ref().and_then(master), master(&self.sides.ours), master(&self.sides.theirs)) {
                (Some(base), Some(home), Some(other)) if was_override => {
                    Some(General { base, home, other, decided: &self.decided.parts })
                }
                _ => None,
            };
        let base = base.and_then(State::spot);
        let parts = Parts { base, home, other, home_is: Winner::Ours, general };
        let place = home.reading.instance().unwrap_or(Place::Object);
        let mut judge = Judge::Asked(place, &mut *self.choose);
        let edits = parts.merge_with_notes(&Decided::default(), &mut judge);
        self.edits.extend(edits);
    }

    /// Whether all that an override says otherwise than before, the series does too.
    fn follows_series(&self, base: State<'_, '_>, side: &Side<'_>, state: State<'_, '_>) -> bool {
        let (State::Override(before), State::Override(now)) = (base, state) else { return false };
        let (Some(of_base), Some(of_now)) = (self.sides.base.as_ref().and_then(master), master(side)) else {
            return false;
        };
        let (before, now) = (before.reading, now.reading);
        let mut changed = keys([&before.parts, &now.parts]).filter(|part| before.meaning(part) != now.meaning(part));
        changed.all(|part| follows(part, (before, of_base), (now, of_now)))
    }

    fn ask(&mut self, id: &str, base: Option<State<'m, 'v>>, ours: State<'m, 'v>, theirs: State<'m, 'v>) {
        let states = [Some(ours), Some(theirs), base];
        let mut spots = states.into_iter().flatten().filter_map(State::spot);
        let place = spots.find_map(|spot| spot.reading.instance()).unwrap_or(Place::Object);
        let collision = Collision {
            place,
            part: Part::Whole,
            base: base.and_then(State::value),
            ours: ours.value(),
            theirs: theirs.value(),
        };
        let winner = (self.choose)(&collision);
        self.decided.exclusions.insert(id.to_owned(), winner);
        if winner == Winner::Theirs {
            self.take_theirs(ours, theirs);
        }
    }

    fn take_theirs(&mut self, ours: State<'m, 'v>, theirs: State<'m, 'v>) {
        match (ours, theirs) {
            (State::Override(ours), State::Override(theirs)) => {
                let text = &theirs.text[theirs.reading.component.span.clone()];
                self.edits.push(Edit::replace(ours.reading.component.span.clone(), text));
            }
            (State::Override(ours), _) => self.edits.push(Edit::remove(ours.reading.component.span.clone())),
            (_, State::Override(theirs)) => self.insert(theirs, Vec::new()),
            _ => {}
        }
    }

    /// Adds an override of theirs, changed by `edits`, after our last component.
    fn insert(&mut self, theirs: Spot<'_, '_>, edits: Vec<Edit>) {
        let text = apply(theirs.text, theirs.reading.component.span.clone(), edits);
        let ours = &self.sides.ours;
        self.edits.push(Edit::insert(end_of_entries(ours.reading.object, ours.text), text));
    }
}

/// What an override that one side has made gets of what the other side has changed of the series. What it says itself counts more.
fn general(base: Option<State<'_, '_>>, home: Spot<'_, '_>, other: State<'_, '_>, home_is: Winner) -> Vec<Edit> {
    let (Some(State::Plain(base)), State::Plain(other)) = (base, other) else { return Vec::new() };
    Parts { base: Some(base), home, other, home_is, general: None }.merge(&Decided::default(), &mut Judge::Home)
}

fn master<'m, 'v>(side: &'m Side<'v>) -> Option<&'m Reading<'v>> {
    side.reading.master.as_ref()
}

/// Where the last entry of an object ends.
pub(super) fn end_of_entries(object: &CalendarObject, text: &str) -> usize {
    let ends = object.entries().map(|entry| object.component(entry).span.end);
    ends.max().unwrap_or_else(|| object.calendar.body_start(text))
}
