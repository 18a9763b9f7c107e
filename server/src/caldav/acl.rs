//! ACL (RFC 3744 section 8.1): with whom a calendar is shared.

use super::body::{self, PROPERTIES_OCTETS};
use super::conditions;
use super::error::Failure;
use super::headers::local_path;
use super::props::{Shown, entries, expressed};
use super::resource::{Address, ProxyGroup, Resource};
use super::target::Target;
use super::xml::{Element, Name};
use super::{Call, options};
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kalends_domain::Error;
use kalends_domain::access::{Access, PrincipalId};
use kalends_domain::sharing::AccessList;

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    let document = body::xml(&call.headers, body, PROPERTIES_OCTETS)
        .await?
        .filter(|document| document.root.name.is_dav("acl"))
        .ok_or_else(|| Failure::bad_request("The body has to be a DAV:acl."))?;
    let calendar = match &call.target {
        Target::Calendar(calendar) => calendar.id,
        Target::Vacant { .. } | Target::Inner | Target::Missing => return Err(Failure::not_found()),
        _ => return Err(options::not_allowed(&call.resource)),
    };
    let refusal = |error| match error {
        Error::Forbidden { .. } => Failure::needs("D:write-acl", &call.href, "Who has access is not yours to say."),
        Error::QuotaExceeded { .. } => {
            Failure::forbidden("D:limited-number-of-aces", "The calendar cannot be shared with so many.")
        }
        error => call.failure(error),
    };
    let list = call.kalends.access_list(call.caller, calendar).await.map_err(refusal)?;
    let wanted = wanted(&call, &list, &document.root).await?;
    conditions::check(&call).await?;
    call.kalends.share_with_these(call.caller, calendar, &wanted).await.map_err(refusal)?;
    Ok(StatusCode::OK.into_response())
}

/// With whom the calendar is to be shared, and how far.
async fn wanted(call: &Call, list: &AccessList, acl: &Element) -> Result<Vec<(PrincipalId, Access)>, Failure> {
    let mut wanted: Vec<(PrincipalId, Vec<&Element>)> = Vec::new();
    for entry in acl.dav_all("ace") {
        let privileges = privileges(entry)?;
        let (with, is_fixed) = match whom(call, list, entry).await? {
            Whom::Proxies(group) => {
                if !list.delegated.contains(&group.access()) || granted_by(&privileges) != Some(group.access()) {
                    return Err(protected());
                }
                continue;
            }
            Whom::Owner => (list.owner.id, true),
            Whom::Somebody(with) => (with, with == list.owner.id || with == call.who.id),
        };
        if is_fixed || entry.dav("protected").is_some() {
            if !stands_already(call, list, with, &privileges) {
                return Err(protected());
            }
            continue;
        }
        match wanted.iter_mut().find(|(known, _)| *known == with) {
            Some((_, known)) => known.extend(privileges),
            None => wanted.push((with, privileges)),
        }
    }
    wanted
        .into_iter()
        .map(|(with, privileges)| Ok((with, granted_by(&privileges).ok_or_else(not_expressed)?)))
        .collect()
}

fn protected() -> Failure {
    Failure::forbidden(
        "D:no-protected-ace-conflict",
        "What the owner, their delegates, the members of the team that owns it, and you yourself have cannot be changed.",
    )
}

fn not_expressed() -> Failure {
    Failure::forbidden(
        "D:not-supported-privilege",
        "What can be granted is C:read-free-busy; D:read; D:read and D:write; these with D:read-acl and D:write-acl.",
    )
}

fn granted_by(privileges: &[&Element]) -> Option<Access> {
    let tag = |name: &Name| name.namespace.prefix().map(|prefix| format!("{prefix}:{}", name.local));
    let tags: Option<Vec<String>> = privileges.iter().map(|privilege| tag(&privilege.name)).collect();
    expressed(tags?.iter().map(String::as_str))
}

/// Whether the list has an entry that is not to be changed with these privileges for `with`.
fn stands_already(call: &Call, list: &AccessList, with: PrincipalId, privileges: &[&Element]) -> bool {
    let is_all = matches!(privileges, [all] if all.name.is_dav("all"));
    let asked = if is_all { Some(Access::Owner) } else { granted_by(privileges) };
    entries(list, &call.who).any(|(whom, access, is_protected)| {
        let id = match whom {
            Shown::Owner => list.owner.id,
            // By an address of their own.
            Shown::Proxies(..) => return false,
            Shown::Somebody(party) => party.id,
        };
        is_protected && id == with && Some(access) == asked
    })
}

/// What an entry grants.
fn privileges(entry: &Element) -> Result<Vec<&Element>, Failure> {
    if entry.dav("inherited").is_some() {
        return Err(Failure::forbidden("D:no-inherited-ace-conflict", "Calendars inherit no access."));
    }
    if entry.dav("invert").is_some() {
        return Err(Failure::forbidden("D:no-invert", "Access is given to those who are named."));
    }
    if entry.dav("deny").is_some() {
        return Err(Failure::forbidden("D:grant-only", "Access is given, and never denied."));
    }
    let grant = entry.dav("grant").ok_or_else(|| Failure::bad_request("Each ace needs a grant."))?;
    let privileges: Vec<&Element> = grant.dav_all("privilege").flat_map(|privilege| &privilege.children).collect();
    match privileges.is_empty() {
        true => Err(Failure::bad_request("Each grant needs a privilege.")),
        false => Ok(privileges),
    }
}

enum Whom {
    Owner,
    /// Those who act for the owner.
    Proxies(ProxyGroup),
    Somebody(PrincipalId),
}

/// Whom an entry is about.
async fn whom(call: &Call, list: &AccessList, entry: &Element) -> Result<Whom, Failure> {
    let principal = entry.dav("principal").ok_or_else(|| Failure::bad_request("Each ace needs a principal."))?;
    if principal.dav("authenticated").is_some() {
        return Ok(Whom::Somebody(PrincipalId::EVERYONE));
    }
    if principal.dav("property").is_some_and(|property| property.dav("owner").is_some()) {
        return Ok(Whom::Owner);
    }
    let Some(href) = principal.dav("href") else {
        return Err(Failure::forbidden(
            "D:allowed-principal",
            "Access is given to a principal by its href, and to all who have an account as DAV:authenticated.",
        ));
    };
    let unknown = || Failure::forbidden("D:recognized-principal", "There is no such principal.");
    let path = local_path(href.text.trim(), &call.headers).ok().flatten().ok_or_else(unknown)?;
    let slug = match Address::parse(path) {
        Ok(Address { resource: Resource::Principal { slug }, .. }) => slug,
        Ok(Address { resource: Resource::Proxies { slug, group }, .. }) if slug == list.owner.slug => {
            return Ok(Whom::Proxies(group));
        }
        _ => return Err(unknown()),
    };
    if slug == list.owner.slug {
        return Ok(Whom::Somebody(list.owner.id));
    }
    // A team that somebody else shared it with need not be known to the caller.
    if let Some(share) = list.shares.iter().find(|share| share.with.slug == slug) {
        return Ok(Whom::Somebody(share.with.id));
    }
    match call.kalends.party_named(call.caller, &slug).await {
        Ok(party) => Ok(Whom::Somebody(party.id)),
        Err(Error::NotFound(_)) => Err(unknown()),
        Err(error) => Err(call.failure(error)),
    }
}
