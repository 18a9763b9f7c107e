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
    /// Whether cookies must be limited to https.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
