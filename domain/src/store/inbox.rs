//! Scheduling inboxes: which messages are in them, and what came and went.

use super::Transaction;
use super::statement::{Row, broken, millis, signed};
use crate::Result;
use crate::model::principal::PrincipalId;
use crate::model::scheduling::{DeliveryId, InboxChange, InboxItem, InboxState};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

fn item(row: &Row) -> Result<InboxItem> {
    Ok(InboxItem {
        id: DeliveryId(row.get("id")?),
        method: row.get("method")?,
        uid: row.get("uid")?,
        text: row.get("text")?,
        received_at: row.instant("sent_at")?,
    })
}

const ITEM: &str =
    "SELECT d.id, m.method, m.uid, m.text, m.sent_at, d.in_inbox, d.inbox_revision FROM scheduling_deliveries d
    JOIN scheduling_messages m ON m.id = d.message_id WHERE d.principal_id = $1 ";

impl Transaction {
    /// The inboxes of these people are about to be others: each has a later revision from then on, which is yielded.
    pub async fn raise_inboxes(
        &mut self,
        people: &[PrincipalId],
        at: DateTime<Utc>,
    ) -> Result<HashMap<PrincipalId, i64>> {
        let ids: Vec<i64> = people.iter().map(|id| id.0).collect();
        let list = serde_json::to_string(&ids).map_err(|_| broken("id"))?;
        let values = self.json_values();
        // In one order, so that two who do so do not wait for each other.
        let parts = [
            "INSERT INTO scheduling_inboxes (principal_id, revision) SELECT DISTINCT CAST(value AS BIGINT), CAST($2 AS BIGINT) FROM ",
            values,
            " WHERE TRUE ORDER BY 1 ON CONFLICT (principal_id) DO UPDATE SET revision = CASE
                WHEN scheduling_inboxes.revision >= excluded.revision THEN scheduling_inboxes.revision + 1
                ELSE excluded.revision END RETURNING principal_id, revision",
        ];
        let read = |row: &Row| Ok((PrincipalId(row.get("principal_id")?), row.get("revision")?));
        Ok(self.joined(&parts).bind(list).bind(millis(at)).all(read).await?.into_iter().collect())
    }

    /// What is in somebody's inbox, the oldest first: those after `after`, at most `limit`.
    pub async fn inbox(&mut self, who: PrincipalId, after: DeliveryId, limit: usize) -> Result<Vec<InboxItem>> {
        let statement = self.joined(&[ITEM, "AND d.in_inbox AND d.id > $2 ORDER BY d.id LIMIT $3"]);
        statement.bind(who.0).bind(after.0).bind(signed(limit)).all(item).await
    }

    /// One message in somebody's inbox.
    pub async fn inbox_item(&mut self, who: PrincipalId, id: DeliveryId) -> Result<Option<InboxItem>> {
        let statement = self.joined(&[ITEM, "AND d.in_inbox AND d.id = $2"]);
        statement.bind(who.0).bind(id.0).optional().await?.as_ref().map(item).transpose()
    }

    /// Where somebody's inbox has come to; one to which nothing ever came is at 0.
    pub async fn inbox_state(&mut self, who: PrincipalId) -> Result<InboxState> {
        let row = self.sql("SELECT revision, whole_after FROM scheduling_inboxes WHERE principal_id = $1");
        let row = row.bind(who.0).optional().await?;
        row.map_or(Ok(InboxState::default()), |row| {
            Ok(InboxState { revision: row.get("revision")?, whole_after: row.get("whole_after")? })
        })
    }

    /// What came to somebody's inbox and went from it after a revision, in this order, at most `limit`.
    pub async fn inbox_changes(&mut self, who: PrincipalId, after: i64, limit: usize) -> Result<Vec<InboxChange>> {
        let statement = self.joined(&[ITEM, "AND d.inbox_revision > $2 ORDER BY d.inbox_revision, d.id LIMIT $3"]);
        let read = |row: &Row| {
            Ok(InboxChange { item: item(row)?, revision: row.get("inbox_revision")?, is_there: row.get("in_inbox")? })
        };
        statement.bind(who.0).bind(after).bind(signed(limit)).all(read).await
    }

    /// Takes a message out of somebody's inbox. Yields whether it was there.
    pub async fn remove_from_inbox(&mut self, who: PrincipalId, id: DeliveryId, at: DateTime<Utc>) -> Result<bool> {
        let statement = self
            .sql("UPDATE scheduling_deliveries SET in_inbox = FALSE WHERE id = $1 AND principal_id = $2 AND in_inbox");
        if statement.bind(id.0).bind(who.0).run().await? == 0 {
            return Ok(false);
        }
        let revision = self.raise_inboxes(&[who], at).await?.get(&who).copied();
        let statement = self.sql("UPDATE scheduling_deliveries SET inbox_revision = $2 WHERE id = $1");
        statement.bind(id.0).bind(revision).run().await?;
        Ok(true)
    }

    /// Takes messages of before `before` out of the inboxes that they are in. Yields how many, a thousand at most.
    pub async fn expire_inboxes(&mut self, before: DateTime<Utc>, at: DateTime<Utc>) -> Result<usize> {
        let statement = self.sql(
            "SELECT d.id, d.principal_id FROM scheduling_deliveries d JOIN scheduling_messages m ON m.id = d.message_id
             WHERE d.in_inbox AND m.sent_at < $1 ORDER BY d.id LIMIT 1000",
        );
        let read = |row: &Row| Ok((DeliveryId(row.get("id")?), PrincipalId(row.get("principal_id")?)));
        let old = statement.bind(millis(before)).all(read).await?;
        for (id, who) in &old {
            self.remove_from_inbox(*who, *id, at).await?;
        }
        Ok(old.len())
    }
}
