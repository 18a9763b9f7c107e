//! The properties of resources: which there are, and how their values are written.

mod acl;
mod calendar;
mod object;
mod principal;
mod quota;
mod request;
mod scheduling;
mod sharing;
pub mod update;

pub use acl::{Shown, access_list, entries, expressed};
pub use calendar::CalendarView;
pub use object::{CalendarData, ObjectView, content_type};
pub use principal::PrincipalView;
pub use quota::Quota;
pub use request::{PropertyRequest, Requested};
pub use scheduling::InboxView;

use super::resource::{self, Resource};
use super::target::Proxies;
use super::xml::names::{Name, Namespace};
use super::xml::writer::{XmlWriter, empty_element};
use kalends_domain::access::Principal;
use kalends_domain::calendars::DeadProperty;
use kalends_domain::scheduling::InboxItem;
use kalends_domain::share_notices::ShareNotice;
use kalends_domain::sharing::Party;

/// How PROPPATCH and allprop treat a live property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InAllprop {
    Yes,
    /// CalDAV, ACL and sync properties are given only to those who ask (RFC 4791 section 5.2, RFC 3744 section 5,
    /// RFC 6578 section 4, RFC 5397 section 3).
    No,
}

macro_rules! live_properties {
    ($($variant:ident: $namespace:ident $local:literal as $tag:literal, $all:ident;)*) => {
        /// A property whose value Kalends computes or understands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Live { $($variant,)* }

        impl Live {
            const ALL: &[Live] = &[$(Live::$variant,)*];

            /// The property's element, with its prefix.
            pub fn tag(self) -> &'static str {
                match self { $(Live::$variant => $tag,)* }
            }

            pub fn of(name: &Name) -> Option<Live> {
                match (&name.namespace, name.local.as_ref()) {
                    $((Namespace::$namespace, $local) => Some(Live::$variant),)*
                    _ => None,
                }
            }

            fn in_allprop(self) -> InAllprop {
                match self { $(Live::$variant => InAllprop::$all,)* }
            }
        }
    };
}

