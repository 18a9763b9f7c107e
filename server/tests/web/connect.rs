//! Connecting devices: the page with its QR code, the profile of Apple's systems, and Nextcloud's login flow from its beginning to the
//! calendars.

use hyper::{Method, StatusCode};
use kalends_test_support::browser::{Answer, Connection, FORM};
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use serde_json::Value;

const DAVX5: &str = "DAVx5/4.5.1-ose (dav4jvm; okhttp/5.1.0) Android/15";
const SITE: &str = "http://cal.example.org";

async fn get(server: &Server, cookie: &str, path: &str) -> Answer {
    Connection::open(server.address).await.get(path, cookie).await
}

async fn post(server: &Server, cookie: &str, path: &str, form: &str) -> Answer {
    Connection::open(server.address).await.send(Method::POST, path, cookie, FORM, form).await.unwrap()
}

/// What a program sends, without cookies.
async fn program(server: &Server, path: &str, form: Option<&str>) -> (u16, String, Value) {
    let client = Client { address: server.address, name: String::new(), authorization: None };
    let mut request = client.request("POST", path).header("User-Agent", DAVX5);
    if let Some(form) = form {
        request = request.header("Content-Type", FORM).body(form);
    }
    let answer = request.send().await;
    let media_type = answer.header("content-type").unwrap_or_default().to_owned();
    (answer.status, media_type, serde_json::from_str(&answer.text()).unwrap_or_default())
}

/// Begins a flow; yields the token to poll with, and the path of the page that lets it in.
async fn begin(server: &Server) -> (String, String) {
    let (status, media_type, begun) = program(server, "/index.php/login/v2", None).await;
    assert_eq!((status, media_type.as_str()), (200, "application/json"));
    assert_eq!(begun["poll"]["endpoint"], format!("{SITE}/login/v2/poll"));
    let login = begun["login"].as_str().unwrap().strip_prefix(SITE).unwrap().to_owned();
    (begun["poll"]["token"].as_str().unwrap().to_owned(), login)
}

async fn poll(server: &Server, token: &str) -> (u16, Value) {
    let (status, _, body) = program(server, "/login/v2/poll", Some(&format!("token={token}"))).await;
    (status, body)
}

/// What is left for the next page: of two cookies with one name browsers keep the last.
fn cookie_of(answer: &Answer) -> String {
    let mut cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    cookies.next_back().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_program_is_let_in_by_a_button_and_finds_the_calendars() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let (token, login) = begin(&server).await;
    assert_eq!(poll(&server, &token).await.0, 404);
    // Whoever is not signed in does that first, and comes back.
    let page = get(&server, "", &login).await;
    assert_eq!(page.status, StatusCode::FOUND);
    assert_eq!(page.header("location"), format!("/sign-in?next={}", login.replace('/', "%2F")));
    let page = get(&server, &ada.cookie, &login).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Let DAVx5 in?") && page.text.contains("Android/15"), "{}", page.text);
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(poll(&server, &token).await.0, 404, "looking lets nobody in");
    let granted = post(&server, &ada.cookie, &login, "do=let-in&label=My+phone&access=write").await;
    assert_eq!(
        (granted.status, granted.header("location")),
        (StatusCode::SEE_OTHER, format!("{login}#outcome").as_str())
    );
    let cookies = format!("{}; {}", ada.cookie, cookie_of(&granted));
    assert!(get(&server, &cookies, &login).await.text.contains("It is let in."));
    let (status, let_in) = poll(&server, &token).await;
    assert_eq!((status, &let_in["server"], &let_in["loginName"]), (200, &SITE.into(), &"ada".into()));
    assert_eq!(poll(&server, &token).await.0, 404, "once");
    assert_eq!(get(&server, &ada.cookie, &login).await.status, StatusCode::NOT_FOUND);
    // Then it looks where Nextcloud has CalDAV, as it does at every server.
    let client = Client::new(server.address, "ada", let_in["appPassword"].as_str().unwrap());
    for path in ["/remote.php/dav", "/remote.php/dav/", "/.well-known/caldav"] {
        for method in ["PROPFIND", "OPTIONS", "GET", "REPORT"] {
            let redirect = client.request(method, path).send().await;
            assert_eq!(
                (redirect.status, redirect.header("location")),
                (308, Some("/api/v1.0/caldav/")),
                "{method} {path}"
            );
        }
    }
    let principal = client.property("/api/v1.0/caldav/", "D:current-user-principal").await;
    assert!(format!("{principal:?}").contains("/principals/ada/"), "{principal:?}");
    let listed = server.kalends.app_passwords(ada.caller.principal).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["My phone"]);
}

