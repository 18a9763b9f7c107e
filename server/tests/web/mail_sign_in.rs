//! Mail accounts at services at which people sign in. Google is a stand-in; its mail is a real Dovecot, which asks it whose a token is.

use super::google::{begun, way_back};
use super::mail_account_page::work;
use super::microsoft::{self, followed, get};
use hyper::{Method, StatusCode};
use kalends_domain::mail::{MailAccount, MailSecurity};
use kalends_domain::sync::AccountState;
use kalends_providers::google::Google;
use kalends_test_support::browser::{Answer, FORM, Person};
use kalends_test_support::dovecot::Dovecot;
use kalends_test_support::google::{GoogleDouble, ME};
use kalends_test_support::graph::Double;
use kalends_test_support::server::{Registered, Server};
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use serde_json::json;

const ADD: &str = "/settings/mail/new";
const BEGIN: &str = "/settings/mail/sign-in/gmail?address=bea%40gmail.example&name=Bea+B";

/// Google, its server of mail and the one that takes mail, and an installation that is registered there.
struct Place {
    double: GoogleDouble,
    _imap: Dovecot,
    smtp: SmtpServer,
    server: Server,
}

impl Place {
    async fn new() -> Self {
        let double = GoogleDouble::start().await;
        let imap = Dovecot::taking_tokens(&double.token_info());
        let taking = SmtpOptions {
            abilities: vec!["AUTH XOAUTH2"],
            answers: vec![("AUTH", "235 2.7.0 Accepted")],
            ..SmtpOptions::default()
        };
        let smtp = SmtpServer::start(taking);
        let mut settings = double.settings(None);
        settings["mail"] = json!({ "imap": format!("127.0.0.1:{}", imap.port), "smtp": smtp.address.to_string() });
        let google = serde_json::from_value::<Google>(settings).unwrap().checked().unwrap();
        let server = Server::with_registered(Registered { google: Some(google), ..Registered::default() }).await;
        Place { double, _imap: imap, smtp, server }
    }

    /// Goes to Google by `begin` and agrees. Yields what the way back leads to.
    async fn agreed(&self, person: &Person, begin: &str) -> (Answer, String) {
        let (there, browser) = begun(&self.server, &self.double, person, begin).await;
        assert!(there.contains("login_hint=") && there.contains("scope=https%3A%2F%2Fmail.google.com%2F&"), "{there}");
        let back = way_back(&self.double, &there).await;
        let cookies = format!("{}; {browser}", person.cookie);
        (get(&self.server, &cookies, &back).await, cookies)
    }

    async fn accounts(&self, person: &Person) -> Vec<MailAccount> {
        work(&self.server).await;
        self.server.kalends.mail_accounts(person.caller).await.unwrap()
    }
}

/// The form of a new account after its servers were looked for.
async fn looked(server: &Server, person: &Person, address: &str) -> String {
    let form = format!("do=look&address={}&name=Bea", address.replace('@', "%40"));
    server.connect().await.send(Method::POST, ADD, &person.cookie, FORM, &form).await.unwrap().text
}

#[tokio::test]
async fn whoever_signs_in_has_the_mail_there_and_stays_signed_in() {
    let place = Place::new().await;
    let (server, ada) = (&place.server, place.server.person("ada").await);
    // Nothing says where its mail is: it may be there, or not.
    let page = looked(server, &ada, ME).await;
    assert!(page.contains("/settings/mail/sign-in/gmail?address=bea%40gmail.example"), "{page}");
    assert!(page.contains("type=\"password\"") && page.contains("Sign in at Gmail"), "{page}");

    // Tokens end at once: each time another one is had.
    place.double.live_for(60);
    let (came, cookies) = place.agreed(&ada, BEGIN).await;
    let page = followed(server, &cookies, &came).await;
    assert!(page.contains("The account is there.") && page.contains("Sign in at Gmail"), "{page}");
    assert!(!page.contains("type=\"password\""), "{page}");
    place.double.asked();
    let account = place.accounts(&ada).await.remove(0);
    assert!(place.double.asked().contains(&"POST /token".to_owned()));
    assert_eq!((account.preset.as_deref(), account.address.as_str()), (Some("gmail"), ME));
    assert_eq!((account.state, account.settings.signs_in, &account.why), (AccountState::Active, true, &None));
    assert!(account.looked_at.is_some(), "{account:?}");
    assert_eq!(account.settings.imap.security, MailSecurity::Plain);
    assert!(place.smtp.lines().iter().any(|line| line.starts_with("AUTH XOAUTH2 ")), "{:?}", place.smtp.lines());
    let identities = server.kalends.mail_identities(ada.caller, account.id).await.unwrap();
    assert_eq!((identities[0].name.as_str(), identities[0].address.as_str()), ("Bea B", ME));

    // Consent is taken back: the page offers the way in, and signing in again mends the same account.
    place.double.revoke_consent();
    assert!(server.kalends.test_mail_account(ada.caller, account.id).await.unwrap().reading.is_err());
    let account = place.accounts(&ada).await.remove(0);
    assert_eq!(account.state, AccountState::Unauthenticated, "{account:?}");
    let page = get(server, &ada.cookie, &format!("/settings/mail/{}", account.id.0)).await.text;
    let again = "/settings/mail/sign-in/gmail?address=bea%40gmail.example";
    assert!(page.contains(&format!("href=\"{again}\"")) && page.contains("button--primary"), "{page}");
    let (came, cookies) = place.agreed(&ada, again).await;
    let page = followed(server, &cookies, &came).await;
    assert!(page.contains("You are signed in at Gmail again."), "{page}");
    let accounts = place.accounts(&ada).await;
    assert_eq!((accounts.len(), accounts[0].state), (1, AccountState::Active), "{accounts:?}");
}

