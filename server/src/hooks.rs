//! Where services elsewhere tell something without being asked. Whoever comes is a stranger until what they say proves otherwise, and is
//! answered the same in any case.

use crate::unread_body::drain_unread_body;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::map_request;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use kalends_domain::Kalends;
use kalends_domain::sync::notifications::NotificationHook;
use kalends_providers::graph::{self, Microsoft};
use serde::Deserialize;

/// Most octets of what it tells at once: some hundreds of notifications.
const MAX_BODY: usize = 1024 * 1024;
/// Most octets of what is to be said back.
const MAX_TOKEN: usize = 4096;

/// Where Graph can tell an installation something that is at `public_url`. It tells nothing but over https; a stand-in may.
pub fn graph_hook(microsoft: Option<&Microsoft>, public_url: &str) -> NotificationHook {
    match microsoft {
        Some(microsoft) if public_url.starts_with("https://") || microsoft.private => {
            NotificationHook::At(format!("{public_url}/hooks/graph").into())
        }
        _ => NotificationHook::Nowhere,
    }
}

/// No cookie has a say in it. Where nothing was asked to tell anything there is nothing.
pub fn router(kalends: Kalends) -> Router {
    Router::new()
        .route("/hooks/graph", post(told_by_graph))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(map_request(drain_unread_body))
        .with_state(kalends)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "validationToken")]
    validation_token: Option<String>,
}

/// `POST /hooks/graph` (<https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>)
async fn told_by_graph(
    State(kalends): State<Kalends>,
    Query(asked): Query<Asked>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    if !matches!(kalends.notification_hook(), NotificationHook::At(_)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Some(token) = asked.validation_token {
        return handshake(token);
    }
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return rejection.status().into_response(),
    };
    let Ok(notices) = graph::read_notices(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    match kalends.hear_notices(&notices).await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        // It is told once more, for some hours.
        Err(error) => {
            tracing::warn!(%error, "what Microsoft tells could not be taken");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Graph wants to read back what it says, as plain text: that the hook is meant to be told.
fn handshake(token: String) -> Response {
    if token.len() > MAX_TOKEN || token.chars().any(char::is_control) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    let guard = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
    let headers = [
        (header::CONTENT_TYPE, plain),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, guard),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, token).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn microsoft(private: bool) -> Microsoft {
        let settings = serde_json::json!({ "client-id": "x", "private": private });
        serde_json::from_value::<Microsoft>(settings).unwrap().checked().unwrap()
    }

    #[test]
    fn graph_tells_an_installation_that_has_an_address_over_https() {
        let at = |url: &str| NotificationHook::At(format!("{url}/hooks/graph").into());
        let https = "https://cal.example.org";
        assert_eq!(graph_hook(Some(&microsoft(false)), https), at(https));
        assert_eq!(graph_hook(Some(&microsoft(false)), "http://cal.example.org"), NotificationHook::Nowhere);
        assert_eq!(graph_hook(None, https), NotificationHook::Nowhere);
        assert_eq!(graph_hook(Some(&microsoft(true)), "http://127.0.0.1:1"), at("http://127.0.0.1:1"));
    }
}
