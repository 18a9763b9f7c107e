//! Connecting calendars at services at which people sign in: there, and back with a code. What is kept in between is what a sign-in keeps.

use super::WebState;
use super::forms::go_on;
use super::sign_in::{browser_of, with_browser};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kalends_app::flash::Flash;
use kalends_app::mail::paths;
use kalends_app::remote_accounts::server::FORM;
use kalends_app::remote_accounts::{GOOGLE, MICROSOFT, PATH as ACCOUNTS, add_path, calendars_path, callback_path};
use kalends_app::return_path::sign_in_path;
use kalends_app::session::{CurrentUser, Site};
use kalends_app::words;
use kalends_domain::Error;
use kalends_domain::accounts::User;
use kalends_domain::identities::Flow;
use kalends_domain::mail::MailAccountId;
use kalends_domain::sync::SignedInAt;
use kalends_domain::sync::accounts::MAX_NAME;
use kalends_providers::google::Google;
use kalends_providers::graph::Microsoft;
use kalends_providers::oauth::{SignIn, SignedIn};
use kalends_providers::outbound::Outbound;
use serde::Deserialize;

/// Most octets of what comes back and is sent on.
const MAX_PARAMETER: usize = 4096;

/// The services with which this installation is registered, so that people can connect their accounts there.
#[derive(Clone, Default)]
pub struct RemoteSignIns {
    microsoft: Option<SignIn>,
    google: Option<SignIn>,
}

impl RemoteSignIns {
    /// # Errors
    /// What in the settings cannot be.
    pub fn new(microsoft: Option<Microsoft>, google: Option<Google>, site: &Site) -> Result<Self, String> {
        let redirect = |service: &str| format!("{}{}", site.public_url, callback_path(service));
        let microsoft = microsoft.map(|microsoft| {
            let outbound = Outbound::new(microsoft.private_hosts());
            microsoft.sign_in(outbound, redirect(MICROSOFT)).map_err(|why| format!("microsoft: {why}"))
        });
        let google = google.map(|google| {
            let outbound = Outbound::new(google.private_hosts());
            google.sign_in(outbound, redirect(GOOGLE)).map_err(|why| format!("google: {why}"))
        });
        Ok(RemoteSignIns { microsoft: microsoft.transpose()?, google: google.transpose()? })
    }

    fn named(&self, service: &str) -> Option<&SignIn> {
        match service {
            MICROSOFT => self.microsoft.as_ref(),
            GOOGLE => self.google.as_ref(),
            _ => None,
        }
    }
}

pub fn router() -> Router<WebState> {
    let begins =
        |service: &'static str| get(move |state: State<WebState>, request: Parts| begin(service, state, request));
    let comes_back = |service: &'static str| {
        get(move |state: State<WebState>, back: Query<Callback>, request: Parts| {
            callback(service, state, back, request)
        })
    };
    Router::new()
        .route("/settings/accounts/microsoft", begins(MICROSOFT))
        .route("/settings/accounts/microsoft/callback", comes_back(MICROSOFT))
        .route("/settings/accounts/google", begins(GOOGLE))
        .route("/settings/accounts/google/callback", comes_back(GOOGLE))
}

/// Somebody who is on their way, with where to.
struct Way<'s> {
    service: &'static str,
    state: &'s WebState,
    sign_in: &'s SignIn,
    user: User,
}

impl Way<'_> {
    /// As the pages call the service.
    fn name(&self) -> &'static str {
        let known = self.state.web.kalends.remote_services();
        known.iter().find(|known| known.id == self.service).map_or(self.sign_in.service().name, |known| known.name)
    }

    fn said(&self, to: &str, text: String) -> Response {
        go_on(self.state, to, Flash { form: FORM.to_owned(), outcome: Ok(text), kept: Vec::new() })
    }

    fn refused(&self, why: &str) -> Response {
        self.said(ACCOUNTS, words::server_remote_sign_in_refused(self.name(), why.trim_end_matches('.')))
    }

    fn begin_again(&self) -> Response {
        self.said(ACCOUNTS, words::server_remote_sign_in_begin_again(self.name()))
    }
}

/// Whoever is signed in, on their way; `Err`: what they are answered.
fn way<'s>(
    service: &'static str,
    state: &'s WebState,
    request: &Parts,
    back_to: &str,
) -> Result<Way<'s>, Box<Response>> {
    let Some(sign_in) = state.web.remote_sign_ins.named(service) else {
        return Err(Box::new(StatusCode::NOT_FOUND.into_response()));
    };
    let user = request.extensions.get::<CurrentUser>().and_then(|user| user.0.clone());
    let user = user.ok_or_else(|| Box::new(Redirect::to(&sign_in_path(back_to)).into_response()))?;
    Ok(Way { service, state, sign_in, user })
}

