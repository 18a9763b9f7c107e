//! What the page reads.

use super::{JobList, WishRefused, server};
use crate::json::Json;
use crate::server_context::signed_in;
use crate::wire::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What the server does beside answering; for administrators.
#[server(prefix = "/fn", endpoint = "jobs", input = GetUrl, output = Json)]
pub async fn load_jobs() -> Result<JobList, ApiError> {
    let (kalends, user) = signed_in()?;
    let jobs = server::list(&kalends, &user).await?;
    Ok(JobList { jobs, refused: use_context::<WishRefused>().map(|WishRefused(error)| error) })
}
