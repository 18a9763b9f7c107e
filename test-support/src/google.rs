//! A stand-in for signing in at Google and for the way to its calendars, written from Google's public documentation
//! (<https://developers.google.com/identity/protocols/oauth2/web-server>,
//! <https://developers.google.com/workspace/calendar/caldav/v2/guide>). Of CalDAV it knows what an account is found by; a server that
//! speaks all of it takes its tokens where a test gives them ([`GoogleDouble::give`]).

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

pub const CLIENT: &str = "407408718192.apps.googleusercontent.com";
pub const SECRET: &str = "GOCSPX-stand-in";
/// Who signs in.
pub const ME: &str = "bea@gmail.example";
/// What can be asked for: calendars (<https://developers.google.com/workspace/calendar/api/auth>), and mail
/// (<https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>).
const SCOPES: [&str; 2] = ["https://www.googleapis.com/auth/calendar", "https://mail.google.com/"];
/// How long an access token lives, in seconds.
const LIFE: u64 = 3920;

#[derive(Clone)]
pub struct GoogleDouble {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// By code: the challenge of PKCE, and where it may be exchanged from.
    codes: HashMap<String, (String, String)>,
    access: HashSet<String>,
    refresh: Option<String>,
    /// Access tokens to be given next.
    given: VecDeque<String>,
    issued: u64,
    asked: Vec<String>,
    /// How long access tokens live from now on, in seconds.
    life: Option<u64>,
}

fn decoded(text: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn answer(status: u16, kind: &str, body: String) -> Response<Body> {
    Response::builder().status(status).header("content-type", kind).body(Body::from(body)).unwrap()
}

fn json_answer(status: u16, body: &Value) -> Response<Body> {
    answer(status, "application/json; charset=utf-8", body.to_string())
}

/// <https://www.rfc-editor.org/rfc/rfc6749#section-5.2>
fn error(status: u16, error: &str, description: &str) -> Response<Body> {
    json_answer(status, &json!({ "error": error, "error_description": description }))
}

impl GoogleDouble {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let double = GoogleDouble { address: listener.local_addr().unwrap(), state: Arc::default() };
        let answering = double.clone();
        let app = Router::new().fallback(move |request: Request<Body>| {
            let double = answering.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
                double.answer(&parts, &body)
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        double
    }

    /// An address of the stand-in.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// As the section `[google]` says it. `calendars`: `None`: here.
    pub fn settings(&self, calendars: Option<String>) -> Value {
        json!({
            "client-id": CLIENT, "client-secret": SECRET, "authorize": self.url("/o/oauth2/v2/auth"), "token": self.url("/token"),
            "user-info": self.url("/v1/userinfo"), "calendars": calendars.unwrap_or_else(|| self.url("/caldav/v2/")), "private": true,
        })
    }

    /// The next access token is this one.
    pub fn give(&self, access_token: impl Into<String>) {
        self.state.lock().unwrap().given.push_back(access_token.into());
    }

    /// Access tokens live so many seconds from now on.
    pub fn live_for(&self, seconds: u64) {
        self.state.lock().unwrap().life = Some(seconds);
    }

    /// Where a server asks whose an access token is, which it puts behind.
    pub fn token_info(&self) -> String {
        self.url("/tokeninfo?access_token=")
    }

    /// Access tokens that were given are over.
    pub fn end_access_tokens(&self) {
        self.state.lock().unwrap().access.clear();
    }

    /// Somebody takes back what they had agreed to (<https://developers.google.com/identity/protocols/oauth2#expiration>).
    pub fn revoke_consent(&self) {
        let mut state = self.state.lock().unwrap();
        state.access.clear();
        state.refresh = None;
    }

    /// Methods and paths that were asked for since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    fn answer(&self, parts: &axum::http::request::Parts, body: &Bytes) -> Response<Body> {
        let mut state = self.state.lock().unwrap();
        let path = parts.uri.path();
        state.asked.push(format!("{} {path}", parts.method));
        let bearer = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
        let is_known =
            bearer.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| state.access.contains(token));
        match (parts.method.as_str(), path) {
            ("GET", "/o/oauth2/v2/auth") => state.authorize(&decoded(parts.uri.query().unwrap_or_default())),
            ("POST", "/token") => state.token(&decoded(&String::from_utf8_lossy(body))),
            // <https://developers.google.com/identity/sign-in/web/backend-auth#calling-the-tokeninfo-endpoint>
            ("GET", "/tokeninfo") => {
                let asked = decoded(parts.uri.query().unwrap_or_default());
                match asked.get("access_token").is_some_and(|token| state.access.contains(token)) {
                    true => json_answer(200, &json!({ "email": ME, "expires_in": LIFE.to_string() })),
                    false => error(400, "invalid_token", "Invalid Value"),
                }
            }
            // <https://openid.net/specs/openid-connect-core-1_0.html#UserInfoError>
            _ if !is_known => error(401, "invalid_token", "Request had invalid authentication credentials."),
            ("GET", "/v1/userinfo") => {
                json_answer(200, &json!({ "sub": "110169484474386276334", "email": ME, "email_verified": true }))
            }
            ("PROPFIND", path) => propfind(path),
            _ => error(404, "not_found", ""),
        }
    }
}

