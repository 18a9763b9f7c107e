//! CALDAV:filter, decoded (RFC 4791 section 9.7).

use super::super::error::Failure;
use super::super::xml::Element;
use chrono::{DateTime, NaiveDateTime, Utc};
use kalends_ical::instances::Window;
use kalends_ical::query::{Collation, ComponentFilter, ParameterFilter, PropertyFilter, TextMatch};

fn invalid(message: &'static str) -> Failure {
    Failure::forbidden("C:valid-filter", message)
}

/// The comp-filter on VCALENDAR in a report.
pub fn read(root: &Element) -> Result<ComponentFilter, Failure> {
    let filter = root.caldav("filter").ok_or_else(|| invalid("There is no filter."))?;
    let mut outermost = filter.caldav_all("comp-filter");
    let (Some(calendar), None) = (outermost.next(), outermost.next()) else {
        return Err(invalid("A filter has one comp-filter."));
    };
    let calendar = component(calendar)?;
    calendar.check().map_err(|message| Failure::forbidden("C:valid-filter", message))?;
    Ok(calendar)
}

fn component(element: &Element) -> Result<ComponentFilter, Failure> {
    let mut filter = ComponentFilter { name: name(element)?, ..ComponentFilter::default() };
    for child in known(element)? {
        match child.name.local.as_ref() {
            "is-not-defined" => filter.is_not_defined = true,
            "time-range" if filter.time_range.is_none() => filter.time_range = Some(time_range(child)?),
            "prop-filter" => filter.properties.push(property(child)?),
            "comp-filter" => filter.components.push(component(child)?),
            _ => return Err(invalid("A comp-filter has an element that does not belong there.")),
        }
    }
    let has_more = filter.time_range.is_some() || !filter.properties.is_empty() || !filter.components.is_empty();
    if filter.is_not_defined && has_more {
        return Err(invalid("is-not-defined stands alone."));
    }
    Ok(filter)
}

fn property(element: &Element) -> Result<PropertyFilter, Failure> {
    let mut filter = PropertyFilter { name: name(element)?, ..PropertyFilter::default() };
    for child in known(element)? {
        match child.name.local.as_ref() {
            "is-not-defined" => filter.is_not_defined = true,
            "time-range" if filter.time_range.is_none() => filter.time_range = Some(time_range(child)?),
            "text-match" if filter.text_match.is_none() => filter.text_match = Some(text_match(child)?),
            "param-filter" => filter.params.push(parameter(child)?),
            _ => return Err(invalid("A prop-filter has an element that does not belong there.")),
        }
    }
    let has_more = filter.time_range.is_some() || filter.text_match.is_some() || !filter.params.is_empty();
    if filter.is_not_defined && has_more || filter.time_range.is_some() && filter.text_match.is_some() {
        return Err(invalid("A prop-filter has is-not-defined, or one of time-range and text-match."));
    }
    Ok(filter)
}

fn parameter(element: &Element) -> Result<ParameterFilter, Failure> {
    let mut filter = ParameterFilter { name: name(element)?, ..ParameterFilter::default() };
    for child in known(element)? {
        match child.name.local.as_ref() {
            "is-not-defined" => filter.is_not_defined = true,
            "text-match" if filter.text_match.is_none() => filter.text_match = Some(text_match(child)?),
            _ => return Err(invalid("A param-filter has an element that does not belong there.")),
        }
    }
    if filter.is_not_defined && filter.text_match.is_some() {
        return Err(invalid("is-not-defined stands alone."));
    }
    Ok(filter)
}

/// The children, all of CalDAV: an unknown condition can't be ignored without changing what the filter says
/// (CALDAV:supported-filter).
fn known(element: &Element) -> Result<&[Element], Failure> {
    if element.children.iter().all(|child| child.name.is_caldav(&child.name.local)) {
        return Ok(&element.children);
    }
    Err(Failure::forbidden("C:supported-filter", "The filter has a condition that is not known."))
}

fn name(element: &Element) -> Result<String, Failure> {
    let name = element.attribute("name").map(str::trim).filter(|name| !name.is_empty());
    name.map(str::to_ascii_uppercase).ok_or_else(|| invalid("A filter has no name."))
}

