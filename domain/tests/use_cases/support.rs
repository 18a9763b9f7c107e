//! An installation in a temporary folder, and texts to store in it.

use chrono_tz::Europe::Zurich;
use kalends_domain::access::Caller;
use kalends_domain::accounts::{NewUser, Preferences};
use kalends_domain::calendars::CalendarId;
use kalends_domain::objects::{ObjectHead, Precondition, Written};
use kalends_domain::query::Query;
use kalends_domain::store::{Database, DatabaseAddress};
use kalends_domain::{Kalends, Limits, Result};
use kalends_ical::query::Filter;
use kalends_test_support::TestDatabase;

pub struct Home {
    pub kalends: Kalends,
    pub anna: Caller,
    /// Anna's first calendar.
    pub calendar: CalendarId,
    database: TestDatabase,
}

impl Home {
    pub async fn new() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub async fn with_limits(limits: Limits) -> Self {
        let database = TestDatabase::fresh().await;
        let kalends = open(&database, limits).await;
        let anna = user(&kalends, "anna").await;
        let calendar = first_calendar(&kalends, anna).await;
        Home { kalends, anna, calendar, database }
    }

    /// The same data after a restart.
    pub async fn reopened(&self) -> Kalends {
        open(&self.database, Limits::default()).await
    }

    /// The data as a backup of now would bring it back.
    pub async fn backup(&self) -> Home {
        let database = self.database.copy().await;
        let kalends = open(&database, Limits::default()).await;
        Home { kalends, anna: self.anna, calendar: self.calendar, database }
    }

    pub async fn put(&self, name: &str, text: &str) -> Result<Written> {
        self.put_if(name, text, Precondition::None).await
    }

    pub async fn put_if(&self, name: &str, text: &str, precondition: Precondition) -> Result<Written> {
        self.kalends.put_object(self.anna, self.calendar, name, text, precondition).await
    }

    pub async fn names(&self) -> Vec<String> {
        let heads = self.kalends.object_heads(self.anna, self.calendar, "").await.unwrap();
        heads.into_iter().map(|head| head.name).collect()
    }

    pub async fn text(&self, name: &str) -> String {
        self.kalends.object(self.anna, self.calendar, name).await.unwrap().text
    }
}

async fn open(database: &TestDatabase, limits: Limits) -> Kalends {
    let address = DatabaseAddress::parse(&database.url).unwrap();
    Kalends::new(Database::open(&address).await.unwrap(), limits)
}

pub async fn user(kalends: &Kalends, slug: &str) -> Caller {
    let preferences = Preferences { time_zone: Some(Zurich), ..Preferences::default() };
    let user = NewUser { slug: slug.into(), display_name: slug.into(), email: None, is_admin: false, preferences };
    Caller::page(kalends.create_user(user).await.unwrap().principal.id)
}

pub async fn first_calendar(kalends: &Kalends, who: Caller) -> CalendarId {
    kalends.calendars(who, who.principal).await.unwrap()[0].id
}

/// A VCALENDAR around `lines`.
pub fn calendar(lines: &[&str]) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n".to_owned();
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text + "END:VCALENDAR\r\n"
}

pub fn event_lines(uid: &str, summary: &str) -> Vec<String> {
    [
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{uid}"),
        "DTSTAMP:20260101T000000Z".to_owned(),
        "DTSTART:20260305T090000Z".to_owned(),
        "DTEND:20260305T100000Z".to_owned(),
        format!("SUMMARY:{summary}"),
        "X-UNKNOWN;X-P=\"a:b\":kept".to_owned(),
        "END:VEVENT".to_owned(),
    ]
    .to_vec()
}

pub fn event(uid: &str, summary: &str) -> String {
    let lines = event_lines(uid, summary);
    calendar(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The pages of changes together.
pub struct AllChanges {
    pub changed: Vec<ObjectHead>,
    pub removed: Vec<String>,
    pub token: String,
    pub truncated: bool,
}

pub async fn all_changes(
    kalends: &Kalends,
    who: Caller,
    calendar: CalendarId,
    token: Option<&str>,
    limit: Option<usize>,
) -> AllChanges {
    let mut reader = kalends.changes(who, calendar, token, limit).await.unwrap();
    let (mut changed, mut removed) = (Vec::new(), Vec::new());
    while let Some(page) = reader.next().await.unwrap() {
        changed.extend(page.changed);
        removed.extend(page.removed);
    }
    AllChanges { changed, removed, token: reader.token, truncated: reader.truncated }
}

pub async fn export(kalends: &Kalends, who: Caller, calendar: CalendarId) -> String {
    let mut export = kalends.export(who, calendar).await.unwrap();
    let mut text = String::new();
    while let Some(piece) = export.next().await.unwrap() {
        text.push_str(&piece);
    }
    text
}

/// The pages of a calendar-query together.
pub async fn query(home: &Home, filter: &Filter) -> Vec<ObjectHead> {
    let mut query = Query::new(home.calendar, filter.clone());
    let mut all = Vec::new();
    while let Some(page) = home.kalends.query_page(home.anna, &mut query).await.unwrap() {
        all.extend(page);
    }
    all
}
