//! Where an instance stands on somebody's screen.

use crate::instances::Instance;
use crate::time::Zone;
use crate::value::Moment;
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

/// The time of an instance on the wall clock of whoever looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum When {
    /// Days, `last` included.
    Days { first: NaiveDate, last: NaiveDate },
    /// Wall-clock times in the viewer's zone; `end` is exclusive and not before `start`.
    Times { start: NaiveDateTime, end: NaiveDateTime },
}

impl When {
    /// Where `viewer` sees the instance.
    pub fn seen(instance: &Instance, viewer: &Zone) -> When {
        match (&instance.start, &instance.end) {
            (Moment::Date(first), Moment::Date(end)) => {
                When::Days { first: *first, last: (*end - Days::new(1)).max(*first) }
            }
            _ => When::Times { start: viewer.to_local(instance.start_utc), end: viewer.to_local(instance.end_utc) },
        }
    }

    /// Sorts by day, whole days before times.
    pub fn order(&self) -> (NaiveDateTime, bool) {
        match self {
            When::Days { first, .. } => (first.and_time(NaiveTime::MIN), false),
            When::Times { start, .. } => (*start, true),
        }
    }
}
