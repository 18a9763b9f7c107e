//! What the page reads.

use super::{SubscriptionsState, WishRefused, server};
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;

/// What the viewer follows; `country`: of which the holidays are chosen.
#[server(prefix = "/fn", endpoint = "subscriptions_page", output = Json)]
pub async fn load_subscriptions(country: Option<String>) -> Result<SubscriptionsState, ApiError> {
    let (kalends, user) = signed_in()?;
    let state = server::state(&kalends, &user, country.as_deref()).await?;
    Ok(SubscriptionsState { refused: use_context::<WishRefused>().map(|WishRefused(error)| error), ..state })
}
