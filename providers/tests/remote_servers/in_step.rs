//! A calendar of an installation and one at a real server, both changed at random with runs and faults in between: at the end both sides
//! are the same, nothing is there twice, and nothing that nobody deleted is lost.

use crate::real_servers::RealServer;
use kalends_domain::Kalends;
use kalends_domain::calendars::CalendarId;
use kalends_domain::jobs::Worker;
use kalends_domain::objects::Precondition;
use kalends_domain::sync::connector::{Connector, CredentialKeeper, Found};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::provider::{
    Answer, Capabilities, ChangePage, Cursor, FetchOutcome, Fetched, Provider, ProviderError, RemoteCalendar,
    RemoteCalendarId, RemoteObjectId, RemoteTag, Stored,
};
use kalends_domain::sync::vault::Vault;
use kalends_domain::sync::{LinkSettings, LinkState, LinkTarget, NewLink, ProviderKind, RemoteAccount, SyncLinkId};
use kalends_ical::instances::Window;
use kalends_ical::meaning::same_meaning;
use kalends_providers::caldav::CalDav;
use kalends_test_support::home::Home;
use kalends_test_support::random_changes::{Numbers, edited, made};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// The provider of a real server, some of whose requests fail before they are sent, and some after they were answered.
struct Faulty {
    provider: CalDav,
    faults: Mutex<(Numbers, usize)>,
}

impl Faulty {
    /// Whether a request fails, and whether it is done all the same.
    fn fault(&self) -> Option<bool> {
        let mut faults = self.faults.lock().unwrap();
        let percent = faults.1;
        faults.0.is(percent).then(|| faults.0.is(50))
    }

    async fn asked<T>(&self, asking: Answer<'_, T>) -> Result<T, ProviderError> {
        let lost = || ProviderError::Transient { why: "the connection was reset".into(), retry_after: None };
        match self.fault() {
            None => asking.await,
            Some(false) => Err(lost()),
            Some(true) => {
                asking.await?;
                Err(lost())
            }
        }
    }
}

impl Provider for Faulty {
    fn capabilities(&self) -> Capabilities {
        self.provider.capabilities()
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        Box::pin(self.asked(self.provider.calendars()))
    }

    fn changes<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        since: Option<&'a Cursor>,
        window: Window,
    ) -> Answer<'a, ChangePage> {
        Box::pin(self.asked(self.provider.changes(calendar, since, window)))
    }

    fn fetch<'a>(&'a self, calendar: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        Box::pin(self.asked(self.provider.fetch(calendar, objects)))
    }

    fn create<'a>(&'a self, calendar: &'a RemoteCalendarId, uid: &'a str, text: &'a str) -> Answer<'a, Stored> {
        Box::pin(self.asked(self.provider.create(calendar, uid, text)))
    }

    fn update<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        object: &'a RemoteObjectId,
        tag: Option<&'a RemoteTag>,
        text: &'a str,
    ) -> Answer<'a, Stored> {
        Box::pin(self.asked(self.provider.update(calendar, object, tag, text)))
    }

    fn delete<'a>(
        &'a self,
        calendar: &'a RemoteCalendarId,
        object: &'a RemoteObjectId,
        tag: Option<&'a RemoteTag>,
    ) -> Answer<'a, ()> {
        Box::pin(self.asked(self.provider.delete(calendar, object, tag)))
    }
}

struct To(Arc<Faulty>);

impl Connector for To {
    fn connect<'a>(
        &'a self,
        _: &'a RemoteAccount,
        _: Option<Credentials>,
        _: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Arc<dyn Provider>> {
        let provider = self.0.clone();
        Box::pin(async move { Ok(provider as Arc<dyn Provider>) })
    }
}

/// Both sides.
struct Pair {
    home: Home,
    kalends: Kalends,
    link: SyncLinkId,
    calendar: CalendarId,
    faulty: Arc<Faulty>,
    /// Somebody else's program.
    other: CalDav,
    remote: RemoteCalendarId,
}

