//! Storing, changing and deleting, whole objects and single instances.

use crate::setup::{calendar, day, event, fetch, provider, series};
use kalends_domain::sync::provider::{
    Provider, ProviderError, RemoteCalendarId, RemoteObjectId, RemoteTag, Stored, StoredText,
};
use kalends_ical::meaning::same_meaning;
use kalends_ical::{CalendarObject, Limits};
use kalends_providers::graph::Graph;
use kalends_test_support::graph::{Double, Fault};
use serde_json::{Value, json};

fn text(lines: &str) -> String {
    let lines = lines.trim().lines().map(str::trim).collect::<Vec<_>>().join("\r\n");
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

#[track_caller]
fn assert_same(one: &str, other: &str) {
    assert!(same_meaning(one, other, &Limits::default()).unwrap(), "{one}\nis not\n{other}");
}

async fn create(provider: &Graph, calendar: &RemoteCalendarId, text: &str) -> Result<Stored, ProviderError> {
    let uid = CalendarObject::parse(text, &Limits::default()).unwrap().uid;
    provider.create(calendar, &uid, text).await
}

/// Stores a text for what a text was stored for before; it is at what it was read at.
async fn change(
    provider: &Graph,
    calendar: &RemoteCalendarId,
    id: &RemoteObjectId,
    change: impl FnOnce(&str) -> String,
) -> Result<String, ProviderError> {
    let (before, tag) = fetch(provider, calendar, &id.0).await;
    let stored = provider.update(calendar, id, Some(&tag), &change(&before)).await?;
    assert_eq!((&stored.id, &stored.text), (id, &StoredText::ToBeReadBack));
    Ok(fetch(provider, calendar, &id.0).await.0)
}

/// The requests that change something.
fn writes(double: &Double) -> Vec<String> {
    double.asked().into_iter().filter(|asked| !asked.starts_with("GET") && !asked.contains("$batch")).collect()
}

const MEETING: &str = "UID:5d1e@example.org
    DTSTAMP:20260301T000000Z
    DTSTART;TZID=Europe/Zurich:20260310T090000
    DTEND;TZID=Europe/Zurich:20260310T103000
    SUMMARY:Plan\\, and more
    DESCRIPTION:First line\\n\\n  indented & <b>
    LOCATION:Room 4
    CATEGORIES:Work,Red category
    CLASS:PRIVATE
    PRIORITY:3
    X-OWN;X-P=1:kept
    COLOR:teal
    ORGANIZER;CN=Ada:mailto:countess@contoso.example
    ATTENDEE;CN=Grace;RSVP=TRUE:mailto:grace@contoso.example
    ATTENDEE;ROLE=OPT-PARTICIPANT;RSVP=TRUE:mailto:kay@contoso.example
    BEGIN:VALARM
    UID:own
    ACTION:DISPLAY
    DESCRIPTION:Plan
    TRIGGER:-PT10M
    END:VALARM
    BEGIN:VALARM
    ACTION:EMAIL
    SUMMARY:x
    DESCRIPTION:x
    ATTENDEE:mailto:ada@contoso.example
    TRIGGER:-P1D
    END:VALARM";

#[tokio::test]
async fn what_was_stored_comes_back_as_what_could_be_held_and_restored_as_what_it_was() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let sent = text(MEETING);
    let stored = create(&provider, &calendar, &sent).await.unwrap();
    let (fetched, _) = fetch(&provider, &calendar, &stored.id.0).await;
    // The account is who organises it over there, by its own address.
    assert!(fetched.contains("ORGANIZER;CN=Ada:mailto:ada@contoso.example"), "{fetched}");
    assert_same(&fetched, &provider.as_held(&sent).replace("mailto:countess@", "mailto:ada@"));
    let restored = provider.restored(&sent, &provider.as_held(&sent), &fetched);
    let unnoted = |text: &str| -> Vec<String> {
        let is_note = |line: &&str| ["DTSTAMP", "CREATED", "LAST-MODIFIED"].iter().any(|name| line.starts_with(name));
        text.lines()
            .filter(|line| !is_note(line))
            .map(|line| line.replace("mailto:ada@c", "mailto:countess@c"))
            .collect()
    };
    assert_eq!(unnoted(&restored), unnoted(&sent.replace("mailto:ada@c", "mailto:countess@c")));
    let over_there = double.get(&format!("me/events/{}", stored.id.0));
    assert_eq!(over_there["originalStartTimeZone"], "W. Europe Standard Time");
    assert_eq!(over_there["importance"], "high");
}

