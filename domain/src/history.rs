//! The log of one object, read: what happened to it, by whom, and the texts that it had.

use crate::access::{self, Access, Caller};
use crate::calendars::CalendarId;
pub use crate::model::version::{Cause, Change, Digest};
use crate::versions;
use crate::{Error, Kalends, Result};

/// Most rows that are read at once.
const MAX_CHANGES: usize = 1000;

impl Kalends {
    /// What happened to the object called `name`, or to the last one that was called so: the newest first, the newest thousand at most.
    ///
    /// # Errors
    /// `NotFound` for the calendar, and for a name that none ever had.
    pub async fn object_history(&self, caller: Caller, calendar: CalendarId, name: &str) -> Result<Vec<Change>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let newest = match tx.object_head(calendar, name).await? {
            Some((_, head)) => Some(head.revision),
            None => tx.last_removal(calendar, name).await?,
        };
        let mut next = Some(newest.ok_or(Error::NotFound("the object"))?);
        let mut changes = Vec::new();
        while let Some(revision) = next.filter(|_| changes.len() < MAX_CHANGES) {
            let Some(change) = tx.change(calendar, revision).await? else { break };
            next = change.previous;
            changes.push(change);
        }
        Ok(changes)
    }

    /// The text that a change led to.
    ///
    /// # Errors
    /// `NotFound` for a removal, and for a version that is not kept.
    pub async fn version_after(&self, caller: Caller, calendar: CalendarId, change: &Change) -> Result<String> {
        let missing = Error::NotFound("the version");
        let (Some(object), Some(digest)) = (change.object, change.after) else { return Err(missing) };
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        versions::version(&mut tx, calendar, object, digest).await?.ok_or(missing)
    }
}
