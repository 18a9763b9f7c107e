//! Sharing: who sees what of whose calendars, and what they may do.

use chrono::{Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Zurich;
use kalends_domain::access::{Access, Caller, PrincipalId};
use kalends_domain::agenda::AgendaInstance;
use kalends_domain::calendars::{CalendarDetails, CalendarPatch};
use kalends_domain::events::EventChange;
use kalends_domain::jobs::JobKind;
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_domain::query::Query;
use kalends_domain::sharing::{Answer, PartyKind};
use kalends_domain::teams::{Role, TeamDetails};
use kalends_domain::{Error, Result};
use kalends_ical::edit::Scope;
use kalends_ical::query::{Collation, ComponentFilter, Filter, PropertyFilter, TextMatch};
use kalends_ical::time::Zone;
use kalends_test_support::home::{Home, new_user, user};

const DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();

/// An event on [`DAY`] with these lines in it.
fn event(uid: &str, lines: &str) -> String {
    let lines = lines.replace('\n', "\r\n");
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n\
         DTSTART:20261127T090000Z\r\nDTEND:20261127T100000Z\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn with_alarm(uid: &str, title: &str, minutes: u32) -> String {
    event(
        uid,
        &format!("SUMMARY:{title}\nBEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT{minutes}M\nEND:VALARM"),
    )
}

async fn names(home: &Home, who: Caller) -> Vec<String> {
    home.kalends.calendars(who).await.unwrap().into_iter().map(|held| held.details.display_name.clone()).collect()
}

async fn agenda(home: &Home, who: Caller) -> Vec<AgendaInstance> {
    let next = DAY.checked_add_days(Days::new(1)).unwrap();
    home.kalends.agenda(who, &[home.calendar], DAY, next, Zurich).await.unwrap()
}

fn forbidden<T: std::fmt::Debug>(outcome: Result<T>) {
    assert!(matches!(outcome, Err(Error::Forbidden { .. })), "{outcome:?}");
}

fn not_found<T: std::fmt::Debug>(outcome: Result<T>) {
    assert!(matches!(outcome, Err(Error::NotFound(_))), "{outcome:?}");
}

fn team(name: &str) -> TeamDetails {
    TeamDetails { name: name.into(), ..TeamDetails::default() }
}

#[tokio::test]
async fn a_person_is_asked_before_a_calendar_stands_among_theirs() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let (kalends, calendar) = (&home.kalends, home.calendar);
    assert!(kalends.offers(ben).await.unwrap().is_empty());
    kalends.share(home.anna, calendar, ben.principal, Access::Write, None).await.unwrap();
    let offers = kalends.offers(ben).await.unwrap();
    assert_eq!(offers.len(), 1);
    assert!(offers[0].is_offered() && offers[0].owner().slug == "anna");
    assert_eq!(names(&home, ben).await, ["Personal"]);
    kalends.answer_share(ben, calendar, Answer::Accepted).await.unwrap();
    assert_eq!(names(&home, ben).await.len(), 2);
    assert!(kalends.offers(ben).await.unwrap().is_empty());
    let shares = kalends.shares(home.anna, calendar).await.unwrap();
    assert_eq!((shares[0].access, shares[0].answer), (Access::Write, Some(Answer::Accepted)));
    // He leaves it, and may come back.
    kalends.answer_share(ben, calendar, Answer::Declined).await.unwrap();
    assert_eq!(names(&home, ben).await, ["Personal"]);
    let declined = kalends.offers(ben).await.unwrap();
    assert!(declined.len() == 1 && !declined[0].is_offered());
    // What is taken back is forgotten: when it is shared again he is asked again.
    kalends.unshare(home.anna, calendar, ben.principal).await.unwrap();
    assert!(kalends.offers(ben).await.unwrap().is_empty());
    not_found(kalends.calendar_by_id(ben, calendar).await);
    not_found(kalends.unshare(home.anna, calendar, ben.principal).await);
    kalends.share(home.anna, calendar, ben.principal, Access::Read, None).await.unwrap();
    assert!(kalends.offers(ben).await.unwrap()[0].is_offered());
}

#[tokio::test]
async fn only_who_administers_shares_and_nobody_gives_what_only_an_owner_has() {
    let home = Home::new().await;
    let (ben, cleo) = (user(&home.kalends, "ben").await, user(&home.kalends, "cleo").await);
    let (kalends, calendar) = (&home.kalends, home.calendar);
    not_found(kalends.share(ben, calendar, cleo.principal, Access::Read, None).await);
    for access in [Access::FreeBusy, Access::Read, Access::Write] {
        home.share(ben, access).await;
        forbidden(kalends.share(ben, calendar, cleo.principal, Access::Read, None).await);
        forbidden(kalends.shares(ben, calendar).await);
        forbidden(kalends.unshare(ben, calendar, ben.principal).await);
    }
    home.share(ben, Access::Administer).await;
    kalends.share(ben, calendar, cleo.principal, Access::Read, None).await.unwrap();
    assert_eq!(kalends.shares(ben, calendar).await.unwrap().len(), 2);
    let bad = |outcome: Result<()>| assert!(matches!(outcome, Err(Error::BadInput { .. })), "{outcome:?}");
    bad(kalends.share(home.anna, calendar, cleo.principal, Access::Owner, None).await);
    bad(kalends.share(home.anna, calendar, cleo.principal, Access::None, None).await);
    bad(kalends.share(home.anna, calendar, home.anna.principal, Access::Read, None).await);
    bad(kalends.share(ben, calendar, home.anna.principal, Access::Read, None).await);
    bad(kalends.share(home.anna, calendar, cleo.principal, Access::Read, Some(Utc::now())).await);
    not_found(kalends.share(home.anna, calendar, PrincipalId(9999), Access::Read, None).await);
    // A program with a lesser credential shares nothing, whoever it acts for.
    let program = home.anna.narrowed(Access::Administer, None);
    forbidden(kalends.share(program, calendar, cleo.principal, Access::Write, None).await);
}

#[tokio::test]
async fn each_person_has_their_own_name_colour_and_place_for_what_is_shared() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Administer).await;
    let patch = CalendarPatch {
        display_name: Some("Anna's".into()),
        color: Some("#123456".into()),
        order: Some(-1),
        ..CalendarPatch::default()
    };
    home.kalends.update_calendar(ben, home.calendar, patch).await.unwrap();
    assert_eq!(names(&home, ben).await, ["Anna's", "Personal"]);
    assert_eq!(names(&home, home.anna).await, ["Personal"]);
    // What the owner changes shows where Ben has not chosen otherwise.
    let describe = |text: &str| CalendarPatch { description: Some(Some(text.into())), ..CalendarPatch::default() };
    let described =
        async |who: Caller| home.kalends.calendar_by_id(who, home.calendar).await.unwrap().details.description.clone();
    home.kalends.update_calendar(home.anna, home.calendar, describe("All of it")).await.unwrap();
    assert_eq!(described(ben).await.as_deref(), Some("All of it"));
    home.kalends.update_calendar(ben, home.calendar, describe("Hers")).await.unwrap();
    assert_eq!(
        (described(ben).await.as_deref(), described(home.anna).await.as_deref()),
        (Some("Hers"), Some("All of it"))
    );
    let seen = home.kalends.calendar_by_id(home.anna, home.calendar).await.unwrap();
    assert_eq!(seen.details.display_name, "Personal");
    // Who may only read has their own name for it as well, and nothing else.
    home.share(ben, Access::Read).await;
    let name = CalendarPatch { display_name: Some("A.".into()), ..CalendarPatch::default() };
    home.kalends.update_calendar(ben, home.calendar, name).await.unwrap();
    assert_eq!(names(&home, ben).await, ["A.", "Personal"]);
    let none = CalendarPatch { description: Some(None), ..CalendarPatch::default() };
    home.kalends.update_calendar(ben, home.calendar, none).await.unwrap();
    assert_eq!((described(ben).await, described(home.anna).await.as_deref()), (None, Some("All of it")));
    let zone = CalendarPatch { timezone: Some(None), ..CalendarPatch::default() };
    forbidden(home.kalends.update_calendar(ben, home.calendar, zone).await);
}

