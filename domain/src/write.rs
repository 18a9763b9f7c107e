//! The one gate: every change to a calendar goes through a [`Write`], which owns the transaction, holds the lock of the calendars,
//! stores, keeps the version before, logs with the cause, and says so after the commit.

use crate::access::{self, Access, Caller, Held, PrincipalId, Way};
use crate::calendars::{CalendarId, Revision};
use crate::model::announcement::Announcement;
use crate::model::object::{Object, ObjectHead, ObjectId, Precondition, Written, check_name};
use crate::model::version::{CauseId, Digest, Run, Undo};
use crate::retry::retry;
use crate::scheduling::implicit::{self, Circumstances, Planned, Session};
use crate::store::{Growth, Index, NewChange, NewText, Standing, Transaction, Usage};
use crate::{Error, Kalends, Limits, Missing, Result, SchedulingProblem, versions};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

pub(crate) mod lost;

/// How long after a change it goes to a calendar elsewhere: somebody who edits changes more than once.
const PUSHED_AFTER: TimeDelta = TimeDelta::seconds(3);

/// A change that was made to an object.
struct Made<'a> {
    object: ObjectId,
    name: &'a str,
    revision: Revision,
    /// The same for the object, its versions and the log: what clients are told of each must agree.
    at: DateTime<Utc>,
    before: Option<&'a Standing>,
    after: Option<(&'a str, Digest)>,
}

/// One write under way; dropped without commit it leaves nothing behind.
pub(crate) struct Write {
    kalends: Kalends,
    /// For reading; what changes objects are the methods below.
    pub tx: Transaction,
    pub caller: Caller,
    run: Option<Run>,
    /// Of changes for the caller themselves, and for each person for whom they act.
    cause: HashMap<Option<PrincipalId>, CauseId>,
    undo: Undo,
    announcements: Vec<Announcement>,
    /// Calendars of which it was said that they have changed to what brings that elsewhere.
    goes_elsewhere: Vec<CalendarId>,
    /// Of the meetings in it.
    pub scheduling: Session,
}

impl Kalends {
    /// Does `work`, one whole write that ends in [`Write::commit`], again while other writes are in its way.
    ///
    /// # Errors
    /// Those of `work`; then nothing has changed.
    pub(crate) async fn write<T, W: Future<Output = Result<T>>>(
        &self,
        caller: Caller,
        work: impl Fn(Write) -> W,
    ) -> Result<T> {
        self.write_in_run(None, caller, work).await
    }

    /// [`Kalends::write`], as a part of `run`.
    pub(crate) async fn write_in_run<T, W: Future<Output = Result<T>>>(
        &self,
        run: Option<&Run>,
        caller: Caller,
        work: impl Fn(Write) -> W,
    ) -> Result<T> {
        retry(async || work(self.begin_write(run, caller).await?).await).await
    }

    /// Begins a write, as a part of `run`. For work that reads something first and does all of it again when it collides; whatever else
    /// writes calls [`Kalends::write`].
    pub(crate) async fn begin_write(&self, run: Option<&Run>, caller: Caller) -> Result<Write> {
        let tx = self.db.write().await?;
        let (kalends, run) = (self.clone(), run.cloned());
        Ok(Write {
            kalends,
            tx,
            caller,
            run,
            cause: HashMap::new(),
            undo: Undo::default(),
            announcements: Vec::new(),
            goes_elsewhere: Vec::new(),
            scheduling: Session::default(),
        })
    }
}

impl Write {
    /// Ends the write, says what it changed, and yields `done`.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `Contended` when another write was in the way. Nothing has changed then.
    pub async fn commit<T>(self, done: T) -> Result<T> {
        let Write { kalends, tx, caller, run, cause, announcements, scheduling, .. } = self;
        let committed = move |kalends: &Kalends| {
            if scheduling.has_sent {
                kalends.wake.notify_one();
            }
            // Only a row that is committed may be relied on.
            if run.is_none() {
                cause.into_iter().for_each(|(acts_for, cause)| kalends.causes.insert((caller, acts_for), cause));
            }
        };
        kalends.commit_and_say(tx, announcements, committed).await?;
        Ok(done)
    }

