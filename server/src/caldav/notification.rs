//! What somebody is told of shares, as a document (caldav-sharing sections 4 and 6.24), and what it has in common with the properties of
//! shared calendars.

use super::resource::{self, Resource};
use super::xml::XmlWriter;
use kalends_domain::access::Access;
use kalends_domain::share_notices::{ShareNotice, ShareState};
use kalends_domain::sharing::Party;
use sha2::{Digest, Sha256};

/// The text of a notification, with its entity tag, which comes from the text.
pub struct Document {
    pub text: String,
    pub etag: String,
}

/// Where a calendar is in the home of its owner.
pub fn calendar_href(owner: &Party, slug: &str) -> String {
    Resource::Calendar { owner: owner.slug.clone(), slug: slug.to_owned() }.href()
}

/// CS:uid of the invitation of somebody to a calendar: the same as long as it is shared with them.
fn invitation_uid(notice: &ShareNotice) -> String {
    format!("share-{}-{}", notice.calendar.0, notice.about.slug)
}

/// The number of the calendar that an invitation is to.
pub fn invited_to(uid: &str) -> Option<i64> {
    let (calendar, _) = uid.strip_prefix("share-")?.split_once('-')?;
    calendar.parse().ok()
}

/// How far something is shared, in the two levels that CS:access has.
pub fn write_access(access: Access, xml: &mut XmlWriter) {
    xml.open("CS:access");
    xml.empty(match access {
        Access::None | Access::FreeBusy | Access::Read => "CS:read",
        Access::Write | Access::Administer | Access::Owner => "CS:read-write",
    });
    xml.close("CS:access");
}

/// CS:organizer: whose calendar it is.
pub fn write_organizer(owner: &Party, xml: &mut XmlWriter) {
    xml.open("CS:organizer");
    xml.leaf("D:href", &resource::principal_href(&owner.slug));
    xml.leaf("CS:common-name", &owner.display_name);
    xml.close("CS:organizer");
}

/// What kind of notification it is: the element in the document, and the one in CS:notificationtype.
pub fn kind(notice: &ShareNotice) -> (&'static str, &'static [(&'static str, &'static str)]) {
    match notice.is_reply {
        true => ("CS:invite-reply", &[]),
        // Apple's server shares other things as well.
        false => ("CS:invite-notification", &[("shared-type", "calendar")]),
    }
}

impl Document {
    pub fn of(notice: &ShareNotice) -> Self {
        let (tag, attributes) = kind(notice);
        let mut xml = XmlWriter::new();
        xml.open_root("CS:notification");
        xml.leaf("CS:dtstamp", &notice.at.format("%Y%m%dT%H%M%SZ").to_string());
        xml.open_with(tag, attributes);
        let sharee = resource::principal_href(&notice.about.slug);
        if notice.is_reply {
            xml.leaf("D:href", &sharee);
            xml.empty(state_tag(notice.state));
            xml.hrefs("CS:hosturl", [calendar_href(&notice.owner, &notice.slug).as_str()]);
            xml.leaf("CS:in-reply-to", &invitation_uid(notice));
            xml.leaf("CS:summary", &notice.name);
        } else {
            xml.leaf("CS:uid", &invitation_uid(notice));
            xml.leaf("D:href", &sharee);
            xml.empty(state_tag(notice.state));
            write_access(notice.access, &mut xml);
            xml.hrefs("CS:hosturl", [calendar_href(&notice.owner, &notice.slug).as_str()]);
            write_organizer(&notice.owner, &mut xml);
            xml.leaf("CS:summary", &notice.name);
            xml.open("C:supported-calendar-component-set");
            for component in &notice.components {
                xml.empty_with("C:comp", &[("name", component.name())]);
            }
            xml.close("C:supported-calendar-component-set");
        }
        xml.close(tag);
        xml.close("CS:notification");
        let octets = xml.take();
        let digest: String = Sha256::digest(&octets)[..16].iter().map(|octet| format!("{octet:02x}")).collect();
        Document { text: String::from_utf8_lossy(&octets).into_owned(), etag: format!("\"{digest}\"") }
    }
}

fn state_tag(state: ShareState) -> &'static str {
    match state {
        ShareState::Asked => "CS:invite-noresponse",
        ShareState::Accepted => "CS:invite-accepted",
        ShareState::Declined => "CS:invite-declined",
        ShareState::Ended => "CS:invite-deleted",
    }
}
