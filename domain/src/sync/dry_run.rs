//! What a run would do: the same looking and deciding, with what is known kept in memory, and nothing done on either side.

use super::decide::{self, Decided, Given, Local, Outbound, Rules, Step, Theirs, outbound};
use super::engine::entry;
use super::fetching::{Read, fetch};
use super::inbound::{brake_here, lossy, rules};
use super::links::{LinkTarget, NewLink, remote_error};
use super::look::{gone, named, unknown, unseen};
use super::outbound::brake_there;
use super::plan::Stop;
use super::provider::{
    Coverage, Cursor, FetchOutcome, MAX_FETCHED, Provider, ProviderError, RemoteCalendarId, RemoteObjectId,
};
use crate::access::Caller;
use crate::calendars::{CalendarId, Revision};
use crate::model::sync_link::SyncLinkId;
use crate::model::sync_object::{RemoteState, SyncObject, SyncObjectId};
use crate::model::sync_run::{DeedCount, RunEntry, Side, SyncOutcome};
use crate::store::SyncObjects;
use crate::{Error, Kalends, Missing, Result};
use kalends_ical::instances::{Extent, Window};
use std::collections::{BTreeMap, HashMap};

/// Most lines that are named; the others are counted.
const MAX_NAMED: usize = 500;
/// Most pages of changes that are asked for.
const MAX_PAGES: usize = 10_000;
/// How many objects are read at once.
const PAGE: usize = 500;

/// What a run would do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DryRun {
    /// How many objects would be done what with.
    pub counts: Vec<DeedCount>,
    /// The first 500 of them.
    pub entries: Vec<RunEntry>,
    /// Why a run would ask before it deletes, here and there.
    pub stops: [Option<Stop>; 2],
}

/// What is known, in memory.
struct Dry<'a> {
    kalends: &'a Kalends,
    provider: &'a dyn Provider,
    remote: RemoteCalendarId,
    /// `None`: it would be made.
    calendar: Option<CalendarId>,
    rules: Rules,
    rows: Vec<SyncObject>,
    counts: BTreeMap<(Side, SyncOutcome), u64>,
    entries: Vec<RunEntry>,
    listed: bool,
}

impl Kalends {
    /// What making a link would do.
    ///
    /// # Errors
    /// Those of [`Kalends::make_sync_link`].
    pub async fn dry_run_of_new_link(&self, caller: Caller, new: &NewLink) -> Result<DryRun> {
        let (account, remote) = self.remote_to_link(caller, new).await?;
        let provider = self.remote_provider(&account).await?.map_err(remote_error)?;
        let calendar = match new.target {
            LinkTarget::New { .. } => None,
            LinkTarget::Existing(calendar) => Some(calendar),
        };
        let rules = rules(&new.settings, lossy(&provider), remote.components, (*self.limits).clone());
        let dry = Dry::new(self, &*provider, remote.id, calendar, rules);
        dry.run(None, remote.is_writable).await
    }

    /// What the next run of a link would do.
    ///
    /// # Errors
    /// `NotFound`; `Remote`.
    pub async fn dry_run(&self, caller: Caller, id: SyncLinkId) -> Result<DryRun> {
        let mut tx = self.db.read().await?;
        let link = self.held_link(&mut tx, caller, id).await?;
        let account = tx.remote_account(link.account).await?.ok_or(Error::NotFound(Missing::RemoteAccount))?;
        let (mut rows, mut after) = (Vec::new(), SyncObjectId(0));
        loop {
            let page = tx.sync_objects(id, SyncObjects::All, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            // Their texts are read when they are needed.
            let light = |row: SyncObject| SyncObject { base_text: None, remote_base_text: None, ..row };
            rows.extend(page.into_iter().map(light));
        }
        drop(tx);
        let provider = self.remote_provider(&account).await?.map_err(remote_error)?;
        let rules = rules(&link.settings, lossy(&provider), link.components.clone(), (*self.limits).clone());
        let mut dry = Dry::new(self, &*provider, link.remote.clone(), Some(link.calendar), rules);
        dry.rows = rows;
        let since = link.cursor.filter(|_| !link.listing_open).map(Cursor);
        dry.run(since, link.remote_writable).await
    }
}

impl<'a> Dry<'a> {
    fn new(
        kalends: &'a Kalends,
        provider: &'a dyn Provider,
        remote: RemoteCalendarId,
        calendar: Option<CalendarId>,
        rules: Rules,
    ) -> Self {
        let (counts, entries) = (BTreeMap::new(), Vec::new());
        Dry { kalends, provider, remote, calendar, rules, rows: Vec::new(), counts, entries, listed: false }
    }

