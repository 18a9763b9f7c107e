//! Meetings between people on two installations that know nothing of each other: what the one's has to say goes over Exim into the other's
//! mailbox at Dovecot, is read from there, and is answered the same way.

use crate::person::Person;
use chrono::NaiveDate;
use kalends_domain::events::EventChange;
use kalends_domain::mail::{
    AnswerKind, DraftContent, InvitationAction, InvitationRule, MailAccountChange, MailAddress, MailInvitationVerdict,
};
use kalends_domain::objects::Precondition;
use kalends_domain::scheduling::NewAttendee;
use kalends_ical::edit::{Scope, Timing};
use kalends_ical::itip::{Answer, Method, PartStat, Why};
use kalends_ical::placement::When;
use kalends_ical::value::Moment;
use kalends_test_support::dovecot::{Dovecot, Offering};
use kalends_test_support::exim::Exim;
use std::sync::Arc;

const NAME: &str = "m.ics";

fn at(day: u32, hour: u32) -> chrono::NaiveDateTime {
    NaiveDate::from_ymd_opt(2030, 3, day).unwrap().and_hms_opt(hour, 0, 0).unwrap()
}

/// The instance of a meeting at ten.
fn instance(day: u32) -> Moment {
    Moment::Utc(at(day, 10))
}

fn hour(day: u32, hour: u32) -> When {
    When::Times { start: at(day, hour), end: at(day, hour + 1) }
}

/// A meeting on Friday, 1 March, at ten.
fn meeting(organizer: &Person, guests: &[&Person], more: &str) -> String {
    let invited = |guest: &&Person| format!("ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{}\r\n", guest.address);
    let guests: String = guests.iter().map(invited).collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\n\
         DTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:Plan\r\nORGANIZER:mailto:{}\r\n{guests}{more}END:VEVENT\r\n\
         END:VCALENDAR\r\n",
        organizer.address
    )
}

/// Of an event: each component's RECURRENCE-ID, SEQUENCE and, for each of these people, PARTSTAT.
fn states(text: &str, people: &[&Person]) -> Vec<String> {
    let of = |component: &str| {
        let value = |name: &str| {
            let line = component.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.rsplit_once(':')).map_or("-", |(_, value)| value).to_owned()
        };
        let answer = |person: &&Person| {
            let is_theirs = |line: &&str| {
                line.starts_with("ATTENDEE") && line.to_lowercase().ends_with(&format!("mailto:{}", person.address))
            };
            let said = component.lines().find(is_theirs).and_then(|line| line.split_once("PARTSTAT="));
            said.map_or("-", |(_, rest)| rest.split([';', ':']).next().unwrap()).to_owned()
        };
        let sequence = if component.contains("\nSEQUENCE:") { value("SEQUENCE") } else { "0".to_owned() };
        let answers: Vec<String> = people.iter().map(answer).collect();
        format!("{} {sequence} {}", value("RECURRENCE-ID"), answers.join(" "))
    };
    let mut all: Vec<String> = text.split("BEGIN:VEVENT").skip(1).map(of).collect();
    all.sort();
    all
}

impl Person {
    async fn rule(&self, rule: InvitationRule) {
        let change = MailAccountChange { invitations: Some(rule), ..MailAccountChange::default() };
        self.kalends.change_mail_account(self.caller, self.account, &change).await.unwrap();
    }

    async fn states(&self, people: &[&Person]) -> Vec<String> {
        states(&self.text(NAME).await, people)
    }

    /// Answers by the calendar.
    async fn answer(&self, partstat: PartStat, of: Option<&Moment>) {
        let (place, answer) = ((self.calendar, NAME), Answer { partstat, delegate: None });
        self.kalends.answer_invitation(self.caller, place, None, of, answer, None).await.unwrap();
        self.work().await;
    }

    /// Does what the last mail about a meeting asks for.
    async fn act(&self, deed: InvitationAction, word: Option<&str>) {
        let (id, _) = self.last().await;
        self.kalends.answer_mail_invitation(self.caller, id, deed, None, word).await.unwrap();
        self.work().await;
    }

