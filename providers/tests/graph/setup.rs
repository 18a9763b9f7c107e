//! An account at the stand-in.

use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::sync::connector::CredentialKeeper;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{
    Answer, ChangePage, Coverage, Cursor, FetchOutcome, Provider, ProviderError, RemoteCalendarId, RemoteObjectId,
    RemoteTag,
};
use kalends_ical::instances::Window;
use kalends_providers::graph::{Account, Graph, Microsoft};
use kalends_providers::outbound::Outbound;
use kalends_test_support::graph::{CLIENT, Double, SECRET};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Keeps what it is given.
#[derive(Default)]
pub struct Kept {
    pub all: Mutex<Vec<Credentials>>,
    /// It cannot be stored.
    pub fails: bool,
}

impl CredentialKeeper for Kept {
    fn replace(&self, credentials: Credentials) -> Answer<'_, ()> {
        Box::pin(async move {
            if self.fails {
                return Err(ProviderError::Transient { why: "the database is away".into(), retry_after: None });
            }
            self.all.lock().unwrap().push(credentials);
            Ok(())
        })
    }
}

pub fn outbound() -> Outbound {
    Outbound::new(["127.0.0.1".to_owned()])
}

pub fn microsoft(double: &Double) -> Microsoft {
    let settings = json!({
        "client-id": CLIENT, "client-secret": SECRET, "authority": double.authority(), "graph": double.graph(), "private": true,
    });
    serde_json::from_value::<Microsoft>(settings).unwrap().checked().unwrap()
}

pub fn account() -> Account {
    let addresses = vec!["Ada@contoso.example".to_owned(), "countess@contoso.example".to_owned()];
    Account { user: "87d349ed-44d7-43e1-9a83-5f2406dee5bd".into(), addresses }
}

pub fn provider_until(double: &Double, keeper: Arc<Kept>, expires_at: DateTime<Utc>) -> Graph {
    let (access_token, refresh_token) = double.tokens();
    let credentials =
        Credentials::OAuth { access_token, refresh_token: Some(refresh_token), expires_at: Some(expires_at) };
    let graph = Graph::new(outbound(), microsoft(double), account(), credentials, keeper).unwrap();
    graph.allow_invitations(true);
    graph
}

pub fn provider(double: &Double) -> Graph {
    provider_until(double, Arc::default(), Utc::now() + TimeDelta::hours(1))
}

/// The calendar that the tests are about.
pub fn calendar(double: &Double) -> RemoteCalendarId {
    RemoteCalendarId(double.calendar("Calendar"))
}

/// An hour in `days` days from now, in UTC.
pub fn in_days(days: i64) -> (Value, Value) {
    let day = (Utc::now() + TimeDelta::days(days)).format("%Y-%m-%d");
    let at = |hour| json!({ "dateTime": format!("{day}T{hour}:00:00"), "timeZone": "UTC" });
    (at("09"), at("10"))
}

pub fn event(subject: &str, days: i64) -> Value {
    let (start, end) = in_days(days);
    json!({ "subject": subject, "start": start, "end": end })
}

/// A series of ten days, from tomorrow on.
pub fn series(subject: &str) -> Value {
    let mut event = event(subject, 1);
    let day = (Utc::now() + TimeDelta::days(1)).format("%Y-%m-%d").to_string();
    event["recurrence"] = json!({
        "pattern": { "type": "daily", "interval": 1 }, "range": { "type": "numbered", "startDate": day, "numberOfOccurrences": 10 },
    });
    event
}

pub fn day(days: i64) -> String {
    (Utc::now() + TimeDelta::days(days)).format("%Y-%m-%d").to_string()
}

pub const ALL: Window = Window { start: None, end: None };

/// All pages from a cursor on.
pub async fn pages(provider: &Graph, calendar: &RemoteCalendarId, since: Option<Cursor>) -> Vec<ChangePage> {
    let mut all: Vec<ChangePage> = Vec::new();
    let mut cursor = since;
    loop {
        let page = provider.changes(calendar, cursor.as_ref(), ALL).await.unwrap();
        cursor = Some(page.next.clone());
        let has_more = page.has_more;
        all.push(page);
        assert!(all.len() < 100);
        if !has_more {
            return all;
        }
    }
}

/// What several pages name together: what is there, what is gone, and where they end.
pub struct Round {
    pub present: Vec<String>,
    pub removed: Vec<String>,
    pub next: Cursor,
    pub coverage: Coverage,
}

pub async fn round(provider: &Graph, calendar: &RemoteCalendarId, since: Option<Cursor>) -> Round {
    let pages = pages(provider, calendar, since).await;
    let coverage = pages[0].coverage;
    assert!(pages.iter().all(|page| page.coverage == coverage));
    let mut present: Vec<String> =
        pages.iter().flat_map(|page| page.present.iter().map(|head| head.id.0.clone())).collect();
    present.sort();
    present.dedup();
    let removed = pages.iter().flat_map(|page| page.removed.iter().map(|id| id.0.clone())).collect();
    Round { present, removed, next: pages.last().unwrap().next.clone(), coverage }
}

pub async fn fetch(provider: &Graph, calendar: &RemoteCalendarId, id: &str) -> (String, RemoteTag) {
    let ids = [RemoteObjectId(id.to_owned())];
    let fetched = provider.fetch(calendar, &ids).await.unwrap().remove(0);
    assert_eq!(fetched.id, ids[0]);
    match fetched.outcome {
        FetchOutcome::Text { text, tag } => (text, tag.unwrap()),
        other => panic!("{other:?}"),
    }
}