/// What says for which account of mail somebody connects the calendars of the same service.
#[derive(Default, Deserialize)]
struct Beginning {
    mail: Option<i64>,
}

/// Whose calendars they are: the account of mail on whose page it began.
fn mail_account(flow: &Flow) -> Option<MailAccountId> {
    flow.next.strip_prefix(paths::SETTINGS)?.strip_prefix('/')?.parse().ok().map(MailAccountId)
}

/// `GET /settings/accounts/{service}?mail=…`
async fn begin(service: &'static str, State(state): State<WebState>, request: Parts) -> Response {
    let path = add_path(service);
    let way = match way(service, &state, &request, &path) {
        Ok(way) => way,
        Err(response) => return *response,
    };
    let kalends = &state.web.kalends;
    let browser = browser_of(&request.headers).unwrap_or_else(|| kalends.new_browser_secret().0);
    // No provider of sign-in has a name like that.
    let Beginning { mail } = Query::try_from_uri(&request.uri).map(|Query(asked)| asked).unwrap_or_default();
    let next = mail.map_or(ACCOUNTS.to_owned(), paths::account_path);
    let flow = Flow { provider: path, next, user: Some(way.user.principal.id) };
    let secrets = match kalends.begin_flow(&browser, &flow).await {
        Ok(secrets) => secrets,
        Err(error) => return super::failed::answer_error(&error, "beginning to connect an account elsewhere"),
    };
    let url = way.sign_in.url(&secrets.state.0, &secrets.verifier.0);
    with_browser(&state.web, Redirect::to(url.as_str()).into_response(), &browser)
}

/// What a service sends back (RFC 6749 section 4.1.2).
#[derive(Deserialize)]
struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// `GET /settings/accounts/{service}/callback`
async fn callback(
    service: &'static str,
    State(state): State<WebState>,
    Query(back): Query<Callback>,
    request: Parts,
) -> Response {
    let way = match way(service, &state, &request, ACCOUNTS) {
        Ok(way) => way,
        Err(response) => return *response,
    };
    let kalends = &state.web.kalends;
    let failed = |error: &Error| super::failed::answer_error(error, "connecting an account elsewhere");
    let begun = browser_of(&request.headers).zip(back.state.filter(|state| state.len() <= MAX_PARAMETER));
    let flow = match begun {
        Some((browser, given)) => match kalends.take_flow(&browser, &given).await {
            Ok(flow) => flow,
            Err(error) => return failed(&error),
        },
        None => None,
    };
    // Begun by this browser, for this and for the one who is signed in now.
    let is_own = |flow: &Flow| flow.provider == add_path(service) && flow.user == Some(way.user.principal.id);
    let Some((flow, secrets)) = flow.filter(|(flow, _)| is_own(flow)) else { return way.begin_again() };
    if let Some(error) = back.error {
        return way.refused(&way.sign_in.service().refusal(&error, back.error_description.as_deref()));
    }
    let Some(code) = back.code.filter(|code| code.len() <= MAX_PARAMETER) else { return way.begin_again() };
    let SignedIn { name, found } = match way.sign_in.signed_in(&code, &secrets.verifier.0).await {
        Ok(signed_in) => signed_in,
        Err(error) => return way.refused(&error.to_string()),
    };
    let name: String = name.chars().take(MAX_NAME).collect();
    let is_same = |known: &_| way.sign_in.is_same(&found, known);
    let caller = way.user.on_a_page();
    let connected = kalends.sign_in_remote_account(caller, &name, &found, is_same).await;
    if let (Ok(SignedInAt::Added(made) | SignedInAt::Renewed(made)), Some(mail)) = (&connected, mail_account(&flow)) {
        match kalends.note_mail_feed(caller, mail, *made).await {
            // The account of mail is gone, or is nobody's who is here.
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(error) => return failed(&error),
        }
    }
    match connected {
        Ok(SignedInAt::Added(id)) => {
            way.said(&calendars_path(id.0), words::server_remote_sign_in_connected(way.name()))
        }
        Ok(SignedInAt::Renewed(id)) => way.said(&calendars_path(id.0), words::server_remote_sign_in_again(way.name())),
        Err(error @ (Error::QuotaExceeded { .. } | Error::Forbidden { .. })) => way.refused(&error.to_string()),
        Err(error) => failed(&error),
    }
}
