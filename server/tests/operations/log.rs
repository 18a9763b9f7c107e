//! What the log says, and what it never says.

use crate::KALENDS;
use hyper::Method;
use kalends_test_support::browser::{Connection, FORM};
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, command, printed};
use kalends_test_support::texts::event;
use serde_json::Value;

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[tokio::test]
async fn a_request_has_the_same_name_in_the_log_in_the_answer_and_on_the_page() {
    let database = TestDatabase::fresh().await;
    let mut command = command(KALENDS, &database);
    command.env("KALENDS_LOG", "warn").env("KALENDS_LOG_FORMAT", "json");
    let program = Program::start(command);
    let client = Client::new(program.address, "", "").without_credentials();
    database.run("DROP TABLE sessions".to_owned()).await;
    let page = |id| {
        let request = client.request("GET", "/agenda/week/2026-03-02").header("X-Request-Id", id);
        request.header("Cookie", "kalends_session=stolen").send()
    };

    let answer = page("proxy-1.a").await;
    assert_eq!((answer.status, answer.header("x-request-id")), (500, Some("proxy-1.a")));
    assert!(answer.text().contains("The log has it under proxy-1.a."), "{}", answer.text());
    let log = program.log_with("proxy-1.a").await;
    let line = lines(&log).into_iter().find(|line| line["span"]["id"] == "proxy-1.a").unwrap();
    assert_eq!(line["level"], "ERROR", "{line}");
    assert_eq!((&line["span"]["method"], &line["span"]["route"]), (&"GET".into(), &"/agenda/{view}/{date}".into()));

    let answer = page("<b>bold</b>").await;
    let id = answer.header("x-request-id").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|octet| octet.is_ascii_hexdigit()), "{id}");
    assert!(answer.text().contains(&format!("The log has it under {id}.")), "{}", answer.text());
    program.log_with(id).await;
}

#[tokio::test]
async fn every_answer_says_what_its_request_is_called() {
    let database = TestDatabase::fresh().await;
    let program = Program::start(command(KALENDS, &database));
    let client = Client::new(program.address, "ada", "wrong");
    let mut ids = Vec::new();
    for path in ["/healthz", "/sign-in", "/no-such-page", "/no-such-file.js", &client.home()] {
        ids.push(client.get(path).await.header("x-request-id").unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn no_secret_is_in_the_log_of_a_run() {
    let database = TestDatabase::fresh().await;
    // PostgreSQL of the tests asks for no password, and takes any.
    let url = database.url.replace("@", ":dbhunter2@");
    let run = || {
        let mut command = command(KALENDS, &database);
        command.env("KALENDS_DATABASE_URL", &url).env("KALENDS_METRICS_TOKEN", "metrics-hunter2");
        command.env("KALENDS_LOG", "trace").env("KALENDS_LOG_FORMAT", "json");
        command
    };
    let link = printed(run(), &["user", "add", "ada"]);
    let link = link.rsplit('/').next().unwrap();
    let app_password = printed(run(), &["user", "app-password", "ada", "test"]);
    let program = Program::start(run());
    let mut browser = Connection::open(program.address).await;
    let mut session = String::new();
    browser.get(&format!("/welcome/{link}"), "").await;
    for (path, form, is_good) in [
        ("choose_password", format!("secret={link}&password=correct+hunter2&repeated=correct+hunter2"), true),
        ("sign_in", "name=ada&password=wrong+hunter2".to_owned(), false),
        ("sign_in", "name=wrong-hunter2&password=ada".to_owned(), false),
        ("sign_in", "name=ada&password=correct+hunter2".to_owned(), true),
    ] {
        let answer = browser.send(Method::POST, &format!("/fn/{path}"), "", FORM, &form).await.unwrap();
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        assert_eq!(cookie.starts_with("kalends_session="), is_good, "{path}: {answer:?}");
        if is_good {
            session = cookie;
        }
    }
    for path in ["/agenda/week/2026-03-02", "/settings", "/event/new"] {
        assert_eq!(browser.get(path, &session).await.status, 200, "{path}");
    }
    let ada = Client::new(program.address, "ada", &app_password);
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "SUMMARY:Secret meeting\r\n")).await;
    ada.properties(&ada.home(), "1", "<D:displayname/>").await;
    let wrong = Client::new(program.address, "ada", "wrong-hunter2");
    assert_eq!(wrong.get(&ada.at("a.ics")).await.status, 401);
    for token in ["metrics-hunter2", "metrics-hunter3"] {
        let anybody = ada.without_credentials();
        anybody.request("GET", "/metrics").header("Authorization", &format!("Bearer {token}")).send().await;
    }
    ada.request("GET", "/healthz").header("X-Request-Id", "the-last-one").send().await;

    let log = program.log_with("the-last-one").await;
    let answered = lines(&log).into_iter().filter(|line| line["message"] == "answered").count();
    assert!(answered > 10, "the log says what was done: {log}");
    let session = session.trim_start_matches("kalends_session=");
    let encoded = [&ada, &wrong].map(|client| client.authorization.clone().unwrap().replace("Basic ", ""));
    let bare = app_password.replace('-', "");
    for secret in
        ["hunter2", "hunter3", "Secret meeting", link, session, &app_password, &bare, &encoded[0], &encoded[1]]
    {
        let found = log.lines().find(|line| line.contains(secret));
        assert_eq!(found, None, "{secret}");
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let mut command = kalends_test_support::program::bare_command(KALENDS);
    command.env("KALENDS_DATABASE_URL", "postgres://ada:hunter2@127.0.0.1:1/c").env("KALENDS_LOG", "trace");
    let output = command.arg("migrate").output().unwrap();
    let said = kalends_test_support::program::errors(&output);
    assert!(!output.status.success() && said.contains("cannot be reached") && !said.contains("hunter2"), "{said}");
}
