//! Public links: who may make one, what it shows, and when it ends.

use chrono::{Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Zurich;
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::Secret;
use kalends_domain::calendars::{CalendarDetails, CalendarId, CalendarPatch};
use kalends_domain::links::{Feed, Link, LinkDetails, LinkId, LinkNews, OpenLink};
use kalends_domain::objects::Precondition;
use kalends_domain::{Error, Kalends, Result};
use kalends_test_support::home::{Home, user};
use std::time::Duration;

const DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();

fn event(uid: &str, lines: &str) -> String {
    let lines = lines.replace('\n', "\r\n");
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n\
         DTSTART:20261127T090000Z\r\nDTEND:20261127T100000Z\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn details(calendars: &[CalendarId], access: Access) -> LinkDetails {
    LinkDetails { name: "Choir".into(), access, ends_at: None, calendars: calendars.to_vec() }
}

async fn make(home: &Home, who: Caller, access: Access) -> (LinkId, Secret) {
    home.kalends.create_link(who, &details(&[home.calendar], access)).await.unwrap()
}

async fn shown(open: &OpenLink) -> Vec<(String, bool)> {
    let next = DAY.checked_add_days(Days::new(1)).unwrap();
    let instances = open.agenda(DAY, next, Zurich).await.unwrap();
    instances.into_iter().map(|instance| (instance.summary, instance.busy)).collect()
}

async fn feed(open: &OpenLink) -> String {
    match open.feed(Utc::now()).await.unwrap() {
        Feed::Busy(text) => text,
        Feed::Events(mut export) => {
            let mut text = String::new();
            while let Some(piece) = export.next().await.unwrap() {
                text.push_str(&piece);
            }
            text
        }
    }
}

fn not_found<T>(outcome: Result<T>) {
    assert!(matches!(outcome, Err(Error::NotFound(_))));
}

fn forbidden<T>(outcome: Result<T>) {
    assert!(matches!(outcome, Err(Error::Forbidden { .. })));
}

async fn second_calendar(kalends: &Kalends, who: Caller) -> CalendarId {
    let details = CalendarDetails::named("Second", 1);
    kalends.create_calendar(who, Some("second"), details, Vec::new()).await.unwrap().id
}

#[tokio::test]
async fn whoever_has_the_address_sees_what_is_public_and_of_the_rest_when_it_is() {
    let home = Home::new().await;
    let public = "SUMMARY:Open day\nLOCATION:Hall\nATTENDEE:mailto:guest@example.org\nORGANIZER:mailto:host@example.org\n\
                  ATTACH:https://files.example/secret\nBEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT5M\nEND:VALARM";
    home.put("a.ics", &event("a", public)).await.unwrap();
    home.put("b.ics", &event("b", "SUMMARY:Doctor\nCLASS:PRIVATE")).await.unwrap();
    home.put("c.ics", &event("c", "SUMMARY:Plan\nCLASS:CONFIDENTIAL\nTRANSP:TRANSPARENT")).await.unwrap();

    let (_, secret) = make(&home, home.anna, Access::Read).await;
    assert!(secret.0.len() >= 26, "128 bits and more");
    let open = home.kalends.open_link(&secret.0).await.unwrap();
    assert_eq!(shown(&open).await, [(String::new(), true), ("Open day".to_owned(), false)]);
    let text = feed(&open).await;
    for there in
        ["SUMMARY:Open day", "LOCATION:Hall", "SUMMARY:Busy", "REFRESH-INTERVAL;VALUE=DURATION:PT3600S", "COLOR:"]
    {
        assert!(text.contains(there), "{there}: {text}");
    }
    for hidden in ["Doctor", "Plan", "guest@", "host@", "secret", "VALARM"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }

    let (_, secret) = make(&home, home.anna, Access::FreeBusy).await;
    let open = home.kalends.open_link(&secret.0).await.unwrap();
    assert_eq!(shown(&open).await, [(String::new(), true), (String::new(), true)]);
    let soon = Utc::now() + TimeDelta::days(2);
    let (start, end) = (soon.format("%Y%m%dT100000Z"), soon.format("%Y%m%dT110000Z"));
    let soon = event("d", "SUMMARY:Hidden").replace("20261127T090000Z", &start.to_string());
    home.put("d.ics", &soon.replace("20261127T100000Z", &end.to_string())).await.unwrap();
    let text = feed(&open).await;
    assert!(text.contains(&format!("DTSTART:{start}\r\nDTEND:{end}\r\nSUMMARY:Busy")), "{text}");
    assert!(!text.contains("Hidden") && !text.contains("UID:d\r"), "{text}");
}

#[tokio::test]
async fn only_who_administers_every_calendar_makes_a_link_and_none_is_for_writing() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let kalends = &home.kalends;
    let of = |access| details(&[home.calendar], access);
    not_found(kalends.create_link(ben, &of(Access::Read)).await);
    for access in [Access::FreeBusy, Access::Read, Access::Write] {
        home.share(ben, access).await;
        forbidden(kalends.create_link(ben, &of(Access::FreeBusy)).await);
        forbidden(kalends.calendar_links(ben, home.calendar).await);
    }
    home.share(ben, Access::Administer).await;
    kalends.create_link(ben, &of(Access::Read)).await.unwrap();
    let own = second_calendar(kalends, home.anna).await;
    not_found(kalends.create_link(ben, &details(&[home.calendar, own], Access::Read)).await);
    let bad = |outcome: Result<(LinkId, Secret)>| assert!(matches!(outcome, Err(Error::BadInput { .. })));
    for access in [Access::None, Access::Write, Access::Administer, Access::Owner] {
        bad(kalends.create_link(home.anna, &of(access)).await);
    }
    bad(kalends.create_link(home.anna, &details(&[], Access::Read)).await);
    bad(kalends.create_link(home.anna, &LinkDetails { name: " ".into(), ..of(Access::Read) }).await);
    bad(kalends.create_link(home.anna, &LinkDetails { ends_at: Some(Utc::now()), ..of(Access::Read) }).await);
    forbidden(kalends.create_link(home.anna.narrowed(Access::Administer, None), &of(Access::Read)).await);
}

#[tokio::test]
async fn a_link_shows_less_as_soon_as_whoever_made_it_may_do_less() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let kalends = &home.kalends;
    home.share(ben, Access::Administer).await;
    let own = kalends.calendars(ben).await.unwrap().into_iter().find(|held| held.id != home.calendar).unwrap().id;
    let both = details(&[home.calendar, own], Access::Read);
    let (id, secret) = kalends.create_link(ben, &both).await.unwrap();
    let ids = async || -> Vec<CalendarId> {
        kalends.open_link(&secret.0).await.unwrap().calendars().iter().map(|held| held.id).collect()
    };
    assert_eq!(ids().await.len(), 2);
    home.share(ben, Access::Write).await;
    assert_eq!(ids().await, [own]);
    home.share(ben, Access::Administer).await;
    assert_eq!(ids().await.len(), 2);
    // Anna, whose calendar it is, takes it out of a link that is not hers, and changes nothing else of that.
    not_found(kalends.revoke_link(home.anna, id).await);
    not_found(kalends.rotate_link(home.anna, id).await);
    not_found(kalends.change_link(home.anna, id, &details(&[home.calendar], Access::Read)).await);
    assert_eq!(kalends.calendar_links(home.anna, home.calendar).await.unwrap().len(), 1);
    not_found(kalends.withdraw_from_link(home.anna, own, id).await);
    kalends.withdraw_from_link(home.anna, home.calendar, id).await.unwrap();
    assert_eq!(ids().await, [own]);
    not_found(kalends.withdraw_from_link(home.anna, home.calendar, id).await);
    kalends.unshare(home.anna, home.calendar, ben.principal).await.unwrap();
    kalends.delete_calendar(ben, own).await.unwrap();
    not_found(kalends.open_link(&secret.0).await);
}

