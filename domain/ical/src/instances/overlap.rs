//! What is in a window.

use super::Window;
use chrono::{DateTime, Utc};

/// What overlaps a window, by the rows of the tables in RFC 4791 section 9.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// VEVENT and VJOURNAL: a span, or a point that may be at the window's start.
    Span,
    /// VTODO with DTSTART and DUE.
    StartAndDue,
    /// VTODO with DTSTART and DURATION.
    StartAndDuration,
    /// VTODO with DUE alone.
    Due,
    /// VFREEBUSY with DTSTART and DTEND.
    FreeBusy,
}

impl Overlap {
    pub(super) fn holds(self, start: DateTime<Utc>, end: DateTime<Utc>, window: Window) -> bool {
        let from_before = |instant| window.start.is_none_or(|from| from < instant);
        let from_until = |instant| window.start.is_none_or(|from| from <= instant);
        let to_after = |instant| window.end.is_none_or(|to| to > instant);
        let to_from = |instant| window.end.is_none_or(|to| to >= instant);
        match self {
            Overlap::Span if start == end => from_until(start) && to_after(start),
            Overlap::Span => from_before(end) && to_after(start),
            Overlap::StartAndDue => (from_before(end) || from_until(start)) && (to_after(start) || to_from(end)),
            Overlap::StartAndDuration => from_until(end) && (to_after(start) || to_from(end)),
            Overlap::Due => from_before(end) && to_from(end),
            Overlap::FreeBusy => from_until(end) && to_after(start),
        }
    }
}
