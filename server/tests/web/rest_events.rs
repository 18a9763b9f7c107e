//! `/api/v1.0/`: events and objects.

use super::rest_calendars::{Program, ROOT, body, share};
use kalends_domain::access::Access;
use kalends_domain::accounts::NewAppPassword;
use kalends_test_support::server::Server;
use kalends_test_support::texts::{calendar, component, event_titled};
use serde_json::{Value, json};

const MARCH: &str = "from=2026-03-01&to=2026-04-01";

/// An event of these lines.
fn entry(uid: &str, start: &str, more: &str) -> String {
    calendar(&component("VEVENT", uid, &format!("{start}\n{more}")))
}

fn zoned(local: &str) -> Value {
    json!({ "type": "zoned", "local": local, "tzid": "Europe/Zurich" })
}

fn titles(list: &Value) -> Vec<&str> {
    list["events"].as_array().unwrap().iter().map(|event| event["title"].as_str().unwrap_or("busy")).collect()
}

#[tokio::test]
async fn an_event_is_made_read_changed_and_deleted_and_its_times_are_typed() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let events = format!("/calendars/{}/events", of.calendar.0);
    for (start, end, first) in [
        (
            json!({ "type": "date", "date": "2026-03-02" }),
            json!({ "type": "date", "date": "2026-03-04" }),
            "DTSTART;VALUE=DATE:20260302",
        ),
        (
            json!({ "type": "floating", "local": "2026-03-02T09:00:00" }),
            json!({ "type": "floating", "local": "2026-03-02T10:00:00" }),
            "DTSTART:20260302T090000\r",
        ),
        (
            json!({ "type": "utc", "utc": "2026-03-02T09:00:00Z" }),
            json!({ "type": "utc", "utc": "2026-03-02T10:00:00Z" }),
            "DTSTART:20260302T090000Z",
        ),
        (zoned("2026-03-02T09:00:00"), zoned("2026-03-02T10:00:00"), "DTSTART;TZID=Europe/Zurich:20260302T090000"),
    ] {
        let wanted = json!({ "title": "Lunch, later", "location": "Here", "start": start, "end": end });
        let made = ada.send("POST", &events, &[], &wanted).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let location = made.header("location").unwrap().strip_prefix(ROOT).unwrap().to_owned();
        let mut shown = body(&made);
        let utc = shown["start"].as_object_mut().unwrap();
        if utc["type"] == "zoned" {
            assert_eq!(utc.remove("utc"), Some("2026-03-02T08:00:00Z".into()));
            shown["end"].as_object_mut().unwrap().remove("utc");
        }
        assert_eq!((&shown["start"], &shown["end"]), (&start, &end));
        assert_eq!(
            (&shown["title"], &shown["location"], &shown["editable"]),
            (&"Lunch, later".into(), &"Here".into(), &true.into())
        );
        let text = ada.get(&location.replace("/events/", "/objects/")).await;
        assert_eq!(text.header("etag"), made.header("etag"));
        assert!(text.text().contains(first), "{}", text.text());

        let etag = made.header("etag").unwrap();
        assert_eq!(ada.plain("GET", &location, &[("If-None-Match", etag)]).await.status, 304);
        assert_eq!(ada.send("PATCH", &location, &[], &json!({ "title": "x" })).await.status, 428);
        assert_eq!(ada.send("PATCH", &location, &[("If-Match", "\"x\"")], &json!({ "title": "x" })).await.status, 412);
        let changed =
            ada.send("PATCH", &location, &[("If-Match", etag)], &json!({ "title": "Dinner", "location": null })).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        let event = &body(&changed)["event"];
        assert_eq!((&event["title"], &event["location"]), (&"Dinner".into(), &Value::Null));
        let now = changed.header("etag").unwrap();
        assert_eq!(ada.plain("DELETE", &location, &[("If-Match", etag)]).await.status, 412);
        assert_eq!(ada.plain("DELETE", &location, &[("If-Match", now)]).await.status, 204);
        assert_eq!(ada.get(&location).await.status, 404);
    }
    let bad = |start: Value, end: Value| json!({ "title": "x", "start": start, "end": end });
    let date = json!({ "type": "date", "date": "2026-03-02" });
    for (wanted, field) in [
        (bad(zoned("2026-03-02T09:00:00"), zoned("2026-03-02T08:00:00")), "end"),
        (bad(zoned("2026-03-02T09:00:00"), date.clone()), "end"),
        (bad(zoned("2026-03-29T02:30:00"), zoned("2026-03-29T04:00:00")), "start.local"),
        (
            bad(json!({ "type": "zoned", "local": "2026-03-02T09:00:00", "tzid": "Mars/Base" }), Value::Null),
            "start.tzid",
        ),
        (json!({ "title": "x", "start": date, "rrule": "FREQ=SOMETIMES" }), "rrule"),
        (json!({ "title": "x", "start": { "type": "when" } }), "start.type"),
    ] {
        let answer = ada.send("POST", &events, &[], &wanted).await;
        assert_eq!(answer.status, 422, "{wanted}: {}", answer.text());
        let named = &body(&answer)["field"];
        assert!(named == field || field.starts_with("start.type") && named == "start", "{wanted}: {named}");
    }
}

