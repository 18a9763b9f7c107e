//! Accounts at services elsewhere. The credentials come sealed, and leave so.

use super::Transaction;
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::principal::PrincipalId;
use crate::model::remote_account::{AccountState, ProviderKind, RemoteAccount, RemoteAccountId};
use chrono::{DateTime, Utc};

const SELECT: &str =
    "SELECT id, principal_id, provider, preset, name, settings, state, why, created_at, changed_at, checked_at, new_calendars
    FROM remote_accounts ";

/// An account about to be stored, without its credentials.
#[derive(Clone, Copy, Debug)]
pub struct NewRemoteAccount<'a> {
    pub owner: PrincipalId,
    pub provider: ProviderKind,
    pub preset: Option<&'a str>,
    pub name: &'a str,
    pub settings: &'a str,
    pub at: DateTime<Utc>,
}

fn account(row: &Row) -> Result<RemoteAccount> {
    Ok(RemoteAccount {
        id: RemoteAccountId(row.get("id")?),
        owner: PrincipalId(row.get("principal_id")?),
        provider: ProviderKind::from_name(row.get("provider")?).ok_or_else(|| broken("provider"))?,
        preset: row.get("preset")?,
        name: row.get("name")?,
        settings: row.get("settings")?,
        state: AccountState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?,
        why: row.get("why")?,
        created_at: row.instant("created_at")?,
        changed_at: row.instant("changed_at")?,
        checked_at: row.optional_instant("checked_at")?,
        new_calendars: row.count("new_calendars")?,
    })
}

impl Transaction {
    /// Those of a person, the oldest first.
    pub async fn remote_accounts(&mut self, owner: PrincipalId) -> Result<Vec<RemoteAccount>> {
        let parts = [SELECT, "WHERE principal_id = $1 ORDER BY id"];
        self.joined(&parts).bind(owner.0).all(account).await
    }

    /// One, whosever it is.
    pub async fn remote_account(&mut self, id: RemoteAccountId) -> Result<Option<RemoteAccount>> {
        let row = self.joined(&[SELECT, "WHERE id = $1"]).bind(id.0).optional().await?;
        row.as_ref().map(account).transpose()
    }

    /// Those of everybody, with the name in addresses of whose they are and the credentials as they are sealed.
    pub async fn all_remote_accounts(&mut self) -> Result<Vec<(RemoteAccount, String, Option<Vec<u8>>)>> {
        let statement = self.sql(
            "SELECT a.id, a.principal_id, a.provider, a.preset, a.name, a.settings, a.state, a.why, a.created_at, a.changed_at,
                a.checked_at, a.new_calendars, a.credentials, p.slug
             FROM remote_accounts a JOIN principals p ON p.id = a.principal_id ORDER BY a.id",
        );
        statement.all(|row| Ok((account(row)?, row.get("slug")?, row.get("credentials")?))).await
    }

    /// As they are sealed; `None`: it has none, or is not there.
    pub async fn remote_credentials(&mut self, id: RemoteAccountId) -> Result<Option<Vec<u8>>> {
        let statement = self.sql("SELECT credentials FROM remote_accounts WHERE id = $1");
        Ok(statement.bind(id.0).optional().await?.map(|row| row.get("credentials")).transpose()?.flatten())
    }

    /// Those of everybody, as they are sealed, after the account `after`, as many as `most`.
    pub async fn all_remote_credentials(
        &mut self,
        after: RemoteAccountId,
        most: i64,
    ) -> Result<Vec<(RemoteAccountId, Vec<u8>)>> {
        let statement = self.sql(
            "SELECT id, credentials FROM remote_accounts WHERE id > $1 AND credentials IS NOT NULL ORDER BY id LIMIT $2",
        );
        let read = |row: &Row| Ok((RemoteAccountId(row.get("id")?), row.get("credentials")?));
        statement.bind(after.0).bind(most).all(read).await
    }

    pub async fn insert_remote_account(&mut self, new: NewRemoteAccount<'_>) -> Result<RemoteAccountId> {
        let row = self
            .sql(
                "INSERT INTO remote_accounts (principal_id, provider, preset, name, settings, state, created_at, changed_at, checked_at)
                 VALUES ($1, $2, $3, $4, $5, 'active', $6, $6, $6) RETURNING id",
            )
            .bind(new.owner.0)
            .bind(new.provider.name())
            .bind(new.preset)
            .bind(new.name)
            .bind(new.settings)
            .bind(millis(new.at))
            .one()
            .await?;
        Ok(RemoteAccountId(row.get("id")?))
    }

    /// Yields whether the account is there.
    pub async fn set_remote_credentials(&mut self, id: RemoteAccountId, sealed: &[u8]) -> Result<bool> {
        let statement = self.sql("UPDATE remote_accounts SET credentials = $2 WHERE id = $1");
        Ok(statement.bind(id.0).bind(sealed).run().await? > 0)
    }

