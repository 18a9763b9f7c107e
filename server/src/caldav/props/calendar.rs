//! Properties of calendar collections.

use super::super::conditions::HTTP_DATE;
use super::super::notification::calendar_href;
use super::super::resource;
use super::super::xml::XmlWriter;
use super::acl::privileges_of;
use super::{Live, Quota, sharing, write_privileges, write_resource_type};
use chrono::SecondsFormat;
use kalends_domain::access::Held;
use kalends_domain::calendars::DeadProperty;
use kalends_domain::changes::sync_token;
use kalends_domain::sharing::AccessList;
use kalends_ical::recurrence::Scale;

pub struct CalendarView<'a> {
    /// With the access of whoever asks.
    pub calendar: &'a Held,
    pub dead: &'a [DeadProperty],
    /// CALDAV:max-resource-size, in octets.
    pub object_octets: usize,
    /// Of the account; `None` when nobody asks.
    pub quota: Option<Quota>,
    /// Who has access; `None` when nobody asks.
    pub access_list: Option<&'a AccessList>,
}

impl CalendarView<'_> {
    pub fn write(&self, property: Live, xml: &mut XmlWriter) -> bool {
        let details = &self.calendar.details;
        let tag = property.tag();
        match property {
            Live::ResourceType => {
                let shared = sharing::resource_type(self.calendar);
                let types: Vec<&str> = ["D:collection", "C:calendar"].into_iter().chain(shared).collect();
                write_resource_type(&types, xml);
            }
            Live::AllowedSharingModes if self.calendar.may_administer() => {
                xml.open(tag);
                xml.empty("CS:can-be-shared");
                xml.close(tag);
            }
            Live::SharedUrl if self.calendar.is_shared_with_caller() => {
                xml.hrefs(tag, [calendar_href(self.calendar.owner(), &self.calendar.slug).as_str()]);
            }
            Live::DisplayName => xml.leaf(tag, &details.display_name),
            Live::GetLastModified => xml.leaf(tag, &self.calendar.changed_at.format(HTTP_DATE).to_string()),
            Live::CreationDate => {
                xml.leaf(tag, &self.calendar.created_at.to_rfc3339_opts(SecondsFormat::Secs, true));
            }
            Live::Owner => xml.hrefs(tag, [resource::principal_href(&self.calendar.owner_slug).as_str()]),
            Live::CurrentUserPrivilegeSet => write_privileges(&privileges_of(self.calendar), xml),
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
            // RFC 6638 section 9.1
            Live::ScheduleCalendarTransp => {
                xml.open(tag);
                xml.empty(if self.calendar.keeps_free() { "C:transparent" } else { "C:opaque" });
                xml.close(tag);
            }
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
