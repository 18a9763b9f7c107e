//! Calendars that are in step with others elsewhere, and what was done for that.

use super::accounts::moment;
use super::input::{Body, Parameters, calendar_id, if_match, link_removal, once};
use super::jobs::{BegunJob, accepted, begun, job_path};
use super::output::{created, etag_of, found, tagged};
use super::problem::Problem;
use super::sync_settings::{Settings, SettingsChange};
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kalends_domain::calendars::CalendarId;
use kalends_domain::idempotency::Once;
use kalends_domain::jobs::JobId;
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_domain::sync::{LinkRemoval, LinkState, LinkTarget, NewLink, RemoteAccountId, SyncLink};
use kalends_domain::{Error, Missing};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Most calendars that one request makes.
const MAX_MADE: usize = 100;

/// A calendar elsewhere that one here is to be in step with.
#[derive(Deserialize, ToSchema)]
#[schema(as = SyncToMake)]
#[serde(deny_unknown_fields)]
pub struct ToMake {
    account: i64,
    /// The id that `POST /accounts/{id}/test` lists.
    remote: String,
    /// What a calendar that is made for it is called; left out: what it is called there.
    #[serde(default)]
    name: Option<String>,
    settings: Settings,
}

/// How a calendar is that is in step with one elsewhere.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStatus)]
pub struct Status {
    calendar: i64,
    account: i64,
    remote: String,
    /// What it is called there.
    remote_name: String,
    settings: Settings,
    /// Whether the interval is the one that the calendar there wishes.
    as_wished: bool,
    /// `new`, `in-step`, `syncing`, `waiting`, `attention`, `asks`, `paused` or `gone`.
    state: String,
    /// What is the matter, such as `unreachable` or `unauthenticated`.
    trouble: Option<String>,
    /// The same in words, where the service had some.
    why: Option<String>,
    in_step: Option<String>,
    last_run: Option<String>,
    next_run: Option<String>,
    /// Until when the service tells of changes by itself; `null`: it is asked.
    told_until: Option<String>,
    /// How much of the run under way is done, and of how much.
    done: Option<u64>,
    of: Option<u64>,
}

/// Several of them.
#[derive(Deserialize, ToSchema)]
#[schema(as = SyncSeveralToMake)]
#[serde(deny_unknown_fields)]
pub struct Several {
    calendars: Vec<ToMake>,
}

/// One, or several.
#[derive(ToSchema)]
#[schema(as = SyncOneOrSeveral)]
#[serde(untagged)]
pub enum OneOrSeveral {
    One(ToMake),
    Several(Several),
}

impl ToMake {
    pub(super) fn name(&self) -> Option<String> {
        self.name.clone()
    }

    /// # Errors
    /// 422 for settings that cannot be.
    pub(super) fn read(&self, target: LinkTarget) -> Result<NewLink, Problem> {
        Ok(NewLink {
            account: RemoteAccountId(self.account),
            remote: RemoteCalendarId(self.remote.clone()),
            target,
            settings: self.settings.read()?,
        })
    }
}

impl<'de> Deserialize<'de> for OneOrSeveral {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let is_several = value.get("calendars").is_some();
        let read = match is_several {
            true => serde_json::from_value(value).map(OneOrSeveral::Several),
            false => serde_json::from_value(value).map(OneOrSeveral::One),
        };
        read.map_err(serde::de::Error::custom)
    }
}

/// One of several that was not made.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncNotMade)]
pub struct NotMade {
    account: i64,
    remote: String,
    /// Why.
    detail: String,
}

/// What was made of several.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncMade)]
pub struct Made {
    calendars: Vec<Status>,
    refused: Vec<NotMade>,
}

/// A calendar that is brought into step now.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncBegun)]
pub struct Begun {
    calendar: i64,
    job: i64,
    /// Where it says how far it has come.
    href: String,
}

/// The calendars that are brought into step now; those that are paused, or whose calendar there is gone, are not.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncBegunList)]
pub struct BegunList {
    calendars: Vec<Begun>,
}

/// The calendars that are in step with others elsewhere.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncStatusList)]
pub struct StatusList {
    calendars: Vec<Status>,
}

/// How it ends.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// What becomes of the calendars: `keep` both (the default), `bin` the one here, or `delete` also what is in the one there.
    #[serde(default)]
    calendars: Option<String>,
}

impl Ending {
    fn removal(&self) -> Result<LinkRemoval, Problem> {
        link_removal(self.calendars.as_deref(), "calendars")
    }
}

/// Which end, and how.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Endings {
    /// Numbers of calendars, with commas between them.
    ids: String,
    /// As of one.
    #[serde(default)]
    calendars: Option<String>,
}

