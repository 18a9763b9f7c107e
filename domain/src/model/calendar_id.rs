//! What calendars, and messages about meetings, are known by.

/// Identifies a calendar in the store; never given out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CalendarId(pub i64);

/// Identifies a message about a meeting to one recipient in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryId(pub i64);
