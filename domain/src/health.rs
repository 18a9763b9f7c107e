//! Whether requests can be served.

use crate::{Error, Kalends, Result, diagnosis};
use std::time::Duration;
use tokio::time::timeout;

/// How long the database may take to say that it is there.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Why no request can be served just now; the text is fit to show to whoever runs the server.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    #[error("the database did not answer within {} s", MAX_WAIT.as_secs())]
    Silent,
    #[error("the database cannot be reached")]
    Unreachable,
    /// As when a backup was put in its place while the server runs.
    #[error(
        "the tables of the database are of another version ({found}) than this program's ({wanted}): start it again"
    )]
    Outdated { found: i64, wanted: i64 },
    /// The log says more.
    #[error("the database failed")]
    Failed,
}

impl Kalends {
    /// # Errors
    /// Why no request can be served. A database whose tables are of a later version is no reason: a later node shares it.
    pub async fn check_ready(&self) -> Result<(), NotReady> {
        let asked = async { self.db.once().await?.schema_version().await };
        match timeout(MAX_WAIT, asked).await {
            Err(_) => Err(NotReady::Silent),
            Ok(Ok(found)) if found < self.db.wanted_schema_version() => {
                Err(NotReady::Outdated { found, wanted: self.db.wanted_schema_version() })
            }
            Ok(Ok(_)) => Ok(()),
            Ok(Err(Error::Unavailable { .. })) => Err(NotReady::Unreachable),
            Ok(Err(error)) => {
                tracing::error!(?error, "the database failed when it was asked for its version");
                Err(NotReady::Failed)
            }
        }
    }

    /// What tells these data from those of other installations; the same on all nodes. `None` as long as there is no account.
    ///
    /// # Errors
    /// `Unavailable`, also when it takes long to say; `Internal`.
    pub async fn installation(&self) -> Result<Option<String>> {
        let asked = timeout(MAX_WAIT, diagnosis::installation(&self.db));
        asked.await.unwrap_or(Err(Error::Unavailable { seconds: MAX_WAIT.as_secs() }))
    }

    /// How much the database takes, in octets.
    ///
    /// # Errors
    /// `Unavailable`, also when it takes long to say; `Internal`.
    pub async fn database_octets(&self) -> Result<u64> {
        let asked = async { self.db.once().await?.database_octets().await };
        timeout(MAX_WAIT, asked).await.unwrap_or(Err(Error::Unavailable { seconds: MAX_WAIT.as_secs() }))
    }
}
