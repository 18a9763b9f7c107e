//! The addresses of the system that people had before, `/api/v1.0/caldav/{user}/{calendar}/{uid}.ics`, beside today's.

use kalends_test_support::requests::{multiget, query, set};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event;

/// The other address of what is at `path`.
fn short(path: &str) -> String {
    path.replace("/calendars/", "/")
}

#[tokio::test]
async fn every_method_answers_at_both_addresses() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let work = format!("{}work/", ada.home());
    let text = event("a", "20260301T090000Z", "");
    assert_eq!(ada.request("MKCALENDAR", &short(&work)).send().await.status, 201);
    let etag = ada.add(&format!("{}a.ics", short(&work)), &text).await;
    for (method, path) in [
        ("OPTIONS", format!("{work}a.ics")),
        ("OPTIONS", work.clone()),
        ("GET", format!("{work}a.ics")),
        ("HEAD", format!("{work}a.ics")),
        ("GET", work.clone()),
        ("GET", ada.home()),
        ("POST", work.clone()),
        ("PUT", work.clone()),
        ("MKCOL", work.clone()),
        ("MKCALENDAR", ada.home()),
        ("DELETE", ada.home()),
        ("DELETE", format!("{work}none.ics")),
        ("GET", format!("{work}none.ics")),
    ] {
        let (long, short) = (ada.request(method, &path).send().await, ada.request(method, &short(&path)).send().await);
        assert_eq!((long.status, long.text()), (short.status, short.text()), "{method} {path}");
        for header in ["etag", "allow", "dav", "content-type", "last-modified"] {
            assert_eq!(long.header(header), short.header(header), "{method} {path} {header}");
        }
    }
    assert_eq!(ada.get(&format!("{work}a.ics")).await.header("etag"), Some(etag.as_str()));
    assert_eq!(ada.without_credentials().get(&short(&work)).await.status, 401);

    let patch = set("<D:displayname>New</D:displayname>");
    let patched = ada.request("PROPPATCH", &short(&work)).xml(&patch).send().await.multistatus();
    assert_eq!(patched.hrefs(), [short(&work)]);
    assert_eq!(ada.property(&work, "D:displayname").await.text, "New");

    let moved = ada.request("MOVE", &short(&ada.at("none.ics"))).header("Destination", &short(&ada.at("x.ics")));
    assert_eq!(moved.send().await.status, 404);
    let destination = format!("http://{}{}", server.address, short(&ada.at("b.ics")));
    let moved = ada.request("MOVE", &format!("{work}a.ics")).header("Destination", &destination).send().await;
    assert_eq!((moved.status, moved.header("location")), (201, Some(short(&ada.at("b.ics")).as_str())));
    assert_eq!(ada.get(&ada.at("b.ics")).await.text(), text);
    let into_itself = ada.request("COPY", &ada.at("b.ics")).header("Destination", &short(&ada.at("b.ics")));
    assert_eq!(into_itself.send().await.status, 403);
    assert_eq!(ada.delete(&short(&ada.at("b.ics"))).await.status, 204);
    assert_eq!(ada.get(&ada.at("b.ics")).await.status, 404);
    assert_eq!(ada.delete(&short(&work)).await.status, 204);
    assert_eq!(ada.propfind(&work, "0", "").await.status, 404);
}

#[tokio::test]
async fn hrefs_begin_like_the_address_that_was_asked() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    ada.add(&ada.at("b.ics"), &event("b", "20260301T090000Z", "")).await;
    let listed = ada.properties(&short(&ada.home()), "1", "<D:owner/><D:current-user-principal/>").await;
    assert_eq!(listed.hrefs(), [short(&ada.home()), short(&ada.at(""))]);
    // What leads elsewhere leads to today's addresses.
    let principal = "/api/v1.0/caldav/principals/ada/";
    assert!(listed.of(&short(&ada.at(""))).properties.values().all(|property| property.text == principal));
    let home = ada.property(principal, "C:calendar-home-set").await;
    assert_eq!(home.text, ada.home());

    let members = [short(&ada.at("")), short(&ada.at("a.ics")), short(&ada.at("b.ics"))];
    assert_eq!(ada.properties(&short(&ada.at("")), "1", "<D:getetag/>").await.hrefs(), members);
    let query = query("", "");
    assert_eq!(ada.report(&members[0], &query).await.multistatus().hrefs(), members[1..]);
    assert_eq!(ada.report(&members[1], &query).await.multistatus().hrefs(), [members[1].as_str()]);
    let first = ada.sync(&members[0], "", "").await.multistatus();
    assert_eq!(first.hrefs(), members[1..]);
    ada.delete(&members[2]).await;
    let token = first.sync_token.unwrap();
    let changes = ada.sync(&members[0], &token, "").await.multistatus();
    assert_eq!(changes.of(&members[2]).status, Some(404));
    // One token serves at both.
    assert_eq!(ada.sync(&ada.at(""), &token, "").await.multistatus().hrefs(), [ada.at("b.ics")]);

    let conflict = ada.put(&short(&ada.at("c.ics")), event("a", "20260301T090000Z", "")).await;
    conflict.expect(409, "no-uid-conflict");
    assert!(conflict.text().contains(&format!("<D:href>{}</D:href>", members[1])), "{}", conflict.text());
}

