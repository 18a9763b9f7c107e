//! Content lines, apart from how they are written. The control characters that hold the pieces of a meaning apart cannot be in a line.

use super::Times;
use crate::escape::unescape_text;
use crate::recurrence::Rule;
use crate::syntax::{Component, Parameter, Property};
use crate::value;

/// Whether a property is a note of a program about its own writing, and says nothing of the component.
pub(crate) fn is_note(name: &str) -> bool {
    matches!(name, "DTSTAMP" | "LAST-MODIFIED" | "CREATED" | "SEQUENCE" | "X-MOZ-GENERATION")
        || name.starts_with("X-LIC-")
}

/// What a line says beside its name; `None`: no more than if it were not there.
pub(super) fn meaning(property: &Property, times: &Times<'_>) -> Option<String> {
    let kind = Kind::of(property);
    let value = kind.meaning(property, times);
    let params = params(property, kind);
    let is_default = matches!(
        (property.name.as_str(), value.as_str()),
        ("TRANSP", "OPAQUE") | ("PRIORITY" | "REPEAT", "0") | (_, "")
    );
    (!is_default || !params.is_empty()).then(|| value + &params)
}

/// What a component inside of an entry says: its lines and components in whatever order, and at the end when its alarm was acknowledged.
/// Its UID names it, and says nothing.
pub(super) fn component(component: &Component, times: &Times<'_>) -> String {
    let is_name = |name: &str| matches!(name, "UID" | "X-WR-ALARMUID" | "X-EVOLUTION-ALARM-UID");
    let lines = component.properties.iter().filter(|line| !is_note(&line.name) && !is_name(&line.name));
    let mut said: Vec<String> = lines
        .filter(|line| line.name != "ACKNOWLEDGED")
        .filter_map(|line| Some(format!("{}\u{1}{}", line.name, meaning(line, times)?)))
        .chain(component.components.iter().map(|inner| format!("{}\u{1}{}", inner.name, self::component(inner, times))))
        .collect();
    said.sort();
    said.dedup();
    let acknowledged = component.property("ACKNOWLEDGED").and_then(|line| meaning(line, times)).unwrap_or_default();
    format!("{}{ACKNOWLEDGED}{acknowledged}", said.join("\u{5}"))
}

const ACKNOWLEDGED: char = '\u{6}';

/// The meaning of an alarm but for when it was acknowledged.
pub(crate) fn without_acknowledgement(meaning: &str) -> &str {
    meaning.rsplit_once(ACKNOWLEDGED).map_or(meaning, |(rest, _)| rest)
}

/// A calendar user's address, in whatever case it is written.
pub(super) fn address(value: &str) -> String {
    let value = value.trim();
    match value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => value.to_lowercase(),
        _ => value.to_owned(),
    }
}

/// How a value is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// One of some words, in any case.
    Word,
    Address,
    Moment,
    /// A duration, or of a TRIGGER also a time.
    Duration,
    Rule,
    Integer,
    /// Two numbers (GEO).
    Position,
    Uri,
    /// As it is written.
    Other,
}

impl Kind {
    fn of(property: &Property) -> Kind {
        match property.name.as_str() {
            "STATUS" | "TRANSP" | "CLASS" | "ACTION" | "BUSYTYPE" | "PROXIMITY" | "COLOR" => Kind::Word,
            "ATTENDEE" | "ORGANIZER" | "CALENDAR-ADDRESS" => Kind::Address,
            "DTSTART" | "DTEND" | "DUE" | "COMPLETED" | "ACKNOWLEDGED" | "RECURRENCE-ID" => Kind::Moment,
            "DURATION" | "TRIGGER" => Kind::Duration,
            "RRULE" | "EXRULE" => Kind::Rule,
            "PRIORITY" | "PERCENT-COMPLETE" | "REPEAT" => Kind::Integer,
            "GEO" => Kind::Position,
            "URL" | "ATTACH" | "IMAGE" | "CONFERENCE" | "LINK" => Kind::Uri,
            "FREEBUSY" => Kind::Other,
            _ => match property.param("VALUE") {
                None => Kind::Text,
                Some(kind) if kind.eq_ignore_ascii_case("TEXT") => Kind::Text,
                Some(_) => Kind::Other,
            },
        }
    }

