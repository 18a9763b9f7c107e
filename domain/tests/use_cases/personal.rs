//! What each person has of an event for themselves: alarms, and whether it keeps them busy.

use crate::jobs::worker;
use chrono::{Days, NaiveDate};
use chrono_tz::Europe::Zurich;
use kalends_domain::Error;
use kalends_domain::access::{Access, Caller};
use kalends_domain::events::{EventChange, EventDetails};
use kalends_domain::objects::Precondition;
use kalends_domain::undo::{Undo, Undone};
use kalends_ical::edit::Scope;
use kalends_ical::value::Moment;
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::{calendar, component};

const DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();

/// A daily series from [`DAY`] on with these lines in it.
fn series(lines: &str) -> String {
    let lines =
        format!("DTSTART:20261127T090000Z\nDTEND:20261127T100000Z\nRRULE:FREQ=DAILY;COUNT=9\nSUMMARY:Tea\n{lines}");
    calendar(&component("VEVENT", "s", &lines))
}

fn alarm(minutes: u32) -> String {
    format!("BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT{minutes}M\nEND:VALARM")
}

async fn text(home: &Home, who: Caller, name: &str) -> String {
    home.kalends.object(who, home.calendar, name).await.unwrap().text
}

async fn put(home: &Home, who: Caller, text: &str) -> String {
    home.kalends.put_object(who, home.calendar, "s.ics", text, Precondition::None).await.unwrap().etag
}

/// Whether the instances of [`DAY`] and the day after keep somebody free, in the agenda.
async fn free(home: &Home, who: Caller) -> Vec<bool> {
    let until = DAY.checked_add_days(Days::new(2)).unwrap();
    let seen = home.kalends.agenda(who, &[home.calendar], DAY, until, Zurich).await.unwrap();
    seen.iter().map(|instance| instance.transparent).collect()
}

fn second() -> Moment {
    Moment::Utc(DAY.checked_add_days(Days::new(1)).unwrap().and_hms_opt(9, 0, 0).unwrap())
}

async fn opened(home: &Home, who: Caller, instance: Option<&Moment>) -> EventDetails {
    home.kalends.event(who, home.calendar, "s.ics", instance).await.unwrap()
}

#[tokio::test]
async fn each_says_for_themselves_whether_an_event_keeps_them_busy() {
    let home = Home::new().await;
    let (ben, cleo) = (user(&home.kalends, "ben").await, user(&home.kalends, "cleo").await);
    home.share(ben, Access::Write).await;
    home.share(cleo, Access::Administer).await;
    let (busy, kept) = (series("TRANSP:OPAQUE"), series("TRANSP:TRANSPARENT"));
    home.put("s.ics", &busy).await.unwrap();
    let before = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap().revision;
    put(&home, ben, &kept).await;
    let after = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap().revision;
    assert!(after > before, "his clients have to hear of it");
    assert_eq!((text(&home, home.anna, "s.ics").await, text(&home, ben, "s.ics").await), (busy.clone(), kept.clone()));
    assert_eq!(text(&home, cleo, "s.ics").await, busy);
    assert_eq!((free(&home, home.anna).await, free(&home, ben).await), (vec![false; 2], vec![true; 2]));
    assert!(opened(&home, ben, None).await.draft.marks.transparent);
    // What the owner says changes what those see who have said nothing.
    home.put("s.ics", &kept).await.unwrap();
    assert_eq!((free(&home, ben).await, free(&home, cleo).await), (vec![true; 2], vec![true; 2]));
    put(&home, cleo, &busy).await;
    home.put("s.ics", &kept.replace("Tea", "Cake")).await.unwrap();
    assert_eq!((free(&home, ben).await, free(&home, cleo).await), (vec![true; 2], vec![false; 2]));
    // Whoever may write changes the rest for all, and nothing of what each has for themselves.
    put(&home, ben, &kept.replace("Tea", "Pie")).await;
    assert_eq!(text(&home, cleo, "s.ics").await, busy.replace("Tea", "Pie"));
    // What is taken back is forgotten.
    home.kalends.unshare(home.anna, home.calendar, cleo.principal).await.unwrap();
    home.share(cleo, Access::Read).await;
    assert_eq!(free(&home, cleo).await, [true; 2]);
    assert_eq!(home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_form_says_it_for_whoever_fills_it_in() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Write).await;
    home.put("s.ics", &series(&alarm(10))).await.unwrap();
    put(&home, ben, &series(&alarm(5))).await;
    let details = opened(&home, ben, Some(&second())).await;
    let mut draft = details.draft.clone();
    draft.marks.transparent = true;
    let change = |details: &EventDetails, scope| EventChange {
        calendar: home.calendar,
        name: "s.ics",
        etag: Box::leak(details.etag.clone().into_boxed_str()),
        scope,
    };
    let this = change(&details, Scope::This(second()));
    home.kalends.update_event(ben, this, &draft, home.calendar).await.unwrap();
    assert_eq!((free(&home, home.anna).await, free(&home, ben).await), (vec![false; 2], vec![false, true]));
    // The whole series, and a new name for all.
    let details = opened(&home, ben, None).await;
    let mut draft = details.draft.clone();
    (draft.marks.transparent, draft.summary) = (true, "Cake".into());
    let all = change(&details, Scope::All { opened_at: None });
    home.kalends.update_event(ben, all, &draft, home.calendar).await.unwrap();
    assert_eq!((free(&home, home.anna).await, free(&home, ben).await), (vec![false; 2], vec![true; 2]));
    let (annas, bens) = (text(&home, home.anna, "s.ics").await, text(&home, ben, "s.ics").await);
    assert!(annas.contains("SUMMARY:Cake") && annas.contains("-PT10M") && !annas.contains("-PT5M"), "{annas}");
    assert!(bens.contains("SUMMARY:Cake") && bens.contains("-PT5M") && !bens.contains("-PT10M"), "{bens}");
    // The tag that the form was given serves for the next change.
    let details = opened(&home, ben, None).await;
    let again = change(&details, Scope::All { opened_at: None });
    home.kalends.update_event(ben, again, &details.draft, home.calendar).await.unwrap();
}