#[tokio::test]
async fn no_other_site_and_no_program_lets_one_in() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let (token, login) = begin(&server).await;
    let form = "do=let-in&label=x";
    let client = Client { address: server.address, name: "ada".into(), authorization: None };
    for (name, value) in
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example")]
    {
        let request = client.request("POST", &login).header("Cookie", &ada.cookie).header(name, value);
        let refused = request.header("Content-Type", FORM).body(form).send().await;
        assert_eq!(refused.status, 403, "{name} {value}");
    }
    assert_eq!(post(&server, "", &login, form).await.status, StatusCode::SEE_OTHER);
    let app = server.account("ben").await;
    let refused = app.request("POST", &login).header("Content-Type", FORM).body(form).send().await;
    assert_eq!(refused.status, 303, "an app password is no session");
    assert_eq!(poll(&server, &token).await.0, 404);
    assert_eq!(post(&server, &ada.cookie, &login, "do=nothing").await.status, StatusCode::BAD_REQUEST);
    let nameless = post(&server, &ada.cookie, &login, "do=let-in&label=").await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.text.contains("Let DAVx5 in?"));
    assert_eq!(post(&server, &ada.cookie, &login, "do=send-away").await.status, StatusCode::SEE_OTHER);
    assert_eq!(poll(&server, &token).await.0, 404);
    assert_eq!(post(&server, &ada.cookie, &login, form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&server, &ada.cookie, "/login/v2/flow/nothing").await.status, StatusCode::NOT_FOUND);
    for wrong in [None, Some("x=y"), Some("token=")] {
        assert_eq!(program(&server, "/login/v2/poll", wrong).await.0, 404);
    }
    assert!(server.kalends.app_passwords(ada.caller.principal).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_device_is_connected_by_what_is_shown_once() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let page = get(&server, &ada.cookie, "/settings/connect").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("class=\"qr\"") && !page.text.contains("_caldav"), "records are for administrators");
    let made = post(&server, &ada.cookie, "/settings/connect", "do=show&label=Phone+%3Cb%3E&access=read").await;
    assert_eq!((made.status, made.header("location")), (StatusCode::SEE_OTHER, "/settings/connect#app-password"));
    let cookies = format!("{}; {}", ada.cookie, cookie_of(&made));
    let page = get(&server, &cookies, "/settings/connect").await;
    assert!(page.text.contains("class=\"qr\"") && page.text.contains("Phone &lt;b&gt;"), "{}", page.text);
    let link = page.text.split("href=\"caldav://ada:").nth(1).unwrap().split('"').next().unwrap();
    let (secret, rest) = link.split_once('@').unwrap();
    assert_eq!(rest, "cal.example.org/api/v1.0/caldav/");
    assert!(page.text.contains(&format!("value=\"{secret}\"")));
    let client = Client::new(server.address, "ada", secret);
    assert_eq!(client.propfind("/api/v1.0/caldav/", "0", "").await.status, 207);
    assert_eq!(client.put(&client.at("a.ics"), "x").await.status, 403, "it only reads");
    let again = get(&server, &format!("{}; {}", ada.cookie, cookie_of(&page)), "/settings/connect").await;
    assert!(!again.text.contains(secret) && again.text.contains("was shown once"), "{}", again.text);
    let refused = post(&server, &ada.cookie, "/settings/connect", "do=show&label=").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post(&server, &ada.cookie, "/settings/connect", "label=x").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(post(&server, "", "/settings/connect", "do=show&label=x").await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.kalends.app_passwords(ada.caller.principal).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_apple_profile_has_an_app_password_of_its_own() {
    let server = Server::with_pages().await;
    let ada = server.person("ada").await;
    let made = post(&server, &ada.cookie, "/settings/connect", "do=profile&label=Ada%27s+%3CiPhone%3E").await;
    assert_eq!((made.status, made.header("content-type")), (StatusCode::OK, "application/x-apple-aspen-config"));
    assert_eq!(made.header("content-disposition"), "attachment; filename=\"kalends-ada.mobileconfig\"");
    assert_eq!(made.header("cache-control"), "no-store");
    let plist = made.text.split_once("<plist").map(|(_, rest)| format!("<plist{rest}")).unwrap();
    let document = roxmltree::Document::parse(&plist).unwrap();
    let value = |key: &str| {
        let key = document.descendants().find(|node| node.has_tag_name("key") && node.text() == Some(key)).unwrap();
        key.next_sibling_element().unwrap().text().unwrap_or_default().to_owned()
    };
    assert_eq!((value("CalDAVHostName"), value("CalDAVUsername")), ("cal.example.org".into(), "ada".into()));
    assert_eq!(value("CalDAVPrincipalURL"), format!("{SITE}/api/v1.0/caldav/principals/ada/"));
    let client = Client::new(server.address, "ada", &value("CalDAVPassword"));
    assert_eq!(client.propfind("/api/v1.0/caldav/principals/ada/", "0", "").await.status, 207);
    let listed = server.kalends.app_passwords(ada.caller.principal).await.unwrap();
    assert_eq!(listed[0].label, "Ada's <iPhone>");
}
