//! Which server, how it is reached, and who asks.

use percent_encoding::percent_decode_str;
use std::fmt;
use std::str::FromStr;
use url::Url;

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// Not at all.
    None,
    /// By STARTTLS (RFC 3207), before anything is said.
    StartTls,
    /// From its beginning (RFC 8314).
    Tls,
}

/// By what a server believes who asks.
#[derive(Clone, PartialEq, Eq)]
pub enum SmtpCredentials {
    Password {
        user: String,
        password: String,
    },
    /// A token of OAuth: as Google and Microsoft take it (XOAUTH2), or where a server has that alone, by RFC 7628 (OAUTHBEARER).
    OAuth {
        user: String,
        token: String,
    },
}

impl fmt::Debug for SmtpCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpCredentials(…)")
    }
}

/// A server of mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpSettings {
    /// A name or an address, without brackets.
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    pub credentials: Option<SmtpCredentials>,
}

impl FromStr for SmtpSettings {
    type Err = String;

    /// Reads `smtp://`, `smtps://` and `smtp+starttls://`, with `USER:PASSWORD@` and a port where they are wanted.
    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "write it as smtp+starttls://USER:PASSWORD@HOST:PORT, smtps://… or smtp://…".to_owned();
        let url = Url::parse(text).map_err(|_| form())?;
        let (security, default_port) = match url.scheme() {
            "smtp" => (SmtpSecurity::None, 25),
            "smtp+starttls" => (SmtpSecurity::StartTls, 587),
            "smtps" => (SmtpSecurity::Tls, 465),
            _ => return Err(form()),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(form());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(form)?;
        let read =
            |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| form());
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => {
                Some(SmtpCredentials::Password { user: read(user)?, password: read(password)? })
            }
            _ => return Err("it has a user without a password, or a password without a user".to_owned()),
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(SmtpSettings { host, port: url.port().unwrap_or(default_port), security, credentials })
    }
}

impl fmt::Display for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.security {
            SmtpSecurity::None => "smtp",
            SmtpSecurity::StartTls => "smtp+starttls",
            SmtpSecurity::Tls => "smtps",
        };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        write!(f, "{scheme}://{host}:{}", self.port)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_of_servers_are_read_and_shown_without_the_password() {
        for (text, shown) in [
            ("smtp://localhost", "smtp://localhost:25"),
            ("smtp+starttls://ada%40example.org:a%3Ab@mail.example.org", "smtp+starttls://mail.example.org:587"),
            ("smtps://u:p@[::1]:1465/", "smtps://[::1]:1465"),
        ] {
            let read: SmtpSettings = text.parse().unwrap();
            assert_eq!(read.to_string(), shown);
            assert!(!format!("{read:?}").contains("a:b"));
        }
        let read: SmtpSettings = "smtp+starttls://ada%40example.org:a%3Ab@mail.example.org".parse().unwrap();
        let expected = SmtpCredentials::Password { user: "ada@example.org".into(), password: "a:b".into() };
        assert_eq!(read.credentials, Some(expected));
        for wrong in [
            "",
            "mail.example.org",
            "http://mail.example.org",
            "smtp://",
            "smtp://u@h",
            "smtp://:p@h",
            "smtp://h/x",
            "smtp://h?x",
        ] {
            assert!(wrong.parse::<SmtpSettings>().is_err(), "{wrong}");
        }
    }
}
