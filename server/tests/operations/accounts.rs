//! The keys that seal the passwords of accounts elsewhere, and what the doctor says of those accounts.

use crate::KALENDS;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, command, errors, printed};
use serde_json::{Value, json};
use std::process::Command;

const OLD: &str = "0123456789abcdef0123456789abcdef";
const NEW: &str = "fedcba9876543210fedcba9876543210";

pub fn with(database: &TestDatabase, keys: &str) -> Command {
    let mut command = command(KALENDS, database);
    command.env("KALENDS_PRIVATE_HOSTS", "127.0.0.1");
    command.env("KALENDS_DATA", database.folder());
    if !keys.is_empty() {
        command.env("KALENDS_SECRET_KEY", keys);
    }
    command
}

/// What the doctor says about `check`: each with its state.
pub fn findings(mut command: Command, check: &str) -> Vec<(String, String)> {
    let output = command.args(["doctor", "--json"]).output().unwrap();
    let all: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", errors(&output)));
    let of = all.as_array().unwrap().iter().filter(|found| found["check"] == check);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    of.map(|found| (text(&found["state"]), text(&found["text"]))).collect()
}

/// Adds an account of `ada`'s at the server itself.
pub async fn add(program: &Program, database: &TestDatabase, keys: &str) -> Value {
    for name in ["ada", "bea"] {
        printed(with(database, keys), &["user", "add", name]);
    }
    let secret = |name: &str| printed(with(database, keys), &["user", "app-password", name, "tests"]);
    let client = Client::new(program.address, "ada", &secret("ada"));
    let address = format!("http://{}/", program.address);
    let wanted = json!({ "address": address, "user": "bea", "password": secret("bea") });
    let request = client.request("POST", "/api/v1.0/accounts").header("Content-Type", "application/json");
    let answer = request.body(wanted.to_string()).send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    serde_json::from_str(&answer.text()).unwrap()
}

#[tokio::test]
async fn keys_are_changed_without_losing_a_password() {
    let database = TestDatabase::with_tables().await;
    let program = Program::start(with(&database, OLD));
    let account = add(&program, &database, OLD).await;
    let fine = |keys: &str| assert_eq!(findings(with(&database, keys), "accounts")[0].0, "fine", "{keys}");
    fine(OLD);
    let lost = findings(with(&database, NEW), "accounts");
    assert_eq!(lost[0].0, "wrong");
    assert!(lost[0].1.contains(&format!("no key opens the password of account {} of ada (bea)", account["id"])));

    let mut alone = with(&database, NEW);
    let refused = alone.args(["accounts", "reseal"]).output().unwrap();
    assert!(!refused.status.success() && errors(&refused).contains("no key opens"), "{}", errors(&refused));
    let both = format!("{NEW},{OLD}");
    fine(&both);
    let said = printed(with(&database, &both), &["accounts", "reseal"]);
    assert_eq!(said, "1 sealed anew, 0 were sealed by the first key already.");
    fine(NEW);
    let mut short = with(&database, "short");
    let refused = short.args(["accounts", "reseal"]).output().unwrap();
    assert!(errors(&refused).contains("32 characters") && !errors(&refused).contains("short,"));
}

#[tokio::test]
async fn the_first_start_makes_a_key_that_no_backup_has() {
    use std::fs::{Permissions, metadata, read_to_string, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let database = TestDatabase::with_tables().await;
    printed(with(&database, ""), &["migrate"]);
    let file = database.folder().join("secret.key");
    assert!(!file.exists());
    let program = Program::start(with(&database, ""));
    assert_eq!(metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let key = read_to_string(&file).unwrap().trim().to_owned();
    add(&program, &database, "").await;
    let backup = database.folder().join("copy.sqlite");
    printed(with(&database, ""), &["backup", backup.to_str().unwrap()]);
    let octets = std::fs::read(&backup).unwrap();
    let has = |text: &str| octets.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("bea") && !has(&key) && !has(&BASE64_STANDARD.encode(&key)));
    assert_eq!(findings(with(&database, ""), "secret key"), []);
    set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(findings(with(&database, ""), "secret key")[0].0, "wrong");
}

#[tokio::test]
async fn whoever_runs_the_server_has_all_brought_into_step_and_learns_whether_they_are() {
    let database = TestDatabase::with_tables().await;
    let program = Program::start(with(&database, OLD));
    let account = add(&program, &database, OLD).await;
    let sync = |arguments: &[&str]| {
        let output = with(&database, OLD).args(["sync", "--now"]).args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned(), errors(&output))
    };
    let (is_fine, said, _) = sync(&[]);
    assert!(is_fine && said.contains("0 calendars are in step."), "{said}");
    let secret = printed(with(&database, OLD), &["user", "app-password", "ada", "more"]);
    let client = Client::new(program.address, "ada", &secret);
    let ask = async |method: &str, path: &str, json: Value| {
        let request = client.request(method, &format!("/api/v1.0/{path}")).header("Content-Type", "application/json");
        let answer = request.body(json.to_string()).send().await;
        assert!(answer.status < 300, "{path}: {}", answer.text());
        serde_json::from_str::<Value>(&answer.text()).unwrap_or_default()
    };
    let listed = ask("POST", &format!("accounts/{}/test", account["id"]), json!({})).await;
    let settings = json!({ "direction": "both", "interval_seconds": null, "window_days": null });
    let wanted = json!({ "account": account["id"], "remote": listed["calendars"][0]["id"], "settings": settings });
    let made = ask("POST", "calendars/sync", wanted).await;
    for arguments in [&[][..], &["--user", "ada"]] {
        let (is_fine, said, wrong) = sync(arguments);
        assert!(is_fine, "{said}{wrong}");
        assert!(said.contains("in-step") && said.contains("1 calendars are in step."), "{said}");
    }
    let (is_fine, said, _) = sync(&["--user", "bea"]);
    assert!(is_fine && said.contains("0 calendars are in step."), "{said}");
    for wrong in [&["--user", "eve"][..], &["--calendar", "nothing"]] {
        assert!(!sync(wrong).0, "{wrong:?}");
    }
    // What is paused is not in step.
    ask("POST", &format!("calendars/{}/sync/pause", made["calendar"]), json!({})).await;
    let (is_fine, said, wrong) = sync(&[]);
    assert!(!is_fine && said.contains("paused") && wrong.contains("1 of 1 calendars are not in step"), "{said}{wrong}");
}
