//! Reminders as browsers and programs meet them: the page, the panel, push messages, and what others do not see.

use chrono::{DateTime, TimeDelta, Utc};
use hyper::{Method, StatusCode};
use kalends_domain::jobs::Worker;
use kalends_domain::objects::Precondition;
use kalends_test_support::browser::{FORM, Person};
use kalends_test_support::push::{PushBrowser, PushService};
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, component};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const PAGE: &str = "/reminders";
const SUBSCRIPTIONS: &str = "/api/v1.0/reminders/subscriptions";
const JSON: &str = "application/json";

async fn work(server: &Server) {
    for _ in 0..4 {
        server.kalends.begin_reminders().await.unwrap();
        Worker::new(server.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    }
}

/// Puts an event that reminds of itself in a moment, and waits until it has.
async fn reminded(server: &Server, person: &Person, uid: &str) -> DateTime<Utc> {
    // Long enough for a busy machine to have put it by then.
    let at = DateTime::from_timestamp(Utc::now().timestamp() + 2, 0).unwrap();
    let start = (at + TimeDelta::hours(1)).format("%Y%m%dT%H%M%SZ");
    let alarm = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT1H\nEND:VALARM";
    let text =
        calendar(&component("VEVENT", uid, &format!("DTSTART:{start}\nSUMMARY:Tea <{uid}>\nLOCATION:Garden\n{alarm}")));
    let calendar = server.kalends.calendars(person.caller).await.unwrap()[0].id;
    let name = format!("{uid}.ics");
    server.kalends.put_object(person.caller, calendar, &name, &text, Precondition::None).await.unwrap();
    work(server).await;
    tokio::time::sleep((at - Utc::now()).to_std().unwrap_or_default() + Duration::from_millis(50)).await;
    work(server).await;
    at
}

async fn post(server: &Server, person: &Person, fields: &[(&str, &str)]) -> StatusCode {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    server.connect().await.send(Method::POST, PAGE, &person.cookie, FORM, &form).await.unwrap().status
}

async fn ask(server: &Server, person: &Person, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
    let answer = server.connect().await.send(method, path, &person.cookie, JSON, body).await.unwrap();
    (answer.status, serde_json::from_str(&answer.text).unwrap_or(Value::Null))
}

async fn list(server: &Server, person: &Person) -> Value {
    ask(server, person, Method::GET, "/api/v1.0/reminders", "").await.1
}

async fn shown(server: &Server, person: &Person, path: &str) -> String {
    let answer = server.connect().await.get(path, &person.cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.text
}

#[tokio::test]
async fn a_reminder_stands_in_the_page_until_it_is_answered_and_others_see_nothing_of_it() {
    let server = Server::with_pages().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    reminded(&server, &ada, "a").await;
    let panel = shown(&server, &ada, "/reminders/panel").await;
    assert!(panel.contains("Tea &lt;a&gt;") && panel.contains("Garden"), "{panel}");
    assert_eq!(shown(&server, &eve, "/reminders/panel").await, "");
    let page = shown(&server, &ada, PAGE).await;
    assert!(page.contains("Tea &lt;a&gt;") && page.contains("It waits for you."), "{page}");
    let list_of_ada = list(&server, &ada).await;
    let id = list_of_ada["past"][0]["id"].as_i64().unwrap();
    assert_eq!(list_of_ada["past"][0]["deliveries"][0]["channel"], "page");
    assert_eq!(list(&server, &eve).await, json!({ "coming": [], "past": [] }));

    // Whoever it is not for is told that there is none.
    let snooze = format!("/api/v1.0/reminders/{id}/snooze");
    let minutes = |minutes: u32| json!({ "minutes": minutes }).to_string();
    assert_eq!(ask(&server, &eve, Method::POST, &snooze, &minutes(5)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        ask(&server, &eve, Method::POST, "/api/v1.0/reminders/999/snooze", &minutes(5)).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(ask(&server, &ada, Method::POST, &snooze, &minutes(0)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, until) = ask(&server, &ada, Method::POST, &snooze, &minutes(5)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(shown(&server, &ada, "/reminders/panel").await, "");
    work(&server).await;
    assert_eq!(list(&server, &ada).await["coming"][0]["at"], until["until"]);
    assert!(post(&server, &ada, &[("do", "dismiss"), ("id", &id.to_string())]).await.is_redirection());
    assert!(post(&server, &ada, &[("do", "dismiss")]).await.is_client_error());
    let anonymous = server.connect().await.get("/reminders/panel", "").await;
    assert_eq!(anonymous.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_browser_is_told_by_a_message_that_it_alone_can_read() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let service = PushService::start().await;
    let browser = PushBrowser::new();
    let (_, before) = ask(&server, &ada, Method::GET, SUBSCRIPTIONS, "").await;
    assert!(before["key"].as_str().is_some_and(|key| key.len() == 87), "{before}");
    let subscription = browser.subscription(&service, "/push/secret-one").to_string();
    assert_eq!(ask(&server, &ada, Method::POST, SUBSCRIPTIONS, &subscription).await.0, StatusCode::NO_CONTENT);
    let (_, listed) = ask(&server, &ada, Method::GET, SUBSCRIPTIONS, "").await;
    assert!(!listed.to_string().contains("secret-one") && listed["key"] == before["key"], "{listed}");

    reminded(&server, &ada, "a").await;
    let [pushed] = service.pushed().try_into().unwrap();
    let header = |name: &str| pushed.headers[name].to_str().unwrap().to_owned();
    assert_eq!((header("content-encoding"), header("urgency")), ("aes128gcm".into(), "high".into()));
    assert!(header("ttl").parse::<u64>().unwrap() <= 3600);
    assert!(header("authorization").contains(before["key"].as_str().unwrap()));
    assert!(!pushed.body.windows(3).any(|octets| octets == b"Tea"));
    let message: Value = serde_json::from_slice(&browser.open(&pushed.body)).unwrap();
    assert_eq!(message["title"], "Tea <a>");
    assert!(message["path"].as_str().unwrap().starts_with("/event/"), "{message}");
    assert_eq!(header("topic"), format!("reminder-{}", message["id"]));
    assert_eq!((&message["answers"], &message["minutes"]), (&json!(["Put off for 15 min", "Dismiss"]), &json!(15)));
    // What its buttons ask for is what the worker sends.
    let id = message["id"].to_string();
    assert!(post(&server, &ada, &[("do", "snooze"), ("id", &id), ("minutes", "15")]).await.is_redirection());
    assert_eq!(list(&server, &ada).await["past"][0]["state"], "snoozed");

    // A service that is busy is asked again, and a browser that is gone is forgotten.
    service.answer(503);
    reminded(&server, &ada, "b").await;
    let push = |list: Value| {
        list["past"][0]["deliveries"].as_array().unwrap().iter().find(|it| it["channel"] == "push").unwrap().clone()
    };
    let waiting = push(list(&server, &ada).await);
    assert_eq!(
        (waiting["state"].as_str(), waiting["detail"].as_str().unwrap().contains("503")),
        (Some("waiting"), true)
    );
    service.answer(410);
    reminded(&server, &ada, "c").await;
    assert_eq!(push(list(&server, &ada).await)["state"], "skipped");
    assert_eq!(ask(&server, &ada, Method::GET, SUBSCRIPTIONS, "").await.1["subscriptions"], json!([]));

    for wrong in [
        json!({ "endpoint": "ftp://x", "keys": { "p256dh": "x", "auth": "x" } }),
        json!({ "endpoint": "https://x", "keys": { "p256dh": "AAAA", "auth": "AAAA" } }),
        json!({ "endpoint": "https://x" }),
    ] {
        let status = ask(&server, &ada, Method::POST, SUBSCRIPTIONS, &wrong.to_string()).await.0;
        assert!(status.is_client_error(), "{wrong}: {status}");
    }
}

#[tokio::test]
async fn what_is_wanted_is_kept_and_shown() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let saved = post(&server, &ada, &[("do", "settings"), ("mail", "on"), ("agenda", "06:30"), ("empty", "on")]).await;
    assert!(saved.is_redirection());
    let settings = server.kalends.reminder_settings(ada.caller).await.unwrap();
    assert_eq!((settings.in_page, settings.by_mail, settings.agenda_minute), (false, true, Some(390)));
    let page = shown(&server, &ada, PAGE).await;
    assert!(page.contains("value=\"06:30\"") && page.contains("This installation sends no mail."), "{page}");
    post(&server, &ada, &[("do", "settings"), ("agenda", "25:00")]).await;
    assert_eq!(server.kalends.reminder_settings(ada.caller).await.unwrap(), settings);
    let set = "/api/v1.0/reminders/settings";
    let (_, mut found) = ask(&server, &ada, Method::GET, set, "").await;
    let expected = json!({
        "in_page": false, "by_mail": true, "by_push": false, "for_all": false, "agenda": "06:30", "agenda_empty": true,
    });
    assert_eq!(found, expected);
    found["agenda"] = Value::Null;
    found["by_push"] = true.into();
    assert_eq!(ask(&server, &ada, Method::PUT, set, &found.to_string()).await, (StatusCode::OK, found.clone()));
    assert!(server.kalends.reminder_settings(ada.caller).await.unwrap().by_push);
    for (name, wrong) in
        [("agenda", json!("24:00")), ("agenda", json!(7)), ("by_mail", Value::Null), ("more", json!(1))]
    {
        let mut wanted = found.clone();
        wanted[name] = wrong;
        let (status, _) = ask(&server, &ada, Method::PUT, set, &wanted.to_string()).await;
        assert!(status.is_client_error(), "{wanted}: {status}");
    }
    assert_eq!(ask(&server, &ada, Method::GET, set, "").await.1, found);
    let test = "/api/v1.0/reminders/test";
    for (channel, status) in
        [("mail", StatusCode::NOT_FOUND), ("push", StatusCode::NOT_FOUND), ("page", StatusCode::UNPROCESSABLE_ENTITY)]
    {
        let tried = ask(&server, &ada, Method::POST, test, &json!({ "channel": channel }).to_string()).await;
        assert_eq!(tried.0, status, "{channel}: {}", tried.1);
    }
    for (path, kind) in
        [("/reminders.js", "text/javascript"), ("/reminders.css", "text/css"), ("/push-worker.js", "text/javascript")]
    {
        let answer = server.connect().await.get(path, "").await;
        assert!(answer.status == StatusCode::OK && answer.header("content-type").starts_with(kind), "{path}");
    }
}
