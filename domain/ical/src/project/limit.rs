//! A limited recurrence set and limited free-busy information (RFC 4791 sections 9.6.6 and 9.6.7).

use super::Node;
use crate::CalendarObject;
use crate::entry::{End, Entry};
use crate::instances::Window;
use crate::time::Zone;
use crate::value::{self, Duration, Moment, PeriodEnd};
use chrono::{DateTime, TimeDelta, Utc};

/// Leaves the master and the overrides that have to do with `window`: an override that is in it, or stands for an instance
/// that would be.
pub(super) fn recurrence_set(calendar: &mut Node<'_>, object: &CalendarObject, window: Window, floating: &Zone) {
    let spans = Spans { object, floating };
    let out: Vec<*const _> = object
        .overrides
        .iter()
        .filter(|entry| !spans.concerns(entry, window))
        .map(|entry| std::ptr::from_ref(object.component(entry)))
        .collect();
    calendar.components.retain(|component| !out.contains(&std::ptr::from_ref(component.source)));
}

/// Leaves the periods that overlap `window`.
pub(super) fn free_busy_set(calendar: &mut Node<'_>, object: &CalendarObject, window: Window, floating: &Zone) {
    let spans = Spans { object, floating };
    for component in calendar.components.iter_mut().filter(|component| component.source.name == "VFREEBUSY") {
        component.properties.retain_mut(|property| {
            if property.name != "FREEBUSY" {
                return true;
            }
            // Periods that cannot be read cannot be told to be outside.
            let Ok(periods) = value::periods(property) else { return true };
            let written = property.value.split(',').filter(|value| !value.trim().is_empty());
            let kept: Vec<&str> = written
                .zip(&periods)
                .filter(|(_, period)| {
                    let end = match &period.end {
                        PeriodEnd::At(end) => spans.instant(end),
                        PeriodEnd::For(duration) => spans.after(&period.start, *duration),
                    };
                    overlaps(window, (spans.instant(&period.start), end))
                })
                .map(|(written, _)| written)
                .collect();
            if kept.len() < periods.len() {
                let value = kept.join(",");
                property.to_mut().value = value;
            }
            !property.value.is_empty()
        });
    }
}

/// An instant without length counts as its first moment.
fn overlaps(window: Window, (start, end): (DateTime<Utc>, DateTime<Utc>)) -> bool {
    let before_end = window.end.is_none_or(|until| start < until);
    before_end && window.start.is_none_or(|from| end > from || start == end && start == from)
}

struct Spans<'a> {
    object: &'a CalendarObject,
    floating: &'a Zone,
}

impl Spans<'_> {
    fn instant(&self, moment: &Moment) -> DateTime<Utc> {
        self.object.zones.instant(moment, self.floating)
    }

    fn after(&self, moment: &Moment, duration: Duration) -> DateTime<Utc> {
        self.object.zones.after(moment, duration, self.floating)
    }

    fn concerns(&self, entry: &Entry, window: Window) -> bool {
        let Some(id) = &entry.recurrence_id else { return true };
        if id.this_and_future {
            // It changes every instance from there on.
            return window.end.is_none_or(|until| self.instant(&id.moment) < until);
        }
        let due = || match &entry.end {
            End::At(due) => Some(due),
            _ => None,
        };
        let Some(start) = entry.start.as_ref().or_else(due) else { return true };
        overlaps(window, (self.instant(start), self.end(start, &entry.end)))
            || overlaps(window, (self.instant(&id.moment), self.original_end(&id.moment)))
    }

    fn end(&self, start: &Moment, end: &End) -> DateTime<Utc> {
        match end {
            End::At(end) => self.instant(end),
            End::For(duration) => self.after(start, *duration),
            End::Implied => self.after(start, Duration { days: start.is_date().into(), seconds: 0 }),
        }
    }

    /// When an instance of the master that starts at `start` ends.
    fn original_end(&self, start: &Moment) -> DateTime<Utc> {
        let Some(master) = &self.object.master else { return self.end(start, &End::Implied) };
        match (&master.start, &master.end) {
            (Some(first), End::At(end)) => {
                let length = end.local() - first.local();
                let days = length.num_days();
                let seconds = (length - TimeDelta::days(days)).num_seconds();
                self.after(start, Duration { days, seconds })
            }
            (_, End::At(_)) => self.instant(start),
            (_, end) => self.end(start, end),
        }
    }
}