    async fn move_to(&self, scope: Scope, to: When) {
        let etag = self.object(NAME).await.unwrap().head.etag;
        let change = EventChange { calendar: self.calendar, name: NAME, etag: &etag, scope };
        self.kalends.move_event(self.caller, change, to, chrono_tz::UTC).await.unwrap();
        self.work().await;
    }

    async fn delete(&self, scope: Scope) {
        let etag = self.object(NAME).await.unwrap().head.etag;
        let change = EventChange { calendar: self.calendar, name: NAME, etag: &etag, scope };
        self.kalends.delete_event(self.caller, change).await.unwrap();
        self.work().await;
    }

    async fn guests(&self, guests: &[&Person]) {
        let new = |guest: &&Person| NewAttendee { email: guest.address.clone(), name: None, is_optional: false };
        let guests = guests.iter().map(new).collect();
        self.kalends.set_attendees(self.caller, (self.calendar, NAME), None, guests).await.unwrap();
        self.work().await;
    }

    /// When what takes place is, as the agenda has it, with what is not answered in brackets.
    async fn times(&self) -> Vec<String> {
        let (first, end) = (at(1, 0).date(), at(31, 0).date() + chrono::TimeDelta::days(60));
        let agenda = self.kalends.agenda(self.caller, &[self.calendar], first, end, chrono_tz::UTC).await.unwrap();
        let taking_place = agenda.into_iter().filter(|instance| instance.status.as_deref() != Some("CANCELLED"));
        let told = taking_place.map(|instance| {
            let When::Times { start, .. } = instance.when else { panic!("{instance:?}") };
            let start = start.format("%m-%d %H").to_string();
            if instance.is_unanswered { format!("({start})") } else { start }
        });
        told.collect()
    }

    async fn is_whole(&self) {
        assert_eq!(self.home.damages().await, Vec::<String>::new());
        let jobs = self.kalends.jobs().await.unwrap();
        assert!(jobs.iter().all(|job| job.error.is_none()), "{jobs:?}");
    }
}

#[tokio::test]
async fn an_invitation_is_answered_moved_and_called_off() {
    let (ada, bob) = (Person::new().await, Person::new().await);
    ada.put(NAME, &meeting(&ada, &[&bob], "")).await;
    let at_ada = ada.tag(NAME).await;
    bob.receive(1).await;
    // He knows nobody of that name: it waits in the mail.
    assert!(bob.object(NAME).await.is_none());
    let (_, shown) = bob.last().await;
    assert_eq!((shown.method, shown.verdict, shown.is_taken), (Method::Request, MailInvitationVerdict::Fit, false));
    let mut at_bob = String::new();
    for answer in [PartStat::Accepted, PartStat::Declined, PartStat::Tentative] {
        bob.act(InvitationAction::Answer(answer), Some("a word")).await;
        ada.receive(1).await;
        for person in [&ada, &bob] {
            assert_eq!(person.states(&[&bob]).await, [format!("- 0 {}", answer.name())]);
        }
        let (_, shown) = ada.last().await;
        assert_eq!((shown.outcome, shown.comment.as_deref()), (Some(Why::Answered), Some("a word")));
        assert_ne!(
            std::mem::replace(&mut at_bob, bob.tag(NAME).await),
            at_bob,
            "that he answers is a change of his own"
        );
    }
    assert_eq!(ada.tag(NAME).await, at_ada, "what became of her mail, and answers, are none of hers");

    // Another title leaves the answer as it is.
    ada.put(NAME, &ada.text(NAME).await.replace("SUMMARY:Plan", "SUMMARY:The plan")).await;
    bob.receive(1).await;
    assert!(bob.text(NAME).await.contains("SUMMARY:The plan"));
    for person in [&ada, &bob] {
        assert_eq!(person.states(&[&bob]).await, ["- 0 TENTATIVE"]);
    }
    let titled = (ada.tag(NAME).await, bob.tag(NAME).await);
    assert!(titled.0 != at_ada && titled.1 != at_bob);
    // Another time does not.
    ada.move_to(Scope::All { opened_at: None }, hour(2, 15)).await;
    bob.receive(1).await;
    for person in [&ada, &bob] {
        assert_eq!(person.states(&[&bob]).await, ["- 1 NEEDS-ACTION"]);
    }
    assert_eq!((ada.times().await, bob.times().await), (vec!["03-02 15".to_owned()], vec!["(03-02 15)".to_owned()]));
    let moved = (ada.tag(NAME).await, bob.tag(NAME).await);
    assert!(moved.0 != titled.0 && moved.1 != titled.1);
    bob.act(InvitationAction::Answer(PartStat::Accepted), None).await;
    ada.receive(1).await;
    assert_eq!(ada.states(&[&bob]).await, ["- 1 ACCEPTED"]);
    assert_eq!(ada.tag(NAME).await, moved.0);

    // What is called off is marked, until he removes it, of which she is not told.
    ada.kalends.delete_object(ada.caller, ada.calendar, NAME, Precondition::None).await.unwrap();
    ada.work().await;
    bob.receive(1).await;
    let text = bob.text(NAME).await;
    assert!(text.contains("STATUS:CANCELLED") && text.contains("SEQUENCE:2"), "{text}");
    assert_ne!(bob.tag(NAME).await, moved.1);
    bob.act(InvitationAction::Remove, None).await;
    assert!(bob.object(NAME).await.is_none());
    ada.receive(0).await;
    for person in [&ada, &bob] {
        person.is_whole().await;
    }
}

