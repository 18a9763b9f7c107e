//! What is measured, and who is told.

use crate::KALENDS;
use hyper::Method;
use kalends_test_support::browser::{Connection, FORM};
use kalends_test_support::client::{Answer, Client};
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, command, printed};
use kalends_test_support::texts::event;
use std::net::{SocketAddr, TcpListener};

async fn metrics(address: SocketAddr, authorization: &str) -> Answer {
    let request = Client::new(address, "", "").without_credentials().request("GET", "/metrics");
    let request = if authorization.is_empty() { request } else { request.header("Authorization", authorization) };
    request.send().await
}

#[tokio::test]
async fn only_who_has_the_token_gets_them_at_the_address_of_the_pages() {
    let database = TestDatabase::with_tables().await;
    let program = Program::start(command(KALENDS, &database));
    assert_eq!(metrics(program.address, "Bearer anything").await.status, 404);
    drop(program);

    let file = database.folder().join("token");
    std::fs::write(&file, "let-me-see\n").unwrap();
    let mut guarded = command(KALENDS, &database);
    guarded.env("KALENDS_METRICS_TOKEN_FILE", &file);
    let program = Program::start(guarded);
    for wrong in ["", "Bearer", "Bearer ", "Bearer let-me-se", "Bearer let-me-see2", "Basic let-me-see", "let-me-see"] {
        let answer = metrics(program.address, wrong).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{wrong}");
    }
    let answer = metrics(program.address, "Bearer let-me-see").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
}

#[tokio::test]
async fn they_count_what_happened_and_name_nobody() {
    let database = TestDatabase::with_tables().await;
    let own = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = || command(KALENDS, &database);
    printed(run(), &["user", "add", "augusta"]);
    let app_password = printed(run(), &["user", "app-password", "augusta", "Telephone"]);
    let mut command = run();
    command.env("KALENDS_METRICS_LISTEN", own.to_string());
    let program = Program::start(command);

    let augusta = Client::new(program.address, "augusta", &app_password);
    for name in ["engine.ics", "notes.ics"] {
        augusta.add(&augusta.at(name), &event(name, "20260301T090000Z", "")).await;
    }
    assert_eq!(augusta.get(&augusta.at("nothing.ics")).await.status, 404);
    let wrong = Client::new(program.address, "augusta", "wrong");
    assert_eq!(wrong.get(&augusta.at("engine.ics")).await.status, 401);
    assert_eq!(augusta.request("BREW", "/pot-of-augusta").send().await.status, 405);
    let mut browser = Connection::open(program.address).await;
    browser.send(Method::POST, "/fn/sign_in", "", FORM, "name=augusta&password=wrong").await.unwrap();
    browser.get("/event/calendar-of-augusta/engine.ics", "").await;

    metrics(own, "").await;
    let text = metrics(own, "").await.text();
    let dav = r#"route="/api/v1.0/caldav/{*rest}""#;
    for line in [
        &format!(r#"kalends_http_requests_total{{method="PUT",{dav},status="201"}} 2"#),
        &format!(r#"kalends_http_requests_total{{method="GET",{dav},status="404"}} 1"#),
        &format!(r#"kalends_http_requests_total{{method="GET",{dav},status="401"}} 1"#),
        &format!(r#"kalends_http_request_duration_seconds_count{{method="PUT",{dav}}} 2"#),
        r#"kalends_http_requests_total{method="GET",route="/metrics",status="200"} 1"#,
        r#"kalends_sign_ins_total{way="app_password",result="good"} 3"#,
        r#"kalends_sign_ins_total{way="app_password",result="bad"} 1"#,
        r#"kalends_sign_ins_total{way="password",result="good"} 0"#,
        r#"kalends_sign_ins_total{way="password",result="bad"} 1"#,
        "kalends_database_up 1",
        r#"kalends_sync_requests_total{provider="caldav"} 0"#,
        r#"kalends_sync_lag_seconds{provider="caldav"} 0"#,
        &format!(r#"kalends_build_info{{version="{}"}} 1"#, env!("CARGO_PKG_VERSION")),
        "# EOF",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is not in:\n{text}");
    }
    // The browser's, which is kept open, and the one that asks.
    for (name, least) in [
        ("kalends_connections", 2),
        ("kalends_database_size_bytes", 10_000),
        ("process_resident_memory_bytes", 1_000_000),
        ("process_open_fds", 5),
    ] {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse::<i64>().ok());
        assert!(value.is_some_and(|value| value >= least), "{name} is {value:?}");
    }
    assert!(text.contains(r#"method="OTHER",route="other""#), "{text}");
    for name in ["augusta", "engine", "notes", "Telephone", "BREW", "pot", "127.0.0.1"] {
        assert!(!text.contains(name), "{name} is in:\n{text}");
    }
}
