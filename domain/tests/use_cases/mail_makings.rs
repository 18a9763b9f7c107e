//! Events and tasks that are made of messages, and the mail that an event has to do with.

use crate::mail_invitations::mailboxes::Desk;
use crate::mail_invitations::{event, mail_with};
use crate::scheduling::{meeting, person, settle};
use chrono::Utc;
use chrono_tz::Tz;
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::{Preferences, ProfilePatch, User};
use kalends_domain::calendars::{CalendarDetails, CalendarId};
use kalends_domain::idempotency::Once;
use kalends_domain::mail::{InvitationRule, MailMatter, MailMessageId};
use kalends_domain::objects::Precondition;
use kalends_domain::sharing::Answer;
use kalends_domain::{Error, Missing};
use kalends_ical::ComponentKind;
use kalends_ical::edit::{Due, EventDraft, Marks, Repeat, TaskDraft, Timing};

/// Written on Wednesday, the 4th of March 2026, at 9:00 in Zurich.
fn letter(subject: &str, id: &str, text: &str) -> String {
    format!(
        "From: Ada <ada@lovelace.example>\nTo: dora@mail.example\nSubject: {subject}\nMessage-ID: <{id}>\n\
         Date: Wed, 4 Mar 2026 08:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
}

async fn desk(zone: Tz) -> Desk {
    let desk = Desk::new("mail.example", InvitationRule::Everyone).await;
    let change = |user: &User| {
        let preferences = Preferences { time_zone: Some(zone), ..user.preferences.clone() };
        Ok(ProfilePatch { preferences: Some(preferences), ..ProfilePatch::default() })
    };
    desk.kalends.change_profile(desk.dora, change).await.unwrap();
    desk
}

/// A message comes; what it says of an event.
async fn matter(desk: &Desk, subject: &str, text: &str) -> MailMatter {
    desk.deliver(&letter(subject, &format!("{subject}@x"), text)).await;
    let id = desk.message(subject).await;
    desk.kalends.matter_of_mail(desk.dora, id, false).await.unwrap()
}

/// `2026-03-06 14:00 - 15:00 Europe/Zurich`, or days.
fn written(timing: Timing) -> String {
    match timing {
        Timing::AllDay { first, last } => format!("{first} to {last}"),
        Timing::Timed { start, end, zone } => {
            format!("{} - {} {}", start.format("%F %H:%M"), end.format("%H:%M"), zone.unwrap().name())
        }
    }
}

fn draft(matter: &MailMatter) -> EventDraft {
    EventDraft {
        summary: matter.title.clone(),
        description: matter.description.clone(),
        location: matter.place.clone(),
        timing: matter.timing(0),
        repeat: Repeat::Never,
        marks: Marks::default(),
    }
}

async fn text(desk: &Desk, calendar: CalendarId, name: &str) -> String {
    let object = desk.kalends.object(desk.dora, calendar, name).await.unwrap();
    object.text.replace("\r\n ", "")
}

#[tokio::test]
async fn a_message_says_when_and_where_in_three_languages() {
    let desk = desk(Tz::Europe__Zurich).await;
    for (subject, said, when, place) in [
        (
            "English",
            "Shall we meet on Friday at 2pm for two hours?\nWhere: Room 3\n",
            "2026-03-06 14:00 - 16:00",
            "Room 3",
        ),
        (
            "French",
            "Rendez-vous vendredi prochain de 14h à 15h30.\nLieu : salle 12\n",
            "2026-03-06 14:00 - 15:30",
            "salle 12",
        ),
        ("German", "Wir treffen uns morgen um 14:30 Uhr.\nOrt: Aula\n", "2026-03-05 14:30 - 15:30", "Aula"),
    ] {
        let found = matter(&desk, subject, said).await;
        assert_eq!(written(found.times[0].timing), format!("{when} Europe/Zurich"), "{subject}");
        assert_eq!(found.times[0].quote, said.lines().next().unwrap(), "{subject}");
        assert_eq!((found.title.as_str(), found.place.as_deref()), (subject, Some(place)));
        assert!(found.description.unwrap().starts_with(&said[..10]), "{subject}");
    }
    // It was not read by that.
    assert_eq!(desk.kalends.unread_mail(desk.dora).await.unwrap(), 3);
}

#[tokio::test]
async fn of_several_times_the_most_certain_is_first_and_without_one_it_is_the_next_hour() {
    let desk = desk(Tz::Europe__Zurich).await;
    let found = matter(&desk, "Re: Several", "On Monday, or better on Tuesday the 10th of March 2026 at 10:00?").await;
    assert_eq!(written(found.times[0].timing), "2026-03-10 10:00 - 11:00 Europe/Zurich");
    assert!(found.times.len() > 1 && written(found.times[1].timing).starts_with("2026-03-09"), "{:?}", found.times);
    assert_eq!(found.title, "Several");
    let many: String = (1..=28).map(|day| format!("On {day} April 2026 at 10:00.\n")).collect();
    assert_eq!(matter(&desk, "Many", &many).await.times.len(), 5);

    let none = matter(&desk, "None", "Thanks for the book, all 300 pages of it.").await;
    assert_eq!(none.times, []);
    let Timing::Timed { start, end, zone } = none.timing(0) else { panic!("{none:?}") };
    assert_eq!((zone, start.format("%M:%S").to_string().as_str()), (Some(Tz::Europe__Zurich), "00:00"));
    assert_eq!((end - start).num_minutes(), 60);
}

#[tokio::test]
async fn times_are_read_in_the_zone_of_the_reader_and_as_of_when_it_was_written() {
    // It is Wednesday evening in Auckland when it is morning in Zurich.
    let desk = desk(Tz::Pacific__Auckland).await;
    let found = matter(&desk, "Zone", "Tomorrow at 10:00?").await;
    assert_eq!(written(found.times[0].timing), "2026-03-05 10:00 - 11:00 Pacific/Auckland");
    let named = matter(&desk, "Named", "Tomorrow at 10:00 CET?").await;
    let Timing::Timed { start, zone, .. } = named.times[0].timing else { panic!("{named:?}") };
    assert_eq!(
        (start.format("%F %H:%M").to_string().as_str(), zone == Some(Tz::Pacific__Auckland)),
        ("2026-03-05 10:00", false)
    );
}

#[tokio::test]
async fn a_time_of_the_same_day_that_had_passed_is_not_offered() {
    let desk = desk(Tz::Europe__Zurich).await;
    // It was written at nine in Zurich.
    let found =
        matter(&desk, "Again", "We met today at 8:00. Today at 17:00 we go on, and today from 8:30 to 9:30.").await;
    let times: Vec<String> = found.times.iter().map(|time| written(time.timing)).collect();
    assert!(
        times.iter().any(|time| time.contains("17:00")) && !times.iter().any(|time| time.contains("08:00 -")),
        "{times:?}"
    );
    let found = matter(&desk, "Over", "We met today at 8:00.").await;
    assert!(found.times.is_empty(), "{:?}", found.times);
}

#[tokio::test]
async fn what_means_harm_is_bounded_and_makes_no_lines_of_its_own() {
    let desk = desk(Tz::Europe__Zurich).await;
    let subject = "=?utf-8?Q?Evil=0D=0AEND:VEVENT=00=0D=0AX:y?=";
    let mail = letter(subject, "evil,\"%0D%0AX:y/part@x", &"Tomorrow at 10:00. ".repeat(60_000));
    desk.deliver(&mail).await;
    let id = desk.message("Evil").await;
    let found = desk.kalends.matter_of_mail(desk.dora, id, false).await.unwrap();
    assert!(!found.title.contains(char::is_control), "{:?}", found.title);
    assert!(found.description.as_ref().unwrap().chars().count() <= 2_000 && found.times[0].quote.len() < 400);
    let made =
        desk.kalends.create_event_of_mail(desk.dora, id, desk.calendar, &draft(&found), None, None).await.unwrap();
    let stored = text(&desk, desk.calendar, &made.name).await;
    assert_eq!((stored.matches("END:VEVENT\r\n").count(), stored.matches("\r\nX:y").count()), (1, 0), "{stored}");
    assert!(stored.contains("\r\nURL:mid:"), "{stored}");
    let seen = desk.kalends.event(desk.dora, desk.calendar, &made.name, None).await.unwrap();
    let linked = desk.kalends.mail_by_message_id(desk.dora, seen.message_id.as_deref().unwrap()).await.unwrap();
    assert_eq!(linked.map(|message| message.id), Some(id), "{stored}");
    // Addresses of meetings are addresses.
    let wanted = draft(&found);
    for wrong in ["javascript:alert(1)", "https://x\r\nX:y", "mid:a@b"] {
        let made = desk.kalends.create_event_of_mail(desk.dora, id, desk.calendar, &wanted, Some(wrong), None).await;
        assert!(matches!(made, Err(Error::BadInput { field: "conference", .. })), "{wrong} {made:?}");
    }
    assert_eq!(desk.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_event_leads_back_to_its_message_and_for_others_there_is_none() {
    let desk = desk(Tz::Europe__Zurich).await;
    let zoom = "https://example.zoom.us/j/123?pwd=a,b;c";
    let found = matter(&desk, "Budget", &format!("Friday at 10:00.\n{zoom}\n")).await;
    assert_eq!(found.conference.as_deref(), Some(zoom));
    let id = found.message.id;
    let once = Once::new("key", &[b"x".as_slice()]).unwrap();
    let (wanted, link) = (draft(&found), found.conference.as_deref());
    let make = || desk.kalends.create_event_of_mail(desk.dora, id, desk.calendar, &wanted, link, Some(&once));
    let (made, again) = (make().await.unwrap(), make().await.unwrap());
    assert_eq!((made.repeated, again.repeated, &made.name), (false, true, &again.name));
    let stored = text(&desk, desk.calendar, &made.name).await;
    assert!(stored.contains("\r\nURL:mid:Budget@x\r\n"), "{stored}");
    assert!(stored.contains(&format!("\r\nCONFERENCE;VALUE=URI;FEATURE=VIDEO:{zoom}\r\n")), "{stored}");

    let seen = desk.kalends.event(desk.dora, desk.calendar, &made.name, None).await.unwrap();
    assert_eq!(seen.message_id.as_deref(), Some("Budget@x"));
    // Somebody with whom the calendar is shared sees the event, and nothing of the mail.
    let (ben, _) = person(&desk.kalends, "ben").await;
    desk.kalends.share(desk.dora, desk.calendar, ben.principal, Access::Read, None).await.unwrap();
    desk.kalends.answer_share(ben, desk.calendar, Answer::Accepted).await.unwrap();
    let theirs = desk.kalends.event(ben, desk.calendar, &made.name, None).await.unwrap();
    let by =
        async |who: Caller| desk.kalends.mail_by_message_id(who, "Budget@x").await.unwrap().map(|message| message.id);
    assert_eq!((theirs.message_id.as_deref(), by(ben).await, by(desk.dora).await), (Some("Budget@x"), None, Some(id)));
    assert_eq!(desk.kalends.mail_about_event(ben, desk.calendar, &made.name).await.unwrap().messages, []);

    // What is written about it belongs to it.
    desk.deliver(
        &letter("Re: Budget", "answer@x", "I shall be late.").replace("MIME", "In-Reply-To: <Budget@x>\nMIME"),
    )
    .await;
    let about = desk.kalends.mail_about_event(desk.dora, desk.calendar, &made.name).await.unwrap();
    let subjects: Vec<&str> = about.messages.iter().map(|message| message.subject.as_str()).collect();
    assert_eq!((about.title.as_str(), &subjects[..]), ("Budget", &["Budget", "Re: Budget"][..]));
    assert_eq!(desk.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_task_is_made_in_a_calendar_that_takes_tasks() {
    let desk = desk(Tz::Europe__Zurich).await;
    let found = matter(&desk, "Report", "Please send it by Friday.").await;
    let id = found.message.id;
    let task = |due| TaskDraft { summary: found.title.clone(), description: found.description.clone(), due };
    let Timing::AllDay { first, .. } = found.times[0].timing else { panic!("{found:?}") };
    let at = Due::At { local: first.and_hms_opt(17, 0, 0).unwrap(), zone: Some(found.zone) };
    for (due, line) in [
        (Some(Due::On(first)), "\r\nDUE;VALUE=DATE:20260306\r\n"),
        (Some(at), "\r\nDUE;TZID=Europe/Zurich:20260306T170000\r\n"),
        (None, "\r\nSUMMARY:Report\r\n"),
    ] {
        let made = desk.kalends.create_task_of_mail(desk.dora, id, desk.calendar, &task(due), None).await.unwrap();
        let stored = text(&desk, desk.calendar, &made.name).await;
        assert!(stored.contains("BEGIN:VTODO\r\n") && stored.contains(line), "{stored}");
        assert!(
            stored.contains("\r\nURL:mid:Report@x\r\n") && stored.contains("\r\nSTATUS:NEEDS-ACTION\r\n"),
            "{stored}"
        );
        assert_eq!(stored.contains("BEGIN:VTIMEZONE"), stored.contains("TZID="), "{stored}");
        // It is taken back like any other edit.
        desk.kalends.undo(desk.dora, &made.undo, None).await.unwrap();
        assert!(desk.kalends.object(desk.dora, desk.calendar, &made.name).await.is_err());
    }
    let details = CalendarDetails { components: vec![ComponentKind::Event], ..CalendarDetails::named("Events", 1) };
    let events = desk.kalends.create_calendar(desk.dora, None, details, Vec::new()).await.unwrap().id;
    let refused = desk.kalends.create_task_of_mail(desk.dora, id, events, &task(None), None).await;
    assert!(matches!(refused, Err(Error::UnsupportedComponent(_))), "{refused:?}");
    assert_eq!(desk.home.damages().await, Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_made_of_anothers_message_or_in_a_calendar_that_one_only_reads() {
    let desk = desk(Tz::Europe__Zurich).await;
    let found = matter(&desk, "Private", "Friday at 10:00.").await;
    let id = found.message.id;
    let (ben, bens) = person(&desk.kalends, "ben").await;
    let (wanted, task) = (draft(&found), TaskDraft { summary: "x".into(), description: None, due: None });
    let kalends = &desk.kalends;
    for (who, message, calendar) in [(ben, id, bens), (ben, MailMessageId(987_654), bens), (desk.dora, id, bens)] {
        let event = kalends.create_event_of_mail(who, message, calendar, &wanted, None, None).await;
        let task = kalends.create_task_of_mail(who, message, calendar, &task, None).await;
        assert!(matches!((&event, &task), (Err(Error::NotFound(_)), Err(Error::NotFound(_)))), "{event:?} {task:?}");
    }
    assert!(matches!(kalends.matter_of_mail(ben, id, false).await, Err(Error::NotFound(Missing::Message))));
    kalends.share(ben, bens, desk.dora.principal, Access::Read, None).await.unwrap();
    kalends.answer_share(desk.dora, bens, Answer::Accepted).await.unwrap();
    let refused = kalends.create_event_of_mail(desk.dora, id, bens, &wanted, None, None).await;
    assert!(matches!(refused, Err(Error::Forbidden { needed: Access::Write })), "{refused:?}");
    // Of what is not there there is no mail.
    let missing = kalends.mail_about_event(desk.dora, bens, "none.ics").await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

#[tokio::test]
async fn everybody_who_takes_part_is_written_to_but_oneself_and_rooms() {
    let desk = desk(Tz::Europe__Zurich).await;
    let more = "ATTENDEE;CN=Room;CUTYPE=ROOM:mailto:room@example.org\r\nATTENDEE;CN=Zoe:mailto:ZOE@x.example\r\n\
        ATTENDEE:mailto:zoe@x.example\r\nATTENDEE:mailto:dora@mail.example\r\n";
    let text = meeting("plan", "Plan", "20300301T100000Z", &["dora", "ben"], more);
    let text = text.replace("ORGANIZER:", "ORGANIZER;SCHEDULE-AGENT=CLIENT;CN=Cyrus:");
    desk.kalends.put_object(desk.dora, desk.calendar, "plan.ics", &text, Precondition::None).await.unwrap();
    let found = desk.kalends.participants(desk.dora, desk.calendar, "plan.ics", None).await.unwrap();
    let people = desk.kalends.recipients_about(desk.dora, &found).await.unwrap();
    let people: Vec<(&str, &str)> = people.iter().map(|who| (who.name.as_str(), who.address.as_str())).collect();
    assert_eq!(people, [("Cyrus", "cyrus@example.org"), ("", "ben@example.org"), ("Zoe", "zoe@x.example")]);
}

#[tokio::test]
async fn mail_about_a_meeting_is_what_came_and_went_about_it() {
    let desk = desk(Tz::Europe__Zurich).await;
    let invites = |uid: &str| {
        let lines = "DTSTAMP:20260110T080000Z\nDTSTART:20300301T100000Z\nDURATION:PT1H\nSUMMARY:Plan\n\
            ORGANIZER;CN=Ada:mailto:ada@lovelace.example\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:dora@mail.example";
        event("REQUEST", lines).replace("UID:theirs", &format!("UID:{uid}"))
    };
    let from = "Ada <ada@lovelace.example>";
    desk.deliver(&mail_with(from, "Invitation", "REQUEST", &invites("one"))).await;
    let about = async |name: &str| {
        let found = desk.kalends.mail_about_event(desk.dora, desk.calendar, name).await.unwrap();
        found.messages.into_iter().map(|message| message.message_id.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(about("one.ics").await, ["Invitation@x.example"]);
    // Another one that is called the same is not mistaken for it.
    let other = mail_with(from, "Invitation", "REQUEST", &invites("two")).replace("<Invitation@x", "<other@x");
    desk.deliver(&other).await;
    desk.deliver(
        &letter("Re: Invitation", "answer@x", "A word.").replace("MIME", "In-Reply-To: <other@x.example>\nMIME"),
    )
    .await;
    assert_eq!(about("one.ics").await, ["Invitation@x.example"]);
    assert_eq!(about("two.ics").await, ["other@x.example", "answer@x"]);
    let (eve, _) = person(&desk.kalends, "eve").await;
    let hidden = desk.kalends.mail_about_event(eve, desk.calendar, "one.ics").await;
    assert!(matches!(hidden, Err(Error::NotFound(_))), "{hidden:?}");

    // What one has sent oneself is known by the Message-ID that it went out under.
    desk.kalends.add_mail_identity(desk.dora, desk.account, "Dora", "dora@example.org", None).await.unwrap();
    let own = meeting("own", "Own", "20300302T100000Z", &[], "ATTENDEE:mailto:zoe@x.example\r\n")
        .replace("cyrus@example.org", "dora@example.org");
    desk.kalends.put_object(desk.dora, desk.calendar, "own.ics", &own, Precondition::None).await.unwrap();
    settle(&desk.kalends).await;
    let sent = desk.sent().concat();
    let ids = sent.split('<').filter_map(|part| Some(part.split_once('>')?.0));
    let id = ids.into_iter().find(|id| id.ends_with(".meeting@example.org")).unwrap().to_owned();
    desk.mailboxes.put("Sent", &letter("Own", &id, "x"), Utc::now());
    desk.look().await;
    assert_eq!(about("own.ics").await, [id]);
    assert_eq!(desk.home.damages().await, Vec::<String>::new());
}
