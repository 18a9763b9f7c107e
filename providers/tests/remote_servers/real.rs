//! Each operation of a provider against servers of other hands and against Kalends itself.

use crate::real_servers::RealServer;
use kalends_domain::sync::provider::{
    ChangePage, Coverage, Cursor, FetchOutcome, Provider, ProviderError, RemoteCalendarId, RemoteObjectId, RemoteTag,
    Stored, StoredText,
};
use kalends_ical::instances::Window;
use kalends_providers::caldav::CalDav;
use kalends_providers::credentials::Credentials;
use std::collections::BTreeMap;

const ALWAYS: Window = Window { start: None, end: None };
const MANY: usize = 130;

fn event(uid: &str, summary: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20260310T080000Z\r\nDTSTART:20260310T100000Z\r\nDTEND:20260310T110000Z\r\nSUMMARY:{summary}\r\n\
         X-UNKNOWN;X-P=1:kept\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// An account at a server, and the calendar that is worked on.
struct Account {
    server: RealServer,
    provider: CalDav,
    calendar: RemoteCalendarId,
}

impl Account {
    async fn new(server: RealServer) -> Self {
        let provider = server.provider().await;
        let calendars = provider.calendars().await.unwrap();
        let url = server.url(&server.calendar).to_string();
        let found = calendars.iter().find(|calendar| calendar.id.0 == url);
        let found = found.unwrap_or_else(|| panic!("{}: {calendars:?}", server.name));
        assert!(found.is_writable && !found.name.is_empty(), "{found:?}");
        if server.name != "Kalends" {
            assert_eq!((found.name.as_str(), found.color.as_deref()), ("Work", Some("#AA5500")), "{}", server.name);
        }
        let calendar = found.id.clone();
        Account { server, provider, calendar }
    }

    /// All pages from `since` on, as one.
    async fn changes(&self, since: Option<&Cursor>) -> ChangePage {
        let mut whole: Option<ChangePage> = None;
        loop {
            let from = whole.as_ref().map(|page| &page.next).or(since);
            let page = self.provider.changes(&self.calendar, from, ALWAYS).await.unwrap();
            let has_more = page.has_more;
            match &mut whole {
                Some(whole) => {
                    assert_eq!(whole.coverage, page.coverage);
                    whole.present.extend(page.present);
                    whole.removed.extend(page.removed);
                    whole.next = page.next;
                }
                None => whole = Some(page),
            }
            if !has_more {
                return whole.unwrap();
            }
        }
    }

    async fn text(&self, id: &RemoteObjectId) -> (String, RemoteTag) {
        let fetched = self.provider.fetch(&self.calendar, std::slice::from_ref(id)).await.unwrap();
        match fetched.into_iter().next().unwrap().outcome {
            FetchOutcome::Text { text, tag } => (text, tag.unwrap()),
            other => panic!("{}: {other:?}", self.server.name),
        }
    }

    async fn create(&self, uid: &str, text: &str) -> Stored {
        self.provider.create(&self.calendar, uid, text).await.unwrap()
    }

    /// What a text that was stored is at.
    async fn tag(&self, stored: &Stored) -> RemoteTag {
        match &stored.text {
            StoredText::AsSent { tag } => tag.clone(),
            StoredText::ToBeReadBack => self.text(&stored.id).await.1,
        }
    }

    fn path(&self, id: &RemoteObjectId) -> String {
        format!("{}{}", self.server.calendar, id.0)
    }
}

/// Storing, reading back, storing again, deleting, each with its condition.
async fn objects_come_and_go(account: Account) {
    let name = account.server.name;
    let stored = account.create("one@example.org", &event("one@example.org", "Eins & zwei")).await;
    let id = &stored.id;
    let (text, tag) = account.text(id).await;
    assert_eq!(account.tag(&stored).await, tag, "{name}");
    assert!(text.contains("SUMMARY:Eins & zwei\r\n") && text.contains("X-UNKNOWN;X-P=1:kept\r\n"), "{name}: {text}");
    if account.server.keeps_texts {
        assert_eq!(text, event("one@example.org", "Eins & zwei"), "{name}");
    }
    let again = account.provider.create(&account.calendar, "one@example.org", &text).await;
    assert_eq!(again, Err(ProviderError::Changed), "{name}");

    let changed = event("one@example.org", "Drei");
    let stored = account.provider.update(&account.calendar, id, Some(&tag), &changed).await.unwrap();
    let second = account.tag(&stored).await;
    assert_ne!(second, tag, "{name}");
    let (text, _) = account.text(id).await;
    assert!(text.contains("SUMMARY:Drei\r\n"), "{name}: {text}");
    let stale = account.provider.update(&account.calendar, id, Some(&tag), &event("one@example.org", "Vier")).await;
    assert_eq!(stale, Err(ProviderError::Changed), "{name}");
    let stale = account.provider.delete(&account.calendar, id, Some(&tag)).await;
    assert_eq!(stale, Err(ProviderError::Changed), "{name}");
    assert!(account.text(id).await.0.contains("SUMMARY:Drei\r\n"), "{name}");

    account.provider.delete(&account.calendar, id, Some(&second)).await.unwrap();
    account.provider.delete(&account.calendar, id, Some(&second)).await.unwrap();
    let lost = account.provider.update(&account.calendar, id, Some(&second), &changed).await;
    assert_eq!(lost, Err(ProviderError::Changed), "{name}");
    let fetched = account.provider.fetch(&account.calendar, std::slice::from_ref(id)).await.unwrap();
    assert_eq!(fetched[0].outcome, FetchOutcome::Gone, "{name}");

    // A UID that is no name, and a text that is none.
    let odd = "a/b c?d#é%2F";
    let stored = account.create(odd, &event(odd, "Odd")).await;
    assert!(account.text(&stored.id).await.0.contains("SUMMARY:Odd"), "{name}");
    let broken = account.provider.create(&account.calendar, "broken", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n").await;
    assert!(matches!(broken, Err(ProviderError::Rejected(_))), "{name}: {broken:?}");
}

/// The first listing, and what changes after it on either side.
async fn changes_are_followed(account: Account) {
    let name = account.server.name;
    let first = account.changes(None).await;
    assert_eq!((first.coverage, first.present.len(), first.removed.len()), (Coverage::Everything, 0, 0), "{name}");
    let mut tags = BTreeMap::new();
    for uid in ["a", "b@c", "d e"] {
        let stored = account.create(uid, &event(uid, "New")).await;
        tags.insert(stored.id.clone(), account.tag(&stored).await);
    }
    let named = |page: &ChangePage| -> BTreeMap<RemoteObjectId, RemoteTag> {
        page.present.iter().map(|head| (head.id.clone(), head.tag.clone().unwrap())).collect()
    };
    let second = account.changes(Some(&first.next)).await;
    assert_eq!((second.coverage, named(&second)), (Coverage::Changes, tags.clone()), "{name}");
    assert_eq!(named(&account.changes(None).await), tags, "{name}");
    let quiet = account.changes(Some(&second.next)).await;
    assert_eq!((quiet.present.len(), quiet.removed.len()), (0, 0), "{name}");

    // Another program changes one, deletes one, and makes one of which the name is written in its own way.
    let ids: Vec<&RemoteObjectId> = tags.keys().collect();
    let (changed, deleted) = (ids[0], ids[1]);
    let uid = account.text(changed).await.0.lines().find_map(|line| line.strip_prefix("UID:")).unwrap().to_owned();
    let put = account.server.other.put(&account.path(changed), event(&uid, "By another")).await;
    assert!([200, 201, 204].contains(&put.status), "{name}: {}", put.status);
    let gone = account.server.other.delete(&account.path(deleted)).await;
    assert!([200, 204].contains(&gone.status), "{name}: {}", gone.status);
    let made = format!("{}x%40%79%20z.ics", account.server.calendar);
    let put = account.server.other.put(&made, event("other", "Made by another")).await;
    assert_eq!(put.status, 201, "{name}");
    let third = account.changes(Some(&quiet.next)).await;
    let made = RemoteObjectId("x@y%20z.ics".into());
    let expected: Vec<&RemoteObjectId> = if *changed < made { vec![changed, &made] } else { vec![&made, changed] };
    assert_eq!(named(&third).keys().collect::<Vec<_>>(), expected, "{name}");
    assert_eq!(third.removed.iter().collect::<Vec<_>>(), [deleted], "{name}");
    assert_ne!(named(&third)[changed], tags[changed], "{name}");
    assert_eq!(account.text(&made).await.1, named(&third)[&made], "{name}");

    let wrong = Cursor(third.next.0.replace("\"token\":\"", "\"token\":\"http://no.such/token/"));
    let refusal = account.provider.changes(&account.calendar, Some(&wrong), ALWAYS).await;
    assert_eq!(refusal, Err(ProviderError::CursorRejected), "{name}");
}

/// More objects than fit into one request.
async fn many_are_fetched(account: Account) {
    let name = account.server.name;
    for n in 0..MANY {
        let path = format!("{}many-{n}.ics", account.server.calendar);
        let put = account.server.other.put(&path, event(&format!("many-{n}"), &format!("Number {n}"))).await;
        assert_eq!(put.status, 201, "{name}");
    }
    let listed = account.changes(None).await;
    let mut ids: Vec<RemoteObjectId> = listed.present.into_iter().map(|head| head.id).collect();
    assert_eq!(ids.len(), MANY, "{name}");
    ids.insert(7, RemoteObjectId("no-such-object.ics".into()));
    let fetched = account.provider.fetch(&account.calendar, &ids).await.unwrap();
    assert!(fetched.iter().map(|fetched| &fetched.id).eq(&ids), "{name}");
    for fetched in &fetched {
        match &fetched.outcome {
            FetchOutcome::Gone => assert_eq!(fetched.id.0, "no-such-object.ics", "{name}"),
            FetchOutcome::Text { text, .. } => {
                let n = fetched.id.0.trim_start_matches("many-").trim_end_matches(".ics");
                assert!(text.contains(&format!("SUMMARY:Number {n}\r\n")), "{name}: {text}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// A wrong password, and a calendar that is not there.
async fn failures_are_told_apart(account: Account) {
    let name = account.server.name;
    let nowhere = RemoteCalendarId(format!("{}-not/", account.calendar.0.trim_end_matches('/')));
    let missing = account.provider.changes(&nowhere, None, ALWAYS).await;
    assert!(matches!(missing, Err(ProviderError::Missing(_))), "{name}: {missing:?}");
    let missing = account.provider.create(&nowhere, "x", &event("x", "Lost")).await;
    assert!(
        matches!(missing, Err(ProviderError::Missing(_) | ProviderError::Forbidden(_) | ProviderError::Rejected(_))),
        "{name}: {missing:?}"
    );
    // Xandikos leaves passwords to a proxy before it.
    if name != "Xandikos" {
        let wrong = Credentials::Basic { user: "ada".into(), password: "wrong".into() };
        let provider = account.server.provider_with(&wrong);
        let refusal = provider.changes(&account.calendar, None, ALWAYS).await;
        assert!(matches!(refusal, Err(ProviderError::Unauthenticated(_))), "{name}: {refusal:?}");
    }
}

/// A test for each server.
macro_rules! at_each_server {
    ($($test:ident)*) => {
        mod radicale { $(#[tokio::test] async fn $test() {
            super::$test(super::Account::new(super::RealServer::radicale().await).await).await;
        })* }
        mod xandikos { $(#[tokio::test] async fn $test() {
            super::$test(super::Account::new(super::RealServer::xandikos().await).await).await;
        })* }
        mod kalends { $(#[tokio::test] async fn $test() {
            super::$test(super::Account::new(super::RealServer::kalends().await).await).await;
        })* }
    };
}

at_each_server! { objects_come_and_go changes_are_followed many_are_fetched failures_are_told_apart }
