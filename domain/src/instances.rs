//! The instances of a calendar object in a window (RFC 5545 section 3.8.5, RFC 4791 section 9.9).

use crate::Result;
use crate::ical::CalendarObject;
use crate::ical::value::Moment;
use crate::time::Zone;
use chrono::{DateTime, Utc};

/// One instance of an object: the master itself, a recurrence, or an override.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The index in `CalendarObject::overrides` of the override that this instance takes its properties from; `None`: the master.
    pub override_index: Option<usize>,
    /// RECURRENCE-ID in the form of the master's DTSTART; `None` for an object that does not recur.
    pub recurrence_id: Option<Moment>,
    pub start: Moment,
    /// Exclusive, of the same kind as `start`.
    pub end: Moment,
    pub start_utc: DateTime<Utc>,
    /// Equal to `start_utc` for an instance without length.
    pub end_utc: DateTime<Utc>,
}

/// A half-open span of instants; an end may be open (RFC 4791 section 9.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub start: Option<DateTime<Utc>>,
    pub end: Option<DateTime<Utc>>,
}

/// What of time an object touches, for the index: computed once when it is written, never too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Unix seconds; `None` when there is no start (a VTODO without dates overlaps every window).
    pub first_start: Option<i64>,
    /// Unix seconds; `None` when open.
    pub last_end: Option<i64>,
    pub recurring: bool,
}

/// The instances of `object` that overlap `window`, in the order of their starts, as RFC 4791 section 9.9 defines overlap
/// for each type of component. `floating` is the zone that floating times and days are read in.
///
/// # Errors
/// `TooManyInstances` past `limit`.
pub fn instances(object: &CalendarObject, window: Window, floating: &Zone, limit: usize) -> Result<Vec<Instance>> {
    let _ = (object, window, floating, limit);
    todo!()
}

/// The extent of `object`, wide enough for every zone in which floating times and days can be read.
pub fn extent(object: &CalendarObject) -> Extent {
    let _ = object;
    todo!()
}
