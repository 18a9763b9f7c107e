//! The status of what server functions refuse.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use kalends_app::wire::ApiError;

/// The header with which `server_fn` marks an error.
const MARK: &str = "serverfnerror";

/// A refusal is a few sentences.
const MAX_OCTETS: usize = 64 * 1024;

/// Gives an expected refusal its status: `server_fn` answers every error with 500, which is for what the log explains. The body
/// stays, as the page in the browser reads it.
pub async fn answer(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !response.headers().contains_key(MARK) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_OCTETS).await else {
        return Response::from_parts(parts, Body::empty());
    };
    if let Ok(error) = serde_json::from_slice::<ApiError>(&body) {
        parts.status = error.status();
    }
    if parts.status == StatusCode::UNAUTHORIZED {
        // RFC 9110 section 15.5.2 wants one; browsers ask for no password by it.
        parts.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Cookie realm=\"Kalends\""));
    }
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn answered(status: StatusCode, marked: bool, body: &str) -> (StatusCode, String) {
        let mut response = Response::new(Body::from(body.to_owned()));
        *response.status_mut() = status;
        if marked {
            response.headers_mut().insert(MARK, HeaderValue::from_static("/fn/x"));
        }
        let response = answer(response).await;
        let status = response.status();
        let body = to_bytes(response.into_body(), MAX_OCTETS).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_refusal_has_its_status_and_keeps_its_body() {
        let bad = ApiError::BadInput { field: "zone".into(), message: "No.".into() };
        for (error, status) in [
            (ApiError::SignedOut, 401),
            (ApiError::Forbidden("No.".into()), 403),
            (ApiError::NotFound("No.".into()), 404),
            (ApiError::Conflict, 409),
            (bad, 422),
            (ApiError::TooMany("No.".into()), 429),
            (ApiError::Failed, 500),
        ] {
            let body = serde_json::to_string(&error).unwrap();
            let (found, kept) = answered(StatusCode::INTERNAL_SERVER_ERROR, true, &body).await;
            assert_eq!((found.as_u16(), kept), (status, body));
        }
    }

    #[tokio::test]
    async fn what_is_no_refusal_stays() {
        let conflict = serde_json::to_string(&ApiError::Conflict).unwrap();
        for (status, marked) in [(StatusCode::OK, true), (StatusCode::INTERNAL_SERVER_ERROR, false)] {
            assert_eq!(answered(status, marked, &conflict).await, (status, conflict.clone()));
        }
        let odd = answered(StatusCode::INTERNAL_SERVER_ERROR, true, "odd").await;
        assert_eq!(odd, (StatusCode::INTERNAL_SERVER_ERROR, "odd".to_owned()));
    }
}
