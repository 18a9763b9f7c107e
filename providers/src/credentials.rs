//! As whom a remote service is asked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use kalends_domain::sync::provider::ProviderError;
use std::fmt;

/// What proves to a remote service who asks. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// RFC 7617
    Basic { user: String, password: String },
    /// RFC 6750
    Bearer(String),
}

impl Credentials {
    /// The value of `Authorization`.
    ///
    /// # Errors
    /// `Unauthenticated` for what cannot be written there: a name with a colon, a token of several lines.
    pub fn authorization(&self) -> Result<HeaderValue, ProviderError> {
        let value = match self {
            Credentials::Basic { user, .. } if user.contains(':') => {
                return Err(ProviderError::Unauthenticated("a name with a colon cannot be sent".into()));
            }
            Credentials::Basic { user, password } => {
                format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
            }
            Credentials::Bearer(token) => format!("Bearer {token}"),
        };
        let unwritable = |_| ProviderError::Unauthenticated("the token has characters that cannot be sent".into());
        let mut value = HeaderValue::from_str(&value).map_err(unwritable)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Basic { user, .. } => write!(f, "Basic({user:?}, …)"),
            Credentials::Bearer(_) => f.write_str("Bearer(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn secrets_are_sent_and_not_shown() {
        let basic = Credentials::Basic { user: "ada".into(), password: "pässword".into() };
        assert_eq!(basic.authorization().unwrap().to_str().unwrap(), "Basic YWRhOnDDpHNzd29yZA==");
        assert_eq!(format!("{basic:?}{:?}", basic.authorization().unwrap()), "Basic(\"ada\", …)Sensitive");
        let bearer = Credentials::Bearer("abc".into());
        assert_eq!(bearer.authorization().unwrap().to_str().unwrap(), "Bearer abc");
        assert!(!format!("{bearer:?}").contains("abc"));
        assert!(Credentials::Bearer("a\nb".into()).authorization().is_err());
        assert!(Credentials::Basic { user: "a:b".into(), password: String::new() }.authorization().is_err());
    }
}
