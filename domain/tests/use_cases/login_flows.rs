//! Programs that are let in by a button, once each.

use chrono::TimeDelta;
use kalends_domain::access::Access;
use kalends_domain::accounts::{LOGIN_FLOW_LIFE, NewAppPassword, Origin};
use kalends_domain::people::Administrator;
use kalends_domain::{Error, Kalends};
use kalends_test_support::home::{Home, user};

const DAVX5: &str = "DAVx5/4.5.1-ose (dav4jvm; okhttp/5.1.0) Android/15";

fn from(address: &str) -> Origin {
    Origin { address: Some(address.parse().unwrap()), user_agent: Some(DAVX5.into()), device: None }
}

async fn is_refused(kalends: &Kalends, poll: &str) -> bool {
    matches!(kalends.redeem_login_flow(poll).await, Err(Error::NotFound(_)))
}

#[tokio::test]
async fn a_program_that_is_let_in_gets_its_password_once() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let new = kalends.begin_login_flow(&from("203.0.113.7")).await.unwrap();
    assert!(is_refused(kalends, &new.poll.0).await, "nobody has let it in");
    let asks = kalends.login_flow(home.anna, &new.login.0).await.unwrap();
    assert_eq!((asks.client.as_str(), asks.address.as_deref(), asks.is_granted), (DAVX5, Some("203.0.113.7"), false));
    assert!(kalends.app_passwords(home.anna.principal).await.unwrap().is_empty());
    kalends.grant_login_flow(home.anna, &new.login.0, " Phone ", true).await.unwrap();
    // It is made when it is fetched: until then nothing could be used or lost.
    assert!(kalends.app_passwords(home.anna.principal).await.unwrap().is_empty());
    // What lets it in does not fetch, and what fetches does not let in.
    assert!(is_refused(kalends, &new.login.0).await);
    assert!(kalends.login_flow(home.anna, &new.poll.0).await.is_err());
    let again = kalends.grant_login_flow(home.anna, &new.login.0, "Phone", false).await;
    assert!(matches!(again, Err(Error::NotFound(_))), "somebody has let it in");
    let (one, other) = tokio::join!(kalends.redeem_login_flow(&new.poll.0), kalends.redeem_login_flow(&new.poll.0));
    assert!(one.is_ok() != other.is_ok(), "of two that ask at once one gets it");
    let let_in = one.or(other).unwrap();
    assert_eq!(let_in.user.principal.id, home.anna.principal);
    assert_eq!((let_in.app_password.label.as_str(), let_in.app_password.reads_only()), ("Phone", true));
    let name = &let_in.user.principal.slug;
    let (who, caller) = kalends.authenticate_client(name, &let_in.secret.0).await.unwrap();
    assert_eq!(who.id, home.anna.principal);
    assert_eq!(caller, caller.narrowed(Access::Read, None), "it reads and does nothing else");
    assert!(is_refused(kalends, &new.poll.0).await);
    assert!(kalends.login_flow(home.anna, &new.login.0).await.is_err());
    assert_eq!(home.count("login_flows").await, 0);
}

#[tokio::test]
async fn a_program_that_is_sent_away_gets_nothing() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let new = kalends.begin_login_flow(&Origin::default()).await.unwrap();
    let wrong = kalends.grant_login_flow(home.anna, &new.login.0, "  ", false).await;
    assert!(matches!(wrong, Err(Error::BadInput { field: "label", .. })));
    kalends.refuse_login_flow(home.anna, &new.login.0).await.unwrap();
    assert!(is_refused(kalends, &new.poll.0).await);
    assert!(kalends.grant_login_flow(home.anna, &new.login.0, "Phone", false).await.is_err());
    // One that was let in is not sent away by whoever comes late.
    let new = kalends.begin_login_flow(&Origin::default()).await.unwrap();
    kalends.grant_login_flow(home.anna, &new.login.0, "Phone", false).await.unwrap();
    let other = user(kalends, "other").await;
    assert!(kalends.refuse_login_flow(other, &new.login.0).await.is_err());
    assert!(kalends.redeem_login_flow(&new.poll.0).await.is_ok());
}

#[tokio::test]
async fn what_was_asked_ends() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let new = kalends.begin_login_flow(&Origin::default()).await.unwrap();
    let ago = (LOGIN_FLOW_LIFE + TimeDelta::seconds(1)).num_milliseconds();
    let granted = kalends.begin_login_flow(&Origin::default()).await.unwrap();
    kalends.grant_login_flow(home.anna, &granted.login.0, "Phone", false).await.unwrap();
    home.run(&format!("UPDATE login_flows SET expires_at = expires_at - {ago}")).await;
    assert!(kalends.login_flow(home.anna, &new.login.0).await.is_err());
    assert!(kalends.grant_login_flow(home.anna, &new.login.0, "Phone", false).await.is_err());
    assert!(is_refused(kalends, &granted.poll.0).await);
    // The next that begins sweeps up.
    kalends.begin_login_flow(&Origin::default()).await.unwrap();
    assert_eq!(home.count("login_flows").await, 1);
}

#[tokio::test]
async fn whoever_goes_lets_nobody_in() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let ada = user(kalends, "ada").await;
    let new = kalends.begin_login_flow(&Origin::default()).await.unwrap();
    kalends.grant_login_flow(ada, &new.login.0, "Phone", false).await.unwrap();
    kalends.set_enabled(Administrator::Operator, ada.principal, false).await.unwrap();
    assert!(is_refused(kalends, &new.poll.0).await);
    kalends.set_enabled(Administrator::Operator, ada.principal, true).await.unwrap();
    assert!(is_refused(kalends, &new.poll.0).await, "also not later");
}

#[tokio::test]
async fn programs_let_no_others_in() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let new = kalends.begin_login_flow(&Origin::default()).await.unwrap();
    let (_, secret) = kalends.create_app_password(home.anna.principal, NewAppPassword::from("x")).await.unwrap();
    let name = kalends.user(home.anna.principal).await.unwrap().principal.slug;
    let (_, program) = kalends.authenticate_client(&name, &secret.0).await.unwrap();
    assert!(matches!(kalends.login_flow(program, &new.login.0).await, Err(Error::Forbidden { .. })));
    let granted = kalends.grant_login_flow(program, &new.login.0, "Phone", false).await;
    assert!(matches!(granted, Err(Error::Forbidden { .. })));
    assert!(matches!(kalends.refuse_login_flow(program, &new.login.0).await, Err(Error::Forbidden { .. })));
}

#[tokio::test]
async fn one_address_begins_only_so_many() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let mut refused = None;
    for _ in 0..200 {
        if let Err(error) = kalends.begin_login_flow(&from("203.0.113.7")).await {
            refused = Some(error);
            break;
        }
    }
    assert!(matches!(refused, Some(Error::TooManyTries { seconds: 1.. })));
    assert!(kalends.begin_login_flow(&from("203.0.113.8")).await.is_ok());
    // It is no try at a password.
    assert!(kalends.begin_attempt(&from("203.0.113.7")).await.is_ok());
}
