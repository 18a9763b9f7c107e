//! Accounts at services elsewhere, by the interface for programs and by the pages. The service is another Kalends.

use super::rest_calendars::{Program, body};
use hyper::{Method, StatusCode};
use kalends_domain::accounts::NewAppPassword;
use kalends_test_support::browser::{Answer, Connection, FORM, Person};
use kalends_test_support::server::Server;
use serde_json::{Value, json};

/// An account at another Kalends: its address, the name there, and the password.
struct Elsewhere {
    server: Server,
    person: Person,
    password: String,
}

impl Elsewhere {
    async fn new() -> Self {
        let server = Server::with_pages().await;
        let person = server.person("bea").await;
        let (_, secret) = server.kalends.create_app_password(person.caller.principal, "sync").await.unwrap();
        Elsewhere { server, person, password: secret.0 }
    }

    fn address(&self) -> String {
        format!("http://{}/", self.server.address)
    }

    fn wanted(&self, password: &str) -> Value {
        json!({ "service": "caldav", "address": self.address(), "user": "bea", "password": password })
    }

    /// Revokes the password, and yields another.
    async fn change_password(&mut self) -> String {
        let kalends = &self.server.kalends;
        let user = self.person.caller.principal;
        for known in kalends.app_passwords(user).await.unwrap() {
            kalends.revoke_app_password(user, known.id).await.unwrap();
        }
        let (_, secret) = kalends.create_app_password(user, "sync").await.unwrap();
        secret.0
    }
}

async fn get(server: &Server, cookie: &str, path: &str) -> Answer {
    Connection::open(server.address).await.get(path, cookie).await
}

async fn post(server: &Server, cookie: &str, path: &str, form: &str) -> Answer {
    Connection::open(server.address).await.send(Method::POST, path, cookie, FORM, form).await.unwrap()
}

/// The page that a form leads to, with what it says of the form.
async fn followed(server: &Server, cookie: &str, answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let flash = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    get(server, &format!("{cookie}; {flash}"), answer.header("location")).await.text
}

