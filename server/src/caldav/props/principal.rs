//! Properties of principals, calendar homes and the collections above them.

use super::super::Call;
use super::super::resource::{self, Resource};
use super::super::xml::XmlWriter;
use super::{Live, PropertyRequest, write_privileges, write_resource_type};
use kalends_domain::Error;
use kalends_domain::access::Principal;
use kalends_domain::sharing::{Party, PartyKind};

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

/// A principal with what its properties are computed from.
pub struct PrincipalView<'a> {
    pub party: &'a Party,
    /// Who asks.
    pub who: &'a Principal,
    /// Those who belong to it, and the teams that it belongs to, by their names in URLs; empty when nobody asks.
    pub members: Vec<String>,
    pub teams: Vec<String>,
}

impl<'a> PrincipalView<'a> {
    /// Reads what the request asks for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read(call: &'a Call, party: &'a Party, request: &PropertyRequest) -> Result<Self, Error> {
        let Call { kalends, caller, who, .. } = call;
        let (mut members, mut teams) = (Vec::new(), Vec::new());
        // What somebody belongs to is theirs to know, and who belongs to a team its members'.
        if party.kind != PartyKind::Person && request.asks_for(Live::GroupMemberSet) {
            match kalends.team(*caller, party.id).await {
                Ok((_, belonging)) => members.extend(belonging.into_iter().map(|member| member.person.slug)),
                // Since it was looked up.
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if party.id == who.id && caller.only.is_none() && request.asks_for(Live::GroupMembership) {
            teams.extend(kalends.teams(*caller).await?.into_iter().map(|team| team.party.slug));
        }
        Ok(PrincipalView { party, who, members, teams })
    }

    fn is_oneself(&self) -> bool {
        self.party.id == self.who.id
    }

    pub fn write(&self, property: Live, xml: &mut XmlWriter) -> bool {
        let tag = property.tag();
        let url = resource::principal_href(&self.party.slug);
        let hrefs = |slugs: &[String]| slugs.iter().map(|slug| resource::principal_href(slug)).collect::<Vec<_>>();
        match property {
            Live::ResourceType => write_resource_type(&["D:collection", "D:principal"], xml),
            Live::DisplayName => xml.leaf(tag, &self.party.display_name),
            Live::PrincipalUrl | Live::Owner => xml.hrefs(tag, [url.as_str()]),
            Live::AlternateUriSet => xml.empty(tag),
            Live::GroupMemberSet => xml.hrefs(tag, hrefs(&self.members).iter().map(String::as_str)),
            Live::GroupMembership if self.is_oneself() => {
                xml.hrefs(tag, hrefs(&self.teams).iter().map(String::as_str));
            }
            Live::CalendarHomeSet if self.is_oneself() => {
                xml.hrefs(tag, [resource::home_href(&self.party.slug).as_str()]);
            }
            // The address of somebody else is not told to all who have an account.
            Live::CalendarUserAddressSet => {
                let email = self.who.email.as_ref().filter(|_| self.is_oneself());
                let mailto = email.map(|email| format!("mailto:{email}"));
                xml.hrefs(tag, mailto.as_deref().into_iter().chain([url.as_str()]));
            }
            Live::CalendarUserType => {
                xml.leaf(tag, if self.party.kind == PartyKind::Person { "INDIVIDUAL" } else { "GROUP" });
            }
            Live::CurrentUserPrivilegeSet => write_privileges(READ, xml),
            _ => return false,
        }
        true
    }
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
