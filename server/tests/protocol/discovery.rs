//! How a client that knows a server's name and an account finds the calendars.

use super::harness::*;

const ROOT: &str = "/api/v1.0/caldav/";

#[tokio::test]
async fn a_client_finds_its_calendars_from_the_servers_name() {
    let server = Server::start().await;
    let ada = server.account("ada").await;

    for method in ["GET", "PROPFIND", "OPTIONS", "REPORT"] {
        let answer = ada.without_credentials().request(method, "/.well-known/caldav").send().await;
        assert_eq!((answer.status, answer.header("location")), (308, Some(ROOT)), "{method}");
    }
    for start in [ROOT, "/api/v1.0/caldav", "/"] {
        let principal = ada.property(start, "D:current-user-principal").await;
        assert_eq!(principal.text, format!("{ROOT}principals/ada/"), "{start}");
    }
    let principal = ada
        .properties(
            &format!("{ROOT}principals/ada/"),
            "0",
            "<C:calendar-home-set/><D:principal-URL/><C:calendar-user-address-set/><D:displayname/><D:resourcetype/>",
        )
        .await;
    let principal = principal.of("/api/v1.0/caldav/principals/ada/");
    assert_eq!(principal.property(CALDAV, "calendar-home-set").text, ada.home());
    assert_eq!(principal.property(DAV, "principal-URL").text, format!("{ROOT}principals/ada/"));
    assert!(principal.property(CALDAV, "calendar-user-address-set").text.contains("mailto:ada@example.org"));
    assert_eq!(principal.property(DAV, "displayname").text, "ada the First");
    assert_eq!(principal.property(DAV, "resourcetype").elements, ["collection", "principal"]);

    let home = ada.properties(&ada.home(), "1", "<D:resourcetype/><D:displayname/>").await;
    assert_eq!(home.hrefs(), [ada.home(), ada.at("")]);
    assert_eq!(home.of(&ada.at("")).property(DAV, "resourcetype").elements, ["collection", "calendar"]);
    assert_eq!(home.of(&ada.at("")).property(DAV, "displayname").text, "Personal");
    assert_eq!(home.of(&ada.home()).property(DAV, "resourcetype").elements, ["collection"]);
}

#[tokio::test]
async fn a_calendar_tells_what_clients_look_for() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let wanted = [
        (DAV, "displayname"),
        (DAV, "owner"),
        (DAV, "getlastmodified"),
        (DAV, "sync-token"),
        (DAV, "supported-report-set"),
        (DAV, "current-user-privilege-set"),
        (DAV, "supported-privilege-set"),
        (DAV, "principal-collection-set"),
        (CALDAV, "supported-calendar-component-set"),
        (CALDAV, "supported-calendar-data"),
        (CALDAV, "supported-collation-set"),
        (CALDAV, "supported-rscale-set"),
        (CALDAV, "max-resource-size"),
        (CS, "getctag"),
        (ICAL, "calendar-color"),
        (ICAL, "calendar-order"),
    ];
    let asked: String = wanted.iter().map(|(namespace, name)| format!("<x:{name} xmlns:x=\"{namespace}\"/>")).collect();
    let answer = ada.properties(&ada.at(""), "0", &asked).await;
    let calendar = answer.of(&ada.at(""));
    for (namespace, name) in wanted {
        assert_eq!(calendar.property(namespace, name).status, 200, "{name}");
    }
    let names = |namespace, name| calendar.property(namespace, name).elements.join(" ");
    assert_eq!(names(CALDAV, "supported-calendar-component-set"), "comp[VEVENT] comp[VTODO] comp[VJOURNAL]");
    for report in ["calendar-query", "calendar-multiget", "sync-collection"] {
        assert!(names(DAV, "supported-report-set").contains(report), "{report}");
    }
    assert!(names(DAV, "current-user-privilege-set").contains("privilege all"));
    assert!(calendar.property(ICAL, "calendar-color").text.starts_with('#'));

    let object = ada
        .properties(
            &ada.at("a.ics"),
            "0",
            "<D:getetag/><D:getcontenttype/><D:getcontentlength/><D:getlastmodified/><D:resourcetype/><C:calendar-data/><Z:no/>",
        )
        .await;
    let object = object.of(&ada.at("a.ics"));
    assert_eq!(object.property(DAV, "getcontenttype").text, "text/calendar; charset=utf-8; component=vevent");
    assert_eq!(object.property(DAV, "getcontentlength").text, event("a", "20260301T090000Z", "").len().to_string());
    assert!(object.property(DAV, "resourcetype").elements.is_empty());
    assert_eq!(object.property("urn:z", "no").status, 404);
    // RFC 4791 section 9.6: only reports give it.
    assert_eq!(object.property(CALDAV, "calendar-data").status, 404);
}

#[tokio::test]
async fn the_tag_and_the_token_follow_every_change() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let mut seen = Vec::new();
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    seen.push(ada.property(&ada.at(""), "CS:getctag").await.text);
    ada.put(&ada.at("a.ics"), event("a", "20260301T100000Z", "")).await;
    seen.push(ada.property(&ada.at(""), "CS:getctag").await.text);
    ada.delete(&ada.at("a.ics")).await;
    seen.push(ada.property(&ada.at(""), "CS:getctag").await.text);
    seen.dedup();
    assert_eq!(seen.len(), 3);
    assert_eq!(ada.property(&ada.at(""), "CS:getctag").await.text, seen[2]);
}

#[tokio::test]
async fn a_calendar_says_when_it_changed() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let calendar = ada.property(&ada.at(""), "D:getlastmodified").await;
    assert_eq!(calendar.text, ada.get(&ada.at("a.ics")).await.header("last-modified").unwrap());
}

