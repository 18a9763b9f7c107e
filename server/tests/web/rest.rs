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
async fn a_calendar_is_listed_as_it_was() {
    let server = Server::with_pages().await;
    let (ada, client) = person(&server, "ada").await;
    for (name, title) in [("a", "One"), ("b", "Two"), ("c", "Three")] {
        client.add(&client.at(&format!("{name}.ics")), &event_titled(name, title)).await;
    }
    let id = ada.calendar.0;
    let changes = json(&get(&server, &ada, &format!("/calendars/{id}/changes?since=2")).await.text);
    let at = changes["changes"][0]["at"].as_str().unwrap().to_owned();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    client.put(&client.at("a.ics"), event_titled("a", "Changed")).await;
    client.delete(&client.at("b.ics")).await;
    let as_of = async |more: &str| get(&server, &ada, &format!("/calendars/{id}/as-of?at={at}{more}")).await;
    let then = json(&as_of("").await.text);
    assert_eq!((&then["revision"], &then["now"], &then["at"]), (&3.into(), &5.into(), &at.clone().into()));
    assert_eq!((&then["same"], &then["changed"], &then["deleted"]), (&1.into(), &1.into(), &1.into()));
    let said: Vec<_> = then["objects"].as_array().unwrap().iter().map(|o| (&o["title"], &o["since"])).collect();
    let row = |title: &str, since: &str| (Value::from(title), Value::from(since));
    let rows = [row("One", "changed"), row("Two", "deleted"), row("Three", "same")];
    assert_eq!(said, rows.iter().map(|(title, since)| (title, since)).collect::<Vec<_>>());
    for (object, title) in then["objects"].as_array().unwrap().iter().zip(["One", "Two", "Three"]) {
        let text = get(&server, &ada, object["href"].as_str().unwrap().strip_prefix("/api/v1.0").unwrap()).await.text;
        assert!(text.contains(title), "{text}");
    }
    let part = json(&as_of("&limit=2").await.text);
    assert_eq!((part["objects"].as_array().unwrap().len(), &part["next"]), (2, &"b.ics".into()));
    let rest = json(&as_of("&limit=2&after=b.ics").await.text);
    assert_eq!((&rest["objects"][0]["name"], &rest["next"]), (&"c.ics".into(), &Value::Null));
    for at in ["", "?at=", "?at=yesterday"] {
        let answer = get(&server, &ada, &format!("/calendars/{id}/as-of{at}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{at}");
    }
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
        format!("/calendars/{id}/as-of?at=2026-11-27T15:04:05Z"),
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

#[tokio::test]
async fn what_was_deleted_is_listed_and_comes_back_or_goes_for_good() {
    let server = Server::with_pages().await;
    let (ada, client) = person(&server, "ada").await;
    let (ben, other) = person(&server, "ben").await;
    for name in ["a", "b"] {
        client.add(&client.at(&format!("{name}.ics")), &event_titled(name, &format!("Title {name}"))).await;
        client.request("DELETE", &client.at(&format!("{name}.ics"))).send().await;
    }
    let listed = json(&get(&server, &ada, "/bin").await.text);
    let objects = listed["objects"].as_array().unwrap();
    let titles: Vec<&Value> = objects.iter().map(|object| &object["title"]).collect();
    assert_eq!(titles, ["Title b", "Title a"]);
    assert_eq!((&objects[0]["by"]["label"], &listed["more"]), (&"DAVx5".into(), &false.into()));
    assert_eq!(json(&get(&server, &ben, "/bin").await.text)["objects"].as_array().unwrap().len(), 0);

    let at = |object: &Value| format!("/api/v1.0/calendars/{}/bin/{}", ada.calendar.0, object["id"]);
    let restore = format!("{}/restore", at(&objects[1]));
    assert_eq!(other.request("POST", &restore).send().await.status, 404);
    assert_eq!(other.request("DELETE", &at(&objects[0])).send().await.status, 404);
    let returned = client.request("POST", &restore).send().await;
    assert_eq!((returned.status, &json(&returned.text())["name"]), (201, &"a.ics".into()));
    assert_eq!(client.request("POST", &restore).send().await.status, 404);
    assert_eq!(client.get(&client.at("a.ics")).await.text(), event_titled("a", "Title a"));
    assert_eq!(client.request("DELETE", &at(&objects[0])).send().await.status, 204);
    assert_eq!(json(&get(&server, &ada, "/bin").await.text)["objects"].as_array().unwrap().len(), 0);

    client.request("DELETE", &client.at("")).send().await;
    let listed = json(&get(&server, &ada, "/bin").await.text);
    let calendar = &listed["calendars"][0];
    assert_eq!((&calendar["slug"], &calendar["objects"]), (&"personal".into(), &1.into()));
    let path = format!("/api/v1.0/bin/calendars/{}", calendar["id"]);
    assert_eq!(other.request("POST", &format!("{path}/restore")).send().await.status, 404);
    let back = client.request("POST", &format!("{path}/restore")).send().await;
    assert_eq!((back.status, &json(&back.text())["slug"]), (200, &"personal".into()));
    assert_eq!(client.get(&client.at("a.ics")).await.status, 200);
    client.request("DELETE", &client.at("")).send().await;
    assert_eq!(client.request("DELETE", &path).send().await.status, 204);
    assert_eq!(client.request("POST", &format!("{path}/restore")).send().await.status, 404);
}
