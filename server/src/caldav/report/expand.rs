//! DAV:expand-property (RFC 3253 section 3.8): what the hrefs in properties lead to, in one answer.

use super::super::error::Failure;
use super::super::headers::local_path;
use super::super::propfind::Listing;
use super::super::props::{PropertyRequest, Requested};
use super::super::resource::Address;
use super::super::stream::multistatus;
use super::super::target::Target;
use super::super::xml::{Document, Element, Name, Namespace, XmlWriter};
use super::super::{Call, preference_applied};
use axum::response::Response;
use std::pin::Pin;

/// How deep properties are expanded into one another.
const MAX_DEPTH: usize = 5;
/// How many resources one answer may lead to.
const MAX_RESOURCES: usize = 500;

/// A property that is asked for, and what is asked of that to which it leads.
struct Wanted {
    name: Name,
    within: Vec<Wanted>,
}

pub async fn answer(call: Call, root: &Element) -> Result<Response, Failure> {
    let wanted = wanted(root, 0)?;
    let listing = Listing::new(call, request(&wanted));
    let preferences = listing.preferences;
    let mut expansion = Expansion { call: listing.call, left: MAX_RESOURCES };
    let Call { resource, target, href, .. } = expansion.call.clone();
    let response =
        expansion.response(&href, Address { resource, tree: expansion.call.tree }, Some(target), &wanted).await?;
    let response = multistatus(|mut out| async move {
        out.xml.raw(&response);
        Ok(out)
    })
    .await?;
    Ok(preference_applied(response, preferences))
}

fn wanted(parent: &Element, depth: usize) -> Result<Vec<Wanted>, Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::bad_request("The properties are asked for within one another too often."));
    }
    let one = |property: &Element| {
        let name = property.attribute("name").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Failure::bad_request("Each property needs a name."))?;
        let namespace = Namespace::from_uri(property.attribute("namespace").unwrap_or("DAV:"));
        Ok(Wanted { name: Name::new(namespace, name.to_owned()), within: wanted(property, depth + 1)? })
    };
    parent.dav_all("property").map(one).collect()
}

fn request(wanted: &[Wanted]) -> PropertyRequest {
    PropertyRequest::These(wanted.iter().map(|wanted| Requested::of(&wanted.name)).collect())
}

struct Expansion {
    call: Call,
    /// How many more resources may be looked at.
    left: usize,
}

impl Expansion {
    /// The DAV:response for what is at `address`.
    fn response<'a>(
        &'a mut self,
        href: &'a str,
        address: Address,
        target: Option<Target>,
        wanted: &'a [Wanted],
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Failure>> + Send + 'a>> {
        Box::pin(async move {
            self.left = self.left.checked_sub(1).ok_or_else(|| {
                Failure::forbidden("D:number-of-matches-within-limits", "That leads to too many resources.")
            })?;
            let target = match target {
                Some(target) => target,
                None => self.call.target_at(&address).await?,
            };
            let mut xml = XmlWriter::new();
            xml.open("D:response");
            xml.leaf("D:href", href);
            if matches!(target, Target::Vacant { .. } | Target::Inner | Target::Missing) {
                xml.leaf("D:status", "HTTP/1.1 404 Not Found");
            } else {
                let listing = Listing::new(self.call.clone(), request(wanted));
                let mut propstats = XmlWriter::new();
                propstats.open_root("D:response");
                listing.propstats(&address.resource, &target, &mut propstats).await?;
                propstats.close("D:response");
                self.expand(&propstats.take(), wanted, &mut xml).await?;
            }
            xml.close("D:response");
            Ok(xml.take())
        })
    }

    /// Writes the propstats in `response` with that in them to which the hrefs of properties lead.
    async fn expand(&mut self, response: &[u8], wanted: &[Wanted], xml: &mut XmlWriter) -> Result<(), Failure> {
        let document = Document::parse(response, None)?;
        for propstat in document.root.dav_all("propstat") {
            xml.open("D:propstat");
            for child in &propstat.children {
                if !child.name.is_dav("prop") {
                    xml.raw(document.verbatim(child, None).as_bytes());
                    continue;
                }
                xml.open("D:prop");
                for property in &child.children {
                    let within = wanted.iter().find(|wanted| wanted.name == property.name);
                    let within = within.map(|wanted| wanted.within.as_slice()).unwrap_or_default();
                    let tag =
                        property.name.namespace.prefix().map(|prefix| format!("{prefix}:{}", property.name.local));
                    match tag {
                        Some(tag) if !within.is_empty() && property.dav("href").is_some() => {
                            xml.open(&tag);
                            for href in property.dav_all("href") {
                                let followed = self.follow(href.text.trim(), within).await?;
                                xml.raw(&followed);
                            }
                            xml.close(&tag);
                        }
                        _ => xml.raw(document.verbatim(property, None).as_bytes()),
                    }
                }
                xml.close("D:prop");
            }
            xml.close("D:propstat");
        }
        Ok(())
    }

    /// What `href` leads to; the href alone where it is not of this server, as an e-mail address is not.
    async fn follow(&mut self, href: &str, within: &[Wanted]) -> Result<Vec<u8>, Failure> {
        let path = local_path(href, &self.call.headers).ok().flatten();
        match path.and_then(|path| Address::parse(path).ok()) {
            Some(address) => self.response(href, address, None, within).await,
            None => {
                let mut xml = XmlWriter::new();
                xml.leaf("D:href", href);
                Ok(xml.take())
            }
        }
    }
}
