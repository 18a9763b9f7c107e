//! Pages of what was, and the forms on them that bring it back.

use hyper::{Method, StatusCode};
use kalends_domain::objects::Precondition;
use kalends_test_support::browser::{Answer, FORM, Person};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;

/// Somebody whose event was changed after the time, which is as an address has it.
async fn ada(server: &Server) -> (Person, String) {
    let ada = server.person("ada").await;
    let put = async |title| {
        let text = event_titled("a", title);
        server.kalends.put_object(ada.caller, ada.calendar, "a.ics", &text, Precondition::None).await.unwrap();
    };
    put("Before").await;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    put("After").await;
    (ada, at)
}

async fn get(server: &Server, person: &Person, path: &str) -> Answer {
    server.connect().await.get(path, &person.cookie).await
}

async fn post(server: &Server, cookie: &str, path: &str, form: &str) -> Answer {
    server.connect().await.send(Method::POST, path, cookie, FORM, form).await.unwrap()
}

async fn text(server: &Server, person: &Person) -> String {
    server.kalends.object(person.caller, person.calendar, "a.ics").await.unwrap().text
}

#[tokio::test]
async fn what_was_is_nobody_elses() {
    let server = Server::with_pages().await;
    let (ada, at) = ada(&server).await;
    let ben = server.person("ben").await;
    let id = ada.calendar.0;
    for path in [
        format!("/event/{id}/a.ics/history"),
        format!("/event/{id}/a.ics/history?text=1"),
        format!("/calendars/{id}/changes"),
        format!("/calendars/{id}/as-of?at={at}"),
        "/calendars/99999/changes".to_owned(),
        "/calendars/none/as-of".to_owned(),
    ] {
        let own = get(&server, &ada, &path).await;
        assert_eq!(own.status == StatusCode::OK, path.contains(&format!("/{id}/")), "{path}");
        let others = get(&server, &ben, &path).await;
        assert_eq!(others.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!others.text.contains("Before") && !others.text.contains("After"), "{path}");
        let nobody = server.connect().await.get(&path, "").await;
        assert!(nobody.header("location").starts_with("/sign-in?next="), "{path}: {}", nobody.status);
    }
    for (path, form) in [
        (format!("/event/{id}/a.ics/history"), "revision=1&etag=".to_owned()),
        (format!("/calendars/{id}/as-of?at={at}"), "seen=2".to_owned()),
        (format!("/calendars/{id}/as-of?at={at}"), "seen=2&name=a.ics".to_owned()),
    ] {
        assert_eq!(post(&server, &ben.cookie, &path, &form).await.status, StatusCode::NOT_FOUND, "{path} {form}");
        let nobody = post(&server, "", &path, &form).await;
        assert!(nobody.header("location").starts_with("/sign-in?next="), "{path}: {}", nobody.status);
    }
    assert_eq!(text(&server, &ada).await, event_titled("a", "After"));
}

#[tokio::test]
async fn a_form_brings_back_what_was_seen_and_nothing_else() {
    let server = Server::with_pages().await;
    let (ada, at) = ada(&server).await;
    let path = format!("/calendars/{}/as-of?at={at}", ada.calendar.0);
    for (form, status) in [
        ("", StatusCode::BAD_REQUEST),
        ("seen=x", StatusCode::BAD_REQUEST),
        ("seen=1", StatusCode::CONFLICT),
        ("seen=1&name=a.ics", StatusCode::CONFLICT),
        ("seen=2&name=b.ics", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(post(&server, &ada.cookie, &path, form).await.status, status, "{form}");
    }
    for bad in ["someday", ""] {
        let path = format!("/calendars/{}/as-of?at={bad}", ada.calendar.0);
        let answer = post(&server, &ada.cookie, &path, "seen=2").await;
        assert!(answer.status.is_client_error(), "{bad}: {}", answer.status);
    }
    assert_eq!(text(&server, &ada).await, event_titled("a", "After"));
    let done = post(&server, &ada.cookie, &path, "seen=2").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(text(&server, &ada).await, event_titled("a", "Before"));
    let shown = get(&server, &ada, done.header("location")).await;
    assert!(shown.text.contains("It is back."));
}