#[tokio::test]
async fn private_events_are_busy_times_to_those_it_is_shared_with() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.put("open.ics", &event("open", "SUMMARY:Lunch\nLOCATION:Bar")).await.unwrap();
    home.put("secret.ics", &event("secret", "SUMMARY:Doctor\nCLASS:PRIVATE\nLOCATION:Clinic")).await.unwrap();
    home.put("odd.ics", &event("odd", "SUMMARY:Odd\nCLASS:X-BOARD")).await.unwrap();
    for access in [Access::Read, Access::Write] {
        home.share(ben, access).await;
        let may_write = access == Access::Write;
        let seen = agenda(&home, ben).await;
        let told: Vec<_> = seen.iter().map(|e| (e.summary.as_str(), e.busy, e.editable, e.name.is_empty())).collect();
        assert_eq!(told, [("", true, false, true), ("", true, false, true), ("Lunch", false, may_write, false)]);
        assert!(seen.iter().filter(|e| e.busy).all(|e| e.etag.is_empty() && e.location.is_none()));
        let text = home.kalends.object(ben, home.calendar, "secret.ics").await.unwrap();
        assert!(!text.text.contains("Doctor") && !text.text.contains("Clinic") && text.text.contains("SUMMARY:Busy"));
        assert_eq!(text.head.size, text.text.len());
        let whole = home.kalends.object(home.anna, home.calendar, "secret.ics").await.unwrap();
        assert_ne!(text.head.etag, whole.head.etag, "it would tell whether a guess is right");
        let heads = home.kalends.object_heads(ben, home.calendar, "").await.unwrap();
        assert!(heads.iter().all(|head| head.name != "secret.ics" || head.etag == text.head.etag));
        let named = home.kalends.objects_named(ben, home.calendar, &["secret.ics".into()], "").await.unwrap();
        assert_eq!(named[0].text, text.text);
        not_found(home.kalends.event(ben, home.calendar, "secret.ics", None).await);
        let mut export = home.kalends.export(ben, home.calendar).await.unwrap();
        let mut exported = String::new();
        while let Some(piece) = export.next().await.unwrap() {
            exported.push_str(&piece);
        }
        assert!(exported.contains("Lunch") && !exported.contains("Doctor") && !exported.contains("Odd"));
        for found in ["Doctor", "Busy"] {
            assert_eq!(search(&home, ben, found).await.contains(&"secret.ics".to_owned()), found == "Busy", "{found}");
        }
    }
    // Of one who may write, none of it can be written over, moved or removed.
    let text = event("secret", "SUMMARY:Mine now");
    forbidden(home.kalends.put_object(ben, home.calendar, "secret.ics", &text, Precondition::None).await);
    forbidden(home.kalends.delete_object(ben, home.calendar, "secret.ics", Precondition::None).await);
    let own = home.kalends.calendars(ben).await.unwrap().iter().find(|held| held.is_own()).unwrap().id;
    let moved = CopyMove {
        from: (home.calendar, "secret.ics".into()),
        to: (own, "s.ics".into()),
        overwrite: true,
        precondition: Precondition::None,
    };
    forbidden(home.kalends.move_object(ben, moved.clone()).await);
    home.kalends.copy_object(ben, moved).await.unwrap();
    let copied = home.kalends.object(ben, own, "s.ics").await.unwrap().text;
    assert!(copied.contains("SUMMARY:Busy") && !copied.contains("Doctor"));
    let change = EventChange {
        calendar: home.calendar,
        name: "secret.ics",
        etag: "\"x\"",
        scope: Scope::All { opened_at: None },
    };
    not_found(home.kalends.delete_event(ben, change).await);
    // Who administers the calendar for its owner sees all of it.
    home.share(ben, Access::Administer).await;
    assert!(agenda(&home, ben).await.iter().any(|event| event.summary == "Doctor" && event.editable));
    assert_eq!(search(&home, ben, "Doctor").await, ["secret.ics"]);
}

