//! When people could meet: what is known of whom, and what is never told.

use super::scheduling::{Office, meeting, person, settle};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures::future::BoxFuture;
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::{NewAppPassword, Secret};
use kalends_domain::objects::Precondition;
use kalends_domain::scheduling::published::{BusySource, PublishedError};
use kalends_domain::scheduling::{FoundTimes, Knowledge, MovedMeeting, NewAttendee, TimeGuest, TimeQuestion};
use kalends_domain::sharing::PartyKind;
use kalends_domain::sync::vault::Vault;
use kalends_domain::teams::{Role, TeamDetails};
use kalends_domain::{Error, Kalends};
use kalends_ical::busy::BusyKind;
use kalends_ical::edit::{EventDraft, Marks, Repeat, Timing};
use kalends_ical::meeting_times::Presence;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn at(hour: u32) -> DateTime<Utc> {
    chrono::NaiveDate::from_ymd_opt(2030, 3, 1).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_utc()
}

/// An hour on 1 March 2030, a Friday, from eight to six.
fn question(guests: &[&str]) -> TimeQuestion {
    TimeQuestion {
        guests: guests.iter().map(|guest| TimeGuest { address: (*guest).to_owned(), is_optional: false }).collect(),
        window: (at(8), at(18)),
        duration: TimeDelta::hours(1),
        step_minutes: 60,
        zone: Tz::UTC,
        count: 20,
        moved: None,
    }
}

fn starts(found: &FoundTimes) -> Vec<u32> {
    use chrono::Timelike;
    let mut hours: Vec<u32> = found.suggestions.iter().map(|found| found.start.hour()).collect();
    hours.sort_unstable();
    hours
}

fn busy_of(found: &FoundTimes, who: usize) -> Option<Vec<(DateTime<Utc>, DateTime<Utc>)>> {
    match &found.people[who].knowledge {
        Knowledge::Known(known) => {
            let busy = known.busy.iter().filter(|busy| busy.kind == BusyKind::Busy);
            Some(busy.map(|busy| (busy.start, busy.end)).collect())
        }
        Knowledge::Unknown | Knowledge::Failed(_) => None,
    }
}

async fn share(office: &Office, to: Caller) {
    let (bernard, calendar) = office.bernard;
    office.kalends().share(bernard, calendar, to.principal, Access::FreeBusy, None).await.unwrap();
}

#[tokio::test]
async fn times_are_found_by_what_people_have_shared_and_nothing_else_is_told() {
    let office = Office::with_meeting().await;
    let (dora, _) = office.dora;
    let ask = async |guests: &[&str]| office.kalends().find_times(dora, &question(guests)).await.unwrap();
    // She knows nothing of him: as of nobody, by whichever address.
    let unknown = ask(&["bernard@example.org", "bernard", "nobody@example.org", "nobody"]).await;
    assert_eq!(unknown.people.len(), 5);
    for person in &unknown.people[1..] {
        assert_eq!((&person.knowledge, &person.name, person.is_published), (&Knowledge::Unknown, &None, false));
    }
    assert!(unknown.people[0].is_oneself && unknown.usual_hours);
    // By the usual hours, though all are possible.
    assert_eq!(starts(&unknown), [8, 9, 11, 12, 13, 14, 15, 16, 17]);
    assert_eq!(unknown.suggestions.last().map(|last| last.presences[0]), Some(Presence::OutsideHours));

    share(&office, dora).await;
    let known = ask(&["bernard@example.org"]).await;
    assert_eq!(known.people[1].name.as_deref(), Some("bernard"));
    assert_eq!(busy_of(&known, 1), Some(vec![(at(10), at(11))]));
    assert_eq!(starts(&known), [8, 9, 11, 12, 13, 14, 15, 16, 17]);
    // He is one person by both of his addresses, and she is none of her guests.
    assert_eq!(ask(&["bernard@example.org", "bernard", "dora", "DORA@example.org"]).await.people.len(), 2);
    let mut optional = question(&["bernard"]);
    optional.guests[0].is_optional = true;
    let (cyrus, _) = office.cyrus;
    share(&office, cyrus).await;
    let found = office.kalends().find_times(cyrus, &optional).await.unwrap();
    assert!(found.people[1].is_optional);
    assert_eq!(starts(&found), [8, 9, 11, 12, 13, 14, 15, 16, 17]);

    for wrong in [
        TimeQuestion { duration: TimeDelta::minutes(4), ..question(&[]) },
        TimeQuestion { duration: TimeDelta::hours(25), ..question(&[]) },
        TimeQuestion { window: (at(9), at(9)), ..question(&[]) },
        TimeQuestion { window: (at(9), at(9) + TimeDelta::days(63)), ..question(&[]) },
        TimeQuestion {
            window: (DateTime::<Utc>::MAX_UTC - TimeDelta::days(1), DateTime::<Utc>::MAX_UTC),
            ..question(&[])
        },
        TimeQuestion { step_minutes: 0, ..question(&[]) },
        TimeQuestion { count: 51, ..question(&[]) },
        question(&["x@example.org"; 101]),
    ] {
        assert!(matches!(office.kalends().find_times(dora, &wrong).await, Err(Error::BadInput { .. })), "{wrong:?}");
    }
    // None begins before now.
    let yesterday = Utc::now() - TimeDelta::days(2);
    let past = TimeQuestion { window: (yesterday, yesterday + TimeDelta::days(1)), ..question(&[]) };
    assert!(office.kalends().find_times(dora, &past).await.unwrap().suggestions.is_empty());
}

