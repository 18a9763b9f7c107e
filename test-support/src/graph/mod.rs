//! A stand-in for Microsoft Graph 1.0 and for signing in at Microsoft, written from Microsoft's public documentation and from nothing that
//! asks it: it has its own idea of recurrence, zones and pages. Each behaviour names the page that describes it. Where the documentation
//! leaves open what happens, it does what is harder for whoever asks.

mod delta;
mod events;
mod mailbox;
mod oauth;
mod recurrence;
mod reply;
mod storing;
mod subscriptions;
mod times;

pub use mailbox::ME;
pub use oauth::{CLIENT, SECRET};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use mailbox::Mailbox;
use reply::{Asked, Reply};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;

/// A stand-in that answers at an address of its own.
#[derive(Clone)]
pub struct Double {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    base: String,
    mailbox: Mailbox,
    oauth: oauth::OAuth,
    delta: delta::Tokens,
    subscriptions: subscriptions::Subscriptions,
    faults: Vec<Fault>,
    asked: Vec<String>,
}

/// What a request gets in the place of its answer.
#[derive(Clone, Debug)]
pub struct Fault {
    /// In method and path; each fault is used once.
    pub matching: &'static str,
    pub status: u16,
    pub retry_after: Option<u32>,
    pub code: &'static str,
}

