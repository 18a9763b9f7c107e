//! PROPFIND (RFC 4918 section 9.1).

use super::body::{self, PROPERTIES_OCTETS};
use super::error::Failure;
use super::headers::{Depth, Preferences};
use super::message::item_href;
use super::props::{
    CalendarData, CalendarView, InboxView, ObjectView, PrincipalView, PropertyRequest, Quota, View, access_list,
};
use super::resource::{self, Address, ProxyGroup, Resource};
use super::stream::{Multistatus, multistatus};
use super::target::{self, Target};
use super::xml::Document;
use super::{Call, preference_applied};
use axum::body::Body;
use axum::response::Response;
use kalends_domain::access::{self, Held};

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    // Without the header everything below would be meant (RFC 4918 section 9.1); clients that leave it out mean a listing.
    let depth = Depth::of(&call.headers)?.unwrap_or(Depth::One);
    let document = body::xml(&call.headers, body, PROPERTIES_OCTETS).await?;
    let request = requested(document.as_ref())?;
    if depth == Depth::Infinity && call.resource.is_collection() {
        return Err(Failure::forbidden("D:propfind-finite-depth", "Depth has to be 0 or 1."));
    }
    let listing = Listing::new(call, request);
    let preferences = listing.preferences;
    let response = multistatus(|out| listing.write(out, depth != Depth::Zero)).await?;
    Ok(preference_applied(response, preferences))
}

/// An empty body asks for everything.
fn requested(document: Option<&Document>) -> Result<PropertyRequest, Failure> {
    match document {
        None => Ok(PropertyRequest::all()),
        Some(document) if document.root.name.is_dav("propfind") => PropertyRequest::of(&document.root),
        Some(_) => Err(Failure::bad_request("The body has to be a DAV:propfind.")),
    }
}

/// Resources and what is asked of each.
pub struct Listing {
    pub call: Call,
    request: PropertyRequest,
    pub preferences: Preferences,
}

impl Listing {
    pub fn new(call: Call, request: PropertyRequest) -> Self {
        let preferences = Preferences::of(&call.headers);
        Listing { call, request, preferences }
    }

    /// `members`: whether those of the target are listed as well.
    async fn write(self, mut out: Multistatus, members: bool) -> Result<Multistatus, Failure> {
        let Call { kalends, caller, who, target, resource, .. } = &self.call;
        // RFC 8144 section 2.1.1: `depth-noroot` asks for the members alone.
        if !(members && self.preferences.no_root) {
            Box::pin(self.look(resource, target, |view| self.member(&mut out, &self.call.href, view))).await?;
        }
        match target {
            _ if !members => {}
            Target::Container => Box::pin(self.below(&mut out)).await?,
            Target::Home => {
                let calendars = Box::pin(kalends.calendars(*caller)).await?;
                for calendar in calendars.into_iter().filter(|held| held.may_read() && held.is_in_home()) {
                    let href = self.call.tree.calendar_href(&who.slug, &calendar.slug_in(who));
                    self.calendar(&mut out, &href, &calendar).await?;
                }
            }
            Target::HomeOf(owner, calendars) => {
                for calendar in calendars {
                    let href = self.call.tree.calendar_href(&owner.slug, &calendar.slug);
                    self.calendar(&mut out, &href, calendar).await?;
                }
            }
            Target::Notifications(notices) => {
                for notice in notices {
                    let href = format!("{}{}", self.call.href, target::notification_name(notice));
                    self.member(&mut out, &href, &View::Notification(notice));
                }
            }
            Target::Inbox(content) => {
                for item in &content.items {
                    let href = item_href(&self.call.href, item);
                    self.member(&mut out, &href, &View::InboxItem(item, CalendarData::None));
                }
            }
            Target::Principal(party) => Box::pin(self.proxies_of(party, &mut out)).await?,
            Target::Calendar(calendar) => Box::pin(self.objects(&mut out, &self.call.href, calendar)).await?,
            Target::Vacant { .. } | Target::Inner | Target::Missing => return Err(Failure::not_found()),
            Target::Proxies(_)
            | Target::Object(_)
            | Target::Notification(_)
            | Target::InboxItem(_)
            | Target::Outbox => {}
        }
        Ok(out)
    }

