//! Connecting calendars at Microsoft 365 by signing in there; Microsoft is a stand-in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{TimeDelta, Utc};
use hyper::StatusCode;
use kalends_domain::jobs::Worker;
use kalends_domain::mail::{FedCalendars, MailSecurity, MailServer, MailSettings, NewMailAccount};
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_domain::sync::{AccountState, LinkSettings, LinkTarget, NewLink, ProviderKind};
use kalends_providers::graph::Microsoft;
use kalends_test_support::browser::{Answer, Connection, Person};
use kalends_test_support::dovecot::{Dovecot, Offering, PASSWORD};
use kalends_test_support::graph::{CLIENT, Double, SECRET};
use kalends_test_support::server::Server;
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use serde_json::json;

const BEGIN: &str = "/settings/accounts/microsoft";

pub async fn server(double: &Double) -> Server {
    let settings = json!({
        "client-id": CLIENT, "client-secret": SECRET, "authority": double.authority(), "graph": double.graph(), "private": true,
    });
    Server::with_microsoft(serde_json::from_value::<Microsoft>(settings).unwrap().checked().unwrap()).await
}

pub async fn get(server: &Server, cookie: &str, path: &str) -> Answer {
    Connection::open(server.address).await.get(path, cookie).await
}

pub fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// Goes to Microsoft and agrees. Yields the way back, and what the browser is known by.
pub async fn agreed(server: &Server, double: &Double, person: &Person) -> (String, String) {
    agreed_from(server, double, person, BEGIN).await
}

async fn agreed_from(server: &Server, double: &Double, person: &Person, path: &str) -> (String, String) {
    let begun = get(server, &person.cookie, path).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let there = begun.header("location").strip_prefix(&double.authority()).unwrap().to_owned();
    let back = Connection::open(double.address).await.get(&format!("/{there}"), "").await;
    let back = back.header("location").strip_prefix("http://cal.example.org").unwrap().to_owned();
    (back, format!("{}; {}", person.cookie, cookie(&begun)))
}

/// The page that an answer leads to, with what it says.
pub async fn followed(server: &Server, cookies: &str, answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let flash = cookie(answer);
    get(server, &format!("{cookies}; {flash}"), answer.header("location")).await.text
}

#[tokio::test]
async fn whoever_signs_in_at_microsoft_has_the_calendars_there_and_signs_in_again_for_the_same_account() {
    let double = Double::start().await;
    let server = server(&double).await;
    let ada = server.person("ada").await;
    let list = get(&server, &ada.cookie, "/settings/accounts").await.text;
    assert!(list.contains("Microsoft 365") && list.contains(&format!("href=\"{BEGIN}\"")), "{list}");

    let (back, cookies) = agreed(&server, &double, &ada).await;
    let came = get(&server, &cookies, &back).await;
    let page = followed(&server, &cookies, &came).await;
    for text in ["Your account at Microsoft 365 is connected.", "Ada@contoso.example", "Birthdays", "Team"] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    let accounts = server.kalends.remote_accounts(ada.caller).await.unwrap();
    assert_eq!((accounts.len(), accounts[0].provider), (1, ProviderKind::Graph));
    assert!(!accounts[0].settings.contains("eyJ0"), "{}", accounts[0].settings);

    // Tokens that end are exchanged, and the new ones are kept.
    for _ in 0..2 {
        double.end_access_tokens();
        server.kalends.test_remote_account(ada.caller, accounts[0].id).await.unwrap();
    }

    // The same way back leads nowhere the second time.
    let again = get(&server, &cookies, &back).await;
    assert!(followed(&server, &cookies, &again).await.contains("Begin again."));

    let (back, cookies) = agreed(&server, &double, &ada).await;
    let came = get(&server, &cookies, &back).await;
    assert!(followed(&server, &cookies, &came).await.contains("You are signed in at Microsoft 365 again."));
    assert_eq!(server.kalends.remote_accounts(ada.caller).await.unwrap().len(), 1);

    double.revoke_consent();
    server.kalends.test_remote_account(ada.caller, accounts[0].id).await.unwrap_err();
    let account = server.kalends.remote_account(ada.caller, accounts[0].id).await.unwrap();
    assert_eq!(account.state, AccountState::Unauthenticated);
    assert!(account.why.unwrap().contains("sign in again"));

    // The page offers the way in, and no form for a password that there is not.
    let page = get(&server, &ada.cookie, &format!("/settings/accounts/{}", account.id.0)).await.text;
    assert!(page.contains("Needs you to sign in") && page.contains(&format!("href=\"{BEGIN}\"")), "{page}");
    assert!(page.contains("Sign in at Microsoft 365"), "{page}");
    assert!(!page.contains("type=\"password\"") && !page.contains("Needs your password"), "{page}");
    let there = get(&server, &ada.cookie, &format!("/settings/accounts/{}/calendars", account.id.0)).await.text;
    assert!(there.contains("Sign in there again.") && !there.contains("made for one app"), "{there}");
}

