//! Delegates as Apple's clients and DAVx⁵ have them: the proxy groups under each person's principal (caldav-proxy).

use kalends_domain::access::{Access, Caller};
use kalends_test_support::client::{Answer, Client};
use kalends_test_support::multistatus::DAV;
use kalends_test_support::requests::{propfind, set};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;

const CS: &str = "http://calendarserver.org/ns/";
const PRINCIPALS: &str = "/api/v1.0/caldav/principals/";

fn group(person: &str, which: &str) -> String {
    format!("{PRINCIPALS}{person}/calendar-proxy-{which}/")
}

/// As the settings of macOS write it: the whole group anew.
async fn put_members(client: &Client, group: &str, members: &[&str]) -> Answer {
    let hrefs: String = members.iter().map(|name| format!("<D:href>{PRINCIPALS}{name}/</D:href>")).collect();
    let update = set(&format!("<D:group-member-set>{hrefs}</D:group-member-set>"));
    client.request("PROPPATCH", group).xml(&update).send().await
}

async fn names(client: &Client, path: &str, property: &str) -> Vec<String> {
    let xml = client.property(path, property).await.xml;
    xml.split("href>")
        .filter(|part| part.starts_with('/'))
        .map(|part| part.trim_end_matches("</D:").to_owned())
        .collect()
}

async fn caller(server: &Server, name: &str) -> Caller {
    Caller::page(server.kalends.user_by_slug(name).await.unwrap().principal.id)
}

#[tokio::test]
async fn a_person_says_in_their_client_who_acts_for_them() {
    let server = Server::start().await;
    let (ada, ben) = (server.account("ada").await, server.account("ben").await);
    let cleo = server.account("cleo").await;
    let options = ada.request("OPTIONS", &format!("{PRINCIPALS}ada/")).send().await;
    assert!(options.header("dav").unwrap().contains("calendar-proxy"));
    // The groups are found as members of the principal.
    let listed = ada.properties(&format!("{PRINCIPALS}ada/"), "1", "<D:resourcetype/><D:group-member-set/>").await;
    assert_eq!(listed.hrefs(), [format!("{PRINCIPALS}ada/"), group("ada", "read"), group("ada", "write")]);
    let kind = &listed.of(&group("ada", "write")).property(DAV, "resourcetype").xml;
    assert!(kind.contains("<D:principal/>") && kind.contains("calendar-proxy-write"), "{kind}");
    let answer = put_members(&ada, &group("ada", "write"), &["ben"]).await;
    assert!(answer.status == 207 && answer.text().contains("200 OK"), "{}", answer.text());
    assert_eq!(names(&ada, &group("ada", "write"), "D:group-member-set").await, [format!("{PRINCIPALS}ben/")]);
    assert!(names(&ada, &group("ada", "read"), "D:group-member-set").await.is_empty());
    // He finds it on his principal, and whoever is not concerned finds nothing.
    let own = format!("{PRINCIPALS}ben/");
    assert_eq!(names(&ben, &own, "D:group-membership").await, [group("ada", "write")]);
    assert_eq!(names(&ben, &own, "CS:calendar-proxy-write-for").await, [format!("{PRINCIPALS}ada/")]);
    assert!(names(&ben, &own, "CS:calendar-proxy-read-for").await.is_empty());
    assert_eq!(names(&ben, &group("ada", "write"), "D:group-member-set").await, [own.as_str()]);
    for (client, path) in [(&ben, group("ada", "read")), (&cleo, group("ada", "write")), (&cleo, group("ada", "read"))]
    {
        let (seen, never) = (
            client.propfind(&path, "0", &propfind("<D:resourcetype/>")).await,
            client.propfind(&group("nobody", "read"), "0", &propfind("<D:resourcetype/>")).await,
        );
        assert_eq!((seen.status, seen.text()), (404, never.text()), "{path}");
    }
    let refused = put_members(&ben, &group("ada", "write"), &["ben", "cleo"]).await.text();
    assert!(refused.contains("403 Forbidden"), "{refused}");
    assert_eq!(put_members(&cleo, &group("ada", "write"), &["cleo"]).await.status, 404);
    for wrong in ["nobody", "ada"] {
        let refused = put_members(&ada, &group("ada", "write"), &["cleo", wrong]).await.text();
        assert!(refused.contains("403 Forbidden"), "{wrong}: {refused}");
    }
    assert_eq!(names(&ada, &group("ada", "write"), "D:group-member-set").await.len(), 1);
    assert!(put_members(&ada, &group("ada", "write"), &[]).await.text().contains("200 OK"));
    assert!(names(&ben, &own, "D:group-membership").await.is_empty());
}