/// The names of what a search for a title finds.
async fn search(home: &Home, who: Caller, title: &str) -> Vec<String> {
    let summary = PropertyFilter {
        name: "SUMMARY".into(),
        text_match: Some(TextMatch { text: title.into(), collation: Collation::AsciiCasemap, negate: false }),
        ..PropertyFilter::default()
    };
    let event = ComponentFilter { name: "VEVENT".into(), properties: vec![summary], ..ComponentFilter::default() };
    let calendar = ComponentFilter { name: "VCALENDAR".into(), components: vec![event], ..ComponentFilter::default() };
    let filter = Filter { calendar, floating: Zone::UTC };
    let mut query = Query::new(home.calendar, filter);
    let mut found = Vec::new();
    while let Some(page) = home.kalends.query_page(who, &mut query).await.unwrap() {
        found.extend(page.into_iter().map(|head| head.name));
    }
    found
}

#[tokio::test]
async fn free_busy_shows_when_and_nothing_else() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.put("open.ics", &event("open", "SUMMARY:Lunch")).await.unwrap();
    home.put("free.ics", &event("free", "SUMMARY:Reading\nTRANSP:TRANSPARENT")).await.unwrap();
    home.share(ben, Access::FreeBusy).await;
    assert_eq!(names(&home, ben).await.len(), 2);
    let seen = agenda(&home, ben).await;
    assert_eq!(seen.len(), 1, "what keeps nobody busy does not show");
    assert!(seen[0].busy && seen[0].summary.is_empty() && seen[0].name.is_empty() && seen[0].etag.is_empty());
    forbidden(home.kalends.object(ben, home.calendar, "open.ics").await);
    forbidden(home.kalends.event(ben, home.calendar, "open.ics", None).await);
    forbidden(home.kalends.changes(ben, home.calendar, None, None).await);
}

