//! Scheduling as clients have it (RFC 6638): inbox, outbox, Schedule-Tag, and what is refused by which name.

use kalends_domain::access::{Access, Caller};
use kalends_domain::jobs::Worker;
use kalends_test_support::client::Client;
use kalends_test_support::requests::{propfind, set};
use kalends_test_support::server::Server;
use tokio_util::sync::CancellationToken;

fn meeting(title: &str, start: &str, attendees: &[&str]) -> String {
    let attendees: String =
        attendees.iter().map(|who| format!("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{who}@example.org\r\n")).collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:{title}\r\nORGANIZER:mailto:ada@example.org\r\n{attendees}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// Somebody whose address is `{name}@example.org`.
async fn person(server: &Server, name: &str) -> (Client, Caller) {
    let client = server.account(name).await;
    let id = server.kalends.user_by_slug(name).await.unwrap().principal.id;
    (client, Caller::page(id))
}

async fn settle(server: &Server) {
    Worker::new(server.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
}

#[tokio::test]
async fn an_invitation_goes_through_two_clients() {
    let server = Server::start().await;
    let ((ada, _), (ben, _)) = (person(&server, "ada").await, person(&server, "ben").await);
    let options = ada.request("OPTIONS", &ada.home()).send().await;
    assert!(options.header("dav").unwrap().split(", ").any(|claim| claim == "calendar-auto-schedule"));
    let principal = "/api/v1.0/caldav/principals/ben/";
    let inbox = format!("{}inbox/", ben.home());
    assert!(ben.property(principal, "C:schedule-inbox-URL").await.xml.contains(&inbox));
    assert!(ben.property(principal, "C:schedule-outbox-URL").await.xml.contains("/ben/outbox/"));
    assert!(ben.property(principal, "C:calendar-user-address-set").await.xml.contains("mailto:ben@example.org"));
    assert!(ben.property(&inbox, "D:resourcetype").await.xml.contains("schedule-inbox"));
    assert!(ben.property(&inbox, "C:schedule-default-calendar-URL").await.xml.contains(&ben.at("")));

    let made = ada.put(&ada.at("m.ics"), meeting("Plan", "20300301T100000Z", &["ben"])).await;
    // What is stored says what became of the messages: without an entity tag the client fetches it.
    assert_eq!((made.status, made.header("etag")), (201, None));
    let tag = made.header("schedule-tag").unwrap().to_owned();
    assert!(ada.get(&ada.at("m.ics")).await.text().contains("SCHEDULE-STATUS=1.2"));
    assert_eq!(ada.property(&ada.at("m.ics"), "C:schedule-tag").await.text, tag);
    // It is in the inbox at once.
    let listed = ben.properties(&inbox, "1", "<D:getetag/><D:getcontenttype/>").await;
    let item = listed.hrefs()[1].to_owned();
    let message = ben.get(&item).await;
    assert!(message.text().contains("METHOD:REQUEST") && message.header("etag").is_some());
    assert_eq!(ada.get(&item).await.status, 404);
    let query = "<C:calendar-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\"/></C:comp-filter></C:filter></C:calendar-query>";
    assert!(ben.report(&inbox, query).await.text().contains("METHOD:REQUEST"));
    let todos = ben.report(&inbox, &query.replace("VEVENT", "VTODO")).await;
    assert!(todos.status == 207 && !todos.text().contains("METHOD"), "{}", todos.text());
    settle(&server).await;
    let copy = ben.get(&ben.at("m.ics")).await;
    let bens = copy.header("schedule-tag").unwrap().to_owned();

    // His program answers.
    let answered = copy.text().replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED");
    let put =
        ben.request("PUT", &ben.at("m.ics")).header("If-Schedule-Tag-Match", &bens).body(answered.clone()).send().await;
    assert!(put.status == 204 && put.header("schedule-tag").is_some_and(|tag| tag != bens), "{}", put.text());
    settle(&server).await;
    let organizers = ada.get(&ada.at("m.ics")).await;
    assert!(organizers.text().contains("PARTSTAT=ACCEPTED"));
    assert_eq!(organizers.header("schedule-tag"), Some(tag.as_str()));
    // She has not seen that, and changes the title by the tag that she knows.
    let late = meeting("Late", "20300301T100000Z", &["ben"]);
    let stale = ada
        .request("PUT", &ada.at("m.ics"))
        .header("If-Schedule-Tag-Match", "\"other\"")
        .body(late.clone())
        .send()
        .await;
    assert_eq!(stale.status, 412);
    let put = ada.request("PUT", &ada.at("m.ics")).header("If-Schedule-Tag-Match", &tag).body(late).send().await;
    assert_eq!(put.status, 204, "{}", put.text());
    assert!(ada.get(&ada.at("m.ics")).await.text().contains("PARTSTAT=ACCEPTED"));
    settle(&server).await;

    // What is not his to change is refused, and what he takes away quietly is not told.
    let refused = ben.put(&ben.at("m.ics"), answered.replace("SUMMARY:Plan", "SUMMARY:Mine")).await;
    refused.expect(403, "allowed-attendee-scheduling-object-change");
    let quiet = ben.request("DELETE", &ben.at("m.ics")).header("Schedule-Reply", "F").send().await;
    assert_eq!(quiet.status, 204);
    settle(&server).await;
    assert!(!ada.get(&ada.at("m.ics")).await.text().contains("DECLINED"));
    assert_eq!(ben.delete(&item).await.status, 204);
    assert_eq!(ben.get(&item).await.status, 404);
}

#[tokio::test]
async fn what_no_meeting_can_be_is_refused_by_its_name() {
    let server = Server::start().await;
    let (ada, _) = person(&server, "ada").await;
    person(&server, "ben").await;
    let text = meeting("Plan", "20300301T100000Z", &["ben"]);
    ada.put(&ada.at("m.ics"), text.clone()).await;
    let other = text.replace("ORGANIZER:mailto:ada", "ORGANIZER:mailto:mallory");
    ada.put(&ada.at("m.ics"), other).await.expect(403, "allowed-organizer-scheduling-object-change");
    let mixed = text.replace("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20300301T100000Z\r\nDTSTART:20300301T110000Z\r\nORGANIZER:mailto:mallory@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR");
    ada.put(&ada.at("m.ics"), mixed).await.expect(403, "same-organizer-in-all-components");
    let calendar = format!("{}second/", ada.home());
    assert_eq!(ada.request("MKCALENDAR", &calendar).send().await.status, 201);
    // What she takes no part in may be in both.
    let theirs = text.replace("UID:m", "UID:o").replace("mailto:ada", "mailto:mallory");
    assert_eq!(ada.put(&ada.at("o.ics"), theirs.clone()).await.status, 201);
    assert_eq!(ada.put(&format!("{calendar}o.ics"), theirs).await.status, 201);
    ada.put(&format!("{calendar}m.ics"), text).await.expect(409, "unique-scheduling-object-resource");
    for name in ["inbox", "outbox"] {
        let made = ada.request("MKCALENDAR", &format!("{}{name}/", ada.home())).send().await;
        assert!(made.status >= 400, "{name}: {}", made.status);
    }
}

#[tokio::test]
async fn the_outbox_tells_when_people_are_busy_as_far_as_they_let_one_know() {
    let server = Server::start().await;
    let ((ada, caller), (ben, bens)) = (person(&server, "ada").await, person(&server, "ben").await);
    let event = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:b\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:Secret\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    ben.put(&ben.at("b.ics"), event).await;
    let outbox = format!("{}outbox/", ada.home());
    let ask = |organizer: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:f\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20300301T000000Z\r\nDTEND:20300302T000000Z\r\nORGANIZER:mailto:{organizer}@example.org\r\nATTENDEE:mailto:ben@example.org\r\nATTENDEE:mailto:nobody@example.org\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
        )
    };
    let post = async |text: String| {
        ada.request("POST", &outbox).header("Content-Type", "text/calendar").body(text).send().await
    };
    let answer = post(ask("ada")).await;
    assert_eq!((answer.status, answer.text().matches("3.7;").count()), (200, 2), "{}", answer.text());
    let calendar = server.kalends.calendars(bens).await.unwrap()[0].id;
    server.kalends.share(bens, calendar, caller.principal, Access::FreeBusy, None).await.unwrap();
    let text = post(ask("ada")).await.text();
    assert!(
        text.contains("2.0;Success") && text.contains("FREEBUSY;FBTYPE=BUSY:20300301T100000Z/20300301T110000Z"),
        "{text}"
    );
    assert!(text.matches("3.7;").count() == 1 && !text.contains("Secret") && text.contains("METHOD:REPLY"));
    post(ask("ben")).await.expect(403, "organizer-allowed");
    post("nonsense".into()).await.expect(403, "valid-scheduling-message");
    let outside = format!("{}outbox/", ben.home());
    assert_eq!(
        ada.request("POST", &outside).header("Content-Type", "text/calendar").body(ask("ada")).send().await.status,
        404
    );

    // When he works, said to his inbox.
    let inbox = format!("{}inbox/", ben.home());
    let availability = "BEGIN:VCALENDAR\r\nBEGIN:VAVAILABILITY\r\nUID:a\r\nBEGIN:AVAILABLE\r\nUID:b\r\nDTSTART:20300301T090000Z\r\nDTEND:20300301T170000Z\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n";
    let patch = |text: &str| set(&format!("<C:calendar-availability>{text}</C:calendar-availability>"));
    assert!(ben.request("PROPPATCH", &inbox).xml(&patch("nonsense")).send().await.text().contains("403"));
    assert!(ben.request("PROPPATCH", &inbox).xml(&patch(availability)).send().await.text().contains("200 OK"));
    assert!(ben.propfind(&inbox, "0", &propfind("<C:calendar-availability/>")).await.text().contains("VAVAILABILITY"));
    assert!(post(ask("ada")).await.text().contains("BUSY-UNAVAILABLE:20300301T000000Z/20300301T090000Z"));
}

