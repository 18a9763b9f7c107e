//! A calendar as it was at a time, beside what it is now, and the way back to it.
//!
//! What it was follows from what has changed since: the first change of an object after the time leads to the version before it, and
//! what has not changed is as it was. So looking back costs what has happened since, whatever the calendar's size and age.

use crate::access::{self, Access, Caller, Held};
use crate::calendars::{CalendarId, Revision};
use crate::history::{EventFacts, MAX_OCTETS, Restored, RunKind, title_of};
pub use crate::model::as_of::{AsOfPage, Became, Differences, ObjectAsOf};
use crate::model::object::Precondition;
use crate::model::version::Run;
use crate::objects::index;
use crate::store::{Index, Transaction};
use crate::write::Write;
use crate::{Error, Kalends, Missing, Result, versions};
use chrono::{DateTime, SecondsFormat, Utc};
use kalends_ical::CalendarObject;

/// Most objects that are read at once.
const MAX_OBJECTS: usize = 1000;

/// A part of a calendar as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarAsOf {
    pub at: DateTime<Utc>,
    /// That it had then.
    pub then: Revision,
    /// That it has now.
    pub now: Revision,
    pub differences: Differences,
    pub objects: Vec<ShownAsOf>,
    /// The next part, if there is one.
    pub next: Option<AsOfPage>,
}

/// An object as it was, with what its texts say as far as they are kept and not too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAsOf {
    pub object: ObjectAsOf,
    /// What it was called then; of one that was added since, what it is called.
    pub title: Option<String>,
    /// Whether the text that it had then is there; true of one that was not there then.
    pub is_kept: bool,
    /// What it said then, if it was an event.
    pub then: Option<EventFacts>,
    /// What it says now, where that is something else.
    pub now: Option<EventFacts>,
}

/// What bringing a whole calendar back came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BroughtBack {
    /// How many objects have a text again that they had.
    pub restored: usize,
    /// How many that were not there then are removed.
    pub removed: usize,
    /// Names of those that are as they were before this, because their version is not kept or cannot be stored any more.
    pub left: Vec<String>,
}

/// What brings a whole calendar back.
struct Plan {
    /// Names of objects that were not there.
    remove: Vec<String>,
    restore: Vec<Former>,
    left: Vec<String>,
}

/// An object with a text that it had.
struct Former {
    name: String,
    text: String,
    index: Index,
}

impl Kalends {
    /// A part of what a calendar was at `at`, at most `limit` objects (a thousand in any case). Of a time to come it is what it is now.
    ///
    /// # Errors
    /// `NotFound` for the calendar, and for a time that the log does not reach back to.
    pub async fn calendar_as_of(
        &self,
        caller: Caller,
        calendar: CalendarId,
        at: DateTime<Utc>,
        page: &AsOfPage,
        limit: usize,
    ) -> Result<CalendarAsOf> {
        let limit = limit.min(MAX_OBJECTS);
        let mut tx = self.db.read().await?;
        let held = access::calendar_in_full(&mut tx, caller, calendar, Access::Read).await?;
        let then = revision_at(&mut tx, &held, at).await?;
        let differences = tx.differences(calendar, then).await?;
        let mut objects = tx.objects_as_of(calendar, then, page, limit + 1).await?;
        let more = objects.len() > limit;
        objects.truncate(limit);
        let next = objects.last().filter(|_| more).map(|last| match page {
            AsOfPage::Everything { .. } => AsOfPage::Everything { after: last.name.clone() },
            AsOfPage::Different { .. } => AsOfPage::Different { before: Some(last.last) },
        });
        let objects = self.shown(tx, calendar, objects).await?;
        Ok(CalendarAsOf { at, then, now: held.revision, differences, objects, next })
    }

