//! What changes between the planning of a reminder, its coming, and its answer.

use crate::jobs::worker;
use crate::reminders::{Post, event, past, remind, sending, soon, utc, wait_until, with_mail};
use chrono::{DateTime, TimeDelta, Utc};
use kalends_domain::access::Access;
use kalends_domain::calendars::{CalendarDetails, CalendarPatch};
use kalends_domain::people::Administrator;
use kalends_domain::reminders::{MAX_LISTED, ReminderSettings, ReminderState};
use kalends_domain::sharing::PartyKind;
use kalends_domain::teams::{Role, TeamDetails};
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::{calendar, component};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

async fn titles_in_page(home: &Home) -> Vec<String> {
    let all = home.kalends.reminders_in_page(home.anna).await.unwrap();
    all.into_iter().map(|reminder| reminder.of.title).collect()
}

#[tokio::test]
async fn what_is_settled_waits_for_no_answer() {
    let home = Home::new().await;
    let at = soon();
    for name in ["stays", "moves", "ends", "goes", "acked", "renamed"] {
        home.put(&format!("{name}.ics"), &event(name, at, "")).await.unwrap();
    }
    wait_until(at).await;
    remind(&home.kalends).await;
    assert_eq!(titles_in_page(&home).await.len(), 6);
    home.put("moves.ics", &event("moves", at + TimeDelta::days(1), "")).await.unwrap();
    home.put("ends.ics", &event("ends", at, "STATUS:CANCELLED\n")).await.unwrap();
    home.delete("goes.ics").await;
    // Another program has it acknowledged.
    let acknowledged = format!("TRIGGER:-PT1H\nACKNOWLEDGED:{}", utc(Utc::now()));
    home.put("acked.ics", &event("acked", at, "").replace("TRIGGER:-PT1H", &acknowledged)).await.unwrap();
    // One more alarm before it, and another title: the reminder is the same.
    let more = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:PT0S\nEND:VALARM\n";
    home.put("renamed.ics", &event("renamed", at, more)).await.unwrap();
    remind(&home.kalends).await;
    assert_eq!(titles_in_page(&home).await, ["Tea stays", "Tea renamed"]);
    let withdrawn = past(&home, home.anna).await.into_iter().filter(|past| past.state == ReminderState::Withdrawn);
    assert_eq!(withdrawn.count(), 4);
    // A calendar that goes takes what waits with it.
    home.kalends.delete_calendar(home.anna, home.calendar).await.unwrap();
    remind(&home.kalends).await;
    assert!(titles_in_page(&home).await.is_empty());
}

#[tokio::test]
async fn what_a_calendar_is_called_plans_nothing_anew_and_who_comes_back_is_reminded() {
    let home = Home::new().await;
    let at = DateTime::from_timestamp(Utc::now().timestamp() + 3600, 0).unwrap();
    home.put("tea.ics", &event("tea", at, "")).await.unwrap();
    let show = async |hidden: bool| {
        let patch = CalendarPatch { hidden: Some(hidden), ..CalendarPatch::default() };
        home.kalends.update_calendar(home.anna, home.calendar, patch).await.unwrap();
    };
    show(true).await;
    remind(&home.kalends).await;
    let planned = |at: DateTime<Utc>| format!("reminder_plan WHERE next_at = {}", at.timestamp_millis());
    assert_eq!(home.count(&planned(at)).await, 1);
    // What is planned anew would be right again.
    home.run("UPDATE reminder_plan SET next_at = next_at + 1").await;
    show(false).await;
    assert!(home.count("reminder_stale").await > 0);
    remind(&home.kalends).await;
    assert_eq!((home.count("reminder_stale").await, home.count(&planned(at)).await), (0, 0));
    // Whoever is kept out and let in again is reminded as before.
    home.kalends.set_enabled(Administrator::Operator, home.anna.principal, false).await.unwrap();
    home.put("tea.ics", &event("tea", at, "LOCATION:Garden\n")).await.unwrap();
    remind(&home.kalends).await;
    assert_eq!(home.count("reminder_plan").await, 0);
    home.kalends.set_enabled(Administrator::Operator, home.anna.principal, true).await.unwrap();
    remind(&home.kalends).await;
    assert_eq!(home.count(&planned(at)).await, 1);
    home.kalends.reindex().await.unwrap();
    home.run("UPDATE reminder_plan SET next_at = next_at + 1").await;
    remind(&home.kalends).await;
    assert_eq!(home.count(&planned(at)).await, 1, "everything was planned anew");
}

