//! Signing in by way of a provider: what is right gets in, and what somebody forged gets a page that says what to do.

use hyper::{Method, StatusCode};
use kalends_domain::Limits;
use kalends_domain::people::Administrator;
use kalends_server::trusted_header::TrustedHeader;
use kalends_test_support::browser::{Answer, Connection, FORM, PASSWORD};
use kalends_test_support::events::Events;
use kalends_test_support::issuer::{Issuer, Says, Signing, settings};
use kalends_test_support::server::Server;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

async fn server_with(issuer: &Issuer, more: &str) -> Server {
    let nowhere = settings("down", "http://127.0.0.1:9", "");
    Server::with_sign_in(Limits::default(), TrustedHeader::default(), vec![issuer.settings("sso", more), nowhere]).await
}

/// A browser: its cookies, by name.
#[derive(Clone, Default)]
struct Browser(Vec<(String, String)>);

impl Browser {
    fn cookies(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.0.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    async fn get(&mut self, server: &Server, path: &str) -> Answer {
        let answer = Connection::open(server.address).await.get(path, &self.cookies()).await;
        self.keep(&answer);
        answer
    }

    async fn post(&mut self, server: &Server, path: &str, form: &str) -> Answer {
        let mut connection = Connection::open(server.address).await;
        let answer = connection.send(Method::POST, path, &self.cookies(), FORM, form).await.unwrap();
        self.keep(&answer);
        answer
    }

    /// Begins a sign-in and yields where it leads.
    async fn begin(&mut self, server: &Server, next: &str) -> String {
        let answer = self.get(server, &format!("/sign-in/with/sso?next={next}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.header("location").to_owned()
    }

    /// Goes to the provider and comes back.
    async fn sign_in(&mut self, server: &Server, issuer: &Issuer) -> Answer {
        let url = self.begin(server, "/agenda").await;
        let back = issuer.let_in(&url);
        self.get(server, &format!("/sign-in/callback/sso?{back}")).await
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert!(answer.text.contains(what), "{what} is not in {}", answer.text);
    assert!(answer.text.contains("href=\"/sign-in\""), "no way on");
    assert!(
        !answer.headers.get_all("set-cookie").iter().any(|cookie| cookie.to_str().unwrap().contains("kalends_session"))
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn whoever_the_provider_knows_comes_in_and_where_they_wanted_to_go() {
    let issuer = Issuer::start().await;
    let server = server_with(&issuer, "").await;
    let mut browser = Browser::default();
    let door = browser.get(&server, "/sign-in?next=%2Fagenda").await;
    assert!(
        door.text.contains("/sign-in/with/sso?next=%2Fagenda") && door.text.contains("Sign in with The sso"),
        "{}",
        door.text
    );
    assert!(door.text.contains("name=\"password\""));
    let answer = browser.sign_in(&server, &issuer).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/agenda"), "{}", answer.text);
    let first = browser.cookie("kalends_session").unwrap().to_owned();
    assert_eq!(browser.cookie("kalends_sign_in"), None);
    let page = browser.get(&server, "/settings").await;
    assert!(page.text.contains("Ada Lovelace") && page.text.contains("ada@example.org"), "{}", page.text);
    // A new secret each time, and the same account.
    browser.sign_in(&server, &issuer).await;
    assert_ne!(browser.cookie("kalends_session").unwrap(), first);
    let user = server.kalends.user_by_slug("ada").await.unwrap();
    assert_eq!(server.kalends.identities(user.principal.id).await.unwrap().len(), 1);
    // Nowhere else than on this site.
    for foreign in ["https://evil.example/", "//evil.example", "/%5Cevil.example", "/sign-in"] {
        let mut browser = Browser::default();
        let url = browser.begin(&server, foreign).await;
        let answer = browser.get(&server, &format!("/sign-in/callback/sso?{}", issuer.let_in(&url))).await;
        assert_eq!(answer.header("location"), "/", "{foreign}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_right_in_every_way_lets_nobody_in() {
    let issuer = Issuer::start().await;
    let server = server_with(&issuer, "").await;
    let claim = |name: &'static str, value: Value| move |says: &mut Says| says.claims = json!({ name: value });
    let signed = |signing: Signing| move |says: &mut Says| says.signing = signing;
    type Change = Box<dyn FnOnce(&mut Says)>;
    let cases: Vec<(Change, u16, &str)> = vec![
        (Box::new(claim("iss", json!("https://evil.example"))), 502, "was not from The sso"),
        (Box::new(claim("aud", json!("another"))), 502, "meant for another application"),
        (Box::new(claim("aud", json!(["kalends", "another"]))), 502, "meant for another application"),
        (Box::new(claim("azp", json!("another"))), 502, "meant for another application"),
        (Box::new(claim("nonce", json!("another"))), 502, "belongs to another sign-in"),
        (Box::new(claim("nonce", json!(null))), 502, "belongs to another sign-in"),
        (Box::new(claim("exp", json!(1_700_000_000))), 502, "too old when it came back"),
        (Box::new(claim("iat", json!(4_000_000_000_u64))), 502, "too old when it came back"),
        (Box::new(claim("at_hash", json!("bm90IHRoaXMgb25l"))), 502, "was not signed by The sso"),
        (Box::new(signed(Signing::OtherKey)), 502, "was not signed by The sso"),
        (Box::new(signed(Signing::UnknownKey)), 502, "was not signed by The sso"),
        (Box::new(signed(Signing::None)), 502, "proves where it is from"),
        (Box::new(signed(Signing::ClientSecret)), 502, "proves where it is from"),
        (Box::new(signed(Signing::PublicKey)), 502, "proves where it is from"),
        (Box::new(|says: &mut Says| says.token_error = Some("invalid_grant")), 400, "does not take the code"),
        (
            Box::new(|says: &mut Says| says.token_error = Some("invalid_client")),
            502,
            "does not take this server for the client",
        ),
        (Box::new(|says: &mut Says| says.userinfo = Some(json!({ "sub": "8" }))), 502, "cannot be read"),
        (Box::new(|says: &mut Says| says.userinfo = None), 502, "cannot be read"),
    ];
    for (number, (change, status, what)) in cases.into_iter().enumerate() {
        issuer.says(change);
        let answer = Browser::default().sign_in(&server, &issuer).await;
        assert_ne!(answer.status, StatusCode::SEE_OTHER, "{number}: {what}");
        refused(&answer, status, what);
    }
    assert!(server.kalends.user_by_slug("ada").await.is_err());
    issuer.says(|_| ());
    assert_eq!(Browser::default().sign_in(&server, &issuer).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_comes_back_belongs_to_the_browser_that_began_and_is_taken_once() {
    let issuer = Issuer::start().await;
    let server = server_with(&issuer, "").await;
    let what = "not begun in this browser";
    let mut browser = Browser::default();
    let url = browser.begin(&server, "/agenda").await;
    let back = format!("/sign-in/callback/sso?{}", issuer.let_in(&url));
    // Another browser, with and without a sign-in of its own; another provider; a state that somebody made up, or left out.
    refused(&Browser::default().get(&server, &back).await, 400, what);
    let mut other = Browser::default();
    other.begin(&server, "/").await;
    refused(&other.get(&server, &back).await, 400, what);
    refused(&browser.clone().get(&server, "/sign-in/callback/sso?code=x&state=forged").await, 400, what);
    refused(&browser.clone().get(&server, "/sign-in/callback/sso?code=x").await, 400, what);
    // Of an issuer that is another (RFC 9207).
    let mut mixed = Browser::default();
    let mixed_back = issuer.let_in(&mixed.begin(&server, "/").await);
    let answer =
        mixed.get(&server, &format!("/sign-in/callback/sso?{mixed_back}&iss=https%3A%2F%2Fevil.example")).await;
    refused(&answer, 502, "was not from The sso");
    // The right one, once.
    issuer.let_in(&url);
    let mut again = browser.clone();
    assert_eq!(browser.get(&server, &back).await.status, StatusCode::SEE_OTHER);
    refused(&again.get(&server, &back).await, 400, what);
    // The other provider's way back with this state uses it up for nothing.
    let mut crossed = Browser::default();
    let crossed_back = issuer.let_in(&crossed.begin(&server, "/").await);
    refused(&crossed.get(&server, &format!("/sign-in/callback/down?{crossed_back}")).await, 400, what);
    // Whoever was asked says no; a provider that cannot.
    for (error, status, what) in
        [("access_denied", 400, "was not allowed"), ("server_error", 502, "could not sign you in")]
    {
        let mut browser = Browser::default();
        let back = issuer.let_in(&browser.begin(&server, "/").await);
        let state = back.split_once("state=").unwrap().1;
        let answer = browser.get(&server, &format!("/sign-in/callback/sso?error={error}&state={state}")).await;
        refused(&answer, status, what);
    }
    // A code that was used before, in a sign-in that is new.
    let mut fresh = Browser::default();
    let url = fresh.begin(&server, "/").await;
    let state = issuer.let_in(&url).split_once("state=").unwrap().1.to_owned();
    let old_code = back.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let answer = fresh.get(&server, &format!("/sign-in/callback/sso?code={old_code}&state={state}")).await;
    refused(&answer, 400, "does not take the code");
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_nobody_from_other_ways() {
    let issuer = Issuer::start().await;
    let server = server_with(&issuer, "").await;
    server.person("ben").await;
    let mut browser = Browser::default();
    let answer = browser.get(&server, "/sign-in/with/down").await;
    refused(&answer, 503, "The down cannot be reached");
    assert_eq!(Browser::default().get(&server, "/sign-in/with/nobody").await.header("location"), "/sign-in");
    assert_eq!(browser.sign_in(&server, &issuer).await.status, StatusCode::SEE_OTHER);
    let form = format!("name=ben&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(Browser::default().post(&server, "/fn/sign_in", &form).await.header("location"), "/");
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_asked_for_and_not_without_end() {
    let issuer = Issuer::start().await;
    let server = server_with(&issuer, "").await;
    assert_eq!(Browser::default().sign_in(&server, &issuer).await.status, StatusCode::SEE_OTHER);
    assert_eq!(issuer.asked_for_keys(), 1);
    issuer.rotate_keys();
    assert_eq!(Browser::default().sign_in(&server, &issuer).await.status, StatusCode::SEE_OTHER);
    assert_eq!(issuer.asked_for_keys(), 2);
    issuer.says(|says| says.signing = Signing::UnknownKey);
    for _ in 0..5 {
        refused(&Browser::default().sign_in(&server, &issuer).await, 502, "was not signed by");
    }
    assert_eq!(issuer.asked_for_keys(), 4);
    // What is known goes on.
    issuer.says(|_| ());
    assert_eq!(Browser::default().sign_in(&server, &issuer).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_configuration_says_who_comes_in_and_what_they_are() {
    let issuer = Issuer::start().await;
    let more = "creates-people = false\nemail-domains = [\"example.org\"]\ngroups-claim = \"groups\"\nadmin-group = \"admins\"\n";
    let server = server_with(&issuer, more).await;
    refused(&Browser::default().sign_in(&server, &issuer).await, 403, "there is no account for you here");
    issuer.says(|says| says.userinfo = Some(json!({ "email": "ada@example.com" })));
    refused(&Browser::default().sign_in(&server, &issuer).await, 403, "certain organisations");
    issuer.says(|says| says.userinfo = Some(json!({ "email_verified": false })));
    refused(&Browser::default().sign_in(&server, &issuer).await, 403, "certain organisations");
    let server = server_with(&issuer, &more.replace("false", "true")).await;
    server.person("boss").await;
    let role = kalends_domain::people::PersonPatch { is_admin: Some(true), ..Default::default() };
    let boss = server.kalends.user_by_slug("boss").await.unwrap().principal.id;
    server.kalends.change_person(Administrator::Operator, boss, role).await.unwrap();
    issuer.says(|says| says.userinfo = Some(json!({ "groups": ["/admins", "Choir"] })));
    let mut browser = Browser::default();
    browser.sign_in(&server, &issuer).await;
    assert_eq!(browser.get(&server, "/admin/people").await.status, StatusCode::OK);
    assert!(browser.get(&server, "/groups").await.text.contains("Choir"));
    issuer.says(|says| says.userinfo = Some(json!({ "name": "Countess" })));
    browser.sign_in(&server, &issuer).await;
    assert_ne!(browser.get(&server, "/admin/people").await.status, StatusCode::OK);
    assert!(!browser.get(&server, "/groups").await.text.contains("Choir"));
    assert!(browser.get(&server, "/settings").await.text.contains("Countess"));
    let ada = server.kalends.user_by_slug("ada").await.unwrap().principal.id;
    server.kalends.set_enabled(Administrator::Operator, ada, false).await.unwrap();
    refused(&Browser::default().sign_in(&server, &issuer).await, 403, "Nobody can sign in with your account");
}

#[tokio::test]
async fn an_account_is_connected_and_parted_in_the_settings_by_its_owner() {
    let issuer = Issuer::start().await;
    let server = server_with(&issuer, "creates-people = false").await;
    let ben = server.person("ben").await;
    let mut browser = Browser(vec![("kalends_session".into(), ben.cookie.split_once('=').unwrap().1.into())]);
    let form = format!("do=connect&issuer={}", issuer.url);
    // Not from another site, and not by whoever is not signed in.
    let foreign = kalends_test_support::client::Client {
        authorization: None,
        ..kalends_test_support::client::Client::new(server.address, "", "")
    }
    .request("POST", "/settings/identities")
    .header("Cookie", &browser.cookies())
    .header("Sec-Fetch-Site", "cross-site")
    .header("Content-Type", FORM)
    .body(form.clone());
    assert_eq!(foreign.send().await.status, 403);
    assert_eq!(
        Browser::default().post(&server, "/settings/identities", &form).await.header("location"),
        "/sign-in?next=%2Fsettings"
    );
    let leading = browser.post(&server, "/settings/identities", &form).await;
    assert_eq!(leading.status, StatusCode::OK);
    let url = leading.text.split_once("url=").unwrap().1.split('"').next().unwrap().replace("&amp;", "&");
    let back = format!("/sign-in/callback/sso?{}", issuer.let_in(&url));
    // Whoever is signed in as somebody else when it comes back does not get it.
    let cleo = server.person("cleo").await;
    let mut changed = browser.clone();
    changed.0.retain(|(name, _)| name != "kalends_session");
    changed.0.push(("kalends_session".into(), cleo.cookie.split_once('=').unwrap().1.into()));
    refused(&changed.get(&server, &back).await, 403, "with another account");
    let leading = browser.post(&server, "/settings/identities", &form).await;
    let url = leading.text.split_once("url=").unwrap().1.split('"').next().unwrap().replace("&amp;", "&");
    let done = browser.get(&server, &format!("/sign-in/callback/sso?{}", issuer.let_in(&url))).await;
    assert_eq!(done.header("location"), "/settings#identities", "{}", done.text);
    let page = browser.get(&server, "/settings").await.text;
    assert!(page.contains("The sso is connected to your account.") && page.contains("Disconnect"), "{page}");
    // Now it is a way in, to that account.
    let mut other = Browser::default();
    assert_eq!(other.sign_in(&server, &issuer).await.status, StatusCode::SEE_OTHER);
    assert!(other.get(&server, "/settings").await.text.contains("value=\"ben\""));
    let parted = browser.post(&server, "/settings/identities", &format!("do=disconnect&issuer={}", issuer.url)).await;
    assert_eq!(parted.header("location"), "/settings#identities");
    refused(&Browser::default().sign_in(&server, &issuer).await, 403, "there is no account for you here");
}

#[tokio::test]
async fn signing_out_goes_by_way_of_the_provider_and_says_so() {
    let issuer = Issuer::start().await;
    let server = server_with(&issuer, "").await;
    let mut browser = Browser::default();
    browser.sign_in(&server, &issuer).await;
    let before = browser.clone();
    let leading = browser.post(&server, "/sign-out", "").await;
    assert_eq!(browser.cookie("kalends_session"), None);
    let url = leading.text.split_once("url=").unwrap().1.split('"').next().unwrap().replace("&amp;", "&");
    assert!(url.starts_with(&format!("{}/end?", issuer.url)) && url.contains("id_token_hint=ey"), "{url}");
    assert!(
        url.contains("post_logout_redirect_uri=http%3A%2F%2Fcal.example.org%2Fsign-in%2Fsigned-out%2Fsso"),
        "{url}"
    );
    let session = before.cookie("kalends_session").unwrap();
    assert!(server.kalends.check_session(session).await.is_err());
    let state = url.split_once("&state=").unwrap().1.split('&').next().unwrap();
    let forged = browser.clone().get(&server, "/sign-in/signed-out/sso?state=forged").await;
    assert_eq!((forged.header("location"), forged.header("set-cookie")), ("/sign-in", ""));
    let back = browser.get(&server, &format!("/sign-in/signed-out/sso?state={state}")).await;
    assert_eq!(back.header("location"), "/sign-in");
    assert!(browser.get(&server, "/sign-in").await.text.contains("signed out, also of The sso"));
    // Who signed in with a password stays here.
    let ben = server.person("ben").await;
    let mut local = Browser(vec![("kalends_session".into(), ben.cookie.split_once('=').unwrap().1.into())]);
    assert_eq!(local.post(&server, "/sign-out", "").await.header("location"), "/sign-in");
}

#[tokio::test]
async fn a_provider_ends_sessions_by_a_token_that_is_right_in_every_way_on_every_node() {
    let issuer = Issuer::start().await;
    let server = server_with(&issuer, "").await;
    let mut browser = Browser::default();
    browser.sign_in(&server, &issuer).await;
    let session = browser.cookie("kalends_session").unwrap().to_owned();
    let send = async |token: String| {
        let answer = Browser::default().post(&server, "/sign-in/ended/sso", &format!("logout_token={token}")).await;
        (answer.status.as_u16(), answer.header("cache-control").to_owned())
    };
    let refused = (400, "no-store".to_owned());
    for signing in [Signing::OtherKey, Signing::UnknownKey, Signing::None, Signing::ClientSecret, Signing::PublicKey] {
        assert_eq!(send(issuer.logout_token(&json!({}), signing)).await, refused, "{signing:?}");
    }
    for claims in [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "another" }),
        json!({ "iat": 1_700_000_000 }),
        json!({ "exp": 1_700_000_000 }),
        json!({ "events": {} }),
        json!({ "nonce": "n" }),
        json!({ "sub": null, "sid": null }),
        json!({ "jti": null }),
    ] {
        assert_eq!(send(issuer.logout_token(&claims, Signing::Right)).await, refused, "{claims}");
    }
    for nonsense in ["", "a.b.c", "x"] {
        assert_eq!(send(nonsense.to_owned()).await, refused);
    }
    // Of somebody else's session nothing ends.
    assert_eq!(send(issuer.logout_token(&json!({ "sid": "another" }), Signing::Right)).await.0, 200);
    assert!(server.kalends.check_session(&session).await.is_ok());
    let mut events = Events::open(server.address, "/api/v1.0/stream", &[("cookie", &browser.cookies())]).await;
    events.until("ready").await;
    let token = issuer.logout_token(&json!({}), Signing::Right);
    assert_eq!(send(token.clone()).await.0, 200);
    assert!(server.kalends.check_session(&session).await.is_err());
    let ended = async {
        while let Some(event) = events.next().await {
            if event.kind == "end" {
                return;
            }
        }
    };
    timeout(Duration::from_secs(5), ended).await.expect("the stream goes on");
    // The same again ends nothing that was opened since.
    browser.sign_in(&server, &issuer).await;
    let session = browser.cookie("kalends_session").unwrap().to_owned();
    assert_eq!(send(token).await, refused);
    assert!(server.kalends.check_session(&session).await.is_ok());
    // A new key counts for these as well.
    issuer.rotate_keys();
    assert_eq!(send(issuer.logout_token(&json!({ "sid": null }), Signing::Right)).await.0, 200);
    assert!(server.kalends.check_session(&session).await.is_err());
}

#[tokio::test]
async fn without_passwords_the_page_has_none_and_a_link_lets_in() {
    let issuer = Issuer::start().await;
    let limits = Limits { password_sign_in: false, ..Limits::default() };
    let server = Server::with_sign_in(limits, TrustedHeader::default(), vec![issuer.settings("sso", "")]).await;
    let ben = kalends_test_support::home::user(&server.kalends, "ben").await.principal;
    let door = Browser::default().get(&server, "/sign-in").await.text;
    assert!(door.contains("Sign in with The sso") && !door.contains("name=\"password\""), "{door}");
    let tried = Browser::default().post(&server, "/fn/sign_in", "name=ben&password=a+long+sentence").await;
    assert_eq!(tried.header("location"), "/sign-in");
    let link = server.kalends.create_sign_in_link(ben).await.unwrap();
    let mut browser = Browser::default();
    assert!(browser.get(&server, &format!("/welcome/{}", link.0)).await.text.contains("Passwords are switched off"));
    let form = format!("secret={}&password=a+long+sentence&repeated=a+long+sentence", link.0);
    assert_eq!(browser.post(&server, "/fn/choose_password", &form).await.header("location"), "/");
    let settings = browser.get(&server, "/settings").await;
    assert!(
        settings.text.contains("Ways to sign in") && !settings.text.contains("id=\"password-title\""),
        "{}",
        settings.text
    );
}
