//! POST of Apple's sharing: CS:share on a calendar says with whom it is shared (caldav-sharing section 5.3.2), CS:invite-reply on a home
//! answers an invitation (section 5.4.1).

use super::body::{self, PROPERTIES_OCTETS};
use super::conditions;
use super::error::Failure;
use super::headers::local_path;
use super::notification::invited_to;
use super::resource::{Address, Resource};
use super::target::Target;
use super::xml::{Element, XmlWriter};
use super::{Call, XML_TYPE, options};
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends_domain::Error;
use kalends_domain::access::{Access, Held, PrincipalId};
use kalends_domain::calendars::CalendarId;
use kalends_domain::sharing::{Answer, ShareChange, WantedShare};

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    match &call.target {
        Target::Outbox => return super::scheduling::post(&call, body).await,
        // Whatever is asked of it: there is none.
        Target::Missing => return Err(Failure::not_found()),
        _ => {}
    }
    let document = body::xml(&call.headers, body, PROPERTIES_OCTETS).await?;
    let root = document.as_ref().map(|document| &document.root);
    match (&call.target, root) {
        (Target::Vacant { .. } | Target::Inner, _) => Err(Failure::not_found()),
        (Target::Calendar(calendar), Some(root)) if root.name.is_calendar_server("share") => {
            share(&call, calendar, root).await
        }
        (Target::Home, Some(root)) if root.name.is_calendar_server("invite-reply") => reply(&call, root).await,
        (Target::Calendar(_) | Target::Home | Target::HomeOf(..), _) => {
            Err(invalid("The body has to be a CS:share on a calendar, or a CS:invite-reply on one's own home."))
        }
        _ => Err(options::not_allowed(&call.resource)),
    }
}

fn invalid(message: &'static str) -> Failure {
    Failure::forbidden("CS:valid-request", message)
}

/// All that a CS:share asks for is done, or nothing: then 207 says who is not known.
async fn share(call: &Call, calendar: &Held, root: &Element) -> Result<Response, Failure> {
    let refusal = |error| match error {
        Error::Forbidden { .. } => Failure::needs("D:write-acl", &call.href, "Who has access is not yours to say."),
        error => call.failure(error),
    };
    // Before an address says anything about who is here.
    call.kalends.shares(call.caller, calendar.id).await.map_err(refusal)?;
    let mut change = ShareChange::default();
    // As they were written, in their order; `false`: nobody is known by it.
    let mut named: Vec<(&str, bool)> = Vec::new();
    for item in &root.children {
        let is_set = item.name.is_calendar_server("set");
        if !is_set && !item.name.is_calendar_server("remove") {
            continue;
        }
        let href = item.dav("href").map(|href| href.text.trim()).filter(|href| !href.is_empty());
        let href = href.ok_or_else(|| invalid("Each CS:set and CS:remove needs a DAV:href."))?;
        let found = whom(call, calendar, href).await?;
        if is_set {
            let access = wanted(item).ok_or_else(|| invalid("Each CS:set needs a CS:read or a CS:read-write."))?;
            let name = item.calendar_server("summary").map(|summary| summary.text.trim().to_owned());
            let name = name.filter(|name| !name.is_empty());
            change.set.extend(found.map(|with| WantedShare { with, access, name }));
            named.push((href, found.is_some()));
        } else {
            // Whom it is not shared with is nobody to end it with.
            change.end.extend(found);
            named.push((href, true));
        }
    }
    if named.is_empty() {
        return Err(invalid("A CS:share needs a CS:set or a CS:remove."));
    }
    if named.iter().any(|(_, is_known)| !is_known) {
        return Ok(unknown(&named));
    }
    conditions::check(call).await?;
    call.kalends.change_shares(call.caller, calendar.id, &change).await.map_err(refusal)?;
    Ok(StatusCode::OK.into_response())
}

/// Nothing was done as some are not known.
fn unknown(named: &[(&str, bool)]) -> Response {
    let mut xml = XmlWriter::new();
    xml.open_root("D:multistatus");
    for (href, is_known) in named {
        xml.open("D:response");
        xml.leaf("D:href", href);
        if *is_known {
            xml.leaf("D:status", "HTTP/1.1 424 Failed Dependency");
        } else {
            xml.leaf("D:status", "HTTP/1.1 403 Forbidden");
            xml.open("D:error");
            xml.empty("D:recognized-principal");
            xml.close("D:error");
        }
        xml.close("D:response");
    }
    xml.close("D:multistatus");
    (StatusCode::MULTI_STATUS, [(header::CONTENT_TYPE, XML_TYPE)], xml.take()).into_response()
}

