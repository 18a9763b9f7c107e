//! Change notifications: Graph tells that something changed in a mailbox, and not what
//! (<https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>).

use super::Graph;
use super::client::{self, Ask};
use super::wire::Calendar;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::Method;
use kalends_domain::sync::provider::{Answer, Notifications, ProviderError, RemoteCalendarId, RemoteSubscription};
use kalends_domain::sync::{Notice, Noticed};
use serde::Deserialize;
use serde_json::json;

/// How long a subscription is asked for. Those to events may live for just under seven days
/// (<https://learn.microsoft.com/graph/api/resources/subscription>, subscription lifetime), and lived for three before.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(4_200);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    id: String,
    expiration_date_time: DateTime<Utc>,
}

impl Notifications for Graph {
    /// Has Graph tell at `hook` of changes in the mailbox that the calendar is in: of a single calendar it does not tell, nor of one in
    /// somebody else's mailbox (<https://learn.microsoft.com/graph/outlook-change-notifications-overview>). `secret` has at most 128
    /// characters. Before it answers, Graph asks `hook` whether it is meant.
    fn subscribe<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        hook: &'a str,
        secret: &'a str,
    ) -> Answer<'a, RemoteSubscription> {
        let body = json!({
            "changeType": "created,updated,deleted",
            "notificationUrl": hook,
            "lifecycleNotificationUrl": hook,
            "resource": "me/events",
            "expirationDateTime": expiration(),
            "clientState": secret,
        });
        Box::pin(async move {
            let url = self.client.url(&["me", "calendars", &calendar.0], &[("$select", "id,owner")]);
            let known: Calendar = self.client.get(Ask::get(url)).await?;
            if self.is_anothers(&known) {
                return Err(ProviderError::Rejected("Microsoft does not tell of calendars that others share".into()));
            }
            self.subscribed(Ask::new(Method::POST, self.client.url(&["subscriptions"], &[])).body(body)).await
        })
    }

    /// Has a subscription live on (<https://learn.microsoft.com/graph/api/subscription-update>); it is authorized anew with it
    /// (<https://learn.microsoft.com/graph/change-notifications-lifecycle-events>).
    fn renew<'a>(&'a self, subscription: &'a str) -> Answer<'a, RemoteSubscription> {
        let url = self.client.url(&["subscriptions", subscription], &[]);
        Box::pin(self.subscribed(Ask::new(Method::PATCH, url).body(json!({ "expirationDateTime": expiration() }))))
    }

    fn unsubscribe<'a>(&'a self, subscription: &'a str) -> Answer<'a, ()> {
        let url = self.client.url(&["subscriptions", subscription], &[]);
        Box::pin(async move {
            let answer = self.client.send(Ask::new(Method::DELETE, url)).await?;
            match answer.status.as_u16() {
                200 | 204 | 404 | 410 => Ok(()),
                _ => Err(client::failure(&answer)),
            }
        })
    }
}

impl Graph {
    async fn subscribed(&self, ask: Ask) -> Result<RemoteSubscription, ProviderError> {
        let answered: Answered = self.client.get(ask).await?;
        Ok(RemoteSubscription { id: answered.id, expires_at: answered.expiration_date_time })
    }
}

fn expiration() -> String {
    (Utc::now() + LIFETIME).to_rfc3339_opts(SecondsFormat::Secs, true)
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

/// All that a request to the hook tells (<https://learn.microsoft.com/graph/api/resources/changenotification>).
///
/// # Errors
/// For what is no such request.
pub fn read_notices(body: &[u8]) -> Result<Vec<Notice>, serde_json::Error> {
    let collection: Collection = serde_json::from_slice(body)?;
    let read = |told: Told| Notice {
        what: match told.lifecycle_event.as_deref() {
            Some("reauthorizationRequired") => Noticed::Expiring,
            Some("subscriptionRemoved") => Noticed::Ended,
            // A change, `missed`, or whatever else it is: looking once too often does no harm.
            _ => Noticed::Changed,
        },
        subscription: told.subscription_id,
        secret: told.client_state.unwrap_or_default(),
    };
    Ok(collection.value.into_iter().map(read).collect())
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
        let read = read_notices(body).unwrap();
        let told: Vec<_> =
            read.iter().map(|told| (told.subscription.as_str(), told.what, told.secret.as_str())).collect();
        use Noticed::{Changed, Ended, Expiring};
        assert_eq!(told, [("a", Changed, "s"), ("b", Expiring, "t"), ("c", Ended, ""), ("d", Changed, "")]);
        for other in ["", "[]", "{}", r#"{"value":[{"clientState":"s"}]}"#] {
            assert!(read_notices(other.as_bytes()).is_err(), "{other}");
        }
    }
}
