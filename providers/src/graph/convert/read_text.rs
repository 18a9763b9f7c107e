//! What Graph could hold of a calendar object resource.

use super::Unfit;
use super::held::{HeldBody, HeldEvent, HeldObject, Importance, Sensitivity, ShowAs, Stamps, in_one_line};
use super::people;
use super::recurrence::{self, HeldRecurrence, RecurrenceEnd};
use super::time::{Span, Stamp, stamp};
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use kalends_ical::entry::{End, Entry};
use kalends_ical::recurrence::Series;
use kalends_ical::syntax::{Component, Property};
use kalends_ical::time::Zone;
use kalends_ical::value::{self, Moment};
use kalends_ical::{CalendarObject, ComponentKind, Limits};
use std::collections::{BTreeMap, BTreeSet};

/// # Errors
/// For what would be something else over there.
pub fn of_text(text: &str) -> Result<HeldObject, Unfit> {
    let object = CalendarObject::parse(text, &Limits::default())
        .map_err(|error| Unfit::new(format!("a text that cannot be read ({error})")))?;
    if object.kind != ComponentKind::Event {
        return Err(Unfit::new(format!("a {}, only events", object.kind.name())));
    }
    let Some(entry) = &object.master else { return Err(Unfit::new("an instance without its series")) };
    if !entry.dates.is_empty() {
        return Err(Unfit::new("a series with dates that are in no rule (RDATE)"));
    }
    if !entry.exclusion_rules.is_empty() || entry.rules.len() > 1 {
        return Err(Unfit::new("a series of several rules"));
    }
    let recurs = !entry.rules.is_empty();
    if !recurs && !object.overrides.is_empty() {
        return Err(Unfit::new("instances of an event that does not recur"));
    }
    let master = held(&object, entry, None, recurs)?;
    let mut held = HeldObject {
        uid: object.uid.clone(),
        master,
        recurrence: None,
        exceptions: BTreeMap::new(),
        cancelled: BTreeSet::new(),
    };
    if let Some(rule) = entry.rules.first() {
        let reader = SeriesReader::new(&object, entry, rule, &held.master.span)?;
        held.recurrence = Some(reader.recurrence(object.component(entry))?);
        reader.read_instances(entry, &mut held)?;
    }
    held.settle();
    Ok(held)
}

/// Whether a text says already where people meet by video (RFC 7986 section 5.11).
pub fn has_conference(text: &str) -> bool {
    let object = CalendarObject::parse(text, &Limits::default()).ok();
    let says = |object: &CalendarObject| {
        object.master.as_ref().is_some_and(|entry| object.component(entry).property("CONFERENCE").is_some())
    };
    object.as_ref().is_some_and(says)
}

/// Reads what belongs to a series.
struct SeriesReader<'o> {
    object: &'o CalendarObject,
    span: Span,
    series: Series,
}

impl<'o> SeriesReader<'o> {
    fn new(
        object: &'o CalendarObject,
        entry: &Entry,
        rule: &kalends_ical::recurrence::Rule,
        span: &Span,
    ) -> Result<Self, Unfit> {
        let start = entry.start.as_ref().ok_or_else(|| Unfit::new("an event without a start"))?;
        let zone = object.zones.zone(start, &Zone::UTC).clone();
        let series = Series::without_start(rule, start, &zone);
        let local = start.local();
        if series.between(local, local + TimeDelta::seconds(1)).next().is_none() {
            return Err(Unfit::new("a series whose first date is not one of its rule"));
        }
        Ok(SeriesReader { object, span: span.clone(), series })
    }