impl Pair {
    async fn new(server: &RealServer, policy: Policy) -> Self {
        let faults = Mutex::new((Numbers(7), 0));
        let faulty = Arc::new(Faulty { provider: server.provider_with(&server.credentials()), faults });
        let home = Home::new().await;
        let kalends = home.kalends.clone().with_connector(Arc::new(To(faulty.clone())));
        let kalends = kalends.with_vault(Vault::new(vec![Vault::new_key()]).unwrap());
        let (provider, preset, name) = (ProviderKind::CalDav, None, server.name);
        let settings = format!(r#"{{"at":"{}"}}"#, server.url("/"));
        let found = Found { provider, preset, settings, credentials: server.credentials() };
        let account = kalends.store_remote_account(home.anna, name, &found, None).await.unwrap();
        let remote = RemoteCalendarId(server.url(&server.calendar).to_string());
        let settings = LinkSettings {
            direction: Direction::Both,
            policy,
            interval: None,
            window_days: None,
            invites: false,
            online_meetings: false,
            brake: Default::default(),
        };
        let target = LinkTarget::Existing(home.calendar);
        let new = NewLink { account, remote: remote.clone(), target, settings };
        let link = kalends.make_sync_link(home.anna, &new).await.unwrap().id;
        let (other, calendar) = (server.provider_with(&server.credentials()), home.calendar);
        Pair { home, kalends, link, calendar, faulty, other, remote }
    }

    async fn sync(&self) -> LinkState {
        self.kalends.sync_now(self.home.anna, self.link).await.unwrap();
        Worker::new(self.kalends.clone(), Default::default()).run_due().await.unwrap();
        self.kalends.sync_link(self.home.anna, self.link).await.unwrap().state
    }

    /// Name and text by UID.
    async fn here(&self) -> BTreeMap<String, (String, String)> {
        let mut found = BTreeMap::new();
        for name in self.home.names().await {
            let text = self.home.text(&name).await;
            assert!(found.insert(uid(&text), (name, text)).is_none(), "twice here");
        }
        found
    }

    /// Id, tag and text by UID.
    async fn there(&self) -> BTreeMap<String, (RemoteObjectId, Option<RemoteTag>, String)> {
        let mut ids = Vec::new();
        let mut since = None;
        loop {
            let window = Window { start: None, end: None };
            let page = self.other.changes(&self.remote, since.as_ref(), window).await.unwrap();
            ids.extend(page.present.into_iter().map(|head| head.id));
            since = Some(page.next);
            if !page.has_more {
                break;
            }
        }
        let mut found = BTreeMap::new();
        for ids in ids.chunks(100) {
            for fetched in self.other.fetch(&self.remote, ids).await.unwrap() {
                let FetchOutcome::Text { text, tag } = fetched.outcome else { panic!("{fetched:?}") };
                assert!(found.insert(uid(&text), (fetched.id, tag, text)).is_none(), "twice there");
            }
        }
        found
    }

    async fn change_here(&self, numbers: &mut Numbers, mark: &str) -> Change {
        let objects = self.here().await;
        let anna = self.home.anna;
        match next(&objects, numbers) {
            Next::Make => {
                let uid = format!("u{mark}");
                let text = made(&uid, numbers, mark);
                self.home.put(&format!("{uid}.ics"), &text).await.unwrap();
                Change::Marked(uid)
            }
            Next::Delete(uid) => {
                let (name, _) = &objects[&uid];
                self.kalends.delete_object(anna, self.calendar, name, Precondition::None).await.unwrap();
                Change::Deleted(uid)
            }
            Next::Edit(uid) => {
                let (name, text) = &objects[&uid];
                self.home.put(name, &edited(text, numbers, mark)).await.unwrap();
                Change::Marked(uid)
            }
        }
    }

    async fn change_there(&self, numbers: &mut Numbers, mark: &str) -> Change {
        let objects = self.there().await;
        match next(&objects, numbers) {
            Next::Make => {
                let uid = format!("u{mark}");
                let text = made(&uid, numbers, mark);
                self.other.create(&self.remote, &uid, &text).await.unwrap();
                Change::Marked(uid)
            }
            Next::Delete(uid) => {
                let (id, tag, _) = &objects[&uid];
                self.other.delete(&self.remote, id, tag.as_ref()).await.unwrap();
                Change::Deleted(uid)
            }
            Next::Edit(uid) => {
                let (id, tag, text) = &objects[&uid];
                let text = edited(text, numbers, mark);
                self.other.update(&self.remote, id, tag.as_ref(), &text).await.unwrap();
                Change::Marked(uid)
            }
        }
    }
}

fn uid(text: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap().to_owned()
}

enum Next {
    Make,
    Delete(String),
    Edit(String),
}

enum Change {
    Marked(String),
    Deleted(String),
}

fn next<T>(objects: &BTreeMap<String, T>, numbers: &mut Numbers) -> Next {
    let which = numbers.below(10);
    if which < 3 || objects.is_empty() {
        return Next::Make;
    }
    let uid = objects.keys().nth(numbers.below(objects.len())).unwrap().clone();
    if which == 3 { Next::Delete(uid) } else { Next::Edit(uid) }
}

async fn run(server: &RealServer, seed: u64, operations: usize, percent: usize) {
    let mut numbers = Numbers(seed);
    let pair = Pair::new(server, Policy::MergeThenNewest).await;
    let (mut marks, mut deleted) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeSet::new());
    for (uid, ..) in pair.there().await {
        marks.insert(uid, BTreeSet::new());
    }
    for number in 0..operations {
        let mark = format!("m{seed}-{number}");
        let changed = match numbers.is(50) {
            true => pair.change_here(&mut numbers, &mark).await,
            false => pair.change_there(&mut numbers, &mark).await,
        };
        match changed {
            Change::Marked(uid) => drop(marks.entry(uid).or_default().insert(mark)),
            Change::Deleted(uid) => drop(deleted.insert(uid)),
        }
        if numbers.is(15) {
            pair.faulty.faults.lock().unwrap().1 = if numbers.is(50) { percent } else { 0 };
            pair.sync().await;
            pair.faulty.faults.lock().unwrap().1 = 0;
        }
    }
    for _ in 0..4 {
        if pair.sync().await == LinkState::Asks {
            pair.kalends.approve_deletions(pair.home.anna, pair.link).await.unwrap();
        }
    }
    let name = server.name;
    let state = pair.sync().await;
    let link = pair.kalends.sync_link(pair.home.anna, pair.link).await.unwrap();
    assert_eq!(state, LinkState::InStep, "{name} seed {seed}: {:?}", link.why);
    let aside = pair.kalends.set_aside_objects(pair.home.anna, pair.link).await.unwrap();
    assert_eq!(aside, [], "{name} seed {seed}");
    let (here, there) = (pair.here().await, pair.there().await);
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>(), "{name} seed {seed}");
    for (uid, (_, ours)) in &here {
        let theirs = &there[uid].2;
        assert!(same_meaning(ours, theirs, &Default::default()).unwrap(), "{name} seed {seed}\n{ours}\n{theirs}");
    }
    for (uid, marks) in marks.iter().filter(|(uid, _)| !deleted.contains(*uid)) {
        let (_, text) = here.get(uid).unwrap_or_else(|| panic!("{name} seed {seed}: {uid} is lost"));
        for mark in marks {
            assert!(
                text.contains(&format!("COMMENT:{mark}\r\n")),
                "{name} seed {seed}: {uid} has lost {mark}:\n{text}"
            );
        }
    }
}

/// How many operations and seeds; more by `KALENDS_TEST_SEEDS`.
async fn soak(server: RealServer) {
    let seeds = std::env::var("KALENDS_TEST_SEEDS").ok().and_then(|seeds| seeds.parse::<u64>().ok());
    match seeds {
        None => run(&server, 1, 40, 15).await,
        Some(seeds) => {
            for seed in 0..seeds {
                run(&server, seed, 200, if seed % 2 == 0 { 0 } else { 15 }).await;
            }
        }
    }
}

#[tokio::test]
async fn random_changes_here_and_at_radicale_end_the_same() {
    soak(RealServer::radicale().await).await;
}

#[tokio::test]
async fn random_changes_here_and_at_xandikos_end_the_same() {
    soak(RealServer::xandikos().await).await;
}

#[tokio::test]
async fn random_changes_here_and_at_another_kalends_end_the_same() {
    soak(RealServer::kalends().await).await;
}