#[tokio::test]
async fn a_change_over_there_is_that_change_here_and_nothing_else() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let sent = text(&MEETING.replace("countess@", "ada@"));
    let id = create(&provider, &calendar, &sent).await.unwrap().id;
    let base = provider.restored(&sent, &provider.as_held(&sent), &fetch(&provider, &calendar, &id.0).await.0);
    assert_eq!(base, sent);
    for (fields, old, new) in [
        (json!({ "subject": "Other" }), "SUMMARY:Plan\\, and more", "SUMMARY:Other"),
        (json!({ "importance": "low" }), "PRIORITY:3", "PRIORITY:9"),
        (json!({ "location": { "displayName": "Room 5" } }), "LOCATION:Room 4", "LOCATION:Room 5"),
        (json!({ "categories": ["Work"] }), "CATEGORIES:Work,Red category", "CATEGORIES:Work"),
    ] {
        let before = double.get(&format!("me/events/{}", id.0));
        double.patch(&id.0, fields.clone());
        let (fetched, _) = fetch(&provider, &calendar, &id.0).await;
        assert_same(&provider.restored(&base, &provider.as_held(&base), &fetched), &base.replace(old, new));
        let name = fields.as_object().unwrap().keys().next().unwrap().clone();
        double.patch(&id.0, json!({ name.clone(): before[&name] }));
    }
    // Another reminder takes the place of the one, and the alarm that Graph does not know stays.
    double.patch(&id.0, json!({ "reminderMinutesBeforeStart": 30 }));
    let restored = provider.restored(&base, &provider.as_held(&base), &fetch(&provider, &calendar, &id.0).await.0);
    assert!(restored.contains("TRIGGER:-PT30M") && restored.contains("ACTION:EMAIL"), "{restored}");
    assert!(!restored.contains("TRIGGER:-PT10M") && restored.contains("X-OWN;X-P=1:kept"), "{restored}");
    double.patch(&id.0, json!({ "isReminderOn": false }));
    let restored = provider.restored(&base, &provider.as_held(&base), &fetch(&provider, &calendar, &id.0).await.0);
    assert!(!restored.contains("ACTION:DISPLAY") && restored.contains("ACTION:EMAIL"), "{restored}");
    // Somebody answers.
    let answers = json!([{ "emailAddress": { "address": "grace@contoso.example", "name": "Grace" }, "type": "required", "status": { "response": "accepted" } },
        { "emailAddress": { "address": "kay@contoso.example", "name": "kay@contoso.example" }, "type": "optional", "status": { "response": "none" } }]);
    double.set(&id.0, json!({ "attendees": answers }));
    let restored = provider.restored(&base, &provider.as_held(&base), &fetch(&provider, &calendar, &id.0).await.0);
    assert!(restored.contains("PARTSTAT=ACCEPTED"), "{restored}");
}

#[tokio::test]
async fn only_what_has_changed_is_sent() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let id = RemoteObjectId(double.make(&calendar.0, event("One", 1)));
    double.asked();
    let after = change(&provider, &calendar, &id, |text| text.replace("SUMMARY:One", "SUMMARY:Two\r\nLOCATION:There"))
        .await
        .unwrap();
    assert!(after.contains("SUMMARY:Two\r\nLOCATION:There"), "{after}");
    assert_eq!(writes(&double).len(), 1);
    // The same again is nothing to send.
    change(&provider, &calendar, &id, str::to_owned).await.unwrap();
    assert_eq!(writes(&double), [""; 0]);
    let over_there = double.get(&format!("me/events/{}", id.0));
    assert_eq!((&over_there["reminderMinutesBeforeStart"], &over_there["subject"]), (&json!(15), &json!("Two")));
}

