//! Invitations by mail of nodes that are killed while they send them.

use crate::KALENDS;
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{Program, command, printed};
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};

const GUESTS: usize = 60;
const KILLS: usize = 3;
const MAX_WAIT: Duration = Duration::from_secs(60);

fn with_mail(database: &TestDatabase, server: &SmtpServer) -> Command {
    let mut command = command(KALENDS, database);
    command.env("KALENDS_DATA", database.folder()).env("KALENDS_SMTP_URL", format!("smtp://{}", server.address));
    command.env("KALENDS_MAIL_FROM", "Kalends <kalends@example.org>");
    command
}

#[tokio::test]
async fn however_often_a_node_is_killed_each_guest_gets_one_message() {
    let database = TestDatabase::with_tables().await;
    let server = SmtpServer::start(SmtpOptions::default());
    printed(with_mail(&database, &server), &["user", "add", "ada", "--email", "ada@example.org"]);
    let password = printed(with_mail(&database, &server), &["user", "app-password", "ada", "tests"]);
    let mut program = Program::start(with_mail(&database, &server));
    let guests: String = (0..GUESTS).map(|guest| format!("ATTENDEE:mailto:guest{guest}@example.net\r\n")).collect();
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\n\
         DTSTART:20300301T100000Z\r\nSUMMARY:Party\r\nORGANIZER:mailto:ada@example.org\r\n{guests}END:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let client = |program: &Program| Client::new(program.address, "ada", password.trim());
    let path = client(&program).at("m.ics");
    assert_eq!(client(&program).put(&path, text).await.status, 201);
    let waiting = "SELECT count(*) FROM scheduling_deliveries WHERE waiting".to_owned();
    let begun = Instant::now();
    let mut kills = 0;
    while kills < KILLS || database.number(waiting.clone()).await > 0 {
        assert!(begun.elapsed() < MAX_WAIT, "{} are left", database.number(waiting.clone()).await);
        let count = server.mails().len();
        if kills < KILLS && count >= (kills + 1) * GUESTS / (KILLS + 2) {
            // In the middle of whatever it does.
            program.kill();
            program = Program::start(with_mail(&database, &server));
            // Nobody waits a minute until what it held is free.
            database.run("UPDATE jobs SET leased_until = 0, attempts = 0 WHERE state = 'running'".to_owned()).await;
            kills += 1;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut of_each: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mails = server.mails();
    for mail in &mails {
        let id = mail.message.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
        of_each.entry(mail.to.join(",")).or_default().insert(id);
    }
    assert_eq!(of_each.len(), GUESTS, "each has it");
    assert!(of_each.values().all(|ids| ids.len() == 1), "twice is the same message: {of_each:?}");
    assert!(mails.len() <= GUESTS + KILLS, "{} mails", mails.len());
    let noted = async || client(&program).get(&path).await.text().replace("\r\n ", "").matches("STATUS=1.1").count();
    while noted().await < GUESTS {
        assert!(begun.elapsed() < MAX_WAIT, "{} are noted", noted().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
