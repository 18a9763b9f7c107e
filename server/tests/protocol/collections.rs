//! Making, describing and removing calendars.

use insta::assert_snapshot;
use kalends_domain::Limits;
use kalends_test_support::multistatus::{CALDAV, DAV, ICAL};
use kalends_test_support::requests::{NS, propertyupdate, set};
use kalends_test_support::server::Server;
use kalends_test_support::snapshots::shown;
use kalends_test_support::texts::{event, todo};

fn mkcalendar(properties: &str) -> String {
    format!("<C:mkcalendar {NS}><D:set><D:prop>{properties}</D:prop></D:set></C:mkcalendar>")
}

fn mkcol(properties: &str) -> String {
    format!("<D:mkcol {NS}><D:set><D:prop>{properties}</D:prop></D:set></D:mkcol>")
}

const CALENDAR_TYPE: &str = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>";
const TIMEZONE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Vienna\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n";

#[tokio::test]
async fn calendars_are_made_as_they_are_asked_for() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let properties = format!(
        r##"<D:displayname>Büro &amp; Heim</D:displayname><C:calendar-description xml:lang="de">Alles</C:calendar-description>
        <I:calendar-color>#FF8800FF</I:calendar-color><I:calendar-order>7</I:calendar-order>
        <C:calendar-timezone><![CDATA[{TIMEZONE}]]></C:calendar-timezone>
        <C:supported-calendar-component-set><C:comp name="VTODO"/><C:comp name="VJOURNAL"/></C:supported-calendar-component-set>
        <Z:mine a="1">x</Z:mine>"##
    );
    let made = [
        ("MKCALENDAR", "one/", mkcalendar(&properties)),
        ("MKCOL", "two", mkcol(&format!("{CALENDAR_TYPE}{properties}"))),
    ];
    for (method, name, body) in made {
        let path = format!("{}{name}", ada.home());
        let answer = ada.request(method, &path).xml(&body).send().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        let path = format!("{}/", path.trim_end_matches('/'));
        let asked = "<D:displayname/><C:calendar-description/><I:calendar-color/><I:calendar-order/><C:calendar-timezone/><C:supported-calendar-component-set/><Z:mine/>";
        let answer = ada.properties(&path, "0", asked).await;
        let calendar = answer.of(&path);
        assert_eq!(calendar.property(DAV, "displayname").text, "Büro & Heim");
        assert_eq!(calendar.property(CALDAV, "calendar-description").text, "Alles");
        assert_eq!(calendar.property(ICAL, "calendar-color").text, "#FF8800FF");
        assert_eq!(calendar.property(ICAL, "calendar-order").text, "7");
        assert_eq!(
            calendar.property(CALDAV, "calendar-timezone").text.replace("\r\n", "\n"),
            TIMEZONE.replace("\r\n", "\n")
        );
        let components = &calendar.property(CALDAV, "supported-calendar-component-set").elements;
        assert_eq!(components, &["comp[VTODO]", "comp[VJOURNAL]"]);
        assert_eq!(calendar.property("urn:z", "mine").text, "x");

        ada.put(&format!("{path}e.ics"), event("e", "20260301T090000Z", ""))
            .await
            .expect(403, "supported-calendar-component");
        ada.add(&format!("{path}t.ics"), &todo("t", "")).await;
    }
    // A program that knows only WebDAV makes a calendar, too.
    let plain = format!("{}Plain%20one/", ada.home());
    assert_eq!(ada.request("MKCOL", &plain).send().await.status, 201);
    assert_eq!(ada.property(&plain, "D:resourcetype").await.elements, ["collection", "calendar"]);
    assert_eq!(ada.property(&plain, "D:displayname").await.text, "Plain one");
}

