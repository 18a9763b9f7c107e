//! `/api/v1.0/`: oneself, credentials, files, and the description of it all.

use super::rest_calendars::{Program, ROOT, body};
use insta::assert_snapshot;
use kalends_domain::jobs::Worker;
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, event_titled, vevent_titled};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

#[tokio::test]
async fn people_read_and_change_their_preferences() {
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let read = ada.get("/users/me").await;
    let me = body(&read);
    assert_eq!((&me["name"], &me["is_administrator"], &me["theme"]), (&"ada".into(), &false.into(), &Value::Null));
    let etag = read.header("etag").unwrap().to_owned();
    let change = json!({ "time_zone": "Europe/Zurich", "week_start": "sunday", "hour12": true, "theme": "dark", "locale": "fr" });
    assert_eq!(ada.send("PATCH", "/users/me", &[("If-Match", "\"x\"")], &change).await.status, 412);
    let changed = ada.send("PATCH", "/users/me", &[("If-Match", &etag)], &change).await;
    let now = body(&changed);
    for field in ["time_zone", "week_start", "hour12", "theme", "locale"] {
        assert_eq!(now[field], change[field], "{field}");
    }
    let back = body(&ada.send("PATCH", "/users/me", &[], &json!({ "theme": null })).await);
    assert_eq!((&back["theme"], &back["week_start"]), (&Value::Null, &"sunday".into()));
    for (field, wrong) in [("time_zone", "Mars"), ("week_start", "someday"), ("theme", "pink"), ("locale", "a b")] {
        let answer = ada.send("PATCH", "/users/me", &[], &json!({ field: wrong })).await;
        assert_eq!((answer.status, &body(&answer)["field"]), (422, &field.into()));
    }
    assert_eq!(body(&ada.get("/users/me").await), back);
}

#[tokio::test]
async fn people_are_found_without_what_is_theirs_alone() {
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    server.account("bernard").await;
    let found = ada.get("/users?search=bern").await;
    let people = json!([{ "name": "bernard", "kind": "person", "display_name": "bernard the First" }]);
    assert_eq!(body(&found)["parties"], people);
    assert!(!found.text().contains('@'));
    assert_eq!(body(&ada.get("/users?search=b").await)["parties"], json!([]));
}

#[tokio::test]
async fn credentials_are_made_in_a_browser_and_revoked_by_their_programs() {
    let server = Server::with_pages().await;
    let (ada, person) = Program::new(&server, "ada").await;
    let wanted =
        json!({ "label": "Backup", "access": "read", "calendar": person.calendar.0, "ends": "2099-01-01T00:00:00Z" });
    assert_eq!(ada.send("POST", "/tokens", &[], &wanted).await.status, 403);
    let browser = Program(ada.0.without_credentials());
    let cookie = [("Cookie", person.cookie.as_str())];
    let made = browser.send("POST", "/tokens", &cookie, &wanted).await;
    assert_eq!((made.status, made.header("cache-control")), (201, Some("no-store")), "{}", made.text());
    let (credential, secret) = (body(&made)["credential"].clone(), body(&made)["secret"].clone());
    assert_eq!((&credential["access"], &credential["calendar"]), (&"read".into(), &person.calendar.0.into()));
    let listed = ada.get("/tokens").await;
    assert_eq!(body(&listed)["credentials"], json!([credential]));
    assert!(!listed.text().contains(secret.as_str().unwrap()));
    assert_eq!(body(&ada.get("/app-passwords").await)["credentials"][0]["label"], "script");
    for (field, value) in [("label", json!("")), ("ends", json!("2001-01-01T00:00:00Z"))] {
        let mut wrong = wanted.clone();
        wrong[field] = value;
        let answer = browser.send("POST", "/app-passwords", &cookie, &wrong).await;
        assert_eq!(
            (answer.status, body(&answer)["field"].as_str()),
            (422, Some(if field == "ends" { "end" } else { field }))
        );
    }
    let authorization = Some(format!("Bearer {}", secret.as_str().unwrap()));
    let token = Program(Client { authorization, ..ada.0.clone() });
    let path = format!("/tokens/{}", credential["id"]);
    assert_eq!(made.header("location"), Some(format!("{ROOT}{path}").as_str()));
    assert_eq!(token.plain("DELETE", "/app-passwords/1", &[]).await.status, 403);
    assert_eq!(ada.plain("DELETE", &path.replace("tokens", "app-passwords"), &[]).await.status, 404);
    let (ben, _) = Program::new(&server, "ben").await;
    assert_eq!(ben.plain("DELETE", &path, &[]).await.status, 404);
    assert_eq!(token.plain("DELETE", &path, &[]).await.status, 204);
    assert_eq!(token.get("/calendars").await.status, 401);

    let sessions = body(&browser.plain("GET", "/sessions", &cookie).await);
    assert_eq!(sessions["sessions"][0]["is_this"], true);
    assert_eq!(body(&ada.get("/sessions").await)["sessions"][0]["is_this"], false);
    let session = format!("/sessions/{}", sessions["sessions"][0]["id"].as_str().unwrap());
    assert_eq!(ben.plain("DELETE", &session, &[]).await.status, 404);
    assert_eq!(ada.plain("DELETE", &session, &[]).await.status, 204);
    assert_eq!(browser.plain("GET", "/sessions", &cookie).await.status, 401);
}

