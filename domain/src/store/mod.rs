//! The store: what the use cases need of a database, and its back-ends.
//!
//! A use case opens one [`Transaction`], speaks to it in the terms below, and commits. The rules (access, preconditions,
//! what a write consists of) are the use cases'; a back-end only knows how its tables say it.

pub mod sqlite;

use crate::Result;
use crate::access::{Principal, PrincipalId};
use crate::accounts::{AppPassword, NewUser, Preferences, User};
use crate::calendars::{Calendar, CalendarDetails, CalendarId, DeadProperty, Revision};
use crate::ical::ComponentKind;
use crate::instances::{Extent, Window};
use crate::objects::{Object, ObjectHead};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// SHA-256 of a secret.
pub type SecretHash = [u8; 32];

/// Identifies an object in the store for as long as it lives under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub i64);

/// A database back-end.
#[async_trait]
pub trait Database: Send + Sync {
    /// A consistent view; writes through it fail.
    async fn read(&self) -> Result<Box<dyn Transaction>>;

    /// The right to write, alone; dropped without commit it leaves nothing behind.
    async fn write(&self) -> Result<Box<dyn Transaction>>;
}

/// What is derived from an object's text for the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    pub uid: String,
    pub kind: ComponentKind,
    pub etag: String,
    pub extent: Extent,
    pub summary: Option<String>,
}

/// An object about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewText<'a> {
    pub calendar: CalendarId,
    pub name: &'a str,
    pub text: &'a str,
    pub index: &'a Index,
    pub revision: Revision,
    pub at: DateTime<Utc>,
}

/// A row of the change log about to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewChange<'a> {
    pub calendar: CalendarId,
    pub name: &'a str,
    pub removed: bool,
    /// By how much the change lets the calendar grow; negative where it shrinks.
    pub growth: Growth,
    pub at: DateTime<Utc>,
}

/// How much more a calendar holds than before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    pub objects: i64,
    pub octets: i64,
}

/// What the calendars of an account hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub objects: u64,
    /// Octets of the objects' texts.
    pub octets: u64,
}

/// One transaction. Methods that look something up yield `None` when it does not exist.
#[async_trait]
pub trait Transaction: Send {
    async fn commit(self: Box<Self>) -> Result<()>;

    // Accounts
    async fn has_users(&mut self) -> Result<bool>;
    /// `None` when the slug is taken.
    async fn insert_user(&mut self, user: &NewUser, at: DateTime<Utc>) -> Result<Option<PrincipalId>>;
    async fn user(&mut self, id: PrincipalId) -> Result<Option<User>>;
    async fn user_by_slug(&mut self, slug: &str) -> Result<Option<User>>;
    async fn set_preferences(&mut self, id: PrincipalId, preferences: &Preferences) -> Result<()>;
    async fn password_hash(&mut self, id: PrincipalId) -> Result<Option<String>>;
    async fn set_password_hash(&mut self, id: PrincipalId, hash: &str) -> Result<()>;

