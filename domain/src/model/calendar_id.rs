//! What a calendar is known by.

/// Identifies a calendar in the store; never given out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CalendarId(pub i64);
