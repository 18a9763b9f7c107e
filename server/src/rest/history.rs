//! What happened in calendars, and the texts that objects had.

use super::input::{Parameters, calendar_id, write_precondition};
use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::as_of::{AsOfPage, Became, ShownAsOf};
use kalends_domain::calendars::{CalendarId, Revision};
use kalends_domain::history::{Cause, Change, RunKind};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many changes there are in an answer, when it is not said.
const USUAL: usize = 100;

/// Which changes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Those after this revision.
    #[serde(default)]
    since: i64,
    /// A thousand at most.
    limit: Option<usize>,
}

/// By whom and by which way something was done.
#[derive(Serialize, ToSchema)]
pub struct By {
    name: String,
    /// The name of the person for whom they acted; `null`: for themselves.
    acting_for: Option<String>,
    /// `page`, `app-password` or `command`.
    way: String,
    /// What the app password or token is called, or what the run was about.
    label: String,
    /// Of what was done at once.
    run: Option<String>,
    /// `import`, `restore` or `undo`.
    kind: Option<String>,
}

/// A change of an object.
#[derive(Serialize, ToSchema)]
pub struct ChangeInfo {
    revision: i64,
    name: String,
    removed: bool,
    at: String,
    etag: Option<String>,
    /// The change before of the same object.
    previous: Option<i64>,
    by: Option<By>,
    /// Where the text is.
    href: Option<String>,
}

/// The earliest first.
#[derive(Serialize, ToSchema)]
pub struct ChangeList {
    calendar: i64,
    /// Where the next request goes on.
    reached: i64,
    changes: Vec<ChangeInfo>,
}

/// The newest first.
#[derive(Serialize, ToSchema)]
pub struct VersionList {
    calendar: i64,
    name: String,
    versions: Vec<ChangeInfo>,
}

/// An object as it stood.
#[derive(Serialize, ToSchema)]
pub struct StoodObject {
    name: String,
    title: Option<String>,
    etag: Option<String>,
    revision: Option<i64>,
    /// `same`, `changed` or `deleted`.
    since: String,
    /// Where the text is; `null` where it is not kept any more.
    href: Option<String>,
}

/// A calendar as it was.
#[derive(Serialize, ToSchema)]
pub struct AsOf {
    calendar: i64,
    at: String,
    /// That it had then.
    revision: i64,
    /// That it has.
    now: i64,
    same: u64,
    changed: u64,
    deleted: u64,
    added: u64,
    objects: Vec<StoodObject>,
    /// For the parameter `after` of the next request.
    next: Option<String>,
}

/// An object that was given a text again.
#[derive(Serialize, ToSchema)]
pub struct Restored {
    calendar: i64,
    name: String,
    etag: String,
    revision: i64,
}

/// What happened in a calendar, the earliest first.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/changes", tag = "history", params(("id" = i64, Path), Page),
    responses((status = 200, body = ChangeList)))]
pub async fn changes(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<ChangeList>, Problem> {
    let calendar = calendar_id(&calendar)?;
    let limit = page.limit.unwrap_or(USUAL);
    let changes = rest.kalends.calendar_history(known.caller, calendar, Revision(page.since), limit).await?;
    let reached = changes.last().map_or(page.since, |change| change.revision.0);
    let changes = changes.iter().map(|change| said(calendar, change)).collect();
    Ok(Json(ChangeList { calendar: calendar.0, reached, changes }))
}

/// When, and which objects.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Then {
    /// Such as `2026-11-27T15:04:05Z`.
    at: DateTime<Utc>,
    /// The name of the last object of the page before.
    #[serde(default)]
    after: String,
    /// A thousand at most.
    limit: Option<usize>,
}

/// Every object as it stood then, in the order of the names.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/as-of", tag = "history", params(("id" = i64, Path), Then),
    responses((status = 200, body = AsOf)))]
pub async fn as_of(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    Parameters(Then { at, after, limit }): Parameters<Then>,
) -> Result<Json<AsOf>, Problem> {
    let calendar = calendar_id(&calendar)?;
    let page = AsOfPage::Everything { after };
    let found = rest.kalends.calendar_as_of(known.caller, calendar, at, &page, limit.unwrap_or(USUAL)).await?;
    let objects = found.objects.iter().map(|shown| stood(calendar, shown)).collect();
    let next = found.next.map(|next| match next {
        AsOfPage::Everything { after } => after,
        AsOfPage::Different { .. } => String::new(),
    });
    Ok(Json(AsOf {
        calendar: calendar.0,
        at: at.to_rfc3339_opts(SecondsFormat::Millis, true),
        revision: found.then.0,
        now: found.now.0,
        same: found.differences.same,
        changed: found.differences.changed,
        deleted: found.differences.deleted,
        added: found.differences.added,
        objects,
        next,
    }))
}

