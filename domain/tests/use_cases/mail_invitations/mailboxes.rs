//! A server of mail in memory, and somebody with an account at it.

use crate::reminders::{Post, sending};
use crate::scheduling::{person, settle};
use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::calendars::CalendarId;
use kalends_domain::mail::connector::{MailConfiguration, MailConnector};
use kalends_domain::mail::mailbox::{
    FlagChanges, FolderStatus, MailCapabilities, Mailbox, RemoteCalendar, RemoteFolder, RemoteMail,
};
use kalends_domain::mail::{
    FolderRole, InvitationAction, InvitationRule, MailAccountChange, MailAccountId, MailInvitation, MailMessageId,
    MailPlace, MailQuery, MailSecurity, MailServer, MailSettings, MessageFlags, NewMailAccount,
};
use kalends_domain::outgoing_mail::MailTransport;
use kalends_domain::sync::connector::{CredentialKeeper, FindError};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::{Answer, ProviderError};
use kalends_test_support::home::Home;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// What a folder has: UIDs with messages and when they came.
type Messages = BTreeMap<u32, (Vec<u8>, DateTime<Utc>)>;

#[derive(Default)]
pub struct Folder {
    pub validity: u32,
    pub next: u32,
    pub messages: Messages,
}

/// Answers from memory, as a server would that counts no changes.
#[derive(Default)]
pub struct Mailboxes {
    pub folders: Mutex<BTreeMap<String, Folder>>,
    /// How many calendars were fetched.
    pub fetched: Mutex<usize>,
    /// How often flags were set.
    pub flagged: Mutex<usize>,
    /// What it does not answer any more, after it has so often: `heads`, `store` or `calendar`.
    pub hangs: Mutex<Option<(&'static str, usize)>>,
    /// Told when it does not answer.
    pub hanging: Notify,
    /// The host that a domain names as that of its calendars.
    pub calendars: Mutex<BTreeMap<String, String>>,
    /// It takes no more folders.
    pub is_full: Mutex<bool>,
    /// What is done while a service gives other credentials the next time, and which those are.
    pub renewal: Mutex<Option<(Meanwhile, Credentials)>>,
    /// With what it was asked last.
    pub credentials: Mutex<Option<Credentials>>,
}

/// Something that is done while somebody waits.
pub type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

fn now<'a, T: Send + 'a>(value: T) -> Answer<'a, T> {
    Box::pin(async { Ok(value) })
}

impl Mailboxes {
    fn read<T>(&self, folder: &str, read: impl FnOnce(&mut Folder) -> T) -> Result<T, ProviderError> {
        let mut folders = self.folders.lock().unwrap();
        folders.get_mut(folder).map(read).ok_or_else(|| ProviderError::Missing(folder.to_owned()))
    }

    /// Never answers where it is not to.
    async fn answers(&self, what: &str) {
        let hangs = match &mut *self.hangs.lock().unwrap() {
            Some((name, left)) if *name == what && *left > 0 => {
                *left -= 1;
                false
            }
            Some((name, _)) => *name == what,
            None => false,
        };
        if hangs {
            self.hanging.notify_one();
            std::future::pending::<()>().await;
        }
    }

    pub fn put(&self, folder: &str, message: &str, at: DateTime<Utc>) {
        let message = message.replace("\r\n", "\n").replace('\n', "\r\n");
        let mut folders = self.folders.lock().unwrap();
        let folder = folders.get_mut(folder).unwrap();
        folder.messages.insert(folder.next, (message.into_bytes(), at));
        folder.next += 1;
    }

    /// Another program moves everything.
    pub fn move_all(&self, from: &str, to: &str) {
        let mut folders = self.folders.lock().unwrap();
        let moved = std::mem::take(&mut folders.get_mut(from).unwrap().messages);
        let to = folders.get_mut(to).unwrap();
        for message in moved.into_values() {
            to.messages.insert(to.next, message);
            to.next += 1;
        }
    }
}

struct Opened(Arc<Mailboxes>);

impl Mailbox for Opened {
    fn capabilities(&self) -> MailCapabilities {
        MailCapabilities::default()
    }

