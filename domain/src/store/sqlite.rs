//! SQLite: the embedded default. One connection writes, several read; write-ahead log, every commit on disk.

use super::sqlite_readers::SqliteReaders;
use super::transaction::Connection;
use crate::{Error, Result};
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// How many connections read at once, each in a transaction or each a single statement.
const MAX_READERS: u32 = 4;

/// A database file and its pools.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    /// For single statements.
    once: SqliteReaders,
}

impl Sqlite {
    /// Opens the file, makes it when it is missing, and brings its tables to this version.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn open(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged write survives a power cut, not only a crash of the process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "268435456");
        // A connection to a file does not go away while nobody uses it.
        let pool = || SqlitePoolOptions::new().test_before_acquire(false);
        let writer = pool().max_connections(1).connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await.map_err(|error| Error::Internal(error.into()))?;
        let options = options.pragma("query_only", "on");
        let readers = pool().max_connections(MAX_READERS).connect_with(options.clone()).await?;
        let once = SqliteReaders::new(options, MAX_READERS)?;
        Ok(Sqlite { writer, readers, once })
    }

    /// Waits for open transactions and closes the file, the write-ahead log folded in.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.once.close().await;
        self.writer.close().await;
    }

    pub(super) async fn read(&self) -> Result<Connection> {
        Ok(Connection::Sqlite(self.readers.begin().await?))
    }

    pub(super) async fn once(&self) -> Result<Connection> {
        Ok(Connection::SqliteOnce(self.once.get().await?))
    }

    /// SQLite has one writer at a time; whoever writes locks the whole file.
    pub(super) async fn write(&self) -> Result<Connection> {
        Ok(Connection::Sqlite(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }
}
