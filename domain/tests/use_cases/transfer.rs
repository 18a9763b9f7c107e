use kalends_domain::{Error, Limits};
use kalends_test_support::home::Home;
use kalends_test_support::texts::{calendar, event_titled, vevent_titled};

fn file(events: &[String]) -> String {
    calendar(&events.concat())
}

#[tokio::test]
async fn a_file_comes_in_object_by_object_and_the_report_says_what_happened() {
    let home = Home::new().await;
    home.put("old.ics", &event_titled("two", "Earlier version")).await.unwrap();
    let broken = vevent_titled("three", "Broken").replace("DTSTART:20260305T090000Z", "DTSTART:tomorrow");
    let text =
        file(&[vevent_titled("one", "One"), vevent_titled("two", "Two"), broken, vevent_titled("four/ä", "Four")]);
    let report = home.kalends.import(home.anna, home.calendar, "calendar.ics", text.clone()).await.unwrap();
    assert_eq!(report.added.first, ["One", "Four"]);
    assert_eq!(report.replaced.first, ["Two"]);
    let [refusal] = report.refused.first.as_slice() else { panic!("{report:?}") };
    assert_eq!(refusal.what, "Broken");
    let line = text.lines().nth(refusal.line - 1);
    assert_eq!(line, Some("DTSTART:tomorrow"), "{}", refusal.why);
    let names = home.names().await;
    assert_eq!(names.len(), 3);
    assert!(names.contains(&"one.ics".to_owned()) && names.contains(&"old.ics".to_owned()), "{names:?}");
    assert!(home.text("old.ics").await.contains("SUMMARY:Two"));
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let home = Home::new().await;
    let text = file(&[vevent_titled("one", "One"), vevent_titled("two", "Two")]);
    home.kalends.import(home.anna, home.calendar, "calendar.ics", text.clone()).await.unwrap();
    let token = home.kalends.changes(home.anna, home.calendar, None, None).await.unwrap().token;
    let report = home.kalends.import(home.anna, home.calendar, "calendar.ics", text.clone()).await.unwrap();
    assert_eq!((report.unchanged, report.added.count, report.replaced.count), (2, 0, 0));
    assert_eq!(home.kalends.changes(home.anna, home.calendar, None, None).await.unwrap().token, token);
}

#[tokio::test]
async fn an_exported_calendar_imports_as_the_same_events_elsewhere_and_as_unchanged_at_home() {
    let home = Home::new().await;
    for uid in ["one", "two", "three"] {
        home.put(&format!("{uid}.ics"), &event_titled(uid, uid)).await.unwrap();
    }
    let export = home.export().await;
    assert_eq!(export.matches("BEGIN:VCALENDAR").count(), 1);
    assert_eq!(export.matches("X-UNKNOWN;X-P=\"a:b\":kept").count(), 3);
    let home_again = home.kalends.import(home.anna, home.calendar, "calendar.ics", export.clone()).await.unwrap();
    assert_eq!(home_again.unchanged, 3);
    let other = home.kalends.create_named_calendar(home.anna, "Other").await.unwrap().id;
    let report = home.kalends.import(home.anna, other, "x.ics", export.clone()).await.unwrap();
    assert_eq!(report.added.first, ["one", "three", "two"]);
    assert_eq!(report.refused.first, []);
}

#[tokio::test]
async fn a_file_may_be_folded_inside_of_its_characters() {
    let home = Home::new().await;
    let text = file(&[vevent_titled("one", "Één café 🎄"), vevent_titled("two", "Zwei")]);
    // An exporter that counts octets: nine on a line, wherever they end.
    let mut folded = Vec::new();
    for line in text.lines() {
        folded.extend(line.as_bytes().chunks(9).collect::<Vec<_>>().join(&b"\r\n "[..]));
        folded.extend(b"\r\n");
    }
    assert!(std::str::from_utf8(&folded).is_err());
    let report = home.kalends.import(home.anna, home.calendar, "x.ics", folded.clone()).await.unwrap();
    assert_eq!((report.added.first, report.refused.first), (vec!["Één café 🎄".to_owned(), "Zwei".to_owned()], vec![]));
    for again in [folded, text.into_bytes()] {
        let report = home.kalends.import(home.anna, home.calendar, "x.ics", again).await.unwrap();
        assert_eq!((report.unchanged, report.replaced.count), (2, 0));
    }
}

#[tokio::test]
async fn many_objects_come_in_over_several_transactions() {
    let home = Home::new().await;
    let events: Vec<_> = (0..450).map(|number| vevent_titled(&format!("u{number}"), "Many")).collect();
    let report = home.kalends.import(home.anna, home.calendar, "x.ics", file(&events)).await.unwrap();
    assert_eq!((report.added.count, home.names().await.len()), (450, 450));
}

#[tokio::test]
async fn a_file_that_is_no_calendar_is_refused_whole() {
    let home = Home::with_limits(Limits { import_octets: 10_000, ..Limits::default() }).await;
    let import = |file: Vec<u8>| {
        let (kalends, who, calendar) = (home.kalends.clone(), home.anna, home.calendar);
        async move { kalends.import(who, calendar, "x.ics", file).await }
    };
    for file in [&b""[..], b"Hello", b"<html></html>", b"BEGIN:VCALENDAR\r\nSUMMARY:\xe9\r\nEND:VCALENDAR\r\n"] {
        let outcome = import(file.to_vec()).await;
        assert!(matches!(outcome, Err(Error::InvalidCalendarData(_))), "{outcome:?}");
    }
    assert!(matches!(import(vec![b'x'; 10_001]).await, Err(Error::TooLarge { limit: 10_000 })));
    assert!(home.names().await.is_empty());
}
