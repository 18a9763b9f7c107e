//! Mail as whoever runs the program meets it.

use crate::KALENDS;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::program::{command, errors, printed};
use kalends_test_support::smtp::{SmtpOptions, SmtpServer, make_certificate};
use serde_json::Value;
use std::process::Command;

#[tokio::test]
async fn mail_is_tried_by_command_and_by_the_doctor() {
    let database = TestDatabase::with_tables().await;
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path());
    let certificate = Some(folder.path().to_owned());
    let proof = Some("AGFkYQBhIHNlY3JldCB3aXRoIDovQA==".to_owned());
    let server =
        SmtpServer::start(SmtpOptions { certificate, proof, abilities: vec!["AUTH PLAIN"], ..SmtpOptions::default() });
    printed(command(KALENDS, &database), &["migrate"]);
    let kalends = |password: &str, sender: Option<&str>| {
        let mut command = command(KALENDS, &database);
        command.env("KALENDS_DATA", database.folder()).env("SSL_CERT_FILE", folder.path().join("certificate.pem"));
        command.env("KALENDS_SMTP_URL", format!("smtp+starttls://ada:{password}@{}", server.address));
        sender.map(|sender| command.env("KALENDS_MAIL_FROM", sender));
        command
    };
    let right = "a%20secret%20with%20:%2F%40";
    let sender = Some("Kalends <kalends@example.org>");
    let said = printed(kalends(right, sender), &["mail", "test", "Bob <bob@example.com>"]);
    assert!(said.contains("bob@example.com: 250 taken as 1"), "{said}");
    let [mail] = server.mails().try_into().unwrap();
    assert_eq!((mail.from.as_str(), mail.to), ("kalends@example.org", vec!["bob@example.com".to_owned()]));
    let from = mail.message.lines().find(|line| line.starts_with("From:")).unwrap();
    assert!(from.contains("Kalends") && from.ends_with("<kalends@example.org>"), "{from}");

    let doctor = |mut command: Command| {
        let output = command.args(["doctor", "--json"]).output().unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", errors(&output)));
        let all = found.as_array().unwrap().iter();
        let mail = all.into_iter().find(|it| it["check"] == "mail").unwrap().clone();
        assert!(!mail.to_string().contains("secret"), "{mail}");
        (mail["state"].as_str().unwrap().to_owned(), mail["text"].as_str().unwrap().to_owned())
    };
    assert_eq!(doctor(kalends(right, sender)).0, "fine");
    let (state, text) = doctor(kalends("other-secret", sender));
    assert!(state == "wrong" && text.contains("does not let Kalends in: 535"), "{text}");
    let (state, text) = doctor(kalends(right, None));
    assert!(state == "wrong" && text.contains("mail-from"), "{text}");
    assert_eq!(doctor(command(KALENDS, &database)).0, "note");
    assert_eq!(server.mails().len(), 1, "the doctor sends nothing");
    let refused = kalends(right, None).args(["mail", "test", "bob@example.com"]).output().unwrap();
    assert!(!refused.status.success() && !errors(&refused).contains("secret"), "{}", errors(&refused));
}

#[tokio::test]
async fn a_command_without_a_server_for_mail_says_what_is_missing() {
    let database = TestDatabase::with_tables().await;
    let refused = command(KALENDS, &database).args(["mail", "test", "bob@example.com"]).output().unwrap();
    assert!(!refused.status.success() && errors(&refused).contains("smtp-url"), "{}", errors(&refused));
}
