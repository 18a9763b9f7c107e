//! PROPFIND (RFC 4918 section 9.1).

use super::body::{self, PROPERTIES_OCTETS};
use super::error::Failure;
use super::headers::{Depth, Preferences};
use super::props::{CalendarData, CalendarView, ObjectView, PropertyRequest, Quota, View};
use super::resource::{self, Resource};
use super::stream::{Multistatus, multistatus};
use super::xml::Document;
use super::{Call, preference_applied};
use axum::body::Body;
use axum::response::Response;
use kalends_domain::access::Held;

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
        let own = who.slug.as_str();
        let quota = Quota::read(kalends, who.id, &self.request).await?;
        match &self.call.resource {
            Resource::Root => {
                self.target(&mut out, &View::Signpost(&Resource::Root));
                if self.members {
                    for signpost in [Resource::Principals, Resource::Homes] {
                        self.member(&mut out, &signpost.href(), &View::Signpost(&signpost));
                    }
                }
            }
            Resource::Principals => {
                self.target(&mut out, &View::Signpost(&Resource::Principals));
                if self.members {
                    self.member(&mut out, &resource::principal_href(own), &View::Principal(who));
                }
            }
            Resource::Homes => {
                self.target(&mut out, &View::Signpost(&Resource::Homes));
                if self.members {
                    self.member(&mut out, &resource::home_href(own), &View::Home { owner: who, quota });
                }
            }
            Resource::Principal { slug } if slug == own => self.target(&mut out, &View::Principal(who)),
            Resource::Home { owner } if owner == own => {
                self.target(&mut out, &View::Home { owner: who, quota });
                if self.members {
                    for calendar in kalends.calendars(*caller, who.id).await? {
                        let href = self.call.tree.calendar_href(own, &calendar.slug);
                        self.calendar(&mut out, &href, &calendar).await?;
                    }
                }
            }
            Resource::Calendar { owner, slug } => {
                let calendar = kalends.calendar(*caller, owner, slug).await?;
                if !self.leaves_out_target() {
                    self.calendar(&mut out, &self.call.href, &calendar).await?;
                }
                if self.members {
                    self.objects(&mut out, &calendar).await?;
                }
            }
            Resource::Object { owner, calendar, name } => {
                let calendar = kalends.calendar(*caller, owner, calendar).await?;
                let object = kalends.object(*caller, calendar.id, name).await?;
                let access = calendar.access();
                let view = ObjectView { head: &object.head, owner_slug: owner, access, data: CalendarData::None };
                self.member(&mut out, &self.call.href, &View::Object(view));
            }
            Resource::Principal { .. } | Resource::Home { .. } | Resource::Inner { .. } | Resource::Nowhere => {
                return Err(Failure::not_found());
            }
        }
        Ok(out)
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

    async fn calendar(&self, out: &mut Multistatus, href: &str, calendar: &Held) -> Result<(), Failure> {
        let Call { kalends, caller, .. } = &self.call;
        let dead =
            if self.request.wants_dead() { kalends.dead_properties(*caller, calendar.id).await? } else { Vec::new() };
        let object_octets = kalends.limits().text.object_octets;
        let quota = Quota::read(kalends, calendar.owner, &self.request).await?;
        self.member(out, href, &View::Calendar(CalendarView { calendar, dead: &dead, object_octets, quota }));
        out.pass_on().await
    }
}
