//! Whether the server runs and can serve: what supervisors ask, and the asking.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kalends_domain::Kalends;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

const READY: &str = "/healthz/ready";
/// From the opening of the connection to the end of the answer.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// Of an answer, in octets.
const MAX_ANSWER: usize = 4096;

/// `/healthz` and `/healthz/live`: the process answers. `/healthz/ready`: it can serve; else 503 with the reason.
pub fn router(kalends: Kalends) -> Router {
    Router::new()
        .route("/healthz", get(live))
        .route("/healthz/live", get(live))
        .route(READY, get(ready))
        .with_state(kalends)
}

async fn live() -> &'static str {
    "ok"
}

async fn ready(State(kalends): State<Kalends>) -> Response {
    let uncached = [(header::CACHE_CONTROL, "no-store")];
    match kalends.check_ready().await {
        Ok(()) => (uncached, "ok").into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, uncached, format!("{why}\n")).into_response(),
    }
}

/// Why a server is not known to be ready.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    #[error("with port 0 it is not known where the server listens")]
    NoPort,
    #[error("{0} did not answer within {seconds} s", seconds = MAX_WAIT.as_secs())]
    Silent(SocketAddr),
    #[error("{0} cannot be asked")]
    Unreachable(SocketAddr, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// With its reason.
    #[error("not ready: {0}")]
    NotReady(String),
}

/// Asks the server that listens at `listen` whether it is ready.
///
/// # Errors
/// Why it is not, or not known to be.
pub async fn ask(listen: SocketAddr) -> Result<(), HealthError> {
    if listen.port() == 0 {
        return Err(HealthError::NoPort);
    }
    let address = reachable(listen);
    match timeout(MAX_WAIT, exchange(address)).await {
        Err(_) => Err(HealthError::Silent(address)),
        Ok(Err(error)) => Err(HealthError::Unreachable(address, error)),
        Ok(Ok((StatusCode::OK, _))) => Ok(()),
        Ok(Ok((status, text))) => Err(HealthError::NotReady(format!("{status}: {}", text.trim_end()))),
    }
}

/// A server that listens on every address does so on that of the machine itself.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn exchange(address: SocketAddr) -> Result<(StatusCode, String), Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get(READY)
        .header(header::HOST, address.to_string())
        .header(header::CONNECTION, "close")
        .body(Body::empty())?;
    let (parts, body) = sender.send_request(request).await?.into_parts();
    let body = to_bytes(Body::new(body), MAX_ANSWER).await?;
    connection.abort();
    Ok((parts.status, String::from_utf8_lossy(&body).into_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_server_on_every_address_is_asked_on_that_of_the_machine() {
        for (listen, asked) in [
            ("0.0.0.0:3000", "127.0.0.1:3000"),
            ("[::]:3000", "[::1]:3000"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("[2001:db8::7]:80", "[2001:db8::7]:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
