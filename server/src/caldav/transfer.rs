//! COPY and MOVE of objects (RFC 4918 sections 9.8 and 9.9).

use super::conditions;
use super::error::Failure;
use super::headers::{destination, overwrite};
use super::target::Target;
use super::{Call, Method};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends_domain::objects::{CopyMove, Place};

pub async fn answer(call: Call) -> Result<Response, Failure> {
    let Target::Object(Place { calendar: source, name, .. }) = &call.target else { return Err(Failure::not_found()) };
    let address = destination(&call.headers)?;
    let (tree, href) = (address.tree, address.href());
    let overwrite = overwrite(&call.headers)?;
    let (to, to_name) = match call.target_at(&address).await? {
        Target::Object(Place { calendar, name, .. }) => (calendar, name),
        Target::Inner => return Err(Failure::no_parent()),
        Target::Missing if !address.resource.is_collection() => return Err(Failure::no_parent()),
        _ => {
            let message = "An object cannot take a collection's place.";
            return Err(Failure::forbidden("C:calendar-collection-location-ok", message));
        }
    };
    if source.id == to.id && *name == to_name {
        return Err(Failure::new(StatusCode::FORBIDDEN, "Source and Destination are the same."));
    }
    let transfer = CopyMove {
        from: (source.id, name.clone()),
        to: (to.id, to_name),
        overwrite,
        precondition: conditions::precondition(&call).await?,
    };
    let done = match call.method {
        Method::Move => call.kalends.move_object(call.caller, transfer).await,
        _ => call.kalends.copy_object(call.caller, transfer).await,
    };
    let written = done.map_err(|error| Failure::of(error, &href, &tree.calendar_href(&to.owner_slug, &to.slug)))?;
    if !written.created {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut response = StatusCode::CREATED.into_response();
    if let Ok(location) = HeaderValue::from_str(&href) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
