//! The profile in the settings and for programs, pictures, and what follows for pages.

use hyper::{Method, StatusCode};
use kalends_domain::accounts::{DefaultView, Origin};
use kalends_test_support::browser::{Answer, Connection, FORM, PASSWORD};
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use serde_json::{Value, json};
use std::io::Read;

/// A PNG of one red pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 0x0c, b'I', b'D', b'A', b'T', 0x08, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0,
    0, 3, 1, 1, 0, 0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

async fn get(server: &Server, cookie: &str, path: &str) -> Answer {
    Connection::open(server.address).await.get(path, cookie).await
}

async fn post(server: &Server, cookie: &str, path: &str, form: &str) -> Answer {
    Connection::open(server.address).await.send(Method::POST, path, cookie, FORM, form).await.unwrap()
}

/// What the settings say after a form.
async fn said(server: &Server, cookie: &str, answer: &Answer) -> String {
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/settings#outcome"));
    let flash = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = get(server, &format!("{cookie}; {flash}"), "/settings").await.text;
    let outcome = page.split("id=\"outcome\"").nth(1).unwrap();
    outcome.split("<span>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

async fn send_picture(server: &Server, cookie: &str, content: &[u8]) -> kalends_test_support::client::Answer {
    let client = Client { address: server.address, name: String::new(), authorization: None };
    let head = b"--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.exe\"\r\nContent-Type: text/html\r\n\r\n";
    let body = [head.as_slice(), content, b"\r\n--x--\r\n"].concat();
    let request = client.request("POST", "/settings/picture").header("Cookie", cookie);
    request.header("Content-Type", "multipart/form-data; boundary=x").body(body).send().await
}

#[tokio::test]
async fn a_picture_is_served_as_nothing_but_a_picture() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    assert_eq!(get(&server, &ben.cookie, "/people/ada/picture").await.status, StatusCode::NOT_FOUND);
    assert!(get(&server, &ada.cookie, "/settings").await.text.contains("class=\"avatar\">A<"), "initials");
    assert_eq!(send_picture(&server, &ada.cookie, PIXEL).await.status, 303);
    let page = get(&server, &ada.cookie, "/settings").await.text;
    let path = page.split("src=\"/people/ada").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/people/ada{path}");
    let shown = get(&server, &ben.cookie, &path).await;
    assert_eq!((shown.status, shown.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(shown.header("cache-control"), "private, max-age=31536000, immutable");
    assert_eq!(get(&server, &ben.cookie, "/people/ada/picture").await.header("cache-control"), "private, no-cache");
    let client = Client { address: server.address, name: String::new(), authorization: None };
    let request = client.request("GET", &path).header("Cookie", &ben.cookie);
    let known = request.header("If-None-Match", shown.header("etag")).send().await;
    assert_eq!((known.status, known.text().as_str()), (304, ""));
    // Without an account there is nothing, whoever is asked for.
    for slug in ["ada", "ben", "nobody"] {
        assert_eq!(get(&server, "", &format!("/people/{slug}/picture")).await.status, StatusCode::NOT_FOUND);
    }
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for wrong in [svg.as_slice(), b"", &PIXEL[..40]] {
        assert_eq!(send_picture(&server, &ada.cookie, wrong).await.status, 303);
        assert_eq!(get(&server, &ben.cookie, &path).await.header("etag"), shown.header("etag"));
    }
    let removed = post(&server, &ada.cookie, "/settings/picture/remove", "").await;
    assert_eq!(said(&server, &ada.cookie, &removed).await, "Your picture was removed.");
    assert_eq!(get(&server, &ben.cookie, &path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_settings_take_name_and_agenda() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let answer = post(&server, &ada.cookie, "/settings/profile", "name=Ada+Lovelace&email=ada%40example.org").await;
    assert_eq!(said(&server, &ada.cookie, &answer).await, "Saved.");
    let answer = post(&server, &ada.cookie, "/settings/profile", "name=&email=").await;
    assert_ne!(said(&server, &ada.cookie, &answer).await, "Saved.");
    let form = format!("view=week&reminder=15&calendar={}&from_0=09%3A00&to_0=17%3A00", ada.calendar.0);
    let answer = post(&server, &ada.cookie, "/settings/agenda", &form).await;
    assert_eq!(said(&server, &ada.cookie, &answer).await, "Saved.");
    let user = server.kalends.user(ada.caller.principal).await.unwrap();
    assert_eq!(user.principal.display_name, "Ada Lovelace");
    assert_eq!((user.preferences.view, user.preferences.reminder_minutes), (Some(DefaultView::Week), Some(15)));
    assert_eq!(user.preferences.time_zone.map(|zone| zone.name()), Some("Europe/Zurich"), "the others stay");
    let answer = post(&server, &ada.cookie, "/settings/agenda", "from_1=17%3A00&to_1=09%3A00").await;
    let why = said(&server, &ada.cookie, &answer).await;
    assert!(why.starts_with("On Tuesday"), "{why}");
    let foreign = server.person("ben").await;
    let form = format!("view=day&calendar={}", foreign.calendar.0);
    let answer = post(&server, &ada.cookie, "/settings/agenda", &form).await;
    assert_ne!(said(&server, &ada.cookie, &answer).await, "Saved.");
    assert_eq!(server.kalends.user(ada.caller.principal).await.unwrap(), user);
    let begins = get(&server, &ada.cookie, "/agenda").await;
    assert!(begins.header("location").starts_with("/agenda/week/"), "{}", begins.header("location"));
}

#[tokio::test]
async fn addresses_are_entered_proven_and_removed() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let send = async |form: &str| {
        let answer = post(&server, &ada.cookie, "/settings/addresses", form).await;
        said(&server, &ada.cookie, &answer).await
    };
    assert_eq!(send("do=add&address=ada%40example.com").await, "The address is kept until it is known to be yours.");
    let page = get(&server, &ada.cookie, "/settings").await.text;
    assert!(page.contains("ada@example.com") && page.contains("Not known to be yours yet"), "{page}");
    assert_ne!(send("do=main&address=ada%40example.com").await, "Saved.");
    assert_eq!(post(&server, &ada.cookie, "/settings/addresses", "do=other").await.status, StatusCode::BAD_REQUEST);
    // An administrator makes the link that is sent there.
    let by = kalends_domain::people::Administrator::Operator;
    let admin = kalends_domain::people::PersonPatch { is_admin: Some(true), ..Default::default() };
    server.kalends.change_person(by, ben.caller.principal, admin).await.unwrap();
    let person = format!("/admin/people/{}", ada.caller.principal.0);
    let made = post(&server, &ben.cookie, &person, "do=address-link&address=ada%40example.com").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    let flash = made.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let page = get(&server, &format!("{}; {flash}", ben.cookie), &person).await.text;
    let link = page.split("/settings/addresses/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let link = format!("/settings/addresses/{link}");
    let signed_out = get(&server, "", &link).await;
    assert!(signed_out.header("location").starts_with("/sign-in?next="), "{}", signed_out.header("location"));
    let (other, hers) = (get(&server, &ben.cookie, &link).await, get(&server, &ada.cookie, &link).await);
    assert!(said(&server, &ben.cookie, &other).await.starts_with("That link was for somebody else"));
    assert_eq!(said(&server, &ada.cookie, &hers).await, "ada@example.com is known to be yours now.");
    let user = server.kalends.user(ada.caller.principal).await.unwrap();
    assert_eq!(user.principal.email.as_deref(), Some("ada@example.com"));
    // By the administrator's own word, and what is no address any more.
    post(&server, &ben.cookie, &person, "do=verify-address&address=a%40example.net").await;
    assert_eq!(send("do=main&address=a%40example.net").await, "Saved.");
    assert_eq!(send("do=remove&address=ada%40example.com").await, "The address is removed.");
    post(&server, &ben.cookie, &person, "do=remove-address&address=a%40example.net").await;
    assert!(server.kalends.own_addresses(ada.caller).await.unwrap().is_empty());
}

#[tokio::test]
async fn each_page_names_the_sheet_of_whoever_sees_it() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let sheet = async |cookie: &str| {
        let page = get(&server, cookie, "/settings").await.text;
        let at = page.split("href=\"/settings/own.css").nth(1).unwrap().split('"').next().unwrap();
        let sheet = get(&server, cookie, &format!("/settings/own.css{at}")).await;
        assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
        assert_eq!(sheet.header("cache-control"), "private, max-age=31536000, immutable");
        (at.to_owned(), sheet.text)
    };
    let (before, style) = sheet(&ada.cookie).await;
    assert!(style.contains("content:\"\\41 \" / \"\"") && !style.contains("grid__column"), "{style}");
    post(&server, &ada.cookie, "/settings/agenda", "from_0=09%3A00&to_0=17%3A00").await;
    send_picture(&server, &ada.cookie, PIXEL).await;
    let (after, style) = sheet(&ada.cookie).await;
    assert!(style.contains("grid__column") && style.contains("url(\"/people/ada/picture?v="), "{style}");
    assert_ne!(before, after);
    assert_eq!(
        get(&server, &ada.cookie, &format!("/settings/own.css{before}")).await.header("cache-control"),
        "no-store"
    );
    assert_eq!(get(&server, "", "/settings/own.css").await.status, StatusCode::NOT_FOUND);
    assert!(!get(&server, "", "/sign-in").await.text.contains("own.css"));
}

#[tokio::test]
async fn programs_read_and_change_the_profile() {
    let server = Server::with_pages().await;
    let ada = server.account("ada").await;
    let send = async |change: Value| {
        let request = ada.request("PATCH", "/api/v1.0/users/me").header("Content-Type", "application/json");
        let answer = request.body(change.to_string()).send().await;
        (answer.status, serde_json::from_str::<Value>(&answer.text()).unwrap())
    };
    let day = json!({ "start": "09:00", "end": "24:00" });
    let week = json!({ "monday": day, "tuesday": null, "wednesday": null, "thursday": null, "friday": null, "saturday": null, "sunday": day });
    let change = json!({ "display_name": "Ada L.", "email": "ada@example.com", "view": "day", "reminder_minutes": 0, "working_hours": week });
    let (status, me) = send(change.clone()).await;
    assert_eq!(status, 200, "{me}");
    for (field, value) in change.as_object().unwrap().iter().filter(|(field, _)| *field != "email") {
        assert_eq!(me[field], *value, "{field}");
    }
    // An address that is entered is shown once it was shown to be hers.
    assert_eq!(me["email"], "ada@example.org");
    let addresses = json!([
        { "email": "ada@example.org", "is_verified": true },
        { "email": "ada@example.com", "is_verified": false },
    ]);
    assert_eq!(me["addresses"], addresses);
    let by = kalends_domain::people::Administrator::Operator;
    let id = server.kalends.user_by_slug("ada").await.unwrap().principal.id;
    server.kalends.verify_address(by, id, "ada@example.com").await.unwrap();
    let (_, me) = send(json!({ "email": "ada@example.com" })).await;
    assert_eq!((&me["email"], &me["addresses"][0]["email"]), (&"ada@example.com".into(), &"ada@example.com".into()));
    for (field, wrong) in [
        ("view", json!("decade")),
        ("working_hours", json!({ "monday": { "start": "17:00", "end": "09:00" } })),
        ("reminder", json!(1_000_000)),
    ] {
        let name = if field == "reminder" { "reminder_minutes" } else { field };
        let (status, problem) = send(json!({ "display_name": "Other", name: wrong })).await;
        assert_eq!((status, &problem["field"]), (422, &field.into()), "{problem}");
    }
    let (status, me) =
        send(json!({ "view": null, "reminder_minutes": null, "working_hours": null, "email": null })).await;
    assert_eq!((status, &me["display_name"], &me["email"]), (200, &"Ada L.".into(), &Value::Null));
    let picture = "/api/v1.0/users/me/picture";
    let put = async |kind: &str, content: &[u8]| {
        ada.request("PUT", picture).header("Content-Type", kind).body(content).send().await.status
    };
    assert_eq!(ada.get(picture).await.status, 404);
    assert_eq!(put("image/png", PIXEL).await, 204);
    assert_eq!(put("image/svg+xml", b"<svg/>").await, 415);
    assert_eq!(put("image/png", b"<svg/>").await, 422);
    assert_eq!(ada.get("/api/v1.0/users/ada/picture").await.header("content-type"), Some("image/jpeg"));
    assert_eq!(ada.get("/api/v1.0/users/nobody/picture").await.status, 404);
    assert_eq!(ada.delete(picture).await.status, 204);
    assert_eq!(ada.get(picture).await.status, 404);
}

#[tokio::test]
async fn what_is_taken_out_has_the_profile() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    send_picture(&server, &ada.cookie, PIXEL).await;
    post(&server, &ada.cookie, "/settings/agenda", "view=week&reminder=15&from_0=09%3A00&to_0=17%3A00").await;
    let client = Client { address: server.address, name: String::new(), authorization: None };
    let session = server.kalends.sign_in("ada", PASSWORD, &Origin::default()).await.unwrap().session.0;
    let request = client.request("GET", "/settings/export.zip").header("Cookie", &format!("kalends_session={session}"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(request.send().await.body)).unwrap();
    let mut text = String::new();
    archive.by_name("settings.json").unwrap().read_to_string(&mut text).unwrap();
    let settings: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&settings["view"], &settings["reminder_minutes"]), (&"week".into(), &15.into()));
    assert_eq!(settings["working_hours"][0], json!({ "start": "09:00", "end": "17:00" }));
    assert_eq!(settings["picture"], "picture.jpg");
    assert!(archive.by_name("picture.jpg").unwrap().size() > 100);
}