impl Double {
    pub async fn start() -> Self {
        Double::at("127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = State {
            base: format!("http://{address}/v1.0/"),
            mailbox: Mailbox::new(),
            oauth: oauth::OAuth::default(),
            delta: delta::Tokens::default(),
            subscriptions: subscriptions::Subscriptions::default(),
            faults: Vec::new(),
            asked: Vec::new(),
        };
        let double = Double { address, state: Arc::new(Mutex::new(state)) };
        let answering = double.clone();
        let app = Router::new().fallback(move |request: Request<Body>| {
            let double = answering.clone();
            async move { double.answer(request).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        double
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Where Graph is.
    pub fn graph(&self) -> String {
        self.state().base.clone()
    }

    /// Where people sign in.
    pub fn authority(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What was asked since the last time: method and path with its query, decoded, parts of a batch after the batch.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked)
    }

    pub fn fail(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// All delta tokens are forgotten (<https://learn.microsoft.com/graph/delta-query-overview>, "Token duration").
    pub fn forget_delta_tokens(&self) {
        self.state().delta.forget();
    }

    /// Access tokens that were given are over.
    pub fn end_access_tokens(&self) {
        self.state().oauth.end_access_tokens();
    }

    /// Somebody takes back what they had agreed to.
    pub fn revoke_consent(&self) {
        self.state().oauth.revoke();
    }

    /// An access and a refresh token, as the end of a sign-in.
    pub fn tokens(&self) -> (String, String) {
        self.state().oauth.issue()
    }

    /// The id of the calendar of this name.
    pub fn calendar(&self, name: &str) -> String {
        self.state().mailbox.calendar_named(name)
    }

    /// What somebody does in Outlook: a request as their own, without any token. Yields the status and the answer.
    pub fn outlook(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let asked = Asked::of_outlook(method, path, body);
        let reply = self.state().answer(&asked);
        (reply.status, reply.body)
    }

    /// As [`Double::outlook`], for what has to work; yields the id.
    pub fn make(&self, calendar: &str, event: Value) -> String {
        let (status, event) =
            self.outlook("POST", &format!("me/calendars/{}/events", calendar.replace('/', "%2F")), event);
        assert_eq!(status, 201, "{event}");
        event["id"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, path: &str) -> Value {
        let (status, body) = self.outlook("GET", path, Value::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub fn patch(&self, id: &str, body: Value) {
        let (status, answer) = self.outlook("PATCH", &format!("me/events/{id}"), body);
        assert_eq!(status, 200, "{answer}");
    }

    pub fn delete(&self, id: &str) {
        let (status, answer) = self.outlook("DELETE", &format!("me/events/{id}"), Value::Null);
        assert_eq!(status, 204, "{answer}");
    }

    /// An attendee answers, or somebody else does what only Exchange writes: `fields` are put into the event.
    pub fn set(&self, id: &str, fields: Value) {
        self.state().mailbox.set(id, fields);
    }

    /// The id of the instance of a series that is on `date` by its rule.
    pub fn instance(&self, series: &str, date: &str) -> String {
        self.state().mailbox.instance_id(series, date)
    }

    /// Tells every subscription that something changed; yields the statuses of the answers.
    pub async fn notify(&self, lifecycle: Option<&str>) -> Vec<u16> {
        let told = self.state().subscriptions.notifications(lifecycle);
        subscriptions::tell(told).await
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let body: Bytes = to_bytes(body, 1 << 24).await.unwrap_or_default();
        let path = parts.uri.path().to_owned();
        if !path.starts_with("/v1.0/") {
            return self.state().oauth.answer(&path, parts.uri.query().unwrap_or_default(), &body);
        }
        let asked = Asked::of_http(&parts, &body);
        if asked.method == "POST" && asked.path == ["subscriptions"] {
            let refused = self.state().admit(&asked);
            let reply = match refused {
                Some(reply) => reply,
                None => subscriptions::create(&self.state, &asked).await,
            };
            return reply.response();
        }
        let reply = self.state().admitted(&asked);
        reply.response()
    }
}

impl State {
    /// What keeps a request from being answered: a fault that was ordered, or a token that is not good.
    fn admit(&mut self, asked: &Asked) -> Option<Reply> {
        self.asked.push(asked.to_string());
        let line = asked.to_string();
        if let Some(at) = self.faults.iter().position(|fault| line.contains(fault.matching)) {
            let fault = self.faults.remove(at);
            let mut reply = Reply::error(fault.status, fault.code, "as it was ordered");
            // <https://learn.microsoft.com/graph/throttling>, "Sample response"
            reply.headers.extend(fault.retry_after.map(|seconds| ("Retry-After".to_owned(), seconds.to_string())));
            return Some(reply);
        }
        // <https://learn.microsoft.com/graph/errors>, 401
        let is_good = asked.is_outlook || self.oauth.accepts(asked.token.as_deref());
        (!is_good)
            .then(|| Reply::error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid."))
    }

    fn admitted(&mut self, asked: &Asked) -> Reply {
        match self.admit(asked) {
            Some(refused) => refused,
            None => self.answer(asked),
        }
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
        match (asked.method.as_str(), path.as_slice()) {
            ("POST", ["$batch"]) => self.batch(asked),
            // <https://learn.microsoft.com/graph/api/user-get>
            ("GET", ["me"]) => Reply::json(200, mailbox::me()),
            ("GET", ["me", "calendars"]) => self.mailbox.calendars(asked, &self.base),
            ("GET", ["me", "calendars", calendar]) => self.mailbox.calendar(asked, calendar),
            ("GET", ["me", "calendarGroups"]) => self.mailbox.groups(asked, &self.base),
            ("GET", ["me", "calendarGroups", group, "calendars"]) => self.mailbox.calendars_of(group),
            ("GET", ["me", "calendars", calendar, "calendarView", "delta"]) => {
                self.delta.answer(&self.mailbox, asked, calendar, &self.base)
            }
            (_, ["subscriptions", id]) => self.subscriptions.answer(asked, id),
            (_, ["me", "calendars", calendar, "events", rest @ ..]) => {
                self.mailbox.events(asked, Some(calendar), rest, &self.base)
            }
            (_, ["me", "events", rest @ ..]) => self.mailbox.events(asked, None, rest, &self.base),
            _ => Reply::error(400, "BadRequest", "Resource not found for the segment."),
        }
    }

    /// <https://learn.microsoft.com/graph/json-batching>
    fn batch(&mut self, asked: &Asked) -> Reply {
        let Some(requests) = asked.body["requests"].as_array() else {
            return Reply::error(400, "BadRequest", "Invalid batch payload format.");
        };
        // "JSON batch requests are currently limited to 20 individual requests."
        if requests.len() > 20 {
            return Reply::error(
                400,
                "MaximumValueExceeded",
                "Number of batch request steps exceeds the maximum value of 20.",
            );
        }
        // "Not case-sensitive."
        let id = |request: &Value| request["id"].as_str().map(str::to_ascii_lowercase);
        let mut ids: Vec<String> = requests.iter().filter_map(id).collect();
        ids.sort_unstable();
        ids.dedup();
        // "Must be unique in the batch, otherwise, the batch request fails with a 400 error code."
        if ids.len() != requests.len() {
            return Reply::error(400, "BadRequest", "Request Ids must be unique.");
        }
        let requests = requests.clone();
        let answers: Vec<Value> = requests
            .iter()
            .map(|request| {
                let part = Asked::of_batch(request, asked);
                let reply = self.admitted(&part);
                let headers: Value = reply.headers.iter().cloned().map(|(name, value)| (name, json!(value))).collect();
                json!({ "id": request["id"], "status": reply.status, "headers": headers, "body": reply.body })
            })
            // "Individual responses might appear in a different order than the requests."
            .rev()
            .collect();
        Reply::json(200, json!({ "responses": answers }))
    }
}
