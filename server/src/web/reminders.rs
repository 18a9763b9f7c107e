//! Reminders: the forms, the panel that pages show, and the scripts and style for it. These are part of the program, so that they always
//! fit what it writes.

use super::forms::{Posted, go_on, value};
use super::{WebState, failed};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use kalends_app::flash::Flash;
use kalends_app::reminders::{PATH, Wish, panel, server};
use kalends_app::return_path::sign_in_path;
use kalends_app::session::CurrentUser;

const PANEL_SCRIPT: &str = include_str!("../../../frontend/reminders.js");
const PANEL_STYLE: &str = include_str!("../../../style/reminders.css");
const PUSH_WORKER: &str = include_str!("../../../frontend/push-worker.js");
/// They have no names of their own for each version.
const FOR_A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=600");

pub(super) fn router() -> Router<WebState> {
    Router::new()
        .route("/reminders/panel", get(waiting))
        .route("/reminders.js", get(|| async { file("text/javascript; charset=utf-8", PANEL_SCRIPT) }))
        .route("/reminders.css", get(|| async { file("text/css; charset=utf-8", PANEL_STYLE) }))
        .route("/push-worker.js", get(|| async { file("text/javascript; charset=utf-8", PUSH_WORKER) }))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let kind = HeaderValue::from_static(kind);
    let headers: [(HeaderName, HeaderValue); 2] = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_A_WHILE)];
    (headers, text).into_response()
}

/// `GET /reminders/panel`: what waits for the person, as a piece of HTML.
async fn waiting(State(state): State<WebState>, request: Request) -> Response {
    let user = request.extensions().get::<CurrentUser>().and_then(|user| user.0.clone());
    let Some(user) = user else { return StatusCode::FORBIDDEN.into_response() };
    match state.web.kalends.reminders_in_page(user.on_a_page()).await {
        Ok(reminders) => Html(panel::panel(&user, request.headers(), &reminders)).into_response(),
        Err(error) => failed::answer_error(&error, "looking for reminders"),
    }
}

/// `POST /reminders`: does what a form asks for. A script is answered without a page.
pub(super) async fn wish(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(PATH)).into_response() };
    let Some(wish) = Wish::read(|name| value(&form, name)) else { return StatusCode::BAD_REQUEST.into_response() };
    let outcome = server::fulfil(&state.web.kalends, &user, wish).await;
    if page.headers().get(header::ACCEPT).is_some_and(|accepted| accepted.as_bytes() == b"application/json") {
        return outcome.map_or_else(|error| error.status(), |_| StatusCode::NO_CONTENT).into_response();
    }
    go_on(&state, PATH, Flash { form: server::FORM.to_owned(), outcome, kept: Vec::new() })
}
