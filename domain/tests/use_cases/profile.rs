//! What people say of themselves, and what follows from it.

use kalends_domain::accounts::{DefaultView, Preferences, ProfilePatch, WorkingHours};
use kalends_domain::people::{Administrator, Inheritance};
use kalends_domain::{Error, Existing};
use kalends_ical::edit::{EventDraft, Marks, Repeat, Timing};
use kalends_test_support::home::{Home, new_user, user};
use std::io::Cursor;

fn picture(red: u8) -> Vec<u8> {
    let image = image::DynamicImage::from(image::RgbImage::from_pixel(40, 30, image::Rgb([red, 20, 20])));
    let mut octets = Cursor::new(Vec::new());
    image.write_to(&mut octets, image::ImageFormat::Png).unwrap();
    octets.into_inner()
}

fn draft(timing: Timing) -> EventDraft {
    EventDraft {
        summary: "Tea; cake".into(),
        description: None,
        location: None,
        timing,
        repeat: Repeat::Never,
        marks: Marks::default(),
    }
}

#[tokio::test]
async fn people_say_what_they_are_called() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let ada = kalends.create_user(new_user("ada")).await.unwrap();
    let caller = ada.on_a_page();
    let named = |name: &str, email: &str| ProfilePatch {
        display_name: Some(name.into()),
        email: Some(Some(email.into())),
        preferences: None,
    };
    let (_, secret) = kalends.create_app_password(ada.principal.id, "x").await.unwrap();
    kalends.authenticate_client("ada", &secret.0).await.unwrap();
    let changed = kalends.change_profile(caller, |_| Ok(named(" Ada Lovelace ", "Ada@Example.org"))).await.unwrap();
    assert_eq!(changed.principal.display_name, "Ada Lovelace");
    assert_eq!(kalends.user(ada.principal.id).await.unwrap(), changed);
    // Programs are told at once, and may come by the address (RFC 6764 section 6).
    let (who, _) = kalends.authenticate_client("ada", &secret.0).await.unwrap();
    assert_eq!(who.display_name, "Ada Lovelace");
    assert!(kalends.authenticate_client("ada@example.ORG", &secret.0).await.is_err(), "it was not shown to be hers");
    kalends.verify_address(Administrator::Operator, ada.principal.id, "ada@example.org").await.unwrap();
    assert!(kalends.authenticate_client("ada@example.ORG", &secret.0).await.is_ok());
    assert!(kalends.authenticate_client("ben@example.org", &secret.0).await.is_err());
    let ben = user(kalends, "ben").await;
    let taken = kalends.change_profile(ben, |_| Ok(named("Ben", "ada@example.org"))).await;
    assert!(matches!(taken, Err(Error::AlreadyExists(Existing::EmailAddress))));
    for (name, email) in [("", "ben@example.org"), ("Ben", "nowhere"), ("B\u{7}n", "ben@example.org")] {
        let wrong = kalends.change_profile(ben, |_| Ok(named(name, email))).await;
        assert!(matches!(wrong, Err(Error::BadInput { .. })), "{name:?} {email}");
    }
    assert_eq!(kalends.user(ben.principal).await.unwrap().principal.display_name, "ben");
}

#[tokio::test]
async fn preferences_are_kept_whole() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let wanted = Preferences {
        view: Some(DefaultView::Week),
        reminder_minutes: Some(15),
        working_hours: WorkingHours::from_text("540-1020,,,,,,0-1440"),
        ..kalends.user(home.anna.principal).await.unwrap().preferences
    };
    let patch =
        |preferences: &Preferences| ProfilePatch { preferences: Some(preferences.clone()), ..ProfilePatch::default() };
    kalends.change_profile(home.anna, |_| Ok(patch(&wanted))).await.unwrap();
    assert_eq!(kalends.user(home.anna.principal).await.unwrap().preferences, wanted);
    let early = Preferences { reminder_minutes: Some(60 * 24 * 29), ..wanted.clone() };
    assert!(matches!(kalends.change_profile(home.anna, |_| Ok(patch(&early))).await, Err(Error::BadInput { .. })));
    assert_eq!(kalends.user(home.anna.principal).await.unwrap().preferences, wanted);
}

#[tokio::test]
async fn new_events_of_the_agenda_have_the_reminder_that_their_maker_wants() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let day = "2027-03-01".parse::<chrono::NaiveDate>().unwrap();
    let timed = Timing::Timed {
        start: day.and_hms_opt(15, 0, 0).unwrap(),
        end: day.and_hms_opt(16, 0, 0).unwrap(),
        zone: None,
    };
    let made = async |timing| {
        let (name, _) = kalends.create_event(home.anna, home.calendar, &draft(timing)).await.unwrap();
        home.text(&name).await
    };
    assert!(!made(timed).await.contains("VALARM"));
    let with = |user: &kalends_domain::accounts::User| {
        let preferences = Preferences { reminder_minutes: Some(15), ..user.preferences.clone() };
        Ok(ProfilePatch { preferences: Some(preferences), ..ProfilePatch::default() })
    };
    kalends.change_profile(home.anna, with).await.unwrap();
    let text = made(timed).await;
    let alarm =
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Tea\\; cake\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n";
    assert!(text.contains(alarm), "{text}");
    assert!(!made(Timing::AllDay { first: day, last: day }).await.contains("VALARM"));
    // Programs say themselves what they want.
    let made = kalends.create_event_once(home.anna, home.calendar, &draft(timed), None).await.unwrap();
    assert!(!home.text(&made.name).await.contains("VALARM"));
}

#[tokio::test]
async fn a_picture_is_shown_until_its_owner_goes() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let ada = user(kalends, "ada").await;
    let nobody = |found: Result<_, Error>| matches!(found, Err(Error::NotFound(_)));
    assert!(nobody(kalends.picture(home.anna, "ada").await));
    assert!(nobody(kalends.picture(home.anna, "nobody").await));
    let first = kalends.set_picture(ada, picture(200)).await.unwrap();
    assert_eq!(kalends.picture(home.anna, "ada").await.unwrap(), first);
    let second = kalends.set_picture(ada, picture(100)).await.unwrap();
    assert_ne!(first.digest, second.digest);
    assert_eq!(kalends.user(ada.principal).await.unwrap().picture, Some(second.digest));
    let among = kalends.pictures_among(&["ben".into(), "ada".into(), "x\"],".into()]).await.unwrap();
    assert_eq!(among, [("ada".to_owned(), second.digest)]);
    assert!(matches!(kalends.set_picture(ada, b"<svg/>".to_vec()).await, Err(Error::BadInput { .. })));
    assert_eq!(kalends.picture(ada, "ada").await.unwrap(), second, "what is refused changes nothing");
    let out = kalends.take_out(Administrator::Person(ada), ada.principal).await.unwrap();
    assert_eq!(out.picture, Some(second));
    kalends.set_enabled(Administrator::Operator, ada.principal, false).await.unwrap();
    assert!(nobody(kalends.picture(home.anna, "ada").await));
    kalends.set_enabled(Administrator::Operator, ada.principal, true).await.unwrap();
    assert!(kalends.picture(home.anna, "ada").await.is_ok());
    kalends.delete_person(Administrator::Operator, ada.principal, Inheritance::Bin).await.unwrap();
    assert_eq!(home.count("pictures").await, 0);
    let ben = user(kalends, "ben").await;
    kalends.set_picture(ben, picture(50)).await.unwrap();
    kalends.remove_picture(ben).await.unwrap();
    assert!(nobody(kalends.picture(ben, "ben").await));
}