#[tokio::test]
async fn an_object_that_changed_in_the_meantime_is_left_as_it_is() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    for made in [event("One", 1), series("Daily")] {
        let id = RemoteObjectId(double.make(&calendar.0, made));
        let (text, tag) = fetch(&provider, &calendar, &id.0).await;
        double.patch(&id.0, json!({ "showAs": "oof" }));
        let mine = text.replace("SUMMARY:", "SUMMARY:My ");
        assert_eq!(provider.update(&calendar, &id, Some(&tag), &mine).await, Err(ProviderError::Changed));
        assert_eq!(provider.delete(&calendar, &id, Some(&tag)).await, Err(ProviderError::Changed));
        // Between looking and writing: If-Match.
        let (text, tag) = fetch(&provider, &calendar, &id.0).await;
        double.fail(Fault { matching: "PATCH", status: 412, retry_after: None, code: "ErrorIrresolvableConflict" });
        let mine = text.replace("SUMMARY:", "SUMMARY:My ");
        assert_eq!(provider.update(&calendar, &id, Some(&tag), &mine).await, Err(ProviderError::Changed));
        double.patch(&id.0, json!({ "showAs": "free" }));
        assert_eq!(
            provider.delete(&calendar, &id, Some(&RemoteTag("W/\"old\"".into()))).await,
            Err(ProviderError::Changed)
        );
        let (_, tag) = fetch(&provider, &calendar, &id.0).await;
        provider.delete(&calendar, &id, Some(&tag)).await.unwrap();
        // What is gone is deleted already, and cannot be changed.
        provider.delete(&calendar, &id, Some(&tag)).await.unwrap();
        provider.delete(&calendar, &id, None).await.unwrap();
        assert_eq!(provider.update(&calendar, &id, Some(&tag), &text).await, Err(ProviderError::Changed));
    }
}

#[tokio::test]
async fn an_object_is_made_once() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let sent = text("UID:it's one\nDTSTAMP:20260301T000000Z\nDTSTART;VALUE=DATE:20260310\nSUMMARY:All day");
    let made = create(&provider, &calendar, &sent).await.unwrap();
    assert_eq!(create(&provider, &calendar, &sent).await, Err(ProviderError::UidTaken { by: Some(made.id.clone()) }));
    let (fetched, _) = fetch(&provider, &calendar, &made.id.0).await;
    assert!(fetched.contains("UID:it's one") && fetched.contains("DTEND;VALUE=DATE:20260311"), "{fetched}");
    // One that has its UID from Exchange.
    let theirs = double.make(&calendar.0, event("Theirs", 1));
    let (text, _) = fetch(&provider, &calendar, &theirs).await;
    assert_eq!(
        create(&provider, &calendar, &text).await,
        Err(ProviderError::UidTaken { by: Some(RemoteObjectId(theirs)) })
    );
    // Nobody writes where nobody may.
    let birthdays = RemoteCalendarId(double.calendar("Birthdays"));
    assert!(matches!(create(&provider, &birthdays, &sent).await, Err(ProviderError::Forbidden(_))));
}

fn series_text(days: &str, more: &str) -> String {
    let start = day(1).replace('-', "");
    let lines = format!(
        "UID:series\nDTSTAMP:20260301T000000Z\nDTSTART;TZID=Europe/Berlin:{start}T090000\nDTEND;TZID=Europe/Berlin:{start}T100000\n\
         RRULE:FREQ=DAILY;COUNT=10\n{days}SUMMARY:Daily\n{more}"
    );
    text(&lines)
}

fn override_text(days: i64, to: &str, summary: &str) -> String {
    let date = day(days).replace('-', "");
    format!(
        "END:VEVENT\nBEGIN:VEVENT\nUID:series\nDTSTAMP:20260301T000000Z\nRECURRENCE-ID;TZID=Europe/Berlin:{date}T090000\n\
         DTSTART;TZID=Europe/Berlin:{date}T{to}0000\nDTEND;TZID=Europe/Berlin:{date}T180000\nSUMMARY:{summary}\n"
    )
}

