//! Apple's calendar sharing (caldav-sharing): who shares by CS:share, who answers by CS:invite-reply, and what each is told.

use kalends_domain::access::{Access, Caller};
use kalends_domain::sharing::Answer;
use kalends_test_support::client::{Answer as Response, Client};
use kalends_test_support::requests::{propfind, set};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;

const PRINCIPALS: &str = "/api/v1.0/caldav/principals/";

/// As macOS sends it.
fn share(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<B:share xmlns:B=\"http://calendarserver.org/ns/\">{inner}</B:share>"
    )
}

fn with(href: &str, access: &str) -> String {
    format!(
        "<B:set><A:href xmlns:A=\"DAV:\">{href}</A:href><B:common-name>X</B:common-name><B:summary>Rehearsals</B:summary><B:{access}/></B:set>"
    )
}

fn without(href: &str) -> String {
    format!("<B:remove><A:href xmlns:A=\"DAV:\">{href}</A:href></B:remove>")
}

fn principal(name: &str) -> String {
    format!("{PRINCIPALS}{name}/")
}

async fn post(client: &Client, path: &str, body: &str) -> Response {
    client.request("POST", path).xml(body).send().await
}

async fn xml_of(client: &Client, path: &str, property: &str) -> String {
    client.propfind(path, "0", &propfind(property)).await.text()
}

/// The documents that somebody has in their collection of notifications, with their addresses.
async fn notifications(client: &Client) -> Vec<(String, String)> {
    let collection = format!("{}notifications/", client.home());
    let listed = client.properties(&collection, "1", "<D:getetag/><CS:notificationtype/><D:resourcetype/>").await;
    let mut found = Vec::new();
    for href in listed.hrefs().into_iter().filter(|href| *href != collection) {
        let answer = client.get(href).await;
        assert_eq!(answer.status, 200, "{href}");
        let etag = client.property(href, "D:getetag").await.text;
        assert_eq!(answer.header("etag"), Some(etag.as_str()));
        found.push((href.to_owned(), answer.text()));
    }
    found
}

fn reply(host: &str, uid: &str, answer: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<B:invite-reply xmlns:B=\"http://calendarserver.org/ns/\">\
         <A:href xmlns:A=\"DAV:\">mailto:ben@example.org</A:href><B:invite-{answer}/>\
         <B:hosturl><A:href xmlns:A=\"DAV:\">{host}</A:href></B:hosturl><B:in-reply-to>{uid}</B:in-reply-to>\
         <B:summary>Rehearsals</B:summary></B:invite-reply>"
    )
}

fn within<'a>(xml: &'a str, tag: &str) -> &'a str {
    xml.split(&format!("<{tag}>")).nth(1).and_then(|rest| rest.split(&format!("</{tag}>")).next()).unwrap_or_default()
}

async fn caller(server: &Server, name: &str) -> Caller {
    Caller::page(server.kalends.user_by_slug(name).await.unwrap().principal.id)
}

