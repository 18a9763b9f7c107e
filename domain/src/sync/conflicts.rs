//! Objects that both sides have changed, and between which somebody has to decide.

use super::decide::{collisions, forget_remote, in_step};
use super::inbound::rules;
use super::run::{link_changed, run_label};
use crate::access::{Access, Caller};
use crate::model::object::Precondition;
use crate::model::sync_link::SyncLinkId;
use crate::model::sync_object::{RemoteState, SyncObject, SyncObjectId};
use crate::model::version::Digest;
use crate::objects::{free_name, index};
use crate::store::{SyncObjects, Transaction};
use crate::write::Write;
use crate::write::lost::Lost;
use crate::{Error, Kalends, Missing, Result};
use chrono::{DateTime, Utc};
use kalends_ical::meaning::same_meaning;
use kalends_ical::merge::{self, Collision, Versions, Winner};

/// Most conflicts that are listed.
const MAX_LISTED: usize = 200;

/// A conflict, with both versions.
#[derive(Clone, Debug, PartialEq)]
pub struct SyncConflict {
    pub id: SyncObjectId,
    pub uid: String,
    pub title: Option<String>,
    /// Since when it waits.
    pub at: DateTime<Utc>,
    /// The text when both were the same, where it is known.
    pub base: Option<String>,
    /// The text here; `None`: it was deleted here.
    pub ours: Option<String>,
    /// The text there; `None`: it was deleted there.
    pub theirs: Option<String>,
    /// What both have changed in different ways; nothing where it comes together by itself by now, or one side has deleted it.
    pub collisions: Vec<Collision>,
}

/// What somebody decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The version here, whole.
    Ours,
    /// The version there, whole.
    Theirs,
    /// What each side has changed, with a winner for each of [`SyncConflict::collisions`], in their order.
    Each(Vec<Winner>),
}

impl Kalends {
    /// The conflicts of a link, those that wait longest first, 200 at most.
    ///
    /// # Errors
    /// `NotFound`
    pub async fn sync_conflicts(&self, caller: Caller, link: SyncLinkId) -> Result<Vec<SyncConflict>> {
        let mut tx = self.db.read().await?;
        let link = self.held_link(&mut tx, caller, link).await?;
        let rows = tx.sync_objects(link.id, SyncObjects::Conflicts, SyncObjectId(0), MAX_LISTED).await?;
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            let object = match &row.uid {
                Some(uid) => tx.object_of_uid(link.calendar, uid).await?,
                None => None,
            };
            read.push((row, object.map(|object| (object.head.etag, object.text))));
        }
        drop(tx);
        let limits = self.limits.clone();
        let octets = read.iter().filter_map(|(_, ours)| ours.as_ref()).map(|(_, text)| text.len() * 4).sum();
        self.parse_on_a_thread(octets, move || {
            let conflict = |(row, ours): (SyncObject, Option<(String, String)>)| {
                let open = row.conflict.clone()?;
                let base = base(&row, ours.as_ref());
                let ours = ours.map(|(_, text)| text);
                let both = ours.is_some() && open.theirs.is_some();
                let found = collisions(base.as_deref(), ours.as_deref(), open.theirs.as_deref(), &limits);
                let collisions = found.unwrap_or_default();
                Some(SyncConflict {
                    id: row.id,
                    uid: row.uid.unwrap_or_default(),
                    title: row.title,
                    at: open.at,
                    base,
                    ours,
                    theirs: open.theirs,
                    collisions: if both { collisions } else { Vec::new() },
                })
            };
            Ok(read.into_iter().filter_map(conflict).collect())
        })
        .await
    }

    /// Ends a conflict. What was decided is stored here at once, and goes there with the next run. The version that lost stays in the
    /// history.
    ///
    /// # Errors
    /// `NotFound` for a link or a conflict that is not there (any more); `PreconditionFailed` where the object has changed here since;
    /// those of [`Kalends::put_object`].
    pub async fn resolve_sync_conflict(
        &self,
        caller: Caller,
        link: SyncLinkId,
        id: SyncObjectId,
        resolution: &Resolution,
    ) -> Result<()> {
        let resolved = self.write(caller, async |mut write: Write| {
            let link = self.held_link(&mut write.tx, caller, link).await?;
            let calendar = write.calendar(link.calendar, Access::Write).await?;
            let (mut row, ours) = conflict(&mut write.tx, &link, id).await?;
            let theirs = row.conflict.take().and_then(|conflict| conflict.theirs);
            let text = chosen(&row, ours.as_ref(), theirs.as_deref(), resolution, self)?;
            let lost = theirs.as_deref().filter(|theirs| {
                let is_theirs = |text: &String| same_meaning(text, theirs, &self.limits.text).unwrap_or(false);
                !text.as_ref().is_some_and(is_theirs)
            });
            let name = ours.as_ref().map(|(name, ..)| name).or(row.name.as_ref()).cloned();
            if let (Some(text_there), Some(name)) = (lost, &name) {
                let account = write.tx.remote_account(link.account).await?.ok_or(Error::NotFound(Missing::Link))?;
                let by = Caller::sync(account.owner, link.id.0, calendar.id);
                let came_by = Some(write.cause_of_sync(by, run_label(&link, &account)).await?);
                let is_followed = text.as_ref().is_some_and(|text| ours.as_ref().is_none_or(|(.., ours)| ours != text));
                write.keep_lost(&calendar, Lost { name, text: text_there, came_by, is_followed }).await?;
            }
            // What is there is what the result is compared with, so that it goes there where it says something else.
            let rules = rules(&link.settings, None, None, (*self.limits).clone());
            match &theirs {
                Some(theirs) => {
                    let tag = row.seen_tag.clone();
                    let known = super::decide::Theirs { text: theirs.clone(), tag };
                    in_step(&mut row, (&Digest::of(theirs).etag(), theirs), &known, &rules);
                    row.base_text = Some(theirs.clone());
                }
                None => forget_remote(&mut row),
            }
            row.local_pending = true;
            match (&text, &ours) {
                (Some(text), ours) => {
                    let index = index(text, &self.limits)?;
                    let name = match (ours, &row.name) {
                        (Some((name, ..)), _) => name.clone(),
                        _ => free_name(&mut write.tx, calendar.id, &index.uid).await?,
                    };
                    let unchanged = match ours {
                        Some((_, etag, _)) => Precondition::Matches(vec![etag.clone()]),
                        None => Precondition::Absent,
                    };
                    write.store(&calendar, &name, text, &index, &unchanged).await?;
                    (row.name, row.title) = (Some(name), index.summary);
                }
                (None, Some((name, etag, _))) => {
                    write.remove(&calendar, name, &Precondition::Matches(vec![etag.clone()])).await?;
                }
                (None, None) => {}
            }
            if text.is_none() && theirs.is_none() {
                write.tx.delete_sync_object(row.id).await?;
            } else {
                write.tx.update_sync_object(&row).await?;
            }
            if !link.state.rests() {
                self.want_run(&mut write.tx, &link, Utc::now()).await?;
            }
            link_changed(write, &link).await
        });
        resolved.await?;
        self.wake.notify_one();
        Ok(())
    }
}

