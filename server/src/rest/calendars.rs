//! The calendars of whoever asks.

use super::problem::Problem;
use super::{Known, Rest};
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

/// `GET /calendars`: those that the caller may read, with the revision of the list.
pub async fn list(State(rest): State<Rest>, known: Known) -> Result<Json<Value>, Problem> {
    let (revision, calendars) = rest.kalends.readable_calendars(known.caller).await?;
    let calendars = calendars.iter().map(|held| {
        json!({
            "id": held.id.0,
            "owner": held.owner_slug,
            "slug": held.slug,
            "name": held.details.display_name,
            "color": held.details.color,
            "access": held.access().to_string(),
            "visible": !held.view().hidden,
            "default": held.view().is_default,
            "revision": held.revision.0,
            "objects": held.objects,
        })
    });
    Ok(Json(json!({ "revision": revision.0, "calendars": calendars.collect::<Vec<_>>() })))
}
