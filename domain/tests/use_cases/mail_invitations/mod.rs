//! What comes about meetings by mail: taken up, shown, and answered.

mod conflicts;
pub mod mailboxes;
mod methods;
mod odd;
mod programs;

use crate::scheduling::{meeting, settle};
use chrono::{TimeDelta, Utc};
use kalends_domain::Error;
use kalends_domain::access::Caller;
use kalends_domain::mail::{InvitationAction, InvitationRule, MailInvitationVerdict, MailPlace, MailQuery};
use kalends_domain::objects::Precondition;
use kalends_ical::itip::{Method, PartStat, Why};
use mailboxes::Desk;

/// A mail with a message about a meeting, from `from`.
pub fn mail(from: &str, subject: &str, method: &str, lines: &str) -> String {
    mail_with(from, subject, method, &event(method, lines))
}

pub fn mail_with(from: &str, subject: &str, method: &str, calendar: &str) -> String {
    format!(
        "From: {from}\nTo: dora@mail.example\nSubject: {subject}\nMessage-ID: <{subject}@x.example>\nMIME-Version: 1.0\n\
         Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n--b\n\
         Content-Type: text/calendar; charset=utf-8; method={method}\n\n{calendar}\n--b--\n"
    )
}

pub fn event(method: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:{method}\nBEGIN:VEVENT\nUID:theirs\n{lines}\nEND:VEVENT\nEND:VCALENDAR"
    )
}

const ADA: &str = "Ada <ada@lovelace.example>";
/// An invitation of Ada's to Dora, without DTSTAMP, SEQUENCE and DTSTART.
const GUESTS: &str = "SUMMARY:Engines\nDURATION:PT1H\nORGANIZER;CN=Ada:mailto:ada@lovelace.example\n\
    ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:dora@mail.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@x.example";

fn invites(sequence: u32, day: u32, hour: u32) -> String {
    format!("DTSTAMP:202601{day:02}T080000Z\nSEQUENCE:{sequence}\nDTSTART:20300301T{hour:02}0000Z\n{GUESTS}")
}

fn own(text: &str) -> &str {
    let find = |line: &&str| line.starts_with("ATTENDEE") && line.to_lowercase().contains("dora@");
    text.lines().find(find).unwrap_or_default()
}

/// Ada's line.
fn guest(text: &str) -> &str {
    let find = |line: &&str| line.starts_with("ATTENDEE") && line.contains("ada@lovelace.example");
    text.lines().find(find).unwrap_or_default()
}

