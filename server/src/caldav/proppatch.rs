//! PROPPATCH (RFC 4918 section 9.2): all of the changes or none.

use super::body::{self, PROPERTIES_OCTETS};
use super::conditions;
use super::error::Failure;
use super::headers::Preferences;
use super::props::update::{Stage, Update};
use super::resource::Resource;
use super::stream::multistatus;
use super::{Call, preference_applied};
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    let document = body::xml(&call.headers, body, PROPERTIES_OCTETS)
        .await?
        .filter(|document| document.root.name.is_dav("propertyupdate"))
        .ok_or_else(|| Failure::bad_request("The body has to be a DAV:propertyupdate."))?;
    let mut update = Update::of(&document, Stage::Made);
    if update.is_empty() {
        return Err(Failure::bad_request("There is no property to set or remove."));
    }
    match &call.resource {
        Resource::Calendar { owner, slug } => {
            let (calendar, _) = call.kalends.calendar(call.who.id, owner, slug).await?;
            conditions::check(&call).await?;
            if update.is_good()
                && let Err(error) = call.kalends.update_calendar(call.who.id, calendar.id, update.patch(slug)).await
            {
                update = update.blamed(&error).ok_or_else(|| call.failure(error))?;
            }
        }
        Resource::Object { owner, calendar, name } => {
            call.kalends.object_at(call.who.id, owner, calendar, name).await?;
            update.refuse();
        }
        Resource::Principal { slug } | Resource::Home { owner: slug } if *slug != call.who.slug => {
            return Err(Failure::not_found());
        }
        Resource::Nowhere => return Err(Failure::not_found()),
        _ => update.refuse(),
    }
    let preferences = Preferences::of(&call.headers);
    if preferences.minimal && update.is_good() {
        return Ok(preference_applied(StatusCode::NO_CONTENT.into_response(), preferences));
    }
    let href = call.href;
    multistatus(|mut out| async move {
        out.response(&href, |xml| update.write_propstats(xml));
        Ok(out)
    })
    .await
}
