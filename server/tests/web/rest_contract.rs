//! What holds for every request of `/api/v1.0/`, as its description has it.

use super::rest_calendars::{Program, body};
use kalends_test_support::server::Server;
use serde_json::{Value, json};

/// What is made without a key, with the reason.
const WITHOUT_KEY: &[(&str, &str)] = &[
    ("POST /api/v1.0/calendars/{id}/bin/{object}/restore", "what is back is not in the bin any more"),
    ("POST /api/v1.0/calendars/{id}/versions/{revision}/restore", "it says what it saw, by If-Match or If-None-Match"),
    ("POST /api/v1.0/mail/accounts/{id}/identities", "a second one with the address is refused"),
    ("POST /api/v1.0/mail/messages/{id}/edit", "the draft of a message is the same each time"),
    ("POST /api/v1.0/mail/drafts/{id}/attachments", "it says what it saw of the draft, by If-Match"),
];

/// What is changed without a condition, with the reason.
const WITHOUT_CONDITION: &[(&str, &str)] = &[
    ("DELETE /api/v1.0/app-passwords/{id}", "it never changes"),
    ("DELETE /api/v1.0/tokens/{id}", "it never changes"),
    ("DELETE /api/v1.0/sessions/{id}", "it never changes"),
    ("DELETE /api/v1.0/bin/calendars/{id}", "what is in the bin never changes"),
    ("DELETE /api/v1.0/calendars/{id}/bin/{object}", "what is in the bin never changes"),
    ("PUT /api/v1.0/users/me/picture", "whole, and one's own: the last word holds"),
    ("DELETE /api/v1.0/users/me/picture", "whole, and one's own: the last word holds"),
    ("PUT /api/v1.0/reminders/settings", "whole, and one's own: the last word holds"),
    ("DELETE /api/v1.0/reminders/subscriptions/{id}", "one's own, and nothing of it changes"),
    ("PUT /api/v1.0/calendars/order", "whole, and one's own: the last word holds"),
    ("PUT /api/v1.0/calendars/{id}/answer", "whole, and one's own: the last word holds"),
    ("PUT /api/v1.0/accounts/{id}/password", "whole, and one's own: the last word holds"),
    ("PUT /api/v1.0/mail/accounts/{id}/password", "whole, and one's own: the last word holds"),
    ("PATCH /api/v1.0/mail/accounts/{id}/identities/{identity}", "one's own: the last word holds"),
    ("DELETE /api/v1.0/mail/accounts/{id}/identities/{identity}", "one's own, and made again in a moment"),
    ("PUT /api/v1.0/mail/picture-senders/{address}", "one's own: the last word holds"),
    ("DELETE /api/v1.0/mail/picture-senders/{address}", "one's own: the last word holds"),
    ("PUT /api/v1.0/free-busy/addresses/{email}", "whole, and one's own: the last word holds"),
    ("DELETE /api/v1.0/free-busy/addresses/{email}", "whole, and one's own: the last word holds"),
    ("PUT /api/v1.0/calendars/sync", "it has runs begin, and changes nothing else"),
    ("PUT /api/v1.0/calendars/{id}/sync", "it has a run begin, and changes nothing else"),
    ("PUT /api/v1.0/calendars/{id}/sync/deletions", "it says what it saw, in numbers"),
    (
        "PUT /api/v1.0/calendars/{id}/sync/conflicts/{conflict}",
        "412 where it is another by now, and what loses stays in the history",
    ),
    ("DELETE /api/v1.0/calendars/sync", "several at once, however each is"),
    ("PUT /api/v1.0/subscriptions/{id}/file", "whole, and one's own: the last word holds"),
    ("DELETE /api/v1.0/subscriptions/{id}", "one's own, and what of it changes is how its file is called"),
];

/// Each request with its description.
async fn described(server: &Server) -> Vec<(String, Value)> {
    let client = server.account("somebody").await;
    let description: Value = serde_json::from_str(&client.get("/api/v1.0/openapi.json").await.text()).unwrap();
    let mut all = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap().iter().filter(|(name, _)| name.len() < 7) {
            all.push((format!("{} {path}", method.to_uppercase()), operation.clone()));
        }
    }
    all
}

