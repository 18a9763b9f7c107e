//! Connecting calendars and mail at services at which people sign in: there, and back with a code. What is kept in between is what a
//! sign-in keeps. Both come back to one address, as a service has to be told each.

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
use kalends_app::mail;
use kalends_app::remote_accounts::server::FORM;
use kalends_app::remote_accounts::{GOOGLE, MICROSOFT, PATH as ACCOUNTS, add_path, calendars_path, callback_path};
use kalends_app::return_path::sign_in_path;
use kalends_app::session::{CurrentUser, Site};
use kalends_app::words;
use kalends_domain::Error;
use kalends_domain::accounts::User;
use kalends_domain::identities::Flow;
use kalends_domain::mail::{MailAccountId, MailSignedIn};
use kalends_domain::sync::SignedInAt;
use kalends_domain::sync::accounts::MAX_NAME;
use kalends_providers::google::Google;
use kalends_providers::graph::Microsoft;
use kalends_providers::mail::known;
use kalends_providers::oauth::{CalendarSignIn, SignIn, SignedIn};
use kalends_providers::outbound::Outbound;
use serde::Deserialize;

/// Most octets of what comes back and is sent on.
const MAX_PARAMETER: usize = 4096;
/// Longest address and name that mail is added with, in octets.
const MAX_ADDRESS: usize = 320;

/// The services with which this installation is registered, so that people can connect their accounts there.
#[derive(Clone, Default)]
pub struct RemoteSignIns {
    microsoft: Option<At>,
    google: Option<At>,
}

/// The ways to one of them.
#[derive(Clone)]
struct At {
    calendars: CalendarSignIn,
    mail: SignIn,
}

impl RemoteSignIns {
    /// # Errors
    /// What in the settings cannot be.
    pub fn new(microsoft: Option<Microsoft>, google: Option<Google>, site: &Site) -> Result<Self, String> {
        let redirect = |service: &str| format!("{}{}", site.public_url, callback_path(service));
        let at = |calendars: Result<CalendarSignIn, String>, mail: Result<SignIn, String>| {
            Ok::<_, String>(At { calendars: calendars?, mail: mail? })
        };
        let microsoft = microsoft.map(|microsoft| {
            let (outbound, redirect) = (Outbound::new(microsoft.private_hosts()), redirect(MICROSOFT));
            let mail = microsoft.mail_sign_in(outbound.clone(), redirect.clone());
            at(microsoft.sign_in(outbound, redirect), mail).map_err(|why| format!("microsoft: {why}"))
        });
        let google = google.map(|google| {
            let (outbound, redirect) = (Outbound::new(google.private_hosts()), redirect(GOOGLE));
            let mail = google.mail_sign_in(outbound.clone(), redirect.clone());
            at(google.sign_in(outbound, redirect), mail).map_err(|why| format!("google: {why}"))
        });
        Ok(RemoteSignIns { microsoft: microsoft.transpose()?, google: google.transpose()? })
    }

    fn named(&self, service: &str) -> Option<&At> {
        match service {
            MICROSOFT => self.microsoft.as_ref(),
            GOOGLE => self.google.as_ref(),
            _ => None,
        }
    }
}

/// The service of mail that is at a service of calendars.
fn mail_service(service: &str) -> &'static str {
    match service {
        GOOGLE => known::GMAIL,
        _ => known::MICROSOFT,
    }
}

pub fn router() -> Router<WebState> {
    let begins =
        |service: &'static str| get(move |state: State<WebState>, request: Parts| begin(service, state, request));
    let begins_mail = |service: &'static str| {
        get(move |state: State<WebState>, whose: Query<Whose>, request: Parts| {
            begin_mail(service, state, whose, request)
        })
    };
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
        .route("/settings/mail/sign-in/microsoft", begins_mail(MICROSOFT))
        .route("/settings/mail/sign-in/gmail", begins_mail(GOOGLE))
}

/// Somebody who is on their way, with where to.
struct Way<'s> {
    service: &'static str,
    state: &'s WebState,
    at: &'s At,
    user: User,
}