#[tokio::test]
async fn an_inbox_is_kept_in_step_by_its_sync_token() {
    let server = Server::start().await;
    let ((ada, _), (ben, _)) = (person(&server, "ada").await, person(&server, "ben").await);
    let inbox = format!("{}inbox/", ben.home());
    let sync = async |token: &str, limit: &str| {
        let body = format!(
            "<D:sync-collection xmlns:D=\"DAV:\"><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{limit}<D:prop><D:getetag/></D:prop></D:sync-collection>"
        );
        ben.report(&inbox, &body).await
    };
    let token_in = |text: &str| {
        let (_, rest) = text.split_once("<D:sync-token>").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    let nothing = sync("", "").await.text();
    let first = token_in(&nothing);
    assert!(!nothing.contains(".ics"), "{nothing}");
    assert_eq!(ben.property(&inbox, "D:sync-token").await.text, first);

    for (uid, title) in [("m", "Plan"), ("n", "Other")] {
        let text = meeting(title, "20300301T100000Z", &["ben"]).replace("UID:m", &format!("UID:{uid}"));
        ada.put(&ada.at(&format!("{uid}.ics")), text).await;
    }
    let one = sync(&first, "<D:limit><D:nresults>1</D:nresults></D:limit>").await.text();
    assert!(one.matches("<D:getetag>").count() == 1 && one.contains("HTTP/1.1 507"), "{one}");
    let other = sync(&token_in(&one), "").await.text();
    assert!(other.matches("<D:getetag>").count() == 1 && !other.contains("HTTP/1.1 507"), "{other}");
    let second = token_in(&other);
    assert!(second != first && !sync(&second, "").await.text().contains(".ics"));

    let items = ben.properties(&inbox, "1", "<D:getetag/>").await;
    let gone = items.hrefs()[1].to_owned();
    assert_eq!(ben.delete(&gone).await.status, 204);
    let removed = sync(&second, "").await.text();
    assert!(removed.contains(&gone) && removed.contains("404") && !removed.contains("<D:getetag>"), "{removed}");
    // To whoever knew of nothing it is nothing.
    let anew = sync("", "").await.text();
    assert!(!anew.contains(&gone) && anew.matches("<D:getetag>").count() == 1, "{anew}");
    for wrong in ["urn:kalends:inbox:1:99999999999999999", "nonsense", &second.replace("inbox:", "inbox:0")] {
        sync(wrong, "").await.expect(403, "valid-sync-token");
    }
    assert_eq!(
        ada.report(&inbox, "<D:sync-collection xmlns:D=\"DAV:\"><D:sync-token/></D:sync-collection>").await.status,
        404
    );
}
