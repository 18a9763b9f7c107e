//! `/api/v1.0/`: calendars, and the one shape of refusals.

use kalends_domain::access::Access;
use kalends_domain::accounts::{CredentialKind, NewAppPassword};
use kalends_test_support::browser::Person;
use kalends_test_support::client::{Answer, Client};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;
use serde_json::{Value, json};

pub const ROOT: &str = "/api/v1.0";

pub fn body(answer: &Answer) -> Value {
    let text = answer.text();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}: {text}", answer.status))
}

/// A client whose requests are JSON.
pub struct Program(pub Client);

impl Program {
    /// With an app password of `person`, who is called `name`.
    pub async fn of(server: &Server, name: &str, person: &Person) -> Self {
        let (_, secret) = server.kalends.create_app_password(person.caller.principal, "script").await.unwrap();
        Program(Client::new(server.address, name, &secret.0))
    }

    pub async fn new(server: &Server, name: &str) -> (Self, Person) {
        let person = server.person(name).await;
        (Program::of(server, name, &person).await, person)
    }

    /// With a token for `new`.
    pub async fn with_token(server: &Server, person: &Person, new: NewAppPassword) -> Self {
        let new = NewAppPassword { kind: CredentialKind::Token, label: "token".into(), ..new };
        let (_, secret) = server.kalends.create_app_password(person.caller.principal, new).await.unwrap();
        let authorization = Some(format!("Bearer {}", secret.0));
        Program(Client { address: server.address, name: String::new(), authorization })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.0.get(&format!("{ROOT}{path}")).await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], json: &Value) -> Answer {
        let request = self.0.request(method, &format!("{ROOT}{path}")).header("Content-Type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        request.body(json.to_string()).send().await
    }

    /// A body of octets of some kind.
    pub async fn octets(&self, method: &str, path: &str, kind: &str, octets: Vec<u8>) -> Answer {
        let request = self.0.request(method, &format!("{ROOT}{path}")).header("Content-Type", kind);
        request.body(octets).send().await
    }

    pub async fn plain(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.0.request(method, &format!("{ROOT}{path}"));
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send().await
    }
}

/// Shares the calendar of `of` with `with`, who takes it.
pub async fn share(server: &Server, of: &Person, with: &Person, access: Access) {
    use kalends_domain::sharing::Answer;
    server.kalends.share(of.caller, of.calendar, with.caller.principal, access, None).await.unwrap();
    server.kalends.answer_share(with.caller, of.calendar, Answer::Accepted).await.unwrap();
}

