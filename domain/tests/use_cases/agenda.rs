//! What a person does in the agenda, as it reaches the stored objects.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Europe::Zurich;
use kalends_domain::Error;
use kalends_domain::agenda::AgendaInstance;
use kalends_domain::calendars::{CalendarDetails, CalendarId};
use kalends_domain::events::EventChange;
use kalends_ical::edit::{EventDraft, Marks, Pattern, Repeat, RepeatEnd, Scope, Timing};
use kalends_ical::placement::When;
use kalends_ical::value::Moment;
use kalends_test_support::home::{Home, first_calendar, user};
use kalends_test_support::texts::{calendar, component, event_titled};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// An hour in Zurich.
fn draft(summary: &str, start: &str) -> EventDraft {
    let start = time(start);
    EventDraft {
        summary: summary.into(),
        description: None,
        location: None,
        timing: Timing::Timed { start, end: start + TimeDelta::hours(1), zone: Some(Zurich) },
        repeat: Repeat::Never,
        marks: Marks::default(),
    }
}

fn daily(summary: &str, start: &str, count: u32) -> EventDraft {
    let repeat = Repeat::Every { interval: 1, pattern: Pattern::Daily, until: RepeatEnd::After(count) };
    EventDraft { repeat, ..draft(summary, start) }
}

/// What is done by the functions of the agenda.
trait Agenda {
    async fn create(&self, draft: &EventDraft) -> String;
    async fn second_calendar(&self) -> CalendarId;
    /// What stands in the calendar in March 2026: title and start.
    async fn march(&self, calendar: CalendarId) -> Vec<(String, NaiveDateTime)>;
    /// An instance as the agenda hands it to the form.
    async fn instance(&self, name: &str, at: &str) -> (String, Scope, Moment);
}

impl Agenda for Home {
    async fn create(&self, draft: &EventDraft) -> String {
        self.kalends.create_event(self.anna, self.calendar, draft).await.unwrap().0
    }

    async fn second_calendar(&self) -> CalendarId {
        let details = CalendarDetails::named("Second", 1);
        self.kalends.create_calendar(self.anna, Some("second"), details, vec![]).await.unwrap().id
    }

    async fn march(&self, calendar: CalendarId) -> Vec<(String, NaiveDateTime)> {
        let found =
            self.kalends.agenda(self.anna, &[calendar], day("2026-03-01"), day("2026-04-01"), Zurich).await.unwrap();
        found.into_iter().map(|instance| (instance.summary.clone(), start(&instance))).collect()
    }

    async fn instance(&self, name: &str, at: &str) -> (String, Scope, Moment) {
        let found = self
            .kalends
            .agenda(self.anna, &[self.calendar], day("2026-03-01"), day("2026-04-01"), Zurich)
            .await
            .unwrap();
        let found = found.into_iter().find(|found| found.name == name && start(found) == time(at)).unwrap();
        let moment = found.recurrence_id.unwrap();
        (found.etag, Scope::This(moment.clone()), moment)
    }
}

fn start(instance: &AgendaInstance) -> NaiveDateTime {
    match instance.when {
        When::Times { start, .. } => start,
        When::Days { first, .. } => first.and_hms_opt(0, 0, 0).unwrap(),
    }
}

fn change<'a>(home: &Home, name: &'a str, etag: &'a str, scope: Scope) -> EventChange<'a> {
    EventChange { calendar: home.calendar, name, etag, scope }
}

const WHOLE: Scope = Scope::All { opened_at: None };

#[tokio::test]
async fn a_new_event_is_shown_and_opens_as_it_was_made() {
    let home = Home::new().await;
    let made = EventDraft { location: Some("Room 3; left".into()), ..daily("Stand-up", "2026-03-28T09:00:00", 3) };
    let name = home.create(&made).await;
    let shown = home.march(home.calendar).await;
    // Over the night in which the clocks go forward.
    let starts = ["2026-03-28T09:00:00", "2026-03-29T09:00:00", "2026-03-30T09:00:00"];
    assert_eq!(shown, starts.map(|start| ("Stand-up".to_owned(), time(start))));
    let opened = home.kalends.event(home.anna, home.calendar, &name, None).await.unwrap();
    assert_eq!(opened.draft, made);
    assert!(opened.recurring && opened.editable);
}