    /// The VALUE that need not be said.
    fn default_value(self) -> &'static str {
        match self {
            Kind::Text | Kind::Word => "TEXT",
            Kind::Address => "CAL-ADDRESS",
            Kind::Rule => "RECUR",
            Kind::Integer => "INTEGER",
            Kind::Position => "FLOAT",
            Kind::Uri => "URI",
            Kind::Duration => "DURATION",
            Kind::Moment => "DATE-TIME",
            Kind::Other => "",
        }
    }

    fn meaning(self, property: &Property, times: &Times<'_>) -> String {
        let written = property.value.trim();
        let read = match self {
            Kind::Text => Some(unescape_text(&property.value).replace("\r\n", "\n")),
            Kind::Word => Some(written.to_uppercase()),
            Kind::Address => Some(address(written)),
            Kind::Moment => value::moment(property).ok().map(|moment| times.moment(&moment)),
            Kind::Duration => match value::duration(property) {
                Ok(duration) => Some(format!("{} d {} s", duration.days, duration.seconds)),
                Err(_) => value::moment(property).ok().map(|moment| times.moment(&moment)),
            },
            Kind::Rule => Rule::parse(written).ok().map(|rule| in_order(&rule.to_string())),
            Kind::Integer => written.parse::<i64>().ok().map(|number| number.to_string()),
            Kind::Position => position(written),
            Kind::Uri | Kind::Other => None,
        };
        read.unwrap_or_else(|| written.to_owned())
    }
}

/// A rule with the values of each part in one order.
fn in_order(rule: &str) -> String {
    let part = |part: &str| match part.split_once('=') {
        Some((name, values)) => {
            let mut values: Vec<&str> = values.split(',').collect();
            values.sort_unstable();
            format!("{name}={}", values.join(","))
        }
        None => part.to_owned(),
    };
    rule.split(';').map(part).collect::<Vec<_>>().join(";")
}

fn position(written: &str) -> Option<String> {
    let (latitude, longitude) = written.split_once(';')?;
    let number = |text: &str| text.trim().parse::<f64>().ok();
    Some(format!("{};{}", number(latitude)?, number(longitude)?))
}

/// What the parameters say, in one order.
fn params(property: &Property, kind: Kind) -> String {
    let mut said: Vec<String> = property.params.iter().filter_map(|parameter| param(parameter, kind)).collect();
    said.sort();
    said.concat()
}

/// What a parameter of an attendee says; `None`: no more than if it were not there.
pub(crate) fn param_meaning(parameter: &Parameter) -> Option<String> {
    param(parameter, Kind::Address)
}

fn param(parameter: &Parameter, kind: Kind) -> Option<String> {
    let name = parameter.name.as_str();
    let values: Vec<String> = parameter.values.iter().map(|value| param_value(name, value)).collect();
    let is_default = match (name, values.as_slice()) {
        // What the server notes of its deliveries, and a request to it (RFC 6638 section 7).
        ("SCHEDULE-STATUS" | "SCHEDULE-FORCE-SEND", _) => true,
        ("TZID", _) => kind == Kind::Moment,
        ("VALUE", [value]) => kind == Kind::Moment || value == kind.default_value(),
        (_, [value]) => matches!(
            (name, value.as_str()),
            ("CUTYPE", "INDIVIDUAL")
                | ("ROLE", "REQ-PARTICIPANT")
                | ("PARTSTAT", "NEEDS-ACTION")
                | ("RSVP", "FALSE")
                | ("RELTYPE", "PARENT")
                | ("RELATED", "START")
                | ("FBTYPE", "BUSY")
                | ("SCHEDULE-AGENT", "SERVER")
        ),
        _ => false,
    };
    (!is_default).then(|| format!("\u{1}{name}={}", values.join("\u{2}")))
}

fn param_value(name: &str, value: &str) -> String {
    match name {
        "CUTYPE" | "ROLE" | "PARTSTAT" | "RSVP" | "RELTYPE" | "RELATED" | "FBTYPE" | "SCHEDULE-AGENT" | "ENCODING"
        | "VALUE" | "RANGE" | "FMTTYPE" | "LANGUAGE" | "DISPLAY" | "FEATURE" => value.to_uppercase(),
        "SENT-BY" | "DELEGATED-TO" | "DELEGATED-FROM" | "MEMBER" => address(value),
        _ => value.to_owned(),
    }
}
