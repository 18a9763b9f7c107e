//! Opens connections: to addresses that may be connected to alone, and over TLS where the address says https.

use super::addresses::Reach;
use super::error::OutboundError;
use super::tls;
use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;

/// Until one of the addresses of a host is reached.
const MAX_CONNECT_TIME: Duration = Duration::from_secs(4);
/// Until both sides have agreed on how to encrypt.
const MAX_HANDSHAKE_TIME: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(super) struct Connector(pub Reach);

impl Connector {
    async fn connect(self, url: Uri) -> Result<TokioIo<Stream>, OutboundError> {
        let (Some(host), Some(scheme)) = (url.host(), url.scheme_str()) else {
            return Err(OutboundError::Address(url.to_string()));
        };
        let port = match (url.port_u16(), scheme) {
            (Some(port), "http" | "https") => port,
            (None, "https") => 443,
            (None, "http") => 80,
            _ => return Err(OutboundError::Address(url.to_string())),
        };
        let host = host.trim_matches(['[', ']']);
        let addresses = self.0.addresses(host, port).await?;
        let connected = timeout(MAX_CONNECT_TIME, TcpStream::connect(&addresses[..])).await;
        let stream = connected.map_err(|_| OutboundError::TooSlow(host.to_owned()))?;
        let stream = stream.map_err(|error| OutboundError::Unreachable(host.to_owned(), error.to_string()))?;
        // What is sent is whole requests.
        let _ = stream.set_nodelay(true);
        if scheme == "http" {
            return Ok(TokioIo::new(Stream(Box::new(stream))));
        }
        let untrusted = |why: String| OutboundError::Untrusted(host.to_owned(), why);
        let name = ServerName::try_from(host.to_owned()).map_err(|error| untrusted(error.to_string()))?;
        let connector = tls::connector().map_err(|error| untrusted(error.to_string()))?;
        let secured = timeout(MAX_HANDSHAKE_TIME, connector.connect(name, stream)).await;
        let secured = secured.map_err(|_| OutboundError::TooSlow(host.to_owned()))?;
        let secured = secured.map_err(|error| match error.kind() {
            // What rustls has to say of the other side.
            io::ErrorKind::InvalidData => untrusted(error.to_string()),
            _ => OutboundError::Unreachable(host.to_owned(), error.to_string()),
        })?;
        Ok(TokioIo::new(Stream(Box::new(secured))))
    }
}

impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, OutboundError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OutboundError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        Box::pin(self.clone().connect(url))
    }
}

trait Octets: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Octets for T {}

/// A connection, with TLS or without.
pub(super) struct Stream(Box<dyn Octets>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, to)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }
}
