//! What somebody may not see shows by nothing: not by how long an answer takes, by what is counted, by entity tags or sync-tokens, nor by
//! what is looked for. What answers say is compared in the matrix itself.

use super::surfaces::{ABSENT, Answer, Ask, dav, rest};
use super::viewers::{Through, Viewer, World};
use kalends_domain::access::Access;
use kalends_domain::calendars::CalendarPatch;
use kalends_domain::objects::Precondition;
use kalends_test_support::requests::{NS, query};
use kalends_test_support::texts::event_titled;
use std::time::{Duration, Instant};

/// Everything that says of somebody's own what there is: lists, counts, tags and tokens.
fn own(viewer: &Viewer) -> Vec<Ask> {
    let home = viewer.client.home();
    let counted = format!(
        "<D:propfind {NS}><D:prop><D:getetag/><D:sync-token/><CS:getctag/><D:quota-used-bytes/><D:quota-available-bytes/>\
         <D:displayname/><D:resourcetype/></D:prop></D:propfind>"
    );
    vec![
        dav("PROPFIND", &home, &counted),
        rest("GET", "/calendars", ""),
        rest("GET", "/offers", ""),
        rest("GET", "/events?from=2027-03-01&to=2027-03-08", ""),
        rest("GET", "/bin", ""),
        rest("GET", "/links", ""),
        rest("GET", "/calendars/sync", ""),
        rest("GET", "/parties?q=watched", ""),
        rest("GET", "/users?search=krypton", ""),
        Ask::Page("/fn/calendars".into()),
        Ask::Page("/fn/bin?piece=0".into()),
        Ask::Stream("/api/v1.0/stream".into()),
    ]
}

async fn all(world: &World, viewer: &Viewer) -> Vec<(u16, Vec<(String, String)>, String)> {
    let mut answers = Vec::new();
    for ask in own(viewer) {
        let Answer { status, headers, body, .. } = ask.send(world, viewer).await;
        // What is left of searches is counted down.
        let headers = headers.into_iter().filter(|(name, _)| name != "ratelimit").collect();
        answers.push((status, headers, body));
    }
    answers
}

#[tokio::test]
async fn whatever_happens_in_a_calendar_shows_to_nobody_who_may_not_see_it() {
    let world = World::new(Through::Person).await;
    let viewer = world.viewer(Access::None).await;
    let (kalends, owner) = (&world.server.kalends, world.owner.caller);
    let before = all(&world, &viewer).await;
    assert!(before.iter().all(|(status, ..)| *status < 300), "{before:?}");
    let text = event_titled("more", "krypton");
    kalends.put_object(owner, world.calendar, "more.ics", &text, Precondition::None).await.unwrap();
    kalends.delete_object(owner, world.calendar, "a.ics", Precondition::None).await.unwrap();
    let patch = CalendarPatch { display_name: Some("Watched krypton".into()), ..CalendarPatch::default() };
    kalends.update_calendar(owner, world.calendar, patch).await.unwrap();
    world.some_link().await;
    kalends.delete_calendar(owner, world.calendar).await.unwrap();
    kalends.restore_calendar(owner, world.calendar).await.unwrap();
    assert_eq!(all(&world, &viewer).await, before);
}

