//! What the pages read.

use super::{LinkContents, LinkRefused, Receipt, server};
use crate::flash;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// How a calendar's link is, and what its runs did.
#[server(prefix = "/fn", endpoint = "sync_link", input = GetUrl, output = Json)]
pub async fn load_link(calendar: String) -> Result<LinkContents, ApiError> {
    let (kalends, user) = signed_in()?;
    let found = server::contents(&kalends, &user, server::calendar(&calendar)?).await?;
    Ok(LinkContents { said: flash::said(server::FORM), refused: use_context::<LinkRefused>(), ..found })
}

/// What a run did.
#[server(prefix = "/fn", endpoint = "sync_receipt", input = GetUrl, output = Json)]
pub async fn load_receipt(calendar: String, run: String) -> Result<Receipt, ApiError> {
    let (kalends, user) = signed_in()?;
    let found = server::receipt(&kalends, &user, server::calendar(&calendar)?, server::run(&run)?).await?;
    Ok(Receipt { refused: use_context::<LinkRefused>(), ..found })
}
