//! Deriving the index anew from the stored texts.

use crate::jobs::{Ended, Lease};
use crate::objects::index;
use crate::parsed::PAGE_OCTETS;
use crate::store::{JobProgress, ObjectId, Transaction};
use crate::{Error, Kalends, Result};
use serde::{Deserialize, Serialize};

impl Kalends {
    /// Derives anew everything that is derived from the objects' texts; texts, revisions and the change log stay as they are.
    /// Yields the number of objects. An object that cannot be read any more keeps its old index and is named in the log.
    pub async fn reindex(&self) -> Result<u64> {
        let mut done = 0;
        let mut after = ObjectId(0);
        loop {
            let mut tx = self.db.write().await?;
            let piece = self.reindex_after(&mut tx, after).await?;
            tx.commit().await?;
            let Some((last, objects)) = piece else { return Ok(done) };
            (after, done) = (last, done + objects);
        }
    }

    /// [`Kalends::reindex`], as a job that goes on where it stood.
    pub(crate) async fn reindex_as(&self, lease: &Lease) -> Result<Ended> {
        let mut after = ObjectId(serde_json::from_str::<Position>(&lease.job.payload).unwrap_or_default().after);
        let mut done = lease.job.steps_done;
        let of = Some(self.db.once().await?.count_objects().await?);
        loop {
            let mut tx = self.db.write().await?;
            let Some((last, objects)) = self.reindex_after(&mut tx, after).await? else {
                let ended = lease.end(&mut tx, Some(&format!("{{\"objects\":{done}}}"))).await?;
                tx.commit().await?;
                return Ok(ended);
            };
            (after, done) = (last, done + objects);
            let position = serde_json::to_string(&Position { after: after.0 });
            let position = position.map_err(|error| Error::Internal(error.into()))?;
            lease.progress(&mut tx, JobProgress { done, of, payload: Some(&position) }).await?;
            tx.commit().await?;
        }
    }

    /// Extents of objects that are not there go first. The next objects after the one with the id `after`: the id of the last, and how many could be indexed; `None` where there are none.
    async fn reindex_after(&self, tx: &mut Transaction, after: ObjectId) -> Result<Option<(ObjectId, u64)>> {
        if after == ObjectId(0) {
            tx.remove_orphaned_extents().await?;
            // The plan of reminders follows from the texts as well.
            tx.mark_everybody_stale().await?;
        }
        let batch = tx.texts_after(after, PAGE_OCTETS).await?;
        let Some((last, _, _)) = batch.last() else { return Ok(None) };
        let (last, mut done) = (*last, 0);
        for (id, calendar, text) in &batch {
            match index(text, &self.limits) {
                Ok(index) => {
                    tx.reindex_object(*id, *calendar, &index).await?;
                    done += 1;
                }
                Err(error) => {
                    tracing::error!(object = id.0, calendar = calendar.0, %error, "an object cannot be indexed")
                }
            }
        }
        Ok(Some((last, done)))
    }
}

/// How far indexing has come.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Position {
    after: i64,
}
