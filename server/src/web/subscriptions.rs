//! What somebody follows: the forms of `/settings/subscriptions`.

use super::WebState;
use super::forms::{Posted, again, value};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::subscriptions::{Wish, WishRefused, server};

/// Follows a calendar, looks at one again, or ends a subscription.
pub async fn subscriptions(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to("/sign-in?next=/settings/subscriptions").into_response() };
    let Some(wish) = Wish::read(|name| value(&form, name)) else { return StatusCode::BAD_REQUEST.into_response() };
    match server::fulfil(&state.web.kalends, &user, wish).await {
        Ok(done) => Redirect::to(&format!("/settings/subscriptions?done={done}")).into_response(),
        Err(error) => {
            let status = error.status();
            again(&state, page, WishRefused(error), status).await
        }
    }
}
