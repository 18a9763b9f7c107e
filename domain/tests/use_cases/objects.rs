use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use kalends_domain::calendars::CalendarDetails;
use kalends_domain::history::Digest;
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_domain::{Error, Limits};
use kalends_ical::instances::Window;
use kalends_ical::query::{ComponentFilter, Filter};
use kalends_ical::time::Zone;
use kalends_test_support::home::{Home, first_calendar, user};
use kalends_test_support::texts::{calendar, component, event_titled};

#[tokio::test]
async fn a_text_comes_back_octet_for_octet_also_after_a_restart() {
    let home = Home::new().await;
    // Odd but valid: LF line ends, a fold in the middle of a word, lower-case names.
    let text = event_titled("one", "First").replace("\r\n", "\n").replace("SUMMARY:First", "summary:Fi\n rst");
    let written = home.put("one.ics", &text).await.unwrap();
    assert!(written.created);
    assert_eq!(written.etag, Digest::of(&text).etag());
    assert_eq!(home.text("one.ics").await, text);
    let again = home.reopened().await.object(home.anna, home.calendar, "one.ics").await.unwrap();
    assert_eq!((again.text, again.head.etag), (text, written.etag));
}

#[tokio::test]
async fn preconditions_decide_before_anything_is_written() {
    let home = Home::new().await;
    let (first, second) = (event_titled("one", "First"), event_titled("one", "Second"));
    let refused = |outcome| assert!(matches!(outcome, Err(Error::PreconditionFailed)), "{outcome:?}");
    refused(home.put_if("one.ics", &first, Precondition::Present).await);
    let written = home.put_if("one.ics", &first, Precondition::Absent).await.unwrap();
    refused(home.put_if("one.ics", &second, Precondition::Absent).await);
    refused(home.put_if("one.ics", &second, Precondition::Matches(vec!["\"other\"".into()])).await);
    refused(home.put_if("one.ics", &second, Precondition::MatchesNone(vec![written.etag.clone()])).await);
    assert_eq!(home.text("one.ics").await, first);
    let matching = Precondition::Matches(vec!["\"other\"".into(), written.etag.clone()]);
    let rewritten = home.put_if("one.ics", &second, matching).await.unwrap();
    assert!(!rewritten.created && rewritten.revision > written.revision);

    let stale = Precondition::Matches(vec![written.etag]);
    let gone = home.kalends.delete_object(home.anna, home.calendar, "one.ics", stale).await;
    assert!(matches!(gone, Err(Error::PreconditionFailed)));
    home.kalends.delete_object(home.anna, home.calendar, "one.ics", Precondition::Present).await.unwrap();
    assert!(home.names().await.is_empty());
}

#[tokio::test]
async fn the_same_octets_again_are_no_change() {
    let home = Home::new().await;
    let first = home.put("one.ics", &event_titled("one", "First")).await.unwrap();
    let again = home.put("one.ics", &event_titled("one", "First")).await.unwrap();
    assert_eq!((again.created, again.revision), (false, first.revision));
}

