//! GET, HEAD, PUT, DELETE, COPY and MOVE of calendar objects.

use kalends_test_support::requests::NS;
use kalends_test_support::server::Server;
use kalends_test_support::texts::{event, latin_1};

#[tokio::test]
async fn an_object_comes_back_byte_for_byte() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    // Odd folds, line ends, parameters and unknown properties: all of it is the client's.
    let text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nX-WR-CALNAME:Ä\\, ö\nBEGIN:VEVENT\nUID:a\nDTSTAMP:20260101T000000Z\n\
                DTSTART;X-P=\"a;b:c\":20260301T090000Z\nSUMMARY:Caf\n é\nX-UNKNOWN;Q=1:;;,\\x\nEND:VEVENT\nEND:VCALENDAR\n";
    let path = ada.at("%C3%A9t%C3%A9%20%231.ics");
    let put = ada.put(&path, text).await;
    assert_eq!(put.status, 201);
    let etag = put.header("etag").unwrap().to_owned();
    assert!(etag.starts_with('"'), "a strong entity tag");

    let got = ada.get(&path).await;
    assert_eq!(got.text(), text);
    assert_eq!(got.header("etag"), Some(etag.as_str()));
    assert_eq!(got.header("content-type"), Some("text/calendar; charset=utf-8; component=vevent"));
    assert_eq!(got.header("content-length"), Some(text.len().to_string().as_str()));
    assert!(got.header("last-modified").unwrap().ends_with(" GMT"));

    let head = ada.request("HEAD", &path).send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["etag", "content-type", "content-length", "last-modified"] {
        assert_eq!(head.header(name), got.header(name), "{name}");
    }
    assert_eq!(ada.properties(&ada.at(""), "1", "<D:getetag/>").await.hrefs(), [ada.at(""), path]);
}

#[tokio::test]
async fn reading_on_conditions() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let path = ada.at("a.ics");
    let etag = ada.add(&path, &event("a", "20260301T090000Z", "")).await;
    let with = async |name: &str, value: &str| {
        let answer = ada.request("GET", &path).header(name, value).send().await;
        (answer.status, answer.body.is_empty())
    };
    assert_eq!(with("If-None-Match", &etag).await, (304, true));
    assert_eq!(with("If-None-Match", &format!("\"x\", W/{etag}")).await, (304, true));
    assert_eq!(with("If-None-Match", "*").await, (304, true));
    assert_eq!(with("If-None-Match", "\"x\"").await, (200, false));
    assert_eq!(with("If-Match", "\"x\"").await.0, 412);
    assert_eq!(with("If-Match", &etag).await.0, 200);
    assert_eq!(with("If-Match", "x").await.0, 400);
    let modified = ada.get(&path).await.header("last-modified").unwrap().to_owned();
    assert_eq!(with("If-Modified-Since", &modified).await.0, 304);
    assert_eq!(with("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT").await.0, 200);
    assert_eq!(with("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT").await.0, 412);
}

#[tokio::test]
async fn an_if_header_holds_for_reading_as_well() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let etag = ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let token = ada.property(&ada.at(""), "D:sync-token").await.text;
    let find = format!("<D:propfind {NS}><D:prop><D:getetag/></D:prop></D:propfind>");
    let report = format!(
        "<C:calendar-multiget {NS}><D:prop><D:getetag/></D:prop><D:href>{}</D:href></C:calendar-multiget>",
        ada.at("a.ics")
    );
    for (method, path, body, good) in [
        ("GET", ada.at("a.ics"), "", 200),
        ("HEAD", ada.at("a.ics"), "", 200),
        ("GET", ada.at(""), "", 200),
        ("PROPFIND", ada.at("a.ics"), &*find, 207),
        ("PROPFIND", ada.at(""), &*find, 207),
        ("PROPFIND", ada.home(), &*find, 207),
        ("REPORT", ada.at(""), &*report, 207),
    ] {
        let with = async |value: &str| {
            let request = ada.request(method, &path).header("Depth", "0").header("If", value);
            (if body.is_empty() { request } else { request.xml(body) }).send().await.status
        };
        let (object, calendar) = (ada.at("a.ics"), ada.at(""));
        for value in [
            "(Not <DAV:no-lock>)".to_owned(),
            format!("<{object}> ([{etag}])"),
            format!("<{calendar}> (<{token}>)"),
            format!("([\"x\"]) <{calendar}> (<{token}>)"),
        ] {
            assert_eq!(with(&value).await, good, "{method} {path} {value}");
        }
        for value in ["(<DAV:no-lock>)".to_owned(), "([\"x\"])".into(), format!("<{calendar}> ([{etag}])")] {
            assert_eq!(with(&value).await, 412, "{method} {path} {value}");
        }
        assert_eq!(with("[").await, 400, "{method} {path}");
    }
}

