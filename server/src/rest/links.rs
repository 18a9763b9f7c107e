//! Public links of calendars.

use super::problem::Problem;
use super::shares::party;
use super::{Known, Rest, calendar_id};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::Error;
use kalends_domain::access::Access;
use kalends_domain::calendars::CalendarId;
use kalends_domain::links::{Link, LinkDetails, LinkId};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a link is to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    name: String,
    access: String,
    /// It holds until then; none: until it is revoked.
    #[serde(default)]
    ends: Option<DateTime<Utc>>,
    /// What it shows; of a new link beside the calendar of the address.
    #[serde(default)]
    calendars: Vec<i64>,
}

impl Wanted {
    fn details(self, also: Option<CalendarId>) -> LinkDetails {
        let access = Access::from_name(&self.access).unwrap_or(Access::None);
        let calendars = also.into_iter().chain(self.calendars.into_iter().map(CalendarId)).collect();
        LinkDetails { name: self.name, access, ends_at: self.ends, calendars }
    }
}

/// `GET /links`: those that the caller made.
pub async fn list(State(rest): State<Rest>, known: Known) -> Result<Json<Value>, Problem> {
    let links = rest.kalends.links(known.caller).await?;
    Ok(Json(json!({ "links": links.iter().map(|link| shown(link, None)).collect::<Vec<_>>() })))
}

/// `GET /calendars/{id}/links`: those that show the calendar, whoever made them.
pub async fn list_of_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
) -> Result<Json<Value>, Problem> {
    let calendar = calendar_id(&calendar)?;
    let links = rest.kalends.calendar_links(known.caller, calendar).await?;
    let of = |link: &Link| {
        // What somebody else's link shows beside it is their affair.
        let only = (link.maker.id != known.caller.principal).then_some(calendar);
        shown(link, only)
    };
    Ok(Json(json!({ "links": links.iter().map(of).collect::<Vec<_>>() })))
}

/// `POST /calendars/{id}/links`: makes one; the answer has its token, which no other has.
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Json(wanted) = wanted?;
    let details = wanted.details(Some(calendar_id(&calendar)?));
    let (id, secret) = rest.kalends.create_link(known.caller, &details).await?;
    Ok((StatusCode::CREATED, Json(addresses(id, &secret.0))))
}

/// `PUT /links/{id}`
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(link): Path<String>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(wanted) = wanted?;
    rest.kalends.change_link(known.caller, link_id(&link)?, &wanted.details(None)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /links/{id}`
pub async fn delete(State(rest): State<Rest>, known: Known, Path(link): Path<String>) -> Result<StatusCode, Problem> {
    rest.kalends.revoke_link(known.caller, link_id(&link)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /links/{id}/rotate`: another address.
pub async fn rotate(State(rest): State<Rest>, known: Known, Path(link): Path<String>) -> Result<Json<Value>, Problem> {
    let id = link_id(&link)?;
    let secret = rest.kalends.rotate_link(known.caller, id).await?;
    Ok(Json(addresses(id, &secret.0)))
}

fn link_id(text: &str) -> Result<LinkId, Problem> {
    text.parse().map(LinkId).map_err(|_| Error::NotFound("the link").into())
}

fn addresses(id: LinkId, token: &str) -> Value {
    json!({
        "id": id.0,
        "token": token,
        "page": format!("/public/{token}"),
        "feed": format!("/feeds/{token}.ics"),
        "embed": format!("/embed/{token}"),
        "wall": format!("/wall/{token}"),
    })
}

fn shown(link: &Link, only: Option<CalendarId>) -> Value {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let calendars: Vec<i64> =
        link.calendars.iter().filter(|id| only.is_none_or(|only| only == **id)).map(|id| id.0).collect();
    json!({
        "id": link.id.0,
        "name": link.name,
        "access": link.access.to_string(),
        "calendars": calendars,
        "by": party(&link.maker),
        "ends": link.ends_at.map(moment),
        "ended": link.has_ended(Utc::now()),
        "since": moment(link.created_at),
        "uses": link.uses,
        "last_used": link.last_used_at.map(moment),
    })
}
