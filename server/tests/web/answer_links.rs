//! The page on which people answer invitations who have no account.

use crate::invitation_mail::{Inviting, event};
use hyper::{Method, StatusCode};
use kalends_domain::calendars::CalendarDetails;
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_test_support::browser::{Answer, FORM};
use kalends_test_support::events::Events;
use mail_parser::MessageParser;

const PLAN: &str = "DTSTART;TZID=Europe/Zurich:20300305T120000\r\nDTEND;TZID=Europe/Zurich:20300305T130000\r\nSUMMARY:Plan <b>\r\nLOCATION:Room 4\r\n";

impl Inviting {
    /// The paths that lead to the page, as the mail that came last has them in its text and its HTML.
    fn links(&self) -> Vec<String> {
        let mail = self.last();
        let message = MessageParser::default().parse(mail.message.as_bytes()).unwrap();
        let bodies = [message.body_text(0).unwrap().into_owned(), message.body_html(0).unwrap().into_owned()];
        let mut links = Vec::new();
        for (at, body) in bodies.iter().enumerate() {
            for rest in body.split("http://cal.example.org").skip(1) {
                let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
                links.push(rest[..end].replace("&amp;", "&"));
            }
            assert_eq!(links.len(), 4 * (at + 1), "{body}");
        }
        links
    }

    /// The path without what the mail says of it.
    fn link(&self) -> String {
        self.links()[0].split('?').next().unwrap().to_owned()
    }

    async fn get(&self, path: &str) -> Answer {
        self.server.connect().await.get(path, "").await
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        self.server.connect().await.send(Method::POST, path, "", FORM, form).await.unwrap()
    }

    /// Answers on the page as it is now.
    async fn answer(&self, path: &str, form: &str) -> Answer {
        let seen = seen(&self.get(path).await.text);
        self.post(path, &format!("seen={seen}&{form}")).await
    }

    /// All that could have changed.
    async fn state(&self, name: &str) -> String {
        let changes = self.server.kalends.object_history(self.ada, self.calendar, name).await.unwrap().len();
        let inbox = self.server.kalends.inbox(self.ada).await.unwrap().len();
        let text = self.server.kalends.object(self.ada, self.calendar, name).await.unwrap().text;
        format!("{changes} {inbox} {} {text}", self.smtp.mails().len())
    }

    async fn line(&self, name: &str) -> String {
        let text = self.text(name).await;
        text.lines().find(|line| line.contains("Zoe@")).unwrap().to_owned()
    }
}

fn seen(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"seen\" value=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn opening_every_address_of_a_mail_changes_nothing_and_the_form_does() {
    let inviting = Inviting::new().await;
    inviting
        .put(
            "m.ics",
            &event("m", PLAN).replace("END:VEVENT", "ATTENDEE;CN=Secret:mailto:max@example.net\r\nEND:VEVENT"),
        )
        .await;
    let before = inviting.state("m.ics").await;
    for link in inviting.links() {
        let page = inviting.get(&link).await;
        assert_eq!(page.status, StatusCode::OK, "{link}");
        assert!(page.text.contains("Plan &lt;b&gt;") && page.text.contains("Room 4"), "{}", page.text);
        assert!(page.text.contains("12:00 – 13:00 (Europe/Zurich)") && page.text.contains("Ada Lovelace invites"));
        // Nobody else's address, no script, and no cookie.
        assert!(!page.text.contains("max@") && !page.text.contains("Secret") && !page.text.contains("<script"));
        assert_eq!((page.header("set-cookie"), page.header("cache-control")), ("", "no-store"));
        assert!(page.header("content-security-policy").contains("form-action 'self'"));
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let head = inviting.server.connect().await.send(Method::HEAD, &link, "", FORM, "").await.unwrap();
        assert_eq!(head.status, StatusCode::OK);
    }
    inviting.settle().await;
    assert_eq!(inviting.state("m.ics").await, before);

    let link = inviting.link();
    assert!(inviting.get(&format!("{link}?say=maybe")).await.text.contains("answer__button--wanted"));
    let answered = inviting.answer(&link, "answer=maybe&comment=Perhaps+late").await;
    assert_eq!(
        (answered.status, answered.header("location")),
        (StatusCode::SEE_OTHER, &*format!("{link}?done=answer"))
    );
    assert_eq!(answered.header("set-cookie"), "");
    // At once, without a job.
    assert!(inviting.line("m.ics").await.contains("PARTSTAT=TENTATIVE"), "{}", inviting.line("m.ics").await);
    let page = inviting.get(answered.header("location")).await.text;
    assert!(page.contains("It is noted") && page.contains("Your answer so far: maybe"), "{page}");
    let inbox = inviting.server.kalends.inbox(inviting.ada).await.unwrap();
    let [reply] = &inbox[..] else { panic!("{inbox:?}") };
    assert!(reply.method == "REPLY" && reply.text.contains("COMMENT:Perhaps late") && !reply.text.contains("max@"));
    let history = inviting.server.kalends.object_history(inviting.ada, inviting.calendar, "m.ics").await.unwrap();
    let cause = history[0].cause.clone().unwrap();
    assert_eq!((cause.way.as_str(), cause.label.as_str()), ("answer-link", "mailto:zoe@example.net"));
    // The same again is nothing new; another answer is.
    inviting.answer(&link, "answer=maybe").await;
    assert_eq!(inviting.server.kalends.inbox(inviting.ada).await.unwrap().len(), 1);
    inviting.answer(&link, "answer=no").await;
    assert!(inviting.line("m.ics").await.contains("PARTSTAT=DECLINED"));
    inviting.settle().await;
    assert_eq!(inviting.server.kalends.inbox(inviting.ada).await.unwrap().len(), 2);
    assert_eq!(inviting.smtp.mails().len(), 2, "two were invited, and nobody is told of answers");
}

