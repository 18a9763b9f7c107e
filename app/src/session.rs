//! Who is signed in, as the server gives it to every page and server function through Leptos contexts.

use kalends_domain::accounts::User;
use std::net::IpAddr;

/// Name of the cookie that tells a browser in which somebody signed in before.
pub const DEVICE_COOKIE: &str = "kalends_device";

/// Name of the cookie that carries the session's secret.
pub const SESSION_COOKIE: &str = "kalends_session";

/// The person whose session came with the request.
#[derive(Clone, Debug)]
pub struct CurrentUser(pub Option<User>);

/// The secret of that session, for signing out.
#[derive(Clone, Debug)]
pub struct SessionSecret(pub Option<String>);

/// A provider with which people can sign in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProviderLink {
    /// Names it in addresses.
    pub id: String,
    /// What people call it.
    pub name: String,
    pub issuer: String,
}

/// How people can sign in here.
#[derive(Clone, Debug, Default)]
pub struct SignInWays {
    pub providers: Vec<ProviderLink>,
    /// With a password that is kept here.
    pub passwords: bool,
    /// Whom a trusted proxy names who has no account that can be used.
    pub unknown_to_proxy: Option<String>,
}

/// Where the request comes from; `None`: it is not known.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub Option<IpAddr>);

/// How people reach this installation.
#[derive(Clone, Debug)]
pub struct Site {
    /// Scheme and authority without a trailing slash, such as `https://cal.example.org`.
    pub public_url: String,
}

impl Site {
    /// Host and port as they stand in the address.
    pub fn authority(&self) -> &str {
        self.public_url.split_once("://").map_or(self.public_url.as_str(), |(_, authority)| authority)
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        let authority = self.authority();
        match authority.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    pub fn port(&self) -> u16 {
        let port = self.authority().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.unwrap_or(if self.secure() { 443 } else { 80 })
    }

    /// Whether cookies must be limited to https.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
