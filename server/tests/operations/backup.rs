//! Backups: made under load, checked, restored, and refused where they are damaged.

use crate::KALENDS;
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, command, errors, printed};
use kalends_test_support::requests::{events_between, query};
use kalends_test_support::texts::{event, event_titled};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const WRITERS: usize = 4;
/// How many objects each writer writes, over and over.
const NAMES: usize = 25;

/// The program on a database, with a folder of data for what it puts aside.
struct Place {
    database: TestDatabase,
}

impl Place {
    async fn new() -> Self {
        Place { database: TestDatabase::fresh().await }
    }

    fn kalends(&self) -> Command {
        let mut command = command(KALENDS, &self.database);
        command.env("KALENDS_DATA", self.database.folder());
        command
    }

    fn file(&self, name: &str) -> PathBuf {
        self.database.folder().join(name)
    }

    /// What a command prints, and what it complains about if it fails.
    fn run(&self, arguments: &[&str]) -> (String, Option<String>) {
        let output = self.kalends().args(arguments).output().unwrap();
        let complaint = (!output.status.success()).then(|| errors(&output));
        (String::from_utf8(output.stdout).unwrap(), complaint)
    }

    /// What a command complains about, which must fail.
    fn refused(&self, arguments: &[&str]) -> String {
        let (said, complaint) = self.run(arguments);
        format!("{said}{}", complaint.unwrap_or_else(|| panic!("{arguments:?} was done: {said}")))
    }

    fn backup(&self, name: &str) -> PathBuf {
        let file = self.file(name);
        printed(self.kalends(), &["backup", file.to_str().unwrap()]);
        file
    }

    /// An account with an app password.
    fn account(&self, name: &str) -> String {
        printed(self.kalends(), &["user", "add", name]);
        printed(self.kalends(), &["user", "app-password", name, "test"])
    }

    fn serve(&self) -> Program {
        Program::start(self.kalends())
    }
}

fn client(program: &Program, password: &str) -> Client {
    Client::new(program.address, "ada", password)
}

/// The texts of all objects that are served, by name.
async fn texts(ada: &Client) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for name in ada.properties(&ada.at(""), "1", "<D:getetag/>").await.names() {
        if name.ends_with(".ics") {
            let answer = ada.get(&ada.at(name)).await;
            assert_eq!(answer.status, 200, "{name}");
            texts.insert(name.to_owned(), answer.text());
        }
    }
    texts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_that_is_made_under_load_is_whole_and_comes_back() {
    let place = Place::new().await;
    let password = place.account("ada");
    let mut program = place.serve();
    let ada = client(&program, &password);
    ada.add(&ada.at("first.ics"), &event("first", "20260301T090000Z", "")).await;

    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (ada, stop, count) = (ada.clone(), stop.clone(), count.clone());
            tokio::spawn(async move {
                let mut written = BTreeMap::<String, Vec<String>>::new();
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return written;
                    }
                    let uid = format!("{writer}-{}", number % NAMES);
                    let more = format!("DESCRIPTION:{}\r\n", number.to_string().repeat(100));
                    let (name, text) = (format!("{uid}.ics"), event(&uid, "20260301T090000Z", &more));
                    let answer = ada.put(&ada.at(&name), text.as_str()).await;
                    assert!(matches!(answer.status, 201 | 204), "{}: {}", answer.status, answer.text());
                    written.entry(name).or_default().push(text);
                    count.fetch_add(1, Ordering::SeqCst);
                }
                written
            })
        })
        .collect();
    while count.load(Ordering::SeqCst) < WRITERS * NAMES * 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (mut made, mut meanwhile) = (Vec::new(), 0);
    for name in ["one", "two", "three"] {
        let before = count.load(Ordering::SeqCst);
        let (command, file) = (place.kalends(), place.file(name));
        let argument = file.to_str().unwrap().to_owned();
        tokio::task::spawn_blocking(move || printed(command, &["backup", &argument])).await.unwrap();
        meanwhile += count.load(Ordering::SeqCst) - before;
        made.push(file);
    }
    // How many depends on what else the machine does.
    assert!(meanwhile > 0, "writers went on");
    stop.store(true, Ordering::SeqCst);
    let mut written = BTreeMap::from([("first.ics".to_owned(), vec![event("first", "20260301T090000Z", "")])]);
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    for file in &made {
        let (said, complaint) = place.run(&["verify", file.to_str().unwrap()]);
        assert!(complaint.is_none() && said.contains("all whole"), "{said}{complaint:?}");
        assert!(said.contains(&format!("1 calendars, {} objects", WRITERS * NAMES + 1)), "{said}");
    }

    let file = made.last().unwrap().to_str().unwrap();
    let complaint = place.refused(&["restore", file, "--force"]);
    assert!(complaint.contains("stop it first"), "{complaint}");
    program.kill();
    let (said, complaint) = place.run(&["verify"]);
    assert!(complaint.is_none(), "{said}{complaint:?}");

    // Elsewhere, where nothing was.
    let elsewhere = Place::new().await;
    assert_eq!(elsewhere.run(&["restore", file]).1, None);
    assert_eq!(elsewhere.run(&["verify"]).1, None);
    let program = elsewhere.serve();
    let ada = client(&program, &password);
    let restored = texts(&ada).await;
    assert_eq!(restored.keys().collect::<BTreeSet<_>>(), written.keys().collect());
    for (name, text) in &restored {
        assert!(written[name].contains(text), "{name} has a text that nobody wrote");
    }
    let found = ada.report(&ada.at(""), &query(&events_between("20260301T000000Z", "20260302T000000Z"), "")).await;
    assert_eq!(found.multistatus().responses.len(), written.len());
    // From there again, beside the server, and in the place of the first.
    let again = elsewhere.backup("again");
    let again = again.to_str().unwrap();
    let complaint = place.refused(&["restore", again]);
    assert!(complaint.contains("accounts") && complaint.contains("--force"), "{complaint}");
    let (said, complaint) = place.run(&["restore", again, "--force"]);
    assert_eq!(complaint, None, "{said}");
    let aside = said.lines().find_map(|line| line.strip_prefix("What was there before is in ")).unwrap();
    assert_eq!(place.run(&["verify", aside]).1, None);
    let program = place.serve();
    let ada = client(&program, &password);
    assert_eq!(texts(&ada).await, restored);
    // Numbers go on behind what was restored.
    ada.add(&ada.at("after.ics"), &event("after", "20260301T090000Z", "")).await;
    place.account("ben");
    assert_eq!(place.run(&["verify"]).1, None);
}