    fn folders(&self) -> Answer<'_, Vec<RemoteFolder>> {
        let role = |path: &str| match path {
            "Sent" => Some(FolderRole::Sent),
            "Junk" => Some(FolderRole::Spam),
            "Archive" => Some(FolderRole::Archive),
            "Trash" => Some(FolderRole::Bin),
            _ => None,
        };
        let all = self.0.folders.lock().unwrap();
        let folders = all.keys().map(|path| RemoteFolder {
            path: path.clone(),
            delimiter: None,
            role: role(path),
            selectable: true,
        });
        now(folders.collect())
    }

    fn status<'a>(&'a self, folder: &'a str) -> Answer<'a, FolderStatus> {
        let status = self.0.read(folder, |folder| FolderStatus {
            uid_validity: folder.validity,
            uid_next: folder.next,
            messages: u32::try_from(folder.messages.len()).unwrap(),
            unseen: None,
            modseq: None,
        });
        Box::pin(async { status })
    }

    fn uids<'a>(&'a self, folder: &'a str, low: u32, high: Option<u32>) -> Answer<'a, Vec<u32>> {
        let uids = self.0.read(folder, |folder| {
            folder.messages.range(low..=high.unwrap_or(u32::MAX)).map(|(uid, _)| *uid).collect()
        });
        Box::pin(async { uids })
    }

    fn heads<'a>(&'a self, folder: &'a str, uids: &'a [u32]) -> Answer<'a, Vec<RemoteMail>> {
        let heads = self.0.read(folder, |folder| {
            let head = |uid: &u32| {
                let (message, at) = folder.messages.get(uid)?;
                let end = message.windows(4).position(|end| end == b"\r\n\r\n").unwrap_or(message.len());
                let header = message[..end].to_vec();
                let size = message.len() as u64;
                Some(RemoteMail { uid: *uid, flags: MessageFlags::NONE, received_at: Some(*at), size, header })
            };
            uids.iter().filter_map(head).collect()
        });
        Box::pin(async {
            self.0.answers("heads").await;
            heads
        })
    }

    fn flags<'a>(&'a self, folder: &'a str, low: u32, high: u32, _: Option<u64>) -> Answer<'a, FlagChanges> {
        let flags = self.0.read(folder, |folder| FlagChanges {
            flags: folder.messages.range(low..=high).map(|(uid, _)| (*uid, MessageFlags::NONE)).collect(),
            vanished: Vec::new(),
        });
        Box::pin(async { flags })
    }

    fn beginnings<'a>(&'a self, _: &'a str, _: &'a [u32], _: u32) -> Answer<'a, Vec<(u32, Vec<u8>)>> {
        now(Vec::new())
    }

    fn calendars<'a>(&'a self, folder: &'a str, uids: &'a [u32]) -> Answer<'a, Vec<(u32, String)>> {
        let found = self.0.read(folder, |folder| {
            let has = |uid: &&u32| {
                let message =
                    folder.messages.get(*uid).map(|(message, _)| String::from_utf8_lossy(message).into_owned());
                message.is_some_and(|message| message.contains("text/calendar") || message.contains(".ics"))
            };
            uids.iter().filter(has).map(|uid| (*uid, "0".to_owned())).collect()
        });
        Box::pin(async { found })
    }

    fn calendar<'a>(&'a self, folder: &'a str, uid: u32, _: &'a str) -> Answer<'a, Option<RemoteCalendar>> {
        *self.0.fetched.lock().unwrap() += 1;
        let found = self.0.read(folder, |folder| folder.messages.get(&uid).map(|(message, _)| message.clone()));
        Box::pin(async {
            self.0.answers("calendar").await;
            Ok(found?.map(|message| RemoteCalendar { header: message.clone(), part: message }))
        })
    }

    fn message<'a>(&'a self, folder: &'a str, uid: u32, _: usize) -> Answer<'a, Option<Vec<u8>>> {
        let found = self.0.read(folder, |folder| folder.messages.get(&uid).map(|(message, _)| message.clone()));
        Box::pin(async { found })
    }

    fn append<'a>(&'a self, _: &'a str, _: MessageFlags, _: &'a [u8]) -> Answer<'a, Option<u32>> {
        now(None)
    }

    fn store<'a>(&'a self, _: &'a str, _: &'a [u32], _: MessageFlags, _: bool) -> Answer<'a, ()> {
        Box::pin(async {
            self.0.answers("store").await;
            *self.0.flagged.lock().unwrap() += 1;
            Ok(())
        })
    }

    fn move_to<'a>(&'a self, _: &'a str, _: &'a [u32], _: &'a str) -> Answer<'a, Vec<(u32, u32)>> {
        now(Vec::new())
    }

    fn delete<'a>(&'a self, _: &'a str, _: &'a [u32]) -> Answer<'a, ()> {
        now(())
    }

    fn search<'a>(&'a self, _: &'a str, _: &'a [String]) -> Answer<'a, Vec<u32>> {
        now(Vec::new())
    }

    fn find<'a>(&'a self, _: &'a str, _: &'a str) -> Answer<'a, Vec<u32>> {
        now(Vec::new())
    }

    fn create_folder<'a>(&'a self, path: &'a str) -> Answer<'a, ()> {
        if *self.0.is_full.lock().unwrap() {
            return Box::pin(async { Err(ProviderError::Rejected("no more folders".to_owned())) });
        }
        let folder = Folder { validity: 1, next: 1, messages: Messages::new() };
        self.0.folders.lock().unwrap().entry(path.to_owned()).or_insert(folder);
        now(())
    }

    fn wait<'a>(&'a self, _: &'a str, _: Duration) -> Answer<'a, bool> {
        now(false)
    }

    fn close(&self) -> Answer<'_, ()> {
        now(())
    }
}

struct Services {
    mailboxes: Arc<Mailboxes>,
    post: Arc<Post>,
}

