//! Every method of meetings, as the programs of others write them in their mail.

use super::mailboxes::Desk;
use super::{guest, inviting, own};
use crate::scheduling::{meeting, settle};
use kalends_domain::mail::{InvitationAction, InvitationRule, MailInvitationVerdict};
use kalends_domain::objects::Precondition;
use kalends_ical::instances::{Window, instances};
use kalends_ical::itip::{PartStat, Why};
use kalends_ical::time::Zone;
use kalends_ical::{CalendarObject, Limits};

macro_rules! mails {
    ($($name:literal),*) => { [$(include_str!(concat!("mails/", $name, ".eml"))),*] };
}

/// The same mail once more, as a list or another server brings it.
fn again(mail: &str) -> String {
    mail.replacen("Message-ID: <", "Message-ID: <again-", 1).replacen("Message-Id: <", "Message-Id: <again-", 1)
}

/// Starts of the instances, those that are cancelled with a minus.
fn shown(text: &str) -> Vec<String> {
    let object = CalendarObject::parse(text, &Limits::default()).unwrap();
    let found = instances(&object, Window { start: None, end: None }, &Zone::UTC, 100).unwrap();
    let entry = |index: Option<usize>| index.map(|at| &object.overrides[at]).or(object.master.as_ref()).unwrap();
    let is_off = |index| entry(index).status.as_deref() == Some("CANCELLED");
    found
        .iter()
        .map(|instance| {
            let off = if is_off(instance.override_index) { "-" } else { "" };
            format!("{off}{}", instance.start_utc.format("%d.%m. %H"))
        })
        .collect()
}

/// Dora invites Ada each Friday from 1 March 2030, at ten.
async fn inviting_weekly(desk: &Desk) {
    let more = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ada@lovelace.example\r\nLOCATION:Room 1\r\n\
        DESCRIPTION:As ever\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n";
    let text = meeting("ours", "Plan", "20300301T100000Z", &[], more).replace("cyrus@example.org", "dora@example.org");
    desk.kalends.put_object(desk.dora, desk.calendar, "ours.ics", &text, Precondition::None).await.unwrap();
    settle(&desk.kalends).await;
}