    async fn run(mut self, since: Option<Cursor>, is_writable: bool) -> Result<DryRun> {
        self.look_there(since).await?;
        if self.rules.direction.pushes() {
            self.look_here().await?;
        }
        let based = self.rows.iter().filter(|row| row.is_based()).count() as u64;
        self.take_in().await?;
        // What a window did not name is known to be gone only now.
        let is_there = |row: &&SyncObject| row.remote.is_some() && row.remote_state != RemoteState::Gone;
        let there = self.rows.iter().filter(is_there).count() as u64;
        let pushes = self.rules.direction.pushes() && is_writable && self.provider.capabilities().writes;
        if pushes {
            self.send_out().await?;
        }
        let count = |side, deed| self.counts.get(&(side, deed)).copied().unwrap_or_default();
        let deletions = |side| usize::try_from(count(side, SyncOutcome::Deleted)).unwrap_or(usize::MAX);
        let brake = self.rules.brake;
        let here = brake_here(brake, deletions(Side::Here), (based, there), self.listed);
        let stops = [here, brake_there(brake, deletions(Side::There), there)];
        let counts = self.counts.into_iter().map(|((side, deed), count)| DeedCount { side, deed, count });
        Ok(DryRun { counts: counts.collect(), entries: self.entries, stops })
    }

    async fn look_there(&mut self, mut since: Option<Cursor>) -> Result<()> {
        let known = self.rows.iter().enumerate().filter_map(|(at, row)| Some((row.remote.clone()?, at)));
        let mut known: HashMap<RemoteObjectId, usize> = known.collect();
        let mut listed = vec![false; self.rows.len()];
        for _ in 0..MAX_PAGES {
            let window = Window { start: self.rules.from, end: None };
            let page = match self.provider.changes(&self.remote, since.as_ref(), window).await {
                Err(ProviderError::CursorRejected) if since.is_some() => {
                    since = None;
                    listed.fill(false);
                    continue;
                }
                page => page.map_err(remote_error)?,
            };
            for head in &page.present {
                let at = *known.entry(head.id.clone()).or_insert_with(|| {
                    self.rows.push(unknown(head));
                    listed.push(false);
                    self.rows.len() - 1
                });
                named(&mut self.rows[at], head);
                listed[at] = true;
            }
            for id in &page.removed {
                if let Some(at) = known.get(id) {
                    gone(&mut self.rows[*at]);
                }
            }
            since = Some(page.next);
            self.listed |= page.coverage != Coverage::Changes;
            if !page.has_more {
                return self.note_unlisted(page.coverage, &listed).await;
            }
        }
        Err(remote_error(ProviderError::Unreadable("its list of changes does not end".into())))
    }

    /// What a listing of everything that has come to its end did not name is gone. Of a window, what the calendar here has in it may have
    /// been moved out of it: it is asked for.
    async fn note_unlisted(&mut self, coverage: Coverage, listed: &[bool]) -> Result<()> {
        for at in (0..listed.len()).filter(|at| !listed[*at]) {
            let row = &self.rows[at];
            let is_meant = match coverage {
                Coverage::Changes => return Ok(()),
                Coverage::Everything => row.remote.is_some(),
                Coverage::Within(window) => row.remote.is_some() && self.lies_within(row.uid.as_ref(), window).await?,
            };
            match coverage {
                Coverage::Within(_) if is_meant => unseen(&mut self.rows[at]),
                _ if is_meant => drop(gone(&mut self.rows[at])),
                _ => {}
            }
        }
        Ok(())
    }