    // Sessions and one-time links
    async fn insert_session(
        &mut self,
        secret: &SecretHash,
        user: PrincipalId,
        at: DateTime<Utc>,
        expires: DateTime<Utc>,
    ) -> Result<()>;
    /// The account of the session, unless it has expired or was not used after `idle_since`; and when it was used last.
    async fn session_user(
        &mut self,
        secret: &SecretHash,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<Option<(User, DateTime<Utc>)>>;
    async fn touch_session(&mut self, secret: &SecretHash, at: DateTime<Utc>) -> Result<()>;
    async fn delete_session(&mut self, secret: &SecretHash) -> Result<()>;
    async fn delete_sessions(&mut self, user: PrincipalId) -> Result<()>;
    /// Removes the sessions of anyone that are over: expired, or not used after `idle_since`.
    async fn delete_ended_sessions(&mut self, now: DateTime<Utc>, idle_since: DateTime<Utc>) -> Result<()>;
    async fn insert_sign_in_link(
        &mut self,
        secret: &SecretHash,
        user: PrincipalId,
        expires: DateTime<Utc>,
    ) -> Result<()>;
    async fn sign_in_link_user(&mut self, secret: &SecretHash, now: DateTime<Utc>) -> Result<Option<User>>;
    async fn delete_sign_in_links(&mut self, user: PrincipalId) -> Result<()>;

    // App passwords
    async fn app_passwords(&mut self, user: PrincipalId) -> Result<Vec<AppPassword>>;
    async fn insert_app_password(
        &mut self,
        user: PrincipalId,
        label: &str,
        secret: &SecretHash,
        at: DateTime<Utc>,
    ) -> Result<i64>;
    /// Whether there was one.
    async fn delete_app_password(&mut self, user: PrincipalId, id: i64) -> Result<bool>;
    async fn app_password_owner(&mut self, slug: &str, secret: &SecretHash)
    -> Result<Option<(Principal, AppPassword)>>;
    async fn touch_app_password(&mut self, id: i64, at: DateTime<Utc>) -> Result<()>;

    // Calendars
    /// In display order.
    async fn calendars(&mut self, owner: PrincipalId) -> Result<Vec<Calendar>>;
    /// What the calendars of `owner` hold together.
    async fn usage(&mut self, owner: PrincipalId) -> Result<Usage>;
    async fn calendar(&mut self, id: CalendarId) -> Result<Option<Calendar>>;
    async fn calendar_at(&mut self, owner: &str, slug: &str) -> Result<Option<Calendar>>;
    /// `None` when the slug is taken.
    async fn insert_calendar(
        &mut self,
        owner: PrincipalId,
        slug: &str,
        details: &CalendarDetails,
        at: DateTime<Utc>,
    ) -> Result<Option<CalendarId>>;
    async fn update_calendar(&mut self, id: CalendarId, details: &CalendarDetails) -> Result<()>;
    /// With everything in it.
    async fn delete_calendar(&mut self, id: CalendarId) -> Result<()>;
    async fn dead_properties(&mut self, id: CalendarId) -> Result<Vec<DeadProperty>>;
    async fn set_dead_property(&mut self, id: CalendarId, property: &DeadProperty) -> Result<()>;
    async fn remove_dead_property(&mut self, id: CalendarId, namespace: &str, name: &str) -> Result<()>;

    // Objects
    /// Those with names after `after` (`""`: from the first), in the order of their names, at most `limit`.
    async fn object_heads(&mut self, calendar: CalendarId, after: &str, limit: usize) -> Result<Vec<ObjectHead>>;
    /// How many objects there are of each type that there is.
    async fn object_counts(&mut self, calendar: CalendarId) -> Result<Vec<(ComponentKind, u64)>>;
    async fn object_head(&mut self, calendar: CalendarId, name: &str) -> Result<Option<(ObjectId, ObjectHead)>>;
    async fn object(&mut self, calendar: CalendarId, name: &str) -> Result<Option<Object>>;
    /// Those with names after `after` (`""`: from the first), in the order of their names: as many as have `octets` together,
    /// one at least.
    async fn objects_after(&mut self, calendar: CalendarId, after: &str, octets: usize) -> Result<Vec<Object>>;
    /// The objects whose extent touches `window`, of one type or of all, with ids after `after`, in the order of their ids, at
    /// most `limit`.
    async fn candidates(
        &mut self,
        calendar: CalendarId,
        window: Window,
        kind: Option<ComponentKind>,
        after: ObjectId,
        limit: usize,
    ) -> Result<Vec<(ObjectId, ObjectHead)>>;
    /// The texts of `ids`, in their order; every id must be there.
    async fn texts(&mut self, ids: &[ObjectId]) -> Result<Vec<String>>;
    /// Those of `names` that exist and come after `after` (`""`: from the first), in the order of their names: as many as have
    /// `octets` together, one at least.
    async fn objects_named(
        &mut self,
        calendar: CalendarId,
        names: &[String],
        after: &str,
        octets: usize,
    ) -> Result<Vec<Object>>;
    /// The name under which `uid` is stored.
    async fn name_of_uid(&mut self, calendar: CalendarId, uid: &str) -> Result<Option<String>>;
    async fn insert_object(&mut self, new: NewText<'_>) -> Result<()>;
    async fn update_object(&mut self, id: ObjectId, new: NewText<'_>) -> Result<()>;
    async fn delete_object(&mut self, id: ObjectId) -> Result<()>;
    /// Ids of all objects after `after` with their texts: as many as have `octets` together, one at least.
    async fn texts_after(&mut self, after: ObjectId, octets: usize) -> Result<Vec<(ObjectId, CalendarId, String)>>;
    /// Replaces what is derived from the text, and nothing else.
    async fn reindex_object(&mut self, id: ObjectId, calendar: CalendarId, index: &Index) -> Result<()>;

    // The change log
    /// Raises the calendar's revision, keeps count of what it holds, and adds the row that says why.
    async fn log_change(&mut self, change: NewChange<'_>) -> Result<Revision>;
    /// When the calendar came to `revision`, if a change ever brought it there.
    async fn changed_at(&mut self, calendar: CalendarId, revision: Revision) -> Result<Option<DateTime<Utc>>>;
    /// Objects last written after `since` and not after `until`, the earliest first, at most `limit`.
    async fn written_between(
        &mut self,
        calendar: CalendarId,
        since: Revision,
        until: Revision,
        limit: usize,
    ) -> Result<Vec<ObjectHead>>;
    /// Names that were removed after `since` and not after `until` and do not exist now, the earliest first, at most `limit`.
    async fn removed_between(
        &mut self,
        calendar: CalendarId,
        since: Revision,
        until: Revision,
        limit: usize,
    ) -> Result<Vec<(Revision, String)>>;
}