/// A place with events that were edited and removed, and a backup of it.
async fn with_history() -> (Place, PathBuf) {
    let place = Place::new().await;
    let password = place.account("ada");
    let program = place.serve();
    let ada = client(&program, &password);
    for title in ["Lunch", "Late lunch", "Dinner"] {
        let text = event_titled("lunch", title);
        assert!(ada.put(&ada.at("lunch.ics"), text.as_str()).await.status < 300);
    }
    ada.add(&ada.at("gone.ics"), &event("gone", "20260301T090000Z", "")).await;
    ada.delete(&ada.at("gone.ics")).await;
    ada.add(&ada.at("other.ics"), &event("other", "20260301T090000Z", "")).await;
    let file = place.backup("whole");
    (place, file)
}

#[tokio::test]
async fn what_is_damaged_is_named_and_not_restored() {
    let (place, whole) = with_history().await;
    let (said, complaint) = place.run(&["verify", whole.to_str().unwrap()]);
    assert_eq!(complaint, None);
    assert!(said.contains("1 calendars, 2 objects, 3 former versions and 6 rows of the log: all whole"), "{said}");
    for (statement, expected) in [
        (
            "UPDATE objects SET etag = '\"00\"' WHERE name = 'lunch.ics'",
            "ada/personal/lunch.ics: its text is not the one that its ETag \"00\"",
        ),
        (
            "UPDATE objects SET text = replace(text, 'Dinner', 'Winner')",
            "ada/personal/lunch.ics: its text is not the one that its ETag",
        ),
        ("UPDATE objects SET size = size + 1 WHERE name = 'other.ics'", "ada/personal/other.ics: its text has "),
        (
            "UPDATE objects SET revision = 5 WHERE name = 'other.ics'",
            "ada/personal/other.ics: the log has another object for its revision 5",
        ),
        ("DELETE FROM changes WHERE revision = 6", "ada/personal: its log ends with revision 5, and it is at 6"),
        ("DELETE FROM changes WHERE revision = 3", "ada/personal/lunch.ics: the log has no row for its revision 3"),
        ("UPDATE calendars SET objects = 7", "ada/personal: it has 2 objects, and counts 7"),
        (
            "UPDATE versions SET content = substr(content, 1, length(content) - 1) WHERE base IS NULL",
            "ada/personal/gone.ics: its former version ",
        ),
        (
            "DELETE FROM versions WHERE digest = (SELECT base FROM versions v WHERE base IN (SELECT digest FROM versions))",
            "cannot be read: what it was compressed against is missing",
        ),
        ("DELETE FROM principals", "a row of users belongs to one of principals that is not there"),
    ] {
        let file = damaged(&whole, statement).await;
        let complaint = place.refused(&["verify", file.to_str().unwrap()]);
        assert!(complaint.contains(expected) && complaint.contains("damaged"), "{statement}: {complaint}");
        let elsewhere = Place::new().await;
        let complaint = elsewhere.refused(&["restore", file.to_str().unwrap()]);
        assert!(complaint.contains(expected), "{statement}: {complaint}");
        if let Some(target) = elsewhere.database.file() {
            assert!(!target.exists(), "nothing was put in its place");
        }
    }
}