live_properties! {
    CreationDate: Dav "creationdate" as "D:creationdate", Yes;
    CurrentUserPrincipal: Dav "current-user-principal" as "D:current-user-principal", No;
    CurrentUserPrivilegeSet: Dav "current-user-privilege-set" as "D:current-user-privilege-set", No;
    DisplayName: Dav "displayname" as "D:displayname", Yes;
    GetContentLength: Dav "getcontentlength" as "D:getcontentlength", Yes;
    GetContentType: Dav "getcontenttype" as "D:getcontenttype", Yes;
    GetEtag: Dav "getetag" as "D:getetag", Yes;
    GetLastModified: Dav "getlastmodified" as "D:getlastmodified", Yes;
    Acl: Dav "acl" as "D:acl", No;
    AclRestrictions: Dav "acl-restrictions" as "D:acl-restrictions", No;
    AlternateUriSet: Dav "alternate-URI-set" as "D:alternate-URI-set", No;
    GroupMemberSet: Dav "group-member-set" as "D:group-member-set", No;
    GroupMembership: Dav "group-membership" as "D:group-membership", No;
    InheritedAclSet: Dav "inherited-acl-set" as "D:inherited-acl-set", No;
    Owner: Dav "owner" as "D:owner", No;
    PrincipalCollectionSet: Dav "principal-collection-set" as "D:principal-collection-set", No;
    PrincipalUrl: Dav "principal-URL" as "D:principal-URL", No;
    QuotaAvailableBytes: Dav "quota-available-bytes" as "D:quota-available-bytes", No;
    QuotaUsedBytes: Dav "quota-used-bytes" as "D:quota-used-bytes", No;
    ResourceType: Dav "resourcetype" as "D:resourcetype", Yes;
    SupportedPrivilegeSet: Dav "supported-privilege-set" as "D:supported-privilege-set", No;
    SupportedReportSet: Dav "supported-report-set" as "D:supported-report-set", No;
    SyncToken: Dav "sync-token" as "D:sync-token", No;
    CalendarData: CalDav "calendar-data" as "C:calendar-data", No;
    CalendarDescription: CalDav "calendar-description" as "C:calendar-description", No;
    CalendarHomeSet: CalDav "calendar-home-set" as "C:calendar-home-set", No;
    CalendarTimezone: CalDav "calendar-timezone" as "C:calendar-timezone", No;
    CalendarUserType: CalDav "calendar-user-type" as "C:calendar-user-type", No;
    CalendarUserAddressSet: CalDav "calendar-user-address-set" as "C:calendar-user-address-set", No;
    MaxResourceSize: CalDav "max-resource-size" as "C:max-resource-size", No;
    CalendarAvailability: CalDav "calendar-availability" as "C:calendar-availability", No;
    ScheduleDefaultCalendarUrl: CalDav "schedule-default-calendar-URL" as "C:schedule-default-calendar-URL", No;
    ScheduleInboxUrl: CalDav "schedule-inbox-URL" as "C:schedule-inbox-URL", No;
    ScheduleOutboxUrl: CalDav "schedule-outbox-URL" as "C:schedule-outbox-URL", No;
    ScheduleTag: CalDav "schedule-tag" as "C:schedule-tag", No;
    ScheduleCalendarTransp: CalDav "schedule-calendar-transp" as "C:schedule-calendar-transp", No;
    SupportedCalendarComponentSet: CalDav "supported-calendar-component-set" as "C:supported-calendar-component-set", No;
    SupportedCalendarData: CalDav "supported-calendar-data" as "C:supported-calendar-data", No;
    SupportedCollationSet: CalDav "supported-collation-set" as "C:supported-collation-set", No;
    SupportedRscaleSet: CalDav "supported-rscale-set" as "C:supported-rscale-set", No;
    AllowedSharingModes: CalendarServer "allowed-sharing-modes" as "CS:allowed-sharing-modes", No;
    CalendarProxyReadFor: CalendarServer "calendar-proxy-read-for" as "CS:calendar-proxy-read-for", No;
    CalendarProxyWriteFor: CalendarServer "calendar-proxy-write-for" as "CS:calendar-proxy-write-for", No;
    Invite: CalendarServer "invite" as "CS:invite", No;
    NotificationType: CalendarServer "notificationtype" as "CS:notificationtype", No;
    NotificationUrl: CalendarServer "notification-URL" as "CS:notification-URL", No;
    SharedUrl: CalendarServer "shared-url" as "CS:shared-url", No;
    GetCtag: CalendarServer "getctag" as "CS:getctag", No;
    CalendarColor: AppleIcal "calendar-color" as "IC:calendar-color", Yes;
    CalendarOrder: AppleIcal "calendar-order" as "IC:calendar-order", Yes;
}

