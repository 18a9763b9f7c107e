//! An update: today's program opens a database that an earlier version made, and clients notice nothing.
//!
//! `files/make_database.py` made the database with that version, and wrote down what it acknowledged.

use kalends_domain::Limits;
use kalends_domain::accounts::Origin;
use kalends_test_support::client::Client;
use kalends_test_support::database::TestDatabase;
use kalends_test_support::multistatus::DAV;
use kalends_test_support::requests::{events_between, query};
use kalends_test_support::server::Server;
use kalends_test_support::texts::event;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const STATEMENTS: &str = include_str!("files/c5c8b5b.sql");
const ACKNOWLEDGED: &str = include_str!("files/c5c8b5b.json");

/// What the earlier version told its people and their clients.
#[derive(Deserialize)]
struct Acknowledged {
    password: String,
    /// Secret of the session that Ada had open in a browser.
    session: String,
    app_passwords: BTreeMap<String, String>,
    /// Sync-token of a calendar `trips` that was deleted.
    dropped_token: String,
    /// Start and end of the calendar-query that `found` answers.
    week: (String, String),
    people: BTreeMap<String, Person>,
}

#[derive(Deserialize)]
struct Person {
    home: String,
    /// By address, as everything below.
    objects: BTreeMap<String, Object>,
    syncs: Vec<Sync>,
    properties: BTreeMap<String, BTreeMap<String, Value>>,
    /// For each calendar, the addresses of the objects in a week.
    found: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Object {
    etag: String,
    text: String,
}

/// A sync-token, and what a report from it says.
#[derive(Deserialize)]
struct Sync {
    calendar: String,
    token: String,
    /// ETags.
    changed: BTreeMap<String, String>,
    removed: BTreeSet<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Value {
    text: String,
    elements: Vec<String>,
}

/// The server after its update, and the clients as they were before it.
struct Updated {
    server: Server,
    before: Acknowledged,
}

impl Updated {
    async fn start() -> Self {
        let database = TestDatabase::of_statements(STATEMENTS).await;
        let url = database.url.clone();
        let server = Server::on(database, &url, Limits::default()).await;
        Updated { server, before: serde_json::from_str(ACKNOWLEDGED).unwrap() }
    }

    fn client(&self, name: &str) -> Client {
        Client::new(self.server.address, name, &self.before.app_passwords[name])
    }

