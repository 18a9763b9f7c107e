//! Whole calendars as files, and when somebody is busy.

use super::input::{Parameters, calendar_id, media_type, octets, unsupported};
use super::instances::{span, viewer};
use super::output::{not_modified, tagged, weak_etag};
use super::problem::Problem;
use super::{Known, Rest};
use crate::caldav;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use kalends_domain::transfer::{ImportReport, Named, Refusal};
use kalends_ical::busy::{Busy, BusyKind};
use kalends_ical::time::Zone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A file of so many octets or more is imported by a job: nobody has to wait for it.
const LARGE: usize = 1024 * 1024;

/// How many there are, and the first of them.
#[derive(Serialize, ToSchema)]
pub struct Titles {
    count: usize,
    first: Vec<String>,
}

impl From<Named<String>> for Titles {
    fn from(named: Named<String>) -> Self {
        Titles { count: named.count, first: named.first }
    }
}

/// What was refused, and why.
#[derive(Serialize, ToSchema)]
pub struct RefusedPart {
    /// Title or UID; empty where it could not be read that far.
    what: String,
    /// In the file, from 1.
    line: usize,
    why: String,
}

/// How many parts were refused, and the first of them.
#[derive(Serialize, ToSchema)]
pub struct RefusedParts {
    count: usize,
    first: Vec<RefusedPart>,
}

/// What became of each object of a file.
#[derive(Serialize, ToSchema)]
pub struct Report {
    /// By which the changes are called in the calendar's log.
    run: String,
    added: Titles,
    replaced: Titles,
    /// How many were there already.
    unchanged: usize,
    refused: RefusedParts,
}

impl From<ImportReport> for Report {
    fn from(report: ImportReport) -> Self {
        let part = |Refusal { what, line, why }| RefusedPart { what, line, why };
        Report {
            run: report.run.to_string(),
            added: report.added.into(),
            replaced: report.replaced.into(),
            unchanged: report.unchanged,
            refused: RefusedParts {
                count: report.refused.count,
                first: report.refused.first.into_iter().map(part).collect(),
            },
        }
    }
}

/// An import that goes on.
#[derive(Serialize, ToSchema)]
pub struct BegunImport {
    job: i64,
    /// Where it says how far it has come.
    href: String,
}

/// What the file is called.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileName {
    /// In the log.
    #[serde(default)]
    name: String,
}

/// Takes a file in: what has a UID that is there replaces that. What is larger than a megabyte is done by a job.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/import", tag = "transfer",
    request_body(content = String, content_type = "text/calendar"), params(("id" = i64, Path), FileName),
    responses((status = 200, body = Report), (status = 202, body = BegunImport, headers(("Location" = String)))))]
pub async fn import(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(FileName { name }): Parameters<FileName>,
    request: Request,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&id)?;
    if !matches!(media_type(request.headers()).as_str(), "text/calendar" | "text/plain" | "application/octet-stream") {
        return Err(unsupported("text/calendar"));
    }
    // Who may not see it learns that first, and before a large file has come.
    rest.kalends.calendar_by_id(known.caller, calendar).await?;
    let file = octets(request, &rest, rest.kalends.limits().import_octets).await?;
    if file.len() < LARGE {
        let report = rest.kalends.import(known.caller, calendar, &name, file).await?;
        return Ok(Json(Report::from(report)).into_response());
    }
    let job = rest.kalends.begin_import(known.caller, (calendar, false), &name, &file).await?;
    let href = format!("/api/v1.0/jobs/{}", job.0);
    let location = HeaderValue::from_str(&href).ok();
    let mut response = (StatusCode::ACCEPTED, Json(BegunImport { job: job.0, href })).into_response();
    response.headers_mut().extend(location.map(|location| (header::LOCATION, location)));
    Ok(response)
}

/// The whole calendar as one file.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/export", tag = "transfer", params(("id" = i64, Path)),
    responses((status = 200, body = String, content_type = "text/calendar", headers(("ETag" = String))), (status = 304)))]
pub async fn export(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = rest.kalends.calendar_by_id(known.caller, calendar_id(&id)?).await?;
    let etag = weak_etag(format!("{} {}", held.stamp(), known.caller.principal.0).as_bytes());
    let export = rest.kalends.export(known.caller, held.id).await?;
    Ok(match not_modified(&headers, &etag)? {
        Some(response) => response,
        None => tagged(&etag, caldav::file(export)),
    })
}

/// Of when to when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Span {
    /// A day such as `2026-11-21`, or a time such as `2026-11-21T09:00:00Z`.
    from: String,
    /// Exclusive; at most 1100 days after `from`.
    to: String,
    /// The time zone that days, and times without a zone, are read in; left out: one's own.
    #[serde(default)]
    zone: Option<String>,
}

/// A time that is not free.
#[derive(Serialize, ToSchema)]
pub struct BusyTime {
    start: DateTime<Utc>,
    /// Exclusive.
    end: DateTime<Utc>,
    /// `busy`, `tentative` or `unavailable`.
    r#type: String,
}

impl From<Busy> for BusyTime {
    fn from(busy: Busy) -> Self {
        let name = match busy.kind {
            BusyKind::Busy => "busy",
            BusyKind::Tentative => "tentative",
            BusyKind::Unavailable => "unavailable",
        };
        BusyTime { start: busy.start, end: busy.end, r#type: name.to_owned() }
    }
}

/// The times that are not free, in the order of their starts.
#[derive(Serialize, ToSchema)]
pub struct BusyTimes {
    busy: Vec<BusyTime>,
}

/// When a calendar's owner is busy, without what with.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/free-busy", tag = "events", params(("id" = i64, Path), Span),
    responses((status = 200, body = BusyTimes, headers(("ETag" = String))), (status = 304)))]
pub async fn free_busy(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(wanted): Parameters<Span>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = rest.kalends.calendar_by_id(known.caller, calendar_id(&id)?).await?;
    let zone = viewer(&rest, &known, wanted.zone.as_deref()).await?;
    let (from, to) = span(&wanted.from, &wanted.to, zone)?;
    let of = format!("{} {from} {to} {zone} {}", held.stamp(), known.caller.principal.0);
    let etag = weak_etag(of.as_bytes());
    if let Some(response) = not_modified(&headers, &etag)? {
        return Ok(response);
    }
    let busy = rest.kalends.free_busy(known.caller, held.id, (from, to), &Zone::Iana(zone)).await?;
    Ok(tagged(&etag, Json(BusyTimes { busy: busy.into_iter().map(BusyTime::from).collect() })))
}
