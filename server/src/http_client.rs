//! Asking a server once, over HTTP/1.1: for whoever runs Kalends and asks what is theirs, not for addresses that people give.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kalends_providers::outbound::tls::connector;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::ServerName;

/// Of an answer that is short, in octets.
const MAX_ANSWER: usize = 4096;
/// Of another, in octets.
const MAX_LONG_ANSWER: usize = 64 * 1024 * 1024;

/// Why there is no answer.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: StatusCode,
    pub text: String,
}

/// Asks for `path` over a connection that is open; `host` is what the server is called in the request.
///
/// # Errors
/// Why there is no answer, or none that is as short as what is asked for is.
pub async fn get_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    host: &str,
    path: &str,
) -> Result<Answer, Failure> {
    let request = Request::get(path).body(Body::empty())?;
    send_over(stream, host, request, MAX_ANSWER).await
}

/// Sends a request whose address is a path.
async fn send_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    host: &str,
    mut request: Request<Body>,
    most: usize,
) -> Result<Answer, Failure> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    request.headers_mut().insert(header::HOST, HeaderValue::from_str(host)?);
    request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    let (parts, body) = sender.send_request(request).await?.into_parts();
    let body = to_bytes(Body::new(body), most).await?;
    connection.abort();
    Ok(Answer { status: parts.status, text: String::from_utf8_lossy(&body).into_owned() })
}

/// Asks for `path` at the origin of `url`, of the scheme `http` or `https`; a certificate must be one that this machine trusts.
///
/// # Errors
/// Why there is no answer.
pub async fn get(url: &Uri, path: &str) -> Result<Answer, Failure> {
    let request = Request::get(path).body(Body::empty())?;
    send_to(url, request, MAX_ANSWER).await
}

/// Sends a request whose address is a path to the origin of `url`, as [`get`] does.
///
/// # Errors
/// Why there is no answer.
pub async fn send(url: &Uri, request: Request<Body>) -> Result<Answer, Failure> {
    send_to(url, request, MAX_LONG_ANSWER).await
}

async fn send_to(url: &Uri, request: Request<Body>, most: usize) -> Result<Answer, Failure> {
    let host = url.host().ok_or("the address has no host")?.trim_matches(['[', ']']);
    let authority = url.authority().map_or(host, |authority| authority.as_str());
    let is_secure = match url.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err("the address begins neither with https:// nor with http://".into()),
    };
    let port = url.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let stream = TcpStream::connect((host, port)).await?;
    if !is_secure {
        return send_over(stream, authority, request, most).await;
    }
    let name = ServerName::try_from(host.to_owned())?;
    send_over(connector()?.connect(name, stream).await?, authority, request, most).await
}