#[tokio::test]
async fn a_meeting_that_is_moved_stands_in_nobodys_way_and_nothing_else_is_found_out_by_that() {
    let office = Office::with_meeting().await;
    let ((cyrus, own), (dora, doras)) = (office.cyrus, office.dora);
    share(&office, cyrus).await;
    let moved = |calendar, name: &str| MovedMeeting { calendar, name: name.into(), instance: None };
    let ask = async |who: Caller, moved| {
        office.kalends().find_times(who, &TimeQuestion { moved, ..question(&["bernard"]) }).await
    };
    let stands = ask(cyrus, None).await.unwrap();
    assert_eq!(
        (busy_of(&stands, 0), busy_of(&stands, 1)),
        (Some(vec![(at(10), at(11))]), Some(vec![(at(10), at(11))]))
    );
    assert!(!starts(&stands).contains(&10));
    let found = ask(cyrus, Some(moved(own, "m.ics"))).await.unwrap();
    assert_eq!((busy_of(&found, 0), busy_of(&found, 1)), (Some(Vec::new()), Some(Vec::new())));
    assert!(starts(&found).contains(&10));

    // Whoever is invited leaves out their own, and does not learn by it who else is; nor does who knows its UID.
    share(&office, dora).await;
    let found = ask(dora, Some(moved(doras, "m.ics"))).await.unwrap();
    assert_eq!((busy_of(&found, 0), busy_of(&found, 1)), (Some(Vec::new()), Some(vec![(at(10), at(11))])));
    let (nina, ninas) = person(office.kalends(), "nina").await;
    share(&office, nina).await;
    let same = meeting("m", "Mine", "20300301T100000Z", &[], "").replace("ORGANIZER:mailto:cyrus@example.org\r\n", "");
    office.kalends().put_object(nina, ninas, "n.ics", &same, Precondition::None).await.unwrap();
    let found = ask(nina, Some(moved(ninas, "n.ics"))).await.unwrap();
    assert_eq!((busy_of(&found, 0), busy_of(&found, 1)), (Some(Vec::new()), Some(vec![(at(10), at(11))])));
    let missing = ask(dora, Some(moved(own, "m.ics"))).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

#[tokio::test]
async fn one_of_a_series_is_left_out_and_its_others_are_not() {
    let office = Office::new().await;
    let (cyrus, own) = office.cyrus;
    let series = meeting("s", "Daily", "20300301T100000Z", &[], "RRULE:FREQ=HOURLY;INTERVAL=3;COUNT=3\r\n")
        .replace("ORGANIZER:mailto:cyrus@example.org\r\n", "");
    office.put(office.cyrus, "s.ics", &series).await.unwrap();
    let instance = kalends_ical::instance_key::decode("20300301T130000Z");
    assert!(instance.is_some());
    let moved = Some(MovedMeeting { calendar: own, name: "s.ics".into(), instance });
    let found = office.kalends().find_times(cyrus, &TimeQuestion { moved, ..question(&[]) }).await.unwrap();
    assert_eq!(busy_of(&found, 0), Some(vec![(at(10), at(11)), (at(16), at(17))]));
}

#[tokio::test]
async fn a_group_is_those_who_belong_to_it_for_those_who_do() {
    let office = Office::with_meeting().await;
    let ((cyrus, _), (bernard, _), (dora, _)) = (office.cyrus, office.bernard, office.dora);
    let details = TeamDetails { name: "Choir".into(), ..TeamDetails::default() };
    let team = office.kalends().create_team(cyrus, PartyKind::Group, details).await.unwrap();
    office.kalends().set_member(cyrus, team.party.id, bernard.principal, Role::Member).await.unwrap();
    share(&office, cyrus).await;
    assert_eq!(team.party.slug, "choir");
    let found = office.kalends().find_times(cyrus, &question(&["choir"])).await.unwrap();
    assert_eq!(found.people.len(), 2);
    assert_eq!(busy_of(&found, 1), Some(vec![(at(10), at(11))]));
    // To others it is a name that nobody has.
    let found = office.kalends().find_times(dora, &question(&["choir", "nobody"])).await.unwrap();
    assert_eq!(found.people.len(), 3);
    assert!(found.people[1..].iter().all(|person| person.knowledge == Knowledge::Unknown && person.name.is_none()));
}

/// Answers by the address, and counts how often it is asked.
#[derive(Default)]
struct Elsewhere(AtomicUsize);

impl BusySource for Elsewhere {
    fn host(&self, address: &str) -> Result<String, PublishedError> {
        address.strip_prefix("https://").map(str::to_owned).ok_or(PublishedError::NoAddress)
    }

    fn fetch<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<String, PublishedError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let file = |lines: &str| Ok(format!("BEGIN:VCALENDAR\r\n{lines}\r\nEND:VCALENDAR\r\n"));
        let answer = match address {
            "https://busy.example" => file(
                "BEGIN:VFREEBUSY\r\nDTSTART:20300301T000000Z\r\nDTEND:20300301T140000Z\r\nFREEBUSY:20300301T090000Z/PT1H\r\nEND:VFREEBUSY",
            ),
            "https://events.example" => {
                file("BEGIN:VEVENT\r\nUID:e\r\nDTSTART:20300301T110000Z\r\nDURATION:PT1H\r\nEND:VEVENT")
            }
            "https://page.example" => Ok("<html></html>".into()),
            _ => Err(PublishedError::NoAnswer("it did not answer in time".into())),
        };
        Box::pin(async { answer })
    }
}

