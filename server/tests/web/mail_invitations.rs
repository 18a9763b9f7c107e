//! A mail about a meeting, as its page and REST show it, and answering there.

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
use kalends_test_support::browser::FORM;
use kalends_test_support::dovecot::{Dovecot, Offering, PASSWORD};
use kalends_test_support::server::Server;
use kalends_test_support::smtp::{SmtpOptions, SmtpServer};
use serde_json::json;

const MAIL: &str = "From: Bob <bob@elsewhere.example>\r\nTo: grace@example.org\r\nSubject: Plan\r\nMessage-ID: <plan@x>\r\n\
    Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n\
    Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\n\
    BEGIN:VEVENT\r\nUID:plan\r\nDTSTAMP:20260110T080000Z\r\nDTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n\
    SUMMARY:Plan <b>it</b>\r\nLOCATION:Room 5\r\nORGANIZER;CN=Bob:mailto:bob@elsewhere.example\r\n\
    ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:grace@example.org\r\nATTENDEE;CN=Carl;PARTSTAT=DECLINED:mailto:carl@x.example\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n--b--\r\n";

#[tokio::test]
async fn the_page_of_a_mail_shows_what_it_asks_and_takes_the_answer() {
    let proof = Some(STANDARD.encode(format!("\0grace@example.org\0{PASSWORD}")));
    let dovecot = Dovecot::shared(Offering::Everything);
    let smtp = SmtpServer::start(SmtpOptions { abilities: vec!["AUTH PLAIN"], proof, ..SmtpOptions::default() });
    let server = Server::with_pages().await;
    let (grace, person) = Program::new(&server, "grace").await;
    let (eve, _) = Program::new(&server, "eve").await;
    let at = |port| json!({ "host": "127.0.0.1", "port": port, "security": "plain" });
    let wanted = json!({ "address": "grace@example.org", "password": PASSWORD, "display_name": "Grace",
        "imap": at(dovecot.port), "smtp": at(smtp.address.port()) });
    let made = grace.send("POST", "/mail/accounts", &[], &wanted).await;
    let account = body(&made);
    assert_eq!((made.status, account["invitations"].as_str()), (201, Some("known")), "{}", made.text());
    let imap = MailServer {
        host: "127.0.0.1".into(),
        port: dovecot.port,
        security: MailSecurity::Plain,
        user: "grace@example.org".into(),
    };
    let credentials = Credentials::Basic { user: "grace@example.org".into(), password: PASSWORD.into() };
    let other = Imap::connect(&Dialer::new(["127.0.0.1".to_owned()]), &imap, &credentials).await.unwrap();
    other.append("INBOX", MessageFlags::NONE, MAIL.as_bytes()).await.unwrap();
    // What keeps her busy then.
    let busy = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:busy\r\nDTSTAMP:20260101T000000Z\r\n\
        DTSTART:20300301T103000Z\r\nDURATION:PT1H\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let precondition = kalends_domain::objects::Precondition::None;
    server.kalends.put_object(person.caller, person.calendar, "busy.ics", busy, precondition).await.unwrap();
    work(&server).await;

    let listed = body(&grace.get("/mail/messages").await);
    let message = listed["messages"][0]["id"].as_i64().unwrap();
    let path = format!("/mail/messages/{message}/invitation");
    let shown = body(&grace.get(&path).await);
    assert_eq!(
        (&shown["method"], &shown["verdict"], &shown["taken"]),
        (&json!("REQUEST"), &json!("fit"), &json!(false))
    );
    assert_eq!(shown["actions"], json!(["accept", "maybe", "decline", "put"]), "{shown}");
    // What else there is that day, and at the dates of the series, which are too far ahead.
    let conflicts = format!("{path}/conflicts");
    let found = body(&grace.get(&format!("{conflicts}?zone=Europe/Zurich")).await);
    let other = &found["that_day"][0];
    assert_eq!((&other["title"], &other["same_time"]), (&json!("Dentist"), &json!(true)), "{found}");
    assert_eq!(
        (&other["start"]["tzid"], &other["start"]["local"]),
        (&json!("Europe/Zurich"), &json!("2030-03-01T11:30:00"))
    );
    assert_eq!((&found["dates"], &found["first"]), (&json!(0), &json!([])));
    assert_eq!(
        (eve.get(&conflicts).await.status, grace.get(&format!("{conflicts}?zone=Mars")).await.status),
        (404, 400)
    );
    assert_eq!((eve.get(&path).await.status, grace.get("/mail/messages/999999/invitation").await.status), (404, 404));
    for (wrong, status) in [
        (json!({ "action": "burn" }), 422),
        (json!({ "action": "remove" }), 404),
        (json!({ "action": "accept", "calendar": 999_999 }), 422),
    ] {
        let answer = grace.send("POST", &path, &[], &wrong).await;
        assert_eq!(answer.status, status, "{wrong} {}", answer.text());
    }
    assert_eq!(eve.send("POST", &path, &[], &json!({ "action": "accept" })).await.status, 404);

    let mut browser = server.connect().await;
    let at = format!("/mail/inbox/{message}");
    let page = browser.get(&at, &person.cookie).await;
    for text in [
        "Bob invites you.",
        "Room 5",
        "Dentist",
        "At the same time",
        "Carl",
        "Plan &lt;b",
        "1 March 2030",
        "value=\"decline\"",
        "bob@elsewhere.example",
    ] {
        assert!(page.text.contains(text), "{text} in {}", page.text);
    }
    let form = format!("do=maybe&comment=perhaps&calendar={}&back={}", person.calendar.0, at.replace('/', "%2F"));
    let action = format!("/mail/message/{message}/invitation");
    let answered = browser.send(Method::POST, &action, &person.cookie, FORM, &form).await.unwrap();
    assert_eq!(
        (answered.status, answered.header("location")),
        (StatusCode::SEE_OTHER, at.as_str()),
        "{}",
        answered.text
    );
    let shown = body(&grace.get(&path).await);
    assert_eq!((&shown["answer"], &shown["outcome"]), (&json!("TENTATIVE"), &json!("created")), "{shown}");
    let mut browser = server.connect().await;
    let page = browser.get(&at, &person.cookie).await;
    assert!(page.text.contains("You have answered: maybe.") && page.text.contains("/event/"), "{}", page.text);
    // Once more cannot be put there.
    let gone = browser.send(Method::POST, &action, &person.cookie, FORM, "do=put").await.unwrap();
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let mut stranger = server.connect().await;
    let away = stranger.send(Method::POST, &action, "", FORM, "do=accept").await.unwrap();
    assert!(away.status.is_redirection() && away.header("location").starts_with("/sign-in"));

    // Whose invitations stand by themselves is chosen on the account's page, and by REST.
    let mut browser = server.connect().await;
    let settings = format!("/settings/mail/{}", account["id"]);
    let page = browser.get(&settings, &person.cookie).await;
    assert!(page.text.contains("name=\"invitations\""), "{}", page.text);
    let change = "do=change&name=Mine&color=%23112233&signature=&invitations=everyone";
    let changed = browser.send(Method::POST, &settings, &person.cookie, FORM, change).await.unwrap();
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    let of_account = format!("/mail/accounts/{}", account["id"]);
    assert_eq!(body(&grace.get(&of_account).await)["invitations"], "everyone");
    let refused = grace.send("PATCH", &of_account, &[], &json!({ "invitations": "some" })).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let nobody = grace.send("PATCH", &of_account, &[], &json!({ "invitations": "nobody" })).await;
    assert_eq!(body(&nobody)["invitations"], "nobody");
}
