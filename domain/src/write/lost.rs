//! Texts that gave way before they were ever here: they stand in the history of their object all the same.

use super::Write;
use crate::Result;
use crate::access::Held;
use crate::calendars::Revision;
use crate::model::announcement::Announcement;
use crate::model::version::{CauseId, Digest};
use crate::store::{Growth, NewChange, Standing};
use crate::versions;
use chrono::Utc;

/// A text that another side had of the object called `name`, and that gives way to what is here, or is gone here.
pub(crate) struct Lost<'a> {
    pub name: &'a str,
    pub text: &'a str,
    /// By what it would have come; `None`: by what is being written.
    pub came_by: Option<CauseId>,
    /// The object is stored anew in the same write. Where it is not, the log says that it is as it was again.
    pub is_followed: bool,
}

impl Write {
    /// Keeps a text that lost as a version: the log says that it came and that it went, and the object stays as it is, as does the bin.
    /// Nothing is sent to anybody for it. Of an object that nobody knows here nothing is kept.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `Contended`
    pub async fn keep_lost(&mut self, calendar: &Held, lost: Lost<'_>) -> Result<()> {
        let Lost { name, text, came_by, is_followed } = lost;
        let digest = Digest::of(text);
        let standing = self.tx.standing(calendar.id, name).await?;
        let current = standing.as_ref().map(|Standing { object, .. }| (object.text.as_str(), Digest::of(&object.text)));
        if current.is_some_and(|(_, current)| current == digest) {
            return Ok(());
        }
        let (object, previous) = match &standing {
            Some(standing) => (standing.id, standing.object.head.revision),
            None => {
                let Some(removal) = self.tx.last_removal(calendar.id, name, Revision(i64::MAX)).await? else {
                    return Ok(());
                };
                let removed = self.tx.change(calendar.id, removal).await?.and_then(|change| change.object);
                let Some(object) = removed else { return Ok(()) };
                (object, removal)
            }
        };
        let at = Utc::now();
        let version = versions::stored(text, digest, current).await?;
        self.tx.keep_version(calendar.id, object, &version, at).await?;
        let ours = self.cause(calendar.acts_for()).await?;
        let mut revision = self.tx.raise_revision(calendar.id, Growth::default()).await?;
        let cause = came_by.unwrap_or(ours);
        let (previous, after) = (Some(previous), Some(digest));
        self.tx
            .log_change(NewChange { calendar: calendar.id, name, revision, object, previous, after, cause, at })
            .await?;
        if !is_followed || standing.is_none() {
            let (previous, after) = (Some(revision), current.map(|(_, digest)| digest));
            revision = self.tx.raise_revision(calendar.id, Growth::default()).await?;
            let back = NewChange { calendar: calendar.id, name, revision, object, previous, after, cause: ours, at };
            self.tx.log_change(back).await?;
        }
        if standing.is_some() {
            self.tx.set_object_revision(object, revision).await?;
        }
        // Of several changes to one calendar the last is said.
        let is_of_it =
            |said: &Announcement| matches!(said, Announcement::Calendar { calendar: of, .. } if *of == calendar.id);
        self.announcements.retain(|said| !is_of_it(said));
        self.announcements.push(Announcement::Calendar { calendar: calendar.id, revision });
        Ok(())
    }

    /// The cause that a run of a link, which is called `label`, has in the log.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `Contended`
    pub async fn cause_of_sync(&mut self, by: crate::access::Caller, label: String) -> Result<CauseId> {
        let run = crate::model::version::Run::new(crate::model::version::RunKind::Sync, label);
        self.tx.cause(by, None, Some(&run)).await
    }
}