#[tokio::test]
async fn depth_names_and_everything() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a%20b.ics"), &event("a", "20260301T090000Z", "")).await;

    let infinite = ada.propfind(&ada.home(), "infinity", "").await;
    infinite.expect(403, "propfind-finite-depth");
    // Clients that leave it out mean a listing.
    for path in [ada.home(), ada.at(""), "/".into()] {
        let absent = ada.request("PROPFIND", &path).send().await.multistatus();
        assert_eq!(absent.hrefs(), ada.propfind(&path, "1", "").await.multistatus().hrefs());
        assert!(absent.hrefs().len() > 1);
    }
    assert_eq!(ada.propfind(&ada.home(), "2", "").await.status, 400);

    // An empty body asks for all; CalDAV's properties are not among them (RFC 4791 section 5.2).
    let all = ada.propfind(&ada.at(""), "1", "").await.multistatus();
    assert_eq!(all.hrefs(), [ada.at(""), ada.at("a%20b.ics")]);
    let calendar = all.of(&ada.at(""));
    assert_eq!(calendar.property(DAV, "displayname").text, "Personal");
    assert!(!calendar.properties.keys().any(|name| name.contains("supported-calendar")));
    assert!(calendar.properties.values().all(|property| property.status == 200));

    let include = format!("<D:propfind {NS}><D:allprop/><D:include><D:sync-token/></D:include></D:propfind>");
    let all = ada.propfind(&ada.at(""), "0", &include).await.multistatus();
    assert!(!all.of(&ada.at("")).property(DAV, "sync-token").text.is_empty());

    let names =
        ada.propfind(&ada.at(""), "0", &format!("<D:propfind {NS}><D:propname/></D:propfind>")).await.multistatus();
    let properties = &names.of(&ada.at("")).properties;
    assert!(properties.values().all(|property| property.text.is_empty() && property.status == 200));
    for name in ["{DAV:}sync-token", "{http://calendarserver.org/ns/}getctag", "{DAV:}resourcetype"] {
        assert!(properties.contains_key(name), "{name}");
    }
    assert!(!properties.contains_key("{urn:ietf:params:xml:ns:caldav}calendar-description"));
}

#[tokio::test]
async fn a_client_may_ask_for_less() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let body = format!("<D:propfind {NS}><D:prop><D:displayname/><Z:no/></D:prop></D:propfind>");
    let request = ada.request("PROPFIND", &ada.home()).header("Depth", "1");
    let answer = request.header("Prefer", "return=minimal, depth-noroot").xml(&body).send().await;
    assert_eq!(answer.header("preference-applied"), Some("return=minimal"));
    let answer = answer.multistatus();
    assert_eq!(answer.hrefs(), [ada.at("")]);
    assert_eq!(answer.of(&ada.at("")).properties.keys().collect::<Vec<_>>(), ["{DAV:}displayname"]);

    let nothing = format!("<D:propfind {NS}><D:prop><Z:no/></D:prop></D:propfind>");
    let request = ada.request("PROPFIND", &ada.home()).header("Depth", "0").header("Prefer", "return=minimal");
    let answer = request.xml(&nothing).send().await;
    assert!(answer.multistatus().of(&ada.home()).properties.is_empty());
    assert!(answer.text().contains("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn options_say_what_can_be_done() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    for (path, expected) in
        [(ada.at("a.ics"), "PUT"), (ada.at(""), "MKCALENDAR"), (ada.home(), "PROPFIND"), ("/".to_owned(), "PROPFIND")]
    {
        let answer = ada.without_credentials().request("OPTIONS", &path).send().await;
        assert_eq!(answer.status, 200);
        let dav: Vec<&str> = answer.header("dav").unwrap().split(", ").collect();
        assert!(["1", "3", "calendar-access", "extended-mkcol"].iter().all(|c| dav.contains(c)));
        assert!(!dav.contains(&"2"), "there are no locks");
        assert!(!dav.contains(&"access-control"), "not all that RFC 3744 requires is there");
        assert!(answer.header("allow").unwrap().contains(expected), "{path}");
    }
    let lock = ada.request("LOCK", &ada.at("a.ics")).send().await;
    assert_eq!(lock.status, 405);
    assert!(lock.header("allow").unwrap().contains("PROPFIND"));
}

#[tokio::test]
async fn only_app_passwords_open() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let user = server.kalends.user_by_slug("ada").await.unwrap();
    server.kalends.set_password(user.principal.id, "correct horse battery").await.unwrap();

    let mut answers = Vec::new();
    for client in [
        ada.without_credentials(),
        Client::new(server.address, "ada", "correct horse battery"),
        Client::new(server.address, "nobody", "correct horse battery"),
        Client { authorization: Some("Bearer x".into()), ..ada.clone() },
        Client { authorization: Some("Basic %%%".into()), ..ada.clone() },
    ] {
        for (method, path) in [
            ("PROPFIND", ada.home()),
            ("GET", ada.at("no.ics")),
            ("FROB", ada.at("")),
            ("PUT", "/api/v1.0/caldav/x".into()),
        ] {
            let answer = client.request(method, &path).send().await;
            assert_eq!(answer.status, 401);
            assert!(answer.header("www-authenticate").unwrap().starts_with("Basic realm="));
            answers.push(answer.text());
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "an unknown name and a wrong password look the same");

    let id = server.kalends.app_passwords(user.principal.id).await.unwrap()[0].id;
    assert_eq!(ada.propfind(&ada.home(), "0", "").await.status, 207);
    server.kalends.revoke_app_password(user.principal.id, id).await.unwrap();
    assert_eq!(ada.propfind(&ada.home(), "0", "").await.status, 401);
}