fn status(link: &SyncLink) -> Status {
    Status {
        calendar: link.calendar.0,
        account: link.account.0,
        remote: link.remote.0.clone(),
        remote_name: link.remote_name.clone(),
        settings: Settings::of(&link.settings),
        as_wished: link.as_wished,
        state: link.state.name().to_owned(),
        trouble: link.trouble.map(|trouble| trouble.name().to_owned()),
        why: link.why.clone(),
        in_step: link.in_step_at.map(moment),
        last_run: link.last_run_at.map(moment),
        next_run: link.next_run_at.map(moment),
        told_until: link.told_until.map(moment),
        done: link.progress.map(|progress| progress.done),
        of: link.progress.and_then(|progress| progress.of),
    }
}

/// Of what somebody chose alone: how it is moves by itself.
fn etag(link: &SyncLink) -> String {
    etag_of(&(link.id.0, Settings::of(&link.settings), link.as_wished, link.state == LinkState::Paused))
}

/// What takes a link that is as the request saw it.
fn checks(headers: &HeaderMap) -> Result<impl Fn(&SyncLink) -> Result<(), Error> + use<>, Problem> {
    let tags = if_match(headers)?;
    Ok(move |link: &SyncLink| {
        let is_seen = |tags: &Tags| tags.match_strongly(Some(&etag(link)));
        if tags.as_ref().is_none_or(is_seen) { Ok(()) } else { Err(Error::PreconditionFailed) }
    })
}

fn shown(link: &SyncLink) -> Response {
    tagged(&etag(link), Json(status(link)))
}

pub(super) async fn link_of(rest: &Rest, known: &Known, calendar: CalendarId) -> Result<SyncLink, Problem> {
    let link = rest.kalends.sync_link_of(known.caller, calendar).await?;
    link.ok_or_else(|| Error::NotFound(Missing::SyncLink).into())
}

/// All calendars of one's own that are in step with others elsewhere.
#[utoipa::path(get, path = "/api/v1.0/calendars/sync", tag = "accounts",
    responses((status = 200, body = StatusList, headers(("ETag" = String))), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let links = rest.kalends.sync_links(known.caller).await?;
    found(&headers, StatusList { calendars: links.iter().map(status).collect() })
}

/// Makes a calendar that is in step with one elsewhere; or several, each by itself.
#[utoipa::path(post, path = "/api/v1.0/calendars/sync", tag = "accounts", request_body = OneOrSeveral,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Status, description = "It, or what was made of several (SyncMade).",
            headers(("Location" = String, description = "Where it is."), ("ETag" = String))),
        (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<OneOrSeveral>,
) -> Result<Response, Problem> {
    let once = once(&headers, "/calendars/sync", &octets)?;
    let several = match wanted {
        OneOrSeveral::One(wanted) => {
            let target = LinkTarget::New { name: wanted.name() };
            return Ok(answer_made(&make(&rest, &known, &wanted, target, once.as_ref()).await?));
        }
        OneOrSeveral::Several(Several { calendars }) => calendars,
    };
    if several.is_empty() || several.len() > MAX_MADE {
        return Err(Problem::bad_value("calendars", format!("1 to {MAX_MADE} calendars.")));
    }
    let (mut made, mut refused, mut first) = (Vec::new(), Vec::new(), None);
    for (n, wanted) in several.into_iter().enumerate() {
        let target = LinkTarget::New { name: wanted.name() };
        match make(&rest, &known, &wanted, target, once.as_ref().map(|once| once.nth(n)).as_ref()).await {
            Ok(link) => made.push(status(&link)),
            Err(problem) => {
                let ToMake { account, remote, .. } = wanted;
                refused.push(NotMade { account, remote, detail: problem.detail().to_owned() });
                first.get_or_insert(problem);
            }
        }
    }
    match first {
        // There is nothing else to say.
        Some(problem) if made.is_empty() => Err(problem),
        _ => Ok(created("/api/v1.0/calendars/sync", Json(Made { calendars: made, refused }))),
    }
}

/// Has all calendars of one's own brought into step now that are in step with others.
#[utoipa::path(put, path = "/api/v1.0/calendars/sync", tag = "accounts",
    responses((status = 202, body = BegunList, headers(("Location" = String, description = "Where it says how they are.")))))]
pub async fn run_all(State(rest): State<Rest>, known: Known) -> Result<Response, Problem> {
    let mut calendars = Vec::new();
    for link in rest.kalends.sync_links(known.caller).await? {
        if let Some(JobId(job)) = rest.kalends.begin_sync(known.caller, link.id).await? {
            calendars.push(Begun { calendar: link.calendar.0, job, href: job_path(JobId(job)) });
        }
    }
    Ok(accepted("/api/v1.0/calendars/sync", BegunList { calendars }))
}

