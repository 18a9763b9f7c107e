//! When people elsewhere are busy, asked at the addresses at which they publish it: a VFREEBUSY or a calendar, as one file.

use crate::credentials::{Credentials, authorization};
use crate::ics::FeedAddress;
use crate::outbound::{Call, CallLimits, Outbound, OutboundError};
use futures::future::BoxFuture;
use http::Method;
use http::header::{ACCEPT, HeaderValue};
use kalends_domain::scheduling::published::{BusySource, PublishedError};
use std::time::Duration;

/// What one answer may cost: somebody waits for the page.
const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(8), answer: 2 * 1024 * 1024 };

/// Asks by the one way out.
#[derive(Clone, Debug)]
pub struct PublishedBusyTimes {
    outbound: Outbound,
}

impl PublishedBusyTimes {
    pub fn new(outbound: Outbound) -> Self {
        PublishedBusyTimes { outbound }
    }

    async fn ask(&self, written: &str) -> Result<String, PublishedError> {
        let address = FeedAddress::read(written).map_err(|_| PublishedError::NoAddress)?;
        let mut failure = PublishedError::NoAddress;
        // What is at webcal: is looked for over TLS, and where nobody answers so without it.
        for url in &address.urls {
            let host = url.host_str().unwrap_or_default().to_owned();
            let authorization = authorization_of(&address)?;
            let call = Call::new(Method::GET, url.clone())
                .limits(LIMITS)
                .header(ACCEPT, HeaderValue::from_static("text/calendar, */*;q=0.1"))
                .authorization(authorization)
                .following_redirects();
            let answer = match self.outbound.call(call).await {
                Ok(answer) => answer,
                Err(error) => {
                    let may_be_elsewhere =
                        matches!(error, OutboundError::Unreachable(..) | OutboundError::Untrusted(..));
                    failure = PublishedError::NoAnswer(why(&host, &error));
                    if may_be_elsewhere {
                        continue;
                    }
                    return Err(failure);
                }
            };
            return match answer.status.as_u16() {
                200 | 203 => String::from_utf8(answer.body).map_err(|_| PublishedError::NotACalendar(host)),
                401 | 403 => Err(PublishedError::NoAnswer(format!("{host} lets nobody see it"))),
                404 | 410 => Err(PublishedError::NoAnswer(format!("{host} has nothing at this address"))),
                status => Err(PublishedError::NoAnswer(format!("{host} answers {status}"))),
            };
        }
        Err(failure)
    }
}

/// The name and the password in an address.
fn authorization_of(address: &FeedAddress) -> Result<Option<HeaderValue>, PublishedError> {
    let Some((user, password)) = address.basic.clone() else { return Ok(None) };
    authorization(&Credentials::Basic { user, password }).map(Some).map_err(|_| PublishedError::NoAddress)
}

/// Without the address, which may be a secret.
fn why(host: &str, error: &OutboundError) -> String {
    match error {
        OutboundError::Address(_) => format!("{host} is asked by no such address"),
        OutboundError::Redirect(host, _) => format!("{host} sends on to an address that is not gone to"),
        error => error.to_string(),
    }
}

impl BusySource for PublishedBusyTimes {
    fn host(&self, address: &str) -> Result<String, PublishedError> {
        let address = FeedAddress::read(address).map_err(|_| PublishedError::NoAddress)?;
        let host = address.urls.first().and_then(|url| url.host_str());
        host.map(str::to_owned).ok_or(PublishedError::NoAddress)
    }

    fn fetch<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<String, PublishedError>> {
        Box::pin(self.ask(address))
    }
}
