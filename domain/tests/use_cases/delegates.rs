//! Delegates: who acts for whom, with what, and what is said of it.

use chrono::{NaiveDate, Utc};
use chrono_tz::Europe::Zurich;
use kalends_domain::access::{Access, Caller, PrincipalId};
use kalends_domain::calendars::{CalendarDetails, CalendarId, CalendarPatch};
use kalends_domain::delegates::{MAX_DELEGATES, highest};
use kalends_domain::live::{News, Told};
use kalends_domain::objects::Precondition;
use kalends_domain::sharing::Answer;
use kalends_domain::teams::{Role, TeamDetails};
use kalends_domain::{Error, Result};
use kalends_test_support::home::{Home, first_calendar, user};
use kalends_test_support::texts::event_titled;
use std::time::Duration;

fn private(uid: &str, title: &str) -> String {
    event_titled(uid, title).replace("SUMMARY:", "CLASS:PRIVATE\r\nSUMMARY:")
}

fn not_found<T: std::fmt::Debug>(outcome: Result<T>) {
    assert!(matches!(outcome, Err(Error::NotFound(_))), "{outcome:?}");
}

fn forbidden<T: std::fmt::Debug>(outcome: Result<T>) {
    assert!(matches!(outcome, Err(Error::Forbidden { .. })), "{outcome:?}");
}

fn bad_input<T: std::fmt::Debug>(outcome: Result<T>) {
    assert!(matches!(outcome, Err(Error::BadInput { .. })), "{outcome:?}");
}

