//! The interface for programs, `/api/v1.0/`: JSON and streams of events, for whoever is signed in or has an app password.

mod places;
mod problem;
mod stream;

use crate::credentials::Credential;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use kalends_domain::access::Caller;
use kalends_domain::{Error, Kalends};
use places::Places;
use problem::Problem;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the handlers share.
#[derive(Clone)]
struct Rest {
    kalends: Kalends,
    /// Cancelled when the server stops: streams end then.
    closing: CancellationToken,
    places: Arc<Places>,
}

/// Everything under `/api/v1.0/`. Streams end when `closing` is cancelled.
pub fn router(kalends: Kalends, closing: CancellationToken) -> Router {
    Router::new()
        .route("/api/v1.0/stream", get(stream::stream))
        .with_state(Rest { kalends, closing, places: Arc::default() })
        .layer(map_response(private))
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
}

impl FromRequestParts<Rest> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, rest: &Rest) -> Result<Self, Problem> {
        let credential = Credential::of(&parts.headers).ok_or(Error::BadCredentials)?;
        let caller = credential.caller(&rest.kalends).await?;
        Ok(Known { caller, credential })
    }
}
