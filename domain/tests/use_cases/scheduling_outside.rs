//! Meetings with people who have no account here: what is sent to them as mail, and what becomes of it.

use crate::reminders::{Post, sending};
use crate::scheduling::{line, meeting, person, settle};
use crate::sync::settings;
use kalends_domain::access::Caller;
use kalends_domain::calendars::CalendarId;
use kalends_domain::jobs::JobState;
use kalends_domain::objects::Precondition;
use kalends_domain::outgoing_mail::MailError;
use kalends_domain::scheduling::{MAIL, NewAttendee, Sent};
use kalends_domain::sync::connector::Found;
use kalends_domain::sync::credentials::Credentials;
use kalends_domain::sync::plan::{Direction, Policy};
use kalends_domain::sync::provider::RemoteCalendarId;
use kalends_domain::sync::{LinkTarget, NewLink, ProviderKind};
use kalends_domain::undo::Undone;
use kalends_domain::{Error, Kalends};
use kalends_ical::edit::Timing;
use kalends_ical::itip::{Answer, PartStat};
use kalends_test_support::home::Home;
use kalends_test_support::remote::{REMOTE, RemoteService};
use std::sync::Arc;

/// Cyrus, who has an account, on an installation that sends mail by `post`.
struct Bureau {
    home: Home,
    kalends: Kalends,
    post: Arc<Post>,
    cyrus: Caller,
    calendar: CalendarId,
}

impl Bureau {
    async fn new() -> Self {
        let home = Home::new().await;
        let post = Arc::new(Post::default());
        let kalends = sending(home.cold(), &post);
        let (cyrus, calendar) = person(&kalends, "cyrus").await;
        Bureau { home, kalends, post, cyrus, calendar }
    }

    async fn put(&self, text: &str) -> Result<String, Error> {
        let put = self.kalends.put_object(self.cyrus, self.calendar, "m.ics", text, Precondition::None);
        Ok(put.await?.etag)
    }

    async fn text(&self) -> String {
        let object = self.kalends.object(self.cyrus, self.calendar, "m.ics").await.unwrap();
        object.text.replace("\r\n ", "")
    }

    async fn sent(&self) -> Vec<Sent> {
        self.kalends.invitation(self.cyrus, self.calendar, "m.ics", None).await.unwrap().sent
    }

    /// Recipient and subject of each mail that was taken.
    fn mails(&self) -> Vec<String> {
        let taken = self.post.taken.lock().unwrap();
        let brief = |mail: &String| {
            let to = mail.split(' ').next().unwrap();
            format!("{to} {}", header(mail, "Subject"))
        };
        taken.iter().map(brief).collect()
    }

    /// What was not taken is tried now.
    async fn later(&self) {
        self.home.run("UPDATE jobs SET due_at = 0 WHERE kind = 'invitation-mail'").await;
        settle(&self.kalends).await;
    }

    fn refuse(&self, error: MailError) {
        self.post.refuses.lock().unwrap().push(error);
    }
}

fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    // The first line begins with the recipient.
    let (_, mail) = mail.split_once(' ').unwrap();
    let value = mail.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    value.unwrap_or_else(|| panic!("{name} in {mail}"))
}

const FAR: &str = "20300301T100000Z";

