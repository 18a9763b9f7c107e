//! Mail accounts. The credentials come sealed, and leave so.

use super::Transaction;
use super::accounts::ACTIVE;
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::mail_account::{MailAccount, MailAccountId, MailIdentity, MailIdentityId, MailNotice, MailSettings};
use crate::model::principal::PrincipalId;
use crate::model::remote_account::{AccountState, RemoteAccountId};
use crate::model::sync_link::{RunProgress, Trouble};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

const SELECT: &str = "SELECT id, principal_id, name, address, color, signature, preset, settings, state, code, why, failures,
    interval_seconds, next_look_at, looked_at, steps_done, steps, created_at, changed_at, checked_at, for_invitations, notice,
    notice_at FROM mail_accounts ";

/// For how long what did not work out is said.
const NOTICE_LIFE: TimeDelta = TimeDelta::days(7);

/// A mail account about to be stored, without its credentials.
#[derive(Clone, Copy, Debug)]
pub struct NewMailRow<'a> {
    pub owner: PrincipalId,
    pub name: &'a str,
    pub address: &'a str,
    pub color: &'a str,
    pub preset: Option<&'a str>,
    pub settings: &'a MailSettings,
    pub interval: TimeDelta,
    pub at: DateTime<Utc>,
}

/// How an account is after a look at it.
#[derive(Clone, Debug)]
pub struct MailStanding {
    pub state: AccountState,
    pub trouble: Option<Trouble>,
    pub why: Option<String>,
    pub failures: u32,
    pub next_look_at: Option<DateTime<Utc>>,
    /// `None`: it was not looked at to the end.
    pub looked_at: Option<DateTime<Utc>>,
}

fn account(row: &Row) -> Result<MailAccount> {
    let trouble: Option<&str> = row.get("code")?;
    let steps_done: Option<i64> = row.get("steps_done")?;
    let steps: Option<i64> = row.get("steps")?;
    let notice: Option<String> = row.get("notice")?;
    let notice = notice.zip(row.optional_instant("notice_at")?).map(|(what, at)| MailNotice { what, at });
    Ok(MailAccount {
        id: MailAccountId(row.get("id")?),
        owner: PrincipalId(row.get("principal_id")?),
        name: row.get("name")?,
        address: row.get("address")?,
        color: row.get("color")?,
        signature: row.get("signature")?,
        preset: row.get("preset")?,
        settings: serde_json::from_str(row.get("settings")?).map_err(|_| broken("settings"))?,
        state: AccountState::from_name(row.get("state")?).ok_or_else(|| broken("state"))?,
        trouble: trouble.and_then(Trouble::from_name),
        why: row.get("why")?,
        failures: u32::try_from(row.count("failures")?).unwrap_or(u32::MAX),
        interval: TimeDelta::try_seconds(row.get("interval_seconds")?).ok_or_else(|| broken("interval_seconds"))?,
        next_look_at: row.optional_instant("next_look_at")?,
        looked_at: row.optional_instant("looked_at")?,
        progress: steps_done.map(|done| RunProgress { done: done.unsigned_abs(), of: steps.map(i64::unsigned_abs) }),
        created_at: row.instant("created_at")?,
        changed_at: row.instant("changed_at")?,
        checked_at: row.optional_instant("checked_at")?,
        for_invitations: row.get("for_invitations")?,
        notice: notice.filter(|notice| Utc::now() - notice.at < NOTICE_LIFE),
    })
}

fn identity(row: &Row) -> Result<MailIdentity> {
    Ok(MailIdentity {
        id: MailIdentityId(row.get("id")?),
        account: MailAccountId(row.get("account_id")?),
        name: row.get("name")?,
        address: row.get("address")?,
        signature: row.get("signature")?,
    })
}

fn json(settings: &MailSettings) -> Result<String> {
    serde_json::to_string(settings).map_err(|_| broken("settings"))
}

impl Transaction {
    /// Those of a person, the oldest first.
    pub async fn mail_accounts(&mut self, owner: PrincipalId) -> Result<Vec<MailAccount>> {
        self.joined(&[SELECT, "WHERE principal_id = $1 ORDER BY id"]).bind(owner.0).all(account).await
    }

