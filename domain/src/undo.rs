//! Taking edits back. An edit is known by the rows that it added to the log; to take it back is one more write, which adds the rows
//! by which it can be done again.

use crate::access::{self, Access, Caller, Held};
use crate::calendars::{CalendarId, Revision};
use crate::model::object::{Object, Precondition};
use crate::model::version::{Cause, Change, Digest, Run, RunKind};
use crate::objects::index;
use crate::retry::retry;
use crate::store::{DELIVERY, Index, ObjectId, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Limits, Missing, Problem, Result, versions};
use chrono::Utc;
use kalends_ical::CalendarObject;
use kalends_ical::edit::{self, NewObject};
use std::collections::HashMap;
use uuid::Uuid;

pub use crate::model::version::Undo;

/// How many objects one transaction puts back, so that a run of many does not keep other writers waiting.
const BATCH: usize = 200;

/// What became of taking an edit back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// It is taken back; this does it again.
    Done(Undo),
    /// Something else has changed since, and nothing was written. The objects of the edit as they are now.
    Changed(Vec<Now>),
}

/// An object of an edit, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Now {
    /// `None` where there is none.
    pub etag: Option<String>,
    /// Of what is there, else of what was; `None` where it has no title.
    pub title: Option<String>,
    /// Whether it is not as the edit left it, or another has its name or its UID by now.
    pub changed: bool,
    /// By whom and by which way it became what it is, where that is not what the edit left.
    pub cause: Option<Cause>,
}

/// What became of taking a run back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunUndone {
    /// By which it is done again.
    pub run: Uuid,
    /// How many objects are gone that it had brought.
    pub removed: usize,
    /// How many have the text again that they had before.
    pub restored: usize,
    /// Titles of those that something else has changed since, which are left as they are.
    pub left: Vec<String>,
}

/// What is noted in the transaction in which objects are put back.
pub(crate) trait NotesUndone {
    /// Is told the name of each, and whether it is as it was.
    ///
    /// # Errors
    /// Those of the store: then nothing of it counts.
    fn note(&self, write: &mut Write, outcomes: &[(String, bool)]) -> impl Future<Output = Result<()>> + Send;
}

/// Nobody asks.
impl NotesUndone for () {
    async fn note(&self, _: &mut Write, _: &[(String, bool)]) -> Result<()> {
        Ok(())
    }
}

/// What a run's changes come to for each object: one that it changed twice was before as it was before the first. The latest first.
pub(crate) fn folded(changes: Vec<Change>) -> Vec<Change> {
    let mut first: HashMap<String, (Option<Revision>, Option<ObjectId>)> = HashMap::new();
    for change in &changes {
        first.entry(change.name.clone()).or_insert((change.previous, change.object));
    }
    let mut folded = Vec::new();
    for change in changes.into_iter().rev() {
        // Taken out with the last: what is left are those that came before it.
        let Some((previous, object)) = first.remove(&change.name) else { continue };
        // It came and went.
        if previous.is_some() || !change.removed || object.is_none() {
            folded.push(Change { previous, object, ..change });
        }
    }
    folded
}

/// One change, with what is there now and what was before it.
struct Found {
    calendar: CalendarId,
    change: Change,
    now: Option<Object>,
    /// Of what is there now, where it is not what the change led to.
    cause: Option<Cause>,
    /// Since then nothing but what became of messages was noted in it.
    is_noted: bool,
    before: Option<String>,
}

/// Whether what led from one revision to the other of an object was only that it was noted what became of messages.
async fn is_noted(tx: &mut Transaction, calendar: CalendarId, from: Revision, to: Revision) -> Result<bool> {
    let mut reached = Some(to);
    while let Some(revision) = reached.filter(|reached| *reached > from) {
        let Some(change) = tx.change(calendar, revision).await? else { return Ok(false) };
        if change.cause.is_none_or(|cause| cause.way != DELIVERY) {
            return Ok(false);
        }
        reached = change.previous;
    }
    Ok(reached == Some(from))
}

