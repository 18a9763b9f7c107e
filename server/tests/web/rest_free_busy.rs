//! `/api/v1.0/free-busy`: several calendars and people at once.

use super::rest_calendars::{Program, body, share};
use kalends_domain::access::Access;
use kalends_domain::accounts::NewAppPassword;
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, component};
use serde_json::json;

const DAY: &str = "from=2026-03-02&to=2026-03-03&zone=UTC";

fn busy(hour: u32, more: &str) -> String {
    let lines = format!("DTSTART:20260302T{hour:02}0000Z\nDURATION:PT1H\nSUMMARY:krypton\n{more}");
    calendar(&component("VEVENT", &format!("at-{hour}"), lines.trim_end()))
}

fn time(from: u32, to: u32) -> serde_json::Value {
    let at = |hour| format!("2026-03-02T{hour:02}:00:00Z");
    json!({ "start": at(from), "end": at(to), "type": "busy" })
}

#[tokio::test]
async fn calendars_and_people_stand_side_by_side_without_what_with() {
    let server = Server::with_pages().await;
    let (ada, of_ada) = Program::new(&server, "ada").await;
    let (ben, of_ben) = Program::new(&server, "ben").await;
    let (_, of_cleo) = Program::new(&server, "cleo").await;
    ada.0.add(&ada.0.at("a.ics"), &busy(9, "")).await;
    ada.0.add(&ada.0.at("b.ics"), &busy(10, "CLASS:PRIVATE")).await;
    ada.0.add(&ada.0.at("c.ics"), &busy(12, "TRANSP:TRANSPARENT")).await;
    let second = body(&ada.send("POST", "/calendars", &[], &json!({ "name": "Work", "slug": "work" })).await)["id"]
        .as_i64()
        .unwrap();
    ada.0.add(&ada.0.at("d.ics").replace("/personal/", "/work/"), &busy(15, "")).await;
    ben.0.add(&ben.0.at("a.ics"), &busy(20, "")).await;
    // Whether it stands in his list does not count.
    server
        .kalends
        .share(of_ada.caller, of_ada.calendar, of_ben.caller.principal, Access::FreeBusy, None)
        .await
        .unwrap();

    let (first, own) = (of_ada.calendar.0, of_ben.calendar.0);
    let answer = ben.get(&format!("/free-busy?calendar={own}&calendar={first}&user=ada&user=ben&{DAY}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let ada_is = [time(9, 11)];
    let expected = json!({
        "calendars": [{ "calendar": own, "busy": [time(20, 21)] }, { "calendar": first, "busy": ada_is }],
        // Of her other calendar he knows nothing.
        "users": [{ "name": "ada", "display_name": "ada", "busy": ada_is }, { "name": "ben", "display_name": "ben", "busy": [time(20, 21)] }],
    });
    assert_eq!(body(&answer), expected);
    let path = format!("/free-busy?user=ada&{DAY}");
    let etag = ben.get(&path).await.header("etag").unwrap().to_owned();
    assert_eq!(ben.plain("GET", &path, &[("If-None-Match", &etag)]).await.status, 304);
    ada.0.add(&ada.0.at("e.ics"), &busy(17, "")).await;
    let now = ben.plain("GET", &path, &[("If-None-Match", &etag)]).await;
    assert_eq!(body(&now)["users"][0]["busy"], json!([time(9, 11), time(17, 18)]));
    let mine = body(&ada.get(&path).await);
    assert_eq!(mine["users"][0]["busy"], json!([time(9, 11), time(15, 16), time(17, 18)]));

    // What may not be seen is as what is not there.
    let refused = async |query: &str| {
        let mut answer = body(&ben.get(&format!("/free-busy?{query}&{DAY}")).await);
        answer.as_object_mut().unwrap().remove("request_id");
        answer
    };
    assert_eq!(refused("user=cleo").await, refused("user=nobody").await);
    assert_eq!(refused("user=cleo").await["status"], 404);
    assert_eq!(refused("user=everyone").await["status"], 404);
    assert_eq!(refused(&format!("calendar={second}")).await, refused("calendar=987654321").await);
    assert_eq!(refused(&format!("calendar={own}&calendar={}", of_cleo.calendar.0)).await["status"], 404);
    for (query, field) in [("", "calendar"), ("user=ben&zone=UTC", "zone"), ("user=ben&colour=red", "colour")] {
        let answer = refused(query).await;
        assert_eq!((&answer["status"], &answer["field"]), (&400.into(), &field.into()), "{query}");
    }
    for (query, field) in [("user=ben&to=2026-03-03", "from"), ("user=ben&from=2026-03-03&to=2026-03-02", "to")] {
        let answer = ben.get(&format!("/free-busy?{query}")).await;
        assert_eq!((answer.status, &body(&answer)["field"]), (400, &field.into()), "{query}");
    }
    let many = (0..51).map(|n| format!("user=u{n}&")).collect::<String>();
    assert_eq!(refused(&many).await["field"], "user");

    // A token for one calendar knows of no other.
    let only = NewAppPassword { only: Some(of_ben.calendar), ..NewAppPassword::from("one") };
    let token = Program::with_token(&server, &of_ben, only).await;
    assert_eq!(token.get(&path).await.status, 404);
    assert_eq!(token.get(&format!("/free-busy?user=ben&{DAY}")).await.status, 200);
    share(&server, &of_cleo, &of_ben, Access::Read).await;
    assert_eq!(ben.get(&format!("/free-busy?user=cleo&{DAY}")).await.status, 200);
}
