//! The way out to other servers, over HTTP/1.1: with an end in time and size, past no redirect, and into no private network unless the
//! configuration names the host.

use crate::http_client::connector;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, Response, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use openidconnect::AsyncHttpClient;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;

/// From the request to the end of its answer.
const MAX_TIME: Duration = Duration::from_secs(10);
/// Until one of the addresses of a host is reached.
const MAX_CONNECT_TIME: Duration = Duration::from_secs(4);
/// Of an answer, in octets.
const MAX_ANSWER: usize = 1024 * 1024;

/// Networks that are not of the public Internet, or that lead into one (RFC 6890).
static PRIVATE: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/127",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    ];
    networks.iter().filter_map(|network| network.parse().ok()).collect()
});

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("{0} is no address of http or https")]
    Address(String),
    #[error("{0} is in a private network, and the configuration does not name it")]
    Private(String),
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, std::io::Error),
    #[error("{0} did not answer in time")]
    TooSlow(String),
    #[error("the answer of {0} is too long or broke off")]
    Answer(String),
    #[error("{0}: {1}")]
    Http(String, Box<dyn std::error::Error + Send + Sync>),
}

/// What may be asked.
#[derive(Clone, Debug, Default)]
pub struct Outbound {
    /// Hosts that may be in a private network.
    private_hosts: Vec<String>,
}

fn is_private(address: IpAddr) -> bool {
    PRIVATE.iter().any(|network| network.contains(&address.to_canonical()))
}

impl Outbound {
    /// `private_hosts`: those that may be in a private network, as addresses name them.
    pub fn new(private_hosts: impl IntoIterator<Item = String>) -> Self {
        Outbound { private_hosts: private_hosts.into_iter().map(|host| host.to_lowercase()).collect() }
    }

    /// Sends a request once. A redirect is an answer like any other.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutboundError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let sent = timeout(MAX_TIME, self.exchange(request)).await;
        sent.unwrap_or(Err(OutboundError::TooSlow(host)))
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutboundError> {
        let url = request.uri().clone();
        let (Some(host), Some(scheme)) = (url.host(), url.scheme_str()) else {
            return Err(OutboundError::Address(url.to_string()));
        };
        let port = match (url.port_u16(), scheme) {
            (Some(port), "http" | "https") => port,
            (None, "https") => 443,
            (None, "http") => 80,
            _ => return Err(OutboundError::Address(url.to_string())),
        };
        let bare = host.trim_matches(['[', ']']);
        let stream = self.connect(bare, port).await?;
        if scheme == "http" {
            return exchange_over(stream, request, &url, host).await;
        }
        let failed = |error| OutboundError::Http(host.to_owned(), error);
        let name = ServerName::try_from(bare.to_owned()).map_err(|error| failed(error.into()))?;
        let stream = connector().map_err(failed)?.connect(name, stream).await;
        let stream = stream.map_err(|error| OutboundError::Unreachable(host.to_owned(), error))?;
        exchange_over(stream, request, &url, host).await
    }

    /// What is connected to is what was looked at: a name is looked up once.
    async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, OutboundError> {
        let unreachable = |error| OutboundError::Unreachable(host.to_owned(), error);
        let found: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(unreachable)?.collect();
        let may_be_private = self.private_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
        let allowed: Vec<SocketAddr> =
            found.into_iter().filter(|address| may_be_private || !is_private(address.ip())).collect();
        if allowed.is_empty() {
            return Err(OutboundError::Private(host.to_owned()));
        }
        match timeout(MAX_CONNECT_TIME, TcpStream::connect(&allowed[..])).await {
            Ok(connected) => connected.map_err(unreachable),
            Err(_) => Err(OutboundError::TooSlow(host.to_owned())),
        }
    }
}

async fn exchange_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Vec<u8>>,
    url: &Uri,
    host: &str,
) -> Result<Response<Vec<u8>>, OutboundError> {
    let failed = |error: hyper::Error| OutboundError::Http(host.to_owned(), error.into());
    let (mut parts, body) = request.into_parts();
    let authority = url.authority().map_or(host, |authority| authority.as_str());
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    if let (Ok(path), Ok(authority)) = (path.parse(), HeaderValue::from_str(authority)) {
        parts.uri = path;
        parts.headers.insert(header::HOST, authority);
    }
    parts.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let connection = AbortOnDrop(tokio::spawn(connection));
    let answer = sender.send_request(Request::from_parts(parts, Body::from(body))).await.map_err(failed)?;
    let (parts, body) = answer.into_parts();
    let body = to_bytes(Body::new(body), MAX_ANSWER).await;
    drop(connection);
    let body = body.map_err(|_| OutboundError::Answer(host.to_owned()))?;
    Ok(Response::from_parts(parts, body.to_vec()))
}

/// A connection ends with whoever waits for its answer.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<'c> AsyncHttpClient<'c> for Outbound {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: Request<Vec<u8>>) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::connections::{self, ConnectionLimits};

    #[test]
    fn private_networks_are_known() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "172.31.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "255.255.255.255",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "198.20.0.1"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }

    #[tokio::test]
    async fn a_private_network_is_left_alone_unless_its_host_is_named() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let request = || Request::get(&url).body(Vec::new()).unwrap();
        assert!(matches!(Outbound::default().send(request()).await, Err(OutboundError::Private(_))));
        let named = Outbound::new(["127.0.0.1".to_owned()]);
        drop(listener);
        assert!(matches!(named.send(request()).await, Err(OutboundError::Unreachable(..))));
        let other = Request::get("ftp://127.0.0.1/").body(Vec::new()).unwrap();
        assert!(matches!(named.send(other).await, Err(OutboundError::Address(_))));
    }

    #[tokio::test]
    async fn redirects_are_not_followed_and_long_answers_are_refused() {
        let app = axum::Router::new()
            .route("/go", axum::routing::get(|| async { axum::response::Redirect::to("/long") }))
            .route("/long", axum::routing::get(|| async { "x".repeat(MAX_ANSWER + 1) }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(connections::serve(listener, app, ConnectionLimits::default(), std::future::pending()));
        let outbound = Outbound::new(["127.0.0.1".to_owned()]);
        let request = |path: &str| Request::get(format!("http://{address}{path}")).body(Vec::new()).unwrap();
        assert_eq!(outbound.send(request("/go")).await.unwrap().status(), 303);
        assert!(matches!(outbound.send(request("/long")).await, Err(OutboundError::Answer(_))));
    }
}