#[tokio::test]
async fn a_series_is_changed_by_scope_and_other_octets_stay() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let events = format!("/calendars/{}/events", of.calendar.0);
    let text = entry(
        "s",
        "DTSTART;TZID=Europe/Zurich:20260302T090000",
        "DURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\nX-OWN;P=1:kept  as it is\nSUMMARY:Stand-up",
    );
    ada.0.add(&ada.0.at("s.ics"), &text).await;
    let list = async || body(&ada.get(&format!("{events}?{MARCH}&fields=instance,title,etag,start")).await);
    let first = list().await;
    assert_eq!(titles(&first).len(), 5);
    let keys: Vec<String> = (0..5).map(|n| first["events"][n]["instance"].as_str().unwrap().to_owned()).collect();
    assert_eq!(keys[1], "20260303T090000@Europe/Zurich");
    assert!(first["events"][0].get("location").is_none());
    let etag = first["events"][0]["etag"].as_str().unwrap().to_owned();
    let at = |key: &str, scope: &str| format!("{events}/s.ics?instance={}&scope={scope}", key.replace('@', "%40"));

    let one = ada
        .send(
            "PATCH",
            &at(&keys[1], "this"),
            &[("If-Match", &etag)],
            &json!({ "title": "Moved", "start": zoned("2026-03-03T11:00:00") }),
        )
        .await;
    assert_eq!(one.status, 200, "{}", one.text());
    let shown = &body(&one)["event"];
    assert_eq!((&shown["title"], &shown["end"]["local"]), (&"Moved".into(), &"2026-03-03T12:00:00".into()));
    assert_eq!(shown["instance"], keys[1]);
    let stored = ada.0.get(&ada.0.at("s.ics")).await.text();
    assert!(
        stored.contains("X-OWN;P=1:kept  as it is\r\n") && stored.contains("RRULE:FREQ=DAILY;COUNT=5\r\n"),
        "{stored}"
    );

    let etag = one.header("etag").unwrap().to_owned();
    for field in ["rrule", "calendar"] {
        let whole = ada
            .send(
                "PATCH",
                &at(&keys[2], "this"),
                &[("If-Match", &etag)],
                &json!({ field: null, "rrule": "FREQ=DAILY" }),
            )
            .await;
        assert_eq!(whole.status, 422, "{field}");
    }
    let later = ada
        .send("PATCH", &at(&keys[3], "this-and-following"), &[("If-Match", &etag)], &json!({ "title": "Later" }))
        .await;
    assert_eq!(later.status, 200, "{}", later.text());
    assert!(body(&later)["split"].as_str().unwrap().ends_with(".ics"));
    assert_eq!(titles(&list().await), ["Stand-up", "Moved", "Stand-up", "Later", "Later"]);

    let etag = later.header("etag").unwrap().to_owned();
    assert_eq!(ada.plain("DELETE", &at(&keys[0], "this"), &[("If-Match", &etag)]).await.status, 204);
    assert_eq!(titles(&list().await), ["Moved", "Stand-up", "Later", "Later"]);
    let etag = ada.get(&format!("{events}/s.ics")).await.header("etag").unwrap().to_owned();
    assert_eq!(ada.get(&format!("{events}/s.ics?instance=20300101")).await.status, 404);
    assert_eq!(ada.plain("DELETE", &format!("{events}/s.ics?scope=this"), &[("If-Match", &etag)]).await.status, 400);
    assert_eq!(ada.plain("DELETE", &format!("{events}/s.ics?scope=all"), &[("If-Match", &etag)]).await.status, 204);
    assert_eq!(titles(&list().await), ["Later", "Later"]);
}