    /// Those that are looked at, of everybody who may sign in.
    pub async fn active_mail_accounts(&mut self) -> Result<Vec<MailAccount>> {
        let of_active = [
            "WHERE state = 'active' AND EXISTS (SELECT 1 FROM users u WHERE u.principal_id = mail_accounts.principal_id AND",
            ACTIVE,
            ") ORDER BY id",
        ];
        self.joined(&[&[SELECT][..], &of_active].concat()).all(account).await
    }

    /// One, whosever it is.
    pub async fn mail_account(&mut self, id: MailAccountId) -> Result<Option<MailAccount>> {
        let row = self.joined(&[SELECT, "WHERE id = $1"]).bind(id.0).optional().await?;
        row.as_ref().map(account).transpose()
    }

    /// One of somebody who may sign in: what is to be done for nobody else any more is done for no other's.
    pub async fn working_mail_account(&mut self, id: MailAccountId) -> Result<Option<MailAccount>> {
        let of_active = [
            "WHERE id = $1 AND EXISTS (SELECT 1 FROM users u WHERE u.principal_id = mail_accounts.principal_id AND",
            ACTIVE,
            ")",
        ];
        let row = self.joined(&[&[SELECT][..], &of_active].concat()).bind(id.0).optional().await?;
        row.as_ref().map(account).transpose()
    }

    /// What mail of `owner` from `address` is sent as: an identity with that address, else the first of the account that was chosen for
    /// invitations; of accounts that work alone, and of somebody who may sign in.
    pub async fn identity_for_invitations(
        &mut self,
        owner: PrincipalId,
        address: &str,
    ) -> Result<Option<MailIdentity>> {
        let parts = [
            "SELECT i.id, i.account_id, i.name, i.address, i.signature FROM mail_identities i
             JOIN mail_accounts a ON a.id = i.account_id JOIN users u ON u.principal_id = a.principal_id
             WHERE a.principal_id = $1 AND a.state = 'active' AND (lower(i.address) = $2 OR a.for_invitations) AND",
            ACTIVE,
            "ORDER BY CASE WHEN lower(i.address) = $2 THEN 0 ELSE 1 END, i.id LIMIT 1",
        ];
        let row = self.joined(&parts).bind(owner.0).bind(address.to_lowercase()).optional().await?;
        row.as_ref().map(identity).transpose()
    }

    /// Invitations go out by this account of a person; `None`: by none that was chosen.
    pub async fn choose_for_invitations(&mut self, owner: PrincipalId, id: Option<MailAccountId>) -> Result<()> {
        let statement = self.sql("UPDATE mail_accounts SET for_invitations = (id = $2) WHERE principal_id = $1");
        statement.bind(owner.0).bind(id.map_or(0, |id| id.0)).run().await?;
        Ok(())
    }

    /// Keeps what did not work out, in the place of what was said before.
    pub async fn note_about_mail(&mut self, id: MailAccountId, what: &str, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql("UPDATE mail_accounts SET notice = $2, notice_at = $3 WHERE id = $1");
        statement.bind(id.0).bind(what).bind(millis(at)).run().await?;
        Ok(())
    }

