//! Connections to servers elsewhere, for every protocol: to addresses that may be connected to alone.

use super::addresses::{Reach, Resolve};
use super::error::OutboundError;
use super::tls;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

/// Until one of the addresses of a host is reached.
const MAX_CONNECT_TIME: Duration = Duration::from_secs(4);
/// Until both sides have agreed on how to encrypt.
const MAX_HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Opens connections where they may lead. Cheap to clone.
#[derive(Clone)]
pub struct Dialer(Reach);

impl Dialer {
    /// `private_hosts`: those that may be in a private network, as addresses name them.
    pub fn new(private_hosts: impl IntoIterator<Item = String>) -> Self {
        Dialer(Reach::new(private_hosts))
    }

    /// [`Dialer::new`], where names are looked up by `resolver`.
    pub fn with_resolver(private_hosts: impl IntoIterator<Item = String>, resolver: Arc<dyn Resolve>) -> Self {
        Dialer(Reach::new(private_hosts).with_resolver(resolver))
    }

    /// A connection without encryption. `host` is a name or an address, without brackets. A name is looked up once: what is connected to
    /// is what was looked at.
    ///
    /// # Errors
    /// `Private`, `Unreachable`, `TooSlow`
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, OutboundError> {
        let addresses = self.0.addresses(host, port).await?;
        let connected = timeout(MAX_CONNECT_TIME, TcpStream::connect(&addresses[..])).await;
        let stream = connected.map_err(|_| OutboundError::TooSlow(host.to_owned()))?;
        let stream = stream.map_err(|error| OutboundError::Unreachable(host.to_owned(), error.to_string()))?;
        // What is sent is whole requests.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    /// Encrypts a connection to `host`, which has to prove that it is that one.
    ///
    /// # Errors
    /// `Untrusted`, `Unreachable`, `TooSlow`
    pub async fn encrypt(&self, host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, OutboundError> {
        let untrusted = |why: String| OutboundError::Untrusted(host.to_owned(), why);
        let name = ServerName::try_from(host.to_owned()).map_err(|error| untrusted(error.to_string()))?;
        let connector = tls::connector().map_err(|error| untrusted(error.to_string()))?;
        let secured = timeout(MAX_HANDSHAKE_TIME, connector.connect(name, stream)).await;
        let secured = secured.map_err(|_| OutboundError::TooSlow(host.to_owned()))?;
        secured.map_err(|error| match error.kind() {
            // What rustls has to say of the other side.
            io::ErrorKind::InvalidData => untrusted(error.to_string()),
            _ => OutboundError::Unreachable(host.to_owned(), error.to_string()),
        })
    }
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dialer(…)")
    }
}
