//! Moving in from another service, which is Kalends itself here.

use hyper::{Method, StatusCode};
use kalends_domain::jobs::Worker;
use kalends_test_support::browser::Person;
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;
use tokio_util::sync::CancellationToken;

const FORM: &str = "application/x-www-form-urlencoded";

/// Another service, at which Grace has a calendar.
async fn elsewhere() -> (Server, Client) {
    let server = Server::start().await;
    let grace = server.account("grace").await;
    for n in 0..3 {
        let put =
            grace.put(&grace.at(&format!("e{n}.ics")), event_titled(&format!("e{n}"), &format!("Event {n}"))).await;
        assert_eq!(put.status, 201);
    }
    (server, grace)
}

fn password_of(client: &Client) -> String {
    use base64::Engine;
    let encoded = client.authorization.as_ref().unwrap().strip_prefix("Basic ").unwrap();
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
    String::from_utf8(decoded).unwrap().split_once(':').unwrap().1.to_owned()
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn post(server: &Server, person: &Person, fields: &[(&str, &str)]) -> (StatusCode, String, Option<String>) {
    let mut connection = server.connect().await;
    let answer = connection.send(Method::POST, "/import/from", &person.cookie, FORM, &form(fields)).await.unwrap();
    let to = answer.headers.get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status, answer.text, to)
}

async fn get(server: &Server, person: &Person, path: &str) -> (StatusCode, String) {
    let answer = server.connect().await.send(Method::GET, path, &person.cookie, "", "").await.unwrap();
    (answer.status, answer.text)
}

/// The value of a field of a form.
fn value(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_else(|| panic!("{name}: {page}"));
    let field = field.split('>').next().unwrap();
    field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn calendars_are_found_chosen_and_moved_and_the_report_says_what_both_sides_have() {
    let (other, grace) = elsewhere().await;
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let (address, password) = (format!("http://{}/", other.address), password_of(&grace));
    let look = [("address", address.as_str()), ("user", "grace"), ("password", password.as_str())];
    let (status, page, _) = post(&server, &ada, &look).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("3 entries") && page.contains("Which calendars come along?"), "{page}");
    assert!(!page.contains(&password));
    let (ticket, calendar) = (value(&page, "ticket"), value(&page, "calendar"));
    assert!(!ticket.is_empty() && calendar.starts_with(&address), "{calendar}");

    // It is of no use to anybody else, and for nothing else.
    let eve = server.person("eve").await;
    let chosen = [("ticket", ticket.as_str()), ("calendar", calendar.as_str())];
    let (status, page, _) = post(&server, &eve, &chosen).await;
    assert!(status.is_client_error() && page.contains("Begin anew"), "{status}: {page}");
    let (status, ..) = post(&server, &ada, &[("ticket", &ticket), ("calendar", "http://elsewhere.example/")]).await;
    assert!(status.is_client_error(), "{status}");

    let (status, _, to) = post(&server, &ada, &chosen).await;
    let to = to.unwrap();
    assert!(status.is_redirection() && to.starts_with("/import/from/"), "{status} {to}");
    let (_, waiting) = get(&server, &ada, &to).await;
    assert!(waiting.contains("Its turn comes"), "{waiting}");
    assert_eq!(get(&server, &eve, &to).await.0, StatusCode::NOT_FOUND);
    // A second one waits until the first is done.
    assert_eq!(post(&server, &ada, &chosen).await.0, StatusCode::TOO_MANY_REQUESTS);
    let jobs = server.kalends.jobs().await.unwrap();
    assert!(jobs.iter().all(|job| !job.payload.contains(&password)));

    Worker::new(server.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    let (status, report) = get(&server, &ada, &to).await;
    assert_eq!(status, StatusCode::OK);
    assert!(report.contains("All is here") && report.contains("Entries: 3;"), "{report}");
    let jobs = server.kalends.jobs().await.unwrap();
    let job = jobs.iter().find(|job| job.kind == "move-in").unwrap();
    assert!(job.payload.contains("\"ticket\":null"), "{}", job.payload);
    let mine = server.kalends.calendars(ada.caller).await.unwrap();
    let moved = mine.iter().find(|calendar| calendar.id != ada.calendar);
    let into = moved.map_or(ada.calendar, |calendar| calendar.id);
    assert_eq!(server.kalends.object_heads(ada.caller, into, "").await.unwrap().len(), 3);
    assert_eq!(get(&server, &ada, "/import/from/999").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_is_not_let_in_there_is_told_why_and_what_was_typed_stays_but_for_the_password() {
    let (other, _) = elsewhere().await;
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let address = format!("http://{}/", other.address);
    for (address, user, password, said) in [
        (address.as_str(), "grace", "a-wrong-password", "does not take this name and password"),
        (address.as_str(), "", "a-wrong-password", "Write the name"),
        (address.as_str(), "grace", "", "Write the password"),
        ("http://localhost:1/", "grace", "a-wrong-password", "private network"),
    ] {
        let (status, page, _) =
            post(&server, &ada, &[("address", address), ("user", user), ("password", password)]).await;
        assert!(status.is_client_error() && page.contains(said), "{address} {user}: {status} {page}");
        assert!(!page.contains("a-wrong-password"));
        assert_eq!(value(&page, "address"), address);
    }
    let mut connection = server.connect().await;
    let answer = connection.send(Method::POST, "/import/from", "", FORM, "").await.unwrap();
    assert!(answer.status.is_redirection());
}
