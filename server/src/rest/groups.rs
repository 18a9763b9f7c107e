//! Groups and missions, and who belongs to them.

use super::calendars::{Calendar, make};
use super::input::{Body, if_match, once};
use super::output::{created, etag_of, found, tagged};
use super::problem::Problem;
use super::shares::Party;
use super::{Known, Rest, team_id};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use kalends_domain::Error;
use kalends_domain::access::{Caller, PrincipalId};
use kalends_domain::calendars::{CalendarDetails, NewCalendar};
use kalends_domain::idempotency::Once;
use kalends_domain::sharing::PartyKind;
use kalends_domain::teams::{Member, Role, Team, TeamDetails};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a group or a mission is to be.
#[derive(Deserialize, ToSchema)]
#[schema(as = GroupToMake)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    display_name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    starts: Option<NaiveDate>,
    #[serde(default)]
    ends: Option<NaiveDate>,
}

impl From<Wanted> for TeamDetails {
    fn from(wanted: Wanted) -> Self {
        let Wanted { display_name: name, description, starts: starts_on, ends: ends_on } = wanted;
        TeamDetails { name, description, starts_on, ends_on }
    }
}

/// Somebody who belongs to a group or a mission.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupMember)]
pub struct MemberInfo {
    name: String,
    kind: String,
    display_name: String,
    /// `guest`, `member` or `manager`.
    role: String,
}

/// A group or a mission.
#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub struct GroupInfo {
    name: String,
    /// `group` or `mission`.
    kind: String,
    display_name: String,
    description: String,
    starts: Option<NaiveDate>,
    /// The last day.
    ends: Option<NaiveDate>,
    /// One's own: `guest`, `member` or `manager`.
    role: Option<String>,
    /// Where one group was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<MemberInfo>>,
}

/// Groups, or missions.
#[derive(Serialize, ToSchema)]
pub struct GroupList {
    groups: Vec<GroupInfo>,
}

/// What somebody is to be.
#[derive(Deserialize, ToSchema)]
#[schema(as = RoleToGive)]
#[serde(deny_unknown_fields)]
pub struct WantedRole {
    /// `guest`, `member` or `manager`.
    role: String,
}

/// A calendar of a group.
#[derive(Deserialize, ToSchema)]
#[schema(as = GroupCalendarToMake)]
#[serde(deny_unknown_fields)]
pub struct WantedCalendar {
    name: String,
    #[serde(default)]
    color: Option<String>,
}

/// The groups that one belongs to.
#[utoipa::path(get, path = "/api/v1.0/groups", tag = "sharing", 
    responses((status = 200, body = GroupList, headers(("ETag" = String))), (status = 304)))]
pub async fn list_groups(rest: State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    list(rest, known, PartyKind::Group, &headers).await
}

/// The missions that one belongs to.
#[utoipa::path(get, path = "/api/v1.0/missions", tag = "sharing", 
    responses((status = 200, body = GroupList, headers(("ETag" = String))), (status = 304)))]
pub async fn list_missions(rest: State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    list(rest, known, PartyKind::Mission, &headers).await
}

async fn list(
    State(rest): State<Rest>,
    known: Known,
    kind: PartyKind,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let teams = rest.kalends.teams(known.caller).await?;
    let of_kind = teams.iter().filter(|found| found.party.kind == kind);
    found(headers, GroupList { groups: of_kind.map(team).collect() })
}

/// Makes a group that one manages.
#[utoipa::path(post, path = "/api/v1.0/groups", tag = "sharing", request_body = Wanted,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = GroupInfo, headers(("Location" = String, description = "Where it is."), ("ETag" = String)))))]
pub async fn create_group(
    rest: State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<Wanted>,
) -> Result<Response, Problem> {
    let once = once(&headers, "/groups", &octets)?;
    create(rest, known, PartyKind::Group, wanted, once).await
}

/// Makes a mission that one manages.
#[utoipa::path(post, path = "/api/v1.0/missions", tag = "sharing", request_body = Wanted,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = GroupInfo, headers(("Location" = String, description = "Where it is."), ("ETag" = String)))))]
pub async fn create_mission(
    rest: State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<Wanted>,
) -> Result<Response, Problem> {
    let once = once(&headers, "/missions", &octets)?;
    create(rest, known, PartyKind::Mission, wanted, once).await
}

async fn create(
    State(rest): State<Rest>,
    known: Known,
    kind: PartyKind,
    wanted: Wanted,
    once: Option<Once>,
) -> Result<Response, Problem> {
    let made = rest.kalends.create_team_once(known.caller, kind, wanted.into(), once.as_ref()).await?;
    let (made, members) = rest.kalends.team(known.caller, made.party.id).await?;
    let body = whole(&made, &members);
    let location = format!("/api/v1.0/groups/{}", body.name);
    Ok(created(&location, tagged(&etag_of(&body), Json(body))))
}

/// With its members.
fn whole(found: &Team, members: &[Member]) -> GroupInfo {
    GroupInfo { members: Some(members.iter().map(member).collect()), ..team(found) }
}

/// What takes a group that is as the request saw it.
fn checks(headers: &HeaderMap) -> Result<impl Fn(&Team, &[Member]) -> Result<(), Error> + use<>, Problem> {
    let tags = if_match(headers)?;
    Ok(move |found: &Team, members: &[Member]| {
        let is_seen = |tags: &Tags| tags.match_strongly(Some(&etag_of(&whole(found, members))));
        if tags.as_ref().is_none_or(is_seen) { Ok(()) } else { Err(Error::PreconditionFailed) }
    })
}

