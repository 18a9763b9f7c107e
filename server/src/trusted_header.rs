//! Who asks, by the word of the proxy before the server: a header that counts when a trusted proxy sends it, and is taken away otherwise.

use crate::client_address::{Peer, TrustedProxies};
use axum::extract::{Request, State};
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::Response;
use kalends_domain::accounts::User;
use kalends_domain::{Error, Kalends};

/// What the configuration says of the header.
#[derive(Clone, Debug, Default)]
pub struct TrustedHeader {
    /// `None`: there is none.
    pub name: Option<HeaderName>,
    /// Whether whoever has no account gets one.
    pub creates: bool,
    /// Where people go who sign out, to end what the proxy remembers of them.
    pub sign_out: Option<Uri>,
}

/// Whom a trusted proxy says that a request is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxiedName {
    pub name: String,
    pub creates: bool,
}

impl ProxiedName {
    /// # Errors
    /// `BadCredentials` for somebody who has no account, or none that can be used.
    pub async fn user(&self, kalends: &Kalends) -> Result<User, Error> {
        kalends.proxied_user(&self.name, self.creates).await
    }
}

/// What stands between the requests and everything else.
#[derive(Clone)]
pub struct Reader {
    pub header: TrustedHeader,
    pub proxies: TrustedProxies,
}

impl Reader {
    /// The name in the header, which is not there afterwards.
    fn take(&self, peer: Option<Peer>, headers: &mut HeaderMap) -> Option<ProxiedName> {
        let header = self.header.name.as_ref()?;
        // Of two values somebody else may have written one.
        let is_single = headers.get_all(header).iter().count() == 1;
        let value = headers.remove(header)?;
        let is_trusted = peer.is_some_and(|Peer(peer)| self.proxies.contains(peer.to_canonical()));
        let name = value.to_str().ok()?.trim();
        let counts = is_trusted && is_single && !name.is_empty();
        counts.then(|| ProxiedName { name: name.to_owned(), creates: self.header.creates })
    }
}

/// Leaves [`ProxiedName`] in the extensions of a request that a trusted proxy says something of.
pub async fn find(State(reader): State<Reader>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    if let Some(name) = reader.take(peer, request.headers_mut()) {
        request.extensions_mut().insert(name);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_a_trusted_proxy_says_once_counts_and_nothing_is_left() {
        let name = HeaderName::from_static("x-forwarded-user");
        let reader = |name: Option<HeaderName>| Reader {
            header: TrustedHeader { name, creates: false, sign_out: None },
            proxies: "10.0.0.0/8".parse().unwrap(),
        };
        for (peer, values, found) in [
            ("10.1.1.1", &["ada"][..], Some("ada")),
            ("::ffff:10.1.1.1", &["ada"], Some("ada")),
            ("127.0.0.1", &["ada"], None),
            ("10.1.1.1", &["ada", "ben"], None),
            ("10.1.1.1", &[" "], None),
            ("10.1.1.1", &[], None),
        ] {
            let headers =
                || -> HeaderMap { values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect() };
            let (mut seen, peer) = (headers(), Some(Peer(peer.parse().unwrap())));
            let said = reader(Some(name.clone())).take(peer, &mut seen);
            assert_eq!(said.map(|said| said.name).as_deref(), found, "{peer:?} {values:?}");
            assert!(seen.is_empty());
            assert_eq!(reader(None).take(peer, &mut headers()), None);
        }
    }
}
