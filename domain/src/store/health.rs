//! The state of the database itself.

use super::Transaction;
use crate::Result;

impl Transaction {
    /// The last migration that was done, or 0.
    pub async fn schema_version(&mut self) -> Result<i64> {
        let statement = self.sql("SELECT COALESCE(MAX(version), 0) AS version FROM _sqlx_migrations WHERE success");
        statement.one().await?.get("version")
    }

    /// What it takes on disk, in octets; on SQLite without the write-ahead log.
    pub async fn database_octets(&mut self) -> Result<u64> {
        let size = self.database_size();
        self.sql(size).one().await?.count("octets")
    }
}
