//! What somebody follows: the forms of `/settings/subscriptions`.

use super::WebState;
use super::forms::{Posted, again, value};
use axum::Router;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use kalends_app::session::CurrentUser;
use kalends_app::subscriptions::{BroughtFile, Wish, WishRefused, server};
use kalends_app::wire::ApiError;

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

/// What surrounds a file in a form.
const FORM_OCTETS: usize = 64 * 1024;

/// Where files come, of at most so many octets.
pub fn router(file_octets: usize) -> Router<WebState> {
    let limit = DefaultBodyLimit::max(file_octets + FORM_OCTETS);
    Router::new().route("/settings/subscriptions/file", post(bring).layer(limit))
}

/// Follows a file, or takes another version of one.
async fn bring(State(state): State<WebState>, request: Request) -> Response {
    let user = request.extensions().get::<CurrentUser>().and_then(|user| user.0.clone());
    let Some(user) = user else { return Redirect::to("/sign-in?next=/settings/subscriptions").into_response() };
    let (mut parts, body) = request.into_parts();
    let form = Multipart::from_request(Request::from_parts(parts.clone(), body), &()).await;
    // The page that the form is on answers for it.
    parts.uri = axum::http::Uri::from_static("/settings/subscriptions");
    let page = Request::from_parts(parts, axum::body::Body::empty());
    let kalends = &state.web.kalends;
    let brought = match form {
        Ok(form) => read(form, kalends.limits().import_octets).await,
        Err(rejection) => Err(wrong(rejection.body_text())),
    };
    let done = match brought {
        Ok(brought) => server::bring(kalends, &user, brought).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(done) => Redirect::to(&format!("/settings/subscriptions?done={done}")).into_response(),
        Err(error) => {
            let status = error.status();
            again(&state, page, WishRefused(error), status).await
        }
    }
}

fn wrong(message: impl Into<String>) -> ApiError {
    ApiError::BadInput { field: "file".to_owned(), message: message.into() }
}

async fn read(mut form: Multipart, limit: usize) -> Result<BroughtFile, ApiError> {
    let unreadable = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => kalends_domain::Error::TooLarge { limit }.into(),
        _ => wrong(error.body_text()),
    };
    let mut brought = BroughtFile { id: None, name: String::new(), file_name: String::new(), content: Vec::new() };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("id") => brought.id = field.text().await.map_err(unreadable)?.parse().ok(),
            Some("name") => brought.name = field.text().await.map_err(unreadable)?,
            Some("file") => {
                brought.file_name = field.file_name().unwrap_or_default().to_owned();
                brought.content = field.bytes().await.map_err(unreadable)?.to_vec();
            }
            _ => {}
        }
    }
    Ok(brought)
}
