//! Reminders come once, to those who want them, of what is so still.

use crate::jobs::worker;
use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::Kalends;
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::{ProfilePatch, Secret, User};
use kalends_domain::jobs::Worker;
use kalends_domain::outgoing_mail::{Answer, Envelope, Letter, MailError, MailTransport, Mailbox, Sent};
use kalends_domain::reminders::{Channel, DeliveryState, Reminder, ReminderSettings, ReminderState};
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::{calendar, component};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

pub fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// When an alarm goes off that is set now: on a whole second.
pub fn soon() -> DateTime<Utc> {
    DateTime::from_timestamp(Utc::now().timestamp() + 2, 0).unwrap()
}

/// An event an hour after `at`, with an alarm at `at`.
pub fn event(uid: &str, at: DateTime<Utc>, lines: &str) -> String {
    let start = utc(at + TimeDelta::hours(1));
    let alarm = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT1H\nEND:VALARM";
    calendar(&component("VEVENT", uid, &format!("DTSTART:{start}\nSUMMARY:Tea {uid}\n{lines}{alarm}")))
}

pub async fn wait_until(at: DateTime<Utc>) {
    sleep((at - Utc::now()).to_std().unwrap_or_default() + Duration::from_millis(30)).await;
}

/// Does what is to be done about reminders until nothing is.
pub async fn remind(kalends: &Kalends) {
    for _ in 0..5 {
        kalends.begin_reminders().await.unwrap();
        worker(kalends).run_due().await.unwrap();
    }
}

pub async fn past(home: &Home, who: Caller) -> Vec<Reminder> {
    home.kalends.past_reminders(who).await.unwrap()
}

#[tokio::test]
async fn a_reminder_comes_once_and_is_answered_in_the_text() {
    let home = Home::new().await;
    let at = soon();
    home.put("tea.ics", &event("tea", at, "LOCATION:Garden\n")).await.unwrap();
    remind(&home.kalends).await;
    let coming = home.kalends.coming_reminders(home.anna).await.unwrap();
    assert_eq!((coming.len(), coming[0].at, coming[0].title.as_str()), (1, at, "Tea tea"));
    assert!(past(&home, home.anna).await.is_empty());
    wait_until(at).await;
    remind(&home.kalends).await;
    remind(&home.cold()).await;
    let [reminder] = home.kalends.reminders_in_page(home.anna).await.unwrap().try_into().unwrap();
    assert_eq!((reminder.of.due_at, reminder.of.location.as_str()), (at, "Garden"));
    assert!(home.kalends.coming_reminders(home.anna).await.unwrap().is_empty());
    // Put off, it comes again, and what stands in the text says so to every other program.
    let until = home.kalends.snooze_reminder(home.anna, reminder.id, 1).await.unwrap();
    let text = home.text("tea.ics").await;
    assert!(
        text.contains("ACKNOWLEDGED:") && text.contains(&format!("TRIGGER;VALUE=DATE-TIME:{}", utc(until))),
        "{text}"
    );
    assert!(home.kalends.reminders_in_page(home.anna).await.unwrap().is_empty());
    remind(&home.kalends).await;
    assert_eq!(home.kalends.coming_reminders(home.anna).await.unwrap()[0].at, until);
    home.run(&format!("UPDATE reminders SET state = 'due' WHERE id = {}", reminder.id.0)).await;
    home.kalends.dismiss_reminder(home.anna, reminder.id).await.unwrap();
    let state = past(&home, home.anna).await[0].state;
    assert_eq!(state, ReminderState::Dismissed);
    let other = user(&home.kalends, "ben").await;
    assert!(home.kalends.dismiss_reminder(other, reminder.id).await.is_err());
}

#[tokio::test]
async fn nobody_is_reminded_of_what_is_not_so_any_more() {
    let home = Home::new().await;
    let at = soon() + TimeDelta::seconds(1);
    for name in ["stays", "moves", "ends", "goes"] {
        home.put(&format!("{name}.ics"), &event(name, at, "")).await.unwrap();
    }
    remind(&home.kalends).await;
    home.put("moves.ics", &event("moves", at + TimeDelta::days(1), "")).await.unwrap();
    home.put("ends.ics", &event("ends", at, "STATUS:CANCELLED\n")).await.unwrap();
    home.delete("goes.ics").await;
    wait_until(at).await;
    remind(&home.kalends).await;
    let titles: Vec<String> = past(&home, home.anna).await.into_iter().map(|past| past.of.title).collect();
    assert_eq!(titles, ["Tea stays"]);
    let coming = home.kalends.coming_reminders(home.anna).await.unwrap();
    assert_eq!(coming.iter().map(|coming| coming.title.as_str()).collect::<Vec<_>>(), ["Tea moves"]);
}