#[tokio::test]
async fn a_uid_stands_once_in_a_calendar_and_a_resource_keeps_its_own() {
    let home = Home::new().await;
    home.put("one.ics", &event_titled("one", "First")).await.unwrap();
    let copy = home.put("two.ics", &event_titled("one", "Again")).await;
    assert!(matches!(&copy, Err(Error::UidConflict { name }) if name == "one.ics"), "{copy:?}");
    let other = home.put("one.ics", &event_titled("another", "Other")).await;
    assert!(matches!(&other, Err(Error::UidConflict { name }) if name == "one.ics"), "{other:?}");
    assert_eq!(home.names().await, ["one.ics"]);
    assert_eq!(home.text("one.ics").await, event_titled("one", "First"));
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_its_line_and_changes_nothing() {
    let text = kalends_ical::Limits { object_octets: 2000, ..Default::default() };
    let home = Home::with_limits(Limits { text, ..Limits::default() }).await;
    let before = home.kalends.changes(home.anna, home.calendar, None, None).await.unwrap().token;
    let broken = event_titled("one", "First").replace("DTSTART:20260305T090000Z", "DTSTART:20261305T090000Z");
    assert!(matches!(home.put("a.ics", &broken).await, Err(Error::InvalidCalendarData(error)) if error.line == 7));
    let message = event_titled("one", "First").replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:REQUEST");
    assert!(matches!(home.put("a.ics", &message).await, Err(Error::InvalidCalendarObject(_))));
    let large = event_titled("one", &"long ".repeat(1000));
    assert!(matches!(home.put("a.ics", &large).await, Err(Error::TooLarge { limit: 2000 })));
    for name in ["", ".", "..", "a/b.ics", "a\n.ics", &"n".repeat(256)] {
        assert!(matches!(
            home.put(name, &event_titled("one", "First")).await,
            Err(Error::BadInput { field: "name", .. })
        ));
    }
    assert_eq!(home.kalends.changes(home.anna, home.calendar, None, None).await.unwrap().token, before);
}

#[tokio::test]
async fn a_calendar_takes_only_the_components_that_it_is_for() {
    let home = Home::new().await;
    let mut details = CalendarDetails::named("Tasks", 1);
    details.components.retain(|kind| kind.name() == "VTODO");
    let tasks = home.kalends.create_calendar(home.anna, Some("tasks"), details, vec![]).await.unwrap();
    let put = |text: String| {
        let (kalends, who) = (home.kalends.clone(), home.anna);
        async move { kalends.put_object(who, tasks.id, "x.ics", &text, Precondition::None).await }
    };
    assert!(matches!(put(event_titled("x", "No")).await, Err(Error::UnsupportedComponent(kind)) if kind == "VEVENT"));
    put(calendar(&component("VTODO", "x", ""))).await.unwrap();
}

#[tokio::test]
async fn objects_are_copied_and_moved_between_calendars_unchanged() {
    let home = Home::new().await;
    let other = home.kalends.create_named_calendar(home.anna, "Other").await.unwrap().id;
    home.put("one.ics", &event_titled("one", "First")).await.unwrap();
    let transfer = |to: &str, overwrite| CopyMove {
        from: (home.calendar, "one.ics".into()),
        to: (other, to.into()),
        overwrite,
        precondition: Precondition::None,
    };
    assert!(home.kalends.copy_object(home.anna, transfer("copy.ics", false)).await.unwrap().created);
    let taken = home.kalends.copy_object(home.anna, transfer("copy.ics", false)).await;
    assert!(matches!(taken, Err(Error::PreconditionFailed)));
    let twice = home.kalends.copy_object(home.anna, transfer("twice.ics", true)).await;
    assert!(matches!(twice, Err(Error::UidConflict { .. })));
    assert!(!home.kalends.move_object(home.anna, transfer("copy.ics", true)).await.unwrap().created);
    assert!(home.names().await.is_empty());
    let moved = home.kalends.object(home.anna, other, "copy.ics").await.unwrap();
    assert_eq!(moved.text, event_titled("one", "First"));
}

#[tokio::test]
async fn nobody_sees_or_touches_the_calendars_of_others() {
    let home = Home::new().await;
    home.put("one.ics", &event_titled("one", "First")).await.unwrap();
    let ben = user(&home.kalends, "ben").await;
    let bens = first_calendar(&home.kalends, ben).await;
    let kalends = &home.kalends;
    let missing = |outcome: Option<Error>| assert!(matches!(outcome, Some(Error::NotFound(_))), "{outcome:?}");
    missing(kalends.object(ben, home.calendar, "one.ics").await.err());
    missing(kalends.object_heads(ben, home.calendar, "").await.err());
    missing(kalends.put_object(ben, home.calendar, "b.ics", &event_titled("b", "B"), Precondition::None).await.err());
    missing(kalends.delete_object(ben, home.calendar, "one.ics", Precondition::None).await.err());
    missing(kalends.changes(ben, home.calendar, None, None).await.err());
    missing(kalends.export(ben, home.calendar).await.err());
    missing(kalends.import(ben, home.calendar, "b.ics", event_titled("b", "B")).await.err());
    missing(kalends.delete_calendar(ben, home.calendar).await.err());
    let transfer = CopyMove {
        from: (home.calendar, "one.ics".into()),
        to: (bens, "one.ics".into()),
        overwrite: true,
        precondition: Precondition::None,
    };
    missing(kalends.copy_object(ben, transfer.clone()).await.err());
    missing(kalends.move_object(ben, transfer).await.err());
    assert!(kalends.calendars(ben).await.unwrap().iter().all(|held| held.owner_slug == "ben"));
    assert_eq!(home.names().await, ["one.ics"]);
}

#[tokio::test]
async fn reindexing_changes_nothing_that_clients_see() {
    let home = Home::new().await;
    home.put("one.ics", &event_titled("one", "First")).await.unwrap();
    home.put("two.ics", &event_titled("two", "Second")).await.unwrap();
    let before = home.kalends.object_heads(home.anna, home.calendar, "").await.unwrap();
    assert_eq!(home.kalends.reindex().await.unwrap(), 2);
    assert_eq!(home.kalends.object_heads(home.anna, home.calendar, "").await.unwrap(), before);
}

#[tokio::test]
async fn a_series_without_measure_does_not_keep_the_others_back() {
    let home = Home::new().await;
    let series = |rules: &str| {
        let rules = format!("DURATION:PT1S\r\n{rules}");
        event_titled("series", "Every second").replace("DTEND:20260305T100000Z", &rules)
    };
    home.put("one.ics", &event_titled("one", "First").replace("20260305T", "20260307T")).await.unwrap();
    let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap().and_utc();
    let (start, end) = (at("20260305T000000"), at("20260405T000000"));
    let events = ComponentFilter {
        name: "VEVENT".into(),
        time_range: Some(Window { start: Some(start), end: Some(end) }),
        ..ComponentFilter::default()
    };
    let calendar = ComponentFilter { name: "VCALENDAR".into(), components: vec![events], ..ComponentFilter::default() };
    let filter = Filter { calendar, floating: Zone::UTC };
    for (rules, until) in [
        ("RRULE:FREQ=SECONDLY;COUNT=60000", "20260306T014000"),
        // As many instances as are reported stand alone.
        ("RRULE:FREQ=SECONDLY;INTERVAL=2;COUNT=60000", "20260306T182000"),
        ("RRULE:FREQ=SECONDLY\r\nEXRULE:FREQ=SECONDLY", "20260405T000000"),
    ] {
        home.put("series.ics", &series(rules)).await.unwrap();
        let found = home.query(&filter).await;
        assert_eq!(found.iter().map(|head| head.name.as_str()).collect::<Vec<_>>(), ["one.ics", "series.ics"]);
        let busy = home.kalends.free_busy(home.anna, home.calendar, (start, end), &Zone::UTC).await.unwrap();
        let near = |found: DateTime<Utc>, wanted: DateTime<Utc>| (found - wanted).abs() <= TimeDelta::days(2);
        assert!(near(busy[0].start, at("20260305T090000")) && near(busy[0].end, at(until)), "{rules} {:?}", busy[0]);
        assert!(busy.iter().any(|busy| busy.start <= at("20260307T090000") && busy.end >= at("20260307T100000")));
        assert!(busy.len() <= 2, "{}", busy.len());
    }
}

#[tokio::test]
async fn more_rules_than_one_series_needs_are_refused_with_their_line() {
    let home = Home::new().await;
    let with = |rules: usize| {
        let lines = "RRULE:FREQ=DAILY;COUNT=2\r\nEXRULE:FREQ=WEEKLY\r\n".repeat(rules / 2);
        event_titled("one", "First").replace("SUMMARY:", &format!("{lines}SUMMARY:"))
    };
    home.put("one.ics", &with(100)).await.unwrap();
    match home.put("one.ics", &with(102)).await {
        Err(Error::InvalidCalendarData(error)) => {
            assert_eq!(error.line, 109);
            assert!(error.message.contains("100"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}
