//! Who may do what, in the terms of RFC 3744: the privileges that each level of access comes to, and DAV:acl.

use super::super::Call;
use super::super::resource::{self, ProxyGroup};
use super::super::xml::XmlWriter;
use super::{Live, PropertyRequest, View};
use kalends_domain::Error;
use kalends_domain::access::{Access, Held, Principal};
use kalends_domain::sharing::{AccessList, Party, PartyKind};
use std::collections::BTreeSet;

const READ: [&str; 3] = ["D:read", "C:read-free-busy", "D:read-current-user-privilege-set"];
const WRITE: [&str; 5] = ["D:write", "D:write-properties", "D:write-content", "D:bind", "D:unbind"];
/// Everything, in groups: all; reading; writing; who has access.
const OWNED: [&str; 11] =
    ["D:all", READ[0], READ[1], READ[2], WRITE[0], WRITE[1], WRITE[2], WRITE[3], WRITE[4], "D:read-acl", "D:write-acl"];

/// What each level of access lets its holder do, in the terms of RFC 3744 and RFC 4791. DAV:write-properties of those who do not
/// administer a calendar is for its name, colour and place, of which each has their own.
pub fn privileges(access: Access) -> &'static [&'static str] {
    match access {
        Access::None => &[],
        Access::FreeBusy => &OWNED[2..3],
        Access::Read => &OWNED[1..4],
        Access::Write => &OWNED[1..9],
        Access::Administer => &OWNED[1..],
        Access::Owner => &OWNED,
    }
}

/// What a caller may do with a calendar. What is in one that is kept as another elsewhere is, they do not change.
pub fn privileges_of(held: &Held) -> Vec<&'static str> {
    let changes = ["D:all", "D:write", "D:write-content", "D:bind", "D:unbind"];
    let held_privileges = privileges(held.access()).iter().copied();
    held_privileges.filter(|privilege| !held.is_frozen() || !changes.contains(privilege)).collect()
}

/// The fewest privileges that say the same: each of them stands for those in it.
fn granted(access: Access) -> &'static [&'static str] {
    match access {
        Access::None => &[],
        Access::FreeBusy => &["C:read-free-busy"],
        Access::Read => &["D:read"],
        Access::Write => &["D:read", "D:write"],
        Access::Administer => &["D:read", "D:write", "D:read-acl", "D:write-acl"],
        Access::Owner => &["D:all"],
    }
}

/// The access that can be given to others which is exactly these privileges; `None` where there is none, or one is unknown.
pub fn expressed<'a>(privileges_asked: impl Iterator<Item = &'a str>) -> Option<Access> {
    let mut asked = BTreeSet::new();
    for privilege in privileges_asked {
        let known = OWNED.into_iter().find(|known| *known == privilege)?;
        match known {
            "D:read" => asked.extend(READ),
            "D:write" => asked.extend(WRITE),
            _ => {
                asked.insert(known);
            }
        }
    }
    // Whoever has all parts of it has the whole.
    for (whole, parts) in [("D:read", &READ[1..]), ("D:write", &WRITE[1..])] {
        if whole == "D:write" && parts.iter().all(|part| asked.contains(part)) {
            asked.insert(whole);
        }
    }
    let levels = [Access::FreeBusy, Access::Read, Access::Write, Access::Administer];
    levels.into_iter().find(|level| privileges(*level).iter().copied().collect::<BTreeSet<_>>() == asked)
}

