//! Connecting calendars at Microsoft 365: there to sign in, and back with a code. What is kept in between is what a sign-in keeps.

use super::WebState;
use super::forms::go_on;
use super::sign_in::{browser_of, with_browser};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kalends_app::flash::Flash;
use kalends_app::remote_accounts::server::FORM;
use kalends_app::remote_accounts::{PATH as ACCOUNTS, calendars_path};
use kalends_app::return_path::sign_in_path;
use kalends_app::session::{CurrentUser, Site};
use kalends_app::words;
use kalends_domain::Error;
use kalends_domain::accounts::User;
use kalends_domain::identities::Flow;
use kalends_domain::sync::accounts::MAX_NAME;
use kalends_domain::sync::connector::Found;
use kalends_domain::sync::{ProviderKind, RemoteAccount, SignedInAt};
use kalends_providers::graph::{Account, Microsoft, PRESET, SignIn, SignedIn};
use kalends_providers::outbound::Outbound;
use serde::Deserialize;

const PATH: &str = "/settings/accounts/microsoft";
/// As it is registered with Microsoft, behind the public address.
const CALLBACK: &str = "/settings/accounts/microsoft/callback";

/// Most octets of what comes back and is sent on.
const MAX_PARAMETER: usize = 4096;

/// # Errors
/// What in the settings cannot be.
pub fn microsoft_sign_in(microsoft: Microsoft, site: &Site) -> Result<SignIn, String> {
    let outbound = Outbound::new(microsoft.private_hosts());
    SignIn::new(microsoft, outbound, format!("{}{CALLBACK}", site.public_url))
}

fn viewer(request: &Parts) -> Option<User> {
    request.extensions.get::<CurrentUser>().and_then(|user| user.0.clone())
}

fn said(state: &WebState, to: &str, text: String) -> Response {
    go_on(state, to, Flash { form: FORM.to_owned(), outcome: Ok(text), kept: Vec::new() })
}

fn refused(state: &WebState, why: &str) -> Response {
    said(state, ACCOUNTS, words::server_microsoft_refused(why.trim_end_matches('.')))
}

/// `GET /settings/accounts/microsoft`
pub async fn begin(State(state): State<WebState>, request: Parts) -> Response {
    let Some(microsoft) = &state.web.microsoft else { return StatusCode::NOT_FOUND.into_response() };
    let Some(user) = viewer(&request) else { return Redirect::to(&sign_in_path(PATH)).into_response() };
    let kalends = &state.web.kalends;
    let browser = browser_of(&request.headers).unwrap_or_else(|| kalends.new_browser_secret().0);
    // No provider of sign-in has a name like that.
    let flow = Flow { provider: PATH.to_owned(), next: ACCOUNTS.to_owned(), user: Some(user.principal.id) };
    let secrets = match kalends.begin_flow(&browser, &flow).await {
        Ok(secrets) => secrets,
        Err(error) => return super::failed::answer_error(&error, "beginning to connect an account at Microsoft"),
    };
    match microsoft.url(&secrets.state.0, &secrets.verifier.0) {
        Ok(url) => with_browser(&state.web, Redirect::to(url.as_str()).into_response(), &browser),
        Err(error) => refused(&state, &error.to_string()),
    }
}

/// What Microsoft sends back (RFC 6749 section 4.1.2).
#[derive(Deserialize)]
pub struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// `GET /settings/accounts/microsoft/callback`
pub async fn callback(State(state): State<WebState>, Query(back): Query<Callback>, request: Parts) -> Response {
    let Some(microsoft) = &state.web.microsoft else { return StatusCode::NOT_FOUND.into_response() };
    let Some(user) = viewer(&request) else { return Redirect::to(&sign_in_path(ACCOUNTS)).into_response() };
    let kalends = &state.web.kalends;
    let failed = |error: &Error| super::failed::answer_error(error, "connecting an account at Microsoft");
    let begun = browser_of(&request.headers).zip(back.state.filter(|state| state.len() <= MAX_PARAMETER));
    let flow = match begun {
        Some((browser, given)) => match kalends.take_flow(&browser, &given).await {
            Ok(flow) => flow,
            Err(error) => return failed(&error),
        },
        None => None,
    };
    // Begun by this browser, for this and for the one who is signed in now.
    let own = flow.filter(|(flow, _)| flow.provider == PATH && flow.user == Some(user.principal.id));
    let Some((_, secrets)) = own else {
        return said(&state, ACCOUNTS, words::server_microsoft_begin_again().to_owned());
    };
    if let Some(error) = back.error {
        return refused(&state, &SignIn::refusal(&error, back.error_description.as_deref()));
    }
    let Some(code) = back.code.filter(|code| code.len() <= MAX_PARAMETER) else {
        return said(&state, ACCOUNTS, words::server_microsoft_begin_again().to_owned());
    };
    let SignedIn { account, name, credentials } = match microsoft.signed_in(&code, &secrets.verifier.0).await {
        Ok(signed_in) => signed_in,
        Err(error) => return refused(&state, &error.to_string()),
    };
    let name: String = name.chars().take(MAX_NAME).collect();
    // It is made of texts, which can all be written.
    let settings = serde_json::to_string(&account).unwrap_or_default();
    let found = Found { provider: ProviderKind::Graph, preset: Some(PRESET.to_owned()), settings, credentials };
    let is_same = |known: &RemoteAccount| {
        serde_json::from_str::<Account>(&known.settings).is_ok_and(|known| known.user == account.user)
    };
    match kalends.sign_in_remote_account(user.on_a_page(), &name, &found, is_same).await {
        Ok(SignedInAt::Added(id)) => {
            said(&state, &calendars_path(id.0), words::server_microsoft_connected().to_owned())
        }
        Ok(SignedInAt::Renewed(id)) => said(&state, &calendars_path(id.0), words::server_microsoft_again().to_owned()),
        Err(error @ (Error::QuotaExceeded { .. } | Error::Forbidden { .. })) => refused(&state, &error.to_string()),
        Err(error) => failed(&error),
    }
}
