//! The log, read: what happened to an object or in a calendar, by whom, the texts that objects had, and the way back to them.

use crate::access::{self, Access, Caller};
use crate::calendars::{CalendarId, Revision};
use crate::model::as_of::LoggedChange;
pub use crate::model::as_of::{ChangeFilter, ChangeMaker, ChangeWay};
use crate::model::object::{Precondition, Written};
use crate::model::version::Run;
pub use crate::model::version::{Cause, Change, Digest, RunKind};
use crate::store::{ObjectId, Transaction};
use crate::versions;
use crate::{Error, Kalends, Missing, Result};
use chrono::Utc;
use kalends_ical::CalendarObject;
use kalends_ical::edit::{self, EventDraft};
use std::collections::HashMap;

/// Most rows that are read at once.
const MAX_CHANGES: usize = 1000;

/// A change of a calendar, as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarChange {
    pub change: Change,
    /// What the object is called now; of one that is gone what it was called after the change, or before it was deleted. `None` where
    /// it has no title, or the version is not kept.
    pub title: Option<String>,
    /// Whether the object is there now.
    pub stands: bool,
}

/// A part of what happened in a calendar, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarChanges {
    pub changes: Vec<CalendarChange>,
    /// Everybody who ever changed something in it, by which way.
    pub makers: Vec<ChangeMaker>,
    /// Before which revision the next part is, if there is one.
    pub next: Option<Revision>,
}

/// A change with what it led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersion {
    pub change: Change,
    /// Whether its text is there.
    pub is_kept: bool,
    /// What the object is called in it.
    pub title: Option<String>,
    /// What the text says, if it is of an event.
    pub event: Option<EventFacts>,
}

/// What a version of an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFacts {
    /// Of the event, or of the whole series.
    pub draft: EventDraft,
    /// How many instances of the series are otherwise or left out.
    pub exceptions: usize,
}

impl EventFacts {
    /// What a text says; `None`: it is none of an event.
    pub fn of_text(text: &str, limits: &kalends_ical::Limits) -> Option<Self> {
        EventFacts::of(&CalendarObject::parse(text, limits).ok()?)
    }

    pub(crate) fn of(object: &CalendarObject) -> Option<Self> {
        let draft = edit::draft_of(object, None).ok()?;
        let left_out = object.master.as_ref().map_or(0, |master| master.exclusion_dates.len());
        Some(EventFacts { draft, exceptions: object.overrides.len() + left_out })
    }
}

/// The title of an object: of the series, or of the first instance that there is of it.
pub(crate) fn title_of(object: &CalendarObject) -> Option<String> {
    object.master.as_ref().or(object.overrides.first()).and_then(|entry| entry.summary.clone())
}

/// The text that a change led to, or that a removal took away, if it is kept.
pub(crate) async fn text_of(tx: &mut Transaction, calendar: CalendarId, change: &Change) -> Result<Option<String>> {
    let led_to = match (change, change.previous) {
        (Change { after: None, removed: true, .. }, Some(previous)) => tx.change(calendar, previous).await?,
        _ => Some(change.clone()),
    };
    match led_to {
        Some(Change { object: Some(object), after: Some(digest), .. }) => {
            versions::version(tx, calendar, object, digest).await
        }
        _ => Ok(None),
    }
}

/// Most octets of texts that are read together.
pub(crate) const MAX_OCTETS: usize = 16 * 1024 * 1024;

/// An object that has a former text again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The name that it had, or a new one where that, or its UID, was taken by another.
    pub name: String,
    pub written: Written,
}

impl Kalends {
    /// What happened in a calendar after it had come to `since`: the earliest first, at most `limit` changes (a thousand in any case).
    ///
    /// # Errors
    /// `NotFound`
    pub async fn calendar_history(
        &self,
        caller: Caller,
        calendar: CalendarId,
        since: Revision,
        limit: usize,
    ) -> Result<Vec<Change>> {
        let mut tx = self.db.read().await?;
        access::calendar_in_full(&mut tx, caller, calendar, Access::Read).await?;
        tx.changes_after(calendar, since, limit.min(MAX_CHANGES)).await
    }

