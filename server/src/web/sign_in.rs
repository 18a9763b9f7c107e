//! Signing in by way of a provider, and out again.

use super::forms::{Posted, go_on, value};
use super::leading::lead_to;
use super::{Web, WebState, failed, render};
use crate::oidc::{self, Proven, Provider};
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::account::{SignInProblem, SignInRefused};
use kalends_app::flash::Flash;
use kalends_app::locale::cookie;
use kalends_app::return_path::{own_path, sign_in_path};
use kalends_app::server_context::cookie_header;
use kalends_app::session::{ClientAddress, CurrentUser, DEVICE_COOKIE, SESSION_COOKIE};
use kalends_app::settings::IDENTITIES_FORM;
use kalends_app::words;
use kalends_domain::Error;
use kalends_domain::access::PrincipalId;
use kalends_domain::accounts::{Origin, SignedIn};
use kalends_domain::identities::{Admission, FLOW_LIFE, Flow, ProviderSession};
use leptos::prelude::provide_context;
use serde::Deserialize;

/// What a browser is known by while somebody is at a provider.
const BROWSER_COOKIE: &str = "kalends_sign_in";
/// Most octets of what comes back from a provider and is kept or sent on.
const MAX_PARAMETER: usize = 4096;

/// Why there is no sign-in: for the person, or a failure of this server.
enum Stopped {
    Refused(SignInProblem),
    Failed(Error),
}

impl From<SignInProblem> for Stopped {
    fn from(problem: SignInProblem) -> Self {
        Stopped::Refused(problem)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        match error {
            Error::TooManyTries { seconds } => {
                Stopped::Refused(SignInProblem::TooMany { seconds: usize::try_from(seconds).unwrap_or_default() })
            }
            error => Stopped::Failed(error),
        }
    }
}

