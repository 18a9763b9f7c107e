//! The browsers that somebody is signed in with.

use kalends_domain::Error;
use kalends_domain::accounts::{Origin, SessionId};
use kalends_test_support::home::{Home, user};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn open(home: &Home, user_agent: Option<&str>, address: &str) -> String {
    let origin =
        Origin { address: address.parse().ok(), user_agent: user_agent.map(str::to_owned), ..Origin::default() };
    home.kalends.sign_in("anna", "a long sentence", &origin).await.unwrap().session.0
}

async fn at_home() -> Home {
    let home = Home::new().await;
    home.kalends.set_password(home.anna.principal, "a long sentence").await.unwrap();
    home
}

#[tokio::test]
async fn sessions_say_where_they_were_opened_and_which_one_asks() {
    let home = at_home().await;
    let first = open(&home, Some(FIREFOX), "192.0.2.1").await;
    let second = open(&home, None, "").await;
    let listed = home.kalends.sessions(home.anna.principal, &second).await.unwrap();
    assert_eq!(listed.all.len(), 2);
    let this = listed.all.iter().find(|session| session.id == listed.this).unwrap();
    assert_eq!((&this.user_agent, &this.address), (&None, &None));
    let other = listed.all.iter().find(|session| session.id != listed.this).unwrap();
    assert_eq!((other.user_agent.as_deref(), other.address.as_deref()), (Some(FIREFOX), Some("192.0.2.1")));
    assert_eq!(home.kalends.sessions(home.anna.principal, &first).await.unwrap().this, other.id);
    assert_eq!(other.id.to_string().parse(), Ok(other.id));
    for text in ["", "00", "zz", &"0".repeat(63), &"é".repeat(32)] {
        assert!(text.parse::<SessionId>().is_err(), "{text}");
    }
    // Whatever a browser calls itself, so much of it is kept.
    open(&home, Some(&format!("\n{}", "é".repeat(5000))), "::1").await;
    let long = home.kalends.sessions(home.anna.principal, &first).await.unwrap();
    assert!(long.all.iter().any(|session| session.user_agent.as_deref() == Some(&"é".repeat(300))));
}

#[tokio::test]
async fn a_session_is_ended_by_its_owner_alone() {
    let home = at_home().await;
    let ben = user(&home.kalends, "ben").await;
    let (here, there) = (open(&home, Some(FIREFOX), "::1").await, open(&home, None, "::1").await);
    let listed = home.kalends.sessions(home.anna.principal, &here).await.unwrap();
    let other = listed.all.iter().find(|session| session.id != listed.this).unwrap().id;
    assert!(matches!(home.kalends.end_session(ben.principal, other).await, Err(Error::NotFound(_))));
    assert!(home.kalends.session_user(&there).await.is_ok());
    let mut revocations = home.kalends.revocations();
    home.kalends.end_session(home.anna.principal, other).await.unwrap();
    assert!(revocations.has_changed().unwrap(), "whoever holds a stream open for it looks again");
    revocations.mark_unchanged();
    assert!(matches!(home.kalends.session_user(&there).await, Err(Error::BadCredentials)));
    assert!(matches!(home.kalends.check_session(&there).await, Err(Error::BadCredentials)));
    assert!(matches!(home.kalends.end_session(home.anna.principal, other).await, Err(Error::NotFound(_))));
    assert!(home.kalends.session_user(&here).await.is_ok());
}

#[tokio::test]
async fn all_sessions_but_this_one_are_ended_together() {
    let home = at_home().await;
    let ben = user(&home.kalends, "ben").await;
    home.kalends.set_password(ben.principal, "a long sentence").await.unwrap();
    let bens = home.kalends.sign_in("ben", "a long sentence", &Origin::default()).await.unwrap().session.0;
    let sessions = [open(&home, None, "::1").await, open(&home, None, "::1").await, open(&home, None, "::1").await];
    assert_eq!(home.kalends.end_other_sessions(home.anna.principal, &sessions[1]).await.unwrap(), 2);
    for (session, is_open) in sessions.iter().zip([false, true, false]) {
        assert_eq!(home.kalends.session_user(session).await.is_ok(), is_open);
    }
    assert!(home.kalends.session_user(&bens).await.is_ok());
}
