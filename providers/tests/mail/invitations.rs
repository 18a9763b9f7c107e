//! Invitations and answers go out by the account of whoever sends them, and by the installation's mail where that does not take them.

use crate::setup::{ADDRESS, connect, new_account, new_user, owners, services, taking};
use kalends_domain::Kalends;
use kalends_domain::access::Caller;
use kalends_domain::accounts::NewUser;
use kalends_domain::calendars::CalendarId;
use kalends_domain::jobs::Worker;
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{MailAccountChange, MailAccountId};
use kalends_domain::objects::Precondition;
use kalends_domain::scheduling::{MAIL, OWN_MAIL, Sent};
use kalends_domain::sync::AccountState;
use kalends_providers::outbound::Dialer;
use kalends_providers::smtp::{SmtpSecurity, SmtpSettings, SmtpTransport};
use kalends_test_support::dovecot::{Dovecot, Offering};
use kalends_test_support::home::{Home, first_calendar, new_user as slug};
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Ada, who invites people elsewhere and has an account of mail.
struct Bureau {
    home: Home,
    kalends: Kalends,
    ada: Caller,
    calendar: CalendarId,
    account: MailAccountId,
    dovecot: Arc<Dovecot>,
    user: String,
    /// Of her account, and of the installation.
    own: SmtpServer,
    common: SmtpServer,
}

impl Bureau {
    /// `email`: her address here, from which her meetings are.
    async fn new(email: &str, has_common: bool) -> Self {
        let (dovecot, user) = (Dovecot::shared(Offering::Everything), new_user());
        let (own, common) = (taking(SmtpOptions::default()), SmtpServer::start(SmtpOptions::default()));
        let home = Home::new().await;
        let (host, port) = ("127.0.0.1".to_owned(), common.address.port());
        let settings = SmtpSettings { host: host.clone(), port, security: SmtpSecurity::None, credentials: None };
        let mut kalends = home.kalends.clone().with_mail_connector(services());
        if has_common {
            let transport = SmtpTransport::new(Dialer::new([host]), settings);
            let sender = "Kalends <kalends@example.org>".parse().unwrap();
            kalends = kalends.with_mail_transport(Some(Arc::new(transport))).with_mail_sender(Some(sender));
        }
        let new = NewUser { email: Some(email.to_owned()), ..slug("ada") };
        let ada = Caller::page(kalends.create_user(new).await.unwrap().principal.id);
        let calendar = first_calendar(&kalends, ada).await;
        let account = kalends.add_mail_account(ada, &new_account(&dovecot, &user, &own), None).await.unwrap();
        let bureau = Bureau { home, kalends, ada, calendar, account, dovecot, user, own, common };
        bureau.work().await;
        bureau
    }

