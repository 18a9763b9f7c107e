//! `kalends doctor`.

use crate::KALENDS;
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::issuer::Issuer;
use kalends_test_support::program::{Program, command, errors, printed};
use kalends_test_support::texts::event;
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

fn kalends(database: &TestDatabase) -> Command {
    let mut command = command(KALENDS, database);
    command.env("KALENDS_DATA", database.folder()).env("KALENDS_PUBLIC_URL", "https://127.0.0.1:1");
    command
}

/// At the address on which it listens.
fn serving(database: &TestDatabase) -> Command {
    let mut command = kalends(database);
    command.env_remove("KALENDS_PUBLIC_URL");
    command
}

/// What is found as (check, state, text, hint), and whether the program is content.
fn findings(mut command: Command) -> (Vec<[String; 4]>, bool) {
    let output = command.args(["doctor", "--json"]).output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", errors(&output)));
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let all = found.as_array().unwrap().iter();
    (all.map(|it| ["check", "state", "text", "hint"].map(|key| text(it, key))).collect(), output.status.success())
}

#[track_caller]
fn assert_found(command: Command, (check, state, text, hint): (&str, &str, &str, &str)) {
    let (all, is_content) = findings(command);
    let is_it = |found: &&[String; 4]| found[0] == check && found[1] == state && found[2].contains(text);
    let found = all.iter().find(is_it).unwrap_or_else(|| panic!("no {check}, {state}: {text} in {all:#?}"));
    assert!(found[3].contains(hint), "{found:?}");
    let is_well = all.iter().all(|found| found[1] != "wrong");
    assert_eq!(is_content, is_well, "{all:#?}");
}

async fn installation() -> TestDatabase {
    let database = TestDatabase::with_tables().await;
    printed(kalends(&database), &["user", "add", "ada"]);
    let password = printed(kalends(&database), &["user", "app-password", "ada", "test"]);
    let program = Program::start(serving(&database));
    let ada = Client::new(program.address, "ada", &password);
    for more in ["", "LOCATION:Here\r\n"] {
        assert!(ada.put(&ada.at("one.ics"), event("one", "20260301T090000Z", more)).await.status < 300);
    }
    database
}

#[tokio::test]
async fn an_installation_that_is_well_is_said_to_be_so() {
    let database = installation().await;
    fs::set_permissions(database.folder(), fs::Permissions::from_mode(0o700)).unwrap();
    let folder = database.folder().join("backups");
    let kalends = |database: &TestDatabase| {
        let mut command = kalends(database);
        command.env("KALENDS_BACKUP_FOLDER", &folder);
        command
    };
    assert_found(kalends(&database), ("backups", "wrong", "backups cannot be read", "backup-folder"));
    fs::create_dir(&folder).unwrap();
    assert_found(kalends(&database), ("backups", "wrong", "there is none in", "kalends jobs list"));
    let old = folder.join("kalends-20260101T000000Z.sqlite");
    fs::write(&old, "").unwrap();
    assert_found(kalends(&database), ("backups", "wrong", "is of 2026-01-01T00:00:00Z", "kalends jobs list"));
    let mut served = kalends(&database);
    served.env_remove("KALENDS_PUBLIC_URL");
    let program = Program::start(served);
    let address = format!("http://{}", program.address);
    let kalends = |database: &TestDatabase| {
        let mut command = kalends(database);
        command.env("KALENDS_PUBLIC_URL", &address);
        command
    };
    printed(kalends(&database), &["jobs", "begin", "backup"]);
    // One that is being made has another name.
    let is_made = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with("kalends-");
    let made = || fs::read_dir(&folder).unwrap().map(Result::unwrap).filter(is_made).count();
    for _ in 0..600 {
        if made() > 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (all, is_content) = findings(kalends(&database));
    // By no mail server nothing is wrong.
    let is_well =
        |found: &[String; 4]| found[1] == "fine" || (found[0].as_str(), found[1].as_str()) == ("mail", "note");
    assert!(is_content && all.iter().all(is_well), "{all:#?}");
    let checks: Vec<&str> = all.iter().map(|found| found[0].as_str()).collect();
    for check in ["public URL", "front-end", "backups", "tables", "clock", "jobs", "disk", "data"] {
        assert!(checks.contains(&check), "{check} is not in {checks:?}");
    }
    let text = printed(kalends(&database), &["doctor"]);
    assert!(text.lines().count() == all.len() && text.contains("1 objects, 1 former versions"), "{text}");
}

#[tokio::test]
async fn what_is_wrong_with_the_settings_is_said_with_what_to_do() {
    let database = installation().await;
    let with = |name: &str, value: &str| {
        let mut command = kalends(&database);
        command.env(name, value);
        command
    };
    for (name, value, found) in [
        (
            "KALENDS_PUBLIC_URL",
            "https://example.org/calendar",
            ("public URL", "wrong", "has a path", "a host name of its own"),
        ),
        ("KALENDS_PUBLIC_URL", "cal.example.org", ("public URL", "wrong", "is no address", "public-url")),
        ("KALENDS_PUBLIC_URL", "http://cal.example.org", ("public URL", "note", "unencrypted", "HTTPS")),
        (
            "KALENDS_LISTEM",
            "x",
            ("settings", "note", "KALENDS_LISTEM is set and is no setting", "docs/configuration.md"),
        ),
        ("KALENDS_DIST", "/no/such/dist", ("front-end", "wrong", "/no/such/dist", "cargo xtask build")),
        (
            "KALENDS_DATABASE_URL",
            "sqlite:/no/such/file",
            ("database", "wrong", "there is none at /no/such/file", "start the server"),
        ),
        (
            "KALENDS_DATABASE_URL",
            "postgres://a:secret@127.0.0.1:1/c",
            ("database", "wrong", "cannot be opened", "correct database"),
        ),
    ] {
        assert_found(with(name, value), found);
    }
    let file = database.folder().join("token");
    fs::write(&file, "secret").unwrap();
    for (mode, state, hint) in [(0o644, "note", "chmod o-r"), (0o666, "wrong", "chmod o-w")] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let command = with("KALENDS_METRICS_TOKEN_FILE", file.to_str().unwrap());
        assert_found(command, ("permissions", state, "metrics-token", hint));
    }
}

