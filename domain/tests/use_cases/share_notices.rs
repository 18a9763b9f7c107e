//! What clients are told of shares.

use kalends_domain::access::{Access, Caller};
use kalends_domain::share_notices::ShareState::{self, Accepted, Asked, Declined, Ended};
use kalends_domain::sharing::{Answer, ShareChange, WantedShare};
use kalends_domain::{Error, Kalends};
use kalends_test_support::home::{Home, user};

/// What somebody is told: how it stands, for what, what the calendar is called.
async fn told(kalends: &Kalends, who: Caller) -> Vec<(ShareState, Access, String)> {
    let notices = kalends.share_notices(who).await.unwrap();
    notices.into_iter().map(|notice| (notice.state, notice.access, notice.name)).collect()
}

fn said(state: ShareState, access: Access) -> Vec<(ShareState, Access, String)> {
    vec![(state, access, "Personal".to_owned())]
}

#[tokio::test]
async fn who_is_asked_is_told_and_the_owner_of_the_answer() {
    let home = Home::new().await;
    let (kalends, calendar) = (&home.kalends, home.calendar);
    let ben = user(kalends, "ben").await;
    kalends.share(home.anna, calendar, ben.principal, Access::Read, None).await.unwrap();
    assert_eq!(told(kalends, ben).await, said(Asked, Access::Read));
    let first = kalends.share_notices(ben).await.unwrap()[0].id;
    // The same again is no news; another level is.
    kalends.share(home.anna, calendar, ben.principal, Access::Read, None).await.unwrap();
    assert_eq!(kalends.share_notices(ben).await.unwrap()[0].id, first);
    kalends.share(home.anna, calendar, ben.principal, Access::Write, None).await.unwrap();
    assert_eq!(told(kalends, ben).await, said(Asked, Access::Write));
    kalends.answer_share(ben, calendar, Answer::Accepted).await.unwrap();
    assert!(told(kalends, ben).await.is_empty());
    assert_eq!(told(kalends, home.anna).await, said(Accepted, Access::Write));
    assert!(kalends.share_notices(home.anna).await.unwrap()[0].is_reply);
    kalends.answer_share(ben, calendar, Answer::Declined).await.unwrap();
    assert_eq!(told(kalends, home.anna).await, said(Declined, Access::Write));
    // Each removes what they were told.
    let reply = kalends.share_notices(home.anna).await.unwrap()[0].id;
    let foreign = kalends.remove_share_notice(ben, reply).await;
    assert!(matches!(foreign, Err(Error::NotFound(_))), "{foreign:?}");
    kalends.remove_share_notice(home.anna, reply).await.unwrap();
    assert!(told(kalends, home.anna).await.is_empty());
}

#[tokio::test]
async fn who_had_accepted_is_told_that_it_ended_and_nobody_else() {
    let home = Home::new().await;
    let (kalends, calendar) = (&home.kalends, home.calendar);
    let (ben, cleo) = (user(kalends, "ben").await, user(kalends, "cleo").await);
    for who in [ben, cleo] {
        kalends.share(home.anna, calendar, who.principal, Access::Read, None).await.unwrap();
    }
    kalends.answer_share(ben, calendar, Answer::Accepted).await.unwrap();
    kalends.share(home.anna, calendar, ben.principal, Access::Write, None).await.unwrap();
    assert_eq!(told(kalends, ben).await, said(Accepted, Access::Write));
    for who in [ben, cleo] {
        kalends.unshare(home.anna, calendar, who.principal).await.unwrap();
    }
    assert_eq!(told(kalends, ben).await, said(Ended, Access::Write));
    assert!(told(kalends, cleo).await.is_empty());
    assert!(told(kalends, home.anna).await.is_empty());
    // Shared again he is asked again.
    kalends.share(home.anna, calendar, ben.principal, Access::Read, None).await.unwrap();
    assert_eq!(told(kalends, ben).await, said(Asked, Access::Read));
    // Of what is in the bin nobody is asked, and of busy times alone nothing is said.
    kalends.share(home.anna, calendar, ben.principal, Access::FreeBusy, None).await.unwrap();
    assert!(told(kalends, ben).await.is_empty());
    kalends.share(home.anna, calendar, ben.principal, Access::Read, None).await.unwrap();
    kalends.delete_calendar(home.anna, calendar).await.unwrap();
    assert!(told(kalends, ben).await.is_empty());
}

#[tokio::test]
async fn shares_change_all_at_once_or_not_at_all() {
    let home = Home::new().await;
    let (kalends, calendar) = (&home.kalends, home.calendar);
    let (ben, cleo) = (user(kalends, "ben").await, user(kalends, "cleo").await);
    let wanted = |who: Caller, access| WantedShare { with: who.principal, access, name: Some("Rehearsals".into()) };
    kalends.share(home.anna, calendar, ben.principal, Access::Administer, None).await.unwrap();
    let set = vec![wanted(ben, Access::Write), wanted(cleo, Access::Write)];
    kalends.change_shares(home.anna, calendar, &ShareChange { set, end: Vec::new() }).await.unwrap();
    let levels = async || {
        let shares = kalends.shares(home.anna, calendar).await.unwrap();
        shares.into_iter().map(|share| (share.with.slug, share.access)).collect::<Vec<_>>()
    };
    assert_eq!(levels().await, [("ben".into(), Access::Administer), ("cleo".into(), Access::Write)]);
    assert_eq!(told(kalends, cleo).await, [(Asked, Access::Write, "Rehearsals".to_owned())]);
    // The owner cannot be shared with: nothing of it is done.
    let set = vec![wanted(cleo, Access::Read), wanted(home.anna, Access::Read)];
    let refused = kalends.change_shares(home.anna, calendar, &ShareChange { set, end: vec![ben.principal] }).await;
    assert!(matches!(refused, Err(Error::BadInput { .. })), "{refused:?}");
    assert_eq!(levels().await, [("ben".into(), Access::Administer), ("cleo".into(), Access::Write)]);
    let change = ShareChange { set: vec![wanted(ben, Access::Read)], end: vec![cleo.principal, home.anna.principal] };
    kalends.change_shares(home.anna, calendar, &change).await.unwrap();
    assert_eq!(levels().await, [("ben".into(), Access::Read)]);
    let refused = kalends.change_shares(ben, calendar, &change).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })), "{refused:?}");
    let unseen = kalends.change_shares(cleo, calendar, &change).await;
    assert!(matches!(unseen, Err(Error::NotFound(_))), "{unseen:?}");
}
