//! Many browsers at once: every page and server function answers as it does on a quiet server.

use hyper::{Method, StatusCode};
use kalends_domain::access::Caller;
use kalends_test_support::browser::{Answer, Connection, FORM, PASSWORD, Person};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 32;
/// For each connection; together with the writing ones more than 2,000.
const REQUESTS: usize = 64;
const EVENTS: usize = 300;

const JSON: &str = "application/json";

/// What can be asked for again and again.
#[derive(Clone, Debug)]
struct Question {
    method: Method,
    path: String,
    cookie: String,
    body: &'static str,
}

async fn ask(connection: &mut Connection, question: &Question) -> Answer {
    let Question { method, path, cookie, body } = question;
    let answer = connection.send(method.clone(), path, cookie, "", body).await;
    answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
}

/// An answer without what differs from one to the next: the nonce, the time of day, and which of a page's data was there first.
fn steady(answer: &Answer) -> (StatusCode, String, String) {
    let mut text = String::new();
    let mut rest = answer.text.as_str();
    let passing = ["nonce=\"", "\"now\":\"", "\\\"now\\\":\\\"", "datetime=\"", "--now:"];
    while let Some((at, mark)) = passing.iter().filter_map(|mark| Some((rest.find(mark)?, *mark))).min() {
        let (before, after) = rest.split_at(at + mark.len());
        text.push_str(before);
        let ends = if mark == "--now:" { [';', '"'] } else { ['"', '\\'] };
        rest = &after[after.find(ends).unwrap_or(after.len())..];
    }
    text.push_str(rest);
    // The data comes in as many scripts as it was ready at times.
    let text = text.replace("</script>", "__RESOLVED_RESOURCES[").replace("<script nonce=\"\">", "");
    let mut pieces: Vec<&str> = text.split("__RESOLVED_RESOURCES[").filter(|piece| !piece.is_empty()).collect();
    pieces.sort_unstable();
    (answer.status, answer.header("location").to_owned(), pieces.join("\n"))
}

/// Where two texts begin to differ.
fn difference(one: &str, other: &str) -> String {
    let at = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let around = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(80)..text.len().min(at + 80)]).into_owned()
    };
    format!("{:?} instead of {:?}", around(one), around(other))
}

async fn fill(program: &Server, person: &Person) {
    let mut file = String::new();
    for number in 0..EVENTS {
        let start = format!("202603{:02}T{:02}0000Z", number % 28 + 1, number % 12 + 7);
        file.push_str(&event(&format!("e{number}"), &start, "LOCATION:Room\r\n"));
    }
    file.push_str(&event("weekly", "20200106T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\n"));
    let report = program.kalends.import(person.caller, person.calendar, "many.ics", file).await.unwrap();
    assert_eq!(report.added.count, EVENTS + 1);
}