/// What a CS:set grants. La Suite's client has two levels more than the specification.
fn wanted(set: &Element) -> Option<Access> {
    let levels = [
        ("read", Access::Read),
        ("read-write", Access::Write),
        ("read-write-noacl", Access::Write),
        ("admin", Access::Administer),
    ];
    levels.into_iter().find(|(name, _)| set.calendar_server(name).is_some()).map(|(_, access)| access)
}

/// Somebody by their e-mail address or the address of their principal.
async fn whom(call: &Call, calendar: &Held, href: &str) -> Result<Option<PrincipalId>, Failure> {
    let looked_up = match href.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
        Some(scheme) => match &href[scheme.len()..] {
            email if email.contains('@') => call.kalends.party(call.caller, email).await,
            _ => return Ok(None),
        },
        None => {
            let path = local_path(href, &call.headers).ok().flatten();
            let address = path.and_then(|path| Address::parse(path).ok());
            let Some(Address { resource: Resource::Principal { slug }, .. }) = address else { return Ok(None) };
            // A team that somebody else shared it with need not be known to the caller.
            let shares = call.kalends.shares(call.caller, calendar.id).await.map_err(|error| call.failure(error))?;
            match shares.into_iter().find(|share| share.with.slug == slug) {
                Some(share) => Ok(share.with),
                None => call.kalends.party_named(call.caller, &slug).await,
            }
        }
    };
    match looked_up {
        Ok(party) => Ok(Some(party.id)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(call.failure(error)),
    }
}

/// Accepts or declines what was shared with the caller.
async fn reply(call: &Call, root: &Element) -> Result<Response, Failure> {
    let is_accepted = root.calendar_server("invite-accepted").is_some();
    let answer = match (is_accepted, root.calendar_server("invite-declined").is_some()) {
        (true, false) => Answer::Accepted,
        (false, true) => Answer::Declined,
        _ => return Err(invalid("A CS:invite-reply needs either a CS:invite-accepted or a CS:invite-declined.")),
    };
    let host = root.calendar_server("hosturl").and_then(|host| host.dav("href")).map(|href| href.text.trim());
    let uid = root.calendar_server("in-reply-to").map(|uid| uid.text.trim());
    if host.is_none() && uid.is_none() {
        return Err(invalid("A CS:invite-reply needs a CS:hosturl or a CS:in-reply-to."));
    }
    let unknown = || Failure::forbidden("CS:invalid-share", "There is no such invitation.");
    let calendar = invited(call, host, uid).await?.ok_or_else(unknown)?;
    conditions::check(call).await?;
    match call.kalends.answer_share(call.caller, calendar, answer).await {
        Ok(()) => {}
        Err(Error::NotFound(_) | Error::BadInput { .. }) => return Err(unknown()),
        Err(error) => return Err(call.failure(error)),
    }
    if answer == Answer::Declined {
        return Ok(StatusCode::OK.into_response());
    }
    let held = call.kalends.calendar_by_id(call.caller, calendar).await.map_err(|error| call.failure(error))?;
    let mut xml = XmlWriter::new();
    xml.open_root("CS:shared-as");
    xml.leaf("D:href", &call.tree.calendar_href(&call.who.slug, &held.slug_in(&call.who)));
    xml.close("CS:shared-as");
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, XML_TYPE)], xml.take()).into_response())
}

/// The calendar that the answer is about, where the caller sees it; else `None`.
async fn invited(call: &Call, host: Option<&str>, uid: Option<&str>) -> Result<Option<CalendarId>, Failure> {
    let Some(host) = host else { return Ok(uid.and_then(invited_to).map(CalendarId)) };
    let path = local_path(host, &call.headers).ok().flatten();
    let Some(address) = path.and_then(|path| Address::parse(path).ok()) else { return Ok(None) };
    match call.target_at(&address).await? {
        Target::Calendar(calendar) => Ok(Some(calendar.id)),
        _ => Ok(None),
    }
}
