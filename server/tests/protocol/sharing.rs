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
    let noted = set("<Z:note xmlns:Z=\"urn:z\">Mine</Z:note>");
    let refused = of.ben.request("PROPPATCH", &of.path).xml(&noted).send().await.text();
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

#[tokio::test]
async fn each_person_has_properties_of_their_own() {
    let of = shared(Access::Read).await;
    let describe = |text: &str| set(&format!("<C:calendar-description>{text}</C:calendar-description>"));
    let described = async |client: &Client, path: &str| client.property(path, "C:calendar-description").await;
    let patch = async |client: &Client, path: &str, body: &str| {
        let answer = client.request("PROPPATCH", path).xml(body).send().await.text();
        assert!(answer.contains("200 OK"), "{answer}");
    };
    patch(&of.ada, &of.ada.at(""), &describe("All of it")).await;
    assert_eq!(described(&of.ben, &of.path).await.text, "All of it");
    // Also who may only read (5.5.3); it is the same at both addresses.
    patch(&of.ben, &of.path, &describe("Of Ada")).await;
    assert_eq!(described(&of.ben, &of.path).await.text, "Of Ada");
    assert_eq!(described(&of.ben, &of.ada.at("")).await.text, "Of Ada");
    assert_eq!(described(&of.ada, &of.ada.at("")).await.text, "All of it");
    let remove = format!(
        "<D:propertyupdate {NS}><D:remove><D:prop><C:calendar-description/></D:prop></D:remove></D:propertyupdate>"
    );
    patch(&of.ben, &of.path, &remove).await;
    assert_eq!(described(&of.ben, &of.path).await.status, 404);
    assert_eq!(described(&of.ada, &of.ada.at("")).await.text, "All of it");
    // What was accepted does not keep its sharee busy until they say so (5.5.5).
    let transparency = async |client: &Client, path: &str| {
        client.property(path, "C:schedule-calendar-transp").await.xml.contains("<C:transparent/>")
    };
    let say = |what: &str| set(&format!("<C:schedule-calendar-transp>{what}</C:schedule-calendar-transp>"));
    assert!(transparency(&of.ben, &of.path).await && !transparency(&of.ada, &of.ada.at("")).await);
    patch(&of.ben, &of.path, &say("<C:opaque/>")).await;
    patch(&of.ada, &of.ada.at(""), &say("<C:transparent/>")).await;
    assert!(!transparency(&of.ben, &of.path).await && transparency(&of.ada, &of.ada.at("")).await);
    for wrong in ["", "<C:opaque/><C:transparent/>", "<C:other/>"] {
        let answer = of.ben.request("PROPPATCH", &of.path).xml(&say(wrong)).send().await.text();
        assert!(answer.contains("409 Conflict"), "{answer}");
    }
}

#[tokio::test]
async fn each_person_says_whether_an_event_keeps_them_busy() {
    let of = shared(Access::Write).await;
    let (hers, his) = (of.ada.at("a.ics"), format!("{}a.ics", of.path));
    let busy = event_titled("a", "Lunch").replace("SUMMARY", "TRANSP:OPAQUE\r\nSUMMARY");
    let free = busy.replace("OPAQUE", "TRANSPARENT");
    of.ada.add(&hers, &busy).await;
    let token = of.ben.property(&of.path, "D:sync-token").await.text;
    let seen = of.ben.get(&his).await;
    let request = of.ben.request("PUT", &his).header("Content-Type", "text/calendar; charset=utf-8");
    let put = request.header("If-Match", seen.header("etag").unwrap()).body(free.clone()).send().await;
    assert_eq!(put.status, 204, "{}", put.text());
    let (seen, theirs) = (of.ben.get(&his).await, of.ada.get(&hers).await);
    assert_eq!((seen.text(), theirs.text()), (free.clone(), busy.clone()));
    assert_ne!(seen.header("etag"), theirs.header("etag"));
    assert_ne!(of.ben.property(&of.path, "D:sync-token").await.text, token);
    // Where objects are searched, and where they come many at once.
    let filter = |value: &str| {
        format!(
            "<C:calendar-query {NS}><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\">\
             <C:comp-filter name=\"VEVENT\"><C:prop-filter name=\"TRANSP\"><C:text-match>{value}</C:text-match></C:prop-filter>\
             </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
        )
    };
    let finds = async |client: &Client, path: &str, value: &str| {
        client.request("REPORT", path).header("Depth", "1").xml(&filter(value)).send().await.text().contains("a.ics")
    };
    assert!(finds(&of.ben, &of.path, "TRANSPARENT").await && !finds(&of.ben, &of.path, "OPAQUE").await);
    assert!(finds(&of.ada, &of.ada.at(""), "OPAQUE").await && !finds(&of.ada, &of.ada.at(""), "TRANSPARENT").await);
}

#[tokio::test]
async fn all_addresses_that_are_somebodys_lead_to_them() {
    use kalends_domain::people::Administrator;
    let of = shared(Access::Read).await;
    let kalends = &of.server.kalends;
    let ben = of.ben_caller.principal;
    kalends.verify_address(Administrator::Operator, ben, "b@example.com").await.unwrap();
    kalends.add_address(of.ben_caller, "not.his@example.com").await.unwrap();
    let addresses = of.ben.property("/api/v1.0/caldav/principals/ben/", "C:calendar-user-address-set").await.xml;
    for address in ["mailto:ben@example.org", "mailto:b@example.com", "/api/v1.0/caldav/principals/ben/"] {
        assert!(addresses.contains(&format!("<D:href>{address}</D:href>")), "{addresses}");
    }
    assert!(!addresses.contains("not.his"), "{addresses}");
    let of_ada = of.ada.property("/api/v1.0/caldav/principals/ben/", "C:calendar-user-address-set").await.xml;
    assert!(!of_ada.contains("mailto:"), "{of_ada}");
    let found = |body: String| {
        let cleo = of.ada.request("POST", &of.ada.at("")).xml(&body);
        async move { cleo.send().await.status }
    };
    let share = |address: &str| {
        format!(
            "<CS:share xmlns:CS=\"http://calendarserver.org/ns/\" xmlns:D=\"DAV:\"><CS:set><D:href>mailto:{address}</D:href>\
             <CS:read-write/></CS:set></CS:share>"
        )
    };
    assert_eq!(found(share("not.his@example.com")).await, 207);
    assert_eq!(found(share("B@example.com")).await, 200);
    let shares = kalends.shares(of.ada_caller, of.calendar).await.unwrap();
    assert_eq!((shares.len(), shares[0].access), (1, Access::Write));
}
