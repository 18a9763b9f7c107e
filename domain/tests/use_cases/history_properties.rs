//! Many edits at random, by three ways: what was can be looked at and be taken back step by step, and the log agrees with it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Europe::Zurich;
use kalends_domain::access::Caller;
use kalends_domain::as_of::AsOfPage;
use kalends_domain::calendars::Revision;
use kalends_domain::events::EventChange;
use kalends_domain::history::{Change, Digest};
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_domain::{Error, Missing, Result};
use kalends_ical::edit::{EventDraft, Marks, Pattern, Repeat, RepeatEnd, Scope, Timing};
use kalends_ical::placement::When;
use kalends_ical::value::Moment;
use kalends_test_support::home::Home;
use kalends_test_support::texts::{calendar, event_titled, vevent_titled};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many objects a client and files write about.
const UIDS: u32 = 30;
/// How many edits there are between two copies, about.
const EDITS_PER_COPY: u32 = 50;

/// Everything that stood in the calendar at a time.
struct Copy {
    at: DateTime<Utc>,
    texts: BTreeMap<String, String>,
}

struct World {
    home: Home,
    phone: Caller,
    random: StdRng,
    /// How many events the agenda has made.
    made: u32,
}

impl World {
    async fn new(seed: u64) -> Self {
        let home = Home::new().await;
        let (_, secret) = home.kalends.create_app_password(home.anna.principal, "phone").await.unwrap();
        let (_, phone) = home.kalends.authenticate_client("anna", &secret.0).await.unwrap();
        World { home, phone, random: StdRng::seed_from_u64(seed), made: 0 }
    }

