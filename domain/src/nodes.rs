//! What this node does about what other nodes tell.

use crate::accounts::verified::VerifiedPasswords;
use crate::store::Database;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::AbortHandle;

/// How long it waits before it tries to hear the others again.
const PAUSE: Duration = Duration::from_secs(1);

/// Follows the other nodes until it is dropped.
pub(crate) struct Following(Option<AbortHandle>);

impl Following {
    /// Forgets app passwords that were right as soon as any node revokes one. A node that cannot hear the others remembers them for
    /// a few seconds all the same: [`VerifiedPasswords`].
    pub fn begin(db: &Database, verified: &Arc<VerifiedPasswords>) -> Self {
        if !db.has_nodes() {
            return Following(None);
        }
        let following = tokio::spawn(follow(db.clone(), verified.clone()));
        Following(Some(following.abort_handle()))
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        if let Some(following) = &self.0 {
            following.abort();
        }
    }
}

async fn follow(db: Database, verified: Arc<VerifiedPasswords>) {
    while !db.is_closed() {
        match db.listen().await {
            Ok(Some(mut listener)) => {
                // Until now nothing was heard.
                verified.forget_all();
                while listener.next().await.is_ok() {
                    verified.forget_all();
                }
                verified.forget_all();
            }
            Ok(None) => return,
            Err(error) => tracing::debug!(%error, "other nodes are not heard"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
