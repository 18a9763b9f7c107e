//! Time ranges (RFC 4791 section 9.9).

use super::Evaluation;
use crate::Result;
use crate::entry::Entry;
use crate::instances::{Instance, Window, any_instance};
use crate::syntax::{Component, Property};
use crate::value::{self, Duration, Moment, Period, PeriodEnd};
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::ControlFlow;

impl Evaluation<'_> {
    /// Whether one of `components` overlaps `window`; each comes with the index of the calendar's component that it is or stands in.
    /// `top`: they are the calendar's own.
    pub(super) fn any_in(&self, window: Window, components: &[(&Component, usize)], top: bool) -> Result<bool> {
        let Some((first, _)) = components.first() else { return Ok(false) };
        match first.name.as_str() {
            name if top && name == self.object.kind.name() => {
                let wanted: Vec<usize> = components.iter().map(|(_, entry)| *entry).collect();
                self.any_instance(window, &wanted, &|_| true)
            }
            "VALARM" if !top => {
                for (alarm, entry) in components {
                    if self.alarm_is_in(window, alarm, *entry)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            // A time range has no meaning for any other component.
            _ => Ok(false),
        }
    }

    /// The index of the calendar's component that `instance` takes its properties from.
    fn entry_of(&self, instance: &Instance) -> usize {
        match instance.override_index {
            Some(index) => self.object.overrides[index].component,
            None => self.object.master.as_ref().map_or(usize::MAX, |master| master.component),
        }
    }

    /// Whether an instance that overlaps `window` takes its properties from one of the calendar's components `entries` and is wanted.
    fn any_instance(&self, window: Window, entries: &[usize], wanted: &dyn Fn(&Instance) -> bool) -> Result<bool> {
        let is_single = |entry: &Entry| entry.recurrence_id.as_ref().is_some_and(|id| !id.this_and_future);
        let singles: Vec<usize> =
            self.object.overrides.iter().filter(|entry| is_single(entry)).map(|entry| entry.component).collect();
        // Instances of single overrides come first; after them no other has to be looked at.
        let only_singles = entries.iter().all(|entry| singles.contains(entry));
        any_instance(self.object, window, self.floating, &mut |instance| {
            if entries.contains(&self.entry_of(instance)) && wanted(instance) {
                ControlFlow::Break(true)
            } else if only_singles && instance.override_index.is_none() {
                ControlFlow::Break(false)
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    /// Whether a VALARM inside the calendar's component `entry` goes off in `window`.
    fn alarm_is_in(&self, window: Window, component: &Component, entry: usize) -> Result<bool> {
        // A trigger that cannot be read never goes off.
        let Some(alarm) = Alarm::read(component) else { return Ok(false) };
        let Trigger::Relative { offset, from_end } = &alarm.trigger else {
            let Trigger::At(moment) = &alarm.trigger else { return Ok(false) };
            return Ok(alarm.goes_off_in(window, self.object.zones.instant(moment, self.floating)));
        };
        // Nominal days are up to some hours longer or shorter than exact ones.
        let margin = TimeDelta::days(2);
        let shift = TimeDelta::seconds(offset.days.saturating_mul(86_400).saturating_add(offset.seconds));
        let around = Window {
            start: window.start.and_then(|start| {
                start.checked_sub_signed(shift)?.checked_sub_signed(margin)?.checked_sub_signed(alarm.length()?)
            }),
            end: window.end.and_then(|end| end.checked_sub_signed(shift)?.checked_add_signed(margin)),
        };
        self.any_instance(around, &[entry], &|instance| {
            let anchor = if *from_end { &instance.end } else { &instance.start };
            alarm.goes_off_in(window, self.shifted(anchor, *offset))
        })
    }

    fn shifted(&self, moment: &Moment, offset: Duration) -> DateTime<Utc> {
        self.object.zones.after(moment, offset, self.floating)
    }

    /// Whether a value of the property overlaps `window`: a time that is in it, a day or a period that touches it.
    pub(super) fn property_is_in(&self, window: Window, property: &Property) -> bool {
        if property.name == "FREEBUSY" || value::is_declared(property, "PERIOD") {
            let periods = value::periods(property).unwrap_or_default();
            return periods.iter().any(|period| {
                let (start, end) = self.span(period);
                window.start.is_none_or(|from| from < end) && window.end.is_none_or(|until| until > start)
            });
        }
        value::moments(property).unwrap_or_default().iter().any(|moment| {
            let start = self.object.zones.instant(moment, self.floating);
            if moment.is_date() {
                let end = self.shifted(moment, Duration { days: 1, seconds: 0 });
                return window.start.is_none_or(|from| from < end) && window.end.is_none_or(|until| until > start);
            }
            holds(window, start)
        })
    }

    fn span(&self, period: &Period) -> (DateTime<Utc>, DateTime<Utc>) {
        let end = match &period.end {
            PeriodEnd::At(end) => self.object.zones.instant(end, self.floating),
            PeriodEnd::For(duration) => self.shifted(&period.start, *duration),
        };
        (self.object.zones.instant(&period.start, self.floating), end)
    }
}

fn holds(window: Window, instant: DateTime<Utc>) -> bool {
    window.start.is_none_or(|start| start <= instant) && window.end.is_none_or(|end| instant < end)
}

/// What of a VALARM says when it goes off (RFC 5545 section 3.6.6).
struct Alarm {
    trigger: Trigger,
    /// How often it goes off again, and how many seconds apart.
    repeat: i64,
    every: i64,
}

enum Trigger {
    At(Moment),
    Relative { offset: Duration, from_end: bool },
}

impl Alarm {
    fn read(component: &Component) -> Option<Alarm> {
        let trigger = component.property("TRIGGER")?;
        let trigger = match value::duration(trigger) {
            Ok(offset) => {
                let from_end = trigger.param("RELATED").is_some_and(|related| related.eq_ignore_ascii_case("END"));
                Trigger::Relative { offset, from_end }
            }
            Err(_) => Trigger::At(value::moment(trigger).ok()?),
        };
        let every = component.property("DURATION").and_then(|property| value::duration(property).ok());
        let every = every.map_or(0, |every| every.days.saturating_mul(86_400).saturating_add(every.seconds)).max(0);
        let repeat = component.property("REPEAT").and_then(|property| property.value.trim().parse().ok());
        let repeat = if every > 0 { repeat.unwrap_or(0).max(0) } else { 0 };
        Some(Alarm { trigger, repeat, every })
    }

    /// From the first time to the last; `None` when it is longer than any calendar.
    fn length(&self) -> Option<TimeDelta> {
        TimeDelta::try_seconds(self.repeat.checked_mul(self.every)?)
    }

    /// Whether one of the times is in `window`, when `first` is the first of them.
    fn goes_off_in(&self, window: Window, first: DateTime<Utc>) -> bool {
        let waited = match window.start {
            Some(start) if start > first && self.every > 0 => {
                let missing = (start - first).num_seconds();
                // Rounded up: the first time that is not before the window.
                (missing / self.every + i64::from(missing % self.every > 0)).min(self.repeat)
            }
            _ => 0,
        };
        let next =
            TimeDelta::try_seconds(waited.saturating_mul(self.every)).and_then(|wait| first.checked_add_signed(wait));
        next.is_some_and(|next| holds(window, next))
    }
}
