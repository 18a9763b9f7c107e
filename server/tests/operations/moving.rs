//! `kalends import --from`: calendars of an account at another server, which is Kalends itself here.

use crate::KALENDS;
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{command, errors, printed};
use kalends_test_support::server::Server;
use kalends_test_support::texts::{event, event_titled};
use std::process::{Command, Output, Stdio};

fn password_of(client: &Client) -> String {
    use base64::Engine;
    let encoded = client.authorization.as_ref().unwrap().strip_prefix("Basic ").unwrap();
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
    String::from_utf8(decoded).unwrap().split_once(':').unwrap().1.to_owned()
}

/// The command on a database of its own, with a password in the environment.
fn import(database: &TestDatabase, password: &str, arguments: &[&str]) -> Output {
    let mut import: Command = command(KALENDS, database);
    import.env("KALENDS_REMOTE_PASSWORD", password).env("KALENDS_PRIVATE_HOSTS", "127.0.0.1").stdin(Stdio::null());
    import.args(["import", "--from", "caldav"]).args(arguments).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_moves_here_by_command_and_both_sides_are_the_same() {
    let other = Server::start().await;
    let grace = other.account("grace").await;
    for n in 0..130 {
        grace.add(&grace.at(&format!("e{n}.ics")), &event_titled(&format!("e{n}"), "Event")).await;
    }
    grace.add(&grace.at("weekly.ics"), &event("weekly", "20260305T090000Z", "RRULE:FREQ=WEEKLY;COUNT=10")).await;
    let database = TestDatabase::with_tables().await;
    printed(command(KALENDS, &database), &["user", "add", "ada"]);
    let (address, password) = (format!("http://{}/", other.address), password_of(&grace));

    let moved = import(&database, &password, &[&address, "ada", "--user", "grace"]);
    let said = String::from_utf8_lossy(&moved.stdout).into_owned();
    assert!(moved.status.success(), "{said}{}", errors(&moved));
    assert!(said.contains("131 added, 0 replaced, 0 unchanged, 0 refused"), "{said}");
    assert!(said.contains("objects: 131 there, 131 here") && said.contains("instances: 140 there, 140 here"), "{said}");
    assert!(said.contains("both sides are the same"), "{said}");
    assert!(!said.contains(&password));
    let again = import(&database, &password, &[&address, "ada", "--user", "grace"]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("0 added, 0 replaced, 131 unchanged"));

    let refused = import(&database, &password, &[&address, "ada", "--user", "grace", "--calendar", "No such"]);
    assert!(!refused.status.success() && errors(&refused).contains("there is no calendar \"No such\" there"));
    let refused = import(&database, "a-wrong-password", &[&address, "ada", "--user", "grace"]);
    assert!(!refused.status.success() && errors(&refused).contains("does not accept"), "{}", errors(&refused));
    assert!(!errors(&refused).contains("a-wrong-password"));
    // Without a password and without a terminal there is nobody to ask.
    let refused = import(&database, "", &[&address, "ada", "--user", "grace", "extra"]);
    assert!(!refused.status.success() && errors(&refused).contains("cannot be used with"), "{}", errors(&refused));
}