#[tokio::test]
async fn a_calendar_is_offered_accepted_and_left() {
    let server = Server::start().await;
    let (ada, ben) = (server.account("ada").await, server.account("ben").await);
    let calendar = ada.at("");
    let options = ada.request("OPTIONS", &calendar).send().await;
    assert!(options.header("dav").unwrap().split(", ").any(|claim| claim == "calendarserver-sharing"));
    assert!(options.header("allow").unwrap().contains("POST"));
    assert!(xml_of(&ada, &calendar, "<CS:allowed-sharing-modes/>").await.contains("<CS:can-be-shared/>"));
    assert!(xml_of(&ada, &calendar, "<CS:invite/>").await.contains("404 Not Found"));
    let collection = ben.property(&principal("ben"), "CS:notification-URL").await.xml;
    assert!(collection.contains(&format!("{}notifications/", ben.home())), "{collection}");
    let before = ben.property(&format!("{}notifications/", ben.home()), "CS:getctag").await.text;
    let answer = post(&ada, &calendar, &share(&with(&principal("ben"), "read-write"))).await;
    assert_eq!((answer.status, answer.text()), (200, String::new()));
    let invite = xml_of(&ada, &calendar, "<CS:invite/><D:resourcetype/>").await;
    assert!(invite.contains("<CS:invite-noresponse/><CS:access><CS:read-write/></CS:access>"), "{invite}");
    assert!(invite.contains("<CS:shared-owner/>") && invite.contains(&principal("ben")), "{invite}");
    // The same share as pages have it.
    let (ada_caller, ben_caller) = (caller(&server, "ada").await, caller(&server, "ben").await);
    let id = server.kalends.calendar(ada_caller, "ada", "personal").await.unwrap().id;
    let shares = server.kalends.shares(ada_caller, id).await.unwrap();
    assert_eq!((shares[0].with.slug.as_str(), shares[0].access, shares[0].answer), ("ben", Access::Write, None));
    assert_eq!(server.kalends.offers(ben_caller).await.unwrap().len(), 1);
    // Ben is told, once, and answers.
    let after = ben.property(&format!("{}notifications/", ben.home()), "CS:getctag").await.text;
    assert_ne!(before, after);
    let home = ben.properties(&ben.home(), "1", "<D:resourcetype/>").await;
    // Who lists calendars is not kept waiting for what clients find by its property.
    assert!(home.hrefs().iter().all(|href| !href.ends_with("notifications/")), "{:?}", home.hrefs());
    let told = notifications(&ben).await;
    assert_eq!(told.len(), 1);
    let (href, document) = &told[0];
    let kind = ben.property(href, "CS:notificationtype").await.xml;
    assert!(kind.contains("invite-notification"), "{kind}");
    assert!(document.contains("<CS:invite-noresponse/>") && document.contains("<CS:read-write/>"), "{document}");
    assert!(document.contains("<CS:summary>Rehearsals</CS:summary>") && document.contains("name=\"VEVENT\""));
    assert!(within(document, "CS:organizer").contains(&principal("ada")), "{document}");
    let host = within(within(document, "CS:hosturl"), "D:href");
    assert_eq!(host, calendar);
    let accepted = post(&ben, &ben.home(), &reply(host, within(document, "CS:uid"), "accepted")).await;
    let shared = format!("{}shared-{}/", ben.home(), id.0);
    assert_eq!((accepted.status, within(&accepted.text(), "D:href")), (200, shared.as_str()));
    assert!(notifications(&ben).await.is_empty());
    let theirs =
        xml_of(&ben, &shared, "<CS:invite/><CS:shared-url/><D:resourcetype/><CS:allowed-sharing-modes/>").await;
    assert!(theirs.contains("<CS:shared/>") && !theirs.contains("shared-owner"), "{theirs}");
    assert!(within(&theirs, "CS:shared-url").contains(&calendar), "{theirs}");
    assert!(theirs.contains("<CS:organizer>") && theirs.contains("<CS:invite-accepted/>"), "{theirs}");
    assert!(!theirs.contains("can-be-shared"), "{theirs}");
    ben.add(&format!("{shared}b.ics"), &event_titled("b", "By Ben")).await;
    // Ada is told of the answer, and removes it when she knows.
    let told = notifications(&ada).await;
    assert_eq!(told.len(), 1);
    let (href, document) = &told[0];
    assert!(document.contains("<CS:invite-reply>") && document.contains("<CS:invite-accepted/>"), "{document}");
    assert!(document.contains(&principal("ben")) && document.contains("<CS:in-reply-to>"), "{document}");
    let stale = ada.request("DELETE", href).header("If-Match", "\"other\"").send().await;
    assert_eq!(stale.status, 412);
    assert_eq!(ben.delete(href).await.status, 404);
    assert_eq!(ada.delete(href).await.status, 204);
    assert!(notifications(&ada).await.is_empty());
    assert_eq!(ada.get(href).await.status, 404);
    // He leaves; what he said shows in her list.
    assert_eq!(ben.delete(&shared).await.status, 204);
    let invite = xml_of(&ada, &calendar, "<CS:invite/>").await;
    assert!(invite.contains("<CS:invite-declined/>"), "{invite}");
    assert!(notifications(&ada).await[0].1.contains("<CS:invite-declined/>"));
}

