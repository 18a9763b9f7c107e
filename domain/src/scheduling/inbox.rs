//! Somebody's scheduling inbox (RFC 6638 section 2.2), as CalDAV shows it.

use super::processing::default_calendar;
use crate::access::{self, Caller, Held};
use crate::model::scheduling::{DeliveryId, InboxItem};
use crate::{Error, Kalends, Problem, Result};
use chrono::{DateTime, TimeDelta, Utc};
use kalends_ical::ComponentKind;
use kalends_ical::availability::Availability;

/// How long a message can be seen in an inbox.
const INBOX_LIFE: TimeDelta = TimeDelta::days(30);
/// Most messages that are listed: the oldest that nobody took away.
const MAX_LISTED: usize = 1_000;
/// Most octets of a VAVAILABILITY.
const MAX_AVAILABILITY: usize = 64 * 1024;

fn since() -> DateTime<Utc> {
    Utc::now() - INBOX_LIFE
}

impl Kalends {
    /// What is in the caller's inbox, the oldest first.
    ///
    /// # Errors
    /// `Forbidden` for a credential that is for one calendar, or not for all.
    pub async fn inbox(&self, caller: Caller) -> Result<Vec<InboxItem>> {
        require_inbox(caller)?;
        self.db.once().await?.inbox(caller.principal, since(), DeliveryId(0), MAX_LISTED).await
    }

    /// One message in the caller's inbox.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn inbox_item(&self, caller: Caller, name: &str) -> Result<InboxItem> {
        const NONE: Error = Error::NotFound("the message");
        require_inbox(caller)?;
        let id = InboxItem::id_of(name).ok_or(NONE)?;
        self.db.once().await?.inbox_item(caller.principal, since(), id).await?.ok_or(NONE)
    }

    /// Takes a message out of the caller's inbox; what it did stays.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for a credential that only reads.
    pub async fn remove_from_inbox(&self, caller: Caller, name: &str) -> Result<()> {
        const NONE: Error = Error::NotFound("the message");
        require_inbox(caller)?;
        access::require_writing(caller)?;
        let id = InboxItem::id_of(name).ok_or(NONE)?;
        let mut tx = self.db.write().await?;
        if !tx.remove_from_inbox(caller.principal, id).await? {
            return Err(NONE);
        }
        tx.commit().await
    }

    /// Another text whenever something else is in the caller's inbox.
    ///
    /// # Errors
    /// Those of [`Kalends::inbox`].
    pub async fn inbox_mark(&self, caller: Caller) -> Result<String> {
        require_inbox(caller)?;
        let (items, last) = self.db.once().await?.inbox_state(caller.principal).await?;
        Ok(format!("{items}-{last}"))
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
        require_inbox(caller)?;
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
        let mut tx = self.db.write().await?;
        tx.set_availability(caller.principal, text).await?;
        tx.commit().await
    }
}

/// # Errors
/// `NotFound` for a credential of one calendar, for which there is no inbox.
fn require_inbox(caller: Caller) -> Result<()> {
    match caller.only {
        None => Ok(()),
        Some(_) => Err(Error::NotFound("the inbox")),
    }
}
