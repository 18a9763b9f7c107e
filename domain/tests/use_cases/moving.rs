//! Moving in from elsewhere, from a service that is in memory and fails when it is told to. How it is with real servers is shown in
//! `providers/tests/`.

use kalends_domain::holidays::{HolidayCalendar, Pack};
use kalends_domain::moving::{KeepsMoved, MoveError, Moved};
use kalends_domain::sync::provider::{
    Answer, Capabilities, ChangePage, Coverage, Cursor, FetchOutcome, Fetched, Following, Provider, ProviderError,
    RemoteCalendar, RemoteCalendarId, RemoteHead, RemoteObjectId, RemoteTag, Stored,
};
use kalends_domain::{Error, Result};
use kalends_ical::instances::Window;
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::event_titled;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A service with one calendar.
struct Elsewhere {
    objects: BTreeMap<String, FetchOutcome>,
    /// How many more times it gives texts.
    fetches: Mutex<usize>,
}

impl Elsewhere {
    fn of(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let readable = |text: String| FetchOutcome::Text { text, tag: None };
        let objects = texts.into_iter().map(|(id, text)| (id, readable(text))).collect();
        Elsewhere { objects, fetches: Mutex::new(usize::MAX) }
    }

    fn calendar() -> RemoteCalendar {
        RemoteCalendar {
            id: RemoteCalendarId("work".into()),
            name: "Work elsewhere".into(),
            description: Some("All of it".into()),
            color: Some("#AA5500".into()),
            order: None,
            components: None,
            is_writable: true,
            is_shared: false,
            time_zone: None,
            following: Following::Comparison,
        }
    }
}

impl Provider for Elsewhere {
    fn capabilities(&self) -> Capabilities {
        Capabilities { writes: false, keeps_texts: true }
    }

    fn calendars(&self) -> Answer<'_, Vec<RemoteCalendar>> {
        Box::pin(async { Ok(vec![Elsewhere::calendar()]) })
    }

    /// Two pages, as of a service that gives no more at once.
    fn changes<'a>(&'a self, _: &'a RemoteCalendarId, since: Option<&'a Cursor>, _: Window) -> Answer<'a, ChangePage> {
        let half = self.objects.len() / 2;
        let named: Vec<&String> = match since {
            None => self.objects.keys().take(half).collect(),
            Some(_) => self.objects.keys().skip(half).collect(),
        };
        let head =
            |id: &String| RemoteHead { id: RemoteObjectId(id.clone()), tag: Some(RemoteTag("1".into())), text: None };
        let page = ChangePage {
            coverage: Coverage::Everything,
            present: named.into_iter().map(head).collect(),
            removed: Vec::new(),
            next: Cursor("half".into()),
            has_more: since.is_none(),
        };
        Box::pin(async { Ok(page) })
    }

    fn fetch<'a>(&'a self, _: &'a RemoteCalendarId, objects: &'a [RemoteObjectId]) -> Answer<'a, Vec<Fetched>> {
        let mut left = self.fetches.lock().unwrap();
        let answer = match left.checked_sub(1) {
            Some(fewer) => {
                *left = fewer;
                let outcome = |id: &RemoteObjectId| self.objects.get(&id.0).cloned().unwrap_or(FetchOutcome::Gone);
                Ok(objects.iter().map(|id| Fetched { id: id.clone(), outcome: outcome(id) }).collect())
            }
            None => Err(ProviderError::Transient { why: "it has a fault".into(), retry_after: None }),
        };
        Box::pin(async { answer })
    }

    fn create<'a>(&'a self, _: &'a RemoteCalendarId, _: &'a str, _: &'a str) -> Answer<'a, Stored> {
        unreachable!("nothing is written there")
    }

    fn update<'a>(
        &'a self,
        _: &'a RemoteCalendarId,
        _: &'a RemoteObjectId,
        _: Option<&'a RemoteTag>,
        _: &'a str,
    ) -> Answer<'a, Stored> {
        unreachable!("nothing is written there")
    }

    fn delete<'a>(
        &'a self,
        _: &'a RemoteCalendarId,
        _: &'a RemoteObjectId,
        _: Option<&'a RemoteTag>,
    ) -> Answer<'a, ()> {
        unreachable!("nothing is written there")
    }
}

/// Remembers what it was told last, as what survives a restart does.
#[derive(Default)]
struct Kept(Mutex<Option<Moved>>);

impl KeepsMoved for Kept {
    async fn keep(&self, moved: &Moved) -> Result<()> {
        *self.0.lock().unwrap() = Some(moved.clone());
        Ok(())
    }
}

async fn begin(home: &Home) -> Moved {
    let calendar = home.kalends.calendar_to_move_into(home.anna, &Elsewhere::calendar()).await.unwrap();
    Moved::new(&Elsewhere::calendar(), calendar.id, chrono::Utc::now())
}

fn weekly(uid: &str) -> String {
    event_titled(uid, "Weekly").replace("SUMMARY:", "RRULE:FREQ=WEEKLY\r\nSUMMARY:")
}

