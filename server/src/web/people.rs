//! The forms of the pages of people, and everything that somebody has as one file.

use super::forms::{Posted, again, go_on, value};
use super::{WebState, failed};
use crate::take_out;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::people::{Refused, Wish, server};
use kalends_app::session::CurrentUser;
use kalends_domain::Error;
use kalends_domain::access::PrincipalId;
use kalends_domain::accounts::User;
use kalends_domain::people::Administrator;

/// Does what a form on the page of all people, or of one of them, asks for.
pub async fn wish(State(state): State<WebState>, id: Option<Path<i64>>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to("/sign-in?next=/admin/people").into_response() };
    let Some(wish) = Wish::read(id.map(|Path(id)| id), |name| value(&form, name)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match server::fulfil(&state.web.kalends, &state.web.site, &user, wish).await {
        Ok((next, said)) => go_on(&state, &next, said),
        Err(error) => {
            let status = error.status();
            again(&state, page, Refused { error, form }, status).await
        }
    }
}

/// `GET /settings/export.zip`
pub async fn own_export(State(state): State<WebState>, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return Redirect::to("/sign-in?next=/settings").into_response() };
    export(&state, &user, user.principal.id).await
}

/// `GET /admin/people/{id}/export.zip`
pub async fn export_of(State(state): State<WebState>, Path(id): Path<i64>, request: Request) -> Response {
    let Some(user) = signed_in(&request) else { return Redirect::to("/sign-in?next=/admin/people").into_response() };
    export(&state, &user, PrincipalId(id)).await
}

fn signed_in(request: &Request) -> Option<User> {
    request.extensions().get::<CurrentUser>().and_then(|user| user.0.clone())
}

async fn export(state: &WebState, by: &User, of: PrincipalId) -> Response {
    let out = match state.web.kalends.take_out(Administrator::Person(by.on_a_page()), of).await {
        Ok(out) => out,
        Err(Error::NotFound(_)) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return failed::answer_error(&error, "taking everything out"),
    };
    let name = format!("attachment; filename=\"kalends-{}.zip\"", out.user.principal.slug);
    match take_out::archive(out).await {
        Ok(body) => {
            let mut response = ([(header::CONTENT_TYPE, "application/zip")], body).into_response();
            if let Ok(name) = HeaderValue::from_str(&name) {
                response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
            }
            response
        }
        Err(error) => failed::answer_error(&error, "taking everything out"),
    }
}