    async fn lies_within(&self, uid: Option<&String>, window: Window) -> Result<bool> {
        let Some(local) = self.local(uid).await? else { return Ok(false) };
        let (limits, local_octets) = (self.rules.limits.clone(), local.text.len());
        let read = move || Ok(crate::objects::index(&local.text, &limits).ok().map(|index| index.extent));
        let extent = self.kalends.parse_on_a_thread(local_octets, read).await?;
        // As a run asks the tables.
        let starts = |extent: &Extent, end: i64| extent.first_start.is_none_or(|start| start < end);
        let ends = |extent: &Extent, start: i64| extent.last_end.is_none_or(|end| end > start);
        Ok(extent.is_some_and(|extent| {
            window.end.is_none_or(|end| starts(&extent, end.timestamp()))
                && window.start.is_none_or(|start| ends(&extent, start.timestamp()))
        }))
    }

    async fn look_here(&mut self) -> Result<()> {
        let Some(calendar) = self.calendar else { return Ok(()) };
        let known = self.rows.iter().enumerate().filter_map(|(at, row)| Some((row.uid.clone()?, at)));
        let known: HashMap<String, usize> = known.collect();
        for row in &mut self.rows {
            row.local_pending = row.is_based();
        }
        let mut after = String::new();
        loop {
            let heads = self.kalends.db.read().await?.object_heads(calendar, &after, PAGE).await?;
            let Some(last) = heads.last() else { return Ok(()) };
            after.clone_from(&last.name);
            for head in heads {
                match known.get(&head.uid) {
                    Some(at) => self.rows[*at].local_pending = self.rows[*at].local_base.as_ref() != Some(&head.etag),
                    None => {
                        let row = SyncObject::new(SyncObjectId(0));
                        let (uid, name) = (Some(head.uid), Some(head.name));
                        self.rows.push(SyncObject { uid, name, local_pending: true, ..row });
                    }
                }
            }
        }
    }

    fn say(&mut self, side: Side, deed: SyncOutcome, row: &SyncObject, why: Option<String>) {
        *self.counts.entry((side, deed)).or_default() += 1;
        if self.entries.len() < MAX_NAMED {
            let line = entry(side, deed, row.uid.as_deref(), row.title.as_deref());
            self.entries.push(RunEntry { why, name: row.name.clone(), ..line });
        }
    }

    async fn local(&self, uid: Option<&String>) -> Result<Option<Local>> {
        let (Some(calendar), Some(uid)) = (self.calendar, uid) else { return Ok(None) };
        let object = self.kalends.db.read().await?.object_of_uid(calendar, uid).await?;
        Ok(object.map(|object| Local {
            name: object.head.name,
            etag: object.head.etag,
            text: object.text,
            modified_at: object.head.modified_at,
        }))
    }

    async fn take_in(&mut self) -> Result<()> {
        let is_new = |row: &SyncObject| row.remote_state != RemoteState::Same;
        let seen: Vec<usize> = (0..self.rows.len()).filter(|at| is_new(&self.rows[*at])).collect();
        let (texts, mut deletions): (Vec<usize>, Vec<usize>) =
            seen.into_iter().partition(|at| self.rows[*at].remote_state == RemoteState::Seen);
        for batch in texts.chunks(MAX_FETCHED) {
            let ids: Vec<RemoteObjectId> = batch
                .iter()
                .filter(|at| self.rows[**at].seen_text.is_none())
                .filter_map(|at| self.rows[*at].remote.clone())
                .collect();
            let mut read = fetch(self.provider, &self.remote, &ids).await.map_err(remote_error)?.into_iter();
            for at in batch {
                let row = self.rows[*at].clone();
                let tag = row.seen_tag.clone();
                let text = match row.seen_text.clone() {
                    Some(text) => text,
                    None => match read.next() {
                        Some(Read::Answer(FetchOutcome::Text { text, .. })) => text,
                        Some(
                            Read::Answer(FetchOutcome::Unreadable { why } | FetchOutcome::Failed { why })
                            | Read::Failed(why),
                        ) => {
                            self.say(Side::Here, SyncOutcome::SetAside, &row, Some(why));
                            continue;
                        }
                        Some(Read::Answer(FetchOutcome::Gone)) => {
                            gone(&mut self.rows[*at]);
                            deletions.push(*at);
                            continue;
                        }
                        None => continue,
                    },
                };
                self.bind(*at, &text);
                self.decide(*at, Some(Theirs { text, tag })).await?;
            }
        }
        for at in deletions {
            // It may be the same object under another id by now.
            if self.rows[at].remote_state == RemoteState::Gone {
                self.decide(at, None).await?;
            }
        }
        Ok(())
    }

