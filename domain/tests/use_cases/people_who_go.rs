//! Accounts that are deleted: their calendars, their way back, and what is taken out before.

use super::jobs::worker;
use super::people::administered;
use chrono::TimeDelta;
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::{AccountState, Origin};
use kalends_domain::calendars::CalendarId;
use kalends_domain::objects::Precondition;
use kalends_domain::people::{Administrator, HandedOver, Inheritance};
use kalends_domain::{Error, Limits};
use kalends_test_support::home::{AllChanges, Home, first_calendar, new_user, user};
use kalends_test_support::texts::event_titled;

/// Ben, who has an event in his calendar that was changed once.
async fn ben(home: &Home) -> (Caller, CalendarId) {
    let ben = user(&home.kalends, "ben").await;
    let calendar = first_calendar(&home.kalends, ben).await;
    for title in ["One", "Two"] {
        let text = event_titled("a", title);
        home.kalends.put_object(ben, calendar, "a.ics", &text, Precondition::None).await.unwrap();
    }
    (ben, calendar)
}

async fn clean(home: &Home) {
    home.kalends.begin_job(kalends_domain::jobs::JobKind::Clean).await.unwrap();
    worker(&home.kalends).run_due().await.unwrap();
}

#[tokio::test]
async fn calendars_that_are_handed_over_keep_objects_history_and_sync_tokens() {
    let (home, by) = administered().await;
    let (ben, calendar) = ben(&home).await;
    let token = AllChanges::read(home.kalends.changes(ben, calendar, None, None).await.unwrap()).await.token;
    // Anna read it before, which says nothing any more.
    let row = format!(
        "INSERT INTO grants (calendar_id, principal_id, access) VALUES ({}, {}, 20)",
        calendar.0, home.anna.principal.0
    );
    home.run(&row).await;
    let before = home.kalends.list_revision(home.anna).await.unwrap();
    let handed_over =
        home.kalends.delete_person(by, ben.principal, Inheritance::HandOver(home.anna.principal)).await.unwrap();
    assert_eq!(handed_over, HandedOver { calendars: 1, renamed: 1, is_over_quota: false });
    let held = home.kalends.calendar_by_id(home.anna, calendar).await.unwrap();
    assert_eq!((held.access(), held.owner), (Access::Owner, home.anna.principal));
    assert_ne!(held.slug, "personal", "Anna has one of that name");
    assert!(home.kalends.list_revision(home.anna).await.unwrap() > before, "her pages hear of it");
    assert_eq!(home.count("grants").await, 0);
    let object = home.kalends.object(home.anna, calendar, "a.ics").await.unwrap();
    assert_eq!(object.text, event_titled("a", "Two"));
    let rows =
        home.kalends.calendar_history(home.anna, calendar, kalends_domain::calendars::Revision(0), 10).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.cause.as_ref().unwrap().principal_name == "ben"));
    let since = AllChanges::read(home.kalends.changes(home.anna, calendar, Some(&token), None).await.unwrap()).await;
    assert!(since.changed.is_empty() && since.removed.is_empty());
    let report = home.kalends.people(by, "ben", 0).await.unwrap().people;
    assert!(matches!(report[0].user.state, AccountState::Deleted(_)));
    assert_eq!(report[0].calendars, 0);
    // What has another owner does not come back with the account, and does not go with it.
    assert_eq!(home.kalends.restore_person(by, ben.principal).await.unwrap(), 0);
    assert_eq!(home.kalends.calendars(home.anna).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_heir_is_somebody_else_who_can_sign_in_and_may_get_more_than_an_account_holds() {
    let home = Home::with_limits(Limits { account_objects: 0, ..Limits::default() }).await;
    let by = Administrator::Operator;
    let ben = user(&home.kalends, "ben").await.principal;
    let carl = user(&home.kalends, "carl").await.principal;
    home.kalends.set_enabled(by, carl, false).await.unwrap();
    for heir in [ben, carl, kalends_domain::access::PrincipalId(9999)] {
        let refused = home.kalends.delete_person(by, ben, Inheritance::HandOver(heir)).await;
        assert!(matches!(refused, Err(Error::BadInput { field: "heir", .. })), "{refused:?}");
    }
    assert_eq!(home.kalends.user(ben).await.unwrap().state, AccountState::Active);
    home.run("UPDATE calendars SET objects = 3").await;
    let handed_over = home.kalends.delete_person(by, ben, Inheritance::HandOver(home.anna.principal)).await.unwrap();
    assert!(handed_over.is_over_quota);
}

#[tokio::test]
async fn an_account_in_the_bin_comes_back_whole() {
    let (home, by) = administered().await;
    let (ben, calendar) = ben(&home).await;
    home.kalends.set_password(ben.principal, "a long sentence").await.unwrap();
    let session = home.kalends.sign_in("ben", "a long sentence", &Origin::default()).await.unwrap().session.0;
    let earlier = home.kalends.create_named_calendar(ben, "Earlier").await.unwrap();
    home.kalends.delete_calendar(ben, earlier.id).await.unwrap();
    let row = format!(
        "INSERT INTO grants (calendar_id, principal_id, access) VALUES ({}, {}, 20)",
        calendar.0, home.anna.principal.0
    );
    home.run(&row).await;
    home.kalends.delete_person(by, ben.principal, Inheritance::Bin).await.unwrap();
    assert!(home.kalends.session_user(&session).await.is_err());
    assert!(home.kalends.sign_in("ben", "a long sentence", &Origin::default()).await.is_err());
    assert!(
        matches!(home.kalends.calendar_by_id(home.anna, calendar).await, Err(Error::NotFound(_))),
        "nor for others"
    );
    assert!(
        matches!(home.kalends.invite(by, new_user("ben")).await, Err(Error::AlreadyExists(_))),
        "the name stays taken"
    );
    let again = home.kalends.delete_person(by, ben.principal, Inheritance::Bin).await;
    assert!(matches!(again, Err(Error::NotFound(_))));
    assert!(matches!(home.kalends.set_enabled(by, ben.principal, true).await, Err(Error::NotFound(_))));
    clean(&home).await;
    assert_eq!(home.kalends.restore_person(by, ben.principal).await.unwrap(), 1);
    home.kalends.sign_in("ben", "a long sentence", &Origin::default()).await.unwrap();
    let held = home.kalends.calendar(ben, "ben", "personal").await.unwrap();
    assert_eq!((held.id, held.objects), (calendar, 1));
    assert!(home.kalends.calendar_by_id(home.anna, calendar).await.is_ok());
    assert_eq!(home.kalends.bin(ben, 0).await.unwrap().calendars.len(), 1, "what was deleted before stays so");
    assert!(matches!(home.kalends.restore_person(by, ben.principal).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn an_account_goes_for_good_after_its_time_in_the_bin() {
    let (home, by) = administered().await;
    let (ben, _) = ben(&home).await;
    home.kalends.create_app_password(ben.principal, "phone").await.unwrap();
    home.kalends.delete_person(by, ben.principal, Inheritance::Bin).await.unwrap();
    let month = TimeDelta::days(31).num_milliseconds();
    home.run(&format!("UPDATE users SET deleted_at = deleted_at - {month} WHERE deleted_at IS NOT NULL")).await;
    home.run(&format!("UPDATE calendars SET deleted_at = deleted_at - {month} WHERE deleted_at IS NOT NULL")).await;
    assert!(matches!(home.kalends.restore_person(by, ben.principal).await, Err(Error::NotFound(_))));
    clean(&home).await;
    // Of principals there is everyone as well.
    for (table, left) in [("users", 1), ("principals", 2), ("calendars", 1), ("app_passwords", 0), ("objects", 0)] {
        assert_eq!(home.count(table).await, left, "{table}");
    }
    home.kalends.invite(by, new_user("ben")).await.unwrap();
}

#[tokio::test]
async fn everything_is_taken_out_by_oneself_and_by_administrators() {
    let (home, by) = administered().await;
    let (ben, _) = ben(&home).await;
    for who in [by, Administrator::Operator, Administrator::Person(ben)] {
        let out = home.kalends.take_out(who, ben.principal).await.unwrap();
        assert_eq!((out.user.principal.slug.as_str(), out.calendars.len()), ("ben", 1));
        let mut export = out.export(&out.calendars[0]).await.unwrap();
        let mut text = String::new();
        while let Some(piece) = export.next().await.unwrap() {
            text.push_str(&piece);
        }
        assert!(text.contains("SUMMARY:Two"));
    }
    let (_, secret) = home.kalends.create_app_password(ben.principal, "phone").await.unwrap();
    let (_, phone) = home.kalends.authenticate_client("ben", &secret.0).await.unwrap();
    assert!(home.kalends.take_out(Administrator::Person(phone), ben.principal).await.is_err());
}
