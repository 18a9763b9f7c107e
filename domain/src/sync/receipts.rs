//! What runs have done, and why an object is here.

use super::run::may_link;
use crate::access::{self, Access, Caller};
use crate::calendars::CalendarId;
use crate::model::sync_link::SyncLinkId;
use crate::model::sync_object::{Aside, SyncObjectId};
use crate::model::sync_run::{DeedCount, RunEntry, SyncRun, SyncRunId};
use crate::store::SyncObjects;
use crate::{Error, Kalends, Missing, Result};
use chrono::{DateTime, TimeDelta, Utc};

/// Most runs, lines or objects that are listed at once.
pub const MAX_LISTED: usize = 500;
/// How long receipts are kept.
pub(crate) const RECEIPT_LIFE: TimeDelta = TimeDelta::days(30);

/// Where an object of a calendar that is in step with one elsewhere comes from, and goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    pub link: SyncLinkId,
    /// What the account is called; `None` for those who do not own the calendar.
    pub account_name: Option<String>,
    /// What the calendar is called there.
    pub remote_name: String,
    /// When it last went from one side to the other, and whether from here to there.
    pub crossed: Option<(DateTime<Utc>, bool)>,
    /// Whether it is there, as far as is known.
    pub is_there: bool,
    /// Whether somebody has to decide between the two sides.
    pub is_conflict: bool,
}

/// An object that is left alone until one side is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub id: SyncObjectId,
    pub uid: Option<String>,
    pub title: Option<String>,
    /// Of the object here.
    pub name: Option<String>,
    pub aside: Aside,
}

impl Kalends {
    /// Runs of a link before `before` (`None`: the newest), the newest first, [`MAX_LISTED`] at most.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn sync_runs(
        &self,
        caller: Caller,
        link: SyncLinkId,
        before: Option<SyncRunId>,
        limit: usize,
    ) -> Result<Vec<SyncRun>> {
        let mut tx = self.db.read().await?;
        self.held_link(&mut tx, caller, link).await?;
        tx.sync_runs(link, before.unwrap_or(SyncRunId(i64::MAX)), limit.min(MAX_LISTED)).await
    }

    /// A run, with how much it did of what.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn sync_run(&self, caller: Caller, id: SyncRunId) -> Result<(SyncRun, Vec<DeedCount>)> {
        let mut tx = self.db.read().await?;
        let run = tx.sync_run(id).await?.ok_or(Error::NotFound(Missing::Run))?;
        self.held_link(&mut tx, caller, run.link).await.map_err(|_| Error::NotFound(Missing::Run))?;
        let counts = tx.sync_run_counts(id).await?;
        Ok((run, counts))
    }

    /// Lines of a run's receipt after `after` (0: from the first), [`MAX_LISTED`] at most.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn sync_run_entries(
        &self,
        caller: Caller,
        id: SyncRunId,
        after: i64,
        limit: usize,
    ) -> Result<Vec<RunEntry>> {
        self.sync_run(caller, id).await?;
        self.db.read().await?.sync_run_entries(id, after, limit.min(MAX_LISTED)).await
    }

    /// The objects of a link that are left alone until one side is another, [`MAX_LISTED`] at most.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn set_aside_objects(&self, caller: Caller, link: SyncLinkId) -> Result<Vec<SetAside>> {
        let mut tx = self.db.read().await?;
        self.held_link(&mut tx, caller, link).await?;
        let rows = tx.sync_objects(link, SyncObjects::Aside, SyncObjectId(0), MAX_LISTED).await?;
        let aside = rows.into_iter().filter_map(|row| {
            let (id, uid, title, name) = (row.id, row.uid, row.title, row.name);
            row.aside.map(|aside| SetAside { id, uid, title, name, aside })
        });
        Ok(aside.collect())
    }

    /// Why the object called `name` is in a calendar, for whoever may read it; `None` where the calendar has no link, or the object has
    /// nothing to do with it.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`
    pub async fn provenance(&self, caller: Caller, calendar: CalendarId, name: &str) -> Result<Option<Provenance>> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Read).await?;
        let object = tx.object_head(calendar, name).await?.ok_or(Error::NotFound(Missing::Object))?;
        let Some(link) = tx.sync_link_of_calendar(calendar).await? else { return Ok(None) };
        let Some(row) = tx.sync_object_of_uid(link.id, &object.uid).await? else { return Ok(None) };
        let account_name = match may_link(&mut tx, caller, calendar).await {
            Ok(()) => tx.remote_account(link.account).await?.map(|account| account.name),
            Err(_) => None,
        };
        Ok(Some(Provenance {
            link: link.id,
            account_name,
            remote_name: link.remote_name,
            crossed: row.crossed,
            is_there: row.remote_version().is_some(),
            is_conflict: row.conflict.is_some(),
        }))
    }
}
