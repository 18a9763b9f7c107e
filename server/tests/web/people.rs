//! People in the browser and for programs: sessions, credentials, and what administrators do.

use hyper::{Method, StatusCode};
use kalends_domain::accounts::{CredentialKind, NewAppPassword, Origin};
use kalends_domain::objects::Precondition;
use kalends_domain::people::{Administrator, PersonPatch};
use kalends_test_support::browser::{Answer, Connection, FORM, PASSWORD, Person};
use kalends_test_support::client::Client;
use kalends_test_support::events::Events;
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;
use std::io::Read;
use std::time::Duration;
use tokio::time::timeout;

const STREAM: &str = "/api/v1.0/stream";

async fn get(server: &Server, cookie: &str, path: &str) -> Answer {
    Connection::open(server.address).await.get(path, cookie).await
}

async fn post(server: &Server, cookie: &str, path: &str, form: &str) -> Answer {
    Connection::open(server.address).await.send(Method::POST, path, cookie, FORM, form).await.unwrap()
}

async fn administrator(server: &Server, name: &str) -> Person {
    let person = server.person(name).await;
    let role = PersonPatch { is_admin: Some(true), ..PersonPatch::default() };
    server.kalends.change_person(Administrator::Operator, person.caller.principal, role).await.unwrap();
    person
}

async fn token(server: &Server, person: &Person, new: NewAppPassword) -> String {
    let new = NewAppPassword { kind: CredentialKind::Token, label: "script".into(), ..new };
    let (_, secret) = server.kalends.create_app_password(person.caller.principal, new).await.unwrap();
    format!("Bearer {}", secret.0)
}

/// Waits for the word that ends a stream; beats may come before.
async fn end(events: &mut Events) {
    let ended = async {
        while let Some(event) = events.next().await {
            if event.kind == "end" {
                return;
            }
        }
    };
    timeout(Duration::from_secs(5), ended).await.expect("the stream goes on");
}

#[tokio::test]
async fn a_session_that_is_ended_takes_its_stream_along_at_once() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let here = server.kalends.sign_in("ada", PASSWORD, &Origin::default()).await.unwrap().session.0;
    let cookie = format!("kalends_session={here}");
    let mut ended = Events::open(server.address, STREAM, &[("cookie", &ada.cookie)]).await;
    let mut kept = Events::open(server.address, STREAM, &[("cookie", &cookie)]).await;
    ended.until("ready").await;
    kept.until("ready").await;
    let sessions = server.kalends.sessions(ada.caller.principal, &here).await.unwrap();
    let other = sessions.all.iter().find(|session| session.id != sessions.this).unwrap();
    let done = post(&server, &cookie, "/fn/end_session", &format!("id={}", other.id)).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::FOUND, "/settings#outcome"));
    end(&mut ended).await;
    assert_eq!(get(&server, &ada.cookie, "/api/v1.0/calendars").await.status, StatusCode::UNAUTHORIZED);
    let text = event_titled("a", "One");
    server.kalends.put_object(ada.caller, ada.calendar, "a.ics", &text, Precondition::None).await.unwrap();
    // The other goes on, once it has looked whether it may.
    assert!(kept.until("calendar").await.iter().all(|event| matches!(event.kind.as_str(), "beat" | "calendar")));
}

#[tokio::test]
async fn the_settings_list_browsers_by_name_and_address() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let mut client = Client::new(server.address, "ada", "");
    client.authorization = None;
    let answer = client
        .request("POST", "/fn/sign_in")
        .header("Content-Type", FORM)
        .header("Accept", "text/html")
        .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
        .header("X-Forwarded-For", "203.0.113.9, 192.0.2.7")
        .body(format!("name=ada&password={}", PASSWORD.replace(' ', "+")))
        .send()
        .await;
    assert_eq!(answer.status, 302);
    let page = get(&server, &ada.cookie, "/settings").await.text;
    assert!(page.contains("Firefox on Linux") && page.contains("192.0.2.7") && !page.contains("203.0.113.9"));
    assert_eq!(page.matches("This browser").count(), 1);
}