fn takes(operation: &Value, header: &str) -> bool {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let mut headers = parameters.filter(|parameter| parameter["in"] == "header");
    headers.any(|parameter| parameter["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(header)))
}

#[tokio::test]
async fn whatever_makes_something_takes_a_key_and_whatever_changes_something_a_condition() {
    let server = Server::with_pages().await;
    let (mut without_key, mut without_condition) = (Vec::new(), Vec::new());
    for (name, operation) in described(&server).await {
        let makes = name.starts_with("POST ") && operation["responses"]["201"].is_object();
        if makes && !takes(&operation, "Idempotency-Key") {
            without_key.push(name.clone());
        }
        let changes = ["PUT ", "PATCH ", "DELETE "].iter().any(|method| name.starts_with(method));
        if changes && !takes(&operation, "If-Match") {
            without_condition.push(name);
        }
    }
    let names = |known: &[(&str, &str)]| {
        let mut names: Vec<String> = known.iter().map(|(name, _)| (*name).to_owned()).collect();
        names.sort();
        names
    };
    without_key.sort();
    without_condition.sort();
    assert_eq!(without_key, names(WITHOUT_KEY));
    assert_eq!(without_condition, names(WITHOUT_CONDITION));
}

#[tokio::test]
async fn a_secret_that_was_made_once_is_told_once() {
    let server = Server::with_pages().await;
    let (ada, person) = Program::new(&server, "ada").await;
    let browser = Program(ada.0.without_credentials());
    let cookie = ("Cookie", person.cookie.as_str());
    let link = format!("/calendars/{}/links", person.calendar.0);
    let wanted = json!({ "name": "Choir", "access": "read" });
    for (path, wanted, at) in [
        (link.as_str(), wanted, "/api/v1.0/links/"),
        ("/tokens", json!({ "label": "Backup" }), "/api/v1.0/tokens/"),
        ("/app-passwords", json!({ "label": "Phone" }), "/api/v1.0/app-passwords/"),
    ] {
        let headers = [cookie, ("Idempotency-Key", path)];
        let made = browser.send("POST", path, &headers, &wanted).await;
        assert_eq!(made.status, 201, "{path}: {}", made.text());
        let location = made.header("location").unwrap();
        assert!(location.starts_with(at), "{location}");
        let again = browser.send("POST", path, &headers, &wanted).await;
        let problem = body(&again);
        assert_eq!((again.status, again.header("location")), (409, Some(location)), "{path}");
        assert_eq!(problem["type"], "/api/v1.0/problems#made-before");
        let other = browser.send("POST", path, &headers, &json!({ "name": "x", "access": "free-busy" })).await;
        assert_eq!(other.status, 422, "{path}: {}", other.text());
        // Who has lost it ends it, and the key is not worth anything else.
        let gone = browser.plain("DELETE", location.strip_prefix("/api/v1.0").unwrap(), &[cookie]).await;
        assert_eq!(gone.status, 204, "{path}");
        assert_eq!(browser.send("POST", path, &headers, &wanted).await.status, 409, "{path}");
    }
    assert_eq!(body(&ada.get("/tokens").await)["credentials"], json!([]));
    assert_eq!(body(&ada.get("/links").await)["links"], json!([]));
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_changed_again() {
    let server = Server::with_pages().await;
    let (ada, person) = Program::new(&server, "ada").await;
    server.account("ben").await;
    let wanted = json!({ "name": "Choir", "access": "read", "calendars": [person.calendar.0] });
    let made = ada.send("POST", &format!("/calendars/{}/links", person.calendar.0), &[], &wanted).await;
    let link = format!("/links/{}", body(&made)["id"]);
    let seen = ada.get(&link).await.header("etag").unwrap().to_owned();
    assert_eq!(made.header("etag"), Some(seen.as_str()));
    let changed = json!({ "name": "Band", "access": "read", "calendars": [person.calendar.0] });
    let put = ada.send("PUT", &link, &[("If-Match", &seen)], &changed).await;
    assert_eq!(put.status, 204, "{}", put.text());
    let now = put.header("etag").unwrap().to_owned();
    assert_ne!(now, seen);
    for (method, path) in [("PUT", link.clone()), ("POST", format!("{link}/rotate")), ("DELETE", link.clone())] {
        let late = ada.send(method, &path, &[("If-Match", &seen)], &wanted).await;
        assert_eq!((late.status, &body(&late)["type"]), (412, &"/api/v1.0/problems#precondition-failed".into()));
    }
    assert_eq!(ada.plain("DELETE", &link, &[("If-Match", &now)]).await.status, 204);

    // Of who acts for whom by the tag of the list.
    let list = ada.get("/delegates").await;
    let empty = list.header("etag").unwrap().to_owned();
    let wants = json!({ "access": "read" });
    assert_eq!(ada.send("PUT", "/delegates/ben", &[("If-Match", &empty)], &wants).await.status, 204);
    assert_eq!(ada.send("PUT", "/delegates/ben", &[("If-Match", &empty)], &wants).await.status, 412);
    assert_eq!(ada.plain("DELETE", "/delegates/ben", &[("If-Match", &empty)]).await.status, 412);
    let full = ada.get("/delegates").await.header("etag").unwrap().to_owned();
    assert_eq!(ada.plain("DELETE", "/delegates/ben", &[("If-Match", &full)]).await.status, 204);
    assert_eq!(ada.get("/delegates").await.header("etag"), Some(empty.as_str()));
}

#[tokio::test]
async fn a_group_gets_one_calendar_of_a_request_that_comes_twice() {
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    ada.send("POST", "/groups", &[], &json!({ "display_name": "Choir" })).await;
    let key = [("Idempotency-Key", "one")];
    let wanted = json!({ "name": "Rehearsals" });
    let made = ada.send("POST", "/groups/choir/calendars", &key, &wanted).await;
    assert_eq!((made.status, made.header("etag").is_some()), (201, true), "{}", made.text());
    let again = ada.send("POST", "/groups/choir/calendars", &key, &wanted).await;
    assert_eq!((again.status, body(&again)["id"].clone()), (201, body(&made)["id"].clone()));
    assert_eq!(again.header("location"), made.header("location"));
    assert_eq!(body(&ada.get("/calendars").await)["calendars"].as_array().unwrap().len(), 2);
}
