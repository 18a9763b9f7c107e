//! What the page reads.

use super::{Reminders, server};
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What comes, what came, and how.
#[server(prefix = "/fn", endpoint = "reminders", input = GetUrl, output = Json)]
pub async fn load_reminders() -> Result<Reminders, ApiError> {
    let (kalends, user) = signed_in()?;
    server::reminders(&kalends, &user).await
}