#[tokio::test]
async fn another_time_is_proposed_and_the_organizer_decides() {
    let inviting = Inviting::new().await;
    inviting.put("m.ics", &event("m", PLAN)).await;
    let link = inviting.link();
    let page = inviting.get(&format!("{link}?say=other")).await.text;
    assert!(page.contains("value=\"2030-03-05T12:00\"") && page.contains("Times are those of Europe/Zurich"), "{page}");
    for (form, says) in [
        ("start=2030-03-05T12:00&end=2030-03-05T13:00", "That is the time that it has"),
        ("start=2030-03-05T12:00&end=2030-03-05T11:00", "that is not before it"),
        ("start=tomorrow&end=", "that is not before it"),
        ("", "that is not before it"),
    ] {
        let refused = inviting.answer(&link, &format!("answer=other&{form}&comment=A+word")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.text.contains(says) && refused.text.contains("A word"), "{form}: {}", refused.text);
    }
    let proposed =
        inviting.answer(&link, "answer=other&start=2030-03-06T15:00&end=2030-03-06T16:00&comment=So%3F").await;
    assert_eq!(proposed.header("location"), format!("{link}?done=proposal"));
    let kalends = &inviting.server.kalends;
    let place = (inviting.calendar, "m.ics");
    let found = kalends.invitation(inviting.ada, place.0, place.1, None).await.unwrap().proposals;
    let [proposal] = &found[..] else { panic!("{found:?}") };
    assert_eq!((proposal.address.as_str(), proposal.comment.as_deref()), ("mailto:zoe@example.net", Some("So?")));
    kalends.decline_proposal(inviting.ada, place, proposal.id, Some("No room")).await.unwrap();
    inviting.settle().await;
    let mail = crate::invitation_mail::shown(&inviting.last());
    assert!(mail.contains("method=DECLINECOUNTER") && mail.contains("No room") && mail.contains("Plan <b>"), "{mail}");
    inviting.answer(&link, "answer=other&start=2030-03-06T15:00&end=2030-03-06T16:00").await;
    let found = kalends.invitation(inviting.ada, place.0, place.1, None).await.unwrap().proposals;
    kalends.accept_proposal(inviting.ada, place, found[0].id).await.unwrap();
    inviting.settle().await;
    assert!(inviting.text("m.ics").await.contains("DTSTART;TZID=Europe/Zurich:20300306T150000"));
    // The first address leads to what there is now.
    assert!(inviting.get(&link).await.text.contains("6 March 2030, 15:00"));
}

