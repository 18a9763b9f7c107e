//! What changed, by delta queries and beside them.

use crate::setup::{calendar, day, event, fetch, pages, provider, round, series};
use chrono::{TimeDelta, Utc};
use kalends_domain::sync::provider::{
    Coverage, Cursor, FetchOutcome, Provider, ProviderError, RemoteCalendarId, RemoteObjectId,
};
use kalends_test_support::graph::{Double, Fault};
use serde_json::{Value, json};

#[tokio::test]
async fn the_first_time_everything_is_listed_whenever_it_is() {
    let double = Double::start().await;
    let calendar = calendar(&double);
    let mut made = vec![double.make(&calendar.0, series("Daily"))];
    for days in [-4_000, -20, 1, 2, 350, 4_000] {
        made.extend((0..20).map(|index| double.make(&calendar.0, event(&format!("{days}.{index}"), days))));
    }
    double.make(&double.calendar("Team"), event("Elsewhere", 1));
    made.sort();
    let provider = provider(&double);
    let pages = pages(&provider, &calendar, None).await;
    assert!(pages.iter().all(|page| page.coverage == Coverage::Everything && page.removed.is_empty()));
    let heads: Vec<_> = pages.iter().flat_map(|page| &page.present).collect();
    let mut listed: Vec<String> = heads.iter().map(|head| head.id.0.clone()).collect();
    listed.sort();
    assert_eq!(listed, made);
    // Single events come with their texts, in pages of a size; a series has to be fetched with its instances.
    for head in &heads {
        let (text, tag) = fetch(&provider, &calendar, &head.id.0).await;
        assert_eq!(head.tag.is_some(), head.text.is_some());
        if head.text.is_some() {
            assert_eq!((head.text.as_deref(), head.tag.as_ref()), (Some(text.as_str()), Some(&tag)));
        }
    }
    assert_eq!(heads.iter().filter(|head| head.text.is_none()).count(), 1);
    assert!(pages.iter().filter(|page| !page.present.is_empty()).count() >= 3);
    assert!(pages.iter().all(|page| page.present.len() <= 50));
}

#[tokio::test]
async fn nothing_new_is_two_requests() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    for index in 0..30 {
        double.make(&calendar.0, event(&index.to_string(), index));
    }
    // The clocks are those of one machine, but what is a few minutes old is looked at once more.
    let first = round(&provider, &calendar, None).await;
    double.asked();
    let next = round(&provider, &calendar, Some(first.next)).await;
    assert_eq!((next.coverage, next.removed.len()), (Coverage::Changes, 0));
    assert_eq!(double.asked().len(), 2);
}

#[tokio::test]
async fn of_a_batch_that_is_too_much_the_part_is_asked_for_again_that_was() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let ids: Vec<_> =
        (0..3).map(|day| RemoteObjectId(double.make(&calendar.0, event(&day.to_string(), day)))).collect();
    provider.calendars().await.unwrap();
    double.asked();
    double.fail(Fault { matching: "/events/", status: 429, retry_after: Some(0), code: "TooManyRequests" });
    let fetched = provider.fetch(&calendar, &ids).await.unwrap();
    assert_eq!(fetched.iter().map(|one| &one.id).collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    assert!(fetched.iter().all(|one| matches!(one.outcome, FetchOutcome::Text { .. })), "{fetched:?}");
    let asked = double.asked();
    assert_eq!(asked.iter().filter(|asked| asked.contains("$batch")).count(), 2, "{asked:?}");
    assert_eq!(asked.iter().filter(|asked| asked.contains("/events/")).count(), 4, "{asked:?}");
    // Not for ever.
    for _ in 0..4 {
        double.fail(Fault { matching: "/events/", status: 503, retry_after: Some(0), code: "ServiceUnavailable" });
    }
    assert!(matches!(provider.fetch(&calendar, &ids).await, Err(ProviderError::Transient { .. })));
}

