//! Push messages to browsers (RFC 8030): each encrypted for one browser (RFC 8291), and signed by the key of the installation (VAPID,
//! RFC 8292). The services that take them are wherever browsers say, so they are asked as any server elsewhere is.

mod encrypt;
mod vapid;

use crate::outbound::{Call, CallLimits, Outbound, OutboundError};
use chrono::{TimeDelta, Utc};
use futures::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use kalends_domain::accounts::Secret;
use kalends_domain::reminders::{PushError, PushSubscription, PushTransport};
use std::time::Duration;
use url::Url;

/// What a service may cost.
const LIMITS: CallLimits = CallLimits { time: Duration::from_secs(10), answer: 16 * 1024 };
const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");

/// Sends push messages.
#[derive(Clone, Debug)]
pub struct WebPush {
    outbound: Outbound,
    /// `mailto:` or `https:`: whom services write to where something is wrong (RFC 8292 section 2.1).
    contact: String,
}

impl WebPush {
    pub fn new(outbound: Outbound, contact: String) -> Self {
        WebPush { outbound, contact }
    }

    async fn post(
        &self,
        to: &PushSubscription,
        key: &Secret,
        message: &[u8],
        (life, topic): (TimeDelta, &str),
    ) -> Result<(), PushError> {
        let refused = |why: &str| PushError::Refused(why.to_owned());
        let url: Url = to.endpoint.parse().map_err(|_| refused("the browser gave no address"))?;
        let body = encrypt::encrypt(&to.public_key, &to.secret, message);
        let body = body.ok_or_else(|| refused("the keys of the browser cannot be used"))?;
        let authorization = vapid::authorization(key, &url, &self.contact, Utc::now());
        let authorization = authorization.ok_or_else(|| refused("the key of the installation cannot be used"))?;
        let topic = HeaderValue::from_str(topic).map_err(|_| refused("the topic is none"))?;
        let call = Call::new(Method::POST, url)
            .limits(LIMITS)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
            .header(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"))
            .header(TTL, HeaderValue::from(life.num_seconds().max(0)))
            .header(URGENCY, HeaderValue::from_static("high"))
            .header(TOPIC, topic)
            .authorization(HeaderValue::from_str(&authorization).ok())
            .body(body);
        debug_assert!(!call.headers.contains_key(AUTHORIZATION));
        let answer = self.outbound.call(call).await.map_err(unanswered)?;
        match answer.status {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(PushError::Gone),
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                Err(PushError::TryAgain(format!("the push service answered {status}")))
            }
            status => Err(PushError::Refused(format!("the push service answered {status}"))),
        }
    }
}

fn unanswered(error: OutboundError) -> PushError {
    match error {
        OutboundError::Unreachable(..) => PushError::TryAgain(error.to_string()),
        error if error.is_transient() => PushError::Uncertain(error.to_string()),
        error => PushError::Refused(error.to_string()),
    }
}

impl PushTransport for WebPush {
    fn new_key(&self) -> Option<Secret> {
        vapid::new_key()
    }

    fn public_key(&self, key: &Secret) -> Option<Vec<u8>> {
        vapid::public_key(key)
    }

    fn send<'a>(
        &'a self,
        to: &'a PushSubscription,
        key: &'a Secret,
        message: &'a [u8],
        waits: (TimeDelta, &'a str),
    ) -> BoxFuture<'a, Result<(), PushError>> {
        Box::pin(self.post(to, key, message, waits))
    }
}