#[tokio::test]
async fn each_has_alarms_of_their_own_as_long_as_they_see_the_event() {
    let home = Home::new().await;
    let (ben, cleo) = (user(&home.kalends, "ben").await, user(&home.kalends, "cleo").await);
    home.share(ben, Access::Read).await;
    home.share(cleo, Access::Write).await;
    let at = soon();
    home.put("tea.ics", &event("tea", at, "")).await.unwrap();
    // Cleo has one of her own, a second later.
    let later = at + TimeDelta::seconds(1);
    let own = event("tea", at, "").replace("TRIGGER:-PT1H", &format!("TRIGGER;VALUE=DATE-TIME:{}", utc(later)));
    home.kalends.put_object(cleo, home.calendar, "tea.ics", &own, Default::default()).await.unwrap();
    remind(&home.kalends).await;
    wait_until(later).await;
    remind(&home.kalends).await;
    let due = |all: Vec<Reminder>| all.into_iter().map(|past| past.of.due_at).collect::<Vec<_>>();
    assert_eq!(due(past(&home, home.anna).await), [at]);
    assert!(past(&home, ben).await.is_empty());
    assert_eq!(due(past(&home, cleo).await), [later]);
    // What she does about it is hers alone.
    let id = past(&home, cleo).await[0].id;
    let before = home.text("tea.ics").await;
    home.kalends.dismiss_reminder(cleo, id).await.unwrap();
    assert_eq!(home.text("tea.ics").await, before);
    let hers = home.kalends.object(cleo, home.calendar, "tea.ics").await.unwrap().text;
    assert!(hers.contains("ACKNOWLEDGED:"), "{hers}");
}

#[tokio::test]
async fn what_was_due_while_no_server_ran_is_sent_when_it_is_not_too_old_and_missed_else() {
    let home = Home::new().await;
    home.put("tea.ics", &event("tea", Utc::now() + TimeDelta::hours(1), "")).await.unwrap();
    home.put("old.ics", &event("old", Utc::now() - TimeDelta::hours(2), "")).await.unwrap();
    home.put("young.ics", &event("young", Utc::now() - TimeDelta::minutes(5), "")).await.unwrap();
    remind(&home.kalends).await;
    assert!(past(&home, home.anna).await.is_empty(), "what was due when it was written is not");
    // As if they had been planned three hours ago.
    let then = (Utc::now() - TimeDelta::hours(3)).timestamp_millis();
    let plan = "INSERT INTO reminder_plan (principal_id, object_id, calendar_id, next_at, done_until)";
    home.run(&format!("{plan} SELECT c.owner_id, o.id, c.id, {then}, {then} FROM objects o JOIN calendars c ON c.id = o.calendar_id WHERE o.uid IN ('old', 'young')")).await;
    remind(&home.kalends).await;
    let found: BTreeMap<String, ReminderState> =
        past(&home, home.anna).await.into_iter().map(|past| (past.of.title, past.state)).collect();
    let expected = [("Tea old".to_owned(), ReminderState::Missed), ("Tea young".to_owned(), ReminderState::Due)];
    assert_eq!(found, expected.into());
    // Anew, from the texts alone.
    home.run("DELETE FROM reminder_plan").await;
    home.kalends.reindex().await.unwrap();
    remind(&home.kalends).await;
    assert_eq!(home.kalends.coming_reminders(home.anna).await.unwrap().len(), 1);
    assert_eq!(past(&home, home.anna).await.len(), 2);
}

/// Takes mail, but for what it is told to refuse so often.
#[derive(Default)]
pub struct Post {
    pub taken: Mutex<Vec<String>>,
    pub refuses: Mutex<Vec<MailError>>,
    pub slow: bool,
}

impl MailTransport for Post {
    fn send<'a>(&'a self, envelope: &'a Envelope, message: &'a [u8]) -> Answer<'a, Sent> {
        Box::pin(async move {
            if let Some(error) = self.refuses.lock().unwrap().pop() {
                return Err(error);
            }
            let text = String::from_utf8_lossy(message).into_owned();
            self.taken.lock().unwrap().push(format!("{} {text}", envelope.to.join(",")));
            if self.slow {
                sleep(Duration::from_millis(50)).await;
            }
            Ok(Sent { reply: "250 taken".into(), refused: Vec::new() })
        })
    }

    fn check(&self) -> Answer<'_, String> {
        Box::pin(async { Ok("post".to_owned()) })
    }
}