/// [`Found`], worked out on a thread.
struct Step {
    calendar: CalendarId,
    name: String,
    /// That the change was about.
    object: Option<ObjectId>,
    now: Now,
    /// Whether it is as before already.
    as_before: bool,
    before: Option<(String, Index)>,
    /// The same as an object of its own, for where another has its name or its UID.
    copy: Option<(NewObject, Index)>,
    /// Of what is there.
    uid: Option<String>,
}

impl Found {
    /// # Errors
    /// `NotFound` for a version that is not kept.
    async fn read(tx: &mut Transaction, calendar: CalendarId, change: Change) -> Result<Self> {
        let missing = Error::NotFound(Missing::Version);
        let before = match (change.previous, change.object) {
            (Some(previous), Some(object)) => {
                let digest = tx.change(calendar, previous).await?.and_then(|previous| previous.after);
                let Some(digest) = digest else { return Err(missing) };
                Some(versions::version(tx, calendar, object, digest).await?.ok_or(missing)?)
            }
            (None, Some(_)) if !change.removed => None,
            // Of before the log had versions.
            _ => return Err(missing),
        };
        let now = tx.object(calendar, &change.name).await?;
        let cause = match now.as_ref().map(|object| object.head.etag.as_str()) {
            etag if etag == change.after.as_ref().map(Digest::etag).as_deref() => None,
            _ => Self::last_cause(tx, calendar, &change.name, now.as_ref()).await?,
        };
        let is_noted = match (&cause, &now) {
            (Some(_), Some(now)) => is_noted(tx, calendar, change.revision, now.head.revision).await?,
            _ => false,
        };
        Ok(Found { calendar, change, now, cause, before, is_noted })
    }

    async fn last_cause(
        tx: &mut Transaction,
        calendar: CalendarId,
        name: &str,
        now: Option<&Object>,
    ) -> Result<Option<Cause>> {
        let revision = match now {
            Some(object) => Some(object.head.revision),
            None => tx.last_removal(calendar, name, Revision(i64::MAX)).await?,
        };
        let Some(revision) = revision else { return Ok(None) };
        Ok(tx.change(calendar, revision).await?.and_then(|change| change.cause))
    }

    /// Whether the object was after the change what it was before, so that there is nothing to put back: somebody changed what they have of
    /// it for themselves.
    fn is_personal(&self) -> bool {
        let before = self.before.as_ref().map(|text| Digest::of(text));
        before.is_some() && before == self.change.after
    }

    fn octets(&self) -> usize {
        self.before.as_ref().map_or(0, String::len) + self.now.as_ref().map_or(0, |now| now.text.len())
    }

    /// `over`: which version is to be there instead of the one that the change led to.
    fn step(self, over: Option<Option<&str>>, limits: &Limits) -> Result<Step> {
        let Found { calendar, change, now, cause, before, is_noted } = self;
        let before = before.map(|text| index(&text, limits).map(|index| (text, index))).transpose()?;
        let etag = now.as_ref().map(|object| object.head.etag.clone());
        let led_to = change.after.as_ref().map(Digest::etag);
        let copy = match (over, &before) {
            (Some(_), Some((text, _))) => {
                let copy = edit::copy_of(&CalendarObject::parse(text, &limits.text)?, text, Utc::now());
                let index = index(&copy.text, limits)?;
                Some((copy, index))
            }
            _ => None,
        };
        let title = match (&now, &before) {
            (Some(now), _) => index(&now.text, limits)?.summary,
            (None, Some((_, before))) => before.summary.clone(),
            (None, None) => None,
        };
        let uid = now.map(|object| object.head.uid);
        let as_before = etag == before.as_ref().map(|(_, index)| index.digest.etag());
        let expected = as_before || is_noted && over.is_none() || etag.as_deref() == over.unwrap_or(led_to.as_deref());
        Ok(Step {
            calendar,
            name: change.name,
            object: change.object,
            as_before,
            now: Now { etag, title, changed: !expected, cause },
            before,
            copy,
            uid,
        })
    }
}