#[tokio::test]
async fn an_invitation_stands_unanswered_is_answered_changed_and_cancelled() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    desk.deliver(&mail(ADA, "first", "REQUEST", &invites(0, 10, 10))).await;
    let text = desk.text("theirs.ics").await.unwrap();
    assert!(own(&text).contains("NEEDS-ACTION") && !text.contains("METHOD"), "{text}");
    let day = "2030-03-01".parse().unwrap();
    let agenda = desk.kalends.agenda(desk.dora, &[desk.calendar], day, day + TimeDelta::days(1), chrono_tz::UTC).await;
    assert!(agenda.unwrap()[0].is_unanswered);
    let history = desk.kalends.object_history(desk.dora, desk.calendar, "theirs.ics").await.unwrap();
    let cause = history[0].cause.clone().unwrap();
    assert_eq!((cause.way.as_str(), cause.label.as_str()), ("mail-account", "ada@lovelace.example\nfirst"));
    let shown = desk.shown("first").await;
    assert_eq!(
        (shown.verdict, shown.outcome, shown.would),
        (MailInvitationVerdict::Fit, Some(Why::Created), Why::Same)
    );
    assert_eq!(shown.answer.as_deref(), Some("NEEDS-ACTION"));

    // The answer goes to who invites, as mail.
    desk.act("first", InvitationAction::Answer(PartStat::Accepted)).await;
    assert!(own(&desk.text("theirs.ics").await.unwrap()).contains("ACCEPTED"));
    let sent = desk.sent();
    let [reply] = &sent[..] else { panic!("{sent:?}") };
    assert!(reply.starts_with("ada@lovelace.example ") && reply.contains("method=\"REPLY\""), "{reply}");

    // A change that leaves the time keeps the answer; an older one and the same once more change nothing.
    let renamed = invites(0, 12, 10).replace("Engines", "Looms");
    desk.deliver(&mail(ADA, "second", "REQUEST", &renamed)).await;
    let text = desk.text("theirs.ics").await.unwrap();
    assert!(text.contains("SUMMARY:Looms") && own(&text).contains("dora@mail.example"), "{text}");
    desk.deliver(&mail(ADA, "late", "REQUEST", &invites(0, 11, 14))).await;
    assert_eq!(desk.text("theirs.ics").await.unwrap(), text);
    let late = desk.shown("late").await;
    assert_eq!((late.outcome, late.would), (Some(Why::Outdated), Why::Outdated));
    let older = desk.shown("first").await;
    assert_eq!(older.would, Why::Outdated, "the second has taken its place");

    // Cancelled by whoever likes to, and by whoever invites.
    let cancels = format!("DTSTAMP:20260120T080000Z\nSEQUENCE:1\n{GUESTS}");
    desk.deliver(&mail("Eve <eve@evil.example>", "forged", "CANCEL", &cancels)).await;
    assert!(!desk.text("theirs.ics").await.unwrap().contains("CANCELLED"));
    let forged = desk.shown("forged").await;
    assert_eq!((forged.verdict, forged.is_taken), (MailInvitationVerdict::NotSender, false));
    assert_eq!(forged.deeds, [InvitationAction::Apply]);
    desk.deliver(&mail(ADA, "off", "CANCEL", &cancels)).await;
    assert!(desk.text("theirs.ics").await.unwrap().contains("STATUS:CANCELLED"), "marked, and not deleted");
    let off = desk.shown("off").await;
    assert_eq!((off.outcome, &off.deeds[..]), (Some(Why::Cancelled), &[InvitationAction::Remove][..]));
    desk.act("off", InvitationAction::Remove).await;
    assert_eq!(desk.text("theirs.ics").await, None);
    assert_eq!(desk.sent().len(), 1, "nobody is told of what was cancelled already");
    assert_eq!(desk.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn by_rule_an_invitation_waits_in_the_mail_or_stands_in_the_calendar() {
    let desk = Desk::new("mail.example", InvitationRule::default()).await;
    desk.deliver(&mail(ADA, "stranger", "REQUEST", &invites(0, 10, 10))).await;
    assert_eq!(desk.text("theirs.ics").await, None, "nobody knows her");
    let shown = desk.shown("stranger").await;
    assert_eq!((shown.verdict, shown.is_taken, shown.stands.is_some()), (MailInvitationVerdict::Fit, false, false));
    // Into a calendar that is somebody else's it does not go, and a word may be too long.
    let id = desk.message("stranger").await;
    let deed = InvitationAction::Answer(PartStat::Tentative);
    let elsewhere = Some(desk.home.calendar);
    let refused = desk.kalends.answer_mail_invitation(desk.dora, id, deed, elsewhere, None).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "calendar", .. })), "{refused:?}");
    let refused = desk.kalends.answer_mail_invitation(desk.dora, id, deed, None, Some(&"a".repeat(1_001))).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "comment", .. })), "{refused:?}");
    assert_eq!(desk.text("theirs.ics").await, None);
    desk.act("stranger", InvitationAction::Answer(PartStat::Tentative)).await;
    assert!(own(&desk.text("theirs.ics").await.unwrap()).contains("TENTATIVE"));
    let sent = desk.sent();
    assert!(sent[0].starts_with("ada@lovelace.example ") && sent[0].contains("a word"), "{sent:?}");
    // Now there is a meeting with her: what she sends next stands by itself.
    let next = mail(ADA, "next", "REQUEST", &invites(0, 10, 10)).replace("UID:theirs", "UID:other");
    desk.deliver(&next).await;
    assert!(desk.text("other.ics").await.is_some());
    desk.rule(InvitationRule::Nobody).await;
    desk.deliver(&next.replace("UID:other", "UID:third").replace("next", "third")).await;
    assert_eq!(desk.text("third.ics").await, None);
    desk.act("third", InvitationAction::Put).await;
    assert!(own(&desk.text("third.ics").await.unwrap()).contains("NEEDS-ACTION"));
    assert_eq!(desk.sent().len(), 1, "putting it there answers nothing");
}