    /// With what their texts say.
    async fn shown(
        &self,
        mut tx: Transaction,
        calendar: CalendarId,
        objects: Vec<ObjectAsOf>,
    ) -> Result<Vec<ShownAsOf>> {
        let mut octets = 0;
        let mut read = Vec::with_capacity(objects.len());
        for object in objects {
            // What there is no more room for is shown by its name.
            let is_short = octets < MAX_OCTETS;
            let then = match object.became {
                Became::Changed | Became::Deleted => former_text(&mut tx, calendar, &object).await?,
                Became::Same | Became::Added => None,
            };
            let now = match object.became {
                Became::Deleted => None,
                _ if is_short => tx.object(calendar, &object.name).await?.map(|object| object.text),
                _ => None,
            };
            let is_kept = then.is_some() || matches!(object.became, Became::Same | Became::Added);
            let then = then.filter(|_| is_short);
            octets += then.as_ref().map_or(0, String::len) + now.as_ref().map_or(0, String::len);
            read.push((object, is_kept, then, now));
        }
        drop(tx);
        let limits = self.limits.clone();
        self.parse_on_a_thread(octets, move || {
            let parsed = |text: Option<String>| CalendarObject::parse(&text?, &limits.text).ok();
            let shown = |(object, is_kept, then, now): (ObjectAsOf, bool, Option<String>, Option<String>)| {
                let (then, now) = (parsed(then), parsed(now));
                let (then, now, title) = match object.became {
                    Became::Same => (now, None, object.summary.clone()),
                    Became::Added => (None, now, object.summary.clone()),
                    Became::Changed | Became::Deleted => {
                        let title = then.as_ref().and_then(title_of);
                        (then, now, title)
                    }
                };
                let facts = |object: Option<CalendarObject>| EventFacts::of(&object?);
                ShownAsOf { object, title, is_kept, then: facts(then), now: facts(now) }
            };
            Ok(read.into_iter().map(shown).collect())
        })
        .await
    }

    /// The text that an object had at `at`.
    ///
    /// # Errors
    /// `NotFound` for the calendar, for a time that the log does not reach back to, for what was not there then, and for a version that
    /// is not kept.
    pub async fn text_as_of(
        &self,
        caller: Caller,
        calendar: CalendarId,
        at: DateTime<Utc>,
        name: &str,
    ) -> Result<String> {
        let mut tx = self.db.read().await?;
        let held = access::calendar_in_full(&mut tx, caller, calendar, Access::Read).await?;
        let then = revision_at(&mut tx, &held, at).await?;
        let text = match tx.object_as_of(calendar, then, name).await? {
            Some(ObjectAsOf { became: Became::Added, .. }) => return Err(Error::NotFound(Missing::Object)),
            Some(object @ ObjectAsOf { became: Became::Changed | Became::Deleted, .. }) => {
                former_text(&mut tx, calendar, &object).await?.ok_or(Error::NotFound(Missing::Version))?
            }
            _ => tx.object(calendar, name).await?.ok_or(Error::NotFound(Missing::Object))?.text,
        };
        Ok(text)
    }

    /// Gives one object the text again that it had at `at`, where nothing has happened to it after the calendar came to `seen`. Where its
    /// name or its UID is another object's now, it comes back beside that.
    ///
    /// # Errors
    /// Those of [`Kalends::text_as_of`] and [`Kalends::put_object`]; `PreconditionFailed` when it has changed since.
    pub async fn bring_back_object(
        &self,
        caller: Caller,
        calendar: CalendarId,
        at: DateTime<Utc>,
        name: &str,
        seen: Revision,
    ) -> Result<Restored> {
        let mut tx = self.db.read().await?;
        let held = access::calendar_in_full(&mut tx, caller, calendar, Access::Write).await?;
        let then = revision_at(&mut tx, &held, at).await?;
        if tx.has_changed_after(calendar, seen, name).await? {
            return Err(Error::PreconditionFailed);
        }
        let object = tx.object_as_of(calendar, then, name).await?.ok_or(Error::NotFound(Missing::Object))?;
        drop(tx);
        let stood = object.stood.ok_or(Error::NotFound(Missing::Object))?;
        let unchanged = object.etag.map_or(Precondition::Absent, |etag| Precondition::Matches(vec![etag]));
        self.restore_in_run(Some(&run(at)), caller, calendar, stood, unchanged).await
    }

    /// Makes a calendar what it was at `at`, in one write, where it is at `seen` still: what was changed or deleted has its former text
    /// again, what was added is removed. What it was before that is kept as everything else is, so that it can be brought back in turn.
    ///
    /// # Errors
    /// Those of [`Kalends::calendar_as_of`]; `Forbidden`; `PreconditionFailed` when the calendar has changed since; `TooLarge` when that
    /// is more at once than an import may be; `QuotaExceeded`. Nothing has changed then.
    pub async fn bring_back_calendar(
        &self,
        caller: Caller,
        calendar: CalendarId,
        at: DateTime<Utc>,
        seen: Revision,
    ) -> Result<BroughtBack> {
        let plan = self.plan(caller, calendar, at, seen).await?;
        self.write_in_run(Some(&run(at)), caller, async |mut write: Write| {
            let held = write.calendar(calendar, Access::Write).await?;
            if held.revision != seen {
                return Err(Error::PreconditionFailed);
            }
            let done = carry_out(&mut write, &held, &plan).await?;
            write.commit(done).await
        })
        .await
    }

