use chrono::TimeDelta;
use kalends_domain::accounts::Origin;
use kalends_domain::{Error, Limits};
use kalends_test_support::database::TestDatabase;
use kalends_test_support::home::{Home, new_user};
use std::time::{Duration, Instant};

fn nowhere() -> Origin {
    Origin::default()
}

fn at(address: &str) -> Origin {
    Origin { address: Some(address.parse().unwrap()), ..Origin::default() }
}

#[tokio::test]
async fn a_one_time_link_chooses_the_password_once() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let link = kalends.create_sign_in_link(home.anna.principal).await.unwrap().0;
    assert_eq!(kalends.sign_in_link_user(&link).await.unwrap().principal.slug, "anna");
    let short = kalends.redeem_sign_in_link(&link, "short", &nowhere()).await;
    assert!(matches!(short, Err(Error::BadInput { field: "password", .. })));
    let session = kalends.redeem_sign_in_link(&link, "a long sentence", &nowhere()).await.unwrap().session.0;
    assert_eq!(kalends.session_user(&session).await.unwrap().principal.slug, "anna");
    assert!(matches!(
        kalends.redeem_sign_in_link(&link, "another sentence", &nowhere()).await,
        Err(Error::NotFound(_))
    ));
    kalends.sign_in("anna", "a long sentence", &nowhere()).await.unwrap();
}

