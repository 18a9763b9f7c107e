//! Deriving the index anew from the stored texts.

use crate::objects::index;
use crate::parsed::PAGE_OCTETS;
use crate::store::ObjectId;
use crate::{Kalends, Result};

impl Kalends {
    /// Derives anew everything that is derived from the objects' texts; texts, revisions and the change log stay as they are.
    /// Yields the number of objects. An object that cannot be read any more keeps its old index and is named in the log.
    pub async fn reindex(&self) -> Result<usize> {
        let mut done = 0;
        let mut after = ObjectId(0);
        loop {
            let mut tx = self.db.write().await?;
            let batch = tx.texts_after(after, PAGE_OCTETS).await?;
            let Some((last, _, _)) = batch.last() else { return Ok(done) };
            after = *last;
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
            tx.commit().await?;
        }
    }
}