async fn access_of(home: &Home, who: Caller, calendar: CalendarId) -> Access {
    match home.kalends.calendar_by_id(who, calendar).await {
        Ok(held) => held.access(),
        Err(Error::NotFound(_)) => Access::None,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_delegate_has_all_calendars_of_a_person_and_those_of_later() {
    let home = Home::new().await;
    let (ben, cleo) = (user(&home.kalends, "ben").await, user(&home.kalends, "cleo").await);
    let kalends = &home.kalends;
    let own = first_calendar(kalends, ben).await;
    home.put("p.ics", &private("p", "Xenon")).await.unwrap();
    not_found(kalends.home_acted_for(ben, "anna").await);
    kalends.set_delegate(home.anna, ben.principal, Access::Read).await.unwrap();
    let later = kalends.create_named_calendar(home.anna, "Later").await.unwrap();
    for calendar in [home.calendar, later.id] {
        assert_eq!(access_of(&home, ben, calendar).await, Access::Read);
        assert_eq!(access_of(&home, cleo, calendar).await, Access::None);
    }
    // Private events whole, alarms of their own.
    let seen = kalends.object(ben, home.calendar, "p.ics").await.unwrap();
    assert!(seen.text.contains("Xenon"), "{}", seen.text);
    forbidden(kalends.put_object(ben, home.calendar, "b.ics", &event_titled("b", "B"), Precondition::None).await);
    let (party, calendars) = kalends.home_acted_for(ben, "anna").await.unwrap();
    assert_eq!((party.slug.as_str(), calendars.len()), ("anna", 2));
    not_found(kalends.home_acted_for(cleo, "anna").await);
    not_found(kalends.home_acted_for(ben, "cleo").await);
    // They stand in his list, and not in his own home, where programs would find them twice.
    let listed = kalends.calendars(ben).await.unwrap();
    assert_eq!(listed.iter().filter(|held| held.is_acting()).count(), 2);
    assert_eq!(listed.iter().filter(|held| held.is_in_home()).count(), 1);
    // Not the other way round.
    assert_eq!(access_of(&home, home.anna, own).await, Access::None);
    kalends.set_delegate(home.anna, ben.principal, Access::Write).await.unwrap();
    kalends.put_object(ben, later.id, "b.ics", &private("b", "B"), Precondition::None).await.unwrap();
    forbidden(kalends.delete_calendar(ben, later.id).await);
    forbidden(kalends.shares(ben, later.id).await);
    forbidden(kalends.share(ben, later.id, cleo.principal, Access::Read, None).await);
    // What he calls it is his own.
    let patch = CalendarPatch { display_name: Some("Boss".into()), ..CalendarPatch::default() };
    kalends.update_calendar(ben, later.id, patch).await.unwrap();
    assert_eq!(kalends.calendar_by_id(home.anna, later.id).await.unwrap().details.display_name, "Later");
}

#[tokio::test]
async fn what_a_delegate_writes_says_for_whom() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let kalends = &home.kalends;
    let own = first_calendar(kalends, ben).await;
    kalends.set_delegate(home.anna, ben.principal, Access::Write).await.unwrap();
    kalends.put_object(ben, home.calendar, "a.ics", &event_titled("a", "By Ben"), Precondition::None).await.unwrap();
    let (_, secret) = kalends.create_app_password(ben.principal, "Phone").await.unwrap();
    let (_, phone) = kalends.authenticate_client("ben", &secret.0).await.unwrap();
    kalends.put_object(phone, home.calendar, "a.ics", &event_titled("a", "Again"), Precondition::None).await.unwrap();
    home.put("a.ics", &event_titled("a", "By Anna")).await.unwrap();
    let history = kalends.object_history(ben, home.calendar, "a.ics").await.unwrap();
    let causes: Vec<_> = history.iter().map(|change| change.cause.clone().unwrap()).collect();
    let said: Vec<(&str, &str, &str)> = causes
        .iter()
        .map(|cause| (cause.principal_name.as_str(), cause.for_name.as_str(), cause.way.as_str()))
        .collect();
    assert_eq!(said, [("anna", "", "page"), ("ben", "anna", "app-password"), ("ben", "anna", "page")]);
    // What he does with his own is for himself.
    kalends.put_object(ben, own, "o.ics", &event_titled("o", "Own"), Precondition::None).await.unwrap();
    let own = kalends.object_history(ben, own, "o.ics").await.unwrap();
    assert_eq!(own[0].cause.as_ref().unwrap().for_name, "");
}

#[tokio::test]
async fn only_people_act_and_only_for_others() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let ben = user(kalends, "ben").await;
    bad_input(kalends.set_delegate(home.anna, home.anna.principal, Access::Read).await);
    for access in [Access::None, Access::FreeBusy, Access::Administer, Access::Owner] {
        bad_input(kalends.set_delegate(home.anna, ben.principal, access).await);
    }
    not_found(kalends.set_delegate(home.anna, PrincipalId(4711), Access::Read).await);
    bad_input(kalends.set_delegate(home.anna, PrincipalId::EVERYONE, Access::Read).await);
    let details = TeamDetails { name: "Choir".into(), ..TeamDetails::default() };
    let team = kalends.create_team(home.anna, kalends_domain::sharing::PartyKind::Group, details).await.unwrap();
    bad_input(kalends.set_delegate(home.anna, team.party.id, Access::Read).await);
    // What a team owns is not its managers'.
    let of_team = CalendarDetails::named("Team", 0);
    let of_team = kalends.create_calendar_for(home.anna, team.party.id, None, of_team, Vec::new()).await.unwrap();
    kalends.set_delegate(home.anna, ben.principal, Access::Write).await.unwrap();
    assert_eq!(access_of(&home, ben, of_team.id).await, Access::None);
    // Nor does who acts for one who acts.
    let cleo = user(kalends, "cleo").await;
    kalends.set_delegate(ben, cleo.principal, Access::Write).await.unwrap();
    assert_eq!(access_of(&home, cleo, home.calendar).await, Access::None);
    // A credential for less does not say who acts.
    let (id, _) = kalends.create_app_password(home.anna.principal, "x").await.unwrap();
    let program = Caller::program(home.anna.principal, id.id, Access::Write, None);
    forbidden(kalends.set_delegate(program, cleo.principal, Access::Read).await);
    let only = Caller::program(ben.principal, id.id, Access::Owner, Some(home.calendar));
    assert!(kalends.delegating(only).await.unwrap().is_empty());
    not_found(kalends.home_acted_for(only, "anna").await);
    // As a member of the team he has what that gives, and acts for nobody there.
    kalends.set_member(home.anna, team.party.id, ben.principal, Role::Guest).await.unwrap();
    assert_eq!(access_of(&home, ben, of_team.id).await, Access::Read);
}