#[tokio::test]
async fn a_multiget_takes_and_gives_hrefs_of_both_kinds() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let eve = server.account("eve").await;
    for name in ["a", "b"] {
        ada.add(&ada.at(&format!("{name}.ics")), &event(name, "20260301T090000Z", "")).await;
    }
    ada.add(&ada.at("odd.ics"), &event("c", "20260301T090000Z", "")).await;
    eve.add(&eve.at("e.ics"), &event("e", "20260301T090000Z", "")).await;
    let asked = [
        ada.at("a.ics"),
        short(&ada.at("a.ics")),
        short(&ada.at("b.ics")),
        // By its name, and by its UID.
        short(&ada.at("odd.ics")),
        short(&ada.at("c.ics")),
    ];
    let missing = [ada.at("c.ics"), short(&ada.at("none.ics")), short(&eve.at("e.ics")), short(&ada.home())];
    let hrefs: Vec<&str> = asked.iter().chain(&missing).map(String::as_str).collect();
    for path in [ada.at(""), short(&ada.at(""))] {
        let answer = ada.report(&path, &multiget("<D:getetag/><C:calendar-data/>", &hrefs)).await.multistatus();
        assert_eq!(answer.responses.len(), hrefs.len());
        for (href, uid) in asked.iter().zip(["a", "a", "b", "c", "c"]) {
            assert!(answer.of(href).calendar_data().contains(&format!("UID:{uid}\r\n")), "{href} at {path}");
        }
        for href in &missing {
            assert_eq!(answer.of(href).status, Some(404), "{href} at {path}");
        }
    }
}

#[tokio::test]
async fn an_object_is_found_by_its_uid() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let eve = server.account("eve").await;
    let text = |start: &str| event("u@1", start, "");
    let etag = ada.add(&ada.at("stored-as.ics"), &text("20260301T090000Z")).await;
    let by_uid = short(&ada.at("u@1.ics"));
    assert_eq!(ada.get(&by_uid).await.text(), text("20260301T090000Z"));
    assert_eq!(ada.get(&ada.at("u@1.ics")).await.status, 404, "today's address has only the name");
    assert_eq!(ada.get(&short(&ada.at("u@1"))).await.status, 404);
    assert_eq!(eve.get(&by_uid).await.status, 404);
    assert_eq!(ada.properties(&by_uid, "0", "<D:getetag/>").await.hrefs(), [by_uid.as_str()]);
    let query = query("", "");
    assert_eq!(ada.report(&by_uid, &query).await.multistatus().hrefs(), [by_uid.as_str()]);
    let condition = async |value: &str| ada.request("GET", &ada.at("")).header("If", value).send().await.status;
    assert_eq!(condition(&format!("<{by_uid}> ([{etag}])")).await, 200);
    assert_eq!(condition(&format!("<{by_uid}> ([\"x\"])")).await, 412);

    // It is written where it is.
    let put = async |name: &str, value: &str, start: &str| {
        ada.request("PUT", &by_uid).header(name, value).body(text(start)).send().await.status
    };
    assert_eq!(put("If-None-Match", "*", "20260301T100000Z").await, 412);
    assert_eq!(put("If-Match", &etag, "20260301T100000Z").await, 204);
    assert_eq!(put("If-Match", &etag, "20260301T110000Z").await, 412);
    assert_eq!(ada.get(&ada.at("stored-as.ics")).await.text(), text("20260301T100000Z"));
    assert_eq!(ada.properties(&ada.at(""), "1", "<D:getetag/>").await.names(), ["", "stored-as.ics"]);

    let work = format!("{}work/", ada.home());
    assert_eq!(ada.request("MKCALENDAR", &work).send().await.status, 201);
    ada.add(&format!("{work}there.ics"), &text("20260302T090000Z")).await;
    let onto = short(&format!("{work}u@1.ics"));
    let moving = |overwrite: &str| {
        ada.request("MOVE", &by_uid).header("Destination", &onto).header("Overwrite", overwrite).send()
    };
    assert_eq!(moving("F").await.status, 412);
    assert_eq!(moving("T").await.status, 204);
    assert_eq!(ada.get(&format!("{work}there.ics")).await.text(), text("20260301T100000Z"));
    assert_eq!(ada.delete(&by_uid).await.status, 404);
    assert_eq!(ada.delete(&onto).await.status, 204);
    assert_eq!(ada.get(&format!("{work}there.ics")).await.status, 404);

    // A name counts more than another's UID.
    ada.add(&ada.at("x.ics"), &event("y", "20260301T090000Z", "")).await;
    ada.add(&ada.at("z.ics"), &event("x", "20260301T090000Z", "")).await;
    assert!(ada.get(&short(&ada.at("x.ics"))).await.text().contains("UID:y"));
    // What is new gets the name that was asked for.
    ada.add(&short(&ada.at("new.ics")), &event("new", "20260301T090000Z", "")).await;
    assert_eq!(ada.get(&ada.at("new.ics")).await.status, 200);
}
