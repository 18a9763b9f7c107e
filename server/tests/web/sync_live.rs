//! Calendars that are in step with others elsewhere, as whoever has a page open sees them: what a run brings, and how they are.

use super::rest_calendars::{Program, body};
use super::sync_links::{get, post, work};
use super::sync_pages::InStep;
use hyper::StatusCode;
use kalends_domain::access::Access;
use kalends_domain::calendars::CalendarId;
use kalends_domain::links::LinkDetails;
use kalends_test_support::events::Events;
use kalends_test_support::texts::event_titled;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How soon after the end of a run what it brought is in open pages.
const SOON: Duration = Duration::from_secs(2);

#[tokio::test]
async fn what_a_run_brings_and_takes_away_is_in_open_pages_and_widgets_within_two_seconds() {
    let of = InStep::new("newest").await;
    let details = LinkDetails {
        name: "Choir".into(),
        access: Access::Read,
        ends_at: None,
        calendars: vec![CalendarId(of.calendar)],
    };
    let (_, secret) = of.server.kalends.create_link(of.ada.caller, &details).await.unwrap();
    let cookie = [("cookie", of.ada.cookie.as_str())];
    let mut page = Events::open(of.server.address, "/api/v1.0/stream", &cookie).await;
    let mut widget = Events::open(of.server.address, &format!("/public/{}/stream", secret.0), &[]).await;
    page.until("ready").await;
    widget.until("ready").await;
    let listed = async || {
        let embedded =
            get(&of.server, "", &format!("/embed/{}?part=1&layout=month&date=2026-03-01", secret.0)).await.text;
        let day = get(&of.server, &of.ada.cookie, "/agenda/day/2026-03-05").await.text;
        [embedded.contains("Dentist"), day.contains("Dentist")]
    };
    assert_eq!(listed().await, [false, false]);
    for is_there in [true, false] {
        if is_there {
            of.bea.add(&of.bea.at("b.ics"), &event_titled("b", "Dentist")).await;
        } else {
            assert_eq!(of.bea.delete(&of.bea.at("b.ics")).await.status, 204);
        }
        of.sync().await;
        let ended = Instant::now();
        // What else is said, as that a run has ended, says nothing of events.
        let told = async {
            let is_about = |data: &str| {
                let data: Value = serde_json::from_str(data).unwrap();
                data["calendar"] == of.calendar
            };
            while !page.next().await.is_some_and(|event| event.kind == "calendar" && is_about(&event.data)) {}
            while widget.next().await.unwrap().kind != "change" {}
        };
        tokio::time::timeout(SOON, told).await.expect("open pages hear of it");
        assert_eq!(listed().await, [is_there, is_there]);
        assert!(ended.elapsed() < SOON, "{:?}", ended.elapsed());
    }
}

#[tokio::test]
async fn the_list_beside_the_agenda_says_how_calendars_are_and_has_them_run() {
    let of = InStep::new("newest").await;
    let agenda = async || get(&of.server, &of.ada.cookie, "/agenda/day/2026-03-05").await.text;
    let (path, button) = (of.path(), format!("<button name=\"sync\" value=\"{}\"", of.calendar));
    let page = agenda().await;
    let state = page.split_once(&format!("<a href=\"{path}\" aria-label=\"")).map(|(_, rest)| rest);
    let (said, shown) = state.and_then(|rest| rest.split_once("\">")).unwrap_or_else(|| panic!("{page}"));
    assert!(said.ends_with(&shown[..shown.find("</a>").unwrap()]) && shown.starts_with("In step as of "), "{page}");
    assert!(page.contains(&button) && !page.contains("Sync all now"), "{page}");

    // The button is one of the form that chooses what is shown: what is ticked stays so.
    let shown = format!("show={}&show={}", of.calendar, of.ada.calendar.0);
    let sync = async |which: &str| {
        let form = format!("{shown}&sync={which}");
        post(&of.server, &of.ada.cookie, "/calendars/visible", &form).await
    };
    of.bea.add(&of.bea.at("b.ics"), &event_titled("b", "Dentist")).await;
    let answer = sync(&of.calendar.to_string()).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/agenda"));
    work(&of.server).await;
    assert_eq!(of.titles().await, ["Choir", "Dentist"]);
    assert!(agenda().await.contains(&button));
    // Somebody else has nothing brought into step; they only come back.
    of.bea.add(&of.bea.at("d.ics"), &event_titled("d", "Dinner")).await;
    let (_, ben) = Program::new(&of.server, "ben").await;
    for which in [of.calendar.to_string(), "all".to_owned(), "x".to_owned()] {
        let answer = post(&of.server, &ben.cookie, "/calendars/visible", &format!("sync={which}")).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/agenda"));
    }
    work(&of.server).await;
    assert_eq!(of.titles().await, ["Choir", "Dentist"]);

    // What is wrong is said with what to do; to whoever has it read, with what the service said as well.
    of.server.run("UPDATE sync_links SET state = 'attention', code = 'unauthenticated', why = 'HTTP 401 <b>'").await;
    let page = agenda().await;
    let says = "<b>Needs attention</b>: The service does not let Kalends in any more. The page of the account says what to do.</a>";
    assert!(page.contains(says), "{page}");
    assert!(page.contains(": Needs attention: The service does") && page.contains("HTTP 401 &lt;b&gt;"), "{page}");
    of.server.run("UPDATE sync_links SET state = 'paused', why = NULL, code = NULL").await;
    let page = agenda().await;
    assert!(page.contains("<b>Paused</b>: Nothing is") && !page.contains(&button), "{page}");
    of.server.run("UPDATE sync_links SET state = 'in-step'").await;

    // With a second one all can be had run.
    let made = of.bea.request("MKCALENDAR", &format!("{}later/", of.bea.home())).send().await;
    assert_eq!(made.status, 201);
    let tested = of.program.send("POST", &format!("/accounts/{}/test", of.account), &[], &json!({})).await;
    let listed = body(&tested)["calendars"].as_array().unwrap().clone();
    let remote = listed.iter().map(|one| &one["id"]).find(|id| id.as_str().unwrap().contains("/later/"));
    let remote = remote.unwrap_or_else(|| panic!("{}", tested.text()));
    let settings = json!({ "direction": "both", "interval_seconds": 900, "window_days": null });
    let wanted = json!({ "account": of.account, "remote": remote, "settings": settings });
    assert_eq!(of.program.send("POST", "/calendars/sync", &[], &wanted).await.status, 201);
    work(&of.server).await;
    assert_eq!(agenda().await.matches("value=\"all\">Sync all now</button>").count(), 1);
    of.bea.add(&of.bea.at("c.ics"), &event_titled("c", "Evening")).await;
    assert_eq!(sync("all").await.status, StatusCode::SEE_OTHER);
    work(&of.server).await;
    assert_eq!(of.titles().await, ["Choir", "Dentist", "Dinner", "Evening"]);
}
