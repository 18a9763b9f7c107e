//! Whether the server runs and can serve: what supervisors ask, and the asking.

use crate::http_client::{Answer, Failure, get_over};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kalends_domain::Kalends;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

pub const LIVE: &str = "/healthz/live";
const READY: &str = "/healthz/ready";
pub const INSTALLATION: &str = "/healthz/installation";
/// From the opening of the connection to the end of the answer.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// `/healthz` and `/healthz/live`: the process answers. `/healthz/ready`: it can serve; else 503 with the reason.
/// `/healthz/installation`: what tells its data from those of others.
pub fn router(kalends: Kalends) -> Router {
    Router::new()
        .route("/healthz", get(live))
        .route(LIVE, get(live))
        .route(READY, get(ready))
        .route(INSTALLATION, get(installation))
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

async fn installation(State(kalends): State<Kalends>) -> Response {
    let uncached = [(header::CACHE_CONTROL, "no-store")];
    match kalends.installation().await {
        Ok(Some(installation)) => (uncached, installation).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, uncached, "there is no account yet\n").into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, uncached, format!("{error}\n")).into_response(),
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
    Unreachable(SocketAddr, #[source] Failure),
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
        Ok(Ok(Answer { status: StatusCode::OK, .. })) => Ok(()),
        Ok(Ok(Answer { status, text })) => Err(HealthError::NotReady(format!("{status}: {}", text.trim_end()))),
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

async fn exchange(address: SocketAddr) -> Result<Answer, Failure> {
    get_over(TcpStream::connect(address).await?, &address.to_string(), READY).await
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
