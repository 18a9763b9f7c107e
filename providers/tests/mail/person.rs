//! Somebody on an installation of their own, who has a mailbox at a server of mail: what they send goes over Exim into mailboxes of Dovecot.

use crate::setup::{account_at, connect, new_user, services};
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::accounts::NewUser;
use kalends_domain::calendars::CalendarId;
use kalends_domain::jobs::Worker;
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{MailAccountId, MailInvitation, MailMessageId, MailPlace, MailQuery};
use kalends_domain::objects::{Object, Precondition};
use kalends_domain::outgoing_mail::{Envelope, MailTransport};
use kalends_domain::scheduling::Invitation;
use kalends_providers::imap::Imap;
use kalends_providers::outbound::Dialer;
use kalends_providers::smtp::{SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpTransport};
use kalends_test_support::dovecot::{Dovecot, PASSWORD};
use kalends_test_support::exim::Exim;
use kalends_test_support::home::{Home, first_calendar, new_user as slug};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const MAX_WAIT: Duration = Duration::from_secs(30);

pub struct Person {
    pub home: Home,
    pub kalends: Kalends,
    pub caller: Caller,
    pub calendar: CalendarId,
    pub account: MailAccountId,
    pub address: String,
    /// Who they are for Dovecot.
    pub user: String,
    pub exim: Arc<Exim>,
    pub dovecot: Arc<Dovecot>,
    /// Another program with the same mailbox.
    other: Imap,
    /// How many messages were waited for.
    came: AtomicUsize,
}

impl Person {
    pub async fn new() -> Self {
        let (exim, dovecot) = Exim::shared();
        Self::at(exim, dovecot).await
    }

    pub async fn at(exim: Arc<Exim>, dovecot: Arc<Dovecot>) -> Self {
        let user = new_user();
        let address = format!("{user}@example.org");
        let home = Home::new().await;
        let kalends = home.kalends.clone().with_mail_connector(services());
        let new = NewUser { email: Some(address.clone()), ..slug("ada") };
        let caller = Caller::page(kalends.create_user(new).await.unwrap().principal.id);
        let calendar = first_calendar(&kalends, caller).await;
        let new = account_at(&dovecot, &user, &address, exim.port);
        let account = kalends.add_mail_account(caller, &new, None).await.unwrap();
        let other = connect(&dovecot, &user).await;
        let came = AtomicUsize::new(0);
        let person = Person { home, kalends, caller, calendar, account, address, user, exim, dovecot, other, came };
        person.work().await;
        person
    }

    /// Does everything that is to be done, now: looks, sends, and puts what was sent among that.
    pub async fn work(&self) {
        for _ in 0..2 {
            self.home.run("UPDATE jobs SET due_at = 1 WHERE state = 'waiting' AND kind LIKE '%mail%'").await;
            Worker::new(self.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
        }
    }

    pub async fn messages(&self, user: &str, folder: &str) -> Vec<String> {
        let mailbox = connect(&self.dovecot, user).await;
        let mut messages = Vec::new();
        for uid in mailbox.uids(folder, 1, None).await.unwrap() {
            let message = mailbox.message(folder, uid, 1_000_000).await.unwrap().unwrap();
            messages.push(String::from_utf8_lossy(&message).into_owned());
        }
        messages
    }

    /// What has come to somebody, once so much has.
    pub async fn arrived(&self, user: &str, count: usize) -> Vec<String> {
        let mailbox = connect(&self.dovecot, user).await;
        self.await_mail(&mailbox, count).await;
        self.messages(user, "INBOX").await
    }

    async fn await_mail(&self, mailbox: &Imap, count: usize) {
        let begun = Instant::now();
        loop {
            let found = mailbox.status("INBOX").await.unwrap().messages as usize;
            if found >= count {
                return;
            }
            assert!(begun.elapsed() < MAX_WAIT, "{found} of {count} came: {}", self.exim.log());
            mailbox.wait("INBOX", Duration::from_secs(1)).await.unwrap();
        }
    }

    /// Reads what comes, once so many more messages have.
    pub async fn receive(&self, count: usize) {
        let all = self.came.fetch_add(count, Ordering::Relaxed) + count;
        self.await_mail(&self.other, all).await;
        self.work().await;
        let now = self.other.status("INBOX").await.unwrap().messages as usize;
        assert_eq!(now, all, "more came than was to: {:?}", self.messages(&self.user, "INBOX").await);
    }

    /// The last message that came, as it was sent.
    pub async fn last_mail(&self) -> String {
        self.messages(&self.user, "INBOX").await.pop().unwrap()
    }

    /// Sends a message as another program of theirs would.
    pub async fn send(&self, to: &Person, message: &str) {
        let host = "127.0.0.1".to_owned();
        let settings = SmtpSettings {
            host: host.clone(),
            port: self.exim.port,
            security: SmtpSecurity::None,
            credentials: Some(SmtpCredentials::Password { user: self.address.clone(), password: PASSWORD.into() }),
        };
        let transport = SmtpTransport::new(Dialer::new([host]), settings);
        let envelope = Envelope { from: self.address.clone(), to: vec![to.address.clone()] };
        transport.send(&envelope, message.as_bytes()).await.unwrap();
    }

    pub async fn put(&self, name: &str, text: &str) {
        self.kalends.put_object(self.caller, self.calendar, name, text, Precondition::None).await.unwrap();
        self.work().await;
    }

    pub async fn object(&self, name: &str) -> Option<Object> {
        self.kalends.object(self.caller, self.calendar, name).await.ok()
    }

    /// Of an event that is there, without folds.
    pub async fn text(&self, name: &str) -> String {
        self.object(name).await.unwrap().text.replace("\r\n ", "")
    }

    pub async fn tag(&self, name: &str) -> String {
        self.object(name).await.unwrap().head.schedule_tag.unwrap()
    }

    pub async fn invitation(&self, name: &str) -> Invitation {
        self.kalends.invitation(self.caller, self.calendar, name, None).await.unwrap()
    }

    /// What the mails in the inbox say about meetings, the last that came at first.
    pub async fn shown(&self) -> Vec<(MailMessageId, MailInvitation)> {
        let query = MailQuery { place: MailPlace::Inboxes, threads: false, ..MailQuery::default() };
        let mut rows = self.kalends.list_mail(self.caller, &query).await.unwrap().rows;
        rows.sort_by_key(|row| std::cmp::Reverse(row.message.id.0));
        let mut all = Vec::new();
        for row in rows {
            let shown = self.kalends.mail_invitation(self.caller, row.message.id).await.unwrap();
            all.extend(shown.map(|shown| (row.message.id, shown)));
        }
        all
    }

    /// What the last mail about a meeting says.
    pub async fn last(&self) -> (MailMessageId, MailInvitation) {
        self.shown().await.remove(0)
    }
}