#[tokio::test]
async fn calendars_that_cannot_be_made() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let eve = server.account("eve").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let (before, eves) = (ada.state().await, eve.state().await);
    let new = format!("{}new/", ada.home());
    // RFC 4791 section 1.3 against RFC 4918 section 9.3.1.
    for (method, taken) in [("MKCALENDAR", 403), ("MKCOL", 405)] {
        for path in [ada.at(""), ada.home(), ada.at("a.ics"), "/api/v1.0/caldav/".into()] {
            let answer = ada.request(method, &path).send().await;
            answer.expect(taken, "resource-must-be-null");
            assert_eq!(answer.header("allow").is_some(), taken == 405);
        }
        for inside in ["sub/", "sub", "a.ics/"] {
            let answer = ada.request(method, &ada.at(inside)).send().await;
            answer.expect(403, "calendar-collection-location-ok");
        }
        for nowhere in [
            format!("{}new", eve.home()),
            format!("{}personal/new/", eve.home()),
            ada.at("sub/new/"),
            format!("{}none/new/", ada.home()),
            format!("{}none/new", ada.home()),
            "/api/v1.0/caldav/calendars/none/new".into(),
        ] {
            assert_eq!(ada.request(method, &nowhere).send().await.status, 409, "{nowhere}");
        }
        let not_xml = ada.request(method, &new).header("Content-Type", "image/png").body("x").send().await;
        assert_eq!(not_xml.status, 415);
        assert_eq!(ada.request(method, &new).xml("<a>").send().await.status, 400);
        assert_eq!(ada.request(method, &new).xml("<a/>").send().await.status, 415);
    }
    let book = mkcol(
        "<D:resourcetype><D:collection/><x:addressbook xmlns:x=\"urn:ietf:params:xml:ns:carddav\"/></D:resourcetype>",
    );
    ada.request("MKCOL", &new).xml(&book).send().await.expect(403, "valid-resourcetype");

    let large = format!("<Z:large>{}</Z:large>", "x".repeat(20_000));
    let refused = [
        ("<D:getetag>x</D:getetag>", "getetag", 403),
        ("<I:calendar-color>loud</I:calendar-color>", "calendar-color", 409),
        ("<C:calendar-timezone>Europe/Vienna</C:calendar-timezone>", "calendar-timezone", 403),
        (large.as_str(), "large", 403),
        (
            r#"<C:supported-calendar-component-set><C:comp name="VPOLL"/></C:supported-calendar-component-set>"#,
            "supported-calendar-component-set",
            403,
        ),
    ];
    for (property, name, status) in refused {
        let properties = format!("<Z:fine>1</Z:fine>{property}");
        for (method, body, answered, root) in [
            ("MKCALENDAR", mkcalendar(&properties), 207, "multistatus"),
            ("MKCOL", mkcol(&format!("{CALENDAR_TYPE}{properties}")), 403, "mkcol-response"),
        ] {
            let answer = ada.request(method, &new).xml(&body).send().await;
            assert_eq!(answer.status, answered, "{name}");
            if answered == 207 {
                assert_eq!(answer.multistatus().hrefs(), [new.as_str()]);
            }
            let text = answer.text();
            let document = roxmltree::Document::parse(&text).unwrap();
            assert_eq!(document.root_element().tag_name().name(), root);
            let of = |wanted: &str| {
                let node = document.descendants().find(|node| node.tag_name().name() == wanted).unwrap();
                let propstat = node.ancestors().find(|node| node.has_tag_name((DAV, "propstat"))).unwrap();
                propstat
                    .descendants()
                    .find(|node| node.has_tag_name((DAV, "status")))
                    .unwrap()
                    .text()
                    .unwrap()
                    .to_owned()
            };
            assert!(of(name).contains(&status.to_string()), "{text}");
            assert!(of("fine").contains("424"), "{text}");
        }
    }
    assert_eq!((ada.state().await, eve.state().await), (before, eves));
}

#[tokio::test]
async fn calendars_are_made_on_conditions() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    for (method, name, taken) in [("MKCALENDAR", "one/", 403), ("MKCOL", "two/", 405)] {
        let new = format!("{}{name}", ada.home());
        let with =
            async |header: &str, value: &str| ada.request(method, &new).header(header, value).send().await.status;
        for (header, value, status) in [
            ("If", "(<urn:uuid:none>)", 412),
            ("If", "([\"x\"])", 412),
            ("If", "(", 400),
            ("If-Match", "*", 412),
            ("If-Match", "\"x\"", 412),
            ("If-None-Match", "x", 400),
        ] {
            assert_eq!(with(header, value).await, status, "{method} {header}: {value}");
            assert_eq!(ada.get(&new).await.status, 404);
        }
        assert_eq!(with("If-None-Match", "*").await, 201);
        // That there is something already counts more.
        assert_eq!(with("If-None-Match", "*").await, taken);
    }
}