    /// The calendar with this id; others who change it wait until this write ends.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` when the caller sees it but lacks the access.
    pub async fn calendar(&mut self, id: CalendarId, needed: Access) -> Result<Held> {
        access::calendar_to_change(&mut self.tx, self.caller, id, needed).await
    }

    /// Two calendars that are changed together, in the order of their ids, so that two writes that go in opposite directions cannot
    /// wait for each other. They may be the same.
    ///
    /// # Errors
    /// Those of [`Write::calendar`].
    pub async fn calendars(&mut self, one: (CalendarId, Access), other: (CalendarId, Access)) -> Result<(Held, Held)> {
        self.tx.lock_calendar(one.0.min(other.0)).await?;
        self.tx.lock_calendar(one.0.max(other.0)).await?;
        let first = access::calendar(&mut self.tx, self.caller, one.0, one.1).await?;
        Ok((first, access::calendar(&mut self.tx, self.caller, other.0, other.1).await?))
    }

    /// All of these calendars, each once, for whoever may write to them; locked as [`Write::calendars`] does.
    ///
    /// # Errors
    /// Those of [`Write::calendar`].
    pub async fn calendars_to_write(&mut self, mut ids: Vec<CalendarId>) -> Result<Vec<Held>> {
        ids.sort_unstable();
        ids.dedup();
        let mut held = Vec::with_capacity(ids.len());
        for id in &ids {
            self.tx.lock_calendar(*id).await?;
        }
        for id in ids {
            held.push(access::calendar(&mut self.tx, self.caller, id, Access::Write).await?);
        }
        Ok(held)
    }

    pub fn limits(&self) -> &Limits {
        self.kalends.limits()
    }

    pub fn caller(&self) -> Caller {
        self.caller
    }

    /// What takes back all that was written so far.
    pub fn undo(&self) -> Undo {
        self.undo.clone()
    }

    /// Stores `text` under `name`, which `index` was derived from.
    ///
    /// # Errors
    /// `PreconditionFailed`, `UnsupportedComponent`, `UidConflict`, `QuotaExceeded`, `BadInput` (name).
    pub async fn store(
        &mut self,
        calendar: &Held,
        name: &str,
        text: &str,
        index: &Index,
        precondition: &Precondition,
    ) -> Result<Written> {
        self.store_even(calendar, name, text, index, precondition, false).await
    }

    /// [`Write::store`], which counts as a change also where the text is the same if `is_change`.
    ///
    /// # Errors
    /// Those of [`Write::store`].
    pub async fn store_even(
        &mut self,
        calendar: &Held,
        name: &str,
        text: &str,
        index: &Index,
        precondition: &Precondition,
        is_change: bool,
    ) -> Result<Written> {
        check_name(name)?;
        let found = self.tx.in_the_way(calendar.id, name, &index.uid).await?;
        let existing = found.named;
        check_standing(calendar, existing.as_ref(), precondition)?;
        if !calendar.details.components.contains(&index.kind) {
            return Err(Error::UnsupportedComponent(index.kind.name().to_owned()));
        }
        if let Some(holder) = found.holder {
            return Err(Error::UidConflict { name: holder });
        }
        let etag = index.digest.etag();
        if let Some(Standing { object, .. }) = &existing {
            // A resource keeps its UID for life (RFC 4791 section 5.3.2.1, no-uid-conflict).
            if object.head.uid != index.uid {
                return Err(Error::UidConflict { name: name.to_owned() });
            }
            // The same octets again are no change; clients that repeat a PUT after a lost answer cause no sync traffic.
            if object.head.etag == etag && !is_change {
                return Ok(written(calendar, false, object.head.clone()));
            }
        }
        let planned = self.schedule(calendar, existing.as_ref(), (name, text, index)).await?;
        let (text, index) = planned.text.as_ref().map_or((text, index), |(text, index)| (text.as_str(), index));
        let etag = index.digest.etag();
        let growth = growth(existing.as_ref().map(|standing| standing.object.head.size), Some(text.len()));
        self.check_quota(calendar.owner, growth).await?;
        let revision = self.tx.raise_revision(calendar.id, growth).await?;
        let at = Utc::now();
        let new = NewText { calendar: calendar.id, name, text, index, revision, at };
        let id = match &existing {
            Some(standing) => {
                self.tx.update_object(standing, new).await?;
                standing.id
            }
            None => self.tx.insert_object(new).await?,
        };
        let change =
            Made { object: id, name, revision, at, before: existing.as_ref(), after: Some((text, index.digest)) };
        self.log(calendar, change).await?;
        let was_tagged = existing.as_ref().is_some_and(|standing| standing.object.head.schedule_tag.is_some());
        let schedule_tag = self.tag(calendar, name, index.scheduled, was_tagged).await?;
        let is_other = planned.text.is_some();
        let (created, guarded, alarmed) = (existing.is_none(), index.guarded, index.alarmed);
        planned.send(&mut self.tx, &mut self.scheduling, self.caller, calendar.id).await?;
        let Some(head) = existing.map(|standing| standing.object.head) else {
            return Ok(Written { created, etag, altered: is_other, revision, schedule_tag });
        };
        let written = written(calendar, created, ObjectHead { etag, revision, guarded, alarmed, ..head });
        Ok(Written { altered: written.altered || is_other, schedule_tag, ..written })
    }

