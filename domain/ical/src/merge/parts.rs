//! One component, merged part by part.

use super::collision::{Choose, Collision, Winner};
use super::notes;
use super::patch::{Edit, Patch, Written};
use crate::meaning::{Group, Part, Place, Reading, keys, param_meaning, without_acknowledgement};
use crate::syntax::{Parameter, Property};
use crate::write;
use std::collections::HashMap;

/// A component in the text of its version.
#[derive(Clone, Copy)]
pub(super) struct Spot<'m, 'v> {
    pub(super) text: &'v str,
    pub(super) reading: &'m Reading<'v>,
}

impl<'v> Spot<'_, 'v> {
    pub(super) fn written(self) -> Written<'v> {
        Written { text: self.text, component: self.reading.component }
    }
}

/// What becomes of parts that both sides have changed.
pub(super) enum Judge<'c> {
    /// They are asked for, by what they are called.
    Asked(Place, Choose<'c>),
    /// The text that is being changed keeps its own.
    Home,
}

/// What is decided already.
#[derive(Default)]
pub(super) struct Decided {
    /// Who says when the series is.
    pub(super) schedule: Option<Winner>,
    /// Who says whether an instance is left out, by its key.
    pub(super) exclusions: HashMap<String, Winner>,
    /// Who says what the master says of a part.
    pub(super) parts: HashMap<Part, Winner>,
}

impl Decided {
    fn winner(&self, part: &Part) -> Option<Winner> {
        match part {
            Part::Element { name, key } if name == "EXDATE" => self.schedule.or(self.exclusions.get(key).copied()),
            Part::Element { name, .. } if name == "RDATE" => self.schedule,
            Part::Group(Group::Time | Group::Recurrence) => self.schedule.or(self.parts.get(part).copied()),
            part => self.parts.get(part).copied(),
        }
    }
}

/// What the series says beside what an override of it says, on the side of the base, of the home and of the other.
#[derive(Clone, Copy)]
pub(super) struct General<'m, 'v> {
    pub(super) base: &'m Reading<'v>,
    pub(super) home: &'m Reading<'v>,
    pub(super) other: &'m Reading<'v>,
    pub(super) decided: &'m HashMap<Part, Winner>,
}

/// Whether an override has only changed as its series has.
pub(super) fn follows(
    part: &Part,
    (base, of_base): (&Reading<'_>, &Reading<'_>),
    (now, of_now): (&Reading<'_>, &Reading<'_>),
) -> bool {
    base.meaning(part) == of_base.meaning(part) && now.meaning(part) == of_now.meaning(part)
}

/// The merge of a component that is there on both sides.
pub(super) struct Parts<'m, 'v> {
    pub(super) base: Option<Spot<'m, 'v>>,
    /// Whose text is changed.
    pub(super) home: Spot<'m, 'v>,
    pub(super) other: Spot<'m, 'v>,
    pub(super) home_is: Winner,
    /// Of an override that was there before: what it says because the series does gives way to what is said of it alone.
    pub(super) general: Option<General<'m, 'v>>,
}

enum Take {
    Home,
    Other,
    /// A line that is made of both.
    Line(String),
}

impl Parts<'_, '_> {
    /// The edits that bring into the home text what only the other side has changed.
    pub(super) fn merge(&self, decided: &Decided, judge: &mut Judge<'_>) -> Vec<Edit> {
        let mut patch = Patch::new(self.home.written(), self.other.written());
        let (home, other) = (self.home.reading, self.other.reading);
        let none = Default::default();
        let of_base = self.base.map_or(&none, |base| &base.reading.parts);
        for part in keys([of_base, &home.parts, &other.parts]) {
            match self.decide(part, decided.winner(part), judge) {
                Take::Home => {}
                Take::Other => patch.take(home.sources(part), other.sources(part)),
                Take::Line(line) => patch.put_line(home.sources(part), &line),
            }
        }
        patch.finish()
    }

    /// Who wins where both sides have changed something.
    pub(super) fn decide_collisions(
        &self,
        decided: &Decided,
        place: &Place,
        choose: Choose<'_>,
    ) -> HashMap<Part, Winner> {
        let mut winners = HashMap::new();
        let none = Default::default();
        let of_base = self.base.map_or(&none, |base| &base.reading.parts);
        for part in keys([of_base, &self.home.reading.parts, &self.other.reading.parts]) {
            let mut ask = |collision: &Collision| {
                let winner = choose(collision);
                winners.insert(part.clone(), winner);
                winner
            };
            self.decide(part, decided.winner(part), &mut Judge::Asked(place.clone(), &mut ask));
        }
        winners
    }

