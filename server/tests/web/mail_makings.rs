//! An event and a task that are made of a mail, on their pages and by REST; the mail that an event has to do with.

use super::rest_calendars::{Program, body};
use super::rest_mail::work;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::{Method, StatusCode};
use kalends_domain::mail::mailbox::Mailbox;
use kalends_domain::mail::{MailSecurity, MailServer, MessageFlags};
use kalends_domain::sync::credentials::Credentials;
use kalends_providers::imap::Imap;
use kalends_providers::outbound::Dialer;
use kalends_test_support::browser::{FORM, Person};
use kalends_test_support::dovecot::{Dovecot, Offering, PASSWORD};
use kalends_test_support::server::Server;
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use serde_json::json;
use std::sync::Arc;

const MAIL: &str = "From: Bob <bob@elsewhere.example>\r\nTo: hugo@example.org\r\nSubject: Re: Budget <b>review\r\n\
    Message-ID: <budget/1@x>\r\nDate: Tue, 5 Feb 2030 08:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
    Shall we meet on Friday from 10:00 to 11:30, or on Monday at 9:00?\r\nWhere: Room 5\r\n\
    https://example.zoom.us/j/123\r\n";

/// Somebody with an account to which a mail has come; who else there is.
struct Desk {
    server: Server,
    program: Program,
    person: Person,
    other: (Program, Person),
    message: i64,
    mailbox: Imap,
    _servers: (Arc<Dovecot>, SmtpServer),
}

