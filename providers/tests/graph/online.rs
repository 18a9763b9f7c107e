//! Meetings that are made here and held in Teams.

use crate::setup::{calendar, fetch, provider};
use kalends_domain::sync::provider::{Provider, RemoteCalendarId};
use kalends_test_support::graph::Double;

fn meeting(uid: &str, more: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260301T000000Z\r\n\
         DTSTART:20260310T090000Z\r\nDTEND:20260310T100000Z\r\nSUMMARY:Plan\r\nDESCRIPTION:Bring it\r\n{more}END:VEVENT\r\n\
         END:VCALENDAR\r\n"
    )
}

const GRACE: &str = "ORGANIZER:mailto:ada@contoso.example\r\nATTENDEE;RSVP=TRUE:mailto:grace@contoso.example\r\n";
const ELSEWHERE: &str = "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.org/plan\r\n";

#[tokio::test]
async fn a_new_meeting_with_attendees_is_one_in_teams_where_that_is_wanted() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let online = async |uid: &str, calendar: &RemoteCalendarId, more: &str| {
        let stored = provider.create(calendar, uid, &meeting(uid, more)).await.unwrap();
        let event = double.get(&format!("me/events/{}", stored.id.0));
        (stored.id.0, event["isOnlineMeeting"] == true)
    };
    assert!(!online("a", &calendar, GRACE).await.1, "nobody has asked for it");
    provider.hold_meetings_online(true);
    assert!(!online("b", &calendar, "").await.1, "nobody is to come");
    assert!(!online("c", &calendar, &format!("{GRACE}{ELSEWHERE}")).await.1, "they meet elsewhere");
    let (id, is_online) = online("d", &calendar, GRACE).await;
    assert!(is_online);
    // Where to join comes back, beside what was written.
    let (fetched, tag) = fetch(&provider, &calendar, &id).await;
    let sent = meeting("d", GRACE);
    let before = provider.without_additions(&sent, &fetched).unwrap();
    assert_eq!(provider.restored(&sent, &before, &before), sent, "nothing else was added");
    let restored = provider.restored(&sent, &before, &fetched);
    let join = "CONFERENCE;VALUE=URI;X-MICROSOFT-PROVIDER=teamsForBusiness:https://teams.microsoft.com/l/meetup-join/";
    let unfolded = restored.replace("\r\n ", "");
    assert!(unfolded.contains(join), "{restored}");
    assert!(unfolded.contains("DESCRIPTION:Bring it\\nJoin Microsoft Teams Meeting"), "{restored}");
    assert!(unfolded.contains("ATTENDEE;RSVP=TRUE:mailto:grace@contoso.example"), "{restored}");
    // It stays one, whatever else is changed, and is not made one twice.
    let id = kalends_domain::sync::provider::RemoteObjectId(id);
    provider.update(&calendar, &id, Some(&tag), &restored.replace("SUMMARY:Plan", "SUMMARY:Other")).await.unwrap();
    let event = double.get(&format!("me/events/{}", id.0));
    assert_eq!((&event["subject"], &event["isOnlineMeeting"]), (&"Other".into(), &true.into()));
    // Whether the calendar can is asked once.
    double.asked();
    assert!(online("e", &calendar, GRACE).await.1);
    assert!(!double.asked().iter().any(|asked| asked.contains("allowedOnlineMeetingProviders")));
}

#[tokio::test]
async fn where_the_calendar_has_no_teams_a_meeting_is_made_as_it_is() {
    let double = Double::start().await;
    let provider = provider(&double);
    provider.hold_meetings_online(true);
    let team = RemoteCalendarId(double.calendar("Team"));
    let stored = provider.create(&team, "a", &meeting("a", GRACE)).await.unwrap();
    assert_eq!(double.get(&format!("me/events/{}", stored.id.0))["isOnlineMeeting"], false);
}

#[tokio::test]
async fn attendees_who_stay_here_have_a_meeting_in_teams_all_the_same() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    provider.allow_invitations(false);
    provider.hold_meetings_online(true);
    let stored = provider.create(&calendar, "a", &meeting("a", GRACE)).await.unwrap();
    let event = double.get(&format!("me/events/{}", stored.id.0));
    assert_eq!((&event["isOnlineMeeting"], event["attendees"].as_array().unwrap().len()), (&true.into(), 0));
    let (sent, (fetched, _)) = (meeting("a", GRACE), fetch(&provider, &calendar, &stored.id.0).await);
    let before = provider.without_additions(&sent, &fetched).unwrap();
    let restored = provider.restored(&sent, &before, &fetched);
    assert!(GRACE.lines().all(|line| restored.contains(line)) && restored.contains("CONFERENCE"), "{restored}");
    assert_eq!(provider.without_additions(&restored, &fetched), None, "it is known already");
}
