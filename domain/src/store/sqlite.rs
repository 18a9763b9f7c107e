//! SQLite: the embedded default. One connection writes, several read; write-ahead log, every commit on disk.

use super::migrations;
use super::sqlite_readers::SqliteReaders;
use super::transaction::Connection;
use crate::{Error, Result};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

/// How many connections read at once, each in a transaction or each a single statement.
const MAX_READERS: u32 = 4;

/// How long whoever writes waits for another process that does.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A database file and its pools.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    /// For single statements.
    once: SqliteReaders,
}

/// A connection to a file does not go away while nobody uses it.
fn pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new().test_before_acquire(false)
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
            .busy_timeout(MAX_WAIT)
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "268435456");
        // This connection stays open: by that others can tell that the file is in use.
        let writer =
            pool().max_connections(1).idle_timeout(None).max_lifetime(None).connect_with(options.clone()).await?;
        migrations::OF_SQLITE.run(&writer).await.map_err(|error| Error::Internal(error.into()))?;
        Self::with(writer, options).await
    }

    /// Opens a file that is there, to read it with the tables that it has.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(super) async fn open_to_read(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(MAX_WAIT);
        let writer = pool().max_connections(1).connect_lazy_with(options.clone());
        Self::with(writer, options).await
    }

    /// Opens a file that nobody writes, and writes nothing beside it either.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(super) async fn open_copy(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
        let writer = pool().max_connections(1).connect_lazy_with(options.clone());
        Self::with(writer, options).await
    }

    /// Opens a file that nobody else has open.
    pub(super) async fn open_with(options: SqliteConnectOptions) -> Result<Self> {
        let writer = pool().max_connections(1).connect_with(options.clone()).await?;
        Self::with(writer, options).await
    }

    async fn with(writer: SqlitePool, options: SqliteConnectOptions) -> Result<Self> {
        let options = options.pragma("query_only", "on");
        let readers = pool().max_connections(MAX_READERS).connect_with(options.clone()).await?;
        let once = SqliteReaders::new(options, MAX_READERS)?;
        Ok(Sqlite { writer, readers, once })
    }

    pub(super) fn writer(&self) -> &SqlitePool {
        &self.writer
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