#[tokio::test]
async fn one_instance_the_following_and_all_are_different_changes() {
    let home = Home::new().await;
    let name = home.create(&daily("Stand-up", "2026-03-02T09:00:00", 5)).await;

    let (etag, scope, _) = home.instance(&name, "2026-03-03T09:00:00").await;
    let moved =
        EventDraft { repeat: daily("", "2026-03-02T09:00:00", 5).repeat, ..draft("Late", "2026-03-03T11:00:00") };
    home.kalends.update_event(home.anna, change(&home, &name, &etag, scope), &moved, home.calendar).await.unwrap();

    let (etag, _, moment) = home.instance(&name, "2026-03-05T09:00:00").await;
    let opened = home.kalends.event(home.anna, home.calendar, &name, Some(&moment)).await.unwrap();
    let renamed = EventDraft { summary: "Check-in".into(), ..opened.draft };
    let following = change(&home, &name, &etag, Scope::ThisAndFollowing(moment));
    home.kalends.update_event(home.anna, following, &renamed, home.calendar).await.unwrap();

    let expected = [
        ("Stand-up", "2026-03-02T09:00:00"),
        ("Late", "2026-03-03T11:00:00"),
        ("Stand-up", "2026-03-04T09:00:00"),
        ("Check-in", "2026-03-05T09:00:00"),
        ("Check-in", "2026-03-06T09:00:00"),
    ];
    assert_eq!(home.march(home.calendar).await, expected.map(|(title, start)| (title.to_owned(), time(start))));
    assert_eq!(home.names().await.len(), 2, "the following are an object of their own");

    let (etag, scope, _) = home.instance(&name, "2026-03-04T09:00:00").await;
    home.kalends.delete_event(home.anna, change(&home, &name, &etag, scope)).await.unwrap();
    let etag = home.kalends.object(home.anna, home.calendar, &name).await.unwrap().head.etag;
    home.kalends.delete_event(home.anna, change(&home, &name, &etag, WHOLE)).await.unwrap();
    let left = ["2026-03-05T09:00:00", "2026-03-06T09:00:00"].map(|start| ("Check-in".to_owned(), time(start)));
    assert_eq!(home.march(home.calendar).await, left);
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_overwritten() {
    let home = Home::new().await;
    let name = home.create(&draft("Dentist", "2026-03-05T09:00:00")).await;
    let seen = home.kalends.object(home.anna, home.calendar, &name).await.unwrap().head.etag;
    let newer = draft("Dentist, moved", "2026-03-05T10:00:00");
    home.kalends.update_event(home.anna, change(&home, &name, &seen, WHOLE), &newer, home.calendar).await.unwrap();
    let stored = home.text(&name).await;

    let mine = draft("Dentist, cancelled", "2026-03-05T09:00:00");
    let updated = home.kalends.update_event(home.anna, change(&home, &name, &seen, WHOLE), &mine, home.calendar).await;
    assert!(matches!(updated, Err(Error::PreconditionFailed)), "{updated:?}");
    let deleted = home.kalends.delete_event(home.anna, change(&home, &name, &seen, WHOLE)).await;
    assert!(matches!(deleted, Err(Error::PreconditionFailed)), "{deleted:?}");
    assert_eq!(home.text(&name).await, stored);
}

#[tokio::test]
async fn an_event_moves_to_another_calendar_with_all_that_it_holds() {
    let home = Home::new().await;
    let second = home.second_calendar().await;
    home.put("a.ics", &event_titled("a", "Lunch")).await.unwrap();
    let opened = home.kalends.event(home.anna, home.calendar, "a.ics", None).await.unwrap();
    let renamed = EventDraft { summary: "Long lunch".into(), ..opened.draft };
    let before = home.kalends.changes(home.anna, home.calendar, None, None).await.unwrap().token;
    home.kalends.update_event(home.anna, change(&home, "a.ics", &opened.etag, WHOLE), &renamed, second).await.unwrap();

    assert!(home.names().await.is_empty());
    let since = home.since(Some(&before), None).await;
    assert_eq!(since.removed, ["a.ics"]);
    let moved = home.kalends.object(home.anna, second, "a.ics").await.unwrap();
    assert!(moved.text.contains("SUMMARY:Long lunch\r\n"), "{}", moved.text);
    assert!(moved.text.contains("X-UNKNOWN;X-P=\"a:b\":kept\r\n"), "{}", moved.text);
}

#[tokio::test]
async fn a_taken_name_does_not_keep_an_event_from_moving_but_its_own_double_does() {
    let home = Home::new().await;
    let second = home.second_calendar().await;
    home.put("1.ics", &event_titled("a", "Lunch")).await.unwrap();
    home.kalends
        .put_object(home.anna, second, "1.ics", &event_titled("b", "Dinner"), Default::default())
        .await
        .unwrap();
    let opened = home.kalends.event(home.anna, home.calendar, "1.ics", None).await.unwrap();
    let moving = change(&home, "1.ics", &opened.etag, WHOLE);
    home.kalends.update_event(home.anna, moving, &opened.draft, second).await.unwrap();
    let at = time("2026-03-05T10:00:00");
    assert_eq!(home.march(second).await, [("Dinner".to_owned(), at), ("Lunch".to_owned(), at)]);

    // The event came back by import, say, and shall go the same way again.
    home.put("again.ics", &event_titled("a", "Lunch")).await.unwrap();
    let opened = home.kalends.event(home.anna, home.calendar, "again.ics", None).await.unwrap();
    let moving = change(&home, "again.ics", &opened.etag, WHOLE);
    let refused = home.kalends.update_event(home.anna, moving, &opened.draft, second).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "calendar", .. })), "{refused:?}");
    assert_eq!(home.names().await, ["again.ics"]);
    assert_eq!(home.march(second).await.len(), 2);
}

