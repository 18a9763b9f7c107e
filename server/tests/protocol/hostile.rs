//! What is broken, too large or not one's own gets the right answer, and changes nothing.

use insta::assert_snapshot;
use kalends_domain::Limits;
use kalends_test_support::requests::{NS, multiget, propfind, set};
use kalends_test_support::server::Server;
use kalends_test_support::snapshots::shown;
use kalends_test_support::texts::{event, latin_1};

#[tokio::test]
async fn objects_that_are_none() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let before = ada.state().await;
    let good = event("b", "20260301T090000Z", "");
    for (text, condition) in [
        (String::new(), "valid-calendar-data"),
        ("not a calendar".into(), "valid-calendar-data"),
        (good.replace("END:VEVENT", "END:VTODO"), "valid-calendar-data"),
        (good.replace("END:VCALENDAR\r\n", ""), "valid-calendar-data"),
        (good.replace("20260301T090000Z", "20261301T090000Z"), "valid-calendar-data"),
        (good.replace("DTSTART:", "RRULE:FREQ=SOMETIMES\r\nDTSTART:"), "valid-calendar-data"),
        (good.replace("UID:b\r\n", ""), "valid-calendar-data"),
        (good.replace("VERSION:2.0\r\n", "VERSION:2.0\r\nMETHOD:REQUEST\r\n"), "valid-calendar-object-resource"),
        (
            good.replace(
                "END:VCALENDAR\r\n",
                "BEGIN:VEVENT\r\nUID:c\r\nDTSTART:20260301T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            ),
            "valid-calendar-object-resource",
        ),
        (
            good.replace("END:VCALENDAR\r\n", "BEGIN:VTODO\r\nUID:b\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"),
            "valid-calendar-object-resource",
        ),
        (format!("{good}{good}"), "valid-calendar-object-resource"),
        (good.replace("VEVENT", "VWEATHER"), "supported-calendar-component"),
        (
            good.replace("VEVENT", "VFREEBUSY").replace("DURATION:PT1H\r\n", "").replace("SUMMARY", "COMMENT"),
            "supported-calendar-component",
        ),
    ] {
        let answer = ada.put(&ada.at("b.ics"), text.as_str()).await;
        assert_eq!((answer.status, answer.condition()), (403, condition.to_owned()), "{text}");
        let answer = ada.put(&ada.at("a.ics"), text).await;
        assert_eq!(answer.status, 403);
    }
    let latin = latin_1(&event("b", "20260301T090000Z", "LOCATION:café"));
    assert_snapshot!(shown(&ada.put(&ada.at("b.ics"), latin).await), @"
    403
    <D:error>
      <C:valid-calendar-data/>
      <K:message>not valid iCalendar: line 10: it is not UTF-8 text</K:message>
    </D:error>
    ");

    let typed = async |content_type: &str| {
        ada.request("PUT", &ada.at("b.ics")).header("Content-Type", content_type).body(good.as_str()).send().await
    };
    typed("application/calendar+json").await.expect(403, "supported-calendar-data");
    typed("text/calendar; charset=iso-8859-1").await.expect(403, "supported-calendar-data");
    let part = ada.request("PUT", &ada.at("b.ics")).header("Content-Range", "bytes 0-9/20").body("x").send().await;
    assert_eq!(part.status, 400);

    let taken = ada.put(&ada.at("b.ics"), event("a", "20260301T090000Z", "")).await;
    assert_snapshot!(shown(&taken), @"
    409
    <D:error>
      <C:no-uid-conflict><D:href>/api/v1.0/caldav/calendars/ada/personal/a.ics</D:href></C:no-uid-conflict>
      <K:message>the UID is in use by a.ics</K:message>
    </D:error>
    ");
    ada.put(&ada.at("a.ics"), event("z", "20260301T090000Z", "")).await.expect(409, "no-uid-conflict");
    assert_eq!(ada.put(&format!("{}none/b.ics", ada.home()), good.as_str()).await.status, 409);
    assert_eq!(ada.put(&ada.at("sub/b.ics"), good.as_str()).await.status, 409);
    assert_eq!(ada.put(&ada.at(""), good.as_str()).await.status, 405);
    assert_eq!(ada.put(&ada.at(&"x".repeat(300)), good).await.status, 400);
    assert_eq!(ada.state().await, before);
}

#[tokio::test]
async fn bodies_that_are_compressed() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let before = ada.state().await;
    let (path, text) = (ada.at("a.ics"), event("a", "20260301T090000Z", ""));
    let all = format!("<D:propfind {NS}><D:allprop/></D:propfind>");
    for coding in ["gzip", "br, identity", "x"] {
        let put = ada.request("PUT", &path).header("Content-Encoding", coding).body(text.as_str()).send().await;
        assert_eq!((put.status, put.header("accept-encoding")), (415, Some("identity")), "{coding}");
        let find = ada.request("PROPFIND", &ada.at("")).header("Depth", "0").header("Content-Encoding", coding);
        let find = find.xml(&all).send().await;
        assert_eq!((find.status, find.header("accept-encoding")), (415, Some("identity")), "{coding}");
    }
    assert_eq!(ada.state().await, before);
    assert_eq!(ada.request("PUT", &path).header("Content-Encoding", "Identity").body(text).send().await.status, 201);
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let text = kalends_ical::Limits { object_octets: 100_000, ..Default::default() };
    let server = Server::with(Limits { text, ..Limits::default() }).await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let before = ada.state().await;
    for size in [100_001, 3_000_000] {
        let large = event("b", "20260301T090000Z", &format!("DESCRIPTION:{}\r\n", "x".repeat(size)));
        ada.put(&ada.at("b.ics"), large.as_str()).await.expect(413, "max-resource-size");
        ada.put(&ada.at("a.ics"), large).await.expect(413, "max-resource-size");
    }
    let padding = " ".repeat(2_000_000);
    assert_eq!(
        ada.propfind(&ada.home(), "0", &format!("<D:propfind {NS}>{padding}<D:allprop/></D:propfind>")).await.status,
        413
    );
    assert_eq!(ada.report(&ada.at(""), &padding.repeat(10)).await.status, 413);
    assert_eq!(ada.state().await, before);
}

#[tokio::test]
async fn xml_that_means_harm() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let before = ada.state().await;
    let mut laughs = String::from("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">");
    for level in 1..10 {
        let inner = if level == 1 { "lol".to_owned() } else { format!("lol{}", level - 1) };
        laughs.push_str(&format!("<!ENTITY lol{level} \"{}\">", format!("&{inner};").repeat(10)));
    }
    laughs.push_str(&format!("]>{}", set("<D:displayname>&lol9;</D:displayname>")));
    let undefined = set("<D:displayname>&x;</D:displayname>");
    let deep = format!("<D:propfind {NS}>{}", "<D:a>".repeat(100_000));
    let wide = format!("<D:propfind {NS}><D:prop>{}</D:prop></D:propfind>", "<a/>".repeat(200_000));
    let unbound = "<x:propfind><x:allprop/></x:propfind>".to_owned();
    let cut = format!("<D:propfind {NS}><D:allprop/>");
    for body in [laughs, undefined, deep, wide, unbound, cut, "\u{0}".into(), "{}".into()] {
        for (method, path) in [
            ("PROPFIND", ada.home()),
            ("PROPPATCH", ada.at("")),
            ("REPORT", ada.at("")),
            ("MKCALENDAR", format!("{}new/", ada.home())),
        ] {
            let answer = ada.request(method, &path).header("Depth", "0").xml(&body).send().await;
            assert_eq!(answer.status, 400, "{method} {}", &body[..body.len().min(80)]);
        }
    }
    assert_eq!(ada.state().await, before);
}

#[tokio::test]
async fn others_calendars_are_as_if_they_were_not_there() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let eve = server.account("eve").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    eve.add(&eve.at("own.ics"), &event("own", "20260301T090000Z", "")).await;
    let (before, eves) = (ada.state().await, eve.state().await);

    let multiget = multiget("<D:getetag/>", &["x"]);
    let sync =
        format!("<D:sync-collection {NS}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop/></D:sync-collection>");
    let patch = set("<D:displayname>x</D:displayname>");
    let put = event("x", "20260301T090000Z", "");
    for (method, rest, body) in [
        ("GET", "personal/a.ics", ""),
        ("HEAD", "personal/a.ics", ""),
        ("GET", "personal/", ""),
        ("GET", "", ""),
        ("PUT", "personal/a.ics", put.as_str()),
        ("PUT", "personal/new.ics", put.as_str()),
        ("DELETE", "personal/a.ics", ""),
        ("DELETE", "personal/", ""),
        ("DELETE", "", ""),
        ("PROPFIND", "", ""),
        ("PROPFIND", "personal/", ""),
        ("PROPFIND", "personal/a.ics", ""),
        ("PROPPATCH", "personal/", &patch),
        ("PROPPATCH", "personal/a.ics", &patch),
        ("PROPPATCH", "", &patch),
        ("REPORT", "personal/", &multiget),
        ("REPORT", "personal/", &sync),
        ("MKCALENDAR", "new/", ""),
        ("MKCOL", "personal/", ""),
        ("COPY", "personal/a.ics", ""),
        ("MOVE", "personal/a.ics", ""),
    ] {
        let mut seen = Vec::new();
        // Her calendar, one that she does not have, and someone who is not there.
        for home in [ada.home(), ada.home().replace("ada", "adam")] {
            let path = format!("{home}{rest}");
            let request = eve.request(method, &path).header("Depth", "1").header("Destination", &eve.at("stolen.ics"));
            let request = if method == "DELETE" { eve.request(method, &path) } else { request };
            let answer = request.body(body).send().await;
            assert!(matches!(answer.status, 404 | 409), "{method} {path}: {}", answer.status);
            seen.push((answer.status, answer.text().replace("adam", "ada")));
        }
        assert_eq!(seen[0], seen[1], "{method} {rest}");
    }
    let copy = eve.request("MOVE", &eve.at("own.ics")).header("Destination", &ada.at("gift.ics")).send().await;
    assert_eq!(copy.status, 409);
    // People can share with one another, so that they know each other's names, and no more.
    let asked = propfind("<C:calendar-home-set/><C:calendar-user-address-set/>");
    let known = eve.propfind("/api/v1.0/caldav/principals/ada/", "0", &asked).await.text();
    assert!(!known.contains("/calendars/ada") && !known.contains("mailto:"), "{known}");
    let listed = eve.properties("/api/v1.0/caldav/principals/", "1", "<D:displayname/>").await;
    assert!(!listed.hrefs().iter().any(|href| href.contains("ada")));
    assert_eq!((ada.state().await, eve.state().await), (before, eves));
}

