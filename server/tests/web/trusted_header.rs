//! A header by which a trusted proxy says who asks: on pages, for programs, and with CalDAV.

use hyper::StatusCode;
use kalends_domain::Limits;
use kalends_server::trusted_header::TrustedHeader;
use kalends_test_support::client::{Answer, Client};
use kalends_test_support::server::Server;

const HEADER: &str = "X-Forwarded-User";
const CALENDARS: &str = "/api/v1.0/calendars";
const ROOT: &str = "/api/v1.0/caldav/";

/// Tests connect from 127.0.0.1, which is a trusted proxy there.
async fn server(creates: bool) -> Server {
    let header = TrustedHeader {
        name: HEADER.to_lowercase().parse().ok(),
        creates,
        sign_out: "https://auth.example.org/logout".parse().ok(),
    };
    Server::with_sign_in(Limits::default(), header, Vec::new()).await
}

fn nobody(server: &Server) -> Client {
    let mut client = Client::new(server.address, "", "");
    client.authorization = None;
    client
}

async fn ask(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = nobody(server).request(method, path).header("Accept", "text/html");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send().await
}

#[tokio::test]
async fn whom_the_proxy_names_is_in_on_pages_for_programs_and_with_caldav() {
    let server = server(false).await;
    let ada = server.person("ada").await;
    let named = [(HEADER, "ada")];
    let page = ask(&server, "GET", "/settings", &named).await;
    assert!(page.status == 200 && page.text().contains("value=\"ada\""), "{}", page.status);
    assert_eq!(ask(&server, "GET", CALENDARS, &named).await.status, 200);
    assert_eq!(ask(&server, "PROPFIND", ROOT, &[named[0], ("Depth", "0")]).await.status, 207);
    let object = format!("{ROOT}ada/personal/a.ics");
    let text = kalends_test_support::texts::event_titled("a", "One");
    let put = nobody(&server)
        .request("PUT", &object)
        .header(HEADER, "ada")
        .header("Content-Type", "text/calendar")
        .body(text);
    assert_eq!(put.send().await.status, 201);
    // They are nobody else, whatever session the browser has, and have no more by it than their own.
    server.person("ben").await;
    let both = [(HEADER, "ben"), ("Cookie", ada.cookie.as_str())];
    assert!(ask(&server, "GET", "/settings", &both).await.text().contains("value=\"ben\""));
    assert_eq!(ask(&server, "GET", &object, &[(HEADER, "ben")]).await.status, 404);
    let out = ask(&server, "POST", "/sign-out", &named).await;
    assert!(out.text().contains("https://auth.example.org/logout"), "{}", out.text());
}

#[tokio::test]
async fn without_the_setting_or_from_elsewhere_the_header_means_nothing() {
    let off = Server::with_pages().await;
    off.person("ada").await;
    let on = server(true).await;
    on.person("ada").await;
    let twice = [(HEADER, "ada"), (HEADER, "ada")];
    for (server, headers) in
        [(&off, &[(HEADER, "ada")][..]), (&on, &twice), (&on, &[(HEADER, "")]), (&on, &[("X-Remote-User", "ada")])]
    {
        assert_eq!(
            ask(server, "GET", CALENDARS, headers).await.status,
            StatusCode::UNAUTHORIZED.as_u16(),
            "{headers:?}"
        );
        let page = ask(server, "GET", "/settings", headers).await;
        assert_eq!(page.header("location"), Some("/sign-in?next=%2Fsettings"));
        assert_eq!(ask(server, "PROPFIND", ROOT, headers).await.status, 401);
    }
}

#[tokio::test]
async fn whoever_has_no_account_gets_one_where_the_setting_says_so() {
    let closed = server(false).await;
    assert_eq!(ask(&closed, "GET", CALENDARS, &[(HEADER, "cleo")]).await.status, 401);
    let door = ask(&closed, "GET", "/sign-in", &[(HEADER, "cleo")]).await.text();
    assert!(door.contains("You are cleo to the proxy"), "{door}");
    assert!(closed.kalends.user_by_slug("cleo").await.is_err());
    let open = server(true).await;
    let mail = [(HEADER, "cleo@example.org")];
    assert_eq!(ask(&open, "GET", CALENDARS, &mail).await.status, 200);
    assert!(ask(&open, "GET", "/settings", &mail).await.text().contains("cleo-example.org"));
}

#[tokio::test]
async fn another_site_does_nothing_with_what_a_browser_sends_by_itself() {
    let server = server(false).await;
    let ada = server.person("ada").await;
    let object = format!("{ROOT}ada/personal/a.ics");
    let text = kalends_test_support::texts::event_titled("a", "One");
    let put = async |by: (&str, &str), from: (&str, &str)| {
        let request = nobody(&server).request("PUT", &object).header(by.0, by.1).header(from.0, from.1);
        request.header("Content-Type", "text/calendar").body(text.clone()).send().await.status
    };
    for by in [(HEADER, "ada"), ("Cookie", ada.cookie.as_str())] {
        for from in
            [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example")]
        {
            assert_eq!(put(by, from).await, 403, "{by:?} {from:?}");
            let post = ask(&server, "POST", "/settings/identities", &[by, from]).await;
            assert_eq!(post.status, 403);
            assert_eq!(ask(&server, "DELETE", "/api/v1.0/bin/calendars/1", &[by, from]).await.status, 403);
        }
    }
    assert_eq!(put((HEADER, "ada"), ("Sec-Fetch-Site", "same-origin")).await, 201);
    assert!(put(("Cookie", &ada.cookie), ("Sec-Fetch-Site", "same-origin")).await < 300);
    // An app password is sent by hand.
    let (_, secret) = server.kalends.create_app_password(ada.caller.principal, "phone").await.unwrap();
    let client = Client::new(server.address, "ada", &secret.0);
    let foreign = client.request("DELETE", &object).header("Sec-Fetch-Site", "cross-site").send().await;
    assert_eq!(foreign.status, 204);
}