    pub async fn insert_mail_account(&mut self, new: NewMailRow<'_>) -> Result<MailAccountId> {
        let row = self
            .sql(
                "INSERT INTO mail_accounts (principal_id, name, address, color, signature, preset, settings, state, interval_seconds,
                    next_look_at, created_at, changed_at, checked_at)
                 VALUES ($1, $2, $3, $4, '', $5, $6, 'active', $7, $8, $8, $8, $8) RETURNING id",
            )
            .bind(new.owner.0)
            .bind(new.name)
            .bind(new.address)
            .bind(new.color)
            .bind(new.preset)
            .bind(json(new.settings)?)
            .bind(new.interval.num_seconds())
            .bind(millis(new.at))
            .one()
            .await?;
        Ok(MailAccountId(row.get("id")?))
    }

    /// What its owner chooses about it.
    pub async fn update_mail_account(&mut self, account: &MailAccount, at: DateTime<Utc>) -> Result<()> {
        self.sql(
            "UPDATE mail_accounts SET name = $2, address = $3, color = $4, signature = $5, settings = $6, interval_seconds = $7,
                state = $8, changed_at = $9 WHERE id = $1",
        )
        .bind(account.id.0)
        .bind(&account.name)
        .bind(&account.address)
        .bind(&account.color)
        .bind(&account.signature)
        .bind(json(&account.settings)?)
        .bind(account.interval.num_seconds())
        .bind(account.state.name())
        .bind(millis(at))
        .run()
        .await?;
        Ok(())
    }

    /// How it is after a look; one that is paused meanwhile stays so.
    pub async fn set_mail_standing(&mut self, id: MailAccountId, standing: &MailStanding) -> Result<()> {
        self.sql(
            "UPDATE mail_accounts SET state = CASE WHEN state = 'paused' THEN state ELSE $2 END, code = $3, why = $4, failures = $5,
                next_look_at = $6, looked_at = coalesce($7, looked_at), checked_at = coalesce($7, checked_at),
                steps_done = NULL, steps = NULL WHERE id = $1",
        )
        .bind(id.0)
        .bind(standing.state.name())
        .bind(standing.trouble.map(Trouble::name))
        .bind(standing.why.as_deref())
        .bind(i64::from(standing.failures))
        .bind(standing.next_look_at.map(millis))
        .bind(standing.looked_at.map(millis))
        .run()
        .await?;
        Ok(())
    }

    /// Somebody or something wants it to be looked at.
    pub async fn want_mail_look(&mut self, id: MailAccountId, at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql("UPDATE mail_accounts SET next_look_at = $2 WHERE id = $1");
        statement.bind(id.0).bind(millis(at)).run().await?;
        Ok(())
    }

    pub async fn set_mail_progress(&mut self, id: MailAccountId, progress: RunProgress) -> Result<()> {
        let statement = self.sql("UPDATE mail_accounts SET steps_done = $2, steps = $3 WHERE id = $1");
        let statement = statement.bind(id.0).bind(progress.done.cast_signed());
        statement.bind(progress.of.map(u64::cast_signed)).run().await?;
        Ok(())
    }

    /// As they are sealed; `None`: it has none, or is not there.
    pub async fn mail_credentials(&mut self, id: MailAccountId) -> Result<Option<Vec<u8>>> {
        let statement = self.sql("SELECT credentials FROM mail_accounts WHERE id = $1");
        Ok(statement.bind(id.0).optional().await?.map(|row| row.get("credentials")).transpose()?.flatten())
    }

    /// Those of everybody, as they are sealed, after the account `after`, as many as `most`.
    pub async fn all_mail_credentials(
        &mut self,
        after: MailAccountId,
        most: i64,
    ) -> Result<Vec<(MailAccountId, Vec<u8>)>> {
        let statement = self.sql(
            "SELECT id, credentials FROM mail_accounts WHERE id > $1 AND credentials IS NOT NULL ORDER BY id LIMIT $2",
        );
        let read = |row: &Row| Ok((MailAccountId(row.get("id")?), row.get("credentials")?));
        statement.bind(after.0).bind(most).all(read).await
    }

    pub async fn set_mail_credentials(&mut self, id: MailAccountId, sealed: &[u8]) -> Result<()> {
        let statement = self.sql("UPDATE mail_accounts SET credentials = $2 WHERE id = $1");
        statement.bind(id.0).bind(sealed).run().await?;
        Ok(())
    }

    /// Others in the place of the credentials that are `old`, unless some have taken their place already. Yields whether they did.
    pub async fn reseal_mail_credentials(&mut self, id: MailAccountId, old: &[u8], new: &[u8]) -> Result<bool> {
        let statement = self.sql("UPDATE mail_accounts SET credentials = $3 WHERE id = $1 AND credentials = $2");
        Ok(statement.bind(id.0).bind(old).bind(new).run().await? > 0)
    }

    /// Has `node` be told of arrivals for `lease`, unless another node is. Yields whether it is.
    pub async fn watch_mail(&mut self, id: MailAccountId, node: Uuid, lease: TimeDelta) -> Result<bool> {
        let now = self.now();
        let statement = self.joined(&[
            "UPDATE mail_accounts SET watched_by = $2, watched_until = ",
            now,
            " + $3 WHERE id = $1 AND state = 'active' AND (watched_by IS NULL OR watched_by = $2 OR watched_until < ",
            now,
            ")",
        ]);
        Ok(statement.bind(id.0).bind(node.to_string()).bind(lease.num_milliseconds()).run().await? > 0)
    }

    /// The node is not told of arrivals any more.
    pub async fn stop_watching_mail(&mut self, id: MailAccountId, node: Uuid) -> Result<()> {
        let statement = self
            .sql("UPDATE mail_accounts SET watched_by = NULL, watched_until = NULL WHERE id = $1 AND watched_by = $2");
        statement.bind(id.0).bind(node.to_string()).run().await?;
        Ok(())
    }

    /// Removes an account with all that is of it.
    pub async fn delete_mail_account(&mut self, id: MailAccountId) -> Result<()> {
        self.sql("DELETE FROM mail_accounts WHERE id = $1").bind(id.0).run().await?;
        Ok(())
    }

    /// The first is the one that the account began with.
    pub async fn mail_identities(&mut self, account: MailAccountId) -> Result<Vec<MailIdentity>> {
        let statement = self.sql(
            "SELECT id, account_id, name, address, signature FROM mail_identities WHERE account_id = $1 ORDER BY id",
        );
        statement.bind(account.0).all(identity).await
    }

    /// Adds one, or changes the one with this address.
    pub async fn put_mail_identity(
        &mut self,
        account: MailAccountId,
        name: &str,
        address: &str,
        signature: Option<&str>,
    ) -> Result<MailIdentityId> {
        let statement = self.sql(
            "INSERT INTO mail_identities (account_id, name, address, signature) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account_id, address) DO UPDATE SET name = excluded.name, signature = excluded.signature RETURNING id",
        );
        let row = statement.bind(account.0).bind(name).bind(address).bind(signature).one().await?;
        Ok(MailIdentityId(row.get("id")?))
    }

    /// Adds one; `None`: one with this address is there.
    pub async fn insert_mail_identity(
        &mut self,
        account: MailAccountId,
        name: &str,
        address: &str,
        signature: Option<&str>,
    ) -> Result<Option<MailIdentityId>> {
        let statement = self.sql(
            "INSERT INTO mail_identities (account_id, name, address, signature) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account_id, address) DO NOTHING RETURNING id",
        );
        let row = statement.bind(account.0).bind(name).bind(address).bind(signature).optional().await?;
        row.map(|row| Ok(MailIdentityId(row.get("id")?))).transpose()
    }

    /// Whether something waits to be sent from an identity, or is being sent.
    pub async fn has_mail_on_its_way_from(&mut self, id: MailIdentityId) -> Result<bool> {
        let statement = self.sql(
            "SELECT 1 FROM mail_drafts WHERE identity_id = $1 AND state IN ('waiting', 'sending', 'filing') LIMIT 1",
        );
        Ok(statement.bind(id.0).optional().await?.is_some())
    }

    /// Yields whether there was one.
    pub async fn delete_mail_identity(&mut self, account: MailAccountId, id: MailIdentityId) -> Result<bool> {
        let statement = self.sql("DELETE FROM mail_identities WHERE id = $2 AND account_id = $1");
        Ok(statement.bind(account.0).bind(id.0).run().await? > 0)
    }

    /// The accounts of calendars that were made with what a mail account brings.
    pub async fn mail_feeds(&mut self, id: MailAccountId) -> Result<Vec<RemoteAccountId>> {
        let statement =
            self.sql("SELECT remote_account_id FROM mail_feeds WHERE mail_account_id = $1 ORDER BY remote_account_id");
        statement.bind(id.0).all(|row| Ok(RemoteAccountId(row.get("remote_account_id")?))).await
    }

    pub async fn add_mail_feed(&mut self, id: MailAccountId, fed: RemoteAccountId) -> Result<()> {
        let statement = self
            .sql("INSERT INTO mail_feeds (mail_account_id, remote_account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        statement.bind(id.0).bind(fed.0).run().await?;
        Ok(())
    }
}
