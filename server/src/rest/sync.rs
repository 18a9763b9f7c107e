//! Calendars that are in step with others elsewhere, and what was done for that.

use super::accounts::moment;
use super::input::{Body, Parameters, calendar_id, if_match, once};
use super::output::{created, etag_of, found, tagged};
use super::problem::Problem;
use super::{Known, Rest};
use crate::entity_tags::Tags;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use kalends_domain::Error;
use kalends_domain::calendars::CalendarId;
use kalends_domain::idempotency::Once;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_domain::sync::{
    DeedCount, LinkRemoval, LinkSettings, LinkState, LinkTarget, NewLink, RemoteAccountId, RunEntry, SyncLink, SyncRun,
    SyncRunId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What is chosen about a calendar that is in step with another.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = SyncSettings)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `pull` (from there to here), `both` or `push`.
    direction: String,
    /// Who wins where both sides changed the same: `newest`, `remote`, `local` or `ask`.
    #[serde(default = "newest")]
    policy: String,
    /// Seconds from one run to the next, 60 to 86400; `null`: only when somebody says so.
    interval_seconds: Option<i64>,
    /// How many days of history; `null`: everything.
    window_days: Option<u32>,
    /// At Microsoft 365: attendees of what is written here go there, and are invited by it. Otherwise they stay here.
    #[serde(default)]
    invites: bool,
}

fn newest() -> String {
    Policy::MergeThenNewest.name().to_owned()
}

impl Settings {
    fn of(settings: &LinkSettings) -> Self {
        Settings {
            direction: settings.direction.name().to_owned(),
            policy: settings.policy.name().to_owned(),
            interval_seconds: settings.interval.map(|interval| interval.num_seconds()),
            window_days: settings.window_days,
            invites: settings.invites,
        }
    }

    fn read(&self) -> Result<LinkSettings, Problem> {
        let bad = Problem::bad_value;
        let interval = |seconds| TimeDelta::try_seconds(seconds).ok_or_else(|| bad("interval_seconds", "60 to 86400."));
        Ok(LinkSettings {
            direction: Direction::from_name(&self.direction).ok_or_else(|| bad("direction", "pull, both or push."))?,
            policy: Policy::from_name(&self.policy).ok_or_else(|| bad("policy", "newest, remote, local or ask."))?,
            interval: self.interval_seconds.map(interval).transpose()?,
            window_days: self.window_days,
            invites: self.invites,
        })
    }
}

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

/// Which runs.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OfCalendar {
    calendar: i64,
    /// Those before this one.
    #[serde(default)]
    before: Option<i64>,
}

/// Which lines of a receipt.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Those after the line with this id.
    #[serde(default)]
    after: i64,
}

/// What was done to bring two calendars into step.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncRun)]
pub struct RunInfo {
    id: i64,
    began: String,
    ended: Option<String>,
    /// `done`, `partly`, `failed` or `asks`; `null`: it goes on.
    outcome: Option<String>,
    trouble: Option<String>,
    why: Option<String>,
    takes_back: bool,
    taken_back: bool,
}

/// Runs, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncRunList)]
pub struct RunList {
    runs: Vec<RunInfo>,
}

/// How many objects something was done with.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncCount)]
pub struct Count {
    /// `here` or `there`.
    side: String,
    what: String,
    count: u64,
}

/// What was done with one object.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncLine)]
pub struct Line {
    id: i64,
    /// `here` or `there`.
    side: String,
    /// `created`, `changed`, `deleted`, `merged`, `conflict`, `aside`, `held` or `left`.
    what: String,
    uid: String,
    title: Option<String>,
    /// The name of the object here.
    name: Option<String>,
    why: Option<String>,
}

/// What a run did.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncReceipt)]
pub struct Receipt {
    run: RunInfo,
    counts: Vec<Count>,
    /// 500 at most; those after the last of them are had with `after`.
    lines: Vec<Line>,
}

fn status(link: &SyncLink) -> Status {
    Status {
        calendar: link.calendar.0,
        account: link.account.0,
        remote: link.remote.0.clone(),
        remote_name: link.remote_name.clone(),
        settings: Settings::of(&link.settings),
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
    etag_of(&(link.id.0, Settings::of(&link.settings), link.state == LinkState::Paused))
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

async fn link_of(rest: &Rest, known: &Known, calendar: CalendarId) -> Result<SyncLink, Problem> {
    let link = rest.kalends.sync_link_of(known.caller, calendar).await?;
    link.ok_or_else(|| Error::NotFound("the sync link").into())
}

/// All calendars of one's own that are in step with others elsewhere.
#[utoipa::path(get, path = "/api/v1.0/calendars/sync", tag = "accounts",
    responses((status = 200, body = StatusList, headers(("ETag" = String))), (status = 304)))]
pub async fn list(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let links = rest.kalends.sync_links(known.caller).await?;
    found(&headers, StatusList { calendars: links.iter().map(status).collect() })
}

/// Makes a calendar that is in step with one elsewhere.
#[utoipa::path(post, path = "/api/v1.0/calendars/sync", tag = "accounts", request_body = ToMake,
    params(("Idempotency-Key" = Option<String>, Header, description = "Of a request that may come twice.")),
    responses((status = 201, body = Status, headers(("Location" = String, description = "Where it is."), ("ETag" = String))),
        (status = 502, description = "The service did not answer, or not as it should.")))]