    /// Removes an object, which rests in the bin from then on.
    ///
    /// # Errors
    /// `NotFound`, `PreconditionFailed`.
    pub async fn remove(&mut self, calendar: &Held, name: &str, precondition: &Precondition) -> Result<()> {
        self.take_out(calendar, name, precondition, true).await
    }

    /// Removes an object that is put elsewhere in the same write.
    ///
    /// # Errors
    /// Those of [`Write::remove`].
    pub async fn move_out(&mut self, calendar: &Held, name: &str, precondition: &Precondition) -> Result<()> {
        self.take_out(calendar, name, precondition, false).await
    }

    async fn take_out(&mut self, calendar: &Held, name: &str, precondition: &Precondition, rests: bool) -> Result<()> {
        let standing = self.tx.standing(calendar.id, name).await?.ok_or(Error::NotFound(Missing::Object))?;
        check_standing(calendar, Some(&standing), precondition)?;
        let growth = growth(Some(standing.object.head.size), None);
        let revision = self.tx.raise_revision(calendar.id, growth).await?;
        let at = Utc::now();
        let planned = match rests {
            true => {
                let (text, uid) = (&standing.object.text, &standing.object.head.uid);
                let (kalends, caller, run) = (self.kalends.clone(), self.caller, self.run.as_ref().map(|run| run.kind));
                let (limits, ways) = (kalends.limits(), kalends.ways_from(calendar));
                let circumstances = Circumstances { caller, run, calendar, limits, ways: ways.as_ref() };
                implicit::removed(&mut self.tx, &self.scheduling, circumstances, text, uid).await?
            }
            false => {
                self.scheduling.move_out(calendar, &standing.object.head.uid, &standing.object.text);
                Planned::default()
            }
        };
        planned.send(&mut self.tx, &mut self.scheduling, self.caller, calendar.id).await?;
        if rests {
            self.tx.put_into_bin(calendar.id, &standing, revision, at).await?;
        }
        self.tx.delete_object_row(standing.id).await?;
        let change = Made { object: standing.id, name, revision, at, before: Some(&standing), after: None };
        self.log(calendar, change).await
    }

    /// What a text that is about to be stored asks for.
    async fn schedule(
        &mut self,
        calendar: &Held,
        existing: Option<&Standing>,
        (name, text, index): (&str, &str, &Index),
    ) -> Result<Planned> {
        if let Some(tag) = self.scheduling.tag.take() {
            let stands = existing.and_then(|standing| standing.object.head.schedule_tag.as_deref());
            if stands != Some(tag.as_str()) {
                return Err(SchedulingProblem::OtherTag.into());
            }
        }
        let before = existing.map(|standing| standing.object.text.as_str());
        let returns = index.scheduled
            && before.is_none()
            && self.tx.last_removal(calendar.id, name, Revision(i64::MAX)).await?.is_some();
        let (kalends, caller, run) = (self.kalends.clone(), self.caller, self.run.as_ref().map(|run| run.kind));
        let (limits, ways) = (kalends.limits(), kalends.ways_from(calendar));
        let circumstances = Circumstances { caller, run, calendar, limits, ways: ways.as_ref() };
        implicit::stored(&mut self.tx, &mut self.scheduling, circumstances, before, returns, (text, index)).await
    }

