//! Requests to the stand-in, and its answers.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt;

#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub method: String,
    /// Decoded, from behind the version.
    pub path: Vec<String>,
    pub query: HashMap<String, String>,
    pub prefer: String,
    pub if_match: Option<String>,
    pub token: Option<String>,
    pub body: Value,
    /// It is somebody in Outlook.
    pub is_outlook: bool,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} /{}", self.method, self.path.join("/"))?;
        let mut query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        query.sort();
        if query.is_empty() { Ok(()) } else { write!(f, "?{}", query.join("&")) }
    }
}

fn decoded(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((octet, after)) = rest.split_first() {
        rest = after;
        let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| *octet == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                octets.push(code);
                rest = &rest[2..];
            }
            None => octets.push(*octet),
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

impl Asked {
    fn address(&mut self, address: &str) {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        self.path = path.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        self.query = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    }

    pub fn of_http(parts: &Parts, body: &[u8]) -> Self {
        let header = |headers: &HeaderMap, name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let mut asked = Asked {
            method: parts.method.to_string(),
            prefer: header(&parts.headers, "prefer").unwrap_or_default(),
            if_match: header(&parts.headers, "if-match"),
            token: header(&parts.headers, "authorization")
                .and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned)),
            body: serde_json::from_slice(body).unwrap_or_default(),
            ..Asked::default()
        };
        let address = parts.uri.path_and_query().map(|address| address.as_str()).unwrap_or_default();
        asked.address(address.strip_prefix("/v1.0").unwrap_or(address));
        asked
    }

    pub fn of_batch(request: &Value, batch: &Asked) -> Self {
        let header = |name: &str| {
            let headers = request["headers"].as_object()?;
            headers
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .and_then(|(_, value)| value.as_str().map(str::to_owned))
        };
        let mut asked = Asked {
            method: request["method"].as_str().unwrap_or_default().to_owned(),
            prefer: header("prefer").unwrap_or_default(),
            if_match: header("if-match"),
            token: batch.token.clone(),
            body: request["body"].clone(),
            is_outlook: batch.is_outlook,
            ..Asked::default()
        };
        asked.address(request["url"].as_str().unwrap_or_default());
        asked
    }

    pub fn of_outlook(method: &str, path: &str, body: Value) -> Self {
        let mut asked = Asked {
            method: method.to_owned(),
            prefer: "IdType=\"ImmutableId\"".to_owned(),
            body,
            is_outlook: true,
            ..Asked::default()
        };
        asked.address(path);
        asked
    }

    /// Whether ids are wanted that stay (<https://learn.microsoft.com/graph/outlook-immutable-id>).
    pub fn wants_immutable_ids(&self) -> bool {
        self.prefer.contains("IdType=\"ImmutableId\"")
    }

    /// `Prefer: odata.maxpagesize`, or `$top`.
    pub fn page_size(&self) -> usize {
        let preferred = self
            .prefer
            .split("odata.maxpagesize=")
            .nth(1)
            .and_then(|rest| rest.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok());
        // "The default page size is 10" (<https://learn.microsoft.com/graph/api/user-list-events>); at most 1000.
        let size: usize = preferred.or(self.query.get("$top").and_then(|top| top.parse().ok())).unwrap_or(10);
        size.clamp(1, 1000)
    }
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Reply {
    pub fn json(status: u16, body: Value) -> Self {
        Reply { status, headers: Vec::new(), body }
    }

    pub fn nothing(status: u16) -> Self {
        Reply::json(status, Value::Null)
    }

    /// <https://learn.microsoft.com/graph/errors>, "Error resource type"
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Reply::json(status, json!({ "error": { "code": code, "message": message } }))
    }

    pub fn not_found() -> Self {
        Reply::error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    }

    pub fn response(self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let body = if self.body.is_null() { Body::empty() } else { Body::from(self.body.to_string()) };
        response.header("content-type", "application/json").body(body).unwrap()
    }
}
