//! What has changed here goes there: one object after the other, noted before it is sent, and read back in batches, because only what is
//! there is what both sides are the same at.

use super::decide::{self, Outbound, Theirs, added_to, in_step, is_within, outbound};
use super::engine::{Done, Engine, entry};
use super::fetching::{Read, fetch};
use super::inbound::MAX_FAILURES;
use super::plan::{Brake, Stop};
use super::provider::{FetchOutcome, ProviderError, RemoteObjectId, RemoteTag, Stored, StoredText};
use crate::Result;
use crate::model::object::Object;
use crate::model::sync_link::Trouble;
use crate::model::sync_object::{AsideCode, RemoteState, SyncObject, SyncObjectId};
use crate::model::sync_run::{Side, SyncOutcome};
use crate::objects::index;
use crate::store::SyncObjects;
use kalends_ical::meaning::same_meaning;

/// How many objects are sent before they are read back.
const BATCH: usize = 50;
/// How many may fail one after the other before it is the remote side that does.
const MAX_FAILED: usize = 3;

/// An object that is to go there.
struct Leaving {
    row: SyncObject,
    object: Object,
}

/// One that was sent and taken.
struct Sent {
    leaving: Leaving,
    stored: Stored,
}

/// What became of sending one.
enum Sending {
    Taken(Stored),
    /// It is not there as it was thought to be.
    Moved,
    /// Everything there is to be looked at: something is where it cannot be seen.
    Hidden,
    Elsewhere(RemoteObjectId),
    Aside(AsideCode, String),
    Failed(ProviderError),
}

