//! The one door: what each level of access opens.

use chrono::{TimeDelta, Utc};
use kalends_domain::access::{Access, Caller, Held};
use kalends_domain::objects::Precondition;
use kalends_domain::{Error, Result};
use kalends_ical::time::Zone;
use kalends_test_support::home::{Home, user};
use kalends_test_support::texts::event_titled;

/// Anna's home, and Ben.
async fn at_home() -> (Home, Caller) {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    (home, ben)
}

/// How far each of three use cases lets `caller`: busy times, reading, writing.
async fn may(home: &Home, caller: Caller) -> [Result<()>; 3] {
    let Home { kalends, calendar, .. } = home;
    let times = (Utc::now(), Utc::now() + TimeDelta::days(1));
    let text = event_titled("x", "X");
    [
        kalends.free_busy(caller, *calendar, times, &Zone::UTC).await.map(drop),
        kalends.object_heads(caller, *calendar, "").await.map(drop),
        kalends.put_object(caller, *calendar, "x.ics", &text, Precondition::None).await.map(drop),
    ]
}

/// `n` not found, `f` forbidden, `y` done.
fn told(outcomes: [Result<()>; 3]) -> String {
    outcomes
        .map(|outcome| match outcome {
            Ok(()) => 'y',
            Err(Error::NotFound(_)) => 'n',
            Err(Error::Forbidden { .. }) => 'f',
            Err(error) => panic!("{error}"),
        })
        .iter()
        .collect()
}

#[tokio::test]
async fn each_level_opens_what_it_is_for_and_names_what_it_is_not() {
    for (level, expected) in [(None, "nnn"), (Some(10), "yff"), (Some(20), "yyf"), (Some(30), "yyy"), (Some(40), "yyy")]
    {
        let (home, ben) = at_home().await;
        if let Some(level) = level {
            home.grant(ben.principal, level).await;
        }
        assert_eq!(told(may(&home, ben).await), expected, "{level:?}");
        assert_eq!(told(may(&home, home.anna).await), "yyy");
        let deleted = home.kalends.delete_calendar(ben, home.calendar).await;
        let hidden = level.is_none();
        assert!(matches!(deleted, Err(Error::NotFound(_))) == hidden, "{deleted:?}");
        assert!(matches!(deleted, Err(Error::Forbidden { needed: Access::Owner })) != hidden, "{deleted:?}");
    }
}

#[tokio::test]
async fn the_highest_of_own_and_group_grants_counts_and_a_credential_is_a_ceiling() {
    let (home, ben) = at_home().await;
    let group = user(&home.kalends, "group").await.principal;
    home.join(group, ben.principal, 20).await;
    home.grant(ben.principal, 10).await;
    assert_eq!(told(may(&home, ben).await), "yff");
    home.grant(group, 30).await;
    assert_eq!(told(may(&home, ben).await), "yyy");
    let only_reads = Caller { ceiling: Access::Read, ..ben };
    assert_eq!(told(may(&home, only_reads).await), "yyf");
    let owner_who_reads = Caller { ceiling: Access::Read, ..home.anna };
    assert_eq!(told(may(&home, owner_who_reads).await), "yyf");
    assert!(home.kalends.create_named_calendar(owner_who_reads, "More").await.is_err());

    // Of the group's own calendars its members have what their membership says.
    let held = home.kalends.calendars(ben, group).await.unwrap();
    assert_eq!(held.iter().map(Held::access).collect::<Vec<_>>(), [Access::Read]);
    assert!(!held[0].may_write() && !held[0].may_administer());
    assert!(home.kalends.calendars(home.anna, group).await.unwrap().is_empty());
}