#[tokio::test]
async fn what_is_made_changed_and_deleted_is_named_in_the_window_and_outside_of_it() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    for days in [3, -2_000, 2_000] {
        let (kept, changed, deleted) = (
            double.make(&calendar.0, event("kept", days)),
            double.make(&calendar.0, event("changed", days)),
            double.make(&calendar.0, event("deleted", days)),
        );
        // What is not a few minutes old is not looked at again.
        double.set(&kept, json!({ "lastModifiedDateTime": "2020-01-01T00:00:00Z" }));
        let cursor = round(&provider, &calendar, None).await.next;
        let new = double.make(&calendar.0, event("new", days));
        double.patch(&changed, json!({ "subject": "otherwise" }));
        double.delete(&deleted);
        let told = round(&provider, &calendar, Some(cursor)).await;
        assert!(told.present.contains(&new) && told.present.contains(&changed), "{days}: {:?}", told.present);
        assert_eq!(told.removed, std::slice::from_ref(&deleted), "{days}");
        // And only once.
        let after = round(&provider, &calendar, Some(told.next)).await;
        assert!(after.removed.is_empty() && !after.present.contains(&deleted));
    }
}

#[tokio::test]
async fn an_event_that_is_moved_to_another_calendar_is_gone_from_this_one() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let team = RemoteCalendarId(double.calendar("Team"));
    let id = double.make(&calendar.0, event("Moved", 3));
    let (_, elsewhere) =
        double.outlook("GET", &format!("me/calendars/{}/events/{id}", team.0.replace('/', "%2F")), Value::Null);
    assert_eq!(elsewhere["error"]["code"], "ErrorItemNotFound");
    let ids = [kalends_domain::sync::provider::RemoteObjectId(id)];
    let fetched = provider.fetch(&team, &ids).await.unwrap();
    assert_eq!(fetched[0].outcome, kalends_domain::sync::provider::FetchOutcome::Gone);
}

#[tokio::test]
async fn what_happens_to_an_instance_happens_to_its_series() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let id = double.make(&calendar.0, series("Daily"));
    double.set(&id, json!({ "lastModifiedDateTime": "2020-01-01T00:00:00Z" }));
    let cursor = round(&provider, &calendar, None).await.next;
    let (_, before) = fetch(&provider, &calendar, &id).await;

    double.patch(&double.instance(&id, &day(3)), json!({ "subject": "This one" }));
    let told = round(&provider, &calendar, Some(cursor)).await;
    assert_eq!((told.present.as_slice(), told.removed.len()), ([id.clone()].as_slice(), 0));
    let (text, changed) = fetch(&provider, &calendar, &id).await;
    assert!(text.contains("SUMMARY:This one") && text.contains("RECURRENCE-ID:"), "{text}");
    assert_ne!(before, changed);

    double.delete(&double.instance(&id, &day(4)));
    let told = round(&provider, &calendar, Some(told.next)).await;
    assert!(told.present.contains(&id) && !told.removed.contains(&id));
    let (text, deleted) = fetch(&provider, &calendar, &id).await;
    assert!(text.contains(&format!("EXDATE:{}T090000Z", day(4).replace('-', ""))), "{text}");
    assert_ne!(changed, deleted);

    double.delete(&id);
    let told = round(&provider, &calendar, Some(told.next)).await;
    assert!(told.removed.contains(&id) && told.present.is_empty(), "{:?} {:?}", told.present, told.removed);
}

#[tokio::test]
async fn a_token_that_is_forgotten_leads_to_one_comparison_and_to_no_doubles() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let id = double.make(&calendar.0, event("One", 1));
    let cursor = round(&provider, &calendar, None).await.next;
    double.forget_delta_tokens();
    let all = kalends_ical::instances::Window { start: None, end: None };
    assert_eq!(provider.changes(&calendar, Some(&cursor), all).await, Err(ProviderError::CursorRejected));
    let anew = round(&provider, &calendar, None).await;
    assert_eq!((anew.coverage, anew.present), (Coverage::Everything, vec![id]));
    for code in ["resyncRequired", "ErrorInvalidSyncStateData"] {
        double.fail(Fault {
            matching: "calendarView/delta",
            status: if code == "resyncRequired" { 410 } else { 400 },
            retry_after: None,
            code,
        });
        assert_eq!(
            provider.changes(&calendar, Some(&anew.next), all).await,
            Err(ProviderError::CursorRejected),
            "{code}"
        );
    }
    let nonsense = Cursor("{\"at\":\"home\"}".into());
    assert_eq!(provider.changes(&calendar, Some(&nonsense), all).await, Err(ProviderError::CursorRejected));
}