#[tokio::test]
async fn answers_count_as_outlook_gmail_and_apple_write_them() {
    let mails = mails!["outlook-reply", "gmail-reply", "apple-mail-reply"];
    let says = [("ACCEPTED", Some("Ich freue mich.")), ("DECLINED", Some("I am away")), ("ACCEPTED", None)];
    for (mail, (partstat, comment)) in mails.into_iter().zip(says) {
        let desk = Desk::new("mail.example", InvitationRule::Known).await;
        inviting(&desk).await;
        desk.deliver(mail).await;
        let text = desk.text("ours.ics").await.unwrap();
        assert!(guest(&text).contains(&format!("PARTSTAT={partstat}")), "{text}");
        assert!(text.contains("SUMMARY:Plan") && text.matches("\nATTENDEE").count() == 1, "{text}");
        let shown = desk.shown("Plan").await;
        assert_eq!((shown.verdict, shown.outcome), (MailInvitationVerdict::Fit, Some(Why::Answered)));
        assert_eq!(shown.comment.as_deref().map(str::trim), comment);
        desk.deliver(&again(mail)).await;
        assert_eq!(desk.text("ours.ics").await.unwrap(), text);
        assert_eq!(desk.home.damages().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_answer_that_icloud_sends_waits_for_a_person() {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    inviting(&desk).await;
    let [mail] = mails!["icloud-reply"];
    desk.deliver(mail).await;
    assert!(guest(&desk.text("ours.ics").await.unwrap()).contains("NEEDS-ACTION"));
    let shown = desk.shown("accepted").await;
    assert_eq!((shown.verdict, &shown.deeds[..]), (MailInvitationVerdict::NotSender, &[InvitationAction::Apply][..]));
    desk.act("accepted", InvitationAction::Apply).await;
    assert!(guest(&desk.text("ours.ics").await.unwrap()).contains("ACCEPTED"));
}

#[tokio::test]
async fn answers_for_one_instance_are_for_that_alone() {
    for mails in [mails!["outlook-reply-instance", "outlook-reply"], mails!["gmail-reply-instance", "gmail-reply"]] {
        for backwards in [false, true] {
            let desk = Desk::new("mail.example", InvitationRule::Known).await;
            inviting_weekly(&desk).await;
            let mut order = mails;
            if backwards {
                order.reverse();
            }
            for mail in order {
                desk.deliver(mail).await;
            }
            let text = desk.text("ours.ics").await.unwrap();
            let object = CalendarObject::parse(&text, &Limits::default()).unwrap();
            let said = |entry| object.component(entry).property("ATTENDEE").unwrap().param("PARTSTAT").unwrap();
            let one =
                object.overrides.iter().find(|entry| entry.start.as_ref().unwrap().value().starts_with("20300308"));
            let is_outlook = mails[0].contains("Exchange") || mails[0].contains("outlook");
            let expected = if is_outlook { ("ACCEPTED", "DECLINED") } else { ("DECLINED", "TENTATIVE") };
            assert_eq!((said(object.master.as_ref().unwrap()), said(one.unwrap())), expected, "{backwards} {text}");
            assert_eq!(object.overrides.len(), 1, "{text}");
        }
    }
}

#[tokio::test]
async fn another_time_is_taken_as_outlook_and_thunderbird_propose_it() {
    let mails = mails!["outlook-counter", "outlook-counter-instance", "thunderbird-counter"];
    let becomes = [
        ("Plan", "Nachmittags?", "Room 1", ["01.03. 14", "08.03. 14", "15.03. 14", "22.03. 14"]),
        ("Plan", "", "Room 1", ["01.03. 10", "09.03. 14", "15.03. 10", "22.03. 10"]),
        ("Counter", "The day after?", "Room 2", ["02.03. 14", "09.03. 14", "16.03. 14", "23.03. 14"]),
    ];
    for (mail, (subject, comment, place, times)) in mails.into_iter().zip(becomes) {
        let desk = Desk::new("mail.example", InvitationRule::Known).await;
        inviting_weekly(&desk).await;
        let before = desk.text("ours.ics").await.unwrap();
        desk.deliver(mail).await;
        desk.deliver(&again(mail)).await;
        assert_eq!(desk.text("ours.ics").await.unwrap(), before, "nothing changes by itself");
        let asks = desk.shown(subject).await;
        assert_eq!(asks.outcome, Some(Why::ForPerson), "{subject}");
        assert_eq!(asks.comment.as_deref().unwrap_or_default().trim(), comment);
        desk.act(subject, InvitationAction::TakeProposal).await;
        let text = desk.text("ours.ics").await.unwrap();
        assert_eq!(shown(&text), times, "{text}");
        assert!(text.contains(&format!("LOCATION:{place}")), "{text}");
        let lines = |name: &str, value: &str| {
            let found: Vec<&str> = text.lines().filter(|line| line.starts_with(name)).collect();
            assert!(found.iter().all(|line| line.ends_with(value)), "what it does not propose stays: {found:?}");
        };
        lines("SUMMARY", ":Plan");
        lines("DESCRIPTION", ":As ever");
        assert_eq!(desk.home.damages().await, Vec::<String>::new());
    }
}

/// What the programs send of a series that is moved, of which one instance is moved and another one called off, and that is called off.
const SERIES: [[&str; 5]; 4] = [
    mails!["outlook-series", "outlook-series-update", "outlook-instance", "outlook-instance-cancel", "outlook-cancel"],
    mails!["gmail-series", "gmail-series-update", "gmail-instance", "gmail-instance-cancel", "gmail-cancel"],
    mails![
        "apple-mail-series",
        "apple-mail-series-update",
        "apple-mail-instance",
        "apple-mail-instance-cancel",
        "apple-mail-cancel"
    ],
    mails![
        "thunderbird-series",
        "thunderbird-series-update",
        "thunderbird-instance",
        "thunderbird-instance-cancel",
        "thunderbird-cancel"
    ],
];

/// The times of such a series at this hour of UTC, those on summer time an hour earlier.
fn weekly(hour: u32, summer: u32, second: &str, third: &str, off: &str) -> Vec<String> {
    let days = [format!("{off}04.03. {hour:02}"), format!("{off}{second}"), format!("{third}18.03. {hour:02}")];
    let later = ["25.03.", "01.04.", "08.04."];
    let later = later.iter().enumerate().map(|(at, day)| {
        // The clocks change on 31 March.
        format!("{off}{day} {:02}", if at == 0 { hour } else { summer })
    });
    days.into_iter().chain(later).collect()
}

/// The one event that there is.
async fn stands(desk: &Desk) -> String {
    let objects = desk.kalends.object_heads(desk.dora, desk.calendar, "").await.unwrap();
    let [object] = &objects[..] else { panic!("{objects:?}") };
    desk.text(&object.name).await.unwrap()
}

#[tokio::test]
async fn a_series_is_moved_changed_and_called_off_step_by_step() {
    // Hours of UTC before and after it was moved, in winter and summer, and of the instance that was moved.
    let hours = [(9, 8, 13, 12, 13), (13, 12, 14, 13, 8), (8, 7, 9, 8, 9), (9, 9, 10, 10, 10)];
    for (mails, (first, first_summer, moved, summer, one)) in SERIES.into_iter().zip(hours) {
        let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
        let expected = [
            weekly(first, first_summer, &format!("11.03. {first:02}"), "", ""),
            weekly(moved, summer, &format!("11.03. {moved:02}"), "", ""),
            weekly(moved, summer, &format!("12.03. {one:02}"), "", ""),
            weekly(moved, summer, &format!("12.03. {one:02}"), "-", ""),
            weekly(moved, summer, &format!("12.03. {one:02}"), "-", "-"),
        ];
        for (mail, expected) in mails.into_iter().zip(expected) {
            desk.deliver(mail).await;
            let text = stands(&desk).await;
            assert_eq!(shown(&text), expected, "{mail}\n{text}");
            assert!(!text.contains("VALARM") && !text.contains("METHOD"), "{text}");
            desk.deliver(&again(mail)).await;
            assert_eq!(stands(&desk).await, text, "the same once more");
        }
        let text = stands(&desk).await;
        // What came before is of before.
        for mail in mails {
            desk.deliver(&again(&again(mail))).await;
            assert_eq!(stands(&desk).await, text, "{mail}");
        }
        assert_eq!(desk.sent(), Vec::<String>::new());
        assert_eq!(desk.home.damages().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn in_whatever_order_the_mail_comes_the_series_is_the_same() {
    for mails in SERIES {
        for (order, without_end) in [
            ([1, 0, 3, 2].as_slice(), true),
            ([2, 1, 0, 3].as_slice(), true),
            ([3, 2, 1, 0].as_slice(), true),
            ([0, 3, 2, 1].as_slice(), true),
            ([4, 3, 2, 1, 0].as_slice(), false),
            ([4, 0, 1, 2, 3].as_slice(), false),
        ] {
            let (desk, ordered) = (
                Desk::new("mail.example", InvitationRule::Everyone).await,
                Desk::new("mail.example", InvitationRule::Everyone).await,
            );
            for at in order {
                desk.deliver(mails[*at]).await;
            }
            for mail in &mails[..if without_end { 4 } else { 5 }] {
                ordered.deliver(mail).await;
            }
            let (text, expected) = (stands(&desk).await, stands(&ordered).await);
            // What is called off is called off, at whatever times it was known.
            let all_off = |text: &str| shown(text).iter().all(|instance| instance.starts_with('-'));
            match without_end {
                true => assert_eq!(shown(&text), shown(&expected), "{order:?} {}\n{text}", mails[0]),
                false => assert!(all_off(&text) && all_off(&expected), "{order:?} {}\n{text}", mails[0]),
            }
        }
    }
}

#[tokio::test]
async fn an_answer_outlives_a_new_title_and_not_a_new_time() {
    let desk = Desk::new("outlook.office365.com", InvitationRule::Everyone).await;
    let [series, renamed, update] = mails!["outlook-series", "outlook-series-renamed", "outlook-series-update"];
    desk.deliver(series).await;
    desk.act("Jour fixe", InvitationAction::Answer(PartStat::Accepted)).await;
    desk.deliver(renamed).await;
    let text = stands(&desk).await;
    assert!(text.contains(":Jour fixe der Gruppe") && own(&text).contains("ACCEPTED"), "{text}");
    desk.deliver(update).await;
    assert!(own(&stands(&desk).await).contains("NEEDS-ACTION"));
    assert_eq!(desk.sent().len(), 1);
}

#[tokio::test]
async fn what_outlook_and_gmail_forward_is_answered_to_whoever_invites() {
    let desk = Desk::new("outlook.office365.com", InvitationRule::Everyone).await;
    let [outlook, gmail] = mails!["outlook-forward", "gmail-forward"];
    desk.deliver(outlook).await;
    let shown = desk.shown("FW: Jour").await;
    assert_eq!(
        (shown.verdict, shown.is_invited, shown.is_taken, shown.stands.is_some()),
        (MailInvitationVerdict::NotSender, true, false, false)
    );
    desk.act("FW: Jour", InvitationAction::Answer(PartStat::Accepted)).await;
    let sent = desk.sent();
    assert!(sent.len() == 1 && sent[0].starts_with("grace@contoso.example "), "{sent:?}");
    // What she sends to everybody later is for what stands here.
    let [update] = mails!["outlook-series-update"];
    desk.deliver(update).await;
    assert_eq!(super::methods::shown(&stands(&desk).await)[0], "04.03. 13");

    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    desk.deliver(gmail).await;
    let shown = desk.shown("Fwd").await;
    assert_eq!((shown.is_uninvited(), shown.is_taken), (true, false));
    desk.act("Fwd", InvitationAction::Answer(PartStat::Tentative)).await;
    let sent = desk.sent();
    assert!(sent.len() == 1 && sent[0].starts_with("alan@gmail.example "), "{sent:?}");
    assert!(own(&stands(&desk).await).contains("TENTATIVE"));
}
