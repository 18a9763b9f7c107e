//! The log, read: what happened to an object or in a calendar, by whom, the texts that objects had, and the way back to them.

use crate::access::{self, Access, Caller};
use crate::calendars::{CalendarId, Revision};
use crate::model::object::{Precondition, Written};
pub use crate::model::version::{Cause, Change, Digest};
use crate::versions;
use crate::{Error, Kalends, Result};
use chrono::Utc;
use kalends_ical::{CalendarObject, edit};

/// Most rows that are read at once.
const MAX_CHANGES: usize = 1000;

/// An object that has a former text again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The name that it had, or a new one where that, or its UID, was taken by another.
    pub name: String,
    pub written: Written,
}

impl Kalends {
    /// What happened in a calendar after it had come to `since`: the earliest first, at most `limit` changes (a thousand in any case).
    ///
    /// # Errors
    /// `NotFound`
    pub async fn calendar_history(
        &self,
        caller: Caller,
        calendar: CalendarId,
        since: Revision,
        limit: usize,
    ) -> Result<Vec<Change>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        tx.changes_after(calendar, since, limit.min(MAX_CHANGES)).await
    }

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

    /// The change by which a calendar came to `revision`, with the text that it led to; of a removal, the text that it took away.
    ///
    /// # Errors
    /// `NotFound` for the calendar, for a change that there was not, and for a version that is not kept.
    pub async fn version_at(
        &self,
        caller: Caller,
        calendar: CalendarId,
        revision: Revision,
    ) -> Result<(Change, String)> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let change = tx.change(calendar, revision).await?.ok_or(Error::NotFound("the change"))?;
        let led_to = match (&change, change.previous) {
            (Change { after: None, removed: true, .. }, Some(previous)) => tx.change(calendar, previous).await?,
            _ => Some(change.clone()),
        };
        let text = match led_to {
            Some(Change { object: Some(object), after: Some(digest), .. }) => {
                versions::version(&mut tx, calendar, object, digest).await?
            }
            _ => None,
        };
        Ok((change, text.ok_or(Error::NotFound("the version"))?))
    }

    /// Gives an object the text again that [`Kalends::version_at`] yields, as one more write. Where its name or its UID is another
    /// object's now, it comes back beside that, as an object of its own.
    ///
    /// # Errors
    /// Those of [`Kalends::version_at`]; `PreconditionFailed` when the object is no longer as the caller saw it; `Forbidden`.
    pub async fn restore_version(
        &self,
        caller: Caller,
        calendar: CalendarId,
        revision: Revision,
        precondition: Precondition,
    ) -> Result<Restored> {
        let (change, text) = self.version_at(caller, calendar, revision).await?;
        match self.put_object(caller, calendar, &change.name, &text, precondition).await {
            Err(Error::UidConflict { .. }) => {}
            written => return Ok(Restored { name: change.name, written: written? }),
        }
        let limits = self.limits.clone();
        let copy = self.parse_on_a_thread(text.len(), move || {
            Ok(edit::copy_of(&CalendarObject::parse(&text, &limits.text)?, &text, Utc::now()))
        });
        let copy = copy.await?;
        let name = format!("{}.ics", copy.uid);
        let written = self.put_object(caller, calendar, &name, &copy.text, Precondition::Absent).await?;
        Ok(Restored { name, written })
    }
}
