//! The calendars of whoever asks.

use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::State;
use kalends_domain::access::Held;
use kalends_domain::sharing::PartyKind;
use serde_json::{Value, json};

pub(super) fn kind_name(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Person => "person",
        PartyKind::Group => "group",
        PartyKind::Mission => "mission",
        PartyKind::Everyone => "everyone",
    }
}

/// `GET /calendars`: those in the caller's list, with the revision of the list.
pub async fn list(State(rest): State<Rest>, known: Known) -> Result<Json<Value>, Problem> {
    let (revision, calendars) = rest.kalends.calendar_list(known.caller).await?;
    let calendars: Vec<Value> = calendars.iter().map(calendar).collect();
    Ok(Json(json!({ "revision": revision.0, "calendars": calendars })))
}

/// A calendar as whoever asks sees it.
pub(super) fn calendar(held: &Held) -> Value {
    json!({
        "id": held.id.0,
        "owner": held.owner_slug,
        "owner_kind": kind_name(held.owner().kind),
        "slug": held.slug,
        "name": held.details.display_name,
        "color": held.details.color,
        "access": held.access().to_string(),
        "visible": !held.view().hidden,
        "default": held.view().is_default,
        "revision": held.revision.0,
        "objects": held.may_read().then_some(held.objects),
    })
}