pub async fn create(
    State(rest): State<Rest>,
    known: Known,
    headers: HeaderMap,
    Body(wanted, octets): Body<ToMake>,
) -> Result<Response, Problem> {
    let once = once(&headers, "/calendars/sync", &octets)?;
    let target = LinkTarget::New { name: wanted.name.clone() };
    make(&rest, &known, wanted, target, once).await
}

/// Has all calendars of one's own brought into step now that are in step with others.
#[utoipa::path(put, path = "/api/v1.0/calendars/sync", tag = "accounts", responses((status = 202)))]
pub async fn run_all(State(rest): State<Rest>, known: Known) -> Result<StatusCode, Problem> {
    rest.kalends.sync_all_now(known.caller).await?;
    Ok(StatusCode::ACCEPTED)
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
    make(&rest, &known, wanted, LinkTarget::Existing(id), once).await
}

async fn make(
    rest: &Rest,
    known: &Known,
    wanted: ToMake,
    target: LinkTarget,
    once: Option<Once>,
) -> Result<Response, Problem> {
    let new = NewLink {
        account: RemoteAccountId(wanted.account),
        remote: RemoteCalendarId(wanted.remote),
        target,
        settings: wanted.settings.read()?,
    };
    let link = match rest.kalends.make_sync_link_once(known.caller, &new, once.as_ref()).await {
        Err(Error::NotFound("the link")) if once.is_some() => {
            let detail = "What an earlier request with this Idempotency-Key put into step is so no longer.";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        made => made?,
    };
    Ok(created(&format!("/api/v1.0/calendars/{}/sync", link.calendar.0), shown(&link)))
}

/// Changes what is chosen about it.
#[utoipa::path(put, path = "/api/v1.0/calendars/{id}/sync", tag = "accounts", request_body = Settings,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag that one saw.")),
    responses((status = 200, body = Status, headers(("ETag" = String)))))]
pub async fn put(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted, _): Body<Settings>,
) -> Result<Response, Problem> {
    let (id, check) = (calendar_id(&id)?, checks(&headers)?);
    let link = link_of(&rest, &known, id).await?;
    rest.kalends.change_sync_link_if(known.caller, link.id, &wanted.read()?, check).await?;
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
    let check = checks(&headers)?;
    let removal = match ending.calendars.as_deref() {
        None | Some("keep") => LinkRemoval::KeepBoth,
        Some("bin") => LinkRemoval::BinHere,
        Some("delete") => LinkRemoval::DeleteThere,
        Some(_) => return Err(Problem::bad_parameter("calendars", "keep, bin or delete.")),
    };
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    rest.kalends.remove_sync_link_if(known.caller, link.id, removal, check).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Has a calendar brought into step now.
#[utoipa::path(post, path = "/api/v1.0/calendars/{id}/sync/run", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 202)))]
pub async fn run(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    rest.kalends.sync_now(known.caller, link.id).await?;
    Ok(StatusCode::ACCEPTED)
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

fn run_info(run: &SyncRun) -> RunInfo {
    RunInfo {
        id: run.id.0,
        began: moment(run.began_at),
        ended: run.ended_at.map(moment),
        outcome: run.outcome.map(|outcome| outcome.name().to_owned()),
        trouble: run.trouble.map(|trouble| trouble.name().to_owned()),
        why: run.why.clone(),
        takes_back: run.takes_back,
        taken_back: run.taken_back,
    }
}

fn count(count: &DeedCount) -> Count {
    Count { side: count.side.name().to_owned(), what: count.deed.name().to_owned(), count: count.count }
}

fn line(entry: RunEntry) -> Line {
    let RunEntry { id, side, deed, uid, title, name, why, .. } = entry;
    Line { id, side: side.name().to_owned(), what: deed.name().to_owned(), uid, title, name, why }
}

/// What was done for a calendar that is in step, the newest first, fifty runs at a time.
#[utoipa::path(get, path = "/api/v1.0/runs", tag = "accounts", params(OfCalendar), responses((status = 200, body = RunList)))]
pub async fn runs(
    State(rest): State<Rest>,
    known: Known,
    Parameters(of): Parameters<OfCalendar>,
) -> Result<Json<RunList>, Problem> {
    let link = link_of(&rest, &known, CalendarId(of.calendar)).await?;
    let runs = rest.kalends.sync_runs(known.caller, link.id, of.before.map(SyncRunId), 50).await?;
    Ok(Json(RunList { runs: runs.iter().map(run_info).collect() }))
}

fn run_id(text: &str) -> Result<SyncRunId, Problem> {
    text.parse().map(SyncRunId).map_err(|_| Error::NotFound("the run").into())
}

/// What a run did.
#[utoipa::path(get, path = "/api/v1.0/runs/{id}", tag = "accounts", params(("id" = i64, Path), After),
    responses((status = 200, body = Receipt)))]
pub async fn receipt(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
    Parameters(After { after }): Parameters<After>,
) -> Result<Json<Receipt>, Problem> {
    let id = run_id(&id)?;
    let (run, counts) = rest.kalends.sync_run(known.caller, id).await?;
    let lines = rest.kalends.sync_run_entries(known.caller, id, after, 500).await?;
    let counts = counts.iter().map(count).collect();
    Ok(Json(Receipt { run: run_info(&run), counts, lines: lines.into_iter().map(line).collect() }))
}

/// Takes back what a run did on both sides, but for what has changed since.
#[utoipa::path(post, path = "/api/v1.0/runs/{id}/take-back", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 202)))]
pub async fn take_back(State(rest): State<Rest>, known: Known, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    rest.kalends.take_back_sync_run(known.caller, run_id(&id)?).await?;
    Ok(StatusCode::ACCEPTED)
}