    /// Calls `write` with what is at `resource`, which is `target`.
    ///
    /// # Errors
    /// 404 where nothing is; when the store fails.
    async fn look(&self, resource: &Resource, target: &Target, write: impl FnOnce(&View<'_>)) -> Result<(), Failure> {
        let who = &self.call.who;
        match target {
            Target::Container => write(&View::Container(resource)),
            Target::Principal(party) => {
                write(&View::Principal(Box::pin(PrincipalView::read(&self.call, party, &self.request)).await?));
            }
            Target::Home => {
                let takes_calendars = access::may_make_calendars(self.call.caller);
                write(&View::Home { owner: &target::party(who), takes_calendars, quota: self.quota(who.id).await? });
            }
            Target::HomeOf(owner, _) => {
                write(&View::Home { owner, takes_calendars: false, quota: self.quota(owner.id).await? });
            }
            Target::Proxies(proxies) => write(&View::Proxies(proxies)),
            Target::Notifications(notices) => write(&View::Notifications(notices)),
            Target::Notification(notice) => write(&View::Notification(notice)),
            Target::Inbox(content) => write(&View::Inbox(InboxView { content })),
            Target::InboxItem(item) => write(&View::InboxItem(item, CalendarData::None)),
            Target::Outbox => write(&View::Outbox(&target::party(who))),
            Target::Calendar(calendar) => self.look_at_calendar(calendar, write).await?,
            Target::Object(place) => {
                let list = access_list(&self.call, &place.calendar, &self.request).await?;
                let (calendar, access_list) = (&place.calendar, list.as_ref());
                let view = ObjectView { head: place.head()?, calendar, access_list, data: CalendarData::None };
                write(&View::Object(view));
            }
            Target::Vacant { .. } | Target::Inner | Target::Missing => return Err(Failure::not_found()),
        }
        Ok(())
    }

    async fn look_at_calendar(&self, calendar: &Held, write: impl FnOnce(&View<'_>)) -> Result<(), Failure> {
        let Call { kalends, caller, .. } = &self.call;
        let dead = match self.request.wants_dead() {
            true => Box::pin(kalends.dead_properties(*caller, calendar.id)).await?,
            false => Vec::new(),
        };
        let list = access_list(&self.call, calendar, &self.request).await?;
        let object_octets = kalends.limits().text.object_octets;
        let quota = self.quota(calendar.owner).await?;
        let view = CalendarView { calendar, dead: &dead, object_octets, quota, access_list: list.as_ref() };
        write(&View::Calendar(view));
        Ok(())
    }

    /// What the account holds in all is nothing for a credential of one calendar.
    async fn quota(&self, owner: access::PrincipalId) -> Result<Option<Quota>, Failure> {
        match self.call.caller.is_for_one_calendar() {
            true => Ok(None),
            false => Ok(Quota::read(&self.call.kalends, owner, &self.request).await?),
        }
    }

    /// The members of the root, of the collection of principals, or of that of homes.
    async fn below(&self, out: &mut Multistatus) -> Result<(), Failure> {
        let who = &self.call.who;
        let look = async |out: &mut Multistatus, resource: Resource, target: Target| {
            self.look(&resource, &target, |view| self.member(out, &resource.href(), view)).await
        };
        match &self.call.resource {
            Resource::Principals => {
                for party in self.own_principals().await? {
                    let resource = Resource::Principal { slug: party.slug.clone() };
                    look(out, resource, Target::Principal(party)).await?;
                }
            }
            Resource::Homes => look(out, Resource::Home { owner: who.slug.clone() }, Target::Home).await?,
            _ => {
                for container in [Resource::Principals, Resource::Homes] {
                    look(out, container, Target::Container).await?;
                }
            }
        }
        Ok(())
    }

    /// The groups of those who act for a person, where whoever asks may know of them.
    async fn proxies_of(&self, party: &target::Party, out: &mut Multistatus) -> Result<(), Failure> {
        for group in ProxyGroup::ALL {
            let resource = Resource::Proxies { slug: party.slug.clone(), group };
            let address = Address { resource, tree: self.call.tree };
            if let Target::Proxies(proxies) = self.call.target_at(&address).await? {
                self.member(out, &address.href(), &View::Proxies(&proxies));
            }
        }
        Ok(())
    }

    /// Writes what is asked of the groups of those who act for others in which whoever asks stands.
    pub async fn own_proxies(&self, out: &mut Multistatus) -> Result<(), Failure> {
        let Call { kalends, caller, .. } = &self.call;
        for delegation in kalends.delegating(*caller).await? {
            let of_access = |group: &ProxyGroup| group.access() == delegation.access;
            for group in ProxyGroup::ALL.into_iter().filter(of_access) {
                let (href, person) = (resource::proxies_href(&delegation.with.slug, group), delegation.with.clone());
                self.member(out, &href, &View::Proxies(&target::Proxies { person, group, members: None }));
            }
        }
        Ok(())
    }

    /// Whoever asks, and the teams that they belong to. The others are found by a search: nobody lists all people.
    pub async fn own_principals(&self) -> Result<Vec<target::Party>, Failure> {
        let Call { kalends, caller, who, .. } = &self.call;
        let mut own = vec![target::party(who)];
        if !caller.is_for_one_calendar() {
            own.extend(kalends.teams(*caller).await?.into_iter().map(|team| team.party));
        }
        Ok(own)
    }

    /// Writes what is asked of a principal.
    pub async fn principal(&self, out: &mut Multistatus, party: target::Party) -> Result<(), Failure> {
        let href = resource::principal_href(&party.slug);
        let resource = Resource::Principal { slug: party.slug.clone() };
        self.look(&resource, &Target::Principal(party), |view| self.member(out, &href, view)).await?;
        out.pass_on().await
    }

    /// What is asked of what is at `resource`, as propstat elements.
    pub async fn propstats(
        &self,
        resource: &Resource,
        target: &Target,
        xml: &mut super::xml::XmlWriter,
    ) -> Result<(), Failure> {
        let (request, minimal) = (&self.request, self.preferences.minimal);
        self.look(resource, target, |view| view.write_propstats(request, &self.call.who, minimal, xml)).await
    }

    fn member(&self, out: &mut Multistatus, href: &str, view: &View<'_>) {
        out.response(href, |xml| view.write_propstats(&self.request, &self.call.who, self.preferences.minimal, xml));
    }

    /// Writes what is asked of a calendar.
    pub async fn calendar(&self, out: &mut Multistatus, href: &str, calendar: &Held) -> Result<(), Failure> {
        self.look_at_calendar(calendar, |view| self.member(out, href, view)).await?;
        out.pass_on().await
    }

    /// Writes what is asked of each object in the calendar at `collection`.
    pub async fn objects(&self, out: &mut Multistatus, collection: &str, calendar: &Held) -> Result<(), Failure> {
        let Call { kalends, caller, .. } = &self.call;
        let list = access_list(&self.call, calendar, &self.request).await?;
        let access_list = list.as_ref();
        let mut after = String::new();
        loop {
            let page = kalends.object_heads(*caller, calendar.id, &after).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.name);
            for head in &page {
                let href = format!("{collection}{}", resource::encode(&head.name));
                let view = ObjectView { head, calendar, access_list, data: CalendarData::None };
                self.member(out, &href, &View::Object(view));
                out.pass_on().await?;
            }
        }
    }
}
