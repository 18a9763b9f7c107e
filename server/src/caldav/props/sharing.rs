//! Properties of shared calendars and of what somebody is told of them (caldav-sharing sections 4 and 5.2).

use super::super::conditions::HTTP_DATE;
use super::super::notification::{Document, kind, write_access, write_organizer};
use super::super::resource;
use super::super::xml::XmlWriter;
use super::{Live, write_privileges, write_resource_type};
use chrono::SecondsFormat;
use kalends_domain::access::{self, Access, Held, Principal};
use kalends_domain::share_notices::ShareNotice;
use kalends_domain::sharing::{AccessList, Answer, Party, PartyKind};
use sha2::{Digest, Sha256};

/// What DAV:resourcetype says of sharing.
pub fn resource_type(calendar: &Held) -> Option<&'static str> {
    if calendar.is_acting() {
        return None;
    }
    match calendar.is_shared_with_caller() {
        true => Some("CS:shared"),
        false => calendar.is_shared().then_some("CS:shared-owner"),
    }
}

/// CS:invite: with whom a calendar is shared, as far as clients know it: those who read it at least, but for everyone who has an account.
/// Whoever does not administer it learns of themselves alone.
pub fn write_invite(calendar: &Held, list: Option<&AccessList>, who: &Principal, xml: &mut XmlWriter) -> bool {
    let tag = Live::Invite.tag();
    let is_shared_with_caller = calendar.is_shared_with_caller();
    let is_there = is_shared_with_caller || calendar.is_shared() && list.is_some();
    if !is_there {
        return false;
    }
    xml.open(tag);
    if is_shared_with_caller {
        write_organizer(calendar.owner(), xml);
    }
    match list {
        Some(list) => {
            let shown = list
                .shares
                .iter()
                .filter(|share| share.with.kind != PartyKind::Everyone && access::shows_events(share.access));
            for share in shown {
                // Groups and missions are not asked.
                let answer = share.answer.or((share.with.kind != PartyKind::Person).then_some(Answer::Accepted));
                write_user(&share.with, answer, share.access, xml);
            }
        }
        None => {
            let oneself = super::super::target::party(who);
            let answer = match calendar.is_offered() {
                true => None,
                false => Some(calendar.view().answer.unwrap_or(Answer::Accepted)),
            };
            write_user(&oneself, answer, calendar.access(), xml);
        }
    }
    xml.close(tag);
    true
}

/// CS:user
fn write_user(party: &Party, answer: Option<Answer>, access: Access, xml: &mut XmlWriter) {
    xml.open("CS:user");
    xml.leaf("D:href", &resource::principal_href(&party.slug));
    xml.leaf("CS:common-name", &party.display_name);
    xml.empty(match answer {
        None => "CS:invite-noresponse",
        Some(Answer::Accepted) => "CS:invite-accepted",
        Some(Answer::Declined) => "CS:invite-declined",
    });
    write_access(access, xml);
    xml.close("CS:user");
}

/// The collection of what somebody is told.
pub fn write_notifications(notices: &[ShareNotice], who: &Principal, property: Live, xml: &mut XmlWriter) -> bool {
    let tag = property.tag();
    match property {
        Live::ResourceType => write_resource_type(&["D:collection", "CS:notification"], xml),
        Live::DisplayName => xml.leaf(tag, "notifications"),
        Live::Owner => xml.hrefs(tag, [resource::principal_href(&who.slug).as_str()]),
        Live::GetCtag => {
            let mut all = Sha256::new();
            for notice in notices {
                all.update(format!("{}{}", notice.id, Document::of(notice).etag));
            }
            let digest: String = all.finalize()[..16].iter().map(|octet| format!("{octet:02x}")).collect();
            xml.leaf(tag, &digest);
        }
        Live::CurrentUserPrivilegeSet => {
            write_privileges(&["D:read", "D:unbind", "D:read-current-user-privilege-set"], xml);
        }
        _ => return false,
    }
    true
}

pub fn write_notification(notice: &ShareNotice, property: Live, xml: &mut XmlWriter) -> bool {
    let tag = property.tag();
    match property {
        Live::ResourceType => xml.empty(tag),
        Live::GetEtag => xml.leaf(tag, &Document::of(notice).etag),
        Live::GetContentType => xml.leaf(tag, super::super::XML_TYPE),
        Live::GetContentLength => xml.leaf(tag, &Document::of(notice).text.len().to_string()),
        Live::GetLastModified => xml.leaf(tag, &notice.at.format(HTTP_DATE).to_string()),
        Live::CreationDate => xml.leaf(tag, &notice.at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        Live::NotificationType => {
            let (kind, attributes) = kind(notice);
            xml.open(tag);
            xml.empty_with(kind, attributes);
            xml.close(tag);
        }
        Live::CurrentUserPrivilegeSet => write_privileges(&["D:read", "D:read-current-user-privilege-set"], xml),
        _ => return false,
    }
    true
}