impl Way<'_> {
    /// As the pages call the service.
    fn name(&self) -> &'static str {
        let known = self.state.web.kalends.remote_services();
        known.iter().find(|known| known.id == self.service).map_or(self.at.mail.service().name, |known| known.name)
    }

    /// The same, where it is about mail.
    fn mail_name(&self) -> &'static str {
        let (known, id) = (self.state.web.kalends.mail_services(), mail_service(self.service));
        known.iter().find(|known| known.id == id).map_or(self.at.mail.service().name, |known| known.name)
    }

    fn said(&self, to: &str, text: String) -> Response {
        go_on(self.state, to, Flash { form: FORM.to_owned(), outcome: Ok(text), kept: Vec::new() })
    }

    fn refused(&self, why: &str) -> Response {
        self.said(ACCOUNTS, words::server_remote_sign_in_refused(self.name(), why.trim_end_matches('.')))
    }

    fn said_of_mail(&self, to: &str, text: String) -> Response {
        go_on(self.state, to, Flash { form: mail::server::FORM.to_owned(), outcome: Ok(text), kept: Vec::new() })
    }

    /// Sends somebody there. `flow`: what was begun, as no provider of sign-in is called; `next`: what is wanted again when they come
    /// back.
    async fn leave(
        &self,
        request: &Parts,
        flow: String,
        next: String,
        sign_in: &SignIn,
        address: Option<&str>,
    ) -> Response {
        let kalends = &self.state.web.kalends;
        let browser = browser_of(&request.headers).unwrap_or_else(|| kalends.new_browser_secret().0);
        let flow = Flow { provider: flow, next, user: Some(self.user.principal.id) };
        let secrets = match kalends.begin_flow(&browser, &flow).await {
            Ok(secrets) => secrets,
            Err(error) => return super::failed::answer_error(&error, "beginning to connect an account elsewhere"),
        };
        let url = sign_in.url(&secrets.state.0, &secrets.verifier.0, address);
        with_browser(&self.state.web, Redirect::to(url.as_str()).into_response(), &browser)
    }

    /// Of an account of mail of theirs.
    async fn address_of(&self, mail: MailAccountId) -> Option<String> {
        let account = self.state.web.kalends.mail_account(self.user.on_a_page(), mail).await;
        account.ok().map(|account| account.address)
    }

    fn refused_mail(&self, why: &str) -> Response {
        let text = words::server_remote_sign_in_refused(self.mail_name(), why.trim_end_matches('.'));
        self.said_of_mail(mail::paths::ADD, text)
    }

    /// Whoever is back has the mail here whose address was said before. `whose`: the query that said so.
    async fn add_mail(&self, whose: &str, code: &str, verifier: &str) -> Response {
        let said = |wanted: &str| {
            let mut fields = form_urlencoded::parse(whose.as_bytes());
            fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        let tokens = match self.at.mail.tokens(code, verifier).await {
            Ok(tokens) => tokens,
            Err(error) => return self.refused_mail(&error.to_string()),
        };
        let (service, address, name) = (mail_service(self.service), said("address"), said("name"));
        let (kalends, caller) = (&self.state.web.kalends, self.user.on_a_page());
        match kalends.sign_in_mail_account(caller, service, &address, &name, tokens.credentials()).await {
            Ok(MailSignedIn::Added(id)) => {
                self.said_of_mail(&mail::paths::account_path(id.0), words::server_mail_added().to_owned())
            }
            Ok(MailSignedIn::Renewed(id)) => {
                let text = words::server_remote_sign_in_again(self.mail_name());
                self.said_of_mail(&mail::paths::account_path(id.0), text)
            }
            Err(error @ (Error::Unavailable { .. } | Error::Contended | Error::Internal(_))) => {
                super::failed::answer_error(&error, "adding a mail account")
            }
            Err(error) => self.refused_mail(&error.to_string()),
        }
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
    let Some(at) = state.web.remote_sign_ins.named(service) else {
        return Err(Box::new(StatusCode::NOT_FOUND.into_response()));
    };
    let user = request.extensions.get::<CurrentUser>().and_then(|user| user.0.clone());
    let user = user.ok_or_else(|| Box::new(Redirect::to(&sign_in_path(back_to)).into_response()))?;
    Ok(Way { service, state, at, user })
}

/// What says for which account of mail somebody connects the calendars of the same service.
#[derive(Default, Deserialize)]
struct Beginning {
    mail: Option<i64>,
}

/// Whose calendars they are: the account of mail on whose page it began.
fn mail_account(flow: &Flow) -> Option<MailAccountId> {
    flow.next.strip_prefix(mail::paths::SETTINGS)?.strip_prefix('/')?.parse().ok().map(MailAccountId)
}

/// `GET /settings/accounts/{service}?mail=…`
async fn begin(service: &'static str, State(state): State<WebState>, request: Parts) -> Response {
    let path = add_path(service);
    let way = match way(service, &state, &request, &path) {
        Ok(way) => way,
        Err(response) => return *response,
    };
    let Beginning { mail: began_at } = Query::try_from_uri(&request.uri).map(|Query(asked)| asked).unwrap_or_default();
    let next = began_at.map_or(ACCOUNTS.to_owned(), mail::paths::account_path);
    // Whose calendars are offered there; of an account of somebody else's nothing is said.
    let address = match began_at {
        Some(id) => way.address_of(MailAccountId(id)).await,
        None => None,
    };
    way.leave(&request, path, next, way.at.calendars.way(), address.as_deref()).await
}

/// Whose mail is to be here.
#[derive(Deserialize)]
struct Whose {
    #[serde(default)]
    address: String,
    #[serde(default)]
    name: String,
}

/// `GET /settings/mail/sign-in/{service}?address=…&name=…`
async fn begin_mail(
    service: &'static str,
    State(state): State<WebState>,
    Query(whose): Query<Whose>,
    request: Parts,
) -> Response {
    let way = match way(service, &state, &request, mail::paths::ADD) {
        Ok(way) => way,
        Err(response) => return *response,
    };
    let address = whose.address.trim();
    if address.is_empty() || address.len() > MAX_ADDRESS || whose.name.len() > MAX_ADDRESS {
        return way.said_of_mail(mail::paths::ADD, words::server_mail_sign_in_wrong().to_owned());
    }
    // What is said here is wanted again on the way back.
    let next = form_urlencoded::Serializer::new(String::new())
        .append_pair("address", address)
        .append_pair("name", whose.name.trim())
        .finish();
    let provider = mail::paths::sign_in_path(mail_service(service));
    way.leave(&request, provider, next, &way.at.mail, Some(address)).await
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
    let mail = mail::paths::sign_in_path(mail_service(service));
    let is_own =
        |flow: &Flow| [&add_path(service), &mail].contains(&&flow.provider) && flow.user == Some(way.user.principal.id);
    let Some((flow, secrets)) = flow.filter(|(flow, _)| is_own(flow)) else { return way.begin_again() };
    let is_mail = flow.provider == mail;
    if let Some(error) = back.error {
        let why = way.at.mail.service().refusal(&error, back.error_description.as_deref());
        return if is_mail { way.refused_mail(&why) } else { way.refused(&why) };
    }
    let Some(code) = back.code.filter(|code| code.len() <= MAX_PARAMETER) else { return way.begin_again() };
    if is_mail {
        return way.add_mail(&flow.next, &code, &secrets.verifier.0).await;
    }
    let SignedIn { name, found } = match way.at.calendars.signed_in(&code, &secrets.verifier.0).await {
        Ok(signed_in) => signed_in,
        Err(error) => return way.refused(&error.to_string()),
    };
    let name: String = name.chars().take(MAX_NAME).collect();
    let is_same = |known: &_| way.at.calendars.is_same(&found, known);
    let caller = way.user.on_a_page();
    let connected = kalends.sign_in_remote_account(caller, &name, &found, is_same).await;
    let fed = match (&connected, mail_account(&flow)) {
        (Ok(SignedInAt::Added(made)), Some(mail)) => Some((mail, *made)),
        // One that was here already belongs to the mail where it is of the same address: whoever is signed in at the service may be
        // somebody else there than here.
        (Ok(SignedInAt::Renewed(made)), Some(mail)) => {
            let address = way.address_of(mail).await;
            address.filter(|address| address.eq_ignore_ascii_case(&name)).map(|_| (mail, *made))
        }
        _ => None,
    };
    if let Some((mail, made)) = fed {
        match kalends.note_mail_feed(caller, mail, made).await {
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
