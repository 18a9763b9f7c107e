//! When people could meet: the page, the requests of programs, and people elsewhere.

use super::rest_calendars::{Program, body};
use axum::Router;
use axum::routing::get;
use chrono_tz::Tz;
use hyper::{Method, StatusCode};
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::{NewAppPassword, NewUser, Origin, Preferences};
use kalends_domain::jobs::Worker;
use kalends_domain::objects::Precondition;
use kalends_server::connections::ConnectionLimits;
use kalends_test_support::browser::{Answer, FORM, PASSWORD, Person};
use kalends_test_support::home::{first_calendar, new_user};
use kalends_test_support::server::{Server, listen};
use kalends_test_support::texts::{calendar, component};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

async fn open(server: &Server, person: &Person, path: &str) -> Answer {
    server.connect().await.get(path, &person.cookie).await
}

async fn post(server: &Server, person: &Person, path: &str, form: &str) -> Answer {
    server.connect().await.send(Method::POST, path, &person.cookie, FORM, form).await.unwrap()
}

/// Somebody who is signed in and has an address of e-mail, as who invites needs one.
async fn organizer(server: &Server, name: &str) -> Person {
    let preferences = Preferences { time_zone: Some(Tz::Europe__Zurich), ..Preferences::default() };
    let user = NewUser { email: Some(format!("{name}@example.org")), preferences, ..new_user(name) };
    let caller = Caller::page(server.kalends.create_user(user).await.unwrap().principal.id);
    server.kalends.set_password(caller.principal, PASSWORD).await.unwrap();
    let session = server.kalends.sign_in(name, PASSWORD, &Origin::default()).await.unwrap().session;
    let calendar = first_calendar(&server.kalends, caller).await;
    Person { caller, calendar, cookie: format!("kalends_session={}", session.0) }
}

/// Where the events of a page lead.
fn events(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '?']).next());
    links.filter(|path| path.starts_with("/event/") && *path != "/event/new").map(str::to_owned).collect()
}

/// An hour on Friday, 1 March 2030.
fn hour(uid: &str, from: u32) -> String {
    calendar(&component("VEVENT", uid, &format!("DTSTART:20300301T{from:02}0000Z\nDURATION:PT1H\nSUMMARY:krypton")))
}

async fn keep(server: &Server, person: &Person, name: &str, text: &str) {
    server.kalends.put_object(person.caller, person.calendar, name, text, Precondition::None).await.unwrap();
}

/// Somebody else's server, with what it gives at `/busy.ifb`, `/page` and `/slow`.
async fn elsewhere() -> String {
    const BUSY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\nBEGIN:VFREEBUSY\r\nDTSTART:20300225T000000Z\r\nDTEND:20300401T000000Z\r\nFREEBUSY:20300301T080000Z/20300301T120000Z\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
    let router = Router::new()
        .route("/busy.ifb", get(|| async { BUSY }))
        .route("/page", get(|| async { "<!doctype html><p>Sign in</p>" }));
    format!("http://{}", listen(router, ConnectionLimits::default()).await)
}

