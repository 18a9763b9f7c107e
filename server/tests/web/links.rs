//! What everybody sees who has the address of a public link, and what nobody does.

use hyper::{Method, StatusCode};
use kalends_domain::access::Access;
use kalends_domain::links::{LinkDetails, LinkId};
use kalends_domain::objects::Precondition;
use kalends_test_support::browser::{Answer, FORM, Person};
use kalends_test_support::events::Events;
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, component};
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};

/// No token: it is as long as one and was never given out.
const UNKNOWN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

async fn get(server: &Server, path: &str) -> Answer {
    server.connect().await.get(path, "").await
}

async fn with(server: &Server, path: &str, headers: &[(&str, &str)]) -> (StatusCode, Events) {
    let answer = Events::open(server.address, path, headers).await;
    (answer.status, answer)
}

/// An event an hour from now, and `more` lines of it.
async fn put(server: &Server, of: &Person, uid: &str, more: &str) {
    let start = (chrono::Utc::now() + chrono::TimeDelta::hours(1)).format("%Y%m%dT%H%M%SZ");
    let text = calendar(&component("VEVENT", uid, &format!("DTSTART:{start}\nDURATION:PT1H\n{more}")));
    let name = format!("{uid}.ics");
    server.kalends.put_object(of.caller, of.calendar, &name, &text, Precondition::None).await.unwrap();
}

async fn make(server: &Server, of: &Person, access: Access) -> (LinkId, String) {
    let details = LinkDetails { name: "Choir".into(), access, ends_at: None, calendars: vec![of.calendar] };
    let (id, secret) = server.kalends.create_link(of.caller, &details).await.unwrap();
    (id, secret.0)
}

/// Every address of a link.
fn addresses(token: &str) -> [String; 7] {
    [
        format!("/public/{token}"),
        format!("/public/{token}?view=week"),
        format!("/public/{token}?view=list"),
        format!("/feeds/{token}.ics"),
        format!("/embed/{token}"),
        format!("/embed/{token}?part=1&layout=month"),
        format!("/wall/{token}"),
    ]
}