#[tokio::test]
async fn an_event_moves_to_another_calendar() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let to = body(&ada.send("POST", "/calendars", &[], &json!({ "name": "Work" })).await)["id"].as_i64().unwrap();
    let etag = ada.0.add(&ada.0.at("a.ics"), &event_titled("a", "One")).await;
    let path = format!("/calendars/{}/events/a.ics", of.calendar.0);
    let moved = ada.send("PATCH", &path, &[("If-Match", &etag)], &json!({ "calendar": to })).await;
    assert_eq!((moved.status, &body(&moved)["event"]["calendar"]), (200, &to.into()), "{}", moved.text());
    assert_eq!(ada.get(&path).await.status, 404);
    assert_eq!(ada.get(&format!("/calendars/{to}/events/a.ics")).await.status, 200);
    let nowhere = json!({ "calendar": 99_999 });
    let etag = moved.header("etag").unwrap();
    assert_eq!(
        ada.send("PATCH", &format!("/calendars/{to}/events/a.ics"), &[("If-Match", etag)], &nowhere).await.status,
        404
    );
}

#[tokio::test]
async fn a_request_that_comes_twice_makes_one_event() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let events = format!("/calendars/{}/events", of.calendar.0);
    let wanted = json!({ "title": "Once", "start": { "type": "date", "date": "2026-03-02" } });
    let key = [("Idempotency-Key", "k-1")];
    let all = futures::future::join_all((0..6).map(|_| ada.send("POST", &events, &key, &wanted))).await;
    let first = body(&all[0]);
    assert!(all.iter().all(|answer| answer.status == 201 && body(answer)["name"] == first["name"]), "{all:?}");
    assert_eq!(titles(&body(&ada.get(&format!("{events}?{MARCH}")).await)), ["Once"]);
    let mut other = wanted.clone();
    other["title"] = "Other".into();
    let reused = ada.send("POST", &events, &key, &other).await;
    assert_eq!((reused.status, &body(&reused)["field"]), (422, &"Idempotency-Key".into()));
    assert_eq!(ada.send("POST", &events, &[("Idempotency-Key", "")], &wanted).await.status, 400);
    // Another's key is another key.
    let (ben, with) = Program::new(&server, "ben").await;
    let own = ben.send("POST", &format!("/calendars/{}/events", with.calendar.0), &key, &wanted).await;
    assert_eq!(own.status, 201);
    let etag = all[0].header("etag").unwrap();
    let path = format!("{events}/{}", first["name"].as_str().unwrap());
    assert_eq!(ada.plain("DELETE", &path, &[("If-Match", etag)]).await.status, 204);
    assert_eq!(ada.send("POST", &events, &key, &wanted).await.status, 409);
}

