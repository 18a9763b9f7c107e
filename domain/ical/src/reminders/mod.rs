//! When the alarms of an object go off for one person, evaluated in a window. Nothing is expanded for ever.

mod alarm;
mod edit;

pub use alarm::BY_DEFAULT;
pub use edit::{acknowledge, snooze};

use crate::entry::{End, Entry};
use crate::instance_key;
use crate::instances::{Instance, Window, any_instance, extent, instances};
use crate::time::Zone;
use crate::value::{Duration, Moment};
use crate::{CalendarObject, ComponentKind, Result};
use alarm::{Alarm, Trigger};
use chrono::{DateTime, Days, TimeDelta, Utc};
use std::ops::ControlFlow;

/// Most instances that are looked at for what is due.
const MAX_INSTANCES: usize = 20_000;
/// More than any zone is away from another, and any clock ever moved.
const SLACK: TimeDelta = TimeDelta::hours(30);
/// How far ahead the next reminder of a series is looked for, near first.
const HORIZONS: [i64; 3] = [3, 40, 400];

/// For whom reminders are.
#[derive(Clone, Debug)]
pub struct Reminded<'a> {
    /// In which floating times and days are read.
    pub zone: &'a Zone,
    /// By which attendees are known to be them, in lower case, without `mailto:`.
    pub addresses: &'a [String],
    /// How long before an event with a time that has no alarm they want to be reminded.
    pub default_minutes: Option<u32>,
    /// The alarms are those of several people: what one has done about them is not what this person has.
    pub shares_alarms: bool,
}

/// A reminder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: DateTime<Utc>,
    /// Names the alarm within its component.
    pub alarm: String,
    /// What it reminds of.
    pub instance: Instance,
}

/// When the next reminder comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    At(DateTime<Utc>),
    /// None until then; there may be some later.
    NotBefore(DateTime<Utc>),
    Never,
}

/// The reminders after `after` and not after `until`, the earliest first: none of what is cancelled or done, or of what the person has
/// declined.
///
/// # Errors
/// `TooManyInstances`
pub fn due_between(
    object: &CalendarObject,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
    person: &Reminded<'_>,
) -> Result<Vec<Due>> {
    Alarmed::new(object, person).between(after, until)
}

/// The first reminder after `after`.
///
/// # Errors
/// `TooManyInstances`
pub fn next_after(object: &CalendarObject, after: DateTime<Utc>, person: &Reminded<'_>) -> Result<Next> {
    let alarmed = Alarmed::new(object, person);
    if alarmed.is_silent() {
        return Ok(Next::Never);
    }
    if !object.recurs() {
        let due = alarmed.between(after, after + TimeDelta::days(365 * 200))?;
        return Ok(due.first().map_or(Next::Never, |due| Next::At(due.at)));
    }
    let mut from = after;
    for days in HORIZONS {
        let until = after + TimeDelta::days(days);
        if let Some(due) = alarmed.between(from, until)?.first() {
            return Ok(Next::At(due.at));
        }
        from = until;
    }
    let goes_on = extent(object).last_end.is_none_or(|end| end > (from - SLACK).timestamp());
    Ok(if goes_on { Next::NotBefore(from) } else { Next::Never })
}

/// Whether the instance that `key` names (as [`instance_key`] writes it) begins at `starts_at`, and is nothing that is cancelled or done,
/// or that the person has declined.
///
/// # Errors
/// `TooManyInstances`
pub fn stands(object: &CalendarObject, key: &str, starts_at: DateTime<Utc>, person: &Reminded<'_>) -> Result<bool> {
    let (start, end) = (starts_at - TimeDelta::seconds(1), starts_at + TimeDelta::seconds(1));
    let window = Window { start: Some(start), end: Some(end) };
    any_instance(object, window, person.zone, &mut |instance| {
        let named = instance.recurrence_id.as_ref().map(instance_key::encode).unwrap_or_default();
        let entry = instance.override_index.map(|at| &object.overrides[at]).or(object.master.as_ref());
        // A to-do without a start stands wherever one looks.
        let begins = entry.is_some_and(|entry| entry.start.is_none()) || instance.start_utc == starts_at;
        match named == key && begins && entry.is_some_and(|entry| concerns(object, entry, person)) {
            true => ControlFlow::Break(true),
            false => ControlFlow::Continue(()),
        }
    })
}

