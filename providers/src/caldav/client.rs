//! Asks a WebDAV server as somebody, and sends the credentials nowhere else.

use super::multistatus::{self, Response};
use crate::credentials::{Credentials, authorization};
use crate::failure;
use crate::oauth::Session;
use crate::outbound::{Answer, Call, CallLimits, Outbound, OutboundError};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Method};
use kalends_domain::sync::provider::ProviderError;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::{Origin, Url};

const XML: HeaderValue = HeaderValue::from_static("application/xml; charset=utf-8");
const DEPTH: HeaderName = HeaderName::from_static("depth");
const MIB: u64 = 1024 * 1024;

/// For what is about one resource.
pub(super) const SMALL: CallLimits = CallLimits { time: Duration::from_secs(30), answer: 4 * MIB };
/// For some texts at once, or one that is large.
pub(super) const BATCH: CallLimits = CallLimits { time: Duration::from_secs(90), answer: 16 * MIB };
/// For what names all that a calendar has.
pub(super) const LISTING: CallLimits = CallLimits { time: Duration::from_secs(180), answer: 64 * MIB };

/// Where the credentials of an account may be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// Servers that a person named, or agreed to: any address of the same origin.
    pub origins: Vec<Url>,
    /// Domains that are one service: every host in them, over https.
    pub domains: Vec<String>,
}

