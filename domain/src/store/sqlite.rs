//! SQLite: the embedded default. One connection writes, several read; write-ahead log, every commit on disk.

use super::{Database, Index, NewChange, NewText, ObjectId, SecretHash, Transaction, Usage};
use crate::access::{Principal, PrincipalId};
use crate::accounts::{AppPassword, NewUser, Preferences, Theme, User};
use crate::calendars::{Calendar, CalendarDetails, CalendarId, DeadProperty, Revision};
use crate::ical::ComponentKind;
use crate::instances::{Extent, Window};
use crate::objects::{Object, ObjectHead};
use crate::{Error, Result};
use async_trait::async_trait;
use chrono::{DateTime, Utc, Weekday};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Row, SqlitePool};
use std::path::Path;
use std::time::Duration;

/// A database file and its two pools.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens the file, makes it when it is missing, and brings its tables to this version.
    pub async fn open(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged write survives a power cut, not only a crash of the process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "268435456");
        // A connection to a file does not go away while nobody uses it.
        let pool = || SqlitePoolOptions::new().test_before_acquire(false);
        let writer = pool().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("../migrations/sqlite").run(&writer).await.map_err(|e| Error::Store(e.into()))?;
        let readers = pool().max_connections(4).connect_with(options.pragma("query_only", "on")).await?;
        Ok(Sqlite { writer, readers })
    }

    /// Waits for open transactions and closes the file, the write-ahead log folded in.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[async_trait]
impl Database for Sqlite {
    async fn read(&self) -> Result<Box<dyn Transaction>> {
        Ok(Box::new(SqliteTransaction(self.readers.begin().await?)))
    }

    async fn write(&self) -> Result<Box<dyn Transaction>> {
        Ok(Box::new(SqliteTransaction(self.writer.begin_with("BEGIN IMMEDIATE").await?)))
    }
}

struct SqliteTransaction(sqlx::Transaction<'static, sqlx::Sqlite>);

const USER: &str =
    "SELECT p.id, p.slug, p.display_name, u.email, u.is_admin, u.time_zone, u.locale, u.week_start, u.hour12, u.theme
    FROM users u JOIN principals p ON p.id = u.principal_id ";
const SESSION_USER: &str =
    "SELECT p.id, p.slug, p.display_name, u.email, u.is_admin, u.time_zone, u.locale, u.week_start, u.hour12, u.theme, s.used_at
    FROM sessions s JOIN users u ON u.principal_id = s.user_id JOIN principals p ON p.id = u.principal_id ";
const CALENDAR: &str =
    "SELECT c.*, p.slug AS owner_slug, coalesce(h.changed_at, c.created_at) AS changed_at FROM calendars c
    JOIN principals p ON p.id = c.owner_id
    LEFT JOIN changes h ON h.calendar_id = c.id AND h.revision = c.revision ";
const HEAD: &str = "SELECT o.id, o.calendar_id, o.name, o.uid, o.component, o.etag, o.size, o.revision, o.created_at, o.modified_at FROM objects o ";
const OBJECT: &str = "SELECT o.* FROM objects o ";
/// After [`HEAD`]. The interval tree alone says which objects are looked at: with a condition on `o.calendar_id` beside it SQLite
/// reads the whole calendar by that column's index and asks the tree about each object.
const CANDIDATES: &str = "WHERE o.id IN (
        SELECT e.id FROM object_extents e
        WHERE e.calendar_low = ?1 AND e.calendar_high = ?1 AND e.first_minute <= ?2 AND e.last_minute >= ?3 AND e.id > ?5
    ) AND (?4 IS NULL OR o.component = ?4) ORDER BY o.id LIMIT ?6";