#[tokio::test]
async fn writing_on_conditions() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let path = ada.at("a.ics");
    let put = async |name: &str, value: &str, start: &str| {
        ada.request("PUT", &path).header(name, value).body(event("a", start, "")).send().await
    };
    assert_eq!(put("If-Match", "*", "20260301T090000Z").await.status, 412);
    assert_eq!(put("If-Match", "\"x\"", "20260301T090000Z").await.status, 412);
    assert_eq!(ada.get(&path).await.status, 404);
    let first = put("If-None-Match", "*", "20260301T090000Z").await;
    assert_eq!(first.status, 201);
    let old = first.header("etag").unwrap().to_owned();
    assert_eq!(put("If-None-Match", "*", "20260301T100000Z").await.status, 412);
    assert_eq!(put("If-Match", "\"x\"", "20260301T100000Z").await.status, 412);
    let second = put("If-Match", &old, "20260301T100000Z").await;
    assert_eq!(second.status, 204);
    let new = second.header("etag").unwrap().to_owned();
    assert_ne!(new, old);
    // Whoever still has the old one loses nothing of the new one.
    assert_eq!(put("If-Match", &old, "20260301T110000Z").await.status, 412);
    assert_eq!(put("If", &format!("([{old}])"), "20260301T110000Z").await.status, 412);
    assert_eq!(put("If", &format!("(<urn:lock> [{new}]) (Not [{old}])"), "20260301T120000Z").await.status, 204);
    assert_eq!(ada.get(&path).await.text(), event("a", "20260301T120000Z", ""));

    let delete = async |name: &str, value: &str| ada.request("DELETE", &path).header(name, value).send().await.status;
    assert_eq!(delete("If-Match", &new).await, 412);
    assert_eq!(delete("If-None-Match", "*").await, 412);
    let current = ada.get(&path).await.header("etag").unwrap().to_owned();
    assert_eq!(delete("If-Match", &current).await, 204);
    assert_eq!(delete("If-Match", "*").await, 404);
    assert_eq!(ada.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_line_may_be_folded_inside_of_a_character() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let whole = event("a", "20260301T090000Z", "LOCATION:Caf\r\n é 🎄\r\nDESCRIPTION:x\r\n  y\r\n");
    let folded = |text: &str, at: &str| {
        let (before, after) = text.split_once(at).unwrap();
        let (first, rest) = at.as_bytes().split_at(1);
        [before.as_bytes(), first, b"\r\n ", rest, after.as_bytes()].concat()
    };
    let sent = folded(&whole, "🎄");
    let put = ada.put(&ada.at("a.ics"), sent.as_slice()).await;
    // What is stored is not what was sent (RFC 4791 section 5.3.4).
    assert_eq!((put.status, put.header("etag")), (201, None), "{}", put.text());
    let stored = ada.get(&ada.at("a.ics")).await;
    assert_eq!(stored.text(), whole.replace('🎄', "\r\n 🎄"));
    let token = ada.property(&ada.at(""), "D:sync-token").await.text;
    let again = ada.put(&ada.at("a.ics"), sent.as_slice()).await;
    assert_eq!((again.status, again.header("etag")), (204, None));
    assert_eq!(ada.property(&ada.at(""), "D:sync-token").await.text, token);

    let asked = ada.request("PUT", &ada.at("a.ics")).header("Prefer", "return=representation").body(sent).send().await;
    assert_eq!((asked.status, asked.text()), (200, stored.text()));
    assert_eq!(asked.header("etag"), stored.header("etag"));

    let refused = ada.put(&ada.at("b.ics"), latin_1(&event("b", "20260301T090000Z", "LOCATION:café"))).await;
    refused.expect(403, "valid-calendar-data");
    assert!(refused.text().contains("line 10:"), "{}", refused.text());
}

#[tokio::test]
async fn the_same_octets_again_change_nothing() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let text = event("a", "20260301T090000Z", "");
    ada.add(&ada.at("a.ics"), &text).await;
    let before = ada.state().await;
    assert_eq!(ada.put(&ada.at("a.ics"), text).await.status, 204);
    assert_eq!(ada.state().await, before);
}

