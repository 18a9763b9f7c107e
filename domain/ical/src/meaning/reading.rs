//! An object, read as the parts that can change.

use super::{Group, Part, Place, Times, line, time};
use crate::entry::{self, Entry, RecurrenceDate};
use crate::object::CalendarObject;
use crate::syntax::{Component, Property};
use crate::value;
use crate::{ComponentKind, escape};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The names of a set even where only one of it is there.
const SETS: [&str; 16] = [
    "ATTACH",
    "ATTENDEE",
    "CATEGORIES",
    "COMMENT",
    "CONCEPT",
    "CONFERENCE",
    "CONTACT",
    "EXDATE",
    "FREEBUSY",
    "IMAGE",
    "LINK",
    "RDATE",
    "REFID",
    "RELATED-TO",
    "REQUEST-STATUS",
    "RESOURCES",
];

/// What one version cannot know of by itself, so that the same thing is the same part in all that are compared.
#[derive(Default)]
pub(crate) struct Context {
    /// Names of properties that stand several times in a component of some version.
    repeated: HashSet<String>,
    /// UIDs of components such as VALARM that more than one version has.
    shared_uids: HashSet<String>,
}

impl Context {
    pub(crate) fn of(versions: &[&CalendarObject]) -> Self {
        let mut context = Context::default();
        let mut holders: HashMap<String, usize> = HashMap::new();
        for object in versions {
            let mut uids = HashSet::new();
            for component in
                std::iter::once(&object.calendar).chain(object.entries().map(|entry| object.component(entry)))
            {
                let mut seen = HashSet::new();
                let repeated = component.properties.iter().filter(|property| !seen.insert(&property.name));
                context.repeated.extend(repeated.map(|property| property.name.clone()));
                uids.extend(component.components.iter().filter_map(inner_uid));
            }
            for uid in uids {
                *holders.entry(uid).or_default() += 1;
            }
        }
        context.shared_uids = holders.into_iter().filter(|(_, count)| *count > 1).map(|(uid, _)| uid).collect();
        context
    }
}

/// The UID of a component inside of an entry (RFC 9074 section 4).
fn inner_uid(component: &Component) -> Option<String> {
    let property = component.property("UID").or_else(|| component.property("X-WR-ALARMUID"))?;
    Some(property.text()).filter(|uid| !uid.is_empty())
}

/// Where a part is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// The index of a property of the component.
    Line(usize),
    /// The index of a property, and which of its values.
    Value { line: usize, value: usize },
    /// The index of a component inside.
    Component(usize),
}

/// What a part says.
#[derive(Default)]
pub(crate) struct Said {
    /// `None`: no more than if it were not there.
    meaning: Option<String>,
    /// What it is made of. The order of lines says nothing, and twice the same no more than once.
    said: BTreeSet<String>,
    pub(crate) sources: Vec<Source>,
}

pub(crate) type Parts = BTreeMap<Part, Said>;

/// The keys of several maps, each once.
pub(crate) fn keys<K: Ord, V, const N: usize>(maps: [&BTreeMap<K, V>; N]) -> impl Iterator<Item = &K> {
    let all: BTreeSet<&K> = maps.into_iter().flat_map(BTreeMap::keys).collect();
    all.into_iter()
}

/// A component with what it says.
pub(crate) struct Reading<'v> {
    pub(crate) object: &'v CalendarObject,
    pub(crate) component: &'v Component,
    /// `None` for VCALENDAR.
    pub(crate) entry: Option<&'v Entry>,
    pub(crate) parts: Parts,
}

/// An object with what it says.
pub(crate) struct ObjectReading<'v> {
    pub(crate) object: &'v CalendarObject,
    pub(crate) calendar: Reading<'v>,
    pub(crate) master: Option<Reading<'v>>,
    /// By the key of their RECURRENCE-ID ([`Times::key`]).
    pub(crate) overrides: BTreeMap<String, Reading<'v>>,
}

