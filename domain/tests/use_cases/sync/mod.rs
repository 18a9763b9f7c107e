//! Calendars that are kept in step with calendars elsewhere.

mod basics;
mod conflicts;
mod endings;
mod failures;
mod known;
mod missed;
mod owners_who_go;
mod random;
mod receipts;
mod verification;

use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::calendars::CalendarId;
use kalends_domain::jobs::Worker;
use kalends_domain::objects::Precondition;
use kalends_domain::sync::connector::Found;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_domain::sync::vault::Vault;
use kalends_domain::sync::{
    LinkSettings, LinkTarget, NewLink, ProviderKind, RemoteAccountId, Side, SyncLink, SyncLinkId, SyncOutcome,
};
use kalends_ical::meaning::same_meaning;
use kalends_test_support::home::Home;
use kalends_test_support::remote::{REMOTE, RemoteService};
use kalends_test_support::texts::event;
use tokio_util::sync::CancellationToken;

/// Anna's calendar and one elsewhere, tied together.
pub struct Pair {
    pub home: Home,
    pub kalends: Kalends,
    pub remote: RemoteService,
    pub account: RemoteAccountId,
    pub calendar: CalendarId,
    pub link: SyncLinkId,
}

pub fn settings(direction: Direction, policy: Policy) -> LinkSettings {
    LinkSettings {
        direction,
        policy,
        interval: Some(chrono::TimeDelta::minutes(15)),
        window_days: None,
        invites: false,
        online_meetings: false,
        brake: Default::default(),
    }
}

/// Anna with an account at the service, and nothing tied yet.
pub async fn account(remote: &RemoteService) -> (Home, Kalends, RemoteAccountId) {
    let home = Home::new().await;
    let vault = Vault::new(vec![Vault::new_key()]).unwrap();
    let kalends = home.kalends.clone().with_connector(std::sync::Arc::new(remote.clone())).with_vault(vault);
    let credentials = Credentials::Basic { user: "anna".into(), password: "secret".into() };
    let settings = r#"{"home":"https://dav.example/anna/"}"#.to_owned();
    let found = Found { provider: ProviderKind::CalDav, preset: None, settings, credentials };
    let account = kalends.store_remote_account(home.anna, "anna@example.org", &found, None).await.unwrap();
    (home, kalends, account)
}

impl Pair {
    /// Ties Anna's first calendar, with what is in it, to the one elsewhere; nothing has run yet.
    pub async fn tied(remote: RemoteService, settings: LinkSettings) -> Self {
        let (home, kalends, account) = account(&remote).await;
        let calendar = home.calendar;
        let new = NewLink {
            account,
            remote: RemoteCalendarId(REMOTE.into()),
            target: LinkTarget::Existing(calendar),
            settings,
        };
        let link = kalends.make_sync_link(home.anna, &new).await.unwrap().id;
        Pair { home, kalends, remote, account, calendar, link }
    }

    pub async fn new(policy: Policy) -> Self {
        Self::tied(RemoteService::new(), settings(Direction::Both, policy)).await
    }

    pub fn anna(&self) -> Caller {
        self.home.anna
    }

    /// Runs the link once.
    pub async fn sync(&self) -> SyncLink {
        self.kalends.sync_now(self.anna(), self.link).await.unwrap();
        self.run_due().await
    }

    pub async fn run_due(&self) -> SyncLink {
        self.work().await;
        self.state().await
    }

    /// Does the jobs that are due.
    pub async fn work(&self) {
        Worker::new(self.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    }

    pub async fn state(&self) -> SyncLink {
        self.kalends.sync_link(self.anna(), self.link).await.unwrap()
    }

    /// Somebody here stores an object, in the place of the one of its UID if there is one.
    pub async fn put(&self, text: &str) {
        let uid = uid(text);
        let name = self.name(&uid).await.unwrap_or_else(|| format!("{uid}.ics"));
        self.kalends.put_object(self.anna(), self.calendar, &name, text, Precondition::None).await.unwrap();
    }

    pub async fn delete(&self, uid: &str) {
        let name = self.name(uid).await.unwrap();
        self.kalends.delete_object(self.anna(), self.calendar, &name, Precondition::None).await.unwrap();
    }

    pub async fn name(&self, uid: &str) -> Option<String> {
        let heads = self.kalends.object_heads(self.anna(), self.calendar, "").await.unwrap();
        heads.into_iter().find(|head| head.uid == uid).map(|head| head.name)
    }

    pub async fn text(&self, uid: &str) -> Option<String> {
        let name = self.name(uid).await?;
        Some(self.kalends.object(self.anna(), self.calendar, &name).await.unwrap().text)
    }

    /// UIDs here, sorted.
    pub async fn uids(&self) -> Vec<String> {
        let heads = self.kalends.object_heads(self.anna(), self.calendar, "").await.unwrap();
        let mut uids: Vec<String> = heads.into_iter().map(|head| head.uid).collect();
        uids.sort();
        uids
    }

    /// UIDs there, sorted.
    pub fn uids_there(&self) -> Vec<String> {
        let mut uids: Vec<String> = self.remote.texts().values().map(|text| uid(text)).collect();
        uids.sort();
        uids
    }

    /// Fails unless both sides have the same objects, each once, that mean the same.
    pub async fn assert_same(&self) {
        assert_eq!(self.uids().await, self.uids_there());
        for uid in self.uids_there() {
            let (ours, theirs) = (self.text(&uid).await.unwrap(), self.remote.text(&uid).unwrap());
            assert!(same_meaning(&ours, &theirs, &Default::default()).unwrap(), "{ours}\n{theirs}");
        }
    }

    /// What the newest run says that it did.
    pub async fn receipt(&self) -> Vec<(Side, SyncOutcome, String)> {
        let runs = self.kalends.sync_runs(self.anna(), self.link, None, 1).await.unwrap();
        let Some(run) = runs.first() else { return Vec::new() };
        let entries = self.kalends.sync_run_entries(self.anna(), run.id, 0, 500).await.unwrap();
        entries.into_iter().map(|entry| (entry.side, entry.deed, entry.uid)).collect()
    }
}

pub fn uid(text: &str) -> String {
    kalends_ical::CalendarObject::parse(text, &kalends_ical::Limits::default()).unwrap().uid
}

/// An event with this title.
pub fn titled(uid: &str, title: &str) -> String {
    event(uid, "20260305T090000Z", "").replace(&format!("Event {uid}"), title)
}
