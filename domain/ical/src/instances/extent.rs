//! The extent of an object: the span of time that it touches in whatever zone it is read.

use super::{Expansion, Extent, Instance, SLACK, Template, add};
use crate::ComponentKind;
use crate::entry::Entry;
use crate::recurrence::Series;
use crate::value::Moment;
use chrono::{DateTime, TimeDelta, Utc};

impl<'a> Expansion<'a> {
    pub(super) fn extent(&self) -> Extent {
        let mut bounds = Bounds::default();
        let templates = |entries: &'a [Entry]| {
            entries.iter().enumerate().filter_map(|(index, entry)| self.template(entry, Some(index)))
        };
        let overrides: Vec<Template<'_>> = templates(&self.object.overrides).collect();
        for template in &overrides {
            bounds.add(&self.instance(template, template.start.clone(), None));
        }
        if let Some(entry) = &self.object.master {
            match self.template(entry, None) {
                Some(master) => self.extend(&mut bounds, &master, &overrides),
                None if self.object.kind == ComponentKind::FreeBusy => {
                    for (moment, start, end) in self.busy(entry) {
                        bounds.add(&Instance { start: moment, ..self.instance_in_utc(start, end) });
                    }
                }
                None => match self.history(entry) {
                    (created, Some(completed)) => {
                        let created = created.unwrap_or(completed);
                        bounds.add(&self.instance_in_utc(created.min(completed), created.max(completed)));
                    }
                    (Some(created), None) => {
                        bounds.add(&self.instance_in_utc(created, created));
                        bounds.open = true;
                    }
                    (None, None) => bounds = Bounds::default(),
                },
            }
        }
        // The tables count some touching windows in: a second more on either side.
        Extent {
            first_start: bounds.first.map(|first| first.timestamp() - 1),
            last_end: bounds.last.filter(|_| !bounds.open).map(|last| last.timestamp() + 1),
            recurring: self.object.recurs(),
        }
    }

    fn extend(&self, bounds: &mut Bounds, master: &Template<'_>, overrides: &[Template<'_>]) {
        bounds.add(&self.instance(master, master.start.clone(), None));
        let mut last = None;
        for date in &master.entry.dates {
            let length = self.length_of_date(date);
            let length = length.as_ref().unwrap_or(&master.length);
            bounds.add(&self.instance_of_length(master, length, date.start.clone(), None));
            last = last.max(Some(self.instant(&date.start)));
        }
        let zone = self.zone(&master.start);
        for rule in &master.entry.rules {
            match Series::new(rule, &master.start, zone).last_start() {
                Some(local) => last = last.max(Some(zone.to_utc(local))),
                None => bounds.open = true,
            }
        }
        let Some(last) = last else { return };
        let later = self.later(overrides).map(|(id, template)| (self.instant(&template.start) - id, template));
        for (shift, template) in std::iter::once((TimeDelta::zero(), master)).chain(later) {
            let start = last.checked_add_signed(add(shift, SLACK)).unwrap_or(last);
            let end = start.checked_add_signed(template.length.longest()).unwrap_or(start);
            bounds.add(&Instance { start: template.start.clone(), ..self.instance_in_utc(start, end) });
            if template.index.is_some() {
                // A zone of its own can bring a later instance before the override itself, by as much as clocks jump.
                let first = self.instant(&template.start);
                let first = first.checked_sub_signed(SLACK).unwrap_or(first);
                bounds.add(&Instance { start: template.start.clone(), ..self.instance_in_utc(first, first) });
            }
        }
    }
}

#[derive(Default)]
struct Bounds {
    first: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
    open: bool,
}

impl Bounds {
    /// Adds an instance that was computed with UTC as the zone of floating times.
    fn add(&mut self, instance: &Instance) {
        let floats = matches!(instance.start, Moment::Date(_) | Moment::Floating(_));
        // Zones are from 12 hours behind UTC to 14 hours ahead of it.
        let (before, after) = if floats { (TimeDelta::hours(14), TimeDelta::hours(12)) } else { Default::default() };
        let start = instance.start_utc.checked_sub_signed(before).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let end = instance.end_utc.checked_add_signed(after).unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.first = Some(self.first.map_or(start, |first| first.min(start)));
        self.last = Some(self.last.map_or(end, |last| last.max(end)));
    }
}
