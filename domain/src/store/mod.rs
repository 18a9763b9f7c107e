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
    async fn session_user(&mut self, secret: &SecretHash, now: DateTime<Utc>) -> Result<Option<User>>;
    async fn delete_session(&mut self, secret: &SecretHash) -> Result<()>;
    /// Ends every session of `user`, and removes those of anyone that have expired.
    async fn delete_sessions(&mut self, user: PrincipalId, now: DateTime<Utc>) -> Result<()>;
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
    async fn all_calendars(&mut self) -> Result<Vec<Calendar>>;
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
    /// In the order of their names.
    async fn object_heads(&mut self, calendar: CalendarId) -> Result<Vec<ObjectHead>>;
    async fn object_head(&mut self, calendar: CalendarId, name: &str) -> Result<Option<(ObjectId, ObjectHead)>>;
    async fn object(&mut self, calendar: CalendarId, name: &str) -> Result<Option<Object>>;
    /// In the order of their names.
    async fn objects(&mut self, calendar: CalendarId) -> Result<Vec<Object>>;
    /// The objects whose extent touches `window`, of one type or of all.
    async fn candidates(
        &mut self,
        calendar: CalendarId,
        window: Window,
        kind: Option<ComponentKind>,
    ) -> Result<Vec<(ObjectId, ObjectHead)>>;
    /// The texts of `ids`, in their order; every id must be there.
    async fn texts(&mut self, ids: &[ObjectId]) -> Result<Vec<String>>;
    /// Those of `names` that exist, in the order of their names.
    async fn objects_named(&mut self, calendar: CalendarId, names: &[String]) -> Result<Vec<Object>>;
    /// The name under which `uid` is stored.
    async fn name_of_uid(&mut self, calendar: CalendarId, uid: &str) -> Result<Option<String>>;
    async fn insert_object(&mut self, new: NewText<'_>) -> Result<()>;
    async fn update_object(&mut self, id: ObjectId, new: NewText<'_>) -> Result<()>;
    async fn delete_object(&mut self, id: ObjectId) -> Result<()>;
    /// Ids of all objects after `after`, at most `limit`, with their texts.
    async fn texts_after(&mut self, after: ObjectId, limit: usize) -> Result<Vec<(ObjectId, CalendarId, String)>>;
    /// Replaces what is derived from the text, and nothing else.
    async fn reindex_object(&mut self, id: ObjectId, calendar: CalendarId, index: &Index) -> Result<()>;

    // The change log
    /// Raises the calendar's revision and adds the row that says why.
    async fn log_change(
        &mut self,
        calendar: CalendarId,
        name: &str,
        removed: bool,
        at: DateTime<Utc>,
    ) -> Result<Revision>;
    /// When the calendar came to `revision`, if a change ever brought it there.
    async fn changed_at(&mut self, calendar: CalendarId, revision: Revision) -> Result<Option<DateTime<Utc>>>;
    /// Objects last written after `revision`, the earliest first, at most `limit`.
    async fn written_after(
        &mut self,
        calendar: CalendarId,
        revision: Revision,
        limit: usize,
    ) -> Result<Vec<ObjectHead>>;
    /// Names that were removed after `revision` and do not exist now, the earliest first, at most `limit`.
    async fn removed_after(
        &mut self,
        calendar: CalendarId,
        revision: Revision,
        limit: usize,
    ) -> Result<Vec<(Revision, String)>>;
}
