//! The instances of a calendar object in a window (RFC 5545 section 3.8.5, RFC 4791 section 9.9).

mod extent;
mod overlap;
mod set;

use crate::entry::{End, Entry, RecurrenceDate};
use crate::recurrence::{Rule, Series};
use crate::time::Zone;
use crate::value::{self, Duration, Moment, PeriodEnd};
use crate::{CalendarObject, ComponentKind};
use crate::{Error, Result};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use overlap::Overlap;
use set::{Exclusions, Set};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// One instance of an object: the master itself, a recurrence, or an override.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The index in `CalendarObject::overrides` of the override that this instance takes its properties from; `None`: the master.
    pub override_index: Option<usize>,
    /// RECURRENCE-ID in the form of the master's DTSTART; `None` for an object that does not recur.
    pub recurrence_id: Option<Moment>,
    pub start: Moment,
    /// Exclusive; a date when `start` is one, else a time, in the zone of DTEND where that has its own.
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
/// An override counts even where the series has no such instance (any more): its text is there to be seen. A to-do without
/// any date overlaps every window and stands at the window's start; see [`any_instance`] for a plain yes or no.
///
/// # Errors
/// `TooManyInstances` past `limit`.
pub fn instances(object: &CalendarObject, window: Window, floating: &Zone, limit: usize) -> Result<Vec<Instance>> {
    let mut found = Vec::new();
    let all = Expansion::new(object, window, floating).visit(&mut |instance| {
        found.push(instance);
        if found.len() > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if all.is_err() || found.len() > limit {
        return Err(Error::TooManyInstances { limit });
    }
    found.sort_by_key(|instance| (instance.start_utc, instance.end_utc, instance.override_index));
    // Two wall-clock times of a series can be one instant where the clock jumps: that is one instance (RFC 5545 section 3.8.5.2).
    let is_member = |instance: &Instance| instance.override_index.is_none() && instance.recurrence_id.is_some();
    found.dedup_by(|a, b| is_member(a) && is_member(b) && a.start_utc == b.start_utc);
    Ok(found)
}

/// Whether `decide` breaks with yes on one of the instances that overlap `window`. They are handed over one by one, those of overrides
/// first and the others in the order of their starts, so that a window without an end is no burden.
///
/// # Errors
/// `TooManyInstances` when the series is such that the answer is not found in reasonable time.
pub fn any_instance(
    object: &CalendarObject,
    window: Window,
    floating: &Zone,
    decide: &mut dyn FnMut(&Instance) -> ControlFlow<bool>,
) -> Result<bool> {
    let mut answer = false;
    let all = Expansion::new(object, window, floating).visit(&mut |instance| match decide(&instance) {
        ControlFlow::Continue(()) => ControlFlow::Continue(()),
        ControlFlow::Break(decided) => {
            answer = decided;
            ControlFlow::Break(())
        }
    });
    if all.is_err() { Err(Error::TooManyInstances { limit: MAX_STEPS }) } else { Ok(answer) }
}

/// The extent of `object`, wide enough for every zone in which floating times and days can be read.
pub fn extent(object: &CalendarObject) -> Extent {
    Expansion::new(object, Window { start: None, end: None }, &Zone::UTC).extent()
}

/// How many members of a recurrence set one expansion looks at, those outside of the window or taken away by EXDATE
/// and EXRULE included. More than any series of people; a bound for series made to keep a server busy.
const MAX_STEPS: usize = 1_000_000;

/// More than any zone ever moved its clock (Samoa left out a day in 2011): the slack between wall-clock time and instants.
const SLACK: TimeDelta = TimeDelta::hours(26);

/// Gave up after [`MAX_STEPS`].
struct Endless;

/// How long an instance is (RFC 5545 section 3.8.5.3: the duration of a DTEND is exact, that of a DURATION nominal).
#[derive(Clone, Debug)]
enum Length {
    Days(i64),
    /// Seconds, and the moment whose form the end takes.
    Exact(i64, Moment),
    Nominal(Duration),
}

impl Length {
    fn longest(&self) -> TimeDelta {
        match self {
            Length::Days(days) => seconds(days.saturating_mul(86_400)),
            Length::Exact(length, _) => seconds(*length),
            Length::Nominal(duration) => seconds(duration.days.saturating_mul(86_400).saturating_add(duration.seconds)),
        }
    }
}

/// What instances are made from: the master, or an override (for itself, and with THISANDFUTURE for those after it).
struct Template<'a> {
    entry: &'a Entry,
    index: Option<usize>,
    start: Moment,
    /// The instance that an override replaces, in the form of the master's DTSTART.
    recurrence_id: Option<Moment>,
    length: Length,
    overlap: Overlap,
}

struct Expansion<'a> {
    object: &'a CalendarObject,
    window: Window,
    floating: &'a Zone,
}

