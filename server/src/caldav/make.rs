//! MKCALENDAR (RFC 4791 section 5.3.1) and extended MKCOL (RFC 5689). In a calendar home every collection is a calendar, also
//! one made by a plain MKCOL.

use super::body::{self, PROPERTIES_OCTETS};
use super::conditions;
use super::error::Failure;
use super::props::update::{Phase, Update};
use super::resource::Resource;
use super::target::Target;
use super::xml::{Document, Element, XmlWriter};
use super::{Call, Method};
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends_domain::Error;
use kalends_domain::calendars::CalendarDetails;

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    let document = body::xml(&call.headers, body, PROPERTIES_OCTETS).await?;
    let slug = place(&call).await?;
    if let Some(document) = &document {
        check(document, call.method)?;
    }
    conditions::check(&call).await?;
    let taken = call.kalends.calendars(call.caller).await?.len();
    let update =
        document.as_ref().map(|document| Update::of(document, Phase::Creation, call.kalends.limits().dead_properties));
    let defaults = CalendarDetails::named(slug, taken);
    let (details, dead) = match &update {
        Some(update) if !update.is_accepted() => return Err(unmade(&call, update)),
        Some(update) => update.clone().into_new(defaults),
        None => (defaults, Vec::new()),
    };
    match call.kalends.create_calendar(call.caller, Some(slug), details, dead).await {
        Ok(_) => Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-cache")]).into_response()),
        Err(Error::AlreadyExists(_)) => Err(exists(&call)),
        Err(error) => match update.and_then(|update| update.attributed(&error)) {
            Some(update) => Err(unmade(&call, &update)),
            None => Err(call.failure(error)),
        },
    }
}

/// The slug of the calendar to be made, if there may be one.
async fn place(call: &Call) -> Result<&str, Failure> {
    match &call.target {
        Target::Vacant { slug } => Ok(slug),
        Target::Object(place) => match place.head() {
            Ok(_) => Err(exists(call)),
            Err(_) => Err(elsewhere()),
        },
        Target::Inner => Err(elsewhere()),
        Target::Missing if matches!(call.resource, Resource::Principal { .. } | Resource::Home { .. }) => {
            Err(elsewhere())
        }
        Target::Missing => Err(Failure::no_parent()),
        Target::Calendar(_)
        | Target::Container
        | Target::Principal(_)
        | Target::Proxies(_)
        | Target::Home
        | Target::HomeOf(..)
        | Target::Notifications(_)
        | Target::Notification(_)
        | Target::Inbox(_)
        | Target::InboxItem(_)
        | Target::Outbox => Err(exists(call)),
    }
}

fn elsewhere() -> Failure {
    Failure::forbidden("C:calendar-collection-location-ok", "A calendar can only be made in a calendar home.")
}

/// A failed precondition of MKCALENDAR is 403 (RFC 4791 sections 1.3 and 5.3.1.1); MKCOL cannot be used on what is there (RFC 4918
/// section 9.3.1).
fn exists(call: &Call) -> Failure {
    const MESSAGE: &str = "There is something here already.";
    match call.method {
        Method::Mkcalendar => Failure::forbidden("D:resource-must-be-null", MESSAGE),
        _ => Failure::condition(StatusCode::METHOD_NOT_ALLOWED, "D:resource-must-be-null", MESSAGE)
            .allowing(&call.resource),
    }
}

/// Nothing was made, as a property could not be set: 207 for MKCALENDAR (RFC 4791 section 5.3.1), 403 with an element of its own for
/// MKCOL (RFC 5689 section 3).
fn unmade(call: &Call, update: &Update) -> Failure {
    let mut xml = XmlWriter::new();
    let (status, tag) = match call.method {
        Method::Mkcalendar => (StatusCode::MULTI_STATUS, "D:multistatus"),
        _ => (StatusCode::FORBIDDEN, "D:mkcol-response"),
    };
    xml.open_root(tag);
    if call.method == Method::Mkcalendar {
        xml.open("D:response");
        xml.leaf("D:href", &call.href);
    }
    update.write_propstats(&mut xml);
    if call.method == Method::Mkcalendar {
        xml.close("D:response");
    }
    xml.close(tag);
    Failure::document(status, xml.take())
}

/// Whether the body is the one of the method, and asks for a calendar.
fn check(document: &Document, method: Method) -> Result<(), Failure> {
    let root = &document.root;
    let fits = match method {
        Method::Mkcalendar => root.name.is_caldav("mkcalendar"),
        _ => root.name.is_dav("mkcol"),
    };
    if !fits {
        // RFC 4918 section 9.3: a body that MKCOL does not know.
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body does not belong to this method."));
    }
    let mut types = root.dav_all("set").flat_map(|set| set.dav_all("prop")).filter_map(|prop| prop.dav("resourcetype"));
    let is_calendar = |resource_type: &Element| {
        resource_type.dav("collection").is_some()
            && resource_type.caldav("calendar").is_some()
            && resource_type.children.len() == 2
    };
    let given = types.next();
    if given.is_some_and(|resource_type| !is_calendar(resource_type)) || given.is_none() && method == Method::Mkcol {
        return Err(Failure::forbidden("D:valid-resourcetype", "The collections that can be made here are calendars."));
    }
    Ok(())
}
