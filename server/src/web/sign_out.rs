//! Signing out, here and at the provider; and sessions that a provider ends.

use super::leading::lead_to;
use super::{Web, WebState, failed};
use crate::oidc::LOGOUT_TOKEN_LIFE;
use crate::trusted_header::ProxiedName;
use axum::Form;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Redirect, Response};
use kalends_app::account::SignInProblem;
use kalends_app::flash::{self, Flash};
use kalends_app::locale::cookie;
use kalends_app::server_context::cookie_header;
use kalends_app::session::{SESSION_COOKIE, SessionSecret};
use kalends_app::words;
use kalends_domain::Error;
use kalends_domain::accounts::Secret;
use kalends_domain::identities::ProviderSession;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::timeout;

/// What the provider has to repeat when it sends somebody back who signed out there.
const STATE_COOKIE: &str = "kalends_sign_out";
const STATE_SECONDS: u32 = 900;
/// How long signing out here waits for a provider that has to say where it is done there.
const MAX_WAIT: Duration = Duration::from_secs(3);

/// `POST /sign-out`
pub async fn sign_out(State(state): State<WebState>, request: Request) -> Response {
    let web = &state.web;
    let secret = request.extensions().get::<SessionSecret>().and_then(|secret| secret.0.clone());
    let mut at_provider = None;
    if let Some(secret) = secret {
        match web.kalends.sign_out(&secret).await {
            Ok(session) => at_provider = session,
            Err(error) => return failed::answer_error(&error, "signing out"),
        }
    }
    let mut response = match (at_provider, &web.trusted_header.sign_out) {
        (Some(session), _) => end_at_provider(web, session).await,
        (None, Some(url)) if request.extensions().get::<ProxiedName>().is_some() => {
            lead_to(&url.to_string(), url.host().unwrap_or_default())
        }
        (None, _) => Redirect::to("/sign-in").into_response(),
    };
    if let Some(cookie) = cookie_header(SESSION_COOKIE, "", 0, web.site.secure()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Leads on to where the session at the provider is ended; to the sign-in page where that cannot be.
async fn end_at_provider(web: &Web, session: ProviderSession) -> Response {
    let home = || Redirect::to("/sign-in").into_response();
    let Some(provider) = web.providers.of_issuer(&session.issuer) else { return home() };
    let state: Secret = web.kalends.new_browser_secret();
    let back = format!("{}/sign-in/signed-out/{}", web.site.public_url, provider.settings.id);
    let url = timeout(MAX_WAIT, provider.sign_out_url(session.id_token.as_deref(), back, &state)).await;
    let Some(url) = url.ok().flatten() else { return home() };
    let mut response = lead_to(url.as_str(), &provider.settings.name);
    if let Some(cookie) = cookie_header(STATE_COOKIE, &state.0, STATE_SECONDS, web.site.secure()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize)]
pub struct Back {
    state: Option<String>,
}

/// `GET /sign-in/signed-out/{provider}`: from the provider.
pub async fn signed_out(
    State(state): State<WebState>,
    Path(id): Path<String>,
    Query(back): Query<Back>,
    request: Request,
) -> Response {
    let web = &state.web;
    let mut response = Redirect::to("/sign-in").into_response();
    let expected = cookie(request.headers(), STATE_COOKIE).filter(|state| !state.is_empty());
    let is_ours = expected.is_some() && expected == back.state.as_deref();
    if let (true, Some(provider)) = (is_ours, web.providers.named(&id)) {
        let text = words::server_sign_in_out_everywhere(&provider.settings.name);
        let said = Flash { form: "sign_in".to_owned(), outcome: Ok(text), kept: Vec::new() };
        let cookies = [flash::header(said, web.site.secure()), cookie_header(STATE_COOKIE, "", 0, web.site.secure())];
        for cookie in cookies.into_iter().flatten() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

#[derive(Deserialize)]
pub struct LogoutForm {
    logout_token: String,
}

/// `POST /sign-in/ended/{provider}`: the provider says that sessions have ended there (OpenID Connect Back-Channel Logout section 2.8).
pub async fn ended(State(state): State<WebState>, Path(id): Path<String>, Form(form): Form<LogoutForm>) -> Response {
    let web = &state.web;
    let Some(provider) = web.providers.named(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let said = match provider.logged_out(&form.logout_token).await {
        Ok(said) => said,
        Err(SignInProblem::Down) => return refuse(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
        Err(_) => return refuse(StatusCode::BAD_REQUEST, "invalid_request"),
    };
    let issuer = &provider.settings.issuer;
    let done = async {
        if !web.kalends.spend_token(issuer, &said.id, LOGOUT_TOKEN_LIFE * 2).await? {
            return Ok::<_, Error>(None);
        }
        let ended = web.kalends.end_sessions_of_provider(issuer, said.subject.as_deref(), said.session.as_deref());
        ended.await.map(Some)
    };
    match done.await {
        Ok(Some(ended)) => {
            tracing::info!(provider = id, ended, "a provider ended sessions");
            StatusCode::OK.into_response()
        }
        Ok(None) => refuse(StatusCode::BAD_REQUEST, "invalid_request"),
        Err(error) => failed::answer_error(&error, "ending the sessions of a provider"),
    }
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(serde_json::json!({ "error": error }))).into_response()
}