impl Step {
    /// Whether it is put into another calendar by `other`, a step of the same edit.
    fn moves_to(&self, other: &Step) -> bool {
        let comes = other.before.as_ref().filter(|_| !other.as_before && other.calendar != self.calendar);
        self.before.is_none() && comes.is_some_and(|(_, index)| self.uid.as_ref() == Some(&index.uid))
    }

    /// Puts the object back; where there was none before, `moves` says that it is put elsewhere in the same write. Yields whether it
    /// could: not where another object has its name or its UID.
    async fn take_back(&self, write: &mut Write, calendars: &[Held], moves: bool) -> Result<bool> {
        if self.as_before {
            return Ok(true);
        }
        let calendar = calendars.iter().find(|held| held.id == self.calendar);
        let calendar = calendar.ok_or(Error::NotFound(Missing::Calendar))?;
        let unchanged = match &self.now.etag {
            Some(etag) => Precondition::Matches(vec![etag.clone()]),
            None => Precondition::Absent,
        };
        let taken_back = match &self.before {
            Some((text, index)) => match write.store(calendar, &self.name, text, index, &unchanged).await {
                Err(Error::UidConflict { .. }) => match &self.copy {
                    Some((new, index)) => {
                        let name = format!("{}.ics", new.uid);
                        write.store(calendar, &name, &new.text, index, &Precondition::Absent).await.map(drop)
                    }
                    None => return Ok(false),
                },
                Ok(_) => match self.object.filter(|_| self.now.etag.is_none()) {
                    Some(object) => write.give_personal_data(calendar, object, &self.name).await,
                    None => Ok(()),
                },
                Err(error) => Err(error),
            },
            None if moves => write.move_out(calendar, &self.name, &unchanged).await,
            None => write.remove(calendar, &self.name, &unchanged).await,
        };
        match taken_back {
            // It has changed since it was read.
            Err(Error::PreconditionFailed | Error::NotFound(Missing::Object)) => Err(Error::Contended),
            taken_back => taken_back.map(|()| true),
        }
    }
}

impl Kalends {
    /// Takes an edit back, as one more write. Where its objects are not as it left them, nothing happens but that they are named, unless
    /// `over` says their entity tags as the caller was told them: then the texts of before are brought back all the same, beside what
    /// has their name or UID by now.
    ///
    /// # Errors
    /// `NotFound` for a change that there was not, and for a version that is not kept; `BadInput` (edit) for one that changed only what somebody
    /// has for themselves; `Forbidden`; those of [`Kalends::put_object`].
    pub async fn undo(&self, caller: Caller, undo: &Undo, over: Option<&[Option<String>]>) -> Result<Undone> {
        retry(async || {
            let mut found = Vec::with_capacity(undo.0.len());
            let mut tx = self.db.read().await?;
            for &(calendar, revision) in &undo.0 {
                access::calendar(&mut tx, caller, calendar, Access::Write).await?;
                let change = tx.change(calendar, revision).await?.ok_or(Error::NotFound(Missing::Change))?;
                found.push(Found::read(&mut tx, calendar, change).await?);
            }
            drop(tx);
            if !found.is_empty() && found.iter().all(Found::is_personal) {
                return Err(Error::bad_input("edit", Problem::Personal));
            }
            let mut steps = self.steps(found, over).await?;
            if steps.iter().any(|step| step.now.changed) {
                return Ok(Undone::Changed(steps.into_iter().map(|step| step.now).collect()));
            }
            let mut write = self.begin_write(None, caller).await?;
            let calendars = write.calendars_to_write(steps.iter().map(|step| step.calendar).collect()).await?;
            for place in (0..steps.len()).rev() {
                let moves = steps.iter().any(|other| steps[place].moves_to(other));
                steps[place].now.changed = !steps[place].take_back(&mut write, &calendars, moves).await?;
            }
            if steps.iter().any(|step| step.now.changed) {
                return Ok(Undone::Changed(steps.into_iter().map(|step| step.now).collect()));
            }
            let again = write.undo();
            write.commit(Undone::Done(again)).await
        })
        .await
    }