impl State {
    fn authorize(&mut self, asked: &HashMap<String, String>) -> Response<Body> {
        let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        let has_scope = said("scope").split(' ').any(|scope| SCOPES.contains(&scope));
        if said("client_id") != CLIENT || said("response_type") != "code" || !has_scope {
            return error(400, "invalid_client", "The OAuth client was not found.");
        }
        if said("code_challenge_method") != "S256" || said("state").is_empty() {
            return error(400, "invalid_request", "code_challenge");
        }
        self.issued += 1;
        let code = format!("4/0AfJohXl{}", self.issued);
        let redirect = said("redirect_uri").to_owned();
        self.codes.insert(code.clone(), (said("code_challenge").to_owned(), redirect.clone()));
        // "Set the value to offline if your application needs to refresh access tokens when the user is not present."
        self.refresh = (said("access_type") == "offline").then(|| format!("1//0g{}", self.issued));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("state", said("state"))
            .append_pair("code", &code)
            .append_pair("scope", said("scope"))
            .finish();
        let response = Response::builder().status(302).header("location", format!("{redirect}?{query}"));
        response.body(Body::empty()).unwrap()
    }

    fn token(&mut self, asked: &HashMap<String, String>) -> Response<Body> {
        let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        if said("client_id") != CLIENT || said("client_secret") != SECRET {
            return error(401, "invalid_client", "The provided client secret is invalid.");
        }
        let mut refresh = None;
        match said("grant_type") {
            "authorization_code" => {
                let challenge = digest::digest(&digest::SHA256, said("code_verifier").as_bytes());
                let challenge = URL_SAFE_NO_PAD.encode(challenge);
                match self.codes.remove(said("code")) {
                    Some((wanted, redirect)) if wanted == challenge && redirect == said("redirect_uri") => {}
                    _ => return error(400, "invalid_grant", "Bad Request"),
                }
                refresh.clone_from(&self.refresh);
            }
            // It stays the same, and is not said again.
            "refresh_token" => {
                if self.refresh.as_deref() != Some(said("refresh_token")) {
                    return error(400, "invalid_grant", "Token has been expired or revoked.");
                }
            }
            _ => return error(400, "unsupported_grant_type", "Invalid grant_type"),
        }
        self.issued += 1;
        let access = self.given.pop_front().unwrap_or_else(|| format!("ya29.{}", self.issued));
        self.access.insert(access.clone());
        let life = self.life.unwrap_or(LIFE);
        let mut body =
            json!({ "access_token": access, "expires_in": life, "token_type": "Bearer", "scope": SCOPES.join(" ") });
        if let Some(refresh) = refresh {
            body["refresh_token"] = json!(refresh);
        }
        json_answer(200, &body)
    }
}

/// "The principal is at /caldav/v2/calid/user", its home at `/caldav/v2/calid/`, and a calendar at `/caldav/v2/calid/events`.
fn propfind(path: &str) -> Response<Body> {
    let me = ME.replace('@', "%40");
    let (home, principal) = (format!("/caldav/v2/{me}/"), format!("/caldav/v2/{me}/user"));
    let response = |href: &str, properties: String| {
        format!(
            "<D:response><D:href>{href}</D:href><D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
        )
    };
    let of_principal = format!(
        "<D:current-user-principal><D:href>{principal}</D:href></D:current-user-principal>\
         <C:calendar-home-set><D:href>{home}</D:href></C:calendar-home-set><D:resourcetype><D:principal/></D:resourcetype>"
    );
    let of_calendar = "<D:displayname>Bea</D:displayname><D:resourcetype><D:collection/><C:calendar/></D:resourcetype>\
         <C:supported-calendar-component-set><C:comp name=\"VEVENT\"/></C:supported-calendar-component-set>\
         <D:current-user-privilege-set><D:privilege><D:read/></D:privilege><D:privilege><D:write/></D:privilege></D:current-user-privilege-set>";
    let responses = match path.replace('@', "%40") {
        path if path == principal => response(&principal, of_principal),
        path if path == home => {
            let own = response(&home, "<D:resourcetype><D:collection/></D:resourcetype>".to_owned());
            format!("{own}{}", response(&format!("{home}events/"), of_calendar.to_owned()))
        }
        _ => return error(404, "not_found", ""),
    };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><D:multistatus xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">{responses}</D:multistatus>"
    );
    answer(207, "application/xml; charset=utf-8", body)
}
