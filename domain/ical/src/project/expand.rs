//! Recurrence expanded into single components with times in UTC (RFC 4791 section 9.6.5).

use super::Node;
use crate::Result;
use crate::entry::{End, Entry};
use crate::instances::{Instance, Window, instances};
use crate::syntax::{Component, Parameter, Property};
use crate::time::Zone;
use crate::value::{self, Moment};
use crate::{CalendarObject, ComponentKind};
use std::borrow::Cow;

/// The calendar with one component for each instance that overlaps `window`, without VTIMEZONEs. An object that does not recur
/// keeps its component. Dates and floating times, which have no place in UTC, stay what they are.
///
/// # Errors
/// `TooManyInstances`
pub(super) fn expanded<'a>(
    object: &'a CalendarObject,
    window: Window,
    floating: &Zone,
    instance_limit: usize,
) -> Result<Node<'a>> {
    // One that does not recur is wanted wherever it is.
    let window = if object.recurs() { window } else { Window { start: None, end: None } };
    let mut instances = Some(instances(object, window, floating, instance_limit)?);
    let mut components = Vec::new();
    for component in &object.calendar.components {
        if component.name == "VTIMEZONE" {
            continue;
        }
        if component.name != object.kind.name() || object.kind == ComponentKind::FreeBusy {
            components.push(in_utc(component, object));
            continue;
        }
        // All instances stand where the first component stood.
        let Some(instances) = instances.take() else { continue };
        // A to-do or a journal entry need not be at any time.
        if instances.is_empty() && !object.recurs() {
            components.push(in_utc(component, object));
        }
        components.extend(instances.iter().filter_map(|instance| of_instance(instance, object, floating)));
    }
    Ok(Node {
        source: &object.calendar,
        properties: object.calendar.properties.iter().map(Cow::Borrowed).collect(),
        components,
    })
}

/// The component with its zoned times in UTC.
fn in_utc<'a>(component: &'a Component, object: &CalendarObject) -> Node<'a> {
    Node {
        source: component,
        properties: component.properties.iter().map(|property| property_in_utc(property, object)).collect(),
        components: component.components.iter().map(|inner| in_utc(inner, object)).collect(),
    }
}

fn of_instance<'a>(instance: &Instance, object: &'a CalendarObject, floating: &Zone) -> Option<Node<'a>> {
    let entry = match instance.override_index {
        Some(index) => &object.overrides[index],
        None => object.master.as_ref()?,
    };
    let component = object.component(entry);
    let utc = |moment: &Moment| utc_of(moment, object);
    let mut properties = Vec::with_capacity(component.properties.len() + 1);
    let mut has_id = false;
    for property in &component.properties {
        let made = match property.name.as_str() {
            "RRULE" | "RDATE" | "EXDATE" | "EXRULE" => continue,
            // A DTSTART that its DUE contradicts counts for nothing.
            "DTSTART" if entry.start.is_none() => continue,
            "DTSTART" => with_moment("DTSTART", property, &utc(&instance.start)),
            "DTEND" | "DUE" => with_moment(&property.name, property, &utc(&instance.end)),
            "DURATION" if matches!(entry.end, End::For(_)) && !is_exact(property, instance, object, floating) => {
                with_moment(end_name(object.kind), property, &utc(&instance.end))
            }
            "RECURRENCE-ID" => {
                has_id = true;
                let id = instance.recurrence_id.as_ref();
                let Some(id) = id else { continue };
                let mut made = with_moment("RECURRENCE-ID", property, &utc(id));
                made.params.retain(|parameter| parameter.name != "RANGE");
                made
            }
            _ => {
                properties.push(property_in_utc(property, object));
                continue;
            }
        };
        properties.push(Cow::Owned(made));
    }
    if let Some(start) = component.property("DTSTART").filter(|_| lacks_end(entry, component, instance, object.kind)) {
        properties.push(Cow::Owned(with_moment(end_name(object.kind), start, &utc(&instance.end))));
    }
    if let Some(id) = instance.recurrence_id.as_ref().filter(|_| !has_id) {
        let like = component.property("DTSTART").or_else(|| component.property("DUE"))?;
        properties.push(Cow::Owned(with_moment("RECURRENCE-ID", like, &utc(id))));
    }
    let components = component.components.iter().map(|inner| in_utc(inner, object)).collect();
    Some(Node { source: component, properties, components })
}

fn end_name(kind: ComponentKind) -> &'static str {
    if kind == ComponentKind::Todo { "DUE" } else { "DTEND" }
}

/// Whether DURATION leads from the written start to the end of the instance. It does not where it spans a day on which the
/// clocks change, which is no 24 hours long in UTC, and not where an RDATE has a length of its own (RFC 5545 section 3.8.5.2).
fn is_exact(duration: &Property, instance: &Instance, object: &CalendarObject, floating: &Zone) -> bool {
    let start = utc_of(&instance.start, object);
    value::duration(duration).is_ok_and(|duration| object.zones.after(&start, duration, floating) == instance.end_utc)
}

/// Whether the component says nothing of the end although the instance has a length: that of an RDATE which is a period.
/// Only times can have one.
fn lacks_end(entry: &Entry, component: &Component, instance: &Instance, kind: ComponentKind) -> bool {
    matches!(kind, ComponentKind::Event | ComponentKind::Todo)
        && entry.start.as_ref().is_some_and(|start| !start.is_date())
        && instance.end_utc > instance.start_utc
        && ["DTEND", "DUE", "DURATION"].iter().all(|name| component.property(name).is_none())
}

/// A zoned time in UTC; any other one as it is.
fn utc_of(moment: &Moment, object: &CalendarObject) -> Moment {
    match moment {
        Moment::Zoned { tzid, local } => match object.zones.get(tzid) {
            Some(zone) => Moment::Utc(zone.to_utc(*local).naive_utc()),
            None => moment.clone(),
        },
        _ => moment.clone(),
    }
}

/// `like` under `name` and with another time.
fn with_moment(name: &str, like: &Property, moment: &Moment) -> Property {
    let mut property = Property { name: name.to_owned(), value: moment.value(), ..like.clone() };
    // What else another property says of itself is its own.
    let same = name == like.name;
    property.params.retain(|parameter| same && !matches!(parameter.name.as_str(), "VALUE" | "TZID"));
    let param = match moment {
        Moment::Date(_) => Some(("VALUE", "DATE")),
        Moment::Zoned { tzid, .. } => Some(("TZID", tzid.as_str())),
        Moment::Floating(_) | Moment::Utc(_) => None,
    };
    if let Some((name, value)) = param {
        property.params.push(Parameter { name: name.to_owned(), values: vec![value.to_owned()] });
    }
    property
}

/// The property with its zoned times in UTC, whatever it is called.
fn property_in_utc<'a>(property: &'a Property, object: &CalendarObject) -> Cow<'a, Property> {
    let Some(zone) = property.param("TZID").and_then(|tzid| object.zones.get(tzid)) else {
        return Cow::Borrowed(property);
    };
    let utc = |value: &str| {
        let one = Property { value: value.to_owned(), ..property.clone() };
        match value::moment(&one) {
            Ok(Moment::Zoned { local, .. }) => Some(Moment::Utc(zone.to_utc(local).naive_utc()).value()),
            Ok(other) => Some(other.value()),
            Err(_) => None,
        }
    };
    let values: Option<Vec<String>> = property.value.split(',').map(utc).collect();
    let Some(values) = values else { return Cow::Borrowed(property) };
    let mut made = Property { value: values.join(","), ..property.clone() };
    made.params.retain(|parameter| parameter.name != "TZID");
    Cow::Owned(made)
}
