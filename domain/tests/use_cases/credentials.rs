//! App passwords and tokens: what each is for, and when it ends.

use chrono::{TimeDelta, Utc};
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::{CredentialKind, NewAppPassword, Secret};
use kalends_domain::calendars::CalendarId;
use kalends_domain::objects::Precondition;
use kalends_domain::{Error, Result};
use kalends_test_support::home::{Home, first_calendar, user};
use kalends_test_support::texts::event_titled;
use std::time::Duration;

fn token(label: &str) -> NewAppPassword {
    NewAppPassword { kind: CredentialKind::Token, label: label.into(), ..NewAppPassword::default() }
}

async fn make(home: &Home, new: NewAppPassword) -> Secret {
    home.kalends.create_app_password(home.anna.principal, new).await.unwrap().1
}

async fn caller(home: &Home, secret: &Secret) -> Result<Caller> {
    home.kalends.authenticate_token(&secret.0).await.map(|(_, caller)| caller)
}

async fn put(home: &Home, caller: Caller, calendar: CalendarId, name: &str) -> Result<()> {
    let text = event_titled(name, name);
    home.kalends.put_object(caller, calendar, &format!("{name}.ics"), &text, Precondition::None).await.map(drop)
}

#[tokio::test]
async fn a_token_stands_alone_and_an_app_password_with_its_name() {
    let home = Home::new().await;
    let token = make(&home, token("script")).await;
    assert!(token.0.starts_with("kalends_"));
    let (principal, caller) = home.kalends.authenticate_token(&token.0).await.unwrap();
    assert_eq!((principal.slug.as_str(), caller.principal), ("anna", home.anna.principal));
    assert!(matches!(home.kalends.authenticate_client("anna", &token.0).await, Err(Error::BadCredentials)));
    let password = make(&home, "phone".into()).await;
    assert!(matches!(home.kalends.authenticate_token(&password.0).await, Err(Error::BadCredentials)));
    for secret in ["", "kalends_", "\0"] {
        assert!(home.kalends.authenticate_token(secret).await.is_err());
    }
    let listed = home.kalends.app_passwords(home.anna.principal).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.kind.name()).collect::<Vec<_>>(), ["token", "app-password"]);
    assert!(listed[0].last_used_at.is_some() && listed[1].last_used_at.is_none());
}

#[tokio::test]
async fn a_credential_that_only_reads_changes_nothing() {
    let home = Home::new().await;
    put(&home, home.anna, home.calendar, "a").await.unwrap();
    let reads = caller(&home, &make(&home, NewAppPassword { reads_only: true, ..token("reads") }).await).await.unwrap();
    assert!(home.kalends.object(reads, home.calendar, "a.ics").await.is_ok());
    let written = put(&home, reads, home.calendar, "b").await;
    assert!(matches!(written, Err(Error::Forbidden { needed: Access::Write })));
    assert!(matches!(home.kalends.create_named_calendar(reads, "More").await, Err(Error::Forbidden { .. })));
    assert!(matches!(home.kalends.delete_calendar(reads, home.calendar).await, Err(Error::Forbidden { .. })));
    assert_eq!(home.names().await, ["a.ics"]);
}

#[tokio::test]
async fn for_a_credential_of_one_calendar_there_is_no_other() {
    let home = Home::new().await;
    let other = home.kalends.create_named_calendar(home.anna, "Other").await.unwrap();
    put(&home, home.anna, other.id, "hidden").await.unwrap();
    let one = NewAppPassword { only: Some(home.calendar), ..token("one") };
    let one = caller(&home, &make(&home, one).await).await.unwrap();
    put(&home, one, home.calendar, "a").await.unwrap();
    assert!(matches!(home.kalends.calendar_by_id(one, other.id).await, Err(Error::NotFound(_))));
    assert!(matches!(home.kalends.calendar(one, "anna", &other.slug).await, Err(Error::NotFound(_))));
    assert!(matches!(home.kalends.object(one, other.id, "hidden.ics").await, Err(Error::NotFound(_))));
    assert!(matches!(put(&home, one, other.id, "b").await, Err(Error::NotFound(_))));
    assert!(matches!(home.kalends.export(one, other.id).await, Err(Error::NotFound(_))));
    let listed = home.kalends.calendars(one).await.unwrap();
    assert_eq!(listed.iter().map(|held| held.id).collect::<Vec<_>>(), [home.calendar]);
    let (_, readable) = home.kalends.calendar_list(one).await.unwrap();
    assert_eq!(readable.iter().map(|held| held.id).collect::<Vec<_>>(), [home.calendar]);
    // What it may not do with the calendar itself it is told by name.
    assert!(matches!(home.kalends.create_named_calendar(one, "More").await, Err(Error::Forbidden { .. })));
    assert!(matches!(home.kalends.delete_calendar(one, home.calendar).await, Err(Error::Forbidden { .. })));
    // Neither does what happens in the other come to it.
    let told = home.kalends.told(one).await.unwrap();
    let mut follower = home.kalends.follow(one, told).await.unwrap();
    put(&home, home.anna, other.id, "c").await.unwrap();
    let told = tokio::time::timeout(Duration::from_millis(300), follower.next()).await;
    assert!(told.is_err(), "{told:?}");
    home.kalends.delete_calendar(home.anna, other.id).await.unwrap();
    assert!(home.kalends.bin(one, 0).await.unwrap().calendars.is_empty());
    assert!(matches!(home.kalends.restore_calendar(one, other.id).await, Err(Error::Forbidden { .. })));

    // It is nobody's for a calendar that its owner may not read, and goes with the calendar.
    let ben = user(&home.kalends, "ben").await;
    let foreign = NewAppPassword { only: Some(first_calendar(&home.kalends, ben).await), ..token("foreign") };
    let refused = home.kalends.create_app_password(home.anna.principal, foreign).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
    home.run(&format!("DELETE FROM calendars WHERE id = {}", home.calendar.0)).await;
    assert_eq!(home.count("app_passwords").await, 0);
}

#[tokio::test]
async fn a_credential_ends_on_time_also_where_it_is_remembered() {
    let home = Home::new().await;
    let ends = NewAppPassword { expires_at: Some(Utc::now() + TimeDelta::milliseconds(800)), ..token("soon") };
    let soon = make(&home, ends).await;
    for _ in 0..3 {
        caller(&home, &soon).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert!(matches!(caller(&home, &soon).await, Err(Error::BadCredentials)));
    let past = NewAppPassword { expires_at: Some(Utc::now()), ..token("past") };
    let refused = home.kalends.create_app_password(home.anna.principal, past).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "end", .. })));
}
