//! What browsers are told with each answer, and what they may not send.

use hyper::Method;
use kalends_test_support::browser::PASSWORD;
use kalends_test_support::server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn pages_run_no_script_but_their_own() {
    let program = Server::with_pages().await;
    let person = program.person("ada").await;
    let mut connection = program.connect().await;
    let mut nonces = Vec::new();
    for (path, cookie) in [
        ("/agenda/week/2026-03-02", person.cookie.as_str()),
        ("/settings", person.cookie.as_str()),
        ("/event/new", person.cookie.as_str()),
        ("/nowhere", person.cookie.as_str()),
        ("/sign-in", ""),
    ] {
        let page = connection.get(path, cookie).await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'nonce-"), "{path}: {policy}");
        assert!(!policy.contains("script-src 'self' 'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(nonce.len() >= 16, "{nonce}");
        for script in page.text.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{path}: <script{tag}>");
        }
        let handler = page.text.split('<').find(|tag| {
            let attributes = tag.split('>').next().unwrap_or_default();
            attributes.split_ascii_whitespace().any(|word| word.starts_with("on") && word.contains('='))
        });
        assert_eq!(handler, None, "{path}");
        assert!(!nonces.contains(&nonce), "a nonce is used once");
        nonces.push(nonce);
    }
}

#[tokio::test]
async fn every_answer_says_what_it_is_not_for() {
    let program = Server::with_pages().await;
    let person = program.person("ada").await;
    let mut connection = program.connect().await;
    for path in ["/agenda", "/settings", "/no-such-file.js", "/fn/viewer"] {
        let answer = connection.get(path, &person.cookie).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(answer.header("permissions-policy").contains("geolocation=()"), "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
    }
}

#[tokio::test]
async fn the_cookie_of_a_session_lasts_no_longer_than_the_session() {
    let program = Server::with_pages().await;
    program.person("ada").await;
    let form = format!("name=ada&password={}", PASSWORD.replace(' ', "+"));
    let mut connection = program.connect().await;
    let answer =
        connection.send(Method::POST, "/fn/sign_in", "", "application/x-www-form-urlencoded", &form).await.unwrap();
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("kalends_session=") && cookie.contains("Max-Age=7776000;"), "{cookie}");
}

/// A browser sends all of a form before it looks for the answer.
#[tokio::test]
async fn a_foreign_form_is_refused_and_read_to_its_end() {
    let program = Server::with_pages().await;
    let person = program.person("ada").await;
    let body = vec![b'x'; 4 * 1024 * 1024];
    let mut stream = TcpStream::connect(program.address).await.unwrap();
    let head = format!(
        "POST /import HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\nCookie: {}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {}\r\n\r\n",
        person.cookie,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    assert!(answers.starts_with("HTTP/1.1 403 ") && answers.contains("another site"), "{answers}");
    assert!(answers.ends_with("ok"), "the connection goes on: {answers}");
}
