//! Change notifications (<https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>).

use super::State;
use super::reply::{Asked, Reply};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// "Outlook message, event, contact: 10,080 minutes (under seven days)" (<https://learn.microsoft.com/graph/api/resources/subscription>).
const MAX_LIFETIME: TimeDelta = TimeDelta::minutes(10_080);

#[derive(Default)]
pub struct Subscriptions {
    all: Vec<Value>,
    next: u64,
}

fn expiration(asked: &Asked) -> Result<DateTime<Utc>, Reply> {
    let text = asked.body["expirationDateTime"].as_str().unwrap_or_default();
    let refused = |why: &str| Reply::error(400, "ExtensionError", why);
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| refused("expirationDateTime is required."))?.to_utc();
    let now = Utc::now();
    if at <= now || at - now > MAX_LIFETIME {
        return Err(refused("Subscription expiration can only be 10080 minutes in the future."));
    }
    Ok(at)
}

/// "Microsoft Graph sends a validation token to the notification URL", and to the one for the life of the subscription.
pub async fn create(state: &Mutex<State>, asked: &Asked) -> Reply {
    let body = &asked.body;
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    if let Err(refused) = expiration(asked) {
        return refused;
    }
    // "clientState: the maximum length is 128 characters."
    if text("clientState").is_empty() || text("clientState").len() > 128 || text("changeType").is_empty() {
        return Reply::error(400, "InvalidRequest", "clientState");
    }
    // "Changes to all events in the user's mailbox: /me/events": of single calendars nothing is documented
    // (<https://learn.microsoft.com/graph/outlook-change-notifications-overview>).
    if text("resource").trim_start_matches('/') != "me/events" {
        return Reply::error(400, "InvalidRequest", "Resource is not supported.");
    }
    for url in [text("notificationUrl"), text("lifecycleNotificationUrl")] {
        let token = "Validation: Testing client application reachability for subscription Request-Id: a+b&c";
        let query: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        // "HTTP 200 OK, content type text/plain, and a body that includes the URL decoded validation token."
        let answered = post(&format!("{url}?validationToken={query}"), "").await;
        let is_valid = answered
            .is_some_and(|(status, kind, body)| status == 200 && kind.starts_with("text/plain") && body == token);
        if !is_valid {
            return Reply::error(
                400,
                "ValidationError",
                "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
            );
        }
    }
    let subscriptions = &mut state.lock().unwrap().subscriptions;
    subscriptions.next += 1;
    let mut subscription = body.clone();
    subscription["id"] = json!(format!("7f105c7d-2dc5-4530-97cd-{:012}", subscriptions.next));
    subscriptions.all.push(subscription.clone());
    Reply::json(201, subscription)
}

impl Subscriptions {
    pub fn answer(&mut self, asked: &Asked, id: &str) -> Reply {
        let Some(at) = self.all.iter().position(|subscription| subscription["id"] == id) else {
            return Reply::not_found();
        };
        match asked.method.as_str() {
            // <https://learn.microsoft.com/graph/api/subscription-update>
            "PATCH" => {
                if let Err(refused) = expiration(asked) {
                    return refused;
                }
                self.all[at]["expirationDateTime"] = asked.body["expirationDateTime"].clone();
                Reply::json(200, self.all[at].clone())
            }
            "DELETE" => {
                self.all.remove(at);
                Reply::nothing(204)
            }
            _ => Reply::json(200, self.all[at].clone()),
        }
    }

    /// Where to, and what (<https://learn.microsoft.com/graph/api/resources/changenotification>,
    /// <https://learn.microsoft.com/graph/change-notifications-lifecycle-events>).
    pub fn notifications(&mut self, lifecycle: Option<&str>) -> Vec<(String, String)> {
        let told = self.all.iter().map(|subscription| {
            let mut notification = json!({
                "subscriptionId": subscription["id"], "subscriptionExpirationDateTime": subscription["expirationDateTime"],
                "clientState": subscription["clientState"], "tenantId": "84bd8158-6d4d-4958-8b9f-9d6445542f95",
            });
            match lifecycle {
                Some(event) => notification["lifecycleEvent"] = json!(event),
                None => {
                    notification["changeType"] = json!("updated");
                    notification["resource"] = subscription["resource"].clone();
                }
            }
            let url = if lifecycle.is_some() { "lifecycleNotificationUrl" } else { "notificationUrl" };
            (subscription[url].as_str().unwrap().to_owned(), json!({ "value": [notification] }).to_string())
        });
        let told = told.collect();
        if lifecycle == Some("subscriptionRemoved") {
            self.all.clear();
        }
        told
    }
}

pub async fn tell(told: Vec<(String, String)>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (url, body) in told {
        statuses.push(post(&url, &body).await.map_or(0, |(status, ..)| status));
    }
    statuses
}

/// Status, Content-Type and body.
async fn post(url: &str, body: &str) -> Option<(u16, String, String)> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/')?;
    let mut stream = TcpStream::connect(host).await.ok()?;
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let kind = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-type:").map(|kind| kind.trim().to_owned()));
    Some((status, kind.unwrap_or_default(), body.to_owned()))
}
