//! What is sent goes over a real server of mail (Exim) into mailboxes (Dovecot).

use crate::person::Person;
use crate::setup::new_user;
use kalends_domain::mail::{DraftContent, DraftState, MailAddress};
use kalends_domain::objects::Precondition;

impl Person {
    async fn invite(&self, title: &str, guests: &[&str]) {
        let guests: String = guests.iter().map(|who| format!("ATTENDEE:mailto:{who}@example.org\r\n")).collect();
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\n\
             DTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:{title}\r\nORGANIZER:mailto:{}\r\n{guests}END:VEVENT\r\n\
             END:VCALENDAR\r\n",
            self.address
        );
        self.put("m.ics", &text).await;
    }

    async fn statuses(&self) -> Vec<String> {
        let sent = self.invitation("m.ics").await.sent;
        sent.into_iter().map(|sent| format!("{} {}", sent.method, sent.status)).collect()
    }
}

#[tokio::test]
async fn an_invitation_its_change_and_its_end_come_to_the_mailbox_of_whom_they_are_for() {
    let (ada, guest) = (Person::new().await, new_user());
    ada.invite("Plan", &[&guest, "nobody-here"]).await;
    let [first] = &ada.arrived(&guest, 1).await[..] else { panic!("one came") };
    let mut statuses = ada.statuses().await;
    statuses.sort();
    assert_eq!(statuses, ["REQUEST 1.1", "REQUEST 5.1"], "{}", ada.exim.log());
    assert!(first.contains(&format!("Return-path: <{}>", ada.address)), "{first}");
    assert!(first.contains("method=\"REQUEST\"") && first.contains("invite.ics"), "{first}");
    ada.invite("Other plan", &[&guest]).await;
    ada.arrived(&guest, 2).await;
    ada.kalends.delete_object(ada.caller, ada.calendar, "m.ics", Precondition::None).await.unwrap();
    ada.work().await;
    let all = ada.arrived(&guest, 3).await;
    assert!(all[1].contains("Other plan") && all[2].contains("method=\"CANCEL\""), "{all:?}");
    let references: Vec<&str> =
        all.iter().filter_map(|mail| mail.lines().find(|line| line.starts_with("References:"))).collect();
    assert!(references.len() == 3 && references.iter().all(|each| *each == references[0]), "{references:?}");
    // The cancellation of whom the server knew nothing of is another message than that of the guest.
    let kept = ada.messages(&ada.user, "Sent").await;
    assert!(kept.iter().any(|mail| mail.contains("Other plan")), "{kept:?}");
    assert_eq!(kept.iter().filter(|mail| mail.contains("SUMMARY:Plan") && mail.contains("REQUEST")).count(), 1);
}

#[tokio::test]
async fn a_mail_comes_once_and_is_kept_once_and_what_is_refused_is_left() {
    let (ada, bob) = (Person::new().await, new_user());
    let draft = ada.kalends.begin_mail(ada.caller, ada.account, None).await.unwrap();
    let who = |name: &str| MailAddress { name: String::new(), address: format!("{name}@example.org") };
    let text = "Hello\n.\n..dots\n".to_owned();
    let content = DraftContent {
        to: vec![who(&bob), who("nobody-here")],
        subject: "Déjà vu".into(),
        text,
        ..DraftContent::default()
    };
    ada.kalends.save_mail_draft(ada.caller, draft.id, None, None, &content).await.unwrap();
    ada.kalends.send_mail(ada.caller, draft.id, None, None).await.unwrap();
    ada.home.run("UPDATE mail_drafts SET send_at = 1").await;
    ada.work().await;
    let [mail] = &ada.arrived(&bob, 1).await[..] else { panic!("one came") };
    assert!(mail.contains("\r\n.\r\n") && mail.contains("..dots"), "{mail}");
    assert_eq!(ada.messages(&ada.user, "Sent").await.len(), 1);
    let left = ada.kalends.mail_draft(ada.caller, draft.id).await.unwrap();
    assert_eq!((left.state, left.content.to), (DraftState::Refused, vec![who("nobody-here")]));
    assert!(left.why.unwrap().contains("nobody of that name"));
}