#[tokio::test]
async fn an_address_that_was_rotated_revoked_or_has_ended_leads_nowhere() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let (id, first) = make(&home, home.anna, Access::Read).await;
    let second = kalends.rotate_link(home.anna, id).await.unwrap();
    assert_ne!(first, second);
    not_found(kalends.open_link(&first.0).await);
    kalends.open_link(&second.0).await.unwrap();

    let end = Utc::now() + TimeDelta::milliseconds(400);
    let until = LinkDetails { ends_at: Some(end), ..details(&[home.calendar], Access::Read) };
    kalends.change_link(home.anna, id, &until).await.unwrap();
    kalends.open_link(&second.0).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    not_found(kalends.open_link(&second.0).await);
    let listed: Vec<Link> = kalends.links(home.anna).await.unwrap();
    assert!(listed.len() == 1 && listed[0].has_ended(Utc::now()));
    // It is there still, and may have another end.
    kalends.change_link(home.anna, id, &details(&[home.calendar], Access::Read)).await.unwrap();
    kalends.open_link(&second.0).await.unwrap();

    kalends.set_enabled(kalends_domain::people::Administrator::Operator, home.anna.principal, false).await.unwrap();
    not_found(kalends.open_link(&second.0).await);
    kalends.set_enabled(kalends_domain::people::Administrator::Operator, home.anna.principal, true).await.unwrap();
    kalends.open_link(&second.0).await.unwrap();
    kalends.revoke_link(home.anna, id).await.unwrap();
    not_found(kalends.open_link(&second.0).await);
    not_found(kalends.open_link("").await);
    not_found(kalends.revoke_link(home.anna, id).await);
    assert!(kalends.links(home.anna).await.unwrap().is_empty());
}