#[tokio::test]
async fn a_list_is_read_in_pieces_and_not_sent_again() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    for n in 0..7 {
        ada.0
            .add(
                &ada.0.at(&format!("{n}.ics")),
                &entry(&format!("u{n}"), "DTSTART:20260310T100000Z", &format!("SUMMARY:Same {n}")),
            )
            .await;
    }
    let daily = entry("d", "DTSTART:20260308T100000Z", "SUMMARY:Daily\nRRULE:FREQ=DAILY;COUNT=5");
    ada.0.add(&ada.0.at("d.ics"), &daily).await;
    let whole = body(&ada.get(&format!("/events?{MARCH}")).await);
    assert_eq!((titles(&whole).len(), &whole["next"]), (12, &Value::Null));
    for limit in 1..=12 {
        let (mut read, mut cursor) = (Vec::new(), String::new());
        loop {
            let piece = body(&ada.get(&format!("/events?{MARCH}&limit={limit}{cursor}")).await);
            let found = piece["events"].as_array().unwrap();
            assert!(!found.is_empty() && found.len() <= limit);
            read.extend(found.iter().cloned());
            let Some(next) = piece["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(Value::from(read), whole["events"], "in pieces of {limit}");
    }
    let path = format!("/calendars/{}/events?{MARCH}", of.calendar.0);
    let etag = ada.get(&path).await.header("etag").unwrap().to_owned();
    assert_eq!(ada.plain("GET", &path, &[("If-None-Match", &etag)]).await.status, 304);
    let other = ada.plain("GET", &format!("{path}&limit=3"), &[("If-None-Match", &etag)]).await;
    assert_eq!(other.status, 200);
    ada.0.add(&ada.0.at("new.ics"), &event_titled("new", "New")).await;
    assert_eq!(ada.plain("GET", &path, &[("If-None-Match", &etag)]).await.status, 200);
    assert_eq!(ada.get(&format!("/events?{MARCH}&calendars={},99999", of.calendar.0)).await.status, 404);
}

#[tokio::test]
async fn each_level_of_access_shows_and_takes_what_it_is_for() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let (ben, with) = Program::new(&server, "ben").await;
    let private = entry(
        "p",
        "DTSTART;TZID=Europe/Zurich:20260305T100000",
        "SUMMARY:Doctor\nCLASS:CONFIDENTIAL\nLOCATION:Clinic\nDURATION:PT1H",
    );
    let open =
        ada.0.add(&ada.0.at("o.ics"), &entry("o", "DTSTART:20260304T100000Z", "SUMMARY:Open\nDURATION:PT1H")).await;
    ada.0.add(&ada.0.at("p.ics"), &private).await;
    let of_ada = format!("/calendars/{}", of.calendar.0);
    let wanted = json!({ "title": "By Ben", "start": { "type": "date", "date": "2026-03-20" } });
    for (access, shown, read, write) in [
        (Access::FreeBusy, ["busy", "busy"], 403, 403),
        (Access::Read, ["Open", "busy"], 200, 403),
        (Access::Write, ["Open", "busy"], 200, 201),
        (Access::Administer, ["Open", "Doctor"], 200, 201),
    ] {
        share(&server, &of, &with, access).await;
        let listed = ben.get(&format!("{of_ada}/events?from=2026-03-01&to=2026-03-10")).await;
        assert_eq!(titles(&body(&listed)), shown, "{access}");
        if shown[1] == "busy" {
            assert!(!listed.text().contains("Zurich") && !listed.text().contains("p.ics"), "{}", listed.text());
        }
        assert_eq!(
            body(&ben.get(&format!("{of_ada}/free-busy?{MARCH}")).await)["busy"][0]["start"],
            "2026-03-04T10:00:00Z"
        );
        assert_eq!(ben.get(&format!("{of_ada}/objects/o.ics")).await.status, read, "{access}");
        assert_eq!(ben.get(&format!("{of_ada}/events/o.ics")).await.status, read, "{access}");
        let text = ben.get(&format!("{of_ada}/objects/p.ics")).await;
        let sees = access == Access::Administer;
        assert_eq!(text.text().contains("Doctor") || text.text().contains("Clinic"), sees, "{access}: {}", text.text());
        let hidden = ben.get(&format!("{of_ada}/events/p.ics")).await.status;
        assert_eq!(
            hidden,
            if sees {
                200
            } else if read == 200 {
                404
            } else {
                403
            },
            "{access}"
        );
        let made = ben.send("POST", &format!("{of_ada}/events"), &[], &wanted).await;
        assert_eq!(made.status, write, "{access}: {}", made.text());
        if write == 201 {
            let path = made.header("location").unwrap().strip_prefix(ROOT).unwrap();
            assert_eq!(ben.plain("DELETE", path, &[("If-Match", made.header("etag").unwrap())]).await.status, 204);
        }
        let put = ben.0.request("PUT", &format!("{ROOT}{of_ada}/objects/o.ics")).header("If-Match", "\"stale\"");
        let put = put.header("Content-Type", "text/calendar").body(event_titled("o", "Ben's")).send().await;
        assert_eq!(put.status, if write == 201 { 412 } else { 403 }, "{access}");
        assert_eq!(ben.get(&format!("{of_ada}/shares")).await.status, if sees { 200 } else { 403 });
    }
    assert!(ada.0.get(&ada.0.at("o.ics")).await.header("etag") == Some(open.as_str()));
}