fn questions(person: &Person, invitation: &str) -> Vec<Question> {
    let id = person.calendar.0;
    let pages = [
        "/".to_owned(),
        "/agenda".into(),
        "/agenda/month/2026-03-01".into(),
        "/agenda/week/2026-03-02".into(),
        "/agenda/day/2026-03-05".into(),
        "/agenda/century/2026-03-05".into(),
        "/event/new?start=2026-03-05T09:00&end=2026-03-05T10:00".into(),
        format!("/event/{id}/e7.ics"),
        format!("/event/{id}/weekly.ics?instance=20260302T090000Z"),
        "/event/1/nowhere.ics".into(),
        "/calendars/new".into(),
        format!("/calendars/{id}"),
        format!("/calendars/{id}/export.ics"),
        "/import".into(),
        "/settings".into(),
        "/nowhere".into(),
        "/healthz".into(),
    ];
    let functions = [
        "viewer".to_owned(),
        "calendars".into(),
        "agenda-page?view=month&date=2026-03-01".into(),
        "agenda?from=2026-03-01&to=2026-04-01&calendars=".into(),
        "agenda?from=2026-03-01&to=2026-02-01&calendars=".into(),
        format!("event?calendar={id}&name=e7.ics"),
        "event?calendar=0&name=e7.ics".into(),
        "event-page?path=%2Fevent%2Fnew&query=start%3D2026-03-05T09%3A00%26end%3D2026-03-05T10%3A00".into(),
        "time-zones".into(),
        "upcoming".into(),
        format!("calendar?id={id}"),
        format!("calendar-page?id={id}"),
    ];
    let posted = ["settings", "sign_in_state", "import_page"];
    let question = |method: Method, path: String, cookie: &str, body: &'static str| Question {
        method,
        path,
        cookie: cookie.to_owned(),
        body,
    };
    let cookie = person.cookie.as_str();
    let mut all: Vec<Question> = pages.into_iter().map(|path| question(Method::GET, path, cookie, "")).collect();
    all.extend(functions.into_iter().map(|path| question(Method::GET, format!("/fn/{path}"), cookie, "")));
    all.extend(posted.map(|path| question(Method::POST, format!("/fn/{path}"), cookie, "")));
    for path in ["/sign-in", "/agenda", "/fn/calendars", invitation] {
        all.push(question(Method::GET, path.into(), "", ""));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_and_function_answers_many_as_it_answers_one() {
    let program = Arc::new(Server::with_pages().await);
    let person = program.person("ada").await;
    fill(&program, &person).await;
    let link = program.kalends.create_sign_in_link(person.caller.principal).await.unwrap();
    let questions = Arc::new(questions(&person, &format!("/welcome/{}", link.0)));

    let mut quiet = Vec::new();
    let mut connection = program.connect().await;
    for question in questions.iter() {
        let answer = steady(&ask(&mut connection, question).await);
        assert!(answer.0.as_u16() < 500, "{question:?}: {answer:?}");
        quiet.push(answer);
    }
    let quiet = Arc::new(quiet);
    let asked = Arc::new(AtomicUsize::new(0));
    let mut browsers = JoinSet::new();
    for browser in 0..CONNECTIONS {
        let (program, questions, quiet, asked) = (program.clone(), questions.clone(), quiet.clone(), asked.clone());
        browsers.spawn(async move {
            let mut connection = program.connect().await;
            for request in 0..REQUESTS {
                // Each browser goes through all of them, from another one on.
                let index = (browser * 7 + request) % questions.len();
                let answer = steady(&ask(&mut connection, &questions[index]).await);
                if answer != quiet[index] {
                    panic!("{:?}: {}", questions[index], difference(&answer.2, &quiet[index].2));
                }
                asked.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    while let Some(done) = browsers.join_next().await {
        done.unwrap();
    }
    assert!(asked.load(Ordering::Relaxed) >= 2_000);
}

/// What a person does with an event and a calendar, by the functions that the pages call.
struct Story {
    connection: Connection,
    cookie: String,
}

impl Story {
    async fn get(&mut self, path: &str) -> Value {
        let answer = self.connection.get(&format!("/fn/{path}"), &self.cookie).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }

    async fn post(&mut self, function: &str, body: &Value) -> Value {
        let path = format!("/fn/{function}");
        let answer = self.connection.send(Method::POST, &path, &self.cookie, JSON, &body.to_string()).await.unwrap();
        assert_eq!(answer.status, 200, "{function}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap_or(Value::Null)
    }

    /// As `frontend/undo.js` asks for it.
    async fn take_back(&mut self, undo: &str) {
        let form = "application/x-www-form-urlencoded";
        let body = format!("undo={undo}");
        let answer = self.connection.send(Method::POST, "/undo", &self.cookie, form, &body).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// The first event of the day, as it is referred to.
    async fn event(&mut self, day: &str, next: &str) -> Option<Value> {
        let events = self.get(&format!("agenda?from={day}&to={next}&calendars=")).await;
        let found = events.as_array().unwrap().first()?;
        Some(json!({
            "calendar": found["calendar"], "name": found["name"], "etag": found["etag"], "instance": null
        }))
    }

    async fn play(&mut self) {
        let page = self
            .get("event-page?path=%2Fevent%2Fnew&query=start%3D2026-03-05T09%3A00%26end%3D2026-03-05T10%3A00")
            .await;
        let mut fields = page["subject"]["New"].clone();
        fields["title"] = json!("Under load");
        self.post("event-create", &json!({ "fields": fields })).await;
        let event = self.event("2026-03-05", "2026-03-06").await.unwrap();
        let to = json!({ "Times": { "start": "2026-03-07T11:00:00", "end": "2026-03-07T12:00:00" } });
        self.post("event-move", &json!({ "event": event, "scope": "all", "to": to })).await;
        let event = self.event("2026-03-07", "2026-03-08").await.unwrap();
        let (calendar, name) = (event["calendar"].clone(), event["name"].as_str().unwrap().to_owned());
        let opened = self.get(&format!("event?calendar={calendar}&name={name}")).await;
        let mut fields = opened["fields"].clone();
        fields["title"] = json!("Changed under load");
        self.post("event-update", &json!({ "event": event, "scope": "all", "fields": fields })).await;
        let event = self.event("2026-03-07", "2026-03-08").await.unwrap();
        let undo = self.post("event-delete", &json!({ "event": event, "scope": "all" })).await;
        assert_eq!(self.event("2026-03-07", "2026-03-08").await, None);
        self.take_back(undo.as_str().unwrap()).await;
        let event = self.event("2026-03-07", "2026-03-08").await.unwrap();
        self.post("event-delete", &json!({ "event": event, "scope": "all" })).await;

        let fields = json!({ "name": "Under load", "color": "#2F6FDE", "is_default": false });
        self.post("calendar-save", &json!({ "id": null, "fields": fields })).await;
        let calendars = self.get("calendars").await;
        let id = calendars.as_array().unwrap().iter().find(|c| c["name"] == "Under load").unwrap()["id"].clone();
        self.post("calendars-hide", &json!({ "hidden": [id] })).await;
        self.post("calendar-delete", &json!({ "id": id })).await;
    }

    /// The functions that plain forms post to; each answers with the page to go to.
    async fn forms(&mut self, name: &str) {
        for (function, form) in [
            ("save_preferences", "time_zone=Europe%2FZurich&locale=en-GB&theme=dark".to_owned()),
            ("adopt_time_zone", "time_zone=Europe%2FParis".into()),
            ("create_app_password", "label=Phone".into()),
            ("revoke_app_password", "id=0".into()),
            ("change_password", "current=wrong&new=another+sentence&repeated=another+sentence".into()),
            ("choose_password", "secret=nonsense&password=another+sentence&repeated=another+sentence".into()),
            ("sign_in", format!("name={name}&password={}", PASSWORD.replace(' ', "+"))),
        ] {
            let path = format!("/fn/{function}");
            let answer = self.connection.send(Method::POST, &path, &self.cookie, FORM, &form).await.unwrap();
            assert!(answer.status.as_u16() < 500, "{function}: {} {}", answer.status, answer.text);
            if function == "sign_in" {
                let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
                assert!(cookie.starts_with("kalends_session="), "{cookie}: {}", answer.text);
                let out = self.connection.send(Method::POST, "/sign-out", &cookie, FORM, "").await.unwrap();
                assert!(out.status.as_u16() < 400);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_people_change_their_calendars_at_once() {
    let program = Arc::new(Server::with_pages().await);
    let mut people = JoinSet::new();
    let mut owners: BTreeMap<String, Caller> = BTreeMap::new();
    for number in 0..CONNECTIONS {
        let name = format!("person{number}");
        let person = program.person(&name).await;
        owners.insert(name.clone(), person.caller);
        let program = program.clone();
        people.spawn(async move {
            let mut story = Story { connection: program.connect().await, cookie: person.cookie };
            for _ in 0..2 {
                story.play().await;
            }
            story.forms(&name).await;
        });
    }
    while let Some(done) = people.join_next().await {
        done.unwrap();
    }
    for (name, caller) in owners {
        assert_eq!(program.kalends.usage(caller.principal).await.unwrap().objects, 0, "{name}");
        assert_eq!(program.kalends.calendars(caller).await.unwrap().len(), 1, "{name}");
    }
}

/// Browsers that close the connection before the answer came leave nothing behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn browsers_that_go_away_keep_nobody_waiting() {
    let program = Arc::new(Server::with_pages().await);
    let person = program.person("ada").await;
    fill(&program, &person).await;
    let mut browsers = JoinSet::new();
    for _ in 0..200 {
        let (address, cookie) = (program.address, person.cookie.clone());
        browsers.spawn(async move {
            let mut connection = Connection::open(address).await;
            let page = connection.get("/agenda/month/2026-03-01", &cookie);
            // The server has begun by then, and is not done.
            let _ = tokio::time::timeout(Duration::from_millis(5), page).await;
        });
    }
    while browsers.join_next().await.is_some() {}
    let mut connection = program.connect().await;
    let page = connection.get("/agenda/month/2026-03-01", &person.cookie).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Event e7"));
}

/// Making a router must not keep what loads for a page from loading, in whichever server of the process.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_come_while_other_servers_start() {
    let program = Server::with_pages().await;
    let person = program.person("ada").await;
    let starting = tokio::spawn(async {
        loop {
            drop(Server::with_pages().await);
            tokio::task::yield_now().await;
        }
    });
    let mut connection = program.connect().await;
    for number in 0..150 {
        let page = connection.get("/agenda/week/2026-03-02", &person.cookie);
        let page = tokio::time::timeout(Duration::from_secs(60), page).await;
        assert_eq!(page.unwrap_or_else(|_| panic!("page {number} does not come")).status, 200);
    }
    starting.abort();
}
