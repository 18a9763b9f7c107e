//! Servers that keep to the protocol in their own way, or only to a part of it.

use crate::odd_server::{Asked, OddServer, Said, gone, response};
use kalends_domain::sync::provider::{
    ChangePage, Coverage, Cursor, FetchOutcome, Following, Provider, ProviderError, RemoteObjectId, RemoteTag,
    StoredText,
};
use kalends_ical::instances::Window;
use std::sync::atomic::{AtomicUsize, Ordering};

const ALWAYS: Window = Window { start: None, end: None };
const SYNC: &str = "REPORT /dav/cal/";
const LIST: &str = "PROPFIND /dav/cal/";
const TEXT: &str = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";

fn window() -> Window {
    let at = |text: &str| Some(chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc());
    Window { start: at("2026-01-01T00:00:00Z"), end: at("2027-01-01T00:00:00Z") }
}

fn id(name: &str) -> RemoteObjectId {
    RemoteObjectId(name.into())
}

fn tag(written: &str) -> RemoteTag {
    RemoteTag(written.into())
}

fn heads(page: &ChangePage) -> Vec<(&str, Option<&str>)> {
    page.present.iter().map(|head| (head.id.0.as_str(), head.tag.as_ref().map(|tag| tag.0.as_str()))).collect()
}

fn names(ids: &[RemoteObjectId]) -> Vec<&str> {
    ids.iter().map(|id| id.0.as_str()).collect()
}

fn etag(href: &str, tag: &str) -> String {
    response(href, &format!("<D:getetag>{tag}</D:getetag>"))
}

async fn first(server: &OddServer) -> ChangePage {
    server.provider().changes(&server.calendar(), None, window()).await.unwrap()
}

async fn after(server: &OddServer, cursor: &Cursor) -> Result<ChangePage, ProviderError> {
    server.provider().changes(&server.calendar(), Some(cursor), window()).await
}

#[tokio::test]
async fn calendars_are_told_from_what_else_is_in_a_home() {
    let server = OddServer::new(|asked| {
        assert_eq!((asked.what.as_str(), asked.depth.as_str()), ("PROPFIND /dav/", "1"));
        let calendar = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>";
        let work = format!(
            "{calendar}<D:displayname> Work &amp; more </D:displayname><I:calendar-color>#0e61b9FF</I:calendar-color>\
             <I:calendar-order>3</I:calendar-order><CS:getctag>7</CS:getctag>\
             <C:supported-calendar-component-set><C:comp name=\"VEVENT\"/><C:comp name=\"VTODO\"/>\
             </C:supported-calendar-component-set><D:current-user-privilege-set><D:privilege><D:read/></D:privilege>\
             <D:privilege><D:write-content/></D:privilege></D:current-user-privilege-set>\
             <C:calendar-timezone>BEGIN:VTIMEZONE\nTZID:Europe/Paris\nEND:VTIMEZONE</C:calendar-timezone>"
        );
        let shared = "<D:resourcetype><D:collection/><C:calendar/><CS:shared/></D:resourcetype>\
             <D:current-user-privilege-set><D:privilege><D:read/></D:privilege></D:current-user-privilege-set>\
             <D:displayname/><D:sync-token>x</D:sync-token>";
        Said::multistatus(
            &[
                response("/dav/", "<D:resourcetype><D:collection/></D:resourcetype>"),
                response("work", &work),
                response("http://inside.example/dav/for%20all/", shared),
                response("/dav/inbox/", "<D:resourcetype><D:collection/><C:schedule-inbox/></D:resourcetype>"),
                response("/dav/plain/", calendar),
                gone("/dav/lost/"),
            ]
            .concat(),
        )
    })
    .await;
    let calendars = server.provider().calendars().await.unwrap();
    assert_eq!(calendars.len(), 3);
    let [work, shared, plain] = &calendars[..] else { unreachable!() };
    assert_eq!(work.id.0, server.url("/dav/work/").as_str());
    assert_eq!((work.name.as_str(), work.color.as_deref(), work.order), ("Work & more", Some("#0E61B9"), Some(3)));
    assert_eq!(work.components, Some(vec!["VEVENT".to_owned(), "VTODO".to_owned()]));
    assert_eq!((work.is_writable, work.is_shared, work.following), (true, false, Following::Tag));
    assert_eq!(work.time_zone.as_deref(), Some("Europe/Paris"));
    assert_eq!((shared.name.as_str(), shared.is_writable, shared.is_shared), ("for all", false, true));
    assert_eq!(shared.following, Following::Changes);
    assert_eq!((plain.is_writable, plain.components.as_ref(), plain.following), (true, None, Following::Comparison));
}

