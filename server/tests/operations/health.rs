//! What supervisors ask.

use crate::KALENDS;
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, bare_command, command, errors};
use std::net::SocketAddr;

/// Whether `kalends health` is content, and what it says if not.
fn health(listen: &str) -> Result<(), String> {
    let output = bare_command(KALENDS).args(["health", "--listen", listen]).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(errors(&output)) }
}

async fn status(address: SocketAddr, path: &str) -> (u16, String) {
    let answer = Client::new(address, "", "").without_credentials().get(path).await;
    (answer.status, answer.text())
}

#[tokio::test]
async fn a_server_that_can_serve_is_live_and_ready() {
    let database = TestDatabase::fresh().await;
    let program = Program::start(command(KALENDS, &database));
    for path in ["/healthz", "/healthz/live", "/healthz/ready"] {
        assert_eq!(status(program.address, path).await, (200, "ok".to_owned()), "{path}");
    }
    assert_eq!(health(&program.address.to_string()), Ok(()));
    assert_eq!(health(&format!("0.0.0.0:{}", program.address.port())), Ok(()));
}

#[tokio::test]
async fn a_server_on_other_tables_is_live_and_not_ready() {
    let database = TestDatabase::fresh().await;
    let program = Program::start(command(KALENDS, &database));
    let newest = "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    database.run(newest.to_owned()).await;
    let (code, reason) = status(program.address, "/healthz/ready").await;
    assert!(code == 503 && reason.contains("of another version"), "{code}: {reason}");
    assert_eq!(status(program.address, "/healthz/live").await.0, 200);
    let complaint = health(&program.address.to_string()).unwrap_err();
    assert!(complaint.contains("not ready: 503 Service Unavailable: the tables of the database"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_whose_database_is_away_is_live_and_not_ready() {
    let database = TestDatabase::fresh().await;
    let Some((mut link, url)) = database.over_a_link().await else { return };
    let mut command = command(KALENDS, &database);
    command.env("KALENDS_DATABASE_URL", url);
    let program = Program::start(command);
    link.cut().await;
    let (code, reason) = status(program.address, "/healthz/ready").await;
    assert!(code == 503 && reason.starts_with("the database "), "{code}: {reason}");
    assert_eq!(status(program.address, "/healthz/live").await.0, 200);
    link.mend().await;
    assert_eq!(status(program.address, "/healthz/ready").await.0, 200);
}

#[test]
fn where_no_server_listens_none_is_ready() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(health(&free.to_string()).unwrap_err().contains("cannot be asked"));
    assert!(health("127.0.0.1:0").unwrap_err().contains("port 0"));
}