#[tokio::test]
async fn properties_change_all_or_none() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let patch = async |inner: &str| ada.request("PROPPATCH", &ada.at("")).xml(&propertyupdate(inner)).send().await;
    let done = patch(
        "<D:set><D:prop><D:displayname>Work</D:displayname><I:calendar-color>#112233</I:calendar-color></D:prop></D:set>\
         <D:set xml:lang=\"de\"><D:prop><Z:note>A &amp; <Z:b/> B</Z:note><C:calendar-description>d</C:calendar-description></D:prop></D:set>",
    )
    .await;
    assert_snapshot!(shown(&done), @"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/</D:href>
        <D:propstat>
          <D:prop>
            <D:displayname/>
            <I:calendar-color/>
            <Z:note/>
            <C:calendar-description/>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    ");
    assert_eq!(ada.property(&ada.at(""), "D:displayname").await.text, "Work");
    let note = ada.property(&ada.at(""), "Z:note").await;
    assert_eq!(note.text, "A &  B");
    assert_eq!(note.elements, ["b"]);
    assert!(note.xml.contains("xml:lang=\"de\""), "{}", note.xml);

    // One of them cannot be: nothing happens.
    let before = ada.state().await;
    for (bad, name, status, condition) in [
        ("<D:getetag>x</D:getetag>", (DAV, "getetag"), 403, Some("cannot-modify-protected-property")),
        ("<D:resourcetype/>", (DAV, "resourcetype"), 403, Some("cannot-modify-protected-property")),
        ("<D:acl/>", (DAV, "acl"), 403, Some("cannot-modify-protected-property")),
        (
            r#"<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>"#,
            (CALDAV, "supported-calendar-component-set"),
            403,
            Some("cannot-modify-protected-property"),
        ),
        ("<I:calendar-color>red-ish</I:calendar-color>", (ICAL, "calendar-color"), 409, None),
        ("<I:calendar-order>first</I:calendar-order>", (ICAL, "calendar-order"), 409, None),
        (
            "<C:calendar-timezone>x</C:calendar-timezone>",
            (CALDAV, "calendar-timezone"),
            403,
            Some("valid-calendar-data"),
        ),
    ] {
        let answer = patch(&format!(
            "<D:set><D:prop><Z:other>1</Z:other>{bad}</D:prop></D:set><D:remove><D:prop><Z:note/></D:prop></D:remove>"
        ))
        .await
        .multistatus();
        let response = answer.of(&ada.at(""));
        assert_eq!(response.property(name.0, name.1).status, status, "{}", name.1);
        assert_eq!(response.property("urn:z", "other").status, 424);
        assert_eq!(response.property("urn:z", "note").status, 424);
        assert_eq!(response.error.as_deref(), condition, "{}", name.1);
    }
    assert_eq!(ada.state().await, before);

    let request = ada.request("PROPPATCH", &ada.at("")).header("Prefer", "return=minimal");
    let body = propertyupdate("<D:remove><D:prop><Z:note/><Z:never/><C:calendar-description/></D:prop></D:remove>");
    let removed = request.xml(&body).send().await;
    assert_eq!((removed.status, removed.body.len()), (204, 0));
    assert_eq!(ada.property(&ada.at(""), "Z:note").await.status, 404);
    assert_eq!(ada.property(&ada.at(""), "C:calendar-description").await.status, 404);
}

#[tokio::test]
async fn what_is_not_there_can_be_removed() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let before = ada.state().await;
    let remove = async |path: &str, properties: &str| {
        let body = propertyupdate(&format!("<D:remove><D:prop>{properties}</D:prop></D:remove>"));
        ada.request("PROPPATCH", path).xml(&body).send().await.multistatus()
    };
    let principal = "/api/v1.0/caldav/principals/ada/";
    for path in [&ada.at(""), &ada.at("a.ics"), &ada.home(), principal, "/api/v1.0/caldav/"] {
        let gone = remove(path, "<D:missing/><Z:never/><D:lockdiscovery/><C:schedule-tag/>").await;
        assert!(gone.of(path).properties.values().all(|property| property.status == 200), "{path}");
        let there = remove(path, "<D:missing/><D:resourcetype/>").await;
        assert_eq!(there.of(path).property(DAV, "resourcetype").status, 403, "{path}");
        assert_eq!(there.of(path).property(DAV, "missing").status, 424, "{path}");
    }
    // Known properties that a calendar does not have, and one that it has.
    let calendar = remove(&ada.at(""), "<D:getetag/><C:calendar-home-set/>").await;
    assert!(calendar.of(&ada.at("")).properties.values().all(|property| property.status == 200));
    let token = remove(&ada.at(""), "<D:sync-token/>").await;
    assert_eq!(token.of(&ada.at("")).property(DAV, "sync-token").status, 403);
    assert_eq!(ada.state().await, before);
}

