//! PROPFIND (RFC 4918 section 9.1).

use super::body::{self, PROPERTIES_OCTETS};
use super::error::Failure;
use super::headers::{Depth, Preferences};
use super::props::{CalendarData, CalendarView, ObjectView, PropertyRequest, Quota, View};
use super::resource::{self, Resource};
use super::stream::{Multistatus, multistatus};
use super::target::Target;
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
    let preferences = Preferences::of(&call.headers);
    let listing = Listing { call, request, preferences, members: depth != Depth::Zero };
    let response = multistatus(|out| listing.write(out)).await?;
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

struct Listing {
    call: Call,
    request: PropertyRequest,
    preferences: Preferences,
    /// Whether the members are listed as well.
    members: bool,
}

impl Listing {
    async fn write(self, mut out: Multistatus) -> Result<Multistatus, Failure> {
        let Call { kalends, caller, who, .. } = &self.call;
        let owner = match &self.call.target {
            Target::Calendar(calendar) => calendar.owner,
            _ => who.id,
        };
        // What the account holds in all is nothing for a credential of one calendar.
        let quota = match caller.only {
            None => Quota::read(kalends, owner, &self.request).await?,
            Some(_) => None,
        };
        match &self.call.target {
            Target::Signpost => {
                self.target(&mut out, &View::Signpost(&self.call.resource));
                if self.members {
                    self.below(&mut out, quota);
                }
            }
            Target::Principal => self.target(&mut out, &View::Principal(who)),
            Target::Home => {
                self.target(&mut out, &self.home(quota));
                if self.members {
                    for calendar in kalends.calendars(*caller).await?.into_iter().filter(Held::may_read) {
                        let href = self.call.tree.calendar_href(&who.slug, &calendar.slug_in(who));
                        self.calendar(&mut out, &href, &calendar, quota).await?;
                    }
                }
            }
            Target::Calendar(calendar) => {
                if !self.leaves_out_target() {
                    self.calendar(&mut out, &self.call.href, calendar, quota).await?;
                }
                if self.members {
                    self.objects(&mut out, calendar).await?;
                }
            }
            Target::Object(place) => {
                let (owner_slug, access) = (&place.calendar.owner_slug, place.calendar.access());
                let view = ObjectView { head: place.head()?, owner_slug, access, data: CalendarData::None };
                self.member(&mut out, &self.call.href, &View::Object(view));
            }
            Target::Vacant { .. } | Target::Inner | Target::Missing => return Err(Failure::not_found()),
        }
        Ok(out)
    }

    fn home(&self, quota: Option<Quota>) -> View<'_> {
        let takes_calendars = access::may_make_calendars(self.call.caller);
        View::Home { owner: &self.call.who, takes_calendars, quota }
    }

    /// The members of the root, of the collection of principals, or of that of homes.
    fn below(&self, out: &mut Multistatus, quota: Option<Quota>) {
        let who = &self.call.who;
        match &self.call.resource {
            Resource::Principals => {
                self.member(out, &resource::principal_href(&who.slug), &View::Principal(who));
            }
            Resource::Homes => self.member(out, &resource::home_href(&who.slug), &self.home(quota)),
            _ => {
                for signpost in [Resource::Principals, Resource::Homes] {
                    self.member(out, &signpost.href(), &View::Signpost(&signpost));
                }
            }
        }
    }

    /// RFC 8144 section 2.1.1: `depth-noroot` asks for the members alone.
    fn leaves_out_target(&self) -> bool {
        self.members && self.preferences.no_root
    }

    fn target(&self, out: &mut Multistatus, view: &View<'_>) {
        if !self.leaves_out_target() {
            self.member(out, &self.call.href, view);
        }
    }

    fn member(&self, out: &mut Multistatus, href: &str, view: &View<'_>) {
        out.response(href, |xml| view.write_propstats(&self.request, &self.call.who, self.preferences.minimal, xml));
    }

    async fn objects(&self, out: &mut Multistatus, calendar: &Held) -> Result<(), Failure> {
        let Call { kalends, caller, href, .. } = &self.call;
        let mut after = String::new();
        loop {
            let page = kalends.object_heads(*caller, calendar.id, &after).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.name);
            for head in &page {
                let href = format!("{href}{}", resource::encode(&head.name));
                let (owner_slug, access) = (&calendar.owner_slug, calendar.access());
                let view = ObjectView { head, owner_slug, access, data: CalendarData::None };
                self.member(out, &href, &View::Object(view));
                out.pass_on().await?;
            }
        }
    }

    /// `quota`: of its owner.
    async fn calendar(
        &self,
        out: &mut Multistatus,
        href: &str,
        calendar: &Held,
        quota: Option<Quota>,
    ) -> Result<(), Failure> {
        let Call { kalends, caller, .. } = &self.call;
        let dead = match self.request.wants_dead() {
            true => Box::pin(kalends.dead_properties(*caller, calendar.id)).await?,
            false => Vec::new(),
        };
        let object_octets = kalends.limits().text.object_octets;
        self.member(out, href, &View::Calendar(CalendarView { calendar, dead: &dead, object_octets, quota }));
        out.pass_on().await
    }
}
