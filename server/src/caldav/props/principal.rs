//! Properties of principals, calendar homes and the collections above them.

use super::super::resource::{self, Resource};
use super::super::xml::XmlWriter;
use super::{Live, write_privileges, write_resource_type};
use kalends_domain::access::Principal;

const READ: &[&str] = &["D:read", "D:read-current-user-privilege-set"];

pub fn write_signpost(signpost: &Resource, property: Live, xml: &mut XmlWriter) -> bool {
    match property {
        Live::ResourceType => write_resource_type(&["D:collection"], xml),
        Live::DisplayName => {
            let name = match signpost {
                Resource::Principals => "Principals",
                Resource::Homes => "Calendar homes",
                _ => "Kalends",
            };
            xml.leaf(property.tag(), name);
        }
        Live::CurrentUserPrivilegeSet => write_privileges(READ, xml),
        _ => return false,
    }
    true
}

pub fn write_principal(principal: &Principal, property: Live, xml: &mut XmlWriter) -> bool {
    let url = resource::principal_href(&principal.slug);
    match property {
        Live::ResourceType => write_resource_type(&["D:collection", "D:principal"], xml),
        Live::DisplayName => xml.leaf(property.tag(), &principal.display_name),
        Live::PrincipalUrl | Live::Owner => xml.hrefs(property.tag(), [url.as_str()]),
        Live::AlternateUriSet | Live::GroupMembership => xml.empty(property.tag()),
        Live::CalendarHomeSet => xml.hrefs(property.tag(), [resource::home_href(&principal.slug).as_str()]),
        Live::CalendarUserAddressSet => {
            let mailto = principal.email.as_ref().map(|email| format!("mailto:{email}"));
            xml.hrefs(property.tag(), mailto.as_deref().into_iter().chain([url.as_str()]));
        }
        Live::CurrentUserPrivilegeSet => write_privileges(READ, xml),
        _ => return false,
    }
    true
}

/// `takes_calendars`: whether the credential is for making and removing calendars there.
pub fn write_home(owner: &Principal, takes_calendars: bool, property: Live, xml: &mut XmlWriter) -> bool {
    match property {
        Live::ResourceType => write_resource_type(&["D:collection"], xml),
        Live::DisplayName => xml.leaf(property.tag(), &owner.display_name),
        Live::Owner => xml.hrefs(property.tag(), [resource::principal_href(&owner.slug).as_str()]),
        Live::CurrentUserPrivilegeSet if takes_calendars => {
            write_privileges(&["D:read", "D:bind", "D:unbind", "D:read-current-user-privilege-set"], xml);
        }
        Live::CurrentUserPrivilegeSet => write_privileges(READ, xml),
        _ => return false,
    }
    true
}
