//! Meetings of people of one installation.

use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::NewUser;
use kalends_domain::calendars::{CalendarDetails, CalendarId};
use kalends_domain::jobs::Worker;
use kalends_domain::objects::{CopyMove, Precondition};
use kalends_domain::scheduling::NewAttendee;
use kalends_domain::undo::Undone;
use kalends_domain::{Error, Kalends, SchedulingProblem};
use kalends_ical::itip::{Answer, PartStat, Role};
use kalends_ical::value::Moment;
use kalends_test_support::home::{Home, first_calendar, new_user};
use tokio_util::sync::CancellationToken;

/// Somebody whose address is `{slug}@example.org`.
pub async fn person(kalends: &Kalends, slug: &str) -> (Caller, CalendarId) {
    let new = NewUser { email: Some(format!("{slug}@example.org")), ..new_user(slug) };
    let caller = Caller::page(kalends.create_user(new).await.unwrap().principal.id);
    (caller, first_calendar(kalends, caller).await)
}

/// Has everything taken up that waits.
pub async fn settle(kalends: &Kalends) {
    Worker::new(kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
}

pub fn meeting(uid: &str, title: &str, start: &str, attendees: &[&str], more: &str) -> String {
    let attendees: String =
        attendees.iter().map(|who| format!("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{who}@example.org\r\n")).collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:{title}\r\nORGANIZER:mailto:cyrus@example.org\r\n{attendees}{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

pub struct Office {
    pub home: Home,
    pub cyrus: (Caller, CalendarId),
    pub bernard: (Caller, CalendarId),
    pub dora: (Caller, CalendarId),
}

impl Office {
    pub async fn new() -> Self {
        let home = Home::new().await;
        let cyrus = person(&home.kalends, "cyrus").await;
        let bernard = person(&home.kalends, "bernard").await;
        let dora = person(&home.kalends, "dora").await;
        Office { home, cyrus, bernard, dora }
    }

    pub fn kalends(&self) -> &Kalends {
        &self.home.kalends
    }

    pub async fn put(&self, (who, calendar): (Caller, CalendarId), name: &str, text: &str) -> Result<String, Error> {
        let written = self.kalends().put_object(who, calendar, name, text, Precondition::None).await?;
        settle(self.kalends()).await;
        Ok(written.etag)
    }

    pub async fn text(&self, (who, calendar): (Caller, CalendarId), name: &str) -> Option<String> {
        self.kalends().object(who, calendar, name).await.ok().map(|object| unfolded(&object.text))
    }

    pub async fn tag(&self, (who, calendar): (Caller, CalendarId), name: &str) -> Option<String> {
        self.kalends().object(who, calendar, name).await.unwrap().head.schedule_tag
    }

    pub async fn delete(&self, (who, calendar): (Caller, CalendarId), name: &str) {
        self.kalends().delete_object(who, calendar, name, Precondition::None).await.unwrap();
        settle(self.kalends()).await;
    }

    pub async fn answer(&self, (who, calendar): (Caller, CalendarId), name: &str, partstat: PartStat) {
        let answer = Answer { partstat, delegate: None };
        self.kalends().answer_invitation(who, (calendar, name), None, None, answer, Some("a word")).await.unwrap();
        settle(self.kalends()).await;
    }

    pub async fn methods(&self, (who, _): (Caller, CalendarId)) -> Vec<String> {
        self.kalends().inbox(who).await.unwrap().into_iter().map(|item| item.method).collect()
    }

    /// A meeting of Cyrus, to which Bernard and Dora are invited.
    pub async fn with_meeting() -> Self {
        let office = Office::new().await;
        office
            .put(office.cyrus, "m.ics", &meeting("m", "Plan", "20300301T100000Z", &["bernard", "dora"], ""))
            .await
            .unwrap();
        office
    }
}

fn unfolded(text: &str) -> String {
    text.replace("\r\n ", "")
}

/// The line of an attendee.
pub fn line<'a>(text: &'a str, who: &str) -> &'a str {
    text.lines()
        .find(|line| line.starts_with("ATTENDEE") && line.ends_with(&format!("{who}@example.org")))
        .unwrap_or("")
}

#[tokio::test]
async fn an_invitation_arrives_and_its_answer_returns() {
    let office = Office::with_meeting().await;
    let copy = office.text(office.bernard, "m.ics").await.unwrap();
    assert!(copy.contains("SUMMARY:Plan") && !copy.contains("METHOD") && !copy.contains("SCHEDULE-STATUS"), "{copy}");
    assert_eq!(office.methods(office.bernard).await, ["REQUEST"]);
    let organizers = office.text(office.cyrus, "m.ics").await.unwrap();
    assert!(line(&organizers, "bernard").contains("SCHEDULE-STATUS=1.2"), "{organizers}");

    office.answer(office.bernard, "m.ics", PartStat::Accepted).await;
    let organizers = office.text(office.cyrus, "m.ics").await.unwrap();
    assert!(line(&organizers, "bernard").contains("PARTSTAT=ACCEPTED"), "{organizers}");
    assert!(line(&organizers, "dora").contains("NEEDS-ACTION"));
    assert_eq!(office.methods(office.cyrus).await, ["REPLY"]);
    let (cyrus, calendar) = office.cyrus;
    let shown = office.kalends().invitation(cyrus, calendar, "m.ics", None).await.unwrap();
    assert_eq!((shown.role, shown.attendees.len(), shown.can_invite), (Role::Organizer, 2, true));
    assert_eq!(shown.sent.iter().map(|sent| sent.outcome.as_deref()).collect::<Vec<_>>(), [Some("created"); 2]);
    let (bernard, calendar) = office.bernard;
    let shown = office.kalends().invitation(bernard, calendar, "m.ics", None).await.unwrap();
    assert_eq!((shown.role, shown.answer.as_deref(), shown.can_answer), (Role::Attendee, Some("ACCEPTED"), true));
    assert_eq!(shown.sent.iter().map(|sent| sent.method.as_str()).collect::<Vec<_>>(), ["REPLY"]);
    // Whoever sent it is who changed it.
    let history = office.kalends().object_history(bernard, calendar, "m.ics").await.unwrap();
    let causes: Vec<_> = history
        .iter()
        .filter_map(|change| change.cause.as_ref())
        .map(|cause| (cause.principal_name.as_str(), cause.way.as_str()))
        .collect();
    assert_eq!(causes, [("bernard", "page"), ("cyrus", "invitation")]);
    assert_eq!(office.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_the_organizer_changes_is_changed_for_all_and_asked_anew_when_it_moves() {
    let office = Office::with_meeting().await;
    office.answer(office.bernard, "m.ics", PartStat::Accepted).await;
    let own = office
        .text(office.bernard, "m.ics")
        .await
        .unwrap()
        .replace("END:VEVENT", "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT");
    office.put(office.bernard, "m.ics", &own).await.unwrap();
    // A client that has not seen the answer changes the title.
    office
        .put(office.cyrus, "m.ics", &meeting("m", "Other", "20300301T100000Z", &["bernard", "dora"], ""))
        .await
        .unwrap();
    let copy = office.text(office.bernard, "m.ics").await.unwrap();
    assert!(
        copy.contains("SUMMARY:Other") && copy.contains("VALARM") && line(&copy, "bernard").contains("ACCEPTED"),
        "{copy}"
    );
    assert!(line(&office.text(office.cyrus, "m.ics").await.unwrap(), "bernard").contains("ACCEPTED"));
    // It moves.
    office
        .put(office.cyrus, "m.ics", &meeting("m", "Other", "20300301T120000Z", &["bernard", "dora"], ""))
        .await
        .unwrap();
    let copy = office.text(office.bernard, "m.ics").await.unwrap();
    assert!(copy.contains("DTSTART:20300301T120000Z") && line(&copy, "bernard").contains("NEEDS-ACTION"), "{copy}");
    assert!(copy.contains("SEQUENCE:1") && copy.contains("VALARM"));
    assert!(line(&office.text(office.cyrus, "m.ics").await.unwrap(), "bernard").contains("NEEDS-ACTION"));
    // What only Bernard has is sent to nobody.
    assert_eq!(office.methods(office.cyrus).await, ["REPLY"]);
}

#[tokio::test]
async fn what_is_cancelled_stays_marked_and_comes_back_when_that_is_undone() {
    let office = Office::with_meeting().await;
    let (cyrus, calendar) = office.cyrus;
    let details = office.kalends().event(cyrus, calendar, "m.ics", None).await.unwrap();
    let change = kalends_domain::events::EventChange {
        calendar,
        name: "m.ics",
        etag: &details.etag,
        scope: kalends_ical::edit::Scope::All { opened_at: None },
    };
    let undo = office.kalends().delete_event(cyrus, change).await.unwrap();
    settle(office.kalends()).await;
    assert!(office.text(office.bernard, "m.ics").await.unwrap().contains("STATUS:CANCELLED"));
    assert!(matches!(office.kalends().undo(cyrus, &undo, None).await.unwrap(), Undone::Done(_)));
    settle(office.kalends()).await;
    let copy = office.text(office.bernard, "m.ics").await.unwrap();
    assert!(!copy.contains("CANCELLED") && copy.contains("SUMMARY:Plan"), "{copy}");
    assert_eq!(office.methods(office.bernard).await, ["REQUEST", "CANCEL", "REQUEST"]);
    // One of two is not invited any more, and is again.
    office.put(office.cyrus, "m.ics", &meeting("m", "Plan", "20300301T100000Z", &["bernard"], "")).await.unwrap();
    assert!(office.text(office.dora, "m.ics").await.unwrap().contains("STATUS:CANCELLED"));
    assert!(!office.text(office.bernard, "m.ics").await.unwrap().contains("CANCELLED"));
    office
        .put(office.cyrus, "m.ics", &meeting("m", "Plan", "20300301T100000Z", &["bernard", "dora"], ""))
        .await
        .unwrap();
    assert!(!office.text(office.dora, "m.ics").await.unwrap().contains("CANCELLED"));
}

#[tokio::test]
async fn an_attendee_changes_only_what_is_theirs_and_declines_by_removing() {
    let office = Office::with_meeting().await;
    let copy = office.text(office.bernard, "m.ics").await.unwrap();
    for (from, to) in
        [("SUMMARY:Plan", "SUMMARY:Mine"), ("20300301T100000Z", "20300301T110000Z"), ("cyrus@", "bernard@")]
    {
        let refused = office.put(office.bernard, "m.ics", &copy.replace(from, to)).await;
        assert!(matches!(refused, Err(Error::Scheduling(SchedulingProblem::Refused(_)))), "{to}: {refused:?}");
    }
    office
        .put(office.bernard, "m.ics", &copy.replace("SUMMARY", "TRANSP:TRANSPARENT\r\nX-OWN:1\r\nSUMMARY"))
        .await
        .unwrap();
    assert_eq!(office.methods(office.cyrus).await, Vec::<String>::new());
    office.delete(office.bernard, "m.ics").await;
    assert!(line(&office.text(office.cyrus, "m.ics").await.unwrap(), "bernard").contains("DECLINED"));
    // What was removed comes again when there is something new.
    office
        .put(office.cyrus, "m.ics", &meeting("m", "Other", "20300301T100000Z", &["bernard", "dora"], ""))
        .await
        .unwrap();
    assert!(office.text(office.bernard, "m.ics").await.unwrap().contains("SUMMARY:Other"));
}

#[tokio::test]
async fn one_instance_is_answered_and_taken_out_for_itself() {
    let office = Office::new().await;
    let series = meeting("s", "Weekly", "20300304T100000Z", &["bernard"], "RRULE:FREQ=WEEKLY;COUNT=4\r\n");
    office.put(office.cyrus, "s.ics", &series).await.unwrap();
    let (bernard, calendar) = office.bernard;
    let id = Moment::Utc(chrono::NaiveDate::from_ymd_opt(2030, 3, 11).unwrap().and_hms_opt(10, 0, 0).unwrap());
    let answer = |partstat| Answer { partstat, delegate: None };
    let one = office.kalends().answer_invitation(
        bernard,
        (calendar, "s.ics"),
        None,
        Some(&id),
        answer(PartStat::Declined),
        None,
    );
    one.await.unwrap();
    office
        .kalends()
        .answer_invitation(
            bernard,
            (calendar, "s.ics"),
            None,
            Some(&Moment::Date(chrono::NaiveDate::MIN)),
            answer(PartStat::Declined),
            None,
        )
        .await
        .unwrap_err();
    settle(office.kalends()).await;
    let organizers = office.text(office.cyrus, "s.ics").await.unwrap();
    assert_eq!(organizers.matches("DECLINED").count(), 1, "{organizers}");
    assert!(organizers.contains("RECURRENCE-ID:20300311T100000Z"));
    // Cyrus takes another one out: Bernard has it as cancelled.
    let without = organizers.replace("RRULE", "EXDATE:20300318T100000Z\r\nRRULE");
    office.put(office.cyrus, "s.ics", &without).await.unwrap();
    let copy = office.text(office.bernard, "s.ics").await.unwrap();
    assert_eq!((copy.matches("STATUS:CANCELLED").count(), copy.matches("DECLINED").count()), (1, 1), "{copy}");
}

#[tokio::test]
async fn a_schedule_tag_is_another_when_more_than_answers_change() {
    let office = Office::with_meeting().await;
    let (organizers, attendees) = (office.tag(office.cyrus, "m.ics").await, office.tag(office.bernard, "m.ics").await);
    assert!(organizers.is_some() && attendees.is_some());
    office.answer(office.dora, "m.ics", PartStat::Tentative).await;
    assert_eq!(
        (office.tag(office.cyrus, "m.ics").await, office.tag(office.bernard, "m.ics").await),
        (organizers.clone(), attendees.clone())
    );
    let tagged = |tag: &str, title: &str| {
        let text = meeting("m", title, "20300301T100000Z", &["bernard", "dora"], "");
        let (kalends, (cyrus, calendar), tag) = (office.kalends().clone(), office.cyrus, tag.to_owned());
        async move { kalends.put_object_tagged(cyrus, calendar, "m.ics", &text, &tag).await }
    };
    assert!(matches!(tagged("other", "Late").await, Err(Error::Scheduling(SchedulingProblem::OtherTag))));
    tagged(organizers.as_deref().unwrap(), "Late").await.unwrap();
    settle(office.kalends()).await;
    assert_ne!(office.tag(office.cyrus, "m.ics").await, organizers);
    assert_ne!(office.tag(office.bernard, "m.ics").await, attendees);
    assert!(line(&office.text(office.cyrus, "m.ics").await.unwrap(), "dora").contains("TENTATIVE"));
}

#[tokio::test]
async fn files_and_moves_tell_nobody_and_a_meeting_stands_in_one_calendar() {
    let office = Office::new().await;
    let (cyrus, calendar) = office.cyrus;
    let text = meeting("m", "Plan", "20300301T100000Z", &["bernard"], "");
    office.kalends().import(cyrus, calendar, "file.ics", text.clone().into_bytes()).await.unwrap();
    settle(office.kalends()).await;
    assert!(office.text(office.bernard, "m.ics").await.is_none());
    let command = Caller::command(cyrus.principal);
    office.put((command, calendar), "m.ics", &text.replace("Plan", "By command")).await.unwrap();
    assert!(office.text(office.bernard, "m.ics").await.is_none());
    office.put(office.cyrus, "m.ics", &text.replace("Plan", "By hand")).await.unwrap();
    assert_eq!(office.methods(office.bernard).await, ["REQUEST"]);

    let details = CalendarDetails::named("Other", 1);
    let other = office.kalends().create_calendar(cyrus, None, details, Vec::new()).await.unwrap().id;
    let (from, to) = ((calendar, "m.ics".to_owned()), (other, "m.ics".to_owned()));
    let transfer = CopyMove { from, to, overwrite: true, precondition: Precondition::None };
    let copied = office.kalends().copy_object(cyrus, transfer.clone()).await;
    assert!(matches!(copied, Err(Error::Scheduling(SchedulingProblem::NotUnique { .. }))), "{copied:?}");
    office.kalends().move_object(cyrus, transfer).await.unwrap();
    settle(office.kalends()).await;
    assert_eq!(office.methods(office.bernard).await, ["REQUEST"]);
    // Answers find it where it is now.
    office.answer(office.bernard, "m.ics", PartStat::Accepted).await;
    assert!(office.text((cyrus, other), "m.ics").await.unwrap().contains("ACCEPTED"));
}

#[tokio::test]
async fn whoever_acts_for_somebody_invites_in_their_name() {
    let office = Office::new().await;
    let (cyrus, calendar) = office.cyrus;
    let (dora, _) = office.dora;
    office.kalends().set_delegate(cyrus, dora.principal, Access::Write).await.unwrap();
    // Her client writes her as the organizer.
    let text = meeting("m", "Plan", "20300301T100000Z", &["bernard"], "")
        .replace("ORGANIZER:mailto:cyrus", "ORGANIZER:mailto:dora");
    office.put((dora, calendar), "m.ics", &text).await.unwrap();
    let copy = office.text(office.bernard, "m.ics").await.unwrap();
    let organizer = copy.lines().find(|line| line.starts_with("ORGANIZER")).unwrap();
    assert!(
        organizer.contains("SENT-BY=\"mailto:dora@example.org\"") && organizer.ends_with("mailto:cyrus@example.org"),
        "{organizer}"
    );
    office.answer(office.bernard, "m.ics", PartStat::Accepted).await;
    assert!(line(&office.text(office.cyrus, "m.ics").await.unwrap(), "bernard").contains("ACCEPTED"));
}

#[tokio::test]
async fn who_is_invited_is_said_by_addresses_and_nobody_outside_is_reached() {
    let office = Office::new().await;
    let (cyrus, calendar) = office.cyrus;
    let text = meeting("m", "Plan", "20300301T100000Z", &[], "").replace("ORGANIZER:mailto:cyrus@example.org\r\n", "");
    office.put(office.cyrus, "m.ics", &text).await.unwrap();
    let invite = |emails: &[&str]| {
        emails
            .iter()
            .map(|email| NewAttendee { email: (*email).to_owned(), name: None, is_optional: false })
            .collect::<Vec<_>>()
    };
    let invited = invite(&["Bernard@example.org", "nobody@elsewhere.example"]);
    office.kalends().set_attendees(cyrus, (calendar, "m.ics"), None, invited).await.unwrap();
    settle(office.kalends()).await;
    assert!(
        office.text(office.bernard, "m.ics").await.unwrap().contains("ORGANIZER;CN=cyrus:mailto:cyrus@example.org")
    );
    let organizers = office.text(office.cyrus, "m.ics").await.unwrap();
    assert!(organizers.contains("SCHEDULE-STATUS=5.2:mailto:nobody@elsewhere.example"), "{organizers}");
    for wrong in ["", "no address", "a@b,c@d"] {
        let refused = office.kalends().set_attendees(cyrus, (calendar, "m.ics"), None, invite(&[wrong])).await;
        assert!(matches!(refused, Err(Error::BadInput { field: "attendees", .. })), "{wrong}");
    }
    office.kalends().set_attendees(cyrus, (calendar, "m.ics"), None, Vec::new()).await.unwrap();
    settle(office.kalends()).await;
    assert!(office.text(office.bernard, "m.ics").await.unwrap().contains("STATUS:CANCELLED"));
    // Anna has no address.
    office.home.put("a.ics", &text.replace("UID:m", "UID:a")).await.unwrap();
    let refused = office
        .kalends()
        .set_attendees(office.home.anna, (office.home.calendar, "a.ics"), None, invite(&["bernard@example.org"]))
        .await;
    assert!(matches!(refused, Err(Error::Scheduling(SchedulingProblem::NoAddress))));
}

#[tokio::test]
async fn an_inbox_is_for_its_owner_and_items_go_one_by_one() {
    let office = Office::with_meeting().await;
    let (bernard, _) = office.bernard;
    let items = office.kalends().inbox(bernard).await.unwrap();
    let name = items[0].name();
    assert!(items[0].text.contains("METHOD:REQUEST"));
    assert!(matches!(office.kalends().inbox_item(office.dora.0, &name).await, Err(Error::NotFound(_))));
    assert!(matches!(office.kalends().remove_from_inbox(office.dora.0, &name).await, Err(Error::NotFound(_))));
    let reading = Caller::program(bernard.principal, 1, Access::Read, None);
    assert!(matches!(office.kalends().remove_from_inbox(reading, &name).await, Err(Error::Forbidden { .. })));
    let of_one = Caller::program(bernard.principal, 1, Access::Owner, Some(office.bernard.1));
    assert!(matches!(office.kalends().inbox(of_one).await, Err(Error::NotFound(_))));
    office.kalends().remove_from_inbox(bernard, &name).await.unwrap();
    assert!(office.kalends().inbox(bernard).await.unwrap().is_empty());
    assert!(office.text(office.bernard, "m.ics").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn organizer_and_attendees_write_at_once_and_agree_in_the_end() {
    let office = Office::with_meeting().await;
    let mut writers = Vec::new();
    for (who, calendar) in [office.bernard, office.dora] {
        let kalends = office.kalends().clone();
        writers.push(tokio::spawn(async move {
            for round in 0..10 {
                let partstat = PartStat::ALL[round % 3];
                let answer = Answer { partstat, delegate: None };
                match kalends.answer_invitation(who, (calendar, "m.ics"), None, None, answer, None).await {
                    Ok(_) | Err(Error::PreconditionFailed) => {}
                    Err(error) => panic!("{error}"),
                }
                kalends.take_up_messages(who.principal).await.unwrap();
            }
        }));
    }
    let (kalends, (cyrus, calendar)) = (office.kalends().clone(), office.cyrus);
    writers.push(tokio::spawn(async move {
        for round in 0..10 {
            let text = meeting("m", &format!("Round {round}"), "20300301T100000Z", &["bernard", "dora"], "");
            kalends.put_object(cyrus, calendar, "m.ics", &text, Precondition::None).await.unwrap();
            kalends.take_up_messages(cyrus.principal).await.unwrap();
        }
    }));
    for writer in writers {
        writer.await.unwrap();
    }
    settle(office.kalends()).await;
    // Each once more, so that what they say last is known.
    office.answer(office.bernard, "m.ics", PartStat::Accepted).await;
    office.answer(office.dora, "m.ics", PartStat::Declined).await;
    let organizers = office.text(office.cyrus, "m.ics").await.unwrap();
    assert!(
        line(&organizers, "bernard").contains("ACCEPTED") && line(&organizers, "dora").contains("DECLINED"),
        "{organizers}"
    );
    for who in [office.bernard, office.dora] {
        assert!(office.text(who, "m.ics").await.unwrap().contains("SUMMARY:Round 9"));
    }
    assert_eq!(office.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_thousand_are_invited_by_one_write() {
    let home = Home::new().await;
    let (cyrus, calendar) = person(&home.kalends, "cyrus").await;
    let (bernard, own) = person(&home.kalends, "bernard").await;
    let outside: Vec<String> = (0..999).map(|number| format!("guest{number}")).collect();
    let mut names: Vec<&str> = outside.iter().map(String::as_str).collect();
    names.push("bernard");
    let text = meeting("m", "All hands", "20300301T100000Z", &names, "");
    home.kalends.put_object(cyrus, calendar, "m.ics", &text, Precondition::None).await.unwrap();
    settle(&home.kalends).await;
    // One text, whoever it is for.
    assert_eq!((home.count("scheduling_messages").await, home.count("scheduling_deliveries").await), (1, 1000));
    assert!(home.kalends.object(bernard, own, "m.ics").await.unwrap().text.contains("All hands"));
    // What takes long is done ahead of the write, also where two change it at once.
    let answer = Answer { partstat: PartStat::Accepted, delegate: None };
    let renamed = text.replace("All hands", "Everybody");
    let (answered, put) = tokio::join!(
        home.kalends.answer_invitation(bernard, (own, "m.ics"), None, None, answer, None),
        home.kalends.put_object(cyrus, calendar, "m.ics", &renamed, Precondition::None),
    );
    answered.unwrap();
    put.unwrap();
    settle(&home.kalends).await;
    let stands = unfolded(&home.kalends.object(cyrus, calendar, "m.ics").await.unwrap().text);
    assert!(stands.contains("Everybody") && line(&stands, "bernard").contains("PARTSTAT=ACCEPTED"));
    let many: Vec<String> = (0..5_001).map(|number| format!("guest{number}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    let text = meeting("n", "Too many", "20300301T100000Z", &names, "");
    let refused = home.kalends.put_object(cyrus, calendar, "n.ics", &text, Precondition::None).await;
    assert!(matches!(refused, Err(Error::Scheduling(SchedulingProblem::TooMany { .. }))));
}

#[tokio::test]
async fn busy_times_are_told_as_far_as_they_are_shared() {
    let office = Office::with_meeting().await;
    let at = |hour| chrono::NaiveDate::from_ymd_opt(2030, 3, 1).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_utc();
    let asked = ["mailto:bernard@example.org".to_owned(), "mailto:nobody@example.org".to_owned()];
    let (cyrus, _) = office.cyrus;
    let ask = || office.kalends().busy_people(cyrus, &asked, (at(8), at(18)));
    assert!(ask().await.unwrap().iter().all(|answer| answer.busy.is_none()));
    let (bernard, calendar) = office.bernard;
    office.kalends().share(bernard, calendar, cyrus.principal, Access::FreeBusy, None).await.unwrap();
    let answers = ask().await.unwrap();
    let busy = answers[0].busy.as_ref().unwrap();
    assert_eq!(busy.iter().map(|busy| (busy.start, busy.end)).collect::<Vec<_>>(), [(at(10), at(11))]);
    assert!(answers[1].busy.is_none());
    let availability = "BEGIN:VCALENDAR\r\nBEGIN:VAVAILABILITY\r\nUID:a\r\nBEGIN:AVAILABLE\r\nUID:b\r\nDTSTART:20300301T090000Z\r\nDTEND:20300301T170000Z\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n";
    assert!(matches!(
        office.kalends().set_availability(bernard, Some("nonsense")).await,
        Err(Error::InvalidCalendarData(_))
    ));
    office.kalends().set_availability(bernard, Some(availability)).await.unwrap();
    assert_eq!(ask().await.unwrap()[0].busy.as_ref().unwrap().len(), 3);
    office.kalends().set_availability(bernard, None).await.unwrap();
    assert_eq!(ask().await.unwrap()[0].busy.as_ref().unwrap().len(), 1);
    assert!(office.kalends().busy_people(cyrus, &asked, (at(9), at(9))).await.is_err());
}
