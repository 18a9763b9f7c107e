//! calendar-query filters (RFC 4791 section 9.7): what they say, and whether an object matches.

mod text;
mod time;
mod valid;

use crate::Result;
use crate::instances::Window;
use crate::syntax::{Component, Property};
use crate::time::Zone;
use crate::{CalendarObject, ComponentKind};

/// The comp-filter on VCALENDAR, with the zone that floating times are read in (CALDAV:timezone, else the calendar's, else UTC).
#[derive(Clone, Debug)]
pub struct Filter {
    pub calendar: ComponentFilter,
    pub floating: Zone,
}

/// CALDAV:comp-filter (RFC 4791 section 9.7.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentFilter {
    /// Upper case.
    pub name: String,
    pub is_not_defined: bool,
    pub time_range: Option<Window>,
    pub properties: Vec<PropertyFilter>,
    pub components: Vec<ComponentFilter>,
}

/// CALDAV:prop-filter (RFC 4791 section 9.7.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyFilter {
    /// Upper case.
    pub name: String,
    pub is_not_defined: bool,
    pub time_range: Option<Window>,
    pub text_match: Option<TextMatch>,
    pub params: Vec<ParameterFilter>,
}

/// CALDAV:param-filter (RFC 4791 section 9.7.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParameterFilter {
    /// Upper case.
    pub name: String,
    pub is_not_defined: bool,
    pub text_match: Option<TextMatch>,
}

/// CALDAV:text-match (RFC 4791 section 9.7.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMatch {
    pub text: String,
    pub collation: Collation,
    pub negate: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Collation {
    /// i;ascii-casemap, the default.
    #[default]
    AsciiCasemap,
    /// i;octet
    Octet,
    /// i;unicode-casemap (RFC 5051), as Unicode simple case folding.
    UnicodeCasemap,
}

const NAME: &str = "VCALENDAR";

impl Filter {
    /// Whether `object` matches.
    ///
    /// # Errors
    /// `TooManyInstances` for a series made so that it cannot be told in reasonable time.
    pub fn matches(&self, object: &CalendarObject) -> Result<bool> {
        if self.calendar.name != NAME {
            return Ok(self.calendar.is_not_defined);
        }
        if self.calendar.is_not_defined {
            return Ok(false);
        }
        let evaluation = Evaluation { object, floating: &self.floating };
        // RFC 4791 section 9.9 gives a time range on VCALENDAR itself no meaning.
        Ok(self.calendar.time_range.is_none() && evaluation.fits(&self.calendar, &object.calendar, None)?)
    }

    /// A window outside of which nothing can match, for the index: the time-range of the only component that the filter asks for.
    pub fn window(&self) -> Window {
        self.wanted().find_map(|(_, filter)| filter.time_range).unwrap_or(Window { start: None, end: None })
    }

    /// The only type of object that can match, for the index.
    pub fn kind(&self) -> Option<ComponentKind> {
        self.wanted().next().map(|(kind, _)| kind)
    }

    /// Whether every object of its [`kind`](Self::kind) matches: there is nothing to look into.
    pub fn is_only_kind(&self) -> bool {
        let bare = |filter: &ComponentFilter| {
            filter.time_range.is_none() && filter.properties.is_empty() && filter.components.is_empty()
        };
        let filter = &self.calendar;
        filter.name == NAME
            && !filter.is_not_defined
            && filter.time_range.is_none()
            && filter.properties.is_empty()
            && filter.components.len() <= 1
            && self.wanted().all(|(_, filter)| bare(filter))
            && self.wanted().count() == filter.components.len()
    }

    /// The types of component that an object must have, each with what the filter says about it.
    fn wanted(&self) -> impl Iterator<Item = (ComponentKind, &ComponentFilter)> {
        let filters = if self.calendar.is_not_defined { &[][..] } else { &self.calendar.components };
        filters
            .iter()
            .filter(|filter| !filter.is_not_defined)
            .filter_map(|filter| Some((ComponentKind::from_name(&filter.name)?, filter)))
    }
}

/// One object under one filter.
struct Evaluation<'a> {
    object: &'a CalendarObject,
    floating: &'a Zone,
}