    async fn plan(&self, caller: Caller, calendar: CalendarId, at: DateTime<Utc>, seen: Revision) -> Result<Plan> {
        let mut tx = self.db.read().await?;
        let held = access::calendar_in_full(&mut tx, caller, calendar, Access::Write).await?;
        if held.revision != seen {
            return Err(Error::PreconditionFailed);
        }
        let then = revision_at(&mut tx, &held, at).await?;
        let all = AsOfPage::Different { before: None };
        let mut plan = Plan { remove: Vec::new(), restore: Vec::new(), left: Vec::new() };
        let (mut octets, mut texts) = (0, Vec::new());
        for object in tx.objects_as_of(calendar, then, &all, i64::MAX as usize).await? {
            match former_text(&mut tx, calendar, &object).await? {
                _ if object.became == Became::Added => plan.remove.push(object.name),
                None => plan.left.push(object.name),
                Some(text) => {
                    octets += text.len();
                    if octets > self.limits.import_octets {
                        return Err(Error::TooLarge { limit: self.limits.import_octets });
                    }
                    texts.push((object.name, text));
                }
            }
        }
        drop(tx);
        let limits = self.limits.clone();
        self.parse_on_a_thread(octets, move || {
            for (name, text) in texts {
                match index(&text, &limits) {
                    Ok(index) => plan.restore.push(Former { name, text, index }),
                    Err(_) => plan.left.push(name),
                }
            }
            Ok(plan)
        })
        .await
    }
}

/// What brings back what was at `at`, as the log has it.
fn run(at: DateTime<Utc>) -> Run {
    Run::new(RunKind::Restore, at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// The revision that the calendar had at `at`.
///
/// # Errors
/// `NotFound` for a time that the log does not reach back to.
async fn revision_at(tx: &mut Transaction, calendar: &Held, at: DateTime<Utc>) -> Result<Revision> {
    if let Some(revision) = tx.revision_at(calendar.id, at).await? {
        // Of what was before that, the log has here and there a row.
        let is_whole = revision >= calendar.log_whole_after;
        return if is_whole { Ok(revision) } else { Err(Error::NotFound(Missing::Time)) };
    }
    let oldest = tx.oldest_change(calendar.id).await?;
    let begins =
        oldest.is_none_or(|oldest| oldest == Revision(1)) && (oldest.is_some() || calendar.revision == Revision(0));
    if begins && calendar.log_whole_after == Revision(0) {
        Ok(Revision(0))
    } else {
        Err(Error::NotFound(Missing::Time))
    }
}

/// The text that an object had, if it is kept.
async fn former_text(tx: &mut Transaction, calendar: CalendarId, object: &ObjectAsOf) -> Result<Option<String>> {
    match (object.object, object.then) {
        (Some(id), Some(digest)) => versions::version(tx, calendar, id, digest).await,
        _ => Ok(None),
    }
}

async fn carry_out(write: &mut Write, calendar: &Held, plan: &Plan) -> Result<BroughtBack> {
    let mut done = BroughtBack { left: plan.left.clone(), ..BroughtBack::default() };
    for name in &plan.remove {
        write.remove(calendar, name, &Precondition::None).await?;
        done.removed += 1;
    }
    // Names that are another object's now are freed first, and so are the UIDs that those have.
    for former in &plan.restore {
        let standing = write.tx.object_head(calendar.id, &former.name).await?;
        if standing.is_some_and(|head| head.uid != former.index.uid) {
            write.remove(calendar, &former.name, &Precondition::None).await?;
        }
    }
    for Former { name, text, index } in &plan.restore {
        match write.store(calendar, name, text, index, &Precondition::None).await {
            Ok(_) => done.restored += 1,
            Err(Error::UidConflict { .. } | Error::UnsupportedComponent(_)) => done.left.push(name.clone()),
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
