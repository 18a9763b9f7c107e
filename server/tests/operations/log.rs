//! What the log says, and what it never says.

use crate::KALENDS;
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, command};
use serde_json::Value;

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[tokio::test]
async fn a_request_has_the_same_name_in_the_log_in_the_answer_and_on_the_page() {
    let database = TestDatabase::with_tables().await;
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
    let database = TestDatabase::with_tables().await;
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

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let mut command = kalends_test_support::program::bare_command(KALENDS);
    command.env("KALENDS_DATABASE_URL", "postgres://ada:hunter2@127.0.0.1:1/c").env("KALENDS_LOG", "trace");
    let output = command.arg("migrate").output().unwrap();
    let said = kalends_test_support::program::errors(&output);
    assert!(!output.status.success() && said.contains("cannot be reached") && !said.contains("hunter2"), "{said}");
}