    /// What happened in a calendar before `before` (`None`: to the newest), as far as `filter` lets it through: the newest first, at most
    /// `limit` changes (a thousand in any case).
    ///
    /// # Errors
    /// `NotFound`
    pub async fn calendar_changes(
        &self,
        caller: Caller,
        calendar: CalendarId,
        filter: &ChangeFilter,
        before: Option<Revision>,
        limit: usize,
    ) -> Result<CalendarChanges> {
        let limit = limit.min(MAX_CHANGES);
        let mut tx = self.db.read().await?;
        access::calendar_in_full(&mut tx, caller, calendar, Access::Read).await?;
        let mut found = tx.changes_before(calendar, before.unwrap_or(Revision(i64::MAX)), filter, limit + 1).await?;
        let makers = tx.change_makers(calendar).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| last.change.revision);
        // What is there has its title in the index; of what is gone it is in the versions.
        let gone = found.iter().filter(|logged| !logged.stands).filter_map(|logged| logged.change.object);
        let (texts, octets) = texts_of(&mut tx, calendar, gone.collect()).await?;
        drop(tx);
        let limits = self.limits.clone();
        let changes = self.parse_on_a_thread(octets, move || {
            let title = |digest| title_of(&CalendarObject::parse(texts.get(&digest)?, &limits.text).ok()?);
            let named = |LoggedChange { change, before, summary, stands }: LoggedChange| {
                let of_version = || if change.removed { before } else { change.after }.and_then(title);
                CalendarChange { title: if stands { summary } else { of_version() }, stands, change }
            };
            Ok(found.into_iter().map(named).collect())
        });
        Ok(CalendarChanges { changes: changes.await?, makers, next })
    }

    /// What happened to the object called `name`, or to the last one that was called so: the newest first, the newest thousand at most.
    ///
    /// # Errors
    /// `NotFound` for the calendar, and for a name that none ever had.
    pub async fn object_history(&self, caller: Caller, calendar: CalendarId, name: &str) -> Result<Vec<Change>> {
        let mut tx = self.db.read().await?;
        access::calendar_in_full(&mut tx, caller, calendar, Access::Read).await?;
        let newest = match tx.object_head(calendar, name).await? {
            Some(head) => Some(head.revision),
            None => tx.last_removal(calendar, name, Revision(i64::MAX)).await?,
        };
        chain(&mut tx, calendar, newest.ok_or(Error::NotFound(Missing::Object))?, MAX_CHANGES).await
    }

    /// [`Kalends::object_history`] with what each change led to, as far as it is kept and does not take too much, and with what happened to
    /// those that were called so before: what was deleted and comes back is another object, and for people the same.
    ///
    /// # Errors
    /// Those of [`Kalends::object_history`].
    pub async fn object_versions(
        &self,
        caller: Caller,
        calendar: CalendarId,
        name: &str,
    ) -> Result<Vec<ObjectVersion>> {
        let mut changes = self.object_history(caller, calendar, name).await?;
        let mut tx = self.db.read().await?;
        while let Some(first) = changes.last().filter(|change| change.previous.is_none()) {
            let Some(earlier) = tx.last_removal(calendar, name, first.revision).await? else { break };
            let left = MAX_CHANGES - changes.len();
            changes.extend(chain(&mut tx, calendar, earlier, left).await?);
        }
        let objects = changes.iter().filter_map(|change| change.object);
        let (texts, octets) = texts_of(&mut tx, calendar, objects.collect()).await?;
        drop(tx);
        let limits = self.limits.clone();
        self.parse_on_a_thread(octets, move || {
            let said = |text: &str| {
                let object = CalendarObject::parse(text, &limits.text).ok();
                object.map_or((None, None), |object| (title_of(&object), EventFacts::of(&object)))
            };
            let said: HashMap<Digest, _> = texts.into_iter().map(|(digest, text)| (digest, said(&text))).collect();
            let version = |change: Change| {
                let found = change.after.and_then(|digest| said.get(&digest));
                let (title, event) = found.cloned().unwrap_or_default();
                ObjectVersion { is_kept: found.is_some(), title, event, change }
            };
            Ok(changes.into_iter().map(version).collect())
        })
        .await
    }

    /// The text that a change led to.
    ///
    /// # Errors
    /// `NotFound` for a removal, and for a version that is not kept.
    pub async fn version_after(&self, caller: Caller, calendar: CalendarId, change: &Change) -> Result<String> {
        let missing = Error::NotFound(Missing::Version);
        let (Some(object), Some(digest)) = (change.object, change.after) else { return Err(missing) };
        let mut tx = self.db.read().await?;
        access::calendar_in_full(&mut tx, caller, calendar, Access::Read).await?;
        versions::version(&mut tx, calendar, object, digest).await?.ok_or(missing)
    }

    /// The change by which a calendar came to `revision`, with the text that it led to; of a removal, the text that it took away.
    ///
    /// # Errors
    /// `NotFound` for the calendar, for a change that there was not, and for a version that is not kept.
    pub async fn version_at(
        &self,
        caller: Caller,
        calendar: CalendarId,
        revision: Revision,
    ) -> Result<(Change, String)> {
        let mut tx = self.db.read().await?;
        access::calendar_in_full(&mut tx, caller, calendar, Access::Read).await?;
        let change = tx.change(calendar, revision).await?.ok_or(Error::NotFound(Missing::Change))?;
        let text = text_of(&mut tx, calendar, &change).await?;
        Ok((change, text.ok_or(Error::NotFound(Missing::Version))?))
    }

    /// Gives an object the text again that [`Kalends::version_at`] yields, as one more write. Where its name or its UID is another
    /// object's now, it comes back beside that, as an object of its own.
    ///
    /// # Errors
    /// Those of [`Kalends::version_at`]; `PreconditionFailed` when the object is no longer as the caller saw it; `Forbidden`.
    pub async fn restore_version(
        &self,
        caller: Caller,
        calendar: CalendarId,
        revision: Revision,
        precondition: Precondition,
    ) -> Result<Restored> {
        self.restore_in_run(None, caller, calendar, revision, precondition).await
    }

    /// [`Kalends::restore_version`], as a part of `run`.
    pub(crate) async fn restore_in_run(
        &self,
        run: Option<&Run>,
        caller: Caller,
        calendar: CalendarId,
        revision: Revision,
        precondition: Precondition,
    ) -> Result<Restored> {
        let (change, text) = self.version_at(caller, calendar, revision).await?;
        match self.put_in_run(run, caller, (calendar, &change.name), &text, precondition).await {
            Err(Error::UidConflict { .. }) => {}
            written => return Ok(Restored { name: change.name, written: written? }),
        }
        let limits = self.limits.clone();
        let copy = self.parse_on_a_thread(text.len(), move || {
            Ok(edit::copy_of(&CalendarObject::parse(&text, &limits.text)?, &text, Utc::now()))
        });
        let copy = copy.await?;
        let name = format!("{}.ics", copy.uid);
        let written = self.put_in_run(run, caller, (calendar, &name), &copy.text, Precondition::Absent).await?;
        Ok(Restored { name, written })
    }
}

/// A change and those before it of the same object, the newest first.
async fn chain(tx: &mut Transaction, calendar: CalendarId, newest: Revision, most: usize) -> Result<Vec<Change>> {
    let mut next = Some(newest);
    let mut changes = Vec::new();
    while let Some(revision) = next.filter(|_| changes.len() < most) {
        let Some(change) = tx.change(calendar, revision).await? else { break };
        next = change.previous;
        changes.push(change);
    }
    Ok(changes)
}

/// The texts that `objects` have and had, as far as they are kept and come together to no more than [`MAX_OCTETS`]; and how many octets
/// those are.
async fn texts_of(
    tx: &mut Transaction,
    calendar: CalendarId,
    mut objects: Vec<ObjectId>,
) -> Result<(HashMap<Digest, String>, usize)> {
    objects.sort();
    objects.dedup();
    let (mut texts, mut octets) = (HashMap::new(), 0);
    for object in objects.into_iter().rev() {
        let of_object = versions::all(tx, calendar, object, MAX_OCTETS.saturating_sub(octets)).await?;
        octets += of_object.values().map(String::len).sum::<usize>();
        texts.extend(of_object);
    }
    Ok((texts, octets))
}
