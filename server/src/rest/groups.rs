//! Groups and missions, and who belongs to them.

use super::problem::Problem;
use super::shares::party;
use super::{Known, Rest};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use kalends_domain::Error;
use kalends_domain::access::{Caller, PrincipalId};
use kalends_domain::calendars::CalendarDetails;
use kalends_domain::sharing::PartyKind;
use kalends_domain::teams::{Member, Role, Team, TeamDetails};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a group or a mission is to be.
#[derive(Deserialize)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedRole {
    role: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedCalendar {
    name: String,
    #[serde(default)]
    color: Option<String>,
}

/// `GET /groups`
pub async fn list_groups(rest: State<Rest>, known: Known) -> Result<Json<Value>, Problem> {
    list(rest, known, PartyKind::Group).await
}

/// `GET /missions`
pub async fn list_missions(rest: State<Rest>, known: Known) -> Result<Json<Value>, Problem> {
    list(rest, known, PartyKind::Mission).await
}

async fn list(State(rest): State<Rest>, known: Known, kind: PartyKind) -> Result<Json<Value>, Problem> {
    let teams = rest.kalends.teams(known.caller).await?;
    let of_kind = teams.iter().filter(|found| found.party.kind == kind);
    Ok(Json(json!({ "groups": of_kind.map(team).collect::<Vec<_>>() })))
}

type WantedBody = Result<Json<Wanted>, JsonRejection>;

/// `POST /groups`
pub async fn create_group(
    rest: State<Rest>,
    known: Known,
    wanted: WantedBody,
) -> Result<(StatusCode, Json<Value>), Problem> {
    create(rest, known, PartyKind::Group, wanted).await
}

/// `POST /missions`
pub async fn create_mission(
    rest: State<Rest>,
    known: Known,
    wanted: WantedBody,
) -> Result<(StatusCode, Json<Value>), Problem> {
    create(rest, known, PartyKind::Mission, wanted).await
}

async fn create(
    State(rest): State<Rest>,
    known: Known,
    kind: PartyKind,
    wanted: WantedBody,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Json(wanted) = wanted?;
    let made = rest.kalends.create_team(known.caller, kind, wanted.into()).await?;
    Ok((StatusCode::CREATED, Json(team(&made))))
}

/// The team of this name that the caller belongs to.
async fn team_id(rest: &Rest, caller: Caller, name: &str) -> Result<PrincipalId, Problem> {
    let party = rest.kalends.party(caller, name).await.map_err(|_| Error::NotFound("the group"))?;
    match party.kind {
        PartyKind::Group | PartyKind::Mission => Ok(party.id),
        PartyKind::Person | PartyKind::Everyone => Err(Error::NotFound("the group").into()),
    }
}

/// `GET /groups/{name}`: with its members.
pub async fn get(State(rest): State<Rest>, known: Known, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let id = team_id(&rest, known.caller, &name).await?;
    let (found, members) = rest.kalends.team(known.caller, id).await?;
    let mut shown = team(&found);
    shown["members"] = members.iter().map(member).collect();
    Ok(Json(shown))
}

/// `PUT /groups/{name}`: changes what it is called and when it is.
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(name): Path<String>,
    wanted: WantedBody,
) -> Result<StatusCode, Problem> {
    let Json(wanted) = wanted?;
    let id = team_id(&rest, known.caller, &name).await?;
    rest.kalends.update_team(known.caller, id, wanted.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /groups/{name}`
pub async fn delete(State(rest): State<Rest>, known: Known, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    let id = team_id(&rest, known.caller, &name).await?;
    rest.kalends.delete_team(known.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /groups/{name}/members/{person}`
pub async fn put_member(
    State(rest): State<Rest>,
    known: Known,
    Path((name, person)): Path<(String, String)>,
    wanted: Result<Json<WantedRole>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(WantedRole { role }) = wanted?;
    let role = Role::from_name(&role)
        .ok_or_else(|| Problem::bad_request("`role` is \"guest\", \"member\" or \"manager\"."))?;
    let id = team_id(&rest, known.caller, &name).await?;
    let person = rest.kalends.party(known.caller, &person).await?;
    rest.kalends.set_member(known.caller, id, person.id, role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /groups/{name}/members/{person}`
pub async fn delete_member(
    State(rest): State<Rest>,
    known: Known,
    Path((name, person)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let id = team_id(&rest, known.caller, &name).await?;
    let person = rest.kalends.party(known.caller, &person).await?;
    rest.kalends.remove_member(known.caller, id, person.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /groups/{name}/calendars`: makes a calendar that belongs to it.
pub async fn create_calendar(
    State(rest): State<Rest>,
    known: Known,
    Path(name): Path<String>,
    wanted: Result<Json<WantedCalendar>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Json(WantedCalendar { name: title, color }) = wanted?;
    let id = team_id(&rest, known.caller, &name).await?;
    let taken = rest.kalends.calendars(known.caller).await?.len();
    let mut details = CalendarDetails::named(title, taken);
    details.color = color.unwrap_or(details.color);
    let made = rest.kalends.create_calendar_for(known.caller, id, None, details, Vec::new()).await?;
    let held = rest.kalends.calendar_by_id(known.caller, made.id).await?;
    Ok((StatusCode::CREATED, Json(super::calendars::calendar(&held))))
}

fn team(team: &Team) -> Value {
    let mut shown = party(&team.party);
    shown["description"] = json!(team.details.description);
    shown["starts"] = json!(team.details.starts_on);
    shown["ends"] = json!(team.details.ends_on);
    shown["role"] = json!(team.role.map(Role::name));
    shown
}

fn member(member: &Member) -> Value {
    let mut shown = party(&member.person);
    shown["role"] = json!(member.role.name());
    shown
}
