//! Principals, their accounts, and the links by which a password is chosen.

use super::statement::{Row, broken, millis};
use super::{SecretHash, Transaction};
use crate::Result;
use crate::model::account::{AccountState, NewUser, Preferences, Theme, User};
use crate::model::principal::{Principal, PrincipalId};
use crate::model::profile::{DefaultView, WorkingHours};
use chrono::{DateTime, Utc, Weekday};

/// The columns of an account, of `users` as `u` and `principals` as `p`.
pub(super) const USER_COLUMNS: &str = "p.id, p.slug, p.display_name, u.email, u.is_admin, u.disabled_at, u.deleted_at,
    u.time_zone, u.locale, u.week_start, u.hour12, u.theme,
    u.default_view, u.reminder_minutes, u.working_hours,
    (SELECT t.digest FROM pictures t WHERE t.user_id = u.principal_id) AS picture ";
const USER: &[&str] = &["SELECT ", USER_COLUMNS, "FROM users u JOIN principals p ON p.id = u.principal_id "];
/// That somebody can sign in with the account of `users` as `u`.
pub(super) const ACTIVE: &str = " u.disabled_at IS NULL AND u.deleted_at IS NULL ";

pub(super) fn principal(row: &Row) -> Result<Principal> {
    Ok(Principal {
        id: PrincipalId(row.get("id")?),
        slug: row.get("slug")?,
        display_name: row.get("display_name")?,
        email: row.get("email")?,
    })
}

pub(super) fn user(row: &Row) -> Result<User> {
    let time_zone: Option<&str> = row.get("time_zone")?;
    let week_start: Option<i64> = row.get("week_start")?;
    let theme: Option<&str> = row.get("theme")?;
    let (view, hours): (Option<&str>, Option<&str>) = (row.get("default_view")?, row.get("working_hours")?);
    let reminder: Option<i64> = row.get("reminder_minutes")?;
    let picture: Option<Vec<u8>> = row.get("picture")?;
    let (disabled_at, deleted_at) = (row.optional_instant("disabled_at")?, row.optional_instant("deleted_at")?);
    Ok(User {
        principal: principal(row)?,
        is_admin: row.get("is_admin")?,
        state: match (deleted_at, disabled_at) {
            (Some(at), _) => AccountState::Deleted(at),
            (None, Some(at)) => AccountState::Disabled(at),
            (None, None) => AccountState::Active,
        },
        preferences: Preferences {
            time_zone: time_zone.and_then(|name| name.parse().ok()),
            locale: row.get("locale")?,
            week_start: week_start.and_then(|day| Weekday::try_from(u8::try_from(day).ok()?).ok()),
            hour12: row.get("hour12")?,
            theme: theme.and_then(Theme::from_name),
            view: view.and_then(DefaultView::from_name),
            reminder_minutes: reminder.and_then(|minutes| u32::try_from(minutes).ok()),
            working_hours: hours.and_then(WorkingHours::from_text),
        },
        picture: picture.map(|digest| digest.try_into().map_err(|_| broken("picture"))).transpose()?,
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
        if let Some(email) = &user.email {
            self.put_email_address(id, email, None, true, at).await?;
        }
        self.set_preferences(id, &user.preferences).await?;
        Ok(Some(id))
    }

    pub async fn user(&mut self, id: PrincipalId) -> Result<Option<User>> {
        let row = self.joined(&[USER, &["WHERE p.id = $1"]].concat()).bind(id.0).optional().await?;
        row.as_ref().map(user).transpose()
    }

    pub async fn user_by_slug(&mut self, slug: &str) -> Result<Option<User>> {
        let row = self.joined(&[USER, &["WHERE p.slug = $1"]].concat()).bind(slug).optional().await?;
        row.as_ref().map(user).transpose()
    }

    pub async fn set_preferences(&mut self, id: PrincipalId, preferences: &Preferences) -> Result<()> {
        self.sql(
            "UPDATE users SET time_zone = $1, locale = $2, week_start = $3, hour12 = $4, theme = $5, default_view = $6,
                reminder_minutes = $7, working_hours = $8 WHERE principal_id = $9",
        )
        .bind(preferences.time_zone.map(|zone| zone.name()))
        .bind(&preferences.locale)
        .bind(preferences.week_start.map(|day| i64::from(day.num_days_from_monday())))
        .bind(preferences.hour12)
        .bind(preferences.theme.map(Theme::name))
        .bind(preferences.view.map(DefaultView::name))
        .bind(preferences.reminder_minutes.map(i64::from))
        .bind(preferences.working_hours.map(|hours| hours.to_string()))
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
        let of_link = [
            "JOIN sign_in_links l ON l.user_id = u.principal_id WHERE l.secret_hash = $1 AND l.expires_at > $2 AND",
            ACTIVE,
        ];
        let row = self.joined(&[USER, &of_link].concat()).bind(&secret[..]).bind(millis(now)).optional().await?;
        row.as_ref().map(user).transpose()
    }

    /// Uses a link up that has not expired; yields whose it was, who can sign in.
    pub async fn take_sign_in_link(&mut self, secret: &SecretHash, now: DateTime<Utc>) -> Result<Option<PrincipalId>> {
        let row = self
            .joined(&[
                "DELETE FROM sign_in_links WHERE secret_hash = $1 AND expires_at > $2
                    AND user_id IN (SELECT u.principal_id FROM users u WHERE",
                ACTIVE,
                ") RETURNING user_id",
            ])
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
}
