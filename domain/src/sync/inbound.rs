//! What has changed there comes here: texts are read in batches, what becomes of each object is decided, and a batch is stored in one
//! write.

use super::decide::{self, Decided, Given, Local, Rules, Step, Theirs};
use super::engine::{Done, Engine, Halt, entry};
use super::fetching::{Read, fetch};
use super::plan::{Brake, Stop};
use super::provider::{FetchOutcome, MAX_FETCHED, Provider, ProviderError, RemoteObjectId};
use crate::access::{Access, Held};
use crate::calendars::Revision;
use crate::model::object::Precondition;
use crate::model::sync_link::{LinkSettings, Trouble};
use crate::model::sync_object::{AsideCode, RemoteState, SyncObject, SyncObjectId};
use crate::model::sync_run::{Side, SyncOutcome};
use crate::objects::{free_name, index};
use crate::retry::retry;
use crate::store::{SyncObjects, Transaction};
use crate::versions;
use crate::write::Write;
use crate::write::lost::Lost;
use crate::{Error, Missing, Result};
use std::sync::Arc;

/// How often an object may fail in runs that are otherwise answered, before it is set aside.
pub(super) const MAX_FAILURES: u32 = 5;

/// An object whose text was read, or which is gone.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub row: SyncObject,
    pub theirs: Option<Theirs>,
}

/// What a write of a batch came to.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    changes: u64,
    again: bool,
    is_full: bool,
}

