//! What somebody follows, from the page to the calendar: against a server that publishes a file.

use super::rest_calendars::{Program, body};
use axum::Router;
use hyper::{Method, StatusCode};
use kalends_domain::Kalends;
use kalends_domain::jobs::Worker;
use kalends_test_support::browser::{FORM, Person};
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, vevent_titled};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const PAGE: &str = "/settings/subscriptions";

/// A server that publishes a file.
struct Publisher {
    address: SocketAddr,
    file: Arc<Mutex<(u16, String)>>,
}

impl Publisher {
    async fn of(file: String) -> Self {
        let file = Arc::new(Mutex::new((200, file)));
        let shared = file.clone();
        let app = Router::new().fallback(move || {
            let (status, text) = shared.lock().unwrap().clone();
            async move { (StatusCode::from_u16(status).unwrap(), text) }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Publisher { address, file }
    }

    fn address(&self) -> String {
        format!("webcal://{}/private-secret/basic.ics", self.address)
    }

    fn publish(&self, status: u16, file: String) {
        *self.file.lock().unwrap() = (status, file);
    }
}

/// Events of these titles.
fn file(titles: &[String]) -> String {
    let events: String = titles.iter().map(|title| vevent_titled(&title.to_lowercase(), title)).collect();
    calendar(&format!("X-WR-CALNAME:Bins\n{events}"))
}

fn titles(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn post(server: &Server, person: &Person, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let answer = server.connect().await.send(Method::POST, PAGE, &person.cookie, FORM, &form).await.unwrap();
    (answer.status, answer.text)
}

async fn page(server: &Server, person: &Person) -> String {
    let answer = server.connect().await.get(PAGE, &person.cookie).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.text
}

async fn work(kalends: &Kalends) {
    Worker::new(kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
}

/// What the calendar that somebody follows holds, by its titles.
async fn held(server: &Server, person: &Person, name: &str) -> Vec<String> {
    let calendars = server.kalends.calendars(person.caller).await.unwrap();
    let found = calendars.iter().find(|calendar| calendar.details.display_name == name).unwrap();
    let mut titles = Vec::new();
    for head in server.kalends.object_heads(person.caller, found.id, "").await.unwrap() {
        let text = server.kalends.object(person.caller, found.id, &head.name).await.unwrap().text;
        titles.extend(text.lines().find_map(|line| line.strip_prefix("SUMMARY:")).map(str::to_owned));
    }
    titles.sort();
    titles
}

fn id_on(page: &str) -> String {
    page.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_calendar_at_an_address_is_followed_looked_at_again_and_left() {
    let publisher = Publisher::of(file(&titles(&["Glass", "Paper"]))).await;
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let (status, text) = post(&server, &ada, &[("do", "subscribe"), ("address", &publisher.address())]).await;
    assert!(status.is_redirection(), "{status}: {text}");
    work(&server.kalends).await;
    assert_eq!(held(&server, &ada, "Bins").await, ["Glass", "Paper"]);
    let shown = page(&server, &ada).await;
    assert!(shown.contains("At 127.0.0.1") && shown.contains("As it was there"), "{shown}");
    assert!(!shown.contains("private-secret"), "{shown}");

    // It is only read here, and shared like any other.
    let calendars = server.kalends.calendars(ada.caller).await.unwrap();
    let bins = calendars.iter().find(|calendar| calendar.details.display_name == "Bins").unwrap();
    assert!(!bins.may_write());

    publisher.publish(200, file(&titles(&["Glass", "Metal"])));
    let id = id_on(&shown);
    assert!(post(&server, &ada, &[("do", "refresh"), ("id", &id)]).await.0.is_redirection());
    work(&server.kalends).await;
    assert_eq!(held(&server, &ada, "Bins").await, ["Glass", "Metal"]);

    // Nobody else has it.
    let eve = server.person("eve").await;
    assert!(!page(&server, &eve).await.contains("At 127.0.0.1"));
    for wish in ["refresh", "unsubscribe"] {
        assert_eq!(post(&server, &eve, &[("do", wish), ("id", &id)]).await.0, StatusCode::NOT_FOUND, "{wish}");
    }
    assert!(post(&server, &ada, &[("do", "unsubscribe"), ("id", &id)]).await.0.is_redirection());
    let calendars = server.kalends.calendars(ada.caller).await.unwrap();
    assert!(calendars.iter().all(|calendar| calendar.details.display_name != "Bins"));
    assert!(server.kalends.subscriptions(ada.caller).await.unwrap().is_empty());
    assert!(server.kalends.remote_accounts(ada.caller).await.unwrap().is_empty());
}

/// Posts a file as the form of the page does.
async fn bring(server: &Server, person: &Person, fields: &[(&str, &str)], content: &str) -> (StatusCode, String) {
    let mut form = String::new();
    for (name, value) in fields {
        form += &format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    form += "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\bins.ics\"\r\nContent-Type: text/calendar\r\n\r\n";
    form += &format!("{content}\r\n--x--\r\n");
    let (path, kind) = (format!("{PAGE}/file"), "multipart/form-data; boundary=x");
    let answer = server.connect().await.send(Method::POST, &path, &person.cookie, kind, &form).await.unwrap();
    (answer.status, answer.text)
}

#[tokio::test]
async fn a_file_is_followed_and_another_version_of_it_comes_as_what_a_feed_changes() {
    let many: Vec<String> = (0..40).map(|n| format!("Event {n:02}")).collect();
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    for (content, said) in [("", "Choose a file"), ("<html>", "is no calendar"), ("BEGIN:VCALENDAR\r\n", "breaks off")]
    {
        let (status, text) = bring(&server, &ada, &[], content).await;
        assert!(status.is_client_error() && text.contains(said), "{content}: {status} {text}");
    }
    assert!(server.kalends.remote_accounts(ada.caller).await.unwrap().is_empty());
    let (status, text) = bring(&server, &ada, &[], &file(&many)).await;
    assert!(status.is_redirection(), "{status}: {text}");
    work(&server.kalends).await;
    assert_eq!(held(&server, &ada, "Bins").await, many);
    let shown = page(&server, &ada).await;
    assert!(shown.contains("From the file bins.ics") && shown.contains("New version of Bins"), "{shown}");
    let calendars = server.kalends.calendars(ada.caller).await.unwrap();
    let bins = calendars.iter().find(|calendar| calendar.details.display_name == "Bins").unwrap();
    assert!(!bins.may_write());

    // By UID: one is renamed, one goes, one comes; the others are left as they are.
    let id = id_on(&shown);
    let renamed = file(&many[1..]).replace("SUMMARY:Event 05", "SUMMARY:Another title");
    let next = renamed.replace("END:VCALENDAR", &format!("{}END:VCALENDAR", vevent_titled("new", "New")));
    assert!(bring(&server, &ada, &[("id", &id)], &next).await.0.is_redirection());
    work(&server.kalends).await;
    let now = held(&server, &ada, "Bins").await;
    assert!(now.contains(&"Another title".to_owned()) && now.contains(&"New".to_owned()), "{now:?}");
    assert!(!now.contains(&many[0]) && !now.contains(&many[5]) && now.len() == 40, "{now:?}");
    let link = server.kalends.subscriptions(ada.caller).await.unwrap().remove(0).link.unwrap();
    let run = server.kalends.sync_runs(ada.caller, link.id, None, 1).await.unwrap().remove(0);
    let (_, counts) = server.kalends.sync_run(ada.caller, run.id).await.unwrap();
    assert_eq!(counts.iter().map(|count| count.count).collect::<Vec<_>>(), [1, 1, 1], "{counts:?}");

    // One in which much is gone asks first; what is no calendar leaves everything as it was.
    assert!(bring(&server, &ada, &[("id", &id)], &file(&many[1..6])).await.0.is_redirection());
    work(&server.kalends).await;
    assert_eq!(held(&server, &ada, "Bins").await.len(), 40);
    assert!(page(&server, &ada).await.contains("Much of it has gone there"));
    let asks = server.connect().await.get(&format!("/calendars/{}/sync", link.calendar.0), &ada.cookie).await.text;
    assert!(asks.contains("35 of 40 here") && asks.contains("Gone there") && asks.contains("Event 30"), "{asks}");
    assert!(bring(&server, &ada, &[("id", &id)], "no calendar").await.0.is_client_error());
    assert!(bring(&server, &ada, &[("id", &id)], &next).await.0.is_redirection());
    work(&server.kalends).await;
    assert!(page(&server, &ada).await.contains("As it was there"));

    // It is nobody else's, and what is at an address has no file.
    let eve = server.person("eve").await;
    assert_eq!(bring(&server, &eve, &[("id", &id)], &next).await.0, StatusCode::NOT_FOUND);
    let publisher = Publisher::of(file(&many)).await;
    post(&server, &eve, &[("do", "subscribe"), ("address", &publisher.address())]).await;
    let hers = id_on(&page(&server, &eve).await);
    assert!(bring(&server, &eve, &[("id", &hers)], &next).await.0.is_client_error());
    assert!(post(&server, &ada, &[("do", "unsubscribe"), ("id", &id)]).await.0.is_redirection());
    assert!(server.kalends.subscriptions(ada.caller).await.unwrap().is_empty());
}

#[tokio::test]
async fn programs_follow_files_addresses_and_holidays() {
    let publisher = Publisher::of(file(&titles(&["Glass"]))).await;
    let server = Server::with_pages().await;
    let (ada, person) = Program::new(&server, "ada").await;
    let (eve, _) = Program::new(&server, "eve").await;
    let upload = async |program: &Program, method: &str, path: &str, text: &str| {
        let request = program.0.request(method, &format!("/api/v1.0{path}")).header("Content-Type", "text/calendar");
        request.body(text.to_owned()).send().await
    };
    let made = upload(&ada, "POST", "/subscriptions/file?file=club.ics&name=Club", &file(&titles(&["Match"]))).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let (id, calendar) = (body(&made)["id"].clone(), body(&made)["calendar"].clone());
    assert_eq!(made.header("location").unwrap(), format!("/api/v1.0/calendars/{calendar}/sync"));
    assert_eq!(upload(&ada, "POST", "/subscriptions/file", "no calendar").await.status, 422);
    let json = json!({ "address": publisher.address(), "name": "Bins" });
    assert_eq!(ada.send("POST", "/subscriptions", &[], &json).await.status, 201);
    let json = json!({ "holidays": { "country": "CH", "language": "de" } });
    assert_eq!(ada.send("POST", "/subscriptions", &[], &json).await.status, 201);
    let keyed = [("Idempotency-Key", "once")];
    let holidays = json!({ "holidays": { "country": "FR", "region": null, "language": "fr" } });
    let first = ada.send("POST", "/subscriptions", &keyed, &holidays).await;
    let again = ada.send("POST", "/subscriptions", &keyed, &holidays).await;
    assert_eq!(first.status, 201);
    assert_eq!(again.status, 201);
    assert_eq!(body(&again), body(&first));
    assert_eq!(
        ada.send("POST", "/subscriptions", &keyed, &json!({ "address": "https://a.example" })).await.status,
        422
    );
    let followed = format!("/subscriptions/{}?calendar=keep", body(&first)["id"]);
    assert_eq!(ada.plain("DELETE", &followed, &[]).await.status, 204);
    assert_eq!(ada.send("POST", "/subscriptions", &keyed, &holidays).await.status, 409);
    assert_eq!(ada.send("POST", "/subscriptions", &[], &json!({ "name": "x" })).await.status, 422);
    let listed = body(&ada.get("/subscriptions").await);
    let of: Vec<&str> =
        listed["subscriptions"].as_array().unwrap().iter().map(|one| one["source"].as_str().unwrap()).collect();
    assert_eq!(of, ["file", "address", "holidays"]);
    assert!(!listed.to_string().contains("private-secret"));
    work(&server.kalends).await;
    let status = body(&ada.get(&format!("/calendars/{calendar}/sync")).await);
    assert_eq!((&status["settings"]["interval_seconds"], &status["as_wished"]), (&Value::Null, &false.into()));
    let path = format!("/subscriptions/{id}/file?file=club-2.ics");
    assert_eq!(upload(&eve, "PUT", &path, &file(&titles(&["Final"]))).await.status, 404);
    assert_eq!(upload(&ada, "PUT", &path, &file(&titles(&["Match", "Final"]))).await.status, 202);
    work(&server.kalends).await;
    assert_eq!(held(&server, &person, "Club").await, ["Final", "Match"]);
    assert_eq!(eve.plain("DELETE", &format!("/subscriptions/{id}"), &[]).await.status, 404);
    assert_eq!(ada.plain("DELETE", &format!("/subscriptions/{id}?calendar=x"), &[]).await.status, 400);
    assert_eq!(ada.plain("DELETE", &format!("/subscriptions/{id}?calendar=keep"), &[]).await.status, 204);
    let calendars = server.kalends.calendars(person.caller).await.unwrap();
    assert!(calendars.iter().any(|calendar| calendar.details.display_name == "Club" && calendar.may_write()));
}

#[tokio::test]
async fn what_comes_in_the_place_of_a_calendar_empties_nothing() {
    let many: Vec<String> = (0..40).map(|n| format!("Event {n:02}")).collect();
    let publisher = Publisher::of(file(&many)).await;
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    post(&server, &ada, &[("do", "subscribe"), ("address", &publisher.address()), ("name", "Club")]).await;
    work(&server.kalends).await;
    assert_eq!(held(&server, &ada, "Club").await.len(), 40);
    let id = id_on(&page(&server, &ada).await);
    for (status, file, said) in [
        (200, "<html>Sign in</html>".to_owned(), "gives a page and no calendar"),
        (404, String::new(), "has no calendar at this address"),
        (200, file(&[]), "Much of it has gone there"),
        (200, file(&many[..5]), "Much of it has gone there"),
    ] {
        publisher.publish(status, file);
        post(&server, &ada, &[("do", "refresh"), ("id", &id)]).await;
        work(&server.kalends).await;
        assert_eq!(held(&server, &ada, "Club").await.len(), 40, "{said}");
        let shown = page(&server, &ada).await;
        assert!(shown.contains(said), "{said}: {shown}");
        // As its owner would, once what was wrong there is right.
        publisher.publish(200, self::file(&many));
        let link = server.kalends.subscriptions(ada.caller).await.unwrap().remove(0).link.unwrap();
        if link.state.rests() {
            server.kalends.resume_sync_link(ada.caller, link.id).await.unwrap();
        }
        let account = server.kalends.remote_accounts(ada.caller).await.unwrap().remove(0);
        server.kalends.test_remote_account(ada.caller, account.id).await.unwrap();
        post(&server, &ada, &[("do", "refresh"), ("id", &id)]).await;
        work(&server.kalends).await;
        assert!(page(&server, &ada).await.contains("As it was there"), "{said}");
    }
}

#[tokio::test]
async fn holidays_are_followed_without_asking_anybody() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let answer = server.connect().await.get(&format!("{PAGE}?country=CH"), &ada.cookie).await;
    assert!(answer.text.contains("Zürich") && answer.text.contains("Français"), "{}", answer.text);
    let wish = [("do", "holidays"), ("country", "CH"), ("region", "ZH"), ("language", "de")];
    assert!(post(&server, &ada, &wish).await.0.is_redirection());
    work(&server.kalends).await;
    let held = held(&server, &ada, "Holidays: Switzerland, Zürich").await;
    assert!(held.contains(&"Nationalfeiertag".to_owned()) && held.len() > 30, "{held:?}");
    let shown = page(&server, &ada).await;
    assert!(shown.contains("From this program") && shown.contains("As it was there"), "{shown}");
    let nowhere = [("do", "holidays"), ("country", "XX"), ("region", ""), ("language", "de")];
    assert!(post(&server, &ada, &nowhere).await.0.is_client_error());
}

#[tokio::test]
async fn what_cannot_be_followed_is_said() {
    let publisher = Publisher::of("hello".into()).await;
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    for (address, said) in [
        (publisher.address(), "is no calendar"),
        ("http://localhost:1/x.ics".into(), "private network"),
        ("ftp://example.org/x.ics".into(), "no address of a calendar"),
        (String::new(), "1"),
    ] {
        let (status, text) = post(&server, &ada, &[("do", "subscribe"), ("address", &address)]).await;
        assert!(status.is_client_error() && text.contains(said), "{address}: {status} {text}");
    }
    assert!(server.kalends.remote_accounts(ada.caller).await.unwrap().is_empty());
    assert_eq!(server.kalends.calendars(ada.caller).await.unwrap().len(), 1);
    let (status, _) = post(&server, &ada, &[("do", "dance")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let answer = server.connect().await.send(Method::POST, PAGE, "", FORM, "do=refresh&id=1").await.unwrap();
    assert!(answer.status.is_redirection());
}