#[tokio::test]
async fn two_tabs_that_come_back_at_once_are_one_account() {
    let place = Place::new().await;
    let (server, ada) = (&place.server, place.server.person("ada").await);
    let mut ways = Vec::new();
    for _ in 0..2 {
        let (there, browser) = begun(server, &place.double, &ada, BEGIN).await;
        ways.push((way_back(&place.double, &there).await, format!("{}; {browser}", ada.cookie)));
    }
    let [(one, first), (two, second)] = &ways[..] else { panic!("{ways:?}") };
    let (one, two) = tokio::join!(get(server, first, one), get(server, second, two));
    for (came, cookies) in [(one, first), (two, second)] {
        let page = followed(server, cookies, &came).await;
        assert!(page.contains("The account is there.") || page.contains("You are signed in at Gmail again."), "{page}");
    }
    assert_eq!(place.accounts(&ada).await.len(), 1);
}

#[tokio::test]
async fn nobody_comes_into_the_mail_of_another() {
    let place = Place::new().await;
    let (server, ada, eve) = (&place.server, place.server.person("ada").await, place.server.person("eve").await);
    let other = BEGIN.replace("bea%40", "carla%40");
    let (came, cookies) = place.agreed(&ada, &other).await;
    let page = followed(server, &cookies, &came).await;
    assert!(page.contains("Your account at Gmail was not connected"), "{page}");
    assert!(place.accounts(&ada).await.is_empty());

    // What one has begun another does not end, and nothing is ended twice.
    let (there, browser) = begun(server, &place.double, &ada, BEGIN).await;
    let back = way_back(&place.double, &there).await;
    let cookies = format!("{}; {browser}", eve.cookie);
    for _ in 0..2 {
        let came = get(server, &cookies, &back).await;
        assert!(followed(server, &cookies, &came).await.contains("Begin again"));
    }
    assert!(place.accounts(&eve).await.is_empty());

    // Somebody says no there.
    let (there, browser) = begun(server, &place.double, &ada, BEGIN).await;
    let state = there.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let denied = format!("/settings/accounts/google/callback?error=access_denied&state={state}");
    let cookies = format!("{}; {browser}", ada.cookie);
    let came = get(server, &cookies, &denied).await;
    assert_eq!(came.header("location"), ADD);
    assert!(followed(server, &cookies, &came).await.contains("access was not given"));

    // Without an address nobody is sent away, nor without being signed in here.
    for begin in ["/settings/mail/sign-in/gmail", "/settings/mail/sign-in/gmail?address=+"] {
        assert_eq!(get(server, &ada.cookie, begin).await.header("location"), ADD, "{begin}");
    }
    assert!(get(server, "", BEGIN).await.header("location").starts_with("/sign-in"));
    assert_eq!(get(server, &ada.cookie, &BEGIN.replace("gmail?", "microsoft?")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn where_no_password_is_taken_none_is_asked_for() {
    // This server is not registered: it is said, rather than a password asked for that nobody takes.
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let page = looked(&server, &ada, "ada@outlook.com").await;
    assert!(page.contains("takes no passwords from other programs"), "{page}");
    assert!(!page.contains("type=\"password\"") && !page.contains("sign-in/microsoft"), "{page}");

    let double = Double::start().await;
    let server = microsoft::server(&double).await;
    let ada = server.person("ada").await;
    let page = looked(&server, &ada, "ada@outlook.com").await;
    let begin = "/settings/mail/sign-in/microsoft?address=ada%40outlook.com";
    assert!(page.contains(begin) && !page.contains("type=\"password\""), "{page}");
    let there = get(&server, &ada.cookie, begin).await.header("location").to_owned();
    for part in ["IMAP.AccessAsUser.All", "SMTP.Send", "offline_access", "login_hint=ada%40outlook.com"] {
        assert!(there.contains(part), "{part} is not in {there}");
    }
    assert!(there.contains("%2Fsettings%2Faccounts%2Fmicrosoft%2Fcallback") && !there.contains("Calendars"), "{there}");
}
