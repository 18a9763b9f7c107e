//! The change log, read: collection synchronisation (RFC 6578).

use crate::access::{self, Access, Caller, Held};
use crate::calendars::{Calendar, CalendarId, Revision};
use crate::objects::ObjectHead;
use crate::store::Transaction;
use crate::{Error, Kalends, Result};
use chrono::{DateTime, Utc};

/// A part of what changed in a calendar since a sync-token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Objects that are new or changed, as they are now.
    pub changed: Vec<ObjectHead>,
    /// Names of objects that are gone.
    pub removed: Vec<String>,
}

/// The changes of a calendar since a sync-token, read page by page, so that memory does not follow their number. They are those
/// up to the moment when reading began: what happens meanwhile comes with the next token.
pub struct ChangeReader {
    kalends: Kalends,
    caller: Caller,
    calendar: CalendarId,
    /// A client without a token has nothing that could be removed.
    with_removed: bool,
    /// Where the next page begins.
    reached: Revision,
    until: Revision,
    /// How many changes may still come.
    left: usize,
    ended: bool,
    /// Where the client's next call goes on, once everything was read.
    pub token: String,
    /// More changes remain after `token` (RFC 6578 section 3.6).
    pub truncated: bool,
}

impl std::fmt::Debug for ChangeReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeReader")
            .field("calendar", &self.calendar)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// How many changes are read at once.
const PAGE: usize = 1000;

const TOKEN_PREFIX: &str = "urn:kalends:sync:";

/// The calendar's sync-token, an absolute URI (RFC 6578 section 4).
pub fn sync_token(calendar: &Calendar) -> String {
    token_at(calendar.id, calendar.revision, calendar.changed_at)
}

/// The calendar's id is in the token, so that a calendar made again under an old URL refuses its predecessor's. So is the time of
/// the change: a store that was brought back from an older copy counts the same revisions again, for other changes.
fn token_at(calendar: CalendarId, revision: Revision, changed_at: DateTime<Utc>) -> String {
    format!("{TOKEN_PREFIX}{}:{}:{}", calendar.0, revision.0, changed_at.timestamp_millis())
}

/// When the calendar came to `revision`; it was made with revision 0.
async fn changed_at(tx: &mut Transaction, calendar: &Calendar, revision: Revision) -> Result<DateTime<Utc>> {
    if revision == Revision(0) {
        return Ok(calendar.created_at);
    }
    tx.changed_at(calendar.id, revision).await?.ok_or(Error::InvalidSyncToken)
}

/// The revision that `token` stands for, if the calendar gave it out.
async fn revision_of(tx: &mut Transaction, calendar: &Calendar, token: &str) -> Result<Revision> {
    let revision = token.strip_prefix(TOKEN_PREFIX).and_then(|rest| rest.split(':').nth(1));
    let revision = revision.and_then(|revision| revision.parse().ok()).map(Revision).ok_or(Error::InvalidSyncToken)?;
    if revision < calendar.log_whole_after {
        return Err(Error::InvalidSyncToken);
    }
    let changed_at = changed_at(tx, calendar, revision).await?;
    // Only the canonical writing is a token that was given out ("+1" and "01" parse as well).
    if token_at(calendar.id, revision, changed_at) == token { Ok(revision) } else { Err(Error::InvalidSyncToken) }
}

/// One entry of a page, in the order of the log.
enum Change {
    Written(ObjectHead),
    Removed(Revision, String),
}

impl Change {
    fn revision(&self) -> Revision {
        match self {
            Change::Written(head) => head.revision,
            Change::Removed(revision, _) => *revision,
        }
    }
}

impl Kalends {
    /// [`Kalends::changes_in`], for a calendar that has not been looked up yet.
    ///
    /// # Errors
    /// Those of [`Kalends::changes_in`].
    pub async fn changes(
        &self,
        caller: Caller,
        calendar: CalendarId,
        token: Option<&str>,
        limit: Option<usize>,
    ) -> Result<ChangeReader> {
        self.changes_in(caller, &self.calendar_by_id(caller, calendar).await?, token, limit).await
    }

    /// Begins to read the changes of `calendar` since `token` (`None`: everything there is), at most `limit` of them.
    ///
    /// # Errors
    /// `NotFound`; `InvalidSyncToken` for a token that this calendar never gave out, or so long ago that the log does not go back to it
    /// (RFC 6578 section 3.7).
    pub async fn changes_in(
        &self,
        caller: Caller,
        calendar: &Held,
        token: Option<&str>,
        limit: Option<usize>,
    ) -> Result<ChangeReader> {
        calendar.require(Access::Read)?;
        let newest = sync_token(calendar);
        // Most clients ask most of the time when there is nothing new, which the calendar itself says.
        let ended = token == Some(&newest);
        let since = match token {
            Some(_) if ended => Some(calendar.revision),
            Some(token) => Some(revision_of(&mut self.db.read().await?, calendar, token).await?),
            None => None,
        };
        Ok(ChangeReader {
            kalends: self.clone(),
            caller,
            calendar: calendar.id,
            with_removed: since.is_some(),
            reached: since.unwrap_or(Revision(0)),
            until: calendar.revision,
            left: limit.unwrap_or(usize::MAX),
            ended,
            token: newest,
            truncated: false,
        })
    }
}

impl ChangeReader {
    /// The next changes, the earliest first; `None` when there are no more, or as many came as were asked for.
    ///
    /// # Errors
    /// `NotFound` when the calendar has gone meanwhile.
    pub async fn next(&mut self) -> Result<Option<Changes>> {
        if self.ended {
            return Ok(None);
        }
        let mut tx = self.kalends.db.read().await?;
        let calendar = access::calendar(&mut tx, self.caller, self.calendar, Access::Read).await?;
        let most = self.left.min(PAGE);
        let mut page = self.read(&mut tx, most + 1).await?;
        self.ended = page.len() <= most;
        page.truncate(most);
        self.left -= page.len();
        self.reached = page.last().map_or(self.reached, Change::revision);
        if !self.ended && self.left == 0 {
            self.ended = true;
            self.truncated = true;
            self.token = token_at(calendar.id, self.reached, changed_at(&mut tx, &calendar, self.reached).await?);
        }
        let mut changes = Changes::default();
        for change in page {
            match change {
                Change::Written(head) => changes.changed.push(calendar.shown_head(head)),
                Change::Removed(_, name) => changes.removed.push(name),
            }
        }
        Ok(Some(changes))
    }

    async fn read(&self, tx: &mut Transaction, most: usize) -> Result<Vec<Change>> {
        let written = tx.written_between(self.calendar, self.reached, self.until, most).await?;
        let mut page: Vec<Change> = written.into_iter().map(Change::Written).collect();
        if self.with_removed {
            let removed = tx.removed_between(self.calendar, self.reached, self.until, most).await?;
            page.extend(removed.into_iter().map(|(revision, name)| Change::Removed(revision, name)));
            page.sort_by_key(Change::revision);
        }
        Ok(page)
    }
}
