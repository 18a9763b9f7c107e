//! What people decide by the forms of a calendar's page that is in step with one elsewhere, and what the pages say of it.

use super::rest_calendars::{Program, body};
use super::sync_links::{ALL, add_account, elsewhere, followed, get, post, titles, work};
use hyper::StatusCode;
use kalends_test_support::browser::Person;
use kalends_test_support::client::Client;
use kalends_test_support::server::Server;
use kalends_test_support::texts::event_titled;
use serde_json::{Value, json};

/// Ada's calendar that is in step with Bea's at another server.
pub struct InStep {
    pub there: Server,
    pub bea: Client,
    pub server: Server,
    pub program: Program,
    pub ada: Person,
    pub account: i64,
    pub calendar: i64,
}

impl InStep {
    pub async fn new(policy: &str) -> Self {
        let (there, bea) = elsewhere().await;
        let server = Server::with_pages().await;
        let (program, ada) = Program::new(&server, "ada").await;
        let (account, remote) = add_account(&program, &there, &bea).await;
        let settings = json!({ "direction": "both", "policy": policy, "interval_seconds": 900, "window_days": null });
        let wanted = json!({ "account": account, "remote": remote, "settings": settings });
        let made = body(&program.send("POST", "/calendars/sync", &[], &wanted).await);
        let calendar = made["calendar"].as_i64().unwrap();
        work(&server).await;
        InStep { there, bea, server, program, ada, account, calendar }
    }

    pub fn path(&self) -> String {
        format!("/calendars/{}/sync", self.calendar)
    }

    async fn page(&self) -> String {
        get(&self.server, &self.ada.cookie, &self.path()).await.text
    }

    /// Sends a form, and yields the page that it leads to.
    async fn form(&self, form: &str) -> String {
        let answer = post(&self.server, &self.ada.cookie, &self.path(), form).await;
        followed(&self.server, &self.ada, &answer).await
    }

    pub async fn sync(&self) {
        assert_eq!(self.program.plain("PUT", &self.path(), &[]).await.status, 202);
        work(&self.server).await;
    }

    /// What the events here are called, sorted.
    pub async fn titles(&self) -> Vec<String> {
        titles(&self.program, self.calendar).await
    }

    /// What the one object is called in addresses, of which both sides have a version.
    async fn name(&self) -> String {
        let listed = body(&self.program.get(&format!("/calendars/{}/objects", self.calendar)).await);
        listed["objects"][0]["name"].as_str().unwrap().to_owned()
    }

    /// Both give the event a title of their own.
    async fn collide(&self, here: &str, there: &str) {
        let path = format!("/api/v1.0/calendars/{}/objects/{}", self.calendar, self.name().await);
        let put = self.program.0.request("PUT", &path).header("If-Match", "*").header("Content-Type", "text/calendar");
        assert_eq!(put.body(event_titled("a", here)).send().await.status, 204);
        assert_eq!(self.bea.put(&self.bea.at("a.ics"), event_titled("a", there)).await.status, 204);
        self.sync().await;
    }
}