    /// Each person with the client that they had.
    fn clients(&self) -> impl Iterator<Item = (&Person, Client)> {
        self.before.people.iter().map(|(name, person)| (person, self.client(name)))
    }
}

/// What a sync-collection says: the ETags of what changed, and what is gone.
async fn changes(client: &Client, calendar: &str, token: &str) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let answer = client.sync(calendar, token, "").await.multistatus();
    let (mut changed, mut removed) = (BTreeMap::new(), BTreeSet::new());
    for (href, response) in answer.responses {
        match response.status {
            Some(status) => {
                assert_eq!(status, 404, "{href}");
                removed.insert(href);
            }
            None => {
                changed.insert(href, response.property(DAV, "getetag").text.clone());
            }
        }
    }
    (changed, removed)
}

/// Names of properties as elements of a request.
fn elements<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let element = |(number, name): (usize, &String)| {
        let (namespace, local) = name[1..].split_once('}').unwrap();
        format!(r#"<p{number}:{local} xmlns:p{number}="{namespace}"/>"#)
    };
    names.enumerate().map(element).collect()
}

#[tokio::test]
async fn people_and_clients_sign_in_as_before() {
    let updated = Updated::start().await;
    let (kalends, before) = (&updated.server.kalends, &updated.before);
    for (person, client) in updated.clients() {
        assert_eq!(client.propfind(&person.home, "0", "").await.status, 207, "{}", client.name);
    }
    // With one that is not theirs they do not.
    let other = Client::new(updated.server.address, "ada", &before.app_passwords["ben"]);
    assert_eq!(other.propfind(&other.home(), "0", "").await.status, 401);

    let open = kalends.session_user(&before.session).await.unwrap();
    let anew = kalends
        .session_user(&kalends.sign_in("ada", &before.password, &Origin::default()).await.unwrap().session.0)
        .await
        .unwrap();
    assert_eq!(open, anew);
    assert_eq!(open.principal.slug, "ada");
    assert_eq!(open.preferences.time_zone.unwrap().name(), "Europe/Zurich");
    let labels = kalends.app_passwords(open.principal.id).await.unwrap();
    assert_eq!(labels.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["ada's telephone"]);
    kalends.sign_in("ada", "not the password", &Origin::default()).await.unwrap_err();
}

#[tokio::test]
async fn every_object_has_its_octets_and_its_etag() {
    let updated = Updated::start().await;
    for (person, client) in updated.clients() {
        for (href, object) in &person.objects {
            let answer = client.get(href).await;
            assert_eq!((answer.status, answer.header("etag")), (200, Some(object.etag.as_str())), "{href}");
            assert_eq!(answer.text(), object.text, "{href}");
        }
    }
}

#[tokio::test]
async fn calendars_and_objects_have_the_properties_that_they_had() {
    let updated = Updated::start().await;
    for (person, client) in updated.clients() {
        for (href, properties) in &person.properties {
            let answer = client.properties(href, "0", &elements(properties.keys())).await;
            let found = answer.of(href).properties.iter().map(|(name, property)| {
                assert_eq!(property.status, 200, "{name} of {href}");
                (name.clone(), Value { text: property.text.clone(), elements: property.elements.clone() })
            });
            assert_eq!(&found.collect::<BTreeMap<_, _>>(), properties, "{href}");
        }
        // Nothing else has come.
        let mut there = BTreeSet::new();
        for calendar in person.found.keys() {
            let members = client.properties(calendar, "1", "<D:getetag/>").await;
            there.extend(members.hrefs().into_iter().map(str::to_owned));
        }
        assert!(there.iter().eq(person.properties.keys()), "{there:?}");
        let home = client.properties(&person.home, "1", "<D:resourcetype/>").await;
        assert!(home.hrefs().into_iter().filter(|href| *href != person.home).eq(person.found.keys()));
    }
}

#[tokio::test]
async fn every_sync_token_tells_what_changed_since() {
    let updated = Updated::start().await;
    for (person, client) in updated.clients() {
        for Sync { calendar, token, changed, removed } in &person.syncs {
            let now = changes(&client, calendar, token).await;
            assert_eq!((&now.0, &now.1), (changed, removed), "{token}");
        }
    }
}

#[tokio::test]
async fn a_window_finds_what_is_in_it() {
    let updated = Updated::start().await;
    let (start, end) = &updated.before.week;
    let query = query(&events_between(start, end), "");
    let mut all = 0;
    for (person, client) in updated.clients() {
        for (calendar, found) in &person.found {
            assert_eq!(&client.report(calendar, &query).await.multistatus().hrefs(), found, "{calendar}");
            all += found.len();
        }
    }
    assert!(all > 5, "{all}");
}

#[tokio::test]
async fn writing_goes_on_where_it_was() {
    let updated = Updated::start().await;
    let (client, person) = (updated.client("ada"), &updated.before.people["ada"]);
    let ctag = client.property(&client.at(""), "CS:getctag").await.text;
    let (single, new) = (client.at("single.ics"), client.at("after-the-update.ics"));

    let text = event("after-the-update", "20260401T090000Z", "");
    let etag = client.add(&new, &text).await;
    let taken = client.put(&client.at("taken.ics"), text).await;
    taken.expect(409, "no-uid-conflict");
    let edit = event("single", "20260402T090000Z", "");
    let with =
        |etag: &str| client.request("PUT", &single).header("If-Match", etag).header("Content-Type", "text/calendar");
    let edited = with(&person.objects[&single].etag).body(edit.clone()).send().await;
    assert_eq!(edited.status, 204, "{}", edited.text());
    assert_eq!(with(&person.objects[&single].etag).body(edit.clone()).send().await.status, 412);
    assert_eq!(client.delete(&client.at("day.ics")).await.status, 204);
    assert_eq!(client.get(&single).await.text(), edit);

    let written = BTreeMap::from([(new, etag), (single, edited.header("etag").unwrap().to_owned())]);
    for Sync { calendar, token, changed, removed } in person.syncs.iter().filter(|sync| sync.calendar == client.at(""))
    {
        let (mut changed, mut removed) = (changed.clone(), removed.clone());
        changed.extend(written.clone());
        changed.remove(&client.at("day.ics"));
        removed.insert(client.at("day.ics"));
        assert_eq!(changes(&client, calendar, token).await, (changed, removed), "{token}");
    }
    assert_ne!(client.property(&client.at(""), "CS:getctag").await.text, ctag);
}

#[tokio::test]
async fn what_an_account_holds_is_counted() {
    let updated = Updated::start().await;
    for (person, client) in updated.clients() {
        let (principal, _) = updated
            .server
            .kalends
            .authenticate_client(&client.name, &updated.before.app_passwords[&client.name])
            .await
            .unwrap();
        let usage = updated.server.kalends.usage(principal.id).await.unwrap();
        assert_eq!(usage.objects, person.objects.len() as u64);
        assert_eq!(usage.octets, person.objects.values().map(|object| object.text.len() as u64).sum::<u64>());
    }
}

#[tokio::test]
async fn a_token_of_a_calendar_that_was_deleted_is_not_one_of_its_successor() {
    let updated = Updated::start().await;
    let client = updated.client("ada");
    let trips = client.home() + "trips/";
    assert_eq!(client.request("MKCALENDAR", &trips).send().await.status, 201);
    client.add(&format!("{trips}trip.ics"), &event("trip", "20260302T090000Z", "")).await;
    client.sync(&trips, &updated.before.dropped_token, "").await.expect(403, "valid-sync-token");
}
