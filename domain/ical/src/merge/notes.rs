//! What programs note of their own writing. It never collides: each note has a rule.

use super::patch::{Edit, Patch, Written};
use crate::meaning::Source;
use crate::syntax::Component;
use std::cmp::Ordering;

/// The edits of a component that bring its notes up to those of another version. SEQUENCE becomes the larger one in any case, so that
/// no server refuses what looks older than what it has. With `changed`, where something of the other version was taken over,
/// DTSTAMP, LAST-MODIFIED and X-MOZ-GENERATION become the later ones, and CREATED the earlier one.
pub(super) fn merge(home: Written<'_>, other: Written<'_>, changed: bool) -> Vec<Edit> {
    let mut patch = Patch::new(home, other);
    let mut note = |name: &str, wanted: Ordering, read: fn(&str) -> Option<Note>| {
        let (ours, theirs) = (lines(home.component, name), lines(other.component, name));
        let value = |component: &Component| component.property(name).and_then(|property| read(property.value.trim()));
        let takes = match (value(home.component), value(other.component)) {
            (Some(own), Some(other)) => other.cmp(&own) == wanted,
            // None is the first SEQUENCE (RFC 5545 section 3.8.7.4).
            (None, Some(other)) => other != Note::Number(0),
            (_, None) => false,
        };
        if takes {
            patch.take(&ours, &theirs);
        }
    };
    note("SEQUENCE", Ordering::Greater, number);
    if changed {
        note("DTSTAMP", Ordering::Greater, time);
        note("LAST-MODIFIED", Ordering::Greater, time);
        note("X-MOZ-GENERATION", Ordering::Greater, number);
        note("CREATED", Ordering::Less, time);
    }
    patch.finish()
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Note {
    Number(u64),
    /// UTC times sort as they are written.
    Time(String),
}

fn number(value: &str) -> Option<Note> {
    value.parse().ok().map(Note::Number)
}

fn time(value: &str) -> Option<Note> {
    Some(Note::Time(value.to_uppercase()))
}

fn lines(component: &Component, name: &str) -> Vec<Source> {
    let all = component.properties.iter().enumerate();
    all.filter(|(_, property)| property.name == name).map(|(index, _)| Source::Line(index)).collect()
}
