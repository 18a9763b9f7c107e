//! What is there and here of a calendar that moved in: worked out from both texts of each object, not from what was meant to happen.

use crate::transfer::Named;
use kalends_ical::instances::{self, Window};
use kalends_ical::meaning;
use kalends_ical::split::Part;
use kalends_ical::time::Zone;
use kalends_ical::{CalendarObject, Limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Instances of one object that are counted at most.
const MAX_INSTANCES: usize = 100_000;

/// Both sides of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// How many objects there are there, each with a UID of its own.
    pub there: usize,
    /// How many of their UIDs are here.
    pub here: usize,
    /// Those that are not here, or say something else here.
    pub differing: Named<Difference>,
    /// By `YYYY-MM` in UTC, from twenty years ago to two years ahead; only those with instances.
    months: BTreeMap<String, (u64, u64)>,
}

/// An object that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Its title or UID.
    pub what: String,
    pub why: String,
}

/// How many instances begin in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// `YYYY-MM`
    pub month: String,
    pub there: u64,
    pub here: u64,
}

impl Comparison {
    pub fn is_equal(&self) -> bool {
        self.there == self.here && self.differing.count == 0 && self.differing_months().next().is_none()
    }

    pub fn months(&self) -> impl Iterator<Item = Month> {
        let month =
            |(month, (there, here)): (&String, &(u64, u64))| Month { month: month.clone(), there: *there, here: *here };
        self.months.iter().map(month)
    }

    pub fn differing_months(&self) -> impl Iterator<Item = Month> {
        self.months().filter(|month| month.there != month.here)
    }

    /// How many instances are counted, there and here.
    pub fn instances(&self) -> (u64, u64) {
        self.months.values().fold((0, 0), |(there, here), month| (there + month.0, here + month.1))
    }

    pub(super) fn add(&mut self, part: &Part, there: Side, here: Option<Side>) {
        let differs = |why: String| Difference { what: part.title.clone(), why };
        self.there += 1;
        match (there.object.as_ref(), here.as_ref().map(|here| here.object.as_ref())) {
            (_, None) => self.differing.push(differs("it is not here".into())),
            (Err(why), Some(_)) | (_, Some(Err(why))) => self.differing.push(differs(why.clone())),
            (Ok(there), Some(Ok(here))) if !meaning::is_same(there, here) => {
                let parts = meaning::differences(there, here).len();
                self.differing.push(differs(format!("it says something else here, in {parts} places")));
            }
            _ => {}
        }
        self.here += usize::from(here.is_some());
        for (month, count) in there.months {
            self.months.entry(month).or_default().0 += count;
        }
        for (month, count) in here.map(|here| here.months).unwrap_or_default() {
            self.months.entry(month).or_default().1 += count;
        }
    }
}

/// An object as it is on one side.
pub(super) struct Side {
    object: Result<CalendarObject, String>,
    months: BTreeMap<String, u64>,
}

impl Side {
    pub fn read(text: &str, window: Window, limits: &Limits) -> Self {
        let object = CalendarObject::parse(text, limits).map_err(|error| error.to_string());
        let mut months = BTreeMap::new();
        // What cannot be counted there cannot be here.
        let found = object
            .as_ref()
            .ok()
            .and_then(|object| instances::instances(object, window, &Zone::UTC, MAX_INSTANCES).ok());
        for instance in found.into_iter().flatten() {
            *months.entry(instance.start_utc.format("%Y-%m").to_string()).or_default() += 1;
        }
        Side { object, months }
    }
}