#[tokio::test]
async fn files_are_taken_in_at_once_or_by_a_job_and_given_out() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let (ben, _) = Program::new(&server, "ben").await;
    let path = format!("{ROOT}/calendars/{}", of.calendar.0);
    let import = async |client: &Program, text: String| {
        let request = client.0.request("POST", &format!("{path}/import?name=mine.ics"));
        request.header("Content-Type", "text/calendar").body(text).send().await
    };
    let two = calendar(&(vevent_titled("a", "One") + &vevent_titled("b", "Two")));
    let taken = import(&ada, two).await;
    assert_eq!((taken.status, &body(&taken)["added"]["first"]), (200, &json!(["One", "Two"])), "{}", taken.text());
    assert_eq!(import(&ben, event_titled("c", "x")).await.status, 404);
    assert_eq!(import(&ada, "nonsense".into()).await.status, 422);
    let export = ada.get(&format!("/calendars/{}/export", of.calendar.0)).await;
    assert!(
        export.text().contains("SUMMARY:Two") && export.header("content-type").unwrap().starts_with("text/calendar")
    );
    let etag = export.header("etag").unwrap().to_owned();
    let again = ada.plain("GET", &format!("/calendars/{}/export", of.calendar.0), &[("If-None-Match", &etag)]).await;
    assert_eq!(again.status, 304);

    let many: String =
        (0..4000).map(|n| vevent_titled(&format!("m{n}"), &format!("{n} {}", "x".repeat(250)))).collect();
    let begun = import(&ada, calendar(&many)).await;
    assert_eq!(begun.status, 202, "{}", begun.text());
    let job = begun.header("location").unwrap().strip_prefix(ROOT).unwrap().to_owned();
    assert_eq!(body(&ada.get(&job).await)["state"], "under-way");
    assert_eq!(ben.get(&job).await.status, 404);
    let worker = tokio::spawn(Worker::new(server.kalends.clone(), server.closing.clone()).run());
    let mut state = Value::Null;
    for _ in 0..600 {
        state = body(&ada.get(&job).await);
        if state["state"] != "under-way" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!((&state["state"], &state["report"]["added"]["count"]), (&"done".into(), &4000.into()), "{state}");
    assert_eq!(body(&ada.get("/jobs").await)["jobs"][0]["file_name"], "mine.ics");
    assert_eq!(body(&ben.get("/jobs").await)["jobs"], json!([]));
    server.closing.cancel();
    worker.await.unwrap();
}

#[tokio::test]
async fn what_a_client_must_know_is_for_everybody() {
    let server = Server::with_pages().await;
    let nobody = Program(Client::new(server.address, "x", "y").without_credentials());
    let config = body(&nobody.get("/config").await);
    assert_eq!((&config["api"], &config["limits"]["page"]), (&"1.0".into(), &1000.into()));
    assert!(nobody.get("/problems").await.text().contains("#uid-conflict: "));
}

/// All that the interface is: whoever changes it sees here for whom.
#[tokio::test]
async fn the_description_is_of_this_interface() {
    let server = Server::with_pages().await;
    let nobody = Program(Client::new(server.address, "x", "y").without_credentials());
    let description = body(&nobody.get("/openapi.json").await);
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_snapshot!("openapi", serde_json::to_string_pretty(&description).unwrap());
}

