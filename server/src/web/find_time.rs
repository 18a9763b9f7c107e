//! The forms of the page of when people could meet.

use super::WebState;
use super::forms::{Posted, again, go_on, value};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::find_time::{self, PublishRefused, server};
use kalends_app::flash::Flash;
use kalends_app::return_path::sign_in_path;

/// Keeps or forgets where somebody elsewhere publishes when they are busy, and shows the page again.
pub async fn publish(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let here = page.uri().path_and_query().map_or(find_time::PATH, |path| path.as_str()).to_owned();
    let Some(user) = user else { return Redirect::to(&sign_in_path(&here)).into_response() };
    let email = value(&form, "email").unwrap_or_default();
    let url = value(&form, "url").unwrap_or_default();
    let is_forgotten = value(&form, "do").as_deref() == Some("forget");
    match server::publish(&state.web.kalends, &user, &email, (!is_forgotten).then_some(&url)).await {
        Ok(said) => {
            let said = Flash { form: server::FORM.to_owned(), outcome: Ok(said.to_owned()), kept: Vec::new() };
            go_on(&state, &here, said)
        }
        Err(error) => {
            let status = error.status();
            again(&state, page, PublishRefused { email, url, error }, status).await
        }
    }
}
