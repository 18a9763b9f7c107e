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

#[tokio::test]
async fn a_group_is_left_with_somebody_who_manages_it() {
    use kalends_domain::sharing::PartyKind;
    use kalends_domain::teams::{Role, TeamDetails};
    let home = Home::new().await;
    let (kalends, by) = (&home.kalends, Administrator::Operator);
    let (ben, cleo) = (user(kalends, "ben").await, user(kalends, "cleo").await);
    let details = TeamDetails { name: "Staff".into(), ..TeamDetails::default() };
    let staff = kalends.create_team(ben, PartyKind::Group, details.clone()).await.unwrap().party.id;
    // Nobody is without anything while he alone belongs to it.
    let alone = TeamDetails { name: "Alone".into(), ..details };
    kalends.create_team(ben, PartyKind::Group, alone).await.unwrap();
    kalends.set_member(ben, staff, home.anna.principal, Role::Member).await.unwrap();
    let left = kalends.delete_person(by, ben.principal, Inheritance::Bin).await;
    assert!(matches!(left, Err(Error::BadInput { field: "manager", .. })), "{left:?}");
    assert!(left.unwrap_err().to_string().contains("Staff"));
    for nobody in [ben.principal, kalends_domain::access::PrincipalId(9999)] {
        let left = kalends.delete_person_with_teams(by, ben.principal, Inheritance::Bin, Some(nobody)).await;
        assert!(matches!(left, Err(Error::BadInput { field: "manager", .. })), "{left:?}");
    }
    kalends.delete_person_with_teams(by, ben.principal, Inheritance::Bin, Some(cleo.principal)).await.unwrap();
    let (team, members) = kalends.team(cleo, staff).await.unwrap();
    assert_eq!((team.role, members.len()), (Some(Role::Manager), 3));
    // Who gets the calendars gets them as well.
    kalends.delete_person(by, cleo.principal, Inheritance::HandOver(home.anna.principal)).await.unwrap();
    assert_eq!(kalends.team(home.anna, staff).await.unwrap().0.role, Some(Role::Manager));
    // One that has none may get one by whoever looks after the accounts.
    let dora = user(kalends, "dora").await;
    home.run(&format!("DELETE FROM memberships WHERE group_id = {} AND access >= 50", staff.0)).await;
    assert_eq!(kalends.name_manager(by, "staff", dora.principal).await.unwrap().id, staff);
    assert_eq!(kalends.team(dora, staff).await.unwrap().0.role, Some(Role::Manager));
    for (team, person) in [("nobody", dora), ("anna", dora)] {
        let none = kalends.name_manager(by, team, person.principal).await;
        assert!(matches!(none, Err(Error::NotFound(_))), "{none:?}");
    }
    let stranger = kalends.name_manager(Administrator::Person(dora), "staff", dora.principal).await;
    assert!(matches!(stranger, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn a_group_goes_once_its_calendars_are_removed_for_good() {
    use kalends_domain::sharing::PartyKind;
    use kalends_domain::teams::TeamDetails;
    let home = Home::new().await;
    let kalends = &home.kalends;
    let details = TeamDetails { name: "Staff".into(), ..TeamDetails::default() };
    let staff = kalends.create_team(home.anna, PartyKind::Group, details).await.unwrap().party.id;
    let plan = kalends_domain::calendars::CalendarDetails::named("Plan", 0);
    let plan = kalends.create_calendar_for(home.anna, staff, None, plan, Vec::new()).await.unwrap().id;
    let text = kalends_test_support::texts::event_titled("a", "A");
    kalends.put_object(home.anna, plan, "a.ics", &text, kalends_domain::objects::Precondition::None).await.unwrap();
    let owns = |outcome: kalends_domain::Result<()>| {
        assert!(matches!(outcome, Err(Error::BadInput { field: "calendars", .. })), "{outcome:?}");
    };
    owns(kalends.delete_team(home.anna, staff).await);
    kalends.delete_calendar(home.anna, plan).await.unwrap();
    owns(kalends.delete_team(home.anna, staff).await);
    kalends.purge_calendar(home.anna, plan).await.unwrap();
    kalends.delete_team(home.anna, staff).await.unwrap();
    assert_eq!((home.count("objects").await, home.damages().await), (0, Vec::new()));
}
