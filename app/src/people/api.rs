//! What the pages read.

use super::{PeopleList, PersonDetails, server};
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The piece `piece` of the people whose names or e-mail have `search` in them; for administrators.
#[server(prefix = "/fn", endpoint = "people", input = GetUrl, output = Json)]
pub async fn load_people(search: String, piece: usize) -> Result<PeopleList, ApiError> {
    let (kalends, user) = signed_in()?;
    server::list(&kalends, &user, search, piece).await
}

/// One of them; for administrators.
#[server(prefix = "/fn", endpoint = "person", input = GetUrl, output = Json)]
pub async fn load_person(id: i64) -> Result<PersonDetails, ApiError> {
    let (kalends, user) = signed_in()?;
    server::details(&kalends, &user, id).await
}
