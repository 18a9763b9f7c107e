//! What the pages read.

use super::{NewTeamRefused, TeamContents, TeamList, TeamRefused, server};
use crate::flash;
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The groups and missions that the viewer belongs to.
#[server(prefix = "/fn", endpoint = "teams", input = GetUrl, output = Json)]
pub async fn load_teams() -> Result<TeamList, ApiError> {
    let (kalends, user) = signed_in()?;
    let list = server::list(&kalends, &user).await?;
    Ok(TeamList { said: flash::said(server::FORM), refused: use_context::<NewTeamRefused>(), ..list })
}

/// One of them, by its name in URLs.
#[server(prefix = "/fn", endpoint = "team", input = GetUrl, output = Json)]
pub async fn load_team(slug: String) -> Result<TeamContents, ApiError> {
    let (kalends, user) = signed_in()?;
    let contents = server::contents(&kalends, &user, &slug).await?;
    Ok(TeamContents { said: flash::said(server::FORM), refused: use_context::<TeamRefused>(), ..contents })
}