#[tokio::test]
async fn a_part_of_a_series_stays_where_it_is() {
    let home = Home::new().await;
    let second = home.second_calendar().await;
    let name = home.create(&daily("Stand-up", "2026-03-02T09:00:00", 3)).await;
    let stored = home.text(&name).await;
    let (etag, scope, moment) = home.instance(&name, "2026-03-03T09:00:00").await;
    let opened = home.kalends.event(home.anna, home.calendar, &name, Some(&moment)).await.unwrap();
    let refused = home.kalends.update_event(home.anna, change(&home, &name, &etag, scope), &opened.draft, second).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "calendar", .. })), "{refused:?}");
    assert_eq!(home.text(&name).await, stored);
}

#[tokio::test]
async fn the_calendars_of_others_are_neither_seen_nor_written() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let his = first_calendar(&home.kalends, ben).await;
    let name = home.create(&draft("Dentist", "2026-03-05T09:00:00")).await;
    let etag = home.kalends.object(home.anna, home.calendar, &name).await.unwrap().head.etag;
    let plan = draft("Party", "2026-03-05T20:00:00");

    assert!(
        home.kalends
            .agenda(ben, &[home.calendar], day("2026-03-01"), day("2026-04-01"), Zurich)
            .await
            .unwrap()
            .is_empty()
    );
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    assert!(home.kalends.upcoming(ben, &[home.calendar], now, Zurich, 7).await.unwrap().is_empty());
    let not_found = |outcome: Result<(), Error>| assert!(matches!(outcome, Err(Error::NotFound(_))), "{outcome:?}");
    not_found(home.kalends.event(ben, home.calendar, &name, None).await.map(drop));
    not_found(home.kalends.create_event(ben, home.calendar, &plan).await.map(drop));
    not_found(home.kalends.update_event(ben, change(&home, &name, &etag, WHOLE), &plan, home.calendar).await.map(drop));
    not_found(home.kalends.delete_event(ben, change(&home, &name, &etag, WHOLE)).await.map(drop));
    // And what is one's own can't be put there either.
    not_found(home.kalends.update_event(home.anna, change(&home, &name, &etag, WHOLE), &plan, his).await.map(drop));
    assert_eq!(home.march(home.calendar).await, [("Dentist".to_owned(), time("2026-03-05T09:00:00"))]);
}

#[tokio::test]
async fn the_next_events_begin_with_what_is_on_now() {
    let home = Home::new().await;
    home.create(&draft("Over", "2026-03-05T07:00:00")).await;
    home.create(&draft("On now", "2026-03-05T08:30:00")).await;
    let days = Timing::AllDay { first: day("2026-03-04"), last: day("2026-03-05") };
    home.create(&EventDraft { timing: days, ..draft("Fair", "2026-03-05T00:00:00") }).await;
    home.create(&daily("Stand-up", "2026-03-06T09:00:00", 30)).await;
    let cancelled = component("VEVENT", "c", "DTSTART:20260305T100000Z\nSTATUS:CANCELLED\nSUMMARY:Off");
    home.put("c.ics", &calendar(&cancelled)).await.unwrap();

    let now = "2026-03-05T08:00:00Z".parse().unwrap();
    let next = home.kalends.upcoming(home.anna, &[home.calendar], now, Zurich, 4).await.unwrap();
    let titles: Vec<_> = next.iter().map(|instance| instance.summary.as_str()).collect();
    assert_eq!(titles, ["Fair", "On now", "Stand-up", "Stand-up"]);
}
