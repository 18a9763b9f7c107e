//! What comes about meetings by mail, the whole way from a real server.

use crate::setup::Post;
use kalends_domain::mail::{InvitationAction, InvitationRule, MailAccountChange, MailPlace};
use kalends_ical::itip::PartStat;
use kalends_test_support::dovecot::Offering;
use kalends_test_support::smtp::SmtpOptions;

/// As programs write it: the calendar among the alternatives, encoded, and as a file, beside a file that is something else.
fn invitation() -> String {
    let calendar = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:theirs\nDTSTAMP:20260110T080000Z\n\
        DTSTART:20300301T100000Z\nDURATION:PT1H\nSUMMARY:=C3=89t=C3=A9\nORGANIZER:mailto:bob@example.org\n\
        ATTENDEE;PARTSTAT=3DNEEDS-ACTION:mailto:ada@example.org\nEND:VEVENT\nEND:VCALENDAR";
    let file =
        "Content-Type: application/ics; name=invite.ics\nContent-Disposition: attachment; filename=invite.ics\n\n";
    let date = chrono::Utc::now().to_rfc2822();
    format!(
        "From: Bob <bob@example.org>\nTo: ada@example.org\nSubject: invitation\nMessage-ID: <i@example.org>\nDate: {date}\n\
         Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\
         Content-Type: text/plain\n\nHello\n--b\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\
         Content-Transfer-Encoding: quoted-printable\n\n{calendar}\n--b--\n--o\n{file}nothing that can be read\n--o--\n"
    )
}

#[tokio::test]
async fn an_invitation_is_found_in_its_part_stands_in_the_calendar_and_is_answered() {
    for offering in [Offering::Everything, Offering::Little] {
        let post = Post::at(offering, SmtpOptions::default()).await;
        let rule = MailAccountChange { invitations: Some(InvitationRule::Everyone), ..MailAccountChange::default() };
        post.kalends.change_mail_account(post.anna, post.account, &rule).await.unwrap();
        post.deliver(&invitation()).await;
        post.deliver(&crate::setup::mail("plain", "plain", "")).await;
        // The message is a calendar and nothing else.
        let alone = "From: Bob <bob@example.org>\nTo: ada@example.org\nSubject: alone\nMessage-ID: <alone@example.org>\n\
            Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:alone\n\
            DTSTAMP:20260110T080000Z\nDTSTART:20300302T100000Z\nSUMMARY:Alone\nORGANIZER:mailto:bob@example.org\n\
            ATTENDEE:mailto:ada@example.org\nEND:VEVENT\nEND:VCALENDAR\n";
        post.deliver(alone).await;
        post.look().await;
        let calendar = post.home.calendar;
        for (name, title) in [("theirs.ics", "SUMMARY:Été"), ("alone.ics", "SUMMARY:Alone")] {
            let object = post.kalends.object(post.anna, calendar, name).await.unwrap();
            assert!(object.text.contains(title), "{offering:?} {}", object.text);
        }
        let rows = post.list(MailPlace::Inboxes).await;
        let message = rows.iter().find(|row| row.message.subject == "invitation").unwrap().message.id;
        // What is seen when it is opened is the same message.
        let shown = post.kalends.mail_invitation(post.anna, message).await.unwrap().unwrap();
        assert!(shown.is_taken && shown.event.title == "Été", "{shown:?}");
        let deed = InvitationAction::Answer(PartStat::Accepted);
        post.kalends.answer_mail_invitation(post.anna, message, deed, None, None).await.unwrap();
        let object = post.kalends.object(post.anna, calendar, "theirs.ics").await.unwrap();
        assert!(object.text.contains("PARTSTAT=ACCEPTED"), "{}", object.text);
    }
}
