//! How often passwords were tried.

use super::Transaction;
use super::statement::millis;
use crate::Result;
use chrono::{DateTime, Utc};

impl Transaction {
    /// How many passwords were tried for a name, and when the last; others who ask wait until this transaction ends. `(0, now)` where
    /// there were none.
    pub async fn login_tries(&mut self, name_hash: &[u8; 32], now: DateTime<Utc>) -> Result<(u64, DateTime<Utc>)> {
        let row = self
            .sql(
                "INSERT INTO login_tries (name_hash, tries, last_at) VALUES ($1, 0, $2)
                 ON CONFLICT (name_hash) DO UPDATE SET tries = login_tries.tries RETURNING tries, last_at",
            )
            .bind(&name_hash[..])
            .bind(millis(now))
            .one()
            .await?;
        Ok((row.count("tries")?, row.instant("last_at")?))
    }

    pub async fn set_login_tries(&mut self, name_hash: &[u8; 32], tries: u64, at: DateTime<Utc>) -> Result<()> {
        self.sql("UPDATE login_tries SET tries = $2, last_at = $3 WHERE name_hash = $1")
            .bind(&name_hash[..])
            .bind(tries.cast_signed())
            .bind(millis(at))
            .run()
            .await?;
        Ok(())
    }

    /// One of the tries was none.
    pub async fn forget_login_try(&mut self, name_hash: &[u8; 32]) -> Result<()> {
        let statement = self.sql("UPDATE login_tries SET tries = tries - 1 WHERE name_hash = $1 AND tries > 0");
        statement.bind(&name_hash[..]).run().await?;
        self.sql("DELETE FROM login_tries WHERE name_hash = $1 AND tries = 0").bind(&name_hash[..]).run().await?;
        Ok(())
    }

    pub async fn forget_login_tries(&mut self, name_hash: &[u8; 32]) -> Result<()> {
        self.sql("DELETE FROM login_tries WHERE name_hash = $1").bind(&name_hash[..]).run().await?;
        Ok(())
    }
}
