//! An installation in a database of its own, and people who have accounts on it.

use crate::database::{TestDatabase, open};
use chrono_tz::Europe::Zurich;
use kalends_domain::access::{Access, Caller};
use kalends_domain::accounts::{NewUser, Preferences, Secret};
use kalends_domain::calendars::{CalendarId, Revision};
use kalends_domain::changes::ChangeReader;
use kalends_domain::objects::{ObjectHead, Precondition, Written};
use kalends_domain::query::Query;
use kalends_domain::sharing::Answer;
use kalends_domain::store::Database;
use kalends_domain::sync::vault::Vault;
use kalends_domain::{Kalends, Limits, Result};
use kalends_ical::query::Filter;

/// With a key of the tests, by which credentials of remote services are sealed.
pub fn sealing(kalends: Kalends) -> Kalends {
    let key = Secret("a key of the tests, and of nothing else".into());
    kalends.with_vault(Vault::new(vec![key]).unwrap())
}

/// An installation on which Anna has an account.
pub struct Home {
    pub kalends: Kalends,
    pub anna: Caller,
    /// Anna's first calendar.
    pub calendar: CalendarId,
    store: Database,
    database: TestDatabase,
}

impl Home {
    pub async fn new() -> Self {
        Self::with_limits(Limits::default()).await
    }

    pub async fn with_limits(limits: Limits) -> Self {
        let database = TestDatabase::with_tables().await;
        let store = open(&database.url).await;
        let kalends = sealing(Kalends::new(store.clone(), limits));
        let anna = user(&kalends, "anna").await;
        let calendar = first_calendar(&kalends, anna).await;
        Home { kalends, anna, calendar, store, database }
    }

    /// The same data with nothing in memory, as after a start, but on the connections that are open.
    pub fn cold(&self) -> Kalends {
        sealing(Kalends::new(self.store.clone(), Limits::default()))
    }

    /// The same data after a restart.
    pub async fn reopened(&self) -> Kalends {
        sealing(Kalends::new(open(&self.database.url).await, Limits::default()))
    }

    /// The data as a backup of now would bring it back.
    pub async fn backup(&self) -> Home {
        let database = self.database.copy().await;
        let store = open(&database.url).await;
        let kalends = sealing(Kalends::new(store.clone(), Limits::default()));
        Home { kalends, anna: self.anna, calendar: self.calendar, store, database }
    }

    pub async fn put(&self, name: &str, text: &str) -> Result<Written> {
        self.put_if(name, text, Precondition::None).await
    }

    pub async fn put_if(&self, name: &str, text: &str, precondition: Precondition) -> Result<Written> {
        self.kalends.put_object(self.anna, self.calendar, name, text, precondition).await
    }

    pub async fn delete(&self, name: &str) {
        self.kalends.delete_object(self.anna, self.calendar, name, Precondition::None).await.unwrap();
    }

    pub async fn names(&self) -> Vec<String> {
        let heads = self.kalends.object_heads(self.anna, self.calendar, "").await.unwrap();
        heads.into_iter().map(|head| head.name).collect()
    }

    pub async fn text(&self, name: &str) -> String {
        self.kalends.object(self.anna, self.calendar, name).await.unwrap().text
    }

    /// What changed in Anna's calendar since `token`.
    pub async fn since(&self, token: Option<&str>, limit: Option<usize>) -> AllChanges {
        AllChanges::read(self.kalends.changes(self.anna, self.calendar, token, limit).await.unwrap()).await
    }

    /// The pages of a calendar-query together.
    pub async fn query(&self, filter: &Filter) -> Vec<ObjectHead> {
        let mut query = Query::new(self.calendar, filter.clone());
        let mut all = Vec::new();
        while let Some(page) = self.kalends.query_page(self.anna, &mut query).await.unwrap() {
            all.extend(page);
        }
        all
    }

    /// The export of Anna's calendar.
    pub async fn export(&self) -> String {
        let mut export = self.kalends.export(self.anna, self.calendar).await.unwrap();
        let mut text = String::new();
        while let Some(piece) = export.next().await.unwrap() {
            text.push_str(&piece);
        }
        text
    }

    /// Runs a statement beside the program.
    pub async fn run(&self, statement: &str) {
        self.database.run(statement.to_owned()).await;
    }

    /// As when nodes went away in the middle of their jobs a while ago.
    pub async fn end_leases(&self) {
        self.run("UPDATE jobs SET leased_until = 0").await;
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.database.number(format!("SELECT count(*) FROM {table}")).await
    }

    /// Adds an extent of an object that is not there, which only a fault of the program or of the machine leaves.
    pub async fn orphan_extent(&self) {
        let statements: &[&str] = if TestDatabase::is_postgres() {
            &[
                "ALTER TABLE object_extents DROP CONSTRAINT object_extents_id_fkey",
                "INSERT INTO object_extents (id, extent) VALUES (999999, '[1,2]')",
            ]
        } else {
            &[
                "INSERT INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (999999, 1, 2, 1, 1)",
            ]
        };
        for statement in statements {
            self.run(statement).await;
        }
    }

    /// Forgets the texts that objects had, as cleaning up does.
    pub async fn forget_versions(&self) {
        self.run("DELETE FROM versions").await;
    }

    /// Cuts the log of Anna's calendar off.
    pub async fn forget_changes_up_to(&self, revision: Revision) {
        let (calendar, revision) = (self.calendar.0, revision.0);
        self.run(&format!("DELETE FROM changes WHERE calendar_id = {calendar} AND revision <= {revision}")).await;
    }

    /// Shares Anna's calendar with a person, who accepts it, in the place of what was shared with them before.
    pub async fn share(&self, with: Caller, access: Access) {
        self.kalends.share(self.anna, self.calendar, with.principal, access, None).await.unwrap();
        self.kalends.answer_share(with, self.calendar, Answer::Accepted).await.unwrap();
    }
}

/// An account to make, without any wishes.
pub fn new_user(slug: &str) -> NewUser {
    let preferences = Preferences::default();
    NewUser { slug: slug.into(), display_name: slug.into(), email: None, is_admin: false, preferences }
}

/// An account of somebody in Zurich.
pub async fn user(kalends: &Kalends, slug: &str) -> Caller {
    let preferences = Preferences { time_zone: Some(Zurich), locale: Some("en-GB".into()), ..Preferences::default() };
    let user = NewUser { preferences, ..new_user(slug) };
    Caller::page(kalends.create_user(user).await.unwrap().principal.id)
}

pub async fn first_calendar(kalends: &Kalends, who: Caller) -> CalendarId {
    kalends.calendars(who).await.unwrap()[0].id
}

/// The pages of changes together.
pub struct AllChanges {
    pub changed: Vec<ObjectHead>,
    pub removed: Vec<String>,
    pub token: String,
    pub truncated: bool,
}

impl AllChanges {
    pub async fn read(mut reader: ChangeReader) -> Self {
        let (mut changed, mut removed) = (Vec::new(), Vec::new());
        while let Some(page) = reader.next().await.unwrap() {
            changed.extend(page.changed);
            removed.extend(page.removed);
        }
        AllChanges { changed, removed, token: reader.token, truncated: reader.truncated }
    }

    /// Of what is new or changed, in the order in which it changed.
    pub fn names(&self) -> Vec<&str> {
        self.changed.iter().map(|head| head.name.as_str()).collect()
    }
}
