//! Which messages have something about meetings, as a look finds them.

use crate::mail::look::{Halt, Look};
use crate::model::mail_folder::{FolderRole, MailFolder};
use crate::store::NO_CALENDAR;
use crate::sync::provider::ProviderError;
use chrono::{TimeDelta, Utc};

/// What is older was for another program.
const MAX_AGE: TimeDelta = TimeDelta::days(30);
/// Of how many messages of a folder it is looked at once what they have.
const LOOKED_AT: i64 = 1_000;
/// How many of them are asked about at once.
const PIECE: usize = 100;

/// Looks which of the messages of a folder that have come not long ago have calendars, where mail is for whoever has the account.
pub(in crate::mail) async fn find_calendars(look: &Look<'_>, folder: &MailFolder) -> std::result::Result<(), Halt> {
    if !matches!(folder.role, None | Some(FolderRole::Inbox | FolderRole::Archive)) {
        return Ok(());
    }
    let since = Utc::now() - MAX_AGE;
    let uids = look.kalends.db.read().await?.mail_of_unknown_structure(folder.id, since, LOOKED_AT).await?;
    let mut open: Vec<&[u32]> = uids.chunks(PIECE).rev().collect();
    while let Some(piece) = open.pop() {
        let found = match look.mailbox.calendars(&folder.path, piece).await {
            Ok(found) => found,
            // One of them may be what it does not say it of; one that it never says it of has none.
            Err(ProviderError::Rejected(_)) if piece.len() > 1 => {
                let (one, other) = piece.split_at(piece.len() / 2);
                open.extend([other, one]);
                continue;
            }
            Err(ProviderError::Rejected(_)) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut tx = look.kalends.db.write().await?;
        for uid in piece {
            let section = found.iter().find(|(at, _)| at == uid).map_or(NO_CALENDAR, |(_, section)| section);
            tx.set_calendar_section(folder.id, *uid, section).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