#[tokio::test]
async fn a_series_is_changed_in_one_instance_and_from_one_on() {
    let (ada, bob) = (Person::new().await, Person::new().await);
    bob.rule(InvitationRule::Everyone).await;
    ada.put(NAME, &meeting(&ada, &[&bob], "RRULE:FREQ=WEEKLY;COUNT=6\r\n")).await;
    bob.receive(1).await;
    let weeks = ["03-01 10", "03-08 10", "03-15 10", "03-22 10", "03-29 10", "04-05 10"];
    assert_eq!(bob.times().await, weeks.map(|week| format!("({week})")), "by rule it stands there, unanswered");
    bob.answer(PartStat::Accepted, None).await;
    ada.receive(1).await;
    assert_eq!(ada.states(&[&bob]).await, ["- 0 ACCEPTED"]);

    // One is at another time, and asked about alone.
    ada.move_to(Scope::This(instance(8)), hour(9, 12)).await;
    bob.receive(1).await;
    for person in [&ada, &bob] {
        assert_eq!(person.states(&[&bob]).await, ["- 0 ACCEPTED", "20300308T100000Z 1 NEEDS-ACTION"]);
    }
    assert_eq!(bob.times().await[..3], ["03-01 10", "(03-09 12)", "03-15 10"]);
    let tag = ada.tag(NAME).await;
    bob.answer(PartStat::Tentative, Some(&instance(8))).await;
    ada.receive(1).await;
    assert_eq!(ada.states(&[&bob]).await, ["- 0 ACCEPTED", "20300308T100000Z 1 TENTATIVE"]);
    // One that has not changed is declined alone.
    bob.answer(PartStat::Declined, Some(&instance(1))).await;
    ada.receive(1).await;
    assert_eq!(
        ada.states(&[&bob]).await,
        ["- 0 ACCEPTED", "20300301T100000Z 0 DECLINED", "20300308T100000Z 1 TENTATIVE"]
    );
    assert_eq!(ada.tag(NAME).await, tag);

    // One does not take place.
    ada.delete(Scope::This(instance(15))).await;
    bob.receive(1).await;
    let (_, shown) = bob.last().await;
    assert_eq!((shown.method, shown.outcome), (Method::Cancel, Some(Why::Cancelled)));
    assert!(bob.text(NAME).await.contains("STATUS:CANCELLED"));
    assert_eq!(ada.times().await, bob.times().await);
    assert_eq!(ada.times().await, ["03-01 10", "03-09 12", "03-22 10", "03-29 10", "04-05 10"]);

    // From one on it is in the afternoon: that is a series of its own, of which it is not known whether he comes.
    ada.move_to(Scope::ThisAndFollowing(instance(29)), hour(29, 15)).await;
    bob.receive(2).await;
    assert_eq!(ada.times().await, ["03-01 10", "03-09 12", "03-22 10", "03-29 15", "04-05 15"]);
    assert_eq!(bob.times().await, ["03-01 10", "03-09 12", "03-22 10", "(03-29 15)", "(04-05 15)"]);
    // Nor does the rest of the first.
    ada.delete(Scope::ThisAndFollowing(instance(22))).await;
    bob.receive(1).await;
    assert_eq!(bob.times().await, ["03-01 10", "03-09 12", "(03-29 15)", "(04-05 15)"]);
    for person in [&ada, &bob] {
        person.is_whole().await;
    }
}