#[tokio::test]
async fn no_account_is_called_like_a_path() {
    let home = Home::new().await;
    for (name, is_good) in [("calendars", false), ("principals", false), ("calendars2", true)] {
        let made = home.kalends.create_user(new_user(name)).await;
        assert_eq!(made.is_ok(), is_good, "{name}");
        if let Err(error) = made {
            assert!(matches!(&error, Error::BadInput { field: "user name", .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn a_newer_link_ends_the_older_one() {
    let home = Home::new().await;
    let older = home.kalends.create_sign_in_link(home.anna.principal).await.unwrap().0;
    let newer = home.kalends.create_sign_in_link(home.anna.principal).await.unwrap().0;
    assert!(home.kalends.sign_in_link_user(&older).await.is_err());
    assert!(home.kalends.sign_in_link_user(&newer).await.is_ok());
}

#[tokio::test]
async fn a_new_password_ends_every_session_but_the_one_that_changed_it() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    let here = kalends.sign_in("anna", "a long sentence", &nowhere()).await.unwrap().session.0;
    let there = kalends.sign_in(" Anna ", "a long sentence", &nowhere()).await.unwrap().session.0;
    let wrong = kalends.change_password(home.anna.principal, "not that one", "another sentence", &nowhere()).await;
    assert!(matches!(wrong, Err(Error::BadCredentials)));
    assert!(kalends.session_user(&here).await.is_ok());
    let renewed = kalends
        .change_password(home.anna.principal, "a long sentence", "another sentence", &nowhere())
        .await
        .unwrap()
        .session
        .0;
    for ended in [here, there] {
        assert!(matches!(kalends.session_user(&ended).await, Err(Error::BadCredentials)));
    }
    assert!(kalends.session_user(&renewed).await.is_ok());
    kalends.sign_out(&renewed).await.unwrap();
    assert!(kalends.session_user(&renewed).await.is_err());
}

#[tokio::test]
async fn clients_get_in_with_app_passwords_alone() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    assert!(matches!(kalends.authenticate_client("anna", "a long sentence").await, Err(Error::BadCredentials)));
    let (listed, secret) = kalends.create_app_password(home.anna.principal, "Phone").await.unwrap();
    assert_eq!(kalends.authenticate_client("anna", &secret.0).await.unwrap().0.id, home.anna.principal);
    assert!(matches!(kalends.authenticate_client("ben", &secret.0).await, Err(Error::BadCredentials)));
    assert!(kalends.app_passwords(home.anna.principal).await.unwrap()[0].last_used_at.is_some());
    kalends.revoke_app_password(home.anna.principal, listed.id).await.unwrap();
    assert!(matches!(kalends.authenticate_client("anna", &secret.0).await, Err(Error::BadCredentials)));
    assert!(matches!(kalends.revoke_app_password(home.anna.principal, listed.id).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn unknown_names_and_wrong_passwords_look_the_same() {
    let home = Home::new().await;
    home.kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    let wrong = home.kalends.sign_in("anna", "not that one", &nowhere()).await.unwrap_err();
    let unknown = home.kalends.sign_in("nobody", "not that one", &nowhere()).await.unwrap_err();
    assert_eq!(wrong.to_string(), unknown.to_string());
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_in_any_case_some_day() {
    let open = |home: &Home| {
        let (kalends, anna) = (home.kalends.clone(), home.anna.principal);
        async move {
            let link = kalends.create_sign_in_link(anna).await.unwrap().0;
            kalends.redeem_sign_in_link(&link, "a long sentence", &nowhere()).await.unwrap().session.0
        }
    };
    let limits = Limits { session_idle: TimeDelta::seconds(2), ..Limits::default() };
    let home = Home::with_limits(limits).await;
    let session = open(&home).await;
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        home.kalends.session_user(&session).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert!(matches!(home.kalends.session_user(&session).await, Err(Error::BadCredentials)));

    let home = Home::with_limits(Limits { session_life: TimeDelta::milliseconds(300), ..Limits::default() }).await;
    let session = open(&home).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(matches!(home.kalends.session_user(&session).await, Err(Error::BadCredentials)));
}

#[tokio::test]
async fn a_name_that_no_database_could_hold_is_nobodys() {
    let home = Home::new().await;
    for outcome in [
        home.kalends.sign_in("anna\0", "a long sentence", &nowhere()).await.err(),
        home.kalends.authenticate_client("anna\0", "secret").await.err(),
        home.kalends.calendar(home.anna, "anna", "per\0sonal").await.err(),
    ] {
        // SQLite looks and finds nothing, PostgreSQL refuses to look.
        let told = matches!(outcome, Some(Error::BadCredentials | Error::NotFound(_) | Error::BadInput { .. }));
        assert!(told, "{outcome:?}");
    }
}

#[tokio::test]
async fn an_app_password_that_one_node_revokes_is_refused_by_the_others_at_once() {
    let home = Home::new().await;
    let nodes = [home.reopened().await, home.reopened().await];
    // SQLite has one node; another process that has the file open asks again after some seconds.
    if !TestDatabase::is_postgres() {
        return;
    }
    let (app_password, secret) = home.kalends.create_app_password(home.anna.principal, "phone").await.unwrap();
    // A node that hears nothing yet forgets what it knows when it does: this is for what it hears.
    tokio::time::sleep(Duration::from_millis(500)).await;
    for node in nodes.iter().chain(&nodes) {
        assert!(node.authenticate_client("anna", &secret.0).await.is_ok());
    }
    home.kalends.revoke_app_password(home.anna.principal, app_password.id).await.unwrap();
    let revoked = Instant::now();
    for node in &nodes {
        while node.authenticate_client("anna", &secret.0).await.is_ok() {
            assert!(revoked.elapsed() < Duration::from_secs(5), "remembered for as long as without a word");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn wrong_passwords_count_on_every_node_and_through_a_restart() {
    let home = Home::new().await;
    home.kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    let nodes = [home.cold(), home.reopened().await];
    let mut wrong = 0;
    let wait = loop {
        match nodes[wrong % 2].sign_in("anna", "not that one", &nowhere()).await {
            Err(Error::BadCredentials) => wrong += 1,
            Err(Error::TooManyTries { seconds }) => break seconds,
            other => panic!("{other:?}"),
        }
        assert!(wrong < 10);
    };
    assert!(wrong >= 5 && (1..=60).contains(&wait), "{wrong} wrong ones, {wait} s");
    let restarted = home.reopened().await;
    for node in nodes.iter().chain([&restarted]) {
        assert!(matches!(node.sign_in("anna", "a long sentence", &nowhere()).await, Err(Error::TooManyTries { .. })));
    }
    home.run("UPDATE login_tries SET last_at = last_at - 120000").await;
    restarted.sign_in("anna", "a long sentence", &nowhere()).await.unwrap();
    assert_eq!(home.count("login_tries").await, 0, "the right one ends it");
}

/// How many tries wait for nothing: some more where they take so long that the first wait passes.
const FREE: std::ops::Range<usize> = 5..9;

/// Whoever has to wait does so for longer than a test takes.
async fn wait_on(home: &Home) {
    home.run("UPDATE login_tries SET last_at = last_at + 600000").await;
}

/// Wrong passwords from `origin` until one has to wait.
async fn guess(home: &Home, name: &str, origin: &Origin) -> usize {
    for wrong in 0..100 {
        match home.kalends.sign_in(name, "not that one", origin).await {
            Err(Error::BadCredentials) => {}
            Err(Error::TooManyTries { seconds }) => {
                assert!(seconds >= 1, "{seconds} s");
                return wrong;
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("no guess had to wait")
}

#[tokio::test]
async fn guesses_from_one_address_do_not_keep_others_waiting() {
    let home = Home::new().await;
    home.kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    assert!(FREE.contains(&guess(&home, "anna", &at("192.0.2.1")).await));
    wait_on(&home).await;
    assert!(matches!(
        home.kalends.sign_in("anna", "a long sentence", &at("192.0.2.1")).await,
        Err(Error::TooManyTries { .. })
    ));
    home.kalends.sign_in("anna", "a long sentence", &at("192.0.2.2")).await.unwrap();
    // Addresses of IPv6 are had in plenty: those of one network count together.
    assert!(FREE.contains(&guess(&home, "ben", &at("2001:db8::1")).await));
    wait_on(&home).await;
    assert_eq!(guess(&home, "ben", &at("2001:db8::2")).await, 0);
}

#[tokio::test]
async fn guesses_from_everywhere_never_lock_the_owner_out_of_a_device_that_was_signed_in() {
    let home = Home::new().await;
    home.kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    let device = home.kalends.sign_in("anna", "a long sentence", &at("192.0.2.1")).await.unwrap().device;
    let known = Origin { device: Some(device.0.clone()), ..at("192.0.2.1") };
    // Of each address four, which wait for nothing there, until the account has had enough.
    let mut guesses = 0;
    let elsewhere = loop {
        let from = at(&format!("198.51.100.{}", guesses / 4));
        match home.kalends.sign_in("anna", "not that one", &from).await {
            Err(Error::BadCredentials) => guesses += 1,
            Err(Error::TooManyTries { .. }) => break from,
            other => panic!("{other:?}"),
        }
        assert!(guesses < 200);
    };
    assert!(guesses > 20, "{guesses}");
    wait_on(&home).await;
    assert_eq!(guess(&home, "anna", &at("203.0.113.7")).await, 0, "also from an address that never tried");
    // The owner comes in where they were before, from anywhere, and no device that nobody knows does.
    let again = home.kalends.sign_in("anna", "a long sentence", &known).await.unwrap();
    assert_eq!(again.device, device, "one for a device");
    home.kalends
        .sign_in("anna", "a long sentence", &Origin { device: Some(device.0.clone()), ..elsewhere })
        .await
        .unwrap();
    let forged = Origin { device: Some("22222222222222222222222222222222".into()), ..at("203.0.113.7") };
    assert!(matches!(home.kalends.sign_in("anna", "a long sentence", &forged).await, Err(Error::TooManyTries { .. })));
    // Guesses in the device itself wait as everywhere, and are of this account alone.
    assert!(FREE.contains(&guess(&home, "anna", &known).await));
    wait_on(&home).await;
    home.kalends.sign_in("anna", "a long sentence", &nowhere()).await.unwrap_err();
    assert_eq!(home.count("devices").await, 1);
}

#[tokio::test]
async fn one_address_that_tries_many_accounts_has_to_wait() {
    let home = Home::new().await;
    let from = at("192.0.2.1");
    let mut tried = 0;
    let refused = loop {
        match home.kalends.sign_in(&format!("name{tried}"), "123456", &from).await {
            Err(Error::BadCredentials) => tried += 1,
            other => break other,
        }
        assert!(tried <= 100, "an address may try one password on everybody");
    };
    assert!(matches!(refused, Err(Error::TooManyTries { .. })) && tried == 100, "{tried}");
    home.kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    home.kalends.sign_in("anna", "a long sentence", &at("192.0.2.2")).await.unwrap();
}