#[tokio::test]
async fn who_is_elsewhere_gets_mail_and_the_event_says_what_became_of_it() {
    let bureau = Bureau::new().await;
    person(&bureau.kalends, "dora").await;
    bureau.put(&meeting("m", "Plan", FAR, &["zoe", "dora"], "")).await.unwrap();
    let text = bureau.text().await;
    assert!(line(&text, "zoe").contains("SCHEDULE-STATUS=1.0") && line(&text, "dora").contains("=1.2"), "{text}");
    let tag = bureau.kalends.object(bureau.cyrus, bureau.calendar, "m.ics").await.unwrap().head.schedule_tag;
    assert_eq!(bureau.mails(), Vec::<String>::new(), "it is brought by a job");
    settle(&bureau.kalends).await;
    assert_eq!(bureau.mails(), ["zoe@example.org REQUEST: Plan"]);
    let mail = bureau.post.taken.lock().unwrap()[0].clone();
    assert_eq!(header(&mail, "Reply-To"), "\"cyrus\" <cyrus@example.org>");
    assert!(header(&mail, "From").ends_with("<kalends@example.org>"), "{mail}");
    assert!(mail.contains("text/calendar") && mail.contains("method=\"REQUEST\"") && !mail.contains("SCHEDULE-STATUS"));

    let text = bureau.text().await;
    assert!(line(&text, "zoe").contains("SCHEDULE-STATUS=1.1") && line(&text, "dora").contains("=1.2"), "{text}");
    let object = bureau.kalends.object(bureau.cyrus, bureau.calendar, "m.ics").await.unwrap();
    assert_eq!(object.head.schedule_tag, tag, "who holds an earlier version may write");
    let [dora, zoe] = &bureau.sent().await[..] else { panic!("two are told") };
    assert!(dora.recipient.contains("dora") || zoe.recipient.contains("dora"));
    let zoe = if zoe.recipient.contains("zoe") { zoe } else { dora };
    assert_eq!((zoe.way.as_str(), zoe.status.as_str(), zoe.waiting, &zoe.problem), (MAIL, "1.1", false, &None));
    assert!(zoe.done_at.unwrap() >= zoe.at);
    let history = bureau.kalends.object_history(bureau.cyrus, bureau.calendar, "m.ics").await.unwrap();
    let ways: Vec<_> = history.iter().map(|change| change.cause.clone().unwrap().way).collect();
    assert_eq!(ways, ["delivery", "page"]);
    // Nothing is sent again by that, and nothing is left to do.
    bureau.later().await;
    assert_eq!(bureau.mails().len(), 1);
    let open = bureau.kalends.jobs().await.unwrap();
    assert!(open.iter().all(|job| job.state == JobState::Done || job.kind == "remind"), "{open:?}");
    assert_eq!(bureau.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn about_what_is_over_nobody_gets_mail() {
    let bureau = Bureau::new().await;
    const PAST: &str = "20200301T100000Z";
    for title in ["Plan", "Plan, as it was"] {
        bureau.put(&meeting("m", title, PAST, &["zoe"], "")).await.unwrap();
        settle(&bureau.kalends).await;
    }
    bureau.put(&meeting("m", "Plan", PAST, &["zoe"], "RRULE:FREQ=DAILY;COUNT=3\n")).await.unwrap();
    settle(&bureau.kalends).await;
    assert_eq!(bureau.mails(), Vec::<String>::new());
    // What was over and takes place again is another matter, and so is what goes on.
    bureau.put(&meeting("m", "Again", FAR, &["zoe"], "")).await.unwrap();
    settle(&bureau.kalends).await;
    bureau.put(&meeting("m", "For ever", PAST, &["zoe"], "RRULE:FREQ=DAILY\n")).await.unwrap();
    settle(&bureau.kalends).await;
    assert_eq!(bureau.mails(), ["zoe@example.org REQUEST: Again", "zoe@example.org REQUEST: For ever"]);
}

#[tokio::test]
async fn what_has_changed_before_it_could_go_out_goes_out_as_it_is_now() {
    let bureau = Bureau::new().await;
    bureau.refuse(MailError::TryAgain("busy".into()));
    bureau.put(&meeting("m", "Plan", FAR, &["zoe"], "")).await.unwrap();
    settle(&bureau.kalends).await;
    assert_eq!(bureau.mails(), Vec::<String>::new());
    bureau.put(&meeting("m", "Other plan", FAR, &["zoe"], "")).await.unwrap();
    settle(&bureau.kalends).await;
    bureau.later().await;
    assert_eq!(bureau.mails(), ["zoe@example.org REQUEST: Other plan"], "it was never invited to the first");
    assert!(line(&bureau.text().await, "zoe").contains("SCHEDULE-STATUS=1.1"));
    bureau.refuse(MailError::TryAgain("busy".into()));
    bureau.put(&meeting("m", "Last plan", FAR, &["zoe"], "")).await.unwrap();
    settle(&bureau.kalends).await;
    bureau.kalends.delete_object(bureau.cyrus, bureau.calendar, "m.ics", Precondition::None).await.unwrap();
    settle(&bureau.kalends).await;
    bureau.later().await;
    assert_eq!(bureau.mails()[1..], ["zoe@example.org CANCEL: Last plan"], "nobody is invited to what is gone");
}

#[tokio::test]
async fn an_edit_is_taken_back_although_its_messages_have_gone_out() {
    let bureau = Bureau::new().await;
    bureau.put(&meeting("m", "Plan", FAR, &[], "")).await.unwrap();
    let invited = vec![NewAttendee { email: "zoe@example.org".into(), name: None, is_optional: false }];
    let place = (bureau.calendar, "m.ics");
    let undo = bureau.kalends.set_attendees(bureau.cyrus, place, None, invited).await.unwrap();
    settle(&bureau.kalends).await;
    assert!(bureau.text().await.contains("SCHEDULE-STATUS=1.1"));
    let undone = bureau.kalends.undo(bureau.cyrus, &undo, None).await.unwrap();
    assert!(matches!(undone, Undone::Done(_)), "{undone:?}");
    settle(&bureau.kalends).await;
    assert_eq!(bureau.mails(), ["zoe@example.org REQUEST: Plan", "zoe@example.org CANCEL: Plan"]);
    // What somebody changed is not overwritten.
    let invited = vec![NewAttendee { email: "zoe@example.org".into(), name: None, is_optional: false }];
    let undo = bureau.kalends.set_attendees(bureau.cyrus, place, None, invited).await.unwrap();
    settle(&bureau.kalends).await;
    let other = bureau.text().await.replace("SUMMARY:Plan", "SUMMARY:Other");
    bureau.put(&other).await.unwrap();
    settle(&bureau.kalends).await;
    let undone = bureau.kalends.undo(bureau.cyrus, &undo, None).await.unwrap();
    assert!(matches!(undone, Undone::Changed(_)), "{undone:?}");
}

#[tokio::test]
async fn what_a_server_does_not_take_is_tried_again_as_the_same_message_or_given_up() {
    let bureau = Bureau::new().await;
    bureau.refuse(MailError::Uncertain("it broke off".into()));
    bureau.refuse(MailError::TryAgain("busy".into()));
    bureau.put(&meeting("m", "Plan", FAR, &["zoe"], "")).await.unwrap();
    for why in ["busy", "it broke off"] {
        bureau.later().await;
        let [sent] = &bureau.sent().await[..] else { panic!("one is told") };
        assert_eq!((sent.status.as_str(), sent.waiting, sent.problem.as_deref()), ("1.0", true, Some(why)));
    }
    assert!(bureau.text().await.contains("SCHEDULE-STATUS=1.0"));
    bureau.later().await;
    assert_eq!((bureau.mails().len(), bureau.sent().await[0].status.as_str()), (1, "1.1"));
    assert!(bureau.text().await.contains("SCHEDULE-STATUS=1.1"));

    bureau.put(&meeting("m", "Other", FAR, &["zoe"], "")).await.unwrap();
    bureau.refuse(MailError::Refused("550 nobody here".into()));
    settle(&bureau.kalends).await;
    let sent = bureau.sent().await;
    assert_eq!(
        (sent[0].status.as_str(), sent[0].waiting, sent[0].problem.as_deref()),
        ("5.1", false, Some("550 nobody here"))
    );
    assert!(bureau.text().await.contains("SCHEDULE-STATUS=5.1"));

    // What is too old is given up.
    bureau.refuse(MailError::TryAgain("busy".into()));
    bureau.put(&meeting("m", "Third", FAR, &["zoe"], "")).await.unwrap();
    bureau.home.run("UPDATE scheduling_messages SET sent_at = 1").await;
    settle(&bureau.kalends).await;
    assert!(bureau.sent().await.iter().any(|sent| sent.problem.as_deref() == Some("busy") && !sent.waiting));
}

#[tokio::test]
async fn of_one_person_so_much_goes_out_in_a_day_and_the_rest_waits() {
    let bureau = Bureau::new().await;
    bureau.put(&meeting("m", "Plan", FAR, &["zoe"], "")).await.unwrap();
    settle(&bureau.kalends).await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO scheduling_deliveries (message_id, recipient, way, status, waiting, in_inbox, done_at)
        SELECT (SELECT max(id) FROM scheduling_messages), 'mailto:x', 'mail', '1.1', FALSE, FALSE, 9000000000000 FROM n";
    bureau.home.run(many).await;
    bureau.put(&meeting("m", "Other", FAR, &["zoe"], "")).await.unwrap();
    settle(&bureau.kalends).await;
    assert_eq!(bureau.mails().len(), 1);
    let waiting: Vec<_> = bureau.sent().await.into_iter().filter(|sent| sent.waiting).collect();
    assert!(waiting.len() == 1 && waiting[0].problem.as_deref().unwrap().contains("at most 5000"), "{waiting:?}");
    bureau.home.run("DELETE FROM scheduling_deliveries WHERE recipient = 'mailto:x'").await;
    bureau.later().await;
    assert_eq!(bureau.mails().len(), 2);
}

#[tokio::test]
async fn each_try_is_the_same_message_to_whoever_counts_them() {
    let bureau = Bureau::new().await;
    bureau.put(&meeting("m", "Plan", FAR, &["zoe"], "")).await.unwrap();
    settle(&bureau.kalends).await;
    // As after a node that went away before it could note that it was sent.
    bureau.home.run("UPDATE scheduling_deliveries SET waiting = TRUE").await;
    let job = "INSERT INTO jobs (kind, unique_key, payload, state, due_at, created_at)
        SELECT 'invitation-mail', 'again', '{\"messages\":[' || max(id) || ']}', 'waiting', 0, 0 FROM scheduling_messages";
    bureau.home.run(job).await;
    settle(&bureau.kalends).await;
    let taken = bureau.post.taken.lock().unwrap().clone();
    let ids: Vec<_> = taken.iter().map(|mail| (header(mail, "Message-ID"), header(mail, "Date"))).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
}

#[tokio::test]
async fn an_answer_a_proposal_and_a_question_go_to_an_organizer_elsewhere() {
    let bureau = Bureau::new().await;
    let text = meeting("m", "Plan", FAR, &["cyrus"], "").replace("ORGANIZER:mailto:cyrus@", "ORGANIZER:mailto:Boss@");
    bureau.put(&text).await.unwrap();
    settle(&bureau.kalends).await;
    assert_eq!(bureau.mails(), Vec::<String>::new());
    let place = (bureau.calendar, "m.ics");
    let answer = Answer { partstat: PartStat::Accepted, delegate: None };
    bureau.kalends.answer_invitation(bureau.cyrus, place, None, None, answer, Some("Gladly")).await.unwrap();
    settle(&bureau.kalends).await;
    assert!(bureau.text().await.contains("ORGANIZER;SCHEDULE-STATUS=1.1:mailto:Boss@"), "{}", bureau.text().await);
    let start = chrono::NaiveDate::from_ymd_opt(2030, 3, 4).unwrap().and_hms_opt(15, 0, 0).unwrap();
    let timing = Timing::Timed { start, end: start + chrono::TimeDelta::hours(1), zone: Some(chrono_tz::UTC) };
    let wanted = kalends_domain::scheduling::Wanted { timing, location: None };
    bureau.kalends.propose_time(bureau.cyrus, place, None, None, wanted, None).await.unwrap();
    bureau.kalends.refresh_invitation(bureau.cyrus, place.0, place.1).await.unwrap();
    settle(&bureau.kalends).await;
    let mut mails = bureau.mails();
    mails.sort_unstable();
    let of = |method: &str| format!("boss@example.org {method}: Plan");
    assert_eq!(mails, [of("COUNTER"), of("REFRESH"), of("REPLY")]);
    assert_eq!(header(&bureau.post.taken.lock().unwrap()[0], "Reply-To"), "\"cyrus\" <cyrus@example.org>");
}

#[tokio::test]
async fn where_no_mail_goes_out_nobody_elsewhere_is_reached() {
    let bureau = Bureau::new().await;
    let silent = bureau.home.cold();
    let text = meeting("m", "Plan", FAR, &["zoe"], "");
    silent.put_object(bureau.cyrus, bureau.calendar, "m.ics", &text, Precondition::None).await.unwrap();
    settle(&silent).await;
    assert!(line(&bureau.text().await, "zoe").contains("SCHEDULE-STATUS=5.2"));
    // An address to which no mail can go, and an organizer whom no answer would reach.
    let odd = meeting("m", "Plan", FAR, &[], "ATTENDEE:mailto:two words@example.org\r\nATTENDEE:urn:x\r\n");
    bureau.put(&odd).await.unwrap();
    settle(&bureau.kalends).await;
    let text = bureau.text().await;
    assert!(text.contains("ATTENDEE;SCHEDULE-STATUS=5.2:mailto:two words@example.org"), "{text}");
    assert!(text.contains("ATTENDEE;SCHEDULE-STATUS=3.7:urn:x"), "{text}");
    let mails = bureau.mails();
    assert!(mails.iter().all(|mail| mail.starts_with("zoe@example.org CANCEL")), "{mails:?}");
}

#[tokio::test]
async fn from_what_goes_to_a_calendar_elsewhere_no_mail_is_sent_here() {
    let bureau = Bureau::new().await;
    let kalends = bureau.kalends.clone().with_connector(Arc::new(RemoteService::new()));
    let credentials = Credentials::Basic { user: "cyrus".into(), password: "secret".into() };
    let about = r#"{"home":"https://dav.example/cyrus/"}"#.to_owned();
    let found = Found { provider: ProviderKind::CalDav, preset: None, settings: about, credentials };
    let account = kalends.store_remote_account(bureau.cyrus, "cyrus@example.org", &found, None).await.unwrap();
    let settings = settings(Direction::Both, Policy::MergeThenNewest);
    let (remote, target) = (RemoteCalendarId(REMOTE.into()), LinkTarget::Existing(bureau.calendar));
    kalends.make_sync_link(bureau.cyrus, &NewLink { account, remote, target, settings }).await.unwrap();
    bureau.put(&meeting("m", "Plan", FAR, &["zoe"], "")).await.unwrap();
    settle(&kalends).await;
    assert_eq!(bureau.mails(), Vec::<String>::new());
    assert!(line(&bureau.text().await, "zoe").contains("SCHEDULE-STATUS=5.2"), "{}", bureau.text().await);
}
