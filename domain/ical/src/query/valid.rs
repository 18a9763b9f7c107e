//! What a filter may say (RFC 4791 sections 7.8, 9.7 and 9.9): where components stand, and what a time range can be about.

use super::{ComponentFilter, NAME, PropertyFilter};

/// The components that have a place of their own, and which may be in which.
const INSIDE: [(&str, &[&str]); 10] = [
    (NAME, &["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"]),
    ("VEVENT", &["VALARM"]),
    ("VTODO", &["VALARM"]),
    ("VJOURNAL", &[]),
    ("VFREEBUSY", &[]),
    ("VALARM", &[]),
    ("VTIMEZONE", &["STANDARD", "DAYLIGHT"]),
    ("STANDARD", &[]),
    ("DAYLIGHT", &[]),
    ("VAVAILABILITY", &["AVAILABLE"]),
];

/// The components that RFC 4791 section 9.9 says the overlap of.
const TIMED: [&str; 5] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VALARM"];

/// The properties whose values are dates, times or periods of time, or can be (RFC 5545 section 3.8, RFC 7808 section 7.1,
/// RFC 9074 section 6.1).
const DATED: [&str; 14] = [
    "COMPLETED",
    "DTEND",
    "DUE",
    "DTSTART",
    "FREEBUSY",
    "RECURRENCE-ID",
    "EXDATE",
    "RDATE",
    "TRIGGER",
    "CREATED",
    "DTSTAMP",
    "LAST-MODIFIED",
    "TZUNTIL",
    "ACKNOWLEDGED",
];

impl ComponentFilter {
    /// Checks the filter on VCALENDAR and all in it (CALDAV:valid-filter).
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        if self.name != NAME {
            return Err("The outermost comp-filter is on VCALENDAR.".to_owned());
        }
        self.check_inside()
    }

    fn check_inside(&self) -> Result<(), String> {
        if self.time_range.is_some() && !TIMED.contains(&self.name.as_str()) {
            return Err(format!("A time-range cannot be on {}.", self.name));
        }
        self.properties.iter().try_for_each(PropertyFilter::check)?;
        for inner in &self.components {
            if !may_be_in(&inner.name, &self.name) {
                return Err(format!("{} cannot be in {}.", inner.name, self.name));
            }
            inner.check_inside()?;
        }
        Ok(())
    }
}

impl PropertyFilter {
    fn check(&self) -> Result<(), String> {
        // What a property of somebody's own holds is told by its VALUE.
        let has_times = DATED.contains(&self.name.as_str()) || self.name.starts_with("X-");
        if self.time_range.is_some() && !has_times {
            return Err(format!("A time-range cannot be on {}, which holds no dates or times.", self.name));
        }
        Ok(())
    }
}

/// Whether a component `inner` can be in a component `outer`. Those that are not known can be anywhere and hold anything but a
/// calendar.
fn may_be_in(inner: &str, outer: &str) -> bool {
    let has_a_place = INSIDE.iter().any(|(_, parts)| parts.contains(&inner));
    match INSIDE.iter().find(|(name, _)| *name == outer) {
        Some((_, parts)) if has_a_place => parts.contains(&inner),
        _ => inner != NAME,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::instances::Window;

    /// `names` from the outside in, the innermost with a time range if it ends in `@`.
    fn nested(names: &str) -> ComponentFilter {
        let mut filter: Option<ComponentFilter> = None;
        for name in names.rsplit(' ') {
            let time_range = name.ends_with('@').then_some(Window { start: None, end: None });
            let name = name.trim_end_matches('@').to_owned();
            filter = Some(ComponentFilter {
                name,
                time_range,
                components: filter.into_iter().collect(),
                ..ComponentFilter::default()
            });
        }
        filter.unwrap()
    }

    #[test]
    fn components_are_where_they_belong() {
        for good in [
            "VCALENDAR",
            "VCALENDAR VEVENT@",
            "VCALENDAR VTODO@",
            "VCALENDAR VJOURNAL@",
            "VCALENDAR VFREEBUSY@",
            "VCALENDAR VEVENT VALARM@",
            "VCALENDAR VTODO VALARM@",
            "VCALENDAR VEVENT VALARM VLOCATION",
            "VCALENDAR VEVENT PARTICIPANT VLOCATION",
            "VCALENDAR VTIMEZONE DAYLIGHT",
            "VCALENDAR VAVAILABILITY AVAILABLE",
            "VCALENDAR X-COMP X-INNER",
            "VCALENDAR X-COMP VALARM",
        ] {
            assert_eq!(nested(good).check(), Ok(()), "{good}");
        }
        for bad in [
            "VEVENT",
            "X-COMP",
            "VCALENDAR@",
            "VCALENDAR VCALENDAR",
            "VCALENDAR X-COMP VCALENDAR",
            "VCALENDAR VALARM",
            "VCALENDAR VALARM@",
            "VCALENDAR STANDARD",
            "VCALENDAR AVAILABLE",
            "VCALENDAR VTODO VEVENT",
            "VCALENDAR VEVENT VEVENT",
            "VCALENDAR VEVENT VTIMEZONE",
            "VCALENDAR VEVENT VALARM VEVENT",
            "VCALENDAR VEVENT VALARM VALARM",
            "VCALENDAR VJOURNAL VALARM",
            "VCALENDAR VTIMEZONE VEVENT",
            "VCALENDAR VTIMEZONE@",
            "VCALENDAR VTIMEZONE STANDARD@",
            "VCALENDAR VAVAILABILITY@",
            "VCALENDAR X-COMP@",
            "VCALENDAR X-COMP X-INNER@",
        ] {
            assert!(nested(bad).check().is_err(), "{bad}");
        }
        assert_eq!(nested("VCALENDAR VTODO VEVENT").check().unwrap_err(), "VEVENT cannot be in VTODO.");
    }

    #[test]
    fn time_ranges_are_on_times() {
        let on = |name: &str| {
            let property = PropertyFilter {
                name: name.to_owned(),
                time_range: Some(Window { start: None, end: None }),
                ..PropertyFilter::default()
            };
            let mut filter = nested("VCALENDAR VEVENT");
            filter.components[0].properties.push(property);
            filter.check()
        };
        for name in ["DTSTART", "DUE", "LAST-MODIFIED", "RDATE", "FREEBUSY", "X-MOZ-LASTACK"] {
            assert_eq!(on(name), Ok(()), "{name}");
        }
        for name in ["SUMMARY", "UID", "DURATION", "RRULE", "ATTENDEE", "SEQUENCE"] {
            assert!(on(name).unwrap_err().contains(name), "{name}");
        }
    }
}