/// A copy of a backup on which a statement was run.
async fn damaged(whole: &Path, statement: &'static str) -> PathBuf {
    let file = whole.with_extension("damaged");
    fs::copy(whole, &file).unwrap();
    TestDatabase::run_on(&file, statement).await;
    file
}

#[tokio::test]
async fn octets_that_were_flipped_or_are_missing_are_noticed() {
    let (place, whole) = with_history().await;
    let octets = fs::read(&whole).unwrap();
    let file = whole.with_extension("damaged");
    let argument = file.to_str().unwrap();
    let at = octets.windows(14).position(|window| window == b"SUMMARY:Dinner").unwrap();
    for (with, expected) in [
        (b'W', "ada/personal/lunch.ics: its text is not the one that its ETag"),
        (0xff, "ada/personal/lunch.ics: its text is damaged: it is not UTF-8"),
    ] {
        let mut flipped = octets.clone();
        flipped[at + 8] = with;
        fs::write(&file, flipped).unwrap();
        let complaint = place.refused(&["verify", argument]);
        assert!(complaint.contains(expected), "{complaint}");
    }
    for part in [octets.len() / 2, 5000, 50, 0] {
        fs::write(&file, &octets[..part]).unwrap();
        for command in [&["verify", argument][..], &["restore", argument, "--force"]] {
            let complaint = place.refused(command);
            let is_named = complaint.contains("damaged") || part == 0 && complaint.contains("none of its tables");
            assert!(is_named && !complaint.contains("the server failed"), "{part}: {complaint}");
        }
    }
    let complaint = place.refused(&["verify", "/no/such/backup"]);
    assert!(complaint.contains("/no/such/backup: No such file"), "{complaint}");
    assert_eq!(place.run(&["verify"]).1, None, "the database is what it was");
}

#[tokio::test]
async fn an_index_that_differs_is_derived_anew_when_it_is_restored() {
    let (place, whole) = with_history().await;
    for (statement, expected) in [
        ("DELETE FROM object_extents", "ada/personal/lunch.ics: it is missing in the index of extents"),
        (
            "INSERT INTO object_extents VALUES (99, 1, 2, 1, 1)",
            "the index of extents has an object 99 that is not there",
        ),
        ("UPDATE object_extents SET last_minute = last_minute + 9", "the index of extents has it at another time"),
        ("UPDATE objects SET uid = uid || 'x'", "ada/personal/lunch.ics: the index has another UID than its text"),
        ("UPDATE objects SET summary = NULL", "ada/personal/lunch.ics: the index has another title than its text"),
        ("UPDATE objects SET component = 'VTODO'", "ada/personal/lunch.ics: the index has another component"),
        ("UPDATE objects SET last_end = last_end + 60", "ada/personal/lunch.ics: the index has another start, end"),
    ] {
        let file = damaged(&whole, statement).await;
        let complaint = place.refused(&["verify", file.to_str().unwrap()]);
        assert!(complaint.contains(expected) && complaint.contains("reindex"), "{statement}: {complaint}");
        let elsewhere = Place::new().await;
        let (said, complaint) = elsewhere.run(&["restore", file.to_str().unwrap()]);
        assert!(
            complaint.is_none() && said.contains("The index was derived anew."),
            "{statement}: {said}{complaint:?}"
        );
        assert_eq!(elsewhere.run(&["verify"]).1, None, "{statement}");
    }
}