#[tokio::test]
async fn the_later_part_of_a_series_is_to_everybody_as_the_series_was() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Read).await;
    home.put("s.ics", &series(&alarm(10))).await.unwrap();
    put_own(&home, ben).await;
    let details = opened(&home, home.anna, Some(&second())).await;
    let mut draft = details.draft.clone();
    draft.summary = "Cake".into();
    let change = EventChange {
        calendar: home.calendar,
        name: "s.ics",
        etag: &details.etag,
        scope: Scope::ThisAndFollowing(second()),
    };
    let changed = home.kalends.change_event(home.anna, change, &draft, home.calendar).await.unwrap();
    let later = changed.split.unwrap();
    for name in ["s.ics", &later] {
        let (annas, bens) = (text(&home, home.anna, name).await, text(&home, ben, name).await);
        assert!(annas.contains("-PT10M") && !annas.contains("TRANSPARENT"), "{name}: {annas}");
        assert!(bens.contains("-PT5M") && !bens.contains("-PT10M") && bens.contains("TRANSPARENT"), "{name}: {bens}");
    }
    assert_eq!(free(&home, ben).await, [true; 2]);
    assert_eq!(home.damages().await, Vec::<String>::new());
}

/// Ben has an alarm of his own and is free; he may only read, so that it is as if he had been able to write before.
async fn put_own(home: &Home, ben: Caller) {
    home.kalends.share(home.anna, home.calendar, ben.principal, Access::Write, None).await.unwrap();
    put(home, ben, &series(&format!("TRANSP:TRANSPARENT\n{}", alarm(5)))).await;
    home.kalends.share(home.anna, home.calendar, ben.principal, Access::Read, None).await.unwrap();
}

#[tokio::test]
async fn what_comes_back_is_to_everybody_as_it_was() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Read).await;
    home.put("s.ics", &series(&alarm(10))).await.unwrap();
    put_own(&home, ben).await;
    let own = text(&home, ben, "s.ics").await;
    let (annas, kalends) = (text(&home, home.anna, "s.ics").await, &home.kalends);
    // Out of the bin.
    home.delete("s.ics").await;
    let resting = kalends.bin(home.anna, 0).await.unwrap().objects.remove(0);
    kalends.restore_object(home.anna, home.calendar, resting.object).await.unwrap();
    assert_eq!((text(&home, ben, "s.ics").await, text(&home, home.anna, "s.ics").await), (own.clone(), annas.clone()));
    // By undoing.
    let details = opened(&home, home.anna, None).await;
    let all = Scope::All { opened_at: None };
    let change = EventChange { calendar: home.calendar, name: "s.ics", etag: &details.etag, scope: all };
    let undo = kalends.delete_event(home.anna, change).await.unwrap();
    assert!(matches!(kalends.undo(home.anna, &undo, None).await.unwrap(), Undone::Done(_)));
    assert_eq!((text(&home, ben, "s.ics").await, text(&home, home.anna, "s.ics").await), (own, annas));
    assert_eq!(home.damages().await, Vec::<String>::new());
    // For good it goes with what was had of it.
    home.delete("s.ics").await;
    let resting = kalends.bin(home.anna, 0).await.unwrap().objects.remove(0);
    kalends.purge_object(home.anna, home.calendar, resting.object).await.unwrap();
    assert!(worker(kalends).run_due().await.unwrap() > 0);
    assert_eq!(home.count("personal_data").await, 0);
}

