//! Reminders of nodes that are killed.

use crate::KALENDS;
use chrono::{DateTime, TimeDelta, Utc};
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, command, printed};
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// How many reminders are due within a minute, unless `KALENDS_SOAK_REMINDERS` says more.
const REMINDERS: usize = 80;
/// How long they may take until all are sent, for each thousand and at least.
const MAX_WAIT: Duration = Duration::from_secs(90);

fn with_mail(database: &TestDatabase, server: &SmtpServer) -> Command {
    let mut command = command(KALENDS, database);
    command.env("KALENDS_DATA", database.folder()).env("KALENDS_SMTP_URL", format!("smtp://{}", server.address));
    command.env("KALENDS_MAIL_FROM", "Kalends <kalends@example.org>");
    command
}

/// Events whose alarms go off from `first` on, within `span` seconds.
fn file(count: usize, first: DateTime<Utc>, span: usize) -> String {
    let mut file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n".to_owned();
    for number in 0..count {
        let at = first + TimeDelta::seconds((number * span / count) as i64) + TimeDelta::hours(1);
        let _ = write!(
            file,
            "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{}\r\nSUMMARY:Event {number}\r\n\
             BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\nEND:VEVENT\r\n",
            at.format("%Y%m%dT%H%M%SZ")
        );
    }
    file + "END:VCALENDAR\r\n"
}

#[tokio::test]
async fn however_often_nodes_are_killed_each_reminder_is_sent_once() {
    let count = std::env::var("KALENDS_SOAK_REMINDERS").ok().and_then(|count| count.parse().ok()).unwrap_or(REMINDERS);
    // Within how many seconds they are due, how often a node is killed, and how many milliseconds there are between.
    let (span, most_kills, pause) = if count > REMINDERS { (60, 12, 1500) } else { (4, 4, 500) };
    let database = TestDatabase::with_tables().await;
    let server = SmtpServer::start(SmtpOptions::default());
    printed(with_mail(&database, &server), &["user", "add", "ada", "--email", "ada@example.org"]);
    let wants = "INSERT INTO reminder_settings (principal_id, in_page, by_mail, by_push, for_all, agenda_empty)
        SELECT principal_id, TRUE, TRUE, FALSE, FALSE, FALSE FROM users";
    database.run(wants.to_owned()).await;
    // Long enough for all of them to be brought in and planned.
    let lead = TimeDelta::seconds(if count > REMINDERS { 30 + count as i64 / 100 } else { 5 });
    let first = DateTime::from_timestamp((Utc::now() + lead).timestamp(), 0).unwrap();
    let path = database.folder().join("events.ics");
    fs::write(&path, file(count, first, span)).unwrap();
    printed(with_mail(&database, &server), &["import", "ada", "personal", path.to_str().unwrap()]);

    // A file of SQLite has one node.
    let nodes = if TestDatabase::is_postgres() { 2 } else { 1 };
    let mut programs: Vec<Program> = (0..nodes).map(|_| Program::start(with_mail(&database, &server))).collect();
    let begun = Instant::now();
    let open = "SELECT (SELECT count(*) FROM reminder_plan) + (SELECT count(*) FROM reminder_stale)
        + (SELECT count(*) FROM reminder_deliveries WHERE state IN ('waiting', 'sending'))";
    let most = MAX_WAIT * u32::try_from(count.div_ceil(500)).unwrap() + lead.to_std().unwrap();
    let mut kills = 0;
    while kills < most_kills || database.number(open.to_owned()).await > 0 {
        assert!(begun.elapsed() < most, "{} are left", database.number(open.to_owned()).await);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        if Utc::now() >= first && kills < most_kills {
            // In the middle of whatever it does.
            let victim = kills % nodes;
            programs[victim].kill();
            programs[victim] = Program::start(with_mail(&database, &server));
            // Nobody waits a minute until what it held is free, and ten until what it was about to send is known to be lost.
            database.run("UPDATE jobs SET leased_until = 0, attempts = 0 WHERE state = 'running'".to_owned()).await;
            kills += 1;
        }
        // What nodes had in their hands when they were killed.
        let gone = "UPDATE reminder_deliveries SET at = 0 WHERE state = 'sending'
            AND NOT EXISTS (SELECT 1 FROM reminder_deliveries WHERE state = 'waiting')";
        if kills >= most_kills {
            database.run(gone.to_owned()).await;
        }
    }
    drop(programs);
    assert_eq!(database.number("SELECT count(*) FROM reminders".to_owned()).await, count as i64, "each came once");
    let page = "SELECT count(*) FROM reminder_deliveries WHERE channel = 'page' AND state = 'sent'";
    assert_eq!(database.number(page.to_owned()).await, count as i64);
    let mut of_each: BTreeMap<String, usize> = BTreeMap::new();
    for mail in server.mails() {
        let subject = mail.message.lines().find(|line| line.starts_with("Subject:")).unwrap().to_owned();
        *of_each.entry(subject).or_default() += 1;
    }
    let twice: Vec<_> = of_each.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let of = async |state: &str| {
        let query = format!("SELECT count(*) FROM reminder_deliveries WHERE channel = 'mail' AND state = '{state}'");
        database.number(query).await as usize
    };
    let (sent, uncertain) = (of("sent").await, of("uncertain").await);
    assert_eq!(sent + uncertain, count, "each was sent, or was under way when its node was killed");
    assert!(of_each.len() >= sent && of_each.len() <= count, "{} {sent} {uncertain}", of_each.len());
    // No more than what nodes had in their hands when they were killed.
    assert!(uncertain <= kills * 30, "{uncertain}");
}
