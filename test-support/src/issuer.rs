//! A provider of sign-in (OpenID Connect) that signs what a test wants it to: what is right, and what somebody forged. It has keys of
//! its own, and holds its clients to what the specification asks of them.

use crate::server::listen;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kalends_server::connections::ConnectionLimits;
use kalends_server::oidc::settings::ProviderSettings;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use ring::{digest, hmac};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

pub const CLIENT: &str = "kalends";
pub const SECRET: &str = "the secret of the client";
const ACCESS_TOKEN: &str = "an access token";
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How a token is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signing {
    #[default]
    Right,
    /// With a key that the issuer does not have, under the name of the one that it has.
    OtherKey,
    /// With a key that the issuer does not have, under a name of its own.
    UnknownKey,
    /// Not at all (`none`).
    None,
    /// With what the client and the issuer both know (HS256).
    ClientSecret,
    /// With the public key as if it were a secret (HS256).
    PublicKey,
}

/// What the issuer says of whoever comes back with a code.
#[derive(Clone, Debug)]
pub struct Says {
    /// Put over the claims of a good ID token; `null` takes one away.
    pub claims: Value,
    pub signing: Signing,
    /// What the userinfo endpoint tells; `None`: it fails.
    pub userinfo: Option<Value>,
    /// The error of the token endpoint, in the place of tokens.
    pub token_error: Option<&'static str>,
}

struct Key {
    id: String,
    pair: EcdsaKeyPair,
}

impl Key {
    fn new(number: usize) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Key { id: format!("key-{number}"), pair }
    }

    fn public(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y })
    }
}

struct Held {
    url: String,
    key: Key,
    keys_made: usize,
    says: Says,
    /// Of the sign-in that is under way.
    begun: HashMap<String, String>,
    used_codes: Vec<String>,
    issued: Vec<String>,
    asked_for_keys: usize,
    has_keys: bool,
}

/// Listens until the test ends.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    held: Arc<Mutex<Held>>,
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn over(claims: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
}

impl Held {
    fn sign(&self, claims: &Value, signing: Signing) -> String {
        let header = |algorithm: &str, key: &str| encoded(&json!({ "alg": algorithm, "typ": "JWT", "kid": key }));
        let by_secret = |secret: &[u8]| {
            let signed = format!("{}.{}", header("HS256", &self.key.id), encoded(claims));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
        };
        let by_key = |key: &Key, name: &str| {
            let signed = format!("{}.{}", header("ES256", name), encoded(claims));
            let signature = key.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
        };
        match signing {
            Signing::Right => by_key(&self.key, &self.key.id),
            Signing::OtherKey => by_key(&Key::new(0), &self.key.id),
            Signing::UnknownKey => by_key(&Key::new(0), "another"),
            Signing::None => format!("{}.{}.", encoded(&json!({ "alg": "none" })), encoded(claims)),
            Signing::ClientSecret => by_secret(SECRET.as_bytes()),
            Signing::PublicKey => by_secret(self.key.public().to_string().as_bytes()),
        }
    }

    fn id_token(&self) -> String {
        let hash = digest::digest(&digest::SHA256, ACCESS_TOKEN.as_bytes());
        let mut claims = json!({
            "iss": self.url, "sub": "7", "aud": CLIENT, "iat": now(), "exp": now() + 300, "sid": "session-1",
            "nonce": self.begun["nonce"], "at_hash": URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]),
        });
        over(&mut claims, &self.says.claims);
        self.sign(&claims, self.says.signing)
    }
}