/// The value of the first field with this name.
fn field(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    let tag = rest.split('>').next().unwrap();
    tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn people_choose_between_versions_that_stand_side_by_side() {
    let of = InStep::new("ask").await;
    for (side, chosen, other) in [("there", "There 1", "Here 1"), ("here", "Here 2", "There 2")] {
        let (here, there) = if side == "there" { (other, chosen) } else { (chosen, other) };
        of.collide(here, there).await;
        let page = of.page().await;
        assert!(page.contains(here) && page.contains(there), "both are shown: {page}");
        assert!(page.contains("value=\"here\"") && page.contains("value=\"there\""));
        let object = field(&page, "object");
        let page = of.form(&format!("do={side}&object={object}")).await;
        assert!(!page.contains("name=\"object\""), "it is decided: {page}");
        work(&of.server).await;
        assert_eq!(of.titles().await, [chosen]);
        assert!(of.bea.get(&of.bea.at("a.ics")).await.text().contains(&format!("SUMMARY:{chosen}")));
        // What lost is in the event's history.
        let history = format!("/event/{}/{}/history", of.calendar, of.name().await);
        assert!(get(&of.server, &of.ada.cookie, &history).await.text.contains(other), "{other}");
        let again = post(&of.server, &of.ada.cookie, &of.path(), &format!("do={side}&object={object}")).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn people_say_yes_or_no_to_deletions() {
    let of = InStep::new("newest").await;
    let add = async || {
        for n in 0..15 {
            of.bea.put(&of.bea.at(&format!("e{n}.ics")), event_titled(&format!("e{n}"), &format!("Event {n}"))).await;
        }
        of.sync().await;
    };
    let delete = async || {
        for n in 0..12 {
            assert_eq!(of.bea.delete(&of.bea.at(&format!("e{n}.ics"))).await.status, 204);
        }
        of.sync().await;
        assert_eq!(of.titles().await.len(), 16);
        let page = of.page().await;
        assert!(page.contains("value=\"do-not-delete\"") && page.contains("Event 3"), "{page}");
        assert_eq!((field(&page, "here"), field(&page, "there")), ("12".to_owned(), "0".to_owned()));
    };
    add().await;
    delete().await;
    of.form("do=do-not-delete&here=12&there=0").await;
    work(&of.server).await;
    assert_eq!(of.titles().await.len(), 16);
    assert!(of.bea.report(&of.bea.at(""), ALL).await.text().contains("SUMMARY:Event 3"), "it is there again");
    assert!(of.page().await.contains("In step as of"));
}

#[tokio::test]
async fn deletions_that_were_said_yes_to_are_made() {
    let of = InStep::new("newest").await;
    for n in 0..15 {
        of.bea.put(&of.bea.at(&format!("e{n}.ics")), event_titled(&format!("e{n}"), "Event")).await;
    }
    of.sync().await;
    for n in 0..12 {
        of.bea.delete(&of.bea.at(&format!("e{n}.ics"))).await;
    }
    of.sync().await;
    of.form("do=delete&here=12&there=0").await;
    work(&of.server).await;
    assert_eq!(of.titles().await.len(), 4);
    assert!(of.page().await.contains("In step as of"));
}

#[tokio::test]
async fn how_much_is_deleted_without_asking_is_chosen_on_the_page_and_by_programs() {
    let of = InStep::new("newest").await;
    let page = of.page().await;
    assert_eq!((field(&page, "brake-percent"), field(&page, "brake-objects")), ("20".into(), "10".into()));
    let page = of.form("do=change&brake-percent=5&brake-objects=1").await;
    assert_eq!((field(&page, "brake-percent"), field(&page, "brake-objects")), ("5".into(), "1".into()));
    let settings = body(&of.program.get(&of.path()).await)["settings"].clone();
    assert_eq!((&settings["brake_percent"], &settings["brake_objects"]), (&json!(5), &json!(1)));
    assert_eq!(settings["direction"], "both", "the rest is as it was");
    let changed = of.program.send("PATCH", &of.path(), &[], &json!({ "brake_percent": 50 })).await;
    assert_eq!(body(&changed)["settings"]["brake_percent"], 50, "{}", changed.text());
    assert_eq!(body(&changed)["settings"]["brake_objects"], 1);
    let wrong = of.program.send("PATCH", &of.path(), &[], &json!({ "brake_percent": 101 })).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
}

#[tokio::test]
async fn the_page_says_how_far_a_run_has_come() {
    let of = InStep::new("newest").await;
    of.server.run("UPDATE sync_links SET state = 'syncing', steps_done = 3, steps = 9").await;
    for _ in 0..2 {
        let page = of.page().await;
        assert!(page.contains("3 of 9 events are done.") && page.contains("<progress"), "{page}");
    }
    let status = body(&of.program.get(&of.path()).await);
    assert_eq!((&status["done"], &status["of"]), (&json!(3), &json!(9)));
}

#[tokio::test]
async fn calendars_that_are_made_there_later_are_said_and_offered() {
    let of = InStep::new("newest").await;
    let account = format!("/settings/accounts/{}", of.account);
    let new = async || body(&of.program.get(&format!("/accounts/{}", of.account)).await)["new_calendars"].clone();
    assert_eq!(new().await, 0);
    let made = of.bea.request("MKCALENDAR", &format!("{}later/", of.bea.home())).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    of.server.run("UPDATE remote_accounts SET listed_at = 0").await;
    of.sync().await;
    assert_eq!(new().await, 1);
    let way = format!("{account}/calendars");
    for page in ["/settings/accounts", &account] {
        let page = get(&of.server, &of.ada.cookie, page).await.text;
        assert!(page.contains("One new calendar there") && page.contains(&way), "{page}");
    }
    get(&of.server, &of.ada.cookie, &way).await;
    assert_eq!(new().await, 0);
    assert!(!get(&of.server, &of.ada.cookie, &account).await.text.contains("One new calendar there"));
    drop(of.there);
}

#[tokio::test]
async fn an_event_says_why_it_is_here() {
    let of = InStep::new("newest").await;
    let name = of.name().await;
    let details = format!("/event/{}/{name}", of.calendar);
    let page = get(&of.server, &of.ada.cookie, &details).await.text;
    assert!(page.contains("Why is this here?") && page.contains("#why"), "{page}");
    let history = get(&of.server, &of.ada.cookie, &format!("{details}/history")).await.text;
    assert!(history.contains("id=\"why\"") && history.contains("It last came from there on"), "{history}");
    let origin = body(&of.program.get(&format!("/calendars/{}/objects/{name}/origin", of.calendar)).await);
    assert_eq!((&origin["crossed_to"], &origin["there"]), (&json!("here"), &json!(true)), "{origin}");
    assert!(origin["account"].is_string() && origin["crossed"].is_string());
    // Of what is from nowhere else nothing is said.
    let own = of.ada.calendar.0;
    let put = of.program.0.request("PUT", &format!("/api/v1.0/calendars/{own}/objects/own.ics"));
    let put = put.header("If-None-Match", "*").header("Content-Type", "text/calendar");
    assert_eq!(put.body(event_titled("own", "Own")).send().await.status, 201);
    assert!(!get(&of.server, &of.ada.cookie, &format!("/event/{own}/own.ics")).await.text.contains("#why"));
    assert_eq!(of.program.get(&format!("/calendars/{own}/objects/own.ics/origin")).await.status, 404);
}

#[tokio::test]
async fn a_token_takes_the_place_of_name_and_password() {
    let (there, _) = elsewhere().await;
    let server = Server::with_pages().await;
    let (program, ada) = Program::new(&server, "ada").await;
    let address = format!("http://{}/", there.address);
    let both = json!({ "address": address, "user": "bea", "password": "x", "token": "abc" });
    let refused = program.send("POST", "/accounts", &[], &both).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let nothing = program.send("POST", "/accounts", &[], &json!({ "address": address })).await;
    assert_eq!(nothing.status, 422, "{}", nothing.text());
    // It is asked with the token, and does not know it.
    let unknown = program.send("POST", "/accounts", &[], &json!({ "address": address, "token": "abc" })).await;
    assert!(unknown.text().contains("does not accept"), "{} {}", unknown.status, unknown.text());
    assert_eq!(body(&program.get("/accounts").await)["accounts"], Value::Array(Vec::new()));
    let page = get(&server, &ada.cookie, "/settings/accounts/new/caldav").await.text;
    assert!(page.contains("name=\"token\""), "{page}");
    let form = |fields: &[(&str, &str)]| {
        form_urlencoded::Serializer::new(String::new()).append_pair("address", &address).extend_pairs(fields).finish()
    };
    let fields = [("user", "bea"), ("password", "x"), ("token", "a-very-secret-token")];
    let answer = post(&server, &ada.cookie, "/settings/accounts/new/caldav", &form(&fields)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("token-error") && !answer.text.contains("a-very-secret-token"), "{}", answer.text);
}
