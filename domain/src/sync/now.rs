//! Runs that somebody waits for: whoever looks at a calendar, and whoever runs the server.

use super::schedule::interval;
use crate::access::Held;
use crate::calendars::CalendarId;
use crate::jobs::{JobKind, JobState};
use crate::model::remote_account::ProviderKind;
use crate::model::sync_link::{LinkState, SyncLink, SyncLinkId};
use crate::{Error, Kalends, Missing, Result};
use chrono::{DateTime, TimeDelta, Utc};

/// A link, with the names in addresses of whose and which calendar it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLink {
    pub link: SyncLink,
    pub owner: String,
    pub calendar: String,
}

impl Kalends {
    /// A page shows these calendars: those that are in step with others elsewhere are looked at more often for a while.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn looked_at(&self, shown: &[Held]) -> Result<()> {
        let linked: Vec<CalendarId> = shown.iter().filter(|held| held.is_linked()).map(|held| held.id).collect();
        let now = Utc::now();
        let links = self.db.read().await?.sync_links_of_calendars(&linked).await?;
        let since = now - TimeDelta::minutes(1);
        for link in links.iter().filter(|link| link.looked_at.is_none_or(|at| at < since)) {
            let mut tx = self.db.write().await?;
            if tx.set_sync_looked(link.calendar, now, since).await?.is_some() && link.state == LinkState::InStep {
                // As if it had been looked at all the time since the last run.
                let looked = SyncLink { looked_at: Some(now), ..link.clone() };
                let due = link.last_run_at.zip(interval(&looked, link.quiet_runs, now));
                if let Some((last, interval)) = due {
                    let key = link.id.0.to_string();
                    tx.hasten_job(JobKind::Sync, &key, (last + interval).max(now)).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// For whoever runs the server: of each kind, for how long the two sides of a link have not been the same that runs by itself; the
    /// longest.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn sync_lags(&self) -> Result<Vec<(ProviderKind, TimeDelta)>> {
        self.db.once().await?.sync_lags(Utc::now()).await
    }

    /// For whoever runs the server: the links of the installation, of one person, group or mission, or of one calendar of theirs.
    ///
    /// # Errors
    /// `NotFound` for an owner or a calendar that has none.
    pub async fn links_of_installation(&self, owner: Option<&str>, calendar: Option<&str>) -> Result<Vec<NamedLink>> {
        let links = self.db.read().await?.named_sync_links().await?;
        let links = links.into_iter().map(|(link, owner, calendar)| NamedLink { link, owner, calendar });
        let is_meant = |link: &NamedLink| {
            owner.is_none_or(|owner| link.owner == owner) && calendar.is_none_or(|calendar| link.calendar == calendar)
        };
        let found: Vec<NamedLink> = links.filter(is_meant).collect();
        if found.is_empty() && calendar.is_some() {
            return Err(Error::NotFound(Missing::LinkedCalendar));
        }
        Ok(found)
    }

    /// For whoever runs the server: has these links run now, but for those that rest until somebody has done something.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn run_links_now(&self, links: &[NamedLink]) -> Result<()> {
        let links: Vec<SyncLink> = links.iter().map(|named| named.link.clone()).collect();
        self.run_now(&links).await
    }

    /// How a link is once no run of it goes on or is due; `None` while one is. One that is there no more has come to its end as well.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`
    pub async fn settled_link(&self, id: SyncLinkId, now: DateTime<Utc>) -> Result<Option<Option<SyncLink>>> {
        let mut tx = self.db.read().await?;
        let job = tx.newest_job(JobKind::Sync, &id.0.to_string()).await?;
        let is_open = job.is_some_and(|job| match job.state {
            JobState::Running => true,
            JobState::Waiting => job.due_at <= now,
            JobState::Done | JobState::Dead => false,
        });
        if is_open { Ok(None) } else { tx.sync_link(id).await.map(Some) }
    }
}
