//! Reports about principals (RFC 3744 section 9).

use super::super::error::Failure;
use super::super::headers::Depth;
use super::super::propfind::Listing;
use super::super::props::{Live, PropertyRequest};
use super::super::resource::{Address, Resource};
use super::super::stream::multistatus;
use super::super::target::{self, Target};
use super::super::xml::{Element, XmlWriter};
use super::super::{Call, XML_TYPE, preference_applied};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends_domain::Error;
use kalends_domain::access::Held;
use kalends_domain::objects::Place;
use kalends_domain::sharing::{MAX_FOUND, Party, PartyKind};
use std::collections::HashSet;

/// What principals can be searched by.
const SEARCHABLE: [(Live, &str); 2] =
    [(Live::DisplayName, "Name"), (Live::CalendarUserAddressSet, "Whole e-mail address, or address of the principal")];

/// DAV:acl-principal-prop-set: those whom DAV:acl names.
pub async fn of_acl(call: Call, root: &Element) -> Result<Response, Failure> {
    require_depth_zero(&call)?;
    let (Target::Calendar(calendar) | Target::Object(Place { calendar, .. })) = &call.target else {
        return Err(Failure::not_found());
    };
    let list = call.kalends.access_list(call.caller, calendar.id).await.map_err(|error| match error {
        Error::Forbidden { .. } => Failure::needs("D:read-acl", &call.href, "Who has access is not yours to know."),
        error => call.failure(error),
    })?;
    let named = [list.owner].into_iter().chain(list.members.into_iter().map(|(member, _)| member));
    let named = named.chain(list.shares.into_iter().map(|share| share.with));
    let mut seen = HashSet::new();
    let named: Vec<Party> = named.filter(|party| party.kind != PartyKind::Everyone && seen.insert(party.id)).collect();
    answer(call, root, named, false).await
}