#[tokio::test]
async fn people_elsewhere_are_asked_where_one_has_said_that_they_publish_it() {
    let office = Office::new().await;
    let source = Arc::new(Elsewhere::default());
    let kalends: Kalends = office.kalends().clone().with_busy_source(source.clone());
    let ((cyrus, _), (dora, _)) = (office.cyrus, office.dora);
    for (email, url) in [
        ("Zoe@Elsewhere.example", "https://busy.example"),
        ("yan@elsewhere.example", " https://events.example "),
        ("xenia@elsewhere.example", "https://page.example"),
        ("will@elsewhere.example", "https://silent.example"),
        // Whoever has an account and has shared nothing is as anybody elsewhere.
        ("bernard@example.org", "https://busy.example"),
    ] {
        kalends.set_busy_address(cyrus, email, url).await.unwrap();
    }
    let guests =
        ["zoe@elsewhere.example", "yan@elsewhere.example", "xenia@elsewhere.example", "will@elsewhere.example"];
    let found = kalends.find_times(cyrus, &question(&guests)).await.unwrap();
    assert_eq!(busy_of(&found, 1), Some(vec![(at(9), at(10))]));
    assert_eq!(busy_of(&found, 2), Some(vec![(at(11), at(12))]));
    let failed = |who: usize| match &found.people[who].knowledge {
        Knowledge::Failed(error) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(failed(3), "what page.example gives is not a calendar");
    assert_eq!(failed(4), "no answer: it did not answer in time");
    assert_eq!(starts(&found), [8, 10, 12, 13, 14, 15, 16, 17]);
    // Of Zoe nothing is known after what she has published.
    let late = found.suggestions.iter().find(|suggestion| suggestion.start == at(15)).unwrap();
    assert_eq!(late.presences[1..3], [Presence::Unknown, Presence::Free]);
    // For some minutes nobody is asked again, whoever wants to know.
    let asked = source.0.load(Ordering::Relaxed);
    assert_eq!(asked, 4);
    kalends.set_busy_address(dora, "zoe@elsewhere.example", "https://busy.example").await.unwrap();
    let found = kalends.find_times(dora, &question(&[guests[0], "bernard@example.org", guests[1]])).await.unwrap();
    assert_eq!(source.0.load(Ordering::Relaxed), asked);
    // What one has said nobody else knows.
    assert_eq!(busy_of(&found, 1), Some(vec![(at(9), at(10))]));
    assert!(found.people[2..].iter().all(|person| person.knowledge == Knowledge::Unknown && !person.is_published));
    let found = kalends.find_times(cyrus, &question(&["bernard@example.org"])).await.unwrap();
    assert_eq!((busy_of(&found, 1), found.people[1].is_published), (Some(vec![(at(9), at(10))]), true));

    let known = kalends.busy_addresses(cyrus).await.unwrap();
    let known: Vec<_> = known.iter().map(|known| (known.email.as_str(), known.host.as_str())).collect();
    assert_eq!(known.len(), 5);
    assert_eq!(known[4], ("zoe@elsewhere.example", "busy.example"));
    kalends.remove_busy_address(cyrus, "ZOE@elsewhere.example").await.unwrap();
    assert!(matches!(kalends.remove_busy_address(cyrus, guests[0]).await, Err(Error::NotFound(_))));
    assert_eq!(busy_of(&kalends.find_times(cyrus, &question(&guests[..1])).await.unwrap(), 1), None);
    for (email, url, field) in [
        ("zoe", "https://busy.example", "email"),
        ("zoe@elsewhere.example", "file:///etc/passwd", "url"),
        ("zoe@elsewhere.example", &format!("https://{}", "x".repeat(3000)), "url"),
    ] {
        match kalends.set_busy_address(cyrus, email, url).await {
            Err(Error::BadInput { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{other:?}"),
        }
    }
    // A credential for less has none of it.
    let only = NewAppPassword { only: Some(office.cyrus.1), ..NewAppPassword::from("one") };
    let (_, secret) = kalends.create_app_password(cyrus.principal, only).await.unwrap();
    let (_, less) = kalends.authenticate_client("cyrus", &secret.0).await.unwrap();
    assert!(matches!(kalends.busy_addresses(less).await, Err(Error::Forbidden { .. })));
    let found = kalends.find_times(less, &question(&[guests[1]])).await.unwrap();
    assert_eq!(found.people[1].knowledge, Knowledge::Unknown);
    // Another key takes over what the first has sealed, and without it nothing is known.
    let key = |text: &str| Secret(format!("{text} key of this test, and of nothing else"));
    let vault = |keys: &[&str]| Vault::new(keys.iter().map(|text| key(text)).collect()).unwrap();
    let by = |keys: &[&str]| office.kalends().clone().with_vault(vault(keys)).with_busy_source(source.clone());
    by(&["old"]).set_busy_address(dora, "vera@elsewhere.example", "https://busy.example").await.unwrap();
    assert_eq!(by(&["new", "old"]).reseal_credentials().await.unwrap().resealed, 1);
    let of_dora = by(&["new"]).busy_addresses(dora).await.unwrap();
    assert_eq!(of_dora.iter().map(|known| known.email.as_str()).collect::<Vec<_>>(), ["vera@elsewhere.example"]);
    assert!(by(&["old"]).busy_addresses(dora).await.unwrap().is_empty());
    assert_eq!(office.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_new_meeting_is_stored_with_its_guests_at_once() {
    let office = Office::new().await;
    let ((cyrus, own), (bernard, _)) = (office.cyrus, office.bernard);
    let start = at(10).naive_utc();
    let draft = EventDraft {
        summary: "Plan".into(),
        description: None,
        location: None,
        repeat: Repeat::Never,
        marks: Marks::default(),
        timing: Timing::Timed { start, end: start + TimeDelta::hours(1), zone: Some(Tz::UTC) },
    };
    let guest = |email: &str| NewAttendee { email: email.into(), name: None, is_optional: false };
    let guests = vec![guest("bernard"), guest("Out@elsewhere.example")];
    let made = office.kalends().create_meeting(cyrus, own, &draft, guests).await.unwrap();
    settle(office.kalends()).await;
    let text = office.text((cyrus, own), &made.name).await.unwrap();
    assert!(text.contains("principals/bernard/") && text.contains("mailto:out@elsewhere.example"), "{text}");
    assert!(text.contains("ORGANIZER") && text.contains("CN=bernard"), "{text}");
    let arrived = office.kalends().find_times(bernard, &question(&[])).await.unwrap();
    assert_eq!(busy_of(&arrived, 0), Some(vec![(at(10), at(11))]));
    let count = office.home.count("objects").await;
    for wrong in ["nobody", "no address"] {
        let refused = office.kalends().create_meeting(cyrus, own, &draft, vec![guest(wrong)]).await;
        assert!(matches!(refused, Err(Error::BadInput { .. })), "{refused:?}");
    }
    // Nothing is left of what was refused.
    assert_eq!(office.home.count("objects").await, count);
    let (nina, _) = person(office.kalends(), "nina").await;
    let refused = office.kalends().create_meeting(nina, own, &draft, vec![guest("bernard")]).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
}
