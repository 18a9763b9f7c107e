//! What is known of calendars elsewhere besides what is in them: what they are called and which colour they have, and which there are that
//! nobody here has seen.

use super::engine::{Done, Engine};
use super::provider::{ProviderError, RemoteCalendar};
use crate::access::{Access, Caller};
use crate::model::remote_account::{ProviderKind, RemoteAccount};
use crate::model::sync_link::SyncLink;
use crate::retry::retry;
use crate::write::Write;
use crate::{Kalends, Result};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// How often it is looked whether an account has other calendars than before, where one of its links runs.
const LIST_AGAIN: TimeDelta = TimeDelta::hours(1);
/// Longest name that a calendar here takes from one there, in characters.
const MAX_NAME: usize = 200;

/// What a calendar here is called that has the name of one there.
pub(super) fn name_here(name_there: &str) -> String {
    name_there.chars().filter(|letter| !letter.is_control()).take(MAX_NAME).collect()
}

/// The colour here of a calendar there; `None` for one that says none, or not as `#RRGGBB` (Apple's own says how opaque it is after that).
pub(super) fn color_here(color_there: Option<&str>) -> Option<String> {
    let color = color_there.filter(|color| matches!(color.len(), 7 | 9) && color.starts_with('#'))?;
    let is_hex = color.bytes().skip(1).all(|octet| octet.is_ascii_hexdigit());
    color.get(..7).filter(|_| is_hex).map(str::to_owned)
}

impl Engine<'_> {
    /// Asks at the first run, and again once a day, what the remote side says of the calendar and of what it failed at; and once an hour
    /// which calendars the account has.
    pub(super) async fn know_remote(&mut self) -> Done<()> {
        let day = |at: Option<DateTime<Utc>>| at.map(|at| at.date_naive());
        let is_known = self.link.last_run_at.is_some() && day(self.link.last_run_at) == day(Some(Utc::now()));
        let mut tx = self.kalends.db.read().await?;
        let account =
            tx.remote_account(self.link.account).await?.filter(|account| account.provider != ProviderKind::Ics);
        let listed_at = match &account {
            Some(account) => tx.remote_listing(account.id).await?.0,
            None => None,
        };
        drop(tx);
        let is_listed = account.is_none() || listed_at.is_some_and(|at| Utc::now() - at < LIST_AGAIN);
        if is_known && is_listed {
            return Ok(());
        }
        let calendars = self.provider.calendars().await?;
        if let Some(account) = &account {
            self.kalends.note_remote_calendars(account, &calendars, false).await?;
        }
        let Some(remote) = calendars.into_iter().find(|calendar| calendar.id == self.link.remote) else {
            return Err(ProviderError::Missing("the calendar is there no more".into()).into());
        };
        self.follow_looks(&remote).await?;
        let mut tx = self.begin().await?;
        tx.set_sync_remote(self.link.id, &remote).await?;
        if !is_known {
            // What the server had a fault at may be otherwise today, though nobody has changed it.
            tx.clear_sync_failing(self.link.id).await?;
        }
        tx.commit().await?;
        self.link.remote_writable = remote.is_writable;
        let rules = super::decide::Rules { components: remote.components.clone(), ..(*self.rules).clone() };
        self.rules = Arc::new(rules);
        Ok(())
    }

    /// A name and a colour that have changed there come here, where they are still as they were there: whoever has chosen others here
    /// keeps those.
    async fn follow_looks(&self, remote: &RemoteCalendar) -> Result<()> {
        let SyncLink { remote_name, remote_color, .. } = &self.link;
        let name = (name_here(remote_name), name_here(&remote.name));
        let color = (color_here(remote_color.as_deref()), color_here(remote.color.as_deref()));
        if name.0 == name.1 && (color.0 == color.1 || color.0.is_none()) {
            return Ok(());
        }
        retry(async || {
            let mut write = self.kalends.begin_write(Some(&self.run), self.caller).await?;
            let held = write.calendar(self.link.calendar, Access::Write).await?;
            let mut details = held.into_calendar().details;
            let before = details.clone();
            if details.display_name == name.0 && !name.1.trim().is_empty() {
                details.display_name.clone_from(&name.1);
            }
            if let (Some(was), Some(is)) = &color
                && details.color.eq_ignore_ascii_case(was)
            {
                details.color.clone_from(is);
            }
            if details == before {
                return Ok(());
            }
            write.tx.update_calendar(self.link.calendar, &details).await?;
            write.calendar_changed(self.link.calendar).await?;
            self.hold_write(&mut write).await?;
            write.commit(()).await
        })
        .await
    }
}

impl Kalends {
    /// Notes which calendars an account has. Those that were there when it was listed first, and those that its owner `is_shown`, are
    /// no news; how many others there are that are in step with nothing is said in [`RemoteAccount::new_calendars`].
    pub(super) async fn note_remote_calendars(
        &self,
        account: &RemoteAccount,
        calendars: &[RemoteCalendar],
        is_shown: bool,
    ) -> Result<()> {
        if account.provider == ProviderKind::Ics {
            return Ok(());
        }
        let ids = || calendars.iter().map(|calendar| calendar.id.0.clone()).collect::<Vec<_>>();
        self.write(Caller::page(account.owner), async |mut write: Write| {
            let (_, known) = write.tx.remote_listing(account.id).await?;
            let links = write.tx.sync_links_of_account(account.id).await?;
            let shown = known.filter(|_| !is_shown).unwrap_or_else(ids);
            let is_new = |calendar: &&RemoteCalendar| {
                !shown.contains(&calendar.id.0) && !links.iter().any(|link| link.remote == calendar.id)
            };
            let new = calendars.iter().filter(is_new).count() as u64;
            write.tx.set_remote_listing(account.id, Utc::now(), &shown, new).await?;
            if new != account.new_calendars {
                write.list_changed().await?;
            }
            write.commit(()).await
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_taken_as_far_as_they_are_some() {
        for (there, here) in [
            (Some("#A1b2C3"), Some("#A1b2C3")),
            (Some("#A1B2C3FF"), Some("#A1B2C3")),
            (Some("#A1B2C"), None),
            (Some("#ÄÖB2C"), None),
            (Some("#A1B2CG"), None),
            (Some("red"), None),
            (None, None),
        ] {
            assert_eq!(color_here(there).as_deref(), here, "{there:?}");
        }
    }
}
