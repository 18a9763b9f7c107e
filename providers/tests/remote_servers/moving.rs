//! Moving in from servers of other hands, and from Kalends itself.

use crate::real_servers::RealServer;
use kalends_domain::moving::Moved;
use kalends_domain::sync::provider::Provider;
use kalends_test_support::home::Home;

const SERIES: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\nBEGIN:VEVENT\r\nUID:series\r\n\
    DTSTAMP:20260310T080000Z\r\nDTSTART;TZID=Europe/Zurich:20260310T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=20\r\n\
    EXDATE;TZID=Europe/Zurich:20260317T100000\r\nSUMMARY:Weekly\r\nX-UNKNOWN;X-P=1:kept\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n\
    UID:series\r\nDTSTAMP:20260310T080000Z\r\nRECURRENCE-ID;TZID=Europe/Zurich:20260324T100000\r\n\
    DTSTART;TZID=Europe/Zurich:20260401T100000\r\nDURATION:PT1H\r\nSUMMARY:Moved\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const DAY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\nBEGIN:VEVENT\r\nUID:day\r\n\
    DTSTAMP:20260310T080000Z\r\nDTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260503\r\nSUMMARY:Ü\\, \u{1f384}\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n";
const TASK: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\nBEGIN:VTODO\r\nUID:task\r\n\
    DTSTAMP:20260310T080000Z\r\nDUE:20260310T080000Z\r\nSUMMARY:To do\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";

async fn everything_comes_along(server: RealServer) {
    let name = server.name;
    for n in 0..120 {
        let event = DAY.replace("UID:day", &format!("UID:day-{n}"));
        assert_eq!(server.other.put(&format!("{}day-{n}.ics", server.calendar), event).await.status, 201, "{name}");
    }
    for (file, text) in [("series", SERIES), ("task", TASK)] {
        let put = server.other.put(&format!("{}{file}.ics", server.calendar), text.to_owned()).await;
        assert_eq!(put.status, 201, "{name}: {}", put.text());
    }
    let provider = server.provider().await;
    let calendars = provider.calendars().await.unwrap();
    let url = server.url(&server.calendar).to_string();
    let remote = calendars.into_iter().find(|calendar| calendar.id.0 == url).unwrap();
    let home = Home::new().await;
    let calendar = home.kalends.calendar_to_move_into(home.anna, &remote).await.unwrap();
    let mut moved = Moved::new(&remote, calendar.id, chrono::Utc::now());
    home.kalends.move_calendar(home.anna, &provider, &mut moved, &()).await.unwrap();
    assert!(moved.is_done() && moved.comparison.is_equal(), "{name}: {moved:?}");
    assert_eq!((moved.comparison.there, moved.import.added.count, moved.import.refused.count), (122, 122, 0), "{name}");
    let months: Vec<(String, u64)> = moved.comparison.months().map(|month| (month.month, month.here)).collect();
    // The first and the third of the series, of which one was moved into the next month.
    assert_eq!(months[0], ("2026-03".into(), 4 - 2 + 1), "{name}: {months:?}");
    let stored = home.kalends.object(home.anna, calendar.id, "series.ics").await.unwrap().text;
    assert!(stored.contains("X-UNKNOWN;X-P=1:kept\r\n") && stored.contains("SUMMARY:Moved\r\n"), "{name}: {stored}");
    // Nothing was written there.
    let listed = Home::new().await;
    let second = listed.kalends.calendar_to_move_into(listed.anna, &remote).await.unwrap();
    let mut again = Moved::new(&remote, second.id, chrono::Utc::now());
    listed.kalends.move_calendar(listed.anna, &provider, &mut again, &()).await.unwrap();
    assert_eq!(again.comparison.there, 122, "{name}");
}

#[tokio::test]
async fn everything_comes_along_from_radicale() {
    everything_comes_along(RealServer::radicale().await).await;
}

#[tokio::test]
async fn everything_comes_along_from_xandikos() {
    everything_comes_along(RealServer::xandikos().await).await;
}

#[tokio::test]
async fn everything_comes_along_from_kalends() {
    everything_comes_along(RealServer::kalends().await).await;
}