    /// One edit, by one of three ways. What can't be done leaves everything as it is.
    async fn edit(&mut self) {
        let done = match self.random.random_range(0..10) {
            0..5 => self.edit_on_a_page().await,
            5..9 => self.edit_by_a_client().await,
            _ => self.import().await,
        };
        match done {
            Ok(()) | Err(Error::UidConflict { .. } | Error::NotFound(Missing::Instance) | Error::BadInput { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }

    fn title(&mut self) -> String {
        format!("Title {}", self.random.random_range(0..1000))
    }

    fn start(&mut self) -> NaiveDateTime {
        let day = NaiveDate::from_ymd_opt(2026, 3, self.random.random_range(1..29)).unwrap();
        day.and_hms_opt(self.random.random_range(0..23), 30, 0).unwrap()
    }

    fn draft(&mut self) -> EventDraft {
        let start = self.start();
        let repeat = match self.random.random_range(0..3) {
            0 => Repeat::Every { interval: 1, pattern: Pattern::Daily, until: RepeatEnd::After(9) },
            _ => Repeat::Never,
        };
        EventDraft {
            summary: self.title(),
            description: None,
            location: Some("Harbour".into()),
            timing: Timing::Timed { start, end: start + TimeDelta::hours(1), zone: Some(Zurich) },
            repeat,
            marks: Marks::default(),
        }
    }

    /// Makes, changes, moves or deletes an event, or a part of a series.
    async fn edit_on_a_page(&mut self) -> Result<()> {
        let names = self.home.names().await;
        let name = match names.choose(&mut self.random) {
            Some(name) if names.len() > 40 || self.random.random_bool(0.6) => name.clone(),
            _ => {
                self.made += 1;
                let draft = self.draft();
                self.home.kalends.create_event(self.home.anna, self.home.calendar, &draft).await?;
                return Ok(());
            }
        };
        let (anna, calendar) = (self.home.anna, self.home.calendar);
        let whole = self.home.kalends.event(anna, calendar, &name, None).await?;
        let scope = match whole.draft.timing {
            Timing::Timed { start, .. } if whole.recurring => {
                let local = start + TimeDelta::days(self.random.random_range(0..9));
                let instance = Moment::Zoned { local, tzid: "Europe/Zurich".into() };
                match self.random.random_range(0..3) {
                    0 => Scope::This(instance),
                    1 => Scope::ThisAndFollowing(instance),
                    _ => Scope::All { opened_at: None },
                }
            }
            _ => Scope::All { opened_at: None },
        };
        let instance = match &scope {
            Scope::This(instance) | Scope::ThisAndFollowing(instance) => Some(instance),
            Scope::All { .. } => None,
        };
        let opened = self.home.kalends.event(anna, calendar, &name, instance).await?;
        let change = EventChange { calendar, name: &name, etag: &opened.etag, scope: scope.clone() };
        match self.random.random_range(0..4) {
            0 => drop(self.home.kalends.delete_event(anna, change).await?),
            1 => {
                let start = self.start();
                let to = When::Times { start, end: start + TimeDelta::hours(2) };
                self.home.kalends.move_event(anna, change, to, Zurich).await?;
            }
            _ => {
                let draft = EventDraft { summary: self.title(), ..opened.draft };
                self.home.kalends.update_event(anna, change, &draft, calendar).await?;
            }
        }
        Ok(())
    }

    /// Puts, deletes or moves an object, as a client does.
    async fn edit_by_a_client(&mut self) -> Result<()> {
        let names = self.home.names().await;
        let (phone, calendar) = (self.phone, self.home.calendar);
        match (self.random.random_range(0..10), names.choose(&mut self.random)) {
            (0..3, Some(name)) => self.home.kalends.delete_object(phone, calendar, name, Precondition::None).await,
            (3, Some(name)) => {
                let to = (calendar, format!("moved-{}.ics", self.random.random_range(0..1_000_000)));
                let from = (calendar, name.clone());
                let moved = CopyMove { from, to, overwrite: false, precondition: Precondition::None };
                self.home.kalends.move_object(phone, moved).await.map(drop)
            }
            _ => {
                let uid = format!("uid-{}", self.random.random_range(0..UIDS));
                let text = event_titled(&uid, &self.title());
                let name = format!("{uid}.ics");
                self.home.kalends.put_object(phone, calendar, &name, &text, Precondition::None).await.map(drop)
            }
        }
    }

    async fn import(&mut self) -> Result<()> {
        let count = self.random.random_range(1..5);
        let events: String = (0..count)
            .map(|_| {
                let uid = format!("uid-{}", self.random.random_range(0..UIDS));
                vevent_titled(&uid, &self.title())
            })
            .collect();
        self.home.kalends.import(self.home.anna, self.home.calendar, "file.ics", calendar(&events)).await.map(drop)
    }

    async fn copy(&self) -> Copy {
        tokio::time::sleep(Duration::from_millis(3)).await;
        let at = Utc::now();
        let names = self.home.names().await;
        let objects = self.home.kalends.objects_named(self.home.anna, self.home.calendar, &names, "").await.unwrap();
        let texts: BTreeMap<_, _> = objects.into_iter().map(|object| (object.head.name, object.text)).collect();
        assert_eq!(texts.len(), names.len());
        tokio::time::sleep(Duration::from_millis(3)).await;
        Copy { at, texts }
    }

    /// The calendar as it was at the time of the copy is what was copied.
    async fn check(&self, copy: &Copy) {
        let (kalends, anna, calendar) = (&self.home.kalends, self.home.anna, self.home.calendar);
        let mut page = AsOfPage::Everything { after: String::new() };
        let mut found = BTreeMap::new();
        loop {
            let part = kalends.calendar_as_of(anna, calendar, copy.at, &page, 17).await.unwrap();
            assert_eq!(part.differences.then(), copy.texts.len() as u64);
            for shown in part.objects {
                assert!(shown.is_kept, "{}", shown.object.name);
                let text = kalends.text_as_of(anna, calendar, copy.at, &shown.object.name).await.unwrap();
                assert_eq!(shown.object.then, Some(Digest::of(&text)));
                assert!(text.contains(&format!("SUMMARY:{}\r\n", shown.title.unwrap())));
                found.insert(shown.object.name, text);
            }
            match part.next {
                Some(next) => page = next,
                None => break,
            }
        }
        assert!(
            found == copy.texts,
            "as it was at {}: {:?}, but it was {:?}",
            copy.at,
            found.keys(),
            copy.texts.keys()
        );
    }

    /// What the calendar holds, without the texts.
    async fn state(&self) -> BTreeMap<String, String> {
        let heads = self.home.kalends.object_heads(self.home.anna, self.home.calendar, "").await.unwrap();
        heads.into_iter().map(|head| (head.name, head.etag)).collect()
    }

    async fn log(&self) -> Vec<Change> {
        let mut log: Vec<Change> = Vec::new();
        loop {
            let since = log.last().map_or(Revision(0), |change| change.revision);
            let next =
                self.home.kalends.calendar_history(self.home.anna, self.home.calendar, since, 1000).await.unwrap();
            if next.is_empty() {
                return log;
            }
            log.extend(next);
        }
    }

    /// Each row of the log leads from the one before about the same object, to a text that is there.
    async fn check_log(&self, log: &[Change]) {
        let mut standing: BTreeMap<&str, &Change> = BTreeMap::new();
        for (change, number) in log.iter().zip(1..) {
            assert_eq!(change.revision, Revision(number));
            let before = standing.remove(change.name.as_str());
            assert_eq!(change.previous, before.map(|before| before.revision));
            assert_eq!(change.removed, change.after.is_none());
            if let Some(before) = before {
                assert_eq!(before.object, change.object);
                assert_ne!(before.after, change.after);
            }
            if let Some(digest) = change.after {
                let (of, text) =
                    self.home.kalends.version_at(self.home.anna, self.home.calendar, change.revision).await.unwrap();
                assert_eq!((&of, Digest::of(&text)), (change, digest));
                standing.insert(&change.name, change);
            }
        }
        let logged: BTreeMap<_, _> =
            standing.into_iter().map(|(name, change)| (name.to_owned(), change.after.unwrap().etag())).collect();
        assert_eq!(logged, self.state().await);
    }

    /// Does the opposite of a change, which must be the newest that is not undone.
    async fn undo(&self, change: &Change) {
        let (kalends, anna, calendar) = (&self.home.kalends, self.home.anna, self.home.calendar);
        let left = change.after.map_or(Precondition::Absent, |digest| Precondition::Matches(vec![digest.etag()]));
        match change.previous {
            None => kalends.delete_object(anna, calendar, &change.name, left).await.unwrap(),
            Some(previous) => {
                let restored = kalends.restore_version(anna, calendar, previous, left).await.unwrap();
                assert_eq!(restored.name, change.name);
            }
        }
    }
}

async fn edit_and_undo(edits: u32, seed: u64) {
    eprintln!("seed {seed}");
    let mut world = World::new(seed).await;
    let mut copies = Vec::new();
    // What the calendar was when it had come to a revision.
    let mut states = BTreeMap::from([(0, Digest::of(&format!("{:?}", BTreeMap::<String, String>::new())))]);
    for _ in 0..edits {
        world.edit().await;
        let revision = world.home.kalends.calendar_by_id(world.home.anna, world.home.calendar).await.unwrap().revision;
        states.insert(revision.0, Digest::of(&format!("{:?}", world.state().await)));
        if world.random.random_ratio(1, EDITS_PER_COPY) {
            copies.push(world.copy().await);
        }
        // The calendar is what it is now, too, and what it was some time ago.
        if world.random.random_ratio(1, 4 * EDITS_PER_COPY)
            && let Some(copy) = copies.choose(&mut world.random.clone())
        {
            world.check(copy).await;
        }
    }
    let log = world.log().await;
    assert!(
        world.made > edits / 20 && log.len() > edits as usize * 2 / 3,
        "{} made, {} changes",
        world.made,
        log.len()
    );
    world.check_log(&log).await;
    for copy in &copies {
        world.check(copy).await;
    }
    let whole = world.copy().await;
    for change in log.iter().rev() {
        world.undo(change).await;
        if let Some(state) = states.get(&(change.revision.0 - 1)) {
            assert_eq!(Digest::of(&format!("{:?}", world.state().await)), *state, "before {change:?}");
        }
    }
    assert_eq!(world.home.names().await, Vec::<String>::new());
    world.check_log(&world.log().await).await;
    for copy in copies.iter().chain([&whole]) {
        world.check(copy).await;
    }
    // And all of it at once.
    let newest = world.home.kalends.calendar_by_id(world.home.anna, world.home.calendar).await.unwrap().revision;
    let done =
        world.home.kalends.bring_back_calendar(world.home.anna, world.home.calendar, whole.at, newest).await.unwrap();
    assert_eq!((done.restored, done.left.len()), (whole.texts.len(), 0));
    assert_eq!(world.copy().await.texts, whole.texts);
}

#[tokio::test]
async fn random_edits_by_three_ways_are_looked_at_as_they_were_and_undone_to_nothing() {
    edit_and_undo(600, rand::random()).await;
}

/// `cargo test -p kalends-domain --test use_cases ten_thousand -- --ignored`, on either database.
#[tokio::test]
#[ignore = "ten thousand edits take minutes"]
async fn ten_thousand_random_edits_are_looked_at_as_they_were_and_undone_to_nothing() {
    edit_and_undo(10_000, rand::random()).await;
}