#[tokio::test]
async fn properties_are_neither_too_large_nor_too_many() {
    let limits = Limits { property_octets: 1_000, timezone_octets: 2_000, dead_properties: 3, ..Limits::default() };
    let server = Server::with(limits).await;
    let ada = server.account("ada").await;
    let patch = async |inner: &str| ada.request("PROPPATCH", &ada.at("")).xml(&propertyupdate(inner)).send().await;
    let inner = |properties: &str| format!("<D:set><D:prop>{properties}</D:prop></D:set>");
    let fits = format!("<C:calendar-description>{}</C:calendar-description>", "x".repeat(1_000));
    let fine = patch(&inner(&format!("{fits}<Z:a>1</Z:a><Z:b>{}</Z:b>", "y".repeat(800)))).await.multistatus();
    assert!(fine.of(&ada.at("")).properties.values().all(|property| property.status == 200));

    let before = ada.state().await;
    let zone = TIMEZONE.replace("PRODID:x", &format!("PRODID:{}", "x".repeat(2_000)));
    for (properties, name, status) in [
        (format!("<D:displayname>{}</D:displayname>", "x".repeat(251)), (DAV, "displayname"), 403),
        (
            format!("<C:calendar-description>{}</C:calendar-description>", "x".repeat(1_001)),
            (CALDAV, "calendar-description"),
            403,
        ),
        (format!("<C:calendar-timezone>{zone}</C:calendar-timezone>"), (CALDAV, "calendar-timezone"), 403),
        (format!("<Z:large>{}</Z:large>", "x".repeat(1_000)), ("urn:z", "large"), 403),
        (format!("<Z:large a=\"{}\"/>", "x".repeat(1_000)), ("urn:z", "large"), 403),
        ("<Z:c>1</Z:c><Z:d>1</Z:d>".to_owned(), ("urn:z", "d"), 507),
        ("<Z:c/><Z:d/><Z:e/><Z:f/>".to_owned(), ("urn:z", "f"), 507),
    ] {
        let answer = patch(&inner(&format!("<I:calendar-order>9</I:calendar-order>{properties}"))).await;
        let response = answer.multistatus();
        let response = response.of(&ada.at(""));
        assert_eq!(response.property(name.0, name.1).status, status, "{}", name.1);
        assert_eq!(response.property(ICAL, "calendar-order").status, 424);
        assert!(answer.text().contains("<D:responsedescription>"), "{}", answer.text());
        assert_eq!(ada.state().await, before);
    }
    // One goes as another comes, and what is there can be changed.
    let both = format!("<D:remove><D:prop><Z:a/></D:prop></D:remove>{}", inner("<Z:b>2</Z:b><Z:c>1</Z:c><Z:d>1</Z:d>"));
    let both = patch(&both).await.multistatus();
    assert!(both.of(&ada.at("")).properties.values().all(|property| property.status == 200));
}

#[tokio::test]
async fn a_time_zone_is_one_vtimezone() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let rules = &TIMEZONE[TIMEZONE.find("BEGIN:STANDARD").unwrap()..TIMEZONE.find("END:VTIMEZONE").unwrap()];
    let event = "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260301T090000Z\r\nEND:VEVENT\r\n";
    let zone = format!("BEGIN:VTIMEZONE\r\nTZID:Vienna\r\n{rules}END:VTIMEZONE\r\n");
    let before = ada.state().await;
    for bad in [
        "Europe/Vienna".to_owned(),
        String::new(),
        TIMEZONE.replace("VERSION:2.0\r\n", ""),
        TIMEZONE.replace("PRODID:x\r\n", ""),
        TIMEZONE.replace("PRODID:x\r\n", "PRODID:x\r\nPRODID:y\r\n"),
        TIMEZONE.replace("END:VCALENDAR", &format!("{event}END:VCALENDAR")),
        TIMEZONE.replace("END:VCALENDAR", &format!("{zone}END:VCALENDAR")),
        TIMEZONE.replace(rules, ""),
        TIMEZONE.replace("TZID:Europe/Vienna\r\n", ""),
        TIMEZONE.replace("TZOFFSETTO:+0100\r\n", ""),
        TIMEZONE.repeat(2),
    ] {
        let property = format!("<C:calendar-timezone>{bad}</C:calendar-timezone>");
        let patched = ada.request("PROPPATCH", &ada.at("")).xml(&set(&property)).send().await.multistatus();
        let response = patched.of(&ada.at(""));
        assert_eq!(response.property(CALDAV, "calendar-timezone").status, 403, "{bad}");
        assert_eq!(response.error.as_deref(), Some("valid-calendar-data"));
        let new = format!("{}new/", ada.home());
        let made = ada.request("MKCALENDAR", &new).xml(&mkcalendar(&property)).send().await.multistatus();
        assert_eq!(made.of(&new).error.as_deref(), Some("valid-calendar-data"), "{bad}");
        let report = format!(
            r#"<C:calendar-query {NS}><D:prop/><C:filter><C:comp-filter name="VCALENDAR"/></C:filter><C:timezone>{bad}</C:timezone></C:calendar-query>"#
        );
        ada.report(&ada.at(""), &report).await.expect(403, "valid-calendar-data");
    }
    assert_eq!(ada.state().await, before);
}

