//! Connections that read single statements of a SQLite file.

use crate::{Error, Result};
use deadpool::managed::{self, Metrics, PoolError, QueueMode, RecycleResult};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};

/// After how many statements a connection is asked whether it still works: a connection to a file does not go away by itself.
const USES_BETWEEN_TESTS: usize = 256;

/// A pool for single statements. sqlx' own asks each connection that comes back whether it still works, which takes as long
/// as the statement did.
#[derive(Clone, Debug)]
pub(super) struct SqliteReaders(managed::Pool<Opened>);

/// A connection that goes back to the pool when it is dropped.
pub(super) type SqliteReader = managed::Object<Opened>;

/// Opens connections.
#[derive(Debug)]
pub(super) struct Opened(SqliteConnectOptions);

impl managed::Manager for Opened {
    type Type = SqliteConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> std::result::Result<SqliteConnection, sqlx::Error> {
        self.0.connect().await
    }

    async fn recycle(&self, connection: &mut SqliteConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.recycle_count.is_multiple_of(USES_BETWEEN_TESTS) {
            connection.ping().await?;
        }
        Ok(())
    }
}

impl SqliteReaders {
    /// A pool of at most `max` connections, which are opened when they are needed.
    pub fn new(options: SqliteConnectOptions, max: u32) -> Result<Self> {
        let pool = managed::Pool::builder(Opened(options)).max_size(max as usize).queue_mode(QueueMode::Lifo).build();
        Ok(SqliteReaders(pool.map_err(|error| Error::Internal(error.into()))?))
    }

    /// The connection that was used last and is free; waits for one when all are in use.
    pub async fn get(&self) -> Result<SqliteReader> {
        self.0.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error.into(),
            error => Error::Internal(error.into()),
        })
    }

    /// Closes the connections that are free, and the others when they come back.
    pub async fn close(&self) {
        for connection in self.0.retain(|_, _| false).removed {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "a connection was not closed");
            }
        }
        self.0.close();
    }
}