#[tokio::test]
async fn what_was_changed_for_oneself_alone_is_not_said_to_be_taken_back() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Write).await;
    home.put("s.ics", &series("")).await.unwrap();
    let change = async |transparent: bool, title: &str| {
        let details = opened(&home, ben, None).await;
        let mut draft = details.draft.clone();
        (draft.marks.transparent, draft.summary) = (transparent, title.into());
        let scope = Scope::All { opened_at: None };
        let change = EventChange { calendar: home.calendar, name: "s.ics", etag: &details.etag, scope };
        home.kalends.update_event(ben, change, &draft, home.calendar).await.unwrap()
    };
    let own = change(true, "Tea").await;
    assert_eq!(own, Undo::default(), "there is nothing that could be put back");
    assert_eq!(free(&home, ben).await, [true; 2]);
    // Nor by whoever knows the row of the log.
    let revision = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap().revision;
    let refused = home.kalends.undo(ben, &Undo(vec![(home.calendar, revision)]), None).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "edit", .. })), "{refused:?}");
    // What was changed for all goes back, and the rest stays.
    let both = change(false, "Cake").await;
    assert_eq!(both.0.len(), 1);
    assert!(matches!(home.kalends.undo(ben, &both, None).await.unwrap(), Undone::Done(_)));
    assert_eq!(
        (opened(&home, ben, None).await.draft.summary.as_str(), free(&home, ben).await),
        ("Tea", vec![false; 2])
    );
    // The owner has nothing apart from what the event says.
    let details = opened(&home, home.anna, None).await;
    let mut draft = details.draft.clone();
    draft.marks.transparent = true;
    let scope = Scope::All { opened_at: None };
    let change = EventChange { calendar: home.calendar, name: "s.ics", etag: &details.etag, scope };
    let undo = home.kalends.update_event(home.anna, change, &draft, home.calendar).await.unwrap();
    assert!(matches!(home.kalends.undo(home.anna, &undo, None).await.unwrap(), Undone::Done(_)));
    assert_eq!(free(&home, home.anna).await, [false; 2]);
}

#[tokio::test]
async fn verifying_finds_what_was_written_beside_the_program() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Read).await;
    home.put("s.ics", &series(&alarm(10))).await.unwrap();
    put_own(&home, ben).await;
    home.run("UPDATE personal_data SET content = 'x'").await;
    home.run("UPDATE objects SET alarmed = FALSE").await;
    let told = home.damages().await;
    assert!(told.iter().any(|damage| damage.ends_with("cannot be read")), "{told:?}");
    assert!(told.iter().any(|damage| damage.contains("the index does not know of")), "{told:?}");
}

#[tokio::test]
async fn a_calendar_that_keeps_its_owner_free_does_not_count_where_it_is_asked_when_they_are_busy() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::FreeBusy).await;
    let kept = |keeps_free| kalends_domain::calendars::CalendarPatch {
        keeps_free: Some(keeps_free),
        ..kalends_domain::calendars::CalendarPatch::default()
    };
    let held = async |who: Caller| home.kalends.calendar_by_id(who, home.calendar).await.unwrap();
    assert!(!held(home.anna).await.keeps_free() && held(ben).await.keeps_free());
    // What Ben says is about Ben.
    home.kalends.update_calendar(ben, home.calendar, kept(false)).await.unwrap();
    assert!(!held(ben).await.keeps_free());
    assert_eq!(home.kalends.calendars_of(ben, home.anna.principal).await.unwrap().len(), 1);
    home.kalends.update_calendar(home.anna, home.calendar, kept(true)).await.unwrap();
    assert!(home.kalends.calendars_of(ben, home.anna.principal).await.unwrap().is_empty());
    assert!(!held(ben).await.keeps_free());
}