/// Has some calendars be in step no longer: all of those that are named, or none.
#[utoipa::path(delete, path = "/api/v1.0/calendars/sync", tag = "accounts", params(Endings), responses((status = 204)))]
pub async fn delete_several(
    State(rest): State<Rest>,
    known: Known,
    Parameters(endings): Parameters<Endings>,
) -> Result<Response, Problem> {
    let removal = link_removal(endings.calendars.as_deref(), "calendars")?;
    let mut links = Vec::new();
    for id in endings.ids.split(',') {
        let id = id.trim().parse().map_err(|_| Problem::bad_parameter("ids", "Numbers with commas between them."))?;
        links.push(link_of(&rest, &known, CalendarId(id)).await?);
    }
    for link in links {
        rest.kalends.remove_sync_link(known.caller, link.id, removal).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// How a calendar is that is in step with one elsewhere; 404 where it is in step with none.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/sync", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 200, body = Status, headers(("ETag" = String)))))]
pub async fn get(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(shown(&link_of(&rest, &known, calendar_id(&id)?).await?))
}

/// Ties a calendar of one's own to one elsewhere.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/sync", tag = "accounts", request_body = ToMake,
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Status, headers(("Location" = String, description = "Where it is."), ("ETag" = String))),
        (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn tie(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted, octets): Body<ToMake>,
) -> Result<Response, Problem> {
    let id = calendar_id(&id)?;
    let once = once(&headers, &format!("/calendars/{}/sync", id.0), &octets)?;
    Ok(answer_made(&make(&rest, &known, &wanted, LinkTarget::Existing(id), once.as_ref()).await?))
}

async fn make(
    rest: &Rest,
    known: &Known,
    wanted: &ToMake,
    target: LinkTarget,
    once: Option<&Once>,
) -> Result<SyncLink, Problem> {
    let new = wanted.read(target)?;
    unless_ended(rest.kalends.make_sync_link_once(known.caller, &new, once).await, once)
}

/// The link that was made, by this request or an earlier one with its key.
///
/// # Errors
/// 409 where what the earlier one made has ended since.
pub(super) fn unless_ended(made: Result<SyncLink, Error>, once: Option<&Once>) -> Result<SyncLink, Problem> {
    match made {
        Err(Error::NotFound(Missing::Link)) if once.is_some() => {
            let detail = "What an earlier request with this Idempotency-Key put into step is so no longer.";
            Err(Problem::new(StatusCode::CONFLICT, detail))
        }
        made => Ok(made?),
    }
}

fn answer_made(link: &SyncLink) -> Response {
    created(&format!("/api/v1.0/calendars/{}/sync", link.calendar.0), shown(link))
}

/// How it is brought into step.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Running {
    /// Everything there is compared, and not what has changed alone: as once a day.
    #[serde(default)]
    everything: bool,
}

/// Has a calendar brought into step now. 409 while it is paused.
#[utoipa::path(put, path = "/api/v1.0/calendars/{id}/sync", tag = "accounts", params(("id" = i64, Path), Running),
    responses((status = 202, body = BegunJob, headers(("Location" = String, description = "Where it says how far it has come."))),
        (status = 409, description = "It is paused, or the calendar there is gone: it is to be resumed first.")))]
pub async fn run(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(Running { everything }): Parameters<Running>,
) -> Result<Response, Problem> {
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    let job = match everything {
        true => rest.kalends.begin_comparing(known.caller, link.id).await?,
        false => rest.kalends.begin_sync(known.caller, link.id).await?,
    };
    let rests = || Problem::new(StatusCode::CONFLICT, "It is paused, or the calendar there is gone: resume it first.");
    Ok(begun(job.ok_or_else(rests)?))
}

/// Changes what is chosen about it.
#[utoipa::path(patch, path = "/api/v1.0/calendars/{id}/sync", tag = "accounts", request_body = SettingsChange,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = Status, headers(("ETag" = String)))))]
pub async fn patch(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted, _): Body<SettingsChange>,
) -> Result<Response, Problem> {
    let (id, check) = (calendar_id(&id)?, checks(&headers)?);
    let link = link_of(&rest, &known, id).await?;
    // What is wrong with it is said before anything else.
    wanted.read(&link.settings)?;
    let change = |link: &SyncLink| {
        check(link)?;
        wanted.read(&link.settings).map_err(|_| Error::PreconditionFailed)
    };
    rest.kalends.change_sync_link_by(known.caller, link.id, change).await?;
    if wanted.as_wished {
        rest.kalends.follow_wished_interval(known.caller, link.id).await?;
    }
    Ok(shown(&link_of(&rest, &known, id).await?))
}

/// Has a calendar be in step no longer.
#[utoipa::path(delete, path = "/api/v1.0/calendars/{id}/sync", tag = "accounts",
    params(("id" = i64, Path), Ending, ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 204)))]
pub async fn delete(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(ending): Parameters<Ending>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (removal, check) = (ending.removal()?, checks(&headers)?);
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    rest.kalends.remove_sync_link_if(known.caller, link.id, removal, check).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Has nothing be done for a calendar until that is wanted again.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/sync/pause", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn pause(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    rest.kalends.pause_sync_link(known.caller, link.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes on with a calendar that was paused, or whose calendar elsewhere was gone.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/sync/resume", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 204)))]
pub async fn resume(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    rest.kalends.resume_sync_link(known.caller, link.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
