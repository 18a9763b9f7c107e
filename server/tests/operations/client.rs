//! `kalends calendar` and `kalends event`, against a server over TCP.

use crate::KALENDS;
use kalends_domain::accounts::{CredentialKind, NewAppPassword};
use kalends_test_support::program::{bare_command, errors};
use kalends_test_support::server::Server;
use std::process::Output;

/// What the program says with these arguments.
async fn run(server: &Server, token: &str, arguments: &[&str]) -> Output {
    let mut command = bare_command(KALENDS);
    command.args(arguments).env("KALENDS_SERVER", format!("http://{}", server.address)).env("KALENDS_TOKEN", token);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn lines(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", errors(output));
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_listed_and_added_with_a_token() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let token = async |reads_only| {
        let new = NewAppPassword {
            kind: CredentialKind::Token,
            label: "cli".into(),
            reads_only,
            ..NewAppPassword::default()
        };
        server.kalends.create_app_password(ada.caller.principal, new).await.unwrap().1.0
    };
    let (writes, reads) = (token(false).await, token(true).await);
    let calendar = ada.calendar.0.to_string();
    let calendars = lines(&run(&server, &reads, &["calendar", "list"]).await);
    assert_eq!(calendars.len(), 1);
    assert!(calendars[0].contains("Personal") && calendars[0].contains(&calendar), "{calendars:?}");

    let add =
        ["event", "add", "Lunch", "--calendar", &calendar, "--start", "2026-03-02T12:00", "--zone", "Europe/Zurich"];
    let refused = run(&server, &reads, &add).await;
    assert!(!refused.status.success() && errors(&refused).contains("403"), "{}", errors(&refused));
    let name = lines(&run(&server, &writes, &add).await).remove(0);
    lines(&run(&server, &writes, &["event", "add", "Trip", "--calendar", &calendar, "--start", "2026-03-03"]).await);
    let listed = lines(&run(&server, &reads, &["event", "list", "--from", "2026-03-01"]).await);
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(listed[0].starts_with("2026-03-02 12:00:00   2026-03-02 13:00:00   Lunch"), "{}", listed[0]);
    assert!(listed[0].contains(&name) && listed[1].starts_with("2026-03-03 "), "{listed:?}");

    let wrong = run(&server, &writes, &["event", "add", "x", "--calendar", &calendar, "--start", "tomorrow"]).await;
    assert!(errors(&wrong).contains("\"tomorrow\""), "{}", errors(&wrong));
    let nobody = run(&server, "kalends_none", &["calendar", "list"]).await;
    assert!(!nobody.status.success() && errors(&nobody).contains("401"), "{}", errors(&nobody));
}