#[tokio::test]
async fn a_mail_account_at_microsoft_brings_the_calendars_there_and_they_go_with_it() {
    let double = Double::start().await;
    let server = server(&double).await;
    let (ada, bea) = (server.person("ada").await, server.person("bea").await);
    let dovecot = Dovecot::shared(Offering::Everything);
    let proof = Some(STANDARD.encode(format!("\0ada@contoso.example\0{PASSWORD}")));
    let smtp = SmtpServer::start(SmtpOptions { abilities: vec!["AUTH PLAIN"], proof, ..SmtpOptions::default() });
    let at = |port, user: &str| MailServer {
        host: "127.0.0.1".into(),
        port,
        security: MailSecurity::Plain,
        user: user.into(),
    };
    let new = NewMailAccount {
        name: "Work".into(),
        address: "ada@contoso.example".into(),
        display_name: "Ada".into(),
        color: None,
        preset: Some("microsoft".into()),
        settings: MailSettings::at(at(dovecot.port, "contoso"), at(smtp.address.port(), "ada@contoso.example")),
        credentials: Credentials::Basic { user: "ada@contoso.example".into(), password: PASSWORD.into() },
    };
    let mail = server.kalends.add_mail_account(ada.caller, &new, None).await.unwrap();
    let path = format!("/settings/mail/{}", mail.0);
    let begin = format!("{BEGIN}?mail={}", mail.0);
    let page = get(&server, &ada.cookie, &path).await.text;
    assert!(page.contains(&format!("href=\"{begin}\"")), "{page}");
    // Of another person's account nothing comes but the calendars of who signs in.
    let (back, cookies) = agreed_from(&server, &double, &bea, &begin).await;
    followed(&server, &cookies, &get(&server, &cookies, &back).await).await;
    assert_eq!(server.kalends.mail_feeds(ada.caller, mail).await.unwrap(), []);

    // Microsoft is told whose they are to be; of another's account it is told nothing.
    let hinted = |answer: &Answer| answer.header("location").contains("login_hint=ada%40contoso.example");
    assert!(hinted(&get(&server, &ada.cookie, &begin).await) && !hinted(&get(&server, &bea.cookie, &begin).await));
    // Somebody else may be signed in there: calendars that are here already do not become those of this mail.
    let (back, cookies) = agreed(&server, &double, &ada).await;
    let page = followed(&server, &cookies, &get(&server, &cookies, &back).await).await;
    assert!(page.contains("Birthdays"), "{page}");
    let other = NewMailAccount { address: "private@contoso.example".into(), ..new };
    let other = server.kalends.add_mail_account(ada.caller, &other, None).await.unwrap();
    let (back, cookies) = agreed_from(&server, &double, &ada, &format!("{BEGIN}?mail={}", other.0)).await;
    followed(&server, &cookies, &get(&server, &cookies, &back).await).await;
    assert_eq!(server.kalends.mail_feeds(ada.caller, other).await.unwrap(), []);

    let (back, cookies) = agreed_from(&server, &double, &ada, &begin).await;
    let page = followed(&server, &cookies, &get(&server, &cookies, &back).await).await;
    assert!(page.contains("Birthdays"), "{page}");
    let accounts = server.kalends.remote_accounts(ada.caller).await.unwrap();
    assert_eq!(server.kalends.mail_feeds(ada.caller, mail).await.unwrap(), [accounts[0].id]);
    let page = get(&server, &ada.cookie, &path).await.text;
    assert!(page.contains(&format!("/settings/accounts/{}/calendars", accounts[0].id.0)), "{page}");

    // One of them comes, every five minutes, once it was shown what would come.
    let remote = RemoteCalendarId(double.calendar("Calendar"));
    let day = (Utc::now() + TimeDelta::days(2)).format("%Y-%m-%d").to_string();
    let time = |hour: &str| json!({ "dateTime": format!("{day}T{hour}:00:00"), "timeZone": "UTC" });
    double.make(&remote.0, json!({ "subject": "Theirs", "start": time("09"), "end": time("10") }));
    let offered = server.kalends.offered_calendars(ada.caller, accounts[0].id).await.unwrap();
    let offered = offered.into_iter().find(|offered| offered.remote.id == remote).unwrap();
    let settings = LinkSettings::proposed(ProviderKind::Graph, &offered.remote);
    assert_eq!(settings.interval.map(|interval| interval.num_minutes()), Some(5));
    let new = NewLink { account: accounts[0].id, remote, target: LinkTarget::New { name: None }, settings };
    let dry = server.kalends.dry_run_of_new_link(ada.caller, &new).await.unwrap();
    assert_eq!(dry.counts.iter().map(|count| count.count).sum::<u64>(), 1, "{dry:?}");
    let link = server.kalends.make_sync_link(ada.caller, &new).await.unwrap();
    let work = async || {
        let worker = Worker::new(server.kalends.clone(), server.closing.clone());
        while worker.run_due().await.unwrap() > 0 {}
    };
    work().await;
    assert_eq!(server.kalends.object_heads(ada.caller, link.calendar, "").await.unwrap().len(), 1);
    server.kalends.remove_mail_account(ada.caller, mail, FedCalendars::Bin).await.unwrap();
    work().await;
    assert_eq!(server.kalends.remote_accounts(ada.caller).await.unwrap(), []);
    for left in ["mail_feeds", "sync_links", "sync_objects", "sync_runs", "sync_subscriptions"] {
        assert_eq!(server.count(left).await, 0, "{left}");
    }
    assert!(!server.kalends.jobs().await.unwrap().iter().any(|job| job.kind == "sync"));
    let listed = server.kalends.calendars(ada.caller).await.unwrap();
    assert!(!listed.iter().any(|held| held.id == link.calendar), "it is in the bin");
}