#[tokio::test]
async fn alarms_are_each_persons_own() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    home.share(ben, Access::Write).await;
    let annas = with_alarm("a", "Meeting", 10);
    let first = home.put("a.ics", &annas).await.unwrap();
    let seen = home.kalends.object(ben, home.calendar, "a.ics").await.unwrap();
    assert!(!seen.text.contains("VALARM"), "{}", seen.text);
    // Ben has his own, which Anna's is not touched by.
    let put = async |text: &str, etag: &str| {
        let matches = Precondition::Matches(vec![etag.to_owned()]);
        home.kalends.put_object(ben, home.calendar, "a.ics", text, matches).await
    };
    let written = put(&with_alarm("a", "Meeting", 5), &seen.head.etag).await.unwrap();
    assert!(written.altered && written.revision > first.revision);
    assert_eq!(home.text("a.ics").await, annas);
    let bens = home.kalends.object(ben, home.calendar, "a.ics").await.unwrap();
    assert!(bens.text.contains("TRIGGER:-PT5M") && !bens.text.contains("-PT10M"));
    assert_eq!(bens.head.etag, written.etag);
    // His other device hears of it; the same again is no change.
    let again = put(&with_alarm("a", "Meeting", 5), &written.etag).await.unwrap();
    assert_eq!(again.revision, written.revision);
    // He changes the rest: she keeps her alarm.
    let renamed = put(&with_alarm("a", "Meeting, moved", 5), &written.etag).await.unwrap();
    assert_eq!(home.text("a.ics").await, with_alarm("a", "Meeting, moved", 10));
    // She changes hers: his stays.
    let hers = home.kalends.object(home.anna, home.calendar, "a.ics").await.unwrap();
    let matches = Precondition::Matches(vec![hers.head.etag]);
    home.put_if("a.ics", &event("a", "SUMMARY:Without"), matches).await.unwrap();
    let bens = home.kalends.object(ben, home.calendar, "a.ics").await.unwrap();
    assert!(bens.text.contains("TRIGGER:-PT5M") && bens.text.contains("Without"));
    assert!(put("x", &renamed.etag).await.is_err());
    let stale = put(&with_alarm("a", "Old", 5), &renamed.etag).await;
    assert!(matches!(stale, Err(Error::PreconditionFailed)), "{stale:?}");
    // What Ben puts anew has his alarm for him alone.
    home.kalends
        .put_object(ben, home.calendar, "b.ics", &with_alarm("b", "By Ben", 7), Precondition::Absent)
        .await
        .unwrap();
    assert_eq!(home.text("b.ics").await, event("b", "SUMMARY:By Ben"));
    assert!(home.kalends.object(ben, home.calendar, "b.ics").await.unwrap().text.contains("-PT7M"));
    // An edit in the agenda leaves both as they are.
    let seen = agenda(&home, ben).await.into_iter().find(|event| event.summary == "By Ben").unwrap();
    let change =
        EventChange { calendar: home.calendar, name: "b.ics", etag: &seen.etag, scope: Scope::All { opened_at: None } };
    home.kalends.move_event(ben, change, seen.when, Zurich).await.unwrap();
    assert!(home.kalends.object(ben, home.calendar, "b.ics").await.unwrap().text.contains("-PT7M"));
    home.kalends.reindex().await.unwrap();
    assert!(home.kalends.object(ben, home.calendar, "b.ics").await.unwrap().text.contains("-PT7M"));
}

