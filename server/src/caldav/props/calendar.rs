//! Properties of calendar collections.

use super::super::conditions::HTTP_DATE;
use super::super::resource;
use super::super::xml::XmlWriter;
use super::{Live, Quota, write_privileges, write_resource_type};
use chrono::SecondsFormat;
use kalends_domain::access::{Access, Held};
use kalends_domain::calendars::DeadProperty;
use kalends_domain::changes::sync_token;
use kalends_ical::recurrence::Scale;

pub struct CalendarView<'a> {
    /// With the access of whoever asks.
    pub calendar: &'a Held,
    pub dead: &'a [DeadProperty],
    /// CALDAV:max-resource-size, in octets.
    pub object_octets: usize,
    /// Of the account; `None` when nobody asks.
    pub quota: Option<Quota>,
}

impl CalendarView<'_> {
    pub fn write(&self, property: Live, xml: &mut XmlWriter) -> bool {
        let details = &self.calendar.details;
        let tag = property.tag();
        match property {
            Live::ResourceType => write_resource_type(&["D:collection", "C:calendar"], xml),
            Live::DisplayName => xml.leaf(tag, &details.display_name),
            Live::GetLastModified => xml.leaf(tag, &self.calendar.changed_at.format(HTTP_DATE).to_string()),
            Live::CreationDate => {
                xml.leaf(tag, &self.calendar.created_at.to_rfc3339_opts(SecondsFormat::Secs, true));
            }
            Live::Owner => xml.hrefs(tag, [resource::principal_href(&self.calendar.owner_slug).as_str()]),
            Live::CurrentUserPrivilegeSet => write_privileges(privileges(self.calendar.access()), xml),
            Live::SupportedPrivilegeSet => write_supported_privileges(xml),
            // The revision is all that both have to tell, so one text serves.
            Live::SyncToken | Live::GetCtag => {
                xml.leaf(tag, &sync_token(self.calendar));
            }
            Live::CalendarDescription => match &details.description {
                Some(description) => xml.leaf(tag, description),
                None => return false,
            },
            Live::CalendarTimezone => match &details.timezone {
                Some(timezone) => xml.leaf(tag, timezone),
                None => return false,
            },
            Live::CalendarColor => xml.leaf(tag, &details.color),
            Live::CalendarOrder => xml.leaf(tag, &details.order.to_string()),
            Live::SupportedCalendarComponentSet => {
                xml.open(tag);
                for kind in &details.components {
                    xml.empty_with("C:comp", &[("name", kind.name())]);
                }
                xml.close(tag);
            }
            Live::SupportedCalendarData => {
                xml.open(tag);
                xml.empty_with("C:calendar-data", &[("content-type", "text/calendar"), ("version", "2.0")]);
                xml.close(tag);
            }
            Live::SupportedCollationSet => {
                xml.open(tag);
                for collation in ["i;ascii-casemap", "i;octet", "i;unicode-casemap"] {
                    xml.leaf("C:supported-collation", collation);
                }
                xml.close(tag);
            }
            // RFC 7529
            Live::SupportedRscaleSet => {
                xml.open(tag);
                for scale in Scale::all() {
                    xml.leaf("C:supported-rscale", scale.name());
                }
                xml.close(tag);
            }
            Live::MaxResourceSize => xml.leaf(tag, &self.object_octets.to_string()),
            _ => return false,
        }
        true
    }
}

const OWNED: [&str; 9] = [
    "D:all",
    "D:read",
    "C:read-free-busy",
    "D:read-current-user-privilege-set",
    "D:write",
    "D:write-properties",
    "D:write-content",
    "D:bind",
    "D:unbind",
];

/// What each level of access lets its holder do, in the terms of RFC 3744 and RFC 4791.
pub fn privileges(access: Access) -> &'static [&'static str] {
    match access {
        Access::None => &[],
        Access::FreeBusy => &["C:read-free-busy"],
        Access::Read => &["D:read", "C:read-free-busy", "D:read-current-user-privilege-set"],
        Access::Write => &[
            "D:read",
            "C:read-free-busy",
            "D:read-current-user-privilege-set",
            "D:write-content",
            "D:bind",
            "D:unbind",
        ],
        Access::Administer => &OWNED[1..],
        Access::Owner => &OWNED,
    }
}

/// DAV:supported-privilege-set (RFC 3744 section 5.3): the privileges above, each within the one that includes it.
fn write_supported_privileges(xml: &mut XmlWriter) {
    fn open(privilege: &str, description: &str, xml: &mut XmlWriter) {
        xml.open("D:supported-privilege");
        xml.open("D:privilege");
        xml.empty(privilege);
        xml.close("D:privilege");
        xml.open_with("D:description", &[("xml:lang", "en")]);
        xml.text(description);
        xml.close("D:description");
    }
    fn leaf(privilege: &str, description: &str, xml: &mut XmlWriter) {
        open(privilege, description, xml);
        xml.close("D:supported-privilege");
    }
    xml.open(Live::SupportedPrivilegeSet.tag());
    open("D:all", "Everything", xml);
    open("D:read", "Read the calendar", xml);
    leaf("C:read-free-busy", "Read when the owner is busy", xml);
    leaf("D:read-current-user-privilege-set", "Read one's own privileges", xml);
    xml.close("D:supported-privilege");
    open("D:write", "Change the calendar", xml);
    leaf("D:write-properties", "Change the calendar's properties", xml);
    leaf("D:write-content", "Change objects", xml);
    leaf("D:bind", "Add objects", xml);
    leaf("D:unbind", "Remove objects", xml);
    xml.close("D:supported-privilege");
    xml.close("D:supported-privilege");
    xml.close(Live::SupportedPrivilegeSet.tag());
}