fn exdate(days: i64) -> String {
    format!("EXDATE;TZID=Europe/Berlin:{}T090000\n", day(days).replace('-', ""))
}

#[tokio::test]
async fn a_series_is_one_object_with_its_instances_one_by_one() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let sent = series_text(&exdate(3), &override_text(5, "17", "Late"));
    let id = create(&provider, &calendar, &sent).await.unwrap().id;
    let (fetched, _) = fetch(&provider, &calendar, &id.0).await;
    assert_same(&fetched, &provider.as_held(&sent));
    assert_eq!(provider.restored(&sent, &provider.as_held(&sent), &fetched), sent);
    let exception = double.get(&format!("me/events/{}", double.instance(&id.0, &day(5))));
    assert_eq!((&exception["type"], &exception["subject"]), (&json!("exception"), &json!("Late")));
    assert_eq!(double.outlook("GET", &format!("me/events/{}", double.instance(&id.0, &day(3))), Value::Null).0, 404);

    // One more instance is changed, and one more is taken out: two requests, about these two.
    double.asked();
    let again =
        series_text(&(exdate(3) + &exdate(8)), &(override_text(5, "17", "Late") + &override_text(6, "16", "Later")));
    let after = change(&provider, &calendar, &id, |_| again.clone()).await.unwrap();
    assert_same(&after, &provider.as_held(&again));
    let calendar_path = format!("/me/calendars/{}/events", calendar.0);
    assert_eq!(
        writes(&double),
        [
            format!("DELETE {calendar_path}/{}", double.instance(&id.0, &day(8))),
            format!("PATCH {calendar_path}/{}", double.instance(&id.0, &day(6))),
        ]
    );

    // An instance is as the series has it again.
    let again = series_text(&(exdate(3) + &exdate(8)), &override_text(6, "16", "Later"));
    let after = change(&provider, &calendar, &id, |_| again.clone()).await.unwrap();
    assert_same(&after, &provider.as_held(&again));

    // The series at another hour: Exchange forgets its instances, and is told of them anew.
    let again = again.replace("T090000", "T080000");
    let after = change(&provider, &calendar, &id, |_| again.clone()).await.unwrap();
    assert_same(&after, &provider.as_held(&again));

    // An instance that was deleted there does not come back, and is not made to be something else.
    let back = series_text(&exdate(3), &override_text(6, "16", "Later")).replace("T090000", "T080000");
    let (_, tag) = fetch(&provider, &calendar, &id.0).await;
    double.asked();
    let Err(ProviderError::Rejected(why)) = provider.update(&calendar, &id, Some(&tag), &back).await else { panic!() };
    assert!(why.contains(&day(8)), "{why}");
    assert_eq!(writes(&double), [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_held_is_refused_and_leaves_nothing() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let base = "UID:x\nDTSTAMP:20260301T000000Z\nSUMMARY:x\nDTSTART:20260310T090000Z\n";
    for (lines, why) in [
        (format!("{base}RRULE:FREQ=HOURLY"), "HOURLY"),
        (format!("{base}RRULE:FREQ=MONTHLY;BYMONTHDAY=10,20"), "BYMONTHDAY"),
        (format!("{base}RDATE:20260401T090000Z"), "RDATE"),
        (format!("{base}RRULE:FREQ=WEEKLY;BYDAY=FR"), "first date"),
        (base.replace("T090000Z", "T090000"), "without a time zone"),
        (format!("{base}STATUS:CANCELLED"), "cancelled"),
        (format!("{base}ORGANIZER:mailto:other@example.org\nATTENDEE:mailto:ada@contoso.example"), "somebody else"),
    ] {
        let Err(ProviderError::Rejected(said)) = create(&provider, &calendar, &text(&lines)).await else {
            panic!("{lines}")
        };
        assert!(said.starts_with("Microsoft 365 cannot hold") && said.contains(why), "{said}");
    }
    let task = text("UID:t\nDTSTAMP:20260301T000000Z\nSUMMARY:x").replace("VEVENT", "VTODO");
    assert!(matches!(create(&provider, &calendar, &task).await, Err(ProviderError::Rejected(_))));
    // Past the next instance: Outlook's own rule. The series that was begun is taken away again.
    let crossing = series_text(
        "",
        &override_text(5, "17", "Late").replace(
            &format!("DTSTART;TZID=Europe/Berlin:{}", day(5).replace('-', "")),
            &format!("DTSTART;TZID=Europe/Berlin:{}", day(4).replace('-', "")),
        ),
    );
    let Err(ProviderError::Rejected(said)) = create(&provider, &calendar, &crossing).await else { panic!() };
    assert!(said.contains("overlapping adjacent"), "{said}");
    let all = double.get(&format!("me/calendars/{}/events", calendar.0.replace('/', "%2F")));
    assert_eq!(all["value"], json!([]));
}

#[tokio::test]
async fn an_invitation_is_answered_and_an_online_meeting_stays_one() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let id = RemoteObjectId(double.make(&calendar.0, event("Invited", 2)));
    let attendee = |address: &str| json!({ "emailAddress": { "address": address, "name": "" }, "type": "required", "status": { "response": "none" } });
    double.set(&id.0, json!({
        "isOrganizer": false, "organizer": { "emailAddress": { "address": "grace@contoso.example", "name": "Grace" } },
        "attendees": [attendee("ada@contoso.example"), attendee("kay@contoso.example")],
        "isOnlineMeeting": true, "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": { "joinUrl": "https://teams.microsoft.com/l/meetup-join/19" },
        "body": { "contentType": "html", "content": "<html><body><div>Join <a href=\"https://teams.microsoft.com/l/meetup-join/19\">here</a></div></body></html>" },
    }));
    double.asked();
    let accept = |text: &str| text.replacen("ATTENDEE;RSVP", "ATTENDEE;PARTSTAT=TENTATIVE;RSVP", 1);
    let after = change(&provider, &calendar, &id, accept).await.unwrap();
    assert!(after.contains("ATTENDEE;PARTSTAT=TENTATIVE;RSVP=TRUE:mailto:ada@contoso.example"), "{after}");
    assert!(after.contains("CONFERENCE;VALUE=URI;X-MICROSOFT-PROVIDER=teamsForBusiness:https://teams"), "{after}");
    assert_eq!(writes(&double), [format!("POST /me/events/{}/tentativelyAccept", id.0)]);
    let after = change(&provider, &calendar, &id, |text| {
        let at = text.find("X-ALT-DESC").unwrap();
        text.replacen("DESCRIPTION:", "DESCRIPTION:Bring it\\n", 1)
            .replace(&text[at..at + text[at..].find("GEO").unwrap_or(0)], "")
    })
    .await
    .unwrap();
    assert!(after.contains("Bring it"), "{after}");
    let body = double.get(&format!("me/events/{}", id.0))["body"]["content"].as_str().unwrap().to_owned();
    assert!(
        body.contains("Bring it") && body.contains("href=\"https://teams.microsoft.com/l/meetup-join/19\""),
        "{body}"
    );
    let (text, tag) = fetch(&provider, &calendar, &id.0).await;
    let lines: Vec<&str> = text.split("\r\n").collect();
    let at = lines.iter().position(|line| line.starts_with("DESCRIPTION")).unwrap();
    let other = text.replace(lines[at], "DESCRIPTION:Something else");
    let refused = provider.update(&calendar, &id, Some(&tag), &other).await;
    assert!(matches!(refused, Err(ProviderError::Rejected(_))), "{refused:?}");
}