#[tokio::test]
async fn a_share_ends_at_its_time() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let end = Utc::now() + TimeDelta::milliseconds(1200);
    home.kalends.share(home.anna, home.calendar, ben.principal, Access::Read, Some(end)).await.unwrap();
    home.kalends.answer_share(ben, home.calendar, Answer::Accepted).await.unwrap();
    let list = home.kalends.list_revision(ben).await.unwrap();
    home.kalends.calendar_by_id(ben, home.calendar).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1300)).await;
    // Access is over by itself; the job has the list say so.
    not_found(home.kalends.calendar_by_id(ben, home.calendar).await);
    assert!(home.kalends.shares(home.anna, home.calendar).await.unwrap().is_empty());
    let due = home.kalends.jobs().await.unwrap();
    assert!(due.iter().any(|job| job.kind == JobKind::EndShares.name()));
    assert!(crate::jobs::worker(&home.kalends).run_due().await.unwrap() > 0);
    assert_ne!(home.kalends.list_revision(ben).await.unwrap(), list);
    assert_eq!(home.count("grants").await, 0);
}

#[tokio::test]
async fn what_is_for_everyone_is_there_for_who_comes_later() {
    let home = Home::new().await;
    home.kalends.share(home.anna, home.calendar, PrincipalId::EVERYONE, Access::Read, None).await.unwrap();
    let ben = user(&home.kalends, "ben").await;
    assert_eq!(names(&home, ben).await.len(), 2, "nobody is asked");
    home.kalends.answer_share(ben, home.calendar, Answer::Declined).await.unwrap();
    assert_eq!(names(&home, ben).await.len(), 1, "but may decline");
    let everyone = home.kalends.party(ben, "everyone").await.unwrap();
    assert_eq!((everyone.id, everyone.kind), (PrincipalId::EVERYONE, PartyKind::Everyone));
    not_found(home.kalends.party(ben, ".everyone").await);
    // What he sees already does not go from his list when it is shared with him in person as well.
    home.kalends.answer_share(ben, home.calendar, Answer::Accepted).await.unwrap();
    let cleo = user(&home.kalends, "cleo").await;
    home.kalends.share(home.anna, home.calendar, cleo.principal, Access::Write, None).await.unwrap();
    assert_eq!(names(&home, cleo).await.len(), 2);
    assert!(home.kalends.create_user(new_user("everyone")).await.is_err());
}

#[tokio::test]
async fn a_groups_calendars_are_its_own_and_live_on() {
    let home = Home::new().await;
    let (ben, cleo) = (user(&home.kalends, "ben").await, user(&home.kalends, "cleo").await);
    let kalends = &home.kalends;
    let choir = kalends.create_team(home.anna, PartyKind::Group, team("Choir")).await.unwrap();
    let id = choir.party.id;
    assert_eq!((choir.role, choir.party.slug.as_str()), (Some(Role::Manager), "choir"));
    assert_eq!(kalends.create_team(home.anna, PartyKind::Group, team("Choir")).await.unwrap().party.slug, "choir-2");
    not_found(kalends.team(ben, id).await);
    kalends.set_member(home.anna, id, ben.principal, Role::Member).await.unwrap();
    let details = CalendarDetails::named("Rehearsals", 0);
    forbidden(kalends.create_calendar_for(ben, id, None, details.clone(), Vec::new()).await);
    not_found(kalends.create_calendar_for(cleo, id, None, details.clone(), Vec::new()).await);
    let calendar = kalends.create_calendar_for(home.anna, id, None, details, Vec::new()).await.unwrap().id;
    assert_eq!(names(&home, ben).await, ["Personal", "Rehearsals"]);
    let secret = event("s", "SUMMARY:Gift for the conductor\nCLASS:PRIVATE");
    kalends.put_object(ben, calendar, "s.ics", &secret, Precondition::None).await.unwrap();
    let held = kalends.calendar_by_id(ben, calendar).await.unwrap();
    assert!(held.sees_private() && held.may_write() && !held.may_administer());
    // To those it is shared with, what is private in it is as in any other.
    kalends.share(home.anna, calendar, cleo.principal, Access::Read, None).await.unwrap();
    let seen = kalends.object(cleo, calendar, "s.ics").await.unwrap().text;
    assert!(!seen.contains("conductor"));
    // The last manager stays; another may take over, and the calendars live on.
    let last = kalends.remove_member(home.anna, id, home.anna.principal).await;
    assert!(matches!(last, Err(Error::BadInput { field: "role", .. })), "{last:?}");
    forbidden(kalends.set_member(ben, id, ben.principal, Role::Manager).await);
    kalends.set_member(home.anna, id, ben.principal, Role::Manager).await.unwrap();
    kalends.remove_member(home.anna, id, home.anna.principal).await.unwrap();
    not_found(kalends.calendar_by_id(home.anna, calendar).await);
    assert_eq!(kalends.calendar_by_id(ben, calendar).await.unwrap().access(), Access::Owner);
    let owns = kalends.delete_team(ben, id).await;
    assert!(matches!(owns, Err(Error::BadInput { field: "calendars", .. })), "{owns:?}");
    kalends.delete_calendar(ben, calendar).await.unwrap();
    assert_eq!(kalends.bin(ben, 0).await.unwrap().calendars.len(), 1, "it rests in the bin of its managers");
    kalends.restore_calendar(ben, calendar).await.unwrap();
    assert!(names(&home, ben).await.contains(&"Rehearsals".to_owned()));
}

