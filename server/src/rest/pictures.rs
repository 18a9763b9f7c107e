//! How one looks.

use super::input::{media_type, octets, unsupported};
use super::problem::Problem;
use super::{Known, Rest};
use crate::web::profile::of_picture;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kalends_domain::accounts::MAX_PICTURE_OCTETS;

const MEDIA_TYPES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// Somebody's picture.
#[utoipa::path(get, path = "/api/v1.0/users/{name}/picture", tag = "users", params(("name" = String, Path)),
    responses((status = 200, body = String, content_type = "image/jpeg", headers(("ETag" = String))), (status = 304)))]
pub async fn get(
    State(rest): State<Rest>,
    known: Known,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(of_picture(rest.kalends.picture(known.caller, &name).await?, None, &headers))
}

/// One's own picture.
#[utoipa::path(get, path = "/api/v1.0/users/me/picture", tag = "users",
    responses((status = 200, body = String, content_type = "image/jpeg", headers(("ETag" = String))), (status = 304)))]
pub async fn get_own(State(rest): State<Rest>, known: Known, headers: HeaderMap) -> Result<Response, Problem> {
    let own = rest.kalends.user(known.caller.principal).await?.principal.slug;
    Ok(of_picture(rest.kalends.picture(known.caller, &own).await?, None, &headers))
}

/// Shows a picture of oneself: PNG, JPEG or WebP. What is kept of it is a square of 256 pixels.
#[utoipa::path(put, path = "/api/v1.0/users/me/picture", tag = "users",
    request_body(content = String, content_type = "image/png"), responses((status = 204)))]
pub async fn put(State(rest): State<Rest>, known: Known, request: Request) -> Result<StatusCode, Problem> {
    if !MEDIA_TYPES.contains(&media_type(request.headers()).as_str()) {
        return Err(unsupported("image/png, image/jpeg or image/webp"));
    }
    let content = octets(request, &rest, MAX_PICTURE_OCTETS).await?;
    rest.kalends.set_picture(known.caller, content.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows no picture of oneself any more.
#[utoipa::path(delete, path = "/api/v1.0/users/me/picture", tag = "users", responses((status = 204)))]
pub async fn delete(State(rest): State<Rest>, known: Known) -> Result<StatusCode, Problem> {
    rest.kalends.remove_picture(known.caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
