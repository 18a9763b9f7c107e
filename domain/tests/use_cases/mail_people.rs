//! Whom one is offered who begins to write an address.

use crate::mail_invitations::mailboxes::Desk;
use crate::mail_invitations::{event, mail_with};
use crate::scheduling::person;
use chrono::{TimeDelta, Utc};
use kalends_domain::access::Access;
use kalends_domain::mail::InvitationRule;

impl Desk {
    async fn offered(&self, typed: &str) -> Vec<String> {
        let people = self.kalends.complete_mail_address(self.dora, typed).await.unwrap();
        people.into_iter().map(|who| format!("{} <{}>", who.name, who.address)).collect()
    }

    fn has(&self, folder: &str, from: &str, to: &str, days: i64) {
        let id = format!("{folder}.{days}@{}", from.len());
        let mail = format!("From: {from}\nTo: {to}\nSubject: words\nMessage-ID: <{id}>\n\nHello\n");
        self.mailboxes.put(folder, &mail, Utc::now() - TimeDelta::days(days));
    }
}

#[tokio::test]
async fn whom_one_wrote_to_before_the_account_came_is_offered_before_whom_one_only_hears_from() {
    let desk = Desk::new("mail.example", InvitationRule::Nobody).await;
    let own = "Dora <dora@mail.example>";
    desk.has("Sent", own, "=?utf-8?q?Zo=C3=A9_M=C3=BCller?= <zoe@years.example>, Dora <dora@mail.example>", 3);
    desk.has("INBOX", "Zora <zora@x.example>", own, 2);
    desk.has("INBOX", "Zora <zora@x.example>", own, 1);
    desk.has("INBOX", "zuse@x.example", own, 40);
    desk.has("Junk", "Zombie <zombie@spam.example>", own, 1);
    desk.has("Trash", "Zero <zero@gone.example>", own, 1);
    desk.look().await;
    assert_eq!(
        desk.offered("z").await,
        ["Zoé Müller <zoe@years.example>", "Zora <zora@x.example>", " <zuse@x.example>"],
        "neither spam nor what was thrown away"
    );
    assert_eq!(desk.offered("MULL zoe").await, ["Zoé Müller <zoe@years.example>"]);
    assert_eq!(desk.offered("years").await, ["Zoé Müller <zoe@years.example>"]);
    // Nobody by the subject, not oneself, and nobody by what means something to databases.
    for nobody in ["words", "dora", "", "%", "_", "zoe* OR", "oe"] {
        assert_eq!(desk.offered(nobody).await, Vec::<String>::new(), "{nobody}");
    }
    assert_eq!(desk.offered("z'").await, desk.offered("z").await);
    // Whose mail was answered is somebody one has to do with.
    desk.home.run("UPDATE mail_messages SET flags = flags + 4 WHERE from_address = 'zora@x.example'").await;
    assert_eq!(desk.offered("zo").await, ["Zora <zora@x.example>", "Zoé Müller <zoe@years.example>"]);
    // They are hers alone.
    assert_eq!(desk.kalends.complete_mail_address(desk.home.anna, "zo").await.unwrap(), []);
}

#[tokio::test]
async fn guests_and_those_here_whose_addresses_one_may_know_are_offered() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    let lines = "DTSTAMP:20260110T080000Z\nDTSTART:20300301T100000Z\nSUMMARY:Plan\nORGANIZER;CN=Ada:mailto:ada@lovelace.example\n\
        ATTENDEE:mailto:dora@mail.example\nATTENDEE;CN=Benedikt:mailto:ben@guests.example";
    desk.deliver(&mail_with("ada@lovelace.example", "plan", "REQUEST", &event("REQUEST", lines))).await;
    assert_eq!(desk.offered("bened").await, ["Benedikt <ben@guests.example>"]);
    assert_eq!(desk.offered("lovelace").await, ["Ada <ada@lovelace.example>"]);
    // Somebody here is found by name, and their address is told to those alone who act for them.
    let (xaver, _) = person(&desk.kalends, "xaver").await;
    assert_eq!(desk.offered("xav").await, Vec::<String>::new());
    desk.kalends.set_delegate(xaver, desk.dora.principal, Access::Write).await.unwrap();
    let offered = desk.offered("xav").await;
    assert!(offered.len() == 1 && offered[0].ends_with("<xaver@example.org>"), "{offered:?}");
}