#[tokio::test]
async fn everything_moves_in_and_both_sides_are_compared() {
    let home = Home::new().await;
    let mut texts: Vec<(String, String)> =
        (0..150).map(|n| (format!("{n:03}"), event_titled(&format!("e{n}"), &format!("Event {n}")))).collect();
    texts.push(("weekly".into(), weekly("weekly")));
    let service = Elsewhere::of(texts);
    let mut moved = begin(&home).await;
    home.kalends.move_calendar(home.anna, &service, &mut moved, &()).await.unwrap();
    assert!(moved.is_done() && moved.comparison.is_equal(), "{moved:?}");
    assert_eq!((moved.import.added.count, moved.comparison.there, moved.comparison.here), (151, 151, 151));
    let (there, here) = moved.comparison.instances();
    assert!(there == here && there > 200, "{there}");
    let calendars = home.kalends.calendars(home.anna).await.unwrap();
    let made = calendars.iter().find(|calendar| calendar.id.0 == moved.calendar).unwrap();
    assert_eq!((made.details.display_name.as_str(), made.details.color.as_str()), ("Work elsewhere", "#AA5500"));
    // The same again goes to the same place and changes nothing.
    let mut again = begin(&home).await;
    assert_eq!(again.calendar, moved.calendar);
    home.kalends.move_calendar(home.anna, &service, &mut again, &()).await.unwrap();
    assert_eq!((again.import.unchanged, again.import.added.count), (151, 0));
    assert!(again.comparison.is_equal());
}

#[tokio::test]
async fn what_breaks_off_goes_on_where_it_was() {
    let home = Home::new().await;
    let texts = (0..250).map(|n| (format!("{n:03}"), event_titled(&format!("e{n}"), "Event")));
    let service = Elsewhere::of(texts);
    *service.fetches.lock().unwrap() = 1;
    let kept = Kept::default();
    let mut moved = begin(&home).await;
    let broken = home.kalends.move_calendar(home.anna, &service, &mut moved, &kept).await;
    assert!(matches!(broken, Err(MoveError::There(ProviderError::Transient { .. }))), "{broken:?}");
    let mut moved = kept.0.lock().unwrap().take().unwrap();
    assert_eq!((moved.handled, moved.of, moved.is_done()), (100, Some(250), false));
    *service.fetches.lock().unwrap() = 2;
    let later = home.reopened().await;
    later.move_calendar(home.anna, &service, &mut moved, &kept).await.unwrap();
    assert!(moved.is_done() && moved.comparison.is_equal());
    assert_eq!((moved.comparison.there, moved.import.added.count), (250, 250));
}

#[tokio::test]
async fn what_does_not_come_is_named() {
    let home = Home::new().await;
    let good = ("good".to_owned(), event_titled("good", "Good"));
    let no_date = event_titled("bad", "Bad date").replace("DTSTART:20260305T090000Z", "DTSTART:tomorrow");
    let mut service =
        Elsewhere::of([good, ("bad".into(), no_date), ("none".into(), "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n".into())]);
    let unreadable = FetchOutcome::Unreadable { why: "the server does not give it".into() };
    service.objects.insert("secret".into(), unreadable);
    service.objects.insert("went".into(), FetchOutcome::Gone);
    let mut moved = begin(&home).await;
    home.kalends.move_calendar(home.anna, &service, &mut moved, &()).await.unwrap();
    let comparison = &moved.comparison;
    assert_eq!((comparison.there, comparison.here, comparison.is_equal()), (4, 1, false));
    let named: Vec<&str> = comparison.differing.first.iter().map(|difference| difference.what.as_str()).collect();
    assert_eq!(named, ["secret", "none", "Bad date"]);
    assert_eq!((moved.import.added.count, moved.import.refused.count), (1, 3));
    assert!(comparison.differing.first.iter().all(|difference| !difference.why.is_empty()));
}

#[tokio::test]
async fn nobody_moves_into_a_calendar_that_is_not_theirs() {
    let home = Home::new().await;
    let eve = user(&home.kalends, "eve").await;
    let service = Elsewhere::of([("a".into(), event_titled("a", "A"))]);
    let mut moved = begin(&home).await;
    let refused = home.kalends.move_calendar(eve, &service, &mut moved, &()).await;
    assert!(matches!(refused, Err(MoveError::Here(Error::NotFound(_)))), "{refused:?}");
    assert_eq!(moved.comparison.there, 0);
}

#[tokio::test]
async fn holidays_are_a_calendar_like_any_other() {
    let home = Home::new().await;
    let pack = Pack { country: "CH".into(), region: Some("ZH".into()), language: "de".into() };
    let service = HolidayCalendar::new(&pack, "2026-06-01T00:00:00Z".parse().unwrap()).unwrap();
    let calendars = service.calendars().await.unwrap();
    assert_eq!((calendars[0].name.as_str(), calendars[0].is_writable), ("Schweiz, Zürich", false));
    let calendar = home.kalends.calendar_to_move_into(home.anna, &calendars[0]).await.unwrap();
    let mut moved = Moved::new(&calendars[0], calendar.id, chrono::Utc::now());
    home.kalends.move_calendar(home.anna, &service, &mut moved, &()).await.unwrap();
    assert!(moved.comparison.is_equal() && moved.comparison.here > 40, "{moved:?}");
}
