//! How often links are used, without a write for each use: uses are counted in memory and stored together after a while. A node that
//! dies takes what it had counted since along.

use crate::model::link::{Link, LinkId};
use crate::{Kalends, Result};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long uses are counted before they are stored.
const PAUSE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy)]
struct Uses {
    count: u64,
    last: DateTime<Utc>,
}

/// What was counted and is not stored yet.
#[derive(Default)]
pub(crate) struct LinkUses(Mutex<HashMap<LinkId, Uses>>);

impl LinkUses {
    fn waiting(&self) -> MutexGuard<'_, HashMap<LinkId, Uses>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Yields whether it is the first that waits.
    fn add(&self, id: LinkId, uses: Uses) -> bool {
        let mut waiting = self.waiting();
        let is_first = waiting.is_empty();
        let counted = waiting.entry(id).or_insert(Uses { count: 0, ..uses });
        counted.count = counted.count.saturating_add(uses.count);
        counted.last = counted.last.max(uses.last);
        is_first
    }

    /// The links with what is not stored yet.
    pub fn counted(&self, mut links: Vec<Link>) -> Vec<Link> {
        let waiting = self.waiting();
        for link in &mut links {
            if let Some(uses) = waiting.get(&link.id) {
                link.uses = link.uses.saturating_add(uses.count);
                link.last_used_at = link.last_used_at.max(Some(uses.last));
            }
        }
        links
    }
}

impl Kalends {
    /// Counts one use of a link.
    pub(super) fn count_link_use(&self, id: LinkId) {
        if self.link_uses.add(id, Uses { count: 1, last: Utc::now() }) {
            let kalends = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(PAUSE).await;
                if let Err(error) = kalends.store_link_uses().await {
                    tracing::warn!(%error, "the uses of links are not stored yet");
                }
            });
        }
    }

    /// Stores what was counted so far.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; what is not stored then is with the next uses.
    pub async fn store_link_uses(&self) -> Result<()> {
        let taken = std::mem::take(&mut *self.link_uses.waiting());
        let stored = async {
            let mut tx = self.db.write().await?;
            // In one order everywhere, as rows are locked.
            let mut uses: Vec<_> = taken.iter().collect();
            uses.sort_unstable_by_key(|(id, _)| **id);
            for (id, uses) in uses {
                tx.add_link_uses(*id, uses.count, uses.last).await?;
            }
            tx.commit().await
        };
        let outcome = stored.await;
        if outcome.is_err() {
            for (id, uses) in taken {
                self.link_uses.add(id, uses);
            }
        }
        outcome
    }
}
