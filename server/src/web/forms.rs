//! Forms that browsers post to the page that holds them, without WebAssembly.

use super::{WebState, render};
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::event;
use kalends_app::session::CurrentUser;
use leptos::prelude::provide_context;

/// Saves or deletes what the form of an event says and goes on, or shows the page again with everything that was typed.
pub async fn event(State(state): State<WebState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut page = Request::from_parts(parts.clone(), Body::empty());
    *page.method_mut() = Method::GET;
    let user = page.extensions().get::<CurrentUser>().and_then(|user| user.0.clone());
    let form: Vec<(String, String)> = match Form::from_request(Request::from_parts(parts, body), &()).await {
        Ok(Form(form)) => form,
        Err(rejection) => return rejection.into_response(),
    };
    let (path, query) = (page.uri().path(), page.uri().query().unwrap_or_default());
    match event::server::post(&state.web.kalends, user.as_ref(), path, query, &form).await {
        Ok(next) => Redirect::to(&next).into_response(),
        Err(refused) => {
            let mut response = render(&state, page, move || provide_context((*refused).clone())).await;
            if response.status() == StatusCode::OK {
                *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            }
            response
        }
    }
}