    fn recurrence(&self, component: &Component) -> Result<HeldRecurrence, Unfit> {
        let value = component.property("RRULE").map(|rule| rule.value.trim().to_owned()).unwrap_or_default();
        let (until, parts): (Vec<&str>, Vec<&str>) = value
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .partition(|part| part.get(..6).is_some_and(|name| name.eq_ignore_ascii_case("UNTIL=")));
        let (pattern, count) = recurrence::of_rule(&parts.join(";"), self.span.date())?;
        let end = match (until.first(), count) {
            (None, None) => RecurrenceEnd::Never,
            (None, Some(count)) => RecurrenceEnd::After(count),
            (Some(until), None) => RecurrenceEnd::On(self.last_day(until.get(6..).unwrap_or_default())?),
            (Some(_), Some(_)) => return Err(Unfit::new("a series with two ends")),
        };
        Ok(HeldRecurrence { pattern, end })
    }

    /// The last day on which an instance may be that starts no later than `until`.
    fn last_day(&self, until: &str) -> Result<NaiveDate, Unfit> {
        let unfit = || Unfit::new(format!("a series until {until:?}"));
        let text = format!("BEGIN:X\nUNTIL:{until}\nEND:X\n");
        let read = kalends_ical::syntax::parse(&text, 1).map_err(|_| unfit())?;
        let property = read.first().and_then(|component| component.properties.first()).ok_or_else(unfit)?;
        let moment = value::moment(property).map_err(|_| unfit())?;
        let last = match (&self.span, &moment) {
            (Span::Days { .. }, moment) => moment.local().date(),
            (_, Moment::Date(date)) => *date,
            (Span::Times { start, .. }, moment) => {
                let local = match moment {
                    Moment::Utc(at) => Zone::Iana(start.zone).to_local(at.and_utc()),
                    moment => moment.local(),
                };
                let early = u64::from(local.time() < start.local.time());
                local.date().checked_sub_days(Days::new(early)).ok_or_else(unfit)?
            }
        };
        if last < self.span.date() { Err(unfit()) } else { Ok(last) }
    }

    /// The day by which an instance is named; `None`: the series has none there.
    fn date(&self, id: &Moment) -> Result<Option<NaiveDate>, Unfit> {
        let date = match (&self.span, id) {
            (Span::Days { .. }, id) => id.local().date(),
            (_, Moment::Date(date)) => *date,
            (Span::Times { start, .. }, id) => {
                let at = stamp(id, &self.object.zones, false)?;
                Zone::Iana(start.zone).to_local(at.instant()).date()
            }
        };
        let from: NaiveDateTime = date.and_time(chrono::NaiveTime::MIN);
        let is_there = self.series.between(from, from + TimeDelta::days(1)).next().is_some();
        Ok(is_there.then_some(date))
    }

    fn read_instances(&self, master: &Entry, held: &mut HeldObject) -> Result<(), Unfit> {
        for excluded in &master.exclusion_dates {
            // What takes out an instance that there is not says nothing.
            held.cancelled.extend(self.date(excluded)?);
        }
        for entry in &self.object.overrides {
            let Some(id) = &entry.recurrence_id else { continue };
            if id.this_and_future {
                return Err(Unfit::new("a change of an instance and all after it in one series"));
            }
            let Some(date) = self.date(&id.moment)? else {
                return Err(Unfit::new("an instance that the rule of its series does not have"));
            };
            if entry.status.as_deref() == Some("CANCELLED") {
                held.cancelled.insert(date);
                continue;
            }
            let event = self::held(self.object, entry, Some(&held.master), true)?;
            if event.sensitivity != held.master.sensitivity {
                return Err(Unfit::new("an instance that is more or less private than its series"));
            }
            if held.exceptions.insert(date, event).is_some() {
                return Err(Unfit::new("two instances of one day"));
            }
        }
        Ok(())
    }
}