    async fn work(&self) {
        Worker::new(self.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    }

    async fn invite(&self, email: &str, title: &str, guests: &[&str]) {
        let guests: String =
            guests.iter().map(|who| format!("ATTENDEE;CN={who}:mailto:{who}@example.com\r\n")).collect();
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\n\
             DTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:{title}\r\nORGANIZER;CN=The chief:mailto:{email}\r\n\
             {guests}END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        self.kalends.put_object(self.ada, self.calendar, "m.ics", &text, Precondition::None).await.unwrap();
        self.work().await;
    }

    /// What does not wait for its time any more is done.
    async fn later(&self) {
        self.home.run("UPDATE jobs SET due_at = 1 WHERE kind IN ('invitation-mail', 'mail-save')").await;
        self.work().await;
    }

    async fn sent(&self) -> Vec<Sent> {
        self.kalends.invitation(self.ada, self.calendar, "m.ics", None).await.unwrap().sent
    }

    /// What is among what was sent.
    async fn filed(&self) -> Vec<String> {
        let other = connect(&self.dovecot, &self.user).await;
        let mut messages = Vec::new();
        for uid in other.uids("Sent", 1, None).await.unwrap() {
            let message = other.message("Sent", uid, 1_000_000).await.unwrap().unwrap();
            messages.push(String::from_utf8_lossy(&message).into_owned());
        }
        messages
    }

    async fn choose(&self, wanted: bool) {
        let change = MailAccountChange { for_invitations: Some(wanted), ..MailAccountChange::default() };
        self.kalends.change_mail_account(self.ada, self.account, &change).await.unwrap();
    }
}

fn header<'a>(mail: &'a str, name: &str) -> Option<&'a str> {
    mail.split("\r\n").take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn invitations_are_from_the_account_that_has_the_address_and_are_kept_once() {
    let bureau = Bureau::new(ADDRESS, true).await;
    bureau.invite(ADDRESS, "Plan", &["zoe", "yan"]).await;
    bureau.later().await;
    let mails = bureau.own.mails();
    assert_eq!((mails.len(), bureau.common.mails().len()), (2, 0));
    for mail in &mails {
        assert_eq!(mail.from, ADDRESS);
        assert_eq!(header(&mail.message, "From"), Some("\"Ada\" <ada@example.org>"), "not as the text calls her");
        assert_eq!(header(&mail.message, "Reply-To"), None);
        assert!(mail.message.contains("method=\"REQUEST\""), "{}", mail.message);
    }
    for sent in bureau.sent().await {
        assert_eq!((sent.way.as_str(), sent.status.as_str(), sent.problem), (OWN_MAIL, "1.1", None));
    }
    let [kept] = &bureau.filed().await[..] else { panic!("one copy for both") };
    let to = header(kept, "To").unwrap();
    assert!(to.contains("zoe@example.com") && kept.contains("yan@example.com"), "{kept}");
    assert!(mails.iter().any(|mail| header(&mail.message, "Message-ID") == header(kept, "Message-ID")));
    // A change is kept as well, and however often it is filed, it is there once.
    bureau.invite(ADDRESS, "Other plan", &["zoe", "yan"]).await;
    bureau.later().await;
    assert_eq!((bureau.own.mails().len(), bureau.filed().await.len()), (4, 2));
    assert_eq!(bureau.home.count("mail_copies").await, 0);
    assert_eq!(bureau.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_no_account_has_the_address_of_goes_by_the_chosen_one_or_the_installations_mail() {
    let bureau = Bureau::new("chief@example.org", true).await;
    bureau.invite("chief@example.org", "Plan", &["zoe"]).await;
    assert_eq!((bureau.own.mails().len(), bureau.common.mails().len()), (0, 1));
    assert_eq!(bureau.sent().await[0].way, MAIL);
    bureau.choose(true).await;
    bureau.invite("chief@example.org", "Other plan", &["zoe"]).await;
    let [mail] = &bureau.own.mails()[..] else { panic!("it goes by the chosen account") };
    assert_eq!(header(&mail.message, "Reply-To"), Some("\"The chief\" <chief@example.org>"));
    // One at most is chosen.
    let second = new_account(&bureau.dovecot, &new_user(), &bureau.own);
    let second = bureau.kalends.add_mail_account(bureau.ada, &second, None).await.unwrap();
    let change = MailAccountChange { for_invitations: Some(true), ..MailAccountChange::default() };
    bureau.kalends.change_mail_account(bureau.ada, second, &change).await.unwrap();
    bureau.choose(false).await;
    let chosen = |accounts: Vec<kalends_domain::mail::MailAccount>| -> Vec<MailAccountId> {
        accounts.into_iter().filter(|account| account.for_invitations).map(|account| account.id).collect()
    };
    assert_eq!(chosen(bureau.kalends.mail_accounts(bureau.ada).await.unwrap()), [second]);
    bureau.choose(true).await;
    assert_eq!(chosen(bureau.kalends.mail_accounts(bureau.ada).await.unwrap()), [bureau.account]);
}

#[tokio::test]
async fn an_account_that_is_not_let_in_gives_way_to_the_installations_mail_and_says_so() {
    let bureau = Bureau::new(ADDRESS, true).await;
    let shut = vec![("AUTH", "535 5.7.8 go away")];
    bureau.own.set(SmtpOptions { abilities: vec!["AUTH PLAIN"], answers: shut, ..SmtpOptions::default() });
    let asked = bureau.own.lines().iter().filter(|line| line.starts_with("AUTH")).count();
    bureau.invite(ADDRESS, "Plan", &["zoe", "yan"]).await;
    assert_eq!((bureau.own.mails().len(), bureau.common.mails().len()), (0, 2));
    assert_eq!(bureau.own.lines().iter().filter(|line| line.starts_with("AUTH")).count(), asked + 1, "not twice");
    let sent = bureau.sent().await;
    assert!(sent.iter().all(|sent| sent.way == MAIL && sent.status == "1.1"), "{sent:?}");
    assert!(sent.iter().any(|sent| sent.problem.as_deref().is_some_and(|why| why.contains("go away"))), "{sent:?}");
    let account = bureau.kalends.mail_account(bureau.ada, bureau.account).await.unwrap();
    assert_eq!(account.state, AccountState::Active, "it can be read still");
    assert!(account.notice.unwrap().what.contains("go away"));
    assert!(bureau.filed().await.is_empty(), "it was not sent by that account");
}

#[tokio::test]
async fn without_another_way_what_an_account_refuses_is_refused() {
    let bureau = Bureau::new(ADDRESS, false).await;
    let mine = |answers| owners(SmtpOptions { answers, ..SmtpOptions::default() });
    bureau.own.set(mine(vec![("MAIL FROM", "550 5.7.1 you are not that")]));
    bureau.invite(ADDRESS, "Plan", &["zoe"]).await;
    let [sent] = &bureau.sent().await[..] else { panic!("one is told") };
    assert_eq!((sent.way.as_str(), sent.status.as_str()), (OWN_MAIL, "5.1"), "{sent:?}");
    // What it does not take just now goes out by it once it does.
    bureau.own.set(mine(vec![("MAIL FROM", "451 later")]));
    bureau.invite(ADDRESS, "Other plan", &["zoe"]).await;
    let waiting = bureau.sent().await[0].clone();
    assert_eq!((waiting.status.as_str(), waiting.waiting), ("1.0", true), "{waiting:?}");
    bureau.own.set(mine(Vec::new()));
    bureau.later().await;
    assert_eq!((bureau.own.mails().len(), bureau.sent().await[0].status.as_str()), (1, "1.1"));
    // Of somebody who has no account that works nothing goes out.
    let pause = MailAccountChange { is_paused: Some(true), ..MailAccountChange::default() };
    bureau.kalends.change_mail_account(bureau.ada, bureau.account, &pause).await.unwrap();
    bureau.invite(ADDRESS, "Last plan", &["zoe"]).await;
    assert_eq!((bureau.own.mails().len(), bureau.sent().await[0].status.as_str()), (1, "5.2"));
}

#[tokio::test]
async fn what_an_account_may_not_send_goes_by_the_installations_mail_and_what_reaches_nobody_by_none() {
    let bureau = Bureau::new(ADDRESS, true).await;
    let mine = |answers| owners(SmtpOptions { answers, ..SmtpOptions::default() });
    // Most servers say only of the recipients that they do not let somebody send.
    bureau.own.set(mine(vec![("RCPT TO", "550 5.7.1 relaying denied")]));
    bureau.invite(ADDRESS, "Plan", &["zoe", "yan"]).await;
    assert_eq!((bureau.own.mails().len(), bureau.common.mails().len()), (0, 2));
    for sent in bureau.sent().await {
        assert_eq!((sent.way.as_str(), sent.status.as_str()), (MAIL, "1.1"), "{sent:?}");
        assert!(sent.problem.as_deref().is_some_and(|why| why.contains("relaying denied")), "{sent:?}");
    }
    assert!(bureau.filed().await.is_empty(), "it was not sent by that account");
    // Whom there is not at the recipient's there is not by another way either.
    bureau.own.set(mine(vec![("RCPT TO", "550 5.1.1 nobody of that name")]));
    bureau.invite(ADDRESS, "Other plan", &["zoe"]).await;
    assert_eq!((bureau.own.mails().len(), bureau.common.mails().len()), (0, 2));
    let sent = bureau.sent().await;
    let last = sent.iter().find(|sent| sent.method == "REQUEST").unwrap();
    assert_eq!((last.way.as_str(), last.status.as_str()), (OWN_MAIL, "5.1"), "{sent:?}");
}
