//! Somebody's scheduling inbox (RFC 6638 section 2.2), as CalDAV shows it.

use super::processing::default_calendar;
use crate::access::{self, Caller, Held, PrincipalId};
use crate::model::scheduling::{DeliveryId, InboxItem, InboxState};
use crate::retry::retry;
use crate::{Error, Kalends, Missing, Problem, Result};
use chrono::{TimeDelta, Utc};
use kalends_ical::ComponentKind;
use kalends_ical::availability::Availability;

/// How long a message is in an inbox where nobody takes it away.
pub(crate) const INBOX_LIFE: TimeDelta = TimeDelta::days(30);
/// Most messages that are listed: the oldest that nobody took away.
const MAX_LISTED: usize = 1_000;
/// Most octets of a VAVAILABILITY.
const MAX_AVAILABILITY: usize = 64 * 1024;
/// There is none for a credential of one calendar.
const NO_INBOX: Error = Error::NotFound(Missing::Inbox);

/// What sync-tokens of inboxes begin with; the owner's id and a revision follow.
const TOKEN_PREFIX: &str = "urn:kalends:inbox:";

fn token_at(who: PrincipalId, revision: i64) -> String {
    format!("{TOKEN_PREFIX}{}:{revision}", who.0)
}

/// The revision that a token stands for.
///
/// # Errors
/// `InvalidSyncToken` for one that this inbox never gave out, or so long ago that what went since is not known any more.
fn revision_of(who: PrincipalId, state: InboxState, token: &str) -> Result<i64> {
    let revision: Option<i64> = token.rsplit(':').next().and_then(|revision| revision.parse().ok());
    let known = revision.filter(|revision| (state.whole_after..=state.revision).contains(revision));
    known.filter(|revision| token_at(who, *revision) == token).ok_or(Error::InvalidSyncToken)
}

/// What came to an inbox and went from it since a sync-token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxChanges {
    /// What is there.
    pub changed: Vec<InboxItem>,
    /// Names of what is gone.
    pub removed: Vec<String>,
    /// Where the client's next call goes on.
    pub token: String,
    /// More remain after `token` (RFC 6578 section 3.6).
    pub truncated: bool,
}

impl Kalends {
    /// What is in the caller's inbox, the oldest first.
    ///
    /// # Errors
    /// `Forbidden` for a credential that is for one calendar, or not for all.
    pub async fn inbox(&self, caller: Caller) -> Result<Vec<InboxItem>> {
        access::require_all_calendars(caller, NO_INBOX)?;
        self.db.once().await?.inbox(caller.principal, DeliveryId(0), MAX_LISTED).await
    }

    /// One message in the caller's inbox.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn inbox_item(&self, caller: Caller, name: &str) -> Result<InboxItem> {
        const NONE: Error = Error::NotFound(Missing::Message);
        access::require_all_calendars(caller, NO_INBOX)?;
        let id = InboxItem::id_of(name).ok_or(NONE)?;
        self.db.once().await?.inbox_item(caller.principal, id).await?.ok_or(NONE)
    }

    /// Takes a message out of the caller's inbox; what it did stays.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for a credential that only reads.
    pub async fn remove_from_inbox(&self, caller: Caller, name: &str) -> Result<()> {
        const NONE: Error = Error::NotFound(Missing::Message);
        access::require_all_calendars(caller, NO_INBOX)?;
        access::require_writing(caller)?;
        let id = InboxItem::id_of(name).ok_or(NONE)?;
        retry(async || {
            let mut tx = self.db.write().await?;
            if !tx.remove_from_inbox(caller.principal, id, Utc::now()).await? {
                return Err(NONE);
            }
            tx.commit().await
        })
        .await
    }

    /// The sync-token of the caller's inbox (RFC 6578): another whenever something else is in it.
    ///
    /// # Errors
    /// Those of [`Kalends::inbox`].
    pub async fn inbox_token(&self, caller: Caller) -> Result<String> {
        access::require_all_calendars(caller, NO_INBOX)?;
        let state = self.db.once().await?.inbox_state(caller.principal).await?;
        Ok(token_at(caller.principal, state.revision))
    }

    /// What came to the caller's inbox and went from it since `token` (`None`: what is there), at most `limit`.
    ///
    /// # Errors
    /// Those of [`Kalends::inbox`]; `InvalidSyncToken`.
    pub async fn inbox_changes(
        &self,
        caller: Caller,
        token: Option<&str>,
        limit: Option<usize>,
    ) -> Result<InboxChanges> {
        access::require_all_calendars(caller, NO_INBOX)?;
        let who = caller.principal;
        let limit = limit.unwrap_or(MAX_LISTED).min(MAX_LISTED);
        let mut tx = self.db.read().await?;
        let state = tx.inbox_state(who).await?;
        let mut reached = token.map_or(Ok(0), |token| revision_of(who, state, token))?;
        let mut found =
            InboxChanges { changed: Vec::new(), removed: Vec::new(), token: String::new(), truncated: false };
        // What went before a client knew of anything is nothing to it, and does not count.
        loop {
            let page = tx.inbox_changes(who, reached, MAX_LISTED).await?;
            let is_last = page.len() < MAX_LISTED;
            for change in page.into_iter().filter(|change| change.revision <= state.revision) {
                let counts = change.is_there || token.is_some();
                if counts && found.changed.len() + found.removed.len() == limit {
                    found.truncated = true;
                    found.token = token_at(who, reached);
                    return Ok(found);
                }
                reached = change.revision;
                match change.is_there {
                    true => found.changed.push(change.item),
                    false if token.is_some() => found.removed.push(change.item.name()),
                    false => {}
                }
            }
            if is_last {
                found.token = token_at(who, state.revision);
                return Ok(found);
            }
        }
    }

    /// Where the caller's invitations go.
    ///
    /// # Errors
    /// `NotFound` where there is no such calendar.
    pub async fn invitation_calendar(&self, caller: Caller) -> Result<Held> {
        let mut tx = self.db.read().await?;
        default_calendar(&mut tx, caller, ComponentKind::Event).await
    }

    /// The VAVAILABILITY (RFC 7953) that the caller gave, as a VCALENDAR.
    ///
    /// # Errors
    /// Those of [`Kalends::inbox`].
    pub async fn availability(&self, caller: Caller) -> Result<Option<String>> {
        access::require_all_calendars(caller, NO_INBOX)?;
        self.db.once().await?.availability(caller.principal).await
    }

    /// Says when the caller can be invited; `None`: by their working hours.
    ///
    /// # Errors
    /// `InvalidCalendarData`; `BadInput` for one that is too long; `Forbidden`
    pub async fn set_availability(&self, caller: Caller, text: Option<&str>) -> Result<()> {
        access::require_own(caller)?;
        if let Some(text) = text {
            if text.len() > MAX_AVAILABILITY {
                return Err(Error::bad_input("calendar-availability", Problem::Octets { limit: MAX_AVAILABILITY }));
            }
            Availability::read(text)?;
        }
        retry(async || {
            let mut tx = self.db.write().await?;
            tx.set_availability(caller.principal, text).await?;
            tx.commit().await
        })
        .await
    }
}