#[tokio::test]
async fn a_file_is_replaced_only_where_that_is_asked_for() {
    let (place, whole) = with_history().await;
    let before = fs::read(&whole).unwrap();
    let complaint = place.refused(&["backup", whole.to_str().unwrap()]);
    assert!(complaint.contains("exists already; --force replaces it"), "{complaint}");
    assert_eq!(fs::read(&whole).unwrap(), before);
    place.account("ben");
    assert_eq!(place.run(&["backup", "--force", whole.to_str().unwrap()]).1, None);
    assert_ne!(fs::read(&whole).unwrap(), before);
    let complaint = place.refused(&["backup", "/no/such/folder/backup"]);
    assert!(complaint.contains("/no/such/folder: No such file"), "{complaint}");
    let leavings = fs::read_dir(place.database.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(leavings.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
}

#[tokio::test]
async fn a_restore_that_fails_half_way_puts_everything_back() {
    let (place, backup) = with_history().await;
    let folder = tempfile::tempdir().unwrap();
    // So long that of the names that its files are given meanwhile only the first is one that a file can have.
    let name = format!("{}.sqlite", "k".repeat(210));
    let target = folder.path().join(&name);
    let url = format!("sqlite:{}", target.display());
    let kalends = |arguments: &[&str]| {
        let mut command = place.kalends();
        command.env("KALENDS_DATABASE_URL", &url).args(arguments);
        command.output().unwrap()
    };
    assert!(kalends(&["user", "add", "grace"]).status.success());
    let before = fs::read(&target).unwrap();
    // A folder where SQLite has a file: it cannot be called otherwise, as the name would be too long.
    let journal = folder.path().join(format!("{name}-journal"));
    fs::create_dir(&journal).unwrap();
    let output = kalends(&["restore", "--force", backup.to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(errors(&output).contains("-journal"), "{}", errors(&output));
    fs::remove_dir(&journal).unwrap();
    assert_eq!(fs::read(&target).unwrap(), before);
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.filter(|found| !found.ends_with("-wal") && !found.ends_with("-shm")).collect();
    assert_eq!(names, [name], "nothing is left of it");
    let output = kalends(&["restore", "--force", backup.to_str().unwrap()]);
    assert!(output.status.success(), "{}", errors(&output));
}

#[tokio::test]
async fn a_backup_of_a_later_version_is_refused() {
    let (place, whole) = with_history().await;
    let later = "INSERT INTO _sqlx_migrations SELECT 999, description, installed_on, success, checksum, execution_time
        FROM _sqlx_migrations LIMIT 1";
    let file = damaged(&whole, later).await;
    for command in ["verify", "restore"] {
        let complaint = place.refused(&[command, file.to_str().unwrap()]);
        assert!(complaint.contains("of a later version of Kalends (tables of version 999"), "{complaint}");
    }
}

#[tokio::test]
async fn a_backup_of_an_earlier_version_is_checked_and_restored() {
    let old = TestDatabase::of_statements(include_str!("../protocol/files/c5c8b5b.sql")).await;
    let told: serde_json::Value = serde_json::from_str(include_str!("../protocol/files/c5c8b5b.json")).unwrap();
    let place = Place::new().await;
    let file = old.file_of_statements();
    let before = fs::read(&file).unwrap();
    let (said, complaint) = place.run(&["verify", file.to_str().unwrap()]);
    assert_eq!(complaint, None, "{said}");
    assert_eq!(place.run(&["restore", file.to_str().unwrap()]).1, None);
    assert_eq!(fs::read(&file).unwrap(), before, "the backup is as it was");
    let program = place.serve();
    for (name, person) in told["people"].as_object().unwrap() {
        let client = Client::new(program.address, name, told["app_passwords"][name].as_str().unwrap());
        for (path, object) in person["objects"].as_object().unwrap() {
            let answer = client.get(path).await;
            assert_eq!(
                (answer.header("etag"), Some(answer.text().as_str())),
                (object["etag"].as_str(), object["text"].as_str())
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_saw_what_the_backup_does_not_have_misses_nothing() {
    let place = Place::new().await;
    let password = place.account("ada");
    let mut program = place.serve();
    let ada = client(&program, &password);
    let at = |name: &str| format!("/api/v1.0/caldav/calendars/ada/personal/{name}");
    let put =
        async |ada: &Client, uid: &str| ada.add(&at(&format!("{uid}.ics")), &event(uid, "20260301T090000Z", "")).await;
    put(&ada, "kept").await;
    let known = ada.property(&at(""), "D:sync-token").await.text;
    let file = place.backup("backup");
    put(&ada, "lost").await;
    put(&ada, "lost-too").await;
    let lost = ada.property(&at(""), "D:sync-token").await.text;
    let ctag = ada.property(&at(""), "CS:getctag").await.text;
    let before = revisions(&ada).await;
    program.kill();
    assert_eq!(place.run(&["restore", "--force", file.to_str().unwrap()]).1, None);

    let program = place.serve();
    let ada = client(&program, &password);
    let (list, calendar) = revisions(&ada).await;
    assert!(list > before.0 && calendar > before.1, "what pages know is older");
    let fresh = ada.property(&at(""), "D:sync-token").await.text;
    assert_ne!(ada.property(&at(""), "CS:getctag").await.text, ctag);
    // Who saw no more than the backup has goes on from there.
    let changes = ada.sync(&at(""), &known, "").await.multistatus();
    assert!(changes.names().is_empty());
    ada.sync(&at(""), &lost, "").await.expect(403, "valid-sync-token");
    // As many changes as were lost, so that counting alone comes to the same number.
    put(&ada, "new").await;
    put(&ada, "new-too").await;
    ada.sync(&at(""), &lost, "").await.expect(403, "valid-sync-token");
    let changes = ada.sync(&at(""), &known, "").await.multistatus();
    assert_eq!(changes.names(), ["new-too.ics", "new.ics"]);
    // What was told after the restore and before anything happened holds or is refused, and is never taken for another state.
    let answer = ada.sync(&at(""), &fresh, "").await;
    if answer.status == 207 {
        assert_eq!(answer.multistatus().names(), ["new-too.ics", "new.ics"]);
    } else {
        answer.expect(403, "valid-sync-token");
    }
    let mut calendar = ada.request("MKCALENDAR", &format!("{}made/", ada.home())).send().await;
    assert_eq!(calendar.status, 201, "{}", calendar.text());
    calendar = ada.put(&format!("{}made/a.ics", ada.home()), event("a", "20260301T090000Z", "")).await;
    assert_eq!(calendar.status, 201, "{}", calendar.text());
    assert_eq!(place.run(&["verify"]).1, None);
}

/// Of the list of calendars, and of the first of them, as programs and pages know them.
async fn revisions(ada: &Client) -> (i64, i64) {
    let known: serde_json::Value = serde_json::from_str(&ada.get("/api/v1.0/calendars").await.text()).unwrap();
    (known["revision"].as_i64().unwrap(), known["calendars"][0]["revision"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_write_backups_by_themselves_once_for_all_nodes_and_keep_so_many() {
    let (place, _) = with_history().await;
    let folder = place.file("backups");
    let kalends = || {
        let mut command = place.kalends();
        command.env("KALENDS_BACKUP_FOLDER", &folder).env("KALENDS_BACKUP_KEEP", "2");
        command
    };
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("kalends-20260101T000000Z.sqlite"), "").unwrap();
    fs::write(folder.join("not-a-backup.sqlite"), "").unwrap();
    // Several nodes share a database of PostgreSQL; one of them has no folder.
    let mut nodes = vec![Program::start(kalends())];
    if TestDatabase::is_postgres() {
        nodes.extend([Program::start(kalends()), Program::start(place.kalends())]);
    }
    let names = || {
        let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("kalends-2")).collect::<BTreeSet<_>>()
    };
    let mut seen = names();
    for done in 1..=3 {
        printed(kalends(), &["jobs", "begin", "backup"]);
        let is_done =
            format!("SELECT count(*) FROM jobs WHERE kind = 'backup' AND state = 'done' HAVING count(*) >= {done}");
        while place.database.number(format!("SELECT count(*) FROM ({is_done}) AS d")).await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let now = names();
        assert!(now.len() <= 2 && now.difference(&seen).count() == 1, "{seen:?}, then {now:?}");
        seen = now;
        // They are called by the second.
        tokio::time::sleep(Duration::from_millis(1100)).await;
    }
    assert!(folder.join("not-a-backup.sqlite").exists(), "other files are let alone");
    let newest = folder.join(seen.last().unwrap());
    assert_eq!(place.run(&["verify", newest.to_str().unwrap()]).1, None);
    let waiting = "SELECT count(*) FROM jobs WHERE kind = 'backup' AND state = 'waiting'";
    assert_eq!(place.database.number(waiting.to_owned()).await, 1, "the next one waits for its hour");
    drop(nodes);
}
