//! Credentials as HTTP has them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use kalends_domain::sync::provider::ProviderError;

pub use kalends_domain::sync::credentials::Credentials;

/// The value of `Authorization`.
///
/// # Errors
/// `Unauthenticated` for what cannot be written there: a name with a colon, a token of several lines.
pub fn authorization(credentials: &Credentials) -> Result<HeaderValue, ProviderError> {
    let value = match credentials {
        Credentials::Basic { user, .. } if user.contains(':') => {
            return Err(ProviderError::Unauthenticated("a name with a colon cannot be sent".into()));
        }
        Credentials::Address { .. } => {
            return Err(ProviderError::Unauthenticated("an address proves nothing to this service".into()));
        }
        Credentials::Basic { user, password } => {
            format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
        }
        Credentials::Bearer { token } | Credentials::OAuth { access_token: token, .. } => format!("Bearer {token}"),
    };
    let unwritable = |_| ProviderError::Unauthenticated("the token has characters that cannot be sent".into());
    let mut value = HeaderValue::from_str(&value).map_err(unwritable)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn secrets_are_sent_and_not_shown() {
        let basic = Credentials::Basic { user: "ada".into(), password: "pässword".into() };
        let value = authorization(&basic).unwrap();
        assert_eq!(value.to_str().unwrap(), "Basic YWRhOnDDpHNzd29yZA==");
        assert_eq!(format!("{value:?}"), "Sensitive");
        assert_eq!(authorization(&Credentials::bearer("abc")).unwrap().to_str().unwrap(), "Bearer abc");
        assert!(authorization(&Credentials::bearer("a\nb")).is_err());
        assert!(authorization(&Credentials::Basic { user: "a:b".into(), password: String::new() }).is_err());
    }
}
