//! Every secret that a run has to do with, sought in its log at the most that can be logged.

use crate::KALENDS;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hyper::Method;
use kalends_test_support::browser::{Answer, Connection, FORM};
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::events::Events;
use kalends_test_support::graph::{self, Double};
use kalends_test_support::issuer::{CLIENT, Issuer, SECRET, Signing};
use kalends_test_support::program::{Program, command, printed};
use kalends_test_support::push::{PushBrowser, PushService};
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use kalends_test_support::texts::event;
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::process::Command;

/// What must not be logged, with what it is.
#[derive(Default)]
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn add(&mut self, what: &'static str, secret: &str) -> String {
        assert!(secret.len() >= 8, "{what} would be found anywhere: {secret:?}");
        self.0.push((what, secret.to_owned()));
        secret.to_owned()
    }

    /// As each may be written: as it is, in an address or a form, and with the name in front of it as HTTP Basic has it.
    fn forms(&self, names: &[&str]) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        for (what, secret) in &self.0 {
            let escaped: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let basic = names.iter().map(|name| BASE64_STANDARD.encode(format!("{name}:{secret}")));
            let bare = secret.replace('-', "");
            let plain = [secret.clone(), escaped.replace('+', "%20"), escaped, BASE64_URL_SAFE_NO_PAD.encode(secret)];
            all.extend(plain.into_iter().chain(basic).chain(Some(bare)).map(|form| (*what, form)));
        }
        all
    }
}

/// A browser with its cookies, every one of which is a secret.
struct Browser {
    address: SocketAddr,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn new(address: SocketAddr) -> Self {
        Browser { address, cookies: Vec::new() }
    }

    fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, secrets: &mut Secrets, method: Method, path: &str, body: (&str, &str)) -> Answer {
        let mut connection = Connection::open(self.address).await;
        let answer = connection.send(method, path, &self.cookies(), body.0, body.1).await.unwrap();
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            // What a form came to is told in one and is none.
            if value.len() >= 20 && name != "kalends_flash" {
                secrets.add("a cookie", value);
            }
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    async fn get(&mut self, secrets: &mut Secrets, path: &str) -> Answer {
        self.send(secrets, Method::GET, path, ("", "")).await
    }

    async fn form(&mut self, secrets: &mut Secrets, path: &str, form: &str) -> Answer {
        self.send(secrets, Method::POST, path, (FORM, form)).await
    }

    async fn json(&mut self, secrets: &mut Secrets, method: Method, path: &str, body: &Value) -> Value {
        let path = format!("/api/v1.0{path}");
        let answer = self.send(secrets, method, &path, ("application/json", &body.to_string())).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap_or_default()
    }
}

fn last(address: &str) -> &str {
    address.trim().rsplit('/').next().unwrap()
}

/// Signs in with a password, after some that are none.
async fn with_passwords(secrets: &mut Secrets, run: &dyn Fn() -> Command, browser: &mut Browser) {
    let link = printed(run(), &["user", "add", "ada"]);
    let link = secrets.add("an invitation", last(&link));
    let again = printed(run(), &["user", "link", "ada"]);
    let again = secrets.add("a link that resets a password", last(&again));
    let first = secrets.add("a password", "correct-horse-1");
    let password = secrets.add("a password", "correct-horse-2");
    let wrong = secrets.add("a password that is wrong", "battery-staple-3");
    let as_name = secrets.add("a password in the field of the name", "battery-staple-4");
    for (link, password) in [(link, &first), (again, &password)] {
        browser.get(secrets, &format!("/welcome/{link}")).await;
        let form = format!("secret={link}&password={password}&repeated={password}");
        browser.form(secrets, "/fn/choose_password", &form).await;
    }
    for (form, is_good) in [
        (format!("name=ada&password={wrong}"), false),
        (format!("name={as_name}&password=ada"), false),
        (format!("name=ada&password={first}"), false),
        (format!("name=ada&password={password}"), true),
    ] {
        browser.cookies.retain(|(name, _)| name != "kalends_session");
        browser.form(secrets, "/fn/sign_in", &form).await;
        assert_eq!(browser.cookies.iter().any(|(name, _)| name == "kalends_session"), is_good, "{form}");
    }
}

