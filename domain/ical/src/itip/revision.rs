//! Which of two messages about a component is the later one (RFC 5546 section 2.1.5).

use crate::edit::document::Tree;
use crate::syntax::{Component, Property};
use chrono::{DateTime, NaiveDateTime, Utc};

const TIME: &str = "%Y%m%dT%H%M%SZ";

/// SEQUENCE, and DTSTAMP where that is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Revision {
    pub sequence: u32,
    /// `None`: it says none, or one that cannot be read.
    pub stamp: Option<NaiveDateTime>,
}

fn stamp_of(property: Option<&Property>) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(property?.value.trim(), TIME).ok()
}

fn sequence(property: Option<&Property>) -> u32 {
    property.and_then(|property| property.value.trim().parse().ok()).unwrap_or(0)
}

impl Revision {
    pub fn of(component: &Component) -> Self {
        Revision { sequence: sequence(component.property("SEQUENCE")), stamp: stamp_of(component.property("DTSTAMP")) }
    }

    pub fn of_tree(tree: &Tree) -> Self {
        Revision { sequence: sequence(tree.property("SEQUENCE")), stamp: stamp_of(tree.property("DTSTAMP")) }
    }

    /// What stands at an attendee of what they last answered, or of the least that an answer must be for.
    pub fn answered(attendee: &Property) -> Option<Self> {
        let (sequence, stamp) = attendee.param(ANSWERED)?.split_once('-')?;
        Some(Revision { sequence: sequence.parse().ok()?, stamp: NaiveDateTime::parse_from_str(stamp, TIME).ok() })
    }

    /// As [`Revision::answered`] reads it.
    pub fn written(self) -> String {
        let stamp = self.stamp.map(|stamp| stamp.format(TIME).to_string()).unwrap_or_default();
        format!("{}-{stamp}", self.sequence)
    }

    /// Whether it was sent before `other`, or answers what was before it.
    pub fn is_before(self, other: Revision) -> bool {
        match (self.stamp, other.stamp) {
            (Some(_), Some(_)) => self < other,
            _ => self.sequence < other.sequence,
        }
    }
}

/// The parameter of an ATTENDEE that has [`Revision::written`].
pub(super) const ANSWERED: &str = "X-KALENDS-ANSWERED";

/// A time as DTSTAMP has it.
pub(super) fn stamp(now: DateTime<Utc>) -> String {
    now.format(TIME).to_string()
}

/// Gives the component this DTSTAMP, and SEQUENCE where it has a lower one.
pub(super) fn raise(tree: &mut Tree, revision: Revision) {
    if let Some(stamp) = revision.stamp {
        tree.set("DTSTAMP", &[], &stamp.format(TIME).to_string(), &["UID"]);
    }
    raise_sequence(tree, revision.sequence);
}

/// Gives the component this SEQUENCE where it has a lower one.
pub(super) fn raise_sequence(tree: &mut Tree, least: u32) {
    if sequence(tree.property("SEQUENCE")) < least {
        tree.set("SEQUENCE", &[], &least.to_string(), &["LAST-MODIFIED", "DTSTAMP", "UID"]);
    }
}
