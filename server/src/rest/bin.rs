//! What was deleted and can be brought back.

use super::history::{By, by};
use super::input::{Parameters, calendar_id};
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::bin::{BinnedCalendar, BinnedObject, ObjectId};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which piece of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Piece {
    /// From 0; fifty objects are in each.
    #[serde(default)]
    piece: usize,
}

/// A calendar that was deleted.
#[derive(Serialize, ToSchema)]
pub struct DeletedCalendar {
    id: i64,
    slug: String,
    name: String,
    objects: u64,
    deleted: String,
    by: Option<By>,
}

/// An object that was deleted.
#[derive(Serialize, ToSchema)]
pub struct DeletedObject {
    calendar: i64,
    id: i64,
    name: String,
    uid: String,
    /// `VEVENT`, `VTODO`, `VJOURNAL` or `VFREEBUSY`.
    component: String,
    title: Option<String>,
    /// Of the change that deleted it.
    revision: i64,
    deleted: String,
    by: Option<By>,
}

/// The last that was deleted first.
#[derive(Serialize, ToSchema)]
pub struct Bin {
    calendars: Vec<DeletedCalendar>,
    objects: Vec<DeletedObject>,
    /// There are more in the next piece.
    more: bool,
}

/// An object that is back.
#[derive(Serialize, ToSchema)]
pub struct ReturnedObject {
    calendar: i64,
    name: String,
    /// Another has its UID by now.
    copy: bool,
}

/// A calendar that is back.
#[derive(Serialize, ToSchema)]
pub struct ReturnedCalendar {
    calendar: i64,
    slug: String,
}

/// What was deleted and can be brought back, the last that was deleted first.
#[utoipa::path(get, path = "/api/v1.0/bin", tag = "bin", params(Piece), responses((status = 200, body = Bin)))]
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Parameters(Piece { piece }): Parameters<Piece>,
) -> Result<Json<Bin>, Problem> {
    let bin = rest.kalends.bin(known.caller, piece).await?;
    let calendars = bin.calendars.iter().map(calendar).collect();
    let objects = bin.objects.iter().map(object).collect();
    Ok(Json(Bin { calendars, objects, more: bin.more }))
}

/// Brings an object back.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/bin/{object}/restore", tag = "bin",
    params(("id" = i64, Path), ("object" = i64, Path)), responses((status = 201, body = ReturnedObject)))]
pub async fn restore_object(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, object)): Path<(String, String)>,
) -> Result<(StatusCode, Json<ReturnedObject>), Problem> {
    let calendar = calendar_id(&calendar)?;
    let returned = rest.kalends.restore_object(known.caller, calendar, object_id(&object)?).await?;
    let body = ReturnedObject { calendar: calendar.0, name: returned.name, copy: returned.is_copy };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Has an object gone for good.
#[utoipa::path(delete, path = "/api/v1.0/calendars/{id}/bin/{object}", tag = "bin",
    params(("id" = i64, Path), ("object" = i64, Path)), responses((status = 204)))]
pub async fn purge_object(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, object)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    rest.kalends.purge_object(known.caller, calendar_id(&calendar)?, object_id(&object)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings a calendar back.
#[utoipa::path(post, path = "/api/v1.0/bin/calendars/{id}/restore", tag = "bin", params(("id" = i64, Path)),
    responses((status = 200, body = ReturnedCalendar)))]
pub async fn restore_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
) -> Result<Json<ReturnedCalendar>, Problem> {
    let calendar = calendar_id(&calendar)?;
    let slug = rest.kalends.restore_calendar(known.caller, calendar).await?;
    Ok(Json(ReturnedCalendar { calendar: calendar.0, slug }))
}

/// Has a calendar gone for good.
#[utoipa::path(delete, path = "/api/v1.0/bin/calendars/{id}", tag = "bin", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn purge_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
) -> Result<StatusCode, Problem> {
    rest.kalends.purge_calendar(known.caller, calendar_id(&calendar)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn object_id(text: &str) -> Result<ObjectId, Problem> {
    text.parse().map(ObjectId).map_err(|_| Error::NotFound(Missing::Deleted).into())
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn calendar(resting: &BinnedCalendar) -> DeletedCalendar {
    DeletedCalendar {
        id: resting.id.0,
        slug: resting.slug.clone(),
        name: resting.display_name.clone(),
        objects: resting.objects,
        deleted: moment(resting.deleted_at),
        by: resting.cause.as_ref().map(by),
    }
}

fn object(resting: &BinnedObject) -> DeletedObject {
    DeletedObject {
        calendar: resting.calendar.0,
        id: resting.object.0,
        name: resting.name.clone(),
        uid: resting.uid.clone(),
        component: resting.kind.name().to_owned(),
        title: resting.summary.clone(),
        revision: resting.revision.0,
        deleted: moment(resting.deleted_at),
        by: resting.cause.as_ref().map(by),
    }
}