#[tokio::test]
async fn delegates_of_each_kind_are_set_apart() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let (ben, cleo) = (user(kalends, "ben").await, user(kalends, "cleo").await);
    let levels = async |who: Caller| -> Vec<Access> {
        kalends.delegating(who).await.unwrap().into_iter().map(|delegation| delegation.access).collect()
    };
    kalends.set_delegates(home.anna, Access::Read, &[ben.principal, cleo.principal]).await.unwrap();
    // A client raises somebody by adding to one group and taking from the other, in either order.
    kalends.set_delegates(home.anna, Access::Write, &[ben.principal]).await.unwrap();
    assert_eq!(levels(ben).await, [Access::Read, Access::Write]);
    assert_eq!(access_of(&home, ben, home.calendar).await, Access::Write);
    assert_eq!(highest(kalends.delegating(ben).await.unwrap())[0].access, Access::Write);
    kalends.set_delegates(home.anna, Access::Read, &[cleo.principal]).await.unwrap();
    assert_eq!((levels(ben).await, levels(cleo).await), (vec![Access::Write], vec![Access::Read]));
    kalends.set_delegates(home.anna, Access::Write, &[]).await.unwrap();
    assert!(levels(ben).await.is_empty());
    assert_eq!(access_of(&home, ben, home.calendar).await, Access::None);
    kalends.stop_acting(cleo, home.anna.principal).await.unwrap();
    assert!(kalends.delegates(home.anna).await.unwrap().is_empty());
    not_found(kalends.stop_acting(cleo, home.anna.principal).await);
    not_found(kalends.remove_delegate(home.anna, ben.principal).await);
    let too_many: Vec<PrincipalId> = (0..=MAX_DELEGATES as i64).map(|id| PrincipalId(1000 + id)).collect();
    let refused = kalends.set_delegates(home.anna, Access::Read, &too_many).await;
    assert!(matches!(refused, Err(Error::QuotaExceeded { .. })), "{refused:?}");
}

#[tokio::test]
async fn delegates_hear_what_changes_and_that_it_ends() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let ben = user(kalends, "ben").await;
    let mut follower = kalends.follow(ben, Told::default()).await.unwrap();
    while !follower.is_up_to_date() {
        follower.next().await.unwrap();
    }
    let heard = async |follower: &mut kalends_domain::live::Follower, calendar: CalendarId, gone: bool| {
        loop {
            let news = tokio::time::timeout(Duration::from_secs(10), follower.next()).await.unwrap().unwrap();
            match news {
                News::Calendar { calendar: of, .. } if !gone && of == calendar => return,
                News::Gone { calendar: of } if gone && of == calendar => return,
                _ => {}
            }
        }
    };
    kalends.set_delegate(home.anna, ben.principal, Access::Write).await.unwrap();
    heard(&mut follower, home.calendar, false).await;
    home.put("a.ics", &event_titled("a", "A")).await.unwrap();
    heard(&mut follower, home.calendar, false).await;
    let later = kalends.create_named_calendar(home.anna, "Later").await.unwrap();
    heard(&mut follower, later.id, false).await;
    kalends.remove_delegate(home.anna, ben.principal).await.unwrap();
    heard(&mut follower, later.id, true).await;
}

#[tokio::test]
async fn what_was_shared_stays_when_acting_ends() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let ben = user(kalends, "ben").await;
    let other = kalends.create_named_calendar(home.anna, "Other").await.unwrap();
    home.put("p.ics", &private("p", "Xenon")).await.unwrap();
    kalends.set_delegate(home.anna, ben.principal, Access::Write).await.unwrap();
    // Nobody is asked for what stands in their list already.
    kalends.share(home.anna, home.calendar, ben.principal, Access::Read, None).await.unwrap();
    let shares = kalends.shares(home.anna, home.calendar).await.unwrap();
    assert_eq!(shares[0].answer, Some(Answer::Accepted));
    let patch = CalendarPatch { display_name: Some("Boss".into()), ..CalendarPatch::default() };
    kalends.update_calendar(ben, home.calendar, patch.clone()).await.unwrap();
    kalends.update_calendar(ben, other.id, patch).await.unwrap();
    kalends.remove_delegate(home.anna, ben.principal).await.unwrap();
    let held = kalends.calendar_by_id(ben, home.calendar).await.unwrap();
    assert_eq!((held.access(), held.details.display_name.as_str()), (Access::Read, "Boss"));
    assert!(!kalends.object(ben, home.calendar, "p.ics").await.unwrap().text.contains("Xenon"));
    not_found(kalends.calendar_by_id(ben, other.id).await);
    kalends.set_delegate(home.anna, ben.principal, Access::Read).await.unwrap();
    assert_eq!(kalends.calendar_by_id(ben, other.id).await.unwrap().details.display_name, "Other");
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    assert!(kalends.agenda(ben, &[other.id], day, day.succ_opt().unwrap(), Zurich).await.is_ok());
    assert!(kalends.delegates(home.anna).await.unwrap()[0].since <= Utc::now());
}
