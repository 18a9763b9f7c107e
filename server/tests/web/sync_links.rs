//! Calendars that are in step with others elsewhere, by the interface for programs and by the pages. Elsewhere is another Kalends.

use super::rest_calendars::{Program, body, share};
use hyper::{Method, StatusCode};
use kalends_domain::access::Access;
use kalends_domain::jobs::Worker;
use kalends_test_support::browser::{Answer, Connection, FORM, Person};
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;
use serde_json::{Value, json};

/// A query for all that is in a calendar.
pub const ALL: &str = "<C:calendar-query xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><D:prop><C:calendar-data/></D:prop>\
    <C:filter><C:comp-filter name='VCALENDAR'/></C:filter></C:calendar-query>";

/// A server with an account of Bea's, who has an event in her calendar.
pub async fn elsewhere() -> (Server, Client) {
    let server = Server::with_pages().await;
    let bea = server.account("bea").await;
    bea.add(&bea.at("a.ics"), &event_titled("a", "Choir")).await;
    (server, bea)
}

/// The password of a client of the tests.
fn password(client: &Client) -> String {
    use base64::Engine;
    let encoded = client.authorization.as_ref().unwrap().strip_prefix("Basic ").unwrap();
    let decoded = base64::prelude::BASE64_STANDARD.decode(encoded).unwrap();
    String::from_utf8(decoded).unwrap().split_once(':').unwrap().1.to_owned()
}

