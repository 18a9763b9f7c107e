//! PUT (RFC 4791 section 5.3.2): stores an object as it comes.

use super::body::{self, media_parameter, media_type};
use super::conditions;
use super::error::Failure;
use super::headers::Preferences;
use super::target::Target;
use super::{Call, SCHEDULE_TAG};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends_domain::Error;
use kalends_domain::objects::Place;
use kalends_ical::unfold;
use std::borrow::Cow;

pub async fn answer(call: Call, body: Body) -> Result<Response, Failure> {
    let Target::Object(Place { calendar, name, .. }) = &call.target else { return Err(Failure::no_parent()) };
    if call.headers.contains_key(header::CONTENT_RANGE) {
        return Err(Failure::bad_request("A part of an object cannot be put."));
    }
    let limit = call.kalends.limits().text.object_octets;
    let octets =
        body::read(&call.headers, body, limit).await?.ok_or_else(|| call.failure(Error::TooLarge { limit }))?;
    check_type(&call)?;
    let text = unfold::text(&octets).map_err(|error| call.failure(Error::InvalidCalendarData(error)))?;
    let precondition = conditions::precondition(&call).await?;
    let written = match conditions::schedule_tag(&call.headers)? {
        Some(tag) => call.kalends.put_object_tagged(call.caller, calendar.id, name, &text, tag).await,
        None => call.kalends.put_object(call.caller, calendar.id, name, &text, precondition).await,
    };
    let written = written.map_err(|error| call.failure(error))?;

    let status = if written.created { StatusCode::CREATED } else { StatusCode::NO_CONTENT };
    // Of what is shown to the client otherwise than it is stored, what it sent is no representation.
    let representation = Preferences::of(&call.headers).representation && !written.altered;
    let is_as_sent = matches!(text, Cow::Borrowed(_));
    let mut response = if representation {
        // RFC 8144 section 3
        let status = if written.created { StatusCode::CREATED } else { StatusCode::OK };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8")),
            (super::PREFERENCE_APPLIED, HeaderValue::from_static("return=representation")),
        ];
        (status, headers, text.into_owned()).into_response()
    } else {
        status.into_response()
    };
    // Without the tag the client learns that it has other octets than the server, and fetches those (RFC 4791 section 5.3.4).
    if (is_as_sent || representation)
        && !written.altered
        && let Ok(etag) = HeaderValue::from_str(&written.etag)
    {
        response.headers_mut().insert(header::ETAG, etag);
    }
    if let Some(tag) = written.schedule_tag.as_deref().and_then(|tag| HeaderValue::from_str(&format!("\"{tag}\"")).ok())
    {
        response.headers_mut().insert(SCHEDULE_TAG, tag);
    }
    Ok(response)
}

/// CALDAV:supported-calendar-data (RFC 4791 section 5.3.2.1): iCalendar in UTF-8. Programs that know only files name no type
/// or a general one.
fn check_type(call: &Call) -> Result<(), Failure> {
    let refused = |what: &str| Err(Failure::forbidden("C:supported-calendar-data", what.to_owned()));
    match media_type(&call.headers).as_deref() {
        None | Some("text/calendar" | "text/plain" | "application/octet-stream" | "") => {}
        Some(other) => return refused(&format!("Objects are text/calendar, not {other}.")),
    }
    match media_parameter(&call.headers, "charset").as_deref() {
        None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => Ok(()),
        Some(other) => refused(&format!("Objects are in UTF-8, not in {other}.")),
    }
}
