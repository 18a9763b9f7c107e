//! What the page reads.

use super::{BinContents, WishRefused, server};
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What the viewer could bring back: the piece `piece` of the events, from 0, with all calendars.
#[server(prefix = "/fn", endpoint = "bin", input = GetUrl, output = Json)]
pub async fn load_bin(piece: usize) -> Result<BinContents, ApiError> {
    let (kalends, user) = signed_in()?;
    let contents = server::contents(&kalends, &user, piece).await?;
    Ok(BinContents { refused: use_context::<WishRefused>().map(|WishRefused(error)| error), ..contents })
}
