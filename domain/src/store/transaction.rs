//! One transaction on either database. What it can be asked stands in the files beside this one, by area.

use super::statement::{Statement, Target};
use crate::Result;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// The connection that a transaction has to itself.
pub(super) enum Connection {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
    /// For a single statement that reads.
    SqliteOnce(super::sqlite_readers::SqliteReader),
    PostgresOnce(sqlx::pool::PoolConnection<sqlx::Postgres>),
}

/// One transaction; dropped without [`Transaction::commit`] it leaves nothing behind. Methods that look something up yield `None` when
/// it does not exist.
///
/// One to read sees a single snapshot, and writes through it fail. One to write is alone on SQLite; on PostgreSQL it is alone with the
/// calendars that it has locked.
pub struct Transaction {
    connection: Connection,
}

impl Transaction {
    pub(super) fn new(connection: Connection) -> Self {
        Transaction { connection }
    }

    /// # Errors
    /// `Unavailable`, `Internal`; `Contended` when another transaction was in the way. Nothing is kept then.
    pub async fn commit(self) -> Result<()> {
        match self.connection {
            Connection::Sqlite(transaction) => transaction.commit().await?,
            Connection::Postgres(transaction) => transaction.commit().await?,
            Connection::SqliteOnce(_) | Connection::PostgresOnce(_) => {}
        }
        Ok(())
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self.connection, Connection::Postgres(_) | Connection::PostgresOnce(_))
    }

    pub(super) fn sql(&mut self, sql: &'static str) -> Statement<'_> {
        self.statement(sql.into_sql_str())
    }

    /// A statement put together of parts.
    pub(super) fn joined(&mut self, parts: &[&'static str]) -> Statement<'_> {
        self.statement(AssertSqlSafe(parts.concat()).into_sql_str())
    }

    fn statement(&mut self, sql: SqlStr) -> Statement<'_> {
        let target = match &mut self.connection {
            Connection::Sqlite(transaction) => Target::Sqlite(transaction, Default::default()),
            Connection::Postgres(transaction) => Target::Postgres(transaction, Default::default()),
            Connection::SqliteOnce(connection) => Target::Sqlite(connection, Default::default()),
            Connection::PostgresOnce(connection) => Target::Postgres(connection, Default::default()),
        };
        Statement::new(sql, target)
    }
}