#[tokio::test]
async fn a_listing_and_a_round_go_on_page_by_page_after_a_failure() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let mut made: Vec<String> = (0..120).map(|index| double.make(&calendar.0, event(&index.to_string(), 2))).collect();
    made.sort();
    let all = kalends_ical::instances::Window { start: None, end: None };
    let (mut seen, mut cursor, mut failures) = (Vec::new(), None::<Cursor>, 0);
    loop {
        // Every other request fails; it is asked again from where it was.
        double.fail(Fault { matching: "GET", status: 503, retry_after: None, code: "serviceNotAvailable" });
        assert!(provider.changes(&calendar, cursor.as_ref(), all).await.unwrap_err().is_transient());
        failures += 1;
        let page = provider.changes(&calendar, cursor.as_ref(), all).await.unwrap();
        seen.extend(page.present.iter().map(|head| head.id.0.clone()));
        cursor = Some(page.next);
        if !page.has_more {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, made);
    assert!(failures >= 4, "{failures}");
}

#[tokio::test]
async fn the_window_moves_along_once_it_is_a_day_old() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let kept = double.make(&calendar.0, event("Kept", 1));
    let cursor = round(&provider, &calendar, None).await.next;
    let mut position: Value = serde_json::from_str(&cursor.0).unwrap();
    let old = (Utc::now() - TimeDelta::hours(25)).to_rfc3339();
    position["tracked"]["windowed_at"] = json!(old);
    double.asked();
    let anew = round(&provider, &calendar, Some(Cursor(position.to_string()))).await;
    assert_eq!((anew.coverage, anew.present), (Coverage::Everything, vec![kept]));
    let asked = double.asked();
    assert!(asked.iter().all(|asked| !asked.contains("subject")), "{asked:?}");
    let position: Value = serde_json::from_str(&anew.next.0).unwrap();
    assert!(position["tracked"]["windowed_at"].as_str().unwrap() > old.as_str());
    assert_eq!(round(&provider, &calendar, Some(anew.next)).await.coverage, Coverage::Changes);
}

#[tokio::test]
async fn a_link_to_anywhere_else_is_not_followed() {
    let double = Double::start().await;
    let (calendar, provider) = (calendar(&double), provider(&double));
    let cursor = round(&provider, &calendar, None).await.next;
    let position: Value = serde_json::from_str(&cursor.0).unwrap();
    let graph = double.graph();
    let host = double.address;
    for link in [
        "https://graph.example/v1.0/me/calendarView/delta?$deltatoken=x".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("http://{host}/beta/me"),
        format!("http://user@{host}/v1.0/me"),
        format!("{graph}../admin"),
        "x".to_owned(),
    ] {
        let mut position = position.clone();
        position["link"] = json!(link);
        double.asked();
        let all = kalends_ical::instances::Window { start: None, end: None };
        let refused = provider.changes(&calendar, Some(&Cursor(position.to_string())), all).await;
        assert!(matches!(refused, Err(ProviderError::Refused(_))), "{link}: {refused:?}");
        assert!(double.asked().is_empty(), "{link}");
    }
}

#[tokio::test]
async fn a_calendar_that_is_gone_is_missing() {
    let double = Double::start().await;
    let gone = RemoteCalendarId("AAMkGone=".into());
    let all = kalends_ical::instances::Window { start: None, end: None };
    let missing = provider(&double).changes(&gone, None, all).await;
    assert!(matches!(missing, Err(ProviderError::Missing(_))), "{missing:?}");
}
