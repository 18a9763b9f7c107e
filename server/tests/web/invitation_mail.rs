//! What people who have no account are sent about meetings, over SMTP, as programs of mail read it.

use insta::assert_snapshot;
use kalends_domain::access::Caller;
use kalends_domain::accounts::NewUser;
use kalends_domain::calendars::CalendarId;
use kalends_domain::jobs::Worker;
use kalends_domain::objects::Precondition;
use kalends_test_support::home::{first_calendar, new_user};
use kalends_test_support::server::Server;
use kalends_test_support::smtp::{Mail, SmtpOptions, SmtpServer};
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use std::fmt::Write;
use tokio_util::sync::CancellationToken;

/// Ada Lovelace, who invites others from a server that sends mail.
pub struct Inviting {
    pub server: Server,
    pub smtp: SmtpServer,
    pub ada: Caller,
    pub calendar: CalendarId,
}

impl Inviting {
    pub async fn new() -> Self {
        let smtp = SmtpServer::start(SmtpOptions::default());
        let server = Server::with_mail(smtp.address).await;
        let (display_name, email) = ("Ada Lovelace".to_owned(), Some("ada@example.org".to_owned()));
        let user = server.kalends.create_user(NewUser { display_name, email, ..new_user("ada") }).await.unwrap();
        let ada = Caller::page(user.principal.id);
        let calendar = first_calendar(&server.kalends, ada).await;
        Inviting { server, smtp, ada, calendar }
    }