/// Around a SELECT of `id`, `size` and, to order by, `name`, with the octets that may come together bound after it: the first
/// objects that have no more together, one at least. The texts of others are not read.
const FIRST_THAT_FIT: &str = "WHERE o.id IN (SELECT id FROM (
        SELECT id, size, sum(size) OVER (ORDER BY name) AS together FROM (";
const UP_TO_OCTETS: &str = ")) WHERE together <= ? OR together = size) ORDER BY ";

macro_rules! sql {
    ($base:expr, $rest:expr) => {
        sqlx::query(sqlx::AssertSqlSafe([$base, $rest].concat()))
    };
}

fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

fn instant(row: &SqliteRow, column: &str) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(row.try_get(column)?).ok_or_else(|| broken(column))
}

/// A number that is never negative.
fn count(row: &SqliteRow, column: &str) -> Result<u64> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| broken(column))
}

/// A value in the database that this program never wrote.
fn broken(column: &str) -> Error {
    Error::Store(sqlx::Error::Decode(format!("{column} has a value that can't be").into()))
}

fn principal(row: &SqliteRow) -> Result<Principal> {
    Ok(Principal {
        id: PrincipalId(row.try_get("id")?),
        slug: row.try_get("slug")?,
        display_name: row.try_get("display_name")?,
        email: row.try_get("email")?,
    })
}

fn user(row: &SqliteRow) -> Result<User> {
    let time_zone: Option<&str> = row.try_get("time_zone")?;
    let week_start: Option<u8> = row.try_get("week_start")?;
    let theme: Option<&str> = row.try_get("theme")?;
    Ok(User {
        principal: principal(row)?,
        is_admin: row.try_get("is_admin")?,
        preferences: Preferences {
            time_zone: time_zone.and_then(|name| name.parse().ok()),
            locale: row.try_get("locale")?,
            week_start: week_start.and_then(|day| Weekday::try_from(day).ok()),
            hour12: row.try_get("hour12")?,
            theme: theme.and_then(Theme::from_name),
        },
    })
}

fn calendar(row: &SqliteRow) -> Result<Calendar> {
    let components: &str = row.try_get("components")?;
    Ok(Calendar {
        id: CalendarId(row.try_get("id")?),
        owner: PrincipalId(row.try_get("owner_id")?),
        owner_slug: row.try_get("owner_slug")?,
        slug: row.try_get("slug")?,
        details: CalendarDetails {
            display_name: row.try_get("display_name")?,
            description: row.try_get("description")?,
            color: row.try_get("color")?,
            order: row.try_get("sort_order")?,
            timezone: row.try_get("timezone")?,
            components: components.split(',').filter_map(ComponentKind::from_name).collect(),
        },
        revision: Revision(row.try_get("revision")?),
        objects: count(row, "objects")?,
        changed_at: instant(row, "changed_at")?,
        created_at: instant(row, "created_at")?,
    })
}

fn head(row: &SqliteRow) -> Result<ObjectHead> {
    let component: &str = row.try_get("component")?;
    Ok(ObjectHead {
        calendar: CalendarId(row.try_get("calendar_id")?),
        name: row.try_get("name")?,
        uid: row.try_get("uid")?,
        kind: ComponentKind::from_name(component).ok_or_else(|| broken("component"))?,
        etag: row.try_get("etag")?,
        size: usize::try_from(count(row, "size")?).map_err(|_| broken("size"))?,
        revision: Revision(row.try_get("revision")?),
        created_at: instant(row, "created_at")?,
        modified_at: instant(row, "modified_at")?,
    })
}

fn object(row: &SqliteRow) -> Result<Object> {
    Ok(Object { head: head(row)?, text: row.try_get("text")? })
}

fn head_with_id(row: &SqliteRow) -> Result<(ObjectId, ObjectHead)> {
    Ok((ObjectId(row.try_get("id")?), head(row)?))
}

fn rows<T>(rows: Vec<SqliteRow>, read: impl Fn(&SqliteRow) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(read).collect()
}

fn component_names(kinds: &[ComponentKind]) -> String {
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")
}

