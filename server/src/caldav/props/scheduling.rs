//! Properties of the scheduling inbox and outbox (RFC 6638 section 9), and of messages.

use super::super::conditions::HTTP_DATE;
use super::super::message::etag;
use super::super::resource;
use super::super::target::InboxContent;
use super::super::xml::XmlWriter;
use super::{CalendarData, Live, write_privileges, write_resource_type};
use kalends_domain::scheduling::InboxItem;
use kalends_domain::sharing::Party;

/// What whoever owns an inbox may do with it; others send to it by what they invite to (RFC 6638 section 6.1).
const OF_INBOX: [&str; 8] = [
    "D:read",
    "D:unbind",
    "D:write-properties",
    "D:read-current-user-privilege-set",
    "C:schedule-deliver",
    "C:schedule-deliver-invite",
    "C:schedule-deliver-reply",
    "C:schedule-query-freebusy",
];
/// RFC 6638 section 6.2
const OF_OUTBOX: [&str; 6] = [
    "D:read",
    "D:read-current-user-privilege-set",
    "C:schedule-send",
    "C:schedule-send-invite",
    "C:schedule-send-reply",
    "C:schedule-send-freebusy",
];

/// The caller's inbox.
pub struct InboxView<'a> {
    pub content: &'a InboxContent,
}

impl InboxView<'_> {
    pub fn write(&self, property: Live, xml: &mut XmlWriter) -> bool {
        let tag = property.tag();
        let InboxContent { owner, sync_token, default_calendar, availability, .. } = self.content;
        match property {
            Live::ResourceType => write_resource_type(&["D:collection", "C:schedule-inbox"], xml),
            Live::DisplayName => xml.leaf(tag, "Invitations"),
            Live::Owner => xml.hrefs(tag, [resource::principal_href(&owner.slug).as_str()]),
            Live::CurrentUserPrivilegeSet => write_privileges(&OF_INBOX, xml),
            Live::SyncToken | Live::GetCtag => xml.leaf(tag, sync_token),
            Live::ScheduleDefaultCalendarUrl => xml.hrefs(tag, default_calendar.as_deref()),
            Live::CalendarAvailability => match availability {
                Some(availability) => xml.leaf(tag, availability),
                None => return false,
            },
            _ => return false,
        }
        true
    }
}

pub fn write_item(item: &InboxItem, data: &CalendarData<'_>, property: Live, xml: &mut XmlWriter) -> bool {
    let tag = property.tag();
    match property {
        Live::ResourceType => xml.empty(tag),
        Live::GetEtag => xml.leaf(tag, &etag(item)),
        Live::GetContentType => xml.leaf(tag, "text/calendar; charset=utf-8"),
        Live::GetContentLength => xml.leaf(tag, &item.text.len().to_string()),
        Live::GetLastModified => xml.leaf(tag, &item.received_at.format(HTTP_DATE).to_string()),
        Live::CurrentUserPrivilegeSet => write_privileges(&["D:read", "D:read-current-user-privilege-set"], xml),
        Live::CalendarData => match data {
            CalendarData::None => return false,
            CalendarData::Text(text) => xml.leaf(tag, text),
        },
        _ => return false,
    }
    true
}

pub fn write_outbox(owner: &Party, property: Live, xml: &mut XmlWriter) -> bool {
    let tag = property.tag();
    match property {
        Live::ResourceType => write_resource_type(&["D:collection", "C:schedule-outbox"], xml),
        Live::DisplayName => xml.leaf(tag, "Outbox"),
        Live::Owner => xml.hrefs(tag, [resource::principal_href(&owner.slug).as_str()]),
        Live::CurrentUserPrivilegeSet => write_privileges(&OF_OUTBOX, xml),
        _ => return false,
    }
    true
}
