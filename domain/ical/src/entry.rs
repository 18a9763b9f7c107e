//! One component of a calendar object resource (RFC 5545 section 3.6), and how it is read.

use super::syntax::{Component, Property, SyntaxError};
use super::value::{self, Duration, Moment, PeriodEnd};
use crate::recurrence::Rule;
use crate::time::{Zone, Zones};

/// The component types that a calendar object resource can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ComponentKind {
    Event,
    Todo,
    Journal,
    FreeBusy,
}

impl ComponentKind {
    /// The component's name in iCalendar.
    pub fn name(self) -> &'static str {
        match self {
            ComponentKind::Event => "VEVENT",
            ComponentKind::Todo => "VTODO",
            ComponentKind::Journal => "VJOURNAL",
            ComponentKind::FreeBusy => "VFREEBUSY",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "VEVENT" => Some(ComponentKind::Event),
            "VTODO" => Some(ComponentKind::Todo),
            "VJOURNAL" => Some(ComponentKind::Journal),
            "VFREEBUSY" => Some(ComponentKind::FreeBusy),
            _ => None,
        }
    }
}

/// CLASS (RFC 5545 section 3.8.1.3): what people who may read the calendar may know of a component. The later the stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    #[default]
    Public,
    Private,
    Confidential,
}

impl Class {
    /// What the component itself says; `None`: nothing. A value that is not known counts as PRIVATE (section 3.8.1.3), of several
    /// lines the strictest.
    pub(super) fn of(component: &Component) -> Option<Self> {
        component.properties("CLASS").map(Class::read).max()
    }

    pub(super) fn read(property: &Property) -> Self {
        Class::from_name(property.value.trim()).unwrap_or(Class::Private)
    }

    /// As RFC 5545 section 3.8.1.3 has it.
    pub fn name(self) -> &'static str {
        match self {
            Class::Public => "PUBLIC",
            Class::Private => "PRIVATE",
            Class::Confidential => "CONFIDENTIAL",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Class::Public, Class::Private, Class::Confidential];
        all.into_iter().find(|class| class.name().eq_ignore_ascii_case(name))
    }
}

/// One VEVENT, VTODO, VJOURNAL or VFREEBUSY of the object with what recurrence and display need.
///
/// Where clients write a time without its zone beside one with a zone, it stands here in that zone; see [`super::CalendarObject::parse`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// The index of its component in `calendar.components`.
    pub component: usize,
    /// DTSTART; a VTODO or VJOURNAL may have none. A recurring VTODO without one recurs by its DUE. A DTSTART that a
    /// VTODO's DUE contradicts (it is later, or of another kind) is left out.
    pub start: Option<Moment>,
    pub end: End,
    pub recurrence_id: Option<RecurrenceId>,
    /// RRULE. An override has no recurrence of its own: here and in the three that follow it has nothing.
    pub rules: Vec<Rule>,
    /// EXRULE (RFC 2445), which old data still carries.
    pub exclusion_rules: Vec<Rule>,
    pub dates: Vec<RecurrenceDate>,
    /// EXDATE. A date in a series of times excludes every instance of that day, as clients that write it mean.
    pub exclusion_dates: Vec<Moment>,
    pub summary: Option<String>,
    /// STATUS, upper case.
    pub status: Option<String>,
    /// TRANSP:TRANSPARENT.
    pub transparent: bool,
    /// CLASS as it counts. An override without one is of the class that it would have without being an override: a client that
    /// leaves CLASS out of an exception has not said that everybody may read it.
    pub class: Class,
}

impl Entry {
    /// Whether people who may read the calendar may not know more of it than when it is: it is private or confidential.
    pub fn is_guarded(&self) -> bool {
        self.class != Class::Public
    }
}

/// How an entry ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Neither DTEND nor DURATION: the day for a date, the instant for a time (RFC 5545 section 3.6.1).
    Implied,
    /// DTEND of an event, DUE of a to-do; exclusive.
    At(Moment),
    For(Duration),
}

/// RECURRENCE-ID (RFC 5545 section 3.8.4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurrenceId {
    pub moment: Moment,
    /// RANGE=THISANDFUTURE.
    pub this_and_future: bool,
}

/// One value of an RDATE (RFC 5545 section 3.8.5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurrenceDate {
    pub start: Moment,
    /// Set when the value is a PERIOD.
    pub end: Option<End>,
}