impl<'v> ObjectReading<'v> {
    pub(crate) fn of(object: &'v CalendarObject, context: &Context) -> Self {
        let reader = Reader { object, context, times: Times::of(&object.zones) };
        let key =
            |entry: &Entry| entry.recurrence_id.as_ref().map(|id| reader.times.key(&id.moment)).unwrap_or_default();
        ObjectReading {
            object,
            calendar: reader.calendar(),
            master: object.master.as_ref().map(|entry| reader.entry(entry)),
            overrides: object.overrides.iter().map(|entry| (key(entry), reader.entry(entry))).collect(),
        }
    }

    pub(crate) fn says(&self, other: &ObjectReading<'_>) -> bool {
        let same_masters = match (&self.master, &other.master) {
            (Some(one), Some(other)) => one.says(other),
            (one, other) => one.is_none() && other.is_none(),
        };
        same_masters && self.calendar.says(&other.calendar) && self.says_of_instances(other)
    }

    /// Whether it has the same overrides, and they say the same.
    pub(crate) fn says_of_instances(&self, other: &ObjectReading<'_>) -> bool {
        self.overrides.len() == other.overrides.len()
            && self.overrides.iter().all(|(id, one)| other.overrides.get(id).is_some_and(|other| one.says(other)))
    }
}

impl Reading<'_> {
    /// `None`: it says no more of it than if it were not there.
    pub(crate) fn meaning(&self, part: &Part) -> Option<&str> {
        self.parts.get(part).and_then(|said| said.meaning.as_deref())
    }

    pub(crate) fn sources(&self, part: &Part) -> &[Source] {
        self.parts.get(part).map_or(&[], |said| &said.sources)
    }

    pub(crate) fn says(&self, other: &Reading<'_>) -> bool {
        keys([&self.parts, &other.parts]).all(|part| self.meaning(part) == other.meaning(part))
    }

    /// Which instance it is, if it is an override.
    pub(crate) fn instance(&self) -> Option<Place> {
        Some(Place::Instance(self.entry?.recurrence_id.as_ref()?.moment.clone()))
    }
}

struct Reader<'v, 'c> {
    object: &'v CalendarObject,
    context: &'c Context,
    times: Times<'v>,
}

