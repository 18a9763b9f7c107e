//! Which requests came with which keys.

use super::Transaction;
use super::statement::{broken, millis};
use crate::Result;
use crate::model::principal::PrincipalId;
use chrono::{DateTime, Utc};

impl Transaction {
    /// Keeps the key and the hash of its request with what that made. Yields whether it was free; another that keeps it at the same moment
    /// is waited for.
    pub async fn insert_idempotency_key(
        &mut self,
        principal: PrincipalId,
        (key, request): (&[u8; 32], &[u8; 32]),
        made: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let statement = self.sql(
            "INSERT INTO idempotency_keys (principal_id, key_hash, request_hash, made, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (principal_id, key_hash) DO NOTHING",
        );
        let statement = statement.bind(principal.0).bind(&key[..]).bind(&request[..]).bind(made).bind(millis(at));
        Ok(statement.run().await? > 0)
    }

    /// The hash of the request that the key came with, what it made, and when.
    pub async fn idempotency_key(
        &mut self,
        principal: PrincipalId,
        key: &[u8; 32],
    ) -> Result<Option<([u8; 32], String, DateTime<Utc>)>> {
        let statement = self.sql(
            "SELECT request_hash, made, created_at FROM idempotency_keys WHERE principal_id = $1 AND key_hash = $2",
        );
        let Some(row) = statement.bind(principal.0).bind(&key[..]).optional().await? else { return Ok(None) };
        let request: Vec<u8> = row.get("request_hash")?;
        let request = request.try_into().map_err(|_| broken("request_hash"))?;
        Ok(Some((request, row.get("made")?, row.instant("created_at")?)))
    }

    /// Forgets the key if it is of before `before`.
    pub async fn forget_idempotency_key(
        &mut self,
        principal: PrincipalId,
        key: &[u8; 32],
        before: DateTime<Utc>,
    ) -> Result<()> {
        let statement =
            self.sql("DELETE FROM idempotency_keys WHERE principal_id = $1 AND key_hash = $2 AND created_at < $3");
        statement.bind(principal.0).bind(&key[..]).bind(millis(before)).run().await?;
        Ok(())
    }

    /// Forgets all keys of before `before`.
    pub async fn delete_idempotency_keys(&mut self, before: DateTime<Utc>) -> Result<u64> {
        self.sql("DELETE FROM idempotency_keys WHERE created_at < $1").bind(millis(before)).run().await
    }
}