/// DAV:principal-match: what below is the caller, or is theirs.
pub async fn matching(call: Call, root: &Element) -> Result<Response, Failure> {
    require_depth_zero(&call)?;
    if root.dav("self").is_some() {
        let listing = Listing::new(call, PropertyRequest::in_report(root)?);
        let is_place = matches!(listing.call.resource, Resource::Root | Resource::Principals);
        let preferences = listing.preferences;
        let response = multistatus(|mut out| async move {
            if is_place {
                for party in listing.own_principals().await? {
                    listing.principal(&mut out, party).await?;
                }
                listing.own_proxies(&mut out).await?;
            }
            Ok(out)
        })
        .await?;
        return Ok(preference_applied(response, preferences));
    }
    let property = root.dav("principal-property").and_then(|property| property.children.first());
    let property = property.ok_or_else(|| {
        Failure::bad_request("principal-match needs a self, or a principal-property that names a property.")
    })?;
    let is_owner = property.name.is_dav("owner");
    let listing = Listing::new(call, PropertyRequest::in_report(root)?);
    let preferences = listing.preferences;
    let response = multistatus(|mut out| async move {
        let Call { kalends, caller, who, target, href, .. } = &listing.call;
        let is_own = |calendar: &Held| is_owner && calendar.owner == who.id;
        match target {
            Target::Home => {
                for calendar in kalends.calendars(*caller).await?.iter().filter(|calendar| is_own(calendar)) {
                    let href = listing.call.tree.calendar_href(&who.slug, &calendar.slug);
                    listing.calendar(&mut out, &href, calendar).await?;
                    listing.objects(&mut out, &href, calendar).await?;
                }
            }
            Target::Calendar(calendar) if is_own(calendar) => listing.objects(&mut out, href, calendar).await?,
            _ => {}
        }
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}

/// DAV:principal-property-search: people and teams that may be shared with, by what they are called. Whoever is found by a part of
/// their name is one of a few; nobody lists all people.
pub async fn search(call: Call, root: &Element) -> Result<Response, Failure> {
    require_depth_zero(&call)?;
    let criteria = criteria(root)?;
    let is_place = matches!(call.resource, Resource::Root | Resource::Principals);
    if !is_place && root.dav("apply-to-principal-collection-set").is_none() || call.caller.is_for_one_calendar() {
        return answer(call, root, Vec::new(), false).await;
    }
    let any = match root.attribute("test") {
        None | Some("allof") => false,
        Some("anyof") => true,
        Some(_) => return Err(Failure::bad_request("test has to be allof or anyof.")),
    };
    let mut found: Option<Vec<Party>> = None;
    let mut truncated = false;
    for criterion in &criteria {
        let (these, cut) = criterion.find(&call).await?;
        truncated |= cut;
        found = Some(match found {
            None => these,
            Some(before) if any => {
                let new: Vec<Party> = these.into_iter().filter(|party| !before.contains(party)).collect();
                before.into_iter().chain(new).collect()
            }
            Some(before) => before.into_iter().filter(|party| these.contains(party)).collect(),
        });
    }
    answer(call, root, found.unwrap_or_default(), truncated).await
}

/// One DAV:property-search: a text that each of the properties has to contain.
struct Criterion {
    /// `None` for one that nothing is found by.
    properties: Vec<Option<Live>>,
    wanted: String,
}

fn criteria(root: &Element) -> Result<Vec<Criterion>, Failure> {
    let mut criteria = Vec::new();
    for search in root.dav_all("property-search") {
        let names = search.dav("prop").map(|prop| prop.children.as_slice()).unwrap_or_default();
        let wanted = search.dav("match").map(|wanted| wanted.text.trim().to_lowercase());
        let (false, Some(wanted)) = (names.is_empty(), wanted) else {
            return Err(Failure::bad_request("Each property-search needs a prop with a property, and a match."));
        };
        let known = |element: &Element| {
            Live::of(&element.name).filter(|live| SEARCHABLE.iter().any(|(searchable, _)| searchable == live))
        };
        criteria.push(Criterion { properties: names.iter().map(known).collect(), wanted });
    }
    match criteria.len() {
        0 => Err(Failure::bad_request("principal-property-search needs a property-search.")),
        1..=MAX_FOUND => Ok(criteria),
        _ => Err(Failure::bad_request("That are too many searches at once.")),
    }
}

impl Criterion {
    /// Those who fit, and whether there are more.
    async fn find(&self, call: &Call) -> Result<(Vec<Party>, bool), Failure> {
        let wanted = &self.wanted;
        let by_name = |party: &Party| party.display_name.to_lowercase().contains(wanted.as_str());
        let addressed = self.addressed(call).await?;
        let (mut found, truncated) = if self.properties.contains(&Some(Live::DisplayName)) {
            let found = call.kalends.find_parties(call.caller, wanted).await?;
            let truncated = found.len() >= MAX_FOUND;
            (found, truncated)
        } else {
            (addressed.clone().into_iter().collect(), false)
        };
        let oneself = target::party(&call.who);
        if !found.contains(&oneself) {
            found.push(oneself);
        }
        found.retain(|party| {
            self.properties.iter().all(|property| match property {
                Some(Live::DisplayName) => by_name(party),
                Some(Live::CalendarUserAddressSet) => addressed.as_ref() == Some(party),
                _ => false,
            })
        });
        Ok((found, truncated))
    }

    /// Whose address it is, where addresses are searched. Whole ones alone: their beginnings would be guessed one letter after the other.
    async fn addressed(&self, call: &Call) -> Result<Option<Party>, Failure> {
        if !self.properties.contains(&Some(Live::CalendarUserAddressSet)) {
            return Ok(None);
        }
        let found = match Address::parse(&self.wanted) {
            Ok(Address { resource: Resource::Principal { slug }, .. }) => {
                call.kalends.party_named(call.caller, &slug).await
            }
            _ => match self.wanted.strip_prefix("mailto:").unwrap_or(&self.wanted) {
                address if address.contains('@') => call.kalends.party(call.caller, address).await,
                _ => return Ok(None),
            },
        };
        match found {
            Ok(party) => Ok(Some(party)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(call.failure(error)),
        }
    }
}

/// DAV:principal-search-property-set (RFC 3744 section 9.5).
pub fn search_properties(call: &Call) -> Result<Response, Failure> {
    require_depth_zero(call)?;
    let mut xml = XmlWriter::new();
    xml.open_root("D:principal-search-property-set");
    for (property, description) in SEARCHABLE {
        xml.open("D:principal-search-property");
        xml.open("D:prop");
        xml.empty(property.tag());
        xml.close("D:prop");
        xml.open_with("D:description", &[("xml:lang", "en")]);
        xml.text(description);
        xml.close("D:description");
        xml.close("D:principal-search-property");
    }
    xml.close("D:principal-search-property-set");
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, XML_TYPE)], xml.take()).into_response())
}

/// A multistatus of `principals`; `truncated`: there are more.
async fn answer(call: Call, root: &Element, principals: Vec<Party>, truncated: bool) -> Result<Response, Failure> {
    let listing = Listing::new(call, PropertyRequest::in_report(root)?);
    let preferences = listing.preferences;
    let response = multistatus(|mut out| async move {
        for party in principals {
            listing.principal(&mut out, party).await?;
        }
        if truncated {
            let condition = "D:number-of-matches-within-limits";
            out.error(&listing.call.href, "HTTP/1.1 507 Insufficient Storage", condition);
        }
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}

fn require_depth_zero(call: &Call) -> Result<(), Failure> {
    match Depth::of(&call.headers)? {
        None | Some(Depth::Zero) => Ok(()),
        Some(_) => Err(Failure::bad_request("Depth has to be 0 for this report.")),
    }
}