#[tokio::test]
async fn the_home_of_a_person_is_open_to_those_who_act_for_them() {
    let server = Server::start().await;
    let (ada, ben) = (server.account("ada").await, server.account("ben").await);
    let text = event_titled("p", "Xenon").replace("SUMMARY:", "CLASS:PRIVATE\r\nSUMMARY:");
    ada.add(&ada.at("p.ics"), &text).await;
    let properties = "<D:resourcetype/><D:current-user-privilege-set/><D:owner/>";
    assert_eq!(ben.propfind(&ada.home(), "1", &propfind(properties)).await.status, 404);
    let ada_caller = caller(&server, "ada").await;
    let ben_id = caller(&server, "ben").await.principal;
    server.kalends.set_delegate(ada_caller, ben_id, Access::Read).await.unwrap();
    let privileges = async || {
        let listed = ben.properties(&ada.home(), "1", properties).await;
        assert_eq!(listed.hrefs(), [ada.home(), ada.at("")], "with nothing of what she is told");
        listed.of(&ada.at("")).property(DAV, "current-user-privilege-set").xml.clone()
    };
    let (read, write) = (privileges().await, {
        server.kalends.set_delegate(ada_caller, ben_id, Access::Write).await.unwrap();
        privileges().await
    });
    assert!(read.contains("<D:read/>") && !read.contains("<D:write/>"), "{read}");
    assert!(write.contains("<D:write/>") && !write.contains("write-acl"), "{write}");
    // Private events whole, and what he adds is hers.
    assert_eq!(ben.get(&ada.at("p.ics")).await.text(), text);
    ben.add(&ada.at("b.ics"), &event_titled("b", "By Ben")).await;
    assert_eq!(ada.get(&ada.at("b.ics")).await.status, 200);
    // Her list of who has access says so, and an ACL that repeats it changes nothing.
    let group = group("ada", "write");
    let acl = ada.property(&ada.at(""), "D:acl").await.xml;
    assert!(acl.contains(&group), "{acl}");
    for (privileges, status) in [("<D:read/></D:privilege><D:privilege><D:write/>", 200), ("<D:read/>", 403)] {
        let body = format!(
            "<D:acl xmlns:D=\"DAV:\"><D:ace><D:principal><D:href>{group}</D:href></D:principal>\
             <D:grant><D:privilege>{privileges}</D:privilege></D:grant><D:protected/></D:ace></D:acl>"
        );
        let answer = ada.request("ACL", &ada.at("")).xml(&body).send().await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    // Her home is not his to fill or empty, and his own does not list her calendars again.
    let made = ben.request("MKCALENDAR", &format!("{}new/", ada.home())).send().await;
    assert_eq!(made.status, 409, "{}", made.text());
    ben.delete(&ada.at("")).await.expect(403, "need-privileges");
    assert_eq!(ben.delete(&ada.home()).await.status, 403);
    let own = ben.properties(&ben.home(), "1", "<D:displayname/>").await;
    assert!(!own.hrefs().iter().any(|href| href.contains("shared-")), "{:?}", own.hrefs());
}

#[tokio::test]
async fn one_report_leads_from_the_principal_to_the_homes() {
    let server = Server::start().await;
    let (ada, ben) = (server.account("ada").await, server.account("ben").await);
    assert!(put_members(&ada, &group("ada", "write"), &["ben"]).await.text().contains("200 OK"));
    // As Apple's Calendar asks.
    let body = format!(
        "<A:expand-property xmlns:A=\"DAV:\">\
           <A:property name=\"calendar-proxy-write-for\" namespace=\"{CS}\">\
             <A:property name=\"displayname\"/><A:property name=\"principal-URL\"/>\
             <A:property name=\"calendar-user-address-set\" namespace=\"urn:ietf:params:xml:ns:caldav\"/>\
             <A:property name=\"calendar-home-set\" namespace=\"urn:ietf:params:xml:ns:caldav\"/>\
           </A:property>\
           <A:property name=\"calendar-proxy-read-for\" namespace=\"{CS}\"><A:property name=\"displayname\"/></A:property>\
         </A:expand-property>"
    );
    let text = ben.report(&format!("{PRINCIPALS}ben/"), &body).await.text();
    assert!(text.contains(&ada.home()), "{text}");
    assert!(text.contains(&format!("{PRINCIPALS}ada/")), "{text}");
    let body = "<D:expand-property xmlns:D=\"DAV:\">\
           <D:property name=\"group-member-set\"><D:property name=\"displayname\"/></D:property></D:expand-property>";
    let text = ada.report(&group("ada", "write"), body).await.text();
    assert!(text.contains(&format!("{PRINCIPALS}ben/")) && text.contains("displayname"), "{text}");
    // Others learn neither where her home is nor by what address she is reached.
    let cleo = server.account("cleo").await;
    let hers = cleo.propfind(&format!("{PRINCIPALS}ada/"), "0", &propfind("<C:calendar-home-set/>")).await.text();
    assert!(hers.contains("404 Not Found"), "{hers}");
    let matched = "<D:principal-match xmlns:D=\"DAV:\"><D:self/><D:prop><D:resourcetype/></D:prop></D:principal-match>";
    let found = ben.request("REPORT", PRINCIPALS).header("Depth", "0").xml(matched).send().await.multistatus();
    assert_eq!(found.hrefs(), [group("ada", "write"), format!("{PRINCIPALS}ben/")]);
}