impl<'v> Reader<'v, '_> {
    fn calendar(&self) -> Reading<'v> {
        let calendar = &self.object.calendar;
        let mut parts = Parts::new();
        for (index, property) in calendar.properties.iter().enumerate() {
            let is_note = matches!(property.name.as_str(), "PRODID" | "VERSION" | "CALSCALE" | "METHOD")
                || property.name.starts_with("X-WR-");
            if !is_note && !line::is_note(&property.name) {
                self.add_line(&mut parts, index, property);
            }
        }
        for (index, component) in calendar.components.iter().enumerate() {
            if component.name != "VTIMEZONE" && ComponentKind::from_name(&component.name).is_none() {
                self.add_component(&mut parts, index, component);
            }
        }
        Reading { object: self.object, component: calendar, entry: None, parts: settled(parts) }
    }

    fn entry(&self, entry: &'v Entry) -> Reading<'v> {
        let component = self.object.component(entry);
        let mut parts = Parts::new();
        for (index, property) in component.properties.iter().enumerate() {
            self.add(&mut parts, entry, index, property);
        }
        for (index, inner) in component.components.iter().enumerate() {
            self.add_component(&mut parts, index, inner);
        }
        let mut parts = settled(parts);
        if let Some(time) = parts.get_mut(&Part::Group(Group::Time)) {
            time.meaning = time::span(self.object, entry, &self.times);
        }
        Reading { object: self.object, component, entry: Some(entry), parts }
    }

    fn add(&self, parts: &mut Parts, entry: &Entry, index: usize, property: &Property) {
        let name = property.name.as_str();
        match name {
            "UID" => {}
            "RECURRENCE-ID" => {
                // Which instance it is, is where it stands. How far it reaches is what it says.
                let range = entry.recurrence_id.as_ref().is_some_and(|id| id.this_and_future);
                let said = if range { "THISANDFUTURE" } else { "" };
                add(parts, Part::Property(name.to_owned()), Some(said.to_owned()), Source::Line(index));
            }
            "EXDATE" => {
                let dates = value::moments(property).unwrap_or_default();
                let start = entry.start.as_ref();
                let keys = dates.into_iter().map(|date| self.times.key(&entry::exclusion(date, start)));
                add_values(parts, name, index, keys);
            }
            "RDATE" => {
                let dates = entry::recurrence_dates(property, entry.start.as_ref()).unwrap_or_default();
                add_values(parts, name, index, dates.iter().map(|date| self.date(date)));
            }
            "CATEGORIES" | "RESOURCES" => {
                let texts = values(property).into_iter().map(|value| escape::unescape_text(value.trim()));
                add_values(parts, name, index, texts);
            }
            // An override without CLASS has that of the series.
            "CLASS" if entry.recurrence_id.is_none() && property.value.trim().eq_ignore_ascii_case("PUBLIC") => {
                add(parts, Part::Property(name.to_owned()), None, Source::Line(index));
            }
            _ if line::is_note(name) => {}
            _ => match group(self.object.kind, name) {
                Some(group) => {
                    let meaning =
                        line::meaning(property, &self.times).map(|meaning| format!("\u{3}{name}\u{1}{meaning}"));
                    add(parts, Part::Group(group), meaning, Source::Line(index));
                }
                None => self.add_line(parts, index, property),
            },
        }
    }

    fn add_line(&self, parts: &mut Parts, index: usize, property: &Property) {
        let name = property.name.clone();
        let meaning = line::meaning(property, &self.times);
        let part = if !SETS.contains(&name.as_str()) && !self.context.repeated.contains(&name) {
            Part::Property(name)
        } else {
            let key = match name.as_str() {
                "ATTENDEE" => line::address(&property.value),
                _ => meaning.clone().unwrap_or_default(),
            };
            Part::Element { name, key }
        };
        add(parts, part, meaning, Source::Line(index));
    }

    fn add_component(&self, parts: &mut Parts, index: usize, component: &Component) {
        let meaning = line::component(component, &self.times);
        let uid = inner_uid(component).filter(|uid| self.context.shared_uids.contains(uid));
        let key = match uid {
            Some(uid) => format!("UID {uid}"),
            None => line::without_acknowledgement(&meaning).to_owned(),
        };
        add(parts, Part::Component { name: component.name.clone(), key }, Some(meaning), Source::Component(index));
    }

    fn date(&self, date: &RecurrenceDate) -> String {
        let start = self.times.key(&date.start);
        match &date.end {
            None => start,
            Some(end) => format!("{start}/{}", time::length(self.object, &date.start, end, &self.times)),
        }
    }
}

/// The values of a property that is a list, as written. Blanks between commas are none.
pub(crate) fn values(property: &Property) -> Vec<&str> {
    escape::split_list(&property.value).filter(|value| !value.trim().is_empty()).collect()
}

/// The group that a property of an entry belongs to.
fn group(kind: ComponentKind, name: &str) -> Option<Group> {
    Some(match name {
        "DTSTART" | "DTEND" | "DUE" | "DURATION" => Group::Time,
        "RRULE" | "EXRULE" => Group::Recurrence,
        "STATUS" | "COMPLETED" | "PERCENT-COMPLETE" if kind == ComponentKind::Todo => Group::Completion,
        "LOCATION" | "GEO" | "X-APPLE-STRUCTURED-LOCATION" => Group::Location,
        "DESCRIPTION" | "X-ALT-DESC" | "STYLED-DESCRIPTION" => Group::Description,
        _ => return None,
    })
}

fn add_values(parts: &mut Parts, name: &str, line: usize, keys: impl Iterator<Item = String>) {
    for (value, key) in keys.enumerate() {
        let part = Part::Element { name: name.to_owned(), key: key.clone() };
        add(parts, part, Some(key), Source::Value { line, value });
    }
}

fn add(parts: &mut Parts, part: Part, meaning: Option<String>, source: Source) {
    let said = parts.entry(part).or_default();
    said.sources.push(source);
    said.said.extend(meaning);
}

fn settled(mut parts: Parts) -> Parts {
    for said in parts.values_mut() {
        let all: Vec<String> = std::mem::take(&mut said.said).into_iter().collect();
        said.meaning = (!all.is_empty()).then(|| all.join("\u{4}"));
    }
    parts
}