/// A group or a mission, with its members.
#[utoipa::path(get, path = "/api/v1.0/groups/{name}", tag = "sharing", params(("name" = String, Path)),
    responses((status = 200, body = GroupInfo, headers(("ETag" = String))), (status = 304)))]
pub async fn get(
    State(rest): State<Rest>,
    known: Known,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = team_id(&rest, known.caller, &name).await?;
    let (team, members) = rest.kalends.team(known.caller, id).await?;
    found(&headers, whole(&team, &members))
}

/// Changes what a group or a mission is called and when it is.
#[utoipa::path(put, path = "/api/v1.0/groups/{name}", tag = "sharing", request_body = Wanted,
    params(("name" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204, headers(("ETag" = String)))))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(name): Path<String>,
    headers: HeaderMap,
    Body(wanted, _): Body<Wanted>,
) -> Result<Response, Problem> {
    let check = checks(&headers)?;
    let id = team_id(&rest, known.caller, &name).await?;
    rest.kalends.update_team_if(known.caller, id, wanted.into(), check).await?;
    let (now, members) = rest.kalends.team(known.caller, id).await?;
    Ok(tagged(&etag_of(&whole(&now, &members)), StatusCode::NO_CONTENT))
}

/// Removes a group or a mission that has no calendars.
#[utoipa::path(delete, path = "/api/v1.0/groups/{name}", tag = "sharing",
    params(("name" = String, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let check = checks(&headers)?;
    let id = team_id(&rest, known.caller, &name).await?;
    rest.kalends.delete_team_if(known.caller, id, check).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has somebody belong to a group or a mission.
#[utoipa::path(put, path = "/api/v1.0/groups/{name}/members/{person}", tag = "sharing", request_body = WantedRole,
    params(("name" = String, Path), ("person" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of the group that one saw.")),
    responses((status = 204, headers(("ETag" = String, description = "Of the group.")))))]
pub async fn put_member(
    State(rest): State<Rest>,
    known: Known,
    Path((name, person)): Path<(String, String)>,
    headers: HeaderMap,
    Body(WantedRole { role }, _): Body<WantedRole>,
) -> Result<Response, Problem> {
    let check = checks(&headers)?;
    let role = Role::from_name(&role).ok_or_else(|| Problem::bad_value("role", "guest, member or manager"))?;
    let id = team_id(&rest, known.caller, &name).await?;
    let person = rest.kalends.party(known.caller, &person).await?;
    rest.kalends.set_member_if(known.caller, id, (person.id, role), check).await?;
    changed(&rest, known.caller, id).await
}

/// Takes somebody out; everybody may take themselves out.
#[utoipa::path(delete, path = "/api/v1.0/groups/{name}/members/{person}", tag = "sharing",
    params(("name" = String, Path), ("person" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of the group that one saw.")),
    responses((status = 204, headers(("ETag" = String, description = "Of the group, for who belongs to it still.")))))]
pub async fn delete_member(
    State(rest): State<Rest>,
    known: Known,
    Path((name, person)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let check = checks(&headers)?;
    let id = team_id(&rest, known.caller, &name).await?;
    let person = rest.kalends.party(known.caller, &person).await?;
    rest.kalends.remove_member_if(known.caller, id, person.id, check).await?;
    changed(&rest, known.caller, id).await
}

/// Says the entity tag that the group has now, to whoever belongs to it.
async fn changed(rest: &Rest, caller: Caller, id: PrincipalId) -> Result<Response, Problem> {
    match rest.kalends.team(caller, id).await {
        Ok((now, members)) => Ok(tagged(&etag_of(&whole(&now, &members)), StatusCode::NO_CONTENT)),
        Err(Error::NotFound(_)) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => Err(error.into()),
    }
}

/// Makes a calendar that belongs to a group or a mission.
#[utoipa::path(post, path = "/api/v1.0/groups/{name}/calendars", tag = "sharing", request_body = WantedCalendar,
    params(("name" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Calendar, headers(("Location" = String, description = "Where it is."), ("ETag" = String)))))]
pub async fn create_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(name): Path<String>,
    headers: HeaderMap,
    Body(WantedCalendar { name: title, color }, octets): Body<WantedCalendar>,
) -> Result<Response, Problem> {
    let id = team_id(&rest, known.caller, &name).await?;
    let once = once(&headers, &format!("/groups/{}/calendars", id.0), &octets)?;
    let taken = rest.kalends.calendars(known.caller).await?.len();
    let mut details = CalendarDetails::named(title, taken);
    details.color = color.unwrap_or(details.color);
    let new = NewCalendar { slug: None, details, dead: Vec::new(), make_default: false };
    make(&rest, known.caller, id, new, once.as_ref()).await
}

fn team(team: &Team) -> GroupInfo {
    let Party { name, kind, display_name } = Party::of(&team.party);
    GroupInfo {
        name,
        kind,
        display_name,
        description: team.details.description.clone(),
        starts: team.details.starts_on,
        ends: team.details.ends_on,
        role: team.role.map(|role| role.name().to_owned()),
        members: None,
    }
}

fn member(member: &Member) -> MemberInfo {
    let Party { name, kind, display_name } = Party::of(&member.person);
    MemberInfo { name, kind, display_name, role: member.role.name().to_owned() }
}