/// What is said of the public URL after what it looks like.
fn at(database: &TestDatabase, url: &str) -> (String, String) {
    let mut command = kalends(database);
    command.env("KALENDS_PUBLIC_URL", url);
    let (all, _) = findings(command);
    let [_, state, text, _] = all.into_iter().rfind(|found| found[0] == "public URL").unwrap();
    (state, text)
}

#[tokio::test]
async fn the_public_url_is_asked_whether_it_leads_here() {
    let (database, other) = (installation().await, installation().await);
    let (here, there) = (Program::start(serving(&database)), Program::start(serving(&other)));
    let of = |program: &Program| format!("http://{}", program.address);
    let (state, text) = at(&database, &of(&here));
    assert!(state == "fine" && text.ends_with("leads to this installation"), "{state}: {text}");
    let (state, text) = at(&database, &of(&there));
    assert!(state == "wrong" && text.ends_with("leads to another installation of Kalends"), "{state}: {text}");
    let (state, text) = at(&database, &of(&here).replace("http:", "https:"));
    assert!(state == "note" && text.contains("cannot be asked from here: "), "{state}: {text}");

    // Another program, one that says nothing, and none.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let length = stream.read(&mut request).unwrap();
        assert!(request[..length].starts_with(b"GET /healthz/live HTTP/1.1\r\n"));
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nWelcome").unwrap();
        listener
    });
    let (state, text) = at(&database, &url);
    assert!(state == "wrong" && text.contains("it is not Kalends"), "{state}: {text}");
    let listener = answering.join().unwrap();
    let (state, text) = at(&database, &url);
    assert!(state == "note" && text.ends_with("no answer within 5 s"), "{state}: {text}");
    drop(listener);
    let (state, text) = at(&database, &url);
    assert!(state == "note" && text.contains("refused"), "{state}: {text}");
}