    pub async fn settle(&self) {
        Worker::new(self.server.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    }

    pub async fn put(&self, name: &str, text: &str) {
        let put = self.server.kalends.put_object(self.ada, self.calendar, name, text, Precondition::None);
        put.await.unwrap();
        self.settle().await;
    }

    pub async fn text(&self, name: &str) -> String {
        let object = self.server.kalends.object(self.ada, self.calendar, name).await.unwrap();
        object.text.replace("\r\n ", "")
    }

    /// The mail that came last.
    pub fn last(&self) -> Mail {
        self.smtp.mails().pop().unwrap()
    }
}

pub fn event(uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n\
         ORGANIZER;CN=Ada Lovelace:mailto:ada@example.org\r\nATTENDEE;CN=Zoë;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:Zoe@Example.net\r\n\
         {lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn address(address: Option<&Address<'_>>) -> String {
    let all = address.into_iter().flat_map(|address| address.iter());
    let written = all.map(|one| format!("{} <{}>", one.name().unwrap_or_default(), one.address().unwrap_or_default()));
    written.collect::<Vec<_>>().join(", ")
}

fn part(message: &Message<'_>, part: &MessagePart<'_>, depth: usize, shown: &mut String) {
    let kind = part.content_type().unwrap();
    let _ = write!(shown, "{}{}/{}", "  ".repeat(depth), kind.ctype(), kind.subtype().unwrap_or_default());
    for attribute in kind.attributes().unwrap_or_default().iter().filter(|attribute| attribute.name != "boundary") {
        let _ = write!(shown, "; {}={}", attribute.name, attribute.value);
    }
    if let Some(disposition) = part.content_disposition() {
        let _ = write!(shown, " ({}, {})", disposition.ctype(), part.attachment_name().unwrap_or_default());
    }
    shown.push('\n');
    let text = match &part.body {
        PartType::Multipart(parts) => {
            for inner in parts {
                self::part(message, &message.parts[*inner as usize], depth + 1, shown);
            }
            return;
        }
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(octets) | PartType::InlineBinary(octets) => String::from_utf8(octets.to_vec()).unwrap(),
        PartType::Message(_) => panic!("a message within a message"),
    };
    let is_calendar = text.starts_with("BEGIN:VCALENDAR");
    let text = if is_calendar { text.replace("\r\n ", "") } else { text.replace("><", ">\n<") };
    for line in text.lines().filter(|line| !line.starts_with("DTSTAMP")) {
        let _ = writeln!(shown, "{}| {}", "  ".repeat(depth), hidden(line));
    }
}

/// What is another each time in its place.
fn hidden(line: &str) -> String {
    const LINK: &str = "/answer/";
    let Some((before, after)) = line.split_once(LINK) else { return line.to_owned() };
    let rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    format!("{before}{LINK}TOKEN{}", hidden(rest))
}

/// A mail as a program reads it, without what is another each time.
pub fn shown(mail: &Mail) -> String {
    let message = MessageParser::default().parse(mail.message.as_bytes()).unwrap();
    let mut shown = format!("{} -> {}\n", mail.from, mail.to.join(", "));
    for (name, value) in [
        ("From", address(message.from())),
        ("Reply-To", address(message.reply_to())),
        ("To", address(message.to())),
        ("Subject", message.subject().unwrap_or_default().to_owned()),
        ("Sender", address(message.sender())),
    ] {
        let _ = writeln!(shown, "{name}: {value}");
    }
    part(&message, &message.parts[0], 0, &mut shown);
    shown
}

const LUNCH: &str = "DTSTART;TZID=Europe/Zurich:20300305T120000\r\nDTEND;TZID=Europe/Zurich:20300305T130000\r\n\
    RRULE:FREQ=WEEKLY;COUNT=4\r\nSUMMARY:Lunch & <talk>\r\nLOCATION:Room 4\\, first floor\r\n\
    DESCRIPTION:Bring your own.\\nVegetarian\\, if you can.\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n";

#[tokio::test]
async fn invitations_changes_and_cancellations_are_what_programs_of_mail_show_with_buttons() {
    let inviting = Inviting::new().await;
    inviting.put("l.ics", &event("lunch", LUNCH)).await;
    assert_snapshot!("invitation", shown(&inviting.last()));
    let moved =
        LUNCH.replace("T120000", "T123000").replace("Room 4\\, first floor", "Garden").replace("Bring", "BRING");
    inviting.put("l.ics", &event("lunch", &moved)).await;
    assert_snapshot!("change", shown(&inviting.last()));
    let kalends = &inviting.server.kalends;
    kalends.delete_object(inviting.ada, inviting.calendar, "l.ics", Precondition::None).await.unwrap();
    inviting.settle().await;
    assert_snapshot!("cancellation", shown(&inviting.last()));
    let mails = inviting.smtp.mails();
    assert_eq!(mails.len(), 3);
    let parsed: Vec<_> =
        mails.iter().map(|mail| MessageParser::default().parse(mail.message.as_bytes()).unwrap()).collect();
    // They stand together, and each is another.
    assert!(parsed.iter().all(|mail| mail.references() == parsed[0].references()));
    assert!(parsed[0].message_id() != parsed[1].message_id());
    assert!(mails.iter().all(|mail| mail.message.contains("Auto-Submitted: auto-generated\r\n")));
}

#[tokio::test]
async fn a_change_says_which_meeting_of_a_series_is_otherwise() {
    let inviting = Inviting::new().await;
    let series = event("lunch", LUNCH);
    inviting.put("l.ics", &series).await;
    let own = "BEGIN:VEVENT\r\nUID:lunch\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID;TZID=Europe/Zurich:20300312T120000\r\n\
        ORGANIZER;CN=Ada Lovelace:mailto:ada@example.org\r\nATTENDEE;CN=Zoë;RSVP=TRUE:mailto:Zoe@Example.net\r\n\
        DTSTART;TZID=Europe/Zurich:20300313T140000\r\nDTEND;TZID=Europe/Zurich:20300313T150000\r\nSUMMARY:Lunch & <talk>\r\n\
        LOCATION:Garden\r\nEND:VEVENT\r\nEND:VCALENDAR";
    inviting.put("l.ics", &series.replace("END:VCALENDAR", own)).await;
    let mail = shown(&inviting.last());
    let text = mail.split("text/html").next().unwrap();
    for said in [
        "Subject: Changed: Lunch & <talk>",
        "has changed what you are invited to",
        "* The meeting of Tuesday, 12 March 2030, 12:00 – 13:00 (Europe/Zurich) is now Wednesday, 13 March 2030, 14:00 – 15:00 (Europe/Zurich), at: Garden",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(mail.contains("<strong>The meeting of Tuesday, 12 March"), "{mail}");
}

#[tokio::test]
async fn an_answer_and_a_proposal_say_so_to_an_organizer_elsewhere() {
    let inviting = Inviting::new().await;
    let text = event("m", "DTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:Plan\r\n")
        .replace("ORGANIZER;CN=Ada Lovelace:mailto:ada@", "ORGANIZER;CN=\"The <Boss>\":mailto:boss@")
        .replace("ATTENDEE;CN=Zoë;", "ATTENDEE;CN=Ada:mailto:ada@example.org\r\nATTENDEE;CN=Zoë;");
    inviting.put("m.ics", &text).await;
    let kalends = &inviting.server.kalends;
    let place = (inviting.calendar, "m.ics");
    let answer = kalends_ical::itip::Answer { partstat: kalends_ical::itip::PartStat::Tentative, delegate: None };
    kalends.answer_invitation(inviting.ada, place, None, None, answer, Some("Perhaps\nlater")).await.unwrap();
    inviting.settle().await;
    assert_snapshot!("answer", shown(&inviting.last()));
    let start = chrono::NaiveDate::from_ymd_opt(2030, 3, 4).unwrap().and_hms_opt(15, 0, 0).unwrap();
    let end = start + chrono::TimeDelta::hours(1);
    let timing = kalends_ical::edit::Timing::Timed { start, end, zone: Some(chrono_tz::UTC) };
    let wanted = kalends_domain::scheduling::Wanted { timing, location: None };
    kalends.propose_time(inviting.ada, place, None, None, wanted, None).await.unwrap();
    inviting.settle().await;
    let proposal = shown(&inviting.last());
    assert!(proposal.contains("method=COUNTER") && proposal.contains("Monday, 4 March 2030, 15:00"), "{proposal}");
    // Others' addresses are in no answer.
    assert!(!inviting.smtp.mails().iter().any(|mail| mail.message.contains("zoe@") && mail.message.contains("REPLY")));
    assert_eq!(inviting.last().to, ["boss@example.org"]);
}

#[tokio::test]
async fn the_page_of_who_is_invited_says_what_became_of_the_mail() {
    let inviting = Inviting::new().await;
    inviting.put("l.ics", &event("lunch", LUNCH)).await;
    inviting.smtp.set(SmtpOptions { answers: vec![("RCPT", "550 5.1.1 nobody <here>")], ..SmtpOptions::default() });
    inviting.put("l.ics", &event("lunch", &LUNCH.replace("Lunch", "Dinner"))).await;
    let kalends = &inviting.server.kalends;
    let session = kalends.set_password(inviting.ada.principal, "correct horse battery").await;
    session.unwrap();
    let origin = kalends_domain::accounts::Origin::default();
    let session = kalends.sign_in("ada", "correct horse battery", &origin).await.unwrap().session;
    let path = format!("/event/{}/l.ics/invitation", inviting.calendar.0);
    let page = inviting.server.connect().await.get(&path, &format!("kalends_session={}", session.0)).await.text;
    assert!(page.contains("sent by mail, ") && page.contains("answer: no answer yet"), "{page}");
    assert!(page.contains("could not be sent: ") && page.contains("nobody &lt;here&gt;"), "{page}");
    assert!(inviting.text("l.ics").await.contains("SCHEDULE-STATUS=5.1"));
}
