//! A zone that only a VTIMEZONE defines (RFC 5545 section 3.6.5).

use crate::ical::syntax::{Component, SyntaxError};
use chrono::NaiveDateTime;

/// A VTIMEZONE with a TZID that names no known zone, evaluated by its own STANDARD and DAYLIGHT rules.
#[derive(Clone, Debug)]
pub struct CustomZone {
    /// Seconds east of UTC.
    offset: i32,
}

impl CustomZone {
    /// A zone that is always `offset` seconds east of UTC.
    pub(super) fn fixed(offset: i32) -> Self {
        CustomZone { offset }
    }

    /// Reads a VTIMEZONE.
    pub(super) fn read(component: &Component) -> Result<Self, SyntaxError> {
        Err(SyntaxError::new(component.line, "the VTIMEZONE cannot be read"))
    }

    /// Seconds east of UTC at an instant (given as its time in UTC).
    pub(super) fn offset_at(&self, utc: NaiveDateTime) -> i32 {
        let _ = utc;
        self.offset
    }

    /// Seconds east of UTC that a wall-clock time is read with: before a gap, and the first of a fold.
    pub(super) fn offset_of_local(&self, local: NaiveDateTime) -> i32 {
        let _ = local;
        self.offset
    }
}
