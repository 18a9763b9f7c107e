//! Whole databases: copied while they are in use, and put in the place of others.
//!
//! A copy is a file of SQLite, whatever kind the database is of, so that it can be opened and checked anywhere.

use super::database::{Database, DatabaseAddress};
use super::migrations;
use super::portable;
use super::postgres::{APPLICATION, Postgres};
use super::sqlite;
use super::statement::millis;
use super::transaction::Transaction;
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::time::Duration;

/// The minutes at which the numbers of calendars that are made after a restore begin to count, as Unix minutes.
const FIRST_MINUTE: i64 = 26_000_000;

/// The connections of programs that serve.
const NODES: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1";
/// A program that was stopped a moment ago may be seen still.
const LOOKS: usize = 10;
const PAUSE: Duration = Duration::from_millis(100);

impl Database {
    /// Writes what is stored at this moment into `file`, which is empty, with the tables as they are. Nobody who writes waits for it.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(crate) async fn copy_into(&self, file: &Path) -> Result<()> {
        match self {
            // One statement, and so one snapshot; readers of a write-ahead log hold up nobody. The backup interface would begin anew
            // with every write.
            Database::Sqlite(sqlite) => {
                let name = file.to_str().ok_or_else(|| Error::Internal("the path is not UTF-8".into()))?;
                // A connection of its own: those of the pools are for requests.
                let mut connection = sqlite.writer().connect_options().connect().await?;
                sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection).await?;
                Ok(connection.close().await?)
            }
            Database::Postgres(postgres) => portable::export(postgres, file).await,
        }
    }

    /// Puts what is in `file`, a copy with the tables of this version, in the place of all that the database holds, at once or not at
    /// all. Only for PostgreSQL: a database of SQLite is replaced as a file.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(crate) async fn replace_by(&self, file: &Path) -> Result<()> {
        match self {
            Database::Sqlite(_) => Err(Error::Internal("a file is replaced by a file".into())),
            Database::Postgres(postgres) => portable::import(file, postgres).await,
        }
    }

    /// Brings the tables to this version, of a database that was opened as it is.
    pub(crate) async fn migrate(&self) -> Result<()> {
        match self {
            Database::Sqlite(sqlite) => migrations::OF_SQLITE.run(sqlite.writer()).await,
            Database::Postgres(postgres) => migrations::OF_POSTGRES.run(postgres.pool()).await,
        }
        .map_err(|error| Error::Internal(error.into()))
    }

    /// Whether there are tables of Kalends in it.
    pub(crate) async fn has_tables(&self) -> Result<bool> {
        let mut tx = self.once().await?;
        let parts = ["SELECT count(*) AS tables FROM ", tx.table_names(), " WHERE name = '_sqlx_migrations'"];
        Ok(tx.joined(&parts).one().await?.count("tables")? > 0)
    }
}

impl DatabaseAddress {
    /// Whether a program that serves has the database open.
    ///
    /// A file is folded into one by this, its write-ahead log included, when nobody has it open.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub(crate) async fn is_in_use(&self) -> Result<bool> {
        match self {
            DatabaseAddress::Sqlite(file) => Ok(!take_alone(file).await?),
            DatabaseAddress::Postgres(options) => {
                let others = Postgres::open_as_it_is((**options).clone()).await?;
                let mut is_in_use = true;
                for _ in 0..LOOKS {
                    let nodes: i64 = sqlx::query_scalar(NODES).bind(APPLICATION).fetch_one(others.pool()).await?;
                    is_in_use = nodes > 0;
                    if !is_in_use {
                        break;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                others.close().await;
                Ok(is_in_use)
            }
        }
    }
}

/// Leaves the write-ahead log, which only who has the file alone can do. Yields whether that came about.
async fn take_alone(file: &Path) -> Result<bool> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(1));
    let mut connection = options.connect().await?;
    let taken = sqlx::query_scalar::<_, String>("PRAGMA journal_mode = DELETE").fetch_one(&mut connection).await;
    connection.close().await?;
    match taken.map_err(Error::from) {
        Ok(mode) => Ok(mode == "delete"),
        Err(Error::Busy { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Opens a copy to prepare it for taking a database's place: brought to the tables of this version, in one file.
///
/// # Errors
/// `Internal`
pub(crate) async fn open_staged(file: &Path) -> Result<Database> {
    let options = SqliteConnectOptions::new().filename(file).journal_mode(SqliteJournalMode::Delete).foreign_keys(true);
    let database = Database::Sqlite(sqlite::Sqlite::open_with(options).await?);
    database.migrate().await?;
    Ok(database)
}

impl Transaction {
    /// Lifts every revision, and the numbers that new calendars get, over all that was ever given out before the restore: a client or
    /// page that saw what the copy does not have can take no later state for one that it knows. Both go on from the clock, which no
    /// number of writes outruns: revisions from Unix milliseconds, calendars from minutes.
    pub(crate) async fn lift_numbers(&mut self, now: DateTime<Utc>) -> Result<()> {
        for statement in [
            "UPDATE calendars SET revision = CASE WHEN revision < $1 THEN $1 ELSE revision + 1 END",
            "UPDATE principals SET home_revision = CASE WHEN home_revision < $1 THEN $1 ELSE home_revision + 1 END",
        ] {
            self.sql(statement).bind(millis(now)).run().await?;
        }
        // A copy is a file of SQLite.
        let least = now.timestamp() / 60 - FIRST_MINUTE;
        let lift =
            "UPDATE sqlite_sequence SET seq = CASE WHEN seq < $1 THEN $1 ELSE seq + 1 END WHERE name = 'calendars'";
        self.sql(lift).bind(least).run().await?;
        Ok(())
    }
}