/// Reads the component at `index` of the calendar.
pub(super) fn read(
    component: &Component,
    index: usize,
    kind: ComponentKind,
    zones: &Zones,
) -> Result<Entry, SyntaxError> {
    let recurrence_id = single(component, "RECURRENCE-ID")?.map(recurrence_id).transpose()?;
    let mut start = single(component, "DTSTART")?.map(value::moment).transpose()?;
    if kind == ComponentKind::Event && start.is_none() {
        return Err(SyntaxError::new(component.line, "VEVENT has no DTSTART"));
    }
    let recurs = recurrence_id.is_none() && ["RRULE", "RDATE"].iter().any(|name| component.property(name).is_some());
    let mut end = read_end(component, kind, start.as_ref())?;
    if let (Some(first), End::At(last)) = (&start, &end)
        && let Err(message) = check_order(first, last, zones)
    {
        if kind == ComponentKind::Todo && !recurs {
            start = None;
        } else {
            let name = if kind == ComponentKind::Todo { "DUE" } else { "DTEND" };
            let line = component.property(name).map_or(component.line, |property| property.line);
            return Err(SyntaxError::new(line, format!("{name} {message} DTSTART")));
        }
    }
    if let (Some(Moment::Date(first)), End::At(Moment::Date(last))) = (&start, &end)
        && first == last
        && kind == ComponentKind::Event
    {
        end = End::Implied;
    }
    if let (true, None, ComponentKind::Todo, End::At(due)) = (recurs, &start, kind, &end) {
        start = Some(due.clone());
    }
    let mut entry = Entry {
        component: index,
        start,
        end,
        recurrence_id,
        rules: Vec::new(),
        exclusion_rules: Vec::new(),
        dates: Vec::new(),
        exclusion_dates: Vec::new(),
        summary: component.property("SUMMARY").map(Property::text),
        status: component.property("STATUS").map(|status| status.value.trim().to_uppercase()),
        transparent: component
            .property("TRANSP")
            .is_some_and(|transparency| transparency.value.trim().eq_ignore_ascii_case("TRANSPARENT")),
        class: Class::of(component).unwrap_or_default(),
    };
    if kind == ComponentKind::FreeBusy {
        for property in component.properties("FREEBUSY") {
            value::periods(property)?;
        }
    } else if entry.recurrence_id.is_none() {
        read_recurrence(component, &mut entry)?;
    }
    Ok(entry)
}

/// A property that RFC 5545 allows once; a second one would leave open which of them holds.
fn single<'a>(component: &'a Component, name: &'a str) -> Result<Option<&'a Property>, SyntaxError> {
    let mut found = component.properties(name);
    let first = found.next();
    match found.next() {
        Some(second) => Err(SyntaxError::new(second.line, format!("a second {name} in one {}", component.name))),
        None => Ok(first),
    }
}

fn recurrence_id(property: &Property) -> Result<RecurrenceId, SyntaxError> {
    Ok(RecurrenceId {
        moment: value::moment(property)?,
        this_and_future: property.param("RANGE").is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE")),
    })
}

fn read_end(component: &Component, kind: ComponentKind, start: Option<&Moment>) -> Result<End, SyntaxError> {
    let name = match kind {
        ComponentKind::Todo => "DUE",
        ComponentKind::Event | ComponentKind::FreeBusy => "DTEND",
        ComponentKind::Journal => return Ok(End::Implied),
    };
    match (single(component, name)?, single(component, "DURATION")?, start) {
        (Some(_), Some(duration), _) if kind != ComponentKind::FreeBusy => {
            Err(SyntaxError::new(duration.line, format!("DURATION beside {name}")))
        }
        (Some(property), _, Some(start)) => {
            let end = value::moment(property)?;
            Ok(End::At(aligned(&end, start).unwrap_or(end)))
        }
        (Some(property), _, None) => Ok(End::At(value::moment(property)?)),
        (None, Some(property), start) => {
            let duration = value::duration(property)?;
            if duration.days < 0 || duration.seconds < 0 {
                return Err(SyntaxError::new(property.line, "DURATION is negative"));
            }
            Ok(match start {
                // A duration without a start says nothing of when.
                None => End::Implied,
                Some(Moment::Date(_)) => whole_days(duration),
                Some(_) => End::For(duration),
            })
        }
        (None, None, _) => Ok(End::Implied),
    }
}

