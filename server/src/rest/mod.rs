//! The interface for programs, `/api/v1.0/`: JSON and streams of events, for whoever is signed in or has an app password or a token.

mod bin;
mod calendars;
mod groups;
mod history;
mod links;
mod problem;
mod shares;
mod stream;

use crate::credentials::Credential;
use crate::event_stream::Places;
use crate::web::session;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use kalends_app::session::Site;
use kalends_domain::access::Caller;
use kalends_domain::calendars::CalendarId;
use kalends_domain::{Error, Kalends};
use problem::Problem;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What the handlers share.
#[derive(Clone)]
struct Rest {
    kalends: Kalends,
    /// Cancelled when the server stops: streams end then.
    closing: CancellationToken,
    places: Arc<Places>,
}

/// Everything under `/api/v1.0/` but CalDAV. Streams take their places and end when `closing` is cancelled; `site` is what browsers
/// may send changes from.
pub fn router(kalends: Kalends, site: Site, closing: CancellationToken, places: Arc<Places>) -> Router {
    Router::new()
        .route("/api/v1.0/stream", get(stream::stream))
        .route("/api/v1.0/calendars", get(calendars::list))
        .route("/api/v1.0/calendars/{id}/changes", get(history::changes))
        .route("/api/v1.0/calendars/{id}/as-of", get(history::as_of))
        .route("/api/v1.0/calendars/{id}/objects/{name}/versions", get(history::versions))
        .route("/api/v1.0/calendars/{id}/versions/{revision}", get(history::version))
        .route("/api/v1.0/calendars/{id}/versions/{revision}/restore", post(history::restore))
        .route("/api/v1.0/bin", get(bin::list))
        .route("/api/v1.0/bin/calendars/{id}", delete(bin::purge_calendar))
        .route("/api/v1.0/bin/calendars/{id}/restore", post(bin::restore_calendar))
        .route("/api/v1.0/calendars/{id}/bin/{object}", delete(bin::purge_object))
        .route("/api/v1.0/calendars/{id}/bin/{object}/restore", post(bin::restore_object))
        .merge(sharing())
        .layer(DefaultBodyLimit::max(shares::MAX_BODY))
        .layer(from_fn_with_state(site, session::same_site))
        .with_state(Rest { kalends, closing, places })
        .layer(map_response(private))
}

fn sharing() -> Router<Rest> {
    Router::new()
        .route("/api/v1.0/calendars/{id}/shares", get(shares::list))
        .route("/api/v1.0/calendars/{id}/shares/{who}", put(shares::put).delete(shares::delete))
        .route("/api/v1.0/calendars/{id}/answer", put(shares::answer))
        .route("/api/v1.0/calendars/{id}/links", get(links::list_of_calendar).post(links::create))
        .route("/api/v1.0/links", get(links::list))
        .route("/api/v1.0/links/{id}", put(links::put).delete(links::delete))
        .route("/api/v1.0/links/{id}/rotate", post(links::rotate))
        .route("/api/v1.0/offers", get(shares::offers))
        .route("/api/v1.0/parties", get(shares::parties))
        .route("/api/v1.0/groups", get(groups::list_groups).post(groups::create_group))
        .route("/api/v1.0/missions", get(groups::list_missions).post(groups::create_mission))
        .route("/api/v1.0/groups/{name}", get(groups::get).put(groups::put).delete(groups::delete))
        .route("/api/v1.0/groups/{name}/members/{person}", put(groups::put_member).delete(groups::delete_member))
        .route("/api/v1.0/groups/{name}/calendars", post(groups::create_calendar))
}

/// Answers belong to one person.
async fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Who asks, with what they said it by.
struct Known {
    caller: Caller,
    credential: Credential,
    /// What was revoked after the credential was looked at shows here.
    revocations: watch::Receiver<u64>,
}

impl FromRequestParts<Rest> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, rest: &Rest) -> Result<Self, Problem> {
        let credential = Credential::of(&parts.headers, &parts.extensions).ok_or(Error::BadCredentials)?;
        let revocations = rest.kalends.revocations();
        let caller = credential.caller(&rest.kalends).await?;
        Ok(Known { caller, credential, revocations })
    }
}

/// The number of a calendar in a path.
fn calendar_id(text: &str) -> Result<CalendarId, Problem> {
    text.parse().map(CalendarId).map_err(|_| Error::NotFound("the calendar").into())
}
