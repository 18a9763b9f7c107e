//! The calendars of whoever asks.

use super::input::{Body, calendar_id, if_match, nullable, once};
use super::output::{created, etag_of, found, tagged};
use super::problem::Problem;
use super::{Known, Rest, team_id};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kalends_domain::access::{Caller, Held, PrincipalId};
use kalends_domain::calendars::{CalendarDetails, CalendarId, CalendarPatch, NewCalendar};
use kalends_domain::idempotency::Once;
use kalends_domain::{Error, Missing};
use kalends_ical::ComponentKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A calendar as whoever asks sees it.
#[derive(Serialize, ToSchema)]
pub struct Calendar {
    id: i64,
    /// The name in addresses of the person, group or mission that it belongs to.
    owner: String,
    /// `person`, `group` or `mission`.
    owner_kind: String,
    /// Its segment in CalDAV's addresses.
    slug: String,
    name: String,
    description: Option<String>,
    /// `#RRGGBB` or `#RRGGBBAA`.
    color: String,
    /// Its place in the list.
    order: i64,
    /// `free-busy`, `read`, `write`, `administer` or `owner`.
    access: String,
    /// Whether the agenda shows it.
    visible: bool,
    /// Whether new events go there unless somebody says otherwise.
    default: bool,
    /// The number of the last change of what is in it.
    revision: i64,
    /// How many objects are in it; `null` where one learns only when somebody is busy.
    objects: Option<u64>,
    /// What it takes: `VEVENT`, `VTODO`, `VJOURNAL`.
    components: Vec<String>,
}

impl Calendar {
    pub(super) fn of(held: &Held) -> Self {
        Calendar {
            id: held.id.0,
            owner: held.owner_slug.clone(),
            owner_kind: held.owner().kind.name().to_owned(),
            slug: held.slug.clone(),
            name: held.details.display_name.clone(),
            description: held.details.description.clone(),
            color: held.details.color.clone(),
            order: held.details.order,
            access: held.access().to_string(),
            visible: !held.view().hidden,
            default: held.view().is_default,
            revision: held.revision.0,
            objects: held.may_read().then_some(held.objects),
            components: held.details.components.iter().map(|kind| kind.name().to_owned()).collect(),
        }
    }
}

/// The calendars in somebody's list.
#[derive(Serialize, ToSchema)]
pub struct CalendarList {
    /// The number of the last change of the list.
    revision: i64,
    calendars: Vec<Calendar>,
}

/// A calendar to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarToMake {
    name: String,
    #[serde(default)]
    description: Option<String>,
    /// `#RRGGBB`; left out: one that differs from the others.
    #[serde(default)]
    color: Option<String>,
    #[serde(default)]
    order: Option<i64>,
    /// Its segment in CalDAV's addresses; left out: one is chosen.
    #[serde(default)]
    slug: Option<String>,
    /// The group or mission that it is to belong to; left out: oneself.
    #[serde(default)]
    group: Option<String>,
    /// What it takes: `VEVENT`, `VTODO`, `VJOURNAL`; left out: all.
    #[serde(default)]
    components: Option<Vec<String>>,
}

/// What changes of a calendar. Its name, description, colour and place are everybody's where it is one's own, and else one's own alone, as
/// are `visible` and `default` always.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarChange {
    #[serde(default)]
    name: Option<String>,
    /// `null`: none.
    #[serde(default, deserialize_with = "nullable")]
    description: Option<Option<String>>,
    #[serde(default)]
    color: Option<String>,
    #[serde(default)]
    order: Option<i64>,
    #[serde(default)]
    visible: Option<bool>,
    /// `true` has new events go there in the place of where they went before.
    #[serde(default)]
    default: Option<bool>,
}

/// The order of the calendars in one's list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarOrder {
    /// Their ids; those that are left out come after these.
    calendars: Vec<i64>,
}

/// The calendars in one's list: one's own, those of one's groups and missions, and what was shared with one.
#[utoipa::path(get, path = "/api/v1.0/calendars", tag = "calendars",
    responses((status = 200, body = CalendarList), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let (revision, calendars) = rest.kalends.calendar_list(known.caller).await?;
    let calendars = calendars.iter().map(Calendar::of).collect();
    found(&headers, CalendarList { revision: revision.0, calendars })
}