    /// What people are invited to has a Schedule-Tag, which is another after each change but for those of messages, which say so themselves.
    async fn tag(
        &mut self,
        calendar: &Held,
        name: &str,
        is_scheduled: bool,
        was_tagged: bool,
    ) -> Result<Option<String>> {
        if matches!(self.caller.way, Way::Invitation(_) | Way::Delivery | Way::AnswerLink(_) | Way::Mail(_))
            || !(is_scheduled || was_tagged)
        {
            return Ok(None);
        }
        let tag = is_scheduled.then(|| uuid::Uuid::new_v4().simple().to_string());
        self.tx.set_schedule_tag(calendar.id, name, tag.as_deref()).await?;
        Ok(tag)
    }

    /// Adds the row to the log and keeps the version that goes.
    async fn log(&mut self, calendar: &Held, made: Made<'_>) -> Result<()> {
        let Made { object, name, revision, at, before, after } = made;
        let cause = self.cause(calendar.acts_for()).await?;
        let kept = |before: &&Standing| after.is_none_or(|(_, digest)| Digest::of(&before.object.text) != digest);
        if let Some(Standing { object: Object { text, .. }, .. }) = before.filter(kept) {
            let version = versions::stored(text, Digest::of(text), after).await?;
            self.tx.keep_version(calendar.id, object, &version, at).await?;
        }
        let previous = before.map(|standing| standing.object.head.revision);
        let after = after.map(|(_, digest)| digest);
        let change = NewChange { calendar: calendar.id, name, revision, object, previous, after, cause, at };
        self.tx.log_change(change).await?;
        self.tx.mark_object_stale(calendar.id, object, at).await?;
        self.undo.0.push((calendar.id, revision));
        self.goes_elsewhere(calendar, at).await?;
        // Of several changes to one calendar the last is said.
        let is_of_it =
            |said: &Announcement| matches!(said, Announcement::Calendar { calendar: of, .. } if *of == calendar.id);
        self.announcements.retain(|said| !is_of_it(said));
        self.announcements.push(Announcement::Calendar { calendar: calendar.id, revision });
        Ok(())
    }

    /// What is kept in step with a calendar elsewhere goes there soon, with what else is changed in the meantime.
    async fn goes_elsewhere(&mut self, calendar: &Held, at: DateTime<Utc>) -> Result<()> {
        let by_sync = matches!(self.caller.way, Way::Sync(_));
        if by_sync || !calendar.is_pushed() || self.goes_elsewhere.contains(&calendar.id) {
            return Ok(());
        }
        self.goes_elsewhere.push(calendar.id);
        self.tx.hasten_sync_of(calendar.id, at, at + PUSHED_AFTER).await
    }

    /// `acts_for`: the person for whom the caller acts.
    async fn cause(&mut self, acts_for: Option<PrincipalId>) -> Result<CauseId> {
        let known = self.cause.get(&acts_for).copied();
        let known = known.or_else(|| self.kalends.causes.get(&(self.caller, acts_for)).filter(|_| self.run.is_none()));
        let cause = match known {
            Some(cause) => cause,
            None => self.tx.cause(self.caller, acts_for, self.run.as_ref()).await?,
        };
        self.cause.insert(acts_for, cause);
        Ok(cause)
    }

    /// What lets an account hold less is never refused, even where it holds more than it may.
    ///
    /// # Errors
    /// `QuotaExceeded`
    pub async fn check_quota(&mut self, owner: PrincipalId, growth: Growth) -> Result<()> {
        if growth.objects <= 0 && growth.octets <= 0 {
            return Ok(());
        }
        let Usage { objects, octets } = self.tx.usage(owner).await?;
        let limits = self.kalends.limits();
        let exceeds = |held: u64, growth: i64, limit: u64| growth > 0 && held.saturating_add_signed(growth) > limit;
        if exceeds(octets, growth.octets, limits.account_octets) {
            return Err(Error::QuotaExceeded { limit: limits.account_octets, unit: "octets" });
        }
        if exceeds(objects, growth.objects, limits.account_objects) {
            return Err(Error::QuotaExceeded { limit: limits.account_objects, unit: "objects" });
        }
        Ok(())
    }