#[tokio::test]
async fn whom_one_has_written_to_is_known() {
    let desk = Desk::new("mail.example", InvitationRule::Known).await;
    let written =
        "From: dora@mail.example\nTo: Ada <ADA@lovelace.example>\nSubject: Hello\nMessage-ID: <h@x>\n\nHello\n";
    desk.mailboxes.put("Sent", written, Utc::now());
    desk.look().await;
    desk.deliver(&mail(ADA, "known", "REQUEST", &invites(0, 10, 10))).await;
    assert!(desk.text("theirs.ics").await.is_some());
}

/// Dora invites Ada; the text has where Ada's answer stands.
async fn inviting(desk: &Desk) {
    let text = meeting(
        "ours",
        "Plan",
        "20300301T100000Z",
        &[],
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ada@lovelace.example\r\n",
    );
    let text = text.replace("cyrus@example.org", "dora@example.org");
    desk.kalends.put_object(desk.dora, desk.calendar, "ours.ics", &text, Precondition::None).await.unwrap();
    settle(&desk.kalends).await;
}

fn answers(partstat: &str, stamp: &str) -> String {
    format!(
        "DTSTAMP:{stamp}\nSEQUENCE:0\nDTSTART:20300301T100000Z\nORGANIZER:mailto:dora@example.org\n\
         ATTENDEE;PARTSTAT={partstat}:mailto:ada@lovelace.example"
    )
}

#[tokio::test]
async fn an_answer_counts_where_it_is_from_whoever_answers() {
    let desk = Desk::new("mail.example", InvitationRule::Known).await;
    inviting(&desk).await;
    let ours = |mail: String| mail.replace("UID:theirs", "UID:ours");
    let stands = async || guest(&desk.text("ours.ics").await.unwrap()).to_owned();
    let forged = ours(mail("Eve <eve@evil.example>", "forged", "REPLY", &answers("DECLINED", "20300110T000000Z")));
    desk.deliver(&forged).await;
    assert!(stands().await.contains("NEEDS-ACTION"), "a forged answer is not applied");
    let shown = desk.shown("forged").await;
    assert_eq!((shown.verdict, shown.method), (MailInvitationVerdict::NotSender, Method::Reply));
    // Two attendees in one answer are no way around that.
    let two = answers("DECLINED", "20300110T000000Z") + "\nATTENDEE;PARTSTAT=DECLINED:mailto:eve@evil.example";
    desk.deliver(&ours(mail("Eve <eve@evil.example>", "two", "REPLY", &two))).await;
    assert!(stands().await.contains("NEEDS-ACTION"));
    // Nor is it to say that one acts for somebody.
    let acts =
        answers("DECLINED", "20300110T000000Z").replace("ATTENDEE;", "ATTENDEE;SENT-BY=\"mailto:eve@evil.example\";");
    desk.deliver(&ours(mail("Eve <eve@evil.example>", "acts", "REPLY", &acts))).await;
    assert!(stands().await.contains("NEEDS-ACTION"));
    assert_eq!(desk.shown("acts").await.verdict, MailInvitationVerdict::NotSender);
    // Nor that the program says who sent it, or that there is another From: what servers find out is about one From alone.
    let declined = |subject: &str| {
        ours(mail("Eve <eve@lovelace.example>", subject, "REPLY", &answers("DECLINED", "20300110T000000Z")))
    };
    for (subject, more) in [("sends", format!("Sender: {ADA}")), ("twice", format!("From: {ADA}"))] {
        for mail in [
            format!("{more}\n{}", declined(subject)),
            declined(subject).replacen("\nTo:", &format!("\n{more}\nTo:"), 1),
        ] {
            desk.deliver(&mail).await;
            assert!(stands().await.contains("NEEDS-ACTION"), "{mail}");
        }
        assert_eq!(desk.shown(subject).await.verdict, MailInvitationVerdict::NotSender);
    }
    // The server of the account has found that it is not hers.
    let failed = format!(
        "Received: from evil by mx.mail.example; x\nAuthentication-Results: mx.mail.example; dmarc=fail\n{}",
        ours(mail(ADA, "failed", "REPLY", &answers("DECLINED", "20300110T000000Z")))
    );
    desk.deliver(&failed).await;
    assert!(stands().await.contains("NEEDS-ACTION"));
    assert_eq!(desk.shown("failed").await.verdict, MailInvitationVerdict::Failed);

    desk.deliver(&ours(mail(ADA, "yes", "REPLY", &answers("ACCEPTED", "20300112T000000Z")))).await;
    assert!(stands().await.contains("ACCEPTED"));
    assert_eq!(desk.shown("yes").await.outcome, Some(Why::Answered));
    desk.deliver(&ours(mail(ADA, "before", "REPLY", &answers("DECLINED", "20300111T000000Z")))).await;
    assert!(stands().await.contains("ACCEPTED"), "what was sent before does not count after");
    assert_eq!(desk.shown("before").await.outcome, Some(Why::Outdated));
    // A person may let it count.
    let later = ours(mail("Ada <ada@other.example>", "other", "REPLY", &answers("TENTATIVE", "20300113T000000Z")));
    desk.deliver(&later).await;
    assert!(stands().await.contains("ACCEPTED"));
    desk.act("other", InvitationAction::Apply).await;
    assert!(stands().await.contains("TENTATIVE"));
    // An answer to what one does not organize changes nothing.
    desk.deliver(&mail(ADA, "whose", "REPLY", &answers("ACCEPTED", "20300112T000000Z"))).await;
    let whose = desk.shown("whose").await;
    assert_eq!((whose.verdict, whose.deeds.len()), (MailInvitationVerdict::NotOrganizer, 0));
}