/// Makes what programs sign in with, and has them do so.
async fn with_programs(secrets: &mut Secrets, run: &dyn Fn() -> Command, browser: &mut Browser) {
    let mut made = vec![printed(run(), &["user", "app-password", "ada", "command"])];
    secrets.add("an app password", &made[0]);
    for (path, what) in [("/app-passwords", "an app password"), ("/tokens", "a token")] {
        let answer = browser.json(secrets, Method::POST, path, &json!({ "label": "program" })).await;
        made.push(secrets.add(what, answer["secret"].as_str().unwrap()));
    }
    let wrong = secrets.add("a token that is wrong", "kalends_battery-staple-5");
    let client = Client::new(browser.address, "ada", &made[0]);
    client.add(&client.at("a.ics"), &event("a", "20270301T090000Z", "")).await;
    client.properties(&client.home(), "1", "<D:displayname/>").await;
    for secret in made.iter().chain([&wrong]) {
        let basic = Client::new(browser.address, "ada", secret).get("/api/v1.0/calendars").await;
        let bearer = Client { authorization: Some(format!("Bearer {secret}")), ..client.without_credentials() };
        let answer = bearer.get("/api/v1.0/users/me").await;
        // Each is for one of the two, and what is wrong for neither.
        let taken = [basic.status, answer.status].iter().filter(|status| **status == 200).count();
        assert_eq!(taken, usize::from(*secret != wrong), "{basic:?} {answer:?}");
        let headers = [("authorization", bearer.authorization.as_deref().unwrap())];
        drop(Events::open(browser.address, "/api/v1.0/stream", &headers).await);
    }
}

/// Makes a public link, and opens what it leads to.
async fn with_a_link(secrets: &mut Secrets, browser: &mut Browser) {
    let calendars = browser.json(secrets, Method::GET, "/calendars", &Value::Null).await;
    let calendar = &calendars["calendars"][0]["id"];
    let wanted = json!({ "name": "Choir", "access": "read" });
    let made = browser.json(secrets, Method::POST, &format!("/calendars/{calendar}/links"), &wanted).await;
    let first = secrets.add("the token of a link", made["token"].as_str().unwrap());
    let renewed = browser.json(secrets, Method::POST, &format!("/links/{}/rotate", made["id"]), &json!({})).await;
    let second = secrets.add("the token of a link", renewed["token"].as_str().unwrap());
    let wrong = secrets.add("a token of no link", "battery-staple-6-battery-staple");
    let mut stranger = Browser::new(browser.address);
    for token in [&first, &second, &wrong] {
        let status = if *token == second { 200 } else { 404 };
        for path in ["/public/", "/embed/", "/wall/", "/feeds/"] {
            let path = format!("{path}{token}{}", if path == "/feeds/" { ".ics" } else { "" });
            assert_eq!(stranger.get(secrets, &path).await.status, status, "{path}");
        }
        drop(Events::open(browser.address, &format!("/public/{token}/stream"), &[]).await);
    }
    browser
        .get(secrets, &format!("/settings/embed?address=http%3A%2F%2F{}%2Fpublic%2F{second}", browser.address))
        .await;
}

/// Asks at an address at which somebody publishes when they are busy.
async fn with_somebody_elsewhere(secrets: &mut Secrets, browser: &mut Browser) {
    let place = secrets.add("the address of a busy time", "battery-staple-30-busy");
    let url = format!("http://{}/feeds/{place}.ics", browser.address);
    let email = "zoe@elsewhere.example";
    browser.json(secrets, Method::PUT, &format!("/free-busy/addresses/{email}"), &json!({ "url": url })).await;
    let asked = json!({ "guests": [{ "address": email }], "from": "2030-03-01", "to": "2030-03-02", "minutes": 60 });
    let found = browser.json(secrets, Method::POST, "/free-busy/suggestions", &asked).await;
    assert_eq!(found["people"][1]["state"], "no-answer", "{found}");
    let page = browser.get(secrets, &format!("/find-a-time?who={email}")).await;
    assert!(page.status == 200 && !page.text.contains(&place) && !found.to_string().contains(&place));
}