#[tokio::test]
async fn changes_are_followed_page_by_page() {
    let server = OddServer::new(|asked| {
        assert_eq!(asked.what, SYNC);
        let more =
            "<D:response><D:href>/dav/cal/</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>";
        let token = |token: &str| format!("<D:sync-token>{token}</D:sync-token>");
        Said::multistatus(&match asked.body.split_once("sync-token>").unwrap().1.split_once('<').unwrap().0 {
            "" => [etag("/dav/cal/a.ics", "\"1\""), more.into(), token("t1")].concat(),
            "t1" => [etag("/dav/cal/b.ics", "\"1\""), token("t2")].concat(),
            "t2" => [etag("/dav/cal/b.ics", "\"2\""), gone("/dav/cal/a.ics"), token("t3")].concat(),
            "loop" => [more.to_owned(), token("loop")].concat(),
            token => panic!("{token}"),
        })
    })
    .await;
    let page = first(&server).await;
    assert_eq!(
        (page.coverage, page.has_more, heads(&page)),
        (Coverage::Everything, true, vec![("a.ics", Some("\"1\""))])
    );
    // The second page of the first listing is of it too, also for whoever begins anew with its cursor.
    let page = after(&server, &page.next).await.unwrap();
    assert_eq!(
        (page.coverage, page.has_more, heads(&page)),
        (Coverage::Everything, false, vec![("b.ics", Some("\"1\""))])
    );
    let page = after(&server, &page.next).await.unwrap();
    assert_eq!((page.coverage, heads(&page)), (Coverage::Changes, vec![("b.ics", Some("\"2\""))]));
    assert_eq!(names(&page.removed), ["a.ics"]);
    let endless = Cursor(page.next.0.replace("t3", "loop"));
    assert!(matches!(after(&server, &endless).await, Err(ProviderError::Unreadable(_))));
}

#[tokio::test]
async fn a_page_that_must_not_be_small_is_asked_for_whole() {
    let server = OddServer::new(|asked| {
        if asked.body.contains("nresults") {
            return Said::refusing(507, "<D:number-of-matches-within-limits/>");
        }
        Said::multistatus(&[etag("/dav/cal/a.ics", "\"1\""), "<D:sync-token>t</D:sync-token>".into()].concat())
    })
    .await;
    assert_eq!(heads(&first(&server).await), [("a.ics", Some("\"1\""))]);
    assert_eq!(server.asked(), [SYNC, SYNC]);
}

