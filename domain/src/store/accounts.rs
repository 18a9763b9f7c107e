//! Principals, accounts, and what they sign in with.

use super::statement::{Row, millis};
use super::{SecretHash, Transaction};
use crate::Result;
use crate::model::account::{AppPassword, NewUser, Preferences, Theme, User};
use crate::model::principal::{Principal, PrincipalId};
use chrono::{DateTime, Utc, Weekday};

const USER: &str =
    "SELECT p.id, p.slug, p.display_name, u.email, u.is_admin, u.time_zone, u.locale, u.week_start, u.hour12, u.theme
    FROM users u JOIN principals p ON p.id = u.principal_id ";
const SESSION_USER: &str =
    "SELECT p.id, p.slug, p.display_name, u.email, u.is_admin, u.time_zone, u.locale, u.week_start, u.hour12, u.theme, s.used_at
    FROM sessions s JOIN users u ON u.principal_id = s.user_id JOIN principals p ON p.id = u.principal_id ";

fn principal(row: &Row) -> Result<Principal> {
    Ok(Principal {
        id: PrincipalId(row.get("id")?),
        slug: row.get("slug")?,
        display_name: row.get("display_name")?,
        email: row.get("email")?,
    })
}

fn user(row: &Row) -> Result<User> {
    let time_zone: Option<&str> = row.get("time_zone")?;
    let week_start: Option<i64> = row.get("week_start")?;
    let theme: Option<&str> = row.get("theme")?;
    Ok(User {
        principal: principal(row)?,
        is_admin: row.get("is_admin")?,
        preferences: Preferences {
            time_zone: time_zone.and_then(|name| name.parse().ok()),
            locale: row.get("locale")?,
            week_start: week_start.and_then(|day| Weekday::try_from(u8::try_from(day).ok()?).ok()),
            hour12: row.get("hour12")?,
            theme: theme.and_then(Theme::from_name),
        },
    })
}

fn app_password(row: &Row) -> Result<AppPassword> {
    let last_used: Option<i64> = row.get("last_used_at")?;
    Ok(AppPassword {
        id: row.get("app_id")?,
        label: row.get("label")?,
        created_at: row.instant("created_at")?,
        last_used_at: last_used.and_then(DateTime::from_timestamp_millis),
    })
}

impl Transaction {
    pub async fn has_users(&mut self) -> Result<bool> {
        Ok(self.sql("SELECT 1 FROM users LIMIT 1").optional().await?.is_some())
    }

