//! The change log, read: collection synchronisation (RFC 6578).

use crate::access::{Access, PrincipalId};
use crate::calendars::{CalendarId, Revision, authorize};
use crate::objects::ObjectHead;
use crate::{Error, Kalends, Result};

/// What changed in a calendar since a sync-token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Objects that are new or changed, as they are now.
    pub changed: Vec<ObjectHead>,
    /// Names of objects that are gone.
    pub removed: Vec<String>,
    /// Where the next call goes on.
    pub token: String,
    /// More changes remain after `token` (RFC 6578 section 3.6).
    pub truncated: bool,
}

const TOKEN_PREFIX: &str = "urn:kalends:sync:";

/// The sync-token of a calendar at a revision, an absolute URI (RFC 6578 section 4). The calendar's id is in it, so that a
/// calendar made again under an old URL refuses its predecessor's tokens.
pub fn sync_token(calendar: CalendarId, revision: Revision) -> String {
    format!("{TOKEN_PREFIX}{}:{}", calendar.0, revision.0)
}

/// The revision that `token` stands for, if this calendar, now at `current`, gave it out.
fn revision_of(token: &str, calendar: CalendarId, current: Revision) -> Result<Revision> {
    let (id, revision) =
        token.strip_prefix(TOKEN_PREFIX).and_then(|rest| rest.split_once(':')).ok_or(Error::InvalidSyncToken)?;
    let revision = revision.parse().map(Revision).map_err(|_| Error::InvalidSyncToken)?;
    let known = id.parse() == Ok(calendar.0) && (Revision(0)..=current).contains(&revision);
    // Only the canonical writing is a token that was given out ("+1" and "01" parse as well).
    if known && sync_token(calendar, revision) == token { Ok(revision) } else { Err(Error::InvalidSyncToken) }
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
    /// Changes since `token` (`None`: everything there is), at most `limit` of them.
    ///
    /// # Errors
    /// `InvalidSyncToken` for a token that this calendar never gave out.
    pub async fn changes(
        &self,
        who: PrincipalId,
        calendar: CalendarId,
        token: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Changes> {
        let mut tx = self.db.read().await?;
        let calendar = authorize(&mut *tx, who, calendar, Access::Read).await?;
        let since = token.map(|token| revision_of(token, calendar.id, calendar.revision)).transpose()?;
        let limit = limit.unwrap_or(usize::MAX);
        let one_more = limit.saturating_add(1);
        let mut page: Vec<Change> = tx
            .written_after(calendar.id, since.unwrap_or(Revision(0)), one_more)
            .await?
            .into_iter()
            .map(Change::Written)
            .collect();
        // A client without a token has nothing that could be removed.
        if let Some(since) = since {
            let removed = tx.removed_after(calendar.id, since, one_more).await?;
            page.extend(removed.into_iter().map(|(revision, name)| Change::Removed(revision, name)));
            page.sort_by_key(Change::revision);
        }
        let truncated = page.len() > limit;
        page.truncate(limit);
        let reached = match page.last() {
            Some(last) if truncated => last.revision(),
            None if truncated => since.unwrap_or(Revision(0)),
            _ => calendar.revision,
        };
        let mut changes =
            Changes { changed: Vec::new(), removed: Vec::new(), token: sync_token(calendar.id, reached), truncated };
        for change in page {
            match change {
                Change::Written(head) => changes.changed.push(head),
                Change::Removed(_, name) => changes.removed.push(name),
            }
        }
        Ok(changes)
    }
}