#[tokio::test]
async fn nobody_is_invited_unless_that_is_wanted() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    provider.allow_invitations(false);
    let sent = text(&MEETING.replace("countess@", "ada@"));
    let id = create(&provider, &calendar, &sent).await.unwrap().id;
    let attendees = |double: &Double| {
        let event = double.get(&format!("me/events/{}", id.0));
        let named = |attendee: &Value| attendee["emailAddress"]["address"].as_str().unwrap().to_owned();
        event["attendees"].as_array().unwrap().iter().map(named).collect::<Vec<_>>()
    };
    assert_eq!(attendees(&double), Vec::<String>::new());
    // They stay here, and what is changed there comes in beside them.
    let (held, _) = fetch(&provider, &calendar, &id.0).await;
    assert!(!held.contains("ATTENDEE") && !held.contains("ORGANIZER"), "{held}");
    double.patch(&id.0, json!({ "subject": "Other" }));
    let (fetched, _) = fetch(&provider, &calendar, &id.0).await;
    let restored = provider.restored(&sent, &held, &fetched);
    assert!(restored.contains("SUMMARY:Other") && restored.contains("mailto:grace@contoso.example"), "{restored}");
    assert!(restored.contains("ORGANIZER;CN=Ada"), "{restored}");

    // Nor by a change, whatever else is sent.
    let with_grace = |text: &str| {
        let grace = "ORGANIZER:mailto:ada@contoso.example\r\nATTENDEE:mailto:grace@contoso.example\r\nSUMMARY:Third";
        text.replace("SUMMARY:Other", grace)
    };
    change(&provider, &calendar, &id, with_grace).await.unwrap();
    assert_eq!(double.get(&format!("me/events/{}", id.0))["subject"], "Third");
    assert_eq!(attendees(&double), Vec::<String>::new());
    provider.allow_invitations(true);
    let with_grace = |text: &str| with_grace(&text.replace("SUMMARY:Third", "SUMMARY:Other"));
    change(&provider, &calendar, &id, with_grace).await.unwrap();
    assert_eq!(attendees(&double), ["grace@contoso.example"]);
    // Whom Microsoft has invited already is not uninvited either.
    provider.allow_invitations(false);
    let without = |text: &str| {
        let lines = text.split_inclusive("\r\n").filter(|line| !line.starts_with("ATTENDEE"));
        lines.collect::<String>().replace("SUMMARY:Third", "SUMMARY:Fourth")
    };
    change(&provider, &calendar, &id, without).await.unwrap();
    assert_eq!(
        (attendees(&double), double.get(&format!("me/events/{}", id.0))["subject"].clone()),
        (vec!["grace@contoso.example".to_owned()], json!("Fourth"))
    );
    assert_eq!(writes(&double).iter().filter(|asked| asked.starts_with("POST")).count(), 1);
}