impl Engine<'_> {
    /// Sends what has changed here.
    pub async fn send_out(&mut self) -> Done<()> {
        let mut after = SyncObjectId(0);
        let mut failed = 0;
        loop {
            let mut tx = self.kalends.db.read().await?;
            let rows = tx.sync_objects(self.link.id, SyncObjects::Local, after, BATCH).await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(()) };
            after = last;
            let handled = rows.len() as u64;
            let (mut leaving, mut settled) = (Vec::new(), Vec::new());
            for row in rows {
                let object = match &row.uid {
                    Some(uid) => tx.object_of_uid(self.link.calendar, uid).await?,
                    None => None,
                };
                let etag = object.as_ref().map(|object| object.head.etag.clone());
                if decide::is_left_alone(&row, etag.as_deref()) {
                    continue;
                }
                match (outbound(&row, etag.as_ref(), &self.rules), object) {
                    (Outbound::Push, Some(object)) => leaving.push(Leaving { row, object }),
                    // With all deletions.
                    (Outbound::Delete, _) => {}
                    (what, _) => settled.push((row, what == Outbound::Forget)),
                }
            }
            drop(tx);
            self.settle(settled).await?;
            self.tally.done += handled;
            let leaving = self.fit(leaving).await?;
            self.send(leaving, &mut failed).await?;
        }
    }

    /// What is as it was, or on neither side.
    async fn settle(&self, settled: Vec<(SyncObject, bool)>) -> Result<()> {
        if settled.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (row, is_gone) in settled {
            if is_gone {
                tx.delete_sync_object(row.id).await?;
            } else {
                tx.update_sync_object(&SyncObject { local_pending: false, ..row }).await?;
            }
        }
        tx.commit().await
    }

    /// Those that the remote calendar takes, and that are to be in step.
    async fn fit(&self, leaving: Vec<Leaving>) -> Result<Vec<Leaving>> {
        let named = |names: &Vec<String>, kind: &str| names.iter().any(|name| name.eq_ignore_ascii_case(kind));
        let (mut fit, mut unfit) = (Vec::new(), Vec::new());
        for Leaving { row, object } in leaving {
            let kind = object.head.kind.name();
            let is_new = row.remote.is_none();
            if is_new && self.rules.components.as_ref().is_some_and(|names| !named(names, kind)) {
                unfit.push((row, object.head.etag, (AsideCode::Kind, format!("the calendar takes no {kind}"))));
                continue;
            }
            let is_old = self.rules.from.is_some() && {
                let (text, limits) = (object.text.clone(), self.rules.limits.clone());
                let indexed = self.kalends.parse_on_a_thread(text.len(), move || index(&text, &limits)).await;
                indexed.is_ok_and(|index| !is_within(&index, self.rules.from))
            };
            if is_new && is_old {
                unfit.push((row, object.head.etag, (AsideCode::Outside, String::new())));
            } else {
                fit.push(Leaving { row, object });
            }
        }
        if !unfit.is_empty() {
            let mut tx = self.begin().await?;
            for (mut row, etag, aside) in unfit {
                self.note_aside(&mut tx, &mut row, Some(&etag), aside).await?;
                row.local_pending = false;
                tx.update_sync_object(&row).await?;
            }
            tx.commit().await?;
        }
        Ok(fit)
    }

    async fn send(&mut self, leaving: Vec<Leaving>, failed: &mut usize) -> Done<()> {
        if leaving.is_empty() {
            return Ok(());
        }
        // Whoever goes on after this knows what may have arrived.
        let sent: Vec<(SyncObjectId, String)> =
            leaving.iter().map(|leaving| (leaving.row.id, leaving.object.head.etag.clone())).collect();
        let mut tx = self.begin().await?;
        tx.set_sync_pushing(&sent).await?;
        tx.commit().await?;
        let (mut taken, mut others, mut halt) = (Vec::new(), Vec::new(), None);
        for leaving in leaving {
            let sending = match self.send_one(&leaving).await {
                Ok(sending) => sending,
                Err(error) => {
                    halt = Some(error);
                    break;
                }
            };
            match sending {
                Sending::Taken(stored) => {
                    *failed = 0;
                    taken.push(Sent { leaving, stored });
                }
                Sending::Failed(error) => {
                    *failed += 1;
                    others.push((leaving, Sending::Failed(error.clone())));
                    let waits = matches!(error, ProviderError::Transient { retry_after: Some(_), .. });
                    if waits || *failed == MAX_FAILED {
                        halt = Some(error);
                        break;
                    }
                }
                other => {
                    *failed = 0;
                    others.push((leaving, other));
                }
            }
        }
        self.note_not_taken(others, halt.is_some()).await?;
        self.note_taken(taken).await?;
        halt.map_or(Ok(()), |error| Err(error.into()))
    }

    /// # Errors
    /// What is about more than this object.
    async fn send_one(&self, leaving: &Leaving) -> std::result::Result<Sending, ProviderError> {
        let Leaving { row, object } = leaving;
        let (calendar, text) = (&self.link.remote, object.text.as_str());
        let stored = match &row.remote {
            Some(id) => self.provider.update(calendar, id, row.remote_base.as_ref(), text).await,
            None => self.provider.create(calendar, &object.head.uid, text).await,
        };
        Ok(match stored {
            Ok(stored) => Sending::Taken(stored),
            Err(ProviderError::Changed) if row.remote.is_none() => Sending::Hidden,
            Err(ProviderError::Changed) => Sending::Moved,
            Err(ProviderError::UidTaken { by: Some(id) }) => Sending::Elsewhere(id),
            Err(ProviderError::UidTaken { by: None }) => Sending::Hidden,
            Err(ProviderError::Rejected(why) | ProviderError::Refused(why)) => Sending::Aside(AsideCode::Rejected, why),
            Err(error @ (ProviderError::Transient { .. } | ProviderError::Unreadable(_))) => Sending::Failed(error),
            Err(error) => return Err(error),
        })
    }

    async fn note_not_taken(&mut self, others: Vec<(Leaving, Sending)>, halts: bool) -> Result<()> {
        if others.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let mut relists = false;
        for (Leaving { row, object }, sending) in others {
            // With what was noted before it was sent.
            let mut row = SyncObject { pushing: Some(object.head.etag.clone()), ..row };
            let etag = Some(object.head.etag.as_str());
            match sending {
                Sending::Taken(_) => continue,
                Sending::Aside(code, why) => {
                    row.pushing = None;
                    self.note_aside(&mut tx, &mut row, etag, (code, why)).await?;
                }
                Sending::Elsewhere(id) => {
                    row.pushing = None;
                    let holder = tx.sync_objects_of_remote(self.link.id, &[&id]).await?.remove(&id);
                    match holder {
                        None => {
                            row.remote = Some(id);
                            row.remote_state = RemoteState::Seen;
                            self.tally.again = true;
                        }
                        Some(holder) if holder.uid.is_none() || holder.remote_state != RemoteState::Same => {
                            self.tally.again = true;
                        }
                        Some(_) => {
                            let why = "another object of the calendar has its UID".to_owned();
                            self.note_aside(&mut tx, &mut row, etag, (AsideCode::UidTwice, why)).await?;
                        }
                    }
                }
                Sending::Moved | Sending::Hidden => {
                    row.pushing = None;
                    row.failures += 1;
                    if row.failures >= MAX_FAILURES {
                        let why = "the calendar has something in its place that it does not show".to_owned();
                        self.note_aside(&mut tx, &mut row, etag, (AsideCode::Rejected, why)).await?;
                    } else {
                        relists |= row.failures > 1 || matches!(sending, Sending::Hidden);
                        self.tally.again = true;
                        self.tally.failed += 1;
                    }
                }
                Sending::Failed(error) => {
                    // Where nothing works it is not the object's fault.
                    row.failures += u32::from(!halts);
                    if row.failures < MAX_FAILURES {
                        self.tally.failed += 1;
                    } else {
                        let why = error.to_string();
                        self.note_aside(&mut tx, &mut row, etag, (AsideCode::Failing, why)).await?;
                    }
                }
            }
            tx.update_sync_object(&row).await?;
        }
        if relists {
            (self.link.cursor, self.link.listing_open) = (None, false);
            tx.set_sync_cursor(self.link.id, None, (self.link.listing, false)).await?;
        }
        tx.commit().await
    }

    /// Reads back what was taken, and notes what both sides are the same at.
    async fn note_taken(&mut self, taken: Vec<Sent>) -> Done<()> {
        if taken.is_empty() {
            return Ok(());
        }
        let ids: Vec<RemoteObjectId> = taken.iter().map(|sent| sent.stored.id.clone()).collect();
        let read = fetch(&*self.provider, &self.link.remote, &ids).await;
        let (read, halt) = match read {
            Ok(read) => (read.into_iter().map(Some).collect(), None),
            // What was taken is noted all the same.
            Err(error) => (ids.iter().map(|_| None).collect::<Vec<_>>(), Some(error)),
        };
        let rules = self.rules.clone();
        let octets = taken.iter().map(|sent| sent.leaving.object.text.len() * 4).sum();
        let work =
            move || Ok(taken.into_iter().zip(read).map(|(sent, read)| noted(sent, read, &rules)).collect::<Vec<_>>());
        let rows = self.kalends.parse_on_a_thread(octets, work).await?;
        let mut tx = self.begin().await?;
        for Noted { before, row, name, is_other } in &rows {
            self.tally.changes += 1;
            self.tally.again |= is_other;
            tx.update_sync_object(row).await?;
            let deed = if before.remote.is_none() { SyncOutcome::Created } else { SyncOutcome::Changed };
            let mut line = entry(Side::There, deed, row.uid.as_deref(), row.title.as_deref());
            line.name = Some(name.clone());
            line.undo.remote = row.remote.as_ref().map(|id| id.0.clone());
            line.undo.tag = row.remote_base.as_ref().map(|tag| tag.0.clone());
            line.undo.before = before.remote_base_text.clone().or(before.base_text.clone());
            line.undo.local_base.clone_from(&before.local_base);
            tx.add_sync_entry(self.id, &line).await?;
        }
        tx.commit().await?;
        halt.map_or(Ok(()), |error| Err(error.into()))
    }

    /// What is gone here goes there, unless that is too much.
    pub async fn delete_there(&mut self) -> Done<Option<Stop>> {
        let deletions = self.deletions_there(None).await?;
        let stop = if self.link.approved.1.is_some_and(|approved| deletions as u64 <= approved) {
            None
        } else {
            let mut tx = self.kalends.db.read().await?;
            let there = tx.count_remote_sync_objects(self.link.id).await?;
            brake_there(self.rules.brake, deletions, there)
        };
        self.deletions_there(Some(stop.is_some())).await?;
        Ok(stop)
    }

    /// `holds`: whether they wait until somebody has said yes; `None`: they are only counted.
    async fn deletions_there(&mut self, holds: Option<bool>) -> Done<usize> {
        let (mut after, mut found, mut failed) = (SyncObjectId(0), 0, 0);
        let is_known = self
            .link
            .trouble
            .is_some_and(|trouble| matches!(trouble, Trouble::EmptySource | Trouble::TooManyDeletions));
        loop {
            let mut tx = self.kalends.db.read().await?;
            let rows = tx.sync_objects(self.link.id, SyncObjects::Local, after, BATCH).await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(found) };
            after = last;
            let mut leaving = Vec::new();
            for row in rows {
                let etag = self.etag_here(&mut tx, &row).await?;
                let goes = outbound(&row, etag.as_ref(), &self.rules) == Outbound::Delete;
                if goes && !decide::is_left_alone(&row, etag.as_deref()) {
                    leaving.push(row);
                }
            }
            drop(tx);
            found += leaving.len();
            match holds {
                None => {}
                Some(true) if is_known => {}
                Some(true) => {
                    let mut tx = self.begin().await?;
                    for row in &leaving {
                        let line = entry(Side::There, SyncOutcome::Held, row.uid.as_deref(), row.title.as_deref());
                        tx.add_sync_entry(self.id, &line).await?;
                    }
                    tx.commit().await?;
                }
                Some(false) => self.delete_rows_there(leaving, &mut failed).await?,
            }
        }
    }

    pub(super) async fn delete_rows_there(&mut self, rows: Vec<SyncObject>, failed: &mut usize) -> Done<()> {
        let mut outcomes = Vec::new();
        let mut halt = None;
        for row in rows {
            let Some(id) = row.remote.clone() else { continue };
            match self.provider.delete(&self.link.remote, &id, row.remote_base.as_ref()).await {
                Ok(()) => {
                    *failed = 0;
                    outcomes.push((row, Ok(())));
                }
                Err(ProviderError::Changed) => self.tally.again = true,
                Err(ProviderError::Rejected(why) | ProviderError::Refused(why)) => outcomes.push((row, Err(why))),
                Err(error) => {
                    self.tally.failed += 1;
                    *failed += 1;
                    let waits = matches!(error, ProviderError::Transient { retry_after: Some(_), .. });
                    if !error.is_transient() || waits || *failed == MAX_FAILED {
                        halt = Some(error);
                        break;
                    }
                }
            }
        }
        let mut tx = self.begin().await?;
        for (mut row, outcome) in outcomes {
            match outcome {
                Ok(()) => {
                    self.tally.changes += 1;
                    self.tally.frees_uids = true;
                    tx.delete_sync_object(row.id).await?;
                    let mut line = entry(Side::There, SyncOutcome::Deleted, row.uid.as_deref(), row.title.as_deref());
                    line.undo.before = row.remote_base_text.or(row.base_text);
                    line.undo.local_base = row.local_base;
                    line.undo.remote = row.remote.map(|id| id.0);
                    line.name = row.name;
                    tx.add_sync_entry(self.id, &line).await?;
                }
                Err(why) => {
                    self.note_aside(&mut tx, &mut row, None, (AsideCode::Rejected, why)).await?;
                    tx.update_sync_object(&row).await?;
                }
            }
        }
        tx.commit().await?;
        halt.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// What is known of an object that was taken.
struct Noted {
    before: SyncObject,
    row: SyncObject,
    name: String,
    /// The remote side has made something else of it.
    is_other: bool,
}

fn noted(sent: Sent, read: Option<Read>, rules: &decide::Rules) -> Noted {
    let Sent { leaving: Leaving { row, object }, stored } = sent;
    let before = row.clone();
    let (etag, ours) = (object.head.etag.as_str(), object.text.as_str());
    let mut row = SyncObject { remote: Some(stored.id), crossed: Some((rules.now, true)), ..row };
    row.name = Some(object.head.name.clone());
    row.title = index(ours, &rules.limits).ok().and_then(|index| index.summary);
    let tag_said = match &stored.text {
        StoredText::AsSent { tag } => Some(tag.clone()),
        StoredText::ToBeReadBack => None,
    };
    let as_sent = |tag: Option<RemoteTag>| Theirs { text: ours.to_owned(), tag };
    let mut is_other = false;
    match read {
        Some(Read::Answer(FetchOutcome::Text { text, tag })) => {
            let theirs = Theirs { text, tag: tag.or(tag_said) };
            let added = rules.lossy.as_ref().map(|provider| provider.without_additions(ours, &theirs.text));
            let is_same = match &added {
                Some(added) => added.is_none(),
                None => same_meaning(ours, &theirs.text, &rules.limits.text).unwrap_or(false),
            };
            if is_same {
                in_step(&mut row, (etag, ours), &theirs, rules);
            } else {
                added_to(&mut row, (etag, ours), added.flatten(), rules);
                (row.seen_tag, row.seen_text) = (theirs.tag, Some(theirs.text));
                is_other = true;
            }
        }
        // Its word is taken; if it is not there, the next listing says so.
        _ if tag_said.is_some() => in_step(&mut row, (etag, ours), &as_sent(tag_said), rules),
        Some(Read::Answer(FetchOutcome::Gone)) => in_step(&mut row, (etag, ours), &as_sent(None), rules),
        // What was sent is known by what was noted before.
        _ => {
            row.pushing = Some(etag.to_owned());
            row.remote_state = RemoteState::Seen;
        }
    }
    Noted { before, row, name: object.head.name, is_other }
}

/// Whether so many may be deleted there without asking, of the `there` that there are. What is gone here was deleted by somebody.
pub(super) fn brake_there(brake: Brake, deletions: usize, there: u64) -> Option<Stop> {
    brake.check(deletions, usize::try_from(there).unwrap_or(usize::MAX), 1).err()
}