#[tokio::test]
async fn guests_are_added_taken_away_and_send_others() {
    let (ada, bob, dora) = (Person::new().await, Person::new().await, Person::new().await);
    for guest in [&bob, &dora] {
        guest.rule(InvitationRule::Everyone).await;
    }
    ada.put(NAME, &meeting(&ada, &[&bob], "")).await;
    bob.receive(1).await;
    bob.answer(PartStat::Accepted, None).await;
    ada.receive(1).await;
    // One more is invited, and the other learns of it.
    ada.guests(&[&bob, &dora]).await;
    for guest in [&bob, &dora] {
        guest.receive(1).await;
        assert_eq!(guest.states(&[&bob, &dora]).await, ["- 0 ACCEPTED NEEDS-ACTION"]);
    }
    dora.answer(PartStat::Declined, None).await;
    ada.receive(1).await;
    assert_eq!(ada.states(&[&bob, &dora]).await, ["- 0 ACCEPTED DECLINED"]);
    // He asks for what there is now: what others have answered makes no other Schedule-Tag (RFC 6638 section 3.2.10).
    let tag = bob.tag(NAME).await;
    bob.kalends.refresh_invitation(bob.caller, bob.calendar, NAME).await.unwrap();
    bob.work().await;
    ada.receive(1).await;
    bob.receive(1).await;
    assert_eq!(bob.states(&[&bob, &dora]).await, ["- 0 ACCEPTED DECLINED"]);
    assert_eq!(bob.tag(NAME).await, tag);
    // Who is not invited any more is told that it is off.
    ada.guests(&[&bob]).await;
    bob.receive(1).await;
    dora.receive(1).await;
    assert!(dora.text(NAME).await.contains("STATUS:CANCELLED"));
    assert_eq!(bob.states(&[&bob, &dora]).await, ["- 0 ACCEPTED -"]);

    // He sends her instead, as whom she is invited and answers.
    let delegate = Some(format!("mailto:{}", dora.address));
    let answer = Answer { partstat: PartStat::Accepted, delegate };
    bob.kalends.answer_invitation(bob.caller, (bob.calendar, NAME), None, None, answer, None).await.unwrap();
    bob.work().await;
    ada.receive(1).await;
    assert_eq!(ada.states(&[&bob, &dora]).await, ["- 0 DELEGATED NEEDS-ACTION"]);
    dora.receive(1).await;
    let text = dora.text(NAME).await;
    assert!(!text.contains("STATUS:CANCELLED") && text.contains("DELEGATED-FROM"), "{text}");
    dora.answer(PartStat::Accepted, None).await;
    ada.receive(1).await;
    assert_eq!(ada.states(&[&bob, &dora]).await, ["- 0 DELEGATED ACCEPTED"]);
    for person in [&ada, &bob, &dora] {
        person.is_whole().await;
    }
}