impl Issuer {
    pub async fn start() -> Self {
        let says = Says { claims: json!({}), signing: Signing::Right, userinfo: Some(json!({})), token_error: None };
        let held = Held {
            url: String::new(),
            key: Key::new(1),
            keys_made: 1,
            says,
            begun: HashMap::new(),
            used_codes: Vec::new(),
            issued: vec![ACCESS_TOKEN.to_owned()],
            asked_for_keys: 0,
            has_keys: true,
        };
        let held = Arc::new(Mutex::new(held));
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(userinfo))
            .with_state(held.clone());
        let url = format!("http://{}", listen(app, ConnectionLimits::default()).await);
        held.lock().unwrap().url = url.clone();
        Issuer { url, held }
    }

    /// What the configuration of Kalends says of it, and `more`.
    pub fn settings(&self, id: &str, more: &str) -> ProviderSettings {
        settings(id, &self.url, more)
    }

    /// What it says from now on.
    pub fn says(&self, change: impl FnOnce(&mut Says)) {
        let mut held = self.held.lock().unwrap();
        held.says = Says { claims: json!({}), signing: Signing::Right, userinfo: Some(json!({})), token_error: None };
        change(&mut held.says);
    }

    /// Lets somebody in who was sent to `url`, and yields what comes back with them: the parameters after `?`.
    pub fn let_in(&self, url: &str) -> String {
        let (path, query) = url.split_once('?').unwrap();
        assert_eq!(path, format!("{}/authorize", self.url));
        let begun: HashMap<String, String> =
            query.split('&').filter_map(|pair| pair.split_once('=')).map(unescaped).collect();
        let asked = |name: &str| begun.get(name).map(String::as_str);
        assert_eq!((asked("client_id"), asked("response_type")), (Some(CLIENT), Some("code")));
        assert_eq!(asked("code_challenge_method"), Some("S256"));
        assert!(asked("scope").unwrap().split(['+', ' ']).any(|scope| scope == "openid"));
        assert!(begun["nonce"].len() >= 32 && begun["state"].len() >= 32);
        let state = begun["state"].clone();
        let mut held = self.held.lock().unwrap();
        held.begun = begun;
        format!("code=code-of-{state}&state={state}")
    }

    /// Has another key from now on, and the one before no more.
    pub fn rotate_keys(&self) {
        let mut held = self.held.lock().unwrap();
        held.keys_made += 1;
        held.key = Key::new(held.keys_made);
    }

    /// Tells nobody its key any more.
    pub fn forget_keys(&self) {
        self.held.lock().unwrap().has_keys = false;
    }

    /// The tokens that it gave out.
    pub fn tokens(&self) -> Vec<String> {
        self.held.lock().unwrap().issued.clone()
    }

    /// How often the keys were asked for.
    pub fn asked_for_keys(&self) -> usize {
        self.held.lock().unwrap().asked_for_keys
    }

    /// A token that ends sessions, with `more` over its claims.
    pub fn logout_token(&self, more: &Value, signing: Signing) -> String {
        let held = self.held.lock().unwrap();
        let id = digest::digest(&digest::SHA256, format!("{more}{signing:?}").as_bytes());
        let mut claims = json!({
            "iss": held.url, "aud": CLIENT, "iat": now(), "exp": now() + 120, "sub": "7", "sid": "session-1",
            "jti": URL_SAFE_NO_PAD.encode(id), "events": { LOGOUT_EVENT: {} },
        });
        over(&mut claims, more);
        held.sign(&claims, signing)
    }
}

/// What the configuration says of a provider, and `more`.
pub fn settings(id: &str, issuer: &str, more: &str) -> ProviderSettings {
    let text = format!(
        "id = \"{id}\"\nname = \"The {id}\"\nissuer = \"{issuer}\"\nclient-id = \"{CLIENT}\"\nclient-secret = \"{SECRET}\"\n{more}"
    );
    toml::from_str::<ProviderSettings>(&text).unwrap().complete().unwrap()
}

fn unescaped((name, value): (&str, &str)) -> (String, String) {
    let mut octets = Vec::new();
    let mut rest = value.bytes();
    while let Some(octet) = rest.next() {
        let digits = if octet == b'%' { rest.next().zip(rest.next()) } else { None };
        match digits {
            Some((high, low)) => {
                let digits = [high, low];
                octets.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            None => octets.push(if octet == b'+' { b' ' } else { octet }),
        }
    }
    (name.to_owned(), String::from_utf8(octets).unwrap())
}

type Shared = State<Arc<Mutex<Held>>>;

async fn configuration(State(held): Shared) -> Json<Value> {
    let url = held.lock().unwrap().url.clone();
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/me"),
        "jwks_uri": format!("{url}/keys"),
        "end_session_endpoint": format!("{url}/end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    }))
}

async fn keys(State(held): Shared) -> Json<Value> {
    let mut held = held.lock().unwrap();
    held.asked_for_keys += 1;
    Json(json!({ "keys": Vec::from_iter(held.has_keys.then(|| held.key.public())) }))
}

fn refused(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}

async fn token(State(held): Shared, headers: HeaderMap, Form(form): Form<HashMap<String, String>>) -> Response {
    let mut held = held.lock().unwrap();
    let given = headers.get(header::AUTHORIZATION).map_or("", |value| value.to_str().unwrap());
    // Both parts are encoded as forms are (RFC 6749 section 2.3.1).
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+"))));
    if given != expected {
        return refused("invalid_client");
    }
    if let Some(error) = held.says.token_error {
        return refused(error);
    }
    let code = form.get("code").cloned().unwrap_or_default();
    let verifier = form.get("code_verifier").map_or("", String::as_str);
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
    let is_good = code == format!("code-of-{}", held.begun["state"])
        && !held.used_codes.contains(&code)
        && held.begun["code_challenge"] == challenge
        && form.get("redirect_uri") == held.begun.get("redirect_uri");
    if !is_good {
        return refused("invalid_grant");
    }
    held.used_codes.push(code);
    let id_token = held.id_token();
    held.issued.push(id_token.clone());
    Json(json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60, "id_token": id_token }))
        .into_response()
}

async fn userinfo(State(held): Shared, headers: HeaderMap) -> Response {
    let is_good = headers.get(header::AUTHORIZATION).is_some_and(|value| *value == format!("Bearer {ACCESS_TOKEN}"));
    let told = held.lock().unwrap().says.userinfo.clone().filter(|_| is_good);
    let Some(told) = told else { return StatusCode::UNAUTHORIZED.into_response() };
    let mut claims = json!({ "sub": "7", "name": "Ada Lovelace", "preferred_username": "ada", "email": "ada@example.org", "email_verified": true });
    over(&mut claims, &told);
    Json(claims).into_response()
}
