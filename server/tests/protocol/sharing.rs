//! Shared calendars in the home of those they are shared with.

use kalends_domain::access::{Access, Caller};
use kalends_domain::calendars::CalendarId;
use kalends_domain::sharing::Answer;
use kalends_test_support::client::Client;
use kalends_test_support::multistatus::DAV;
use kalends_test_support::requests::{NS, propfind, set};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;

/// Ada's first calendar shared with Ben, who accepted it, and where he has it.
pub struct Shared {
    pub server: Server,
    pub ada: Client,
    pub ben: Client,
    pub ada_caller: Caller,
    pub ben_caller: Caller,
    pub calendar: CalendarId,
    pub path: String,
}

async fn caller(server: &Server, name: &str) -> Caller {
    Caller::page(server.kalends.user_by_slug(name).await.unwrap().principal.id)
}

pub async fn shared(access: Access) -> Shared {
    let server = Server::start().await;
    let (ada, ben) = (server.account("ada").await, server.account("ben").await);
    let (ada_caller, ben_caller) = (caller(&server, "ada").await, caller(&server, "ben").await);
    let calendar = server.kalends.calendar(ada_caller, "ada", "personal").await.unwrap().id;
    let path = format!("{}shared-{}/", ben.home(), calendar.0);
    let shared = Shared { server, ada, ben, ada_caller, ben_caller, calendar, path };
    shared.regrant(access).await;
    shared.server.kalends.answer_share(ben_caller, calendar, Answer::Accepted).await.unwrap();
    shared
}

impl Shared {
    pub async fn regrant(&self, access: Access) {
        let ben = self.ben_caller.principal;
        self.server.kalends.share(self.ada_caller, self.calendar, ben, access, None).await.unwrap();
    }
}

fn with_class(uid: &str, title: &str, class: &str) -> String {
    event_titled(uid, title).replace("SUMMARY:", &format!("CLASS:{class}\r\nSUMMARY:"))
}

#[tokio::test]
async fn a_shared_calendar_stands_in_the_home_of_whom_it_is_shared_with() {
    let of = shared(Access::Read).await;
    of.ada.add(&of.ada.at("a.ics"), &event_titled("a", "Lunch")).await;
    let properties = "<D:displayname/><D:owner/><D:current-user-privilege-set/><D:resourcetype/>";
    let home = of.ben.properties(&of.ben.home(), "1", properties).await;
    let hrefs = home.hrefs();
    assert!(hrefs.contains(&of.path.as_str()), "{hrefs:?}");
    let owner = of.ben.property(&of.path, "D:owner").await.xml;
    assert!(owner.contains("/principals/ada/"), "{owner}");
    let privileges = of.ben.propfind(&of.path, "0", &propfind("<D:current-user-privilege-set/>")).await.text();
    assert!(privileges.contains("<D:read/>") && !privileges.contains("write"), "{privileges}");
    // The same calendar at both addresses, and for nobody else.
    assert_eq!(of.ben.get(&format!("{}a.ics", of.path)).await.text(), event_titled("a", "Lunch"));
    assert_eq!(of.ben.get(&of.ada.at("a.ics")).await.status, 200);
    let cleo = of.server.account("cleo").await;
    let wrong = format!("{}shared-{}/", cleo.home(), of.calendar.0);
    for (path, missing) in
        [(format!("{}a.ics", of.path), of.ada.at("none.ics")), (format!("{wrong}a.ics"), of.ada.at("a.ics"))]
    {
        let (seen, never) = (cleo.get(&path).await, cleo.get(&missing).await);
        assert_eq!((seen.status, never.status), (404, 404));
        assert_eq!(seen.text(), never.text());
    }
    let refused = of.ben.put(&format!("{}b.ics", of.path), event_titled("b", "By Ben")).await;
    refused.expect(403, "need-privileges");
    of.regrant(Access::Write).await;
    of.ben.add(&format!("{}b.ics", of.path), &event_titled("b", "By Ben")).await;
    assert_eq!(of.ada.get(&of.ada.at("b.ics")).await.status, 200);
    // No calendar of his own takes such a name, and what is in the way of nothing is found.
    let taken = of.ben.request("MKCALENDAR", &format!("{}shared-99999/", of.ben.home())).send().await;
    assert_eq!(taken.status, 400, "{}", taken.text());
}

#[tokio::test]
async fn deleting_what_is_shared_leaves_it() {
    let of = shared(Access::Write).await;
    assert_eq!(of.ben.delete(&of.path).await.status, 204);
    let home = of.ben.properties(&of.ben.home(), "1", "<D:displayname/>").await;
    assert!(!home.hrefs().contains(&of.path.as_str()));
    assert!(of.ada.properties(&of.ada.home(), "1", "<D:displayname/>").await.hrefs().contains(&of.ada.at("").as_str()));
    of.ben.delete(&of.ada.at("")).await.expect(403, "need-privileges");
}