#[tokio::test]
async fn somebody_elses_meeting_gets_no_other_attendees_and_ones_own_answer_is_sent() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let mut invitation = event("Theirs", 2);
    let attendee = |address: &str| json!({ "emailAddress": { "address": address }, "type": "required" });
    invitation["attendees"] = json!([attendee("ada@contoso.example"), attendee("kay@contoso.example")]);
    let id = RemoteObjectId(double.make(&calendar.0, invitation));
    double.set(&id.0, json!({ "isOrganizer": false, "organizer": { "emailAddress": { "address": "kay@contoso.example", "name": "Kay" } } }));
    for allowed in [true, false] {
        provider.allow_invitations(allowed);
        let answer = if allowed { "ACCEPTED" } else { "DECLINED" };
        let edit = |text: &str| {
            let own = format!("ATTENDEE;PARTSTAT={answer};RSVP=TRUE:mailto:ada@contoso.example");
            let others = "ATTENDEE:mailto:grace@contoso.example";
            let kept =
                text.split_inclusive("\r\n").filter(|line| !(line.starts_with("ATTENDEE") && line.contains("ada@")));
            kept.collect::<String>().replace("END:VEVENT", &format!("{own}\r\n{others}\r\nEND:VEVENT"))
        };
        let after = change(&provider, &calendar, &id, edit).await.unwrap();
        assert!(after.contains(&format!("PARTSTAT={answer}")) && !after.contains("grace@"), "{after}");
    }
}