fn text_match(element: &Element) -> Result<TextMatch, Failure> {
    let collation = match element.attribute("collation") {
        None | Some("default" | "i;ascii-casemap") => Collation::AsciiCasemap,
        Some("i;octet") => Collation::Octet,
        Some("i;unicode-casemap") => Collation::UnicodeCasemap,
        Some(_) => return Err(Failure::forbidden("C:supported-collation", "This collation is not known.")),
    };
    let negate = match element.attribute("negate-condition") {
        None | Some("no") => false,
        Some("yes") => true,
        Some(_) => return Err(invalid("negate-condition is yes or no.")),
    };
    Ok(TextMatch { text: element.text.clone(), collation, negate })
}

/// CALDAV:time-range (section 9.9): UTC times, one of them at least.
fn time_range(element: &Element) -> Result<Window, Failure> {
    let window = Window { start: instant(element, "start")?, end: instant(element, "end")? };
    match (window.start, window.end) {
        (None, None) => Err(invalid("A time-range has a start or an end.")),
        (Some(start), Some(end)) if end <= start => Err(invalid("A time-range ends after its start.")),
        _ => Ok(window),
    }
}

/// Both ends, as CALDAV:expand and its like need them.
pub fn closed_range(element: &Element) -> Result<Window, Failure> {
    match time_range(element)? {
        window @ Window { start: Some(_), end: Some(_) } => Ok(window),
        _ => Err(Failure::bad_request("Both start and end are needed.")),
    }
}

fn instant(element: &Element, attribute: &str) -> Result<Option<DateTime<Utc>>, Failure> {
    let Some(text) = element.attribute(attribute) else { return Ok(None) };
    NaiveDateTime::parse_from_str(text.trim(), "%Y%m%dT%H%M%SZ")
        .map(|local| Some(local.and_utc()))
        .map_err(|_| invalid("start and end are written as 20260131T235959Z."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::super::xml::Document;
    use super::*;

    fn filter(inner: &str) -> Result<ComponentFilter, Failure> {
        let text = format!(r#"<q xmlns="urn:ietf:params:xml:ns:caldav"><filter>{inner}</filter></q>"#);
        read(&Document::parse(text.as_bytes(), None).unwrap().root)
    }

    #[test]
    fn a_whole_filter_is_read() {
        let read = filter(concat!(
            r#"<comp-filter name="vcalendar"><comp-filter name="VEVENT">"#,
            r#"<time-range start="20260101T000000Z"/>"#,
            r#"<prop-filter name="attendee"><text-match collation="i;octet" negate-condition="yes"> A&amp;b </text-match>"#,
            r#"<param-filter name="PARTSTAT"><is-not-defined/></param-filter></prop-filter>"#,
            r#"</comp-filter></comp-filter>"#
        ))
        .unwrap();
        assert_eq!(read.name, "VCALENDAR");
        let event = &read.components[0];
        assert_eq!(event.time_range.unwrap().end, None);
        let attendee = &event.properties[0];
        assert_eq!(attendee.name, "ATTENDEE");
        let expected = TextMatch { text: " A&b ".into(), collation: Collation::Octet, negate: true };
        assert_eq!(attendee.text_match, Some(expected));
        assert!(attendee.params[0].is_not_defined);
    }

    #[test]
    fn what_no_filter_says_is_refused() {
        for inner in [
            "",
            r#"<comp-filter name="VEVENT"/>"#,
            r#"<comp-filter/>"#,
            r#"<comp-filter name="VCALENDAR"/><comp-filter name="VCALENDAR"/>"#,
            r#"<comp-filter name="VCALENDAR"><time-range start="20260101T000000Z"/></comp-filter>"#,
            r#"<comp-filter name="VCALENDAR"><comp-filter name="VEVENT"><time-range/></comp-filter></comp-filter>"#,
            r#"<comp-filter name="VCALENDAR"><comp-filter name="VEVENT"><time-range start="20260101"/></comp-filter></comp-filter>"#,
            r#"<comp-filter name="VCALENDAR"><comp-filter name="VEVENT"><time-range start="20260102T000000Z" end="20260101T000000Z"/></comp-filter></comp-filter>"#,
            r#"<comp-filter name="VCALENDAR"><comp-filter name="VEVENT"><is-not-defined/><prop-filter name="X"/></comp-filter></comp-filter>"#,
            r#"<comp-filter name="VCALENDAR"><prop-filter name="X"><text-match collation="i;basic">a</text-match></prop-filter></comp-filter>"#,
            r#"<comp-filter name="VCALENDAR"><x xmlns="urn:x"/></comp-filter>"#,
        ] {
            assert!(filter(inner).is_err(), "{inner}");
        }
    }
}