#[tokio::test]
async fn a_token_opens_rest_and_the_stream_as_far_as_it_goes() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    server.kalends.create_named_calendar(ada.caller, "Other").await.unwrap();
    let all = token(&server, &ada, NewAppPassword::default()).await;
    let only = Some(ada.calendar);
    let one = token(&server, &ada, NewAppPassword { only, reads_only: true, ..NewAppPassword::default() }).await;
    let text = event_titled("a", "One");
    server.kalends.put_object(ada.caller, ada.calendar, "a.ics", &text, Precondition::None).await.unwrap();
    for (authorization, calendars) in [(&all, 2), (&one, 1)] {
        let client = Client { address: server.address, name: "ada".into(), authorization: Some(authorization.clone()) };
        let listed: serde_json::Value = serde_json::from_str(&client.get("/api/v1.0/calendars").await.text()).unwrap();
        assert_eq!(listed["calendars"].as_array().unwrap().len(), calendars);
        let mut events = Events::open(server.address, STREAM, &[("authorization", authorization)]).await;
        assert_eq!(events.until("ready").await.len(), calendars + 2, "calendars, the list and ready");
    }
    let restore = format!("/api/v1.0/calendars/{}/versions/1/restore", ada.calendar.0);
    let client = Client { address: server.address, name: "ada".into(), authorization: Some(one.clone()) };
    let refused = client.request("POST", &restore).header("If-Match", "*").send().await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    // What is revoked ends what it has open, and what a disabled person has.
    for is_disabled in [false, true] {
        let authorization = token(&server, &ada, NewAppPassword::default()).await;
        let mut events = Events::open(server.address, STREAM, &[("authorization", &authorization)]).await;
        events.until("ready").await;
        if is_disabled {
            server.kalends.set_enabled(Administrator::Operator, ada.caller.principal, false).await.unwrap();
        } else {
            let last = server.kalends.app_passwords(ada.caller.principal).await.unwrap().pop().unwrap();
            server.kalends.revoke_app_password(ada.caller.principal, last.id).await.unwrap();
        }
        end(&mut events).await;
        let again = Events::open(server.address, STREAM, &[("authorization", &authorization)]).await;
        assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn pages_of_people_are_nowhere_for_others() {
    let server = Server::with_pages().await;
    let (ada, ben) = (administrator(&server, "ada").await, server.person("ben").await);
    let of_ada = format!("/admin/people/{}", ada.caller.principal.0);
    for path in ["/admin/people", &of_ada, &format!("{of_ada}/export.zip")] {
        assert_eq!(get(&server, &ben.cookie, path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(get(&server, &ada.cookie, path).await.status, StatusCode::OK, "{path}");
    }
    for form in ["do=disable", "do=enable", "do=link", "do=delete&calendars=bin", "do=change&name=X&email="] {
        let refused = post(&server, &ben.cookie, &of_ada, form).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{form}");
    }
    let refused = post(&server, &ben.cookie, "/admin/people", "do=invite&slug=carl&name=Carl").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert!(server.kalends.user_by_slug("carl").await.is_err());
    assert_eq!(post(&server, "", "/admin/people", "do=invite&slug=carl").await.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&server, &ada.cookie, &of_ada, "do=nothing").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn administrators_do_by_forms_what_there_is_to_do() {
    let server = Server::with_pages().await;
    let ada = administrator(&server, "ada").await;
    let wrong = post(&server, &ada.cookie, "/admin/people", "do=invite&slug=No+Name&name=Carl+C.&email=").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("value=\"Carl C.\""), "what was typed is kept");
    let made = post(&server, &ada.cookie, "/admin/people", "do=invite&slug=carl&name=Carl+C.&email=").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    let carl = server.kalends.user_by_slug("carl").await.unwrap().principal.id;
    let page = format!("/admin/people/{}", carl.0);
    assert_eq!(made.header("location"), page);
    let flash = made.header("set-cookie").split(';').next().unwrap();
    let shown = get(&server, &format!("{}; {flash}", ada.cookie), &page).await.text;
    assert!(shown.contains("http://cal.example.org/welcome/"), "the link is shown once");
    assert!(!get(&server, &ada.cookie, &page).await.text.contains("/welcome/"));
    let own = format!("/admin/people/{}", ada.caller.principal.0);
    let last = post(&server, &ada.cookie, &own, "do=disable").await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(last.text.contains("last administrator"));
    let nobody = post(&server, &ada.cookie, &page, "do=delete&calendars=hand-over&heir=nobody").await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nobody.text.contains("there is no such account"));
    let gone = post(&server, &ada.cookie, &page, "do=delete&calendars=hand-over&heir=ada").await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/admin/people"));
    assert_eq!(server.kalends.calendars(ada.caller).await.unwrap().len(), 2);
    assert_eq!(post(&server, &ada.cookie, &page, "do=restore").await.status, StatusCode::SEE_OTHER);
}

/// Has Ben share, publish, belong and be known in every way. Yields the secrets of that.
async fn with_much_around(server: &Server, ada: &Person, ben: &Person) -> Vec<String> {
    use kalends_domain::access::Access;
    let kalends = &server.kalends;
    super::rest_calendars::share(server, ben, ada, Access::Read).await;
    super::rest_calendars::share(server, ada, ben, Access::Write).await;
    let details = kalends_domain::links::LinkDetails {
        name: "Choir".into(),
        access: Access::Read,
        ends_at: None,
        calendars: vec![ben.calendar],
    };
    let (_, link) = kalends.create_link(ben.caller, &details).await.unwrap();
    let (_, password) = kalends.create_app_password(ben.caller.principal, "Phone").await.unwrap();
    kalends.set_delegate(ben.caller, ada.caller.principal, Access::Read).await.unwrap();
    let team = kalends_domain::teams::TeamDetails { name: "Choir".into(), ..Default::default() };
    kalends.create_team(ben.caller, kalends_domain::sharing::PartyKind::Group, team).await.unwrap();
    let by = Administrator::Operator;
    kalends.verify_address(by, ben.caller.principal, "ben@example.org").await.unwrap();
    vec![link.0, password.0]
}

#[tokio::test]
async fn everything_is_in_the_archive() {
    let server = Server::with_pages().await;
    let (ada, ben) = (administrator(&server, "ada").await, server.person("ben").await);
    server.kalends.create_named_calendar(ben.caller, "Work / Travel").await.unwrap();
    let text = event_titled("a", "One");
    server.kalends.put_object(ben.caller, ben.calendar, "a.ics", &text, Precondition::None).await.unwrap();
    let token = with_much_around(&server, &ada, &ben).await;
    for (cookie, path) in [
        (&ben.cookie, "/settings/export.zip".to_owned()),
        (&ada.cookie, format!("/admin/people/{}/export.zip", ben.caller.principal.0)),
    ] {
        let mut client = Client::new(server.address, "ben", "");
        client.authorization = None;
        let answer = client.request("GET", &path).header("Cookie", cookie).send().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/zip"));
        assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"kalends-ben.zip\""));
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(answer.body)).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["Personal.ics", "Work-Travel.ics", "settings.json"]);
        let mut read = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert!(read("Personal.ics").contains("SUMMARY:One"));
        assert!(read("Work-Travel.ics").starts_with("BEGIN:VCALENDAR"));
        let settings: serde_json::Value = serde_json::from_str(&read("settings.json")).unwrap();
        assert_eq!(settings["user_name"], "ben");
        assert_eq!(settings["time_zone"], "Europe/Zurich");
        assert_eq!(settings["calendars"][1]["file"], "Work-Travel.ics");
        let share = &settings["calendars"][0]["shares"][0];
        assert_eq!((&share["with"]["name"], &share["access"]), (&"ada".into(), &"read".into()));
        assert_eq!(settings["calendars"][1]["shares"], serde_json::json!([]));
        assert_eq!(settings["shared_calendars"][0]["owner"]["name"], "ada");
        for (list, field, value) in [
            ("public_links", "name", "Choir"),
            ("programs", "label", "Phone"),
            ("addresses", "address", "ben@example.org"),
        ] {
            assert_eq!(
                (settings[list].as_array().unwrap().len(), &settings[list][0][field]),
                (1, &value.into()),
                "{list}"
            );
        }
        assert_eq!(settings["delegates"][0]["with"]["name"], "ada");
        assert_eq!(
            (&settings["groups"][0]["group"]["name"], &settings["groups"][0]["role"]),
            (&"choir".into(), &"manager".into())
        );
        assert_eq!((&settings["accounts"], &settings["in_step"]), (&serde_json::json!([]), &serde_json::json!([])));
        for secret in &token {
            assert!(!settings.to_string().contains(secret.as_str()));
        }
    }
    let nobody = get(&server, "", "/settings/export.zip").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn wrong_passwords_from_one_address_keep_no_other_waiting_and_no_known_browser() {
    let server = Server::with_pages().await;
    server.person("ada").await;
    let mut client = Client::new(server.address, "ada", "");
    client.authorization = None;
    let try_it = async |password: &str, from: &str, cookie: &str| {
        let request = client.request("POST", "/fn/sign_in").header("Content-Type", FORM).header("Accept", "text/html");
        let request = request.header("X-Forwarded-For", from).header("Cookie", cookie);
        request.body(format!("name=ada&password={}", password.replace(' ', "+"))).send().await
    };
    let signed_in = try_it(PASSWORD, "192.0.2.1", "").await;
    let mut cookies = signed_in.headers("set-cookie").filter_map(|cookie| cookie.split(';').next());
    let device = cookies.find(|cookie| cookie.starts_with("kalends_device=")).expect("a cookie for the device");
    let waits = async |from: &str, cookie: &str| {
        let answer = try_it(PASSWORD, from, cookie).await;
        answer.header("retry-after").map(|seconds| seconds.parse::<u64>().unwrap())
    };
    for _ in 0..5 {
        try_it("wrong", "192.0.2.2", "").await;
    }
    assert!(waits("192.0.2.2", "").await.is_some_and(|seconds| (1..=61).contains(&seconds)));
    assert_eq!(waits("192.0.2.3", "").await, None);
    assert_eq!(waits("192.0.2.2", device).await, None);
}