/// An object with the alarms of its components.
struct Alarmed<'a> {
    object: &'a CalendarObject,
    person: &'a Reminded<'a>,
    master: Vec<Alarm>,
    overrides: Vec<Vec<Alarm>>,
}

impl<'a> Alarmed<'a> {
    fn new(object: &'a CalendarObject, person: &'a Reminded<'a>) -> Self {
        let of = |entry: &Entry| {
            let mut alarms = alarm::alarms(object.component(entry));
            if person.shares_alarms {
                alarms.iter_mut().for_each(|alarm| alarm.acknowledged = None);
            }
            let is_bare = object.component(entry).components.iter().all(|inner| inner.name != "VALARM");
            match person.default_minutes {
                Some(minutes) if is_bare && has_time(object, entry) => [vec![by_default(minutes)], alarms].concat(),
                _ => alarms,
            }
        };
        let of = |entry: &Entry| if concerns(object, entry, person) { of(entry) } else { Vec::new() };
        let master = object.master.as_ref().map(of).unwrap_or_default();
        let overrides = object.overrides.iter().map(of);
        Alarmed { object, person, master, overrides: overrides.collect() }
    }

    fn is_silent(&self) -> bool {
        self.all().next().is_none()
    }

    fn all(&self) -> impl Iterator<Item = &Alarm> {
        self.master.iter().chain(self.overrides.iter().flatten())
    }