/// Gives somebody an account, for as long as its servers are kept.
async fn add_account(program: &Program, slug: &str) -> (Arc<Dovecot>, SmtpServer) {
    let proof = Some(STANDARD.encode(format!("\0{slug}@example.org\0{PASSWORD}")));
    let dovecot = Dovecot::shared(Offering::Everything);
    let smtp = SmtpServer::start(SmtpOptions { abilities: vec!["AUTH PLAIN"], proof, ..SmtpOptions::default() });
    let at = |port| json!({ "host": "127.0.0.1", "port": port, "security": "plain" });
    let wanted = json!({ "address": format!("{slug}@example.org"), "password": PASSWORD, "display_name": slug,
        "imap": at(dovecot.port), "smtp": at(smtp.address.port()) });
    let made = program.send("POST", "/mail/accounts", &[], &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    (dovecot, smtp)
}

impl Desk {
    async fn new(slug: &str) -> Self {
        let server = Server::with_pages().await;
        let (program, person) = Program::new(&server, slug).await;
        let servers = add_account(&program, slug).await;
        let user = format!("{slug}@example.org");
        let imap = MailServer {
            host: "127.0.0.1".into(),
            port: servers.0.port,
            security: MailSecurity::Plain,
            user: user.clone(),
        };
        let credentials = Credentials::Basic { user, password: PASSWORD.into() };
        let mailbox = Imap::connect(&Dialer::new(["127.0.0.1".to_owned()]), &imap, &credentials).await.unwrap();
        mailbox.append("INBOX", MessageFlags::NONE, MAIL.as_bytes()).await.unwrap();
        work(&server).await;
        let listed = body(&program.get("/mail/messages").await);
        let message = listed["messages"][0]["id"].as_i64().unwrap();
        let other = Program::new(&server, "eve").await;
        Desk { server, program, person, other, message, mailbox, _servers: servers }
    }
}

#[tokio::test]
async fn a_program_makes_an_event_and_a_task_of_a_mail() {
    let desk = Desk::new("hugo").await;
    let (hugo, person, message) = (&desk.program, &desk.person, desk.message);
    let (eve, other) = &desk.other;
    let path = format!("/mail/messages/{message}");
    let found = body(&hugo.get(&format!("{path}/times")).await);
    assert_eq!(
        (&found["title"], &found["location"], &found["conference"]),
        (&json!("Budget <b>review"), &json!("Room 5"), &json!("https://example.zoom.us/j/123"))
    );
    let (first, quote) = (&found["times"][0], found["times"][0]["quote"].as_str().unwrap());
    assert_eq!(
        (&first["start"]["local"], &first["end"]["local"]),
        (&json!("2030-02-08T10:00:00"), &json!("2030-02-08T11:30:00")),
        "{found}"
    );
    assert!(quote.starts_with("Shall we meet") && found["times"].as_array().unwrap().len() == 2, "{found}");
    let calendar = person.calendar.0;
    let key = [("Idempotency-Key", "one")];
    let made = hugo.send("POST", &format!("{path}/event"), &key, &json!({ "calendar": calendar })).await;
    let event = body(&made);
    assert_eq!((made.status, &event["title"]), (201, &json!("Budget <b>review")), "{}", made.text());
    assert_eq!((&event["url"], &event["start"]["local"]), (&json!("mid:budget%2F1@x"), &first["start"]["local"]));
    let at = made.header("location").unwrap().strip_prefix("/api/v1.0").unwrap().to_owned();
    assert_eq!(body(&hugo.get(&at).await), event);
    let again = hugo.send("POST", &format!("{path}/event"), &key, &json!({ "calendar": calendar })).await;
    assert_eq!((again.status, &body(&again)["name"]), (201, &event["name"]));
    let task_key = [("Idempotency-Key", "task")];
    let by_key = hugo.send("POST", &format!("{path}/task"), &task_key, &json!({ "calendar": calendar })).await;
    let by_key = body(&by_key);
    let wanted = json!({ "calendar": calendar, "title": "Own", "location": null, "conference": null,
        "start": { "type": "date", "date": "2030-02-09" } });
    let own = body(&hugo.send("POST", &format!("{path}/event"), &[], &wanted).await);
    assert_eq!(
        (&own["title"], &own["location"], &own["start"]["date"]),
        (&json!("Own"), &json!(null), &json!("2030-02-09"))
    );
    let made = hugo.send("POST", &format!("{path}/task"), &[], &json!({ "calendar": calendar })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let task = hugo.get(made.header("location").unwrap().strip_prefix("/api/v1.0").unwrap()).await.text();
    assert!(task.contains("BEGIN:VTODO") && task.contains("URL:mid:budget%2F1@x") && task.contains("DUE;"), "{task}");
    for (what, wanted, status) in [
        ("event", json!({ "calendar": 987_654 }), 404),
        ("event", json!({ "calendar": calendar, "conference": "javascript:x" }), 422),
        ("event", json!({ "calendar": calendar, "burn": 1 }), 422),
        (
            "task",
            json!({ "calendar": calendar, "due": { "type": "zoned", "local": "2030-01-01T00:00:00", "tzid": "x" } }),
            422,
        ),
    ] {
        let refused = hugo.send("POST", &format!("{path}/{what}"), &[], &wanted).await;
        assert_eq!(refused.status, status, "{what} {wanted} {}", refused.text());
    }
    for what in ["event", "task"] {
        let theirs = eve.send("POST", &format!("{path}/{what}"), &[], &json!({ "calendar": other.calendar.0 })).await;
        assert_eq!(theirs.status, 404, "{}", theirs.text());
    }
    assert_eq!(eve.get(&format!("{path}/times")).await.status, 404);
    // The message is gone, by another program: what was made of it is there, and a repeated request is told so.
    desk.mailbox.delete("INBOX", &desk.mailbox.uids("INBOX", 1, None).await.unwrap()).await.unwrap();
    work(&desk.server).await;
    let again = hugo.send("POST", &format!("{path}/event"), &key, &json!({ "calendar": calendar })).await;
    assert_eq!((again.status, &body(&again)["name"]), (201, &event["name"]), "{}", again.text());
    let again = hugo.send("POST", &format!("{path}/task"), &task_key, &json!({ "calendar": calendar })).await;
    assert_eq!((again.status, &body(&again)["name"]), (201, &by_key["name"]), "{}", again.text());
    let other = hugo.send("POST", &format!("{path}/event"), &key, &json!({ "calendar": calendar, "title": "x" })).await;
    assert_eq!(other.status, 422, "{}", other.text());
}

#[tokio::test]
async fn an_event_and_a_task_are_made_on_pages_without_scripts_and_lead_back_to_the_mail() {
    let desk = Desk::new("hilde").await;
    let (server, person, message) = (&desk.server, &desk.person, desk.message);
    let (calendar, other) = (person.calendar.0, &desk.other.1);
    let mut browser = server.connect().await;
    let page = browser.get(&format!("/mail/inbox/{message}"), &person.cookie).await;
    let form = format!("/mail/from/{message}/event");
    assert!(page.text.contains(&form) && page.text.contains(&form.replace("event", "task")), "{}", page.text);
    let page = browser.get(&form, &person.cookie).await;
    for text in [
        "value=\"Budget &lt;b",
        "Understood as",
        "Shall we meet on Friday",
        "?time=1",
        "value=\"2030-02-08\"",
        "value=\"11:30\"",
        "Room 5",
    ] {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
    let second = browser.get(&format!("{form}?time=1"), &person.cookie).await;
    assert!(second.text.contains("value=\"2030-02-11\""), "{}", second.text);
    let fields = format!(
        "title=Talk&calendar={calendar}&start_date=2030-02-08&start_time=10%3A00&end_date=2030-02-08&zone=Europe%2FZurich"
    );
    let wrong = format!("{fields}&end_time=09%3A00&location=kept");
    let refused = browser.send(Method::POST, &form, &person.cookie, FORM, &wrong).await.unwrap();
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("value=\"kept\"") && refused.text.contains("end_time-error"), "{}", refused.text);
    let mut browser = server.connect().await;
    let right = format!("{fields}&end_time=11%3A00&conference=https%3A%2F%2Fmeet.example.org%2Fx");
    let made = browser.send(Method::POST, &form, &person.cookie, FORM, &right).await.unwrap();
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let to = made.header("location").to_owned();
    assert!(to.starts_with(&format!("/event/{calendar}/")), "{to}");
    let mut browser = server.connect().await;
    let page = browser.get(&to, &person.cookie).await;
    assert!(page.text.contains("From a mail: Re: Budget &lt;b"), "{}", page.text);
    let about = to.split('?').next().unwrap().replace("/event/", "/mail/about/");
    assert!(page.text.contains(&about), "{about} in {}", page.text);
    let page = browser.get(&about, &person.cookie).await;
    assert!(page.text.contains("Mails about “Talk”") && page.text.contains("Re: Budget &lt;b"), "{}", page.text);
    let due = format!("title=Pay&calendar={calendar}&start_date=2030-02-08&start_time=&zone=Europe%2FZurich");
    let task = form.replace("event", "task");
    let made = browser.send(Method::POST, &task, &person.cookie, FORM, &due).await.unwrap();
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    assert!(made.header("location").starts_with("/mail/") && made.header("location").ends_with(&message.to_string()));

    // For others there is none of it.
    let mut browser = server.connect().await;
    for path in [&form, &task, &about, &form.replace("event", "war")] {
        assert_eq!(browser.get(path, &other.cookie).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let refused = browser.send(Method::POST, &form, &other.cookie, FORM, &right).await.unwrap();
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let mut stranger = server.connect().await;
    let away = stranger.send(Method::POST, &form, "", FORM, &right).await.unwrap();
    assert!(away.status.is_redirection() && away.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn attendees_are_written_to_by_mail_or_by_another_program() {
    let server = Server::with_pages().await;
    let (ines, person) = Program::new(&server, "ines").await;
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:plan\r\nDTSTAMP:20260101T000000Z\r\n\
        DTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:Plan & more\r\n\
        ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:bob@elsewhere.example\r\nATTENDEE:mailto:ines@example.org\r\n\
        ATTENDEE;CN=\"Lovelace, Ada\":mailto:ada@x.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let precondition = kalends_domain::objects::Precondition::None;
    server.kalends.put_object(person.caller, person.calendar, "plan.ics", text, precondition).await.unwrap();
    let event = format!("/event/{}/plan.ics", person.calendar.0);
    let mut browser = server.connect().await;
    let page = browser.get(&event, &person.cookie).await;
    assert!(page.text.contains("mailto:bob@elsewhere.example,"), "{}", page.text);
    assert!(!page.text.contains("Mails about it"), "there is no mail here");

    let _servers = add_account(&ines, "ines").await;
    let write = format!("/mail/write?calendar={}&amp;event=plan.ics", person.calendar.0);
    for path in [event.clone(), format!("{event}/invitation")] {
        let page = browser.get(&path, &person.cookie).await;
        assert!(page.text.contains(&write) && page.text.contains("Mails about it"), "{path}: {}", page.text);
    }
    let page = browser.get(&write.replace("&amp;", "&"), &person.cookie).await;
    for text in ["bob@elsewhere.example", "&quot;Lovelace, Ada&quot; &lt;ada@x.example", "Plan &amp; more"] {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
    assert!(!page.text.contains("ines@example.org,"), "{}", page.text);
    let (_, other) = Program::new(&server, "ivan").await;
    let page = browser.get(&write.replace("&amp;", "&"), &other.cookie).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(!page.text.contains("Lovelace"));
}