#[tokio::test]
async fn after_a_mission_its_members_only_read() {
    let home = Home::new().await;
    let ben = user(&home.kalends, "ben").await;
    let kalends = &home.kalends;
    let day = |days: i64| (Utc::now() + TimeDelta::days(days)).date_naive();
    let dated =
        |from: i64, to: i64| TeamDetails { starts_on: Some(day(from)), ends_on: Some(day(to)), ..team("Apollo") };
    let backwards = kalends.create_team(home.anna, PartyKind::Mission, dated(3, 1)).await;
    assert!(matches!(backwards, Err(Error::BadInput { field: "end", .. })), "{backwards:?}");
    let id = kalends.create_team(home.anna, PartyKind::Mission, dated(-9, 3)).await.unwrap().party.id;
    kalends.set_member(home.anna, id, ben.principal, Role::Member).await.unwrap();
    let details = CalendarDetails::named("Flight plan", 0);
    let calendar = kalends.create_calendar_for(home.anna, id, None, details, Vec::new()).await.unwrap().id;
    assert_eq!(kalends.calendar_by_id(ben, calendar).await.unwrap().access(), Access::Write);
    kalends.update_team(home.anna, id, dated(-9, -3)).await.unwrap();
    assert_eq!(kalends.calendar_by_id(ben, calendar).await.unwrap().access(), Access::Read);
    assert_eq!(kalends.calendar_by_id(home.anna, calendar).await.unwrap().access(), Access::Owner);
}

#[tokio::test]
async fn people_are_found_by_the_beginnings_of_their_names() {
    let home = Home::new().await;
    let mut ben = new_user("ben.miller");
    (ben.display_name, ben.email) = ("Benjamin Miller".into(), Some("b.miller@example.org".into()));
    home.kalends.create_user(ben).await.unwrap();
    let cleo = user(&home.kalends, "cleo").await;
    home.kalends.create_team(home.anna, PartyKind::Group, team("Millers")).await.unwrap();
    let found = async |who: Caller, wanted: &str| -> Vec<String> {
        let found = home.kalends.find_parties(who, wanted).await.unwrap();
        found.into_iter().map(|party| party.slug).collect()
    };
    assert_eq!(found(home.anna, "mill").await, ["ben.miller", "millers"]);
    assert_eq!(found(cleo, "Mill").await, ["ben.miller"], "of teams one sees one's own");
    assert_eq!(found(cleo, "b.mil").await, ["ben.miller"]);
    for nobody in ["", "m", "%%", "__", "iller", ".everyone", "every"] {
        assert!(found(cleo, nobody).await.is_empty(), "{nobody}");
    }
    // An address names somebody as long as it is theirs alone.
    for named in ["ben.miller", "B.Miller@Example.org"] {
        assert_eq!(home.kalends.party(cleo, named).await.unwrap().slug, "ben.miller", "{named}");
    }
    let mut twin = new_user("twin");
    twin.email = Some("b.miller@example.org".into());
    home.kalends.create_user(twin).await.unwrap();
    for nobody in ["b.miller@example.org", "b.miller", "millers@example.org", ""] {
        not_found(home.kalends.party(cleo, nobody).await);
    }
}
