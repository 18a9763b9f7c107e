//! That services tell of changes in calendars: what was agreed upon for each link.

use super::Transaction;
use super::statement::{Row, broken, millis};
use crate::Result;
use crate::model::remote_account::RemoteAccountId;
use crate::model::sync_link::SyncLinkId;
use chrono::{DateTime, Utc};

/// That a service tells of changes in a calendar, or is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncSubscription {
    pub id: i64,
    pub account: RemoteAccountId,
    /// `None`: the link has ended.
    pub link: Option<SyncLinkId>,
    /// `None`: the service does not tell (any more).
    pub remote: Option<String>,
    /// Where it tells.
    pub hook: String,
    pub expires_at: Option<DateTime<Utc>>,
    /// When it is renewed, or tried again.
    pub next_at: DateTime<Utc>,
    /// Why it does not tell.
    pub why: Option<String>,
    pub told_at: Option<DateTime<Utc>>,
}

/// What has to be known of a subscription of which a service says that something has happened.
#[derive(Clone, Debug)]
pub(crate) struct NamedSubscription {
    pub id: i64,
    pub remote: String,
    pub account: RemoteAccountId,
    pub link: Option<SyncLinkId>,
    /// The hash of what the service proves by that it is it.
    pub secret: Vec<u8>,
    pub next_at: DateTime<Utc>,
    /// A run of the link begins soon anyway.
    pub is_queued: bool,
}

/// What came of asking a service to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewSubscription<'s> {
    pub account: RemoteAccountId,
    pub link: Option<SyncLinkId>,
    pub remote: Option<&'s str>,
    pub secret: &'s [u8],
    pub hook: &'s str,
    pub expires_at: Option<DateTime<Utc>>,
    pub next_at: DateTime<Utc>,
    pub why: Option<&'s str>,
}

const SUBSCRIPTION: &str =
    "SELECT s.id, s.account_id, s.link_id, s.remote_id, s.hook, s.expires_at, s.next_at, s.why, s.told_at
    FROM sync_subscriptions s ";

fn subscription(row: &Row) -> Result<SyncSubscription> {
    Ok(SyncSubscription {
        id: row.get("id")?,
        account: RemoteAccountId(row.get("account_id")?),
        link: row.get::<Option<i64>>("link_id")?.map(SyncLinkId),
        remote: row.get("remote_id")?,
        hook: row.get("hook")?,
        expires_at: row.optional_instant("expires_at")?,
        next_at: row.instant("next_at")?,
        why: row.get("why")?,
        told_at: row.optional_instant("told_at")?,
    })
}

impl Transaction {
    /// Those of an account, the oldest first.
    pub(crate) async fn subscriptions_of_account(&mut self, account: RemoteAccountId) -> Result<Vec<SyncSubscription>> {
        let statement = self.joined(&[SUBSCRIPTION, "WHERE s.account_id = $1 ORDER BY s.id"]);
        statement.bind(account.0).all(subscription).await
    }

    /// All that there are, the oldest first.
    pub(crate) async fn all_subscriptions(&mut self) -> Result<Vec<SyncSubscription>> {
        self.joined(&[SUBSCRIPTION, "ORDER BY s.id"]).all(subscription).await
    }

    /// Those that services know by these ids. `soon`: a run that waits no longer than that is one that begins soon.
    pub(crate) async fn subscriptions_named(
        &mut self,
        remote: &[&str],
        soon: DateTime<Utc>,
    ) -> Result<Vec<NamedSubscription>> {
        let ids = serde_json::to_string(remote).map_err(|_| broken("remote_id"))?;
        let values = self.json_values();
        // A run that goes on and was asked for since it began is followed by another.
        let parts = [
            "SELECT s.id, s.account_id, s.link_id, s.remote_id, s.secret, s.next_at, EXISTS (
                SELECT 1 FROM sync_links l JOIN jobs j ON j.kind = 'sync' AND j.unique_key = CAST(l.id AS TEXT)
                WHERE l.id = s.link_id AND (j.state = 'waiting' AND j.due_at <= $2 OR j.state = 'running' AND coalesce(l.hinted_at, l.wanted_at) > (
                    SELECT max(r.began_at) FROM sync_runs r WHERE r.link_id = l.id))) AS is_queued
             FROM sync_subscriptions s WHERE s.remote_id IN (SELECT value FROM ",
            values,
            ")",
        ];
        let read = |row: &Row| {
            Ok(NamedSubscription {
                id: row.get("id")?,
                remote: row.get("remote_id")?,
                account: RemoteAccountId(row.get("account_id")?),
                link: row.get::<Option<i64>>("link_id")?.map(SyncLinkId),
                secret: row.get("secret")?,
                next_at: row.instant("next_at")?,
                is_queued: row.get("is_queued")?,
            })
        };
        self.joined(&parts).bind(ids).bind(millis(soon)).all(read).await
    }

