//! Properties of principals, calendar homes and the collections above them.

use super::super::Call;
use super::super::resource::{self, ProxyGroup, Resource};
use super::super::target::Proxies;
use super::super::xml::XmlWriter;
use super::{Live, PropertyRequest, write_privileges, write_resource_type};
use kalends_domain::Error;
use kalends_domain::access::Principal;
use kalends_domain::delegates::Delegation;
use kalends_domain::sharing::{Party, PartyKind};

const READ: &[&str] = &["D:read", "D:read-current-user-privilege-set"];

pub fn write_container(container: &Resource, property: Live, xml: &mut XmlWriter) -> bool {
    match property {
        Live::ResourceType => write_resource_type(&["D:collection"], xml),
        Live::DisplayName => {
            let name = match container {
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
    /// Those for whom whoever asks acts; empty when nobody asks.
    pub delegating: Vec<Delegation>,
    /// The addresses that are this person's, where that may be told; empty when nobody asks.
    pub addresses: Vec<String>,
}

/// What tells of delegates.
const OF_DELEGATES: [Live; 4] =
    [Live::GroupMembership, Live::CalendarProxyReadFor, Live::CalendarProxyWriteFor, Live::CalendarHomeSet];

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
        if party.id == who.id && !caller.is_for_one_calendar() && request.asks_for(Live::GroupMembership) {
            teams.extend(kalends.teams(*caller).await?.into_iter().map(|team| team.party.slug));
        }
        // Of others it counts whether one acts for them.
        let is_asked = |property: &Live| match property {
            Live::CalendarHomeSet => party.id != who.id && request.asks_for(*property),
            property => party.id == who.id && request.asks_for(*property),
        };
        let delegating = match OF_DELEGATES.iter().any(is_asked) {
            true => kalends.delegating(*caller).await?,
            false => Vec::new(),
        };
        // The addresses of somebody else are told to those alone who act for them.
        let addresses = match request.asks_for(Live::CalendarUserAddressSet) && party.kind == PartyKind::Person {
            true => kalends.verified_addresses(*caller, party.id).await?,
            false => Vec::new(),
        };
        Ok(PrincipalView { party, who, members, teams, delegating, addresses })
    }

    fn is_oneself(&self) -> bool {
        self.party.id == self.who.id
    }

    /// That whoever asks acts for this person.
    fn delegation(&self) -> Option<&Delegation> {
        self.delegating.iter().find(|delegation| delegation.with.id == self.party.id)
    }

    /// Where those stand for whom whoever asks acts in this way, or what they are.
    fn acts_for<'b>(
        &'b self,
        group: ProxyGroup,
        href: fn(&str, ProxyGroup) -> String,
    ) -> impl Iterator<Item = String> + 'b {
        let of_group = self.delegating.iter().filter(move |delegation| delegation.access == group.access());
        of_group.map(move |delegation| href(&delegation.with.slug, group))
    }

    pub fn write(&self, property: Live, xml: &mut XmlWriter) -> bool {
        let tag = property.tag();
        let url = resource::principal_href(&self.party.slug);
        let of_person = |slug: &str, _| resource::principal_href(slug);
        let hrefs = |slugs: &[String]| slugs.iter().map(|slug| resource::principal_href(slug)).collect::<Vec<_>>();
        match property {
            Live::ResourceType => write_resource_type(&["D:collection", "D:principal"], xml),
            Live::DisplayName => xml.leaf(tag, &self.party.display_name),
            Live::PrincipalUrl | Live::Owner => xml.hrefs(tag, [url.as_str()]),
            Live::AlternateUriSet => xml.empty(tag),
            Live::GroupMemberSet => xml.hrefs(tag, hrefs(&self.members).iter().map(String::as_str)),
            Live::GroupMembership if self.is_oneself() => {
                let groups = ProxyGroup::ALL.into_iter().flat_map(|group| self.acts_for(group, resource::proxies_href));
                let all: Vec<String> = hrefs(&self.teams).into_iter().chain(groups).collect();
                xml.hrefs(tag, all.iter().map(String::as_str));
            }
            Live::CalendarProxyReadFor | Live::CalendarProxyWriteFor if self.is_oneself() => {
                let is_read = property == Live::CalendarProxyReadFor;
                let group = if is_read { ProxyGroup::Read } else { ProxyGroup::Write };
                let people: Vec<String> = self.acts_for(group, of_person).collect();
                xml.hrefs(tag, people.iter().map(String::as_str));
            }
            Live::NotificationUrl if self.is_oneself() => {
                let collection = Resource::Notifications { owner: self.party.slug.clone() };
                xml.hrefs(tag, [collection.href().as_str()]);
            }
            Live::ScheduleInboxUrl if self.is_oneself() => {
                let inbox = Resource::Inbox { owner: self.party.slug.clone() };
                xml.hrefs(tag, [inbox.href().as_str()]);
            }
            Live::ScheduleOutboxUrl if self.is_oneself() => {
                let outbox = Resource::Outbox { owner: self.party.slug.clone() };
                xml.hrefs(tag, [outbox.href().as_str()]);
            }
            Live::CalendarHomeSet if self.is_oneself() || self.delegation().is_some() => {
                xml.hrefs(tag, [resource::home_href(&self.party.slug).as_str()]);
            }
            Live::CalendarUserAddressSet => {
                let mailto: Vec<String> = self.addresses.iter().map(|address| format!("mailto:{address}")).collect();
                xml.hrefs(tag, mailto.iter().map(String::as_str).chain([url.as_str()]));
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

/// Those who act for a person: a group that the person alone changes.
pub fn write_proxies(proxies: &Proxies, who: &Principal, property: Live, xml: &mut XmlWriter) -> bool {
    let Proxies { person, group, members } = proxies;
    let tag = property.tag();
    let url = resource::proxies_href(&person.slug, *group);
    match property {
        Live::ResourceType => {
            let kind = match group {
                ProxyGroup::Read => "CS:calendar-proxy-read",
                ProxyGroup::Write => "CS:calendar-proxy-write",
            };
            write_resource_type(&["D:collection", "D:principal", kind], xml);
        }
        Live::DisplayName => xml.leaf(tag, group.name()),
        Live::PrincipalUrl => xml.hrefs(tag, [url.as_str()]),
        Live::Owner => xml.hrefs(tag, [resource::principal_href(&person.slug).as_str()]),
        Live::AlternateUriSet => xml.empty(tag),
        Live::GroupMembership => xml.empty(tag),
        // Who else acts for them is theirs to know.
        Live::GroupMemberSet => {
            let oneself = std::slice::from_ref(&who.slug);
            let members = members.as_deref().unwrap_or(oneself).iter().map(|slug| resource::principal_href(slug));
            let members: Vec<String> = members.collect();
            xml.hrefs(tag, members.iter().map(String::as_str));
        }
        Live::CalendarUserType => xml.leaf(tag, "GROUP"),
        Live::CurrentUserPrivilegeSet if person.id == who.id => {
            write_privileges(&["D:read", "D:write-properties", "D:read-current-user-privilege-set"], xml);
        }
        Live::CurrentUserPrivilegeSet => write_privileges(READ, xml),
        _ => return false,
    }
    true
}

/// `takes_calendars`: whether the credential is for making and removing calendars there.
pub fn write_home(owner: &Party, takes_calendars: bool, property: Live, xml: &mut XmlWriter) -> bool {
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