impl MailConnector for Services {
    fn mailbox<'a>(&'a self, _: &'a MailServer, _: &'a Credentials) -> Answer<'a, Arc<dyn Mailbox>> {
        let opened: Arc<dyn Mailbox> = Arc::new(Opened(self.mailboxes.clone()));
        now(opened)
    }

    fn transport(&self, _: &MailServer, _: &Credentials) -> Result<Arc<dyn MailTransport>, ProviderError> {
        Ok(self.post.clone())
    }

    fn fresh<'a>(
        &'a self,
        _: Option<&'a str>,
        credentials: Credentials,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Answer<'a, Credentials> {
        *self.mailboxes.credentials.lock().unwrap() = Some(credentials.clone());
        let Some((meanwhile, others)) = self.mailboxes.renewal.lock().unwrap().take() else { return now(credentials) };
        Box::pin(async move {
            meanwhile.await;
            keeper.replace(others.clone()).await?;
            Ok(others)
        })
    }

    fn calendars_of<'a>(&'a self, domain: &'a str) -> Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>> {
        let host = self.mailboxes.calendars.lock().unwrap().get(domain).cloned();
        Box::pin(async { host })
    }

    fn configure<'a>(
        &'a self,
        address: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<MailConfiguration, FindError>> + Send + 'a>> {
        Box::pin(async move { Err(FindError::Address(address.to_owned())) })
    }
}

/// An account of Dora's, for `address`, at the host `imap`.
pub fn new_account(address: &str, imap: &str) -> NewMailAccount {
    let server = || MailServer { host: imap.into(), port: 1, security: MailSecurity::Plain, user: "dora".into() };
    NewMailAccount {
        name: String::new(),
        address: address.into(),
        display_name: "Dora".into(),
        color: None,
        preset: None,
        settings: MailSettings::at(server(), server()),
        credentials: Credentials::Basic { user: "dora".into(), password: "secret".into() },
    }
}

/// Dora, whose address here is `dora@example.org`, with a mail account for `dora@mail.example`.
pub struct Desk {
    pub home: Home,
    pub kalends: Kalends,
    pub mailboxes: Arc<Mailboxes>,
    pub post: Arc<Post>,
    pub dora: Caller,
    pub calendar: CalendarId,
    pub account: MailAccountId,
}

impl Desk {
    /// `imap`: the host that the account is at.
    pub async fn new(imap: &str, rule: InvitationRule) -> Self {
        let home = Home::new().await;
        let (mailboxes, post) = (Arc::new(Mailboxes::default()), Arc::new(Post::default()));
        for path in ["INBOX", "Sent", "Junk", "Archive", "Trash"] {
            let folder = Folder { validity: 1, next: 1, messages: Messages::new() };
            mailboxes.folders.lock().unwrap().insert(path.to_owned(), folder);
        }
        let services = Services { mailboxes: mailboxes.clone(), post: post.clone() };
        let kalends = sending(home.cold(), &post).with_mail_connector(Arc::new(services));
        let (dora, calendar) = person(&kalends, "dora").await;
        let mut new = new_account("dora@mail.example", imap);
        new.settings.invitations = rule;
        let account = kalends.add_mail_account(dora, &new, None).await.unwrap();
        let desk = Desk { home, kalends, mailboxes, post, dora, calendar, account };
        desk.look().await;
        desk
    }

    pub async fn look(&self) {
        self.kalends.look_at_mail(self.dora, self.account).await.unwrap();
        settle(&self.kalends).await;
    }

    pub async fn rule(&self, rule: InvitationRule) {
        let change = MailAccountChange { invitations: Some(rule), ..MailAccountChange::default() };
        self.kalends.change_mail_account(self.dora, self.account, &change).await.unwrap();
    }

    /// A mail comes, and what it says is taken up.
    pub async fn deliver(&self, message: &str) {
        self.mailboxes.put("INBOX", message, Utc::now() - TimeDelta::minutes(1));
        self.look().await;
    }

    /// The message with this subject, wherever it is.
    pub async fn message(&self, subject: &str) -> MailMessageId {
        let query = MailQuery { place: MailPlace::Everywhere, threads: false, ..MailQuery::default() };
        let rows = self.kalends.list_mail(self.dora, &query).await.unwrap().rows;
        rows.into_iter().find(|row| row.message.subject.contains(subject)).unwrap().message.id
    }

    pub async fn shown(&self, subject: &str) -> MailInvitation {
        let id = self.message(subject).await;
        self.kalends.mail_invitation(self.dora, id).await.unwrap().unwrap()
    }

    pub async fn act(&self, subject: &str, deed: InvitationAction) {
        let id = self.message(subject).await;
        self.kalends.answer_mail_invitation(self.dora, id, deed, None, Some("a word")).await.unwrap();
        settle(&self.kalends).await;
    }

    /// The text of what stands in the calendar, unfolded.
    pub async fn text(&self, name: &str) -> Option<String> {
        let object = self.kalends.object(self.dora, self.calendar, name).await.ok()?;
        Some(object.text.replace("\r\n ", "").replace("\n ", ""))
    }

    /// What was sent, each on one line.
    pub fn sent(&self) -> Vec<String> {
        self.post.taken.lock().unwrap().clone()
    }
}