/// Adds an account at a service elsewhere, which is this server itself, and gives it other passwords.
async fn with_an_account_elsewhere(secrets: &mut Secrets, run: &dyn Fn() -> Command, browser: &mut Browser) {
    printed(run(), &["user", "add", "bea"]);
    let good = secrets.add("a password elsewhere", &printed(run(), &["user", "app-password", "bea", "elsewhere"]));
    let wrong = secrets.add("a wrong password elsewhere", "battery-staple-10");
    let address = format!("http://{}/", browser.address);
    let with = |password: &str| json!({ "address": address, "user": "bea", "password": password });
    for (password, status) in [(&wrong, 422), (&good, 201)] {
        let body = with(password).to_string();
        let answer = browser.send(secrets, Method::POST, "/api/v1.0/accounts", ("application/json", &body)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.text.contains(password.as_str()));
    }
    let accounts = browser.json(secrets, Method::GET, "/accounts", &Value::Null).await;
    let id = &accounts["accounts"][0]["id"];
    let tested = browser.json(secrets, Method::POST, &format!("/accounts/{id}/test"), &json!({})).await;
    assert_eq!(tested["calendars"].as_array().unwrap().len(), 1);
    for (password, status) in [(&wrong, 422), (&good, 303)] {
        let form = format!("do=password&password={password}");
        assert_eq!(browser.form(secrets, &format!("/settings/accounts/{id}"), &form).await.status, status);
    }
    for path in ["/settings/accounts".to_owned(), format!("/settings/accounts/{id}/calendars")] {
        let page = browser.get(secrets, &path).await;
        assert!(page.status == 200 && !page.text.contains(&good), "{path}");
    }
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_else(|| panic!("{before} in {text}"))
}

/// Connects devices in each of the ways that there are.
async fn with_devices(secrets: &mut Secrets, run: &dyn Fn() -> Command, browser: &mut Browser) {
    let mut program = Browser::new(browser.address);
    let asked = program.form(secrets, "/index.php/login/v2", "").await;
    let asked: Value = serde_json::from_str(&asked.text).unwrap();
    let poll = secrets.add("a token to ask with", asked["poll"]["token"].as_str().unwrap());
    let flow = secrets.add("the token of a login flow", last(asked["login"].as_str().unwrap()));
    let page = format!("/login/v2/flow/{flow}");
    assert_eq!(browser.get(secrets, &page).await.status, 200);
    assert_eq!(browser.form(secrets, &page, "do=let-in&label=Phone&access=write").await.status, 303);
    let let_in = program.form(secrets, "/login/v2/poll", &format!("token={poll}")).await;
    let let_in: Value = serde_json::from_str(&let_in.text).unwrap();
    let mut made = vec![secrets.add("an app password of a login flow", let_in["appPassword"].as_str().unwrap())];
    assert_eq!(program.form(secrets, "/login/v2/poll", &format!("token={poll}")).await.status, 404);

    assert_eq!(browser.form(secrets, "/settings/connect", "do=show&label=Tablet&access=read").await.status, 303);
    let shown = browser.get(secrets, "/settings/connect").await.text;
    made.push(secrets.add("an app password that was shown", between(&shown, "href=\"caldav://ada:", "@")));
    let profile = browser.form(secrets, "/settings/connect", "do=profile&label=Mac").await.text;
    let password = between(between(&profile, "<key>CalDAVPassword</key>", "</string>"), "<string>", "<");
    made.push(secrets.add("an app password of a profile", password));
    for password in made {
        let client = Client::new(browser.address, "ada", &password);
        client.properties(&client.home(), "1", "<D:displayname/>").await;
    }
    browser.json(secrets, Method::PATCH, "/users/me", &json!({ "email": "ada@example.org" })).await;
    let link = printed(run(), &["user", "email", "ada", "--link", "ada@example.org"]);
    let link = secrets.add("a link that shows an address to be theirs", last(&link));
    assert!(browser.get(secrets, &format!("/settings/addresses/{link}")).await.status.as_u16() < 400);
}

