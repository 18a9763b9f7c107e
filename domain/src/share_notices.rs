//! What clients are told of shares: that one is offered or is another now, that one has ended, and what was answered. They remove what
//! they have taken note of; pages say the same by what is offered and answered itself.

use crate::access::{self, Access, Caller, Held, PrincipalId};
use crate::calendars::CalendarId;
pub use crate::model::delegate::{ShareNotice, ShareState};
use crate::sharing::{Answer, PartyKind};
use crate::store::NewShareNotice;
use crate::write::Write;
use crate::{Error, Kalends, Missing, Result};
use chrono::Utc;

impl Kalends {
    /// What the caller is told of shares, the oldest first; nothing by a credential that is for one calendar.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn share_notices(&self, caller: Caller) -> Result<Vec<ShareNotice>> {
        match caller.is_for_one_calendar() {
            true => Ok(Vec::new()),
            false => self.db.once().await?.share_notices(caller.principal).await,
        }
    }

    /// The caller has taken note of it.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for a credential that may not do all that the caller may.
    pub async fn remove_share_notice(&self, caller: Caller, id: i64) -> Result<()> {
        access::require_all_calendars(caller, Error::NotFound(Missing::Notice))?;
        access::require_own(caller)?;
        self.write(caller, async |mut write: Write| {
            if !write.tx.remove_share_notice(caller.principal, id).await? {
                return Err(Error::NotFound(Missing::Notice));
            }
            write.commit(()).await
        })
        .await
    }
}

impl Write {
    /// Tells a person that a calendar is shared with them, or otherwise than it was. Busy times alone are nothing to clients.
    pub(crate) async fn tell_of_share(
        &mut self,
        calendar: CalendarId,
        with: PrincipalId,
        access: Access,
        answer: Option<Answer>,
        name: &str,
    ) -> Result<()> {
        if !access::shows_events(access) {
            return self.tx.delete_share_notice(with, calendar, with).await;
        }
        let state = match answer {
            None => ShareState::Asked,
            Some(Answer::Accepted) => ShareState::Accepted,
            Some(Answer::Declined) => ShareState::Declined,
        };
        let new = NewShareNotice { told: with, calendar, about: with, state, access, name: Some(name), at: Utc::now() };
        self.tx.leave_share_notice(new).await
    }

    /// A share is about to end: whoever had accepted it is told, and nobody is asked any more.
    pub(crate) async fn tell_of_end(&mut self, calendar: CalendarId, with: PrincipalId) -> Result<()> {
        let found = self.tx.calendar(calendar, PrincipalId::EVERYONE).await?;
        let share = self.tx.share_with(calendar, with).await?;
        let told = share.filter(|share| share.with.kind == PartyKind::Person);
        let Some((share, found)) = told.zip(found) else { return Ok(()) };
        // What was answered to it is nothing to the owner any more.
        self.tx.delete_share_notice(found.owner.id, calendar, with).await?;
        if share.answer != Some(Answer::Accepted) || !access::shows_events(share.access) {
            return self.tx.delete_share_notice(with, calendar, with).await;
        }
        let (state, access) = (ShareState::Ended, share.access);
        let new = NewShareNotice { told: with, calendar, about: with, state, access, name: None, at: Utc::now() };
        self.tx.leave_share_notice(new).await
    }

    /// Whoever it was shared with has answered: nothing is left to tell them, and its owner is told, if that is a person.
    pub(crate) async fn tell_of_answer(&mut self, held: &Held, answer: Answer) -> Result<()> {
        let (calendar, about) = (held.id, self.caller().principal);
        self.tx.delete_share_notice(about, calendar, about).await?;
        let Some(share) = self.tx.share_with(calendar, about).await? else { return Ok(()) };
        if held.owner().kind != PartyKind::Person || !access::shows_events(share.access) {
            return Ok(());
        }
        let state = match answer {
            Answer::Accepted => ShareState::Accepted,
            Answer::Declined => ShareState::Declined,
        };
        let (told, access) = (held.owner().id, share.access);
        let new = NewShareNotice { told, calendar, about, state, access, name: None, at: Utc::now() };
        self.tx.leave_share_notice(new).await
    }
}
