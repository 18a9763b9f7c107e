//! Meetings on pages: who comes, answering, and other times.

use hyper::{Method, StatusCode};
use kalends_domain::jobs::Worker;
use kalends_domain::objects::Precondition;
use kalends_test_support::browser::{Answer, FORM, Person};
use kalends_test_support::server::Server;
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
    assert!(asked.contains("Then") && asked.contains("Take this time"), "{asked}");
    assert!(get(&server, &ada, &page(&ada)).await.text.contains("Other times"));
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
    assert!(sent.contains("Proposal of another time") && sent.contains("taken"), "{sent}");
}
