//! What the nodes of an installation tell each other, by LISTEN and NOTIFY of PostgreSQL. A file of SQLite has one node.

use super::{Database, Transaction};
use crate::{Error, Result};
use sqlx::postgres::PgListener;

const CHANNEL: &str = "kalends";
const REVOKED: &str = "revoked";

/// Hears what any node has told, this one included.
pub struct Listener(PgListener);

impl Transaction {
    /// Tells every node, once this is committed, that a credential was revoked.
    pub async fn tell_revoked(&mut self) -> Result<()> {
        if self.is_postgres() {
            self.sql("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(REVOKED).run().await?;
        }
        Ok(())
    }
}

impl Database {
    /// `None` where there are no other nodes.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn listen(&self) -> Result<Option<Listener>> {
        let Database::Postgres(postgres) = self else { return Ok(None) };
        let mut listener = PgListener::connect_with(postgres.pool()).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// Waits until something was told.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`: nothing is heard any more.
    pub async fn next(&mut self) -> Result<()> {
        let told = self.0.try_recv().await?;
        told.map(drop).ok_or(Error::Unavailable { seconds: 1 })
    }
}
