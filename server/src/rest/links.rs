//! Public links of calendars.

use super::input::{Body, calendar_id, if_match, once};
use super::output::{created, etag_of, found, tagged};
use super::problem::Problem;
use super::shares::Party;
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_domain::access::Access;
use kalends_domain::calendars::CalendarId;
use kalends_domain::links::{Link, LinkDetails, LinkId};
use kalends_domain::{Error, Missing};
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
#[derive(Clone, Serialize, ToSchema)]
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
#[utoipa::path(get, path = "/api/v1.0/links", tag = "sharing",
    responses((status = 200, body = LinkList, headers(("ETag" = String))), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let links = rest.kalends.links(known.caller).await?;
    found(&headers, LinkList { links: links.iter().map(|link| shown(link, None)).collect() })
}

/// Of all but how often it was used, which moves by itself.
fn etag(link: &Link) -> String {
    let standing = LinkInfo { ended: false, uses: 0, last_used: None, ..shown(link, None) };
    etag_of(&(link.changed_at.timestamp_millis(), standing))
}

/// What takes a link that is as the request saw it.
fn checks(headers: &HeaderMap) -> Result<impl Fn(&Link) -> Result<(), Error> + use<>, Problem> {
    let tags = if_match(headers)?;
    Ok(move |link: &Link| {
        let is_seen = |tags: &Tags| tags.match_strongly(Some(&etag(link)));
        if tags.as_ref().is_none_or(is_seen) { Ok(()) } else { Err(Error::PreconditionFailed) }
    })
}

/// A public link that one made.
#[utoipa::path(get, path = "/api/v1.0/links/{id}", tag = "sharing", params(("id" = i64, Path)),
    responses((status = 200, body = LinkInfo, headers(("ETag" = String)))))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(link): Path<String>) -> Result<Response, Problem> {
    let link = rest.kalends.link(known.caller, link_id(&link)?).await?;
    Ok(tagged(&etag(&link), Json(shown(&link, None))))
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

/// Makes a public link. The answer has its token, which no other has: the same request with the same Idempotency-Key makes nothing more
/// and is refused (409 `made-before`), with where the link is.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/links", tag = "sharing", request_body = Wanted,
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = LinkAddresses, headers(("Location" = String, description = "Where it is."), ("ETag" = String)))))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    Path(calendar): Path<String>,
    headers: HeaderMap,
    Body(wanted, octets): Body<Wanted>,
) -> Result<Response, Problem> {
    let calendar = calendar_id(&calendar)?;
    let once = once(&headers, &format!("/calendars/{}/links", calendar.0), &octets)?;
    let details = wanted.details(Some(calendar));
    let (id, secret) = rest.kalends.create_link_once(known.caller, &details, once.as_ref()).await?;
    let location = format!("/api/v1.0/links/{}", id.0);
    let Some(secret) = secret else {
        let detail = format!("It made the link {0}; POST {location}/rotate gives that another address.", id.0);
        return Err(Problem::made_before(location, detail));
    };
    let link = rest.kalends.link(known.caller, id).await?;
    Ok(created(&location, tagged(&etag(&link), Json(addresses(id, &secret.0)))))
}

/// Changes a public link.
#[utoipa::path(put, path = "/api/v1.0/links/{id}", tag = "sharing", request_body = Wanted,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204, headers(("ETag" = String)))))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(link): Path<String>,
    headers: HeaderMap,
    Body(wanted, _): Body<Wanted>,
) -> Result<Response, Problem> {
    let (id, check) = (link_id(&link)?, checks(&headers)?);
    rest.kalends.change_link_if(known.caller, id, &wanted.details(None), check).await?;
    Ok(match rest.kalends.link(known.caller, id).await {
        Ok(now) => tagged(&etag(&now), StatusCode::NO_CONTENT),
        // Somebody was faster.
        Err(_) => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Revokes a public link.
#[utoipa::path(delete, path = "/api/v1.0/links/{id}", tag = "sharing",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    rest.kalends.revoke_link_if(known.caller, link_id(&link)?, checks(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a public link another address; the one that it had leads nowhere any more.
#[utoipa::path(post, path = "/api/v1.0/links/{id}/rotate", tag = "sharing",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = LinkAddresses)))]
pub async fn rotate(
    State(rest): State<Rest>,
    known: Known,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Result<Json<LinkAddresses>, Problem> {
    let id = link_id(&link)?;
    let secret = rest.kalends.rotate_link_if(known.caller, id, checks(&headers)?).await?;
    Ok(Json(addresses(id, &secret.0)))
}

fn link_id(text: &str) -> Result<LinkId, Problem> {
    text.parse().map(LinkId).map_err(|_| Error::NotFound(Missing::Link).into())
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
