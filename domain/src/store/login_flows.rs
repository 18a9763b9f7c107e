//! Programs that wait until somebody lets them in.

use super::statement::{Row, millis, signed};
use super::{SecretHash, Transaction};
use crate::Result;
use crate::model::account::LoginFlow;
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};

/// One that begins.
pub struct NewLoginFlow<'a> {
    /// By which the program asks whether it was let in,
    pub poll: &'a SecretHash,
    /// and by which it is told from others where somebody lets it in.
    pub login: &'a SecretHash,
    pub client: &'a str,
    pub address: Option<&'a str>,
    pub expires: DateTime<Utc>,
}

/// That somebody let one in.
pub struct Grant {
    pub user: PrincipalId,
    /// Of the app password.
    pub label: String,
    pub reads_only: bool,
}

fn login_flow(row: &Row) -> Result<LoginFlow> {
    Ok(LoginFlow {
        client: row.get("client")?,
        address: row.get("address")?,
        expires_at: row.instant("expires_at")?,
        is_granted: row.get::<Option<i64>>("user_id")?.is_some(),
    })
}

impl Transaction {
    pub async fn insert_login_flow(&mut self, new: NewLoginFlow<'_>) -> Result<()> {
        self.sql(
            "INSERT INTO login_flows (poll_hash, login_hash, client, address, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&new.poll[..])
        .bind(&new.login[..])
        .bind(new.client)
        .bind(new.address)
        .bind(millis(new.expires))
        .run()
        .await?;
        Ok(())
    }

    /// One that has not expired.
    pub async fn login_flow(&mut self, login: &SecretHash, now: DateTime<Utc>) -> Result<Option<LoginFlow>> {
        let row = self
            .sql(
                "SELECT client, address, expires_at, user_id FROM login_flows WHERE login_hash = $1 AND expires_at > $2",
            )
            .bind(&login[..])
            .bind(millis(now))
            .optional()
            .await?;
        row.as_ref().map(login_flow).transpose()
    }

    /// Lets one in that nobody has let in. Yields whether there was one.
    pub async fn grant_login_flow(&mut self, login: &SecretHash, grant: &Grant, now: DateTime<Utc>) -> Result<bool> {
        let granted = self
            .sql(
                "UPDATE login_flows SET user_id = $2, label = $3, reads_only = $4
                 WHERE login_hash = $1 AND user_id IS NULL AND expires_at > $5",
            )
            .bind(&login[..])
            .bind(grant.user.0)
            .bind(&grant.label)
            .bind(grant.reads_only)
            .bind(millis(now))
            .run()
            .await?;
        Ok(granted > 0)
    }

    /// Sends one away that nobody has let in. Yields whether there was one.
    pub async fn refuse_login_flow(&mut self, login: &SecretHash) -> Result<bool> {
        let statement = self.sql("DELETE FROM login_flows WHERE login_hash = $1 AND user_id IS NULL");
        Ok(statement.bind(&login[..]).run().await? > 0)
    }

    /// Whether one that somebody has let in waits.
    pub async fn is_login_flow_granted(&mut self, poll: &SecretHash, now: DateTime<Utc>) -> Result<bool> {
        let statement =
            self.sql("SELECT 1 FROM login_flows WHERE poll_hash = $1 AND user_id IS NOT NULL AND expires_at > $2");
        Ok(statement.bind(&poll[..]).bind(millis(now)).optional().await?.is_some())
    }

    /// Uses up one that somebody has let in.
    pub async fn take_login_flow(&mut self, poll: &SecretHash, now: DateTime<Utc>) -> Result<Option<Grant>> {
        let row = self
            .sql(
                "DELETE FROM login_flows WHERE poll_hash = $1 AND user_id IS NOT NULL AND expires_at > $2
                 RETURNING user_id, label, reads_only",
            )
            .bind(&poll[..])
            .bind(millis(now))
            .optional()
            .await?;
        let read = |row: Row| {
            Ok(Grant {
                user: PrincipalId(row.get("user_id")?),
                label: row.get("label")?,
                reads_only: row.get("reads_only")?,
            })
        };
        row.map(read).transpose()
    }

    /// Removes what has expired, and of the rest so much that `most` are left: those that expire last.
    pub async fn limit_login_flows(&mut self, now: DateTime<Utc>, most: usize) -> Result<()> {
        self.sql("DELETE FROM login_flows WHERE expires_at <= $1").bind(millis(now)).run().await?;
        self.sql(
            "DELETE FROM login_flows WHERE poll_hash IN
                (SELECT poll_hash FROM login_flows ORDER BY expires_at DESC LIMIT 1000 OFFSET $1)",
        )
        .bind(signed(most))
        .run()
        .await?;
        Ok(())
    }

    /// Ends those that somebody has let in and that have not fetched their app password.
    pub async fn delete_login_flows(&mut self, user: PrincipalId) -> Result<()> {
        self.sql("DELETE FROM login_flows WHERE user_id = $1").bind(user.0).run().await?;
        Ok(())
    }
}
