//! Public links of calendars.

use super::input::{Body, calendar_id};
use super::problem::Problem;
use super::shares::Party;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::Error;
use kalends_domain::access::Access;
use kalends_domain::calendars::CalendarId;
use kalends_domain::links::{Link, LinkDetails, LinkId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a public link is to be.
#[derive(Deserialize, ToSchema)]
#[schema(as = LinkToMake)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    name: String,
    /// `free-busy` or `read`.
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

/// A public link.
#[derive(Serialize, ToSchema)]
pub struct LinkInfo {
    id: i64,
    name: String,
    /// `free-busy` or `read`.
    access: String,
    /// What it shows; of a link that somebody else made the calendar that was asked about.
    calendars: Vec<i64>,
    /// Who made it.
    by: Party,
    ends: Option<String>,
    ended: bool,
    since: String,
    /// How often something was asked for there.
    uses: u64,
    last_used: Option<String>,
}

/// Public links.
#[derive(Serialize, ToSchema)]
pub struct LinkList {
    links: Vec<LinkInfo>,
}

/// Where what a link shows is. The token stands in no other answer.
#[derive(Serialize, ToSchema)]
pub struct LinkAddresses {
    id: i64,
    token: String,
    page: String,
    feed: String,
    embed: String,
    wall: String,
}

/// The public links that one made.
#[utoipa::path(get, path = "/api/v1.0/links", tag = "sharing", responses((status = 200, body = LinkList)))]
pub async fn list(State(rest): State<Rest>, known: Known) -> Result<Json<LinkList>, Problem> {
    let links = rest.kalends.links(known.caller).await?;
    Ok(Json(LinkList { links: links.iter().map(|link| shown(link, None)).collect() }))
}

/// The public links that show the calendar, whoever made them.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/links", tag = "sharing", params(("id" = i64, Path)),
    responses((status = 200, body = LinkList)))]
pub async fn list_of_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
) -> Result<Json<LinkList>, Problem> {
    let calendar = calendar_id(&calendar)?;
    let links = rest.kalends.calendar_links(known.caller, calendar).await?;
    let of = |link: &Link| {
        // What somebody else's link shows beside it is their affair.
        let only = (link.maker.id != known.caller.principal).then_some(calendar);
        shown(link, only)
    };
    Ok(Json(LinkList { links: links.iter().map(of).collect() }))
}

/// Makes a public link. The answer has its token, which no other has.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/links", tag = "sharing", request_body = Wanted,
    params(("id" = i64, Path)), responses((status = 201, body = LinkAddresses)))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    Body(wanted, _): Body<Wanted>,
) -> Result<(StatusCode, Json<LinkAddresses>), Problem> {
    let details = wanted.details(Some(calendar_id(&calendar)?));
    let (id, secret) = rest.kalends.create_link(known.caller, &details).await?;
    Ok((StatusCode::CREATED, Json(addresses(id, &secret.0))))
}

/// Changes a public link.
#[utoipa::path(put, path = "/api/v1.0/links/{id}", tag = "sharing", request_body = Wanted, params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(link): Path<String>,
    Body(wanted, _): Body<Wanted>,
) -> Result<StatusCode, Problem> {
    rest.kalends.change_link(known.caller, link_id(&link)?, &wanted.details(None)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes a public link.
#[utoipa::path(delete, path = "/api/v1.0/links/{id}", tag = "sharing", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn delete(State(rest): State<Rest>, known: Known, Path(link): Path<String>) -> Result<StatusCode, Problem> {
    rest.kalends.revoke_link(known.caller, link_id(&link)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a public link another address; the one that it had leads nowhere any more.
#[utoipa::path(post, path = "/api/v1.0/links/{id}/rotate", tag = "sharing", params(("id" = i64, Path)),
    responses((status = 200, body = LinkAddresses)))]
pub async fn rotate(
    State(rest): State<Rest>,
    known: Known,
    Path(link): Path<String>,
) -> Result<Json<LinkAddresses>, Problem> {
    let id = link_id(&link)?;
    let secret = rest.kalends.rotate_link(known.caller, id).await?;
    Ok(Json(addresses(id, &secret.0)))
}

fn link_id(text: &str) -> Result<LinkId, Problem> {
    text.parse().map(LinkId).map_err(|_| Error::NotFound("the link").into())
}

fn addresses(id: LinkId, token: &str) -> LinkAddresses {
    LinkAddresses {
        id: id.0,
        token: token.to_owned(),
        page: format!("/public/{token}"),
        feed: format!("/feeds/{token}.ics"),
        embed: format!("/embed/{token}"),
        wall: format!("/wall/{token}"),
    }
}

fn shown(link: &Link, only: Option<CalendarId>) -> LinkInfo {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    LinkInfo {
        id: link.id.0,
        name: link.name.clone(),
        access: link.access.to_string(),
        calendars: link.calendars.iter().filter(|id| only.is_none_or(|only| only == **id)).map(|id| id.0).collect(),
        by: Party::of(&link.maker),
        ends: link.ends_at.map(moment),
        ended: link.has_ended(Utc::now()),
        since: moment(link.created_at),
        uses: link.uses,
        last_used: link.last_used_at.map(moment),
    }
}