/// The page that says why somebody did not come in, or that the server failed.
async fn answer(state: &WebState, provider: &Provider, stopped: Stopped, request: &Parts) -> Response {
    let problem = match stopped {
        Stopped::Refused(problem) => problem,
        Stopped::Failed(error) => return failed::answer_error(&error, "signing in by way of a provider"),
    };
    let refused = SignInRefused { provider: provider.settings.name.clone(), problem };
    // The sign-in page, with this in the place of its forms.
    let mut page = Request::new(Body::empty());
    *page.uri_mut() = Uri::from_static("/sign-in");
    *page.headers_mut() = request.headers.clone();
    *page.extensions_mut() = request.extensions.clone();
    let mut response = render(state, page, move || provide_context(refused.clone())).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = problem.status();
    }
    if let SignInProblem::TooMany { seconds } = problem {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

#[derive(Deserialize)]
pub struct Beginning {
    next: Option<String>,
}

/// `GET /sign-in/with/{provider}?next=…`
pub async fn begin(
    State(state): State<WebState>,
    Path(id): Path<String>,
    Query(beginning): Query<Beginning>,
    request: Parts,
) -> Response {
    let Some(provider) = state.web.providers.named(&id) else { return Redirect::to("/sign-in").into_response() };
    let next = own_path(beginning.next.as_deref()).filter(|next| next.len() <= MAX_PARAMETER).unwrap_or("/").to_owned();
    match begun(&state.web, provider, next, None, &request.headers).await {
        Ok((url, cookie)) => with_cookies(Redirect::to(&url).into_response(), [cookie]),
        Err(stopped) => answer(&state, provider, stopped, &request).await,
    }
}

/// Begins a sign-in. Yields where the browser goes, and the cookie that it has to have when it comes back.
async fn begun(
    web: &Web,
    provider: &Provider,
    next: String,
    user: Option<PrincipalId>,
    headers: &HeaderMap,
) -> Result<(String, Option<HeaderValue>), Stopped> {
    // A provider that is down is found out before anything is kept of it.
    provider.metadata().await?;
    let browser = browser_of(headers).unwrap_or_else(|| web.kalends.new_browser_secret().0);
    let flow = Flow { provider: provider.settings.id.clone(), next, user };
    let secrets = web.kalends.begin_flow(&browser, &flow).await?;
    let url = provider.sign_in_url(&secrets).await?;
    Ok((url.into(), short_cookie(web, BROWSER_COOKIE, &browser)))
}

/// What a browser is known by that is at a provider, or was a moment ago.
pub(super) fn browser_of(headers: &HeaderMap) -> Option<String> {
    cookie(headers, BROWSER_COOKIE).filter(|secret| secret.len() == 32 && secret.is_ascii()).map(str::to_owned)
}

/// An answer that sends somebody to a provider, with what the browser is known by when they come back.
pub(super) fn with_browser(web: &Web, response: Response, browser: &str) -> Response {
    with_cookies(response, [short_cookie(web, BROWSER_COOKIE, browser)])
}

fn short_cookie(web: &Web, name: &str, value: &str) -> Option<HeaderValue> {
    let seconds = u32::try_from(FLOW_LIFE.num_seconds()).unwrap_or_default();
    cookie_header(name, value, seconds, web.site.secure())
}

fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// What a provider sends back (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Deserialize)]
pub struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// `GET /sign-in/callback/{provider}`
pub async fn callback(
    State(state): State<WebState>,
    Path(id): Path<String>,
    Query(back): Query<Callback>,
    request: Parts,
) -> Response {
    let Some(provider) = state.web.providers.named(&id) else { return Redirect::to("/sign-in").into_response() };
    match came_back(&state, provider, back, &request).await {
        Ok(response) => response,
        Err(stopped) => answer(&state, provider, stopped, &request).await,
    }
}

async fn came_back(
    state: &WebState,
    provider: &Provider,
    back: Callback,
    request: &Parts,
) -> Result<Response, Stopped> {
    let kalends = &state.web.kalends;
    let browser = cookie(&request.headers, BROWSER_COOKIE).ok_or(SignInProblem::State)?;
    let given = back.state.filter(|state| state.len() <= MAX_PARAMETER).ok_or(SignInProblem::State)?;
    let (flow, secrets) = kalends.take_flow(browser, &given).await?.ok_or(SignInProblem::State)?;
    if flow.provider != provider.settings.id {
        return Err(SignInProblem::State.into());
    }
    if back.iss.is_some_and(|issuer| issuer != provider.settings.issuer) {
        return Err(SignInProblem::Issuer.into());
    }
    if let Some(error) = back.error {
        let error: String = error.chars().filter(|c| c.is_ascii_graphic()).take(60).collect();
        tracing::info!(provider = provider.settings.id, error, "a provider sent somebody back without a code");
        let is_declined = matches!(error.as_str(), "access_denied" | "consent_required" | "interaction_required");
        return Err(if is_declined { SignInProblem::Declined } else { SignInProblem::Provider }.into());
    }
    let code = back.code.filter(|code| code.len() <= MAX_PARAMETER).ok_or(SignInProblem::Answer)?;
    let origin = origin(request);
    let attempt = kalends.begin_attempt(&origin).await?;
    let Proven { subject, claims, session, id_token } = provider.redeem(code, &secrets).await?;
    attempt.release().await?;
    let settings = &provider.settings;
    let claims = oidc::read_claims(settings, &subject, &claims);
    let admission = Admission { creates: settings.creates_people, domains: settings.email_domains.clone() };
    if let Some(user) = flow.user {
        let current = request.extensions.get::<CurrentUser>().and_then(|user| user.0.as_ref());
        if current.is_none_or(|current| current.principal.id != user) {
            return Err(SignInProblem::SignedOut.into());
        }
        kalends.connect(user, &claims, &admission).await?.map_err(SignInProblem::Refused)?;
        return Ok(said(state, words::server_sign_in_identities_done_connected(&settings.name)));
    }
    let session = ProviderSession { issuer: settings.issuer.clone(), subject, id: session, id_token: Some(id_token) };
    let signed_in =
        kalends.sign_in_by(&claims, &admission, &session, &origin).await?.map_err(SignInProblem::Refused)?;
    Ok(with_cookies(Redirect::to(&flow.next).into_response(), session_cookies(&state.web, &signed_in)))
}

fn origin(request: &Parts) -> Origin {
    let headers = &request.headers;
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    Origin {
        address: request.extensions.get::<ClientAddress>().and_then(|address| address.0),
        user_agent: headers.get(header::USER_AGENT).and_then(text),
        device: cookie(headers, DEVICE_COOKIE).map(str::to_owned),
    }
}

fn session_cookies(web: &Web, signed_in: &SignedIn) -> [Option<HeaderValue>; 3] {
    let seconds = |life: chrono::TimeDelta| u32::try_from(life.num_seconds()).unwrap_or(u32::MAX);
    let (session, device) = (web.kalends.limits().session_life, web.kalends.device_life());
    [
        cookie_header(SESSION_COOKIE, &signed_in.session.0, seconds(session), web.site.secure()),
        cookie_header(DEVICE_COOKIE, &signed_in.device.0, seconds(device), web.site.secure()),
        cookie_header(BROWSER_COOKIE, "", 0, web.site.secure()),
    ]
}

fn said(state: &WebState, text: String) -> Response {
    let flash = Flash { form: IDENTITIES_FORM.to_owned(), outcome: Ok(text), kept: Vec::new() };
    go_on(state, "/settings#identities", flash)
}

/// `POST /settings/identities`: connects the account of somebody who is signed in to a provider, or parts them.
pub async fn identities(State(state): State<WebState>, request: Request) -> Response {
    let Posted { page, user, form } = match Posted::read(request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(user) = user else { return Redirect::to(&sign_in_path("/settings")).into_response() };
    let (page, _) = page.into_parts();
    let (kalends, issuer) = (&state.web.kalends, value(&form, "issuer").unwrap_or_default());
    match value(&form, "do").as_deref() {
        Some("connect") => {
            let Some(provider) = state.web.providers.of_issuer(&issuer) else {
                return StatusCode::BAD_REQUEST.into_response();
            };
            let next = "/settings".to_owned();
            match begun(&state.web, provider, next, Some(user.principal.id), &page.headers).await {
                Ok((url, cookie)) => with_cookies(lead_to(&url, &provider.settings.name), [cookie]),
                Err(stopped) => answer(&state, provider, stopped, &page).await,
            }
        }
        Some("disconnect") => match kalends.disconnect(user.principal.id, &issuer).await {
            Ok(()) => said(&state, words::server_sign_in_identities_done_disconnected().to_owned()),
            Err(error @ (Error::BadInput { .. } | Error::NotFound(_))) => {
                let flash = Flash { form: IDENTITIES_FORM.to_owned(), outcome: Err(error.into()), kept: Vec::new() };
                go_on(&state, "/settings#identities", flash)
            }
            Err(error) => failed::answer_error(&error, "parting an account and a provider"),
        },
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}
