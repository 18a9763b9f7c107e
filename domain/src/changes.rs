//! The change log, read: collection synchronisation (RFC 6578).

use crate::access::PrincipalId;
use crate::calendars::CalendarId;
use crate::objects::ObjectHead;
use crate::{Kalends, Result};

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
        let _ = (who, calendar, token, limit);
        todo!()
    }
}
