//! Moving in from another service: the forms of `/import/from`.

use super::WebState;
use super::forms::{Posted, again};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::moving::server::{Done, Posted as Wish};
use kalends_app::wire::ApiError;

/// Looks for the calendars of an account elsewhere, or has those that were chosen move in.
pub async fn move_in(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to("/sign-in?next=/import/from").into_response() };
    match Wish::read(&form).fulfil(&state.web.kalends, &user).await {
        Done::Job(job) => Redirect::to(&format!("/import/from/{job}")).into_response(),
        Done::Page(shown) => {
            let status = shown.refused.as_ref().map_or(StatusCode::OK, ApiError::status);
            again(&state, page, *shown, status).await
        }
    }
}