impl Engine<'_> {
    /// Reads what has been seen to be new or changed, and stores it.
    pub async fn take_in(&mut self) -> Done<()> {
        let mut after = SyncObjectId(0);
        loop {
            let mut tx = self.kalends.db.read().await?;
            let rows = tx.sync_objects(self.link.id, SyncObjects::Seen, after, MAX_FETCHED).await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(()) };
            after = last;
            let handled = rows.len() as u64;
            let mut wanted = Vec::new();
            for row in rows {
                let etag = self.etag_here(&mut tx, &row).await?;
                if !decide::is_left_alone(&row, etag.as_deref()) {
                    wanted.push(row);
                }
            }
            drop(tx);
            let incoming = self.read(wanted).await?;
            self.tally.done += handled;
            self.store(incoming).await?;
        }
    }

    /// The entity tag of the object here, where it is known to be one.
    pub async fn etag_here(&self, tx: &mut Transaction, row: &SyncObject) -> Result<Option<String>> {
        let Some(uid) = &row.uid else { return Ok(None) };
        Ok(tx.object_of_uid(self.link.calendar, uid).await?.map(|object| object.head.etag))
    }

    /// The texts of objects: those that came along, and those that are asked for.
    async fn read(&mut self, rows: Vec<SyncObject>) -> Done<Vec<Incoming>> {
        let ids: Vec<RemoteObjectId> =
            rows.iter().filter(|row| row.seen_text.is_none()).filter_map(|row| row.remote.clone()).collect();
        let mut answers = fetch(&*self.provider, &self.link.remote, &ids).await?.into_iter();
        let (mut incoming, mut failed) = (Vec::new(), Vec::new());
        for mut row in rows {
            if let Some(text) = row.seen_text.clone() {
                let tag = row.seen_tag.clone();
                incoming.push(Incoming { row, theirs: Some(Theirs { text, tag }) });
                continue;
            }
            match answers.next() {
                Some(Read::Answer(FetchOutcome::Text { text, tag })) => {
                    let tag = tag.or(row.seen_tag.clone());
                    row.seen_tag.clone_from(&tag);
                    incoming.push(Incoming { row, theirs: Some(Theirs { text, tag }) });
                }
                Some(Read::Answer(FetchOutcome::Gone)) => {
                    // It went away since it was named. Whether it may go here as well is looked at with all that are gone.
                    row.remote_state = RemoteState::Gone;
                    row.seen_tag = None;
                    self.tally.frees_uids = true;
                    failed.push((row, None));
                }
                Some(Read::Answer(FetchOutcome::Unreadable { why })) => {
                    failed.push((row, Some((AsideCode::Unreadable, why))));
                }
                Some(Read::Failed(why) | Read::Answer(FetchOutcome::Failed { why })) => {
                    row.failures += 1;
                    let is_enough = row.failures >= MAX_FAILURES;
                    self.tally.failed += u64::from(!is_enough);
                    failed.push((row, is_enough.then_some((AsideCode::Failing, why))));
                }
                None => return Err(ProviderError::Unreadable("it did not answer for all objects".into()).into()),
            }
        }
        if !failed.is_empty() {
            let mut tx = self.begin().await?;
            for (mut row, aside) in failed {
                if let Some((code, why)) = aside {
                    let etag = self.etag_here(&mut tx, &row).await?;
                    self.note_aside(&mut tx, &mut row, etag.as_deref(), (code, why)).await?;
                }
                tx.update_sync_object(&row).await?;
            }
            tx.commit().await?;
        }
        Ok(incoming)
    }

    /// Sets an object aside, and says so in the receipt.
    pub async fn note_aside(
        &self,
        tx: &mut Transaction,
        row: &mut SyncObject,
        etag: Option<&str>,
        (code, why): (AsideCode, String),
    ) -> Result<()> {
        decide::set_aside(row, etag, code, why.clone());
        if code != AsideCode::Outside {
            let entry = crate::model::sync_run::RunEntry {
                why: Some(why),
                name: row.name.clone(),
                ..entry(Side::Here, SyncOutcome::SetAside, row.uid.as_deref(), row.title.as_deref())
            };
            tx.add_sync_entry(self.id, &entry).await?;
        }
        Ok(())
    }

    /// Decides about a batch and stores what comes of it, again from the start while something else is in the way.
    async fn store(&mut self, incoming: Vec<Incoming>) -> Done<()> {
        if incoming.is_empty() {
            return Ok(());
        }
        let incoming = Arc::new(incoming);
        let written = retry(async || {
            let decided = self.decided(incoming.clone()).await?;
            self.write(&decided).await
        });
        self.count(written.await?)
    }

    fn count(&mut self, written: Written) -> Done<()> {
        self.tally.changes += written.changes;
        self.tally.again |= written.again;
        if written.is_full {
            return Err(Halt::Here(Trouble::Quota, "the account here holds as much as it may".into()));
        }
        Ok(())
    }

    /// What is known of each object here beside what has come, and what follows from it.
    async fn decided(&self, incoming: Arc<Vec<Incoming>>) -> Result<Vec<(Decided, Option<SyncObjectId>)>> {
        let uids = self.uids(incoming.clone()).await?;
        let mut tx = self.kalends.db.read().await?;
        let mut given = Vec::with_capacity(incoming.len());
        let mut taken = std::collections::HashSet::new();
        let mut octets = 0;
        for (incoming, uid) in incoming.iter().zip(uids) {
            let Some((mut row, mut dropped)) = self.bound(&mut tx, incoming, uid).await? else { continue };
            // Two of one batch with one UID: the second is looked at when the first is settled.
            if row.uid.as_ref().is_some_and(|uid| !taken.insert(uid.clone())) {
                if dropped.is_none() && row.uid.is_some() && incoming.row.uid.is_none() {
                    row = incoming.row.clone();
                    dropped = None;
                    let why = "the calendar has another object with this UID".to_owned();
                    decide::set_aside(&mut row, None, AsideCode::UidTwice, why.clone());
                    let decided = Decided {
                        before: row.clone(),
                        row,
                        local: None,
                        step: Step::Keep,
                        lost: None,
                        entry: Some((SyncOutcome::SetAside, Some(why))),
                    };
                    given.push((Err(Box::new(decided)), dropped));
                }
                continue;
            }
            if row.aside.as_ref().is_some_and(|aside| aside.code == AsideCode::UidTwice) {
                let is_new = incoming.row.aside.as_ref().is_none_or(|aside| aside.code != AsideCode::UidTwice);
                let why = row.aside.as_ref().map(|aside| aside.why.clone());
                let entry = is_new.then_some((SyncOutcome::SetAside, why));
                let decided = Decided { before: row.clone(), row, local: None, step: Step::Keep, lost: None, entry };
                given.push((Err(Box::new(decided)), None));
                continue;
            }
            let known = self.given(&mut tx, row, incoming.theirs.clone()).await?;
            octets += known.local.as_ref().map_or(0, |local| local.text.len());
            octets += known.theirs.as_ref().map_or(0, |theirs| theirs.text.len());
            given.push((Ok(known), dropped));
        }
        drop(tx);
        let rules = self.rules.clone();
        let decide = move || {
            let decided = given.into_iter().map(|(given, dropped)| match given {
                Ok(given) => (decide::decide(given, &rules), dropped),
                Err(decided) => (*decided, dropped),
            });
            Ok(decided.collect())
        };
        self.kalends.parse_on_a_thread(octets * 3, decide).await
    }

    /// The UIDs of texts; of one that cannot be read `None`.
    async fn uids(&self, incoming: Arc<Vec<Incoming>>) -> Result<Vec<Option<String>>> {
        let octets =
            incoming.iter().filter_map(|incoming| incoming.theirs.as_ref()).map(|theirs| theirs.text.len()).sum();
        let limits = self.rules.limits.clone();
        let read = move || {
            let uid = |incoming: &Incoming| match &incoming.row.uid {
                Some(uid) => Some(uid.clone()),
                None => Some(index(&incoming.theirs.as_ref()?.text, &limits).ok()?.uid),
            };
            Ok(incoming.iter().map(uid).collect())
        };
        self.kalends.parse_on_a_thread(octets, read).await
    }

    /// The row that stands for an object once its UID is known: its own, or the one of the same object under another remote id, which is
    /// gone or never was there; then also the one to be dropped.
    async fn bound(
        &self,
        tx: &mut Transaction,
        incoming: &Incoming,
        uid: Option<String>,
    ) -> Result<Option<(SyncObject, Option<SyncObjectId>)>> {
        // Another write may have been in the way: then it is read anew.
        let Some(row) = tx.sync_object(self.link.id, incoming.row.id).await? else { return Ok(None) };
        let row = SyncObject { seen_tag: incoming.row.seen_tag.clone(), ..row };
        let (None, Some(uid)) = (&row.uid, uid) else { return Ok(Some((row, None))) };
        let Some(mut other) = tx.sync_object_of_uid(self.link.id, &uid).await? else {
            return Ok(Some((SyncObject { uid: Some(uid), ..row }, None)));
        };
        if other.remote.is_none() || other.remote_state == RemoteState::Gone {
            other.remote.clone_from(&row.remote);
            other.remote_state = RemoteState::Seen;
            other.seen_tag.clone_from(&row.seen_tag);
            other.aside = None;
            return Ok(Some((other, Some(row.id))));
        }
        let mut row = row;
        let why = "the calendar has another object with this UID".to_owned();
        decide::set_aside(&mut row, None, AsideCode::UidTwice, why);
        Ok(Some((row, None)))
    }

    pub(super) async fn given(&self, tx: &mut Transaction, row: SyncObject, theirs: Option<Theirs>) -> Result<Given> {
        let calendar = self.link.calendar;
        let object = match &row.uid {
            Some(uid) => tx.object_of_uid(calendar, uid).await?,
            None => None,
        };
        let pushed = match (&row.pushing, &object) {
            (None, _) => None,
            (Some(etag), Some(object)) if *etag == object.head.etag => Some(object.text.clone()),
            (Some(etag), Some(object)) => match crate::model::version::Digest::of_etag(etag) {
                Some(digest) => versions::version(tx, calendar, object.head.id, digest).await?,
                None => None,
            },
            (Some(_), None) => None,
        };
        let local = object.map(|object| Local {
            name: object.head.name,
            etag: object.head.etag,
            text: object.text,
            modified_at: object.head.modified_at,
        });
        let deleted_at = match (&local, &row.name) {
            (None, Some(name)) if row.is_based() => match tx.last_removal(calendar, name, Revision(i64::MAX)).await? {
                Some(revision) => tx.changed_at(calendar, revision).await?,
                None => None,
            },
            _ => None,
        };
        Ok(Given { row, local, deleted_at, theirs, pushed })
    }

    async fn write(&self, decided: &[(Decided, Option<SyncObjectId>)]) -> Result<Written> {
        let mut write = self.kalends.begin_write(Some(&self.run), self.caller).await?;
        let calendar = write.calendar(self.link.calendar, Access::Write).await?;
        let mut written = Written::default();
        for (decided, dropped) in decided {
            match self.apply(&mut write, &calendar, decided, *dropped).await {
                Ok(changes) => written.changes += u64::from(changes),
                // It has changed here since it was looked at.
                Err(Error::PreconditionFailed | Error::UidConflict { .. } | Error::NotFound(Missing::Object)) => {
                    written.again = true;
                }
                Err(Error::QuotaExceeded { .. }) => {
                    written.is_full = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        self.hold_write(&mut write).await?;
        write.commit(written).await
    }

    /// Does what was decided about one object. Yields whether something here is another.
    async fn apply(
        &self,
        write: &mut Write,
        calendar: &Held,
        decided: &Decided,
        dropped: Option<SyncObjectId>,
    ) -> Result<bool> {
        let Decided { row, before, local, step, lost, entry: said } = decided;
        let mut row = row.clone();
        let unchanged = match local {
            Some(local) => Precondition::Matches(vec![local.etag.clone()]),
            None => Precondition::Absent,
        };
        let mut said = said.clone();
        let mut is_change = false;
        if let Some(lost) = lost {
            self.keep_lost(write, calendar, decided, lost).await?;
        }
        match (step, local) {
            (Step::Keep, local) => {
                if let Some(local) = local {
                    row.name = Some(local.name.clone());
                }
            }
            (Step::Forget, _) => {
                write.tx.delete_sync_object(row.id).await?;
                return Ok(false);
            }
            (Step::Delete, Some(local)) => {
                write.remove(calendar, &local.name, &unchanged).await?;
                is_change = true;
            }
            (Step::Delete, None) => {}
            (Step::Store { text, index }, _) => {
                let name = match local {
                    Some(local) => local.name.clone(),
                    None => free_name(&mut write.tx, calendar.id, &index.uid).await?,
                };
                match write.store(calendar, &name, text, index, &unchanged).await {
                    Ok(_) => {
                        row.name = Some(name);
                        is_change = true;
                    }
                    Err(error @ (Error::UnsupportedComponent(_) | Error::TooLarge { .. } | Error::BadInput { .. })) => {
                        let etag = local.as_ref().map(|local| local.etag.as_str());
                        let why = error.to_string();
                        row = before.clone();
                        decide::set_aside(&mut row, etag, AsideCode::Unstorable, why.clone());
                        said = Some((SyncOutcome::SetAside, Some(why)));
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        if let Some(dropped) = dropped {
            write.tx.delete_sync_object(dropped).await?;
        }
        if matches!(step, Step::Delete) {
            write.tx.delete_sync_object(row.id).await?;
        } else {
            write.tx.update_sync_object(&row).await?;
        }
        if let Some((deed, why)) = said {
            let mut line = entry(Side::Here, deed, row.uid.as_deref(), row.title.as_deref());
            line.name.clone_from(&row.name);
            line.why = why;
            line.undo.remote = row.remote.as_ref().map(|id| id.0.clone());
            line.undo.local_base.clone_from(&before.local_base);
            line.undo.tag = row.remote_base.as_ref().map(|tag| tag.0.clone());
            write.tx.add_sync_entry(self.id, &line).await?;
        }
        Ok(is_change)
    }

    /// Keeps what lost in the history, unless it is another here by now than the one that it lost to.
    async fn keep_lost(&self, write: &mut Write, calendar: &Held, decided: &Decided, text: &str) -> Result<()> {
        let Some(name) = decided.local.as_ref().map(|local| &local.name).or(decided.row.name.as_ref()) else {
            return Ok(());
        };
        let standing = write.tx.standing(calendar.id, name).await?;
        let etag = standing.as_ref().map(|standing| &standing.object.head.etag);
        if etag != decided.local.as_ref().map(|local| &local.etag) {
            return Err(Error::PreconditionFailed);
        }
        let is_followed = matches!(decided.step, Step::Store { .. });
        write.keep_lost(calendar, Lost { name, text, came_by: None, is_followed }).await
    }

    /// What is gone there goes here, unless that is too much.
    pub async fn delete_here(&mut self) -> Done<Option<Stop>> {
        let mut deletions = 0;
        let mut after = SyncObjectId(0);
        while let Some((rows, last)) = self.gone_after(after).await? {
            after = last;
            for (decided, _) in self.decided(Arc::new(rows)).await? {
                deletions += usize::from(matches!(decided.step, Step::Delete));
            }
        }
        let stop = self.brake_here(deletions).await?;
        let mut after = SyncObjectId(0);
        while let Some((rows, last)) = self.gone_after(after).await? {
            after = last;
            let rows = Arc::new(rows);
            let written = retry(async || {
                let mut decided = self.decided(rows.clone()).await?;
                if stop.is_some() {
                    self.hold_deletions(&mut decided);
                }
                self.write(&decided).await
            });
            self.count(written.await?)?;
        }
        Ok(stop)
    }

    /// Deletions wait until somebody has said yes; the receipt says so the first time.
    fn hold_deletions(&self, decided: &mut Vec<(Decided, Option<SyncObjectId>)>) {
        let is_known = self
            .link
            .trouble
            .is_some_and(|trouble| matches!(trouble, Trouble::EmptySource | Trouble::TooManyDeletions));
        decided.retain(|(decided, _)| !matches!(decided.step, Step::Delete) || !is_known);
        for (decided, _) in decided.iter_mut().filter(|(decided, _)| matches!(decided.step, Step::Delete)) {
            decided.row = decided.before.clone();
            decided.step = Step::Keep;
            decided.entry = Some((SyncOutcome::Held, None));
        }
    }

    async fn gone_after(&self, after: SyncObjectId) -> Result<Option<(Vec<Incoming>, SyncObjectId)>> {
        let mut tx = self.kalends.db.read().await?;
        let rows = tx.sync_objects(self.link.id, SyncObjects::Gone, after, MAX_FETCHED).await?;
        let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
        let mut left = Vec::with_capacity(rows.len());
        for row in rows {
            let etag = self.etag_here(&mut tx, &row).await?;
            if !decide::is_left_alone(&row, etag.as_deref()) {
                left.push(Incoming { row, theirs: None });
            }
        }
        Ok(Some((left, last)))
    }

    async fn brake_here(&self, deletions: usize) -> Result<Option<Stop>> {
        if self.link.approved.0.is_some_and(|approved| deletions as u64 <= approved) {
            return Ok(None);
        }
        let mut tx = self.kalends.db.read().await?;
        let (based, _) = tx.count_based_sync_objects(self.link.id).await?;
        let there = tx.count_remote_sync_objects(self.link.id).await?;
        Ok(brake_here(self.rules.brake, deletions, (based, there), self.listed_everything))
    }
}

/// Whether so many may be deleted here without asking, of `based` that were in step, while there are `there` on the other side. That it
/// has nothing left is asked about, but for a single object whose deletion it has named itself (`listed`: it has listed what it has).
pub(super) fn brake_here(brake: Brake, deletions: usize, (based, there): (u64, u64), listed: bool) -> Option<Stop> {
    let there = usize::try_from(there).unwrap_or(usize::MAX);
    let source = if listed || deletions > 1 { there } else { there.max(1) };
    brake.check(deletions, usize::try_from(based).unwrap_or(usize::MAX), source).err()
}

/// The provider, where it has to be asked what the remote side can hold of a text.
pub(super) fn lossy(provider: &Arc<dyn Provider>) -> Option<Arc<dyn Provider>> {
    (!provider.capabilities().keeps_texts).then(|| provider.clone())
}

/// What a link decides by from now on.
pub(super) fn rules(
    settings: &LinkSettings,
    lossy: Option<Arc<dyn Provider>>,
    components: Option<Vec<String>>,
    limits: crate::Limits,
) -> Rules {
    let now = chrono::Utc::now();
    let from = settings.window_days.map(|days| now - chrono::TimeDelta::days(i64::from(days)));
    let &LinkSettings { direction, policy, brake, .. } = settings;
    Rules { direction, policy, brake, lossy, from, limits, components, now }
}
