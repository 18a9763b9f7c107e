//! Mail about meetings as the programs of others write it.

use super::mailboxes::Desk;
use super::{GUESTS, guest, inviting, mail, mail_with, own};
use kalends_domain::mail::{InvitationAction, InvitationRule, MailInvitationVerdict};
use kalends_ical::itip::{PartStat, Why};

const OUTLOOK: &str = include_str!("mails/outlook-request.eml");
const GMAIL: &str = include_str!("mails/gmail-request.eml");
const APPLE_MAIL: &str = include_str!("mails/apple-mail-request.eml");
const ICLOUD: &str = include_str!("mails/icloud-request.eml");
const THUNDERBIRD: &str = include_str!("mails/thunderbird-reply.eml");
const KALENDS: &str = include_str!("mails/kalends-request.eml");

#[tokio::test]
async fn invitations_of_outlook_gmail_and_apple_stand_in_the_calendar() {
    for (imap, mail, subject, title, place, proved) in [
        (
            "outlook.office365.com",
            OUTLOOK,
            "Planung",
            "Planung für Zürich",
            "Microsoft Teams-Besprechung",
            Some("pass"),
        ),
        ("imap.gmail.com", GMAIL, "Machines", "Machines", "", Some("pass")),
        ("mail.example", APPLE_MAIL, "Café", "Café été", "", None),
    ] {
        let desk = Desk::new(imap, InvitationRule::Everyone).await;
        desk.deliver(mail).await;
        let shown = desk.shown(subject).await;
        assert_eq!((shown.verdict, shown.outcome), (MailInvitationVerdict::Fit, Some(Why::Created)), "{subject}");
        assert_eq!(shown.event.title, title);
        let draft = shown.event.draft.unwrap();
        assert_eq!(draft.location.unwrap_or_default(), place);
        assert_eq!(shown.results.and_then(|results| results.dmarc).as_deref(), proved, "{subject}");
        let stands = shown.stands.unwrap();
        let text = desk.text(&stands.name).await.unwrap();
        assert!(own(&text).contains("NEEDS-ACTION") && !text.contains("VALARM"), "{text}");
        desk.act(subject, InvitationAction::Answer(PartStat::Accepted)).await;
        assert!(own(&desk.text(&stands.name).await.unwrap()).contains("PARTSTAT=ACCEPTED"));
        let sent = desk.sent();
        assert!(sent.len() == 1 && sent[0].contains("method=\"REPLY\""), "{sent:?}");
        assert_eq!(desk.home.damages().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_a_service_sends_for_somebody_waits_for_a_person() {
    for (mail, subject) in [(ICLOUD, "Sofia"), (KALENDS, "Elsewhere")] {
        let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
        desk.deliver(mail).await;
        let shown = desk.shown(subject).await;
        assert_eq!((shown.verdict, shown.is_taken), (MailInvitationVerdict::NotSender, false), "{subject}");
        desk.act(subject, InvitationAction::Answer(PartStat::Accepted)).await;
        let shown = desk.shown(subject).await;
        assert_eq!(shown.answer.as_deref(), Some("ACCEPTED"));
    }
}

#[tokio::test]
async fn an_answer_of_thunderbirds_counts_once_for_both_of_its_parts() {
    let desk = Desk::new("mail.example", InvitationRule::Known).await;
    inviting(&desk).await;
    desk.deliver(THUNDERBIRD).await;
    assert!(guest(&desk.text("ours.ics").await.unwrap()).contains("PARTSTAT=ACCEPTED"));
    assert_eq!(desk.shown("Invitation Reply").await.outcome, Some(Why::Answered));
}

#[tokio::test]
async fn one_instance_of_a_series_is_moved_added_answered_and_cancelled() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    desk.deliver(APPLE_MAIL).await;
    let name = "7F1C6A2E-0B7D-4C55-9F0B-0A1B2C3D4E5F.ics";
    let emmy = "Emmy <emmy@mac.example>";
    let guests = GUESTS.replace("ada@lovelace.example", "emmy@mac.example");
    let of = |subject: &str, method: &str, lines: &str| {
        let uid = "UID:7F1C6A2E-0B7D-4C55-9F0B-0A1B2C3D4E5F";
        mail(emmy, subject, method, &format!("{lines}\n{guests}")).replace("UID:theirs", uid)
    };
    // In another notation of the same time.
    let moved = "RECURRENCE-ID:20300313T080000Z\nDTSTART:20300314T080000Z\nDTSTAMP:20260201T000000Z\nSEQUENCE:1";
    desk.deliver(&of("moved", "REQUEST", moved)).await;
    let text = desk.text(name).await.unwrap();
    assert!(text.contains("RRULE") && text.contains("DTSTART:20300314T080000Z"), "{text}");
    assert_eq!(desk.shown("moved").await.outcome, Some(Why::Updated));
    desk.act("moved", InvitationAction::Answer(PartStat::Declined)).await;
    let text = desk.text(name).await.unwrap();
    let declined =
        text.lines().filter(|line| line.starts_with("ATTENDEE") && line.contains("PARTSTAT=DECLINED")).count();
    assert_eq!(declined, 1, "of that instance alone: {text}");
    let added = "RECURRENCE-ID:20300401T080000Z\nDTSTART:20300401T080000Z\nDTSTAMP:20260202T000000Z\nSEQUENCE:2";
    desk.deliver(&of("added", "ADD", added)).await;
    assert!(desk.shown("added").await.is_taken);
    let off = "RECURRENCE-ID:20300320T080000Z\nDTSTART:20300320T080000Z\nDTSTAMP:20260203T000000Z\nSEQUENCE:2";
    desk.deliver(&of("off", "CANCEL", off)).await;
    let text = desk.text(name).await.unwrap();
    assert_eq!(text.matches("STATUS:CANCELLED").count(), 1, "{text}");
    assert!(desk.shown("off").await.deeds.is_empty(), "the series stays");
    assert_eq!(desk.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_date_for_everybody_is_put_into_the_calendar_by_hand() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    let calendar = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:PUBLISH\nBEGIN:VEVENT\nUID:concert\nDTSTAMP:20260101T000000Z\nDTSTART:20300301T190000Z\nSUMMARY:Concert\nEND:VEVENT\nEND:VCALENDAR";
    desk.deliver(&mail_with("news@hall.example", "concert", "PUBLISH", calendar)).await;
    let shown = desk.shown("concert").await;
    assert_eq!((shown.verdict, &shown.deeds[..]), (MailInvitationVerdict::Published, &[InvitationAction::Put][..]));
    desk.act("concert", InvitationAction::Put).await;
    let text = desk.text("concert.ics").await.unwrap();
    assert!(text.contains("SUMMARY:Concert") && !text.contains("METHOD"), "{text}");
}
