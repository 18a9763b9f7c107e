//! `/api/v1.0/`: calendars, their changes, and the way back to a version.

use hyper::{Method, StatusCode};
use kalends_test_support::browser::{Answer, Connection, Person};
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

async fn get(server: &Server, person: &Person, path: &str) -> Answer {
    server.connect().await.get(&format!("/api/v1.0{path}"), &person.cookie).await
}

/// A person, and the CalDAV client of theirs.
async fn person(server: &Server, name: &str) -> (Person, Client) {
    let person = server.person(name).await;
    let (_, secret) = server.kalends.create_app_password(person.caller.principal, "DAVx5").await.unwrap();
    (person, Client::new(server.address, name, &secret.0))
}

#[tokio::test]
async fn calendars_and_changes_are_listed_with_who_made_them() {
    let server = Server::with_pages().await;
    let (ada, client) = person(&server, "ada").await;
    for title in ["One", "Two"] {
        client.put(&client.at("a.ics"), event_titled("a", title)).await;
    }
    let listed = json(&get(&server, &ada, "/calendars").await.text);
    let calendar = &listed["calendars"][0];
    assert_eq!(
        (&calendar["slug"], &calendar["revision"], &calendar["access"]),
        (&"personal".into(), &2.into(), &"owner".into())
    );
    let id = ada.calendar.0;
    let changes = json(&get(&server, &ada, &format!("/calendars/{id}/changes?since=1")).await.text);
    assert_eq!(changes["reached"], 2);
    assert_eq!(changes["changes"].as_array().unwrap().len(), 1);
    let change = &changes["changes"][0];
    assert_eq!((&change["name"], &change["by"]["way"]), (&"a.ics".into(), &"app-password".into()));
    assert_eq!((&change["by"]["label"], &change["previous"]), (&"DAVx5".into(), &1.into()));
    let versions = json(&get(&server, &ada, &format!("/calendars/{id}/objects/a.ics/versions")).await.text);
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
    let first = get(&server, &ada, &format!("/calendars/{id}/versions/1")).await;
    assert_eq!(first.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(first.text, event_titled("a", "One"));
}

#[tokio::test]
async fn a_version_comes_back_to_who_says_what_stands_there() {
    let server = Server::with_pages().await;
    let (ada, client) = person(&server, "ada").await;
    client.add(&client.at("a.ics"), &event_titled("a", "One")).await;
    let etag = client.put(&client.at("a.ics"), event_titled("a", "Two")).await.header("etag").unwrap().to_owned();
    let path = format!("/api/v1.0/calendars/{}/versions/1/restore", ada.calendar.0);
    let restore = async |headers: &[(&str, &str)]| {
        let request = client.request("POST", &path);
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send().await
    };
    for (headers, status) in [
        (vec![], 428),
        (vec![("if-match", "\"other\"")], 412),
        (vec![("if-none-match", "*")], 412),
        (vec![("if-match", etag.as_str()), ("sec-fetch-site", "cross-site")], 403),
        (vec![("if-match", etag.as_str())], 200),
    ] {
        let answer = restore(&headers).await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.text());
    }
    assert_eq!(client.get(&client.at("a.ics")).await.text(), event_titled("a", "One"));
}

#[tokio::test]
async fn what_is_not_there_and_what_is_anothers_is_not_found() {
    let server = Server::with_pages().await;
    let (ada, client) = person(&server, "ada").await;
    client.add(&client.at("a.ics"), &event_titled("a", "One")).await;
    let ben = server.person("ben").await;
    let id = ada.calendar.0;
    for path in [
        format!("/calendars/{id}/changes"),
        format!("/calendars/{id}/versions/1"),
        format!("/calendars/{id}/objects/a.ics/versions"),
        "/calendars/none/changes".to_owned(),
        "/calendars/99999/changes".to_owned(),
    ] {
        let answer = get(&server, &ben, &path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(json(&answer.text)["status"], 404, "{path}");
    }
    let missing = get(&server, &ada, &format!("/calendars/{id}/versions/9")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let mut anonymous = Connection::open(server.address).await;
    let answer = anonymous.send(Method::GET, "/api/v1.0/calendars", "", "", "").await.unwrap();
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
