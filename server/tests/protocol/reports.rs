//! calendar-query, calendar-multiget and sync-collection.

use insta::assert_snapshot;
use kalends_test_support::client::Client;
use kalends_test_support::multistatus::DAV;
use kalends_test_support::requests::{NS, events, events_between, multiget, query};
use kalends_test_support::server::Server;
use kalends_test_support::snapshots::{shown, steady};
use kalends_test_support::texts::{event, todo};

async fn week(ada: &Client) {
    ada.add(&ada.at("once.ics"), &event("once", "20260302T090000Z", "LOCATION:Straße 5\r\n")).await;
    ada.add(&ada.at("later.ics"), &event("later", "20260409T090000Z", "CATEGORIES:Fun,Work\r\n")).await;
    let series = "RRULE:FREQ=DAILY;COUNT=10\r\nEXDATE;TZID=Europe/Vienna:20260304T080000\r\n";
    let text = event("series", "20260301T080000Z", series)
        .replace("DTSTART:20260301T080000Z", "DTSTART;TZID=Europe/Vienna:20260301T080000");
    let moved = "BEGIN:VEVENT\r\nUID:series\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID;TZID=Europe/Vienna:20260305T080000\r\nDTSTART;TZID=Europe/Vienna:20260420T080000\r\nDURATION:PT1H\r\nSUMMARY:Moved\r\nEND:VEVENT\r\nEND:VCALENDAR";
    ada.add(&ada.at("series.ics"), &text.replace("END:VCALENDAR", moved)).await;
    ada.add(&ada.at("task.ics"), &todo("task", "DUE:20260303T120000Z\r\nSTATUS:NEEDS-ACTION\r\n")).await;
    let attendee =
        "ORGANIZER:mailto:boss@example.org\r\nATTENDEE;PARTSTAT=DECLINED;CN=\"Grace H.\":mailto:grace@example.org\r\n";
    ada.add(&ada.at("meet.ics"), &event("meet", "20260501T090000Z", attendee)).await;
}

