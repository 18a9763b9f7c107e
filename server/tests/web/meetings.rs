//! Meetings on pages: who comes, answering, sending somebody else, and other times and places.

use super::rest_calendars::{Program, body};
use hyper::{Method, StatusCode};
use kalends_domain::jobs::Worker;
use kalends_domain::objects::Precondition;
use kalends_test_support::browser::{Answer, FORM, Person};
use kalends_test_support::server::Server;
use serde_json::json;
use tokio_util::sync::CancellationToken;

const MEETING: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20300301T100000Z\r\nDURATION:PT1H\r\nSUMMARY:Plan\r\nORGANIZER:/api/v1.0/caldav/principals/ada/\r\nATTENDEE;CN=\"B <i>en\";PARTSTAT=NEEDS-ACTION:/api/v1.0/caldav/principals/ben/\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

async fn get(server: &Server, person: &Person, path: &str) -> Answer {
    server.connect().await.get(path, &person.cookie).await
}

async fn post(server: &Server, person: &Person, path: &str, form: &str) -> Answer {
    server.connect().await.send(Method::POST, path, &person.cookie, FORM, form).await.unwrap()
}

async fn settle(server: &Server) {
    Worker::new(server.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
}

async fn text(server: &Server, person: &Person) -> String {
    let text = server.kalends.object(person.caller, person.calendar, "m.ics").await.unwrap().text;
    text.replace("\r\n ", "")
}

fn page(person: &Person) -> String {
    format!("/event/{}/m.ics", person.calendar.0)
}

#[tokio::test]
async fn an_invitation_is_answered_where_it_is_seen_and_another_time_is_proposed_and_taken() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let stored = server.kalends.put_object(ada.caller, ada.calendar, "m.ics", MEETING, Precondition::None);
    stored.await.unwrap();
    settle(&server).await;
    let agenda = get(&server, &ben, "/agenda/month/2030-03-01").await.text;
    assert!(agenda.contains("chip--open") && agenda.contains("not answered"));
    assert!(!get(&server, &ada, "/agenda/month/2030-03-01").await.text.contains("chip--open"));

    // The details name who comes, and whoever organizes has nothing to answer.
    let back = "%2Fagenda%2Fmonth%2F2030-03-01";
    let details = get(&server, &ben, &format!("{}?back={back}", page(&ben))).await.text;
    assert!(details.contains("B &lt;i&gt;en") && !details.contains("B <i>en") && details.contains("no answer yet"));
    assert!(details.contains("value=\"ACCEPTED\"") && details.contains("/m.ics/history"));
    assert!(!get(&server, &ada, &page(&ada)).await.text.contains("value=\"ACCEPTED\""));
    let form = format!("{}/invitation", page(&ben));
    let stale = post(&server, &ben, &form, &format!("answer=ACCEPTED&etag=%22old%22&back={back}")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    let answered = post(&server, &ben, &form, &format!("answer=ACCEPTED&back={back}")).await;
    assert_eq!((answered.status, answered.header("location")), (StatusCode::SEE_OTHER, "/agenda/month/2030-03-01"));
    let foreign = post(&server, &ben, &form, "answer=TENTATIVE&back=%2F%2Fevil.example").await;
    assert_eq!(foreign.header("location"), "/agenda");
    settle(&server).await;
    assert!(text(&server, &ada).await.contains("PARTSTAT=TENTATIVE"));
    assert!(!get(&server, &ben, "/agenda/month/2030-03-01").await.text.contains("chip--open"));

    // Another time, as the clock shows it in Zurich.
    let wrong = post(&server, &ben, &form, "propose=yes&start=2030-03-04T15:00&end=nonsense").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    let proposed = "propose=yes&start=2030-03-04T15:00&end=2030-03-04T16:30&comment=Then";
    assert_eq!(post(&server, &ben, &form, proposed).await.status, StatusCode::SEE_OTHER);
    settle(&server).await;
    let asked = get(&server, &ada, &format!("{}/invitation", page(&ada))).await.text;
    assert!(asked.contains("Then") && asked.contains("Take it"), "{asked}");
    assert!(get(&server, &ada, &page(&ada)).await.text.contains("What guests propose"));
    let id = asked.split_once("name=\"proposal\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    // Not by whoever has proposed it.
    assert_eq!(post(&server, &ben, &form, &format!("proposal={id}&decide=take")).await.status, StatusCode::NOT_FOUND);
    let others = format!("{}/invitation", page(&ada));
    let decision = format!("proposal={id}&decide=take");
    assert_eq!(post(&server, &ben, &others, &decision).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(&server, &ada, &others, &decision).await.status, StatusCode::SEE_OTHER);
    settle(&server).await;
    assert!(text(&server, &ben).await.contains("20300304T140000Z"), "{}", text(&server, &ben).await);
    assert_eq!(post(&server, &ben, &form, "refresh=yes").await.status, StatusCode::SEE_OTHER);
    let sent = get(&server, &ben, &form).await.text;
    assert!(sent.contains("Proposal of another time or place") && sent.contains("taken"), "{sent}");
}

/// What a control of a form has.
fn value_of(page: &str, name: &str) -> String {
    let after = page.split_once(&format!("name=\"{name}\"")).unwrap().1;
    after.split_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_guest_proposes_another_place_and_sends_somebody_else_by_pages_and_rest() {
    let server = Server::with_pages().await;
    let ((of_ada, ada), (of_ben, ben)) = (Program::new(&server, "ada").await, Program::new(&server, "ben").await);
    let stored = server.kalends.put_object(ada.caller, ada.calendar, "m.ics", MEETING, Precondition::None);
    stored.await.unwrap();
    settle(&server).await;
    let (form, others) = (format!("{}/invitation", page(&ben)), format!("{}/invitation", page(&ada)));
    let shown = get(&server, &ben, &form).await.text;
    assert!(shown.contains("Send somebody else") && shown.contains("name=\"location\""), "{shown}");
    let nobody = get(&server, &ada, &others).await.text;
    assert!(!nobody.contains("Send somebody else"), "{nobody}");

    // What the form has is what stands, though a control has one line of a place of two.
    let (place, lines) = (MEETING.replace("SUMMARY", "LOCATION:Café X\\nRue 1 \r\nSUMMARY"), "Caf%C3%A9+XRue+1");
    server.kalends.put_object(ada.caller, ada.calendar, "m.ics", &place, Precondition::None).await.unwrap();
    settle(&server).await;
    let shown = get(&server, &ben, &form).await.text;
    let times = format!("propose=yes&start={}&end={}", value_of(&shown, "start"), value_of(&shown, "end"));
    let same = post(&server, &ben, &form, &format!("{times}&location={lines}")).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", same.text);
    server.kalends.put_object(ada.caller, ada.calendar, "m.ics", MEETING, Precondition::None).await.unwrap();
    settle(&server).await;
    let times = format!("propose=yes&start={}&end={}", value_of(&shown, "start"), value_of(&shown, "end"));
    let same = post(&server, &ben, &form, &format!("{times}&location=")).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", same.text);
    assert_eq!(post(&server, &ben, &form, &format!("{times}&location=Garden")).await.status, StatusCode::SEE_OTHER);
    settle(&server).await;
    let asked = get(&server, &ada, &others).await.text;
    assert!(asked.contains(", at Garden"), "{asked}");
    let proposals = format!("/calendars/{}/events/m.ics/proposals", ben.calendar.0);
    let invitation = format!("/calendars/{}/events/m.ics/invitation", ada.calendar.0);
    let by_rest = of_ben.send("POST", &proposals, &[], &json!({ "location": "Roof" })).await;
    assert_eq!(by_rest.status, 204, "{}", by_rest.text());
    assert_eq!(of_ben.send("POST", &proposals, &[], &json!({})).await.status, 422);
    settle(&server).await;
    let known = body(&of_ada.get(&invitation).await)["proposals"].clone();
    assert_eq!((known.as_array().unwrap().len(), &known[0]["location"]), (1, &json!("Roof")), "{known}");
    let decision = format!("proposal={}&decide=take", known[0]["id"]);
    assert_eq!(post(&server, &ada, &others, &decision).await.status, StatusCode::SEE_OTHER);
    settle(&server).await;
    let stands = text(&server, &ben).await;
    assert!(stands.contains("LOCATION:Roof") && stands.contains("20300301T100000Z"), "{stands}");

    for wrong in ["nobody", "Zoe+%3Czoe%40example.net%3E"] {
        let refused = post(&server, &ben, &form, &format!("delegate={wrong}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {}", refused.text);
    }
    let sent = post(&server, &ben, &form, "delegate=zoe%40example.net&comment=Zoe+knows").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    settle(&server).await;
    let stands = text(&server, &ada).await;
    assert!(stands.contains("PARTSTAT=DELEGATED") && stands.contains("mailto:zoe@example.net"), "{stands}");
    assert!(get(&server, &ada, &others).await.text.contains("delegated"));
    let answer = format!("/calendars/{}/events/m.ics/answer", ben.calendar.0);
    for wrong in [
        json!({ "answer": "DELEGATED" }),
        json!({ "answer": "ACCEPTED", "delegate": "yan@example.net" }),
        json!({ "answer": "DELEGATED", "delegate": "nobody" }),
    ] {
        assert_eq!(of_ben.send("POST", &answer, &[], &wrong).await.status, 422, "{wrong}");
    }
    let other = json!({ "answer": "DELEGATED", "delegate": "yan@example.net", "comment": "He knows more" });
    assert_eq!(of_ben.send("POST", &answer, &[], &other).await.status, 204);
    settle(&server).await;
    let stands = text(&server, &ada).await;
    assert!(stands.contains("DELEGATED-TO=\"mailto:yan@example.net\""), "{stands}");
    assert_eq!(of_ben.send("POST", &answer, &[], &json!({ "answer": "ACCEPTED" })).await.status, 204);
}
