//! How a client that knows a server's name and an account finds the calendars.

use insta::assert_snapshot;
use kalends_test_support::client::Client;
use kalends_test_support::multistatus::DAV;
use kalends_test_support::requests::{NS, propfind};
use kalends_test_support::server::Server;
use kalends_test_support::snapshots::{shown, steady};
use kalends_test_support::texts::event;

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
    let _steady = steady();
    let asked =
        "<C:calendar-home-set/><D:principal-URL/><C:calendar-user-address-set/><D:displayname/><D:resourcetype/>";
    let principal = ada.propfind(&format!("{ROOT}principals/ada/"), "0", &propfind(asked)).await;
    assert_snapshot!(shown(&principal), @"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/principals/ada/</D:href>
        <D:propstat>
          <D:prop>
            <C:calendar-home-set><D:href>/api/v1.0/caldav/calendars/ada/</D:href></C:calendar-home-set>
            <D:principal-URL><D:href>/api/v1.0/caldav/principals/ada/</D:href></D:principal-URL>
            <C:calendar-user-address-set>
              <D:href>mailto:ada@example.org</D:href>
              <D:href>/api/v1.0/caldav/principals/ada/</D:href>
            </C:calendar-user-address-set>
            <D:displayname>ada the First</D:displayname>
            <D:resourcetype>
              <D:collection/>
              <D:principal/>
            </D:resourcetype>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    ");
    let home = ada.propfind(&ada.home(), "1", &propfind("<D:resourcetype/><D:displayname/>")).await;
    assert_snapshot!(shown(&home), @"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/</D:href>
        <D:propstat>
          <D:prop>
            <D:resourcetype><D:collection/></D:resourcetype>
            <D:displayname>ada the First</D:displayname>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/</D:href>
        <D:propstat>
          <D:prop>
            <D:resourcetype>
              <D:collection/>
              <C:calendar/>
            </D:resourcetype>
            <D:displayname>Personal</D:displayname>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    ");
}

#[tokio::test]
async fn a_calendar_tells_what_clients_look_for() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let _steady = steady();
    let asked = "<D:displayname/><D:owner/><D:getlastmodified/><D:sync-token/><D:current-user-privilege-set/>\
        <D:principal-collection-set/><C:max-resource-size/><CS:getctag/><I:calendar-color/><I:calendar-order/>";
    assert_snapshot!(shown(&ada.propfind(&ada.at(""), "0", &propfind(asked)).await), @"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/</D:href>
        <D:propstat>
          <D:prop>
            <D:displayname>Personal</D:displayname>
            <D:owner><D:href>/api/v1.0/caldav/principals/ada/</D:href></D:owner>
            <D:getlastmodified>[time]</D:getlastmodified>
            <D:sync-token>urn:kalends:sync:[calendar]:1:[time]</D:sync-token>
            <D:current-user-privilege-set>
              <D:privilege><D:all/></D:privilege>
              <D:privilege><D:read/></D:privilege>
              <D:privilege><C:read-free-busy/></D:privilege>
              <D:privilege><D:read-current-user-privilege-set/></D:privilege>
              <D:privilege><D:write/></D:privilege>
              <D:privilege><D:write-properties/></D:privilege>
              <D:privilege><D:write-content/></D:privilege>
              <D:privilege><D:bind/></D:privilege>
              <D:privilege><D:unbind/></D:privilege>
              <D:privilege><D:read-acl/></D:privilege>
              <D:privilege><D:write-acl/></D:privilege>
            </D:current-user-privilege-set>
            <D:principal-collection-set><D:href>/api/v1.0/caldav/principals/</D:href></D:principal-collection-set>
            <C:max-resource-size>10485760</C:max-resource-size>
            <CS:getctag>urn:kalends:sync:[calendar]:1:[time]</CS:getctag>
            <I:calendar-color>#2F6FDE</I:calendar-color>
            <I:calendar-order>0</I:calendar-order>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    ");
}

#[tokio::test]
async fn a_calendar_tells_what_it_supports() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let asked = "<D:supported-report-set/><C:supported-calendar-component-set/>\
        <C:supported-calendar-data/><C:supported-collation-set/><C:supported-rscale-set/>";
    assert_snapshot!(shown(&ada.propfind(&ada.at(""), "0", &propfind(asked)).await), @r#"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/</D:href>
        <D:propstat>
          <D:prop>
            <D:supported-report-set>
              <D:supported-report><D:report><C:calendar-query/></D:report></D:supported-report>
              <D:supported-report><D:report><C:calendar-multiget/></D:report></D:supported-report>
              <D:supported-report><D:report><C:free-busy-query/></D:report></D:supported-report>
              <D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>
              <D:supported-report><D:report><D:acl-principal-prop-set/></D:report></D:supported-report>
              <D:supported-report><D:report><D:principal-match/></D:report></D:supported-report>
              <D:supported-report><D:report><D:expand-property/></D:report></D:supported-report>
              <D:supported-report><D:report><D:principal-property-search/></D:report></D:supported-report>
              <D:supported-report><D:report><D:principal-search-property-set/></D:report></D:supported-report>
            </D:supported-report-set>
            <C:supported-calendar-component-set>
              <C:comp name="VEVENT"/>
              <C:comp name="VTODO"/>
              <C:comp name="VJOURNAL"/>
            </C:supported-calendar-component-set>
            <C:supported-calendar-data><C:calendar-data content-type="text/calendar" version="2.0"/></C:supported-calendar-data>
            <C:supported-collation-set>
              <C:supported-collation>i;ascii-casemap</C:supported-collation>
              <C:supported-collation>i;octet</C:supported-collation>
              <C:supported-collation>i;unicode-casemap</C:supported-collation>
            </C:supported-collation-set>
            <C:supported-rscale-set>
              <C:supported-rscale>GREGORIAN</C:supported-rscale>
              <C:supported-rscale>BUDDHIST</C:supported-rscale>
              <C:supported-rscale>CHINESE</C:supported-rscale>
              <C:supported-rscale>COPTIC</C:supported-rscale>
              <C:supported-rscale>DANGI</C:supported-rscale>
              <C:supported-rscale>ETHIOPIC</C:supported-rscale>
              <C:supported-rscale>ETHIOPIC-AMETE-ALEM</C:supported-rscale>
              <C:supported-rscale>HEBREW</C:supported-rscale>
              <C:supported-rscale>INDIAN</C:supported-rscale>
              <C:supported-rscale>ISLAMIC-CIVIL</C:supported-rscale>
              <C:supported-rscale>ISLAMIC-TBLA</C:supported-rscale>
              <C:supported-rscale>ISLAMIC-UMALQURA</C:supported-rscale>
              <C:supported-rscale>JAPANESE</C:supported-rscale>
              <C:supported-rscale>PERSIAN</C:supported-rscale>
              <C:supported-rscale>ROC</C:supported-rscale>
            </C:supported-rscale-set>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    "#);
}

#[tokio::test]
async fn an_object_tells_what_clients_look_for() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let _steady = steady();
    // RFC 4791 section 9.6: only reports give calendar-data.
    let asked = "<D:getetag/><D:getcontenttype/><D:getcontentlength/><D:getlastmodified/><D:resourcetype/>\
        <C:calendar-data/><Z:no/>";
    assert_snapshot!(shown(&ada.propfind(&ada.at("a.ics"), "0", &propfind(asked)).await), @r#"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/a.ics</D:href>
        <D:propstat>
          <D:prop>
            <D:getetag>"[etag]"</D:getetag>
            <D:getcontenttype>text/calendar; charset=utf-8; component=vevent</D:getcontenttype>
            <D:getcontentlength>185</D:getcontentlength>
            <D:getlastmodified>[time]</D:getlastmodified>
            <D:resourcetype/>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
        <D:propstat>
          <D:prop>
            <C:calendar-data/>
            <Z:no/>
          </D:prop>
          <D:status>HTTP/1.1 404 Not Found</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    "#);
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
    let _steady = steady();
    assert_snapshot!(shown(&ada.propfind(&ada.at(""), "1", "").await), @r#"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/</D:href>
        <D:propstat>
          <D:prop>
            <D:creationdate>[time]</D:creationdate>
            <D:displayname>Personal</D:displayname>
            <D:getlastmodified>[time]</D:getlastmodified>
            <D:resourcetype>
              <D:collection/>
              <C:calendar/>
            </D:resourcetype>
            <I:calendar-color>#2F6FDE</I:calendar-color>
            <I:calendar-order>0</I:calendar-order>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/a%20b.ics</D:href>
        <D:propstat>
          <D:prop>
            <D:creationdate>[time]</D:creationdate>
            <D:getcontentlength>185</D:getcontentlength>
            <D:getcontenttype>text/calendar; charset=utf-8; component=vevent</D:getcontenttype>
            <D:getetag>"[etag]"</D:getetag>
            <D:getlastmodified>[time]</D:getlastmodified>
            <D:resourcetype/>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    "#);

    let include = format!("<D:propfind {NS}><D:allprop/><D:include><D:sync-token/></D:include></D:propfind>");
    let all = ada.propfind(&ada.at(""), "0", &include).await.multistatus();
    assert!(!all.of(&ada.at("")).property(DAV, "sync-token").text.is_empty());

    let names = ada.propfind(&ada.at(""), "0", &format!("<D:propfind {NS}><D:propname/></D:propfind>")).await;
    assert_snapshot!(shown(&names), @"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/</D:href>
        <D:propstat>
          <D:prop>
            <D:creationdate/>
            <D:current-user-principal/>
            <D:current-user-privilege-set/>
            <D:displayname/>
            <D:getlastmodified/>
            <D:acl/>
            <D:acl-restrictions/>
            <D:inherited-acl-set/>
            <D:owner/>
            <D:principal-collection-set/>
            <D:quota-available-bytes/>
            <D:quota-used-bytes/>
            <D:resourcetype/>
            <D:supported-privilege-set/>
            <D:supported-report-set/>
            <D:sync-token/>
            <C:max-resource-size/>
            <C:schedule-calendar-transp/>
            <C:supported-calendar-component-set/>
            <C:supported-calendar-data/>
            <C:supported-collation-set/>
            <C:supported-rscale-set/>
            <CS:allowed-sharing-modes/>
            <CS:getctag/>
            <I:calendar-color/>
            <I:calendar-order/>
          </D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    ");
}

#[tokio::test]
async fn a_client_may_ask_for_less() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let request = ada.request("PROPFIND", &ada.home()).header("Depth", "1");
    let request = request.header("Prefer", "return=minimal, depth-noroot").xml(&propfind("<D:displayname/><Z:no/>"));
    let answer = request.send().await;
    assert_eq!(answer.header("preference-applied"), Some("return=minimal"));
    assert_snapshot!(shown(&answer), @"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/</D:href>
        <D:propstat>
          <D:prop><D:displayname>Personal</D:displayname></D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    ");

    let request = ada.request("PROPFIND", &ada.home()).header("Depth", "0").header("Prefer", "return=minimal");
    assert_snapshot!(shown(&request.xml(&propfind("<Z:no/>")).send().await), @"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/</D:href>
        <D:propstat>
          <D:prop/>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
    </D:multistatus>
    ");
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
        assert!(["1", "3", "access-control", "calendar-access", "extended-mkcol"].iter().all(|c| dav.contains(c)));
        assert!(!dav.contains(&"2"), "there are no locks");
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