#[tokio::test]
async fn another_time_that_is_proposed_by_mail_is_taken_or_declined() {
    let desk = Desk::new("mail.example", InvitationRule::Known).await;
    inviting(&desk).await;
    let proposal = |subject: &str, hour: u32, stamp: &str| {
        let lines = answers("TENTATIVE", stamp)
            .replace("T100000Z\nORG", &format!("T{hour}0000Z\nDURATION:PT1H\nCOMMENT:Later?\nORG"));
        mail(ADA, subject, "COUNTER", &lines).replace("UID:theirs", "UID:ours")
    };
    desk.deliver(&proposal("three", 15, "20300110T000000Z")).await;
    let shown = desk.shown("three").await;
    assert_eq!((shown.outcome, shown.comment.as_deref()), (Some(Why::ForPerson), Some("Later?")));
    assert_eq!(shown.deeds, [InvitationAction::TakeProposal, InvitationAction::DeclineProposal]);
    assert!(desk.text("ours.ics").await.unwrap().contains("DTSTART:20300301T100000Z"));
    desk.act("three", InvitationAction::DeclineProposal).await;
    let declined = desk.sent().into_iter().filter(|mail| mail.contains("DECLINECOUNTER")).count();
    assert_eq!((declined, desk.shown("three").await.deeds.len()), (1, 0));
    desk.deliver(&proposal("four", 16, "20300111T000000Z")).await;
    desk.act("four", InvitationAction::TakeProposal).await;
    assert!(desk.text("ours.ics").await.unwrap().contains("DTSTART:20300301T160000Z"));
    // Who has lost track is sent what there is now.
    let before = desk.sent().len();
    desk.deliver(
        &mail(ADA, "again", "REFRESH", &answers("TENTATIVE", "20300114T000000Z")).replace("UID:theirs", "UID:ours"),
    )
    .await;
    assert_eq!(desk.shown("again").await.outcome, Some(Why::Refreshed));
    assert!(desk.sent().len() > before);
    // And who is refused learns it from the mail.
    desk.deliver(&mail(ADA, "first", "REQUEST", &invites(0, 10, 10))).await;
    desk.act("first", InvitationAction::Answer(PartStat::Accepted)).await;
    desk.deliver(&mail(ADA, "no", "DECLINECOUNTER", &invites(0, 11, 10))).await;
    assert_eq!(desk.shown("no").await.outcome, Some(Why::ForPerson));
}