#[tokio::test]
async fn what_was_put_can_be_had_in_the_answer() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let text = event("a", "20260301T090000Z", "");
    let request = ada.request("PUT", &ada.at("a.ics")).header("Prefer", "return=representation");
    let answer = request.body(text.as_str()).send().await;
    assert_eq!((answer.status, answer.text()), (201, text));
    assert_eq!(answer.header("preference-applied"), Some("return=representation"));
    assert!(answer.header("etag").is_some());
}

#[tokio::test]
async fn copies_and_moves_across_calendars() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let work = format!("{}work/", ada.home());
    assert_eq!(ada.request("MKCALENDAR", &work).send().await.status, 201);
    let text = event("a", "20260301T090000Z", "X-KEPT:yes\r\n");
    let etag = ada.add(&ada.at("a.ics"), &text).await;
    let transfer = async |method: &str, from: &str, to: &str, overwrite: &str| {
        ada.request(method, from).header("Destination", to).header("Overwrite", overwrite).send().await
    };
    let copy = transfer("COPY", &ada.at("a.ics"), &format!("{work}b.ics"), "F").await;
    assert_eq!((copy.status, copy.header("location")), (201, Some(format!("{work}b.ics").as_str())));
    assert_eq!(ada.get(&format!("{work}b.ics")).await.text(), text);
    assert_eq!(ada.get(&format!("{work}b.ics")).await.header("etag"), Some(etag.as_str()));

    assert_eq!(transfer("MOVE", &ada.at("a.ics"), &format!("{work}b.ics"), "F").await.status, 412);
    assert_eq!(transfer("MOVE", &ada.at("a.ics"), &format!("{work}b.ics"), "T").await.status, 204);
    assert_eq!(ada.get(&ada.at("a.ics")).await.status, 404);

    // An absolute URL, as RFC 4918 asks for; and a name within the calendar.
    let absolute = format!("http://{}{work}c.ics", server.address);
    assert_eq!(transfer("MOVE", &format!("{work}b.ics"), &absolute, "T").await.status, 201);
    assert_eq!(ada.properties(&work, "1", "<D:getetag/>").await.hrefs(), [work.clone(), format!("{work}c.ics")]);

    assert_eq!(transfer("MOVE", &format!("{work}c.ics"), &ada.at("d.ics"), "T").await.status, 201);
    assert_eq!(ada.get(&ada.at("d.ics")).await.text(), text);
}

#[tokio::test]
async fn copies_and_moves_that_cannot_be() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let eve = server.account("eve").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    ada.add(&ada.at("b.ics"), &event("b", "20260301T090000Z", "")).await;
    let todos = format!("{}todos/", ada.home());
    let body = format!(
        r#"<C:mkcalendar {NS}><D:set><D:prop><C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"#
    );
    assert_eq!(ada.request("MKCALENDAR", &todos).xml(&body).send().await.status, 201);
    let (before, eves) = (ada.state().await, eve.state().await);
    for method in ["COPY", "MOVE"] {
        let to = async |destination: &str| {
            ada.request(method, &ada.at("a.ics")).header("Destination", destination).send().await
        };
        assert_eq!(to("http://other.example/x.ics").await.status, 502);
        assert_eq!(to("x.ics").await.status, 400);
        assert_eq!(to(&ada.at("a.ics")).await.status, 403);
        to(&ada.at("")).await.expect(403, "calendar-collection-location-ok");
        assert_eq!(to(&format!("{}none/a.ics", ada.home())).await.status, 409);
        assert_eq!(to(&eve.at("a.ics")).await.status, 409);
        to(&format!("{todos}a.ics")).await.expect(403, "supported-calendar-component");
        assert_eq!(ada.request(method, &ada.at("a.ics")).send().await.status, 400);
        let missing = ada.request(method, &ada.at("none.ics")).header("Destination", &ada.at("c.ics"));
        assert_eq!(missing.send().await.status, 404);
        let stale = ada.request(method, &ada.at("a.ics")).header("Destination", &ada.at("c.ics"));
        assert_eq!(stale.header("If-Match", "\"x\"").send().await.status, 412);
        assert_eq!(ada.request(method, &ada.at("")).header("Destination", &todos).send().await.status, 405);
    }
    // One UID twice in a calendar.
    let copy = ada.request("COPY", &ada.at("a.ics")).header("Destination", &ada.at("c.ics")).send().await;
    copy.expect(409, "no-uid-conflict");
    assert!(copy.text().contains(&ada.at("a.ics")));
    // A name keeps its UID, also when it may be overwritten.
    let onto = ada.request("MOVE", &ada.at("a.ics")).header("Destination", &ada.at("b.ics")).send().await;
    onto.expect(409, "no-uid-conflict");
    assert_eq!((ada.state().await, eve.state().await), (before, eves));
}
