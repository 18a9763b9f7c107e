//! What is in the way of a request before it means anything: its host, its path, the characters and declarations of its XML.

use kalends_test_support::client::exchange;
use kalends_test_support::requests::{multiget, set};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event;

#[tokio::test]
async fn every_request_names_one_host() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let authorization = ada.authorization.clone().unwrap();
    let ask = async |path: &str, version: &str, hosts: &[&str]| {
        let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        let head = format!(
            "PROPFIND {path} HTTP/{version}\r\nConnection: close\r\nDepth: 0\r\nAuthorization: {authorization}\r\n{hosts}\r\n"
        );
        exchange(server.address, head.as_bytes()).await.status
    };
    for path in ["/api/v1.0/caldav/", "/", "/.well-known/caldav", "/nowhere"] {
        let good = ask(path, "1.1", &["cal.example.org:3000"]).await;
        assert_ne!(good, 400, "{path}");
        assert_eq!(ask(path, "1.1", &["[::1]"]).await, good);
        for hosts in [&[][..], &[""], &["a b/c"], &["a", "a"], &["a", "b"], &["ada@a"], &["a:port"], &["http://a/"]] {
            assert_eq!(ask(path, "1.1", hosts).await, 400, "{path} {hosts:?}");
        }
        assert_eq!(ask(path, "1.0", &[]).await, good);
        assert_eq!(ask(path, "1.0", &["a", "b"]).await, 400);
    }
}

#[tokio::test]
async fn a_percent_sign_introduces_two_digits() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let before = ada.state().await;
    for name in ["%zz.ics", "a%", "%2", "%%25.ics", "%+1.ics"] {
        for method in ["GET", "PUT", "DELETE", "PROPFIND", "REPORT", "MKCALENDAR", "OPTIONS"] {
            let answer = ada.request(method, &ada.at(name)).body(event("b", "20260301T090000Z", "")).send().await;
            assert_eq!(answer.status, 400, "{method} {name}");
        }
        let moved = ada.request("MOVE", &ada.at("a.ics")).header("Destination", &ada.at(name)).send().await;
        assert_eq!(moved.status, 400, "{name}");
        let multiget = multiget("<D:getetag/>", &[ada.at(name)]);
        let found = ada.report(&ada.at(""), &multiget).await.multistatus();
        assert_eq!(found.of(&ada.at(name)).status, Some(404));
    }
    assert_eq!(ada.state().await, before);
}

fn rename(name: &str) -> String {
    set(&format!("<D:displayname>{name}</D:displayname>"))
}

#[tokio::test]
async fn xml_comes_in_the_encoding_that_it_names() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let send = async |content_type: &str, body: Vec<u8>| {
        let request = ada.request("PROPPATCH", &ada.at("")).header("Content-Type", content_type);
        let status = request.header("Prefer", "return=minimal").body(body).send().await.status;
        (status, ada.property(&ada.at(""), "D:displayname").await.text)
    };
    let declared = |encoding: &str, name: &[u8]| {
        let (before, after) = rename("|").split_once('|').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let declaration = format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>");
        [declaration.as_bytes(), before.as_bytes(), name, after.as_bytes()].concat()
    };
    let is = |name: &str| (204, name.to_owned());
    assert_eq!(send("text/xml", declared("utf-8", "é1".as_bytes())).await, is("é1"));
    assert_eq!(send("text/xml", declared("ISO-8859-1", b"\xe92")).await, is("é2"));
    assert_eq!(send("text/xml", declared("windows-1252", b"\x803")).await, is("€3"));
    assert_eq!(send("text/xml; charset=iso-8859-1", declared("utf-8", b"\xe94")).await, is("é4"));
    assert_eq!(send("text/xml; charset=\"UTF-8\"", declared("iso-8859-1", "é5".as_bytes())).await, is("é5"));
    let mut wide = vec![0xFE, 0xFF];
    wide.extend(rename("é6").encode_utf16().flat_map(u16::to_be_bytes));
    assert_eq!(send("application/xml", wide).await, is("é6"));
    for (content_type, encoding, status) in [
        ("text/xml", "UTF-7", 415),
        ("text/xml", "x-klingon", 415),
        ("text/xml; charset=utf-7", "utf-8", 415),
        ("text/xml; charset=utf-8", "utf-8", 400),
    ] {
        assert_eq!(send(content_type, declared(encoding, b"\xe97")).await, (status, "é6".to_owned()), "{encoding}");
    }
}

#[tokio::test]
async fn nothing_outside_of_a_body_is_read() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let send = async |doctype: &str, name: &str| {
        let body = format!("<?xml version=\"1.0\"?>{doctype}{}", rename(name));
        ada.request("PROPPATCH", &ada.at("")).header("Prefer", "return=minimal").xml(&body).send().await
    };
    for doctype in ["<!DOCTYPE propertyupdate>", "<!DOCTYPE D:propertyupdate [<!ELEMENT a ANY>]>"] {
        assert_eq!(send(doctype, "Fine").await.status, 204, "{doctype}");
    }
    assert_eq!(ada.property(&ada.at(""), "D:displayname").await.text, "Fine");
    for doctype in [
        r#"<!DOCTYPE a SYSTEM "file:///etc/passwd">"#,
        r#"<!DOCTYPE a PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/xhtml1.dtd">"#,
        r#"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>"#,
        r#"<!DOCTYPE a [<!ENTITY % x PUBLIC "p" "http://127.0.0.1/"> %x;]>"#,
    ] {
        for name in ["Bad", "&x;"] {
            send(doctype, name).await.expect(403, "no-external-entities");
        }
    }
    for doctype in [r#"<!DOCTYPE a [<!ENTITY x "y">]>"#, r#"<!DOCTYPE a [<!ATTLIST a b CDATA "c">]>"#] {
        assert_eq!(send(doctype, "&x;").await.status, 400, "{doctype}");
    }
    assert_eq!(ada.property(&ada.at(""), "D:displayname").await.text, "Fine");
}