#[tokio::test]
async fn the_name_and_colour_are_the_clients_own() {
    let of = shared(Access::Read).await;
    let update = set("<D:displayname>Ada at work</D:displayname>");
    let answer = of.ben.request("PROPPATCH", &of.path).xml(&update).send().await;
    assert_eq!(answer.status, 207);
    assert_eq!(of.ben.property(&of.path, "D:displayname").await.text, "Ada at work");
    assert_eq!(of.ada.property(&of.ada.at(""), "D:displayname").await.text, "Personal");
    let described = set("<C:calendar-description>Mine</C:calendar-description>");
    let refused = of.ben.request("PROPPATCH", &of.path).xml(&described).send().await.text();
    assert!(refused.contains("need-privileges"), "{refused}");
}

#[tokio::test]
async fn no_answer_has_more_of_a_private_event_than_when_it_is() {
    let of = shared(Access::Write).await;
    let text = with_class("s", "Xenon", "CONFIDENTIAL").replace("END:VEVENT", "LOCATION:Xenon\r\nEND:VEVENT");
    let etag = of.ada.add(&of.ada.at("s.ics"), &text).await;
    let object = format!("{}s.ics", of.path);
    let mut answers = vec![
        of.ben.get(&object).await,
        of.ben.get(&of.ada.at("s.ics")).await,
        of.ben.propfind(&of.path, "1", "<D:propfind xmlns:D=\"DAV:\"><D:allprop/></D:propfind>").await,
        of.ben.sync(&of.path, "", "").await,
    ];
    for filter in ["", "<C:prop-filter name=\"SUMMARY\"><C:text-match>Xenon</C:text-match></C:prop-filter>"] {
        for data in [
            "<C:calendar-data/>",
            "<C:calendar-data><C:expand start=\"20200101T000000Z\" end=\"20400101T000000Z\"/></C:calendar-data>",
        ] {
            let body = format!(
                "<C:calendar-query {NS}><D:prop><D:getetag/>{data}</D:prop><C:filter><C:comp-filter name=\"VCALENDAR\">\
                 <C:comp-filter name=\"VEVENT\">{filter}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
            );
            let answer = of.ben.report(&of.path, &body).await;
            assert_eq!(answer.text().contains("s.ics"), filter.is_empty(), "{}", answer.text());
            answers.push(answer);
        }
    }
    let multiget = format!(
        "<C:calendar-multiget {NS}><D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>{object}</D:href></C:calendar-multiget>"
    );
    let several = of.ben.report(&of.path, &multiget).await;
    assert!(several.text().contains("SUMMARY:Busy"), "{}", several.text());
    answers.push(several);
    for answer in &answers {
        let text = answer.text();
        assert!(answer.status < 300, "{text}");
        assert!(!text.contains("Xenon") && !text.contains(etag.trim_matches('"')), "{text}");
        assert!(answer.header("etag") != Some(&etag));
    }
    assert!(answers[0].text().contains("SUMMARY:Busy"));
    // What is shown and what is said of it agree.
    let listed = of.ben.property(&object, "D:getetag").await.text;
    assert_eq!(answers[0].header("etag"), Some(listed.as_str()));
    let unchanged = of.ben.request("GET", &object).header("If-None-Match", &listed).send().await;
    assert_eq!(unchanged.status, 304);
    for (method, body) in [("PUT", Some(event_titled("s", "Over it"))), ("DELETE", None)] {
        let request = of.ben.request(method, &object).header("Content-Type", "text/calendar");
        let refused = match body {
            Some(body) => request.body(body).send().await,
            None => request.send().await,
        };
        assert_eq!(refused.status, 403, "{method}: {}", refused.text());
    }
    assert_eq!(of.ada.get(&of.ada.at("s.ics")).await.text(), text);
}

#[tokio::test]
async fn alarms_come_back_to_who_set_them() {
    let of = shared(Access::Write).await;
    let alarm = |minutes: u8| {
        format!("BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT{minutes}M\r\nEND:VALARM\r\nEND:VEVENT")
    };
    let with = |minutes| event_titled("a", "Meeting").replace("END:VEVENT", &alarm(minutes));
    of.ada.add(&of.ada.at("a.ics"), &with(10)).await;
    let object = format!("{}a.ics", of.path);
    let seen = of.ben.get(&object).await;
    assert!(!seen.text().contains("VALARM"));
    let token = of.ben.property(&of.path, "D:sync-token").await.text;
    let put = of.ben.request("PUT", &object).header("If-Match", seen.header("etag").unwrap());
    let answer = put.header("Content-Type", "text/calendar").body(with(5)).send().await;
    assert_eq!((answer.status, answer.header("etag")), (204, None), "it has to fetch what it is shown");
    assert_eq!(of.ben.get(&object).await.text(), with(5));
    assert_eq!(of.ada.get(&of.ada.at("a.ics")).await.text(), with(10));
    let changed = of.ben.sync(&of.path, &token, "").await.multistatus();
    assert_eq!(changed.hrefs(), [object.as_str()], "his other devices hear of it");
    let listed = &changed.of(&object).property(DAV, "getetag").text;
    assert_eq!(Some(listed.as_str()), of.ben.get(&object).await.header("etag"));
}