impl Evaluation<'_> {
    /// Whether a component inside `parent` matches `filter`. `entry` is the index of the calendar's component that `parent` is
    /// or stands in; `None`: `parent` is the calendar.
    fn any(&self, filter: &ComponentFilter, parent: &Component, entry: Option<usize>) -> Result<bool> {
        let mut named = parent.components.iter().enumerate().filter(|(_, component)| component.name == filter.name);
        if filter.is_not_defined {
            return Ok(named.next().is_none());
        }
        let mut fitting = Vec::new();
        for (index, component) in named {
            let entry = entry.unwrap_or(index);
            if self.fits(filter, component, Some(entry))? {
                fitting.push((component, entry));
            }
        }
        match filter.time_range {
            Some(window) => self.any_in(window, &fitting, entry.is_none()),
            None => Ok(!fitting.is_empty()),
        }
    }

    /// Whether what `filter` says about properties and inner components is true of `component`.
    fn fits(&self, filter: &ComponentFilter, component: &Component, entry: Option<usize>) -> Result<bool> {
        if !filter.properties.iter().all(|property| self.any_property(property, component)) {
            return Ok(false);
        }
        for inner in &filter.components {
            if !self.any(inner, component, entry)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether one property of `component` has everything that `filter` asks for.
    fn any_property(&self, filter: &PropertyFilter, component: &Component) -> bool {
        let mut named = component.properties.iter().filter(|property| property.name == filter.name);
        if filter.is_not_defined {
            return named.next().is_none();
        }
        named.any(|property| {
            filter.text_match.as_ref().is_none_or(|text| text.matches(&property.text()))
                && filter.time_range.is_none_or(|window| self.property_is_in(window, property))
                && filter.params.iter().all(|param| param.matches(property))
        })
    }
}

impl ParameterFilter {
    fn matches(&self, property: &Property) -> bool {
        let mut named = property.params.iter().filter(|parameter| parameter.name == self.name).peekable();
        if self.is_not_defined {
            return named.peek().is_none();
        }
        match &self.text_match {
            Some(text) => named.flat_map(|parameter| &parameter.values).any(|value| text.matches(value)),
            None => named.peek().is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Limits;
    use chrono::{DateTime, NaiveDateTime, Utc};
    use chrono_tz::Tz;

    fn object(lines: &str) -> CalendarObject {
        let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{lines}\nEND:VCALENDAR\n");
        CalendarObject::parse(&text, &Limits::default()).unwrap()
    }

    fn event(lines: &str) -> CalendarObject {
        object(&format!("BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT"))
    }

    fn instant(text: &str) -> Option<DateTime<Utc>> {
        (!text.is_empty()).then(|| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap().and_utc())
    }

    fn window(start: &str, end: &str) -> Window {
        Window { start: instant(start), end: instant(end) }
    }

    fn component(name: &str) -> ComponentFilter {
        ComponentFilter { name: name.to_owned(), ..ComponentFilter::default() }
    }

    fn filter(inner: ComponentFilter) -> Filter {
        Filter {
            calendar: ComponentFilter { components: vec![inner], ..component("VCALENDAR") },
            floating: Zone::Iana(Tz::Europe__Zurich),
        }
    }

    fn in_window(name: &str, start: &str, end: &str) -> Filter {
        filter(ComponentFilter { time_range: Some(window(start, end)), ..component(name) })
    }

    fn with_property(property: PropertyFilter) -> Filter {
        filter(ComponentFilter { properties: vec![property], ..component("VEVENT") })
    }

    fn text(text: &str) -> Option<TextMatch> {
        Some(TextMatch { text: text.to_owned(), collation: Collation::AsciiCasemap, negate: false })
    }

    fn matches(filter: &Filter, object: &CalendarObject) -> bool {
        filter.matches(object).unwrap()
    }

    #[test]
    fn the_type_of_component_decides() {
        let event = event("DTSTART:20260101T090000Z");
        assert!(matches(&filter(component("VEVENT")), &event));
        assert!(!matches(&filter(component("VTODO")), &event));
        let no_todo = ComponentFilter { is_not_defined: true, ..component("VTODO") };
        assert!(matches(&filter(no_todo.clone()), &event));
        let no_event = ComponentFilter { is_not_defined: true, ..component("VEVENT") };
        assert!(!matches(&filter(no_event), &event));
        let bare = Filter { calendar: component("VCALENDAR"), floating: Zone::UTC };
        assert!(matches(&bare, &event));
        let other = Filter { calendar: component("VCARD"), floating: Zone::UTC };
        assert!(!matches(&other, &event));
        assert!(filter(component("VEVENT")).is_only_kind() && bare.is_only_kind());
        assert!(!filter(no_todo).is_only_kind());
        assert!(!filter(component("VALARM")).is_only_kind());
        assert!(!in_window("VEVENT", "20260101T000000Z", "").is_only_kind());
    }

    #[test]
    fn the_index_learns_what_can_match() {
        let filter = in_window("VTODO", "20260101T000000Z", "20260201T000000Z");
        assert_eq!(filter.kind(), Some(ComponentKind::Todo));
        assert_eq!(filter.window(), window("20260101T000000Z", "20260201T000000Z"));
        let nested = ComponentFilter {
            components: vec![ComponentFilter {
                time_range: Some(window("20260101T000000Z", "")),
                ..component("VALARM")
            }],
            ..component("VEVENT")
        };
        // An alarm may go off long before its event.
        assert_eq!(self::filter(nested).window(), window("", ""));
        let absent = ComponentFilter {
            is_not_defined: true,
            time_range: Some(window("20260101T000000Z", "")),
            ..component("VEVENT")
        };
        assert_eq!((self::filter(absent.clone()).kind(), self::filter(absent).window()), (None, window("", "")));
    }

    #[test]
    fn properties_are_matched_one_by_one() {
        let object = event(
            "DTSTART:20260101T090000Z\nSUMMARY:Plan\\, then act\nATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.com\n\
             ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Ben:mailto:ben@example.com\nCATEGORIES:Work,Private",
        );
        let property = |name: &str| PropertyFilter { name: name.to_owned(), ..PropertyFilter::default() };
        let named = |name: &str, of: &str| PropertyFilter { text_match: text(of), ..property(name) };
        let is = |filter: PropertyFilter| matches(&with_property(filter), &object);
        assert!(is(property("SUMMARY")) && !is(property("LOCATION")));
        assert!(is(PropertyFilter { is_not_defined: true, ..property("LOCATION") }));
        assert!(!is(PropertyFilter { is_not_defined: true, ..property("SUMMARY") }));
        assert!(is(named("SUMMARY", "plan, THEN")) && !is(named("SUMMARY", "later")));
        assert!(is(named("CATEGORIES", "private")));

        let param = |name: &str, of: &str| ParameterFilter {
            name: name.to_owned(),
            text_match: text(of),
            ..ParameterFilter::default()
        };
        let attendee = |who: &str, param: ParameterFilter| PropertyFilter {
            text_match: text(who),
            params: vec![param],
            ..property("ATTENDEE")
        };
        assert!(is(attendee("ben", param("PARTSTAT", "needs-action"))));
        assert!(!is(attendee("anna", param("PARTSTAT", "needs-action"))));
        let without =
            |name: &str| ParameterFilter { name: name.to_owned(), is_not_defined: true, ..ParameterFilter::default() };
        assert!(is(attendee("anna", without("CN"))) && !is(attendee("ben", without("CN"))));
        let with = |name: &str| ParameterFilter { name: name.to_owned(), ..ParameterFilter::default() };
        assert!(is(attendee("ben", with("CN"))) && !is(attendee("anna", with("CN"))));
    }

    #[test]
    fn one_component_has_to_have_everything() {
        let object = object(
            "BEGIN:VEVENT\nUID:1\nDTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;COUNT=3\nSUMMARY:Stand-up\nEND:VEVENT\n\
             BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260102T090000Z\nDTSTART:20260102T150000Z\nSUMMARY:Retro\n\
             LOCATION:Attic\nEND:VEVENT",
        );
        let property = |name: &str, of: &str| PropertyFilter {
            name: name.to_owned(),
            text_match: text(of),
            ..PropertyFilter::default()
        };
        let both = |first, second| filter(ComponentFilter { properties: vec![first, second], ..component("VEVENT") });
        assert!(matches(&both(property("SUMMARY", "retro"), property("LOCATION", "attic")), &object));
        assert!(!matches(&both(property("SUMMARY", "stand"), property("LOCATION", "attic")), &object));
        let named = |summary: &str, start: &str, end: &str| {
            filter(ComponentFilter {
                properties: vec![property("SUMMARY", summary)],
                time_range: Some(window(start, end)),
                ..component("VEVENT")
            })
        };
        assert!(matches(&named("retro", "20260102T000000Z", "20260103T000000Z"), &object));
        // On that day there is only the other instance.
        assert!(!matches(&named("stand", "20260102T000000Z", "20260103T000000Z"), &object));
        assert!(!matches(&named("retro", "20260103T000000Z", "20260104T000000Z"), &object));
        assert!(!matches(&named("retro", "20260103T000000Z", ""), &object));
    }

    #[test]
    fn instances_overlap_a_window() {
        let daily =
            event("DTSTART:20200101T090000Z\nDTEND:20200101T100000Z\nRRULE:FREQ=DAILY\nEXDATE:20260102T090000Z");
        let is = |start: &str, end: &str| matches(&in_window("VEVENT", start, end), &daily);
        assert!(is("20260101T000000Z", "20260102T000000Z"));
        assert!(!is("20260102T000000Z", "20260103T000000Z"));
        assert!(is("20260103T095900Z", "20260103T120000Z"));
        assert!(!is("20260103T100000Z", "20260103T120000Z"));
        assert!(!is("", "20200101T090000Z"));
        // More instances than one expansion may have, and windows without an end.
        assert!(is("", "20200101T090001Z") && is("20500101T000000Z", "") && is("", ""));
        assert!(is("19000101T000000Z", "29000101T000000Z"));
        let ended = event("DTSTART:20200101T090000Z\nRRULE:FREQ=DAILY;UNTIL=20200110T090000Z");
        assert!(!matches(&in_window("VEVENT", "20200111T000000Z", ""), &ended));
        assert!(matches(&in_window("VEVENT", "20200110T000000Z", ""), &ended));
    }

    #[test]
    fn days_and_floating_times_are_read_in_the_given_zone() {
        let day = event("DTSTART;VALUE=DATE:20260701");
        assert!(matches(&in_window("VEVENT", "20260630T210000Z", "20260630T220001Z"), &day));
        assert!(!matches(&in_window("VEVENT", "20260630T210000Z", "20260630T220000Z"), &day));
        assert!(!matches(&in_window("VEVENT", "20260701T220000Z", "20260702T000000Z"), &day));
        let floating = event("DTSTART:20260701T120000\nDURATION:PT1H");
        assert!(matches(&in_window("VEVENT", "20260701T105900Z", "20260701T120000Z"), &floating));
        assert!(!matches(&in_window("VEVENT", "20260701T110000Z", "20260701T120000Z"), &floating));
    }

    #[test]
    fn todos_overlap_by_what_dates_they_have() {
        let todo = |lines: &str| object(&format!("BEGIN:VTODO\nUID:1\n{lines}\nEND:VTODO"));
        let is = |lines: &str| matches(&in_window("VTODO", "20260110T000000Z", "20260111T000000Z"), &todo(lines));
        assert!(is("SUMMARY:Some day"));
        assert!(is("DUE:20260110T120000Z") && !is("DUE:20260112T120000Z"));
        assert!(is("DTSTART:20260109T000000Z\nDUE:20260112T000000Z"));
        assert!(is("DTSTART:20260109T000000Z\nDURATION:P5D") && !is("DTSTART:20260101T000000Z\nDURATION:P1D"));
        assert!(is("COMPLETED:20260110T120000Z") && !is("COMPLETED:20260109T120000Z\nCREATED:20260108T120000Z"));
        assert!(is("CREATED:20260110T120000Z") && !is("CREATED:20260111T120000Z"));
        assert!(is("DUE:20251201T080000Z\nRRULE:FREQ=DAILY") && !is("DUE:20251201T080000Z\nRRULE:FREQ=MONTHLY"));
    }

    #[test]
    fn journals_overlap_by_their_start() {
        let journal = |lines: &str| object(&format!("BEGIN:VJOURNAL\nUID:1\n{lines}\nEND:VJOURNAL"));
        let is = |lines: &str| matches(&in_window("VJOURNAL", "20260110T120000Z", "20260111T000000Z"), &journal(lines));
        assert!(is("DTSTART:20260110T120000Z") && !is("DTSTART:20260110T115959Z"));
        assert!(is("DTSTART;VALUE=DATE:20260110") && !is("DTSTART;VALUE=DATE:20260109"));
        assert!(!is("SUMMARY:Without a date"));
    }

    #[test]
    fn free_busy_overlaps_as_a_whole_or_by_its_periods() {
        let busy =
            |lines: &str| object(&format!("BEGIN:VFREEBUSY\nUID:1\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VFREEBUSY"));
        let is = |lines: &str| matches(&in_window("VFREEBUSY", "20260110T000000Z", "20260111T000000Z"), &busy(lines));
        assert!(is("DTSTART:20260101T000000Z\nDTEND:20260201T000000Z"));
        assert!(!is("DTSTART:20260111T000000Z\nDTEND:20260201T000000Z"));
        assert!(is("FREEBUSY:20260108T000000Z/PT1H,20260110T233000Z/PT1H"));
        assert!(!is("FREEBUSY:20260108T000000Z/PT1H,20260111T000000Z/20260111T010000Z"));
        assert!(!is("X-NOTHING:1"));
    }

    fn alarm_in(start: &str, end: &str) -> Filter {
        let alarm = ComponentFilter { time_range: Some(window(start, end)), ..component("VALARM") };
        filter(ComponentFilter { components: vec![alarm], ..component("VEVENT") })
    }

    #[test]
    fn alarms_go_off_in_a_window() {
        let with =
            |lines: &str, alarm: &str| event(&format!("{lines}\nBEGIN:VALARM\nACTION:AUDIO\n{alarm}\nEND:VALARM"));
        let day = alarm_in("20260110T000000Z", "20260111T000000Z");
        let series = "DTSTART:20200107T090000Z\nDTEND:20200107T100000Z\nRRULE:FREQ=WEEKLY";
        // Every Tuesday; 10 January 2026 is a Saturday.
        assert!(matches(&day, &with(series, "TRIGGER:-P2DT12H")));
        assert!(!matches(&day, &with(series, "TRIGGER:-PT15M")));
        assert!(matches(&day, &with(series, "TRIGGER;RELATED=END:P4D")));
        assert!(!matches(&day, &with(series, "TRIGGER;RELATED=END:P4DT14H")));
        let once = "DTSTART:20260301T090000Z";
        assert!(matches(&day, &with(once, "TRIGGER;VALUE=DATE-TIME:20260110T080000Z")));
        assert!(!matches(&day, &with(once, "TRIGGER;VALUE=DATE-TIME:20260111T000000Z")));
        assert!(matches(&day, &with(once, "TRIGGER:-P60D\nREPEAT:10\nDURATION:P1D")));
        assert!(!matches(&day, &with(once, "TRIGGER:-P60D\nREPEAT:9\nDURATION:P1D")));
        assert!(!matches(&day, &with(once, "TRIGGER:-P60D\nREPEAT:9000000000000000000\nDURATION:P3650D")));
        assert!(!matches(&day, &with(once, "TRIGGER:whenever")));
        assert!(matches(&alarm_in("20300101T000000Z", ""), &with(series, "TRIGGER:-PT15M")));
        // Days count by the calendar: the night between is an hour shorter.
        let spring = "DTSTART;TZID=Europe/Zurich:20260329T090000";
        assert!(matches(&alarm_in("20260328T080000Z", "20260328T080001Z"), &with(spring, "TRIGGER:-P1D")));
        assert!(matches(&alarm_in("20260328T070000Z", "20260328T070001Z"), &with(spring, "TRIGGER:-PT24H")));
    }

    #[test]
    fn a_missing_alarm_can_be_asked_for() {
        let none = ComponentFilter { is_not_defined: true, ..component("VALARM") };
        let filter = filter(ComponentFilter { components: vec![none], ..component("VEVENT") });
        assert!(matches(&filter, &event("DTSTART:20260101T090000Z")));
        let alarm = "DTSTART:20260101T090000Z\nBEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT5M\nEND:VALARM";
        assert!(!matches(&filter, &event(alarm)));
    }

    #[test]
    fn dates_of_properties_are_in_a_window() {
        let in_january = |name: &str| {
            with_property(PropertyFilter {
                name: name.to_owned(),
                time_range: Some(window("20260101T000000Z", "20260201T000000Z")),
                ..PropertyFilter::default()
            })
        };
        let object = event(
            "DTSTART;VALUE=DATE:20260201\nCREATED:20260131T235959Z\nLAST-MODIFIED:20260201T000000Z\n\
             RDATE;VALUE=DATE:20260501,20260115\nSUMMARY:20260115",
        );
        assert!(matches(&in_january("CREATED"), &object) && !matches(&in_january("LAST-MODIFIED"), &object));
        assert!(matches(&in_january("RDATE"), &object));
        // In Zurich the day begins while it is still January in UTC.
        assert!(matches(&in_january("DTSTART"), &object));
    }

    #[test]
    fn a_time_range_on_another_component_matches_nothing() {
        let zone = crate::time::vtimezone(Tz::Europe__Zurich, chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
        let object =
            object(&format!("{zone}BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Zurich:20260101T090000\nEND:VEVENT"));
        assert!(matches(&filter(component("VTIMEZONE")), &object));
        assert!(!matches(&in_window("VTIMEZONE", "20260101T000000Z", "20270101T000000Z"), &object));
    }
}