/// The duration of an all-day component: begun days count (RFC 5545 section 3.8.2.5 allows only days), none means the day itself.
fn whole_days(duration: Duration) -> End {
    const DAY: i64 = 86_400;
    match duration.days + (duration.seconds + DAY - 1) / DAY {
        0 => End::Implied,
        days => End::For(Duration { days, seconds: 0 }),
    }
}

/// `moment` in the zone of `start` where it has none: clients forget TZID on DTEND, EXDATE, RDATE and RECURRENCE-ID. One of
/// the kinds that cannot be told apart from an instant in another zone (a floating start beside UTC) has no such reading.
pub(super) fn aligned(moment: &Moment, start: &Moment) -> Option<Moment> {
    match (moment, start) {
        (Moment::Floating(local), Moment::Zoned { .. }) => Some(start.at(*local)),
        (Moment::Floating(_), Moment::Utc(_)) | (Moment::Utc(_), Moment::Floating(_)) => None,
        (Moment::Zoned { local, .. }, Moment::Floating(_)) => Some(Moment::Floating(*local)),
        _ => Some(moment.clone()),
    }
}

/// Whether an end can belong to a start; the error says what it is instead.
fn check_order(start: &Moment, end: &Moment, zones: &Zones) -> Result<(), &'static str> {
    if start.is_date() != end.is_date() || aligned(end, start).is_none() {
        return Err("is not of the kind of");
    }
    let instant = |moment| zones.instant(moment, &Zone::UTC);
    if instant(end) < instant(start) { Err("is before") } else { Ok(()) }
}

fn read_recurrence(component: &Component, entry: &mut Entry) -> Result<(), SyntaxError> {
    for property in &component.properties {
        let rule = || {
            Rule::parse(property.value.trim())
                .map_err(|error| SyntaxError::new(property.line, format!("{}: {error}", property.name)))
        };
        match property.name.as_str() {
            "RRULE" => entry.rules.push(rule()?),
            "EXRULE" => entry.exclusion_rules.push(rule()?),
            "RDATE" => {
                let dates = recurrence_dates(property, entry.start.as_ref())?;
                entry.dates.extend(dates);
            }
            "EXDATE" => {
                let dates = value::moments(property)?;
                let start = entry.start.as_ref();
                entry.exclusion_dates.extend(dates.into_iter().map(|date| exclusion(date, start)));
            }
            _ => {}
        }
    }
    if entry.start.is_none() && (!entry.rules.is_empty() || !entry.dates.is_empty()) {
        return Err(SyntaxError::new(component.line, format!("{} recurs but has no DTSTART", component.name)));
    }
    Ok(())
}

pub(super) fn recurrence_dates(
    property: &Property,
    start: Option<&Moment>,
) -> Result<Vec<RecurrenceDate>, SyntaxError> {
    let dates: Vec<RecurrenceDate> = if value::is_declared(property, "PERIOD") {
        let end = |end| match end {
            PeriodEnd::At(moment) => End::At(moment),
            PeriodEnd::For(duration) => End::For(duration),
        };
        value::periods(property)?
            .into_iter()
            .map(|period| RecurrenceDate { start: period.start, end: Some(end(period.end)) })
            .collect()
    } else {
        value::moments(property)?.into_iter().map(|start| RecurrenceDate { start, end: None }).collect()
    };
    let Some(start) = start else { return Ok(dates) };
    dates
        .into_iter()
        .map(|date| {
            let aligned_start = aligned(&date.start, start).filter(|moment| moment.is_date() == start.is_date());
            let end = match date.end {
                Some(End::At(end)) => Some(End::At(aligned(&end, start).unwrap_or(end))),
                end => end,
            };
            let message = "RDATE is not of the kind of DTSTART";
            Ok(RecurrenceDate { start: aligned_start.ok_or_else(|| SyntaxError::new(property.line, message))?, end })
        })
        .collect()
}

/// What an EXDATE excludes. In a series of days a time stands for its day, as Exchange writes it.
pub(super) fn exclusion(date: Moment, start: Option<&Moment>) -> Moment {
    match (&date, start) {
        (_, None) => date,
        (Moment::Floating(local) | Moment::Zoned { local, .. } | Moment::Utc(local), Some(Moment::Date(_))) => {
            Moment::Date(local.date())
        }
        (_, Some(start)) => aligned(&date, start).unwrap_or(date),
    }
}