    /// The same credentials sealed by another key, unless others have taken their place.
    pub async fn reseal_remote_credentials(&mut self, id: RemoteAccountId, old: &[u8], new: &[u8]) -> Result<bool> {
        let statement = self.sql("UPDATE remote_accounts SET credentials = $3 WHERE id = $1 AND credentials = $2");
        Ok(statement.bind(id.0).bind(old).bind(new).run().await? > 0)
    }

    /// Yields whether the account is there.
    pub async fn rename_remote_account(&mut self, id: RemoteAccountId, name: &str, at: DateTime<Utc>) -> Result<bool> {
        let statement = self.sql("UPDATE remote_accounts SET name = $2, changed_at = $3 WHERE id = $1");
        Ok(statement.bind(id.0).bind(name).bind(millis(at)).run().await? > 0)
    }

    /// Where the account is, as it was found again.
    pub async fn set_remote_settings(&mut self, id: RemoteAccountId, settings: &str, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql("UPDATE remote_accounts SET settings = $2, changed_at = $3 WHERE id = $1");
        statement.bind(id.0).bind(settings).bind(millis(at)).run().await?;
        Ok(())
    }

    /// Another state, with what the service said. Yields whether it had another one.
    pub async fn set_remote_account_state(
        &mut self,
        id: RemoteAccountId,
        state: AccountState,
        why: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let statement = self.sql(
            "UPDATE remote_accounts SET state = $2, why = $3, changed_at = $4 WHERE id = $1
             AND (state <> $2 OR COALESCE(why, '') <> COALESCE($3, ''))",
        );
        Ok(statement.bind(id.0).bind(state.name()).bind(why).bind(millis(at)).run().await? > 0)
    }

    /// The service has let it in.
    pub async fn touch_remote_account(&mut self, id: RemoteAccountId, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql("UPDATE remote_accounts SET checked_at = $2 WHERE id = $1");
        statement.bind(id.0).bind(millis(at)).run().await?;
        Ok(())
    }

    /// When its calendars were last listed, and the ids of those that its owner knows of.
    pub async fn remote_listing(
        &mut self,
        id: RemoteAccountId,
    ) -> Result<(Option<DateTime<Utc>>, Option<Vec<String>>)> {
        let statement = self.sql("SELECT listed_at, shown_calendars FROM remote_accounts WHERE id = $1");
        let Some(row) = statement.bind(id.0).optional().await? else { return Ok((None, None)) };
        let shown: Option<&str> = row.get("shown_calendars")?;
        let shown = shown.map(|json| serde_json::from_str(json).map_err(|_| broken("shown_calendars"))).transpose()?;
        Ok((row.optional_instant("listed_at")?, shown))
    }

    /// Its calendars were listed; its owner knows of `shown`, and not of `new` others.
    pub async fn set_remote_listing(
        &mut self,
        id: RemoteAccountId,
        at: DateTime<Utc>,
        shown: &[String],
        new: u64,
    ) -> Result<()> {
        let shown = serde_json::to_string(shown).map_err(|_| broken("shown_calendars"))?;
        let statement = self
            .sql("UPDATE remote_accounts SET listed_at = $2, shown_calendars = $3, new_calendars = $4 WHERE id = $1");
        statement.bind(id.0).bind(millis(at)).bind(shown).bind(new.cast_signed()).run().await?;
        Ok(())
    }

    /// The account goes once the last of its links has gone.
    pub async fn set_remote_account_removing(&mut self, id: RemoteAccountId) -> Result<()> {
        self.sql("UPDATE remote_accounts SET removing = TRUE WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// Whether it goes with its last link.
    pub async fn is_remote_account_removing(&mut self, id: RemoteAccountId) -> Result<bool> {
        let row = self.sql("SELECT removing FROM remote_accounts WHERE id = $1").bind(id.0).optional().await?;
        row.map_or(Ok(false), |row| row.get("removing"))
    }

    /// Removes an account that is to go and has no link any more. Yields whether it was one.
    pub async fn delete_remote_account_without_links(&mut self, id: RemoteAccountId) -> Result<bool> {
        let statement = self.sql(
            "DELETE FROM remote_accounts WHERE id = $1 AND removing AND NOT EXISTS (SELECT 1 FROM sync_links WHERE account_id = $1)",
        );
        Ok(statement.bind(id.0).run().await? > 0)
    }

    /// The file that an account follows, compressed, in the place of the one before.
    pub async fn set_feed_file(&mut self, id: RemoteAccountId, content: &[u8], at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql(
            "INSERT INTO feed_files (account_id, content, brought_at) VALUES ($1, $2, $3)
             ON CONFLICT (account_id) DO UPDATE SET content = excluded.content, brought_at = excluded.brought_at",
        );
        statement.bind(id.0).bind(content).bind(millis(at)).run().await?;
        Ok(())
    }

    pub async fn feed_file(&mut self, id: RemoteAccountId) -> Result<Option<Vec<u8>>> {
        let row = self.sql("SELECT content FROM feed_files WHERE account_id = $1").bind(id.0).optional().await?;
        row.map(|row| row.get("content")).transpose()
    }

    pub async fn delete_remote_account(&mut self, id: RemoteAccountId) -> Result<()> {
        self.sql("DELETE FROM remote_accounts WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }
}