#[tokio::test]
async fn queries_find_what_they_describe() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    week(&ada).await;
    let found = async |filter: &str| {
        let answer = ada.report(&ada.at(""), &query(filter, "")).await.multistatus();
        answer.names().into_iter().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("").await, "later.ics meet.ics once.ics series.ics task.ics");
    assert_eq!(found(&events("")).await, "later.ics meet.ics once.ics series.ics");
    assert_eq!(found(r#"<C:comp-filter name="VTODO"/>"#).await, "task.ics");
    assert_eq!(
        found(r#"<C:comp-filter name="VTODO"><C:is-not-defined/></C:comp-filter>"#).await,
        "later.ics meet.ics once.ics series.ics"
    );
    assert_eq!(found(&events_between("20260302T000000Z", "20260303T000000Z")).await, "once.ics series.ics");
    // The day of the EXDATE; the time from which an override moved its instance, and the one it went to.
    assert_eq!(found(&events_between("20260304T000000Z", "20260305T000000Z")).await, "");
    assert_eq!(found(&events_between("20260305T000000Z", "20260306T000000Z")).await, "");
    assert_eq!(found(&events_between("20260420T060000Z", "20260420T063000Z")).await, "series.ics");
    assert_eq!(found(&events(r#"<C:time-range start="20260415T000000Z"/>"#)).await, "meet.ics series.ics");
    // The end is exclusive.
    assert_eq!(found(&events_between("20260302T100000Z", "20260302T110000Z")).await, "");
    assert_eq!(
        found(r#"<C:comp-filter name="VTODO"><C:time-range start="20260303T000000Z" end="20260304T000000Z"/></C:comp-filter>"#).await,
        "task.ics"
    );

    let text = |property: &str, attributes: &str, text: &str| {
        events(&format!(
            r#"<C:prop-filter name="{property}"><C:text-match {attributes}>{text}</C:text-match></C:prop-filter>"#
        ))
    };
    assert_eq!(found(&text("SUMMARY", "", "EVENT ONCE")).await, "once.ics");
    assert_eq!(found(&text("SUMMARY", r#"collation="i;octet""#, "EVENT ONCE")).await, "");
    assert_eq!(found(&text("LOCATION", r#"collation="i;unicode-casemap""#, "STRASSE")).await, "once.ics");
    assert_eq!(found(&text("LOCATION", r#"negate-condition="yes""#, "straße")).await, "");
    assert_eq!(
        found(&events(r#"<C:prop-filter name="LOCATION"><C:is-not-defined/></C:prop-filter>"#)).await,
        "later.ics meet.ics series.ics"
    );
    let declined = r#"<C:prop-filter name="ATTENDEE"><C:text-match>grace@</C:text-match><C:param-filter name="PARTSTAT"><C:text-match>declined</C:text-match></C:param-filter></C:prop-filter>"#;
    assert_eq!(found(&events(declined)).await, "meet.ics");
    assert_eq!(found(&events(&declined.replace(">declined<", ">accepted<"))).await, "");

    let depth_zero = ada.request("REPORT", &ada.at("")).header("Depth", "0").xml(&query("", "")).send().await;
    assert!(depth_zero.multistatus().names().is_empty());
    let one = ada.report(&ada.at("once.ics"), &query(&events(""), "")).await.multistatus();
    assert_eq!(one.names(), ["once.ics"]);
}

#[tokio::test]
async fn series_come_expanded_or_cut_to_the_window() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    week(&ada).await;
    let window = r#"start="20260302T000000Z" end="20260307T000000Z""#;
    let filter = events(&format!("<C:time-range {window}/>"));
    let data = |inner: &str| format!("<C:calendar-data>{inner}</C:calendar-data>");

    let expanded =
        ada.report(&ada.at(""), &query(&filter, &data(&format!("<C:expand {window}/>")))).await.multistatus();
    let text = expanded.of(&ada.at("series.ics")).calendar_data().to_owned();
    assert_snapshot!(text, @"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Example//EN
    BEGIN:VEVENT
    UID:series
    DTSTAMP:20260101T000000Z
    DTSTART:20260302T070000Z
    DURATION:PT1H
    SUMMARY:Event series
    RECURRENCE-ID:20260302T070000Z
    END:VEVENT
    BEGIN:VEVENT
    UID:series
    DTSTAMP:20260101T000000Z
    DTSTART:20260303T070000Z
    DURATION:PT1H
    SUMMARY:Event series
    RECURRENCE-ID:20260303T070000Z
    END:VEVENT
    BEGIN:VEVENT
    UID:series
    DTSTAMP:20260101T000000Z
    DTSTART:20260306T070000Z
    DURATION:PT1H
    SUMMARY:Event series
    RECURRENCE-ID:20260306T070000Z
    END:VEVENT
    END:VCALENDAR
    ");
    assert_snapshot!(expanded.of(&ada.at("once.ics")).calendar_data(), @"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Example//EN
    BEGIN:VEVENT
    UID:once
    DTSTAMP:20260101T000000Z
    DTSTART:20260302T090000Z
    DURATION:PT1H
    SUMMARY:Event once
    LOCATION:Straße 5
    END:VEVENT
    END:VCALENDAR
    ");

    let limited = data(&format!("<C:limit-recurrence-set {window}/>"));
    let limited = ada.report(&ada.at(""), &query(&filter, &limited)).await.multistatus();
    let text = limited.of(&ada.at("series.ics")).calendar_data();
    // The override was in the window before it was moved away, so it stays.
    assert_snapshot!(text, @"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Example//EN
    BEGIN:VEVENT
    UID:series
    DTSTAMP:20260101T000000Z
    DTSTART;TZID=Europe/Vienna:20260301T080000
    DURATION:PT1H
    SUMMARY:Event series
    RRULE:FREQ=DAILY;COUNT=10
    EXDATE;TZID=Europe/Vienna:20260304T080000
    END:VEVENT
    BEGIN:VEVENT
    UID:series
    DTSTAMP:20260101T000000Z
    RECURRENCE-ID;TZID=Europe/Vienna:20260305T080000
    DTSTART;TZID=Europe/Vienna:20260420T080000
    DURATION:PT1H
    SUMMARY:Moved
    END:VEVENT
    END:VCALENDAR
    ");
    let far = r#"<C:limit-recurrence-set start="20260401T000000Z" end="20260402T000000Z"/>"#;
    let body = multiget(&data(far), &[ada.at("series.ics")]);
    let answer = ada.report(&ada.at(""), &body).await.multistatus();
    assert_eq!(answer.of(&ada.at("series.ics")).calendar_data().matches("BEGIN:VEVENT").count(), 1);
}

#[tokio::test]
async fn data_comes_whole_or_in_parts() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    week(&ada).await;
    let window = r#"start="20260302T000000Z" end="20260307T000000Z""#;
    let filter = events(&format!("<C:time-range {window}/>"));
    let data = |inner: &str| format!("<C:calendar-data>{inner}</C:calendar-data>");

    // Without a word about what is in it, a component is wanted as it is.
    let whole = data(r#"<C:comp name="VCALENDAR"/>"#);
    let whole = ada.report(&ada.at(""), &query(&filter, &whole)).await.multistatus();
    for name in ["once.ics", "series.ics"] {
        assert_eq!(whole.of(&ada.at(name)).calendar_data(), ada.get(&ada.at(name)).await.text());
    }
    let expanded =
        ada.report(&ada.at(""), &query(&filter, &data(&format!("<C:expand {window}/>")))).await.multistatus();
    let both = data(&format!(r#"<C:comp name="VCALENDAR"/><C:expand {window}/>"#));
    let both = ada.report(&ada.at(""), &query(&filter, &both)).await.multistatus();
    assert_eq!(both.of(&ada.at("series.ics")).calendar_data(), expanded.of(&ada.at("series.ics")).calendar_data());
    let events_whole = data(r#"<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"/></C:comp>"#);
    let events_whole = ada.report(&ada.at(""), &query(&filter, &events_whole)).await.multistatus();
    assert_snapshot!(events_whole.of(&ada.at("once.ics")).calendar_data(), @"
    BEGIN:VCALENDAR
    VERSION:2.0
    BEGIN:VEVENT
    UID:once
    DTSTAMP:20260101T000000Z
    DTSTART:20260302T090000Z
    DURATION:PT1H
    SUMMARY:Event once
    LOCATION:Straße 5
    END:VEVENT
    END:VCALENDAR
    ");

    let part = data(
        r#"<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="SUMMARY"/><C:prop name="UID"/></C:comp></C:comp>"#,
    );
    let partial = ada.report(&ada.at(""), &query(&filter, &part)).await.multistatus();
    assert_snapshot!(partial.of(&ada.at("once.ics")).calendar_data(), @"
    BEGIN:VCALENDAR
    VERSION:2.0
    BEGIN:VEVENT
    UID:once
    SUMMARY:Event once
    END:VEVENT
    END:VCALENDAR
    ");
}

#[tokio::test]
async fn multiget_answers_every_href_once() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let eve = server.account("eve").await;
    week(&ada).await;
    eve.add(&eve.at("secret.ics"), &event("secret", "20260302T090000Z", "")).await;
    let absolute = format!("http://{}{}", server.address, ada.at("later.ics"));
    let hrefs = [
        ada.at("once.ics"),
        ada.at("%6Fnce.ics"),
        absolute,
        ada.at("none.ics"),
        eve.at("secret.ics"),
        "http://other.example/x".into(),
        "::".into(),
    ];
    let body = multiget("<D:getetag/><C:calendar-data/>", &hrefs);
    let answer = ada.report(&ada.at(""), &body).await.multistatus();
    assert_eq!(answer.names(), ["later.ics", "once.ics"]);
    let once = answer.of(&ada.at("once.ics"));
    assert_eq!(once.calendar_data(), ada.get(&ada.at("once.ics")).await.text());
    assert_eq!(once.property(DAV, "getetag").text, ada.get(&ada.at("once.ics")).await.header("etag").unwrap());
    for missing in [ada.at("none.ics"), eve.at("secret.ics"), "http://other.example/x".into(), "::".into()] {
        assert_eq!(answer.of(&missing).status, Some(404), "{missing}");
    }
    let empty = format!("<C:calendar-multiget {NS}><D:prop/></C:calendar-multiget>");
    assert_eq!(ada.report(&ada.at(""), &empty).await.status, 400);
}

#[tokio::test]
async fn a_large_answer_is_whole() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let padding = format!("DESCRIPTION:{}\r\n", "ä".repeat(2_000));
    let mut hrefs = Vec::new();
    for number in 0..300 {
        let path = ada.at(&format!("{number}.ics"));
        ada.add(&path, &event(&number.to_string(), "20260302T090000Z", &padding)).await;
        hrefs.push(path);
    }
    for body in [multiget("<C:calendar-data/>", &hrefs), query("", "<C:calendar-data/>")] {
        let answer = ada.report(&ada.at(""), &body).await;
        assert!(answer.body.len() > 1_000_000);
        assert_eq!(answer.multistatus().names().len(), 300);
    }
}

#[tokio::test]
async fn sync_tells_what_changed() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let calendar = ada.at("");
    for name in ["a", "b", "c"] {
        ada.add(&ada.at(&format!("{name}.ics")), &event(name, "20260302T090000Z", "")).await;
    }
    let first = ada.sync(&calendar, "", "").await.multistatus();
    assert_eq!(first.names(), ["a.ics", "b.ics", "c.ics"]);
    let token = first.sync_token.unwrap();
    assert_eq!(token, ada.property(&calendar, "D:sync-token").await.text);
    let nothing = ada.sync(&calendar, &token, "").await.multistatus();
    assert_eq!((nothing.hrefs().len(), nothing.sync_token.as_deref()), (0, Some(token.as_str())));

    ada.put(&ada.at("a.ics"), event("a", "20260303T090000Z", "")).await;
    ada.delete(&ada.at("b.ics")).await;
    ada.add(&ada.at("d.ics"), &event("d", "20260303T090000Z", "")).await;
    // Came and went in between: a client may hear that it is gone, and nothing else.
    ada.add(&ada.at("e.ics"), &event("e", "20260303T090000Z", "")).await;
    ada.delete(&ada.at("e.ics")).await;
    // Went and came again: it is there.
    ada.delete(&ada.at("c.ics")).await;
    ada.add(&ada.at("c.ics"), &event("c", "20260304T090000Z", "")).await;
    let answer = ada.sync(&calendar, &token, "").await;
    let _steady = steady();
    assert_snapshot!(shown(&answer), @r#"
    207
    <D:multistatus>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/a.ics</D:href>
        <D:propstat>
          <D:prop><D:getetag>"[etag]"</D:getetag></D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/d.ics</D:href>
        <D:propstat>
          <D:prop><D:getetag>"[etag]"</D:getetag></D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/c.ics</D:href>
        <D:propstat>
          <D:prop><D:getetag>"[etag]"</D:getetag></D:prop>
          <D:status>HTTP/1.1 200 OK</D:status>
        </D:propstat>
      </D:response>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/b.ics</D:href>
        <D:status>HTTP/1.1 404 Not Found</D:status>
      </D:response>
      <D:response>
        <D:href>/api/v1.0/caldav/calendars/ada/personal/e.ics</D:href>
        <D:status>HTTP/1.1 404 Not Found</D:status>
      </D:response>
      <D:sync-token>urn:kalends:sync:[calendar]:10:[time]</D:sync-token>
    </D:multistatus>
    "#);
    let changes = answer.multistatus();

    // In small pages it comes to the same.
    let (mut token, mut names, mut pages) = (token, Vec::new(), 0);
    loop {
        let page = ada.sync(&calendar, &token, "<D:limit><D:nresults>2</D:nresults></D:limit>").await.multistatus();
        pages += 1;
        token = page.sync_token.clone().unwrap();
        let more = page.responses.get(&calendar).map(|response| (response.status, response.error.clone()));
        names.extend(page.responses.keys().filter(|href| **href != calendar).cloned());
        match more {
            None => break,
            Some(more) => assert_eq!(more, (Some(507), Some("number-of-matches-within-limits".into()))),
        }
    }
    names.sort();
    assert_eq!(names, changes.responses.keys().cloned().collect::<Vec<_>>());
    assert_eq!((pages, token), (3, changes.sync_token.unwrap()));
}

#[tokio::test]
async fn how_far_a_sync_goes_is_said_by_its_level() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    ada.add(&ada.at("a.ics"), &event("a", "20260301T090000Z", "")).await;
    let body = format!(
        "<D:sync-collection {NS}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
    );
    let with = async |depth: &str| ada.request("REPORT", &ada.at("")).header("Depth", depth).xml(&body).send().await;
    for depth in ["0", "1"] {
        assert_eq!(with(depth).await.multistatus().names(), ["a.ics"], "{depth}");
    }
    assert_eq!(with("infinity").await.status, 400);
}

#[tokio::test]
async fn tokens_that_were_never_given_out() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let token = ada.property(&ada.at(""), "D:sync-token").await.text;
    for bad in ["x", "urn:kalends:sync:99999:0", &format!("{token}9"), &format!("{token}x")] {
        ada.sync(&ada.at(""), bad, "").await.expect(403, "valid-sync-token");
    }
    let limit = ada.sync(&ada.at(""), "", "<D:limit><D:nresults>none</D:nresults></D:limit>").await;
    assert_eq!(limit.status, 400);
}

#[tokio::test]
async fn free_and_busy_times() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    week(&ada).await;
    ada.add(&ada.at("maybe.ics"), &event("maybe", "20260302T093000Z", "STATUS:TENTATIVE\r\n")).await;
    ada.add(&ada.at("off.ics"), &event("off", "20260302T120000Z", "STATUS:CANCELLED\r\n")).await;
    ada.add(&ada.at("clear.ics"), &event("clear", "20260302T130000Z", "TRANSP:TRANSPARENT\r\n")).await;
    let ask = |range: &str| format!("<C:free-busy-query {NS}>{range}</C:free-busy-query>");
    let range = r#"<C:time-range start="20260302T073000Z" end="20260303T000000Z"/>"#;
    let answer = ada.report(&ada.at(""), &ask(range)).await;
    assert!(answer.header("content-type").unwrap().starts_with("text/calendar"));
    let _steady = steady();
    assert_snapshot!(shown(&answer), @"
    200
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Kalends//Kalends [version]//EN
    BEGIN:VFREEBUSY
    DTSTAMP:[time]
    DTSTART:20260302T073000Z
    DTEND:20260303T000000Z
    FREEBUSY;FBTYPE=BUSY:20260302T073000Z/20260302T080000Z,20260302T090000Z/202
     60302T100000Z
    FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260302T093000Z/20260302T103000Z
    END:VFREEBUSY
    END:VCALENDAR
    ");
    for broken in ["", r#"<C:time-range start="20260302T073000Z"/>"#] {
        assert_eq!(ada.report(&ada.at(""), &ask(broken)).await.status, 400);
    }
}

#[tokio::test]
async fn reports_that_cannot_be() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    week(&ada).await;
    let report = async |body: &str| ada.report(&ada.at(""), body).await;
    report(&format!("<D:version-tree {NS}/>")).await.expect(403, "supported-report");
    ada.report(&ada.home(), &query("", "")).await.expect(403, "supported-report");
    assert_eq!(ada.report("/api/v1.0/caldav/calendars/ada/none/", &query("", "")).await.status, 404);
    assert_eq!(ada.report(&ada.at("none.ics"), &query("", "")).await.status, 404);
    assert_eq!(report("").await.status, 400);
    report(&format!("<C:calendar-query {NS}><D:prop/></C:calendar-query>")).await.expect(403, "valid-filter");
    let day = events(r#"<C:time-range start="20260301"/>"#);
    assert_snapshot!(shown(&report(&query(&day, "")).await), @"
    403
    <D:error>
      <C:valid-filter/>
      <K:message>start and end are written as 20260131T235959Z.</K:message>
    </D:error>
    ");
    assert_snapshot!(shown(&report(&query(&events("<Z:weather/>"), "")).await), @"
    403
    <D:error>
      <C:supported-filter/>
      <K:message>The filter has a condition that is not known.</K:message>
    </D:error>
    ");
    let collation =
        r#"<C:prop-filter name="SUMMARY"><C:text-match collation="i;klingon">x</C:text-match></C:prop-filter>"#;
    assert_snapshot!(shown(&report(&query(&events(collation), "")).await), @"
    403
    <D:error>
      <C:supported-collation/>
      <K:message>This collation is not known.</K:message>
    </D:error>
    ");
    let json = r#"<C:calendar-data content-type="application/calendar+json"/>"#;
    report(&query("", json)).await.expect(403, "supported-calendar-data");
    for filter in [
        r#"<C:comp-filter name="VTODO"><C:comp-filter name="VEVENT"/></C:comp-filter>"#,
        r#"<C:comp-filter name="VALARM"/>"#,
        r#"<C:comp-filter name="VCALENDAR"/>"#,
        &events(r#"<C:comp-filter name="VEVENT"/>"#),
        &events(r#"<C:comp-filter name="VEVENT"><C:is-not-defined/></C:comp-filter>"#),
        &events(r#"<C:comp-filter name="VALARM"><C:comp-filter name="VEVENT"/></C:comp-filter>"#),
        &events(r#"<C:prop-filter name="SUMMARY"><C:time-range start="20260101T000000Z"/></C:prop-filter>"#),
        r#"<C:prop-filter name="PRODID"><C:time-range start="20260101T000000Z"/></C:prop-filter>"#,
        r#"<C:comp-filter name="VTIMEZONE"><C:time-range start="20260101T000000Z"/></C:comp-filter>"#,
        r#"<C:comp-filter name="VTIMEZONE"><C:comp-filter name="STANDARD"><C:time-range start="20260101T000000Z"/></C:comp-filter></C:comp-filter>"#,
        r#"<C:comp-filter name="X-COMP"><C:time-range start="20260101T000000Z"/></C:comp-filter>"#,
    ] {
        report(&query(filter, "")).await.expect(403, "valid-filter");
    }
    let zone = query("", "").replace("</C:calendar-query>", "<C:timezone>Mars</C:timezone></C:calendar-query>");
    report(&zone).await.expect(403, "valid-calendar-data");
}
