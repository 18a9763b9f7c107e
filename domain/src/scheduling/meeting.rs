//! An event that somebody is about to say something about.

use super::addresses::{Known, of_calendar};
use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::calendars::CalendarId;
use crate::events::stored_event;
use crate::model::object::Object;
use crate::{Error, Kalends, Problem, Result};

/// Longest word that goes with a message, in characters.
const MAX_COMMENT: usize = 1_000;

/// An event with whose meetings are in its calendar.
pub(super) struct Meeting {
    pub stored: Object,
    pub me: Known,
    pub deciders: [PrincipalId; 2],
}

/// To whom proposals about what is in a calendar come: its owner, or of a team each who organizes.
pub(super) fn deciders(calendar: &Held, caller: Caller) -> [PrincipalId; 2] {
    [calendar.owner().id, caller.principal]
}

/// A word that goes with a message; `None` for an empty one.
///
/// # Errors
/// `BadInput` for one that is too long.
pub(crate) fn checked_comment(comment: Option<&str>) -> Result<Option<String>> {
    let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
    if comment.is_some_and(|comment| comment.chars().count() > MAX_COMMENT) {
        return Err(Error::bad_input("comment", Problem::Length { least: 0, most: MAX_COMMENT }));
    }
    Ok(comment.map(str::to_owned))
}

impl Kalends {
    /// An event of a calendar that the caller may write to.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`; `PreconditionFailed` where the caller has seen another version.
    pub(super) async fn meeting(
        &self,
        caller: Caller,
        (calendar, name): (CalendarId, &str),
        etag: Option<&str>,
    ) -> Result<Meeting> {
        let mut tx = self.db.read().await?;
        let held = access::calendar(&mut tx, caller, calendar, Access::Write).await?;
        let stored = stored_event(&mut tx, &held, name).await?;
        let me = of_calendar(&mut tx, &held).await?;
        if etag.is_some_and(|etag| etag != held.shown_head(stored.head.clone()).etag && etag != stored.head.etag) {
            return Err(Error::PreconditionFailed);
        }
        Ok(Meeting { stored, me, deciders: deciders(&held, caller) })
    }
}