#[tokio::test]
async fn what_somebody_else_began_or_refused_connects_nothing() {
    let double = Double::start().await;
    let server = server(&double).await;
    let (ada, bea) = (server.person("ada").await, server.person("bea").await);
    let (back, cookies) = agreed(&server, &double, &ada).await;
    // Another browser, and another person in the same one.
    let other = get(&server, &bea.cookie, &back).await;
    assert!(followed(&server, &bea.cookie, &other).await.contains("Begin again."));
    let browser = cookies.split("; ").nth(1).unwrap();
    let swapped = format!("{}; {browser}", bea.cookie);
    let other = get(&server, &swapped, &back).await;
    assert!(followed(&server, &swapped, &other).await.contains("Begin again."));
    // Nobody is signed in.
    for path in [BEGIN, &back] {
        let answer = get(&server, browser, path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.header("location").starts_with("/sign-in?"), "{}", answer.header("location"));
    }
    // Microsoft sends back without a code.
    let (back, cookies) = agreed(&server, &double, &ada).await;
    let state = back.split("state=").nth(1).unwrap();
    let declined =
        format!("/settings/accounts/microsoft/callback?error=access_denied&error_description=x&state={state}");
    let answer = get(&server, &cookies, &declined).await;
    let page = followed(&server, &cookies, &answer).await;
    assert!(page.contains("access was not given."), "{page}");
    for person in [ada, bea] {
        assert!(server.kalends.remote_accounts(person.caller).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn without_a_registration_there_is_no_way_to_microsoft() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    for path in [BEGIN, "/settings/accounts/microsoft/callback?code=x&state=y"] {
        assert_eq!(get(&server, &ada.cookie, path).await.status, StatusCode::NOT_FOUND);
    }
    let list = get(&server, &ada.cookie, "/settings/accounts").await.text;
    assert!(!list.contains("Microsoft"), "{list}");
}