#[tokio::test]
async fn a_calendar_is_made_read_changed_put_in_order_and_deleted() {
    let server = Server::with_pages().await;
    let (ada, person) = Program::new(&server, "ada").await;
    let wanted =
        json!({ "name": "Work", "color": "#112233", "description": "Desk", "slug": "work", "components": ["VEVENT"] });
    let made = ada.send("POST", "/calendars", &[], &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let calendar = body(&made);
    let path = format!("/calendars/{}", calendar["id"]);
    assert_eq!(made.header("location"), Some(format!("{ROOT}{path}").as_str()));
    assert_eq!((&calendar["slug"], &calendar["description"]), (&"work".into(), &"Desk".into()));
    assert_eq!(calendar["components"], json!(["VEVENT"]));
    // CalDAV sees the same collection.
    assert_eq!(ada.0.propfind("/api/v1.0/caldav/calendars/ada/work/", "0", "").await.status, 207);

    let read = ada.get(&path).await;
    let etag = read.header("etag").unwrap().to_owned();
    assert_eq!((read.status, read.header("cache-control")), (200, Some("private, no-cache")));
    assert_eq!(made.header("etag"), Some(etag.as_str()));
    let again = ada.plain("GET", &path, &[("If-None-Match", &etag)]).await;
    assert_eq!((again.status, again.text().as_str()), (304, ""));

    let change = json!({ "name": "Office", "description": null, "visible": false, "default": true });
    let stale = ada.send("PATCH", &path, &[("If-Match", "\"stale\"")], &change).await;
    assert_eq!((stale.status, &body(&stale)["type"]), (412, &"/api/v1.0/problems#precondition-failed".into()));
    let changed = ada.send("PATCH", &path, &[("If-Match", &etag)], &change).await;
    let now = body(&changed);
    assert_eq!((&now["name"], &now["description"], &now["color"]), (&"Office".into(), &Value::Null, &"#112233".into()));
    assert_eq!((&now["visible"], &now["default"]), (&false.into(), &true.into()));
    assert_eq!(ada.send("PATCH", &path, &[("If-Match", &etag)], &change).await.status, 412);

    let names = async || -> Vec<Value> {
        let listed = body(&ada.get("/calendars").await);
        listed["calendars"].as_array().unwrap().iter().map(|calendar| calendar["name"].clone()).collect()
    };
    assert_eq!(names().await, ["Personal", "Office"]);
    let order = json!({ "calendars": [calendar["id"], person.calendar.0] });
    assert_eq!(ada.send("PUT", "/calendars/order", &[], &order).await.status, 204);
    assert_eq!(names().await, ["Office", "Personal"]);
    let twice = ada.send("PUT", "/calendars/order", &[], &json!({ "calendars": [1, 1] })).await;
    assert_eq!((twice.status, &body(&twice)["field"]), (422, &"calendars".into()));
    assert_eq!(ada.send("PUT", "/calendars/order", &[], &json!({ "calendars": [99_999] })).await.status, 404);

    assert_eq!(ada.plain("DELETE", &path, &[("If-Match", "\"stale\"")]).await.status, 412);
    assert_eq!(ada.plain("DELETE", &path, &[]).await.status, 204);
    assert_eq!(ada.get(&path).await.status, 404);
    assert_eq!(body(&ada.get("/bin").await)["calendars"][0]["slug"], "work");
}

#[tokio::test]
async fn a_request_to_make_a_calendar_that_comes_twice_makes_one() {
    let server = Server::with_pages().await;
    let (ada, _) = Program::new(&server, "ada").await;
    let key = [("Idempotency-Key", "abc")];
    let first = body(&ada.send("POST", "/calendars", &key, &json!({ "name": "Work" })).await);
    let second = ada.send("POST", "/calendars", &key, &json!({ "name": "Work" })).await;
    assert_eq!((second.status, &body(&second)["id"]), (201, &first["id"]));
    let other = ada.send("POST", "/calendars", &key, &json!({ "name": "Play" })).await;
    assert_eq!((other.status, &body(&other)["field"]), (422, &"Idempotency-Key".into()));
    assert_eq!(body(&ada.get("/calendars").await)["calendars"].as_array().unwrap().len(), 2);
    assert_eq!(ada.plain("DELETE", &format!("/calendars/{}", first["id"]), &[]).await.status, 204);
    assert_eq!(ada.send("POST", "/calendars", &key, &json!({ "name": "Work" })).await.status, 409);
}

#[tokio::test]
async fn what_is_shared_is_changed_for_oneself_and_no_more_than_that() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let (ben, with) = Program::new(&server, "ben").await;
    share(&server, &of, &with, Access::FreeBusy).await;
    let path = format!("/calendars/{}", of.calendar.0);
    ada.0.add(&ada.0.at("a.ics"), &event_titled("a", "Secret")).await;
    let seen = body(&ben.get(&path).await);
    assert_eq!((&seen["access"], &seen["objects"]), (&"free-busy".into(), &Value::Null));
    let own = ben
        .send("PATCH", &path, &[], &json!({ "name": "Ada's", "color": "#000000", "order": 9, "visible": false }))
        .await;
    assert_eq!((own.status, &body(&own)["name"]), (200, &"Ada's".into()));
    assert_eq!(body(&ada.get(&path).await)["name"], "Personal");
    for (change, status) in [(json!({ "description": "Of Ada" }), 200), (json!({ "default": true }), 403)] {
        assert_eq!(ben.send("PATCH", &path, &[], &change).await.status, status, "{change}");
    }
    assert_eq!(ben.plain("DELETE", &path, &[]).await.status, 403);
}

