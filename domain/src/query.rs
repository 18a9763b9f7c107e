//! calendar-query filters (RFC 4791 section 9.7): what they say, and whether an object matches.

use crate::Result;
use crate::ical::CalendarObject;
use crate::instances::Window;
use crate::time::Zone;

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

impl Filter {
    /// Whether `object` matches.
    pub fn matches(&self, object: &CalendarObject, instance_limit: usize) -> Result<bool> {
        let _ = (object, instance_limit);
        todo!()
    }

    /// A window outside of which nothing can match, for the index: the time-range of the only component that the filter asks for.
    pub fn window(&self) -> Window {
        todo!()
    }
}
