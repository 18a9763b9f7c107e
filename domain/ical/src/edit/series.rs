//! Looking up the instances of a series.

use super::timing::{Placed, local_in};
use crate::Result;
use crate::entry::{End, Entry};
use crate::instances::{Instance, Window, any_instance, instances};
use crate::object::CalendarObject;
use crate::time::Zone;
use crate::value::Moment;
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::ControlFlow;

/// More instances than this are not counted.
const MAX_INSTANCES: usize = 1_000_000;

/// One instance: the component that says what it is, and when it is.
pub(super) struct Found<'a> {
    pub(super) entry: &'a Entry,
    pub(super) start: Moment,
    pub(super) end: End,
}

/// Whether two RECURRENCE-IDs are of the same instance.
pub(super) fn is_same(object: &CalendarObject, one: &Moment, other: &Moment) -> bool {
    one.is_date() == other.is_date() && instant(object, one) == instant(object, other)
}

pub(super) fn instant(object: &CalendarObject, moment: &Moment) -> DateTime<Utc> {
    object.zones.instant(moment, &Zone::UTC)
}

/// The override with RECURRENCE-ID `id`.
pub(super) fn override_of<'a>(object: &'a CalendarObject, id: &Moment) -> Option<&'a Entry> {
    object
        .overrides
        .iter()
        .find(|entry| entry.recurrence_id.as_ref().is_some_and(|other| is_same(object, &other.moment, id)))
}

/// The latest override with RANGE=THISANDFUTURE that covers `id`, with its own RECURRENCE-ID.
pub(super) fn range_over<'a>(object: &'a CalendarObject, id: &Moment) -> Option<(&'a Entry, &'a Moment)> {
    let at = instant(object, id);
    object
        .overrides
        .iter()
        .filter_map(|entry| Some((entry, entry.recurrence_id.as_ref()?)))
        .filter(|(_, other)| other.this_and_future && instant(object, &other.moment) <= at)
        .max_by_key(|(_, other)| instant(object, &other.moment))
        .map(|(entry, other)| (entry, &other.moment))
}

/// The instance with RECURRENCE-ID `id`, its override considered.
pub(super) fn find<'a>(object: &'a CalendarObject, id: &Moment) -> Result<Option<Found<'a>>> {
    if let Some(entry) = override_of(object, id) {
        let start = entry.start.clone().unwrap_or_else(|| id.clone());
        return Ok(Some(Found { entry, start, end: entry.end.clone() }));
    }
    find_in_series(object, &Series::of(object), id)
}

/// [`find`] for an instance that has no override of its own; `series` is that of `object`.
pub(super) fn find_in_series<'a>(
    object: &'a CalendarObject,
    series: &Series,
    id: &Moment,
) -> Result<Option<Found<'a>>> {
    let Some(master) = &object.master else { return Ok(None) };
    let Some(instance) = series.at(id)? else { return Ok(None) };
    if let Some((entry, from)) = range_over(object, id)
        && let Some(first) = &entry.start
    {
        let delta = first.local() - local_in(&object.zones, from, first);
        let start = first.at(local_in(&object.zones, id, first) + delta);
        let own = Placed { start: first.clone(), end: entry.end.clone() };
        let Placed { start, end } = own.recurred(start, &object.zones);
        return Ok(Some(Found { entry, start, end }));
    }
    let end = match &master.end {
        // Only a period of an RDATE has an end of its own.
        _ if is_period(master, object, id) => End::At(instance.end),
        End::At(end) => End::At(end.at(object.zones.zone(end, &Zone::UTC).to_local(instance.end_utc))),
        end => end.clone(),
    };
    Ok(Some(Found { entry: master, start: instance.start, end }))
}

fn is_period(master: &Entry, object: &CalendarObject, id: &Moment) -> bool {
    master.dates.iter().any(|date| date.end.is_some() && is_same(object, &date.start, id))
}

/// The instances that the master alone yields.
pub(super) struct Series {
    object: CalendarObject,
}

impl Series {
    /// By RRULE and RDATE, without those that EXDATE takes away.
    pub(super) fn of(object: &CalendarObject) -> Self {
        let mut object = object.clone();
        object.overrides.clear();
        Series { object }
    }

    /// By RRULE alone, whatever takes some away: what COUNT counts.
    pub(super) fn of_rule(object: &CalendarObject) -> Self {
        let mut series = Series::of(object);
        if let Some(master) = &mut series.object.master {
            master.dates.clear();
            master.exclusion_dates.clear();
            master.exclusion_rules.clear();
        }
        series
    }

    /// By RRULE and RDATE, whatever takes some away.
    pub(super) fn of_rule_and_dates(object: &CalendarObject) -> Self {
        let mut series = Series::of(object);
        if let Some(master) = &mut series.object.master {
            master.exclusion_dates.clear();
        }
        series
    }

    fn between(&self, start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>, limit: usize) -> Result<Vec<Instance>> {
        instances(&self.object, Window { start, end }, &Zone::UTC, limit)
    }

    /// The instance that starts at `id`.
    pub(super) fn at(&self, id: &Moment) -> Result<Option<Instance>> {
        let at = instant(&self.object, id);
        let found = self.between(Some(at), Some(at + TimeDelta::seconds(1)), MAX_INSTANCES)?;
        Ok(found.into_iter().find(|instance| {
            let own = instance.recurrence_id.as_ref().unwrap_or(&instance.start);
            is_same(&self.object, own, id)
        }))
    }

    /// How many instances start before `id`.
    pub(super) fn count_before(&self, id: &Moment) -> Result<usize> {
        let at = instant(&self.object, id);
        Ok(self.between(None, Some(at), MAX_INSTANCES)?.iter().filter(|instance| instance.start_utc < at).count())
    }

    /// Whether no instance starts before `id`.
    pub(super) fn starts_with(&self, id: &Moment) -> Result<bool> {
        let at = instant(&self.object, id);
        Ok(!touches(&self.object, Window { start: None, end: Some(at) })?)
    }

    /// The instance nearest to `id` and not further from it than `reach`.
    pub(super) fn nearest(&self, id: &Moment, reach: TimeDelta) -> Result<Option<Moment>> {
        let at = instant(&self.object, id);
        let found = self.between(Some(at - reach), Some(at + reach), MAX_INSTANCES)?;
        let nearest = found.into_iter().min_by_key(|instance| (instance.start_utc - at).abs());
        Ok(nearest.filter(|instance| (instance.start_utc - at).abs() <= reach).map(|instance| instance.start))
    }

    /// The first instance that starts at `id` or later.
    pub(super) fn next(&self, id: &Moment) -> Result<Option<Moment>> {
        let at = instant(&self.object, id);
        for days in [8, 64, 400, 5 * 366, 50 * 366] {
            let found = self.between(Some(at), Some(at + TimeDelta::days(days)), MAX_INSTANCES)?;
            let first = found.into_iter().filter(|instance| instance.start_utc >= at).min_by_key(|i| i.start_utc);
            if let Some(first) = first {
                return Ok(Some(first.start));
            }
        }
        Ok(None)
    }
}

/// Whether nothing of the object takes place.
pub(super) fn is_empty(object: &CalendarObject) -> Result<bool> {
    Ok(!touches(object, Window { start: None, end: None })?)
}

fn touches(object: &CalendarObject, window: Window) -> Result<bool> {
    any_instance(object, window, &Zone::UTC, &mut |_| ControlFlow::Break(true))
}