#[tokio::test]
async fn what_may_not_be_seen_is_answered_as_what_is_not_there() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let (ben, _) = Program::new(&server, "ben").await;
    let etag = ada.0.add(&ada.0.at("a.ics"), &event_titled("a", "Secret")).await;
    let answer = async |calendar: i64, (method, rest): (&str, &str)| {
        let headers = [("X-Request-ID", "same"), ("If-Match", etag.as_str())];
        let answer = match method {
            "PATCH" | "POST" => ben.send(method, &format!("/calendars/{calendar}{rest}"), &headers, &json!({})).await,
            _ => ben.plain(method, &format!("/calendars/{calendar}{rest}"), &headers).await,
        };
        (answer.status, answer.header("content-type").unwrap_or_default().to_owned(), answer.text())
    };
    let window = "from=2026-01-01&to=2026-12-31";
    for route in [
        ("GET", String::new()),
        ("PATCH", String::new()),
        ("DELETE", String::new()),
        ("GET", format!("/events?{window}")),
        ("GET", format!("/free-busy?{window}")),
        ("GET", "/events/a.ics".to_owned()),
        ("PATCH", "/events/a.ics".to_owned()),
        ("DELETE", "/events/a.ics".to_owned()),
        ("GET", "/objects".to_owned()),
        ("GET", "/objects/a.ics".to_owned()),
        ("DELETE", "/objects/a.ics".to_owned()),
        ("GET", "/export".to_owned()),
        ("GET", "/shares".to_owned()),
        ("GET", "/changes".to_owned()),
    ] {
        let route = (route.0, route.1.as_str());
        let (hidden, missing) = (answer(of.calendar.0, route).await, answer(99_999, route).await);
        assert_eq!(hidden, missing, "{route:?}");
        assert_eq!((hidden.0, hidden.1.as_str()), (404, "application/problem+json"), "{route:?}");
    }
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let events = format!("/calendars/{}/events", of.calendar.0);
    let problem = |answer: &Answer, status: u16, field: Option<&str>| {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = body(answer);
        assert_eq!((&body["status"], body.get("field").and_then(Value::as_str)), (&status.into(), field), "{body}");
        assert_eq!(body["request_id"].as_str(), answer.header("x-request-id"));
        assert!(body["title"].is_string() && body["detail"].is_string(), "{body}");
    };
    problem(&ada.get("/nothing").await, 404, None);
    problem(&ada.get("").await, 404, None);
    problem(&ada.get("/").await, 404, None);
    let method = ada.plain("DELETE", "/calendars", &[]).await;
    problem(&method, 405, None);
    assert_eq!(method.header("allow"), Some("GET,HEAD,POST"));
    problem(&Program(ada.0.without_credentials()).get("/calendars").await, 401, None);
    problem(
        &ada.send("POST", "/calendars", &[("Sec-Fetch-Site", "cross-site")], &json!({ "name": "x" })).await,
        403,
        None,
    );
    problem(&ada.send("POST", "/calendars", &[], &json!({ "name": "x".repeat(70_000) })).await, 413, None);
    problem(
        &ada.0.request("POST", "/api/v1.0/calendars").header("Content-Type", "text/plain").body("{}").send().await,
        415,
        None,
    );
    let compressed = [("Content-Encoding", "gzip")];
    problem(&ada.send("POST", "/calendars", &compressed, &json!({ "name": "x" })).await, 415, None);
    problem(
        &ada.0.request("POST", "/api/v1.0/calendars").header("Content-Type", "application/json").body("{").send().await,
        400,
        None,
    );
    problem(&ada.send("POST", "/calendars", &[], &json!({})).await, 422, Some("name"));
    problem(
        &ada.send("POST", "/calendars", &[], &json!({ "name": "x", "colour": "#000000" })).await,
        422,
        Some("colour"),
    );
    problem(&ada.send("POST", "/calendars", &[], &json!({ "name": "x", "color": "red" })).await, 422, Some("color"));
    problem(&ada.send("POST", "/calendars", &[], &json!({ "name": "" })).await, 422, Some("name"));
    problem(&ada.send("POST", "/calendars", &[], &json!({ "name": 5 })).await, 422, Some("name"));
    problem(&ada.get(&events).await, 400, Some("from"));
    problem(&ada.get(&format!("{events}?from=2026-01-01&to=2020-01-01")).await, 400, Some("to"));
    problem(&ada.get(&format!("{events}?from=2026-01-01&to=2026-01-02&limit=0")).await, 400, Some("limit"));
    problem(&ada.get(&format!("{events}?from=2026-01-01&to=2026-01-02&fields=x")).await, 400, Some("fields"));
    problem(&ada.get(&format!("{events}?from=2026-01-01&to=2026-01-02&cursor=x")).await, 400, Some("cursor"));
    problem(&ada.plain("DELETE", &format!("{events}/a.ics"), &[]).await, 428, None);
    let first = ada.get("/users?search=be").await;
    assert!(first.header("ratelimit").unwrap().starts_with("\"search\";r=59;"), "{first:?}");
    for _ in 1..60 {
        assert_eq!(ada.get("/parties?q=be").await.status, 200);
    }
    let last = ada.get("/users?search=be").await;
    problem(&last, 429, None);
    assert!(last.header("retry-after").is_some() && last.header("ratelimit-policy").is_some());
}