fn held(object: &CalendarObject, entry: &Entry, series: Option<&HeldEvent>, recurs: bool) -> Result<HeldEvent, Unfit> {
    let component = object.component(entry);
    let text = |name: &str| component.property(name).map(|line| in_one_line(&line.text())).unwrap_or_default();
    let (attendees, organizer, asks_for_response) = people::of_component(component);
    let sensitivity = match (component.property("CLASS"), series) {
        // An override without CLASS has that of its series.
        (None, Some(series)) => series.sensitivity,
        _ => Sensitivity::of_component(component),
    };
    let categories =
        component.properties("CATEGORIES").flat_map(|property| kalends_ical::escape::text_list(&property.value));
    Ok(HeldEvent {
        subject: text("SUMMARY"),
        body: HeldBody::of_component(component),
        span: span(object, entry, recurs)?,
        location: text("LOCATION"),
        position: component.property("GEO").and_then(position),
        attendees,
        organizer,
        asks_for_response,
        reminder: reminder(component),
        sensitivity,
        show_as: ShowAs::of_component(component),
        importance: Importance::of_component(component),
        categories: categories.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
        is_cancelled: entry.status.as_deref() == Some("CANCELLED"),
        meeting: component.properties("CONFERENCE").find_map(|property| {
            Some((property.value.trim().to_owned(), property.param(super::write_text::PROVIDER)?.to_owned()))
        }),
        stamps: Stamps {
            created: component.property("CREATED").and_then(timestamp),
            modified: component.property("LAST-MODIFIED").and_then(timestamp),
            stamped: component.property("DTSTAMP").and_then(timestamp),
        },
    })
}

fn timestamp(property: &Property) -> Option<chrono::DateTime<chrono::Utc>> {
    match value::moment(property).ok()? {
        Moment::Utc(at) => Some(at.and_utc()),
        _ => None,
    }
}

fn position(property: &Property) -> Option<(f64, f64)> {
    let (latitude, longitude) = property.value.split_once(';')?;
    let (latitude, longitude) = (latitude.trim().parse().ok()?, longitude.trim().parse().ok()?);
    ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude)).then_some((latitude, longitude))
}

fn span(object: &CalendarObject, entry: &Entry, recurs: bool) -> Result<Span, Unfit> {
    let Some(start) = &entry.start else { return Err(Unfit::new("an event without a start")) };
    if let Moment::Date(date) = start {
        let days = match &entry.end {
            End::Implied => 1,
            End::At(end) => (end.local().date() - *date).num_days().max(1),
            End::For(duration) => duration.days.max(1),
        };
        let end = date.checked_add_signed(TimeDelta::days(days)).ok_or_else(|| Unfit::new("an end that far away"))?;
        return Ok(Span::Days { start: *date, end });
    }
    let begun = stamp(start, &object.zones, recurs)?;
    let end = match &entry.end {
        End::Implied => begun.clone(),
        End::At(end) => stamp(end, &object.zones, recurs)?,
        End::For(duration) => {
            let instant = object.zones.after(start, *duration, &Zone::UTC);
            Stamp { local: Zone::Iana(begun.zone).to_local(instant), zone: begun.zone }
        }
    };
    Ok(Span::Times { start: begun, end })
}

/// Minutes before the start at which the first alarm goes off that Graph can have: it has one, and none after the start.
fn reminder(component: &Component) -> Option<u32> {
    component.components.iter().filter(|alarm| alarm.name == "VALARM").find_map(alarm_minutes)
}

/// `None`: no such alarm.
pub(super) fn alarm_minutes(alarm: &Component) -> Option<u32> {
    let action = alarm.property("ACTION").map(|action| action.value.trim().to_ascii_uppercase());
    if !matches!(action.as_deref(), Some("DISPLAY" | "AUDIO")) {
        return None;
    }
    let trigger = alarm.property("TRIGGER")?;
    if trigger.param("RELATED").is_some_and(|related| !related.eq_ignore_ascii_case("START")) {
        return None;
    }
    let duration = value::duration(trigger).ok()?;
    let seconds = -(duration.days * 86_400 + duration.seconds);
    (seconds % 60 == 0).then(|| u32::try_from(seconds / 60).ok()).flatten()
}