#[tokio::test]
async fn each_message_counts_once_and_not_from_everywhere() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    let first = mail(ADA, "first", "REQUEST", &invites(0, 10, 10));
    let of = |subject: &str, uid: &str| first.replace("first", subject).replace("UID:theirs", &format!("UID:{uid}"));
    desk.mailboxes.put("Junk", &of("spam", "spam"), Utc::now());
    desk.mailboxes.put("Sent", &of("sent", "sent"), Utc::now());
    desk.mailboxes.put("Trash", &of("bin", "bin"), Utc::now());
    desk.mailboxes.put("INBOX", &of("old", "old"), Utc::now() - TimeDelta::days(40));
    desk.deliver(&first).await;
    assert!(desk.text("theirs.ics").await.is_some());
    for name in ["spam.ics", "sent.ics", "bin.ics", "old.ics"] {
        assert_eq!(desk.text(name).await, None, "{name}");
    }
    let spam = desk.message("spam").await;
    assert_eq!(desk.kalends.mail_invitation(desk.dora, spam).await.unwrap(), None);
    // Old mail is shown, and does nothing by itself.
    assert_eq!(desk.shown("old").await.deeds.len(), 4);
    desk.act("first", InvitationAction::Answer(PartStat::Declined)).await;
    desk.kalends.delete_object(desk.dora, desk.calendar, "theirs.ics", Precondition::None).await.unwrap();
    let fetched = *desk.mailboxes.fetched.lock().unwrap();
    assert_eq!(fetched, 1, "only what counts is fetched");
    // Looked at again, elsewhere, under other UIDs, and a second time: it was taken up.
    desk.look().await;
    desk.mailboxes.move_all("INBOX", "Archive");
    desk.look().await;
    desk.mailboxes.folders.lock().unwrap().get_mut("Archive").unwrap().validity = 2;
    desk.look().await;
    desk.deliver(&first).await;
    assert_eq!(desk.text("theirs.ics").await, None);
    let jobs = desk.kalends.jobs().await.unwrap();
    assert!(jobs.iter().all(|job| job.error.is_none()), "{jobs:?}");
    // Nor for whoever may not sign in.
    desk.home.run("UPDATE users SET disabled_at = 1 WHERE email = 'dora@example.org'").await;
    desk.deliver(&of("disabled", "disabled")).await;
    desk.home.run("UPDATE users SET disabled_at = NULL").await;
    assert_eq!(desk.text("disabled.ics").await, None);
    desk.look().await;
    assert!(desk.text("disabled.ics").await.is_some(), "it waits");
}

#[tokio::test]
async fn what_is_forwarded_can_be_put_into_the_calendar_and_answered_uninvited() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    let for_ben = invites(0, 10, 10).replace("dora@mail.example", "carl@x.example");
    desk.deliver(&mail(ADA, "forwarded", "REQUEST", &for_ben)).await;
    assert_eq!(desk.text("theirs.ics").await, None);
    let shown = desk.shown("forwarded").await;
    assert_eq!((shown.verdict, shown.is_uninvited()), (MailInvitationVerdict::NotInvited, true));
    desk.act("forwarded", InvitationAction::Answer(PartStat::Accepted)).await;
    let text = desk.text("theirs.ics").await.unwrap();
    assert!(own(&text).contains("ACCEPTED"), "{text}");
    let sent = desk.sent();
    assert!(sent[0].starts_with("ada@lovelace.example ") && sent[0].contains("method=\"REPLY\""), "{sent:?}");
    // As a copy alone nobody is told.
    let other = mail("Ben <ben@x.example>", "copy", "REQUEST", &for_ben).replace("UID:theirs", "UID:copy");
    desk.deliver(&other).await;
    desk.act("copy", InvitationAction::Put).await;
    assert!(!desk.text("copy.ics").await.unwrap().contains("dora@"));
    assert_eq!(desk.sent().len(), 1);
    let again = desk
        .kalends
        .answer_mail_invitation(desk.dora, desk.message("copy").await, InvitationAction::Put, None, None)
        .await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
}

