//! Forms of the pages of accounts at services elsewhere.

use super::WebState;
use super::forms::{Posted, again, go_on, value};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::flash::Flash;
use kalends_app::remote_accounts::linking::{self, ChooseWish};
use kalends_app::remote_accounts::{AccountRefused, AccountWish, AddFields, Chosen, server};
use kalends_app::return_path::sign_in_path;
use kalends_app::sync_links::{self, LinkRefused, LinkWish};
use kalends_app::wire::ApiError;
use kalends_domain::accounts::User;

/// The form of somebody who is signed in, and the request for the page that it is on.
async fn read(request: Request) -> Result<(Request, User, Vec<(String, String)>), Response> {
    let Posted { page, user, form } = Posted::read(request).await?;
    match user {
        Some(user) => Ok((page, user, form)),
        None => Err(Redirect::to(&sign_in_path(page.uri().path())).into_response()),
    }
}

fn said(state: &WebState, (to, text): (String, String)) -> Response {
    go_on(state, &to, Flash { form: server::FORM.to_owned(), outcome: Ok(text), kept: Vec::new() })
}

/// Looks for an account and adds it.
pub async fn add(State(state): State<WebState>, Path(service): Path<String>, request: Request) -> Response {
    let (page, user, form) = match read(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let fields = AddFields::read(|name| value(&form, name));
    let said_of = |name: &str| value(&form, name).unwrap_or_default();
    let secrets = (said_of("password"), said_of("token"));
    match server::add(&state.web.kalends, &user, &service, fields, secrets).await {
        Ok(done) => said(&state, done),
        Err(refused) => {
            let status = refused.error.status();
            again(&state, page, refused, status).await
        }
    }
}

/// Does what a form on the page of an account asks for.
pub async fn wish(State(state): State<WebState>, Path(id): Path<String>, request: Request) -> Response {
    let (page, user, form) = match read(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let Some(wish) = AccountWish::read(&form) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let password = value(&form, "password").unwrap_or_default();
    let done = async { server::fulfil(&state.web.kalends, &user, server::id(&id)?, &wish, &password).await };
    match done.await {
        Ok(Ok(done)) => said(&state, done),
        Ok(Err(asked)) => {
            let status = if asked.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            again(&state, page, asked, status).await
        }
        Err(error) => {
            let status = error.status();
            again(&state, page, AccountRefused { wish, error }, status).await
        }
    }
}

/// Says what bringing calendars of an account into step would do, or begins it.
pub async fn choose(State(state): State<WebState>, Path(id): Path<String>, request: Request) -> Response {
    let (page, user, form) = match read(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let Some(wish) = ChooseWish::read(&form) else { return StatusCode::BAD_REQUEST.into_response() };
    let chosen = match server::id(&id) {
        Ok(id) => linking::choose(&state.web.kalends, &user, id, wish).await,
        Err(error) => Err(Chosen { outcome: Err(error), ..Chosen::default() }),
    };
    match chosen {
        Ok(done) => said(&state, done),
        Err(chosen) => {
            let status = chosen.outcome.as_ref().err().map_or(StatusCode::OK, ApiError::status);
            again(&state, page, chosen, status).await
        }
    }
}

/// Does what a form on the page of a calendar that is in step asks for.
pub async fn sync(State(state): State<WebState>, Path(id): Path<String>, request: Request) -> Response {
    let (page, user, form) = match read(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let Some(wish) = LinkWish::read(|name| value(&form, name)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let kalends = &state.web.kalends;
    let done = async { sync_links::server::fulfil(kalends, &user, sync_links::server::calendar(&id)?, &wish).await };
    match done.await {
        Ok((to, text)) => {
            // The page of the account says it where the link is gone.
            let form = if matches!(wish, LinkWish::Remove(_)) { server::FORM } else { sync_links::server::FORM };
            go_on(&state, &to, Flash { form: form.to_owned(), outcome: Ok(text), kept: Vec::new() })
        }
        Err(error) => {
            let status = error.status();
            again(&state, page, LinkRefused(error), status).await
        }
    }
}
