//! What the doctor says of calendars that are to be in step with others elsewhere.

use crate::accounts::{add, findings, with};
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, printed};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A calendar of Ada's that is in step with the one of Bea's account.
async fn link(program: &Program, database: &TestDatabase, account: i64) -> i64 {
    let secret = printed(with(database, KEY), &["user", "app-password", "ada", "links"]);
    let client = Client::new(program.address, "ada", &secret);
    let post = async |path: &str, body: &Value| {
        let request = client.request("POST", path).header("Content-Type", "application/json");
        let answer = request.body(body.to_string()).send().await;
        assert!(answer.status < 300, "{}", answer.text());
        serde_json::from_str::<Value>(&answer.text()).unwrap()
    };
    let listed = post(&format!("/api/v1.0/accounts/{account}/test"), &json!({})).await;
    let settings = json!({ "direction": "both", "interval_seconds": 900, "window_days": null });
    let wanted = json!({ "account": account, "remote": listed["calendars"][0]["id"], "settings": settings });
    let calendar = post("/api/v1.0/calendars/sync", &wanted).await["calendar"].as_i64().unwrap();
    let began = Instant::now();
    loop {
        let answer = client.get(&format!("/api/v1.0/calendars/{calendar}/sync")).await;
        let status: Value = serde_json::from_str(&answer.text()).unwrap();
        if status["state"] == "in-step" {
            return calendar;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{status}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn each_link_that_is_not_in_step_is_explained() {
    let database = TestDatabase::with_tables().await;
    let program = Program::start(with(&database, KEY));
    let account = add(&program, &database, KEY).await["id"].as_i64().unwrap();
    link(&program, &database, account).await;
    let accounts = findings(with(&database, KEY), "accounts");
    assert!(accounts[0].1.contains(&format!("account {account} of ada (bea) works")), "{accounts:?}");
    let links = findings(with(&database, KEY), "links");
    assert_eq!(links, [("fine".to_owned(), "1 calendar is in step, or comes into it".to_owned())]);
    drop(program);

    for (state, code, why, said) in [
        (
            "waiting",
            "'unreachable'",
            "'the connection was reset'",
            "is waiting (unreachable): the connection was reset",
        ),
        ("attention", "'unauthenticated'", "NULL", "is attention (unauthenticated)"),
        ("asks", "'too-many-deletions'", "NULL", "is asks (too-many-deletions)"),
        ("paused", "NULL", "NULL", "is paused"),
        ("gone", "'missing'", "NULL", "is gone (missing)"),
    ] {
        let next = if state == "waiting" { "1800000000000" } else { "NULL" };
        let update = format!(
            "UPDATE sync_links SET state = '{state}', code = {code}, why = {why}, failures = 3, next_run_at = {next}, last_run_at = 1700000000000"
        );
        database.run(update).await;
        let found = findings(with(&database, KEY), "links");
        assert_eq!(found[0].0, "note", "{found:?}");
        assert!(found[0].1.contains(said) && found[0].1.contains("last run 2023-11-14T22:13:20Z"), "{found:?}");
        assert!(found[0].1.contains("ada/") && found[0].1.contains("of ada (bea)"), "{found:?}");
        let next = if state == "waiting" { "next run 2027-01-15T08:00:00Z" } else { "next run none" };
        assert!(found[0].1.contains(next) && found[0].1.contains("3 runs in a row"), "{found:?}");
    }

    // What services tell.
    let secret = if TestDatabase::is_postgres() { "decode('00', 'hex')" } else { "x'00'" };
    let subscription = async |remote: &str, expires: &str, next: &str, why: &str| {
        database.run("DELETE FROM sync_subscriptions".to_owned()).await;
        let insert = format!(
            "INSERT INTO sync_subscriptions (account_id, link_id, remote_id, secret, hook, expires_at, next_at, why)
             SELECT account_id, id, {remote}, {secret}, 'h', {expires}, {next}, {why} FROM sync_links"
        );
        database.run(insert).await;
        let mut found = findings(with(&database, KEY), "notifications");
        assert_eq!(found.len(), 1);
        found.remove(0)
    };
    let later = (chrono::Utc::now() + chrono::TimeDelta::days(2)).timestamp_millis().to_string();
    let soon = (chrono::Utc::now() + chrono::TimeDelta::hours(2)).timestamp_millis().to_string();
    let (state, said) = subscription("'r'", &later, &later, "NULL").await;
    assert!(state == "fine" && said.contains("tells of changes until"), "{said}");
    let (state, said) = subscription("'r'", &soon, &later, "'no answer'").await;
    assert!(state == "note" && said.contains("was not renewed: no answer"), "{said}");
    let (state, said) = subscription("'r'", "1000", "1000", "NULL").await;
    assert!(state == "note" && said.contains("told of changes until 1970"), "{said}");
    let (state, said) = subscription("NULL", "NULL", &later, "'no way in'").await;
    assert!(state == "note" && said.contains("is asked for them: no way in"), "{said}");

    // And what is kept of them is looked at.
    database.run("UPDATE sync_links SET seen_revision = 99999".to_owned()).await;
    let data = findings(with(&database, KEY), "data");
    assert!(data[0].0 == "wrong" && data[0].1.contains("up to revision 99999"), "{data:?}");
    let mut verify = with(&database, KEY);
    let output = verify.arg("verify").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !output.status.success() && text.contains("no text is lost") && text.contains("1 link: 1 damage"),
        "{text}"
    );
}
