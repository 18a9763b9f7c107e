//! What was deleted and can be brought back.

use super::history::by;
use super::problem::Problem;
use super::{Known, Rest, calendar_id};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::Error;
use kalends_domain::bin::{BinnedCalendar, BinnedObject, ObjectId};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct Piece {
    #[serde(default)]
    piece: usize,
}

/// `GET /bin?piece=`: the last that was deleted first, in pieces from 0.
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    piece: Result<Query<Piece>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(Piece { piece }) = piece?;
    let bin = rest.kalends.bin(known.caller, piece).await?;
    let calendars: Vec<Value> = bin.calendars.iter().map(calendar).collect();
    let objects: Vec<Value> = bin.objects.iter().map(object).collect();
    Ok(Json(json!({ "calendars": calendars, "objects": objects, "more": bin.more })))
}

/// `POST /calendars/{id}/bin/{object}/restore`
pub async fn restore_object(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, object)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let calendar = calendar_id(&calendar)?;
    let returned = rest.kalends.restore_object(known.caller, calendar, object_id(&object)?).await?;
    let body = json!({ "calendar": calendar.0, "name": returned.name, "copy": returned.is_copy });
    Ok((StatusCode::CREATED, Json(body)))
}

/// `DELETE /calendars/{id}/bin/{object}`: for good.
pub async fn purge_object(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, object)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    rest.kalends.purge_object(known.caller, calendar_id(&calendar)?, object_id(&object)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /bin/calendars/{id}/restore`
pub async fn restore_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
) -> Result<Json<Value>, Problem> {
    let calendar = calendar_id(&calendar)?;
    let slug = rest.kalends.restore_calendar(known.caller, calendar).await?;
    Ok(Json(json!({ "calendar": calendar.0, "slug": slug })))
}

/// `DELETE /bin/calendars/{id}`: for good.
pub async fn purge_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
) -> Result<StatusCode, Problem> {
    rest.kalends.purge_calendar(known.caller, calendar_id(&calendar)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn object_id(text: &str) -> Result<ObjectId, Problem> {
    text.parse().map(ObjectId).map_err(|_| Error::NotFound("what was deleted").into())
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn calendar(resting: &BinnedCalendar) -> Value {
    json!({
        "id": resting.id.0,
        "slug": resting.slug,
        "name": resting.display_name,
        "objects": resting.objects,
        "deleted": moment(resting.deleted_at),
        "by": resting.cause.as_ref().map(by),
    })
}

fn object(resting: &BinnedObject) -> Value {
    json!({
        "calendar": resting.calendar.0,
        "id": resting.object.0,
        "name": resting.name,
        "uid": resting.uid,
        "component": resting.kind.name(),
        "title": resting.summary,
        "revision": resting.revision.0,
        "deleted": moment(resting.deleted_at),
        "by": resting.cause.as_ref().map(by),
    })
}