/// Who has access to a calendar, where the request asks and the caller may know.
///
/// # Errors
/// When the store fails.
pub async fn access_list(call: &Call, calendar: &Held, request: &PropertyRequest) -> Result<Option<AccessList>, Error> {
    let is_asked =
        request.asks_for(Live::Acl) || request.asks_for(Live::Invite) || matches!(request, PropertyRequest::Names);
    if !is_asked || !calendar.may_administer() {
        return Ok(None);
    }
    // Seldom asked for; the room for it is not moved about with every calendar of a listing.
    match Box::pin(call.kalends.access_list(call.caller, calendar.id)).await {
        Ok(list) => Ok(Some(list)),
        // It was taken back meanwhile.
        Err(Error::NotFound(_) | Error::Forbidden { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whom an entry of DAV:acl is about.
pub enum Shown<'a> {
    /// Whoever DAV:owner names.
    Owner,
    /// Those who act for this person.
    Proxies(&'a Party, ProxyGroup),
    Somebody(&'a Party),
}

/// The entries of DAV:acl: whom they are about, what is granted, and whether that is not for the caller to change.
pub fn entries<'a>(list: &'a AccessList, who: &Principal) -> impl Iterator<Item = (Shown<'a>, Access, bool)> {
    let is_person = list.owner.kind == PartyKind::Person;
    let owner = is_person.then_some((Shown::Owner, Access::Owner, true));
    let groups = ProxyGroup::ALL.into_iter().filter(|group| list.delegated.contains(&group.access()));
    let groups = groups.map(|group| (Shown::Proxies(&list.owner, group), group.access(), true));
    let members = list.members.iter().map(|(member, access)| (Shown::Somebody(member), *access, true));
    let who = who.id;
    let shares =
        list.shares.iter().map(move |share| (Shown::Somebody(&share.with), share.access, share.with.id == who));
    owner.into_iter().chain(groups).chain(members).chain(shares)
}

/// DAV:acl and DAV:inherited-acl-set (RFC 3744 sections 5.5 and 5.7).
pub fn write(view: &View<'_>, property: Live, who: &Principal, xml: &mut XmlWriter) -> bool {
    let from = match view {
        View::Object(object) => {
            Some(resource::home_href(&who.slug) + &format!("{}/", resource::encode(&object.calendar.slug_in(who))))
        }
        _ => None,
    };
    let tag = property.tag();
    if property == Live::InheritedAclSet {
        xml.hrefs(tag, from.as_deref());
        return true;
    }
    let list = match view {
        View::Calendar(view) => view.access_list,
        View::Object(view) => view.access_list,
        View::Home { .. }
        | View::Principal(_)
        | View::Proxies(_)
        | View::Notifications(_)
        | View::Notification(_)
        | View::Inbox(_)
        | View::InboxItem(..)
        | View::Outbox(_) => {
            xml.open(tag);
            write_entry(&Shown::Owner, Access::Owner, true, None, xml);
            xml.close(tag);
            return true;
        }
        View::Container(_) => {
            xml.open(tag);
            xml.open("D:ace");
            write_whom(|xml| xml.empty("D:authenticated"), xml);
            write_grant(&["D:read"], xml);
            xml.empty("D:protected");
            xml.close("D:ace");
            xml.close(tag);
            return true;
        }
    };
    let Some(list) = list else { return false };
    xml.open(tag);
    for (whom, access, is_protected) in entries(list, who) {
        write_entry(&whom, access, is_protected, from.as_deref(), xml);
    }
    xml.close(tag);
    true
}

/// One DAV:ace. `from`: where it is inherited from.
fn write_entry(whom: &Shown<'_>, access: Access, is_protected: bool, from: Option<&str>, xml: &mut XmlWriter) {
    xml.open("D:ace");
    let write = |xml: &mut XmlWriter| match whom {
        Shown::Owner => {
            xml.open("D:property");
            xml.empty("D:owner");
            xml.close("D:property");
        }
        Shown::Somebody(Party { kind: PartyKind::Everyone, .. }) => xml.empty("D:authenticated"),
        Shown::Proxies(person, group) => xml.leaf("D:href", &resource::proxies_href(&person.slug, *group)),
        Shown::Somebody(party) => xml.leaf("D:href", &resource::principal_href(&party.slug)),
    };
    write_whom(write, xml);
    write_grant(granted(access), xml);
    if is_protected {
        xml.empty("D:protected");
    }
    if let Some(from) = from {
        xml.hrefs("D:inherited", [from]);
    }
    xml.close("D:ace");
}

fn write_whom(write: impl FnOnce(&mut XmlWriter), xml: &mut XmlWriter) {
    xml.open("D:principal");
    write(xml);
    xml.close("D:principal");
}

fn write_grant(privileges: &[&str], xml: &mut XmlWriter) {
    xml.open("D:grant");
    for privilege in privileges {
        xml.open("D:privilege");
        xml.empty(privilege);
        xml.close("D:privilege");
    }
    xml.close("D:grant");
}

/// DAV:acl-restrictions (RFC 3744 section 5.6): access is given, never denied.
pub fn write_restrictions(xml: &mut XmlWriter) {
    xml.open(Live::AclRestrictions.tag());
    xml.empty("D:grant-only");
    xml.empty("D:no-invert");
    xml.close(Live::AclRestrictions.tag());
}

/// DAV:supported-privilege-set (RFC 3744 section 5.3): the privileges above, each within the one that includes it.
pub fn write_supported_privileges(xml: &mut XmlWriter) {
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
    open("C:schedule-deliver", "Send to the inbox", xml);
    leaf("C:schedule-deliver-invite", "Invite", xml);
    leaf("C:schedule-deliver-reply", "Answer", xml);
    leaf("C:schedule-query-freebusy", "Ask when the owner is busy", xml);
    xml.close("D:supported-privilege");
    open("C:schedule-send", "Send from the outbox", xml);
    leaf("C:schedule-send-invite", "Invite", xml);
    leaf("C:schedule-send-reply", "Answer", xml);
    leaf("C:schedule-send-freebusy", "Ask when others are busy", xml);
    xml.close("D:supported-privilege");
    leaf("D:read-acl", "Read who has access", xml);
    leaf("D:write-acl", "Change who has access", xml);
    xml.close("D:supported-privilege");
    xml.close(Live::SupportedPrivilegeSet.tag());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_are_a_level_or_none() {
        let cases: [(&[&str], Option<Access>); 9] = [
            (&["C:read-free-busy"], Some(Access::FreeBusy)),
            (&["D:read"], Some(Access::Read)),
            (&["D:read", "C:read-free-busy"], Some(Access::Read)),
            (&["D:read", "D:write"], Some(Access::Write)),
            (&["D:read", "D:write-properties", "D:bind", "D:unbind", "D:write-content"], Some(Access::Write)),
            (&["D:read", "D:write-acl", "D:write", "D:read-acl"], Some(Access::Administer)),
            (&["D:write"], None),
            (&["D:all"], None),
            (&["D:read", "D:unlock"], None),
        ];
        for (asked, access) in cases {
            assert_eq!(expressed(asked.iter().copied()), access, "{asked:?}");
        }
        for access in [Access::FreeBusy, Access::Read, Access::Write, Access::Administer] {
            assert_eq!(expressed(granted(access).iter().copied()), Some(access));
        }
    }
}
