//! HTTP Basic (RFC 7617) with app passwords.

use super::error::Failure;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use kalends_domain::access::{Caller, Principal};
use kalends_domain::{Error, Kalends};

/// Some clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Who sends the request.
///
/// # Errors
/// 401 without credentials or with wrong ones.
pub async fn authenticate(kalends: &Kalends, headers: &HeaderMap) -> Result<(Principal, Caller), Failure> {
    let (name, password) = credentials(headers).ok_or(Error::BadCredentials)?;
    // Seldom has the database to be asked: the room for that is not carried along with every request.
    Ok(Box::pin(kalends.authenticate_client(&name, &password)).await?)
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(value: &str) -> Option<(String, String)> {
        credentials(&HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]))
    }

    #[test]
    fn basic_credentials_are_read() {
        assert_eq!(of("Basic YWRhOnMzY3JldDp4"), Some(("ada".into(), "s3cret:x".into())));
        assert_eq!(of("basic YWRhOsO8"), Some(("ada".into(), "ü".into())));
        assert_eq!(of("Basic YWRhOg=="), Some(("ada".into(), String::new())));
        assert_eq!(of("Bearer YWRhOg=="), None);
        assert_eq!(of("Basic YW*hOg=="), None);
        assert_eq!(of("Basic"), None);
    }
}
