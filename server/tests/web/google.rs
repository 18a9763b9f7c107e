//! Connecting calendars at Google by signing in there. Google is a stand-in, and its calendars are those of another Kalends, which takes
//! tokens as Google's CalDAV interface does.

use super::graph_hook::titles;
use super::microsoft::{cookie, followed, get};
use hyper::StatusCode;
use kalends_domain::accounts::{CredentialKind, NewAppPassword};
use kalends_domain::jobs::Worker;
use kalends_domain::sync::{AccountState, LinkSettings, LinkTarget, NewLink, ProviderKind};
use kalends_providers::google::Google;
use kalends_test_support::browser::{Connection, Person};
use kalends_test_support::google::{GoogleDouble, ME};
use kalends_test_support::server::{Registered, Server};
use kalends_test_support::texts::event_titled;

const BEGIN: &str = "/settings/accounts/google";

/// A token of Bea's for the calendars there, with what it is known by.
async fn token(there: &Server, bea: &Person) -> (String, i64) {
    let new = NewAppPassword { kind: CredentialKind::Token, ..NewAppPassword::from("google") };
    let (made, secret) = there.kalends.create_app_password(bea.caller.principal, new).await.unwrap();
    (secret.0, made.id)
}

async fn put(there: &Server, bea: &Person, uid: &str, title: &str) {
    let (name, text) = (format!("{uid}.ics"), event_titled(uid, title));
    let none = kalends_domain::objects::Precondition::None;
    there.kalends.put_object(bea.caller, bea.calendar, &name, &text, none).await.unwrap();
}

/// Where somebody is sent at Google, and what the browser is known by.
pub async fn begun(server: &Server, double: &GoogleDouble, person: &Person, begin: &str) -> (String, String) {
    let begun = get(server, &person.cookie, begin).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let there = begun.header("location").strip_prefix(&double.url("")).unwrap().to_owned();
    (there, cookie(&begun))
}

/// Agrees there. Yields the way back.
pub async fn way_back(double: &GoogleDouble, there: &str) -> String {
    let back = Connection::open(double.address).await.get(there, "").await;
    back.header("location").strip_prefix("http://cal.example.org").unwrap().to_owned()
}

async fn agreed(server: &Server, double: &GoogleDouble, ada: &Person) -> (String, String) {
    let (there, browser) = begun(server, double, ada, BEGIN).await;
    (way_back(double, &there).await, format!("{}; {browser}", ada.cookie))
}

#[tokio::test]
async fn whoever_signs_in_at_google_has_the_calendars_there_in_step() {
    let there = Server::with_pages().await;
    let bea = there.person("bea").await;
    put(&there, &bea, "a", "Choir").await;
    let double = GoogleDouble::start().await;
    let (first, first_id) = token(&there, &bea).await;
    double.give(first);
    let settings = double.settings(Some(format!("http://{}/caldav/v2/", there.address)));
    let google = serde_json::from_value::<Google>(settings).unwrap().checked().unwrap();
    let server = Server::with_registered(Registered { google: Some(google), ..Registered::default() }).await;
    let ada = server.person("ada").await;
    let list = get(&server, &ada.cookie, "/settings/accounts").await.text;
    assert!(list.contains("Google Calendar") && list.contains(&format!("href=\"{BEGIN}\"")), "{list}");
    assert!(!list.contains("Microsoft"), "{list}");
    assert_eq!(get(&server, &ada.cookie, "/settings/accounts/new/google").await.status, StatusCode::NOT_FOUND);

    let (back, cookies) = agreed(&server, &double, &ada).await;
    let came = get(&server, &cookies, &back).await;
    let page = followed(&server, &cookies, &came).await;
    assert!(page.contains("Your account at Google Calendar is connected.") && page.contains(ME), "{page}");
    let kalends = &server.kalends;
    let account = kalends.remote_accounts(ada.caller).await.unwrap().remove(0);
    assert_eq!((account.provider, account.preset.as_deref()), (ProviderKind::CalDav, Some("google")));

    let remote = kalends.offered_calendars(ada.caller, account.id).await.unwrap().remove(0).remote;
    let settings = LinkSettings::proposed(account.provider, &remote);
    let new = NewLink { account: account.id, remote: remote.id, target: LinkTarget::New { name: None }, settings };
    let link = kalends.make_sync_link(ada.caller, &new).await.unwrap();
    let work = async || {
        let worker = Worker::new(kalends.clone(), server.closing.clone());
        while worker.run_due().await.unwrap() > 0 {}
        titles(kalends, ada.caller, link.calendar).await
    };
    assert_eq!(work().await, ["Choir"]);

    // The token ends in the middle of everything: another one is had, and kept.
    let (second, _) = token(&there, &bea).await;
    double.give(second);
    there.kalends.revoke_app_password(bea.caller.principal, first_id).await.unwrap();
    put(&there, &bea, "b", "Dentist").await;
    kalends.sync_now(ada.caller, link.id).await.unwrap();
    assert_eq!(work().await, ["Choir", "Dentist"]);
    kalends
        .put_object(
            ada.caller,
            link.calendar,
            "c.ics",
            &event_titled("c", "Evening"),
            kalends_domain::objects::Precondition::None,
        )
        .await
        .unwrap();
    kalends.sync_now(ada.caller, link.id).await.unwrap();
    work().await;
    let heads = there.kalends.object_heads(bea.caller, bea.calendar, "").await.unwrap();
    assert_eq!(heads.len(), 3);

    // Consent is taken back: the page offers the way in, and no form for a password.
    double.revoke_consent();
    for password in there.kalends.app_passwords(bea.caller.principal).await.unwrap() {
        there.kalends.revoke_app_password(bea.caller.principal, password.id).await.unwrap();
    }
    kalends.test_remote_account(ada.caller, account.id).await.unwrap_err();
    let now = kalends.remote_account(ada.caller, account.id).await.unwrap();
    assert_eq!(now.state, AccountState::Unauthenticated, "{now:?}");
    let page = get(&server, &ada.cookie, &format!("/settings/accounts/{}", account.id.0)).await.text;
    assert!(page.contains("Sign in at Google Calendar") && page.contains(&format!("href=\"{BEGIN}\"")), "{page}");
    assert!(!page.contains("type=\"password\""), "{page}");
    let refused = kalends.reauthenticate_remote_account(ada.caller, account.id, None, "secret").await.unwrap_err();
    assert!(refused.to_string().contains("no passwords"), "{refused}");

    // Signing in once more mends the same account.
    double.give(token(&there, &bea).await.0);
    let (back, cookies) = agreed(&server, &double, &ada).await;
    let came = get(&server, &cookies, &back).await;
    assert!(followed(&server, &cookies, &came).await.contains("You are signed in at Google Calendar again."));
    assert_eq!(kalends.remote_accounts(ada.caller).await.unwrap().len(), 1);
    put(&there, &bea, "d", "Friday").await;
    kalends.sync_now(ada.caller, link.id).await.unwrap();
    assert_eq!(work().await.len(), 4);
}

#[tokio::test]
async fn without_a_client_there_is_no_way_to_google() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    for path in [BEGIN, "/settings/accounts/google/callback?code=x&state=y"] {
        assert_eq!(get(&server, &ada.cookie, path).await.status, StatusCode::NOT_FOUND);
    }
    assert!(!get(&server, &ada.cookie, "/settings/accounts").await.text.contains("Google"));
}
