//! Request bodies, bounded.

use super::error::Failure;
use super::xml::Document;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio_stream::StreamExt;

/// Largest XML body of PROPFIND, PROPPATCH, MKCOL and MKCALENDAR, in octets.
pub const PROPERTIES_OCTETS: usize = 1024 * 1024;
/// Largest XML body of REPORT, in octets; a calendar-multiget names many objects.
pub const REPORT_OCTETS: usize = 16 * 1024 * 1024;

/// The body, or `None` when it is larger than `limit` octets.
///
/// # Errors
/// 415 when it is compressed, 400 when it breaks off.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
    check_encoding(headers)?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Ok(None);
    }
    let mut stream = body.into_data_stream();
    let mut octets = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Failure::bad_request("The body broke off."))?;
        if octets.len() + chunk.len() > limit {
            return Ok(None);
        }
        octets.extend_from_slice(&chunk);
    }
    Ok(Some(octets))
}

/// What is compressed would have to be stored without its label, or be taken for broken.
fn check_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    let is_plain = |value: &HeaderValue| {
        let mut codings = value.to_str().unwrap_or("?").split(',').map(str::trim);
        codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
    };
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Bodies have to come without a Content-Encoding.")
        .with_header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")))
}

/// The XML document in the body; `None` for an empty body.
///
/// # Errors
/// 413 past `limit`, 415 for another media type, an encoding that is not known or a compressed body, 403 for one that refers to
/// external entities, 400 for what is not XML that Kalends reads.
pub async fn xml(headers: &HeaderMap, body: Body, limit: usize) -> Result<Option<Document>, Failure> {
    let octets = read(headers, body, limit)
        .await?
        .ok_or_else(|| Failure::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The body is over {limit} octets.")))?;
    if octets.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    if let Some(media_type) = media_type(headers)
        && !is_xml(&media_type)
    {
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body has to be XML."));
    }
    let charset = media_parameter(headers, "charset").filter(|charset| !charset.is_empty());
    // Reading a large document takes long enough to hold others up.
    let document = if octets.len() > 64 * 1024 {
        tokio::task::spawn_blocking(move || Document::parse(&octets, charset.as_deref()))
            .await
            .map_err(|_| Failure::bad_request("The body cannot be read."))?
    } else {
        Document::parse(&octets, charset.as_deref())
    };
    Ok(Some(document?))
}

/// Some clients leave curl's default type on.
fn is_xml(media_type: &str) -> bool {
    matches!(media_type, "text/xml" | "application/xml" | "application/x-www-form-urlencoded" | "text/plain")
        || media_type.ends_with("+xml")
}

/// The type and subtype of Content-Type, lower case, without parameters.
pub fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// A parameter of Content-Type, lower case.
pub fn media_parameter(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    })
}
