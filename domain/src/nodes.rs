//! What this node does about what other nodes tell.

use crate::accounts::verified::VerifiedPasswords;
use crate::model::announcement::Announcement;
use crate::store::{Database, Notice};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::task::AbortHandle;
use uuid::Uuid;

/// How long it waits before it tries to hear the others again.
const PAUSE: Duration = Duration::from_secs(1);

/// Follows the other nodes until it is dropped.
pub(crate) struct Following(Option<AbortHandle>);

/// What is done on this node about what is heard.
pub(crate) struct Hearing {
    /// This node, which has told its own readers already.
    pub node: Uuid,
    pub verified: Arc<VerifiedPasswords>,
    pub announcer: broadcast::Sender<Announcement>,
}

impl Following {
    /// Announces here what other nodes change, and forgets app passwords that were right as soon as any node revokes one. A node that
    /// cannot hear the others remembers them for a few seconds all the same: [`VerifiedPasswords`].
    pub fn begin(db: &Database, hearing: Hearing) -> Self {
        if !db.has_nodes() {
            return Following(None);
        }
        let following = tokio::spawn(follow(db.clone(), hearing));
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

impl Hearing {
    fn heed(&self, notice: Notice) {
        match notice {
            Notice::Revoked => self.verified.forget_all(),
            Notice::Changed { node, .. } if node == self.node => {}
            Notice::Changed { announcements, .. } => {
                announcements.into_iter().for_each(|announcement| self.announce(announcement));
            }
            // A newer version is among the nodes.
            Notice::Unknown => self.assume_missed(),
        }
    }

    /// For a time in which nothing was heard.
    fn assume_missed(&self) {
        self.verified.forget_all();
        self.announce(Announcement::Missed);
    }

    fn announce(&self, announcement: Announcement) {
        // Nobody may listen.
        let _ = self.announcer.send(announcement);
    }
}

async fn follow(db: Database, hearing: Hearing) {
    while !db.is_closed() {
        match db.listen().await {
            Ok(Some(mut listener)) => {
                hearing.assume_missed();
                while let Ok(notice) = listener.next().await {
                    hearing.heed(notice);
                }
                hearing.verified.forget_all();
            }
            Ok(None) => return,
            Err(error) => tracing::debug!(%error, "other nodes are not heard"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