#[tokio::test]
async fn a_token_that_is_not_known_any_more_is_said_so() {
    for (status, condition) in
        [(403, "<D:valid-sync-token/>"), (409, "<D:valid-sync-token/>"), (410, ""), (400, ""), (412, ""), (501, "")]
    {
        let server = OddServer::new(move |_| Said::refusing(status, condition)).await;
        let cursor = Cursor(r#"{"by":"sync-token","token":"old","is_listing":false}"#.into());
        assert_eq!(after(&server, &cursor).await, Err(ProviderError::CursorRejected), "{status}");
    }
    for (status, failure) in [(403, "Forbidden"), (401, "Unauthenticated"), (404, "Missing"), (500, "Transient")] {
        let server = OddServer::new(move |_| Said::status(status)).await;
        let cursor = Cursor(r#"{"by":"sync-token","token":"old","is_listing":false}"#.into());
        let error = after(&server, &cursor).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(failure), "{status}: {error:?}");
    }
    let server = OddServer::new(|_| panic!("nothing is asked")).await;
    assert_eq!(after(&server, &Cursor("other".into())).await, Err(ProviderError::CursorRejected));
}

/// A server with CTag alone, or with nothing.
fn without_sync(asked: &Asked, ctag: &str, members: &str) -> Said {
    match (asked.what.as_str(), asked.depth.as_str()) {
        (SYNC, _) => Said::status(403),
        (LIST, "0") => Said::multistatus(&response("/dav/cal/", ctag)),
        (LIST, "1") => Said::multistatus(members),
        (other, _) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_server_without_changes_is_listed_when_its_tag_says_so() {
    let ctag = AtomicUsize::new(1);
    let server = OddServer::new(move |asked| {
        let at = ctag.fetch_add(usize::from(asked.what == SYNC), Ordering::SeqCst);
        let members = [
            response("/dav/cal/", "<D:getetag>\"0\"</D:getetag><D:resourcetype><D:collection/></D:resourcetype>"),
            response("/dav/cal/sub/", "<D:resourcetype><D:collection/></D:resourcetype>"),
            etag("a%20b%40c.ics", "W/\"weak\""),
            // 404 within a response is about the property.
            "<D:response><D:href>/dav/cal/none.ics</D:href><D:propstat><D:prop><D:getetag/></D:prop>\
             <D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>"
                .into(),
        ];
        without_sync(asked, &format!("<CS:getctag>{}</CS:getctag>", at / 2), &members.concat())
    })
    .await;
    let page = first(&server).await;
    assert_eq!(heads(&page), [("a%20b@c.ics", Some("\"weak\"")), ("none.ics", None)]);
    assert_eq!((page.coverage, page.has_more), (Coverage::Everything, false));
    assert_eq!(server.asked(), [SYNC, LIST, LIST]);
    let same = after(&server, &page.next).await.unwrap();
    assert_eq!((same.coverage, same.present.len(), &same.next), (Coverage::Changes, 0, &page.next));
    assert_eq!(server.asked(), [LIST]);
    // Once its tag is another, it is listed again.
    let other = Cursor(page.next.0.replace("\"1\"", "\"0\""));
    assert_eq!(after(&server, &other).await.unwrap().coverage, Coverage::Everything);
}

#[tokio::test]
async fn a_server_without_any_tag_is_listed_each_time() {
    let server =
        OddServer::new(|asked| without_sync(asked, "<D:displayname/>", &etag("/dav/cal/a.ics", "\"1\""))).await;
    let page = first(&server).await;
    for _ in 0..2 {
        assert_eq!(after(&server, &page.next).await.unwrap(), page);
    }
}

#[tokio::test]
async fn what_lies_elsewhere_is_not_taken_for_an_empty_calendar() {
    let server =
        OddServer::new(|asked| without_sync(asked, "<CS:getctag>1</CS:getctag>", &etag("/other/a.ics", "1"))).await;
    let error = server.provider().changes(&server.calendar(), None, ALWAYS).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unreadable(_)), "{error}");
    let empty =
        OddServer::new(|asked| without_sync(asked, "<CS:getctag>1</CS:getctag>", &response("/dav/cal", ""))).await;
    assert_eq!(first(&empty).await.present, []);
}

#[tokio::test]
async fn a_server_that_lists_nothing_is_asked_for_a_window() {
    let server = OddServer::new(|asked| match (asked.what.as_str(), asked.depth.as_str()) {
        (LIST, "0") => Said::multistatus(&response("/dav/cal/", "<CS:getctag>1</CS:getctag>")),
        (LIST, _) => Said::refusing(403, "<D:propfind-finite-depth/>"),
        (SYNC, _) if asked.body.contains("VTODO") => Said::refusing(403, "<C:supported-filter/>"),
        (SYNC, _) if asked.body.contains("<C:time-range start=\"20260101T000000Z\" end=\"20270101T000000Z\"/>") => {
            Said::multistatus(&etag("/dav/cal/a.ics", "\"1\""))
        }
        _ => Said::status(405),
    })
    .await;
    let page = first(&server).await;
    assert_eq!((page.coverage, heads(&page)), (Coverage::Within(window()), vec![("a.ics", Some("\"1\""))]));
    server.asked();
    assert_eq!(after(&server, &page.next).await.unwrap().coverage, Coverage::Changes);
    assert_eq!(server.asked(), [LIST]);
    // Another window is asked for although nothing changed.
    let wider = server.provider().changes(&server.calendar(), Some(&page.next), ALWAYS).await.unwrap_err();
    assert!(matches!(wider, ProviderError::Forbidden(_)), "this server refuses it: {wider}");
}

#[tokio::test]
async fn prefixes_encodings_and_status_lines_may_be_others() {
    let server = OddServer::new(|_| {
        let body = "<?xml version='1.0' encoding='ISO-8859-1'?><!-- x --><multistatus xmlns='DAV:'>\
             <y:response xmlns:y='DAV:'><y:href><![CDATA[/dav/cal/caf%C3%A9.ics]]></y:href><y:propstat>\
             <y:prop><y:getetag>&quot;1&quot;</y:getetag></y:prop><y:status>http/2 200</y:status></y:propstat></y:response>\
             <response><href>/dav/cal/b.ics</href><propstat><prop><getetag>\"2\"</getetag></prop></propstat></response>\
             <sync-token>\n t \n</sync-token></multistatus>";
        Said(200, vec![("content-type", "text/xml".into())], body.into())
    })
    .await;
    assert_eq!(heads(&first(&server).await), [("b.ics", Some("\"2\"")), ("caf%C3%A9.ics", Some("\"1\""))]);
}

#[tokio::test]
async fn texts_are_fetched_together_and_each_has_its_own_fate() {
    let server = OddServer::new(|asked| match asked.what.as_str() {
        SYNC => {
            assert!(asked.body.contains("<D:href>/dav/cal/a@b.ics</D:href>"), "{}", asked.body);
            let data = "<D:getetag>W/\"1\"</D:getetag><C:calendar-data>BEGIN:VCALENDAR\nX:&amp;\nEND:VCALENDAR\n</C:calendar-data>";
            let none = "<D:response><D:href>/dav/cal/secret.ics</D:href><D:propstat><D:prop><C:calendar-data/></D:prop>\
                 <D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat></D:response>";
            let absolute = response("http://inside.example:80/dav/cal/a%40b.ics", data);
            Said::multistatus(&[absolute, gone("/dav/cal/gone.ics"), none.into(), etag("/dav/cal/unasked.ics", "1")].concat())
        }
        "GET /dav/cal/silent.ics" => Said(200, vec![("etag", "\"3\"".into())], TEXT.into()),
        "GET /dav/cal/nothing.ics" => Said::status(404),
        "GET /dav/cal/poison.ics" => Said::status(500),
        other => panic!("{other}"),
    })
    .await;
    let ids = ["a@b.ics", "gone.ics", "secret.ics", "silent.ics", "nothing.ics", "poison.ics"].map(id);
    let fetched = server.provider().fetch(&server.calendar(), &ids).await.unwrap();
    assert!(fetched.iter().map(|fetched| &fetched.id).eq(&ids));
    let text = "BEGIN:VCALENDAR\r\nX:&\r\nEND:VCALENDAR\r\n".to_owned();
    let outcomes: Vec<FetchOutcome> = fetched.into_iter().map(|fetched| fetched.outcome).collect();
    assert_eq!(outcomes[0], FetchOutcome::Text { text, tag: Some(tag("\"1\"")) });
    assert_eq!((&outcomes[1], &outcomes[4]), (&FetchOutcome::Gone, &FetchOutcome::Gone));
    assert_eq!(outcomes[3], FetchOutcome::Text { text: TEXT.into(), tag: Some(tag("\"3\"")) });
    assert!(matches!(outcomes[2], FetchOutcome::Unreadable { .. }), "{:?}", outcomes[2]);
    assert!(matches!(outcomes[5], FetchOutcome::Failed { .. }), "it may be otherwise the next time: {:?}", outcomes[5]);
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn a_server_without_multiget_is_asked_one_by_one_from_then_on() {
    let server = OddServer::new(|asked| match asked.what.as_str() {
        SYNC => Said::status(501),
        _ => Said(200, Vec::new(), TEXT.into()),
    })
    .await;
    let provider = server.provider();
    for asked in
        [[SYNC, "GET /dav/cal/a.ics", "GET /dav/cal/b.ics"].as_slice(), &["GET /dav/cal/a.ics", "GET /dav/cal/b.ics"]]
    {
        let fetched = provider.fetch(&server.calendar(), &[id("a.ics"), id("b.ics")]).await.unwrap();
        assert_eq!(fetched[1].outcome, FetchOutcome::Text { text: TEXT.into(), tag: None });
        assert_eq!(server.asked(), asked);
    }
}

#[tokio::test]
async fn what_is_too_long_together_is_fetched_in_parts() {
    let server = OddServer::new(|asked| {
        let large = format!("BEGIN:VCALENDAR\nX:{}\nEND:VCALENDAR\n", "x".repeat(6_000_000));
        if asked.what.starts_with("GET ") {
            return Said(200, Vec::new(), if asked.what.contains("huge") { large.repeat(4) } else { large });
        }
        let hrefs = asked.body.split("<D:href>").skip(1).map(|rest| rest.split('<').next().unwrap());
        let data = format!("<C:calendar-data>{large}</C:calendar-data>");
        Said::multistatus(&hrefs.map(|href| response(href, &data)).collect::<String>())
    })
    .await;
    let ids = ["a.ics", "b.ics", "c.ics", "huge.ics"].map(id);
    let fetched = server.provider().fetch(&server.calendar(), &ids).await.unwrap();
    let read = |outcome: &FetchOutcome| matches!(outcome, FetchOutcome::Text { text, .. } if text.len() > 6_000_000);
    assert_eq!(fetched.iter().map(|fetched| read(&fetched.outcome)).collect::<Vec<_>>(), [true, true, true, true]);
    let alone = server.provider().fetch(&server.calendar(), &ids[3..]).await.unwrap();
    assert!(matches!(&alone[0].outcome, FetchOutcome::Unreadable { why } if why.contains("longer")));
}

#[tokio::test]
async fn what_was_stored_is_read_back_where_the_server_does_not_vouch_for_it() {
    let server = OddServer::new(|asked| {
        let (status, headers) = match asked.what.as_str() {
            "PUT /dav/cal/strong.ics" => (201, vec![("etag", "\"1\"".into())]),
            "PUT /dav/cal/weak.ics" => (201, vec![("etag", "W/\"1\"".into())]),
            "PUT /dav/cal/silent.ics" => (204, vec![]),
            "PUT /dav/cal/moved.ics" => {
                (201, vec![("location", "/dav/cal/there%40.ics".into()), ("etag", "\"1\"".into())])
            }
            other => panic!("{other}"),
        };
        assert_eq!((asked.condition.as_str(), asked.body.as_str()), ("*", TEXT));
        Said(status, headers, String::new())
    })
    .await;
    let provider = server.provider();
    for (uid, name, text) in [
        ("strong", "strong.ics", StoredText::AsSent { tag: tag("\"1\"") }),
        ("weak", "weak.ics", StoredText::ToBeReadBack),
        ("silent", "silent.ics", StoredText::ToBeReadBack),
        ("moved", "there@.ics", StoredText::ToBeReadBack),
    ] {
        let stored = provider.create(&server.calendar(), uid, TEXT).await.unwrap();
        assert_eq!((stored.id, stored.text), (id(name), text));
    }
}

#[tokio::test]
async fn a_condition_is_tried_in_the_way_in_which_the_server_compares() {
    let server = OddServer::new(|asked| match (asked.what.as_str(), asked.condition.as_str()) {
        ("PUT /dav/cal/weak.ics" | "DELETE /dav/cal/weak.ics", "W/\"1\"") => Said::status(204),
        ("DELETE /dav/cal/gone.ics", _) => Said::status(404),
        _ => Said::status(412),
    })
    .await;
    let (provider, calendar) = (server.provider(), server.calendar());
    let (weak, other) = (id("weak.ics"), id("other.ics"));
    let stored = provider.update(&calendar, &weak, Some(&tag("\"1\"")), TEXT).await.unwrap();
    assert_eq!(stored.text, StoredText::ToBeReadBack);
    provider.delete(&calendar, &weak, Some(&tag("\"1\""))).await.unwrap();
    provider.delete(&calendar, &id("gone.ics"), Some(&tag("\"1\""))).await.unwrap();
    for tag in [Some(&tag("\"2\"")), None] {
        assert_eq!(provider.update(&calendar, &other, tag, TEXT).await, Err(ProviderError::Changed));
        assert_eq!(provider.delete(&calendar, &other, tag).await, Err(ProviderError::Changed));
    }
}

#[tokio::test]
async fn a_refusal_says_what_it_is_about() {
    let said = |asked: &Asked| match asked.what.split('/').next_back().unwrap() {
        "uid.ics" => {
            Said::refusing(403, "<C:no-uid-conflict><D:href>/dav/cal/the%40other.ics</D:href></C:no-uid-conflict>")
        }
        "uid2.ics" => Said::refusing(409, "<C:no-uid-conflict/>"),
        "data.ics" => Said::refusing(403, "<C:valid-calendar-data/>"),
        "large.ics" => Said::status(413),
        "quota.ics" => Said::refusing(507, "<D:quota-not-exceeded/>"),
        "rights.ics" => Said::refusing(403, "<D:need-privileges/>"),
        "locked.ics" => Said::status(423),
        "lost.ics" => Said::status(409),
        "busy.ics" => Said(503, vec![("retry-after", "7".into())], String::new()),
        "taken.ics" => {
            Said::refusing(412, "<s:exception xmlns:s=\"http://sabredav.org/ns\">PreconditionFailed</s:exception>")
        }
        "broken.ics" => Said::refusing(412, "<C:valid-calendar-data/>"),
        other => panic!("{other}"),
    };
    let server = OddServer::new(said).await;
    let provider = server.provider();
    for (uid, failure) in [
        ("uid", "UidTaken { by: Some(RemoteObjectId(\"the@other.ics\")) }"),
        ("uid2", "UidTaken { by: None }"),
        ("data", "Rejected(\"127.0.0.1 does not take the object: valid-calendar-data\")"),
        ("large", "Rejected("),
        ("quota", "Rejected(\"127.0.0.1 has no room left"),
        ("rights", "Forbidden("),
        ("locked", "Transient"),
        ("lost", "Missing("),
        ("taken", "Changed"),
        ("broken", "Rejected("),
        (
            "busy",
            "Transient { why: \"127.0.0.1 has a fault: 503 Service Unavailable\", retry_after: Some(TimeDelta { secs: 7",
        ),
    ] {
        let error = provider.create(&server.calendar(), uid, TEXT).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(failure), "{uid}: {error:?}");
    }
}
