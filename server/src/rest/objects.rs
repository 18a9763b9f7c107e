//! The objects of a calendar as their text.

use super::input::{Parameters, calendar_id, media_type, octets, unsupported, write_precondition};
use super::output::{found, not_modified, tagged};
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use kalends_domain::objects::{ObjectHead, Precondition};
use kalends_domain::{Error, Missing};
use kalends_ical::unfold;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const CALENDAR: &str = "text/calendar; charset=utf-8";

/// An object without its text.
#[derive(Serialize, ToSchema)]
pub struct ObjectInfo {
    /// In addresses.
    name: String,
    uid: String,
    etag: String,
    /// `VEVENT`, `VTODO`, `VJOURNAL` or `VFREEBUSY`.
    component: String,
    /// In octets.
    size: usize,
    revision: i64,
    modified: DateTime<Utc>,
}

impl From<&ObjectHead> for ObjectInfo {
    fn from(head: &ObjectHead) -> Self {
        ObjectInfo {
            name: head.name.clone(),
            uid: head.uid.clone(),
            etag: head.etag.clone(),
            component: head.kind.name().to_owned(),
            size: head.size,
            revision: head.revision.0,
            modified: head.modified_at,
        }
    }
}

/// Objects in the order of their names.
#[derive(Serialize, ToSchema)]
pub struct ObjectList {
    objects: Vec<ObjectInfo>,
    /// For the parameter `after` of the next request; `null`: that was all.
    next: Option<String>,
}

/// Which objects.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The name that the answer before ended with.
    #[serde(default)]
    after: String,
}

/// The objects of a calendar, at most a thousand at once.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/objects", tag = "objects", params(("id" = i64, Path), After),
    responses((status = 200, body = ObjectList)))]
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(After { after }): Parameters<After>,
) -> Result<Json<ObjectList>, Problem> {
    let calendar = calendar_id(&id)?;
    let heads = rest.kalends.object_heads(known.caller, calendar, &after).await?;
    let last = heads.last().map(|head| head.name.clone());
    let more = match &last {
        Some(last) => !rest.kalends.object_heads(known.caller, calendar, last).await?.is_empty(),
        None => false,
    };
    Ok(Json(ObjectList { objects: heads.iter().map(ObjectInfo::from).collect(), next: last.filter(|_| more) }))
}

/// The text of an object (RFC 5545).
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/objects/{name}", tag = "objects",
    params(("id" = i64, Path), ("name" = String, Path)),
    responses((status = 200, body = String, content_type = "text/calendar", headers(("ETag" = String))), (status = 304)))]
pub async fn get(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let object = rest.kalends.object(known.caller, calendar_id(&id)?, &name).await?;
    let etag = &object.head.etag;
    if let Some(response) = not_modified(&headers, etag)? {
        return Ok(response);
    }
    Ok(tagged(etag, ([(header::CONTENT_TYPE, CALENDAR)], object.text)))
}

/// Why an object is in a calendar that is in step with one elsewhere.
#[derive(Serialize, ToSchema)]
#[schema(as = ObjectOrigin)]
pub struct Origin {
    /// What the calendar is called there.
    remote_name: String,
    /// What the account there is called; `null` for those who do not own the calendar.
    account: Option<String>,
    /// When it last went from one side to the other; `null`: not since it is known there.
    crossed: Option<DateTime<Utc>>,
    /// To which side it went then: `here` or `there`.
    crossed_to: Option<&'static str>,
    /// Whether it is there, as far as is known.
    there: bool,
    /// Somebody has to decide between the two sides.
    conflict: bool,
}

/// Why an object is here: by which calendar elsewhere, and when it last crossed. 404 for one of a calendar that is in step with none.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/objects/{name}/origin", tag = "objects",
    params(("id" = i64, Path), ("name" = String, Path)),
    responses((status = 200, body = Origin, headers(("ETag" = String))), (status = 304)))]
pub async fn origin(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let origin = rest.kalends.provenance(known.caller, calendar_id(&id)?, &name).await?;
    let origin = origin.ok_or(Error::NotFound(Missing::SyncLink))?;
    let body = Origin {
        remote_name: origin.remote_name,
        account: origin.account_name,
        crossed: origin.crossed.map(|(at, _)| at),
        crossed_to: origin.crossed.map(|(_, is_out)| if is_out { "there" } else { "here" }),
        there: origin.is_there,
        conflict: origin.is_conflict,
    };
    found(&headers, body)
}

/// Stores the text of an object as it comes.
#[utoipa::path(put, path = "/api/v1.0/calendars/{id}/objects/{name}", tag = "objects",
    request_body(content = String, content_type = "text/calendar"),
    params(("id" = i64, Path), ("name" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag that one saw."),
        ("If-None-Match" = Option<String>, Header, description = "`*`: there is none of that name yet.")),
    responses((status = 201, headers(("ETag" = String))), (status = 204, headers(("ETag" = String)))))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&id)?;
    let precondition = write_precondition(request.headers())?;
    if !matches!(media_type(request.headers()).as_str(), "text/calendar" | "text/plain" | "application/octet-stream") {
        return Err(unsupported("text/calendar"));
    }
    let octets = octets(request, &rest, rest.kalends.limits().text.object_octets).await?;
    let text = unfold::text(&octets).map_err(Error::InvalidCalendarData)?;
    let written = rest.kalends.put_object(known.caller, calendar, &name, &text, precondition).await?;
    let status = if written.created { StatusCode::CREATED } else { StatusCode::NO_CONTENT };
    let mut response = status.into_response();
    // The tag is of what is shown, which has to be what was sent.
    if !written.altered
        && *text.as_bytes() == *octets
        && let Ok(etag) = HeaderValue::from_str(&written.etag)
    {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// Deletes an object; it rests in the bin.
#[utoipa::path(delete, path = "/api/v1.0/calendars/{id}/objects/{name}", tag = "objects",
    params(("id" = i64, Path), ("name" = String, Path), ("If-Match" = String, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let precondition = write_precondition(&headers)?;
    if matches!(precondition, Precondition::Absent) {
        return Err(Problem::required("Say by If-Match which version you saw."));
    }
    rest.kalends.delete_object(known.caller, calendar_id(&id)?, &name, precondition).await?;
    Ok(StatusCode::NO_CONTENT)
}