#[tokio::test]
async fn who_loses_a_calendar_is_told() {
    let server = Server::start().await;
    let (ada, ben) = (server.account("ada").await, server.account("ben").await);
    let calendar = ada.at("");
    post(&ada, &calendar, &share(&with(&principal("ben"), "read"))).await;
    let id = server.kalends.calendar(caller(&server, "ada").await, "ada", "personal").await.unwrap().id;
    server.kalends.answer_share(caller(&server, "ben").await, id, Answer::Accepted).await.unwrap();
    // Another level is news as well.
    assert_eq!(post(&ada, &calendar, &share(&with(&principal("ben"), "read-write"))).await.status, 200);
    let told = notifications(&ben).await;
    assert!(told[0].1.contains("<CS:invite-accepted/><CS:access><CS:read-write/>"), "{told:?}");
    let gone =
        post(&ada, &calendar, &share(&(without(&principal("ben")) + &without("mailto:nobody@example.org")))).await;
    assert_eq!(gone.status, 200, "{}", gone.text());
    let told = notifications(&ben).await;
    assert!(told.len() == 1 && told[0].1.contains("<CS:invite-deleted/>"), "{told:?}");
    assert_eq!(ben.get(&format!("{}shared-{}/", ben.home(), id.0)).await.status, 404);
    assert!(xml_of(&ada, &calendar, "<CS:invite/>").await.contains("404 Not Found"));
    assert!(!xml_of(&ada, &calendar, "<D:resourcetype/>").await.contains("shared"));
}

#[tokio::test]
async fn all_of_a_share_is_done_or_nothing() {
    let server = Server::start().await;
    let (ada, ben) = (server.account("ada").await, server.account("ben").await);
    let cleo = server.account("cleo").await;
    let calendar = ada.at("");
    let body = share(&(with(&principal("ben"), "read") + &with("mailto:nobody@example.org", "read")));
    let refused = post(&ada, &calendar, &body).await;
    let text = refused.text();
    assert!(
        refused.status == 207 && text.contains("403 Forbidden") && text.contains("424 Failed Dependency"),
        "{text}"
    );
    assert!(text.contains("mailto:nobody@example.org") && text.contains("<D:recognized-principal/>"), "{text}");
    assert!(xml_of(&ada, &calendar, "<CS:invite/>").await.contains("404 Not Found"));
    for wrong in ["", "<B:set><B:read/></B:set>", &with(&principal("ben"), "listen"), "<B:other/>"] {
        post(&ada, &calendar, &share(wrong)).await.expect(403, "valid-request");
    }
    post(&ada, &calendar, "<D:propfind xmlns:D=\"DAV:\"/>").await.expect(403, "valid-request");
    assert_eq!(post(&ada, &calendar, "<no").await.status, 400);
    let oneself = post(&ada, &calendar, &share(&with(&principal("ada"), "read"))).await;
    assert_eq!(oneself.status, 400, "{}", oneself.text());
    // Who may not share is told so; who sees nothing finds nothing.
    post(&ada, &calendar, &share(&with(&principal("ben"), "read-write"))).await;
    post(&ben, &calendar, &share(&with(&principal("cleo"), "read"))).await.expect(403, "need-privileges");
    let never = calendar.replace("personal", "never");
    let (seen, absent) = (
        post(&cleo, &calendar, &share(&with(&principal("cleo"), "read"))).await,
        post(&cleo, &never, &share("")).await,
    );
    assert_eq!((seen.status, seen.text()), (404, absent.text()));
    // There is no invitation to what was not shared with one, whether it is there or not.
    let (there, nowhere) = (
        post(&cleo, &cleo.home(), &reply(&calendar, "x", "accepted")).await,
        post(&cleo, &cleo.home(), &reply(&never, "x", "accepted")).await,
    );
    there.expect(403, "invalid-share");
    assert_eq!(there.text(), nowhere.text());
    post(&cleo, &cleo.home(), &reply(&cleo.at(""), "x", "declined")).await.expect(403, "invalid-share");
    assert_eq!(post(&cleo, &ada.home(), &reply(&calendar, "x", "accepted")).await.status, 404);
    assert_eq!(post(&ada, &ada.at("a.ics"), &share("")).await.status, 405);
    // The notifications of others are not there.
    let theirs = format!("{}notifications/", ben.home());
    assert_eq!(cleo.propfind(&theirs, "1", &propfind("<D:getetag/>")).await.status, 404);
    let told = notifications(&ben).await;
    let (seen, absent) =
        (cleo.get(&told[0].0).await, cleo.get(&format!("{}notifications/99999.xml", ben.home())).await);
    assert_eq!((seen.status, seen.text()), (404, absent.text()));
}

