//! What the stand-in refuses and makes of what it is sent, as Microsoft's documentation says (the stand-in names the pages): the provider
//! relies on it, or is written so that it never comes to it.

use crate::setup::{Kept, calendar, event, fetch, in_days, provider, provider_until};
use chrono::{TimeDelta, Utc};
use kalends_domain::sync::provider::{FetchOutcome, Provider, ProviderError, RemoteObjectId};
use kalends_test_support::graph::{Double, Fault};
use serde_json::{Value, json};
use std::sync::Arc;

fn events(double: &Double, calendar: &str) -> String {
    format!("me/calendars/{}/events", double.calendar(calendar).replace('/', "%2F"))
}

/// The status of the answer to an event that is to be made in the calendar of the tests, and what it says.
fn made(double: &Double, fields: &[(&str, Value)]) -> (u16, String) {
    let mut sent = event("Plan", 2);
    for (name, value) in fields {
        sent[*name] = value.clone();
    }
    let (status, answer) = double.outlook("POST", &events(double, "Calendar"), sent);
    (status, answer["error"]["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_batch_has_at_most_twenty_requests_of_different_ids() {
    let double = Double::start().await;
    let ask = |id: &str| json!({ "id": id, "method": "GET", "url": "/me" });
    let batch = |requests: Vec<Value>| double.outlook("POST", "$batch", json!({ "requests": requests }));
    let (status, answer) = batch((0..20).map(|number| ask(&number.to_string())).collect());
    assert_eq!((status, answer["responses"].as_array().unwrap().len()), (200, 20));
    let (status, answer) = batch((0..21).map(|number| ask(&number.to_string())).collect());
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("MaximumValueExceeded")));
    for twice in [["a", "a"], ["a", "A"]] {
        let (status, answer) = batch(twice.map(ask).to_vec());
        assert_eq!((status, &answer["error"]["message"]), (400, &json!("Request Ids must be unique.")));
    }
    // However many are wanted, the provider asks for no more than that at once.
    let (calendar, provider) = (calendar(&double), provider(&double));
    let ids: Vec<_> =
        (0..25).map(|number| RemoteObjectId(double.make(&calendar.0, event(&number.to_string(), 1)))).collect();
    provider.calendars().await.unwrap();
    double.asked();
    let fetched = provider.fetch(&calendar, &ids).await.unwrap();
    assert!(fetched.iter().all(|one| matches!(one.outcome, FetchOutcome::Text { .. })), "{fetched:?}");
    assert_eq!(double.asked().iter().filter(|asked| asked.contains("$batch")).count(), 2);
}

#[tokio::test]
async fn a_token_that_ends_within_a_batch_is_exchanged_and_the_batch_asked_for_again() {
    let double = Double::start().await;
    let kept = Arc::new(Kept::default());
    let provider = provider_until(&double, kept.clone(), Utc::now() + TimeDelta::hours(1));
    let calendar = calendar(&double);
    let ids: Vec<_> =
        (0..3).map(|number| RemoteObjectId(double.make(&calendar.0, event(&number.to_string(), 1)))).collect();
    let ends = || {
        double.fail(Fault { matching: "/events/", status: 401, retry_after: None, code: "InvalidAuthenticationToken" })
    };
    ends();
    let fetched = provider.fetch(&calendar, &ids).await.unwrap();
    assert!(fetched.iter().all(|one| matches!(one.outcome, FetchOutcome::Text { .. })), "{fetched:?}");
    assert_eq!(kept.all.lock().unwrap().len(), 1);
    // One that is refused with the new token as well is for a person.
    for _ in 0..6 {
        ends();
    }
    let refused = provider.fetch(&calendar, &ids).await;
    assert!(matches!(refused, Err(ProviderError::Unauthenticated(_))), "{refused:?}");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_a_reason() {
    let double = Double::start().await;
    let (start, end) = in_days(2);
    let mars = json!({ "dateTime": "2026-03-10T09:00:00", "timeZone": "Mars Standard Time" });
    for (fields, said) in [
        (vec![("start", mars)], "A valid TimeZone value must be specified."),
        (vec![("start", end), ("end", start)], "Event start time must precede or be equal to end time."),
        (vec![("iCalUId", json!("own"))], "Property iCalUId is read-only."),
        (vec![("onlineMeeting", json!({ "joinUrl": "https://x.example/" }))], "Property onlineMeeting is read-only."),
        (vec![("sensitivity", json!("secret"))], "sensitivity cannot be Some(\"secret\")"),
    ] {
        assert_eq!(made(&double, &fields), (400, said.to_owned()));
    }
    let (status, answer) = double.outlook("POST", &events(&double, "Birthdays"), event("Plan", 2));
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("ErrorAccessDenied")));
    // As the provider says it.
    let birthdays = kalends_domain::sync::provider::RemoteCalendarId(double.calendar("Birthdays"));
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260301T000000Z\r\n\
                DTSTART:20260310T090000Z\r\nDTEND:20260310T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let refused = provider(&double).create(&birthdays, "a", text).await;
    assert!(matches!(refused, Err(ProviderError::Forbidden(_))), "{refused:?}");
}