#[tokio::test]
async fn nobody_takes_anothers_address_by_a_mail_account() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    // Anna invites the address that Dora's account is for: it goes there by mail, as it was not shown to be hers.
    let text =
        meeting("anna", "Plan", "20300301T100000Z", &[], "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:dora@mail.example\r\n");
    let (anna, calendar) = (desk.home.anna, desk.home.calendar);
    desk.home.run("UPDATE email_addresses SET verified_at = 1").await;
    let (cyrus, of_cyrus) = crate::scheduling::person(&desk.kalends, "cyrus").await;
    desk.kalends.put_object(cyrus, of_cyrus, "m.ics", &text, Precondition::None).await.unwrap();
    settle(&desk.kalends).await;
    assert!(desk.kalends.inbox(desk.dora).await.unwrap().is_empty());
    assert!(desk.sent()[0].starts_with("dora@mail.example "));
    // She gets it there, and answers: as mail to Cyrus, though he is here.
    let came = text.replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT");
    desk.deliver(&mail_with("cyrus@example.org", "plan", "REQUEST", &came)).await;
    desk.act("plan", InvitationAction::Answer(PartStat::Accepted)).await;
    assert!(own(&desk.text("anna.ics").await.unwrap()).contains("ACCEPTED"));
    let theirs = desk.kalends.object(cyrus, of_cyrus, "m.ics").await.unwrap().text;
    assert!(!theirs.contains("PARTSTAT=ACCEPTED"), "{theirs}");
    assert!(desk.sent().last().unwrap().starts_with("cyrus@example.org "));
    // She organizes nothing by it.
    let mine = meeting("mine", "Spoof", "20300301T100000Z", &["cyrus"], "")
        .replace("ORGANIZER:mailto:cyrus@example.org", "ORGANIZER:mailto:dora@mail.example");
    let before = desk.sent().len();
    desk.kalends.put_object(desk.dora, desk.calendar, "mine.ics", &mine, Precondition::None).await.unwrap();
    settle(&desk.kalends).await;
    assert!(desk.kalends.inbox(cyrus).await.unwrap().is_empty() && desk.sent().len() == before);
    // What was shown to be somebody else's here is theirs.
    let _ = (anna, calendar);
    let new = kalends_domain::accounts::NewUser {
        email: Some("dora@mail.example".into()),
        ..kalends_test_support::home::new_user("other")
    };
    desk.kalends.create_user(new).await.unwrap();
    let again = mail(ADA, "again", "REQUEST", &invites(0, 10, 10));
    desk.deliver(&again).await;
    assert_eq!(desk.shown("again").await.verdict, MailInvitationVerdict::NotInvited);
}

#[tokio::test]
async fn a_mail_is_nobodys_but_its_owners() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    desk.deliver(&mail(ADA, "first", "REQUEST", &invites(0, 10, 10))).await;
    let id = desk.message("first").await;
    for caller in [desk.home.anna, Caller::program(desk.dora.principal, 1, kalends_domain::access::Access::Read, None)]
    {
        let shown = desk.kalends.mail_invitation(caller, id).await;
        assert!(matches!(shown, Err(Error::NotFound(_) | Error::Forbidden { .. })), "{shown:?}");
        let deed = InvitationAction::Answer(PartStat::Accepted);
        let done = desk.kalends.answer_mail_invitation(caller, id, deed, None, None).await;
        assert!(matches!(done, Err(Error::NotFound(_) | Error::Forbidden { .. })), "{done:?}");
    }
    let query = MailQuery { place: MailPlace::Everywhere, threads: false, ..MailQuery::default() };
    assert!(desk.kalends.list_mail(desk.home.anna, &query).await.unwrap().rows.is_empty());
}