#[tokio::test]
async fn an_alarm_of_ones_own_is_heard_also_after_the_event_was_moved_by_whoever_has_none() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Write).await;
    let bare =
        |start: DateTime<Utc>| calendar(&component("VEVENT", "tea", &format!("DTSTART:{}\nSUMMARY:Tea", utc(start))));
    let yesterday = DateTime::from_timestamp(Utc::now().timestamp() - 86_400, 0).unwrap();
    home.put("tea.ics", &bare(yesterday)).await.unwrap();
    let own = event("tea", yesterday - TimeDelta::hours(1), "");
    home.kalends.put_object(ben, home.calendar, "tea.ics", &own, Default::default()).await.unwrap();
    remind(&home.kalends).await;
    assert!(home.kalends.coming_reminders(ben).await.unwrap().is_empty());
    let tomorrow = yesterday + TimeDelta::days(2);
    home.put("tea.ics", &bare(tomorrow)).await.unwrap();
    remind(&home.kalends).await;
    let coming = home.kalends.coming_reminders(ben).await.unwrap();
    assert_eq!(coming.iter().map(|coming| coming.at).collect::<Vec<_>>(), [tomorrow - TimeDelta::hours(1)]);
    assert!(home.kalends.coming_reminders(home.anna).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_one_of_a_team_does_about_a_reminder_is_their_own() {
    let home = Home::new().await;
    let (ben, kalends) = (user(&home.kalends, "ben").await, &home.kalends);
    let details = TeamDetails { name: "Choir".into(), ..TeamDetails::default() };
    let team = kalends.create_team(home.anna, PartyKind::Group, details).await.unwrap().party.id;
    kalends.set_member(home.anna, team, ben.principal, Role::Guest).await.unwrap();
    let details = CalendarDetails::named("Choir", 0);
    let choir = kalends.create_calendar_for(home.anna, team, None, details, Vec::new()).await.unwrap().id;
    let at = soon();
    kalends.put_object(home.anna, choir, "sing.ics", &event("sing", at, ""), Default::default()).await.unwrap();
    let before = kalends.object(home.anna, choir, "sing.ics").await.unwrap().text;
    wait_until(at).await;
    remind(kalends).await;
    // Anna writes there, and Ben only reads.
    let [of_anna] = kalends.reminders_in_page(home.anna).await.unwrap().try_into().unwrap();
    let [of_ben] = kalends.reminders_in_page(ben).await.unwrap().try_into().unwrap();
    kalends.dismiss_reminder(home.anna, of_anna.id).await.unwrap();
    let until = kalends.snooze_reminder(ben, of_ben.id, 5).await.unwrap();
    remind(kalends).await;
    assert_eq!(kalends.object(home.anna, choir, "sing.ics").await.unwrap().text, before);
    for who in [home.anna, ben] {
        assert!(kalends.reminders_in_page(who).await.unwrap().is_empty());
        assert_eq!(past(&home, who).await.len(), 1);
    }
    assert_eq!(kalends.coming_reminders(ben).await.unwrap()[0].at, until);
    // It comes when its time has come, if the event is still what it was.
    let sooner = format!("UPDATE reminders SET due_at = {} WHERE alarm = 'put-off'", Utc::now().timestamp_millis());
    home.run(&sooner).await;
    home.run("UPDATE reminder_deliveries SET at = 0 WHERE state = 'waiting'").await;
    remind(kalends).await;
    assert_eq!(kalends.reminders_in_page(ben).await.unwrap().len(), 1);
    let moved = event("sing", at + TimeDelta::days(1), "");
    kalends.put_object(home.anna, choir, "sing.ics", &moved, Default::default()).await.unwrap();
    remind(kalends).await;
    assert!(kalends.reminders_in_page(ben).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_next_ones_of_a_series_are_listed_among_the_others() {
    let home = Home::new().await;
    let first = DateTime::from_timestamp(Utc::now().timestamp() + 3600, 0).unwrap();
    home.put("daily.ics", &event("daily", first, "RRULE:FREQ=DAILY\n")).await.unwrap();
    let between = first + TimeDelta::hours(36);
    home.put("once.ics", &event("once", between, "")).await.unwrap();
    remind(&home.kalends).await;
    let coming = home.kalends.coming_reminders(home.anna).await.unwrap();
    let found: Vec<_> = coming.iter().map(|coming| coming.at).collect();
    let mut expected: Vec<_> = (0..19).map(|day| first + TimeDelta::days(day)).collect();
    expected.insert(2, between);
    assert_eq!((found.len(), found), (MAX_LISTED, expected));
}

#[tokio::test]
async fn the_mail_of_the_day_is_not_sent_twice_by_a_node_that_dies() {
    let home = Home::new().await;
    let post = Arc::new(Post { slow: true, ..Post::default() });
    let kalends = with_mail(&home, &post).await;
    home.put("tea.ics", &event("tea", Utc::now() - TimeDelta::hours(1), "")).await.unwrap();
    let settings = ReminderSettings { agenda_minute: Some(0), agenda_empty: true, ..ReminderSettings::default() };
    kalends.set_reminder_settings(home.anna, settings).await.unwrap();
    home.run(&format!("UPDATE reminder_settings SET agenda_at = {}", Utc::now().timestamp_millis())).await;
    home.kalends.begin_reminders().await.unwrap();
    // It goes away after the server has the mail, and before it has said so.
    let is_taken = async {
        while post.taken.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let dies = worker(&kalends);
    tokio::select! {
        _ = dies.run_due() => panic!("it should have died"),
        () = is_taken => {}
    }
    home.end_leases().await;
    let other = sending(home.cold(), &post);
    timeout(Duration::from_secs(20), remind(&other)).await.unwrap();
    assert_eq!(post.taken.lock().unwrap().len(), 1);
    let job = other.jobs().await.unwrap().into_iter().find(|job| job.kind == "mail").unwrap();
    assert!(job.result.as_deref().unwrap().contains("it may have been sent"), "{job:?}");
}