/// Makes something by requests that may come twice.
async fn with_keys(secrets: &mut Secrets, browser: &mut Browser, password: &str) {
    let key = secrets.add("an Idempotency-Key", "battery-staple-12");
    let client = Client::new(browser.address, "ada", password);
    for status in [201, 201, 422] {
        let name = if status == 422 { "Other" } else { "Twice" };
        let request = client.request("POST", "/api/v1.0/calendars").header("Content-Type", "application/json");
        let made = request.header("Idempotency-Key", &key).body(json!({ "name": name }).to_string()).send().await;
        assert_eq!(made.status, status, "{}", made.text());
    }
}

/// Follows a file whose address is a secret: of a link that this server has itself.
async fn with_a_subscription(secrets: &mut Secrets, browser: &mut Browser) {
    let calendars = browser.json(secrets, Method::GET, "/calendars", &Value::Null).await;
    let calendar = &calendars["calendars"][0]["id"];
    let wanted = json!({ "name": "Followed", "access": "read" });
    let made = browser.json(secrets, Method::POST, &format!("/calendars/{calendar}/links"), &wanted).await;
    let token = secrets.add("the address of a subscription", made["token"].as_str().unwrap());
    let address = format!("http://{}/feeds/{token}.ics", browser.address);
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("do", "subscribe"), ("address", &address), ("name", "Followed")])
        .finish();
    let followed = browser.form(secrets, "/settings/subscriptions", &form).await;
    assert_eq!(followed.status, 303, "{}", followed.text);
    let gone = address.replace(&token, &secrets.add("an address where nothing is", "battery-staple-13"));
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("do", "subscribe"), ("address", &gone), ("name", "")])
        .finish();
    assert_eq!(browser.form(secrets, "/settings/subscriptions", &form).await.status, 422);
}

/// Has reminders tried by mail and by push messages, and a link sent to an address.
async fn with_reminders(secrets: &mut Secrets, post: &SmtpServer, browser: &mut Browser) {
    let service = PushService::start().await;
    let path = format!("/push/{}", secrets.add("where a browser takes messages", "battery-staple-16"));
    let subscription = PushBrowser::new().subscription(&service, &path);
    secrets.add("a key of a browser", subscription["keys"]["auth"].as_str().unwrap());
    browser.json(secrets, Method::POST, "/reminders/subscriptions", &subscription).await;
    for channel in ["mail", "push"] {
        let tried = browser.json(secrets, Method::POST, "/reminders/test", &json!({ "channel": channel })).await;
        assert_eq!(tried["sent"], true, "{tried}");
    }
    assert_eq!(service.pushed().len(), 1);
    let added = browser.form(secrets, "/settings/addresses", "do=add&address=other%40example.org").await;
    assert_eq!(added.status, 303);
    let letter = post.wait_for(2).await.remove(1).message.replace("=\r\n", "");
    let link = between(&letter, "/settings/addresses/", "\r\n");
    secrets.add("a link that was sent", link);
}

