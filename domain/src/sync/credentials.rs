//! As whom a remote service is asked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What proves to a remote service who asks. It is shown nowhere, and is written only to be sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Credentials {
    /// RFC 7617
    Basic { user: String, password: String },
    /// RFC 6750
    Bearer { token: String },
    /// RFC 6749: an access token that ends, and what another one is had for.
    OAuth {
        access_token: String,
        refresh_token: Option<String>,
        /// `None`: the service does not say.
        expires_at: Option<DateTime<Utc>>,
    },
    /// An address that whoever has it may read: of a feed, with the name and the password in it where it needs them.
    Address { address: String },
}

impl Credentials {
    pub fn bearer(token: impl Into<String>) -> Self {
        Credentials::Bearer { token: token.into() }
    }

    /// What a form says: a token, or a name with a password; `None` where both are said.
    pub fn of_form(user: &str, password: String, token: &str) -> Option<Self> {
        let (user, token) = (user.trim(), token.trim());
        match (token.is_empty(), user.is_empty() && password.is_empty()) {
            (true, _) => Some(Credentials::Basic { user: user.to_owned(), password }),
            (false, true) => Some(Credentials::bearer(token)),
            (false, false) => None,
        }
    }

    /// The name that the service knows the person by, where it is asked with one.
    pub fn user(&self) -> Option<&str> {
        match self {
            Credentials::Basic { user, .. } => Some(user),
            Credentials::Bearer { .. } | Credentials::OAuth { .. } | Credentials::Address { .. } => None,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Basic { user, .. } => write!(f, "Basic({user:?}, …)"),
            Credentials::Bearer { .. } => f.write_str("Bearer(…)"),
            Credentials::Address { .. } => f.write_str("Address(…)"),
            Credentials::OAuth { expires_at, .. } => write!(f, "OAuth(…, {expires_at:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_a_password_or_a_token() {
        let of = |user: &str, password: &str, token: &str| Credentials::of_form(user, password.into(), token);
        let (user, password) = ("ada".to_owned(), " x ".to_owned());
        assert_eq!(of(" ada ", " x ", " "), Some(Credentials::Basic { user, password }));
        assert_eq!(of("", "", " abc\n"), Some(Credentials::bearer("abc")));
        assert_eq!((of("ada", "", "abc"), of("", "x", "abc")), (None, None));
    }

    #[test]
    fn secrets_are_not_shown() {
        let basic = Credentials::Basic { user: "ada".into(), password: "pässword".into() };
        assert_eq!(format!("{basic:?}"), "Basic(\"ada\", …)");
        assert_eq!(format!("{:?}", Credentials::bearer("abc")), "Bearer(…)");
        let (access_token, refresh_token) = ("abc".into(), Some("def".into()));
        let tokens = Credentials::OAuth { access_token, refresh_token, expires_at: None };
        assert_eq!(format!("{tokens:?}"), "OAuth(…, None)");
    }
}