#[tokio::test]
async fn programs_add_test_change_and_remove_an_account() {
    let mut elsewhere = Elsewhere::new().await;
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let services = body(&ada.get("/accounts/services").await);
    let ids: Vec<&str> = services["services"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert!(
        ["infomaniak", "icloud", "fastmail", "nextcloud", "mailbox-org", "caldav"].iter().all(|id| ids.contains(id))
    );

    let refused = ada.send("POST", "/accounts", &[], &elsewhere.wanted("wrong")).await;
    assert_eq!((refused.status, &body(&refused)["field"]), (422, &"password".into()), "{}", refused.text());
    for (field, value) in [("address", "ftp://x"), ("service", "else"), ("user", ""), ("address", "10.0.0.1")] {
        let mut wrong = elsewhere.wanted(&elsewhere.password);
        wrong[field] = value.into();
        let refused = ada.send("POST", "/accounts", &[], &wrong).await;
        assert_eq!((refused.status, &body(&refused)["field"]), (422, &field.into()), "{value}: {}", refused.text());
    }
    let key = [("Idempotency-Key", "one")];
    let wanted = elsewhere.wanted(&elsewhere.password);
    let made = ada.send("POST", "/accounts", &key, &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let again = ada.send("POST", "/accounts", &key, &wanted).await;
    assert_eq!(made.header("location"), again.header("location"));
    let listed = ada.get("/accounts").await;
    assert_eq!(body(&listed)["accounts"].as_array().unwrap().len(), 1);
    assert!(!listed.text().contains(&elsewhere.password));
    let path = made.header("location").unwrap().strip_prefix("/api/v1.0").unwrap().to_owned();
    let account = body(&ada.get(&path).await);
    assert_eq!(
        (&account["name"], &account["state"], &account["provider"]),
        (&"bea".into(), &"active".into(), &"caldav".into())
    );

    let tested = body(&ada.send("POST", &format!("{path}/test"), &[], &json!({})).await);
    assert_eq!(tested["calendars"].as_array().unwrap().len(), 1);
    assert_eq!(tested["calendars"][0]["writable"], true);
    // Another password there: the state says it, and another one here mends it.
    let password = elsewhere.change_password().await;
    assert_eq!(ada.send("POST", &format!("{path}/test"), &[], &json!({})).await.status, 422);
    let broken = ada.get(&path).await;
    assert_eq!(body(&broken)["state"], "unauthenticated");
    let set = |password: &str| json!({ "password": password });
    assert_eq!(ada.send("PUT", &format!("{path}/password"), &[], &set("wrong")).await.status, 422);
    assert_eq!(ada.send("PUT", &format!("{path}/password"), &[], &set(&password)).await.status, 204);
    let mended = ada.get(&path).await;
    assert_eq!(body(&mended)["state"], "active");

    let old = [("If-Match", broken.header("etag").unwrap())];
    assert_eq!(ada.send("PATCH", &path, &old, &json!({ "paused": true })).await.status, 412);
    let tag = [("If-Match", mended.header("etag").unwrap())];
    let paused = ada.send("PATCH", &path, &tag, &json!({ "paused": true, "name": "Work" })).await;
    assert_eq!((&body(&paused)["state"], &body(&paused)["name"]), (&"paused".into(), &"Work".into()));
    assert_eq!(ada.plain("DELETE", &path, &tag).await.status, 412);
    assert_eq!(ada.plain("DELETE", &path, &[("If-Match", paused.header("etag").unwrap())]).await.status, 204);
    assert_eq!(ada.get(&path).await.status, 404);
}

#[tokio::test]
async fn nobody_elses_account_is_there() {
    let elsewhere = Elsewhere::new().await;
    let server = Server::with_pages().await;
    let (ada, of_ada) = Program::new(&server, "ada").await;
    let (ben, of_ben) = Program::new(&server, "ben").await;
    let made = ada.send("POST", "/accounts", &[], &elsewhere.wanted(&elsewhere.password)).await;
    let id = body(&made)["id"].as_i64().unwrap();
    let never = id + 100;
    for (method, path, json) in [
        ("GET", "", Value::Null),
        ("PATCH", "", json!({ "paused": true })),
        ("DELETE", "", Value::Null),
        ("POST", "/test", json!({})),
        ("PUT", "/password", json!({ "password": "x" })),
    ] {
        let ask = async |id: i64| {
            let answer = ben.send(method, &format!("/accounts/{id}{path}"), &[], &json).await;
            (answer.status, body(&answer)["detail"].clone())
        };
        assert_eq!(ask(id).await, ask(never).await, "{method} {path}");
        assert_eq!(ask(id).await.0, 404, "{method} {path}");
    }
    assert_eq!(body(&ben.get("/accounts").await)["accounts"], json!([]));
    for path in ["", "/calendars"] {
        let at = async |id: i64| get(&server, &of_ben.cookie, &format!("/settings/accounts/{id}{path}")).await.status;
        assert_eq!((at(id).await, at(never).await), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    }
    let removed = post(&server, &of_ben.cookie, &format!("/settings/accounts/{id}"), "do=remove").await;
    assert_eq!(removed.status, StatusCode::NOT_FOUND);
    // A token that is for less than everything is for no account.
    for (reads_only, only) in [(true, None), (false, Some(of_ada.calendar))] {
        let new = NewAppPassword { reads_only, only, ..NewAppPassword::default() };
        let token = Program::with_token(&server, &of_ada, new).await;
        assert_eq!(token.get("/accounts").await.status, 403);
        assert_eq!(token.get(&format!("/accounts/{id}")).await.status, 403);
    }
    assert_eq!(body(&ada.get(&format!("/accounts/{id}")).await)["state"], "active");
    let nobody = get(&server, "", "/settings/accounts").await;
    assert!(nobody.status.is_redirection() && !nobody.text.contains("bea"));
}

#[tokio::test]
async fn people_add_an_account_and_mend_it_by_forms() {
    let mut elsewhere = Elsewhere::new().await;
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let start = get(&server, &ada.cookie, "/settings/accounts").await.text;
    for name in ["Infomaniak", "iCloud", "Fastmail", "Nextcloud", "mailbox.org", "/settings/accounts/new/caldav"] {
        assert!(start.contains(name), "{name}");
    }
    assert_eq!(get(&server, &ada.cookie, "/settings/accounts/new/else").await.status, StatusCode::NOT_FOUND);
    assert!(!get(&server, &ada.cookie, "/settings/accounts/new/icloud").await.text.contains("name=\"address\""));

    let form = |address: &str, password: &str| {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("address", address), ("user", "bea"), ("password", password), ("name", "")])
            .finish()
    };
    let add = "/settings/accounts/new/caldav";
    let wrong = post(&server, &ada.cookie, add, &form(&elsewhere.address(), "not-this-one")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("id=\"password-error\"") && wrong.text.contains(&elsewhere.address()));
    assert!(!wrong.text.contains("not-this-one"));
    let wrong = post(&server, &ada.cookie, add, &form("ftp://x", "x")).await;
    assert!(wrong.text.contains("id=\"address-error\""), "{}", wrong.text);
    let added = post(&server, &ada.cookie, add, &form(&elsewhere.address(), &elsewhere.password)).await;
    let path = added.header("location").strip_suffix("/calendars").unwrap().to_owned();
    let page = followed(&server, &ada.cookie, &added).await;
    assert!(page.contains("The service let you in") && page.contains("You can change it."), "{page}");

    let password = elsewhere.change_password().await;
    let tested = post(&server, &ada.cookie, &path, "do=test").await;
    assert_eq!(tested.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(tested.text.contains("Needs your password"));
    assert!(get(&server, &ada.cookie, "/settings/accounts").await.text.contains("Needs your password"));
    assert_eq!(get(&server, &ada.cookie, &format!("{path}/calendars")).await.status, StatusCode::OK);
    let mended = post(&server, &ada.cookie, &path, &format!("do=password&user=&password={password}")).await;
    assert!(followed(&server, &ada.cookie, &mended).await.contains("The service takes it."));
    let renamed = post(&server, &ada.cookie, &path, "do=rename&name=").await;
    assert!(renamed.status == StatusCode::UNPROCESSABLE_ENTITY && renamed.text.contains("id=\"name-error\""));
    let paused = post(&server, &ada.cookie, &path, "do=pause").await;
    assert!(followed(&server, &ada.cookie, &paused).await.contains("value=\"resume\""));
    let removed = post(&server, &ada.cookie, &path, "do=remove").await;
    assert_eq!(removed.header("location"), "/settings/accounts");
    assert_eq!(get(&server, &ada.cookie, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(&server, &ada.cookie, add, "do=%FF").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post(&server, &ada.cookie, &path, "do=else").await.status, StatusCode::BAD_REQUEST);
}