/// Signs in at Microsoft, which gives tokens, and asks for the calendars there with them and with others.
async fn with_microsoft(secrets: &mut Secrets, double: &Double, browser: &mut Browser) {
    let begun = browser.get(secrets, "/settings/accounts/microsoft").await;
    let there = begun.header("location").strip_prefix(&double.authority()).unwrap().to_owned();
    for (name, value) in form_urlencoded::parse(there.split_once('?').unwrap().1.as_bytes()) {
        if matches!(&*name, "state" | "code_challenge") {
            secrets.add("what a sign-in at Microsoft goes out with", &value);
        }
    }
    let back = Connection::open(double.address).await.get(&format!("/{there}"), "").await;
    let back = back.header("location").split_once("/settings/").unwrap().1.to_owned();
    let query = back.split_once('?').unwrap().1.to_owned();
    let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code").unwrap().1.into_owned();
    secrets.add("a code of Microsoft's", &code);
    assert_eq!(browser.get(secrets, &format!("/settings/{back}")).await.status, 303);
    let accounts = browser.json(secrets, Method::GET, "/accounts", &Value::Null).await;
    let of = |account: &&Value| account["provider"] == "graph";
    let id = accounts["accounts"].as_array().unwrap().iter().find(of).unwrap()["id"].clone();
    let tokens = |secrets: &mut Secrets| {
        let (access, refresh) = double.tokens();
        secrets.add("a token of Microsoft's", &access);
        secrets.add("a token of Microsoft's", &refresh);
    };
    for _ in 0..2 {
        tokens(secrets);
        browser.json(secrets, Method::POST, &format!("/accounts/{id}/test"), &json!({})).await;
        double.end_access_tokens();
    }
    double.revoke_consent();
    let path = format!("/api/v1.0/accounts/{id}/test");
    let refused = browser.send(secrets, Method::POST, &path, ("application/json", "{}")).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
}

/// Signs in by way of the provider, once as it should be and once with what is forged; then the provider ends the session.
async fn with_a_provider(secrets: &mut Secrets, issuer: &Issuer, address: SocketAddr) {
    for signing in [Signing::Right, Signing::OtherKey] {
        issuer.says(|says| says.signing = signing);
        let mut browser = Browser::new(address);
        let begun = browser.get(secrets, "/sign-in/with/sso?next=/agenda").await;
        let url = begun.header("location").to_owned();
        for (name, value) in form_urlencoded::parse(url.split_once('?').unwrap().1.as_bytes()) {
            if matches!(&*name, "state" | "nonce" | "code_challenge") {
                secrets.add("what a sign-in goes out with", &value);
            }
        }
        let back = issuer.let_in(&url);
        let code = back.split('&').find_map(|pair| pair.strip_prefix("code=")).unwrap();
        secrets.add("a code", code);
        browser.get(secrets, &format!("/sign-in/callback/sso?{back}")).await;
        let is_in = browser.cookies.iter().any(|(name, _)| name == "kalends_session");
        assert_eq!(is_in, signing == Signing::Right);
        if is_in {
            browser.form(secrets, "/sign-out", "").await;
        }
    }
    for token in issuer.tokens() {
        secrets.add("a token of the provider", &token);
    }
    let ends = secrets.add("a token that ends sessions", &issuer.logout_token(&json!({}), Signing::Right));
    let mut provider = Browser::new(address);
    let ended = provider.form(secrets, "/sign-in/ended/sso", &format!("logout_token={ends}")).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
}

