//! Accounts as those see them who look after them, and what becomes of the calendars of one that goes.

use super::Transaction;
use super::accounts::{ACTIVE, USER_COLUMNS, user};
use super::statement::{Row, millis, signed};
use crate::Result;
use crate::model::account::Person;
use crate::model::calendar::CalendarId;
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};

const PERSON: &[&str] = &[
    "SELECT ",
    USER_COLUMNS,
    ", u.created_at, u.password_hash IS NOT NULL AS has_password,
        (SELECT max(s.used_at) FROM sessions s WHERE s.user_id = p.id) AS session_used,
        (SELECT max(d.used_at) FROM devices d WHERE d.user_id = p.id) AS device_used,
        (SELECT max(a.last_used_at) FROM app_passwords a WHERE a.user_id = p.id) AS program_used,
        (SELECT count(*) FROM calendars c WHERE c.owner_id = p.id AND c.deleted_at IS NULL) AS calendars,
        (SELECT CAST(coalesce(sum(c.objects), 0) AS BIGINT) FROM calendars c
            WHERE c.owner_id = p.id AND c.deleted_at IS NULL) AS objects
     FROM users u JOIN principals p ON p.id = u.principal_id ",
];

fn person(row: &Row) -> Result<Person> {
    let used = ["session_used", "device_used", "program_used"].map(|column| row.optional_instant(column));
    let used = used.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(Person {
        user: user(row)?,
        created_at: row.instant("created_at")?,
        has_password: row.get("has_password")?,
        seen_at: used.into_iter().max().flatten(),
        calendars: row.count("calendars")?,
        objects: row.count("objects")?,
    })
}

/// A calendar that somebody owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedCalendar {
    pub id: CalendarId,
    pub slug: String,
}

impl Transaction {
    pub async fn person(&mut self, id: PrincipalId) -> Result<Option<Person>> {
        let row = self.joined(&[PERSON, &["WHERE p.id = $1"]].concat()).bind(id.0).optional().await?;
        row.as_ref().map(person).transpose()
    }

    /// Those whose names or e-mail have `search` in them, in the order of their names; `piece`: how many are passed over, and most.
    pub async fn people(&mut self, search: &str, piece: (usize, usize)) -> Result<Vec<Person>> {
        let wanted = ["WHERE lower(p.slug) LIKE $1 ESCAPE '\\' OR lower(p.display_name) LIKE $1 ESCAPE '\\'
                OR EXISTS (SELECT 1 FROM email_addresses e WHERE e.user_id = p.id AND e.address_key LIKE $1 ESCAPE '\\') ORDER BY lower(p.display_name), p.id LIMIT $2 OFFSET $3"];
        let literal = search.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.joined(&[PERSON, &wanted].concat())
            .bind(format!("%{literal}%"))
            .bind(signed(piece.1))
            .bind(signed(piece.0))
            .all(person)
            .await
    }

    /// The administrators who can sign in; others who ask wait until this transaction ends.
    pub async fn lock_administrators(&mut self) -> Result<Vec<PrincipalId>> {
        let lock = self.row_lock(" FOR UPDATE");
        let parts =
            ["SELECT u.principal_id FROM users u WHERE u.is_admin AND", ACTIVE, "ORDER BY u.principal_id", lock];
        self.joined(&parts).all(|row| Ok(PrincipalId(row.get("principal_id")?))).await
    }

    /// The addresses that are shown of administrators, each once.
    pub async fn administrators_addresses(&mut self) -> Result<Vec<String>> {
        let parts = [
            "SELECT DISTINCT u.email FROM users u WHERE u.is_admin AND u.email IS NOT NULL AND",
            ACTIVE,
            "ORDER BY u.email",
        ];
        self.joined(&parts).all(|row| row.get("email")).await
    }

    pub async fn set_profile(&mut self, id: PrincipalId, display_name: &str, is_admin: bool) -> Result<()> {
        let names = self.sql("UPDATE principals SET display_name = $2 WHERE id = $1");
        names.bind(id.0).bind(display_name).run().await?;
        let account = self.sql("UPDATE users SET is_admin = $2 WHERE principal_id = $1");
        account.bind(id.0).bind(is_admin).run().await?;
        Ok(())
    }

    /// `None`: people can sign in with it.
    pub async fn set_disabled(&mut self, id: PrincipalId, at: Option<DateTime<Utc>>) -> Result<()> {
        let statement = self.sql("UPDATE users SET disabled_at = $2 WHERE principal_id = $1");
        statement.bind(id.0).bind(at.map(millis)).run().await?;
        Ok(())
    }

    /// `None`: it does not rest in the bin.
    pub async fn set_deleted(&mut self, id: PrincipalId, at: Option<DateTime<Utc>>) -> Result<()> {
        let statement = self.sql("UPDATE users SET deleted_at = $2 WHERE principal_id = $1");
        statement.bind(id.0).bind(at.map(millis)).run().await?;
        Ok(())
    }

    /// The calendars of `owner` that do not rest in the bin, in the order of their ids.
    pub async fn owned_calendars(&mut self, owner: PrincipalId) -> Result<Vec<OwnedCalendar>> {
        let statement =
            self.sql("SELECT id, slug FROM calendars WHERE owner_id = $1 AND deleted_at IS NULL ORDER BY id");
        let read = |row: &Row| Ok(OwnedCalendar { id: CalendarId(row.get("id")?), slug: row.get("slug")? });
        statement.bind(owner.0).all(read).await
    }

    pub async fn has_calendar(&mut self, owner: PrincipalId, slug: &str) -> Result<bool> {
        let statement = self.sql("SELECT 1 FROM calendars WHERE owner_id = $1 AND slug = $2");
        Ok(statement.bind(owner.0).bind(slug).optional().await?.is_some())
    }

    /// The calendar is of `to` from now on, under `slug`; what was granted to them of it says nothing any more, nor does how `from` saw it.
    pub async fn set_owner(&mut self, id: CalendarId, from: PrincipalId, to: PrincipalId, slug: &str) -> Result<()> {
        let statement = self.sql("UPDATE calendars SET owner_id = $2, slug = $3 WHERE id = $1");
        statement.bind(id.0).bind(to.0).bind(slug).run().await?;
        let statement = self.sql("DELETE FROM grants WHERE calendar_id = $1 AND principal_id = $2");
        statement.bind(id.0).bind(to.0).run().await?;
        let statement = self.sql("DELETE FROM calendar_views WHERE calendar_id = $1 AND principal_id = $2");
        statement.bind(id.0).bind(from.0).run().await?;
        Ok(())
    }

    /// Removes for good the accounts that have rested since before `before` and whose calendars are gone. Yields how many.
    pub async fn delete_expired_people(&mut self, before: DateTime<Utc>) -> Result<u64> {
        self.sql(
            "DELETE FROM principals WHERE id IN (SELECT principal_id FROM users WHERE deleted_at < $1)
                AND NOT EXISTS (SELECT 1 FROM calendars c WHERE c.owner_id = principals.id)",
        )
        .bind(millis(before))
        .run()
        .await
    }
}