#[tokio::test]
async fn paths_that_lead_nowhere() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let before = ada.state().await;
    let good = event("b", "20260301T090000Z", "");
    for name in ["%2e%2e", "a%2Fb.ics", "..%2f..%2fx", "%00", "%ff.ics"] {
        for method in ["GET", "PUT", "PROPFIND", "DELETE"] {
            let answer = ada.request(method, &ada.at(name)).header("Depth", "0").body(good.as_str()).send().await;
            assert_eq!(answer.status, 400, "{method} {name}");
        }
    }
    for path in [
        "/api/v1.0/caldav/x",
        "/api/v1.0/caldav/x/",
        "/api/v1.0/caldav/calendars//",
        "/api/v1.0/caldav/calendars/ada/personal/a/b/c",
    ] {
        assert_eq!(ada.propfind(path, "0", "").await.status, 404, "{path}");
        assert_eq!(ada.get(path).await.status, 404);
        assert_eq!(ada.delete(path).await.status, 404);
    }
    assert_eq!(ada.state().await, before);
}

#[tokio::test]
async fn a_method_that_is_none_of_ours() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let before = ada.state().await;
    for method in ["PATCH", "LOCK", "UNLOCK", "FROB", "TRACE"] {
        for path in [ada.at(""), ada.at("a.ics"), ada.home()] {
            let answer = ada.request(method, &path).send().await;
            assert_eq!(answer.status, 405, "{method}");
            assert!(answer.header("allow").unwrap().contains("PROPFIND"));
        }
    }
    assert_eq!(ada.request("POST", &ada.at("a.ics")).send().await.status, 405);
    for path in [ada.at(""), ada.home()] {
        ada.request("POST", &path).send().await.expect(403, "valid-request");
    }
    assert_eq!(ada.state().await, before);
}
