use kalends_domain::calendars::CalendarDetails;
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_domain::{Error, Limits};
use kalends_ical::query::{ComponentFilter, Filter};
use kalends_ical::time::Zone;
use kalends_test_support::home::{Home, first_calendar, user};
use kalends_test_support::texts::event_titled;

fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>, wanted: &str) {
    assert!(matches!(&outcome, Err(Error::QuotaExceeded { unit, .. }) if *unit == wanted), "{outcome:?}");
}

async fn octets(home: &Home) -> u64 {
    home.kalends.usage(home.anna.principal).await.unwrap().octets
}

#[tokio::test]
async fn an_account_holds_so_many_objects_and_no_more() {
    let home = Home::with_limits(Limits { account_objects: 2, ..Limits::default() }).await;
    let second = home.kalends.create_named_calendar(home.anna, "Second").await.unwrap().id;
    home.put("one.ics", &event_titled("one", "One")).await.unwrap();
    home.put("two.ics", &event_titled("two", "Two")).await.unwrap();
    let third = event_titled("three", "Three");
    refused(home.put("three.ics", &third).await, "objects");
    refused(home.kalends.put_object(home.anna, second, "three.ics", &third, Precondition::None).await, "objects");
    home.put("one.ics", &event_titled("one", "Changed")).await.unwrap();

    let transfer = CopyMove {
        from: (home.calendar, "one.ics".into()),
        to: (second, "one.ics".into()),
        overwrite: false,
        precondition: Precondition::None,
    };
    refused(home.kalends.copy_object(home.anna, transfer.clone()).await, "objects");
    home.kalends.move_object(home.anna, transfer).await.unwrap();
    assert_eq!(home.kalends.usage(home.anna.principal).await.unwrap().objects, 2);

    home.kalends.delete_calendar(home.anna, second).await.unwrap();
    home.put("three.ics", &third).await.unwrap();
    assert_eq!(home.kalends.usage(home.anna.principal).await.unwrap().objects, 2);
    // Another account has its own.
    let ben = user(&home.kalends, "ben").await;
    let bens = first_calendar(&home.kalends, ben).await;
    home.kalends.put_object(ben, bens, "one.ics", &event_titled("one", "One"), Precondition::None).await.unwrap();
}

#[tokio::test]
async fn an_account_holds_so_many_octets_and_no_more() {
    let (small, large) = (event_titled("one", "One"), event_titled("one", &"long ".repeat(50)));
    let limit = large.len() as u64;
    let home = Home::with_limits(Limits { account_octets: limit, ..Limits::default() }).await;
    home.put("one.ics", &small).await.unwrap();
    home.put("one.ics", &large).await.unwrap();
    assert_eq!(octets(&home).await, limit);
    refused(home.put("two.ics", &event_titled("two", "Two")).await, "octets");
    refused(home.put("one.ics", &event_titled("one", &"long ".repeat(51))).await, "octets");
    assert_eq!(home.text("one.ics").await, large, "what is refused changes nothing");
    // What takes less is always possible, and so is what is the same.
    home.put("one.ics", &large).await.unwrap();
    home.put("one.ics", &small).await.unwrap();
    assert_eq!(octets(&home).await, small.len() as u64);
    home.kalends.delete_object(home.anna, home.calendar, "one.ics", Precondition::None).await.unwrap();
    assert_eq!(octets(&home).await, 0);
}

#[tokio::test]
async fn an_import_says_what_found_no_room() {
    let home = Home::with_limits(Limits { account_objects: 1, ..Limits::default() }).await;
    let file = event_titled("one", "One") + &event_titled("two", "Two");
    let report = home.kalends.import(home.anna, home.calendar, "many.ics", file).await.unwrap();
    assert_eq!(report.added.first, ["One"]);
    assert_eq!(report.refused.count, 1);
    assert!(report.refused.first[0].why.contains("1 objects"), "{:?}", report.refused);
}

#[tokio::test]
async fn a_home_has_so_many_calendars_and_no_more() {
    let home = Home::with_limits(Limits { account_calendars: 2, ..Limits::default() }).await;
    home.kalends.create_named_calendar(home.anna, "Second").await.unwrap();
    let third = home.kalends.create_calendar(home.anna, None, CalendarDetails::named("Third", 2), vec![]).await;
    refused(third, "calendars");
}

/// Objects of which few fit in a page come all, in their order and once.
#[tokio::test]
async fn what_is_read_in_pages_is_whole() {
    let home = Home::new().await;
    let mut names = Vec::new();
    for (number, kilobytes) in [900, 1, 300, 2_000, 700, 400, 1, 1_100, 1].into_iter().enumerate() {
        let name = format!("{number}.ics");
        let text = event_titled(&number.to_string(), &"x".repeat(70)).replace(
            "END:VEVENT",
            &format!("{}END:VEVENT", format!("X-FILL:{}\r\n", "y".repeat(1_000)).repeat(kilobytes)),
        );
        home.put(&name, &text).await.unwrap();
        names.push(name);
    }
    let all = ComponentFilter {
        name: "VCALENDAR".into(),
        components: vec![ComponentFilter {
            name: "VEVENT".into(),
            properties: vec![kalends_ical::query::PropertyFilter { name: "X-FILL".into(), ..Default::default() }],
            ..ComponentFilter::default()
        }],
        ..ComponentFilter::default()
    };
    let found = home.query(&Filter { calendar: all, floating: Zone::UTC }).await;
    assert_eq!(found.into_iter().map(|head| head.name).collect::<Vec<_>>(), names);

    let mut named = Vec::new();
    let mut after = String::new();
    loop {
        let page = home.kalends.objects_named(home.anna, home.calendar, &names, &after).await.unwrap();
        let Some(last) = page.last() else { break };
        let octets: usize = page.iter().map(|object| object.text.len()).sum();
        assert!(page.len() == 1 || octets <= 1024 * 1024, "{octets}");
        after.clone_from(&last.head.name);
        named.extend(page.into_iter().map(|object| object.head.name));
    }
    assert_eq!(named, names);

    let text = home.export().await;
    assert_eq!(text.matches("BEGIN:VEVENT").count(), names.len());
    assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
}