/// What happened to the object of a name, or to the last one that had it: the newest first.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/objects/{name}/versions", tag = "history",
    params(("id" = i64, Path), ("name" = String, Path)), responses((status = 200, body = VersionList)))]
pub async fn versions(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, name)): Path<(String, String)>,
) -> Result<Json<VersionList>, Problem> {
    let calendar = calendar_id(&calendar)?;
    let changes = rest.kalends.object_history(known.caller, calendar, &name).await?;
    let versions = changes.iter().map(|change| said(calendar, change)).collect();
    Ok(Json(VersionList { calendar: calendar.0, name, versions }))
}

/// The text that a change led to, or that a removal took away.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/versions/{revision}", tag = "history",
    params(("id" = i64, Path), ("revision" = i64, Path)),
    responses((status = 200, body = String, content_type = "text/calendar")))]
pub async fn version(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, revision)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&calendar)?;
    let (_, text) = rest.kalends.version_at(known.caller, calendar, revision_of(&revision)?).await?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}

/// Gives the object that text again, as one more write, bound to `If-Match` or `If-None-Match: *`.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/versions/{revision}/restore", tag = "history",
    params(("id" = i64, Path), ("revision" = i64, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what stands there now."),
        ("If-None-Match" = Option<String>, Header, description = "`*`: nothing does.")),
    responses((status = 200, body = Restored), (status = 201, body = Restored)))]
pub async fn restore(
    State(rest): State<Rest>,
    known: Known,
    Path((calendar, revision)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&calendar)?;
    let precondition = write_precondition(&headers)?;
    let restored = rest.kalends.restore_version(known.caller, calendar, revision_of(&revision)?, precondition).await?;
    let status = if restored.written.created { StatusCode::CREATED } else { StatusCode::OK };
    let (etag, revision) = (restored.written.etag, restored.written.revision.0);
    let body = Restored { calendar: calendar.0, name: restored.name, etag, revision };
    Ok((status, Json(body)).into_response())
}

fn revision_of(text: &str) -> Result<Revision, Problem> {
    text.parse().map(Revision).map_err(|_| Error::NotFound(Missing::Change).into())
}

fn stood(calendar: CalendarId, shown: &ShownAsOf) -> StoodObject {
    let object = &shown.object;
    let href = object.stood.filter(|_| shown.is_kept);
    let since = match object.became {
        Became::Same => "same",
        Became::Changed => "changed",
        Became::Deleted => "deleted",
        Became::Added => "added",
    };
    StoodObject {
        name: object.name.clone(),
        title: shown.title.clone(),
        etag: object.then.map(|digest| digest.etag()),
        revision: object.stood.map(|revision| revision.0),
        since: since.to_owned(),
        href: href.map(|revision| format!("/api/v1.0/calendars/{}/versions/{}", calendar.0, revision.0)),
    }
}

fn said(calendar: CalendarId, change: &Change) -> ChangeInfo {
    let href = change.object.map(|_| format!("/api/v1.0/calendars/{}/versions/{}", calendar.0, change.revision.0));
    ChangeInfo {
        revision: change.revision.0,
        name: change.name.clone(),
        removed: change.removed,
        at: change.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        etag: change.after.map(|digest| digest.etag()),
        previous: change.previous.map(|previous| previous.0),
        by: change.cause.as_ref().map(by),
        href,
    }
}

pub(super) fn by(cause: &Cause) -> By {
    let (run, kind) = match cause.run {
        Some((run, RunKind::Import)) => (Some(run.to_string()), Some("import")),
        Some((run, RunKind::Restore)) => (Some(run.to_string()), Some("restore")),
        Some((run, RunKind::TakenBack)) => (Some(run.to_string()), Some("undo")),
        Some((run, RunKind::Sync)) => (Some(run.to_string()), Some("sync")),
        None => (None, None),
    };
    let (name, way, label) = (cause.principal_name.clone(), cause.way.clone(), cause.label.clone());
    let acting_for = Some(cause.for_name.clone()).filter(|owner| !owner.is_empty());
    By { name, acting_for, way, label, run, kind: kind.map(str::to_owned) }
}
