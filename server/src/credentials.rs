//! Who sends a request: HTTP Basic (RFC 7617) with app passwords, bearer tokens (RFC 6750), the session of a
//! browser, or the word of a trusted proxy.

use crate::trusted_header::ProxiedName;
use crate::web::session;
use axum::http::{Extensions, HeaderMap, header};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use kalends_domain::access::{Caller, Principal};
use kalends_domain::accounts::User;
use kalends_domain::{Error, Kalends};

/// Some clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a request came with to say who sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    AppPassword {
        name: String,
        secret: String,
    },
    Token(String),
    Session(String),
    /// A trusted proxy says who it is.
    Proxied(ProxiedName),
}

impl Credential {
    /// What a trusted proxy says, which goes before everything; the app password or token, which other programs send; or else the
    /// session's cookie.
    pub fn of(headers: &HeaderMap, extensions: &Extensions) -> Option<Self> {
        let proxied = extensions.get::<ProxiedName>().cloned().map(Credential::Proxied);
        // Who says who they are in a way that is not known here is not somebody else.
        let session = || session::secret(headers).filter(|_| !headers.contains_key(header::AUTHORIZATION));
        proxied.or_else(|| authorization(headers)).or_else(|| session().map(Credential::Session))
    }

    /// # Errors
    /// `BadCredentials` for one that is none or not any more.
    pub async fn caller(&self, kalends: &Kalends) -> Result<Caller, Error> {
        match self {
            Credential::AppPassword { name, secret } => Ok(kalends.authenticate_client(name, secret).await?.1),
            Credential::Token(secret) => Ok(kalends.authenticate_token(secret).await?.1),
            Credential::Session(secret) => Ok(kalends.session_user(secret).await?.on_a_page()),
            Credential::Proxied(name) => Ok(name.user(kalends).await?.on_a_page()),
        }
    }

    /// Whether it still is one; a session is not used by that.
    ///
    /// # Errors
    /// `BadCredentials`
    pub async fn check(&self, kalends: &Kalends) -> Result<(), Error> {
        match self {
            Credential::Session(secret) => kalends.check_session(secret).await,
            Credential::AppPassword { .. } | Credential::Token(_) | Credential::Proxied(_) => {
                self.caller(kalends).await.map(drop)
            }
        }
    }
}

/// Who sends a request, and their account.
///
/// # Errors
/// `BadCredentials` without credentials or with wrong ones.
pub async fn authenticate_client(
    kalends: &Kalends,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<(Principal, Caller), Error> {
    // Seldom has the database to be asked: the room for that is not carried along with every request.
    match Credential::of(headers, extensions) {
        Some(Credential::AppPassword { name, secret }) => Box::pin(kalends.authenticate_client(&name, &secret)).await,
        Some(Credential::Token(secret)) => Box::pin(kalends.authenticate_token(&secret)).await,
        Some(Credential::Session(secret)) => Box::pin(kalends.session_user(&secret)).await.map(on_a_page),
        Some(Credential::Proxied(name)) => Box::pin(name.user(kalends)).await.map(on_a_page),
        None => Err(Error::BadCredentials),
    }
}

fn on_a_page(user: User) -> (Principal, Caller) {
    let caller = user.on_a_page();
    (user.principal, caller)
}

fn authorization(headers: &HeaderMap) -> Option<Credential> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let encoded = encoded.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Credential::Token(encoded.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64.decode(encoded).ok()?).ok()?;
    let (name, secret) = decoded.split_once(':')?;
    Some(Credential::AppPassword { name: name.to_owned(), secret: secret.to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(value: &str) -> Option<Credential> {
        authorization(&HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]))
    }

    fn basic(name: &str, secret: &str) -> Option<Credential> {
        Some(Credential::AppPassword { name: name.to_owned(), secret: secret.to_owned() })
    }

    #[test]
    fn basic_credentials_are_read() {
        assert_eq!(of("Basic YWRhOnMzY3JldDp4"), basic("ada", "s3cret:x"));
        assert_eq!(of("basic YWRhOsO8"), basic("ada", "ü"));
        assert_eq!(of("Basic YWRhOg=="), basic("ada", ""));
        assert_eq!(of("Digest YWRhOg=="), None);
        assert_eq!(of("Basic YW*hOg=="), None);
        assert_eq!(of("Basic"), None);
    }

    #[test]
    fn bearer_tokens_are_read() {
        assert_eq!(of("Bearer kalends_x"), Some(Credential::Token("kalends_x".into())));
        assert_eq!(of("bearer  kalends_x "), Some(Credential::Token("kalends_x".into())));
        assert_eq!(of("Bearer"), None);
    }
}
