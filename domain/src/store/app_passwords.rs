//! What other programs than browsers sign in with: app passwords and tokens.

use super::accounts::{ACTIVE, principal};
use super::statement::{Row, broken, millis};
use super::{SecretHash, Transaction};
use crate::Result;
use crate::model::account::{AppPassword, CredentialKind};
use crate::model::calendar::CalendarId;
use crate::model::principal::{Access, Principal, PrincipalId};
use chrono::{DateTime, Utc};

const COLUMNS: &str =
    "a.id AS app_id, a.kind, a.label, a.ceiling, a.calendar_id, a.created_at, a.last_used_at, a.expires_at ";

fn app_password(row: &Row) -> Result<AppPassword> {
    Ok(AppPassword {
        id: row.get("app_id")?,
        kind: CredentialKind::from_name(row.get("kind")?).ok_or_else(|| broken("kind"))?,
        label: row.get("label")?,
        ceiling: Access::from_number(row.get("ceiling")?),
        only: row.get::<Option<i64>>("calendar_id")?.map(CalendarId),
        created_at: row.instant("created_at")?,
        last_used_at: row.optional_instant("last_used_at")?,
        expires_at: row.optional_instant("expires_at")?,
    })
}

impl Transaction {
    pub async fn app_passwords(&mut self, user: PrincipalId) -> Result<Vec<AppPassword>> {
        self.joined(&["SELECT ", COLUMNS, "FROM app_passwords a WHERE a.user_id = $1 ORDER BY a.id"])
            .bind(user.0)
            .all(app_password)
            .await
    }

    /// Stores `new`, whose id does not count; yields the id that it has.
    pub async fn insert_app_password(
        &mut self,
        user: PrincipalId,
        new: &AppPassword,
        secret: &SecretHash,
    ) -> Result<i64> {
        let row = self
            .sql(
                "INSERT INTO app_passwords (user_id, kind, label, secret_hash, ceiling, calendar_id, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            )
            .bind(user.0)
            .bind(new.kind.name())
            .bind(&new.label)
            .bind(&secret[..])
            .bind(new.ceiling.number())
            .bind(new.only.map(|calendar| calendar.0))
            .bind(millis(new.created_at))
            .bind(new.expires_at.map(millis))
            .one()
            .await?;
        row.get("id")
    }

    /// Whether there was one.
    pub async fn delete_app_password(&mut self, user: PrincipalId, id: i64) -> Result<bool> {
        let removed =
            self.sql("DELETE FROM app_passwords WHERE user_id = $1 AND id = $2").bind(user.0).bind(id).run().await?;
        Ok(removed > 0)
    }

    /// The credential of this kind and secret and whose it is, who can sign in: of who is called `name` or has that address of e-mail (in
    /// small letters), or of anybody for `None`.
    pub async fn app_password_owner(
        &mut self,
        kind: CredentialKind,
        name: Option<&str>,
        secret: &SecretHash,
    ) -> Result<Option<(Principal, AppPassword)>> {
        let row = self
            .joined(&[
                "SELECT p.id, p.slug, p.display_name, u.email, ",
                COLUMNS,
                "FROM app_passwords a JOIN users u ON u.principal_id = a.user_id JOIN principals p ON p.id = a.user_id
                 WHERE a.secret_hash = $1 AND a.kind = $2 AND ($3 IS NULL OR p.slug = $3 OR EXISTS (
                    SELECT 1 FROM email_addresses e WHERE e.user_id = p.id AND e.address_key = $3 AND e.verified_at IS NOT NULL)) AND",
                ACTIVE,
            ])
            .bind(&secret[..])
            .bind(kind.name())
            .bind(name)
            .optional()
            .await?;
        row.map(|row| Ok((principal(&row)?, app_password(&row)?))).transpose()
    }

    pub async fn touch_app_password(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE app_passwords SET last_used_at = $1 WHERE id = $2").bind(millis(at)).bind(id).run().await?;
        Ok(())
    }
}
