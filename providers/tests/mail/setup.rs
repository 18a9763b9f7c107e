//! An installation with an account at a mail server, and another program that uses the same account.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::jobs::Worker;
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{
    ChosenFolders, FolderRole, InvitationRule, MailAccountId, MailFolder, MailPlace, MailQuery, MailRow, MailSecurity,
    MailServer, MailSettings, MessageFlags, NewMailAccount, SentBy,
};
use kalends_domain::sync::credentials::Credentials;
use kalends_providers::connector::RemoteServices;
use kalends_providers::imap::Imap;
use kalends_providers::outbound::{Dialer, Outbound};
use kalends_test_support::dovecot::{Dovecot, Offering, PASSWORD};
use kalends_test_support::home::Home;
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_util::sync::CancellationToken;

pub const ADDRESS: &str = "ada@example.org";

pub struct Post {
    pub home: Home,
    pub kalends: Kalends,
    pub anna: Caller,
    pub account: MailAccountId,
    pub dovecot: Arc<Dovecot>,
    /// Who the account's owner is for its IMAP server.
    pub user: String,
    pub smtp: SmtpServer,
    /// Another program with the same account.
    pub other: Imap,
}

/// Somebody who has no mail at the server that the tests share.
pub fn new_user() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("ada{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

pub fn credentials() -> Credentials {
    Credentials::Basic { user: ADDRESS.into(), password: PASSWORD.into() }
}

fn server(port: u16, user: &str) -> MailServer {
    MailServer { host: "127.0.0.1".into(), port, security: MailSecurity::Plain, user: user.into() }
}

pub fn services() -> Arc<RemoteServices> {
    Arc::new(RemoteServices::new(Outbound::new(["127.0.0.1".to_owned()])))
}

pub async fn connect(dovecot: &Dovecot, user: &str) -> Imap {
    Imap::connect(&Dialer::new(["127.0.0.1".to_owned()]), &server(dovecot.port, user), &credentials()).await.unwrap()
}

/// Of a server that takes mail of the account's owner.
pub fn owners(options: SmtpOptions) -> SmtpOptions {
    let proof = STANDARD.encode(format!("\0{ADDRESS}\0{PASSWORD}"));
    SmtpOptions { abilities: vec!["AUTH PLAIN", "8BITMIME"], proof: Some(proof), ..options }
}

pub fn taking(options: SmtpOptions) -> SmtpServer {
    SmtpServer::start(owners(options))
}

pub fn new_account(dovecot: &Dovecot, user: &str, smtp: &SmtpServer) -> NewMailAccount {
    account_at(dovecot, user, ADDRESS, smtp.address.port())
}

/// `address` is also the name at the server that takes mail.
pub fn account_at(dovecot: &Dovecot, user: &str, address: &str, smtp: u16) -> NewMailAccount {
    NewMailAccount {
        name: "Work".into(),
        address: address.into(),
        display_name: "Ada".into(),
        color: None,
        preset: None,
        settings: MailSettings {
            imap: server(dovecot.port, user),
            smtp: server(smtp, address),
            sent_by: SentBy::Client,
            folders: ChosenFolders::default(),
            invitations: InvitationRule::default(),
            signs_in: false,
        },
        credentials: credentials(),
    }
}

impl Post {
    pub async fn new() -> Self {
        Self::at(Offering::Everything, SmtpOptions::default()).await
    }

    pub async fn at(offering: Offering, smtp: SmtpOptions) -> Self {
        let (dovecot, user) = (Dovecot::shared(offering), new_user());
        let smtp = taking(smtp);
        let home = Home::new().await;
        let kalends = home.kalends.clone().with_mail_connector(services());
        let other = connect(&dovecot, &user).await;
        let account = kalends.add_mail_account(home.anna, &new_account(&dovecot, &user, &smtp), None).await.unwrap();
        let post = Post { anna: home.anna, home, kalends, account, dovecot, user, smtp, other };
        post.work().await;
        post
    }

    /// Does what is due.
    pub async fn work(&self) {
        Worker::new(self.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    }

    /// Looks at the account.
    pub async fn look(&self) {
        self.kalends.look_at_mail(self.anna, self.account).await.unwrap();
        self.work().await;
    }

    pub async fn deliver(&self, message: &str) {
        self.deliver_to("INBOX", message).await;
    }

    pub async fn deliver_to(&self, folder: &str, message: &str) {
        let message = message.replace('\n', "\r\n");
        self.other.append(folder, MessageFlags::NONE, message.as_bytes()).await.unwrap();
    }

    pub async fn folder(&self, role: FolderRole) -> MailFolder {
        let folders = self.kalends.mail_folders(self.anna).await.unwrap();
        folders.into_iter().find(|folder| folder.role == Some(role)).unwrap()
    }

    pub async fn list(&self, place: MailPlace) -> Vec<MailRow> {
        let query = MailQuery { place, threads: false, ..MailQuery::default() };
        self.kalends.list_mail(self.anna, &query).await.unwrap().rows
    }

    pub async fn subjects(&self, role: FolderRole) -> Vec<String> {
        let rows = self.list(MailPlace::Role(role)).await;
        let mut subjects: Vec<String> = rows.into_iter().map(|row| row.message.subject).collect();
        subjects.sort();
        subjects
    }

    /// The flags of what is in a folder, as the server has them.
    pub async fn flags_there(&self, folder: &str) -> Vec<(u32, MessageFlags)> {
        let other = connect(&self.dovecot, &self.user).await;
        let mut flags = other.flags(folder, 1, u32::MAX, None).await.unwrap().flags;
        flags.sort_by_key(|(uid, _)| *uid);
        flags
    }
}

pub fn mail(subject: &str, id: &str, more: &str) -> String {
    let date = Utc::now().to_rfc2822();
    format!(
        "From: Bob <bob@example.org>\nTo: {ADDRESS}\nSubject: {subject}\nMessage-ID: <{id}@example.org>\nDate: {date}\n{more}\nHello {subject}\n"
    )
}