/// An installation that sends mail by `post`, and Anna with an address who wants reminders by it.
pub async fn with_mail(home: &Home, post: &Arc<Post>) -> Kalends {
    home.run("UPDATE users SET email = 'anna@example.org'").await;
    let kalends = sending(home.cold(), post);
    let settings = ReminderSettings { by_mail: true, ..ReminderSettings::default() };
    kalends.set_reminder_settings(home.anna, settings).await.unwrap();
    kalends
}

pub fn sending(kalends: Kalends, post: &Arc<Post>) -> Kalends {
    let sender: Mailbox = "Kalends <kalends@example.org>".parse().unwrap();
    kalends.with_mail_transport(Some(post.clone())).with_mail_sender(Some(sender))
}

fn mailed(reminder: &Reminder) -> (DeliveryState, String) {
    let found = reminder.deliveries.iter().find(|delivery| delivery.channel == Channel::Mail).unwrap();
    (found.state, found.detail.clone())
}

#[tokio::test]
async fn a_reminder_by_mail_is_tried_again_and_says_what_became_of_it() {
    let home = Home::new().await;
    let post = Arc::new(Post::default());
    let kalends = with_mail(&home, &post).await;
    let at = soon();
    for (uid, error) in [("a", MailError::TryAgain("busy".into())), ("b", MailError::Uncertain("it broke off".into()))]
    {
        post.refuses.lock().unwrap().push(error);
        home.put(&format!("{uid}.ics"), &event(uid, at, "")).await.unwrap();
        if uid == "a" {
            remind(&kalends).await;
            wait_until(at).await;
            remind(&kalends).await;
            let [reminder] = past(&home, home.anna).await.try_into().unwrap();
            assert_eq!(mailed(&reminder), (DeliveryState::Waiting, "busy".into()));
            home.run("UPDATE reminder_deliveries SET at = 0 WHERE state = 'waiting'").await;
            remind(&kalends).await;
            let [reminder] = past(&home, home.anna).await.try_into().unwrap();
            assert_eq!(mailed(&reminder), (DeliveryState::Sent, "250 taken".into()));
            assert_eq!(post.taken.lock().unwrap().len(), 1);
        }
    }
    // What is not known is not sent twice.
    let at = soon();
    home.put("b.ics", &event("b", at, "")).await.unwrap();
    remind(&kalends).await;
    wait_until(at).await;
    remind(&kalends).await;
    let last = past(&home, home.anna).await.into_iter().next().unwrap();
    assert_eq!(mailed(&last).0, DeliveryState::Uncertain);
    remind(&kalends).await;
    assert_eq!(post.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn however_nodes_die_no_reminder_is_sent_twice() {
    const EVENTS: usize = 60;
    let home = Home::new().await;
    let post = Arc::new(Post { slow: true, ..Post::default() });
    let kalends = with_mail(&home, &post).await;
    let at = soon() + TimeDelta::seconds(3);
    for number in 0..EVENTS {
        home.put(&format!("{number}.ics"), &event(&format!("u{number}"), at, "")).await.unwrap();
    }
    remind(&kalends).await;
    wait_until(at).await;
    // Two nodes at once, each of which goes away in the middle again and again.
    for round in 0..40 {
        let nodes: Vec<Kalends> = (0..2).map(|_| sending(home.cold(), &post)).collect();
        let stop = CancellationToken::new();
        let work = nodes.iter().map(|node| {
            let worker = Worker::new(node.clone(), stop.clone());
            async move {
                node.begin_reminders().await.unwrap();
                // Whoever waits for the other does so no longer than the lease of one that is gone.
                let _ = timeout(Duration::from_millis(120 + 30 * round), worker.run_due()).await;
            }
        });
        futures::future::join_all(work).await;
        home.end_leases().await;
        home.run("UPDATE jobs SET attempts = 0 WHERE state IN ('waiting', 'running')").await;
        let open = home.kalends.jobs().await.unwrap();
        let is_open = |job: &kalends_domain::jobs::Job| matches!(job.state.name(), "waiting" | "running");
        if round > 3 && !open.iter().any(|job| is_open(job) && matches!(job.kind.as_str(), "remind" | "deliver")) {
            break;
        }
    }
    assert_eq!(home.count("reminders").await, EVENTS as i64);
    let taken = post.taken.lock().unwrap().clone();
    let mut of_each: BTreeMap<String, usize> = BTreeMap::new();
    for mail in &taken {
        let subject = mail.lines().find(|line| line.starts_with("Subject:")).unwrap().to_owned();
        *of_each.entry(subject).or_default() += 1;
    }
    assert!(of_each.values().all(|count| *count == 1), "{of_each:?}");
    let in_flight =
        home.count("reminder_deliveries WHERE channel = 'mail' AND state IN ('sending', 'uncertain')").await;
    let sent = home.count("reminder_deliveries WHERE channel = 'mail' AND state = 'sent'").await;
    assert_eq!(sent + in_flight, EVENTS as i64, "each was sent, or was under way when its node died");
    assert!(taken.len() as i64 >= sent && sent > 0);
}

#[tokio::test]
async fn the_mail_of_the_day_goes_once_and_not_when_there_is_nothing() {
    let home = Home::new().await;
    let post = Arc::new(Post::default());
    let kalends = with_mail(&home, &post).await;
    let settings = ReminderSettings { agenda_minute: Some(6 * 60), ..ReminderSettings::default() };
    kalends.set_reminder_settings(home.anna, settings).await.unwrap();
    let now = Utc::now().timestamp_millis();
    let due = format!("UPDATE reminder_settings SET agenda_at = {now}");
    home.run(&due).await;
    remind(&kalends).await;
    assert!(post.taken.lock().unwrap().is_empty());
    home.put("tea.ics", &event("tea", Utc::now() - TimeDelta::hours(1), "")).await.unwrap();
    home.run(&due).await;
    remind(&kalends).await;
    remind(&kalends).await;
    let taken = post.taken.lock().unwrap().clone();
    assert!(taken.len() == 1 && taken[0].contains("Tea tea"), "{taken:?}");
}

#[tokio::test]
async fn another_zone_moves_what_is_on_the_wall_clock() {
    let home = Home::new().await;
    let day = (Utc::now() + TimeDelta::days(3)).format("%Y%m%d").to_string();
    let alarm = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:PT9H\nEND:VALARM";
    let lines = format!("DTSTART;VALUE=DATE:{day}\nSUMMARY:Fair\n{alarm}");
    home.put("fair.ics", &calendar(&component("VEVENT", "fair", &lines))).await.unwrap();
    let mut at = Vec::new();
    for zone in [chrono_tz::Asia::Tokyo, chrono_tz::UTC] {
        let change = |user: &kalends_domain::accounts::User| {
            let preferences =
                kalends_domain::accounts::Preferences { time_zone: Some(zone), ..user.preferences.clone() };
            Ok(ProfilePatch { preferences: Some(preferences), ..ProfilePatch::default() })
        };
        home.kalends.change_profile(home.anna, change).await.unwrap();
        remind(&home.kalends).await;
        at.push(home.kalends.coming_reminders(home.anna).await.unwrap()[0].at);
    }
    assert_eq!(at[1] - at[0], TimeDelta::hours(9));
}

#[tokio::test]
async fn a_letter_shows_that_an_address_is_somebodys_and_nobody_else_reads_its_link() {
    let home = Home::new().await;
    let post = Arc::new(Post::default());
    let kalends = sending(home.cold(), &post);
    kalends.add_address(home.anna, "other@example.org").await.unwrap();
    let write = |user: &User, address: &str, link: &Secret| Letter {
        to: Mailbox { name: user.principal.display_name.clone(), address: address.to_owned() },
        subject: "Is it yours?".into(),
        text: format!("LINK{}LINK\n", link.0),
    };
    assert!(kalends.send_address_proof(home.anna, "another@example.org", write).await.is_err());
    kalends.send_address_proof(home.anna, "OTHER@example.org", write).await.unwrap();
    // The queue has it sealed.
    let job = kalends.jobs().await.unwrap().into_iter().find(|job| job.kind == "mail").unwrap();
    assert!(!job.payload.contains("LINK") && job.payload.contains("sealed"), "{}", job.payload);
    post.refuses.lock().unwrap().push(MailError::TryAgain("busy".into()));
    worker(&kalends).run_due().await.unwrap();
    assert!(post.taken.lock().unwrap().is_empty());
    home.run("UPDATE jobs SET due_at = 0 WHERE kind = 'mail'").await;
    worker(&kalends).run_due().await.unwrap();
    let [mail] = post.taken.lock().unwrap().clone().try_into().unwrap();
    assert!(mail.starts_with("other@example.org "), "{mail}");
    let job = kalends.jobs().await.unwrap().into_iter().find(|job| job.kind == "mail").unwrap();
    assert_eq!((job.payload.as_str(), job.state.name()), ("{}", "done"));
    let link = mail.split("LINK").nth(1).unwrap().replace("=\r\n", "");
    assert_eq!(kalends.prove_address(home.anna, &link).await.unwrap(), "other@example.org");
    // Without a server for mail there is no such letter.
    assert!(home.kalends.send_address_proof(home.anna, "other@example.org", write).await.is_err());
}
