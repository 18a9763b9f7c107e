//! What both sides have changed, each in another way, in calendars that are in step with others elsewhere: somebody decides.

use super::accounts::moment;
use super::input::{Body, calendar_id};
use super::problem::Problem;
use super::sync::link_of;
use super::{Known, Rest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kalends_domain::sync::{Resolution, SyncConflict, SyncObjectId};
use kalends_domain::{Error, Missing};
use kalends_ical::instance_key;
use kalends_ical::meaning::{Part, Place};
use kalends_ical::merge::{Collision, Winner};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What both sides have changed in different ways.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncCollision)]
pub struct Clash {
    /// The property, or the first of those that say one thing together: `SUMMARY`, `DTSTART` (all of the time), `RRULE` …; `null`: all of it.
    what: Option<String>,
    /// The instance of the series, for the parameter `instance`; `null`: the event itself, or all of the series.
    instance: Option<String>,
}

/// An object that both sides have changed, and between which somebody has to decide.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncConflict)]
pub struct Conflict {
    id: i64,
    uid: String,
    title: Option<String>,
    /// Since when it waits.
    since: String,
    /// The text when both were the same, where it is known.
    base: Option<String>,
    /// The text here; `null`: it was deleted here.
    here: Option<String>,
    /// The text there; `null`: it was deleted there.
    there: Option<String>,
    /// Nothing where it comes together by itself by now, or one side has deleted it.
    both_changed: Vec<Clash>,
}

/// Those that wait, the longest first.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncConflictList)]
pub struct ConflictList {
    /// 200 at most.
    conflicts: Vec<Conflict>,
}

/// Whose version counts.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = SyncSide)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    Here,
    There,
}

/// What one decides: either of the two.
#[derive(Deserialize, ToSchema)]
#[schema(as = SyncDecision)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// This version, whole.
    #[serde(default)]
    keep: Option<Keep>,
    /// What each side has changed, and of what both have the one that is said here: one for each of `both_changed`, in its order.
    #[serde(default)]
    each: Option<Vec<Keep>>,
}

fn clash(collision: &Collision) -> Clash {
    let what = match &collision.part {
        Part::Property(name) | Part::Element { name, .. } | Part::Component { name, .. } => Some(name.clone()),
        Part::Group(group) => Some(group.property().to_owned()),
        Part::Whole => None,
    };
    let instance = match &collision.place {
        Place::Instance(moment) => Some(instance_key::encode(moment)),
        Place::Object | Place::Calendar | Place::Master => None,
    };
    Clash { what, instance }
}

fn shown(conflict: SyncConflict) -> Conflict {
    Conflict {
        id: conflict.id.0,
        uid: conflict.uid,
        title: conflict.title,
        since: moment(conflict.at),
        base: conflict.base,
        here: conflict.ours,
        there: conflict.theirs,
        both_changed: conflict.collisions.iter().map(clash).collect(),
    }
}

/// The objects that both sides have changed, where the calendar asks what is to become of them.
#[utoipa::path(get, path = "/api/v1.0/calendars/{id}/sync/conflicts", tag = "accounts", params(("id" = i64, Path)),
    responses((status = 200, body = ConflictList)))]
pub async fn list(
    State(rest): State<Rest>,
    known: Known,
    Path(id): Path<String>,
) -> Result<Json<ConflictList>, Problem> {
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    let conflicts = rest.kalends.sync_conflicts(known.caller, link.id).await?;
    Ok(Json(ConflictList { conflicts: conflicts.into_iter().map(shown).collect() }))
}

/// Decides one of them. It is stored here at once, and goes there with the next run; what lost stays in the history.
#[utoipa::path(put, path = "/api/v1.0/calendars/{id}/sync/conflicts/{conflict}", tag = "accounts", request_body = Decision,
    params(("id" = i64, Path), ("conflict" = i64, Path)),
    responses((status = 204), (status = 412, description = "It has changed there since: what it is now is looked at first.")))]
pub async fn decide(
    State(rest): State<Rest>,
    known: Known,
    Path((id, conflict)): Path<(String, String)>,
    Body(decision, _): Body<Decision>,
) -> Result<StatusCode, Problem> {
    let resolution = match (decision.keep, decision.each) {
        (Some(Keep::Here), None) => Resolution::Ours,
        (Some(Keep::There), None) => Resolution::Theirs,
        (None, Some(each)) => Resolution::Each(each.into_iter().map(winner).collect()),
        _ => return Err(Problem::bad_value("keep", "Either `keep` or `each`.")),
    };
    let link = link_of(&rest, &known, calendar_id(&id)?).await?;
    let conflict = conflict.parse().map(SyncObjectId).map_err(|_| Error::NotFound(Missing::Conflict))?;
    rest.kalends.resolve_sync_conflict(known.caller, link.id, conflict, &resolution).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn winner(keep: Keep) -> Winner {
    match keep {
        Keep::Here => Winner::Ours,
        Keep::There => Winner::Theirs,
    }
}
