//! What requests say: bodies, parameters and conditions, with what is wrong named.

use super::problem::Problem;
use crate::entity_tags::{Tags, opaque};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use kalends_domain::calendars::CalendarId;
use kalends_domain::idempotency::Once;
use kalends_domain::objects::Precondition;
use kalends_domain::sync::LinkRemoval;
use kalends_domain::{Error, Missing};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

/// Largest body of JSON, in octets.
pub const MAX_BODY: usize = 64 * 1024;

/// The number of a calendar in a path.
pub fn calendar_id(text: &str) -> Result<CalendarId, Problem> {
    text.parse().map(CalendarId).map_err(|_| Error::NotFound(Missing::Calendar).into())
}

/// A body of JSON of at most so many octets, with its octets. The router has the same limit.
pub struct Body<T, const MAX: usize = MAX_BODY>(pub T, pub Bytes);

impl<S: Send + Sync, T: DeserializeOwned, const MAX: usize> FromRequest<S> for Body<T, MAX> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = media_type(request.headers());
        let is_json = kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json");
        if !is_json {
            return Err(unsupported("application/json"));
        }
        let octets = octets(request, state, MAX).await?;
        let mut reader = serde_json::Deserializer::from_slice(&octets);
        let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| unreadable(&error))?;
        reader.end().map_err(|error| Problem::bad_request(format!("The body is no JSON: {error}.")))?;
        Ok(Body(read, octets))
    }
}

/// A body that may have so many octets; the router has the same limit.
///
/// # Errors
/// 413 past it, 400 for one that breaks off.
pub async fn octets<S: Send + Sync>(request: Request, state: &S, limit: usize) -> Result<Bytes, Problem> {
    let is_plain = request.headers().get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    if !is_plain {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Bodies come without a Content-Encoding."));
    }
    let octets = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(limit),
        _ => Problem::bad_request("The body broke off."),
    })?;
    if octets.len() > limit { Err(Problem::too_large(limit)) } else { Ok(octets) }
}

/// The type and subtype of Content-Type, lower case.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub fn unsupported(wanted: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("The body has to be {wanted}."))
}

fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    match inner.classify() {
        Category::Data => {
            let message = message(inner);
            Problem::bad_value(field(&error.path().to_string(), &message), message)
        }
        _ => Problem::bad_request(format!("The body is no JSON: {inner}.")),
    }
}

/// Without where it stands, which the field says.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

/// Of a field that is missing or unknown only the message has the name.
fn field(path: &str, message: &str) -> String {
    let named = ["unknown field `", "missing field `"].iter().find_map(|start| {
        let rest = message.strip_prefix(start)?;
        rest.split_once('`').map(|(name, _)| name)
    });
    match (path, named) {
        ("." | "?" | "", Some(name)) => name.to_owned(),
        (path, Some(name)) if !path.ends_with(name) => format!("{path}.{name}"),
        (path, _) => path.to_owned(),
    }
}

/// The parameters after the question mark.
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(reader).map(Parameters).map_err(|error| {
            let message = error.inner().to_string();
            Problem::bad_parameter(field(&error.path().to_string(), &message), message)
        })
    }
}

fn tags(headers: &HeaderMap, name: &'static str) -> Result<Option<Tags>, Problem> {
    Tags::of(headers, name).map_err(|_| Problem::bad_parameter(name, "It is no list of entity tags."))
}

/// What If-Match and If-None-Match ask of a write.
///
/// # Errors
/// 428 without either, 400 for one that cannot be read, or for both.
pub fn write_precondition(headers: &HeaderMap) -> Result<Precondition, Problem> {
    match (tags(headers, "if-match")?, tags(headers, "if-none-match")?) {
        (Some(Tags::Any), None) => Ok(Precondition::Present),
        (Some(Tags::These(tags)), None) => Ok(Precondition::Matches(tags)),
        (None, Some(Tags::Any)) => Ok(Precondition::Absent),
        (None, Some(Tags::These(tags))) => {
            Ok(Precondition::MatchesNone(tags.iter().map(|tag| opaque(tag).to_owned()).collect()))
        }
        (Some(_), Some(_)) => Err(Problem::bad_parameter("if-none-match", "Either it or If-Match, not both.")),
        (None, None) => Err(Problem::required(
            "Say by If-Match which version stands there now, or by If-None-Match: * that none does.",
        )),
    }
}

/// What If-Match says; `None` where it is not there.
pub fn if_match(headers: &HeaderMap) -> Result<Option<Tags>, Problem> {
    tags(headers, "if-match")
}

/// What If-Match says.
///
/// # Errors
/// 428 without it.
pub fn required_if_match(headers: &HeaderMap) -> Result<Tags, Problem> {
    if_match(headers)?.ok_or_else(|| Problem::required("Say by If-Match which version you saw."))
}

/// Whether whoever asks has what they would be answered.
pub fn is_known(headers: &HeaderMap, etag: &str) -> Result<bool, Problem> {
    Ok(tags(headers, "if-none-match")?.is_some_and(|tags| tags.match_weakly(Some(etag))))
}

/// The Idempotency-Key of a request that makes something at `path` of `body`.
///
/// # Errors
/// 400 for one that cannot be read.
pub fn once(headers: &HeaderMap, path: &str, body: &[u8]) -> Result<Option<Once>, Problem> {
    const NAME: &str = "idempotency-key";
    let Some(value) = headers.get(NAME) else { return Ok(None) };
    let unreadable = || Problem::bad_parameter(NAME, "1 to 255 characters of ASCII.");
    let key = value.to_str().map_err(|_| unreadable())?;
    Once::new(key, &[path.as_bytes(), body]).map(Some).map_err(|_| unreadable())
}

/// What becomes of calendars that are in step no longer: `keep`, `bin` or `delete`.
///
/// # Errors
/// 400, which names the parameter.
pub fn link_removal(text: Option<&str>, name: &str) -> Result<LinkRemoval, Problem> {
    match text {
        None | Some("keep") => Ok(LinkRemoval::KeepBoth),
        Some("bin") => Ok(LinkRemoval::BinHere),
        Some("delete") => Ok(LinkRemoval::DeleteThere),
        Some(_) => Err(Problem::bad_parameter(name, "keep, bin or delete.")),
    }
}

/// A value that a patch may leave out (`None`), take away (`null`) or set.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        for (path, message, named) in [
            (".", "missing field `title`", "title"),
            (".", "unknown field `colour`, expected `color`", "colour"),
            ("start", "missing field `date`", "start.date"),
            ("colour", "unknown field `colour`", "colour"),
            ("limit", "invalid digit found in string", "limit"),
        ] {
            assert_eq!(field(path, message), named);
        }
    }
}