    /// A new object may be one that is known by its UID, and is gone at another place or was never there.
    fn bind(&mut self, at: usize, text: &str) {
        if self.rows[at].uid.is_some() {
            return;
        }
        let Ok(index) = crate::objects::index(text, &self.rules.limits) else { return };
        let same = self.rows.iter().position(|row| {
            row.uid.as_ref() == Some(&index.uid) && (row.remote.is_none() || row.remote_state == RemoteState::Gone)
        });
        if let Some(same) = same {
            let other = self.rows[same].clone();
            self.rows[same] = SyncObject::new(SyncObjectId(0));
            let (remote, seen_tag) = (self.rows[at].remote.clone(), self.rows[at].seen_tag.clone());
            self.rows[at] = SyncObject { remote, seen_tag, remote_state: RemoteState::Seen, ..other };
        }
        self.rows[at].uid = Some(index.uid);
    }

    async fn decide(&mut self, at: usize, theirs: Option<Theirs>) -> Result<()> {
        let mut row = self.rows[at].clone();
        let local = self.local(row.uid.as_ref()).await?;
        if row.is_based() && row.id != SyncObjectId(0) {
            let mut tx = self.kalends.db.read().await?;
            let whole = tx.sync_object_by_id(row.id).await?;
            (row.base_text, row.remote_base_text) =
                whole.map(|whole| (whole.base_text, whole.remote_base_text)).unwrap_or_default();
        }
        let deleted_at = match (&local, &row.name, self.calendar) {
            (None, Some(name), Some(calendar)) => {
                let mut tx = self.kalends.db.read().await?;
                match tx.last_removal(calendar, name, Revision(i64::MAX)).await? {
                    Some(revision) => tx.changed_at(calendar, revision).await?,
                    None => None,
                }
            }
            _ => None,
        };
        let octets = 3 * local.as_ref().map_or(0, |local| local.text.len());
        let (given, rules) = (Given { row, local, deleted_at, theirs, pushed: None }, self.rules.clone());
        let decided = self.kalends.parse_on_a_thread(octets, move || Ok(decide::decide(given, &rules))).await?;
        let Decided { row, step, entry, local, .. } = decided;
        if let Some((deed, why)) = entry {
            self.say(Side::Here, deed, &row, why);
        }
        // What would be stored here goes there where it says something else.
        let stores = matches!(step, Step::Store { .. });
        let goes_on = row.local_pending && (stores || local.is_some() || row.remote.is_some());
        if matches!(step, Step::Forget | Step::Delete) {
            self.rows[at] = SyncObject::new(SyncObjectId(0));
        } else {
            self.rows[at] = row;
            if stores && goes_on && self.rules.direction.pushes() {
                let row = self.rows[at].clone();
                self.say(Side::There, SyncOutcome::Changed, &row, None);
                self.rows[at].local_pending = false;
            }
        }
        Ok(())
    }

    async fn send_out(&mut self) -> Result<()> {
        for at in 0..self.rows.len() {
            let row = self.rows[at].clone();
            if !row.local_pending || row.remote_state != RemoteState::Same {
                continue;
            }
            let local = self.local(row.uid.as_ref()).await?;
            let etag = local.as_ref().map(|local| local.etag.clone());
            if decide::is_left_alone(&row, etag.as_deref()) {
                continue;
            }
            let titled = match local {
                Some(local) => {
                    let index = crate::objects::index(&local.text, &self.rules.limits).ok();
                    let is_old = index.as_ref().is_some_and(|index| !decide::is_within(index, self.rules.from));
                    if row.remote.is_none() && is_old {
                        continue;
                    }
                    SyncObject { title: index.and_then(|index| index.summary), ..row.clone() }
                }
                None => row.clone(),
            };
            match outbound(&row, etag.as_ref(), &self.rules) {
                Outbound::Push if row.remote.is_none() => self.say(Side::There, SyncOutcome::Created, &titled, None),
                Outbound::Push => self.say(Side::There, SyncOutcome::Changed, &titled, None),
                Outbound::Delete => self.say(Side::There, SyncOutcome::Deleted, &titled, None),
                Outbound::Nothing | Outbound::Forget => {}
            }
        }
        Ok(())
    }
}