#[tokio::test]
async fn what_the_client_of_la_suite_sends_is_understood() {
    let server = Server::start().await;
    let (ada, ben) = (server.account("ada").await, server.account("ben").await);
    let details = server.kalends.user_by_slug("ben").await.unwrap();
    let address = details.principal.email.clone();
    let href = address.map_or_else(|| principal("ben"), |email| format!("mailto:{email}"));
    let namespaces = "xmlns:D=\"DAV:\" xmlns:CS=\"http://calendarserver.org/ns/\"";
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<CS:share {namespaces}>\n  \n    <CS:set>\n      <D:href>{href}</D:href>\n      \n      \n      <CS:admin/>\n    </CS:set>\n</CS:share>"
    );
    let answer = ada
        .request("POST", &ada.at(""))
        .header("Content-Type", "application/xml; charset=utf-8")
        .body(body)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let ada_caller = caller(&server, "ada").await;
    let id = server.kalends.calendar(ada_caller, "ada", "personal").await.unwrap().id;
    assert_eq!(server.kalends.shares(ada_caller, id).await.unwrap()[0].access, Access::Administer);
    let uid = within(&notifications(&ben).await[0].1, "CS:uid").to_owned();
    let body = format!(
        "<CS:invite-reply {namespaces}>\n  <CS:in-reply-to>{uid}</CS:in-reply-to>\n  <CS:invite-accepted/>\n</CS:invite-reply>"
    );
    assert!(post(&ben, &ben.home(), &body).await.text().contains(&format!("shared-{}/", id.0)));
    // He who administers it shares it on, and sees with whom it is shared.
    let shared = format!("{}shared-{}/", ben.home(), id.0);
    server.account("cleo").await;
    let on =
        format!("<CS:share {namespaces}><CS:set><D:href>{}</D:href><CS:read/></CS:set></CS:share>", principal("cleo"));
    assert_eq!(post(&ben, &shared, &on).await.status, 200);
    let invite = xml_of(&ben, &shared, "<CS:invite/>").await;
    assert!(invite.contains(&principal("cleo")) && invite.contains("<CS:organizer>"), "{invite}");
    let removed =
        format!("<CS:share {namespaces}>\n  <CS:remove>\n    <D:href>{href}</D:href>\n  </CS:remove>\n</CS:share>");
    assert_eq!(post(&ada, &ada.at(""), &removed).await.status, 200);
    assert_eq!(server.kalends.shares(ada_caller, id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_collection_of_notifications_is_the_servers() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let collection = format!("{}notifications/", ada.home());
    let made = ada.request("MKCALENDAR", &collection).send().await;
    assert_eq!(made.status, 403, "{}", made.text());
    assert_eq!(ada.put(&format!("{collection}x.ics"), event_titled("x", "X")).await.status, 405);
    assert_eq!(ada.delete(&collection).await.status, 403);
    assert_eq!(post(&ada, &collection, &share("")).await.status, 405);
    let named =
        ada.request("PROPPATCH", &collection).xml(&set("<D:displayname>Mine</D:displayname>")).send().await.text();
    assert!(named.contains("403 Forbidden"), "{named}");
    let short = ada.propfind("/api/v1.0/caldav/ada/notifications/", "0", &propfind("<D:resourcetype/>")).await;
    assert!(short.text().contains("<CS:notification/>"), "{}", short.text());
}
