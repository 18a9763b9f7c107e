//! Where a request comes from: the other end of the connection, or what a proxy that is trusted says.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use kalends_app::session::ClientAddress;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the connection that a request came on.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The networks whose word about where a request comes from is taken. As text: addresses and networks with commas between them,
/// `127.0.0.1,10.0.0.0/8`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = |part: &str| {
            let read = part.parse::<IpAddr>().map(IpNet::from).or_else(|_| part.parse());
            read.map_err(|_| format!("{part:?} is neither an address nor a network such as 10.0.0.0/8"))
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Ok(TrustedProxies(parts.map(network).collect::<Result<_, _>>()?))
    }
}

impl TrustedProxies {
    /// Whether it is one of their addresses.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The last address on the way here that is no trusted proxy's: what stands before it anybody may have written.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let said = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut client = peer.to_canonical();
        for hop in hops.into_iter().rev() {
            if !self.contains(client) {
                break;
            }
            match address(hop) {
                Some(before) => client = before,
                None => break,
            }
        }
        client
    }
}

/// An address as proxies write it: some with the port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(hop, |(address, _)| address);
    let with_port = || hop.parse::<std::net::SocketAddr>().map(|address| address.ip());
    bare.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|address| address.to_canonical())
}

/// Leaves [`ClientAddress`] in the extensions of a request.
pub async fn find(State(trusted): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let client = peer.map(|Peer(peer)| trusted.client(peer, request.headers()));
    request.extensions_mut().insert(ClientAddress(client));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn client(trusted: &str, peer: &str, said: &[&str]) -> String {
        let headers = said.iter().map(|value| (FORWARDED_FOR, value.parse().unwrap())).collect();
        trusted.parse::<TrustedProxies>().unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_what_trusted_proxies_say_counts() {
        for (trusted, peer, said, expected) in [
            ("", "127.0.0.1", &["192.0.2.1"][..], "127.0.0.1"),
            ("127.0.0.1", "127.0.0.1", &["192.0.2.1"], "192.0.2.1"),
            ("127.0.0.1", "198.51.100.1", &["192.0.2.1"], "198.51.100.1"),
            // The client wrote the first, a proxy that is not trusted the second.
            ("10.0.0.0/8", "10.1.1.1", &["203.0.113.9, 192.0.2.1, 10.2.2.2"], "192.0.2.1"),
            ("10.0.0.0/8", "10.1.1.1", &["203.0.113.9", "192.0.2.1"], "192.0.2.1"),
            ("10.0.0.0/8", "10.1.1.1", &["unknown, 10.2.2.2"], "10.2.2.2"),
            ("10.0.0.0/8", "10.1.1.1", &[], "10.1.1.1"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", &["192.0.2.1:8080"], "192.0.2.1"),
            ("fd00::/8, ::1", "::1", &["[2001:db8::1]:443"], "2001:db8::1"),
        ] {
            assert_eq!(client(trusted, peer, said), expected, "{trusted} {peer} {said:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_named() {
        for wrong in ["proxy.example.org", "10.0.0.0/33", "10.0.0.1,nonsense"] {
            assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
        }
    }
}
