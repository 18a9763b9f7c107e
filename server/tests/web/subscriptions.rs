//! What somebody follows, from the page to the calendar: against a server that publishes a file.

use axum::Router;
use hyper::{Method, StatusCode};
use kalends_domain::Kalends;
use kalends_domain::jobs::Worker;
use kalends_test_support::browser::{FORM, Person};
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, vevent_titled};
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