#[tokio::test]
async fn everything_at_a_link_shows_what_is_public_and_nothing_else() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    put(
        &server,
        &ada,
        "open",
        "SUMMARY:Open <b>day\nLOCATION:Hall\nATTENDEE:mailto:guest@example.org\nATTACH:https://a.example/x",
    )
    .await;
    put(&server, &ada, "doctor", "SUMMARY:Doctor\nLOCATION:Clinic\nCLASS:PRIVATE").await;
    let (_, read) = make(&server, &ada, Access::Read).await;
    let (_, busy) = make(&server, &ada, Access::FreeBusy).await;
    for path in addresses(&read) {
        let answer = get(&server, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(answer.text.contains("Open ") && answer.text.contains("Busy"), "{path}: {}", answer.text);
        for hidden in ["Doctor", "Clinic", "guest@", "a.example"] {
            assert!(!answer.text.contains(hidden), "{path}: {hidden}: {}", answer.text);
        }
        assert!(answer.text.contains("BEGIN:") || !answer.text.contains("<b>day"), "{path}");
    }
    for path in addresses(&busy) {
        let answer = get(&server, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text.contains("Busy"), "{path}: {}", answer.text);
        for hidden in ["Open <", "Open &lt;", "Hall", "Doctor", "guest@"] {
            assert!(!answer.text.contains(hidden), "{path}: {hidden}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn what_was_revoked_or_has_ended_is_the_same_as_what_never_was() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let (revoked, first) = make(&server, &ada, Access::Read).await;
    server.kalends.revoke_link(ada.caller, revoked).await.unwrap();
    let (rotated, second) = make(&server, &ada, Access::Read).await;
    server.kalends.rotate_link(ada.caller, rotated).await.unwrap();
    let ending = LinkDetails {
        name: "Short".into(),
        access: Access::Read,
        ends_at: Some(chrono::Utc::now() + chrono::TimeDelta::milliseconds(50)),
        calendars: vec![ada.calendar],
    };
    let (_, third) = server.kalends.create_link(ada.caller, &ending).await.unwrap();
    tokio::time::sleep(Duration::from_millis(120)).await;
    for (at, path) in addresses(UNKNOWN).into_iter().enumerate() {
        let unknown = get(&server, &path).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{path}");
        for token in [&first, &second, &third.0, "x"] {
            let answer = get(&server, &addresses(token)[at]).await;
            assert_eq!((answer.status, &answer.text), (unknown.status, &unknown.text), "{path}");
            let mut headers = [answer.headers, unknown.headers.clone()];
            for headers in &mut headers {
                headers.remove("date");
                headers.remove("x-request-id");
            }
            assert_eq!(headers[0], headers[1], "{path}");
        }
    }
    for token in [first.as_str(), UNKNOWN] {
        let (status, _) = with(&server, &format!("/public/{token}/stream"), &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    assert_eq!(get(&server, "/feeds/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_feed_is_sent_when_it_has_changed() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    put(&server, &ada, "one", "SUMMARY:One").await;
    let (_, token) = make(&server, &ada, Access::Read).await;
    let path = format!("/feeds/{token}.ics");
    let first = get(&server, &path).await;
    assert_eq!(first.header("content-type"), "text/calendar; charset=utf-8");
    for line in [
        "X-WR-CALNAME:Choir",
        "NAME:Choir",
        "REFRESH-INTERVAL;VALUE=DURATION:PT3600S",
        "X-PUBLISHED-TTL:PT3600S",
        "COLOR:",
    ] {
        assert!(first.text.contains(&format!("\r\n{line}")), "{line}: {}", first.text);
    }
    let (etag, modified) = (first.header("etag").to_owned(), first.header("last-modified").to_owned());
    for known in [[("if-none-match", etag.as_str())], [("if-modified-since", modified.as_str())]] {
        let (status, answer) = with(&server, &path, &known).await;
        assert_eq!((status, answer.headers["etag"].to_str().unwrap()), (StatusCode::NOT_MODIFIED, etag.as_str()));
        assert_eq!(answer.text().await, "");
    }
    let head = server.connect().await.send(Method::HEAD, &path, "", "", "").await.unwrap();
    assert_eq!((head.status, head.header("etag"), head.text.as_str()), (StatusCode::OK, etag.as_str(), ""));
    put(&server, &ada, "two", "SUMMARY:Two").await;
    let (status, answer) = with(&server, &path, &[("if-none-match", &etag)]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer.text().await.contains("SUMMARY:Two"));
    let odd = with(&server, &path, &[("if-none-match", "nonsense")]).await;
    assert_eq!(odd.0, StatusCode::OK);
}

/// What the Python library `icalendar` reads in a feed.
fn as_others_read_it(feed: &str) -> Option<Value> {
    let python = std::env::var_os("KALENDS_TEST_PYTHON")?;
    let program = "import icalendar, json, sys\n\
        calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())\n\
        zones = [str(zone['TZID']) for zone in calendar.walk('VTIMEZONE')]\n\
        events = sorted(str(event['SUMMARY']) for event in calendar.walk('VEVENT'))\n\
        print(json.dumps({'name': str(calendar['NAME']), 'zones': zones, 'events': events}))";
    let mut child = std::process::Command::new(python)
        .args(["-c", program])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(feed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[tokio::test]
async fn other_programs_read_a_feed_of_several_calendars() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let second = server.kalends.create_named_calendar(ada.caller, "Second").await.unwrap().id;
    let zone = "BEGIN:VTIMEZONE\nTZID:Europe/Zurich\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n";
    for (to, uid, title) in
        [(ada.calendar, "a", "Rehearsal, \"full\""), (second, "a", "Twice"), (second, "b", "Concert")]
    {
        let lines =
            format!("DTSTART;TZID=Europe/Zurich:20260305T190000\nDURATION:PT2H\nSUMMARY:{}", title.replace(',', "\\,"));
        let text = calendar(&format!("{zone}{}", component("VEVENT", uid, &lines)));
        server.kalends.put_object(ada.caller, to, &format!("{uid}.ics"), &text, Precondition::None).await.unwrap();
    }
    let details = LinkDetails {
        name: "Choir of the town".into(),
        access: Access::Read,
        ends_at: None,
        calendars: vec![ada.calendar, second],
    };
    let (_, secret) = server.kalends.create_link(ada.caller, &details).await.unwrap();
    let feed = get(&server, &format!("/feeds/{}.ics", secret.0)).await.text;
    assert_eq!((feed.matches("BEGIN:VTIMEZONE").count(), feed.matches("BEGIN:VEVENT").count()), (1, 2), "{feed}");
    if let Some(read) = as_others_read_it(&feed) {
        let expected = json!({ "name": "Choir of the town", "zones": ["Europe/Zurich"], "events": ["Concert", "Rehearsal, \"full\""] });
        assert_eq!(read, expected);
    }
}

#[tokio::test]
async fn nothing_of_an_address_goes_on_and_only_allowed_sites_have_it_in_frames() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let (_, token) = make(&server, &ada, Access::Read).await;
    for path in addresses(&token).into_iter().chain(["/embed.js".to_owned()]) {
        let answer = get(&server, &path).await;
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow", "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        let is_embedded = path.starts_with("/embed/");
        let frames = policy.rsplit("frame-ancestors ").next().unwrap();
        assert_eq!(frames, if is_embedded { "'self' https://www.example.org" } else { "'none'" }, "{path}");
        let is_open = is_embedded || path.starts_with("/feeds/") || path == "/embed.js";
        assert_eq!(answer.header("access-control-allow-origin"), if is_open { "*" } else { "" }, "{path}");
        assert_eq!(answer.header("x-frame-options"), if is_open { "" } else { "DENY" }, "{path}");
        assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{path}");
    }
    let page = get(&server, &format!("/public/{token}")).await.text;
    assert!(page.contains("<title>Choir</title>"), "{page}");
    assert!(page.contains("webcal://cal.example.org/feeds/") && page.contains("noindex"), "{page}");
    assert!(!page.contains("kalends-live") && !page.contains(".wasm"), "{page}");
    assert!(page.contains("rel=\"prev\"") && page.contains("rel=\"next\""), "{page}");
    let zone = get(&server, &format!("/public/{token}?zone=Asia/Tokyo")).await.text;
    assert!(zone.contains("value=\"Asia/Tokyo\" selected"), "{zone}");
    let wall = get(&server, &format!("/wall/{token}")).await.text;
    assert!(wall.contains("http-equiv=\"refresh\" content=\"60\""), "{wall}");
    // The files of the site that stand in the same folder are still there, or not, as they were.
    assert_eq!(get(&server, "/public/no-such-file.svg").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_embedded_is_small() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    for number in 0..7 {
        put(
            &server,
            &ada,
            &format!("e{number}"),
            &format!("SUMMARY:Rehearsal number {number}\nLOCATION:Town hall, room {number}"),
        )
        .await;
    }
    let (_, token) = make(&server, &ada, Access::Read).await;
    let mut octets = 0;
    for path in ["/embed.js".to_owned(), format!("/embed/{token}?part=1&limit=7")] {
        let (status, answer) = with(&server, &path, &[("accept-encoding", "gzip")]).await;
        assert_eq!((status, answer.headers["content-encoding"].to_str().unwrap()), (StatusCode::OK, "gzip"), "{path}");
        octets += answer.octets().await;
    }
    assert!(octets > 1_000 && octets <= 30 * 1024, "{octets} octets");
}

#[tokio::test]
async fn whoever_looks_hears_of_a_change_and_of_the_end() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let (id, token) = make(&server, &ada, Access::Read).await;
    let path = format!("/public/{token}/stream");
    let mut events = Events::open(server.address, &path, &[]).await;
    assert_eq!(events.status, StatusCode::OK);
    assert_eq!(events.headers["access-control-allow-origin"], "*");
    let ready = events.until("ready").await;
    assert_eq!(ready.len(), 1);
    let begun = Instant::now();
    put(&server, &ada, "one", "SUMMARY:One").await;
    let change = events.next().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!((change.kind.as_str(), change.data.as_str()), ("change", "{}"));
    let mut again = Events::open(server.address, &path, &[("last-event-id", &ready[0].id)]).await;
    assert_eq!(again.next().await.unwrap().kind, "change");
    assert_eq!(again.next().await.unwrap().kind, "ready");
    server.kalends.revoke_link(ada.caller, id).await.unwrap();
    for events in [&mut events, &mut again] {
        assert_eq!(events.next().await.unwrap().kind, "gone");
        assert_eq!(events.next().await, None);
    }
}

#[tokio::test]
async fn guesses_from_one_network_have_to_wait() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let (_, token) = make(&server, &ada, Access::Read).await;
    let path = format!("/wall/{token}");
    let from = async |path: &str, address: &str| with(&server, path, &[("x-forwarded-for", address)]).await;
    let wrong = format!("/wall/{UNKNOWN}");
    let mut tries = 0;
    let refused = loop {
        let (status, answer) = from(&wrong, "192.0.2.7").await;
        if status != StatusCode::NOT_FOUND {
            break (status, answer);
        }
        tries += 1;
        assert!(tries < 200);
    };
    assert_eq!(refused.0, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.1.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 60);
    assert_eq!(from(&path, "192.0.2.7").await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(from(&path, "192.0.2.8").await.0, StatusCode::OK);
}

async fn post(server: &Server, person: &Person, form: &str) -> Answer {
    let path = format!("/calendars/{}/sharing", person.calendar.0);
    server.connect().await.send(Method::POST, &path, &person.cookie, FORM, form).await.unwrap()
}

/// The page after a form, with what was left for it.
async fn followed(server: &Server, person: &Person, answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let cookies = format!("{}; {cookie}", person.cookie);
    let path = answer.header("location").split('#').next().unwrap().to_owned();
    server.connect().await.get(&path, &cookies).await.text
}

#[tokio::test]
async fn links_are_made_changed_and_revoked_by_forms_and_their_addresses_shown_once() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let made = post(
        &server,
        &ada,
        &format!("do=link-make&name=Choir+%3C1%3E&level=read&ends=2099-12-31&calendar={}", ada.calendar.0),
    )
    .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let page = followed(&server, &ada, &made).await;
    let token = page.split("/feeds/").nth(1).unwrap().split(".ics").next().unwrap().to_owned();
    assert_eq!(get(&server, &format!("/public/{token}")).await.status, StatusCode::OK);
    assert!(
        page.contains("kalends-events") && page.contains("webcal://") && page.contains("until 31 Dec 2099"),
        "{page}"
    );
    let again = server.connect().await.get(&format!("/calendars/{}/sharing", ada.calendar.0), &ada.cookie).await.text;
    assert!(again.contains("Choir &lt;1&gt;") && !again.contains(&token), "{again}");

    let id = server.kalends.links(ada.caller).await.unwrap()[0].id.0;
    let change = format!("do=link-change&link={id}&name=Band&level=free-busy&ends=&calendar={}", ada.calendar.0);
    assert_eq!(post(&server, &ada, &change).await.status, StatusCode::SEE_OTHER);
    let link = server.kalends.links(ada.caller).await.unwrap().remove(0);
    assert_eq!((link.name.as_str(), link.access, link.ends_at), ("Band", Access::FreeBusy, None));
    let rotated = post(&server, &ada, &format!("do=link-rotate&link={id}")).await;
    let page = followed(&server, &ada, &rotated).await;
    assert!(page.contains("/feeds/") && !page.contains(&token), "{page}");
    assert_eq!(get(&server, &format!("/public/{token}")).await.status, StatusCode::NOT_FOUND);
    for (form, said) in [
        ("do=link-make&name=&level=read&ends=".to_owned(), "1 to 100 characters"),
        (format!("do=link-make&name=X&level=write&ends=&calendar={}", ada.calendar.0), "for reading or for busy times"),
        ("do=link-make&name=X&level=read&ends=".to_owned(), "Choose a calendar"),
        (format!("do=link-make&name=X&level=read&ends=2020-01-01&calendar={}", ada.calendar.0), "field-error"),
    ] {
        let answer = post(&server, &ada, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}: {}", answer.text);
        assert!(answer.text.contains(said), "{form}: {}", answer.text);
    }
    let revoke = format!("do=link-revoke&link={id}");
    assert_eq!(post(&server, &ada, &revoke).await.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&server, &ada, &revoke).await.status, StatusCode::NOT_FOUND);
    let ben = server.person("ben").await;
    let theirs = format!("/calendars/{}/sharing", ada.calendar.0);
    let mut connection = server.connect().await;
    let refused = connection.send(Method::POST, &theirs, &ben.cookie, FORM, "do=link-make&name=X&level=read").await;
    assert_eq!(refused.unwrap().status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn programs_make_and_end_links() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let send = async |method: Method, path: &str, who: &Person, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let path = format!("/api/v1.0/{path}");
        server.connect().await.send(method, &path, &who.cookie, "application/json", &body).await.unwrap()
    };
    let of = format!("calendars/{}/links", ada.calendar.0);
    let wanted = json!({ "name": "Choir", "access": "read", "ends": "2099-12-31T23:00:00Z" });
    let made = send(Method::POST, &of, &ada, wanted.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made: Value = serde_json::from_str(&made.text).unwrap();
    let id = made["id"].as_i64().unwrap();
    assert_eq!(get(&server, made["page"].as_str().unwrap()).await.status, StatusCode::OK);
    for list in [of.as_str(), "links"] {
        let listed: Value = serde_json::from_str(&send(Method::GET, list, &ada, Value::Null).await.text).unwrap();
        let link = &listed["links"][0];
        assert_eq!(
            (&link["name"], &link["access"], &link["uses"]),
            (&json!("Choir"), &json!("read"), &json!(1)),
            "{listed}"
        );
        assert!(!listed.to_string().contains(made["token"].as_str().unwrap()));
    }
    let one = format!("links/{id}");
    let change = json!({ "name": "Band", "access": "free-busy", "calendars": [ada.calendar.0] });
    assert_eq!(send(Method::PUT, &one, &ben, change.clone()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(Method::PUT, &one, &ada, change).await.status, StatusCode::NO_CONTENT);
    let rotated = send(Method::POST, &format!("{one}/rotate"), &ada, Value::Null).await;
    assert_eq!(rotated.status, StatusCode::OK, "{}", rotated.text);
    assert_eq!(get(&server, made["page"].as_str().unwrap()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(Method::POST, &of, &ben, wanted).await.status, StatusCode::NOT_FOUND);
    let wrong = json!({ "name": "X", "access": "owner" });
    assert_eq!(send(Method::POST, &of, &ada, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(Method::DELETE, &one, &ada, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(send(Method::DELETE, &one, &ada, Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_settings_show_what_an_own_link_looks_like_elsewhere_to_its_maker_alone() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    put(&server, &ada, "a", "SUMMARY:Rehearsal").await;
    put(&server, &ada, "b", "SUMMARY:Doctor\nCLASS:PRIVATE").await;
    let (link, token) = make(&server, &ada, Access::Read).await;
    let see = async |of: &str, path: &str| server.connect().await.get(path, of).await;
    let path = format!("/settings/embed/{}", link.0);
    let preview = see(&ada.cookie, &format!("{path}?layout=list&limit=3&theme=dark")).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    assert!(preview.text.contains("Rehearsal") && !preview.text.contains("Doctor"), "{}", preview.text);
    assert!(preview.text.contains("data-theme=\"dark\""));
    assert!(preview.header("content-security-policy").contains("frame-ancestors 'self'"));
    assert_eq!((preview.header("x-frame-options"), preview.header("cache-control")), ("SAMEORIGIN", "no-store"));
    let month = see(&ada.cookie, &format!("{path}?layout=month")).await;
    assert!(month.text.contains(&format!("{path}?layout=month")), "its months lead to the preview");
    assert_eq!(server.kalends.links(ada.caller).await.unwrap()[0].uses, 0, "it is no use of the link");
    // Whose it is not, and who is nobody, is answered as if there was none.
    let absent = see(&ben.cookie, "/settings/embed/987654321").await;
    for other in [see(&ben.cookie, &path).await, see("", &path).await] {
        assert_eq!((other.status, &other.text), (StatusCode::NOT_FOUND, &absent.text));
    }

    let page = see(&ada.cookie, "/settings/embed?limit=3&lang=de-CH&theme=dark").await;
    assert!(page.header("content-security-policy").contains("frame-src 'self'"));
    assert!(
        page.text.contains(&format!("src=\"{path}?layout=list&amp;limit=3&amp;lang=de-CH&amp;theme=dark\"")),
        "{}",
        page.text
    );
    assert!(page.text.contains("/embed/ADDRESS") && !page.text.contains(&token));
    let site = page.text.split("/embed/ADDRESS").next().unwrap().rsplit("&quot;").next().unwrap().to_owned();
    let pasted =
        format!("/settings/embed?address={}%2Ffeeds%2F{token}.ics", site.replace(':', "%3A").replace('/', "%2F"));
    let page = see(&ada.cookie, &pasted).await;
    assert!(
        page.text.contains(&format!("{site}/embed/{token}?layout=list&amp;limit=7"))
            || page.text.contains(&format!("/embed/{token}")),
        "{}",
        page.text
    );
    assert!(!page.text.contains("ADDRESS\""));
    let page = see(&ben.cookie, &format!("/settings/embed?link={}", link.0)).await;
    assert!(!page.text.contains("<iframe") && !page.text.contains("Choir"), "{}", page.text);
    assert!(!see(&ada.cookie, "/settings").await.header("content-security-policy").contains("frame-src 'self'"));
    server.kalends.revoke_link(ada.caller, link).await.unwrap();
    assert_eq!(see(&ada.cookie, &path).await.status, StatusCode::NOT_FOUND);
}
