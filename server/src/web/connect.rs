//! Connecting a device by an app password that is shown once, or by an Apple configuration profile; letting in a program that asks.

use super::WebState;
use super::forms::{Posted, again, go_on, value};
use crate::apple_profile;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::connect::server::{CALDAV, FlowWish, fulfil, new_app_password};
use kalends_app::connect::{ConnectRefused, FLOW_FORM, FORM, FlowRefused, PATH};
use kalends_app::flash::{APP_PASSWORD_FIELD, Flash};
use kalends_app::return_path::sign_in_path;
use kalends_app::ui::OUTCOME;
use kalends_app::wire::ApiError;
use kalends_app::words;

/// `POST /settings/connect`: makes an app password. The page that follows shows it once, or the answer is a profile that has it.
pub async fn connect(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path(PATH)).into_response() };
    let wants_profile = match value(&form, "do").as_deref() {
        Some("show") => false,
        Some("profile") => true,
        _ => return StatusCode::BAD_REQUEST.into_response(),
    };
    let label = value(&form, "label").unwrap_or_default().trim().to_owned();
    let reads_only = value(&form, "access").as_deref() == Some("read");
    let made = state.web.kalends.create_own_credential(user.on_a_page(), new_app_password(&label, reads_only)).await;
    let (made, secret) = match made.map_err(ApiError::from) {
        Ok(made) => made,
        Err(error) => {
            let status = error.status();
            return again(&state, page, ConnectRefused { error, label, reads_only }, status).await;
        }
    };
    if !wants_profile {
        let flash =
            Flash { form: FORM.to_owned(), outcome: Ok(secret.0), kept: vec![("label".to_owned(), made.label)] };
        return go_on(&state, &format!("{PATH}#{APP_PASSWORD_FIELD}"), flash);
    }
    let account = apple_profile::Account {
        site: &state.web.site,
        principal_path: &format!("{CALDAV}principals/{}/", user.principal.slug),
        name: &user.principal.slug,
        label: &made.label,
        app_password: made.id,
        secret: &secret,
    };
    let text = apple_profile::profile(&account, &words::server_connect_profile(&made.label));
    let mut response = ([(header::CONTENT_TYPE, apple_profile::MEDIA_TYPE)], text).into_response();
    let name = format!("attachment; filename=\"kalends-{}.mobileconfig\"", user.principal.slug);
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// `POST /login/v2/flow/{token}`: lets in the program that asks there, or sends it away.
pub async fn login_flow(State(state): State<WebState>, Path(token): Path<String>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let path = page.uri().path().to_owned();
    let Some(user) = user else { return Redirect::to(&sign_in_path(&path)).into_response() };
    let Some(wish) = FlowWish::read(|name| value(&form, name)) else { return StatusCode::BAD_REQUEST.into_response() };
    match fulfil(&state.web.kalends, &user, &token, wish).await {
        Ok(said) => {
            let flash = Flash { form: FLOW_FORM.to_owned(), outcome: Ok(said.to_owned()), kept: Vec::new() };
            go_on(&state, &format!("{path}#{OUTCOME}"), flash)
        }
        Err(error) => {
            let status = error.status();
            again(&state, page, FlowRefused(error), status).await
        }
    }
}