#[tokio::test]
async fn a_token_does_no_more_than_it_is_for() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let other = body(&ada.send("POST", "/calendars", &[], &json!({ "name": "Other" })).await)["id"].as_i64().unwrap();
    ada.0.add(&ada.0.at("a.ics"), &event_titled("a", "One")).await;
    let reads =
        Program::with_token(&server, &of, NewAppPassword { reads_only: true, ..NewAppPassword::default() }).await;
    let one =
        Program::with_token(&server, &of, NewAppPassword { only: Some(of.calendar), ..NewAppPassword::default() })
            .await;
    let wanted = json!({ "title": "x", "start": { "type": "date", "date": "2026-03-20" } });
    let events = |calendar: i64| format!("/calendars/{calendar}/events");
    assert_eq!(reads.send("POST", &events(of.calendar.0), &[], &wanted).await.status, 403);
    assert_eq!(one.send("POST", &events(of.calendar.0), &[], &wanted).await.status, 201);
    assert_eq!(one.send("POST", &events(other), &[], &wanted).await.status, 404);
    assert_eq!(one.get(&format!("/calendars/{other}")).await.status, 404);
    assert_eq!(body(&one.get("/calendars").await)["calendars"].as_array().unwrap().len(), 1);
    for narrow in [&reads, &one] {
        assert_eq!(narrow.send("POST", "/calendars", &[], &json!({ "name": "x" })).await.status, 403);
        for path in ["/app-passwords", "/tokens", "/sessions"] {
            assert_eq!(narrow.get(path).await.status, 403, "{path}");
        }
        assert_eq!(narrow.send("PATCH", "/users/me", &[], &json!({ "hour12": true })).await.status, 403);
    }
}

