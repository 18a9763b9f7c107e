//! Signing in (<https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>).

use axum::body::Body;
use axum::http::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

pub const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
pub const SECRET: &str = "qWgdYAmab0YSkuL1qKv5bPX";

#[derive(Default)]
pub struct OAuth {
    /// By code: the challenge of PKCE, and where it may be exchanged from.
    codes: HashMap<String, (String, String)>,
    access: HashSet<String>,
    refresh: HashSet<String>,
    issued: u64,
    is_revoked: bool,
}

fn decoded(text: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn error(status: u16, error: &str, description: &str) -> Response<Body> {
    let body = json!({ "error": error, "error_description": description, "error_codes": [70000] });
    answer(status, &body)
}

fn answer(status: u16, body: &Value) -> Response<Body> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Body::from(body.to_string())).unwrap()
}

impl OAuth {
    pub fn issue(&mut self) -> (String, String) {
        self.issued += 1;
        let (access, refresh) = (format!("eyJ0eXAi{}", self.issued), format!("0.AXwAhQbR{}", self.issued));
        self.access.insert(access.clone());
        self.refresh.insert(refresh.clone());
        (access, refresh)
    }

    pub fn accepts(&self, token: Option<&str>) -> bool {
        token.is_some_and(|token| self.access.contains(token))
    }

    pub fn end_access_tokens(&mut self) {
        self.access.clear();
    }

    pub fn revoke(&mut self) {
        self.is_revoked = true;
        self.access.clear();
    }

    pub fn answer(&mut self, path: &str, query: &str, body: &[u8]) -> Response<Body> {
        let mut segments = path.trim_matches('/').splitn(2, '/');
        let (tenant, rest) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
        if !["common", "organizations", "contoso.example"].contains(&tenant) {
            return error(400, "invalid_request", "AADSTS90002: Tenant not found.");
        }
        match rest {
            "oauth2/v2.0/authorize" => self.authorize(&decoded(query)),
            "oauth2/v2.0/token" => self.token(&decoded(&String::from_utf8_lossy(body))),
            _ => error(404, "invalid_request", "AADSTS900144"),
        }
    }

    /// "Request an authorization code": whoever comes is Ada, and agrees.
    fn authorize(&mut self, asked: &HashMap<String, String>) -> Response<Body> {
        let says = |name: &str, value: &str| asked.get(name).is_some_and(|said| said == value);
        let (Some(redirect), Some(challenge), Some(state)) =
            (asked.get("redirect_uri"), asked.get("code_challenge"), asked.get("state"))
        else {
            return error(400, "invalid_request", "AADSTS900144: a parameter is missing.");
        };
        if !says("client_id", CLIENT) || !says("response_type", "code") || !says("code_challenge_method", "S256") {
            return error(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory.");
        }
        self.issued += 1;
        let code = format!("AwABAAAAvPM1KaPl{}", self.issued);
        self.codes.insert(code.clone(), (challenge.clone(), redirect.clone()));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", state)
            .finish();
        let response = Response::builder().status(302).header("location", format!("{redirect}?{query}"));
        response.body(Body::empty()).unwrap()
    }

    fn token(&mut self, asked: &HashMap<String, String>) -> Response<Body> {
        let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
        if said("client_id") != CLIENT || said("client_secret") != SECRET {
            return error(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x");
        }
        match said("grant_type") {
            "authorization_code" => {
                let challenge = digest::digest(&digest::SHA256, said("code_verifier").as_bytes());
                let challenge = URL_SAFE_NO_PAD.encode(challenge);
                // "Authorization codes are short lived", and are good for once.
                match self.codes.remove(said("code")) {
                    Some((wanted, redirect)) if wanted == challenge && redirect == said("redirect_uri") => {}
                    _ => {
                        return error(
                            400,
                            "invalid_grant",
                            "AADSTS70000: The provided value for the 'code' parameter is not valid.",
                        );
                    }
                }
            }
            // <https://learn.microsoft.com/entra/identity-platform/refresh-tokens>; a single-page application's refresh token is good for
            // once, and so is each of them here.
            "refresh_token" => {
                if self.is_revoked || !self.refresh.remove(said("refresh_token")) {
                    return error(
                        400,
                        "invalid_grant",
                        "AADSTS50173: The provided grant has expired due to it being revoked.\r\nTrace ID: x",
                    );
                }
            }
            _ => return error(400, "unsupported_grant_type", "AADSTS70003"),
        }
        // "offline_access": without it there is no refresh token.
        if !said("scope").split(' ').any(|scope| scope == "offline_access") {
            return error(
                400,
                "invalid_scope",
                "AADSTS70011: The provided value for the input parameter 'scope' isn't valid.",
            );
        }
        let (access, refresh) = self.issue();
        answer(
            200,
            &json!({
                "token_type": "Bearer", "scope": "User.Read Calendars.ReadWrite", "expires_in": 3599, "ext_expires_in": 3599,
                "access_token": access, "refresh_token": refresh,
            }),
        )
    }
}