/// Minutes for the interval tree: rounded down, clamped to its 32 bits.
fn minute(seconds: i64) -> i32 {
    seconds.div_euclid(60).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// The interval that stands for an extent; no start and no end reach to the limits.
fn minutes(extent: &Extent) -> (i32, i32) {
    let first = extent.first_start.map_or(i32::MIN, minute);
    let last = extent.last_end.map_or(i32::MAX, |end| minute(end).saturating_add(1));
    (first, last.max(first))
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn commit(self: Box<Self>) -> Result<()> {
        Ok(self.0.commit().await?)
    }

    async fn has_users(&mut self) -> Result<bool> {
        Ok(sqlx::query("SELECT 1 FROM users LIMIT 1").fetch_optional(&mut *self.0).await?.is_some())
    }

    async fn insert_user(&mut self, user: &NewUser, at: DateTime<Utc>) -> Result<Option<PrincipalId>> {
        let row = sqlx::query(
            "INSERT INTO principals (kind, slug, display_name) VALUES ('person', ?, ?) ON CONFLICT (slug) DO NOTHING RETURNING id",
        )
        .bind(&user.slug)
        .bind(&user.display_name)
        .fetch_optional(&mut *self.0)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id: i64 = row.try_get("id")?;
        sqlx::query("INSERT INTO users (principal_id, email, is_admin, created_at) VALUES (?, ?, ?, ?)")
            .bind(id)
            .bind(&user.email)
            .bind(user.is_admin)
            .bind(millis(at))
            .execute(&mut *self.0)
            .await?;
        let id = PrincipalId(id);
        self.set_preferences(id, &user.preferences).await?;
        Ok(Some(id))
    }

    async fn user(&mut self, id: PrincipalId) -> Result<Option<User>> {
        let row = sql!(USER, "WHERE p.id = ?").bind(id.0).fetch_optional(&mut *self.0).await?;
        row.as_ref().map(user).transpose()
    }

    async fn user_by_slug(&mut self, slug: &str) -> Result<Option<User>> {
        let row = sql!(USER, "WHERE p.slug = ?").bind(slug).fetch_optional(&mut *self.0).await?;
        row.as_ref().map(user).transpose()
    }

    async fn set_preferences(&mut self, id: PrincipalId, preferences: &Preferences) -> Result<()> {
        sqlx::query(
            "UPDATE users SET time_zone = ?, locale = ?, week_start = ?, hour12 = ?, theme = ? WHERE principal_id = ?",
        )
        .bind(preferences.time_zone.map(|zone| zone.name()))
        .bind(&preferences.locale)
        .bind(preferences.week_start.map(|day| day.num_days_from_monday()))
        .bind(preferences.hour12)
        .bind(preferences.theme.map(Theme::name))
        .bind(id.0)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn password_hash(&mut self, id: PrincipalId) -> Result<Option<String>> {
        let row = sqlx::query("SELECT password_hash FROM users WHERE principal_id = ?")
            .bind(id.0)
            .fetch_optional(&mut *self.0)
            .await?;
        row.map_or(Ok(None), |row| Ok(row.try_get("password_hash")?))
    }

    async fn set_password_hash(&mut self, id: PrincipalId, hash: &str) -> Result<()> {
        sqlx::query("UPDATE users SET password_hash = ? WHERE principal_id = ?")
            .bind(hash)
            .bind(id.0)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn insert_session(
        &mut self,
        secret: &SecretHash,
        user: PrincipalId,
        at: DateTime<Utc>,
        expires: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO sessions (secret_hash, user_id, created_at, used_at, expires_at) VALUES (?1, ?2, ?3, ?3, ?4)",
        )
        .bind(&secret[..])
        .bind(user.0)
        .bind(millis(at))
        .bind(millis(expires))
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn session_user(
        &mut self,
        secret: &SecretHash,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<Option<(User, DateTime<Utc>)>> {
        let row = sql!(SESSION_USER, "WHERE s.secret_hash = ? AND s.expires_at > ? AND s.used_at > ?")
            .bind(&secret[..])
            .bind(millis(now))
            .bind(millis(idle_since))
            .fetch_optional(&mut *self.0)
            .await?;
        row.map(|row| Ok((user(&row)?, instant(&row, "used_at")?))).transpose()
    }

    async fn touch_session(&mut self, secret: &SecretHash, at: DateTime<Utc>) -> Result<()> {
        sqlx::query("UPDATE sessions SET used_at = ? WHERE secret_hash = ?")
            .bind(millis(at))
            .bind(&secret[..])
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn delete_session(&mut self, secret: &SecretHash) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE secret_hash = ?").bind(&secret[..]).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn delete_sessions(&mut self, user: PrincipalId) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE user_id = ?").bind(user.0).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn delete_ended_sessions(&mut self, now: DateTime<Utc>, idle_since: DateTime<Utc>) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE expires_at <= ? OR used_at <= ?")
            .bind(millis(now))
            .bind(millis(idle_since))
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn insert_sign_in_link(
        &mut self,
        secret: &SecretHash,
        user: PrincipalId,
        expires: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query("INSERT INTO sign_in_links (secret_hash, user_id, expires_at) VALUES (?, ?, ?)")
            .bind(&secret[..])
            .bind(user.0)
            .bind(millis(expires))
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn sign_in_link_user(&mut self, secret: &SecretHash, now: DateTime<Utc>) -> Result<Option<User>> {
        let row = sql!(
            USER,
            "JOIN sign_in_links l ON l.user_id = u.principal_id WHERE l.secret_hash = ? AND l.expires_at > ?"
        )
        .bind(&secret[..])
        .bind(millis(now))
        .fetch_optional(&mut *self.0)
        .await?;
        row.as_ref().map(user).transpose()
    }

    async fn delete_sign_in_links(&mut self, user: PrincipalId) -> Result<()> {
        sqlx::query("DELETE FROM sign_in_links WHERE user_id = ?").bind(user.0).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn app_passwords(&mut self, user: PrincipalId) -> Result<Vec<AppPassword>> {
        let found = sqlx::query(
            "SELECT id AS app_id, label, created_at, last_used_at FROM app_passwords WHERE user_id = ? ORDER BY id",
        )
        .bind(user.0)
        .fetch_all(&mut *self.0)
        .await?;
        rows(found, app_password)
    }

    async fn insert_app_password(
        &mut self,
        user: PrincipalId,
        label: &str,
        secret: &SecretHash,
        at: DateTime<Utc>,
    ) -> Result<i64> {
        let row = sqlx::query(
            "INSERT INTO app_passwords (user_id, label, secret_hash, created_at) VALUES (?, ?, ?, ?) RETURNING id",
        )
        .bind(user.0)
        .bind(label)
        .bind(&secret[..])
        .bind(millis(at))
        .fetch_one(&mut *self.0)
        .await?;
        Ok(row.try_get("id")?)
    }

    async fn delete_app_password(&mut self, user: PrincipalId, id: i64) -> Result<bool> {
        let done = sqlx::query("DELETE FROM app_passwords WHERE user_id = ? AND id = ?")
            .bind(user.0)
            .bind(id)
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn app_password_owner(
        &mut self,
        slug: &str,
        secret: &SecretHash,
    ) -> Result<Option<(Principal, AppPassword)>> {
        let row = sqlx::query(
            "SELECT p.id, p.slug, p.display_name, u.email, a.id AS app_id, a.label, a.created_at, a.last_used_at
             FROM app_passwords a JOIN users u ON u.principal_id = a.user_id JOIN principals p ON p.id = a.user_id
             WHERE a.secret_hash = ? AND p.slug = ?",
        )
        .bind(&secret[..])
        .bind(slug)
        .fetch_optional(&mut *self.0)
        .await?;
        row.map(|row| Ok((principal(&row)?, app_password(&row)?))).transpose()
    }

    async fn touch_app_password(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        sqlx::query("UPDATE app_passwords SET last_used_at = ? WHERE id = ?")
            .bind(millis(at))
            .bind(id)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn calendars(&mut self, owner: PrincipalId) -> Result<Vec<Calendar>> {
        let found = sql!(CALENDAR, "WHERE c.owner_id = ? ORDER BY c.sort_order, c.id")
            .bind(owner.0)
            .fetch_all(&mut *self.0)
            .await?;
        rows(found, calendar)
    }

    async fn usage(&mut self, owner: PrincipalId) -> Result<Usage> {
        let row = sqlx::query(
            "SELECT coalesce(sum(objects), 0) AS objects, coalesce(sum(octets), 0) AS octets FROM calendars WHERE owner_id = ?",
        )
        .bind(owner.0)
        .fetch_one(&mut *self.0)
        .await?;
        Ok(Usage { objects: count(&row, "objects")?, octets: count(&row, "octets")? })
    }

    async fn calendar(&mut self, id: CalendarId) -> Result<Option<Calendar>> {
        let row = sql!(CALENDAR, "WHERE c.id = ?").bind(id.0).fetch_optional(&mut *self.0).await?;
        row.as_ref().map(calendar).transpose()
    }

    async fn calendar_at(&mut self, owner: &str, slug: &str) -> Result<Option<Calendar>> {
        let row = sql!(CALENDAR, "WHERE p.slug = ? AND c.slug = ?")
            .bind(owner)
            .bind(slug)
            .fetch_optional(&mut *self.0)
            .await?;
        row.as_ref().map(calendar).transpose()
    }

    async fn insert_calendar(
        &mut self,
        owner: PrincipalId,
        slug: &str,
        details: &CalendarDetails,
        at: DateTime<Utc>,
    ) -> Result<Option<CalendarId>> {
        let row = sqlx::query(
            "INSERT INTO calendars (owner_id, slug, display_name, description, color, sort_order, timezone, components, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (owner_id, slug) DO NOTHING RETURNING id",
        )
        .bind(owner.0)
        .bind(slug)
        .bind(&details.display_name)
        .bind(&details.description)
        .bind(&details.color)
        .bind(details.order)
        .bind(&details.timezone)
        .bind(component_names(&details.components))
        .bind(millis(at))
        .fetch_optional(&mut *self.0)
        .await?;
        row.map(|row| Ok(CalendarId(row.try_get("id")?))).transpose()
    }

    async fn update_calendar(&mut self, id: CalendarId, details: &CalendarDetails) -> Result<()> {
        sqlx::query("UPDATE calendars SET display_name = ?, description = ?, color = ?, sort_order = ?, timezone = ? WHERE id = ?")
            .bind(&details.display_name)
            .bind(&details.description)
            .bind(&details.color)
            .bind(details.order)
            .bind(&details.timezone)
            .bind(id.0)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn delete_calendar(&mut self, id: CalendarId) -> Result<()> {
        // Row by row through the trigger: a cascade alone would leave the interval tree behind.
        sqlx::query("DELETE FROM objects WHERE calendar_id = ?").bind(id.0).execute(&mut *self.0).await?;
        sqlx::query("DELETE FROM calendars WHERE id = ?").bind(id.0).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn dead_properties(&mut self, id: CalendarId) -> Result<Vec<DeadProperty>> {
        let found = sqlx::query("SELECT namespace, name, xml FROM calendar_dead_properties WHERE calendar_id = ?")
            .bind(id.0)
            .fetch_all(&mut *self.0)
            .await?;
        rows(found, |row| {
            Ok(DeadProperty {
                namespace: row.try_get("namespace")?,
                name: row.try_get("name")?,
                xml: row.try_get("xml")?,
            })
        })
    }

    async fn set_dead_property(&mut self, id: CalendarId, property: &DeadProperty) -> Result<()> {
        sqlx::query(
            "INSERT INTO calendar_dead_properties (calendar_id, namespace, name, xml) VALUES (?, ?, ?, ?)
             ON CONFLICT (calendar_id, namespace, name) DO UPDATE SET xml = excluded.xml",
        )
        .bind(id.0)
        .bind(&property.namespace)
        .bind(&property.name)
        .bind(&property.xml)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn remove_dead_property(&mut self, id: CalendarId, namespace: &str, name: &str) -> Result<()> {
        sqlx::query("DELETE FROM calendar_dead_properties WHERE calendar_id = ? AND namespace = ? AND name = ?")
            .bind(id.0)
            .bind(namespace)
            .bind(name)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn object_heads(&mut self, calendar: CalendarId, after: &str, limit: usize) -> Result<Vec<ObjectHead>> {
        let found = sql!(HEAD, "WHERE o.calendar_id = ? AND o.name > ? ORDER BY o.name LIMIT ?")
            .bind(calendar.0)
            .bind(after)
            .bind(limit_of(limit))
            .fetch_all(&mut *self.0)
            .await?;
        rows(found, head)
    }

    async fn object_counts(&mut self, calendar: CalendarId) -> Result<Vec<(ComponentKind, u64)>> {
        let found =
            sqlx::query("SELECT component, count(*) AS objects FROM objects WHERE calendar_id = ? GROUP BY component")
                .bind(calendar.0)
                .fetch_all(&mut *self.0)
                .await?;
        rows(found, |row| {
            let kind = ComponentKind::from_name(row.try_get("component")?).ok_or_else(|| broken("component"))?;
            Ok((kind, count(row, "objects")?))
        })
    }

    async fn object_head(&mut self, calendar: CalendarId, name: &str) -> Result<Option<(ObjectId, ObjectHead)>> {
        let row = sql!(HEAD, "WHERE o.calendar_id = ? AND o.name = ?")
            .bind(calendar.0)
            .bind(name)
            .fetch_optional(&mut *self.0)
            .await?;
        row.as_ref().map(head_with_id).transpose()
    }

    async fn object(&mut self, calendar: CalendarId, name: &str) -> Result<Option<Object>> {
        let row = sql!(OBJECT, "WHERE o.calendar_id = ? AND o.name = ?")
            .bind(calendar.0)
            .bind(name)
            .fetch_optional(&mut *self.0)
            .await?;
        row.as_ref().map(object).transpose()
    }

    async fn objects_after(&mut self, calendar: CalendarId, after: &str, octets: usize) -> Result<Vec<Object>> {
        let next = "SELECT id, size, name FROM objects WHERE calendar_id = ? AND name > ? ORDER BY name LIMIT 500";
        let found = sqlx::query(sqlx::AssertSqlSafe([OBJECT, FIRST_THAT_FIT, next, UP_TO_OCTETS, "o.name"].concat()))
            .bind(calendar.0)
            .bind(after)
            .bind(limit_of(octets))
            .fetch_all(&mut *self.0)
            .await?;
        rows(found, object)
    }

    async fn candidates(
        &mut self,
        calendar: CalendarId,
        window: Window,
        kind: Option<ComponentKind>,
        after: ObjectId,
        limit: usize,
    ) -> Result<Vec<(ObjectId, ObjectHead)>> {
        let until = window.end.map_or(i32::MAX, |end| minute(end.timestamp()));
        let from = window.start.map_or(i32::MIN, |start| minute(start.timestamp()));
        let found = sql!(HEAD, CANDIDATES)
            .bind(calendar.0)
            .bind(until)
            .bind(from)
            .bind(kind.map(ComponentKind::name))
            .bind(after.0)
            .bind(limit_of(limit))
            .fetch_all(&mut *self.0)
            .await?;
        rows(found, head_with_id)
    }

    async fn texts(&mut self, ids: &[ObjectId]) -> Result<Vec<String>> {
        let list = serde_json::to_string(&ids.iter().map(|id| id.0).collect::<Vec<_>>()).map_err(|_| broken("id"))?;
        let found = sqlx::query(
            "SELECT o.text FROM json_each(?) wanted JOIN objects o ON o.id = wanted.value ORDER BY wanted.key",
        )
        .bind(list)
        .fetch_all(&mut *self.0)
        .await?;
        rows(found, |row| Ok(row.try_get("text")?))
    }

    async fn objects_named(
        &mut self,
        calendar: CalendarId,
        names: &[String],
        after: &str,
        octets: usize,
    ) -> Result<Vec<Object>> {
        let list = serde_json::to_string(names).map_err(|_| broken("name"))?;
        let wanted = "SELECT id, size, name FROM objects
            WHERE calendar_id = ? AND name IN (SELECT value FROM json_each(?)) AND name > ?";
        let found = sqlx::query(sqlx::AssertSqlSafe([OBJECT, FIRST_THAT_FIT, wanted, UP_TO_OCTETS, "o.name"].concat()))
            .bind(calendar.0)
            .bind(list)
            .bind(after)
            .bind(limit_of(octets))
            .fetch_all(&mut *self.0)
            .await?;
        rows(found, object)
    }

    async fn name_of_uid(&mut self, calendar: CalendarId, uid: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT name FROM objects WHERE calendar_id = ? AND uid = ?")
            .bind(calendar.0)
            .bind(uid)
            .fetch_optional(&mut *self.0)
            .await?;
        row.map(|row| Ok(row.try_get("name")?)).transpose()
    }

    async fn insert_object(&mut self, new: NewText<'_>) -> Result<()> {
        let row = sqlx::query(
            "INSERT INTO objects (calendar_id, name, text, revision, created_at, modified_at, size, uid, component, etag, recurring)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id",
        )
        .bind(new.calendar.0)
        .bind(new.name)
        .bind(new.text)
        .bind(new.revision.0)
        .bind(millis(new.at))
        .bind(limit_of(new.text.len()))
        .bind(&new.index.uid)
        .bind(new.index.kind.name())
        .bind(&new.index.etag)
        .bind(new.index.extent.recurring)
        .fetch_one(&mut *self.0)
        .await?;
        self.reindex_object(ObjectId(row.try_get("id")?), new.calendar, new.index).await
    }

    async fn update_object(&mut self, id: ObjectId, new: NewText<'_>) -> Result<()> {
        sqlx::query("UPDATE objects SET text = ?, size = ?, revision = ?, modified_at = ? WHERE id = ?")
            .bind(new.text)
            .bind(limit_of(new.text.len()))
            .bind(new.revision.0)
            .bind(millis(new.at))
            .bind(id.0)
            .execute(&mut *self.0)
            .await?;
        self.reindex_object(id, new.calendar, new.index).await
    }

    async fn delete_object(&mut self, id: ObjectId) -> Result<()> {
        sqlx::query("DELETE FROM objects WHERE id = ?").bind(id.0).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn texts_after(&mut self, after: ObjectId, octets: usize) -> Result<Vec<(ObjectId, CalendarId, String)>> {
        let next = "SELECT id, size, id AS name FROM objects WHERE id > ? ORDER BY id LIMIT 500";
        let found = sqlx::query(sqlx::AssertSqlSafe([OBJECT, FIRST_THAT_FIT, next, UP_TO_OCTETS, "o.id"].concat()))
            .bind(after.0)
            .bind(limit_of(octets))
            .fetch_all(&mut *self.0)
            .await?;
        rows(found, |row| {
            Ok((ObjectId(row.try_get("id")?), CalendarId(row.try_get("calendar_id")?), row.try_get("text")?))
        })
    }

    async fn reindex_object(&mut self, id: ObjectId, calendar: CalendarId, index: &Index) -> Result<()> {
        sqlx::query(
            "UPDATE objects SET uid = ?, component = ?, etag = ?, first_start = ?, last_end = ?, recurring = ?, summary = ? WHERE id = ?",
        )
        .bind(&index.uid)
        .bind(index.kind.name())
        .bind(&index.etag)
        .bind(index.extent.first_start)
        .bind(index.extent.last_end)
        .bind(index.extent.recurring)
        .bind(&index.summary)
        .bind(id.0)
        .execute(&mut *self.0)
        .await?;
        let (first, last) = minutes(&index.extent);
        sqlx::query("INSERT OR REPLACE INTO object_extents (id, first_minute, last_minute, calendar_low, calendar_high) VALUES (?, ?, ?, ?4, ?4)")
            .bind(id.0)
            .bind(first)
            .bind(last)
            .bind(calendar.0)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn log_change(&mut self, change: NewChange<'_>) -> Result<Revision> {
        let row = sqlx::query(
            "UPDATE calendars SET revision = revision + 1, objects = objects + ?, octets = octets + ? WHERE id = ? RETURNING revision",
        )
        .bind(change.growth.objects)
        .bind(change.growth.octets)
        .bind(change.calendar.0)
        .fetch_one(&mut *self.0)
        .await?;
        let revision: i64 = row.try_get("revision")?;
        sqlx::query("INSERT INTO changes (calendar_id, revision, name, removed, changed_at) VALUES (?, ?, ?, ?, ?)")
            .bind(change.calendar.0)
            .bind(revision)
            .bind(change.name)
            .bind(change.removed)
            .bind(millis(change.at))
            .execute(&mut *self.0)
            .await?;
        Ok(Revision(revision))
    }

    async fn changed_at(&mut self, calendar: CalendarId, revision: Revision) -> Result<Option<DateTime<Utc>>> {
        let row = sqlx::query("SELECT changed_at FROM changes WHERE calendar_id = ? AND revision = ?")
            .bind(calendar.0)
            .bind(revision.0)
            .fetch_optional(&mut *self.0)
            .await?;
        row.map(|row| instant(&row, "changed_at")).transpose()
    }

    async fn written_between(
        &mut self,
        calendar: CalendarId,
        since: Revision,
        until: Revision,
        limit: usize,
    ) -> Result<Vec<ObjectHead>> {
        let found =
            sql!(HEAD, "WHERE o.calendar_id = ? AND o.revision > ? AND o.revision <= ? ORDER BY o.revision LIMIT ?")
                .bind(calendar.0)
                .bind(since.0)
                .bind(until.0)
                .bind(limit_of(limit))
                .fetch_all(&mut *self.0)
                .await?;
        rows(found, head)
    }

    async fn removed_between(
        &mut self,
        calendar: CalendarId,
        since: Revision,
        until: Revision,
        limit: usize,
    ) -> Result<Vec<(Revision, String)>> {
        let found = sqlx::query(
            "SELECT max(c.revision) AS revision, c.name FROM changes c
             WHERE c.calendar_id = ?1 AND c.revision > ?2 AND c.revision <= ?3 AND c.removed
               AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.calendar_id = ?1 AND o.name = c.name)
             GROUP BY c.name ORDER BY 1 LIMIT ?4",
        )
        .bind(calendar.0)
        .bind(since.0)
        .bind(until.0)
        .bind(limit_of(limit))
        .fetch_all(&mut *self.0)
        .await?;
        rows(found, |row| Ok((Revision(row.try_get("revision")?), row.try_get("name")?)))
    }
}

fn app_password(row: &SqliteRow) -> Result<AppPassword> {
    let last_used: Option<i64> = row.try_get("last_used_at")?;
    Ok(AppPassword {
        id: row.try_get("app_id")?,
        label: row.try_get("label")?,
        created_at: instant(row, "created_at")?,
        last_used_at: last_used.and_then(DateTime::from_timestamp_millis),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_window_reads_the_interval_tree_and_the_objects_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = Sqlite::open(&folder.path().join("kalends.db")).await.unwrap();
        let plan = sqlx::query(sqlx::AssertSqlSafe(["EXPLAIN QUERY PLAN ", HEAD, CANDIDATES].concat()))
            .fetch_all(&database.readers)
            .await
            .unwrap();
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        assert!(steps.iter().any(|step| step.starts_with("SCAN e VIRTUAL TABLE INDEX 2:")), "{steps:?}");
        let objects: Vec<&String> = steps.iter().filter(|step| step.contains(" o ")).collect();
        assert_eq!(objects, ["SEARCH o USING INTEGER PRIMARY KEY (rowid=?)"], "{steps:?}");
    }
}