/// Every path of the description is one of the router, with these methods and no others: `Allow` of a method that there never is says which.
#[tokio::test]
async fn every_route_is_described_and_what_is_described_is_a_route() {
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let description = body(&ada.get("/openapi.json").await);
    let paths = description["paths"].as_object().unwrap();
    assert!(paths.len() > 40, "{}", paths.len());
    for (path, item) in paths {
        let path = path.strip_prefix(ROOT).unwrap().replace(['{', '}'], "");
        let answer = ada.plain("TRACE", &path, &[]).await;
        assert_eq!(answer.status, 405, "{path}");
        let allowed = answer.header("allow").unwrap();
        let allowed: BTreeSet<String> =
            allowed.split(',').map(|method| method.trim().to_lowercase()).filter(|method| method != "head").collect();
        let described: BTreeSet<String> = item.as_object().unwrap().keys().cloned().collect();
        assert_eq!(allowed, described, "{path}");
    }
}

/// No route goes around what describes routes.
#[test]
fn routes_are_made_with_their_description() {
    let source = include_str!("../../src/rest/mod.rs");
    let bare: Vec<&str> = source.lines().filter(|line| line.contains(".route(")).map(str::trim).collect();
    assert!(bare.iter().all(|line| line.ends_with("any(nothing))")), "{bare:?}");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rest");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(path.ends_with("mod.rs") || !text.contains(".route("), "{}", path.display());
    }
}

#[tokio::test]
async fn shares_and_groups_have_entity_tags_and_changes_say_what_they_saw() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let (ben, _) = Program::new(&server, "ben").await;
    let list = format!("/calendars/{}/shares", of.calendar.0);
    let path = format!("{list}/ben");
    let known = async |path: &str| {
        let etag = ada.get(path).await.header("etag").unwrap().to_owned();
        assert_eq!(ada.plain("GET", path, &[("If-None-Match", &etag)]).await.status, 304, "{path}");
        etag
    };
    let nobody = known(&list).await;
    assert_eq!(ada.get(&path).await.status, 404);
    let read = json!({ "access": "read" });
    assert_eq!(ada.send("PUT", &path, &[("If-Match", "*")], &read).await.status, 412);
    let made = ada.send("PUT", &path, &[("If-None-Match", "*")], &read).await;
    assert_eq!((made.status, made.header("etag").map(str::to_owned)), (204, Some(known(&path).await)));
    assert_ne!(known(&list).await, nobody);
    assert_eq!(ada.send("PUT", &path, &[("If-None-Match", "*")], &read).await.status, 412);
    let seen = known(&path).await;
    let write = json!({ "access": "write" });
    let changed = ada.send("PUT", &path, &[("If-Match", &seen)], &write).await;
    assert_eq!(changed.status, 204);
    assert_eq!(ada.send("PUT", &path, &[("If-Match", &seen)], &read).await.status, 412);
    assert_eq!(body(&ada.get(&path).await)["access"], "write");
    assert_eq!(ada.plain("DELETE", &path, &[("If-Match", &seen)]).await.status, 412);
    assert_eq!(ben.get(&path).await.status, 403);
    assert_eq!(ada.plain("DELETE", &path, &[("If-Match", changed.header("etag").unwrap())]).await.status, 204);
    assert_eq!(ben.get(&path).await.status, 404);

    for kind in ["groups", "missions"] {
        let named = |name: &str| json!({ "display_name": name });
        // A request that comes twice makes one.
        let key = format!("key of {kind}");
        let twice = [("Idempotency-Key", key.as_str())];
        let first = ada.send("POST", &format!("/{kind}"), &twice, &named("Twins")).await;
        let second = ada.send("POST", &format!("/{kind}"), &twice, &named("Twins")).await;
        assert_eq!((first.status, second.status), (201, 201), "{}", second.text());
        assert_eq!(first.header("location"), second.header("location"));
        let other = ada.send("POST", &format!("/{kind}"), &twice, &named("Others")).await;
        assert_eq!(other.status, 422, "{}", other.text());
        assert_eq!(body(&ada.get(&format!("/{kind}")).await)["groups"].as_array().unwrap().len(), 1);
        let made = ada.send("POST", &format!("/{kind}"), &[], &named("Choir")).await;
        let path = made.header("location").unwrap().strip_prefix("/api/v1.0").unwrap().to_owned();
        let seen = known(&path).await;
        assert_eq!((made.status, made.header("etag")), (201, Some(seen.as_str())));
        let listed = known(&format!("/{kind}")).await;
        let changed = ada.send("PUT", &path, &[("If-Match", &seen)], &named("Big choir")).await;
        assert_eq!((changed.status, changed.header("etag").map(str::to_owned)), (204, Some(known(&path).await)));
        assert_ne!(known(&format!("/{kind}")).await, listed);
        assert_eq!(ada.send("PUT", &path, &[("If-Match", &seen)], &named("Small choir")).await.status, 412);
        let before = known(&path).await;
        assert_eq!(
            ada.send("PUT", &format!("{path}/members/ben"), &[], &json!({ "role": "member" })).await.status,
            204
        );
        assert_ne!(known(&path).await, before, "its members are a part of it");
        let (member, guest) = (format!("{path}/members/ben"), json!({ "role": "guest" }));
        assert_eq!(ada.send("PUT", &member, &[("If-Match", &before)], &guest).await.status, 412);
        assert_eq!(ada.plain("DELETE", &member, &[("If-Match", &before)]).await.status, 412);
        let now = known(&path).await;
        let changed = ada.send("PUT", &member, &[("If-Match", &now)], &guest).await;
        assert_eq!((changed.status, changed.header("etag").map(str::to_owned)), (204, Some(known(&path).await)));
        let seen_by_ben = ben.get(&path).await.header("etag").unwrap().to_owned();
        let left = ben.plain("DELETE", &member, &[("If-Match", &seen_by_ben)]).await;
        assert_eq!((left.status, left.header("etag")), (204, None), "{}", left.text());
        assert_eq!(ada.plain("DELETE", &path, &[("If-Match", &now)]).await.status, 412);
        assert_eq!(ada.plain("DELETE", &path, &[("If-Match", "no tag")]).await.status, 400);
        assert_eq!(ada.plain("DELETE", &path, &[("If-Match", &known(&path).await)]).await.status, 204);
    }
}

