//! Other times that guests propose, asking for what there is now, and what is not answered yet.

use crate::scheduling::{Office, line, meeting, settle};
use chrono::{NaiveDate, NaiveDateTime};
use kalends_domain::Error;
use kalends_domain::access::Access;
use kalends_domain::jobs::JobKind;
use kalends_domain::scheduling::{DeliveryId, Wanted};
use kalends_ical::edit::Timing;
use kalends_ical::itip::{Answer, PartStat};
use kalends_ical::value::Moment;

fn at(day: u32, hour: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2030, 3, day).unwrap().and_hms_opt(hour, 0, 0).unwrap()
}

fn timing(day: u32, hour: u32) -> Timing {
    Timing::Timed { start: at(day, hour), end: at(day, hour + 1), zone: Some(chrono_tz::UTC) }
}

/// Another time at the place that it has.
fn wanted(timing: Timing) -> Wanted {
    Wanted { timing, location: None }
}

impl Office {
    /// Bernard proposes another time; yields what Cyrus is shown of it.
    async fn proposed(&self, instance: Option<&Moment>, timing: Timing) -> Vec<kalends_domain::scheduling::Proposal> {
        self.wishes(instance, wanted(timing)).await
    }

    async fn wishes(&self, instance: Option<&Moment>, wanted: Wanted) -> Vec<kalends_domain::scheduling::Proposal> {
        let (bernard, calendar) = self.bernard;
        let place = (calendar, "m.ics");
        self.kalends().propose_time(bernard, place, None, instance, wanted, Some("I travel")).await.unwrap();
        settle(self.kalends()).await;
        self.proposals().await
    }

    async fn proposals(&self) -> Vec<kalends_domain::scheduling::Proposal> {
        let (cyrus, calendar) = self.cyrus;
        self.kalends().invitation(cyrus, calendar, "m.ics", None).await.unwrap().proposals
    }

    /// What became of the first message that Bernard sent about the meeting.
    async fn outcome(&self) -> Option<String> {
        let (bernard, calendar) = self.bernard;
        let sent = self.kalends().invitation(bernard, calendar, "m.ics", None).await.unwrap().sent;
        sent.last().and_then(|sent| sent.outcome.clone())
    }
}