#[tokio::test]
async fn the_tags_and_tokens_of_others_are_worth_nothing() {
    let world = World::new(Through::Person).await;
    let viewer = world.viewer(Access::None).await;
    let path = format!("/api/v1.0/caldav/calendars/{}/{}/", world.home, world.slug);
    let head = world.owner_client.request("HEAD", &format!("{path}a.ics")).send().await;
    let etag = head.header("etag").unwrap().to_owned();
    let token = world.owner_client.property(&path, "D:sync-token").await.text;
    assert!(token.contains(':'), "{token}");
    let absent = path.replace(&world.slug, ABSENT);
    let sync = |token: &str| {
        format!(
            "<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
        )
    };
    let with = |method, path: String, headers: &[(&'static str, &str)], body: &str| {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Ask::Client(method, path, headers, body.to_owned())
    };
    let text = event_titled("uid-of-a.ics", "New");
    let ics = ("Content-Type", "text/calendar");
    let own = viewer.client.at("own.ics");
    viewer.client.add(&own, &event_titled("own", "Own")).await;
    let there = |of: &str| format!("http://{}{of}", world.server.address);
    for (here, never) in [
        (dav("REPORT", &path, &sync(&token)), dav("REPORT", &absent, &sync(&token))),
        (dav("REPORT", &path, &sync("http://nowhere/1")), dav("REPORT", &absent, &sync("http://nowhere/1"))),
    ]
    .into_iter()
    .chain(["a.ics", "none.ics"].into_iter().flat_map(|name| {
        let (at, never) = (format!("{path}{name}"), format!("{absent}{name}"));
        let both = |method, headers: &[(&'static str, &str)], body: &str| {
            (with(method, at.clone(), headers, body), with(method, never.clone(), headers, body))
        };
        [
            both("GET", &[("If-None-Match", &etag)], ""),
            both("HEAD", &[("If-Match", &etag)], ""),
            both("PUT", &[ics, ("If-Match", &etag)], &text),
            both("PUT", &[ics, ("If-None-Match", "*")], &text),
            both("DELETE", &[("If-Match", &etag)], ""),
            both("DELETE", &[("If-Match", "\"x\"")], ""),
            (
                with("COPY", own.clone(), &[("Destination", &there(&at)), ("Overwrite", "F")], ""),
                with("COPY", own.clone(), &[("Destination", &there(&never)), ("Overwrite", "F")], ""),
            ),
        ]
    })) {
        let (answer, absent) = (here.send(&world, &viewer).await, never.send(&world, &viewer).await);
        assert_eq!(
            (answer.status, answer.body, answer.headers),
            (absent.status, absent.body, absent.headers),
            "{here:?}"
        );
    }
}

#[tokio::test]
async fn what_is_private_is_neither_counted_nor_found_by_what_it_says() {
    let world = World::new(Through::Person).await;
    let (reader, busy) = (world.viewer(Access::Read).await, world.viewer(Access::FreeBusy).await);
    let of = |viewer: &Viewer, ask: Ask| {
        let viewer = viewer.clone();
        let world = &world;
        async move { ask.send(world, &viewer).await.body }
    };
    // Who learns only when somebody is busy does not learn of how much.
    let shown: serde_json::Value =
        serde_json::from_str(&of(&busy, rest("GET", &format!("/calendars/{}", world.calendar.0), "")).await).unwrap();
    assert_eq!(shown["objects"], serde_json::Value::Null);
    let filter = |property: &str, word: &str| {
        let filter = format!(
            "<C:comp-filter name=\"VEVENT\"><C:prop-filter name=\"{property}\"><C:text-match>{word}</C:text-match></C:prop-filter></C:comp-filter>"
        );
        dav("REPORT", &reader.path, &query(&filter, ""))
    };
    for property in ["SUMMARY", "LOCATION", "DESCRIPTION"] {
        for word in ["krypton", "argon", "radon"] {
            let found = of(&reader, filter(property, word)).await;
            assert!(!found.contains(".ics"), "{property} {word}: {found}");
        }
        assert!(of(&reader, filter(property, "xenon")).await.contains("a.ics"));
    }
    // The tag of a busy time says when it was written, and nothing of what is in it.
    let tag = async || {
        let answer = reader.client.request("HEAD", &format!("{}b.ics", reader.path)).send().await;
        answer.header("etag").unwrap().to_owned()
    };
    let stored = format!("{}{}/b.ics", world.owner_client.home(), world.slug);
    let stored = world.owner_client.request("HEAD", &stored).send().await;
    assert!(tag().await.starts_with("\"busy-"));
    assert!(!stored.header("etag").unwrap().starts_with("\"busy-"));
}

/// The medians of what each takes, asked for in turns, so that whatever else the machine does meets both alike.
async fn medians(world: &World, viewer: &Viewer, asks: [&Ask; 2]) -> [Duration; 2] {
    let mut taken = [Vec::new(), Vec::new()];
    for turn in 0..42 {
        for at in [turn % 2, (turn + 1) % 2] {
            let begun = Instant::now();
            asks[at].send(world, viewer).await;
            // The first are slower.
            if turn >= 2 {
                taken[at].push(begun.elapsed());
            }
        }
    }
    taken.map(|mut all| {
        all.sort();
        all[all.len() / 2]
    })
}

#[tokio::test]
async fn what_may_not_be_seen_takes_as_long_as_what_is_not_there() {
    const MAX_RATIO: f64 = 3.0;
    let world = World::new(Through::Person).await;
    let viewer = world.viewer(Access::None).await;
    for number in 0..400 {
        let name = format!("n{number}");
        let text = event_titled(&name, "A title that takes a while to read");
        let put = world.server.kalends.put_object(world.owner.caller, world.calendar, &name, &text, Precondition::None);
        put.await.unwrap();
    }
    let path = format!("/api/v1.0/caldav/calendars/{}/{}/", world.home, world.slug);
    let absent = path.replace(&world.slug, ABSENT);
    let all = query("<C:comp-filter name=\"VEVENT\"/>", "<C:calendar-data/>");
    let id = world.calendar.0.to_string();
    let events = |id: &str| rest("GET", &format!("/calendars/{id}/events?from=2026-01-01&to=2027-12-31"), "");
    let export = |id: &str| rest("GET", &format!("/calendars/{id}/export"), "");
    let page = |id: &str| Ask::Page(format!("/fn/calendar-history?calendar={id}&person=&way=&day="));
    for (what, here, never) in [
        ("PROPFIND", dav("PROPFIND", &path, ""), dav("PROPFIND", &absent, "")),
        ("calendar-query", dav("REPORT", &path, &all), dav("REPORT", &absent, &all)),
        ("GET", dav("GET", &format!("{path}a.ics"), ""), dav("GET", &format!("{absent}a.ics"), "")),
        ("events", events(&id), events(ABSENT)),
        ("export", export(&id), export(ABSENT)),
        ("history", page(&id), page(ABSENT)),
    ] {
        let [is, is_not] = medians(&world, &viewer, [&here, &never]).await;
        let ratio = is.as_secs_f64() / is_not.as_secs_f64();
        assert!(ratio < MAX_RATIO && ratio > 1.0 / MAX_RATIO, "{what}: {is:?} and {is_not:?}");
    }
}