#[tokio::test]
async fn a_text_becomes_html_and_attendees_keep_what_they_answered() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let attendee = |address: &str| json!({ "emailAddress": { "address": address }, "type": "required" });
    let mut sent = event("Plan", 2);
    sent["body"] = json!({ "contentType": "text", "content": "a < b\n  c" });
    sent["attendees"] = json!([attendee("grace@contoso.example")]);
    let id = double.make(&calendar.0, sent);
    let stored = double.get(&format!("me/events/{id}"));
    assert_eq!(stored["body"]["contentType"], "html");
    assert!(stored["body"]["content"].as_str().unwrap().contains("a &lt; b<br>\r\n&nbsp; c"), "{stored}");
    let none = json!({ "response": "none", "time": "0001-01-01T00:00:00Z" });
    assert_eq!(stored["attendees"][0]["status"], none);
    assert_eq!(stored["attendees"][0]["emailAddress"]["name"], "grace@contoso.example");
    let mut grace = attendee("grace@contoso.example");
    grace["status"] = json!({ "response": "accepted", "time": "2026-03-01T00:00:00Z" });
    double.set(&id, json!({ "attendees": [grace] }));
    double.patch(&id, json!({ "attendees": [attendee("grace@contoso.example"), attendee("kay@contoso.example")] }));
    let stored = double.get(&format!("me/events/{id}"));
    assert_eq!(stored["attendees"][0]["status"]["response"], "accepted");
    assert_eq!(stored["attendees"][1]["status"], none);
    assert!(fetch(&provider, &calendar, &id).await.0.contains("DESCRIPTION:a < b\\n  c"));
}

#[tokio::test]
async fn a_meeting_that_is_online_stays_so() {
    let double = Double::start().await;
    let online = [("isOnlineMeeting", json!(true)), ("onlineMeetingProvider", json!("teamsForBusiness"))];
    assert_eq!(made(&double, &online).0, 201);
    assert_eq!(made(&double, &online[..1]), (400, "The calendar does not support \"unknown\".".to_owned()));
    let all = double.get(&events(&double, "Calendar"));
    let (id, join) = (all["value"][0]["id"].as_str().unwrap(), &all["value"][0]["onlineMeeting"]["joinUrl"]);
    assert!(all["value"][0]["body"]["content"].as_str().unwrap().contains(join.as_str().unwrap()), "{all}");
    for change in [json!({ "isOnlineMeeting": false }), json!({ "onlineMeetingProvider": "skypeForBusiness" })] {
        assert_eq!(double.outlook("PATCH", &format!("me/events/{id}"), change).0, 400);
    }
}