#[tokio::test]
async fn a_time_that_a_guest_proposes_is_taken_and_everybody_is_asked_anew() {
    let office = Office::with_meeting().await;
    office.answer(office.dora, "m.ics", PartStat::Accepted).await;
    let before = office.text(office.bernard, "m.ics").await;
    let proposals = office.proposed(None, timing(4, 15)).await;
    let [proposal] = &proposals[..] else { panic!("{proposals:?}") };
    assert_eq!(
        (proposal.address.as_str(), proposal.comment.as_deref()),
        ("mailto:bernard@example.org", Some("I travel"))
    );
    assert_eq!((proposal.timing, &proposal.instance), (timing(4, 15), &None));
    assert_eq!(office.text(office.bernard, "m.ics").await, before, "nothing is another until it is decided");
    assert_eq!(office.outcome().await.as_deref(), Some("for-person"));
    // What he proposes last is what counts.
    let proposals = office.proposed(None, timing(4, 16)).await;
    assert_eq!(proposals.iter().map(|proposal| proposal.timing).collect::<Vec<_>>(), [timing(4, 16)]);

    let (cyrus, calendar) = office.cyrus;
    office.kalends().accept_proposal(cyrus, (calendar, "m.ics"), proposals[0].id).await.unwrap();
    settle(office.kalends()).await;
    for who in [office.cyrus, office.bernard, office.dora] {
        let text = office.text(who, "m.ics").await.unwrap();
        assert!(text.contains("20300304T160000Z") && text.contains("SEQUENCE:1"), "{text}");
        assert!(line(&text, "dora").contains("NEEDS-ACTION"), "{text}");
    }
    let again = office.kalends().accept_proposal(cyrus, (calendar, "m.ics"), proposals[0].id).await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
    assert_eq!(office.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn another_place_is_proposed_and_taken_at_the_time_that_stands() {
    let office = Office::new().await;
    let text = meeting("m", "Plan", "20300301T100000Z", &["bernard"], "LOCATION:Room 5\r\n");
    office.put(office.cyrus, "m.ics", &text).await.unwrap();
    let place = |place: &str| Wanted { timing: timing(1, 10), location: Some(place.into()) };
    let proposals = office.wishes(None, place(" Garden, gate 2 ")).await;
    let [proposal] = &proposals[..] else { panic!("{proposals:?}") };
    assert_eq!((proposal.timing, proposal.location.as_deref()), (timing(1, 10), Some("Garden, gate 2")));
    let (bernard, own) = office.bernard;
    for (refused, field) in [(place("Room 5"), "start"), (place(" "), "start"), (place(&"x".repeat(1_001)), "location")]
    {
        let answer = office.kalends().propose_time(bernard, (own, "m.ics"), None, None, refused, None).await;
        assert!(matches!(&answer, Err(Error::BadInput { field: wrong, .. }) if *wrong == field), "{answer:?}");
    }
    let (cyrus, calendar) = office.cyrus;
    office.kalends().accept_proposal(cyrus, (calendar, "m.ics"), proposal.id).await.unwrap();
    settle(office.kalends()).await;
    for who in [office.cyrus, office.bernard] {
        let text = office.text(who, "m.ics").await.unwrap();
        assert!(text.contains("LOCATION:Garden\\, gate 2") && text.contains("20300301T100000Z"), "{text}");
    }
    // Another time says nothing of the place, also where that is another by the time at which somebody decides.
    office.proposed(None, timing(4, 15)).await;
    let moved = office.text(office.cyrus, "m.ics").await.unwrap().replace("Garden\\, gate 2", "Roof");
    office.put(office.cyrus, "m.ics", &moved).await.unwrap();
    let proposals = office.proposals().await;
    assert_eq!(proposals[0].location, None);
    office.kalends().accept_proposal(cyrus, (calendar, "m.ics"), proposals[0].id).await.unwrap();
    let text = office.text(office.cyrus, "m.ics").await.unwrap();
    assert!(text.contains("LOCATION:Roof") && text.contains("20300304T"), "{text}");
}

#[tokio::test]
async fn a_guest_sends_somebody_else_whom_the_organizer_asks() {
    let office = Office::new().await;
    let text = meeting("m", "Plan", "20300301T100000Z", &["bernard"], "");
    office.put(office.cyrus, "m.ics", &text).await.unwrap();
    let (bernard, calendar) = office.bernard;
    let send = async |delegate: &str| {
        let answer = Answer { partstat: PartStat::Accepted, delegate: Some(delegate.into()) };
        office.kalends().answer_invitation(bernard, (calendar, "m.ics"), None, None, answer, Some("She knows")).await
    };
    for wrong in ["nobody", "", "bernard@example.org", "Cyrus@Example.org", "Dora <dora@example.org>"] {
        let refused = send(wrong).await;
        assert!(matches!(refused, Err(Error::BadInput { field: "delegate", .. })), "{wrong}: {refused:?}");
    }
    let undo = send("dora@example.org").await.unwrap();
    settle(office.kalends()).await;
    let text = office.text(office.cyrus, "m.ics").await.unwrap();
    let (his, hers) = (line(&text, "bernard"), line(&text, "dora"));
    assert!(his.contains("PARTSTAT=DELEGATED") && his.contains("dora@example.org"), "{text}");
    assert!(hers.contains("DELEGATED-FROM") && hers.contains("NEEDS-ACTION"), "{text}");
    assert_eq!(office.methods(office.dora).await, ["REQUEST"]);
    office.answer(office.dora, "m.ics", PartStat::Accepted).await;
    let text = office.text(office.cyrus, "m.ics").await.unwrap();
    assert!(line(&text, "dora").contains("PARTSTAT=ACCEPTED"), "{text}");
    assert_ne!(undo, kalends_domain::events::Undo::default());
    // Not who invites, by another name that they have here.
    let text = meeting("p", "Plan", "20300302T100000Z", &["bernard"], "")
        .replace("ORGANIZER:mailto:cyrus@example.org", "ORGANIZER:/api/v1.0/caldav/principals/cyrus/");
    office.put(office.cyrus, "p.ics", &text).await.unwrap();
    let answer = Answer { partstat: PartStat::Accepted, delegate: Some("cyrus@example.org".into()) };
    let refused = office.kalends().answer_invitation(bernard, (calendar, "p.ics"), None, None, answer, None).await;
    assert!(matches!(refused, Err(Error::BadInput { field: "delegate", .. })), "{refused:?}");
    assert_eq!(office.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_time_that_is_not_taken_changes_nothing_and_its_guest_is_told() {
    let office = Office::with_meeting().await;
    let proposals = office.proposed(None, timing(4, 15)).await;
    let (cyrus, calendar) = office.cyrus;
    let before = office.text(office.cyrus, "m.ics").await;
    let place = (calendar, "m.ics");
    office.kalends().decline_proposal(cyrus, place, proposals[0].id, Some("No room")).await.unwrap();
    settle(office.kalends()).await;
    assert_eq!(office.text(office.cyrus, "m.ics").await, before);
    assert_eq!(office.methods(office.bernard).await, ["REQUEST", "DECLINECOUNTER"]);
    let items = office.kalends().inbox(office.bernard.0).await.unwrap();
    assert!(items[1].text.contains("COMMENT:No room") && !items[1].text.contains("dora"), "{}", items[1].text);
    assert_eq!((office.proposals().await.len(), office.outcome().await.as_deref()), (0, Some("declined")));
    let again = office.kalends().decline_proposal(cyrus, place, proposals[0].id, None).await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
}

#[tokio::test]
async fn another_time_of_one_instance_is_of_that_alone() {
    let office = Office::new().await;
    let text = meeting("m", "Plan", "20300301T100000Z", &["bernard"], "RRULE:FREQ=WEEKLY;COUNT=3\r\n");
    office.put(office.cyrus, "m.ics", &text).await.unwrap();
    let second = Moment::Utc(at(8, 10));
    let proposals = office.proposed(Some(&second), timing(9, 12)).await;
    assert_eq!((proposals[0].instance.as_ref(), proposals[0].timing), (Some(&second), timing(9, 12)));
    let (cyrus, calendar) = office.cyrus;
    office.kalends().accept_proposal(cyrus, (calendar, "m.ics"), proposals[0].id).await.unwrap();
    settle(office.kalends()).await;
    for who in [office.cyrus, office.bernard] {
        let text = office.text(who, "m.ics").await.unwrap();
        assert!(text.contains("DTSTART:20300301T100000Z") && text.contains("DTSTART:20300309T120000Z"), "{text}");
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 2, "{text}");
    }
    // One about what is not as it was any more is none.
    let (bernard, own) = office.bernard;
    let late = office.kalends().propose_time(bernard, (own, "m.ics"), None, None, wanted(timing(2, 10)), None);
    late.await.unwrap();
    let moved = meeting("m", "Plan", "20300302T110000Z", &["bernard"], "SEQUENCE:5\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n");
    office
        .kalends()
        .put_object(cyrus, calendar, "m.ics", &moved, kalends_domain::objects::Precondition::None)
        .await
        .unwrap();
    settle(office.kalends()).await;
    assert_eq!(office.proposals().await, []);
}

#[tokio::test]
async fn a_guest_who_asks_gets_what_there_is_now() {
    let office = Office::with_meeting().await;
    let (bernard, calendar) = office.bernard;
    office.kalends().refresh_invitation(bernard, calendar, "m.ics").await.unwrap();
    settle(office.kalends()).await;
    assert_eq!(office.methods(office.cyrus).await, ["REFRESH"]);
    assert_eq!(office.methods(office.bernard).await, ["REQUEST", "REQUEST"]);
    assert_eq!(office.methods(office.dora).await, ["REQUEST"]);
    let asked = &office.kalends().inbox(office.cyrus.0).await.unwrap()[0].text;
    assert!(asked.contains("bernard") && !asked.contains("dora") && !asked.contains("SUMMARY"), "{asked}");
}

#[tokio::test]
async fn only_who_may_proposes_and_decides() {
    let office = Office::with_meeting().await;
    let proposals = office.proposed(None, timing(4, 15)).await;
    let ((cyrus, cyruss), (bernard, bernards), (dora, doras)) = (office.cyrus, office.bernard, office.dora);
    let kalends = office.kalends();
    let id = proposals[0].id;
    let place = (cyruss, "m.ics");
    // To whom the calendar is nothing.
    assert!(matches!(kalends.accept_proposal(dora, place, id).await, Err(Error::NotFound(_))));
    assert!(matches!(kalends.decline_proposal(dora, place, id, None).await, Err(Error::NotFound(_))));
    assert!(matches!(kalends.refresh_invitation(dora, bernards, "m.ics").await, Err(Error::NotFound(_))));
    // Who only reads sees that there is a meeting, and not what was proposed.
    kalends.share(cyrus, cyruss, dora.principal, Access::Read, None).await.unwrap();
    assert!(matches!(kalends.accept_proposal(dora, place, id).await, Err(Error::Forbidden { .. })));
    assert!(matches!(kalends.decline_proposal(dora, place, id, None).await, Err(Error::Forbidden { .. })));
    assert_eq!(kalends.invitation(dora, cyruss, "m.ics", None).await.unwrap().proposals, []);
    // Not the organizer to themselves, and not by a copy of somebody else.
    let own = kalends.propose_time(cyrus, place, None, None, wanted(timing(4, 15)), None).await;
    assert!(matches!(own, Err(Error::NotFound(_))), "{own:?}");
    assert!(matches!(kalends.accept_proposal(bernard, (bernards, "m.ics"), id).await, Err(Error::NotFound(_))));
    assert!(matches!(kalends.accept_proposal(dora, (doras, "m.ics"), id).await, Err(Error::NotFound(_))));
    assert!(matches!(kalends.accept_proposal(cyrus, place, DeliveryId(i64::MAX)).await, Err(Error::NotFound(_))));
    // The time that it has, one that ends before it begins, an old version, and a long word.
    let propose =
        |timing, etag, comment| kalends.propose_time(bernard, (bernards, "m.ics"), etag, None, wanted(timing), comment);
    assert!(matches!(propose(timing(1, 10), None, None).await, Err(Error::BadInput { field: "start", .. })));
    let backwards = Timing::Timed { start: at(4, 15), end: at(4, 14), zone: None };
    assert!(matches!(propose(backwards, None, None).await, Err(Error::BadInput { .. })));
    assert!(matches!(propose(timing(4, 15), Some("\"other\""), None).await, Err(Error::PreconditionFailed)));
    let long = "x".repeat(1_001);
    assert!(matches!(propose(timing(4, 15), None, Some(&long)).await, Err(Error::BadInput { field: "comment", .. })));
    assert_eq!(office.proposals().await.len(), 1);
}

#[tokio::test]
async fn what_is_not_answered_is_seen_in_the_agenda_by_whom_it_is_for() {
    let office = Office::with_meeting().await;
    office
        .put(
            office.bernard,
            "own.ics",
            &meeting("own", "Own", "20300301T120000Z", &["dora"], "").replace("cyrus", "bernard"),
        )
        .await
        .unwrap();
    let (from, to) = (at(1, 0).date(), at(2, 0).date());
    let unanswered = async |(who, calendar)| {
        let seen = office.kalends().agenda(who, &[calendar], from, to, chrono_tz::UTC).await.unwrap();
        seen.into_iter().map(|seen| (seen.summary, seen.is_unanswered)).collect::<Vec<_>>()
    };
    let (bernard, calendar) = office.bernard;
    assert_eq!(unanswered((bernard, calendar)).await, [("Plan".to_owned(), true), ("Own".to_owned(), false)]);
    office.kalends().share(bernard, calendar, office.cyrus.0.principal, Access::Read, None).await.unwrap();
    let by_cyrus = unanswered((office.cyrus.0, calendar)).await;
    assert!(by_cyrus.len() == 2 && by_cyrus.iter().all(|(_, is_unanswered)| !is_unanswered), "{by_cyrus:?}");
    assert!(unanswered(office.cyrus).await.iter().all(|(_, is_unanswered)| !is_unanswered));
    office.answer(office.bernard, "m.ics", PartStat::Tentative).await;
    assert!(unanswered((bernard, calendar)).await.iter().all(|(_, is_unanswered)| !is_unanswered));
}

#[tokio::test]
async fn handing_over_leaves_no_jobs_behind() {
    let office = Office::with_meeting().await;
    office.answer(office.bernard, "m.ics", PartStat::Accepted).await;
    assert_eq!(office.home.count("jobs").await, 0);
}

async fn clean(office: &Office) {
    office.kalends().begin_job(JobKind::Clean).await.unwrap();
    settle(office.kalends()).await;
}

#[tokio::test]
async fn what_rests_in_an_inbox_for_long_goes_and_programs_learn_of_it() {
    let office = Office::with_meeting().await;
    let (bernard, _) = office.bernard;
    let token = office.kalends().inbox_token(bernard).await.unwrap();
    let name = office.kalends().inbox(bernard).await.unwrap()[0].name();
    let age = |days: i64| format!("UPDATE scheduling_messages SET sent_at = sent_at - {}", days * 86_400_000);
    office.home.run(&age(31)).await;
    clean(&office).await;
    assert_eq!(office.kalends().inbox(bernard).await.unwrap(), []);
    let changes = office.kalends().inbox_changes(bernard, Some(&token), None).await.unwrap();
    assert_eq!((changes.changed, changes.removed), (Vec::new(), vec![name]));
    // What was sent can be looked at for as long as the history; after that the token is as good as none.
    assert_eq!(office.home.count("scheduling_messages").await, 1);
    office.home.run(&age(400)).await;
    clean(&office).await;
    assert_eq!(office.home.count("scheduling_messages").await, 0);
    let refused = office.kalends().inbox_changes(bernard, Some(&token), None).await;
    assert!(matches!(refused, Err(Error::InvalidSyncToken)), "{refused:?}");
    let now = office.kalends().inbox_token(bernard).await.unwrap();
    assert_eq!(office.kalends().inbox_changes(bernard, Some(&now), None).await.unwrap().token, now);
}