#[tokio::test]
async fn what_is_wrong_with_the_data_is_said_with_what_to_do() {
    let database = installation().await;
    let steps = [
        (
            "DELETE FROM object_extents",
            ("data", "wrong", "ada/personal/one.ics: it is missing in the index", "kalends reindex"),
        ),
        ("UPDATE calendars SET octets = 1", ("data", "wrong", "octets, and counts 1", "restore a backup")),
        (
            "UPDATE versions SET base = digest",
            ("data", "wrong", "what it was compressed against is missing", "restore a backup"),
        ),
        (
            "UPDATE jobs SET state = 'dead', error = 'no room' WHERE id = (SELECT max(id) FROM jobs WHERE kind = 'clean')",
            ("jobs", "wrong", "(clean) failed for good: no room", "kalends jobs retry"),
        ),
        (
            "UPDATE jobs SET state = 'waiting', due_at = 1",
            ("jobs", "note", "(clean) waits since 1970-01-01", "is one running"),
        ),
        ("UPDATE changes SET changed_at = 32503680000000", ("clock", "wrong", "3000-01-01", "NTP")),
        (
            "UPDATE _sqlx_migrations SET version = 999 WHERE version = 3",
            ("tables", "wrong", "a later program", "later program"),
        ),
        ("DELETE FROM _sqlx_migrations WHERE version > 1", ("tables", "wrong", "of version 1,", "kalends migrate")),
    ];
    for (statement, found) in steps {
        database.run(statement.to_owned()).await;
        assert_found(kalends(&database), found);
    }
}

// The provider answers while the program runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn providers_of_sign_in_are_asked_who_they_are() {
    let database = installation().await;
    let issuer = Issuer::start().await;
    let table = |id: &str, issuer: &str| {
        format!(
            "[[oidc]]\nid = \"{id}\"\nname = \"x\"\nissuer = \"{issuer}\"\nclient-id = \"x\"\nclient-secret = \"hunter2\"\n"
        )
    };
    let with = |text: &str| {
        let file = database.folder().join("oidc.toml");
        fs::write(&file, text).unwrap();
        let mut command = kalends(&database);
        command.env("KALENDS_CONFIG", file);
        command
    };
    let good = table("good", &issuer.url);
    assert_found(with(&good), ("sign-in", "fine", &format!("good at {} answers, with 1 keys", issuer.url), ""));
    let down = table("down", "http://127.0.0.1:9");
    let hint = "see whether http://127.0.0.1:9/.well-known/openid-configuration answers";
    assert_found(with(&down), ("sign-in", "wrong", "nobody can sign in with down: ", hint));
    // It answers under another name than the one that it gives itself.
    let other = table("other", &issuer.url.replace("127.0.0.1", "localhost"));
    assert_found(with(&other), ("sign-in", "wrong", "nobody can sign in with other: ", "to the letter"));
    issuer.forget_keys();
    assert_found(with(&good), ("sign-in", "wrong", "it has no keys", "make a key"));
    let twice = format!("{good}{}", table("good", "http://127.0.0.1:9"));
    assert_found(with(&twice), ("sign-in", "wrong", "have the same id", "[[oidc]]"));
}

#[tokio::test]
async fn reminders_that_are_late_or_were_not_sent_are_named() {
    let database = installation().await;
    assert_found(kalends(&database), ("reminders", "fine", "none is late; 0 came", ""));
    let now = chrono::Utc::now().timestamp_millis();
    database
        .run(
            "INSERT INTO reminder_plan (principal_id, object_id, calendar_id, next_at, done_until)
             SELECT c.owner_id, o.id, c.id, 0, 0 FROM objects o JOIN calendars c ON c.id = o.calendar_id"
                .to_owned(),
        )
        .await;
    database
        .run(
            "INSERT INTO reminders (principal_id, calendar_id, object_id, name, recurrence_id, alarm, due_at, title, location, starts_at, state, made_at)
             SELECT principal_id, 1, 1, 'a', '', 'x', 1, 'T', '', 1, 'due', 1 FROM users"
                .to_owned(),
        )
        .await;
    database
        .run(format!(
            "INSERT INTO reminder_deliveries (reminder_id, channel, state, detail, tries, at)
             SELECT id, 'mail', 'failed', 'no such mailbox', 1, {now} FROM reminders"
        ))
        .await;
    assert_found(kalends(&database), ("reminders", "note", "1 reminder is late", "running"));
    let failed = "1 of the last day could not be sent; the last one: no such mailbox";
    assert_found(kalends(&database), ("reminders", "note", failed, "mail"));
}
