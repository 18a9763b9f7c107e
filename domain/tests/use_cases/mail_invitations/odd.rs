//! Mail about meetings that is odd, or means harm.

use super::mailboxes::Desk;
use super::{ADA, event, invites, mail, mail_with};
use kalends_domain::Error;
use kalends_domain::mail::{InvitationRule, MailInvitationVerdict};

#[tokio::test]
async fn what_cannot_be_read_does_nothing_and_says_so() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    let large = format!("{}\nDESCRIPTION:{}", invites(0, 10, 10), "x".repeat(1_100_000));
    let nested = format!("{}{}", "BEGIN:VCALENDAR\nMETHOD:REQUEST\n", "BEGIN:VEVENT\n".repeat(5_000));
    let several = event("REQUEST", &invites(0, 10, 10)).replace(
        "END:VCALENDAR",
        &format!("BEGIN:VEVENT\nUID:second\n{}\nEND:VEVENT\nEND:VCALENDAR", invites(0, 10, 11)),
    );
    for (subject, text) in [
        ("large", mail(ADA, "large", "REQUEST", &large)),
        ("nested", mail_with(ADA, "nested", "REQUEST", &nested)),
        ("several", mail_with(ADA, "several", "REQUEST", &several)),
        ("methods", mail_with(ADA, "methods", "REQUEST", &event("CANCEL", &invites(0, 10, 10)))),
        ("unknown", mail_with(ADA, "unknown", "BURN", &event("BURN", &invites(0, 10, 10)))),
        ("cut", mail_with(ADA, "cut", "REQUEST", "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:x")),
    ] {
        desk.deliver(&text).await;
        let shown = desk.kalends.mail_invitation(desk.dora, desk.message(subject).await).await;
        assert!(matches!(shown, Err(Error::BadInput { field: "message", .. })), "{subject}: {shown:?}");
    }
    for (subject, text) in [
        ("plain", mail_with(ADA, "plain", "REQUEST", "Nothing of that kind")),
        ("file", mail_with(ADA, "file", "PUBLISH", &event("X", "").replace("METHOD:X\n", ""))),
    ] {
        desk.deliver(&text).await;
        let shown = desk.kalends.mail_invitation(desk.dora, desk.message(subject).await).await;
        assert!(matches!(shown, Ok(None)), "{subject}: {shown:?}");
    }
    assert_eq!(desk.text("theirs.ics").await, None);
    let jobs = desk.kalends.jobs().await.unwrap();
    assert!(jobs.iter().all(|job| job.error.is_none()), "{jobs:?}");
}

#[tokio::test]
async fn of_two_calendars_in_a_mail_one_counts_and_charsets_do_not_matter() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    let second = event("REQUEST", &invites(0, 10, 11)).replace("UID:theirs", "UID:second");
    let part = format!("--b\nContent-Type: text/calendar; method=REQUEST\n\n{second}\n--b--");
    let wrong = mail(ADA, "two", "REQUEST", &invites(0, 10, 10)).replace("--b--", &part);
    desk.deliver(&wrong.replace("charset=utf-8", "charset=us-ascii").replace("Engines", "Été")).await;
    assert!(desk.text("theirs.ics").await.unwrap().contains("SUMMARY:Été"));
    assert_eq!(desk.text("second.ics").await, None);
    // What is in a message that is attached is none of this mail's.
    let attached = format!(
        "From: {ADA}\nSubject: attached\nMessage-ID: <attached@x>\nContent-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n{}\n--o--\n",
        mail(ADA, "inner", "REQUEST", &invites(0, 10, 12)).replace("UID:theirs", "UID:inner")
    );
    desk.deliver(&attached).await;
    assert_eq!(desk.text("inner.ics").await, None);
    assert_eq!(desk.kalends.mail_invitation(desk.dora, desk.message("attached").await).await.unwrap(), None);
    // From several people is from nobody.
    let many = mail("a@x.example, ada@lovelace.example", "many", "REQUEST", &invites(0, 10, 10));
    desk.deliver(&many.replace("UID:theirs", "UID:many")).await;
    assert_eq!(desk.text("many.ics").await, None);
    assert_eq!(desk.shown("many").await.verdict, MailInvitationVerdict::NotSender);
}