#[tokio::test]
async fn a_calendar_without_a_name_is_called_by_its_address() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let named = |name: &str| format!("<D:set><D:prop><D:displayname>{name}</D:displayname></D:prop></D:set>");
    let remove = "<D:remove><D:prop><D:displayname/></D:prop></D:remove>";
    for (inner, name) in [
        (named("Work"), "Work"),
        (remove.to_owned(), "personal"),
        (named("Home"), "Home"),
        (named(" "), "personal"),
        (format!("{remove}{}", named("Both")), "Both"),
        (format!("{}{remove}", named("None")), "personal"),
    ] {
        let body = propertyupdate(&inner);
        // A property that is named twice is answered twice, which is more than the harness reads.
        let request = ada.request("PROPPATCH", &ada.at("")).header("Prefer", "return=minimal").xml(&body);
        assert_eq!(request.send().await.status, 204, "{inner}");
        assert_eq!(ada.property(&ada.at(""), "D:displayname").await.text, name);
    }
}

#[tokio::test]
async fn what_has_no_properties_of_its_own_refuses_them() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let body = set("<Z:a>1</Z:a>");
    for path in [ada.at("a.ics"), ada.home(), "/api/v1.0/caldav/".into(), "/api/v1.0/caldav/principals/ada/".into()] {
        let answer = ada.request("PROPPATCH", &path).xml(&body).send().await.multistatus();
        assert_eq!(answer.of(&path).property("urn:z", "a").status, 403);
    }
    for broken in ["", "<a/>", &propertyupdate("")] {
        assert_eq!(ada.request("PROPPATCH", &ada.at("")).xml(broken).send().await.status, 400);
    }
    assert_eq!(ada.request("PROPPATCH", &ada.at("none.ics")).xml(&body).send().await.status, 404);
}

#[tokio::test]
async fn a_calendar_goes_with_all_in_it() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let token = ada.property(&ada.at(""), "D:sync-token").await.text;
    assert_eq!(ada.request("DELETE", &ada.at("")).header("Depth", "0").send().await.status, 400);
    assert_eq!(ada.request("DELETE", &ada.at("")).header("If-Match", "\"x\"").send().await.status, 412);
    let stale = ada.request("DELETE", &ada.at("")).header("If", "(<urn:kalends:sync:1:99>)").send().await;
    assert_eq!(stale.status, 412);
    let fresh = ada.request("DELETE", &ada.at("")).header("If", &format!("(<{token}>)")).send().await;
    assert_eq!(fresh.status, 204);
    assert_eq!(ada.get(&ada.at("a.ics")).await.status, 404);
    assert_eq!(ada.properties(&ada.home(), "1", "<D:resourcetype/>").await.hrefs(), [ada.home()]);

    // One made again under the old address is another: it refuses its predecessor's token.
    assert_eq!(ada.request("MKCALENDAR", &ada.at("")).send().await.status, 201);
    ada.sync(&ada.at(""), &token, "").await.expect(403, "valid-sync-token");
    for path in [ada.home(), "/api/v1.0/caldav/".into(), "/api/v1.0/caldav/principals/ada/".into()] {
        assert_eq!(ada.delete(&path).await.status, 403);
    }
}

#[tokio::test]
async fn a_calendar_can_be_fetched_as_one_file() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    ada.add(&ada.at("t.ics"), &todo("t", "")).await;
    let file = ada.get(&ada.at("")).await;
    assert_eq!(file.header("content-type"), Some("text/calendar; charset=utf-8"));
    let text = file.text();
    assert_eq!(text.matches("BEGIN:VCALENDAR").count(), 1);
    assert!(text.contains("BEGIN:VEVENT") && text.contains("BEGIN:VTODO"));
    for path in [ada.home(), "/api/v1.0/caldav/".into()] {
        assert_eq!(ada.get(&path).await.status, 200);
    }
}

#[tokio::test]
async fn a_calendar_says_when_it_changed() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let calendar = ada.property(&ada.at(""), "D:getlastmodified").await;
    assert_eq!(calendar.text, ada.get(&ada.at("a.ics")).await.header("last-modified").unwrap());
}
