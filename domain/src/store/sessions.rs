//! Sessions of browsers, and the devices in which people signed in.

use super::accounts::{ACTIVE, USER_COLUMNS, user};
use super::statement::{Row, broken, millis};
use super::{SecretHash, Transaction};
use crate::Result;
use crate::model::account::{Session, SessionId, User};
use crate::model::identity::ProviderSession;
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};

/// A session about to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    pub secret: &'a SecretHash,
    pub user: PrincipalId,
    pub at: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    pub user_agent: Option<&'a str>,
    pub address: Option<&'a str>,
    pub provider: Option<&'a ProviderSession>,
    /// Sealed.
    pub id_token: Option<&'a [u8]>,
}

fn session(row: &Row) -> Result<Session> {
    let secret_hash: &[u8] = row.get("secret_hash")?;
    Ok(Session {
        id: SessionId(secret_hash.try_into().map_err(|_| broken("secret_hash"))?),
        created_at: row.instant("created_at")?,
        used_at: row.instant("used_at")?,
        user_agent: row.get("user_agent")?,
        address: row.get("address")?,
    })
}

impl Transaction {
    pub async fn insert_session(&mut self, new: NewSession<'_>) -> Result<()> {
        self.sql(
            "INSERT INTO sessions (secret_hash, user_id, created_at, used_at, expires_at, user_agent, address,
                issuer, subject, provider_session, id_token)
             VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&new.secret[..])
        .bind(new.user.0)
        .bind(millis(new.at))
        .bind(millis(new.expires))
        .bind(new.user_agent)
        .bind(new.address)
        .bind(new.provider.map(|provider| &provider.issuer))
        .bind(new.provider.map(|provider| &provider.subject))
        .bind(new.provider.and_then(|provider| provider.id.as_deref()))
        .bind(new.id_token)
        .run()
        .await?;
        Ok(())
    }

    /// The account of the session, unless it has expired, was not used after `idle_since`, or nobody can sign in with the account; and
    /// when it was used last.
    pub async fn session_user(
        &mut self,
        secret: &SecretHash,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<Option<(User, DateTime<Utc>)>> {
        let row = self
            .joined(&[
                "SELECT s.used_at, ",
                USER_COLUMNS,
                "FROM sessions s JOIN users u ON u.principal_id = s.user_id JOIN principals p ON p.id = u.principal_id
                 WHERE s.secret_hash = $1 AND s.expires_at > $2 AND s.used_at > $3 AND",
                ACTIVE,
            ])
            .bind(&secret[..])
            .bind(millis(now))
            .bind(millis(idle_since))
            .optional()
            .await?;
        row.map(|row| Ok((user(&row)?, row.instant("used_at")?))).transpose()
    }

    /// The sessions of an account that are not over, the one that was used last first.
    pub async fn sessions(
        &mut self,
        user: PrincipalId,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<Vec<Session>> {
        self.sql(
            "SELECT secret_hash, created_at, used_at, user_agent, address FROM sessions
             WHERE user_id = $1 AND expires_at > $2 AND used_at > $3 ORDER BY used_at DESC, created_at DESC",
        )
        .bind(user.0)
        .bind(millis(now))
        .bind(millis(idle_since))
        .all(session)
        .await
    }

    pub async fn touch_session(&mut self, secret: &SecretHash, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE sessions SET used_at = $1 WHERE secret_hash = $2")
            .bind(millis(at))
            .bind(&secret[..])
            .run()
            .await?;
        Ok(())
    }

    /// Yields the session at the provider that it was opened by, without its ID token, and that sealed.
    pub async fn delete_session(&mut self, secret: &SecretHash) -> Result<Option<(ProviderSession, Option<Vec<u8>>)>> {
        let statement = self
            .sql("DELETE FROM sessions WHERE secret_hash = $1 RETURNING issuer, subject, provider_session, id_token");
        let Some(row) = statement.bind(&secret[..]).optional().await? else { return Ok(None) };
        let issuer: Option<String> = row.get("issuer")?;
        let subject: Option<String> = row.get("subject")?;
        let Some((issuer, subject)) = issuer.zip(subject) else { return Ok(None) };
        let provider = ProviderSession { issuer, subject, id: row.get("provider_session")?, id_token: None };
        Ok(Some((provider, row.get("id_token")?)))
    }

    /// Whether the account had such a session.
    pub async fn delete_session_of(&mut self, user: PrincipalId, id: SessionId) -> Result<bool> {
        let statement = self.sql("DELETE FROM sessions WHERE user_id = $1 AND secret_hash = $2");
        Ok(statement.bind(user.0).bind(&id.0[..]).run().await? > 0)
    }

    /// Yields how many there were.
    pub async fn delete_sessions_but(&mut self, user: PrincipalId, kept: &SecretHash) -> Result<u64> {
        let statement = self.sql("DELETE FROM sessions WHERE user_id = $1 AND secret_hash <> $2");
        statement.bind(user.0).bind(&kept[..]).run().await
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

    /// Whether somebody signed in with the account in the device; of `None`, with any account.
    pub async fn is_device(&mut self, user: Option<PrincipalId>, secret: &SecretHash) -> Result<bool> {
        let statement =
            self.sql("SELECT 1 FROM devices WHERE secret_hash = $1 AND ($2 IS NULL OR user_id = $2) LIMIT 1");
        Ok(statement.bind(&secret[..]).bind(user.map(|user| user.0)).optional().await?.is_some())
    }

    /// Somebody has just signed in with the account in the device.
    pub async fn touch_device(&mut self, user: PrincipalId, secret: &SecretHash, at: DateTime<Utc>) -> Result<()> {
        self.sql(
            "INSERT INTO devices (user_id, secret_hash, used_at) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, secret_hash) DO UPDATE SET used_at = excluded.used_at",
        )
        .bind(user.0)
        .bind(&secret[..])
        .bind(millis(at))
        .run()
        .await?;
        Ok(())
    }

    /// Forgets the devices in which nobody has signed in since `before`.
    pub async fn delete_devices(&mut self, before: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM devices WHERE used_at < $1").bind(millis(before)).run().await
    }
}