/// Makes a calendar: the collection that CalDAV clients see as well.
#[utoipa::path(post, path = "/api/v1.0/calendars", tag = "calendars", request_body = CalendarToMake,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Calendar, headers(("Location" = String, description = "Where it is."), ("ETag" = String)))))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<CalendarToMake>,
) -> Result<Response, Problem> {
    let once = once(&headers, "/calendars", &octets)?;
    let kalends = &rest.kalends;
    let owner = match &wanted.group {
        Some(group) => team_id(&rest, known.caller, group).await?,
        None => known.caller.principal,
    };
    let taken = kalends.calendars(known.caller).await?.len();
    let mut details = CalendarDetails::named(wanted.name.trim(), taken);
    details.description = wanted.description.filter(|text| !text.is_empty());
    details.color = wanted.color.unwrap_or(details.color);
    details.order = wanted.order.unwrap_or(details.order);
    if let Some(names) = wanted.components {
        let kind = |name: &String| ComponentKind::from_name(name).filter(|kind| *kind != ComponentKind::FreeBusy);
        let kinds: Option<Vec<ComponentKind>> = names.iter().map(kind).collect();
        details.components = kinds.ok_or_else(|| Problem::bad_value("components", "VEVENT, VTODO or VJOURNAL."))?;
    }
    let new = NewCalendar { slug: wanted.slug.as_deref(), details, dead: Vec::new(), make_default: false };
    make(&rest, known.caller, owner, new, once.as_ref()).await
}

/// Makes a calendar, and answers with it.
pub(super) async fn make(
    rest: &Rest,
    caller: Caller,
    owner: PrincipalId,
    new: NewCalendar<'_>,
    once: Option<&Once>,
) -> Result<Response, Problem> {
    let held = match rest.kalends.create_calendar_once(caller, owner, new, once).await {
        Err(Error::NotFound(Missing::Calendar)) if once.is_some() => {
            let detail = "The calendar that an earlier request with this Idempotency-Key made was deleted.";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        made => made?,
    };
    Ok(created(&format!("/api/v1.0/calendars/{}", held.id.0), shown(&held)))
}

fn shown(held: &Held) -> Response {
    let body = Calendar::of(held);
    tagged(&etag_of(&body), Json(body))
}

/// A calendar.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}", tag = "calendars", params(("id" = i64, Path)),
    responses((status = 200, body = Calendar, headers(("ETag" = String))), (status = 304)))]
pub async fn get(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = rest.kalends.calendar_by_id(known.caller, calendar_id(&id)?).await?;
    found(&headers, Calendar::of(&held))
}

/// Whether the calendar is as the request saw it.
fn check(tags: Option<&Tags>, held: &Held) -> Result<(), Error> {
    let holds = tags.is_none_or(|tags| tags.match_strongly(Some(&etag_of(&Calendar::of(held)))));
    if holds { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// Changes a calendar, or how one sees it.
#[utoipa::path(patch, path = "/api/v1.0/calendars/{id}", tag = "calendars",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    request_body = CalendarChange, responses((status = 200, body = Calendar, headers(("ETag" = String)))))]
pub async fn patch(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(change, _): Body<CalendarChange>,
) -> Result<Response, Problem> {
    let id = calendar_id(&id)?;
    let tags = if_match(&headers)?;
    if change.default == Some(false) {
        return Err(Problem::bad_value("default", "Say true of the calendar that it is to be instead."));
    }
    let patch = CalendarPatch {
        display_name: change.name.map(|name| name.trim().to_owned()),
        description: change.description.map(|text| text.filter(|text| !text.is_empty())),
        color: change.color,
        order: change.order,
        hidden: change.visible.map(|visible| !visible),
        make_default: change.default == Some(true),
        ..CalendarPatch::default()
    };
    rest.kalends.update_calendar_if(known.caller, id, patch, |held| check(tags.as_ref(), held)).await?;
    Ok(shown(&rest.kalends.calendar_by_id(known.caller, id).await?))
}

/// Deletes a calendar; it rests in the bin.
#[utoipa::path(delete, path = "/api/v1.0/calendars/{id}", tag = "calendars",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tags = if_match(&headers)?;
    let check = |held: &Held| check(tags.as_ref(), held);
    rest.kalends.delete_calendar_if(known.caller, calendar_id(&id)?, check).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Puts the calendars of one's list in another order.
#[utoipa::path(put, path = "/api/v1.0/calendars/order", tag = "calendars", request_body = CalendarOrder,
    responses((status = 204)))]
pub async fn order(
    State(rest): State<Rest>,
    known: Known,
    Body(wanted, _): Body<CalendarOrder>,
) -> Result<StatusCode, Problem> {
    let ids: Vec<CalendarId> = wanted.calendars.into_iter().map(CalendarId).collect();
    rest.kalends.order_calendars(known.caller, &ids).await?;
    Ok(StatusCode::NO_CONTENT)
}
