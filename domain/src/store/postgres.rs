//! PostgreSQL, for several nodes. Reads see one snapshot; a write locks the calendars that it changes.

use super::migrations;
use super::transaction::Connection;
use crate::{Error, Problem, Result};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Row};
use std::time::Duration;

/// Oldest version whose behaviour is tested.
const MIN_VERSION: i32 = 15;
/// What nodes call themselves.
pub(super) const APPLICATION: &str = "kalends";
/// Connections of one node.
const MAX_CONNECTIONS: u32 = 16;
/// How long a request waits for a connection.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A database on a server, and the pool of connections to it.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Connects, and brings the tables to this version; of several nodes that start at once one does it and the others wait.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `BadInput` for a server that is too old.
    pub async fn open(options: PgConnectOptions) -> Result<Self> {
        let opened = Self::connect(options, APPLICATION).await?;
        migrations::OF_POSTGRES.run(&opened.pool).await.map_err(|error| Error::Internal(error.into()))?;
        Ok(opened)
    }

    /// Connects to what is there, with the tables that it has, as a program that serves nobody.
    ///
    /// # Errors
    /// Those of [`Postgres::open`].
    pub(super) async fn open_as_it_is(options: PgConnectOptions) -> Result<Self> {
        Self::connect(options, "kalends maintenance").await
    }

    async fn connect(options: PgConnectOptions, application: &str) -> Result<Self> {
        let options = options.application_name(application).options([
            // What a transaction waits for another at most; the retries come after.
            ("lock_timeout", "30s"),
            // A node that went away keeps no lock.
            ("idle_in_transaction_session_timeout", "60s"),
            ("jit", "off"),
        ]);
        let pool = PgPoolOptions::new().max_connections(MAX_CONNECTIONS).acquire_timeout(MAX_WAIT);
        let pool = pool.connect_with(options).await?;
        let version: i32 = sqlx::query("SELECT current_setting('server_version_num')::int AS version")
            .fetch_one(&pool)
            .await?
            .try_get("version")?;
        if version / 10_000 < MIN_VERSION {
            let message = format!("PostgreSQL {MIN_VERSION} or newer is needed; the server is {}", version / 10_000);
            return Err(Error::bad_input("database", Problem::Configuration(message)));
        }
        Ok(Postgres { pool })
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) async fn read(&self) -> Result<Connection> {
        self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await
    }

    pub(super) async fn once(&self) -> Result<Connection> {
        Ok(Connection::PostgresOnce(self.pool.acquire().await?))
    }

    pub(super) async fn write(&self) -> Result<Connection> {
        self.begin("BEGIN ISOLATION LEVEL READ COMMITTED").await
    }

    /// Begins a transaction to its end, also where whoever asked for it goes away meanwhile, as a request does whose client has gone. Else
    /// sqlx 0.9 hands the connection to the next one in a transaction that it does not know of, which never ends (transact-rs/sqlx#4393).
    async fn begin(&self, statement: &'static str) -> Result<Connection> {
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin_with(statement).await }).await;
        Ok(Connection::Postgres(begun.map_err(|panicked| Error::Internal(panicked.into()))??))
    }
}