/// A resource with what its properties are computed from.
pub enum View<'a> {
    /// The root, the collection of principals and the collection of homes: they only lead on.
    Container(&'a Resource),
    Principal(PrincipalView<'a>),
    Proxies(&'a Proxies),
    Home {
        owner: &'a Party,
        takes_calendars: bool,
        quota: Option<Quota>,
    },
    Calendar(CalendarView<'a>),
    Object(ObjectView<'a>),
    Notifications(&'a [ShareNotice]),
    Notification(&'a ShareNotice),
    Inbox(InboxView<'a>),
    /// A message, with its text where that may be given.
    InboxItem(&'a InboxItem, CalendarData<'a>),
    /// Of this person.
    Outbox(&'a Party),
}

impl View<'_> {
    /// The dead properties stored with the resource.
    fn dead(&self) -> &[DeadProperty] {
        match self {
            View::Calendar(view) => view.dead,
            _ => &[],
        }
    }

    /// Writes the element of a live property; nothing, and `false`, when the resource does not have it.
    ///
    /// `who` is who asks.
    fn write(&self, property: Live, who: &Principal, xml: &mut XmlWriter) -> bool {
        match (self, property) {
            (_, Live::CurrentUserPrincipal) => {
                xml.hrefs(property.tag(), [resource::principal_href(&who.slug).as_str()]);
                true
            }
            (_, Live::PrincipalCollectionSet) => {
                xml.hrefs(property.tag(), [Resource::Principals.href().as_str()]);
                true
            }
            (_, Live::SupportedReportSet) => {
                supported_reports(self, xml);
                true
            }
            (_, Live::SupportedPrivilegeSet) => {
                acl::write_supported_privileges(xml);
                true
            }
            (_, Live::AclRestrictions) => {
                acl::write_restrictions(xml);
                true
            }
            (_, Live::Acl | Live::InheritedAclSet) => acl::write(self, property, who, xml),
            (View::Container(container), _) => principal::write_container(container, property, xml),
            (View::Principal(view), _) => view.write(property, xml),
            (View::Home { quota, .. } | View::Calendar(CalendarView { quota, .. }), Live::QuotaAvailableBytes) => {
                quota.is_some_and(|quota| quota.write_available(xml))
            }
            (View::Home { quota, .. } | View::Calendar(CalendarView { quota, .. }), Live::QuotaUsedBytes) => {
                quota.is_some_and(|quota| quota.write_used(xml))
            }
            (View::Home { owner, takes_calendars, .. }, _) => {
                principal::write_home(owner, *takes_calendars, property, xml)
            }
            (View::Proxies(proxies), _) => principal::write_proxies(proxies, who, property, xml),
            (View::Notifications(notices), _) => sharing::write_notifications(notices, who, property, xml),
            (View::Notification(notice), _) => sharing::write_notification(notice, property, xml),
            (View::Inbox(view), _) => view.write(property, xml),
            (View::InboxItem(item, data), _) => scheduling::write_item(item, data, property, xml),
            (View::Outbox(owner), _) => scheduling::write_outbox(owner, property, xml),
            (View::Calendar(view), Live::Invite) => sharing::write_invite(view.calendar, view.access_list, who, xml),
            (View::Calendar(view), _) => view.write(property, xml),
            (View::Object(view), _) => view.write(property, xml),
        }
    }

    /// Whether the resource has the property, and who asks may not read it.
    fn withholds(&self, property: Live) -> bool {
        let held = match self {
            View::Calendar(view) => view.calendar,
            View::Object(view) => view.calendar,
            _ => return false,
        };
        property == Live::Acl && !held.may_administer()
    }

    /// Whether the resource has the property.
    pub fn has(&self, property: Live, who: &Principal) -> bool {
        self.write(property, who, &mut XmlWriter::new())
    }

    /// Writes the propstat elements that answer `request` (RFC 4918 section 9.1). `minimal` leaves out what is missing
    /// (RFC 8144 section 2.1).
    pub fn write_propstats(&self, request: &PropertyRequest, who: &Principal, minimal: bool, xml: &mut XmlWriter) {
        match request {
            PropertyRequest::These(requested) => self.write_requested(requested, who, minimal, xml),
            PropertyRequest::All { include } => {
                open_propstat(xml);
                for property in Live::ALL.iter().filter(|property| property.in_allprop() == InAllprop::Yes) {
                    self.write(*property, who, xml);
                }
                for property in self.dead() {
                    xml.raw(property.xml.as_bytes());
                }
                let extra = |requested: &&Requested| match requested {
                    Requested::Live(property) => property.in_allprop() == InAllprop::No,
                    // The dead ones stand there already.
                    Requested::Other { .. } => false,
                };
                for requested in include.iter().filter(extra) {
                    self.write_one(requested, who, xml);
                }
                close_propstat(xml, OK, None, None);
            }
            PropertyRequest::Names => {
                open_propstat(xml);
                for property in Live::ALL {
                    let before = xml.length();
                    let has = self.write(*property, who, xml);
                    xml.truncate(before);
                    if has {
                        xml.empty(property.tag());
                    }
                }
                for property in self.dead() {
                    let name = Name::new(Namespace::from_uri(&property.namespace), property.name.clone());
                    xml.raw(&empty_element(&name));
                }
                close_propstat(xml, OK, None, None);
            }
        }
    }

    fn write_requested(&self, requested: &[Requested], who: &Principal, minimal: bool, xml: &mut XmlWriter) {
        let start = xml.length();
        open_propstat(xml);
        let empty = xml.length();
        let (mut missing, mut withheld): (Vec<&Requested>, Vec<&Requested>) = (Vec::new(), Vec::new());
        for property in requested {
            match property {
                Requested::Live(live) if self.withholds(*live) => withheld.push(property),
                property if self.write_one(property, who, xml) => {}
                property => missing.push(property),
            }
        }
        if xml.length() == empty && !(missing.is_empty() && withheld.is_empty()) && !minimal {
            xml.truncate(start);
        } else {
            close_propstat(xml, OK, None, None);
        }
        if !missing.is_empty() && !minimal {
            open_propstat(xml);
            for property in missing {
                property.write_empty(xml);
            }
            close_propstat(xml, NOT_FOUND, None, None);
        }
        if !withheld.is_empty() {
            open_propstat(xml);
            for property in withheld {
                property.write_empty(xml);
            }
            // RFC 3744 section 5.5
            close_propstat(xml, FORBIDDEN, Some("D:need-privileges"), None);
        }
    }

    fn write_one(&self, requested: &Requested, who: &Principal, xml: &mut XmlWriter) -> bool {
        match requested {
            Requested::Live(property) => self.write(*property, who, xml),
            Requested::Other { name, .. } => {
                let is = |dead: &&DeadProperty| dead.name == name.local && dead.namespace == name.namespace.uri();
                let found = self.dead().iter().find(is);
                if let Some(property) = found {
                    xml.raw(property.xml.as_bytes());
                }
                found.is_some()
            }
        }
    }
}

pub const OK: &str = "HTTP/1.1 200 OK";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden";
pub const NOT_FOUND: &str = "HTTP/1.1 404 Not Found";

pub fn open_propstat(xml: &mut XmlWriter) {
    xml.open("D:propstat");
    xml.open("D:prop");
}

/// `condition` is the element in DAV:error that says why, `description` the same for a person.
pub fn close_propstat(xml: &mut XmlWriter, status: &str, condition: Option<&str>, description: Option<&str>) {
    xml.close("D:prop");
    xml.leaf("D:status", status);
    if let Some(condition) = condition {
        xml.open("D:error");
        xml.empty(condition);
        xml.close("D:error");
    }
    if let Some(description) = description {
        xml.leaf("D:responsedescription", description);
    }
    xml.close("D:propstat");
}

/// DAV:supported-report-set (RFC 3253 section 3.1.5).
fn supported_reports(view: &View<'_>, xml: &mut XmlWriter) {
    let own: &[&str] = match view {
        View::Calendar(_) => &[
            "C:calendar-query",
            "C:calendar-multiget",
            "C:free-busy-query",
            "D:sync-collection",
            "D:acl-principal-prop-set",
            "D:principal-match",
        ],
        View::Object(_) => &["C:calendar-query", "C:calendar-multiget", "D:acl-principal-prop-set"],
        View::Container(_) | View::Home { .. } => &["D:principal-match"],
        View::Inbox(_) => &["C:calendar-query", "C:calendar-multiget", "D:sync-collection"],
        View::Principal(_)
        | View::Proxies(_)
        | View::Notifications(_)
        | View::Notification(_)
        | View::InboxItem(..)
        | View::Outbox(_) => &[],
    };
    xml.open(Live::SupportedReportSet.tag());
    for report in
        own.iter().chain(&["D:expand-property", "D:principal-property-search", "D:principal-search-property-set"])
    {
        xml.open("D:supported-report");
        xml.open("D:report");
        xml.empty(report);
        xml.close("D:report");
        xml.close("D:supported-report");
    }
    xml.close(Live::SupportedReportSet.tag());
}

fn write_resource_type(types: &[&str], xml: &mut XmlWriter) {
    xml.open(Live::ResourceType.tag());
    for kind in types {
        xml.empty(kind);
    }
    xml.close(Live::ResourceType.tag());
}

/// DAV:current-user-privilege-set (RFC 3744 section 5.4).
fn write_privileges(privileges: &[&str], xml: &mut XmlWriter) {
    xml.open(Live::CurrentUserPrivilegeSet.tag());
    for privilege in privileges {
        xml.open("D:privilege");
        xml.empty(privilege);
        xml.close("D:privilege");
    }
    xml.close(Live::CurrentUserPrivilegeSet.tag());
}