#[tokio::test]
async fn another_time_is_proposed_declined_and_taken() {
    let (ada, bob) = (Person::new().await, Person::new().await);
    bob.rule(InvitationRule::Everyone).await;
    ada.put(NAME, &meeting(&ada, &[&bob], "")).await;
    bob.receive(1).await;
    let propose = async |start: u32| {
        let timing = Timing::Timed { start: at(4, start), end: at(4, start + 1), zone: Some(chrono_tz::UTC) };
        let place = (bob.calendar, NAME);
        let wanted = kalends_domain::scheduling::Wanted { timing, location: None };
        bob.kalends.propose_time(bob.caller, place, None, None, wanted, Some("I travel")).await.unwrap();
        bob.work().await;
        ada.receive(1).await;
    };
    let stands = (ada.text(NAME).await, ada.tag(NAME).await, bob.text(NAME).await, bob.tag(NAME).await);
    propose(15).await;
    let (_, shown) = ada.last().await;
    assert_eq!((shown.method, shown.outcome), (Method::Counter, Some(Why::ForPerson)));
    assert_eq!(shown.comment.as_deref(), Some("I travel"));
    ada.act(InvitationAction::DeclineProposal, Some("No room")).await;
    bob.receive(1).await;
    let (_, shown) = bob.last().await;
    assert_eq!((shown.method, shown.outcome), (Method::DeclineCounter, Some(Why::ForPerson)));
    assert_eq!(shown.comment.as_deref(), Some("No room"));
    assert_eq!(stands, (ada.text(NAME).await, ada.tag(NAME).await, bob.text(NAME).await, bob.tag(NAME).await));
    propose(16).await;
    ada.act(InvitationAction::TakeProposal, None).await;
    bob.receive(1).await;
    assert_eq!((ada.times().await, bob.times().await), (vec!["03-04 16".to_owned()], vec!["(03-04 16)".to_owned()]));
    for person in [&ada, &bob] {
        assert_eq!(person.states(&[&bob]).await, ["- 1 NEEDS-ACTION"]);
        person.is_whole().await;
    }
}

#[tokio::test]
async fn what_others_write_in_somebodys_name_is_shown_and_not_done() {
    let (ada, bob, eve) = (Person::new().await, Person::new().await, Person::new().await);
    for guest in [&bob, &eve] {
        guest.rule(InvitationRule::Everyone).await;
    }
    ada.put(NAME, &meeting(&ada, &[&bob], "")).await;
    bob.receive(1).await;
    // He forwards it to somebody who is not invited.
    let (id, _) = bob.last().await;
    let draft = bob.kalends.begin_mail(bob.caller, bob.account, Some((id, AnswerKind::Forward))).await.unwrap();
    let to = vec![MailAddress { name: String::new(), address: eve.address.clone() }];
    let content = DraftContent { to, ..draft.content };
    bob.kalends.save_mail_draft(bob.caller, draft.id, None, None, &content).await.unwrap();
    bob.kalends.send_mail(bob.caller, draft.id, None, None).await.unwrap();
    bob.home.run("UPDATE mail_drafts SET send_at = 1").await;
    bob.work().await;
    eve.receive(1).await;
    assert!(eve.object(NAME).await.is_none());
    let (_, shown) = eve.last().await;
    assert_eq!((shown.verdict, shown.is_taken, shown.is_uninvited()), (MailInvitationVerdict::NotSender, false, true));
    eve.act(InvitationAction::Answer(PartStat::Accepted), None).await;
    ada.receive(1).await;
    let stands = (ada.text(NAME).await, ada.tag(NAME).await, bob.text(NAME).await, bob.tag(NAME).await);
    let (_, shown) = ada.last().await;
    assert_eq!((shown.method, shown.outcome), (Method::Reply, Some(Why::NotInvited)));
    assert_eq!(ada.states(&[&bob, &eve]).await, ["- 0 NEEDS-ACTION -"]);

    // She answers for him, and calls it off.
    let message = |method: &str, partstat: &str| {
        let calendar = meeting(&ada, &[&bob], "SEQUENCE:5\r\n").replace("NEEDS-ACTION", partstat);
        let calendar = calendar.replace("VERSION:2.0", &format!("VERSION:2.0\r\nMETHOD:{method}"));
        format!(
            "From: Bob <{}>\r\nTo: you\r\nSubject: {method}\r\nMessage-ID: <{method}-{}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n{calendar}",
            eve.address, eve.address
        )
    };
    eve.send(&ada, &message("REPLY", "DECLINED")).await;
    ada.receive(1).await;
    eve.send(&bob, &message("CANCEL", "NEEDS-ACTION")).await;
    bob.receive(1).await;
    for (person, method) in [(&ada, Method::Reply), (&bob, Method::Cancel)] {
        let (_, shown) = person.last().await;
        assert_eq!((shown.method, shown.verdict), (method, MailInvitationVerdict::NotSender));
        assert_eq!((shown.is_taken, &shown.deeds[..]), (false, &[InvitationAction::Apply][..]));
        person.is_whole().await;
    }
    assert_eq!(stands, (ada.text(NAME).await, ada.tag(NAME).await, bob.text(NAME).await, bob.tag(NAME).await));
}

