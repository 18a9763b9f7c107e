//! COPY and MOVE of objects (RFC 4918 sections 9.8 and 9.9).

use super::conditions;
use super::error::Failure;
use super::headers::{destination, overwrite};
use super::resource::Resource;
use super::{Call, Method};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends_domain::Error;
use kalends_domain::objects::Transfer;

pub async fn answer(call: Call) -> Result<Response, Failure> {
    let Resource::Object { owner, calendar, name } = &call.resource else { return Err(Failure::not_found()) };
    let source = call.kalends.calendar(call.caller, owner, calendar).await?;
    let address = destination(&call.headers)?;
    let (tree, href) = (address.tree, address.href());
    let target = call.resource_at(address).await?;
    let overwrite = overwrite(&call.headers)?;
    let Resource::Object { owner: to_owner, calendar: to_calendar, name: to_name } = &target else {
        return Err(match target {
            Resource::Inner { .. } | Resource::Nowhere => Failure::no_parent(),
            _ => Failure::forbidden("C:calendar-collection-location-ok", "An object cannot take a collection's place."),
        });
    };
    let to = call.kalends.calendar(call.caller, to_owner, to_calendar).await.map_err(|error| match error {
        Error::NotFound(_) => Failure::no_parent(),
        other => other.into(),
    })?;
    if target == call.resource {
        return Err(Failure::new(StatusCode::FORBIDDEN, "Source and Destination are the same."));
    }
    let transfer = Transfer {
        from: (source.id, name.clone()),
        to: (to.id, to_name.clone()),
        overwrite,
        precondition: conditions::precondition(&call).await?,
    };
    let done = match call.method {
        Method::Move => call.kalends.move_object(call.caller, transfer).await,
        _ => call.kalends.copy_object(call.caller, transfer).await,
    };
    let written = done.map_err(|error| Failure::of(error, &href, &tree.calendar_href(to_owner, to_calendar)))?;
    if !written.created {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut response = StatusCode::CREATED.into_response();
    if let Ok(location) = HeaderValue::from_str(&href) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
