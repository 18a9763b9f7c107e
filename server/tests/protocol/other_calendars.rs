//! Recurrence in other calendar systems (RFC 7529).

use kalends_test_support::client::Client;
use kalends_test_support::multistatus::CALDAV;
use kalends_test_support::requests::{NS, events_between, query};
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, component};

/// As a phone writes a birthday in the Chinese calendar.
fn birthday(uid: &str, start: &str, rule: &str) -> String {
    calendar(&component("VEVENT", uid, &format!("DTSTART;VALUE=DATE:{start}\nRRULE:{rule}\nSUMMARY:Birthday")))
}

fn days(start: &str, end: &str, data: &str) -> String {
    query(&events_between(&format!("{start}T000000Z"), &format!("{end}T000000Z")), data)
}

/// Which objects a query of one day finds.
async fn found(ada: &Client, day: u32) -> String {
    let body = days(&day.to_string(), &(day + 1).to_string(), "");
    ada.report(&ada.at(""), &body).await.multistatus().names().join(" ")
}

/// The days on which the instances of `name` start, as the server expands them.
async fn expanded(ada: &Client, name: &str, start: &str, end: &str) -> Vec<String> {
    let data = format!(r#"<C:calendar-data><C:expand start="{start}T000000Z" end="{end}T000000Z"/></C:calendar-data>"#);
    let answer = ada.report(&ada.at(""), &days(start, end, &data)).await.multistatus();
    let text = answer.of(&ada.at(name)).calendar_data().to_owned();
    assert!(!text.contains("RRULE"), "{text}");
    let starts = text.lines().filter_map(|line| line.strip_prefix("DTSTART;VALUE=DATE:"));
    let starts: Vec<String> = starts.map(|day| day.trim_end().to_owned()).collect();
    let ids = text.lines().filter_map(|line| line.strip_prefix("RECURRENCE-ID;VALUE=DATE:"));
    assert_eq!(ids.map(str::trim_end).collect::<Vec<_>>(), starts, "{text}");
    starts
}

#[tokio::test]
async fn a_lunar_birthday_is_on_its_days() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    // The 15th of the eighth month, the mid-autumn festival.
    let text = birthday("moon", "19800923", "RSCALE=CHINESE;FREQ=YEARLY;SKIP=FORWARD");
    let answer = ada.put(&ada.at("moon.ics"), text.as_str()).await;
    assert_eq!((answer.status, answer.header("etag").is_some()), (201, true), "{}", answer.text());
    assert_eq!(ada.get(&ada.at("moon.ics")).await.text(), text);
    for day in [20201001, 20210921, 20230929, 20240917, 20251006, 20260925, 20270915] {
        assert_eq!(found(&ada, day).await, "moon.ics", "{day}");
    }
    for day in [20210920, 20210922, 20240923, 20251005, 20260923] {
        assert_eq!(found(&ada, day).await, "", "{day}");
    }
    assert_eq!(
        expanded(&ada, "moon.ics", "20240101", "20280101").await,
        ["20240917", "20251006", "20260925", "20270915"]
    );

    let ask = |range: &str| format!("<C:free-busy-query {NS}><C:time-range {range}/></C:free-busy-query>");
    let busy = ada.report(&ada.at(""), &ask(r#"start="20260920T000000Z" end="20260930T000000Z""#)).await.text();
    assert!(busy.contains("FREEBUSY;FBTYPE=BUSY:20260925T000000Z/20260926T000000Z"), "{busy}");
}

#[tokio::test]
async fn what_a_year_does_not_have_is_moved() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let rule = "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD;COUNT=5";
    ada.add(&ada.at("adar.ics"), &birthday("adar", "20140208", rule)).await;
    let rule = "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;UNTIL=20260601";
    ada.add(&ada.at("last.ics"), &birthday("last", "20260131", rule)).await;
    assert_eq!(
        expanded(&ada, "adar.ics", "20140101", "20300101").await,
        ["20140208", "20150227", "20160217", "20170306", "20180223"]
    );
    assert_eq!(
        expanded(&ada, "last.ics", "20260101", "20300101").await,
        ["20260131", "20260228", "20260331", "20260430", "20260531"]
    );
    // Its extent ends with it.
    assert_eq!(found(&ada, 20190213).await, "");
    let refused = ada.put(&ada.at("bad.ics"), birthday("bad", "20260102", "FREQ=YEARLY;SKIP=FORWARD")).await;
    refused.expect(403, "valid-calendar-data");
    assert!(refused.text().contains("SKIP cannot stand without RSCALE"), "{}", refused.text());
}

#[tokio::test]
async fn an_unknown_system_is_stored_and_stands_on_its_first_day() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let text = birthday("eris", "20260105", "RSCALE=DISCORDIAN;FREQ=YEARLY;BYMONTH=7L;SKIP=BACKWARD");
    ada.add(&ada.at("eris.ics"), &text).await;
    assert_eq!(ada.get(&ada.at("eris.ics")).await.text(), text);
    assert_eq!(found(&ada, 20260105).await, "eris.ics");
    for day in [20260104, 20260106, 20270105] {
        assert_eq!(found(&ada, day).await, "", "{day}");
    }
    assert_eq!(expanded(&ada, "eris.ics", "20250101", "20300101").await, ["20260105"]);
}

#[tokio::test]
async fn a_calendar_names_the_systems() {
    let server = Server::start().await;
    let ada = server.account("ada").await;
    let answer = ada.properties(&ada.at(""), "0", "<C:supported-rscale-set/>").await;
    let property = answer.of(&ada.at("")).property(CALDAV, "supported-rscale-set");
    for name in ["GREGORIAN", "CHINESE", "HEBREW", "ETHIOPIC", "ISLAMIC-CIVIL"] {
        assert!(property.xml.contains(&format!("supported-rscale>{name}</")), "{}", property.xml);
    }
}