    /// [`Parts::merge`], with what both versions note of themselves.
    pub(super) fn merge_with_notes(&self, decided: &Decided, judge: &mut Judge<'_>) -> Vec<Edit> {
        let mut edits = self.merge(decided, judge);
        edits.extend(notes::merge(self.home.written(), self.other.written(), !edits.is_empty()));
        edits
    }

    fn decide(&self, part: &Part, winner: Option<Winner>, judge: &mut Judge<'_>) -> Take {
        let base = self.base.and_then(|base| base.reading.meaning(part));
        let (home, other) = (self.home.reading.meaning(part), self.other.reading.meaning(part));
        if home == other {
            return Take::Home;
        }
        if let Some(winner) = winner {
            return self.of(winner);
        }
        if other == base {
            return Take::Home;
        }
        if home == base {
            return Take::Other;
        }
        self.settle(part, home, other).or_else(|| self.by_series(part)).unwrap_or_else(|| match judge {
            Judge::Home => Take::Home,
            Judge::Asked(place, choose) => self.of(choose(&self.collision(place, part))),
        })
    }

    fn of(&self, winner: Winner) -> Take {
        if winner == self.home_is { Take::Home } else { Take::Other }
    }

    fn collision(&self, place: &Place, part: &Part) -> Collision {
        let (home, other) = (self.home.reading.value(part), self.other.reading.value(part));
        let (ours, theirs) = if self.home_is == Winner::Ours { (home, other) } else { (other, home) };
        let base = self.base.and_then(|base| base.reading.value(part));
        Collision { place: place.clone(), part: part.clone(), base, ours, theirs }
    }

    /// What two changes of one part come to where that needs nobody's word.
    fn settle(&self, part: &Part, home: Option<&str>, other: Option<&str>) -> Option<Take> {
        let later = |home, other| if other > home { Take::Other } else { Take::Home };
        match part {
            // When an alarm was last seen: the later the better.
            Part::Property(name) if is_acknowledgement(name) => Some(later(home, other)),
            Part::Component { .. } => {
                let (home, other) = (home?, other?);
                (without_acknowledgement(home) == without_acknowledgement(other))
                    .then(|| later(Some(home), Some(other)))
            }
            Part::Element { name, .. } if name == "ATTENDEE" => self.attendee(part).map(Take::Line),
            _ => None,
        }
    }

    /// What becomes of a part of an override that one side has changed with the series, and the other for this instance.
    fn by_series(&self, part: &Part) -> Option<Take> {
        let (general, base) = (self.general?, self.base?.reading);
        let follows_here = follows(part, (base, general.base), (self.home.reading, general.home));
        let follows_there = follows(part, (base, general.base), (self.other.reading, general.other));
        match (follows_here, follows_there) {
            (true, false) => Some(Take::Other),
            (false, true) => Some(Take::Home),
            (true, true) => general.decided.get(part).map(|winner| self.of(*winner)),
            (false, false) => None,
        }
    }

    /// The line of an attendee of whom both sides have changed different parameters.
    fn attendee(&self, part: &Part) -> Option<String> {
        let line = |spot: Spot<'_, '_>| only_line(spot.reading, part).cloned();
        let (base, home, other) = (line(self.base?)?, line(self.home)?, line(self.other)?);
        let said = |line: &Property, name: &str| param(line, name).and_then(param_meaning);
        let mut params = home.params.clone();
        let names = |line: &Property| line.params.iter().map(|param| param.name.clone()).collect::<Vec<_>>();
        let mut seen = Vec::new();
        for name in [names(&home), names(&other), names(&base)].concat() {
            if seen.contains(&name) {
                continue;
            }
            let (was, here, there) = (said(&base, &name), said(&home, &name), said(&other, &name));
            if here != there && there != was {
                if here != was {
                    return None;
                }
                replace(&mut params, &name, param(&other, &name));
            }
            seen.push(name);
        }
        Some(write::line("ATTENDEE", &params, &home.value))
    }
}

fn only_line<'v>(reading: &Reading<'v>, part: &Part) -> Option<&'v Property> {
    match reading.sources(part) {
        [crate::meaning::Source::Line(line)] => reading.component.properties.get(*line),
        _ => None,
    }
}

fn param<'p>(line: &'p Property, name: &str) -> Option<&'p Parameter> {
    line.params.iter().find(|param| param.name == name)
}

fn replace(params: &mut Vec<Parameter>, name: &str, with: Option<&Parameter>) {
    let at = params.iter().position(|param| param.name == name);
    match (at, with) {
        (Some(at), Some(with)) => params[at] = with.clone(),
        (Some(at), None) => drop(params.remove(at)),
        (None, Some(with)) => params.push(with.clone()),
        (None, None) => {}
    }
}

/// Whether a line says when somebody saw an alarm, or put it off.
fn is_acknowledgement(name: &str) -> bool {
    name == "X-MOZ-LASTACK" || name.starts_with("X-MOZ-SNOOZE-TIME")
}