impl Trust {
    /// Whether what is at `url` may learn who asks.
    pub fn includes(&self, url: &Url) -> bool {
        let is_same = |trusted: &Url| trusted.origin() == url.origin() || is_secured(trusted, url);
        let host = url.host_str().unwrap_or_default();
        let is_in = |domain: &String| {
            host.strip_suffix(domain.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        self.origins.iter().any(is_same) || (url.scheme() == "https" && self.domains.iter().any(is_in))
    }
}

/// Whether `url` is `trusted`, at the usual ports, with TLS where there was none.
fn is_secured(trusted: &Url, url: &Url) -> bool {
    let mut secured = trusted.clone();
    // Only a port that is not written is the usual one.
    secured.port().is_none() && secured.set_scheme("https").is_ok() && secured.origin() == url.origin()
}

pub(super) struct Client {
    outbound: Outbound,
    trust: Trust,
    proof: Proof,
}

/// What proves who asks.
enum Proof {
    Lasting(HeaderValue),
    /// Tokens that end, and are exchanged then.
    Session(Box<Session>),
}

/// A request to a WebDAV server.
pub(super) struct Ask {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Vec<u8>,
    pub limits: CallLimits,
}

impl Ask {
    pub fn new(method: Method, url: Url, limits: CallLimits) -> Self {
        Ask { method, url, headers: Vec::new(), body: Vec::new(), limits }
    }

    /// PROPFIND and REPORT: `depth` is 0 or 1.
    pub fn about(method: &'static [u8], url: Url, depth: &'static str, body: Vec<u8>, limits: CallLimits) -> Self {
        // Both names are tokens.
        let method = Method::from_bytes(method).unwrap_or(Method::OPTIONS);
        let headers = vec![(CONTENT_TYPE, XML), (DEPTH, HeaderValue::from_static(depth))];
        Ask { headers, body, ..Ask::new(method, url, limits) }
    }

    pub fn propfind(url: Url, depth: &'static str, body: Vec<u8>, limits: CallLimits) -> Self {
        Ask::about(b"PROPFIND", url, depth, body, limits)
    }

    pub fn report(url: Url, depth: &'static str, body: Vec<u8>, limits: CallLimits) -> Self {
        Ask::about(b"REPORT", url, depth, body, limits)
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Client {
    /// # Errors
    /// `Unauthenticated` for credentials that cannot be sent.
    pub fn new(outbound: Outbound, trust: Trust, credentials: &Credentials) -> Result<Self, ProviderError> {
        Ok(Client { outbound, trust, proof: Proof::Lasting(authorization(credentials)?) })
    }

    pub fn with_session(outbound: Outbound, trust: Trust, session: Session) -> Self {
        Client { outbound, trust, proof: Proof::Session(Box::new(session)) }
    }

    /// Asks, whatever the status of the answer is.
    ///
    /// # Errors
    /// Why there is no answer, or none that is taken.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, ProviderError> {
        self.try_ask(ask).await?.map_err(ProviderError::from)
    }

    /// [`Client::ask`], where what is too long is told from other failures.
    pub async fn try_ask(&self, ask: Ask) -> Result<Result<Answer, OutboundError>, ProviderError> {
        let answer = self.ask_wherever(ask).await?;
        if let Ok(answer) = &answer
            && answer.status.as_u16() == 401
        {
            self.check(&answer.url)?;
        }
        Ok(answer)
    }

    /// [`Client::try_ask`], where the answer may be that of a host that was not told who asks, because it may not know.
    pub async fn ask_wherever(&self, ask: Ask) -> Result<Result<Answer, OutboundError>, ProviderError> {
        let session = match &self.proof {
            Proof::Lasting(authorization) => return self.ask_as(&ask, authorization).await,
            Proof::Session(session) => session,
        };
        let token = session.token(None).await?;
        let answer = self.ask_as(&ask, &Session::bearer(&token)?).await?;
        if !answer.as_ref().is_ok_and(|answer| answer.status.as_u16() == 401 && self.trusts(&answer.url)) {
            return Ok(answer);
        }
        // It is over although its time is not.
        let token = session.token(Some(&token)).await?;
        self.ask_as(&ask, &Session::bearer(&token)?).await
    }

    async fn ask_as(
        &self,
        ask: &Ask,
        authorization: &HeaderValue,
    ) -> Result<Result<Answer, OutboundError>, ProviderError> {
        let mut url = ask.url.clone();
        // The server may send on to an address where it has to be told anew who asks.
        for _ in 0..2 {
            self.check(&url)?;
            let mut call = Call::new(ask.method.clone(), url.clone()).limits(ask.limits).body(ask.body.clone());
            call = call.authorization(Some(authorization.clone())).following_redirects();
            call.headers.extend(ask.headers.iter().cloned().map(|(name, value)| (Some(name), value)));
            let answer = match self.outbound.call(call).await {
                Ok(answer) => answer,
                Err(error) => return Ok(Err(error)),
            };
            let wants_to_know = answer.status.as_u16() == 401 && answer.url.origin() != url.origin();
            if !wants_to_know || !self.trusts(&answer.url) {
                return Ok(Ok(answer));
            }
            url = answer.url;
        }
        Err(ProviderError::Refused(format!("{} sends on from one host to the next", host(&url))))
    }

    fn check(&self, url: &Url) -> Result<(), ProviderError> {
        match self.trust.includes(url) {
            true => Ok(()),
            false => Err(ProviderError::Refused(format!(
                "the calendar's server sends on to {}, which is not asked with the password that was given for another",
                origin(url)
            ))),
        }
    }

    pub fn trusts(&self, url: &Url) -> bool {
        self.trust.includes(url)
    }

    /// Asks for a multistatus, and has `each` look at its responses, on a thread of its own when there are many.
    /// Yields what `each` made of them, and DAV:sync-token.
    ///
    /// # Errors
    /// Those of [`Client::ask`], the failure that the status stands for, `Unreadable` when it is no multistatus.
    pub async fn multistatus<T: Send + 'static>(
        &self,
        ask: Ask,
        each: impl FnMut(&Url, Response) -> Option<T> + Send + 'static,
    ) -> Result<(Vec<T>, Option<String>), ProviderError> {
        let answer = self.ask(ask).await?;
        if !answer.status.is_success() {
            return Err(failure::of_status(&answer));
        }
        multistatus::read(answer, each).await
    }
}

pub(super) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

fn origin(url: &Url) -> String {
    match url.origin() {
        origin @ Origin::Tuple(..) => origin.ascii_serialization(),
        Origin::Opaque(_) => url.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn credentials_are_for_the_origins_and_domains_that_were_named() {
        let trust = Trust {
            origins: vec!["http://old.example/dav/".parse().unwrap(), "https://new.example:8443/".parse().unwrap()],
            domains: vec!["icloud.com".into()],
        };
        for trusted in [
            "http://old.example/x",
            "https://old.example/x",
            "https://new.example:8443/",
            "https://icloud.com/",
            "https://p42-caldav.icloud.com:443/",
        ] {
            assert!(trust.includes(&trusted.parse().unwrap()), "{trusted}");
        }
        for other in [
            "http://new.example:8443/",
            "https://new.example/",
            "https://old.example:8443/",
            "http://p42-caldav.icloud.com/",
            "https://evilicloud.com/",
            "https://icloud.com.example/",
            "https://sub.old.example/",
        ] {
            assert!(!trust.includes(&other.parse().unwrap()), "{other}");
        }
    }
}
