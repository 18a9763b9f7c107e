//! Properties of calendar object resources.

use super::super::conditions::HTTP_DATE;
use super::super::resource;
use super::super::xml::XmlWriter;
use super::acl::privileges_of;
use super::{Live, write_privileges};
use chrono::SecondsFormat;
use kalends_domain::access::Held;
use kalends_domain::objects::ObjectHead;
use kalends_domain::sharing::AccessList;
use kalends_ical::ComponentKind;

/// The value of CALDAV:calendar-data for one object.
pub enum CalendarData<'a> {
    /// Not part of the answer: PROPFIND never gives it (RFC 4791 section 9.6).
    None,
    Text(&'a str),
}

pub struct ObjectView<'a> {
    pub head: &'a ObjectHead,
    /// That it is in.
    pub calendar: &'a Held,
    /// Who has access to that; `None` when nobody asks.
    pub access_list: Option<&'a AccessList>,
    pub data: CalendarData<'a>,
}

/// The media type of an object (RFC 4791 section 5.3.4, RFC 5545 section 8.1).
pub fn content_type(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Event => "text/calendar; charset=utf-8; component=vevent",
        ComponentKind::Todo => "text/calendar; charset=utf-8; component=vtodo",
        ComponentKind::Journal => "text/calendar; charset=utf-8; component=vjournal",
        ComponentKind::FreeBusy => "text/calendar; charset=utf-8; component=vfreebusy",
    }
}

impl ObjectView<'_> {
    pub fn write(&self, property: Live, xml: &mut XmlWriter) -> bool {
        let tag = property.tag();
        match property {
            Live::ResourceType => xml.empty(tag),
            Live::GetEtag => xml.leaf(tag, &self.head.etag),
            Live::ScheduleTag => match &self.head.schedule_tag {
                Some(schedule_tag) => xml.leaf(tag, &format!("\"{schedule_tag}\"")),
                None => return false,
            },
            Live::GetContentType => xml.leaf(tag, content_type(self.head.kind)),
            // That of what is shown otherwise than it is stored is known once it is read.
            Live::GetContentLength if self.head.altered => return false,
            Live::GetContentLength => xml.leaf(tag, &self.head.size.to_string()),
            Live::GetLastModified => xml.leaf(tag, &self.head.modified_at.format(HTTP_DATE).to_string()),
            Live::CreationDate => xml.leaf(tag, &self.head.created_at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            Live::Owner => xml.hrefs(tag, [resource::principal_href(&self.calendar.owner_slug).as_str()]),
            Live::CurrentUserPrivilegeSet => write_privileges(&privileges_of(self.calendar), xml),
            Live::CalendarData => match self.data {
                CalendarData::None => return false,
                CalendarData::Text(text) => xml.leaf(tag, text),
            },
            _ => return false,
        }
        true
    }
}
