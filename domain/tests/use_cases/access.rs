//! The one door: what each level of access opens.

use chrono::{TimeDelta, Utc};
use kalends_domain::access::{Access, Caller};
use kalends_domain::calendars::CalendarDetails;
use kalends_domain::objects::Precondition;
use kalends_domain::sharing::PartyKind;
use kalends_domain::teams::{Role, TeamDetails};
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

fn named(name: &str) -> TeamDetails {
    TeamDetails { name: name.into(), ..TeamDetails::default() }
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
    use Access::{Administer, FreeBusy, Read, Write};
    let levels =
        [(None, "nnn"), (Some(FreeBusy), "yff"), (Some(Read), "yyf"), (Some(Write), "yyy"), (Some(Administer), "yyy")];
    for (level, expected) in levels {
        let (home, ben) = at_home().await;
        if let Some(level) = level {
            home.share(ben, level).await;
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
    let group = home.kalends.create_team(home.anna, PartyKind::Group, named("Choir")).await.unwrap().party.id;
    home.kalends.set_member(home.anna, group, ben.principal, Role::Guest).await.unwrap();
    home.share(ben, Access::FreeBusy).await;
    assert_eq!(told(may(&home, ben).await), "yff");
    home.kalends.share(home.anna, home.calendar, group, Access::Write, None).await.unwrap();
    assert_eq!(told(may(&home, ben).await), "yyy");
    let only_reads = ben.narrowed(Access::Read, None);
    assert_eq!(told(may(&home, only_reads).await), "yyf");
    let owner_who_reads = home.anna.narrowed(Access::Read, None);
    assert_eq!(told(may(&home, owner_who_reads).await), "yyf");
    assert!(home.kalends.create_named_calendar(owner_who_reads, "More").await.is_err());

    // Of the group's own calendars its members have what their membership says.
    let details = CalendarDetails::named("Rehearsals", 0);
    assert!(home.kalends.create_calendar_for(ben, group, None, details.clone(), Vec::new()).await.is_err());
    let rehearsals = home.kalends.create_calendar_for(home.anna, group, None, details, Vec::new()).await.unwrap().id;
    let held = home.kalends.calendars(ben).await.unwrap();
    let held = held.iter().find(|held| held.id == rehearsals).unwrap();
    assert_eq!(held.access(), Access::Read);
    assert!(!held.may_write() && !held.may_administer());
}