    /// Takes back what a run changed in a calendar and nothing else has changed since, as a run of its own, in batches.
    ///
    /// # Errors
    /// `NotFound` for a run that changed nothing there, and for a version that is not kept; `Forbidden`; those of
    /// [`Kalends::put_object`]. What was put back before stays so.
    pub async fn undo_run(&self, caller: Caller, calendar: CalendarId, run: Uuid) -> Result<RunUndone> {
        let mut tx = self.db.read().await?;
        access::calendar(&mut tx, caller, calendar, Access::Write).await?;
        let changes = tx.changes_of_run(calendar, run).await?;
        drop(tx);
        let cause = changes.first().and_then(|change| change.cause.as_ref()).ok_or(Error::NotFound(Missing::Change))?;
        let kind = match cause.run {
            // What takes back what took an import back is the import again.
            Some((_, RunKind::TakenBack)) => RunKind::Import,
            _ => RunKind::TakenBack,
        };
        let back = Run::new(kind, cause.label.clone());
        let mut undone = RunUndone { run: back.id, removed: 0, restored: 0, left: Vec::new() };
        for batch in folded(changes).chunks(BATCH) {
            for (step, taken_back) in self.undo_batch(caller, calendar, &back, batch, &()).await? {
                match (taken_back, step.before) {
                    (true, Some(_)) => undone.restored += 1,
                    (true, None) => undone.removed += 1,
                    (false, _) => undone.left.push(step.now.title.unwrap_or_default()),
                }
            }
        }
        Ok(undone)
    }

    /// Takes some changes back, of [`folded`], in one write, in which `notes` is told what became of each. What is as it was before is
    /// taken back already, so that it may be done twice.
    ///
    /// # Errors
    /// Those of [`Kalends::undo_run`].
    pub(crate) async fn undo_changes(
        &self,
        caller: Caller,
        calendar: CalendarId,
        run: &Run,
        changes: &[Change],
        notes: &(impl NotesUndone + Sync),
    ) -> Result<()> {
        self.undo_batch(caller, calendar, run, changes, notes).await.map(drop)
    }

    /// Yields of each change whether it was taken back.
    async fn undo_batch(
        &self,
        caller: Caller,
        calendar: CalendarId,
        run: &Run,
        changes: &[Change],
        notes: &(impl NotesUndone + Sync),
    ) -> Result<Vec<(Step, bool)>> {
        retry(async || {
            let mut found = Vec::with_capacity(changes.len());
            let mut tx = self.db.read().await?;
            for change in changes {
                found.push(Found::read(&mut tx, calendar, change.clone()).await?);
            }
            drop(tx);
            let steps = self.steps(found, None).await?;
            let mut write = self.begin_write(Some(run), caller).await?;
            let calendars = write.calendars_to_write(vec![calendar]).await?;
            let mut outcomes = Vec::with_capacity(steps.len());
            for step in steps {
                let taken_back = !step.now.changed && step.take_back(&mut write, &calendars, false).await?;
                outcomes.push((step, taken_back));
            }
            let told: Vec<(String, bool)> = outcomes.iter().map(|(step, done)| (step.name.clone(), *done)).collect();
            notes.note(&mut write, &told).await?;
            write.commit(outcomes).await
        })
        .await
    }

    async fn steps(&self, found: Vec<Found>, over: Option<&[Option<String>]>) -> Result<Vec<Step>> {
        let octets = found.iter().map(Found::octets).sum();
        let (limits, over) = (self.limits.clone(), over.map(<[_]>::to_vec));
        self.parse_on_a_thread(octets, move || {
            let over = |place: usize| over.as_ref().map(|over| over.get(place).and_then(Option::as_deref));
            found.into_iter().enumerate().map(|(place, found)| found.step(over(place), &limits)).collect()
        })
        .await
    }
}