#[tokio::test]
async fn the_description_is_a_page_as_well_that_loads_nothing_from_elsewhere() {
    let server = Server::with_pages().await;
    let nobody = Client { address: server.address, name: String::new(), authorization: None };
    let page = nobody.get("/api/v1.0/documentation").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'; style-src 'self'"));
    let html = page.text();
    let description: Value = serde_json::from_str(&nobody.get("/api/v1.0/openapi.json").await.text()).unwrap();
    // Every operation and every schema stands in it, and every name of a schema leads to it.
    let paths = description["paths"].as_object().unwrap();
    for (path, item) in paths {
        for method in item.as_object().unwrap().keys() {
            let said = format!("<b>{}</b> {path}</code>", method.to_uppercase());
            assert!(html.contains(&said), "{said}");
        }
    }
    let schemas = description["components"]["schemas"].as_object().unwrap();
    assert!(schemas.keys().all(|name| html.contains(&format!("<h3 id=\"schema-{name}\">"))));
    for link in html.split("href=\"#schema-").skip(1) {
        let name = link.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
    assert!(!html.contains("://") && !html.contains("<script"), "it loads something");
    let style = nobody.get("/api/v1.0/documentation.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
}

#[tokio::test]
async fn people_say_who_acts_for_them_and_either_ends_it() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let (ben, _) = Program::new(&server, "ben").await;
    let put = async |who: &str, access: &str| {
        ada.send("PUT", &format!("/delegates/{who}"), &[], &json!({ "access": access })).await.status
    };
    assert_eq!(
        (put("ben", "write").await, put("ben", "administer").await, put("nobody", "read").await),
        (204, 422, 404)
    );
    assert_eq!(put("ada", "read").await, 422);
    let list = body(&ada.get("/delegates").await);
    assert_eq!((&list["delegates"][0]["name"], &list["delegates"][0]["access"]), (&"ben".into(), &"write".into()));
    assert_eq!(body(&ben.get("/delegates").await)["delegating"][0]["name"], "ada");
    let events = format!("/calendars/{}/events", of.calendar.0);
    let new = json!({ "title": "New", "start": { "type": "date", "date": "2027-03-05" } });
    assert_eq!(ben.send("POST", &events, &[], &new).await.status, 201);
    let changes = body(&ada.get(&format!("/calendars/{}/changes", of.calendar.0)).await);
    let by = &changes["changes"][0]["by"];
    assert_eq!((&by["acting_for"], &by["way"]), (&"ada".into(), &"app-password".into()), "{by}");
    // Instead of writing, reading; then nothing.
    assert_eq!(put("ben", "read").await, 204);
    assert_eq!(ben.send("POST", &events, &[], &new).await.status, 403);
    assert_eq!(ben.plain("DELETE", "/delegating/ada", &[]).await.status, 204);
    assert_eq!(ben.send("POST", &events, &[], &new).await.status, 404);
    assert_eq!(ben.plain("DELETE", "/delegating/ada", &[]).await.status, 404);
    assert_eq!(ada.plain("DELETE", "/delegates/ben", &[]).await.status, 404);
}