    /// In the place of what there is for the same link.
    pub(crate) async fn put_subscription(&mut self, new: NewSubscription<'_>) -> Result<()> {
        if let Some(link) = new.link {
            self.sql("DELETE FROM sync_subscriptions WHERE link_id = $1").bind(link.0).run().await?;
        }
        let statement = self.sql(
            "INSERT INTO sync_subscriptions (account_id, link_id, remote_id, secret, hook, expires_at, next_at, why)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        );
        let statement = statement.bind(new.account.0).bind(new.link.map(|link| link.0)).bind(new.remote);
        let statement = statement.bind(new.secret).bind(new.hook).bind(new.expires_at.map(millis));
        statement.bind(millis(new.next_at)).bind(new.why).run().await?;
        Ok(())
    }

    /// It lives on until `expires_at`.
    pub(crate) async fn renew_subscription(
        &mut self,
        id: i64,
        expires_at: DateTime<Utc>,
        next_at: DateTime<Utc>,
    ) -> Result<()> {
        let statement =
            self.sql("UPDATE sync_subscriptions SET expires_at = $2, next_at = $3, why = NULL WHERE id = $1");
        statement.bind(id).bind(millis(expires_at)).bind(millis(next_at)).run().await?;
        Ok(())
    }

    /// It is looked at again at `next_at`; `why`: what keeps it from being as it should.
    pub(crate) async fn put_subscription_off(
        &mut self,
        id: i64,
        next_at: DateTime<Utc>,
        why: Option<&str>,
    ) -> Result<()> {
        let statement = self.sql("UPDATE sync_subscriptions SET next_at = $2, why = $3 WHERE id = $1");
        statement.bind(id).bind(millis(next_at)).bind(why).run().await?;
        Ok(())
    }

    /// It belongs to no link any more, and is to be ended at `next_at`.
    pub(crate) async fn part_subscription(&mut self, id: i64, next_at: DateTime<Utc>) -> Result<()> {
        let statement = self.sql("UPDATE sync_subscriptions SET link_id = NULL, next_at = $2 WHERE id = $1");
        statement.bind(id).bind(millis(next_at)).run().await?;
        Ok(())
    }

    /// The service has told something just now.
    pub(crate) async fn touch_subscription(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE sync_subscriptions SET told_at = $2 WHERE id = $1").bind(id).bind(millis(at)).run().await?;
        Ok(())
    }

    pub(crate) async fn delete_subscription(&mut self, id: i64) -> Result<()> {
        self.sql("DELETE FROM sync_subscriptions WHERE id = $1").bind(id).run().await?;
        Ok(())
    }

    /// Accounts whose services are to be asked to tell of something that they do not, or to end what they do, where they tell at `hook`;
    /// `None`: nowhere.
    pub(crate) async fn accounts_to_subscribe(
        &mut self,
        hook: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RemoteAccountId>> {
        let statement = self.sql(
            "SELECT a.id FROM remote_accounts a WHERE a.provider = 'graph' AND a.state IN ('active', 'paused') AND (
                EXISTS (SELECT 1 FROM sync_subscriptions s WHERE s.account_id = a.id
                    AND (s.next_at <= $2 OR s.link_id IS NOT NULL AND s.hook <> $1))
                OR $1 <> '' AND a.state = 'active' AND EXISTS (SELECT 1 FROM sync_links l
                    JOIN calendars c ON c.id = l.calendar_id AND c.deleted_at IS NULL
                    WHERE l.account_id = a.id AND l.interval_seconds IS NOT NULL AND l.direction <> 'push' AND NOT l.removing
                    AND l.state NOT IN ('paused', 'gone') AND NOT EXISTS (SELECT 1 FROM sync_subscriptions s WHERE s.link_id = l.id)))
             ORDER BY a.id LIMIT 500",
        );
        let read = |row: &Row| Ok(RemoteAccountId(row.get("id")?));
        statement.bind(hook.unwrap_or_default()).bind(millis(now)).all(read).await
    }
}
