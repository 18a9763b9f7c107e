//! People as administrators look after them.

use kalends_domain::access::Access;
use kalends_domain::accounts::{AccountState, CredentialKind, NewAppPassword, NewUser, Origin};
use kalends_domain::people::{Administrator, Inheritance, MAX_LISTED, PersonPatch};
use kalends_domain::{Error, Problem};
use kalends_test_support::database::TestDatabase;
use kalends_test_support::home::{Home, new_user, user};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Anna's home, who is an administrator.
pub async fn administered() -> (Home, Administrator) {
    let home = Home::new().await;
    let role = PersonPatch { is_admin: Some(true), ..PersonPatch::default() };
    home.kalends.change_person(Administrator::Operator, home.anna.principal, role).await.unwrap();
    let by = Administrator::Person(home.anna);
    (home, by)
}

pub fn is_last<T: std::fmt::Debug>(outcome: Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::BadInput { problem: Problem::LastAdministrator, .. }))
}

#[tokio::test]
async fn only_administrators_on_a_page_find_people() {
    let (home, by) = administered().await;
    let ben = user(&home.kalends, "ben").await;
    let (_, phone) = {
        let (_, secret) = home.kalends.create_app_password(home.anna.principal, "phone").await.unwrap();
        home.kalends.authenticate_client("anna", &secret.0).await.unwrap()
    };
    for stranger in [ben, phone, home.anna.narrowed(Access::Owner, Some(home.calendar))] {
        let stranger = Administrator::Person(stranger);
        let (kalends, anna) = (&home.kalends, home.anna.principal);
        let patch = PersonPatch { is_admin: Some(true), ..PersonPatch::default() };
        for refused in [
            kalends.people(stranger, "", 0).await.map(drop),
            kalends.person(stranger, anna).await.map(drop),
            kalends.invite(stranger, new_user("carl")).await.map(drop),
            kalends.new_link(stranger, anna).await.map(drop),
            kalends.change_person(stranger, ben.principal, patch).await,
            kalends.set_enabled(stranger, anna, false).await,
            kalends.delete_person(stranger, anna, Inheritance::Bin).await.map(drop),
            kalends.restore_person(stranger, anna).await.map(drop),
            kalends.take_out(stranger, anna).await.map(drop),
        ] {
            assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
        }
    }
    assert_eq!(home.count("users").await, 2);
    assert!(home.kalends.people(by, "", 0).await.is_ok());
}

#[tokio::test]
async fn people_are_found_by_their_names_and_e_mail_in_pieces() {
    let (home, by) = administered().await;
    for n in 0..MAX_LISTED {
        let (slug, display_name) = (format!("p{n:02}"), format!("Person {n:02}"));
        let email = Some(format!("p{n:02}_x@example.org"));
        home.kalends.create_user(NewUser { display_name, email, ..new_user(&slug) }).await.unwrap();
    }
    let first = home.kalends.people(by, " ", 0).await.unwrap();
    assert_eq!((first.people.len(), first.more), (MAX_LISTED, true));
    assert_eq!(first.people[0].user.principal.slug, "anna");
    assert_eq!((first.people[0].calendars, first.people[0].has_password, first.people[0].seen_at), (1, false, None));
    let rest = home.kalends.people(by, "", 1).await.unwrap();
    assert_eq!((rest.people.len(), rest.more), (1, false));
    for (search, found) in [("PERSON 07", 1), ("p07_X@", 1), ("p0", 10), ("%", 0), ("p07%", 0), ("p_7", 0), ("\\", 0)] {
        assert_eq!(home.kalends.people(by, search, 0).await.unwrap().people.len(), found, "{search}");
    }
    home.kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    home.kalends.sign_in("anna", "a long sentence", &Origin::default()).await.unwrap();
    let anna = home.kalends.person(by, home.anna.principal).await.unwrap();
    assert!(anna.has_password && anna.seen_at.is_some());
}