#[tokio::test]
async fn pages_of_other_sites_may_ask_where_that_is_configured_and_never_with_cookies() {
    let origin = "https://intranet.example.org";
    let server = Server::with_pages_and(kalends_domain::Limits::default(), origin.parse().unwrap()).await;
    let (ada, person) = Program::new(&server, "ada").await;
    let from = |origin| [("Origin", origin), ("Sec-Fetch-Site", "cross-site")];
    let asked = [
        ("Origin", origin),
        ("Access-Control-Request-Method", "PATCH"),
        ("Access-Control-Request-Headers", "authorization"),
    ];
    let before = ada.plain("OPTIONS", "/calendars/1", &asked).await;
    assert_eq!(before.header("access-control-allow-origin"), Some(origin));
    assert!(before.header("access-control-allow-methods").unwrap().contains("PATCH"));
    let listed = ada.plain("GET", "/calendars", &from(origin)).await;
    assert_eq!((listed.status, listed.header("access-control-allow-origin")), (200, Some(origin)));
    assert_eq!(listed.header("access-control-allow-credentials"), None);
    assert_eq!(ada.send("POST", "/calendars", &from(origin), &json!({ "name": "x" })).await.status, 201);
    // Whoever is signed in there is nobody to that page.
    let cookie = [("Cookie", person.cookie.as_str()), ("Origin", origin), ("Sec-Fetch-Site", "cross-site")];
    let nobody = Program(ada.0.without_credentials());
    assert_eq!(nobody.plain("GET", "/calendars", &cookie).await.status, 401);
    assert_eq!(nobody.send("POST", "/calendars", &cookie, &json!({ "name": "y" })).await.status, 401);
    assert_eq!(nobody.plain("GET", "/calendars", &cookie[..1]).await.status, 200);
    let other = ada.send("POST", "/calendars", &from("https://evil.example"), &json!({ "name": "z" })).await;
    assert_eq!((other.status, other.header("access-control-allow-origin")), (403, None));
    let plain = Server::with_pages().await;
    let (ben, _) = Program::new(&plain, "ben").await;
    assert_eq!(ben.plain("GET", "/calendars", &from(origin)).await.header("access-control-allow-origin"), None);
}
