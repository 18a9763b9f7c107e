use kalends_domain::Error;
use kalends_domain::calendars::{CalendarDetails, CalendarPatch, DeadProperty};
use kalends_test_support::home::Home;

#[tokio::test]
async fn a_patch_is_applied_whole_or_not_at_all() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let dead = DeadProperty { namespace: "urn:x".into(), name: "p".into(), xml: "<p xmlns=\"urn:x\">1</p>".into() };
    let bad = CalendarPatch {
        display_name: Some("New".into()),
        color: Some("red".into()),
        set_dead: vec![dead.clone()],
        ..CalendarPatch::default()
    };
    let refused = kalends.update_calendar(home.anna, home.calendar, bad.clone()).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "color", .. })));
    let unchanged = kalends.calendar_by_id(home.anna, home.calendar).await.unwrap();
    assert_eq!(unchanged.details.display_name, "Personal");
    assert!(kalends.dead_properties(home.anna, home.calendar).await.unwrap().is_empty());

    let good = CalendarPatch { color: Some("#102030FF".into()), ..bad };
    kalends.update_calendar(home.anna, home.calendar, good).await.unwrap();
    let changed = kalends.calendar(home.anna, "anna", "personal").await.unwrap();
    assert_eq!((changed.details.display_name.as_str(), changed.details.color.as_str()), ("New", "#102030FF"));
    assert_eq!(kalends.dead_properties(home.anna, home.calendar).await.unwrap(), [dead]);
}

#[tokio::test]
async fn a_taken_slug_is_refused_and_a_deleted_calendar_leaves_nothing_behind() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let again = kalends.create_calendar(home.anna, Some("personal"), CalendarDetails::named("X", 1), vec![]).await;
    assert!(matches!(again, Err(Error::AlreadyExists(_))));
    let token = kalends.changes(home.anna, home.calendar, None, None).await.unwrap().token;
    kalends.delete_calendar(home.anna, home.calendar).await.unwrap();
    assert!(matches!(kalends.calendar_by_id(home.anna, home.calendar).await, Err(Error::NotFound(_))));
    let anew = kalends.create_calendar(home.anna, Some("personal"), CalendarDetails::named("X", 1), vec![]).await;
    let stale = kalends.changes(home.anna, anew.unwrap().id, Some(&token), None).await;
    assert!(matches!(stale, Err(Error::InvalidSyncToken)), "a calendar made anew knows nothing of the old one's past");
}
