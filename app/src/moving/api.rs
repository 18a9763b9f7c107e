//! What the pages read.

use super::{MoveState, MoveUnderWay, server};
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;

#[server(prefix = "/fn", endpoint = "move_page", output = Json)]
pub async fn load_move_page() -> Result<MoveState, ApiError> {
    signed_in()?;
    Ok(use_context::<MoveState>().unwrap_or_default())
}

/// How far a move has come that the viewer began.
#[server(prefix = "/fn", endpoint = "move_progress", output = Json)]
pub async fn load_move_progress(job: i64) -> Result<MoveUnderWay, ApiError> {
    let (kalends, user) = signed_in()?;
    server::progress(&kalends, &user, job).await
}