    /// What a calendar is called, its colour, its shares have changed, or it is about to be deleted: the lists in which it stands are
    /// others now.
    pub async fn calendar_changed(&mut self, calendar: CalendarId) -> Result<()> {
        let raised = self.tx.raise_homes(calendar).await?;
        self.homes_raised(raised);
        Ok(())
    }

    /// To be said after the commit: lists of calendars that are others now.
    pub fn homes_raised(&mut self, raised: Vec<(PrincipalId, Revision)>) {
        self.announcements
            .extend(raised.into_iter().map(|(principal, revision)| Announcement::Home { principal, revision }));
    }

    /// A calendar goes into the bin, out of every list in which it stands. All that rest there hold as much as an account may, and no more:
    /// those that were deleted first make room.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `Contended`
    pub async fn remove_calendar(&mut self, calendar: &Held) -> Result<()> {
        self.calendar_changed(calendar.id).await?;
        let cause = self.cause(None).await?;
        self.tx.put_calendar_into_bin(calendar.id, cause, Utc::now()).await?;
        let limits = self.kalends.limits();
        let most = Usage { objects: limits.account_objects, octets: limits.account_octets };
        self.tx.bound_binned_calendars(calendar.owner, most).await
    }

    /// A calendar goes into the bin with the account that owns it, whatever that holds: it comes back with the account.
    ///
    /// # Errors
    /// `Unavailable`, `Internal`; `Contended`
    pub async fn remove_calendar_with_account(&mut self, id: CalendarId, at: DateTime<Utc>) -> Result<()> {
        self.calendar_changed(id).await?;
        let cause = self.cause(None).await?;
        self.tx.put_calendar_into_bin(id, cause, at).await
    }

    /// What else is to be said after the commit.
    pub fn announce(&mut self, announcement: Announcement) {
        self.announcements.push(announcement);
    }

    /// The caller's own list of calendars is another now.
    pub async fn list_changed(&mut self) -> Result<()> {
        self.list_of_changed(self.caller.principal).await
    }

    /// Somebody's list of calendars is another now.
    pub async fn list_of_changed(&mut self, principal: PrincipalId) -> Result<()> {
        let (principal, revision) = self.tx.raise_home(principal).await?;
        self.announcements.push(Announcement::Home { principal, revision });
        Ok(())
    }
}

/// Whoever may not see what stands there may not put anything in its place. The entity tag may be the one of what the caller is shown.
///
/// # Errors
/// `Forbidden`, `PreconditionFailed`
fn check_standing(calendar: &Held, standing: Option<&Standing>, precondition: &Precondition) -> Result<()> {
    let Some(Standing { object: Object { head, .. }, .. }) = standing else { return precondition.check(None) };
    calendar.require_whole(head)?;
    let shown = calendar.shown_head(head.clone());
    precondition.check(Some(&shown.etag)).or_else(|_| precondition.check(Some(&head.etag)))
}

/// What became of an object that has this head now.
fn written(calendar: &Held, created: bool, head: ObjectHead) -> Written {
    let head = calendar.shown_head(head);
    Written {
        created,
        etag: head.etag,
        altered: head.altered,
        revision: head.revision,
        schedule_tag: head.schedule_tag,
    }
}

/// By how much a calendar grows when an object of `before` octets becomes one of `after`; `None`: there is none.
fn growth(before: Option<usize>, after: Option<usize>) -> Growth {
    let of = |size: Option<usize>| size.map_or((0, 0), |size| (1, i64::try_from(size).unwrap_or(i64::MAX)));
    let ((objects_before, octets_before), (objects_after, octets_after)) = (of(before), of(after));
    Growth { objects: objects_after - objects_before, octets: octets_after - octets_before }
}
