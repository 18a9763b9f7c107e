//! What happened in calendars, and the texts that objects had.

use super::problem::Problem;
use super::{Known, Rest, calendar_id};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::Error;
use kalends_domain::as_of::{AsOfPage, Became, ShownAsOf};
use kalends_domain::calendars::{CalendarId, Revision};
use kalends_domain::history::{Cause, Change, RunKind};
use kalends_domain::objects::Precondition;
use serde::Deserialize;
use serde_json::{Value, json};

/// How many changes there are in an answer, when it is not said.
const USUAL: usize = 100;

#[derive(Deserialize)]
pub struct Page {
    #[serde(default)]
    since: i64,
    limit: Option<usize>,
}

/// `GET /calendars/{id}/changes?since=&limit=`: the earliest first.
pub async fn changes(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(page) = page?;
    let calendar = calendar_id(&calendar)?;
    let limit = page.limit.unwrap_or(USUAL);
    let changes = rest.kalends.calendar_history(known.caller, calendar, Revision(page.since), limit).await?;
    let reached = changes.last().map_or(page.since, |change| change.revision.0);
    let changes: Vec<Value> = changes.iter().map(|change| said(calendar, change)).collect();
    Ok(Json(json!({ "calendar": calendar.0, "reached": reached, "changes": changes })))
}

#[derive(Deserialize)]
pub struct Then {
    at: DateTime<Utc>,
    /// The name of the last object of the page before.
    #[serde(default)]
    after: String,
    limit: Option<usize>,
}

/// `GET /calendars/{id}/as-of?at=&after=&limit=`: every object as it stood then, in the order of the names.
pub async fn as_of(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    then: Result<Query<Then>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(Then { at, after, limit }) = then?;
    let calendar = calendar_id(&calendar)?;
    let page = AsOfPage::Everything { after };
    let found = rest.kalends.calendar_as_of(known.caller, calendar, at, &page, limit.unwrap_or(USUAL)).await?;
    let objects: Vec<Value> = found.objects.iter().map(|shown| stood(calendar, shown)).collect();
    let next = found.next.map(|next| match next {
        AsOfPage::Everything { after } => after,
        AsOfPage::Different { .. } => String::new(),
    });
    Ok(Json(json!({
        "calendar": calendar.0,
        "at": at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "revision": found.then.0,
        "now": found.now.0,
        "same": found.differences.same,
        "changed": found.differences.changed,
        "deleted": found.differences.deleted,
        "added": found.differences.added,
        "objects": objects,
        "next": next,
    })))
}

/// `GET /calendars/{id}/objects/{name}/versions`: the newest first.
pub async fn versions(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, name)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let calendar = calendar_id(&calendar)?;
    let changes = rest.kalends.object_history(known.caller, calendar, &name).await?;
    let versions: Vec<Value> = changes.iter().map(|change| said(calendar, change)).collect();
    Ok(Json(json!({ "calendar": calendar.0, "name": name, "versions": versions })))
}

/// `GET /calendars/{id}/versions/{revision}`: the text that a change led to, or that a removal took away.
pub async fn version(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, revision)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&calendar)?;
    let (_, text) = rest.kalends.version_at(known.caller, calendar, revision_of(&revision)?).await?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}

/// `POST /calendars/{id}/versions/{revision}/restore`: gives the object that text again, bound to `If-Match` or `If-None-Match: *`.
pub async fn restore(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, revision)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&calendar)?;
    let precondition = precondition(&headers)?;
    let restored = rest.kalends.restore_version(known.caller, calendar, revision_of(&revision)?, precondition).await?;
    let status = if restored.written.created { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({
        "calendar": calendar.0,
        "name": restored.name,
        "etag": restored.written.etag,
        "revision": restored.written.revision.0,
    });
    Ok((status, Json(body)).into_response())
}

fn revision_of(text: &str) -> Result<Revision, Problem> {
    text.parse().map(Revision).map_err(|_| Error::NotFound("the change").into())
}

/// Whoever brings something back says what they saw in its place.
fn precondition(headers: &HeaderMap) -> Result<Precondition, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    match (text("if-match"), text("if-none-match")) {
        (Some("*"), None) => Ok(Precondition::Present),
        (Some(tags), None) => Ok(Precondition::Matches(tags.split(',').map(|tag| tag.trim().to_owned()).collect())),
        (None, Some("*")) => Ok(Precondition::Absent),
        _ => Err(Problem::required(
            "Say by If-Match which version stands there now, or by If-None-Match: * that none does.",
        )),
    }
}

fn stood(calendar: CalendarId, shown: &ShownAsOf) -> Value {
    let object = &shown.object;
    let href = object.stood.filter(|_| shown.is_kept);
    let href = href.map(|revision| format!("/api/v1.0/calendars/{}/versions/{}", calendar.0, revision.0));
    json!({
        "name": object.name,
        "title": shown.title,
        "etag": object.then.map(|digest| digest.etag()),
        "revision": object.stood.map(|revision| revision.0),
        "since": match object.became {
            Became::Same => "same",
            Became::Changed => "changed",
            Became::Deleted => "deleted",
            Became::Added => "added",
        },
        "href": href,
    })
}

fn said(calendar: CalendarId, change: &Change) -> Value {
    let etag = change.after.map(|digest| digest.etag());
    let href = change.object.map(|_| format!("/api/v1.0/calendars/{}/versions/{}", calendar.0, change.revision.0));
    json!({
        "revision": change.revision.0,
        "name": change.name,
        "removed": change.removed,
        "at": change.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "etag": etag,
        "previous": change.previous.map(|previous| previous.0),
        "by": change.cause.as_ref().map(by),
        "href": href,
    })
}

pub(super) fn by(cause: &Cause) -> Value {
    let (run, kind) = match cause.run {
        Some((run, RunKind::Import)) => (Some(run.to_string()), Some("import")),
        Some((run, RunKind::Restore)) => (Some(run.to_string()), Some("restore")),
        Some((run, RunKind::TakenBack)) => (Some(run.to_string()), Some("undo")),
        None => (None, None),
    };
    json!({ "name": cause.principal_name, "way": cause.way, "label": cause.label, "run": run, "kind": kind })
}
