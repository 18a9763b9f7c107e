//! What both sides have changed, each in another way.

use crate::meaning::{Part, Place, Value};

/// What both sides have changed, each in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    pub place: Place,
    pub part: Part,
    /// What it was when both were the same; here and in the two that follow `None` means that it is not there.
    pub base: Option<Value>,
    pub ours: Option<Value>,
    pub theirs: Option<Value>,
}

/// Whose word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Winner {
    Ours,
    Theirs,
}

/// Says who wins a collision.
pub(super) type Choose<'c> = &'c mut dyn FnMut(&Collision) -> Winner;