impl<'a> Expansion<'a> {
    fn new(object: &'a CalendarObject, window: Window, floating: &'a Zone) -> Self {
        Expansion { object, window, floating }
    }

    fn instant(&self, moment: &Moment) -> DateTime<Utc> {
        self.object.zones.instant(moment, self.floating)
    }

    fn zone(&self, moment: &Moment) -> &Zone {
        self.object.zones.zone(moment, self.floating)
    }

    /// Hands over every instance in the window, overrides first, until `visit` breaks.
    fn visit(&self, visit: &mut dyn FnMut(Instance) -> ControlFlow<()>) -> Result<(), Endless> {
        let overrides: Vec<Template<'_>> = self
            .object
            .overrides
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| self.template(entry, Some(index)))
            .collect();
        for template in &overrides {
            if self
                .hand_over(
                    self.instance(template, template.start.clone(), template.recurrence_id.clone()),
                    template,
                    visit,
                )
                .is_break()
            {
                return Ok(());
            }
        }
        let Some(entry) = &self.object.master else { return Ok(()) };
        match self.template(entry, None) {
            Some(master) => self.visit_set(&master, &overrides, visit),
            None => {
                for instance in self.undated(entry) {
                    if visit(instance).is_break() {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    fn hand_over(
        &self,
        instance: Instance,
        template: &Template<'_>,
        visit: &mut dyn FnMut(Instance) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if template.overlap.holds(instance.start_utc, instance.end_utc, self.window) {
            visit(instance)
        } else {
            ControlFlow::Continue(())
        }
    }

    /// The recurrence set, without the instances that an override replaces.
    fn visit_set(
        &self,
        master: &Template<'_>,
        overrides: &[Template<'_>],
        visit: &mut dyn FnMut(Instance) -> ControlFlow<()>,
    ) -> Result<(), Endless> {
        let replaced: HashSet<DateTime<Utc>> =
            overrides.iter().filter_map(|template| Some(self.instant(template.recurrence_id.as_ref()?))).collect();
        let mut later: Vec<(DateTime<Utc>, &Template<'_>)> = self.later(overrides).collect();
        later.sort_by_key(|(from, _)| *from);
        let exclusions = Exclusions::of(self, master.entry);
        let zone = self.zone(&master.start);
        let (from, to) = self.span_of_ids(master, &later);
        let recurs = self.object.recurs();
        let series = |rules: &[Rule], of: fn(&Rule, &Moment, &Zone) -> Series| -> Vec<Series> {
            rules.iter().map(|rule| of(rule, &master.start, zone)).collect()
        };
        let rules = series(&master.entry.rules, Series::new);
        let exclusion_rules = series(&master.entry.exclusion_rules, Series::without_start);
        let set = Set {
            rules: rules.iter().map(|series| series.between(from, to).peekable()).collect(),
            exclusion_rules: exclusion_rules.iter().map(|series| series.between(from, to).peekable()).collect(),
            dates: self.dates(master, from, to),
            of_days: master.start.is_date(),
        };
        for (step, member) in set.enumerate() {
            if step == MAX_STEPS {
                return Err(Endless);
            }
            let id = master.start.at(member.local);
            let instant = zone.to_utc(id.local());
            if replaced.contains(&instant) || exclusions.excludes(&id, instant) || member.excluded {
                continue;
            }
            let governing = later.iter().rev().find(|(from, _)| *from <= instant).map(|(_, template)| *template);
            let recurrence_id = recurs.then(|| id.clone());
            let instance = match (governing, member.length) {
                (Some(template), _) => self.instance(template, self.moved(template, &id, instant), recurrence_id),
                (None, None) => self.instance(master, id, recurrence_id),
                (None, Some(length)) => self.instance_of_length(master, &length, id, recurrence_id),
            };
            if self.hand_over(instance, governing.unwrap_or(master), visit).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// RDATE (and DTSTART, where no rule leads on from it) in the wall-clock time of DTSTART, from the last to the first.
    fn dates(
        &self,
        master: &Template<'_>,
        from: NaiveDateTime,
        to: NaiveDateTime,
    ) -> Vec<(NaiveDateTime, Option<Length>)> {
        let zone = self.zone(&master.start);
        let local = |moment: &Moment| match (moment, &master.start) {
            (Moment::Zoned { tzid: own, .. }, Moment::Zoned { tzid, .. }) if own == tzid => moment.local(),
            (Moment::Utc(_) | Moment::Zoned { .. }, _) => zone.to_local(self.instant(moment)),
            _ => moment.local(),
        };
        let dates = master.entry.dates.iter().map(|date| (local(&date.start), self.length_of_date(date)));
        let alone = master.entry.rules.is_empty().then(|| (master.start.local(), None));
        let mut dates: Vec<_> = dates.chain(alone).filter(|(local, _)| (from..to).contains(local)).collect();
        dates.sort_by_key(|(local, _)| std::cmp::Reverse(*local));
        dates
    }

    /// The overrides that hold for the instances after theirs as well, and from when on.
    fn later<'t>(&'t self, overrides: &'t [Template<'a>]) -> impl Iterator<Item = (DateTime<Utc>, &'t Template<'a>)> {
        overrides.iter().filter_map(|template| {
            let reaches = template.entry.recurrence_id.as_ref().is_some_and(|id| id.this_and_future);
            let id = template.recurrence_id.as_ref().filter(|_| reaches)?;
            Some((self.instant(id), template))
        })
    }

    /// The wall-clock times between which members of the recurrence set can lead to instances in the window: earlier ones
    /// may last into it, and THISANDFUTURE may move them there.
    fn span_of_ids(
        &self,
        master: &Template<'_>,
        later: &[(DateTime<Utc>, &Template<'_>)],
    ) -> (NaiveDateTime, NaiveDateTime) {
        let zone = self.zone(&master.start);
        let periods = master.entry.dates.iter().filter_map(|date| self.length_of_date(date));
        let mut reach = periods.map(|length| length.longest()).fold(master.length.longest(), TimeDelta::max);
        let mut least_shift = TimeDelta::zero();
        for (id, template) in later {
            let shift = self.instant(&template.start) - *id;
            reach = reach.max(add(shift, template.length.longest()));
            least_shift = least_shift.min(shift);
        }
        let from = self.window.start.map(|start| earlier(earlier(zone.to_local(start), reach), SLACK));
        let to = self.window.end.map(|end| later_by(earlier(zone.to_local(end), least_shift), SLACK));
        (from.unwrap_or(NaiveDateTime::MIN), to.unwrap_or(NaiveDateTime::MAX))
    }

    /// Where an override with THISANDFUTURE puts the instance `id`: as far away as it moved its own (RFC 5545 section 3.8.4.4).
    fn moved(&self, template: &Template<'_>, id: &Moment, instant: DateTime<Utc>) -> Moment {
        let Some(own) = &template.recurrence_id else { return id.clone() };
        let has_zone = |moment: &Moment| matches!(moment, Moment::Utc(_) | Moment::Zoned { .. });
        // By the clock of the zone that it moved to.
        let (from, to) = if has_zone(&template.start) && has_zone(id) {
            let zone = self.zone(&template.start);
            (zone.to_local(self.instant(own)), zone.to_local(instant))
        } else {
            (own.local(), id.local())
        };
        template.start.at(later_by(to, template.start.local() - from))
    }

    fn instance(&self, template: &Template<'_>, start: Moment, recurrence_id: Option<Moment>) -> Instance {
        self.instance_of_length(template, &template.length, start, recurrence_id)
    }

    fn instance_of_length(
        &self,
        template: &Template<'_>,
        length: &Length,
        start: Moment,
        recurrence_id: Option<Moment>,
    ) -> Instance {
        let start_utc = self.instant(&start);
        let (end, end_utc) = self.end(&start, start_utc, length);
        // A start that the clock skips is read as a later time, which can be past the end.
        let end_utc = end_utc.max(start_utc);
        Instance { override_index: template.index, recurrence_id, start, end, start_utc, end_utc }
    }

    fn end(&self, start: &Moment, start_utc: DateTime<Utc>, length: &Length) -> (Moment, DateTime<Utc>) {
        let zone = self.zone(start);
        let in_local_time = |local: NaiveDateTime, rest: TimeDelta| {
            let instant = zone.to_utc(local);
            let instant = instant.checked_add_signed(rest).unwrap_or(instant);
            (start.at(if rest.is_zero() { local } else { zone.to_local(instant) }), instant)
        };
        match (length, start) {
            (Length::Exact(length, _), Moment::Floating(local)) => {
                in_local_time(later_by(*local, seconds(*length)), TimeDelta::zero())
            }
            (Length::Exact(length, form), Moment::Utc(_) | Moment::Zoned { .. }) => {
                let instant = start_utc.checked_add_signed(seconds(*length)).unwrap_or(start_utc);
                let form = if matches!(form, Moment::Zoned { .. }) { form } else { start };
                (form.at(self.zone(form).to_local(instant)), instant)
            }
            (Length::Nominal(duration), Moment::Floating(_) | Moment::Utc(_) | Moment::Zoned { .. }) => in_local_time(
                later_by(start.local(), seconds(duration.days.saturating_mul(86_400))),
                seconds(duration.seconds),
            ),
            (length, _) => in_local_time(later_by(start.local(), length.longest()), TimeDelta::zero()),
        }
    }

    /// `None` for a component that says nothing of when it is.
    fn template(&self, entry: &'a Entry, index: Option<usize>) -> Option<Template<'a>> {
        let recurrence_id = entry.recurrence_id.as_ref().map(|id| self.in_form_of_master(&id.moment));
        let (start, overlap) = match (&entry.start, &entry.end, self.object.kind) {
            (Some(start), End::At(_), ComponentKind::Todo) => (start.clone(), Overlap::StartAndDue),
            (Some(start), End::For(_), ComponentKind::Todo) => (start.clone(), Overlap::StartAndDuration),
            (Some(start), End::At(_) | End::For(_), ComponentKind::FreeBusy) => (start.clone(), Overlap::FreeBusy),
            (_, _, ComponentKind::FreeBusy) => return None,
            (Some(start), ..) => (start.clone(), Overlap::Span),
            (None, End::At(due), _) => (due.clone(), Overlap::Due),
            // An instance that an override leaves without dates is still where it was.
            (None, ..) => (recurrence_id.clone()?, Overlap::Span),
        };
        let length = self.length(&start, &entry.end);
        Some(Template { entry, index, start, recurrence_id, length, overlap })
    }

    fn in_form_of_master(&self, id: &Moment) -> Moment {
        match self.object.master.as_ref().and_then(|master| master.start.as_ref()) {
            Some(start @ (Moment::Utc(_) | Moment::Zoned { .. })) if !id.is_date() => {
                start.at(self.zone(start).to_local(self.instant(id)))
            }
            _ => id.clone(),
        }
    }

    fn length(&self, start: &Moment, end: &End) -> Length {
        match end {
            End::For(duration) => Length::Nominal(*duration),
            End::At(end @ Moment::Date(_)) => Length::Days((end.local() - start.local()).num_days()),
            End::At(end @ Moment::Floating(_)) => {
                Length::Exact((end.local() - start.local()).num_seconds(), end.clone())
            }
            End::At(end) => Length::Exact((self.instant(end) - self.instant(start)).num_seconds(), end.clone()),
            End::Implied if start.is_date() && self.object.kind != ComponentKind::Todo => Length::Days(1),
            End::Implied => Length::Nominal(Duration { days: 0, seconds: 0 }),
        }
    }

    /// The length of an RDATE that is a period.
    fn length_of_date(&self, date: &RecurrenceDate) -> Option<Length> {
        date.end.as_ref().map(|end| self.length(&date.start, end))
    }

    /// What can be said of a component without DTSTART, DTEND and DUE: FREEBUSY periods, and the dates in a to-do's history.
    fn undated(&self, entry: &Entry) -> Vec<Instance> {
        match self.object.kind {
            ComponentKind::FreeBusy => {
                let spans = self
                    .busy(entry)
                    .into_iter()
                    .filter(|(_, start, end)| Overlap::Span.holds(*start, *end, self.window));
                spans.map(|(_, start, end)| self.instance_in_utc(start, end)).collect()
            }
            ComponentKind::Todo => {
                let (created, completed) = self.history(entry);
                let from = |instant| self.window.start.is_none_or(|from| from <= instant);
                let to = |instant| self.window.end.is_none_or(|to| to >= instant);
                let overlaps = match (created, completed) {
                    (Some(a), Some(b)) => (from(a) || from(b)) && (to(a) || to(b)),
                    (None, Some(completed)) => from(completed) && to(completed),
                    (Some(created), None) => self.window.end.is_none_or(|to| to > created),
                    (None, None) => true,
                };
                let start = created.or(completed).or(self.window.start).unwrap_or(DateTime::UNIX_EPOCH);
                let end = completed.filter(|completed| *completed > start).unwrap_or(start);
                if overlaps { vec![self.instance_in_utc(start, end)] } else { Vec::new() }
            }
            ComponentKind::Event | ComponentKind::Journal => Vec::new(),
        }
    }

    fn instance_in_utc(&self, start_utc: DateTime<Utc>, end_utc: DateTime<Utc>) -> Instance {
        let (start, end) = (Moment::Utc(start_utc.naive_utc()), Moment::Utc(end_utc.naive_utc()));
        Instance { override_index: None, recurrence_id: None, start, end, start_utc, end_utc }
    }

    /// CREATED and COMPLETED.
    fn history(&self, entry: &Entry) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let instant = |name| {
            let property = self.object.component(entry).property(name)?;
            value::moment(property).ok().map(|moment| self.instant(&moment))
        };
        (instant("CREATED"), instant("COMPLETED"))
    }

    /// The FREEBUSY periods, which are in UTC (RFC 5545 section 3.8.2.6).
    fn busy(&self, entry: &Entry) -> Vec<(Moment, DateTime<Utc>, DateTime<Utc>)> {
        let component = self.object.component(entry);
        let periods = component.properties("FREEBUSY").filter_map(|property| value::periods(property).ok()).flatten();
        let spans = periods.map(|period| {
            let start = self.instant(&period.start);
            let end = match &period.end {
                PeriodEnd::At(end) => self.instant(end),
                PeriodEnd::For(duration) => self.end(&period.start, start, &Length::Nominal(*duration)).1,
            };
            (period.start, start, end.max(start))
        });
        spans.collect()
    }
}

fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::try_seconds(seconds).unwrap_or(if seconds < 0 { TimeDelta::MIN } else { TimeDelta::MAX })
}

fn add(a: TimeDelta, b: TimeDelta) -> TimeDelta {
    a.checked_add(&b).unwrap_or(TimeDelta::MAX)
}

fn earlier(local: NaiveDateTime, by: TimeDelta) -> NaiveDateTime {
    local.checked_sub_signed(by).unwrap_or(if by < TimeDelta::zero() { NaiveDateTime::MAX } else { NaiveDateTime::MIN })
}

fn later_by(local: NaiveDateTime, by: TimeDelta) -> NaiveDateTime {
    local.checked_add_signed(by).unwrap_or(if by < TimeDelta::zero() { NaiveDateTime::MIN } else { NaiveDateTime::MAX })
}

#[cfg(test)]
mod tests;