#[tokio::test]
async fn what_was_tampered_with_taken_back_or_is_over_says_so_and_does_nothing() {
    let inviting = Inviting::new().await;
    inviting.put("m.ics", &event("m", PLAN)).await;
    let link = inviting.link();
    let page = inviting.get(&link).await.text;
    let mut wrong = link.clone().into_bytes();
    for at in [8, 30, link.len() - 3] {
        wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
        let path = String::from_utf8(wrong.clone()).unwrap();
        assert_eq!(inviting.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        let posted = inviting.post(&path, &format!("seen={}&answer=yes", seen(&page))).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND);
        wrong = link.clone().into_bytes();
    }
    for path in ["/answer/x".to_owned(), link[..link.len() - 8].to_owned(), format!("{link}AAAA")] {
        let gone = inviting.get(&path).await;
        assert!(gone.status == StatusCode::NOT_FOUND && gone.text.contains("none of an invitation"), "{path}");
    }
    assert!(inviting.line("m.ics").await.contains("NEEDS-ACTION"));

    // It has moved since the page was opened.
    inviting.put("m.ics", &event("m", &PLAN.replace("T12", "T11").replace("T13", "T12"))).await;
    let stale = inviting.post(&link, &format!("seen={}&answer=yes&comment=Hm", seen(&page))).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.text.contains("has changed since") && stale.text.contains("11:00 – 12:00") && stale.text.contains("Hm")
    );
    assert!(inviting.line("m.ics").await.contains("NEEDS-ACTION"));
    // The form of the page that says so answers what there is now.
    let again = inviting.post(&link, &format!("seen={}&answer=yes", seen(&stale.text))).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert!(inviting.line("m.ics").await.contains("PARTSTAT=ACCEPTED"));

    let others = event("m", PLAN).replace("Zoe@Example.net", "max@example.net");
    inviting.put("m.ics", &others).await;
    let gone = inviting.get(&link).await;
    assert!(
        gone.status == StatusCode::GONE && gone.text.contains("not invited to this event any more"),
        "{}",
        gone.text
    );
    assert_eq!(inviting.post(&link, "seen=x&answer=no").await.status, StatusCode::GONE);
    inviting.put("m.ics", &event("m", &PLAN.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY"))).await;
    assert!(inviting.get(&link).await.text.contains("The event was cancelled"));
    let kalends = &inviting.server.kalends;
    kalends.delete_object(inviting.ada, inviting.calendar, "m.ics", Precondition::None).await.unwrap();
    inviting.settle().await;
    assert!(inviting.get(&link).await.text.contains("The event was cancelled"));
    assert_eq!(inviting.post(&link, "seen=x&answer=no").await.status, StatusCode::GONE);

    // A month after its last instance it is over; what has no end is not.
    let series = "DTSTART:20200301T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Old\r\n";
    inviting.put("s.ics", &event("s", series)).await;
    let link = inviting.link();
    assert!(inviting.get(&link).await.text.contains("for all of the series"));
    inviting.put("s.ics", &event("s", &series.replace("WEEKLY", "WEEKLY;COUNT=3"))).await;
    assert!(inviting.get(&link).await.text.contains("too long ago"));
    assert_eq!(inviting.post(&link, "seen=x&answer=yes").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn who_is_invited_to_one_instance_answers_for_that_alone() {
    let inviting = Inviting::new().await;
    let series = event("s", "DTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Series\r\n");
    let own = series.replace("RRULE:FREQ=WEEKLY", "RECURRENCE-ID:20300308T100000Z").replace("20300301", "20300308");
    let own = own.split("BEGIN:VEVENT").nth(1).unwrap().split("END:VCALENDAR").next().unwrap();
    let text = series
        .replace(
            "ATTENDEE;CN=Zoë;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:Zoe@Example.net",
            "ATTENDEE:mailto:max@example.net",
        )
        .replace("END:VCALENDAR", &format!("BEGIN:VEVENT{own}END:VCALENDAR"));
    inviting.put("s.ics", &text).await;
    let mail = inviting.smtp.mails().into_iter().find(|mail| mail.to == ["zoe@example.net"]).unwrap();
    assert!(!mail.message.contains("RRULE") && mail.message.contains("RECURRENCE-ID"), "{}", mail.message);
    let message = MessageParser::default().parse(mail.message.as_bytes()).unwrap();
    let body = message.body_text(0).unwrap().into_owned();
    let link = body.split("http://cal.example.org").nth(1).unwrap().split('?').next().unwrap().to_owned();
    let page = inviting.get(&link).await.text;
    assert!(
        page.contains("8 March 2030") && page.contains("this one of a series") && !page.contains("all of the series")
    );
    assert_eq!(inviting.answer(&link, "answer=yes").await.status, StatusCode::SEE_OTHER);
    assert!(inviting.line("s.ics").await.contains("PARTSTAT=ACCEPTED"));
    assert_eq!(inviting.text("s.ics").await.matches("BEGIN:VEVENT").count(), 2);
}

#[tokio::test]
async fn who_answers_again_and_again_has_to_wait_and_so_has_who_guesses() {
    let inviting = Inviting::new().await;
    inviting.put("m.ics", &event("m", PLAN)).await;
    let link = inviting.link();
    for turn in 0..20 {
        let answer = if turn % 2 == 0 { "answer=yes" } else { "answer=no" };
        assert_eq!(inviting.answer(&link, answer).await.status, StatusCode::SEE_OTHER, "{turn}");
    }
    let slowed = inviting.answer(&link, "answer=yes").await;
    assert_eq!((slowed.status, slowed.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "3600"));
    assert!(inviting.line("m.ics").await.contains("PARTSTAT=DECLINED"));
    let long = format!("answer=yes&comment={}", "x".repeat(1001));
    assert_eq!(inviting.answer(&link, &long).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut last = StatusCode::OK;
    for _ in 0..62 {
        let from = [("x-forwarded-for", "192.0.2.9")];
        last = Events::open(inviting.server.address, "/answer/guess", &from).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn an_answer_reaches_an_event_that_was_moved_to_another_calendar() {
    let inviting = Inviting::new().await;
    inviting.put("m.ics", &event("m", PLAN)).await;
    let link = inviting.link();
    let kalends = &inviting.server.kalends;
    let details = CalendarDetails::named("Work", 1);
    let work = kalends.create_calendar(inviting.ada, None, details, Vec::new()).await.unwrap().id;
    let (from, to) = ((inviting.calendar, "m.ics".to_owned()), (work, "m.ics".to_owned()));
    let moved = CopyMove { from, to, overwrite: false, precondition: Precondition::None };
    kalends.move_object(inviting.ada, moved).await.unwrap();
    inviting.settle().await;
    assert_eq!(inviting.answer(&link, "answer=yes").await.status, StatusCode::SEE_OTHER);
    let text = kalends.object(inviting.ada, work, "m.ics").await.unwrap().text;
    assert!(text.contains("PARTSTAT=ACCEPTED"), "{text}");
}