/// Name, entity tag and text of an object here.
type Ours = (String, String, String);

async fn conflict(
    tx: &mut Transaction,
    link: &crate::model::sync_link::SyncLink,
    id: SyncObjectId,
) -> Result<(SyncObject, Option<Ours>)> {
    let row = tx.sync_object(link.id, id).await?.filter(|row| row.conflict.is_some());
    let row = row.ok_or(Error::NotFound(Missing::Conflict))?;
    // It was deleted there, or is another there by now: that is looked at before anybody decides.
    let is_known = row.remote_state == RemoteState::Gone
        || row.aside.as_ref().is_some_and(|aside| aside.remote == row.remote_version());
    if !is_known {
        return Err(Error::PreconditionFailed);
    }
    let object = match &row.uid {
        Some(uid) => tx.object_of_uid(link.calendar, uid).await?,
        None => None,
    };
    Ok((row, object.map(|object| (object.head.name, object.head.etag, object.text))))
}

fn base(row: &SyncObject, ours: Option<&(String, String)>) -> Option<String> {
    let current = ours.filter(|(etag, _)| Some(etag) == row.local_base.as_ref());
    current.map(|(_, text)| text.clone()).or_else(|| row.base_text.clone())
}

/// The text that both sides are to have; `None`: none.
fn chosen(
    row: &SyncObject,
    ours: Option<&Ours>,
    theirs: Option<&str>,
    resolution: &Resolution,
    kalends: &Kalends,
) -> Result<Option<String>> {
    let text = ours.map(|(_, _, text)| text.as_str());
    let result = match resolution {
        Resolution::Ours => text.map(str::to_owned),
        Resolution::Theirs => theirs.map(str::to_owned),
        Resolution::Each(winners) => {
            let base = row.base_text.clone();
            let versions = Versions { base: base.as_deref(), ours: text, theirs };
            let mut winners = winners.iter().copied();
            merge::resolve(&versions, &kalends.limits.text, &mut |_| winners.next().unwrap_or(Winner::Ours))?
        }
    };
    // Octets that say the same stay.
    match (&result, text) {
        (Some(result), Some(text)) if same_meaning(result, text, &kalends.limits.text)? => Ok(Some(text.to_owned())),
        _ => Ok(result),
    }
}