#[tokio::test]
async fn no_secret_of_a_whole_run_is_in_its_log() {
    let mut secrets = Secrets::default();
    let database = TestDatabase::with_tables().await;
    let issuer = Issuer::start().await;
    secrets.add("the secret of the client", SECRET);
    let metrics = secrets.add("the token for metrics", "battery-staple-7");
    let key = secrets.add("the key that seals passwords", "battery-staple-11-battery-staple-11");
    // PostgreSQL of the tests asks for no password, and takes any.
    let of_database = secrets.add("the password of the database", "battery-staple-8");
    let url = database.url.replace('@', &format!(":{of_database}@"));
    let double = Double::start().await;
    secrets.add("the secret at Microsoft", graph::SECRET);
    let microsoft = format!(
        "[microsoft]\nclient-id = \"{}\"\nclient-secret = \"{}\"\nauthority = \"{}\"\ngraph = \"{}\"\nprivate = true\n",
        graph::CLIENT,
        graph::SECRET,
        double.authority(),
        double.graph()
    );
    let password = secrets.add("the password of the server of mail", "battery-staple-15");
    let proof = BASE64_STANDARD.encode(format!("\0kalends\0{password}"));
    secrets.add("the password of the server of mail", &proof);
    let post =
        SmtpServer::start(SmtpOptions { abilities: vec!["AUTH PLAIN"], proof: Some(proof), ..SmtpOptions::default() });
    let smtp_url = format!("smtp://kalends:{password}@{}", post.address);
    let settings = format!(
        "[[oidc]]\nid = \"sso\"\nname = \"Our sign-in\"\nissuer = \"{}\"\nclient-id = \"{CLIENT}\"\nclient-secret = \"{SECRET}\"\n{microsoft}",
        issuer.url
    );
    fs::write(database.folder().join("kalends.toml"), settings).unwrap();
    let run = || {
        let mut command = command(KALENDS, &database);
        command.env("KALENDS_DATABASE_URL", &url).env("KALENDS_METRICS_TOKEN", &metrics);
        command.env("KALENDS_SECRET_KEY", &key).env("KALENDS_PRIVATE_HOSTS", "127.0.0.1");
        command.env("KALENDS_CONFIG", database.folder().join("kalends.toml"));
        command.env("KALENDS_SMTP_URL", &smtp_url).env("KALENDS_MAIL_FROM", "kalends@example.org");
        command.env("KALENDS_LOG", "trace").env("KALENDS_LOG_FORMAT", "json");
        command
    };
    printed(run(), &["migrate"]);
    let program = Program::start(run());
    let mut browser = Browser::new(program.address);
    with_passwords(&mut secrets, &run, &mut browser).await;
    with_programs(&mut secrets, &run, &mut browser).await;
    with_a_link(&mut secrets, &mut browser).await;
    with_devices(&mut secrets, &run, &mut browser).await;
    let password = printed(run(), &["user", "app-password", "ada", "keys"]);
    with_keys(&mut secrets, &mut browser, &password).await;
    secrets.add("an app password", &password);
    with_an_account_elsewhere(&mut secrets, &run, &mut browser).await;
    with_somebody_elsewhere(&mut secrets, &mut browser).await;
    with_a_subscription(&mut secrets, &mut browser).await;
    with_reminders(&mut secrets, &post, &mut browser).await;
    with_microsoft(&mut secrets, &double, &mut browser).await;
    with_a_provider(&mut secrets, &issuer, program.address).await;
    for path in ["/", "/agenda/week/2027-03-01", "/settings", "/event/new", "/bin"] {
        assert_eq!(browser.get(&mut secrets, path).await.status, 200, "{path}");
    }
    for token in [&metrics, &secrets.add("a wrong token for metrics", "battery-staple-9")] {
        let anybody = Client::new(program.address, "", "").without_credentials();
        anybody.request("GET", "/metrics").header("Authorization", &format!("Bearer {token}")).send().await;
    }
    browser.form(&mut secrets, "/sign-out", "").await;
    let anybody = Client::new(program.address, "", "").without_credentials();
    anybody.request("GET", "/healthz").header("X-Request-Id", "the-last-one").send().await;

    let log = program.log_with("the-last-one").await;
    let answered = log.lines().filter(|line| line.contains("\"message\":\"answered\"")).count();
    assert!(answered > 50, "the log says what was done: {answered}");
    for what in [
        "a cookie",
        "a code",
        "the token of a link",
        "a token",
        "an app password",
        "an app password of a login flow",
        "a token of the provider",
        "a token of Microsoft's",
        "the address of a subscription",
        "the address of a busy time",
        "a link that was sent",
    ] {
        assert!(secrets.0.iter().any(|(known, _)| *known == what), "{what} was not made");
    }
    let mut found = Vec::new();
    for (what, secret) in secrets.forms(&["ada", "bea", CLIENT]) {
        found.extend(log.lines().find(|line| line.contains(&secret)).map(|line| format!("{what}, {secret}: {line}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
