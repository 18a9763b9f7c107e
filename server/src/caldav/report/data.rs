//! CALDAV:calendar-data in a request (RFC 4791 section 9.6), and the zone that floating times are read in.

use super::super::error::Failure;
use super::super::xml::Element;
use super::filter::closed_range;
use kalends_domain::calendars::Calendar;
use kalends_ical::project::{ComponentRequest, ComponentSelection, DataRequest, PropertyRequest, PropertySelection};
use kalends_ical::time::Zone;

pub fn request(element: &Element) -> Result<DataRequest, Failure> {
    let unsupported = |name: &str, only: &str| element.attribute(name).is_some_and(|v| !v.eq_ignore_ascii_case(only));
    if unsupported("content-type", "text/calendar") || unsupported("version", "2.0") {
        return Err(Failure::forbidden("C:supported-calendar-data", "Objects are text/calendar, version 2.0."));
    }
    let range = |name: &str| element.caldav(name).map(closed_range).transpose();
    let data = DataRequest {
        components: element.caldav("comp").map(component).transpose()?,
        expand: range("expand")?,
        limit_recurrence: range("limit-recurrence-set")?,
        limit_freebusy: range("limit-freebusy-set")?,
    };
    if data.components.as_ref().is_some_and(|calendar| calendar.name != "VCALENDAR") {
        return Err(Failure::bad_request("The outermost comp is VCALENDAR."));
    }
    if data.expand.is_some() && data.limit_recurrence.is_some() {
        return Err(Failure::bad_request("Only one of expand and limit-recurrence-set can be asked for."));
    }
    Ok(data)
}

fn component(element: &Element) -> Result<ComponentRequest, Failure> {
    // Without a word about what is in it, it is asked for as it is: as in the request of RFC 4791 section 7.8.1 for VTIMEZONE,
    // and as clients mean VCALENDAR.
    if element.children.is_empty() {
        let (properties, components) = (PropertySelection::All, ComponentSelection::All);
        return Ok(ComponentRequest { name: name(element)?, properties, components });
    }
    let properties = if element.caldav("allprop").is_some() {
        PropertySelection::All
    } else {
        PropertySelection::Named(
            element
                .caldav_all("prop")
                .map(|prop| {
                    Ok(PropertyRequest { name: name(prop)?, no_value: prop.attribute("novalue") == Some("yes") })
                })
                .collect::<Result<_, Failure>>()?,
        )
    };
    let components = if element.caldav("allcomp").is_some() {
        ComponentSelection::All
    } else {
        ComponentSelection::Named(element.caldav_all("comp").map(component).collect::<Result<_, _>>()?)
    };
    Ok(ComponentRequest { name: name(element)?, properties, components })
}

fn name(element: &Element) -> Result<String, Failure> {
    let name = element.attribute("name").map(str::to_ascii_uppercase);
    name.ok_or_else(|| Failure::bad_request("A comp or prop in calendar-data has no name."))
}

/// CALDAV:timezone of the request (section 9.8), else the calendar's own, else UTC.
pub fn floating_zone(root: &Element, calendar: &Calendar, nesting: usize) -> Result<Zone, Failure> {
    if let Some(timezone) = root.caldav("timezone") {
        return Zone::read(&timezone.text, nesting)
            .map_err(|error| Failure::forbidden("C:valid-calendar-data", format!("The timezone: {error}.")));
    }
    let own = calendar.details.timezone.as_deref();
    Ok(own.and_then(|text| Zone::in_calendar(text, nesting)).unwrap_or(Zone::UTC))
}
