//! What CALDAV:calendar-data asks of an object (RFC 4791 section 9.6): expanded recurrences, a limited recurrence set, some of
//! the components and properties.

mod expand;
mod limit;
mod select;

use super::object::CalendarObject;
use super::syntax::{Component, Property};
use super::write::{self, CRLF};
use crate::Result;
use crate::instances::Window;
use crate::time::Zone;
use std::borrow::Cow;

/// CALDAV:calendar-data in a report (RFC 4791 section 9.6). The default asks for the object as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataRequest {
    /// The CALDAV:comp on VCALENDAR; `None`: everything.
    pub components: Option<ComponentRequest>,
    /// CALDAV:expand (section 9.6.5), with both ends of the window.
    pub expand: Option<Window>,
    /// CALDAV:limit-recurrence-set (section 9.6.6).
    pub limit_recurrence: Option<Window>,
    /// CALDAV:limit-freebusy-set (section 9.6.7).
    pub limit_freebusy: Option<Window>,
}

/// CALDAV:comp (section 9.6.1): which properties and components of a component to give back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentRequest {
    /// Upper case.
    pub name: String,
    pub properties: PropertySelection,
    pub components: ComponentSelection,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertySelection {
    /// CALDAV:allprop (section 9.6.3).
    All,
    /// The CALDAV:prop elements; none by default.
    Named(Vec<PropertyRequest>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentSelection {
    /// CALDAV:allcomp (section 9.6.2): the components inside with everything in them.
    All,
    /// The CALDAV:comp elements; none by default.
    Named(Vec<ComponentRequest>),
}

/// CALDAV:prop (section 9.6.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyRequest {
    /// Upper case.
    pub name: String,
    /// novalue="yes": the property with its parameters, its value empty.
    pub no_value: bool,
}

impl Default for PropertySelection {
    fn default() -> Self {
        PropertySelection::Named(Vec::new())
    }
}

impl Default for ComponentSelection {
    fn default() -> Self {
        ComponentSelection::Named(Vec::new())
    }
}

/// What `request` asks for of `object`, as iCalendar; `text` is the text that `object` was parsed from and comes back
/// unchanged when nothing else is asked for. `floating` is the zone that floating times and days are read in.
///
/// # Errors
/// `TooManyInstances` when an expansion goes past `instance_limit`.
pub fn project(
    object: &CalendarObject,
    text: &str,
    request: &DataRequest,
    floating: &Zone,
    instance_limit: usize,
) -> Result<String> {
    if request.is_everything() {
        return Ok(text.to_owned());
    }
    let mut calendar = match request.expand {
        Some(window) => expand::expanded(object, window, floating, instance_limit)?,
        None => Node::whole(&object.calendar),
    };
    if let Some(window) = request.limit_recurrence {
        limit::recurrence_set(&mut calendar, object, window, floating);
    }
    if let Some(window) = request.limit_freebusy {
        limit::free_busy_set(&mut calendar, object, window, floating);
    }
    if let Some(components) = &request.components {
        select::select(&mut calendar, components);
    }
    let mut out = String::with_capacity(text.len());
    calendar.write(text, &mut out);
    Ok(out)
}

impl DataRequest {
    /// Whether it asks for the object as it is stored.
    pub fn is_everything(&self) -> bool {
        let parts = self.components.as_ref().is_none_or(|calendar| {
            calendar.properties == PropertySelection::All && calendar.components == ComponentSelection::All
        });
        parts && self.expand.is_none() && self.limit_recurrence.is_none() && self.limit_freebusy.is_none()
    }
}

/// A component on its way out.
struct Node<'a> {
    /// What it was made from.
    source: &'a Component,
    /// A borrowed property is written as it stands in the source, an owned one anew.
    properties: Vec<Cow<'a, Property>>,
    components: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    fn whole(source: &'a Component) -> Self {
        Node {
            source,
            properties: source.properties.iter().map(Cow::Borrowed).collect(),
            components: source.components.iter().map(Node::whole).collect(),
        }
    }

    fn write(&self, text: &str, out: &mut String) {
        let name = &self.source.name;
        write::fold(out, &write::line("BEGIN", &[], name), CRLF);
        for property in &self.properties {
            match property {
                Cow::Borrowed(property) => write::with_crlf(out, &text[property.span.clone()]),
                Cow::Owned(property) => {
                    write::fold(out, &write::line(&property.name, &property.params, &property.value), CRLF);
                }
            }
        }
        for component in &self.components {
            component.write(text, out);
        }
        write::fold(out, &write::line("END", &[], name), CRLF);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{Error, Limits};
    use chrono::{DateTime, NaiveDateTime, Utc};
    use chrono_tz::Tz;

    fn instant(text: &str) -> Option<DateTime<Utc>> {
        (!text.is_empty()).then(|| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap().and_utc())
    }

    fn window(start: &str, end: &str) -> Option<Window> {
        Some(Window { start: instant(start), end: instant(end) })
    }

    fn try_projected(text: &str, request: &DataRequest, limit: usize) -> Result<String> {
        let object = CalendarObject::parse(text, &Limits::default()).unwrap();
        project(&object, text, request, &Zone::Iana(Tz::Europe__Zurich), limit)
    }

    fn projected(text: &str, request: &DataRequest) -> String {
        let out = try_projected(text, request, 1_000).unwrap();
        assert!(out.lines().all(|line| line.len() <= 75), "{out}");
        out.replace("\r\n", "\n")
    }

    fn expanded(text: &str, start: &str, end: &str) -> String {
        projected(text, &DataRequest { expand: window(start, end), ..DataRequest::default() })
    }

    fn calendar(lines: &str) -> String {
        format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{lines}END:VCALENDAR\n")
    }

    const SERIES: &str = "BEGIN:VTIMEZONE\nTZID:Home\nX-LIC-LOCATION:Europe/Zurich\nEND:VTIMEZONE\n\
        BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=Home;X-A=b:20260327T090000\nDURATION:P1D\n\
        RRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Home:20260330T090000\nSUMMARY:Long wa\n tch\nX-SEEN;TZID=Home:20260701T120000\n\
        BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID;TZID=Home:20260329T090000\n\
        DTSTART;TZID=Home:20260329T140000\nDTEND;TZID=Home:20260329T150000\nSUMMARY:Short watch\nEND:VEVENT\n";

    #[test]
    fn nothing_asked_gives_the_very_octets() {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\nPRODID:x\r\n\r\nBEGIN:VEVENT\nuid:1\nDTSTART:20260101T000000Z\n\
                    SUMMARY:a\n b\nEND:VEVENT\nEND:VCALENDAR";
        assert_eq!(try_projected(text, &DataRequest::default(), 1).unwrap(), text);
        let all = ComponentRequest {
            name: "VCALENDAR".into(),
            properties: PropertySelection::All,
            components: ComponentSelection::All,
        };
        let request = DataRequest { components: Some(all), ..DataRequest::default() };
        assert_eq!(try_projected(text, &request, 1).unwrap(), text);
    }

    #[test]
    fn instances_are_expanded_to_utc() {
        let event = |lines: &str| format!("BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n{lines}END:VEVENT\n");
        let rest = "SUMMARY:Long wa\n tch\nX-SEEN:20260701T100000Z\n";
        let alarm = "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT5M\nEND:VALARM\n";
        let expected = [
            // The clocks change in the night after it: 23 hours.
            event(&format!(
                "DTSTART;X-A=b:20260328T080000Z\nDTEND:20260329T070000Z\n{rest}RECURRENCE-ID:20260328T080000Z\n{alarm}"
            )),
            event(
                "RECURRENCE-ID:20260329T070000Z\nDTSTART:20260329T120000Z\nDTEND:20260329T130000Z\nSUMMARY:Short watch\n",
            ),
            event(&format!(
                "DTSTART;X-A=b:20260331T070000Z\nDURATION:P1D\n{rest}RECURRENCE-ID:20260331T070000Z\n{alarm}"
            )),
        ]
        .concat();
        let found = expanded(&calendar(SERIES), "20260328T080000Z", "20260401T000000Z");
        assert_eq!(found, calendar(&expected));
    }

    #[test]
    fn a_period_keeps_its_length() {
        let ends = |name: &str, lines: &str| {
            let text = calendar(&format!("BEGIN:{name}\nUID:1\n{lines}\nEND:{name}\n"));
            let found = expanded(&text, "20260305T000000Z", "20260306T000000Z");
            let is_end = |line: &&str| ["DTEND", "DUE", "DURATION"].iter().any(|name| line.starts_with(name));
            found.lines().filter(is_end).collect::<Vec<_>>().join(" ")
        };
        let utc = "DTSTART:20260302T090000Z\nRDATE;VALUE=PERIOD:20260305T090000Z/PT3H";
        let floating = "DTSTART:20260302T090000\nRDATE;VALUE=PERIOD:20260305T090000/PT3H";
        for name in ["VEVENT", "VTODO"] {
            let end = if name == "VTODO" { "DUE" } else { "DTEND" };
            for more in ["", "\nDURATION:PT1H"] {
                assert_eq!(ends(name, &format!("{utc}{more}")), format!("{end}:20260305T120000Z"));
                assert_eq!(ends(name, &format!("{floating}{more}")), format!("{end}:20260305T120000"));
            }
            assert_eq!(ends(name, &format!("{utc}\nDURATION:PT3H")), "DURATION:PT3H");
            assert_eq!(ends(name, &format!("{utc}\n{end}:20260302T100000Z")), format!("{end}:20260305T120000Z"));
        }
        assert_eq!(ends("VEVENT", "DTSTART:20260302T090000Z\nRRULE:FREQ=DAILY"), "");
        assert_eq!(ends("VEVENT", "DTSTART;VALUE=DATE:20260302\nRRULE:FREQ=DAILY"), "");
        // No start that it could be counted from.
        assert_eq!(
            ends("VTODO", "CREATED:20260305T090000Z\nCOMPLETED:20260305T100000Z\nDURATION:PT2H"),
            "DURATION:PT2H"
        );
    }

    #[test]
    fn days_and_floating_times_stay() {
        let text = calendar(
            "BEGIN:VEVENT\nUID:1\nDTSTART:20260101\nDTEND;VALUE=DATE:20260102\nRRULE:FREQ=YEARLY\nEND:VEVENT\n",
        );
        let expected = calendar(
            "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20280101\nDTEND;VALUE=DATE:20280102\n\
             RECURRENCE-ID;VALUE=DATE:20280101\nEND:VEVENT\n",
        );
        assert_eq!(expanded(&text, "20280101T000000Z", "20280601T000000Z"), expected);
        let text =
            calendar("BEGIN:VEVENT\nUID:1\nDTSTART:20260101T080000\nDURATION:P1D\nRRULE:FREQ=YEARLY\nEND:VEVENT\n");
        let expected = calendar(
            "BEGIN:VEVENT\nUID:1\nDTSTART:20280101T080000\nDURATION:P1D\nRECURRENCE-ID:20280101T080000\nEND:VEVENT\n",
        );
        assert_eq!(expanded(&text, "20280101T000000Z", "20280601T000000Z"), expected);
    }

    #[test]
    fn what_does_not_recur_is_expanded_as_it_is() {
        let text = calendar(
            "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Zurich:20260701T090000\n\
             DTEND;TZID=America/New_York:20260701T090000\nEND:VEVENT\n",
        );
        let expected = calendar("BEGIN:VEVENT\nUID:1\nDTSTART:20260701T070000Z\nDTEND:20260701T130000Z\nEND:VEVENT\n");
        assert_eq!(expanded(&text, "20280101T000000Z", "20280601T000000Z"), expected);
        let todo = calendar("BEGIN:VTODO\nUID:1\nSUMMARY:Some day\nEND:VTODO\n");
        assert_eq!(expanded(&todo, "20280101T000000Z", "20280601T000000Z"), todo);
    }

    #[test]
    fn a_to_do_that_recurs_by_its_due_has_no_start() {
        let text =
            calendar("BEGIN:VTODO\nUID:1\nDUE;TZID=Europe/Zurich:20260701T090000\nRRULE:FREQ=DAILY\nEND:VTODO\n");
        let expected =
            calendar("BEGIN:VTODO\nUID:1\nDUE:20260710T070000Z\nRECURRENCE-ID:20260710T070000Z\nEND:VTODO\n");
        assert_eq!(expanded(&text, "20260710T000000Z", "20260711T000000Z"), expected);
    }

    #[test]
    fn too_many_instances_are_refused() {
        let text = calendar("BEGIN:VEVENT\nUID:1\nDTSTART:20260101T080000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\n");
        let request = DataRequest { expand: window("20260101T000000Z", "20270101T000000Z"), ..DataRequest::default() };
        assert!(matches!(try_projected(&text, &request, 364), Err(Error::TooManyInstances { limit: 364 })));
        assert!(try_projected(&text, &request, 365).is_ok());
    }

    #[test]
    fn overrides_that_do_not_concern_the_window_are_left_out() {
        let text = calendar(SERIES);
        let limited = |start: &str, end: &str| {
            projected(&text, &DataRequest { limit_recurrence: window(start, end), ..DataRequest::default() })
        };
        // It is in it; only its original time is in it (a day long).
        assert_eq!(limited("20260329T120000Z", "20260329T121500Z"), text);
        assert_eq!(limited("20260330T060000Z", "20260330T063000Z"), text);
        let without = limited("20260330T070000Z", "20260430T000000Z");
        assert!(!without.contains("Short watch") && without.contains("Long wa") && without.contains("VTIMEZONE"));
        let onwards = text.replace("RECURRENCE-ID;", "RECURRENCE-ID;RANGE=THISANDFUTURE;");
        let request =
            DataRequest { limit_recurrence: window("20260330T070000Z", "20260430T000000Z"), ..DataRequest::default() };
        assert!(projected(&onwards, &request).contains("Short watch"));
    }

    #[test]
    fn free_busy_periods_outside_are_left_out() {
        let text = calendar(
            "BEGIN:VFREEBUSY\nUID:1\nFREEBUSY;FBTYPE=BUSY:20260101T000000Z/PT1H,20260110T000000Z/PT1H\n\
             FREEBUSY:20260201T000000Z/20260201T010000Z\nEND:VFREEBUSY\n",
        );
        let request =
            DataRequest { limit_freebusy: window("20260110T003000Z", "20260201T000000Z"), ..DataRequest::default() };
        let expected = calendar("BEGIN:VFREEBUSY\nUID:1\nFREEBUSY;FBTYPE=BUSY:20260110T000000Z/PT1H\nEND:VFREEBUSY\n");
        assert_eq!(projected(&text, &request), expected);
    }

    #[test]
    fn named_components_and_properties_are_selected() {
        let property = |name: &str, no_value| PropertyRequest { name: name.into(), no_value };
        let event = ComponentRequest {
            name: "VEVENT".into(),
            properties: PropertySelection::Named(vec![property("SUMMARY", false), property("DTSTART", true)]),
            components: ComponentSelection::All,
        };
        let request = |components| DataRequest {
            components: Some(ComponentRequest {
                name: "VCALENDAR".into(),
                properties: PropertySelection::Named(vec![property("VERSION", false)]),
                components,
            }),
            ..DataRequest::default()
        };
        let expected = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nDTSTART;TZID=Home;X-A=b:\nSUMMARY:Long wa\n tch\n\
            BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\n\
            BEGIN:VEVENT\nDTSTART;TZID=Home:\nSUMMARY:Short watch\nEND:VEVENT\nEND:VCALENDAR\n";
        let text = calendar(SERIES);
        assert_eq!(projected(&text, &request(ComponentSelection::Named(vec![event]))), expected);
        let nothing = request(ComponentSelection::default());
        assert_eq!(projected(&text, &nothing), "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n");
    }
}
