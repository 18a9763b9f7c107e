//! Change notifications: Graph tells that something changed in a calendar, and not what
//! (<https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>).

use super::Graph;
use super::client::{self, Ask};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::Method;
use kalends_domain::sync::provider::{ProviderError, RemoteCalendarId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

/// How long a subscription is asked for. Those to events may live for just under seven days
/// (<https://learn.microsoft.com/graph/api/resources/subscription>, subscription lifetime), and lived for three before.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(4_200);
/// So long before its end it is renewed.
const MARGIN: TimeDelta = TimeDelta::hours(24);

/// Of one calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub id: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    id: String,
    expiration_date_time: DateTime<Utc>,
}

impl Subscription {
    pub fn needs_renewal(&self, now: DateTime<Utc>) -> bool {
        self.expires_at - MARGIN <= now
    }
}

impl Graph {
    /// Has Graph tell at `hook` of changes in a calendar, and of what becomes of the subscription. `secret`, of at most 128 characters, is
    /// sent along each time. Before it answers, Graph asks `hook` whether it is meant.
    ///
    /// # Errors
    /// `Rejected` when `hook` does not answer as it has to.
    pub async fn subscribe(
        &self,
        calendar: &RemoteCalendarId,
        hook: &Url,
        secret: &str,
    ) -> Result<Subscription, ProviderError> {
        let body = json!({
            "changeType": "created,updated,deleted",
            "notificationUrl": hook.as_str(),
            "lifecycleNotificationUrl": hook.as_str(),
            "resource": format!("me/calendars/{}/events", calendar.0),
            "expirationDateTime": expiration(),
            "clientState": secret,
        });
        let ask = Ask::new(Method::POST, self.client.url(&["subscriptions"], &[])).body(body);
        self.subscribed(ask).await
    }

    /// Has a subscription live on (<https://learn.microsoft.com/graph/api/subscription-update>); it is authorized anew with it
    /// (<https://learn.microsoft.com/graph/change-notifications-lifecycle-events>).
    ///
    /// # Errors
    /// `Missing` when it is not there any more: then it is made anew.
    pub async fn renew(&self, subscription: &Subscription) -> Result<Subscription, ProviderError> {
        let url = self.client.url(&["subscriptions", &subscription.id], &[]);
        self.subscribed(Ask::new(Method::PATCH, url).body(json!({ "expirationDateTime": expiration() }))).await
    }

    /// Ends a subscription; one that is not there has ended.
    ///
    /// # Errors
    /// Those of asking.
    pub async fn unsubscribe(&self, subscription: &Subscription) -> Result<(), ProviderError> {
        let url = self.client.url(&["subscriptions", &subscription.id], &[]);
        let answer = self.client.send(Ask::new(Method::DELETE, url)).await?;
        match answer.status.as_u16() {
            200 | 204 | 404 | 410 => Ok(()),
            _ => Err(client::failure(&answer)),
        }
    }

    async fn subscribed(&self, ask: Ask) -> Result<Subscription, ProviderError> {
        let answered: Answered = self.client.get(ask).await?;
        Ok(Subscription { id: answered.id, expires_at: answered.expiration_date_time })
    }
}

fn expiration() -> String {
    (Utc::now() + LIFETIME).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What Graph tells a hook (<https://learn.microsoft.com/graph/api/resources/changenotification>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    pub subscription: String,
    pub what: Notified,
    secret: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notified {
    /// Something in the calendar.
    Changed,
    /// The subscription has to be renewed, or nothing is told any more.
    ReauthorizationRequired,
    /// The subscription is no more, and nothing was told since; it has to be made anew, and the calendar looked at.
    Removed,
    /// Something was not told; the calendar has to be looked at.
    Missed,
}

#[derive(Deserialize)]
struct Collection {
    value: Vec<Told>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    subscription_id: String,
    #[serde(default)]
    client_state: Option<String>,
    #[serde(default)]
    lifecycle_event: Option<String>,
}

impl Notification {
    /// All that a request to the hook tells.
    ///
    /// # Errors
    /// For what is no such request.
    pub fn read(body: &[u8]) -> Result<Vec<Notification>, serde_json::Error> {
        let collection: Collection = serde_json::from_slice(body)?;
        let read = |told: Told| Notification {
            what: match told.lifecycle_event.as_deref() {
                None => Notified::Changed,
                Some("reauthorizationRequired") => Notified::ReauthorizationRequired,
                Some("subscriptionRemoved") => Notified::Removed,
                // Whatever else it is, looking once too often does no harm.
                Some(_) => Notified::Missed,
            },
            subscription: told.subscription_id,
            secret: told.client_state.unwrap_or_default(),
        };
        Ok(collection.value.into_iter().map(read).collect())
    }

    /// Whether it comes from who was told `secret` (clientState). How long the answer takes says nothing of how much of it was right.
    pub fn proves(&self, secret: &str) -> bool {
        !secret.is_empty() && Sha256::digest(self.secret.as_bytes()) == Sha256::digest(secret.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn notifications_are_read_with_what_they_ask_for() {
        let body = br#"{"value":[
            {"subscriptionId":"a","clientState":"s","changeType":"updated","resource":"x","resourceData":{"id":"1"}},
            {"subscriptionId":"b","clientState":"t","lifecycleEvent":"reauthorizationRequired"},
            {"subscriptionId":"c","lifecycleEvent":"subscriptionRemoved"},
            {"subscriptionId":"d","clientState":null,"lifecycleEvent":"missed"}]}"#;
        let read = Notification::read(body).unwrap();
        let told: Vec<_> = read.iter().map(|told| (told.subscription.as_str(), told.what)).collect();
        use Notified::{Changed, Missed, ReauthorizationRequired, Removed};
        assert_eq!(told, [("a", Changed), ("b", ReauthorizationRequired), ("c", Removed), ("d", Missed)]);
        assert!(read[0].proves("s") && !read[0].proves("t") && !read[0].proves(""));
        assert!(!read[2].proves(""));
        for other in ["", "[]", "{}", r#"{"value":[{"clientState":"s"}]}"#] {
            assert!(Notification::read(other.as_bytes()).is_err(), "{other}");
        }
    }

    #[test]
    fn a_subscription_is_renewed_a_day_before_its_end() {
        let now = Utc::now();
        let subscription = |hours| Subscription { id: "a".into(), expires_at: now + TimeDelta::hours(hours) };
        assert!(!subscription(25).needs_renewal(now));
        assert!(subscription(24).needs_renewal(now) && subscription(-1).needs_renewal(now));
    }
}