#[tokio::test]
async fn uses_are_counted_without_a_write_for_each() {
    let home = Home::new().await;
    let (_, secret) = make(&home, home.anna, Access::Read).await;
    let uses = async |kalends: &Kalends| kalends.links(home.anna).await.unwrap()[0].uses;
    for _ in 0..5 {
        home.kalends.open_link(&secret.0).await.unwrap();
    }
    assert_eq!((uses(&home.kalends).await, uses(&home.cold()).await), (5, 0));
    home.kalends.store_link_uses().await.unwrap();
    assert_eq!((uses(&home.kalends).await, uses(&home.cold()).await), (5, 5));
    assert!(home.kalends.links(home.anna).await.unwrap()[0].last_used_at.is_some());
}

#[tokio::test]
async fn several_calendars_are_one_feed_with_each_uid_once_under_their_owners_names() {
    let home = Home::new().await;
    let kalends = &home.kalends;
    let second = second_calendar(kalends, home.anna).await;
    home.put("a.ics", &event("same", "SUMMARY:First")).await.unwrap();
    for (name, text) in [("a.ics", event("same", "SUMMARY:Again")), ("b.ics", event("other", "SUMMARY:Other"))] {
        kalends.put_object(home.anna, second, name, &text, Precondition::None).await.unwrap();
    }
    let (_, secret) = kalends.create_link(home.anna, &details(&[second, home.calendar], Access::Read)).await.unwrap();
    let open = kalends.open_link(&secret.0).await.unwrap();
    let text = feed(&open).await;
    assert!(
        text.contains("SUMMARY:First") && text.contains("SUMMARY:Other") && !text.contains("SUMMARY:Again"),
        "{text}"
    );
    assert_eq!((text.matches("BEGIN:VCALENDAR").count(), text.matches("X-WR-CALNAME:Choir").count()), (1, 1));
    // Somebody who administers it for its owner has their own name for it, which is nobody's affair.
    let ben = user(kalends, "ben").await;
    home.share(ben, Access::Administer).await;
    let own = CalendarPatch { display_name: Some("Tiresome".into()), ..CalendarPatch::default() };
    kalends.update_calendar(ben, home.calendar, own).await.unwrap();
    let (_, secret) = make(&home, ben, Access::Read).await;
    let open = kalends.open_link(&secret.0).await.unwrap();
    assert_eq!(open.calendars()[0].details.display_name, "Personal");
}

#[tokio::test]
async fn whoever_looks_hears_that_something_changed_and_when_it_is_over() {
    let home = Home::new().await;
    let (id, secret) = make(&home, home.anna, Access::Read).await;
    let open = async || home.kalends.open_link(&secret.0).await.unwrap();
    let before = open().await.validators(Utc::now()).await.unwrap();
    let mut follower = open().await.follow(None).await.unwrap();
    assert!(follower.is_up_to_date());
    let cursor = follower.told().to_owned();
    home.put("a.ics", &event("a", "SUMMARY:One")).await.unwrap();
    let next = async |follower: &mut kalends_domain::links::LinkFollower| {
        tokio::time::timeout(Duration::from_secs(5), follower.next()).await.unwrap().unwrap()
    };
    assert_eq!(next(&mut follower).await, LinkNews::Changed);
    assert_ne!(open().await.validators(Utc::now()).await.unwrap().etag, before.etag);
    // Who comes back with what they were told hears of what they missed, and else nothing.
    let mut again = open().await.follow(Some(cursor)).await.unwrap();
    assert_eq!(next(&mut again).await, LinkNews::Changed);
    let mut known = open().await.follow(Some(again.told().to_owned())).await.unwrap();
    assert!(known.is_up_to_date());
    // What happens elsewhere is no news.
    let other = second_calendar(&home.kalends, home.anna).await;
    let text = event("x", "SUMMARY:X");
    home.kalends.put_object(home.anna, other, "x.ics", &text, Precondition::None).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(300), known.next()).await.is_err());
    home.kalends.revoke_link(home.anna, id).await.unwrap();
    for follower in [&mut follower, &mut again, &mut known] {
        assert_eq!(next(follower).await, LinkNews::Gone);
    }
}