#[tokio::test]
async fn somebody_who_is_invited_chooses_a_password_and_gets_another_link_later() {
    let (home, by) = administered().await;
    let (ben, link) = home.kalends.invite(by, new_user("ben")).await.unwrap();
    let here = Origin::default();
    home.kalends.redeem_sign_in_link(&link.0, "a long sentence", &here).await.unwrap();
    let link = home.kalends.new_link(by, ben.principal.id).await.unwrap();
    home.kalends.sign_in("ben", "a long sentence", &here).await.unwrap();
    home.kalends.redeem_sign_in_link(&link.0, "another sentence", &here).await.unwrap();
    assert!(home.kalends.sign_in("ben", "a long sentence", &here).await.is_err());
    assert!(matches!(home.kalends.invite(by, new_user("ben")).await, Err(Error::AlreadyExists(_))));
    assert!(matches!(home.kalends.invite(by, new_user("No Name")).await, Err(Error::BadInput { .. })));
}

#[tokio::test]
async fn names_and_roles_are_changed_whole_or_not_at_all() {
    let (home, by) = administered().await;
    let ben = user(&home.kalends, "ben").await.principal;
    let patch = PersonPatch {
        display_name: Some(" Ben B. ".into()),
        email: Some(Some("ben@example.org".into())),
        is_admin: Some(true),
    };
    home.kalends.change_person(by, ben, patch.clone()).await.unwrap();
    let user = home.kalends.user(ben).await.unwrap();
    assert_eq!((user.principal.display_name.as_str(), user.is_admin), ("Ben B.", true));
    assert_eq!(user.principal.email.as_deref(), Some("ben@example.org"));
    for wrong in [
        PersonPatch { display_name: Some("  ".into()), email: Some(None), is_admin: Some(false) },
        PersonPatch { display_name: Some("Ben\nB".into()), email: Some(None), is_admin: Some(false) },
        PersonPatch { display_name: None, email: Some(Some("nowhere".into())), is_admin: Some(false) },
    ] {
        assert!(matches!(home.kalends.change_person(by, ben, wrong).await, Err(Error::BadInput { .. })));
        assert_eq!(home.kalends.user(ben).await.unwrap(), user);
    }
    // Programs that are known here learn of the new name at once.
    let (_, secret) = home.kalends.create_app_password(ben, "phone").await.unwrap();
    assert_eq!(home.kalends.authenticate_client("ben", &secret.0).await.unwrap().0.display_name, "Ben B.");
    let renamed = PersonPatch { display_name: Some("B.".into()), ..PersonPatch::default() };
    home.kalends.change_person(by, ben, renamed).await.unwrap();
    assert_eq!(home.kalends.authenticate_client("ben", &secret.0).await.unwrap().0.display_name, "B.");
}