#[tokio::test]
async fn it_does_not_matter_when_and_how_often_mail_comes() {
    let dovecot = Dovecot::shared(Offering::Everything);
    let exim = Arc::new(Exim::start(&dovecot));
    let ada = Person::at(exim.clone(), dovecot.clone()).await;
    let bob = Person::at(exim.clone(), dovecot).await;
    bob.rule(InvitationRule::Everyone).await;
    // The invitation comes after its change.
    exim.keep(true);
    ada.put(NAME, &meeting(&ada, &[&bob], "")).await;
    exim.keep(false);
    ada.move_to(Scope::All { opened_at: None }, hour(2, 15)).await;
    bob.receive(1).await;
    assert_eq!(bob.states(&[&bob]).await, ["- 1 NEEDS-ACTION"]);
    let stands = (bob.text(NAME).await, bob.tag(NAME).await);
    exim.bring_kept();
    bob.receive(1).await;
    assert_eq!(bob.last().await.1.outcome, Some(Why::Outdated));
    assert_eq!((bob.text(NAME).await, bob.tag(NAME).await), stands);

    // An answer comes after the meeting was moved once more.
    exim.keep(true);
    bob.answer(PartStat::Accepted, None).await;
    exim.keep(false);
    ada.move_to(Scope::All { opened_at: None }, hour(3, 12)).await;
    bob.receive(1).await;
    let stands = (ada.text(NAME).await, ada.tag(NAME).await);
    exim.bring_kept();
    ada.receive(1).await;
    assert_eq!(ada.last().await.1.outcome, Some(Why::Outdated));
    assert_eq!((ada.text(NAME).await, ada.tag(NAME).await), stands);
    assert_eq!(ada.states(&[&bob]).await, ["- 2 NEEDS-ACTION"]);
    assert_eq!(bob.times().await, ["(03-03 12)"]);

    // A server brings a mail twice, as servers do, and somebody sends it once more under another Message-ID.
    bob.answer(PartStat::Tentative, None).await;
    ada.receive(1).await;
    for person in [&ada, &bob] {
        let (mail, other) = (person.last_mail().await, if person.user == ada.user { &bob } else { &ada });
        let stands = (person.text(NAME).await, person.tag(NAME).await);
        let again = mail.replacen("Message-ID: <", "Message-ID: <again-", 1);
        assert_ne!(mail, again);
        for copy in [&mail, &again] {
            other.send(person, copy).await;
            person.receive(1).await;
            assert_eq!((person.text(NAME).await, person.tag(NAME).await), stands);
        }
        person.is_whole().await;
    }
}