    /// `None` when the slug is taken.
    pub async fn insert_user(&mut self, user: &NewUser, at: DateTime<Utc>) -> Result<Option<PrincipalId>> {
        let row = self.sql(
            "INSERT INTO principals (kind, slug, display_name) VALUES ('person', $1, $2) ON CONFLICT (slug) DO NOTHING RETURNING id",
        )
        .bind(&user.slug)
        .bind(&user.display_name)
        .optional()
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id: i64 = row.get("id")?;
        self.sql("INSERT INTO users (principal_id, email, is_admin, created_at) VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(&user.email)
            .bind(user.is_admin)
            .bind(millis(at))
            .run()
            .await?;
        let id = PrincipalId(id);
        self.set_preferences(id, &user.preferences).await?;
        Ok(Some(id))
    }

    pub async fn user(&mut self, id: PrincipalId) -> Result<Option<User>> {
        let row = self.joined(&[USER, "WHERE p.id = $1"]).bind(id.0).optional().await?;
        row.as_ref().map(user).transpose()
    }

    pub async fn user_by_slug(&mut self, slug: &str) -> Result<Option<User>> {
        let row = self.joined(&[USER, "WHERE p.slug = $1"]).bind(slug).optional().await?;
        row.as_ref().map(user).transpose()
    }

    pub async fn set_preferences(&mut self, id: PrincipalId, preferences: &Preferences) -> Result<()> {
        self.sql(
            "UPDATE users SET time_zone = $1, locale = $2, week_start = $3, hour12 = $4, theme = $5 WHERE principal_id = $6",
        )
        .bind(preferences.time_zone.map(|zone| zone.name()))
        .bind(&preferences.locale)
        .bind(preferences.week_start.map(|day| i64::from(day.num_days_from_monday())))
        .bind(preferences.hour12)
        .bind(preferences.theme.map(Theme::name))
        .bind(id.0)
        .run()
        .await?;
        Ok(())
    }

    pub async fn password_hash(&mut self, id: PrincipalId) -> Result<Option<String>> {
        let row = self.sql("SELECT password_hash FROM users WHERE principal_id = $1").bind(id.0).optional().await?;
        row.map_or(Ok(None), |row| row.get("password_hash"))
    }

    pub async fn set_password_hash(&mut self, id: PrincipalId, hash: &str) -> Result<()> {
        self.sql("UPDATE users SET password_hash = $1 WHERE principal_id = $2").bind(hash).bind(id.0).run().await?;
        Ok(())
    }

    pub async fn insert_session(
        &mut self,
        secret: &SecretHash,
        user: PrincipalId,
        at: DateTime<Utc>,
        expires: DateTime<Utc>,
    ) -> Result<()> {
        self.sql(
            "INSERT INTO sessions (secret_hash, user_id, created_at, used_at, expires_at) VALUES ($1, $2, $3, $3, $4)",
        )
        .bind(&secret[..])
        .bind(user.0)
        .bind(millis(at))
        .bind(millis(expires))
        .run()
        .await?;
        Ok(())
    }

    /// The account of the session, unless it has expired or was not used after `idle_since`; and when it was used last.
    pub async fn session_user(
        &mut self,
        secret: &SecretHash,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<Option<(User, DateTime<Utc>)>> {
        let row = self
            .joined(&[SESSION_USER, "WHERE s.secret_hash = $1 AND s.expires_at > $2 AND s.used_at > $3"])
            .bind(&secret[..])
            .bind(millis(now))
            .bind(millis(idle_since))
            .optional()
            .await?;
        row.map(|row| Ok((user(&row)?, row.instant("used_at")?))).transpose()
    }

    pub async fn touch_session(&mut self, secret: &SecretHash, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE sessions SET used_at = $1 WHERE secret_hash = $2")
            .bind(millis(at))
            .bind(&secret[..])
            .run()
            .await?;
        Ok(())
    }

    pub async fn delete_session(&mut self, secret: &SecretHash) -> Result<()> {
        self.sql("DELETE FROM sessions WHERE secret_hash = $1").bind(&secret[..]).run().await?;
        Ok(())
    }

    pub async fn delete_sessions(&mut self, user: PrincipalId) -> Result<()> {
        self.sql("DELETE FROM sessions WHERE user_id = $1").bind(user.0).run().await?;
        Ok(())
    }

    /// Removes the sessions of anyone that are over: expired, or not used after `idle_since`.
    pub async fn delete_ended_sessions(&mut self, now: DateTime<Utc>, idle_since: DateTime<Utc>) -> Result<()> {
        self.sql("DELETE FROM sessions WHERE expires_at <= $1 OR used_at <= $2")
            .bind(millis(now))
            .bind(millis(idle_since))
            .run()
            .await?;
        Ok(())
    }

    pub async fn insert_sign_in_link(
        &mut self,
        secret: &SecretHash,
        user: PrincipalId,
        expires: DateTime<Utc>,
    ) -> Result<()> {
        self.sql("INSERT INTO sign_in_links (secret_hash, user_id, expires_at) VALUES ($1, $2, $3)")
            .bind(&secret[..])
            .bind(user.0)
            .bind(millis(expires))
            .run()
            .await?;
        Ok(())
    }

    pub async fn sign_in_link_user(&mut self, secret: &SecretHash, now: DateTime<Utc>) -> Result<Option<User>> {
        let row = self
            .joined(&[
                USER,
                "JOIN sign_in_links l ON l.user_id = u.principal_id WHERE l.secret_hash = $1 AND l.expires_at > $2",
            ])
            .bind(&secret[..])
            .bind(millis(now))
            .optional()
            .await?;
        row.as_ref().map(user).transpose()
    }

    /// Uses a link up that has not expired; yields whose it was.
    pub async fn take_sign_in_link(&mut self, secret: &SecretHash, now: DateTime<Utc>) -> Result<Option<PrincipalId>> {
        let row = self
            .sql("DELETE FROM sign_in_links WHERE secret_hash = $1 AND expires_at > $2 RETURNING user_id")
            .bind(&secret[..])
            .bind(millis(now))
            .optional()
            .await?;
        row.map(|row| Ok(PrincipalId(row.get("user_id")?))).transpose()
    }

    pub async fn delete_sign_in_links(&mut self, user: PrincipalId) -> Result<()> {
        self.sql("DELETE FROM sign_in_links WHERE user_id = $1").bind(user.0).run().await?;
        Ok(())
    }

    pub async fn app_passwords(&mut self, user: PrincipalId) -> Result<Vec<AppPassword>> {
        self.sql(
            "SELECT id AS app_id, label, created_at, last_used_at FROM app_passwords WHERE user_id = $1 ORDER BY id",
        )
        .bind(user.0)
        .all(app_password)
        .await
    }

    pub async fn insert_app_password(
        &mut self,
        user: PrincipalId,
        label: &str,
        secret: &SecretHash,
        at: DateTime<Utc>,
    ) -> Result<i64> {
        let row = self.sql(
            "INSERT INTO app_passwords (user_id, label, secret_hash, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(user.0)
        .bind(label)
        .bind(&secret[..])
        .bind(millis(at))
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

    pub async fn app_password_owner(
        &mut self,
        slug: &str,
        secret: &SecretHash,
    ) -> Result<Option<(Principal, AppPassword)>> {
        let row = self
            .sql(
                "SELECT p.id, p.slug, p.display_name, u.email, a.id AS app_id, a.label, a.created_at, a.last_used_at
             FROM app_passwords a JOIN users u ON u.principal_id = a.user_id JOIN principals p ON p.id = a.user_id
             WHERE a.secret_hash = $1 AND p.slug = $2",
            )
            .bind(&secret[..])
            .bind(slug)
            .optional()
            .await?;
        row.map(|row| Ok((principal(&row)?, app_password(&row)?))).transpose()
    }

    pub async fn touch_app_password(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE app_passwords SET last_used_at = $1 WHERE id = $2").bind(millis(at)).bind(id).run().await?;
        Ok(())
    }
}