#[tokio::test]
async fn programs_are_told_when_people_could_meet_and_why() {
    let server = Server::with_pages().await;
    let (ada, of_ada) = Program::new(&server, "ada").await;
    let (ben, of_ben) = Program::new(&server, "ben").await;
    let (cleo, _) = Program::new(&server, "cleo").await;
    keep(&server, &of_ben, "a.ics", &hour("a", 10)).await;
    keep(&server, &of_ada, "b.ics", &hour("b", 11)).await;
    let share = server.kalends.share(of_ben.caller, of_ben.calendar, of_ada.caller.principal, Access::FreeBusy, None);
    share.await.unwrap();
    let base = elsewhere().await;
    for (email, path) in
        [("zoe@elsewhere.example", "/busy.ifb"), ("yan@elsewhere.example", "/page"), ("x@elsewhere.example", "/none")]
    {
        let address = format!("/free-busy/addresses/{email}");
        let kept = ada.send("PUT", &address, &[], &json!({ "url": format!("{base}{path}") })).await;
        assert_eq!(kept.status, 204, "{}", kept.text());
    }
    let asked = json!({
        "guests": [
            { "address": "ben" }, { "address": "zoe@elsewhere.example" }, { "address": "cleo", "optional": true },
            { "address": "yan@elsewhere.example" }, { "address": "x@elsewhere.example" },
        ],
        "from": "2030-03-01", "to": "2030-03-02", "zone": "UTC", "minutes": 60, "step": 60, "count": 3,
    });
    let answer = ada.send("POST", "/free-busy/suggestions", &[], &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let found = body(&answer);
    let states: Vec<_> =
        found["people"].as_array().unwrap().iter().map(|person| person["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["known", "known", "known", "unknown", "not-a-calendar", "no-answer"]);
    let ben_is = json!([{ "start": "2030-03-01T10:00:00Z", "end": "2030-03-01T11:00:00Z", "type": "busy" }]);
    assert_eq!((&found["people"][1]["busy"], &found["people"][1]["name"]), (&ben_is, &json!("ben")));
    assert_eq!(found["people"][2]["address"], "mailto:zoe@elsewhere.example");
    assert!(!found.to_string().contains("busy.ifb") && !found.to_string().contains("krypton"), "{found}");
    // Zoe to twelve; what follows is free of all that is known.
    assert_eq!(found["suggestions"][0]["start"], "2030-03-01T12:00:00Z");
    assert_eq!(found["suggestions"][0]["presences"], json!(["free", "free", "free", "unknown", "unknown", "unknown"]));
    assert_eq!(found["suggestions"].as_array().unwrap().len(), 3);
    assert_eq!((&found["usual_hours"], &found["people"][0]["oneself"]), (&json!(true), &json!(true)));

    // To move her own meeting is not in its own way; somebody else's she does not move.
    let moving = async |program: &Program, calendar: i64, name: &str| {
        let moved = json!({ "calendar": calendar, "name": name });
        let asked = json!({ "from": "2030-03-01", "to": "2030-03-02", "zone": "UTC", "minutes": 60, "moved": moved });
        program.send("POST", "/free-busy/suggestions", &[], &asked).await
    };
    let moved = body(&moving(&ada, of_ada.calendar.0, "b.ics").await);
    assert!(!moved["people"][0]["busy"].to_string().contains("\"busy\""), "{moved}");
    assert_eq!(moving(&cleo, of_ada.calendar.0, "b.ics").await.status, 404);
    assert_eq!(moving(&ada, of_ben.calendar.0, "a.ics").await.status, 403);

    // What she has said is hers, and is not told again.
    let known = body(&ada.get("/free-busy/addresses").await);
    assert_eq!(known["addresses"][2], json!({ "email": "zoe@elsewhere.example", "host": "127.0.0.1" }));
    assert_eq!(body(&ben.get("/free-busy/addresses").await), json!({ "addresses": [] }));
    assert_eq!(ben.plain("DELETE", "/free-busy/addresses/zoe@elsewhere.example", &[]).await.status, 404);
    assert_eq!(ada.plain("DELETE", "/free-busy/addresses/zoe@elsewhere.example", &[]).await.status, 204);
    let only = NewAppPassword { only: Some(of_ada.calendar), ..NewAppPassword::from("one") };
    let token = Program::with_token(&server, &of_ada, only).await;
    assert_eq!(token.get("/free-busy/addresses").await.status, 403);

    for (change, field) in [
        (json!({ "minutes": 4 }), "minutes"),
        (json!({ "zone": "Mars/Base" }), "zone"),
        (json!({ "to": "2030-02-01" }), "to"),
        (json!({ "to": "2030-06-01" }), "to"),
        (json!({ "step": 1 }), "step"),
        (json!({ "count": 51 }), "count"),
        (json!({ "colour": "red" }), "colour"),
        (json!({ "guests": vec![json!({ "address": "x@example.org" }); 101] }), "guests"),
    ] {
        let mut wrong = asked.clone();
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refused = ada.send("POST", "/free-busy/suggestions", &[], &wrong).await;
        assert!(matches!(refused.status, 400 | 422), "{}", refused.text());
        assert_eq!(body(&refused)["field"], field);
    }
    let refused = ada.send("PUT", "/free-busy/addresses/zoe", &[], &json!({ "url": "https://x.example" })).await;
    assert_eq!((refused.status, &body(&refused)["field"]), (422, &Value::from("email")));
}

#[tokio::test]
async fn a_time_is_found_taken_and_the_guests_are_invited() {
    let server = Server::with_pages().await;
    let (ada, ben) = (organizer(&server, "ada").await, server.person("ben").await);
    keep(&server, &ben, "a.ics", &hour("a", 10)).await;
    server.kalends.share(ben.caller, ben.calendar, ada.caller.principal, Access::FreeBusy, None).await.unwrap();
    let path =
        "/find-a-time?who=ben%0D%0Azoe%40elsewhere.example&optional=nobody&minutes=60&from=2030-03-01&days=1&zone=UTC";
    let page = open(&server, &ada, path).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = &page.text;
    // In words for whoever does not see the strips, and no word of what with.
    assert!(text.contains("Busy 10:00 – 11:00.") && text.contains("Nothing is known."), "{text}");
    assert!(!text.contains("krypton") && !text.contains(".wasm"), "{text}");
    assert!(
        text.contains("times-bar--busy") && text.contains("times-bar--outside") && text.contains("times-bar--unknown")
    );
    let href = text.split("href=\"").find(|rest| rest.starts_with("/event/new?start=2030")).unwrap();
    let href = href.split('"').next().unwrap().replace("&amp;", "&");
    assert!(href.contains("guests=ben%0Azoe%40elsewhere.example&optional=nobody&back=%2Fagenda%2F"), "{href}");

    // The form of the event is a plain one with the guests in it, where it is asked for.
    let form = open(&server, &ada, &href).await.text;
    assert!(form.contains("name=\"guests\"") && form.contains("ben\nzoe@elsewhere.example"), "{form}");
    assert!(!open(&server, &ada, "/event/new?start=2030-03-01").await.text.contains("name=\"guests\""));
    let fields = format!(
        "title=Plan&calendar={}&start_date=2030-03-01&start_time=14:00&end_date=2030-03-01&end_time=15:00&zone=Europe/Zurich&repeat=never",
        ada.calendar.0
    );
    let refused = post(&server, &ada, &href, &format!("{fields}&guests=ben%0D%0Anot+an+address&optional=")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert!(refused.text.contains("not an address") && refused.text.contains("value=\"Plan\""), "{}", refused.text);
    let saved = post(&server, &ada, &href, &format!("{fields}&guests=ben&optional=zoe%40elsewhere.example")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert!(saved.header("location").starts_with("/agenda/"));
    Worker::new(server.kalends.clone(), CancellationToken::new()).run_due().await.unwrap();
    let arrived = open(&server, &ben, "/agenda/day/2030-03-01").await.text;
    assert!(arrived.contains("Plan") && arrived.contains("not answered"), "{arrived}");

    // Another time for it: from its page, with those who are invited, and back into its form or into a proposal.
    let day = open(&server, &ada, "/agenda/day/2030-03-01").await.text;
    let event = events(&day).remove(0);
    let details = open(&server, &ada, &event).await.text.replace("&amp;", "&");
    let find = details.split("href=\"").find(|rest| rest.starts_with("/find-a-time?calendar=")).unwrap();
    let find = format!("{}&from=2030-03-01&days=1", find.split('"').next().unwrap());
    let page = open(&server, &ada, &find).await.text.replace("&amp;", "&");
    assert!(page.contains("Another time for Plan") && page.contains(">ben</textarea>"), "{page}");
    let taken = page.split("href=\"").find(|rest| rest.starts_with(&format!("{event}?start="))).unwrap();
    let taken = taken.split('"').next().unwrap().to_owned();
    let moved = open(&server, &ada, &format!("{event}?start=2030-03-01T16:30&end=2030-03-01T17:30")).await.text;
    assert!(moved.contains("value=\"16:30\"") && !moved.contains("value=\"14:00\""), "{taken} {moved}");
    let theirs = open(&server, &ben, "/agenda/day/2030-03-01").await.text;
    let invited = events(&theirs).into_iter().find(|path| !path.ends_with("/a.ics")).unwrap();
    let proposal =
        open(&server, &ben, &format!("{invited}/invitation?start=2030-03-01T16:30&end=2030-03-01T17:30")).await;
    assert!(proposal.text.contains("value=\"2030-03-01T16:30\""), "{}", proposal.text);

    for wrong in ["days=15", "days=x", "minutes=0", "zone=Mars", "from=2030-02-30"] {
        let page = open(&server, &ada, &format!("/find-a-time?{wrong}")).await;
        assert!(page.text.contains("cannot be read") && page.text.contains("<form"), "{wrong}");
    }
    assert_eq!(
        open(&server, &ada, "/find-a-time?calendar=987654321&name=a.ics").await.text.matches("times-form").count(),
        0
    );
    let stranger = server.connect().await.get("/find-a-time?who=ben", "").await;
    assert!(stranger.status.is_redirection() && stranger.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn where_somebody_elsewhere_publishes_it_is_kept_on_the_page() {
    let server = Server::with_pages().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let path = "/find-a-time?who=zoe%40elsewhere.example&minutes=60&from=2030-03-01&days=1&zone=UTC";
    let base = elsewhere().await;
    let keep = |url: &str| {
        format!("do=keep&email=zoe%40elsewhere.example&url={}", url.replace(':', "%3A").replace('/', "%2F"))
    };
    assert!(open(&server, &ada, path).await.text.contains("Address for zoe@elsewhere.example"));
    let wrong = post(&server, &ada, path, &keep("ftp://x.example/")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("value=\"ftp://x.example/\"") && wrong.text.contains("begins with https://"),
        "{}",
        wrong.text
    );
    let kept = post(&server, &ada, path, &keep(&format!("{base}/busy.ifb"))).await;
    assert_eq!((kept.status, kept.header("location")), (StatusCode::SEE_OTHER, path));
    let page = open(&server, &ada, path).await.text;
    assert!(page.contains("Busy 08:00 – 12:00.") && !page.contains("busy.ifb"), "{page}");
    assert!(open(&server, &ben, path).await.text.contains("Nothing is known."));
    // What is no calendar, and a host that is not there, say so.
    assert_eq!(post(&server, &ada, path, &keep(&format!("{base}/page"))).await.status, StatusCode::SEE_OTHER);
    assert!(open(&server, &ada, path).await.text.contains("What is there is not a calendar."));
    assert_eq!(post(&server, &ada, path, &keep(&format!("{base}/none"))).await.status, StatusCode::SEE_OTHER);
    assert!(open(&server, &ada, path).await.text.contains("No answer: 127.0.0.1 has nothing at this address."));
    // Nothing inside of the own network is asked that the configuration does not name.
    assert_eq!(post(&server, &ada, path, &keep("http://10.0.0.1/busy")).await.status, StatusCode::SEE_OTHER);
    assert!(open(&server, &ada, path).await.text.contains("private network"));
    let forgotten = post(&server, &ada, path, "do=forget&email=zoe%40elsewhere.example&url=").await;
    assert_eq!(forgotten.status, StatusCode::SEE_OTHER);
    assert!(open(&server, &ada, path).await.text.contains("Nothing is known."));
    assert_eq!(
        post(&server, &ben, path, "do=forget&email=zoe%40elsewhere.example").await.status,
        StatusCode::NOT_FOUND
    );
}