    fn between(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Due>> {
        let mut found = self.relative(after, until)?;
        self.absolute(after, until, &mut found)?;
        found.sort_by(|a, b| (a.at, a.instance.start_utc, &a.alarm).cmp(&(b.at, b.instance.start_utc, &b.alarm)));
        found.dedup_by(|a, b| a.at == b.at && a.alarm == b.alarm && a.instance == b.instance);
        Ok(found)
    }

    fn relative(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Due>> {
        let Some((least, most)) = self.reach() else { return Ok(Vec::new()) };
        let start = after.checked_sub_signed(most + SLACK);
        let end = until.checked_sub_signed(least).and_then(|end| end.checked_add_signed(SLACK));
        let mut found = Vec::new();
        for instance in instances(self.object, Window { start, end }, self.person.zone, MAX_INSTANCES)? {
            let (entry, alarms) = match instance.override_index {
                Some(index) => (&self.object.overrides[index], &self.overrides[index]),
                None => match &self.object.master {
                    Some(master) => (master, &self.master),
                    None => continue,
                },
            };
            // A to-do without a date stands wherever one looks.
            if entry.start.is_none() && entry.end == End::Implied {
                continue;
            }
            for alarm in alarms {
                let Trigger::Relative { offset, from_end } = &alarm.trigger else { continue };
                // A to-do that has only a DUE has no start that anything could be related to.
                let base = if *from_end || entry.start.is_none() { &instance.end } else { &instance.start };
                for delay in alarm.delays() {
                    let total = Duration {
                        days: offset.days.saturating_add(delay.days),
                        seconds: offset.seconds.saturating_add(delay.seconds),
                    };
                    let at = self.after(base, total);
                    if at > after && at <= until && alarm.acknowledged.is_none_or(|until| at > until) {
                        found.push(Due { at, alarm: alarm.key.clone(), instance: instance.clone() });
                    }
                }
            }
        }
        Ok(found)
    }

    /// Those at a time of their own, each once, however often the object recurs.
    fn absolute(&self, after: DateTime<Utc>, until: DateTime<Utc>, found: &mut Vec<Due>) -> Result<()> {
        let of_parts =
            [(None, &self.master)].into_iter().chain(self.overrides.iter().enumerate().map(|(at, it)| (Some(at), it)));
        for (part, alarms) in of_parts {
            for alarm in alarms {
                let Trigger::At(first) = alarm.trigger else { continue };
                for delay in alarm.delays() {
                    let at = self.after(&Moment::Utc(first.naive_utc()), delay);
                    let is_due = at > after && at <= until && alarm.acknowledged.is_none_or(|until| at > until);
                    if !is_due {
                        continue;
                    }
                    if let Some(instance) = self.nearest(part, at)? {
                        found.push(Due { at, alarm: alarm.key.clone(), instance });
                    }
                }
            }
        }
        Ok(())
    }

    /// The instance of the master, or the override, that an alarm at `at` reminds of.
    fn nearest(&self, part: Option<usize>, at: DateTime<Utc>) -> Result<Option<Instance>> {
        let is_of_part = |instance: &Instance| part.is_none() || instance.override_index == part;
        let distance = |instance: &Instance| (instance.start_utc - at).abs();
        let alone = !self.object.recurs() || part.is_some();
        let spans: &[Option<i64>] = if alone { &[None] } else { &[Some(2), Some(60), Some(800)] };
        for days in spans {
            let around = |days: i64| (Some(at - TimeDelta::days(days)), Some(at + TimeDelta::days(days)));
            let (start, end) =
                if alone && self.object.recurs() { around(800) } else { days.map_or((None, None), around) };
            let all = instances(self.object, Window { start, end }, self.person.zone, MAX_INSTANCES)?;
            if let Some(found) = all.into_iter().filter(is_of_part).min_by_key(distance) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// By how much what is relative lies before and after the instances: the least and the most.
    fn reach(&self) -> Option<(TimeDelta, TimeDelta)> {
        let offsets = self.all().filter_map(|alarm| match &alarm.trigger {
            Trigger::Relative { offset, .. } => Some(alarm.delays().map(|delay| {
                let days = offset.days.saturating_add(delay.days).saturating_mul(86_400);
                let seconds = days.saturating_add(offset.seconds).saturating_add(delay.seconds);
                // A hundred years: no person wants more, and no sum of it overflows.
                TimeDelta::seconds(seconds.clamp(-3_155_760_000, 3_155_760_000))
            })),
            Trigger::At(_) => None,
        });
        let all: Vec<TimeDelta> = offsets.flatten().collect();
        Some((*all.iter().min()?, *all.iter().max()?))
    }

    /// Of a day everything is on the wall clock: nine hours after midnight are nine o'clock, also when the clock is moved that night.
    fn after(&self, moment: &Moment, duration: Duration) -> DateTime<Utc> {
        if !moment.is_date() {
            return self.object.zones.after(moment, duration, self.person.zone);
        }
        let (midnight, days) = (moment.local(), Days::new(duration.days.unsigned_abs()));
        let day = if duration.days < 0 { midnight.checked_sub_days(days) } else { midnight.checked_add_days(days) };
        let local = day.unwrap_or(midnight).checked_add_signed(TimeDelta::seconds(duration.seconds));
        self.person.zone.to_utc(local.unwrap_or(midnight))
    }
}

fn has_time(object: &CalendarObject, entry: &Entry) -> bool {
    object.kind == ComponentKind::Event && entry.start.as_ref().is_some_and(|start| !start.is_date())
}

fn by_default(minutes: u32) -> Alarm {
    let offset = Duration { days: 0, seconds: -60 * i64::from(minutes) };
    let trigger = Trigger::Relative { offset, from_end: false };
    Alarm {
        key: BY_DEFAULT.to_owned(),
        trigger,
        repeats: 0,
        pause: Duration { days: 0, seconds: 0 },
        acknowledged: None,
    }
}

/// Whether it is something that the person takes part in, and that is still to be.
fn concerns(object: &CalendarObject, entry: &Entry, person: &Reminded<'_>) -> bool {
    !is_over(object, entry) && !is_declined(object, entry, person.addresses)
}

/// Whether it is cancelled, or done.
fn is_over(object: &CalendarObject, entry: &Entry) -> bool {
    let is_done = object.kind == ComponentKind::Todo && object.component(entry).property("COMPLETED").is_some();
    is_done || matches!(entry.status.as_deref(), Some("CANCELLED" | "COMPLETED"))
}

/// Whether the person takes no part (PARTSTAT of RFC 5545 section 3.2.12).
fn is_declined(object: &CalendarObject, entry: &Entry, addresses: &[String]) -> bool {
    object.component(entry).properties("ATTENDEE").any(|attendee| {
        let value = attendee.value.trim().to_lowercase();
        let address = value.strip_prefix("mailto:").unwrap_or(&value);
        let declines = attendee.param("PARTSTAT").is_some_and(|state| state.eq_ignore_ascii_case("DECLINED"));
        declines && addresses.iter().any(|own| own == address)
    })
}

#[cfg(test)]
mod tests;
