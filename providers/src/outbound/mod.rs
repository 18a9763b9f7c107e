//! The way out to other servers, over HTTP/1.1: with an end in time and size, past no redirect that was not asked for, and into no
//! private network unless the configuration names the host. Connections are kept for a moment, so that what asks a server often in a
//! short time connects once.

mod addresses;
mod body;
mod connect;
mod connector;
mod error;
mod fault;
mod redirects;
mod retry_after;
pub mod tls;

pub use addresses::Resolve;
pub use body::AnswerBody;
pub use connect::Dialer;
pub use error::{MAX_REDIRECTS, OutboundError};
pub use redirects::Redirects;
pub use retry_after::retry_after;

use connector::Connector;
use fault::fault;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// From the request to the end of its answer, unless a call says otherwise.
const MAX_TIME: Duration = Duration::from_secs(10);
/// Of an answer, in octets, unless a call says otherwise.
const MAX_ANSWER: u64 = 1024 * 1024;
/// Of the head of an answer, in octets, and of what is read at a time.
const MAX_HEAD: usize = 64 * 1024;
/// How long a connection waits for the next request. Servers close theirs after five seconds or more.
const MAX_IDLE_TIME: Duration = Duration::from_secs(4);
/// How many connections to one server wait.
const MAX_IDLE_CONNECTIONS: usize = 4;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    /// `Authorization`, which the origin of `url` gets and no other.
    pub authorization: Option<HeaderValue>,
    pub body: Bytes,
    pub redirects: Redirects,
    pub limits: CallLimits,
}

/// What a call may cost.
#[derive(Clone, Copy, Debug)]
pub struct CallLimits {
    /// From the request to the end of its answer, redirects included.
    pub time: Duration,
    /// Of the answer's body after decompression, in octets.
    pub answer: u64,
}

impl Default for CallLimits {
    fn default() -> Self {
        CallLimits { time: MAX_TIME, answer: MAX_ANSWER }
    }
}

impl Call {
    pub fn new(method: Method, url: Url) -> Self {
        Call {
            method,
            url,
            headers: HeaderMap::new(),
            authorization: None,
            body: Bytes::new(),
            redirects: Redirects::default(),
            limits: CallLimits::default(),
        }
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub fn body(self, body: impl Into<Bytes>) -> Self {
        Call { body: body.into(), ..self }
    }

    pub fn limits(self, limits: CallLimits) -> Self {
        Call { limits, ..self }
    }

    pub fn authorization(self, authorization: Option<HeaderValue>) -> Self {
        Call { authorization, ..self }
    }

    pub fn following_redirects(self) -> Self {
        Call { redirects: Redirects::Followed, ..self }
    }
}

/// An answer whose body is still to be read.
pub struct OpenAnswer {
    /// Where it came from at last.
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: AnswerBody,
}

/// An answer that is there.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Where it came from at last.
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What may be asked, with the connections that are open. Clones share these.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client<Connector, Full<Bytes>>,
    dialer: Dialer,
}

impl Outbound {
    /// `private_hosts`: those that may be in a private network, as addresses name them.
    pub fn new(private_hosts: impl IntoIterator<Item = String>) -> Self {
        Outbound::over(Dialer::new(private_hosts))
    }

    /// [`Outbound::new`], where names are looked up by `resolver`.
    pub fn with_resolver(private_hosts: impl IntoIterator<Item = String>, resolver: Arc<dyn Resolve>) -> Self {
        Outbound::over(Dialer::with_resolver(private_hosts, resolver))
    }

    fn over(dialer: Dialer) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(MAX_IDLE_TIME)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .http1_max_buf_size(MAX_HEAD)
            .build(Connector(dialer.clone()));
        Outbound { client, dialer }
    }

    /// What opens connections for other protocols, to the same places.
    pub fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// Asks, and reads the whole answer.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn call(&self, call: Call) -> Result<Answer, OutboundError> {
        let OpenAnswer { url, status, headers, body } = self.open(call).await?;
        Ok(Answer { url, status, headers, body: body.collect().await? })
    }

    /// Asks, and leaves the body of the answer to be read piece by piece.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn open(&self, mut call: Call) -> Result<OpenAnswer, OutboundError> {
        let deadline = Instant::now() + call.limits.time;
        for _ in 0..=MAX_REDIRECTS {
            let host = host_of(&call.url);
            let exchanged = timeout_at(deadline, self.client.request(request(&call)?)).await;
            let answer = exchanged.map_err(|_| OutboundError::TooSlow(host.clone()))?;
            let (mut parts, body) = answer.map_err(|error| fault(&host, &error))?.into_parts();
            let next = match call.redirects {
                Redirects::Answered => None,
                Redirects::Followed => redirects::next(&call.url, parts.status, &parts.headers)?,
            };
            let Some(next) = next else {
                let body = AnswerBody::new(host, &parts.headers, body, deadline, call.limits.answer)?;
                // What it says is not that any more.
                parts.headers.remove(header::CONTENT_ENCODING);
                parts.headers.remove(header::CONTENT_LENGTH);
                return Ok(OpenAnswer { url: call.url, status: parts.status, headers: parts.headers, body });
            };
            if next.origin() != call.url.origin() {
                call.authorization = None;
                for secret in [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE] {
                    call.headers.remove(secret);
                }
            }
            call.method = redirects::method(call.method, parts.status);
            if parts.status == StatusCode::SEE_OTHER {
                call.body = Bytes::new();
                call.headers.remove(header::CONTENT_TYPE);
            }
            call.url = next;
        }
        Err(OutboundError::TooManyRedirects(host_of(&call.url)))
    }

    /// Sends a request once, within the usual limits. A redirect is an answer like any other.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutboundError> {
        let (parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        let url = Url::parse(&address).map_err(|_| OutboundError::Address(address))?;
        let answer = self.call(Call { headers: parts.headers, ..Call::new(parts.method, url).body(body) }).await?;
        let mut response = Response::new(answer.body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn request(call: &Call) -> Result<Request<Full<Bytes>>, OutboundError> {
    let refused = || OutboundError::Address(call.url.to_string());
    if !matches!(call.url.scheme(), "http" | "https") || !call.url.has_host() {
        return Err(refused());
    }
    let mut url = call.url.clone();
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let mut request = Request::new(Full::new(call.body.clone()));
    *request.method_mut() = call.method.clone();
    *request.uri_mut() = url.as_str().parse().map_err(|_| refused())?;
    *request.headers_mut() = call.headers.clone();
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers
        .entry(header::USER_AGENT)
        .or_insert(HeaderValue::from_static(concat!("Kalends/", env!("CARGO_PKG_VERSION"))));
    if let Some(authorization) = &call.authorization {
        let mut authorization = authorization.clone();
        authorization.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, authorization);
    }
    Ok(request)
}

impl Default for Outbound {
    /// Without any private network.
    fn default() -> Self {
        Outbound::new(Vec::new())
    }
}

impl<'c> oauth2::AsyncHttpClient<'c> for Outbound {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: Request<Vec<u8>>) -> Self::Future {
        Box::pin(self.send(request))
    }
}