#[tokio::test]
async fn whoever_is_disabled_is_refused_at_once_and_keeps_everything() {
    let (home, by) = administered().await;
    let kalends = &home.kalends;
    let ben = user(kalends, "ben").await.principal;
    kalends.set_password(ben, "a long sentence").await.unwrap();
    let here = Origin::default();
    let session = kalends.sign_in("ben", "a long sentence", &here).await.unwrap().session.0;
    let (_, password) = kalends.create_app_password(ben, "phone").await.unwrap();
    let token = NewAppPassword { kind: CredentialKind::Token, label: "script".into(), ..NewAppPassword::default() };
    let (_, token) = kalends.create_app_password(ben, token).await.unwrap();
    let link = kalends.new_link(by, ben).await.unwrap();
    for _ in 0..2 {
        kalends.authenticate_client("ben", &password.0).await.unwrap();
        kalends.authenticate_token(&token.0).await.unwrap();
    }
    kalends.set_enabled(by, ben, false).await.unwrap();
    assert!(matches!(kalends.user(ben).await.unwrap().state, AccountState::Disabled(_)));
    assert!(matches!(kalends.session_user(&session).await, Err(Error::BadCredentials)));
    assert!(matches!(kalends.check_session(&session).await, Err(Error::BadCredentials)));
    assert!(matches!(kalends.sign_in("ben", "a long sentence", &here).await, Err(Error::BadCredentials)));
    assert!(matches!(kalends.authenticate_client("ben", &password.0).await, Err(Error::BadCredentials)));
    assert!(matches!(kalends.authenticate_token(&token.0).await, Err(Error::BadCredentials)));
    assert!(matches!(kalends.sign_in_link_user(&link.0).await, Err(Error::NotFound(_))));
    assert!(matches!(kalends.redeem_sign_in_link(&link.0, "another sentence", &here).await, Err(Error::NotFound(_))));
    assert!(matches!(kalends.new_link(by, ben).await, Err(Error::BadInput { .. })));
    assert_eq!(home.count("calendars").await, 2);
    kalends.set_enabled(by, ben, true).await.unwrap();
    kalends.sign_in("ben", "a long sentence", &here).await.unwrap();
    kalends.authenticate_client("ben", &password.0).await.unwrap();
    assert!(kalends.session_user(&session).await.is_err(), "what was open stays ended");
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let (home, by) = administered().await;
    let anna = home.anna.principal;
    let no_role = PersonPatch { is_admin: Some(false), ..PersonPatch::default() };
    let ben = user(&home.kalends, "ben").await.principal;
    for who in [by, Administrator::Operator] {
        assert!(is_last(home.kalends.change_person(who, anna, no_role.clone()).await));
        assert!(is_last(home.kalends.set_enabled(who, anna, false).await));
        assert!(is_last(home.kalends.delete_person(who, anna, Inheritance::Bin).await));
        assert!(is_last(home.kalends.delete_person(who, anna, Inheritance::HandOver(ben)).await));
    }
    // One who cannot sign in does not count.
    let role = PersonPatch { is_admin: Some(true), ..PersonPatch::default() };
    home.kalends.change_person(by, ben, role).await.unwrap();
    home.kalends.set_enabled(by, ben, false).await.unwrap();
    assert!(is_last(home.kalends.set_enabled(by, anna, false).await));
    home.kalends.set_enabled(by, ben, true).await.unwrap();
    home.kalends.set_enabled(by, anna, false).await.unwrap();
    assert!(matches!(home.kalends.people(by, "", 0).await, Err(Error::NotFound(_))), "and is none any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_who_disable_each_other_one_stays() {
    let (home, by) = administered().await;
    let ben = user(&home.kalends, "ben").await;
    let role = PersonPatch { is_admin: Some(true), ..PersonPatch::default() };
    home.kalends.change_person(by, ben.principal, role).await.unwrap();
    let tries = [(home.anna, ben), (ben, home.anna)].map(|(one, other)| {
        let kalends = home.kalends.clone();
        tokio::spawn(async move { kalends.set_enabled(Administrator::Person(one), other.principal, false).await })
    });
    for tried in tries {
        drop(tried.await.unwrap());
    }
    let listed = home.kalends.people(Administrator::Operator, "", 0).await.unwrap().people;
    let active = listed.iter().filter(|person| person.user.state == AccountState::Active).count();
    assert!(active >= 1);
}

#[tokio::test]
async fn whoever_is_disabled_on_one_node_is_refused_by_the_others_at_once() {
    let (home, by) = administered().await;
    let ben = user(&home.kalends, "ben").await.principal;
    let nodes = [home.reopened().await, home.reopened().await];
    // SQLite has one node; another process that has the file open asks again after some seconds.
    if !TestDatabase::is_postgres() {
        return;
    }
    let (_, secret) = home.kalends.create_app_password(ben, "phone").await.unwrap();
    // A node that hears nothing yet forgets what it knows when it does: this is for what it hears.
    tokio::time::sleep(Duration::from_millis(500)).await;
    for node in nodes.iter().chain(&nodes) {
        assert!(node.authenticate_client("ben", &secret.0).await.is_ok());
    }
    let mut heard = nodes[0].revocations();
    home.kalends.set_enabled(by, ben, false).await.unwrap();
    timeout(Duration::from_secs(5), heard.changed()).await.expect("streams on other nodes look again").unwrap();
    let disabled = Instant::now();
    for node in &nodes {
        while node.authenticate_client("ben", &secret.0).await.is_ok() {
            assert!(disabled.elapsed() < Duration::from_secs(5), "remembered for as long as without a word");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