#[tokio::test]
async fn objects_are_put_as_they_come_and_only_over_what_was_seen() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let path = format!("/calendars/{}/objects/o%20ne.ics", of.calendar.0);
    let put = async |text: &str, headers: &[(&str, &str)]| {
        let request = ada.0.request("PUT", &format!("{ROOT}{path}")).header("Content-Type", "text/calendar");
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).body(text).send().await
    };
    let text = event_titled("o", "Öne");
    assert_eq!(put(&text, &[]).await.status, 428);
    let made = put(&text, &[("If-None-Match", "*")]).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(put(&text, &[("If-None-Match", "*")]).await.status, 412);
    let etag = made.header("etag").unwrap().to_owned();
    assert_eq!(ada.get(&path).await.text(), text);
    assert_eq!(ada.plain("GET", &path, &[("If-None-Match", &etag)]).await.status, 304);
    let broken = put("BEGIN:VCALENDAR\r\nEND", &[("If-Match", &etag)]).await;
    assert_eq!((broken.status, &body(&broken)["type"]), (422, &"/api/v1.0/problems#calendar-data".into()));
    assert_eq!(put(&event_titled("o", "Two"), &[("If-Match", &etag)]).await.status, 204);
    let listed = body(&ada.get(&format!("/calendars/{}/objects", of.calendar.0)).await);
    assert_eq!((&listed["objects"][0]["name"], &listed["next"]), (&"o ne.ics".into(), &Value::Null));
    assert_eq!(ada.plain("DELETE", &path, &[]).await.status, 428);
    assert_eq!(ada.plain("DELETE", &path, &[("If-Match", &etag)]).await.status, 412);
    assert_eq!(ada.plain("DELETE", &path, &[("If-Match", "*")]).await.status, 204);
    assert_eq!(ada.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_an_event_says_of_itself_is_read_written_and_kept() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let events = format!("/calendars/{}/events", of.calendar.0);
    let start = json!({ "type": "date", "date": "2026-03-02" });
    let wanted = json!({ "title": "Leave", "start": start, "status": "TENTATIVE", "transparent": true, "class": "CONFIDENTIAL",
        "categories": ["Away", "With, comma"] });
    let made = ada.send("POST", &events, &[], &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let shown = body(&made);
    for field in ["status", "transparent", "class", "categories"] {
        assert_eq!(shown[field], wanted[field], "{field}");
    }
    let path = format!("{events}/{}", shown["name"].as_str().unwrap());
    let text = async || ada.get(&path.replace("/events/", "/objects/")).await.text();
    assert!(text().await.contains("CATEGORIES:Away,With\\, comma\r\n"), "{}", text().await);

    let etag = made.header("etag").unwrap();
    let change = json!({ "status": null, "transparent": false, "class": "PUBLIC", "categories": ["Away"] });
    let changed = ada.send("PATCH", &path, &[("If-Match", etag)], &change).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let shown = &body(&changed)["event"];
    for field in ["status", "transparent", "class", "categories"] {
        assert_eq!(shown[field], change[field], "{field}");
    }
    // What is not named stays, unknown values too.
    let own = entry("o", "DTSTART:20260302T090000Z", "STATUS:X-OWN\nCLASS:X-OWN\nCATEGORIES;X-P=1:a, a\nSUMMARY:Own");
    let etag = ada.0.add(&ada.0.at("o.ics"), &own).await;
    let path = format!("{events}/o.ics");
    let changed = ada.send("PATCH", &path, &[("If-Match", &etag)], &json!({ "title": "Mine" })).await;
    assert_eq!((changed.status, &body(&changed)["event"]["class"]), (200, &"PRIVATE".into()));
    let text = ada.0.get(&ada.0.at("o.ics")).await.text();
    assert!(text.contains("STATUS:X-OWN\r\nCLASS:X-OWN\r\nCATEGORIES;X-P=1:a, a\r\nSUMMARY:Mine\r\n"), "{text}");
    for (field, value) in [
        ("status", json!("NEEDS-ACTION")),
        ("class", json!("SECRET")),
        ("class", json!(null)),
        ("transparent", json!("yes")),
        ("categories[1]", json!(["a", " "])),
        ("categories", json!(vec!["a"; 101])),
        ("categories", json!("a")),
    ] {
        let mut wanted = json!({ "title": "x", "start": start });
        let name = field.trim_end_matches("[1]");
        wanted[name] = value.clone();
        let refused = ada.send("POST", &events, &[], &wanted).await;
        if (name, &value) == ("class", &Value::Null) {
            assert_eq!(refused.status, 201, "left out");
            continue;
        }
        assert_eq!((refused.status, &body(&refused)["field"]), (422, &field.into()), "{value}");
    }
}

#[tokio::test]
async fn nobody_makes_private_what_they_could_not_see_then() {
    let server = Server::with_pages().await;
    let (ada, of) = Program::new(&server, "ada").await;
    let (ben, ben_of) = Program::new(&server, "ben").await;
    share(&server, &of, &ben_of, Access::Write).await;
    let etag = ada.0.add(&ada.0.at("a.ics"), &event_titled("a", "One")).await;
    let events = format!("/calendars/{}/events", of.calendar.0);
    let private = json!({ "title": "x", "start": { "type": "date", "date": "2026-03-02" }, "class": "PRIVATE" });
    assert_eq!(ben.send("POST", &events, &[], &private).await.status, 403);
    let path = format!("{events}/a.ics");
    let seen = ben.get(&path).await.header("etag").unwrap().to_owned();
    assert_eq!(ben.send("PATCH", &path, &[("If-Match", &seen)], &json!({ "class": "PRIVATE" })).await.status, 403);
    let own = body(&ben.send("POST", &format!("/calendars/{}/events", ben_of.calendar.0), &[], &private).await);
    let own = format!("/calendars/{}/events/{}", ben_of.calendar.0, own["name"].as_str().unwrap());
    let etag_of_own = ben.get(&own).await.header("etag").unwrap().to_owned();
    let into = json!({ "calendar": of.calendar.0 });
    assert_eq!(ben.send("PATCH", &own, &[("If-Match", &etag_of_own)], &into).await.status, 403);
    assert_eq!(ben.get(&own).await.status, 200);
    assert_eq!(ada.send("PATCH", &path, &[("If-Match", &etag)], &json!({ "class": "PRIVATE" })).await.status, 200);
    assert_eq!(ben.get(&path).await.status, 404);
}
