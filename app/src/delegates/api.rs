//! What the page reads.

use super::{DelegateRefused, Delegations, server};
use crate::flash;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Who acts for the viewer, and for whom the viewer acts.
#[server(prefix = "/fn", endpoint = "delegates", input = GetUrl, output = Json)]
pub async fn load_delegations() -> Result<Delegations, ApiError> {
    let (kalends, user) = signed_in()?;
    let found = server::delegations(&kalends, &user).await?;
    Ok(Delegations { said: flash::said(server::FORM), refused: use_context::<DelegateRefused>(), ..found })
}
