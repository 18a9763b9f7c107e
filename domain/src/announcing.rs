//! Saying what has changed, on this node and on the others, once it is committed.

use crate::model::announcement::Announcement;
use crate::store::Transaction;
use crate::{Error, Kalends, Result};
use tokio::sync::broadcast;

/// How many announcements wait for a reader that is slow; after that it is told that it missed some.
const MAX_WAITING: usize = 1024;

pub(crate) fn announcer() -> broadcast::Sender<Announcement> {
    broadcast::channel(MAX_WAITING).0
}

impl Kalends {
    /// Commits what was done, does `committed`, and tells `news` of it on every node.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `Contended` when another write was in the way. Nothing has changed then.
    pub(crate) async fn commit_and_say(
        &self,
        mut tx: Transaction,
        news: Vec<Announcement>,
        committed: impl FnOnce(&Kalends) + Send + 'static,
    ) -> Result<()> {
        tx.tell_changed(self.node, &news).await?;
        let kalends = self.clone();
        // In a task of its own: whoever goes away while the database ends the transaction must not take the news of it along.
        let ended = tokio::spawn(async move {
            if let Err(error) = tx.commit().await {
                // It may have been committed all the same.
                let _ = kalends.announcer.send(Announcement::Missed);
                return Err(error);
            }
            committed(&kalends);
            for announcement in news {
                // Nobody may listen.
                let _ = kalends.announcer.send(announcement);
            }
            Ok(())
        });
        ended.await.map_err(|error| Error::Internal(error.into()))?
    }

    /// Commits what a job, a run or a look into a mailbox has come to, and tells `news` of it on every node.
    pub(crate) async fn commit_with_news(
        &self,
        tx: Transaction,
        news: impl IntoIterator<Item = Announcement>,
    ) -> Result<()> {
        self.commit_and_say(tx, news.into_iter().collect(), |_| {}).await
    }

    /// What changes from now on, on any node.
    pub fn announcements(&self) -> broadcast::Receiver<Announcement> {
        self.announcer.subscribe()
    }
}