/// Adds an account of Bea's, and yields its id and that of its one calendar.
pub async fn add_account(program: &Program, elsewhere: &Server, bea: &Client) -> (i64, String) {
    let address = format!("http://{}/", elsewhere.address);
    let wanted = json!({ "address": address, "user": "bea", "password": password(bea) });
    let made = program.send("POST", "/accounts", &[], &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = body(&made)["id"].as_i64().unwrap();
    let listed = body(&program.send("POST", &format!("/accounts/{id}/test"), &[], &json!({})).await);
    (id, listed["calendars"][0]["id"].as_str().unwrap().to_owned())
}

/// Does the jobs that are due.
pub async fn work(server: &Server) {
    let worker = Worker::new(server.kalends.clone(), server.closing.clone());
    while worker.run_due().await.unwrap() > 0 {}
}

pub async fn titles(program: &Program, calendar: i64) -> Vec<String> {
    let listed = body(&program.get(&format!("/calendars/{calendar}/objects")).await);
    let mut titles: Vec<String> = Vec::new();
    for object in listed["objects"].as_array().unwrap() {
        let name = object["name"].as_str().unwrap();
        let text = program.get(&format!("/calendars/{calendar}/objects/{name}")).await.text();
        let title = text.lines().find_map(|line| line.strip_prefix("SUMMARY:").map(str::to_owned));
        titles.extend(title);
    }
    titles.sort();
    titles
}

pub async fn get(server: &Server, cookie: &str, path: &str) -> Answer {
    Connection::open(server.address).await.get(path, cookie).await
}

pub async fn post(server: &Server, cookie: &str, path: &str, form: &str) -> Answer {
    Connection::open(server.address).await.send(Method::POST, path, cookie, FORM, form).await.unwrap()
}

#[tokio::test]
async fn programs_have_a_calendar_brought_into_step_and_take_a_run_back() {
    let (there, bea) = elsewhere().await;
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let (account, remote) = add_account(&ada, &there, &bea).await;
    let settings = json!({ "direction": "both", "interval_seconds": 900, "window_days": null });
    let wanted = json!({ "account": account, "remote": remote, "settings": settings });
    for (field, value) in [("direction", json!("sideways")), ("interval_seconds", json!(1)), ("policy", json!("x"))] {
        let mut wrong = wanted.clone();
        wrong["settings"][field] = value;
        assert_eq!(ada.send("POST", "/calendars/sync", &[], &wrong).await.status, 422, "{field}");
    }
    let made = ada.send("POST", "/calendars/sync", &[], &wanted).await;
    assert_eq!((made.status, &body(&made)["state"]), (201, &"new".into()), "{}", made.text());
    assert_eq!(ada.send("POST", "/calendars/sync", &[], &wanted).await.status, 409);
    let calendar = body(&made)["calendar"].as_i64().unwrap();
    let path = format!("/calendars/{calendar}/sync");
    assert_eq!(made.header("location").unwrap(), format!("/api/v1.0{path}"));
    work(&server).await;
    let status = body(&ada.get(&path).await);
    assert_eq!((&status["state"], &status["trouble"]), (&"in-step".into(), &Value::Null), "{status}");
    assert_eq!(titles(&ada, calendar).await, ["Choir"]);

    // What is changed there comes here, and what is changed here goes there.
    bea.add(&bea.at("b.ics"), &event_titled("b", "Dentist")).await;
    let text = event_titled("c", "Evening");
    let put = ada.0.request("PUT", &format!("/api/v1.0/calendars/{calendar}/objects/c.ics"));
    let put = put.header("If-None-Match", "*").header("Content-Type", "text/calendar").body(text).send().await;
    assert_eq!(put.status, 201, "{}", put.text());
    let begun = ada.plain("PUT", &path, &[]).await;
    let job = body(&begun)["job"].as_i64().unwrap();
    assert_eq!((begun.status, begun.header("location")), (202, Some(format!("/api/v1.0/jobs/{job}").as_str())));
    let waits = body(&ada.get(&format!("/jobs/{job}")).await);
    assert_eq!(
        (&waits["kind"], &waits["state"], &waits["calendar"]),
        (&"sync".into(), &"waiting".into(), &calendar.into())
    );
    work(&server).await;
    assert_eq!(body(&ada.get(&format!("/jobs/{job}")).await)["state"], "done");
    assert_eq!(titles(&ada, calendar).await, ["Choir", "Dentist", "Evening"]);
    let home = bea.report(&bea.at(""), ALL).await.text();
    assert!(home.contains("SUMMARY:Evening"), "{home}");
    let runs = body(&ada.get(&format!("/runs?calendar={calendar}")).await);
    let newest = runs["runs"][0]["id"].as_i64().unwrap();
    let receipt = body(&ada.get(&format!("/runs/{newest}")).await);
    let has = |what: &str, side: &str| {
        let lines = receipt["lines"].as_array().unwrap();
        lines.iter().any(|line| line["what"] == what && line["side"] == side && line["title"] == "Dentist")
    };
    assert!(has("created", "here"), "{receipt}");
    let back = ada.send("POST", &format!("/runs/{newest}/take-back"), &[], &json!({})).await;
    assert_eq!(back.status, 202, "{}", back.text());
    let again = ada.send("POST", &format!("/runs/{newest}/take-back"), &[], &json!({})).await;
    assert_eq!(body(&again), body(&back), "it is the same job");
    work(&server).await;
    let job = body(&ada.get(back.header("location").unwrap().strip_prefix("/api/v1.0").unwrap()).await);
    assert_eq!(
        (&job["kind"], &job["state"], &job["error"]),
        (&"take-back".into(), &"done".into(), &Value::Null),
        "{job}"
    );
    // It is paused now.
    assert_eq!(ada.plain("PUT", &path, &[]).await.status, 409);
    assert!(!titles(&ada, calendar).await.contains(&"Dentist".to_owned()));
    assert_eq!(ada.send("POST", &format!("/runs/{newest}/take-back"), &[], &json!({})).await.status, 404);

    let seen = ada.get(&path).await;
    let change = json!({ "direction": "pull", "policy": "ask", "interval_seconds": null, "window_days": 90, "invites": true, "online_meetings": true, "brake_percent": 30, "brake_objects": 5 });
    assert_eq!(ada.send("PATCH", &path, &[("If-Match", "\"x\"")], &change).await.status, 412);
    let changed = ada.send("PATCH", &path, &[("If-Match", seen.header("etag").unwrap())], &change).await;
    assert_eq!(body(&changed)["settings"], change);
    // What is left out stays as it is.
    let changed = body(&ada.send("PATCH", &path, &[], &json!({ "interval_seconds": 600 })).await);
    assert_eq!(
        (&changed["settings"]["interval_seconds"], &changed["settings"]["policy"]),
        (&600.into(), &"ask".into())
    );
    assert_eq!(ada.send("PATCH", &path, &[], &json!({ "policy": "x" })).await.status, 422);
    assert_eq!(ada.send("PATCH", &path, &[], &json!({ "as_wished": true })).await.status, 422);
    let held = body(&ada.get(&format!("{path}/deletions")).await);
    assert_eq!((&held["here"], &held["there"], &held["objects"]), (&0.into(), &0.into(), &json!([])));
    assert_eq!(ada.send("PUT", &format!("{path}/deletions"), &[], &json!({ "delete": false })).await.status, 202);
    assert_eq!(ada.plain("DELETE", &path, &[("If-Match", "\"x\"")]).await.status, 412);
    assert_eq!(ada.plain("DELETE", &format!("{path}?calendars=else"), &[]).await.status, 400);
    assert_eq!(ada.plain("DELETE", &format!("{path}?calendars=bin"), &[]).await.status, 204);
    assert_eq!(ada.get(&path).await.status, 404);
    assert_eq!(body(&ada.get("/calendars/sync").await)["calendars"], json!([]));
    // There it is as it was.
    assert_eq!(bea.get(&bea.at("a.ics")).await.status, 200);
}

#[tokio::test]
async fn programs_do_several_calendars_at_once_and_each_once() {
    let (there, bea) = elsewhere().await;
    let second = there
        .kalends
        .create_named_calendar(there.kalends.user_by_slug("bea").await.unwrap().on_a_page(), "Second")
        .await;
    second.unwrap();
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let (account, _) = add_account(&ada, &there, &bea).await;
    let listed = body(&ada.send("POST", &format!("/accounts/{account}/test"), &[], &json!({})).await);
    let ids: Vec<&str> =
        listed["calendars"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    let settings = json!({ "direction": "both", "interval_seconds": 900, "window_days": null });
    let one = |remote: &str| json!({ "account": account, "remote": remote, "settings": settings });
    let wanted = json!({ "calendars": [one(ids[0]), one(ids[1]), one("nowhere")] });
    assert_eq!(ada.send("POST", "/calendars/sync", &[], &json!({ "calendars": [] })).await.status, 422);
    let key = [("Idempotency-Key", "several")];
    let made = ada.send("POST", "/calendars/sync", &key, &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let (made, again) = (body(&made), body(&ada.send("POST", "/calendars/sync", &key, &wanted).await));
    let calendars = |made: &Value| {
        made["calendars"].as_array().unwrap().iter().map(|one| one["calendar"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((calendars(&made).len(), &made["refused"][0]["remote"]), (2, &"nowhere".into()), "{made}");
    assert_eq!(calendars(&made), calendars(&again));
    let other = ada.send("POST", "/calendars/sync", &key, &json!({ "calendars": [one(ids[0])] })).await;
    assert_eq!(other.status, 422, "{}", other.text());
    work(&server).await;
    let all = ada.plain("PUT", "/calendars/sync", &[]).await;
    assert_eq!((all.status, all.header("location")), (202, Some("/api/v1.0/calendars/sync")));
    assert_eq!(body(&all)["calendars"].as_array().unwrap().len(), 2);
    work(&server).await;
    let states = body(&ada.get("/calendars/sync").await);
    assert!(states["calendars"].as_array().unwrap().iter().all(|one| one["state"] == "in-step"), "{states}");
    // All that are named, or none.
    let made = calendars(&made);
    assert_eq!(ada.plain("DELETE", &format!("/calendars/sync?ids={},9999", made[0]), &[]).await.status, 404);
    assert_eq!(body(&ada.get("/calendars/sync").await)["calendars"].as_array().unwrap().len(), 2);
    let ids = format!("/calendars/sync?ids={},{}&calendars=bin", made[0], made[1]);
    assert_eq!(ada.plain("DELETE", &ids, &[]).await.status, 204);
    assert_eq!(body(&ada.get("/calendars/sync").await)["calendars"], json!([]));
}

#[tokio::test]
async fn an_account_is_removed_with_what_was_said_of_each_calendar() {
    let (there, bea) = elsewhere().await;
    let server = Server::with_pages().await;
    let (program, ada) = Program::new(&server, "ada").await;
    let (account, remote) = add_account(&program, &there, &bea).await;
    let settings = json!({ "direction": "both", "interval_seconds": 900, "window_days": null });
    let wanted = json!({ "account": account, "remote": remote, "settings": settings });
    let calendar = body(&program.send("POST", "/calendars/sync", &[], &wanted).await)["calendar"].as_i64().unwrap();
    work(&server).await;
    let path = format!("/accounts/{account}");
    let preview = body(&program.get(&format!("{path}/removal?calendars=delete")).await);
    let of = &preview["calendars"][0];
    assert_eq!(
        (&of["becomes"], &of["here"], &of["deleted_there"]),
        (&"delete".into(), &1.into(), &1.into()),
        "{preview}"
    );
    for wrong in ["calendars=delete", "delete=9999", "calendars=delete&confirm=x", "calendars=else", "bin=x"] {
        let refused = program.plain("DELETE", &format!("{path}?{wrong}"), &[]).await;
        assert!(matches!(refused.status, 400 | 422), "{wrong}: {} {}", refused.status, refused.text());
    }
    // By the page: what will happen, then the name, typed.
    let page = format!("/settings/accounts/{account}");
    let field = format!("calendar-{calendar}=there");
    let asked = post(&server, &ada.cookie, &page, &format!("do=look-at-removal&{field}")).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.text.contains("1 event is deleted") && asked.text.contains("Type bea to confirm"), "{}", asked.text);
    let refused = post(&server, &ada.cookie, &page, &format!("do=remove&calendars=keep&{field}&confirm=eve")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("That is not the name."), "{}", refused.text);
    assert_eq!(bea.get(&bea.at("a.ics")).await.status, 200);
    let removed = post(&server, &ada.cookie, &page, &format!("do=remove&calendars=keep&{field}&confirm=bea")).await;
    let shown = followed(&server, &ada, &removed).await;
    assert!(shown.contains("bea is being removed"), "{shown}");
    work(&server).await;
    assert_eq!(bea.get(&bea.at("a.ics")).await.status, 404);
    assert_eq!(program.get(&path).await.status, 404);
}

#[tokio::test]
async fn programs_see_what_would_be_done_and_decide_between_versions() {
    let (there, bea) = elsewhere().await;
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let (account, remote) = add_account(&ada, &there, &bea).await;
    let settings = json!({ "direction": "both", "policy": "ask", "interval_seconds": 900, "window_days": null });
    let wanted = json!({ "account": account, "remote": remote, "settings": settings });
    let planned = ada.send("POST", "/calendars/sync/dry-run", &[], &wanted).await;
    let planned = (planned.status, body(&planned));
    let created = json!([{ "side": "here", "what": "created", "count": 1 }]);
    assert_eq!((planned.0, &planned.1["counts"], &planned.1["lines"][0]["title"]), (200, &created, &"Choir".into()));
    assert_eq!(body(&ada.get("/calendars/sync").await)["calendars"], json!([]), "nothing is made");
    let made = body(&ada.send("POST", "/calendars/sync", &[], &wanted).await);
    let calendar = made["calendar"].as_i64().unwrap();
    work(&server).await;

    // Both give it a title and a place of their own.
    let name = body(&ada.get(&format!("/calendars/{calendar}/objects")).await)["objects"][0]["name"].clone();
    let at = format!("/calendars/{calendar}/objects/{}", name.as_str().unwrap());
    let text = ada.get(&at).await.text();
    let changed =
        |title: &str, place: &str| text.replace("SUMMARY:Choir", &format!("SUMMARY:{title}\r\nLOCATION:{place}"));
    let path = format!("/api/v1.0{at}");
    let put = ada.0.request("PUT", &path).header("If-Match", "*").header("Content-Type", "text/calendar");
    assert_eq!(put.body(changed("Choir here", "Here")).send().await.status, 204);
    assert_eq!(bea.put(&bea.at("a.ics"), changed("Choir there", "There")).await.status, 204);
    let path = format!("/calendars/{calendar}/sync");
    let planned = body(&ada.get(&format!("{path}/dry-run")).await);
    assert_eq!(planned["lines"][0]["what"], "conflict", "{planned}");
    assert_eq!(ada.plain("PUT", &path, &[]).await.status, 202);
    work(&server).await;
    let waiting = body(&ada.get(&format!("{path}/conflicts")).await);
    let conflict = &waiting["conflicts"][0];
    let clashes: Vec<&Value> =
        conflict["both_changed"].as_array().unwrap().iter().map(|clash| &clash["what"]).collect();
    assert_eq!(clashes.len(), 2, "{waiting}");
    for (side, title) in [("here", "Choir here"), ("there", "Choir there"), ("base", "Choir")] {
        assert!(conflict[side].as_str().unwrap().contains(&format!("SUMMARY:{title}\r\n")), "{side}: {waiting}");
    }
    let decide = async |id: &Value, decision: Value| {
        ada.send("PUT", &format!("{path}/conflicts/{id}"), &[], &decision).await.status
    };
    for wrong in [json!({}), json!({ "keep": "here", "each": [] }), json!({ "keep": "both" })] {
        assert_eq!(decide(&conflict["id"], wrong).await, 422);
    }
    assert_eq!(decide(&json!(4711), json!({ "keep": "here" })).await, 404);
    let sides: Vec<&str> = clashes.iter().map(|what| if **what == "SUMMARY" { "here" } else { "there" }).collect();
    assert_eq!(decide(&conflict["id"], json!({ "each": sides })).await, 204);
    assert_eq!(decide(&conflict["id"], json!({ "keep": "here" })).await, 404);
    work(&server).await;
    let kept = ada.get(&at).await.text();
    assert!(kept.contains("SUMMARY:Choir here\r\n") && kept.contains("LOCATION:There\r\n"), "{kept}");
    let kept = bea.get(&bea.at("a.ics")).await.text();
    assert!(kept.contains("SUMMARY:Choir here\r\n") && kept.contains("LOCATION:There\r\n"), "{kept}");
    // Tying one's own calendar as well: what that would do is another question.
    let own = body(&ada.get("/calendars").await)["calendars"][0]["id"].as_i64().unwrap();
    let tied = json!({ "account": account, "remote": remote, "settings": settings });
    let refused = ada.send("POST", &format!("/calendars/{own}/sync/dry-run"), &[], &tied).await;
    assert_eq!(refused.status, 409, "it is in step with another already: {}", refused.text());
}

#[tokio::test]
async fn a_link_is_its_calendars_owners_alone() {
    let (there, bea) = elsewhere().await;
    let server = Server::with_pages().await;
    let (ada, of_ada) = Program::new(&server, "ada").await;
    let (ben, of_ben) = Program::new(&server, "ben").await;
    let (account, remote) = add_account(&ada, &there, &bea).await;
    let settings = json!({ "direction": "pull", "interval_seconds": null, "window_days": null });
    let wanted = json!({ "account": account, "remote": remote, "settings": settings });
    let own = of_ada.calendar.0;
    // Nobody ties another's calendar, nor with another's account.
    let path = format!("/calendars/{own}/sync");
    assert_eq!(ben.send("POST", &path, &[], &wanted).await.status, 404);
    assert_eq!(ben.send("POST", &format!("/calendars/{}/sync", of_ben.calendar.0), &[], &wanted).await.status, 404);
    assert_eq!(ben.send("POST", "/calendars/sync", &[], &wanted).await.status, 404);
    let made = ada.send("POST", &path, &[], &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    work(&server).await;
    let run = body(&ada.get(&format!("/runs?calendar={own}")).await)["runs"][0]["id"].as_i64().unwrap();

    let ask = async |who: &Program, calendar: i64, run: i64| {
        let path = format!("/calendars/{calendar}/sync");
        let mut answers = Vec::new();
        for (method, path, json) in [
            ("GET", path.clone(), Value::Null),
            ("PUT", path.clone(), json!({})),
            ("PATCH", path.clone(), settings.clone()),
            ("DELETE", path.clone(), Value::Null),
            ("DELETE", format!("/calendars/sync?ids={calendar}"), Value::Null),
            ("GET", format!("{path}/conflicts"), Value::Null),
            ("PUT", format!("{path}/conflicts/1"), json!({ "keep": "here" })),
            ("GET", format!("{path}/dry-run"), Value::Null),
            ("GET", format!("{path}/deletions"), Value::Null),
            ("PUT", format!("{path}/deletions"), json!({ "delete": true })),
            ("POST", format!("{path}/pause"), json!({})),
            ("POST", format!("{path}/resume"), json!({})),
            ("GET", format!("/runs?calendar={calendar}"), Value::Null),
            ("GET", format!("/runs/{run}"), Value::Null),
            ("POST", format!("/runs/{run}/take-back"), json!({})),
        ] {
            let answer = who.send(method, &path, &[], &json).await;
            answers.push((answer.status, body(&answer)["detail"].clone()));
        }
        answers
    };
    assert_eq!(ask(&ben, own, run).await, ask(&ben, own + 100, run + 100).await);
    assert!(ask(&ben, own, run).await.iter().all(|(status, _)| *status == 404));
    for path in [format!("/calendars/{own}/sync"), format!("/calendars/{own}/sync/{run}")] {
        assert_eq!(get(&server, &of_ben.cookie, &path).await.status, StatusCode::NOT_FOUND);
    }
    // Who may change the calendar sees it, and not what it is tied to.
    share(&server, &of_ada, &of_ben, Access::Administer).await;
    let answers = ask(&ben, own, run).await;
    assert!(answers.iter().all(|(status, _)| matches!(status, 403 | 404)), "{answers:?}");
    let page = get(&server, &of_ben.cookie, &format!("/calendars/{own}/sync")).await;
    assert!(page.status.is_client_error() && !page.text.contains("bea"));
    assert_eq!(body(&ben.get("/calendars/sync").await)["calendars"], json!([]));
    assert_eq!(body(&ada.get(&path).await)["state"], "in-step");
}

/// Where a form leads, with what is said of it.
pub async fn followed(server: &Server, person: &Person, answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let flash = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    get(server, &format!("{}; {flash}", person.cookie), answer.header("location")).await.text
}

#[tokio::test]
async fn people_see_what_would_happen_and_then_what_did() {
    let (there, bea) = elsewhere().await;
    let server = Server::with_pages().await;
    let (program, ada) = Program::new(&server, "ada").await;
    let (account, remote) = add_account(&program, &there, &bea).await;
    let own = ada.calendar.0;
    let choose = format!("/settings/accounts/{account}/calendars");
    let page = get(&server, &ada.cookie, &choose).await.text;
    assert!(page.contains("name=\"calendar\"") && page.contains("Both ways"));
    let form = |what: &str, calendar: &str| {
        let fields = [("do", what), ("calendar", calendar), ("direction", ""), ("interval", "5"), ("window", "all")];
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    };
    let nothing = post(&server, &ada.cookie, &choose, "do=start").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("Choose at least one calendar."));
    let preview = post(&server, &ada.cookie, &choose, &form("preview", &remote)).await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(preview.text.contains("What would happen with") && preview.text.contains("Choir"), "{}", preview.text);
    assert_eq!(body(&program.get("/calendars/sync").await)["calendars"], json!([]));
    // With a calendar that is there already, what is in it would go there.
    let put = program.0.request("PUT", &format!("/api/v1.0/calendars/{own}/objects/own.ics"));
    let put = put.header("If-None-Match", "*").header("Content-Type", "text/calendar");
    assert_eq!(put.body(event_titled("own", "Own")).send().await.status, 201);
    let into = form_urlencoded::Serializer::new(String::new())
        .append_pair(&format!("into-{remote}"), &own.to_string())
        .finish();
    let preview = post(&server, &ada.cookie, &choose, &format!("{}&{into}", form("preview", &remote))).await;
    assert!(preview.text.contains("Added there") && preview.text.contains("Own"), "{}", preview.text);
    assert!(preview.text.contains(&format!("value=\"{own}\" selected")), "{}", preview.text);
    let tied = post(&server, &ada.cookie, &choose, &format!("{}&{into}", form("start", &remote))).await;
    assert_eq!(tied.header("location"), format!("/calendars/{own}/sync"));
    work(&server).await;
    assert_eq!(titles(&program, own).await, ["Choir", "Own"]);
    assert_eq!(program.plain("DELETE", &format!("/calendars/{own}/sync"), &[]).await.status, 204);

    let started = post(&server, &ada.cookie, &choose, &form("start", &remote)).await;
    let path = started.header("location").to_owned();
    assert!(followed(&server, &ada, &started).await.contains("The first run begins in a moment."));
    work(&server).await;
    let page = get(&server, &ada.cookie, &path).await.text;
    assert!(page.contains("In step as of") && page.contains("2 added here"), "{page}");
    let run = page.split(&format!("{path}/")).nth(1).unwrap().split('"').next().unwrap();
    let receipt = get(&server, &ada.cookie, &format!("{path}/{run}")).await.text;
    assert!(receipt.contains("Choir") && receipt.contains("Take this back"));
    assert!(get(&server, &ada.cookie, &format!("/settings/accounts/{account}")).await.text.contains(&path));
    assert!(get(&server, &ada.cookie, &choose).await.text.contains(&path));

    let changed =
        post(&server, &ada.cookie, &path, "do=change&direction=pull&interval=manual&window=30&policy=ask").await;
    let page = followed(&server, &ada, &changed).await;
    assert!(page.contains("<option value=\"manual\" selected") && page.contains("<option value=\"30\" selected"));
    let paused = post(&server, &ada.cookie, &path, "do=pause").await;
    assert!(followed(&server, &ada, &paused).await.contains("value=\"resume\""));
    let resumed = post(&server, &ada.cookie, &path, "do=resume").await;
    followed(&server, &ada, &resumed).await;
    let ended = post(&server, &ada.cookie, &path, "do=remove&what=keep").await;
    assert!(followed(&server, &ada, &ended).await.contains("Both calendars are kept"));
    assert_eq!(get(&server, &ada.cookie, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(&server, &ada.cookie, &path, "do=now").await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(&server, &ada.cookie, &path, "do=remove&what=else").await.status, StatusCode::BAD_REQUEST);
}
