//! What a client must know before it begins.

use super::input::MAX_BODY;
use super::instances::{MAX_DAYS, MAX_PAGE};
use super::problem::KINDS;
use super::{Rest, openapi};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::fmt::Write;
use utoipa::ToSchema;

/// What this installation is and takes.
#[derive(Serialize, ToSchema)]
pub struct Config {
    /// Of the program.
    version: String,
    /// Of this interface.
    api: String,
    /// How browsers reach the server.
    public_url: String,
    /// Where CalDAV begins.
    caldav: String,
    /// How people sign in: `password`.
    sign_in: Vec<String>,
    /// How programs do: `app-password` (HTTP Basic), `token` (Bearer).
    credentials: Vec<String>,
    limits: ConfigLimits,
}

/// What is too much.
#[derive(Serialize, ToSchema)]
pub struct ConfigLimits {
    /// Of a body of JSON.
    body_octets: usize,
    /// Of an object's text.
    object_octets: usize,
    /// Of a file that is imported.
    import_octets: usize,
    /// Calendars of an account.
    calendars: usize,
    /// Objects in an account's calendars together.
    objects: u64,
    /// Octets of those.
    octets: u64,
    /// Instances in an answer.
    page: usize,
    /// Days of a window.
    window_days: i64,
}

/// What a client must know. For everybody.
#[utoipa::path(get, path = "/api/v1.0/config", tag = "about", security(()), responses((status = 200, body = Config)))]
pub async fn config(State(rest): State<Rest>) -> Json<Config> {
    let limits = rest.kalends.limits();
    Json(Config {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        api: "1.0".to_owned(),
        public_url: rest.site.public_url.clone(),
        caldav: format!("{}{}", rest.site.public_url, crate::caldav::ROOT),
        sign_in: vec!["password".to_owned()],
        credentials: vec!["app-password".to_owned(), "token".to_owned()],
        limits: ConfigLimits {
            body_octets: MAX_BODY,
            object_octets: limits.text.object_octets,
            import_octets: limits.import_octets,
            calendars: limits.account_calendars,
            objects: limits.account_objects,
            octets: limits.account_octets,
            page: MAX_PAGE,
            window_days: MAX_DAYS,
        },
    })
}

/// What the types of problems mean. For everybody.
#[utoipa::path(get, path = "/api/v1.0/problems", tag = "about", security(()),
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn problems() -> Response {
    let text = KINDS.iter().fold(String::new(), |mut text, (kind, meaning)| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "#{kind}: {meaning}");
        text
    });
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// This description. For everybody.
#[utoipa::path(get, path = "/api/v1.0/openapi.json", tag = "about", security(()),
    responses((status = 200, body = Object, content_type = "application/json")))]
pub async fn description() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi::text()).into_response()
}