#[tokio::test]
async fn a_link_is_for_reading_through_every_use_case() {
    let home = Home::new().await;
    home.put("a.ics", &event("a", "SUMMARY:One")).await.unwrap();
    let other = second_calendar(&home.kalends, home.anna).await;
    let (id, _) = make(&home, home.anna, Access::Read).await;
    let (kalends, caller) = (&home.kalends, Caller::link(home.anna.principal, id.0, Access::Owner, home.calendar));
    forbidden(kalends.put_object(caller, home.calendar, "b.ics", &event("b", ""), Precondition::None).await);
    forbidden(kalends.delete_object(caller, home.calendar, "a.ics", Precondition::None).await);
    forbidden(kalends.create_link(caller, &details(&[home.calendar], Access::Read)).await);
    forbidden(kalends.links(caller).await);
    forbidden(kalends.shares(caller, home.calendar).await);
    forbidden(kalends.object_history(caller, home.calendar, "a.ics").await);
    not_found(kalends.calendar_by_id(caller, other).await);
    let object = kalends.object(caller, home.calendar, "a.ics").await.unwrap();
    assert!(object.head.etag.starts_with("\"public-"), "{}", object.head.etag);
}

#[tokio::test]
async fn whatever_changes_a_feed_changes_the_time_of_its_last_change() {
    let home = Home::new().await;
    home.kalends
        .put_object(home.anna, home.calendar, "a.ics", &event("a", "SUMMARY:A"), Precondition::None)
        .await
        .unwrap();
    let second = second_calendar(&home.kalends, home.anna).await;
    let (_, secret) =
        home.kalends.create_link(home.anna, &details(&[home.calendar, second], Access::Read)).await.unwrap();
    let now = Utc::now();
    let look = async |minutes: i64| {
        let open = home.kalends.open_link(&secret.0).await.unwrap();
        open.validators(now + TimeDelta::minutes(minutes)).await.unwrap()
    };
    let first = look(1).await;
    assert!(first.last_modified <= Utc::now(), "nobody has asked before: it is as old as what is in it");
    assert_eq!(look(2).await, first);
    // A name has no time of its own.
    let patch = CalendarPatch { display_name: Some("Renamed".into()), ..CalendarPatch::default() };
    home.kalends.update_calendar(home.anna, home.calendar, patch).await.unwrap();
    let renamed = look(3).await;
    assert_ne!(renamed.etag, first.etag);
    assert_eq!(renamed.last_modified.timestamp(), (now + TimeDelta::minutes(3)).timestamp());
    assert_eq!(look(4).await, renamed);
    // Nor has a calendar that goes, even the one that was changed last.
    home.kalends.delete_calendar(home.anna, second).await.unwrap();
    let gone = look(5).await;
    assert!(gone.etag != renamed.etag && gone.last_modified > renamed.last_modified, "{gone:?}");
}

#[tokio::test]
async fn a_request_that_comes_twice_makes_one_link_and_tells_its_secret_once() {
    use kalends_domain::idempotency::Once;
    let home = Home::new().await;
    let wanted = details(&[home.calendar], Access::Read);
    let once = Once::new("k", &[b"/links", b"a"]).unwrap();
    let (id, secret) = home.kalends.create_link_once(home.anna, &wanted, Some(&once)).await.unwrap();
    assert!(home.kalends.open_link(&secret.unwrap().0).await.is_ok());
    assert_eq!(home.kalends.create_link_once(home.anna, &wanted, Some(&once)).await.unwrap().0, id);
    assert!(home.kalends.create_link_once(home.anna, &wanted, Some(&once)).await.unwrap().1.is_none());
    let other = Once::new("k", &[b"/links", b"b"]).unwrap();
    let refused = home.kalends.create_link_once(home.anna, &wanted, Some(&other)).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "Idempotency-Key", .. })), "{refused:?}");
    assert_eq!(home.kalends.links(home.anna).await.unwrap().len(), 1);
    // As everybody's keys are their own.
    let ben = user(&home.kalends, "ben").await;
    not_found(home.kalends.create_link_once(ben, &wanted, Some(&once)).await);
}
